"""A figure keeps its place in the world under moving cameras: made walkers with known ground contacts."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch

from dreamdance_core.figure_steps import animate_job
from dreamdance_core.geometry.pinhole import intrinsics, project
from dreamdance_core.geometry.rigid import look_at, rebase, rigid_inverse, so3_exp
from dreamdance_core.pose.draw import draw_body
from dreamdance_core.pose.follow import (
    Shot,
    as_a_still_camera_sees,
    as_cameras_see,
    driver_depth,
    ground_depth,
    retargeted_in,
)
from dreamdance_core.pose.retarget import RetargetOptions, retarget
from dreamdance_core.run_options import AnimateOptions
from dreamdance_core.types import Cameras, Cutout, Depth, PoseTrack

FRAMES, STRIDE = 60, 15  # frames; a foot stands for STRIDE of them, and steps for STRIDE
W, H = 640, 480
FEET = ((15, 0), (16, 1))  # ankle, and its phase


def _foot(t: int, phase: int) -> tuple[float, float]:
    """How far along, and how high, a foot is: it stands, then makes a step of 0.5."""
    cycle, part = divmod(t / STRIDE + phase, 2)
    air = max(0.0, part - 1)
    return 0.5 * cycle - 0.25 * phase + 0.5 * air, 0.12 * math.sin(math.pi * air)


def walker(size: float = 1.0, z: float = 5.0, x: float = 0.0, leg: float = 0.9) -> torch.Tensor:
    """(T,133,3) points of a figure that walks to the right over the ground 1.5 below the camera; nan = not there."""
    points = torch.full((FRAMES, 133, 3), float("nan"))
    for t in range(FRAMES):
        (left, up), (right, lift) = (_foot(t, phase) for _, phase in FEET)
        hips = (left + right) / 2
        at = {15: (left + 0.1, 0.08 + up), 16: (right - 0.1, 0.08 + lift)}
        at |= {13: (left + 0.1, leg / 2), 14: (right - 0.1, leg / 2), 11: (hips + 0.12, leg), 12: (hips - 0.12, leg)}
        at |= {5: (hips + 0.18, leg + 0.5), 6: (hips - 0.18, leg + 0.5), 7: (hips + 0.3, leg + 0.25)}
        at |= {8: (hips - 0.3, leg + 0.25), 9: (hips + 0.35, leg), 10: (hips - 0.35, leg), 0: (hips, leg + 0.7)}
        at |= {1: (hips + 0.03, leg + 0.73), 2: (hips - 0.03, leg + 0.73), 3: (hips + 0.07, leg + 0.7)}
        for point, (along, high) in (at | {4: (hips - 0.07, leg + 0.7)}).items():
            points[t, point] = torch.tensor([x + size * along, 1.5 - size * high, z])
    return points


def filmed(points: torch.Tensor, cameras: Cameras) -> PoseTrack:
    xy, there = torch.zeros(FRAMES, 1, 133, 2), torch.isfinite(points[..., 0])
    for t in range(FRAMES):
        xy[t, 0], _ = project(points[t].nan_to_num(1.0), cameras.K[t], rigid_inverse(cameras.c2w[t]))
    return PoseTrack(xy=xy, score=there[:, None].float(), width=W, height=H)


def path(kind: str, gain: float = 1.0, zoom: float = 0.0) -> Cameras:
    """A move of FRAMES cameras; gain multiplies its translations."""
    s, c2w, nothing = torch.linspace(0, 1, FRAMES), torch.eye(4).repeat(FRAMES, 1, 1), torch.zeros(FRAMES)
    if kind == "truck":
        c2w[:, 0, 3] = s
    elif kind == "dolly":
        c2w[:, 2, 3] = 1.5 * s
    elif kind == "pan":
        c2w[:, :3, :3] = so3_exp(torch.stack([nothing, 0.2 * s, nothing], -1))
    elif kind == "orbit":
        eye = torch.stack([5 * torch.sin(0.3 * s), nothing, 5 - 5 * torch.cos(0.3 * s)], -1)
        c2w = rebase(look_at(eye, torch.tensor([0.0, 0.0, 5.0]).expand(FRAMES, 3)))
    elif kind == "handheld":
        shake = [0.02 * torch.sin(9 * s), 0.1 * torch.sin(7 * s), 0.05 * torch.sin(5 * s)]
        c2w[:, :3, :3] = so3_exp(torch.stack(shake, -1))
        c2w[:, 0, 3] = 0.1 * torch.sin(4 * s)
    c2w[:, :3, 3] *= gain
    K = intrinsics(W, H, 600.0).repeat(FRAMES, 1, 1)
    K[:, :2, :2] *= (1 + zoom * s)[:, None, None]
    K[:, 0, 2] -= 21
    return Cameras(c2w=c2w, K=K, width=W, height=H)


def slide(track: PoseTrack, cameras: Cameras, z: float) -> float:
    """The furthest, px, that a standing foot gets from the spot of the world on which it was set down."""
    worst = 0.0
    for ankle, phase in FEET:
        stands = [t for t in range(FRAMES) if (t / STRIDE + phase) % 2 <= 1]
        for cycle in {int((t / STRIDE + phase) // 2) for t in stands}:
            frames = [t for t in stands if int((t / STRIDE + phase) // 2) == cycle]
            still = as_a_still_camera_sees(track, cameras, z).xy[frames, 0, ankle]
            fixed = replace(track, xy=still[:1, None, None].expand(FRAMES, 1, 133, 2).clone())
            seen = as_cameras_see(fixed, cameras, z).xy[frames, 0, ankle]
            worst = max(worst, float((track.xy[frames, 0, ankle] - seen).norm(dim=-1).max()))
    return worst


def flat(z: float) -> Depth:
    return Depth(z=torch.full((1, H, W), z), valid=torch.ones(1, H, W, dtype=torch.bool))


def first(track: PoseTrack) -> PoseTrack:
    return replace(track, xy=track.xy[:1], score=track.score[:1])


MOVES = ("truck", "dolly", "pan", "orbit", "handheld")


@pytest.mark.parametrize("kind", MOVES)
def test_a_pose_seen_by_cameras_is_what_they_film(kind):
    """Outside oracle: the projected 3D figure; exact where it stands, near it elsewhere (it is taken for a card)."""
    cameras = path(kind, zoom=0.3)
    still = filmed(walker(), cameras[[0] * FRAMES])
    truth, mine = filmed(walker(), cameras), as_cameras_see(still, cameras, 5.0)
    seen = truth.score > 0
    size = float(still.xy[0, 0, 0, 1] - still.xy[0, 0, 15, 1])
    assert (mine.xy - truth.xy)[seen].norm(dim=-1).max() < 0.09 * abs(size)
    feet = (mine.xy - truth.xy)[:, 0, [15, 16]].norm(dim=-1)
    assert feet.amin(1).max() < 2.0, "the standing foot"
    assert torch.equal(mine.xy[0], still.xy[0]), "untouched in the first camera"


@pytest.mark.parametrize("kind", MOVES)
def test_a_still_camera_sees_the_inverse(kind):
    cameras = path(kind, zoom=0.2)
    track = filmed(walker(), path("none"))
    there = as_cameras_see(track, cameras, 5.0)
    back = as_a_still_camera_sees(there, cameras, 5.0)
    assert (back.xy - track.xy)[track.score > 0].abs().max() < 0.3
    still = as_a_still_camera_sees(filmed(walker(), cameras), cameras, 5.0)
    assert torch.equal(still.xy[0], filmed(walker(), cameras).xy[0])


@pytest.mark.parametrize("kind", ["truck", "dolly", "orbit", "handheld"])
def test_the_drivers_depth_is_found_from_its_feet(kind):
    """In any unit of the path, though the feet walk, and through jitter of 1 px."""
    track = filmed(walker(), path(kind))
    assert driver_depth(track, path(kind)) == pytest.approx(5.0, rel=0.03)
    assert driver_depth(track, path(kind, gain=0.01)) == pytest.approx(0.05, rel=0.03)
    noisy = replace(track, xy=track.xy + torch.randn(track.xy.shape, generator=torch.Generator().manual_seed(0)))
    assert driver_depth(noisy, path(kind)) == pytest.approx(5.0, rel=0.3)


def test_cameras_that_only_turn_need_no_depth():
    track = filmed(walker(), path("pan"))
    a, b = (as_a_still_camera_sees(track, path("pan"), z) for z in (1.0, 50.0))
    assert (a.xy - b.xy)[track.score > 0].abs().max() < 0.02


@pytest.mark.parametrize("kind", ["still", *MOVES])
def test_feet_stay_on_their_spot(kind):
    """Another body, elsewhere in a scene of another scale: the driving clip's camera out, the shot's cameras in."""
    driving = filmed(walker(), path(kind))
    reference = first(filmed(walker(size=0.7, z=3.0, x=0.3, leg=1.2), path("none")))
    shot_cameras = path("orbit", gain=0.8)
    shot = Shot(driving=path(kind), cameras=shot_cameras, depth=flat(3.0))
    done = retargeted_in(shot, driving, reference, W, H, RetargetOptions())
    slid = slide(done.track, shot_cameras, 3.0)
    assert slid < 5
    assert len(done.contacts) >= 3, "standing feet are recognised although the camera moves"
    plain = retarget(driving, reference, W, H)
    assert slide(plain, shot_cameras, 3.0) > 3 * slid, "without the cameras it slides"
    # In the first camera it stands where the reference stands.
    ankles = done.track.xy[0, 0, [15, 16], 1].max() - reference.xy[0, 0, [15, 16], 1].max()
    assert abs(float(ankles)) < 8


def test_animations_in_their_scene_use_it():
    """The job of a video backend has the pose that keeps its spot, drawings and mask with it."""
    driving, reference = filmed(walker(), path("dolly")), first(filmed(walker(size=0.7, z=3.0), path("none")))
    shot = Shot(driving=path("dolly"), cameras=path("truck", gain=0.5), depth=flat(3.0))
    cut = Cutout(character=torch.zeros(H, W, 3), alpha=torch.ones(H, W), hole_mask=torch.ones(H, W))
    background = torch.zeros(FRAMES, H, W, 3)
    job = animate_job(cut, background, driving, reference, AnimateOptions(), shot)
    assert slide(job.pose, shot.cameras, 3.0) < 3
    last = slice(FRAMES - 1, FRAMES)
    assert torch.equal(job.body[last], draw_body(job.pose, W, H)[last])
    plain = animate_job(cut, background, driving, reference, AnimateOptions())
    assert not torch.equal(job.body[last], plain.body[last])


def test_without_cameras_or_with_retargeting_off_nothing_changes():
    driving, reference = filmed(walker(), path("dolly")), first(filmed(walker(), path("none")))
    for options in (RetargetOptions(), RetargetOptions(enabled=False)):
        shot = Shot() if options.enabled else Shot(driving=path("dolly"), cameras=path("truck"), depth=flat(3.0))
        mine = retargeted_in(shot, driving, reference, W, H, options).track
        assert torch.equal(mine.xy, retarget(driving, reference, W, H, options=options).xy)


def test_the_ground_is_looked_up_under_the_feet():
    """Of a picture of another size, in the patch around the lower foot; without feet at the lower edge."""
    reference = first(filmed(walker(), path("none")))
    z = torch.linspace(9, 3, 240)[:, None].expand(240, 320)[None].clone()
    valid = torch.ones(1, 240, 320, dtype=torch.bool)
    row = int(reference.xy[0, 0, [15, 16], 1].max() / 2)
    assert ground_depth(Depth(z=z, valid=valid), reference) == pytest.approx(float(z[0, row, 0]), abs=0.15)
    half = replace(reference, score=reference.score.clone().index_fill_(2, torch.tensor([13, 14, 15, 16]), 0))
    assert ground_depth(Depth(z=z, valid=valid), half) == pytest.approx(3.0, abs=0.2)
    holed = valid.clone()
    holed[:, row - 30 :] = False
    assert ground_depth(Depth(z=z, valid=holed), reference) == pytest.approx(float(z[0, row - 31, 0]), abs=0.05)
    with pytest.raises(ValueError, match="depth must be known somewhere"):
        ground_depth(Depth(z=z, valid=~valid), reference)


def test_what_cannot_be_is_refused_in_a_sentence():
    driving, reference = filmed(walker(), path("none")), first(filmed(walker(), path("none")))
    with pytest.raises(ValueError, match="cameras need depth"):
        retargeted_in(Shot(cameras=path("pan")), driving, reference, W, H, RetargetOptions())
    with pytest.raises(ValueError, match="cameras must be 60, one per frame of the pose, got 5"):
        as_cameras_see(driving, path("pan")[[0] * 5], 5.0)
    with pytest.raises(ValueError, match="must stay before the camera.*in frame 59"):
        as_cameras_see(driving, path("dolly"), 1.6)


@pytest.mark.parametrize("degrees", [100, 180, 360])
@pytest.mark.parametrize("whose", ["driving", "cameras"])
def test_cameras_that_turn_away_leave_the_pose_in_its_picture(degrees, whose):
    """No run ends because a camera looks elsewhere."""
    driving = filmed(walker(), path("none"))
    angles = torch.linspace(0, math.radians(degrees), FRAMES)
    turns = so3_exp(torch.stack([torch.zeros(FRAMES), angles, torch.zeros(FRAMES)], -1))
    for centre in (0.0, 5.0):  # a pan, and an orbit about the figure
        c2w = torch.eye(4).repeat(FRAMES, 1, 1)
        c2w[:, :3, :3] = turns
        c2w[:, :3, 3] = torch.tensor([0.0, 0.0, centre]) - centre * turns[:, :, 2]
        away = replace(path("none"), c2w=c2w)
        shot = Shot(**{"cameras": path("none"), "depth": flat(5.0)} | {whose: away})
        plain = retargeted_in(Shot(), driving, first(driving), W, H, RetargetOptions()).track
        done = retargeted_in(shot, driving, first(driving), W, H, RetargetOptions())
        assert torch.isfinite(done.track.xy).all()
        if centre == 0.0:
            assert torch.equal(done.track.xy, plain.xy)
            assert any("keeps its place in the picture" in note for note in done.notes)


def test_a_camera_that_goes_along_keeps_its_person_in_the_picture():
    """A walker filmed from beside by a long lens, shown by a camera that stays: he would walk out of the picture."""
    tele = {"K": intrinsics(W, H, 1200.0).repeat(FRAMES, 1, 1)}
    along, stays = replace(path("truck"), **tele), replace(path("none"), **tele)
    driving = filmed(walker(x=0.8) - torch.tensor([0.0, 0.6, 0.0]), along)
    shot = Shot(driving=along, cameras=stays, depth=flat(5.0))
    done = retargeted_in(shot, driving, first(driving), W, H, RetargetOptions())
    plain = retargeted_in(Shot(), driving, first(driving), W, H, RetargetOptions())
    assert torch.equal(done.track.xy, plain.track.xy)
    assert any("goes along with the person" in note for note in done.notes)
    kept = retargeted_in(replace(shot, cameras=along), driving, first(driving), W, H, RetargetOptions())
    assert not any("goes along" in note for note in kept.notes), "the video's camera goes along too"


def test_feet_that_are_never_seen_twice_running_do_not_count():
    driving = filmed(walker(), path("dolly"))
    driving.score[torch.arange(FRAMES) % 3 > 0, :, 15:17] = 0
    assert math.isfinite(driver_depth(driving, path("dolly")))
    retargeted_in(Shot(driving=path("dolly")), driving, first(driving), W, H, RetargetOptions())
