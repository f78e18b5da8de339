"""What one look at the whole figure misses: limbs lost and gaps filled, seen again close up and by their colours."""

from __future__ import annotations

import cv2
import numpy as np
from jaxtyping import Bool, Float
from scipy.spatial import cKDTree
from torch import Tensor

from ..types import SegmentBackend
from .find import Found, crop_of, disc, main_part

VIEW = 0.65  # side of a close view, of the figure's long side
REACH = 0.1  # of the long side: how far from the figure a lost limb is looked for
HONEST = 0.8  # a close view is believed when this share of what it sees belongs to the figure
LIKE, UNLIKE = 6.0, 3.0  # CIE Lab: two colours are alike; one side's colours are this many times farther off
HINT = 0.07  # mean alpha: a trace that the network left of a limb it lost
SAMPLES = 3000  # colours drawn from each side


def look_closer(
    image: Float[Tensor, "H W 3"], found: Found, backend: SegmentBackend
) -> tuple[Float[np.ndarray, "h w"], Float[np.ndarray, "h w"]]:
    """The found crop's alpha with limbs that close views see added, and the close views' own alpha (NaN: not seen).

    A close view may add, never take away: inside a large part networks see only that part's pattern.
    """
    patch, coarse = image[found.rows, found.columns], found.alpha.numpy()
    part = main_part(coarse > 0.5)
    if part is None:
        return coarse, np.full_like(coarse, np.nan)
    near = cv2.dilate((coarse > 0.15).astype(np.uint8), disc(0.02 * max(coarse.shape))) > 0
    total, weights = np.zeros_like(coarse), np.zeros_like(coarse)
    for rows, columns in _views(part):
        seen = backend(patch[rows, columns].contiguous()).cpu().numpy()
        claimed = seen > 0.5
        if (near[rows, columns] & claimed).sum() < HONEST * max(claimed.sum(), 1):
            continue
        fade = np.outer(*(np.hanning(length + 2)[1:-1] for length in seen.shape)).astype(np.float32)
        total[rows, columns] += fade * seen
        weights[rows, columns] += fade
    close = np.where(weights > 1e-3, total / weights.clip(1e-3), np.nan).astype(np.float32)
    mixed = np.maximum(coarse, np.where(close > 0.5, close, 0))
    return np.where(np.isnan(close), coarse, mixed).astype(np.float32), close


def _views(part: Bool[np.ndarray, "h w"]) -> list[tuple[slice, slice]]:
    """Overlapping squares over the part's box."""
    rows, columns = crop_of(part, 0.04)
    side = round(VIEW * max(rows.stop - rows.start, columns.stop - columns.start))
    views = []
    for top, height in _steps(rows, side, part.shape[0]):
        for left, width in _steps(columns, side, part.shape[1]):
            views.append((slice(top, top + height), slice(left, left + width)))
    return views


