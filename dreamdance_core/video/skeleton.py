"""A character's bones at rest, and their motion from a pose track: rotations, limited stretches, joints held."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d, maximum_filter1d

from ..io.pose_files import FACE, LEFT_HAND, RIGHT_HAND, VISIBLE
from ..types import PoseTrack

# name: (parent, start, end) with COCO-WholeBody points; the trunk's three bones are made below.
BONES: dict[str, tuple[str, int, int]] = {
    "pelvis": ("", -1, -1),
    "chest": ("pelvis", -1, -1),
    "head": ("chest", -1, -1),
    "left_upper_arm": ("chest", 5, 7),
    "left_forearm": ("left_upper_arm", 7, 9),
    "left_hand": ("left_forearm", 9, -1),
    "right_upper_arm": ("chest", 6, 8),
    "right_forearm": ("right_upper_arm", 8, 10),
    "right_hand": ("right_forearm", 10, -1),
    "left_thigh": ("pelvis", 11, 13),
    "left_shin": ("left_thigh", 13, 15),
    "left_foot": ("left_shin", 15, -1),
    "right_thigh": ("pelvis", 12, 14),
    "right_shin": ("right_thigh", 14, 16),
    "right_foot": ("right_shin", 16, -1),
}
NAMES = tuple(BONES)
PARENT = np.array([NAMES.index(p) if p else -1 for p, _, _ in BONES.values()])
LIMBS = {  # layer name -> its bones, root first
    "left_leg": ("left_thigh", "left_shin", "left_foot"),
    "right_leg": ("right_thigh", "right_shin", "right_foot"),
    "left_arm": ("left_upper_arm", "left_forearm", "left_hand"),
    "right_arm": ("right_upper_arm", "right_forearm", "right_hand"),
}
_TIPS = {  # the far end of hands and feet: the middle of these points
    "left_hand": range(LEFT_HAND.start + 1, LEFT_HAND.stop),
    "right_hand": range(RIGHT_HAND.start + 1, RIGHT_HAND.stop),
    "left_foot": range(17, 19),
    "right_foot": range(20, 22),
}
STRETCH = (0.5, 1.6)  # limits of a bone's foreshortening
SHORT_GAP = 4  # frames over which a point that is out of sight still counts


def bone(name: str) -> int:
    return NAMES.index(name)


@dataclass(frozen=True, kw_only=True)
class Rig:
    """The bones at rest, in canvas pixels."""

    start: np.ndarray  # (B,2)
    end: np.ndarray  # (B,2)
    present: np.ndarray  # (B,) False: not seen in the reference, follows its parent
    unit: float  # shoulder width
    head: tuple[np.ndarray, float]  # centre and radius of the face's disc
    eyes: np.ndarray  # (2,) from the right eye to the left
    has_pelvis: bool
    shoulders: list[int]  # the points whose middle is the neck
    hips: list[int]  # the points whose middle is the pelvis


@dataclass(frozen=True, kw_only=True)
class Motion:
    """Per frame and bone: rest point x goes to start + R(angle) S (x - rest start), S = stretch along the bone."""

    angle: np.ndarray  # (T,B) radians, continuous between parent and child
    stretch: np.ndarray  # (T,B)
    scale: np.ndarray  # (T,) size of the whole character
    start: np.ndarray  # (T,B,2) canvas pixels


def _points(track: PoseTrack, scale: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    xy = track.xy[:, 0].double().numpy() * scale
    seen = (track.score[:, 0].numpy() >= VISIBLE) & np.isfinite(xy).all(-1)
    return np.where(seen[..., None], xy, 0.0), seen


def _mean(xy: np.ndarray, seen: np.ndarray, points: list[int]) -> np.ndarray | None:
    points = [p for p in points if seen[p]]
    return xy[points].mean(0) if points else None


def _unit(xy: np.ndarray, seen: np.ndarray) -> float:
    """Shoulder width in pixels, also for a character seen from the side."""
    lengths = [np.linalg.norm(xy[5] - xy[6])] if seen[5] and seen[6] else []
    lengths += [0.55 * np.linalg.norm(xy[a] - xy[b]) for a, b in ((5, 11), (6, 12)) if seen[a] and seen[b]]
    lengths += [0.9 * np.linalg.norm(xy[a] - xy[b]) for a, b in ((5, 7), (6, 8)) if seen[a] and seen[b]]
    return float(max(lengths, default=0.0))


def rest_rig(reference: PoseTrack, width: int, height: int) -> Rig:
    """The reference's bones in pixels of a width x height canvas. Raises ValueError when it shows no torso."""
    xy, seen = _points(reference, np.array([width / reference.width, height / reference.height]))
    xy, seen = xy[0], seen[0]
    shoulders, hips = ([p for p in pair if seen[p]] for pair in ((5, 6), (11, 12)))
    neck, unit = _mean(xy, seen, shoulders), _unit(xy, seen)
    if neck is None or unit < 2:
        raise ValueError(
            f"reference_pose must show a torso, got no shoulder with a score of {VISIBLE} or more (or all in one "
            "place); use a picture with a visible upper body, or correct its pose"
        )
    pelvis = _mean(xy, seen, hips)
    has_pelvis = pelvis is not None
    pelvis = neck + np.array([0.0, 1.5 * unit]) if pelvis is None else pelvis
    middle = (neck + pelvis) / 2
    for points, stand_in in (((5, 6), neck), ((11, 12), pelvis)):  # the trunk's corners are needed everywhere
        for p in points:
            xy[p] = xy[p] if seen[p] else stand_in

    head_points = [i for i in (*range(5), *range(FACE.start, FACE.stop)) if seen[i]]
    up = (neck - pelvis) / max(np.linalg.norm(neck - pelvis), 1e-6)
    centre = xy[head_points].mean(0) if head_points else neck + 0.7 * unit * up
    spread = np.linalg.norm(xy[head_points] - centre, axis=-1).max() if len(head_points) > 2 else 0.0
    radius = float(np.clip(1.15 * spread, 0.25 * unit, 0.9 * np.linalg.norm(centre - neck)))

    start, end, present = np.zeros((len(NAMES), 2)), np.zeros((len(NAMES), 2)), np.zeros(len(NAMES), bool)
    trunk = {"pelvis": (pelvis, middle), "chest": (middle, neck), "head": (neck + 0.2 * (centre - neck), centre)}
    for b, (name, (parent, a, c)) in enumerate(BONES.items()):
        if name in trunk:
            start[b], end[b] = trunk[name]
            present[b] = True
        elif c >= 0:
            start[b], end[b] = xy[a], xy[c]
            present[b] = seen[a] and seen[c] and (PARENT[b] < 3 or present[PARENT[b]])
        else:  # a hand or a foot
            p = bone(parent)
            tip = _mean(xy, seen, list(_TIPS[name]))
            along = end[p] - start[p]
            start[b], present[b] = xy[a], present[p]
            end[b] = (
                tip if tip is not None else xy[a] + (0.25 * along if "hand" in name else 0.15 * unit * np.array([0, 1]))
            )
    eyes = xy[1] - xy[2] if seen[1] and seen[2] else np.array([0.4 * unit, 0.0])
    return Rig(
        start=start, end=end, present=present, unit=unit, head=(centre, radius), eyes=eyes, has_pelvis=has_pelvis,
        shoulders=shoulders, hips=hips or [11, 12],
    )  # fmt: skip


