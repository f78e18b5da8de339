"""The user's own MODEL, CONDITIONING and VAE as an inpainting backend for core."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import comfy.latent_formats
import comfy.model_base
import comfy.sample
import comfy.samplers
import latent_preview
import node_helpers
import numpy as np
import torch
from comfy_extras.nodes_differential_diffusion import DifferentialDiffusion
from jaxtyping import Float
from torch import Tensor

from ..dreamdance_core import backends
from ..dreamdance_core.inpaint.field import faded, noise_seed, paint_holes
from ..dreamdance_core.runtime import Runtime
from ..dreamdance_core.types import InpaintBackend

_STEP = 16  # px; every UNet and transformer of the host takes such sizes
_FADE = 3  # latent cells beside the hole that the last steps may change, so that the paint grows out of the known
_PLACES = ("control", "area", "mask", "gligen")  # conditioning that speaks of places in the whole picture


def sampler_names() -> list[str]:
    return list(comfy.samplers.KSampler.SAMPLERS)


def scheduler_names() -> list[str]:
    return list(comfy.samplers.KSampler.SCHEDULERS)


def native_side(model: Any) -> int:
    """The side, px, of the square pictures the MODEL was trained on, by its latents and what it predicts."""
    if not isinstance(model.get_model_object("latent_format"), comfy.latent_formats.SD15):
        return 1024
    return 768 if model.model.model_type == comfy.model_base.ModelType.V_PREDICTION else 512  # SD2.1, SD1.5


def reads_masked_picture(model: Any) -> bool:
    """Whether the MODEL takes a mask and the masked picture as extra channels: SD and SDXL inpainting, Flux Fill.

    The model itself is asked: its extra channels then depend on the mask.
    """
    form = model.get_model_object("latent_format")
    noise = torch.zeros(1, form.latent_channels, *[1] * (form.latent_dimensions - 2), 8, 8)

    def channels(mask: float) -> Tensor | None:
        given = {"concat_latent_image": torch.zeros_like(noise), "concat_mask": torch.full_like(noise[:, :1], mask)}
        return model.model.concat_cond(noise=noise, device=noise.device, **given)

    empty, full = channels(0.0), channels(1.0)
    return empty is not None and not torch.equal(empty, full)


@dataclass(frozen=True, kw_only=True)
class HostInpaint:
    """InpaintBackend that samples with the host's own sampler; pixels outside the hole come back bit-exact.

    Every MODEL starts from latent noise in the hole and keeps the known latents (core's Differential Diffusion, with
    an edge that fades over the known side); one made for inpainting also gets what InpaintModelConditioning gives it.
    """

    model: Any
    positive: Any
    negative: Any
    vae: Any
    steps: int = 20
    cfg: float = 6.0
    sampler: str = "euler"
    scheduler: str = "normal"
    denoise: float = 1.0
    first: InpaintBackend | None = None  # what fills the hole before sampling; None: the colours around it, smoothly
    run: Runtime = field(default_factory=Runtime)  # its report alone is used; may raise to cancel

    @classmethod
    def from_node(cls, inputs: dict[str, Any], **more: Any) -> HostInpaint:
        """From the node's optional inputs. Raises ValueError naming what is not connected."""
        missing = [name for name in ("positive", "negative", "vae") if inputs.get(name) is None]
        if missing:
            raise ValueError(f"model is connected, but {' and '.join(missing)} is not; connect what your model needs")
        names = ("model", "positive", "negative", "vae", "steps", "cfg", "sampler", "scheduler", "denoise")
        return cls(**{name: inputs[name] for name in names if inputs.get(name) is not None}, **more)

    def __call__(
        self,
        image: Float[Tensor, "H W 3"],
        hole_mask: Float[Tensor, "H W"],
        prompt: str = "",
        seed: int = 0,
        z: Float[Tensor, "H W"] | None = None,
    ) -> Float[Tensor, "H W 3"]:
        """The picture with the hole painted by the model; the prompt is the CONDITIONING's, not the text."""
        seed = noise_seed(seed, hole_mask)

        def paint(picture: Tensor, hole: Tensor, number: int, count: int) -> Tensor:
            def step(done: int, preview: Tensor | None) -> None:
                self.run.report(number * self.steps + done, count * self.steps, preview)

            return self._sample(picture, hole, seed + number, step)

        return paint_holes(
            image,
            hole_mask,
            paint,
            side=native_side(self.model),
            step=max(_STEP, self.vae.spacial_compression_encode()),
            whole=any(key in values for c in (self.positive, self.negative) for _, values in c for key in _PLACES),
            first=None if self.first is None else lambda picture, hole: self.first(picture, hole, prompt, seed, z),
        )

    def _sample(self, picture: Tensor, hole: Tensor, seed: int, step: Callable[[int, Tensor | None], None]) -> Tensor:
        latent = self._latent(picture)
        cells = torch.nn.functional.adaptive_max_pool2d(hole[None], latent.shape[-2:])[0]
        positive, negative = self._conditioning(picture, cells)
        sampled = comfy.sample.sample(
            self._differential, comfy.sample.prepare_noise(latent, seed), self.steps, self.cfg, self.sampler,
            self.scheduler, positive, negative, latent, denoise=self.denoise, noise_mask=faded(cells, _FADE)[None],
            callback=self._callback(step), disable_pbar=True, seed=seed,
        )  # fmt: skip
        painted = self.vae.decode(sampled)
        painted = painted.reshape(-1, *painted.shape[-3:])[0, ..., :3].float().cpu()
        if not torch.isfinite(painted).all():
            raise ValueError(
                "the painted view must be finite, got NaN from the model or its VAE; run them in a wider number type "
                "(start ComfyUI with --fp32-vae), or use the model's own VAE"
            )
        return painted.clamp(0, 1)

    def _latent(self, picture: Tensor) -> Tensor:
        latent = comfy.sample.fix_empty_latent_channels(self.model, self.vae.encode(picture[None]))
        wanted = self.model.get_model_object("latent_format").latent_channels
        if latent.shape[1] != wanted:
            raise ValueError(
                f"vae must be the model's own: the model paints latents of {wanted} channels, the VAE makes "
                f"{latent.shape[1]}; connect the VAE of the model's checkpoint"
            )
        return latent

    def _conditioning(self, picture: Tensor, cells: Tensor) -> tuple[Any, Any]:
        """For inpainting models with the picture that is grey in the hole, which is grown to whole latent cells.

        The models read their mask at the size of the latents: a thin hole would be lost, and painted grey.
        """
        if not self._reads_picture:
            return self.positive, self.negative
        hole = torch.nn.functional.interpolate(cells[None, None], picture.shape[:2])
        grey = (picture - 0.5) * (1 - hole[0, 0, ..., None]) + 0.5
        masked = self.vae.encode(grey[None])
        values = {"concat_latent_image": masked, "concat_mask": hole if masked.ndim == 4 else hole[:, :, None]}
        return tuple(node_helpers.conditioning_set_values(c, values) for c in (self.positive, self.negative))

    @cached_property
    def _reads_picture(self) -> bool:
        return reads_masked_picture(self.model)

    @cached_property
    def _differential(self) -> Any:
        """One copy of the MODEL for all views: the host would exchange every new copy for the last one."""
        if "denoise_mask_function" in self.model.model_options:
            return self.model  # the user's own
        return DifferentialDiffusion.execute(self.model)[0]

    @cached_property
    def _previewer(self) -> latent_preview.LatentPreviewer | None:
        return latent_preview.get_previewer(self.model.load_device, self.model.get_model_object("latent_format"))

    def _callback(self, step: Callable[[int, Tensor | None], None]) -> Callable[..., None]:
        def callback(index: int, x0: Tensor, x: Tensor, total: int) -> None:
            look = None
            if self._previewer is not None:
                look = torch.from_numpy(np.array(self._previewer.decode_latent_to_preview(x0))) / 255
            step(index + 1, look)

        return callback


def painter_name(backend: str, inputs: dict[str, Any]) -> list[Any]:
    """What tells one painter of this process from another, for views that an interrupted run left."""
    if inputs.get("model") is None:
        return [backend]
    model = inputs["model"]
    models = [model.patches_uuid, inputs["vae"].patcher.patches_uuid, model.model_options, model.object_patches]
    settings = [
        inputs.get(name) for name in ("positive", "negative", "steps", "cfg", "sampler", "scheduler", "denoise")
    ]
    return [backend, models, settings]


def painter(backend: str, inputs: dict[str, Any], run: Runtime) -> InpaintBackend:
    """What paints a node's holes: the user's MODEL where one is connected, else the backend."""
    if inputs.get("model") is None:
        return backends.load("inpaint", backend, run)
    # All noise covers whatever stands in the hole; with less, the backend's fill shows through.
    first = backends.load("inpaint", backend, run) if inputs.get("denoise", 1.0) < 1 else None
    return HostInpaint.from_node(inputs, first=first, run=run)
