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
_RARE = 0.15  # share of the picture, its most singular parts, that is not copied
_SKETCH = 56  # px; long side of the picture in which rare parts are looked for
_AT_RIM = 3  # sketch px; a rare part this near to the hole may be copied: what the hole cuts through must go on
_AROUND = 0.4  # sketch px that a rare part is grown by
_BEFORE = 1.15  # times nearer than the hole: another thing, not to be continued into it
_ENOUGH = 0.2  # share of the known pixels that must remain to copy from


class PatchMatch:
    """See InpaintBackend; the prompt changes nothing.

    Patches come by preference from the same height in the picture, so that sky continues sky and floor continues
    floor, whatever the shape of the hole; and never from what the picture shows only once, so that no lamp, pot or
    person is stamped a second time.
    """

    def __init__(self, largest_hole: int = _LARGEST_HOLE, rare: float = _RARE) -> None:
        self.largest_hole = largest_hole
        self.rare = rare

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
        filled = torch.from_numpy(_fill(picture, hole, front, seed, self)).to(image) / 255
        return torch.where(torch.from_numpy(hole).to(image.device)[..., None], filled, image)


def in_front(z: Float[np.ndarray, "h w"], hole: Bool[np.ndarray, "h w"]) -> Bool[np.ndarray, "h w"]:
    """Known pixels that stand before what the nearest hole pixel shows; none where little else would be left."""
    at = distance_transform_edt(~hole, return_distances=False, return_indices=True)
    front = ~hole & (z[tuple(at)] > _BEFORE * z)
    return front if (~hole & ~front).sum() > _ENOUGH * (~hole).sum() else np.zeros_like(front)


def _fill(picture: np.ndarray, hole: np.ndarray, front: np.ndarray, seed: int, by: PatchMatch) -> np.ndarray:
    import patchmatch

    height, width = hole.shape
    scale = min(1.0, (by.largest_hole / hole.sum()) ** 0.5)
    size = (max(round(width * scale), 8), max(round(height * scale), 8))
    small, small_hole = picture, hole
    if size != (width, height):
        colours, share = _shrunk(picture, hole, size)
        small, small_hole = colours.round().clip(0, 255).astype(np.uint8), share < 0.5
    if small_hole.all():
        return np.broadcast_to(picture[~hole].mean(0).round().astype(np.uint8), picture.shape).copy()
    guide = np.zeros((*small_hole.shape, 3), np.float32)
    guide[..., 0] = np.linspace(0, 1, len(guide), dtype=np.float32)[:, None]
    front = cv2.resize(front.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0
    apart = front | _rare(small, small_hole, by.rare)
    if (~small_hole & ~apart).sum() < 0.5 * _ENOUGH * (~small_hole).sum():
        apart = front
    patchmatch.set_random_seed(seed % 2**32)
    filled = patchmatch.inpaint_regularity(
        small, small_hole, guide, global_mask=apart, patch_size=3, guide_weight=_GUIDE
    )
    return filled if size == (width, height) else cv2.resize(filled, (width, height), interpolation=cv2.INTER_CUBIC)


def _shrunk(picture: np.ndarray, hole: np.ndarray, size: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """The picture at size (width, height) and the share of known pixels in each of its pixels.

    Known colours only: a plain average would bleed the hole's old content across its border.
    """
    known = (~hole).astype(np.float32)
    share = cv2.resize(known, size, interpolation=cv2.INTER_AREA)
    mean = cv2.resize(picture * known[..., None], size, interpolation=cv2.INTER_AREA)
    return mean / np.maximum(share, 1e-6)[..., None], share


def _rare(picture: np.ndarray, hole: np.ndarray, most: float) -> np.ndarray:
    """Where the picture shows what has nothing like it elsewhere: at most this share of it, and a bit around it.

    Textures and long edges repeat themselves; an object that stands there once does not.
    """
    height, width = hole.shape
    scale = min(1.0, _SKETCH / max(height, width))
    size = (max(round(width * scale), 1), max(round(height * scale), 1))
    sketch, share = _shrunk(picture, hole, size)
    known = cv2.erode((share > 0.99).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    rows, columns = known.nonzero()
    if len(rows) < 2:
        return np.zeros_like(hole)
    colours = torch.from_numpy(sketch).float().permute(2, 0, 1)[None]
    patches = torch.nn.functional.unfold(torch.nn.functional.pad(colours, (2, 2, 2, 2), mode="replicate"), 5)[0]
    patches = patches[:, torch.from_numpy(known.ravel())].T.contiguous()
    # Without a matrix product, whose last bit may vary.
    unlike = torch.cdist(patches, patches, compute_mode="donot_use_mm_for_euclid_dist")
    places = torch.from_numpy(np.stack([rows, columns], -1)).float()
    unlike[torch.cdist(places, places, p=float("inf")) <= 5] = float("inf")  # overlapping patches are alike
    rarity = np.zeros(known.shape, np.float32)
    nearest = unlike.amin(1)
    rarity[known] = torch.where(torch.isinf(nearest), 0.0, nearest).numpy()
    rarity = cv2.resize(rarity, (width, height), interpolation=cv2.INTER_LINEAR)
    rare = rarity > max(np.quantile(rarity[~hole], 1 - most), 1e-3)
    _, parts = cv2.connectedComponents(rare.astype(np.uint8))
    return _grown(rare & ~np.isin(parts, parts[_grown(hole, _AT_RIM / scale)]), _AROUND / scale) & ~hole


def _grown(mask: np.ndarray, radius: float) -> np.ndarray:
    return cv2.dilate(mask.astype(np.uint8), np.ones((2 * round(radius) + 1,) * 2, np.uint8)) > 0


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
