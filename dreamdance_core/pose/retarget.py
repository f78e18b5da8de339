"""Carries a driving pose over to a character of other proportions and place: directions stay, bone lengths change.

The scheme is this project's own; it joins the ideas of UniAnimate's pose alignment (walk the chain, keep the angles)
and of Wan-Animate's (pixel lengths, left-right pairs share a ratio), with robust bone lengths over the whole clip.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import torch

from ..types import PoseTrack
from .ground import ANKLES, Contact, contacts, ground_shifts, standing_frame
from .keypoints import FACE, FEET, LEFT_HAND, POINTS, RIGHT_HAND, mirrored
from .proportions import BONES, NECK, PELVIS, Limits, Person, arrays, bone_ratios, person_of

# Parts that are carried whole: (points, the point that carries them, whose ratio).
_CARRIED = (
    ((1, 2, 3, 4, *range(FACE.start, FACE.stop)), 0, "face"),
    ((LEFT_HAND.start,), 9, "hand"),
    ((RIGHT_HAND.start,), 10, "hand"),
    (tuple(range(LEFT_HAND.start + 1, LEFT_HAND.stop)), LEFT_HAND.start, "hand"),
    (tuple(range(RIGHT_HAND.start + 1, RIGHT_HAND.stop)), RIGHT_HAND.start, "hand"),
    (tuple(range(FEET.start, FEET.start + 3)), 15, "shin"),
    (tuple(range(FEET.start + 3, FEET.stop)), 16, "shin"),
)
_HAND_ROOTS = ((LEFT_HAND.start, 9), (RIGHT_HAND.start, 10))
# Parts of the legs, their points, and those of which one must be seen for the character to have the part.
_LEGS = (
    ("knees", (13, 14), (13, 14, 15, 16)),
    ("feet", (15, 16, *range(FEET.start, FEET.stop)), (15, 16)),
)
_OWN = 0.05  # proportions that differ by this much from the driver's are the character's own: its feet are held still


@dataclass(frozen=True, kw_only=True)
class RetargetOptions:
    enabled: bool = True  # False when a person is replaced in their own video: the pose must stay where it is
    anchor: Literal["auto", "pelvis", "feet"] = "auto"  # what stands on the reference at first; auto: feet if seen
    root_motion: float = 1.0  # extra factor on how far the body travels over the canvas
    ground: bool = True  # feet that stand in the driving clip stand; leave it off for clips with a moving camera
    limits: Limits = field(default_factory=Limits)
    person: int = 0  # of the driving track
    mirror: bool = False  # the driving motion as a mirror shows it


@dataclass(frozen=True, kw_only=True)
class Retargeted:
    """A retargeted pose, and how it came about."""

    track: PoseTrack
    plain: PoseTrack  # the driving pose moved and scaled as a whole to the same place and size: the "before"
    ratios: dict[str, float]  # character pixels per driving pixel, by bone
    rest: dict[str, float]  # bone lengths of the character, px of the track, in the anchor frame
    size: np.ndarray  # (T,) how large the person appears, relative to the anchor frame
    anchor: int  # the driving frame that stands where the reference stands
    contacts: list[Contact]
    notes: list[str]  # what was estimated, limited or left out, as sentences

    def report(self) -> str:
        """What was used, in lines of text for the user."""
        if not self.ratios:
            return "\n".join(self.notes)
        own = ", ".join(f"{bone} {ratio:.2f}" for bone, ratio in self.ratios.items())
        stands = ", ".join(f"{'LR'[ANKLES.index(c.foot)]} {c.start}-{c.stop - 1}" for c in self.contacts)
        lines = [f"px of the character per px of the driver: {own}"]
        lines.append(f"the driving frame {self.anchor} stands where the character stands")
        lines.append(f"feet on the ground in frames: {stands or 'never recognised'}")
        return "\n".join(lines + self.notes)


def retarget(
    driving: PoseTrack, reference: PoseTrack, width: int, height: int, *, options: RetargetOptions | None = None
) -> PoseTrack:
    """The driving pose with the reference's proportions; see retargeted."""
    return retargeted(driving, reference, width, height, options=options).track


