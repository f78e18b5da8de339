"""A hand that holds the camera: seeded sway within a band of frequencies, the same whatever the frame rate."""

from __future__ import annotations

import math

import torch
from jaxtyping import Float
from torch import Tensor

from .rigid import rigid, so3_exp

_WAVES = 24  # per axis: enough that no beat is heard


def shake(
    count: int, fps: float, degrees: float, units: float, *, band: tuple[float, float] = (0.3, 3.0), seed: int = 0
) -> Float[Tensor, "count 4 4"]:
    """Small motions of a camera in its own frame, to be multiplied to a path's c2w from the right.

    degrees, units: RMS of the sway per axis, in rotation and in scene units. Only frequencies of the band (Hz) occur,
    slow ones stronger (amplitude as 1/f). The sway is a function of time: other lengths and rates of the same seed
    show the same hand. It is measured from its first moment, so that pose 0 is the identity.
    """
    low, high = band
    if not 0 < low < high:
        raise ValueError(f"the band of a shake must be 0 < low < high in Hz, got {low:g} to {high:g}")
    make = torch.Generator().manual_seed(seed)
    share, phase = torch.rand(2, _WAVES, 6, generator=make, dtype=torch.float64)
    frequency = low * (high / low) ** share
    weight = 1 / frequency
    weight = weight / (0.5 * (weight**2).sum(0)).sqrt()
    seconds = torch.arange(count, dtype=torch.float64)[:, None, None] / fps
    sway = (weight * (2 * math.pi * (frequency * seconds + phase)).sin()).sum(1)
    sway = sway - sway[:1]
    return rigid(so3_exp(math.radians(degrees) * sway[:, :3]), units * sway[:, 3:]).float()
