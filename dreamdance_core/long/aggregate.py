"""Fusion of overlapping windows: of model outputs or states during sampling, and of what came out afterwards."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor

from ..types import Window
from .windows import blend_weights

Mode = Literal["blend", "edge"]


def blend(parts: list[Float[Tensor, "_ *D"]], windows: list[Window], length: int) -> Float[Tensor, "T *D"]:
    """The weighted mean of window results on the long axis (MultiDiffusion, with triangular weights).

    Exact where windows agree; meant for model outputs at one noise level, before the sampler's step.
    """
    out = parts[0].new_zeros((length, *parts[0].shape[1:]))
    for part, window, weight in zip(parts, windows, blend_weights(windows, length), strict=True):
        out[window.start : window.stop] += part * _along(weight, part)
    return out


def copy_halves(parts: list[Float[Tensor, "_ *D"]], windows: list[Window]) -> list[Float[Tensor, "_ *D"]]:
    """Windows whose overlap was overwritten by their left neighbour's end: EDGE's long-sequence rule.

    Source: Tseng et al., EDGE: Editable Dance Generation From Music (2023), long-form sampling. There windows overlap
    by half; the last one here may reach further, into what its neighbour has just received.
    """
    out = [parts[0].clone()]
    for part, window in zip(parts[1:], windows[1:], strict=True):
        merged = part.clone()
        if window.overlap:
            merged[: window.overlap] = out[-1][-window.overlap :]
        out.append(merged)
    return out


def cross_fade(parts: list[Float[Tensor, "_ *D"]], windows: list[Window], length: int) -> Float[Tensor, "T *D"]:
    """Finished windows joined by a linear cross-fade from 0 to 1 over each overlap, as EDGE joins its own."""
    out = parts[0].new_zeros((length, *parts[0].shape[1:]))
    for part, window in zip(parts, windows, strict=True):
        middle = window.start + window.overlap
        out[middle : window.stop] = part[window.overlap :]
        if window.overlap:
            share = _along(fade(window.overlap), part)
            out[window.start : middle].lerp_(part[: window.overlap], share)
    return out


def fade(overlap: int) -> Float[Tensor, "{overlap}"]:
    """The right-hand clip's share over an overlap, from 0 to 1."""
    return torch.linspace(0, 1, overlap)


def _along(weight: Float[Tensor, "S"], part: Float[Tensor, "_ *D"]) -> Float[Tensor, "S *_"]:
    return weight.to(part).reshape(-1, *(1,) * (part.ndim - 1))


def fusion(mode: Mode) -> tuple[Callable[..., Tensor], Callable[..., list[Tensor]]]:
    """What a sampler needs for a mode: how parts become one whole, and how `edge` changes the states after a step."""
    return (blend if mode == "blend" else cross_fade), copy_halves
