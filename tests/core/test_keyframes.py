"""Key cameras: every key is met, curves are smooth, rotations take the short way, scipy agrees."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy.interpolate import CubicSpline
from scipy.spatial.transform import Rotation, RotationSpline

from dreamdance_core.geometry.keyframes import KeyTime, spread, through_keys
from dreamdance_core.geometry.rigid import rigid, rigid_inverse, so3_exp, so3_log
from dreamdance_core.types import Cameras

K = torch.tensor([[80.0, 0, 53.0], [0, 84.0, 29.5], [0, 0, 1]])


def keys_of(c2w: torch.Tensor, zoom: list[float] | None = None) -> Cameras:
    lens = K.repeat(len(c2w), 1, 1)
    lens[:, :2, :2] *= torch.tensor(zoom or [1.0] * len(c2w))[:, None, None]
    return Cameras(c2w=c2w, K=lens, width=96, height=64, fps=12.0)


def some(count: int = 5, seed: int = 0, turn: float = 0.8) -> Cameras:
    make = torch.Generator().manual_seed(seed)
    R = so3_exp(turn * torch.randn(count, 3, generator=make))
    zoom = (1 + torch.rand(count, generator=make)).tolist()
    return keys_of(rigid(R, torch.randn(count, 3, generator=make)), zoom)


def at(*frames: float, **more: object) -> list[KeyTime]:
    return [KeyTime(frame=float(f), **more) for f in frames]


def second_difference(cameras: Cameras, scale: int) -> torch.Tensor:
    """Change of the step per step, as accelerations at a sampling `scale` times as fine."""
    step = rigid_inverse(cameras.c2w[:-1].double()) @ cameras.c2w[1:].double()
    speed = torch.cat([step[:, :3, 3], so3_log(step[:, :3, :3])], -1) * scale
    return speed.diff(dim=0) * scale


@pytest.mark.parametrize("overshoot", [True, False])
@pytest.mark.parametrize("ends", [True, False])
def test_every_key_is_met(overshoot: bool, ends: bool) -> None:
    for seed in range(5):
        keys = some(5, seed)
        path = through_keys(keys, at(0, 7, 11, 30, 31), overshoot=overshoot, rest_at_ends=ends)
        assert len(path) == 32 and path.fps == 12.0
        met = path[[0, 7, 11, 30, 31]]
        torch.testing.assert_close(met.c2w, keys.c2w, atol=1e-5, rtol=0)
        torch.testing.assert_close(met.K, keys.K, atol=1e-3, rtol=0)
        R = path.c2w[:, :3, :3]
        assert float((R.mT @ R - torch.eye(3)).abs().max()) < 1e-5


def test_position_is_c2_and_rotation_c1() -> None:
    """The finer the sampling, the smaller the jump of the second derivative; of the angular rate likewise."""
    keys, fine = some(6, 3), 200
    path = through_keys(keys, at(*(fine * t for t in (0, 1, 2.5, 3, 5, 6))), rest_at_ends=False)
    x = path.c2w[:, :3, 3].double()
    acceleration = x.diff(dim=0).diff(dim=0) * fine**2
    inner = acceleration[5:-5]
    assert float(inner.diff(dim=0).abs().max()) < 0.25 * float(inner.abs().max())
    step = so3_log(path.c2w[:-1, :3, :3].double().mT @ path.c2w[1:, :3, :3].double()) * fine
    assert float(step.diff(dim=0).norm(dim=-1).max()) < 0.1 * float(step.norm(dim=-1).max())


def test_rotations_agree_with_scipy() -> None:
    """Outside oracles: the natural cubic spline of the angle about one axis, RotationSpline away from the ends."""
    angle, times = np.radians([0, 30, -10, 55, 70]), np.array([0, 10, 16, 30, 44.0])
    axis = np.array([0.3, 0.9, -0.2]) / np.linalg.norm([0.3, 0.9, -0.2])
    R = so3_exp(torch.from_numpy(angle[:, None] * axis).float())
    ours = through_keys(keys_of(rigid(R, torch.zeros(5, 3))), at(*times), rest_at_ends=False)
    theirs = Rotation.from_rotvec(CubicSpline(times, angle, bc_type="natural")(np.arange(45))[:, None] * axis)
    off = Rotation.from_matrix(ours.c2w[:, :3, :3].numpy()) * theirs.inv()
    assert np.degrees(off.magnitude()).max() < 1e-3
    t = np.linspace(0, 1, 21)
    waving = Rotation.from_rotvec(np.stack([0.7 * np.sin(4 * t), 1.2 * t, 0.5 * np.cos(5 * t)], 1))
    keys = keys_of(rigid(torch.from_numpy(waving.as_matrix()).float(), torch.zeros(21, 3)))
    inner = through_keys(keys, spread(21, 401), rest_at_ends=False).c2w[100:301, :3, :3]
    spline = RotationSpline(np.linspace(0, 400, 21), waving)(np.arange(100, 301))
    assert np.degrees((Rotation.from_matrix(inner.numpy()) * spline.inv()).magnitude()).max() < 0.02


@pytest.mark.parametrize("degrees", [170.0, -170.0, 100.0])
def test_rotations_take_the_short_way_without_flips(degrees: float) -> None:
    """Through the poles of yaw and pitch, and past half a turn in total: never more than the keys' own angle."""
    for axis in ((1.0, 0, 0), (0, 1.0, 0), (0, 0, 1.0)):
        turn = torch.tensor(axis) * math.radians(degrees)
        R = so3_exp(torch.stack([0 * turn, turn]))
        path = through_keys(keys_of(rigid(R, torch.zeros(2, 3))), at(0, 40))
        from_first = so3_log(path.c2w[:, :3, :3]).norm(dim=-1).rad2deg()
        assert bool((from_first.diff() >= -1e-3).all()) and float(from_first.max()) < abs(degrees) + 0.1
    quarter = torch.tensor([0.0, math.pi / 2, 0.0])
    around = so3_exp(torch.arange(6)[:, None] * quarter)
    full = through_keys(keys_of(rigid(around, torch.zeros(6, 3))), spread(6, 101), rest_at_ends=False)
    step = so3_log(full.c2w[:-1, :3, :3].mT @ full.c2w[1:, :3, :3])[:, 1]
    torch.testing.assert_close(step, torch.full((100,), 5 * math.pi / 200), atol=1e-3, rtol=0)


