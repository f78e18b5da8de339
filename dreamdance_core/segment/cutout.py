"""The character out of its picture: soft alpha, clean colours, and the hole it leaves."""

from __future__ import annotations

import cv2
import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from ..types import Cutout, SegmentBackend
from .detail import by_colours, look_closer
from .find import LARGEST, SMALLEST, crop_of, disc, find_character, main_part
from .refine import BAND, follow_edges, foreground_colours, soft_edge

SEEN = 0.75  # a gap that the network covers this well is a hole in the edge search, not in the character
FAINT = 0.02  # alpha: what hangs together down to here belongs together
_FEET = 0.05  # of the figure's height: its lowest part, which throws the shadow that touches it
WORK_SIDE = 1000  # px; a longer crop is matted at this size and scaled up


def cut_out(
    image: Float[Tensor, "H W 3"],
    backend: SegmentBackend | None,
    *,
    mask: Float[Tensor, "Hm Wm"] | None = None,
    alpha: Float[Tensor, "Ha Wa"] | None = None,
    shadow: float = 0.0,
) -> Cutout:
    """The character's colours, its soft alpha and the hole to repaint, all of the picture's size.

    alpha is the picture's own transparency and is taken as it is; else mask (1 = character, the user's) decides and
    only its edge is softened; else the backend looks for the figure (with alpha or mask it may be None).
    shadow: see hole_mask. ValueError when there is no plausible character.
    """
    for name, given in (("mask", mask), ("alpha", alpha)):
        if given is not None and given.shape != image.shape[:2]:
            raise ValueError(
                f"{name} must have the picture's size {tuple(image.shape[:2])} (height, width), got "
                f"{tuple(given.shape)}; resize it first"
            )
    if not torch.isfinite(image).all():
        raise ValueError("image must be finite, got NaN or infinite values; check the node that made it")
    if outlines_a_figure(alpha):
        matte = alpha.float().cpu().clamp(0, 1)
    elif mask is not None:
        matte = _soften(image, mask.float().cpu().clamp(0, 1))
    elif backend is not None:
        matte = _matte(image, backend)
    else:
        raise ValueError("the picture has no transparent pixel: give a mask or a segment backend")
    _require_plausible(matte)
    return Cutout(character=_clean_colours(image, matte), alpha=matte, hole_mask=hole_mask(matte, shadow))


def outlines_a_figure(alpha: Float[Tensor, "H W"] | None) -> bool:
    """Whether a picture's own alpha cuts anything out; rounded corners or an odd clear pixel do not."""
    return alpha is not None and float((alpha > 0.5).float().mean()) <= LARGEST


def hole_mask(alpha: Float[Tensor, "H W"], shadow: float = 0.0) -> Float[Tensor, "H W"]:
    """1 where the background is to be repainted: alpha above 0.05, its small gaps closed, grown by
    max(9 px, 1.5 % of the long side), so that no rim of the character is left to be continued.

    shadow: how far the figure's shadow on the ground reaches beside its lowest part, as a share of its height; as seen
    from a standing eye it reaches a third as far up and down.
    """
    radius = max(9, round(0.015 * max(alpha.shape)))
    solid = np.pad((alpha.numpy() > 0.05).astype(np.uint8), radius)  # closing must not fray at the picture's edge
    solid = cv2.morphologyEx(solid, cv2.MORPH_CLOSE, disc(radius))[radius:-radius, radius:-radius]
    solid = _fill_gaps(solid > 0, 0.01)
    hole = cv2.dilate(solid.astype(np.uint8), disc(radius))
    rows = np.flatnonzero(solid.any(1))
    if shadow > 0 and len(rows):
        height = rows[-1] + 1 - rows[0]
        feet = solid.astype(np.uint8)
        feet[: rows[-1] + 1 - round(_FEET * height)] = 0
        size = 2 * round(shadow * height) + 1, 2 * round(shadow * height / 3) + 1
        hole |= cv2.dilate(feet, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, size))
    return torch.from_numpy(hole.astype(np.float32))


def _require_plausible(matte: Tensor) -> None:
    covered = float((matte > 0.5).float().mean())
    if not SMALLEST <= covered <= LARGEST:
        raise ValueError(
            f"No character found: the mask must cover between {SMALLEST:.2%} and {LARGEST:.0%} of the picture, got "
            f"{covered:.2%}; use a picture with one clear figure or give a mask"
        )


