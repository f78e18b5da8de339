"""Corrections of a pose by hand, as a readable list: moves of whole stretches, and key frames that blend in and out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from jaxtyping import Float

from ..types import PoseTrack
from .keypoints import BODY, FACE, FEET, LEFT_HAND, LEFT_HIP, POINTS, RIGHT_HAND, RIGHT_HIP
from .proportions import fill

NAMES = (
    "nose", "left_eye", "right_eye", "left_ear", "right_ear", "left_shoulder", "right_shoulder", "left_elbow",
    "right_elbow", "left_wrist", "right_wrist", "left_hip", "right_hip", "left_knee", "right_knee", "left_ankle",
    "right_ankle", "left_big_toe", "left_small_toe", "left_heel", "right_big_toe", "right_small_toe", "right_heel",
)  # fmt: skip
GROUPS = {
    "all": slice(0, POINTS),
    "body": BODY,
    "feet": FEET,
    "face": FACE,
    "left_hand": LEFT_HAND,
    "right_hand": RIGHT_HAND,
}
BLEND = 8  # frames on each side of a key that are changed too, when it does not say
_STRETCH_KEYS = {"point", "person", "frames", "dx", "dy", "x", "y", "remove"}
_KEY_KEYS = {"point", "person", "frame", "dx", "dy", "x", "y", "blend"}


@dataclass(frozen=True, kw_only=True)
class Key:
    """Where a point, or by how much a group of points, is moved at one frame."""

    frame: int
    blend: int
    value: tuple[float | None, float | None]  # px; absolute: a place (None = as it is), else an offset
    absolute: bool


def _points(value: Any) -> list[int]:
    """The numbers of a name, a group, a number, or a list of those."""
    if isinstance(value, list) and value:
        return sorted({point for one in value for point in _points(one)})
    if isinstance(value, str) and value in GROUPS:
        return list(range(GROUPS[value].start, GROUPS[value].stop))
    if isinstance(value, str) and value in NAMES:
        return [NAMES.index(value)]
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < POINTS:
        return [value]
    raise ValueError(
        f"edits: point must be a name, a group, 0..{POINTS - 1} or a list of those, got {value!r}; names: "
        f"{', '.join(NAMES)}; groups: {', '.join(GROUPS)}"
    )


def _whole(change: dict[str, Any], key: str, default: int, most: int) -> int:
    value = change.get(key, default)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
        raise ValueError(f"edits: {key} must lie in 0..{most}, got {value!r}")
    return value


def _number(change: dict[str, Any], key: str) -> float:
    value = change.get(key, 0)
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not math.isfinite(value):
        raise ValueError(f"edits: {key} must be a number of px, got {value!r}")
    return float(value)


def _span(value: Any, length: int) -> slice:
    span = [value, value] if isinstance(value, int) else [0, length - 1] if value is None else value
    whole = isinstance(span, list) and len(span) == 2 and all(isinstance(frame, int) for frame in span)
    if not whole or not 0 <= span[0] <= span[1] < length:
        raise ValueError(
            f"edits: frames must be a number or [first, last] in 0..{length - 1}, first before last, got {value!r}"
        )
    return slice(span[0], span[1] + 1)


def _checked(changes: Any) -> list[dict[str, Any]]:
    if not isinstance(changes, list) or not all(isinstance(change, dict) for change in changes):
        raise ValueError(f"edits must be a JSON list of objects, got {type(changes).__name__}")
    for change in changes:
        known = _KEY_KEYS if "frame" in change else _STRETCH_KEYS
        if unknown := set(change) - known:
            kind = "a change with `frame`" if "frame" in change else "a change without `frame`"
            raise ValueError(
                f"edits: unknown key {sorted(unknown)[0]!r} in {kind}; it knows: {', '.join(sorted(known))}"
            )
    return changes


def placed(track: PoseTrack, shift: tuple[float, float], scale: float) -> PoseTrack:
    """The track scaled about its hips (of a person who never shows both: the middle), then shifted by px."""
    seen = (track.score > 0)[..., None]
    hips = [LEFT_HIP, RIGHT_HIP]
    centre = (track.xy * seen).sum(2) / seen.sum(2).clamp(min=1)
    for p in range(centre.shape[1]):
        known = seen[:, p, hips].all(1)[:, 0].numpy()
        if known.any():
            path = fill(track.xy[:, p, hips].mean(1).double().numpy(), known)
            centre[:, p] = torch.from_numpy(path).to(centre)
    centre = centre[:, :, None]
    moved = (track.xy - centre) * (scale - 1) + torch.tensor(shift)  # exactly 0 for what is not asked for
    return replace(track, xy=torch.where(seen, track.xy + moved, track.xy))


def _stretched(track: PoseTrack, changes: list[dict[str, Any]]) -> tuple[PoseTrack, torch.Tensor]:
    """The track after the changes of whole stretches, in order, and which points (T,P,133) they removed."""
    xy, score = track.xy.clone(), track.score.clone()
    removed = torch.zeros_like(score, dtype=torch.bool)
    for change in changes:
        if "frame" in change:
            continue
        points, span = _points(change.get("point")), _span(change.get("frames"), len(track))
        person = _whole(change, "person", 0, xy.shape[1] - 1)
        if change.get("remove"):
            removed[span, person, points] = True
            continue
        for axis, name in enumerate("xy"):
            if name in change:
                xy[span, person, points, axis] = _number(change, name)
                score[span, person, points] = 1
                removed[span, person, points] = False
            xy[span, person, points, axis] += _number(change, f"d{name}")
    return replace(track, xy=xy, score=score), removed


def _keys(changes: list[dict[str, Any]], frames: int, people: int) -> dict[tuple, list[Key]]:
    """(person, points) -> its keys by frame, groups first, so that single points are exact at theirs."""
    found: dict[tuple, dict[int, Key]] = {}
    for change in changes:
        if "frame" not in change:
            continue
        points = tuple(_points(change.get("point")))
        absolute = "x" in change or "y" in change
        if absolute and (len(points) > 1 or "dx" in change or "dy" in change):
            raise ValueError(
                "edits: x and y place one point at a `frame`; move several, or by an amount, with dx and dy"
            )
        value = tuple(_number(change, axis) if axis in change else None for axis in "xy")
        if not absolute:
            value = (_number(change, "dx"), _number(change, "dy"))
        frame, blend = _whole(change, "frame", 0, frames - 1), _whole(change, "blend", BLEND, 100_000)
        place = (_whole(change, "person", 0, people - 1), points)
        found.setdefault(place, {})[frame] = Key(frame=frame, blend=blend, value=value, absolute=absolute)
    places = sorted(found, key=lambda place: -len(place[1]))
    return {place: [found[place][frame] for frame in sorted(found[place])] for place in places}


def chains(keys: Sequence[Key]) -> list[list[Key]]:
    """Runs of keys between which no frame is left alone: their offsets are joined; between runs they fade to 0."""
    runs: list[list[Key]] = []
    for key in keys:
        if runs and key.frame - runs[-1][-1].frame <= runs[-1][-1].blend + key.blend + 1:
            runs[-1].append(key)
        else:
            runs.append([key])
    return runs


def curve(
    knots: Float[np.ndarray, "N"], values: Float[np.ndarray, "N 2"], at: Float[np.ndarray, "T"]
) -> Float[np.ndarray, "T 2"]:
    """A smooth curve (T,2) through the values at the knots: no overshoot (Fritsch and Butland 1984), flat at its ends.

    Outside the knots it is the value at the nearest end.
    """
    step = np.diff(knots)[:, None]
    rise = np.diff(values, axis=0) / step
    slope = np.zeros_like(values)
    before, after = rise[:-1], rise[1:]
    same = before * after > 0
    near, far = step[:-1] + 2 * step[1:], 2 * step[:-1] + step[1:]
    mean = (near + far) / (near / np.where(same, before, 1) + far / np.where(same, after, 1))
    slope[1:-1] = np.where(same, mean, 0)
    row = np.clip(np.searchsorted(knots, at, side="right") - 1, 0, len(knots) - 2)
    h = step[row]
    u = np.clip((at[:, None] - knots[row, None]) / h, 0, 1)
    rest = 1 - u
    ends = values[row] * rest**2 * (1 + 2 * u) + values[row + 1] * u**2 * (1 + 2 * rest)
    return ends + h * u * rest * (slope[row] * rest - slope[row + 1] * u)


def _corrected_point(xy: np.ndarray, score: np.ndarray, keys: Sequence[Key]) -> None:
    """Applies one point's keys to its path (T,2) and scores (T,), in place."""
    frames = np.arange(len(xy), dtype=np.float64)
    seen = np.flatnonzero(score > 0)
    if len(seen):
        base = np.stack([np.interp(frames, seen, xy[seen, axis]) for axis in (0, 1)], -1)
    elif placing := [key for key in keys if key.absolute]:  # a point that nobody ever saw runs from key to key
        at = [key.frame for key in placing]
        base = np.stack([np.interp(frames, at, [key.value[axis] or 0.0 for key in placing]) for axis in (0, 1)], -1)
    else:
        return
    for run in chains(keys):
        offsets = [
            [0.0 if v is None else v - base[key.frame, axis] if key.absolute else v for axis, v in enumerate(key.value)]
            for key in run
        ]
        first, last = run[0].frame - run[0].blend - 1, run[-1].frame + run[-1].blend + 1
        span = slice(max(first + 1, 0), min(last, len(xy)))
        knots = np.array([first, *(key.frame for key in run), last], dtype=np.float64)
        bend = curve(knots, np.array([[0.0, 0.0], *offsets, [0.0, 0.0]]), frames[span])
        xy[span] = base[span] + bend
        if sure := [key.frame for key in run if key.absolute]:
            known = slice(sure[0], sure[-1] + 1)  # a lost point is there again from the first place to the last
            score[known] = np.where(score[known] > 0, score[known], 1)
            score[sure] = 1


