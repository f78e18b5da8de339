"""Cameras of glTF 2.0 files (.gltf, .glb; Blender and others export them), animation included.

Read with json and struct alone: nodes, perspective cameras, tracks of their place (LINEAR, STEP, CUBICSPLINE) and, by
the extension KHR_animation_pointer, of their field of view.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
import struct
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float

from ..geometry.convert import from_opengl
from ..geometry.pinhole import focal_from_fov, intrinsics
from ..geometry.rigid import matrix_from_quat, rigid, wxyz_from_xyzw
from ..types import Cameras

_COMPONENTS = {5120: "i1", 5121: "u1", 5122: "<i2", 5123: "<u2", 5125: "<u4", 5126: "<f4"}
_WIDTH = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT4": 16}


def read_gltf(path: Path, width: int, height: int, fps: float = 24.0, name: str = "") -> Cameras:
    """The named perspective camera ("" = the first), sampled at fps over its animation (one frame when it has none).

    The y-up world becomes ours by (x, y, z) -> (x, -y, -z); units stay the file's (metres). The vertical field of
    view fills the picture's height. Raises ValueError when the file is broken or holds no perspective camera.
    """
    try:
        data, binary = _load(path)
        buffers, owner = _buffers(path, data, binary), _owner(path, data, name)
        pose, yfov = _sample(path, data, buffers, owner, fps)
        K = torch.stack([intrinsics(width, height, focal_from_fov(height, math.degrees(angle))) for angle in yfov])
        return Cameras(c2w=from_opengl(pose).float(), K=K, width=width, height=height, fps=fps)
    except (KeyError, IndexError, TypeError, AttributeError, struct.error, binascii.Error) as error:
        raise ValueError(f"camera file {path} is not a readable glTF 2.0 file: {error!r}") from error


def _load(path: Path) -> tuple[dict, bytes]:
    raw = path.read_bytes()
    if path.suffix == ".glb":
        magic, version, length = struct.unpack_from("<4sII", raw)
        if magic != b"glTF" or version != 2 or length > len(raw):
            raise ValueError(f"camera file {path} is not a whole glTF 2.0 binary (it may be cut off)")
        chunks, at = {}, 12
        while at < length:
            size, kind = struct.unpack_from("<I4s", raw, at)
            chunks.setdefault(kind, raw[at + 8 : at + 8 + size])
            at += 8 + size
        text, binary = chunks[b"JSON"], chunks.get(b"BIN\0", b"")
    else:
        text, binary = raw, b""
    try:
        return json.loads(text), binary
    except ValueError as error:
        raise ValueError(f"camera file {path} holds broken JSON ({error}); it may be cut off") from error


def _buffers(path: Path, data: dict, binary: bytes) -> list[bytes]:
    out = []
    for buffer in data.get("buffers", []):
        uri = buffer.get("uri")
        if uri is None:
            out.append(binary)
        elif uri.startswith("data:"):
            out.append(base64.b64decode(uri.split(",", 1)[1]))
        else:
            file = (path.parent / uri).resolve()
            if not file.is_relative_to(path.parent.resolve()) or not file.is_file():
                raise ValueError(f"camera file {path} refers to {uri}, which is not beside it")
            out.append(file.read_bytes())
        if len(out[-1]) < buffer["byteLength"]:
            raise ValueError(
                f"camera file {path} is cut off: a buffer has {len(out[-1])} of {buffer['byteLength']} bytes"
            )
    return out


def _accessor(data: dict, buffers: list[bytes], index: int) -> Float[np.ndarray, "N C"]:
    accessor = data["accessors"][index]
    view = data["bufferViews"][accessor["bufferView"]]
    kind, columns = np.dtype(_COMPONENTS[accessor["componentType"]]), _WIDTH[accessor["type"]]
    start = view.get("byteOffset", 0) + accessor.get("byteOffset", 0)
    stride = view.get("byteStride") or kind.itemsize * columns
    buffer = buffers[view["buffer"]]
    if accessor["count"] and start + stride * (accessor["count"] - 1) + kind.itemsize * columns > len(buffer):
        raise ValueError("an animation track of the glTF file reaches beyond its buffer")
    values = np.ndarray((accessor["count"], columns), kind, buffer, start, (stride, kind.itemsize)).astype(np.float64)
    if accessor.get("normalized"):
        values = np.maximum(values / np.iinfo(kind).max, -1)
    return values


def _owner(path: Path, data: dict, name: str) -> int:
    """Index of the node that carries the named perspective camera; the name is the node's or the camera's own."""
    nodes, lenses = data.get("nodes", []), data.get("cameras", [])
    owners = [i for i, n in enumerate(nodes) if "camera" in n and "perspective" in lenses[n["camera"]]]
    if not owners:
        raise ValueError(f"camera file {path} holds no perspective camera; export it with cameras enabled")
    if not name:
        return owners[0]
    names = [{nodes[i].get("name"), lenses[nodes[i]["camera"]].get("name")} - {None} for i in owners]
    if not any(name in known for known in names):
        listed = ", ".join(sorted({str(n) for known in names for n in known})) or "none with a name"
        raise ValueError(f"camera file {path} must hold a camera named {name!r}, it has {listed}")
    return next(i for i, known in zip(owners, names, strict=True) if name in known)


def _sample(path: Path, data: dict, buffers: list[bytes], owner: int, fps: float) -> tuple[torch.Tensor, list[float]]:
    """y-up c2w and vertical field of view (rad) of the node's camera at every frame of its animation."""
    nodes = data["nodes"]
    parent = {child: i for i, node in enumerate(nodes) for child in node.get("children", [])}
    chain = [owner]
    while chain[-1] in parent:
        chain.append(parent[chain[-1]])
    lens = nodes[owner]["camera"]
    tracks = _tracks(data, buffers, {*chain, f"/cameras/{lens}/perspective/yfov"})
    last = max((float(times[-1]) for times, _, _ in tracks.values()), default=0.0)
    first = min((float(times[0]) for times, _, _ in tracks.values()), default=0.0)
    times = first + np.arange(round((last - first) * fps) + 1) / fps
    pose = torch.eye(4, dtype=torch.float64).repeat(len(times), 1, 1)
    for index in chain:  # from the camera up to the root
        pose = _local(nodes[index], index, tracks, times) @ pose
    # A scaled or skewed ancestor must not scale the camera's own axes: the nearest rotation is kept.
    U, _, Vt = torch.linalg.svd(pose[:, :3, :3])
    pose = rigid(U @ Vt, pose[:, :3, 3])
    yfov = np.full(len(times), float(data["cameras"][lens]["perspective"]["yfov"]))
    track = tracks.get((f"/cameras/{lens}/perspective/yfov", "pointer"))
    if track is not None:
        yfov = _evaluate(*track, times, False)[:, 0]
    if not (bool(torch.isfinite(pose).all()) and np.isfinite(yfov).all()):
        raise ValueError(f"camera file {path} holds NaN or infinite numbers")
    return pose, yfov.tolist()


