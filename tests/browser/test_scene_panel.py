"""The scene panel in headless Chromium, on a real run: splats, path and frustums, looking through cameras, comparing.

The cameras' K is off-centre and not square, so that only the exact projection puts the scene where the renderer did.
"""

from __future__ import annotations

import io
import json
import math
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from dreamdance_core.geometry.pinhole import intrinsics
from dreamdance_core.io.path_text import parse_keys
from dreamdance_core.types import Cameras

pytestmark = pytest.mark.browser
_ROOT = Path(__file__).resolve().parents[2]
_SHOTS = _ROOT / "dreamdance_out" / "tests"
_TRAIN, _RENDER = 6, 7  # ids in workflows/scene_only.json
_FRAMES = 8
_INK = {"path": (127, 184, 255), "frustum": (77, 134, 198), "current": (255, 194, 77)}

_PANEL = "window.app.graph.getNodeById(id).dreamdancePanels.dreamdance_scene"
_HAVE_PANELS = "ids => ids.every(id => window.app.graph.getNodeById(id).dreamdancePanels?.dreamdance_scene?.payload)"
_CENTRE = """id => {
    const canvas = window.app.canvas, node = canvas.graph.getNodeById(id);
    canvas.ds.scale = 1;
    canvas.ds.offset = [600 - node.pos[0], 90 - node.pos[1]]; // the node's corner, px on the screen
    canvas.setDirty(true, true);
}"""
_PROMPT = "async () => JSON.parse(JSON.stringify(await window.app.graphToPrompt()))"  # as it would be sent
_SETTLED = f"""id => {{
    const panel = {_PANEL};
    return panel.viewer && !panel.asked && !panel.opening && panel.drawn === panel.index
        && panel.stage.getAttribute('aria-busy') === 'false';
}}"""


def _path() -> dict:
    """A path of 8 cameras that moves and turns, 160x224, with fx != fy and the principal point off the centre."""
    cameras = []
    for i in range(_FRAMES):
        c, s = math.cos(0.02 * i), math.sin(0.02 * i)
        c2w = [[c, 0, s, -0.03 * i], [0, 1, 0, -0.01 * i], [-s, 0, c, 0.02 * i], [0, 0, 0, 1]]
        cameras.append({"c2w": c2w, "K": [[205, 0, 66], [0, 190, 124], [0, 0, 1]]})
    return {"version": 1, "width": 160, "height": 224, "fps": 12, "cameras": cameras}


def _tiny_workflow() -> dict:
    """workflows/scene_only.json made small, its path read from scene_panel.json and rendered as it stands."""
    workflow = json.loads((_ROOT / "workflows" / "scene_only.json").read_text())
    nodes = {node["id"]: node for node in workflow["nodes"] if node["type"] != "MarkdownNote"}
    scene, train, path = nodes[5], nodes[_TRAIN], nodes[4]
    scene["widgets_values"][4:6] = [256, 2]  # long_side, views
    train["widgets_values"][0] = 12
    path.update(type="DreamDanceLoadCameras", inputs=[], widgets_values=["scene_panel.json", 0, 0, 0.0, 0])
    path["outputs"][0]["links"] = [4, 7]
    scene["outputs"][3]["links"] = [13]
    workflow["links"] = [[7, 4, 0, _RENDER, 1, link[5]] if link[0] == 7 else link for link in workflow["links"]]
    return workflow


@pytest.fixture(scope="module")
def ran(page, comfyui):
    """The page with both panels on it, after the run; nothing in 3D yet."""
    (comfyui.base / "input" / "scene_panel.json").write_text(json.dumps(_path()))
    page.evaluate("workflow => window.app.loadGraphData(workflow)", _tiny_workflow())
    page.wait_for_function(f"() => window.app.graph.getNodeById({_RENDER})")
    page.wait_for_timeout(1000)
    page.prompt_before = page.evaluate(_PROMPT)
    page.requests.clear()
    page.evaluate("() => window.app.queuePrompt(0, 1)")
    page.wait_for_function(_HAVE_PANELS, arg=[_TRAIN, _RENDER], timeout=480_000)
    page.evaluate(_CENTRE, _RENDER)
    page.wait_for_timeout(2000)
    return page