def editing_base(
    track: PoseTrack, changes: Any, *, shift: tuple[float, float] = (0.0, 0.0), scale: float = 1.0
) -> PoseTrack:
    """The track that the list's keys are measured from: placed, with all but its keys and removals applied."""
    return _stretched(placed(track, shift, scale), _checked(changes))[0]


def edited(track: PoseTrack, changes: Any, *, shift: tuple[float, float] = (0.0, 0.0), scale: float = 1.0) -> PoseTrack:
    """The track scaled about its hips, shifted (px) and then changed by the list; the input stays as it is.

    A change without `frame` acts on all frames, or on `frames`, in the order of the list. A change with `frame` is a
    key: exact there, fading out smoothly over the `blend` frames before and after, joined smoothly with keys of the
    same point that are near; groups of points before single ones. `remove` wins over keys. Raises ValueError for a
    change that names an unknown key, point, person or frame.
    """
    changes = _checked(changes)
    moved, removed = _stretched(placed(track, shift, scale), changes)
    xy, score = moved.xy.double().numpy(), moved.score.double().numpy()
    for (person, points), keys in _keys(changes, *xy.shape[:2]).items():
        for point in points:
            _corrected_point(xy[:, person, point], score[:, person, point], keys)
    score = torch.from_numpy(score).float()
    return replace(moved, xy=torch.from_numpy(xy).float(), score=score.masked_fill(removed, 0))
