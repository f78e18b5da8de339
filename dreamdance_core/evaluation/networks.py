"""The networks that evaluation measures with, and features of many clips."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from jaxtyping import Float
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional

from ..io.images import to_uint8
from ..runtime import Runtime
from . import i3d, inception, lpips, resnet3d

Resize = Literal["plain", "filtered"]
# A network's weight by its registered name, and how it is loaded.
NETWORKS: dict[str, tuple[str, Callable[[Runtime], nn.Module]]] = {
    "inception": (inception.WEIGHT, inception.load),
    "resnet3d": (resnet3d.WEIGHT, resnet3d.load),
    "i3d": (i3d.WEIGHT, i3d.load),
    "lpips_vgg": ("lpips_vgg", lambda run: lpips.load(run, "vgg")),
    "lpips_alex": ("lpips_alex", lambda run: lpips.load(run, "alex")),
}
_BATCH = {"cpu": 1}  # clips at a time
_BATCH_GPU = 16


@dataclass(frozen=True, kw_only=True)
class Look:
    """How a network looks at a video."""

    network: str
    resize: Resize = "filtered"
    white: bool = False  # the person alone, before white


def resized(frames: Float[Tensor, "T H W 3"], side: int, how: Resize) -> Float[Tensor, "T side side 3"]:
    """Frames at side x side px as 0..255, whatever their aspect.

    `filtered`: Pillow's bicubic, which averages what is made smaller. `plain`: four neighbours (PyTorch's bilinear),
    as the published FID code does it.
    """
    if how == "plain":
        planes = torch.from_numpy(to_uint8(frames)).float().movedim(-1, 1)
        return functional.interpolate(planes, (side, side), mode="bilinear", align_corners=False).movedim(1, -1)
    pictures = (Image.fromarray(frame).resize((side, side), Image.Resampling.BICUBIC) for frame in to_uint8(frames))
    return torch.from_numpy(np.stack([np.asarray(picture) for picture in pictures])).float()


def features_of(
    network: nn.Module, pieces: Iterable[Float[Tensor, "_ side side 3"]], count: int, stride: int, run: Runtime
) -> Float[np.ndarray, "N D"]:
    """Features of all clips that begin at multiples of stride; pieces of a video of `count` frames, one after the
    other, as `resized` gives them. Only the frames that later clips need stay in memory.

    network: one of i3d, inception, resnet3d, which say how many frames make a clip, and how they want them.

    Raises ValueError for a video shorter than one clip.
    """
    if count < network.clip:
        raise ValueError(f"videos must have at least {network.clip} frames for this measure, got {count}")
    size = _BATCH.get(run.device.type, _BATCH_GPU)
    size = size * 8 if network.clip == 1 else size
    found: list[np.ndarray] = []
    frames, first, start = torch.empty(0), 0, 0  # `first` is the number of frames[0], `start` that of the next clip's
    for piece in pieces:
        more = network.prepared(piece)
        frames = torch.cat([frames, more]) if len(frames) else more
        starts = range(start, first + len(frames) - network.clip + 1, stride)
        for begin in range(0, len(starts), size):
            run.report(starts[begin], count)
            clips = [
                frames[at - first : at - first + network.clip].movedim(0, 1) for at in starts[begin : begin + size]
            ]
            with torch.no_grad():
                found.append(network(torch.stack(clips).to(run.device)).float().cpu().numpy())
        start += len(starts) * stride
        gone = min(start - first, len(frames))
        frames, first = frames[gone:].clone(), first + gone
    run.report(count, count)
    return np.concatenate(found)
