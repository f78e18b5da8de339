"""What a dataset holds: numbers, reasons, and a picture of its clips; made from the files, so right at any time."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import cv2
import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from ...io.images import write_image
from ...io.whole import write_whole
from ...pose.draw import draw_body
from ..records import TrainingClip
from ..shards import Dataset

ROWS = 40  # of the contact sheet at most
_CELL = 160  # px, a cell's height


def summary(folder: Path) -> dict:
    """Sources, clips, what was set aside and why, seconds by stage, clips a minute of work."""
    records = [json.loads(path.read_text()) for path in sorted((folder / "sources").glob("*.json"))]
    seconds, clip_reasons, source_reasons = Counter(), Counter(), Counter()
    for record in records:
        seconds.update(record["seconds"])
        clip_reasons.update(entry["reason"] for entry in record["set_aside"])
        if record["reason"] is not None:
            source_reasons[record["reason"]] += 1
    clips, spent = sum(record["clips"] for record in records), sum(seconds.values())
    return {
        "sources": len(records),
        "sources_with_clips": sum(record["clips"] > 0 for record in records),
        "clips": clips,
        "set_aside": sum(clip_reasons.values()),
        "set_aside_by_reason": dict(clip_reasons.most_common()),
        "sources_set_aside_by_reason": dict(source_reasons.most_common()),
        "seconds": {stage: round(value, 1) for stage, value in seconds.items()},
        "clips_per_minute_of_work": round(60 * clips / spent, 2) if spent else 0.0,
        "each": [
            {key: record[key] for key in ("source", "name", "clips", "reason", "set_aside")} for record in records
        ],
    }


def write_report(folder: Path) -> dict:
    """Writes report.json and, where there are clips, contact.jpg; what the report says."""
    facts = summary(folder)
    write_whole(folder / "report.json", json.dumps(facts, indent=1).encode())
    if facts["clips"]:
        write_image(folder / "contact.jpg", contact_sheet(Dataset(folder / "shards")))
    return facts


def contact_sheet(data: Dataset, rows: int = ROWS) -> Float[Tensor, "H W 3"]:
    """A row per clip, spread over the dataset: middle frame, mask, pose, background, reference."""
    chosen = np.unique(np.linspace(0, len(data) - 1, min(rows, len(data))).round().astype(int))
    strips = [_row(data[int(index)]) for index in chosen]
    wide = max(strip.shape[1] for strip in strips)
    return torch.cat([torch.nn.functional.pad(strip, (0, 0, 0, wide - strip.shape[1])) for strip in strips])


def _row(clip: TrainingClip) -> Tensor:
    t = len(clip.frames) // 2
    height, width = clip.frames.shape[1:3]
    frame, mask = clip.frames[t].float() / 255, clip.mask[t].float()[..., None]
    tinted = frame * (1 - 0.55 * mask) + torch.tensor([0.1, 0.9, 0.3]) * 0.55 * mask
    pose = draw_body(clip.pose[t : t + 1], width, height)[0]
    over = torch.where(clip.reference.mask[..., None], clip.reference.picture.float() / 255, torch.ones(3))
    cells = [frame, tinted, torch.maximum(pose, 0.25 * frame), clip.background[t].float() / 255, over]
    return torch.cat([_small(cell) for cell in cells], 1)


def _small(picture: Tensor) -> Tensor:
    size = (max(round(picture.shape[1] * _CELL / picture.shape[0]), 1), _CELL)
    return torch.from_numpy(cv2.resize(picture.numpy(), size, interpolation=cv2.INTER_AREA))
