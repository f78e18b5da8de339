"""Operations on camera paths: what stays, what comes back, how smooth the joints are."""

import math
from dataclasses import replace

import pytest
import torch

from dreamdance_core.geometry import path_edits as edits
from dreamdance_core.geometry.path_edits import concat, retime, reverse, smooth
from dreamdance_core.geometry.pinhole import project
from dreamdance_core.geometry.rigid import rebase, rigid, rigid_inverse, so3_exp, so3_log
from dreamdance_core.geometry.shake import shake
from dreamdance_core.geometry.trajectory import Move, combined, scale_path
from dreamdance_core.types import Cameras

WIDTH, HEIGHT = 96, 64
K = torch.tensor([[80.0, 0, 53.0], [0, 84.0, 29.5], [0, 0, 1]])
REFERENCE = Cameras(c2w=torch.eye(4)[None], K=K[None], width=WIDTH, height=HEIGHT, fps=12.0)


def random_path(count: int, seed: int = 0) -> torch.Tensor:
    """A path of jumps, not standing at the identity."""
    steps = torch.randn(count, 6, generator=torch.Generator().manual_seed(seed)).cumsum(0) * 0.1
    return rigid(so3_exp(steps[:, :3]), steps[:, 3:])


def of(c2w: torch.Tensor, fps: float = 12.0) -> Cameras:
    """Cameras on these poses, with a lens that zooms."""
    lens = K.repeat(len(c2w), 1, 1)
    lens[:, :2, :2] *= (1 + 0.02 * torch.arange(len(c2w)))[:, None, None]
    return Cameras(c2w=c2w, K=lens, width=WIDTH, height=HEIGHT, fps=fps)


def smooth_path(count: int = 40) -> Cameras:
    moves = [Move(name="orbit", size=50.0), Move(name="pedestal", size=0.6), Move(name="zoom", size=1.7)]
    path = combined(moves, count, REFERENCE, distance=3.0)
    return replace(path, c2w=random_path(2, 7)[1] @ path.c2w)


def skew(c2w: torch.Tensor) -> float:
    R = c2w[:, :3, :3]
    return float((R.mT @ R - torch.eye(3)).abs().max())


def speeds(cameras: Cameras) -> torch.Tensor:
    """(T-1,6) translation and turn of each step in the camera's own frame."""
    step = rigid_inverse(cameras.c2w[:-1].double()) @ cameras.c2w[1:].double()
    return torch.cat([step[:, :3, 3], so3_log(step[:, :3, :3])], -1)


def same(a: Cameras, b: Cameras, atol: float = 1e-5) -> None:
    torch.testing.assert_close(a.c2w, b.c2w, atol=atol, rtol=0)
    torch.testing.assert_close(a.K, b.K, atol=1e-3, rtol=0)
    assert (a.width, a.height) == (b.width, b.height) and a.fps == pytest.approx(b.fps)


