"""Masks from poses: where a video model may paint the character, and where a driving person stands."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from ..types import PoseTrack
from .keypoints import FACE, LEFT_HAND, RIGHT_HAND, visible
from .matte import carried_matte
from .proportions import fill

_LIMBS = {
    "upper_arm": ((5, 7), (6, 8)),
    "forearm": ((7, 9), (8, 10)),
    "thigh": ((11, 13), (12, 14)),
    "shin": ((13, 15), (14, 16)),
    "foot": ((15, 17), (15, 18), (15, 19), (16, 20), (16, 21), (16, 22)),
}
_HEAD = [0, 1, 2, 3, 4, *range(FACE.start, FACE.stop)]
_HANDS = ((LEFT_HAND, 9, 7), (RIGHT_HAND, 10, 8))  # points, wrist, elbow
_LIMB_RADIUS = 0.35  # of the shoulder width
_HELD = 24  # frames that a lost point stays where it was
_ERROR = 0.05  # of a person's frames: a point seen more rarely was never there
_HEAD_RADIUS = 1.1  # of the face box's half diagonal


@dataclass(frozen=True, kw_only=True)
class _Shape:
    """A part of one person in one frame: everything within `radius` of the polyline (or filled polygon) `points`."""

    part: str
    points: np.ndarray  # (N,2) pixels
    radius: float
    filled: bool = False


def _shoulder_width(xy: np.ndarray, seen: np.ndarray) -> float:
    """(T,133,2): the unshortened width in pixels; from the torso's length where the person is seen from the side."""
    found = []
    for links, factor in ((((5, 6),), 1.0), (((5, 11), (6, 12)), 0.5), (((7, 9), (8, 10)), 0.9), (((11, 12),), 1.2)):
        for a, b in links:
            both = seen[:, a] & seen[:, b]
            if both.any():
                found.append(factor * float(np.quantile(np.linalg.norm(xy[both, a] - xy[both, b], axis=-1), 0.9)))
    if found:
        return max(found)
    every = xy[seen]
    return float(np.ptp(every, axis=0).max()) / 3 if len(every) else 0.0


def _shapes(xy: np.ndarray, seen: np.ndarray, unit: float) -> list[_Shape]:
    """The parts of one person in one frame, (133,2) pixels; unit is the shoulder width."""
    limb = _LIMB_RADIUS * unit
    shapes = [
        _Shape(part=part, points=xy[[a, b]], radius=limb)
        for part, links in _LIMBS.items()
        for a, b in links
        if seen[a] and seen[b]
    ]
    torso = [i for i in (5, 6, 12, 11) if seen[i]]
    if len(torso) >= 2:
        shapes.append(_Shape(part="torso", points=xy[torso], radius=limb, filled=True))
    head = [i for i in _HEAD if seen[i]]
    if head:
        low, high = xy[head].min(0), xy[head].max(0)
        radius = max(_HEAD_RADIUS * float(np.hypot(*(high - low))) / 2, 0.4 * unit)
        centre, crown = (low + high) / 2, np.array([0.0, -1.0])
        if seen[5] or seen[6]:
            shoulder = xy[[i for i in (5, 6) if seen[i]]].mean(0)
            shapes.append(_Shape(part="neck", points=np.stack([centre, shoulder]), radius=limb))
            crown = (centre - shoulder) / max(float(np.linalg.norm(centre - shoulder)), 1e-6)
        # The points end at the brows: a second disc covers the skull and hair above them.
        shapes.append(_Shape(part="head", points=np.stack([centre, centre + 0.5 * radius * crown]), radius=radius))
    for part, wrist, elbow in _HANDS:
        points = xy[part][seen[part]]
        if len(points) >= 5:
            middle = points.mean(0, keepdims=True)
            radius = float(np.linalg.norm(points - middle, axis=-1).max())
            shapes.append(_Shape(part="hand", points=middle, radius=max(radius, 0.5 * limb)))
        elif seen[wrist] and seen[elbow]:
            middle = xy[wrist] + 0.3 * (xy[wrist] - xy[elbow])
            shapes.append(_Shape(part="hand", points=middle[None], radius=limb))
    return shapes


def _paint(mask: np.ndarray, shape: _Shape, radius: float) -> None:
    """Sets the shape, grown to `radius`, to 1 in a uint8 mask."""
    corners = np.round(np.clip(shape.points, -8000, 8000) * 16 - 8).astype(np.int32)
    if shape.filled:
        cv2.fillPoly(mask, [corners], 1, cv2.LINE_8, 4)
    thick = max(int(round(2 * radius)), 1)
    cv2.polylines(mask, [corners], shape.filled or len(corners) == 1, 1, thick, cv2.LINE_8, 4)


