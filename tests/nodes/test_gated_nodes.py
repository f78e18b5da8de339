"""The gated model's nodes inside the host: loading, sampling, its memory manager, and that nothing stays behind."""

from __future__ import annotations

import gc
import importlib
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file


@pytest.fixture(autouse=True)
def _as_in_the_host():
    with torch.inference_mode():
        yield


def _clip(count: int, height: int, width: int, seed: int = 0) -> torch.Tensor:
    return torch.rand(count, height, width, 3, generator=torch.Generator().manual_seed(seed))


@pytest.fixture(scope="module")
def gated(pack):
    return importlib.import_module("dreamdance_pack.dreamdance_core.video.backends.gated_cogvideox")


@pytest.fixture(scope="module")
def checkpoint(pack, gated_files, tmp_path_factory):
    """A tiny gated checkpoint and its base model, in the host's model folder."""
    import folder_paths

    folder = tmp_path_factory.mktemp("weights")
    with torch.inference_mode(False):
        path = gated_files.write(folder, gated_files.trained())
    folder_paths.add_model_folder_path("dreamdance", str(folder))
    return path


@pytest.fixture
def load(pack, checkpoint):
    return lambda base="", **widgets: pack.nodes.gated.LoadModel.execute(checkpoint.name, base, **widgets)[0]


def _inputs(count: int = 8, height: int = 32, width: int = 48) -> dict:
    return {
        "background": _clip(count, height, width),
        "paint_mask": torch.ones(count, height, width),
        "body": _clip(count, height, width, 1),
        "hands": torch.zeros(count, height, width, 3),
        "face": torch.zeros(count, height, width, 3),
        "reference": _clip(1, 40, 30, 2),
        "reference_mask": torch.ones(1, 40, 30),
    }


_RUN = {"steps": 1, "guidance": 1.0, "seed": 7}


def test_gated_model_is_loaded_and_samples_in_windows(pack, checkpoint, load):
    nodes = pack.nodes.gated
    assert nodes._checkpoints()[0] == checkpoint.name, "before the base model's own files"
    plan = pack.nodes.long_video.TemporalAggregate.execute(24, 16, 8, "blend")[0]
    assert [(w.start, w.stop, w.overlap) for w in plan.windows] == [(0, 4, 0), (2, 6, 2)]
    inputs = _inputs(24)
    frames, chart = nodes.GatedVideoInpaint.execute(load(), **inputs, **_RUN, windows=plan).result
    assert frames.shape == (24, 32, 48, 3) and chart.shape == (1, 540, 960, 3) and torch.isfinite(frames).all()
    short = {k: v[:21] if len(v) == 24 else v for k, v in inputs.items()}
    with pytest.raises(ValueError, match="8k"):
        nodes.GatedVideoInpaint.execute(load(), **short, **_RUN)
    for outside in ("nowhere", "tiny/../..", str(Path(__file__).parent)):
        with pytest.raises(FileNotFoundError, match="base '.*' is not a folder or file in"):
            load(outside)


@pytest.mark.parametrize("widgets", [{"weights": "int8"}, {"offload": "group"}, {"weights": "nf4", "offload": "group"}])
def test_weights_and_offload_are_widgets(pack, load, widgets):
    plain = pack.nodes.gated.GatedVideoInpaint.execute(load(), **_inputs(), **_RUN)[0]
    other = pack.nodes.gated.GatedVideoInpaint.execute(load(**widgets), **_inputs(), **_RUN)[0]
    assert float((other - plain).abs().max()) < 0.3
    assert (float((other - plain).abs().max()) > 1e-4) == ("weights" in widgets)


