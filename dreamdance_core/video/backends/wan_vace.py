"""Wan2.1-VACE through diffusers (Wan-AI, Apache-2.0); weights `wan_vace_14b` where it is, else `wan_vace_1_3b`.

The job of the gated model with public weights: the background outside the paint mask, the pose drawn inside it, the
character as reference; the background is put back untouched. Long clips are painted in windows that keep the last
frames of the one before.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import torch
from jaxtyping import Float
from PIL import Image
from torch import Tensor

from ...io import weights
from ...runtime import Runtime, heard
from ...types import AnimateJob
from ..control import (
    ControlOptions,
    MaskOptions,
    continued,
    control_clip,
    fitted_mask,
    paste_back,
    reference_canvas,
    wan_size,
)
from ..openpose import VACE, draw_openpose

Encode = Callable[[str, str], tuple[Tensor, Tensor]]  # (prompt, what to avoid) -> their embeddings, (1,N,D)

_ACTS = "The character of the reference picture performs a lively motion; hand-drawn animation, clean lines."
_AVOID = "blurry, deformed hands, extra limbs, extra people, text, subtitles, watermark, still picture, flicker, noise"
_TOKENS = 512  # of Wan's text encoder
_LARGE = 720 * 1000  # px of a frame from which the schedule is that of 720p


@dataclass(frozen=True, kw_only=True)
class WanVaceOptions:
    window: int = 81  # frames, 4n+1: what VACE was trained on
    overlap: int = 5  # frames kept from the window before, 4n+1
    feather: int = 8  # px of the border where the background is put back
    match_colour: bool = False
    control: ControlOptions = field(default_factory=lambda: ControlOptions(mask=MaskOptions(steady=True)))


def plan(frames: int, window: int, overlap: int) -> list[slice]:
    """Windows of about one length that share `overlap` frames; none is longer than `window`."""
    if frames <= window:
        return [slice(0, frames)]
    count = -(-(frames - overlap) // (window - overlap))
    step = -(-(frames - overlap) // (4 * count)) * 4
    starts = range(0, frames - overlap, step)
    return [slice(start, min(start + step + overlap, frames)) for start in starts]


@dataclass(frozen=True, kw_only=True)
class _Told:
    """What is the same for every window."""

    reference: Float[Tensor, "H W 3"]
    words: Float[Tensor, "1 N D"]
    avoided: Float[Tensor, "1 N D"]
    step: Callable[..., dict]  # called by the pipeline after each step


class WanVaceVideo:
    """See VideoBackend. pipe: a WanVACEPipeline without its text encoder, whose work `encode` does."""

    takes_lazy_frames = True

    def __init__(self, pipe: Any, encode: Encode, run: Runtime, options: WanVaceOptions, offloaded: bool) -> None:
        self.pipe, self.encode, self.run, self.options = pipe, encode, run, options
        # One module, so that both are on the device together; an offloaded transformer brings its blocks itself.
        parts = {"vae": pipe.vae} | ({} if offloaded else {"transformer": pipe.transformer})
        self.parts = torch.nn.ModuleDict(parts)

    @torch.no_grad()
    def __call__(self, job: AnimateJob) -> Float[Tensor, "T H W 3"]:
        """The finished animation; outside the paint mask it is the background, bit-exact."""
        windows = plan(len(job.background), self.options.window, self.options.overlap)
        done, total = 0, job.steps * len(windows)

        def tell() -> None:
            self.run.report(done, total)

        def step(pipe: Any, index: int, timestep: Any, values: dict) -> dict:
            nonlocal done
            done += 1
            tell()
            return values

        tell()
        words, avoided = self.encode(f"{_ACTS} {job.prompt}".strip(), _AVOID)
        width, height = wan_size(job.background.shape[2], job.background.shape[1])
        reference = reference_canvas(job.reference[None].cpu(), job.reference_alpha[None].cpu(), width, height)
        told = _Told(reference=reference, words=words, avoided=avoided, step=step)
        frames = torch.empty(job.background.shape)
        slow = [*self.pipe.transformer.blocks, self.pipe.vae.encoder, self.pipe.vae.decoder]
        with self.run.resident(self.parts), heard(slow, tell):
            for number, cut in enumerate(windows):
                start = cut.start + (self.options.overlap if number else 0)
                seeded = self.run.generator(job.seed + number)
                painted = self._paint(job, cut, frames[cut.start : start], told, seeded)
                frames[start : cut.stop] = painted[start - cut.start :]
                self.run.report(done, total, painted[-1])
        return frames

    def _paint(
        self, job: AnimateJob, cut: slice, before: Float[Tensor, "K H W 3"], told: _Told, seeded: torch.Generator
    ) -> Float[Tensor, "T H W 3"]:
        """One window; before: its first frames where they are finished."""
        height, width = told.reference.shape[:2]
        background, mask = job.background[cut].float().cpu(), job.paint_mask[cut].float().cpu()
        pose = job.pose[cut]
        clip = control_clip(background, mask, draw_openpose(pose, width, height, VACE), self.options.control)
        clip = continued(clip, before) if len(before) else clip
        video = self.pipe(
            video=clip.control_video.movedim(-1, 1)[None],
            mask=clip.control_masks[None, :, None].expand(-1, -1, 3, -1, -1),
            reference_images=Image.fromarray((told.reference * 255).round().byte().numpy()),
            prompt_embeds=told.words.to(self.run.device, self.run.dtype),
            negative_prompt_embeds=told.avoided.to(self.run.device, self.run.dtype),
            height=height,
            width=width,
            num_frames=len(clip.control_masks),
            num_inference_steps=job.steps,
            guidance_scale=float(job.guidance),
            generator=seeded,
            output_type="pt",
            callback_on_step_end=told.step,
        ).frames[0]
        video = video.float().cpu().movedim(1, -1)[: len(background)]
        if not torch.isfinite(video).all():
            raise ValueError("Wan VACE must give finite colours, got NaN; run it in a wider number type")
        mask = fitted_mask(clip.control_masks[: len(background)], background.shape[2], background.shape[1])
        mask = mask.minimum(job.paint_mask[cut].float().cpu())  # repainted are whole latents, kept is what may be
        return paste_back(video, background, mask, self.options.feather, self.options.match_colour)


def _diffusers() -> Any:
    try:
        import diffusers
    except ImportError as missing:
        raise ImportError(
            "Wan VACE needs diffusers: pip install diffusers transformers (the extra dreamdance[diffusion])"
        ) from missing
    return diffusers


def load(run: Runtime, *, options: WanVaceOptions | None = None, offload: bool | None = None) -> WanVaceVideo:
    """The published model from local files; FileNotFoundError when it is nowhere.

    offload: the transformer's blocks come to the device one by one (None: when it would fill most of the device).
    """
    diffusers = _diffusers()
    folder = _folder(run)
    parts = {"local_files_only": True, "use_safetensors": True}
    transformer = diffusers.WanVACETransformer3DModel.from_pretrained(
        folder / "transformer", torch_dtype=run.dtype, **parts
    )
    # The autoencoder stays float32: in half numbers its colours shift visibly.
    vae = diffusers.AutoencoderKLWan.from_pretrained(folder / "vae", torch_dtype=torch.float32, **parts)
    scheduler = diffusers.UniPCMultistepScheduler.from_pretrained(folder / "scheduler", local_files_only=True)
    if offload is None:
        offload = _fills(transformer, run.device)
    if offload:
        transformer.enable_group_offload(
            onload_device=run.device, num_blocks_per_group=1, use_stream=run.device.type == "cuda"
        )
    pipe = _pipeline(diffusers, transformer, vae, scheduler)
    return WanVaceVideo(pipe, _text_encoder(folder, run), run, options or WanVaceOptions(), offload)


def _folder(run: Runtime) -> Path:
    """The larger model's folder if it is on this machine, else the smaller one's."""
    try:
        return weights.locate("wan_vace_14b", replace(run, download=False))
    except FileNotFoundError:
        return weights.locate("wan_vace_1_3b", run)


def _fills(module: torch.nn.Module, device: torch.device) -> bool:
    """Whether the module takes more than 60 % of what is free on a GPU; sampling needs the rest."""
    if device.type != "cuda":
        return False
    size = sum(p.numel() * p.element_size() for p in module.parameters())
    return size > 0.6 * torch.cuda.mem_get_info(device)[0]


def _text_encoder(folder: Path, run: Runtime) -> Encode:
    """umT5, loaded when it is asked and forgotten after: it is larger than the smaller video model."""

    def encode(prompt: str, avoid: str) -> tuple[Tensor, Tensor]:
        from transformers import AutoTokenizer, UMT5EncoderModel

        tokenizer = AutoTokenizer.from_pretrained(folder / "tokenizer", local_files_only=True)
        model = UMT5EncoderModel.from_pretrained(folder / "text_encoder", dtype=run.dtype, local_files_only=True)
        limits = {"padding": "max_length", "max_length": _TOKENS, "truncation": True}
        given = tokenizer([prompt, avoid], return_tensors="pt", **limits)
        mask = given.attention_mask.to(run.device)
        with run.resident(model):
            states = model(given.input_ids.to(run.device), mask).last_hidden_state
        states = (states * mask[..., None]).cpu()  # Wan was trained with zeros after the text
        return states[:1], states[1:]

    return encode


def _pipeline(diffusers: Any, transformer: Any, vae: Any, scheduler: Any) -> Any:
    pipe = diffusers.WanVACEPipeline(
        tokenizer=None, text_encoder=None, vae=vae, scheduler=scheduler, transformer=transformer
    )
    pipe.set_progress_bar_config(disable=True)
    return pipe


def tiny() -> WanVaceVideo:
    """The same classes with a few thousand random weights and made-up text embeddings."""
    diffusers = _diffusers()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        transformer = diffusers.WanVACETransformer3DModel(
            num_attention_heads=2,
            attention_head_dim=12,
            text_dim=16,
            freq_dim=16,
            ffn_dim=32,
            num_layers=2,
            vace_layers=[0],
        )
        vae = diffusers.AutoencoderKLWan(base_dim=4, dim_mult=[1, 1, 1, 1], num_res_blocks=1)
        given, avoided = torch.randn(1, 7, 16), torch.randn(1, 7, 16)
    scheduler = diffusers.UniPCMultistepScheduler(
        prediction_type="flow_prediction", use_flow_sigmas=True, flow_shift=3.0
    )
    pipe = _pipeline(diffusers, transformer.eval(), vae.eval(), scheduler)
    return WanVaceVideo(pipe, lambda prompt, avoid: (given, avoided), Runtime(), WanVaceOptions(), False)
