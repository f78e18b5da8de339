"""The train command."""

from __future__ import annotations

import argparse
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

from jaxtyping import Float
from torch import Tensor

from ..evaluation import metrics
from ..run_options import Stage


def add_command(add: Callable[..., argparse.ArgumentParser], common: Callable[[argparse.ArgumentParser], None]) -> None:
    """`dreamdance train`, with its function as `do`."""
    command = add("train", train, "train the gated video model on a dataset; the same command goes on where it stopped")
    command.add_argument("config", type=Path, help="settings, a .toml or .json file")
    command.add_argument("--out", type=Path, help="folder of checkpoints, losses and states (default: the config's "
                         "name without its ending, beside it)")  # fmt: skip
    common(command)


def train(args: Namespace, stage: Stage) -> None:
    """Writes checkpoints, losses.csv and validation videos."""
    from ..training.config import read_config
    from ..training.loop import train as run_training

    config = read_config(args.config)
    out = args.out or args.config.with_suffix("")
    run_training(config, out, stage("Train"), _psnr)


def _psnr(result: Float[Tensor, "T H W 3"], truth: Float[Tensor, "T H W 3"]) -> float:
    """The mean over frames, dB."""
    return sum(map(metrics.psnr, result, truth)) / len(truth)
