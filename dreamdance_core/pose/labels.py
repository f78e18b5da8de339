"""The number of each person, drawn beside the head."""

from __future__ import annotations

import cv2
import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from ..types import PoseTrack
from .keypoints import BODY, visible


def number_people(frames: Float[Tensor, "T H W 3"], track: PoseTrack) -> Float[Tensor, "T H W 3"]:
    """The frames with 1, 2, … written over each person's head; as they are when there is one person only."""
    if track.xy.shape[1] < 2:
        return frames
    height, width = frames.shape[1:3]
    scale = np.array([width / track.width, height / track.height])
    xy, seen = track.xy.double().numpy() * scale, visible(track).numpy()
    size = max(min(width, height) / 400, 0.4)
    out = (frames.detach().cpu().clamp(0, 1) * 255).round().byte().numpy()
    for t, p in zip(*np.nonzero(seen[..., BODY].any(-1)), strict=True):
        points = xy[t, p, BODY][seen[t, p, BODY]]
        top = points[points[:, 1].argmin()]
        (w, h), _ = cv2.getTextSize(str(p + 1), cv2.FONT_HERSHEY_SIMPLEX, size, max(round(2 * size), 1))
        x = int(np.clip(top[0] - w / 2, 0, max(width - w, 0)))
        y = int(np.clip(top[1] - 12 * size, h, height - 1))
        for colour, thick in (((0, 0, 0), 5), ((255, 255, 255), 2)):
            cv2.putText(out[t], str(p + 1), (x, y), cv2.FONT_HERSHEY_SIMPLEX, size, colour, max(round(thick * size), 1),
                        cv2.LINE_AA)  # fmt: skip
    return torch.from_numpy(out).float().div_(255)
