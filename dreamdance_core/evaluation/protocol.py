"""The protocol of the paper's table, as far as it is written down.

Each video is its own driver, its first frame is the reference picture, and what the method makes of both is compared
with the video itself. 768 px squares follow from the table's L1 values (see docs/evaluation.md), the rest from the
metric code of DisCo, which the paper's predecessors name.
"""

from __future__ import annotations

import cv2
import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor

from ..types import LazyFrames
from .measures import TABLE

SIDE = 768  # px
NAMES = TABLE
PROTOCOL = (
    "paper: each video drives itself, its first frame is the reference; {side} px squares (shorter side resized, "
    "centre cut out); all frames, all overlapping 16-frame clips; the definitions of the table's columns"
)
LIMITS = (
    "the paper's protocol never tests another character than the driver's own (no retargeting), nor the camera",
    "that the table cuts the truth's persons out as well is not written there; here they are (without it the "
    "foreground distances would measure the background)",
    "for the foreground columns the paper gives the method a white reference background and a white background video; "
    "only --pred-white does so (--prepare --mask writes these inputs); cutting by the truth's mask forgives poses",
)


class Squared(LazyFrames):
    """The first `count` frames of a clip, their centre square at side x side px."""

    def __init__(self, clip: Float[Tensor, "T H W 3"] | LazyFrames, side: int, count: int) -> None:
        self._clip, self._side = clip, side
        self.shape = (min(count, clip.shape[0]), side, side, 3)

    def __getitem__(self, cut: slice) -> Float[Tensor, "S side side 3"]:
        start, stop = self.span(cut)
        frames = self._clip[start:stop]
        if len(frames) == 0:
            return torch.empty(0, *self.shape[1:])
        return torch.stack([_square(frame, self._side) for frame in frames])


def _square(picture: Float[Tensor, "H W 3"], side: int) -> Float[Tensor, "side side 3"]:
    """The centre square; made smaller by averaging, larger by cubic interpolation."""
    shorter = min(picture.shape[:2])
    top, left = (picture.shape[0] - shorter) // 2, (picture.shape[1] - shorter) // 2
    cut = picture[top : top + shorter, left : left + shorter]
    if shorter == side:
        return cut
    how = cv2.INTER_AREA if side < shorter else cv2.INTER_CUBIC
    made = cv2.resize(np.ascontiguousarray(cut.numpy()), (side, side), interpolation=how)
    return torch.from_numpy(made).clamp(0, 1)


def squared_mask(mask: Bool[Tensor, "T H W"], side: int, count: int) -> Bool[Tensor, "S side side"]:
    """The same squares of a mask; a pixel belongs to it if at least half of it does."""
    return torch.stack([_square(m[..., None].float().expand(-1, -1, 3), side)[..., 0] >= 0.5 for m in mask[:count]])
