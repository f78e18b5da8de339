"""How much the person in a frame looks like the character of the reference picture."""

from __future__ import annotations

import torch
from jaxtyping import Bool, Float
from torch import Tensor
from torch.nn import functional

from .lpips import Lpips

_MARGIN = 0.05  # of the figure's longer side, kept around it
_SIDE = 224  # px of the longer side: a figure counts alike at any size


def _figure(
    network: Lpips, picture: Float[Tensor, "H W 3"], mask: Bool[Tensor, "H W"]
) -> list[Float[Tensor, "_"]] | None:
    """The features of the compared layers, averaged inside the mask; None for a mask of nothing."""
    rows, columns = mask.any(1).nonzero().flatten(), mask.any(0).nonzero().flatten()
    if len(rows) == 0:
        return None
    top, bottom, left, right = int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1
    margin = round(_MARGIN * max(bottom - top, right - left))
    box = slice(max(top - margin, 0), bottom + margin), slice(max(left - margin, 0), right + margin)
    inside = mask[box][..., None].float()
    # What is around the figure must not count: it becomes the middle grey of the network.
    shown = torch.cat([picture[box] * inside + 0.5 * (1 - inside), inside], -1).movedim(-1, 0)[None]
    scale = _SIDE / max(shown.shape[2:])
    size = [max(round(side * scale), network.backbone.smallest) for side in shown.shape[2:]]
    shown = functional.interpolate(shown, size, mode="bilinear", antialias=True, align_corners=False)
    device = next(network.parameters()).device
    with torch.no_grad():
        layers = network.features(shown[0, :3].movedim(0, -1).to(device))
    out = []
    for layer in layers:
        weight = functional.interpolate(shown[:, 3:], layer.shape[2:], mode="area").to(device)
        out.append((layer * weight).sum((0, 2, 3)) / weight.sum().clamp_min(1e-6))
    return out


def of_reference(
    network: Lpips, reference: Float[Tensor, "H W 3"], mask: Bool[Tensor, "H W"] | None
) -> list[Float[Tensor, "_"]]:
    """What `likeness` compares with: the reference's features inside its mask (None: the whole picture).

    Raises ValueError for an empty mask.
    """
    mask = torch.ones(reference.shape[:2], dtype=torch.bool) if mask is None else mask
    found = _figure(network, reference, mask)
    if found is None:
        raise ValueError("the reference's mask must hold the character, got an empty one")
    return found


def likeness(
    network: Lpips, known: list[Float[Tensor, "_"]], frame: Float[Tensor, "H W 3"], mask: Bool[Tensor, "H W"]
) -> float:
    """Cosine between the features of the frame's person and the reference's, mean over layers; NaN without a person."""
    found = _figure(network, frame, mask)
    if found is None:
        return float("nan")
    return float(
        torch.stack([functional.cosine_similarity(a, b, dim=0) for a, b in zip(known, found, strict=True)]).mean()
    )
