"""The nodes that put characters into scenes, in the host's own process."""

from __future__ import annotations

import pytest
import torch

from dreamdance_core.geometry.pinhole import intrinsics
from dreamdance_core.io.pose_files import from_pose_keypoint, to_pose_keypoint
from dreamdance_core.types import Cameras, Depth, PoseTrack

FRAMES, W, H = 6, 160, 128
JOINTS = {
    0: (50, 30), 5: (62, 46), 6: (38, 46), 7: (68, 66), 8: (32, 66), 9: (70, 84), 10: (30, 84), 11: (56, 84),
    12: (44, 84), 13: (57, 108), 14: (43, 108), 15: (58, 130), 16: (42, 130),
}  # fmt: skip


def figure(frames: int = 1) -> list[dict]:
    xy, score = torch.zeros(frames, 1, 133, 2), torch.zeros(frames, 1, 133)
    for point, place in JOINTS.items():
        xy[:, 0, point], score[:, 0, point] = torch.tensor(place).float(), 1
    return to_pose_keypoint(PoseTrack(xy=xy, score=score, width=100, height=150))


@pytest.fixture(scope="module")
def placed(pack):
    """Place Character's outputs for a block of 50x118 px in a picture of 100x150."""
    mask = torch.zeros(1, 150, 100)
    mask[:, 20:138, 25:75] = 1
    scene = torch.full((FRAMES, H, W, 3), 0.3)
    node = pack.nodes.characters.PlaceCharacter
    return node.execute(torch.full((1, 150, 100, 3), 0.8), mask, figure(), scene, 0.5, 0.9, 0.6, 0.3, False).result


def moving() -> Cameras:
    c2w = torch.eye(4).repeat(FRAMES, 1, 1)
    c2w[:, 0, 3] = torch.linspace(0, 0.4, FRAMES)
    return Cameras(c2w=c2w, K=intrinsics(W, H).repeat(FRAMES, 1, 1), width=W, height=H)


def test_a_placed_character_is_in_scene_pixels(placed):
    cut, mask, pose, shown = placed
    assert cut.shape == shown.shape == (1, H, W, 3) and mask.shape == (1, H, W)
    track = from_pose_keypoint(pose)
    assert (track.width, track.height) == (W, H)
    assert float(track.xy[0, 0, [15, 16], 0].mean()) == pytest.approx(W / 2, abs=0.5)
    assert torch.allclose(shown[mask == 0], torch.tensor(0.3)) and torch.allclose(shown[mask > 0.99], torch.tensor(0.8))


def test_the_cameras_move_the_pose_and_its_mask(pack, placed):
    """A camera that trucks to the right moves the whole figure to the left, by f t / z."""
    node = pack.nodes.pose_retarget.RetargetPose
    arguments = (figure(FRAMES), placed[2], W, H, True, placed[1])
    depth = Depth(z=torch.full((1, H, W), 2.0), valid=torch.ones(1, H, W, dtype=torch.bool))
    still = node.execute(*arguments).result
    seen = node.execute(*arguments, cameras=moving(), depth=depth).result
    tracks = [from_pose_keypoint(result[0]).xy[:, 0, list(JOINTS)] for result in (still, seen)]
    assert torch.allclose(tracks[1][0], tracks[0][0], atol=0.01)
    gone = (tracks[1] - tracks[0])[-1, :, 0]
    assert torch.allclose(gone, torch.tensor(-W * 0.4 / 2), atol=0.5)
    middles = [mask[-1].nonzero()[:, 1].float().mean() for mask in (still[5], seen[5])]
    assert float(middles[1] - middles[0]) == pytest.approx(-W * 0.4 / 2, abs=5)
    assert "stands at depth 2" in seen[7]
    with pytest.raises(ValueError, match="cameras need depth"):
        node.execute(*arguments, cameras=moving())
    mirrored = from_pose_keypoint(node.execute(*arguments, mirror_motion=True).result[0])
    assert float(mirrored.xy[0, 0, 15, 0]) > float(mirrored.xy[0, 0, 16, 0]), "left stays the figure's left"


def test_puppets_are_joined(pack, placed):
    retarget, puppet = pack.nodes.pose_retarget.RetargetPose, pack.nodes.video.Puppet
    pose = retarget.execute(figure(FRAMES), placed[2], W, H, True, placed[1]).result[0]
    background = torch.full((1, H, W, 3), 1.0)
    frames, mask, alone = puppet.execute(placed[0], placed[1], placed[2], pose, background, 24.0).result
    assert mask.shape == (FRAMES, H, W) and (frames[mask == 0] == 1).all() and (alone[mask == 0] == 1).all()
    assert torch.allclose(alone[mask > 0.3], torch.tensor(0.8), atol=0.02), "free of the white behind it"
    join = pack.nodes.characters.JoinCharacters
    one = {"frames": frames, "mask": mask, "pose": pose}
    figures = {f"{which}_{name}": value for which in ("first", "second") for name, value in one.items()}
    joined = join.execute(background, "nearer", 24.0, **figures).result
    assert from_pose_keypoint(joined[2]).xy.shape[1] == 2
    assert (joined[0][joined[1] == 0] == 1).all() and joined[6].shape == (FRAMES, H, W, 3) and joined[6].max() > 0.5
    with pytest.raises(ValueError, match="second_frames and second_pose must be 6 of 160x128 px"):
        join.execute(background, "nearer", 24.0, **(figures | {"second_frames": frames[:3]}))
