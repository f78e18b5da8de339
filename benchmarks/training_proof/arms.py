"""The three trainings that are compared: the whole model, without gates, without dropping the pose."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from small_base import RECIPE

from dreamdance_core.runtime import Runtime
from dreamdance_core.training.config import TrainConfig, config_from
from dreamdance_core.training.loop import train
from dreamdance_core.training.state import read_table

ARMS = {  # name -> what differs
    "full": {},
    "no gates": {"model": {"gates": "open"}},
    "no pose dropout": {"objective": {"pose_dropout": 0.0}},
}


def place_of(folder: Path, arm: str) -> Path:
    """The folder of an arm's checkpoints and losses."""
    return folder / "arms" / arm.replace(" ", "_")


def settings(folder: Path, arm: str, steps: int, stop_after: float) -> TrainConfig:
    """An arm's settings: the paper's, with its schedules shortened to these steps and a rate for a small model."""
    table = {
        "data": {"folder": [str(folder / "train")], "held_out": str(folder / "test"), "encode": "stored", "workers": 0},
        "model": {"base": str(folder / "base"), "clip": str(folder / "clip"), "train": "full"},
        "training": {
            "steps": steps,
            "batch": 16,
            "lr": 1e-3,
            "warmup": 200,
            "precision": "bf16",
            "ema": 0.998,
            "save_every": max(steps // 8, 1),
            "keep": 1,
            "stop_after": stop_after,
        },
        "objective": {
            "recipe": {"splats": RECIPE.splats},
            "weight_steps": steps // 3,
            "fill_full_steps": steps // 6,
            "fill_end_steps": steps // 2,
        },
        "log": {"trackers": []},
    }
    for section, entries in ARMS[arm].items():
        table[section] |= entries
    return config_from(table, folder, arm)


def train_arms(folder: Path, steps: int, slice_minutes: float, say: Callable[[str], None]) -> bool:
    """Trains each arm to the last step, taking turns of slice_minutes (0: each in one go); whether all are done.

    Every arm stands at the same step as the others, or one turn ahead, when the run is stopped.
    """
    done = dict.fromkeys(ARMS, 0)
    while min(done.values()) < steps:
        for arm in ARMS:
            if done[arm] < steps:
                run = Runtime(note=lambda text, arm=arm: say(f"{arm}: {text}"))
                done[arm] = train(settings(folder, arm, steps, 60 * slice_minutes), place_of(folder, arm), run)
                say(json.dumps({"arm": arm, "steps": done[arm]}))
    return True


def checkpoint(folder: Path, arm: str) -> Path:
    """The checkpoint of an arm's last step."""
    place = place_of(folder, arm)
    step = int(read_table(place / "losses.csv")[-1]["step"])
    path = place / f"step-{step:06d}.dreamdance.safetensors"
    if not path.is_file():
        raise FileNotFoundError(f"the arm {arm} has no checkpoint of its last step {step} in {place}; run again")
    return path
