"""Every node says what it is: ids, tooltips with their truth, help pages, locales."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parents[2]


def _inputs(schema):
    for top in schema.inputs:
        yield top
        for option in getattr(top, "options", None) or []:
            yield from getattr(option, "inputs", [])


@pytest.fixture(scope="module")
def schemas(pack):
    return {node.GET_SCHEMA().node_id: node.GET_SCHEMA() for node in pack.nodes.NODES}


def test_all_nodes_of_the_design_are_there(schemas):
    designed = """
    LoadSample SegmentCharacter ExtractPose SavePose LoadPose EditPose PickPerson EstimateDepth CaptionScene
    RetargetPose EstimateCamera CameraPath LoadCameras SaveCameras CamerasToLoad3D CamerasToCameraCtrl CamerasToWan
    SpiralSceneInpaint TrainGaussians RenderBackground LoadModel GatedVideoInpaint TemporalAggregate
    ComposeControlVideo PasteBack Puppet LoadScene PlaceCameras SmoothPose ResampleClip"""
    assert {f"DreamDance{name}" for name in designed.split()} <= set(schemas)


def test_every_node_is_described(schemas):
    for name, schema in schemas.items():
        assert schema.category.startswith("DreamDance/"), name
        assert len(schema.description) > 30, name
        assert schema.search_aliases, name
        assert schema.display_name and not schema.display_name.startswith("DreamDance"), name
        for item in _inputs(schema):
            assert item.tooltip and len(item.tooltip) > 10, f"{name}.{item.id} has no tooltip"
        for output in schema.outputs:
            assert output.display_name and output.tooltip, f"{name}: an output without a name or tooltip"


def test_help_pages_name_every_input_and_output(schemas):
    pages = {path.stem: path.read_text() for path in (_ROOT / "web" / "docs").glob("*.md")}
    assert set(pages) == set(schemas)
    for name, schema in schemas.items():
        for item in [*_inputs(schema), *schema.outputs]:
            label = getattr(item, "display_name", None) or item.id
            assert f"`{label}`" in pages[name] or f"`{item.id}`" in pages[name], f"{name}.md does not name {item.id}"


def english(schemas) -> dict:
    """The English locale, straight from the schemas."""
    table = {}
    for name, schema in schemas.items():
        inputs = {item.id: {"name": item.display_name or item.id, "tooltip": item.tooltip} for item in _inputs(schema)}
        outputs = {str(i): {"name": o.display_name, "tooltip": o.tooltip} for i, o in enumerate(schema.outputs)}
        entry = {"display_name": schema.display_name, "description": schema.description}
        table[name] = entry | {"inputs": inputs, "outputs": outputs}
    return table


def test_english_locale_is_the_schemas(schemas):
    """Run with DREAMDANCE_WRITE_LOCALES=1 to write it anew."""
    path = _ROOT / "locales" / "en" / "nodeDefs.json"
    if os.environ.get("DREAMDANCE_WRITE_LOCALES"):
        path.write_text(json.dumps(english(schemas), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    assert json.loads(path.read_text(encoding="utf-8")) == english(schemas)


@pytest.mark.parametrize("language", ["ja", "zh"])
def test_other_locales_translate_everything(schemas, language):
    table = json.loads((_ROOT / "locales" / language / "nodeDefs.json").read_text(encoding="utf-8"))
    source = english(schemas)
    assert set(table) == set(source)
    for name, entry in source.items():
        assert table[name]["display_name"] and table[name]["description"] != entry["description"]
        for part in ("inputs", "outputs"):
            assert set(table[name][part]) == set(entry[part]), f"{language}: {name}.{part}"
            for key, value in entry[part].items():
                mine = table[name][part][key]
                assert mine["name"] and mine["tooltip"] and mine["tooltip"] != value["tooltip"], f"{name}.{key}"


def test_an_older_host_is_named(pack):
    with pytest.raises(ImportError, match=r"needs ComfyUI 0\.30\.0 or newer, this is 0\.29\.3"):
        pack.nodes.check_host_version("0.29.3")
    for version in ("0.30.0", "0.30", "0.31.0rc1", "1.0.0"):
        pack.nodes.check_host_version(version if version != "0.30" else "0.30.0")


def test_the_entry_point_has_no_v1_mappings(pack):
    """A module with NODE_CLASS_MAPPINGS never has its entry point called."""
    assert not hasattr(pack, "NODE_CLASS_MAPPINGS")
    assert (_ROOT / pack.WEB_DIRECTORY / "dreamdance.js").is_file()
    assert [path.name for path in (_ROOT / "web").rglob("*.js")] == ["dreamdance.js"]