def _do(page, node: int, script: str):
    """Runs script with `panel` being a node's scene panel; its value."""
    return page.evaluate(f"id => {{ const panel = {_PANEL}; {script} }}", node)


def _settle(page, node: int) -> None:
    page.wait_for_function(_SETTLED, arg=node, timeout=60_000)
    page.wait_for_timeout(200)  # until it is on the screen


def _shot(page, node: int, part: str = "stage") -> np.ndarray:
    """What is on the screen inside a part of the panel, (H,W,3) in [0,1]."""
    box = _do(page, node, f"const b = panel.{part}.getBoundingClientRect(); return [b.x, b.y, b.width, b.height];")
    clip = dict(zip(("x", "y", "width", "height"), box, strict=True))
    picture = Image.open(io.BytesIO(page.screenshot(clip=clip)))
    return np.asarray(picture.convert("RGB"), dtype=np.float32) / 255


def _look_through(page, index: int, compare: int) -> np.ndarray:
    """The picture's area of Render Background's panel: compare 0 = the 3D view alone, 100 = the rendered frame."""
    _do(page, _RENDER, f"panel.byCamera.click(); panel.slider.value = {index}; panel.slider.oninput();")
    _do(page, _RENDER, f"panel.compare.value = {compare}; panel.compare.oninput();")
    _settle(page, _RENDER)
    return _shot(page, _RENDER, "frame")


def _orbit(page, node: int) -> np.ndarray:
    _do(page, node, "panel.byOrbit.click();")
    _settle(page, node)
    return _shot(page, node)


def _drawn_in(marked: np.ndarray, unmarked: np.ndarray, colour: tuple[int, int, int]) -> int:
    """How many pixels have the colour only where marks are drawn."""
    near = [np.abs(shot - np.array(colour) / 255).max(-1) < 0.03 for shot in (marked, unmarked)]
    return int((near[0] & ~near[1]).sum())


def test_before_3d_is_opened_pictures_show_and_no_library_loads(ran):
    ours = [url.split("?")[0].rsplit("/", 1)[-1] for url in ran.requests if "/extensions/dreamdance/" in url]
    assert "scene.mjs" in ours and not {"viewer.mjs", "spark.module.mjs", "three.module.mjs"} & set(ours)
    for node in (_TRAIN, _RENDER):
        assert _shot(ran, node, "picture").std() > 0.1
        assert _do(ran, node, "return panel.canvas.hidden && !panel.opener.hidden;")
    assert _do(ran, _RENDER, "return panel.counter.value;") == "1 / 8"


def test_orbit_shows_splats_path_and_frustums(ran):
    marked = _orbit(ran, _RENDER)
    _SHOTS.mkdir(parents=True, exist_ok=True)
    ran.screenshot(path=str(_SHOTS / "scene_panel_orbit.png"))
    _do(ran, _RENDER, "panel.viewer.marks.group.children.forEach(c => c.visible = false); panel.redraw();")
    _settle(ran, _RENDER)
    unmarked = _shot(ran, _RENDER)
    _do(ran, _RENDER, "panel.viewer.marks.group.children.forEach(c => c.visible = true); panel.redraw();")
    lit = (unmarked.max(-1) > 0.2).mean()
    assert 0.1 < lit < 0.95 and unmarked[unmarked.max(-1) > 0.2].std() > 0.1
    for name, colour in _INK.items():
        assert _drawn_in(marked, unmarked, colour) >= 15, name


