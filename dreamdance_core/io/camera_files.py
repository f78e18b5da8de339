"""Camera paths on disk: camera.json (ours), TUM, COLMAP text, RealEstate10K rows, .npy stacks; glTF is read only.

Every file may stand in any rigid frame; it is read as it is. Errors are ValueErrors of one sentence.
"""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Literal

import numpy as np
import torch

from ..geometry.pinhole import intrinsics, rescale
from ..geometry.rigid import matrix_from_quat, nearest_rigid, rigid, rigid_inverse, wxyz_from_xyzw
from ..types import Cameras
from .colmap import read_colmap, write_colmap
from .gltf_cameras import read_gltf
from .pose_rows import re10k, read_rows, tum
from .whole import write_whole

_ROUNDED = 2e-6  # error of R R^T above which a file's digits were cut; below it is float32 itself
FORMATS = ".json, .txt (TUM or RealEstate10K), .npy, .glb, .gltf or a COLMAP text folder"
Poses = Literal["c2w", "w2c"]


def read_cameras(
    path: Path,
    width: int | None = None,
    height: int | None = None,
    fps: float | None = None,
    *,
    poses: Poses = "c2w",
    name: str = "",
) -> Cameras:
    """The cameras of a file or COLMAP folder, known by its suffix (.txt by its columns).

    width, height: of the picture they are wanted for, px. Files that carry their own size (camera.json, COLMAP) are
    rescaled to it; the others need it, and get f = width where they hold no lens (TUM, .npy). fps replaces the
    file's own, which is 24 where it has none. poses: what TUM and .npy files hold; the other formats say it
    themselves. name: which camera of a glTF file ("" = the first). Raises FileNotFoundError, or ValueError naming
    file and fault.
    """
    path = Path(path)
    size = (width, height) if width and height else None
    if not path.exists():
        raise FileNotFoundError(f"camera file {path} does not exist")
    if path.is_dir():
        c2w, K, *own = read_colmap(path)
        cameras = _cameras(path, c2w, K, own[0], own[1], 24.0)
    elif path.suffix == ".json":
        cameras = _read_json(path)
    elif path.suffix in (".glb", ".gltf"):
        return read_gltf(path, *_needed(path, size), fps or 24.0, name)
    elif path.suffix == ".npy":
        return _read_npy(path, *_needed(path, size), fps or 24.0, poses)
    elif path.suffix in (".txt", ".tum"):
        found = read_rows(path, size, fps, poses)
        c2w = found.c2w.double().numpy()
        return _cameras(path, c2w, found.K.numpy(), found.width, found.height, found.fps)
    else:
        raise ValueError(f"camera file {path} has an unknown suffix {path.suffix!r}; use {FORMATS}")
    width, height = width or cameras.width, height or cameras.height
    K = rescale(cameras.K, width / cameras.width, height / cameras.height)
    return Cameras(c2w=cameras.c2w, K=K, width=width, height=height, fps=fps or cameras.fps)


def write_cameras(path: Path, cameras: Cameras) -> None:
    """Writes camera.json, TUM (.tum or .txt), RealEstate10K (.re10k.txt), .npy, or a COLMAP folder (no suffix)."""
    path = Path(path)
    require_camera_name(path)
    if path.suffix == ".json":
        write_whole(path, json.dumps(_to_json(cameras)).encode())
    elif path.name.endswith(".re10k.txt"):
        write_whole(path, re10k(cameras).encode())
    elif path.suffix in (".txt", ".tum"):
        write_whole(path, tum(cameras).encode())
    elif path.suffix == ".npy":
        stack = io.BytesIO()
        np.save(stack, cameras.c2w.cpu().numpy())
        write_whole(path, stack.getvalue())
    else:
        write_colmap(path, cameras)


def require_camera_name(path: Path) -> None:
    """ValueError unless write_cameras can write a file of this name."""
    if path.suffix not in (".json", ".txt", ".tum", ".npy", ""):
        raise ValueError(
            f"cameras cannot be written as {path.suffix!r}; use .json, .txt (TUM), .re10k.txt, .npy or a COLMAP folder"
        )


