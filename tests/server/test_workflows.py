"""Every file in workflows/: what a user's ComfyUI, its template browser and its manager need to open and queue it."""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from pathlib import Path

import pytest
from PIL import Image

pytestmark = pytest.mark.server
_ROOT = Path(__file__).resolve().parents[2]
_NAMES = sorted(path.stem for path in (_ROOT / "workflows").glob("*.json"))
_NOTES = ("MarkdownNote", "Note")
_OURS, _HOST = "dreamdance", "comfy-core"
_WEIGHTS = (".safetensors", ".sft", ".pth", ".pt", ".ckpt", ".bin", ".gguf", ".onnx", ".torchscript")
_MODEL_LINK = re.compile(r"https://huggingface\.co/[\w.-]+/[\w.-]+/resolve/[\w.-]+/[\w./-]+")
_TITLE_BAR = 30  # px above a node's position


@pytest.fixture(scope="module")
def object_info(comfyui):
    return comfyui.get("/object_info")


@pytest.fixture(params=_NAMES)
def name(request) -> str:
    return request.param


@pytest.fixture
def workflow(name) -> dict:
    return json.loads((_ROOT / "workflows" / f"{name}.json").read_text(encoding="utf-8"))


def _steps(workflow: dict) -> list[dict]:
    return [node for node in workflow["nodes"] if node["type"] not in _NOTES]


def _said(workflow: dict) -> str:
    return "\n".join(node["widgets_values"][0] for node in workflow["nodes"] if node["type"] == "MarkdownNote")


def _missing(workflow: dict, object_info: dict) -> set[str]:
    """Node types of packs that the test server does not have."""
    return {node["type"] for node in _steps(workflow)} - set(object_info)


def test_the_file_is_whole(workflow):
    """Version 0.4, unique ids, and links that both of their ends know."""
    assert workflow["version"] == 0.4
    nodes = {node["id"]: node for node in workflow["nodes"]}
    assert len(nodes) == len(workflow["nodes"]) and max(nodes) <= workflow["last_node_id"]
    links = {link[0]: link[1:] for link in workflow["links"]}
    assert len(links) == len(workflow["links"]) and max(links) <= workflow["last_link_id"]
    for key, (source, slot, target, place, kind) in links.items():
        output, socket = nodes[source]["outputs"][slot], nodes[target]["inputs"][place]
        assert key in output["links"] and socket["link"] == key, key
        assert output["type"] == kind and (kind in socket["type"].split(",") or "*" in (kind, socket["type"])), key
    used = [key for node in nodes.values() for output in node.get("outputs", []) for key in output["links"] or []]
    used += [s["link"] for node in nodes.values() for s in node.get("inputs", []) if s.get("link") is not None]
    assert Counter(used) == Counter(2 * list(links)), "a node names a link that is not in the list"


def test_its_nodes_are_those_of_today(workflow, object_info):
    """Sockets by name, order and type as the definitions have them, and where each node comes from."""
    version = re.search(r'^version = "(.+)"', (_ROOT / "pyproject.toml").read_text(), re.M)[1]
    for node in _steps(workflow):
        kind, properties = node["type"], node["properties"]
        assert properties["Node name for S&R"] == kind
        origin = _OURS if kind.startswith("DreamDance") else properties["cnr_id"]
        assert properties["cnr_id"] == origin
        if origin == _OURS:
            assert properties["ver"] == version
        if origin == _HOST:
            assert properties["ver"].startswith("0.30.")
        if kind not in object_info:
            continue
        defined = object_info[kind]
        inputs = {**defined["input"].get("required", {}), **defined["input"].get("optional", {})}
        stored = [socket["name"] for socket in node.get("inputs", [])]
        plain = [name for name in stored if "." not in name]
        assert plain == [name for name in inputs if name in plain], kind
        assert all(name.split(".")[0] in inputs for name in stored), kind
        assert [socket["type"] for socket in node["outputs"]] == defined["output"][: len(node["outputs"])], kind
        assert [socket["name"] for socket in node["outputs"]] == defined["output_name"][: len(node["outputs"])], kind


