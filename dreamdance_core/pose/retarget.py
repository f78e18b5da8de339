"""Carries a driving pose over to a character of other proportions and place: directions stay, bone lengths change.

The scheme is this project's own; it joins the ideas of UniAnimate's pose alignment (walk the chain, keep the angles)
and of Wan-Animate's (pixel lengths, left-right pairs share a ratio), with robust bone lengths over the whole clip.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch

from ..types import PoseTrack
from .keypoints import (
    FACE,
    FEET,
    LEFT_ANKLE,
    LEFT_HAND,
    LEFT_HIP,
    LEFT_SHOULDER,
    NOSE,
    POINTS,
    RIGHT_ANKLE,
    RIGHT_HAND,
    RIGHT_HIP,
    RIGHT_SHOULDER,
    VISIBLE,
)

PELVIS, NECK = POINTS, POINTS + 1  # two made points, the middles of the hips and of the shoulders

# Bone -> its (child, parent) links; links of one bone share one ratio. Parents come before children.
_BONES: dict[str, tuple[tuple[int, int], ...]] = {
    "torso": ((NECK, PELVIS),),
    "shoulder": ((5, NECK), (6, NECK)),
    "hip": ((11, PELVIS), (12, PELVIS)),
    "upper_arm": ((7, 5), (8, 6)),
    "forearm": ((9, 7), (10, 8)),
    "thigh": ((13, 11), (14, 12)),
    "shin": ((15, 13), (16, 14)),
    "head": ((NOSE, NECK),),
}
# Parts that are carried whole: (points, the point that carries them, whose ratio).
_CARRIED = (
    ((1, 2, 3, 4, *range(FACE.start, FACE.stop)), NOSE, "face"),
    (tuple(range(LEFT_HAND.start, LEFT_HAND.stop)), 9, "forearm"),
    (tuple(range(RIGHT_HAND.start, RIGHT_HAND.stop)), 10, "forearm"),
    (tuple(range(FEET.start, FEET.start + 3)), 15, "shin"),
    (tuple(range(FEET.start + 3, FEET.stop)), 16, "shin"),
)
# Widths that tell how large a face is: eyes, ears, and of the 68 points the jaw, the outer and the inner eye corners.
_FACE_WIDTHS = ((1, 2), (3, 4), (23, 39), (59, 68), (62, 65))


@dataclass(frozen=True, kw_only=True)
class RetargetOptions:
    enabled: bool = True  # False when a person is replaced in their own video: the pose must stay where it is
    anchor: Literal["auto", "pelvis", "feet"] = "auto"  # what stands on the reference in the first frame
    root_motion: float = 1.0  # extra factor on how far the body travels over the canvas
    bone_limits: tuple[float, float] = (0.5, 2.0)  # of a bone's ratio, relative to the whole body's
    head_limits: tuple[float, float] = (0.7, 2.2)  # wider at the top: anime heads are large
    person: int = 0  # of the driving track


def _middle(xy: np.ndarray, seen: np.ndarray, pair: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """(T,2) middle of a left-right pair and (T,) whether it is known, from one side where the other is missing."""
    a, b = pair[0], pair[-1]
    both = seen[:, a] & seen[:, b]
    middle = (xy[:, a] + xy[:, b]) / 2
    for side in pair:
        if both.any():
            offset = _fill(middle - xy[:, side], both)
            middle = np.where((seen[:, side] & ~both)[:, None], xy[:, side] + offset, middle)
        else:
            middle = np.where(seen[:, side, None], xy[:, side], middle)
    return middle, seen[:, a] | seen[:, b]


def _shared(pair: tuple[int, ...], seen: np.ndarray, reference: np.ndarray | None) -> tuple[int, ...]:
    """The points of a pair that the reference shows too; all where that leaves none."""
    if reference is None:
        return pair
    return tuple(i for i in pair if reference[i] and seen[:, i].any()) or pair


def _fill(values: np.ndarray, known: np.ndarray) -> np.ndarray:
    """(T,2) with unknown frames interpolated over time, the ends held."""
    t = np.arange(len(values))
    return np.stack([np.interp(t, t[known], values[known, c]) for c in range(values.shape[1])], -1)


def _with_middles(
    xy: np.ndarray, seen: np.ndarray, name: str, reference: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """(T,135,2) and (T,135): pelvis and neck appended, both with a position in every frame.

    Where the reference, (133,) seen, shows one side only, that side alone is the middle in both poses.
    """
    pelvis, has_pelvis = _middle(xy, seen, _shared((LEFT_HIP, RIGHT_HIP), seen, reference))
    neck, has_neck = _middle(xy, seen, _shared((LEFT_SHOULDER, RIGHT_SHOULDER), seen, reference))
    if not has_neck.any() and not has_pelvis.any():
        raise ValueError(
            f"{name} must show a torso, got no shoulder and no hip with a score of {VISIBLE} or more in "
            f"{len(xy)} frames; use a picture or clip with a visible upper body, or correct its pose"
        )
    # Never seen at all: stand in for it at a plausible distance, so that the chain has a root.
    shoulders, hips = (_width(xy, seen, p) for p in ((LEFT_SHOULDER, RIGHT_SHOULDER), (LEFT_HIP, RIGHT_HIP)))
    down = np.array([0.0, 1.4 * shoulders if shoulders else 2.2 * hips])
    pelvis = _fill(pelvis, has_pelvis) if has_pelvis.any() else _fill(neck, has_neck) + down
    neck = _fill(neck, has_neck) if has_neck.any() else pelvis - down
    xy = np.concatenate([xy, pelvis[:, None], neck[:, None]], 1)
    return xy, np.concatenate([seen, has_pelvis[:, None], has_neck[:, None]], 1)


def _width(xy: np.ndarray, seen: np.ndarray, link: tuple[int, int]) -> float:
    """A link's length when seen unshortened: the median of its 20 % longest projections; 0 when never seen."""
    a, b = link
    known = seen[:, a] & seen[:, b]
    lengths = np.sort(np.linalg.norm(xy[known, a] - xy[known, b], axis=-1))
    return float(np.median(lengths[-max(1, round(len(lengths) * 0.2)) :])) if len(lengths) else 0.0


