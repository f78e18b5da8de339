"""Camera paths as rows of numbers: TUM (8 columns) and RealEstate10K / CameraCtrl (19 columns)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from ..geometry.convert import from_cameractrl, to_cameractrl
from ..geometry.pinhole import intrinsics
from ..geometry.rigid import matrix_from_quat, quat_from_matrix, rigid, rigid_inverse, wxyz_from_xyzw, xyzw_from_wxyz
from ..geometry.spline import sample
from ..types import Cameras

_REGULAR = 0.1  # share of the usual step by which time stamps may differ from it
_MOST = 100  # cameras filled in per row
_MICRO = 1e6


def _number(value: float) -> str:
    return f"{value:.9g}"


def tum(cameras: Cameras) -> str:
    """Rows `time x y z qx qy qz qw`, c2w, time in seconds."""
    c2w = cameras.c2w.cpu().double()
    quats = xyzw_from_wxyz(quat_from_matrix(c2w[:, :3, :3]))
    rows = [
        " ".join(_number(v) for v in (t / cameras.fps, *c2w[t, :3, 3].tolist(), *quats[t].tolist()))
        for t in range(len(cameras))
    ]
    return "# TUM: seconds x y z qx qy qz qw, camera to world\n" + "\n".join(rows) + "\n"


def re10k(cameras: Cameras) -> str:
    """A comment (where RealEstate10K has the clip's address) and rows `microseconds fx fy cx cy W H w2c`."""
    rows = to_cameractrl(cameras)
    for t, row in enumerate(rows):
        row[0] = float(round(_MICRO * t / cameras.fps))
    body = "\n".join(" ".join(_number(v) for v in row) for row in rows)
    return f"# RealEstate10K: microseconds fx fy cx cy width height w2c\n{body}\n"


def read_rows(path: Path, size: tuple[int, int] | None, fps: float | None, poses: str = "c2w") -> Cameras:
    """The cameras of a text file, at equal steps of time: where stamps are missing, the path is filled in.

    size: of the picture they are for; None where the rows hold it. Comments and a first line with the clip's address
    are skipped. poses: what TUM rows hold, c2w or w2c. Raises ValueError naming the file and the
    fault; rotations are not checked yet.
    """
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
    if size is None and widths == {19} and min(rows[0][5:7]) >= 1:
        size = (round(rows[0][5]), round(rows[0][6]))
    if size is None:
        raise ValueError(f"camera file {path} does not hold a picture size; give width and height")
    cameras = from_cameractrl(rows, *size) if widths == {19} else _of_tum(path, rows, size, poses)
    return _regular(path, cameras, np.array([row[0] for row in rows]), fps)


def _of_tum(path: Path, rows: list[list[float]], size: tuple[int, int], poses: str) -> Cameras:
    values = torch.tensor(rows, dtype=torch.float64)
    if bool((values[:, 4:].norm(dim=-1) < 1e-6).any()):
        raise ValueError(f"camera file {path} holds a zero quaternion; TUM columns are t x y z qx qy qz qw")
    c2w = rigid(matrix_from_quat(wxyz_from_xyzw(values[:, 4:])), values[:, 1:4])
    c2w = rigid_inverse(c2w) if poses == "w2c" else c2w
    K = intrinsics(*size).repeat(len(rows), 1, 1)
    return Cameras(c2w=c2w.float(), K=K, width=size[0], height=size[1])


def _regular(path: Path, cameras: Cameras, stamps: np.ndarray, fps: float | None) -> Cameras:
    """The path at the usual step of its time stamps; its rate is 24 where these are frame numbers."""
    steps = np.diff(stamps)
    if not steps.any():
        return replace(cameras, fps=fps or 24.0)
    if steps.min() <= 0:
        row = int(np.argmax(steps <= 0)) + 1
        raise ValueError(f"time stamps of camera file {path} must increase, got {stamps[row]:g} after row {row}")
    step = float(np.median(steps))
    regular = np.abs(steps - step).max() <= _REGULAR * step
    step = float(steps.mean()) if regular else step  # single steps are rounded
    seconds = step / _MICRO if step > 1000 else step
    own = round(1 / seconds, 3) if 0.001 < seconds < 0.5 else 24.0
    if not regular:
        count = int((stamps[-1] - stamps[0]) / step + 1e-3) + 1
        if count > _MOST * len(stamps):
            row = int(np.argmax(steps)) + 1
            raise ValueError(
                f"time stamps of camera file {path} must have gaps of at most {_MOST} usual steps on average, got "
                f"{stamps[row]:g} after {stamps[row - 1]:g} in row {row}; correct that stamp"
            )
        at = stamps[0] + step * np.arange(count)
        cameras = sample(cameras, stamps, at, overshoot=False)
    return replace(cameras, fps=fps or own)
