"""One clip to train on: what it shows, what is behind the character, and how the character stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from jaxtyping import Bool, Float, UInt8
from torch import Tensor

from ..types import LazyFrames, PoseTrack


def to_bytes(frames: Float[Tensor, "*S"]) -> UInt8[Tensor, "*S"]:
    """[0,1] as 0..255, rounded."""
    return (frames.clamp(0, 1) * 255).round().byte()


class ByteFrames(LazyFrames):
    """A clip or mask held as bytes, a quarter of the memory; read in [0,1] as any other."""

    def __init__(self, data: UInt8[Tensor, "T H W *C"]) -> None:
        self.data, self.shape = data, tuple(data.shape)

    def __getitem__(self, cut: slice) -> Float[Tensor, "S H W *C"]:
        start, stop = self.span(cut)
        return self.data[start:stop].float().div_(255)


@dataclass(frozen=True, kw_only=True)
class Reference:
    """The character as a picture from outside the clip shows it."""

    picture: UInt8[Tensor, "Hr Wr 3"]
    mask: Bool[Tensor, "Hr Wr"]  # 1 = character
    pose: PoseTrack  # T = 1, P = 1, in picture px


@dataclass(frozen=True, kw_only=True)
class TrainingClip:
    """A clip of 4n frames with sides that are multiples of 16. Pictures are sRGB bytes."""

    name: str  # unique in its dataset; letters, digits, - and _
    frames: UInt8[Tensor, "T H W 3"]
    background: UInt8[Tensor, "T H W 3"]  # the same without the character
    mask: Bool[Tensor, "T H W"]  # 1 = character
    pose: PoseTrack  # P = 1, in px of the frames
    reference: Reference
    fps: float = 24.0
    z: Float[Tensor, "T H W"] | None = None  # planar depth of the background, 0 where unknown
    facts: dict[str, Any] = field(default_factory=dict)  # JSON: source, first frame, caption, still (a repeated frame)

    def __post_init__(self) -> None:
        count, height, width = self.frames.shape[:3]
        for name in ("background", "mask", "z"):
            value = getattr(self, name)
            if value is not None and tuple(value.shape[:3]) != (count, height, width):
                raise ValueError(
                    f"{self.name}: {name} must have the clip's frames and size {(count, height, width)}, got "
                    f"{tuple(value.shape[:3])}"
                )
        if len(self.pose) != count:
            raise ValueError(f"{self.name}: pose must have one row per frame, {count}, got {len(self.pose)}")
        if count == 0 or count % 4 or height % 16 or width % 16:
            raise ValueError(
                f"{self.name}: a training clip has 4n frames and sides that are multiples of 16, got {count} frames "
                f"of {width}x{height}"
            )
