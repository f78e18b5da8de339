"""The reference rasterizer: plain PyTorch on any device, float32 or float64, exact gradients.

Splats are sorted by depth once, listed per picture tile, and tiles of similar list length are composited together as
dense blocks (Kerbl et al. 2023, section 6, without atomics). The backward pass recomputes the blocks from the inputs.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor

from ...types import Gaussians
from ..projection import ALPHA_MAX, ALPHA_MIN, T_STOP, Ellipses, View, project

_BLOCK = 2**17  # tile x pixel x splat evaluations held at once: half a MB each, near the caches


class Tiles(NamedTuple):
    """Splat lists of all tiles, front to back; `ids` holds the lists one after the other."""

    ids: Int[Tensor, "P"]
    start: Int[Tensor, "t"]
    count: Int[Tensor, "t"]
    size: int  # px
    columns: int


def splat(
    gaussians: Gaussians, colours: Float[Tensor, "N 3"], view: View
) -> tuple[Float[Tensor, "H W 4"], Float[Tensor, "H W"]]:
    """Premultiplied colours and sum of weight times z, and what light passes, of one picture."""
    seen = project(gaussians.means, gaussians.quats, gaussians.scales, gaussians.opacities, view)
    features = torch.cat([colours[seen.index], seen.z[:, None]], -1)
    tiles = tile_lists(seen, view.width, view.height)
    out = _Composite.apply(seen.xy, seen.conic, gaussians.opacities[seen.index], features, tiles, view)
    return out[..., :4], out[..., 4]


@torch.no_grad()
def tile_lists(seen: Ellipses, width: int, height: int) -> Tiles:
    """Which splats touch which tile, front to back; small splats get small tiles."""
    radius = float(seen.extent.mean()) if len(seen.index) else 1.0
    size = 4 if radius < 4 else 8 if radius < 12 else 16
    columns, rows = -(-width // size), -(-height // size)
    order = torch.argsort(seen.z, stable=True)
    xy, extent = seen.xy[order], seen.extent[order]
    limit = torch.tensor([columns, rows], device=xy.device)
    first = ((xy - extent) / size).floor().long().clamp_min(0).minimum(limit - 1)
    last = ((xy + extent) / size).floor().long().clamp_min(0).minimum(limit - 1)
    span = last - first + 1
    per_splat = span.prod(-1)
    owner = torch.repeat_interleave(torch.arange(len(order), device=xy.device), per_splat)
    nth = torch.arange(len(owner), device=xy.device) - (per_splat.cumsum(0) - per_splat)[owner]
    wide = span[owner, 0]
    row = first[owner, 1] + torch.div(nth, wide, rounding_mode="floor")
    tile = row * columns + first[owner, 0] + nth % wide
    tile, by_tile = torch.sort(tile, stable=True)  # stable: each list keeps the depth order
    count = torch.bincount(tile, minlength=columns * rows)
    return Tiles(order[owner[by_tile]], count.cumsum(0) - count, count, size, columns)


class _Composite(torch.autograd.Function):
    """Front-to-back alpha compositing; the output's last channel is the transmittance."""

    @staticmethod
    def forward(ctx, xy, conic, opacity, features, tiles, view):
        ctx.save_for_backward(xy, conic, opacity, features)
        ctx.tiles, ctx.view = tiles, view
        out = features.new_zeros(len(tiles.count) * tiles.size**2, features.shape[1] + 1)
        out[:, -1] = 1
        for block in _blocks(tiles):
            alpha, T, alive, _ = _evaluate(xy, conic, opacity, block, tiles)
            weight = alpha * T * alive
            colour = torch.bmm(weight, features[block.ids])
            passing = torch.where(alive, 1 - alpha, 1).prod(-1)
            out[_rows(block, tiles)] = torch.cat([colour, passing[..., None]], -1).flatten(0, 1)
        return _to_picture(out, tiles, view)

    @staticmethod
    def backward(ctx, grad):
        xy, conic, opacity, features = ctx.saved_tensors
        tiles = ctx.tiles
        grad = _from_picture(grad, tiles, ctx.view)
        grads = [torch.zeros_like(t) for t in (xy, conic, opacity, features)]
        for block in _blocks(tiles):
            _backward_block(xy, conic, opacity, features, block, tiles, grad, grads)
        return (*grads, None, None)


class _Block(NamedTuple):
    """Some tiles with their lists padded to one length."""

    tile: Int[Tensor, "n"]
    ids: Int[Tensor, "n K"]
    real: Tensor  # (n, K) bool; False on padding


