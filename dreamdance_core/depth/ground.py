"""Where the floor of a picture ends: the line on which its walls, houses and trees stand (no weights).

For every column of a small copy one row is sought below which the picture looks like floor and above which it does
not. Colours decide (clusters that fill the lower part of the picture across its whole width are floor), then level
edges, then a mild belief about where a floor usually ends; neighbouring columns agree by dynamic programming. The idea
of upright surfaces standing on one ground is that of photo pop-up (Hoiem et al., 2005) and of stixels (Badino et al.,
2009).
"""

from __future__ import annotations

import cv2
import numpy as np

_CLUSTERS = 24
_STRIP = 0.45  # share of the ground's height that is taken for floor at first
_NOVEL = 0.2  # share of the wall colours that may be anything: what the floor does not show is rather no floor
_EDGE = 1.2  # weight of level edges against colours
_USUAL, _OPEN = (0.35, 1.5), (0.2, 2.2)  # where a floor ends (share of the ground), and how firmly; under a sky
_STEP, _JUMP = 25.0, 4.0  # cost of a change between columns, per picture height, and of any jump at most
_WIDE = 0.29  # of the width: what stands nearer over more of it is a wall
_LEAST = 0.03  # of the height: a floor ends at least so far below the horizon


def floor_end(lab: np.ndarray, sky: np.ndarray, horizon: float) -> np.ndarray:
    """The row (w,) at which the floor of a small picture (h,w,3) ends, below the horizon's row; h = no floor."""
    h, w = sky.shape
    labels, count = _clusters(lab)
    rows = np.arange(h)[:, None]
    ground = h - horizon
    weight = ((rows - horizon) / ground).clip(0, 1).repeat(w, 1)
    below, above = rows > h - _STRIP * ground, (rows < horizon + _LEAST * h) & (rows > horizon - 0.3 * h) & ~sky
    below = below.repeat(w, 1)
    usual, firm = _OPEN if sky.any() else _USUAL
    belief = firm * np.square((rows - horizon - usual * ground) / (0.35 * ground))
    edges = _EDGE * np.minimum(level_edges(lab[..., 0]), 1.5)
    first = min(int(np.ceil(horizon + _LEAST * h)), h - 1)
    for _ in range(4):
        likely = _floor_likelihood(labels, count, below, above, weight)[labels]
        likely[sky] = -2
        total = np.cumsum(likely, 0)
        score = (total[-1:] - 2 * total) / (0.12 * h) + edges - belief
        end = first + _smoothest(score[first:], _STEP / h, _JUMP)
        below, above = rows > end, (rows <= end) & (rows > horizon - 0.3 * h) & ~sky
    return end.astype(np.float64)


