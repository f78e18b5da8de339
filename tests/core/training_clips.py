"""Made-up training clips, datasets of them, and a tiny base model to train, as files on the disk."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import torch

from dreamdance_core.training.records import Reference, TrainingClip
from dreamdance_core.training.shards import shard_writer
from dreamdance_core.types import PoseTrack
from dreamdance_core.video.backends import gated_cogvideox as gated


def training_clip(name: str = "a", count: int = 8, height: int = 32, width: int = 48, seed: int = 0) -> TrainingClip:
    """Smooth made-up pictures, so that a video codec keeps them."""
    random = torch.Generator().manual_seed(seed)
    colours = 0.35 + 0.2 * torch.rand(2, 3, 4, 6, generator=random)
    big, small = (torch.nn.functional.interpolate(c[None], (height, width), mode="bicubic")[0] for c in colours)
    shift = torch.linspace(0, 0.2, count)[:, None, None, None]
    frames, background = (((c.movedim(0, -1) + shift).clamp(0, 1) * 255).byte() for c in (big, small))
    mask = torch.zeros(count, height, width, dtype=torch.bool)
    mask[:, 8:24, 10:29] = True
    pose = PoseTrack(
        xy=torch.rand(count, 1, 133, 2, generator=random) * 30,
        score=torch.rand(count, 1, 133, generator=random),
        width=width,
        height=height,
    )
    return TrainingClip(
        name=name,
        frames=frames,
        background=background,
        mask=mask,
        pose=pose,
        reference=Reference(picture=frames[0], mask=mask[0], pose=pose[:1]),
        fps=12.0,
        z=torch.rand(count, height, width, generator=random),
        facts={"source": "made up"},
    )


def write_dataset(folder: Path, count: int = 4, **changes) -> Path:
    """A folder of one shard with clips a, b, c …"""
    with shard_writer(folder / "0.tar") as shard:
        for index in range(count):
            shard.add(training_clip(chr(97 + index), seed=index, **changes))
    return folder


def write_base(folder: Path, base_of: Callable, version: str = "1.0") -> Path:
    """Base folder `tiny` (transformer/, vae/) and CLIP folder `clip` inside the folder; the base's path. base_of is
    gated_files' function."""
    model = gated.tiny_model(version=version)
    base_of(model.transformer).save_pretrained(folder / "tiny" / "transformer")
    model.vae.save_pretrained(folder / "tiny" / "vae")
    model.clip.save_pretrained(folder / "clip")
    return folder / "tiny"


def write_config(folder: Path, **sections) -> Path:
    """train.json of a short run on the folder's `tiny`, `clip` and `data`; sections are added key by key."""
    table = {
        "data": {"folder": "data", "held_out": 1, "workers": 0},
        "model": {"base": "tiny", "clip": "clip", "train": "full"},
        "training": {"steps": 4, "batch": 2, "lr": 1e-3, "warmup": 2, "save_every": 2},
        "objective": {"recipe": {"splats": 0.0}},  # slow without a GPU
        "log": {"trackers": []},
    }
    for section, changes in sections.items():
        table[section] = table.get(section, {}) | changes
    path = folder / "train.json"
    path.write_text(json.dumps(table))
    return path
