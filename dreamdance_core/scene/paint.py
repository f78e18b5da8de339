"""The world that is known so far, and the next view of it: warped, painted, joined, checked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from ..io.stages import StageFiles, digest
from ..types import Cameras, Depth, Views
from .holes import edge_free, hole_mask, menders, nearest
from .join import join_depth, keep_in_sight, push_behind, shell_depth
from .warp import Surface, Warped, dilate, surface, warp

_RIM = 10  # pixels of foreground hidden from the inpainter beside a hole, so that it continues the background
_KNOWN = 0.3  # training weight of pixels that are copies of an earlier view


@dataclass(frozen=True, kw_only=True)
class Shell:
    """What closes the scene behind everything seen."""

    planes: Float[Tensor, "N 3"]  # n with n.X = 1, frame of the reference camera
    far: float  # z behind the planes
    sky: float | None = None  # radius of the sphere around the reference camera that takes the place of `far`

    def depth(self, camera: Cameras) -> Float[Tensor, "H W"]:
        """Its planar z, seen from the first camera of `camera`."""
        return shell_depth(self.planes, self.far, camera, self.sky)


@dataclass(frozen=True, kw_only=True)
class World:
    """What every painted view needs to know; views and sources grow while the scene is completed."""

    shell: Shell
    paint: Callable[[Tensor, Tensor, Tensor | None], Tensor]  # (image, hole, z) -> image
    look: Callable[[Tensor, Cameras], Depth] | None  # a depth network, when there is one
    files: StageFiles  # finished views of an interrupted run
    chain: list[str]  # what the views made so far depend on: the start, then one entry a view
    views: list[Views] = field(default_factory=list)
    sources: list[Surface] = field(default_factory=list)

    def add(self, view: Views) -> None:
        """Takes note of the next view."""
        self.views.append(view)
        self.sources.append(surface(view, 0))

    def add_painted(self, camera: Cameras) -> None:
        """Paints what the first camera of `camera` sees, or takes it from an interrupted run that came this far."""
        self.chain.append(digest(self.chain[-1], camera))
        name = f"view_{len(self.views):02d}"
        self.add(self.files.once(name, Views, self.chain[-1], lambda: _painted(self, camera)))


def a_view(frame: Tensor, z: Tensor, *, trusted: Tensor, fresh: Tensor, camera: Cameras) -> Views:
    """One picture with its depth as Views; pixels without a depth are not fresh."""
    valid = torch.isfinite(z) & (z > 0)
    depth = Depth(z=z[None], valid=valid[None])
    return Views(frames=frame[None], depth=depth, trusted=trusted[None], cameras=camera, fresh=fresh[None] & valid)


def _painted(world: World, camera: Cameras) -> Views:
    shown = warp(world.sources, camera)
    painted_over = hole_mask(shown.seen)
    hole = ~shown.seen & painted_over
    cracks = ~shown.seen & ~hole
    shown = _mended(shown, cracks)
    beside = shown.near_rim & dilate(hole, _RIM)
    known = ~hole & ~shown.near_rim
    behind = join_depth(world.shell.depth(camera), shown.z, known, hole, fit=False)
    frame = shown.frame
    if hole.any():
        hint = torch.where(painted_over | beside, behind[nearest(hole)], behind)
        filled = world.paint(frame, painted_over | beside, hint)
        frame = torch.where(hole[..., None], filled, frame)
        if world.look is not None:
            looked = world.look(frame, camera)
            sky = torch.zeros_like(hole) if looked.sky is None else looked.sky[0]
            joined = join_depth(looked.z[0], shown.z, known & looked.valid[0], hole, fit=True)
            behind = torch.where(sky & hole, world.shell.depth(camera), joined)
    z, possible = push_behind(behind, hole, camera, world.sources[:1])
    fresh = (possible | cracks) & edge_free(z, torch.ones_like(possible))
    fresh = keep_in_sight(a_view(frame, z, trusted=fresh.float(), fresh=fresh, camera=camera), world.sources[0])
    trusted = torch.where(fresh & painted_over, 1.0, torch.where(shown.seen | fresh, _KNOWN, 0.0))
    return a_view(frame, z, trusted=trusted, fresh=fresh, camera=camera)


def _mended(shown: Warped, cracks: Bool[Tensor, "H W"]) -> Warped:
    """With the hairlines closed that are too thin to paint."""
    if not cracks.any():
        return shown
    at = menders(shown.z, shown.seen)
    return Warped(
        frame=torch.where(cracks[..., None], shown.frame[at], shown.frame),
        z=torch.where(cracks, shown.z[at], shown.z),
        seen=shown.seen,
        near_rim=torch.where(cracks, shown.near_rim[at], shown.near_rim),
    )
