"""Checkpoint files: what was saved comes back, wherever the base lies; what does not fit is refused in a sentence."""

from __future__ import annotations

import json
import shutil
import sys

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from dreamdance_core.runtime import Runtime
from dreamdance_core.video.backends import gated_cogvideox as gated
from dreamdance_core.video.backends.gated_cogvideox import checkpoint as files
from dreamdance_core.video.backends.gated_cogvideox.checkpoint import read_header, save_checkpoint, write_tensors
from dreamdance_core.video.backends.gated_cogvideox.layouts import to_comfyui, to_diffusers
from dreamdance_core.video.backends.gated_cogvideox.sources import Parts


def same(one: torch.nn.Module, two: torch.nn.Module) -> bool:
    mine, theirs = one.state_dict(), two.state_dict()
    return mine.keys() == theirs.keys() and all(torch.equal(mine[name], theirs[name]) for name in mine)


@pytest.mark.parametrize("version", ["1.0", "1.5"])
@pytest.mark.parametrize("full", [False, True])
def test_a_checkpoint_comes_back_on_its_base(tmp_path, gated_files, version, full):
    """The whole route of a user: base folder, CLIP folder, checkpoint."""
    model = gated_files.trained(version=version)
    path = gated_files.write(tmp_path, model, full=full, notes="a test")
    header = read_header(path)
    assert (header.base, header.content, header.notes) == ("tiny", "full" if full else "new-layers", "a test")
    assert header.config["in_channels"] == 48 and header.lora is None
    loaded = gated.load(Runtime(weight_folders=(tmp_path,))).model
    assert same(loaded.transformer, model.transformer)
    assert same(loaded.vae, model.vae) and same(loaded.clip, model.clip)
    assert loaded.vae.config.invert_scale_latents == (version == "1.5")
    if full:  # needs no transformer of a base
        shutil.rmtree(tmp_path / "tiny" / "transformer")
        assert same(gated.load(Runtime(weight_folders=(tmp_path,))).model.transformer, model.transformer)


def test_new_layers_are_all_that_a_small_checkpoint_holds(tmp_path, gated_files):
    path = gated_files.write(tmp_path, gated_files.trained())
    with safe_open(path, "pt") as file:
        names = set(file.keys())
    assert {name.split(".")[0] for name in names} == {*files.NEW_LAYERS, "patch_embed"}
    assert {name for name in names if name.startswith("patch_embed")} == {
        "patch_embed.proj.weight",
        "patch_embed.proj.bias",
    }


def test_the_written_file_is_what_the_safetensors_library_writes(tmp_path):
    values = {"a": torch.randn(3, 5), "b": torch.randn(2, 3, 4).to(torch.bfloat16), "c": torch.zeros(0, 3).half()}
    values["d"] = torch.randn(4, 6).T  # not contiguous
    write_tensors(tmp_path / "mine.safetensors", values, {"format": "pt", "é": "ü"})
    read = load_file(tmp_path / "mine.safetensors")
    assert read.keys() == values.keys() and all(torch.equal(read[name], values[name]) for name in values)
    with safe_open(tmp_path / "mine.safetensors", "pt") as file:
        assert file.metadata() == {"format": "pt", "é": "ü"}
    with pytest.raises(ValueError, match="torch.int64"):
        write_tensors(tmp_path / "mine.safetensors", {"x": torch.zeros(2, dtype=torch.long)}, {})
    assert load_file(tmp_path / "mine.safetensors").keys() == values.keys(), "a failed write leaves the old file"
    assert list(tmp_path.iterdir()) == [tmp_path / "mine.safetensors"]


@pytest.mark.parametrize("version", ["1.0", "1.5"])
def test_lora_is_merged_exactly(tmp_path, gated_files, version):
    """W + alpha / rank * B A, in a linear layer, and in the base's patch embedding's text projection."""
    model = gated_files.trained(version=version)
    layers = ["transformer_blocks.1.attn1.to_q", "transformer_blocks.0.ff.net.0.proj", "patch_embed.text_proj"]
    weights = dict(model.transformer.named_parameters())
    lora = {}
    for layer in layers:
        out, into = weights[f"{layer}.weight"].shape
        lora[f"{layer}.lora_A.weight"] = torch.randn(4, into)
        lora[f"{layer}.lora_B.weight"] = torch.randn(out, 4)
    path = gated_files.write(tmp_path, model, lora=lora, alpha=2.0)
    header = read_header(path)
    assert header.lora == files.Lora(rank=4, alpha=2.0, targets=tuple(sorted(layers)))
    loaded = dict(gated.load(Runtime(weight_folders=(tmp_path,))).model.transformer.named_parameters())
    for name, value in weights.items():
        layer = name.removesuffix(".weight")
        if layer in layers:
            value = value + 0.5 * lora[f"{layer}.lora_B.weight"] @ lora[f"{layer}.lora_A.weight"]
        torch.testing.assert_close(loaded[name], value, atol=1e-6, rtol=1e-6)


