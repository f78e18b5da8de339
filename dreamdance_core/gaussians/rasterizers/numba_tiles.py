"""The fast CPU rasterizer: the kernels of kernels.py compiled by numba, float32, exact gradients, deterministic.

Threads come from a plain thread pool over kernels that release the GIL: numba's own thread layers abort the process
when two host threads use them at once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from inspect import unwrap
from typing import Any, NamedTuple

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from ...types import Gaussians
from ..projection import View
from . import kernels, projection_kernels

_PROJECTION = ("project", "project_backward")
_PARTS_PER_THREAD = 8  # uneven tiles even out
_CHUNKS = 32  # of the splats, so that they can be listed at once; the result does not depend on it


class _Plan(NamedTuple):
    """One picture's splats, listed by tile (see kernels.py for the arrays)."""

    camera: np.ndarray
    packed: np.ndarray
    pairs: np.ndarray
    tile_start: np.ndarray
    lists: np.ndarray
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
        out, passing, plan = _draw((means, quats, scales, opacities, colours), view)
        ctx.plan, ctx.view = plan, view
        ctx.save_for_backward(means, quats, scales, out, passing)
        return out, passing

    @staticmethod
    def backward(ctx, grad_out, grad_passing):
        means, quats, scales, out, passing = ctx.saved_tensors
        plan, view = ctx.plan, ctx.view
        total = (grad_out * out).sum(-1) + grad_passing * passing
        ends = np.cumsum(plan.pairs, dtype=np.int64)
        first_pair = ends - plan.pairs
        pair_grads = np.zeros((len(plan.lists), kernels.GRADS), np.float32)
        grads = [torch.empty(t.shape) for t in (means, quats, scales)]
        grads += [torch.empty(len(means)), torch.empty(len(means), 3)]
        with _threads() as run:
            tiles = (plan.tile_start, plan.lists, plan.columns, grad_out.contiguous().numpy(), total.numpy())
            run("composite_backward", len(plan.tile_start) - 1, plan.packed, first_pair, *tiles, pair_grads)
            run(
                "project_backward", len(means), *_arrays(means, quats, scales), plan.camera, view.width, view.height,
                plan.packed, plan.pairs, first_pair, pair_grads, *(g.numpy() for g in grads),
            )  # fmt: skip
        return *grads, None


def _camera(view: View) -> np.ndarray:
    """[R row by row, t, fx, fy, cx, cy]."""
    K, w2c = view.K.float(), view.w2c.float()
    inner = torch.stack([K[0, 0], K[1, 1], K[0, 2], K[1, 2]])
    return torch.cat([w2c[:3, :3].flatten(), w2c[:3, 3], inner]).cpu().numpy()


def _arrays(*tensors: Tensor) -> list[np.ndarray]:
    return [t.detach().contiguous().numpy() for t in tensors]


def _draw(fields: tuple[Tensor, ...], view: View) -> tuple[Tensor, Tensor, _Plan]:
    """Premultiplied colours with sum of weight times z, transmittance, and the plan a backward pass needs."""
    arrays, camera = _arrays(*fields), _camera(view)
    count, width, height = len(arrays[0]), view.width, view.height
    columns, rows = -(-width // kernels.TILE_X), -(-height // kernels.TILE_Y)
    step = max(1, -(-count // _CHUNKS))
    packed = np.empty((count, kernels.PACKED), np.float32)
    pairs = np.empty(count, np.int32)
    counts = np.empty((_CHUNKS, columns * rows), np.int64)
    out, passing = np.empty((height, width, 4), np.float32), np.empty((height, width), np.float32)
    with _threads() as run:
        run("project", _CHUNKS, step, *arrays, camera, width, height, columns, packed, pairs, counts)
        ends = counts.T.ravel().cumsum()  # tile by tile, in each chunk by chunk
        cursor = np.ascontiguousarray((ends - counts.T.ravel()).reshape(-1, _CHUNKS).T)
        tile_start = np.append(cursor[0], ends[-1])
        lists = np.empty(ends[-1], np.int32)
        run("list_tiles", _CHUNKS, step, packed, pairs, columns, cursor, lists)
        tiles = columns * rows
        run("sort_lists", tiles, packed, tile_start, lists)
        run("composite", tiles, packed, tile_start, lists, columns, out, passing)
    plan = _Plan(camera, packed, pairs, tile_start, lists, columns)
    return torch.from_numpy(out), torch.from_numpy(passing), plan


@cache
def _compiled(name: str) -> Callable[..., None]:
    """A kernel as machine code; kept on disk beside the package or in numba's user cache, where one can be written.

    What is kept names the module that made it, and this folder goes by one name in ComfyUI (its path) and by another on
    the command line: each name has a cache of its own.
    """
    import numba

    module = projection_kernels if name in _PROJECTION else kernels
    plain = unwrap(getattr(module, name))  # a runtime type checker may stand before it
    plain.__qualname__ = f"{name}_{hashlib.sha256(module.__name__.encode()).hexdigest()[:8]}"
    options = {"nogil": True, "error_model": "numpy", "fastmath": {"contract", "nsz"}}
    try:
        return numba.njit(cache=True, **options)(plain)
    except RuntimeError:  # no folder for the cache
        return numba.njit(**options)(plain)


@contextmanager
def _threads() -> Iterator[Callable[..., None]]:
    """run(name, count, *arguments): a kernel over all of range(count), on as many threads as torch uses."""
    threads = torch.get_num_threads()

    def run(name: str, count: int, *arguments: Any) -> None:
        kernel = _compiled(name)
        parts = min(count, threads * _PARTS_PER_THREAD)
        if threads == 1 or parts < 2:
            kernel(0, count, *arguments)
            return
        edges = [count * k // parts for k in range(parts + 1)]
        jobs = [pool.submit(kernel, a, b, *arguments) for a, b in zip(edges[:-1], edges[1:], strict=True)]
        for job in jobs:
            job.result()

    with ThreadPoolExecutor(threads) as pool:
        yield run
