"""A camera path from anywhere made a path through this scene: standardised, scaled, smoothed, kept out of surfaces."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor

from ..geometry.path_edits import smooth
from ..geometry.pinhole import intrinsics, unproject
from ..geometry.rigid import rebase
from ..geometry.trajectory import scale_path
from ..types import Cameras, Depth, Views
from .warp import coverage, surface

_BACK_OFF = 0.9  # share of its offset a colliding camera keeps per try


def place_path(
    cameras: Cameras,
    scene_z: Float[Tensor, "H W"],
    hole_mask: Float[Tensor, "H W"] | None = None,
    *,
    K: Float[Tensor, "3 3"] | None = None,
    median_depth: float | None = None,
    gain: float = 1.0,
    units: Literal["auto", "depth"] = "auto",
    sigma: float = 1.5,
) -> Cameras:
    """The path in the unit of scene_z, re-based to its first pose, for pictures of scene_z's size.

    The scene's K (None: f = W) holds for the first frame; zooms of the path are kept as ratios. "depth": the
    translations are already in scene_z's unit and are followed exactly. "auto": smoothed by sigma frames, scaled so
    that translation over depth stays what it was (median_depth: the median z of what the path's own clip shows, in
    the path's unit; None: the longest offset becomes 0.3 of the scene's extent), times gain, then held softly within
    half the near depth, and drawn back wherever the camera would enter a surface. scene_z: planar, planar values
    inside hole_mask (the character) and values <= 0 are ignored.
    """
    height, width = scene_z.shape
    K = (intrinsics(width, height) if K is None else K).float().cpu()
    c2w = rebase(cameras.c2w.double().cpu()).float()
    source = cameras.K.float().cpu()
    zoom = source[:, :1, :1] / source[:1, :1, :1]
    K_all = K.repeat(len(cameras), 1, 1)
    K_all[:, :2, :2] *= zoom
    placed = replace(cameras, c2w=c2w, K=K_all, width=width, height=height)
    if units == "depth":
        return placed
    if units != "auto":
        raise ValueError(f"camera units must be auto or depth, got {units!r}")
    usable = torch.isfinite(scene_z) & (scene_z > 0)
    if hole_mask is not None:
        usable = usable & (hole_mask <= 0.5)
    if int(usable.sum()) < 16:
        raise ValueError(f"scene_z must be positive outside the character, got {int(usable.sum())} usable pixels")
    c2w = smooth(c2w, sigma)
    longest = float(c2w[:, :3, 3].norm(dim=-1).max())
    if longest < 1e-9:
        return replace(placed, c2w=c2w)
    if median_depth is None:
        scale = 0.3 * scene_extent(scene_z, usable, K) / longest
    else:
        # Image motion is f t / z: the same share of the picture moves when f / W differs.
        focal = (source[0, 0, 0] / cameras.width) / (K[0, 0] / width)
        scale = float(scene_z[usable].median()) / median_depth * float(focal)
    c2w = _hold(scale_path(c2w, scale * gain), 0.5 * near_depth(scene_z, usable))
    return _avoid(replace(placed, c2w=c2w), scene_z, usable)


def near_depth(z: Float[Tensor, "H W"], usable: Tensor) -> float:
    """P5 of the usable depths."""
    return float(torch.quantile(_thin(z[usable]), 0.05))


def scene_extent(z: Float[Tensor, "H W"], usable: Tensor, K: Float[Tensor, "3 3"]) -> float:
    """The mean over x, y, z of P95 - P5 of the scene's points: the radius VistaDream's spiral is sized by."""
    points = unproject(z, K, torch.eye(4))[usable]
    points = points[:: max(1, len(points) // 50000)]
    return float((torch.quantile(points, 0.95, dim=0) - torch.quantile(points, 0.05, dim=0)).mean())


def _thin(values: Tensor) -> Tensor:
    return values[:: max(1, len(values) // 100000)]


def _hold(c2w: Tensor, reach: float) -> Tensor:
    """Sideways and forward offsets each held softly within reach; backward moves are free of surfaces.

    Forward is along the reference camera's axis, where the nearest surface may stand; a long travel past it would
    leave the picture behind.
    """
    out = c2w.clone()
    side, ahead = out[:, :2, 3], out[:, 2, 3]
    length = side.norm(dim=-1, keepdim=True).clamp_min(1e-12)
    out[:, :2, 3] = side * reach * torch.tanh(length / reach) / length
    most = torch.where(ahead > 0, reach, 2 * reach)
    out[:, 2, 3] = most * torch.tanh(ahead / most)
    return out


def _avoid(placed: Cameras, z: Tensor, usable: Tensor) -> Cameras:
    """Every camera that comes closer than 0.15 of the near depth to what it sees is drawn back towards the start."""
    size = (1, *z.shape)
    view = Views(
        frames=torch.zeros(*size, 3),
        depth=Depth(z=z.reshape(size), valid=usable.reshape(size)),
        trusted=torch.ones(size),
        cameras=replace(placed, c2w=torch.eye(4)[None], K=placed.K[:1]),
    )
    source, limit = surface(view, 0), 0.15 * near_depth(z, usable)
    c2w = placed.c2w.clone()
    for index in range(len(c2w)):
        for _ in range(12):
            inverse = coverage(source, replace(placed, c2w=c2w[index : index + 1], K=placed.K[index : index + 1]), 8)
            seen = 1 / inverse[inverse > 0]
            if len(seen) and float(torch.quantile(seen, 0.02)) >= limit:
                break
            c2w[index, :3, 3] *= _BACK_OFF
    return replace(placed, c2w=c2w)
