"""Crops around holes, at a size that a painting network works well at, and its paint put back without a seam.

The crop that holds a set share of the picture around the hole is Fooocus's "inpaint respective field"; the smooth
continuation is the pull-push of Gortler et al., "The Lumigraph", 1996.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor
from torch.nn.functional import adaptive_avg_pool2d, avg_pool2d, interpolate, max_pool2d

_CONTEXT = 0.618  # least share of the picture's sides that a crop shows, Fooocus's default …
_ROOM = 2.0  # … and least length in hole lengths
_MOST = 2.25  # times side²: larger crops are painted smaller, since networks repeat themselves far above their size
_RING = 16  # px of known picture whose colours the paint must meet
_NEAR = 0.02  # of the long side: holes closer than this are one

# (picture, hole, number of this crop, number of crops) -> picture; the hole is 1 where paint is wanted.
Paint = Callable[[Float[Tensor, "h w 3"], Float[Tensor, "h w"], int, int], Float[Tensor, "h w 3"]]


@dataclass(frozen=True, kw_only=True)
class Crop:
    """A rectangle of the picture, px, and the size it is painted at."""

    top: int
    left: int
    height: int
    width: int
    size: tuple[int, int]  # height, width

    @property
    def inside(self) -> tuple[slice, slice]:
        return slice(self.top, self.top + self.height), slice(self.left, self.left + self.width)


def paint_holes(
    image: Float[Tensor, "H W 3"],
    hole_mask: Float[Tensor, "H W"],
    paint: Paint,
    *,
    side: int,
    step: int = 16,
    whole: bool = False,
    first: Callable[[Tensor, Tensor], Tensor] | None = None,
) -> Float[Tensor, "H W 3"]:
    """The picture with the hole (mask above 0.5) painted in crops; all other pixels come back bit-exact.

    side: a network paints best at about side x side px; step: its sizes are multiples of this. whole: one crop, the
    whole picture. first: fills the hole before paint sees it, (image, hole) -> image; None continues the colours
    around it smoothly.
    """
    hole = hole_mask > 0.5
    if not hole.any():
        return image.clone()
    begun = spread(image, ~hole) if first is None else first(image, hole.to(image))
    result, left = torch.where(hole[..., None], begun, image), hole.clone()
    places = crops(hole, side, step, whole)
    for number, crop in enumerate(places):
        part, missing = result[crop.inside], left[crop.inside]
        mask = interpolate(missing.to(image)[None, None], crop.size, mode="area")[0, 0].gt(0).to(image)
        painted = paint(_resized(part, crop.size), mask, number, len(places))
        result[crop.inside] = paste(part, _resized(painted, (crop.height, crop.width)), missing)
        left[crop.inside] = False
    return result


def crops(hole: Bool[Tensor, "H W"], side: int, step: int = 16, whole: bool = False) -> list[Crop]:
    """The crops to paint one after the other: together they hold the hole, each with room around its part.

    Holes far apart get a crop each where that means fewer pixels to paint.
    """
    height, width = hole.shape
    boxes = [(0, 0, height, width)] if whole else _boxes(hole)
    frames = [_frame(box, height, width, side, step) for box in boxes]
    pairs = True
    while pairs:
        pairs = [
            (i, j)
            for i in range(len(boxes))
            for j in range(i)
            if _cost(_frame(_union(boxes[i], boxes[j]), height, width, side, step), side)
            <= _cost(frames[i], side) + _cost(frames[j], side)
        ]
        if pairs:
            i, j = pairs[0]
            boxes = [box for k, box in enumerate(boxes) if k not in (i, j)] + [_union(boxes[i], boxes[j])]
            frames = [_frame(box, height, width, side, step) for box in boxes]
    return [
        Crop(
            top=top,
            left=left,
            height=below - top,
            width=right - left,
            size=_size(below - top, right - left, side, step),
        )
        for top, left, below, right in frames
    ]


Box = tuple[int, int, int, int]  # top, left, below, right


def _boxes(hole: Tensor) -> list[Box]:
    """Boxes around the groups of the hole's pixels; at most 16."""
    near = max(1, round(_NEAR * max(hole.shape)))
    mask = hole.cpu().numpy().astype(np.uint8)
    while True:
        grown = cv2.dilate(mask, np.ones((2 * near + 1, 2 * near + 1), np.uint8))
        count, labels = cv2.connectedComponents(grown, connectivity=8)
        if count <= 17:
            break
        near *= 2
    labels = labels * mask
    boxes = []
    for label in range(1, count):
        rows, columns = np.nonzero(labels == label)
        boxes.append((int(rows.min()), int(columns.min()), int(rows.max()) + 1, int(columns.max()) + 1))
    return boxes


