"""What belongs behind the persons of a frame: the other frames turned into place, or followed there by flow."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from .colours import log_gain
from .flow import background_flows, grid, through
from .shots import Shots
from .trace import NOWHERE, Sights, trace

_KEYS = 16  # frames whose median is taken where a turning camera sees a place often
_STILLS = 64  # the same for a resting camera
_STRIP = 60_000  # places whose samples are sorted at a time

Look = tuple[int, Int[np.ndarray, "R"], Float[np.ndarray, "R 2"]]  # source frame, rows of the places, where in it


@dataclass(frozen=True, kw_only=True)
class Painting:
    """A frame with its persons painted over: what other frames take where no frame shows anything."""

    frame: int
    picture: Float[np.ndarray, "H W 3"]


class Fill(ABC):
    """Colours for places behind persons. Places are px of the small pictures of `shots`."""

    def __init__(self, shots: Shots) -> None:
        self.shots = shots

    @abstractmethod
    def looks(self, t: int, xy: Float[np.ndarray, "N 2"]) -> Iterator[Look]:
        """The frames that show places of frame t, and where."""

    @abstractmethod
    def mixed(self, t: int, xy: Float[np.ndarray, "N 2"]) -> tuple[Float[np.ndarray, "N 3"], Bool[np.ndarray, "N"]]:
        """The colours that other frames show at places of frame t, in frame t's light, and where there are any."""

    @abstractmethod
    def carried(
        self, t: int, xy: Float[np.ndarray, "N 2"], frame: int
    ) -> tuple[Float[np.ndarray, "N 2"], Bool[np.ndarray, "N"]]:
        """Where places of frame t lie in another frame, and which do so behind its persons."""

    def shown(self, t: int, xy: Float[np.ndarray, "N 2"]) -> Bool[np.ndarray, "N"]:
        """Which places of frame t any other frame shows."""
        out = np.zeros(len(xy), bool)
        for _, rows, _ in self.looks(t, xy):
            out[rows] = True
        return out


