"""Camera paths: the spiral of scene completion, presets, operations. OpenCV axes, c2w, frame 0 is the identity."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Literal

import numpy as np
import torch
from jaxtyping import Float
from scipy.ndimage import gaussian_filter1d
from torch import Tensor

from ..types import Cameras
from .rigid import look_at, rebase, rigid, rigid_inverse, so3_exp, so3_log

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


def _moved(offset: Callable[[Tensor], list[Tensor]]) -> Callable[[Tensor, float], Tensor]:
    def build(t: Tensor, distance: float) -> Tensor:
        return rigid(torch.eye(3).expand(len(t), 3, 3), torch.stack(offset(t), -1) * distance)

    return build


def _turned(axis: int, radians: float) -> Callable[[Tensor, float], Tensor]:
    def build(t: Tensor, distance: float) -> Tensor:
        rotvec = torch.zeros(len(t), 3)
        rotvec[:, axis] = radians * t
        return rigid(so3_exp(rotvec), torch.zeros(len(t), 3))

    return build


def _orbit(t: Tensor, distance: float) -> Tensor:
    angle = math.radians(20) * t
    pivot = torch.tensor([0.0, 0.0, distance])
    eye = pivot + distance * torch.stack([angle.sin(), torch.zeros_like(t), -angle.cos()], -1)
    return look_at(eye, pivot.expand_as(eye))


# t runs from 0 to the amplitude; lengths are shares of the scene's distance.
_MOTIONS: dict[str, Callable[[Tensor, float], Tensor]] = {
    "orbit": _orbit,
    "dolly": _moved(lambda t: [0 * t, 0 * t, 0.25 * t]),
    "truck": _moved(lambda t: [0.2 * t, 0 * t, 0 * t]),
    "pedestal": _moved(lambda t: [0 * t, -0.15 * t, 0 * t]),
    "pan": _turned(1, math.radians(15)),
    "tilt": _turned(0, math.radians(10)),
    "zoom": _moved(lambda t: [0 * t, 0 * t, 0 * t]),
    "static": _moved(lambda t: [0 * t, 0 * t, 0 * t]),
}
PRESETS = ("spiral", *_MOTIONS, "handheld")


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
    if count < 1 or not distance > 0:
        raise ValueError(f"a camera path needs count >= 1 and distance > 0, got {count} and {distance:.4g}")
    ramp = torch.linspace(0, 1, count) if count > 1 else torch.zeros(1)
    eased = ramp * ramp * (3 - 2 * ramp) * amplitude
    K = reference.K[:1].cpu().repeat(count, 1, 1)
    if preset == "spiral":
        c2w = spiral(distance, distance, count) if count > 1 else torch.eye(4)[None]
        c2w = scale_path(c2w, amplitude)
    elif preset == "handheld":
        c2w = _handheld(count, amplitude, distance, seed)
    else:
        c2w = _MOTIONS[preset](eased, distance)
    if preset == "zoom":
        K[:, :2, :2] *= (1.5**eased)[:, None, None]
    return replace(reference, c2w=rebase(c2w), K=K)


def _handheld(count: int, amplitude: float, distance: float, seed: int) -> Float[Tensor, "count 4 4"]:
    """A breathing hand: smooth random sway that begins at rest."""
    noise = torch.randn(count, 6, generator=torch.Generator().manual_seed(seed)).numpy()
    drift, tremor = (gaussian_filter1d(noise, sigma, axis=0, mode="wrap") for sigma in (6.0, 2.0))
    sway = torch.from_numpy(4.6 * drift + 0.5 * tremor).float() * amplitude  # about unit deviation
    sway = sway - sway[:1]
    return rigid(so3_exp(0.012 * sway[:, :3]), 0.015 * distance * sway[:, 3:])


def smooth(c2w: Float[Tensor, "T 4 4"], sigma: float) -> Float[Tensor, "T 4 4"]:
    """The path low-passed by a Gaussian of sigma frames on t and on so(3); pose 0 stays exactly where it was.

    The ends are mirrored through their end pose, so a constant speed stays one.
    """
    if sigma <= 0 or len(c2w) < 3:
        return c2w.clone()
    relative = rebase(c2w)
    series = torch.cat([relative[:, :3, 3], _unwrapped(so3_log(relative[:, :3, :3]))], -1).double().numpy()
    pad = min(len(series) - 1, math.ceil(4 * sigma))
    before, after = 2 * series[0] - series[pad:0:-1], 2 * series[-1] - series[-2 : -pad - 2 : -1]
    padded = np.concatenate([before, series, after])
    smoothed = torch.from_numpy(gaussian_filter1d(padded, sigma, axis=0)[pad : pad + len(series)]).to(c2w.dtype)
    return torch.cat([c2w[:1], (c2w[:1] @ rebase(rigid(so3_exp(smoothed[:, 3:]), smoothed[:, :3])))[1:]])


def _unwrapped(rotvec: Float[Tensor, "T 3"]) -> Float[Tensor, "T 3"]:
    """The same rotations with axis-angle vectors that do not jump where the angle passes pi."""
    out = rotvec.clone()
    for i in range(1, len(out)):
        angle = out[i].norm().clamp_min(1e-9)
        turns = ((out[i] @ out[i - 1]) / angle - angle) / (2 * math.pi)
        out[i] = out[i] * (1 + 2 * math.pi * turns.round() / angle)
    return out


def retime(cameras: Cameras, count: int, fps: float | None = None) -> Cameras:
    """The same move in `count` cameras: linear in t and K, along the shortest turn in rotation; ends are kept."""
    if count < 1:
        raise ValueError(f"retime needs count >= 1, got {count}")
    c2w, K = cameras.c2w, cameras.K
    at = torch.linspace(0, len(c2w) - 1, count, dtype=torch.float64)
    lower = at.floor().long().clamp(max=max(len(c2w) - 2, 0))
    upper = (lower + 1).clamp(max=len(c2w) - 1)
    share = (at - lower).to(c2w.dtype)[:, None]
    R0, R1 = c2w[lower, :3, :3], c2w[upper, :3, :3]
    R = R0 @ so3_exp(share * so3_log(R0.mT @ R1))
    t = torch.lerp(c2w[lower, :3, 3], c2w[upper, :3, 3], share)
    return replace(cameras, c2w=rigid(R, t), K=torch.lerp(K[lower], K[upper], share[..., None]), fps=fps or cameras.fps)


def reverse(cameras: Cameras) -> Cameras:
    """The path backwards, in its own frame; apply rigid.rebase to begin at the identity again."""
    return replace(cameras, c2w=cameras.c2w.flip(0), K=cameras.K.flip(0))


def concat(first: Cameras, second: Cameras) -> Cameras:
    """`first`, then the moves of `second` carried on from the last pose of `first` (which is not repeated)."""
    if (first.width, first.height) != (second.width, second.height):
        raise ValueError(
            "paths to join must be of one picture size, got "
            f"{first.width}x{first.height} and {second.width}x{second.height}; rescale one of them"
        )
    c2w = torch.cat([first.c2w, (first.c2w[-1] @ rebase(second.c2w))[1:]])
    return replace(first, c2w=c2w, K=torch.cat([first.K, second.K[1:]]))


def scale_path(c2w: Float[Tensor, "T 4 4"], factor: float) -> Float[Tensor, "T 4 4"]:
    """The path with all translations times factor; rotations have no scale."""
    out = c2w.clone()
    out[:, :3, 3] *= factor
    return out


def clamp_path(c2w: Float[Tensor, "T 4 4"], reach: float) -> Float[Tensor, "T 4 4"]:
    """The path with every position softly kept within `reach` of the origin: t becomes reach tanh(|t|/reach) t/|t|."""
    if not reach > 0:
        raise ValueError(f"clamp_path needs reach > 0, got {reach:.4g}")
    out = c2w.clone()
    length = out[:, :3, 3].norm(dim=-1, keepdim=True).clamp_min(1e-12)
    out[:, :3, 3] *= reach * torch.tanh(length / reach) / length
    return out