def test_lora_of_a_convolution():
    weight, down, up = torch.randn(6, 4, 2, 2), torch.randn(3, 4, 2, 2), torch.randn(6, 3, 1, 1)
    merged = files.merge_lora(weight, down, up, 0.5)
    x = torch.randn(1, 4, 8, 8)
    conv = torch.nn.functional.conv2d
    want = conv(x, weight, stride=2) + 0.5 * conv(conv(x, down, stride=2), up)
    torch.testing.assert_close(conv(x, merged, stride=2), want, atol=1e-5, rtol=1e-5)


def places(path) -> dict[str, int]:
    """Where each tensor begins among the bytes of a safetensors file."""
    raw = path.read_bytes()
    size = int.from_bytes(raw[:8], "little")
    table = json.loads(raw[8 : 8 + size])
    return {name: entry["data_offsets"][0] for name, entry in table.items() if name != "__metadata__"}


def test_weights_stay_in_the_file_they_lie_in(tmp_path, gated_files):
    """Nothing is copied on loading: tensors lie in memory as they lie in the mapped file."""
    path = gated_files.write(tmp_path, gated_files.trained())
    model = gated.load(Runtime(weight_folders=(tmp_path,))).model
    base = tmp_path / "tiny" / "transformer" / "diffusion_pytorch_model.safetensors"
    vae = tmp_path / "tiny" / "vae" / "diffusion_pytorch_model.safetensors"
    for file, module in ((path, model.transformer), (base, model.transformer), (vae, model.vae)):
        state = module.state_dict()
        own = places(path)
        begins = {
            state[name].data_ptr() - offset for name, offset in places(file).items() if file == path or name not in own
        }
        assert len(begins) == 1, f"{file.name}: one mapping"
    assert not any(value.is_meta for part in (model.transformer, model.vae, model.clip) for value in part.parameters())


def test_half_precision_files_and_sharded_folders(tmp_path, gated_files):
    model = gated_files.trained()
    path = gated_files.write(tmp_path, model)
    shutil.rmtree(tmp_path / "tiny" / "transformer")
    half = gated_files.base_of(model.transformer).to(torch.bfloat16)
    half.save_pretrained(tmp_path / "tiny" / "transformer", max_shard_size="100KB")
    assert len(list((tmp_path / "tiny" / "transformer").glob("*.safetensors"))) > 1
    loaded = gated.load_checkpoint(path, Runtime(weight_folders=(tmp_path,))).transformer
    assert loaded.dtype == torch.float32
    name = "transformer_blocks.1.ff.net.2.weight"
    assert torch.equal(loaded.state_dict()[name], half.state_dict()[name].float())
    assert torch.equal(loaded.pose_proj.weight, model.transformer.pose_proj.weight)
    low = gated.load_checkpoint(path, Runtime(weight_folders=(tmp_path,), dtype=torch.bfloat16))
    dtypes = {name.split(".")[0]: value.dtype for name, value in low.transformer.state_dict().items()}
    assert {name for name, dtype in dtypes.items() if dtype != torch.bfloat16} == {"pose_gate", "reference_gate"}


@pytest.mark.parametrize("layout", ["diffusers", "comfyui", "comfyui with prefix"])
def test_a_base_of_single_files(tmp_path, gated_files, layout):
    """What ComfyUI's users have: one file each for transformer, VAE and CLIP."""
    model = gated_files.trained(version="1.5")
    path = gated_files.write(tmp_path / "folders", model)
    place = tmp_path / "singles"
    place.mkdir()
    state = gated_files.base_of(model.transformer).state_dict()
    if layout != "diffusers":
        prefix = "model.diffusion_model." if "prefix" in layout else ""
        state = {prefix + to_comfyui(name): value for name, value in state.items()}
        assert f"{prefix}blocks.0.norm1.linear.weight" in state
    save_file(state, place / "tiny.safetensors")
    config = json.dumps({k: v for k, v in model.vae.config.items() if not k.startswith("_")})
    save_file(model.vae.state_dict(), place / "some_vae.safetensors", {"config": config})
    clip = {f"vision_model.{name}": value for name, value in model.clip.state_dict().items()}
    config = model.clip.config.to_json_string()
    save_file(clip, place / "some_clip.safetensors", {"config": config})
    loaded = gated.load_checkpoint(path, Runtime(weight_folders=(place,)))
    assert same(loaded.transformer, model.transformer) and same(loaded.vae, model.vae)
    assert same(loaded.clip, model.clip)
    chosen = Parts(
        base=place / "tiny.safetensors", vae=tmp_path / "folders" / "tiny" / "vae", clip=place / "some_clip.safetensors"
    )
    assert same(gated.load_checkpoint(path, Runtime(), parts=chosen).transformer, model.transformer)


def test_names_go_to_comfyui_and_back():
    for version in ("1.0", "1.5"):
        names = gated.tiny_model(version=version).transformer.state_dict().keys()
        theirs = [to_comfyui(name) for name in names]
        assert [to_diffusers(name) for name in theirs] == list(names) and len(set(theirs)) == len(names)


def refused(path, match, *folders, error=ValueError):
    with pytest.raises(error, match=match) as caught:
        gated.load_checkpoint(path, Runtime(weight_folders=folders))
    assert "\n" not in str(caught.value) and path.name in str(caught.value)


