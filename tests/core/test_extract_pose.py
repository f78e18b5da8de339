"""Linking, filling and smoothing of keypoints, on synthetic tracks whose truth is known."""

import numpy as np
import pytest
import torch

from dreamdance_core.pose.extract import boxes_from_mask, extract_pose
from dreamdance_core.pose.identity import OnePerson, link_people, main_people, pick_person, unswap_sides
from dreamdance_core.pose.keypoints import flip_index
from dreamdance_core.pose.labels import number_people
from dreamdance_core.pose.smooth import fill_gaps, smooth
from dreamdance_core.runtime import Runtime
from dreamdance_core.types import PoseTrack

# A standing figure, 1 high, hips in the origin (y down): COCO-17.
FIGURE = np.array([
    (0, -0.45), (0.03, -0.48), (-0.03, -0.48), (0.06, -0.46), (-0.06, -0.46), (0.12, -0.32), (-0.12, -0.32),
    (0.17, -0.15), (-0.17, -0.15), (0.19, 0.02), (-0.19, 0.02), (0.08, 0), (-0.08, 0), (0.08, 0.25), (-0.08, 0.25),
    (0.09, 0.5), (-0.09, 0.5),
])  # fmt: skip


def person(total, start, stop, height=180.0, phase=0.0, fps=24.0):
    """(T,133,2), (T,133): a figure that walks from start to stop (px) swinging its limbs; all 133 points filled."""
    t = np.arange(total)
    xy = np.zeros((total, 133, 2))
    xy[:, :17] = FIGURE * height
    swing = np.sin(2 * np.pi * 0.8 * t / fps + phase)[:, None] * np.array([1, -1])
    xy[:, [9, 10], 0] += 0.12 * height * swing
    xy[:, [15, 16], 0] -= 0.1 * height * swing
    xy[:, 17:] = xy[:, :1] + np.linspace(0, 0.05 * height, 116)[None, :, None]
    share = (t / max(total - 1, 1))[:, None, None]
    xy += (1 - share) * np.array(start) + share * np.array(stop)
    return xy, np.ones((total, 133))


def track_of(people, width=640, height=360):
    xy = torch.tensor(np.stack([p[0] for p in people], axis=1), dtype=torch.float32)
    score = torch.tensor(np.stack([p[1] for p in people], axis=1), dtype=torch.float32)
    return PoseTrack(xy=xy, score=score, width=width, height=height)


def shuffled(track, seed):
    """The same track with the people of every frame in random order."""
    rng = np.random.default_rng(seed)
    order = np.stack([rng.permutation(track.xy.shape[1]) for _ in range(len(track))])
    xy = torch.stack([track.xy[t, o] for t, o in enumerate(order)])
    score = torch.stack([track.score[t, o] for t, o in enumerate(order)])
    return PoseTrack(xy=xy, score=score, width=track.width, height=track.height)


def test_two_people_who_cross_keep_their_rows():
    """Trap 56. They pass through one another, in shuffled order, with noise, and one is hidden while they overlap."""
    a = person(48, (100, 180), (540, 185))
    b = person(48, (540, 175), (100, 180), phase=2.0)
    truth = track_of([a, b])
    noisy = truth.xy + torch.randn(truth.xy.shape, generator=torch.Generator().manual_seed(3)) * 1.5
    score = truth.score.clone()
    score[23:26, 1] = 0
    linked = link_people(shuffled(PoseTrack(xy=noisy, score=score, width=640, height=360), seed=1))
    assert linked.xy.shape[1] == 2
    first = int((linked.xy[0, 0, 0, 0] > 320).item())  # which true person row 0 is
    for row, who in ((0, first), (1, 1 - first)):
        there = linked.score[:, row, 0] > 0
        assert there.sum() == (48 if who == 0 else 45)
        assert (linked.xy[there, row] - truth.xy[there, who]).norm(dim=-1).max() < 12


