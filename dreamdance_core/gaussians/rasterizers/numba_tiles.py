"""The fast CPU rasterizer: the kernels of kernels.py compiled by numba, float32, exact gradients, deterministic.

Threads come from a plain thread pool over kernels that release the GIL: numba's own thread layers abort the process
when two host threads use them at once.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from inspect import unwrap
from typing import Any, NamedTuple

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from ...types import Gaussians
from ..projection import View
from . import kernels

_CHUNKS_PER_THREAD = 8  # uneven tiles even out


class _Plan(NamedTuple):
    """One picture's splats, sorted into tiles (see kernels.py for the arrays)."""

    packed: np.ndarray
    pairs: np.ndarray
    first_pair: np.ndarray
    tile_start: np.ndarray
    lists: np.ndarray
    slots: np.ndarray
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
        arrays = [t.detach().contiguous().numpy() for t in (means, quats, scales, opacities, colours)]
        camera = _camera(view)
        plan = _plan(arrays, camera, view)
        out = np.empty((view.height, view.width, 4), np.float32)
        passing = np.empty((view.height, view.width), np.float32)
        tiles = (plan.packed, plan.tile_start, plan.lists, plan.size, plan.columns)
        _in_threads("composite", len(plan.tile_start) - 1, *tiles, out, passing)
        out, passing = torch.from_numpy(out), torch.from_numpy(passing)
        ctx.plan, ctx.camera, ctx.view = plan, camera, view
        ctx.save_for_backward(means, quats, scales, out, passing)
        return out, passing

    @staticmethod
    def backward(ctx, grad_out, grad_passing):
        means, quats, scales, out, passing = ctx.saved_tensors
        plan = ctx.plan
        total = (grad_out * out).sum(-1) + grad_passing * passing
        pair_grads = np.zeros((len(plan.lists), kernels.GRADS), np.float32)
        tiles = (plan.packed, plan.tile_start, plan.lists, plan.size, plan.columns)
        grad = grad_out.contiguous().numpy()
        _in_threads("composite_backward", len(plan.tile_start) - 1, *tiles, grad, total.numpy(), pair_grads)
        grads = np.empty((len(means), 14), np.float32)
        arrays = [t.detach().contiguous().numpy() for t in (means, quats, scales)]
        lists = (plan.packed, plan.pairs, plan.first_pair, plan.slots)
        size = (ctx.view.width, ctx.view.height)
        _in_threads("project_backward", len(means), *arrays, ctx.camera, *size, *lists, pair_grads, grads)
        g = torch.from_numpy(grads)
        return g[:, :3], g[:, 3:7], g[:, 7:10], g[:, 10], g[:, 11:14], None


def _camera(view: View) -> np.ndarray:
    """[R row by row, t, fx, fy, cx, cy]."""
    K, w2c = view.K.float(), view.w2c.float()
    inner = torch.stack([K[0, 0], K[1, 1], K[0, 2], K[1, 2]])
    return torch.cat([w2c[:3, :3].flatten(), w2c[:3, 3], inner]).cpu().numpy()


def _plan(arrays: list[np.ndarray], camera: np.ndarray, view: View) -> _Plan:
    count = len(arrays[0])
    packed = np.empty((count, kernels.PACKED), np.float32)
    seen = np.empty(count, np.bool_)
    _in_threads("project", count, *arrays, camera, view.width, view.height, packed, seen)
    ids = np.flatnonzero(seen).astype(np.int32)
    order = np.empty(len(ids), np.int32)
    _compiled("depth_order")(ids, np.ascontiguousarray(packed[:, 9]), order, np.empty_like(order))
    size = 16 if len(ids) == 0 or float(packed[ids, 10:].mean()) < 24 else 32
    columns, rows = -(-view.width // size), -(-view.height // size)
    span = np.empty((count, 4), np.int32)
    pairs = np.empty(count, np.int64)
    _in_threads("tile_spans", count, packed, seen, size, columns, rows, span, pairs)
    ends = np.cumsum(pairs)
    total = int(ends[-1]) if count else 0
    first_pair = ends - pairs
    tile_start = np.empty(columns * rows + 1, np.int64)
    lists, slots = np.empty(total, np.int32), np.empty(total, np.int64)
    _compiled("tile_lists")(order, span, first_pair, columns, tile_start, lists, slots)
    return _Plan(packed, pairs, first_pair, tile_start, lists, slots, size, columns)


@cache
def _compiled(name: str) -> Callable[..., None]:
    """A kernel as machine code; kept on disk beside the package (or in numba's user cache) after the first call."""
    import numba

    plain = unwrap(getattr(kernels, name))  # a runtime type checker may stand before it
    return numba.njit(nogil=True, cache=True, error_model="numpy", fastmath={"contract", "nsz"})(plain)


def _in_threads(name: str, count: int, *arguments: Any) -> None:
    """kernel(start, stop, *arguments) over all of range(count), on as many threads as torch uses."""
    kernel = _compiled(name)
    threads = torch.get_num_threads()
    if threads == 1 or count < 64:
        kernel(0, count, *arguments)
        return
    edges = np.linspace(0, count, threads * _CHUNKS_PER_THREAD + 1).astype(int).tolist()
    with ThreadPoolExecutor(threads) as pool:
        jobs = [pool.submit(kernel, a, b, *arguments) for a, b in zip(edges[:-1], edges[1:], strict=True)]
        for job in jobs:
            job.result()
