"""From BlazePose's 33 body landmarks, 21 hand landmarks and the face mesh to the 133 points of COCO-WholeBody."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from ...keypoints import FACE, LEFT_HAND, POINTS, RIGHT_HAND
from .body import inside
from .face import MESH_TO_68
from .people import Person

BODY_FROM_33 = (0, 2, 5, 7, 8, 11, 12, 13, 14, 15, 16, 23, 24, 25, 26, 27, 28)
_WRIST = {"left": 15, "right": 16}
FEET_FROM_33 = {17: 31, 19: 29, 20: 32, 22: 30}  # big toes and heels; the small toes are not among the 33


def whole_body(person: Person, width: int, height: int) -> tuple[Float[np.ndarray, "133 2"], Float[np.ndarray, "133"]]:
    """Points (picture pixels) and scores of one person in one frame."""
    xy, score = np.zeros((POINTS, 2), np.float32), np.zeros(POINTS, np.float32)
    rows = [*range(17), *FEET_FROM_33]
    source = [*BODY_FROM_33, *FEET_FROM_33.values()]
    xy[rows], score[rows] = person.body.points[source], person.body.score[source]
    for side, part in (("left", LEFT_HAND), ("right", RIGHT_HAND)):
        hand = person.hands.get(side)
        if hand is not None:
            trust = hand.presence * person.body.score[_WRIST[side]]
            xy[part], score[part] = hand.points, trust * inside(hand.points, width, height)
    if person.face is not None:
        points = person.face.mesh[list(MESH_TO_68)]
        xy[FACE], score[FACE] = points, person.face.presence * inside(points, width, height)
    return xy, score
