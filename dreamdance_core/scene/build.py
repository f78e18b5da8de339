"""The step before completion: clean plate, depth, lens and placed path, from whatever the caller has."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

import torch
from jaxtyping import Float
from torch import Tensor

from ..geometry.pinhole import intrinsics, rescale
from ..io.images import Picture
from ..io.stages import StageFiles
from ..runtime import Runtime
from ..types import Cameras, Depth, DepthBackend, InpaintBackend
from .complete import CompletedScene, SceneOptions, complete_scene
from .place import place_path


@dataclass(frozen=True, kw_only=True)
class WantedPath:
    """A camera path as the user has it, in any rigid frame and unit."""

    cameras: Cameras
    median_depth: float | None = None  # of what the path's own clip shows, in the path's unit
    units: Literal["auto", "depth"] = "auto"  # depth: the translations are in the depth's unit, followed exactly
    gain: float = 1.0  # times the translations, with "auto"


def lens(K: Tensor | None, own: Tensor | None, wanted: WantedPath | None, width: int, height: int) -> Tensor:
    """The picture's K: the given one, else its depth's own, else an exact path's first, rescaled; else f = width."""
    if K is not None or own is not None:
        return K if K is not None else own
    if wanted is not None and wanted.units == "depth":
        cameras = wanted.cameras
        return rescale(cameras.K[0], width / cameras.width, height / cameras.height)
    return intrinsics(width, height)


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
    files: StageFiles | None = None,
    backends: Any = None,
) -> CompletedScene:
    """The completed scene of a picture whose hole (1 = the character) is painted over first.

    A given depth is the picture's, character included: inside the hole it is replaced by the background around it. A
    depth backend looks at the clean plate, and (unless it only understands whole pictures) at every painted view. See
    complete_scene for what comes back, what is raised, and what files and backends are.
    """
    options, files = options or SceneOptions(), files or StageFiles(None)
    height, width = picture.shape[:2]
    hole = torch.zeros(height, width) if hole_mask is None else hole_mask.cpu().float()
    plate = picture
    if bool((hole > 0.5).any()):
        depends = (picture, hole, options.prompt, options.seed, backends)

        def fill() -> Picture:
            return Picture(rgb=inpaint(picture, hole, options.prompt, options.seed), alpha=None)

        plate = files.once("plate", Picture, depends, fill).rgb
    looks_again = not isinstance(depth, Depth) and not getattr(depth, "whole_pictures_only", False)
    known, around = depth, hole
    if not isinstance(depth, Depth):
        known, around = depth(plate[None], K), None
    K = lens(K, known.K, wanted, width, height)
    path = None
    if wanted is not None:
        z = torch.where(known.valid[0], known.z[0], 0.0)  # 0: unknown
        rules = {"median_depth": wanted.median_depth, "units": wanted.units, "gain": wanted.gain}
        path = place_path(wanted.cameras, z, around, K=K, **rules)
    painted = replace(options, paint_hole=False)
    source = depth if looks_again else known
    return complete_scene(
        plate, around, source, inpaint, K=K, path=path, options=painted, run=run, files=files, backends=backends
    )
