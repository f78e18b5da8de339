"""`dreamdance evaluate`: one clip, folders matched by name, the paper's protocol, bad input in one sentence."""

import json

import numpy as np
import pytest
import torch
from torch import nn

from dreamdance_core.cli import main
from dreamdance_core.commands import measure
from dreamdance_core.evaluation import networks
from dreamdance_core.io.camera_files import write_cameras
from dreamdance_core.io.images import read_image, write_image
from dreamdance_core.io.video import read_clip, write_video
from dreamdance_core.types import Cameras, CameraSolution


def clip(seed: int, count: int = 20, height: int = 64, width: int = 96) -> torch.Tensor:
    make = torch.Generator().manual_seed(seed)
    coarse = torch.rand(1, 3, height // 8, width // 8 + 4, generator=make)
    wide = nn.functional.interpolate(coarse, scale_factor=8, mode="bilinear")[0]
    return torch.stack([wide[..., t : t + width].movedim(0, -1) for t in range(count)])


class Small(nn.Module):
    """A stand-in for I3D."""

    side, clip, width = 8, 16, 3

    def prepared(self, frames):
        return frames.movedim(-1, 1) / 255

    def forward(self, clips):
        return torch.stack([clips[:, 0].mean((1, 2, 3)), clips[:, 1].std((1, 2, 3)), clips[:, 2].amax((1, 2, 3))], -1)


@pytest.fixture
def folders(tmp_path, monkeypatch):
    """Three videos with masks, two of them predicted, and a prediction without a truth."""
    monkeypatch.setitem(networks.NETWORKS, "i3d", ("i3d_kinetics_400", lambda run: Small()))
    monkeypatch.chdir(tmp_path)
    mask = np.zeros((20, 64, 96), np.uint8)
    mask[:, 16:60, 30:60] = 1
    (tmp_path / "masks").mkdir()
    for seed, name in enumerate(("jump", "run", "walk")):
        write_video(tmp_path / "truth" / f"{name}.mp4", clip(seed), 24.0)
        np.savez(tmp_path / "masks" / f"{name}.npz", mask=np.packbits(mask, axis=-1), shape=mask.shape)
    for seed, name in ((0, "jump"), (2, "walk"), (5, "fly")):
        write_video(tmp_path / "pred" / f"{name}.mp4", (clip(seed) * 0.9), 24.0)
    return tmp_path


def found(path) -> dict:
    return json.loads(path.read_text("utf-8"))


def test_folders_are_matched_by_name(folders, capsys):
    arguments = ["evaluate", "--pred", "pred", "--truth", "truth", "--mask", "masks", "--bootstrap", "40"]
    assert main([*arguments, "--metrics", "psnr,fvd,fg_fvd", "--out", "m.json"]) == 0
    data = found(folders / "m.json")
    assert set(data["videos"]) == {"jump", "walk"}
    assert "1 videos without a prediction are left out: run" in data["notes"]
    assert "1 videos without a truth are left out: fly" in data["notes"]
    assert 15 < data["psnr"] < 30 and data["fvd"] > 0 and data["fg_fvd"] > 0
    assert {row["metric"]: row["n"] for row in data["metrics"]} == {"psnr": 40, "fvd": 2, "fg_fvd": 2}
    assert data["metrics"][0]["interval"]["low"] <= data["psnr"]
    assert "left out: run" in capsys.readouterr().out
    assert main([*arguments, "--metrics", "psnr", "--out", "m.csv"]) == 0
    assert (folders / "m.csv").read_text().startswith("metric,value")
    assert main([*arguments, "--metrics", "psnr", "--out", "m.md"]) == 0
    assert "| psnr |" in (folders / "m.md").read_text()


def test_a_broken_video_is_set_aside_and_named(folders):
    (folders / "pred" / "run.mp4").write_text("hello")
    assert main(["evaluate", "--pred", "pred", "--truth", "truth", "--metrics", "mae", "--out", "m.json"]) == 0
    data = found(folders / "m.json")
    assert set(data["videos"]) == {"jump", "walk"} and "run.mp4 is not a readable video" in data["set_aside"]["run"]


def test_videos_of_two_frame_rates_are_not_compared(folders, capsys):
    """300 frames at 60 1/s and 150 at 30 1/s show the same time, but not frame by frame."""
    write_video(folders / "pred" / "walk.mp4", clip(2), 12.0)
    arguments = ["evaluate", "--metrics", "mae", "--out", "m.json"]
    assert main([*arguments, "--pred", "pred", "--truth", "truth"]) == 0
    data = found(folders / "m.json")
    assert set(data["videos"]) == {"jump"} and "got 12 and 24 1/s; re-encode" in data["set_aside"]["walk"]
    assert main([*arguments, "--pred", "pred/walk.mp4", "--truth", "truth/walk.mp4"]) == 1
    assert "-r 12 OUT.mp4" in capsys.readouterr().err
    write_video(folders / "pred" / "walk.mp4", clip(2), 24000 / 1001)
    assert main([*arguments, "--pred", "pred/walk.mp4", "--truth", "truth/walk.mp4"]) == 0


def test_pictures_beside_videos_and_dots_in_folder_names(folders):
    """--prepare writes NAME.png beside NAME.mp4; folders of pictures have no ending."""
    write_image(folders / "pred" / "walk.png", clip(2)[0])
    arguments = ["evaluate", "--metrics", "mae", "--out", "m.json"]
    assert main([*arguments, "--pred", "pred", "--truth", "truth", "--background", "pred"]) == 0
    assert set(found(folders / "m.json")["videos"]) == {"jump", "walk"}
    for side, light in (("a", 1.0), ("b", 0.9)):
        for seed, name in enumerate(("run.1", "run.2")):
            for number, frame in enumerate(clip(seed, 3)):
                write_image(folders / side / name / f"{number}.png", frame * light)
    assert main([*arguments, "--pred", "b", "--truth", "a", "--mask", "a"]) == 0
    assert set(found(folders / "m.json")["videos"]) == {"run.1", "run.2"}


def test_one_clip_with_all_that_is_known_about_it(folders, monkeypatch):
    cameras = Cameras(c2w=torch.eye(4).repeat(20, 1, 1), K=torch.tensor([[90.0, 0, 48], [0, 90, 32], [0, 0, 1]]).repeat(
        20, 1, 1), width=96, height=64)  # fmt: skip
    cameras.c2w[:, 0, 3] = torch.linspace(0, 1, 20)
    write_cameras(folders / "camera.json", cameras)
    write_image(folders / "art.png", torch.cat([clip(0)[0], torch.ones(64, 96, 1)], -1))

    def solved(frames, backend, *, person_mask, run):
        assert person_mask.dtype == torch.float32 and frames.shape == (20, 64, 96, 3)
        found = torch.ones(20, dtype=torch.bool)
        return CameraSolution(cameras=cameras, kind="parallax", solved=found, median_depth=1.0)

    monkeypatch.setattr(measure, "estimate_camera", solved)
    monkeypatch.setattr(measure.backends, "load", lambda *_, **__: None)
    arguments = ["evaluate", "--pred", "pred/jump.mp4", "--truth", "truth/jump.mp4", "--mask", "masks/jump.npz"]
    given = ["--background", "truth/jump.mp4", "--camera", "camera.json", "--reference", "art.png"]
    assert main([*arguments, *given, "--out", "m.json"]) == 0
    data = found(folders / "m.json")
    assert data["camera_ate"] == pytest.approx(0, abs=1e-5) and data["camera_focal_percent"] == 0
    assert 15 < data["background_psnr"] < 30 and 0.5 < data["identity"] <= 1 and data["warp_error"] > 0
    assert {"psnr", "ssim", "mae", "l1_table", "drift_psnr"} <= set(data) and "fvd" not in data
    assert len(data["windows"]["jump"]["drift_psnr"]) == 1


def test_the_papers_protocol_from_references_to_the_table(folders, capsys):
    """--prepare gives references and drivers; a method that returns the drivers is perfect."""
    paper = ["evaluate", "--truth", "truth", "--protocol", "paper", "--side", "64"]
    assert main([*paper, "--prepare", "inputs"]) == 0
    reference = read_image(folders / "inputs" / "walk.png").rgb
    driver = read_clip(folders / "inputs" / "walk.mp4").frames
    assert driver.shape == (20, 64, 64, 3) and (driver[0] - reference).abs().mean() < 0.02
    (folders / "made").mkdir()
    for name in ("jump", "run", "walk"):
        (folders / "inputs" / f"{name}.mp4").rename(folders / "made" / f"{name}.mp4")
    capsys.readouterr()
    assert main([*paper, "--pred", "made", "--mask", "masks", "--out", "m.json"]) == 0
    data = found(folders / "m.json")
    assert data["psnr"] > 35 and data["ssim"] > 0.95 and data["l1_table"] < 1e-3 and data["fvd_table"] < 0.01
    assert data["fid_table"] is None and data["fg_fvd_table"] is not None
    absent = {row["metric"]: row["absent"] for row in data["metrics"] if row["absent"]}
    assert absent == {
        "fid_table": "inception_fid",
        "fg_fid_table": "inception_fid",
        "fid_vid_table": "resnet50_kinetics",
    }
    assert "64 px squares" in data["protocol"] and any("no retargeting" in note for note in data["notes"])
    assert "its first frame is the reference" in capsys.readouterr().out
    rows = {row["metric"]: " ".join(row["warnings"]) for row in data["metrics"]}
    assert "cut out by the truth's mask" in rows["fg_fvd_table"] and "cut out" not in rows["fvd_table"]
    short = read_clip(folders / "made" / "run.mp4").frames[:17]
    write_video(folders / "made" / "run.mp4", short, 24.0)
    assert main([*paper, "--pred", "made", "--metrics", "psnr", "--out", "m.json"]) == 0
    assert "run: only the first 17 frames are compared (prediction 17, truth 20)" in found(folders / "m.json")["notes"]


def test_predictions_before_white_are_used_as_they_are(folders):
    """--prepare --mask gives the white inputs; a wrong pose costs with --pred-white."""
    paper = ["evaluate", "--truth", "truth", "--mask", "masks", "--protocol", "paper", "--side", "64"]
    assert main([*paper, "--prepare", "inputs"]) == 0
    reference = read_image(folders / "inputs" / "white" / "walk.png").rgb
    inside = torch.zeros(64, 64, dtype=torch.bool)
    inside[16:60, 14:44] = True  # of the mask, in the centre square
    assert (reference[~inside] == 1).all()
    assert torch.equal(reference[inside], read_image(folders / "inputs" / "walk.png").rgb[inside])
    assert read_clip(folders / "inputs" / "white" / "walk.mp4").frames.min() > 0.98
    for seed, name in enumerate(("jump", "run", "walk")):
        write_video(folders / "made" / f"{name}.mp4", clip(seed), 24.0)
        white = torch.where(inside[None, :, :, None], clip(seed)[:, :, 16:80], 1.0)
        write_video(folders / "same" / f"{name}.mp4", white, 24.0)
        white[:, :38] = 1  # bent down: half as tall
        write_video(folders / "bent" / f"{name}.mp4", white, 24.0)
    values = []
    for white in ("same", "bent"):
        measured = ["--pred", "made", "--pred-white", white, "--metrics", "fg_fvd_table", "--out", "m.json"]
        assert main([*paper, *measured]) == 0
        data = found(folders / "m.json")
        values.append(data["fg_fvd_table"])
        assert not any("cut out by the truth" in text for text in data["metrics"][0]["warnings"])
    assert values[1] > 10 * values[0]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--truth", "truth"], "needs --pred"),
        (["--pred", "pred", "--truth", "truth/walk.mp4"], "must be a folder of videos like the other one"),
        (["--pred", "pred", "--truth", "masks"], "must be a folder of videos like the other one"),
        (["--pred", "pred", "--truth", "other"], "must hold videos of the same names"),
        (["--pred", "pred", "--truth", "truth", "--mask", "masks/walk.npz"], "must be a folder with a file for each"),
        (["--pred", "pred", "--truth", "truth", "--mask", "truth/.."], "must hold files named like the videos"),
        (["--pred", "pred", "--truth", "truth", "--out", "m.xls"], "--out must end in .json, .csv, .md"),
        (["--pred", "pred", "--truth", "truth", "--side", "64"], "belong to --protocol paper"),
        (["--pred", "pred", "--truth", "truth", "--bootstrap", "-1"], "--bootstrap must be 0 or more"),
        (["--pred", "pred", "--truth", "truth", "--protocol", "paper", "--camera", "c.json"], "no place in the paper"),
        (["--pred", "pred/walk.mp4", "--truth", "truth/walk.mp4", "--mask", "pred/none.npz"], "no clip mask at"),
        (["--pred", "pred/none.mp4", "--truth", "truth/walk.mp4"], "no video at"),
    ],
)
def test_bad_input_is_one_sentence(arguments, sentence, folders, capsys):
    write_video(folders / "other" / "swim.mp4", clip(1), 24.0)
    assert main(["evaluate", *arguments, "--metrics", "mae"]) == 1
    message = capsys.readouterr().err.strip().splitlines()[-1]
    assert sentence in message and "Traceback" not in message


def test_a_measure_that_does_not_exist_is_named(capsys):
    with pytest.raises(SystemExit) as stop:
        main(["evaluate", "--pred", "a", "--truth", "b", "--metrics", "fdv"])
    assert stop.value.code == 2 and "'fdv'" in capsys.readouterr().err
