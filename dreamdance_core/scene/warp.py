"""Warps RGBD pictures into another camera: z-buffered, free of cracks, independent of order, edges not bridged."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float
from torch import Tensor
from torch.nn.functional import grid_sample, max_pool2d

from ..geometry.pinhole import pixel_grid, project
from ..geometry.rigid import rigid_inverse
from ..types import Cameras, Views

EDGE = 0.08  # relative change of inverse depth between neighbours that counts as a depth edge
_PLANE = 0.2  # relative difference of two neighbouring steps of 1/z up to which both lie on one plane
_CLIFF = 0.15  # relative step of 1/z that no plane explains
_MOST_SAMPLES = 6  # per pixel and axis: a surface stretched further shows gaps


@dataclass(frozen=True, kw_only=True)
class Warped:
    """What earlier views show in one camera."""

    frame: Float[Tensor, "H W 3"]  # 0 where not seen
    z: Float[Tensor, "H W"]  # 0 where not seen
    seen: Bool[Tensor, "H W"]
    near_rim: Bool[Tensor, "H W"]  # pixels of a foreground within a few pixels of its silhouette


@dataclass(frozen=True, kw_only=True)
class Surface:
    """A picture's pixels as small facets: inverse depth and its slopes, which never reach across a depth edge."""

    frame: Float[Tensor, "H W 3"]
    inverse: Float[Tensor, "H W"]  # 1/z; 0 where the pixel may not be used
    slope: Float[Tensor, "H W 2"]  # change of 1/z per pixel in x and y
    at_edge: Bool[Tensor, "H W"]  # a depth edge within one pixel: colours may be mixed
    near_rim: Bool[Tensor, "H W"]
    K: Float[Tensor, "3 3"]
    c2w: Float[Tensor, "4 4"]


def window_range(values: Float[Tensor, "H W"], radius: int) -> tuple[Float[Tensor, "H W"], Float[Tensor, "H W"]]:
    """Smallest and largest value in the (2 radius + 1)^2 window around every pixel."""
    size = 2 * radius + 1
    high = max_pool2d(values[None, None], size, 1, radius)[0, 0]
    low = -max_pool2d(-values[None, None], size, 1, radius)[0, 0]
    return low, high


def dilate(mask: Bool[Tensor, "H W"], radius: int) -> Bool[Tensor, "H W"]:
    """The mask grown by a square of 2 radius + 1 pixels."""
    return window_range(mask.float(), radius)[1] > 0.5


def _slopes(inverse: Float[Tensor, "H W"]) -> Float[Tensor, "H W 2"]:
    """Change of 1/z per pixel in x and y: exact on planes, up to their border, and blind to edges.

    Of the two one-sided differences the smaller, 0 where they disagree in sign. A step that the next one repeats lies
    on a plane, which is followed even where it is steep: its outermost pixel would else leave a gap.
    """
    out = []
    for axis in (1, 0):
        lines = inverse.movedim(axis, 0)
        pad = torch.zeros_like(lines[:1])
        steps = torch.cat([pad, pad, lines.diff(dim=0), pad, pad])  # steps[i + 2] leads from pixel i to i + 1
        count = len(lines)
        further_before, before, after, further_after = (steps[i : i + count] for i in range(4))
        slope = torch.where(before.abs() < after.abs(), before, after)
        slope = torch.where((before * after > 0) & (slope.abs() < EDGE * lines), slope, torch.zeros_like(slope))
        for step, further in ((before, further_before), (after, further_after)):
            plane = (step - further).abs() < _PLANE * torch.minimum(step.abs(), further.abs())
            steeper = plane & (step.abs() > slope.abs()) & (step.abs() < _CLIFF * lines)
            slope = torch.where(steeper, step, slope)
        out.append(slope.movedim(0, axis))
    return torch.stack(out, -1)