@pytest.mark.parametrize("seed", range(6))
def test_rows_survive_noise_misses_a_panning_camera_and_a_third_person(seed):
    """Trap 56. Outside the moments when two stand in one place, no row ever holds two people."""
    rng = np.random.default_rng(seed)
    people = [
        person(60, (90, 180), (540, 182), height=rng.uniform(165, 185), phase=rng.uniform(0, 6)),
        person(60, (560, 178), (80, 180), height=rng.uniform(165, 185), phase=rng.uniform(0, 6)),
        person(60, (320, 184), (rng.choice([70, 570]), 184), height=rng.uniform(165, 185), phase=rng.uniform(0, 6)),
    ]
    truth = track_of(people)
    pan = torch.from_numpy(40 * np.sin(np.linspace(0, rng.uniform(1, 4), 60))).float()
    truth.xy[..., 0] += pan[:, None, None]
    score = truth.score * torch.from_numpy(rng.random(truth.score.shape) > 0.05)
    score *= torch.from_numpy(rng.random(score.shape[:2]) > 0.05)[..., None]
    noise = torch.from_numpy(rng.normal(0, 1.5, truth.xy.shape)).float()
    given = PoseTrack(xy=truth.xy + noise, score=score, width=640, height=360)
    linked = link_people(shuffled(given, seed))
    assert linked.xy.shape[1] == 3
    hips = truth.xy[:, :, 11]
    apart = (torch.cdist(hips, hips) + 1e3 * torch.eye(3)).amin((1, 2)) > 25
    for row in range(3):
        there = (linked.score[:, row] > 0).any(-1) & apart
        centre = linked.xy[:, row, :17].median(1).values[there]
        gaps = (centre[:, None] - truth.xy[:, :, :17].median(2).values[there]).norm(dim=-1)
        assert len(set(gaps.argmin(1).tolist())) == 1


def test_colours_tell_people_who_meet_and_turn_back():
    """Two of one build come, stand together and go back: by motion alone they seem to walk on."""
    a, b = person(60, (100, 180), (100, 180)), person(60, (540, 180), (540, 180), phase=1.0)
    reach = 212 * np.sin(np.pi * np.arange(60) / 59)[:, None]
    a[0][..., 0] += reach
    b[0][..., 0] -= reach
    truth = track_of([a, b])
    frames = torch.zeros(60, 90, 160, 3)
    for t in range(60):
        for p, colour in ((0, (0.9, 0.2, 0.1)), (1, (0.1, 0.3, 0.8))):
            low, high = truth.xy[t, p, 5:13].amin(0).long() // 4, truth.xy[t, p, 5:13].amax(0).long() // 4
            frames[t, low[1] : high[1] + 1, low[0] : high[0] + 1] = torch.tensor(colour)
    linked = link_people(shuffled(truth, 2), frames)
    left = int(linked.xy[0, 1, 0, 0] < 320)
    assert linked.xy.shape[1] == 2
    assert torch.equal(linked.xy[:20, left], truth.xy[:20, 0]) and torch.equal(linked.xy[-20:, left], truth.xy[-20:, 0])


def test_who_leaves_at_a_side_and_returns_there_keeps_the_row():
    a = person(110, (300, 180), (300, 180))
    b = person(110, (560, 180), (560, 180))
    b[0][..., 0] += (160 * np.clip(np.sin(np.pi * np.arange(110) / 109) * 2, 0, 1))[:, None]
    b[1][b[0][..., 0] > 640] = 0
    b[1][(b[1][:, :17] > 0).sum(1) < 5] = 0
    away = (b[1] == 0).all(1).sum()
    assert away > 30
    linked = link_people(shuffled(track_of([a, b]), 3))
    assert linked.xy.shape[1] == 2


def test_one_person_is_picked_by_number_or_by_a_mask():
    a, b = person(20, (150, 180), (200, 180)), person(20, (480, 180), (440, 180), height=120)
    b[1][:3] = 0  # comes later
    track = link_people(shuffled(track_of([a, b]), 5))
    assert torch.equal(pick_person(track, OnePerson()).xy[:, 0], main_people(track, 1).xy[:, 0])
    small = pick_person(track, OnePerson(number=2))
    assert torch.equal(small.score[:, 0], torch.tensor(b[1], dtype=torch.float32))
    mask = torch.zeros(90, 160)
    mask[:, 100:] = 1  # the right half, at a quarter of the canvas
    assert torch.equal(pick_person(track, OnePerson(mask=mask)).xy, small.xy)
    with pytest.raises(ValueError, match="from 1 to 2"):
        pick_person(track, OnePerson(number=3))
    with pytest.raises(ValueError, match="nobody stands under"):
        pick_person(track, OnePerson(mask=torch.zeros(9, 16)))


