"""How far a number may be off: intervals of means and the spread of distances, by drawing the videos anew."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

LEVEL = 0.95
FEWEST = 5  # videos that a spread needs
FEW = 20  # below these it is too narrow to rely on


@dataclass(frozen=True, kw_only=True)
class Interval:
    """From low to high: where a mean lies with the confidence LEVEL, or how far a distance spreads over videos."""

    low: float
    high: float
    method: str
    kind: str = "interval"  # or "spread over videos"


def draws(videos: int, times: int, seed: int) -> Int[np.ndarray, "times videos"]:
    """Which videos each draw holds: as many as there are, with repetition."""
    return np.random.default_rng(seed).integers(0, videos, (times, videos))


def of_means(values: Sequence[Float[np.ndarray, "_"]], times: int, seed: int) -> Interval | None:
    """The interval of the mean over all values, given per video; None for one video or without draws.

    Whole videos are drawn, because the frames of one video resemble each other (percentile bootstrap, Efron 1979).
    """
    if len(values) < 2 or times < 1:
        return None
    sums, counts = np.array([v.sum() for v in values]), np.array([len(v) for v in values])
    drawn = draws(len(values), times, seed)
    means = sums[drawn].sum(1) / counts[drawn].sum(1)
    low, high = np.quantile(means, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    method = f"percentile bootstrap over {len(values)} videos, {times} draws, seed {seed}"
    return Interval(low=float(low), high=float(high), method=method)


def spread_of_distance(
    a: Sequence[Float[np.ndarray, "_ D"]],
    b: Sequence[Float[np.ndarray, "_ D"]],
    distance: Callable[[np.ndarray, np.ndarray], float],
    times: int,
    seed: int,
    *,
    least: float = float("-inf"),
    tell: Callable[[float], None] = lambda share: None,
) -> Interval | None:
    """How far a distance between two sets of features, given per video, spreads over videos; None below FEWEST videos
    or without draws.

    Prediction and truth of a video are drawn together. A drawn set repeats samples, which makes Frechet distances
    larger; so only the spread of the draws about their own mean is taken, and laid about the value. It therefore
    always holds the value, and says nothing of the error that all distances of few samples share. least: the smallest
    value that the distance can have. `tell` hears the share that is done.
    """
    if len(a) < FEWEST or times < 1:
        return None
    value = distance(np.concatenate(a), np.concatenate(b))
    found = []
    for done, drawn in enumerate(draws(len(a), times, seed)):
        tell(done / times)
        found.append(distance(np.concatenate([a[i] for i in drawn]), np.concatenate([b[i] for i in drawn])))
    low, high = np.quantile(np.array(found) - np.mean(found), [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    method = f"bootstrap over {len(a)} videos, laid about the value, {times} draws, seed {seed}"
    low, high = max(float(value + low), least), max(float(value + high), least)
    return Interval(low=low, high=high, method=method, kind="spread over videos")
