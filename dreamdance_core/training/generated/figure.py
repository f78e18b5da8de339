"""A moving figure: joints in space over time, and the whole-body keypoints that a camera sees of it.

Lengths are in body heights, the figure stands at the origin of its own frame (+X to its left, +Y down, looking to -Z).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float

from ...types import PoseTrack
from ..degrade.dice import Dice

HIP, NECK, HEAD = 0.50, 0.82, 0.905  # heights above the ground
HEAD_RADIUS = 0.08
SHOULDER, PELVIS = 0.095, 0.055  # half widths
UPPER_ARM, FOREARM, HAND = 0.155, 0.145, 0.065
THIGH, SHIN, FOOT, ANKLE = 0.235, 0.23, 0.085, 0.035
_FACING = 0.15  # cosine towards the camera below which a point of the face counts as hidden

Points = Float[np.ndarray, "T 3"]


@dataclass(frozen=True, kw_only=True)
class Motion:
    """Joint angles in radians over time, each (T,); sides are (left, right)."""

    yaw: np.ndarray
    lean: np.ndarray
    sway: np.ndarray  # body heights to the left
    nod: np.ndarray
    raises: tuple[np.ndarray, np.ndarray]  # arms, sideways
    swings: tuple[np.ndarray, np.ndarray]  # arms, forwards
    elbows: tuple[np.ndarray, np.ndarray]
    spreads: tuple[np.ndarray, np.ndarray]  # legs, sideways
    strides: tuple[np.ndarray, np.ndarray]  # legs, forwards
    knees: tuple[np.ndarray, np.ndarray]


def random_motion(count: int, fps: float, dice: Dice) -> Motion:
    """A walk on the spot, a wave or a dance, of its own tempo."""
    time = np.arange(count) / fps
    tempo = dice.uniform(0.5, 1.3)  # Hz
    kind = dice.pick(("walk", "dance", "dance", "wave"))

    def swing(middle: float, reach: float, phase: float | None = None, speed: float = 1.0) -> np.ndarray:
        phase = dice.uniform(0.0, 2 * np.pi) if phase is None else phase
        return middle + reach * np.sin(2 * np.pi * tempo * speed * time + phase)

    step = dice.uniform(0.0, 2 * np.pi)
    turn = dice.uniform(-0.9, 0.9)
    if kind == "walk":
        stride, arm = dice.uniform(0.3, 0.55), dice.uniform(0.3, 0.7)
        legs = tuple(swing(0.0, stride, step + side * np.pi) for side in (0, 1))
        knees = tuple(swing(0.35, 0.35, step + side * np.pi - 1.2) for side in (0, 1))
        swings = tuple(swing(0.0, arm, step + (1 - side) * np.pi) for side in (0, 1))
        raises = tuple(swing(0.15, 0.05) for _ in (0, 1))
        elbows = tuple(swing(0.5, 0.2, step + (1 - side) * np.pi) for side in (0, 1))
    else:
        high = 2.6 if kind == "dance" else 0.6
        legs = tuple(swing(0.0, dice.uniform(0.0, 0.35)) for _ in (0, 1))
        knees = tuple(swing(0.25, dice.uniform(0.0, 0.25)) for _ in (0, 1))
        swings = tuple(swing(dice.uniform(-0.2, 0.6), dice.uniform(0.1, 0.6)) for _ in (0, 1))
        raises = tuple(swing(dice.uniform(0.3, high), dice.uniform(0.1, 0.5)) for _ in (0, 1))
        elbows = tuple(swing(dice.uniform(0.2, 1.4), dice.uniform(0.1, 0.6)) for _ in (0, 1))
        if kind == "wave":
            raises = (raises[0], swing(2.4, 0.25))
            elbows = (elbows[0], swing(0.7, 0.5, speed=2.0))
    return Motion(
        yaw=swing(turn, dice.uniform(0.0, 0.5), speed=0.5),
        lean=swing(0.0, 0.1),
        sway=swing(0.0, dice.uniform(0.0, 0.08), speed=0.5),
        nod=swing(0.0, 0.15),
        raises=raises,
        swings=swings,
        elbows=tuple(np.clip(angle, 0.0, 2.4) for angle in elbows),
        spreads=tuple(swing(0.08, dice.uniform(0.0, 0.12)) for _ in (0, 1)),
        strides=legs,
        knees=tuple(np.clip(angle, 0.0, 1.6) for angle in knees),
    )


def _turned(vectors: np.ndarray, angle: np.ndarray, axis: int) -> np.ndarray:
    """Vectors (T,...,3) turned about a coordinate axis, right-handed."""
    a, b = [(1, 2), (2, 0), (0, 1)][axis]
    shape = (-1,) + (1,) * (vectors.ndim - 2)
    c, s = np.cos(angle).reshape(shape), np.sin(angle).reshape(shape)
    out = vectors.copy()
    out[..., a] = c * vectors[..., a] - s * vectors[..., b]
    out[..., b] = s * vectors[..., a] + c * vectors[..., b]
    return out


def _limb(count: int, outwards: np.ndarray, forwards: np.ndarray, bend: np.ndarray, side: int) -> tuple[Points, Points]:
    """Directions of both halves of an arm or leg that hangs down at angles of zero; side 1 = left, -1 = right."""
    down = np.tile([0.0, 1.0, 0.0], (count, 1))

    def placed(bent: np.ndarray) -> Points:
        # +Y turned about Z goes to -X, about X to +Z: the left arm rises to +X, forwards is -Z.
        return _turned(_turned(_turned(down, -bent, 0), -side * outwards, 2), -forwards, 0)

    return placed(np.zeros(count)), placed(bend)


def joints(motion: Motion, at: Float[np.ndarray, "3"]) -> dict[str, Points]:
    """Every joint in the world, the lower foot on the ground at `at`.

    Names: hip, neck, head; with _l and _r: shoulder, elbow, wrist, hand, pelvis, knee, ankle, toe.
    """
    count = len(motion.yaw)
    zero = np.zeros((count, 3))
    up = _turned(np.tile([0.0, -1.0, 0.0], (count, 1)), motion.lean, 2)
    found = {"hip": zero, "neck": up * (NECK - HIP), "head": up * (HEAD - HIP)}
    aside = _turned(np.tile([1.0, 0.0, 0.0], (count, 1)), motion.lean, 2)
    for index, (name, side) in enumerate((("l", 1), ("r", -1))):
        shoulder = found["neck"] + side * SHOULDER * aside + 0.02 * -up
        upper, lower = _limb(count, motion.raises[index], motion.swings[index], motion.elbows[index], side)
        elbow = shoulder + UPPER_ARM * upper
        wrist = elbow + FOREARM * lower
        pelvis = side * PELVIS * aside
        # A knee bends backwards.
        thigh, shin = _limb(count, motion.spreads[index], motion.strides[index], -motion.knees[index], side)
        knee = pelvis + THIGH * thigh
        ankle = knee + SHIN * shin
        toe = ankle + np.tile([0.15 * side * FOOT, ANKLE * 0.6, -FOOT], (count, 1))
        places = (shoulder, elbow, wrist, wrist + HAND * lower, pelvis, knee, ankle, toe)
        names = ("shoulder", "elbow", "wrist", "hand", "pelvis", "knee", "ankle", "toe")
        found |= {f"{part}_{name}": place for part, place in zip(names, places, strict=True)}
    low = np.maximum(found["ankle_l"][:, 1], found["ankle_r"][:, 1]) + ANKLE
    shift = np.stack([motion.sway, -low, np.zeros(count)], -1)
    # The figure looks to -Z; a yaw turns it about the vertical.
    return {name: _turned(place, motion.yaw, 1) + shift + at for name, place in found.items()}


def _face_plan() -> Float[np.ndarray, "68 2"]:
    """The 68 points on the front of the head, in head radii: right, down."""
    jaw = np.linspace(np.pi, 0, 17)
    points = [np.stack([0.85 * np.cos(jaw), 0.1 + 0.8 * np.sin(jaw)], -1)]
    for middle in (-0.38, 0.38):
        points.append(np.stack([middle + np.linspace(-0.2, 0.2, 5), np.full(5, -0.22)], -1))
    points.append(np.stack([np.zeros(4), np.linspace(-0.05, 0.22, 4)], -1))
    points.append(np.stack([np.linspace(-0.1, 0.1, 5), np.full(5, 0.3)], -1))
    ring = np.linspace(np.pi, -np.pi, 7)[:-1]
    for middle in (-0.38, 0.38):
        points.append(np.stack([middle + 0.13 * np.cos(ring), -0.02 - 0.07 * np.sin(ring)], -1))
    for width, high, count in ((0.24, 0.09, 12), (0.15, 0.03, 8)):
        lips = np.linspace(np.pi, -np.pi, count + 1)[:-1]
        points.append(np.stack([width * np.cos(lips), 0.55 - high * np.sin(lips)], -1))
    return np.concatenate(points)


_HAND_FAN = np.array([[0.0, 0.0]] + [[f, r] for f in (-0.5, -0.25, 0.0, 0.25, 0.5) for r in (0.4, 0.6, 0.8, 1.0)])


def _on_head(plan: np.ndarray, motion: Motion, head: Points) -> tuple[np.ndarray, np.ndarray]:
    """Places (T,N,3) of a plan (N,2) on the ball of the head, and the way (T,N,3) each faces."""
    deep = np.sqrt(np.clip(1 - (plan**2).sum(-1), 0, 1))
    # Seen from the front the figure's left is on the right of the picture: +X.
    local = np.tile(np.concatenate([plan, -deep[:, None]], -1), (len(head), 1, 1))
    faced = _turned(_turned(local, motion.nod, 0), motion.yaw, 1)
    return head[:, None] + HEAD_RADIUS * faced, faced


def whole_body(motion: Motion, placed: dict[str, Points]) -> tuple[Float[np.ndarray, "T 133 3"], np.ndarray]:
    """COCO-WholeBody's points in the world, and the way each faces (T,133,3); zero where all sides see it."""
    count = len(motion.yaw)
    points, faced = np.zeros((count, 133, 3)), np.zeros((count, 133, 3))
    features = np.array([[0.0, 0.25], [0.38, -0.02], [-0.38, -0.02], [0.97, 0.05], [-0.97, 0.05]])
    points[:, :5], faced[:, :5] = _on_head(features, motion, placed["head"])
    for start, part in ((5, "shoulder"), (7, "elbow"), (9, "wrist"), (11, "pelvis"), (13, "knee"), (15, "ankle")):
        points[:, start], points[:, start + 1] = placed[f"{part}_l"], placed[f"{part}_r"]
    for start, side in ((17, "l"), (20, "r")):
        toe, ankle = placed[f"toe_{side}"], placed[f"ankle_{side}"]
        out = np.array([0.15 * FOOT, 0, 0])
        points[:, start], points[:, start + 1] = toe, toe + (out if side == "l" else -out)
        points[:, start + 2] = ankle - 0.3 * (toe - ankle)
    points[:, 23:91], faced[:, 23:91] = _on_head(_face_plan(), motion, placed["head"])
    for start, side in ((91, "l"), (112, "r")):
        wrist, tip = placed[f"wrist_{side}"], placed[f"hand_{side}"]
        along = tip - wrist
        across = np.cross(along, [0.0, 0.0, 1.0])
        fan = across[:, None] * _HAND_FAN[:, :1] * _HAND_FAN[:, 1:] + along[:, None] * _HAND_FAN[:, 1:]
        points[:, start : start + 21] = wrist[:, None] + fan
    return points, faced


def seen_pose(
    points: Float[np.ndarray, "T 133 3"],
    faced: Float[np.ndarray, "T 133 3"],
    w2c: Float[np.ndarray, "T 4 4"],
    K: Float[np.ndarray, "3 3"],
    size: tuple[int, int],
) -> PoseTrack:
    """The keypoints in px; those behind the head or outside the picture are missing. size: width, height."""
    inside = np.einsum("tij,tnj->tni", w2c[:, :3, :3], points) + w2c[:, None, :3, 3]
    xy = inside[..., :2] / inside[..., 2:] * [K[0, 0], K[1, 1]] + [K[0, 2], K[1, 2]]
    way = np.einsum("tij,tnj->tni", w2c[:, :3, :3], faced)
    towards = -(way * inside).sum(-1) / np.linalg.norm(inside, axis=-1)
    seen = (towards > _FACING) | (faced == 0).all(-1)
    seen &= ((xy >= 0) & (xy < size)).all(-1)
    return PoseTrack(
        xy=torch.from_numpy(xy).float()[:, None],
        score=torch.from_numpy(seen).float()[:, None],
        width=size[0],
        height=size[1],
    )
