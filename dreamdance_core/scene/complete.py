"""Camera-aware scene inpainting: one picture and its depth become RGBD views covering a spiral and the wanted path."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from ..geometry.pinhole import unproject
from ..geometry.rigid import rebase
from ..geometry.trajectory import scale_path, spiral
from ..runtime import Runtime
from ..types import Cameras, Depth, DepthBackend, InpaintBackend, Views
from .holes import edge_free, next_view, sharpen, unmix
from .holes import hole_mask as holes_to_paint
from .join import join_depth, push_behind, shell_depth, shell_planes
from .warp import Surface, Warped, coverage, dilate, surface, warp

_RIM = 10  # pixels of foreground hidden from the inpainter beside a hole, so that it continues the background
_KNOWN = 0.3  # training weight of pixels that are copies of an earlier view


@dataclass(frozen=True, kw_only=True)
class SceneOptions:
    """How much of the world around the picture is made up."""

    views: int = 10  # most views to paint, spiral and path together
    spiral: bool = True  # look around the picture first, so that other paths can be shot later
    spiral_stop: float = 0.03  # a spiral view with a smaller hole (share of the picture) is not painted
    path_stop: float = 0.001  # the wanted path is what will be seen: small holes count
    outpaint: float = 0.25  # margin painted around the picture first, as a share of its size; 0 = none
    paint_hole: bool = True  # False: the picture comes with the character already painted over
    prompt: str = ""  # describes the scene without the character, for inpainters that read
    seed: int = 0


@dataclass(frozen=True, kw_only=True)
class CompletedScene:
    """Views in scene units (1 = the median depth of the picture), and the path in the same unit."""

    views: Views  # view 0 is the clean plate
    path: Cameras | None
    coverage: dict


@dataclass(frozen=True, kw_only=True)
class _World:
    """What every painted view needs to know; the lists grow while the scene is completed."""

    views: list[Views]
    sources: list[Surface]
    planes: Float[Tensor, "N 3"]
    far: float
    paint: Callable[[Tensor, Tensor], Tensor]  # (image, hole) -> image
    look: Callable[[Tensor, Cameras], Depth] | None  # a depth network, when there is one


def complete_scene(
    background: Float[Tensor, "H W 3"],
    hole_mask: Float[Tensor, "H W"] | None,
    depth: Depth | DepthBackend,
    inpaint: InpaintBackend,
    *,
    K: Float[Tensor, "3 3"] | None = None,
    path: Cameras | None = None,
    options: SceneOptions | None = None,
    run: Runtime,
) -> CompletedScene:
    """RGBD views of the scene behind the character, as far as the spiral and the path will see it.

    The hole (mask above 0.5) is painted over, its depth continued from the background around it. Then the view with
    the largest hole is warped, painted and joined, again and again: first outside the picture's frame, then along the
    spiral, then along the path, which is re-based to its first pose and given in the depth's unit. depth: of the
    picture (its values inside the hole are not used) or a depth backend, which then sees every painted view. K:
    pixels; None takes the depth's own, else f = W. Raises ValueError when sizes disagree or no depth is valid.
    """
    options = options or SceneOptions()
    height, width = background.shape[:2]
    hole = torch.zeros(height, width, dtype=torch.bool) if hole_mask is None else hole_mask.cpu() > 0.5
    _require_sizes(width, height, hole, depth, path)
    total = options.views + 2

    def paint(image: Tensor, holes: Tensor) -> Tensor:
        filled = inpaint(image, holes.float(), options.prompt, options.seed)
        return torch.where(holes[..., None], filled, image)

    run.report(0, total, background)
    plate = background.cpu().float()
    if options.paint_hole and hole.any():
        plate = paint(plate, hole)
    run.report(1, total, plate)
    known = depth if isinstance(depth, Depth) else depth(plate[None], K)
    K = _choose_K(K, known, width)
    look = None if isinstance(depth, Depth) else lambda image, camera: depth(image[None], camera.K[0])
    reference = Cameras(c2w=torch.eye(4)[None], K=K[None].cpu(), width=width, height=height)
    world, unit = _start(plate, hole, known, reference, paint, look, options.seed)
    if path is not None:
        path = replace(path, c2w=scale_path(rebase(path.c2w.cpu()), 1 / unit), K=path.K.cpu())
    before, _ = _path_holes(world, path)
    _paint_views(world, path, options, lambda done, preview: run.report(done + 2, total, preview))
    run.report(total, total, plate)
    metres = None if known.metres_per_unit is None else known.metres_per_unit * unit
    views = _stack(world.views, metres)
    after, worst = _path_holes(world, path)
    report = {
        "views": len(world.views),
        "unit": unit,
        "shell_planes": len(world.planes),
        "path_hole_before": before,
        "path_hole_after": after,
        "path_hole_worst": worst,
    }
    return CompletedScene(views=views, path=path, coverage=report)


def _require_sizes(width: int, height: int, hole: Tensor, depth: Depth | DepthBackend, path: Cameras | None) -> None:
    if hole.shape != (height, width):
        raise ValueError(f"hole_mask must be {width}x{height} like the picture, got {hole.shape[1]}x{hole.shape[0]}")
    if isinstance(depth, Depth) and depth.z.shape[1:] != (height, width):
        got = f"{depth.z.shape[2]}x{depth.z.shape[1]}"
        raise ValueError(f"depth must be {width}x{height} like the picture, got {got}; use depth.resize_depth")
    if path is not None and (path.width, path.height) != (width, height):
        raise ValueError(f"path must be for {width}x{height} pictures, got {path.width}x{path.height}; use place_path")


def _choose_K(K: Tensor | None, depth: Depth, width: int) -> Tensor:
    if K is not None:
        return K.float()
    if depth.K is not None:
        return depth.K.float()
    height = depth.z.shape[1]
    return torch.tensor([[float(width), 0, width / 2], [0, float(width), height / 2], [0, 0, 1]])


def _start(
    plate: Tensor, hole: Tensor, depth: Depth, reference: Cameras, paint: Callable, look: Callable | None, seed: int
) -> tuple[_World, float]:
    """The world that the clean plate alone shows, in scene units, and the length of that unit."""
    z, valid = depth.z[0].cpu().float(), depth.valid[0].cpu() & torch.isfinite(depth.z[0].cpu())
    valid = valid & (z > 0)
    usable = valid & ~hole
    if int(usable.sum()) < 16:
        raise ValueError(f"depth must be valid outside the character, got {int(usable.sum())} usable pixels")
    unit = float(z[usable].median())
    z = torch.where(valid, z / unit, torch.ones_like(z))
    z = sharpen(z, usable)
    planes = shell_planes(z, usable, reference.K[0], seed)
    far = float(z[usable].quantile(0.98)) if usable.sum() < 2**24 else float(z[usable].max())
    unknown = ~usable
    guess = shell_depth(planes, far, reference) if look is None or hole.sum() == 0 else z
    z = join_depth(guess, z, usable, unknown, fit=False)
    world = _World(views=[], sources=[], planes=planes, far=far, paint=paint, look=look)
    everywhere = torch.ones_like(hole)
    plate = unmix(plate, z, everywhere)
    _add(world, plate, z, trusted=torch.ones_like(z), fresh=everywhere, camera=reference)
    return world, unit


def _add(world: _World, frame: Tensor, z: Tensor, *, trusted: Tensor, fresh: Tensor, camera: Cameras) -> None:
    valid = torch.isfinite(z) & (z > 0)
    depth = Depth(z=z[None], valid=valid[None])
    view = Views(frames=frame[None], depth=depth, trusted=trusted[None], cameras=camera, fresh=fresh[None] & valid)
    world.views.append(view)
    world.sources.append(surface(view, 0))


def _paint_views(world: _World, path: Cameras | None, options: SceneOptions, note: Callable) -> None:
    """Adds up to options.views painted views: the margin, then greedily along the spiral, then along the path."""
    first = world.views[0]
    reference, z = first.cameras, first.depth.z[0]
    if options.outpaint > 0 and len(world.views) <= options.views:
        widened = 1 / (1 + 2 * options.outpaint)
        K = reference.K.clone()
        K[:, 0, 0], K[:, 1, 1] = K[:, 0, 0] * widened, K[:, 1, 1] * widened
        _paint_view(world, replace(reference, K=K))
        note(len(world.views) - 1, world.views[-1].frames[0])
    if options.spiral:
        points = unproject(z, reference.K[0], reference.c2w[0]).reshape(-1, 3)[:: max(1, z.numel() // 20000)]
        spread = (points.quantile(0.95, dim=0) - points.quantile(0.05, dim=0)).mean()
        c2w = spiral(float(spread), float(points[:, 2].quantile(0.05)))[::2]
        share = options.views if path is None else (options.views + 1) // 2
        candidates = replace(reference, c2w=c2w, K=reference.K.expand(len(c2w), 3, 3))
        _greedy(world, candidates, share, (options.spiral_stop, 1), note)
    if path is not None:
        stride = list(range(0, len(path), 4))
        candidates = path[stride if stride[-1] == len(path) - 1 else [*stride, len(path) - 1]]
        # Neighbours count as well: a path that turns on past its last painted view must not end in a void.
        _greedy(world, candidates, options.views, (options.path_stop, 0), note)


def _greedy(world: _World, candidates: Cameras, most: int, rule: tuple[float, int], note: Callable) -> None:
    """Paints the candidate with the largest hole until `most` views are painted or no hole is worth it.

    rule: the smallest hole worth painting, and how many neighbours of a painted view are left out.
    """
    stop, apart = rule
    looks = [torch.zeros(0)] * len(candidates)
    counted, taken = 0, []
    while len(world.views) - 1 < most:
        for source in world.sources[counted:]:
            looks = [_nearer(old, coverage(source, candidates[i])) for i, old in enumerate(looks)]
        counted = len(world.sources)
        ratios = torch.tensor([float((look == 0).float().mean()) for look in looks])
        best = next_view(ratios, taken, stop, apart=apart)
        if best is None:
            return
        taken.append(best)
        _paint_view(world, candidates[best])
        note(len(world.views) - 1, world.views[-1].frames[0])


def _nearer(old: Tensor, new: Tensor) -> Tensor:
    return new if old.numel() == 0 else torch.maximum(old, new)


def _paint_view(world: _World, camera: Cameras) -> None:
    """Warps what is known into the camera, paints the rest, joins its depth and adds the view."""
    shown = warp(world.sources, camera)
    hole = ~shown.seen
    painted_over = holes_to_paint(shown.seen)
    beside = shown.near_rim & dilate(hole & painted_over, _RIM)
    frame = _fill_cracks(shown, hole & ~painted_over)
    filled = world.paint(frame, painted_over | beside)
    frame = torch.where((hole & painted_over)[..., None], filled, frame)
    guess = shell_depth(world.planes, world.far, camera) if world.look is None else world.look(frame, camera).z[0]
    known = shown.seen & ~shown.near_rim
    z = join_depth(guess, shown.z, known, hole, fit=world.look is not None)
    z, possible = push_behind(z, hole, camera, world.sources[:1])
    fresh = possible & edge_free(z, torch.ones_like(possible))
    trusted = torch.where(fresh & painted_over, 1.0, torch.where(shown.seen | fresh, _KNOWN, 0.0))
    _add(world, frame, z, trusted=trusted, fresh=fresh, camera=camera)


def _fill_cracks(shown: Warped, cracks: Bool[Tensor, "H W"]) -> Float[Tensor, "H W 3"]:
    """Hairlines that are too thin to paint take the mean colour of the seen pixels around them."""
    weight = shown.seen.float()[None, None]
    box = torch.nn.functional.avg_pool2d
    mean = box(shown.frame.permute(2, 0, 1)[None] * weight, 5, 1, 2) / box(weight, 5, 1, 2).clamp_min(1e-6)
    return torch.where(cracks[..., None], mean[0].permute(1, 2, 0), shown.frame)


def _path_holes(world: _World, path: Cameras | None) -> tuple[float, float] | tuple[None, None]:
    """Mean and largest share of the path's frames that nothing covers yet; the last frame is among those looked at."""
    if path is None:
        return None, None
    chosen = path[sorted({*range(0, len(path), max(1, len(path) // 12)), len(path) - 1})]
    shares = []
    for index in range(len(chosen)):
        look = torch.stack([coverage(source, chosen[index]) for source in world.sources]).amax(0)
        shares.append(float((look == 0).float().mean()))
    return sum(shares) / len(shares), max(shares)


def _stack(views: list[Views], metres_per_unit: float | None) -> Views:
    depth = Depth(
        z=torch.cat([v.depth.z for v in views]),
        valid=torch.cat([v.depth.valid for v in views]),
        metres_per_unit=metres_per_unit,
    )
    cameras = replace(
        views[0].cameras,
        c2w=torch.cat([v.cameras.c2w for v in views]),
        K=torch.cat([v.cameras.K for v in views]),
    )
    return Views(
        frames=torch.cat([v.frames for v in views]),
        depth=depth,
        trusted=torch.cat([v.trusted for v in views]),
        cameras=cameras,
        fresh=torch.cat([v.fresh for v in views]),
    )
