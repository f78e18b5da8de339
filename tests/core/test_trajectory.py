"""Camera paths by name: spiral frames, presets, combined moves, a shaking hand."""

import pytest
import torch

from dreamdance_core.geometry.easing import EASES
from dreamdance_core.geometry.pinhole import intrinsics
from dreamdance_core.geometry.rigid import rebase, rigid, rigid_inverse, so3_exp, so3_log
from dreamdance_core.geometry.shake import shake
from dreamdance_core.geometry.trajectory import (
    MOVES,
    PRESETS,
    Move,
    camera_path,
    combined,
    preset_size,
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


def test_sizes_are_degrees_scene_units_and_times():
    """The unit of each move, whatever the distance."""
    at_five = {"distance": 5.0, "reference": _reference(), "count": 7}
    for name, degrees in (("pan", 30.0), ("tilt", -12.0), ("roll", 8.0), ("orbit", 40.0), ("crane", 25.0)):
        R = combined([Move(name=name, size=degrees)], **at_five).c2w[-1, :3, :3]
        assert abs(float(so3_log(R).norm().rad2deg()) - abs(degrees)) < 1e-3, name
    for name, axis in (("truck", 0), ("pedestal", 1), ("dolly", 2)):
        t = combined([Move(name=name, size=0.7)], **at_five).c2w[-1, :3, 3]
        assert abs(float(t.norm()) - 0.7) < 1e-6 and abs(float(t[axis])) == float(t.norm()), name
    wide = combined([Move(name="zoom", size=0.5)], **at_five)
    torch.testing.assert_close(wide.K[-1, :2, :2], 0.5 * _reference().K[0, :2, :2])
    assert set(MOVES) == set(PRESETS) - {"spiral", "handheld"}


def test_up_is_minus_y_in_every_move():
    """Trap 3: a camera that rises has a smaller y, one that looks up a forward axis with a smaller y."""
    ends = {n: combined([Move(name=n, size=10.0)], 5, _reference()).c2w[-1] for n in ("pedestal", "crane", "tilt")}
    assert ends["pedestal"][1, 3] < -1 and ends["crane"][1, 3] < 0
    assert ends["crane"][1, 2] > 0, "risen, it looks down at the subject"
    assert ends["tilt"][1, 2] < 0


def test_orbits_keep_their_subject_in_its_place():
    pivot = torch.tensor([0.0, 0.0, 3.0, 1.0])
    for name in ("orbit", "crane"):
        seen = rigid_inverse(combined([Move(name=name, size=50.0)], 9, _reference(), distance=3.0).c2w) @ pivot
        torch.testing.assert_close(seen[:, :3], pivot[:3].expand(9, 3), atol=1e-5, rtol=0)


@pytest.mark.parametrize("others", [[], [("orbit", 30.0)], [("pedestal", 0.4), ("truck", 0.2), ("pan", 10.0)]])
def test_a_dolly_zoom_keeps_the_subjects_size(others):
    """A small object at the distance has the same size in every picture, near ones grow and far ones shrink."""
    moves = [Move(name=name, size=size) for name, size in [*others, ("dolly_zoom", 1.2)]]
    path = combined(moves, 12, _reference(), distance=4.0)
    w2c = rigid_inverse(path.c2w)
    z = (w2c @ torch.tensor([0.0, 0.0, 4.0, 1.0]))[:, 2]
    torch.testing.assert_close(path.K[:, 0, 0] / z, (path.K[0, 0, 0] / z[0]).expand(12), rtol=1e-5, atol=0)
    if not others:
        assert path.K[-1, 0, 0] < path.K[0, 0, 0], "forward means wider"
    with pytest.raises(ValueError, match="before its subject"):
        combined([Move(name="dolly_zoom", size=4.0)], 12, _reference(), distance=4.0)


def test_moves_combine_in_their_own_frames_and_ease_as_asked():
    orbit, rise = Move(name="orbit", size=30.0), Move(name="pedestal", size=0.5)
    both = combined([orbit, rise, Move(name="zoom", size=2.0)], 8, _reference(), distance=2.0)
    alone = [combined([move], 8, _reference(), distance=2.0) for move in (orbit, rise)]
    torch.testing.assert_close(both.c2w, alone[0].c2w @ alone[1].c2w, atol=1e-6, rtol=0)
    torch.testing.assert_close(both.K[-1, 0, 0], torch.tensor(160.0))
    assert torch.equal(both.K[:, 0, 2], _reference().K[:, 0, 2].expand(8))
    steps = {}
    for ease in EASES:
        x = combined([Move(name="truck", size=1.0, ease=ease)], 101, _reference()).c2w[:, 0, 3]
        steps[ease] = x.diff()
        assert float(x[-1]) == pytest.approx(1.0) and bool((x.diff() >= 0).all()), ease
    assert max(float(steps["smooth"][0]), float(steps["smooth"][-1])) < 1e-3
    torch.testing.assert_close(steps["linear"], torch.full((100,), 0.01), atol=1e-6, rtol=0)
    assert float(steps["in"][0]) < 1e-3 < 0.01 < float(steps["in"][-1])
    torch.testing.assert_close(steps["out"], steps["in"].flip(0), atol=1e-6, rtol=0)


def test_a_preset_is_its_move_of_calm_size():
    for name in ("orbit", "dolly", "zoom", "dolly_zoom"):
        preset = camera_path(name, 6, 0.6, _reference(), distance=2.0)
        move = combined([Move(name=name, size=preset_size(name, 0.6, 2.0))], 6, _reference(), distance=2.0)
        assert torch.equal(preset.c2w, move.c2w) and torch.equal(preset.K, move.K)


def test_the_hand_is_one_of_time_and_within_its_band():
    """Same seed, same sway at any rate and length; RMS as asked; nothing outside the band."""
    slow, fast = shake(240, 24.0, 0.5, 0.02, seed=3), shake(600, 60.0, 0.5, 0.02, seed=3)
    torch.testing.assert_close(fast[::5, :3, 3][:120], slow[::2, :3, 3][:120], atol=1e-6, rtol=0)
    assert torch.equal(slow[0], torch.eye(4))
    long = shake(24 * 400, 24.0, 0.5, 0.02, band=(0.5, 2.0), seed=5)
    sway = long[:, :3, 3].double()
    rms = (sway - sway.mean(0)).pow(2).mean(0).sqrt()
    torch.testing.assert_close(rms, torch.full((3,), 0.02, dtype=torch.float64), rtol=0.05, atol=0)
    turns = so3_log(long[:, :3, :3]).double().rad2deg()
    torch.testing.assert_close(
        (turns - turns.mean(0)).pow(2).mean(0).sqrt(), torch.full((3,), 0.5).double(), rtol=0.05, atol=0
    )
    window = torch.hann_window(len(sway), dtype=torch.float64)[:, None]
    power = torch.fft.rfft((sway - sway.mean(0)) * window, dim=0).abs().pow(2).sum(1)
    hertz = torch.fft.rfftfreq(len(sway), 1 / 24)
    inside = (hertz > 0.48) & (hertz < 2.05)
    assert float(power[~inside].sum() / power.sum()) < 1e-4
    with pytest.raises(ValueError, match="band"):
        shake(5, 24.0, 1.0, 0.0, band=(3.0, 1.0))


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="preset must be one of"):
        camera_path("swirl", 3, 1.0, _reference())
    with pytest.raises(ValueError, match="must be one of"):
        combined([Move(name="spiral", size=1.0)], 3, _reference())
    with pytest.raises(ValueError, match="zoom must be above 0"):
        combined([Move(name="zoom", size=-2.0)], 3, _reference())
    with pytest.raises(ValueError, match="ease must be one of"):
        combined([Move(name="pan", size=2.0, ease="bounce")], 3, _reference())
    with pytest.raises(ValueError, match="radius"):
        spiral(0.0, 1.0)
