"""One clock for everything that belongs to a clip: which source frame stands at which tick, and which sound with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from jaxtyping import Float
from torch import Tensor
from torch.nn.functional import pad

Item = TypeVar("Item")
STAMP_ERROR = 1.1e-3  # s: containers such as Matroska round time stamps to milliseconds


@dataclass(frozen=True, kw_only=True)
class ClipRange:
    """Which frames of a clip to use. Frames are counted on a steady clock of `fps` (None: the clip's own rate)."""

    start: int = 0
    frames: int | None = None
    stride: int = 1
    fps: float | None = None

    def __post_init__(self) -> None:
        for name, value, least in (("start", self.start, 0), ("stride", self.stride, 1), ("frames", self.frames, 1)):
            if value is not None and value < least:
                raise ValueError(f"{name} must be at least {least}, got {value}")
        if self.fps is not None and not 0 < self.fps <= 1000:
            raise ValueError(f"fps must lie in (0, 1000], got {self.fps}")


def at_ticks(
    timed: Iterable[tuple[float, Item]], steps: ClipRange, rate: float, source_rate: float
) -> Iterator[tuple[int, Item]]:
    """(number in the source, item) at each tick of a steady clock of `rate`; one item may serve several ticks.

    timed: (seconds since the first item, item) in order of time, about source_rate a second; read no further than
    needed. A tick takes the item that is on the screen, or comes within half a tick of the faster of both clocks; so
    even steps take the nearest. Ticks later than that after the last item do not exist.
    """
    finest = max(rate, source_rate)
    slack = 0.5 / finest + min(STAMP_ERROR, 0.05 / finest)  # an exact half must not fall to either side by rounding
    made, last = 0, 0.0
    held: tuple[int, Item] | None = None

    def due(time: float) -> bool:
        wanted = steps.frames is None or made < steps.frames
        return held is not None and wanted and time > (steps.start + made * steps.stride) / rate + slack

    for number, (time, item) in enumerate(timed):
        while due(time):
            yield held
            made += 1
        if steps.frames is not None and made >= steps.frames:
            return
        held, last = (number, item), time
    while due(last + 2 * slack):
        yield held
        made += 1


def index_map(count: int, source_fps: float, steps: ClipRange) -> list[int]:
    """Which of `count` evenly spaced source frames each frame of the new clip is: the rule by which files are read.

    Raises ValueError when no frame is left.
    """
    if not 0 < source_fps <= 1000:
        raise ValueError(f"the clip's own fps must lie in (0, 1000], got {source_fps}")
    timed = ((number / source_fps, None) for number in range(count))
    index = [number for number, _ in at_ticks(timed, steps, steps.fps or source_fps, source_fps)]
    if not index:
        raise ValueError(f"the clip of {count} frames has none from number {steps.start} on; lower the start frame")
    return index


def sound_of(steps: ClipRange, rate: float, count: int) -> tuple[float, float]:
    """Begin and length, in seconds of the source, of the sound that belongs to `count` frames."""
    return steps.start / rate, count * steps.stride / rate


def cut_sound(wave: Float[Tensor, "*B C S"], sample_rate: int, begin: float, seconds: float) -> Float[Tensor, "*B C R"]:
    """The stretch of a waveform, a copy; silence before its start, nothing after its end."""
    first = round(begin * sample_rate)
    wave = pad(wave, (max(0, -first), 0))
    return wave[..., max(0, first) :][..., : round(seconds * sample_rate)].clone()
