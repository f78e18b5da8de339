"""Scene files against the host's own readers and writers, and the nodes that reuse a scene."""

from __future__ import annotations

import struct
from io import BytesIO

import numpy as np
import pytest
import torch

from dreamdance_core.io.splat_files import read_splats, write_splats
from dreamdance_core.types import Gaussians

FIELDS = ("means", "quats", "scales", "opacities", "sh")


@pytest.fixture(autouse=True)
def _as_in_the_host():
    with torch.inference_mode():
        yield


def _host_reads(pack, data: bytes, kind: str):
    from comfy_api.latest import Types
    from comfy_extras.nodes_gaussian_splat import File3DToSplat

    return pack.nodes.sockets.from_splat(File3DToSplat.execute(Types.File3D(BytesIO(data), kind))[0])


def _assert_same(ours, theirs) -> None:
    """Equal, as far as the host looks: it leaves the higher harmonics of SPZ and KSPLAT out."""
    for name in FIELDS:
        mine, other = getattr(ours, name), getattr(theirs, name)
        mine = mine[:, : other.shape[1]] if name == "sh" else mine
        torch.testing.assert_close(mine, other, atol=2e-6, rtol=2e-6, msg=lambda m, name=name: f"{name}: {m}")


@pytest.mark.parametrize("kind", ["ply", "spz", "ksplat"])
def test_what_the_host_writes(pack, splat_bytes, tmp_path, kind):
    """The host's writer, then both readers on the same bytes; no axis is turned on the way."""
    from comfy_extras.nodes_gaussian_splat import SplatToFile3D

    before = splat_bytes.some(coefficients=4)
    SplatToFile3D.execute(pack.nodes.sockets.to_splat(before), kind)[0].save_to(str(tmp_path / f"a.{kind}"))
    back = read_splats(tmp_path / f"a.{kind}")
    _assert_same(back, _host_reads(pack, (tmp_path / f"a.{kind}").read_bytes(), kind))
    torch.testing.assert_close(back.means, before.means, atol=1.3e-4, rtol=0)
    torch.testing.assert_close(back.scales.log(), before.scales.log(), atol=0.032, rtol=0)


@pytest.mark.parametrize("kind", ["ply", "spz", "splat"])
def test_what_we_write(pack, splat_bytes, tmp_path, kind):
    write_splats(tmp_path / f"a.{kind}", splat_bytes.some(coefficients=9))
    data = (tmp_path / f"a.{kind}").read_bytes()
    _assert_same(read_splats(tmp_path / f"a.{kind}"), _host_reads(pack, data, kind))


def test_what_others_write(pack, splat_bytes, tmp_path):
    scene = splat_bytes.some(coefficients=9)
    files = {f"level{level}.ksplat": splat_bytes.ksplat(scene, level) for level in range(3)}
    files["v1.spz"] = splat_bytes.spz(1, bytes([140, 20, 90]), position=np.array([1, -2, 0.5], "<f2").tobytes())
    files["v2.spz"] = splat_bytes.spz(2, bytes([140, 20, 90]))
    for largest in range(4):
        files[f"v3_{largest}.spz"] = splat_bytes.spz(
            3, struct.pack("<I", largest << 30 | 0b1000101000_0010110011_1011000001)
        )
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
        _assert_same(read_splats(tmp_path / name), _host_reads(pack, data, name.split(".")[1]))


@pytest.fixture
def saved(pack, splat_bytes, tmp_path, monkeypatch):
    """A wall 3 units away, saved the way Save Splat names its file."""
    import folder_paths

    monkeypatch.setattr(folder_paths, "get_output_directory", lambda: str(tmp_path))
    types = pack.dreamdance_core.types
    y, x = torch.meshgrid(torch.linspace(-3, 3, 40), torch.linspace(-3, 3, 40), indexing="ij")
    means = torch.stack([x, y, torch.full_like(x, 3)], -1).reshape(-1, 3)
    n = len(means)
    wall = Gaussians(
        means=means, quats=torch.eye(4)[:1].repeat(n, 1), scales=torch.full((n, 3), 0.15),
        opacities=torch.full((n,), 0.99), sh=means[:, None] / 3,
    )  # fmt: skip
    write_splats(tmp_path / "scene_00001.spz", wall)
    K = torch.tensor([[90.0, 0.0, 50.0], [0.0, 90.0, 30.0], [0.0, 0.0, 1.0]])
    c2w = torch.eye(4).repeat(3, 1, 1)
    c2w[:, 0, 3] = torch.tensor([0.5, 0.6, 0.7])
    return types.Cameras(c2w=c2w, K=K.repeat(3, 1, 1), width=96, height=64, fps=12.0)


def test_a_saved_scene_comes_with_its_path(pack, saved, tmp_path):
    from comfy_execution.graph import ExecutionBlocker

    load = pack.nodes.scene_files.LoadScene
    alone = load.fingerprint_inputs("scene_00001.spz")
    splat, cameras = load.execute("scene_00001.spz").result
    assert isinstance(cameras, ExecutionBlocker) and "no scene_00001.camera.json beside the scene" in cameras.message
    assert splat.positions.shape == (1, 1600, 3)
    pack.dreamdance_core.io.camera_files.write_cameras(tmp_path / "scene_00001.camera.json", saved)
    assert load.fingerprint_inputs("scene_00001.spz") != alone, "a new path is a new result"
    cameras = load.execute("scene_00001.spz")[1]
    torch.testing.assert_close(cameras.c2w, saved.c2w)
    assert load.fingerprint_inputs(None) == load.fingerprint_inputs("") == "missing|missing"
    with pytest.raises(FileNotFoundError, match="put it there and give its name"):
        load.execute("nothing.ply")
    (tmp_path / "page.spz").write_text("hello")
    with pytest.raises(ValueError, match=r"page\.spz is no Gaussian scene"):
        load.execute("page.spz")


