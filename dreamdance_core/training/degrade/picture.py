"""Damage that needs the pictures only: blur, fewer pixels, noise, JPEG, a drifting perspective.

Each takes frames (T,H,W,3) in [0,1] on any device and gives new ones of the same shape, device and number type.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from einops import rearrange
from jaxtyping import Float
from torch import Tensor
from torch.nn.functional import interpolate, pad

from .dice import Dice

Frames = Float[Tensor, "T H W 3"]
_JPEG_BLOCK = 16  # px, of half-size colours


def _as_channels(change: Callable[[Tensor], Tensor], frames: Tensor) -> Tensor:
    return rearrange(change(rearrange(frames, "t h w c -> t c h w")), "t c h w -> t h w c").clamp(0, 1).contiguous()


def blur(frames: Frames, dice: Dice) -> Frames:
    """Gaussian blur of 0.2 to 3 px, a quarter of them wider along one axis, a third growing or fading over time."""
    from kornia.filters import gaussian_blur2d

    sigma = torch.full((len(frames), 2), dice.uniform(0.2, 3.0))
    if dice.chance(0.25):
        sigma[:, dice.whole(0, 1)] = dice.uniform(0.2, 3.0)
    if dice.chance(1 / 3):
        ramp = torch.linspace(1.0, dice.uniform(0.2, 1.0), len(frames))[:, None]
        sigma = (sigma * (ramp if dice.chance(0.5) else ramp.flip(0))).clamp_min(0.1)
    size = min(21, 2 * int(3 * float(sigma.max()) + 1) + 1, *(2 * ((side - 1) // 2) + 1 for side in frames.shape[1:3]))
    return _as_channels(lambda x: gaussian_blur2d(x, (size, size), sigma.to(x)), frames)


def fewer_pixels(frames: Frames, dice: Dice) -> Frames:
    """Down to 15 to 100 % of the size and up again, by one of three filters each way."""
    height, width = frames.shape[1:3]
    scale = dice.uniform(0.15, 1.0)
    small = (max(1, round(height * scale)), max(1, round(width * scale)))
    down, up = dice.pick(("area", "bilinear", "bicubic")), dice.pick(("bilinear", "bicubic"))

    def change(x: Tensor) -> Tensor:
        smooth = {} if down == "area" else {"antialias": True, "align_corners": False}
        return interpolate(interpolate(x, small, mode=down, **smooth), (height, width), mode=up, align_corners=False)

    return _as_channels(change, frames)


def noise(frames: Frames, dice: Dice) -> Frames:
    """Gaussian noise of 1 to 30 / 255 or shot noise; 40 % without colour, 30 % the same in every frame."""
    count = 1 if dice.chance(0.3) else len(frames)
    channels = 1 if dice.chance(0.4) else 3
    drawn = dice.normal(count, *frames.shape[1:3], channels).to(frames)
    if dice.chance(0.5):
        return (frames + drawn * (dice.uniform(1.0, 30.0) / 255)).clamp(0, 1)
    # Photons arrive with a variance equal to their number; at 256 levels the normal law is near enough to Poisson's.
    spread = dice.uniform(0.05, 3.0) * (frames / 256).sqrt()
    return (frames + drawn * spread).clamp(0, 1)


def jpeg(frames: Frames, dice: Dice) -> Frames:
    """Each picture as a JPEG file of quality 30 to 95 would show it."""
    from kornia.enhance import jpeg_codec_differentiable

    height, width = frames.shape[1:3]
    quality = torch.full((len(frames),), float(dice.whole(30, 95)))

    def change(x: Tensor) -> Tensor:
        padded = pad(x, (0, -width % _JPEG_BLOCK, 0, -height % _JPEG_BLOCK), mode="replicate")
        return jpeg_codec_differentiable(padded.float(), quality.to(x.device))[..., :height, :width].to(x)

    return _as_channels(change, frames)


def perspective(frames: Frames, dice: Dice) -> Frames:
    """Every corner moved by up to 2 to 8 % of its side, drifting by 1 % over the clip: a camera slightly wrong."""
    from kornia.geometry.transform import get_perspective_transform, warp_perspective

    count, height, width = frames.shape[:3]
    reach, drift = dice.uniform(0.02, 0.08), dice.uniform(0.0, 0.01)
    corners = torch.tensor([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
    moved = corners + reach * (2 * dice.numbers(4, 2) - 1)
    time = torch.linspace(0, 1, count)[:, None, None]
    sway = torch.sin(time * torch.pi * dice.uniform(0.5, 2.0)) * (2 * dice.numbers(4, 2) - 1)
    size = torch.tensor([width - 1.0, height - 1.0])
    target = (moved + drift * sway) * size
    change = get_perspective_transform((corners * size).expand(count, -1, -1), target)

    def warp(x: Tensor) -> Tensor:
        return warp_perspective(x, change.to(x), (height, width), padding_mode="reflection", align_corners=True)

    return _as_channels(warp, frames)
