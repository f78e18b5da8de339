"""Edits of a pose that a text widget can express."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import torch

from ..dreamdance_core.io.pose_files import BODY, FACE, FEET, LEFT_HAND, POINTS, RIGHT_HAND
from ..dreamdance_core.types import PoseTrack

NAMES = [
    "nose",
    "left_eye",
    "right_eye",
    "left_ear",
    "right_ear",
    "left_shoulder",
    "right_shoulder",
    "left_elbow",
    "right_elbow",
    "left_wrist",
    "right_wrist",
    "left_hip",
    "right_hip",
    "left_knee",
    "right_knee",
    "left_ankle",
    "right_ankle",
    "left_big_toe",
    "left_small_toe",
    "left_heel",
    "right_big_toe",
    "right_small_toe",
    "right_heel",
]
_GROUPS = {"body": BODY, "feet": FEET, "face": FACE, "left_hand": LEFT_HAND, "right_hand": RIGHT_HAND}
_KEYS = {"point", "frames", "person", "dx", "dy", "x", "y", "remove"}


def _points(value: Any) -> list[int]:
    if isinstance(value, str) and value in _GROUPS:
        return list(range(_GROUPS[value].start, _GROUPS[value].stop))
    if isinstance(value, str) and value in NAMES:
        return [NAMES.index(value)]
    if isinstance(value, int) and 0 <= value < POINTS:
        return [value]
    raise ValueError(
        f"edits: point must be a name, a group or 0..{POINTS - 1}, got {value!r}; names: {', '.join(NAMES)}"
    )


def _span(value: Any, length: int) -> slice:
    span = [value, value] if isinstance(value, int) else [0, length - 1] if value is None else value
    whole = isinstance(span, list) and len(span) == 2 and all(isinstance(frame, int) for frame in span)
    if not whole or not 0 <= span[0] <= span[1] < length:
        raise ValueError(
            f"edits: frames must be a number or [first, last] in 0..{length - 1}, first before last, got {value!r}"
        )
    return slice(span[0], span[1] + 1)


def _number(change: dict[str, Any], key: str) -> float:
    value = change.get(key, 0)
    if not isinstance(value, (int, float)) or not math.isfinite(value):
        raise ValueError(f"edits: {key} must be a number of px, got {value!r}")
    return float(value)


def edited(track: PoseTrack, *, shift: tuple[float, float], scale: float, changes: list[dict[str, Any]]) -> PoseTrack:
    """The track scaled about its hips, shifted (px), then changed point by point; the input stays as it is.

    Raises ValueError for a change that names an unknown key, point, person or frame.
    """
    xy, score = track.xy.clone(), track.score.clone()
    seen = (score > 0)[..., None]
    hips, hips_seen = xy[:, :, 11:13], seen[:, :, 11:13].all(2)
    middle = (xy * seen).sum(2) / seen.sum(2).clamp(min=1)
    centre = torch.where(hips_seen, hips.mean(2), middle)[:, :, None]
    xy = torch.where(seen, (xy - centre) * scale + centre + torch.tensor(shift), xy)
    if not isinstance(changes, list) or not all(isinstance(change, dict) for change in changes):
        raise ValueError(f"edits must be a JSON list of objects, got {type(changes).__name__}")
    for change in changes:
        if unknown := set(change) - _KEYS:
            raise ValueError(f"edits: unknown key {sorted(unknown)[0]!r}; known: {', '.join(sorted(_KEYS))}")
        points, span, person = (
            _points(change.get("point")),
            _span(change.get("frames"), len(track)),
            change.get("person", 0),
        )
        if not isinstance(person, int) or not 0 <= person < xy.shape[1]:
            raise ValueError(f"edits: person must lie in 0..{xy.shape[1] - 1}, got {person!r}")
        if change.get("remove"):
            score[span, person, points] = 0
            continue
        for axis, name in enumerate("xy"):
            if name in change:
                xy[span, person, points, axis] = _number(change, name)
                score[span, person, points] = 1
            xy[span, person, points, axis] += _number(change, f"d{name}")
    return replace(track, xy=xy, score=score)
