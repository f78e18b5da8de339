"""Other conventions to ours and back: three.js and LOAD3D_CAMERA, CameraCtrl rows, Plücker, DA3, MoGe, lenses."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from ..types import Cameras
from .pinhole import focal_from_fov, intrinsics, pixel_grid, rays, rescale
from .rigid import matrix_from_quat, quat_from_matrix, rebase, rigid, rigid_inverse, wxyz_from_xyzw, xyzw_from_wxyz

FLIP = (1.0, -1.0, -1.0)  # y-up, looking along -z (three.js, glTF, OpenGL, Blender cameras) <-> OpenCV; its own inverse


def from_opengl(c2w: Float[Tensor, "*B 4 4"]) -> Float[Tensor, "*B 4 4"]:
    """OpenCV c2w in a y-down world of c2w in a y-up world whose cameras look along -z; and the other way round."""
    flip = torch.tensor([*FLIP, 1.0], dtype=c2w.dtype, device=c2w.device)
    return flip[:, None] * c2w * flip


def to_load3d(cameras: Cameras, distance: float = 1.0) -> list[dict[str, Any]]:
    """LOAD3D_CAMERA dicts, one per frame (y-up, looking along -z, quaternion xyzw, vertical fov in degrees).

    `target` lies `distance` units ahead. The type has no principal point: an off-centre one is lost.
    """
    c2w = from_opengl(cameras.c2w.cpu())
    quats = xyzw_from_wxyz(quat_from_matrix(c2w[:, :3, :3]))
    out = []
    for pose, quat, K in zip(c2w, quats, cameras.K.cpu(), strict=True):
        out.append(
            {
                "position": _xyz(pose[:3, 3]),
                "target": _xyz(pose[:3, 3] - distance * pose[:3, 2]),
                "quaternion": dict(zip("xyzw", quat.tolist(), strict=True)),
                "zoom": 1.0,
                "cameraType": "perspective",
                "fov": fov_from_focal(float(K[1, 1]), cameras.height),
                "aspect": cameras.width / cameras.height,
            }
        )
    return out


def from_load3d(
    cameras: Mapping[str, Any] | Sequence[Mapping[str, Any]], width: int, height: int, fps: float = 24.0
) -> Cameras:
    """Cameras of one or more LOAD3D_CAMERA dicts for a picture of the given size; fov is vertical, 35 when missing.

    The quaternion wins over the target. Raises ValueError for orthographic cameras and missing fields.
    """
    rows = [cameras] if isinstance(cameras, Mapping) else list(cameras)
    if not rows:
        raise ValueError("LOAD3D_CAMERA must hold at least one camera, got an empty list")
    poses, Ks = [], []
    for row in rows:
        if row.get("cameraType", "perspective") != "perspective":
            raise ValueError(f"LOAD3D_CAMERA must be perspective, got cameraType {row['cameraType']!r}")
        focal = focal_from_fov(height, float(row.get("fov") or 35.0)) * float(row.get("zoom") or 1.0)
        Ks.append(intrinsics(width, height, focal))
        poses.append(_load3d_pose(row))
    return Cameras(c2w=from_opengl(torch.stack(poses)), K=torch.stack(Ks), width=width, height=height, fps=fps)


def _load3d_pose(row: Mapping[str, Any]) -> Float[Tensor, "4 4"]:
    """c2w in the y-up world."""
    position = _vector(row, "position", "xyz")
    if row.get("quaternion"):
        return rigid(matrix_from_quat(wxyz_from_xyzw(_vector(row, "quaternion", "xyzw"))), position)
    back = torch.nn.functional.normalize(position - _vector(row, "target", "xyz"), dim=0)
    up = torch.tensor([0.0, 1.0, 0.0])
    if back.norm() < 0.5 or torch.linalg.cross(up, back).norm() < 1e-6:
        raise ValueError("LOAD3D_CAMERA needs a quaternion when its target is itself, straight above or straight below")
    right = torch.nn.functional.normalize(torch.linalg.cross(up, back), dim=0)
    return rigid(torch.stack([right, torch.linalg.cross(back, right), back], -1), position)


def _vector(row: Mapping[str, Any], name: str, keys: str) -> Tensor:
    value = row.get(name)
    if not isinstance(value, Mapping) or any(k not in value for k in keys):
        raise ValueError(f"LOAD3D_CAMERA needs {name} with {', '.join(keys)}, got {value!r}")
    return torch.tensor([float(value[k]) for k in keys])


def _xyz(v: Tensor) -> dict[str, float]:
    return dict(zip("xyz", v.tolist(), strict=True))


def to_cameractrl(cameras: Cameras, picture: tuple[int, int] | None = None) -> list[list[float]]:
    """CAMERACTRL_POSES: rows [frame, fx, fy, cx, cy, W, H, w2c 3x4 row by row], with normalised K.

    The focal lengths are those of a W x H picture (None: the cameras' own size) of which ours is the middle, scaled to
    cover: that is how AnimateDiff-Evolved, CameraCtrl and Wan's camera nodes turn them into px again, most of them
    taking 1280 x 720 for granted. cx and cy are shares of our own picture.
    """
    W, H = picture or (cameras.width, cameras.height)
    K, w2c = cameras.K.cpu(), rigid_inverse(cameras.c2w.cpu())
    across, down = _covering(cameras.width, cameras.height, W / H)
    rows = []
    for t in range(len(cameras)):
        focal = (float(K[t, 0, 0]) / across, float(K[t, 1, 1]) / down)
        centre = (float(K[t, 0, 2]) / cameras.width, float(K[t, 1, 2]) / cameras.height)
        rows.append([float(t), *focal, *centre, float(W), float(H), *w2c[t, :3].flatten().tolist()])
    return rows


def from_cameractrl(rows: Sequence[Sequence[float]], width: int, height: int, fps: float = 24.0) -> Cameras:
    """Cameras of CAMERACTRL_POSES or RealEstate10K rows (19 numbers; the first, a time, is not used).

    See to_cameractrl. Rows whose W and H are 0, as in RealEstate10K, come from a picture with square pixels.
    """
    if len(rows) == 0 or any(len(row) != 19 for row in rows):
        lengths = sorted({len(row) for row in rows})
        raise ValueError(f"camera rows must have 19 numbers each (time, fx, fy, cx, cy, W, H, w2c), got {lengths}")
    values = torch.tensor([[float(v) for v in row] for row in rows], dtype=torch.float64)
    if not float(values[:, 1:3].min()) > 0:
        raise ValueError(f"camera rows must have fx and fy above 0, got {float(values[:, 1:3].min()):g}")
    w2c = torch.eye(4, dtype=torch.float64).repeat(len(rows), 1, 1)
    w2c[:, :3] = values[:, 7:].unflatten(1, (3, 4))
    K = torch.eye(3, dtype=torch.float64).repeat(len(rows), 1, 1)
    for t, (fx, fy, cx, cy, W, H) in enumerate(values[:, 1:7].tolist()):
        across, down = _covering(width, height, W / H if min(W, H) > 0 else fy / fx)
        K[t, 0, 0], K[t, 1, 1], K[t, 0, 2], K[t, 1, 2] = fx * across, fy * down, cx * width, cy * height
    return Cameras(c2w=rigid_inverse(w2c).float(), K=K.float(), width=width, height=height, fps=fps)


def _covering(width: int, height: int, aspect: float) -> tuple[float, float]:
    """Size of the smallest picture of the aspect that covers width x height."""
    return (height * aspect, float(height)) if aspect > width / height else (float(width), width / aspect)


def to_wan(cameras: Cameras, width: int, height: int) -> Float[Tensor, "1 24 L {height} {width}"]:
    """WAN_CAMERA_EMBEDDING of a width x height video: Plücker rays (origin x direction, direction), poses from frame 0.

    Four frames share a latent frame, the first is repeated four times: T = 4 n + 1 frames give L = n + 1. Directions
    have unit length. Raises ValueError for another count.
    """
    count = len(cameras)
    if count % 4 != 1:
        raise ValueError(f"a Wan camera embedding needs 4n+1 frames, got {count}; cut to {(count - 1) // 4 * 4 + 1}")
    planes = []
    Ks = rescale(cameras.K, width / cameras.width, height / cameras.height)
    for pose, K in zip(rebase(cameras.c2w), Ks, strict=True):
        direction = torch.nn.functional.normalize(rays(K, width, height), dim=-1) @ pose[:3, :3].T
        moment = torch.linalg.cross(pose[:3, 3].expand_as(direction), direction)
        planes.append(torch.cat([moment, direction], -1).permute(2, 0, 1))
    plucker = torch.stack([planes[0]] * 3 + planes)
    return plucker.unflatten(0, (-1, 4)).transpose(1, 2).flatten(1, 2).transpose(0, 1)[None]


def from_wan(embedding: Float[Tensor, "1 24 L H W"], fps: float = 16.0) -> Cameras:
    """The cameras of a WAN_CAMERA_EMBEDDING, based on the first: 4 L - 3 frames for W x H pictures.

    The rays' directions are R K^-1 (u, v, 1) up to length: a linear fit, split by Cholesky into lens and rotation; the
    camera's centre is the point that lies on all rays.
    """
    height, width = embedding.shape[3:]
    frames = embedding[0].detach().cpu().double().transpose(0, 1).unflatten(1, (6, 4)).transpose(1, 2).flatten(0, 1)[3:]
    step = max(1, min(height, width) // 12)
    pixels = torch.nn.functional.pad(pixel_grid(width, height).double(), (0, 1), value=1.0)
    p = pixels[::step, ::step].flatten(0, 1)
    poses, lenses = [], []
    for frame in frames:
        m, d = frame[:, ::step, ::step].flatten(1).T.split(3, dim=1)
        cross = _cross_matrix(d)
        M = torch.linalg.svd(torch.einsum("nij,nk->nijk", cross, p).reshape(-1, 9))[2][-1].view(3, 3)
        M = M * torch.sign((d * (p @ M.T)).sum())
        inverse_K = torch.linalg.cholesky(M.T @ M).T
        centre = torch.linalg.lstsq(-cross.flatten(0, 1), m.reshape(-1, 1))[0][:, 0]
        poses.append(rigid(M @ torch.linalg.inv(inverse_K), centre))
        K = torch.linalg.inv(inverse_K)
        lenses.append(K / K[2, 2])
    K = torch.stack(lenses).float()
    return Cameras(c2w=rebase(torch.stack(poses)).float(), K=K, width=width, height=height, fps=fps)


def _cross_matrix(v: Float[Tensor, "N 3"]) -> Float[Tensor, "N 3 3"]:
    """Matrices that multiply like v x."""
    x, y, z = v.unbind(-1)
    zero = torch.zeros_like(x)
    return torch.stack([zero, -z, y, z, zero, -x, -y, x, zero], -1).view(-1, 3, 3)


def from_da3(
    extrinsics: Float[Tensor, "1 S 3 4"], K: Float[Tensor, "1 S 3 3"], width: int, height: int, fps: float = 24.0
) -> Cameras:
    """Cameras, rebased to the first, of a DA3_GEOMETRY's w2c extrinsics and K, for the source's width and height.

    DA3 answers in pixels of the size it worked at (multiples of 14), which is twice its principal point.
    """
    w2c = torch.eye(4).repeat(extrinsics.shape[1], 1, 1)
    w2c[:, :3] = extrinsics[0].float().cpu()
    ours = [K_from_da3(k, (2 * float(k[0, 2]), 2 * float(k[1, 2])), width, height) for k in K[0].float().cpu()]
    return Cameras(c2w=rebase(rigid_inverse(w2c)), K=torch.stack(ours), width=width, height=height, fps=fps)


def K_from_da3(
    K: Float[Tensor, "3 3"], processed: tuple[float | int, float | int], width: int, height: int
) -> Float[Tensor, "3 3"]:
    """K in our pixels of DA3's, whose pixel centres count from 0: principal point +0.5, then rescaled.

    processed: the (width, height) DA3 worked at.
    """
    half = K.clone()
    half[:2, 2] += 0.5
    return rescale(half, width / processed[0], height / processed[1])


def K_from_moge(K: Float[Tensor, "*B 3 3"], width: int, height: int) -> Float[Tensor, "*B 3 3"]:
    """K in pixels of MOGE_GEOMETRY's normalised intrinsics: row 0 times the width, row 1 times the height."""
    return rescale(K, float(width), float(height))


def fov_from_focal(focal: float, size: int) -> float:
    """Degrees that `size` pixels span at a focal length in pixels."""
    return 2 * math.degrees(math.atan(size / (2 * focal)))


def focal_from_mm(mm: float, width: int, height: int, sensor: float = 36.0) -> float:
    """Focal length in pixels of a lens in millimetres; the picture's longer side spans the sensor's (36 mm)."""
    return mm / sensor * max(width, height)


LENS_UNITS = ("px", "mm", "degrees")


def focal_px(value: float, unit: str, width: int, height: int) -> float:
    """Focal length in pixels of a width x height picture: of pixels, of 35 mm film's millimetres, or of the horizontal
    field of view in degrees.
    """
    if unit == "px":
        focal = value
    elif unit == "mm":
        focal = focal_from_mm(value, width, height)
    elif unit == "degrees":
        if not 1 <= value <= 170:
            raise ValueError(f"a field of view must be from 1 to 170 degrees, got {value:g}; give it in degrees")
        focal = focal_from_fov(width, value)
    else:
        raise ValueError(f"the focal length's unit must be one of {', '.join(LENS_UNITS)}, got {unit!r}")
    if not (math.isfinite(focal) and focal > 4):
        raise ValueError(f"focal must be more than 4 px, got {value:g} {unit} = {focal:.3g} px; check value and unit")
    return focal


def mm_from_focal(focal: float, width: int, height: int, sensor: float = 36.0) -> float:
    """The lens in millimetres of a focal length in pixels; inverse of focal_from_mm."""
    return focal / max(width, height) * sensor
