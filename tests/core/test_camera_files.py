"""Camera files: every format keeps the path, every broken file is one sentence."""

from __future__ import annotations

import base64
import json
import math
import struct
from pathlib import Path

import numpy as np
import pytest
import torch

from dreamdance_core.geometry.pinhole import focal_from_fov
from dreamdance_core.geometry.rigid import quat_from_matrix, rigid, so3_exp, xyzw_from_wxyz
from dreamdance_core.io.camera_files import read_cameras, write_cameras
from dreamdance_core.types import Cameras


def _cameras(count: int = 7) -> Cameras:
    generator = torch.Generator().manual_seed(4)
    R = so3_exp(torch.randn(count, 3, generator=generator))
    K = torch.tensor([[301.5, 0, 199.0], [0, 310.25, 131.0], [0, 0, 1]]).repeat(count, 1, 1)
    K[:, 0, 0] += torch.arange(count)  # a zoom
    return Cameras(c2w=rigid(R, torch.randn(count, 3, generator=generator)), K=K, width=416, height=240, fps=12.5)


@pytest.mark.parametrize("name", ["camera.json", "colmap", "path.re10k.txt"])
def test_round_trip_with_lens(tmp_path: Path, name: str) -> None:
    """Traps 4 and 6: COLMAP and RealEstate10K hold w2c."""
    cameras = _cameras()
    write_cameras(tmp_path / name, cameras)
    back = read_cameras(tmp_path / name, 416, 240, 12.5)
    torch.testing.assert_close(back.c2w, cameras.c2w, atol=1e-5, rtol=0)
    torch.testing.assert_close(back.K, cameras.K, atol=1e-3, rtol=0)
    assert (back.width, back.height, back.fps) == (416, 240, 12.5)


@pytest.mark.parametrize("name", ["path.txt", "path.tum", "path.npy"])
def test_round_trip_of_poses(tmp_path: Path, name: str) -> None:
    """Trap 6: TUM is xyzw."""
    cameras = _cameras()
    write_cameras(tmp_path / name, cameras)
    back = read_cameras(tmp_path / name, 416, 240)
    torch.testing.assert_close(back.c2w, cameras.c2w, atol=1e-5, rtol=0)
    assert float(back.K[0, 0, 0]) == 416.0
    assert back.fps == pytest.approx(24.0 if name.endswith("npy") else 12.5)


def test_json_is_exact_and_rescales(tmp_path: Path) -> None:
    """Trap 14: the size stands beside K."""
    cameras = _cameras()
    write_cameras(tmp_path / "c.json", cameras)
    same = read_cameras(tmp_path / "c.json")
    assert torch.equal(same.c2w, cameras.c2w) and torch.equal(same.K, cameras.K) and same.fps == 12.5
    half = read_cameras(tmp_path / "c.json", 208, 120)
    torch.testing.assert_close(half.K[:, :2], cameras.K[:, :2] / 2)


def test_tum_row_of_a_known_pose(tmp_path: Path) -> None:
    """Trap 6: a yaw of 90 degrees that takes +z to +x; the columns are those of the TUM format's own page."""
    (tmp_path / "t.txt").write_text("# comment\n0.0 1 2 3 0 0.70710678 0 0.70710678\n0.04 1 2 3 0 0 0 1\n")
    cameras = read_cameras(tmp_path / "t.txt", 640, 384)
    torch.testing.assert_close(cameras.c2w[0, :3, 2], torch.tensor([1.0, 0, 0]), atol=1e-6, rtol=0)
    torch.testing.assert_close(cameras.c2w[1, :3, :3], torch.eye(3))
    torch.testing.assert_close(cameras.c2w[0, :3, 3], torch.tensor([1.0, 2, 3]))
    assert cameras.fps == pytest.approx(25.0)


def test_colmap_folder_of_colmaps_own_form(tmp_path: Path) -> None:
    """Trap 4: two lines per image, w2c, wxyz, names out of order, one shared SIMPLE_PINHOLE."""
    (tmp_path / "cameras.txt").write_text("# c\n1 SIMPLE_PINHOLE 640 384 500 320 192\n")
    (tmp_path / "images.txt").write_text(
        "# i\n2 1 0 0 0 -1 0 0 1 b.png\n10.5 20.5 -1 30 40 7\n1 1 0 0 0 0 0 0 1 a.png\n\n"
    )
    cameras = read_cameras(tmp_path)
    torch.testing.assert_close(cameras.c2w[:, 0, 3], torch.tensor([0.0, 1.0]))
    assert cameras.K[0].tolist() == [[500, 0, 320], [0, 500, 192], [0, 0, 1]]


