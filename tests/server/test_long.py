"""The long route in a real ComfyUI, with tiny weights: the workflow, an interrupt, clips joined, the host's windows."""

from __future__ import annotations

import io
import json
from pathlib import Path

import av
import pytest

pytestmark = pytest.mark.server
_ROOT = Path(__file__).resolve().parents[2]
_SMALL = {
    "DreamDanceLoadSample": {"frames": 21},
    "DreamDanceSpiralSceneInpaint": {"long_side": 192, "views": 1},
    "DreamDanceTrainGaussians": {"iterations": 5, "max_side": 96},
    "DreamDanceTemporalAggregate": {"window": 16, "overlap": 8},
    "DreamDanceLongVideoInpaint": {"steps": 2, "guidance": 1.0},
}


@pytest.fixture
def prompt(comfyui, convert, gated_files) -> dict:
    """The shipped workflow at a small size, its checkpoint a tiny one."""
    folder = comfyui.base / "models" / "dreamdance"
    name = gated_files.write(folder, gated_files.trained(), base="CogVideoX-5b-I2V").name
    workflow = json.loads((_ROOT / "workflows" / "long_video.json").read_text(encoding="utf-8"))
    made = convert(workflow, comfyui.get("/object_info"))
    for node in made.values():
        node["inputs"].update(_SMALL.get(node["class_type"], {}))
        if node["class_type"] == "DreamDanceLoadModel":
            node["inputs"]["checkpoint"] = name
    return made


def _node(prompt: dict, kind: str) -> str:
    (found,) = (key for key, node in prompt.items() if node["class_type"] == kind)
    return found


def _saved(server, run, node: str) -> tuple[list, float, bool]:
    """Frames, rate and whether there is sound, of what SaveVideo wrote."""
    (entry,) = run.outputs[node]["images"]
    data = (server.base / entry["type"] / entry["subfolder"] / entry["filename"]).read_bytes()
    with av.open(io.BytesIO(data)) as video:
        stream = video.streams.video[0]
        assert stream.codec_context.pix_fmt == "yuv420p"
        return (
            [f.to_ndarray(format="rgb24") for f in video.decode(video=0)],
            float(stream.average_rate),
            bool(video.streams.audio),
        )


def test_the_workflow_runs_is_interrupted_and_goes_on(comfyui, prompt):
    """Frame count, rate and sound are the clip's; an interrupt leaves no file; joined clips and their plan follow."""
    long = _node(prompt, "DreamDanceLongVideoInpaint")
    temp = comfyui.base / "temp" / "dreamdance"
    stopped = comfyui.run(prompt, interrupt_at=long, timeout=600)
    assert stopped.ending == "execution_interrupted"
    assert stopped.of("execution_interrupted")[0]["node_id"] == long
    assert not list(temp.glob("*.mp4")) and not list(temp.glob(".*.mp4"))
    run = comfyui.run(prompt, timeout=600)
    assert run.ending == "execution_success", run.error
    frames, rate, sound = _saved(comfyui, run, _node(prompt, "SaveVideo"))
    assert len(frames) == 21 and max(frames[0].shape) == 192 and rate == 24 and sound
    assert long in {data["node"] for data in run.of("progress")} and run.previews > 0
    assert run.outputs[long]["images"], "a look at the clip is shown under the node"
    assert not list((comfyui.base / "temp" / "dreamdance_unfinished").glob("*"))


def _aggregate(**more) -> dict:
    widgets = {"length": 96, "window": 48, "overlap": 4, "mode": "blend", "match": "colours", "retain_first": False}
    return {"class_type": "DreamDanceTemporalAggregate", "inputs": widgets | more}


def test_videos_are_joined_and_clips_may_be_a_list(comfyui):
    make = {"class_type": "EmptyImage", "inputs": {"width": 64, "height": 48, "batch_size": 12, "color": 0x406080}}
    video = {"class_type": "CreateVideo", "inputs": {"images": ["1", 0], "fps": 12.0, "bit_depth": 8}}
    file = {"class_type": "SaveVideo", "inputs": {"filename_prefix": "long/part", "format": "auto", "codec": "auto"}}
    prompt = {"1": make, "2": video, "3": _aggregate(**{"videos.video0": ["2", 0], "videos.video1": ["2", 0]})}
    prompt["4"] = {**file, "inputs": file["inputs"] | {"video": ["3", 2]}}
    run = comfyui.run(prompt, timeout=120)
    assert run.ending == "execution_success", run.error
    frames, rate, _ = _saved(comfyui, run, "4")
    assert len(frames) == 20 and rate == 12
    # RebatchImages gives a list of batches: one clip each.
    listed = {"class_type": "RebatchImages", "inputs": {"images": ["1", 0], "batch_size": 6}}
    prompt = {"1": make, "2": listed, "3": _aggregate(**{"clips.clip0": ["2", 0]})}
    prompt["4"] = {"class_type": "SaveImage", "inputs": {"images": ["3", 1], "filename_prefix": "long/list"}}
    run = comfyui.run(prompt, timeout=120)
    assert run.ending == "execution_success", run.error
    assert len(run.outputs["4"]["images"]) == 8


def test_saved_prompts_without_the_new_inputs_still_run(comfyui):
    old = {"class_type": "DreamDanceTemporalAggregate"}
    old["inputs"] = {"length": 96, "window": 48, "overlap": 24, "mode": "blend"}
    prompt = {"1": old, "2": {"class_type": "PreviewAny", "inputs": {"source": ["1", 4]}}}
    run = comfyui.run(prompt, timeout=60)
    assert run.ending == "execution_success", run.error
    assert run.outputs["2"]["text"] == ["12"]
