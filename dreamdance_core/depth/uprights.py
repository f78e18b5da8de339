"""Things that stand on the floor in front of the walls, cut out as upright boards (no weights)."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

_NARROW, _WIDE, _SMALL = 0.03, 0.15, 0.002  # of the picture's width, of its area
_ASPECT = 1.6  # width over height; what is longer is a piece of a wall
_CONTRAST = 18.0  # mean change of colour (Lab) across its outline; a weaker outline is a guess


@dataclass(frozen=True, kw_only=True)
class Upright:
    """One thing, in pixels of a small picture."""

    mask: np.ndarray  # (h,w)
    foot: np.ndarray  # (w,) the row of the floor it stands on, along its own straight foot line


def uprights(
    lab: np.ndarray, sky: np.ndarray, end: np.ndarray, foot: np.ndarray, hidden: np.ndarray
) -> tuple[list[Upright], np.ndarray]:
    """The things that colours set apart from what is behind, and the hidden columns without the wide runs that are
    none: those belong to the walls.

    end: where the floor ends; foot: of the walls; hidden: columns in which something stands in front of them.
    """
    found, left, w = [], hidden.copy(), len(end)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], hidden.astype(int), [0]])))
    for start, stop in edges.reshape(-1, 2).tolist():
        mask = _cut(lab, sky, end, foot, start, stop) if stop - start >= _NARROW * w else None
        if mask is not None:
            found.append(Upright(mask=mask, foot=_straight(end, start, stop)))
        elif stop - start >= _WIDE * w:
            left[start:stop] = False
    return found, left


def _straight(end: np.ndarray, start: int, stop: int) -> np.ndarray:
    """The foot line through the middle columns of a thing, held to what its own columns show."""
    inner = np.arange(start + 2, max(stop - 2, start + 3))
    slope, offset = np.polyfit(inner, end[inner], 1) if len(inner) > 4 else (0.0, float(np.median(end[start:stop])))
    line = slope * np.arange(len(end)) + offset
    return line.clip(np.quantile(end[inner], 0.1), np.quantile(end[inner], 0.9))


def _cut(
    lab: np.ndarray, sky: np.ndarray, end: np.ndarray, foot: np.ndarray, start: int, stop: int
) -> np.ndarray | None:
    h, w = sky.shape
    rows, columns = np.arange(h)[:, None], np.arange(w)[None]
    inside = (columns >= start) & (columns < stop)
    tall = float((end - foot)[start:stop].max())
    top = foot[start:stop].min() - max(2.5 * tall, 0.12 * h)
    sure = inside & (rows > foot + 1) & (rows < end - 1)
    near = (columns >= start - 2) & (columns < stop + 2) & (rows > top) & (rows < end + 2)
    if sure.sum() < 12:
        return None
    state = np.where(near, cv2.GC_PR_BGD, cv2.GC_BGD).astype(np.uint8)
    state[near & inside & (rows > foot - tall)] = cv2.GC_PR_FGD
    state[sure] = cv2.GC_FGD
    state[sky | (rows > end + 1)] = cv2.GC_BGD
    scaled = np.dstack([lab[..., 0] * 2.55, lab[..., 1] + 128, lab[..., 2] + 128]).clip(0, 255).astype(np.uint8)
    cv2.setRNGSeed(0)
    cv2.grabCut(scaled, state, None, np.zeros((1, 65)), np.zeros((1, 65)), 4, cv2.GC_INIT_WITH_MASK)
    mask = np.isin(state, (cv2.GC_FGD, cv2.GC_PR_FGD)).astype(np.uint8)
    mask = cv2.morphologyEx(cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((3, 3))), cv2.MORPH_OPEN, np.ones((3, 3)))
    labels = cv2.connectedComponents(mask, connectivity=4)[1]
    whole = np.isin(labels, np.setdiff1d(np.unique(labels[sure]), [0]))
    return whole if whole.mean() > _SMALL and _set_apart(whole, lab, rows, top, end) else None


def _set_apart(mask: np.ndarray, lab: np.ndarray, rows: np.ndarray, top: float, end: np.ndarray) -> bool:
    """Whether the outline above the foot follows a change of colour, not the search's own limit, and is no fence's."""
    wide, high = int(mask.any(0).sum()), int(mask.any(1).sum())
    if (mask & (rows < top + 2)).sum() > 0.3 * wide or wide > _ASPECT * high:
        return False
    rim = cv2.dilate(mask.astype(np.uint8), np.ones((3, 3))).astype(bool) & ~mask & (rows < end)
    change = sum(
        np.square(cv2.Sobel(np.ascontiguousarray(lab[..., c]), cv2.CV_32F, *d) / 4)
        for c in range(3)
        for d in ((1, 0), (0, 1))
    )
    return bool(rim.any()) and float(np.sqrt(change)[rim].mean()) > _CONTRAST
