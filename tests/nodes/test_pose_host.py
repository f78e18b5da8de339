"""POSE_KEYPOINT as the host's own SDPose nodes write and draw it; people picked from other packs' poses."""

from __future__ import annotations

import importlib

import numpy as np
import pytest
import torch

PERSON = np.array([
    (0, -43), (2, -45), (-2, -45), (5, -44), (-5, -44), (11, -30), (-11, -30), (15, -14), (-15, -14), (16, 2), (-16, 2),
    (7, 0), (-7, 0), (7, 25), (-7, 25), (7, 50), (-7, 50),
])  # fmt: skip


@pytest.fixture(scope="module")
def sdpose(pack):
    return importlib.import_module("comfy_extras.nodes_sdpose")


def whole_body(x, y, scale=3.0):
    """(133,2): a figure about (x, y), its hands at its wrists, feet and face in place."""
    rng = np.random.default_rng(7)
    points = np.zeros((133, 2))
    points[:17] = PERSON
    points[17:23] = PERSON[[15, 15, 15, 16, 16, 16]] + rng.uniform(0, 3, (6, 2))
    points[23:91] = PERSON[0] + rng.uniform(-4, 4, (68, 2))
    points[91:112] = PERSON[9] + np.concatenate([[[0, 0]], rng.uniform(0, 5, (20, 2))])
    points[112:133] = PERSON[10] - np.concatenate([[[0, 0]], rng.uniform(0, 5, (20, 2))])
    return points * scale + [x, y]


def test_sdpose_keypoints_are_read_as_they_are(pack, sdpose):
    """The host writes COCO-WholeBody's left hand under the right one's key: hands go where their wrists are."""
    raw = [[whole_body(200, 180), whole_body(450, 190)], [whole_body(210, 180)], []]
    score = [[np.full(133, 0.8), np.linspace(0.31, 0.9, 133)], [np.full(133, 0.6)], []]
    frames = sdpose._to_openpose_frames(raw, score, 360, 640)
    track = pack.dreamdance_core.io.pose_files.from_pose_keypoint(frames)
    assert track.xy.shape == (3, 2, 133, 2) and (track.width, track.height) == (640, 360)
    for t, people in enumerate(raw):
        for p, points in enumerate(people):
            assert np.abs(track.xy[t, p].numpy() - points).max() < 1e-2
            assert np.abs(track.score[t, p].numpy() - score[t][p]).max() < 1e-5
    assert (track.score[1, 1] == 0).all() and (track.score[2] == 0).all()


def test_the_host_draws_our_poses_as_its_own(pack, sdpose):
    """Points above and below the threshold, in every part; the two pictures are equal."""
    points = [[whole_body(200, 180), whole_body(450, 190)]]
    score = [[np.full(133, 0.9), np.where(np.arange(133) % 5 == 0, 0.1, 0.9)]]
    theirs = sdpose._to_openpose_frames(points, score, 360, 640)
    types, files = pack.dreamdance_core.types, pack.dreamdance_core.io.pose_files
    track = types.PoseTrack(
        xy=torch.tensor(np.array(points), dtype=torch.float32),
        score=torch.tensor(np.array(score), dtype=torch.float32),
        width=640,
        height=360,
    )
    options = (True, True, True, True, 4, 3, 0.3, True)
    mine = sdpose.SDPoseDrawKeypoints.execute(files.to_pose_keypoint(track), *options)[0]
    wanted = sdpose.SDPoseDrawKeypoints.execute(theirs, *options)[0]
    assert mine.shape == wanted.shape and mine.max() > 0.9
    assert float((mine - wanted).abs().amax(-1).gt(0.01).float().mean()) < 2e-4  # points rounded to 4 decimals


def test_one_person_of_another_packs_pose_is_picked_and_followed(pack, sdpose):
    """Two who cross, listed in another order in every other frame."""
    raw = []
    for t in range(24):
        pair = [whole_body(100 + 18 * t, 180), whole_body(540 - 18 * t, 176, 2.7)]
        raw.append(pair[::-1] if t % 2 else pair)
    frames = sdpose._to_openpose_frames(raw, [[np.full(133, 0.8)] * 2] * 24, 360, 640)
    mask = torch.zeros(1, 36, 64)
    mask[..., :32] = 1
    out = pack.nodes.pose_people.PickPerson.execute(frames, 1, person_mask=mask)
    track = pack.dreamdance_core.io.pose_files.from_pose_keypoint(out[0])
    assert track.xy.shape[:2] == (24, 1)
    assert np.abs(track.xy[:, 0, 0, 0].numpy() - (100 + 18 * np.arange(24))).max() < 0.1
    assert out[4].shape == (24, 360, 640, 3) and out[4].max() > 0.9
    second = pack.nodes.pose_people.PickPerson.execute(frames, 2)
    assert len(second[0]) == 24 and len(second[0][0]["people"]) == 1
    with pytest.raises(ValueError, match="from 1 to 2"):
        pack.nodes.pose_people.PickPerson.execute(frames, 3)
    with pytest.raises(ValueError, match="one per pose"):
        pack.nodes.pose_people.PickPerson.execute(frames, 1, images=torch.zeros(3, 360, 640, 3))


def test_weights_of_other_packs_are_looked_for(pack, tmp_path, monkeypatch):
    host = pack.nodes.host
    folder = tmp_path / "custom_nodes" / "comfyui_controlnet_aux" / "ckpts" / "yzd-v" / "DWPose"
    folder.mkdir(parents=True)
    known = host.folder_paths.get_folder_paths
    monkeypatch.setattr(
        host.folder_paths,
        "get_folder_paths",
        lambda key: [str(tmp_path / "custom_nodes")] if key == "custom_nodes" else known(key),
    )
    assert host.weight_folders()[-1] == folder


def test_a_pose_without_its_drawings_costs_no_pictures(pack, sdpose):
    """The same pose; what would fill the memory is closed, with a word about the switch."""
    from comfy_execution.graph_utils import ExecutionBlocker

    frames = sdpose._to_openpose_frames([[whole_body(200, 180)]] * 3, [[np.full(133, 0.9)]] * 3, 360, 640)
    images = torch.zeros(3, 360, 640, 3)
    extract, retarget = pack.nodes.pose.ExtractPose.execute, pack.nodes.pose_retarget.RetargetPose.execute
    for run in (
        lambda **how: extract(images, "blazepose", 24.0, 1, 0.5, pose=frames, **how),
        lambda **how: retarget(frames, frames[:1], 640, 352, True, **how),
    ):
        drawn, alone = run().result, run(drawings=False).result
        assert len(drawn) == len(alone) and drawn[0] == alone[0]
        closed = [output for output in alone if isinstance(output, ExecutionBlocker)]
        assert len(closed) == sum(isinstance(output, torch.Tensor) for output in drawn)
        assert all("`drawings`" in output.message for output in closed)
