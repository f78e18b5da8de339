"""Long tracks of background corners through a clip: followed from frame to frame, then laid onto their first look."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Bool, Float, Int, UInt8

from ..runtime import Runtime
from .patches import Templates, align, sane, templates_at
from .tracking import FEW, Pair, corners, flow, on_background

_ALIKE = 0.8  # correlation from which a patch's place is taken from its template
_UNLIKE = 0.5  # below it the point is something else by now


@dataclass(frozen=True, kw_only=True)
class Tracks:
    """Observations of points, in the order of frames; pixels of the grey pictures."""

    frame: Int[np.ndarray, "M"]
    point: Int[np.ndarray, "M"]
    xy: Float[np.ndarray, "M 2"]
    frames: int

    def shared(self, a: int, b: int) -> tuple[Float[np.ndarray, "N 2"], Float[np.ndarray, "N 2"]]:
        """Where the points that two frames share lie in each."""
        (in_a, at_a), (in_b, at_b) = self.at(a), self.at(b)
        _, rows_a, rows_b = np.intersect1d(in_a, in_b, assume_unique=True, return_indices=True)
        return at_a[rows_a], at_b[rows_b]

    def at(self, frame: int) -> tuple[Int[np.ndarray, "N"], Float[np.ndarray, "N 2"]]:
        """The points seen in a frame (sorted) and where."""
        rows = slice(*np.searchsorted(self.frame, [frame, frame + 1]))
        return self.point[rows], self.xy[rows]


@dataclass
class _Alive:
    """What is being followed: names, places, shapes and templates of N points."""

    point: Int[np.ndarray, "N"]
    xy: Float[np.ndarray, "N 2"]
    bend: Float[np.ndarray, "N 2 2"]
    look: Templates

    def keep(self, good: Bool[np.ndarray, "N"]) -> None:
        self.point, self.xy, self.bend, self.look = self.point[good], self.xy[good], self.bend[good], self.look[good]

    def add(self, point: Int[np.ndarray, "N"], xy: Float[np.ndarray, "N 2"], look: Templates) -> None:
        self.point, self.xy = np.concatenate([self.point, point]), np.concatenate([self.xy, xy])
        self.bend = np.concatenate([self.bend, np.tile(np.eye(2), (len(xy), 1, 1))])
        self.look = self.look.joined(look)


def track_clip(
    grays: UInt8[np.ndarray, "T h w"], background: UInt8[np.ndarray, "T h w"], run: Runtime, most: int = 900
) -> Tracks:
    """About `most` points at a time; where points are lost new ones are found, so that all of the picture is told."""
    none = np.zeros((0, 2))
    alive = _Alive(np.zeros(0, int), none, np.zeros((0, 2, 2)), templates_at(grays[0], none))
    seen: list[tuple[np.ndarray, np.ndarray]] = []
    named = 0
    for t, grey in enumerate(grays):
        run.report(t, len(grays))
        if t > 0:
            _follow(alive, grays[t - 1], grey, background[t])
        fresh = _fresh(grey, background[t], alive.xy, most)
        alive.add(named + np.arange(len(fresh)), fresh, templates_at(grey, fresh))
        named += len(fresh)
        seen.append((alive.point, alive.xy))
    return Tracks(
        frame=np.repeat(np.arange(len(grays)), [len(point) for point, _ in seen]),
        point=np.concatenate([point for point, _ in seen]),
        xy=np.concatenate([xy for _, xy in seen]),
        frames=len(grays),
    )


def _follow(alive: _Alive, before: np.ndarray, grey: np.ndarray, background: np.ndarray) -> None:
    moved, good = flow(before, grey, alive.xy)
    good &= on_background(moved, background)
    alive.keep(good)
    moved = moved[good]
    xy, bend, like = align(alive.look, grey, moved, alive.bend)
    fits = (like > _ALIKE) & (np.linalg.norm(xy - moved, axis=1) < 2) & sane(bend)
    alive.xy = np.where(fits[:, None], xy, moved)
    alive.bend = np.where(fits[:, None, None], bend, alive.bend)
    height, width = grey.shape
    inside = (alive.xy > 4).all(1) & (alive.xy[:, 0] < width - 4) & (alive.xy[:, 1] < height - 4)
    alive.keep(inside & (fits | (like > _UNLIKE)))


def _fresh(grey: np.ndarray, background: np.ndarray, taken: Float[np.ndarray, "N 2"], most: int) -> np.ndarray:
    """New corners away from the ones that are followed."""
    free = background.copy()
    for x, y in np.floor(taken).astype(int):
        cv2.circle(free, (int(x), int(y)), 7, 0, -1)
    return corners(grey, free)[: max(most - len(taken), 0)]


def pairs_of(tracks: Tracks, width: int) -> tuple[list[Pair], list[int]]:
    """All pairs (anchor, later frame), and the frames that cannot be tied to the one before (a cut, a blank).

    A new anchor is set when the old one has lost 60 % of its points or moved by a quarter of the width, so every pair
    spans as much motion as it can.
    """
    pairs: list[Pair] = []
    breaks: list[int] = []
    anchor = 0
    for t in range(1, tracks.frames):
        at_anchor, at_frame = tracks.shared(anchor, t)
        told = len(at_anchor) >= FEW
        if told:
            pairs.append(Pair(anchor=anchor, frame=t, at_anchor=at_anchor, at_frame=at_frame))
        else:
            breaks.append(t)
        few = len(at_anchor) < max(FEW, 0.4 * len(tracks.at(anchor)[0]))
        if few or pairs[-1].shift > width / 4:
            anchor = t
    return pairs, breaks


def key_frames(tracks: Tracks, width: int, least: int = 10, most: int = 60) -> list[int]:
    """Frames that lie 2 % of the width of motion or a quarter of the points apart, first and last among them.

    More of both lie between them where that would be more than about `most` frames.
    """
    step, kept = 0.02 * width, 0.75
    keys = _spaced(tracks, step, kept)
    while len(keys) > most and kept > 0.2:
        step, kept = 1.4 * step, 0.8 * kept
        keys = _spaced(tracks, step, kept)
    spread = np.linspace(0, tracks.frames - 1, min(least, tracks.frames)).round().astype(int).tolist()
    return sorted({*keys, tracks.frames - 1, *(spread if len(keys) < least else ())})


def _spaced(tracks: Tracks, step: float, kept: float) -> list[int]:
    keys = [0]
    for t in range(1, tracks.frames):
        at_key, now = tracks.shared(keys[-1], t)
        few = len(at_key) < kept * len(tracks.at(keys[-1])[0])
        if few or float(np.median(np.linalg.norm(now - at_key, axis=1))) > step:
            keys.append(t)
    return keys
