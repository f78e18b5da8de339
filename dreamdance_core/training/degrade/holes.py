"""Places that a rendered scene does not show: black blocks, and what another camera could not have seen."""

from __future__ import annotations

import math

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from ...geometry.pinhole import pixel_grid, project, unproject
from ...geometry.rigid import rigid, rigid_inverse, so3_exp
from ...scene.warp import EDGE, splat, surface, window_range
from ...types import Cameras, Depth, Views
from .dice import Dice

_WAVES = 6  # of a block's edge, in harmonics of its turn
_AT_THE_RIM = 0.6  # share of blocks that hang over the picture's border


def black_blocks(count: int, height: int, width: int, dice: Dice) -> Bool[Tensor, "T H W"]:
    """One to six wavy blobs and strips that drift, turn and grow as holes of a render do; 2 to 30 % of the picture."""
    pieces = dice.whole(1, 6)
    shares = dice.numbers(pieces) + 0.2
    areas = dice.uniform(0.02, 0.30) * height * width * shares / shares.sum()
    at = pixel_grid(width, height)
    out = torch.zeros(count, height, width, dtype=torch.bool)
    for area in areas.tolist():
        out |= _block(area, at, count, dice)
    return out


def _block(area: float, at: Float[Tensor, "H W 2"], count: int, dice: Dice) -> Bool[Tensor, "T H W"]:
    height, width = at.shape[:2]
    side = min(height, width)
    centre = dice.numbers(2) * torch.tensor([width, height])
    if dice.chance(_AT_THE_RIM):
        axis = dice.whole(0, 1)
        centre[axis] = dice.whole(0, 1) * (width, height)[axis]
        area = 2 * area  # half of it lies outside
    length = dice.log_uniform(1.0, 5.0)
    radius = math.sqrt(area / math.pi) * torch.tensor([math.sqrt(length), 1 / math.sqrt(length)])
    turn, spin = dice.uniform(0.0, math.pi), dice.uniform(-0.3, 0.3)
    drift = (2 * dice.numbers(2) - 1) * 0.15 * side
    growth = dice.uniform(0.7, 1.4)
    wave = torch.arange(2, 2 + _WAVES)
    height_of, phase = 0.35 * dice.numbers(_WAVES) / (wave - 1), 2 * math.pi * dice.numbers(_WAVES)
    frames = []
    for time in torch.linspace(-0.5, 0.5, count).tolist() if count > 1 else [0.0]:
        angle = turn + spin * time
        c, s = math.cos(angle), math.sin(angle)
        local = (at - centre - drift * time) @ torch.tensor([[c, -s], [s, c]]) / (radius * growth**time)
        around = torch.atan2(local[..., 1], local[..., 0])
        edge = 1 + (height_of * torch.cos(wave * around[..., None] + phase)).sum(-1)
        frames.append(local.norm(dim=-1) < edge)
    return torch.stack(frames)


def unseen_from_beside(
    z: Float[Tensor, "T H W"], K: Float[Tensor, "3 3"], dice: Dice, *, reach: float | None = None
) -> Bool[Tensor, "T H W"]:
    """What a camera beside each frame's own could not see: the true shape of a render's holes.

    z: planar depth, 0 or less where unknown. The camera leaves on a smooth path, up to `reach` (None: 3 to 15 %) of the
    median depth to a side. The same as warping there and back by depth (TrajectoryCrafter, Yu et al. 2025).
    """
    count, height, width = z.shape
    known = z[z > 0]
    unit = float(known.median()) if len(known) else 1.0
    reach = dice.uniform(0.03, 0.15) if reach is None else reach
    direction = dice.uniform(0.0, 2 * math.pi)
    start, turn = dice.uniform(0.3, 1.0), dice.uniform(-0.1, 0.1)
    hidden = []
    for index in range(count):
        away = reach * unit * (start + (1 - start) * index / max(count - 1, 1))
        rotation = so3_exp(torch.tensor([0.0, turn * away / max(unit, 1e-9), 0.0]))
        step = torch.tensor([math.cos(direction) * away, 0.3 * math.sin(direction) * away, 0.0])
        hidden.append(hidden_from(z[index], K, rigid(rotation, step)))
    return torch.stack(hidden)


def hidden_from(z: Float[Tensor, "H W"], K: Float[Tensor, "3 3"], c2w: Float[Tensor, "4 4"]) -> Bool[Tensor, "H W"]:
    """Pixels of a depth map whose points a second camera (c2w in the first one's frame) sees covered by others."""
    height, width = z.shape
    valid = z > 0
    own = Cameras(c2w=torch.eye(4)[None], K=K[None], width=width, height=height)
    blank = torch.zeros(1, height, width)
    depth = Depth(z=z.clamp_min(1e-6)[None], valid=valid[None])
    facets = surface(Views(frames=blank[..., None].expand(-1, -1, -1, 3), depth=depth, trusted=blank, cameras=own), 0)
    w2c = rigid_inverse(c2w)
    buffer = window_range(splat(facets, K, w2c, width, height), 1)[0]  # the farthest near by: no edge hides itself
    place, there = project(unproject(z, K, torch.eye(4)), K, w2c)
    column, row = place[..., 0].floor().long(), place[..., 1].floor().long()
    inside = valid & (there > 1e-6) & (column >= 0) & (column < width) & (row >= 0) & (row < height)
    front = buffer[row.clamp(0, height - 1), column.clamp(0, width - 1)]
    return inside & (front * there > 1 + EDGE)
