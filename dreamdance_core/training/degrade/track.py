"""How a scene moves in its pictures, so that damage which belongs to the scene moves with it."""

from __future__ import annotations

import cv2
import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn.functional import grid_sample, interpolate

from ...geometry.pinhole import pixel_grid

_SIDE = 192  # px: corners are followed at this size
_CORNERS, _LEAST = 120, 8
_TOO_FAR = 1.25  # most growth from one frame to the next; more is a wrong match


def scene_track(frames: Float[Tensor, "T H W 3"]) -> Float[Tensor, "T 3 3"]:
    """Takes places of the middle frame, px, to where they are in every frame: turns, shifts and growth; on the CPU.

    Corners followed by Lucas-Kanade (1981), a similarity of each two frames by RANSAC, chained. A frame that cannot be
    followed is taken to stand still.
    """
    height, width = frames.shape[1:3]
    scale = min(1.0, _SIDE / max(height, width))
    small = frames.detach().float().cpu().movedim(-1, 1)
    if scale < 1:
        small = interpolate(small, scale_factor=scale, mode="area")
    grey = (small.mean(1) * 255).round().byte().numpy()
    middle = len(grey) // 2
    steps = [_step(*pair) for pair in zip(grey[:-1], grey[1:], strict=True)]
    chain = [np.eye(3) for _ in grey]
    for index in range(middle + 1, len(grey)):
        chain[index] = steps[index - 1] @ chain[index - 1]
    for index in range(middle - 1, -1, -1):
        chain[index] = np.linalg.inv(steps[index]) @ chain[index + 1]
    out = torch.from_numpy(np.stack(chain)).float()
    sizes = torch.tensor([width / grey.shape[2], height / grey.shape[1]])
    out[:, :2, 2] *= sizes
    out[:, 0, 1] *= sizes[0] / sizes[1]
    out[:, 1, 0] *= sizes[1] / sizes[0]
    return out


def _step(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """The similarity from one picture to the next, 3x3."""
    still = np.eye(3)
    corners = cv2.goodFeaturesToTrack(before, _CORNERS, 0.01, 5)
    if corners is None or len(corners) < _LEAST:
        return still
    there, found, _ = cv2.calcOpticalFlowPyrLK(before, after, corners, None, winSize=(15, 15), maxLevel=3)
    kept = found[:, 0] > 0
    if kept.sum() < _LEAST:
        return still
    change, _ = cv2.estimateAffinePartial2D(corners[kept], there[kept], ransacReprojThreshold=1.0)
    if change is None or not 1 / _TOO_FAR < np.hypot(*change[:, 0]) < _TOO_FAR:
        return still
    return np.concatenate([change, still[2:]])


def places_at_rest(track: Float[Tensor, "T 3 3"], at: Float[Tensor, "H W 2"]) -> Float[Tensor, "T H W 2"]:
    """Where places of each frame, px, were in the middle frame."""
    back = torch.linalg.inv(track.double()).float()
    return torch.einsum("tij,hwj->thwi", back[:, :2, :2], at) + back[:, None, None, :2, 2]


def carried(field: Float[Tensor, "H W C"], track: Float[Tensor, "T 3 3"]) -> Float[Tensor, "T H W C"]:
    """A picture of the middle frame's scene as each frame has it, of the nearest pixel; mirrored beyond its border."""
    height, width = field.shape[:2]
    at = places_at_rest(track.cpu(), pixel_grid(width, height)).to(field)
    grid = at / torch.tensor([width, height]).to(field) * 2 - 1
    source = field.movedim(-1, 0).expand(len(track), -1, -1, -1)
    moved = grid_sample(source, grid, mode="nearest", padding_mode="reflection", align_corners=False)
    return moved.movedim(1, -1)
