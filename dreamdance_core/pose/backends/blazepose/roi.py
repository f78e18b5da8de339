"""Regions of interest: rotated squares that carry a person, a hand or a face upright into a network, and back."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from jaxtyping import Float


class Roi(NamedTuple):
    """A square in picture pixels (pixel centres at +0.5), turned clockwise by `angle` radians (y points down)."""

    x: float
    y: float
    size: float
    angle: float = 0.0


def whole_picture(width: int, height: int) -> Roi:
    """The smallest upright square around the picture: letterboxing."""
    return Roi(width / 2, height / 2, float(max(width, height)))


def squares(width: float, height: float, side: float) -> list[Roi]:
    """Squares of `side` that cover the picture, neighbours overlapping by half or more."""
    axes = []
    for length in (width, height):
        count = int(np.ceil(2 * length / side)) - 1 if length > side else 1
        axes.append(np.linspace(side / 2, length - side / 2, count) if count > 1 else np.array([length / 2]))
    return [Roi(float(x), float(y), side) for y in axes[1] for x in axes[0]]


def to_picture(roi: Roi, points: Float[np.ndarray, "N 2"]) -> Float[np.ndarray, "N 2"]:
    """Points from the unit square of `roi` ((0,0) top left, (1,1) bottom right) to picture pixels."""
    c, s = np.cos(roi.angle), np.sin(roi.angle)
    turned = (points - 0.5) @ np.array([[c, s], [-s, c]])
    return turned * roi.size + np.array([roi.x, roi.y])


def crop(
    frame: Float[np.ndarray, "H W 3"], roi: Roi, side: int, *, mirror: bool = False
) -> Float[np.ndarray, "side side 3"]:
    """The picture inside `roi`, side x side, black where the square leaves the picture; mirrored left-right if asked.

    Large squares are sampled finer and averaged, so that shrinking does not alias.
    """
    oversample = int(np.clip(roi.size // side, 1, 4))
    n = side * oversample
    corners = to_picture(roi, np.array([[0.5, 0.5], [1.5, 0.5], [0.5, 1.5]]) / np.array([n, n]))
    corners = corners - 0.5  # OpenCV counts from the centre of the first pixel
    sign = -1.0 if mirror else 1.0
    along_x = sign * (corners[1] - corners[0])
    origin = corners[0] - (n - 1) * along_x if mirror else corners[0]
    matrix = np.stack([along_x, corners[2] - corners[0], origin], axis=1)
    patch = cv2.warpAffine(frame, matrix, (n, n), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
    return cv2.resize(patch, (side, side), interpolation=cv2.INTER_AREA) if oversample > 1 else patch


def wrap(angle: float) -> float:
    """The same angle in [-pi, pi)."""
    return float((angle + np.pi) % (2 * np.pi) - np.pi)


def angle_of(start: Float[np.ndarray, "2"], stop: Float[np.ndarray, "2"], upright: float) -> float:
    """The turn that makes start -> stop point at `upright` (radians, counter-clockwise as seen) inside the square."""
    return wrap(upright - float(np.arctan2(-(stop[1] - start[1]), stop[0] - start[0])))


def roi_of_box(
    low: Float[np.ndarray, "2"], high: Float[np.ndarray, "2"], angle: float, *, scale: float, shift_y: float = 0.0
) -> Roi:
    """The turned square about an upright picture box, moved by shift_y of its height down its own axis, enlarged."""
    width, height = high - low
    x, y = (low + high) / 2 + shift_y * height * np.array([-np.sin(angle), np.cos(angle)])
    return Roi(float(x), float(y), max(float(width), float(height), 1.0) * scale, angle)


def roi_of_points(points: Float[np.ndarray, "N 2"], angle: float, *, scale: float, shift_y: float = 0.0) -> Roi:
    """The square about `points` with their box measured along the turned axes, so that a turned hand fits as tightly as
    an upright one."""
    c, s = np.cos(angle), np.sin(angle)
    to_own = np.array([[c, -s], [s, c]])  # row vectors: picture axes -> the square's own axes
    own = points @ to_own
    low, high = own.min(axis=0), own.max(axis=0)
    centre = (low + high) / 2 + np.array([0.0, shift_y * (high[1] - low[1])])
    x, y = centre @ to_own.T
    return Roi(float(x), float(y), float(max(*(high - low), 1.0)) * scale, angle)
