"""Measures of single frames, over a whole pair of videos."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from . import metrics
from .identity import likeness, of_reference
from .pairs import Pair

_BLACK, _NOT_BLACK = 8 / 255, 24 / 255
_SIMPLE = {
    "psnr": metrics.psnr,
    "ssim": metrics.ssim,
    "ssim_gauss": metrics.ssim_gauss,
    "mae": metrics.mae,
    "l1_table": metrics.l1_table,
}


def outside(mask: Bool[Tensor, "T H W"]) -> Bool[np.ndarray, "T H W"]:
    """The background: where the mask, grown by 1/48 of the shorter side (at least 2 px), is not."""
    reach = max(2, round(min(mask.shape[1:]) / 48))
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    return np.stack([cv2.dilate(m, disc) == 0 for m in mask.to(torch.uint8).numpy()])


def background_psnr(
    pred: Float[Tensor, "H W 3"], truth: Float[Tensor, "H W 3"], keep: Bool[np.ndarray, "H W"]
) -> float:
    """PSNR over the kept pixels, dB; 100 where they are identical, NaN where none is kept."""
    if not keep.any():
        return float("nan")
    error = ((metrics.to_uint8(pred).astype(np.float64) - metrics.to_uint8(truth)) ** 2)[keep].mean()
    return 100.0 if error == 0 else 10 * float(np.log10(255**2 / error))


def background_ssim(
    pred: Float[Tensor, "H W 3"], truth: Float[Tensor, "H W 3"], keep: Bool[np.ndarray, "H W"]
) -> float:
    """SSIM over the places whose window holds kept pixels only; NaN where there is none."""
    window = np.ones((metrics.SSIM_WINDOW,) * 2, np.uint8)
    pad = metrics.SSIM_WINDOW // 2
    clean = cv2.erode(keep.astype(np.uint8), window, borderValue=1)[pad:-pad, pad:-pad] > 0
    return float(metrics.ssim_map(pred, truth)[clean].mean()) if clean.any() else float("nan")


def hole_fraction(pred: Float[Tensor, "H W 3"], truth: Float[Tensor, "H W 3"]) -> float:
    """Share of pixels that are black where the truth is not."""
    return float(((pred.amax(-1) <= _BLACK + 1e-6) & (truth.amax(-1) > _NOT_BLACK)).float().mean())


def frame_values(
    pair: Pair, names: tuple[str, ...], networks: dict[str, nn.Module], tell: Callable[[float], None]
) -> dict[str, Float[np.ndarray, "T"]]:
    """One number per frame of every named measure; NaN where a frame has none.

    networks: those that these measures need, by their names in NETWORKS, on their device. `tell` hears the share that
    is done.
    """
    rows: dict[str, list[float]] = {name: [] for name in names}
    if any(name.startswith("background") for name in names):
        kept = outside(pair.mask if pair.pred_mask is None else pair.mask | pair.pred_mask)
    if "identity" in names:
        known = of_reference(networks["lpips_alex"], pair.reference, pair.reference_mask)
        mask = pair.mask if pair.pred_mask is None else pair.pred_mask
    for piece in pair.pieces():
        pred, truth = pair.pred[piece], pair.truth[piece]
        render = pair.background[piece] if pair.background is not None else None
        for index, (a, b) in enumerate(zip(pred, truth, strict=True)):
            at = piece.start + index
            tell(at / len(pair))
            for name in names:
                if name in _SIMPLE:
                    value = _SIMPLE[name](a, b)
                elif name.startswith("lpips"):
                    value = _lpips(name, networks, a, b)
                elif name == "hole_fraction":
                    value = hole_fraction(a, b)
                elif name == "identity":
                    value = likeness(networks["lpips_alex"], known, a, mask[at])
                else:
                    measure = background_psnr if name == "background_psnr" else background_ssim
                    value = measure(a, render[index], kept[at])
                rows[name].append(value)
    return {name: np.array(values) for name, values in rows.items()}


def _lpips(name: str, networks: dict[str, nn.Module], a: Tensor, b: Tensor) -> float:
    network = networks["lpips_alex" if name == "lpips_alex" else "lpips_vgg"]
    device = next(network.parameters()).device
    with torch.no_grad():
        return float(network(a.to(device), b.to(device), centred=name != "lpips_table"))
