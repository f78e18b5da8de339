"""Masks from poses: where a video model may paint the character, and where a driving person stands."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from ..types import PoseTrack
from .keypoints import FACE, LEFT_HAND, RIGHT_HAND, visible

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
_OWN_LIMIT = {"hand": 0.5, "foot": 0.5, "forearm": 1.0, "upper_arm": 1.0}  # shoulder widths; hair beside a raised hand
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


def _own_radii(pose: PoseTrack, alpha: np.ndarray) -> dict[str, float]:
    """How far the reference's matte reaches from each part of its skeleton, in shoulder widths.

    Every matte pixel counts for the part it exceeds least, so that hair widens the head and a skirt the thighs.
    """
    size = min(1.0, 160 / max(alpha.shape))
    small = cv2.resize(alpha, None, fx=size, fy=size, interpolation=cv2.INTER_AREA)
    scale = np.array([small.shape[1] / pose.width, small.shape[0] / pose.height])
    xy, seen = pose.xy[:1, 0].double().numpy() * scale, visible(pose)[:1, 0].numpy()
    unit = _shoulder_width(xy, seen)
    shapes = _shapes(xy[0], seen[0], unit)
    inside = small > 0.5
    if not shapes or not inside.any():
        return {}
    reach = []
    for shape in shapes:
        line = np.zeros(small.shape, np.uint8)
        _paint(line, shape, 0.5)
        reach.append(cv2.distanceTransform(1 - line, cv2.DIST_L2, 5)[inside] if line.any() else np.inf * inside[inside])
    reach = np.stack(reach)
    nearest = np.argmin(reach - np.array([[s.radius] for s in shapes]), 0)
    radii: dict[str, float] = {}
    for i, shape in enumerate(shapes):
        mine = reach[i, nearest == i]
        if len(mine):
            own = min(float(np.quantile(mine, 0.98)) / unit, _OWN_LIMIT.get(shape.part, 2.0))
            radii[shape.part] = max(radii.get(shape.part, 0.0), own)
    return radii


def _mask(track: PoseTrack, own: dict[str, float], grow: float) -> np.ndarray:
    """uint8 (T,H,W), 1 = a person; grow is a margin as a share of the body's height."""
    xy, seen = track.xy.double().numpy(), visible(track).numpy()
    mask = np.zeros((len(track), track.height, track.width), np.uint8)
    for p in range(xy.shape[1]):
        some = seen[:, p].any(1)
        if not some.any():
            continue
        unit = _shoulder_width(xy[:, p], seen[:, p])
        heights = [np.ptp(xy[t, p, seen[t, p], 1]) for t in np.flatnonzero(some)]
        margin = grow * float(np.median(heights))
        for t in np.flatnonzero(some):
            for shape in _shapes(xy[t, p], seen[t, p], unit):
                radius = max(shape.radius, own.get(shape.part, 0.0) * unit) + margin
                _paint(mask[t], shape, radius)
    return mask


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

    Capsules of 0.35 shoulder widths along the limbs, the torso filled, discs for head and hands, all grown by `grow`
    body heights: hair, skirts and props exceed a skeleton. The reference's pose and matte, when given, widen each part
    to what this character needs. Frames are joined in groups of `group` (one video latent); `block` > 1 snaps the
    outline to cells of so many pixels, which hides the driving person's shape.
    """
    own = {}
    if reference_pose is not None and reference_alpha is not None:
        own = _own_radii(reference_pose, reference_alpha.detach().cpu().numpy())
    mask = _mask(track, own, grow)
    if group > 1:
        mask = _hold(mask, group)
    if block > 1:
        mask = _align_to_blocks(mask, block)
    return torch.from_numpy(mask).float()


def person_mask(track: PoseTrack, *, grow: float = 0.04) -> Float[Tensor, "T {track.height} {track.width}"]:
    """1 where a person stands, in the track's pixels: what a camera solver must not look at."""
    return torch.from_numpy(_mask(track, {}, grow)).float()
