"""What the latents look like, roughly, without the VAE's decoder: a linear map fitted on the run's own pictures."""

from __future__ import annotations

import torch
from einops import rearrange
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F

RIDGE = 1e-3  # keeps directions in which the run's pictures do not vary at zero


def fit_colours(latents: Float[Tensor, "L 16 h w"], frames: Float[Tensor, "L H W 3"]) -> Float[Tensor, "17 3"]:
    """The map (16 channels and a constant) from latents to colours that fits these pictures best.

    frames: one picture for each latent frame.
    """
    small = F.interpolate(rearrange(frames, "l h w c -> l c h w").float(), latents.shape[-2:], mode="area")
    inputs = _with_constant(latents.float().cpu())
    normal = inputs.T @ inputs / len(inputs)
    normal += RIDGE * normal.diagonal().mean() * torch.eye(len(normal))
    return torch.linalg.solve(normal, inputs.T @ rearrange(small.cpu(), "l c h w -> (l h w) c") / len(inputs))


def picture(colours: Float[Tensor, "17 3"], latents: Float[Tensor, "16 h w"]) -> Float[Tensor, "h w 3"]:
    """The picture that one latent frame roughly shows, an eighth of its size, in [0,1]."""
    flat = _with_constant(latents.float().cpu()[None]) @ colours
    return flat.reshape(*latents.shape[-2:], 3).clamp(0, 1)


def _with_constant(latents: Float[Tensor, "L 16 h w"]) -> Float[Tensor, "N 17"]:
    return F.pad(rearrange(latents, "l c h w -> (l h w) c"), (0, 1), value=1.0)
