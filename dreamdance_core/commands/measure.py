"""The evaluate command."""

from __future__ import annotations

import json
from argparse import Namespace
from pathlib import Path

import torch

from ..evaluation.metrics import compare
from ..io.images import read_image
from ..io.video import read_clip
from ..io.whole import write_whole
from ..run_options import Stage
from .parts import note


def _frames(path: Path) -> torch.Tensor:
    """Frames of a video, or of a folder's pictures in the order of their names."""
    if not path.is_dir():
        return read_clip(path).frames
    pictures = sorted(p for p in path.iterdir() if p.suffix.lower() in (".png", ".jpg", ".jpeg", ".webp"))
    if not pictures:
        raise ValueError(f"{path} holds no pictures (.png, .jpg, .webp); give a folder of frames or a video")
    frames = [read_image(p).rgb for p in pictures]
    if len({frame.shape for frame in frames}) > 1:
        raise ValueError(f"the pictures in {path} must have one size; give the frames of one clip")
    return torch.stack(frames)


def evaluate(args: Namespace, stage: Stage) -> None:
    """Prints the metrics, and writes them with --out."""
    metrics = compare(_frames(args.pred), _frames(args.truth), stage("Compare").report)
    text = json.dumps(metrics, indent=2)
    note(text)
    if args.out is not None:
        write_whole(args.out, text.encode())
