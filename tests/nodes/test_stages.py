"""Every stage's node, run in this process under the host's inference_mode, on the shipped samples made small."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F

_SAMPLES = Path(__file__).resolve().parents[2] / "samples"


@pytest.fixture(autouse=True)
def _as_in_the_host():
    with torch.inference_mode():
        yield


def _small(clip: torch.Tensor, height: int, width: int) -> torch.Tensor:
    planes = clip.movedim(-1, 1)
    return F.interpolate(planes, size=(height, width), mode="area").movedim(1, -1).contiguous()


def _differ(a: torch.Tensor, b: torch.Tensor) -> float:
    return float((a - b).abs().mean())


@pytest.fixture(scope="module")
def sample(pack):
    with torch.inference_mode():
        art, clip, audio, fps = pack.nodes.segment.LoadSample.execute("character.png", "dance.mp4", 8).result
    return {"art": _small(art, 480, 360), "clip": clip, "audio": audio, "fps": fps}


@pytest.fixture(scope="module")
def cut(pack, sample):
    with torch.inference_mode():
        return pack.nodes.segment.SegmentCharacter.execute(sample["art"], "u2net_small")


@pytest.fixture(scope="module")
def poses(pack, sample, cut):
    extract = pack.nodes.pose.ExtractPose.execute
    with torch.inference_mode():
        driving = extract(sample["clip"], "blazepose", sample["fps"], 1, 0.5)
        reference = extract(sample["art"], "blazepose", 24.0, 1, 0.5, character_mask=cut[1])
    return driving, reference


@pytest.fixture(scope="module")
def scene(pack, cut):
    ramp = torch.linspace(0.1, 1, 480)[None, :, None, None].expand(1, 480, 360, 3)  # nearer towards the bottom
    with torch.inference_mode():
        path = pack.nodes.camera.CameraPath.execute("truck", 0.5, 4, 24.0, 360, 480, 53.0)[0]
        execute = pack.nodes.scene.SpiralSceneInpaint.execute
        return execute(cut[2], cut[3], "telea", "room_box", "", 0, 160, 2, depth=ramp, cameras=path)


def test_load_sample(sample):
    assert sample["clip"].shape == (8, 640, 480, 3) and sample["fps"] == 24.0
    seconds = sample["audio"]["waveform"].shape[-1] / sample["audio"]["sample_rate"]
    assert seconds == pytest.approx(8 / 24, abs=0.03)


def test_segment_character(cut, sample):
    character, mask, background, hole = cut.result
    assert character.shape == sample["art"].shape and mask.shape == hole.shape == (1, 480, 360)
    assert 0.05 < float((mask > 0.5).float().mean()) < 0.6
    assert bool((hole[mask > 0.5] == 1).all()) and hole.mean() > mask.mean()
    kept = hole[..., None].expand_as(background) < 0.5
    torch.testing.assert_close(background[kept], sample["art"][kept])
    assert cut.ui is not None


def test_segment_prefers_the_users_mask_then_alpha(pack, sample):
    execute = pack.nodes.segment.SegmentCharacter.execute
    mine = torch.zeros(1, 480, 360)
    mine[:, 150:370, 90:210] = 1
    assert (execute(sample["art"], "u2net_small", mask=mine)[1] - mine).abs().mean() < 0.02
    assert (execute(sample["art"], "u2net_small", mask=1 - mine, invert_mask=True)[1] - mine).abs().mean() < 0.02

    class Model:
        def encode_image(self, image: torch.Tensor) -> torch.Tensor:
            return mine

    found = execute(sample["art"], "u2net_small", bg_removal_model=Model(), invert_mask=True)[1]
    assert (found - mine).abs().mean() < 0.02, "invert_mask is about the user's own mask"
    rgba = torch.cat([sample["art"], mine[..., None]], -1)
    torch.testing.assert_close(execute(rgba, "u2net_small")[1], mine)


def test_extracted_pose_is_where_the_dancer_is(pack, poses):
    """Against the sample's own true keypoints."""
    truth = np.load(_SAMPLES / "dance.keypoints.npz")
    track = pack.dreamdance_core.io.pose_files.from_pose_keypoint(poses[0][0])
    body = slice(5, 17)
    known = (truth["score"][:8, 0, body] > 0) & (track.score[:, 0, body].numpy() > 0.3)
    error = np.linalg.norm(track.xy[:, 0, body].numpy() - truth["xy"][:8, 0, body], axis=-1)
    assert known.mean() > 0.8 and error[known].mean() < 10  # px at 480 px
    for video in poses[0].result[1:4]:
        assert video.shape == (8, 640, 480, 3)
    assert poses[0][1].amax() > 0.5


