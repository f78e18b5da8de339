"""3D Gaussian PLY files, as the reference implementation of Kerbl et al. 2023 writes them and viewers read them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ..types import Gaussians
from .whole import write_whole

_TYPES = {
    "char": "i1", "int8": "i1", "uchar": "u1", "uint8": "u1", "short": "i2", "int16": "i2", "ushort": "u2",
    "uint16": "u2", "int": "i4", "int32": "i4", "uint": "u4", "uint32": "u4", "float": "f4", "float32": "f4",
    "double": "f8", "float64": "f8",
}  # fmt: skip
_HEADER_MAX = 1 << 16  # bytes; a Gaussian header is under 2 kB


def write_ply(path: str | Path, gaussians: Gaussians) -> None:
    """Writes a binary little-endian PLY: log scales, logit opacities, wxyz, spherical harmonics channel-major."""
    rest = gaussians.sh[:, 1:].mT.flatten(1)  # all red, all green, all blue
    opacity = torch.logit(gaussians.opacities.double().clamp(1e-4, 1 - 1e-4)).float()[:, None]
    scales = gaussians.scales.clamp_min(1e-12).log()
    normals = torch.zeros_like(gaussians.means)
    columns = [gaussians.means, normals, gaussians.sh[:, 0], rest, opacity, scales, gaussians.quats]
    table = torch.cat([c.detach().cpu().float() for c in columns], -1).numpy().astype("<f4")
    finite = np.isfinite(table).all()
    if not finite:
        raise ValueError(f"{path}: Gaussians hold NaN or infinite values and were not written; check what made them")
    names = _names(rest.shape[1])
    header = ["ply", "format binary_little_endian 1.0", f"element vertex {len(table)}"]
    header += [f"property float {name}" for name in names] + ["end_header", ""]
    write_whole(Path(path), "\n".join(header).encode("ascii") + table.tobytes())


def _names(rest: int) -> list[str]:
    return [
        *("x", "y", "z", "nx", "ny", "nz", "f_dc_0", "f_dc_1", "f_dc_2"),
        *(f"f_rest_{i}" for i in range(rest)),
        *("opacity", "scale_0", "scale_1", "scale_2", "rot_0", "rot_1", "rot_2", "rot_3"),
    ]


def read_ply(path: str | Path) -> Gaussians:
    """The Gaussians of a PLY file, activated; properties are found by name, others are skipped.

    Raises FileNotFoundError, or ValueError for a file that is no PLY, is ASCII or big-endian, misses a property, or
    ends early.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"{path} does not exist; give the path of a Gaussian .ply file")
    data = path.read_bytes()
    count, dtype, offset = _header(path, data)
    rest = sum(name.startswith("f_rest_") for name in dtype.names)
    if rest not in (0, 9, 24, 45):
        raise ValueError(f"{path} has {rest} f_rest properties, a Gaussian PLY has 0, 9, 24 or 45; export it again")
    missing = [n for n in _names(rest) if n not in dtype.names and n not in ("nx", "ny", "nz")]
    if missing:
        raise ValueError(f"{path} is no Gaussian PLY: it has no property {', '.join(missing)}; a mesh or point cloud?")
    need = count * dtype.itemsize
    if len(data) - offset < need:
        raise ValueError(f"{path} ends early: {len(data) - offset} bytes of Gaussians, {need} promised; copy it again")
    table = np.frombuffer(data, dtype, count, offset)

    def columns(*names: str) -> Tensor:
        return torch.from_numpy(np.stack([table[n].astype(np.float32) for n in names], -1))

    sh = columns("f_dc_0", "f_dc_1", "f_dc_2")[:, None]
    if rest:
        higher = columns(*(f"f_rest_{i}" for i in range(rest)))
        sh = torch.cat([sh, higher.unflatten(1, (3, rest // 3)).mT], 1)
    return Gaussians(
        means=columns("x", "y", "z"),
        quats=torch.nn.functional.normalize(columns("rot_0", "rot_1", "rot_2", "rot_3"), dim=-1),
        scales=columns("scale_0", "scale_1", "scale_2").exp(),
        opacities=columns("opacity").sigmoid()[:, 0],
        sh=sh.contiguous(),
    )


def _header(path: Path, data: bytes) -> tuple[int, np.dtype, int]:
    """Vertex count, row type and where the rows begin."""
    end = data.find(b"end_header\n", 0, _HEADER_MAX)
    skip = len(b"end_header\n")
    if end < 0:
        end, skip = data.find(b"end_header\r\n", 0, _HEADER_MAX), len(b"end_header\r\n")
    if not data.startswith(b"ply") or end < 0:
        raise ValueError(f"{path} is not a PLY file: it does not start with a PLY header; give a Gaussian .ply file")
    lines = [line.split() for line in data[:end].decode("latin-1").splitlines()]
    layout = next((line[1] for line in lines if line[:1] == ["format"] and len(line) > 1), "no")
    if layout != "binary_little_endian":
        raise ValueError(f"{path} is a PLY in {layout} format; save it as binary_little_endian")
    elements = [line for line in lines if line[:1] == ["element"]]
    if not elements or elements[0][1:2] != ["vertex"] or not elements[0][-1].isdecimal():
        raise ValueError(f"{path}: its first element must be 'vertex' with a count; export the Gaussians again")
    fields: list[tuple[str, str]] = []
    for line in lines[lines.index(elements[0]) + 1 :]:
        if line[:1] == ["element"]:
            break
        if line[:1] == ["property"]:
            kind, name = line[1:3] if len(line) == 3 else ("list", "")
            if kind not in _TYPES or name in dict(fields):
                said = " ".join(line)
                raise ValueError(f"{path}: {said!r} is not a plain number with its own name; export it again")
            fields.append((name, "<" + _TYPES[kind]))
    return int(elements[0][-1]), np.dtype(fields), end + skip
