"""Two animations over one background made one, with whoever stands nearer in front."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import torch
from jaxtyping import Bool, Float
from scipy.ndimage import maximum_filter1d
from torch import Tensor

from ..io.pose_files import VISIBLE
from ..types import PoseTrack

_ANKLES = (15, 16)
_GROUND = 25  # frames around each over which the lowest foot counts as the ground: a jump is no step back
_CLEARLY = 0.01  # of the picture's height: by so much one must stand nearer before the order changes


@dataclass(frozen=True, kw_only=True)
class Figure:
    """An animated character over a background, or several of them."""

    frames: Float[Tensor, "T H W 3"]
    mask: Float[Tensor, "T H W"]  # 1 = character; 0 = the background is untouched
    pose: PoseTrack  # in pixels of the frames


def join(
    background: Float[Tensor, "T H W 3"],
    first: Figure,
    second: Figure,
    in_front: Literal["nearer", "first", "second"] = "nearer",
) -> Figure:
    """Both figures over the background that both were drawn over; the pose has the people of both, the first's first.

    nearer: whose feet stand lower in the picture, frame by frame; the first where they are level. Where neither is,
    the background comes back bit-exact.
    """
    nearer = {"first": torch.ones(len(background), dtype=torch.bool), "second": torch.zeros(len(background)).bool()}
    front = nearer[in_front] if in_front in nearer else _first_is_nearer(first.pose, second.pose)
    frames = torch.empty_like(background)
    for t in range(len(background)):
        over, under = (first, second) if front[t] else (second, first)
        left = 1 - over.mask[t, ..., None]
        both = over.frames[t] + left * (under.frames[t] - background[t])
        both = torch.where(over.mask[t, ..., None] > 0, both, under.frames[t])
        frames[t] = both.clamp(0, 1)
    return Figure(frames=frames, mask=1 - (1 - first.mask) * (1 - second.mask), pose=_people(first.pose, second.pose))


def _people(first: PoseTrack, second: PoseTrack) -> PoseTrack:
    if (first.width, first.height) != (second.width, second.height):
        raise ValueError(
            f"second_pose must be in pixels of {first.width}x{first.height} like first_pose, got "
            f"{second.width}x{second.height}; retarget both to the background's size"
        )
    xy, score = torch.cat([first.xy, second.xy], 1), torch.cat([first.score, second.score], 1)
    return replace(first, xy=xy, score=score)


def _ground(pose: PoseTrack) -> np.ndarray:
    """(T,) how low the nearest of its people stands, shares of the height; 1 without feet: cut off below."""
    y, seen = pose.xy[:, :, _ANKLES, 1], pose.score[:, :, _ANKLES] >= VISIBLE
    lowest = torch.where(seen, y, -torch.inf).flatten(1).amax(1).numpy() / pose.height
    known = np.isfinite(lowest)
    if not known.any():
        return np.ones(len(lowest))
    t = np.arange(len(lowest))
    return maximum_filter1d(np.interp(t, t[known], lowest[known]), _GROUND, mode="nearest")


def _first_is_nearer(first: PoseTrack, second: PoseTrack) -> Bool[np.ndarray, "T"]:
    ahead = _ground(first) - _ground(second)
    out, state = np.zeros(len(ahead), bool), bool(ahead[0] >= 0)
    for t, by in enumerate(ahead):
        state = bool(by >= 0) if abs(by) > _CLEARLY else state
        out[t] = state
    return out