def _matte(image: Tensor, backend: SegmentBackend) -> Tensor:
    picture = image.float().cpu().clamp(0, 1)
    empty = torch.zeros(image.shape[:2])
    if float(picture.amax((0, 1)).sub(picture.amin((0, 1))).max()) < 4 / 255:  # a uniform picture
        return empty
    if getattr(backend, "fine", False):
        return _one_look(picture, backend)
    found = find_character(picture, backend)
    if found is None or float((found.alpha > 0.5).float().mean()) > LARGEST:
        return empty
    patch = picture[found.rows, found.columns].numpy()
    coarse, close = look_closer(picture, found, backend)
    height, width = coarse.shape
    shrink = min(WORK_SIDE / max(height, width), 1.0)
    if shrink < 1:
        size = round(width * shrink), round(height * shrink)
        patch, coarse, close = (
            cv2.resize(plane, size, interpolation=cv2.INTER_AREA) for plane in (patch, coarse, close)
        )
    coarse, limbs, gaps = by_colours(patch, coarse, close)
    mask = _tidy(np.maximum(follow_edges(patch, coarse), limbs.astype(np.float32)), coarse)
    mask[gaps] = 0
    matte = soft_edge(patch, mask, band=max(BAND * max(mask.shape), 2))
    if shrink < 1:
        matte = cv2.resize(matte, (width, height), interpolation=cv2.INTER_CUBIC).clip(0, 1)
    empty[found.rows, found.columns] = torch.from_numpy(matte)
    return empty


def _one_look(picture: Tensor, backend: SegmentBackend) -> Tensor:
    """A fine backend's own matte without stray islands: search and edge refinement are for coarse ones."""
    alpha = backend(picture).cpu()
    part = main_part(alpha.numpy() > 0.5)
    if part is None:
        return torch.zeros_like(alpha)
    _, labels = cv2.connectedComponents((alpha.numpy() > FAINT).astype(np.uint8))
    return alpha * torch.from_numpy(np.isin(labels, np.unique(labels[part])))


def _tidy(mask: np.ndarray, coarse: np.ndarray) -> np.ndarray:
    """Without stray islands, without gaps that are small or that the network did not see."""
    part = main_part(mask > 0.5)
    if part is None:
        return np.zeros_like(mask)
    part = _fill_gaps(part, 0.001)
    count, labels, stats, _ = cv2.connectedComponentsWithStats((~part).astype(np.uint8), connectivity=4)
    for label in range(1, count):
        x, y, w, h = stats[label, :4]
        inside = x > 0 and y > 0 and x + w < part.shape[1] and y + h < part.shape[0]
        gap = labels == label
        if inside and coarse[gap].mean() > SEEN:
            part |= gap
    return part.astype(np.float32)


def _fill_gaps(mask: np.ndarray, share: float) -> np.ndarray:
    """Closes enclosed gaps below a share of the mask's area."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats((~mask).astype(np.uint8), connectivity=4)
    small = stats[:, cv2.CC_STAT_AREA] < share * mask.sum()
    x, y, w, h = stats[:, :4].T
    enclosed = (x > 0) & (y > 0) & (x + w < mask.shape[1]) & (y + h < mask.shape[0])
    small &= enclosed & (np.arange(count) > 0)
    return mask | small[labels]


def _soften(image: Tensor, mask: Tensor) -> Tensor:
    """The user's mask; a hard edge becomes soft within a few pixels, a soft one is left alone."""
    border = ((mask > 0.02) & (mask < 0.98)).sum()
    solid = (mask > 0.5).numpy()
    length = (solid[1:] != solid[:-1]).sum() + (solid[:, 1:] != solid[:, :-1]).sum()
    if length == 0 or border > 2 * length:
        return mask
    rows, columns = crop_of(solid, 0.02)
    matte = mask.clone()
    patch = image[rows, columns].float().cpu().clamp(0, 1).numpy()
    matte[rows, columns] = torch.from_numpy(soft_edge(patch, mask[rows, columns].numpy(), band=2))
    return matte


def _clean_colours(image: Tensor, matte: Tensor) -> Tensor:
    """The picture with foreground colours wherever the character shows at all."""
    picture = image.float().cpu().clamp(0, 1)
    rows, columns = crop_of((matte > 0).numpy(), 0.02)
    colours = picture.clone()
    colours[rows, columns] = foreground_colours(picture[rows, columns], matte[rows, columns])
    return colours
