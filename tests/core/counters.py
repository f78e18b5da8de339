"""Frames that carry their own number in a way that survives video coding, and the reading of it."""

from __future__ import annotations

import torch

BLOCK = 16  # px; the number's 8 bits are 2 x 4 blocks, the top left one the lowest


def numbered(count: int, height: int = 32, width: int = 64) -> torch.Tensor:
    """(T,H,W,3) grey frames with their number in the top left corner."""
    bits = (torch.arange(count)[:, None] >> torch.arange(8)) & 1
    blocks = bits.reshape(count, 2, 4).float().repeat_interleave(BLOCK, 1).repeat_interleave(BLOCK, 2)
    frames = torch.full((count, height, width, 3), 0.5)
    frames[:, : 2 * BLOCK, : 4 * BLOCK] = blocks[..., None]
    return frames


def numbers(frames: torch.Tensor) -> list[int]:
    """The numbers in frames of (T,H,W,3), [0,1]."""
    corner = frames[:, : 2 * BLOCK, : 4 * BLOCK].mean(-1)
    bits = corner[:, BLOCK // 2 :: BLOCK, BLOCK // 2 :: BLOCK].flatten(1) > 0.5
    return (bits * 2 ** torch.arange(8)).sum(1).tolist()


def chirp(seconds: float, rate: int = 32000) -> torch.Tensor:
    """(1,S) sound whose pitch tells the time: 400 Hz at 0 s, 400 Hz more each second."""
    t = torch.arange(round(seconds * rate)) / rate
    return 0.5 * torch.sin(2 * torch.pi * (400 * t + 200 * t**2))[None]


def time_of(sound: torch.Tensor, rate: int, at: float) -> float:
    """When in the chirp the moment `at` (s) of a stretch (S,) comes from, by its pitch within 60 ms around it."""
    length = round(0.06 * rate)
    start = max(round(at * rate) - length // 2, 0)
    part = sound[start : start + length].double()
    spectrum = torch.fft.rfft(part * torch.hann_window(len(part), dtype=torch.float64), n=1 << 17).abs()
    pitch = float(spectrum.argmax()) * rate / (1 << 17)
    return (pitch - 400) / 400 + at - (start + len(part) / 2) / rate