def _tracks(data: dict, buffers: list[bytes], wanted: set[int | str]) -> dict[tuple[int | str, str], tuple]:
    """(node or pointer, path) -> (times (N,), values (N,C) or (3N,C), interpolation), by the first animation."""
    out: dict[tuple[int | str, str], tuple] = {}
    for animation in data.get("animations", []):
        for channel in animation["channels"]:
            target = channel["target"]
            pointer = target.get("extensions", {}).get("KHR_animation_pointer", {}).get("pointer")
            key = (target.get("node", -1) if pointer is None else pointer, target["path"])
            if key[0] not in wanted or key[1] == "weights" or key in out:
                continue
            sampler = animation["samplers"][channel["sampler"]]
            times = _accessor(data, buffers, sampler["input"])[:, 0]
            out[key] = (times, _accessor(data, buffers, sampler["output"]), sampler.get("interpolation", "LINEAR"))
    return out


def _local(node: dict, index: int, tracks: dict, times: np.ndarray) -> Float[torch.Tensor, "T 4 4"]:
    """A node's transform at the given times."""
    if "matrix" in node:
        return torch.tensor(node["matrix"], dtype=torch.float64).view(4, 4).T.repeat(len(times), 1, 1)
    rest = {"translation": [0.0, 0, 0], "rotation": [0.0, 0, 0, 1], "scale": [1.0, 1, 1]}
    value = {}
    for name, default in rest.items():
        if (index, name) in tracks:
            value[name] = torch.from_numpy(_evaluate(*tracks[index, name], times, name == "rotation"))
        else:
            value[name] = torch.tensor(node.get(name, default), dtype=torch.float64).repeat(len(times), 1)
    R = matrix_from_quat(wxyz_from_xyzw(value["rotation"]))
    return rigid(R * value["scale"][:, None], value["translation"])


def _evaluate(
    keys: np.ndarray, values: np.ndarray, interpolation: str, times: np.ndarray, rotation: bool
) -> Float[np.ndarray, "T C"]:
    """A track at the given times (glTF 2.0, appendix C); held outside its keys."""
    cubic = interpolation == "CUBICSPLINE"
    points = values.reshape(len(keys), 3, -1)[:, 1] if cubic else values
    after = np.clip(np.searchsorted(keys, times, side="right"), 1, max(len(keys) - 1, 1))
    before = np.minimum(after - 1, len(keys) - 1)
    after = np.minimum(after, len(keys) - 1)
    span = np.where(after > before, keys[after] - keys[before], 1.0)
    u = np.clip((times - keys[before]) / span, 0, 1)[:, None]
    if interpolation == "STEP":
        return np.where(u >= 1, points[after], points[before])
    if cubic:
        tangents = values.reshape(len(keys), 3, -1)
        leave, arrive = tangents[before, 2] * span[:, None], tangents[after, 0] * span[:, None]
        a, b = 2 * u**3 - 3 * u**2 + 1, -2 * u**3 + 3 * u**2
        return a * points[before] + (u**3 - 2 * u**2 + u) * leave + b * points[after] + (u**3 - u**2) * arrive
    if rotation:
        return _slerp(points[before], points[after], u)
    return points[before] * (1 - u) + points[after] * u


def _slerp(a: np.ndarray, b: np.ndarray, u: np.ndarray) -> Float[np.ndarray, "T 4"]:
    """xyzw quaternions on the shorter arc from a to b."""
    a, b = (q / np.linalg.norm(q, axis=1, keepdims=True) for q in (a, b))
    cosine = (a * b).sum(1, keepdims=True)
    b = np.where(cosine < 0, -b, b)
    angle = np.arccos(np.clip(np.abs(cosine), 0, 1))
    near = angle < 1e-6
    sine = np.where(near, 1, np.sin(angle))
    out = (np.sin((1 - u) * angle) * a + np.sin(u * angle) * b) / sine
    return np.where(near, a * (1 - u) + b * u, out)
