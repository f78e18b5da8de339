"""The workflows with public Wan models: links, files and words; valid in the real host; run there with tiny weights.

The host's own loaders read the tiny checkpoints (tiny_wan.py). Two are replaced (wan_stubs.py): CLIPLoader, because the
host builds umT5 XXL at its full 5.7 G weights whatever the file holds, and needs its sentencepiece model; and
CLIPVisionLoader, because it knows ViT-H at its full size only.
"""

from __future__ import annotations

import io
import json
from pathlib import Path

import av
import numpy as np
import pytest

pytestmark = pytest.mark.server
_ROOT = Path(__file__).resolve().parents[2]
_KINDS = {  # workflow: loader -> (its input, the tiny file's kind)
    "animate_vace": {"UNETLoader": ("unet_name", "vace"), "VAELoader": ("vae_name", "vae")},
    "animate_wan_animate": {
        "UNETLoader": ("unet_name", "animate"),
        "VAELoader": ("vae_name", "vae"),
        "LoraLoaderModelOnly": ("lora_name", "lora"),
    },
    "scene_polish_uni3c": {
        "UNETLoader": ("unet_name", "i2v"),
        "VAELoader": ("vae_name", "vae"),
        "LoraLoaderModelOnly": ("lora_name", "lora"),
        "ModelPatchLoader": ("name", "uni3c"),
    },
}
_ENCODERS = {"CLIPLoader": "clip_name", "CLIPVisionLoader": "clip_name"}
_WORKFLOWS = pytest.mark.parametrize("name", list(_KINDS))


def _workflow(name: str) -> dict:
    return json.loads((_ROOT / "workflows" / f"{name}.json").read_text(encoding="utf-8"))


def _files(name: str) -> dict[str, str]:
    """Loader -> the input that names its file."""
    own = {kind: entry[0] for kind, entry in _KINDS[name].items()}
    used = {node["type"] for node in _workflow(name)["nodes"]}
    return own | {kind: field for kind, field in _ENCODERS.items() if kind in used}


@_WORKFLOWS
def test_every_model_file_has_its_address_and_the_note_its_words(name):
    workflow, loaders = _workflow(name), _files(name)
    assert workflow["version"] == 0.4
    for node in workflow["nodes"]:
        models = node["properties"].get("models", [])
        assert bool(models) == (node["type"] in loaders), node["type"]
        for model in models:
            assert model["name"] == node["widgets_values"][0] and model["name"].endswith(".safetensors")
            assert model["url"].startswith("https://huggingface.co/") and model["url"].endswith("/" + model["name"])
            assert "/resolve/main/" in model["url"] and model["directory"]
    (note,) = (node for node in workflow["nodes"] if node["type"] == "MarkdownNote")
    for word in ("Apache-2.0", "GB of GPU memory", "*text_encoders*" if "vace" in name else "*diffusion_models*"):
        assert word in note["widgets_values"][0], word
    assert (_ROOT / "workflows" / f"{name}.jpg").stat().st_size > 3000


@_WORKFLOWS
def test_every_socket_fits_the_definitions(comfyui, name):
    info, workflow = comfyui.get("/object_info"), _workflow(name)
    nodes = {node["id"]: node for node in workflow["nodes"]}
    for node in nodes.values():
        if node["type"] == "MarkdownNote":
            continue
        defined = info[node["type"]]
        inputs = {**defined["input"].get("required", {}), **defined["input"].get("optional", {})}
        stored = [socket["name"] for socket in node["inputs"]]
        assert stored == [name for name in inputs if name in stored], node["type"]
        assert [socket["type"] for socket in node["outputs"]] == defined["output"][: len(node["outputs"])], node["type"]
    for link, source, slot, target, place, kind in workflow["links"]:
        assert nodes[source]["outputs"][slot]["type"] == kind and link in nodes[source]["outputs"][slot]["links"]
        assert (
            kind in nodes[target]["inputs"][place]["type"].split(",") and nodes[target]["inputs"][place]["link"] == link
        )
    assert name in comfyui.get("/workflow_templates")["dreamdance"]


