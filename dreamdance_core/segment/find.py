"""Where the character stands, and its coarse alpha on a crop around it: saliency networks lose small figures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Bool, Float
from torch import Tensor

from ..types import SegmentBackend

STABLE = 0.5  # a figure that its own crop repeats this well needs no search (figures: 0.65 up, scenery: 0.3 down)
LEAST = 0.3  # below this nothing stands out
FIRST_PAD, LAST_PAD = 0.3, 0.1  # of the figure's long side; the first crop is wide, to find limbs cut off before
SMALLEST = 1 / 2500  # of the picture: 2 % of its height and width
LARGEST = 0.97  # of the picture: more is a mask of everything


@dataclass(frozen=True, kw_only=True)
class Found:
    """A figure: rows and columns of its crop, the crop's coarse alpha, and how well the network repeats itself."""

    rows: slice
    columns: slice
    alpha: Float[Tensor, "h w"]
    quality: float  # [0,1]


def find_character(image: Float[Tensor, "H W 3"], backend: SegmentBackend) -> Found | None:
    """The most plausible figure, or None. First in the whole picture, then, if that is shaky, tile by tile."""
    whole = backend(image)
    first = main_part(whole.numpy() > 0.5)
    found = [] if first is None else _settle(image, backend, first)
    if not found or found[0].quality < STABLE:
        for candidate in _candidates_from_tiles(image, backend, whole):
            found += _settle(image, backend, candidate)
    best = max(found, key=lambda one: one.quality, default=None)
    return best if best is not None and best.quality >= LEAST else None


def main_part(mask: Bool[np.ndarray, "H W"]) -> Bool[np.ndarray, "H W"] | None:
    """The largest part with all that belongs to it: parts above 2 % of its area, or close to it. None if too small."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    if count < 2:
        return None
    areas = stats[1:, cv2.CC_STAT_AREA]
    largest = 1 + int(areas.argmax())
    if areas.max() < max(SMALLEST * mask.size, 16):
        return None
    near = cv2.dilate((labels == largest).astype(np.uint8), disc(0.02 * max(mask.shape))) > 0
    keep = [largest]
    for label in range(1, count):
        area = stats[label, cv2.CC_STAT_AREA]
        if area > 0.02 * areas.max() or (area > 4 and (near & (labels == label)).any()):
            keep.append(label)
    return np.isin(labels, keep)


def disc(radius: float | int) -> np.ndarray:
    """A round structuring element of at least one pixel radius."""
    side = 2 * max(round(radius), 1) + 1
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))


def crop_of(mask: Bool[np.ndarray, "H W"], pad: float) -> tuple[slice, slice]:
    """Rows and columns of the mask's box, padded by a share of its long side, inside the picture."""
    ys, xs = np.nonzero(mask)
    margin = max(round(pad * max(np.ptp(ys), np.ptp(xs)) + 1), 4)
    height, width = mask.shape
    rows = slice(max(int(ys.min()) - margin, 0), min(int(ys.max()) + 1 + margin, height))
    return rows, slice(max(int(xs.min()) - margin, 0), min(int(xs.max()) + 1 + margin, width))


def _settle(image: Tensor, backend: SegmentBackend, candidate: np.ndarray) -> list[Found]:
    """The figure that two crops around the candidate agree on; empty when it dissolves."""
    rows, columns = crop_of(candidate, FIRST_PAD)
    wide = backend(image[rows, columns].contiguous())
    part = main_part(wide.numpy() > 0.5)
    if part is None:
        return []
    before = np.zeros(candidate.shape, bool)
    before[rows, columns] = part
    rows, columns = crop_of(before, LAST_PAD)
    patch = image[rows, columns].contiguous()
    alpha = (backend(patch) + backend(patch.flip(1).contiguous()).flip(1)) / 2  # mirrored too: fewer lost limbs
    part = main_part(alpha.numpy() > 0.5)
    if part is None:
        return []
    before = before[rows, columns]
    agreement = (part & before).sum() / (part | before).sum()
    value = float(agreement) * (1 - _share_on_border(part, rows, columns, candidate.shape)) * _certainty(alpha, part)
    return [Found(rows=rows, columns=columns, alpha=alpha, quality=value)]


def _share_on_border(part: np.ndarray, rows: slice, columns: slice, shape: tuple[int, ...]) -> float:
    """How much of the crop's top and sides the part covers, where scenery runs out of the picture; feet may."""
    sides = [part[0], part[:, 0], part[:, -1]]
    return float(np.concatenate(sides).mean())


def _certainty(alpha: Tensor, part: np.ndarray) -> float:
    """1 where the network says plainly yes or no, around the part."""
    around = cv2.dilate(part.astype(np.uint8), disc(0.03 * max(part.shape))) > 0
    values = alpha.numpy()[around]
    return float(1 - (4 * values * (1 - values)).mean())


def _tiles(height: int, width: int) -> Iterator[tuple[slice, slice]]:
    """Half-overlapping squares of the short side, and of 0.6 of it."""
    for share in (1.0, 0.6):
        side = round(share * min(height, width))
        for top in _starts(height, side):
            for left in _starts(width, side):
                yield slice(top, top + side), slice(left, left + side)


def _starts(length: int, side: int) -> list[int]:
    count = int(np.ceil((length - side) / (0.5 * side))) + 1
    return np.linspace(0, length - side, count).round().astype(int).tolist()


def _candidates_from_tiles(image: Tensor, backend: SegmentBackend, whole: Tensor) -> list[np.ndarray]:
    """Up to four parts that many tiles vote for, the surest first."""
    votes, seen = whole.numpy().copy(), np.ones(whole.shape, np.float32)
    for rows, columns in _tiles(*whole.shape):
        votes[rows, columns] += backend(image[rows, columns].contiguous()).numpy()
        seen[rows, columns] += 1
    mean = votes / seen
    ranked = []
    for level in (0.6, 0.4):
        count, labels, stats, _ = cv2.connectedComponentsWithStats((mean > level).astype(np.uint8))
        for label in range(1, count):
            mask = labels == label
            if stats[label, cv2.CC_STAT_AREA] < max(SMALLEST * mask.size, 16):
                continue
            at_edge = np.concatenate([mask[0], mask[:, 0], mask[:, -1]]).sum()
            compact = stats[label, cv2.CC_STAT_AREA] / (stats[label, 2] * stats[label, 3])
            ranked.append((float(mean[mask].mean() * compact - 5 * at_edge / sum(mask.shape)), mask))
    ranked.sort(key=lambda pair: -pair[0])
    chosen: list[np.ndarray] = []
    for _, mask in ranked:
        if all((mask & other).sum() < 0.3 * (mask | other).sum() for other in chosen):
            chosen.append(mask)
    return chosen[:4]
