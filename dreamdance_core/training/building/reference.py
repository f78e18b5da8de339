"""A picture of the person from outside the clip, in another pose."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from jaxtyping import Bool, Float, UInt8
from torch import Tensor

from ...pose.keypoints import BODY, visible
from ...types import PoseTrack
from ..records import Reference

_COMMON = 5  # body points that two poses must share to be compared
_SHOWN = 0.8  # of the best frame's points that a good reference shows


def reference_for(
    start: int,
    stop: int,
    frames: UInt8[Tensor, "T H W 3"],
    mask: Bool[Tensor, "T H W"],
    track: PoseTrack,
    sure: Bool[np.ndarray, "T"],
) -> tuple[Reference, dict]:
    """The reference of the clip from start to stop of a shot, and which frame of the shot that is.

    sure: frames whose mask is trusted, which are preferred. Of the frames outside the clip in which the person is seen
    well, one whose pose differs from all of the clip's more than nine tenths do: the most different may be an error of
    the pose. Where there is none, the frame of the clip whose pose differs most from the others; the facts say so.
    """
    shapes, shown = _shapes(track)
    outside = np.ones(len(track), bool)
    outside[start:stop] = False
    usable = (shown >= 8) & mask.flatten(1).any(1).numpy()
    places = np.flatnonzero(outside & usable)
    is_outside = len(places) > 0
    if not is_outside:
        places = np.arange(start, stop)
    places = places[sure[places]] if sure[places].any() else places
    places = places[shown[places] >= _SHOWN * shown[places].max()]
    clip = shapes[start : stop : max(1, (stop - start) // 8)]
    away = [np.nanmin([_away(shapes[place], other) for other in clip] if is_outside else [_mean(shapes[place], clip)])
            for place in places]  # fmt: skip
    best = int(places[np.argsort(away, kind="stable")[int(0.9 * (len(away) - 1))]])
    pose = replace(track, xy=track.xy[best : best + 1, :1], score=track.score[best : best + 1, :1])
    found = Reference(picture=frames[best].clone(), mask=mask[best].clone(), pose=pose)
    return found, {"frame": best, "outside": bool(is_outside)}


def _shapes(track: PoseTrack) -> tuple[Float[np.ndarray, "T 17 2"], np.ndarray]:
    """Body points about their middle in units of their spread, NaN where unknown; and how many are known."""
    xy = track.xy[:, 0, BODY].double().numpy()
    known = visible(track)[:, 0, BODY].numpy()
    xy = np.where(known[..., None], xy, np.nan)
    some = known.any(1)
    out = np.full(xy.shape, np.nan)
    middle = np.nanmean(xy[some], 1, keepdims=True)
    spread = np.sqrt(np.nanmean((xy[some] - middle) ** 2, (1, 2), keepdims=True))
    out[some] = (xy[some] - middle) / np.maximum(spread, 1e-6)
    return out, known.sum(1)


def _away(a: np.ndarray, b: np.ndarray) -> float:
    common = np.isfinite(a[:, 0]) & np.isfinite(b[:, 0])
    return float(np.linalg.norm(a[common] - b[common], axis=-1).mean()) if common.sum() >= _COMMON else 0.0


def _mean(a: np.ndarray, others: np.ndarray) -> float:
    return float(np.mean([_away(a, other) for other in others]))
