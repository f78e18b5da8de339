"""Training pictures for cameras that no view stands at: a view resampled through the Gaussians' own depth.

A field fitted to one picture alone is free to crack and to ring as soon as the camera moves: its splats only have to
add up at the pixel centres of that picture. What a nearby camera sees of the same surface is known, so it is used.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float
from torch import Tensor

from ..geometry.pinhole import project, unproject
from ..geometry.rigid import look_at, rigid, rigid_inverse, so3_exp, so3_log
from ..types import Views

_AGREE = 0.02  # relative difference of z up to which two views see the same surface point


def between(a: Float[Tensor, "4 4"], b: Float[Tensor, "4 4"], share: float) -> Float[Tensor, "4 4"]:
    """The pose `share` of the way from a to b, along the straight line and the shortest rotation."""
    turn = so3_exp(share * so3_log(a[:3, :3].T @ b[:3, :3]))
    return rigid(a[:3, :3] @ turn, a[:3, 3] + share * (b[:3, 3] - a[:3, 3]))


def sway(distance: float, generator: torch.Generator, amount: float = 0.12) -> Float[Tensor, "4 4"]:
    """A pose near the identity that still looks at the point `distance` ahead; moves up to `amount` of it aside."""
    aside = (torch.rand(3, generator=generator) * 2 - 1) * torch.tensor([1.0, 0.5, 0.5]) * amount * distance
    return look_at(aside, torch.tensor([0.0, 0.0, distance]))


def resample(
    views: Views, i: int, z: Float[Tensor, "h w"], K: Float[Tensor, "3 3"], c2w: Float[Tensor, "4 4"]
) -> tuple[Float[Tensor, "h w 3"], Bool[Tensor, "h w"]]:
    """What view i shows of the surface that a camera sees at planar z, and where it really is that surface."""
    height, width = views.trusted[i].shape
    uv, distance = project(unproject(z, K, c2w), views.cameras.K[i], rigid_inverse(views.cameras.c2w[i]))
    size = torch.tensor([width, height], dtype=uv.dtype, device=uv.device)
    grid = (uv / size * 2 - 1)[None]
    source = views.frames[i].permute(2, 0, 1)[None]
    rgb = F.grid_sample(source, grid, "bicubic", "border", align_corners=False)[0].permute(1, 2, 0).clamp(0, 1)
    known = (views.depth.valid[i] & (views.trusted[i] > 0)).to(uv.dtype)
    known = -F.max_pool2d(-known[None, None], 5, 1, 2)[0, 0]  # the bicubic kernel reaches 2 px
    surface = torch.where(known > 0, views.depth.z[i], -1.0)
    seen = F.grid_sample(surface[None, None], grid, "nearest", "border", align_corners=False)[0, 0]
    inside = ((uv > 0.5) & (uv < size - 0.5)).all(-1)
    return rgb, inside & (distance > 0) & ((seen - distance).abs() < _AGREE * distance)
