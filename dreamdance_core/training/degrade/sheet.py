"""A picture of every damage, from weak to strong: what a recipe does to a clip, at a glance."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import torch
from einops import rearrange
from jaxtyping import Float
from torch import Tensor
from torch.nn.functional import interpolate

from ...runtime import Runtime
from .recipe import NEED_DEPTH, Recipe, degrade

_TRIES = 5  # seeds of which the weakest, the middle and the strongest are shown
_LABEL, _MARGIN = 130, 22  # px, for words


def damage_sheet(
    frames: Float[Tensor, "T H W 3"],
    seed: int,
    *,
    z: Float[Tensor, "T H W"] | None = None,
    K: Float[Tensor, "3 3"] | None = None,
    cell: int = 240,
    run: Runtime | None = None,
) -> Float[Tensor, "h w 3"]:
    """A row for each damage: the clean first frame, then first and last frame at three strengths; last, whole recipes.

    Damages that need depth are left out where z is None. cell: width of a frame, px.
    """
    run = run or Runtime()
    nothing = dict.fromkeys(Recipe.__dataclass_fields__, 0.0)
    names = [name for name in nothing if z is not None or name not in NEED_DEPTH]
    recipes = [(name, Recipe(**nothing | {name: 1.0})) for name in names] + [("as drawn", Recipe())] * 3
    rows = []
    for number, (name, recipe) in enumerate(recipes):
        tries = []
        for turn in range(3 if name in (*NEED_DEPTH, "as drawn") else _TRIES):
            quiet = _told(run, number * _TRIES + turn, len(recipes) * _TRIES)
            own = seed + 1000 * number + turn
            tries.append(degrade(frames, own, recipe=recipe, z=z, K=K, run=quiet).frames[[0, -1]].float().cpu())
        clean = frames[[0, -1]].float().cpu()
        if name != "as drawn":
            tries.sort(key=lambda damaged: float((damaged - clean).abs().mean()))
        chosen = [tries[0], tries[len(tries) // 2], tries[-1]]
        rows.append(_labelled(_row([clean[:1], *chosen], cell), name.replace("_", " ")))
    run.report(len(recipes) * _TRIES, len(recipes) * _TRIES)
    return torch.cat([_heading(rows[0].shape[1], cell), *rows])


def _told(run: Runtime, done: int, total: int) -> Runtime:
    """Reports the sheet's progress whenever a damage reports its own, so that a cancel is heard."""

    def report(part: int, of: int, preview: Tensor | None = None) -> None:
        run.report(done, total)

    report(0, 1)
    return replace(run, report=report)


def _row(pictures: list[Tensor], cell: int) -> Float[Tensor, "h w 3"]:
    shown = torch.cat(pictures)
    height = round(cell * shown.shape[1] / shown.shape[2])
    small = interpolate(rearrange(shown, "n h w c -> n c h w"), (height, cell), mode="area")
    return rearrange(small, "n c h w -> h (n w) c")


def _words(height: int, width: int, texts: list[tuple[int, int, str]]) -> Float[Tensor, "h w 3"]:
    """Black words on white: x, y px of their start."""
    paper = np.full((height, width, 3), 255, np.uint8)
    for x, y, text in texts:
        cv2.putText(paper, text, (x, y), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (0, 0, 0), 1, cv2.LINE_AA)
    return torch.from_numpy(paper).float() / 255


def _labelled(row: Float[Tensor, "h w 3"], text: str) -> Float[Tensor, "h w2 3"]:
    return torch.cat([_words(len(row), _LABEL, [(6, len(row) // 2, text)]), row], 1)


def _heading(width: int, cell: int) -> Float[Tensor, "m w 3"]:
    texts = ("clean", "weak: first", "last", "middle: first", "last", "strong: first", "last")
    return _words(_MARGIN, width, [(_LABEL + n * cell + 6, _MARGIN - 7, text) for n, text in enumerate(texts)])
