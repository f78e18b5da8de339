"""A real ComfyUI runs the shipped workflows, can be interrupted, and passes on the sentences for bad input."""

from __future__ import annotations

import io
import json
from pathlib import Path
from urllib.parse import urlencode

import av
import numpy as np
import pytest
from PIL import Image

from dreamdance_core.io.clock import ClipRange
from dreamdance_core.io.maps import read_clip_mask
from dreamdance_core.io.splat_files import read_splats
from dreamdance_core.io.video import read_clip

pytestmark = pytest.mark.server
_ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def object_info(comfyui):
    return comfyui.get("/object_info")


@pytest.fixture
def shipped(convert, object_info):
    def load(name: str) -> dict:
        return convert(json.loads((_ROOT / "workflows" / f"{name}.json").read_text()), object_info)

    return load


def _node(prompt: dict, kind: str) -> str:
    """The id of the only node of a kind."""
    (found,) = (key for key, node in prompt.items() if node["class_type"] == kind)
    return found


def _reduced(prompt: dict, path_frames: int = 6) -> dict:
    """The same graph in a size for tests."""
    small = {
        "DreamDanceLoadSample": {"frames": 12},
        "DreamDanceSpiralSceneInpaint": {"long_side": 256, "views": 2},
        "DreamDanceTrainGaussians": {"iterations": 12, "max_side": 192},
        "DreamDanceCameraPath": {"frames": path_frames},
    }
    for node in prompt.values():
        node["inputs"].update(small.get(node["class_type"], {}))
    return prompt


def _decoded(server, outputs: dict, node: str) -> tuple[np.ndarray, float, bool]:
    """Frames, frame rate and whether there is sound, of the video that SaveVideo wrote."""
    (entry,) = outputs[node]["images"]
    path = server.base / entry["type"] / entry["subfolder"] / entry["filename"]
    with av.open(io.BytesIO(path.read_bytes())) as container:
        rate = float(container.streams.video[0].average_rate)
        frames = np.stack([frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)])
        return frames, rate, bool(container.streams.audio)


def test_the_pack_is_loaded_whole(comfyui, object_info):
    log = comfyui.log_text()
    assert "IMPORT FAILED" not in log and "Error while calling comfy_entrypoint" not in log
    ours = [name for name in object_info if name.startswith("DreamDance")]
    assert len(ours) == len(list((_ROOT / "web" / "docs").glob("*.md"))) >= 25
    assert all(object_info[name]["python_module"] == "custom_nodes.dreamdance" for name in ours)


def test_web_files_help_and_locales_are_served(comfyui, object_info):
    scripts = [path for path in comfyui.get("/extensions") if "dreamdance" in path]
    assert scripts == ["/extensions/dreamdance/dreamdance.js"]  # nothing else loads at start
    assert b"ScenePanel" in comfyui.get_bytes("/extensions/dreamdance/scene.mjs")
    assert b"registerExtension" in comfyui.get_bytes(scripts[0])
    for name in object_info:
        if name.startswith("DreamDance"):
            assert comfyui.get_bytes(f"/extensions/dreamdance/docs/{name}.md").startswith(b"# ")
    locales = comfyui.get("/i18n")
    assert {"en", "ja", "zh"} <= set(locales)
    assert locales["ja"]["nodeDefs"]["DreamDancePuppet"]["inputs"]["background"]["name"]


