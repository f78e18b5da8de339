"""The reference's own matte carried along with a pose: hair, skirts and props go where the part beside them goes."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from scipy.ndimage import gaussian_filter1d

from ..types import PoseTrack
from .keypoints import LEFT_EYE, NOSE, RIGHT_EYE
from .proportions import NECK, PELVIS, Person, arrays, fill, person_of

# Part -> the bone that carries it, from near the trunk outwards; the forearm carries the hand, the shin the foot.
_BONES = {
    "torso": (PELVIS, NECK),
    "head": (NECK, NOSE),
    "left_upper_arm": (5, 7),
    "right_upper_arm": (6, 8),
    "left_forearm": (7, 9),
    "right_forearm": (8, 10),
    "left_thigh": (11, 13),
    "right_thigh": (12, 14),
    "left_shin": (13, 15),
    "right_shin": (14, 16),
}
_PARENT = {"forearm": "upper_arm", "shin": "thigh"}
_SHARED = 0.3  # torso lengths: what is so near to the border between two parts goes with both
_ARM = 0.25  # torso lengths: what is farther from an arm's bone may be hair or a skirt beside it
_STRETCH = (0.5, 1.6)  # of a part along its bone
_TILT = 0.6  # radians that the head leans against the trunk at most
_SIDE = 288  # long side of the pictures that are carried, px


@dataclass(frozen=True, kw_only=True)
class _Part:
    """Pixels of the matte and where they go."""

    pixels: np.ndarray  # (h,w) uint8
    maps: np.ndarray  # (T,2,3) affine, in pixels counted from corners


@dataclass(frozen=True, kw_only=True)
class CarriedMatte:
    """The reference's matte taken apart, and where its parts go in each frame."""

    parts: list[_Part]
    width: int
    height: int

    def at(self, frame: int) -> np.ndarray:
        """(height,width) uint8, 1 where the matte comes to lie in a frame."""
        out = np.zeros((self.height, self.width), np.uint8)
        for part in self.parts:
            matrix = _from_centres(part.maps[frame])
            warped = cv2.warpAffine(part.pixels, matrix, (self.width, self.height), flags=cv2.INTER_NEAREST)
            np.maximum(out, warped, out=out)
        return out


def carried_matte(track: PoseTrack, reference: PoseTrack, alpha: np.ndarray) -> CarriedMatte | None:
    """The reference's matte, at a small size, as its parts go with person 0 of the track; None where track or
    reference shows no torso."""
    size = min(1.0, _SIDE / max(track.width, track.height))
    width, height = (max(1, round(n * size)) for n in (track.width, track.height))
    small = cv2.resize(alpha.astype(np.float32), (width, height), interpolation=cv2.INTER_AREA) > 0.3
    ref, drv = (_scaled(t, width, height) for t in (reference, track))
    torso = [5, 6, 11, 12]
    if not small.any() or not ref[1][0, torso].any() or not drv[1][:, torso].any():
        return None
    here = person_of(ref[0][:1], ref[1][:1], "reference pose")
    moving = _steady(person_of(*drv, "pose", ref[1][0]))
    return CarriedMatte(parts=_parts(here, moving, small), width=width, height=height)


def _scaled(track: PoseTrack, width: int, height: int) -> tuple[np.ndarray, np.ndarray]:
    xy, seen = arrays(track, 0)
    return xy * [width / track.width, height / track.height], seen


def _from_centres(matrix: np.ndarray) -> np.ndarray:
    """The same map for OpenCV, which counts from pixel centres."""
    out = matrix.copy()
    out[:, 2] += 0.5 * matrix[:, :2].sum(1) - 0.5
    return out


def _steady(person: Person) -> Person:
    """The person with every point that is ever seen in place in every frame, without jitter."""
    xy = person.xy.copy()
    for point in range(xy.shape[1]):
        known = person.seen[:, point]
        if known.any():
            path = fill(xy[:, point], known)
            xy[:, point] = gaussian_filter1d(path, 1.0, axis=0, mode="nearest") if len(path) > 3 else path
    return replace(person, xy=xy, seen=np.broadcast_to(person.seen.any(0), person.seen.shape))


