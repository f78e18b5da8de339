"""People who met: after they part, motion, build and colour before and after say who is who."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from jaxtyping import Float

from .keypoints import BODY, BODY_LINKS, body_size

CLOSE = 0.3  # distance of two bodies over their size below which they may have been taken for one another
WINDOW = 8  # frames of motion looked at on either side
LOOK = 24  # frames of build and colour looked at on either side
ENTRY = 0.08  # of the picture's width: somebody who leaves or enters does so nearer to its side than this
# Typical deviations of one person with himself: place after extrapolation (body sizes), log build, colour.
_PLACE, _BUILD, _COLOUR = 0.08, 0.06, 0.06
_SUREST = 25.0  # of motion and of build, so that neither can outweigh clearly different colours
_STEADY = [(5, 6), (5, 11), (6, 12), (11, 12), *BODY_LINKS[:4], *((5, 7), (6, 8), (7, 9), (8, 10))]  # bones


class Rows:
    """Poses by row that rows may be exchanged in: xy (T,R,133,2), score (T,R,133), looks (T,R,3) with NaN where a
    colour is unknown; and from them there (T,R), centre (T,R,2) and size (T,R), in px."""

    def __init__(
        self,
        xy: Float[np.ndarray, "T R 133 2"],
        score: Float[np.ndarray, "T R 133"],
        looks: Float[np.ndarray, "T R 3"],
        width: int,
    ) -> None:
        self.xy, self.score, self.looks, self.width = xy, score, looks, width
        self.there = (score > 0).any(axis=-1)
        self.centre = np.zeros((*self.there.shape, 2))
        self.size = np.ones(self.there.shape)
        for t, row in zip(*np.nonzero(self.there), strict=True):
            seen = score[t, row] > 0
            body = seen[BODY]
            self.centre[t, row] = np.median(xy[t, row, BODY][body] if body.any() else xy[t, row][seen], axis=0)
            self.size[t, row] = body_size(xy[t, row], score[t, row])

    def exchange(self, a: int, b: int, frames: slice | np.ndarray) -> None:
        """Rows a and b trade places in these frames."""
        for values in (self.xy, self.score, self.looks, self.there, self.centre, self.size):
            values[frames, a], values[frames, b] = values[frames, b].copy(), values[frames, a].copy()

    def gap(self, a: int, b: int) -> Float[np.ndarray, "T"]:
        """Distance of two people over their size, missing frames interpolated; infinite outside either's time."""
        t = np.arange(len(self.xy))
        seen = [np.flatnonzero(self.there[:, row]) for row in (a, b)]
        out = np.full(len(t), np.inf)
        if min(map(len, seen)) == 0:
            return out
        both = (t >= max(f[0] for f in seen)) & (t <= min(f[-1] for f in seen))
        places = [
            np.stack([np.interp(t, f, self.centre[f, row, axis]) for axis in (0, 1)], axis=1)
            for f, row in zip(seen, (a, b), strict=True)
        ]
        size = max(float(np.median(self.size[f, row])) for f, row in zip(seen, (a, b), strict=True))
        out[both] = np.linalg.norm(places[0] - places[1], axis=1)[both] / size
        return out


def _motion(rows: Rows, frames: np.ndarray, row: int, at: int) -> tuple[np.ndarray, np.ndarray]:
    """Place and velocity (px a frame) at frame `at` by the straight motion over `frames`."""
    centres = rows.centre[frames, row]
    if len(frames) < 3:
        return centres.mean(axis=0), np.zeros(2)
    slope, level = np.polyfit(frames - at, centres, 1)
    return level, slope


