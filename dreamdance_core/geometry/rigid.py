"""Rotations and rigid transforms. Quaternions are wxyz; xyzw exists only at file borders."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor


def rotate(points: Float[Tensor, "*N 3"], R: Float[Tensor, "3 3"]) -> Float[Tensor, "*N 3"]:
    """R applied to every point.

    Written out, because a matrix product may round its last bit differently from run to run, and a scene decides by
    such bits which surface is in front.
    """
    return points[..., :1] * R[:, 0] + points[..., 1:2] * R[:, 1] + points[..., 2:] * R[:, 2]


def rigid_inverse(pose: Float[Tensor, "*B 4 4"]) -> Float[Tensor, "*B 4 4"]:
    """The inverse of rigid transforms (c2w <-> w2c), by transposition."""
    R, t = pose[..., :3, :3], pose[..., :3, 3:]
    out = pose.clone()
    out[..., :3, :3] = R.mT
    out[..., :3, 3:] = -R.mT @ t
    return out


def rigid(R: Float[Tensor, "*B 3 3"], t: Float[Tensor, "*B 3"]) -> Float[Tensor, "*B 4 4"]:
    """4x4 transforms from rotation and translation."""
    out = torch.eye(4, dtype=R.dtype, device=R.device).expand(*R.shape[:-2], 4, 4).clone()
    out[..., :3, :3] = R
    out[..., :3, 3] = t
    return out


def nearest_rigid(pose: Float[Tensor, "*B 4 4"]) -> Float[Tensor, "*B 4 4"]:
    """The rigid transforms nearest to almost rigid ones, as files with rounded digits hold them (polar decomposition).

    Only of a proper rotation is the transpose the inverse; the translation is kept as it is.
    """
    U, _, Vh = torch.linalg.svd(pose[..., :3, :3])
    return rigid(U @ Vh, pose[..., :3, 3])


def rebase(c2w: Float[Tensor, "T 4 4"]) -> Float[Tensor, "T 4 4"]:
    """The same path seen from its first camera: inv(c2w[0]) @ c2w, so that pose 0 is the identity."""
    out = rigid_inverse(c2w[0]) @ c2w
    out[0] = torch.eye(4, dtype=c2w.dtype, device=c2w.device)
    return out


def matrix_from_quat(wxyz: Float[Tensor, "*B 4"]) -> Float[Tensor, "*B 3 3"]:
    """Rotation matrices; quaternions need not be unit."""
    w, x, y, z = torch.nn.functional.normalize(wxyz, dim=-1).unbind(-1)
    rows = [
        1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y),
        2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x),
        2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y),
    ]  # fmt: skip
    return torch.stack(rows, -1).unflatten(-1, (3, 3))


def quat_from_matrix(R: Float[Tensor, "*B 3 3"]) -> Float[Tensor, "*B 4"]:
    """Unit wxyz quaternions with w >= 0 (the largest-component method: stable near 180 degrees)."""
    m = R.unbind(-2)
    (a, b, c), (d, e, f), (g, h, i) = (row.unbind(-1) for row in m)
    candidates = torch.stack(
        [
            torch.stack([1 + a + e + i, h - f, c - g, d - b], -1),
            torch.stack([h - f, 1 + a - e - i, b + d, c + g], -1),
            torch.stack([c - g, b + d, 1 - a + e - i, f + h], -1),
            torch.stack([d - b, c + g, f + h, 1 - a - e + i], -1),
        ],
        -2,
    )
    best = torch.stack([a + e + i, a - e - i, e - a - i, i - a - e], -1).argmax(-1)
    quat = torch.gather(candidates, -2, best[..., None, None].expand(*best.shape, 1, 4))[..., 0, :]
    quat = torch.nn.functional.normalize(quat, dim=-1)
    return torch.where(quat[..., :1] < 0, -quat, quat)


def wxyz_from_xyzw(xyzw: Float[Tensor, "*B 4"]) -> Float[Tensor, "*B 4"]:
    """Reorders file quaternions (TUM, lietorch, scipy, three.js) to ours."""
    return xyzw.roll(1, dims=-1)


def xyzw_from_wxyz(wxyz: Float[Tensor, "*B 4"]) -> Float[Tensor, "*B 4"]:
    """Reorders our quaternions for files."""
    return wxyz.roll(-1, dims=-1)


def so3_exp(rotvec: Float[Tensor, "*B 3"]) -> Float[Tensor, "*B 3 3"]:
    """Rotation matrices from axis-angle vectors (radians)."""
    angle = rotvec.norm(dim=-1, keepdim=True)
    half = angle / 2
    factor = torch.where(angle > 1e-6, half.sin() / angle.clamp_min(1e-12), 0.5 - angle**2 / 48)
    return matrix_from_quat(torch.cat([half.cos(), rotvec * factor], -1))


def so3_log(R: Float[Tensor, "*B 3 3"]) -> Float[Tensor, "*B 3"]:
    """Axis-angle vectors (radians, at most pi long)."""
    quat = quat_from_matrix(R)
    w, v = quat[..., :1].clamp(-1, 1), quat[..., 1:]
    sine = v.norm(dim=-1, keepdim=True)
    angle = 2 * torch.atan2(sine, w)
    return v * torch.where(sine > 1e-6, angle / sine.clamp_min(1e-12), 2 + sine**2 / 3)


def look_at(eye: Float[Tensor, "*B 3"], target: Float[Tensor, "*B 3"]) -> Float[Tensor, "*B 4 4"]:
    """c2w of cameras at `eye` that look at `target`, image upright (+Y of the world is down).

    Columns are right, down, forward; determinant +1. Undefined when looking straight up or down.
    """
    forward = torch.nn.functional.normalize(target - eye, dim=-1)
    down = torch.tensor([0.0, 1.0, 0.0], dtype=eye.dtype, device=eye.device).expand_as(forward)
    right = torch.nn.functional.normalize(torch.linalg.cross(down, forward), dim=-1)
    return rigid(torch.stack([right, torch.linalg.cross(forward, right), forward], -1), eye)
