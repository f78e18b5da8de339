"""What a dataset is built with: the same settings and the same video give the same shard."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from ...runtime import Runtime
from ...types import CaptionBackend, DepthBackend, InpaintBackend, PoseBackend, SegmentBackend

VERSION = 1  # goes up when the same settings would give other clips
_PIECES, _PIECE = 16, 65536  # of a file, that tell it from others


@dataclass(frozen=True, kw_only=True)
class BuildSettings:
    """Everything that decides what a clip looks like."""

    size: tuple[int, int] = (768, 768)  # width, height; the paper's
    frames: int = 48  # of a clip; the paper's
    stride: int | None = None  # frames from one clip's start to the next's; None: no overlap
    fps: float | None = None  # None: the file's own rate, halved while it is above 32
    pose: str = "blazepose"
    segment: str = "u2net_small"  # or none: the mask is drawn from the pose
    inpaint: str = "patchmatch"
    depth: str = "none"
    caption: str = "none"
    prompt: str = ""  # for painters that read
    grow: float = 0.04  # of the person's height: how far around the mask the background is made anew
    shadow: float = 0.15  # body heights beside the feet that are made anew as well
    smallest: float = 0.2  # of the picture's height, the person's
    largest: float = 0.7  # of the picture's area, the person's
    enlarge: float = 1.5  # most that a video is enlarged to the clips' size
    inside_references: bool = False  # where the shot shows the person in the clip only, take a frame of the clip
    seed: int = 0

    def __post_init__(self) -> None:
        width, height = self.size
        if width % 16 or height % 16 or min(self.size) < 64:
            raise ValueError(f"size must be multiples of 16, at least 64, got {width}x{height}")
        if self.frames < 4 or self.frames % 4:
            raise ValueError(f"frames must be a multiple of 4, got {self.frames}; the paper's is 48")
        if self.stride is not None and self.stride < 1:
            raise ValueError(f"stride must be at least 1, got {self.stride}")
        if self.fps is not None and not 1 <= self.fps <= 120:
            raise ValueError(f"fps must lie in [1, 120], got {self.fps}")
        for name, low, high in (("grow", 0, 0.2), ("shadow", 0, 1), ("smallest", 0, 1), ("largest", 0, 1),
                                ("enlarge", 1, 8)):  # fmt: skip
            if not low <= getattr(self, name) <= high:
                raise ValueError(f"{name} must lie in [{low}, {high}], got {getattr(self, name)}")

    @property
    def step(self) -> int:
        return self.stride or self.frames

    def facts(self) -> dict:
        """As JSON keeps it."""
        return json.loads(json.dumps({"version": VERSION, **asdict(self)}))


@dataclass(frozen=True, kw_only=True)
class Tools:
    """The backends that look at a video, and where they run."""

    pose: PoseBackend
    inpaint: InpaintBackend
    segment: SegmentBackend | None = None
    depth: DepthBackend | None = None
    caption: CaptionBackend | None = None
    run: Runtime


MakeTools = Callable[[], Tools]


def content_of(path: Path) -> str:
    """A sum of a file's size and of pieces spread over it; the whole of a small one."""
    size = path.stat().st_size
    total = hashlib.sha256(str(size).encode())
    with path.open("rb") as file:
        for piece in range(_PIECES):
            file.seek(max(size - _PIECE, 0) * piece // (_PIECES - 1))
            total.update(file.read(_PIECE))
    return total.hexdigest()


def tag_of(content: str, settings: BuildSettings) -> str:
    """Eight letters for a video and the settings."""
    return hashlib.sha256((content + json.dumps(settings.facts(), sort_keys=True)).encode()).hexdigest()[:8]
