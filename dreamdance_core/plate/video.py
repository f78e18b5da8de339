"""Clean plates of a clip: the persons taken out, what they hid taken from the frames that show it.

The scheme is this project's own. Like flow-guided video completion (Xu et al. 2019, Gao et al. 2020) it follows the
background behind the persons through time and copies what other frames show; what no frame ever shows is painted once,
in one frame, and carried to the others, so that it does not flicker.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor

from ..runtime import Runtime
from ..types import InpaintBackend, LazyFrames
from .colours import seam
from .fills import Fill, FlowFill, Painting, StillFill
from .flow import around, filled
from .shots import Shots

_PAINTINGS = 6  # frames that are painted at most
_LITTLE = 0.001  # of the holes: not worth a painting of its own


@dataclass(frozen=True, kw_only=True)
class PlateOptions:
    grow: float = 0.008  # of the shorter side: how far beyond the mask a person's soft edge reaches
    shadow: float = 0.0  # figure heights to either side of its feet that are taken out as well
    prompt: str = ""  # for painters that read
    seed: int = 0


@dataclass(frozen=True, kw_only=True)
class _Filled:
    """One frame without its persons."""

    picture: Float[np.ndarray, "H W 3"]
    painted: Bool[np.ndarray, "H W"]  # shown by no frame, taken from a painting
    unknown: Bool[np.ndarray, "H W"]  # in no painting either, filled smoothly


class CleanPlates(LazyFrames):
    """The clip without its persons; frames are made when a slice is read, bit-exact outside the holes."""

    def __init__(self, fill: Fill, paint: InpaintBackend, options: PlateOptions) -> None:
        self.fill, self.shots = fill, fill.shots
        self.shape = (self.shots.count, self.shots.height, self.shots.width, 3)
        self.paintings: list[Painting] = []
        self.unseen = self._paint(paint, options)  # share of the holes that no frame shows

    def __getitem__(self, cut: slice) -> Float[Tensor, "S H W 3"]:
        return self.with_painted(cut)[0]

    def with_painted(self, cut: slice) -> tuple[Float[Tensor, "S H W 3"], Float[Tensor, "S H W"]]:
        """The plates, and 1 where no frame shows what is behind the persons, so that it is painted."""
        chosen = range(*cut.indices(self.shots.count))
        plates, painted = torch.empty(len(chosen), *self.shape[1:]), torch.empty(len(chosen), *self.shape[1:3])
        for row, t in enumerate(chosen):
            done = self._filled(t)
            plates[row] = torch.from_numpy(done.picture)
            painted[row] = torch.from_numpy(done.painted | done.unknown)
        return plates, painted

    def holes(self) -> Bool[Tensor, "T H W"]:
        """1 where a person was taken out."""
        return torch.stack([torch.from_numpy(self.shots.hole(t)) for t in range(self.shots.count)])

    def _paint(self, paint: InpaintBackend, options: PlateOptions) -> float:
        """Paints frames until little is left that no frame shows and no painting holds."""
        left, total = [], 0
        for t, hole in enumerate(self.shots.holes):
            y, x = np.nonzero(hole)
            xy = np.stack([x, y], -1) + 0.5
            left.append(xy[~self.fill.shown(t, xy)])
            total += len(xy)
        unseen = sum(map(len, left))
        for _ in range(_PAINTINGS):
            if sum(map(len, left)) <= _LITTLE * total:
                break
            frame = int(np.argmax([len(xy) for xy in left]))
            done = self._filled(frame)
            picture = paint(
                torch.from_numpy(done.picture), torch.from_numpy(done.unknown).float(), options.prompt, options.seed
            )
            self.paintings.append(Painting(frame=frame, picture=picture.numpy()))
            left = [xy[~self.fill.carried(t, xy, frame)[1]] for t, xy in enumerate(left)]
        return unseen / max(total, 1)

    def _filled(self, t: int) -> _Filled:
        shots, frame, hole = self.shots, self.shots.frame(t), self.shots.hole(t)
        painted, unknown = np.zeros_like(hole), np.zeros_like(hole)
        if not hole.any():
            return _Filled(picture=frame, painted=painted, unknown=unknown)
        behind = shots.enlarged(shots.doubts[t]) | hole
        xy = shots.places(behind)
        colours, known = self.fill.mixed(t, xy)
        seen = known.copy()
        for painting in self.paintings:
            rows = np.flatnonzero(~known)
            at, there = self.fill.carried(t, xy[rows], painting.frame)
            rows = rows[there]
            colours[rows] = shots.relit(shots.sampled(painting.picture, at[there]), painting.frame, t)
            known[rows] = True
        picture = frame.copy()
        picture[behind] = colours
        painted[behind], unknown[behind] = known & ~seen, ~known
        box = around(behind, 16)
        part, inside = picture[box], hole[box]
        ring = behind[box] & ~inside & ~unknown[box] & ~painted[box]
        part += seam(frame[box] - part, ring, inside & ~unknown[box])
        part[:] = filled(part, ~unknown[box])
        part[~inside] = frame[box][~inside]
        return _Filled(picture=picture.clip(0, 1), painted=painted & hole, unknown=unknown & hole)


def clean_plates(
    frames: Float[Tensor, "T H W 3"] | LazyFrames,
    person_mask: Float[Tensor, "Tm Hm Wm"] | LazyFrames,
    paint: InpaintBackend,
    *,
    homographies: Float[Tensor, "T 3 3"] | None,
    options: PlateOptions | None = None,
    run: Runtime,
) -> CleanPlates:
    """The clip without its persons, in its own size and camera.

    person_mask: 1 = to be removed. homographies: px of frame 0 to px of each frame, for a camera that rests, turns or
    zooms; None = it travels, and dense flow is followed. paint fills what no frame shows.
    Raises ValueError when nothing of the background is ever seen, or sizes differ.
    """
    options = options or PlateOptions()
    if tuple(person_mask.shape) != tuple(frames.shape[:3]):
        got, want = tuple(person_mask.shape), tuple(frames.shape[:3])
        raise ValueError(f"person_mask must have the frames' count and size {want}, got {got}; resize or re-cut it")
    shots = Shots(frames, person_mask, options.grow, options.shadow, run)
    if all(hole.all() for hole in shots.holes):
        raise ValueError("person_mask must leave some background free, got a mask that covers every frame; invert it")
    if homographies is None:
        return CleanPlates(FlowFill(shots), paint, options)
    shrink = np.diag([1 / shots.scale[0], 1 / shots.scale[1], 1.0])
    to_small = shrink @ homographies.double().numpy() @ np.linalg.inv(shrink)
    return CleanPlates(StillFill(shots, to_small), paint, options)
