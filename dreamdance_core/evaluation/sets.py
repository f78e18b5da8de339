"""Distances between all predictions and all truths, by features of networks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from torch import nn

from ..runtime import Runtime
from .distances import frechet_distance, kernel_distance
from .networks import Look, features_of, resized
from .pairs import Pair, whitened

ENOUGH = 2048  # samples that a Frechet distance should rest on


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """Which features a distance takes, every how many frames a clip begins, and the distance itself."""

    look: Look
    stride: int
    distance: Callable[[np.ndarray, np.ndarray], float] = frechet_distance


def _recipe(
    network: str, stride: int = 1, *, resize: str = "filtered", white: bool = False, kernel: bool = False
) -> Recipe:
    look = Look(network=network, resize=resize, white=white)
    return Recipe(look=look, stride=stride, distance=kernel_distance if kernel else frechet_distance)


RECIPES: dict[str, Recipe] = {
    "fid_table": _recipe("inception", resize="plain"),
    "fid": _recipe("inception"),
    "kid": _recipe("inception", kernel=True),
    "fid_vid_table": _recipe("resnet3d"),
    "fid_vid": _recipe("resnet3d", 16),
    "fvd_table": _recipe("i3d"),
    "fvd": _recipe("i3d", 16),
    "kvd": _recipe("i3d", 16, kernel=True),
    "fg_fid_table": _recipe("inception", resize="plain", white=True),
    "fg_fid": _recipe("inception", white=True),
    "fg_fvd_table": _recipe("i3d", white=True),
    "fg_fvd": _recipe("i3d", 16, white=True),
}
Both = tuple[Float[np.ndarray, "_ _"], Float[np.ndarray, "_ _"]]  # features of prediction and truth


def looks(names: tuple[str, ...]) -> dict[Look, int]:
    """What the named measures look at, and the smallest step between the clips that they need."""
    found: dict[Look, int] = {}
    for name in names:
        recipe = RECIPES[name]
        found[recipe.look] = min(found.get(recipe.look, recipe.stride), recipe.stride)
    return found


def pair_features(pair: Pair, network: nn.Module, look: Look, stride: int, run: Runtime) -> Both:
    """Features of the clips of prediction and truth, one row each; see features_of."""
    out = []
    for clip in (pair.pred, pair.truth):
        pictures = []
        for piece in pair.pieces():
            frames = clip[piece]
            if look.white:
                mask = pair.pred_mask if clip is pair.pred and pair.pred_mask is not None else pair.mask
                frames = whitened(frames, mask[piece])
            pictures.append(resized(frames, network.side, look.resize))
        out.append(features_of(network, torch.cat(pictures), stride, run))
    return out[0], out[1]


def samples(both: Both, have: int, want: int) -> Both:
    """The rows of clips that begin every `want` frames, out of those that begin every `have` frames."""
    step = want // have
    return both[0][::step], both[1][::step]


def sample_warnings(name: str, counts: list[int], clip: int) -> list[str]:
    """Sentences about what a distance of so few, or of overlapping, samples is worth; counts: samples per video."""
    recipe, out, total = RECIPES[name], [], sum(counts)
    if recipe.stride < clip:
        total = sum((count - 1) // clip + 1 for count in counts)
        out.append(
            f"its {sum(counts)} clips overlap by {clip - recipe.stride} of {clip} frames: they are worth about {total} "
            f"that do not"
        )
    if recipe.distance is frechet_distance and total < ENOUGH:
        out.append(
            f"{total} samples are fewer than {ENOUGH}: the value is too large by an amount that depends on their "
            f"number; compare only values of equal numbers, or take the kernel distance"
        )
    if clip == 1:
        out.append(f"frames of one video resemble each other: {len(counts)} videos are less than {sum(counts)} samples")
    return out