def test_quick_workflow_reduced(comfyui, shipped):
    prompt = _reduced(shipped("animate_quick"))
    run = comfyui.run(prompt, timeout=300)
    assert run.ending == "execution_success", run.error
    frames, rate, sound = _decoded(comfyui, run.outputs, _node(prompt, "SaveVideo"))
    assert frames.shape[0] == 12 and max(frames.shape[1:3]) == 256 and rate == 24 and sound
    assert frames.std() > 20 and np.abs(np.diff(frames.astype(int), axis=0)).mean() > 0.5
    reporting = {data["node"] for data in run.of("progress")}
    for kind in ("EstimateCamera", "SpiralSceneInpaint", "TrainGaussians", "RenderBackground"):
        assert _node(prompt, f"DreamDance{kind}") in reporting, kind
    assert run.previews > 0
    (scene,) = run.outputs[_node(prompt, "DreamDanceRenderBackground")]["dreamdance_scene"]
    assert scene["total"] == 12 and len(scene["cameras"]) == 12
    splats, pictures = (
        comfyui.get_bytes("/view?" + urlencode(file)) for file in (scene["splat"], scene["frames"]["file"])
    )
    assert len(splats) == 32 * scene["count"] and len(pictures) == sum(scene["frames"]["sizes"])


def test_the_same_prompt_again_is_cached(comfyui, shipped):
    prompt = _reduced(shipped("animate_quick"))
    run = comfyui.run(prompt, timeout=300)
    assert run.ending == "execution_success"
    (cached,) = run.of("execution_cached")
    expensive = {_node(prompt, f"DreamDance{kind}") for kind in ("EstimateCamera", "TrainGaussians", "Puppet")}
    assert expensive <= set(cached["nodes"])


@pytest.mark.parametrize("name", ["scene_only", "camera_by_hand"])
def test_other_workflows_reduced(comfyui, shipped, name):
    prompt = _reduced(shipped(name))
    run = comfyui.run(prompt, timeout=300)
    assert run.ending == "execution_success", run.error
    frames, _, _ = _decoded(comfyui, run.outputs, _node(prompt, "SaveVideo"))
    assert frames.std() > 20
    if name == "scene_only":
        shown = run.outputs[_node(prompt, "PreviewGaussianSplat")]["result"][0]  # the host's own viewer's file
        header = comfyui.get_bytes("/view?" + urlencode({"filename": shown, "type": "temp"}))[:2000]
        (scene,) = run.outputs[_node(prompt, "DreamDanceTrainGaussians")]["dreamdance_scene"]
        assert f"element vertex {scene['count']}\n".encode() in header and b"f_dc_0" in header


def _near(frames: np.ndarray, colour: tuple[int, int, int]) -> np.ndarray:
    """Bool: the pixels that are close to a colour."""
    return (np.abs(frames.astype(int) - colour) < 45).all(-1)


_SKIRT, _JACKET = (190, 50, 60), (250, 160, 50)  # of the two sample characters


def test_custom_scene_reduced(comfyui, shipped):
    """One scene, saved by the host, seen by its renderer, and shot twice with the character in it."""
    prompt = _reduced(shipped("custom_scene"), path_frames=12)
    run = comfyui.run(prompt, timeout=600)
    assert run.ending == "execution_success", run.error
    shots = [_decoded(comfyui, run.outputs, key)[0] for key in prompt if prompt[key]["class_type"] == "SaveVideo"]
    assert len(shots) == 2 and all(len(frames) == 12 and frames.std() > 20 for frames in shots)
    assert all(_near(shot, _SKIRT).sum((1, 2)).min() > 100 for shot in shots), "the character is there"
    assert np.abs(shots[0][0].astype(int) - shots[1][0]).mean() < 4, "both start at the scene's first camera"
    assert np.abs(shots[0][-1].astype(int) - shots[1][-1]).mean() > 6
    saved = comfyui.base / "output" / run.outputs[_node(prompt, "SaveGaussianSplat")]["result"][0]
    assert saved.suffix == ".ply" and len(read_splats(saved)) > 10000
    (entry,) = run.outputs[_node(prompt, "PreviewImage")]["images"]
    host = np.asarray(Image.open(comfyui.base / entry["type"] / entry["subfolder"] / entry["filename"]).convert("RGB"))
    assert host.shape == shots[0][0].shape and host.std() > 20


