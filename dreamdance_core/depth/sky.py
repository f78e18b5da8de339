"""Where a picture's sky is: by its colours alone, or by a network's disparity and its colours together (no weights).

Careful rather than complete: a sky that is missed becomes a far surface, which looks right; a wall, a ceiling, snow or
paper taken for sky would drop out of the scene. So a sky must reach the upper border, be smooth, show the colours and
the change of colour that skies have, and leave something below it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor

from .small import at_full_size, small_lab

_SIDE = 256  # px, long side at which the sky is sought
_STRAIGHT = 0.04  # of the long side
_ROUGH = 3.0  # lightness (of 100) per pixel; the median around a pixel of foliage or masonry is above it
_DROP = 8.0  # lightness over two rows that makes a horizon
_LEAST, _MOST = 0.03, 0.9  # share of the picture
_TOP = 0.15  # share of the upper border
_CLOSE, _ZERO = 0.05, 0.01  # shares of the nearest disparity: below, a network says very far; endlessly far


def above(mask: Bool[Tensor, "T H W"]) -> Bool[Tensor, "T H W"]:
    """The parts of each mask that are connected to the upper border."""
    parts = []
    for frame in mask.cpu().numpy():
        labels = cv2.connectedComponents(frame.astype(np.uint8), connectivity=4)[1]
        parts.append(np.isin(labels, np.unique(labels[0][frame[0]])))
    return torch.from_numpy(np.stack(parts))


def sky_of_picture(picture: Float[Tensor, "H W 3"]) -> Bool[Tensor, "H W"]:
    """The sky by colours alone; nothing where it is in doubt."""
    looks = _looks(picture)
    found = _connected(looks.like_sky & (looks.smooth | looks.blue | looks.cloud) & ~looks.straight)
    found = _cut_at_horizon(found, looks.lab[..., 0])
    return at_full_size(_judged(found, lambda part: _is_sky(part, looks)), picture)


def sky_of_disparity(disparity: Float[Tensor, "H W"], picture: Float[Tensor, "H W 3"]) -> Bool[Tensor, "H W"]:
    """The sky by a disparity map (larger = nearer, 0 = infinitely far) that the colours do not contradict."""
    looks = _looks(picture)
    height, width = looks.smooth.shape
    small = cv2.resize(disparity.float().cpu().numpy(), (width, height), interpolation=cv2.INTER_AREA)
    nearest = max(float(np.quantile(small, 0.98)), 0.0)
    far = (small < _CLOSE * nearest) & (nearest > 0)
    found = _connected(far & (looks.smooth | looks.like_sky))

    def endless(part: np.ndarray) -> bool:
        """A clear zero speaks for a white sky, too, but not for a sheet of one colour."""
        zero = float(small[part].mean()) < _ZERO * nearest and float(looks.like_sky[part].mean()) > 0.6
        return zero and _lies_above(part) and _spread(part, looks) > 2

    return at_full_size(_judged(found, lambda part: _is_sky(part, looks) or endless(part)), picture)


@dataclass(frozen=True, kw_only=True)
class _Looks:
    """A small copy of the picture and what its colours say, as masks."""

    lab: np.ndarray  # (h,w,3), lightness 0..100
    smooth: np.ndarray
    blue: np.ndarray
    cloud: np.ndarray  # bright and without colour
    glow: np.ndarray  # bright and warm: dawn and dusk
    straight: np.ndarray  # long straight edges: things people built, which clouds never have

    @property
    def like_sky(self) -> np.ndarray:
        return self.blue | self.cloud | self.glow


def _looks(picture: Tensor) -> _Looks:
    lab = small_lab(picture, _SIDE)
    light, a, b = lab[..., 0], lab[..., 1], lab[..., 2]
    slope = np.hypot(cv2.Sobel(light, cv2.CV_32F, 1, 0) / 8, cv2.Sobel(light, cv2.CV_32F, 0, 1) / 8)
    rough = cv2.medianBlur(np.clip(slope * 16, 0, 255).astype(np.uint8), 7) / 16
    chroma = np.hypot(a, b)
    straight = np.zeros(light.shape, np.uint8)
    segments = cv2.createLineSegmentDetector().detect((light * 2.55).clip(0, 255).astype(np.uint8))[0]
    for x0, y0, x1, y1 in np.empty((0, 4)) if segments is None else segments.reshape(-1, 4):
        if math.hypot(x1 - x0, y1 - y0) > _STRAIGHT * max(light.shape):
            cv2.line(straight, (round(x0), round(y0)), (round(x1), round(y1)), 1)
    return _Looks(
        lab=lab,
        smooth=rough < _ROUGH,
        blue=(b < -6) & (light > 25) & (a < 25) & (chroma > 8),
        cloud=(light > 72) & (chroma < 20),
        straight=straight > 0,
        glow=(light > 55) & (chroma >= 20) & (b > 5) & (a > -22),
    )


def _connected(mask: np.ndarray) -> np.ndarray:
    """What of the mask hangs on the upper border by more than a thread, gaps closed."""
    opened = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)) > 0
    found = above(torch.from_numpy(opened)[None])[0].numpy()
    # Birds, wires and cloud rims are sky; a hole that is open to the sides or below is not enclosed.
    labels, stats = cv2.connectedComponentsWithStats((~found).astype(np.uint8), connectivity=4)[1:3]
    small = stats[:, cv2.CC_STAT_AREA] < 0.01 * found.size
    return found | small[labels]


def _cut_at_horizon(found: np.ndarray, light: np.ndarray) -> np.ndarray:
    """The mask above the level line where it turns darker at once: water below mirrors the sky's colours."""
    height, width = found.shape
    drop = light[:-2] - light[2:]
    inside = found[2:] & found[:-2]
    wide, dark = inside.sum(1), ((drop > _DROP) & inside).sum(1)
    rows = np.flatnonzero((dark > 0.6 * wide) & (wide > 0.15 * width)) + 1
    rows = rows[rows > 0.25 * height]
    if len(rows) == 0:
        return found
    out = found.copy()
    out[rows[0] :] = False
    return out


