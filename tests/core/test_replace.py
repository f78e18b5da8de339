"""A person of a clip replaced: the clip's own pictures behind, the character in that person's place."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from dreamdance_core import backends, pipeline
from dreamdance_core.cli import SAMPLES, main, parser
from dreamdance_core.commands.options import animate_options
from dreamdance_core.figure_steps import animate_job
from dreamdance_core.io.clock import ClipRange
from dreamdance_core.io.maps import read_clip_mask
from dreamdance_core.io.pose_files import read_pose
from dreamdance_core.io.video import read_clip, write_video
from dreamdance_core.pose.place import placement, standing_in_for
from dreamdance_core.pose.retarget import RetargetOptions
from dreamdance_core.run_options import AnimateOptions
from dreamdance_core.runtime import Runtime
from dreamdance_core.types import Cutout, PoseTrack

ART, DANCE = str(SAMPLES / "character.png"), str(SAMPLES / "dance.mp4")
STEPS = ClipRange(frames=8, stride=2)
SHORT = ["--frames", "8", "--stride", "2"]
MASK = SAMPLES / "dance.person_mask.npz"

# A standing figure, px: nose, eyes, ears, then shoulders, elbows, wrists, hips, knees, ankles (left first).
FIGURE = [
    (0, 20),
    (4, 16),
    (-4, 16),
    (8, 18),
    (-8, 18),
    (22, 50),
    (-22, 50),
    (30, 84),
    (-30, 84),
    (34, 114),
    (-34, 114),
]
FIGURE += [(13, 124), (-13, 124), (14, 176), (-14, 176), (15, 228), (-15, 228)]


def figure(at=(0.0, 0.0), scale=1.0, head=1.0, size=(320, 288), frames=1, points=17) -> PoseTrack:
    """The figure with its pelvis at `at`; head: how long its neck is."""
    xy = torch.tensor(FIGURE, dtype=torch.float32) - torch.tensor([0.0, 124.0])
    xy[:5] = xy[5:7].mean(0) + head * (xy[:5] - xy[5:7].mean(0))
    track = torch.zeros(frames, 1, 133, 2)
    track[:, 0, :17] = scale * xy + torch.tensor(at)
    score = torch.zeros(frames, 1, 133)
    score[:, :, :points] = 1
    return PoseTrack(xy=track, score=score, width=size[0], height=size[1])


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("replaced")
    assert main(["animate", ART, DANCE, "--replace", "--driving-mask", str(MASK), "--out", str(out), *SHORT]) == 0
    return out


def test_it_leaves_what_a_replacement_has(run_folder):
    made = {path.name for path in run_folder.iterdir()}
    assert made == {"animation.mp4", "background.mp4", "pose.json", "report.json", "stages"}
    report = json.loads((run_folder / "report.json").read_text())
    clip, animation = read_clip(DANCE, STEPS), read_clip(run_folder / "animation.mp4")
    assert report["world"] == "replace" and report["size"] == [480, 640] and report["fps"] == 12
    assert report["source_frames"] == list(range(0, 16, 2)) and 0 < report["plate"]["never_seen"] < 1
    assert set(report["backends"]) == {"segment", "pose", "video", "inpaint"}
    assert animation.frames.shape == clip.frames.shape and animation.audio is not None
    pose = read_pose(run_folder / "pose.json")
    assert (len(pose), pose.width, pose.height) == (8, 480, 640)


def test_the_background_is_the_clip_without_its_person(run_folder):
    clip, plate = read_clip(DANCE, STEPS).frames, read_clip(run_folder / "background.mp4").frames
    person = read_clip_mask(MASK, STEPS) > 0.5
    near = torch.nn.functional.max_pool2d(person.float()[:, None], 25, 1, 12)[:, 0] > 0
    off = (plate - clip).abs().amax(-1)
    assert float(off[~near].quantile(0.99)) < 0.06, "the same place, but for the codec"
    assert float(off[person].median()) > 0.15, "nobody there"


def test_the_character_stands_where_the_person_stood(run_folder):
    animation, plate = (read_clip(run_folder / name).frames for name in ("animation.mp4", "background.mp4"))
    drawn = (animation - plate).abs().amax(-1) > 0.15
    person = read_clip_mask(MASK, STEPS) > 0.5
    for t in (0, 4, 7):
        rows, old = (mask[t].any(1).nonzero() for mask in (drawn, person))
        tall = float(old.max() - old.min())
        assert abs(float(rows.max() - old.max())) < 0.08 * tall, "feet on the same ground"
        assert 0.8 < float(rows.max() - rows.min()) / tall < 1.25, "as tall"
        middles = [float(mask[t].nonzero()[:, 1].float().mean()) for mask in (drawn, person)]
        assert abs(middles[0] - middles[1]) < 0.1 * tall


def test_an_identical_run_is_not_repeated_and_a_changed_one_keeps_the_plates(run_folder, tmp_path, capsys):
    same = ["animate", ART, DANCE, "--replace", "--driving-mask", str(MASK), "--out", str(run_folder), *SHORT]
    assert main(same) == 0
    assert "up to date" in capsys.readouterr().out
    assert main([*same, "--retarget"]) == 0
    reused = set(json.loads((run_folder / "report.json").read_text())["reused_stages"])
    assert {"cutout", "reference_pose", "driving_pose", "plates"} <= reused


def test_placement_is_exact_for_the_same_figure():
    reference = figure(at=(100.0, 150.0))
    driving = figure(at=(210.0, 140.0), scale=0.5, size=(400, 300), frames=6)
    scale, shift = placement(reference, driving)
    assert scale == pytest.approx(0.5, abs=1e-6)
    assert shift == pytest.approx((210 - 0.5 * 100, 140 - 0.5 * 150), abs=1e-3)
    alpha = torch.zeros(288, 320)
    alpha[20:260, 60:140] = 1
    picture = torch.rand(288, 320, 3)
    colours, mask, pose = standing_in_for(picture, alpha, reference, driving)
    assert colours.shape == (300, 400, 3) and (pose.width, pose.height) == (400, 300)
    torch.testing.assert_close(pose.xy[0, 0, :17], driving.xy[0, 0, :17], atol=1e-3, rtol=0)
    rows, columns = (mask > 0.5).nonzero().T
    assert abs(int(columns.min()) - (0.5 * 60 + shift[0])) <= 1 and abs(int(rows.min()) - (0.5 * 20 + shift[1])) <= 1


def test_other_proportions_stand_on_the_same_ground_as_tall():
    reference, driving = figure(at=(100.0, 150.0), head=2.0), figure(at=(200.0, 140.0), frames=5)
    scale, shift = placement(reference, driving)
    moved = reference.xy * scale + torch.tensor(shift)
    assert float(moved[0, 0, 15:17, 1].max()) == pytest.approx(float(driving.xy[0, 0, 15:17, 1].max()), abs=1e-3)
    tall = [float(xy[0, 0, 15, 1] - xy[0, 0, 0, 1]) for xy in (moved, driving.xy)]
    assert tall[0] == pytest.approx(tall[1], rel=0.03)


def test_a_person_without_feet_is_replaced_at_the_pelvis():
    reference, driving = figure(at=(100.0, 150.0)), figure(at=(160.0, 260.0), scale=1.4, frames=4, points=13)
    scale, shift = placement(reference, driving)
    assert scale == pytest.approx(1.4, abs=1e-5)
    assert 1.4 * 100 + shift[0] == pytest.approx(160, abs=1e-3) and 1.4 * 150 + shift[1] == pytest.approx(260, abs=1e-3)


def _job(retarget: RetargetOptions, head: float = 1.0):
    driving = figure(at=(200.0, 150.0), frames=8)
    turn = torch.linspace(0, 1.2, 8)  # a forearm swings
    forearm = (driving.xy[0, 0, 9] - driving.xy[0, 0, 7]).norm()
    driving.xy[:, 0, 9] = driving.xy[:, 0, 7] + forearm * torch.stack([turn.sin(), turn.cos()], -1)
    reference = figure(at=(100.0, 150.0), head=head)
    alpha = torch.zeros(288, 320)
    alpha[20:270, 60:140] = 1
    picture, mask, pose = standing_in_for(torch.rand(288, 320, 3), alpha, reference, driving)
    cut = Cutout(character=picture, alpha=mask, hole_mask=mask)
    return driving, animate_job(cut, torch.rand(8, 288, 320, 3), driving, pose, AnimateOptions(retarget=retarget))


def test_the_pose_stays_where_the_person_was():
    """Trap 57: off is off, whatever the proportions; and equal proportions change nothing when it is on."""
    for head in (1.0, 1.6):
        driving, job = _job(RetargetOptions(enabled=False), head)
        assert torch.equal(job.pose.xy, driving.xy)
    driving, job = _job(RetargetOptions(enabled=True))
    torch.testing.assert_close(job.pose.xy[..., :17, :], driving.xy[..., :17, :], atol=0.5, rtol=0)
    _, other = _job(RetargetOptions(enabled=True), 1.6)
    assert float((other.pose.xy - driving.xy)[:, 0, 5].norm(dim=-1).max()) > 5, "its own proportions"


def test_before_white_and_before_a_clip_of_ones_own(tmp_path):
    small = tmp_path / "art.png"
    Image.open(ART).convert("RGB").resize((240, 320)).save(small)
    short = ["--frames", "4", "--long-side", "256"]
    assert main(["animate", str(small), DANCE, "--background", "white", "--out", str(tmp_path / "white"), *short]) == 0
    animation, white = (read_clip(tmp_path / "white" / f"{name}.mp4").frames for name in ("animation", "background"))
    assert white.shape == (4, 256, 192, 3) and float(white.min()) > 0.97
    assert 0.03 < float(((1 - animation).amax(-1) > 0.2).float().mean()) < 0.6
    assert not (tmp_path / "white" / "scene.ply").exists()
    colours = torch.linspace(0.2, 0.9, 6)[:, None, None, None].expand(-1, 90, 160, 3)
    write_video(tmp_path / "own.mp4", colours, 24.0)
    own = ["--background", str(tmp_path / "own.mp4")]
    assert main(["animate", str(small), DANCE, *own, "--out", str(tmp_path / "own"), *short]) == 0
    shown = read_clip(tmp_path / "own" / "background.mp4").frames
    assert shown.shape == (4, 256, 192, 3)
    np.testing.assert_allclose(shown.mean((1, 2, 3)), colours[:4, 0, 0, 0], atol=0.02)


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (["--replace", "--scene", "s.ply"], "need the character's own scene"),
        (["--driving-mask", str(MASK)], "--driving-mask changes nothing without --replace"),
        (["--driving-shadow", "0.2"], "--driving-shadow changes nothing without --replace"),
        (["--replace", "--fit-steps", "50"], "--fit-steps changes nothing with --replace"),
        (["--background", "white", "--inpaint", "telea"], "--inpaint changes nothing with --background"),
        (["--sampler", "dpm"], "are the gated model's choices, --video is puppet"),
        (["--background", "none.png"], "no picture at"),
        (["--background", "short.mp4", "--frames", "4"], "at least the clip's 4 frames"),
    ],
)
def test_what_does_not_go_together_is_one_sentence(more, sentence, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    write_video(tmp_path / "short.mp4", torch.full((2, 64, 96, 3), 0.4), 24.0)
    frames = [] if "--frames" in more else ["--frames", "2"]
    assert main(["animate", ART, DANCE, "--out", "o", *frames, *more]) == 1
    assert sentence in capsys.readouterr().err.strip().splitlines()[-1]


def test_what_the_command_line_asks_of_the_video_backend():
    def asked(*more: str) -> AnimateOptions:
        return animate_options(parser().parse_args(["animate", "a.png", "v.mp4", "--out", "o", *more]))

    gated = ["--replace", "--video", "gated_cogvideox"]
    fast = asked(*gated, "--sampler", "dpm", "--steps", "12", "--guidance", "2", "--prompt", "a street")
    assert fast.gated.sampler == "dpm"
    assert (fast.steps, fast.guidance, fast.scene.prompt, fast.world) == (12, 2.0, "a street", "replace")
    assert fast.keep_background and not asked(*gated, "--no-keep-background").keep_background
    assert not asked("--replace").keep_background and asked("--keep-background").keep_background
    assert not asked("--replace").retarget.enabled and asked("--replace", "--retarget").retarget.enabled
    assert asked().retarget.enabled and not asked("--no-retarget").retarget.enabled
    assert asked().world == "scene" and asked("--background", "white").world == "own"


def test_the_kept_background_is_untouched_outside_the_paint_mask(monkeypatch):
    _, job = _job(RetargetOptions(enabled=False))
    monkeypatch.setattr(backends, "load", lambda family, name, run: lambda job: torch.rand_like(job.background))
    outside = job.paint_mask == 0
    for keep in (True, False):
        made = pipeline._painted(job, job.pose, AnimateOptions(keep_background=keep), lambda title: Runtime())
        assert torch.equal(made.frames[outside], job.background[outside]) is keep
        assert not torch.equal(made.frames[job.paint_mask > 0], job.background[job.paint_mask > 0])


def test_masks_of_another_size_and_canvases(tmp_path):
    """With a canvas of its own the clip is cut, its mask with it, and the pose is told in the file's pixels."""
    out = tmp_path / "o"
    sized = ["--size", "192x288", "--driving-mask", str(MASK)]
    assert main(["animate", ART, DANCE, "--replace", *sized, "--out", str(out), "--frames", "4"]) == 0
    report = json.loads((out / "report.json").read_text())
    assert report["size"] == [192, 288]
    pose = replace(read_pose(out / "pose.json"))
    assert (pose.width, pose.height) == (480, 640)
    person = read_clip_mask(MASK, ClipRange(frames=4)) > 0.5
    for t in range(4):
        seen = pose.score[t, 0, [5, 6, 11, 12]] > 0.3
        x, y = pose.xy[t, 0, [5, 6, 11, 12]][seen].mean(0).round().long()
        assert person[t, y, x], "the torso lies on the person"
