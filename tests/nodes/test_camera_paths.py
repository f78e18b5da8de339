"""Camera paths by hand as nodes, and the host's own camera code as an oracle for every border."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch


@pytest.fixture(autouse=True)
def _as_in_the_host():
    with torch.inference_mode():
        yield


@pytest.fixture(scope="module")
def nodes(pack):
    return pack.nodes


@pytest.fixture(scope="module")
def core(pack):
    return pack.dreamdance_core


def turned_path(core, width: int, height: int, count: int = 9, centred: bool = True):
    """A path that begins away from the identity, with one focal length per axis where it is off-centre."""
    rigid = core.geometry.rigid
    make = torch.Generator().manual_seed(3)
    R = rigid.so3_exp(0.6 * torch.randn(count, 3, generator=make))
    cx, cy = (width / 2, height / 2) if centred else (0.46 * width, 0.57 * height)
    K = torch.tensor([[300.0, 0, cx], [0, 300.0 if centred else 310.0, cy], [0, 0, 1]]).repeat(count, 1, 1)
    c2w = rigid.rigid(R, torch.randn(count, 3, generator=make))
    return core.types.Cameras(c2w=c2w, K=K, width=width, height=height, fps=12.0)


@pytest.mark.parametrize(("width", "height"), [(416, 240), (240, 416)])
def test_load3d_cameras_stand_where_the_host_puts_them(nodes, core, width, height):
    """Outside oracle, traps 4 and 6: the host's own basis of a camera_info, position and axes, every frame."""
    from comfy_extras.nodes_gaussian_splat import _camera_basis

    path = turned_path(core, width, height)
    infos = nodes.interop.CamerasToLoad3D.execute(path, -1, 2.0)[0]
    for t, info in enumerate(infos):
        eye, target, right, down, forward = _camera_basis(info, "cpu")
        torch.testing.assert_close(eye, path.c2w[t, :3, 3], atol=1e-5, rtol=0)
        torch.testing.assert_close(torch.stack([right, down, forward], -1), path.c2w[t, :3, :3], atol=1e-5, rtol=0)
        torch.testing.assert_close(target, eye + 2 * path.c2w[t, :3, 2], atol=1e-5, rtol=0)
        assert info["fov"] == pytest.approx(2 * math.degrees(math.atan(height / 600)))
    back = nodes.interop.CamerasFromLoad3D.execute(infos, [width], [height], [12.0], [len(path)])[0]
    torch.testing.assert_close(back.c2w, path.c2w, atol=1e-5, rtol=0)
    torch.testing.assert_close(back.K, path.K, atol=1e-3, rtol=0)


def test_viewpoints_of_the_host_are_read_as_meant(nodes, core):
    """What the host's Create Camera Info makes from a position, a target and a roll."""
    from comfy_extras.nodes_gaussian_splat import _camera_basis, _lookat_camera_info

    for position, target, roll in (((1.0, 2, 3), (0.2, 0, -1), 0.0), ((-2.0, 0.5, 0.1), (0, 1, 0), 25.0)):
        info = _lookat_camera_info(position, target, 40.0, "cpu", zoom=1.5, roll=roll)
        camera = nodes.interop.CamerasFromLoad3D.execute([info], [640], [384], [24.0], [1])[0]
        eye, _, right, down, forward = _camera_basis(info, "cpu")
        torch.testing.assert_close(camera.c2w[0, :3, 3], eye, atol=1e-5, rtol=0)
        torch.testing.assert_close(camera.c2w[0, :3, :3], torch.stack([right, down, forward], -1), atol=1e-5, rtol=0)
        assert float(camera.K[0, 1, 1]) == pytest.approx(1.5 * 192 / math.tan(math.radians(20)), rel=1e-5)


