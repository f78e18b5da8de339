"""Feet that stand in the driving clip stand after retargeting; jumps stay jumps; the identity is exact."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from dreamdance_core.pose.ground import contacts
from dreamdance_core.pose.proportions import arrays, person_of
from dreamdance_core.pose.retarget import RetargetOptions, retarget, retargeted
from dreamdance_core.types import PoseTrack

W, H = 700, 620


def two_bones(hip, ankle, thigh, shin, side):
    """The knee of a leg that reaches from hip to ankle, bent outwards."""
    d = ankle - hip
    reach = min(np.linalg.norm(d), 0.999 * (thigh + shin))
    along = (thigh**2 - shin**2 + reach**2) / (2 * reach)
    out = np.sqrt(max(thigh**2 - along**2, 0.0))
    unit = d / np.linalg.norm(d)
    return hip + along * unit + side * out * np.array([unit[1], -unit[0]])


def walker(frames=60, step=90.0, jump=0.0, noise=0.0, seed=0):
    """A figure that walks to the right: each foot stands for ten frames, then swings for ten; `jump` px high at 30."""
    rng = np.random.default_rng(seed)
    xy = np.zeros((frames, 133, 2))
    for t in range(frames):
        lift = jump * max(0.0, 1 - ((t - 30) / 6) ** 2)
        feet = []
        for side in (0, 1):
            phase = t / 10 + side
            whole, part = divmod(phase, 2)
            swing = max(part - 1, 0.0)
            smooth = swing * swing * (3 - 2 * swing)
            feet.append(np.array([120 + step * (whole + smooth) - side * step / 2, 560 - 30 * np.sin(np.pi * swing)]))
        if jump and abs(t - 30) < 6:
            feet = [foot - [0, lift] for foot in feet]
        pelvis = np.array([(feet[0][0] + feet[1][0]) / 2, 360 - lift])
        neck = pelvis + [0, -150]
        xy[t, 0] = neck + [0, -60]
        for side, (shoulder, elbow, wrist, hip, knee, ankle) in enumerate(
            ((5, 7, 9, 11, 13, 15), (6, 8, 10, 12, 14, 16))
        ):
            s = 1 - 2 * side
            xy[t, shoulder] = neck + [55 * s, 0]
            xy[t, elbow], xy[t, wrist] = neck + [70 * s, 80], neck + [75 * s, 150]
            xy[t, hip], xy[t, ankle] = pelvis + [30 * s, 0], feet[side]
            xy[t, knee] = two_bones(xy[t, hip], xy[t, ankle], 105.0, 105.0, s)
    score = torch.zeros(frames, 1, 133)
    score[..., [0, *range(5, 17)]] = 1
    xy += rng.normal(0, noise, xy.shape)
    return PoseTrack(xy=torch.from_numpy(xy).float()[:, None], score=score, width=W, height=H)


def character(thigh=60.0, shin=90.0, torso=170.0, at=(300.0, 320.0)):
    """A standing reference with legs of other proportions, (1,133)."""
    xy = np.zeros((133, 2))
    pelvis = np.array(at)
    neck = pelvis - [0, torso]
    xy[0] = neck - [0, 80]
    for side, (shoulder, elbow, wrist, hip, knee, ankle) in enumerate(((5, 7, 9, 11, 13, 15), (6, 8, 10, 12, 14, 16))):
        s = 1 - 2 * side
        xy[shoulder], xy[elbow], xy[wrist] = neck + [40 * s, 0], neck + [50 * s, 60], neck + [55 * s, 110]
        xy[hip], xy[knee] = pelvis + [40 * s, 0], pelvis + [40 * s, thigh]
        xy[ankle] = pelvis + [40 * s, thigh + shin]
    score = torch.zeros(1, 1, 133)
    score[..., [0, *range(5, 17)]] = 1
    return PoseTrack(xy=torch.from_numpy(xy).float()[None, None], score=score, width=W, height=H)


def slide(track, found):
    """px that the feet move within their contacts, at most."""
    paths = [track.xy[c.frames, 0, c.foot].numpy() for c in found]
    return max(np.linalg.norm(p - np.median(p, 0), axis=-1).max() for p in paths)


def test_the_walk_has_the_contacts_it_was_made_with():
    found = contacts(person_of(*arrays(walker(), 0), "walk"))
    left = [(c.start, c.stop) for c in found if c.foot == 15]
    assert [round((a + b) / 20) for a, b in left] == [0, 2, 4] or len(left) == 3
    for start, stop in left:
        middle = (start + stop) / 2
        assert min(abs(middle - m) for m in (5, 25, 45)) < 2 and 7 <= stop - start <= 13


def test_standing_feet_do_not_slide_and_stand_on_one_level():
    driver, reference = walker(), character()
    done = retargeted(driver, reference, W, H)
    off = retarget(driver, reference, W, H, options=RetargetOptions(ground=False))
    assert len(done.contacts) >= 5
    assert slide(done.track, done.contacts) < 2.0 < slide(off, done.contacts)
    levels = [float(done.track.xy[c.frames, 0, c.foot, 1].median()) for c in done.contacts]
    wanted = float(reference.xy[0, 0, 15:17, 1].max())
    assert max(abs(level - wanted) for level in levels) < 4.0
    steps = (done.track.xy[1:, 0, :17] - done.track.xy[:-1, 0, :17]).norm(dim=-1).max()
    assert steps < 1.3 * (off.xy[1:, 0, :17] - off.xy[:-1, 0, :17]).norm(dim=-1).max()


def test_a_jump_stays_a_jump():
    driver, reference = walker(jump=120.0), character()
    done = retargeted(driver, reference, W, H)
    ratio = (done.ratios["thigh"] + done.ratios["shin"]) / 2
    rise = {}
    for name, track in (("driver", driver), ("out", done.track)):
        feet = track.xy[:, 0, 15:17, 1].amax(-1)
        rise[name] = float(feet[[22, 38]].mean() - feet[30])
    assert rise["out"] == pytest.approx(ratio * rise["driver"], rel=0.15)


def test_a_moving_camera_holds_no_feet():
    driver = walker()
    panned = replace(
        driver, xy=driver.xy + 12.0 * torch.arange(len(driver))[:, None, None, None] * torch.tensor([1.0, 0])
    )
    assert contacts(person_of(*arrays(panned, 0), "walk")) == []
    out = retarget(panned, character(), W, H)
    assert torch.equal(out.xy, retarget(panned, character(), W, H, options=RetargetOptions(ground=False)).xy)


def messy(frames=50):
    """A walk with noise, missing points (written as 0, -1 and NaN), doubtful ones, and points off the canvas."""
    track = walker(frames, noise=1.5)
    rng = np.random.default_rng(3)
    xy, score = track.xy.clone(), track.score.clone()
    xy[..., 91:133, :] = xy[..., 9:10, :] + torch.from_numpy(rng.normal(0, 12, (frames, 1, 42, 2))).float()
    score[..., 91:133] = 0.6
    score[torch.from_numpy(rng.random((frames, 1, 133)) < 0.15)] = 0
    xy[:, 0, 7] = torch.where(score[:, 0, 7, None] > 0, xy[:, 0, 7], torch.tensor(-1.0))
    xy[5, 0, 9], score[5, 0, 9] = float("nan"), 0
    score[8:12, 0, 13] = 0.1
    xy[:, 0, :, 0] -= 220.0
    return replace(track, xy=xy, score=score)


@pytest.mark.parametrize("make", [lambda: walker(), lambda: messy(), lambda: replace(messy(), xy=messy().xy * 0.5)])
def test_a_clip_that_is_its_own_reference_comes_back_to_the_last_bit(make):
    """Trap 57: every frame, with missing and doubtful points, noise and points off the canvas."""
    track = make()
    done = retargeted(track, track, W, H)
    assert set(done.ratios.values()) == {1.0}
    known = track.score > 0
    assert torch.equal(done.track.xy[known], track.xy[known])
    assert torch.equal(done.track.score, track.score)
    assert torch.isfinite(done.track.xy).all()


def test_a_frame_of_the_clip_as_reference_changes_nothing_where_lengths_are_constant():
    track = character()
    moving = replace(track, xy=track.xy + torch.arange(30.0)[:, None, None, None], score=track.score.expand(30, -1, -1))
    assert torch.equal(retarget(moving, track, W, H).xy, moving.xy)