@_WORKFLOWS
def test_the_graph_is_valid_but_for_files_that_are_missing(comfyui, convert, name):
    prompt, loaders = convert(_workflow(name), comfyui.get("/object_info")), _files(name)
    asked = set()
    for key, node in prompt.items():
        if node["class_type"] in loaders:
            node["inputs"][loaders[node["class_type"]]] = "nowhere.safetensors"
            asked.add((key, loaders[node["class_type"]]))
    answer = comfyui.post("/prompt", {"prompt": prompt})
    refused = {
        (key, error["extra_info"]["input_name"])
        for key, entry in answer["node_errors"].items()
        for error in entry["errors"]
        if error["type"] == "value_not_in_list"
    }
    kinds = {error["type"] for entry in answer["node_errors"].values() for error in entry["errors"]}
    assert refused == asked and kinds == {"value_not_in_list"}


@pytest.fixture(scope="module")
def tiny_files(comfyui, tiny_wan):
    """Saves tiny weights under the names that the workflows ask for."""
    for name, loaders in _KINDS.items():
        for node in _workflow(name)["nodes"]:
            for model in node["properties"].get("models", []):
                if node["type"] in loaders:
                    folder = comfyui.base / "models" / model["directory"]
                    tiny_wan.save(loaders[node["type"]][1], folder / model["name"])


def _reduced(prompt: dict) -> dict:
    small = {
        "DreamDanceLoadSample": {"frames": 4},
        "DreamDanceSpiralSceneInpaint": {"long_side": 192, "views": 2},
        "DreamDanceTrainGaussians": {"iterations": 8, "max_side": 192},
        "DreamDanceCameraPath": {"frames": 9},
        "WanImageToVideo": {"length": 9},
        "KSampler": {"steps": 1},
    }
    stubs = {"CLIPLoader": "TinyWords", "CLIPVisionLoader": "TinySight"}
    for node in prompt.values():
        # The face encoder has one size, whatever the weights: minutes on a CPU. The crops have tests of their own.
        node["inputs"].pop("face_video", None)
        node["inputs"].update(small.get(node["class_type"], {}))
        if node["class_type"] in stubs:
            node.update(class_type=stubs[node["class_type"]], inputs={})
    return prompt


def _saved(server, outputs: dict, node: str) -> tuple[np.ndarray, float, bool]:
    (entry,) = outputs[node]["images"]
    path = server.base / entry["type"] / entry["subfolder"] / entry["filename"]
    with av.open(io.BytesIO(path.read_bytes())) as container:
        rate = float(container.streams.video[0].average_rate)
        frames = np.stack([frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)])
        return frames, rate, bool(container.streams.audio)


@_WORKFLOWS
def test_the_graph_runs_with_tiny_weights(comfyui, convert, tiny_files, name):
    prompt = _reduced(convert(_workflow(name), comfyui.get("/object_info")))
    kinds = {node["class_type"]: key for key, node in prompt.items()}
    run = comfyui.run(prompt, timeout=500)
    assert run.ending == "execution_success", run.error
    frames, rate, sound = _saved(comfyui, run.outputs, kinds["SaveVideo"])
    assert frames.std() > 15 and frames.shape[1:3] == (192, 144)
    if name == "scene_polish_uni3c":
        assert (len(frames), rate, sound) == (9, 16, False)
    else:
        assert (len(frames), rate, sound) == (4, 24, True), "the clip's own length, rate and sound"
        (shown,) = run.outputs[kinds["DreamDanceComposeControlVideo"]]["images"]
        assert comfyui.base.joinpath(shown["type"], shown["subfolder"], shown["filename"]).is_file()
    log = comfyui.log_text()
    assert "unet missing" not in log and "lora key not loaded" not in log