def _needed(path: Path, size: tuple[int, int] | None) -> tuple[int, int]:
    if size is None:
        raise ValueError(f"camera file {path} does not hold a picture size; give width and height")
    return size


def _to_json(cameras: Cameras) -> dict:
    pairs = zip(cameras.c2w.tolist(), cameras.K.tolist(), strict=True)
    return {
        "version": 1,
        "width": cameras.width,
        "height": cameras.height,
        "fps": cameras.fps,
        "cameras": [{"c2w": c2w, "K": K} for c2w, K in pairs],
    }


def _read_json(path: Path) -> Cameras:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:  # covers broken JSON and broken UTF-8
        raise ValueError(f"camera file {path} is not valid JSON ({error}); it may be cut off") from error
    version = data.get("version") if isinstance(data, dict) else None
    if version != 1:
        raise ValueError(f"camera file {path} must be of version 1, got {version!r}")
    try:
        c2w = np.array([c["c2w"] for c in data["cameras"]], dtype=np.float32)
        K = np.array([c["K"] for c in data["cameras"]], dtype=np.float32)
        width, height, fps = int(data["width"]), int(data["height"]), float(data.get("fps", 24.0))
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(
            f"camera file {path} must hold width, height and cameras with c2w and K of numbers: {error!r}"
        ) from error
    if width < 1 or height < 1:
        raise ValueError(f"camera file {path} must have a positive size, got {width}x{height}")
    return _cameras(path, c2w, K, width, height, fps)


def _cameras(
    path: Path, poses: np.ndarray, K: np.ndarray, width: int, height: int, fps: float, hold: Poses = "c2w"
) -> Cameras:
    """Cameras of a file's own numbers, checked as such."""
    if poses.ndim != 3 or poses.shape[1:] not in ((4, 4), (3, 4)) or K.shape != (len(poses), 3, 3) or len(poses) == 0:
        raise ValueError(f"camera file {path} must hold {hold} (T,4,4) and K (T,3,3), got {poses.shape} and {K.shape}")
    if not (np.isfinite(poses).all() and np.isfinite(K).all() and np.isfinite(fps) and fps > 0):
        raise ValueError(f"camera file {path} holds NaN, infinite numbers or a bad fps")
    whole = np.tile(np.eye(4), (len(poses), 1, 1))
    whole[:, :3] = poses[:, :3]
    off = np.abs(whole[:, :3, :3] @ whole[:, :3, :3].transpose(0, 2, 1) - np.eye(3)).max(axis=(1, 2))
    if off.max() > 3e-3 or np.linalg.det(whole[:, :3, :3]).min() < 0:
        raise ValueError(
            f"camera file {path} must hold proper rotations in {hold}; that of camera {int(off.argmax())} is scaled, "
            "skewed or mirrored"
        )
    c2w = torch.from_numpy(whole)
    c2w = nearest_rigid(c2w) if off.max() > _ROUNDED else c2w
    c2w = rigid_inverse(c2w) if hold == "w2c" else c2w
    return Cameras(c2w=c2w.float(), K=torch.from_numpy(K).float(), width=width, height=height, fps=fps)


def _read_npy(path: Path, width: int, height: int, fps: float, poses: Poses) -> Cameras:
    """A stack (T,4,4) or (T,3,4), one matrix, or rows x y z qx qy qz qw, as DPVO answers with."""
    try:
        stack = np.load(path, allow_pickle=False)
        stack = stack.astype(np.float64)
    except (ValueError, TypeError, EOFError) as error:
        raise ValueError(f"camera file {path} is no stack of {poses} matrices: {error}") from error
    if stack.shape in ((4, 4), (3, 4)):
        stack = stack[None]
    if stack.ndim == 2 and stack.shape[1] == 7:
        if (np.linalg.norm(stack[:, 3:], axis=1) < 1e-6).any():
            raise ValueError(f"camera file {path} holds a zero quaternion; columns are x y z qx qy qz qw")
        rows = torch.from_numpy(stack)
        stack = rigid(matrix_from_quat(wxyz_from_xyzw(rows[:, 3:])), rows[:, :3]).numpy()
    K = np.tile(intrinsics(width, height).numpy(), (len(stack) if stack.ndim else 0, 1, 1))
    return _cameras(path, stack, K, width, height, fps, poses)
