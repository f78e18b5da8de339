"""KSPLAT files: the sections of mkkellogg's GaussianSplats3D viewer (format facts from its SplatBuffer.js, MIT).

A 4096-byte header, a 1024-byte header per section, then per section: lengths of its last, partly filled buckets,
bucket centres, splats. Level 0 holds float32; level 1 holds half numbers and positions as 16-bit steps from their
bucket's centre; level 2 also holds harmonics as bytes. Rotations are wxyz, axes stay as they are.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float

from ..types import Gaussians
from .splat_rows import ends_early, from_rows

_HEADER, _SECTION = 4096, 1024  # bytes
_STEPS = 32767  # 16-bit steps in half a bucket, unless the section says otherwise
_DEGREES = (0, 9, 24, 45)  # harmonics per splat
_HALF_RANGE = 1.5  # of a harmonic's byte, unless the header says otherwise


@dataclass(frozen=True, kw_only=True)
class _Section:
    count: int
    room: int  # splats the section has bytes for
    bucket_size: int  # splats
    buckets: int
    block: float  # side of a bucket, scene units
    bucket_bytes: int
    steps: int
    full: int  # buckets that hold bucket_size splats
    partial: int
    harmonics: int


def looks_like_ksplat(data: bytes) -> bool:
    """Whether the header has a version, sections and a level that exist; the format has no magic number."""
    if len(data) < _HEADER + _SECTION or data[0] != 0 or data[1] == 0:
        return False
    sections, level = struct.unpack_from("<I", data, 4)[0], struct.unpack_from("<H", data, 20)[0]
    return 0 < sections <= (len(data) - _HEADER) // _SECTION and level <= 2


def decode_ksplat(data: bytes, path: Path) -> Gaussians:
    """The Gaussians of KSPLAT bytes (levels 0 to 2); ValueError, naming path, for others and for truncated ones."""
    if len(data) < _HEADER + _SECTION:
        raise ends_early(path, len(data), _HEADER + _SECTION)
    if not looks_like_ksplat(data):
        raise ValueError(f"{path} is no KSPLAT file of version 0 and level 0, 1 or 2; give a Gaussian scene")
    sections, level = struct.unpack_from("<I", data, 4)[0], struct.unpack_from("<H", data, 20)[0]
    low, high = struct.unpack_from("<ff", data, 36)
    spread = (low or -_HALF_RANGE, high or _HALF_RANGE)
    start, parts = _HEADER + sections * _SECTION, []
    for index in range(sections):
        section = _section(data, _HEADER + index * _SECTION, path)
        row = _row(level, section.harmonics)
        first = start + section.bucket_bytes * section.buckets + 4 * section.partial
        if section.count:
            need = first + section.count * row.itemsize
            if len(data) < need:
                raise ends_early(path, len(data), need)
            rows = np.frombuffer(data, row, section.count, first)
            parts.append(_decoded(rows, section, level, spread, data, start, path))
        start = first + section.room * row.itemsize
    if not parts:
        raise ValueError(f"{path} holds no Gaussians; export the scene again")
    bands = max(part["rest"].shape[1] for part in parts)
    for part in parts:  # sections may differ in degree: the higher harmonics of the poorer are 0
        part["rest"] = np.pad(part["rest"], ((0, 0), (0, bands - part["rest"].shape[1]), (0, 0)))
    return from_rows(**{name: np.concatenate([part[name] for part in parts]) for name in parts[0]})


def _section(data: bytes, at: int, path: Path) -> _Section:
    count, room, size, buckets, block, stored, steps, _, full, partial, degree = struct.unpack_from(
        "<IIIIfH2xIIIIH", data, at
    )
    if degree >= len(_DEGREES) or count > room:
        raise ValueError(f"{path}: a section of degree {degree} with {count} of {room} splats; export it again")
    return _Section(
        count=count, room=room, bucket_size=size, buckets=buckets, block=block, bucket_bytes=stored,
        steps=steps or _STEPS, full=full, partial=partial, harmonics=_DEGREES[degree],
    )  # fmt: skip


def _row(level: int, harmonics: int) -> np.dtype:
    centre, number, harmonic = (("<f4", "<f4", "<f4"), ("<u2", "<f2", "<f2"), ("<u2", "<f2", "u1"))[level]
    fields = [("centre", centre, 3), ("scale", number, 3), ("quat", number, 4), ("rgba", "u1", 4)]
    return np.dtype([*fields, ("harmonics", harmonic, harmonics)])


def _decoded(
    rows: np.ndarray, section: _Section, level: int, spread: tuple[float, float], data: bytes, start: int, path: Path
) -> dict[str, np.ndarray]:
    means = rows["centre"].astype(np.float32)
    if level:
        centres = _bucket_centres(data, start, section, path)
        means = (means - section.steps) * (section.block / 2 / section.steps) + centres
    rgba = rows["rgba"] / 255.0
    harmonics = rows["harmonics"].astype(np.float32)
    if level == 2:
        harmonics = harmonics / 255 * (spread[1] - spread[0]) + spread[0]
    return {
        "means": means,
        "scales": rows["scale"].astype(np.float32),
        "quats": rows["quat"].astype(np.float32),
        "opacities": rgba[:, 3],
        "colours": rgba[:, :3],
        "rest": _by_coefficient(harmonics),
    }


def _bucket_centres(data: bytes, start: int, section: _Section, path: Path) -> Float[np.ndarray, "N 3"]:
    """The centre of each splat's bucket: full buckets come first, then those whose lengths the section lists."""
    lengths = np.frombuffer(data, "<u4", section.partial, start)
    if section.bucket_bytes < 12 or section.full + section.partial > section.buckets:
        raise ValueError(f"{path}: its buckets do not add up; export it again")
    table = np.frombuffer(data, np.uint8, section.bucket_bytes * section.buckets, start + 4 * section.partial)
    centres = table.reshape(section.buckets, section.bucket_bytes)[:, :12].copy().view("<f4")
    held = np.concatenate([np.full(section.full, section.bucket_size, np.int64), lengths.astype(np.int64)])
    if held.sum() != section.count:
        raise ValueError(f"{path}: its buckets hold {held.sum()} splats of {section.count}; export it again")
    return np.repeat(centres[: len(held)], held, 0)


def _by_coefficient(harmonics: np.ndarray) -> Float[np.ndarray, "N K 3"]:
    """Per band (3, 5, 7 coefficients) the file holds all red, all green, all blue ones."""
    bands, start = [np.zeros((len(harmonics), 0, 3), np.float32)], 0
    for size in (3, 5, 7):
        if start < harmonics.shape[1]:
            bands.append(harmonics[:, start : start + 3 * size].reshape(-1, 3, size).transpose(0, 2, 1))
            start += 3 * size
    return np.concatenate(bands, 1)
