"""Held-out clips as the model paints them, in the middle of training."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import torch
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
    found: dict[str, list[float]] = {"result": [], "background": []}
    quiet = replace(run, report=lambda done, total, preview=None: None)
    for clip in clips:
        seed = keyed_seed("validation", config.training.seed, clip.name)
        example = make_example(clip, seed, config.objective.recipe)
        job = replace(example.job, steps=config.validation.steps, guidance=config.validation.guidance, seed=seed)
        result = sample(job, model, SampleOptions(), quiet).frames
        truth, given = example.frames, job.background
        path = out / "validation" / f"step-{step:06d}.{clip.name}.mp4"
        write_video(path, torch.cat([truth, given, result], 2), clip.fps)
        if quality is not None:
            found["result"].append(quality(result, truth))
            found["background"].append(quality(given, truth))
    return {name: sum(values) / len(values) for name, values in found.items() if values}
