"""Short gaps filled, jitter taken out, without lag."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
from jaxtyping import Bool, Float

from ..types import PoseTrack
from .identity import body_size

GAP_TRUST = 0.8  # score of a filled point relative to the weaker end of its gap
SPEED_CUTOFF = 8.0  # Hz of cutoff per body size per second of speed: fast motion is left alone
SPEED_SMOOTHING = 4.0  # Hz, of the speed itself


def drop_unsure(track: PoseTrack, min_score: float) -> PoseTrack:
    """The track in which points that score less than min_score are missing."""
    return replace(track, score=torch.where(track.score < min_score, torch.zeros_like(track.score), track.score))


def jitter(track: PoseTrack) -> Float[torch.Tensor, "T P 133"]:
    """How far (px) each point lies from the middle between its places one frame earlier and later.

    0 at both ends and where one of the three is missing. Steady motion has none, noise of sigma px has about 1.7 sigma.
    """
    seen = track.score > 0
    whole = seen[1:-1] & seen[:-2] & seen[2:]
    off = track.xy[1:-1] - (track.xy[:-2] + track.xy[2:]) / 2
    out = torch.zeros_like(track.score)
    out[1:-1] = torch.where(whole, off.norm(dim=-1), torch.zeros(()))
    return out


def fill_gaps(track: PoseTrack, longest: int) -> PoseTrack:
    """The track with points that are missing (score 0) for at most `longest` frames interpolated linearly.

    Only gaps between two sights are filled; a filled point scores 0.8 of the weaker end.
    """
    xy, score = track.xy.cpu().numpy().copy(), track.score.cpu().numpy().copy()
    total, people, points = score.shape
    for p in range(people):
        for k in range(points):
            seen = np.flatnonzero(score[:, p, k] > 0)
            for a, b in zip(seen[:-1], seen[1:], strict=True):
                if 1 < b - a <= longest + 1:
                    share = (np.arange(a + 1, b) - a)[:, None] / (b - a)
                    xy[a + 1 : b, p, k] = (1 - share) * xy[a, p, k] + share * xy[b, p, k]
                    score[a + 1 : b, p, k] = GAP_TRUST * min(score[a, p, k], score[b, p, k])
    return replace(track, xy=torch.from_numpy(xy), score=torch.from_numpy(score))


def one_euro(
    values: Float[np.ndarray, "T N 2"], seen: Bool[np.ndarray, "T N"], fps: float, cutoff: float
) -> Float[np.ndarray, "T N 2"]:
    """The 1-euro filter (Casiez, Roussel, Vogel 2012) along time, values in body sizes; it starts anew after a gap.

    cutoff: Hz at rest; it rises with the speed, so that fast motion is hardly delayed.
    """
    out, speed = values.copy(), np.zeros_like(values)
    for t in range(1, len(values)):
        alive = (seen[t] & seen[t - 1])[:, None]
        raw_speed = (values[t] - out[t - 1]) * fps
        slow = _share(SPEED_SMOOTHING, fps)
        speed[t] = np.where(alive, speed[t - 1] + slow * (raw_speed - speed[t - 1]), 0.0)
        fast = np.linalg.norm(speed[t], axis=-1, keepdims=True)
        share = _share(cutoff + SPEED_CUTOFF * fast, fps)
        out[t] = np.where(alive, out[t - 1] + share * (values[t] - out[t - 1]), values[t])
    return out


def _share(cutoff, fps: float):
    """Weight of the new value in an exponential filter with this cutoff (Hz)."""
    return 1 / (1 + fps / (2 * np.pi * cutoff))


def smooth(track: PoseTrack, strength: float, fps: float) -> PoseTrack:
    """The track with jitter taken out by the mean of a forward and a backward 1-euro filter, which has no lag.

    strength: 0 (nothing) to 1 (cutoff at rest 0.5 Hz). Missing points and all scores stay as they are.
    """
    if strength == 0:
        return track
    xy, score = track.xy.cpu().numpy().astype(np.float64), track.score.cpu().numpy()
    cutoff = 0.5 + 6 * (1 - strength) ** 2
    for p in range(xy.shape[1]):
        frames = [t for t in range(len(xy)) if (score[t, p] > 0).any()]
        if not frames:
            continue
        size = float(np.median([body_size(xy[t, p], score[t, p]) for t in frames]))
        values, seen = xy[:, p] / size, score[:, p] > 0
        forward = one_euro(values, seen, fps, cutoff)
        backward = one_euro(values[::-1], seen[::-1], fps, cutoff)[::-1]
        xy[:, p] = (forward + backward) / 2 * size
    return replace(track, xy=torch.from_numpy(xy).float())
