"""Socket types of this pack and the border between what ComfyUI passes around and core's types."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

import torch
from comfy_api.latest import Types, io
from torch import Tensor

from ..dreamdance_core import backends
from ..dreamdance_core.depth.maps import resize_depth
from ..dreamdance_core.depth.sky import above
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
Sam3Tracks = io.Custom("SAM3_TRACK_DATA")


@dataclass(frozen=True, kw_only=True)
class WindowPlan:
    """What a DREAMDANCE_WINDOWS socket carries."""

    windows: tuple[Window, ...]  # latent frames
    mode: Literal["blend", "edge"]
    overlap: int | None = None  # that was asked for, latent frames; the last window may share more


_DA3_SIDE = 504  # px, the resolution the host's Depth Anything 3 node offers first
MAX_SEED = 0xFFFFFFFFFFFFFFFF
_FIRST = {
    "segment": "u2net_small",
    "pose": "blazepose",
    "camera": "pycolmap",
    "depth": "auto",
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
    z = _maps(geometry["depth"], "DA3_GEOMETRY depth")
    valid = torch.isfinite(z) & (z > 0)
    sky = None
    if geometry.get("sky") is not None:
        sky = _maps(geometry["sky"], "DA3_GEOMETRY sky", z) > 0.5
    K = None
    if geometry.get("intrinsics") is not None:
        K = geometry["intrinsics"].detach().float().cpu().reshape(-1, 3, 3)[0]
        # Two cases hold no lens: one view alone (the host then sends an identity), and a solve that failed.
        usable = bool(torch.isfinite(K).all()) and min(float(K[0, 0]), float(K[1, 1])) > 4
        K = K_from_da3(K, _processed_size(K, width, height), width, height) if usable else None
    return _resized(z, valid, sky, width, height, K)


def _processed_size(K: Tensor, width: int, height: int) -> tuple[int, int]:
    """Width and height, multiples of 14, that DA3 worked at; the host does not say.

    cam_dec puts the principal point exactly in the middle. ray_pose leaves it free: then the host's default
    resolution, by the longer or the shorter side, where the middle is near, else the nearest size.
    """
    twice = (2 * float(K[0, 2]), 2 * float(K[1, 2]))
    nearest = tuple(max(14, round(side / 14) * 14) for side in twice)
    if max(abs(a - b) for a, b in zip(nearest, twice, strict=True)) < 1e-3:
        return nearest
    for side in (max(width, height), min(width, height)):
        usual = tuple(max(14, round(full * _DA3_SIDE / side / 14) * 14) for full in (width, height))
        if all(abs(a / b - 1) < 0.15 for a, b in zip(twice, usual, strict=True)):
            return usual
    return nearest


def _from_moge(geometry: dict[str, Any], width: int, height: int) -> Depth:
    if geometry.get("intrinsics") is None:
        raise ValueError("MOGE_GEOMETRY must be of a perspective picture, got a panorama; use Run MoGe Inference")
    z = _maps(geometry["depth"], "MOGE_GEOMETRY depth")
    known = torch.isfinite(z)
    if geometry.get("mask") is not None:
        known &= _maps(geometry["mask"], "MOGE_GEOMETRY mask", z) > 0.5
    K = K_from_moge(geometry["intrinsics"].detach().float().cpu().reshape(-1, 3, 3)[0], width, height)
    return _resized(z, known & (z > 0), above(~known), width, height, K)


def _maps(value: Tensor, name: str, like: Tensor | None = None) -> Tensor:
    """(T,H,W) float32 on the CPU, of the shape of `like`."""
    maps = value.detach().to("cpu", torch.float32)
    maps = maps[None] if maps.ndim == 2 else maps
    if maps.ndim != 3 or (like is not None and maps.shape != like.shape):
        want = "(B,H,W)" if like is None else str(tuple(like.shape))
        raise ValueError(f"{name} must have the shape {want}, got {tuple(value.shape)}; check the node that made it")
    return maps


def _resized(z: Tensor, valid: Tensor, sky: Tensor | None, width: int, height: int, K: Tensor | None) -> Depth:
    if sky is not None:
        valid = valid & ~sky
    if not valid.any():
        raise ValueError("depth must have at least one valid pixel, got none; check the node that made it")
    z = torch.where(torch.isfinite(z), z, torch.ones_like(z))
    return replace(_at_size(Depth(z=z, valid=valid, sky=sky), width, height), K=K)


def _at_size(depth: Depth, width: int, height: int) -> Depth:
    h, w = depth.z.shape[1:]
    if (w, h) == (width, height):
        return depth
    # Sizes rounded to multiples of 16 may bend the aspect a little; more than that is another picture.
    if not 0.9 < w / h * height / width < 1.1:
        raise ValueError(f"depth must have its picture's aspect ({width}x{height}), got {w}x{h}; make it from that one")
    return resize_depth(depth, width, height)


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
    value: Any,
    width: int,
    height: int,
    near: float = 1.0,
    far: float = 10.0,
    brighter_is_nearer: bool = True,
    count: int = 1,
) -> Depth:
    """Depth of `count` width x height pictures from DREAMDANCE_DEPTH, DA3_GEOMETRY, MOGE_GEOMETRY or a depth IMAGE.

    One map serves all pictures. Raises ValueError for anything else, for another number of maps (a single picture
    takes the first), another aspect, or when nothing in it is valid.
    """
    if isinstance(value, Depth):
        depth = _at_size(value, width, height)
    elif isinstance(value, Tensor):
        depth = depth_from_picture(value, near, far, brighter_is_nearer)
        depth = _resized(depth.z, depth.valid, None, width, height, None)
    elif isinstance(value, dict) and "points" in value:
        depth = _from_moge(value, width, height)
    elif isinstance(value, dict) and "depth" in value:
        depth = _from_da3(value, width, height)
    else:
        got = type(value).__name__
        raise ValueError(f"depth must be a DreamDance depth, DA3 or MoGe geometry or an IMAGE, got {got}")
    return _for_pictures(depth, count)


def _for_pictures(depth: Depth, count: int) -> Depth:
    have = len(depth.z)
    if have != count and 1 not in (have, count):
        raise ValueError(f"depth must have 1 or {count} maps, one per picture, got {have}; match the lengths")
    if have == count:
        return depth
    rows = torch.zeros(count, dtype=torch.long)
    sky = None if depth.sky is None else depth.sky[rows]
    return replace(depth, z=depth.z[rows], valid=depth.valid[rows], sky=sky)


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
