"""Clips for the host's Wan nodes: sizes, lengths, what stands where, and the way back into the background."""

from __future__ import annotations

import pytest
import torch

from dreamdance_core.io.pose_files import FACE
from dreamdance_core.types import PoseTrack
from dreamdance_core.video.control import control_clip, face_crops, fitted, paste_back, wan_length


def _clip(count: int, height: int, width: int, seed: int = 0) -> torch.Tensor:
    return torch.rand(count, height, width, 3, generator=torch.Generator().manual_seed(seed))


def test_lengths_are_4n_plus_1():
    assert [wan_length(frames) for frames in (1, 4, 5, 8, 48, 49, 81, 84)] == [1, 1, 5, 5, 45, 49, 81, 81]


def test_fitted_keeps_what_fits_and_resizes_the_rest():
    clip = _clip(2, 24, 40)
    assert fitted(clip, 40, 24) is clip
    small = fitted(torch.full((2, 24, 40, 3), 0.25), 16, 8)
    assert small.shape == (2, 8, 16, 3)
    torch.testing.assert_close(small, torch.full_like(small, 0.25))


def test_face_crops_are_centred_on_the_face_and_black_without_one():
    driving = torch.zeros(3, 120, 200, 3)
    driving[:, 30:50, 90:110, 0] = 1
    xy = torch.zeros(3, 1, 133, 2)
    corners = torch.tensor([[90.0, 30.0], [110.0, 30.0], [90.0, 50.0], [110.0, 50.0]])
    xy[:, 0, FACE] = corners.repeat(17, 1)
    score = torch.zeros(3, 1, 133)
    score[:2, 0, FACE] = 1
    crops = face_crops(driving, PoseTrack(xy=xy, score=score, width=200, height=120), 3)
    assert crops.shape == (3, 512, 512, 3) and float(crops[2].max()) == 0
    red = (crops[0, ..., 0] > 0.5).nonzero().float()
    assert red.mean(0).sub(256).abs().max() < 10, "the face in the middle"
    half = face_crops(driving, PoseTrack(xy=xy / 2, score=score, width=100, height=60), 3)
    torch.testing.assert_close(half, crops), "a track counted in another picture's pixels"


@pytest.mark.parametrize("feather", [0, 1, 7, 16])
def test_paste_back_is_exact_outside(feather):
    video, background = _clip(3, 24, 32, 1), _clip(3, 48, 64)
    mask = torch.zeros(3, 48, 64)
    mask[:, 6:45, 14:54] = 1
    out = paste_back(video, background, mask, feather)
    assert torch.equal(out[mask < 0.5], background[mask < 0.5])
    torch.testing.assert_close(out[:, 25, 34], fitted(video, 64, 48)[:, 25, 34])


def test_a_pose_shorter_than_the_background_is_named():
    background, mask = _clip(5, 32, 48), torch.ones(5, 32, 48)
    with pytest.raises(ValueError, match="pose_video must have 5 frames like background, got 3"):
        control_clip(background, mask, _clip(3, 32, 48), "grey", 16)
