"""COLMAP text models: a folder with cameras.txt (lenses) and images.txt (w2c poses). Distortion is refused."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float

from ..geometry.rigid import matrix_from_quat, quat_from_matrix, rigid, rigid_inverse
from ..types import Cameras

# Model -> how many numbers are its focal lengths and principal point; what follows is distortion.
_MODELS = {"SIMPLE_PINHOLE": 3, "PINHOLE": 4, "SIMPLE_RADIAL": 3, "RADIAL": 3, "OPENCV": 4, "FULL_OPENCV": 4}


def write_colmap(folder: Path, cameras: Cameras) -> None:
    """cameras.txt (one PINHOLE per frame, so that a zoom survives), images.txt (w2c, wxyz) and empty points3D.txt."""
    folder.mkdir(parents=True, exist_ok=True)
    w2c = rigid_inverse(cameras.c2w.cpu().double())
    quats = quat_from_matrix(w2c[:, :3, :3])
    lens, pose = ["# CAMERA_ID MODEL WIDTH HEIGHT fx fy cx cy"], ["# IMAGE_ID QW QX QY QZ TX TY TZ CAMERA_ID NAME"]
    for t, K in enumerate(cameras.K.cpu().double()):
        f = (float(K[0, 0]), float(K[1, 1]), float(K[0, 2]), float(K[1, 2]))
        lens.append(f"{t + 1} PINHOLE {cameras.width} {cameras.height} " + " ".join(f"{v:.9g}" for v in f))
        numbers = " ".join(f"{v:.9g}" for v in (*quats[t].tolist(), *w2c[t, :3, 3].tolist()))
        pose.append(f"{t + 1} {numbers} {t + 1} {t:05d}.png\n")  # an empty line follows: no 2D points
    (folder / "cameras.txt").write_text("\n".join(lens) + "\n")
    (folder / "images.txt").write_text("\n".join(pose) + "\n")
    (folder / "points3D.txt").write_text("")


def read_colmap(folder: Path) -> tuple[np.ndarray, np.ndarray, int, int]:
    """c2w (T,4,4), K (T,3,3), width and height of a text model's images, in the order of their names.

    Lenses with distortion are refused, not straightened. Raises ValueError naming the folder and the fault.
    """
    missing = [name for name in ("cameras.txt", "images.txt") if not (folder / name).is_file()]
    if missing:
        binary = "; it holds a binary model: save it as text in COLMAP" if (folder / "images.bin").is_file() else ""
        raise ValueError(f"folder {folder} is no COLMAP text model: {' and '.join(missing)} not found{binary}")
    try:
        lenses = {int(row[0]): row[1:] for row in map(str.split, _lines(folder / "cameras.txt"))}
        rows = sorted(_images(folder / "images.txt"), key=lambda row: _natural(row[9]))
        numbers = torch.tensor([[float(v) for v in row[1:8]] for row in rows], dtype=torch.float64).reshape(-1, 7)
        used = [lenses[int(row[8])] for row in rows]
        K = np.stack([_K(lens) for lens in used])
        sizes = {(int(lens[1]), int(lens[2])) for lens in used}
    except (IndexError, KeyError, ValueError) as error:
        raise ValueError(f"folder {folder} is no readable COLMAP text model: {error}") from error
    if len(sizes) != 1:
        raise ValueError(f"COLMAP folder {folder} must have pictures of one size, got {sorted(sizes)}")
    c2w = rigid_inverse(rigid(matrix_from_quat(numbers[:, :4]), numbers[:, 4:]))
    return c2w.numpy(), K, *sizes.pop()


def _natural(name: str) -> list[tuple[int, str]]:
    """A sort key under which 2.png comes before 10.png."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", name)]


def _lines(path: Path) -> list[str]:
    return [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip() and line.lstrip()[0] != "#"]


def _images(path: Path) -> list[list[str]]:
    """The image lines, cut into ten fields (a name may hold blanks); lines of 2D points, empty or not, are skipped.

    Which of the two a line is shows in its fields, so that exports that leave the second line out are read as well:
    2D points come in threes of numbers, an image line ends in a name.
    """
    rows = [line.split(maxsplit=9) for line in _lines(path)]
    images = [row for row in rows if len(row) == 10 and row[8].isdigit() and not _is_points(row)]
    if not images:
        raise ValueError("images.txt lists no image")
    return images


def _is_points(row: list[str]) -> bool:
    try:
        values = [float(v) for v in " ".join(row).split()]
    except ValueError:
        return False
    return len(values) % 3 == 0


def _K(lens: list[str]) -> Float[np.ndarray, "3 3"]:
    model, values = lens[0], [float(v) for v in lens[3:]]
    if model not in _MODELS or any(values[_MODELS[model] :]):
        raise ValueError(f"camera model {model} has distortion; undistort the pictures in COLMAP first (PINHOLE)")
    values = values[: _MODELS[model]]
    fx, fy, cx, cy = [values[0], *values] if _MODELS[model] == 3 else values
    return np.array([[fx, 0, cx], [0, fy, cy], [0, 0, 1]])