def test_replace_character_reduced(comfyui, shipped):
    """The clip's own pictures, but where its person was: there the character moves."""
    prompt = _reduced(shipped("replace_character"))
    run = comfyui.run(prompt, timeout=300)
    assert run.ending == "execution_success", run.error
    frames, rate, sound = _decoded(comfyui, run.outputs, _node(prompt, "SaveVideo"))
    clip = (read_clip(_ROOT / "samples" / "dance.mp4", ClipRange(frames=12)).frames.numpy() * 255).astype(int)
    assert frames.shape == clip.shape and rate == 24 and sound
    off = np.abs(frames - clip).max(-1)
    person = read_clip_mask(_ROOT / "samples" / "dance.person_mask.npz", ClipRange(frames=12)).numpy() > 0.5
    assert np.median(off[person]) > 40, "another figure"
    columns = np.flatnonzero(~person.any((0, 1)))
    far = columns[np.abs(columns[:, None] - np.flatnonzero(person.any((0, 1)))).min(1) > 60]
    assert len(far) > 20 and np.percentile(off[:, :, far], 99) < 24, "the same place"
    assert np.abs(np.diff(frames.astype(int), axis=0)).mean() > 0.5
    (said,) = run.outputs[_node(prompt, "DreamDanceRemoveCharacter")]["text"]
    assert "camera" in said and "painted" in said


def test_two_characters_reduced(comfyui, shipped):
    prompt = _reduced(shipped("two_characters"))
    run = comfyui.run(prompt, timeout=600)
    assert run.ending == "execution_success", run.error
    frames, rate, sound = _decoded(comfyui, run.outputs, _node(prompt, "SaveVideo"))
    assert len(frames) == 12 and rate == 24 and sound
    places = []
    for colour in (_SKIRT, _JACKET):
        found = _near(frames, colour)
        assert found.sum((1, 2)).min() > 60
        places.append(found.nonzero()[2].mean() / frames.shape[2])
    assert places[0] < 0.5 < places[1]
    assert np.abs(np.diff(frames.astype(int), axis=0)).mean() > 0.5


def test_white_background_reduced(comfyui, shipped):
    """White is exactly white where the character is not, in the PNG frames; they and the WebM carry its alpha."""
    prompt = _reduced(shipped("white_background"))
    run = comfyui.run(prompt, timeout=300)
    assert run.ending == "execution_success", run.error
    entries = run.outputs[_node(prompt, "SaveImage")]["images"]
    assert len(entries) == 12
    pictures = [comfyui.base / entry["type"] / entry["subfolder"] / entry["filename"] for entry in entries]
    alone = np.stack([np.asarray(Image.open(picture)) for picture in pictures])
    outside = alone[..., 3] == 0
    assert alone.shape[-1] == 4 and 0.5 < outside.mean() < 0.95 and alone[..., 3].max() == 255
    assert (alone[outside][:, :3] == 255).all()
    edge = (alone[..., 3] > 40) & (alone[..., 3] < 200)
    assert edge.sum() > 100 and np.median(alone[edge][:, :3].min(-1)) < 160, "no white in the edges' own colours"
    frames, _, sound = _decoded(comfyui, run.outputs, _node(prompt, "SaveVideo"))
    assert frames.shape[:3] == alone.shape[:3] and sound and np.percentile(frames[outside], 1) > 240
    assert (frames[:, :20, :20] >= 254).all()
    (film,) = run.outputs[_node(prompt, "SaveWEBM")]["images"]
    with av.open(str(comfyui.base / film["type"] / film["subfolder"] / film["filename"])) as container:
        assert container.streams.video[0].metadata["alpha_mode"] == "1"


def _up_to(prompt: dict, node: str, sink: dict) -> dict:
    """Only what a node needs, and a cheap output node behind it."""
    wanted, todo = {}, [node]
    while todo:
        key = todo.pop()
        wanted[key] = prompt[key]
        todo += [value[0] for value in prompt[key]["inputs"].values() if isinstance(value, list)]
    return wanted | {"900": sink}


def _cameras_sink(source: list) -> dict:
    inputs = {"cameras": source, "filename_prefix": "t", "format": "camera.json"}
    return {"class_type": "DreamDanceSaveCameras", "inputs": inputs}