def _build(rows: Rows, frames: np.ndarray, row: int) -> np.ndarray:
    """Log lengths of the bones (the 80th percentile over time, as bones look shorter when they turn); NaN = unknown."""
    lengths = np.full((len(frames), len(_STEADY)), np.nan)
    for i, (a, b) in enumerate(_STEADY):
        both = (rows.score[frames, row, a] > 0) & (rows.score[frames, row, b] > 0)
        gap = np.linalg.norm(rows.xy[frames, row, a] - rows.xy[frames, row, b], axis=1)
        lengths[both, i] = np.maximum(gap[both], 1.0)
    out = np.full(len(_STEADY), np.nan)
    known = np.isfinite(lengths).any(axis=0)
    out[known] = np.log(np.nanquantile(lengths[:, known], 0.8, axis=0)) if known.any() else np.nan
    return out


def _colour(rows: Rows, frames: np.ndarray, row: int) -> np.ndarray:
    """The median colour over frames in which nobody else is near, who might stand in front; NaN = unknown."""
    others = [r for r in range(rows.xy.shape[1]) if r != row]
    away = np.linalg.norm(rows.centre[frames][:, others] - rows.centre[frames, row][:, None], axis=-1)
    near = (away < CLOSE * rows.size[frames, row][:, None]) & rows.there[frames][:, others]
    known = rows.looks[frames[~near.any(axis=1)], row]
    known = known[np.isfinite(known).all(axis=1)]
    return np.median(known, axis=0) if len(known) else np.full(3, np.nan)


def _alike(rows: Rows, before: tuple[np.ndarray, int], after: tuple[np.ndarray, int]) -> float:
    """How unlike the person of `before` (frames, row) is to that of `after` in build and colour: squared deviations."""
    build = _build(rows, *before) - _build(rows, *after)
    build = build[np.isfinite(build)]
    colour = np.linalg.norm(_colour(rows, *before) - _colour(rows, *after))
    total = min(float((np.median(np.abs(build)) / _BUILD) ** 2), _SUREST) if len(build) else 0.0
    return total + (float((colour / _COLOUR) ** 2) if np.isfinite(colour) else 0.0)


def _unlike(rows: Rows, before: tuple[np.ndarray, int], after: tuple[np.ndarray, int]) -> float:
    """The same with motion: whether the one could go on as the other."""
    (old, a), (new, b) = before, after
    middle = int(old[-1] + new[0]) // 2
    size = float(np.median(np.concatenate([rows.size[old, a], rows.size[new, b]])))
    here, there = _motion(rows, old[-WINDOW:], a, middle)[0], _motion(rows, new[:WINDOW], b, middle)[0]
    doubt = _PLACE * (1 + 0.1 * (new[0] - old[-1])) * size
    place = min(float((np.linalg.norm(here - there) / doubt) ** 2), _SUREST)
    return place + _alike(rows, before, after)


def _encounters(gap: np.ndarray) -> list[tuple[int, int]]:
    """First and last frame of each stretch in which two people are close, short partings joined."""
    close = np.flatnonzero(gap < CLOSE)
    if len(close) == 0:
        return []
    breaks = np.flatnonzero(np.diff(close) > WINDOW)
    starts, stops = close[np.r_[0, breaks + 1]], close[np.r_[breaks, len(close) - 1]]
    return [(int(a), int(b)) for a, b in zip(starts, stops, strict=True)]


def mend_encounters(rows: Rows) -> None:
    """Exchanges, in place, the rows of two people after they met wherever that makes both go on far more naturally,
    and what was found of them while they were together wherever it lies on the other's way."""
    pairs = list(combinations(range(rows.xy.shape[1]), 2))
    done = dict.fromkeys(pairs, -1)
    while True:
        waiting = [
            (stop, start, pair) for pair in pairs for start, stop in _encounters(rows.gap(*pair)) if start > done[pair]
        ]
        if not waiting:
            return
        stop, start, pair = min(waiting)
        done[pair] = stop
        _part(rows, *pair, start, stop)


