"""Formats of other programs: COLMAP (against pycolmap), time stamps, RealEstate10K, .npy stacks, Blender's glTF."""

from __future__ import annotations

import base64
import json
import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from dreamdance_core.geometry.pinhole import focal_from_fov
from dreamdance_core.geometry.rigid import quat_from_matrix, rigid, rigid_inverse, so3_exp, xyzw_from_wxyz
from dreamdance_core.io.camera_files import read_cameras, write_cameras
from dreamdance_core.types import Cameras

# Prints, of each image by name: c2w 3x4, fx, fy, cx, cy, and where the point (0.1, -0.2, 9) is drawn. pycolmap has a
# process of its own, as in the product: it and OpenCV bring libraries that do not share one.
_READ = """
import json, sys, numpy as np, pycolmap
model = pycolmap.Reconstruction(sys.argv[1])
out = {}
for image in model.images.values():
    camera = model.cameras[image.camera_id]
    pose = image.cam_from_world()
    seen = pose * np.array([0.1, -0.2, 9.0])
    out[image.name] = [pose.inverse().matrix().tolist(), camera.calibration_matrix().tolist(), seen.tolist(),
                       np.asarray(camera.img_from_cam(seen)).ravel().tolist()]
print(json.dumps(out))
"""
# Writes a text model: two cameras, three images with a pose each, 2D points on one of them.
_WRITE = """
import sys, numpy as np, pycolmap
model = pycolmap.Reconstruction()
for index, focal in ((1, 400.0), (2, 500.0)):
    lens = dict(model="PINHOLE", width=416, height=240, params=[focal, focal + 9, 199, 131.5], camera_id=index)
    camera = pycolmap.Camera(**lens)
    model.add_camera_with_trivial_rig(camera)
for index, (name, camera) in enumerate((("b 2.png", 2), ("a 1.png", 1), ("c.png", 2)), 1):
    turn = pycolmap.Rotation3d(np.array([0.1 * index, -0.3, 0.2]))
    pose = pycolmap.Rigid3d(turn, np.array([0.5 * index, -1.0, 2.0]))
    points = [np.array([10.5, 20.25]), np.array([3.0, 4.0])] if index == 1 else []
    image = pycolmap.Image(name=name, camera_id=camera, image_id=index, keypoints=np.array(points).reshape(-1, 2))
    model.add_image_with_trivial_frame(image, pose)
model.write_text(sys.argv[1])
"""


