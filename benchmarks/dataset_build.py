"""Clips a minute of `dreamdance dataset build` for one and more processes, and whether they write the same bytes.

    python benchmarks/dataset_build.py [--processes 1 2] [--videos 4] [--size 256]

The videos are stretches of the sample clip. The time includes start-up and the loading of backends in every process.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from dreamdance_core.io.clock import ClipRange
from dreamdance_core.io.video import read_clip, write_video

SAMPLE = Path(__file__).resolve().parents[1] / "samples" / "dance.mp4"
FRAMES = 36


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--processes", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--videos", type=int, default=4)
    parser.add_argument("--size", type=int, default=256)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        videos, sums = Path(folder) / "videos", set()
        for number in range(args.videos):
            clip = read_clip(SAMPLE, ClipRange(start=4 * number, frames=FRAMES))
            write_video(videos / f"{number}.mp4", clip.frames, clip.fps)
        print("| processes | clips | seconds | clips a minute |\n|---|---|---|---|")
        for count in args.processes:
            out = Path(folder) / f"by_{count}"
            given = ["--size", f"{args.size}x{args.size}", "--frames", "16", "--processes", str(count)]
            command = [sys.executable, "-m", "dreamdance_core.cli", "dataset", "build", str(videos), "--out", str(out)]
            begin = time.perf_counter()
            subprocess.run([*command, *given], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            seconds = time.perf_counter() - begin
            clips = json.loads((out / "report.json").read_text())["clips"]
            print(f"| {count} | {clips} | {seconds:.0f} | {60 * clips / seconds:.1f} |", flush=True)
            shards = sorted((out / "shards").glob("*.tar"))
            sums.add(hashlib.sha256(b"".join(shard.read_bytes() for shard in shards)).hexdigest())
        print("the same bytes" if len(sums) == 1 else "THE SHARDS DIFFER")


if __name__ == "__main__":
    main()
