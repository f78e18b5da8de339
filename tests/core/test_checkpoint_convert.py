"""Checkpoints from other forms and back: diffusers folders, LoRAs in every spelling, ComfyUI's folders."""

from __future__ import annotations

import json
import shutil

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from dreamdance_core.cli import main
from dreamdance_core.runtime import Runtime
from dreamdance_core.video.backends import gated_cogvideox as gated
from dreamdance_core.video.backends.gated_cogvideox.checkpoint import read_header
from dreamdance_core.video.backends.gated_cogvideox.layouts import read_lora, to_comfyui


def same(one: torch.nn.Module, two: torch.nn.Module) -> bool:
    mine, theirs = one.state_dict(), two.state_dict()
    return mine.keys() == theirs.keys() and all(torch.equal(mine[name], theirs[name]) for name in mine)


@pytest.fixture
def model(gated_files):
    return gated_files.trained()


def loaded(path, *folders):
    return gated.load_checkpoint(path, Runtime(weight_folders=folders)).transformer


@pytest.mark.parametrize("inside", [False, True])
def test_a_folder_that_training_saved(tmp_path, gated_files, model, inside, capsys):
    gated_files.write(tmp_path, model)
    folder = tmp_path / "run7"
    model.transformer.save_pretrained(folder / "transformer" if inside else folder)
    out = tmp_path / "a.dreamdance.safetensors"
    arguments = ["checkpoint", "convert", str(folder), "--out", str(out), "--weights", str(tmp_path)]
    assert main(arguments) == 1
    assert "name it with --base" in capsys.readouterr().err
    assert main([*arguments, "--base", "tiny", "--notes", "run 7"]) == 0
    assert read_header(out).content == "new-layers" and read_header(out).notes == "run 7"
    assert same(loaded(out, tmp_path), model.transformer)
    with torch.no_grad():
        model.transformer.transformer_blocks[0].attn1.to_q.weight[0, 0] += 1
    model.transformer.save_pretrained(folder / "transformer" if inside else folder)
    assert main([*arguments, "--base", "tiny"]) == 1
    told = capsys.readouterr().err
    assert "transformer_blocks.0.attn1.to_q.weight differs from tiny, it was trained too; convert with --full" in told
    assert main([*arguments, "--base", "tiny", "--full"]) == 0
    assert read_header(out).content == "full" and same(loaded(out, tmp_path), model.transformer)
    shutil.rmtree(tmp_path / "tiny" / "transformer")
    assert same(loaded(out, tmp_path), model.transformer), "a full one needs no base transformer"
    assert main(["checkpoint", "convert", str(tmp_path / "tiny"), "--out", str(out)]) == 1


def test_a_full_file_has_the_lora_merged(tmp_path, gated_files, model):
    layer = "transformer_blocks.1.attn1.to_k"
    pair = {f"{layer}.lora_A.weight": torch.randn(3, 32), f"{layer}.lora_B.weight": torch.randn(32, 3)}
    path = gated_files.write(tmp_path, model, lora=pair, alpha=6.0)
    out = tmp_path / "b.dreamdance.safetensors"
    assert main(["checkpoint", "convert", str(path), "--out", str(out), "--full", "--dtype", "fp32"]) == 0
    assert read_header(out).lora is None
    assert same(loaded(out, tmp_path), loaded(path, tmp_path))
    assert main(["checkpoint", "convert", str(path), "--out", str(out), "--dtype", "fp16"]) == 0
    assert read_header(out).lora.alpha == 6.0
    with safe_open(out, "pt") as file:
        dtypes = {name: file.get_tensor(name).dtype for name in file.keys()}  # noqa: SIM118
    assert {name.split(".")[0] for name, dtype in dtypes.items() if dtype == torch.float32} == {
        "pose_gate",
        "reference_gate",
    }


_SPELLINGS = {
    "diffusers": ("transformer.{}.lora_A.weight", "transformer.{}.lora_B.weight"),
    "peft": ("base_model.model.{}.lora_A.default.weight", "base_model.model.{}.lora_B.default.weight"),
    "down and up": ("diffusion_model.{}.lora_down.weight", "diffusion_model.{}.lora_up.weight"),
    "old diffusers": ("transformer.{}.lora.down.weight", "transformer.{}.lora.up.weight"),
}


