"""Camera paths by hand on a real server: widgets that depend on a choice, links into them, and files at the end."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from dreamdance_core.io.camera_files import read_cameras

pytestmark = pytest.mark.server
_PATH = {
    "preset": "orbit",
    "amplitude": 1.0,
    "frames": 13,
    "fps": 12.0,
    "width": 160,
    "height": 96,
    "fov": 53.0,
    "distance": 1.0,
    "seed": 0,
}


def node(kind: str, **inputs: object) -> dict:
    return {"class_type": kind, "inputs": inputs}


def edit(operation: str, source: list, **widgets: object) -> dict:
    dotted = {f"operation.{name}": value for name, value in widgets.items()}
    return node("DreamDanceEditCameras", cameras=source, operation=operation, **dotted)


def saved(comfyui, prompt: dict, sink: str):
    run = comfyui.run(prompt, timeout=120)
    assert run.ending == "execution_success", run.error
    return read_cameras(Path(run.outputs[sink]["text"][0]))


def test_edits_with_their_own_widgets_and_links(comfyui):
    prompt = {
        "1": node("DreamDanceCameraPath", **_PATH, moves="truck 0.5 linear"),
        "2": edit("retime", ["1", 0], length=25, speed="linear"),
        "3": edit("join", ["2", 0], then=["1", 0], blend=0),
        "4": edit("reverse", ["3", 0]),
        "5": node("DreamDanceSaveCameras", cameras=["4", 0], filename_prefix="t/edited", format="RealEstate10K"),
    }
    cameras = saved(comfyui, prompt, "5")
    assert len(cameras) == 25 + 12 and (cameras.width, cameras.height, cameras.fps) == (160, 96, 12.0)
    want = torch.cat([torch.linspace(0, 0.5, 25), 0.5 + torch.linspace(0, 0.5, 13)[1:]]).flip(0)
    torch.testing.assert_close(cameras.c2w[:, 0, 3], want, atol=1e-5, rtol=0)


def test_keys_and_the_hosts_own_path(comfyui):
    """A path of the host's preset joined to key frames; a prompt of before, without the new widget, still runs."""
    lens = {name: _PATH[name] for name in ("fps", "width", "height", "fov")}
    prompt = {
        "1": node("DreamDanceCameraPath", **_PATH),
        "2": node("DreamDanceCameraKeyframes", keys="0\n12 at 0.2 0 0 look 0 0 1", frames=0, ends="ease", **lens,
                  overshoot=True, constant_speed=False, lens=["1", 0]),
        "3": node("WanCameraEmbedding", camera_pose="Zoom In", width=160, height=96, length=13),
        "4": node("DreamDanceCamerasFromWan", embedding=["3", 0], fps=12.0),
        "5": edit("join", ["2", 0], then=["4", 0], blend=2),
        "6": node("DreamDanceSaveCameras", cameras=["5", 0], filename_prefix="t/keys", format="camera.json"),
    }  # fmt: skip
    cameras = saved(comfyui, prompt, "6")
    assert len(cameras) == 25
    torch.testing.assert_close(cameras.c2w[0], torch.eye(4))
    assert float(cameras.c2w[10, 0, 3]) > 0.15 and float(cameras.c2w[-1, 2, 3]) > 1.0


def test_a_missing_second_path_is_refused_at_once(comfyui):
    prompt = {
        "1": node("DreamDanceCameraPath", **_PATH),
        "2": edit("join", ["1", 0], blend=0),
        "3": node("DreamDanceSaveCameras", cameras=["2", 0], filename_prefix="t/none", format="camera.json"),
    }
    with pytest.raises(ValueError, match=r"required_input_missing.*operation\.then"):
        comfyui.run(prompt, timeout=60)
