"""Pinhole projection: pixel centres at (i+0.5, j+0.5), K in pixels, depth is planar z."""

from __future__ import annotations

import math

import torch
from jaxtyping import Float
from torch import Tensor

from ..types import Cameras
from .rigid import rotate


def intrinsics(width: int, height: int, focal: float | None = None) -> Float[Tensor, "3 3"]:
    """K in pixels of a centred camera; focal None means f = width (53 degrees across)."""
    f = float(width if focal is None else focal)
    if not f > 4:
        raise ValueError(f"focal must be in pixels (> 4), got {f:.4g}; multiply by the width")
    return torch.tensor([[f, 0.0, width / 2], [0.0, f, height / 2], [0.0, 0.0, 1.0]])


def focal_from_fov(size: int, fov_degrees: float) -> float:
    """Focal length in pixels of a camera that sees fov_degrees across `size` pixels."""
    return 0.5 * size / math.tan(math.radians(fov_degrees) / 2)


def rescale(K: Float[Tensor, "*B 3 3"], sx: float, sy: float) -> Float[Tensor, "*B 3 3"]:
    """K of the same camera after its picture was resized by sx, sy."""
    return K * torch.tensor([[sx], [sy], [1.0]], dtype=K.dtype, device=K.device)


def shift(K: Float[Tensor, "*B 3 3"], left: float, top: float) -> Float[Tensor, "*B 3 3"]:
    """K after `left` and `top` pixels were cut off (negative: padded)."""
    out = K.clone()
    out[..., 0, 2] -= left
    out[..., 1, 2] -= top
    return out


def pixel_grid(width: int, height: int, device: torch.device | None = None) -> Float[Tensor, "H W 2"]:
    """(u, v) of every pixel centre."""
    u = torch.arange(width, dtype=torch.float32, device=device) + 0.5
    v = torch.arange(height, dtype=torch.float32, device=device) + 0.5
    return torch.stack(torch.meshgrid(u, v, indexing="xy"), -1)


def rays(K: Float[Tensor, "3 3"], width: int, height: int) -> Float[Tensor, "H W 3"]:
    """Directions with z = 1 through every pixel centre, in the camera frame."""
    return lift(pixel_grid(width, height, K.device), K)


def lift(uv: Float[Tensor, "*N 2"], K: Float[Tensor, "3 3"]) -> Float[Tensor, "*N 3"]:
    """Directions with z = 1 through pixel positions, in the camera frame."""
    y = (uv[..., 1] - K[1, 2]) / K[1, 1]
    x = (uv[..., 0] - K[0, 2] - K[0, 1] * y) / K[0, 0]
    return torch.stack([x, y, torch.ones_like(x)], -1)


def unproject(z: Float[Tensor, "H W"], K: Float[Tensor, "3 3"], c2w: Float[Tensor, "4 4"]) -> Float[Tensor, "H W 3"]:
    """World points of every pixel of a planar depth map."""
    points = rays(K, z.shape[1], z.shape[0]) * z[..., None]
    return rotate(points, c2w[:3, :3]) + c2w[:3, 3]


def project(
    points: Float[Tensor, "*N 3"], K: Float[Tensor, "3 3"], w2c: Float[Tensor, "4 4"]
) -> tuple[Float[Tensor, "*N 2"], Float[Tensor, "*N"]]:
    """Pixel position and planar z of world points; positions are meaningless where z <= 0."""
    camera = rotate(points, w2c[:3, :3]) + w2c[:3, 3]
    z = camera[..., 2]
    homogeneous = rotate(camera, K)
    return homogeneous[..., :2] / torch.where(z.abs() > 1e-9, z, torch.ones_like(z))[..., None], z


def turning_homographies(cameras: Cameras) -> Float[Tensor, "T 3 3"]:
    """Pixels of frame 0 to pixels of every frame, float64, for cameras that do not travel: K_t R_t R_0^-1 K_0^-1."""
    K, c2w = cameras.K.double(), cameras.c2w[:, :3, :3].double()
    return K @ c2w.mT @ c2w[:1] @ torch.linalg.inv(K[:1])
