"""What the ControlNets see of a frame: how near everything is, and its lines."""

from __future__ import annotations

import cv2
import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from ...types import Depth

_FAINTEST = 0.35  # of the strongest gradients: Canny's lower threshold over its upper


def nearness(depth: Depth) -> Float[Tensor, "T H W"]:
    """1 at what is nearest, 0 at what is farthest, unknown or sky: the form that depth ControlNets were trained on.

    Inverse depth, stretched per picture from its 2nd to its 98th percentile.
    """
    inverse = torch.where(depth.valid & (depth.z > 0), 1 / depth.z.clamp_min(1e-6), torch.zeros_like(depth.z))
    out = torch.zeros_like(inverse)
    for index, one in enumerate(inverse):
        known = one[one > 0].cpu().numpy()
        if len(known):
            low, high = (float(value) for value in np.quantile(known, (0.02, 0.98)))
            out[index] = ((one - low) / max(high - low, 1e-6)).clamp(0, 1) if high > low else (one > 0).float()
    return out


def _grey(picture: Tensor) -> np.ndarray:
    return cv2.cvtColor((picture.cpu().numpy() * 255).round().astype(np.uint8), cv2.COLOR_RGB2GRAY)


def canny(picture: Float[Tensor, "H W 3"]) -> Float[Tensor, "H W"]:
    """White edges on black (Canny 1986); the upper threshold is that of Otsu (1979), which follows the contrast."""
    grey = cv2.GaussianBlur(_grey(picture), (0, 0), 1.0)
    upper = max(cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)[0], 30.0)
    return torch.from_numpy(cv2.Canny(grey, _FAINTEST * upper, upper)).float() / 255


def line_art(picture: Float[Tensor, "H W 3"]) -> Float[Tensor, "H W"]:
    """Soft white lines on black: how much darker a pixel is than the brightest within 2 px of it."""
    grey = cv2.GaussianBlur(_grey(picture), (0, 0), 0.7).astype(np.float32) + 1
    around = cv2.dilate(grey, np.ones((5, 5), np.uint8))
    return torch.from_numpy((1.5 * (1 - grey / around)).clip(0, 1).astype(np.float32))


EDGES = {"canny": canny, "lineart": line_art}
