"""A dataset of made-up clips on disk."""

from __future__ import annotations

from pathlib import Path

from ...runtime import Runtime
from ..shards import shard_writer
from .clips import generated_clip

SHARD = 100  # clips


def write_generated(
    folder: Path, seeds: range, run: Runtime, *, count: int = 16, width: int = 64, height: int = 96
) -> list[Path]:
    """Shards of the clips of these seeds; shards that are there already are kept, so that a stopped run goes on.

    Raises ValueError for sizes that no training clip may have.
    """
    shards = []
    for start in range(seeds.start, seeds.stop, SHARD):
        stop = min(start + SHARD, seeds.stop)
        path = folder / f"generated-{count}x{height}x{width}-{start:06d}-{stop:06d}.tar"
        shards.append(path)
        if path.is_file():
            continue
        with shard_writer(path) as shard:
            for seed in range(start, stop):
                clip = generated_clip(seed, count=count, width=width, height=height)
                shard.add(clip)
                run.report(seed - seeds.start, len(seeds), clip.frames[0].float() / 255)
    run.report(len(seeds), len(seeds))
    return shards