def pycolmap(code: str, folder: Path) -> str:
    done = subprocess.run([sys.executable, "-c", code, str(folder)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def some(count: int = 7, fps: float = 12.5) -> Cameras:
    make = torch.Generator().manual_seed(4)
    R = so3_exp(torch.randn(count, 3, generator=make))
    K = torch.tensor([[301.5, 0, 199.0], [0, 310.25, 131.0], [0, 0, 1]]).repeat(count, 1, 1)
    K[:, 0, 0] += torch.arange(count)
    return Cameras(c2w=rigid(R, torch.randn(count, 3, generator=make)), K=K, width=416, height=240, fps=fps)


def test_pycolmap_reads_what_we_write(tmp_path: Path) -> None:
    """Traps 4 and 6, outside oracle."""
    cameras = some()
    write_cameras(tmp_path / "model", cameras)
    theirs = json.loads(pycolmap(_READ, tmp_path / "model"))
    assert sorted(theirs) == [f"{t:05d}.png" for t in range(7)]
    for t in range(7):
        c2w, K, seen, pixel = theirs[f"{t:05d}.png"]
        torch.testing.assert_close(torch.tensor(c2w), cameras.c2w[t, :3], atol=1e-5, rtol=0)
        torch.testing.assert_close(torch.tensor(K), cameras.K[t], atol=1e-3, rtol=0)
        ours = rigid_inverse(cameras.c2w)[t] @ torch.tensor([0.1, -0.2, 9.0, 1.0])
        torch.testing.assert_close(ours[:3], torch.tensor(seen), atol=1e-4, rtol=0)
        if seen[2] > 0:  # pixel centres at .5 on both sides
            drawn = cameras.K[t] @ ours[:3] / ours[2]
            torch.testing.assert_close(drawn[:2], torch.tensor(pixel), atol=0.05, rtol=0)


def test_we_read_what_pycolmap_writes(tmp_path: Path) -> None:
    """Two lenses, names with blanks, lines of points; in the order of the names."""
    pycolmap(_WRITE, tmp_path)
    theirs = json.loads(pycolmap(_READ, tmp_path))
    cameras = read_cameras(tmp_path)
    assert len(cameras) == 3 and (cameras.width, cameras.height) == (416, 240)
    for t, name in enumerate(sorted(theirs)):
        torch.testing.assert_close(cameras.c2w[t, :3], torch.tensor(theirs[name][0]), atol=1e-5, rtol=0)
        torch.testing.assert_close(cameras.K[t], torch.tensor(theirs[name][1]), atol=1e-3, rtol=0)
    assert cameras.K[:, 0, 0].tolist() == [400, 500, 500]
    half = read_cameras(tmp_path, 208, 120, 30.0)
    torch.testing.assert_close(half.K[:, :2], cameras.K[:, :2] / 2)
    assert half.fps == 30.0


def test_colmap_second_lines_may_be_empty_or_missing(tmp_path: Path) -> None:
    (tmp_path / "cameras.txt").write_text("1 SIMPLE_RADIAL 640 384 500 320 192 0\n")
    rows = ["1 1 0 0 0 0 0 0 1 a.png", "2 1 0 0 0 -1 0 0 1 b.png", "3 1 0 0 0 -2 0 0 1 c 4 5 6.png"]
    points = "10.5 20.5 -1 30 40 7 1 2 3 4 5 6 7 8 9"
    texts = ["\n\n".join(rows) + "\n\n", "\n".join(rows), f"\n{points}\n".join(rows) + "\n\n"]
    texts.append(f"# n\n{rows[0]}\n\n# x\n")
    for text, count in zip(texts, (3, 3, 3, 1), strict=True):
        (tmp_path / "images.txt").write_text(text)
        cameras = read_cameras(tmp_path)
        assert cameras.c2w[:, 0, 3].tolist() == list(range(count)), text
    (tmp_path / "cameras.txt").write_text("1 SIMPLE_RADIAL 640 384 500 320 192 0.01\n")
    with pytest.raises(ValueError, match="SIMPLE_RADIAL has distortion; undistort"):
        read_cameras(tmp_path)
    (tmp_path / "cameras.txt").write_text("1 OPENCV_FISHEYE 640 384 500 500 320 192 0 0 0 0\n")
    with pytest.raises(ValueError, match="OPENCV_FISHEYE"):
        read_cameras(tmp_path)
    (tmp_path / "images.txt").unlink()
    (tmp_path / "images.bin").write_bytes(b"x")
    with pytest.raises(ValueError, match="binary model: save it as text"):
        read_cameras(tmp_path)


def tum_rows(stamps: list[float]) -> str:
    """A camera that travels 1 unit per second along x and turns 20 degrees per second about y."""
    lines = ["# time x y z qx qy qz qw"]
    for stamp in stamps:
        t, half = stamp - stamps[0], math.radians(10 * (stamp - stamps[0]))
        lines.append(f"{stamp:.6f} {t:.9f} 0 0 0 {math.sin(half):.9f} 0 {math.cos(half):.9f}")
    return "\n".join(lines) + "\n"


def test_missing_time_stamps_are_filled_in(tmp_path: Path) -> None:
    """Trap 12: frames that a tracker lost do not speed the camera up. Stamps as of a real clock."""
    start = 1305031102.1758
    stamps = [start + k / 25 for k in range(50) if k not in (7, 8, 9, 30)]
    (tmp_path / "gaps.txt").write_text(tum_rows(stamps))
    cameras = read_cameras(tmp_path / "gaps.txt", 640, 384)
    assert len(cameras) == 50 and cameras.fps == pytest.approx(25.0, rel=1e-3)
    torch.testing.assert_close(cameras.c2w[:, 0, 3], torch.arange(50) / 25, atol=1e-3, rtol=0)
    yaw = torch.atan2(cameras.c2w[:, 0, 2], cameras.c2w[:, 2, 2]).rad2deg()
    torch.testing.assert_close(yaw, 20 * torch.arange(50) / 25, atol=2e-2, rtol=0)
    (tmp_path / "frames.txt").write_text(tum_rows([0.0, 1, 2, 3, 6, 7]))
    numbered = read_cameras(tmp_path / "frames.txt", 640, 384)
    assert len(numbered) == 8 and numbered.fps == 24.0
    torch.testing.assert_close(numbered.c2w[:, 0, 3], torch.arange(8.0), atol=1e-4, rtol=0)
    (tmp_path / "back.txt").write_text(tum_rows([0.0, 0.1, 0.05]))
    with pytest.raises(ValueError, match="must increase, got 0.05 after row 2"):
        read_cameras(tmp_path / "back.txt", 640, 384)


def test_realestate_rows_as_published(tmp_path: Path) -> None:
    """The clip's address first, microseconds, normalised K, w2c; pixels are square whatever picture it is read for."""
    w2c = "0.9800666 0 0.1986693 -0.5 0 1 0 0.25 -0.1986693 0 0.9800666 1.5"
    rows = [f"{52318933 + 33367 * t} 0.474812461 0.844111024 0.5 0.5 0 0 {w2c}" for t in range(5)]
    (tmp_path / "clip.txt").write_text("https://www.youtube.com/watch?v=abc\n" + "\n".join(rows) + "\n")
    cameras = read_cameras(tmp_path / "clip.txt", 1280, 720)
    assert len(cameras) == 5 and cameras.fps == pytest.approx(29.97, abs=0.01)
    assert cameras.K[0, :2, 2].tolist() == [640, 360]
    assert float(cameras.K[0, 0, 0]) == pytest.approx(0.474812461 * 1280, rel=1e-5)
    assert float(cameras.K[0, 1, 1]) == pytest.approx(0.844111024 * 720, rel=1e-5)
    back = rigid_inverse(cameras.c2w)[0, :3]
    torch.testing.assert_close(back.flatten(), torch.tensor([float(v) for v in w2c.split()]), atol=1e-5, rtol=0)
    for width, height in ((480, 832), (512, 512)):
        other = read_cameras(tmp_path / "clip.txt", width, height).K[0]
        assert float(other[0, 0]) == pytest.approx(float(other[1, 1]), rel=1e-3)
        assert float(other[1, 1]) == pytest.approx(0.844111024 * height, rel=1e-5)
    with pytest.raises(ValueError, match="give width and height"):
        read_cameras(tmp_path / "clip.txt")


def test_our_realestate_rows_keep_rate_and_size(tmp_path: Path) -> None:
    cameras = some()
    write_cameras(tmp_path / "c.re10k.txt", cameras)
    back = read_cameras(tmp_path / "c.re10k.txt")
    assert (back.width, back.height) == (416, 240) and back.fps == 12.5
    for fps in (24.0, 23.976, 30.0, 60.0):
        for name in ("f.re10k.txt", "f.tum"):
            write_cameras(tmp_path / name, some(9, fps))
            assert read_cameras(tmp_path / name, 416, 240).fps == fps
    torch.testing.assert_close(back.K, cameras.K, atol=1e-3, rtol=0)
    torch.testing.assert_close(back.c2w, cameras.c2w, atol=1e-5, rtol=0)


def test_npy_stacks_of_every_form(tmp_path: Path) -> None:
    """Trap 4: w2c stacks are inverted when they are said to be w2c. Trap 6: rows of seven are xyzw."""
    cameras = some()
    w2c = rigid_inverse(cameras.c2w)
    quats = xyzw_from_wxyz(quat_from_matrix(cameras.c2w[:, :3, :3]))
    forms = {
        "full": (cameras.c2w, "c2w"),
        "rows": (cameras.c2w[:, :3], "c2w"),
        "seen": (w2c, "w2c"),
        "seen_rows": (w2c[:, :3], "w2c"),
        "dpvo": (torch.cat([cameras.c2w[:, :3, 3], quats], -1), "c2w"),
    }
    for name, (stack, poses) in forms.items():
        np.save(tmp_path / f"{name}.npy", stack.double().numpy())
        back = read_cameras(tmp_path / f"{name}.npy", 416, 240, poses=poses)
        torch.testing.assert_close(back.c2w, cameras.c2w, atol=1e-5, rtol=0)
    np.save(tmp_path / "one.npy", cameras.c2w[0].numpy())
    assert len(read_cameras(tmp_path / "one.npy", 416, 240)) == 1
    for bad in (np.zeros((3, 5)), np.zeros((2, 3, 3)), np.zeros((0, 4, 4)), np.zeros((4, 7))):
        np.save(tmp_path / "bad.npy", bad)
        with pytest.raises(ValueError, match="bad.npy"):
            read_cameras(tmp_path / "bad.npy", 416, 240)


def scene(tracks: dict[tuple[int, str], tuple[list, list, str]], pointers: dict[str, tuple[list, list, str]]) -> dict:
    """glTF of two cameras, the second below a turned and lifted arm: what Blender writes, by the specification."""
    blob, accessors, views, samplers, channels = b"", [], [], [], []

    def add(values: list, kind: str) -> int:
        nonlocal blob
        data = np.array(values, "<f4").tobytes()
        views.append({"buffer": 0, "byteOffset": len(blob), "byteLength": len(data)})
        accessors.append({"bufferView": len(views) - 1, "componentType": 5126, "count": len(values), "type": kind})
        blob += data
        return len(accessors) - 1

    kinds = {"translation": "VEC3", "rotation": "VEC4", "scale": "VEC3", "pointer": "SCALAR"}
    targets = [({"node": node, "path": path}, track) for (node, path), track in tracks.items()]
    for pointer, track in pointers.items():
        extension = {"KHR_animation_pointer": {"pointer": pointer}}
        targets.append(({"path": "pointer", "extensions": extension}, track))
    for target, (times, values, interpolation) in targets:
        pair = {"input": add(times, "SCALAR"), "output": add(values, kinds[target["path"]])}
        samplers.append(pair | {"interpolation": interpolation})
        channels.append({"sampler": len(samplers) - 1, "target": target})
    half = math.sqrt(0.5)
    return {
        "asset": {"version": "2.0"},
        "cameras": [
            {"name": "Wide", "type": "perspective", "perspective": {"yfov": 1.2, "znear": 0.1}},
            {"name": "Long", "type": "perspective", "perspective": {"yfov": 0.4, "znear": 0.1}},
        ],
        "nodes": [
            {"name": "CameraA", "camera": 0, "translation": [0, 1, 0]},
            {"name": "Arm", "children": [2], "rotation": [0, half, 0, half], "translation": [0, 2, 0]},
            {"name": "CameraB", "camera": 1, "translation": [0, 0, 3]},
        ],
        "animations": [{"samplers": samplers, "channels": channels}] if channels else [],
        "accessors": accessors,
        "bufferViews": views,
        "buffers": [
            {
                "byteLength": len(blob),
                "uri": "data:application/octet-stream;base64," + base64.b64encode(blob).decode(),
            }
        ],
    }


def test_gltf_cameras_by_name_and_below_their_parents(tmp_path: Path) -> None:
    (tmp_path / "s.gltf").write_text(json.dumps(scene({}, {})))
    first = read_cameras(tmp_path / "s.gltf", 832, 480)
    torch.testing.assert_close(first.c2w[0, :3, 3], torch.tensor([0.0, -1, 0]))
    for name in ("CameraB", "Long"):
        second = read_cameras(tmp_path / "s.gltf", 832, 480, name=name)
        assert float(second.K[0, 1, 1]) == pytest.approx(focal_from_fov(480, math.degrees(0.4)))
        # The arm turns by +90 degrees about the up axis: +z becomes +x; the camera then looks along -x.
        torch.testing.assert_close(second.c2w[0, :3, 3], torch.tensor([3.0, -2, 0]), atol=1e-5, rtol=0)
        torch.testing.assert_close(second.c2w[0, :3, 2], torch.tensor([-1.0, 0, 0]), atol=1e-5, rtol=0)
    with pytest.raises(ValueError, match=r"named 'Drone', it has CameraA, CameraB, Long, Wide"):
        read_cameras(tmp_path / "s.gltf", 832, 480, name="Drone")


def test_gltf_animated_field_of_view_and_arm(tmp_path: Path) -> None:
    """A zoom by KHR_animation_pointer, and a parent that moves while the camera itself stands still."""
    moves = {(1, "translation"): ([0.0, 2.0], [[0, 2, 0], [4, 2, 0]], "LINEAR")}
    zoom = {"/cameras/1/perspective/yfov": ([0.0, 1.0, 2.0], [[0.4], [0.8], [0.8]], "LINEAR")}
    zoom["/cameras/0/perspective/yfov"] = ([0.0, 9.0], [[1.0], [0.1]], "STEP")
    (tmp_path / "s.gltf").write_text(json.dumps(scene(moves, zoom)))
    cameras = read_cameras(tmp_path / "s.gltf", 832, 480, 10.0, name="CameraB")
    assert len(cameras) == 21
    torch.testing.assert_close(cameras.c2w[:, 0, 3], 3 + 0.2 * torch.arange(21.0), atol=1e-5, rtol=0)
    want = [focal_from_fov(480, math.degrees(min(0.8, 0.4 + 0.04 * k))) for k in range(21)]
    assert cameras.K[:, 0, 0].tolist() == pytest.approx(want, rel=1e-5)
    other = read_cameras(tmp_path / "s.gltf", 832, 480, 10.0)
    assert len(other) == 91 and len(set(other.K[:90, 0, 0].tolist())) == 1
    assert float(other.K[90, 1, 1]) == pytest.approx(focal_from_fov(480, math.degrees(0.1)), rel=1e-5)


def test_gltf_cubic_zoom(tmp_path: Path) -> None:
    """Hermite with in-tangent, value, out-tangent per key, scaled by the time between keys (glTF 2.0, appendix C)."""
    track = ([0.0, 2.0], [[0.0], [0.5], [0.3], [-0.1], [0.9], [0.0]], "CUBICSPLINE")
    (tmp_path / "s.gltf").write_text(json.dumps(scene({}, {"/cameras/0/perspective/yfov": track})))
    cameras = read_cameras(tmp_path / "s.gltf", 832, 480, 4.0)
    u = np.arange(9) / 8
    yfov = (2 * u**3 - 3 * u**2 + 1) * 0.5 + (u**3 - 2 * u**2 + u) * 0.6 + (3 * u**2 - 2 * u**3) * 0.9
    yfov += (u**3 - u**2) * -0.2
    want = [focal_from_fov(480, math.degrees(v)) for v in yfov]
    assert cameras.K[:, 1, 1].tolist() == pytest.approx(want, rel=1e-5)


def test_w2c_is_for_tum_and_npy_only_and_wild_stamps_are_named(tmp_path: Path) -> None:
    """RealEstate10K rows are world-to-camera already; a typing error in a stamp must not make millions of cameras."""
    cameras = some()
    write_cameras(tmp_path / "a.re10k.txt", cameras)
    back = read_cameras(tmp_path / "a.re10k.txt", poses="w2c")
    torch.testing.assert_close(back.c2w, cameras.c2w, atol=1e-5, rtol=0)
    (tmp_path / "b.tum").write_text(tum_rows([0, 0.04, 0.08, 2_000_000]))
    with pytest.raises(ValueError, match="2e\\+06 after 0.08"):
        read_cameras(tmp_path / "b.tum", width=64, height=48)


def test_colmap_pictures_come_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    cameras = some(12)
    write_cameras(tmp_path / "model", cameras)
    file = tmp_path / "model" / "images.txt"
    lines = file.read_text().splitlines()
    names = [line.split()[9] for line in lines if len(line.split()) == 10 and not line.startswith("#")]
    text = file.read_text()
    for number, name in enumerate(names):
        text = text.replace(name, f"shot{number + 1}.png")
    file.write_text(text)
    torch.testing.assert_close(read_cameras(tmp_path / "model").c2w, cameras.c2w, atol=1e-5, rtol=0)
