"""Bone lengths of a person, robust against foreshortening, missing points and changing distance; and their ratios."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d

from ..types import PoseTrack
from .keypoints import (
    LEFT_HAND,
    LEFT_HIP,
    LEFT_SHOULDER,
    NOSE,
    POINTS,
    RIGHT_HAND,
    RIGHT_HIP,
    RIGHT_SHOULDER,
    VISIBLE,
)

PELVIS, NECK = POINTS, POINTS + 1  # two made points, the middles of the hips and of the shoulders

# Bone -> its (child, parent) links; links of one bone share one ratio. Parents come before children.
BONES: dict[str, tuple[tuple[int, int], ...]] = {
    "torso": ((NECK, PELVIS),),
    "shoulder": ((5, NECK), (6, NECK)),
    "hip": ((11, PELVIS), (12, PELVIS)),
    "upper_arm": ((7, 5), (8, 6)),
    "forearm": ((9, 7), (10, 8)),
    "thigh": ((13, 11), (14, 12)),
    "shin": ((15, 13), (16, 14)),
    "head": ((NOSE, NECK),),
}
# Measured for their size only: across the face, from its bridge or brows to the chin, along and across the palm.
_FACE_WIDTHS = ((1, 2), (3, 4), (23, 39), (59, 68), (62, 65))
_FACE_HEIGHTS = ((50, 31), (40, 31), (49, 31), (56, 31))
_PALMS = tuple(
    tuple((hand.start + a, hand.start + b) for hand in (LEFT_HAND, RIGHT_HAND)) for a, b in ((0, 9), (0, 5), (5, 17))
)
# What stands in for a bone that one of the two poses does not show, best first.
_STAND_INS = {
    "torso": ("thigh", "shoulder"),
    "shoulder": ("torso", "upper_arm"),
    "hip": ("torso", "shoulder"),
    "upper_arm": ("forearm", "torso"),
    "forearm": ("upper_arm", "torso"),
    "thigh": ("shin", "torso"),
    "shin": ("thigh", "torso"),
}
_LIMBS = (("upper_arm", "forearm"), ("thigh", "shin"))
_SIDE_VIEW = {"shoulder": 0.17, "hip": 0.06}  # half widths per torso: a trunk narrower than this is turned sideways
_SIZE_BONES = ("torso", "upper_arm", "forearm", "thigh", "shin")
_SIZE_WIDTHS = ((LEFT_SHOULDER, RIGHT_SHOULDER), (1, 2), (3, 4), (23, 39))  # all that a close-up shows
_OFTEN = 0.7  # of the share of frames in which the most constant bone is seen
_SIZE_SMOOTHING = 12.0  # frames
_SIZE_RANGE = 0.2, 0.4  # of the logarithm over the clip: less than the first is foreshortening, not distance


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What a reference may ask for, however odd its pose was found to be."""

    bone: tuple[float, float] = (0.5, 2.0)  # of a bone's ratio, relative to the whole body's
    head: tuple[float, float] = (0.7, 3.2)  # of the head's and the face's, relative to the trunk: 2.5 heads tall to 8
    hand: tuple[float, float] = (0.7, 1.4)  # of the hands' ratio, relative to the forearms'
    limb: float = 1.4  # bones of one limb differ by at most this factor: the shorter one is foreshortened
    stretch: float = 1.15  # of a bone's length in any frame, relative to its length on the character
    hand_gap: float = 0.3  # forearms between a wrist and the root of its hand


@dataclass(frozen=True, kw_only=True)
class Person:
    """One person over time, pelvis and neck appended to the 133 points."""

    xy: np.ndarray  # (T,135,2) pixels; pelvis and neck have a position in every frame
    seen: np.ndarray  # (T,135)
    size: np.ndarray  # (T,) how large the person appears, relative to the anchor frame; walking nearer makes it grow
    anchor: int  # the frame in which it stands for the whole: early, complete, plausible

    def length(self, link: tuple[int, int]) -> float:
        """A link's unforeshortened length in the anchor frame: the median of its 20 % longest; 0 when never seen."""
        return _longest(self.lengths(link) / self.size)

    def bone(self, bone: str) -> float:
        """A bone's length in the anchor frame, of the longer side; 0 when never seen.

        The head nods towards and away from the camera: its length is the usual one, not the longest.
        """
        if bone == "head":
            lengths = self.lengths(BONES["head"][0]) / self.size
            return float(np.nanmedian(lengths)) if not np.isnan(lengths).all() else 0.0
        return max(self.length(link) for link in BONES[bone])

    def lengths(self, link: tuple[int, int]) -> np.ndarray:
        """(T,) pixels; nan where an end is not seen."""
        a, b = link
        lengths = np.linalg.norm(self.xy[:, a] - self.xy[:, b], axis=-1)
        return np.where(self.seen[:, a] & self.seen[:, b], lengths, np.nan)