def _mask(track: PoseTrack, grow: float) -> np.ndarray:
    """uint8 (T,H,W), 1 = a person; grow is a margin as a share of the body's height."""
    xy, seen = track.xy.double().numpy(), visible(track).numpy()
    mask = np.zeros((len(track), track.height, track.width), np.uint8)
    for p in range(xy.shape[1]):
        some = seen[:, p].any(1)
        if not some.any():
            continue
        unit, margin = _shoulder_width(xy[:, p], seen[:, p]), grow * _height(xy[:, p], seen[:, p])
        for t in np.flatnonzero(some):
            for shape in _shapes(xy[t, p], seen[t, p], unit):
                _paint(mask[t], shape, shape.radius + margin)
    return mask


def _height(xy: np.ndarray, seen: np.ndarray) -> float:
    """The median height of what is seen of a person, (T,133,2) pixels."""
    return float(np.median([np.ptp(xy[t, seen[t], 1]) for t in np.flatnonzero(seen.any(1))]))


def _with_matte(mask: np.ndarray, track: PoseTrack, reference: PoseTrack, alpha: np.ndarray, margin: float) -> None:
    """Adds the reference's matte, carried along with person 0 and grown by the margin (pixels), in place."""
    carried = carried_matte(track, reference, alpha)
    if carried is None:
        return
    scale = carried.shape[2] / track.width
    reach = 2 * max(int(np.ceil(margin * scale)), 1) + 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
    for shown, small in zip(mask, carried, strict=True):
        grown = cv2.resize(
            cv2.dilate(small, kernel).astype(np.float32), shown.shape[::-1], interpolation=cv2.INTER_LINEAR
        )
        np.maximum(shown, (grown > 0.5).astype(np.uint8), out=shown)


def _without_gaps(track: PoseTrack) -> PoseTrack:
    """The track with lost points interpolated between their sights, and held up to _HELD frames away from one.

    What is seen in less than a twentieth of the person's frames is no sight but an error, and left out.
    """
    xy, score = track.xy.clone(), track.score.clone()
    seen = visible(track).numpy()
    frames = np.arange(len(xy))
    for p, k in zip(*np.nonzero(seen.any(0) & ~seen.all(0)), strict=True):
        known = np.flatnonzero(seen[:, p, k])
        path = fill(track.xy[:, p, k].double().numpy(), seen[:, p, k])
        near = np.abs(frames[:, None] - known).min(1) <= _HELD
        near &= len(known) >= _ERROR * seen[:, p].any(1).sum()
        xy[:, p, k] = torch.from_numpy(path).to(xy.dtype)
        score[:, p, k] = torch.from_numpy(near).to(score.dtype)
    return replace(track, xy=xy, score=score)


def _hold(mask: np.ndarray, group: int) -> np.ndarray:
    """The largest value over each group of frames; a length of 4k+1 has its first frame alone, as in a causal VAE."""
    first = 1 if len(mask) % group == 1 else 0
    out = mask.copy()
    for start in range(first, len(mask), group):
        out[start : start + group] = mask[start : start + group].max(0)
    return out


def _align_to_blocks(mask: np.ndarray, block: int) -> np.ndarray:
    """Every block x block cell that the mask touches, whole."""
    t, height, width = mask.shape
    rows, columns = -(-height // block), -(-width // block)
    padded = np.pad(mask, ((0, 0), (0, rows * block - height), (0, columns * block - width)))
    cells = padded.reshape(t, rows, block, columns, block).max((2, 4))
    return cells.repeat(block, 1).repeat(block, 2)[:, :height, :width]


def paint_mask(
    track: PoseTrack,
    *,
    reference_pose: PoseTrack | None = None,
    reference_alpha: Float[Tensor, "H W"] | None = None,
    grow: float = 0.08,
    group: int = 4,
    block: int = 0,
) -> Float[Tensor, "T {track.height} {track.width}"]:
    """1 where the character may be painted, for every person of the track, in the track's pixels.

    Capsules of 0.35 shoulder widths along the limbs, the torso filled, discs for head and hands; and, where the
    reference's pose and matte are given, the matte itself, each part carried along with the bone beside it (person 0):
    its hair, skirt and props. All is grown by `grow` body heights, for a skeleton knows nothing of cloth that swings.
    Points that are lost for a while stay in the mask, so that it does not flicker. Frames are joined in groups of
    `group` (one video latent); `block` > 1 snaps the outline to cells of so many pixels, which hides the driving
    person's shape.
    """
    steady = _without_gaps(track)
    mask = _mask(steady, grow)
    if reference_pose is not None and reference_alpha is not None and visible(steady)[:, 0].any():
        margin = grow * _height(steady.xy[:, 0].double().numpy(), visible(steady)[:, 0].numpy())
        _with_matte(mask, track, reference_pose, reference_alpha.detach().cpu().numpy(), margin)
    if group > 1:
        mask = _hold(mask, group)
    if block > 1:
        mask = _align_to_blocks(mask, block)
    return torch.from_numpy(mask).float()


def person_mask(track: PoseTrack, *, grow: float = 0.04) -> Float[Tensor, "T {track.height} {track.width}"]:
    """1 where a person stands, in the track's pixels: what a camera solver must not look at."""
    return torch.from_numpy(_mask(track, grow)).float()