_INTERRUPTED = {  # node: its workflow, the changes that make it run anew, its camera output (or none)
    "EstimateCamera": ("animate_quick", {"focal": 500.0}, 0),
    "SpiralSceneInpaint": ("scene_only", {"seed": 11}, 3),
    "TrainGaussians": ("scene_only", {"iterations": 400, "seed": 12}, None),
}


@pytest.mark.parametrize("kind", list(_INTERRUPTED))
def test_interrupted_and_run_again(comfyui, shipped, kind):
    """Cancelling in the middle of a heavy node ends the run; the server then does the work as if nothing had been."""
    name, changes, slot = _INTERRUPTED[kind]
    prompt = _reduced(shipped(name))
    node = _node(prompt, f"DreamDance{kind}")
    if slot is None:
        sink = {"class_type": "PreviewAny", "inputs": {"source": [node, 1]}}
    else:
        sink = _cameras_sink([node, slot])
    prompt = _up_to(prompt, node, sink)
    prompt[node]["inputs"].update(changes)
    run = comfyui.run(prompt, interrupt_at=node, timeout=300)
    assert run.ending == "execution_interrupted"
    assert run.of("execution_interrupted")[0]["node_id"] == node
    if kind == "TrainGaussians":
        prompt[node]["inputs"]["iterations"] = 5
    again = comfyui.run(prompt, timeout=300)
    assert again.ending == "execution_success", again.error
    assert "900" in again.outputs


def _save(source: list, kind: str = "SaveImage") -> dict:
    return {"class_type": kind, "inputs": {"images": source, "filename_prefix": "t"}}


def _fails_with(server, prompt: dict) -> str:
    run = server.run(prompt, timeout=120)
    assert run.ending == "execution_error", run.ending
    return run.error


def test_no_character(comfyui):
    inputs = {"width": 160, "height": 96, "batch_size": 1, "color": 8421504}
    prompt = {"1": {"class_type": "EmptyImage", "inputs": inputs}}
    segment = {"image": ["1", 0], "backend": "u2net_small", "invert_mask": False, "download": False}
    prompt["2"] = {"class_type": "DreamDanceSegmentCharacter", "inputs": segment}
    prompt["3"] = _save(["2", 0])
    assert _fails_with(comfyui, prompt).startswith("No character found")


@pytest.mark.parametrize(("kind", "sentence"), [("empty", "empty clip"), ("nan", "NaN or infinite")])
def test_an_empty_clip_and_nan_from_another_node(comfyui, object_info, kind, sentence):
    """Nodes that take a clip name the fault, instead of failing somewhere inside."""
    broken = {"class_type": "UnusableImages", "inputs": {"kind": kind}}
    widgets = {
        name: spec[1].get("default", (spec[1].get("options") or [None])[0])
        for name, spec in object_info["DreamDanceExtractPose"]["input"]["required"].items()
        if name != "images"
    }
    pose = {"class_type": "DreamDanceExtractPose", "inputs": widgets | {"images": ["1", 0]}}
    assert sentence in _fails_with(comfyui, {"1": broken, "2": pose, "3": _save(["2", 1])})
    mask = {"class_type": "SolidMask", "inputs": {"value": 1.0, "width": 160, "height": 96}}
    paste = {"video": ["1", 0], "background": ["1", 0], "mask": ["4", 0], "feather": 4}
    prompt = {"1": broken, "4": mask, "2": {"class_type": "DreamDancePasteBack", "inputs": paste}, "3": _save(["2", 0])}
    assert sentence in _fails_with(comfyui, prompt)


