"""Drift of colours between clips of one video: measured against what should look the same, and taken back."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from ..types import LazyFrames

_GAIN = (0.5, 2.0)  # a larger change of contrast is another picture, not drift
_SMOOTH = 9  # frames over which the change against an anchor is averaged, so that nothing flickers
_PIECE = 16  # frames that are looked at at once
_ENOUGH = 0.02  # of a frame's pixels must be comparable
_CELL = 8  # px: colours are compared over cells, so that a sharper picture is not taken for one of more contrast


@dataclass(frozen=True, kw_only=True)
class Tint:
    """A change of colours, one row for a whole clip or one per frame."""

    gain: Float[Tensor, "N 3"]
    offset: Float[Tensor, "N 3"]

    def put_on(self, frames: Float[Tensor, "S H W 3"], first: int) -> Float[Tensor, "S H W 3"]:
        """Frames from number `first` of the clip on with the colours changed, in [0,1]."""
        rows = slice(None) if len(self.gain) == 1 else slice(first, first + len(frames))
        gain, offset = (part[rows, None, None] for part in (self.gain, self.offset))
        return (frames * gain + offset).clamp(0, 1)


def tint_of_overlap(own: Float[Tensor, "S H W 3"], wanted: Float[Tensor, "S H W 3"]) -> Tint:
    """The change that gives frames the mean and spread per channel of the wanted ones."""
    everywhere = torch.ones(own.shape[:3])
    own, weight = _cells(own, everywhere)
    wanted, _ = _cells(wanted, everywhere)
    return _change(*(_statistics(part.reshape(1, -1, 3), weight.reshape(1, -1)) for part in (own, wanted)))


def tints_of_anchor(
    clip: Tensor | LazyFrames, anchor: Tensor | LazyFrames, ignore: Tensor | LazyFrames | None, start: int
) -> Tint:
    """The change of each frame of a clip, which begins at frame `start` of the anchor, towards the anchor's colours.

    ignore (T,H,W): 1 where the clip shows something else than the anchor. Frames with nothing to compare take the
    change of the nearest frame that has something; without any the clip stays as it is.
    """
    gains, offsets, known = [], [], []
    for first in range(0, len(clip), _PIECE):
        own = clip[first : first + _PIECE]
        cut = slice(start + first, start + first + len(own))
        same = torch.ones(own.shape[:3]) if ignore is None else 1 - ignore[cut]
        own, weight = _cells(own, same)
        wanted, _ = _cells(anchor[cut], same)
        change = _change(_statistics(own, weight), _statistics(wanted, weight))
        gains.append(change.gain)
        offsets.append(change.offset)
        known.append(weight.mean(1) > _ENOUGH)
    seen = torch.cat(known).nonzero()[:, 0]
    if len(seen) == 0:
        return Tint(gain=torch.ones(1, 3), offset=torch.zeros(1, 3))
    nearest = seen[(torch.arange(len(clip))[:, None] - seen).abs().argmin(1)]
    return Tint(gain=_smooth(torch.cat(gains)[nearest]), offset=_smooth(torch.cat(offsets)[nearest]))


def _cells(frames: Float[Tensor, "N H W 3"], weight: Float[Tensor, "N H W"]) -> tuple[Tensor, Tensor]:
    """Mean colours (N,P,3) of square cells, and the share (N,P) of each that counts."""
    side = min(_CELL, *frames.shape[1:3])
    share = torch.nn.functional.avg_pool2d(weight[:, None], side)
    colours = torch.nn.functional.avg_pool2d((frames * weight[..., None]).movedim(-1, 1), side)
    return (colours / share.clamp(min=1e-6)).flatten(2).movedim(1, -1), share.flatten(1)


def _statistics(pixels: Float[Tensor, "N P 3"], weight: Float[Tensor, "N P"]) -> tuple[Tensor, Tensor]:
    """Mean and spread per channel (N,3) of weighted pixels."""
    share = (weight / weight.sum(1, keepdim=True).clamp(min=1e-6))[..., None]
    mean = (pixels * share).sum(1)
    return mean, ((pixels - mean[:, None]).square() * share).sum(1).sqrt()


def _change(own: tuple[Tensor, Tensor], wanted: tuple[Tensor, Tensor]) -> Tint:
    flat = 1e-3  # a spread below this says nothing about contrast
    gain = torch.where(own[1] > flat, wanted[1] / own[1].clamp(min=flat), torch.ones_like(own[1])).clamp(*_GAIN)
    return Tint(gain=gain, offset=wanted[0] - gain * own[0])


def _smooth(rows: Float[Tensor, "N 3"]) -> Float[Tensor, "N 3"]:
    width = min(_SMOOTH, len(rows) - 1 + len(rows) % 2)  # odd, and no longer than the clip
    padded = torch.nn.functional.pad(rows.T[None], (width // 2, width // 2), mode="replicate")
    return torch.nn.functional.avg_pool1d(padded, width, 1)[0].T
