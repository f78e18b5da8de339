"""Where small patches of one picture lie in another, to a twentieth of a pixel: affine Lucas-Kanade on templates.

Inverse compositional (Baker and Matthews 2004), all points at once. A template stays that of the frame a point was
found in, so that a track cannot drift however long it gets.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Bool, Float, UInt8

RADIUS = 7  # px; a patch is 15 x 15
_WEAK = 1e-3  # of the patch's own energy: an affine change that the texture does not tell is left out
_LEAPS = np.array([0.2, 0.2, 0.2, 0.2, 1, 1], np.float32)  # px or shares; the most that a step may change
_ROUNDS = 8
_CLOSE = 0.01  # px; steps below it end the search


def _square(radius: int) -> Float[np.ndarray, "P 2"]:
    steps = np.arange(-radius, radius + 1, dtype=np.float32)
    return np.stack(np.meshgrid(steps, steps, indexing="xy"), -1).reshape(-1, 2)


_GRID, _WIDER = _square(RADIUS), _square(RADIUS + 1)


@dataclass(frozen=True, kw_only=True)
class Templates:
    """Patches of N points with what their alignment needs."""

    look: Float[np.ndarray, "N P"]  # mean 0, length 1
    slope: Float[np.ndarray, "N 6 P"]  # of look by (a, b, c, d, u, v), the place x + [[a, b], [c, d]] x + (u, v)
    solve: Float[np.ndarray, "N 6 6"]  # the inverse of slope^T slope

    def __getitem__(self, rows: np.ndarray) -> Templates:
        return Templates(look=self.look[rows], slope=self.slope[rows], solve=self.solve[rows])

    def joined(self, other: Templates) -> Templates:
        """These points, then the others."""
        both = ((getattr(self, name), getattr(other, name)) for name in ("look", "slope", "solve"))
        look, slope, solve = (np.concatenate(parts) for parts in both)
        return Templates(look=look, slope=slope, solve=solve)


def templates_at(grey: UInt8[np.ndarray, "h w"], xy: Float[np.ndarray, "N 2"]) -> Templates:
    """The patches around points (pixel centres at +0.5)."""
    patch = _sample(grey, xy, np.tile(np.eye(2, dtype=np.float32), (len(xy), 1, 1)), _WIDER)
    side = 2 * RADIUS + 3
    patch = patch.reshape(-1, side, side)
    gx = (patch[:, 1:-1, 2:] - patch[:, 1:-1, :-2]).reshape(len(xy), len(_GRID)) / 2
    gy = (patch[:, 2:, 1:-1] - patch[:, :-2, 1:-1]).reshape(len(xy), len(_GRID)) / 2
    look, length = _normalised(patch[:, 1:-1, 1:-1].reshape(len(xy), len(_GRID)))
    x, y = _GRID.T
    slope = np.stack([gx * x, gx * y, gy * x, gy * y, gx, gy], 1) / length[..., None]
    slope -= slope.mean(2, keepdims=True)
    normal = np.einsum("nip,njp->nij", slope, slope)
    energy = np.einsum("nii->ni", normal).copy()
    damp = np.zeros_like(normal)
    damp[:, np.arange(6), np.arange(6)] = _WEAK * energy + 1e-9
    return Templates(look=look, slope=slope, solve=np.linalg.inv((normal + damp).astype(np.float64)).astype(np.float32))


def align(
    templates: Templates, grey: UInt8[np.ndarray, "h w"], xy: Float[np.ndarray, "N 2"], bend: Float[np.ndarray, "N 2 2"]
) -> tuple[Float[np.ndarray, "N 2"], Float[np.ndarray, "N 2 2"], Float[np.ndarray, "N"]]:
    """Exact places and affine shapes of the templates near xy, and how alike they look there (1 = the same)."""
    xy, bend = xy.astype(np.float32), bend.astype(np.float32)
    like = np.zeros(len(xy), np.float32)
    todo = np.arange(len(xy))
    for _ in range(_ROUNDS):
        mine = templates[todo]
        look, _ = _normalised(_sample(grey, xy[todo], bend[todo], _GRID))
        like[todo] = np.einsum("np,np->n", look, mine.look)
        # Both have mean 0 and length 1: a difference in brightness or contrast is none.
        step = np.einsum("njp,np->nj", mine.slope, look - mine.look)
        step = np.einsum("nij,nj->ni", mine.solve, step).clip(-_LEAPS, _LEAPS)
        change = np.eye(2, dtype=np.float32) + step[:, :4].reshape(-1, 2, 2)
        bend[todo] = np.einsum("nij,njk->nik", bend[todo], np.linalg.inv(change))
        moved = np.einsum("nij,nj->ni", bend[todo], step[:, 4:])
        xy[todo] -= moved
        todo = todo[(np.abs(moved) > _CLOSE).any(1) | (np.abs(step[:, :4]) > _CLOSE / RADIUS).any(1)]
        if len(todo) == 0:
            break
    return xy.astype(np.float64), bend, like


def sane(bend: Float[np.ndarray, "N 2 2"]) -> Bool[np.ndarray, "N"]:
    """Which shapes a turn, a change of scale and a slant can make of a patch."""
    values = np.linalg.svd(bend, compute_uv=False)
    return (np.linalg.det(bend) > 0) & (values[:, 0] < 3) & (values[:, 1] > 0.3)


def _sample(
    grey: UInt8[np.ndarray, "h w"], xy: Float[np.ndarray, "N 2"], bend: Float[np.ndarray, "N 2 2"], grid: np.ndarray
) -> Float[np.ndarray, "N P"]:
    x, y = ((xy[:, k, None] - 0.5 + bend[:, k, :1] * grid[:, 0] + bend[:, k, 1:] * grid[:, 1]) for k in (0, 1))
    x, y = x.astype(np.float32), y.astype(np.float32)
    parts = [
        cv2.remap(grey, x[k : k + 30000], y[k : k + 30000], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        for k in range(0, len(xy), 30000)  # OpenCV's own limit on a map's side is 32767
    ]
    return np.concatenate(parts).astype(np.float32) if parts else np.zeros((0, len(grid)), np.float32)


def _normalised(patch: Float[np.ndarray, "N P"]) -> tuple[Float[np.ndarray, "N P"], Float[np.ndarray, "N 1"]]:
    patch = patch - patch.mean(1, keepdims=True)
    length = np.maximum(np.linalg.norm(patch, axis=1, keepdims=True), 1e-3)
    return patch / length, length