def test_sizes_and_lengths_that_do_not_match(comfyui):
    picture = {"class_type": "EmptyImage", "inputs": {"width": 160, "height": 96, "batch_size": 3, "color": 255}}
    mask = {"class_type": "SolidMask", "inputs": {"value": 1.0, "width": 64, "height": 64}}
    paste = {"video": ["1", 0], "background": ["1", 0], "mask": ["2", 0], "feather": 4}
    prompt = {
        "1": picture,
        "2": mask,
        "3": {"class_type": "DreamDancePasteBack", "inputs": paste},
        "4": _save(["3", 0]),
    }
    error = _fails_with(comfyui, prompt)
    assert "mask must be 160x96 px like its pictures" in error and "got 64x64" in error


def test_files_that_are_not_there_or_wrong(comfyui):
    (comfyui.base / "input" / "broken.json").write_text("{not json")
    (comfyui.base / "input" / "list.json").write_text('{"a": 1}')

    def load(kind: str, path: str) -> str:
        loader = {"path": path, "width": 640, "height": 384, "fps": 0.0, "frames": 0}
        if kind == "DreamDanceLoadPose":
            loader = {"path": path}
            prompt = {"1": {"class_type": kind, "inputs": loader}, "2": _save(["1", 1])}
        else:
            prompt = {"1": {"class_type": kind, "inputs": loader}}
            save = {"cameras": ["1", 0], "filename_prefix": "t", "format": "camera.json"}
            prompt["2"] = {"class_type": "DreamDanceSaveCameras", "inputs": save}
        return _fails_with(comfyui, prompt)

    for kind in ("DreamDanceLoadPose", "DreamDanceLoadCameras"):
        assert "'nothing.json' is not a file in" in load(kind, "nothing.json")
        assert "'../../etc/passwd' is not a file in" in load(kind, "../../etc/passwd")
        assert "broken.json" in load(kind, "broken.json")
        assert load(kind, "list.json")


def test_missing_weights_name_file_folder_and_command(comfyui, object_info):
    names = object_info["DreamDanceEstimateDepth"]["input"]["required"]["backend"][1]["options"]
    networks = [name for name in names if name not in ("auto", "room_box")]
    assert networks, "no depth network is registered"
    picture = {"class_type": "EmptyImage", "inputs": {"width": 160, "height": 96, "batch_size": 1, "color": 255}}
    depth = {"images": ["1", 0], "backend": networks[0], "near": 1.0, "far": 10.0, "brighter_is_nearer": True}
    prompt = {"1": picture, "2": {"class_type": "DreamDanceEstimateDepth", "inputs": depth | {"download": False}}}
    prompt["3"] = _save(["2", 1])
    message = _fails_with(comfyui, prompt)
    assert "dreamdance weights get" in message and "dreamdance" in message


def test_a_value_out_of_range_is_refused_at_once(comfyui):
    picture = {"class_type": "EmptyImage", "inputs": {"width": 160, "height": 96, "batch_size": 1, "color": 255}}
    paste = {"video": ["1", 0], "background": ["1", 0], "mask": ["2", 0], "feather": -5}
    mask = {"class_type": "SolidMask", "inputs": {"value": 1.0, "width": 160, "height": 96}}
    prompt = {
        "1": picture,
        "2": mask,
        "3": {"class_type": "DreamDancePasteBack", "inputs": paste},
        "4": _save(["3", 0]),
    }
    answer = comfyui.post("/prompt", {"prompt": prompt, "client_id": "t"})
    assert answer["node_errors"]["3"]["errors"][0]["type"] == "value_smaller_than_min"


@pytest.mark.timeout(1800)
def test_quick_workflow_as_shipped(comfyui, shipped):
    """Once, in full: the clip's length and rate, its sound, the canvas, a character that is there and moves."""
    prompt = shipped("animate_quick")
    run = comfyui.run(prompt, timeout=1740)
    assert run.ending == "execution_success", run.error
    frames, rate, sound = _decoded(comfyui, run.outputs, _node(prompt, "SaveVideo"))
    assert frames.shape[0] == 48 and rate == 24 and sound
    assert min(frames.shape[1:3]) >= 384 and all(side % 16 == 0 for side in frames.shape[1:3])
    assert "Traceback" not in comfyui.log_text().split("got prompt")[-1]
