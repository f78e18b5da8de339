"""A clip as the plate is made from it: its frames when asked for, and small pictures and masks of all of them."""

from __future__ import annotations

from collections import OrderedDict

import cv2
import numpy as np
from jaxtyping import Bool, Float
from torch import Tensor

from ..runtime import Runtime
from ..types import LazyFrames
from .flow import sample
from .holes import grown, hole

SIDE = 640  # px, the longer side of the small pictures in which motion is measured
_RING = 5  # small px around a hole where frame and fill are compared, and from which nothing is taken
_KEPT = 24  # frames of a lazy clip in memory


class Shots:
    """The clip; `small` means pictures whose longer side is at most SIDE."""

    def __init__(
        self,
        frames: Float[Tensor, "T H W 3"] | LazyFrames,
        person_mask: Float[Tensor, "T H W"] | LazyFrames,
        grow: float,
        shadow: float,
        run: Runtime,
    ) -> None:
        self.frames, self.masks, self.run = frames, person_mask, run
        self.grow, self.shadow = grow, shadow
        self.count, self.height, self.width = frames.shape[:3]
        scale = min(1.0, SIDE / max(self.height, self.width))
        self.size = (max(round(self.width * scale), 16), max(round(self.height * scale), 16))
        self.scale = np.array([self.width / self.size[0], self.height / self.size[1]])
        self._kept: OrderedDict[int, np.ndarray] = OrderedDict()
        self.grays: list[np.ndarray] = []
        self.holes: list[Bool[np.ndarray, "h w"]] = []  # 1 = to be filled
        self.doubts: list[Bool[np.ndarray, "h w"]] = []  # 1 = nothing is taken from there: the hole and a ring around
        self.light = np.zeros((self.count, 3))  # logarithm of each frame's exposure against the first's
        self._look()

    def _look(self) -> None:
        for t in range(self.count):
            self.run.report(t, self.count)
            self.grays.append(
                cv2.cvtColor((self.small(t).clip(0, 1) * 255).round().astype(np.uint8), cv2.COLOR_RGB2GRAY)
            )
            share = cv2.resize(self.hole(t).astype(np.float32), self.size, interpolation=cv2.INTER_AREA)
            self.holes.append(share > 0)
            self.doubts.append(grown(share > 0, _RING))

    def frame(self, t: int) -> Float[np.ndarray, "H W 3"]:
        if not isinstance(self.frames, LazyFrames):
            return self.frames[t].numpy()
        if t not in self._kept:
            while len(self._kept) >= _KEPT:
                self._kept.popitem(last=False)
            self._kept[t] = self.frames[t : t + 1][0].numpy()
        return self._kept[t]

    def small(self, t: int) -> Float[np.ndarray, "h w 3"]:
        """The frame at the small size."""
        return cv2.resize(self.frame(t), self.size, interpolation=cv2.INTER_AREA)

    def enlarged(self, mask: Bool[np.ndarray, "h w"]) -> Bool[np.ndarray, "H W"]:
        """A small mask in full pixels."""
        return cv2.resize(mask.astype(np.uint8), (self.width, self.height), interpolation=cv2.INTER_NEAREST) > 0

    def places(self, wanted: Bool[np.ndarray, "H W"]) -> Float[np.ndarray, "N 2"]:
        """Small px of the pixels of a full mask."""
        y, x = np.nonzero(wanted)
        return (np.stack([x, y], -1) + 0.5) / self.scale

    def hole(self, t: int) -> Bool[np.ndarray, "H W"]:
        """1 = to be filled, in full pixels."""
        return hole(self.masks[t : t + 1][0], self.grow, self.shadow)

    def lies_in(self, mask: Bool[np.ndarray, "h w"], at: Float[np.ndarray, "N 2"]) -> Bool[np.ndarray, "N"]:
        """Whether small places lie in the picture and in the mask."""
        cell = np.floor(at).astype(np.int64)
        inside = (cell >= 0).all(1) & (cell < self.size).all(1)
        return inside & mask[cell[:, 1].clip(0, self.size[1] - 1), cell[:, 0].clip(0, self.size[0] - 1)]

    def colours(self, source: int, at: Float[np.ndarray, "N 2"], t: int) -> Float[np.ndarray, "N 3"]:
        """What a frame shows at small places, in frame t's light."""
        return self.relit(self.sampled(self.frame(source), at), source, t)

    def relit(self, colours: Float[np.ndarray, "N 3"], source: int, t: int) -> Float[np.ndarray, "N 3"]:
        """Colours of frame `source` in frame t's light."""
        return colours * np.exp(self.light[t] - self.light[source]).astype(np.float32)

    def sampled(self, picture: Float[np.ndarray, "H W 3"], at: Float[np.ndarray, "N 2"]) -> Float[np.ndarray, "N 3"]:
        """A full picture's colours at small places."""
        if len(at) == 0:
            return np.zeros((0, 3), np.float32)
        wide = 1024  # OpenCV takes maps of at most 32767 rows
        full = np.zeros((-(-len(at) // wide) * wide, 2), np.float32)
        full[: len(at)] = at * self.scale
        return sample(picture, full.reshape(-1, wide, 2), cv2.INTER_CUBIC).reshape(-1, 3)[: len(at)]