def _held(values: np.ndarray, known: np.ndarray) -> np.ndarray | None:
    """(T,2) with gaps interpolated over time and the ends held; None when nothing is known."""
    if not known.any():
        return None
    t = np.arange(len(values))
    return np.stack([np.interp(t, t[known], values[known, c]) for c in (0, 1)], -1)


class _Track:
    """The driving points, gaps filled and smoothed over time."""

    def __init__(self, pose: PoseTrack, smoothing: float) -> None:
        self.xy, self.seen = _points(pose, np.ones(2))
        self.smoothing = smoothing

    def vector(self, a: list[int], b: list[int]) -> np.ndarray | None:
        """(T,2) from the middle of points a to the middle of points b; smoothing vectors lets short ones weigh less."""
        known = self.seen[:, a].all(1) & self.seen[:, b].all(1)
        return self._smooth(_held(self.xy[:, b].mean(1) - self.xy[:, a].mean(1), known))

    def point(self, a: list[int]) -> np.ndarray | None:
        return self._smooth(_held(self.xy[:, a].mean(1), self.seen[:, a].all(1)))

    def trust(self, a: list[int]) -> np.ndarray:
        """(T,) 1 where all points are seen or were a moment ago, falling softly to 0 where their place is only held."""
        known = self.seen[:, a].all(1).astype(float)
        near = maximum_filter1d(known, 2 * SHORT_GAP + 1)
        return gaussian_filter1d(near, SHORT_GAP / 2, mode="nearest") * near

    def _smooth(self, values: np.ndarray | None) -> np.ndarray | None:
        if values is None or self.smoothing <= 0 or len(values) < 3:
            return values
        return gaussian_filter1d(values, self.smoothing, axis=0, mode="nearest")


