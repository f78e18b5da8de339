"""Does the training do what the paper says? A small model of the same classes, trained from nothing on made-up clips.

    python benchmarks/training_proof/prove.py --out DIR

prints the table and writes DIR/sheet.jpg. Stopped at any time, the same command goes on. On two cores it takes about
two hours; --clips, --steps and --minutes make it shorter.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import torch
from arms import train_arms
from results import measure
from small_base import RECIPE, make_base

from dreamdance_core.runtime import Runtime
from dreamdance_core.training.generated.write import write_generated
from dreamdance_core.training.latents import Maker, store_latents
from dreamdance_core.training.model import load_encoders
from dreamdance_core.training.shards import Dataset

TEST_SEED = 1_000_000  # seeds of the test clips begin here
VARIANTS = 2  # damaged backgrounds per clip


def encode(folder: Path, say: Callable[[str], None]) -> None:
    """Latents of the training clips, in bfloat16, which a CPU is four times as fast in."""
    run = Runtime(dtype=torch.bfloat16)
    vae, clip = load_encoders(folder / "base", folder / "clip", run)
    maker = Maker(vae=vae, clip=clip, base="small", recipe=RECIPE, variants=VARIANTS)
    done = store_latents(Dataset(folder / "train"), maker, run)
    say(f"latents: {done.clips} clips encoded, {len(done.kept)} shards had theirs")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--clips", type=int, default=1000, help="to train on (default: 1000)")
    parser.add_argument("--test-clips", type=int, default=32)
    parser.add_argument("--minutes", type=float, default=15, help="for the autoencoder (default: 15)")
    parser.add_argument("--steps", type=int, default=4000, help="of each arm (default: 4000)")
    parser.add_argument("--slice", type=float, default=10, help="minutes of an arm's turn (default: 10)")
    parser.add_argument("--only", choices=("all", "measure"), default="all")
    args = parser.parse_args()

    def say(text: str) -> None:
        print(text, flush=True)

    if args.only == "all":
        write_generated(args.out / "test", range(TEST_SEED, TEST_SEED + args.test_clips), Runtime())
        write_generated(args.out / "train", range(args.clips), Runtime())
        make_base(args.out, args.out / "train", args.minutes, say)
        encode(args.out, say)
        train_arms(args.out, args.steps, args.slice, say)
    measure(args.out, say)


if __name__ == "__main__":
    main()
