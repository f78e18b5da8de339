"""Operations on camera paths: in time, in place, and joints between paths. Poses are c2w and stay rigid.

Unless an operation says otherwise, pose 0 stays exactly where it was, in the path's own frame.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import torch
from jaxtyping import Float
from scipy.interpolate import CubicHermiteSpline
from scipy.linalg import solveh_banded
from scipy.ndimage import gaussian_filter1d
from torch import Tensor

from ..types import Cameras
from .easing import eased
from .rigid import rebase, rigid, so3_exp, so3_log
from .spline import coordinates, from_coordinates, rotations, sample
from .trajectory import scale_path


def retime(cameras: Cameras, count: int, fps: float | None = None, ease: str = "linear") -> Cameras:
    """The same move in `count` cameras, along the smooth curve through all poses; first and last are kept.

    ease is the speed over the whole: linear keeps its proportions, smooth starts and ends at rest.
    """
    if count < 1:
        raise ValueError(f"retime needs count >= 1, got {count}")
    share = torch.linspace(0, 1, count, dtype=torch.float64)
    return _at(replace(cameras, fps=fps or cameras.fps), eased(share, ease).numpy() * (len(cameras) - 1))


def resample(cameras: Cameras, fps: float) -> Cameras:
    """The same move in the same time at another frame rate; what lies beyond the last whole frame is cut off."""
    if not fps > 0:
        raise ValueError(f"resample needs fps > 0, got {fps:g}")
    last = (len(cameras) - 1) / cameras.fps * fps
    return _at(replace(cameras, fps=fps), np.arange(int(last + 1e-6) + 1) / fps * cameras.fps)


def _at(cameras: Cameras, frames: np.ndarray) -> Cameras:
    """The path at fractional frames; whole ones come back as they are."""
    out = sample(cameras, np.arange(len(cameras), dtype=np.float64), frames)
    whole = np.abs(frames - frames.round()) < 1e-9
    rows, source = torch.from_numpy(np.flatnonzero(whole)), torch.from_numpy(frames[whole].round().astype(np.int64))
    out.c2w[rows], out.K[rows] = cameras.c2w[source], cameras.K[source]
    return out


def trim(cameras: Cameras, start: int, count: int | None = None) -> Cameras:
    """`count` cameras (None: the rest) from frame `start`; negative values of start count from the end."""
    first = start + len(cameras) if start < 0 else start
    stop = len(cameras) if count is None else first + count
    if not 0 <= first < stop <= len(cameras):
        raise ValueError(f"trim must stay within the path's {len(cameras)} frames, got {first} to {stop - 1}")
    return cameras[first:stop]


def reverse(cameras: Cameras) -> Cameras:
    """The path backwards, in its own frame: it begins where the other ended."""
    return replace(cameras, c2w=cameras.c2w.flip(0), K=cameras.K.flip(0))


def ping_pong(cameras: Cameras) -> Cameras:
    """The path there and back, 2 T - 1 cameras: the last is the first again, the turning point comes once."""
    return cameras[[*range(len(cameras)), *range(len(cameras) - 2, -1, -1)]]


def loop(cameras: Cameras, count: int) -> Cameras:
    """The path and `count` more cameras that return to its first, in its direction and speed: it may start anew.

    The last camera is the first one, so a player that repeats the clip drops one of them.
    """
    if count < 1:
        raise ValueError(f"loop needs at least 1 frame for the way back, got {count}")
    back = _bridge(cameras, len(cameras) - 1, cameras[[0, min(1, len(cameras) - 1)]], count)
    return _joined(cameras, back)


def concat(first: Cameras, second: Cameras, blend: int = 0) -> Cameras:
    """`first`, then the moves of `second` carried on from the last pose of `first` (which is not repeated).

    blend: this many frames before and after the joint are led over from one speed to the other. Paths of another frame
    rate are resampled to that of `first`.
    """
    if (first.width, first.height) != (second.width, second.height):
        raise ValueError(
            "paths to join must be of one picture size, got "
            f"{first.width}x{first.height} and {second.width}x{second.height}; rescale one of them"
        )
    if abs(second.fps - first.fps) > 1e-6:
        second = resample(second, first.fps)
    carried = replace(second, c2w=first.c2w[-1] @ rebase(second.c2w))
    out = _joined(first, carried[list(range(1, len(second)))]) if len(second) > 1 else first
    before, after = min(blend, len(first) - 1), min(blend, len(second) - 1)
    if min(before, after) < 1:
        return out
    a, b = len(first) - 1 - before, len(first) - 1 + after
    between = _bridge(out, a, out[[b, min(b + 1, len(out) - 1)]], b - a)[: b - a - 1]
    return _joined(_joined(out[: a + 1], between), out[b:])


def _bridge(cameras: Cameras, start: int, end: Cameras, count: int) -> Cameras:
    """`count` cameras from after cameras[start] to end[0], leaving and arriving at the speed around these two."""
    leave, arrive = cameras[[max(start - 1, 0), start]], end
    times, at = np.array([0.0, count]), np.arange(1.0, count + 1)
    ends = [coordinates(part) for part in (leave, arrive)]
    speeds = np.stack([values[1] - values[0] for values in ends])
    curve = CubicHermiteSpline(times, np.stack([ends[0][1], ends[1][0]]), speeds)(at)
    poses = [part.c2w[:, :3, :3].double() for part in (leave, arrive)]
    rates = torch.stack([so3_log(R[0].mT @ R[1]) for R in poses]).numpy()
    out = from_coordinates(cameras, rotations(times, torch.stack([poses[0][1], poses[1][0]]), rates, at), curve)
    out.c2w[-1], out.K[-1] = end.c2w[0], end.K[0]
    return out


def _joined(first: Cameras, second: Cameras) -> Cameras:
    return replace(first, c2w=torch.cat([first.c2w, second.c2w]), K=torch.cat([first.K, second.K]))


def hold(cameras: Cameras, before: int = 0, after: int = 0) -> Cameras:
    """The path with its first camera standing still for `before` frames, and its last for `after`."""
    if min(before, after) < 0:
        raise ValueError(f"hold must be 0 frames or more, got {before} and {after}")
    return cameras[[0] * before + list(range(len(cameras))) + [len(cameras) - 1] * after]


def rebased(cameras: Cameras) -> Cameras:
    """The same path seen from its first camera, which becomes the identity."""
    return replace(cameras, c2w=rebase(cameras.c2w))


def scaled(cameras: Cameras, factor: float) -> Cameras:
    """The path with its positions relative to the first times factor; rotations and lenses stay."""
    return replace(cameras, c2w=_from_first(cameras.c2w, scale_path(rebase(cameras.c2w), factor)))


def _from_first(c2w: Tensor, relative: Tensor) -> Tensor:
    """Poses relative to the first put back into the path's frame, the first bit for bit."""
    return torch.cat([c2w[:1], (c2w[:1] @ relative)[1:]])


