"""A video that is decoded while it is read: a clip of any length in little memory."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import av
import cv2
import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from ..types import LazyFrames
from .clock import ClipRange, at_ticks, sound_of
from .video import Audio, Source, file_size_of, opened, picture_stream, read_sound, timed_frames, upright

_KEPT = 256 * 2**20  # bytes of pictures that stay decoded: neighbouring windows share frames
_BENT = 0.1  # of the aspect: sizes rounded to multiples of 16 bend it less


@dataclass(frozen=True, kw_only=True)
class _Plan:
    """What one look through the file has found."""

    chosen: tuple[int, ...]  # which decoded frame of the file each frame of the clip is
    stamps: tuple[int, ...]  # time stamp of each decoded frame; empty where they do not tell frames apart
    keys: tuple[int, ...]  # decoded frames at which decoding can start
    fps: float
    aspect: float  # of a pixel
    file_size: tuple[int, int]  # of the upright pictures


class VideoFrames(LazyFrames):
    """The frames that `read_clip` would give, decoded piece by piece; a canvas size scales them to it.

    One look through the file (without colour conversion) comes first. Raises FileNotFoundError, or ValueError for a
    file without usable frames, or a canvas of another aspect.
    """

    def __init__(
        self,
        source: Source,
        steps: ClipRange | None = None,
        *,
        max_side: int | None = None,
        canvas: tuple[int, int] | None = None,
        name: str | None = None,
    ) -> None:
        self.name = name or getattr(source, "name", "the video")
        if not hasattr(source, "getvalue") and not source.is_file():
            raise FileNotFoundError(f"no video at {source}; check the path")
        self._source, self._steps, self._max_side, self._canvas = source, steps or ClipRange(), max_side, canvas
        with self._as_sentence():
            self._plan = self._look()
        if canvas is not None:
            _check_aspect(self.name, self._plan.file_size, canvas)
        self._kept: dict[int, np.ndarray] = {}
        self._decoder: Iterator[tuple[int, av.VideoFrame]] = iter(())
        self._decoded = -1  # the last frame that the decoder gave
        height, width = self._picture(self._plan.chosen[0]).shape[:2]
        self.shape = (len(self._plan.chosen), height, width, 3)

    @property
    def fps(self) -> float:
        return self._plan.fps

    @property
    def source_index(self) -> tuple[int, ...]:
        return self._plan.chosen

    def sound(self) -> Audio | None:
        """The sound of the same stretch."""
        rate = self.fps * self._steps.stride
        with self._as_sentence():
            return read_sound(self._source, *sound_of(self._steps, rate, len(self)))

    def __getitem__(self, cut: slice) -> Float[Tensor, "S H W 3"]:
        start, stop = self.span(cut)
        out = torch.empty(stop - start, *self.shape[1:])
        with self._as_sentence():
            for place, number in enumerate(self._plan.chosen[start:stop]):
                out[place] = torch.from_numpy(self._picture(number))
        return out.div_(255)

    @contextmanager
    def _as_sentence(self) -> Iterator[None]:
        try:
            yield
        except av.FFmpegError as error:
            raise ValueError(f"{self.name} is not a readable video ({error}); convert it to MP4") from error

    def _look(self) -> _Plan:
        stamps: list[int | None] = []
        keys: list[int] = []
        sizes: list[tuple[int, int]] = []
        with opened(self._source) as container:
            own_rate, aspect = picture_stream(container, self.name)
            rate = self._steps.fps or own_rate

            def timed() -> Iterator[tuple[float, None]]:
                for time, frame in timed_frames(container, own_rate):
                    if frame.key_frame:
                        keys.append(len(stamps))
                    stamps.append(frame.pts)
                    sizes[:] = [file_size_of(frame, aspect)]
                    yield time, None

            chosen = tuple(number for number, _ in at_ticks(timed(), self._steps, rate, own_rate))
        if not chosen:
            raise ValueError(f"{self.name} has no frame from number {self._steps.start} on; lower the start frame")
        rising = None not in stamps and all(a < b for a, b in zip(stamps, stamps[1:], strict=False))
        return _Plan(
            chosen=chosen,
            stamps=tuple(stamps) if rising else (),
            keys=tuple(keys),
            fps=rate / self._steps.stride,
            aspect=aspect,
            file_size=sizes[0],
        )

    def _picture(self, number: int) -> np.ndarray:
        """One decoded frame of the file, upright and at the clip's size, as bytes."""
        if number in self._kept:
            return self._kept[number]
        self._go_to(number)
        for found, frame in self._decoder:
            self._decoded = found
            if found == number:
                return self._keep(number, self._shown(frame))
        raise ValueError(f"{self.name} ends before its frame {number}; it changed while it was read, start again")

    def _go_to(self, number: int) -> None:
        """Puts the decoder before a frame: it goes on from where it is, or starts at a key frame before."""
        before = [key for key in self._plan.keys if key <= number] if self._plan.stamps else []
        if 0 <= self._decoded < number and (not before or before[-1] <= self._decoded + 1):
            return
        for key in reversed(before):
            first = self._start(key)
            if first is not None and first <= number:
                return
        self._start(None)

    def _start(self, key: int | None) -> int | None:
        """Decoding anew from a key frame (None: the beginning); the number of the first frame that comes."""
        self._decoder = self._frames(key)
        if key is None:
            self._decoded = -1
            return None
        first = next(self._decoder, None)
        if first is None:
            return None

        def again(rest: Iterator[tuple[int, av.VideoFrame]]) -> Iterator[tuple[int, av.VideoFrame]]:
            yield first
            yield from rest

        self._decoder, self._decoded = again(self._decoder), first[0] - 1
        return first[0]

    def _frames(self, key: int | None) -> Iterator[tuple[int, av.VideoFrame]]:
        """(number, frame) of the file from a key frame on; some players' files seek to a later frame than asked."""
        with opened(self._source) as container:
            picture_stream(container, self.name)
            if key is None:
                yield from enumerate(container.decode(video=0))
                return
            container.seek(self._plan.stamps[key], stream=container.streams.video[0])
            for frame in container.decode(video=0):
                place = bisect_right(self._plan.stamps, frame.pts) - 1 if frame.pts is not None else -1
                if place >= 0 and self._plan.stamps[place] == frame.pts:
                    yield place, frame

    def _shown(self, frame: av.VideoFrame) -> np.ndarray:
        picture = upright(frame, self._plan.aspect, self._max_side)
        if self._canvas in (None, picture.shape[1::-1]):
            return picture
        smaller = self._canvas[0] < picture.shape[1]
        return cv2.resize(picture, self._canvas, interpolation=cv2.INTER_AREA if smaller else cv2.INTER_CUBIC)

    def _keep(self, number: int, picture: np.ndarray) -> np.ndarray:
        while self._kept and (len(self._kept) + 1) * picture.nbytes > _KEPT:
            del self._kept[next(iter(self._kept))]
        self._kept[number] = picture
        return picture


def _check_aspect(name: str, have: tuple[int, int], want: tuple[int, int]) -> None:
    if abs(have[0] / have[1] * want[1] / want[0] - 1) > _BENT:
        raise ValueError(
            f"{name} must have the aspect of the canvas {want[0]}x{want[1]}, got {have[0]}x{have[1]}; crop it first"
        )