def test_the_host_takes_it(comfyui, convert, object_info, workflow):
    """It converts, widget by widget, and validates; only model files may be missing, and packs that its note names."""
    for kind in _missing(workflow, object_info):
        (origin,) = {node["properties"]["cnr_id"] for node in _steps(workflow) if node["type"] == kind}
        assert origin not in (_OURS, _HOST), f"{kind} is no node of this host or this pack"
        assert origin.lower() in _said(workflow).lower(), f"the note must name the pack {origin}"
    if _missing(workflow, object_info):
        return
    for sample in (_ROOT / "samples").iterdir():
        if f"samples/{sample.name}" in _said(workflow):  # the note asks to put it into input/
            shutil.copy(sample, comfyui.base / "input")
    answer = comfyui.post("/validate", {"prompt": convert(workflow, object_info)})
    for key, told in answer["node_errors"].items():
        for error in told["errors"]:
            value = str(error["extra_info"].get("received_value", ""))
            missing_file = error["type"] == "value_not_in_list" and value.endswith(_WEIGHTS)
            assert missing_file, f"node {key}, {told['class_type']}: {error['message']}: {error['details']}"
    assert answer["valid"] or answer["node_errors"], answer["error"]


def test_models_have_links(workflow):
    """Whatever file a loader names can be downloaded from where the node says, into the folder it says."""
    for node in _steps(workflow):
        if node["type"] == "DreamDanceLoadModel":
            assert "weights are not public" in _said(workflow)
            continue
        values = node.get("widgets_values") or []
        values = values.values() if isinstance(values, dict) else values
        files = {v for v in values if isinstance(v, str) and v.endswith(_WEIGHTS)}
        if node["properties"]["cnr_id"] not in (_OURS, _HOST) and not node["properties"].get("models"):
            continue  # packs that fetch their own models
        models = {model["name"]: model for model in node["properties"].get("models", [])}
        assert {Path(file).name for file in files} == set(models), node["type"]
        for file, model in models.items():
            assert _MODEL_LINK.fullmatch(model["url"]) and model["url"].endswith(f"/{file}"), model
            assert re.fullmatch(r"[a-z0-9_]+(/[\w.-]+)*", model["directory"]), model


def test_the_layout_can_be_read(workflow):
    """No node over another; every group holds nodes whole; titles are plain words."""
    boxes = []
    for node in workflow["nodes"]:
        (x, y), (width, height) = node["pos"], node["size"]
        boxes.append((node, x, y - _TITLE_BAR, x + width, y + height))
        assert re.fullmatch(r"[A-Za-z0-9 ,.:;'()+-]{1,60}", node.get("title", "none")), node["title"]
    for index, (node, *a) in enumerate(boxes):
        for other, *b in boxes[index + 1 :]:
            apart = a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]
            assert apart, f"{node['id']} {node['type']} lies over {other['id']} {other['type']}"
    for group in workflow["groups"]:
        left, top, width, height = group["bounding"]
        inside = 0
        for node, *box in boxes:
            whole = left <= box[0] and top <= box[1] and box[2] <= left + width and box[3] <= top + height
            apart = box[2] <= left or left + width <= box[0] or box[3] <= top or top + height <= box[1]
            assert whole or apart, f"{node['id']} {node['type']} sticks out of group {group['title']!r}"
            inside += whole
        assert inside, f"group {group['title']!r} is empty"


def test_the_note_explains_it(workflow):
    text = _said(workflow)
    assert text.startswith("## ") and len(text) > 200
    assert "→" not in text and "…" not in text.split("\n")[0]


def test_it_is_a_template_with_a_picture(comfyui, name):
    assert name in comfyui.get("/workflow_templates")[_OURS]
    picture = _ROOT / "workflows" / f"{name}.jpg"
    assert comfyui.get_bytes(f"/api/workflow_templates/{_OURS}/{name}.jpg") == picture.read_bytes()
    assert json.loads(comfyui.get_bytes(f"/api/workflow_templates/{_OURS}/{name}.json"))["version"] == 0.4
    with Image.open(picture) as thumbnail:
        thumbnail.load()
        assert thumbnail.format == "JPEG" and 300 <= thumbnail.width <= 2000 and thumbnail.height >= 150
    assert 3_000 < picture.stat().st_size < 300_000


def test_a_picture_has_its_workflow():
    assert sorted(path.stem for path in (_ROOT / "workflows").glob("*.jpg")) == _NAMES
