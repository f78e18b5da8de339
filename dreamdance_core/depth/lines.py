"""The point a picture's receding lines run to (no weights)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Float
from torch import Tensor

from .small import pixels

_SIDE = 480  # px, long side at which lines are sought
_PROPOSE = 80  # the longest lines, whose pairs propose points


@dataclass(frozen=True, kw_only=True)
class VanishingPoint:
    """Where most slanted lines meet, in shares of width and height."""

    x: float
    y: float  # the horizon
    ceiling: bool  # steep lines run to it from above as well


def vanishing_point(picture: Float[Tensor, "H W 3"]) -> VanishingPoint | None:
    """The point, or None when too few lines agree.

    Pairs of long segments propose points; all vote with their length when they point there within 2 degrees.
    """
    full = (pixels(picture).clip(0, 1) * 255).round().astype(np.uint8)
    scale = min(1.0, _SIDE / max(full.shape[:2]))
    gray = cv2.cvtColor(full, cv2.COLOR_RGB2GRAY)
    gray = cv2.resize(gray, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else gray
    h, w = gray.shape
    found = cv2.createLineSegmentDetector().detect(gray)[0]
    if found is None:
        return None
    segments = found.reshape(-1, 4).astype(np.float64)
    along = segments[:, 2:] - segments[:, :2]
    length = np.hypot(*along.T)
    slant = np.abs(np.arctan2(along[:, 1], along[:, 0]))
    slanted = np.abs(np.abs(slant - math.pi / 2) - math.pi / 4) < math.radians(37)  # not level, not upright
    chosen = slanted & (length > 0.04 * math.hypot(w, h))
    segments, along, length = segments[chosen], along[chosen], length[chosen]
    if len(segments) < 6:
        return None
    middle = (segments[:, :2] + segments[:, 2:]) / 2
    point, support = _vote(middle, along / length[:, None], length, w, h)
    if point is None or support.sum() < 5 or length[support].sum() < 0.3 * length.sum():
        return None
    offset, votes = middle[support] - point, length[support]
    steep = (offset[:, 1] < -0.02 * h) & (np.abs(offset[:, 1]) > 0.8 * np.abs(offset[:, 0]))
    ceiling = bool(votes[steep].sum() > 0.08 * votes.sum())
    return VanishingPoint(x=float(point[0] / w), y=float(point[1] / h), ceiling=ceiling)


def _vote(middle: np.ndarray, direction: np.ndarray, length: np.ndarray, w: int, h: int):
    """The meeting point of two lines that most length agrees with, and who agrees; the longest lines propose."""
    longest = np.argsort(-length, kind="stable")[:_PROPOSE]
    a, b = (longest[index] for index in np.triu_indices(len(longest), 1))
    cross = direction[a, 0] * direction[b, 1] - direction[a, 1] * direction[b, 0]
    gap = middle[b] - middle[a]
    with np.errstate(divide="ignore", invalid="ignore"):
        along = (gap[:, 0] * direction[b, 1] - gap[:, 1] * direction[b, 0]) / cross
        points = middle[a] + direction[a] * along[:, None]
    # Under 10 degrees the meeting point is a guess; pictures are made with the horizon in or near their middle.
    possible = np.abs(cross) > 0.17
    for value, least, most in ((points[:, 0], -0.3 * w, 1.3 * w), (points[:, 1], 0.2 * h, 0.7 * h)):
        possible &= (value > least) & (value < most)
    points = points[possible]
    if len(points) == 0:
        return None, np.zeros(len(middle), bool)
    ray = points[:, None] - middle[None]
    away = np.hypot(ray[..., 0], ray[..., 1])
    sine = np.abs(ray[..., 0] * direction[:, 1] - ray[..., 1] * direction[:, 0]) / np.maximum(away, 1e-6)
    agree = (sine < math.sin(math.radians(2))) & (away > 0.03 * w)
    best = int((agree * np.minimum(length, 0.25 * w)).sum(1).argmax())
    return points[best], agree[best]
