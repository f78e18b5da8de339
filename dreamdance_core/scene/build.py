"""The step before completion: clean plate, depth, lens and placed path, from whatever the caller has."""

from __future__ import annotations

from dataclasses import replace

import torch
from jaxtyping import Float
from torch import Tensor

from ..geometry.pinhole import intrinsics, rescale
from ..runtime import Runtime
from ..types import Depth, DepthBackend, InpaintBackend
from .complete import CompletedScene, SceneOptions, complete_scene
from .place import WantedPath, place_path


def lens(K: Tensor | None, own: Tensor | None, wanted: WantedPath | None, width: int, height: int) -> Tensor:
    """The picture's K: the given one, else its depth's own, else an exact path's first, rescaled; else f = width."""
    if K is not None or own is not None:
        return K if K is not None else own
    if wanted is not None and wanted.units == "depth":
        cameras = wanted.cameras
        return rescale(cameras.K[0], width / cameras.width, height / cameras.height)
    return intrinsics(width, height)


class _LookedAtPlate:
    """A depth backend that has seen the clean plate already: its first answer is what it said then."""

    def __init__(self, depth: DepthBackend, plate: Depth) -> None:
        self.depth, self.plate = depth, plate

    def __call__(self, frames: Float[Tensor, "T H W 3"], K: Float[Tensor, "3 3"] | None = None) -> Depth:
        plate, self.plate = self.plate, None
        return self.depth(frames, K) if plate is None else plate


def build_scene(
    picture: Float[Tensor, "H W 3"],
    hole_mask: Float[Tensor, "H W"] | None,
    depth: Depth | DepthBackend,
    inpaint: InpaintBackend,
    *,
    K: Float[Tensor, "3 3"] | None = None,
    wanted: WantedPath | None = None,
    options: SceneOptions | None = None,
    run: Runtime,
) -> CompletedScene:
    """The completed scene of a picture whose hole (1 = the character) is painted over first.

    A given depth is the picture's, character included: inside the hole it is replaced by the background around it. A
    depth backend looks at the clean plate, and (unless it only understands whole pictures) at every painted view. See
    complete_scene for what comes back and what is raised.
    """
    options = options or SceneOptions()
    height, width = picture.shape[:2]
    hole = torch.zeros(height, width) if hole_mask is None else hole_mask.cpu().float()
    plate = inpaint(picture, hole, options.prompt, options.seed) if bool((hole > 0.5).any()) else picture
    looks_again = not isinstance(depth, Depth) and not getattr(depth, "whole_pictures_only", False)
    known, around = depth, hole
    if not isinstance(depth, Depth):
        known, around = depth(plate[None], K), None
    K = lens(K, known.K, wanted, width, height)
    path = None
    if wanted is not None:
        z = torch.where(known.valid[0], known.z[0], 0.0)  # 0: unknown
        path = place_path(wanted, z, around, K=K, run=run)
    painted = replace(options, paint_hole=False)
    source = _LookedAtPlate(depth, known) if looks_again else known
    return complete_scene(plate, around, source, inpaint, K=K, path=path, options=painted, run=run)
