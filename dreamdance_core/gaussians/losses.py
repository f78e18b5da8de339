"""What fitting minimises. Every loss takes a weight per pixel; 0 takes the pixel out entirely."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float
from torch import Tensor

_C1, _C2 = 0.01**2, 0.03**2
_WINDOW, _STRIDE = 8, 4  # px


def picture_loss(
    rgb: Float[Tensor, "H W 3"], target: Float[Tensor, "H W 3"], weight: Float[Tensor, "H W"], ssim: float
) -> Float[Tensor, ""]:
    """(1 - ssim) L1 + ssim (1 - SSIM), means by weight; no window sees what stands at a pixel of weight 0."""
    kept = weight[..., None] > 0
    rgb, target = torch.where(kept, rgb, 0.5), torch.where(kept, target, 0.5)
    loss = (1 - ssim) * ((rgb - target).abs().sum(-1) * weight).sum() / (3 * weight.sum()).clamp_min(1e-9)
    if ssim > 0 and min(weight.shape) >= _WINDOW:
        windows = F.avg_pool2d(weight[None], _WINDOW, _STRIDE)[0]
        dissimilar = ((1 - ssim_windows(rgb, target)) * windows).sum() / windows.sum().clamp_min(1e-9)
        loss = loss + ssim * dissimilar
    return loss


def ssim_windows(a: Float[Tensor, "H W 3"], b: Float[Tensor, "H W 3"]) -> Float[Tensor, "h w"]:
    """Structural similarity of 8x8 windows every 4 px, mean over channels.

    Wang et al. 2004 with uniform windows (their first form): sixteen times fewer windows than one per pixel, and
    still every pixel lies in four.
    """
    a, b = a.permute(2, 0, 1), b.permute(2, 0, 1)
    pooled = F.avg_pool2d(torch.cat([a, b, a * a, b * b, a * b]), _WINDOW, _STRIDE)
    mean_a, mean_b, aa, bb, ab = pooled.unflatten(0, (5, 3))
    means, squares = mean_a * mean_b, mean_a**2 + mean_b**2
    return ((2 * means + _C1) * (2 * (ab - means) + _C2) / ((squares + _C1) * (aa + bb - squares + _C2))).mean(0)


def depth_loss(
    z: Float[Tensor, "H W"], target: Float[Tensor, "H W"], weight: Float[Tensor, "H W"]
) -> Float[Tensor, ""]:
    """Mean |1/z - 1/target| by weight, over the mean of 1/target, so that scene units cancel."""
    inverse = 1 / target.clamp_min(1e-6)
    size = (inverse * weight).sum().clamp_min(1e-9)
    return ((1 / z.clamp_min(1e-6) - inverse).abs() * weight).sum() / size


def blob_loss(growth: Float[Tensor, "N"], limit: float = 6.0) -> Float[Tensor, ""]:
    """How far splats outgrow `limit` times the size they started with (0.5 px each, so 3 px), mean over splats."""
    return (growth - limit).clamp_min(0).mean()


def depth_edges(z: Float[Tensor, "H W"], valid: Bool[Tensor, "H W"], jump: float = 0.05) -> Bool[Tensor, "H W"]:
    """True within 2 px of a relative depth jump or of an invalid depth, where expected z mixes two surfaces."""
    filled = torch.where(valid, z, -1.0)
    high = F.max_pool2d(filled[None, None], 5, 1, 2)[0, 0]
    low = -F.max_pool2d(-filled[None, None], 5, 1, 2)[0, 0]
    return (low < 0) | (high - low > jump * (high + low) / 2)
