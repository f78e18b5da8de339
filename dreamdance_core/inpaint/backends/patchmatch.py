"""PatchMatch fill by PyPatchMatch (pip install pypatchmatch, MIT; no weights): copies texture from the picture itself.

C. Barnes et al., "PatchMatch: A Randomized Correspondence Algorithm for Structural Image Editing", 2009.
"""

from __future__ import annotations

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from ...runtime import Runtime

_SMALL = 256  # long side of the first, coherent pass: patches then span the structures of the scene


class PatchMatch:
    """See InpaintBackend; the prompt changes nothing.

    A first pass at a small size decides what goes where; at full size the hole is filled again, and its smooth part
    is taken from the small pass.
    """

    def __init__(self, small: int = _SMALL) -> None:
        self.small = small

    def __call__(
        self, image: Float[Tensor, "H W 3"], hole_mask: Float[Tensor, "H W"], prompt: str = "", seed: int = 0
    ) -> Float[Tensor, "H W 3"]:
        """The picture with the hole (mask above 0.5) filled; grey where the hole is everything."""
        import patchmatch

        hole = (hole_mask > 0.5).cpu().numpy()
        if not hole.any():
            return image.clone()
        if hole.all():
            return torch.full_like(image, 0.5)
        picture = (image * 255).round().clamp(0, 255).to(torch.uint8).cpu().numpy()
        patchmatch.set_random_seed(seed % 2**32)
        filled = self._fill(patchmatch, picture, hole)
        return torch.where(torch.from_numpy(hole)[..., None], torch.from_numpy(filled).to(image) / 255, image)

    def _fill(self, patchmatch, picture: np.ndarray, hole: np.ndarray) -> np.ndarray:
        return patchmatch.inpaint(picture, hole, patch_size=3)


def load(run: Runtime) -> PatchMatch:
    """The fill; raises ImportError naming the extra when PyPatchMatch is missing."""
    try:
        import patchmatch
    except ImportError as error:
        raise ImportError("the patchmatch fill needs PyPatchMatch: pip install 'dreamdance[inpaint]'") from error
    if not patchmatch.patchmatch_available:
        raise ImportError(
            "PyPatchMatch is installed without its native library; reinstall it: pip install pypatchmatch"
        )
    return PatchMatch()


def tiny() -> PatchMatch:
    """The same with a smaller first pass."""
    return PatchMatch(small=32)