def test_dragging_keys_and_wheel_turn_the_view_and_reset_brings_it_back(ran):
    _do(ran, _RENDER, "panel.home.click();")
    before = _orbit(ran, _RENDER)
    box = _do(ran, _RENDER, "const b = panel.stage.getBoundingClientRect(); return [b.x + b.width / 2, b.y + 80];")
    graph = ran.evaluate("() => [...window.app.canvas.ds.offset, window.app.canvas.ds.scale]")
    views = [before]

    def look() -> None:
        _settle(ran, _RENDER)
        views.append(_shot(ran, _RENDER))
        assert np.abs(views[-1] - views[-2]).mean() > 0.01, len(views)

    ran.mouse.move(*box)
    ran.mouse.down()
    ran.mouse.move(box[0] + 60, box[1] + 20, steps=4)
    ran.mouse.up()
    look()
    ran.mouse.wheel(0, 400)
    look()
    _do(ran, _RENDER, "panel.stage.focus();")
    ran.keyboard.press("ArrowLeft")
    ran.keyboard.press("ArrowLeft")
    look()
    assert ran.evaluate("() => [...window.app.canvas.ds.offset, window.app.canvas.ds.scale]") == graph
    ran.keyboard.press("Home")
    _settle(ran, _RENDER)
    inside = np.s_[10:-10, 10:-10]  # the focus is outlined
    assert np.abs(_shot(ran, _RENDER)[inside] - before[inside]).mean() < 0.002


@pytest.mark.parametrize("index", [0, 5])
def test_looking_through_a_camera_shows_its_rendered_frame(ran, index):
    live, rendered = (_look_through(ran, index, compare) for compare in (0, 100))
    other = _look_through(ran, (index + 4) % _FRAMES, 100)
    ran.screenshot(path=str(_SHOTS / f"scene_panel_camera_{index}.png"))
    top = live.shape[0] // 8  # the labels
    own, wrong = (np.abs(live - picture)[top:].mean() for picture in (rendered, other))
    assert rendered.std() > 0.1
    assert own < 0.03 and own < wrong / 2, (own, wrong)


def test_scrubbing_changes_the_view_from_outside_too(ran):
    first = _orbit(ran, _RENDER)
    _do(ran, _RENDER, "panel.slider.value = 7; panel.slider.oninput();")
    _settle(ran, _RENDER)
    assert np.abs(_shot(ran, _RENDER) - first).max() > 0.3  # the marked camera moved
    assert _do(ran, _RENDER, "return panel.counter.value;") == "8 / 8"


def test_play_runs_along_the_path_and_stops(ran):
    _do(ran, _RENDER, "panel.byCamera.click(); panel.home.click(); panel.play.click();")
    ran.wait_for_function(f"id => {_PANEL}.index >= 3", arg=_RENDER, timeout=20_000)
    _do(ran, _RENDER, "panel.play.click();")
    index = _do(ran, _RENDER, "return panel.index;")
    ran.wait_for_timeout(500)
    assert _do(ran, _RENDER, "return panel.index;") == index


def test_key_cameras_are_kept_and_handed_to_their_node(ran):
    """A camera of the path and a look from outside become keys, which the node reads as these very cameras."""
    _do(ran, _RENDER, "panel.byCamera.click(); panel.slider.value = 5; panel.slider.oninput(); panel.keys.set.click();")
    _do(ran, _RENDER, "panel.keys.set.click();")  # the same frame again: replaced, not doubled
    _do(ran, _RENDER, "panel.slider.value = 2; panel.slider.oninput(); panel.byOrbit.click(); panel.home.click();")
    _do(ran, _RENDER, "panel.slider.value = 2; panel.slider.oninput(); panel.keys.set.click();")
    seen = _do(ran, _RENDER, "return panel.orbit.c2w();")
    ran.screenshot(path=str(_SHOTS / "scene_panel_keys.png"))
    lines = _do(ran, _RENDER, "return panel.keys.lines.value;")
    before = ran.evaluate("() => window.app.graph.nodes.length")
    for _ in range(2):
        _do(ran, _RENDER, "panel.keys.use.click();")
    made = "() => window.app.graph.nodes.filter(n => n.comfyClass === 'DreamDanceCameraKeyframes')"
    nodes = ran.evaluate(f"() => ({made})().map(n => n.widgets.find(w => w.name === 'keys').value)")
    assert nodes == [lines] and ran.evaluate("() => window.app.graph.nodes.length") == before + 1
    lens = Cameras(c2w=torch.eye(4)[None], K=intrinsics(160, 224, 205.0)[None], width=160, height=224)
    keys, times = parse_keys(lines, lens)
    assert [time.frame for time in times] == [2.0, 5.0]
    torch.testing.assert_close(keys.c2w[0], torch.tensor(seen, dtype=torch.float32), atol=1e-3, rtol=0)
    torch.testing.assert_close(keys.c2w[1], torch.tensor(_path()["cameras"][5]["c2w"]), atol=1e-3, rtol=0)
    assert abs(float(keys.K[1, 0, 0]) - 205) < 0.1
    assert _do(ran, _TRAIN, "return panel.keys.row.hidden;"), "views have no frames"
    ran.evaluate(f"() => ({made})().forEach(n => window.app.graph.remove(n))")


