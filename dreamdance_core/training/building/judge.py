"""Which clips of a shot are worth training on, by the poses of those who are in it."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float, UInt8
from torch import Tensor

from ...pose.keypoints import BODY, visible
from ...types import PoseTrack
from .settings import BuildSettings

SEEN = 6  # body points that make a person seen in a frame
_ALWAYS = 0.9  # of a clip's frames
_TOGETHER = 0.15  # of a clip's frames in which another body may overlap the main one
_OVERLAP = 0.1  # of the smaller box
_STILL = 0.6 / 255  # mean change of the small pictures over a whole clip
_BORDERS = 3  # of four that a person may not touch at once


def poses_of(track: PoseTrack) -> Bool[np.ndarray, "T P"]:
    """Who is seen when."""
    return (visible(track)[:, :, BODY].sum(-1) >= SEEN).numpy()


def boxes_of(track: PoseTrack) -> Float[np.ndarray, "T P 4"]:
    """x0, y0, x1, y1 px of all known points; NaN where there are none."""
    xy, known = track.xy.numpy(), visible(track).numpy()
    low = np.where(known[..., None], xy, np.inf).min(2)
    high = np.where(known[..., None], xy, -np.inf).max(2)
    boxes = np.concatenate([low, high], -1).astype(np.float32)
    boxes[~known.any(-1)] = np.nan
    return boxes


def fault_of_poses(track: PoseTrack, settings: BuildSettings) -> str | None:
    """Why a clip with these poses (the main person first) is of no use; None when it is."""
    if track.xy.shape[1] == 0:
        return "no person"
    seen, boxes = poses_of(track), boxes_of(track)
    share = seen[:, 0].mean()
    if share < _ALWAYS:
        return "no person" if share == 0 else "the person is not seen all the time"
    heights = (boxes[seen[:, 0], 0, 3] - boxes[seen[:, 0], 0, 1]) / track.height
    if np.median(heights) < settings.smallest:
        return "the person is too small"
    overlaps = np.zeros(len(track), bool)
    for other in range(1, track.xy.shape[1]):
        both = seen[:, 0] & seen[:, other]
        overlaps |= both & (_common(boxes[:, 0], boxes[:, other]) > _OVERLAP)
    return "several persons overlap" if overlaps.mean() > _TOGETHER else None


def _common(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """(T,) common area of boxes over the smaller one's."""
    inside = np.clip(np.minimum(a[:, 2:], b[:, 2:]) - np.maximum(a[:, :2], b[:, :2]), 0, None).prod(-1)
    return inside / np.maximum(np.minimum((a[:, 2:] - a[:, :2]).prod(-1), (b[:, 2:] - b[:, :2]).prod(-1)), 1e-6)


def fault_of_mask(mask: Bool[Tensor, "T H W"], settings: BuildSettings) -> str | None:
    """Why a clip whose person covers this is of no use; None when it is."""
    if not mask.flatten(1).any(1).all():
        return "the person's mask is empty in some frame"
    if float(mask.float().mean((1, 2)).median()) > settings.largest:
        return "the person is too large"
    borders = [mask[:, 0].any(1), mask[:, -1].any(1), mask[:, :, 0].any(1), mask[:, :, -1].any(1)]
    cut = sum(border.int() for border in borders) >= _BORDERS
    return "the person is cut at three sides of the picture" if float(cut.float().mean()) > 0.5 else None


def fault_of_pictures(small: UInt8[np.ndarray, "T h w 3"]) -> str | None:
    """Why a clip that looks like this is of no use; None when it is."""
    values = small.astype(np.float32) / 255
    return "nothing moves" if np.abs(values - values[:1]).mean((1, 2, 3)).max() < _STILL else None
