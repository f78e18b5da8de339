"""The VAE in pieces: clips of any length are encoded and decoded a stretch at a time, bit-equal to the whole.

The VAE itself works in chunks (eight pictures, two latent frames) and hands a cache of convolution borders from chunk
to chunk. Here that cache is kept between stretches, so that neither the clip nor the latents need to be there at once;
wide pictures go through in overlapping tiles with a cache each, which rest in host memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from diffusers.utils.accelerate_utils import apply_forward_hook
from jaxtyping import Float
from torch import Tensor, nn

STRETCH = 6  # chunks that a tile takes before the next one: 48 pictures, a window's worth


@dataclass(frozen=True, kw_only=True)
class _Tiles:
    """Sizes (height, width) of overlapping tiles, before (`size`, `step`) and behind (`blend`, `keep`) the network."""

    size: tuple[int, int]
    step: tuple[int, int]
    blend: tuple[int, int]
    keep: tuple[int, int]


def _tiles(vae: nn.Module, shape: torch.Size, *, decode: bool) -> _Tiles:
    """The VAE's own tiling of pictures (or latents) of a size; one tile when tiling is off or they are small."""
    sample = (vae.tile_sample_min_height, vae.tile_sample_min_width)
    latent = (vae.tile_latent_min_height, vae.tile_latent_min_width)
    overlap = (vae.tile_overlap_factor_height, vae.tile_overlap_factor_width)
    before, behind = (latent, sample) if decode else (sample, latent)
    if not vae.use_tiling or all(whole <= size for whole, size in zip(shape[-2:], before, strict=True)):
        return _Tiles(size=shape[-2:], step=shape[-2:], blend=(0, 0), keep=(1 << 30, 1 << 30))
    blend = tuple(int(size * share) for size, share in zip(behind, overlap, strict=True))
    return _Tiles(
        size=before,
        step=tuple(int(size * (1 - share)) for size, share in zip(before, overlap, strict=True)),
        blend=blend,
        keep=tuple(size - border for size, border in zip(behind, blend, strict=True)),
    )


def chunks(count: int, size: int) -> list[slice]:
    """The VAE's chunks of a time axis: `size` long, the first one longer by the remainder."""
    first = size + count % size if count >= size else count
    return [slice(0, first), *(slice(start, start + size) for start in range(first, count, size))]


def encode(
    vae: nn.Module, read: Callable[[slice], Tensor], count: int, watch: Callable[[], None]
) -> Iterator[Float[Tensor, "1 32 t h w"]]:
    """The posterior's moments of `count` pictures, a stretch at a time; `read` gives (1,3,t,H,W) in [-1,1]."""

    def network(tile: Tensor, cache: dict | None) -> tuple[Tensor, dict]:
        watch()
        out, cache = vae.encoder(tile, conv_cache=cache)
        return (out if vae.quant_conv is None else vae.quant_conv(out)), cache

    return _stream(vae, network, read, chunks(count, vae.num_sample_frames_batch_size), decode=False)


def decode(
    vae: nn.Module, latents: Float[Tensor, "1 16 t h w"], watch: Callable[[], None]
) -> Iterator[Float[Tensor, "1 3 T H W"]]:
    """Pictures of unscaled latents, a stretch at a time."""

    def network(tile: Tensor, cache: dict | None) -> tuple[Tensor, dict]:
        watch()
        tile = tile if vae.post_quant_conv is None else vae.post_quant_conv(tile)
        return vae.decoder(tile, conv_cache=cache)

    parts = chunks(latents.shape[2], vae.num_latent_frames_batch_size)
    return _stream(vae, network, lambda cut: latents[:, :, cut], parts, decode=True)


@apply_forward_hook  # a VAE offloaded as a whole comes to its device as it does for its own encode and decode
def _stream(
    vae: nn.Module,
    network: Callable[[Tensor, dict | None], tuple[Tensor, dict]],
    read: Callable[[slice], Tensor],
    parts: list[slice],
    *,
    decode: bool,
) -> Iterator[Tensor]:
    caches: dict[tuple[int, int], dict] = {}
    for start in range(0, len(parts), STRETCH):
        stretch = parts[start : start + STRETCH]
        begin = stretch[0].start
        whole = read(slice(begin, stretch[-1].stop))
        tiles = _tiles(vae, whole.shape, decode=decode)
        rows = []
        for top in range(0, whole.shape[3], tiles.step[0]):
            rows.append([])
            for left in range(0, whole.shape[4], tiles.step[1]):
                tile = whole[..., top : top + tiles.size[0], left : left + tiles.size[1]]
                cache, done = _moved(caches.get((top, left)), whole.device), []
                for part in stretch:
                    out, cache = network(tile[:, :, part.start - begin : part.stop - begin], cache)
                    done.append(out)
                rows[-1].append(torch.cat(done, 2))
                single = tiles.step == tuple(whole.shape[3:])
                if stretch[-1] is not parts[-1]:  # somebody will read it
                    caches[top, left] = cache if single else _moved(cache, torch.device("cpu"))
        yield _joined(vae, rows, tiles)


def _moved(cache: dict | Tensor | None, device: torch.device) -> dict | Tensor | None:
    """The cache of a tile (tensors in nested dictionaries) on a device."""
    if isinstance(cache, dict):
        return {name: _moved(value, device) for name, value in cache.items()}
    return cache if cache is None else cache.to(device)


def _joined(vae: nn.Module, rows: list[list[Tensor]], tiles: _Tiles) -> Tensor:
    """Tiles blended over their overlaps in the VAE's order: with the one above, then with the one to the left."""
    lines = []
    for i, row in enumerate(rows):
        for j, tile in enumerate(row):
            if i > 0:
                vae.blend_v(rows[i - 1][j], tile, tiles.blend[0])
            if j > 0:
                vae.blend_h(row[j - 1], tile, tiles.blend[1])
        lines.append(torch.cat([tile[..., : tiles.keep[0], : tiles.keep[1]] for tile in row], 4))
    return torch.cat(lines, 3)
