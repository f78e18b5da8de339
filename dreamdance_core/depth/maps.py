"""Depth maps between sizes, kinds and focal lengths."""

from __future__ import annotations

import math
from dataclasses import replace

import torch
from jaxtyping import Bool, Float
from torch import Tensor
from torch.nn.functional import grid_sample

from ..geometry.pinhole import focal_from_fov, pixel_grid, rescale
from ..types import Depth

EDGE = 0.08  # relative range of inverse depth among four neighbours above which they are not mixed


def resize_depth(depth: Depth, width: int, height: int) -> Depth:
    """The depth maps at another size, K and sky along with them: smooth on surfaces, nearest across depth edges.

    Interpolates inverse depth, which is linear on planes; where the four neighbours differ by more than a twelfth,
    the nearest one is taken, so no value appears between foreground and background.
    """
    h, w = depth.z.shape[1:]
    grid = (pixel_grid(width, height) / torch.tensor([width, height]) * 2 - 1).to(depth.z.device)
    grid = grid[None].expand(len(depth.z), -1, -1, -1)
    inverse = torch.where(depth.valid, 1 / depth.z.clamp_min(1e-9), torch.zeros_like(depth.z))[:, None]

    def sample(values: Tensor, mode: str) -> Tensor:
        return grid_sample(values, grid, mode=mode, padding_mode="border", align_corners=False)[:, 0]

    # The extremes of the bilinear footprint: the four pixels around each sample position.
    corner = torch.nn.functional.pad(inverse, (0, 1, 0, 1), mode="replicate")
    around = [corner[..., i : i + h, j : j + w] for i in (0, 1) for j in (0, 1)]
    high, low = torch.stack(around).amax(0), torch.stack(around).amin(0)
    uv = pixel_grid(width, height).to(depth.z.device) * torch.tensor([w / width, h / height], device=depth.z.device)
    x = (uv[..., 0] - 0.5).floor().clamp(0, w - 1).long()
    y = (uv[..., 1] - 0.5).floor().clamp(0, h - 1).long()
    high, low = high[:, 0, y, x], low[:, 0, y, x]
    mixed = high - low > EDGE * high
    inverse = torch.where(mixed, sample(inverse, "nearest"), sample(inverse, "bilinear"))
    valid = sample(depth.valid[:, None].float(), "nearest") > 0.5
    sky = None if depth.sky is None else sample(depth.sky[:, None].float(), "nearest") > 0.5
    z = torch.where(valid, 1 / inverse.clamp_min(1e-9), torch.ones_like(inverse))
    K = None if depth.K is None else rescale(depth.K, width / w, height / h)
    return replace(depth, z=z, valid=valid, K=K, sky=sky)


def z_from_disparity(
    disparity: Float[Tensor, "H W"],
    near: float = 1.0,
    far: float = 10.0,
    sky: Bool[Tensor, "H W"] | None = None,
) -> Float[Tensor, "H W"]:
    """Planar z in near..far from a relative disparity (larger = nearer, any scale and shift).

    The contrast far/near is a choice: a relative network cannot know it. Percentiles 0.5 and 99.5 of what is not sky
    meet the ends, so that a skyline does not use the contrast up.
    """
    if not 0 < near < far:
        raise ValueError(f"near and far must be 0 < near < far, got {near:.4g} and {far:.4g}")
    seen = disparity.flatten() if sky is None or bool(sky.all()) else disparity[~sky]
    seen = seen[:: max(1, len(seen) // 100000)]
    low, high = torch.quantile(seen, torch.tensor([0.005, 0.995], device=seen.device))
    share = (disparity - low) / (high - low).clamp_min(1e-6)
    return 1 / (1 / far + share.clamp(0, 1) * (1 / near - 1 / far))


def clamp_focal(
    z: Float[Tensor, "H W"], focal: float, narrow: float = 35.0, wide: float = 75.0
) -> tuple[Float[Tensor, "H W"], float]:
    """z and focal with the long side's field of view held within narrow..wide degrees.

    A network's z = f / (inverse W) is proportional to its focal length, so z is rescaled along with it: X and Y of
    every point stay where they were.
    """
    long_side = max(z.shape)
    held = min(max(focal, focal_from_fov(long_side, wide)), focal_from_fov(long_side, narrow))
    if math.isclose(held, focal):
        return z, focal
    return z * (held / focal), held
