"""The character put onto the canvas of another picture: where it stands, how tall it is there."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from ..types import PoseTrack
from .keypoints import LEFT_ANKLE, RIGHT_ANKLE, mirrored, visible


@dataclass(frozen=True, kw_only=True)
class Stand:
    """A place in a picture, in shares of its width and height."""

    x: float = 0.5  # of the middle between the feet
    y: float = 0.9  # of the soles
    height: float = 0.7  # of the character if it stood at the picture's lower edge
    horizon: float = 0.4  # of the ground's vanishing line: towards it the character becomes smaller
    mirror: bool = False  # left and right exchanged


def standing(
    picture: Float[Tensor, "h w 3"],
    alpha: Float[Tensor, "h w"],
    pose: PoseTrack,
    width: int,
    height: int,
    where: Stand,
) -> tuple[Float[Tensor, "H W 3"], Float[Tensor, "H W"], PoseTrack]:
    """The character, its alpha and its pose (T = 1, of any size) on a width x height canvas, standing where it should.

    Its height is that of its alpha, from the top to the soles. Raises ValueError when it is not there, or would stand
    above the horizon.
    """
    if not where.horizon < where.y:
        raise ValueError(f"y must lie below the horizon, at {where.horizon:.3g}, got {where.y:.3g}; move it down")
    solid = (alpha > 0.5).nonzero()
    if not len(solid):
        raise ValueError("character_mask must be 1 where the character is, got none above 0.5; segment it first")
    if where.mirror:
        picture, alpha, pose = picture.flip(1), alpha.flip(1), mirrored(pose)
        solid = (alpha > 0.5).nonzero()
    own = torch.tensor([alpha.shape[1] / pose.width, alpha.shape[0] / pose.height])
    xy = pose.xy * own
    top, soles = float(solid[:, 0].min()), float(solid[:, 0].max()) + 1
    feet = [xy[0, 0, p, 0] for p in (LEFT_ANKLE, RIGHT_ANKLE) if visible(pose)[0, 0, p]]
    middle = float(torch.stack(feet).mean()) if len(feet) == 2 else float(solid[:, 1].float().mean()) + 0.5
    nearness = (where.y - where.horizon) / (1 - where.horizon)
    scale = where.height * nearness * height / (soles - top)
    shift = (where.x * width - scale * middle, where.y * height - scale * soles)
    return drawn_at(picture, alpha, replace(pose, xy=xy), (width, height), scale, shift)


def drawn_at(
    picture: Float[Tensor, "h w 3"],
    alpha: Float[Tensor, "h w"],
    pose: PoseTrack,
    size: tuple[int, int],
    scale: float,
    shift: tuple[float, float],
) -> tuple[Float[Tensor, "H W 3"], Float[Tensor, "H W"], PoseTrack]:
    """The character, its alpha and its pose (in its picture's px), scaled and shifted onto a canvas of size (W,H)."""
    drawn = _drawn(torch.cat([picture * alpha[..., None], alpha[..., None]], -1).numpy(), scale, shift, *size)
    coverage = drawn[..., 3:]
    colours = np.where(coverage > 1e-3, drawn[..., :3] / np.maximum(coverage, 1e-3), 0).clip(0, 1)
    placed = replace(pose, xy=pose.xy * scale + torch.tensor(shift), width=size[0], height=size[1])
    return torch.from_numpy(colours), torch.from_numpy(coverage[..., 0].clip(0, 1)), placed


def _drawn(
    layer: Float[np.ndarray, "h w 4"], scale: float, shift: tuple[float, float], width: int, height: int
) -> Float[np.ndarray, "H W 4"]:
    """The premultiplied layer, scaled and shifted onto an empty canvas; made small first, so that nothing flickers."""
    size = (max(1, round(layer.shape[1] * scale)), max(1, round(layer.shape[0] * scale)))
    smaller = cv2.resize(layer, size, interpolation=cv2.INTER_AREA) if scale < 1 else layer
    sx, sy = (scale * layer.shape[1] / smaller.shape[1], scale * layer.shape[0] / smaller.shape[0])
    # OpenCV counts from pixel centres: x + 0.5 = s (u + 0.5) + shift.
    matrix = np.array([[sx, 0, shift[0] + 0.5 * sx - 0.5], [0, sy, shift[1] + 0.5 * sy - 0.5]])
    return cv2.warpAffine(smaller, matrix, (width, height), flags=cv2.INTER_LINEAR)
