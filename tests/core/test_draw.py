"""Pose pictures: colours, widths, places."""

import pytest
import torch

from dreamdance_core.pose.draw import BODY_WIDTH, draw_body, draw_comparison, draw_face, draw_hands, draw_overlay
from dreamdance_core.types import PoseTrack


def track_of(points, width, height, frames=1):
    xy, score = torch.zeros(frames, 1, 133, 2), torch.zeros(frames, 1, 133)
    for index, point in points.items():
        xy[:, 0, index] = torch.tensor(point, dtype=torch.float32)
        score[:, 0, index] = 1
    return PoseTrack(xy=xy, score=score, width=width, height=height)


@pytest.mark.parametrize("size", [(640, 360), (960, 544), (544, 960), (1344, 1920)])
def test_stick_width_is_a_fixed_share_of_the_shorter_side(size):
    """Trap 58."""
    width, height = size
    track = track_of({5: (0.3 * width, 0.5 * height), 6: (0.7 * width, 0.5 * height)}, width, height)
    column = draw_body(track, width, height)[0, :, width // 2, 0]
    assert abs(float(column.sum()) / min(size) - BODY_WIDTH) < 0.4 / min(size)
    centre = (column * (torch.arange(height) + 0.5)).sum() / column.sum()
    assert abs(float(centre) - 0.5 * height) < 0.1


def test_sticks_have_the_papers_colours():
    points = {15: (50, 300), 13: (50, 200), 16: (150, 300), 14: (150, 200), 5: (300, 50), 7: (400, 50), 6: (300, 350)}
    points |= {8: (400, 350), 1: (500, 100), 2: (500, 200)}
    picture = draw_body(track_of(points, 640, 384), 640, 384)[0]

    def colour(x, y):
        return (picture[y, x] * 255).round().int().tolist()

    assert colour(50, 250) == [0, 255, 0]  # left shin
    assert colour(150, 250) == [51, 153, 255]  # right shin
    assert colour(350, 50) == [255, 0, 0]  # left upper arm
    assert colour(350, 350) == [160, 32, 240]  # right upper arm
    assert colour(300, 200) == [255, 128, 0]  # shoulders
    assert colour(500, 150) == [255, 255, 100]  # eyes
    assert colour(600, 30) == [0, 0, 0]


def test_unseen_points_draw_nothing():
    track = track_of({5: (100, 100), 6: (200, 100)}, 320, 200)
    track.score[0, 0, 6] = 0.1
    assert draw_body(track, 320, 200).max() == 0
    track.score[0, 0, 6] = 0.9
    track.xy[0, 0, 6] = float("nan")
    assert draw_body(track, 320, 200).max() == 0


def test_hands_and_face_stand_at_their_true_place_on_the_full_canvas():
    """The canvas has another size than the track; dots of an index finger are green, of a nose red."""
    points = {91 + 5: (100, 60), 132: (300, 190), 23 + 30: (200, 100), 23 + 40: (50, 150)}
    track = track_of(points, 320, 200)
    hands, face = draw_hands(track, 640, 400), draw_face(track, 640, 400)
    assert hands.shape == face.shape == (1, 400, 640, 3)
    for video, (x, y), colour in (
        (hands, (200, 120), [0, 1, 0]),
        (hands, (600, 380), [1, 0, 1]),
        (face, (400, 200), [1, 0, 0]),
        (face, (100, 300), [0, 1, 0]),
    ):
        dot = video[0, y - 1 : y + 1, x - 1 : x + 1].mean((0, 1))  # two pixels wide, so its edge is soft
        assert dot.max() > 0.5 and (dot / dot.max()).tolist() == pytest.approx(colour, abs=0.05)
    assert hands[0, 195:205, 395:405].max() == 0  # the nose is not in the hands' video


def test_overlay_keeps_the_picture_and_its_input():
    track = track_of({5: (100, 100), 6: (200, 100)}, 320, 200, frames=2)
    frames = torch.rand(2, 200, 320, 3, generator=torch.Generator().manual_seed(0))
    before = frames.clone()
    over = draw_overlay(frames, track)
    assert torch.equal(frames, before)
    torch.testing.assert_close(over[:, :80], frames[:, :80], atol=1 / 254, rtol=0)
    assert (over[:, 100, 150] * 255).round().int().tolist() == [[255, 128, 0]] * 2
    with pytest.raises(ValueError, match="same length"):
        draw_overlay(frames[:1], track)


def test_points_far_outside_do_not_break_the_drawing():
    track = track_of({5: (-4000, 100), 6: (9000, 100), 7: (1e9, 5)}, 320, 200)
    assert draw_body(track, 320, 200)[0, 100, 150].tolist() == pytest.approx([1, 128 / 255, 0])


def test_a_comparison_shows_grey_under_colour_over_the_picture():
    before, after = (track_of({5: (40, y), 6: (280, y)}, 320, 200, frames=2) for y in (60, 140))
    picture = torch.full((100, 160, 3), 0.8)
    out = draw_comparison(before, after, picture)
    assert out.shape == (2, 200, 320, 3)
    old, new, ground = (out[0, y, 160] for y in (60, 140, 20))
    assert old.max() - old.min() < 0.05 and 0.5 < float(old.mean()) < 0.8
    assert new.tolist() == pytest.approx([1, 128 / 255, 0])
    assert ground.tolist() == pytest.approx([0.4] * 3, abs=0.01)
    assert draw_comparison(before, after).amin() == 0
