"""An example in latents, by the same functions with which the model is used: made now, or read from a shard."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import torch
from jaxtyping import Float
from torch import Tensor, nn

from ..runtime import Runtime
from ..types import LazyFrames
from ..video.backends.gated_cogvideox.encode import clip_tokens, reference_canvas, to_latents
from .example import Example
from .objective import latent_mask


@dataclass(frozen=True, kw_only=True)
class Encoded:
    """One example, or with a leading axis a batch of them; float32."""

    video: Float[Tensor, "*B L 16 h w"]  # the truth
    background: Float[Tensor, "*B L 16 h w"]  # damaged
    mask: Float[Tensor, "*B L 16 h w"]  # the paint mask through the VAE, as a picture
    pose: Float[Tensor, "*B L 48 h w"]  # body, hand, face
    reference: Float[Tensor, "*B 1 16 h w"]
    clip: Float[Tensor, "*B S E"]  # CLIP's tokens of the reference
    weights: Float[Tensor, "*B L h w"]  # the paint mask on the grid of latents


def _latents(
    vae: nn.Module, clip: Tensor | LazyFrames, run: Runtime, *, image: bool = False
) -> Float[Tensor, "L 16 h w"]:
    return to_latents(vae, clip, slice(0, len(clip)), run=run, image=image)[0].float().cpu()


@torch.no_grad()
def encode_background(
    frames: Float[Tensor, "T H W 3"] | LazyFrames, vae: nn.Module, run: Runtime
) -> Float[Tensor, "L 16 h w"]:
    """Latents of a background in [0,1], in the model's slot for images."""
    return _latents(vae, frames, run, image=True)


@torch.no_grad()
def encode_example(example: Example, vae: nn.Module, clip: nn.Module, run: Runtime) -> Encoded:
    """The example's latents, on the CPU. Raises ValueError unless it has 8n frames.

    The autoencoder works on 8 frames at a time; other lengths do not come back as long as they were.
    """
    job = example.job
    if len(example.frames) % 8:
        raise ValueError(f"{example.name}: the gated model needs clips of 8n frames, got {len(example.frames)}; cut it")
    canvas = reference_canvas(job)
    return Encoded(
        video=_latents(vae, example.frames, run),
        background=encode_background(job.background, vae, run),
        mask=_latents(vae, job.paint_mask, run),
        pose=torch.cat([_latents(vae, part, run) for part in (job.body, job.hand, job.face)], 1),
        reference=_latents(vae, canvas[None], run),
        clip=clip_tokens(clip, canvas, run)[0].float().cpu(),
        weights=latent_mask(job.paint_mask[:]),
    )


def variants(names: Sequence[str]) -> int:
    """How many damaged backgrounds stored latents have."""
    return sum(name.startswith("background.") and name.count(".") == 1 for name in names)


def from_stored(tensors: Mapping[str, Tensor], variant: int, boxed: bool) -> Encoded:
    """The example of a damaged variant, with or without the black box, from a shard's `latents.safetensors`.

    Raises ValueError for what it lacks.
    """
    background = f"background.{variant}" + (".boxed" if boxed else "")
    given = {"background": background}
    names = {entry.name: given.get(entry.name, entry.name) for entry in fields(Encoded)}
    missing = [name for name in names.values() if name not in tensors]
    if missing:
        raise ValueError(f"stored latents lack {missing[0]}; make them anew, or set data.encode to online")
    return Encoded(**{key: tensors[name].float() for key, name in names.items()})


def stack(examples: Sequence[Encoded]) -> Encoded:
    """A batch of examples of one size. Raises ValueError for different sizes."""
    sizes = {tuple(example.video.shape) for example in examples}
    if len(sizes) > 1:
        raise ValueError(
            f"the clips of one batch must have one length and size, got latents of {sorted(sizes)}; set training.batch "
            "to 1 or build the dataset with one size"
        )
    return Encoded(**{e.name: torch.stack([getattr(x, e.name) for x in examples]) for e in fields(Encoded)})
