"""What is taken out of a clip: the persons, their soft edges and, on wish, their shadows."""

from __future__ import annotations

import cv2
import numpy as np
from jaxtyping import Bool, Float
from torch import Tensor

_LOW = 0.15  # of a figure's height above its lowest point: there its shadow begins


def grown(mask: Bool[np.ndarray, "h w"], reach: int) -> Bool[np.ndarray, "h w"]:
    """The mask and all within `reach` px of it."""
    if reach < 1:
        return mask
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    return cv2.dilate(mask.astype(np.uint8), kernel) > 0


def hole(person: Float[Tensor, "H W"], grow: float, shadow: float) -> Bool[np.ndarray, "H W"]:
    """The person mask grown by `grow` of the picture's shorter side; and around each figure's feet a flat ellipse that
    reaches `shadow` figure heights to either side, and a third of that up and down."""
    mask = (person > 0.1).cpu().numpy()
    out = grown(mask, round(grow * min(mask.shape)))
    if shadow <= 0:
        return out
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    for label in range(1, count):
        x, y, width, height = stats[label, :4]
        if height < 0.05 * mask.shape[0]:
            continue
        top = y + round((1 - _LOW) * height)
        feet = np.zeros(mask.shape, np.uint8)
        feet[top : y + height, x : x + width] = labels[top : y + height, x : x + width] == label
        reach = max(1, round(shadow * height))
        flat = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * (reach // 3) + 1))
        out |= cv2.dilate(feet, flat) > 0
    return out
