"""Small copies of a picture to reason on, and masks found on them brought back to its size."""

from __future__ import annotations

import cv2
import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor

_BAND = 6 / 256  # of the long side: how far a mask's edge may move to meet the colours


def small_lab(picture: Float[Tensor, "H W 3"], side: int) -> np.ndarray:
    """The picture (h,w,3) with a long side of at most `side` pixels, as CIE Lab with lightness 0..100."""
    full = pixels(picture)
    scale = min(1.0, side / max(full.shape[:2]))
    size = (max(1, round(full.shape[1] * scale)), max(1, round(full.shape[0] * scale)))
    return cv2.cvtColor(cv2.resize(full, size, interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2Lab)


def pixels(picture: Float[Tensor, "H W 3"]) -> np.ndarray:
    """The picture as a contiguous float32 array."""
    return np.ascontiguousarray(picture.detach().float().cpu().numpy())


def at_full_size(found: np.ndarray, picture: Float[Tensor, "H W 3"]) -> Bool[Tensor, "H W"]:
    """A small mask at the picture's size, its edge moved to where the colours change.

    Within a narrow band a pixel goes to the side whose mean colour around it is closer.
    """
    full = pixels(picture)
    height, width = full.shape[:2]
    if not found.any():
        return torch.zeros(height, width, dtype=torch.bool)
    share = cv2.resize(found.astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
    reach = max(3, round(_BAND * max(height, width))) | 1
    inner, outer = cv2.erode(share, np.ones((reach, reach))) > 0.5, cv2.dilate(share, np.ones((reach, reach))) > 0.5
    away, window = [], (4 * reach + 1, 4 * reach + 1)
    for known in (inner, ~outer):
        weight = cv2.blur(known.astype(np.float32), window)[..., None]
        mean = cv2.blur(full * known[..., None], window) / np.maximum(weight, 1e-3)
        away.append(np.where(weight[..., 0] > 1e-3, np.square(full - mean).sum(-1), np.inf))
    unsure = outer & ~inner & np.isfinite(away[0]) & np.isfinite(away[1])
    return torch.from_numpy(np.where(unsure, away[0] < away[1], share > 0.5))