def test_numbers_stand_over_heads_only_where_there_are_several():
    a, b = person(2, (150, 180), (200, 180)), person(2, (480, 180), (440, 180))
    track, frames = track_of([a, b]), torch.zeros(2, 360, 640, 3)
    drawn = number_people(frames, track)
    assert not frames.any()
    for x in (150, 480):
        assert drawn[0, 70:100, x - 20 : x + 20].max() == 1
    assert number_people(frames, track_of([a])) is frames


def test_somebody_who_returns_within_a_second_keeps_the_row():
    xy, score = person(40, (200, 180), (300, 180))
    score[15:27] = 0
    linked = link_people(track_of([(xy, score)]))
    assert linked.xy.shape[1] == 1
    assert torch.equal(linked.score[:, 0], torch.tensor(score, dtype=torch.float32))


@pytest.mark.parametrize("wrong", [[7], [20, 21, 22], list(range(30, 48)), list(range(0, 5))])
def test_flipped_sides_are_exchanged_back(wrong):
    """Trap 56."""
    truth = track_of([person(48, (200, 180), (420, 180))])
    flip = flip_index()
    xy = truth.xy.clone()
    xy[wrong] = xy[wrong][:, :, flip]
    mended = unswap_sides(PoseTrack(xy=xy, score=truth.score, width=640, height=360))
    assert torch.equal(mended.xy, truth.xy)


def test_a_turn_round_is_not_a_flip():
    """Somebody turning about the vertical axis exchanges sides slowly: nothing may change."""
    xy, score = person(48, (300, 180), (300, 180))
    turn = np.cos(np.linspace(0, np.pi, 48))[:, None]
    xy[..., 0] = 300 + (xy[..., 0] - 300) * turn
    track = track_of([(xy, score)])
    assert torch.equal(unswap_sides(track).xy, track.xy)


def test_the_main_person_is_large_present_and_central():
    large = person(24, (300, 180), (340, 180), height=220)
    small = person(24, (330, 150), (330, 150), height=40)
    passer_by = person(24, (20, 180), (60, 180), height=230)
    passer_by[1][5:] = 0
    track = track_of([small, passer_by, large])
    assert torch.equal(main_people(track, 1).xy[:, 0], track.xy[:, 2])
    assert main_people(track, 5).xy.shape[1] == 3
    assert torch.equal(main_people(track, 2).xy[:, 0], track.xy[:, 2])


def test_short_gaps_are_interpolated_and_long_ones_are_not():
    xy, score = person(40, (200, 180), (395, 180))  # 5 px a frame
    score[10:18, 9] = 0  # 8 frames
    score[10:19, 10] = 0  # 9 frames
    score[:4, 0] = 0  # not between two sights
    xy_damaged = xy.copy()
    xy_damaged[score == 0] = 0
    before = track_of([(xy_damaged, score)])
    filled = fill_gaps(before, 8)
    straight = xy[9, 9] + (np.arange(1, 9) / 9)[:, None] * (xy[18, 9] - xy[9, 9])
    assert np.allclose(filled.xy[10:18, 0, 9].numpy(), straight, atol=1e-3)
    assert torch.allclose(filled.score[10:18, 0, 9], torch.tensor(0.8))
    assert (filled.score[10:19, 0, 10] == 0).all()
    assert (filled.score[:4, 0, 0] == 0).all()
    assert torch.equal(fill_gaps(before, 0).score, before.score)
    assert (before.score[10:18, 0, 9] == 0).all(), "the input must stay as it is"


def jitter(track):
    """Mean size of the second difference, px."""
    return float((track.xy[2:] - 2 * track.xy[1:-1] + track.xy[:-2]).norm(dim=-1).mean())


