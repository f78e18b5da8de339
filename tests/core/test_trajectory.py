"""Camera paths: spiral frames, presets and operations on paths."""

import math

import pytest
import torch

from dreamdance_core.geometry.pinhole import intrinsics
from dreamdance_core.geometry.rigid import rebase, rigid, rigid_inverse, so3_exp, so3_log
from dreamdance_core.geometry.trajectory import (
    PRESETS,
    camera_path,
    clamp_path,
    concat,
    retime,
    reverse,
    scale_path,
    smooth,
    spiral,
)
from dreamdance_core.types import Cameras


def _reference() -> Cameras:
    K = intrinsics(96, 64, 80.0)
    K[0, 2] += 5.0
    return Cameras(c2w=torch.eye(4)[None], K=K[None], width=96, height=64, fps=12.0)


def _random_path(count: int, seed: int = 0) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    steps = torch.randn(count, 6, generator=generator).cumsum(0) * 0.1
    return rigid(so3_exp(steps[:, :3]), steps[:, 3:])


def _max_skew(c2w: torch.Tensor) -> float:
    R = c2w[:, :3, :3]
    return float((R.mT @ R - torch.eye(3)).abs().max())


@pytest.mark.parametrize(("radius", "near"), [(1.0, 1.0), (10.0, 0.7), (0.2, 3.0)])
def test_spiral_frames_are_proper_rotations(radius, near):
    """Traps 1, 3, 5."""
    c2w = spiral(radius, near)
    assert c2w.shape == (60, 4, 4)
    assert _max_skew(c2w) < 1e-6
    torch.testing.assert_close(torch.linalg.det(c2w[:, :3, :3]), torch.ones(60))
    assert torch.equal(c2w[0], torch.eye(4))
    torch.testing.assert_close(c2w[-1], torch.eye(4), atol=1e-6 * radius, rtol=0)
    assert c2w[:, 1, 3].max() <= 1e-7 * radius  # y is down: the camera never goes under the floor
    assert c2w[:, :3, 3].norm(dim=-1).max() <= 0.3 * near * (1 + 1e-5)


def test_spiral_looks_at_its_target():
    c2w = spiral(4.0, 100.0)
    target = rigid_inverse(c2w)[:, :3, :3] @ torch.tensor([0.0, 0.0, 2.0]) + rigid_inverse(c2w)[:, :3, 3]
    assert target[:, :2].abs().max() < 1e-5
    assert target[:, 2].min() > 0


def test_spiral_scales_with_the_scene():
    """Trap 2."""
    small, large = spiral(0.9, 0.4), spiral(9.0, 4.0)
    torch.testing.assert_close(large[:, :3, 3], 10 * small[:, :3, 3], rtol=1e-5, atol=1e-6)
    torch.testing.assert_close(large[:, :3, :3], small[:, :3, :3])


def test_spiral_as_printed_is_a_mirror_and_the_reference_code_is_not():
    """Trap 1: the literal formula must stay recognisable as what it is."""
    paper = spiral(1.0, 1.0, formula="paper")
    assert torch.linalg.det(paper[:, :3, :3]).max() < 0
    assert torch.allclose(paper[0, :3, :3], torch.diag(torch.tensor([-1.0, 1.0, 1.0])))
    reference = spiral(10.0, 1.0, formula="vistadream")
    assert _max_skew(reference) < 1e-6
    centre = reference[:, :3, 3]  # the effective centres published for R = 10
    torch.testing.assert_close(centre.amin(0), torch.tensor([-2.0, -1.48, -1.74]), atol=0.1, rtol=0)
    torch.testing.assert_close(centre.amax(0), torch.tensor([2.0, 0.0, 1.11]), atol=0.1, rtol=0)


@pytest.mark.parametrize("preset", PRESETS)
def test_presets_start_at_identity_and_are_rigid(preset):
    path = camera_path(preset, 20, 0.8, _reference(), distance=3.0, seed=4)
    assert len(path) == 20
    assert (path.width, path.height, path.fps) == (96, 64, 12.0)
    assert torch.equal(path.c2w[0], torch.eye(4))
    assert _max_skew(path.c2w) < 1e-5
    torch.testing.assert_close(path.K[0], _reference().K[0])
    moved = (path.c2w - torch.eye(4)).abs().max() + (path.K - path.K[:1]).abs().max()
    assert (moved == 0) if preset == "static" else (moved > 0.02)
    step = (path.c2w[1:, :3, 3] - path.c2w[:-1, :3, 3]).norm(dim=-1)
    assert step.max() < 0.5