def test_what_does_not_fit_is_refused_in_a_sentence(tmp_path, gated_files):
    model = gated_files.trained()
    path = gated_files.write(tmp_path, model)
    state = load_file(path)
    with safe_open(path, "pt") as file:
        header = file.metadata()

    def changed(weights=None, **entries):
        save_file(weights or state, tmp_path / "x.safetensors", {k: v for k, v in (header | entries).items() if v})
        return tmp_path / "x.safetensors"

    refused(changed(format="pt"), "not a DreamDance checkpoint", tmp_path)
    refused(changed(version="2"), "version 2, this release reads 1; update", tmp_path)
    refused(changed(content="half"), "content must be one of new-layers, full", tmp_path)
    refused(changed(config="{"), "config must be JSON", tmp_path)
    refused(changed(base=None), "lacks base in its metadata", tmp_path)
    refused(changed(config="[]"), "must be a JSON object", tmp_path)
    refused(changed(lora='{"rank": 0, "alpha": 1, "targets": []}'), "rank must be at least 1", tmp_path)
    refused(changed(lora='{"rank": 4, "alpha": 1, "targets": ["proj_out"]}'), "lacks proj_out.lora_A.weight", tmp_path)
    refused(changed(content="full"), "lacks", tmp_path)
    refused(changed({**state, "extra": torch.zeros(1)}), "holds extra", tmp_path)
    refused(changed({k: v for k, v in state.items() if "pose_gate.bias" not in k}), "lacks pose_gate.bias", tmp_path)
    refused(
        changed({**state, "pose_proj.weight": torch.zeros(3, 3)}), r"pose_proj.weight must be .* got \(3, 3\)", tmp_path
    )
    broken = state["pose_proj.weight"].clone()
    broken[0, 0] = float("nan")
    refused(changed({**state, "pose_proj.weight": broken}), "NaN or infinite", tmp_path)
    (tmp_path / "x.safetensors").write_bytes(path.read_bytes()[:-100])
    refused(tmp_path / "x.safetensors", "not a whole safetensors file", tmp_path)
    (tmp_path / "x.safetensors").write_text("hello")
    refused(tmp_path / "x.safetensors", "not a whole safetensors file", tmp_path)
    refused(tmp_path / "nowhere.safetensors", "no file", tmp_path, error=FileNotFoundError)
    with pytest.raises(FileNotFoundError, match="the base model tiny .* was not found"):
        gated.load_checkpoint(path, Runtime())
    with pytest.raises(FileNotFoundError, match="not public"):
        gated.load(Runtime(weight_folders=(tmp_path / "none",)))


def test_another_base_is_refused(tmp_path, gated_files):
    path = gated_files.write(tmp_path / "one", gated_files.trained())
    gated_files.write(tmp_path / "two", gated_files.trained(version="1.5"), base="newer")
    run = Runtime(weight_folders=(tmp_path / "one",))
    with pytest.raises(ValueError, match="trained on tiny with patch_size_t None, but the base newer has 2"):
        gated.load_checkpoint(path, run, tmp_path / "two" / "newer")
    single = tmp_path / "single.safetensors"
    save_file(gated_files.base_of(gated_files.trained(version="1.5").transformer).state_dict(), single)
    with pytest.raises(ValueError, match="single.safetensors"):
        gated.load_checkpoint(path, run, single)


def test_saving_refuses_what_could_not_be_loaded(tmp_path):
    model = gated.tiny_model().transformer
    pair = {"proj_out.lora_A.weight": torch.zeros(2, 32), "proj_out.lora_B.weight": torch.zeros(64, 2)}
    with pytest.raises(ValueError, match="full checkpoint has no LoRA"):
        save_checkpoint(tmp_path / "a.safetensors", model, "tiny", full=True, lora=pair)
    with pytest.raises(ValueError, match="one is missing: proj_out"):
        save_checkpoint(tmp_path / "a.safetensors", model, "tiny", lora=dict(list(pair.items())[:1]))
    other = {"norm_out.linear.lora_A.weight": torch.zeros(3, 32), "norm_out.linear.lora_B.weight": torch.zeros(64, 3)}
    with pytest.raises(ValueError, match=r"one rank, got \[2, 3\]"):
        save_checkpoint(tmp_path / "a.safetensors", model, "tiny", lora=pair | other)
    assert not list(tmp_path.iterdir())


def test_gguf_without_its_package_names_the_extra(tmp_path, gated_files, monkeypatch):
    path = gated_files.write(tmp_path, gated_files.trained())
    (tmp_path / "base.gguf").write_bytes(b"GGUF")
    monkeypatch.setitem(sys.modules, "gguf", None)
    monkeypatch.delitem(sys.modules, "diffusers.quantizers.gguf.utils", raising=False)
    with pytest.raises(ImportError, match=r"pip install gguf \(the extra dreamdance\[gguf\]\)"):
        gated.load_checkpoint(path, Runtime(weight_folders=(tmp_path,)), tmp_path / "base.gguf")
