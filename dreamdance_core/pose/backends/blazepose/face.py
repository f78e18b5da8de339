"""The face: found by the face detector about the body's head, then 468 mesh points, of which 68 are kept."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from .body import Body, sigmoid
from .detect import FACE_DETECTOR, Network, detect
from .roi import Roi, angle_of, crop, roi_of_box, to_picture

SIDE = 192  # pixels of the landmark network's input
MIN_PRESENCE = 0.5
# iBUG 68 from the mesh: jaw from the picture's left, brows, nose bridge, nostrils, eyes, outer and inner lips.
MESH_TO_68 = (
    127, 234, 93, 132, 58, 136, 150, 176, 152, 400, 379, 365, 288, 361, 323, 454, 356,
    70, 63, 105, 66, 107, 336, 296, 334, 293, 300,
    168, 197, 5, 4, 98, 97, 2, 326, 327,
    33, 160, 158, 133, 153, 144, 362, 385, 387, 263, 373, 380,
    61, 39, 37, 0, 267, 269, 291, 405, 314, 17, 84, 181,
    78, 82, 13, 312, 308, 317, 14, 87,
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Face:
    mesh: Float[np.ndarray, "468 2"]  # picture pixels
    presence: float

    def roi(self) -> Roi:
        """Where to look in the next frame, upright along the eyes."""
        m = self.mesh
        return roi_of_box(m.min(axis=0), m.max(axis=0), angle_of(m[33], m[263], 0.0), scale=1.5)


def find_face(frame: Float[np.ndarray, "H W 3"], roi: Roi, network: Network) -> Face | None:
    """The face inside `roi`, or None where the network sees none."""
    rows, flag = network(crop(frame, roi, SIDE))[:2]
    presence = float(sigmoid(flag).reshape(()))
    if presence < MIN_PRESENCE:
        return None
    return Face(mesh=to_picture(roi, rows.reshape(468, 3)[:, :2] / SIDE), presence=presence)


def head_roi(body: Body) -> Roi:
    """A generous square about the body's face points, upright along the eyes."""
    points = body.points[:11]
    return roi_of_box(points.min(axis=0), points.max(axis=0), angle_of(body.points[5], body.points[2], 0.0), scale=3.0)


def belongs(face: Face, body: Body) -> bool:
    """Whether the mesh sits on this body's head: nose tips closer than half the mesh's width."""
    width = np.ptp(face.mesh[:, 0])
    return bool(np.linalg.norm(face.mesh[4] - body.points[0]) < 0.6 * max(width, 1.0))


def follow_face(
    frame: Float[np.ndarray, "H W 3"], body: Body, before: Face | None, networks: tuple[Network, Network]
) -> Face | None:
    """The face of `body`, or None; networks: face detection, face landmarks."""
    detector, network = networks
    if before is not None:
        face = find_face(frame, before.roi(), network)
        if face is not None and belongs(face, body):
            return face
    found = detect(frame, head_roi(body), detector, FACE_DETECTOR)
    for box, keypoints in zip(found.boxes[:1], found.keypoints[:1], strict=True):
        roi = roi_of_box(box[:2], box[2:], angle_of(keypoints[0], keypoints[1], 0.0), scale=1.5)
        face = find_face(frame, roi, network)
        if face is not None and belongs(face, body):
            return face
    return None
