"""Scenes and cameras through the real host's own nodes: one prompt does it all, the tests look at what it left."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from dreamdance_core.cli import main
from dreamdance_core.geometry.pinhole import rescale
from dreamdance_core.io.camera_files import read_cameras, write_cameras
from dreamdance_core.io.splat_files import read_splats, write_splats
from dreamdance_core.types import Cameras, Gaussians

pytestmark = pytest.mark.server
FORMATS = ("ply", "spz", "ksplat")
WIDE, TALL = (160, 96), (96, 160)


def room() -> Gaussians:
    """A wall of coloured patches behind a nearer post: no side of its picture looks like another."""
    rng = np.random.default_rng(1)
    y, x = (v.reshape(-1) for v in np.meshgrid(np.linspace(-2.4, 2.4, 49), np.linspace(-2.4, 2.4, 49), indexing="ij"))
    patches = rng.uniform(0.1, 0.9, (7, 7, 3))
    colour = patches[np.floor(y / 0.7 + 3.5).astype(int), np.floor(x / 0.7 + 3.5).astype(int)]
    wall = np.stack([x, y, np.full_like(x, 3.0)], -1)
    post = np.stack([np.full(20, -0.5), np.linspace(-0.9, 1.2, 20), np.full(20, 2.0)], -1)
    means = np.concatenate([wall, post])
    colour = np.concatenate([colour, np.repeat([[0.9, 0.1, 0.1]], 20, 0)])
    flat = np.repeat([[0.08, 0.08, 0.01]], len(means), 0)

    def tensor(values) -> torch.Tensor:
        return torch.from_numpy(np.asarray(values, np.float32))

    return Gaussians(
        means=tensor(means),
        quats=torch.eye(4)[:1].repeat(len(means), 1),
        scales=tensor(flat),
        opacities=torch.full((len(means),), 0.95),
        sh=tensor((colour - 0.5) / 0.28209479)[:, None],
    )


def path() -> Cameras:
    """Two poses: the reference, and one turned, moved and rolled."""
    c2w = torch.eye(4).repeat(2, 1, 1)
    turn = torch.tensor([[0.98, -0.10, 0.17], [0.12, 0.99, -0.08], [-0.16, 0.10, 0.98]])
    u, _, v = torch.linalg.svd(turn)
    c2w[1, :3, :3], c2w[1, :3, 3] = u @ v, torch.tensor([0.2, -0.1, 0.3])
    K = torch.tensor([[120.0, 0.0, 80.0], [0.0, 120.0, 48.0], [0.0, 0.0, 1.0]])
    return Cameras(c2w=c2w, K=K.repeat(2, 1, 1), width=WIDE[0], height=WIDE[1], fps=12.0)


def _graph() -> dict:
    graph = {}

    def add(key: str, kind: str, **inputs) -> list:
        graph[key] = {"class_type": kind, "inputs": inputs}
        return [key, 0]

    def shown(key: str, splat: list, cameras: list, size: tuple[int, int] = (0, 0)) -> None:
        add(f"{key}_", "DreamDanceRenderBackground", splat=splat, cameras=cameras, width=size[0], height=size[1],
            rasterizer="auto")  # fmt: skip
        add(key, "SaveImage", images=[f"{key}_", 0], filename_prefix=f"interop/{key}")

    def rendered(key: str, camera: list, size: tuple[int, int]) -> None:
        style = {"frames": 1, "splat_scale": 1.0, "sharpen": 1.0, "headlight_shading": 0.0, "opacity_threshold": 0.0}
        style |= {"render_style": "color", "background": "#000000"}
        add(f"{key}_", "RenderSplat", splat=splat, width=size[0], height=size[1], camera_info=camera, **style)
        add(key, "SaveImage", images=[f"{key}_", 0], filename_prefix=f"interop/{key}")

    def written(key: str, cameras: list) -> None:
        add(key, "DreamDanceSaveCameras", cameras=cameras, filename_prefix=f"interop/{key}", format="camera.json")

    splat = add("scene", "DreamDanceLoadScene", path="room.ply")
    own = ["scene", 1]
    shown("ours", splat, own)
    for kind in FORMATS:
        file = add(f"{kind}_file", "SplatToFile3D", splat=splat, format=kind)
        shown(kind, add(f"{kind}_back", "File3DToSplat", model_3d=file), own)
        save = {"filename_prefix": "interop/scene", "viewport_state": "", "width": 512, "height": 512}
        add(f"{kind}_saved", "SaveGaussianSplat", model_3d=file, **save)
    for key, frame in (("first", 0), ("second", 1)):
        info = add(f"{key}_info", "DreamDanceCamerasToLoad3D", cameras=own, frame=frame, distance=2.0)
        rendered(f"{key}_wide", info, WIDE)
        size = {"width": WIDE[0], "height": WIDE[1], "fps": 12.0, "frames": 1}
        written(f"{key}_back", add(f"{key}_camera", "DreamDanceCamerasFromLoad3D", camera_info=info, **size))
    orbit = {"mode": "orbit", "mode.yaw": 12.0, "mode.pitch": 7.0, "mode.distance": 2.6, "target_x": 0.1}
    orbit |= {"target_y": -0.1, "target_z": -3.0, "roll": 8.0, "fov": 45.0, "zoom": 1.2, "camera_type": "perspective"}
    info = add("orbit", "CreateCameraInfo", **orbit)
    for key, size in (("wide", WIDE), ("tall", TALL)):
        rendered(f"orbit_{key}", info, size)
        camera = add(f"{key}_camera", "DreamDanceCamerasFromLoad3D", camera_info=info, width=size[0], height=size[1],
                     fps=12.0, frames=1)  # fmt: skip
        shown(f"orbit_{key}_ours", splat, camera)
        written(f"{key}_orbit", camera)
    # The host's own way to a file without a browser: a name that its drop-down does not list, and no viewport.
    loaded = add("loader", "Load3DAdvanced", model_file="3d/room.spz", viewport_state="", width=64, height=64)
    shown("loaded", add("loaded_splat", "File3DToSplat", model_3d=loaded), own)
    move = {"preset": "dolly", "amplitude": 1.0, "frames": 3, "fps": 24.0, "width": 640, "height": 384, "fov": 53.0}
    placing = {"width": 0, "height": 0, "camera_units": "auto", "camera_gain": 1.0}
    move = add("move", "DreamDanceCameraPath", **move, distance=1.0, seed=0)
    shown("placed", splat, add("place", "DreamDancePlaceCameras", splat=splat, cameras=move, start=own, **placing))
    return graph


class Made:
    """What the prompt left in the output folder."""

    def __init__(self, base, outputs: dict) -> None:
        self.folder, self.outputs = base / "output" / "interop", outputs

    def pictures(self, key: str) -> np.ndarray:
        names = [entry["filename"] for entry in self.outputs[key]["images"]]
        return np.stack([np.asarray(Image.open(self.folder / name).convert("RGB"), np.float64) / 255 for name in names])

    def cameras(self, key: str) -> Cameras:
        (text,) = self.outputs[key]["text"]
        return read_cameras(Path(text))


@pytest.fixture(scope="module")
def made(comfyui) -> Made:
    (comfyui.base / "input" / "3d").mkdir(exist_ok=True)
    write_splats(comfyui.base / "input" / "room.ply", room())
    write_cameras(comfyui.base / "input" / "room.camera.json", path())
    write_splats(comfyui.base / "input" / "3d" / "room.spz", room())
    run = comfyui.run(_graph(), timeout=300)
    assert run.ending == "execution_success", run.error
    return Made(comfyui.base, run.outputs)


def alike(a: np.ndarray, b: np.ndarray) -> float:
    """The correlation of two pictures."""
    return float(np.corrcoef(a.ravel(), b.ravel())[0, 1])


def test_the_hosts_file_formats_keep_our_picture(made):
    ours = made.pictures("ours")
    assert ours.shape == (2, WIDE[1], WIDE[0], 3) and ours.std() > 0.15
    assert np.abs(made.pictures("ply") - ours).max() <= 1 / 255
    for kind in ("spz", "ksplat", "loaded"):
        difference = np.abs(made.pictures(kind) - ours)
        assert difference.mean() < 0.006 and difference.max() < 0.06, kind


def test_what_the_host_saved_is_read_by_the_command_line(made, tmp_path):
    write_cameras(tmp_path / "path.json", path())
    for kind in FORMATS:
        (file,) = made.folder.glob(f"scene_*.{kind}")
        assert len(read_splats(file)) == len(room())
        shot = ["render", str(file), "--camera", str(tmp_path / "path.json"), "--out", str(tmp_path / kind)]
        assert main(shot) == 0
        frame = np.asarray(Image.open(tmp_path / kind / "00001.png"), np.float64) / 255
        assert np.abs(frame - made.pictures("ours")[1]).mean() < 0.006, kind


def test_the_hosts_renderer_shows_our_scene_the_right_way_up(made):
    ours = made.pictures("ours")
    for index, key in enumerate(("first_wide", "second_wide")):
        (theirs,) = made.pictures(key)
        assert alike(theirs, ours[index]) > 0.9, key
        for flip in (theirs[::-1], theirs[:, ::-1], theirs[::-1, ::-1]):
            assert alike(flip, ours[index]) < 0.6, key


def test_cameras_survive_the_hosts_type(made):
    for index, key in enumerate(("first_back", "second_back")):
        back = made.cameras(key)
        torch.testing.assert_close(back.c2w, path().c2w[[index]], atol=1e-5, rtol=0)
        torch.testing.assert_close(back.K, path().K[[index]], atol=1e-3, rtol=0)


def test_the_hosts_camera_becomes_ours(made):
    assert alike(made.pictures("orbit_wide"), made.pictures("orbit_wide_ours")) > 0.9
    assert made.cameras("wide_orbit").K[0, 1, 1] == pytest.approx(48 / np.tan(np.radians(22.5)) * 1.2, abs=1e-3)


def test_portrait_pictures_of_the_hosts_renderer_are_wider(made, tmp_path):
    """It puts the vertical field of view on the smaller side: our picture with width/height of the focal length."""
    theirs = made.pictures("orbit_tall")
    camera = made.cameras("tall_orbit")
    assert alike(theirs, made.pictures("orbit_tall_ours")) < 0.8
    wider = rescale(camera.K, TALL[0] / TALL[1], TALL[0] / TALL[1])
    wider[:, :2, 2] = camera.K[:, :2, 2]
    write_cameras(tmp_path / "c.json", Cameras(c2w=camera.c2w, K=wider, width=TALL[0], height=TALL[1]))
    (file,) = made.folder.glob("scene_*.ply")
    assert main(["render", str(file), "--camera", str(tmp_path / "c.json"), "--out", str(tmp_path / "f")]) == 0
    frame = np.asarray(Image.open(tmp_path / "f" / "00000.png"), np.float64) / 255
    assert alike(theirs[0], frame) > 0.9


def test_a_second_shot_starts_where_the_first_did(made):
    placed, ours = made.pictures("placed"), made.pictures("ours")
    assert placed.shape == (3, WIDE[1], WIDE[0], 3)
    assert alike(placed[0], ours[0]) > 0.99 and alike(placed[-1], ours[0]) < 0.97
