"""True keypoints of a posed figure in COCO-WholeBody order (133 points)."""

import numpy as np
from body import Body, skin
from head import DEPTH_CENTRE, EYE_X, EYE_Z, NOSE_Z, head_point
from outfit import HEAD_DROP, HEAD_PIVOT, HEAD_SCALE

FEET = ["left_big_toe", "left_small_toe", "left_heel", "right_big_toe", "right_small_toe", "right_heel"]
HAND_BONES = ["wrist"] + [f"finger{f}-{k}" for f in range(1, 6) for k in (1, 2, 3, "tip")]


def _face_points() -> np.ndarray:
    """Nose, left eye, right eye, left ear, right ear of the painted head, (5,3) in the rest pose."""
    nose = [0.0, head_point(0.0, 0.23)[1], NOSE_Z]
    eyes = [[s * EYE_X, DEPTH_CENTRE - 0.085, EYE_Z] for s in (1, -1)]
    ears = [[s * 0.088, -0.055, 1.697] for s in (1, -1)]
    points = np.array([nose, *eyes, *ears])
    return HEAD_PIVOT + HEAD_SCALE * (points - HEAD_PIVOT) + HEAD_DROP


def _fingertip(body: Body, finger: int, side: str) -> np.ndarray:
    bone = f"finger{finger}-3.{side}"
    own = body.vertices[body.weights[:, body.bone(bone)] > 0.5]
    return own[np.argmax(np.linalg.norm(own - body.head(bone), axis=1))]


def keypoints(body: Body, transforms: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Posed keypoints (133,3) in the body's frame and whether each is known (133,); the 68 face landmarks are not."""
    points, known = np.zeros((133, 3)), np.zeros(133, bool)
    surface = skin(body.vertices, body.weights, transforms)
    regressed = dict(zip(body.coco_names, body.coco @ surface, strict=True))
    names = list(body.coco_names[:17])
    for k, name in enumerate(names):
        points[k] = regressed[name]
    for k, name in enumerate(FEET):
        points[17 + k] = regressed[name]
    head = transforms[body.bone("head")]
    points[:5] = _face_points() @ head[:, :3].T + head[:, 3]
    known[:23] = True
    for start, side in ((91, "L"), (112, "R")):
        for k, name in enumerate(HAND_BONES):
            tip = name.endswith("tip")
            bone = body.bone((name.replace("tip", "3") if tip else name) + "." + side)
            rest = _fingertip(body, int(name[6]), side) if tip else body.heads[bone]
            points[start + k] = transforms[bone][:, :3] @ rest + transforms[bone][:, 3]
        known[start : start + 21] = True
    return points, known
