"""Cuts a character into layers (arms, legs, the rest), each complete: what one layer hides of another is filled in."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from .parts import BODY, along, half_width, hem, limb_line, part_labels, polyline
from .skeleton import LIMBS, NAMES, Rig, bone


@dataclass(frozen=True, kw_only=True)
class Layer:
    """One part of the character, as a texture on the canvas grid at rest."""

    name: str
    colour: np.ndarray  # (H,W,4) float32, premultiplied
    bones: tuple[int, ...]  # that move it
    joint: tuple[np.ndarray, float] | None = None  # centre and radius, pixels, of where it hangs on the body's mesh


def clean_colours(picture: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """The picture with the colours of half-transparent pixels taken from the nearest solid ones: no halo."""
    return _spread(picture, alpha > 0.95)


def _spread(picture: np.ndarray, source: np.ndarray) -> np.ndarray:
    """The picture with every pixel outside the source mask coloured as the nearest one inside."""
    solid = source.astype(np.uint8)
    if not solid.any():
        return picture
    _, label = cv2.distanceTransformWithLabels(1 - solid, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    rows, columns = np.nonzero(solid)
    owner = np.zeros(label.max() + 1, np.int64)
    owner[label[rows, columns]] = np.arange(len(rows))
    nearest = picture[rows[owner[label]], columns[owner[label]]]
    return np.where(solid[..., None] > 0, picture, nearest).astype(np.float32)


def _inner(mask: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """Bool: the solid pixels of a part away from its border, where another part's colour may have bled in."""
    return cv2.erode((mask & (alpha > 0.95)).astype(np.uint8), np.ones((5, 5), np.uint8)) > 0


def _inpaint(picture: np.ndarray, hole: np.ndarray) -> np.ndarray:
    """The picture with the hole filled from around it (Telea), float32 in [0,1]."""
    if not hole.any():
        return picture
    eight = np.round(np.clip(picture, 0, 1) * 255).astype(np.uint8)
    filled = cv2.inpaint(eight, hole.astype(np.uint8), 4, cv2.INPAINT_TELEA).astype(np.float32) / 255
    return np.where(hole[..., None], filled, picture)


def _layer(
    name: str, picture: np.ndarray, alpha: np.ndarray, bones: tuple[str, ...], joint: tuple | None = None
) -> Layer:
    colour = np.concatenate([picture * alpha[..., None], alpha[..., None]], -1).astype(np.float32)
    return Layer(name=name, colour=colour, bones=tuple(NAMES.index(b) for b in bones), joint=joint)


def _disc(shape: tuple[int, int], centre: np.ndarray, radius: float) -> np.ndarray:
    rows, columns = np.ogrid[: shape[0], : shape[1]]
    return (columns + 0.5 - centre[0]) ** 2 + (rows + 0.5 - centre[1]) ** 2 < radius**2


def _soft(mask: np.ndarray) -> np.ndarray:
    return cv2.GaussianBlur(mask.astype(np.float32), (0, 0), 0.7)


def _under_arms(rig: Rig, body: np.ndarray, arms: np.ndarray) -> np.ndarray:
    """(H,W) bool: arm pixels behind which the torso or head goes on."""
    reach = max(3, int(0.4 * rig.unit)) | 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
    body = cv2.morphologyEx(body.astype(np.uint8), cv2.MORPH_OPEN, np.ones((7, 7), np.uint8))
    padded = cv2.copyMakeBorder(body, reach, reach, reach, reach, cv2.BORDER_CONSTANT)
    closed = cv2.morphologyEx(padded, cv2.MORPH_CLOSE, kernel)[reach:-reach, reach:-reach]
    torso = np.zeros(body.shape, np.uint8)
    corners = [rig.start[bone(b)] for b in ("left_upper_arm", "left_thigh", "right_thigh", "right_upper_arm")]
    if rig.has_pelvis:
        cv2.fillPoly(torso, [np.round(np.array(corners)).astype(np.int32)], 1)
    centre, radius = rig.head
    face = _disc(body.shape, centre, radius)
    return arms & ((closed > 0) | (torso > 0) | face)


