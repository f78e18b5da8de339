"""What other nodes already know about a clip's camera and people: DA3_GEOMETRY and SAM3_TRACK_DATA."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from ..dreamdance_core.geometry.convert import from_da3
from ..dreamdance_core.types import CameraSolution


def solution_from_da3(geometry: Mapping[str, Any], width: int, height: int, fps: float) -> CameraSolution:
    """The cameras of a multiview DA3_GEOMETRY, as they are, re-based to its first view, for a width x height picture.

    The median depth of the first view tells the path's unit, so that it can be scaled to a scene.
    """
    if geometry.get("extrinsics") is None or geometry.get("intrinsics") is None:
        raise ValueError(
            "geometry must come from a multiview run, this one has no cameras; set DA3's mode to multiview"
        )
    cameras = from_da3(geometry["extrinsics"], geometry["intrinsics"], width, height, fps)
    depth = None
    if geometry.get("depth") is not None:
        z = geometry["depth"][0].detach().float().cpu()
        known = torch.isfinite(z) & (z > 0)
        if geometry.get("sky") is not None:
            known &= geometry["sky"][0].detach().float().cpu() <= 0.5
        depth = float(z[known].median()) if known.any() else None
    return CameraSolution(
        cameras=cameras,
        kind="parallax",
        solved=torch.ones(len(cameras), dtype=torch.bool),
        median_depth=depth,
        notes=("the cameras are those of the geometry, nothing was solved",),
    )


def people_from_sam3(tracks: Mapping[str, Any]) -> Tensor:
    """(T,H,W) in [0,1], 1 = any tracked object, of SAM3_TRACK_DATA, at the clip's own size.

    Its masks are packed eight to a byte along the width, the lowest bit first, at the size the network worked at.
    """
    height, width = tracks["orig_size"]
    packed = tracks["packed_masks"]
    if packed is None or packed.shape[1] == 0:
        return torch.zeros(int(tracks["n_frames"]), height, width)
    packed = packed.detach().cpu()
    union = packed[:, 0].clone()
    for k in range(1, packed.shape[1]):
        union |= packed[:, k]
    bits = union[..., None] >> torch.arange(8, dtype=torch.uint8) & 1
    masks = bits.flatten(-2).float()[:, None]
    return torch.nn.functional.interpolate(masks, size=(height, width), mode="bilinear", align_corners=False)[:, 0]
