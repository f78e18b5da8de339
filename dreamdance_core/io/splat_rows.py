"""Rows of numbers, as splat file formats hold them, made into Gaussians."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float

from ..types import Gaussians

BAND0 = 0.28209479177387814  # spherical harmonics, band 0: colour = BAND0 * coefficient + 0.5


def from_rows(
    *,
    means: Float[np.ndarray, "N 3"],
    scales: Float[np.ndarray, "N 3"],
    quats: Float[np.ndarray, "N 4"],
    opacities: Float[np.ndarray, "N"],
    colours: Float[np.ndarray, "N 3"],
    rest: Float[np.ndarray, "N K 3"] | None = None,
) -> Gaussians:
    """Gaussians of linear scales, wxyz quaternions of any length (0: no rotation), sRGB colours, higher harmonics."""
    sh = ((colours - 0.5) / BAND0)[:, None]
    if rest is not None:
        sh = np.concatenate([sh, rest], 1)
    length = np.linalg.norm(quats, axis=1, keepdims=True)
    quats = np.where(length > 0, quats / np.where(length > 0, length, 1), np.eye(1, 4))

    def tensor(values: np.ndarray) -> torch.Tensor:
        return torch.from_numpy(np.array(values, np.float32, order="C"))

    return Gaussians(
        means=tensor(means), quats=tensor(quats), scales=tensor(scales), opacities=tensor(opacities), sh=tensor(sh)
    )


def plain_colours(gaussians: Gaussians) -> Float[np.ndarray, "N 3"]:
    """The colour of each Gaussian without its dependence on the viewing direction, not clamped."""
    return BAND0 * gaussians.sh[:, 0].detach().cpu().numpy().astype(np.float32) + 0.5


def to_bytes(values: np.ndarray) -> np.ndarray:
    """The nearest whole number in 0..255."""
    return np.rint(values).clip(0, 255).astype(np.uint8)


def ends_early(path: Path, have: int, need: int) -> ValueError:
    """The sentence for a truncated file; have and need in bytes."""
    return ValueError(f"{path} ends early: {have} bytes of {need} promised; copy it again")
