"""The pose editor in headless Chromium on a real run: points dragged, hidden, reset; the graph goes on with them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from dreamdance_core.io.pose_files import read_pose, to_pose_keypoint
from dreamdance_core.pose.edit import NAMES, edited
from dreamdance_core.types import PoseTrack

pytestmark = pytest.mark.browser
_SHOTS = Path(__file__).resolve().parents[2] / "dreamdance_out" / "tests"
_FRAMES, _WIDTH, _HEIGHT = 24, 480, 384
_WRIST, _ELBOW, _ANKLE = (NAMES.index(f"left_{name}") for name in ("wrist", "elbow", "ankle"))

_PANEL = "window.app.graph.getNodeById(window.edit).dreamdancePanels.dreamdance_pose"
_BUILD = """() => {
    window.app.graph.clear();
    const add = (kind, pos, values) => {
        const node = window.LiteGraph.createNode(kind);
        node.pos = pos;
        window.app.graph.add(node);
        for (const [name, value] of Object.entries(values)) node.widgets.find(w => w.name === name).value = value;
        return node;
    };
    const sample = add("DreamDanceLoadSample", [-700, 0], { frames: 24 });
    const load = add("DreamDanceLoadPose", [-700, 400], { path: "editor.json" });
    const edit = add("DreamDanceEditPose", [0, 0], {});
    const save = add("DreamDanceSavePose", [600, 0], { filename_prefix: "edited" });
    const into = (node, name) => node.inputs.findIndex(input => input.name === name);
    sample.connect(1, edit, into(edit, "images"));
    load.connect(0, edit, into(edit, "pose"));
    edit.connect(0, save, into(save, "pose"));
    window.edit = edit.id;
    window.save = save.id;
}"""
_CENTRE = """() => {
    const canvas = window.app.canvas, node = canvas.graph.getNodeById(window.edit);
    canvas.ds.scale = 1.1;
    node.setSize([560, 860]);
    canvas.ds.offset = [420 - node.pos[0], -130 - node.pos[1]];
    canvas.setDirty(true, true);
}"""


def _figure() -> PoseTrack:
    """A standing figure that sways; its right hand is lost in the middle of the clip."""
    body = {5: (270, 120), 6: (210, 120), 7: (300, 180), 8: (180, 180), 9: (320, 240), 10: (160, 240), 11: (258, 230),
            12: (222, 230), 13: (262, 290), 14: (218, 290), 15: (264, 350), 16: (216, 350)}  # fmt: skip
    head = {0: (240, 80), 1: (248, 72), 2: (232, 72), 3: (258, 76), 4: (222, 76)}
    xy, score = torch.zeros(_FRAMES, 1, 133, 2), torch.zeros(_FRAMES, 1, 133)
    for point, place in (body | head).items():
        xy[:, 0, point], score[:, 0, point] = torch.tensor(place, dtype=torch.float32), 1.0
    for start, wrist in ((91, 9), (112, 10)):
        fan = torch.stack([torch.arange(21) % 5 * 3.0 - 6, torch.arange(21) // 5 * 4.0 + 2], -1)
        xy[:, 0, start : start + 21], score[:, 0, start : start + 21] = xy[0, 0, wrist] + fan, 1.0
    xy[..., 0] += 6 * torch.sin(torch.arange(_FRAMES) / 4)[:, None, None]
    score[10:14, 0, 10] = 0
    return PoseTrack(xy=xy, score=score, width=_WIDTH, height=_HEIGHT)


def _do(page, script: str, argument=None):
    return page.evaluate(f"argument => {{ const panel = {_PANEL}; {script} }}", argument)


def _edits(page) -> list[dict]:
    return json.loads(_do(page, "return panel.widget.value;"))


def _on_screen(page, point: int) -> list[float]:
    """Where a point of the shown frame is on the screen, px."""
    script = """
        const { xy } = panel.model.where(panel.frame, 0, argument), { scale, left, top } = panel.place();
        const seen = panel.stage.getBoundingClientRect(), share = seen.width / panel.stage.clientWidth;
        return [seen.x + (xy[0] * scale + left) * share, seen.y + (xy[1] * scale + top) * share];"""
    return _do(page, script, point)


def _per_picture_px(page) -> float:
    return _do(
        page, "return panel.place().scale * panel.stage.getBoundingClientRect().width / panel.stage.clientWidth;"
    )


def _drag(page, point: int, by: tuple[float, float], key: str | None = None) -> None:
    """Drags a point by px of the picture."""
    x, y = _on_screen(page, point)
    scale = _per_picture_px(page)
    page.mouse.move(x, y)
    if key:
        page.keyboard.down(key)
    page.mouse.down()
    page.mouse.move(x + by[0] * scale / 2, y + by[1] * scale / 2, steps=3)
    page.mouse.move(x + by[0] * scale, y + by[1] * scale, steps=3)
    page.mouse.up()
    if key:
        page.keyboard.up(key)
    page.wait_for_timeout(100)


def _select(page, frame: int) -> None:
    _do(page, "panel.slider.value = argument; panel.slider.oninput();", frame)


def _run(page, comfyui) -> PoseTrack:
    """Queues the graph as the user does; the pose that Save Pose wrote."""
    before = set((comfyui.base / "output").glob("edited*.json"))
    page.evaluate("() => window.app.queuePrompt(0, 1)")
    for _ in range(600):
        page.wait_for_timeout(200)
        new = set((comfyui.base / "output").glob("edited*.json")) - before
        if new:
            page.wait_for_timeout(500)
            return read_pose(new.pop())
    raise TimeoutError("Save Pose wrote nothing")


@pytest.fixture(scope="module")
def ran(page, comfyui):
    """The page with the editor on it, after the first run."""
    (comfyui.base / "input" / "editor.json").write_text(json.dumps(to_pose_keypoint(_figure())))
    page.evaluate(_BUILD)
    page.wait_for_timeout(500)
    page.requests.clear()
    _run(page, comfyui)
    page.wait_for_function("() => " + _PANEL.replace("Panels.", "Panels?.") + "?.model", timeout=60_000)
    page.evaluate(_CENTRE)
    page.wait_for_timeout(1500)
    return page


def _shoot(page, name: str) -> None:
    _SHOTS.mkdir(parents=True, exist_ok=True)
    page.wait_for_timeout(400)
    page.screenshot(path=str(_SHOTS / f"pose_editor_{name}.png"))


def test_a_dragged_point_moves_the_output_and_fades_into_its_neighbours(ran, comfyui):
    _select(ran, 8)
    _do(ran, "panel.blend.value = 3;")
    _shoot(ran, "before")
    _drag(ran, _WRIST, (40, -60))
    _shoot(ran, "dragged")
    (key,) = _edits(ran)
    assert (key["point"], key["frame"], key["blend"]) == ("left_wrist", 8, 3)
    before, after = _figure(), _run(ran, comfyui)
    moved = (after.xy - before.xy)[:, 0, _WRIST]
    assert torch.allclose(moved[8], torch.tensor([40.0, -60.0]), atol=1.0)
    assert torch.nonzero(moved.norm(dim=-1) > 0.01).flatten().tolist() == list(range(5, 12))
    assert (moved[5:9].norm(dim=-1).diff() > 0).all() and torch.allclose(moved[7], moved[9], atol=0.5)
    rest = [p for p in range(23) if p != _WRIST and before.score[8, 0, p] > 0]
    assert torch.allclose(after.xy[:, 0, rest][9], before.xy[:, 0, rest][9], atol=1e-3)


def test_the_editor_shows_what_the_node_does(ran):
    """The page's own arithmetic against core's, on lists with keys, groups, lost points and removals."""
    make = np.random.default_rng(5)
    names = [*NAMES[:17], "left_hand", "face", ["left_elbow", "left_wrist", "left_hand"], 95]
    for _ in range(6):
        changes = []
        for name in make.choice(len(names), 6):
            key = {"point": names[name], "frame": int(make.integers(_FRAMES)), "blend": int(make.integers(6))}
            if isinstance(names[name], list) or names[name] in ("left_hand", "face") or make.random() < 0.4:
                key |= {"dx": float(make.integers(-20, 20)), "dy": 7.5}
            else:
                key |= {"x": float(make.integers(100, 300)), "y": float(make.integers(100, 300))}
            changes.append(key)
        changes.append({"point": names[int(make.integers(5, 17))], "frames": [4, 12], "remove": True})
        script = """
            panel.model.read(argument);
            const { count, total } = panel.model, out = [];
            for (let t = 0; t < count; t++) for (let p = 0; p < total; p++) {
                const { xy, seen } = panel.model.where(t, 0, p);
                out.push(seen ? [...xy, 1] : [0, 0, 0]);
            }
            panel.text = null; panel.sync();
            return out;"""
        shown = torch.tensor(_do(ran, script, changes)).reshape(_FRAMES, 133, 3)
        track = edited(_figure(), changes)
        seen = track.score[:, 0] > 0
        assert torch.equal(seen, shown[..., 2] > 0)
        torch.testing.assert_close(torch.where(seen[..., None], track.xy[:, 0], 0.0), shown[..., :2], atol=0.01, rtol=0)


def test_shift_moves_a_limb_and_ctrl_the_whole_figure(ran, comfyui):
    _do(ran, "panel.reset('all');")
    _select(ran, 16)
    _drag(ran, _ELBOW, (0, -30), "Shift")
    assert len(_edits(ran)) == 1 and set(_edits(ran)[0]["point"]) == {"left_elbow", "left_wrist", "left_hand"}
    _drag(ran, _WRIST, (10, 0))
    _drag(ran, _ANKLE, (-20, 5), "Control")
    moved = (_run(ran, comfyui).xy - _figure().xy)[16, 0]
    arm, hip = torch.tensor([-20.0, -25.0]), torch.tensor([-20.0, 5.0])
    assert torch.allclose(moved[[_ELBOW, 91, 111]], arm.expand(3, 2), atol=1.0)
    assert torch.allclose(moved[_WRIST], arm + torch.tensor([10.0, 0.0]), atol=1.0)
    assert torch.allclose(moved[[0, 11, 15]], hip.expand(3, 2), atol=1.0)
    _shoot(ran, "limb")


def test_undo_redo_and_keys_stay_in_the_editor(ran):
    lists = [_edits(ran)]
    nodes = ran.evaluate("() => window.app.graph._nodes.length")
    ran.keyboard.press("Control+z")
    ran.keyboard.press("Control+z")
    lists.append(_edits(ran))
    assert len(lists[0]) == 3 and len(lists[1]) == 1
    ran.keyboard.press("Control+Shift+z")
    ran.keyboard.press("Control+y")
    assert _edits(ran) == lists[0]
    frame = _do(ran, "return panel.frame;")
    ran.keyboard.press("ArrowRight")
    ran.keyboard.press("Shift+ArrowLeft")
    assert _do(ran, "return panel.frame;") == frame - 9
    ran.wait_for_timeout(300)
    assert ran.evaluate("() => window.app.graph._nodes.length") == nodes
    assert ran.evaluate(f"() => {_PANEL}.model !== undefined"), "the host's undo has not made the node anew"


def test_points_are_hidden_found_again_and_reset(ran, comfyui):
    _do(ran, "panel.reset('all');")
    _select(ran, 12)
    right = NAMES.index("right_wrist")
    x, y = _on_screen(ran, right)
    ran.mouse.click(x, y)
    ran.wait_for_timeout(200)
    assert "not found" in _do(ran, "return panel.tag.textContent;")
    _drag(ran, right, (15, 10))  # a lost point is placed by dragging its ghost
    _drag(ran, _WRIST, (1, 0))
    x, y = _on_screen(ran, _ANKLE)
    ran.mouse.click(x, y)
    ran.keyboard.press("h")
    _shoot(ran, "hidden")
    track = _run(ran, comfyui)
    assert track.score[12, 0, right] > 0 and track.score[11, 0, right] == 0
    assert track.score[12, 0, _ANKLE] == 0 and track.score[11, 0, _ANKLE] > 0
    ran.keyboard.press("h")
    assert not any(change.get("remove") for change in _edits(ran))
    x, y = _on_screen(ran, right)
    ran.mouse.click(x, y)
    ran.keyboard.press("Delete")
    assert all(change["point"] != "right_wrist" for change in _edits(ran))
    _do(ran, "panel.resetAll.click();")
    assert _edits(ran) == []


def test_zoom_keeps_what_is_under_the_pointer_and_leaves_the_graph_alone(ran):
    graph = ran.evaluate("() => [...window.app.canvas.ds.offset, window.app.canvas.ds.scale]")
    x, y = _on_screen(ran, _WRIST)
    ran.mouse.move(x, y)
    ran.mouse.wheel(0, -600)
    ran.wait_for_timeout(200)
    assert np.allclose(_on_screen(ran, _WRIST), (x, y), atol=1.5) and _do(ran, "return panel.zoom;") > 1.2
    _select(ran, 3)
    _drag(ran, _WRIST, (5, 5))
    (key,) = _edits(ran)
    base = _figure().xy[3, 0, _WRIST].tolist()
    assert np.allclose([key["x"] - base[0], key["y"] - base[1]], 5, atol=0.6)
    _shoot(ran, "zoomed")
    ran.keyboard.press("0")
    assert _do(ran, "return panel.zoom;") == 1
    assert ran.evaluate("() => [...window.app.canvas.ds.offset, window.app.canvas.ds.scale]") == graph


def test_a_list_changed_by_hand_is_taken_over_and_a_broken_one_is_named(ran):
    _do(ran, 'panel.widget.value = \'[{"point": "nose", "frame": 3, "dy": -20}]\'; panel.sync();')
    assert _do(ran, "return panel.model.keyFrames();") == [3]
    for broken in ("[{", "{}", '[{"point": "tail", "frame": 3}]', '[{"point": "nose", "frame": 24, "dx": 1}]'):
        _do(ran, "panel.widget.value = argument; panel.sync();", broken)
        assert "cannot be shown" in _do(ran, "return panel.note.textContent;") and _do(ran, "return panel.locked;")
    _do(ran, "panel.widget.value = '[]'; panel.sync();")
    assert not _do(ran, "return panel.locked || !panel.note.hidden;")
    _do(ran, "panel.undo.click();")
    assert _do(ran, "return panel.model.keyFrames();") == [3], "back to the last list that could be read"
    _do(ran, "panel.reset('all');")


def test_it_is_saved_with_the_workflow_and_nothing_complains(ran, comfyui):
    _drag(ran, _WRIST, (9, 9))
    stored = ran.evaluate("async () => (await window.app.graphToPrompt())")
    edit = str(ran.evaluate("() => window.edit"))
    assert stored["output"][edit]["inputs"]["edits"] == _do(ran, "return panel.text;") != "[]"
    assert set(stored["output"][edit]["inputs"]) == {"pose", "shift_x", "shift_y", "scale", "edits", "images"}
    away = [url for url in ran.requests if not url.startswith((comfyui.url, f"blob:{comfyui.url}", "data:"))]
    assert not away
    assert not [text for text in ran.complaints if text.startswith("page:") or "dreamdance" in text.lower()]