@pytest.mark.parametrize(("width", "height"), [(416, 240), (240, 416), (320, 320)])
@pytest.mark.parametrize("centred", [True, False])
def test_wan_embeddings_are_the_hosts(nodes, core, width, height, centred):
    """Outside oracle: the host's Plücker code, fed with our own CAMERACTRL rows, gives our embedding, and back."""
    from comfy_extras.nodes_camera_trajectory import process_pose_params

    path = turned_path(core, width, height, centred=centred)
    rows = nodes.interop.CamerasToCameraCtrl.execute(path)[0]
    inverse = core.geometry.rigid.rigid_inverse
    # The host's presets hold c2w 4x4 where CameraCtrl's rows have w2c 3x4.
    whole = torch.eye(4).repeat(len(path), 1, 1)
    whole[:, :3] = torch.tensor(rows)[:, 7:].view(-1, 3, 4)
    given = np.array([[*row[:7], *pose.flatten().tolist()] for row, pose in zip(rows, inverse(whole), strict=True)])
    theirs = process_pose_params(given, width=width, height=height).permute(0, 3, 1, 2)
    embedding, length = nodes.interop.CamerasToWan.execute(path, width, height).result
    assert length == 9 and embedding.shape == (1, 24, 3, height, width)
    ours = embedding[0].transpose(0, 1).unflatten(1, (6, 4)).transpose(1, 2).flatten(0, 1)[3:]
    torch.testing.assert_close(ours.float(), theirs.float(), atol=2e-4, rtol=0)
    back = nodes.interop.CamerasFromWan.execute(embedding, 12.0)[0]
    torch.testing.assert_close(back.c2w, core.geometry.rigid.rebase(path.c2w), atol=2e-4, rtol=0)
    torch.testing.assert_close(back.K, path.K, atol=0.05, rtol=0)


def test_the_hosts_camera_presets_are_paths(nodes):
    """Zoom In of the host moves forward, Pan Up up, both from the identity."""
    from comfy_extras.nodes_camera_trajectory import WanCameraEmbedding

    for preset, axis, sign in (("Zoom In", 2, 1), ("Pan Up", 1, -1), ("Pan Right", 0, 1)):
        embedding = WanCameraEmbedding.execute(preset, 416, 240, 17)[0]
        path = nodes.interop.CamerasFromWan.execute(embedding, 16.0)[0]
        assert len(path) == 17 and (path.width, path.height) == (416, 240)
        t = path.c2w[:, :3, 3]
        assert bool((sign * t[1:, axis].diff() > 0).all())
        assert float(t[:, [i for i in range(3) if i != axis]].abs().max()) < 1e-3
        assert float(path.K[0, 0, 2]) == pytest.approx(208, abs=0.05)


def evolved_rows(count: int = 5) -> list[list[float]]:
    """CAMERACTRL_POSES as AnimateDiff-Evolved's pose nodes make them: frame 0 in every row, the default lens of its
    1280 x 720 pictures, their size in columns 5 and 6, w2c translations that grow by 1.5/16 per frame."""
    rows = []
    for i in range(count):
        w2c = [1, 0, 0, 0.0, 0, 1, 0, 0.0, 0, 0, 1, -2 * 1.5 * i / 16]
        rows.append([0, 0.474812461, 0.844111024, 0.5, 0.5, 1280, 720, *w2c])
    return rows


