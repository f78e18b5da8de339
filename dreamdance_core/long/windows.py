"""Plans of overlapping windows over a long time axis."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor

from ..types import Window


def plan_windows(length: int, window: int = 12, overlap: int = 6) -> list[Window]:
    """Windows of equal length that cover [0, length); the last one is shifted left to end exactly at the end.

    Counted in latent frames (one latent frame is four pictures). Starts are even where length is, so that every window
    begins at a chunk of eight pictures, as in training (a CogVideoX VAE encodes eight pictures at a time).
    Raises ValueError when the overlap leaves no progress.
    """
    if length < 1 or window < 1:
        raise ValueError(f"length and window must be at least 1 latent frame, got {length} and {window}")
    if not 0 <= overlap < window:
        raise ValueError(f"overlap must be at least 0 and below the window ({window}), got {overlap}")
    if length <= window:
        return [Window(start=0, stop=length, overlap=0)]
    step = max(1, window - overlap)
    if window % 2 == 0 and length % 2 == 0:
        step = max(2, step - step % 2)
    starts = [*range(0, length - window, step), length - window]
    stops = [0] + [start + window for start in starts[:-1]]
    return [
        Window(start=start, stop=start + window, overlap=max(0, stop - start))
        for start, stop in zip(starts, stops, strict=True)
    ]


def blend_weights(windows: list[Window], length: int) -> list[Float[Tensor, "S"]]:
    """One weight per frame and window, ramping over the overlaps; they sum to 1 at every frame.

    Linear ramps inside the overlaps (triangles where neighbours touch), positive everywhere; the outer ends of the
    video keep full weight. Raises ValueError when a frame is in no window.
    """
    raw, total = [], torch.zeros(length)
    for index, window in enumerate(windows):
        size = window.stop - window.start
        ramp = torch.ones(size)
        before = window.overlap
        after = windows[index + 1].overlap if index + 1 < len(windows) else 0
        if before:
            ramp[:before] *= (torch.arange(before) + 1.0) / (before + 1)
        if after:
            ramp[size - after :] *= torch.arange(after, 0, -1.0) / (after + 1)
        raw.append(ramp)
        total[window.start : window.stop] += ramp
    if bool((total <= 0).any()):
        missing = int((total <= 0).nonzero()[0])
        raise ValueError(f"the windows must cover every frame, frame {missing} of {length} is in none")
    return [ramp / total[w.start : w.stop] for ramp, w in zip(raw, windows, strict=True)]