def _blocks(tiles: Tiles):
    """Tiles that hold splats, grouped by list length so that little is padding."""
    count, by_length = torch.sort(tiles.count, descending=True, stable=True)
    lengths = count.tolist()
    i, filled = 0, sum(n > 0 for n in lengths)
    while i < filled:
        stop = min(filled, i + max(1, _BLOCK // (tiles.size**2 * lengths[i])))
        # Lists under half the longest start a new block.
        while stop - i > 1 and lengths[stop - 1] * 2 < lengths[i]:
            stop = i + (stop - i + 1) // 2
        tile = by_length[i:stop]
        nth = torch.arange(lengths[i], device=tile.device)
        real = nth < tiles.count[tile][:, None]
        slot = tiles.start[tile][:, None] + torch.where(real, nth, 0)
        yield _Block(tile, tiles.ids[slot], real)
        i = stop


def _evaluate(xy: Tensor, conic: Tensor, opacity: Tensor, block: _Block, tiles: Tiles):
    """alpha, transmittance before each splat and whether it is blended, all (n, P, K), and pieces for the backward."""
    size = tiles.size
    inner = torch.arange(size, device=xy.device)
    corner = torch.stack([block.tile % tiles.columns, block.tile // tiles.columns], -1) * size
    grid = torch.stack(torch.meshgrid(inner, inner, indexing="xy"), -1).flatten(0, 1)
    pixel = (corner[:, None] + grid).to(xy.dtype) + 0.5  # (n, P, 2)
    centre = xy[block.ids]
    dx = pixel[:, :, None, 0] - centre[:, None, :, 0]
    dy = pixel[:, :, None, 1] - centre[:, None, :, 1]
    a, b, c = conic[block.ids].unsqueeze(1).unbind(-1)
    falloff = torch.exp(-(0.5 * (a * dx * dx + c * dy * dy) + b * dx * dy))
    raw = opacity[block.ids][:, None] * falloff
    alpha = raw.clamp_max(ALPHA_MAX)
    alpha = torch.where((alpha >= ALPHA_MIN) & block.real[:, None], alpha, 0)
    after = torch.cumprod(1 - alpha, -1)
    before = torch.cat([torch.ones_like(after[..., :1]), after[..., :-1]], -1)
    return alpha, before, after > T_STOP, (dx, dy, a, b, c, falloff, raw)


def _backward_block(xy, conic, opacity, features, block: _Block, tiles: Tiles, grad: Tensor, grads: list) -> None:
    """Adds one block's part of dL/d(xy, conic, opacity, features) to `grads`."""
    alpha, T, alive, (dx, dy, a, b, c, falloff, raw) = _evaluate(xy, conic, opacity, block, tiles)
    g = grad[_rows(block, tiles)].unflatten(0, (len(block.tile), -1))  # (n, P, F + 1)
    weight = alpha * T * alive
    passing = torch.where(alive, 1 - alpha, 1).prod(-1)
    q = torch.bmm(g[..., :-1], features[block.ids].mT)
    # Everything behind splat k, the transmitted light included, dims as 1 - alpha_k.
    wq = weight * q
    behind = wq.sum(-1, keepdim=True) - wq.cumsum(-1) + (passing * g[..., -1])[..., None]
    d_alpha = (T * q - behind / (1 - alpha)) * (alive & (alpha > 0) & (raw <= ALPHA_MAX))
    d_power = -d_alpha * raw
    flat = block.ids.flatten()

    def add(into: Tensor, per_splat: Tensor) -> None:
        into.index_add_(0, flat, (per_splat * block.real[..., None]).flatten(0, 1))

    moment = torch.stack([(d_power * m).sum(1) for m in (dx, dy)], -1)
    add(grads[0], -torch.stack([a[:, 0] * moment[..., 0] + b[:, 0] * moment[..., 1],
                                b[:, 0] * moment[..., 0] + c[:, 0] * moment[..., 1]], -1))  # fmt: skip
    add(grads[1], torch.stack([(d_power * m).sum(1) for m in (0.5 * dx * dx, dx * dy, 0.5 * dy * dy)], -1))
    add(grads[2][:, None], (d_alpha * falloff).sum(1)[..., None])
    add(grads[3], torch.bmm(weight.mT, g[..., :-1]))


def _rows(block: _Block, tiles: Tiles) -> Tensor:
    """Rows of the tile-major picture that a block's pixels fill."""
    pixels = torch.arange(tiles.size**2, device=block.tile.device)
    return (block.tile[:, None] * tiles.size**2 + pixels).flatten()


def _to_picture(rows: Tensor, tiles: Tiles, view: View) -> Tensor:
    size, columns = tiles.size, tiles.columns
    picture = rows.view(-1, columns, size, size, rows.shape[-1]).permute(0, 2, 1, 3, 4)
    return picture.reshape(-1, columns * size, rows.shape[-1])[: view.height, : view.width].contiguous()


def _from_picture(picture: Tensor, tiles: Tiles, view: View) -> Tensor:
    size, columns = tiles.size, tiles.columns
    lines = len(tiles.count) // columns * size
    padded = picture.new_zeros(lines, columns * size, picture.shape[-1])
    padded[: view.height, : view.width] = picture
    return padded.view(-1, size, columns, size, picture.shape[-1]).permute(0, 2, 1, 3, 4).flatten(0, 3)
