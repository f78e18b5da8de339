"""Pose pictures in the drawing style of the method: body, hands and face as three videos on the full canvas.

Links, colours and widths follow MikuDance (arXiv 2411.08656), the predecessor by the same first author; widths are
relative to the shorter side, so that any resolution looks the same.
"""

from __future__ import annotations

import cv2
import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from ..types import PoseTrack
from .keypoints import BODY_LINKS, FACE, FACE_LINKS, HAND_LINKS, LEFT_HAND, RIGHT_HAND, visible

# 13/1344 of the shorter side in points, at 100 dots per inch.
BODY_WIDTH = 13 / 1344 * 100 / 72
FINE_WIDTH = 3 / 1080  # links of hands and face; their dots are twice as wide
_GREEN, _BLUE, _ORANGE, _RED, _PURPLE, _YELLOW = (
    (0, 255, 0), (51, 153, 255), (255, 128, 0), (255, 0, 0), (160, 32, 240), (255, 255, 100),
)  # fmt: skip
BODY_COLOURS = (_GREEN,) * 2 + (_BLUE,) * 2 + (_ORANGE,) * 4 + (_RED, _PURPLE) * 2 + (_YELLOW,) * 7
_WHITE, _CYAN, _MAGENTA, _BROW, _LIP, _EYE = (
    (255, 255, 255), (0, 255, 255), (255, 0, 255), (255, 255, 0), (0, 0, 255), (0, 255, 0),
)  # fmt: skip
FACE_COLOURS = (  # cheekbone, cheek, chin, cheek, cheekbone, brows, nose, eyes; corners of the mouth are white
    (_WHITE,) * 2 + (_CYAN,) * 5 + (_MAGENTA,) * 3 + (_CYAN,) * 5 + (_WHITE,) * 2
    + (_BROW,) * 10 + (_RED,) * 9 + (_EYE,) * 12
    + (_WHITE,) + (_LIP,) * 5 + (_WHITE,) + (_LIP,) * 13
)  # fmt: skip
HAND_COLOURS = (_CYAN,) + (_LIP,) * 4 + (_GREEN,) * 4 + (_RED,) * 4 + (_BROW,) * 4 + (_MAGENTA,) * 4
_SHIFT = 4  # fractional bits of cv2's coordinates
_ARC = np.linspace(-np.pi / 2, np.pi / 2, 9)


def _fill(canvas: np.ndarray, polygon: np.ndarray, colour: tuple[int, int, int]) -> None:
    if np.isfinite(polygon).all() and np.abs(polygon).max() < 1e5:
        # cv2 counts from pixel centres.
        corners = np.round((polygon - 0.5) * (1 << _SHIFT)).astype(np.int32)
        cv2.fillConvexPoly(canvas, corners, colour, cv2.LINE_AA, _SHIFT)


def _stick(canvas: np.ndarray, a: np.ndarray, b: np.ndarray, width: float, colour: tuple[int, int, int]) -> None:
    """A line with round ends; a dot when a equals b. Pixels, drawn in place."""
    angle = np.arctan2(*(b - a)[::-1])
    radius = max(width / 2 - 0.72, 0.0)  # cv2's smooth edge adds this much (measured)
    end = b + radius * np.stack([np.cos(angle + _ARC), np.sin(angle + _ARC)], -1)
    start = a - radius * np.stack([np.cos(angle + _ARC), np.sin(angle + _ARC)], -1)
    _fill(canvas, np.concatenate([end, start]), colour)


def _body(canvas: np.ndarray, xy: np.ndarray, seen: np.ndarray) -> None:
    width = BODY_WIDTH * min(canvas.shape[:2])
    for (a, b), colour in zip(BODY_LINKS, BODY_COLOURS, strict=True):
        if seen[a] and seen[b]:
            _stick(canvas, xy[a], xy[b], width, colour)


def _fine(canvas: np.ndarray, xy: np.ndarray, seen: np.ndarray, links: tuple, colours: tuple) -> None:
    width = FINE_WIDTH * min(canvas.shape[:2])
    for a, b in links:
        if seen[a] and seen[b]:
            _stick(canvas, xy[a], xy[b], width, _WHITE)
    for point, shown, colour in zip(xy, seen, colours, strict=True):
        if shown:
            _stick(canvas, point, point, 2 * width, colour)


def _hands(canvas: np.ndarray, xy: np.ndarray, seen: np.ndarray) -> None:
    for part in (LEFT_HAND, RIGHT_HAND):
        _fine(canvas, xy[part], seen[part], HAND_LINKS, HAND_COLOURS)


# The links of the drawing join points of one colour group only along the jaw, so the groups stay apart.
DRAWN_FACE_LINKS = tuple(link for link in FACE_LINKS if link not in ((1, 2), (6, 7), (9, 10), (14, 15)))


def _face(canvas: np.ndarray, xy: np.ndarray, seen: np.ndarray) -> None:
    _fine(canvas, xy[FACE], seen[FACE], DRAWN_FACE_LINKS, FACE_COLOURS)


def _draw(parts: tuple, track: PoseTrack, canvases: np.ndarray) -> Float[Tensor, "T H W 3"]:
    """Draws on uint8 canvases (T,H,W,3) in place; the track is scaled to their size."""
    height, width = canvases.shape[1:3]
    xy = track.xy.double().numpy() * [width / track.width, height / track.height]
    seen = visible(track).numpy()
    for t, canvas in enumerate(canvases):
        for p in range(xy.shape[1]):
            for part in parts:
                part(canvas, xy[t, p], seen[t, p])
    return torch.from_numpy(canvases).float().div_(255)


def _black(track: PoseTrack, width: int, height: int) -> np.ndarray:
    return np.zeros((len(track), height, width, 3), dtype=np.uint8)


def draw_body(track: PoseTrack, width: int, height: int) -> Float[Tensor, "T {height} {width} 3"]:
    """The 19 body sticks of every person over black, [0,1]; points below the visibility threshold are left out."""
    return _draw((_body,), track, _black(track, width, height))


def draw_hands(track: PoseTrack, width: int, height: int) -> Float[Tensor, "T {height} {width} 3"]:
    """Both hands of every person, at their true place on the full canvas, over black, [0,1]."""
    return _draw((_hands,), track, _black(track, width, height))


def draw_face(track: PoseTrack, width: int, height: int) -> Float[Tensor, "T {height} {width} 3"]:
    """The 68 face points of every person, at their true place on the full canvas, over black, [0,1]."""
    return _draw((_face,), track, _black(track, width, height))


def draw_overlay(frames: Float[Tensor, "T H W 3"], track: PoseTrack) -> Float[Tensor, "T H W 3"]:
    """The frames with body, hands and face drawn over them; the track is scaled to the frames."""
    if len(frames) != len(track):
        raise ValueError(f"frames and pose must have the same length, got {len(frames)} and {len(track)}")
    canvases = (frames.detach().cpu().clamp(0, 1) * 255).round().byte().numpy()
    return _draw((_body, _hands, _face), track, np.ascontiguousarray(canvases))