def retargeted(
    driving: PoseTrack, reference: PoseTrack, width: int, height: int, *, options: RetargetOptions | None = None
) -> Retargeted:
    """The driving pose with the reference's proportions, standing on the reference; one person, in pixels of the
    reference picture scaled to width x height.

    Lengths are compared in pixels, over all frames, from seen points only. Bones that the reference does not show, or
    shows foreshortened, are estimated from the others; every ratio is limited relative to the whole body's, and no
    bone is longer in any frame than `limits.stretch` times its length on the character. Directions of bones, and with
    them the joints' angles, are the driver's. Hands go with the wrists, feet with the ankles, the face with the nose.
    Travel over the canvas is scaled by the legs' ratio (else the torso's). Standing feet stand: driving points are
    taken to be seen by a still camera; where it moves no standing foot is recognised, and travel contains the camera's.
    Legs that the reference does not show are left out if they would come onto the canvas. A driving pose equal to
    the reference comes back unchanged. With `enabled=False` the driving pose is only scaled to the canvas.
    Raises ValueError when either pose shows no torso.
    """
    options = options or RetargetOptions()
    driving = mirrored(driving) if options.mirror else driving
    if not 0 <= options.person < driving.xy.shape[1]:
        raise ValueError(
            f"person must be below {driving.xy.shape[1]}, the people in the driving pose, got {options.person}"
        )
    one = slice(options.person, options.person + 1)
    score = driving.score[:, one].clone()
    if not options.enabled:
        xy = driving.xy[:, one] * torch.tensor([width / driving.width, height / driving.height])
        track = PoseTrack(xy=xy, score=score, width=width, height=height)
        return Retargeted(
            track=track, plain=track, ratios={}, rest={}, size=np.ones(len(xy)), anchor=0, contacts=[],
            notes=["off: the driving pose, scaled to the canvas"],
        )  # fmt: skip

    ref_xy, ref_seen = arrays(reference, 0)
    ref = person_of(ref_xy * [width / reference.width, height / reference.height], ref_seen, "reference pose")
    drv = person_of(*arrays(driving, options.person), "driving pose", ref_seen.any(0))
    ratios, notes = bone_ratios(drv, ref, options.limits)
    xy, found = _moved(drv, ref, ratios, options, notes)
    score = _without_unseen_legs(score, xy, ref, width, height, notes)
    raw = driving.xy[:, one, :, :].nan_to_num(0.0, 0.0, 0.0)
    out = torch.from_numpy(xy[:, None, :POINTS]).to(raw.dtype)
    track = PoseTrack(
        xy=torch.where(driving.score[:, one, :, None] > 0, out, raw), score=score, width=width, height=height
    )
    return Retargeted(
        track=track,
        plain=_plain(driving, options.person, drv, xy, ratios["body"], track),
        ratios=ratios,
        rest={bone: ratios[bone] * drv.bone(bone) for bone in BONES},
        size=drv.size,
        anchor=drv.anchor,
        contacts=found,
        notes=notes,
    )


def _moved(
    drv: Person, ref: Person, ratios: dict[str, float], options: RetargetOptions, notes: list[str]
) -> tuple[np.ndarray, list[Contact]]:
    """(T,135,2) the driver's points where the character has them, and the driver's contacts with the ground."""
    legs = [ratios[bone] for bone in ("thigh", "shin") if drv.bone(bone)]
    travel = (float(np.mean(legs)) if legs and ref.seen[:, PELVIS].any() else ratios["torso"]) * options.root_motion
    longest = _longest(drv, ref, ratios, options.limits)
    moved, clipped = _walk(drv, ratios, longest, travel)
    standing = options.ground and ref.seen[:, ANKLES].any()
    found = contacts(drv) if standing else []
    moved += _anchored(drv, ref, moved, found, contacts(ref) if standing else [], options.anchor)
    if found:
        own = max(abs(ratios[bone] / travel - 1) for bone in ("torso", "hip", "thigh", "shin")) if travel else 1.0
        moved = _on_the_ground(drv, moved, ratios, longest, travel, found, lock=min(own / _OWN, 1.0))
    if clipped:
        notes.append(
            f"{clipped} bones of single frames were longer than {options.limits.stretch:.2f} times the character's and "
            "were shortened"
        )
    return drv.xy + moved, found


def _longest(drv: Person, ref: Person, ratios: dict[str, float], limits: Limits) -> dict[str, np.ndarray]:
    """(T,) how long each bone, and the gap between hand and wrist, may be, pixels; never less than the reference itself
    shows it in some frame."""

    def room(links: tuple, most: float) -> np.ndarray:
        shown = [np.nanmax(ref.lengths(link) / ref.size) for link in links if ref.length(link)]
        return max(most, *shown, 0.0) * drv.size

    longest = {
        bone: room(links, limits.stretch * ratios[bone] * max(drv.length(link) for link in links))
        for bone, links in BONES.items()
    }
    return longest | {"hand": room(_HAND_ROOTS, limits.hand_gap * ratios["forearm"] * drv.bone("forearm"))}


def _walk(
    drv: Person, ratios: dict[str, float], longest: dict[str, np.ndarray], travel: float
) -> tuple[np.ndarray, int]:
    """(T,135,2) how far each point moves when the chain gets its new lengths, and how many bones were too long.

    Displacements rather than places, so that a ratio of 1 changes nothing, to the last bit. A point whose parent is
    missing hangs on the nearest ancestor that is there.
    """
    xy, moved, clipped = drv.xy, np.zeros_like(drv.xy), 0
    moved[:, PELVIS] = (travel - 1) * (xy[:, PELVIS] - xy[drv.anchor, PELVIS])
    held_xy, held_move = xy.copy(), moved.copy()  # of the point itself, or of what it hangs on
    held_room = np.zeros(xy.shape[:2])  # how long the missing bones up to there may be
    links = [(child, parent, bone) for bone, pairs in BONES.items() for child, parent in pairs]
    links += [(point, parent, bone) for points, parent, bone in _CARRIED for point in points]
    for child, parent, bone in links:
        step = xy[:, child] - held_xy[:, parent]
        factor = np.full(len(xy), ratios[bone])
        known = drv.seen[:, child] | (child == NECK)
        if bone in longest and (bone != "hand" or (child, parent) in _HAND_ROOTS):
            room = longest[bone] + held_room[:, parent]
            length = ratios[bone] * np.linalg.norm(step, axis=-1)
            too_long = length > room * (1 + 1e-9)
            factor = np.where(too_long, ratios[bone] * room / np.maximum(length, 1e-9), factor)
            clipped += int((too_long & known).sum())
            held_room[:, child] = np.where(known, 0, room)
        moved[:, child] = held_move[:, parent] + (factor - 1)[:, None] * step
        held_move[:, child] = np.where(known[:, None], moved[:, child], held_move[:, parent])
        held_xy[:, child] = np.where(known[:, None], xy[:, child], held_xy[:, parent])
    return moved, clipped


