"""Pixel-aligned Gaussians: one per picture pixel, on the surface its depth describes."""

from __future__ import annotations

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from ..geometry.pinhole import rays
from ..geometry.rigid import quat_from_matrix, rotate
from ..types import Gaussians, Views
from .projection import SH_C0

SIGMA_PX = 0.5  # along the surface; leaves no gaps while the camera comes up to a fifth nearer
FLATNESS = 0.1  # thickness over width
STRETCH_MAX = 8.0  # of splats on surfaces seen at a grazing angle
OPACITY = 0.95  # finite as a logit, so it can be trained
EDGE = 0.05  # relative jump of z between neighbours that is a depth edge, not a slope
PLANE = 0.2  # relative difference of two neighbouring steps of 1/z up to which both lie on one steep plane
CLIFF = 0.3  # a jump of z that no plane explains


def gaussians_from_views(views: Views, *, sigma_px: float = SIGMA_PX) -> Gaussians:
    """Gaussians at every pixel that has a depth, is trusted and is fresh, in scene units and world frame.

    Each lies flat on its surface and is stretched where the surface is seen at an angle; nothing spans a depth edge.
    Raises ValueError when no pixel qualifies.
    """
    parts = [_from_view(views, i, sigma_px) for i in range(len(views.frames))]
    means, quats, scales, rgb = (torch.cat(values) for values in zip(*parts, strict=True))
    if len(means) == 0:
        raise ValueError("views hold no pixel with valid depth and trusted > 0; check the depth and the masks")
    return Gaussians(
        means=means,
        quats=quats,
        scales=scales,
        opacities=torch.full_like(means[:, 0], OPACITY),
        sh=((rgb - 0.5) / SH_C0)[:, None],
    )


def _from_view(views: Views, i: int, sigma_px: float) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    z, K, c2w = views.depth.z[i], views.cameras.K[i], views.cameras.c2w[i]
    known = views.depth.valid[i] & (views.trusted[i] > 0) & (z > 0)
    start = known if views.fresh is None else known & views.fresh[i]
    direction = rays(K, z.shape[1], z.shape[0])
    points = direction * z[..., None]
    R, spread = _surface_frames(points, direction, known)
    pixel = z / torch.sqrt(K[0, 0] * K[1, 1])
    scales = spread[start] * (sigma_px * pixel[start])[:, None]
    quats = quat_from_matrix(c2w[:3, :3] @ R[start])
    return rotate(points[start], c2w[:3, :3]) + c2w[:3, 3], quats, scales, views.frames[i][start]


def _surface_frames(
    points: Float[Tensor, "H W 3"], direction: Float[Tensor, "H W 3"], known: Bool[Tensor, "H W"]
) -> tuple[Float[Tensor, "H W 3 3"], Float[Tensor, "H W 3"]]:
    """Columns [down-slope, across, normal] per pixel in the camera frame, and the widths along them in pixels."""
    ray = torch.nn.functional.normalize(direction, dim=-1)
    step_x, edge_x = _tangent(points, known, 1)
    step_y, edge_y = _tangent(points, known, 0)
    normal = torch.nn.functional.normalize(torch.linalg.cross(step_x, step_y), dim=-1)
    normal = torch.where((edge_x | edge_y)[..., None], ray, normal)  # no slope known: face the camera
    cosine = (normal * ray).sum(-1, keepdim=True)
    slope = ray - cosine * normal
    flat = slope.norm(dim=-1, keepdim=True) < 1e-4
    x_axis = torch.tensor([1.0, 0.0, 0.0], dtype=points.dtype, device=points.device)
    slope = torch.where(flat, x_axis - normal[..., :1] * normal, slope)
    slope = torch.nn.functional.normalize(slope, dim=-1)
    across = torch.linalg.cross(normal, slope)
    stretch = 1 / cosine[..., 0].abs().clamp_min(1 / STRETCH_MAX)
    one = torch.ones_like(stretch)
    return torch.stack([slope, across, normal], -1), torch.stack([stretch, one, FLATNESS * stretch], -1)


def _tangent(points: Float[Tensor, "H W 3"], known: Bool[Tensor, "H W"], dim: int) -> tuple[Tensor, Tensor]:
    """Step to the neighbour pixel along `dim` on the smoother side, and True where both sides are depth edges.

    A plane is linear in 1/z, however steep: a jump counts as an edge unless the next step on either side equals it.
    """
    known, inverse = known.movedim(dim, 0), 1 / points[..., 2].clamp_min(1e-9).movedim(dim, 0)
    steps = inverse.diff(dim=0)
    relative = steps.abs() / torch.minimum(inverse[1:], inverse[:-1])
    both = known[1:] & known[:-1]
    plane = torch.zeros_like(both)
    bend = (steps[1:] - steps[:-1]).abs() < PLANE * torch.minimum(steps[1:].abs(), steps[:-1].abs())
    plane[1:] |= bend & both[:-1]
    plane[:-1] |= bend & both[1:]
    jump = torch.where(both & ((relative < EDGE) | (plane & (relative < CLIFF))), relative, torch.inf).movedim(0, dim)
    step = points.diff(dim=dim)
    border = torch.full_like(jump.narrow(dim, 0, 1), torch.inf)
    blank = torch.zeros_like(step.narrow(dim, 0, 1))
    after, before = torch.cat([jump, border], dim), torch.cat([border, jump], dim)
    forward, backward = torch.cat([step, blank], dim), torch.cat([blank, step], dim)
    tangent = torch.where((after <= before)[..., None], forward, backward)
    return tangent, torch.minimum(after, before).isinf()