def _steps(span: slice, side: int, limit: int) -> list[tuple[int, int]]:
    length = span.stop - span.start
    if length <= side:
        start = max(min((span.start + span.stop - side) // 2, limit - side), 0)
        return [(start, min(side, limit))]
    return [(int(start), side) for start in np.linspace(span.start, span.stop - side, 2)]


def by_colours(
    image: Float[np.ndarray, "h w 3"], alpha: Float[np.ndarray, "h w"], close: Float[np.ndarray, "h w"]
) -> tuple[Float[np.ndarray, "h w"], Bool[np.ndarray, "h w"], Bool[np.ndarray, "h w"]]:
    """The alpha with what the picture's colours say plainly put right; the limbs added and the gaps opened in it."""
    part = main_part(alpha > 0.5)
    none = np.zeros(alpha.shape, bool)
    if part is None:
        return alpha, none, none
    long = max(crop.stop - crop.start for crop in crop_of(part, 0.0))
    figure = (alpha > 0.9) & (np.nan_to_num(close, nan=1.0) > 0.6)
    ground = cv2.dilate((alpha > 0.03).astype(np.uint8), disc(0.03 * long)) == 0
    if min(figure.sum(), ground.sum()) < 50:
        return alpha, none, none
    to_figure, to_ground = colour_distances(image, figure, ground)
    alpha = alpha.copy()
    limbs = lost_limbs(to_figure, to_ground, part, alpha)
    dark = cv2.morphologyEx(image.min(2), cv2.MORPH_BLACKHAT, disc(0.006 * long)) > 0.1
    limbs |= dark & (cv2.dilate(limbs.astype(np.uint8), disc(0.005 * long)) > 0)  # the drawn line around them
    around = cv2.dilate(limbs.astype(np.uint8), disc(0.01 * long)) > 0  # its outline: for the edge search to decide
    alpha[around] = np.maximum(alpha[around], 0.4)
    alpha[limbs] = np.maximum(alpha[limbs], 0.9)
    gaps = filled_gaps(to_ground, part, alpha, close)
    around = cv2.dilate(gaps.astype(np.uint8), disc(0.004 * long)) > 0
    alpha[around] = np.minimum(alpha[around], 0.6)
    alpha[gaps] = 0
    return alpha, limbs & ~gaps, gaps


def colour_distances(
    image: Float[np.ndarray, "h w 3"], figure: Bool[np.ndarray, "h w"], ground: Bool[np.ndarray, "h w"]
) -> tuple[Float[np.ndarray, "h w"], Float[np.ndarray, "h w"]]:
    """CIE Lab distance of each pixel to the third nearest colour drawn from the figure, and from the ground."""
    lab = cv2.cvtColor(image, cv2.COLOR_RGB2LAB)
    levels = np.round(lab.reshape(-1, 3)).astype(np.int32)  # flat art has few colours: look each up once
    colours, where = np.unique(levels @ np.array([1 << 20, 1 << 10, 1], np.int32), return_inverse=True)
    first = np.zeros(len(colours), np.int64)
    first[where] = np.arange(len(where))
    queries = levels[first].astype(np.float32)
    draw = np.random.default_rng(0)
    planes = []
    for side in (figure, ground):
        own = lab[side]
        own = own[draw.choice(len(own), min(SAMPLES, len(own)), replace=False)]
        distance, _ = cKDTree(own).query(queries, k=[3])
        planes.append(distance[where, 0].reshape(figure.shape).astype(np.float32))
    return planes[0], planes[1]


def lost_limbs(
    to_figure: Float[np.ndarray, "h w"],
    to_ground: Float[np.ndarray, "h w"],
    part: Bool[np.ndarray, "h w"],
    alpha: Float[np.ndarray, "h w"],
) -> Bool[np.ndarray, "h w"]:
    """Regions in the figure's colours, and not the ground's, that continue it: attached, bounded, faintly seen."""
    long = max(crop.stop - crop.start for crop in crop_of(part, 0.0))
    zone = cv2.dilate(part.astype(np.uint8), disc(REACH * long)) > 0
    times = np.interp(alpha, (0.1, 0.4), (UNLIKE, 1.2))  # where the network hesitates a weaker difference will do
    alike = (to_figure < LIKE) & (to_ground > times * to_figure + 2) & zone & ~part
    alike = cv2.morphologyEx(alike.astype(np.uint8), cv2.MORPH_CLOSE, disc(1))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(alike)
    border = zone & (cv2.erode(zone.astype(np.uint8), disc(2), borderValue=1) == 0)
    regions = [labels == label for label in range(1, count) if stats[label, cv2.CC_STAT_AREA] > 2e-4 * part.sum()]
    regions = [region for region in regions if not (region & border).any()]
    limbs = np.zeros_like(part)
    for anchor, hint in ((part, HINT), (limbs, HINT / 2)):  # then what continues a limb, as fingers a hand
        touching = cv2.dilate(anchor.astype(np.uint8), disc(0.008 * long)) > 0
        for region in regions:
            if (region & touching).any() and alpha[region].mean() > hint:
                limbs |= region
    return limbs


def filled_gaps(
    to_ground: Float[np.ndarray, "h w"],
    part: Bool[np.ndarray, "h w"],
    alpha: Float[np.ndarray, "h w"],
    close: Float[np.ndarray, "h w"],
) -> Bool[np.ndarray, "h w"]:
    """Regions inside the figure that show the ground: in its colours, and dark in a close view of a bright rim."""
    reach = round(0.03 * max(part.shape))
    closed = cv2.morphologyEx(np.pad(part.astype(np.uint8), reach), cv2.MORPH_CLOSE, disc(reach))
    candidates = (closed[reach:-reach, reach:-reach] > 0) & (to_ground < LIKE)
    candidates = cv2.morphologyEx(candidates.astype(np.uint8), cv2.MORPH_OPEN, np.ones((2, 2), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(candidates)
    gaps = np.zeros_like(part)
    seen = np.where(np.isnan(close), alpha, close)
    for label in range(1, count):
        area = stats[label, cv2.CC_STAT_AREA]
        if not 1e-4 * part.sum() < area < 0.04 * part.sum():
            continue
        x, y, w, h = stats[label, :4]
        box = slice(max(y - 6, 0), y + h + 6), slice(max(x - 6, 0), x + w + 6)
        region = labels[box] == label
        rim = (cv2.dilate(region.astype(np.uint8), disc(5)) > 0) & (cv2.dilate(region.astype(np.uint8), disc(2)) == 0)
        if (to_ground[box][rim] > 2 * LIKE).mean() < 0.8 or part[box][rim].mean() < 0.5:
            continue
        inner, outer = seen[box][region].mean(), seen[box][rim].mean()
        if alpha[box][region].mean() < 0.5 or (outer > 0.8 and inner < outer - 0.15):
            gaps[box] |= region
    return gaps
