"""Paintings kept on disk, so that a scene that was interrupted goes on from its finished views."""

from __future__ import annotations

from typing import Any

from jaxtyping import Float
from torch import Tensor

from ..io.images import Picture
from ..io.stages import StageFiles, digest
from ..types import InpaintBackend


class KeptPaintings:
    """An InpaintBackend that paints no picture twice: the same picture, hole and wish come from the files."""

    def __init__(self, paint: InpaintBackend, files: StageFiles, name: Any) -> None:
        """name: plain values that tell this painter and its settings from others."""
        self.paint, self.files, self.name = paint, files, name

    def __call__(
        self,
        image: Float[Tensor, "H W 3"],
        hole_mask: Float[Tensor, "H W"],
        prompt: str = "",
        seed: int = 0,
        z: Float[Tensor, "H W"] | None = None,
    ) -> Float[Tensor, "H W 3"]:
        """See InpaintBackend."""
        depends = (self.name, image, hole_mask, prompt, seed, z)

        def painted() -> Picture:
            return Picture(rgb=self.paint(image, hole_mask, prompt, seed, z=z))

        return self.files.once(f"painting_{digest(depends)[:16]}", Picture, depends, painted).rgb
