"""Camera-aware scene inpainting: one picture and its depth become RGBD views covering a spiral and the wanted path."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from jaxtyping import Float
from torch import Tensor

from ..geometry.pinhole import rays, unproject
from ..geometry.rigid import rebase
from ..geometry.trajectory import scale_path, spiral
from ..runtime import Runtime
from ..types import Cameras, Depth, DepthBackend, InpaintBackend, Views
from .holes import next_view, sharpen, unmix
from .join import join_depth, shell_planes
from .paint import Shell, World, a_view
from .warp import coverage

_SKY = 2.0  # radius of the sky, times the P95 of the depths


@dataclass(frozen=True, kw_only=True)
class SceneOptions:
    """How much of the world around the picture is made up."""

    views: int = 10  # most views to paint, spiral and path together
    spiral: bool = True  # look around the picture as well, so that other paths can be shot later
    spiral_stop: float = 0.003  # a spiral view with a smaller hole (share of the picture) is not painted
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
    path, which is re-based to its first pose and given in the depth's unit, then along the spiral. depth: of the
    picture (its values inside the hole are not used) or a depth backend, which then sees every painted view. K:
    pixels; None takes the depth's own, else f = W. Where depth.sky is set stands a sphere behind everything else.
    What the path will uncover goes to run.note before the first view is painted. Raises ValueError when sizes disagree
    or no depth is valid.
    """
    options = options or SceneOptions()
    height, width = background.shape[:2]
    hole = torch.zeros(height, width, dtype=torch.bool) if hole_mask is None else hole_mask.cpu() > 0.5
    _require_sizes(width, height, hole, depth, path)
    total = options.views + 2

    def paint(image: Tensor, holes: Tensor, z: Tensor | None = None) -> Tensor:
        filled = inpaint(image, holes.float(), options.prompt, options.seed, z=z)
        return torch.where(holes[..., None], filled, image)

    run.report(0, total, background)
    plate = background.cpu().float()
    if options.paint_hole and hole.any():
        plate = paint(plate, hole)
    run.report(1, total, plate)
    known = depth if isinstance(depth, Depth) else depth(plate[None], K)
    K = _choose_K(K, known, width)
    look = None if isinstance(depth, Depth) else lambda image, camera: depth(image[None], camera.K[0])
    world, unit = _start(plate, hole, known, K, World(paint=paint, look=look), options)
    if path is not None:
        path = replace(path, c2w=scale_path(rebase(path.c2w.cpu()), 1 / unit), K=path.K.cpu())
    before = _path_holes(world, path)
    if path is not None:
        run.note(f"{before[0]:.1%} of the path's pictures ({before[1]:.1%} of the worst) lie outside what is known")
    _paint_views(world, path, options, lambda done, preview: run.report(done + 2, total, preview))
    run.report(total, total, plate)
    metres = None if known.metres_per_unit is None else known.metres_per_unit * unit
    after = _path_holes(world, path)
    report = {
        "views": len(world.views),
        "unit": unit,
        "shell_planes": len(world.shell.planes),
        "path_hole_before": before[0],
        "path_hole_after": after[0],
        "path_hole_worst": after[1],
    }
    return CompletedScene(views=_stack(world.views, metres), path=path, coverage=report)


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
    plate: Tensor, hole: Tensor, depth: Depth, K: Tensor, world: World, options: SceneOptions
) -> tuple[World, float]:
    """The world with the clean plate as its first view, in scene units, and the length of that unit."""
    z, valid = depth.z[0].cpu().float(), depth.valid[0].cpu() & torch.isfinite(depth.z[0].cpu())
    valid = valid & (z > 0)
    usable = valid & ~hole
    if int(usable.sum()) < 16:
        raise ValueError(f"depth must be valid outside the character, got {int(usable.sum())} usable pixels")
    unit = float(z[usable].median())
    z = torch.where(valid, z / unit, torch.ones_like(z))
    height, width = z.shape
    reference = Cameras(c2w=torch.eye(4)[None], K=K[None].cpu(), width=width, height=height)
    sky = torch.zeros_like(hole) if depth.sky is None else depth.sky[0].cpu() & ~hole
    radius = None
    if sky.any():
        radius = _SKY * float(_thin(z[usable]).quantile(0.95))
        z = torch.where(sky, radius / rays(reference.K[0], width, height).norm(dim=-1), z)
        usable = usable | sky
    z = sharpen(z, usable)
    planes = shell_planes(z, usable, reference.K[0], options.seed)
    shell = Shell(planes=planes, far=float(_thin(z[usable]).quantile(0.98)), sky=radius)
    # What a given depth says inside the hole is the character's; a network has looked at the plate itself.
    guess = shell.depth(reference) if world.look is None or hole.sum() == 0 else z
    z = join_depth(guess, z, usable, ~usable, fit=False)
    plate = unmix(plate, z, torch.ones_like(hole))
    world = replace(world, shell=shell)
    world.add(a_view(plate, z, trusted=torch.ones_like(z), fresh=torch.ones_like(hole), camera=reference))
    return world, unit


