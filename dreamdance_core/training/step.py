"""The loss of one step: noise, dropouts and weights by (seed, step, sample), whoever computes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from ..video.backends.gated_cogvideox.schedule import GatedScheduler
from ..video.backends.gated_cogvideox.transformer import Conditions, GatedCogVideoXTransformer, rotary
from .config import ObjectiveConfig
from .draws import chance, character_weight, keyed_generator
from .encode import Encoded, stack
from .objective import loss_weights, velocity_loss

OFS = 2.0  # CogVideoX 1.5's constant


@dataclass(frozen=True, kw_only=True)
class Key:
    """Which sample of which step of which run."""

    seed: int
    step: int
    index: int  # in the batch of the whole step

    def parts(self, purpose: str) -> tuple[str | int, ...]:
        return purpose, self.seed, self.step, self.index


@dataclass(frozen=True, kw_only=True)
class Noised:
    """A batch with its noise: what goes into the network and what should come out."""

    noisy: Float[Tensor, "B L 16 h w"]
    velocity: Float[Tensor, "B L 16 h w"]
    timestep: Int[Tensor, "B"]
    batch: Encoded  # with conditions dropped and noise on the background


@dataclass(frozen=True, kw_only=True)
class Losses:
    """Per sample; all but `total` without gradients."""

    total: Float[Tensor, "B"]
    character: Float[Tensor, "B"]  # unweighted mean squared error where the paint mask is 1; NaN where it is nowhere
    background: Float[Tensor, "B"]


@lru_cache
def levels() -> Float[Tensor, "1000"]:
    """alpha_bar of every timestep; the last is 0 (zero terminal SNR)."""
    return GatedScheduler().alphas_cumprod


def drop(example: Encoded, key: Key, objective: ObjectiveConfig) -> Encoded:
    """The example without its pose, without its character, without both, or whole. The background always stays."""
    if chance(objective.pose_dropout, *key.parts("pose dropout")):
        example = replace(example, pose=torch.zeros_like(example.pose))
    if chance(objective.reference_dropout, *key.parts("reference dropout")):
        nothing = {"reference": torch.zeros_like(example.reference), "clip": torch.zeros_like(example.clip)}
        example = replace(example, **nothing)
    return example


def noise_background(example: Encoded, key: Key, objective: ObjectiveConfig) -> Encoded:
    """The example with noise of a drawn strength on its background's latents.

    After CogVideoX-I2V's training, which adds it to the picture; here stored latents get it too.
    """
    if not objective.image_noise:
        return example
    mean, deviation = objective.image_noise
    make = keyed_generator(*key.parts("image noise"))
    sigma = (mean + deviation * torch.randn((), generator=make)).exp()
    noise = torch.randn(example.background.shape, generator=make)
    return replace(example, background=example.background + sigma * noise)


def noised(examples: Sequence[Encoded], keys: Sequence[Key], objective: ObjectiveConfig) -> Noised:
    """A batch on the CPU: a uniform timestep and noise for each sample, its conditions dropped by chance."""
    alpha_bar = levels()
    ready, noisy, velocity, times = [], [], [], []
    for example, key in zip(examples, keys, strict=True):
        time = int(torch.randint(0, len(alpha_bar), (), generator=keyed_generator(*key.parts("timestep"))))
        noise = torch.randn(example.video.shape, generator=keyed_generator(*key.parts("noise")))
        alpha, sigma = alpha_bar[time].sqrt(), (1 - alpha_bar[time]).sqrt()
        noisy.append(alpha * example.video + sigma * noise)
        velocity.append(alpha * noise - sigma * example.video)
        times.append(time)
        ready.append(noise_background(drop(example, key, objective), key, objective))
    return Noised(
        noisy=torch.stack(noisy), velocity=torch.stack(velocity), timestep=torch.tensor(times), batch=stack(ready)
    )


def predict(model: nn.Module, transformer: GatedCogVideoXTransformer, given: Noised, device: torch.device) -> Tensor:
    """The network's v-prediction (B,L,16,h,w); `model` is the transformer as accelerate wrapped it."""
    batch = given.batch
    conditions = Conditions(
        background=torch.cat([batch.background, batch.mask], 2).to(device),
        pose=batch.pose.to(device),
        reference=batch.reference.to(device),
    )
    noisy = given.noisy.to(device)
    ofs = torch.full((len(noisy),), OFS, device=device) if transformer.config.ofs_embed_dim else None
    return model(
        noisy,
        batch.clip.to(device),
        given.timestep.to(device),
        conditions,
        ofs=ofs,
        image_rotary_emb=rotary(transformer, noisy.shape, device),
        return_dict=False,
    )[0]


def losses(predicted: Tensor, given: Noised, step: int, objective: ObjectiveConfig) -> Losses:
    """The weighted v-loss of each sample, and the plain error of character and background apart."""
    device = predicted.device
    velocity, masks = given.velocity.to(device), given.batch.weights.to(device)
    weight = character_weight(step, objective)
    total = [
        velocity_loss(predicted[i : i + 1], velocity[i : i + 1], loss_weights(mask, weight)[None])
        for i, mask in enumerate(masks)
    ]
    with torch.no_grad():
        error = (predicted.float() - velocity).square().mean(2)
        parts = [(where * error).sum((1, 2, 3)) / where.sum((1, 2, 3)) for where in (masks, 1 - masks)]
    return Losses(total=torch.stack(total), character=parts[0], background=parts[1])