def test_samplers_cache_and_kept_background(pack, load):
    run = pack.nodes.gated.GatedVideoInpaint.execute
    model, inputs = load(), _inputs()
    inputs["paint_mask"] = torch.zeros(8, 32, 48)
    inputs["paint_mask"][:, 8:24, 12:36] = 1
    steps = _RUN | {"steps": 4, "guidance": 2.0}
    ddim, dpm = (run(model, **inputs, **steps, sampler=name)[0] for name in ("ddim", "dpm"))
    assert float((ddim - dpm).abs().max()) > 1e-4
    cached = run(model, **inputs, **steps, cache=0.5)[0]
    assert float((ddim - cached).abs().max()) > 1e-6
    kept = run(model, **inputs, **steps, keep_background=True, feather=4)[0]
    outside = inputs["paint_mask"] < 0.5
    assert torch.equal(kept[outside], inputs["background"][outside])
    torch.testing.assert_close(kept[:, 16, 24], ddim[:, 16, 24], atol=1e-6, rtol=0)
    assert float((kept - ddim)[outside].abs().max()) > 1e-3


def test_the_preview_plays_at_the_clips_rate(pack, load):
    import folder_paths
    from PIL import Image

    shown = {}
    for fps in (10.0, 25.0):
        ui = pack.nodes.gated.GatedVideoInpaint.execute(load(), **_inputs(), **_RUN, fps=fps).ui
        (entry,) = ui["images"]
        with Image.open(Path(folder_paths.get_temp_directory()) / entry["subfolder"] / entry["filename"]) as picture:
            picture.load()
            shown[fps] = picture.info["duration"]  # ms of the first picture; equal frames in a row are one
    assert shown[10.0] % 100 == 0 and shown[25.0] * 2.5 == shown[10.0] > 0


def test_single_files_of_the_hosts_folders(pack, checkpoint, load, gated_files, tmp_path):
    """A base in models/diffusion_models, named as in ComfyUI's own class, and its VAE in models/vae."""
    import folder_paths

    layouts = importlib.import_module("dreamdance_pack.dreamdance_core.video.backends.gated_cogvideox.layouts")
    with torch.inference_mode(False):
        model = gated_files.trained()
        state = gated_files.base_of(model.transformer).state_dict()
    save_file({layouts.to_comfyui(name): value for name, value in state.items()}, tmp_path / "my_base.safetensors")
    folder_paths.add_model_folder_path("diffusion_models", str(tmp_path))
    single = load("my_base.safetensors")
    for name, value in load().transformer.state_dict().items():
        assert torch.equal(value, single.transformer.state_dict()[name]), name


def test_names_are_those_of_the_hosts_own_class():
    """Our renaming gives exactly the keys of ComfyUI's CogVideoX, and the same function."""
    import comfy.ldm.cogvideo.model as theirs
    import comfy.ops
    from diffusers import CogVideoXTransformer3DModel

    from dreamdance_core.video.backends.gated_cogvideox.layouts import to_comfyui, to_diffusers

    for newer in (False, True):
        sizes = {
            "num_attention_heads": 2,
            "attention_head_dim": 64,
            "in_channels": 32,
            "time_embed_dim": 32,
            "ofs_embed_dim": 32 if newer else None,
            "text_embed_dim": 24,
            "num_layers": 2,
            "patch_size_t": 2 if newer else None,
            "use_rotary_positional_embeddings": True,
        }
        with torch.inference_mode(False):
            ours = CogVideoXTransformer3DModel(**sizes, patch_bias=not newer)
        host = theirs.CogVideoXTransformer3DModel(
            **sizes, dtype=torch.float32, operations=comfy.ops.disable_weight_init
        )
        names = ours.state_dict().keys()
        assert {to_comfyui(name) for name in names} == host.state_dict().keys()
        assert {to_diffusers(name) for name in host.state_dict()} == set(names)
        shapes = {name: value.shape for name, value in host.state_dict().items()}
        assert all(shapes[to_comfyui(name)] == value.shape for name, value in ours.state_dict().items())


def _patchers(module: torch.nn.Module) -> list:
    import comfy.model_management as mm

    found = [loaded.model for loaded in mm.current_loaded_models if loaded.model is not None]
    return [patcher for patcher in found if getattr(patcher.model, "module", None) is module]


