"""Corrections by hand: exact at their keys, smooth around them, nothing else changed."""

import numpy as np
import pytest
import torch
from scipy.interpolate import PchipInterpolator

from dreamdance_core.pose.edit import GROUPS, NAMES, Key, chains, curve, edited, editing_base, placed
from dreamdance_core.types import PoseTrack

WRIST, ELBOW = NAMES.index("left_wrist"), NAMES.index("left_elbow")


def moving(frames: int = 40, people: int = 1) -> PoseTrack:
    make = torch.Generator().manual_seed(4)
    xy = torch.rand(1, people, 133, 2, generator=make) * 300 + torch.arange(frames)[:, None, None, None] * 1.5
    return PoseTrack(xy=xy, score=torch.full((frames, people, 133), 0.8), width=640, height=480)


def changed_frames(before: PoseTrack, after: PoseTrack, point: int, person: int = 0) -> list[int]:
    return torch.nonzero((before.xy != after.xy)[:, person, point].any(-1)).flatten().tolist()


def test_a_key_is_exact_and_fades_over_its_blend():
    track = moving()
    after = edited(track, [{"point": "left_wrist", "frame": 20, "x": 111.5, "y": 42.25, "blend": 5}])
    assert after.xy[20, 0, WRIST].tolist() == [111.5, 42.25]
    assert changed_frames(track, after, WRIST) == list(range(15, 26))
    offset = (after.xy - track.xy)[:, 0, WRIST].norm(dim=-1)
    assert (offset[15:20].diff() > 0).all() and (offset[20:27].diff() < 0).all()
    assert torch.allclose(offset[14:21], offset[20:27].flip(0), atol=1e-3)
    others = [p for p in range(133) if p != WRIST]
    assert torch.equal(after.xy[:, :, others], track.xy[:, :, others])
    assert track.xy[20, 0, WRIST].tolist() != [111.5, 42.25], "the input stays"


def test_no_blend_changes_one_frame_only():
    track = moving()
    after = edited(track, [{"point": WRIST, "frame": 0, "dx": 7, "blend": 0}])
    assert changed_frames(track, after, WRIST) == [0]


def test_keys_near_each_other_are_joined_and_far_ones_are_not():
    track = moving()
    keys = [{"point": "left_wrist", "frame": f, "dx": d, "blend": 4} for f, d in ((6, 10), (14, 20), (30, -8))]
    offset = (edited(track, list(reversed(keys))).xy - track.xy)[:, 0, WRIST, 0]
    assert torch.allclose(offset[[6, 14, 30]], torch.tensor([10.0, 20.0, -8.0]), atol=1e-3)
    assert (offset[6:15] > 9.99).all() and (offset[6:15].diff() > 0).all(), "from 10 to 20 without a dip"
    assert (offset[19:26] == 0).all() and (offset[:2] == 0).all() and (offset[35:] == 0).all()
    sure = [Key(frame=f, blend=4, value=(0.0, 0.0), absolute=False) for f in (6, 15, 25)]
    assert [[key.frame for key in run] for run in chains(sure)] == [[6, 15], [25]]


def test_the_curve_is_smooth_without_overshoot():
    """Outside oracle: inside, scipy's monotone interpolation; flat where it begins and ends."""
    knots, values = np.array([0.0, 3, 4, 9, 15]), np.array([[0.0, 0], [5, -2], [6, -1], [6, 4], [0, 0]])
    fine = np.linspace(0, 15, 3001)
    ours = curve(knots, values, fine)
    theirs = PchipInterpolator(knots, values)(fine)
    inside = (fine > 3) & (fine < 9)
    np.testing.assert_allclose(ours[inside], theirs[inside], atol=1e-9)
    np.testing.assert_allclose(curve(knots, values, knots), values, atol=1e-12)
    speed = np.gradient(ours, fine, axis=0)
    assert np.abs(speed[[0, -1]]).max() < 0.02 and np.abs(np.diff(speed, axis=0)).max() < 0.05
    assert ours.max() <= 6 + 1e-9 and ours.min() >= -2 - 1e-9


def test_groups_move_as_one_and_single_points_stay_exact():
    track = moving()
    changes = [
        {"point": "left_wrist", "frame": 10, "x": 50, "y": 60, "blend": 3},
        {"point": ["left_elbow", "left_wrist", "left_hand"], "frame": 10, "dx": 12, "dy": -5, "blend": 3},
    ]
    after = edited(track, changes)
    moved = after.xy - track.xy
    hand = list(range(91, 112))
    expected = torch.tensor([12.0, -5.0]).expand(22, 2)
    assert torch.allclose(moved[10, 0, [ELBOW, *hand]], expected, atol=1e-3)
    assert after.xy[10, 0, WRIST].tolist() == [50, 60]
    rest = [p for p in range(133) if p not in (ELBOW, WRIST, *hand)]
    assert torch.equal(after.xy[:, :, rest], track.xy[:, :, rest])


