"""A training run: goes on as if it had never stopped, trains what it should and nothing else, makes usable files."""

from __future__ import annotations

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
from dreamdance_core.training.loop import train
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
