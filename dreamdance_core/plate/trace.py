"""Follows the background behind persons through time to the frames that show it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

NOWHERE = -1


@dataclass(frozen=True, kw_only=True)
class Sights:
    """Which frame shows what belongs at each of the N wanted pixels of one frame (in reading order), and where."""

    wanted: Bool[np.ndarray, "h w"]
    source: Int[np.ndarray, "N"]  # frame, NOWHERE = none
    xy: Float[np.ndarray, "N 2"]  # px of that frame

    def look_up(self, xy: Float[np.ndarray, "M 2"]) -> tuple[Int[np.ndarray, "M"], Float[np.ndarray, "M 2"]]:
        """Source and place for any points: those of the nearest pixel, interpolated where its neighbours share it."""
        height, width = self.wanted.shape
        slots = np.full(self.wanted.shape, -1, np.int32)
        slots[self.wanted] = np.arange(len(self.source))

        def rows(at: np.ndarray) -> np.ndarray:
            inside = (at >= 0).all(1) & (at[:, 0] < width) & (at[:, 1] < height)
            return np.where(inside, slots[at[:, 1].clip(0, height - 1), at[:, 0].clip(0, width - 1)], -1)

        if len(self.source) == 0:
            return np.full(len(xy), NOWHERE), np.zeros((len(xy), 2))
        nearest = rows(np.floor(xy).astype(np.int64))
        source = np.where(nearest >= 0, self.source[nearest], NOWHERE)
        low = np.floor(xy - 0.5).astype(np.int64)
        part = xy - 0.5 - low
        total, weights = np.zeros((len(xy), 2)), np.zeros(len(xy))
        for dx in (0, 1):
            for dy in (0, 1):
                row = rows(low + [dx, dy])
                share = np.abs(1 - dx - part[:, 0]) * np.abs(1 - dy - part[:, 1])
                share = np.where((row >= 0) & (self.source[row] == source), share, 0)
                total += share[:, None] * (self.xy[row] - (low + [dx + 0.5, dy + 0.5]))
                weights += share
        found = (source != NOWHERE) & (weights > 0)
        moved = xy + total / np.maximum(weights, 1e-9)[:, None]
        return np.where(found, source, NOWHERE), np.where(found[:, None], moved, 0)


def nowhere(wanted: Bool[np.ndarray, "h w"]) -> Sights:
    """No sights at all."""
    count = int(wanted.sum())
    return Sights(wanted=wanted, source=np.full(count, NOWHERE, np.int32), xy=np.zeros((count, 2), np.float32))


def trace(
    wanted: list[Bool[np.ndarray, "h w"]],
    shown: list[Bool[np.ndarray, "h w"] | None],
    flows: list[np.ndarray | None],
    order: range,
) -> list[Sights]:
    """The sights of every frame, taken from the frame before it in `order` (forwards or backwards in time).

    shown: what a frame shows by itself (None: nothing); flows: (N,2) px from its wanted pixels to that frame beside it.
    """
    sights = [nowhere(mask) for mask in wanted]
    for beside, t in zip(order, order[1:], strict=False):
        sights[t] = _step(wanted[t], flows[t], beside, shown[beside], sights[beside])
    return sights


def _step(wanted: np.ndarray, flow: np.ndarray, beside: int, shown: np.ndarray | None, before: Sights) -> Sights:
    height, width = wanted.shape
    y, x = np.nonzero(wanted)
    at = np.stack([x, y], -1) + 0.5 + flow
    cell = np.floor(at).astype(np.int64)
    inside = (cell >= 0).all(1) & (cell[:, 0] < width) & (cell[:, 1] < height)
    source, xy = before.look_up(at)
    source = np.where(inside, source, NOWHERE)
    if shown is not None:
        direct = inside & shown[cell[:, 1].clip(0, height - 1), cell[:, 0].clip(0, width - 1)]
        source, xy = np.where(direct, beside, source), np.where(direct[:, None], at, xy)
    return Sights(wanted=wanted, source=source.astype(np.int32), xy=xy.astype(np.float32))
