"""The shipped workflows wire the clip's frame rate and sound through to the video that is written (trap 12)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

_WORKFLOWS = sorted((Path(__file__).resolve().parents[2] / "workflows").glob("*.json"))
_RATE_OF = {
    "CreateVideo": "fps",
    "VHS_VideoCombine": "frame_rate",
    "DreamDanceLongVideoInpaint": "fps",
    "DreamDanceEstimateCamera": "fps",
}
_RATES = {"fps", "fps🟦"}


def _sources(workflow: dict) -> dict[int, tuple[dict, int]]:
    """Link -> the node it comes from, and which output."""
    nodes = {node["id"]: node for node in workflow["nodes"]}
    return {link: (nodes[node], slot) for link, node, slot, *_ in workflow["links"]}


@pytest.mark.parametrize("path", _WORKFLOWS, ids=lambda path: path.stem)
def test_rate_and_sound_reach_the_video(path):
    workflow = json.loads(path.read_text(encoding="utf-8"))
    sources = _sources(workflow)
    has_sound = any(
        output["name"] in ("driving", "IMAGE") and output["links"] and "audio" in [o["name"] for o in node["outputs"]]
        for node in workflow["nodes"]
        for output in node["outputs"]
    )
    sinks = [node for node in workflow["nodes"] if node["type"] in _RATE_OF]
    assert any(node["type"] != "DreamDanceEstimateCamera" for node in sinks)
    for node in sinks:
        inputs = {socket["name"]: socket.get("link") for socket in node["inputs"]}
        source, slot = sources[inputs[_RATE_OF[node["type"]]]]
        assert source["outputs"][slot]["name"] in _RATES, node["type"]
        if has_sound and "audio" in inputs:
            source, slot = sources[inputs["audio"]]
            assert source["outputs"][slot]["type"] == "AUDIO", node["type"]
