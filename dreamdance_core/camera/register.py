"""Poses for frames that structure from motion left out: by known points that can be followed there, else between."""

from __future__ import annotations

import cv2
import numpy as np
import torch
from jaxtyping import Bool, Float, Int, UInt8

from ..geometry.rigid import rigid, so3_exp, so3_log
from ..runtime import Runtime
from .tracking import flow, on_background


def locate_frames(
    grays: UInt8[np.ndarray, "T h w"],
    background: UInt8[np.ndarray, "T h w"],
    solved: dict[int, Float[np.ndarray, "4 4"]],
    seen: dict[int, tuple[Float[np.ndarray, "N 2"], Float[np.ndarray, "N 3"]]],
    lens: dict[int, Float[np.ndarray, "3 3"]],
    run: Runtime,
) -> dict[int, Float[np.ndarray, "4 4"]]:
    """c2w of more frames: the 3D points that a solved frame sees are followed into its neighbours, then PnP.

    `seen` gives pixel and world position of the points of every solved frame, `lens` its K. Forwards first; what is
    still open is tried backwards.
    """
    found = dict(solved)
    for order in (range(len(grays)), range(len(grays) - 1, -1, -1)):
        xy, points, K, before = np.zeros((0, 2)), np.zeros((0, 3)), np.eye(3), None
        for t in order:
            run.report(t, len(grays))
            if t in solved:
                (xy, points), K = seen[t], lens[t]
            elif before is not None:
                xy, good = flow(grays[before], grays[t], xy)
                good &= on_background(xy, background[t])
                xy, points = xy[good], points[good]
                if t not in found and (pose := _pnp(points, xy, K)) is not None:
                    found[t] = pose
            before = t
    return found


def _pnp(
    points: Float[np.ndarray, "N 3"], xy: Float[np.ndarray, "N 2"], K: Float[np.ndarray, "3 3"]
) -> Float[np.ndarray, "4 4"] | None:
    """c2w of a camera that sees the points at xy; None when fewer than 20 agree within 2 px."""
    if len(points) < 20:
        return None
    cv2.setRNGSeed(0)
    try:
        ok, rotvec, t, inliers = cv2.solvePnPRansac(
            points, xy, K, None, iterationsCount=300, reprojectionError=2.0, flags=cv2.SOLVEPNP_SQPNP
        )
    except cv2.error:  # SQPNP's own assertion: the points of a sample lie too close together
        return None
    if not ok or inliers is None or len(inliers) < 20:
        return None
    rows = inliers[:, 0]
    rotvec, t = cv2.solvePnPRefineLM(points[rows], xy[rows], K, None, rotvec, t)
    R = cv2.Rodrigues(rotvec)[0]
    c2w = np.eye(4)
    c2w[:3, :3], c2w[:3, 3] = R.T, -R.T @ t[:, 0]
    return c2w


def interpolate(
    known: Int[np.ndarray, "N"], c2w: Float[torch.Tensor, "N 4 4"], count: int
) -> tuple[Float[torch.Tensor, "T 4 4"], Bool[torch.Tensor, "T"]]:
    """A pose for every frame: turned at constant speed between known ones, held before the first and after the last.

    Also which frames were known. `known` is sorted.
    """
    times = np.arange(count)
    after = np.clip(np.searchsorted(known, times), 0, len(known) - 1)
    before = np.where(known[after] == times, after, np.maximum(after - (times < known[-1]), 0))
    before = np.where(times < known[0], 0, before)
    span = np.maximum(known[after] - known[before], 1)
    share = torch.from_numpy(np.clip((times - known[before]) / span, 0, 1)).to(c2w)[:, None]
    a, b = c2w[torch.from_numpy(before)], c2w[torch.from_numpy(after)]
    R = a[:, :3, :3] @ so3_exp(share * so3_log(a[:, :3, :3].mT @ b[:, :3, :3]))
    t = a[:, :3, 3] * (1 - share) + b[:, :3, 3] * share
    return rigid(R, t), torch.from_numpy(np.isin(times, known))


def nearest(known: Int[np.ndarray, "N"], frame: int) -> int:
    """The index of the known frame that is nearest in time."""
    return int(np.abs(known - frame).argmin())


def parallax(point: Int[np.ndarray, "M"], rays: Float[np.ndarray, "M 3"]) -> float:
    """Degrees by which half of the points are seen from directions that differ more (frame to frame, first to last).

    rays: from the cameras to their points, grouped by frame in the order of time.
    """
    rays = rays / np.linalg.norm(rays, axis=1, keepdims=True)
    _, first = np.unique(point, return_index=True)
    _, last = np.unique(point[::-1], return_index=True)
    cosine = np.einsum("ni,ni->n", rays[first], rays[len(point) - 1 - last])
    return float(np.degrees(np.median(np.arccos(cosine.clip(-1, 1)))))
