"""The loss of the gated model: v-prediction, weighted towards the character.

    L = mean( W * |v - v_hat|^2 ),    W = 1 + (weight - 1) * M, scaled to mean 1

(DreamDance, training: "losses re-weighted by masks"). M is the paint mask on the latent grid; a latent belongs to the
character when any of its pixels does, since a thin limb would vanish from a resized mask.
"""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F

SPACE, TIME = 8, 4  # pixels and frames of one latent of CogVideoX's VAE


def latent_mask(mask: Float[Tensor, "T H W"]) -> Float[Tensor, "L h w"]:
    """The mask on the grid of latents: the largest value of each latent's 4 frames of 8x8 pixels.

    A clip of 4n+1 frames has its first frame alone in the first latent. Raises ValueError for other lengths than 4n and
    4n+1 and for sides that are no multiples of 8.
    """
    frames, height, width = mask.shape
    if frames % TIME > 1 or height % SPACE or width % SPACE:
        raise ValueError(
            f"mask must have 4n or 4n+1 frames and sides that are multiples of {SPACE}, got {frames} frames of "
            f"{width}x{height}; cut the clip"
        )
    alone, rest = mask[: frames % TIME], mask[frames % TIME :]
    pooled = [F.max_pool2d(alone[:, None], SPACE)[:, 0]] if len(alone) else []
    if len(rest):
        pooled.append(F.max_pool3d(rest[None, None], (TIME, SPACE, SPACE))[0, 0])
    return torch.cat(pooled)


def loss_weights(mask: Float[Tensor, "L h w"], weight: float) -> Float[Tensor, "L h w"]:
    """Weights of a latent mask's places, `weight` times as high where it is 1 as where it is 0, 1 on average.

    Raises ValueError for a weight that is not positive.
    """
    if weight <= 0:
        raise ValueError(f"the weight of the character in the loss must be above 0, got {weight}; 1 weights all alike")
    raw = 1 + (weight - 1) * mask
    return raw / raw.mean()


def velocity_loss(
    predicted: Float[Tensor, "B L C h w"], velocity: Float[Tensor, "B L C h w"], weights: Float[Tensor, "B L h w"]
) -> Float[Tensor, ""]:
    """The weighted mean squared error of a v-prediction, in float32.

    Without weights this is 1/(1-alpha_bar) times the error in x0, CogVideoX's own training loss.
    """
    error = (predicted.float() - velocity.float()).square().mean(2)
    return (weights * error).mean()
