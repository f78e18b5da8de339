"""What a made-up figure looks like, and how it is drawn: flat colours, dark outlines, the farthest parts first."""

from __future__ import annotations

import colorsys
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Float, UInt8

from ..degrade.dice import Dice
from .figure import HEAD_RADIUS

Colour = tuple[int, int, int]
_SHIFT = 4  # fractional bits of cv2's coordinates
_OUTLINE = 0.008  # body heights
_SKINS: tuple[Colour, ...] = ((255, 224, 196), (240, 200, 165), (200, 150, 110), (140, 95, 65), (255, 236, 222))


@dataclass(frozen=True, kw_only=True)
class Costume:
    """Colours and pieces of one character."""

    skin: Colour
    hair: Colour
    top: Colour
    bottom: Colour
    shoes: Colour
    eyes: Colour
    sleeves: str  # long, short, none
    skirt: float  # body heights that it reaches below the hip; 0 = trousers
    long_hair: float  # head radii below the head's centre
    ears: bool  # of a cat
    stripe: Colour | None  # across the chest
    stout: float  # width of body and limbs


def _vivid(dice: Dice, light: tuple[float, float] = (0.35, 0.95)) -> Colour:
    r, g, b = colorsys.hsv_to_rgb(dice.uniform(0.0, 1.0), dice.uniform(0.25, 0.95), dice.uniform(*light))
    return round(255 * r), round(255 * g), round(255 * b)


def random_costume(dice: Dice) -> Costume:
    return Costume(
        skin=dice.pick(_SKINS),
        hair=_vivid(dice, (0.1, 0.95)),
        top=_vivid(dice),
        bottom=_vivid(dice, (0.15, 0.8)),
        shoes=_vivid(dice, (0.1, 0.6)),
        eyes=_vivid(dice, (0.3, 0.8)),
        sleeves=dice.pick(("long", "short", "none")),
        skirt=dice.uniform(0.12, 0.3) if dice.chance(0.5) else 0.0,
        long_hair=dice.uniform(1.0, 4.0) if dice.chance(0.5) else 0.6,
        ears=dice.chance(0.3),
        stripe=_vivid(dice) if dice.chance(0.5) else None,
        stout=dice.uniform(0.85, 1.3),
    )


class _Canvas:
    """A picture with coverage on which shapes in px are painted over one another, each with a dark outline."""

    def __init__(self, width: int, height: int) -> None:
        self.rgb = np.zeros((height, width, 3), np.uint8)
        self.alpha = np.zeros((height, width), np.uint8)
        self.line = 1.0  # px of an outline

    def capsule(self, a: np.ndarray, b: np.ndarray, radius: float, colour: Colour) -> None:
        self._twice(lambda grow: _capsule(a, b, radius + grow), colour)

    def polygon(self, corners: np.ndarray, colour: Colour) -> None:
        middle = corners.mean(0)
        away = corners - middle
        reach = np.maximum(np.linalg.norm(away, axis=-1, keepdims=True), 1e-6)
        self._twice(lambda grow: corners + away / reach * grow, colour)

    def dot(self, at: np.ndarray, radius: float, colour: Colour) -> None:
        self._fill(_capsule(at, at, radius), colour)

    def _twice(self, shape: Callable[[float], np.ndarray], colour: Colour) -> None:
        self._fill(shape(self.line), tuple(int(0.35 * c) for c in colour))
        self._fill(shape(0.0), colour)

    def _fill(self, corners: np.ndarray, colour: Colour) -> None:
        hull = cv2.convexHull(np.round((corners - 0.5) * (1 << _SHIFT)).astype(np.int32))
        cv2.fillConvexPoly(self.rgb, hull, colour, cv2.LINE_8, _SHIFT)
        cv2.fillConvexPoly(self.alpha, hull, 255, cv2.LINE_8, _SHIFT)


def _capsule(a: np.ndarray, b: np.ndarray, radius: float) -> np.ndarray:
    turn = np.linspace(0, 2 * np.pi, 17)[:-1]
    ring = radius * np.stack([np.cos(turn), np.sin(turn)], -1)
    return np.concatenate([a + ring, b + ring])


@dataclass(frozen=True, kw_only=True)
class Seen:
    """One frame's joints as a camera sees them."""

    xy: dict[str, Float[np.ndarray, "2"]]  # px
    z: dict[str, float]
    scale: float  # px of a body height at the hip
    face: Float[np.ndarray, "68 2"]  # px
    face_seen: np.ndarray  # (68,) bool
    turned_away: bool  # the face looks away from the camera


def draw_figure(
    seen: Seen, costume: Costume, width: int, height: int
) -> tuple[UInt8[np.ndarray, "{height} {width} 3"], UInt8[np.ndarray, "{height} {width}"]]:
    """Colours and hard coverage (0 or 255) of the figure, its parts from the farthest to the nearest."""
    canvas = _Canvas(width, height)
    canvas.line = max(_OUTLINE * seen.scale, 0.5)
    parts = [*_limbs(seen, costume), _trunk(seen, costume), *_head(seen, costume)]
    for _, paint in sorted(parts, key=lambda part: -part[0]):
        paint(canvas)
    return canvas.rgb, canvas.alpha


Part = tuple[float, Callable[[_Canvas], None]]