SWAY = shake(30, 12.0, 0.4, 0.02, seed=1)
OPERATIONS = {
    "retime": lambda c: retime(c, 47, ease="smooth"),
    "resample": lambda c: edits.resample(c, 30.0),
    "trim": lambda c: edits.trim(c, 0, 9),
    "ping_pong": edits.ping_pong,
    "loop": lambda c: edits.loop(c, 12),
    "concat": lambda c: concat(c, c, blend=5),
    "smooth": lambda c: replace(c, c2w=smooth(c.c2w, 2.0)),
    "stabilise": lambda c: edits.stabilise(c, 1.0),
    "scaled": lambda c: edits.scaled(c, -1.7),
    "hold": lambda c: edits.hold(c, 3, 4),
    "shaken": lambda c: edits.shaken(c, SWAY),
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_camera_zero_stays_and_poses_stay_rigid(name):
    """Traps 5, 7, 8: also for a path that does not begin at the identity; and the frame it stands in is no matter."""
    path = of(random_path(30, 2))
    out = OPERATIONS[name](path)
    assert torch.equal(out.c2w[0], path.c2w[0]) and torch.equal(out.K[0], path.K[0])
    assert skew(out.c2w) < 1e-5 and float(torch.linalg.det(out.c2w[:, :3, :3]).min()) > 0.999
    assert torch.isfinite(out.K).all()
    moved = rigid(so3_exp(torch.tensor([0.7, -1.2, 0.4])), torch.tensor([5.0, -3.0, 2.0]))
    again = OPERATIONS[name](replace(path, c2w=moved @ path.c2w))
    torch.testing.assert_close(again.c2w, moved @ out.c2w, atol=5e-5, rtol=0)


def test_smoothing_keeps_frame_zero_lines_and_rigidity():
    path = random_path(40, seed=2)
    noisy = path.clone()
    noisy[:, :3, 3] += 0.02 * torch.randn(40, 3, generator=torch.Generator().manual_seed(3))
    out = smooth(noisy, 2.0)
    assert torch.equal(out[0], noisy[0])
    assert skew(out) < 1e-5
    jerk = [c[:, :3, 3].diff(dim=0).diff(dim=0).norm(dim=-1).mean() for c in (noisy, out)]
    assert jerk[1] < 0.3 * jerk[0]
    line = torch.linspace(0, 1, 30)[:, None]
    steady = rigid(so3_exp(line * torch.tensor([0.0, 1.0, 0.0])), line * torch.tensor([1.0, 2.0, 3.0]))
    torch.testing.assert_close(smooth(steady, 2.0), steady, atol=1e-5, rtol=0)


def test_smoothing_survives_more_than_half_a_turn():
    angle = torch.linspace(0, 1.8 * math.pi, 60)
    spin = rigid(so3_exp(torch.stack([0 * angle, angle, 0 * angle], -1)), torch.zeros(60, 3))
    torch.testing.assert_close(smooth(spin, 1.5), spin, atol=1e-4, rtol=0)
    torch.testing.assert_close(edits.stabilise(of(spin), 1.0).c2w, spin, atol=1e-4, rtol=0)


def test_retime_keeps_ends_and_passes_through():
    cameras = of(random_path(7))
    twice = retime(cameras, 13, fps=30.0)
    assert twice.fps == 30.0
    same(twice[list(range(0, 13, 2))], replace(cameras, fps=30.0))
    assert len(retime(cameras[0], 5)) == 5
    torch.testing.assert_close(retime(cameras, 1).c2w, cameras.c2w[:1])
    same(retime(cameras, 7), cameras, atol=0)
    line = torch.linspace(0, 1, 9)[:, None]
    steady = of(rigid(so3_exp(line * torch.tensor([0.3, 1.0, -0.2])), line * torch.tensor([1.0, 2.0, 3.0])))
    slow = retime(steady, 33).c2w
    torch.testing.assert_close(
        slow[:, :3, 3].diff(dim=0), torch.tensor([[1.0, 2, 3]]).expand(32, 3) / 32, atol=1e-5, rtol=0
    )
    turned = so3_log(slow[:-1, :3, :3].mT @ slow[1:, :3, :3])
    torch.testing.assert_close(turned, torch.tensor([[0.3, 1.0, -0.2]]).expand(32, 3) / 32, atol=1e-5, rtol=0)


def test_slowed_down_moves_have_no_kinks():
    """Ten times slower: the step changes little from frame to frame, where straight pieces would jump at each key."""
    slow = speeds(retime(of(random_path(9, 4)), 81))
    pieces = speeds(of(random_path(9, 4))).repeat_interleave(10, 0) / 10
    assert float(slow.diff(dim=0).abs().max()) < 0.25 * float(pieces.diff(dim=0).abs().max())


def test_retime_with_a_speed_curve_starts_and_ends_at_rest():
    line = combined([Move(name="truck", size=1.0, ease="linear")], 20, REFERENCE)
    x = retime(line, 101, ease="smooth").c2w[:, 0, 3]
    share = torch.linspace(0, 1, 101)
    torch.testing.assert_close(x, share * share * (3 - 2 * share), atol=1e-5, rtol=0)


@pytest.mark.parametrize("fps", [30.0, 24.0, 8.0, 23.976])
def test_another_frame_rate_keeps_the_clock(fps):
    """Trap 12: what stood at a second stands there still."""
    line = combined([Move(name="truck", size=4.0, ease="linear")], 49, REFERENCE)  # 4 s at 12 fps, 1 unit per second
    out = edits.resample(line, fps)
    assert out.fps == fps and len(out) == math.floor(4 * fps + 1e-6) + 1
    torch.testing.assert_close(out.c2w[:, 0, 3], torch.arange(len(out)) / fps, atol=1e-5, rtol=0)
    same(edits.resample(edits.resample(smooth_path(49), 36.0), 12.0), smooth_path(49))


def test_inverse_operations_give_the_path_back():
    path = of(random_path(20, 5))
    same(reverse(reverse(path)), path, atol=0)
    same(edits.mirror(edits.mirror(path)), path)
    same(edits.scaled(edits.scaled(path, 4.0), 0.25), path)
    same(edits.trim(edits.hold(path, 6, 3), 6, 20), path, atol=0)
    same(edits.trim(edits.ping_pong(path), 0, 20), path, atol=0)
    same(edits.trim(edits.loop(path, 9), 0, 20), path, atol=0)
    same(retime(retime(path, 77), 20), path)
    there_and_back = edits.ping_pong(path)
    same(reverse(there_and_back), there_and_back, atol=0)
    assert len(there_and_back) == 39
    same(edits.shaken(edits.shaken(path, SWAY[:20]), rigid_inverse(SWAY[:20])), path)
    assert torch.equal(edits.rebased(path).c2w[0], torch.eye(4))
    same(concat(edits.trim(path, 0, 12), edits.trim(path, 11)), path)


def test_trimming_stays_inside():
    path = of(random_path(20, 5))
    same(edits.trim(path, -5), path[15:], atol=0)
    for start, count in ((0, 21), (20, 1), (-21, 2), (3, 0)):
        with pytest.raises(ValueError, match="within the path"):
            edits.trim(path, start, count)


def test_a_loop_closes_in_place_lens_and_speed():
    path = edits.trim(smooth_path(300), 50, 200)  # it moves at both ends
    closed = edits.loop(path, 240)
    assert len(closed) == 440
    assert torch.equal(closed.c2w[-1], path.c2w[0]) and torch.equal(closed.K[-1], path.K[0])
    endless = closed[[*range(439), *range(440)]]
    change = speeds(endless).diff(dim=0).norm(dim=-1)
    joints = change[[198, 199, 438, 439]]  # where the way back begins, where the path starts anew
    assert float(joints.max()) < 0.1 * float(speeds(endless).norm(dim=-1)[[198, 439]].min())
    focal = endless.K[:, 0, 0].log().diff()
    assert float(focal.diff()[[198, 199, 438, 439]].abs().max()) < 0.1 * float(focal.abs().max())


def test_joined_paths_and_their_joint():
    push = combined([Move(name="dolly", size=1.0, ease="linear")], 21, REFERENCE)
    side = combined([Move(name="truck", size=1.0, ease="linear"), Move(name="pan", size=40.0)], 31, REFERENCE)
    hard = concat(push, side)
    assert len(hard) == 51
    torch.testing.assert_close(hard.c2w[-1], push.c2w[-1] @ side.c2w[-1])
    torch.testing.assert_close(reverse(hard).c2w[0], hard.c2w[-1])
    soft = concat(push, side, blend=6)
    assert len(soft) == 51
    outside = [*range(15), *range(26, 51)]
    same(soft[outside], hard[outside])
    kink = [float(speeds(path).diff(dim=0).norm(dim=-1).max()) for path in (hard, soft)]
    assert kink[1] < 0.35 * kink[0]
    twice_as_fast = edits.resample(side, 24.0)
    same(concat(push, twice_as_fast), hard)
    other = Cameras(c2w=torch.eye(4)[None], K=K[None], width=64, height=64)
    with pytest.raises(ValueError, match="96x64 and 64x64"):
        concat(push, other)


def test_stabilising_removes_the_hand_and_keeps_the_move():
    """A slow eased move with a 2 Hz tremble: the tremble goes, the move stays."""
    move = edits.retime(smooth_path(40), 144)
    trembling = edits.shaken(move, shake(144, 12.0, 0.5, 0.02, band=(2.0, 4.0), seed=2))
    jitter = [
        float((speeds(c) - speeds(move)).diff(dim=0).norm(dim=-1).mean())
        for c in (trembling, edits.stabilise(trembling, 0.8))
    ]
    assert jitter[1] < 0.05 * jitter[0]
    calm = edits.stabilise(move, 0.8)
    torch.testing.assert_close(calm.c2w, move.c2w, atol=2e-2, rtol=0)
    t = torch.linspace(0, 1, 60)
    parabola = of(rigid(torch.eye(3).repeat(60, 1, 1), torch.stack([t * t, -t, 3 * t * t + t], -1)))
    torch.testing.assert_close(edits.stabilise(parabola, 0.3).c2w, parabola.c2w, atol=1e-4, rtol=0)
    with pytest.raises(ValueError, match="cutoff must be"):
        edits.stabilise(move, 6.0)


def test_mirrored_cameras_see_the_mirrored_scene_mirrored():
    """Trap 14: the principal point is mirrored too."""
    path = of(random_path(6, 9))
    points = torch.randn(40, 3, generator=torch.Generator().manual_seed(1)) + torch.tensor([0.0, 0, 4.0])
    flipped = edits.mirror(path)
    for t in range(6):
        ours, z = project(points, path.K[t], rigid_inverse(path.c2w)[t])
        theirs, same_z = project(points * torch.tensor([-1.0, 1, 1]), flipped.K[t], rigid_inverse(flipped.c2w)[t])
        torch.testing.assert_close(z, same_z)
        near = z > 0.5
        torch.testing.assert_close(theirs[near, 0], WIDTH - ours[near, 0], atol=1e-2, rtol=1e-4)
        torch.testing.assert_close(theirs[near, 1], ours[near, 1], atol=1e-2, rtol=1e-4)


def test_scaling_moves_only_positions():
    path = of(random_path(6, 9))
    out = edits.scaled(path, 3.0)
    torch.testing.assert_close(rebase(out.c2w), scale_path(rebase(path.c2w), 3.0), atol=1e-5, rtol=0)
    assert torch.equal(edits.scaled(path, 0.0).c2w[:, :3, 3], path.c2w[:1, :3, 3].expand(6, 3))
