"""The pictures and clips that ship with the pack (samples/)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from jaxtyping import Float
from torch import Tensor

from ..dreamdance_core.io.images import read_image
from ..dreamdance_core.io.video import Clip, ClipRange, read_clip

_FOLDER = Path(__file__).resolve().parents[1] / "samples"


@dataclass(frozen=True, kw_only=True)
class Sample:
    art: Float[Tensor, "H W 3"]
    clip: Clip


def names() -> list[str]:
    """Every shipped picture that has a clip of the same name."""
    return sorted(path.stem for path in _FOLDER.glob("*.mp4") if path.with_suffix(".png").is_file())


def load(name: str, frames: int | None) -> Sample:
    """The picture and the first `frames` frames (None: all) of the clip of a sample."""
    art = read_image(_FOLDER / f"{name}.png").rgb
    return Sample(art=art, clip=read_clip(_FOLDER / f"{name}.mp4", range=ClipRange(frames=frames)))
