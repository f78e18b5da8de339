"""VIDEO and AUDIO of the host as core wants them, and files of the temp folder as VIDEO."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import folder_paths
import torch
from comfy_api.latest import Input, InputImpl

from ..dreamdance_core.io.clock import ClipRange
from ..dreamdance_core.io.lazy_video import VideoFrames
from ..dreamdance_core.io.video import Audio
from ..dreamdance_core.lazy import StillFrames
from ..dreamdance_core.types import LazyFrames
from . import host


@dataclass(frozen=True, kw_only=True)
class HostClip:
    """Frames of an IMAGE or a VIDEO, and what a VIDEO knows besides."""

    frames: torch.Tensor | LazyFrames  # (T,H,W,3)
    fps: float | None = None
    sound: Callable[[], Audio | None] = lambda: None


def clip_of(value: Any, name: str, canvas: tuple[int, int] | None = None) -> HostClip:
    """A clip from an IMAGE or a VIDEO; a VIDEO in a file is decoded while it is read, at the canvas size if given.

    Raises ValueError for what cannot be read.
    """
    if isinstance(value, torch.Tensor):
        return HostClip(frames=host.from_host(value, name))
    if not isinstance(value, InputImpl.VideoFromFile):
        parts = value.get_components()
        frames = host.from_host(parts.images, name)
        return HostClip(frames=frames, fps=float(parts.frame_rate), sound=lambda: sound_of(parts.audio))
    source = value.get_stream_source()
    steps = _trimmed(value, source)
    clip = VideoFrames(Path(source) if isinstance(source, str) else source, steps, canvas=canvas, name=name)
    return HostClip(frames=clip, fps=clip.fps, sound=clip.sound)


def _trimmed(video: Input.Video, source: Any) -> ClipRange:
    """The stretch that the host's Video Slice left of a file, in frames."""
    start, seconds = video.get_active_trim_window()
    if not start and not seconds:
        return ClipRange()
    rate = float(video.get_frame_rate())
    if start < 0:  # counted from the end
        start = max(0.0, InputImpl.VideoFromFile(source).get_duration() + start)
    return ClipRange(start=round(start * rate), frames=max(1, round(seconds * rate)) if seconds else None)


def sound_of(audio: Any) -> Audio | None:
    """The first item of an AUDIO; None for none."""
    if audio is None:
        return None
    waveform = audio["waveform"][0].detach().to("cpu", torch.float32)
    return Audio(waveform=waveform, sample_rate=int(audio["sample_rate"])) if waveform.shape[-1] else None


def mask_over(mask: torch.Tensor, frames: torch.Tensor | LazyFrames, name: str) -> torch.Tensor | LazyFrames:
    """A MASK over a clip (T,H,W,3); a single one serves every frame, without being repeated in memory."""
    if mask.ndim == 3 and len(mask) > 1:
        return host.mask_of(mask, frames, name)
    one = StillFrames(torch.zeros(*frames.shape[1:3], 3), 1)
    return StillFrames(host.mask_of(mask, one, name)[0], len(frames))


def temporary_video(key: str) -> Path:
    """Where a video of that key is written: in the host's temp folder, which it empties when it starts."""
    return Path(folder_paths.get_temp_directory()) / "dreamdance" / f"{key[:24]}.mp4"


def video_of(path: Path) -> Input.Video:
    return InputImpl.VideoFromFile(str(path))
