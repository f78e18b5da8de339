"""Draws deformed layers over a picture."""

from __future__ import annotations

import cv2
import numpy as np

_FAR = -1e4  # a texture coordinate outside every texture


def inverse_map(moved: np.ndarray, rest: np.ndarray, triangles: np.ndarray, width: int, height: int) -> np.ndarray:
    """(H,W,2) float32: for each canvas pixel the rest position (pixels) of the triangle over it; far away if none.

    moved and rest (V,2); where triangles overlap the later one wins. All pixels of all triangles' boxes at once.
    """
    out = np.full((height, width, 2), _FAR, np.float32)
    corners = moved[triangles]
    low = np.clip(np.floor(corners.min(1) - 0.5), 0, [width, height]).astype(np.int64)
    high = np.clip(np.ceil(corners.max(1) + 0.5), 0, [width, height]).astype(np.int64)
    size = np.maximum(high - low, 0)
    a, b, c = corners[:, 0], corners[:, 1], corners[:, 2]
    area = (b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0]
    number = np.where(np.abs(area) > 1e-6, size[:, 0] * size[:, 1], 0)
    of = np.repeat(np.arange(len(triangles)), number)
    if len(of) == 0:
        return out
    at = np.arange(len(of)) - np.repeat(np.cumsum(number) - number, number)
    x = low[of, 0] + at % size[of, 0]
    y = low[of, 1] + at // size[of, 0]
    # Barycentric coordinates are affine in the pixel: three planes per triangle, and rest = one affine map of it.
    inverse = 1 / np.where(np.abs(area) > 1e-6, area, 1.0)
    px, py = x + 0.5 - a[of, 0], y + 0.5 - a[of, 1]
    u = (px * (c - a)[of, 1] - py * (c - a)[of, 0]) * inverse[of]
    v = (py * (b - a)[of, 0] - px * (b - a)[of, 1]) * inverse[of]
    inside = (u > -1e-6) & (v > -1e-6) & (u + v < 1 + 1e-6)
    of, x, y, u, v = of[inside], x[inside], y[inside], u[inside, None], v[inside, None]
    r = rest[triangles]
    out[y, x] = r[of, 0] + u * (r[of, 1] - r[of, 0]) + v * (r[of, 2] - r[of, 0])
    return out


def draw_over(picture: np.ndarray, texture: np.ndarray, where: np.ndarray) -> None:
    """Draws a texture (h,w,4) over the picture (H,W,4) in place, both premultiplied; where (H,W,2): texture pixels."""
    rows, columns = np.nonzero(where[..., 0] > _FAR / 2)
    if len(rows) == 0:
        return
    box = (slice(rows.min(), rows.max() + 1), slice(columns.min(), columns.max() + 1))
    drawn = cv2.remap(texture, where[box] - 0.5, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=0)
    picture[box] = drawn + (1 - drawn[..., 3:]) * picture[box]
