"""Peak host memory of a long video through the gated model: everything in memory, and drawn and written in pieces.

    python benchmarks/long_video.py [--short 100] [--long 1000] [--size 720x480]

Each row is a process of its own. Clips, latents, conditions and the file have their real sizes; the networks are
emptied (an autoencoder that averages and repeats pixels, no transformer blocks), for their weights and activations are
those of one window, whatever the length. peak: the process's largest resident memory above what it had after its
imports. Below the table: what a real model keeps in host memory besides, by arithmetic.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import torch
from torch import nn

from dreamdance_core.io.lazy_video import VideoFrames
from dreamdance_core.io.video import read_clip, video_writer, write_video
from dreamdance_core.long.aggregate import fusion
from dreamdance_core.long.windows import plan_windows
from dreamdance_core.long_route import Output, Reference, long_job, write_long
from dreamdance_core.runtime import Runtime
from dreamdance_core.types import PoseTrack
from dreamdance_core.video.backends import gated_cogvideox as gated

CLIPS = ("background", "paint_mask", "body", "hand", "face")
CHANNELS = 32 + 48  # of a window's conditions: background and mask, three pose clips


class Averaging(nn.Module):
    """Stands for the encoder: means over 4x8x8 pixels, as often as the latents have channels."""

    def __init__(self) -> None:
        super().__init__()
        self.unused = nn.Parameter(torch.zeros(1))  # a network without any has no number type

    def forward(self, pixels: torch.Tensor, conv_cache: dict | None = None) -> tuple[torch.Tensor, dict]:
        frames = min(4, pixels.shape[2])  # a still is one latent
        return nn.functional.avg_pool3d(pixels, (frames, 8, 8)).mean(1, keepdim=True).expand(-1, 32, -1, -1, -1), {}


class Repeating(nn.Module):
    """Stands for the decoder."""

    def forward(self, latents: torch.Tensor, conv_cache: dict | None = None) -> tuple[torch.Tensor, dict]:
        return nn.functional.interpolate(latents[:, :3], scale_factor=(4, 8, 8)), {}


def empty_model() -> gated.GatedModel:
    model = gated.tiny_model()
    model.vae.encoder, model.vae.decoder = Averaging(), Repeating()
    model.transformer.transformer_blocks = nn.ModuleList()
    return model


def walk(count: int, width: int, height: int) -> PoseTrack:
    """A figure that sways."""
    make = torch.Generator().manual_seed(0)
    base = (0.3 + 0.4 * torch.rand(1, 1, 133, 2, generator=make)) * torch.tensor([width, height])
    sway = torch.sin(torch.arange(count) / 9)[:, None, None, None] * width / 20
    return PoseTrack(xy=base + sway, score=torch.ones(count, 1, 133), width=width, height=height)


def make_background(path: Path, count: int, width: int, height: int) -> None:
    ramp = torch.linspace(0, 1, width)[None, None, :, None].expand(1, height, width, 3)
    with video_writer(path, width, height, 24.0) as write:
        for frame in range(count):
            write(ramp.roll(frame, 2))


def peak() -> float:
    """MB that were resident at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(route: str, count: int, size: tuple[int, int], behind: Path) -> dict:
    model, width, height = empty_model(), *size
    reference = Reference(picture=torch.rand(64, 64, 3), alpha=torch.ones(64, 64))
    before, started = peak(), time.monotonic()
    lazy = route == "pieces"
    background = VideoFrames(behind) if lazy else read_clip(behind).frames
    job = long_job(walk(count, width, height), background, reference, seed=0, steps=2, guidance=1.0)
    options = gated.SampleOptions(windows=tuple(plan_windows(len(job.pose) // 4)))
    result = behind.with_name(f"{route}.mp4")
    if lazy:
        write_long(job, model, options, Output(path=result, frames=count, fps=24.0), Runtime())
    else:
        whole = replace(job, **{name: getattr(job, name)[:] for name in CLIPS})
        frames = gated.sample(whole, model, options, Runtime(), fusion("blend")).frames
        write_video(result, frames, 24.0)
    return {"peak": peak() - before, "seconds": time.monotonic() - started, "file": result.stat().st_size}


def arithmetic(count: int, size: tuple[int, int]) -> str:
    length, cells = -(-count // 8) * 2, size[0] * size[1] // 64
    windows = plan_windows(length)
    conditions = sum(w.stop - w.start for w in windows) * CHANNELS * cells * 2
    latents = length * 16 * cells * 4
    return (
        f"\n{count} frames, {len(windows)} windows: conditions {conditions / 2**20:.0f} MB (bf16, of every window), "
        f"latents, noise and their copies {4 * latents / 2**20:.0f} MB; weights of the 5B model 11 GB (bf16)"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--short", type=int, default=100)
    parser.add_argument("--long", type=int, default=1000)
    parser.add_argument("--size", default="720x480")
    parser.add_argument("--case", nargs=3, help=argparse.SUPPRESS)  # route, frames, background: one measurement
    args = parser.parse_args()
    size = tuple(int(side) for side in args.size.split("x"))
    if args.case:
        print(json.dumps(measure(args.case[0], int(args.case[1]), size, Path(args.case[2]))))
        return
    print("| route | frames | size | peak MB | MB a frame | s |\n|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for route, count in (("whole", args.short), ("pieces", args.short), ("pieces", args.long)):
            behind = Path(folder) / f"behind_{count}.mp4"
            if not behind.exists():
                make_background(behind, count, *size)
            command = [sys.executable, __file__, "--size", args.size, "--case", route, str(count), str(behind)]
            found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
            mb = found["peak"]
            row = f"| {route} | {count} | {args.size} | {mb:.0f} | {mb / count:.1f} | {found['seconds']:.0f} |"
            print(row, flush=True)
    print(arithmetic(args.long, size))


if __name__ == "__main__":
    main()
