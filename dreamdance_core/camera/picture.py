"""A picture of a camera path, for the eye."""

from __future__ import annotations

import cv2
import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from ..types import CameraSolution

_INK, _PAPER, _GRID = (40, 44, 52), (250, 249, 246), (225, 223, 218)


def draw_path(solution: CameraSolution, width: int = 960, height: int = 480) -> Float[Tensor, "height width 3"]:
    """The path from above (x right, z up) and from the side (z right, y down), early frames blue, late ones red.

    Both views share one scale; wedges show where every eighth camera looks and how wide. The title says what kind of
    path it is and how many frames were solved.
    """
    cameras = solution.cameras
    title = f"{solution.kind}, {int(solution.solved.sum())}/{len(cameras)} frames, f {float(cameras.K[0, 0, 0]):.0f} px"
    canvas = np.full((height, width, 3), _PAPER, np.uint8)
    centres = cameras.c2w[:, :3, 3].cpu().double().numpy()
    extent = float(np.ptp(centres, axis=0).max())
    wedge = 0.12 * extent if extent > 1e-9 else 1.0
    across = (cameras.width / 2 / cameras.K[:, 0, 0]).cpu().double().numpy()
    down = (cameras.height / 2 / cameras.K[:, 1, 1]).cpu().double().numpy()
    rotation = cameras.c2w[:, :3, :3].cpu().double().numpy()
    panels = (
        ("from above: x right, z ahead", np.array([[1, 0, 0], [0, 0, -1.0]]), across, 0),
        ("from the side: z ahead, y down", np.array([[0, 0, 1], [0, 1.0, 0]]), down, 1),
    )
    reach = max(extent + 3 * wedge, 1e-6)
    middle = (centres.min(0) + centres.max(0)) / 2 + [0, 0, wedge / 2]
    scale = 0.8 * min(width / 2, height) / reach
    for k, (name, view, spread, axis) in enumerate(panels):
        offset = np.array([width * (1 + 2 * k) / 4, height / 2 + 12])

        def place(points: np.ndarray, view: np.ndarray = view, offset: np.ndarray = offset) -> np.ndarray:
            return np.round(((points - middle) @ view.T * scale + offset) * 8).astype(np.int32)

        cv2.putText(canvas, name, (width * k // 2 + 12, height - 12), cv2.FONT_HERSHEY_SIMPLEX, 0.45, _INK, 1, 16)
        every = max(1, len(centres) // 8)
        for t in range(0, len(centres), every):
            sides = np.zeros((2, 3))
            sides[:, axis], sides[:, 2] = (-spread[t], spread[t]), 1
            ends = centres[t] + wedge * sides @ rotation[t].T
            corner = place(np.stack([centres[t], *ends]))
            cv2.polylines(canvas, [corner], True, _colour(t, len(centres)), 1, cv2.LINE_AA, 3)
        line = place(centres)
        for t in range(1, len(line)):
            cv2.line(canvas, line[t - 1].tolist(), line[t].tolist(), _colour(t, len(line)), 2, cv2.LINE_AA, 3)
        cv2.circle(canvas, line[0].tolist(), 32, _colour(0, 2), -1, cv2.LINE_AA, 3)
    cv2.line(canvas, (width // 2, 30), (width // 2, height - 30), _GRID, 1)
    cv2.putText(canvas, title, (12, 24), cv2.FONT_HERSHEY_SIMPLEX, 0.55, _INK, 1, cv2.LINE_AA)
    return torch.from_numpy(canvas).float() / 255


def _colour(t: int, count: int) -> tuple[int, int, int]:
    share = t / max(count - 1, 1)
    return round(40 + 190 * share), 90, round(220 - 170 * share)