def _union(a: Box, b: Box) -> Box:
    return min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3])


def _frame(box: Box, height: int, width: int, side: int, step: int) -> Box:
    """The box with room around it, inside the picture, in whole steps where the picture is large enough."""
    spans = []
    for start, stop, length in ((box[0], box[2], height), (box[1], box[3], width)):
        wanted = max(_ROOM * (stop - start), min(side, _CONTEXT * length))
        wanted = min(math.ceil(wanted / step) * step, length)
        first = min(max((start + stop - wanted) // 2, 0), length - wanted)
        spans.append((first, first + wanted))
    return spans[0][0], spans[1][0], spans[0][1], spans[1][1]


def _cost(frame: Box, side: int) -> int:
    return max((frame[2] - frame[0]) * (frame[3] - frame[1]), side * side)


def _size(height: int, width: int, side: int, step: int) -> tuple[int, int]:
    share = side * side / (height * width)
    scale = min(max(1.0, share**0.5), (_MOST * share) ** 0.5)
    return max(1, round(height * scale / step)) * step, max(1, round(width * scale / step)) * step


def _resized(picture: Tensor, size: tuple[int, int]) -> Tensor:
    if picture.shape[:2] == size:
        return picture
    planes = interpolate(picture.movedim(-1, 0)[None], size, mode="bicubic", antialias=True)
    return planes[0].movedim(0, -1).clamp(0, 1)


def paste(
    part: Float[Tensor, "H W 3"], painted: Float[Tensor, "H W 3"], hole: Bool[Tensor, "H W"]
) -> Float[Tensor, "H W 3"]:
    """The part with the hole taken from the paint, whose colours are drawn to the known ones along the rim.

    The difference on a ring around the hole is continued into it: exact at the rim, its average far inside. Nothing
    outside the hole changes.
    """
    around = max_pool2d(hole.float()[None, None], 2 * _RING + 1, 1, _RING)[0, 0].gt(0) & ~hole
    painted = painted.to(part)
    if around.any():
        painted = (painted + spread(part - painted, around)).clamp(0, 1)
    return torch.where(hole[..., None], painted, part)


def spread(values: Float[Tensor, "H W C"], known: Bool[Tensor, "H W"]) -> Float[Tensor, "H W C"]:
    """The known values, and elsewhere a smooth continuation of the nearest of them; 0.5 where nothing is known."""
    if not known.any():
        return torch.full_like(values, 0.5)
    weight = known.to(values)[None, None]
    value = values.movedim(-1, 0)[None] * weight
    finer = []
    while bool((weight == 0).any()):
        finer.append((value, weight))
        count = avg_pool2d(weight, 2, ceil_mode=True)
        value = avg_pool2d(value * weight, 2, ceil_mode=True) / count.clamp_min(1e-6)
        weight = (4 * count).clamp(max=1)
    for sharp, share in reversed(finer):
        smooth = interpolate(value, sharp.shape[-2:], mode="bilinear")
        value = share * sharp + (1 - share) * smooth
    return value[0].movedim(0, -1)


def faded(mask: Float[Tensor, "H W"], reach: int) -> Float[Tensor, "H W"]:
    """The mask with an edge that fades to 0 over `reach` pixels outside of it; inside it stays what it is."""
    soft = grown = mask[None, None]
    for away in range(1, reach + 1):
        grown = max_pool2d(grown, 3, 1, 1)
        soft = torch.maximum(soft, grown * (1 - away / (reach + 1)))
    return soft[0, 0]


def noise_seed(seed: int, hole_mask: Float[Tensor, "H W"]) -> int:
    """A seed below 2^63 that follows from the seed and the hole's place and form: each view gets noise of its own.

    The form is looked at coarsely. A view's hole comes out of geometry, which may differ by a pixel from run to run.
    """
    share = adaptive_avg_pool2d((hole_mask > 0.5).float().cpu()[None], 8)
    levels = (share > 0.137).to(torch.uint8) + (share > 0.463).to(torch.uint8)
    text = f"{seed} {tuple(hole_mask.shape)}".encode() + levels.numpy().tobytes()
    return int.from_bytes(hashlib.sha256(text).digest()[:8], "big") >> 1
