"""Socket types of this pack and the border between what ComfyUI passes around and core's types."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

import torch
from comfy_api.latest import Types, io
from torch import Tensor

from ..dreamdance_core import backends
from ..dreamdance_core.depth.maps import resize_depth
from ..dreamdance_core.geometry.convert import K_from_da3, K_from_moge
from ..dreamdance_core.types import Cameras as CamerasValue
from ..dreamdance_core.types import CameraSolution, Depth, Gaussians, Window
from .host import from_host, to_host

Cameras = io.Custom("DREAMDANCE_CAMERAS")
DepthMap = io.Custom("DREAMDANCE_DEPTH")
Views = io.Custom("DREAMDANCE_VIEWS")
Windows = io.Custom("DREAMDANCE_WINDOWS")
GatedModel = io.Custom("DREAMDANCE_MODEL")
PoseKeypoint = io.Custom("POSE_KEYPOINT")
CameraCtrlPoses = io.Custom("CAMERACTRL_POSES")
WanCameraEmbedding = io.Custom("WAN_CAMERA_EMBEDDING")
DA3Geometry = io.Custom("DA3_GEOMETRY")
MoGeGeometry = io.Custom("MOGE_GEOMETRY")


@dataclass(frozen=True, kw_only=True)
class WindowPlan:
    """What a DREAMDANCE_WINDOWS socket carries."""

    windows: tuple[Window, ...]  # latent frames
    mode: Literal["blend", "edge"]


MAX_SEED = 0xFFFFFFFFFFFFFFFF
_FIRST = {
    "segment": "u2net_small",
    "pose": "blazepose",
    "camera": "pycolmap",
    "depth": "room_box",
    "inpaint": "patchmatch",
    "video": "puppet",
}


def backend_input(family: str, tooltip: str, id: str = "backend", exclude: tuple[str, ...] = ()) -> io.Combo.Input:
    """The drop-down of a backend family: every file in its folder, the one that needs no download first."""
    names = [name for name in backends.names(family) if name not in exclude]
    names.sort(key=lambda name: name != _FIRST.get(family))
    return io.Combo.Input(id, options=names, tooltip=tooltip)


def download_input() -> io.Boolean.Input:
    return io.Boolean.Input(
        "download",
        default=False,
        advanced=True,
        tooltip="Fetch missing weights from their published address into models/dreamdance. Off: nothing is ever "
        "downloaded, and an error names the file, the folder and the command.",
    )


def seed_input(what: str) -> io.Int.Input:
    tooltip = f"Seed of {what}. The same seed and inputs give the same result."
    return io.Int.Input("seed", default=0, min=0, max=MAX_SEED, control_after_generate=False, tooltip=tooltip)


def cameras_of(value: CamerasValue | CameraSolution) -> CamerasValue:
    """The cameras in a DREAMDANCE_CAMERAS value, which is a path alone or a solver's whole answer."""
    return value.cameras if isinstance(value, CameraSolution) else value


def median_depth_of(value: CamerasValue | CameraSolution) -> float | None:
    """The background's median depth in the path's own unit, when the solver saw parallax."""
    return value.median_depth if isinstance(value, CameraSolution) else None


def to_splat(gaussians: Gaussians) -> Types.SPLAT:
    """Core Gaussians as the host's SPLAT: one batch item, activated values, OpenCV axes on both sides.

    Always float32: half numbers (the host's choice for pictures) would move a splat by more than its size.
    """
    g = gaussians
    parts = (g.means, g.scales, g.quats, g.opacities[:, None], g.sh)
    return Types.SPLAT(*(to_host(part[None], torch.float32) for part in parts))


def from_splat(splat: Types.SPLAT) -> Gaussians:
    """The first item of a SPLAT batch (as the host's own exporter does). Raises ValueError for an empty or bad one."""
    count = int(splat.counts[0]) if splat.counts is not None else splat.positions.shape[1]
    if count == 0:
        raise ValueError("splat must hold at least one Gaussian, got none; check the node that made it")
    parts = [splat.positions, splat.rotations, splat.scales, splat.opacities, splat.sh]
    means, quats, scales, opacities, sh = (p[0, :count].detach().to("cpu", torch.float32, copy=True) for p in parts)
    if not all(torch.isfinite(p).all() for p in (means, quats, scales, opacities, sh)):
        raise ValueError("splat must be finite, got NaN or infinite values; check the node that made it")
    quats = torch.nn.functional.normalize(quats, dim=-1)
    return Gaussians(means=means, quats=quats, scales=scales, opacities=opacities.reshape(count), sh=sh)


