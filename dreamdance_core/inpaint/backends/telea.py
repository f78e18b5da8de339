"""Telea's fast-marching fill from OpenCV (Apache-2.0; no weights): blurry, always there.

A. Telea, "An Image Inpainting Technique Based on the Fast Marching Method", 2004.
"""

from __future__ import annotations

import cv2
import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from ...runtime import Runtime


class Telea:
    """See InpaintBackend; prompt and seed change nothing."""

    def __call__(
        self,
        image: Float[Tensor, "H W 3"],
        hole_mask: Float[Tensor, "H W"],
        prompt: str = "",
        seed: int = 0,
        z: Float[Tensor, "H W"] | None = None,
    ) -> Float[Tensor, "H W 3"]:
        """The picture with the hole (mask above 0.5) filled; grey where the hole is everything."""
        hole = hole_mask > 0.5
        if not hole.any():
            return image.clone()
        if hole.all():
            return torch.full_like(image, 0.5)
        picture = (image * 255).round().clamp(0, 255).to(torch.uint8).cpu().numpy()
        filled = cv2.inpaint(picture, hole.cpu().numpy().astype(np.uint8), 3, cv2.INPAINT_TELEA)
        return torch.where(hole[..., None], torch.from_numpy(filled).to(image) / 255, image)


def load(run: Runtime) -> Telea:
    """The fill; nothing is loaded."""
    return Telea()


def tiny() -> Telea:
    """The same; it has no size."""
    return Telea()