def median(samples: Float[np.ndarray, "K N 3"], valid: Bool[np.ndarray, "K N"]) -> Float[np.ndarray, "N 3"]:
    """Per colour the median of the valid samples; 0 where there are none."""
    ordered = np.sort(np.where(valid[..., None], samples, np.inf), axis=0)
    count = valid.sum(0)[None, :, None]
    low, high = (np.take_along_axis(ordered, np.maximum(i, 0), 0)[0] for i in ((count - 1) // 2, count // 2))
    both = np.where(count[0] % 2 == 0, 0.5 * (low + np.where(np.isfinite(high), high, low)), low)
    return np.where(np.isfinite(both), both, 0).astype(np.float32)


class StillFill(Fill):
    """A resting, turning or zooming camera: one homography per frame lays every frame onto every other, and the median
    of those that show a place is taken."""

    def __init__(self, shots: Shots, to_small: Float[np.ndarray, "T 3 3"]) -> None:
        """to_small: from px of small frame 0 to those of each small frame."""
        super().__init__(shots)
        self.to = to_small
        self.rests = bool(np.abs(to_small - np.eye(3)).max() < 1e-9)
        places = grid(*shots.size)
        for t in range(1, shots.count):
            at = places if self.rests else through(self.to[t - 1] @ np.linalg.inv(self.to[t]), places)
            shots.light[t] = shots.light[t - 1] - log_gain(shots.small(t), shots.small(t - 1), at, ~shots.doubts[t])
        self.keys = self._keys(_STILLS if self.rests else _KEYS)
        self.plate: tuple[np.ndarray, np.ndarray] | None = (
            None  # of a resting camera: colours, and where they are known
        )

    def _keys(self, most: int) -> list[int]:
        """Frames spread over the clip, and others where these do not show what others do."""
        count = self.shots.count
        keys = sorted({round(k) for k in np.linspace(0, count - 1, min(most, count))})
        for t in range(0, count, max(1, count // 64)):
            y, x = np.nonzero(self.shots.holes[t][::8, ::8])
            xy = np.stack([x, y], -1) * 8 + 0.5
            for key in keys:
                xy = xy[~self._lies(key, t, xy)[1]]
            for other in sorted(set(range(count)) - set(keys), key=lambda k, t=t: abs(k - t)):
                shown = self._lies(other, t, xy)[1]
                if shown.any() and len(keys) < 2 * most:
                    keys.append(other)
                    xy = xy[~shown]
        return sorted(keys)

    def _lies(self, other: int, t: int, xy: np.ndarray, hidden: bool = False) -> tuple[np.ndarray, np.ndarray]:
        """Where places of frame t lie in another frame, and whether it shows (or hides) its background there."""
        at = xy if self.rests else through(self.to[other] @ np.linalg.inv(self.to[t]), xy)
        doubt = self.shots.doubts[other]
        return at, self.shots.lies_in(doubt if hidden else ~doubt, at)

    def looks(self, t: int, xy: Float[np.ndarray, "N 2"]) -> Iterator[Look]:
        for key in self.keys:
            at, valid = self._lies(key, t, xy)
            rows = np.flatnonzero(valid)
            yield key, rows, at[rows]

    def mixed(self, t: int, xy: Float[np.ndarray, "N 2"]) -> tuple[Float[np.ndarray, "N 3"], Bool[np.ndarray, "N"]]:
        if not self.rests:
            return self._medians(t, xy)
        column, row = np.floor(xy * self.shots.scale).astype(int).T
        if self.plate is None:
            self.plate = self._rest()
        colours, known = self.plate
        return colours[row, column] * np.exp(self.shots.light[t]).astype(np.float32), known[row, column]

    def _medians(self, t: int, xy: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        colours, known = np.zeros((len(xy), 3), np.float32), np.zeros(len(xy), bool)
        for start in range(0, len(xy), _STRIP):
            some = slice(start, start + _STRIP)
            samples = np.zeros((len(self.keys), len(xy[some]), 3), np.float32)
            valid = np.zeros(samples.shape[:2], bool)
            for k, (key, rows, at) in enumerate(self.looks(t, xy[some])):
                samples[k, rows], valid[k, rows] = self.shots.colours(key, at, t), True
            colours[some], known[some] = median(samples, valid), valid.any(0)
        return colours, known

    def _rest(self) -> tuple[np.ndarray, np.ndarray]:
        """The one plate of a resting camera, in the first frame's light, wherever a person ever hides anything."""
        shots = self.shots
        colours, known = (
            np.zeros((shots.height, shots.width, 3), np.float32),
            np.zeros((shots.height, shots.width), bool),
        )
        small = np.logical_or.reduce(shots.doubts)
        wanted = shots.enlarged(small)
        colours[wanted], known[wanted] = self._medians(0, shots.places(wanted))
        return colours, known

    def carried(
        self, t: int, xy: Float[np.ndarray, "N 2"], frame: int
    ) -> tuple[Float[np.ndarray, "N 2"], Bool[np.ndarray, "N"]]:
        return self._lies(frame, t, xy, hidden=True)


class FlowFill(Fill):
    """A travelling camera: places are followed from frame to frame, to the last frame before and the first after that
    shows them; both are mixed by their distance in time."""

    def __init__(self, shots: Shots) -> None:
        super().__init__(shots)
        count = shots.count
        self.flows: dict[int, list] = {-1: [None] * count, 1: [None] * count}  # of the places in doubt
        places = grid(*shots.size)
        for t in range(count - 1):
            shots.run.report(t, count - 1)
            pair = (t, t + 1)
            there, back = background_flows(*(shots.grays[k] for k in pair), *(shots.holes[k] for k in pair))
            self.flows[1][t], self.flows[-1][t + 1] = there[shots.doubts[t]], back[shots.doubts[t + 1]]
            gain = log_gain(shots.small(t), shots.small(t + 1), places + there, ~shots.doubts[t])
            shots.light[t + 1] = shots.light[t] + gain
        shown = [~doubt for doubt in shots.doubts]
        self.sights = {way: self._traced(shown, way) for way in (-1, 1)}
        self.hidden: dict[int, list[Sights]] = {}

    def _traced(self, shown: list, way: int) -> list[Sights]:
        order = range(self.shots.count) if way < 0 else range(self.shots.count - 1, -1, -1)
        return trace(self.shots.doubts, shown, self.flows[way], order)

    def looks(self, t: int, xy: Float[np.ndarray, "N 2"]) -> Iterator[Look]:
        for sights in self.sights.values():
            source, at = sights[t].look_up(xy)
            for key in np.unique(source[source != NOWHERE]):
                rows = np.flatnonzero(source == key)
                yield int(key), rows, at[rows]

    def mixed(self, t: int, xy: Float[np.ndarray, "N 2"]) -> tuple[Float[np.ndarray, "N 3"], Bool[np.ndarray, "N"]]:
        total, weights = np.zeros((len(xy), 3), np.float32), np.zeros(len(xy), np.float32)
        for key, rows, at in self.looks(t, xy):
            share = 1 / abs(key - t)
            total[rows] += share * self.shots.colours(key, at, t)
            weights[rows] += share
        return total / np.maximum(weights, 1e-9)[:, None], weights > 0

    def carried(
        self, t: int, xy: Float[np.ndarray, "N 2"], frame: int
    ) -> tuple[Float[np.ndarray, "N 2"], Bool[np.ndarray, "N"]]:
        if t == frame:
            return xy, self.shots.lies_in(self.shots.doubts[frame], xy)
        if frame not in self.hidden:
            shown = [None] * self.shots.count
            shown[frame] = self.shots.doubts[frame]
            before, after = self._traced(shown, 1), self._traced(shown, -1)
            self.hidden[frame] = [*before[:frame], *after[frame:]]
        source, at = self.hidden[frame][t].look_up(xy)
        return at, source != NOWHERE
