"""Frame metrics in the definitions of the paper's table, on 0..255 values."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from ..io.images import to_uint8

SSIM_WINDOW = 7  # scikit-image's default, which the table's code uses
GAUSS_REACH = 5  # px of the Gaussian 11x11 window about its middle


def psnr(a: Float[Tensor, "H W 3"], b: Float[Tensor, "H W 3"]) -> float:
    """10 log10(255^2 / MSE) in dB; 100 for identical frames (DisCo's convention)."""
    error = float(((to_uint8(a).astype(np.float64) - to_uint8(b)) ** 2).mean())
    return 100.0 if error == 0 else 10 * float(np.log10(255**2 / error))


def mae(a: Float[Tensor, "H W 3"], b: Float[Tensor, "H W 3"]) -> float:
    """Mean absolute error, 0..255."""
    return float(np.abs(to_uint8(a).astype(np.float64) - to_uint8(b)).mean())


def l1_table(a: Float[Tensor, "H W 3"], b: Float[Tensor, "H W 3"]) -> float:
    """The table's L1: the mean absolute error divided by the number of pixels (DisCo's metric code)."""
    return mae(a, b) / (a.shape[0] * a.shape[1])


def ssim(a: Float[Tensor, "H W 3"], b: Float[Tensor, "H W 3"]) -> float:
    """Structural similarity of grey pictures, uniform 7x7 window, sample covariance (scikit-image's definition)."""
    return float(ssim_map(a, b).mean())


def ssim_map(a: Float[Tensor, "H W 3"], b: Float[Tensor, "H W 3"]) -> Float[np.ndarray, "h w"]:
    """The similarity at every place whose 7x7 window lies in the picture: 3 px less on each side."""
    x, y = (cv2.cvtColor(to_uint8(p), cv2.COLOR_RGB2GRAY).astype(np.float64) for p in (a, b))
    size, pad = SSIM_WINDOW**2, SSIM_WINDOW // 2

    def mean(values: np.ndarray) -> np.ndarray:
        return cv2.blur(values, (SSIM_WINDOW, SSIM_WINDOW))

    mx, my = mean(x), mean(y)
    unbiased = size / (size - 1)
    vx, vy, vxy = (
        unbiased * (mean(p * q) - mp * mq) for p, q, mp, mq in ((x, x, mx, mx), (y, y, my, my), (x, y, mx, my))
    )
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    score = (2 * mx * my + c1) * (2 * vxy + c2) / ((mx**2 + my**2 + c1) * (vx + vy + c2))
    return score[pad:-pad, pad:-pad]


def ssim_gauss(a: Float[Tensor, "H W 3"], b: Float[Tensor, "H W 3"]) -> float:
    """Structural similarity as its authors define it: Gaussian 11x11 window, sigma 1.5, each colour (torchmetrics).

    Only windows that lie in the picture count. ValueError below 11 px.
    """
    from torchmetrics.functional.image import structural_similarity_index_measure

    if min(a.shape[:2]) <= 2 * GAUSS_REACH:
        raise ValueError(f"frames must be at least {2 * GAUSS_REACH + 1} px in both directions, got {a.shape[:2]}")
    x, y = (torch.from_numpy(to_uint8(p)).movedim(-1, 0)[None].float() for p in (a, b))
    _, scores = structural_similarity_index_measure(x, y, data_range=255.0, return_full_image=True)
    return float(scores[..., GAUSS_REACH:-GAUSS_REACH, GAUSS_REACH:-GAUSS_REACH].mean())


def compare(
    pred: Float[Tensor, "T H W 3"],
    truth: Float[Tensor, "Tt Ht Wt 3"],
    report: Callable[[int, int], None] = lambda done, total: None,
) -> dict[str, float]:
    """Means over frames of psnr, ssim, mae and l1_table. Raises ValueError when lengths or sizes differ."""
    if pred.shape != truth.shape:
        raise ValueError(
            f"prediction and truth must have the same frames and size, got {tuple(pred.shape[:3])} and "
            f"{tuple(truth.shape[:3])} (frames, height, width)"
        )
    if min(pred.shape[1:3]) < SSIM_WINDOW:
        raise ValueError(f"frames must be at least {SSIM_WINDOW} px in both directions, got {tuple(pred.shape[1:3])}")
    metrics = (psnr, ssim, mae, l1_table)
    rows = []
    for a, b in zip(pred, truth, strict=True):
        rows.append([metric(a, b) for metric in metrics])
        report(len(rows), len(pred))
    return {metric.__name__: float(mean) for metric, mean in zip(metrics, np.mean(rows, 0), strict=True)}