def _turn(vector: np.ndarray, rest: np.ndarray) -> np.ndarray:
    """(T,) angle from the rest vector to each vector, radians in (-pi, pi]."""
    cross = rest[0] * vector[..., 1] - rest[1] * vector[..., 0]
    return np.arctan2(cross, vector @ rest)


def _wrap(angle: np.ndarray, centre: float = 0.0) -> np.ndarray:
    return np.angle(np.exp(1j * (angle - centre))) + centre


def _tilt(vector: np.ndarray | None, rest: np.ndarray, axis: np.ndarray, limit: float) -> np.ndarray:
    """(T,) how far a left-right line leans against the trunk's axis; nothing where it is seen end-on or from behind."""
    if vector is None or np.linalg.norm(rest) < 1e-3:
        return np.zeros_like(axis)
    turn = _wrap(_turn(vector, rest) - axis)
    length = np.linalg.norm(vector, axis=-1) / max(np.linalg.norm(rest), 1e-6)
    trust = np.clip((length - 0.3) / 0.4, 0, 1) * (np.abs(turn) < np.pi / 2)
    return np.clip(turn * trust, -limit, limit)


def _angles(rig: Rig, track: _Track) -> np.ndarray:
    """(T,B) rotation of every bone against its rest, radians."""
    rest = rig.end - rig.start
    frames = len(track.xy)
    angle = np.zeros((frames, len(NAMES)))
    spine = track.vector(rig.hips, rig.shoulders)
    spine_rest = rest[0] + rest[1]
    if spine is not None and rig.has_pelvis:
        axis = np.clip(_turn(spine, spine_rest), -1.9, 1.9)
    else:
        axis = np.zeros(frames)
    shoulders = _tilt(track.vector([6], [5]), rig.start[3] - rig.start[6], axis, 0.45)
    hips = _tilt(track.vector([12], [11]), rig.start[9] - rig.start[12], axis, 0.35) if rig.has_pelvis else axis * 0
    angle[:, 0] = axis + 0.5 * hips
    angle[:, 1] = axis + 0.5 * shoulders
    eyes = track.vector([2], [1])
    angle[:, 2] = angle[:, 1] + _tilt(eyes, rig.eyes, angle[:, 1], 0.6)
    for b, (name, (_, a, c)) in enumerate(BONES.items()):
        if b < 3:
            continue
        parent = angle[:, PARENT[b]]
        vector = track.vector([a], [c]) if c >= 0 else track.vector([a], list(_TIPS[name]))
        if vector is None or not rig.present[b]:
            angle[:, b] = parent
            continue
        limit = np.pi if c >= 0 else 0.9
        centre = 0.0
        if name.endswith("upper_arm"):
            # Measured from hanging down, an arm goes further outwards than across the body.
            outwards = -0.6 if name.startswith("left") else 0.6
            hanging = _wrap(_turn(rest[b : b + 1], np.array([0.0, 1.0])), outwards)
            centre = outwards - float(hanging[0])
        turn = _wrap(_turn(vector, rest[b]) - parent, centre)
        angle[:, b] = parent + np.clip(turn, centre - limit, centre + limit)
    return angle


def _lengths(rig: Rig, track: _Track) -> np.ndarray:
    """(T,B) length of each driven bone relative to its rest; nan where unknown."""
    ratio = np.full((len(track.xy), len(NAMES)), np.nan)
    rest = np.linalg.norm(rig.end - rig.start, axis=-1)
    for b, (_, a, c) in enumerate(BONES.values()):
        vector = track.vector([a], [c]) if c >= 0 else None
        if vector is not None and rig.present[b] and rest[b] > 1e-3:
            ratio[:, b] = np.linalg.norm(vector, axis=-1) / rest[b]
    spine = track.vector(rig.hips, rig.shoulders)
    if spine is not None and rig.has_pelvis:
        ratio[:, :2] = (np.linalg.norm(spine, axis=-1) / max(rest[0] + rest[1], 1e-3))[:, None]
    return ratio


