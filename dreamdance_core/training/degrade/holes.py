"""Places that a rendered scene does not show: black blocks, and what another camera could not have seen."""

from __future__ import annotations

import math

import torch
from jaxtyping import Bool, Float
from torch import Tensor
from torch.nn.functional import interpolate, max_pool2d

from ...geometry.pinhole import pixel_grid
from ...scene.warp import EDGE
from .dice import Dice
from .track import places_at_rest

_WAVES = 6  # of a block's edge, in harmonics of its turn
_AT_THE_RIM = 0.6  # share of blocks that hang over the picture's border
_COARSE = 4  # px of a block's edge that are drawn as one: it bends slowly


def black_blocks(
    count: int, height: int, width: int, dice: Dice, track: Float[Tensor, "T 3 3"] | None = None
) -> Bool[Tensor, "T H W"]:
    """One to six wavy blobs and strips that drift, turn and grow as holes of a render do; 2 to 30 % of the picture.

    track: the scene's motion, which they follow, as `scene_track` gives it. On the CPU.
    """
    return blobs((count, height, width), dice, pieces=(1, 6), share=(0.02, 0.30), track=track) > 0


def blobs(
    size: tuple[int, int, int],
    dice: Dice,
    *,
    pieces: tuple[int, int],
    share: tuple[float, float],
    track: Float[Tensor, "T 3 3"] | None = None,
) -> Float[Tensor, "T H W"]:
    """How deep each pixel lies in one of some wavy, moving blobs: 0 on an edge, up to about 1, below 0 outside.

    share: of the middle picture, all of them together.
    """
    count, height, width = size
    coarse = (-(-height // _COARSE), -(-width // _COARSE))
    at = pixel_grid(coarse[1], coarse[0]) * torch.tensor([width / coarse[1], height / coarse[0]])
    at = at.expand(count, -1, -1, -1) if track is None else places_at_rest(track, at)
    number = dice.whole(*pieces)
    shares = dice.numbers(number) + 0.2
    areas = dice.uniform(*share) * height * width * shares / shares.sum()
    depth = torch.full(at.shape[:3], -math.inf)
    for area in areas.tolist():
        depth = torch.maximum(depth, _block(area, at, (height, width), dice))
    return interpolate(depth[None], (height, width), mode="bilinear", align_corners=False)[0]


def _block(area: float, at: Float[Tensor, "T h w 2"], size: tuple[int, int], dice: Dice) -> Float[Tensor, "T h w"]:
    """How far places, px of the resting scene, are inside of a blob, above 0, or outside of it."""
    height, width = size
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
    time = (torch.linspace(-0.5, 0.5, len(at)) if len(at) > 1 else torch.zeros(1))[:, None, None]
    c, s = torch.cos(turn + spin * time), torch.sin(turn + spin * time)
    away = at - centre - drift * time[..., None]
    local = torch.stack([c * away[..., 0] + s * away[..., 1], c * away[..., 1] - s * away[..., 0]], -1)
    local = local / (radius * growth ** time[..., None])
    around = torch.atan2(local[..., 1], local[..., 0])
    edge = 1 + (height_of * torch.cos(wave * around[..., None] + phase)).sum(-1)
    return edge - local.norm(dim=-1)


def unseen_from_beside(
    z: Float[Tensor, "T H W"], K: Float[Tensor, "3 3"], dice: Dice, *, reach: float | None = None
) -> Bool[Tensor, "T H W"]:
    """What a camera beside each frame's own could not see: the true shape of a render's holes.

    z: planar depth, 0 or less where unknown. The camera leaves on a smooth path, up to `reach` (None: 3 to 15 %) of the
    median depth to a side. The same as warping there and back by depth (TrajectoryCrafter, Yu et al. 2025); turning
    the camera as well would change nothing of what hides what.
    """
    known = z[z > 0]
    unit = float(known.median()) if len(known) else 1.0
    reach = dice.uniform(0.03, 0.15) if reach is None else reach
    direction = dice.uniform(0.0, 2 * math.pi)
    way = torch.linspace(dice.uniform(0.3, 1.0), 1.0, len(z))
    aside = torch.tensor([math.cos(direction), 0.3 * math.sin(direction)])
    return hidden_beside(z, K, reach * unit * way, aside)


def hidden_beside(
    z: Float[Tensor, "T H W"], K: Float[Tensor, "3 3"], away: Float[Tensor, "T"], aside: Float[Tensor, "2"]
) -> Bool[Tensor, "T H W"]:
    """Pixels whose points are covered by others when the camera moves by away * aside (right, down) in its plane.

    Every pixel falls into the four nearest of its new place, where the nearest one stays; the farthest within a pixel
    counts, so that neither cracks nor rims hide anything. On z's device.
    """
    count, height, width = z.shape
    valid = z > 0
    inverse = torch.where(valid, 1 / z.clamp_min(1e-9), torch.zeros_like(z))
    shift = -away.to(z)[:, None] * (aside * K.diagonal()[:2].cpu()).to(z)  # px times depth
    x = torch.arange(width, device=z.device) + shift[:, 0, None, None] * inverse
    y = torch.arange(height, device=z.device)[:, None] + shift[:, 1, None, None] * inverse
    # A border of one pixel holds what falls outside.
    left, top = (at.floor().clamp(-1, most - 1).long() + 1 for at, most in ((x, width), (y, height)))
    wide, high = width + 2, height + 2
    cell = (torch.arange(count, device=z.device)[:, None, None] * high + top) * wide + left
    front = torch.zeros(count * high * wide, device=z.device, dtype=z.dtype)
    for step in (0, 1, wide, wide + 1):
        front.scatter_reduce_(0, (cell + step).flatten(), inverse.flatten(), "amax")
    front = front.reshape(count, high, wide)
    front = -max_pool2d(-front[:, None], 3, 1, 1)
    inside = valid & (x > -0.5) & (x < width - 0.5) & (y > -0.5) & (y < height - 0.5)
    column, row = (at.round().clamp(0, most - 1).long() + 1 for at, most in ((x, width), (y, height)))
    frame = torch.arange(count, device=z.device)[:, None, None]
    return inside & (front[frame, 0, row, column] * z > 1 + EDGE)
