"""SPZ files: Niantic Labs' compressed splats (format published under MIT, https://github.com/nianticlabs/spz).

Gzip over a 16-byte header (magic, version, count, degree, fractional bits, flags) and then one block per attribute:
positions, opacities, colours, scales, rotations, harmonics (coefficient by coefficient, red green blue inside).
Axes are taken as they stand, like the host's and Spark's readers do: files of DreamDance and of the host are y down;
a file of Niantic's own apps is y up and comes in upside down.
"""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np
from jaxtyping import Float

from ..types import Gaussians
from .splat_rows import BAND0, ends_early, from_rows, plain_colours, to_bytes

GZIP = b"\x1f\x8b"
_MAGIC = b"NGSP"
_HEADER = struct.Struct("<4sIIBBBB")
_CONTRAST = 0.15  # of a coefficient's bytes
_FIXED_MAX = (1 << 23) - 1  # positions are signed 24-bit numbers
_THIRDS = 511  # steps of a small quaternion component, which is at most sqrt(1/2)
_SMALL = np.array(
    [[3, 2, 1], [3, 2, 0], [3, 1, 0], [2, 1, 0]]
)  # xyzw components kept, lowest bits first, by the largest


def decode_spz(data: bytes, path: Path) -> Gaussians:
    """The Gaussians of SPZ bytes (versions 1 to 3); ValueError, naming path, for others and for truncated ones."""
    unzip = zlib.decompressobj(wbits=31)
    head = _unzipped(unzip, data, _HEADER.size, path)
    magic, version, count, degree, fractional, _, _ = _HEADER.unpack(head)
    if magic != _MAGIC:
        raise ValueError(f"{path} is no SPZ file: it is compressed, but holds no splats; give a Gaussian scene")
    if version not in (1, 2, 3) or degree > 3:
        raise ValueError(f"{path} is SPZ version {version}, degree {degree}; versions 1 to 3, degrees 0 to 3 are read")
    if count == 0:
        raise ValueError(f"{path} holds no Gaussians; export the scene again")
    rest = (degree + 1) ** 2 - 1
    columns = {"means": 9 if version > 1 else 6, "opacities": 1, "colours": 3, "scales": 3}
    columns |= {"quats": 4 if version > 2 else 3, "rest": 3 * rest}
    body = _unzipped(unzip, unzip.unconsumed_tail, count * sum(columns.values()), path)
    _require_end(unzip, path)
    blocks, start = {}, 0
    for name, size in columns.items():
        blocks[name] = np.frombuffer(body, np.uint8, count * size, start).reshape(count, size)
        start += count * size
    return from_rows(
        means=_positions(blocks["means"], fractional),
        scales=np.exp(blocks["scales"] / 16.0 - 10.0),
        quats=_smallest_three(blocks["quats"]) if version > 2 else _from_xyz(blocks["quats"]),
        opacities=blocks["opacities"][:, 0] / 255.0,
        colours=(blocks["colours"] / 255.0 - 0.5) * (BAND0 / _CONTRAST) + 0.5,
        rest=(blocks["rest"].reshape(count, rest, 3) / 128.0 - 1.0) if rest else None,
    )


def _unzipped(unzip, data: bytes, size: int, path: Path) -> bytes:
    """The next `size` bytes, and never more than that in memory, whatever the file may unpack to."""
    plain = _next(unzip, data, size, path)
    if len(plain) < size:
        raise ends_early(path, len(plain), size)
    return plain


def _require_end(unzip, path: Path) -> None:
    """The checksum is there and right (blocks of later versions that follow ours are not looked at)."""
    if not _next(unzip, unzip.unconsumed_tail, 1, path) and not unzip.eof:
        raise ValueError(f"{path} ends early: its checksum is missing; copy it again")


def _next(unzip, data: bytes, most: int, path: Path) -> bytes:
    try:
        return unzip.decompress(data, most)
    except zlib.error as error:
        raise ValueError(f"{path} is damaged ({error}); copy it again") from error


