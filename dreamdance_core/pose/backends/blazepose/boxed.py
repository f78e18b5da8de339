"""One person inside a known box: the way to drawn characters, whom the detector alone often misses."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from .body import Body, find_body, roi_of_alignment
from .detect import POSE_DETECTOR, detect
from .nets import Networks
from .roi import Roi

_TORSO_AND_LIMBS = [11, 12, 13, 14, 15, 16, 23, 24, 25, 26, 27, 28]


def regions(frame: Float[np.ndarray, "H W 3"], box: Float[np.ndarray, "4"], networks: Networks) -> list[Roi]:
    """Regions worth trying: what the detector says in crops of several sizes, and guesses from the box alone: the whole
    figure, or the upper 1/1.35 or half of a figure whose legs are out of the picture."""
    width, height = box[2:] - box[:2]
    x, y = (box[:2] + box[2:]) / 2
    found = []
    for scale in (1.1, 1.5, 2.2):
        crop_roi = Roi(float(x), float(y), float(max(width, height)) * scale)
        near = detect(frame, crop_roi, networks.pose_detection, POSE_DETECTOR)
        found += [roi_of_alignment(k[0], k[1]) for k in near.keypoints[:2]]
    for stretch in (1.0, 1.35, 2.0):
        full = float(height) * stretch
        hips = float(box[1]) + 0.53 * full
        found += [Roi(float(x), hips, max(full, float(width)) * scale) for scale in (1.1, 1.35)]
    return found


def plausibility(body: Body, box: Float[np.ndarray, "4"]) -> float:
    """How well a body explains the box: trust in its joints, joints inside the box, head near the box's top."""
    height = box[3] - box[1]
    margin = 0.05 * height
    points = body.points[:33]
    within = ((points > box[:2] - margin) & (points < box[2:] + margin)).all(axis=1)
    trusted = body.score[_TORSO_AND_LIMBS]
    seen = body.score > 0.3
    agreement = float(within[seen].mean()) if seen.any() else 0.0
    shoulders, hips = points[11:13].mean(axis=0), points[23:25].mean(axis=0)
    torso = float(np.linalg.norm(hips - shoulders))
    head_gap = abs(float(points[:11, 1].mean()) - float(box[1])) / height  # eyes lie a little under the top
    upright = 1.0 if points[:11, 1].mean() < shoulders[1] < hips[1] else 0.5
    sound = 1.0 if 0.1 * height < torso < 0.8 * height else 0.3
    return body.presence * (0.3 + float(trusted.mean())) * agreement**2 * upright * sound * np.exp(-head_gap)


def find_in_box(frame: Float[np.ndarray, "H W 3"], box: Float[np.ndarray, "4"], networks: Networks) -> Body | None:
    """The most plausible body inside `box` (x0, y0, x1, y1 px) over several crops and their mirror images, or None."""
    best, best_value = None, 0.0
    for roi in regions(frame, box, networks):
        for mirror in (False, True):
            body = find_body(frame, roi, networks.pose_landmark, mirror=mirror)
            for _ in range(2):
                if body is None:
                    break
                value = plausibility(body, box)
                if value > best_value:
                    best, best_value = body, value
                body = find_body(frame, body.roi(), networks.pose_landmark, mirror=mirror)
    return best