def _longest(lengths: np.ndarray) -> float:
    known = np.sort(lengths[~np.isnan(lengths)])
    return float(np.median(known[-max(1, round(len(known) * 0.2)) :])) if len(known) else 0.0


def arrays(track: PoseTrack, person: int) -> tuple[np.ndarray, np.ndarray]:
    """(T,133,2) pixels, with zeros where they are not finite, and (T,133) seen."""
    xy = track.xy[:, person].double().numpy()
    finite = np.isfinite(xy).all(-1)
    return np.where(finite[..., None], xy, 0.0), finite & (track.score[:, person].numpy() >= VISIBLE)


def fill(values: np.ndarray, known: np.ndarray) -> np.ndarray:
    """(T,2) with unknown frames interpolated over time, the ends held."""
    t = np.arange(len(values))
    return np.stack([np.interp(t, t[known], values[known, c]) for c in range(values.shape[1])], -1)


def _middle(xy: np.ndarray, seen: np.ndarray, pair: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """(T,2) middle of a left-right pair and (T,) whether it is known, from one side where the other is missing."""
    a, b = pair[0], pair[-1]
    both = seen[:, a] & seen[:, b]
    middle = (xy[:, a] + xy[:, b]) / 2
    for side in pair:
        if both.any():
            offset = fill(middle - xy[:, side], both)
            middle = np.where((seen[:, side] & ~both)[:, None], xy[:, side] + offset, middle)
        else:
            middle = np.where(seen[:, side, None], xy[:, side], middle)
    return middle, seen[:, a] | seen[:, b]


def _shared(pair: tuple[int, ...], seen: np.ndarray, reference: np.ndarray | None) -> tuple[int, ...]:
    """The points of a pair that the reference shows too; all where that leaves none."""
    if reference is None:
        return pair
    return tuple(i for i in pair if reference[i] and seen[:, i].any()) or pair


def person_of(xy: np.ndarray, seen: np.ndarray, name: str, reference: np.ndarray | None = None) -> Person:
    """The person of (T,133,2) pixels and (T,133) seen points.

    reference: (133,) points that the reference shows; where it shows one side of the trunk only, that side alone is
    the middle in both poses. Raises ValueError, naming the pose, when no torso is seen.
    """
    pelvis, has_pelvis = _middle(xy, seen, _shared((LEFT_HIP, RIGHT_HIP), seen, reference))
    neck, has_neck = _middle(xy, seen, _shared((LEFT_SHOULDER, RIGHT_SHOULDER), seen, reference))
    if not has_neck.any() and not has_pelvis.any():
        raise ValueError(
            f"{name} must show a torso, got no shoulder and no hip with a score of {VISIBLE} or more in "
            f"{len(xy)} frames; use a picture or clip with a visible upper body, or correct its pose"
        )
    # Never seen at all: stand in for it at a plausible distance, so that the chain has a root.
    plain = Person(xy=xy, seen=seen, size=np.ones(len(xy)), anchor=0)
    shoulders, hips = plain.length((LEFT_SHOULDER, RIGHT_SHOULDER)), plain.length((LEFT_HIP, RIGHT_HIP))
    down = np.array([0.0, 1.4 * shoulders if shoulders else 2.2 * hips])
    pelvis = fill(pelvis, has_pelvis) if has_pelvis.any() else fill(neck, has_neck) + down
    neck = fill(neck, has_neck) if has_neck.any() else pelvis - down
    xy = np.concatenate([xy, pelvis[:, None], neck[:, None]], 1)
    seen = np.concatenate([seen, has_pelvis[:, None], has_neck[:, None]], 1)
    person = Person(xy=xy, seen=seen, size=np.ones(len(xy)), anchor=0)
    size = _size(person)
    anchor = _anchor_frame(Person(xy=xy, seen=seen, size=size, anchor=0))
    return Person(xy=xy, seen=seen, size=size / size[anchor], anchor=anchor)


def _size(person: Person) -> np.ndarray:
    """(T,) slow change of the whole person's size; what is small, or short, is foreshortening."""
    frames = len(person.xy)
    if frames < 4:
        return np.ones(frames)
    links = [link for bone in _SIZE_BONES for link in BONES[bone]] + [*_SIZE_WIDTHS]
    lengths = np.stack([person.lengths(link) for link in links], 1)
    known = ~np.isnan(lengths)
    if not known.any():
        return np.ones(frames)
    # First by what is seen most of the time: a leg seen only from afar would take that for its full length.
    often = known.mean(0) >= _OFTEN * known.mean(0).max()
    log = _log_size(lengths[:, often], np.zeros(frames))
    log = _log_size(lengths, log)
    low, high = _SIZE_RANGE
    return np.exp((log - np.median(log)) * np.clip((np.ptp(log) - low) / (high - low), 0, 1))


def _log_size(lengths: np.ndarray, log: np.ndarray) -> np.ndarray:
    """(T,) logarithm of the size that (T,N) lengths show, smooth over time, given a first estimate of it."""
    usual = np.array([_longest(column) for column in (lengths / np.exp(log)[:, None]).T])
    relative = np.where(usual > 1e-6, lengths / np.maximum(usual, 1e-6), np.nan)
    known = np.flatnonzero(~np.isnan(relative).all(1))
    if not len(known):
        return log
    shown = np.log(np.maximum(np.nanquantile(relative[known], 0.8, axis=1), 0.05))
    return gaussian_filter1d(np.interp(np.arange(len(log)), known, shown), _SIZE_SMOOTHING, mode="nearest")


def _anchor_frame(person: Person) -> int:
    """The first frame that shows nearly as many joints as the clip usually does, none of them out of place.

    A clip may begin with somebody half in the picture, turned away or wrongly found.
    """
    joints = [*range(5, 17)]
    there = person.seen[:, joints].sum(1).astype(float)
    odd = np.zeros(len(there), bool)
    for links in BONES.values():
        for link in links:
            usual = person.length(link) * person.size
            odd |= np.nan_to_num(person.lengths(link)) > 1.3 * np.maximum(usual, 1e-6)
    wide = np.nan_to_num(person.lengths((LEFT_SHOULDER, RIGHT_SHOULDER)) / person.size)
    frontal = wide >= 0.6 * person.length((LEFT_SHOULDER, RIGHT_SHOULDER))
    quality = there * np.where(odd, 0.5, 1.0) * np.where(frontal, 1.0, 0.85)
    return int(np.argmax(quality >= 0.9 * np.quantile(quality, 0.9)))


def _quotient(theirs: float, mine: float) -> float | None:
    return theirs / mine if mine > 1e-6 and theirs > 1e-6 else None


def _median_ratio(drv: Person, ref: Person, measures: tuple) -> float | None:
    """Of several measures, each with its left and right link; None where no measure is known in both poses."""
    pairs = [(max(ref.length(link) for link in links), max(drv.length(link) for link in links)) for links in measures]
    found = [r for pair in pairs if (r := _quotient(*pair))]
    return float(np.median(found)) if found else None


def _sideways(person: Person, bone: str) -> bool:
    """Whether the trunk is turned so far that this width of it says nothing."""
    return person.bone(bone) < _SIDE_VIEW[bone] * person.bone("torso")


def bone_ratios(drv: Person, ref: Person, limits: Limits) -> tuple[dict[str, float], list[str]]:
    """Factor from driving to reference pixels per bone, plus `body` (all of it), `face` and `hand`; and notes on what
    was estimated or limited, as sentences."""
    found = {bone: _quotient(ref.bone(bone), drv.bone(bone)) for bone in BONES}
    notes = []
    for bone in _SIDE_VIEW:
        if found[bone] and (_sideways(drv, bone) or _sideways(ref, bone)):
            found[bone] = None
    for a, b in _LIMBS:
        if found[a] and found[b]:
            least = max(found[a], found[b]) / limits.limb
            for bone in (a, b):
                if found[bone] < least:
                    notes.append(f"{bone} {found[bone]:.2f} looks foreshortened in the reference, taken as {least:.2f}")
                    found[bone] = least
    known = [r for b in ("torso", "shoulder", "upper_arm", "thigh", "forearm", "shin") if (r := found[b])]
    body = float(np.median(known or [r for r in found.values() if r] or [1.0]))
    ratios = {"body": body}
    for bone, ratio in found.items():
        if ratio is None:
            stand_in = next((s for s in _STAND_INS.get(bone, ()) if found[s]), None)
            ratio = found[stand_in] if stand_in else body
            notes.append(f"{bone} not measured, taken from the {stand_in or 'whole body'}")
        if bone != "head":
            ratios[bone] = _limited(bone, ratio, body, limits.bone, notes)
    trunk = max(body, ratios["torso"])  # short limbs make no small head
    ratios["head"] = _limited("head", found["head"] or body, trunk, limits.head, notes)
    # A turned face is narrow and a bowed one is short: the larger of the two is neither.
    faces = [_median_ratio(drv, ref, tuple((link,) for link in m)) for m in (_FACE_WIDTHS, _FACE_HEIGHTS)]
    face = max((r for r in faces if r), default=None)
    if face is None and found["head"] is None:
        notes.append("face not seen, taken from the whole body")
    ratios["face"] = _limited("face", face or ratios["head"], trunk, limits.head, notes)
    hand = _median_ratio(drv, ref, _PALMS) or ratios["forearm"]
    ratios["hand"] = _limited("hand", hand, ratios["forearm"], limits.hand, notes)
    return ratios, notes


def _limited(bone: str, ratio: float, base: float, limits: tuple[float, float], notes: list[str]) -> float:
    limited = float(np.clip(ratio, base * limits[0], base * limits[1]))
    if limited != ratio:
        notes.append(f"{bone} {ratio:.2f} limited to {limited:.2f}")
    return limited
