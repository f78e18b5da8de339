"""Tiny gated models, base models and jobs for the tests of the gated video model."""

from dataclasses import replace

import torch
from diffusers import CogVideoXTransformer3DModel

from dreamdance_core.types import AnimateJob, PoseTrack
from dreamdance_core.video.backends.gated_cogvideox.transformer import Conditions, GatedCogVideoXTransformer, rotary


def noise(seed: int, *shape: int) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def latents(seed: int, channels: int = 16, frames: int = 4, height: int = 8, width: int = 12) -> torch.Tensor:
    return noise(seed, 1, frames, channels, height, width)


def base_model(version: str = "1.0", **changes) -> CogVideoXTransformer3DModel:
    """A small CogVideoX I2V transformer with seeded random weights, biases and norms included."""
    newer = version == "1.5"
    config = {
        "num_attention_heads": 2,
        "attention_head_dim": 16,
        "in_channels": 32,
        "time_embed_dim": 32,
        "ofs_embed_dim": 32 if newer else None,
        "text_embed_dim": 24,
        "num_layers": 2,
        "sample_width": 12,
        "sample_height": 8,
        "patch_size_t": 2 if newer else None,
        "patch_bias": not newer,
        "use_rotary_positional_embeddings": True,
    }
    model = CogVideoXTransformer3DModel(**(config | changes)).eval()
    make = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for weight in model.parameters():
            weight.copy_(torch.randn(weight.shape, generator=make) * weight.shape[-1] ** -0.5)
    return model


def gated_model(version: str = "1.0", seed: int = 1, table: str = "off", **changes) -> GatedCogVideoXTransformer:
    """The gated model on `base_model`, its new layers random too."""
    model = GatedCogVideoXTransformer.from_base(base_model(version, **changes), clip_embed_dim=20, table=table).eval()
    make = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for layer in (model.pose_proj, model.reference_proj, model.clip_proj, model.pose_gate, model.reference_gate):
            for weight in layer.parameters():
                weight.copy_(torch.randn(weight.shape, generator=make) * 0.1)
    return model


def conditions(frames: int = 4, height: int = 8, width: int = 12, seed: int = 2, **changes) -> Conditions:
    size = (frames, height, width)
    given = {
        "background": latents(seed, 32, *size),
        "pose": latents(seed + 1, 48, *size),
        "reference": latents(seed + 2, 16, 1, height, width),
    }
    return Conditions(**(given | changes))


def call(model: GatedCogVideoXTransformer, x: torch.Tensor, given: Conditions, strengths=(1.0, 1.0), **changes):
    """The model's output at t = 500 for seven image tokens, without gradients."""
    arguments = {
        "hidden_states": x,
        "encoder_hidden_states": noise(9, 1, 7, model.config.clip_embed_dim),
        "timestep": torch.tensor([500]),
        "conditions": replace(given, strengths=strengths),
        "ofs": torch.tensor([2.0]) if model.config.ofs_embed_dim else None,
        "image_rotary_emb": rotary(model, x.shape, x.device),
    }
    with torch.no_grad():
        return model(**(arguments | changes))


def job(frames: int = 8, height: int = 16, width: int = 32, **changes) -> AnimateJob:
    """A job of random pictures."""
    make = torch.Generator().manual_seed(0)

    def clip(*shape: int) -> torch.Tensor:
        return torch.rand(*shape, generator=make)

    pose = PoseTrack(xy=clip(frames, 1, 133, 2), score=torch.ones(frames, 1, 133), width=width, height=height)
    given = {
        "background": clip(frames, height, width, 3),
        "paint_mask": (clip(frames, height, width) > 0.5).float(),
        "body": clip(frames, height, width, 3),
        "hand": clip(frames, height, width, 3),
        "face": clip(frames, height, width, 3),
        "pose": pose,
        "reference_pose": PoseTrack(xy=pose.xy[:1], score=pose.score[:1], width=width, height=height),
        "reference": clip(40, 30, 3),
        "reference_alpha": torch.ones(40, 30),
        "steps": 3,
        "guidance": 2.0,
    }
    return AnimateJob(**(given | changes))
