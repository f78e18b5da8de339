"""Held-out clips as the model paints them, in the middle of training."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import torch
from jaxtyping import Float
from torch import Tensor

from ..io.video import write_video
from ..runtime import Runtime
from ..video.backends.gated_cogvideox.denoise import SampleOptions
from ..video.backends.gated_cogvideox.model import GatedModel
from ..video.backends.gated_cogvideox.sample import sample
from .config import TrainConfig
from .draws import keyed_seed
from .example import make_example
from .records import TrainingClip

Quality = Callable[[Tensor, Tensor], float]  # (result, truth), both (T,H,W,3) in [0,1]


def validate(
    model: GatedModel,
    clips: Sequence[TrainingClip],
    config: TrainConfig,
    out: Path,
    step: int,
    means: tuple[Runtime, Quality | None],
) -> dict[str, float]:
    """Writes validation/step-000500.NAME.mp4 (truth, damaged background, result, side by side); the mean quality of the
    results and of the damaged backgrounds as they were handed in."""
    run, quality = means
    found: dict[str, list[float]] = {"validation": [], "validation_background": []}
    quiet = replace(run, report=lambda done, total, preview=None: None)
    for clip in clips[: config.validation.clips]:
        seed = keyed_seed("validation", config.training.seed, clip.name)
        example = make_example(clip, seed, config.objective.recipe)
        job = replace(example.job, steps=config.validation.steps, guidance=config.validation.guidance, seed=seed)
        result = sample(job, model, SampleOptions(), quiet).frames
        write_video(
            out / "validation" / f"step-{step:06d}.{clip.name}.mp4",
            _row(example.frames, job.background, result),
            clip.fps,
        )
        if quality is not None:
            found["validation"].append(quality(result, example.frames))
            found["validation_background"].append(quality(job.background, example.frames))
    return {name: sum(values) / len(values) for name, values in found.items() if values}


def _row(*clips: Float[Tensor, "T H W 3"]) -> Float[Tensor, "T H V 3"]:
    return torch.cat(clips, 2)