def surface(views: Views, index: int, rim: int = 6) -> Surface:
    """The facets of one view's fresh pixels; foreground within `rim` pixels of its silhouette counts as rim."""
    z, valid = views.depth.z[index], views.depth.valid[index]
    keep = valid if views.fresh is None else valid & views.fresh[index]
    inverse = torch.where(valid, 1 / z.clamp_min(1e-9), torch.zeros_like(z))
    low, high = window_range(inverse, 1)
    at_edge = high - low > EDGE * high
    low, _ = window_range(inverse, rim)
    near_rim = dilate(at_edge, rim) & (inverse - low > EDGE * inverse)
    cameras = views.cameras
    return Surface(
        frame=views.frames[index],
        inverse=torch.where(keep, inverse, torch.zeros_like(inverse)),
        slope=_slopes(inverse),
        at_edge=at_edge,
        near_rim=near_rim,
        K=cameras.K[index],
        c2w=cameras.c2w[index],
    )


def _lift(uv: Tensor, inverse: Tensor, K: Tensor, c2w: Tensor) -> Tensor:
    """World points of pixel positions uv (N,2) with inverse depths (N,)."""
    xy = (uv - K[:2, 2]) @ torch.linalg.inv(K[:2, :2]).T
    return torch.cat([xy, torch.ones_like(inverse)[:, None]], -1) / inverse[:, None] @ c2w[:3, :3].T + c2w[:3, 3]


def splat(source: Surface, K: Tensor, w2c: Tensor, width: int, height: int) -> Float[Tensor, "H W"]:
    """Largest inverse depth that falls into every pixel of the target (0 where none)."""
    h, w = source.inverse.shape
    uv = pixel_grid(w, h)[source.inverse > 0]
    inverse, slope = source.inverse[source.inverse > 0], source.slope[source.inverse > 0]
    step = 0.5
    corners = []
    for du, dv in ((-step, -step), (step, -step), (-step, step), (step, step)):
        offset = torch.tensor([du, dv])
        corner = (inverse + slope @ offset).clamp_min(1e-3 * inverse)
        corners.append(project(_lift(uv + offset, corner, source.K, source.c2w), K, w2c)[0])
    corners = torch.stack(corners)
    extent = (corners.amax(0) - corners.amin(0)).amax(-1)
    samples = (extent * 1.2).ceil().clamp(1, _MOST_SAMPLES).nan_to_num(1).long()
    buffer = torch.zeros(height * width)
    for count in samples.unique().tolist():
        chosen = samples == count
        spots = (torch.arange(count) + 0.5) / count - 0.5
        for offset in torch.cartesian_prod(spots, spots).reshape(-1, 2):
            moved = (inverse[chosen] + slope[chosen] @ offset).clamp_min(1e-3 * inverse[chosen])
            at, z = project(_lift(uv[chosen] + offset, moved, source.K, source.c2w), K, w2c)
            x, y = at[:, 0].floor(), at[:, 1].floor()
            inside = (z > 1e-6) & (x >= 0) & (x < width) & (y >= 0) & (y < height)
            cell = (y[inside] * width + x[inside]).long()
            buffer.scatter_reduce_(0, cell, 1 / z[inside], "amax")
    return buffer.reshape(height, width)


def _facet(source: Surface, uv: Tensor) -> tuple[Tensor, Tensor]:
    """Inverse depth of the surface at positions uv (N,2), by the facet of the pixel they lie in, and that pixel."""
    h, w = source.inverse.shape
    x = uv[:, 0].floor().clamp(0, w - 1).long()
    y = uv[:, 1].floor().clamp(0, h - 1).long()
    base = source.inverse[y, x]
    offset = (uv - torch.stack([x, y], -1) - 0.5).clamp(-1, 1)
    return (base + (source.slope[y, x] * offset).sum(-1)).clamp_min(1e-3 * base), y * w + x


def _sample(frame: Tensor, uv: Tensor, mode: str) -> Tensor:
    h, w = frame.shape[:2]
    grid = uv / torch.tensor([w, h]) * 2 - 1
    return grid_sample(
        frame.permute(2, 0, 1)[None], grid[None, None], mode=mode, padding_mode="border", align_corners=False
    )[0, :, 0].T


