"""POSE_KEYPOINT in every dialect, and the index constants."""

import json

import pytest
import torch

from dreamdance_core.io.pose_files import read_pose, write_pose
from dreamdance_core.pose.keypoints import (
    BODY_LINKS,
    FACE,
    FACE_LINKS,
    HAND_LINKS,
    LEFT_HAND,
    PAIRS,
    flip_index,
    from_pose_keypoint,
    neck,
    to_pose_keypoint,
    visible,
)
from dreamdance_core.types import PoseTrack


def random_track(frames=3, people=2, width=641, height=383, seed=0):
    g = torch.Generator().manual_seed(seed)
    xy = torch.rand(frames, people, 133, 2, generator=g) * torch.tensor([width, height])
    score = torch.rand(frames, people, 133, generator=g)
    return PoseTrack(xy=xy, score=score, width=width, height=height)


def test_writer_emits_the_core_layout():
    """Full arrays, absolute pixels, neck in the middle of the shoulders, scores 1 or 0 only."""
    track = random_track()
    frames = to_pose_keypoint(track)
    assert len(frames) == 3 and frames[0]["canvas_width"] == 641 and frames[0]["canvas_height"] == 383
    sizes = {
        "pose_keypoints_2d": 18, "face_keypoints_2d": 70, "hand_left_keypoints_2d": 21,
        "hand_right_keypoints_2d": 21, "foot_keypoints_2d": 6,
    }  # fmt: skip
    for t, frame in enumerate(frames):
        for p, person in enumerate(frame["people"]):
            for key, count in sizes.items():
                rows = torch.tensor(person[key]).reshape(-1, 3)
                assert len(rows) == count
                assert set(rows[:, 2].tolist()) <= {0.0, 1.0}
                assert (rows[rows[:, 2] == 0] == 0).all()
            body = torch.tensor(person["pose_keypoints_2d"]).reshape(18, 3)
            # OpenPose-18: nose, neck, right arm, left arm, right leg, left leg, eyes, ears
            for mine, theirs in ((0, 0), (2, 6), (4, 10), (5, 5), (7, 9), (8, 12), (13, 15), (14, 2), (17, 3)):
                if track.score[t, p, theirs] >= 0.3:
                    torch.testing.assert_close(body[mine, :2], track.xy[t, p, theirs], atol=1e-3, rtol=0)
            if body[1, 2] == 1:
                torch.testing.assert_close(body[1, :2], neck(track)[0][t, p], atol=1e-3, rtol=0)
            assert body[1, 2] == float(track.score[t, p, 5:7].min() >= 0.3)
            assert len(person["dreamdance_scores"]) == 133


def test_a_track_survives_the_round_trip_through_a_file(tmp_path):
    track = random_track()
    write_pose(tmp_path / "pose.json", track)
    back = read_pose(tmp_path / "pose.json")
    seen = visible(track)
    assert (back.width, back.height) == (641, 383)
    assert torch.equal(visible(back), seen)
    torch.testing.assert_close(back.xy[seen], track.xy[seen], atol=1e-3, rtol=0)
    torch.testing.assert_close(back.score[seen], track.score[seen], atol=1e-3, rtol=0)
    assert (back.score[~seen] == 0).all()


def test_reader_takes_what_other_packs_write():
    """None, [], absent keys, -1, (0,0), nested rows, 68 face points, no feet, empty frames, one dict."""
    full = to_pose_keypoint(random_track(1, 1))[0]
    person = dict(full["people"][0])
    del person["dreamdance_scores"], person["foot_keypoints_2d"]
    person["hand_left_keypoints_2d"] = None
    person["hand_right_keypoints_2d"] = []
    rows = torch.tensor(person["face_keypoints_2d"]).reshape(70, 3)
    person["face_keypoints_2d"] = rows[:68].tolist()
    body = torch.tensor(person["pose_keypoints_2d"]).reshape(18, 3)
    body[2:4] = torch.tensor([[-1.0, -1.0, 1.0], [0.0, 0.0, 1.0]])  # right shoulder and elbow, "not found" twice
    person["pose_keypoints_2d"] = body.tolist()
    track = from_pose_keypoint([dict(full, people=[person]), dict(full, people=[]), dict(full, people=None)])
    assert track.xy.shape == (3, 1, 133, 2)
    assert (track.score[1:] == 0).all()
    assert (track.score[0, 0, LEFT_HAND.start :] == 0).all() and (track.score[0, 0, 17:23] == 0).all()
    assert track.score[0, 0, 6] == 0 and track.score[0, 0, 8] == 0
    torch.testing.assert_close(track.xy[0, 0, FACE], rows[:68, :2])
    assert len(from_pose_keypoint(dict(full, people=[]))) == 1