def _judged(found: np.ndarray, good: Callable[[np.ndarray], bool]) -> np.ndarray:
    """The connected parts that are good, each by itself; with one of them, its scraps between leaves and wires."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(found.astype(np.uint8), connectivity=4)
    large = [part for part in range(1, count) if stats[part, cv2.CC_STAT_AREA] > _LEAST * found.size]
    kept = [part for part in large if good(labels == part)]
    return found & ~np.isin(labels, [part for part in large if part not in kept]) & bool(kept)


def _is_sky(found: np.ndarray, looks: _Looks) -> bool:
    if not _lies_above(found):
        return False
    light = looks.lab[..., 0][found]
    rows = np.nonzero(found)[0]
    blue, cloud, glow = (float(mask[found].mean()) for mask in (looks.blue, looks.cloud, looks.glow))
    brightens = float(np.corrcoef(rows, light)[0, 1]) if light.std() > 1e-3 and rows.std() > 0 else 0.0
    spread = _spread(found, looks)
    if blue > 0.2:
        return spread > 6 and (brightens > 0.2 or cloud > 0.05)
    cool = float((looks.lab[..., 2][found] < -2.5).mean())
    if cool > 0.8 and cloud > 0.7 and brightens > 0.4:  # a pale day: whiter towards the horizon, never warm
        return spread > 6
    return glow + cloud > 0.7 and glow > 0.3 and brightens > 0.2 and spread > 20 and float(light.mean()) > 65


def _lies_above(found: np.ndarray) -> bool:
    """Whether the mask holds enough of the upper border and leaves something below."""
    return _LEAST < float(found.mean()) < _MOST and float(found[: max(1, len(found) // 64)].mean()) > _TOP


def _spread(found: np.ndarray, looks: _Looks) -> float:
    """How much the colours within the mask differ (Lab); a painted wall or paper does by little."""
    return float(looks.lab[found].std(0).sum())