def mirror(cameras: Cameras) -> Cameras:
    """The cameras whose pictures of the mirrored scene (x to -x) are the mirror images of the old ones."""
    flip = torch.tensor([-1.0, 1.0, 1.0, 1.0])
    K = cameras.K.clone()
    K[:, 0, 1] *= -1
    K[:, 0, 2] = cameras.width - K[:, 0, 2]
    return replace(cameras, c2w=flip[:, None] * cameras.c2w * flip, K=K)


def smooth(c2w: Float[Tensor, "T 4 4"], sigma: float) -> Float[Tensor, "T 4 4"]:
    """The path low-passed by a Gaussian of sigma frames on t and on so(3); pose 0 stays exactly where it was.

    The ends are mirrored through their end pose, so a constant speed stays one.
    """
    if sigma <= 0 or len(c2w) < 3:
        return c2w.clone()
    relative = rebase(c2w)
    series = _series(relative)
    pad = min(len(series) - 1, math.ceil(4 * sigma))
    before, after = 2 * series[0] - series[pad:0:-1], 2 * series[-1] - series[-2 : -pad - 2 : -1]
    padded = np.concatenate([before, series, after])
    return _from_first(c2w, _of_series(gaussian_filter1d(padded, sigma, axis=0)[pad : pad + len(series)], c2w.dtype))


def stabilise(cameras: Cameras, cutoff: float) -> Cameras:
    """The path without what is faster than `cutoff` Hz; slow moves stay, even where they speed up and slow down.

    A penalty on third differences (Whittaker 1923), which lets every parabola pass; the response is one half at the
    cutoff and falls with its sixth power. The lens is treated alike; camera 0 stays exactly where it was.
    """
    low, high = 0.004 * cameras.fps, cameras.fps / 2
    if not low <= cutoff < high:
        raise ValueError(f"cutoff must be {low:.3g} to {high:.3g} Hz at {cameras.fps:g} fps, got {cutoff:g}")
    count = len(cameras)
    if count < 4:
        return cameras
    lens = coordinates(cameras)[:, 3:]
    series = np.concatenate([_series(rebase(cameras.c2w)), lens], 1)
    weight = (2 * math.sin(math.pi * cutoff / cameras.fps)) ** -6
    third = np.array([-1.0, 3.0, -3.0, 1.0])
    band = np.zeros((4, count))  # of 1 + weight D'D, lower diagonals
    band[0] = 1
    for i in range(4):
        for j in range(i + 1):
            band[i - j, j : j + count - 3] += weight * third[i] * third[j]
    calm = solveh_banded(band, series, lower=True)
    poses = _of_series(calm[:, :6], cameras.c2w.dtype)
    K = from_coordinates(cameras, poses[:, :3, :3].double(), np.concatenate([calm[:, :3], calm[:, 6:]], 1)).K
    K[0] = cameras.K[0]
    return replace(cameras, c2w=_from_first(cameras.c2w, poses), K=K)


def shaken(cameras: Cameras, sway: Float[Tensor, "T 4 4"]) -> Cameras:
    """The path with the small motions of shake.shake added in each camera's own frame."""
    return replace(cameras, c2w=_from_first(cameras.c2w, rebase(cameras.c2w) @ sway))


def _series(relative: Float[Tensor, "T 4 4"]) -> Float[np.ndarray, "T 6"]:
    """Positions and axis-angle vectors."""
    return torch.cat([relative[:, :3, 3], _unwrapped(so3_log(relative[:, :3, :3]))], -1).double().numpy()


def _of_series(series: Float[np.ndarray, "T 6"], dtype: torch.dtype) -> Float[Tensor, "T 4 4"]:
    """Poses of positions and axis-angle vectors, seen from the first of them."""
    values = torch.from_numpy(series)
    return rebase(rigid(so3_exp(values[:, 3:]), values[:, :3])).to(dtype)


def _unwrapped(rotvec: Float[Tensor, "T 3"]) -> Float[Tensor, "T 3"]:
    """The same rotations with axis-angle vectors that do not jump where the angle passes pi."""
    out = rotvec.clone()
    for i in range(1, len(out)):
        angle = out[i].norm().clamp_min(1e-9)
        turns = ((out[i] @ out[i - 1]) / angle - angle) / (2 * math.pi)
        out[i] = out[i] * (1 + 2 * math.pi * turns.round() / angle)
    return out