def test_cameractrl_payloads_of_other_packs(nodes):
    """Contract: 19 numbers, ints among them, equal times; older rows with 0 0 for the size; Zoom In moves forward."""
    old = [[*row[:5], 0, 0, *row[7:]] for row in evolved_rows()]
    for rows in (evolved_rows(), old):
        for width, height in ((1280, 720), (512, 768)):
            path = nodes.interop.CamerasFromCameraCtrl.execute(rows, width, height, 8.0)[0]
            torch.testing.assert_close(path.c2w[:, 2, 3], 2 * 1.5 / 16 * torch.arange(5.0), atol=1e-5, rtol=0)
            assert float(path.K[0, 1, 1]) == pytest.approx(0.844111024 * height, rel=1e-4)
            assert float(path.K[0, 0, 0]) == pytest.approx(float(path.K[0, 1, 1]), rel=1e-3)
    again = nodes.interop.CamerasToCameraCtrl.execute(path)[0]
    for row in again:
        # KJNodes draws pose[7:] as 3x4; AnimateDiff-Evolved divides column 5 by column 6.
        assert len(row) == 19 and np.array(row[7:]).reshape(3, 4).shape == (3, 4)
        assert row[5] / row[6] == pytest.approx(16 / 9) and all(isinstance(value, float) for value in row)
        assert row[1:5] == pytest.approx([0.474812461, 0.844111024, 0.5, 0.5], rel=1e-3)
    with pytest.raises(ValueError, match=r"19 numbers each .* got \[18\]"):
        nodes.interop.CamerasFromCameraCtrl.execute([row[1:] for row in again], 640, 384, 24.0)


def test_camera_path_combines_moves_in_scene_units(nodes, core):
    execute = nodes.camera.CameraPath.execute
    path = execute("orbit", 1.0, 12, 24.0, 640, 384, 53.0, moves="truck 0.5, zoom 2")[0]
    torch.testing.assert_close(path.cameras.c2w[-1, :3, 3], torch.tensor([0.5, 0, 0]))
    torch.testing.assert_close(path.cameras.K[-1, 0, 0], 2 * path.cameras.K[0, 0, 0])
    solved = replace(path, median_depth=4.0)  # a path whose unit is a quarter of a scene unit
    longer = execute("static", 1.0, 6, 24.0, 0, 0, 53.0, after=solved, moves="dolly 0.5")[0]
    assert len(longer.cameras) == 17 and longer.median_depth == 4.0
    torch.testing.assert_close(longer.cameras.c2w[-1, :3, 3], torch.tensor([0.5, 0, 2.0]))
    plain = execute("orbit", 1.0, 12, 24.0, 640, 384, 53.0)[0]
    assert torch.equal(plain.cameras.c2w, execute("orbit", 1.0, 12, 24.0, 640, 384, 53.0, moves=" ")[0].cameras.c2w)


def test_keyframes_from_text_and_from_viewpoints(nodes, core):
    execute = nodes.camera_paths.CameraKeyframes.execute
    keys = "0\n10 at 0.5 0 0 look 0 0 2\n20 at 1 0 0.5 fov 30 hold 5"
    path = execute(keys, 0, 24, 640, 384, 53.0, "ease")[0]
    assert len(path.cameras) == 26 and path.median_depth == 1.0 and path.kind == "parallax"
    torch.testing.assert_close(path.cameras.c2w[20:, :3, 3], torch.tensor([1, 0, 0.5]).expand(6, 3))
    views = turned_path(core, 416, 240, 4)
    lens = turned_path(core, 832, 480, 1)
    spread = execute("", 31, 24.0, 640, 384, 53.0, "flow", lens=lens, viewpoints=views)[0].cameras
    assert len(spread) == 31 and (spread.width, spread.height, spread.fps) == (832, 480, 12.0)
    torch.testing.assert_close(spread.c2w[::10], views.c2w, atol=1e-5, rtol=0)
    torch.testing.assert_close(spread.K[0], views.K[0] * torch.tensor([[2.0], [2.0], [1.0]]))
    timed = execute("0\n5\n6\n40", 0, 24.0, 640, 384, 53.0, "ease", viewpoints=views, constant_speed=False)[0].cameras
    torch.testing.assert_close(timed.c2w[[0, 5, 6, 40]], views.c2w, atol=1e-5, rtol=0)