def _parts(here: Person, moving: Person, matte: np.ndarray) -> list[_Part]:
    present = {name: bone for name, bone in _BONES.items() if name == "torso" or here.seen[0, list(bone)].all()}
    unit = max(float(np.linalg.norm(here.xy[0, NECK] - here.xy[0, PELVIS])), 1.0)
    reach = {}
    for name, bone in present.items():
        line = np.zeros(matte.shape, np.uint8)
        ends = np.round(np.clip(here.xy[0, list(bone)], -4000, 4000)).astype(np.int32)
        cv2.polylines(line, [ends], False, 1, 1)
        if line.any():
            reach[name] = cv2.distanceTransform(1 - line, cv2.DIST_L2, 5)
    if "torso" in reach:  # the trunk and the head are wide
        reach["torso"] = np.maximum(reach["torso"] - 0.3 * unit, 0)
    if "head" in reach:
        reach["head"] = np.maximum(reach["head"] - 0.25 * unit, 0)
    nearest = np.min(list(reach.values()), axis=0) if reach else np.zeros(matte.shape)
    trunk = [name for name in reach if "arm" not in name]
    away = np.min([d for name, d in reach.items() if "arm" in name] or [np.full(matte.shape, np.inf)], axis=0)
    beside = np.min([reach[name] for name in trunk], axis=0) if trunk else nearest
    parts = []
    for name in reach:
        mine = reach[name] <= nearest + _SHARED * unit
        if name in trunk:
            mine |= (reach[name] <= beside + _SHARED * unit) & (away > _ARM * unit)
        pixels = (matte & mine).astype(np.uint8)
        if pixels.any():
            parts += [_Part(pixels=pixels, maps=maps) for maps in _maps(name, here, moving)]
    return parts


def _maps(name: str, here: Person, moving: Person) -> list[np.ndarray]:
    """The ways in which a part may go: the head hangs on the neck, and its face is where the pose has it."""
    side, _, bone = name.partition("_")
    if not moving.seen[0, list(_BONES[name])].all() and name != "torso":
        return _maps(f"{side}_{_PARENT[bone]}" if bone in _PARENT else "torso", here, moving)
    a, b = _BONES[name]
    rest, now = here.xy[0, b] - here.xy[0, a], moving.xy[:, b] - moving.xy[:, a]
    if name != "head":
        length = np.maximum(np.linalg.norm(rest), 1e-6)
        turn = _turn(rest, now)
        stretch = np.clip(np.linalg.norm(now, axis=-1) / (length * moving.size), *_STRETCH)
        return [_affine(here.xy[0, a], moving.xy[:, a], turn, moving.size, stretch, rest / length)]
    spine = [here.xy[0, NECK] - here.xy[0, PELVIS], moving.xy[:, NECK] - moving.xy[:, PELVIS]]
    turn = _turn(*spine)
    if here.seen[0, [LEFT_EYE, RIGHT_EYE]].all() and moving.seen[0, [LEFT_EYE, RIGHT_EYE]].all():
        eyes = [here.xy[0, LEFT_EYE] - here.xy[0, RIGHT_EYE], moving.xy[:, LEFT_EYE] - moving.xy[:, RIGHT_EYE]]
        lean = np.angle(np.exp(1j * (_turn(*eyes) - turn)))
        turn = turn + np.where(np.abs(lean) < np.pi / 2, np.clip(lean, -_TILT, _TILT), 0)
    straight = np.ones(len(turn))
    return [_affine(here.xy[0, p], moving.xy[:, p], turn, moving.size, straight, rest) for p in (a, b)]


def _turn(rest: np.ndarray, now: np.ndarray) -> np.ndarray:
    """(T,) radians from one direction to the others."""
    return np.arctan2(rest[0] * now[:, 1] - rest[1] * now[:, 0], now @ rest)


def _affine(
    start: np.ndarray, to: np.ndarray, turn: np.ndarray, size: np.ndarray, stretch: np.ndarray, along: np.ndarray
) -> np.ndarray:
    """(T,2,3) maps that take `start` to `to`, turn, scale by size and, along a unit direction, by stretch as well."""
    c, s = np.cos(turn), np.sin(turn)
    rotation = np.stack([np.stack([c, -s], -1), np.stack([s, c], -1)], -2) * size[:, None, None]
    linear = rotation @ (np.eye(2) + (stretch - 1)[:, None, None] * np.outer(along, along))
    return np.concatenate([linear, (to - linear @ start)[..., None]], -1)
