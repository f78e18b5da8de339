"""The person in every frame of a shot: a matte about the pose, held to the body, steady over time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import cv2
import numpy as np
import torch
from jaxtyping import Bool, Float, UInt8
from torch import Tensor

from ...pose.regions import person_mask
from ...segment.refine import follow_edges
from ...types import PoseTrack, SegmentBackend
from .judge import boxes_of

_AROUND = 0.5  # of the person's longer side: hats, skirts, props and feet not found reach beyond the points
_REACH = 0.1  # body heights: as far from the body as a drawn mask may reach
_FAR = 0.45  # body heights: as far as what a matte shows joined to the body is the person's: hair, skirts, props
_COVERED = 0.5  # of the limbs' middles: a matte that covers less is not the person
_WITHIN = 0.5  # of the matte that lies near the body, at least
_SUSPECT = 0.1  # alpha from which something may be the person: shaded feet, thin hair
_THIN = -0.03  # body heights: the limbs' middles
_BODY, _NEAR = 0.7, 0.3  # alpha of a frame without a matte: on the drawn body, and as far as the person may reach
_SIDE = 320  # px of the pictures in which edges and motion are followed


@dataclass(frozen=True, kw_only=True)
class Person:
    """Where the person is in every frame of a stretch."""

    mask: Bool[Tensor, "T H W"]
    suspect: Bool[Tensor, "T H W"]  # and where something of it may be: nothing behind it is taken from there
    from_matte: Bool[np.ndarray, "T"]  # in which frames the backend's matte says so; else the pose made it


def masks_of(
    frames: UInt8[Tensor, "T H W 3"],
    track: PoseTrack,
    segment: SegmentBackend | None,
    report: Callable[[int, int], None],
) -> Person:
    """The person (row 0 of the track) by the backend's matte, or where it found something else by the pose."""
    main = replace(track, xy=track.xy[:, :1], score=track.score[:, :1])
    drawn = person_mask(main, grow=0.02) > 0
    from_matte = np.zeros(len(frames), bool)
    if segment is None:
        return Person(mask=drawn, suspect=drawn, from_matte=from_matte)
    wide, thin = person_mask(main, grow=_REACH) > 0, person_mask(main, grow=_THIN) > 0
    far = person_mask(main, grow=_FAR) > 0
    suspect = drawn.clone()
    height, width = drawn.shape[1:]
    scale = min(1.0, _SIDE / max(height, width))
    size = (round(width * scale), round(height * scale))
    alphas = np.zeros((len(frames), size[1], size[0]), np.float32)
    boxes = boxes_of(main)[:, 0]
    for t in range(len(frames)):
        report(t, len(frames))
        alpha = _matte(frames[t].float().div(255), boxes[t], segment)
        from_matte[t] = _shows(alpha > 0.5, thin[t].numpy(), wide[t].numpy())
        if from_matte[t]:
            joined = _in_pieces((alpha > 0.5) & far[t].numpy(), thin[t].numpy())
            wide[t] |= torch.from_numpy(cv2.dilate(joined.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0)
            suspect[t] |= torch.from_numpy(_in_pieces((alpha > _SUSPECT) & far[t].numpy(), thin[t].numpy()))
            alpha = np.maximum(alpha, 0.6 * thin[t].numpy()) * wide[t].numpy()
        else:  # the picture's edges decide between these two
            suspect[t] |= wide[t]
            alpha = np.where(thin[t], 0.9, np.where(drawn[t], _BODY, _NEAR * wide[t].numpy())).astype(np.float32)
        alphas[t] = cv2.resize(alpha, size, interpolation=cv2.INTER_AREA)
    small = [cv2.resize(frame.numpy(), size, interpolation=cv2.INTER_AREA) for frame in frames]
    steady = _steady(alphas, small)
    out = torch.empty_like(drawn)
    for t, alpha in enumerate(steady):
        report(t, len(frames))
        full = cv2.resize(_edged(small[t], alpha), (width, height), interpolation=cv2.INTER_CUBIC)
        out[t] = torch.from_numpy(_in_pieces((full > 0.5) & wide[t].numpy(), drawn[t].numpy()))
    return Person(mask=out, suspect=suspect | out, from_matte=from_matte)


def _shows(matte: np.ndarray, thin: np.ndarray, wide: np.ndarray) -> bool:
    """Whether a matte (H,W) is the person's."""
    covered = (matte & thin).sum() / max(thin.sum(), 1)
    return bool(covered >= _COVERED and (matte & wide).sum() >= _WITHIN * max(matte.sum(), 1))


def _matte(frame: Float[Tensor, "H W 3"], box: np.ndarray, segment: SegmentBackend) -> np.ndarray:
    """(H,W) what the backend sees about the box."""
    height, width = frame.shape[:2]
    out = np.zeros((height, width), np.float32)
    if not np.isfinite(box).all():
        return out
    margin = _AROUND * max(box[2] - box[0], box[3] - box[1]) + 4
    x0, y0 = (max(int(v - margin), 0) for v in box[:2])
    x1, y1 = min(int(box[2] + margin) + 1, width), min(int(box[3] + margin) + 1, height)
    if x1 - x0 > 8 and y1 - y0 > 8:
        out[y0:y1, x0:x1] = segment(frame[y0:y1, x0:x1].contiguous()).cpu().numpy()
    return out


def _steady(alphas: np.ndarray, small: list[np.ndarray]) -> list[np.ndarray]:
    """The median of each frame's matte and of its neighbours', carried along with the motion (dense flow)."""
    flow = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_FAST)
    grays = [cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in small]
    rows, columns = np.mgrid[: alphas.shape[1], : alphas.shape[2]].astype(np.float32)
    out = []
    for t, alpha in enumerate(alphas):
        seen = [alpha]
        for other in (t - 1, t + 1):
            if 0 <= other < len(alphas):
                moved = flow.calc(grays[t], grays[other], None)
                there = columns + moved[..., 0], rows + moved[..., 1]
                seen.append(cv2.remap(alphas[other], *there, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE))
        out.append(np.median(seen, 0) if len(seen) == 3 else np.mean(seen, 0))
    return out


def _edged(picture: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """The matte along the picture's edges, where its border is unsure."""
    if not (alpha > 0.5).any():
        return alpha
    y, x = np.nonzero(alpha > 0.1)
    rows = slice(max(y.min() - 8, 0), y.max() + 9)
    columns = slice(max(x.min() - 8, 0), x.max() + 9)
    out = alpha.copy()
    hard = follow_edges(picture[rows, columns].astype(np.float32) / 255, alpha[rows, columns].astype(np.float32))
    out[rows, columns] = cv2.GaussianBlur(hard, (0, 0), 0.7)
    return out


def _in_pieces(mask: np.ndarray, body: np.ndarray) -> np.ndarray:
    """The pieces that touch the body, without gaps that are small."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    touching = np.unique(labels[body & mask])
    keep = np.isin(labels, touching[touching > 0])
    count, labels, stats, _ = cv2.connectedComponentsWithStats((~keep).astype(np.uint8), connectivity=4)
    for label in range(1, count):
        if stats[label, cv2.CC_STAT_AREA] < 0.003 * keep.sum():
            keep[labels == label] = True
    return keep