def _gltf(times: list[float], moves: list[list[float]], turns: list[list[float]], interpolation: str) -> dict:
    """A camera below a lifted parent, as Blender exports it, animated."""
    blob = b"".join(np.array(v, "<f4").tobytes() for v in (times, moves, turns))
    sizes, views, at = [len(times) * 4, len(moves) * 12, len(turns) * 16], [], 0
    for size in sizes:
        views.append({"buffer": 0, "byteOffset": at, "byteLength": size})
        at += size
    kinds = [("SCALAR", len(times)), ("VEC3", len(moves)), ("VEC4", len(turns))]
    accessors = [
        {"bufferView": i, "componentType": 5126, "count": count, "type": kind} for i, (kind, count) in enumerate(kinds)
    ]
    samplers = [{"input": 0, "output": 1 + k, "interpolation": interpolation} for k in range(2)]
    channels = [{"sampler": k, "target": {"node": 1, "path": p}} for k, p in enumerate(("translation", "rotation"))]
    return {
        "asset": {"version": "2.0"},
        "cameras": [{"type": "perspective", "perspective": {"yfov": math.radians(60), "znear": 0.1}}],
        "nodes": [{"children": [1], "translation": [0, 2, 0], "scale": [2, 2, 2]}, {"camera": 0, "name": "Camera"}],
        "animations": [{"samplers": samplers, "channels": channels}],
        "accessors": accessors,
        "bufferViews": views,
        "buffers": [
            {
                "byteLength": len(blob),
                "uri": "data:application/octet-stream;base64," + base64.b64encode(blob).decode(),
            }
        ],
    }


def _write_glb(path: Path, data: dict) -> None:
    blob = base64.b64decode(data["buffers"][0].pop("uri").split(",")[1])
    text = json.dumps(data).encode()
    text += b" " * (-len(text) % 4)
    blob += b"\0" * (-len(blob) % 4)
    chunks = struct.pack("<I4s", len(text), b"JSON") + text + struct.pack("<I4s", len(blob), b"BIN\0") + blob
    path.write_bytes(struct.pack("<4sII", b"glTF", 2, 12 + len(chunks)) + chunks)


@pytest.mark.parametrize("suffix", [".gltf", ".glb"])
def test_gltf_animation(tmp_path: Path, suffix: str) -> None:
    """Trap 12: sampled at fps by the tracks' seconds. The parent lifts by 2 and doubles; +y up becomes -y."""
    half = math.sqrt(0.5)
    data = _gltf([0.0, 1.0], [[0, 0, 4], [1, 0, 4]], [[0, 0, 0, 1], [0, half, 0, half]], "LINEAR")
    file = tmp_path / f"camera{suffix}"
    if suffix == ".glb":
        _write_glb(file, data)
    else:
        file.write_text(json.dumps(data))
    cameras = read_cameras(file, 832, 480, 10.0)
    assert len(cameras) == 11
    assert float(cameras.K[0, 0, 0]) == pytest.approx(focal_from_fov(480, 60.0))
    torch.testing.assert_close(cameras.c2w[0, :3, 3], torch.tensor([0.0, -2, -8]))
    torch.testing.assert_close(cameras.c2w[5, :3, 3], torch.tensor([1.0, -2, -8]))
    torch.testing.assert_close(cameras.c2w[0, :3, :3], torch.eye(3), atol=1e-6, rtol=0)
    # A turn of +90 degrees about +y (up) looks from -z to -x in three.js: to -x here as well.
    torch.testing.assert_close(cameras.c2w[10, :3, 2], torch.tensor([-1.0, 0, 0]), atol=1e-6, rtol=0)
    middle = math.sin(math.radians(45))
    torch.testing.assert_close(cameras.c2w[5, :3, 2], torch.tensor([-middle, 0, middle]), atol=1e-5, rtol=0)


def test_gltf_step_and_cubic_tracks(tmp_path: Path) -> None:
    """Cubic tangents of slope 1 make a straight line; steps hold."""
    still = [[0, 0, 0, 1]] * 2
    (tmp_path / "s.gltf").write_text(json.dumps(_gltf([0.0, 1.0], [[0, 0, 0], [1, 0, 0]], still, "STEP")))
    held = read_cameras(tmp_path / "s.gltf", 832, 480, 4.0)
    assert held.c2w[:, 0, 3].tolist() == [0, 0, 0, 0, 2]
    moves = [[1, 0, 0], [0, 0, 0], [1, 0, 0], [1, 0, 0], [1, 0, 0], [1, 0, 0]]
    flat = [[0, 0, 0, 0], [0, 0, 0, 1], [0, 0, 0, 0]] * 2
    (tmp_path / "c.gltf").write_text(json.dumps(_gltf([0.0, 1.0], moves, flat, "CUBICSPLINE")))
    line = read_cameras(tmp_path / "c.gltf", 832, 480, 4.0)
    torch.testing.assert_close(line.c2w[:, 0, 3], torch.linspace(0, 2, 5))


