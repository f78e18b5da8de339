"""SDXL inpainting (diffusers/stable-diffusion-xl-1.0-inpainting-0.1; OpenRAIL++-M: use restrictions apply).

Weight `sdxl_inpainting`. The public stand-in for Fooocus, the paper's inpainter.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from ...io import weights
from ...runtime import Runtime
from ..field import noise_seed, paint_holes

_PARTS = ("text_encoder", "text_encoder_2", "unet", "vae")
_SCENE = "scenery, empty background, highly detailed"
_AVOID = "person, people, character, human, animal, text, watermark, frame, fisheye, blurry"


class SdxlInpaint:
    """See InpaintBackend. encode turns (prompt, what to avoid) into the pipeline's embedding arguments."""

    def __init__(
        self, pipe: Any, encode: Callable[[str, str], dict[str, Tensor]], run: Runtime, **options: Any
    ) -> None:
        self.pipe, self.encode, self.run = pipe, encode, run
        self.side: int = options.get("side", 1024)
        self.steps: int = options.get("steps", 30)
        self.guidance: float = options.get("guidance", 6.0)
        # One module, so that all parts are on the device together: brought one by one, a host with little memory may
        # take the first away again for the last.
        parts = {name: getattr(pipe, name) for name in _PARTS}
        self.parts = torch.nn.ModuleDict({name: part for name, part in parts.items() if part is not None})

    @torch.no_grad()
    def __call__(
        self,
        image: Float[Tensor, "H W 3"],
        hole_mask: Float[Tensor, "H W"],
        prompt: str = "",
        seed: int = 0,
        z: Float[Tensor, "H W"] | None = None,
    ) -> Float[Tensor, "H W 3"]:
        """The picture with the hole (mask above 0.5) painted; the rest comes back bit-exact."""
        seed = noise_seed(seed, hole_mask)

        def paint(picture: Tensor, hole: Tensor, number: int, count: int) -> Tensor:
            return self._sample(picture, hole, prompt, seed + number, (number * self.steps, count * self.steps))

        return paint_holes(image.cpu(), hole_mask.cpu(), paint, side=self.side).to(image)

    def _sample(self, picture: Tensor, hole: Tensor, prompt: str, seed: int, progress: tuple[int, int]) -> Tensor:
        """The whole crop, painted; progress: steps done before, and of all crops together."""
        before, total = progress

        def step(pipe: Any, index: int, timestep: Any, values: dict) -> dict:
            self.run.report(before + index + 1, total)
            return values

        self.run.report(before, total)
        with self.run.resident(self.parts):
            painted = self.pipe(
                **self.encode(prompt or _SCENE, _AVOID),
                image=picture.movedim(-1, 0)[None].to(self.run.device, self.run.dtype),
                mask_image=hole[None, None].to(self.run.device, self.run.dtype),
                height=hole.shape[0],
                width=hole.shape[1],
                strength=1.0,
                num_inference_steps=self.steps,
                guidance_scale=self.guidance,
                generator=self.run.generator(seed),
                output_type="pt",
                callback_on_step_end=step,
            ).images
        painted = painted[0].float().cpu().movedim(0, -1)
        if not torch.isfinite(painted).all():
            raise ValueError("SDXL inpainting must give finite colours, got NaN; run it in a wider number type")
        self.run.report(before + self.steps, total, painted)
        return painted


def _diffusers() -> Any:
    try:
        import diffusers
    except ImportError as missing:
        raise ImportError(
            "SDXL inpainting needs diffusers: pip install diffusers transformers (the extra dreamdance[diffusion])"
        ) from missing
    return diffusers


def load(run: Runtime, *, steps: int = 30, guidance: float = 6.0) -> SdxlInpaint:
    """The published pipeline from local files; FileNotFoundError when they are nowhere."""
    diffusers = _diffusers()
    folder = weights.locate("sdxl_inpainting", run)
    pipe = diffusers.StableDiffusionXLInpaintPipeline.from_pretrained(
        folder, local_files_only=True, torch_dtype=run.dtype, use_safetensors=True, variant="fp16"
    )
    pipe.set_progress_bar_config(disable=True)

    def encode(prompt: str, avoid: str) -> dict[str, Any]:
        return {"prompt": prompt, "negative_prompt": avoid}

    return SdxlInpaint(pipe, encode, run, steps=steps, guidance=guidance)


def tiny() -> SdxlInpaint:
    """The same pipeline class with a few thousand random weights and made-up text embeddings."""
    diffusers = _diffusers()
    blocks = {"block_out_channels": (8, 16), "layers_per_block": 1, "norm_num_groups": 4}
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        vae = diffusers.AutoencoderKL(
            down_block_types=("DownEncoderBlock2D", "DownEncoderBlock2D"),
            up_block_types=("UpDecoderBlock2D", "UpDecoderBlock2D"),
            latent_channels=4,
            **blocks,
        )
        unet = diffusers.UNet2DConditionModel(
            in_channels=9,
            out_channels=4,
            down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
            up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
            attention_head_dim=(2, 4),
            use_linear_projection=True,
            addition_embed_type="text_time",
            addition_time_embed_dim=8,
            projection_class_embeddings_input_dim=6 * 8 + 16,
            cross_attention_dim=32,
            transformer_layers_per_block=(1, 1),
            **blocks,
        )
        given, avoided, pooled = torch.randn(1, 7, 32), torch.randn(1, 7, 32), torch.randn(1, 16)
    pipe = diffusers.StableDiffusionXLInpaintPipeline(
        vae=vae,
        unet=unet,
        text_encoder=None,
        text_encoder_2=None,
        tokenizer=None,
        tokenizer_2=None,
        scheduler=diffusers.EulerDiscreteScheduler(beta_schedule="scaled_linear", beta_start=0.00085, beta_end=0.012),
    )
    pipe.set_progress_bar_config(disable=True)

    def encode(prompt: str, avoid: str) -> dict[str, Tensor]:
        return {
            "prompt_embeds": given,
            "negative_prompt_embeds": avoided,
            "pooled_prompt_embeds": pooled,
            "negative_pooled_prompt_embeds": pooled,
        }

    return SdxlInpaint(pipe, encode, Runtime(), side=64, steps=2)