def test_a_new_path_is_placed_in_the_scene(pack, saved):
    """Another clip's path, of another unit, frame and size: it starts where `start` does, through its lens."""
    place, camera = pack.nodes.scene_files.PlaceCameras.execute, pack.nodes.camera
    splat = pack.nodes.scene_files.LoadScene.execute("scene_00001.spz")[0]
    path = camera.CameraPath.execute("truck", 1.0, 5, 24.0, 640, 384, 53.0)[0]
    here = place(splat, path, 0, 0)[0]
    assert (here.width, here.height, len(here), here.fps) == (640, 384, 5, 24.0)
    torch.testing.assert_close(here.c2w[0], torch.eye(4), atol=1e-5, rtol=0)
    assert float(here.c2w[-1, 0, 3]) == pytest.approx(0.25 * 3, rel=0.25), "a quarter of the distance, which is 3"
    there = place(splat, path, 0, 0, start=saved)[0]
    assert (there.width, there.height) == (96, 64)
    torch.testing.assert_close(there.K[0], saved.K[0])
    torch.testing.assert_close(there.c2w[0], saved.c2w[0], atol=1e-5, rtol=0)
    assert float(there.c2w[-1, 0, 3]) > 0.6
    larger = place(splat, path, 192, 128, start=saved)[0]
    torch.testing.assert_close(larger.K[0, :2], 2 * saved.K[0, :2])
    exact = place(splat, path, 0, 0, camera_units="depth")[0]
    torch.testing.assert_close(exact.c2w[-1], path.cameras.c2w[-1], atol=1e-5, rtol=0)
    assert float(place(splat, path, 0, 0, camera_gain=0.0)[0].c2w[:, :3, 3].abs().max()) < 1e-6
    away = pack.dreamdance_core.types.Cameras(
        c2w=torch.diag(torch.tensor([-1.0, 1, -1, 1]))[None], K=saved.K[:1], width=96, height=64
    )
    with pytest.raises(ValueError, match="must be seen from where the path starts, 0.0% is"):
        place(splat, path, 0, 0, start=away)


def test_the_host_looks_from_where_our_cameras_stand(pack):
    """LOAD3D_CAMERA through the host's own basis, and back, in a portrait size."""
    from comfy_extras.nodes_gaussian_splat import _camera_basis

    generator = torch.Generator().manual_seed(3)
    convert, types = pack.dreamdance_core.geometry.convert, pack.dreamdance_core.types
    quats = torch.nn.functional.normalize(torch.randn(20, 4, generator=generator), dim=-1)
    c2w = torch.eye(4).repeat(20, 1, 1)
    c2w[:, :3, :3] = pack.dreamdance_core.geometry.rigid.matrix_from_quat(quats)
    c2w[:, :3, 3] = torch.randn(20, 3, generator=generator) * 3
    K = torch.tensor([[300.0, 0.0, 160.0], [0.0, 300.0, 240.0], [0.0, 0.0, 1.0]]).repeat(20, 1, 1)
    path = types.Cameras(c2w=c2w, K=K, width=320, height=480)
    infos = convert.to_load3d(path, 2.0)
    for pose, info in zip(c2w, infos, strict=True):
        eye, target, *rows = _camera_basis(info, "cpu")
        torch.testing.assert_close(eye, pose[:3, 3], atol=1e-5, rtol=0)
        torch.testing.assert_close(torch.stack(rows), pose[:3, :3].T, atol=1e-5, rtol=0)
        torch.testing.assert_close(target, pose[:3, 3] + 2 * pose[:3, 2], atol=1e-5, rtol=0)
    back = convert.from_load3d(infos, 320, 480)
    torch.testing.assert_close(back.c2w, c2w, atol=1e-5, rtol=0)
    torch.testing.assert_close(back.K, K, atol=1e-3, rtol=0)


def test_a_picture_without_a_character_is_a_scene(pack):
    """An empty hole mask: nothing of the picture is repainted, and the scene is completed beyond it."""
    picture = torch.rand(1, 6, 9, 3, generator=torch.Generator().manual_seed(1)).repeat_interleave(16, 1)
    picture = picture.repeat_interleave(16, 2)
    ramp = torch.linspace(0.1, 1, 96)[None, :, None, None].expand(1, 96, 144, 3)
    path = pack.nodes.camera.CameraPath.execute("truck", 0.5, 3, 24.0, 144, 96, 53.0)[0]
    execute = pack.nodes.scene.SpiralSceneInpaint.execute
    views, frames, masks, cameras, *_ = execute(
        picture, torch.zeros(1, 96, 144), "telea", "room_box", "", 0, 0, 2, depth=ramp, cameras=path
    ).result
    torch.testing.assert_close(frames[0], picture[0])
    assert len(frames) >= 2 and float(masks[1].mean()) > 0.001 and len(cameras) == 3
