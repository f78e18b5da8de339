"""Distances between all predictions and all truths, by features of networks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from torch import Tensor, nn

from ..runtime import Runtime
from ..types import LazyFrames
from .distances import frechet_distance, kernel_distance
from .networks import Look, features_of, resized
from .pairs import Pair, whitened

CUT_BY_TRUTH = (
    "the prediction is cut out by the truth's mask, so a wrong pose costs little and the value is too small; give "
    "--pred-white (made before white) or --pred-mask"
)
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
    on_white = look.white and pair.pred_white is not None
    own = pair.mask if pair.pred_mask is None else pair.pred_mask
    ways = (
        (pair.pred_white if on_white else pair.pred, own if look.white and not on_white else None),
        (pair.truth, pair.mask if look.white else None),
    )

    def pieces(clip: Tensor | LazyFrames, mask: Tensor | None) -> Iterator[Tensor]:
        for piece in pair.pieces():
            frames = clip[piece] if mask is None else whitened(clip[piece], mask[piece])
            yield resized(frames, network.side, look.resize)

    pred, truth = (features_of(network, pieces(*way), len(pair), stride, run) for way in ways)
    return pred, truth


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