def test_normalised_points_become_pixels():
    track = random_track(2, 1)
    frames = to_pose_keypoint(track)
    for frame in frames:
        for person in frame["people"]:
            for key in person:
                if key.endswith("_2d"):
                    rows = torch.tensor(person[key], dtype=torch.float64).reshape(-1, 3)
                    person[key] = (rows / torch.tensor([641.0, 383.0, 1.0])).reshape(-1).tolist()
    seen = visible(track)
    torch.testing.assert_close(from_pose_keypoint(frames).xy[seen], track.xy[seen], atol=1e-2, rtol=0)


def test_an_edited_point_counts_as_seen():
    """A user who adds a point in an editor raises its score to 1; the old confidence must not hide it."""
    track = random_track(1, 1)
    track.score[0, 0, 7] = 0.1
    frames = to_pose_keypoint(track)
    body = frames[0]["people"][0]["pose_keypoints_2d"]
    body[6 * 3 : 6 * 3 + 3] = [100.0, 200.0, 1.0]
    back = from_pose_keypoint(frames)
    assert visible(back)[0, 0, 7] and back.xy[0, 0, 7].tolist() == [100.0, 200.0]


def test_frames_of_another_canvas_are_scaled_to_the_first():
    a, b = random_track(1, 1), random_track(1, 1)
    doubled = PoseTrack(xy=b.xy * 2, score=b.score, width=1282, height=766)
    track = from_pose_keypoint(to_pose_keypoint(a) + to_pose_keypoint(doubled))
    seen = visible(a)[0]
    torch.testing.assert_close(track.xy[1][seen], a.xy[0][seen], atol=1e-3, rtol=0)


@pytest.mark.parametrize(
    "frames, words",
    [
        ([], "at least one frame"),
        ([1], "must be an object"),
        ([{"canvas_width": 8, "canvas_height": 8, "people": [None]}], "must be an object"),
        ([{"people": []}], "canvas_width"),
        ([{"version": "ap10k", "animals": [], "canvas_width": 8, "canvas_height": 8}], "animal"),
        ([{"canvas_width": 8, "canvas_height": 8, "people": [{"pose_keypoints_2d": [1, 2, 1]}]}], "17 or 18 or 25"),
    ],
)
def test_what_is_not_a_pose_is_refused_in_a_sentence(frames, words):
    with pytest.raises(ValueError, match=words):
        from_pose_keypoint(frames)


def test_a_file_that_is_no_json_is_named(tmp_path):
    (tmp_path / "bad.json").write_text("not json")
    with pytest.raises(ValueError, match=r"bad\.json"):
        read_pose(tmp_path / "bad.json")
    (tmp_path / "number.json").write_text(json.dumps(3))
    with pytest.raises(ValueError, match=r"number\.json"):
        read_pose(tmp_path / "number.json")


def test_links_and_pairs():
    assert (len(BODY_LINKS), len(HAND_LINKS), len(FACE_LINKS)) == (19, 20, 63)
    flip = flip_index()
    assert torch.equal(flip[flip], torch.arange(133))
    assert int((flip == torch.arange(133)).sum()) == 133 - 2 * len(PAIRS)
    # Mirroring left and right maps the set of body links onto itself.
    mirrored = {frozenset((int(flip[a]), int(flip[b]))) for a, b in BODY_LINKS}
    assert mirrored == {frozenset(link) for link in BODY_LINKS}
    face = {frozenset((a + 23, b + 23)) for a, b in FACE_LINKS}
    assert {frozenset(int(flip[i]) for i in link) for link in face} == face
