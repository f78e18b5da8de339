"""Poses drawn over black as public video models were trained on them: the 18 points of OpenPose, in DWPose's colours.

Facts from the published preprocessing of VACE (vace/annotators/pose.py) and of Wan Animate
(wan/modules/animate/preprocess): which points and links, colours, and widths relative to the picture's shorter side.
"""

from __future__ import annotations

import colorsys
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from ..io.pose_files import FACE, LEFT_HAND, OPENPOSE_18, RIGHT_HAND, VISIBLE
from ..types import PoseTrack

_LIMBS = (  # 12 of the body, 5 of the head, 2 of the feet
    (1, 2), (1, 5), (2, 3), (3, 4), (5, 6), (6, 7), (1, 8), (8, 9), (9, 10), (1, 11), (11, 12), (12, 13),
    (1, 0), (0, 14), (14, 16), (0, 15), (15, 17), (13, 18), (10, 19),
)  # fmt: skip
_COLOURS = (
    (255, 0, 0), (255, 85, 0), (255, 170, 0), (255, 255, 0), (170, 255, 0), (85, 255, 0), (0, 255, 0), (0, 255, 85),
    (0, 255, 170), (0, 255, 255), (0, 170, 255), (0, 85, 255), (0, 0, 255), (85, 0, 255), (170, 0, 255),
    (255, 0, 255), (255, 0, 170), (255, 0, 85), (200, 200, 0), (100, 100, 0),
)  # fmt: skip
_FEET = 18  # where the two toes stand behind the 18 points, and their two links behind the other 17
_DIMMED = 0.6  # links are darker than points
_FINGERS = tuple((0 if k == 0 else 4 * f + k, 4 * f + k + 1) for f in range(5) for k in range(4))
_Colour = tuple[float | int, ...]  # of 255
_BITS = 4  # fractional bits of cv2's coordinates
_TURN = np.linspace(0, 2 * np.pi, 32, endpoint=False)


@dataclass(frozen=True, kw_only=True)
class DrawingStyle:
    """What is drawn, and how wide: half of a link's width is share * shorter side - less, at least 1 px."""

    share: float
    less: float  # px
    face: bool  # white dots
    hands: bool
    feet: bool
    blue_first: bool  # red and blue exchanged


# VACE's own script gives its drawing with red and blue exchanged (github.com/ali-vilab/VACE/issues/134).
VACE = DrawingStyle(share=4 / 1024, less=0.0, face=True, hands=False, feet=False, blue_first=True)
WAN_ANIMATE = DrawingStyle(share=1 / 200, less=1.0, face=False, hands=True, feet=True, blue_first=False)


def _body(xy: np.ndarray, seen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The 18 points and both toes, (20,2) and (20,), of one person's 133; the neck lies between the shoulders."""
    pairs = [(5, 6) if i < 0 else (i, i) for i in OPENPOSE_18] + [(17, 18), (20, 21)]
    first, second = np.array(pairs).T
    return (xy[first] + xy[second]) / 2, seen[first] & seen[second]


def _fill(canvas: np.ndarray, outline: np.ndarray, colour: _Colour) -> None:
    if np.isfinite(outline).all() and np.abs(outline).max() < 1e5:
        corners = np.round((outline - 0.5) * (1 << _BITS)).astype(np.int32)  # cv2 counts from pixel centres
        cv2.fillConvexPoly(canvas, corners, colour, cv2.LINE_AA, _BITS)


def _dot(canvas: np.ndarray, centre: np.ndarray, radius: float, colour: _Colour) -> None:
    _fill(canvas, centre + radius * np.stack([np.cos(_TURN), np.sin(_TURN)], -1), colour)


def _link(canvas: np.ndarray, a: np.ndarray, b: np.ndarray, half: float, colour: _Colour) -> None:
    """An ellipse from a to b, `half` px to either side in its middle."""
    along = (b - a) / 2
    length = max(float(np.linalg.norm(along)), 1e-6)
    across = half / length * np.array([-along[1], along[0]])
    _fill(canvas, (a + b) / 2 + np.cos(_TURN)[:, None] * along + np.sin(_TURN)[:, None] * across, colour)


def _person(canvas: np.ndarray, xy: np.ndarray, seen: np.ndarray, half: float, style: DrawingStyle) -> None:
    points, shown = _body(xy, seen)
    count = _FEET + 2 if style.feet else _FEET
    for (a, b), colour in zip(_LIMBS[: count - 1], _COLOURS, strict=False):
        if shown[a] and shown[b]:
            _link(canvas, points[a], points[b], half, tuple(_DIMMED * c for c in colour))
    for point, visible, colour in zip(points[:count], shown[:count], _COLOURS, strict=False):
        if visible:
            _dot(canvas, point, half, colour)
    for hand in (LEFT_HAND, RIGHT_HAND) if style.hands else ():
        fine = max(half / 2, 1.0)
        for number, (a, b) in enumerate(_FINGERS):
            if seen[hand][a] and seen[hand][b]:
                hue = colorsys.hsv_to_rgb(number / len(_FINGERS), 1, 255)
                _link(canvas, xy[hand][a], xy[hand][b], fine / 2 + 0.5, hue)
        for point in xy[hand][seen[hand]]:
            _dot(canvas, point, fine, (0, 0, 255))
    for point in xy[FACE][seen[FACE]] if style.face else ():
        _dot(canvas, point, max(0.75 * half, 1.0), (255, 255, 255))


def draw_openpose(
    track: PoseTrack, width: int, height: int, style: DrawingStyle
) -> Float[Tensor, "T {height} {width} 3"]:
    """Every person of the track, scaled to width x height, over black in [0,1]; unsure points are left out."""
    xy = track.xy.double().numpy() * [width / track.width, height / track.height]
    seen = ((track.score >= VISIBLE) & torch.isfinite(track.xy).all(-1)).numpy()
    half = max(style.share * min(width, height) - style.less, 1.0)
    canvases = np.zeros((len(track), height, width, 3), np.uint8)
    for t, p in np.ndindex(xy.shape[:2]):
        _person(canvases[t], xy[t, p], seen[t, p], half, style)
    drawn = torch.from_numpy(canvases).float().div_(255)
    return drawn.flip(-1) if style.blue_first else drawn
