"""The body: a region of interest from two alignment points, 39 landmarks in it, the next region from their last two."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from .detect import Network
from .roi import Roi, angle_of, crop, to_picture

SIDE = 256  # pixels of the landmark network's input
MIN_PRESENCE = 0.5  # of the network's own "a person is here" value
HIP_CENTRE, FULL_BODY = 33, 34  # auxiliary landmarks that carry the tracking
MIRRORED = [0, 4, 5, 6, 1, 2, 3, 8, 7, 10, 9, *(i + 1 if i % 2 else i - 1 for i in range(11, 33)), *range(33, 39)]


@dataclass(frozen=True, kw_only=True)
class Body:
    """One person in one frame."""

    points: Float[np.ndarray, "39 2"]  # picture pixels
    score: Float[np.ndarray, "33"]  # visibility x presence; 0 outside the picture
    presence: float  # that there is a person at all

    def roi(self) -> Roi:
        """Where to look in the next frame."""
        return roi_of_alignment(self.points[HIP_CENTRE], self.points[FULL_BODY])

    def box(self) -> Float[np.ndarray, "4"]:
        """x0, y0, x1, y1 of the trusted points (of all 33 when fewer than three are), picture pixels."""
        seen = self.points[:33][self.score > 0.3]
        points = seen if len(seen) > 2 else self.points[:33]
        return np.concatenate([points.min(axis=0), points.max(axis=0)])


def roi_of_alignment(hips: Float[np.ndarray, "2"], circle: Float[np.ndarray, "2"]) -> Roi:
    """The square about the hips whose radius reaches `circle` (a point above the head), turned upright, 1.25 times."""
    radius = max(float(np.linalg.norm(circle - hips)), 1.0)
    return Roi(float(hips[0]), float(hips[1]), 2 * radius * 1.25, angle_of(hips, circle, np.pi / 2))


def sigmoid(value: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-np.clip(value, -60, 60)))


def refine(points: Float[np.ndarray, "N 2"], heat: Float[np.ndarray, "h w N"]) -> Float[np.ndarray, "N 2"]:
    """Landmarks (unit square) moved to the centre of mass of the 7 x 7 heat about them where that peaks above 0.5."""
    height, width, count = heat.shape
    refined = points.copy()
    for i in range(count):
        column, row = int(points[i, 0] * width), int(points[i, 1] * height)
        if not (0 <= column < width and 0 <= row < height):
            continue
        y0, x0 = max(0, row - 3), max(0, column - 3)
        window = sigmoid(heat[y0 : row + 4, x0 : column + 4, i])
        if window.max() >= 0.5:
            ys, xs = np.mgrid[: window.shape[0], : window.shape[1]]
            mass = window.sum()
            refined[i] = ((xs + x0) * window).sum() / mass / width, ((ys + y0) * window).sum() / mass / height
    return refined


def find_body(frame: Float[np.ndarray, "H W 3"], roi: Roi, network: Network, *, mirror: bool = False) -> Body | None:
    """The person inside `roi`, or None where the network sees none."""
    rows, flag, _, heat = network(crop(frame, roi, SIDE, mirror=mirror))[:4]
    presence = float(flag.reshape(()))
    if presence < MIN_PRESENCE:
        return None
    rows = rows.reshape(39, 5)
    unit = refine(rows[:, :2] / SIDE, heat[0])
    if mirror:
        unit = unit * [-1, 1] + [1, 0]
        rows, unit = rows[MIRRORED], unit[MIRRORED]
    points = to_picture(roi, unit)
    height, width = frame.shape[:2]
    score = (sigmoid(rows[:, 3]) * sigmoid(rows[:, 4]))[:33] * inside(points[:33], width, height)
    return Body(points=points, score=score, presence=min(presence, 1.0))


def inside(points: Float[np.ndarray, "N 2"], width: int, height: int) -> Float[np.ndarray, "N"]:
    """1 where a point lies in the picture, else 0."""
    return ((points >= 0) & (points <= [width, height])).all(axis=1).astype(float)


def same_person(a: Body, b: Body) -> float:
    """Mean distance of common points over the mean body size: below 0.1 it is one person seen twice."""
    size = (np.linalg.norm(a.points[FULL_BODY] - a.points[HIP_CENTRE]) + a.roi().size / 2.5) / 2
    weight = a.score * b.score + 1e-3
    gap = np.linalg.norm(a.points[:33] - b.points[:33], axis=1)
    return float((gap * weight).sum() / weight.sum() / max(size, 1.0))


def settle(
    frame: Float[np.ndarray, "H W 3"], roi: Roi, network: Network, *, mirror: bool = False
) -> tuple[Body, float] | None:
    """The person of `roi` looked at twice more, from the region its own landmarks give and from one a little off, and
    the drift: the mean change over the body size. A right answer drifts by 0.02; one that is made up, by 0.1 or more.
    """
    first = find_body(frame, roi, network, mirror=mirror)
    second = None if first is None else find_body(frame, first.roi(), network, mirror=mirror)
    if first is None or second is None:
        return None
    own = second.roi()
    off = Roi(own.x + 0.03 * own.size, own.y - 0.03 * own.size, own.size * 1.1, own.angle)
    third = find_body(frame, off, network, mirror=mirror)
    if third is None:
        return None
    return second, max(same_person(first, second), same_person(second, third))
