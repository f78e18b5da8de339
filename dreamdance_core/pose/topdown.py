"""Top-down pose networks: a patch about each person's box, one pose per patch, back into the picture."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from ..runtime import Runtime
from ..types import PoseTrack
from .keypoints import POINTS

PADDING = 1.25  # of the box, about its centre
BATCH = 8  # patches a call

# Frame (H,W,3) -> boxes (N,4), x0, y0, x1, y1 px.
Detector = Callable[[Float[np.ndarray, "H W 3"]], Float[np.ndarray, "N 4"]]
# Patches (N,h,w,3) RGB in [0,1] -> points (N,K,2) in patch pixels, scores (N,K) in [0,1]; K = 17 or 133.
PoseNet = Callable[[Float[np.ndarray, "N h w 3"]], tuple[np.ndarray, np.ndarray]]


def padded(box: Float[np.ndarray, "4"], aspect: float) -> Float[np.ndarray, "4"]:
    """Centre x, y and width, height (px) of the padded box, grown to width : height = aspect."""
    width, height = np.maximum(box[2:] - box[:2], 1.0)
    width, height = max(width, height * aspect), max(height, width / aspect)
    return np.array([*(box[:2] + box[2:]) / 2, width * PADDING, height * PADDING])


def patch_of(
    frame: Float[np.ndarray, "H W 3"], region: Float[np.ndarray, "4"], size: tuple[int, int]
) -> Float[np.ndarray, "h w 3"]:
    """What the picture shows in a region (see padded), size = (width, height) px; black outside the picture."""
    width, height = size
    scale = region[2:] / [width, height]
    # OpenCV counts from the centre of the first pixel, boxes from its corner.
    start = region[:2] - region[2:] / 2 + 0.5 * scale - 0.5
    matrix = np.array([[scale[0], 0, start[0]], [0, scale[1], start[1]]])
    return cv2.warpAffine(frame, matrix, (width, height), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)


def to_frame(
    points: Float[np.ndarray, "K 2"], region: Float[np.ndarray, "4"], size: tuple[int, int]
) -> Float[np.ndarray, "K 2"]:
    """Points from patch pixels to picture pixels (centres of pixels at +0.5 in both)."""
    return points / np.array(size) * region[2:] + region[:2] - region[2:] / 2


class TopDown:
    """Everybody's pose in a clip: boxes by a detector or as given, one patch and one pose per box."""

    def __init__(self, detector: Detector, network: PoseNet, size: tuple[int, int], run: Runtime) -> None:
        self.detector, self.network, self.size, self.run = detector, network, size, run

    def __call__(self, frames: Float[Tensor, "T H W 3"], boxes: Float[Tensor, "T 4"] | None = None) -> PoseTrack:
        """Raw keypoints in picture pixels; people stand in the detector's order, which may change from frame to frame.

        boxes: x0, y0, x1, y1 px of the one person in each frame, instead of the detector; empty = nobody is there.
        """
        total, height, width = frames.shape[:3]
        poses: list[tuple[int, np.ndarray, np.ndarray]] = []  # frame, points, scores
        waiting: list[tuple[int, np.ndarray, np.ndarray]] = []  # frame, region, patch
        for t in range(total):
            frame = np.ascontiguousarray(frames[t].detach().cpu().numpy(), dtype=np.float32)
            here = self.detector(frame) if boxes is None else _filled(boxes[t].cpu().numpy()[None])
            for box in here:
                region = padded(box.astype(np.float64), self.size[0] / self.size[1])
                waiting.append((t, region, patch_of(frame, region, self.size)))
            while len(waiting) >= BATCH or (waiting and t == total - 1):
                poses += self._solve(waiting[:BATCH])
                waiting = waiting[BATCH:]
                self.run.report(t, total)
            self.run.report(t + 1, total)
        return _track(poses, total, width, height)

    def _solve(self, batch: list[tuple[int, np.ndarray, np.ndarray]]) -> list[tuple[int, np.ndarray, np.ndarray]]:
        points, scores = self.network(np.stack([patch for _, _, patch in batch]))
        return [
            (t, to_frame(own, region, self.size), score)
            for (t, region, _), own, score in zip(batch, points, scores, strict=True)
        ]


def _filled(boxes: Float[np.ndarray, "N 4"]) -> Float[np.ndarray, "M 4"]:
    """The boxes that hold anything."""
    return boxes[np.isfinite(boxes).all(axis=1) & (boxes[:, 2:] - boxes[:, :2] >= 2).all(axis=1)]


def _track(poses: list[tuple[int, np.ndarray, np.ndarray]], total: int, width: int, height: int) -> PoseTrack:
    counts = np.zeros(total, int)
    for t, _, _ in poses:
        counts[t] += 1
    people = int(counts.max(initial=0))
    xy, score = torch.zeros(total, people, POINTS, 2), torch.zeros(total, people, POINTS)
    counts[:] = 0
    for t, points, scores in poses:
        known = len(points)  # 17 or all 133
        inside = ((points >= 0) & (points <= [width, height])).all(axis=1)
        xy[t, counts[t], :known] = torch.from_numpy(points).float()
        score[t, counts[t], :known] = torch.from_numpy(np.clip(scores, 0, 1) * inside).float()
        counts[t] += 1
    return PoseTrack(xy=xy, score=score, width=width, height=height)
