"""A predicted video beside its truth, and what is known about both."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from ..types import Cameras, LazyFrames
from .metrics import SSIM_WINDOW

PIECE = 16  # frames in memory at a time


@dataclass(frozen=True, kw_only=True)
class Pair:
    """One video to be measured; clips may be lazy."""

    name: str
    pred: Float[Tensor, "T H W 3"] | LazyFrames
    truth: Float[Tensor, "Tt Ht Wt 3"] | LazyFrames
    mask: Bool[Tensor, "Tm Hm Wm"] | None = None  # the person in the truth
    pred_mask: Bool[Tensor, "Tp Hp Wp"] | None = None  # the person in the prediction; None = the truth's
    pred_white: Float[Tensor, "Tw Hw Ww 3"] | LazyFrames | None = None  # what the method made before white
    background: Float[Tensor, "Tb Hb Wb 3"] | LazyFrames | None = None  # the exact render without the person
    reference: Float[Tensor, "Hr Wr 3"] | None = None  # the picture of the character
    reference_mask: Bool[Tensor, "Hs Ws"] | None = None  # the character in it; None = the whole picture
    camera: Cameras | None = None  # the wanted one
    notes: tuple[str, ...] = ()  # what was done to these clips before, as sentences

    def __post_init__(self) -> None:
        """ValueError that names what does not fit."""
        have, want = tuple(self.pred.shape[:3]), tuple(self.truth.shape[:3])
        if have != want:
            raise ValueError(
                f"{self.name}: prediction and truth must have the same frames and size, got {have} and {want} "
                f"(frames, height, width)"
            )
        if min(want[1:]) < SSIM_WINDOW:
            raise ValueError(
                f"{self.name}: frames must be at least {SSIM_WINDOW} px in both directions, got {want[1:]}"
            )
        for what in ("mask", "pred_mask", "pred_white", "background"):
            part = getattr(self, what)
            if part is not None and tuple(part.shape[:3]) != want:
                raise ValueError(
                    f"{self.name}: the {what} must have the clip's frames and size {want}, got "
                    f"{tuple(part.shape[:3])} (frames, height, width)"
                )
        if self.camera is not None and len(self.camera) != want[0]:
            raise ValueError(f"{self.name}: the camera must have {want[0]} poses, got {len(self.camera)}")

    def __len__(self) -> int:
        return self.truth.shape[0]

    @property
    def cut_by_truth(self) -> bool:
        """Whether the prediction's person is only known by the truth's mask."""
        return self.mask is not None and self.pred_mask is None and self.pred_white is None

    def pieces(self, shared: int = 0) -> Iterator[slice]:
        """Slices that cover the clip; each begins with the last `shared` frames of the one before."""
        for start in range(0, max(len(self) - shared, 1), PIECE):
            yield slice(start, min(start + PIECE + shared, len(self)))


def whitened(frames: Float[Tensor, "T H W 3"], mask: Bool[Tensor, "T H W"]) -> Float[Tensor, "T H W 3"]:
    """The frames where the mask is, white elsewhere."""
    return torch.where(mask[..., None], frames, torch.ones_like(frames))