@pytest.mark.parametrize("offload", ["model", "group"])
def test_the_host_sees_what_is_on_the_device_and_frees_it(pack, load, offload):
    """Trap: patchers are weakly referenced, and a group-offloaded model holds only what stays."""
    import comfy.model_management as mm

    model = load(offload=offload)
    pack.nodes.gated.GatedVideoInpaint.execute(model, **_inputs(), **_RUN)
    gc.collect()
    seen = model.transformer if offload == "model" else model.transformer.streaming.rest
    (patcher,) = _patchers(seen)
    assert patcher.model_size() == sum(p.nbytes for p in seen.state_dict().values())
    assert patcher.loaded_size() == patcher.model_size()
    assert not _patchers(model.transformer) or offload == "model"
    assert _patchers(model.vae) and _patchers(model.clip)
    mm.unload_all_models()
    assert not _patchers(seen) and not _patchers(model.vae)
    again = pack.nodes.gated.GatedVideoInpaint.execute(model, **_inputs(), **_RUN)[0]
    assert torch.isfinite(again).all() and _patchers(seen)


def test_out_of_memory_passes_through_untouched(pack, load):
    """The host unloads everything and retries on its own error: it must see exactly that."""
    model = load(offload="group")

    def full(*_):
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")

    handle = model.transformer.transformer_blocks[1].register_forward_pre_hook(full)
    with pytest.raises(torch.OutOfMemoryError, match="Tried to allocate"):
        pack.nodes.gated.GatedVideoInpaint.execute(model, **_inputs(), **_RUN)
    handle.remove()
    assert not any(m._forward_pre_hooks or m._forward_hooks for m in model.transformer.modules())
    assert torch.isfinite(pack.nodes.gated.GatedVideoInpaint.execute(model, **_inputs(), **_RUN)[0]).all()


@pytest.mark.parametrize("offload", ["model", "group"])
def test_five_runs_and_interrupted_ones_leave_nothing(pack, load, held, offload, monkeypatch):
    """Host memory after each run within 5 MB of the first; not one tensor more; cancelled runs too."""
    import comfy.model_management as mm

    run, model = pack.nodes.gated.GatedVideoInpaint.execute, load(offload=offload)
    steps = _RUN | {"steps": 3}
    seen = []
    report = pack.nodes.host.Progress.__call__

    def watched(self, done, total, preview=None):
        seen.append(done)
        if stop_at is not None and done >= stop_at:
            mm.interrupt_current_processing(True)
        report(self, done, total, preview)

    monkeypatch.setattr(pack.nodes.host.Progress, "__call__", watched)
    stop_at = None
    run(model, **_inputs(16, 64, 96), **steps)
    total = max(seen)
    before, count = held.held_bytes(), held.tensors()
    for stop_at in (None, 2, None, total - 1, None):
        if stop_at is None:
            run(model, **_inputs(16, 64, 96), **steps)
        else:
            with pytest.raises(mm.InterruptProcessingException):
                run(model, **_inputs(16, 64, 96), **steps)
        assert held.tensors() == count
        assert held.held_bytes() - before < 5e6
        assert not any(m._forward_pre_hooks for m in model.transformer.modules())
        assert not mm.processing_interrupted()


def test_gate_chart_is_legible_and_runs_from_the_first_step(pack):
    """Left = first step: the drawn height of each line follows its gate."""
    chart = pack.nodes.gate_chart.gate_chart
    falling = torch.stack([torch.linspace(0.9, 0.1, 50), torch.linspace(0.5, 0.4, 50)], 1)
    picture = chart(falling)
    assert picture.shape == (540, 960, 3)
    blue = (picture - torch.tensor([20, 90, 200]) / 255).abs().amax(-1) < 0.05
    rows = torch.arange(540.0)[:, None].expand(-1, 960)

    def height(columns: slice) -> float:
        part = blue[70:460, columns]
        return float(rows[70:460, columns][part].mean())

    assert height(slice(96, 116)) < height(slice(500, 520)) < height(slice(910, 930))
    assert abs(height(slice(96, 102)) - (462 - 0.9 * (462 - 64))) < 6
    for odd in (falling[:1], -falling, falling.to(torch.bfloat16)):
        assert torch.isfinite(chart(odd)).all() and float(chart(odd).std()) > 0.01