def test_a_lost_point_is_there_from_the_first_key_to_the_last():
    track = moving()
    track.score[8:18, 0, WRIST] = 0
    keys = [{"point": "left_wrist", "frame": f, "x": x, "y": 100, "blend": 6} for f, x in ((10, 200), (15, 250))]
    after = edited(track, keys)
    assert torch.nonzero(after.score[:, 0, WRIST] == 0).flatten().tolist() == [8, 9, 16, 17]
    assert (after.xy[10:16, 0, WRIST, 0].diff() > 0).all() and after.score[10, 0, WRIST] == 1
    track.score[:, 0, WRIST] = 0
    after = edited(track, keys)
    assert torch.nonzero(after.score[:, 0, WRIST]).flatten().tolist() == [10, 11, 12, 13, 14, 15]
    assert torch.allclose(after.xy[10:16, 0, WRIST, 0], torch.arange(200.0, 251, 10))
    again = edited(track, [{"point": "left_wrist", "frame": 10, "dx": 5}])
    assert (again.score[:, 0, WRIST] == 0).all(), "there is nothing to move"


def test_removing_wins_over_keys_wherever_it_stands():
    track = moving()
    remove = {"point": "left_wrist", "frames": [9, 11], "remove": True}
    key = {"point": "left_wrist", "frame": 10, "x": 5, "y": 6}
    for changes in ([remove, key], [key, remove]):
        score = edited(track, changes).score[:, 0, WRIST]
        assert torch.nonzero(score == 0).flatten().tolist() == [9, 10, 11]
    base = editing_base(track, [remove, key, {"point": 0, "dx": 3}])
    assert (base.score > 0).all() and torch.equal(base.xy[:, 0, WRIST], track.xy[:, 0, WRIST])
    assert torch.allclose(base.xy[:, 0, 0, 0], track.xy[:, 0, 0, 0] + 3)


def test_lists_without_keys_mean_what_they_meant():
    """Saved workflows: stretches in order, x and y set and show, dx and dy add, the whole figure first."""
    track = moving(people=2)
    track.score[3, 1, 0] = 0
    changes = [
        {"point": "left_wrist", "frames": [10, 14], "dx": 6, "dy": -4},
        {"point": "right_hand", "remove": True},
        {"point": 0, "frames": 3, "x": 201.5, "y": 88, "person": 1},
        {"point": "left_wrist", "frames": [14, 14], "dx": 1},
    ]
    after = edited(track, changes, shift=(2.0, 3.0))
    moved = after.xy - track.xy
    assert torch.allclose(moved[12, 0, WRIST], torch.tensor([8.0, -1.0]), atol=1e-3)
    assert torch.allclose(moved[14, 0, WRIST], torch.tensor([9.0, -1.0]), atol=1e-3)
    assert (after.score[:, 0, GROUPS["right_hand"]] == 0).all() and (after.score[:, 1] > 0).all()
    assert after.xy[3, 1, 0].tolist() == [201.5, 88] and after.score[3, 1, 0] == 1
    half = edited(track, [], scale=0.5)
    hips = track.xy[:, 0, 11:13].mean(1)
    assert torch.allclose(half.xy[:, 0, WRIST] - hips, (track.xy[:, 0, WRIST] - hips) / 2, atol=1e-3)
    assert torch.equal(edited(track, []).xy, track.xy)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"point": 0}, "must be a JSON list of objects, got dict"),
        ([{"point": "left_tail"}], "point must be a name, a group"),
        ([{"point": 133}], "point must be a name, a group"),
        ([{"point": 0, "frames": [5, 3]}], "first before last"),
        ([{"point": 0, "frame": 40, "dx": 1}], r"frame must lie in 0\.\.39, got 40"),
        ([{"point": 0, "frame": 1, "dx": float("nan")}], "dx must be a number of px"),
        ([{"point": 0, "frame": 1, "dx": 1, "blend": -1}], "blend must lie in"),
        ([{"point": "face", "frame": 1, "x": 1}], "place one point"),
        ([{"point": 0, "frame": 1, "x": 1, "dy": 1}], "place one point"),
        ([{"point": 0, "blend": 1}], "unknown key 'blend' in a change without `frame`"),
        ([{"point": 0, "frame": 1, "remove": True}], "unknown key 'remove' in a change with `frame`"),
        ([{"point": 0, "person": 1, "dx": 1}], r"person must lie in 0\.\.0"),
    ],
)
def test_a_wrong_change_is_named(changes, sentence):
    with pytest.raises(ValueError, match=sentence):
        edited(moving(), changes)


def test_scaling_does_not_jitter_where_a_hip_is_lost():
    xy = torch.rand(8, 1, 133, 2, generator=torch.Generator().manual_seed(0)).mul(200)[:1].repeat(8, 1, 1, 1)
    track = PoseTrack(xy=xy, score=torch.ones(8, 1, 133), width=200, height=200)
    track.score[5, 0, 11] = 0
    scaled = placed(track, (0.0, 0.0), 1.5)
    torch.testing.assert_close(scaled.xy[5, 0, 0], scaled.xy[4, 0, 0])