def _positions(block: np.ndarray, fractional: int) -> Float[np.ndarray, "N 3"]:
    if block.shape[1] == 6:
        return block.copy().view("<f2").astype(np.float32)
    parts = block.reshape(-1, 3, 3).astype(np.int32)
    fixed = parts[..., 0] | parts[..., 1] << 8 | parts[..., 2] << 16
    return np.where(fixed > _FIXED_MAX, fixed - (1 << 24), fixed) / 2.0**fractional


def _from_xyz(block: np.ndarray) -> Float[np.ndarray, "N 4"]:
    """wxyz of versions 1 and 2: x, y, z, and w is not negative."""
    xyz = block / 127.5 - 1.0
    w = np.sqrt((1 - (xyz**2).sum(1, keepdims=True)).clip(0))
    return np.concatenate([w, xyz], 1)


def _smallest_three(block: np.ndarray) -> Float[np.ndarray, "N 4"]:
    """wxyz of version 3: which of x, y, z, w is the largest, and sign and size of the other three, 10 bits each."""
    packed = np.ascontiguousarray(block).view("<u4")
    bits = packed >> np.array([0, 10, 20], np.uint32)
    small = (bits & _THIRDS) / _THIRDS * np.sqrt(0.5) * np.where(bits & 512, -1, 1)
    largest = packed >> 30
    xyzw = np.zeros((len(block), 4))
    np.put_along_axis(xyzw, _SMALL[largest[:, 0]], small, 1)
    np.put_along_axis(xyzw, largest.astype(np.int64), np.sqrt((1 - (small**2).sum(1, keepdims=True)).clip(0)), 1)
    return xyzw[:, [3, 0, 1, 2]]


def encode_spz(gaussians: Gaussians) -> bytes:
    """SPZ version 3 bytes; positions as fine as 24 bits allow, scales within 3 %, harmonics within 1/256."""
    g = {name: getattr(gaussians, name).detach().cpu().double().numpy() for name in ("means", "quats", "scales")}
    count, degree = len(gaussians), round(gaussians.sh.shape[1] ** 0.5) - 1
    reach = max(float(np.abs(g["means"]).max()), 1e-6)
    fractional = int(np.floor(np.log2(_FIXED_MAX / reach)).clip(0, 20))
    fixed = np.rint(g["means"] * 2.0**fractional).clip(-_FIXED_MAX - 1, _FIXED_MAX).astype("<i4")
    alpha = to_bytes(gaussians.opacities.detach().cpu().numpy() * 255)
    colours = to_bytes(((plain_colours(gaussians) - 0.5) * (_CONTRAST / BAND0) + 0.5) * 255)
    scales = to_bytes((np.log(g["scales"].clip(1e-9)) + 10) * 16)
    rest = to_bytes(gaussians.sh[:, 1:].detach().cpu().numpy() * 128 + 128)
    blocks = [fixed[..., None].view(np.uint8)[..., :3], alpha, colours, scales, _packed(g["quats"]), rest]
    head = _HEADER.pack(_MAGIC, 3, count, degree, fractional, 0, 0)
    zip_ = zlib.compressobj(6, wbits=31)
    parts = [zip_.compress(part) for part in (head, *(block.tobytes() for block in blocks))]
    return b"".join([*parts, zip_.flush()])


def _packed(quats: Float[np.ndarray, "N 4"]) -> np.ndarray:
    xyzw = quats[:, [1, 2, 3, 0]]
    largest = np.abs(xyzw).argmax(1)[:, None]
    xyzw = xyzw * np.where(np.take_along_axis(xyzw, largest, 1) < 0, -1, 1)
    small = np.take_along_axis(xyzw, _SMALL[largest[:, 0]], 1)
    steps = np.rint(np.abs(small) * (_THIRDS / np.sqrt(0.5))).clip(0, _THIRDS).astype(np.uint32)
    bits = (steps | np.where(small < 0, 512, 0).astype(np.uint32)) << np.array([0, 10, 20], np.uint32)
    return (bits.sum(1, dtype=np.uint32) | largest[:, 0].astype(np.uint32) << 30).astype("<u4")
