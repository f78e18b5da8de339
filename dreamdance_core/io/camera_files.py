"""Camera paths on disk: camera.json (ours), TUM, COLMAP text, RealEstate10K rows, .npy stacks; glTF is read only.

Every file may stand in any rigid frame; it is read as it is. Errors are ValueErrors of one sentence.
"""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float

from ..geometry.convert import from_cameractrl, to_cameractrl
from ..geometry.pinhole import intrinsics, rescale
from ..geometry.rigid import (
    matrix_from_quat,
    nearest_rigid,
    quat_from_matrix,
    rigid,
    rigid_inverse,
    wxyz_from_xyzw,
    xyzw_from_wxyz,
)
from ..types import Cameras
from .gltf_cameras import read_gltf
from .whole import write_whole

_ROUNDED = 2e-6  # error of R R^T above which a file's digits were cut; below it is float32 itself
FORMATS = ".json, .txt (TUM or RealEstate10K), .npy, .glb, .gltf or a COLMAP text folder"


def read_cameras(path: Path, width: int | None = None, height: int | None = None, fps: float | None = None) -> Cameras:
    """The cameras of a file or COLMAP folder, known by its suffix (.txt by its columns).

    width, height: of the picture they are wanted for, px. Files that carry their own size (camera.json, COLMAP) are
    rescaled to it; the others need it, and get f = width where they hold no lens (TUM, .npy). fps replaces the
    file's own, which is 24 where it has none. Raises FileNotFoundError, or ValueError naming file and fault.
    """
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(f"camera file {path} does not exist")
    if path.is_dir():
        cameras = _read_colmap(path)
    elif path.suffix == ".json":
        cameras = _read_json(path)
    elif path.suffix in (".glb", ".gltf"):
        return read_gltf(path, *_size(path, width, height), fps or 24.0)
    elif path.suffix == ".npy":
        return _read_npy(path, *_size(path, width, height), fps or 24.0)
    elif path.suffix in (".txt", ".tum"):
        return _read_rows(path, *_size(path, width, height), fps)
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
        rows = "\n".join(" ".join(_number(v) for v in row) for row in to_cameractrl(cameras))
        head = f"# RealEstate10K: frame fx fy cx cy 0 0 w2c, at {_number(cameras.fps)} fps"
        write_whole(path, f"{head}\n{rows}\n".encode())
    elif path.suffix in (".txt", ".tum"):
        write_whole(path, _to_tum(cameras).encode())
    elif path.suffix == ".npy":
        stack = io.BytesIO()
        np.save(stack, cameras.c2w.cpu().numpy())
        write_whole(path, stack.getvalue())
    else:
        _write_colmap(path, cameras)


def require_camera_name(path: Path) -> None:
    """ValueError unless write_cameras can write a file of this name."""
    if path.suffix not in (".json", ".txt", ".tum", ".npy", ""):
        raise ValueError(
            f"cameras cannot be written as {path.suffix!r}; use .json, .txt (TUM), .re10k.txt, .npy or a COLMAP folder"
        )


def _size(path: Path, width: int | None, height: int | None) -> tuple[int, int]:
    if not width or not height:
        raise ValueError(f"camera file {path} does not hold a picture size; give width and height")
    return width, height


def _number(value: float) -> str:
    return f"{value:.9g}"


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


def _cameras(path: Path, c2w: np.ndarray, K: np.ndarray, width: int, height: int, fps: float) -> Cameras:
    """Cameras of a file's own numbers, checked as such."""
    if c2w.ndim != 3 or c2w.shape[1:] not in ((4, 4), (3, 4)) or K.shape != (len(c2w), 3, 3) or len(c2w) == 0:
        raise ValueError(f"camera file {path} must hold c2w (T,4,4) and K (T,3,3), got {c2w.shape} and {K.shape}")
    if not (np.isfinite(c2w).all() and np.isfinite(K).all() and np.isfinite(fps) and fps > 0):
        raise ValueError(f"camera file {path} holds NaN, infinite numbers or a bad fps")
    poses = np.tile(np.eye(4), (len(c2w), 1, 1))
    poses[:, :3] = c2w[:, :3]
    off = np.abs(poses[:, :3, :3] @ poses[:, :3, :3].transpose(0, 2, 1) - np.eye(3)).max(axis=(1, 2))
    if off.max() > 3e-3 or np.linalg.det(poses[:, :3, :3]).min() < 0:
        raise ValueError(
            f"camera file {path} must hold proper rotations in c2w; that of camera {int(off.argmax())} is scaled, "
            "skewed or mirrored"
        )
    c2w = torch.from_numpy(poses)
    c2w = nearest_rigid(c2w) if off.max() > _ROUNDED else c2w
    return Cameras(c2w=c2w.float(), K=torch.from_numpy(K).float(), width=width, height=height, fps=fps)


def _read_npy(path: Path, width: int, height: int, fps: float) -> Cameras:
    try:
        c2w = np.load(path, allow_pickle=False)
        c2w = c2w.astype(np.float32)
    except (ValueError, TypeError, EOFError) as error:
        raise ValueError(f"camera file {path} is no stack of c2w matrices: {error}") from error
    return _cameras(path, c2w, _one_lens(len(c2w) if c2w.ndim else 0, width, height), width, height, fps)


def _one_lens(count: int, width: int, height: int) -> np.ndarray:
    return np.tile(intrinsics(width, height).numpy(), (count, 1, 1))