def in_front(end: np.ndarray, height: int) -> np.ndarray:
    """Columns (w,) where something narrow stands in front of the walls: the floor ends clearly nearer there."""
    w = len(end)
    width, tenth = max(3, round(_WIDE * w)), max(1, w // 10)
    # At the border, only what is wider than a tenth of the picture counts as a wall.
    padded = np.concatenate([np.full(width, end[:tenth].min()), end, np.full(width, end[-tenth:].min())])
    window = np.ones((1, width | 1), np.uint8)
    opened = cv2.dilate(cv2.erode(padded[None].astype(np.float32), window), window)[0, width:-width]
    return cv2.dilate((end - opened > 0.035 * height)[None].astype(np.uint8), np.ones((1, 5)))[0] > 0


def wall_foot(end: np.ndarray, hidden: np.ndarray, height: int) -> np.ndarray:
    """The foot (w,) of the walls, carried on behind hidden columns: few straight pieces with soft corners."""
    w = len(end)
    foot = end if hidden.all() else np.interp(np.arange(w), np.flatnonzero(~hidden), end[~hidden])
    foot = cv2.medianBlur(np.ascontiguousarray(foot[None], np.float32), 5)[0].astype(np.float64)
    foot = _few_pieces(foot, 0.025 * height)
    reach = max(1, round(0.03 * w))
    window = np.hanning(2 * reach + 3)[1:-1]
    return np.convolve(np.pad(foot, reach, mode="edge"), window / window.sum(), "valid")


def _clusters(lab: np.ndarray) -> tuple[np.ndarray, int]:
    """A label per pixel by colour and fine texture, and how many labels there are: few in a flat picture."""
    light = lab[..., 0]
    mean = cv2.GaussianBlur(light, (0, 0), 1.5)
    texture = np.sqrt(np.maximum(cv2.GaussianBlur(light * light, (0, 0), 1.5) - mean * mean, 0))
    features = np.dstack([light * 0.7, lab[..., 1], lab[..., 2], texture]).reshape(-1, 4).astype(np.float32)
    sizes = np.unique(np.round(features / 8), axis=0, return_counts=True)[1]
    count = int(np.clip((sizes > 0.003 * len(features)).sum(), 1, _CLUSTERS))
    cv2.setRNGSeed(0)
    rule = (cv2.TERM_CRITERIA_MAX_ITER + cv2.TERM_CRITERIA_EPS, 20, 0.5)
    labels = cv2.kmeans(features, count, None, rule, 1, cv2.KMEANS_PP_CENTERS)[1]
    return labels.reshape(light.shape), count


def _floor_likelihood(
    labels: np.ndarray, count: int, below: np.ndarray, above: np.ndarray, weight: np.ndarray
) -> np.ndarray:
    """Per cluster, the logarithm of how much more it is floor than not, within -2..2."""
    seen = np.bincount(labels[below], minlength=count) / max(int(below.sum()), 1)
    spread = np.zeros(count)
    for part in np.array_split(np.arange(labels.shape[1]), 6):
        inside = labels[:, part][below[:, part]]
        spread += np.bincount(inside, minlength=count) > 0.02 * max(len(inside), 1)
    lowest = labels[-max(1, round(0.06 * len(labels))) :]
    touches = np.bincount(lowest.ravel(), minlength=count) / lowest.size / np.maximum(seen, 1e-9)
    # A box on the floor is seen in some columns and has floor below it; a piece of floor lies wide or lowest.
    trust = np.maximum(np.square(spread / 6), 0.4 * np.minimum(touches, 1))
    floor = np.bincount(labels[below], weights=weight[below], minlength=count) * trust + 1
    wall = np.bincount(labels[above], minlength=count) + 1.0
    wall = (1 - _NOVEL) * wall / wall.sum() + _NOVEL / count
    return np.clip(np.log(floor / floor.sum() / wall), -2, 2)


def level_edges(light: np.ndarray) -> np.ndarray:
    """Strength of level edges, about 1 at the strongest ones of a picture that has any."""
    edge = np.abs(cv2.Sobel(cv2.GaussianBlur(light, (0, 0), 1), cv2.CV_32F, 0, 1)) / 8
    edge = cv2.blur(edge, (5, 1))
    return edge / (np.quantile(edge, 0.95) + 1.5)


def _smoothest(score: np.ndarray, step: float, jump: float) -> np.ndarray:
    """The row of each column of score (n,w) on the best path, changes between columns paid by step, at most jump."""
    n, w = score.shape
    rows = np.arange(n)
    cost = np.minimum(np.abs(rows[:, None] - rows[None]) * step, jump)
    best, back = score[:, 0].copy(), []
    for column in range(1, w):
        through = best[None] - cost
        came = through.argmax(1)
        back.append(came)
        best = through[rows, came] + score[:, column]
    path = [int(best.argmax())]
    for came in reversed(back):
        path.append(int(came[path[-1]]))
    return np.array(path[::-1])


def _few_pieces(curve: np.ndarray, tolerance: float) -> np.ndarray:
    """The curve as few straight pieces that stay within tolerance (Ramer, 1972; Douglas and Peucker, 1973)."""
    knots, todo = {0, len(curve) - 1}, [(0, len(curve) - 1)]
    while todo:
        a, b = todo.pop()
        away = np.abs(curve[a : b + 1] - np.linspace(curve[a], curve[b], b - a + 1))
        worst = int(away.argmax())
        if away[worst] > tolerance:
            knots.add(a + worst)
            todo += [(a, a + worst), (a + worst, b)]
    at = sorted(knots)
    return np.interp(np.arange(len(curve)), at, curve[at])
