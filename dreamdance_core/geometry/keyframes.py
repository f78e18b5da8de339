"""Paths through key cameras: when each is reached, how long it is held, whether the camera stops there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from ..types import Cameras
from .rigid import so3_log
from .spline import sample

MOST = 100_000  # cameras of a path
_DENSE = 64  # samples between two keys for measuring the way


@dataclass(frozen=True, kw_only=True)
class KeyTime:
    """When a key camera is reached, and what happens there."""

    frame: float
    hold: int = 0  # frames it stands still afterwards
    stop: bool = False  # come to rest here, and start anew


def spread(count: int, frames: int) -> list[KeyTime]:
    """Times of `count` keys evenly over `frames` frames, first and last included."""
    return [KeyTime(frame=float(t)) for t in np.linspace(0, max(frames - 1, count - 1), count)]


def through_keys(
    keys: Cameras,
    times: Sequence[KeyTime],
    count: int | None = None,
    *,
    rest_at_ends: bool = True,
    overshoot: bool = True,
    constant_speed: bool = False,
    distance: float = 1.0,
) -> Cameras:
    """A path of `count` cameras (None: up to the end of the last key) that passes exactly through every key.

    Position and lens are C2 between stops (C1 without overshoot, when no coordinate leaves the range of the two keys
    around it), rotation C1 by the shorter way; focal lengths change by equal ratios. rest_at_ends: the camera starts
    and ends standing. constant_speed: frames of inner keys, holds and stops are ignored, and pictures move equally
    fast throughout, as seen at `distance` scene units.
    """
    if len(times) != len(keys):
        raise ValueError(f"key frames need one time per camera, got {len(times)} for {len(keys)}")
    rows = sorted(range(len(times)), key=lambda i: times[i].frame)
    keys, times = keys[rows], [times[i] for i in rows]
    for a, b in zip(times[:-1], times[1:], strict=True):
        if a.frame + a.hold >= b.frame:
            held = f" held for {a.hold}" if a.hold else ""
            raise ValueError(f"key frames must follow each other, got {a.frame:g}{held} and then {b.frame:g}")
    last = times[-1].frame + times[-1].hold
    count = int(np.floor(last)) + 1 if count is None else count
    if count > MOST:
        raise ValueError(f"key frames must end within {MOST} frames, got {count}; check the last key and its hold")
    at = np.arange(count, dtype=np.float64)
    if len(at) == 0:
        raise ValueError(f"key frames need a path of at least 1 frame, got {count}")
    if constant_speed:
        return _at_constant_speed(keys, at, times[0].frame, last, overshoot, distance)
    when, index, rest = [], [], []
    for i, key in enumerate(times):
        still = key.stop or key.hold > 0 or (rest_at_ends and i in (0, len(times) - 1))
        for frame in [key.frame] + [key.frame + key.hold] * (key.hold > 0):
            when.append(frame)
            index.append(i)
            rest.append(still)
    return sample(keys[index], np.array(when, np.float64), at, np.array(rest), overshoot)


def _at_constant_speed(
    keys: Cameras, at: np.ndarray, first: float, last: float, overshoot: bool, distance: float
) -> Cameras:
    """Keys spaced by the root of their distance (centripetal), then run through by the length of the way."""
    if len(keys) == 1:
        return keys[[0] * len(at)]
    gaps = _way(keys, distance)
    times = np.concatenate([[0], np.sqrt(np.maximum(gaps, 1e-6 * max(gaps.max(), 1e-9))).cumsum()])
    dense = np.unique(np.concatenate([np.linspace(a, b, _DENSE) for a, b in zip(times[:-1], times[1:], strict=True)]))
    way = np.concatenate([[0], _way(sample(keys, times, dense, overshoot=overshoot), distance).cumsum()])
    if way[-1] < 1e-9:  # nothing moves but, perhaps, the lens
        way = dense
    share = np.clip((at - first) / max(last - first, 1e-9), 0, 1)
    return sample(keys, times, np.interp(share * way[-1], way, dense), overshoot=overshoot)


def _way(cameras: Cameras, distance: float) -> np.ndarray:
    """How far each step moves the picture at `distance`: translation and turn together, in scene units."""
    c2w = cameras.c2w.double()
    moved = c2w[:, :3, 3].diff(dim=0).norm(dim=-1)
    turned = so3_log(c2w[:-1, :3, :3].mT @ c2w[1:, :3, :3]).norm(dim=-1)
    return torch.hypot(moved, distance * turned).numpy()
