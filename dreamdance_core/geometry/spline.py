"""Smooth curves through camera poses: positions and lenses by cubic splines, rotations by a spline on SO(3)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
from jaxtyping import Bool, Float
from scipy.interpolate import CubicHermiteSpline, CubicSpline, PchipInterpolator
from torch import Tensor

from ..types import Cameras
from .rigid import rigid, so3_exp, so3_log

LENS = ((0, 0), (1, 1), (0, 2), (1, 2), (0, 1))  # fx, fy, cx, cy, skew in K


def slopes(
    times: Float[np.ndarray, "N"], values: Float[np.ndarray, "N C"], rest: Bool[np.ndarray, "N"], overshoot: bool = True
) -> Float[np.ndarray, "N C"]:
    """Derivatives at the keys: 0 where `rest`, between those of the C2 cubic spline, natural at open ends.

    overshoot False takes monotone slopes instead (Fritsch and Carlson): no coordinate leaves the range of the two
    keys around it, at the price of C1.
    """
    out = np.zeros_like(values)
    borders = sorted({0, len(times) - 1, *np.flatnonzero(rest)})
    for a, b in zip(borders[:-1], borders[1:], strict=True):
        run = slice(a, b + 1)
        if overshoot:
            ends = tuple((1 if rest[i] else 2, np.zeros(values.shape[1])) for i in (a, b))
            out[run] = CubicSpline(times[run], values[run], bc_type=ends)(times[run], 1)
        else:
            out[run] = PchipInterpolator(times[run], values[run])(times[run], 1)
    out[rest] = 0
    return out


def rotations(
    times: Float[np.ndarray, "N"],
    R: Float[Tensor, "N 3 3"],
    rates: Float[np.ndarray, "N 3"],
    at: Float[np.ndarray, "T"],
) -> Float[Tensor, "T 3 3"]:
    """Rotations at the given times of the C1 curve through the keys with these angular rates (body frame, rad/time).

    Cumulative cubic Bezier curves on SO(3) after Kim, Kim and Shin (SIGGRAPH 1995): free of the poles that angles
    have, and each key is reached the short way round.
    """
    before = np.clip(np.searchsorted(times, at, side="right") - 1, 0, len(times) - 2)
    span = times[before + 1] - times[before]
    u = torch.from_numpy(np.clip((at - times[before]) / span, 0, 1))[:, None]
    speed = torch.from_numpy(rates)
    leave, arrive = (speed[before + k] * torch.from_numpy(span)[:, None] / 3 for k in (0, 1))
    R0, R1 = R[before], R[before + 1]
    middle = so3_log(so3_exp(-leave) @ R0.mT @ R1 @ so3_exp(-arrive))
    parts = ((1 - (1 - u) ** 3) * leave, u * u * (3 - 2 * u) * middle, u**3 * arrive)
    return R0 @ so3_exp(parts[0]) @ so3_exp(parts[1]) @ so3_exp(parts[2])


def turns(R: Float[Tensor, "N 3 3"]) -> Float[np.ndarray, "N 3"]:
    """The turns from key to key, each in the body's frame and the short way round, added up."""
    steps = so3_log(R[:-1].mT @ R[1:])
    return torch.cat([torch.zeros_like(R[:1, 0]), steps]).cumsum(0).numpy()


def coordinates(cameras: Cameras) -> Float[np.ndarray, "T 8"]:
    """What is interpolated besides rotation: position, log focal lengths, principal point, skew."""
    lens = torch.stack([cameras.K[:, i, j] for i, j in LENS], -1).double().cpu()
    lens[:, :2] = lens[:, :2].log()
    return torch.cat([cameras.c2w[:, :3, 3].double().cpu(), lens], -1).numpy()


def from_coordinates(like: Cameras, R: Float[Tensor, "T 3 3"], values: Float[np.ndarray, "T 8"]) -> Cameras:
    """Cameras of rotations and coordinates; size and fps are those of `like`."""
    numbers = torch.from_numpy(values)
    K = torch.eye(3, dtype=torch.float64).repeat(len(values), 1, 1)
    for column, (i, j) in enumerate(LENS):
        K[:, i, j] = numbers[:, 3 + column].exp() if column < 2 else numbers[:, 3 + column]
    return replace(like, c2w=rigid(R, numbers[:, :3]).float(), K=K.float())


def sample(
    keys: Cameras,
    times: Float[np.ndarray, "N"],
    at: Float[np.ndarray, "T"],
    rest: Bool[np.ndarray, "N"] | None = None,
    overshoot: bool = True,
) -> Cameras:
    """The cameras at times `at` of the curve that passes through keys[i] at times[i]; held outside the keys.

    rest: keys at which everything stands still for a moment.
    """
    at = np.clip(at, times[0], times[-1])
    if len(keys) == 1:
        return keys[[0] * len(at)]
    rest = np.zeros(len(times), bool) if rest is None else rest
    R, values = keys.c2w[:, :3, :3].double().cpu(), coordinates(keys)
    rates = slopes(times, turns(R), rest, overshoot)
    smooth = CubicHermiteSpline(times, values, slopes(times, values, rest, overshoot))(at)
    return from_coordinates(keys, rotations(times, R, rates, at), smooth)