def _ratio(drv: tuple[np.ndarray, np.ndarray], ref: tuple[np.ndarray, np.ndarray], links: tuple) -> float | None:
    """Reference length / driving length of a bone, the longer side of each pair; None when either is unknown."""
    mine = max(_width(*drv, link) for link in links)
    theirs = max(_width(*ref, link) for link in links)
    return theirs / mine if mine > 1e-6 and theirs > 1e-6 else None


def bone_ratios(
    drv: tuple[np.ndarray, np.ndarray], ref: tuple[np.ndarray, np.ndarray], options: RetargetOptions
) -> dict[str, float]:
    """Factor from driving to reference pixels per bone, plus `body` (all of it) and `face`."""
    found = {bone: _ratio(drv, ref, links) for bone, links in _BONES.items()}
    trunk = [found[b] for b in ("torso", "shoulder", "upper_arm", "thigh", "forearm", "shin") if found[b]]
    if not trunk:
        trunk = [r for r in found.values() if r] or [1.0]
    body = float(np.median(trunk))
    ratios = {"body": body}
    for bone, ratio in found.items():
        low, high = options.head_limits if bone == "head" else options.bone_limits
        ratios[bone] = body * float(np.clip((ratio or body) / body, low, high))
    faces = [r for r in (_ratio(drv, ref, (link,)) for link in _FACE_WIDTHS) if r]
    low, high = options.head_limits
    ratios["face"] = body * float(np.clip(np.median(faces) / body, low, high)) if faces else ratios["head"]
    return ratios


def _walk(xy: np.ndarray, seen: np.ndarray, ratios: dict[str, float], root_factor: float) -> np.ndarray:
    """(T,135,2) the chain with new lengths, its pelvis starting at the origin.

    A point whose parent is missing hangs on the nearest ancestor that is there.
    """
    new = np.zeros_like(xy)
    new[:, PELVIS] = root_factor * (xy[:, PELVIS] - xy[:1, PELVIS])
    held_src, held_new = xy.copy(), new  # where children of each point hang: itself, or what it hangs on
    links = [(child, parent, ratios[bone]) for bone, pairs in _BONES.items() for child, parent in pairs]
    links += [(point, parent, ratios[bone]) for points, parent, bone in _CARRIED for point in points]
    for child, parent, ratio in links:
        step = ratio * (xy[:, child] - held_src[:, parent])
        known = (seen[:, child] | (child == NECK))[:, None]
        held_new[:, child] = held_new[:, parent] + np.where(known, step, 0)
        held_src[:, child] = np.where(known, xy[:, child], held_src[:, parent])
    return new


