"""Fusion of overlapping windows: model outputs during sampling, and finished clips afterwards."""

from __future__ import annotations

from jaxtyping import Float
from torch import Tensor

from ..types import Window
from .windows import blend_weights


def blend(parts: list[Float[Tensor, "_ *D"]], windows: list[Window], length: int) -> Float[Tensor, "T *D"]:
    """The weighted mean of window results on the long axis (MultiDiffusion, with linear ramps over the overlaps).

    Exact where windows agree; meant for model outputs at one noise level, before the sampler's step.
    """
    out = parts[0].new_zeros((length, *parts[0].shape[1:]))
    for part, window, weight in zip(parts, windows, blend_weights(windows, length), strict=True):
        shape = (-1,) + (1,) * (part.ndim - 1)
        out[window.start : window.stop] += part * weight.to(part).reshape(shape)
    return out


def copy_halves(parts: list[Float[Tensor, "_ *D"]], windows: list[Window]) -> list[Float[Tensor, "_ *D"]]:
    """Windows whose overlap was overwritten by their left neighbour's end: EDGE's long-sequence rule.

    Source: Tseng et al., EDGE: Editable Dance Generation From Music (2023), long-form sampling.
    """
    out = [parts[0].clone()]
    for left, right, window in zip(parts[:-1], parts[1:], windows[1:], strict=True):
        merged = right.clone()
        if window.overlap:
            merged[: window.overlap] = left[-window.overlap :]
        out.append(merged)
    return out


def merge_clips(clips: list[Float[Tensor, "_ _ _ _"]], overlap: int) -> Float[Tensor, "T H W C"]:
    """One video from clips that repeat `overlap` frames of their predecessor, cross-faded there.

    Raises ValueError for no clips, unequal sizes, or an overlap as long as a clip.
    """
    if not clips:
        raise ValueError("clips must hold at least one clip, got none")
    sizes = {tuple(clip.shape[1:]) for clip in clips}
    if len(sizes) > 1:
        raise ValueError(f"all clips must have one size, got {sorted(sizes)}; resize them first")
    shortest = min(len(clip) for clip in clips)
    if not 0 <= overlap < shortest:
        raise ValueError(f"overlap must be at least 0 and below the shortest clip ({shortest} frames), got {overlap}")
    windows, start = [], 0
    for index, clip in enumerate(clips):
        windows.append(Window(start=start, stop=start + len(clip), overlap=overlap if index else 0))
        start += len(clip) - overlap
    return blend(clips, windows, windows[-1].stop)
