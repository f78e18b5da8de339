"""The workflow with other packs' nodes in headless Chromium, with the packs' nodes and without them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

pytestmark = pytest.mark.browser
_ROOT = Path(__file__).resolve().parents[2]
_SHOTS = _ROOT / "dreamdance_out" / "tests"
_TYPES = "() => window.app.graph._nodes.map(n => [n.type, Boolean(window.LiteGraph.registered_node_types[n.type])])"


def _open(page, workflow: dict) -> list[list]:
    page.complaints.clear()
    page.evaluate("workflow => window.app.loadGraphData(workflow)", workflow)
    page.wait_for_function(
        "count => window.app.graph._nodes.length === count", arg=len(workflow["nodes"]), timeout=60_000
    )
    page.wait_for_timeout(1500)
    return page.evaluate(_TYPES)


@pytest.fixture
def workflow() -> dict:
    return json.loads((_ROOT / "workflows" / "mixed_community.json").read_text())


def _ours_work(page) -> None:
    """The prompt can be made, our widgets hold what is stored, and nothing of ours complains."""
    stored = page.evaluate("async () => (await window.app.graphToPrompt())")
    (clock,) = (n for n in stored["workflow"]["nodes"] if n["type"] == "DreamDanceResampleClip")
    assert clock["widgets_values"] == [30, 24, 0, 0, 1]
    assert not [text for text in page.complaints if text.startswith("page:") or "dreamdance" in text.lower()]


def test_it_opens_with_the_packs(page, workflow):
    types = _open(page, workflow)
    assert all(known for kind, known in types if kind != "MarkdownNote")
    _ours_work(page)
    page.evaluate("() => window.app.extensionManager.command.execute('Comfy.Canvas.FitView')")
    page.wait_for_timeout(1500)
    _SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=str(_SHOTS / "mixed_community.png"))


def test_it_opens_without_the_packs(page, workflow):
    """Unknown nodes stay in the graph as they are; the host says which are missing."""
    for node in workflow["nodes"]:
        if node["type"].startswith(("VHS_", "ADE_", "DWPre", "CameraPoseV")):
            node["type"] = f"Missing{node['type']}"
    types = _open(page, workflow)
    assert sum(kind.startswith("Missing") and not known for kind, known in types) == 6
    assert all(known for kind, known in types if kind.startswith("DreamDance"))
    _ours_work(page)
    page.screenshot(path=str(_SHOTS / "mixed_community_missing.png"))
    page.keyboard.press("Escape")
