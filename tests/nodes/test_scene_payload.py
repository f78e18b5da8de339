"""What a scene node sends to the browser: the files it names hold the scene, the cameras and the pictures."""

from __future__ import annotations

import io
import json

import numpy as np
import pytest
import torch
from PIL import Image


@pytest.fixture
def temp(pack, tmp_path, monkeypatch):
    """The host's temp folder, empty."""
    monkeypatch.setattr(pack.nodes.preview.folder_paths, "get_temp_directory", lambda: str(tmp_path))
    return tmp_path


def _gaussians(pack, count: int = 400):
    g = torch.Generator().manual_seed(0)
    return pack.dreamdance_core.types.Gaussians(
        means=torch.randn(count, 3, generator=g) + torch.tensor([0.0, 0.0, 3.0]),
        quats=torch.nn.functional.normalize(torch.randn(count, 4, generator=g), dim=-1),
        scales=torch.rand(count, 3, generator=g) + 0.01,
        opacities=torch.rand(count, generator=g),
        sh=torch.randn(count, 4, 3, generator=g) * 0.3,
    )


def _cameras(pack, count: int):
    c2w = torch.eye(4).repeat(count, 1, 1)
    c2w[:, 0, 3] = torch.linspace(0, 1, count)
    K = torch.tensor([[90.0, 0, 40], [0, 80, 33], [0, 0, 1]]).repeat(count, 1, 1)
    return pack.dreamdance_core.types.Cameras(c2w=c2w, K=K, width=96, height=64, fps=12.0)


def _frames(count: int, height: int = 64, width: int = 96) -> torch.Tensor:
    """Smooth pictures, each with its own brightness."""
    ramp = torch.linspace(0, 0.5, width).expand(height, width)
    return torch.stack([ramp + 0.5 * i / max(1, count - 1) for i in range(count)])[..., None].expand(-1, -1, -1, 3)


def _payload(pack, gaussians, cameras, frames, path: bool = True) -> dict:
    (payload,) = json.loads(json.dumps(pack.nodes.preview.scene_ui(gaussians, cameras, frames, path=path)))[
        "dreamdance_scene"
    ]
    return payload


def _read(temp, file: dict) -> bytes:
    assert file["type"] == "temp"
    return (temp / file["subfolder"] / file["filename"]).read_bytes()


def test_the_hosts_reader_finds_the_scene_in_the_splat_file(pack, temp):
    from comfy_api.latest import Types
    from comfy_extras.nodes_gaussian_splat import File3DToSplat

    before = _gaussians(pack)
    data = _read(temp, _payload(pack, before, _cameras(pack, 3), _frames(3))["splat"])
    assert len(data) == 32 * len(before)
    after = pack.nodes.sockets.from_splat(File3DToSplat.execute(Types.File3D(io.BytesIO(data), "splat"))[0])
    torch.testing.assert_close(after.means, before.means, atol=0, rtol=0)
    torch.testing.assert_close(after.scales, before.scales, atol=1e-6, rtol=1e-6)
    torch.testing.assert_close(after.opacities, before.opacities, atol=1 / 255, rtol=0)
    colours = [(0.5 + 0.28209479 * g.sh[:, 0]).clamp(0, 1) for g in (before, after)]
    torch.testing.assert_close(colours[1], colours[0], atol=1 / 255, rtol=0)
    same = (after.quats * before.quats).sum(-1).abs()
    assert same.min() > 0.9995


def test_each_camera_has_its_picture(pack, temp):
    cameras, frames = _cameras(pack, 5), _frames(5, 800, 1200)
    payload = _payload(pack, _gaussians(pack), cameras, frames)
    assert payload["cameras"][4] == {"c2w": cameras.c2w[4].tolist(), "K": cameras.K[4].tolist()}
    assert (payload["width"], payload["height"], payload["fps"], payload["total"]) == (96, 64, 12.0, 5)
    strip, sizes = _read(temp, payload["frames"]["file"]), payload["frames"]["sizes"]
    assert sum(sizes) == len(strip)
    for i, end in enumerate(np.cumsum(sizes)):
        picture = Image.open(io.BytesIO(strip[end - sizes[i] : end]))
        assert picture.size == (640, 426)
        assert abs(np.asarray(picture).mean() / 255 - float(frames[i].mean())) < 0.01


def test_a_long_path_is_thinned_with_its_pictures(pack, temp):
    payload = _payload(pack, _gaussians(pack), _cameras(pack, 1001), _frames(1001))
    assert payload["step"] == 3 and payload["total"] == 1001
    assert len(payload["cameras"]) == len(payload["frames"]["sizes"]) == 334
    end = sum(payload["frames"]["sizes"][:101])
    strip = _read(temp, payload["frames"]["file"])[end - payload["frames"]["sizes"][100] : end]
    assert abs(np.asarray(Image.open(io.BytesIO(strip))).mean() / 255 - float(_frames(1001)[300].mean())) < 0.01


def test_the_same_result_is_written_once(pack, temp):
    first = _payload(pack, _gaussians(pack), _cameras(pack, 3), _frames(3))
    written = {path: path.stat().st_mtime_ns for path in (temp / "dreamdance").iterdir()}
    assert _payload(pack, _gaussians(pack), _cameras(pack, 3), _frames(3)) == first
    assert {path: path.stat().st_mtime_ns for path in (temp / "dreamdance").iterdir()} == written
    other = _payload(pack, _gaussians(pack, 399), _cameras(pack, 3), _frames(3))
    assert other["splat"] != first["splat"] and other["frames"] == first["frames"]


def test_depth_is_measured_from_the_first_camera_in_any_frame(pack, temp):
    scene, cameras = _gaussians(pack), _cameras(pack, 3)
    depth = _payload(pack, scene, cameras, _frames(3))["depth"]
    assert depth == pytest.approx(float(scene.means[scene.means[:, 2] > 0, 2].median()), abs=1e-5)
    moved = torch.tensor([[0.0, 0, 1, 5], [0, 1, 0, -2], [-1, 0, 0, 7], [0, 0, 0, 1]])
    kinds = pack.dreamdance_core.types
    turned = kinds.Gaussians(**{**vars(scene), "means": scene.means @ moved[:3, :3].T + moved[:3, 3]})
    cameras = kinds.Cameras(**{**vars(cameras), "c2w": moved @ cameras.c2w})
    assert _payload(pack, turned, cameras, _frames(3))["depth"] == pytest.approx(depth, abs=1e-5)
