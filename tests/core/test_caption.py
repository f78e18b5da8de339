"""Trap 71, the whole way: the caption is taken from a picture without the character, and only the place is kept."""

from __future__ import annotations

import argparse

import pytest
import torch

from dreamdance_core import backends, scene_steps
from dreamdance_core.cli import parser
from dreamdance_core.commands.options import animate_options
from dreamdance_core.io.images import Picture
from dreamdance_core.io.stages import StageFiles
from dreamdance_core.run_options import AnimateOptions
from dreamdance_core.runtime import Runtime
from dreamdance_core.scene.complete import SceneOptions
from dreamdance_core.segment.cutout import cut_out

RED = torch.tensor([1.0, 0.0, 0.0])


@pytest.fixture
def looked_at(monkeypatch):
    """The pictures a stand-in caption backend was shown."""
    seen = []

    def caption(image):
        seen.append(image)
        return "A meadow under a blue sky. A girl in red stands in it. Soft light."

    load = backends.load
    monkeypatch.setattr(
        backends, "load", lambda family, name, run: caption if family == "caption" else load(family, name, run)
    )
    return seen


def _art() -> tuple[Picture, torch.Tensor]:
    """A red figure in a green and blue place, and its mask."""
    picture = torch.zeros(96, 128, 3)
    picture[:48], picture[48:] = torch.tensor([0.3, 0.5, 0.9]), torch.tensor([0.2, 0.6, 0.3])
    mask = torch.zeros(96, 128)
    mask[20:80, 50:75] = 1
    return Picture(rgb=torch.where(mask[..., None] > 0, RED, picture), alpha=None), mask


def _options(**more) -> AnimateOptions:
    return AnimateOptions(caption="llava", scene=SceneOptions(prompt="oil painting"), **more)


def test_the_caption_never_sees_the_character_and_never_names_it(looked_at):
    art, mask = _art()
    cut = cut_out(art.rgb, None, mask=mask)
    done = scene_steps.described(cut, art, _options(), lambda title: Runtime(), StageFiles(None))
    assert done.scene.prompt == "oil painting A meadow under a blue sky. Soft light."
    plate = looked_at[0]
    assert plate.shape == art.rgb.shape and (plate - RED).abs().amax(-1).min() > 0.4
    grey = (plate - plate.mean(-1, keepdim=True)).abs().amax(-1)
    assert grey.min() > 0.05, "no flat hole either: it would be a silhouette"


def test_without_a_character_the_picture_itself_is_described(looked_at):
    art, _ = _art()
    done = scene_steps.described(None, art, _options(), lambda title: Runtime(), StageFiles(None))
    assert torch.equal(looked_at[0], art.rgb) and done.scene.prompt.startswith("oil painting A meadow")


def test_it_is_asked_once_and_only_on_request(looked_at, tmp_path):
    art, mask = _art()
    cut, files = cut_out(art.rgb, None, mask=mask), StageFiles(tmp_path)
    plain = AnimateOptions(scene=SceneOptions(prompt="oil painting"))
    assert scene_steps.described(cut, art, plain, lambda title: Runtime(), files) is plain and not looked_at
    first = scene_steps.described(cut, art, _options(), lambda title: Runtime(), files)
    again = scene_steps.described(cut, art, _options(), lambda title: Runtime(), StageFiles(tmp_path))
    assert first == again and len(looked_at) == 1


def test_the_command_line_passes_the_backend_on():
    def options(*more: str) -> AnimateOptions:
        args: argparse.Namespace = parser().parse_args(
            ["scene", "a.png", "--out", "a.ply", "--prompt", "a lake", *more]
        )
        return animate_options(args)

    assert options().caption is None and options("--caption", "llava").caption == "llava"
    assert options("--caption", "llava").scene.prompt == "a lake"
    with pytest.raises(ValueError, match="caption backend must be one of llava, got 'blip'"):
        backends.load("caption", options("--caption", "blip").caption, Runtime())