def _read_rows(path: Path, width: int, height: int, fps: float | None) -> Cameras:
    """TUM (8 columns) or RealEstate10K / CameraCtrl (19 columns; a first line with the clip's address is skipped)."""
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    lines = [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]
    if lines and lines[0].startswith(("http://", "https://")):
        lines = lines[1:]
    try:
        rows = [[float(v) for v in line.replace(",", " ").split()] for line in lines]
    except ValueError as error:
        raise ValueError(f"camera file {path} must hold rows of numbers: {error}") from error
    widths = {len(row) for row in rows}
    if widths not in ({8}, {19}):
        raise ValueError(
            f"camera file {path} must have 8 columns (TUM) or 19 (RealEstate10K) in every row, got {sorted(widths)}"
        )
    if not np.isfinite(rows).all():
        raise ValueError(f"camera file {path} holds NaN or infinite numbers")
    if widths == {19}:
        found = from_cameractrl(rows, width, height, fps or 24.0)
        return _cameras(path, found.c2w.numpy(), found.K.numpy(), width, height, found.fps)
    values = torch.tensor(rows, dtype=torch.float64)
    if bool((values[:, 4:].norm(dim=-1) < 1e-6).any()):
        raise ValueError(f"camera file {path} holds a zero quaternion; TUM columns are t x y z qx qy qz qw")
    c2w = rigid(matrix_from_quat(wxyz_from_xyzw(values[:, 4:])), values[:, 1:4])
    steps = values[1:, 0] - values[:-1, 0]
    step = float(steps.median()) if len(steps) else 0.0
    own = 1 / step if 0.001 < step < 0.5 else 24.0  # time stamps in seconds; frame numbers tell no rate
    return _cameras(path, c2w.numpy(), _one_lens(len(c2w), width, height), width, height, fps or own)


def _to_tum(cameras: Cameras) -> str:
    """Rows `time x y z qx qy qz qw`, c2w, time in seconds."""
    c2w = cameras.c2w.cpu().double()
    quats = xyzw_from_wxyz(quat_from_matrix(c2w[:, :3, :3]))
    rows = [
        " ".join(_number(v) for v in (t / cameras.fps, *c2w[t, :3, 3].tolist(), *quats[t].tolist()))
        for t in range(len(cameras))
    ]
    return "# TUM: seconds x y z qx qy qz qw, camera to world\n" + "\n".join(rows) + "\n"


def _write_colmap(folder: Path, cameras: Cameras) -> None:
    """cameras.txt (one PINHOLE per frame, so that a zoom survives), images.txt (w2c, wxyz) and empty points3D.txt."""
    folder.mkdir(parents=True, exist_ok=True)
    w2c = rigid_inverse(cameras.c2w.cpu().double())
    quats = quat_from_matrix(w2c[:, :3, :3])
    lens, pose = ["# CAMERA_ID MODEL WIDTH HEIGHT fx fy cx cy"], ["# IMAGE_ID QW QX QY QZ TX TY TZ CAMERA_ID NAME"]
    for t, K in enumerate(cameras.K.cpu().double()):
        f = (float(K[0, 0]), float(K[1, 1]), float(K[0, 2]), float(K[1, 2]))
        lens.append(f"{t + 1} PINHOLE {cameras.width} {cameras.height} " + " ".join(_number(v) for v in f))
        numbers = " ".join(_number(v) for v in (*quats[t].tolist(), *w2c[t, :3, 3].tolist()))
        pose.append(f"{t + 1} {numbers} {t + 1} {t:05d}.png\n")  # an empty line follows: no 2D points
    (folder / "cameras.txt").write_text("\n".join(lens) + "\n")
    (folder / "images.txt").write_text("\n".join(pose) + "\n")
    (folder / "points3D.txt").write_text("")


def _read_colmap(folder: Path) -> Cameras:
    """Images in the order of their names. Pinhole models only: distortion is refused, not dropped."""
    missing = [name for name in ("cameras.txt", "images.txt") if not (folder / name).is_file()]
    if missing:
        raise ValueError(f"folder {folder} is no COLMAP text model: {' and '.join(missing)} not found")
    try:
        lenses = {int(row[0]): row[1:] for row in _fields(folder / "cameras.txt")}
        lines = [line for line in (folder / "images.txt").read_text().splitlines() if not line.startswith("#")]
        rows = sorted((line.split() for line in lines[::2] if line.strip()), key=lambda row: row[9])
        quats = torch.tensor([[float(v) for v in row[1:5]] for row in rows], dtype=torch.float64)
        t = torch.tensor([[float(v) for v in row[5:8]] for row in rows], dtype=torch.float64)
        used = [lenses[int(row[8])] for row in rows]
        K = np.stack([_colmap_K(folder, lens) for lens in used])
        sizes = {(int(lens[1]), int(lens[2])) for lens in used}
    except (IndexError, KeyError, ValueError) as error:
        raise ValueError(f"folder {folder} is no readable COLMAP text model: {error}") from error
    if len(sizes) != 1:
        raise ValueError(f"COLMAP folder {folder} must have pictures of one size, got {sorted(sizes)}")
    c2w = rigid_inverse(rigid(matrix_from_quat(quats), t))
    return _cameras(folder, c2w.numpy(), K, *sizes.pop(), 24.0)


def _fields(path: Path) -> list[list[str]]:
    return [line.split() for line in path.read_text().splitlines() if line.strip() and not line.startswith("#")]


def _colmap_K(folder: Path, lens: list[str]) -> Float[np.ndarray, "3 3"]:
    model, values = lens[0], [float(v) for v in lens[3:]]
    if model == "SIMPLE_PINHOLE":
        values = [values[0], *values]
    elif model != "PINHOLE":
        raise ValueError(
            f"camera model {model} is not PINHOLE or SIMPLE_PINHOLE; undistort the pictures in COLMAP first"
        )
    fx, fy, cx, cy = values
    return np.array([[fx, 0, cx], [0, fy, cy], [0, 0, 1]])
