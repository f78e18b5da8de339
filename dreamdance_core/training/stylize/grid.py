"""Pictures side by side as one picture, and cut apart again."""

from __future__ import annotations

import math

from einops import rearrange
from jaxtyping import Float
from torch import Tensor
from torch.nn.functional import interpolate

_STEP = 8  # px: a latent of SDXL's VAE
_NEAR = 1.25  # no resizing for less than this: it would only cost sharpness


def cell_size(height: int, width: int, cells: int, side: int) -> tuple[int, int]:
    """Height and width of a cell, so that all of them together have about side x side px and the pictures' aspect.

    Multiples of 8. The pictures' own size where that is near enough.
    """
    scale = side / math.sqrt(cells * height * width)
    if 1 / _NEAR <= scale <= _NEAR and height % _STEP == width % _STEP == 0:
        return height, width
    return max(_STEP, round(height * scale / _STEP) * _STEP), max(_STEP, round(width * scale / _STEP) * _STEP)


def join(cells: Float[Tensor, "N h w C"], columns: int) -> Float[Tensor, "H W C"]:
    """The cells row by row as one picture. Raises ValueError when they fill no rectangle."""
    if len(cells) % columns:
        raise ValueError(f"a grid of {columns} columns takes a multiple of {columns} pictures, got {len(cells)}")
    return rearrange(cells, "(r c) h w k -> (r h) (c w) k", c=columns)


def cut(picture: Float[Tensor, "H W C"], rows: int, columns: int) -> Float[Tensor, "N h w C"]:
    """The cells of a joined picture, in their order. Raises ValueError for sides that are no multiples."""
    height, width = picture.shape[:2]
    if height % rows or width % columns:
        raise ValueError(f"a picture of {width}x{height} cannot be cut into {columns}x{rows} equal cells")
    return rearrange(picture, "(r h) (c w) k -> (r c) h w k", r=rows, c=columns).contiguous()


def resized(pictures: Float[Tensor, "N H W C"], size: tuple[int, int]) -> Float[Tensor, "N h w C"]:
    """The pictures at another height and width; unchanged where they have it."""
    if tuple(pictures.shape[1:3]) == size:
        return pictures
    moved = interpolate(rearrange(pictures, "n h w c -> n c h w"), size, mode="bicubic", antialias=True)
    return rearrange(moved, "n c h w -> n h w c").clamp(0, 1).contiguous()
