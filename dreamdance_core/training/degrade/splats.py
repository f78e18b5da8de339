"""The look of Gaussians trained from few pictures: spikes, floaters, softness."""

from __future__ import annotations

from dataclasses import replace

import torch
from jaxtyping import Float
from torch import Tensor

from ...gaussians.init import gaussians_from_views
from ...gaussians.render import render
from ...geometry.pinhole import rays
from ...runtime import Runtime
from ...types import Cameras, Depth, Gaussians, Views
from .dice import Dice
from .track import carried

_LARGE = 0.05  # share of splats that are two to four times too large
_FLOATERS = 3e-4  # share of splats that hang before the scene …
_FAR = 2.0  # times the farthest known depth
_AROUND = 1.5  # … over so many times the middle picture's sides, since others look beside it


def splat_artefacts(
    frames: Float[Tensor, "T H W 3"],
    z: Float[Tensor, "T H W"],
    K: Float[Tensor, "3 3"],
    dice: Dice,
    run: Runtime,
    track: Float[Tensor, "T 3 3"] | None = None,
) -> Float[Tensor, "T H W 3"]:
    """The frames as drawn from one Gaussian per pixel, some of them too large or adrift, the same ones of the scene in
    each frame (track: how it moves, see scene_track); on the CPU. What has no depth (0 or less), as a sky, stands far
    behind the rest, as in a completed scene."""
    count, height, width = z.shape
    cameras = Cameras(c2w=torch.eye(4).expand(count, 4, 4), K=K.expand(count, 3, 3), width=width, height=height)
    pattern, seed = dice.numbers(height, width), dice.seed()
    track = torch.eye(3).expand(count, 3, 3) if track is None else track
    patterns = carried(pattern[..., None], track)[..., 0]
    sigma = dice.uniform(0.5, 0.9)
    out = []
    z = torch.where(z > 0, z, _FAR * z.max().clamp_min(1e-6))
    for index in range(count):
        depth = Depth(z=z[index : index + 1], valid=torch.ones(1, height, width, dtype=torch.bool))
        trusted = torch.ones(1, height, width)
        view = Views(
            frames=frames[index : index + 1].cpu().float(), depth=depth, trusted=trusted, cameras=cameras[index]
        )
        splats = _spoiled(gaussians_from_views(view, sigma_px=sigma), patterns[index].flatten(), Dice(seed))
        splats = _with_floaters(splats, view, track[index], Dice(seed))
        out.append(render(splats, cameras[index], run=replace(run, report=Runtime().report)).frames[0])
    return torch.stack(out)


def _spoiled(splats: Gaussians, pattern: Float[Tensor, "N"], dice: Dice) -> Gaussians:
    """The same pixels' splats, in every frame, two to four times as long along one axis or all."""
    large = pattern < _LARGE
    grown = torch.ones_like(splats.scales)
    share = (pattern[large] / _LARGE)[:, None]  # uniform again
    axes = (torch.stack([share[:, 0] * 7 % 1, share[:, 0] * 13 % 1], -1) < 0.6).float()
    grown[large, :2] = 1 + axes * (1 + 2 * share * dice.uniform(0.5, 1.0))
    return replace(splats, scales=splats.scales * grown)


def _with_floaters(splats: Gaussians, view: Views, change: Float[Tensor, "3 3"], dice: Dice) -> Gaussians:
    """A few splats of the picture's own colours hang between camera and scene; change: takes them into this frame."""
    width, height = view.cameras.width, view.cameras.height
    number = max(1, round(_FLOATERS * _AROUND**2 * height * width))
    rest = ((dice.numbers(number, 2) - 0.5) * _AROUND + 0.5) * torch.tensor([width, height])
    nearer, size, opacity = 0.3 + 0.5 * dice.numbers(number), 2 + 6 * dice.numbers(number), dice.numbers(number)
    column, row = (rest @ change[:2, :2].T + change[:2, 2]).floor().long().unbind(-1)
    inside = (column >= 0) & (column < width) & (row >= 0) & (row < height)
    column, row, nearer, size, opacity = (value[inside] for value in (column, row, nearer, size, opacity))
    chosen = row * width + column  # the splat of that pixel
    direction = rays(view.cameras.K[0], width, height)[row, column]
    return Gaussians(
        means=torch.cat([splats.means, direction * (splats.means[chosen, 2] * nearer)[:, None]]),
        quats=torch.cat([splats.quats, splats.quats[chosen]]),
        scales=torch.cat([splats.scales, splats.scales[chosen] * size[:, None]]),
        opacities=torch.cat([splats.opacities, 0.2 + 0.5 * opacity]),
        sh=torch.cat([splats.sh, splats.sh[chosen]]),
    )
