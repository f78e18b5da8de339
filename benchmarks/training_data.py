"""How long a training step waits for its data: by number of workers, made while training or stored before.

python benchmarks/training_data.py CONFIG [--steps 12] [--workers 0 1 2]

Runs the first steps of the config's training anew for every number of workers, into a folder that is then removed. With
`encode = "stored"` in the config, samples are read as latents, else drawn, damaged and encoded.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from dataclasses import replace
from pathlib import Path

from dreamdance_core.runtime import Runtime
from dreamdance_core.training.config import LogConfig, TrainConfig, ValidationConfig, read_config
from dreamdance_core.training.loop import train
from dreamdance_core.training.state import read_table


def measured(config: TrainConfig, workers: int, steps: int) -> tuple[float, float]:
    """Median seconds of a step, without its wait, and of the wait for data; the first steps are left out."""
    config = replace(
        config,
        data=replace(config.data, workers=workers),
        training=replace(config.training, steps=steps, save_every=steps, stop_after=0.0),
        validation=ValidationConfig(),
        log=LogConfig(trackers=()),
    )
    with tempfile.TemporaryDirectory() as folder:
        train(config, Path(folder), Runtime())
        lines = read_table(Path(folder) / "losses.csv")[steps // 3 :]
    waits = [line["data_s"] for line in lines]
    return statistics.median(line["step_s"] - line["data_s"] for line in lines), statistics.median(waits)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("config", type=Path)
    parser.add_argument("--steps", type=int, default=12)
    parser.add_argument("--workers", type=int, nargs="+", default=[0, 1, 2])
    args = parser.parse_args()
    config = read_config(args.config)
    print(f"encode {config.data.encode}, batch {config.training.batch}, {args.steps} steps each\n")
    print("| workers | wait for data, s | rest of the step, s |\n|---|---|---|")
    for workers in args.workers:
        rest, wait = measured(config, workers, args.steps)
        print(f"| {workers} | {wait:.3f} | {rest:.3f} |", flush=True)


if __name__ == "__main__":
    main()