def test_a_connected_pose_is_only_drawn(pack, poses, sample):
    again = pack.nodes.pose.ExtractPose.execute(sample["clip"], "no such network", 24.0, 1, 0.5, pose=poses[0][0])
    assert _differ(again[1], poses[0][1]) < 1e-5
    with pytest.raises(ValueError, match="pose must have 3 frames like images, got 8"):
        pack.nodes.pose.ExtractPose.execute(sample["clip"][:3], "blazepose", 24.0, 1, 0.5, pose=poses[0][0])


def test_retargeted_pose_keeps_the_character_and_gains_a_mask(pack, poses, cut):
    out = pack.nodes.pose_retarget.RetargetPose.execute(poses[0][0], poses[1][0], 192, 256, True, character_mask=cut[1])
    assert out[1].shape == out[4].shape == (8, 256, 192, 3) and out[5].shape == (8, 256, 192)
    drawn = out[4].amax(-1) > 0.2
    assert float((out[5][drawn] > 0.5).float().mean()) > 0.95, "the skeleton must lie inside the paint mask"
    assert out[6].shape == out[4].shape and "px of the character per px of the driver" in out[7]
    options = {"anchor": "pelvis", "root_motion": 0.0, "ground_contact": False, "mask_block": 16, "person": 0}
    still = pack.nodes.pose_retarget.RetargetPose.execute(
        poses[0][0], poses[1][0], 192, 256, True, character_mask=cut[1], reference_image=cut[0], **options
    )
    blocks = still[5].reshape(8, 16, 16, 12, 16)
    assert torch.equal(blocks.amax((2, 4)), blocks.amin((2, 4)))
    assert float(still[6][0, :8, :8].mean()) > 0, "the picture stands behind the comparison"
    with pytest.raises(ValueError, match="person must be below 1"):
        pack.nodes.pose_retarget.RetargetPose.execute(poses[0][0], poses[1][0], 192, 256, True, person=3)


def test_save_load_and_edit_pose(pack, poses, tmp_path, monkeypatch):
    import folder_paths

    monkeypatch.setattr(folder_paths, "get_output_directory", lambda: str(tmp_path))
    pose = pack.nodes.pose
    path = pose.SavePose.execute(poses[0][0], "a/pose")[0]
    second = pose.SavePose.execute(poses[0][0], "a/pose")[0]
    assert path != second and Path(path).is_file()
    assert _differ(pose.LoadPose.execute("a/" + Path(path).name)[1], poses[0][1]) < 1e-5
    assert pose.LoadPose.fingerprint_inputs("a/" + Path(path).name) != pose.LoadPose.fingerprint_inputs("nothing")
    read = pack.dreamdance_core.io.pose_files.from_pose_keypoint
    before = read(poses[0][0])
    edits = '[{"point": "nose", "frames": [1, 2], "dx": 5}, {"point": "left_hand", "remove": true}]'
    after = read(pack.nodes.pose_edit.EditPose.execute(poses[0][0], 10.0, -3.0, 1.0, edits)[0])
    seen = before.score[0, 0] > 0.3
    moved = (after.xy - before.xy)[0, 0, seen & (after.score[0, 0] > 0)]
    torch.testing.assert_close(moved, torch.tensor([[10.0, -3.0]]).expand_as(moved), atol=1e-3, rtol=0)
    assert after.xy[1, 0, 0, 0] - before.xy[1, 0, 0, 0] == pytest.approx(15, abs=1e-3)
    assert float(after.score[:, 0, 91:112].max()) == 0
    bad = {
        "[": "not JSON",
        '[{"point": "tail"}]': "point must be",
        '[{"point": ["tail"]}]': "point must be",
        '[{"pt": 1}]': "unknown key",
        '[{"point": "nose", "frames": [1]}]': "frames must be a number or",
        '[{"point": "nose", "frames": "all"}]': "frames must be a number or",
        '[{"point": "nose", "dx": "5 px"}]': "dx must be a number",
        '[{"point": "nose", "person": "first"}]': "person must lie in",
    }
    for wrong, words in bad.items():
        with pytest.raises(ValueError, match=words):
            pack.nodes.pose_edit.EditPose.execute(poses[0][0], 0.0, 0.0, 1.0, wrong)


