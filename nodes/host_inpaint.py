"""The user's own MODEL, CONDITIONING and VAE as an inpainting backend for core."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import comfy.model_management as mm
import comfy.sample
import comfy.samplers
import node_helpers
import torch
from jaxtyping import Float
from torch import Tensor

from ..dreamdance_core import backends
from ..dreamdance_core.runtime import Runtime

_LATENT_STEP = 8  # pixels per latent cell of every image VAE this route is for
_GROW = 8  # px of known picture that the sampler may repaint, so that seams are blended


def sampler_names() -> list[str]:
    return list(comfy.samplers.KSampler.SAMPLERS)


def scheduler_names() -> list[str]:
    return list(comfy.samplers.KSampler.SCHEDULERS)


@dataclass(frozen=True, kw_only=True)
class HostInpaint:
    """InpaintBackend that samples with the host's own sampler; pixels outside the hole come back bit-exact."""

    model: Any
    positive: Any
    negative: Any
    vae: Any
    steps: int = 20
    cfg: float = 6.0
    sampler: str = "euler"
    scheduler: str = "normal"
    denoise: float = 1.0

    @classmethod
    def from_node(cls, inputs: dict[str, Any]) -> HostInpaint:
        """From the node's optional inputs. Raises ValueError naming what is not connected."""
        missing = [name for name in ("positive", "negative", "vae") if inputs.get(name) is None]
        if missing:
            raise ValueError(f"model is connected, but {' and '.join(missing)} is not; connect what your model needs")
        names = ("model", "positive", "negative", "vae", "steps", "cfg", "sampler", "scheduler", "denoise")
        return cls(**{name: inputs[name] for name in names if inputs.get(name) is not None})

    def __call__(
        self,
        image: Float[Tensor, "H W 3"],
        hole_mask: Float[Tensor, "H W"],
        prompt: str = "",
        seed: int = 0,
        z: Float[Tensor, "H W"] | None = None,
    ) -> Float[Tensor, "H W 3"]:
        """The picture with the hole painted by the model; the prompt is the CONDITIONING's, not the text."""
        height, width = hole_mask.shape
        right, below = -width % _LATENT_STEP, -height % _LATENT_STEP
        pixels = _padded(image.movedim(-1, 0)[None], right, below)
        hole = _padded((hole_mask > 0.5).float()[None, None], right, below)
        grown = torch.nn.functional.max_pool2d(hole, 2 * _GROW + 1, stride=1, padding=_GROW)
        grey = (pixels * (1 - hole) + 0.5 * hole).movedim(1, -1)
        filled = grey
        if self.denoise < 1:  # what stays of the start must look like the scene
            rough = backends.load("inpaint", "telea", Runtime())(image, hole_mask)
            filled = _padded(rough.movedim(-1, 0)[None], right, below).movedim(1, -1)
        latent = comfy.sample.fix_empty_latent_channels(self.model, self.vae.encode(filled))
        positive, negative = self._with_picture(grey, grown)
        noise = comfy.sample.prepare_noise(latent, seed)
        sampled = comfy.sample.sample(
            self.model, noise, self.steps, self.cfg, self.sampler, self.scheduler, positive, negative, latent,
            denoise=self.denoise, noise_mask=grown[:, 0], disable_pbar=True, seed=seed,
            callback=lambda *_: mm.throw_exception_if_processing_interrupted(),
        )  # fmt: skip
        painted = self.vae.decode(sampled)
        painted = painted.reshape(-1, *painted.shape[-3:])[0, :height, :width, :3].float().cpu()
        return torch.where(hole_mask[..., None] > 0.5, painted.clamp(0, 1), image)

    def _with_picture(self, grey: Tensor, mask: Tensor) -> tuple[Any, Any]:
        # Models trained for inpainting (SD inpaint, Flux Fill) read the masked picture as extra channels; others
        # ignore the keys.
        values = {"concat_latent_image": self.vae.encode(grey), "concat_mask": mask}
        return tuple(node_helpers.conditioning_set_values(c, values) for c in (self.positive, self.negative))


def _padded(picture: Tensor, right: int, below: int) -> Tensor:
    return torch.nn.functional.pad(picture, (0, right, 0, below), mode="replicate")
