"""The gated model's workflow in a real ComfyUI, with tiny weights: run, interrupted, unloaded, refused."""

from __future__ import annotations

import io
import json
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

pytestmark = pytest.mark.server
_ROOT = Path(__file__).resolve().parents[2]
_SMALL = {
    "DreamDanceLoadSample": {"frames": 16},
    "DreamDanceSpiralSceneInpaint": {"long_side": 192, "views": 1},
    "DreamDanceTrainGaussians": {"iterations": 5, "max_side": 96},
    "DreamDanceGatedVideoInpaint": {"steps": 2, "guidance": 2.0},
}


@pytest.fixture(scope="module")
def weights(comfyui, gated_files):
    """Tiny weights where a user puts real ones: checkpoint, base and CLIP."""
    models = comfyui.base / "models"
    return gated_files.write(models / "dreamdance", gated_files.trained(), base="CogVideoX-5b-I2V").name


@pytest.fixture
def prompt(comfyui, convert, weights) -> dict:
    workflow = json.loads((_ROOT / "workflows" / "animate_gated.json").read_text(encoding="utf-8"))
    made = convert(workflow, comfyui.get("/object_info"))
    for node in made.values():
        node["inputs"].update(_SMALL.get(node["class_type"], {}))
        if node["class_type"] == "DreamDanceLoadModel":
            node["inputs"]["checkpoint"] = weights
    return made


def _node(prompt: dict, kind: str) -> str:
    (found,) = (key for key, node in prompt.items() if node["class_type"] == kind)
    return found


def _file(server, entry: dict) -> bytes:
    return (server.base / entry["type"] / entry["subfolder"] / entry["filename"]).read_bytes()


def test_the_whole_job_with_the_gated_model(comfyui, prompt):
    run = comfyui.run(prompt, timeout=600)
    assert run.ending == "execution_success", run.error
    (entry,) = run.outputs[_node(prompt, "SaveVideo")]["images"]
    with av.open(io.BytesIO(_file(comfyui, entry))) as video:
        assert float(video.streams.video[0].average_rate) == 24 and video.streams.audio
        frames = [frame.to_ndarray(format="rgb24") for frame in video.decode(video=0)]
    assert len(frames) == 16 and max(frames[0].shape) == 192
    (entry,) = run.outputs[_node(prompt, "PreviewImage")]["images"]
    chart = np.asarray(Image.open(io.BytesIO(_file(comfyui, entry))).convert("RGB"))
    assert chart.shape == (540, 960, 3) and chart.std() > 10
    gated = _node(prompt, "DreamDanceGatedVideoInpaint")
    assert gated in {data["node"] for data in run.of("progress")} and run.previews > 0
    assert run.outputs[gated]["images"], "the finished clip is shown under the node"


@pytest.mark.parametrize("offload", ["model", "group"])
def test_interrupted_unloaded_and_run_again(comfyui, prompt, offload):
    """A cancelled run ends at once; /free takes the weights away; the next run finds everything as it was."""
    gated = _node(prompt, "DreamDanceGatedVideoInpaint")
    prompt[_node(prompt, "DreamDanceLoadModel")]["inputs"]["offload"] = offload
    prompt[gated]["inputs"].update(steps=12, seed=1)
    run = comfyui.run(prompt, interrupt_at=gated, timeout=600)
    assert run.ending == "execution_interrupted"
    assert run.of("execution_interrupted")[0]["node_id"] == gated
    comfyui.post("/free", {"unload_models": True, "free_memory": False})
    prompt[gated]["inputs"].update(steps=2)
    again = comfyui.run(prompt, timeout=600)
    assert again.ending == "execution_success", again.error
    assert _node(prompt, "DreamDanceLoadModel") in again.of("execution_cached")[0]["nodes"], "loaded once"


def test_a_damaged_checkpoint_is_named(comfyui, prompt, weights):
    whole = comfyui.base / "models" / "dreamdance" / weights
    (whole.parent / "half.dreamdance.safetensors").write_bytes(whole.read_bytes()[:-1000])
    loader = _node(prompt, "DreamDanceLoadModel")
    prompt[loader]["inputs"]["checkpoint"] = "half.dreamdance.safetensors"
    gone = {key: node for key, node in prompt.items() if key == loader}
    gone["900"] = {"class_type": "PreviewAny", "inputs": {"source": [loader, 0]}}
    run = comfyui.run(gone, timeout=120)
    assert run.ending == "execution_error"
    assert "half.dreamdance.safetensors is not a whole safetensors file" in run.error
