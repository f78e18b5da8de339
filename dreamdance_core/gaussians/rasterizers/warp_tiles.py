"""The GPU rasterizer that needs no compiler on the user's machine: warp_kernels.py, compiled by Warp (Apache-2.0).

Why Warp: its wheels carry NVRTC and their own CPU compiler, so the very kernels that a GPU runs are tested where there
is none, and their PTX is built in a test too. NVRTC out of torch's wheels would run CUDA text that only a GPU can test.

Made for small splats. Tiles of 8 px keep the lists a pixel walks short. Gradients go without atomics: each pixel writes
two numbers per splat it blends (d_power, weight), then one thread per pair of splat and tile sums its own few pixels,
then one per splat its pairs. The CPU backend is serial: for tests.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

import torch
import warp as wp
from jaxtyping import Float
from torch import Tensor

from ...types import Gaussians
from ..projection import View
from . import warp_kernels as kernels

_BUDGET = 2**26  # pixels of splats held at once in the backward pass: half a GB
_BLOCK = 64  # threads; one number for all, because Warp builds the kernels anew for each
_LARGE = 2.5  # times as many pairs with tiles of 8 px as with 16: the splats are large, take 16


class _Plan(NamedTuple):
    """One picture's splats, listed by tile (see warp_kernels.py)."""

    camera: Any
    packed: Tensor
    pairs: Tensor
    first_pair: Tensor
    tile_start: Tensor
    lists: Tensor
    tiles: Tensor
    by_slot: Tensor
    area: int  # px of all splats together
    size: int
    columns: int


def splat(
    gaussians: Gaussians, colours: Float[Tensor, "N 3"], view: View
) -> tuple[Float[Tensor, "H W 4"], Float[Tensor, "H W"]]:
    """Premultiplied colours and sum of weight times z, and what light passes, of one picture."""
    return _Rasterize.apply(
        gaussians.means, gaussians.quats, gaussians.scales, gaussians.opacities, colours, view
    )  # fmt: skip


class _Rasterize(torch.autograd.Function):
    @staticmethod
    def forward(ctx, means, quats, scales, opacities, colours, view):
        fields = [t.detach().contiguous() for t in (means, quats, scales, opacities, colours)]
        plan = _plan(fields, view)
        out, passing = means.new_empty(view.height, view.width, 4), means.new_empty(view.height, view.width)
        tile_pixels, tiles = plan.size**2, len(plan.tile_start) - 1
        _launch(
            kernels.composite, tiles * tile_pixels, plan.packed, plan.tile_start, plan.lists, plan.size, plan.columns,
            out, passing,
        )  # fmt: skip
        ctx.plan = plan
        ctx.save_for_backward(*fields[:3], out, passing)
        return out, passing

    @staticmethod
    def backward(ctx, grad_out, grad_passing):
        means, quats, scales, out, passing = ctx.saved_tensors
        plan = ctx.plan
        total = (grad_out * out).sum(-1) + grad_passing * passing
        pair_grads = _pair_gradients(plan, grad_out.contiguous(), total)
        grads = [torch.empty_like(t) for t in (means, quats, scales)]
        grads += [means.new_empty(len(means)), means.new_empty(len(means), 3)]
        _launch(
            kernels.project_backward, len(means), plan.camera, means, quats, scales, plan.packed, plan.pairs,
            plan.first_pair, *pair_grads, *grads,
        )  # fmt: skip
        return *grads, None