def _covered_leg(
    rig: Rig, name: str, mask: np.ndarray, picture: np.ndarray, alpha: np.ndarray, covered: float
) -> Layer:
    """A leg that goes on, in its own colours, behind the skirt above it; it hangs on its bones only."""
    line, thigh = limb_line(rig, name), np.zeros(alpha.shape, np.uint8)
    bare = np.zeros(alpha.shape, np.uint8)
    polyline(bare, along(line, covered + 0.05, min(covered + 0.15, 1)), 0.5)
    away = cv2.distanceTransform(1 - bare, cv2.DIST_L2, 5)[mask]
    usual = half_width(rig, name)
    radius = 2 * float(away[away < usual].mean()) if (away < usual).any() else usual  # as wide as below the hem
    polyline(thigh, along(line, 0.05, min(covered + 0.05, 1)), radius)
    hidden = (thigh > 0) & ~mask & (alpha > 0.5)
    # The hem and its shadow are no colours of the leg.
    near, far = (
        cv2.dilate(hidden.astype(np.uint8), np.ones((k, k), np.uint8)) > 0
        for k in (2 * int(0.05 * rig.unit) + 3, 2 * int(0.15 * rig.unit) + 5)
    )
    skin = cv2.blur(_spread(picture, _inner(mask & ~far, alpha)), (7, 7))
    texture = np.where(near[..., None], skin, picture)
    return _layer(name, texture, np.where(hidden, 1, alpha) * _soft(mask | hidden), LIMBS[name])


def _joint(rig: Rig, name: str, mask: np.ndarray) -> tuple[np.ndarray, float] | None:
    """Where a limb is joined to the body; None when none of it is near its root."""
    root = rig.start[bone(LIMBS[name][0])]
    near = np.hypot(*(np.argwhere(mask)[:, ::-1].T + 0.5 - root[:, None])).min()
    radius = max(1.2 * half_width(rig, name), near + 0.1 * rig.unit)
    return (root, radius) if radius < rig.unit else None


def cut_layers(rig: Rig, picture: np.ndarray, alpha: np.ndarray) -> list[Layer]:
    """The character's layers in drawing order: legs, body, arms.

    The picture (H,W,3) and alpha (H,W) stand on the canvas grid. The body goes on behind the arms, the legs go on
    behind a skirt; at shoulders and bare hips the layers overlap in a disc where the mesh joins them.
    """
    covered = hem(rig, alpha)
    labels = part_labels(rig, picture, alpha, covered)
    picture = clean_colours(picture, alpha)
    own_body = labels.pop(BODY)
    nothing = np.zeros(alpha.shape, bool)
    arms = labels.get("left_arm", nothing) | labels.get("right_arm", nothing)
    behind = _under_arms(rig, own_body, arms)
    kept, legs, front = own_body | behind, [], []
    for name, mask in labels.items():
        if not mask.any():
            continue
        if name.endswith("leg") and covered > 0:
            legs.append(_covered_leg(rig, name, mask, picture, alpha, covered))
            continue
        joint = _joint(rig, name, mask)
        if joint is None:  # what cannot be joined stays with the body
            kept |= mask
            behind &= ~mask
            continue
        around = _disc(alpha.shape, *joint)
        bones = ("chest" if name.endswith("arm") else "pelvis", *LIMBS[name])
        shape = alpha * _soft(mask | (around & own_body))
        (front if name.endswith("arm") else legs).append(_layer(name, picture, shape, bones, joint))
        if name.endswith("leg"):  # trousers go on between the legs when they part
            seat = cv2.dilate(own_body.astype(np.uint8), np.ones((3, 3)), iterations=max(1, int(0.1 * rig.unit)))
            kept |= mask & (((seat > 0) & _disc(alpha.shape, rig.start[0], 0.7 * rig.unit)) | around)
    bones = ("pelvis", "chest", "head") + (("left_thigh", "right_thigh") if covered > 0 else ())
    filled = np.where(behind[..., None], _inpaint(_spread(picture, _inner(own_body, alpha)), behind), picture)
    body = _layer(BODY, filled, np.where(behind, 1, alpha) * _soft(kept), bones)
    return [*legs, body, *front]