def test_smoothing_takes_out_jitter_brings_points_nearer_to_the_truth_and_adds_no_lag():
    truth = track_of([person(96, (150, 180), (450, 180))])
    noise = torch.randn(truth.xy.shape, generator=torch.Generator().manual_seed(5)) * 2.0
    noisy = PoseTrack(xy=truth.xy + noise, score=truth.score, width=640, height=360)
    smoothed = smooth(noisy, 0.5, 24.0)
    error_before = (noisy.xy - truth.xy).norm(dim=-1).mean()
    error_after = (smoothed.xy - truth.xy).norm(dim=-1).mean()
    assert jitter(smoothed) < 0.6 * jitter(noisy)
    assert error_after < 0.8 * error_before
    path, wanted = smoothed.xy[8:-8, 0, 9, 0].numpy(), truth.xy[:, 0, 9, 0].numpy()
    wanted = wanted - np.linspace(wanted[0], wanted[-1], 96)  # the swing without the walk
    path = path - np.linspace(float(truth.xy[0, 0, 9, 0]), float(truth.xy[-1, 0, 9, 0]), 96)[8:-8]
    lags = {lag: np.corrcoef(path, wanted[8 - lag : 88 - lag])[0, 1] for lag in range(-6, 7)}
    assert max(lags, key=lags.get) == 0


def test_smoothing_of_a_reversed_track_is_the_reversed_smoothing():
    track = track_of([person(40, (150, 180), (250, 180))])
    track = PoseTrack(xy=track.xy + torch.rand(track.xy.shape), score=track.score, width=640, height=360)
    turned = PoseTrack(xy=track.xy.flip(0), score=track.score.flip(0), width=640, height=360)
    assert torch.allclose(smooth(turned, 0.7, 24.0).xy.flip(0), smooth(track, 0.7, 24.0).xy, atol=1e-3)


def test_smoothing_never_reaches_over_a_gap_or_into_missing_points():
    """Trap 54: a missing point lies at (0, 0); its neighbours in time must not be drawn there."""
    xy, score = person(30, (300, 180), (300, 180))
    xy[:, :, :] = xy[:1]
    xy[10:14, 9], score[10:14, 9] = 0, 0
    track = track_of([(xy, score)])
    assert torch.allclose(smooth(track, 1.0, 24.0).xy, track.xy, atol=1e-3)
    assert smooth(track, 0.0, 24.0) is track


class Fixed:
    """A backend that answers with a track made beforehand."""

    def __init__(self, track):
        self.track, self.boxes = track, None

    def __call__(self, frames, boxes=None):
        self.boxes = boxes
        return self.track


def test_extraction_ends_with_the_chosen_people_and_reports():
    a, b = person(30, (150, 180), (300, 180)), person(30, (500, 180), (400, 180), height=90)
    a[1][12:15, 7] = 0
    told = []
    run = Runtime(report=lambda done, total, preview=None: told.append((done, total)))
    frames = torch.rand(30, 36, 64, 3)
    track = extract_pose(frames, Fixed(shuffled(track_of([a, b]), 4)), people=2, run=run)
    assert track.xy.shape == (30, 2, 133, 2)
    assert track.xy.dtype == track.score.dtype == torch.float32
    assert (track.score[:, 0, 7] > 0).all()
    assert (track.xy[:, 0, 0] - torch.tensor(a[0][:, 0])).norm(dim=-1).max() < 6
    assert told[-1] == (30, 30)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"frames": torch.zeros(0, 8, 8, 3)}, "at least one picture"),
        ({"frames": torch.full((2, 8, 8, 3), float("nan"))}, "frame 0"),
        ({"boxes": torch.zeros(3, 4)}, "3 boxes for 2 frames"),
        ({"people": 0}, "people must be at least 1"),
        ({"fill_gap": -1}, "fill_gap must be 0 or more"),
        ({"smoothing": 1.5}, r"smoothing must lie in \[0, 1\]"),
        ({"fps": 0.0}, "fps must be above 0"),
        ({}, "No person was found in any frame"),
        ({"boxes": torch.zeros(2, 4)}, "No person was found inside the given boxes"),
    ],
)
def test_bad_input_is_refused_in_one_sentence(change, words):
    nobody = PoseTrack(xy=torch.zeros(2, 0, 133, 2), score=torch.zeros(2, 0, 133), width=8, height=8)
    options = {"frames": torch.zeros(2, 8, 8, 3), "backend": Fixed(nobody), "run": Runtime(), **change}
    with pytest.raises(ValueError, match=words):
        extract_pose(**options)


def test_boxes_go_round_the_mask_without_specks():
    mask = torch.zeros(2, 40, 60)
    mask[0, 5:31, 20:44] = 1
    mask[0, 38, 58] = 1
    boxes = boxes_from_mask(mask)
    assert boxes.tolist() == [[20, 5, 44, 31], [0, 0, 0, 0]]