def _part(rows: Rows, a: int, b: int, start: int, stop: int) -> None:
    """Decides who is who after the frames start..stop, and during them."""
    seen = [np.flatnonzero(rows.there[:, row]) for row in (a, b)]
    old = [frames[(frames < start) & (frames >= start - LOOK)] for frames in seen]
    new = [frames[(frames > stop) & (frames <= stop + LOOK)] for frames in seen]
    if min(map(len, (*old, *new))) == 0:
        return
    kept = _unlike(rows, (old[0], a), (new[0], a)) + _unlike(rows, (old[1], b), (new[1], b))
    traded = _unlike(rows, (old[0], a), (new[1], b)) + _unlike(rows, (old[1], b), (new[0], a))
    if traded < 0.8 * kept - 1:
        rows.exchange(a, b, slice(stop + 1, None))
        new = new[::-1]
    ways = [_way(rows, before, after, row, start, stop) for before, after, row in zip(old, new, (a, b), strict=True)]
    shapes = [rows.xy[frames[-1], row] - rows.centre[frames[-1], row] for frames, row in zip(old, (a, b), strict=True)]
    for t in range(start, stop + 1):
        expected = [way[t - start] + shape for way, shape in zip(ways, shapes, strict=True)]
        straight, crossed = _distance(rows, t, (a, b), expected), _distance(rows, t, (a, b), expected[::-1])
        if crossed < straight:
            rows.exchange(a, b, np.array([t]))
        for i, row in enumerate((a, b)):
            if rows.there[t, row]:
                seen = rows.score[t, row] > 0
                shapes[i] = np.where(seen[:, None], rows.xy[t, row] - rows.centre[t, row], shapes[i])


def _distance(rows: Rows, t: int, pair: tuple[int, int], expected: list[np.ndarray]) -> float:
    """How far (px) the two are in frame t from where they are expected: body points, the mean of each."""
    total = 0.0
    for row, points in zip(pair, expected, strict=True):
        seen = rows.score[t, row, BODY] > 0
        if seen.any():
            total += float(np.linalg.norm(rows.xy[t, row, BODY] - points[BODY], axis=1)[seen].mean())
    return total


def _way(rows: Rows, old: np.ndarray, new: np.ndarray, row: int, start: int, stop: int) -> Float[np.ndarray, "N 2"]:
    """The smooth way (a cubic) from the motion before to the motion after, at frames start..stop."""
    (p, v), (q, w) = _motion(rows, old[-WINDOW:], row, start - 1), _motion(rows, new[:WINDOW], row, stop + 1)
    span = stop - start + 2
    s = (np.arange(start, stop + 1) - start + 1)[:, None] / span
    return (
        (2 * s**3 - 3 * s**2 + 1) * p
        + (s**3 - 2 * s**2 + s) * span * v
        + (3 * s**2 - 2 * s**3) * q
        + (s**3 - s**2) * span * w
    )


def rejoin(rows: Rows) -> list[int]:
    """The rows that are left after somebody who went out at a side of the picture and came in there again, of the same
    build and colours, got the old row back (in place), when nobody else could be meant."""
    spans = {row: np.flatnonzero(rows.there[:, row]) for row in np.flatnonzero(rows.there.any(axis=0)).tolist()}
    for new in sorted(spans, key=lambda row: spans[row][0]):
        ended = [row for row in spans if spans[row][-1] < spans[new][0]]
        fits = [old for old in ended if _returns(rows, spans[old], old, spans[new], new)]
        if len(fits) == 1:
            rows.exchange(new, fits[0], spans[new])
            spans[fits[0]] = np.concatenate([spans[fits[0]], spans.pop(new)])
    return sorted(spans)


def _returns(rows: Rows, old: np.ndarray, a: int, new: np.ndarray, b: int) -> bool:
    where = [rows.xy[t, row, BODY][rows.score[t, row, BODY] > 0] for t, row in ((old[-1], a), (new[0], b))]
    if any(len(points) == 0 for points in where):
        return False
    edge = ENTRY * rows.width
    left = all(points[:, 0].min() < edge for points in where)
    right = all(points[:, 0].max() > rows.width - edge for points in where)
    return (left or right) and _alike(rows, (old[-LOOK:], a), (new[:LOOK], b)) < 9