def _limbs(seen: Seen, costume: Costume) -> list[Part]:
    xy, z, unit = seen.xy, seen.z, seen.scale * costume.stout
    upper = costume.top if costume.sleeves != "none" else costume.skin
    lower = costume.top if costume.sleeves == "long" else costume.skin
    leg = costume.skin if costume.skirt else costume.bottom
    parts: list[Part] = []
    for side in "lr":

        def arm(canvas: _Canvas, side: str = side) -> None:
            canvas.capsule(xy[f"wrist_{side}"], xy[f"hand_{side}"], 0.022 * unit, costume.skin)
            canvas.capsule(xy[f"elbow_{side}"], xy[f"wrist_{side}"], 0.026 * unit, lower)
            canvas.capsule(xy[f"shoulder_{side}"], xy[f"elbow_{side}"], 0.031 * unit, upper)

        def limb(canvas: _Canvas, side: str = side) -> None:
            canvas.capsule(xy[f"ankle_{side}"], xy[f"toe_{side}"], 0.03 * unit, costume.shoes)
            canvas.capsule(xy[f"knee_{side}"], xy[f"ankle_{side}"], 0.036 * unit, leg)
            canvas.capsule(xy[f"pelvis_{side}"], xy[f"knee_{side}"], 0.046 * unit, leg)

        parts.append((z[f"elbow_{side}"], arm))
        parts.append((z[f"knee_{side}"] + 0.05, limb))  # legs are under the clothes of the trunk
    return parts


def _trunk(seen: Seen, costume: Costume) -> Part:
    xy, unit = seen.xy, seen.scale * costume.stout

    def paint(canvas: _Canvas) -> None:
        hips, shoulders = ([xy[f"{part}_{side}"] for side in "lr"] for part in ("pelvis", "shoulder"))
        across = hips[0] - hips[1]
        if costume.skirt:
            knees = [xy[f"knee_{side}"] for side in "lr"]
            low = [hip + (knee - hip) * costume.skirt / 0.235 for hip, knee in zip(hips, knees, strict=True)]
            wide = 0.07 * unit * np.array([1.0, 0.0])
            flare = [hips[0] + 0.3 * across, hips[1] - 0.3 * across]
            flare += [place + side * wide for place in low for side in (-1, 1)]
            canvas.polygon(np.stack(flare), costume.bottom)
        canvas.capsule(xy["neck"], xy["head"], 0.025 * unit, costume.skin)
        waist = np.concatenate([_capsule(hip, hip, 0.035 * unit) for hip in hips])
        chest = np.concatenate([_capsule(place, place, 0.03 * unit) for place in shoulders])
        canvas.polygon(np.concatenate([waist, chest]), costume.top)
        if costume.stripe is not None:
            middle = [0.55 * place + 0.45 * hip for place, hip in zip(shoulders, hips, strict=True)]
            canvas.capsule(middle[0], middle[1], 0.02 * unit, costume.stripe)

    return (seen.z["hip"] + seen.z["neck"]) / 2, paint


def _head(seen: Seen, costume: Costume) -> list[Part]:
    head, radius = seen.xy["head"], HEAD_RADIUS * seen.scale
    down = seen.xy["neck"] - head
    down = down / max(float(np.linalg.norm(down)), 1e-6)
    right = np.array([down[1], -down[0]])

    def mane(canvas: _Canvas) -> None:
        canvas.capsule(head, head + costume.long_hair * radius * down, 1.08 * radius, costume.hair)

    def front(canvas: _Canvas) -> None:
        if costume.ears:
            for side in (-1, 1):
                base = head - 0.7 * radius * down + side * 0.6 * radius * right
                tip = base - 0.9 * radius * down + side * 0.25 * radius * right
                canvas.polygon(
                    np.stack([base - 0.35 * radius * right, base + 0.35 * radius * right, tip]), costume.hair
                )
        canvas.capsule(head, head, 1.08 * radius, costume.hair)
        if not seen.turned_away:
            _face(canvas, seen, costume, radius, (right, down))

    behind = 0.08 if not seen.turned_away else -0.1
    return [(seen.z["head"] + behind, mane), (seen.z["head"] - 0.06, front)]


def _face(canvas: _Canvas, seen: Seen, costume: Costume, radius: float, axes: tuple[np.ndarray, np.ndarray]) -> None:
    right, down = axes
    nose = seen.face[27:36].mean(0) if seen.face_seen[27:36].all() else seen.xy["head"]
    middle = 0.6 * seen.xy["head"] + 0.4 * nose  # the face slides over the ball of the head as it turns
    canvas.capsule(middle, middle + 0.25 * radius * down, 0.78 * radius, costume.skin)
    turn = np.linspace(1.15 * np.pi, 1.85 * np.pi, 9)
    fringe = np.stack([seen.xy["head"] + 1.05 * radius * (np.cos(a) * right + np.sin(a) * down) for a in turn])
    canvas.polygon(fringe, costume.hair)
    for points in (range(36, 42), range(42, 48)):
        if seen.face_seen[list(points)].all():
            eye = seen.face[list(points)].mean(0)
            canvas.dot(eye, 0.2 * radius, (250, 250, 250))
            canvas.dot(eye, 0.15 * radius, costume.eyes)
    if seen.face_seen[48:60].all():
        canvas.dot(seen.face[48:60].mean(0), 0.1 * radius, (170, 60, 60))