def test_every_edit_runs_and_keeps_the_unit(nodes, core):
    path = nodes.camera.CameraPath.execute("orbit", 1.0, 24, 24.0, 640, 384, 53.0)[0]
    path = replace(path, median_depth=2.5)
    widgets = {
        "retime": {"length": 48, "speed": "smooth"},
        "resample to fps": {"new_fps": 12},
        "trim": {"start": 4, "count": 0},
        "hold": {"before": 2, "after": 3},
        "reverse": {},
        "there and back": {},
        "loop": {"way_back": 10},
        "join": {"then": path, "blend": 4},
        "smooth": {"sigma": 2},
        "stabilise": {"cutoff": 1},
        "shake": {"degrees": 0.3, "units": 0.01, "slowest": 0.3, "fastest": 3.0, "seed": 2**64 - 1},
        "scale": {"factor": 2},
        "mirror": {},
        "base on first": {},
    }
    lengths = {
        "retime": 48,
        "resample to fps": 12,
        "trim": 20,
        "hold": 29,
        "there and back": 47,
        "loop": 34,
        "join": 47,
    }
    execute = nodes.camera_paths.EditCameras.execute
    schema = nodes.camera_paths.EditCameras.GET_SCHEMA()
    options = {option.key: [i.id for i in option.inputs] for option in schema.inputs[1].options}
    assert {name: list(chosen) for name, chosen in widgets.items()} == options
    for name, chosen in widgets.items():
        out = execute(path, {"operation": name, **chosen})[0]
        assert len(out.cameras) == lengths.get(name, 24) and out.median_depth == 2.5, name
        assert torch.isfinite(out.cameras.c2w).all()
    fast = execute(path, {"operation": "resample to fps", "new_fps": 12})[0]
    assert fast.cameras.fps == 12.0
    other = replace(path, median_depth=5.0)  # the same move told in half as large units
    joined = execute(path, {"operation": "join", "then": other, "blend": 0})[0].cameras
    step = joined.c2w[23].inverse() @ joined.c2w[-1]
    torch.testing.assert_close(step[:3, 3], path.cameras.c2w[-1, :3, 3] / 2, atol=1e-5, rtol=0)


def test_the_check_names_the_frame_and_hands_on_what_fits(nodes, core):
    z = torch.full((1, 96, 160), 2.0)
    depth = core.types.Depth(z=z, valid=z > 0)
    execute = nodes.camera_paths.CheckCameraPath.execute
    path = nodes.camera.CameraPath.execute("static", 1.0, 6, 24.0, 160, 96, 53.0, moves="truck 0.4 linear")[0]
    kept, fits, factor, report, table = execute(path, 0.95, depth=depth).result
    assert not fits and 0 < factor < 1 and report.startswith("Frame 5 leaves the scene")
    torch.testing.assert_close(kept.cameras.c2w[-1, 0, 3], torch.tensor(0.4 * factor), atol=1e-5, rtol=0)
    assert len(table.splitlines()) == 7
    again = execute(kept, 0.95, depth=depth).result
    assert again[1] and 0.9 < again[2] < 1.2
    half = replace(
        depth, z=z[:, ::2, ::2], valid=depth.valid[:, ::2, ::2], K=path.cameras.K[0] / torch.tensor([[2], [2], [1.0]])
    )
    smaller = execute(path, 0.95, depth=half).result
    assert smaller[2] == pytest.approx(factor, abs=0.05), "the depth's own lens is rescaled with it"
    with pytest.raises(ValueError, match="splat or a depth"):
        execute(path, 0.95)


def test_load_cameras_takes_w2c_and_names(nodes, core, tmp_path):
    import folder_paths

    path = turned_path(core, 416, 240)
    folder = tmp_path / "in"
    folder.mkdir()
    np.save(folder / "seen.npy", core.geometry.rigid.rigid_inverse(path.c2w).numpy())
    before = folder_paths.get_input_directory()
    folder_paths.set_input_directory(str(folder))
    try:
        found = nodes.camera.LoadCameras.execute("seen.npy", 416, 240, 12, 0, "w2c")[0]
        torch.testing.assert_close(found.c2w, path.c2w, atol=1e-5, rtol=0)
        assert found.fps == 12.0
    finally:
        folder_paths.set_input_directory(before)
