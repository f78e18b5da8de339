"""PatchMatch fill by PyPatchMatch (pip install pypatchmatch, MIT; no weights): copies texture from the picture itself.

C. Barnes et al., "PatchMatch: A Randomized Correspondence Algorithm for Structural Image Editing", 2009.
"""

from __future__ import annotations

import cv2
import numpy as np
import torch
from jaxtyping import Bool, Float
from scipy.ndimage import distance_transform_edt
from torch import Tensor

from ...runtime import Runtime

_LARGEST_HOLE = 60_000  # pixels; a larger one is filled at a smaller size, where patches also span more of the scene
_GUIDE = 0.25  # how much the height in the picture counts beside the colours of a patch

_BEFORE = 1.15  # times nearer than the hole: another thing, not to be continued into it
_ENOUGH = 0.2  # share of the known pixels that must remain to copy from


class PatchMatch:
    """See InpaintBackend; the prompt changes nothing.

    Patches come by preference from the same height in the picture, so that sky continues sky and floor continues
    floor, whatever the shape of the hole.
    """

    def __init__(self, largest_hole: int = _LARGEST_HOLE) -> None:
        self.largest_hole = largest_hole

    def __call__(
        self,
        image: Float[Tensor, "H W 3"],
        hole_mask: Float[Tensor, "H W"],
        prompt: str = "",
        seed: int = 0,
        z: Float[Tensor, "H W"] | None = None,
    ) -> Float[Tensor, "H W 3"]:
        """The picture with the hole (mask above 0.5) filled; grey where no pixel is known.

        With z nothing is copied from what stands before the hole.
        """
        hole = (hole_mask > 0.5).cpu().numpy()
        if not hole.any():
            return image.clone()
        if hole.all():
            return torch.full_like(image, 0.5)
        picture = (image * 255).round().clamp(0, 255).to(torch.uint8).cpu().numpy()
        front = np.zeros_like(hole) if z is None else in_front(z.cpu().numpy(), hole)
        filled = torch.from_numpy(_fill(picture, hole, front, seed, self.largest_hole)).to(image) / 255
        return torch.where(torch.from_numpy(hole).to(image.device)[..., None], filled, image)


def in_front(z: Float[np.ndarray, "h w"], hole: Bool[np.ndarray, "h w"]) -> Bool[np.ndarray, "h w"]:
    """Known pixels that stand before what the nearest hole pixel shows; none where little else would be left."""
    at = distance_transform_edt(~hole, return_distances=False, return_indices=True)
    front = ~hole & (z[tuple(at)] > _BEFORE * z)
    return front if (~hole & ~front).sum() > _ENOUGH * (~hole).sum() else np.zeros_like(front)


def _fill(picture: np.ndarray, hole: np.ndarray, front: np.ndarray, seed: int, largest_hole: int) -> np.ndarray:
    import patchmatch

    height, width = hole.shape
    scale = min(1.0, (largest_hole / hole.sum()) ** 0.5)
    size = (max(round(width * scale), 8), max(round(height * scale), 8))
    small, small_hole = picture, hole
    if size != (width, height):
        # Known colours only: a plain average would bleed the hole's old content across its border.
        known = (~hole).astype(np.float32)
        share = cv2.resize(known, size, interpolation=cv2.INTER_AREA)
        mean = cv2.resize(picture * known[..., None], size, interpolation=cv2.INTER_AREA)
        small = (mean / np.maximum(share, 1e-6)[..., None]).round().clip(0, 255).astype(np.uint8)
        small_hole = share < 0.5
    if small_hole.all():
        return np.broadcast_to(picture[~hole].mean(0).round().astype(np.uint8), picture.shape).copy()
    guide = np.zeros((*small_hole.shape, 3), np.float32)
    guide[..., 0] = np.linspace(0, 1, len(guide), dtype=np.float32)[:, None]
    apart = cv2.resize(front.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST)
    patchmatch.set_random_seed(seed % 2**32)
    filled = patchmatch.inpaint_regularity(
        small, small_hole, guide, global_mask=apart, patch_size=3, guide_weight=_GUIDE
    )
    return filled if size == (width, height) else cv2.resize(filled, (width, height), interpolation=cv2.INTER_CUBIC)


def load(run: Runtime) -> PatchMatch:
    """The fill; raises ImportError naming the extra when PyPatchMatch is missing."""
    try:
        import patchmatch
    except ImportError as error:
        raise ImportError(
            "the patchmatch fill needs PyPatchMatch: pip install pypatchmatch (the extra dreamdance[inpaint])"
        ) from error
    if not patchmatch.patchmatch_available:
        raise ImportError(
            "PyPatchMatch is installed without its native library; reinstall it: pip install pypatchmatch"
        )
    return PatchMatch()


def tiny() -> PatchMatch:
    """The same; large holes are filled at a smaller size still."""
    return PatchMatch(largest_hole=400)
