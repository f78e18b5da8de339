"""A camera path from anywhere made a path through this scene: standardised, scaled, smoothed, kept out of surfaces."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import torch
from jaxtyping import Bool, Float
from scipy.ndimage import minimum_filter1d, uniform_filter1d
from torch import Tensor

from ..geometry.align import depth_scale
from ..geometry.path_edits import smooth
from ..geometry.pinhole import intrinsics, unproject
from ..geometry.rigid import rebase
from ..geometry.trajectory import scale_path
from ..runtime import Runtime
from ..types import Cameras, Depth, Views
from .warp import Surface, coverage, surface

CLEARANCE = 0.15  # share of the near depth that a camera keeps from what it sees
_BACK_OFF = 0.9  # share of its offset a colliding camera keeps per try
_TRIES = 12
_EASED = 4  # frames on either side over which a drawn-back camera is led in and out
_WORTH_A_NOTE = 0.9  # share of the asked reach


@dataclass(frozen=True, kw_only=True)
class WantedPath:
    """A camera path as the user has it, in any rigid frame and unit."""

    cameras: Cameras
    median_depth: float | None = None  # of what the path's own clip shows, in the path's unit
    units: Literal["auto", "depth"] = "auto"  # depth: the translations are in the depth's unit, followed exactly
    gain: float = 1.0  # times the translations, with "auto"


def place_path(
    wanted: WantedPath,
    scene_z: Float[Tensor, "H W"],
    hole_mask: Float[Tensor, "H W"] | None = None,
    *,
    K: Float[Tensor, "3 3"] | None = None,
    sigma: float = 1.5,
    run: Runtime | None = None,
) -> Cameras:
    """The path in the unit of scene_z, re-based to its first pose, for pictures of scene_z's size.

    The scene's K (None: f = W) holds for the first frame; zooms of the path are kept as ratios. Units "depth": the
    translations are already in scene_z's unit and are followed exactly. "auto": smoothed by sigma frames, scaled so
    that translation over depth stays what it was (without a median_depth the longest offset becomes 0.3 of the
    scene's extent), times gain, then held softly within half the near depth, and drawn back wherever the camera would
    enter a surface; what was shortened is noted. scene_z: planar, planar values inside hole_mask (the character) and
    values <= 0 are ignored.
    """
    run = run or Runtime()
    cameras, (height, width) = wanted.cameras, scene_z.shape
    K = (intrinsics(width, height) if K is None else K).float().cpu()
    c2w = rebase(cameras.c2w.double().cpu()).float()
    source = cameras.K.float().cpu()
    zoom = source[:, :1, :1] / source[:1, :1, :1]
    K_all = K.repeat(len(cameras), 1, 1)
    K_all[:, :2, :2] *= zoom
    placed = replace(cameras, c2w=c2w, K=K_all, width=width, height=height)
    if wanted.units == "depth":
        return placed
    if wanted.units != "auto":
        raise ValueError(f"camera units must be auto or depth, got {wanted.units!r}")
    usable = torch.isfinite(scene_z) & (scene_z > 0)
    if hole_mask is not None:
        usable = usable & (hole_mask <= 0.5)
    if int(usable.sum()) < 16:
        raise ValueError(f"scene_z must be positive outside the character, got {int(usable.sum())} usable pixels")
    c2w = smooth(c2w, sigma)
    longest = float(c2w[:, :3, 3].norm(dim=-1).max())
    if longest < 1e-9:
        return replace(placed, c2w=c2w)
    if wanted.median_depth is None:
        scale = 0.3 * scene_extent(scene_z, usable, K) / longest
    else:
        # Image motion is f t / z: the same share of the picture moves when f / W differs.
        focal = (source[0, 0, 0] / cameras.width) / (K[0, 0] / width)
        scale = depth_scale(wanted.median_depth, float(scene_z[usable].median())) * float(focal)
    asked = scale_path(c2w, scale * wanted.gain)
    held = _hold(asked, 0.5 * near_depth(scene_z, usable))
    kept = float(held[:, :3, 3].norm(dim=-1).max() / asked[:, :3, 3].norm(dim=-1).max().clamp_min(1e-12))
    if 1e-6 < kept < _WORTH_A_NOTE:
        run.note(f"camera: the path reaches {kept:.0%} as far as asked, to stay near what the picture shows")
    return _avoid(replace(placed, c2w=held), scene_z, usable, run)


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


def _avoid(placed: Cameras, z: Tensor, usable: Tensor, run: Runtime) -> Cameras:
    """Cameras that come closer than 0.15 of the near depth to what they see are drawn back towards the start.

    Their neighbours are drawn back in part, so that the path stays smooth.
    """
    source, limit = reference_surface(z, usable, placed.K[0]), CLEARANCE * near_depth(z, usable)
    kept = torch.ones(len(placed))
    for index in range(len(placed)):
        run.report(index, len(placed))

        def nearest(share: float, index: int = index) -> float | None:
            at = scale_path(placed.c2w[index : index + 1], share)
            return nearest_depth(coverage(source, replace(placed[index], c2w=at), 8))

        found = nearest(1.0)
        if found is None and nearest(0.0) is None:
            continue  # it looks away from the picture: a shorter way shows nothing either
        for _ in range(_TRIES):
            if found is not None and found >= limit:
                break
            kept[index] *= _BACK_OFF
            found = nearest(float(kept[index]))
    run.report(len(placed), len(placed))
    drawn = (kept < 1).nonzero()[:, 0].tolist()
    if not drawn:
        return placed
    worst = int(kept.argmin())
    run.note(
        f"camera: {len(drawn)} of {len(placed)} frames drawn back before a surface, frame {worst} to "
        f"{float(kept[worst]):.0%} of its way"
    )
    # A mean of minima over the same window never exceeds the value in its middle.
    low = minimum_filter1d(kept.numpy(), 2 * _EASED + 1, mode="nearest")
    eased = torch.from_numpy(uniform_filter1d(low, 2 * _EASED + 1, mode="nearest"))
    c2w = placed.c2w.clone()
    c2w[:, :3, 3] *= eased[:, None]
    return replace(placed, c2w=c2w)


def reference_surface(z: Float[Tensor, "H W"], usable: Bool[Tensor, "H W"], K: Float[Tensor, "3 3"]) -> Surface:
    """The facets of a depth map seen from the reference camera; what is not usable is not there."""
    size = (1, *z.shape)
    view = Views(
        frames=torch.zeros(*size, 3),
        depth=Depth(z=z.reshape(size), valid=usable.reshape(size)),
        trusted=torch.ones(size),
        cameras=Cameras(c2w=torch.eye(4)[None], K=K[None], width=z.shape[1], height=z.shape[0]),
    )
    return surface(view, 0)


def nearest_depth(inverse: Float[Tensor, "h w"]) -> float | None:
    """P2 of the depths seen, of inverse ones (0 = nothing seen); None where nothing is."""
    seen = 1 / inverse[inverse > 0]
    return float(torch.quantile(_thin(seen), 0.02)) if len(seen) else None
