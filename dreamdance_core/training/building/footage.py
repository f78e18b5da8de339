"""A video at the size and rate of the clips, read stretch by stretch as bytes."""

from __future__ import annotations

from pathlib import Path

import av
import torch
from jaxtyping import UInt8
from torch import Tensor

from ...io.clock import ClipRange
from ...io.images import Canvas, canvas_of
from ...io.lazy_video import VideoFrames
from ...io.video import file_size_of, opened, picture_stream
from ..records import to_bytes
from .settings import BuildSettings

PIECE = 16  # frames in memory as floats
_FASTEST = 32.0  # frames a second of clips whose rate is the file's own


class Footage:
    """A video resized so that it covers the clips' size, and cut around its centre.

    Raises ValueError for a file that is no readable video.
    """

    def __init__(self, path: Path, settings: BuildSettings) -> None:
        try:
            with opened(path) as container:
                rate, aspect = picture_stream(container, path.name)
                first = next(container.decode(video=0), None)
        except av.FFmpegError as error:
            raise ValueError(f"{path.name} is not a readable video ({error}); convert it to MP4") from error
        if first is None:
            raise ValueError(f"{path.name} has no frame that can be decoded; convert it to MP4")
        width, height = file_size_of(first, aspect)
        self.canvas: Canvas = canvas_of(width, height, max(settings.size), settings.size)
        self.enlarged = self.canvas.inner[1] / height  # above 1: the file is smaller than the clips
        self._frames = VideoFrames(path, ClipRange(fps=settings.fps or own_rate(rate)), canvas=self.canvas.inner)
        self.fps = float(self._frames.fps)

    def __len__(self) -> int:
        return len(self._frames)

    def read(self, start: int, stop: int) -> UInt8[Tensor, "T H W 3"]:
        """The frames of a stretch."""
        canvas = self.canvas
        rows, columns = slice(canvas.top, canvas.top + canvas.height), slice(canvas.left, canvas.left + canvas.width)
        out = torch.empty(stop - start, canvas.height, canvas.width, 3, dtype=torch.uint8)
        for at in range(start, stop, PIECE):
            end = min(at + PIECE, stop)
            out[at - start : end - start] = to_bytes(self._frames[at:end][:, rows, columns])
        return out


def own_rate(rate: float) -> float:
    """The rate at which a file of `rate` frames a second is read, so that no frame is shown twice or left out unevenly:
    60 becomes 30, 24 and 30 stay."""
    while rate > _FASTEST:
        rate /= 2
    return rate
