"""The YOLOX person detector (Ge et al. 2021; Megvii, Apache-2.0) as exported to ONNX: pre- and postprocessing."""

from __future__ import annotations

import cv2
import numpy as np
from jaxtyping import Float

from ..io.onnx_session import Network

SIDE = 640  # px of the square input
STRIDES = (8, 16, 32)
GREY = 114.0  # fills the letterbox, of 255
MIN_SCORE = 0.3
MAX_OVERLAP = 0.45
PERSON = 0  # of COCO's 80 classes


class Yolox:
    """Boxes of the persons in a picture."""

    def __init__(self, network: Network, side: int = SIDE) -> None:
        self.network, self.side = network, side

    def __call__(self, frame: Float[np.ndarray, "H W 3"]) -> Float[np.ndarray, "N 4"]:
        """x0, y0, x1, y1 px, best first."""
        height, width = frame.shape[:2]
        ratio = min(self.side / height, self.side / width)
        rows = self.network(letterbox(frame, self.side)[None])[0][0]
        boxes, scores = decode(rows, self.side)
        keep = scores > MIN_SCORE
        boxes = suppressed(boxes[keep] / ratio, scores[keep])
        return np.clip(boxes, 0, [width, height, width, height])


def letterbox(frame: Float[np.ndarray, "H W 3"], side: int) -> Float[np.ndarray, "3 side side"]:
    """The picture as the network was trained on it: BGR, 0..255, in the upper left corner of a grey square."""
    height, width = frame.shape[:2]
    ratio = min(side / height, side / width)
    size = (max(int(width * ratio), 1), max(int(height * ratio), 1))
    small = np.round(np.clip(cv2.resize(frame, size, interpolation=cv2.INTER_LINEAR), 0, 1) * 255)
    square = np.full((side, side, 3), GREY, np.float32)
    square[: size[1], : size[0]] = small[..., ::-1]
    return np.ascontiguousarray(square.transpose(2, 0, 1))


def decode(rows: Float[np.ndarray, "R D"], side: int) -> tuple[Float[np.ndarray, "R 4"], Float[np.ndarray, "R"]]:
    """Boxes (letterbox px) and person scores of raw rows: each grid cell's offset, log size, objectness, classes."""
    corners, strides = [], []
    for stride in STRIDES:
        cells = side // stride
        y, x = np.mgrid[:cells, :cells]
        corners.append(np.stack([x, y], axis=-1).reshape(-1, 2))
        strides.append(np.full((cells * cells, 1), stride))
    stride = np.concatenate(strides)
    centre = (rows[:, :2] + np.concatenate(corners)) * stride
    half = np.exp(np.clip(rows[:, 2:4], -20, 20)) * stride / 2
    return np.concatenate([centre - half, centre + half], axis=1), rows[:, 4] * rows[:, 5 + PERSON]


def suppressed(boxes: Float[np.ndarray, "N 4"], scores: Float[np.ndarray, "N"]) -> Float[np.ndarray, "M 4"]:
    """The best boxes, best first, without those that overlap a better one by more than MAX_OVERLAP (IoU)."""
    boxes = boxes[np.argsort(-scores, kind="stable")]
    kept = []
    while len(boxes):
        best = boxes[0]
        kept.append(best)
        shared = np.clip(np.minimum(boxes[:, 2:], best[2:]) - np.maximum(boxes[:, :2], best[:2]), 0, None).prod(axis=1)
        areas = (boxes[:, 2:] - boxes[:, :2]).prod(axis=1)
        boxes = boxes[shared / np.maximum(areas + areas[0] - shared, 1e-9) <= MAX_OVERLAP]
    return np.array(kept).reshape(-1, 4)
