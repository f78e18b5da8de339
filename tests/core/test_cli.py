"""The command line, file in, file out, on the shipped samples at a small size; bad input is one clear sentence."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from dreamdance_core.cli import SAMPLES, main
from dreamdance_core.commands import parts
from dreamdance_core.geometry.pinhole import intrinsics
from dreamdance_core.io.camera_files import read_cameras, write_cameras
from dreamdance_core.io.images import read_image
from dreamdance_core.io.pose_files import read_pose
from dreamdance_core.io.splat_files import read_splats, write_splats
from dreamdance_core.io.video import read_clip, write_video
from dreamdance_core.types import Cameras

ART, DANCE = str(SAMPLES / "character.png"), str(SAMPLES / "dance.mp4")
SMALL = ["--long-side", "256", "--frames", "9", "--stride", "2", "--views", "3", "--fit-steps", "12"]


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("demo")
    assert main(["demo", "--out", str(out), *SMALL]) == 0
    return out


def test_demo_leaves_everything(run_folder):
    report = json.loads((run_folder / "report.json").read_text())
    animation, background = read_clip(run_folder / "animation.mp4"), read_clip(run_folder / "background.mp4")
    assert len(animation.frames) == len(background.frames) == report["frames"] == 9
    assert [animation.frames.shape[2], animation.frames.shape[1]] == report["size"]
    assert max(report["size"]) == 256
    assert all(side % 16 == 0 for side in report["size"])
    assert report["source_frames"] == list(range(0, 18, 2))
    assert report["fps"] == 12
    assert animation.fps == 12
    assert animation.audio is not None  # the sample's sound, cut by the same clock
    seconds = animation.audio.waveform.shape[1] / animation.audio.sample_rate
    assert seconds == pytest.approx(9 / 12, abs=0.06)
    assert len(read_cameras(run_folder / "camera.json")) == 9
    assert len(read_pose(run_folder / "pose.json")) == 9
    assert len(read_splats(run_folder / "scene.ply")) > 1000
    changed = (animation.frames - background.frames).abs().amax(-1) > 0.2
    assert 0.02 < float(changed.float().mean()) < 0.6  # the character, and not the whole picture


def test_the_character_moves_and_the_scene_is_rendered(run_folder):
    animation, background = (read_clip(run_folder / name).frames for name in ("animation.mp4", "background.mp4"))
    figure = ((animation - background).abs().amax(-1) > 0.2).float()
    overlap = (figure[0] * figure[4]).sum() / figure[0].maximum(figure[4]).sum()
    assert overlap < 0.97
    assert background[0].std() > 0.1


def test_an_identical_run_is_not_repeated_and_a_changed_one_reuses(run_folder, capsys):
    stamp = (run_folder / "animation.mp4").stat().st_mtime_ns
    assert main(["demo", "--out", str(run_folder), *SMALL]) == 0
    assert "up to date" in capsys.readouterr().out
    assert (run_folder / "animation.mp4").stat().st_mtime_ns == stamp
    (run_folder / "animation.mp4").unlink()
    assert main(["demo", "--out", str(run_folder), *SMALL]) == 0
    reused = set(json.loads((run_folder / "report.json").read_text())["reused_stages"])
    assert {"cutout", "reference_pose", "driving_pose", "driving_camera", "scene", "gaussians"} <= reused


def test_a_finished_scene_and_a_camera_file_replace_their_stages(run_folder, tmp_path):
    arguments = ["animate", ART, DANCE, "--out", str(tmp_path), *SMALL, "--camera", str(run_folder / "camera.json")]
    scene = ["--scene", str(run_folder / "scene.ply"), "--camera-units", "depth"]
    assert main([*arguments, *scene]) == 0
    first, again = (read_clip(folder / "background.mp4").frames for folder in (run_folder, tmp_path))
    assert (first - again).abs().mean() < 0.02
    own, followed = (read_cameras(folder / "camera.json") for folder in (run_folder, tmp_path))
    assert torch.allclose(own.K, followed.K)  # the file's lens, since its path is followed exactly
    assert not (tmp_path / "stages" / "gaussians.safetensors").exists()


def test_scene_and_render(tmp_path, run_folder):
    small = tmp_path / "art.png"
    Image.open(ART).convert("RGB").resize((192, 256)).save(small)
    ply, camera = tmp_path / "scene.ply", str(run_folder / "camera.json")
    options = ["--camera", camera, "--long-side", "256", "--views", "2", "--fit-steps", "5", "--no-spiral"]
    assert main(["scene", str(small), "--out", str(ply), *options]) == 0
    placed = read_cameras(tmp_path / "scene.camera.json")
    assert len(placed) == 9
    assert torch.allclose(placed.c2w[0], torch.eye(4), atol=1e-5)
    rendered = ["render", str(ply), "--camera", str(tmp_path / "scene.camera.json")]
    assert main([*rendered, "--out", str(tmp_path / "frames"), "--size", "96x128"]) == 0
    pictures = sorted((tmp_path / "frames").iterdir())
    assert [p.name for p in pictures] == [f"{i:05d}.png" for i in range(9)]
    assert read_image(pictures[0]).rgb.shape == (128, 96, 3)
    start = torch.from_numpy(np.asarray(Image.open(small).resize((96, 128)), np.float32) / 255)
    assert (read_image(pictures[0]).rgb - start).abs().mean() < 0.05
    assert main([*rendered, "--out", str(tmp_path / "scene.mp4")]) == 0
    truth = ["--pred", str(tmp_path / "scene.mp4"), "--truth", str(tmp_path / "scene.mp4")]
    assert main(["evaluate", *truth, "--out", str(tmp_path / "m.json")]) == 0
    assert json.loads((tmp_path / "m.json").read_text())["psnr"] == 100


def test_one_scene_serves_many_shots(tmp_path, run_folder):
    """A scene in any format, with its own path, or with another one fitted to it."""
    own = read_cameras(run_folder / "camera.json")
    write_splats(tmp_path / "scene.spz", read_splats(run_folder / "scene.ply"))
    write_splats(tmp_path / "scene.splat", read_splats(run_folder / "scene.ply"))
    shots = {}
    for name in ("scene.ply", "scene.spz", "scene.splat"):
        scene = (run_folder if name == "scene.ply" else tmp_path) / name
        shot = ["render", str(scene), "--camera", str(run_folder / "camera.json"), "--out", str(tmp_path / name[6:])]
        assert main(shot) == 0
        shots[name] = read_image(tmp_path / name[6:] / "00008.png").rgb
        assert (shots[name] - shots["scene.ply"]).abs().mean() < 0.01, name
    far = replace(own[[0, 8]], c2w=torch.eye(4).repeat(2, 1, 1))
    far.c2w[:, :3, 3] = torch.tensor([[700.0, 0.0, 900.0], [800.0, 0.0, 900.0]])  # another unit, another frame
    write_cameras(tmp_path / "far.json", far)
    shot = ["render", str(tmp_path / "scene.spz"), "--camera", str(tmp_path / "far.json"), "--camera-units", "auto"]
    assert main([*shot, "--out", str(tmp_path / "far")]) == 0
    start, end = (read_image(tmp_path / "far" / f"0000{i}.png").rgb for i in (0, 1))
    reference = read_image(tmp_path / "ply" / "00000.png").rgb
    assert (end - reference).abs().mean() > 0.01 and end.mean() > 0.5 * reference.mean()
    assert (start - reference).abs().mean() < (end - reference).abs().mean(), "it starts near the reference camera"


def test_segment_pose_camera_and_weights(tmp_path, capsys):
    assert main(["segment", ART, "--out", str(tmp_path / "mask.png")]) == 0
    assert 0.05 < float(read_image(tmp_path / "mask.png").rgb.mean()) < 0.5
    assert main(["pose", DANCE, "--out", str(tmp_path / "pose.json"), "--frames", "4"]) == 0
    assert len(read_pose(tmp_path / "pose.json")) == 4
    assert main(["camera", DANCE, "--out", str(tmp_path / "one.json"), "--frames", "1"]) == 0
    assert "static" in capsys.readouterr().out
    assert main(["weights", "list"]) == 0
    assert "u2netp" in capsys.readouterr().out


def test_large_clips_are_read_smaller_but_answered_in_their_own_pixels(tmp_path, monkeypatch):
    full, small = tmp_path / "new" / "full.json", tmp_path / "new" / "small.json"
    assert main(["pose", DANCE, "--out", str(full), "--frames", "1"]) == 0
    monkeypatch.setattr(parts, "CLIP_SIDE", 320)
    assert main(["pose", DANCE, "--out", str(small), "--frames", "1"]) == 0
    full, small = read_pose(full), read_pose(small)
    assert (small.width, small.height) == (full.width, full.height) == (480, 640)
    both = (full.score > 0.5) & (small.score > 0.5)
    assert float((full.xy - small.xy).norm(dim=-1)[both].mean()) < 10
    camera = tmp_path / "camera.json"
    mask = str(SAMPLES / "dance.person_mask.npz")
    arguments = ["camera", DANCE, "--mask", mask, "--focal", "700", "--frames", "1", "--start", "40"]
    assert main([*arguments, "--out", str(camera)]) == 0
    found = read_cameras(camera)
    assert (found.width, found.height) == (480, 640)
    assert float(found.K[0, 0, 0]) == pytest.approx(700)
    assert found.K[0, :2, 2].tolist() == [240, 320]


def bad_files(folder: Path) -> None:
    (folder / "text.png").write_text("hello")
    (folder / "text.mp4").write_text("hello")
    (folder / "text.json").write_text('{"version": 1, "cameras": [')
    (folder / "text.spz").write_text("hello")
    write_cameras(folder / "one.json", Cameras(c2w=torch.eye(4)[None], K=intrinsics(64, 48)[None], width=64, height=48))
    (folder / "text.ply").write_text("ply\nformat ascii 1.0\nend_header\n")
    Image.new("RGB", (200, 160), (90, 120, 90)).save(folder / "plain.png")
    write_video(folder / "empty_room.mp4", torch.full((6, 64, 96, 3), 0.4), 24.0)
    np.savez(folder / "nan.npz", z=np.full((1280, 960), np.nan, np.float32))
    Image.new("L", (10, 10), 255).save(folder / "small_mask.png")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["segment", "none.png", "--out", "m.png"], "no picture at"),
        (["segment", "text.png", "--out", "m.png"], "not a readable picture"),
        (["segment", "plain.png", "--out", "m.png"], "No character found"),
        (["pose", "text.mp4", "--out", "p.json"], "not a readable video"),
        (["pose", "empty_room.mp4", "--out", "p.json"], "person"),
        (["pose", DANCE, "--out", "p.json", "--start", "9999"], "no frame from number 9999"),
        (["pose", DANCE, "--out", "p.json", "--stride", "0"], "stride must be at least 1"),
        (["camera", "none.mp4", "--out", "c.json"], "no video at"),
        (["camera", DANCE, "--mask", "text.json", "--out", "c.json"], "not a readable video"),
        (["scene", ART, "--depth", "nan.npz", "--out", "s.ply"], "positive depths"),
        (["scene", ART, "--mask", "small_mask.png", "--out", "s.ply"], "must have the picture's size"),
        (["scene", ART, "--depth", "no_such_backend", "--out", "s.ply"], "depth backend must be one of"),
        (["scene", ART, "--size", "100x64", "--out", "s.ply"], "multiples of 16"),
        (["scene", ART, "--camera", "text.json", "--out", "s.ply"], "text.json"),
        (["scene", ART, "--out", "s.ksplat"], "s.ksplat must end in .ply, .spz or .splat"),
        (["render", "text.spz", "--camera", "one.json", "--out", "r.mp4"], "text.spz is no Gaussian scene"),
        (["animate", ART, DANCE, "--scene", "text.ply", "--out", "o", "--frames", "1"], "text.ply is a PLY in ascii"),
        (["render", "text.ply", "--camera", "text.json", "--out", "r.mp4"], "text.json"),
        (["segment", ART, "--out", "m.png", "--device", "cuda:77"], "cannot be used here"),
        (["animate", ART, DANCE, "--out", "o", "--camera-units", "depth", "--frames", "1"], "needs --camera FILE"),
        (["camera", DANCE, "--out", "c.xyz"], "cameras cannot be written as '.xyz'"),
        (["render", "text.ply", "--camera", "text.json", "--out", "r.gif"], "r.gif cannot be written as a video"),
        (["evaluate", "--pred", DANCE, "--truth", "empty_room.mp4"], "must have the same frames and size"),
        (["weights", "get"], "needs a name"),
        (["weights", "get", "nothing"], "nothing"),
    ],
)
def test_bad_input_is_one_sentence(arguments, sentence, tmp_path, monkeypatch, capsys):
    bad_files(tmp_path)
    monkeypatch.chdir(tmp_path)
    before = set(tmp_path.iterdir())
    assert main(arguments) == 1
    message = capsys.readouterr().err.strip().splitlines()[-1]
    assert sentence in message
    assert "Traceback" not in message
    assert set(tmp_path.iterdir()) == before  # nothing half-written is left


def test_usage_errors_name_the_rule(capsys):
    for arguments, text in (
        (["scene", ART, "--size", "big", "--out", "s.ply"], "640x384"),
        (["scene", ART, "--seed", "-1", "--out", "s.ply"], "whole number from 0"),
        (["scene", ART, "--focal", "0.8", "--out", "s.ply"], "must be in pixels"),
        (["render"], "required"),
    ):
        with pytest.raises(SystemExit) as stop:
            main(arguments)
        assert stop.value.code == 2
        assert text in capsys.readouterr().err
