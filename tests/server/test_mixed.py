"""workflows/mixed_community.json with stand-ins for the community nodes: every link fits, and it runs."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from dreamdance_core.io.video import read_clip

pytestmark = pytest.mark.server
_ROOT = Path(__file__).resolve().parents[2]
_PACKS = {
    "VHS_LoadVideo": "comfyui-videohelpersuite",
    "VHS_VideoInfoLoaded": "comfyui-videohelpersuite",
    "VHS_VideoCombine": "comfyui-videohelpersuite",
    "DWPreprocessor": "comfyui_controlnet_aux",
    "ADE_CameraPoseBasic": "comfyui-animatediff-evolved",
    "CameraPoseVisualizer": "comfyui-kjnodes",
}


@pytest.fixture(scope="module")
def workflow() -> dict:
    return json.loads((_ROOT / "workflows" / "mixed_community.json").read_text())


def test_the_packs_are_named(workflow):
    """So that a manager can offer them."""
    used = {node["type"]: node["properties"].get("cnr_id") for node in workflow["nodes"]}
    assert _PACKS.items() <= used.items()


def test_it_runs_and_keeps_rate_and_sound(comfyui, convert, workflow):
    shutil.copy(_ROOT / "samples" / "dance.mp4", comfyui.base / "input" / "dance.mp4")
    prompt = convert(workflow, comfyui.get("/object_info"))
    kinds = {node["class_type"]: key for key, node in prompt.items()}
    prompt[kinds["VHS_LoadVideo"]]["inputs"]["frame_load_cap"] = 12
    prompt[kinds["DreamDanceResampleClip"]]["inputs"]["fps"] = 12.0
    prompt[kinds["DreamDanceSpiralSceneInpaint"]]["inputs"] |= {"long_side": 256, "views": 2}
    prompt[kinds["DreamDanceTrainGaussians"]]["inputs"] |= {"iterations": 12, "max_side": 192}
    run = comfyui.run(prompt, timeout=400)
    assert run.ending == "execution_success", run.error
    (entry,) = run.outputs[kinds["VHS_VideoCombine"]]["gifs"]
    made = read_clip(comfyui.base / "output" / entry["subfolder"] / entry["filename"])
    assert len(made.frames) == 6 and made.fps == 12.0 and made.frames.std() > 0.05
    assert made.audio is not None and abs(made.audio.waveform.shape[1] / made.audio.sample_rate - 0.5) < 0.06
    assert float(made.audio.waveform.abs().max()) > 0.01
    assert run.outputs[kinds["PreviewImage"]]["images"]