def test_still_gltf_camera_agrees_with_its_matrix(tmp_path: Path) -> None:
    pose = rigid(so3_exp(torch.tensor([0.2, 0.5, -0.1])), torch.tensor([1.0, 2, 3]))
    quat = xyzw_from_wxyz(quat_from_matrix(pose[:3, :3])).tolist()
    lens = [{"type": "perspective", "perspective": {"yfov": 0.8}}]
    for name, node in (
        ("m", {"camera": 0, "matrix": pose.T.flatten().tolist()}),
        ("q", {"camera": 0, "translation": [1, 2, 3], "rotation": quat}),
    ):
        (tmp_path / f"{name}.gltf").write_text(json.dumps({"cameras": lens, "nodes": [node]}))
    a, b = (read_cameras(tmp_path / f"{name}.gltf", 640, 384) for name in "mq")
    torch.testing.assert_close(a.c2w, b.c2w, atol=1e-5, rtol=0)
    torch.testing.assert_close(a.c2w[0, :3, 3], torch.tensor([1.0, -2, -3]), atol=1e-5, rtol=0)


def _good_json() -> dict:
    pose = torch.eye(4).tolist()
    camera = {"c2w": pose, "K": [[500, 0, 320], [0, 500, 192], [0, 0, 1]]}
    return {"version": 1, "width": 640, "height": 384, "fps": 24, "cameras": [camera]}


def _changed(**changes: object) -> str:
    return json.dumps(_good_json() | changes)


_NAN = [{"c2w": [[float("nan")] * 4] * 4, "K": [[500, 0, 320], [0, 500, 192], [0, 0, 1]]}]
_SCALED = [{"c2w": [[2, 0, 0, 0], [0, 2, 0, 0], [0, 0, 2, 0], [0, 0, 0, 1]], "K": _NAN[0]["K"]}]
_NORMALISED = [{"c2w": torch.eye(4).tolist(), "K": [[0.8, 0, 0.5], [0, 0.9, 0.5], [0, 0, 1]]}]


@pytest.mark.parametrize(
    ("name", "text", "match"),
    [
        ("a.json", _changed()[:80], "cut off"),
        ("a.json", "[]", "version"),
        ("a.json", _changed(version=2), "version 1"),
        ("a.json", _changed(cameras=[]), "c2w"),
        ("a.json", _changed(cameras=[{"c2w": [[1, 2]]}]), "must hold"),
        ("a.json", _changed(cameras=_NAN), "NaN"),
        ("a.json", _changed(cameras=_SCALED), "proper rotations"),
        ("a.json", _changed(cameras=_NORMALISED), "pixels"),
        ("a.json", _changed(width=0), "positive size"),
        ("a.txt", "0 1 2 3\n", "columns"),
        ("a.txt", "0 1 2 3 0 0 0 one\n", "rows of numbers"),
        ("a.txt", "0 1 2 3 0 0 0 0\n", "zero quaternion"),
        ("a.txt", "0 1 nan 3 0 0 0 1\n", "NaN"),
        ("a.npy", "no array", "no stack"),
        ("a.fbx", "", "suffix"),
        ("a.glb", "glTF", "glTF"),
        ("a.gltf", '{"nodes": [', "cut off"),
        ("a.gltf", '{"nodes": []}', "no perspective camera"),
        ("a.gltf", '{"buffers": [{"uri": "../secret.bin", "byteLength": 4}]}', "not beside it"),
    ],
)
def test_broken_files_are_one_sentence(tmp_path: Path, name: str, text: str, match: str) -> None:
    file = tmp_path / name
    file.write_text(text)
    with pytest.raises(ValueError, match=match) as caught:
        read_cameras(file, 640, 384)
    assert "\n" not in str(caught.value)


def test_missing_files_and_sizes(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="does not exist"):
        read_cameras(tmp_path / "none.json")
    np.save(tmp_path / "p.npy", np.eye(4)[None])
    with pytest.raises(ValueError, match="give width and height"):
        read_cameras(tmp_path / "p.npy")
    with pytest.raises(ValueError, match="COLMAP"):
        read_cameras(tmp_path)
    with pytest.raises(ValueError, match=r"\.xyz"):
        write_cameras(tmp_path / "c.xyz", _cameras())