def test_presets_move_where_their_names_say():
    end = {p: camera_path(p, 9, 1.0, _reference(), distance=2.0) for p in ("dolly", "truck", "pedestal", "pan", "zoom")}
    torch.testing.assert_close(end["dolly"].c2w[-1, :3, 3], torch.tensor([0.0, 0.0, 0.5]))
    torch.testing.assert_close(end["truck"].c2w[-1, :3, 3], torch.tensor([0.4, 0.0, 0.0]))
    assert end["pedestal"].c2w[-1, 1, 3] < 0  # up
    assert end["pan"].c2w[-1, 0, 2] > 0  # forward turns to +x
    torch.testing.assert_close(end["zoom"].K[-1, 0, 0], torch.tensor(120.0))
    assert torch.equal(end["zoom"].K[:, 0, 2], torch.full((9,), 53.0))
    handheld = camera_path("handheld", 30, 1.0, _reference(), seed=1)
    torch.testing.assert_close(handheld.c2w, camera_path("handheld", 30, 1.0, _reference(), seed=1).c2w)
    assert not torch.allclose(handheld.c2w, camera_path("handheld", 30, 1.0, _reference(), seed=2).c2w)


def test_standardising_ignores_the_frame_a_path_stands_in():
    """Traps 7, 8."""
    path = _random_path(12)
    moved = rigid(so3_exp(torch.tensor([0.7, -1.2, 0.4])), torch.tensor([5.0, -3.0, 2.0])) @ path
    torch.testing.assert_close(rebase(moved), rebase(path), atol=2e-5, rtol=0)
    assert torch.equal(rebase(moved)[0], torch.eye(4))


def test_smoothing_keeps_frame_zero_lines_and_rigidity():
    path = _random_path(40, seed=2)
    noisy = path.clone()
    noisy[:, :3, 3] += 0.02 * torch.randn(40, 3, generator=torch.Generator().manual_seed(3))
    out = smooth(noisy, 2.0)
    assert torch.equal(out[0], noisy[0])
    assert _max_skew(out) < 1e-5
    jerk = [c[:, :3, 3].diff(dim=0).diff(dim=0).norm(dim=-1).mean() for c in (noisy, out)]
    assert jerk[1] < 0.3 * jerk[0]
    line = torch.linspace(0, 1, 30)[:, None]
    steady = rigid(so3_exp(line * torch.tensor([0.0, 1.0, 0.0])), line * torch.tensor([1.0, 2.0, 3.0]))
    torch.testing.assert_close(smooth(steady, 2.0), steady, atol=1e-5, rtol=0)


def test_smoothing_survives_more_than_half_a_turn():
    angle = torch.linspace(0, 1.8 * math.pi, 60)
    spin = rigid(so3_exp(torch.stack([0 * angle, angle, 0 * angle], -1)), torch.zeros(60, 3))
    torch.testing.assert_close(smooth(spin, 1.5), spin, atol=1e-4, rtol=0)


def test_retime_keeps_ends_and_passes_through():
    cameras = Cameras(c2w=_random_path(7), K=_reference().K.repeat(7, 1, 1), width=96, height=64)
    twice = retime(cameras, 13, fps=30.0)
    assert twice.fps == 30.0
    torch.testing.assert_close(twice.c2w[::2], cameras.c2w, atol=1e-5, rtol=0)
    between = so3_log(cameras.c2w[0, :3, :3].mT @ twice.c2w[1, :3, :3])
    torch.testing.assert_close(
        2 * between, so3_log(cameras.c2w[0, :3, :3].mT @ cameras.c2w[1, :3, :3]), atol=1e-4, rtol=0
    )
    assert len(retime(cameras[0], 5)) == 5
    torch.testing.assert_close(retime(cameras, 1).c2w, cameras.c2w[:1])


def test_reverse_concat_scale_clamp():
    reference = _reference()
    push = camera_path("dolly", 5, 1.0, reference)
    turn = camera_path("pan", 4, 1.0, reference)
    joined = concat(push, turn)
    assert len(joined) == 8
    torch.testing.assert_close(joined.c2w[-1], push.c2w[-1] @ turn.c2w[-1])
    torch.testing.assert_close(reverse(joined).c2w[0], joined.c2w[-1])
    torch.testing.assert_close(scale_path(push.c2w, 3.0)[:, :3, 3], 3 * push.c2w[:, :3, 3])
    far = scale_path(push.c2w, 100.0)
    held = clamp_path(far, 0.5)
    assert held[:, :3, 3].norm(dim=-1).max() <= 0.5 + 1e-6
    torch.testing.assert_close(
        clamp_path(scale_path(push.c2w, 1e-3), 0.5), scale_path(push.c2w, 1e-3), atol=1e-7, rtol=0
    )
    other = Cameras(c2w=torch.eye(4)[None], K=reference.K, width=64, height=64)
    with pytest.raises(ValueError, match="96x64 and 64x64"):
        concat(push, other)


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="preset must be one of"):
        camera_path("swirl", 3, 1.0, _reference())
    with pytest.raises(ValueError, match="radius"):
        spiral(0.0, 1.0)
