"""Tiny Wan checkpoints that the host's own loaders detect, with seeded random weights. Imported after the host.

The host reads a model's sizes from its state dict, except: 128 channels per attention head, 4096 of the text and 1280
of the picture's features, 16 heads of Uni3C, and all that encodes Wan Animate's faces.
"""

from __future__ import annotations

from pathlib import Path

import comfy.ldm.wan.model
import comfy.ldm.wan.model_animate
import comfy.ldm.wan.uni3c
import comfy.ldm.wan.vae
import comfy.ops
import torch
from safetensors.torch import save_file

_SIZES = {"dim": 128, "ffn_dim": 64, "num_heads": 1, "num_layers": 2, "operations": comfy.ops.disable_weight_init}
_VAE = {
    "dim": 8,
    "z_dim": 16,
    "dim_mult": [1, 2, 4, 4],
    "num_res_blocks": 2,
    "temperal_downsample": [False, True, True],
}
_UNI3C = {"conv_out_dim": 128, "dim": 192, "ffn_dim": 64, "num_layers": 1, "time_embed_dim": 128, "out_proj_dim": 128}


def _made(kind: str) -> torch.nn.Module:
    wan, operations = comfy.ldm.wan.model, comfy.ops.disable_weight_init
    if kind == "vace":
        return wan.VaceWanModel(vace_layers=1, vace_in_dim=96, **_SIZES)
    if kind == "animate":
        return comfy.ldm.wan.model_animate.AnimateWanModel(in_dim=36, **(_SIZES | {"num_layers": 5}))
    if kind == "i2v":
        return wan.WanModel(model_type="i2v", in_dim=36, **_SIZES)
    if kind == "uni3c":
        return comfy.ldm.wan.uni3c.WanUni3CControlnet(mid_channels=16, operations=operations, **_UNI3C)
    return comfy.ldm.wan.vae.WanVAE(**_VAE)


def _state(kind: str) -> dict[str, torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    if kind == "lora":
        sides = {"lora_A": (4, 128), "lora_B": (128, 4)}
        return {
            f"diffusion_model.blocks.0.self_attn.q.{side}.weight": torch.randn(shape, generator=generator)
            for side, shape in sides.items()
        }
    return {
        name: torch.ones(value.shape)
        if "norm" in name or "gamma" in name
        else torch.randn(value.shape, generator=generator) * 0.05
        for name, value in _made(kind).state_dict().items()
    }


def save(kind: str, path: Path) -> Path:
    """The file of a kind: vace, animate, i2v, uni3c, lora or vae."""
    state = _state(kind)
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file(state, path)
    return path
