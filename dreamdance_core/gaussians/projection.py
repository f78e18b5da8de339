"""EWA projection of 3D Gaussians to picture-plane ellipses, in differentiable torch.

Zwicker et al. 2001, "EWA Volume Splatting", with the constants of gsplat's "classic" mode, so that every rasterizer
here draws the same picture.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor

from ..geometry.rigid import matrix_from_quat

NEAR = 0.01  # scene units; nearer Gaussians are dropped
EPS_2D = 0.3  # px^2 added to the ellipse's covariance: no splat is thinner than a pixel
TAN_MARGIN = 0.3  # of the half view: how far outside the picture the Jacobian still follows the point
ALPHA_MIN = 1 / 255  # fainter contributions are skipped
ALPHA_MAX = 0.999
T_STOP = 1e-4  # a splat that would leave less transmittance is not blended and ends its pixel

SH_C0 = 0.28209479177387814


class View(NamedTuple):
    """One camera at a rasterizer's door."""

    w2c: Float[Tensor, "4 4"]
    K: Float[Tensor, "3 3"]  # pixels, without skew
    width: int
    height: int


class Ellipses(NamedTuple):
    """What a picture sees of the Gaussians in `index`; everything else lies outside it."""

    index: Int[Tensor, "M"]
    xy: Float[Tensor, "M 2"]  # px
    conic: Float[Tensor, "M 3"]  # inverse covariance xx, xy, yy in 1/px^2
    z: Float[Tensor, "M"]
    extent: Float[Tensor, "M 2"]  # px to the left and right, above and below, where alpha reaches 1/255


def project(
    means: Float[Tensor, "N 3"],
    quats: Float[Tensor, "N 4"],
    scales: Float[Tensor, "N 3"],
    opacities: Float[Tensor, "N"],
    view: View,
) -> Ellipses:
    """The ellipses of the Gaussians a camera sees, differentiable in all but the camera and the extents."""
    R, t = view.w2c[:3, :3], view.w2c[:3, 3]
    fx, fy, cx, cy = view.K[0, 0], view.K[1, 1], view.K[0, 2], view.K[1, 2]
    camera = means @ R.T + t
    near = (camera.detach()[:, 2] > NEAR) & (opacities.detach() > ALPHA_MIN)
    index = near.nonzero()[:, 0]
    x, y, z = camera[index].unbind(-1)
    half_x, half_y = 0.5 * view.width / fx, 0.5 * view.height / fy
    slope_x = _clamp(x / z, -(cx / fx + TAN_MARGIN * half_x), (view.width - cx) / fx + TAN_MARGIN * half_x)
    slope_y = _clamp(y / z, -(cy / fy + TAN_MARGIN * half_y), (view.height - cy) / fy + TAN_MARGIN * half_y)
    axes = R @ (matrix_from_quat(quats[index]) * scales[index][:, None, :])  # columns: the axes in camera frame
    right = (fx / z)[:, None] * (axes[:, 0] - slope_x[:, None] * axes[:, 2])
    down = (fy / z)[:, None] * (axes[:, 1] - slope_y[:, None] * axes[:, 2])
    xx, xy, yy = (right * right).sum(-1) + EPS_2D, (right * down).sum(-1), (down * down).sum(-1) + EPS_2D
    det = xx * yy - xy * xy
    conic = torch.stack([yy, -xy, xx], -1) / det[:, None]
    centre = torch.stack([fx * x / z + cx, fy * y / z + cy], -1)
    with torch.no_grad():
        sigmas = (2 * torch.log(opacities[index] / ALPHA_MIN)).sqrt()
        extent = sigmas[:, None] * torch.stack([xx, yy], -1).sqrt()
        size = torch.tensor([view.width, view.height], dtype=centre.dtype, device=centre.device)
        inside = ((centre + extent > 0) & (centre - extent < size)).all(-1) & (det > 0)
        keep = inside.nonzero()[:, 0]
    return Ellipses(index[keep], centre[keep], conic[keep], z[keep], extent[keep])


def _clamp(value: Tensor, low: Tensor, high: Tensor) -> Tensor:
    return torch.minimum(torch.maximum(value, low), high)


def colours(
    sh: Float[Tensor, "N K 3"], means: Float[Tensor, "N 3"], centre: Float[Tensor, "3"]
) -> Float[Tensor, "N 3"]:
    """sRGB colours seen from a camera at `centre`, at least 0; K = 1, 4, 9 or 16 (degrees 0 to 3)."""
    count = sh.shape[1]
    if count not in (1, 4, 9, 16):
        raise ValueError(f"spherical harmonics need 1, 4, 9 or 16 coefficients per Gaussian, got {count}")
    if count == 1:
        return (SH_C0 * sh[:, 0] + 0.5).clamp_min(0.0)
    basis = _sh_basis(torch.nn.functional.normalize(means - centre, dim=-1), count)
    return ((basis[..., None] * sh).sum(1) + 0.5).clamp_min(0.0)


def _sh_basis(direction: Float[Tensor, "N 3"], count: int) -> Float[Tensor, "N K"]:
    """Real spherical harmonics in the order and signs of Kerbl et al. 2023 (Sloan 2013)."""
    x, y, z = direction.unbind(-1)
    xx, yy, zz = x * x, y * y, z * z
    terms = [torch.full_like(x, SH_C0), -0.4886025119029199 * y, 0.4886025119029199 * z, -0.4886025119029199 * x]
    if count > 4:
        terms += [
            1.0925484305920792 * x * y,
            -1.0925484305920792 * y * z,
            0.31539156525252005 * (2 * zz - xx - yy),
            -1.0925484305920792 * x * z,
            0.5462742152960396 * (xx - yy),
        ]
    if count > 9:
        terms += [
            -0.5900435899266435 * y * (3 * xx - yy),
            2.890611442640554 * x * y * z,
            -0.4570457994644658 * y * (4 * zz - xx - yy),
            0.3731763325901154 * z * (2 * zz - 3 * xx - 3 * yy),
            -0.4570457994644658 * x * (4 * zz - xx - yy),
            1.445305721320277 * z * (xx - yy),
            -0.5900435899266435 * x * (xx - 3 * yy),
        ]
    return torch.stack(terms, -1)
