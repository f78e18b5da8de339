"""One contract for every backend of every family: its `tiny()` on non-square input. Found by listing, none by name.

Shapes, finite values, float32, inputs unmodified, same input and seed -> same output.
"""

from __future__ import annotations

import dataclasses
from importlib import import_module

import pytest
import torch

from dreamdance_core import backends
from dreamdance_core.runtime import Runtime
from dreamdance_core.types import AnimateJob, PoseTrack

HEIGHT, WIDTH, FRAMES = 96, 64, 8
EVERY = [(family, name) for family in backends.FAMILIES for name in backends.names(family)]


def picture(seed: int, frames: int | None = None) -> torch.Tensor:
    """Soft random blobs: neither flat nor noise. (H,W,3), or (T,H,W,3) drifting slowly."""
    generator = torch.Generator().manual_seed(seed)
    coarse = torch.rand(1, 3, 7, 5, generator=generator)
    still = torch.nn.functional.interpolate(coarse, (HEIGHT, WIDTH), mode="bicubic").clamp(0, 1)[0].permute(1, 2, 0)
    if frames is None:
        return still.contiguous()
    return torch.stack([still.roll(shift, 1) for shift in range(frames)])


def blob() -> torch.Tensor:
    """A mask with one off-centre rectangle, away from the border."""
    mask = torch.zeros(HEIGHT, WIDTH)
    mask[30:70, 12:40] = 1
    return mask


def standing_pose(frames: int) -> PoseTrack:
    """A whole body that leans a little more in each frame."""
    generator = torch.Generator().manual_seed(3)
    body = [
        (32, 14),
        (34, 12),
        (30, 12),
        (37, 14),
        (27, 14),
        (42, 30),
        (22, 30),
        (46, 44),
        (18, 44),
        (47, 58),
        (17, 58),
    ]
    body += [(38, 58), (26, 58), (38, 74), (26, 74), (38, 88), (26, 88)]
    xy = torch.full((133, 2), 0.0)
    xy[:17] = torch.tensor(body, dtype=torch.float32)
    xy[17:23] = xy[15:17].repeat_interleave(3, 0) + torch.rand(6, 2, generator=generator) * 4
    xy[23:91] = torch.tensor([32.0, 15.0]) + (torch.rand(68, 2, generator=generator) - 0.5) * 10
    xy[91:112] = xy[9] + torch.rand(21, 2, generator=generator) * 6
    xy[112:133] = xy[10] + torch.rand(21, 2, generator=generator) * 6
    lean = torch.arange(frames)[:, None, None] * torch.tensor([0.4, 0.0]) * (1 - xy[:, 1:] / HEIGHT)
    track = (xy + lean)[:, None].float()
    return PoseTrack(xy=track, score=torch.ones(frames, 1, 133), width=WIDTH, height=HEIGHT)


def job() -> AnimateJob:
    """A small animation job with all inputs filled."""
    pose = standing_pose(FRAMES)
    alpha = blob()
    return AnimateJob(
        background=picture(1, FRAMES),
        paint_mask=alpha.expand(FRAMES, -1, -1).clone(),
        body=picture(2, FRAMES),
        hand=picture(3, FRAMES),
        face=picture(4, FRAMES),
        pose=pose,
        reference_pose=standing_pose(1),
        reference=picture(5),
        reference_alpha=alpha,
        seed=7,
        steps=2,
    )


def arguments(family: str) -> dict:
    """The call of the family's Protocol in types.py."""
    return {
        "segment": lambda: {"image": picture(0)},
        "pose": lambda: {"frames": picture(0, 3), "boxes": torch.tensor([[4.0, 2.0, 60.0, 94.0]]).expand(3, 4).clone()},
        "camera": lambda: {"frames": picture(0, 4), "person_mask": blob().expand(4, -1, -1).clone(), "focal": 70.0},
        "depth": lambda: {"frames": picture(0, 2)},
        "caption": lambda: {"image": picture(0)},
        "inpaint": lambda: {"image": picture(0), "hole_mask": blob(), "prompt": "a garden", "seed": 5},
        "video": lambda: {"job": job()},
    }[family]()


def tensors(value: object) -> list[torch.Tensor]:
    """All tensors in a value, dataclasses and containers included, in a fixed order."""
    if isinstance(value, torch.Tensor):
        return [value]
    if dataclasses.is_dataclass(value):
        return tensors([getattr(value, field.name) for field in dataclasses.fields(value)])
    if isinstance(value, dict):
        return tensors(list(value.values()))
    if isinstance(value, list | tuple):
        return [tensor for part in value for tensor in tensors(part)]
    return []


def expect(family: str, out: object, given: dict) -> None:
    """What the family's Protocol promises."""
    if family == "segment":
        assert out.shape == (HEIGHT, WIDTH) and float(out.min()) >= 0 and float(out.max()) <= 1
    elif family == "pose":
        assert out.xy.shape[0] == 3 and out.xy.shape[2:] == (133, 2) and out.score.shape == out.xy.shape[:3]
        assert (out.width, out.height) == (WIDTH, HEIGHT)
        assert bool(((out.score >= 0) & (out.score <= 1)).all())
    elif family == "camera":
        assert out.cameras.c2w.shape == (4, 4, 4) and out.solved.shape == (4,)
        assert (out.cameras.width, out.cameras.height) == (WIDTH, HEIGHT)
        assert torch.allclose(out.cameras.c2w[0], torch.eye(4), atol=1e-6)
    elif family == "depth":
        assert out.z.shape == out.valid.shape == (2, HEIGHT, WIDTH) and bool((out.z[out.valid] > 0).all())
    elif family == "caption":
        assert isinstance(out, str)
    elif family == "inpaint":
        kept = given["hole_mask"] == 0
        assert out.shape == (HEIGHT, WIDTH, 3) and torch.equal(out[kept], given["image"][kept])
        assert float(out.min()) >= 0 and float(out.max()) <= 1
    else:
        assert out.shape == (FRAMES, HEIGHT, WIDTH, 3) and float(out.min()) >= 0 and float(out.max()) <= 1


def test_every_family_has_a_backend_and_files_are_listed_not_imported():
    assert {family for family, _ in EVERY} == set(backends.FAMILIES)
    assert ("segment", "u2net_small") in EVERY
    with pytest.raises(ValueError, match="u2net_small"):
        backends.load("segment", "nothing", Runtime())
    with pytest.raises(ValueError, match="segment"):
        backends.names("colour")


@pytest.mark.parametrize(("family", "name"), EVERY, ids=[f"{family}-{name}" for family, name in EVERY])
def test_backend_keeps_the_contract(family, name):
    module = import_module(f"dreamdance_core.{family}.backends.{name}")
    assert callable(module.load) and module.__doc__, "a backend has load(run, **options), tiny() and a docstring"
    try:
        backend = module.tiny()
        given = arguments(family)
        before = [tensor.clone() for tensor in tensors(given)]
        first = backend(**given)
    except ImportError as missing:
        if "dreamdance[" not in str(missing):
            raise
        pytest.skip(str(missing))
    assert all(torch.equal(a, b) for a, b in zip(tensors(given), before, strict=True)), "an input was modified"
    expect(family, first, given)
    for tensor in tensors(first):
        assert tensor.dtype in (torch.float32, torch.bool) and bool(torch.isfinite(tensor).all())
    again = module.tiny()(**given)
    if isinstance(first, str):
        assert again == first
    assert all(torch.equal(a, b) for a, b in zip(tensors(first), tensors(again), strict=True)), "not repeatable"