def _plan(fields: list[Tensor], view: View) -> _Plan:
    means = fields[0]
    count = len(means)
    packed = means.new_empty(4 * count, 4)
    depth = means.new_empty(count)
    int32 = {"dtype": torch.int32, "device": means.device}
    touches = torch.empty(3, count, **int32)
    camera = _camera(view)
    _launch(kernels.project, count, camera, *fields, packed, depth, touches)
    small, large, area = touches.sum(1).tolist()  # waits for the device
    size, pairs, total = (16, touches[1], large) if small > _LARGE * large else (8, touches[0], small)
    columns, rows = -(-view.width // size), -(-view.height // size)
    order = torch.sort(depth, stable=True).indices
    ends = pairs[order].cumsum(0, dtype=torch.int32)
    tiles, owners, first_pair = (torch.empty(n, **int32) for n in (total, total, count))
    _launch(kernels.list_pairs, count, order, pairs, ends, packed, size, columns, tiles, owners, first_pair)
    key = torch.int16 if columns * rows < 2**15 else torch.int32  # half the passes of a radix sort
    tiles, by_slot = torch.sort(tiles.to(key), stable=True)  # stable: each list keeps the depth order
    start = torch.searchsorted(tiles, torch.arange(columns * rows + 1, dtype=key, device=means.device), out_int32=True)
    return _Plan(camera, packed, pairs, first_pair, start, owners[by_slot], tiles.int(), by_slot, area, size, columns)


def _pair_gradients(plan: _Plan, grad: Tensor, total: Tensor) -> list[Tensor]:
    """Of each pair's conic, of (x, y, opacity), of (r, g, b, z)."""
    slots, tile_pixels = len(plan.lists), plan.size**2
    pair_grads = [grad.new_empty(slots, n) for n in (3, 3, 4)]
    area = torch.empty(slots, dtype=torch.int64, device=grad.device)
    _launch(kernels.measure, slots, plan.packed, plan.lists, plan.tiles, plan.size, plan.columns, area)
    offset = torch.nn.functional.pad(area.cumsum(0), (1, 0))
    for first, stop, a, b, base, end in _rounds(plan, offset):
        moves = grad.new_zeros(end - base, 2)
        where = (plan.size, plan.columns, grad)
        _launch(
            kernels.pixel_gradients, (stop - first) * tile_pixels, first, base, plan.packed, plan.tile_start,
            plan.lists, offset, *where, total, moves,
        )  # fmt: skip
        _launch(
            kernels.pair_gradients, b - a, a, base, plan.packed, plan.lists, plan.tiles, plan.by_slot, offset, *where,
            moves, *pair_grads,
        )  # fmt: skip
    return pair_grads


def _rounds(plan: _Plan, offset: Tensor) -> Iterator[tuple[int, int, int, int, int, int]]:
    """Ranges of tiles, of slots and of pixels of splats, each at most _BUDGET long unless one tile is longer."""
    tiles = len(plan.tile_start) - 1
    if plan.area <= _BUDGET:
        yield 0, tiles, 0, len(plan.lists), 0, plan.area
        return
    slots, pixels = plan.tile_start.tolist(), offset[plan.tile_start.long()].tolist()
    first = 0
    while first < tiles:
        stop = max(first + 1, bisect_right(pixels, pixels[first] + _BUDGET) - 1)
        yield first, stop, slots[first], slots[stop], pixels[first], pixels[stop]
        first = stop


def _camera(view: View) -> Any:
    camera = kernels.Camera()
    rows = torch.cat([view.w2c[:3].flatten(), view.K.flatten()]).tolist()
    camera.right, camera.down, camera.ahead = (wp.vec3(*rows[k : k + 3]) for k in (0, 4, 8))
    camera.t = wp.vec3(rows[3], rows[7], rows[11])
    camera.inner = wp.vec4(rows[12], rows[16], rows[14], rows[17])
    camera.width, camera.height = view.width, view.height
    return camera


def _launch(kernel: wp.Kernel, count: int, *arguments: Any) -> None:
    """Runs a kernel on the device and the current stream of its tensors, which are passed without a copy."""
    device = next(a.device for a in arguments if isinstance(a, Tensor))
    _load(str(device))
    passed = [
        wp.from_torch(a, dtype=slot.type.dtype, return_ctype=True) if isinstance(a, Tensor) else a
        for a, slot in zip(arguments, kernel.adj.args, strict=True)
    ]
    stream = wp.stream_from_torch(torch.cuda.current_stream(device)) if device.type == "cuda" else None
    wp.launch(kernel, count, passed, device=wp.device_from_torch(device), stream=stream, block_dim=_BLOCK)


@cache
def _load(device: str) -> None:
    """Builds the kernels for a device, or takes them from Warp's own cache, without Warp's messages."""
    level = wp.config.log_level
    wp.config.log_level = wp.LOG_WARNING
    try:
        wp.init()
        wp.load_module(kernels, device=wp.device_from_torch(torch.device(device)), block_dim=_BLOCK)
    finally:
        wp.config.log_level = level
