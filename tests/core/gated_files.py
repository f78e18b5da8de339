"""A tiny gated model as files on the disk: base folder, CLIP folder, checkpoint."""

from __future__ import annotations

import inspect
from pathlib import Path

import torch
from diffusers import CogVideoXTransformer3DModel

from dreamdance_core.video.backends import gated_cogvideox as gated


def base_of(transformer: torch.nn.Module) -> CogVideoXTransformer3DModel:
    """The base model that a gated one was made from: without the new layers and the mask's columns."""
    known = inspect.signature(CogVideoXTransformer3DModel.__init__).parameters
    config = {name: value for name, value in transformer.config.items() if name in known}
    base = CogVideoXTransformer3DModel(**config | {"in_channels": 32})
    state = {name: value for name, value in transformer.state_dict().items() if name in base.state_dict()}
    wide = state["patch_embed.proj.weight"]
    per_channel = wide.reshape(wide.shape[0], 48, -1)[:, :32]
    state["patch_embed.proj.weight"] = per_channel.reshape(base.state_dict()["patch_embed.proj.weight"].shape).clone()
    base.load_state_dict(state)
    return base.eval()


def trained(seed: int = 3, version: str = "1.0") -> gated.GatedModel:
    """A tiny model whose new layers do something."""
    model = gated.tiny_model(seed=seed, version=version)
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(seed)
        for layer in (model.transformer.pose_proj, model.transformer.reference_proj):
            torch.nn.init.normal_(layer.weight, std=0.2)
    return model


def write(folder: Path, model: gated.GatedModel, base: str = "tiny", **options) -> Path:
    """Everything that a user has on the disk; the checkpoint's path. Options are save_checkpoint's."""
    base_of(model.transformer).save_pretrained(folder / base / "transformer")
    model.vae.save_pretrained(folder / base / "vae")
    model.clip.save_pretrained(folder / "clip-vit-large-patch14")
    return gated.save_checkpoint(folder / "mine.dreamdance.safetensors", model.transformer, base, **options)
