"""A look at what smoothing does: the paths of the most jittery points over time, before and after."""

from __future__ import annotations

import cv2
import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from ..types import PoseTrack
from .edit import NAMES
from .keypoints import FACE, LEFT_HAND, RIGHT_HAND
from .smooth import jitter

_SIZE = (880, 132)  # px, of one point's row: x on the left, y on the right
_ROWS = 4
_LONGEST = 120  # frames; of a longer clip the stretch with the most jitter is shown
_MARGIN = 10
_BEFORE, _AFTER, _TEXT, _GROUND = (255, 150, 60), (110, 190, 255), (200, 200, 200), (24, 24, 24)


def label(point: int) -> str:
    """What a point is called."""
    if point < len(NAMES):
        return NAMES[point]
    part, start = next(
        (name, span.start)
        for name, span in (("face", FACE), ("left_hand", LEFT_HAND), ("right_hand", RIGHT_HAND))
        if span.start <= point < span.stop
    )
    return f"{part} {point - start}"


def mean_jitter(track: PoseTrack) -> Float[Tensor, "P 133"]:
    """The root mean square of `jitter` (px) over the frames in which it can be told; 0 for a point never seen."""
    values = jitter(track)
    told = (values > 0).sum(0).clamp(min=1)
    return ((values**2).sum(0) / told).sqrt()


def _level(track: PoseTrack) -> float:
    """The root mean square of all the jitter (px) that can be told."""
    values = jitter(track)
    told = values[values > 0]
    return float((told**2).mean().sqrt()) if len(told) else 0.0


def smoothing_report(before: PoseTrack, after: PoseTrack) -> str:
    """How much jitter there was and is, and how many points were filled in, as lines for the user."""
    old, new = _level(before), _level(after)
    filled = int(((before.score == 0) & (after.score > 0)).sum())
    dropped = int(((before.score > 0) & (after.score == 0)).sum())
    share = f" ({100 * new / old:.0f} %)" if old > 0 else ""
    lines = [
        f"jitter: {old:.2f} px before, {new:.2f} px after{share}",
        f"points filled in: {filled}; dropped as unsure: {dropped}",
    ]
    levels, changed = mean_jitter(before), mean_jitter(after)
    for person, point in _worst(levels):
        lines.append(f"{label(point)}: {float(levels[person, point]):.2f} -> {float(changed[person, point]):.2f} px")
    return "\n".join(lines)


def _worst(levels: Float[Tensor, "P 133"]) -> list[tuple[int, int]]:
    """(person, point) of the rows of the picture, the most jittery first."""
    order = levels.flatten().argsort(descending=True, stable=True)[:_ROWS].tolist()
    return [divmod(place, levels.shape[1]) for place in order]


def _stretch(values: Float[Tensor, "T"]) -> slice:
    """The frames of at most 120 with the most jitter."""
    length = min(_LONGEST, len(values))
    sums = torch.cat([torch.zeros(1), values.cumsum(0)])
    start = int((sums[length:] - sums[:-length]).argmax())
    return slice(start, start + length)


def smoothing_curves(before: PoseTrack, after: PoseTrack) -> Float[Tensor, "H W 3"]:
    """A picture, [0,1]: x and y of the four most jittery points over time, orange before and blue after."""
    levels, changed = mean_jitter(before), mean_jitter(after)
    span = _stretch(jitter(before).sum((1, 2)))
    rows = []
    for person, point in _worst(levels):
        width, height = _SIZE
        row = np.full((height, width, 3), _GROUND, dtype=np.uint8)
        for axis, name in enumerate("xy"):
            box = (axis * width // 2 + _MARGIN, 26, width // 2 - 2 * _MARGIN, height - 34)
            _plot(row, box, [track.xy[span, person, point, axis].numpy() for track in (before, after)],
                  [track.score[span, person, point].numpy() > 0 for track in (before, after)])  # fmt: skip
            text = f"{label(point)} {name}" + (f" of person {person}" if len(levels) > 1 else "")
            if axis == 0:
                text += f": jitter {float(levels[person, point]):.2f} -> {float(changed[person, point]):.2f} px"
            else:
                text += f", frames {span.start} to {span.stop - 1}"
            cv2.putText(row, text, (box[0], 18), cv2.FONT_HERSHEY_SIMPLEX, 0.45, _TEXT, 1, cv2.LINE_AA)
        rows.append(row)
    return torch.from_numpy(np.concatenate(rows)).float() / 255


def _plot(row: np.ndarray, box: tuple[int, int, int, int], paths: list[np.ndarray], seen: list[np.ndarray]) -> None:
    """Draws both paths into the box (left, top, width, height) of the row, on one scale; gaps stay open."""
    left, top, width, height = box
    known = np.concatenate([path[shown] for path, shown in zip(paths, seen, strict=True)])
    low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)
    scale = (height - 1) / max(high - low, 4.0)  # px of picture per px of motion; a still point is not blown up
    cv2.rectangle(row, (left, top), (left + width, top + height), (60, 60, 60), 1)
    for path, shown, colour in zip(paths, seen, (_BEFORE, _AFTER), strict=True):
        x = left + np.arange(len(path)) * width / max(len(path) - 1, 1)
        y = top + height - 1 - (np.where(shown, path, low) - low) * scale
        corners = np.stack([x, y], -1)
        for a, b, both in zip(corners[:-1], corners[1:], shown[:-1] & shown[1:], strict=True):
            if both:
                cv2.line(
                    row, *(tuple(np.round(p * 16).astype(int).tolist()) for p in (a, b)), colour, 1, cv2.LINE_AA, 4
                )
