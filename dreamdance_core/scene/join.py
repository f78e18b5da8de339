"""Depth of what was filled in: joined to the known depth without a step, and never in front of what was seen."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
from jaxtyping import Bool, Float
from scipy import sparse
from scipy.sparse.linalg import spsolve
from torch import Tensor

from ..geometry.pinhole import project, rays, unproject
from ..geometry.rigid import rigid_inverse, rotate
from ..types import Cameras, Views
from .warp import EDGE, Surface, dilate, splat, surface, window_range

_BESIDE = 12  # pixels: how far apart a foreground's foot and the background beside it are looked for
_REACH = 0.15  # of the picture's width: how far a residual at the border is trusted into the hole


def fit_inverse_depth(
    new: Float[Tensor, "N"], known: Float[Tensor, "N"], weight: Float[Tensor, "N"] | None = None
) -> tuple[float, float]:
    """Scale and shift (a, b) with known close to a new + b, both inverse depths of the same pixels.

    Huber weights by iteration, so that a wrong tenth of the pixels does not matter. With fewer than 10 pixels, or
    when the best scale is not positive, the ratio of the medians and no shift; (1, 0) without any pixel.
    """
    if len(new) == 0:
        return 1.0, 0.0
    ratio = float(known.median() / new.median().clamp_min(1e-12))
    if len(new) < 10:
        return ratio, 0.0
    base = torch.ones_like(new) if weight is None else weight
    design = torch.stack([new, torch.ones_like(new)], -1).double()
    target, robust, a, b = known.double(), base.double(), ratio, 0.0
    for _ in range(10):
        normal = design.T @ (design * robust[:, None])
        if torch.linalg.matrix_rank(normal, rtol=1e-9) < 2:
            return ratio, 0.0
        a, b = torch.linalg.solve(normal, design.T @ (target * robust)).tolist()
        error = (design @ torch.tensor([a, b], dtype=torch.float64) - target).abs()
        width = 1.5 * error.median().clamp_min(1e-9 * target.abs().max())
        robust = base.double() * (width / error.clamp_min(1e-12)).clamp(max=1)
    # A shift that makes seen surfaces negative is as wrong as a mirrored scale.
    if a <= 0 or float((a * new + b).min()) <= 0:
        return ratio, 0.0
    return a, b


def diffuse(
    values: Float[Tensor, "H W"], weight: Float[Tensor, "H W"], hole: Bool[Tensor, "H W"], reach: float
) -> Float[Tensor, "H W"]:
    """Values of the pixels with weight carried smoothly into the hole, fading to 0 beyond `reach` pixels; else as is.

    Solves the screened Laplace equation; weight is how firmly a pixel beside the hole holds it. Pixels outside the
    hole with weight 0 are walls the values do not cross.
    """
    inside = hole.numpy()
    out = values.clone()
    count = int(inside.sum())
    if count == 0:
        return out
    number = np.full(inside.shape, -1)
    number[inside] = np.arange(count)
    hold, value = np.where(inside, 0, weight.double().numpy()), values.double().numpy()
    diagonal, right = np.full(count, 1.0 / reach**2), np.zeros(count)
    rows, columns = [], []
    for axis in (0, 1):
        here, there = (np.s_[:-1], np.s_[1:]) if axis == 0 else (np.s_[:, :-1], np.s_[:, 1:])
        for first, second in ((here, there), (there, here)):
            row = number[first][inside[first] & inside[second]]
            column = number[second][inside[first] & inside[second]]
            rows.append(row)
            columns.append(column)
            np.add.at(diagonal, row, 1)
            edge = inside[first] & (hold[second] > 0)
            np.add.at(diagonal, number[first][edge], hold[second][edge])
            np.add.at(right, number[first][edge], (hold * value)[second][edge])
    rows, columns = np.concatenate(rows), np.concatenate(columns)
    laplace = sparse.csc_matrix((-np.ones(len(rows)), (rows, columns)), shape=(count, count)) + sparse.diags(diagonal)
    out[hole] = torch.from_numpy(spsolve(laplace.tocsc(), right, permc_spec="MMD_AT_PLUS_A")).float()
    return out


def join_depth(
    guess: Float[Tensor, "H W"],
    z: Float[Tensor, "H W"],
    known: Bool[Tensor, "H W"],
    hole: Bool[Tensor, "H W"],
    *,
    fit: bool,
) -> Float[Tensor, "H W"]:
    """z of the known pixels, and inside the hole the guess made to meet them: planar depths in one unit.

    fit: the guess has its own scale (a depth network's) and is first mapped by scale and shift in inverse depth. What
    remains at the border is carried inward as a ratio. Pixels in neither mask (a foreground beside the hole) do not
    count, and known pixels that stand before the background around them hardly do, so that a hole behind a foreground
    continues the background.
    """
    inverse = 1 / guess.clamp_min(1e-9)
    if fit:
        a, b = fit_inverse_depth(inverse[known], 1 / z[known].clamp_min(1e-9))
        inverse = (a * inverse + b).clamp_min(0.02 * inverse.median() * a)
    residual = torch.where(known, -(z.clamp_min(1e-9) * inverse).log(), torch.zeros_like(z))
    farthest, _ = window_range(torch.where(known, residual, torch.full_like(residual, 10.0)), _BESIDE)
    weight = torch.where(residual > farthest + 0.06, 0.01, 1.0) * known
    carried = diffuse(residual, weight, hole, _REACH * z.shape[1])
    return torch.where(hole, 1 / (inverse * carried.exp()), z)


def push_behind(
    z: Float[Tensor, "H W"], hole: Bool[Tensor, "H W"], camera: Cameras, earlier: list[Surface]
) -> tuple[Float[Tensor, "H W"], Bool[Tensor, "H W"]]:
    """z with hole pixels moved along their rays out of what earlier views saw to be empty, and which of them comply.

    A point is impossible where an earlier view sees a surface behind it (by more than a thirtieth of the depth: half
    of VistaDream's tolerance, so that the earlier view keeps its pixel). The nearest possible depth is taken, farther
    rather than nearer; where there is none, the depth stays and the pixel is not in the returned mask.
    """
    # Farther first at equal distance; 1 = as it is.
    steps = torch.linspace(0, 1.6, 33)[1:]
    factors = torch.cat([torch.ones(1), torch.stack([steps.exp(), (-0.5 * steps).exp()], -1).flatten()])
    out, pending = z.clone(), hole.clone()
    for factor in factors.tolist():
        if not pending.any():
            break
        points = unproject(z * factor, camera.K[0], camera.c2w[0])[pending]
        possible = torch.ones(len(points), dtype=torch.bool)
        for source in earlier:
            possible &= ~_in_front(points, source)
        chosen = torch.zeros_like(hole)
        chosen[pending] = possible
        out[chosen] = z[chosen] * factor
        pending &= ~chosen
    return out, hole & ~pending


def _in_front(points: Tensor, source: Surface) -> Tensor:
    """Which points an earlier view would have seen in front of its surface."""
    h, w = source.inverse.shape
    at, z = project(points, source.K, rigid_inverse(source.c2w))
    x, y = at[:, 0].floor().long(), at[:, 1].floor().long()
    inside = (z > 1e-6) & (x >= 0) & (x < w) & (y >= 0) & (y < h)
    inverse = source.inverse[y.clamp(0, h - 1), x.clamp(0, w - 1)]
    reference = 1 / inverse.clamp_min(1e-9)
    return inside & (inverse > 0) & (reference - z > (reference + z) / 60)


def keep_in_sight(view: Views, reference: Surface) -> Bool[Tensor, "H W"]:
    """The view's fresh pixels without those that would stand before what the reference view shows.

    push_behind looks at pixel centres; here their whole facets are drawn into the reference camera.
    """
    fresh = view.fresh[0].clone()
    height, width = reference.inverse.shape
    w2c = rigid_inverse(reference.c2w)
    for _ in range(3):
        drawn = splat(surface(replace(view, fresh=fresh[None]), 0), reference.K, w2c, width, height)
        covering = (reference.inverse > 0) & ((1 - EDGE / 2) * drawn > reference.inverse)  # warp's rule of who is seen
        if not covering.any():
            break
        points = unproject(view.depth.z[0], view.cameras.K[0], view.cameras.c2w[0])[fresh]
        at, z = project(points, reference.K, w2c)
        x, y = (at[:, i].floor().long().clamp(0, n - 1) for i, n in ((0, width), (1, height)))  # facets reach inside
        blame = (z > 1e-6) & dilate(covering, 2)[y, x] & (1 / z.clamp_min(1e-6) > reference.inverse[y, x])
        if not blame.any():
            break
        fresh[fresh.clone()] = ~blame
    return fresh


def shell_planes(z: Float[Tensor, "H W"], valid: Bool[Tensor, "H W"], K: Float[Tensor, "3 3"], seed: int) -> Tensor:
    """The planes (N,3) that close the scene off behind everything seen: n with n.X = 1 for points X, camera frame.

    Planes are linear in inverse depth. Random local fits vote; a plane counts when it carries pixels and nothing seen
    lies behind it, so floors, walls and backdrops are found and the sides of furniture are not. Empty for scenes
    without such planes.
    """
    h, w = z.shape
    stride = max(1, round((h * w / 5000) ** 0.5))
    keep = valid[::stride, ::stride]
    rows, columns = keep.shape
    position = rays(K, w, h)[::stride, ::stride]
    inverse = 1 / z[::stride, ::stride].clamp_min(1e-9)
    random = np.random.default_rng(seed)
    centre = np.argwhere(keep.numpy())
    if len(centre) < 50:
        return torch.zeros(0, 3)
    picks = centre[random.integers(len(centre), size=3000)][:, None]
    spread = np.exp(random.uniform(np.log(2), np.log(max(rows, columns) / 4), (3000, 1, 1)))
    picks = np.concatenate([picks, (picks + random.normal(size=(3000, 2, 2)) * spread).round().astype(int)], 1)
    picks = torch.from_numpy(np.clip(picks, 0, [rows - 1, columns - 1]))
    corner, value = position[picks[..., 0], picks[..., 1]], inverse[picks[..., 0], picks[..., 1]]
    sound = (torch.linalg.det(corner).abs() > 1e-5) & keep[picks[..., 0], picks[..., 1]].all(-1)
    planes = torch.linalg.solve(corner[sound], value[sound])
    return _vote(planes, position[keep], inverse[keep])


def _vote(planes: Tensor, position: Tensor, inverse: Tensor) -> Tensor:
    predicted = (planes[:, None] * position).sum(
        -1
    ) / inverse  # 1 = on the plane; more = the plane is in front of the pixel
    on, in_front = (predicted - 1).abs() < 0.02, (predicted > 1.05).float().mean(1)
    found, free = [], torch.ones(len(inverse), dtype=torch.bool)
    for _ in range(6):
        support = (on & free).float().mean(1) - 3 * in_front
        best = int(support.argmax())
        if support[best] < 0.015:
            break
        weight = on[best] & free
        points, values = position[weight].double(), inverse[weight].double()
        normal = (points[:, :, None] * points[:, None]).sum(0)
        normal += 1e-9 * normal.trace() * torch.eye(3, dtype=torch.float64)  # pixels in one line fix no plane
        plane = torch.linalg.solve(normal, (points * values[:, None]).sum(0)).float()
        found.append(plane)
        free &= ((plane * position).sum(-1) / inverse - 1).abs() > 0.03
    return torch.stack(found) if found else torch.zeros(0, 3)


def shell_depth(
    planes: Float[Tensor, "N 3"], far: float, camera: Cameras, sky: float | None = None
) -> Float[Tensor, "H W"]:
    """z of the shell seen from a camera inside it: the nearest plane along each ray, else `far`, or with a sky's radius
    the sphere around the world's origin."""
    K, c2w = camera.K[0], camera.c2w[0]
    ray = rays(K, camera.width, camera.height)
    inverse = torch.full(ray.shape[:2], 1 / far)
    if sky is not None:
        direction, centre = rotate(ray, c2w[:3, :3]), c2w[:3, 3]
        a, b = direction.square().sum(-1), (direction * centre).sum(-1)
        inverse = a / (-b + (b * b + a * (sky**2 - centre.square().sum()).clamp_min(0.01 * sky**2)).sqrt())
    for plane in planes:
        distance = 1 - plane @ c2w[:3, 3]
        if distance > 0.05:
            inverse = torch.maximum(inverse, (ray * (c2w[:3, :3].T @ plane)).sum(-1) / distance)
    return 1 / inverse