def test_one_3d_view_at_a_time(ran):
    """Opening Train Gaussians' closes Render Background's, which goes back to its pictures."""
    assert _orbit(ran, _TRAIN).std() > 0.1
    ran.screenshot(path=str(_SHOTS / "scene_panel_train.png"))
    assert _do(ran, _RENDER, "return panel.viewer === null && panel.canvas.hidden && panel.mode === 'camera';")
    assert _do(ran, _TRAIN, "return panel.counter.value;") == "1 / 3"


def test_looking_never_runs_a_node_again_nor_changes_the_workflow(ran, comfyui):
    """Trap: a widget that is serialised enters the prompt and so the cache key: orbiting would train anew."""
    _do(ran, _TRAIN, "panel.orbit.turn(1, 0.2); panel.redraw();")
    before, after = ran.prompt_before, ran.evaluate(_PROMPT)
    ours = [{k: n for k, n in p["output"].items() if n["class_type"].startswith("DreamDance")} for p in (before, after)]
    assert ours[0] == ours[1] and len(ours[0]) == 6
    values = [{n["id"]: n.get("widgets_values") for n in p["workflow"]["nodes"]} for p in (before, after)]
    assert all(values[0][node] == values[1][node] for node in (_TRAIN, _RENDER))
    run = comfyui.run({key: node for key, node in after["output"].items() if "viewport_state" not in node["inputs"]})
    assert run.ending == "execution_success"
    (cached,) = run.of("execution_cached")
    assert {str(_TRAIN), str(_RENDER)} <= set(cached["nodes"])


def test_a_removed_node_frees_its_view(ran):
    _orbit(ran, _TRAIN)
    lost = """id => {
        const node = window.app.graph.getNodeById(id);
        const panel = node.dreamdancePanels.dreamdance_scene;
        const gl = panel.viewer.renderer.getContext();
        window.app.graph.remove(node);
        return gl.isContextLost() && panel.viewer === null;
    }"""
    assert ran.evaluate(lost, _TRAIN)


def test_inside_a_subgraph_the_panel_appears_too(ran):
    """Outputs of a subgraph's nodes come under the subgraph's id, not their own."""
    inner = """id => {
        const graph = window.app.graph;
        window.inner = graph.convertToSubgraph(new Set([graph.getNodeById(id)])).subgraph;
        window.app.queuePrompt(0, 1);
    }"""
    ran.evaluate("workflow => window.app.loadGraphData(workflow)", _tiny_workflow())
    ran.wait_for_timeout(1000)
    ran.evaluate(inner, _RENDER)
    ran.wait_for_function(
        "() => window.inner.nodes.some(n => n.dreamdancePanels?.dreamdance_scene?.payload?.total === 8)",
        timeout=120_000,
    )


def test_no_complaint_and_no_request_leaves_the_host(ran, comfyui):
    """Last of the file: over everything above."""
    away = [url for url in ran.requests if not url.startswith((comfyui.url, f"blob:{comfyui.url}", "data:"))]
    assert not away
    assert any(url.endswith("/extensions/dreamdance/vendor/spark.module.mjs") for url in ran.requests)
    assert not [text for text in ran.complaints if "dreamdance" in text.lower() or "webgl" in text.lower()]
