"""Room box: a floor, upright walls that stand on it, things in front of them, a ceiling, a sky (no weights).

Relief for pictures without a depth network. The horizon comes from lines that meet, from the sky, or is assumed; the
walls stand where the floor's colours end, so houses and trees are upright and receding walls recede. Depth is relative:
the unit is the camera's height above the floor.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor

from ...geometry.pinhole import focal_from_fov, intrinsics
from ...runtime import Runtime
from ...types import Depth
from ..ground import floor_end, in_front, level_edges, wall_foot
from ..lines import vanishing_point
from ..sky import sky_of_picture
from ..small import at_full_size, small_lab
from ..uprights import uprights

_SIDE = 160  # px, long side at which floor and walls are told apart
_HORIZON = 0.48  # where nothing tells it
_NEAREST, _OPEN = 0.3, 0.1  # least inverse depth of a far wall, of that at the lower border; under a sky


@dataclass(frozen=True, kw_only=True)
class Layout:
    """What was found, in shares of the picture's height; curves over its width."""

    horizon: float = _HORIZON
    foot: np.ndarray  # (n,) where the walls stand
    ceiling: float | None = None  # its height above the horizon over the floor's below it
    things: tuple[tuple[Bool[Tensor, "H W"], np.ndarray], ...] = ()  # masks, and the foot (n,) of each
    sky: Bool[Tensor, "H W"]


def find_layout(picture: Float[Tensor, "H W 3"]) -> Layout:
    """Floor, walls, things, ceiling and sky of a picture."""
    sky, point, lab = sky_of_picture(picture), vanishing_point(picture), small_lab(picture, _SIDE)
    h, w = lab.shape[:2]
    small_sky = torch.nn.functional.adaptive_avg_pool2d(sky[None].float(), (h, w))[0].numpy() > 0.5
    horizon = _HORIZON if point is None else point.y
    if small_sky.any():  # it ends above the horizon, or at it
        ends = [np.flatnonzero(column)[-1] + 1 for column in small_sky.T if column.any()]
        horizon = min(max(horizon, float(np.quantile(ends, 0.9)) / h), 0.8)
    end = floor_end(lab, small_sky, horizon * h)
    hidden = in_front(end, h)
    things, hidden = uprights(lab, small_sky, end, wall_foot(end, hidden, h), hidden)
    foot = wall_foot(end, hidden, h)
    ceiling = None
    if point is not None and point.ceiling and not small_sky.any():
        ceiling = _ceiling(lab[..., 0], foot, horizon * h)
    return Layout(
        horizon=_held(horizon, foot / h, _OPEN if small_sky.any() else _NEAREST),
        foot=foot / h,
        ceiling=ceiling,
        things=tuple((at_full_size(thing.mask, picture), thing.foot / h) for thing in things),
        sky=sky,
    )


def _held(horizon: float, foot: np.ndarray, least: float) -> float:
    """The horizon raised until the far wall is no farther than 1 / least of the lower border: a guess that is wrong
    by a little must not throw the wall to infinity."""
    far = float(np.quantile(foot, 0.1))
    return horizon - max(0.0, (least * (1 - horizon) - (far - horizon)) / (1 - least))


def _ceiling(light: np.ndarray, foot: np.ndarray, horizon: float) -> float | None:
    """The ratio at which the wall's upper end, the mirrored foot line, follows level edges best; None if none does."""
    edges, columns = level_edges(light), np.arange(light.shape[1])
    ratios, scores = np.linspace(0.4, 4, 120), []
    for ratio in ratios:
        row = horizon - ratio * (foot - horizon)
        inside = (row > 1) & (row < horizon - 0.1 * len(light))
        strength = np.minimum(edges[row[inside].astype(int), columns[inside]], 1.5)
        scores.append(float(strength.mean()) if inside.mean() > 0.4 else 0.0)
    best = int(np.argmax(scores))
    usual = float(np.median(scores))
    return float(ratios[best]) if scores[best] > max(0.6, 1.8 * usual) else None


def box_depth(layout: Layout, width: int, height: int, focal: float) -> Float[Tensor, "H W"]:
    """Planar z of the layout, in units of the camera's height above the floor; the sky lies with the farthest."""

    def over_width(curve: np.ndarray) -> Tensor:
        at = (np.arange(width) + 0.5) / width * len(curve) - 0.5
        return torch.from_numpy(np.interp(at, np.arange(len(curve)), curve)).float()

    v = ((torch.arange(height) + 0.5) / height - layout.horizon)[:, None].expand(height, width)
    inverse = torch.maximum(v, over_width(layout.foot)[None] - layout.horizon)
    if layout.ceiling is not None:
        inverse = torch.maximum(inverse, -v / layout.ceiling)
    for mask, foot in layout.things:
        board = (over_width(foot)[None] - layout.horizon).expand(height, width)
        inverse = torch.where(mask, torch.maximum(board, inverse), inverse)
    return focal / height / inverse


class RoomBox:
    """See DepthBackend."""

    whole_pictures_only = True  # a painted view from the side has no room to fit

    def __call__(self, frames: Float[Tensor, "T H W 3"], K: Float[Tensor, "3 3"] | None = None) -> Depth:
        """Planar z in units of the camera's height, not valid in the sky; without a K, f = W within 35..75 degrees."""
        height, width = frames.shape[1:3]
        if K is None:
            narrow, wide = (focal_from_fov(max(width, height), fov) for fov in (35.0, 75.0))
            K = intrinsics(width, height, min(max(float(width), wide), narrow))
        layouts = [find_layout(frame.cpu().float().clamp(0, 1)) for frame in frames]
        z = torch.stack([box_depth(layout, width, height, float(K[1, 1])) for layout in layouts])
        sky = torch.stack([layout.sky for layout in layouts])
        return Depth(z=z, valid=~sky, K=K, sky=sky)


def load(run: Runtime) -> RoomBox:
    """The estimator; nothing is loaded."""
    return RoomBox()


def tiny() -> RoomBox:
    """The same; it has no size."""
    return RoomBox()