@pytest.mark.parametrize("spelling", list(_SPELLINGS))
@pytest.mark.parametrize("comfyui", [False, True])
def test_a_lora_in_every_spelling(tmp_path, gated_files, model, spelling, comfyui):
    down, up = torch.randn(3, 32), torch.randn(32, 3)
    layer = "transformer_blocks.0.attn1.to_out.0"
    named = to_comfyui(f"{layer}.weight").removesuffix(".weight") if comfyui else layer
    first, second = (pattern.format(named) for pattern in _SPELLINGS[spelling])
    file = {first: down, second: up, first.split(".lora")[0] + ".alpha": torch.tensor(1.5)}
    save_file(file, tmp_path / "lora.safetensors")
    path = gated_files.write(tmp_path, model)
    out = tmp_path / "c.dreamdance.safetensors"
    lora = ["--lora", str(tmp_path / "lora.safetensors")]
    assert main(["checkpoint", "convert", str(path), "--out", str(out), *lora]) == 0
    want = model.transformer.state_dict()[f"{layer}.weight"] + 0.5 * up @ down
    torch.testing.assert_close(loaded(out, tmp_path).state_dict()[f"{layer}.weight"], want)
    assert main(["checkpoint", "convert", str(path), "--out", str(out), *lora, "--alpha", "6"]) == 0
    assert read_header(out).lora.alpha == 6.0


def test_what_is_no_lora_is_refused():
    with pytest.raises(ValueError, match="proj_out.weight is no part of a LoRA"):
        read_lora({"proj_out.weight": torch.zeros(2, 2)}, {})
    odd = {"a.alpha": torch.tensor(1.0), "b.alpha": torch.tensor(2.0)}
    with pytest.raises(ValueError, match=r"one alpha, got \[1.0, 2.0\]"):
        read_lora(odd, {})


@pytest.mark.parametrize("version", ["1.0", "1.5"])
def test_a_checkpoint_goes_into_comfyuis_folders(tmp_path, gated_files, version):
    model = gated_files.trained(version=version)
    path = gated_files.write(tmp_path / "here", model)
    models = tmp_path / "models"
    assert main(["checkpoint", "export", str(path), "--out", str(models), "--dtype", "fp32"]) == 0
    written = {str(file.relative_to(models)) for file in models.rglob("*") if file.is_file()}
    assert written == {
        "dreamdance/mine.full.dreamdance.safetensors",
        "vae/tiny_vae.safetensors",
        "clip_vision/clip-vit-large-patch14.safetensors",
    }
    run = Runtime(weight_folders=tuple(models / name for name in ("dreamdance", "vae", "clip_vision")))
    back = gated.load(run).model
    assert same(back.transformer, model.transformer) and same(back.vae, model.vae) and same(back.clip, model.clip)
    assert back.vae.config.invert_scale_latents == (version == "1.5")


def test_a_base_goes_into_comfyuis_folders(tmp_path, gated_files, model):
    path = gated_files.write(tmp_path / "here", model)
    models = tmp_path / "models"
    arguments = ["checkpoint", "export", str(tmp_path / "here" / "tiny"), "--out", str(models), "--dtype", "fp32"]
    assert main(arguments) == 0
    single = load_file(models / "diffusion_models" / "tiny.safetensors")
    assert "blocks.1.ff_out.weight" in single and "blocks.0.q.bias" in single
    folders = (models / "diffusion_models", models / "vae", tmp_path / "here")
    assert same(loaded(path, *folders), model.transformer)


def test_info_says_what_a_file_is(tmp_path, gated_files, model, capsys):
    path = gated_files.write(tmp_path, model, notes="two steps")

    def told(file) -> dict:
        assert main(["checkpoint", "info", str(file)]) == 0
        return json.loads(capsys.readouterr().out)

    found = told(path)
    assert found["kind"] == "DreamDance checkpoint" and found["base"] == "tiny" and found["notes"] == "two steps"
    assert told(tmp_path / "tiny")["kind"] == "folder of CogVideoXTransformer3DModel"
    vae = tmp_path / "tiny" / "vae" / "diffusion_pytorch_model.safetensors"
    assert told(vae)["kind"] == "CogVideoX's autoencoder"
    clip = tmp_path / "clip-vit-large-patch14" / "model.safetensors"
    assert told(clip)["kind"] == "another model"
    path.write_bytes(path.read_bytes()[:-10])
    assert main(["checkpoint", "info", str(path)]) == 1
    assert "not a whole safetensors file" in capsys.readouterr().err
