"""Single-shot detection: anchors, decoding and score-weighted suppression of the published detection graphs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from jaxtyping import Float

from .roi import Roi, crop, to_picture

Network = Callable[[Float[np.ndarray, "side side 3"]], tuple[np.ndarray, ...]]


@dataclass(frozen=True, kw_only=True)
class DetectorSpec:
    """One published detector: its picture, its anchor grid and its output row (box centre, box size, keypoints)."""

    side: int  # pixels of the square input
    strides: tuple[int, ...]  # one anchor layer each; layers of one stride share cells
    anchors_per_layer: int
    signed: bool  # input in [-1,1] instead of [0,1]
    min_score: float


POSE_DETECTOR = DetectorSpec(side=224, strides=(8, 16, 32, 32, 32), anchors_per_layer=2, signed=True, min_score=0.5)
PALM_DETECTOR = DetectorSpec(side=192, strides=(8, 16, 16, 16), anchors_per_layer=2, signed=False, min_score=0.5)
FACE_DETECTOR = DetectorSpec(side=128, strides=(8, 16, 16, 16), anchors_per_layer=2, signed=True, min_score=0.5)


@dataclass(frozen=True, kw_only=True)
class Detections:
    """What a detector found, best first; picture pixels."""

    boxes: Float[np.ndarray, "N 4"]  # x0, y0, x1, y1
    keypoints: Float[np.ndarray, "N P 2"]
    scores: Float[np.ndarray, "N"]

    def __len__(self) -> int:
        return len(self.scores)


@lru_cache
def anchor_centres(spec: DetectorSpec) -> Float[np.ndarray, "N 2"]:
    """Anchor centres in the unit square, in the networks' output order: by stride, row, column, anchor."""
    centres = []
    for stride in sorted(set(spec.strides)):
        cells = int(np.ceil(spec.side / stride))
        axis = (np.arange(cells) + 0.5) / cells
        y, x = np.meshgrid(axis, axis, indexing="ij")
        per_cell = spec.strides.count(stride) * spec.anchors_per_layer
        centres.append(np.repeat(np.stack([x, y], axis=-1).reshape(-1, 2), per_cell, axis=0))
    return np.concatenate(centres)


def decode(
    rows: Float[np.ndarray, "N D"],
    logits: Float[np.ndarray, "N"],
    centres: Float[np.ndarray, "N 2"],
    spec: DetectorSpec,
) -> tuple[Float[np.ndarray, "M P2 2"], Float[np.ndarray, "M"]]:
    """Points (box low and high corner, then the keypoints; unit square) and scores of rows above the least score."""
    scores = 1 / (1 + np.exp(-np.clip(logits, -60, 60)))
    keep = scores >= spec.min_score
    points = rows[keep].reshape(int(keep.sum()), rows.shape[1] // 2, 2) / spec.side
    half, centre = points[:, 1] / 2, points[:, 0] + centres[keep]
    keypoints = points[:, 2:] + centres[keep][:, None]
    return np.concatenate([(centre - half)[:, None], (centre + half)[:, None], keypoints], axis=1), scores[keep]


def overlap(boxes: Float[np.ndarray, "N 4"], box: Float[np.ndarray, "4"]) -> Float[np.ndarray, "N"]:
    """Intersection over union of each box with `box` (x0, y0, x1, y1)."""
    sides = np.clip(np.minimum(boxes[:, 2:], box[2:]) - np.maximum(boxes[:, :2], box[:2]), 0, None)
    shared = sides.prod(axis=1)
    area = np.clip(boxes[:, 2:] - boxes[:, :2], 0, None).prod(axis=1)
    union = area + np.clip(box[2:] - box[:2], 0, None).prod() - shared
    return shared / np.maximum(union, 1e-9)


def merge_overlapping(
    points: Float[np.ndarray, "N P 2"], scores: Float[np.ndarray, "N"], min_overlap: float = 0.3
) -> tuple[Float[np.ndarray, "M P 2"], Float[np.ndarray, "M"]]:
    """Weighted suppression: each best detection becomes the score-weighted mean of all that overlap it. Best first."""
    order = np.argsort(-scores, kind="stable")
    points, scores = points[order], scores[order]
    merged, best = [], []
    while len(scores):
        same = overlap(points[:, :2].reshape(-1, 4), points[0, :2].reshape(4)) > min_overlap
        same[0] = True
        merged.append(np.average(points[same], axis=0, weights=scores[same]))
        best.append(scores[0])
        points, scores = points[~same], scores[~same]
    return np.array(merged).reshape(-1, *points.shape[1:]), np.array(best)


def detect(frame: Float[np.ndarray, "H W 3"], roi: Roi, network: Network, spec: DetectorSpec) -> Detections:
    """Everything the detector sees inside `roi`, in picture pixels, best first."""
    patch = crop(frame, roi, spec.side)
    rows, logits = network(patch * 2 - 1 if spec.signed else patch)[:2]
    points, scores = decode(rows[0], logits[0, :, 0], anchor_centres(spec), spec)
    points, scores = merge_overlapping(points, scores)
    shape = points.shape[:2]
    pixels = to_picture(roi, points.reshape(-1, 2)).reshape(*shape, 2)
    low, high = pixels[:, :2].min(axis=1), pixels[:, :2].max(axis=1)  # a turned roi turns the corners
    return Detections(boxes=np.concatenate([low, high], axis=1), keypoints=pixels[:, 2:], scores=scores)
