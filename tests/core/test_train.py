"""A training run: goes on as if it had never stopped, trains what it should and nothing else, makes usable files."""

from __future__ import annotations

import math
import os
import signal
import subprocess
import sys
import time

import pytest
import torch

from dreamdance_core.runtime import Runtime
from dreamdance_core.training.config import read_config
from dreamdance_core.training.encode import encode_example
from dreamdance_core.training.example import make_example
from dreamdance_core.training.loop import Diverged, train
from dreamdance_core.training.state import latest, read_table
from dreamdance_core.video.backends import gated_cogvideox as gated
from dreamdance_core.video.backends.gated_cogvideox.sample import Bar, plan, prepare

TIMES = ("data_s", "step_s")


@pytest.fixture
def made(tmp_path, training_clips, gated_files):
    """A function that writes a config for the dataset and base model in tmp_path."""
    training_clips.write_dataset(tmp_path / "data", count=3)
    training_clips.write_base(tmp_path, gated_files.base_of)
    return lambda **sections: training_clips.write_config(tmp_path, **sections)


def curve(path) -> list[dict]:
    return [{k: str(v) for k, v in line.items() if k not in TIMES} for line in read_table(path / "losses.csv")]


def test_a_killed_run_goes_on_with_the_same_losses(tmp_path, made):
    config = made(training={"steps": 4, "save_every": 2})
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    train(read_config(config), whole, Runtime())
    endless = made(training={"steps": 4000, "save_every": 2})
    command = [sys.executable, "-m", "dreamdance_core.cli", "train", str(endless), "--out", str(killed)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        until = time.monotonic() + 300
        while len(curve(killed) if (killed / "losses.csv").exists() else []) < 3 and time.monotonic() < until:
            assert process.poll() is None, "the run ended by itself"
            time.sleep(0.05)
        process.send_signal(signal.SIGKILL)
    assert latest(killed).step in (2, 4)
    for path in (killed / "states").glob("state-000004"):  # the kill may have come late
        path.rename(path.with_name("gone"))
    assert train(read_config(made(training={"steps": 4, "save_every": 2})), killed, Runtime()) == 4
    assert curve(killed) == curve(whole) and len(curve(whole)) == 4
    states = [torch.load(out / "states/state-000004/optimizer.bin", weights_only=True) for out in (whole, killed)]
    for key, moments in states[0]["state"].items():
        assert torch.equal(moments["exp_avg"], states[1]["state"][key]["exp_avg"])


@pytest.mark.parametrize("kind", ["full", "lora"])
def test_the_checkpoint_loads_and_samples(tmp_path, made, training_clips, kind):
    config = read_config(made(training={"steps": 2}, model={"train": kind, "rank": 4, "alpha": 8.0}))
    train(config, tmp_path / "out", Runtime())
    run = Runtime(weight_folders=(tmp_path,))
    path = tmp_path / "out" / "step-000002.dreamdance.safetensors"
    parts = gated.model.Parts(clip=tmp_path / "clip")
    model = gated.load_checkpoint(path, run, parts=parts)
    example = make_example(training_clips.training_clip(), 0)
    job = example.job
    frames = gated.sample(job, model, gated.SampleOptions(), run).frames
    assert frames.shape == job.background.shape and torch.isfinite(frames).all()


@pytest.mark.parametrize("version", ["1.0", "1.5"])
def test_training_sees_what_sampling_sees(training_clips, version):
    model, run = gated.tiny_model(version=version), Runtime()
    example = make_example(training_clips.training_clip(), 5)
    mine = encode_example(example, model.vae, model.clip, run)
    with torch.no_grad():
        theirs = prepare(
            example.job, model, plan(example.job, model, gated.SampleOptions(), None), run, Bar(run, 9), tiling=True
        )
    (given,) = theirs.conditions
    assert torch.equal(torch.cat([mine.background, mine.mask], 1), given.background[0])
    assert torch.equal(mine.pose, given.pose[0]) and torch.equal(mine.reference, given.reference[0])
    assert torch.equal(mine.clip, theirs.tokens[0])


def stopping(step: int):
    """A Runtime whose user presses stop at this step."""

    def report(done: int, total: int, preview: torch.Tensor | None = None) -> None:
        if (done, total) == (step, 6):
            os.kill(os.getpid(), signal.SIGTERM)

    return Runtime(report=report)


def test_stopped_runs_keep_their_state_and_go_on(tmp_path, made):
    """By a signal, by the time of a slice; the weights are those of a run in one piece, averaged ones too."""
    whole, pieces = tmp_path / "whole", tmp_path / "pieces"
    common = {"steps": 6, "save_every": 100, "ema": 0.9}
    train(read_config(made(training=common)), whole, Runtime())
    with pytest.raises(KeyboardInterrupt):
        train(read_config(made(training=common)), pieces, stopping(2))
    assert latest(pieces).step == 3, "the step under way was finished"
    said = []
    config = read_config(made(training=common | {"stop_after": 1e-6}))
    assert train(config, pieces, Runtime(note=said.append)) == 4
    assert "2 steps are left, the same command goes on" in said[-1]
    assert train(read_config(made(training=common)), pieces, Runtime()) == 6
    assert curve(pieces) == curve(whole)
    ends = [(out / "step-000006.dreamdance.safetensors").read_bytes() for out in (whole, pieces)]
    assert ends[0] == ends[1]
    assert sorted(path.name for path in (pieces / "states").iterdir()) == ["state-000004", "state-000006"]


def test_a_diverged_run_stops_and_keeps_its_last_state(tmp_path, made):
    out = tmp_path / "out"
    train(read_config(made(training={"steps": 1, "save_every": 1})), out, Runtime())
    wild = read_config(made(training={"steps": 9, "save_every": 1, "lr": 1e30, "warmup": 0}))
    said = []
    with pytest.raises(Diverged, match="training diverged; the state of step [12] is kept: lower training.lr"):
        train(wild, out, Runtime(note=said.append))
    assert any("lr was 0.001, is 1e+30" in note for note in said)
    assert all(math.isfinite(line["loss"]) for line in read_table(out / "losses.csv"))


def test_what_would_make_another_run_is_refused(tmp_path, made):
    out = tmp_path / "out"
    train(read_config(made(training={"steps": 1, "save_every": 1})), out, Runtime())
    with pytest.raises(ValueError, match="training: seed is 5, but .* was trained with 0; change it back"):
        train(read_config(made(training={"steps": 2, "seed": 5})), out, Runtime())


def test_held_out_clips_are_painted_and_measured(tmp_path, made):
    config = read_config(made(training={"steps": 2}, validation={"every": 1, "clips": 1, "steps": 2}))
    train(config, tmp_path / "out", Runtime(), lambda result, truth: float((result - truth).abs().mean()))
    videos = sorted(path.name for path in (tmp_path / "out" / "validation").iterdir())
    assert videos == ["step-000001.c.mp4", "step-000002.c.mp4"]
    lines = read_table(tmp_path / "out" / "validation.csv")
    assert [line["step"] for line in lines] == [1, 2] and all(0 < line["result"] < 1 for line in lines)


def test_a_lora_state_is_small_and_leaves_the_base_alone(tmp_path, made):
    from safetensors.torch import load_file

    out = tmp_path / "out"
    options = {"model": {"train": "lora", "rank": 4, "alpha": 4.0}}
    train(read_config(made(training={"steps": 1, "save_every": 1}, **options)), out, Runtime())
    names = load_file(out / "states/state-000001/trained.safetensors").keys()
    assert any("lora_A" in name for name in names) and not any("base_layer" in name for name in names)
    train(read_config(made(training={"steps": 2, "save_every": 1}, **options)), out, Runtime())
    train(read_config(made(training={"steps": 2, "save_every": 1}, **options)), tmp_path / "whole", Runtime())
    assert curve(out) == curve(tmp_path / "whole")


def test_two_processes_have_the_gradients_of_one(tmp_path, made):
    """After the first step Adam's first moment is the clipped gradient times 1 - beta1."""
    changes = {"steps": 1, "save_every": 1, "batch": 2}
    train(read_config(made(training=changes | {"accumulate": 2})), tmp_path / "one", Runtime())
    config = made(training=changes)
    launch = [
        sys.executable,
        "-m",
        "accelerate.commands.launch",
        "--cpu",
        "--num_processes",
        "2",
        "--num_machines",
        "1",
    ]
    launch += ["--mixed_precision", "no", "--dynamo_backend", "no", "-m", "dreamdance_core.cli", "train", str(config)]
    done = subprocess.run([*launch, "--out", str(tmp_path / "two")], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    one, two = (
        torch.load(tmp_path / name / "states/state-000001/optimizer.bin", weights_only=True)["state"]
        for name in ("one", "two")
    )
    assert len(one) == len(two) > 50
    for key, moments in one.items():
        largest = moments["exp_avg"].abs().max()
        assert (moments["exp_avg"] - two[key]["exp_avg"]).abs().max() <= 1e-5 * largest
    (first,), (second,) = (read_table(tmp_path / name / "losses.csv") for name in ("one", "two"))
    assert second["loss"] == pytest.approx(first["loss"], rel=1e-5)
    assert second["grad_norm"] == pytest.approx(first["grad_norm"], rel=1e-5)
