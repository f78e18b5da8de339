"""Masks from poses: where a video model may paint the character, and where a driving person stands."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from ..types import LazyFrames, PoseTrack
from .keypoints import FACE, LEFT_HAND, RIGHT_HAND, visible
from .matte import CarriedMatte, carried_matte
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


@dataclass(frozen=True, kw_only=True)
class _Person:
    """One person of a track, and the sizes that hold for the whole clip."""

    xy: np.ndarray  # (T,133,2) pixels
    seen: np.ndarray  # (T,133)
    unit: float  # shoulder width, px
    margin: float  # px

    def draw(self, mask: np.ndarray, frame: int) -> None:
        """Sets where the person is in a frame to 1 in a uint8 mask."""
        if self.seen[frame].any():
            for shape in _shapes(self.xy[frame], self.seen[frame], self.unit):
                _paint(mask, shape, shape.radius + self.margin)


def _people(track: PoseTrack, grow: float) -> list[_Person]:
    """Everybody who is ever seen; grow is a margin as a share of the body's height."""
    xy, seen = track.xy.double().numpy(), visible(track).numpy()
    return [
        _Person(
            xy=xy[:, p],
            seen=seen[:, p],
            unit=_shoulder_width(xy[:, p], seen[:, p]),
            margin=grow * _height(xy[:, p], seen[:, p]),
        )
        for p in range(xy.shape[1])
        if seen[:, p].any()
    ]


def _height(xy: np.ndarray, seen: np.ndarray) -> float:
    """The median height of what is seen of a person, (T,133,2) pixels."""
    return float(np.median([np.ptp(xy[t, seen[t], 1]) for t in np.flatnonzero(seen.any(1))]))


def _add_matte(mask: np.ndarray, carried: CarriedMatte, frame: int, margin: float) -> None:
    """Adds the reference's matte, carried along with person 0 and grown by the margin (pixels), in place."""
    reach = 2 * max(int(np.ceil(margin * carried.width / mask.shape[1])), 1) + 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
    small = cv2.dilate(carried.at(frame), kernel).astype(np.float32)
    grown = cv2.resize(small, mask.shape[::-1], interpolation=cv2.INTER_LINEAR)
    np.maximum(mask, (grown > 0.5).astype(np.uint8), out=mask)


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


def _align_to_blocks(mask: np.ndarray, block: int) -> np.ndarray:
    """Every block x block cell that the mask (H,W) touches, whole."""
    height, width = mask.shape
    rows, columns = -(-height // block), -(-width // block)
    padded = np.pad(mask, ((0, rows * block - height), (0, columns * block - width)))
    cells = padded.reshape(rows, block, columns, block).max((1, 3))
    return cells.repeat(block, 0).repeat(block, 1)[:height, :width]


class PaintMask(LazyFrames):
    """`paint_mask`, drawn when a slice of it is read; what needs the whole clip is found out once, from the points."""

    def __init__(
        self,
        track: PoseTrack,
        *,
        reference_pose: PoseTrack | None = None,
        reference_alpha: Float[Tensor, "H W"] | None = None,
        grow: float = 0.08,
        group: int = 4,
        block: int = 0,
    ) -> None:
        self.shape = (len(track), track.height, track.width)
        steady = _without_gaps(track)
        self._people = _people(steady, grow)
        self._group, self._block = max(group, 1), block
        self._first = 1 if len(track) % self._group == 1 else 0  # 4k+1: the first frame alone, as in a causal VAE
        self._carried: CarriedMatte | None = None
        if reference_pose is not None and reference_alpha is not None and visible(steady)[:, 0].any():
            self._carried = carried_matte(track, reference_pose, reference_alpha.detach().cpu().numpy())

    def __getitem__(self, cut: slice) -> Float[Tensor, "S H W"]:
        start, stop = self.span(cut)
        out = np.zeros((stop - start, *self.shape[1:]), np.uint8)
        frame = start
        while frame < stop:
            begin, end = self._held_with(frame)
            joined = np.max([self._frame(i) for i in range(begin, end)], axis=0)
            shown = min(end, stop)
            out[frame - start : shown - start] = _align_to_blocks(joined, self._block) if self._block > 1 else joined
            frame = shown
        return torch.from_numpy(out).float()

    def _held_with(self, frame: int) -> tuple[int, int]:
        """Begin and end of the group of frames that share one mask with this one."""
        if frame < self._first:
            return 0, self._first
        begin = frame - (frame - self._first) % self._group
        return begin, min(begin + self._group, len(self))

    def _frame(self, frame: int) -> np.ndarray:
        mask = np.zeros(self.shape[1:], np.uint8)
        for person in self._people:
            person.draw(mask, frame)
        if self._carried is not None:
            _add_matte(mask, self._carried, frame, self._people[0].margin)
        return mask


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
    given = {"reference_pose": reference_pose, "reference_alpha": reference_alpha}
    return PaintMask(track, **given, grow=grow, group=group, block=block)[:]


def person_mask(track: PoseTrack, *, grow: float = 0.04) -> Float[Tensor, "T {track.height} {track.width}"]:
    """1 where a person stands, in the track's pixels: what a camera solver must not look at."""
    people = _people(track, grow)
    mask = np.zeros((len(track), track.height, track.width), np.uint8)
    for frame, shown in enumerate(mask):
        for person in people:
            person.draw(shown, frame)
    return torch.from_numpy(mask).float()
