"""Pictures to latents and tokens, latents to pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from einops import rearrange
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F

from ....runtime import Runtime
from ....types import AnimateJob, LazyFrames
from . import chunked

# CLIP's published preprocessing: 224 px, these channel means and deviations.
CLIP_MEAN, CLIP_STD, CLIP_SIZE = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711), 224


def _nothing() -> None:
    """Nobody watches the chunks."""


def to_latents(
    vae: torch.nn.Module,
    clip: Float[Tensor, "T H W *C"] | LazyFrames,
    cut: slice,
    *,
    run: Runtime,
    image: bool = False,
    watch: Callable[[], None] = _nothing,
) -> Float[Tensor, "1 L 16 h w"]:
    """Scaled latents of a cut of a clip or mask in [0,1]; deterministic (the mode of the posterior).

    `image` marks the slot of I2V's image latents, which CogVideoX 1.5 scales by the inverse factor. `watch` is called
    before every chunk.
    """

    def read(part: slice) -> Tensor:
        frames = clip[cut.start + part.start : cut.start + part.stop]
        frames = frames if frames.ndim == 4 else frames[..., None].expand(-1, -1, -1, 3)
        return rearrange(frames, "t h w c -> 1 c t h w").mul(2).sub(1).to(run.device, vae.dtype)

    moments = torch.cat(list(chunked.encode(vae, read, cut.stop - cut.start, watch)), 2)
    factor = vae.config.scaling_factor
    if image and vae.config.invert_scale_latents:
        factor = 1 / factor
    return rearrange(moments.chunk(2, 1)[0] * factor, "b c t h w -> b t c h w")


def to_frames(
    vae: torch.nn.Module, latents: Float[Tensor, "1 L 16 h w"], *, run: Runtime, watch: Callable[[], None] = _nothing
) -> Iterator[Float[Tensor, "_ H W 3"]]:
    """Frames in [0,1], float32 on the CPU, a stretch at a time; together they are the decode of the whole length."""
    unscaled = rearrange(latents.to(run.device, vae.dtype), "b t c h w -> b c t h w") / vae.config.scaling_factor
    for pixels in chunked.decode(vae, unscaled, watch):
        yield rearrange(pixels, "1 c t h w -> t h w c").float().add(1).div(2).clamp(0, 1).cpu()


def reference_canvas(job: AnimateJob) -> Float[Tensor, "H W 3"]:
    """The character over white, fitted whole into a canvas of the background's size."""
    height, width = job.background.shape[1:3]
    alpha = job.reference_alpha[..., None]
    picture = rearrange(job.reference * alpha + 1 - alpha, "h w c -> 1 c h w")
    scale = min(height / picture.shape[2], width / picture.shape[3])
    size = (max(1, round(picture.shape[2] * scale)), max(1, round(picture.shape[3] * scale)))
    fitted = F.interpolate(picture, size=size, mode="bilinear", antialias=True, align_corners=False)
    top, left = (height - size[0]) // 2, (width - size[1]) // 2
    pad = (left, width - size[1] - left, top, height - size[0] - top)
    return rearrange(F.pad(fitted, pad, value=1.0), "1 c h w -> h w c").clamp(0, 1)


def clip_tokens(clip: torch.nn.Module, picture: Float[Tensor, "H W 3"], run: Runtime) -> Float[Tensor, "1 S D"]:
    """CLIP's last hidden tokens of the whole picture, padded to a square with white."""
    side = max(picture.shape[:2])
    image = rearrange(picture, "h w c -> 1 c h w")
    pad_w, pad_h = side - picture.shape[1], side - picture.shape[0]
    image = F.pad(image, (pad_w // 2, pad_w - pad_w // 2, pad_h // 2, pad_h - pad_h // 2), value=1.0)
    image = F.interpolate(image, size=(CLIP_SIZE, CLIP_SIZE), mode="bicubic", antialias=True, align_corners=False)
    mean, std = (torch.tensor(values).reshape(1, 3, 1, 1) for values in (CLIP_MEAN, CLIP_STD))
    with run.resident(clip):
        pixels = ((image.clamp(0, 1) - mean) / std).to(run.device, clip.dtype)
        return clip(pixel_values=pixels).last_hidden_state
