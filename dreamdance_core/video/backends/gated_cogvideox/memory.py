"""How a gated model fits into memory: how its weights are kept, and what is on the device when."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import torch
from torch import nn

from .quantize import quantize
from .streaming import Streaming

Weights = Literal["stored", "fp8", "int8", "nf4"]
Offload = Literal["auto", "none", "model", "group", "sequential"]
MARGIN = 1.1  # of an estimate: fragments, the driver
# A pass beside the weights, in copies of its tokens, and decoding, in copies of a tile's first channels: measured by
# benchmarks/gated_memory.py.
_TOKEN_COPIES = 15.5
_TILE_COPIES = 22.5
NATIVE = (48, 768, 768)  # frames, height, width: the paper's clips, for which `auto` makes room


@dataclass(frozen=True, kw_only=True)
class MemoryPlan:
    """weights: kept as stored, or in 8 or 4 bits; offload: what leaves the device while it is not needed.

    fp8, int8 and nf4 change the blocks' matrices only: gates, projections, patch embedding and norms stay as they are.
    none: everything stays on the device; model: one network at a time; group: the transformer's blocks one after
    another, two at a time; sequential: its layers, one at a time; auto: the first of these that fits.
    """

    weights: Weights = "stored"
    offload: Offload = "auto"


def held(module: nn.Module) -> int:
    """Bytes of a network's weights on the device while it works."""
    streaming = module.__dict__.get("streaming")
    return sum(p.nbytes for p in module.parameters()) if streaming is None else streaming.on_device()


def pass_bytes(transformer: nn.Module, frames: int, height: int, width: int) -> int:
    """Bytes that one pass of the transformer needs beside its weights, for a clip or window of pixels."""
    config = transformer.config
    latents = (frames + 3) // 4
    tokens = latents // (config.patch_size_t or 1) * (height // 8 // config.patch_size) * (
        width // 8 // config.patch_size
    ) + 257  # fmt: skip
    row = config.num_attention_heads * config.attention_head_dim * transformer.dtype.itemsize
    return int(tokens * row * _TOKEN_COPIES)


def decode_bytes(vae: nn.Module, frames: int, height: int, width: int) -> int:
    """Bytes that decoding in tiles needs, with the finished frames in float32."""
    tile = min(height, vae.tile_sample_min_height) * min(width, vae.tile_sample_min_width)
    inside = tile * 8 * vae.config.block_out_channels[0] * vae.dtype.itemsize * _TILE_COPIES
    return int(inside + 2 * frames * height * width * 3 * vae.dtype.itemsize)


def peak_bytes(transformer: nn.Module, vae: nn.Module, size: tuple[int, int, int], *, together: bool = False) -> int:
    """The most bytes on the device at any time of a job of (frames, height, width), as far as can be told beforehand.

    together: all networks stay there, instead of one at a time.
    """
    sampling = held(transformer) + pass_bytes(transformer, *size)
    decoding = held(vae) + decode_bytes(vae, *size)
    if together:
        return int(MARGIN * (max(sampling + held(vae), decoding + held(transformer))))
    return int(MARGIN * max(sampling, decoding))


def working_bytes(transformer: nn.Module, vae: nn.Module, size: tuple[int, int, int]) -> int:
    """The most bytes beside the weights at any time of a job of (frames, height, width)."""
    return int(MARGIN * max(pass_bytes(transformer, *size), decode_bytes(vae, *size)))


def advice(transformer: nn.Module, vae: nn.Module, size: tuple[int, int, int], total: int | None) -> str:
    """A line for the user: what a job will need of the device's memory, and what to do when it has less."""
    if total is None:
        return ""
    need = peak_bytes(transformer, vae, size)
    text = f"needs about {need / 1e9:.1f} GB of the device's {total / 1e9:.1f} GB"
    if need <= total:
        return text
    return text + ": load the model with offload `group`, or weights int8, or make the video smaller"


def pack_weights(transformer: nn.Module, plan: MemoryPlan) -> None:
    """Brings the blocks' matrices into the plan's number type."""
    if plan.weights == "fp8":
        from diffusers.hooks import apply_layerwise_casting

        apply_layerwise_casting(
            transformer.transformer_blocks,
            storage_dtype=torch.float8_e4m3fn,
            compute_dtype=transformer.dtype,
            skip_modules_pattern=("norm",),
        )
    elif plan.weights != "stored":
        quantize(transformer.transformer_blocks, plan.weights)


def settled(
    plan: MemoryPlan,
    transformer: nn.Module,
    vae: nn.Module,
    free: int | None,
    size: tuple[int, int, int] = NATIVE,
) -> MemoryPlan:
    """The plan with `auto` replaced: the first of none, model, group, sequential that fits into `free` bytes.

    None: the device is the host itself, where nothing is gained by moving. Streams the transformer where the plan says
    so.
    """
    offload = plan.offload
    if offload == "auto":
        offload = "none" if free is None else _first_that_fits(transformer, vae, free, size)
    if offload in ("group", "sequential"):
        _stream(transformer, leaves=offload == "sequential")
    return replace(plan, offload=offload)


def _stream(transformer: nn.Module, *, leaves: bool) -> None:
    transformer.streaming = Streaming(transformer, transformer.transformer_blocks, leaves=leaves)


def _first_that_fits(transformer: nn.Module, vae: nn.Module, free: int, size: tuple[int, int, int]) -> str:
    if peak_bytes(transformer, vae, size, together=True) <= free:
        return "none"
    if peak_bytes(transformer, vae, size) <= free:
        return "model"
    grouped = Streaming(transformer, transformer.transformer_blocks).on_device()
    return "group" if MARGIN * (grouped + pass_bytes(transformer, *size)) <= free else "sequential"


def free_bytes(device: torch.device) -> int | None:
    """Free bytes of a CUDA device; None for others, whose memory is not asked."""
    return torch.cuda.mem_get_info(device)[0] if device.type == "cuda" else None
