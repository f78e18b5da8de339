"""Where a video cuts: hard cuts, cross-fades and fades through black; flashes and fast motion are none.

Two frames are compared by the colours of their parts (Swanberg, Shu, Jain 1993: histograms of blocks), the pairs on
both sides of a place, so that a flash, after which the picture is the same again, is no cut. A cross-fade is a stretch
whose frames are mixtures of its ends. Seconds do not matter, frames do.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Float, UInt8
from torch import Tensor

CUT = 0.42  # distance of histograms in [0,1], least over the pairs on both sides of a place
_RISE = 2.2  # times the distance of the frames around: a pan or a dance changes all the time, a cut once
_BEFORE, _AFTER = 4, 5  # frames on the two sides: a flash of three frames is no cut
_FADES = (8, 14, 24)  # frames of a cross-fade
_MIXED = 0.12  # share of a frame's change that mixing its ends does not explain
BLACK, PLAIN = 0.06, 0.03  # mean brightness, and deviation, of a frame that shows nothing
_SIZE = (64, 36)  # px of the pictures that are compared
_BLOCKS = (4, 3)


@dataclass(frozen=True, kw_only=True)
class Shot:
    start: int
    stop: int

    def __len__(self) -> int:
        return self.stop - self.start


@dataclass(frozen=True, kw_only=True)
class Looks:
    """Small pictures of all frames."""

    small: UInt8[np.ndarray, "T h w 3"]
    colours: Float[np.ndarray, "T B C"]  # histograms of the blocks, each of sum 1

    def __len__(self) -> int:
        return len(self.small)


def looks(count: int, read: Callable[[int, int], Tensor], report: Callable[[int, int], None]) -> Looks:
    """read gives the frames (S,H,W,3) of a stretch as bytes."""
    small = np.empty((count, _SIZE[1], _SIZE[0], 3), np.uint8)
    colours = np.empty((count, _BLOCKS[0] * _BLOCKS[1], 6**3), np.float16)
    for start in range(0, count, 16):
        for t, frame in enumerate(read(start, min(start + 16, count)), start):
            small[t] = cv2.resize(frame.numpy(), _SIZE, interpolation=cv2.INTER_AREA)
            colours[t] = _histograms(small[t])
        report(min(start + 16, count), count)
    return Looks(small=small, colours=colours)


def shots(seen: Looks) -> list[Shot]:
    """The stretches between cuts, the frames of fades and black ones left out."""
    count = len(seen)
    dead = plain(seen.small)
    gray = np.stack([frame.mean(-1, dtype=np.float32).ravel() for frame in seen.small])
    dead |= _ramps(gray, dead)
    starts = set(_cuts(seen.colours))
    for first, last in _cross_fades(seen, gray):
        dead[first:last] = True
    found, begin = [], None
    for t in range(count + 1):
        ends = t == count or dead[t] or t in starts
        if ends and begin is not None:
            found.append(Shot(start=begin, stop=t))
            begin = None
        if t < count and not dead[t] and begin is None:
            begin = t
    return found


def plain(small: UInt8[np.ndarray, "T h w 3"]) -> np.ndarray:
    """(T,) whether a frame is black, or of one colour."""
    out = np.empty(len(small), bool)
    for t, frame in enumerate(small):  # one by one: a long video's would not fit into memory as floats
        values = frame.reshape(-1, 3) / 255
        out[t] = values.mean() < BLACK or values.std(0).max() < PLAIN
    return out


def _histograms(frame: UInt8[np.ndarray, "h w 3"]) -> np.ndarray:
    """(blocks, bins): how often colours occur, shared by neighbouring bins to forgive small changes of light."""
    rows = np.array_split(frame, _BLOCKS[1], 0)
    out = []
    for block in (part for row in rows for part in np.array_split(row, _BLOCKS[0], 1)):
        bins = np.zeros((6, 6, 6), np.float32)
        place = block.reshape(-1, 3).astype(np.float32) / 255 * 5
        low = np.minimum(np.floor(place).astype(int), 4)
        part = place - low
        for corner in range(8):
            step = np.array([corner & 1, corner >> 1 & 1, corner >> 2])
            weight = np.where(step, part, 1 - part).prod(1)
            np.add.at(bins, tuple((low + step).T), weight)
        out.append(bins.ravel() / bins.sum())
    return np.stack(out)


def _apart(a: np.ndarray, b: np.ndarray) -> float:
    """Share of the colours that are not common, over the two thirds of the blocks that changed least: a person who
    jumps through the picture changes some blocks, a cut all."""
    away = 0.5 * np.abs(a.astype(np.float32) - b).sum(-1)
    return float(np.sort(away)[: -(-2 * len(away) // 3)].mean())


def _cuts(colours: np.ndarray) -> list[int]:
    """First frames of what follows a cut."""
    count = len(colours)
    near = np.array([0.0] + [_apart(colours[t - 1], colours[t]) for t in range(1, count)])
    found = []
    for t in range(1, count):
        if near[t] < CUT:
            continue
        before, after = range(max(t - _BEFORE, 0), t), range(t, min(t + _AFTER, count))
        across = min(_apart(colours[a], colours[b]) for a in before for b in after)
        around = np.r_[near[max(t - 4, 1) : t], near[t + 1 : t + 5]]
        if across >= CUT and near[t] >= _RISE * (np.median(around) if len(around) else 0):
            found.append(t)
    return found


def _ramps(gray: np.ndarray, dead: np.ndarray) -> np.ndarray:
    """(T,) frames on the way to or from a plain one: the same picture, ever weaker or stronger."""
    out = np.zeros(len(gray), bool)
    for way in (-1, 1):
        for t in np.flatnonzero(dead):
            at = t + way
            while 0 <= at < len(gray) and not dead[at]:
                weaker, stronger = gray[at - way], gray[at]
                nearer = np.abs(weaker - gray[t].mean()).mean() < 0.97 * np.abs(stronger - gray[t].mean()).mean()
                if not nearer or abs(at - t) > 60:
                    break
                out[at] = True
                at += way
    return out


def _cross_fades(seen: Looks, gray: np.ndarray) -> list[tuple[int, int]]:
    """(first, last + 1) of stretches that mix the pictures at their two ends."""
    found = []
    for length in _FADES:
        for t in range(0, len(seen) - length, max(length // 8, 1)):
            if _apart(seen.colours[t], seen.colours[t + length]) < CUT:
                continue
            first, way = gray[t], gray[t + length] - gray[t]
            energy = float(way @ way)
            inner = gray[t + 1 : t + length] - first
            share = inner @ way / max(energy, 1e-6)
            left = ((inner - share[:, None] * way) ** 2).sum(1) / max(energy, 1e-6)
            # At the middle neither end shows alone: motion of the same size would leave most of itself unexplained.
            middle = (share > 0.2) & (share < 0.8)
            if middle.sum() >= length // 3 and left[middle].max() < _MIXED and (np.diff(share) > -0.05).all():
                found.append((t, t + length))
    return found
