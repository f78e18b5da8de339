"""COCO-WholeBody index constants, and small helpers over a PoseTrack."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from ..io.pose_files import (  # noqa: F401  re-exported: the pose family looks here
    BODY,
    FACE,
    FEET,
    LEFT_HAND,
    OPENPOSE_18,
    POINTS,
    RIGHT_HAND,
    VISIBLE,
    from_pose_keypoint,
    to_pose_keypoint,
)
from ..types import PoseTrack

NOSE, LEFT_EYE, RIGHT_EYE, LEFT_EAR, RIGHT_EAR = 0, 1, 2, 3, 4
LEFT_SHOULDER, RIGHT_SHOULDER, LEFT_ELBOW, RIGHT_ELBOW, LEFT_WRIST, RIGHT_WRIST = 5, 6, 7, 8, 9, 10
LEFT_HIP, RIGHT_HIP, LEFT_KNEE, RIGHT_KNEE, LEFT_ANKLE, RIGHT_ANKLE = 11, 12, 13, 14, 15, 16

# The 19 body links in the order of the drawing (ankle-knee first, shoulder last).
BODY_LINKS = (
    (15, 13),
    (13, 11),
    (16, 14),
    (14, 12),
    (11, 12),
    (5, 11),
    (6, 12),
    (5, 6),
    (5, 7),
    (6, 8),
    (7, 9),
    (8, 10),
    (1, 2),
    (0, 1),
    (0, 2),
    (1, 3),
    (2, 4),
    (3, 5),
    (4, 6),
)  # Within one hand (0 = wrist): five fingers of four links.
HAND_LINKS = tuple((0 if k == 0 else 4 * f + k, 4 * f + k + 1) for f in range(5) for k in range(4))
# Within the face (iBUG 68): runs of consecutive points; a closed run joins its last point to its first.
FACE_RUNS = (
    (0, 16, False), (17, 21, False), (22, 26, False), (27, 30, False), (31, 35, False),
    (36, 41, True), (42, 47, True), (48, 59, True), (60, 67, True),
)  # fmt: skip
FACE_LINKS = tuple(
    link for a, b, closed in FACE_RUNS for link in [(i, i + 1) for i in range(a, b)] + ([(b, a)] if closed else [])
)

BODY_PAIRS = ((1, 2), (3, 4), (5, 6), (7, 8), (9, 10), (11, 12), (13, 14), (15, 16))
FEET_PAIRS = ((17, 20), (18, 21), (19, 22))
_FACE_PAIRS = (
    *((i, 16 - i) for i in range(8)), *((17 + i, 26 - i) for i in range(5)), (31, 35), (32, 34),
    (36, 45), (37, 44), (38, 43), (39, 42), (40, 47), (41, 46), (48, 54), (49, 53), (50, 52), (55, 59), (56, 58),
    (60, 64), (61, 63), (65, 67),
)  # fmt: skip
PAIRS = (  # left-right pairs of all 133 points
    *BODY_PAIRS,
    *FEET_PAIRS,
    *((FACE.start + a, FACE.start + b) for a, b in _FACE_PAIRS),
    *((LEFT_HAND.start + i, RIGHT_HAND.start + i) for i in range(21)),
)


def flip_index() -> Int[Tensor, "133"]:
    """For each point its left-right partner (itself on the midline)."""
    index = torch.arange(POINTS)
    for a, b in PAIRS:
        index[a], index[b] = b, a
    return index


def visible(track: PoseTrack) -> Tensor:
    """Bool (T,P,133): points that may be used."""
    return (track.score >= VISIBLE) & torch.isfinite(track.xy).all(-1)


def neck(track: PoseTrack) -> tuple[Float[Tensor, "T P 2"], Float[Tensor, "T P"]]:
    """OpenPose's neck, the middle of the shoulders (pixels), and its score, the lower of the two."""
    shoulders = [LEFT_SHOULDER, RIGHT_SHOULDER]
    return track.xy[:, :, shoulders].mean(2), track.score[:, :, shoulders].amin(2)


def body_size(xy: Float[np.ndarray, "133 2"], score: Float[np.ndarray, "133"]) -> float:
    """The diagonal (px) of the box about the points that were found; at least 1."""
    found = xy[score > 0]
    return max(float(np.linalg.norm(np.ptp(found, axis=0))), 1.0) if len(found) else 1.0


def mirrored(track: PoseTrack) -> PoseTrack:
    """The pose as a mirror shows it: left is right, in the picture and in the names of the points."""
    order = flip_index()
    xy = track.xy[:, :, order].clone()
    xy[..., 0] = track.width - xy[..., 0]
    return replace(track, xy=xy, score=track.score[:, :, order].clone())
