"""Whole-body networks with a SimCC head (Li et al. 2022): one row of bins per point and axis. DWPose and RTMW."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from jaxtyping import Float

from ..io.onnx_session import Network, open_network
from ..runtime import Runtime
from .keypoints import POINTS
from .topdown import TopDown
from .yolox import STRIDES, Yolox

SIZE = (288, 384)  # patch width, height
SPLIT = 2  # bins a pixel
# ImageNet statistics of RGB in 0..255, as in MMPose's configurations (bgr_to_rgb = True).
MEAN = np.array([123.675, 116.28, 103.53], np.float32)
DEVIATION = np.array([58.395, 57.12, 57.375], np.float32)


class SimCC:
    """133 points per patch."""

    def __init__(self, network: Network) -> None:
        self.network = network

    def __call__(self, patches: Float[np.ndarray, "N h w 3"]) -> tuple[np.ndarray, np.ndarray]:
        planes = ((patches * 255 - MEAN) / DEVIATION).transpose(0, 3, 1, 2).astype(np.float32)
        across, down = self.network(np.ascontiguousarray(planes))[:2]
        (x, x_score), (y, y_score) = peaks(across), peaks(down)
        points = np.stack([x, y], axis=-1) / SPLIT + 0.5  # bin 0 is the centre of the first pixel
        return points, np.clip(np.minimum(x_score, y_score), 0, 1)


def peaks(bins: Float[np.ndarray, "N K B"]) -> tuple[Float[np.ndarray, "N K"], Float[np.ndarray, "N K"]]:
    """Place (in bins, between them by a parabola through the neighbours) and height of each row's maximum."""
    top = bins.argmax(axis=-1)
    rows = np.clip(top, 1, bins.shape[-1] - 2)[..., None] + np.array([-1, 0, 1])
    left, middle, right = np.moveaxis(np.take_along_axis(bins, rows, axis=-1), -1, 0)
    bend = 2 * middle - left - right
    shift = np.where((bend > 1e-9) & (rows[..., 1] == top), (right - left) / np.maximum(2 * bend, 1e-9), 0.0)
    return top + np.clip(shift, -0.5, 0.5), np.take_along_axis(bins, top[..., None], axis=-1)[..., 0]


def open_whole_body(detector: Path, network: Path, run: Runtime) -> TopDown:
    """The published pair of a person detector and a whole-body network."""
    return TopDown(Yolox(open_network(detector, run)), SimCC(open_network(network, run)), SIZE, run)


def random_whole_body(seed: int) -> TopDown:
    """The same classes over small seeded networks that answer like the published ones: somebody in the middle."""
    rng = np.random.default_rng(seed)
    side, (width, height) = 64, (48, 64)
    cells = [side // stride for stride in STRIDES]
    rows = np.zeros((1, sum(n * n for n in cells), 85), np.float32)
    rows[0, :, 4:] = 0.1
    middle = cells[0] ** 2 + (cells[1] // 2) * cells[1] + cells[1] // 2  # a cell of the middle stride
    rows[0, middle] = [0, 0, np.log(2.0), np.log(3.0), *([0.9] * 81)]
    places = rng.uniform(0.2, 0.8, (POINTS, 2)) * [width * SPLIT, height * SPLIT]
    taste = rng.normal(0, 4, (3, POINTS, 2))

    def detect(planes: np.ndarray) -> list[np.ndarray]:
        return [rows.copy()]

    def solve(planes: np.ndarray) -> list[np.ndarray]:
        moved = places + np.einsum("nc,ckd->nkd", np.tanh(planes.mean(axis=(2, 3))), taste)
        return [
            0.9 * np.exp(-(((np.arange(length * SPLIT) - moved[..., axis, None]) / 4) ** 2)).astype(np.float32)
            for axis, length in enumerate((width, height))
        ]

    return TopDown(Yolox(detect, side), SimCC(solve), (width, height), Runtime())
