"""Plans of overlapping windows over a long time axis."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor

from ..types import Window


def window_step(length: int, window: int, overlap: int) -> int:
    """Latent frames from one window's start to the next one's.

    Even where length and window are, so that every window begins at a chunk of eight pictures, as in training (a
    CogVideoX VAE encodes eight pictures at a time). Raises ValueError when the overlap leaves no progress.
    """
    if length < 1 or window < 1:
        raise ValueError(f"length and window must be at least 1 latent frame, got {length} and {window}")
    if not 0 <= overlap < window:
        raise ValueError(f"overlap must be at least 0 and below the window ({window}), got {overlap}")
    step = window - overlap
    return max(2, step - step % 2) if window % 2 == 0 and length % 2 == 0 else step


def plan_windows(length: int, window: int = 12, overlap: int = 6) -> list[Window]:
    """Windows of equal length that cover [0, length); the last one is shifted left to end exactly at the end.

    Counted in latent frames (one latent frame is four pictures); see window_step for where they start.
    """
    step = window_step(length, window, overlap)
    if length <= window:
        return [Window(start=0, stop=length, overlap=0)]
    starts = [*range(0, length - window, step), length - window]
    stops = [0] + [start + window for start in starts[:-1]]
    return [
        Window(start=start, stop=start + window, overlap=max(0, stop - start))
        for start, stop in zip(starts, stops, strict=True)
    ]


def blend_weights(windows: list[Window], length: int) -> list[Float[Tensor, "S"]]:
    """One weight per frame and window; they sum to 1 at every frame.

    A triangle over each window, 1 at its ends and rising by 1 a frame, divided by the sum at each frame: positive
    everywhere, and a straight ramp over the overlap of two neighbours. Raises ValueError when a frame is in no window.
    """
    raw, total = [], torch.zeros(length)
    for window in windows:
        place = torch.arange(1.0, window.stop - window.start + 1)
        raw.append(torch.minimum(place, place.flip(0)))
        total[window.start : window.stop] += raw[-1]
    if bool((total <= 0).any()):
        missing = int((total <= 0).nonzero()[0])
        raise ValueError(f"the windows must cover every frame, frame {missing} of {length} is in none")
    return [weight / total[w.start : w.stop] for weight, w in zip(raw, windows, strict=True)]
