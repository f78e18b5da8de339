"""Clips in the shapes that the host's own video nodes take, and the way back."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

from ..io.pose_files import FACE
from ..types import PoseTrack

_MULTIPLE = 16  # px, of every Wan model
_FACE_SIDE = 512  # px, of Wan Animate's face video


@dataclass(frozen=True, kw_only=True)
class ControlClip:
    control_video: Float[Tensor, "T H W 3"]
    control_masks: Float[Tensor, "T H W"]  # 1 = repaint
    pose_video: Float[Tensor, "T H W 3"]
    background_video: Float[Tensor, "T H W 3"]  # black where the character is painted
    character_mask: Float[Tensor, "T H W"]  # grown to blocks
    render_video: Float[Tensor, "T H W 3"]


def wan_length(frames: int) -> int:
    """The longest 4n+1 that is not above frames (Wan's VAE takes four pictures per latent frame, the first alone)."""
    return (frames - 1) // 4 * 4 + 1


def fitted(frames: Float[Tensor, "T h w C"], width: int, height: int) -> Float[Tensor, "T {height} {width} C"]:
    """The clip resized to exactly width x height."""
    if frames.shape[1:3] == (height, width):
        return frames
    small = height * width < frames.shape[1] * frames.shape[2]
    resized = F.interpolate(frames.movedim(-1, 1), size=(height, width), mode="bilinear", antialias=small)
    return resized.movedim(1, -1).clamp(0, 1).contiguous()


def _blocky(mask: Float[Tensor, "T H W"], block: int) -> Float[Tensor, "T H W"]:
    """The mask grown to whole blocks."""
    if block == 1:
        return mask
    coarse = F.max_pool2d(mask[:, None], block, ceil_mode=True)
    return F.interpolate(coarse, scale_factor=block)[:, 0, : mask.shape[1], : mask.shape[2]].contiguous()


def control_clip(
    background: Float[Tensor, "T H W 3"],
    mask: Float[Tensor, "T H W"],
    pose: Float[Tensor, "S h w 3"],
    inside: str,
    block: int,
) -> ControlClip:
    """All clips at one size (multiples of 16, rounded down) and length.

    inside: what control_video shows in the mask: "pose on grey", "grey" or "background". Raises ValueError when the
    pose video is shorter than the background.
    """
    if len(pose) < len(background):
        raise ValueError(f"pose_video must have {len(background)} frames like background, got {len(pose)}")
    height, width = (max(_MULTIPLE, side // _MULTIPLE * _MULTIPLE) for side in background.shape[1:3])
    background, pose = fitted(background, width, height), fitted(pose, width, height)
    mask = (fitted(mask[..., None], width, height)[..., 0] > 0.5).float()
    grey = torch.full_like(background, 0.5)
    drawn = (pose.amax(-1, keepdim=True) * 4).clamp(0, 1)
    fillings = {"pose on grey": pose * drawn + grey * (1 - drawn), "grey": grey, "background": background}
    character = _blocky(mask, block)
    return ControlClip(
        control_video=torch.where(mask[..., None] > 0.5, fillings[inside], background),
        control_masks=mask,
        pose_video=pose,
        background_video=background * (1 - character[..., None]),
        character_mask=character,
        render_video=background,
    )


def face_crops(driving: Float[Tensor, "T H W 3"], track: PoseTrack, length: int) -> Float[Tensor, "N 512 512 3"]:
    """Square crops around the first person's face, 512 px, black where no face is known."""
    crops = torch.zeros(length, _FACE_SIDE, _FACE_SIDE, 3)
    scale = torch.tensor([driving.shape[2] / track.width, driving.shape[1] / track.height])
    for index in range(min(length, len(track), len(driving))):
        seen = track.score[index, 0, FACE] > 0.3
        points = track.xy[index, 0, FACE][seen] * scale
        if len(points) < 5:
            continue
        low, high = points.amin(0), points.amax(0)
        side = max(16, int((high - low).max() * 1.5))
        left, top = ((low + high) / 2 - side / 2).round().int().tolist()
        frame = F.pad(driving[index].movedim(-1, 0), (side, side, side, side))
        left, top = max(0, left + side), max(0, top + side)
        crop = frame[:, top : top + side, left : left + side]
        if min(crop.shape[1:]) > 0:
            crops[index] = F.interpolate(crop[None], (_FACE_SIDE, _FACE_SIDE), mode="bilinear")[0].movedim(0, -1)
    return crops


def paste_back(
    video: Float[Tensor, "T h w 3"],
    background: Float[Tensor, "T H W 3"],
    mask: Float[Tensor, "T H W"],
    feather: int,
) -> Float[Tensor, "T H W 3"]:
    """video inside the mask, background outside it bit-exact; the border of `feather` px lies inside the mask."""
    height, width = background.shape[1:3]
    video = fitted(video, width, height)
    weight = mask
    if feather:
        # Shrunk first, then blurred by the same reach, so that the weight is 0 wherever the mask is 0.
        inner = -F.max_pool2d(-mask[:, None], 2 * (feather // 2) + 1, stride=1, padding=feather // 2)
        for _ in range(2):
            reach = max(1, feather // 4)
            inner = F.avg_pool2d(inner, 2 * reach + 1, stride=1, padding=reach, count_include_pad=False)
        weight = inner[:, 0] * (mask > 0)
    return torch.where(weight[..., None] > 0, background + (video - background) * weight[..., None], background)
