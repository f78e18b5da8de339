"""Splat files byte by byte, from the formats' published layouts and none of our writers."""

from __future__ import annotations

import gzip
import struct

import numpy as np
import torch

from dreamdance_core.types import Gaussians

C0 = 0.28209479177387814


def some(count: int = 60, coefficients: int = 1) -> Gaussians:
    rng = np.random.default_rng(5)
    quats = rng.normal(size=(count, 4))
    return Gaussians(
        means=torch.from_numpy(rng.uniform(-1, 1, (count, 3)) + [0.2, -0.1, 3]).float(),
        quats=torch.from_numpy(quats / np.linalg.norm(quats, axis=1, keepdims=True)).float(),
        scales=torch.from_numpy(rng.uniform(0.01, 0.3, (count, 3))).float(),
        opacities=torch.from_numpy(rng.uniform(0.02, 0.98, count)).float(),
        sh=torch.from_numpy(rng.uniform(-0.9, 0.9, (count, coefficients, 3))).float(),
    )


def spz(version: int, rotation: bytes, *, position: bytes = b"", degree: int = 0, rest: bytes = b"") -> bytes:
    """One splat at (1, -2, 0.5), byte by byte from the published layout."""
    if not position:
        fixed = [int(v * 4096) & 0xFFFFFF for v in (1, -2, 0.5)]
        position = b"".join(v.to_bytes(3, "little") for v in fixed)
    head = struct.pack("<4sIIBBBB", b"NGSP", version, 1, degree, 12, 0, 0)
    return gzip.compress(
        head + position + bytes([204]) + bytes([255, 0, 128]) + bytes([160, 128, 112]) + rotation + rest
    )


def ksplat(g: Gaussians, level: int, *, sections: int = 2, bucket: int = 8) -> bytes:
    """Level 0 to 2 bytes as GaussianSplats3D lays them out; bands are all red, all green, all blue."""
    block, steps = 4.0, 32767
    rest = g.sh[:, 1:].numpy()
    flat = np.concatenate([rest[:, a:b].transpose(0, 2, 1).reshape(len(g), -1) for a, b in ((0, 3), (3, 8))], 1)
    head = bytearray(4096)
    struct.pack_into("<BBxxIIIIH", head, 0, 0, 1, sections, sections, len(g), len(g), level)
    struct.pack_into("<ff", head, 36, -2.0, 2.0)
    heads, bodies = [], []
    for rows in np.array_split(np.arange(len(g)), sections):
        means, count = g.means.numpy()[rows], len(rows)
        full, left = divmod(count, bucket)
        held = [bucket] * full + ([left] if left else [])
        centres = np.repeat([[0.25, -0.25, 3.0]], len(held), 0) + np.arange(len(held))[:, None] * 0.01
        number = "<f4" if level == 0 else "<f2"
        kinds = [("c", "<f4" if level == 0 else "<u2", 3), ("s", number, 3), ("q", number, 4), ("rgba", "u1", 4)]
        table = np.zeros(count, [*kinds, ("sh", ("<f4", "<f2", "u1")[level], flat.shape[1])])
        delta = (means - np.repeat(centres, held, 0)) * steps / (block / 2)
        table["c"] = means if level == 0 else np.rint(delta) + steps
        table["s"], table["q"] = g.scales.numpy()[rows], g.quats.numpy()[rows]
        colours = g.sh[rows, 0].numpy() * C0 + 0.5
        table["rgba"] = np.rint(np.concatenate([colours, g.opacities.numpy()[rows, None]], 1) * 255)
        table["sh"] = flat[rows] if level < 2 else np.floor((flat[rows] + 2) / 4 * 255)
        body = table.tobytes()
        if level:
            body = (
                struct.pack(f"<{1 if left else 0}I", *([left] if left else [])) + centres.astype("<f4").tobytes() + body
            )
        section = bytearray(1024)
        buckets = len(held) if level else 0
        numbers = (count, count, bucket, buckets, block, 12, steps, len(body), full, int(bool(left)), 2)
        struct.pack_into("<IIIIfH2xIIIIH", section, 0, *(numbers if level else (*numbers[:8], 0, 0, 2)))
        heads.append(bytes(section))
        bodies.append(body)
    return bytes(head) + b"".join(heads) + b"".join(bodies)
