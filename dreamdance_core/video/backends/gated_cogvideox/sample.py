"""The gated model from a job to a video: conditions encoded, latents denoised, frames decoded, each in pieces."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn

from ....runtime import Runtime
from ....types import AnimateJob, LazyFrames, Window
from .denoise import Fuse, Kept, Place, Prepared, SampleOptions, denoise, finished
from .encode import clip_tokens, reference_canvas, to_frames, to_latents
from .model import GatedModel
from .preview import fit_colours, picture
from .schedule import scheduler_for
from .transformer import Conditions


@dataclass(frozen=True, kw_only=True)
class Sampled:
    """The video and both gates over the steps."""

    frames: Float[Tensor, "T H W 3"]
    gates: Float[Tensor, "S 2"]  # pose, reference


class Bar:
    """Progress of a run of a known number of parts; a pulse says that it is alive and lets the user cancel."""

    def __init__(self, run: Runtime, total: int) -> None:
        self.run, self.total, self.done = run, total, 0

    def pulse(self) -> None:
        self.run.report(self.done, self.total)

    def tick(self, preview: Tensor | None = None) -> None:
        self.done += 1
        self.run.report(self.done, self.total, preview)


def sample(
    job: AnimateJob, model: GatedModel, options: SampleOptions, run: Runtime, fuse: Fuse | None = None
) -> Sampled:
    """The finished video of a job, with v-prediction and zero terminal SNR (the paper's 50 DDIM steps by default).

    Guidance drops pose, reference and CLIP, never the background. `fuse` is needed for more than one window. Raises
    ValueError for illegal lengths, sizes or windows.
    """
    frames: list[Tensor] = []
    gates = sample_to(job, model, options, run, fuse, frames.append)
    return Sampled(frames=torch.cat(frames), gates=gates)


def sample_to(
    job: AnimateJob,
    model: GatedModel,
    options: SampleOptions,
    run: Runtime,
    fuse: Fuse | None,
    sink: Callable[[Tensor], None],
    kept: Kept | None = None,
) -> Float[Tensor, "S 2"]:
    """Both gates over the steps; the video of `sample` goes to `sink` in order, up to 49 frames at a time.

    The clips of the job may be lazy: they are read window by window, so that no clip is ever in memory as a whole.
    `kept` lets an interrupted run go on at the step it had reached; its conditions are encoded anew.
    """
    planned = plan(job, model, options, fuse)
    scheduler = scheduler_for(options.sampler, job.steps)
    bar = Bar(run, len(planned[0]) + job.steps + 1)
    with torch.no_grad():
        prepared = prepare(job, model, planned, run, bar, tiling=options.tiling)
        noise = torch.randn(prepared.shape, generator=run.generator(job.seed))  # one tensor for the whole length
        begin = None if kept is None else kept.load()
        gates = [] if begin is None else list(begin.gates)
        bar.done += len(gates)
        with run.resident(model.transformer) as transformer:
            steps = denoise(
                prepared, transformer, scheduler, noise.to(run.device), job.guidance, options, bar.pulse, begin
            )
            latents = noise if begin is None else begin.latents.to(run.device)
            for step in steps:
                gates.append(step.gates)
                latents = step.latents
                if kept is not None:
                    done = len(gates)
                    kept.save(Place(steps=done, latents=latents, clean=scheduler.memory, gates=torch.stack(gates)))
                bar.tick(picture(prepared.colours, step.clean))
        latents = finished(latents, prepared)
        with run.resident(model.vae) as vae, tiled(vae, options.tiling):
            for frames in to_frames(vae, latents, run=run, watch=bar.pulse):
                sink(frames)
        bar.tick()
    return torch.stack(gates)


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


def plan(
    job: AnimateJob, model: GatedModel, options: SampleOptions, fuse: Fuse | None
) -> tuple[tuple[Window, ...], Fuse]:
    """The windows of a run and how they are fused; ValueError for what cannot be sampled."""
    length = latent_length(job.background.shape[0], model, len(options.windows))
    windows = options.windows or (Window(start=0, stop=length, overlap=0),)
    height, width = job.background.shape[1:3]
    if height % 16 or width % 16:
        raise ValueError(f"background width and height must be multiples of 16, got {width}x{height}; resize it")
    for name in ("paint_mask", "body", "hand", "face"):
        size = tuple(getattr(job, name).shape[:3])
        if size != tuple(job.background.shape[:3]):
            raise ValueError(
                f"{name} must have the background's frames and size {tuple(job.background.shape[:3])}, got {size}"
            )
    group = 2 if len(windows) > 1 else model.transformer.config.patch_size_t or 1
    if windows[-1].stop != length or any(w.start % group or w.stop % group for w in windows):
        raise ValueError(
            f"the windows end at latent frame {windows[-1].stop}, the clip at {length}, and each must start and end "
            f"at a multiple of {group}; plan them for this clip"
        )
    if options.fusion == "edge" and len({w.stop - w.start for w in windows}) > 1:
        raise ValueError("`edge` needs windows of one length; plan them for this clip or use `blend`")
    if fuse is None and len(windows) > 1:
        raise ValueError(f"{len(windows)} windows need a fusion; pass long.aggregate's blend and copy_halves")
    return windows, fuse or ((lambda parts, _windows, _length: parts[0]), (lambda parts, _windows: parts))


@contextmanager
def tiled(vae: nn.Module, on: bool) -> Iterator[None]:
    """The VAE with tiling on (or as it was) for the length of a `with` block."""
    before = vae.use_tiling
    vae.use_tiling = before or on
    try:
        yield
    finally:
        vae.use_tiling = before


def prepare(
    job: AnimateJob, model: GatedModel, plan: tuple[tuple[Window, ...], Fuse], run: Runtime, bar: Bar, *, tiling: bool
) -> Prepared:
    """The job encoded: every window's background, mask and pose as if it stood alone, the reference once."""
    windows, fuse = plan
    canvas = reference_canvas(job)
    tokens = clip_tokens(model.clip, canvas, run)
    whole = slice(0, job.background.shape[0])
    conditions: list[Conditions] = []
    with run.resident(model.vae) as vae, tiled(vae, tiling):

        def encoded(clip: Tensor | LazyFrames, cut: slice, *, image: bool = False) -> Tensor:
            latents = to_latents(vae, clip, cut, run=run, image=image, watch=bar.pulse)
            return latents.to("cpu", model.transformer.dtype)

        reference = encoded(canvas[None], slice(0, 1))
        for window in windows:
            cut = slice(4 * window.start, 4 * window.stop) if len(windows) > 1 else whole
            background = encoded(job.background, cut, image=True)
            beta = torch.cat([background, encoded(job.paint_mask, cut)], 2)
            pose = torch.cat([encoded(clip, cut) for clip in (job.body, job.hand, job.face)], 2)
            conditions.append(Conditions(background=beta, pose=pose, reference=reference))
            bar.tick()
        shown = [slice(frame, frame + 1) for frame in range(0, whole.stop, max(1, whole.stop // 4))]
        stills = torch.cat([canvas[None], *(job.background[cut] for cut in shown)])
        colours = fit_colours(torch.cat([encoded(still[None], slice(0, 1))[0] for still in stills]), stills)
    return Prepared(windows=windows, conditions=tuple(conditions), tokens=tokens, colours=colours, fuse=fuse)