def test_focal_lengths_change_by_equal_ratios() -> None:
    path = through_keys(keys_of(torch.eye(4).repeat(2, 1, 1), [1.0, 4.0]), at(0, 8), rest_at_ends=False)
    ratio = path.K[1:, 0, 0] / path.K[:-1, 0, 0]
    torch.testing.assert_close(ratio, torch.full((8,), 4 ** (1 / 8)), rtol=1e-4, atol=0)
    assert torch.equal(path.K[:, 0, 2], torch.full((9,), 53.0))


def test_holds_stand_still_and_stops_come_to_rest() -> None:
    keys = some(4, 2)
    times = [KeyTime(frame=0.0), KeyTime(frame=20.0, hold=10), KeyTime(frame=50.0, stop=True), KeyTime(frame=70.0)]
    path = through_keys(keys, times, rest_at_ends=False)
    assert len(path) == 71
    torch.testing.assert_close(path.c2w[20:31], keys.c2w[1:2].expand(11, 4, 4), atol=1e-5, rtol=0)
    step = (path.c2w[1:] - path.c2w[:-1])[:, :3].abs().amax((1, 2))
    assert max(float(step[49]), float(step[50])) < 0.1 * float(step[40])
    through = through_keys(keys, [replace(t, stop=False, hold=0) for t in times], rest_at_ends=False)
    assert float((through.c2w[51] - through.c2w[50])[:3].abs().max()) > 3 * float(step[50])
    rested = through_keys(keys, [replace(t, stop=False, hold=0) for t in times])
    assert float((rested.c2w[1] - rested.c2w[0])[:3].abs().max()) < 0.2 * float(step[0])


def test_without_overshoot_no_coordinate_leaves_its_keys() -> None:
    x = torch.tensor([0.0, 1.0, 1.0, 0.2, 0.2, 3.0])
    keys = keys_of(rigid(torch.eye(3).repeat(6, 1, 1), torch.stack([x, -x, 0 * x], -1)))
    times = at(0, 3, 20, 24, 40, 60)
    swings, stays = (through_keys(keys, times, overshoot=o, rest_at_ends=False).c2w[:, 0, 3] for o in (True, False))
    assert float(swings.max()) > 3.0 + 1e-3 or float(swings[3:21].max()) > 1.05
    for a, b in zip(times[:-1], times[1:], strict=True):
        piece = stays[int(a.frame) : int(b.frame) + 1]
        low, high = sorted((float(piece[0]), float(piece[-1])))
        assert float(piece.min()) >= low - 1e-6 and float(piece.max()) <= high + 1e-6


def test_constant_speed_moves_pictures_equally_fast() -> None:
    keys = some(5, 6, turn=0.3)
    path = through_keys(keys, at(0, 5, 6, 80, 100), constant_speed=True)
    assert len(path) == 101
    step = rigid_inverse(path.c2w[:-1]) @ path.c2w[1:]
    way = torch.hypot(step[:, :3, 3].norm(dim=-1), so3_log(step[:, :3, :3]).norm(dim=-1))
    assert float(way.std() / way.mean()) < 0.01
    torch.testing.assert_close(path.c2w[[0, -1]], keys.c2w[[0, -1]], atol=1e-5, rtol=0)
    for pose in keys.c2w[1:-1]:
        nearest = (path.c2w - pose)[:, :3].abs().amax((1, 2)).min()
        assert float(nearest) < float(way.mean())
    still = through_keys(keys_of(torch.eye(4).repeat(3, 1, 1), [1.0, 2.0, 1.0]), at(0, 4, 8), constant_speed=True)
    assert torch.isfinite(still.K).all() and float(still.K[4, 0, 0]) == pytest.approx(160.0, rel=1e-3)


def test_single_keys_order_and_faults() -> None:
    keys = some(3, 1)
    alone = through_keys(keys[0], at(0), 5)
    assert torch.equal(alone.c2w, keys.c2w[:1].expand(5, 4, 4))
    shuffled = through_keys(keys[[2, 0, 1]], at(20, 0, 10))
    torch.testing.assert_close(shuffled.c2w, through_keys(keys, at(0, 10, 20)).c2w)
    waits = through_keys(keys, at(5, 10, 20), 30)
    torch.testing.assert_close(waits.c2w[:6], keys.c2w[:1].expand(6, 4, 4), atol=1e-5, rtol=0)
    torch.testing.assert_close(waits.c2w[20:], keys.c2w[2:].expand(10, 4, 4), atol=1e-5, rtol=0)
    with pytest.raises(ValueError, match="follow each other, got 10 and then 10"):
        through_keys(keys, at(0, 10, 10))
    with pytest.raises(ValueError, match="held for 9"):
        through_keys(keys, [KeyTime(frame=0.0), KeyTime(frame=4.0, hold=9), KeyTime(frame=9.0)])
    with pytest.raises(ValueError, match="one time per camera"):
        through_keys(keys, at(0, 10))
