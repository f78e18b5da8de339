"""Colours of one frame brought to another's: exposure over the whole picture, and what is left along the seam."""

from __future__ import annotations

import cv2
import numpy as np
from jaxtyping import Bool, Float

from .flow import filled, sample

_EVERY = 4  # px between the places that tell the exposure
_FLOOR = 0.02  # darker than this says nothing about a factor
_MOST = 0.1  # that a seam may be off and still be put down to light


def log_gain(
    here: Float[np.ndarray, "h w 3"],
    there: Float[np.ndarray, "h w 3"],
    at: Float[np.ndarray, "h w 2"],
    known: Bool[np.ndarray, "h w"],
) -> Float[np.ndarray, "3"]:
    """The logarithm of the factors from the colours here to those of the same places there (px `at`): the middle half's
    mean, so that what moves or shines has no say."""
    every = (slice(None, None, _EVERY), slice(None, None, _EVERY))
    seen = sample(there, at[every])
    mine = here[every]
    bright = known[every] & (mine > _FLOOR).all(-1) & (seen > _FLOOR).all(-1)
    if bright.sum() < 50:
        return np.zeros(3)
    ratios = np.sort(np.log(seen[bright] / mine[bright]), axis=0)
    return ratios[len(ratios) // 4 : -(len(ratios) // 4)].mean(0)


def seam(
    off: Float[np.ndarray, "h w 3"], ring: Bool[np.ndarray, "h w"], hole: Bool[np.ndarray, "h w"]
) -> Float[np.ndarray, "h w 3"]:
    """What to add inside the hole so that it meets the ring around it; off: frame minus fill, on the ring."""
    sigma = max(2.0, 0.012 * max(ring.shape))
    weight = ring.astype(np.float32)
    off = np.clip(off, -_MOST, _MOST) * weight[..., None]
    mean = cv2.GaussianBlur(off, (0, 0), sigma) / np.maximum(cv2.GaussianBlur(weight, (0, 0), sigma), 1e-6)[..., None]
    return np.where(hole[..., None], filled(mean * weight[..., None], ring), 0)
