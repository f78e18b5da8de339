"""Corner tracks of a clip's background (pyramidal Lucas-Kanade). Pixel centres at +0.5, unlike in OpenCV."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Bool, Float, UInt8
from torch import Tensor

from ..types import LazyFrames

SIDE = 640  # px, the longer side of the grey pictures that corners are followed in
CELL = 40  # px
FEW = 30  # fewer tracks than this say nothing about the camera


@dataclass(frozen=True, kw_only=True)
class Pair:
    """The corners of an anchor frame that were still seen in a later frame."""

    anchor: int
    frame: int
    at_anchor: Float[np.ndarray, "N 2"]
    at_frame: Float[np.ndarray, "N 2"]

    @property
    def share(self) -> Float[np.ndarray, "N"]:
        """What each corner's word is worth: those in one place share one vote, so that detail does not outvote area."""
        cell = np.floor(self.at_anchor / CELL).astype(int)
        _, which, count = np.unique(cell, axis=0, return_inverse=True, return_counts=True)
        return 1 / count[which.reshape(-1)]

    @property
    def shift(self) -> float:
        """How far the picture moved: the median track length in pixels."""
        return float(np.median(np.linalg.norm(self.at_frame - self.at_anchor, axis=1)))


def small_size(frames: Float[Tensor, "T H W 3"] | LazyFrames, side: int) -> tuple[int, int]:
    """Width and height of pictures whose longer side is at most `side`."""
    scale = min(1.0, side / max(frames.shape[1:3]))
    return round(frames.shape[2] * scale), round(frames.shape[1] * scale)


def small_grays(frames: Float[Tensor, "T H W 3"] | LazyFrames, side: int) -> UInt8[np.ndarray, "T h w"]:
    """Grey pictures whose longer side is at most `side`."""
    size = small_size(frames, side)
    return np.stack([cv2.resize(_grey(frame), size, interpolation=cv2.INTER_AREA) for frame in _each(frames)])


def _each(clip: Float[Tensor, "T H W *C"] | LazyFrames) -> Iterator[Float[Tensor, "H W *C"]]:
    return (clip[t : t + 1][0] for t in range(len(clip)))


def _grey(frame: Float[Tensor, "H W 3"]) -> UInt8[np.ndarray, "H W"]:
    return cv2.cvtColor((frame.clamp(0, 1) * 255).round().byte().cpu().numpy(), cv2.COLOR_RGB2GRAY)


def small_background(
    person_mask: Float[Tensor, "T H W"] | LazyFrames | None, shape: tuple[int, int, int]
) -> UInt8[np.ndarray, "T h w"]:
    """255 where the background is for sure: outside the person mask dilated by 2.5 % of the shorter side."""
    count, height, width = shape
    if person_mask is None:
        return np.full(shape, 255, np.uint8)
    reach = 2 * round(0.025 * min(height, width)) + 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
    persons = [
        cv2.resize((m > 0.1).byte().cpu().numpy(), (width, height), interpolation=cv2.INTER_AREA)
        for m in _each(person_mask)
    ]
    return np.stack([255 * (cv2.dilate(p, kernel) == 0).astype(np.uint8) for p in persons])


def corners(grey: UInt8[np.ndarray, "h w"], background: UInt8[np.ndarray, "h w"]) -> Float[np.ndarray, "N 2"]:
    """At most 600 corners of the background, spread so that no textured object outvotes the rest by its detail."""
    distance = max(5.0, max(grey.shape) / 50)
    found = cv2.goodFeaturesToTrack(grey, 600, 0.003, distance, mask=background, blockSize=5)
    if found is None:
        return np.zeros((0, 2))
    height, width = grey.shape
    xy = found[:, 0].astype(np.float64) + 0.5
    edge = 6  # a window that leaves the picture drags its corner along
    inside = (xy > edge).all(1) & (xy[:, 0] < width - edge) & (xy[:, 1] < height - edge)
    contrast = cv2.blur(grey.astype(np.float32) ** 2, (9, 9)) - cv2.blur(grey.astype(np.float32), (9, 9)) ** 2
    textured = contrast[xy[:, 1].astype(int), xy[:, 0].astype(int)] > 9  # codec noise on a flat wall is no corner
    return xy[inside & textured]


def flow(
    before: UInt8[np.ndarray, "h w"], after: UInt8[np.ndarray, "h w"], xy: Float[np.ndarray, "N 2"]
) -> tuple[Float[np.ndarray, "N 2"], Bool[np.ndarray, "N"]]:
    """Where the points went, and which of them came back within half a pixel when tracked backwards.

    Where many are lost, as in a jolt, they are looked for once more from where the whole picture went.
    """
    if len(xy) == 0:
        return xy, np.zeros(0, bool)
    out, good = _flow(before, after, xy, np.zeros(2))
    if good.mean() < 0.75:
        for jump in _jumps(before, after):
            again, found = _flow(before, after, xy, jump)
            if found.sum() > 1.1 * good.sum():
                out, good = again, found
    return out, good


def _flow(
    before: UInt8[np.ndarray, "h w"],
    after: UInt8[np.ndarray, "h w"],
    xy: Float[np.ndarray, "N 2"],
    jump: Float[np.ndarray, "2"],
) -> tuple[Float[np.ndarray, "N 2"], Bool[np.ndarray, "N"]]:
    options = {
        "winSize": (21, 21),
        "maxLevel": 4,
        "criteria": (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 30, 0.005),
        "flags": cv2.OPTFLOW_USE_INITIAL_FLOW,
    }
    start = (xy - 0.5).astype(np.float32)[:, None]
    guess = start + jump.astype(np.float32)
    there, ok_there, _ = cv2.calcOpticalFlowPyrLK(before, after, start, guess.copy(), **options)
    back, ok_back, _ = cv2.calcOpticalFlowPyrLK(after, before, there, there - jump.astype(np.float32), **options)
    good = (ok_there[:, 0] > 0) & (ok_back[:, 0] > 0) & (np.linalg.norm(back - start, axis=2)[:, 0] < 0.5)
    out = there[:, 0].astype(np.float64) + 0.5
    height, width = after.shape
    return out, good & (out > 0).all(1) & (out[:, 0] < width) & (out[:, 1] < height)


def _jumps(before: UInt8[np.ndarray, "h w"], after: UInt8[np.ndarray, "h w"]) -> list[Float[np.ndarray, "2"]]:
    """Shifts of the whole picture, px, that phase correlation finds at two sizes."""
    found = []
    for shrink in (2, 6):
        small = [
            cv2.resize(p, None, fx=1 / shrink, fy=1 / shrink, interpolation=cv2.INTER_AREA) for p in (before, after)
        ]
        small = [
            cv2.Laplacian(s.astype(np.float32), cv2.CV_32F) if shrink == 2 else s.astype(np.float32) for s in small
        ]
        window = cv2.createHanningWindow(small[0].shape[::-1], cv2.CV_32F)
        found.append(shrink * np.array(cv2.phaseCorrelate(*small, window)[0]))
    return found


def on_background(xy: Float[np.ndarray, "N 2"], background: UInt8[np.ndarray, "h w"]) -> Bool[np.ndarray, "N"]:
    """Which points (inside the picture) lie on the background."""
    column, row = np.floor(xy).astype(int).T
    height, width = background.shape
    return background[row.clip(0, height - 1), column.clip(0, width - 1)] > 0
