"""Room box: floor, far wall, sides and ceiling around the vanishing point of the picture's lines (no weights).

Relief for pictures without a depth network. Where lines meet in a point (rooms, streets) the box opens towards it;
otherwise a ground plane runs to a backdrop at an assumed horizon. Objects are not modelled: they stand on the walls.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from ...geometry.pinhole import focal_from_fov, intrinsics
from ...runtime import Runtime
from ...types import Depth

_SIDE = 480  # px, long side at which lines are sought
_FAR = 6.0  # far wall, in units of the camera's height
_OPEN = 2.0  # how much farther than the far wall the upper end of an open backdrop lies


@dataclass(frozen=True, kw_only=True)
class Layout:
    """What was found, in shares of width and height."""

    x: float = 0.5  # vanishing point
    y: float = 0.45
    left: bool = False  # a wall on that side runs to it
    right: bool = False
    ceiling: bool = False


def find_layout(picture: np.ndarray) -> Layout:
    """The vanishing point most slanted lines run to, or the defaults when too few agree.

    picture: (H,W,3) uint8. Pairs of line segments propose points; segments vote with their length when they point
    there within 2 degrees.
    """
    height, width = picture.shape[:2]
    scale = _SIDE / max(height, width)
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else picture
    gray = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
    h, w = gray.shape
    found = cv2.createLineSegmentDetector().detect(gray)[0]
    if found is None:
        return Layout()
    segments = found.reshape(-1, 4).astype(np.float64)
    along = segments[:, 2:] - segments[:, :2]
    length = np.hypot(*along.T)
    slant = np.abs(np.arctan2(along[:, 1], along[:, 0]))
    slanted = np.abs(np.abs(slant - math.pi / 2) - math.pi / 4) < math.radians(37)  # not level, not upright
    chosen = slanted & (length > 0.04 * math.hypot(w, h))
    segments, along, length = segments[chosen], along[chosen], length[chosen]
    if len(segments) < 6:
        return Layout()
    middle = (segments[:, :2] + segments[:, 2:]) / 2
    point, support = _vote(middle, along / length[:, None], length, w, h)
    if point is None or support.sum() < 5 or length[support].sum() < 0.3 * length.sum():
        return Layout()
    offset, votes = middle[support] - point, length[support]
    # Lines below the horizon belong to the floor; above it, to a wall or, where they are steep, to a ceiling.
    above, steep = offset[:, 1] < -0.02 * h, np.abs(offset[:, 1]) > 0.8 * np.abs(offset[:, 0])
    enough = 0.08 * votes.sum()
    return Layout(
        x=float(point[0] / w),
        y=float(point[1] / h),
        left=bool(votes[above & ~steep & (offset[:, 0] < 0)].sum() > enough),
        right=bool(votes[above & ~steep & (offset[:, 0] > 0)].sum() > enough),
        ceiling=bool(votes[above & steep].sum() > enough) and not _has_sky(small),
    )


def _vote(middle: np.ndarray, direction: np.ndarray, length: np.ndarray, w: int, h: int):
    random = np.random.default_rng(0)
    pairs = random.integers(len(middle), size=(600, 2))
    best, best_score, support = None, 0.0, np.zeros(len(middle), bool)
    for a, b in pairs:
        cross = direction[a, 0] * direction[b, 1] - direction[a, 1] * direction[b, 0]
        if abs(cross) < 0.17:  # under 10 degrees: the meeting point is a guess
            continue
        gap = middle[b] - middle[a]
        point = middle[a] + direction[a] * (gap[0] * direction[b, 1] - gap[1] * direction[b, 0]) / cross
        if not (0.15 * w < point[0] < 0.85 * w and 0.2 * h < point[1] < 0.7 * h):
            continue
        ray = point - middle
        away = np.hypot(*ray.T)
        sine = np.abs(ray[:, 0] * direction[:, 1] - ray[:, 1] * direction[:, 0]) / np.maximum(away, 1e-6)
        agree = (sine < math.sin(math.radians(2))) & (away > 0.03 * w)
        score = np.minimum(length[agree], 0.25 * w).sum()
        if score > best_score:
            best, best_score, support = point, score, agree
    return best, support


def _has_sky(small: np.ndarray) -> bool:
    """A bright or blue, smooth band along the upper edge."""
    top = small[: max(small.shape[0] // 6, 1)].astype(np.float64)
    smooth = np.abs(np.diff(top.mean(-1), axis=1)).mean() < 6
    red, _, blue = top.reshape(-1, 3).mean(0)
    return bool(smooth and (blue > red + 15 or top.mean() > 170))


def box_depth(layout: Layout, width: int, height: int, focal: float) -> Float[Tensor, "H W"]:
    """Planar z of the box, in units of the camera's height above the floor; without steps or holes."""
    u = ((torch.arange(width) + 0.5) / width)[None].expand(height, width)
    v = ((torch.arange(height) + 0.5) / height)[:, None].expand(height, width)
    x, y = (u - layout.x) * width / focal, (v - layout.y) * height / focal
    far = torch.full_like(x, 1 / _FAR)
    if not layout.ceiling:
        rise = (-y / max(layout.y * height / focal, 1e-6)).clamp(0, 1)
        far = far / (1 + (_OPEN - 1) * rise * rise * (3 - 2 * rise))
    planes = [far, y]
    # Walls stand where the far wall's edge is two fifths of the way from the vanishing point to the border.
    for wall, sign, room in ((layout.left, -1, layout.x), (layout.right, 1, 1 - layout.x)):
        if wall:
            planes.append(sign * x / max(0.4 * _FAR * room * width / focal, 1e-6))
    if layout.ceiling:
        planes.append(-y / max(0.4 * _FAR * layout.y * height / focal, 1e-6))
    return 1 / torch.stack(planes).amax(0)


class RoomBox:
    """See DepthBackend."""

    whole_pictures_only = True  # a painted view from the side has no room to fit

    def __call__(self, frames: Float[Tensor, "T H W 3"], K: Float[Tensor, "3 3"] | None = None) -> Depth:
        """Planar z in units of the camera's height, everywhere valid; without a K, f = W within 35..75 degrees."""
        height, width = frames.shape[1:3]
        if K is None:
            narrow, wide = (focal_from_fov(max(width, height), fov) for fov in (35.0, 75.0))
            K = intrinsics(width, height, min(max(float(width), wide), narrow))
        maps = []
        for frame in frames:
            picture = (frame.cpu().clamp(0, 1) * 255).round().to(torch.uint8).numpy()
            maps.append(box_depth(find_layout(picture), width, height, float(K[0, 0])))
        z = torch.stack(maps)
        return Depth(z=z, valid=torch.ones_like(z, dtype=torch.bool), K=K)


def load(run: Runtime) -> RoomBox:
    """The estimator; nothing is loaded."""
    return RoomBox()


def tiny() -> RoomBox:
    """The same; it has no size."""
    return RoomBox()
