"""Which kind of motion a clip shows, on generated clips that go through noise and a codec."""

from __future__ import annotations

import pytest
import torch

from dreamdance_core.camera.estimate import estimate_camera
from dreamdance_core.geometry.pinhole import intrinsics
from dreamdance_core.geometry.rigid import so3_log
from dreamdance_core.runtime import Runtime
from dreamdance_core.types import Cameras, CameraSolution


def _asked(frames: torch.Tensor, person_mask: torch.Tensor | None, focal: float | None) -> CameraSolution:
    """In place of a solver: a path, without any figure that would convince where the tracks leave doubt."""
    count, height, width = frames.shape[:3]
    c2w = torch.eye(4).repeat(count, 1, 1)
    c2w[:, 0, 3] = torch.linspace(0, 1, count)
    cameras = Cameras(c2w=c2w, K=intrinsics(width, height).repeat(count, 1, 1), width=width, height=height)
    solved = torch.ones(count, dtype=torch.bool)
    return CameraSolution(cameras=cameras, kind="parallax", solved=solved, median_depth=1.0)


def _kind_and_error(clip, focal: float | None) -> tuple[str, float]:
    found = estimate_camera(clip.frames, _asked, person_mask=clip.person_mask, focal=focal, run=Runtime())
    true = (clip.c2w[0, :3, :3].mT @ clip.c2w[:, :3, :3]).float()
    off = so3_log(found.cameras.c2w[:, :3, :3] @ true.mT).norm(dim=-1).max()
    assert bool((found.cameras.c2w[:, :3, 3] == 0).all()) == (found.kind != "parallax")
    return found.kind, float(off.rad2deg())


TURNING = [
    ("slow pan", "detail", ""),
    ("pan", "sparse", ""),
    ("fast pan", "cel", ""),
    ("tilt and roll", "cel", ""),
    ("shake", "sparse", ""),
    ("zoom in", "cel", ""),
    ("zoom out", "sparse", ""),
    ("pan and zoom", "detail", ""),
    ("pan and zoom", "cel", ""),
    ("static", "sparse", ""),
    ("static", "detail", "unmasked"),
    ("static", "cel", "unmasked"),
    ("pan", "detail", "masked"),
    ("pan", "detail", "unmasked"),
]


@pytest.mark.parametrize(("move", "style", "person"), TURNING)
def test_cameras_that_do_not_travel(camera_clips, move: str, style: str, person: str) -> None:
    """Trap 9: pan, tilt, roll, zoom and rest; detail all over, on a tenth of the picture, or flat cel colours."""
    clip = camera_clips.turning(move, style, 11, person=person, count=16)
    kind, off = _kind_and_error(clip, clip.focal)
    assert kind == clip.kind
    assert off < 0.2
    if clip.wide:
        kind, off = _kind_and_error(clip, None)
        assert kind == clip.kind
        assert off < 0.2


@pytest.mark.parametrize("style", ["detail", "cel"])
def test_a_flat_background_that_slides_is_a_pan(camera_clips, style: str) -> None:
    """Trap 9, in 2D compositions: no lens explains the slide exactly, and still nothing travels."""
    assert _kind_and_error(camera_clips.sliding(style, 12, count=16), None)[0] == "rotation"


@pytest.mark.parametrize(
    "options",
    [
        {"share": 0.02, "turn": 0.0},
        {"share": 0.03, "turn": 12.0},
        {"share": 0.1, "style": "cel"},
        {"share": 0.12, "forward": 1.0, "turn": 2.0},
    ],
)
def test_little_parallax_is_parallax(camera_clips, options: dict) -> None:
    """The reverse of trap 9: a camera that travels by a few hundredths of the depth does not just turn."""
    assert _kind_and_error(camera_clips.travelling(13, count=16, **options), None)[0] == "parallax"