def _look_up(source: Surface, uv: Tensor, inverse: Tensor, K: Tensor, c2w: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Colour, exact inverse depth and source pixel for target pixels that the z-buffer gave to this source.

    The z-buffer knows the depth of a sample near the pixel's centre. Walking to where the centre's ray meets the
    facet removes that error, which otherwise shifts colours on slanted surfaces.
    """
    w2c_source, w2c = rigid_inverse(source.c2w), rigid_inverse(c2w)
    for _ in range(3):
        at = project(_lift(uv, inverse, K, c2w), source.K, w2c_source)[0]
        facet, pixel = _facet(source, at)
        usable = facet > 0
        z = project(_lift(at, torch.where(usable, facet, torch.ones_like(facet)), source.K, source.c2w), K, w2c)[1]
        refined = 1 / z.clamp_min(1e-9)
        good = usable & (z > 1e-6) & ((refined - inverse).abs() < EDGE * inverse)
        inverse = torch.where(good, refined, inverse)
    at, z = project(_lift(uv, inverse, K, c2w), source.K, w2c_source)
    at, pixel = _own_side(source, at, 1 / z.clamp_min(1e-9))
    colour = _sample(source.frame, at, "bicubic").clamp(0, 1)
    mixed = source.at_edge.flatten()[pixel]
    return torch.where(mixed[:, None], _sample(source.frame, at, "nearest"), colour), inverse, pixel


def _own_side(source: Surface, at: Tensor, inverse: Tensor) -> tuple[Tensor, Tensor]:
    """Positions that rounding carried across a depth edge put back on the surface they came from, and their pixels."""
    facet, pixel = _facet(source, at)
    lost = (facet - inverse).abs() > EDGE * inverse
    width = source.inverse.shape[1]
    for du, dv in ((-1, 0), (1, 0), (0, -1), (0, 1), (-1, -1), (1, -1), (-1, 1), (1, 1)):
        if not lost.any():
            break
        facet, beside = _facet(source, at + torch.tensor([du, dv]))
        found = lost & ((facet - inverse).abs() <= EDGE * inverse)
        centre = torch.stack([beside % width, beside // width], -1) + 0.5
        at, pixel = torch.where(found[:, None], centre, at), torch.where(found, beside, pixel)
        lost = lost & ~found
    return at, pixel


def warp(sources: list[Surface], camera: Cameras) -> Warped:
    """What the first camera of `camera` sees of the sources; where several do, the earliest gives colour."""
    K, c2w, width, height = camera.K[0], camera.c2w[0], camera.width, camera.height
    w2c = rigid_inverse(c2w)
    buffers = torch.stack([splat(source, K, w2c, width, height) for source in sources])
    front = buffers.amax(0)
    seen = front > 0
    owner = (buffers >= (1 - EDGE / 2) * front).float().argmax(0)
    frame, z, near_rim = torch.zeros(height, width, 3), torch.zeros(height, width), torch.zeros_like(seen)
    uv = pixel_grid(width, height)
    for index, source in enumerate(sources):
        mine = seen & (owner == index)
        if mine.any():
            colour, inverse, pixel = _look_up(source, uv[mine], buffers[index][mine], K, c2w)
            frame[mine], z[mine] = colour, 1 / inverse
            near_rim[mine] = source.near_rim.flatten()[pixel]
    return Warped(frame=frame, z=z, seen=seen, near_rim=near_rim)


def coverage(source: Surface, camera: Cameras, shrink: int = 4) -> Float[Tensor, "h w"]:
    """Inverse depths (0 = not seen) of one source in the camera at 1/shrink of its size: a cheap look for holes."""
    small = Surface(
        frame=source.frame[::shrink, ::shrink],
        inverse=source.inverse[::shrink, ::shrink],
        slope=source.slope[::shrink, ::shrink] * shrink,
        at_edge=source.at_edge[::shrink, ::shrink],
        near_rim=source.near_rim[::shrink, ::shrink],
        K=_shrunk(source.K, shrink),
        c2w=source.c2w,
    )
    width, height = -(-camera.width // shrink), -(-camera.height // shrink)
    return splat(small, _shrunk(camera.K[0], shrink), rigid_inverse(camera.c2w[0]), width, height)


def _shrunk(K: Tensor, shrink: int) -> Tensor:
    """K of a picture made of every shrink-th pixel."""
    out = K.clone()
    out[:2] = out[:2] / shrink
    out[:2, 2] += 0.5 - 0.5 / shrink
    return out
