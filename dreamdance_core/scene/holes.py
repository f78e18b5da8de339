"""Which pixels to fill, which view to fill next, which filled pixels may become scene."""

from __future__ import annotations

import torch
from jaxtyping import Bool, Float, Int
from scipy.ndimage import distance_transform_edt
from torch import Tensor

from .warp import EDGE, dilate, window_range


def hole_mask(seen: Bool[Tensor, "H W"]) -> Bool[Tensor, "H W"]:
    """Holes worth painting: unseen pixels eroded by 5x5 once, then dilated by 5x5 three times.

    Specks and hairlines up to 4 pixels vanish; a larger hole grows by 4 pixels on each side, over pixels whose
    colours the silhouette may have mixed.
    """
    return dilate(~dilate(seen, 2), 6)


def edge_free(z: Float[Tensor, "H W"], valid: Bool[Tensor, "H W"]) -> Bool[Tensor, "H W"]:
    """Pixels that float between two surfaces are False: inside a depth edge, at neither of its ends.

    The two ends of an edge keep their pixels, so a sharp silhouette loses nothing.
    """
    inverse = torch.where(valid, 1 / z.clamp_min(1e-9), torch.zeros_like(z))
    low, high = window_range(inverse, 2)
    near_low, near_high = window_range(inverse, 1)
    steep = near_high - near_low > 2 * EDGE * near_high
    share = (inverse - low) / (high - low).clamp_min(1e-12)
    return valid & ~(steep & (share > 0.15) & (share < 0.85))


def nearest(mask: Bool[Tensor, "H W"]) -> tuple[Int[Tensor, "H W"], Int[Tensor, "H W"]]:
    """Row and column of the mask's pixel that is nearest to each pixel."""
    rows, columns = distance_transform_edt((~mask).numpy(), return_distances=False, return_indices=True)
    return torch.from_numpy(rows).long(), torch.from_numpy(columns).long()


def menders(z: Float[Tensor, "H W"], seen: Bool[Tensor, "H W"]) -> tuple[Int[Tensor, "H W"], Int[Tensor, "H W"]]:
    """Row and column of the seen pixel that closes a hairline at each pixel: the nearest one with nothing farther
    beside it.

    On a stretched surface that is the surface itself; beside a silhouette it is the background.
    """
    inverse = torch.where(seen, 1 / z.clamp_min(1e-9), torch.full_like(z, torch.inf))
    farthest, _ = window_range(inverse, 4)  # a hairline is up to 4 pixels wide
    far = seen & (inverse <= (1 + EDGE) * farthest)
    return nearest(far)


def sharpen(z: Float[Tensor, "H W"], valid: Bool[Tensor, "H W"]) -> Float[Tensor, "H W"]:
    """z with the floating pixels of blurred depth edges moved to the nearer end of their edge."""
    out = z
    for _ in range(3):
        floating = valid & ~edge_free(out, valid)
        if not floating.any():
            break
        inverse = 1 / out.clamp_min(1e-9)
        low, high = window_range(torch.where(valid, inverse, inverse.median()), 2)
        out = torch.where(floating, 1 / torch.where(inverse - low < high - inverse, low, high), out)
    return out


def unmix(frame: Float[Tensor, "H W 3"], z: Float[Tensor, "H W"], valid: Bool[Tensor, "H W"]) -> Float[Tensor, "H W 3"]:
    """The picture with the background pixels beside depth edges recoloured from the background next to them.

    Smoothed silhouettes hold colours of both sides; a camera that moves would see the foreground's as an outline.
    """
    inverse = torch.where(valid, 1 / z.clamp_min(1e-9), torch.zeros_like(z))
    low, high = window_range(inverse, 1)
    edge = high - low > EDGE * high
    mixed = valid & edge & (inverse - low < 0.5 * (high - low))
    total, weight = torch.zeros_like(frame), torch.zeros_like(z)
    clean = valid & ~edge
    for dy in range(-2, 3):
        for dx in range(-2, 3):
            there = torch.roll(inverse, (dy, dx), (0, 1))
            same = torch.roll(clean, (dy, dx), (0, 1)) & ((there - inverse).abs() < 0.5 * EDGE * inverse)
            same = same.float() / (dx * dx + dy * dy + 1)
            total += same[..., None] * torch.roll(frame, (dy, dx), (0, 1))
            weight += same
    return torch.where((mixed & (weight > 0))[..., None], total / weight.clamp_min(1e-6)[..., None], frame)


def next_view(
    ratios: Float[Tensor, "N"], taken: list[int], stop: float, *, apart: int = 1, too_much: float = 0.6
) -> int | None:
    """Index of the candidate with the largest hole, or None when none is worth it.

    Candidates already taken and `apart` neighbours on either side are skipped, and those that see almost nothing known
    (hole ratio above too_much), so the loop ends within len(ratios) rounds.
    """
    open_ratios = torch.where(ratios > too_much, torch.zeros_like(ratios), ratios)
    for index in taken:
        open_ratios[max(index - apart, 0) : index + apart + 1] = 0
    best = int(open_ratios.argmax())
    return best if open_ratios[best] >= stop and open_ratios[best] > 0 else None
