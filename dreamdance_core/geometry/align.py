"""Compares camera paths: similarity alignment, trajectory errors, scale by depth. Degenerate paths give numbers too."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from .rigid import rigid_inverse, so3_log


@dataclass(frozen=True, kw_only=True)
class Similarity:
    """y = scale * R @ x + t."""

    scale: float
    R: Float[Tensor, "3 3"]
    t: Float[Tensor, "3"]

    def __call__(self, points: Float[Tensor, "*N 3"]) -> Float[Tensor, "*N 3"]:
        return self.scale * points @ self.R.to(points).T + self.t.to(points)


@dataclass(frozen=True, kw_only=True)
class PathError:
    """Errors of an estimated path against the true one, after alignment."""

    ate: float  # RMS distance of camera centres, in the true path's unit
    ate_over_path: float | None  # the same over the true path's length; None when that is zero
    rotation_deg: float  # mean angle between aligned and true orientations
    rpe_translation: float  # RMS of the step's translation error, true unit
    rpe_rotation_deg: float  # RMS of the step's rotation error
    scale: float


def umeyama(source: Float[Tensor, "N 3"], target: Float[Tensor, "N 3"], with_scale: bool = True) -> Similarity:
    """The similarity that brings source points to target points with least squares (Umeyama 1991).

    Always a proper rotation. Where the points do not determine it the result is still one of the best: coincident
    source points give scale 1 and no rotation, points on a line leave the turn about it open (the smallest is taken).
    """
    x, y = source.double(), target.double()
    mx, my = x.mean(0), y.mean(0)
    a, b = x - mx, y - my
    variance = (a**2).sum() / len(x)
    U, S, Vt = torch.linalg.svd(b.T @ a / len(x))
    size = float(x.abs().max().clamp_min(1e-12))
    if float(variance.sqrt()) < 1e-9 * size or float(S[0]) < 1e-18:
        R, scale = torch.eye(3, dtype=torch.float64), 1.0
    elif float(S[1]) < 1e-9 * float(S[0]):
        R, scale = _shortest_turn(Vt[0], U[:, 0]), float(S[0] / variance)
    else:
        sign = torch.ones(3, dtype=torch.float64)
        sign[2] = torch.sign(torch.linalg.det(U) * torch.linalg.det(Vt))
        R, scale = U @ torch.diag(sign) @ Vt, float((S * sign).sum() / variance)
    if not with_scale:
        scale = 1.0
    return Similarity(scale=scale, R=R.float(), t=(my - scale * R @ mx).float())


def _shortest_turn(a: Float[Tensor, "3"], b: Float[Tensor, "3"]) -> Float[Tensor, "3 3"]:
    """The smallest rotation that takes the unit vector a to b."""
    axis, cosine = torch.linalg.cross(a, b), a @ b
    if float(cosine) < -1 + 1e-12:  # half a turn about any axis across a
        across = torch.eye(3, dtype=a.dtype)[a.abs().argmin()]
        across = torch.nn.functional.normalize(across - (across @ a) * a, dim=0)
        return 2 * torch.outer(across, across) - torch.eye(3, dtype=a.dtype)
    x, y, z = axis.tolist()
    skew = torch.tensor([[0, -z, y], [z, 0, -x], [-y, x, 0]], dtype=a.dtype)
    return torch.eye(3, dtype=a.dtype) + skew + skew @ skew / (1 + cosine)


def path_error(estimate: Float[Tensor, "T 4 4"], truth: Float[Tensor, "N 4 4"], delta: int = 1) -> PathError:
    """ATE, RPE over `delta` frames and rotation error of c2w paths, after the best similarity of their centres.

    Static and straight paths, whose centres do not determine a rotation, are aligned by their orientations.
    """
    if len(estimate) != len(truth):
        raise ValueError(f"paths must have the same number of cameras to compare, got {len(estimate)} and {len(truth)}")
    e, g = estimate.double(), truth.double()
    fit = umeyama(e[:, :3, 3], g[:, :3, 3])
    R, scale = fit.R.double(), fit.scale
    if _rank(g[:, :3, 3]) < 2 or _rank(e[:, :3, 3]) < 2:
        R = _mean_rotation(g[:, :3, :3] @ e[:, :3, :3].mT)
    centres = scale * (e[:, :3, 3] - e[:, :3, 3].mean(0)) @ R.T + g[:, :3, 3].mean(0)
    ate = float(((centres - g[:, :3, 3]) ** 2).sum(-1).mean().sqrt())
    length = float((g[1:, :3, 3] - g[:-1, :3, 3]).norm(dim=-1).sum())
    aligned = e.clone()
    aligned[:, :3, :3], aligned[:, :3, 3] = R @ e[:, :3, :3], centres
    turn = so3_log(aligned[:, :3, :3] @ g[:, :3, :3].mT).norm(dim=-1)
    step = torch.zeros(1, 4, 4, dtype=torch.float64) + torch.eye(4, dtype=torch.float64)
    if len(g) > delta:
        true_step = rigid_inverse(g[:-delta]) @ g[delta:]
        step = rigid_inverse(true_step) @ (rigid_inverse(aligned[:-delta]) @ aligned[delta:])
    return PathError(
        ate=ate,
        ate_over_path=ate / length if length > 1e-9 else None,
        rotation_deg=float(turn.mean().rad2deg()),
        rpe_translation=float((step[:, :3, 3] ** 2).sum(-1).mean().sqrt()),
        rpe_rotation_deg=float((so3_log(step[:, :3, :3]) ** 2).sum(-1).mean().sqrt().rad2deg()),
        scale=scale,
    )


def _rank(points: Float[Tensor, "N 3"]) -> int:
    S = torch.linalg.svdvals(points - points.mean(0))
    floor = 1e-6 * points.abs().max().clamp_min(1e-12)
    return int((floor < S).sum())


def _mean_rotation(R: Float[Tensor, "T 3 3"]) -> Float[Tensor, "3 3"]:
    """The rotation nearest to all of them (chordal mean)."""
    U, _, Vt = torch.linalg.svd(R.mean(0))
    sign = torch.ones(3, dtype=R.dtype)
    sign[2] = torch.sign(torch.linalg.det(U) * torch.linalg.det(Vt))
    return U @ torch.diag(sign) @ Vt


def focal_error(estimate: Float[Tensor, "3 3"], width: int, truth: Float[Tensor, "3 3"], true_width: int) -> float:
    """Relative error of fx, whatever the sizes of the two pictures."""
    return abs(float(estimate[0, 0]) / width / (float(truth[0, 0]) / true_width) - 1)


def depth_scale(path_median_depth: float, scene_median_depth: float) -> float:
    """What translations must be multiplied by so that translation/depth, the parallax, stays the same."""
    if not (path_median_depth > 0 and scene_median_depth > 0):
        raise ValueError(f"median depths must be positive, got {path_median_depth:.4g} and {scene_median_depth:.4g}")
    return scene_median_depth / path_median_depth