def _sizes(ratio: np.ndarray, limits: tuple[float, float]) -> tuple[np.ndarray, np.ndarray]:
    """(T,) slow change of the whole size (walking nearer), and (T,B) stretch of each bone apart from it."""
    frames = len(ratio)
    known = ~np.isnan(ratio).all(0)
    if not known.any():
        return np.ones(frames), np.ones_like(ratio)
    size = np.log(np.maximum(np.nanquantile(ratio[:, known], 0.75, axis=1), 0.05))
    size = gaussian_filter1d(size, 8.0, mode="nearest") if frames > 3 else size
    # Small changes are foreshortening, not distance.
    size = np.exp(np.sign(size) * np.maximum(np.abs(size) - 0.1, 0).clip(max=0.7))
    stretch = np.clip(np.nan_to_num(ratio / size[:, None], nan=1.0), *limits)
    stretch[:, :2] = np.clip(stretch[:, :2], 0.8, 1.15)
    return size, stretch


def _rotate(angle: np.ndarray, vector: np.ndarray) -> np.ndarray:
    c, s = np.cos(angle), np.sin(angle)
    return np.stack([c * vector[..., 0] - s * vector[..., 1], s * vector[..., 0] + c * vector[..., 1]], -1)


def carry(rig: Rig, motion: Motion, b: int, point: np.ndarray) -> np.ndarray:
    """Where rest points (...,2) go with bone b: (T,...,2)."""
    direction = rig.end[b] - rig.start[b]
    direction = direction / max(np.linalg.norm(direction), 1e-6)
    offset = point - rig.start[b]
    extra = (motion.stretch[:, b] - 1).reshape(-1, *[1] * offset.ndim) * (offset @ direction)[..., None] * direction
    shape = (-1, *[1] * (offset.ndim - 1))
    moved = _rotate(motion.angle[:, b].reshape(shape), offset + extra) * motion.scale.reshape(*shape, 1)
    return motion.start[:, b].reshape(len(motion.scale), *[1] * (offset.ndim - 1), 2) + moved


def drive(rig: Rig, pose: PoseTrack, *, smoothing: float = 0.8, limits: tuple[float, float] = STRETCH) -> Motion:
    """The bones' motion that follows person 0 of the track, whose pixels are the rig's canvas.

    Gaps hold the last pose; bones the reference does not show follow their parent. Joints stay joined: each bone
    starts where its parent carries that joint. The whole is shifted so that the lower foot, else the pelvis, else
    the neck is where the track has it.
    """
    track = _Track(pose, smoothing)
    angle = _angles(rig, track)
    scale, stretch = _sizes(_lengths(rig, track), limits)
    motion = Motion(angle=angle, stretch=stretch, scale=scale, start=np.zeros((len(scale), len(NAMES), 2)))
    pelvis, neck = track.point(rig.hips), track.point(rig.shoulders)
    motion.start[:, 0] = rig.start[0]
    for b in range(1, len(NAMES)):
        motion.start[:, b] = carry(rig, motion, int(PARENT[b]), rig.start[b])
    if rig.has_pelvis and pelvis is not None:
        shift = pelvis - motion.start[:, 0]
    elif neck is not None:
        shift = neck - carry(rig, motion, 1, rig.end[1])
    else:
        shift = np.zeros((len(scale), 2))
    motion.start[:] += shift[:, None]
    motion.start[:] += _on_the_ground(rig, motion, track)[:, None]
    return motion


def _on_the_ground(rig: Rig, motion: Motion, track: _Track) -> np.ndarray:
    """(T,2) shift that brings the lower ankle to where the track has it, blended so that steps do not jump.

    Nothing where the track does not see the ankles: the pelvis then holds the figure's place.
    """
    gaps, heights = [], []
    for shin, ankle in (("left_shin", 15), ("right_shin", 16)):
        target = track.point([ankle])
        if target is None or not rig.present[bone(shin)]:
            return np.zeros((len(motion.scale), 2))
        gaps.append(target - carry(rig, motion, bone(shin), rig.end[bone(shin)]))
        heights.append(target[:, 1])
    weight = 1 / (1 + np.exp((heights[1] - heights[0]) / (0.1 * rig.unit)))
    seen = track.trust([15]) * track.trust([16])
    return seen[:, None] * (weight[:, None] * gaps[0] + (1 - weight)[:, None] * gaps[1])
