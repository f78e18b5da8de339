"""One grid: frames of clips of one source restyled together, each made a clip in which nothing moves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

import cv2
import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor

from ...runtime import Report
from ...types import DepthBackend, InpaintBackend, PoseTrack, SegmentBackend
from ..records import Reference, TrainingClip, to_bytes
from . import grid
from .conditions import nearness

_ALIKE = 0.5  # least overlap of a new mask with the frame's own; below, the matte found something else


@runtime_checkable
class Painter(Protocol):
    def __call__(
        self,
        picture: Float[Tensor, "H W 3"],
        depth: Float[Tensor, "H W"],
        edges: Float[Tensor, "H W"],
        prompt: str,
        seed: int,
        report: Report | None = None,
    ) -> Float[Tensor, "H W 3"]:
        """The picture in the prompt's style, its depth (1 = near) and edges (1 = line) kept."""


@dataclass(frozen=True, kw_only=True)
class Tools:
    """What restyles a grid."""

    paint: Painter
    depth: DepthBackend
    edges: Callable[[Tensor], Tensor]  # (H,W,3) -> (H,W)
    inpaint: InpaintBackend
    segment: SegmentBackend | None = None  # None: a restyled frame keeps the mask of its frame


@dataclass(frozen=True, kw_only=True)
class Style:
    """What a grid becomes."""

    prompt: str
    rows: int = 2
    columns: int = 2
    side: int = 1024  # px: a grid has about side x side
    grow: float = 0.04  # of the shorter side, around the character: its halo and contact shadow go with it
    scene: str = ""  # what the painter of the empty background is told; "": its own words
    seed: int = 0

    def __post_init__(self) -> None:
        if not self.prompt.strip():
            raise ValueError("a style needs a prompt, as 'anime illustration, cel shading'; none was given")
        if self.rows < 1 or self.columns < 1 or self.rows * self.columns < 2:
            raise ValueError(
                f"a grid needs at least two cells, got {self.columns}x{self.rows}: a frame's reference is another cell"
            )


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One frame of a clip."""

    clip: TrainingClip = field(repr=False)
    frame: int


def cells_of(clips: Sequence[TrainingClip], count: int) -> list[Cell]:
    """First frames of the clips; when there are fewer clips than cells, later frames of them too, evenly spaced."""
    rounds = -(-count // len(clips))
    chosen = []
    for index in range(count):
        clip = clips[index % len(clips)]
        chosen.append(Cell(clip=clip, frame=(index // len(clips)) * len(clip.frames) // rounds))
    return chosen


def stills(
    clips: Sequence[TrainingClip], tools: Tools, style: Style, *, tag: str, report: Report
) -> list[TrainingClip]:
    """The static clips of one grid, a cell each, in the grid's order; at most as many clips as cells.

    tag: ends the new clips' names, CLIP-FRAME-TAG. Raises ValueError for clips of different sizes.
    """
    sizes = {tuple(clip.frames.shape[1:3]) for clip in clips}
    if len(sizes) != 1:
        raise ValueError(f"the clips of a grid must have one size, got {sorted(sizes)}; build the dataset at one size")
    (size,) = sizes
    cells = cells_of(clips, style.rows * style.columns)
    frames = torch.stack([cell.clip.frames[cell.frame] for cell in cells]).float() / 255
    painted = restyled(frames, tools, style, report)
    painted = grid.resized(painted, size)
    masks = [_mask(painted[i], cell.clip.mask[cell.frame], tools.segment) for i, cell in enumerate(cells)]
    plates = []
    for index, (picture, (mask, _)) in enumerate(zip(painted, masks, strict=True)):
        report(index, len(cells))
        plates.append(tools.inpaint(picture, grown(mask, style.grow).float(), style.scene, style.seed + index))
    facts = {"still": True, "style": style.prompt, "seed": style.seed}
    made = []
    for index, cell in enumerate(cells):
        other = _other(index, cells)
        made.append(
            _still(
                cell,
                f"{cell.clip.name}-{cell.frame}-{tag}",
                (painted[index], plates[index], masks[index][0]),
                Reference(
                    picture=to_bytes(painted[other]),
                    mask=masks[other][0],
                    pose=_pose(cells[other]),
                ),
                facts
                | {"from": cell.clip.name, "frame": cell.frame, "source": cell.clip.facts.get("source", "")}
                | {"reference": cells[other].clip.name, "mask": masks[index][1]},
            )
        )
    return made


def restyled(frames: Float[Tensor, "N H W 3"], tools: Tools, style: Style, report: Report) -> Float[Tensor, "N h w 3"]:
    """The frames restyled in one pass, at the size in which they stand in the grid."""
    size = grid.cell_size(*frames.shape[1:3], len(frames), style.side)
    cells = grid.resized(frames, size)
    near = torch.cat([nearness(tools.depth(cell[None])) for cell in cells])
    lines = torch.stack([tools.edges(cell) for cell in cells])
    picture, near, lines = (
        grid.join(part, style.columns) for part in (cells, near[..., None].to(cells), lines[..., None].to(cells))
    )
    painted = tools.paint(picture, near[..., 0], lines[..., 0], style.prompt, style.seed, report)
    return grid.cut(painted, style.rows, style.columns)


def grown(mask: Bool[Tensor, "H W"], share: float) -> Bool[Tensor, "H W"]:
    """The mask widened by a share of the shorter side."""
    radius = max(1, round(share * min(mask.shape)))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
    return torch.from_numpy(cv2.dilate(mask.numpy().astype(np.uint8), kernel) > 0)


def _mask(picture: Tensor, own: Tensor, segment: SegmentBackend | None) -> tuple[Tensor, str]:
    """The character in a restyled frame, and where that comes from: the matte, unless it found something else."""
    if segment is None:
        return own, "frame"
    found = segment(picture) > 0.5
    overlap = float((found & own).sum()) / max(1.0, float((found | own).sum()))
    return (found, "matte") if overlap >= _ALIKE else (own, "frame")


def _other(index: int, cells: Sequence[Cell]) -> int:
    """The cell that is the reference: the next one of another clip, else the next one."""
    following = [(index + step) % len(cells) for step in range(1, len(cells))]
    return next((i for i in following if cells[i].clip.name != cells[index].clip.name), following[0])


def _pose(cell: Cell) -> PoseTrack:
    return cell.clip.pose[cell.frame : cell.frame + 1]


def _still(
    cell: Cell, name: str, pictures: tuple[Tensor, Tensor, Tensor], reference: Reference, facts: dict
) -> TrainingClip:
    count = len(cell.clip.frames)
    frame, plate, mask = pictures
    pose = cell.clip.pose
    held = torch.full((count,), cell.frame)
    return TrainingClip(
        name=name,
        frames=to_bytes(frame).expand(count, -1, -1, -1).contiguous(),
        background=to_bytes(plate).expand(count, -1, -1, -1).contiguous(),
        mask=mask.expand(count, -1, -1).contiguous(),
        pose=pose[held],
        reference=reference,
        fps=cell.clip.fps,
        facts=facts,
    )