def test_estimated_camera_goes_into_files_and_back(pack, sample, poses, tmp_path, monkeypatch):
    import folder_paths

    monkeypatch.setattr(folder_paths, "get_output_directory", lambda: str(tmp_path))
    camera = pack.nodes.camera
    clip = sample["clip"][:1].expand(4, -1, -1, -1)
    pose = poses[0][0][:1] * 4
    solution, report, picture = camera.EstimateCamera.execute(clip, "pycolmap", 24.0, 0.0, pose=pose).result
    assert solution.kind == "static" and "static" in report and len(solution.cameras) == 4
    assert picture.shape == (1, 480, 960, 3)
    path = camera.SaveCameras.execute(solution, "cam", "camera.json")[0]
    loaded = camera.LoadCameras.execute(Path(path).name, 0, 0, 0.0, 0)[0]
    torch.testing.assert_close(loaded.K, solution.cameras.K, atol=1e-3, rtol=1e-5)
    assert len(camera.LoadCameras.execute(Path(path).name, 960, 0, 0.0, 9)[0]) == 9


def test_presets_chain(pack):
    execute = pack.nodes.camera.CameraPath.execute
    first = execute("dolly", 1.0, 5, 12.0, 320, 192, 60.0)[0]
    both = execute("truck", 1.0, 4, 24.0, 640, 384, 53.0, after=first)[0]
    assert len(both.cameras) == 8 and both.cameras.width == 320 and both.cameras.fps == 12.0
    torch.testing.assert_close(both.cameras.c2w[:5], first.cameras.c2w)
    end = both.cameras.c2w[-1, :3, 3]
    torch.testing.assert_close(end, torch.tensor([0.2, 0.0, 0.25]), atol=1e-4, rtol=0)


def test_scene_has_views_and_a_path(scene):
    views, frames, masks, cameras, report, width, height = scene.result
    assert (width, height) == (128, 160) or (width, height) == (112, 160)
    assert frames.shape[1:3] == (height, width) and len(masks) == len(frames) == len(views.frames) >= 2
    assert len(cameras) == 4 and (cameras.width, cameras.height) == (width, height)
    assert "path hole after" in report
    assert cameras.c2w[-1, 0, 3] > 0.01


def test_gaussians_train_and_render_under_inference_mode(pack, scene):
    """Trap: the host runs nodes in inference_mode, where nothing can be trained without leaving it."""
    train = pack.nodes.gaussians.TrainGaussians.execute
    start, _ = train(scene[0], 0, 160, "auto").result
    splat, report = train(scene[0], 10, 160, "auto").result
    assert splat.positions.ndim == 3 and "Gaussians" in report and "loss:" in report
    render = pack.nodes.gaussians.RenderBackground.execute
    first = pack.dreamdance_core.types.Cameras(
        c2w=scene[0].cameras.c2w[:1], K=scene[0].cameras.K[:1], width=scene[5], height=scene[6]
    )

    def error(gaussians) -> float:
        frames, coverage, depth, fps = render(gaussians, first, 0, 0, "auto").result
        assert frames.shape == (1, scene[6], scene[5], 3) and coverage.mean() > 0.95 and depth.z.min() >= 0
        return float((frames[0] - scene[1][0]).square().mean())

    assert error(splat) < error(start) < 0.02
    wide = render(splat, scene[3], 64, 80, "auto")
    assert wide[0].shape == (4, 80, 64, 3) and wide[3] == 24.0


def test_puppet_moves_the_character_over_the_background(pack, poses, cut, sample):
    out = pack.nodes.pose_retarget.RetargetPose.execute(poses[0][0], poses[1][0], 192, 256, True, character_mask=cut[1])
    background = torch.zeros(1, 256, 192, 3)
    background[..., 1] = 1
    video = pack.nodes.video.Puppet.execute(cut[0], cut[1], poses[1][0], out[0], background, 24.0)
    frames = video[0]
    assert frames.shape == (8, 256, 192, 3)
    painted = (frames - background).abs().amax(-1) > 0.2
    assert 0.02 < float(painted.float().mean()) < 0.7
    assert float((frames[0] - frames[-1]).abs().mean()) > 0.002
    upper = torch.zeros(1, 256, 192)
    upper[:, :128] = 1
    video = pack.nodes.video.Puppet.execute(cut[0], cut[1], poses[1][0], out[0], background, 24.0, paint_mask=upper)
    torch.testing.assert_close(video[0][:, :128], frames[:, :128], atol=1e-6, rtol=0)
    assert torch.equal(video[0][:, 128:], background[:, 128:].expand(8, -1, -1, -1))


