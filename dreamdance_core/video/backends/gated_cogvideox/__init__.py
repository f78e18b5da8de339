"""Gated CogVideoX-5B-I2V (the DreamDance paper's second step); weights: a DreamDance checkpoint of your own.

The paper's weights were never released. A checkpoint goes into the `dreamdance` folder beside its base model
`CogVideoX-5b-I2V` (zai-org, CogVideoX License: free for research, commercial use by registration) and
`clip-vit-large-patch14` (OpenAI, MIT), each a folder or single files.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from jaxtyping import Float
from torch import Tensor

from ....runtime import Runtime
from ....types import AnimateJob
from .checkpoint import save_checkpoint
from .denoise import Kept, Place, SampleOptions
from .memory import MemoryPlan
from .model import GatedModel, load_checkpoint, tiny_model
from .sample import Sampled, sample, sample_to

__all__ = [
    "GatedModel",
    "GatedVideo",
    "Kept",
    "MemoryPlan",
    "Place",
    "SampleOptions",
    "Sampled",
    "load",
    "load_checkpoint",
    "sample",
    "sample_to",
    "save_checkpoint",
    "tiny",
    "tiny_model",
]


@dataclass(frozen=True, kw_only=True)
class GatedVideo:
    """A video backend: AnimateJob in, frames out."""

    takes_lazy_frames: ClassVar[bool] = True
    model: GatedModel
    run: Runtime
    options: SampleOptions = field(default_factory=SampleOptions)

    def __call__(self, job: AnimateJob) -> Float[Tensor, "T H W 3"]:
        return sample(job, self.model, self.options, self.run).frames


def load(
    run: Runtime,
    checkpoint: Path | None = None,
    options: SampleOptions | None = None,
    plan: MemoryPlan | None = None,
) -> GatedVideo:
    """The backend with a checkpoint's weights; without one named, the first `*.dreamdance.safetensors` found.

    Raises FileNotFoundError when there is none.
    """
    if checkpoint is None:
        found = [path for folder in run.weight_folders for path in sorted(folder.glob("*.dreamdance.safetensors"))]
        if not found:
            looked = ", ".join(str(folder) for folder in run.weight_folders) or "no weight folder is set"
            raise FileNotFoundError(
                f"no *.dreamdance.safetensors was found (looked in: {looked}); the paper's weights are not public, "
                "put a checkpoint of your own there or choose another video backend"
            )
        checkpoint = found[0]
    model = load_checkpoint(checkpoint, run, plan=plan)
    model.stay(run.device)
    return GatedVideo(model=model, run=run, options=options or SampleOptions())


def tiny() -> GatedVideo:
    """The same classes, smallest working size, seeded random weights."""
    return GatedVideo(model=tiny_model(), run=Runtime())
