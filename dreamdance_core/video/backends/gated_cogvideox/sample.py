"""Sampling of the gated model: DDIM over one latent of any length, in overlapping windows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor

from ....runtime import Runtime
from ....types import AnimateJob, Window
from .encode import clip_tokens, reference_canvas, to_frames, to_latents
from .model import GatedModel
from .transformer import Conditions, GatedCogVideoXTransformer


@dataclass(frozen=True, kw_only=True)
class SampleOptions:
    """How a gated model is sampled; steps, guidance and seed come with the job."""

    windows: tuple[Window, ...] = ()  # latent frames; empty = the whole length at once
    fusion: Literal["blend", "edge"] = "blend"  # averaged model outputs, or EDGE's copied halves
    pose_strength: float = 1.0  # times the pose gate
    reference_strength: float = 1.0  # times the character gate


@dataclass(frozen=True, kw_only=True)
class Sampled:
    """The video and both gates over the steps."""

    frames: Float[Tensor, "T H W 3"]
    gates: Float[Tensor, "S 2"]  # pose, reference


def latent_length(frames: int, model: GatedModel, windows: int) -> int:
    """Latent frames of a clip; ValueError names the nearest legal length.

    8k frames always; 8k+1 only in a single window of CogVideoX 1.0 (1.5 and windows need an even latent length).
    """
    odd_allowed = model.transformer.config.patch_size_t is None and windows <= 1
    if frames >= 8 and frames % 8 == 0:
        return frames // 4
    if odd_allowed and frames >= 1 and frames % 8 == 1:
        return (frames - 1) // 4 + 1
    legal = "8k or 8k+1" if odd_allowed else "8k"
    nearest = max(8, round(frames / 8) * 8)
    raise ValueError(f"the gated model needs {legal} frames, got {frames}; the nearest length is {nearest}")


# How windows are fused: long.aggregate's blend and copy_halves, handed in because stages do not import each other.
Fuse = tuple[Callable[..., Tensor], Callable[..., list[Tensor]]]


def sample(
    job: AnimateJob, model: GatedModel, options: SampleOptions, run: Runtime, fuse: Fuse | None = None
) -> Sampled:
    """The finished video of a job, by DDIM with v-prediction and zero terminal SNR (the paper's 50 steps by default).

    Guidance drops pose, reference and CLIP, never the background. `fuse` is needed for more than one window. Raises
    ValueError for illegal lengths, sizes or windows.
    """
    length = latent_length(len(job.background), model, len(options.windows))
    windows = options.windows or (Window(start=0, stop=length, overlap=0),)
    _check(job, windows, length, model)
    if fuse is None:
        if len(windows) > 1:
            raise ValueError(f"{len(windows)} windows need a fusion; pass long.aggregate's blend and copy_halves")
        fuse = (lambda parts, _windows, _length: parts[0]), (lambda parts, _windows: parts)
    canvas = reference_canvas(job)
    with torch.inference_mode():
        tokens = clip_tokens(model.clip, canvas, run)
        encoded = _encode(job, canvas, windows, length, model, run)
        latents, gates = _denoise(job, model, options, run, (windows, encoded, tokens, fuse))
        model.vae.enable_tiling()
        with run.resident(model.vae):
            frames = to_frames(model.vae, latents.to(next(model.vae.parameters())))
    return Sampled(frames=frames.clone(), gates=gates.clone())


def _check(job: AnimateJob, windows: tuple[Window, ...], length: int, model: GatedModel) -> None:
    height, width = job.background.shape[1:3]
    if height % 16 or width % 16:
        raise ValueError(f"background width and height must be multiples of 16, got {width}x{height}; resize it")
    for name in ("paint_mask", "body", "hand", "face"):
        video = getattr(job, name)
        if video.shape[:3] != job.background.shape[:3]:
            raise ValueError(
                f"{name} must have the background's frames and size {tuple(job.background.shape[:3])}, "
                f"got {tuple(video.shape[:3])}"
            )
    group = model.transformer.config.patch_size_t or 1
    if windows[-1].stop != length or any((w.stop - w.start) % group for w in windows):
        raise ValueError(
            f"the windows end at latent frame {windows[-1].stop}, the clip at {length}; plan them for this clip"
        )


Encoded = list[tuple[Tensor, Tensor, Tensor, Tensor]]


def _encode(
    job: AnimateJob, canvas: Tensor, windows: tuple[Window, ...], length: int, model: GatedModel, run: Runtime
) -> Encoded:
    """Latents of background, mask, pose and reference for every window, each encoded as if it stood alone."""
    out: Encoded = []
    per_latent = len(job.background) / length
    with run.resident(model.vae) as vae:
        reference = to_latents(vae, canvas[None])
        for index, window in enumerate(windows):
            run.report(index, len(windows))
            cut = slice(round(window.start * per_latent), round(window.stop * per_latent))
            mask = job.paint_mask[cut, ..., None].expand(-1, -1, -1, 3)
            pose = [to_latents(vae, video[cut]) for video in (job.body, job.hand, job.face)]
            background = to_latents(vae, job.background[cut], image=True)
            out.append((background, to_latents(vae, mask), torch.cat(pose, 2), reference))
    return out


def _denoise(
    job: AnimateJob, model: GatedModel, options: SampleOptions, run: Runtime, parts: tuple
) -> tuple[Tensor, Tensor]:
    """Clean latents of the whole length, and both gates at every step."""
    windows, encoded, tokens, fuse = parts
    scheduler = ddim(job.steps)
    shape = (1, windows[-1].stop, *encoded[0][0].shape[2:])
    noise = torch.randn(shape, generator=run.generator(job.seed))  # one tensor for the whole length
    dtype = model.transformer.dtype
    with run.resident(model.transformer) as transformer:
        device = next(transformer.parameters()).device
        noise = noise.to(device)
        states = [noise[:, w.start : w.stop] for w in windows]
        predict = _predictor(transformer, encoded, tokens.to(device, dtype), job.guidance, options)
        gates = []
        for step, t in enumerate(scheduler.timesteps):
            run.report(step, len(scheduler.timesteps))
            time = t[None].to(device)
            gates.append(torch.cat(transformer.gates(transformer.embed_time(time)), 1)[0].float().cpu())
            outputs = [predict(state, index, time) for index, state in enumerate(states)]
            last = step + 1 == len(scheduler.timesteps)
            states = _step(scheduler, t, states, outputs, windows, (options.fusion, fuse, last))
        run.report(len(scheduler.timesteps), len(scheduler.timesteps))
        return fuse[0]([s[0] for s in states], list(windows), windows[-1].stop)[None], torch.stack(gates)


def _step(
    scheduler: object, t: Tensor, states: list[Tensor], outputs: list[Tensor], windows: tuple, rest: tuple
) -> list[Tensor]:
    """One DDIM step of all windows; `blend` fuses model outputs, `edge` overwrites overlaps afterwards."""
    fusion, (blend, copy_halves), last = rest
    if fusion == "blend":
        whole = blend([o[0] for o in outputs], list(windows), windows[-1].stop)[None]
        outputs = [whole[:, w.start : w.stop] for w in windows]
    states = [scheduler.step(o, t, s).prev_sample for o, s in zip(outputs, states, strict=True)]
    if fusion == "edge" and not last:
        states = [part[None] for part in copy_halves([s[0] for s in states], list(windows))]
    return states


def _predictor(
    transformer: GatedCogVideoXTransformer, encoded: Encoded, tokens: Tensor, guidance: float, options: SampleOptions
):
    """A function (state, window index, time) -> float32 v-prediction with guidance; conditions are projected once."""
    dtype, device = tokens.dtype, tokens.device
    ready: list[tuple[Conditions, tuple[Tensor, Tensor]]] = []
    for background, mask, pose, reference in encoded:
        latents = [part.to(device, dtype) for part in (background, mask, pose, reference)]
        ready.append((transformer.project(*latents), rotary(transformer, background.shape, device)))
    ofs = None if transformer.ofs_embedding is None else torch.full((1,), 2.0, device=device)  # 1.5's constant
    strengths = (options.pose_strength, options.reference_strength)

    def predict(state: Tensor, index: int, time: Tensor) -> Tensor:
        conditions, rope = ready[index]

        def run_model(clip: Tensor, strength: tuple[float, float]) -> Tensor:
            out = transformer(state.to(dtype), clip, time, conditions, ofs, rope, strength)
            return out.sample.float()

        guided = run_model(tokens, strengths)
        if guidance == 1.0:
            return guided
        free = run_model(torch.zeros_like(tokens), (0.0, 0.0))
        return free + guidance * (guided - free)

    return predict


def ddim(steps: int):
    """The paper's sampler with CogVideoX-5B's noise schedule; timesteps run from 999 down, trailing."""
    from diffusers import CogVideoXDDIMScheduler

    scheduler = CogVideoXDDIMScheduler(
        beta_start=0.00085,
        beta_end=0.012,
        beta_schedule="scaled_linear",
        prediction_type="v_prediction",
        clip_sample=False,
        set_alpha_to_one=True,
        rescale_betas_zero_snr=True,
        timestep_spacing="trailing",
        snr_shift_scale=1.0,
    )
    scheduler.set_timesteps(steps)
    return scheduler


def rotary(transformer: GatedCogVideoXTransformer, shape: torch.Size, device: torch.device) -> tuple[Tensor, Tensor]:
    """Rotary tables for latents (B,T,C,H,W), restarted in each window.

    CogVideoX 1.0 stretches the grid over a centred crop of its training grid that keeps the aspect; 1.5 cuts from it.
    """
    from diffusers.models.embeddings import get_3d_rotary_pos_embed

    config = transformer.config
    p, pt = config.patch_size, config.patch_size_t or 1
    rows, columns, times = shape[3] // p, shape[4] // p, shape[1] // pt
    base_rows, base_columns = config.sample_height // p, config.sample_width // p
    grid = {"grid_size": (rows, columns), "temporal_size": times}
    common = {"embed_dim": config.attention_head_dim, "device": device, **grid}
    if config.patch_size_t is not None:
        limit = (max(base_rows, rows), max(base_columns, columns))
        return get_3d_rotary_pos_embed(crops_coords=None, grid_type="slice", max_size=limit, **common)
    scale = min(base_rows / rows, base_columns / columns)
    high, wide = round(rows * scale), round(columns * scale)
    top, left = round((base_rows - high) / 2), round((base_columns - wide) / 2)
    return get_3d_rotary_pos_embed(crops_coords=((top, left), (top + high, left + wide)), **common)