def test_depth_node_passes_on_and_estimates(pack, sample):
    execute = pack.nodes.scene.EstimateDepth.execute
    made = execute(sample["art"], "room_box")
    depth, preview, report = made.result
    assert depth.z.shape == (1, 480, 360) and preview.shape == (1, 480, 360, 3)
    assert report.startswith("depth: room_box. Room box") and "z: " in report and "lens: " in report
    assert made.ui["text"] == [report] and made.ui["images"]
    same, _, report = execute(sample["art"], "room_box", depth=depth).result
    torch.testing.assert_close(same.z, depth.z)
    assert report.startswith("depth: from the depth input")
    ramp = torch.linspace(0, 1, 360)[None, None, :, None].expand(1, 480, 360, 3)
    given, _, _ = execute(sample["art"], "room_box", depth=ramp, near=2.0, far=8.0).result
    assert float(given.z[0, 5, 0]) == pytest.approx(8.0, rel=0.02)
    assert float(given.z[0, 5, -1]) == pytest.approx(2.0, rel=0.02)


def test_depth_node_says_which_backend_auto_took(pack, sample, monkeypatch):
    """Trap 70: with weights on disk it is the network, else the room box; its licence is shown, the sky is counted."""
    core = pack.dreamdance_core
    both = sample["art"].expand(2, -1, -1, -1)
    monkeypatch.setattr(core.backends, "resolve", lambda family, name, run: {"auto": "depth_pro"}[name])
    sky = torch.zeros(2, 480, 360, dtype=torch.bool)
    sky[:, :120] = True
    made = core.types.Depth(z=torch.ones(2, 480, 360) * 3, valid=~sky, sky=sky, metres_per_unit=1.0)
    monkeypatch.setattr(
        core.backends, "load", lambda family, name, run: lambda frames: made if name == "depth_pro" else 0
    )
    depth, preview, report = pack.nodes.scene.EstimateDepth.execute(both, "auto").result
    assert depth is made and "depth_pro" in report and "research only, no commercial use" in report
    assert "sky: 25 %" in report and "units of 1 m" in report and (preview[:, :120] == 0).all()
    with pytest.raises(ValueError, match="1 or 2 maps"):
        three = torch.ones(3, 480, 360, 3)
        pack.nodes.scene.EstimateDepth.execute(both, "auto", depth=three)


def test_caption_passes_the_users_words_on(pack, sample):
    assert pack.nodes.caption.CaptionScene.execute(sample["art"], "your words", " a harbour ")[0] == "a harbour"


def test_caption_looks_at_the_filled_hole_and_names_nobody(pack, monkeypatch):
    """Trap 71: Segment Character's grey hole is a silhouette; it is filled before a network looks."""
    seen = []
    load = pack.dreamdance_core.backends.load

    def caption(image):
        seen.append(image)
        return "A harbour at dawn. A girl waits there."

    monkeypatch.setattr(
        pack.nodes.caption.backends,
        "load",
        lambda family, name, run: caption if family == "caption" else load(family, name, run),
    )
    picture, hole = torch.rand(1, 64, 96, 3) * torch.tensor([0.2, 0.4, 1.0]), torch.zeros(1, 64, 96)
    hole[:, 20:50, 40:60] = 1
    grey = torch.where(hole[..., None] > 0, torch.tensor(0.5), picture)
    execute = pack.nodes.caption.CaptionScene.execute
    assert execute(grey, "llava", "oil painting", hole_mask=hole)[0] == "oil painting A harbour at dawn."
    assert float(seen[0][20:50, 40:60, 0].max()) < 0.3 and torch.equal(seen[0][:20], grey[0, :20])
    execute(grey, "llava", "")
    assert torch.equal(seen[1], grey[0])
    assert execute(grey, "your words", " a girl ")[0] == "a girl", "the user's words are his"
