"""Feet that stand: when each foot of the driving clip rests on the ground, and the shifts that let the retargeted feet
rest as well."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import binary_closing, gaussian_filter1d

from .keypoints import LEFT_ANKLE, RIGHT_ANKLE
from .proportions import Person

ANKLES = (LEFT_ANKLE, RIGHT_ANKLE)
_STILL = 0.011  # leg lengths a frame: a standing ankle moves less, a stepping one some five times as much
_HEIGHT = 0.2  # leg lengths above the lower foot at most; a foot held in the air does not stand
_DRIFT = 0.12  # leg lengths that a foot may creep within one contact
_SHORTEST = 4  # frames of a contact; the top of a jump is shorter
_SOON = 24  # frames
_SMOOTHING, _FOOT_SMOOTHING = 2.0, 0.7  # frames over which the shifts of the body and of a foot change


@dataclass(frozen=True, kw_only=True)
class Contact:
    """Frames [start, stop) in which one foot rests."""

    foot: int  # the ankle's point
    start: int
    stop: int

    @property
    def frames(self) -> slice:
        return slice(self.start, self.stop)


def _runs(flags: np.ndarray) -> list[tuple[int, int]]:
    """[start, stop) of each run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(int), [0]])))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def _in_place(path: np.ndarray, run: tuple[int, int], limit: float) -> list[tuple[int, int]]:
    """The run cut where the foot has crept further than the limit (pixels) from where the piece began."""
    pieces, start = [], run[0]
    for t in range(*run):
        if np.linalg.norm(path[t] - path[start]) > limit:
            pieces.append((start, t))
            start = t
    return [*pieces, (start, run[1])]


def leg_length(person: Person) -> float:
    """Thigh and shin in the anchor frame, pixels; 0 when no leg is seen."""
    return person.bone("thigh") + person.bone("shin")


def contacts(person: Person) -> list[Contact]:
    """When each foot rests on the ground, ordered by time: its ankle is still, and not much above the other one.

    Points are compared in the clip's own pixels, so the camera must be still (or stabilised): where the camera moves,
    the ground does too, standing feet are not recognised, and nothing is held.
    """
    leg = leg_length(person)
    if leg <= 0 or len(person.xy) < _SHORTEST:
        return []
    feet, seen = person.xy[:, ANKLES], person.seen[:, ANKLES]
    unit = (leg * person.size)[:, None]
    steps = np.linalg.norm(np.diff(gaussian_filter1d(feet, 1.0, axis=0, mode="nearest"), axis=0), axis=-1)
    speed = np.maximum(np.concatenate([steps[:1], steps]), np.concatenate([steps, steps[-1:]])) / unit
    lowest = np.where(seen, feet[..., 1], -np.inf).max(1, keepdims=True)
    still = seen & (speed < _STILL) & (feet[..., 1] > lowest - _HEIGHT * unit)
    found = [
        Contact(foot=foot, start=start, stop=stop)
        for side, foot in enumerate(ANKLES)
        for run in _runs(still[:, side] | (binary_closing(still[:, side], np.ones(3)) & seen[:, side]))
        for start, stop in _in_place(feet[:, side], run, _DRIFT * leg)
        if stop - start >= _SHORTEST
    ]
    return sorted(found, key=lambda c: (c.start, c.foot))


def _nearest(found: list[Contact], frame: int) -> int:
    frames = np.array([t for c in found for t in range(c.start, c.stop)])
    return int(frames[np.argmin(np.abs(frames - frame))])


def standing_frame(person: Person, found: list[Contact]) -> int:
    """The frame nearest to the anchor in which a foot stands; the anchor itself when none stands soon."""
    at = _nearest(found, person.anchor) if found else person.anchor
    return at if abs(at - person.anchor) <= _SOON else person.anchor


def ground_shifts(
    person: Person, moved: np.ndarray, travel: float, found: list[Contact], lock: float
) -> tuple[np.ndarray, np.ndarray]:
    """(T,2) shift of the whole body and (T,2,2) further shift of the left and right foot that let standing feet stand.

    moved: (T,135,2) how far the retargeting moved every point already. A standing foot is to move as the driving foot
    does times `travel`, around the middle of where it is now; with lock = 1 it does not move at all. Feet that stand on
    one level of the driving picture stand on one level. Between contacts the shifts pass over smoothly, so that jumps
    stay jumps.
    """
    frames = len(moved)
    body, feet = np.zeros((frames, 2)), np.zeros((frames, 2, 2))
    if not found:
        return body, feet
    gap = np.full((frames, 2, 2), np.nan)
    level = _level(person, moved, travel, found)
    for c in found:
        drv, side = person.xy[c.frames, c.foot], ANKLES.index(c.foot)
        middle = np.median(drv, axis=0)
        wanted = (travel - 1) * (drv - middle) - lock * travel * (drv - middle)
        place = np.median(moved[c.frames, c.foot] - (travel - 1) * (drv - middle), axis=0)
        place[1] = level + (travel - 1) * middle[1]
        gap[c.frames, side] = wanted + place - moved[c.frames, c.foot]
    stands = ~np.isnan(gap[..., 0])
    some = stands.any(1)
    body = _between(np.nanmean(gap[some], axis=1), some)
    body = gaussian_filter1d(body, _SMOOTHING, axis=0, mode="nearest")
    for side in (0, 1):
        if stands[:, side].any():
            feet[:, side] = _between((gap[:, side] - body)[stands[:, side]], stands[:, side])
            feet[:, side] = gaussian_filter1d(feet[:, side], _FOOT_SMOOTHING, axis=0, mode="nearest")
    return body, feet


def _level(person: Person, moved: np.ndarray, travel: float, found: list[Contact]) -> float:
    """Where the ground is: what to add to (travel - 1) times a standing foot's height to have its shift."""
    at = _nearest(found, person.anchor)
    lows = [moved[at, c.foot, 1] - (travel - 1) * person.xy[at, c.foot, 1] for c in found if c.start <= at < c.stop]
    return float(np.mean(lows))


def _between(values: np.ndarray, known: np.ndarray) -> np.ndarray:
    """(T,2) the known frames' values, interpolated over the others, the ends held."""
    t = np.arange(len(known))
    return np.stack([np.interp(t, t[known], values[:, c]) for c in (0, 1)], -1)
