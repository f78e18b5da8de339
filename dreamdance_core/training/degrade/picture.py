"""Damage that needs the pictures only: blur, fewer pixels, noise, JPEG, a drifting perspective.

Each takes frames (T,H,W,3) in [0,1] on any device and gives new ones of the same shape, device and number type.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import torch
from einops import rearrange
from jaxtyping import Float
from torch import Tensor
from torch.nn.functional import interpolate, pad

from .dice import Dice
from .holes import blobs
from .track import carried

Frames = Float[Tensor, "T H W 3"]
Track = Float[Tensor, "T 3 3"] | None  # how the scene moves, see scene_track; None: it stands still
_JPEG_BLOCK = 16  # px, of half-size colours


def _as_channels(change: Callable[[Tensor], Tensor], frames: Tensor) -> Tensor:
    return rearrange(change(rearrange(frames, "t h w c -> t c h w")), "t c h w -> t h w c").clamp(0, 1).contiguous()


def blur(frames: Frames, dice: Dice, most: float = 3.0) -> Frames:
    """Gaussian blur of 0.2 to `most` px, a quarter of them wider along an axis, a third growing or fading over time."""
    from kornia.filters import gaussian_blur2d

    sigma = torch.full((len(frames), 2), dice.uniform(0.2, most))
    if dice.chance(0.25):
        sigma[:, dice.whole(0, 1)] = dice.uniform(0.2, most)
    if dice.chance(1 / 3):
        ramp = torch.linspace(1.0, dice.uniform(0.2, 1.0), len(frames))[:, None]
        sigma = (sigma * (ramp if dice.chance(0.5) else ramp.flip(0))).clamp_min(0.1)
    size = min(21, 2 * int(3 * float(sigma.max()) + 1) + 1, *(2 * ((side - 1) // 2) + 1 for side in frames.shape[1:3]))
    return _as_channels(lambda x: gaussian_blur2d(x, (size, size), sigma.to(x)), frames)


def fewer_pixels(frames: Frames, dice: Dice, least: float = 0.15, most: float = 1.0) -> Frames:
    """To `least` to `most` of the size and back again, by one of three filters there and of two back."""
    height, width = frames.shape[1:3]
    scale = dice.uniform(least, most)
    small = (max(1, round(height * scale)), max(1, round(width * scale)))
    down, up = dice.pick(("area", "bilinear", "bicubic")), dice.pick(("bilinear", "bicubic"))

    def change(x: Tensor) -> Tensor:
        smooth = {} if down == "area" else {"antialias": True, "align_corners": False}
        again = {"antialias": True} if scale > 1 else {}
        return interpolate(interpolate(x, small, mode=down, **smooth), (height, width), mode=up, align_corners=False,
                           **again)  # fmt: skip

    return _as_channels(change, frames)


def noise(frames: Frames, dice: Dice, track: Track = None, *, most: float = 30.0) -> Frames:
    """Gaussian noise of 1 to `most` / 255 or shot noise; 40 % without colour, 30 % fixed to the scene, which moves as
    the track says."""
    fixed = dice.chance(0.3)
    channels = 1 if dice.chance(0.4) else 3
    drawn = dice.normal(1 if fixed else len(frames), *frames.shape[1:3], channels).to(frames)
    if fixed and track is not None:
        drawn = carried(drawn[0], track)
    if dice.chance(0.5):
        return (frames + drawn * (dice.uniform(1.0, most) / 255)).clamp(0, 1)
    # Photons arrive with a variance equal to their number; at 256 levels the normal law is near enough to Poisson's.
    spread = dice.log_uniform(0.05, most / 10) * (frames / 256).sqrt()
    return (frames + drawn * spread).clamp(0, 1)


def second_stage(frames: Frames, dice: Dice, track: Track = None) -> Frames:
    """What a picture suffers that is damaged once more, as Real-ESRGAN's second stage: weaker blur, fewer or more
    pixels, noise, and in four of five the ringing of a sharp low-pass."""
    if dice.chance(0.8):
        frames = blur(frames, dice, 1.5)
    frames = fewer_pixels(frames, dice, 0.3, 1.2)
    if dice.chance(0.5):
        frames = noise(frames, dice, track, most=25.0)
    return ringing(frames, dice) if dice.chance(0.8) else frames


def ringing(frames: Frames, dice: Dice) -> Frames:
    """All waves shorter than 2 to 6 px cut off: edges ring, as after resampling with sharp filters."""
    kernel = sinc_kernel(2 * dice.whole(3, 7) + 1, dice.uniform(torch.pi / 3, torch.pi)).to(frames)
    reach = len(kernel) // 2

    def change(x: Tensor) -> Tensor:
        padded = pad(x, (reach,) * 4, mode="reflect" if min(x.shape[2:]) > reach else "replicate")
        # By its spectrum: several times as fast as summing up to 225 neighbours.
        size = padded.shape[2:]
        turned = torch.fft.rfft2(padded) * torch.fft.rfft2(kernel, s=size)
        return torch.fft.irfft2(turned, s=size)[..., 2 * reach :, 2 * reach :]

    return _as_channels(change, frames)


def sinc_kernel(size: int, cutoff: float) -> Float[Tensor, "k k"]:
    """The circular low-pass that keeps waves below `cutoff` radians per px, cut to size x size, sum 1."""
    line = torch.arange(size, dtype=torch.float64) - size // 2
    radius = torch.hypot(*torch.meshgrid(line, line, indexing="ij"))
    kernel = cutoff * torch.special.bessel_j1(cutoff * radius) / (2 * torch.pi * radius)
    kernel[size // 2, size // 2] = cutoff**2 / (4 * torch.pi)
    return (kernel / kernel.sum()).float()


def jpeg(frames: Frames, dice: Dice) -> Frames:
    """Each picture as a JPEG file of quality 30 to 95 would show it; on the CPU it is one."""
    quality = dice.whole(30, 95)
    if frames.device.type == "cpu":
        return torch.stack([_jpeg_file(frame, quality) for frame in frames]).to(frames)
    return jpeg_sums(frames, quality)


def jpeg_sums(frames: Frames, quality: int) -> Frames:
    """What a JPEG file of this quality shows, computed where the frames are."""
    from kornia.enhance import jpeg_codec_differentiable

    height, width = frames.shape[1:3]
    qualities = torch.full((len(frames),), float(quality), device=frames.device)

    def change(x: Tensor) -> Tensor:
        padded = pad(x, (0, -width % _JPEG_BLOCK, 0, -height % _JPEG_BLOCK), mode="replicate")
        return jpeg_codec_differentiable(padded.float(), qualities)[..., :height, :width].to(x)

    return _as_channels(change, frames)


def _jpeg_file(frame: Float[Tensor, "H W 3"], quality: int) -> Float[Tensor, "H W 3"]:
    """Through OpenCV's codec: twenty times as fast there as the same sums in torch."""
    colours = cv2.cvtColor((frame.float().numpy() * 255).round().astype(np.uint8), cv2.COLOR_RGB2BGR)
    coded = cv2.imencode(".jpg", colours, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return torch.from_numpy(cv2.cvtColor(cv2.imdecode(coded, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)).float() / 255


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


def soft_patches(frames: Frames, dice: Dice, track: Track = None) -> Frames:
    """One to four wavy regions blurred by 1 to 5 px, with soft borders, drifting: what a scene's first picture did not
    show was painted and seen from few sides, and comes out softer than the rest."""
    from kornia.filters import gaussian_blur2d

    count, height, width = frames.shape[:3]
    inside = blobs((count, height, width), dice, pieces=(1, 4), share=(0.05, 0.5), track=track)
    sharpness = dice.uniform(0.1, 0.4)  # of the borders, in parts of a blob's radius
    weight = (inside / sharpness).clamp(0, 1).to(frames)[..., None]
    sigma = dice.log_uniform(1.0, 5.0)
    size = min(2 * round(2 * sigma) + 3, *(2 * ((side - 1) // 2) + 1 for side in (height, width)))
    soft = _as_channels(lambda x: gaussian_blur2d(x, (size, size), (sigma, sigma)), frames)
    return torch.lerp(frames, soft, weight)
