"""Clips in and out through PyAV: upright, by time stamps, one index map for pictures and sound."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from io import BytesIO
from pathlib import Path

import av
import cv2
import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from ..types import LazyFrames
from .clock import ClipRange, at_ticks, cut_sound, sound_of
from .images import to_uint8

_PIECE = 16  # frames of a lazy clip in memory
# How files that are worth trying end; what a file is, its content says.
READABLE = (".mp4", ".mov", ".mkv", ".avi", ".webm", ".m4v", ".mpg", ".mpeg", ".ts", ".wmv", ".flv", ".gif")
WRITABLE = (".mp4", ".mkv", ".mov", ".avi")  # containers that hold H.264 and AAC


@dataclass(frozen=True, kw_only=True)
class Audio:
    """Sound of a clip."""

    waveform: Float[Tensor, "C S"]  # [-1,1]
    sample_rate: int


@dataclass(frozen=True, kw_only=True)
class Clip:
    """Decoded frames and the clock they follow."""

    frames: Float[Tensor, "T H W 3"]
    fps: float
    source_index: tuple[int, ...]  # which decoded frame of the file each frame is
    audio: Audio | None = None
    file_size: tuple[int, int] | None = None  # (width, height) of the file's upright pictures; None: the frames' own

    @property
    def scale(self) -> float:
        """Pixels of the frames per pixel of the file; below 1 where max_side made the frames smaller."""
        return 1.0 if self.file_size is None else self.frames.shape[2] / self.file_size[0]


Source = Path | BytesIO  # of a video: a file, or its bytes


def opened(source: Source) -> av.container.InputContainer:
    """The video, open for reading from its start."""
    if isinstance(source, BytesIO):
        return av.open(BytesIO(source.getvalue()))  # a position of its own: others may read the same bytes
    return av.open(str(source))


def upright(frame: av.VideoFrame, aspect: float, max_side: int | None) -> np.ndarray:
    """RGB bytes with rotation metadata and non-square pixels (aspect: width over height) resolved, at most max_side
    long."""
    picture = frame.to_ndarray(format="rgb24")
    height, width = picture.shape[:2]
    wide = width * aspect
    scale = min(1.0, max_side / max(wide, height)) if max_side else 1.0
    size = (max(round(wide * scale), 1), max(round(height * scale), 1))
    if size != (width, height):
        picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    turns = round(frame.rotation / 90) % 4
    return np.ascontiguousarray(np.rot90(picture, turns))


def timed_frames(container: av.container.InputContainer, rate: float) -> Iterator[tuple[float, av.VideoFrame]]:
    """(seconds since the first frame, frame); frames without a time stamp follow the average rate."""
    first, last = None, 0.0
    for index, frame in enumerate(container.decode(video=0)):
        time = frame.time if frame.time is not None else index / rate
        first = time if first is None else first
        last = max(last, time - first)  # broken files step backwards; the clock never does
        yield last, frame


def picture_stream(container: av.container.InputContainer, name: str) -> tuple[float, float]:
    """Average frames per second and pixel aspect of the pictures; ValueError without any."""
    if not container.streams.video:
        raise ValueError(f"{name} has no picture stream; give a video file")
    stream = container.streams.video[0]
    stream.thread_type = "AUTO"
    return float(stream.average_rate or stream.guessed_rate or 24), float(stream.sample_aspect_ratio or 1)


def file_size_of(frame: av.VideoFrame, aspect: float) -> tuple[int, int]:
    """Width and height that the upright picture has in the file, with square pixels."""
    size = (round(frame.width * aspect), frame.height)
    return size[::-1] if round(frame.rotation / 90) % 2 else size


def _choose(
    timed: Iterator[tuple[float, av.VideoFrame]], steps: ClipRange, rates: tuple[float, float], show: Callable
) -> tuple[list[np.ndarray], list[int]]:
    """Frames (as `show` makes pictures of them) at the ticks of the steady clock; one may serve several ticks.

    rates: ticks and source frames per second.
    """
    pictures: list[np.ndarray] = []
    source: list[int] = []
    for number, frame in at_ticks(timed, steps, *rates):
        repeated = bool(source) and source[-1] == number
        pictures.append(pictures[-1] if repeated else show(frame))
        source.append(number)
    return pictures, source


def read_sound(source: Source, begin: float, seconds: float) -> Audio | None:
    """The sound between two times, or None for a silent file."""
    with opened(source) as container:
        if not container.streams.audio:
            return None
        rate = container.streams.audio[0].rate
        resampler = av.AudioResampler(format="fltp", rate=rate)
        origin = float(container.streams.video[0].start_time or 0) * float(container.streams.video[0].time_base)
        chunks, first = [], None
        for frame in container.decode(audio=0):
            first = (frame.time or 0.0) - origin if first is None else first
            chunks += [f.to_ndarray() for f in resampler.resample(frame)]
    if not chunks:
        return None
    wave = torch.from_numpy(np.concatenate(chunks, 1).astype(np.float32))
    wave = cut_sound(wave, rate, begin - first, seconds)
    return Audio(waveform=wave, sample_rate=rate) if wave.shape[1] else None


def read_clip(path: str | Path, steps: ClipRange | None = None, *, max_side: int | None = None) -> Clip:
    """Frames (T,H,W,3) in sRGB [0,1] at the ticks of a steady clock, with the sound of the same stretch.

    Rotation metadata, variable frame rate (by time stamps) and non-square pixels are resolved. Stride keeps the speed:
    the clip's fps becomes rate / stride. Raises FileNotFoundError, or ValueError for a file without usable frames.
    """
    path, steps = Path(path), steps or ClipRange()
    if not path.is_file():
        raise FileNotFoundError(f"no video at {path}; check the path")
    try:
        with opened(path) as container:
            own_rate, aspect = picture_stream(container, path.name)
            rate = steps.fps or own_rate
            file_size: list[tuple[int, int]] = []

            def show(frame: av.VideoFrame) -> np.ndarray:
                file_size[:] = [file_size_of(frame, aspect)]
                return upright(frame, aspect, max_side)

            pictures, source = _choose(timed_frames(container, own_rate), steps, (rate, own_rate), show)
        audio = read_sound(path, *sound_of(steps, rate, len(pictures))) if pictures else None
    except av.FFmpegError as error:
        raise ValueError(f"{path.name} is not a readable video ({error}); convert it to MP4") from error
    if not pictures:
        raise ValueError(f"{path.name} has no frame from number {steps.start} on; lower the start frame")
    frames = torch.empty(len(pictures), *pictures[0].shape)
    for index, picture in enumerate(pictures):  # one by one: long clips must not lie in memory three times
        frames[index] = torch.from_numpy(picture)
        pictures[index] = None
    frames.div_(255)
    return Clip(frames=frames, fps=rate / steps.stride, source_index=tuple(source), audio=audio, file_size=file_size[0])


def require_video_name(path: Path) -> None:
    """ValueError unless write_video can write a file of this name."""
    if path.suffix.lower() not in WRITABLE:
        raise ValueError(
            f"{path.name} cannot be written as a video; name it {', '.join(WRITABLE[:-1])} or {WRITABLE[-1]}"
        )


@contextmanager
def video_writer(
    path: str | Path, width: int, height: int, fps: float, audio: Audio | None = None, *, repeatable: bool = False
) -> Iterator[Callable[[Float[Tensor, "T H W 3"]], None]]:
    """A function that takes the next frames of an H.264 file (yuv420p, bt709); odd sizes are extended by one repeated
    row or column.

    The file appears whole, with its sound, when the block ends without an error, else not at all. repeatable: the
    same frames give the same bytes, on any number of cores; slower. Raises ValueError for a name that is no video's.
    """
    path = Path(path)
    require_video_name(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.stem}.part{path.suffix}")
    try:
        with av.open(str(partial), "w", options={"movflags": "+faststart"}) as out:
            stream = out.add_stream("libx264", rate=Fraction(fps).limit_denominator(1001))
            stream.width, stream.height, stream.pix_fmt = width + width % 2, height + height % 2, "yuv420p"
            stream.options = {"crf": "16", "preset": "medium"}
            if repeatable:  # with its macroblock tree x264 gave other bytes for one in a hundred clips
                stream.codec_context.thread_count = 1
                stream.options |= {"x264-params": "mbtree=0"}
            stream.codec_context.color_range = 1
            for tag in ("colorspace", "color_primaries", "color_trc"):
                setattr(stream.codec_context, tag, 1)  # 1 = bt709 in all three tables
            sound = None
            if audio is not None:
                sound = out.add_stream("aac", rate=audio.sample_rate)
                sound.layout = "stereo" if len(audio.waveform) > 1 else "mono"

            def write(frames: Float[Tensor, "T H W 3"]) -> None:
                for picture in frames:
                    out.mux(stream.encode(_video_frame(picture, stream.width, stream.height)))

            yield write
            out.mux(stream.encode(None))
            if sound is not None:
                _mux_audio(out, sound, audio)
        partial.replace(path)
    except av.FFmpegError as error:
        raise OSError(f"{path} could not be written ({error}); is there space on the disk?") from error
    finally:
        partial.unlink(missing_ok=True)


def write_video(
    path: str | Path,
    frames: Float[Tensor, "T H W 3"] | LazyFrames,
    fps: float,
    audio: Audio | None = None,
    *,
    repeatable: bool = False,
) -> Path:
    """Writes frames and sound as one file, see video_writer; a lazy clip is read piece by piece."""
    with video_writer(path, frames.shape[2], frames.shape[1], fps, audio, repeatable=repeatable) as write:
        for start in range(0, len(frames), _PIECE):
            write(frames[start : start + _PIECE])
    return Path(path)


def _video_frame(picture: Float[Tensor, "H W 3"], width: int, height: int) -> av.VideoFrame:
    pixels = to_uint8(picture)
    pad = ((0, height - pixels.shape[0]), (0, width - pixels.shape[1]), (0, 0))
    frame = av.VideoFrame.from_ndarray(np.pad(pixels, pad, mode="edge"), format="rgb24")
    return frame.reformat(format="yuv420p", dst_colorspace="ITU709", dst_color_range="MPEG")


def _mux_audio(out: av.container.OutputContainer, stream: av.AudioStream, audio: Audio) -> None:
    layout = stream.layout.name
    wave = audio.waveform[:2].contiguous().numpy()
    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(wave), format="fltp", layout=layout)
    frame.sample_rate = audio.sample_rate
    frame.pts = 0
    out.mux(stream.encode(frame))
    out.mux(stream.encode(None))
