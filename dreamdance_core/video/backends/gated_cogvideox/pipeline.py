"""The gated model as a diffusers pipeline: what `sample` is made of, under diffusers' own hooks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass

import numpy as np
import torch
from diffusers import AutoencoderKLCogVideoX, DiffusionPipeline
from diffusers.utils import BaseOutput
from diffusers.utils.torch_utils import randn_tensor
from diffusers.video_processor import VideoProcessor
from einops import rearrange
from jaxtyping import Float
from PIL import Image
from torch import Tensor
from transformers import CLIPVisionModel

from ....runtime import Runtime
from ....types import AnimateJob
from .denoise import Fuse, Prepared, SampleOptions, denoise, finished
from .encode import to_frames
from .model import GatedModel
from .sample import Bar, plan, prepare
from .schedule import GatedScheduler
from .transformer import GatedCogVideoXTransformer


@dataclass
class DreamDancePipelineOutput(BaseOutput):
    """`frames` in the form asked for, with a batch of one, and `gates` (steps, 2): pose, reference."""

    frames: Tensor | np.ndarray | list[list[Image.Image]]
    gates: Tensor


class DreamDancePipeline(DiffusionPipeline):
    """Paints a posed character into a background video: DreamDance's second stage.

    Offloading, VAE slicing and tiling, LoRA, caches, saving and other schedulers for v-predictions work as in every
    diffusers pipeline. There is no text encoder: CLIP tokens of the character stand in the text's place.
    """

    model_cpu_offload_seq = "image_encoder->transformer->vae"
    _callback_tensor_inputs = ("latents",)

    def __init__(
        self,
        vae: AutoencoderKLCogVideoX,
        image_encoder: CLIPVisionModel,
        transformer: GatedCogVideoXTransformer,
        scheduler: GatedScheduler,
    ) -> None:
        super().__init__()
        self.register_modules(vae=vae, image_encoder=image_encoder, transformer=transformer, scheduler=scheduler)
        self.video_processor = VideoProcessor(vae_scale_factor=8)
        self.current_timestep: int | None = None  # for caches that ask (`current_timestep_callback`)
        self.interrupt = False  # set it from a callback: the loop stops, what is there is decoded

    @classmethod
    def from_model(cls, model: GatedModel) -> DreamDancePipeline:
        """The pipeline of a loaded gated model, whose networks it shares."""
        return cls(vae=model.vae, image_encoder=model.clip, transformer=model.transformer, scheduler=GatedScheduler())

    def enable_vae_tiling(self) -> None:
        self.vae.enable_tiling()

    def disable_vae_tiling(self) -> None:
        self.vae.disable_tiling()

    def enable_vae_slicing(self) -> None:
        self.vae.enable_slicing()

    def disable_vae_slicing(self) -> None:
        self.vae.disable_slicing()

    @torch.no_grad()
    def __call__(
        self,
        job: AnimateJob,
        options: SampleOptions | None = None,
        *,
        fuse: Fuse | None = None,
        generator: torch.Generator | None = None,
        latents: Float[Tensor, "1 L 16 h w"] | None = None,
        output_type: str = "pil",
        callback_on_step_end: Callable[..., dict] | None = None,
        callback_on_step_end_tensor_inputs: Sequence[str] = ("latents",),
    ) -> DreamDancePipelineOutput:
        """The finished video of a job, which brings steps, guidance and seed; the pipeline's scheduler is the sampler.

        `options` and `fuse` are those of `sample` (tiling is the VAE's own here, `options.sampler` is not read).
        `generator` (in the seed's place) and `latents` are the noise. `output_type`: pil, np, pt or latent. The
        callback gets (pipeline, step, timestep, tensors) and may return other latents.
        """
        unknown = set(callback_on_step_end_tensor_inputs) - set(self._callback_tensor_inputs)
        if unknown or output_type not in ("pil", "np", "pt", "latent"):
            raise ValueError(
                f"callbacks get {self._callback_tensor_inputs}, output_type is pil, np, pt or latent; got "
                f"{sorted(unknown) or output_type!r}"
            )
        options = options or SampleOptions()
        model = GatedModel(transformer=self.transformer, vae=self.vae, clip=self.image_encoder, base="")
        run = Runtime(device=self._execution_device, move=lambda module, _device: nullcontext(module))
        planned = plan(job, model, options, fuse)
        self.interrupt = False
        self.scheduler.set_timesteps(job.steps)
        try:
            prepared = prepare(job, model, planned, run, Bar(run, len(planned[0])), tiling=False)
            noise = latents
            if noise is None:
                noise = randn_tensor(prepared.shape, generator=generator or run.generator(job.seed))
            wanted = callback_on_step_end_tensor_inputs if callback_on_step_end is not None else ()
            done, gates = self._loop(job, options, prepared, noise.to(run.device), (callback_on_step_end, wanted))
            frames = done if output_type == "latent" else self._frames(done, run, output_type)
        finally:
            self.current_timestep = None
            self.maybe_free_model_hooks()
        return DreamDancePipelineOutput(frames=frames, gates=gates)

    def _loop(
        self, job: AnimateJob, options: SampleOptions, prepared: Prepared, noise: Tensor, callback: tuple
    ) -> tuple[Tensor, Tensor]:
        """The clean latents and the gates of all steps."""
        notify, wanted = callback
        times = [*self.scheduler.timesteps.tolist(), None]
        self.current_timestep, gates = times[0], []
        steps = denoise(prepared, self.transformer, self.scheduler, noise, job.guidance, options, lambda: None)
        with self.progress_bar(total=job.steps) as bar:
            for step in steps:
                gates.append(step.gates)
                self.current_timestep = times[step.index + 1]
                if notify is not None:
                    given = {name: getattr(step, name) for name in wanted}
                    step.latents = notify(self, step.index, step.timestep, given).pop("latents", step.latents)
                bar.update()
                if self.interrupt:
                    break
        return finished(step.latents, prepared), torch.stack(gates)

    def _frames(self, latents: Tensor, run: Runtime, output_type: str) -> Tensor | np.ndarray | list:
        frames = torch.cat(list(to_frames(self.vae, latents, run=run)))
        return self.video_processor.postprocess_video(rearrange(frames * 2 - 1, "t h w c -> 1 c t h w"), output_type)
