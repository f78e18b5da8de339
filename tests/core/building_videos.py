"""Made-up videos of a figure that walks over a wall, and backends that find it by its colour."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from dreamdance_core.io.video import write_video
from dreamdance_core.runtime import Runtime
from dreamdance_core.training.building.settings import BuildSettings, Tools
from dreamdance_core.types import PoseTrack

HIGH, WIDE = 96, 128
COLOUR = torch.tensor([0.95, 0.1, 0.75])
SETTINGS = BuildSettings(size=(80, 80), frames=8, segment="none", inpaint="telea", shadow=0.0)


def wall(seed: int) -> torch.Tensor:
    """Smooth dots about one of four colours that no figure has."""
    random = torch.Generator().manual_seed(seed)
    dots = 0.3 * torch.rand(1, 3, 14, 18, generator=random) - 0.15
    tint = torch.tensor([[0.25, 0.6, 0.25], [0.2, 0.25, 0.25], [0.7, 0.7, 0.6], [0.25, 0.3, 0.65]])[seed % 4]
    big = torch.nn.functional.interpolate(dots + tint[None, :, None, None], (HIGH, WIDE), mode="bicubic")
    return big[0].permute(1, 2, 0).clamp(0.02, 0.85)


def walk(count: int, seed: int = 0, step: float = 1.5, height: int = 60) -> tuple[torch.Tensor, torch.Tensor]:
    """(frames, wall) of a figure of a bar and arms that walks and moves its arms."""
    behind = wall(seed)
    frames = behind.repeat(count, 1, 1, 1)
    for t in range(count):
        left = round(45 + step * (t % 24) + 3 * (seed % 3))
        top = 18
        frames[t, top : top + height, left : left + 12] = COLOUR
        reach = 4 + t % 7
        frames[t, top + 14 : top + 20, left - reach : left + 12 + reach] = COLOUR
    return frames, behind


def film(path: Path, frames: torch.Tensor, fps: float = 24.0) -> Path:
    return write_video(path, frames, fps)


class ByColour:
    """A pose backend that takes the coloured pixels' box for a body."""

    def __call__(self, frames: torch.Tensor, boxes: torch.Tensor | None = None) -> PoseTrack:
        count, height, width = frames.shape[:3]
        xy, score = torch.zeros(count, 1, 133, 2), torch.zeros(count, 1, 133)
        across = np.array([0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8, 0.1, 0.9, 0, 1, 0.3, 0.7, 0.3, 0.7, 0.3, 0.7])
        down = np.array(
            [0.08, 0.05, 0.05, 0.06, 0.06, 0.25, 0.25, 0.28, 0.28, 0.3, 0.3, 0.6, 0.6, 0.8, 0.8, 0.98, 0.98]
        )
        for t, frame in enumerate(frames):
            found = ((frame - COLOUR).abs().sum(-1) < 0.5).nonzero()
            if len(found) < 40:
                continue
            (top, left), (low, right) = found.min(0).values.tolist(), found.max(0).values.tolist()
            xy[t, 0, :17, 0] = torch.from_numpy(left + across * (right - left)).float()
            xy[t, 0, :17, 1] = torch.from_numpy(top + down * (low - top)).float()
            score[t, 0, :17] = 1
        return PoseTrack(xy=xy, score=score, width=width, height=height)


def tools() -> Tools:
    from dreamdance_core.inpaint.backends.telea import Telea

    return Tools(pose=ByColour(), inpaint=Telea(), run=Runtime())


def folder_of_videos(folder: Path) -> Path:
    """Three videos with clips, one of them cut in the middle, one damaged, one black, one without anybody."""
    folder.mkdir(parents=True, exist_ok=True)
    film(folder / "a.mp4", walk(20, 0)[0])
    film(folder / "b.mp4", torch.cat([walk(10, 1)[0], walk(18, 3)[0]]))
    film(folder / "sub" / "c.mp4", walk(9, 2)[0])
    whole = (folder / "a.mp4").read_bytes()
    (folder / "damaged.mp4").write_bytes(whole[: len(whole) // 3] + bytes(500))
    film(folder / "black.mp4", torch.zeros(12, HIGH, WIDE, 3))
    film(folder / "empty.mp4", torch.stack([wall(3).roll(t, 1) for t in range(12)]))
    return folder