def _anchored(
    drv: Person, ref: Person, moved: np.ndarray, found: list[Contact], own: list[Contact], anchor: str
) -> np.ndarray:
    """(2,) what to add to every frame, so that the anchor frame stands where the reference stands.

    found, own: the contacts of driver and reference; feet are compared in a frame in which one stands.
    """
    new, theirs = drv.xy + moved, ref.xy[ref.anchor]
    centre = PELVIS if ref.seen[ref.anchor, PELVIS] and drv.seen[drv.anchor, PELVIS] else NECK
    shift = theirs[centre] - new[drv.anchor, centre]
    at, there = standing_frame(drv, found), standing_frame(ref, own)
    ankles = [a for a in ANKLES if ref.seen[there, a] and drv.seen[at, a]]
    if anchor == "auto" and any(
        p.xy[t, a, 1] < p.xy[t, PELVIS, 1] for p, t in ((drv, at), (ref, there)) for a in ankles
    ):
        ankles = []  # on its head, or wrongly found
    if anchor == "feet" or (anchor == "auto" and len(ankles) == 2):
        if not ankles:
            raise ValueError("anchor 'feet' needs an ankle seen in both poses, got none; use 'pelvis' or 'auto'")
        shift[1] = ref.xy[there, ankles, 1].max() - new[at, ankles, 1].max()
    return shift


def _on_the_ground(
    drv: Person,
    moved: np.ndarray,
    ratios: dict[str, float],
    longest: dict[str, np.ndarray],
    travel: float,
    found: list[Contact],
    lock: float,
) -> np.ndarray:
    """The displacements with standing feet standing: the body shifts with them, the legs take up what is left."""
    body, feet = ground_shifts(drv, moved, travel, found, lock)
    moved = moved + body[:, None]
    thigh, shin = (ratios[bone] * drv.bone(bone) for bone in ("thigh", "shin"))
    for side, ankle in enumerate(ANKLES):
        hip, knee = ankle - 4, ankle - 2
        below = [ankle, *range(FEET.start + 3 * side, FEET.start + 3 * side + 3)]
        moved[:, knee] += thigh / (thigh + shin) * feet[:, side]
        moved[:, below] += feet[:, None, side]
        for child, parent, bone, carried in ((knee, hip, "thigh", [knee]), (ankle, knee, "shin", below)):
            step = (drv.xy + moved)[:, child] - (drv.xy + moved)[:, parent]
            length = np.linalg.norm(step, axis=-1)
            over = (drv.seen[:, child] & drv.seen[:, parent]) & (length > longest[bone] * (1 + 1e-9))
            back = np.where(over, longest[bone] / np.maximum(length, 1e-9) - 1, 0)[:, None] * step
            moved[:, carried] += back[:, None]
    return moved


def _without_unseen_legs(
    score: torch.Tensor, xy: np.ndarray, ref: Person, width: int, height: int, notes: list[str]
) -> torch.Tensor:
    """(T,1,133) scores: legs that the reference does not show are left out, in all frames alike, if they ever
    come onto the canvas."""

    def on_canvas(points: np.ndarray) -> np.ndarray:
        return ((points >= 0) & (points < [width, height])).all(-1)

    score = score.clone()
    shown = (ref.seen & on_canvas(ref.xy)).any(0)
    for name, points, needed in _LEGS:
        if shown[list(needed)].any():
            continue
        seen = score[:, 0, list(points)].numpy() > 0
        if (seen & on_canvas(xy[:, list(points)])).any():
            notes.append(f"the reference shows no {name}: left out")
            score[:, 0, list(points)] = 0
    return score


def _plain(driving: PoseTrack, index: int, drv: Person, new: np.ndarray, scale: float, track: PoseTrack) -> PoseTrack:
    """The driving pose scaled as a whole; in the anchor frame its neck stands where the retargeted one stands."""
    at = drv.anchor
    centre, there = (torch.from_numpy(points[at, NECK]).float() for points in (drv.xy, new))
    xy = (driving.xy[:, index : index + 1].nan_to_num(0.0, 0.0, 0.0) - centre) * scale + there
    return PoseTrack(xy=xy, score=driving.score[:, index : index + 1].clone(), width=track.width, height=track.height)
