"""The SDXL pipelines with both ControlNets, the real classes at tiny size, and the command from end to end."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace

import pytest
import torch

pytest.importorskip("diffusers")
from dreamdance_core import cli
from dreamdance_core.runtime import Runtime
from dreamdance_core.training.shards import Dataset, shard_writer
from dreamdance_core.training.stylize import sdxl

QUICK = sdxl.Painting(steps=2)


@pytest.fixture(scope="module")
def places(tmp_path_factory, tiny_sdxl):
    return tiny_sdxl.save_sdxl(tmp_path_factory.mktemp("sdxl"))


def picture(seed: int = 0) -> torch.Tensor:
    return torch.rand(64, 96, 3, generator=torch.Generator().manual_seed(seed))


def conditions(seed: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    random = torch.Generator().manual_seed(seed)
    return torch.rand(64, 96, generator=random), (torch.rand(64, 96, generator=random) > 0.9).float()


@pytest.mark.parametrize("strength", [1.0, 0.6])
def test_each_input_counts_and_a_seed_repeats(places, strength):
    painter = sdxl.load(sdxl.Files(**places), Runtime(), replace(QUICK, strength=strength, steps=4))
    near, lines = conditions()
    given = {"picture": picture(), "depth": near, "edges": lines, "prompt": "ink", "seed": 3}
    first = painter(**given)
    assert first.shape == (64, 96, 3) and first.dtype == torch.float32 and first.min() >= 0 and first.max() <= 1
    assert torch.equal(first, painter(**given))
    for name, other in {"depth": 1 - near, "edges": 1 - lines, "prompt": "oil", "seed": 4}.items():
        assert not torch.allclose(first, painter(**given | {name: other}), atol=1e-5), name
    same = torch.equal(first, painter(**given | {"picture": picture(1)}))
    assert same == (strength == 1), "colours of the frames count below strength 1 only"


def test_the_weights_of_depth_and_edges_are_their_own(places):
    near, lines = conditions()
    results = {}
    for name, scales in {"none": (0.0, 0.0), "depth": (1.0, 0.0), "edges": (0.0, 1.0)}.items():
        painting = replace(QUICK, depth_scale=scales[0], edge_scale=scales[1])
        painter = sdxl.load(sdxl.Files(**places), Runtime(), painting)
        results[name] = [painter(picture(), d, e, "ink", 0) for d, e in ((near, lines), (1 - near, lines),
                                                                        (near, 1 - lines))]  # fmt: skip
    same = {name: [torch.allclose(first, one, atol=1e-6) for one in rest] for name, (first, *rest) in results.items()}
    assert same == {"none": [True, True], "depth": [False, True], "edges": [True, False]}


def test_parts_are_resident_together_and_progress_is_told(places):
    at_work, told = [], []

    @contextmanager
    def move(module, device):
        at_work.append(set(dict(module.named_children())))
        yield module
        at_work.append("left")

    painter = sdxl.load(sdxl.Files(**places), Runtime(move=move), QUICK)
    painter(picture(), *conditions(), "ink", 0, lambda *what: told.append(what[:2]))
    assert at_work == [{"text_encoder", "text_encoder_2", "unet", "vae", "controlnet"}, "left"]
    assert told == [(0, 2), (1, 2), (2, 2), (2, 2)]


def test_unfit_files_and_settings_are_named(places, tmp_path):
    with pytest.raises(FileNotFoundError, match="the edge ControlNet must be a diffusers folder"):
        sdxl.load(sdxl.Files(**places | {"edges": tmp_path}), Runtime())
    with pytest.raises(FileNotFoundError, match="a diffusers folder or one .safetensors file"):
        sdxl.load(sdxl.Files(**places | {"checkpoint": tmp_path}), Runtime())
    with pytest.raises(ValueError, match="strength must lie in"):
        sdxl.Painting(strength=0.0)
    with pytest.raises(ValueError, match="are none; take more steps"):
        sdxl.Painting(strength=0.1, steps=5)
    painter = sdxl.load(sdxl.Files(**places), Runtime(), QUICK)
    with pytest.raises(ValueError, match="multiples of 8, got 90x60"):
        painter(picture()[:60, :90], *(one[:60, :90] for one in conditions()), "ink", 0)
    with torch.no_grad():
        painter.pipe.vae.decoder.conv_out.bias.fill_(float("nan"))
    with pytest.raises(ValueError, match="must give finite colours, got NaN"):
        painter(picture(), *conditions(), "ink", 0)


def test_the_command_makes_stills_of_a_dataset(places, tmp_path, capsys, training_clips):
    with shard_writer(tmp_path / "data" / "x.tar") as shard:
        for number in range(2):
            shard.add(training_clips.training_clip(f"a{number}", count=4, height=64, width=96, seed=number))
    command = ["dataset", "stylize", str(tmp_path / "data"), "--checkpoint", str(places["checkpoint"])]
    command += ["--depth-controlnet", str(places["depth"]), "--edge-controlnet", str(places["edges"])]
    command += ["--prompt", "ink", "--side", "160", "--steps", "2", "--depth", "room_box", "--inpaint", "telea"]
    assert cli.main(command) == 0
    assert "4 static clips in 1 new shards; 0 were finished before" in capsys.readouterr().out
    made = Dataset(tmp_path / "data")
    still = made[[i for i in range(len(made)) if made.facts(i).get("style") == "ink"][0]]
    assert (still.frames[0].float() - still.frames[-1].float()).abs().mean() < 2
    assert cli.main(command) == 0
    assert "0 static clips in 0 new shards; 1 were finished before" in capsys.readouterr().out
    assert cli.main([*command[:4], str(tmp_path), *command[5:]]) == 1
    assert "neither; give another" in capsys.readouterr().err
