"""Gaussian scenes in files: PLY, SPZ, KSPLAT and SPLAT are read; PLY, SPZ and SPLAT are written, by the suffix.

Only PLY is exact. SPLAT (antimatter15's 32 bytes per splat) and KSPLAT as the host writes it keep one colour per
splat, in bytes. No format's axes are turned: all of them hold the y-down world of Gaussian training, as the host's
own readers have it.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from ..types import Gaussians
from .ksplat import decode_ksplat, looks_like_ksplat
from .ply import read_ply, write_ply
from .splat_rows import ends_early, from_rows, plain_colours, to_bytes
from .spz import GZIP, decode_spz, encode_spz
from .whole import write_whole

WRITTEN = (".ply", ".spz", ".splat")
_ROW = np.dtype([("mean", "<f4", 3), ("scale", "<f4", 3), ("rgba", "u1", 4), ("quat", "u1", 4)])
_FARTHEST = 1e7  # scene units; .splat has no magic number, and other files make wilder numbers than this


def read_splats(path: str | Path) -> Gaussians:
    """The Gaussians of a scene file, its format told by its content (.splat and .ksplat: by suffix where unclear).

    Raises FileNotFoundError, or ValueError naming the file when it is another kind of file, ends early, holds no
    Gaussians, or NaN.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"{path} does not exist; give a Gaussian scene (.ply, .spz, .ksplat or .splat)")
    with path.open("rb") as file:
        start = file.read(3)
    if start == b"ply":
        return _checked(read_ply(path), path)
    data = path.read_bytes()
    suffix = path.suffix.lower()
    if start.startswith(GZIP):
        gaussians = decode_spz(data, path)
    elif suffix == ".ksplat" or (suffix != ".splat" and looks_like_ksplat(data)):
        gaussians = decode_ksplat(data, path)
    elif suffix == ".splat":
        gaussians = _decode_splat(data, path)
    else:
        raise ValueError(f"{path} is no Gaussian scene; give a .ply, .spz, .ksplat or .splat file")
    return _checked(gaussians, path)


def write_splats(path: str | Path, gaussians: Gaussians) -> None:
    """Writes the scene in the format of the path's suffix: .ply (exact), .spz or .splat (smaller, quantised)."""
    path = Path(path)
    require_splat_name(path)
    _checked(gaussians, path)
    if path.suffix.lower() == ".ply":
        write_ply(path, gaussians)
    else:
        encode = encode_spz if path.suffix.lower() == ".spz" else encode_splat
        write_whole(path, encode(gaussians))


def require_splat_name(path: Path) -> None:
    """Raises ValueError when the suffix is not one that can be written, before any work is done for it."""
    if path.suffix.lower() not in WRITTEN:
        raise ValueError(f"{path} must end in {', '.join(WRITTEN[:-1])} or {WRITTEN[-1]}; rename it")


def _checked(gaussians: Gaussians, path: Path) -> Gaussians:
    if len(gaussians) == 0:
        raise ValueError(f"{path} holds no Gaussians; export the scene again")
    for name in ("means", "quats", "scales", "opacities", "sh"):
        bad = int((~torch.isfinite(getattr(gaussians, name))).sum())
        if bad:
            raise ValueError(f"{path} holds {bad} NaN or infinite values in its {name}; check what made the scene")
    return gaussians


def _decode_splat(data: bytes, path: Path) -> Gaussians:
    if len(data) % _ROW.itemsize:
        whole = -(-len(data) // _ROW.itemsize) * _ROW.itemsize
        raise ends_early(path, len(data), whole)
    rows = np.frombuffer(data, _ROW)
    if (rows["scale"] < 0).any() or max(np.abs(rows["mean"]).max(initial=0), rows["scale"].max(initial=0)) > _FARTHEST:
        raise ValueError(f"{path} is no SPLAT file: its places or sizes make no sense; give a Gaussian scene")
    rgba = rows["rgba"] / 255.0
    return from_rows(
        means=rows["mean"],
        scales=rows["scale"],
        quats=rows["quat"] / 128.0 - 1.0,
        opacities=rgba[:, 3],
        colours=rgba[:, :3],
    )


def encode_splat(gaussians: Gaussians) -> bytes:
    """The Gaussians as 32-byte .splat rows: no view dependence, 8 bits per colour and rotation number."""
    rows = np.zeros(len(gaussians), _ROW)
    rows["mean"] = gaussians.means.detach().cpu().numpy()
    rows["scale"] = gaussians.scales.detach().cpu().numpy()
    rows["rgba"][:, :3] = to_bytes(plain_colours(gaussians) * 255)
    rows["rgba"][:, 3] = to_bytes(gaussians.opacities.detach().cpu().numpy() * 255)
    rows["quat"] = to_bytes(gaussians.quats.detach().cpu().numpy() * 128 + 128)
    return rows.tobytes()
