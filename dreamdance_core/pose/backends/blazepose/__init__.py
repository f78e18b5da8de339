"""MediaPipe BlazePose with hands and face mesh (Google, Apache-2.0): pose_detection, pose_landmark_full,
palm_detection_full, hand_landmark_full, face_detection_short_range and face_landmark .tflite, as inside the wheel
mediapipe==0.10.21; run by ai-edge-litert on the CPU.

The published graphs (anchors, decoding, weighted suppression, regions of interest, landmark projection, tracking) are
re-implemented from their description: Bazarevsky et al. 2020 (BlazePose), Zhang et al. 2020 (MediaPipe Hands),
Kartynnik et al. 2019 (face mesh), and the graph files of google-ai-edge/mediapipe. People are told apart by number, in
the order in which they are met.
"""

from __future__ import annotations

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from ....runtime import Runtime
from ....types import PoseTrack
from .layout import whole_body
from .nets import Networks, published, random
from .people import MAX_DRIFT, Crowd, People, follow_back, with_details


class BlazePose:
    """Body, feet, face and hands of everybody in a clip."""

    def __init__(self, networks: Networks, run: Runtime, *, max_drift: float = MAX_DRIFT) -> None:
        self.networks, self.run, self.max_drift = networks, run, max_drift

    def __call__(self, frames: Float[Tensor, "T H W 3"], boxes: Float[Tensor, "T 4"] | None = None) -> PoseTrack:
        """Raw COCO-WholeBody keypoints in picture pixels; the person axis is stable while somebody is followed and has
        length 0 when nobody was found. Scores are visibility x presence, 0 where a point was not found, lies outside
        the picture or is not known to these networks (the small toes).

        boxes: (x0, y0, x1, y1) px of the one person to find in each frame, instead of the detector; an empty box means
        that nobody is there.
        """
        total, height, width = frames.shape[:3]

        def frame_at(t: int) -> np.ndarray:
            return np.ascontiguousarray(frames[t].detach().cpu().numpy(), dtype=np.float32)

        found: list[People] = []
        crowd = Crowd(self.networks, self.max_drift, tick=lambda: self.run.report(len(found), total))
        for t in range(total):
            frame = frame_at(t)
            bodies = crowd.step(frame, None if boxes is None else boxes[t].cpu().numpy().astype(np.float64))
            found.append(with_details(frame, bodies, found[-1] if found else {}, self.networks))
            self.run.report(t + 1, total)
        if boxes is None:
            follow_back(frame_at, found, self.networks, lambda: self.run.report(total, total))
        names = sorted({name for people in found for name in people})
        xy, score = torch.zeros(total, len(names), 133, 2), torch.zeros(total, len(names), 133)
        for t, people in enumerate(found):
            for name, person in people.items():
                points, values = whole_body(person, width, height)
                xy[t, names.index(name)], score[t, names.index(name)] = (
                    torch.from_numpy(points),
                    torch.from_numpy(values),
                )
        return PoseTrack(xy=xy, score=score, width=width, height=height)


def load(run: Runtime, *, threads: int = 2) -> BlazePose:
    """The published networks on `threads` CPU threads.

    Raises ImportError when ai-edge-litert is missing, FileNotFoundError when a weight file is.
    """
    return BlazePose(published(run, threads), run)


def tiny(seed: int = 0) -> BlazePose:
    """The same class over small random networks."""
    return BlazePose(random(seed), Runtime(), max_drift=float("inf"))  # random landmarks are never steady