def _from_da3(geometry: dict[str, Any], width: int, height: int) -> Depth:
    z = geometry["depth"].detach().float().cpu()
    valid = torch.isfinite(z) & (z > 0)
    if geometry.get("sky") is not None:
        valid &= geometry["sky"].detach().float().cpu().reshape(z.shape) < 0.5
    K = None
    if geometry.get("intrinsics") is not None:
        K = geometry["intrinsics"].detach().float().cpu().reshape(-1, 3, 3)[0]
        K = K_from_da3(K, (2 * float(K[0, 2]), 2 * float(K[1, 2])), width, height)
    return _resized(z, valid, width, height, K)


def _from_moge(geometry: dict[str, Any], width: int, height: int) -> Depth:
    z = geometry["depth"].detach().float().cpu()
    valid = torch.isfinite(z) & (z > 0)
    if geometry.get("mask") is not None:
        valid &= geometry["mask"].detach().cpu().reshape(z.shape) > 0.5
    K = None
    if geometry.get("intrinsics") is not None:
        K = K_from_moge(geometry["intrinsics"].detach().float().cpu().reshape(-1, 3, 3)[0], width, height)
    return _resized(z, valid, width, height, K)


def _resized(z: Tensor, valid: Tensor, width: int, height: int, K: Tensor | None) -> Depth:
    if not valid.any():
        raise ValueError("depth must have at least one valid pixel, got none; check the node that made it")
    return replace(resize_depth(Depth(z=z, valid=valid), width, height), K=K)


def depth_from_picture(image: Tensor, near: float, far: float, brighter_is_nearer: bool) -> Depth:
    """Planar z from a depth picture: white is `near`, black is `far` (or the reverse), linear in 1/z between."""
    if not 0 < near < far:
        raise ValueError(f"near must be above 0 and below far, got near={near:g} and far={far:g}; swap or raise them")
    nearness = from_host(image, "depth picture").mean(-1)
    if not brighter_is_nearer:
        nearness = 1 - nearness
    z = 1 / (nearness / near + (1 - nearness) / far)
    return Depth(z=z, valid=torch.ones_like(z, dtype=torch.bool))


def depth_from(
    value: Any, width: int, height: int, near: float = 1.0, far: float = 10.0, brighter_is_nearer: bool = True
) -> Depth:
    """Depth of a width x height picture from DREAMDANCE_DEPTH, DA3_GEOMETRY, MOGE_GEOMETRY or a depth IMAGE.

    Raises ValueError for anything else, or when nothing in it is valid.
    """
    if isinstance(value, Depth):
        return value if value.z.shape[1:] == (height, width) else resize_depth(value, width, height)
    if isinstance(value, Tensor):
        depth = depth_from_picture(value, near, far, brighter_is_nearer)
        return _resized(depth.z, depth.valid, width, height, None)
    if isinstance(value, dict) and "points" in value:
        return _from_moge(value, width, height)
    if isinstance(value, dict) and "depth" in value:
        return _from_da3(value, width, height)
    raise ValueError(f"depth must be a DreamDance depth, DA3 or MoGe geometry or an IMAGE, got {type(value).__name__}")


def depth_picture(depth: Depth) -> Tensor:
    """A look at the depth (T,H,W,3): near is white, linear in 1/z between the 2nd and 98th percentile; black = none."""
    disparity = torch.where(depth.valid & (depth.z > 0), 1 / depth.z.clamp(min=1e-6), torch.zeros_like(depth.z))
    known = disparity[disparity > 0]
    if len(known) == 0:
        return torch.zeros(*depth.z.shape, 3)
    known = known[:: max(1, len(known) // 1_000_000)]
    low, high = torch.quantile(known, torch.tensor([0.02, 0.98]))
    shown = ((disparity - low) / (high - low).clamp(min=1e-9)).clamp(0, 1) * (disparity > 0)
    return shown[..., None].expand(*shown.shape, 3).contiguous()


def boxes_from(value: Any, count: int) -> Tensor:
    """(T,4) boxes x0, y0, x1, y1 px from a BOUNDING_BOX: one dict, a list per picture, or a list of lists.

    The largest box of a picture counts; a picture without one takes the box of the nearest picture that has one.
    """
    rows = [value] if isinstance(value, dict) else list(value)
    rows = rows * count if len(rows) == 1 else rows
    if len(rows) != count:
        raise ValueError(f"boxes must be 1 or {count}, one per picture, got {len(rows)}; match the lengths")
    found: dict[int, list[float]] = {}
    for index, row in enumerate(rows):
        several = [row] if isinstance(row, dict) else list(row)
        if several:
            b = max(several, key=lambda box: box["width"] * box["height"])
            found[index] = [b["x"], b["y"], b["x"] + b["width"], b["y"] + b["height"]]
    if not found:
        raise ValueError("boxes must hold at least one box, got none; check the detector or leave the input empty")
    return torch.tensor(
        [found[min(found, key=lambda other: abs(other - i))] for i in range(count)], dtype=torch.float32
    )