def _anchor(
    new: np.ndarray,
    drv_seen: np.ndarray,
    ref: tuple[np.ndarray, np.ndarray],
    anchor: str,
) -> np.ndarray:
    """(2,) what to add to every frame, so that the first one stands where the reference stands."""
    ref_xy, ref_seen = ref[0][0], ref[1][0]
    first = int(np.argmax(drv_seen[:, NECK] | drv_seen[:, PELVIS]))
    centre = PELVIS if ref_seen[PELVIS] and drv_seen[first, PELVIS] else NECK
    shift = ref_xy[centre] - new[first, centre]
    ankles = [a for a in (LEFT_ANKLE, RIGHT_ANKLE) if ref_seen[a] and drv_seen[first, a]]
    if anchor == "feet" or (anchor == "auto" and len(ankles) == 2):
        if not ankles:
            raise ValueError("anchor 'feet' needs an ankle seen in both poses, got none; use 'pelvis' or 'auto'")
        shift[1] = ref_xy[ankles, 1].max() - new[first, ankles, 1].max()
    return shift


def retarget(
    driving: PoseTrack, reference: PoseTrack, width: int, height: int, *, options: RetargetOptions | None = None
) -> PoseTrack:
    """The driving pose with the reference's proportions, standing on the reference; one person, in pixels of the
    reference picture scaled to width x height.

    Lengths are compared in pixels, over all frames, from seen points only; every ratio is limited relative to the
    whole body's. Hands go with the wrists, feet with the ankles, the face with the nose. Travel over the canvas is
    scaled by the legs' ratio (else the torso's). Bones the reference does not show take their pair's or the whole
    body's ratio. A driving pose equal to the reference comes back unchanged. With `enabled=False` the driving pose is
    only scaled to the canvas. Raises ValueError when either pose shows no torso.
    """
    options = options or RetargetOptions()
    if not 0 <= options.person < driving.xy.shape[1]:
        raise ValueError(
            f"person must be below {driving.xy.shape[1]}, the people in the driving pose, got {options.person}"
        )
    one = slice(options.person, options.person + 1)
    score = driving.score[:, one].clone()
    if not options.enabled:
        xy = driving.xy[:, one] * torch.tensor([width / driving.width, height / driving.height])
        return PoseTrack(xy=xy, score=score, width=width, height=height)

    scale = np.array([width / reference.width, height / reference.height])
    ref_xy, ref_seen = _arrays(reference, 0)
    ref = _with_middles(ref_xy[:1] * scale, ref_seen[:1], "reference pose")
    drv = _with_middles(*_arrays(driving, options.person), "driving pose", ref_seen[0])
    ratios = bone_ratios(drv, ref, options)
    legs = [ratios[b] for b in ("thigh", "shin") if drv[1][:, _BONES[b][0][0]].any()]
    travel = float(np.mean(legs)) if legs and ref[1][0, PELVIS] else ratios["torso"]
    new = _walk(*drv, ratios, travel * options.root_motion)
    new += _anchor(new, drv[1], ref, options.anchor)
    xy = np.where(drv[1][..., None], new, 0)[:, :POINTS]
    return PoseTrack(xy=torch.from_numpy(xy).float()[:, None], score=score, width=width, height=height)


def _arrays(track: PoseTrack, person: int) -> tuple[np.ndarray, np.ndarray]:
    """(T,133,2) pixels, with zeros where nothing was seen, and (T,133) seen."""
    xy = track.xy[:, person].double().numpy()
    seen = (track.score[:, person].numpy() >= VISIBLE) & np.isfinite(xy).all(-1)
    return np.where(seen[..., None], xy, 0.0), seen
