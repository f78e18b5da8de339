"""Camera paths by name: the spiral of scene completion, moves and their combinations. c2w, frame 0 is the identity."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor

from ..types import Cameras
from .easing import eased
from .rigid import look_at, rebase, rigid, rigid_inverse, so3_exp
from .shake import shake

SpiralFormula = Literal["corrected", "vistadream", "paper"]


def spiral(
    radius: float, near: float, count: int = 60, formula: SpiralFormula = "corrected"
) -> Float[Tensor, "count 4 4"]:
    """c2w of the spiral that scene completion looks from, in the unit of radius; the first pose is the identity.

    radius is the mean P95-P5 extent of the scene's points, near its P5 depth: the camera never leaves the origin by
    more than 0.3 near. "corrected" is eq. (5) of the DreamDance paper with right-handed orthonormal frames, every
    axis scaled, and the camera rising instead of sinking; "vistadream" is the path VistaDream's code follows in
    effect; "paper" is eq. (5) as printed, for the record: its frames are mirrored and skewed, so nothing can be
    rendered with it. The closing pose t = 1 repeats t = 0.
    """
    if count < 2 or not radius > 0 or not near > 0:
        raise ValueError(f"spiral needs count >= 2 and radius, near > 0, got {count}, {radius:.4g}, {near:.4g}")
    angle = torch.linspace(0, 2 * math.pi, count, dtype=torch.float64)
    sine, cosine = angle.sin(), angle.cos()
    target = torch.tensor([0.0, 0.0, 0.5 * radius], dtype=torch.float64).expand(count, 3)
    if formula == "paper":
        return _paper_spiral(radius, sine, cosine, target).float()
    if formula == "vistadream":
        depth = torch.where(sine > 0, -0.3 * sine, -0.7 * sine)
        eye = 0.3 * radius * torch.stack([sine * cosine, 0.3 * sine**2, depth], -1)
        return rigid_inverse(look_at(eye, target)).flip(0).float()
    # Backward moves reach further than forward ones; the switch is rounded so that the speed stays continuous.
    rounded_abs = (sine**2 + 0.01).sqrt() - 0.1
    eye = 0.3 * radius * torch.stack([sine * cosine, -0.3 * sine**2, -0.5 * sine - 0.2 * rounded_abs], -1)
    eye = eye * (0.3 * near / eye.norm(dim=-1).max()).clamp(max=1.0)
    return rebase(look_at(eye, target)).float()


def _paper_spiral(radius: float, sine: Tensor, cosine: Tensor, target: Tensor) -> Tensor:
    eye = torch.stack([radius * sine * cosine, radius * sine**2, -sine], -1)
    forward = torch.nn.functional.normalize(target - eye, dim=-1)
    up = torch.tensor([0.0, 1.0, 0.0], dtype=eye.dtype).expand_as(forward)
    rows = torch.stack([torch.linalg.cross(forward, up), up, forward], -2)
    return rigid(torch.linalg.inv(rows), eye)


def scale_path(c2w: Float[Tensor, "T 4 4"], factor: float) -> Float[Tensor, "T 4 4"]:
    """The path with all translations times factor; rotations have no scale."""
    out = c2w.clone()
    out[:, :3, 3] *= factor
    return out


Build = Callable[[Tensor, float], Tensor]


def _along(*direction: float) -> Build:
    def build(size: Tensor, distance: float) -> Tensor:
        return rigid(torch.eye(3).expand(len(size), 3, 3), size[:, None] * torch.tensor(direction))

    return build


def _about(*axis: float) -> Build:
    def build(size: Tensor, distance: float) -> Tensor:
        rotvec = torch.deg2rad(size)[:, None] * torch.tensor(axis)
        return rigid(so3_exp(rotvec), torch.zeros(len(size), 3))

    return build


def _around(*axis: float) -> Build:
    """Turns about a pivot straight ahead, which keeps its place in the picture."""

    def build(size: Tensor, distance: float) -> Tensor:
        R = so3_exp(torch.deg2rad(size)[:, None] * torch.tensor(axis))
        pivot = torch.tensor([0.0, 0.0, distance])
        return rigid(R, pivot - R @ pivot)

    return build


@dataclass(frozen=True, kw_only=True)
class _Kind:
    unit: Literal["degrees", "units", "times"]
    calm: float  # the size at amplitude 1; a share of the distance where the unit is scene units
    build: Build


_STILL = _along(0.0, 0.0, 0.0)
_KINDS = {
    "orbit": _Kind(unit="degrees", calm=20.0, build=_around(0.0, -1.0, 0.0)),
    "crane": _Kind(unit="degrees", calm=10.0, build=_around(-1.0, 0.0, 0.0)),
    "dolly": _Kind(unit="units", calm=0.25, build=_along(0.0, 0.0, 1.0)),
    "truck": _Kind(unit="units", calm=0.2, build=_along(1.0, 0.0, 0.0)),
    "pedestal": _Kind(unit="units", calm=0.15, build=_along(0.0, -1.0, 0.0)),
    "pan": _Kind(unit="degrees", calm=15.0, build=_about(0.0, 1.0, 0.0)),
    "tilt": _Kind(unit="degrees", calm=10.0, build=_about(1.0, 0.0, 0.0)),
    "roll": _Kind(unit="degrees", calm=5.0, build=_about(0.0, 0.0, 1.0)),
    "zoom": _Kind(unit="times", calm=1.5, build=_STILL),
    "dolly_zoom": _Kind(unit="units", calm=0.25, build=_along(0.0, 0.0, 1.0)),
    "static": _Kind(unit="units", calm=0.0, build=_STILL),
}
MOVES = {name: kind.unit for name, kind in _KINDS.items()}  # what the size of each move counts
PRESETS = ("spiral", *_KINDS, "handheld")


@dataclass(frozen=True, kw_only=True)
class Move:
    """A part of a path."""

    name: str
    size: float  # in the unit that MOVES names: degrees, scene units, or times the focal length
    ease: str = "smooth"


def combined(moves: Sequence[Move], count: int, reference: Cameras, *, distance: float = 1.0) -> Cameras:
    """All moves at once, as `count` cameras from the identity with the reference's first K, size and fps.

    Each move is made in the frame of those before it: a pedestal after an orbit rises along the orbiting camera's own
    vertical. "dolly_zoom" moves forward while the focal length follows the depth of the point at `distance` straight
    ahead of the first camera, whatever the other moves do: that point's surroundings keep their size.
    """
    if count < 1 or not distance > 0:
        raise ValueError(f"a camera path needs count >= 1 and distance > 0, got {count} and {distance:.4g}")
    ramp = torch.linspace(0, 1, count) if count > 1 else torch.zeros(1)
    c2w, zoom = torch.eye(4).repeat(count, 1, 1), torch.ones(count)
    for move in moves:
        if move.name not in _KINDS:
            raise ValueError(f"a camera move must be one of {', '.join(_KINDS)}, got {move.name!r}")
        share, kind = eased(ramp, move.ease), _KINDS[move.name]
        if kind.unit == "times":
            if not move.size > 0:
                raise ValueError(f"zoom must be above 0 times the focal length, got {move.size:g}; 0.5 zooms out")
            zoom = zoom * move.size**share
        c2w = c2w @ kind.build(share * move.size, distance)
    if any(move.name == "dolly_zoom" for move in moves):
        depth = (rigid_inverse(c2w) @ torch.tensor([0.0, 0.0, distance, 1.0]))[:, 2]
        if float(depth.min()) < 0.02 * distance:
            raise ValueError(
                f"dolly_zoom must stay before its subject at distance {distance:g}, got within {float(depth.min()):.3g}"
            )
        zoom = zoom * depth / depth[0]
    K = reference.K[:1].cpu().repeat(count, 1, 1)
    K[:, :2, :2] *= zoom[:, None, None]
    return replace(reference, c2w=rebase(c2w), K=K)


def preset_size(preset: str, amplitude: float, distance: float = 1.0) -> float:
    """The size of a preset in its move's own unit: times its calm one, which scales with the distance in lengths."""
    kind = _KINDS[preset]
    if kind.unit == "times":
        return kind.calm**amplitude
    return kind.calm * amplitude * (distance if kind.unit == "units" else 1.0)


def camera_path(
    preset: str, count: int, amplitude: float, reference: Cameras, *, distance: float = 1.0, seed: int = 0
) -> Cameras:
    """A preset path of `count` cameras that starts at the identity with the reference's first K, size and fps.

    amplitude 1 is a calm full move (orbit 20 degrees, dolly a quarter of the distance, zoom to 1.5 times the focal
    length); negative values go the other way. distance is the depth of what the shot is about, in scene units.
    Moves ease in and out; "spiral" and "handheld" do not end elsewhere than they began.
    """
    if preset not in PRESETS:
        raise ValueError(f"camera preset must be one of {', '.join(PRESETS)}, got {preset!r}")
    if preset not in ("spiral", "handheld"):
        return combined(
            [Move(name=preset, size=preset_size(preset, amplitude, distance))], count, reference, distance=distance
        )
    still = combined([], count, reference, distance=distance)
    if preset == "handheld":
        sway = shake(count, reference.fps, 0.7 * amplitude, 0.015 * distance * amplitude, seed=seed)
        return replace(still, c2w=sway)
    return replace(still, c2w=scale_path(spiral(distance, distance, count), amplitude)) if count > 1 else still