def _thin(values: Tensor) -> Tensor:
    """Few enough values for torch.quantile."""
    return values[:: max(1, len(values) // 1_000_000)]


def _paint_views(world: World, path: Cameras | None, options: SceneOptions, note: Callable) -> None:
    """Adds up to options.views painted views: the margin, then greedily along the path, then along the spiral.

    The paper goes along the spiral first. What the path will show is then painted in one piece instead of in the thin
    strips that the spiral's small moves uncover, and it comes first where views are few.
    """
    first = world.views[0]
    reference, z = first.cameras, first.depth.z[0]
    if options.outpaint > 0 and len(world.views) <= options.views:
        widened = 1 / (1 + 2 * options.outpaint)
        K = reference.K.clone()
        K[:, 0, 0], K[:, 1, 1] = K[:, 0, 0] * widened, K[:, 1, 1] * widened
        world.add_painted(replace(reference, K=K))
        note(len(world.views) - 1, world.views[-1].frames[0])
    if path is not None:
        stride = list(range(0, len(path), 4))
        candidates = path[stride if stride[-1] == len(path) - 1 else [*stride, len(path) - 1]]
        # Neighbours count as well: a path that turns on past its last painted view must not end in a void.
        _greedy(world, candidates, options.views, (options.path_stop, 0), note)
    if options.spiral:
        points = unproject(z, reference.K[0], reference.c2w[0]).reshape(-1, 3)[:: max(1, z.numel() // 20000)]
        spread = (points.quantile(0.95, dim=0) - points.quantile(0.05, dim=0)).mean()
        c2w = spiral(float(spread), float(points[:, 2].quantile(0.05)))[::2]
        candidates = replace(reference, c2w=c2w, K=reference.K.expand(len(c2w), 3, 3))
        _greedy(world, candidates, options.views, (options.spiral_stop, 1), note)


def _greedy(world: World, candidates: Cameras, most: int, rule: tuple[float, int], note: Callable) -> None:
    """Paints the candidate with the largest hole until `most` views are painted or no hole is worth it.

    rule: the smallest hole worth painting, and how many neighbours of a painted view are left out.
    """
    stop, apart = rule
    looks = [torch.zeros(0)] * len(candidates)
    counted, taken = 0, []
    while len(world.views) - 1 < most:
        for source in world.sources[counted:]:
            for i, old in enumerate(looks):
                looks[i] = _nearer(old, coverage(source, candidates[i]))
                note(len(world.views) - 1, None)  # may cancel
        counted = len(world.sources)
        ratios = torch.tensor([float((look == 0).float().mean()) for look in looks])
        best = next_view(ratios, taken, stop, apart=apart)
        if best is None:
            return
        taken.append(best)
        world.add_painted(candidates[best])
        note(len(world.views) - 1, world.views[-1].frames[0])


def _nearer(old: Tensor, new: Tensor) -> Tensor:
    return new if old.numel() == 0 else torch.maximum(old, new)


def _path_holes(world: World, path: Cameras | None) -> tuple[float, float] | tuple[None, None]:
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
