"""What each arm paints of clips that none has seen, against the truth and against what needs no training."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from arms import ARMS, checkpoint, place_of
from small_base import RECIPE
from torch import Tensor

from dreamdance_core import backends
from dreamdance_core.evaluation.metrics import psnr, ssim
from dreamdance_core.io.images import write_image
from dreamdance_core.runtime import Runtime
from dreamdance_core.training.example import Example, make_example
from dreamdance_core.training.records import TrainingClip
from dreamdance_core.training.shards import Dataset
from dreamdance_core.video.backends.gated_cogvideox import GatedModel, SampleOptions, load_checkpoint, sample
from dreamdance_core.video.backends.gated_cogvideox.encode import to_frames, to_latents
from dreamdance_core.video.backends.gated_cogvideox.sources import Parts

STEPS = 25
GUIDANCE = (1.5, 1.0)  # with 1 nothing is extrapolated from a branch that one of the arms never saw
SHOWN = (0, 1, 2, 3, 4, 5)  # test clips on the sheet
COLUMNS = ("PSNR", "SSIM", "figure PSNR", "scene PSNR", "flicker")
Painter = Callable[[Example], Tensor]


def painters(folder: Path) -> dict[str, Painter]:
    """What is compared, by name: an example in, frames out."""
    run = Runtime()
    puppet = backends.load("video", "puppet", run)
    found: dict[str, Painter] = {
        "damaged background as it is": lambda example: example.job.background,
        "puppet over it": lambda example: puppet(example.job),
    }
    parts = Parts(base=folder / "base", vae=folder / "base" / "vae", clip=folder / "clip")
    for arm in ARMS:
        model = load_checkpoint(checkpoint(folder, arm), run, parts=parts)
        for guidance in GUIDANCE:
            found[f"{arm}, guidance {guidance:g}"] = _sampler(model, guidance, run)
    vae = model.vae
    found["truth through the autoencoder"] = lambda example: _through(vae, example.frames, run)
    return found


def _sampler(model: GatedModel, guidance: float, run: Runtime) -> Painter:
    def paint(example: Example) -> Tensor:
        return sample(replace(example.job, guidance=guidance), model, SampleOptions(sampler="dpm"), run).frames

    return paint


@torch.no_grad()
def _through(vae: torch.nn.Module, frames: Tensor, run: Runtime) -> Tensor:
    return torch.cat(list(to_frames(vae, to_latents(vae, frames, slice(0, len(frames)), run=run), run=run)))


def _region_psnr(a: Tensor, b: Tensor, where: Tensor) -> float:
    error = (a - b).square().mean(-1)[where].mean()
    return float(-10 * error.clamp_min(1e-10).log10())


def scores(frames: Tensor, clip: TrainingClip) -> list[float]:
    """COLUMNS of one clip."""
    truth = clip.frames.float() / 255
    pairs = list(zip(frames, truth, strict=True))
    still = ~(clip.mask[1:] | clip.mask[:-1])
    changes = [(c[1:] - c[:-1]).mean(-1)[still] for c in (frames, truth)]
    return [
        float(np.mean([psnr(a, b) for a, b in pairs])),
        float(np.mean([ssim(a, b) for a, b in pairs])),
        _region_psnr(frames, truth, clip.mask),
        _region_psnr(frames, truth, ~clip.mask),
        255 * float((changes[0] - changes[1]).abs().mean()),  # change from frame to frame beyond the truth's own
    ]


def measure(folder: Path, say: Callable[[str], None]) -> None:
    """Prints the table; writes results.json and sheet.jpg into the folder."""
    dataset = Dataset(folder / "test")
    found = painters(folder)
    table: dict[str, list[list[float]]] = {name: [] for name in found}
    rows: dict[int, list[Tensor]] = {}
    for index in range(len(dataset)):
        clip = dataset[index]
        seed = int(clip.facts["seed"])
        example = make_example(clip, seed, RECIPE)
        example = replace(example, job=replace(example.job, steps=STEPS, seed=seed))
        painted = {name: paint(example) for name, paint in found.items()}
        for name, frames in painted.items():
            table[name].append(scores(frames, clip))
        if index in SHOWN:
            shown = [frames for name, frames in painted.items() if not name.endswith("guidance 1")]
            rows[index] = [example.frames, *shown]
        say(f"test clip {index + 1} of {len(dataset)}")
    lines = [f"| | {' | '.join(COLUMNS)} |", "|---" * (len(COLUMNS) + 1) + "|"]
    for name, values in table.items():
        mean, spread = np.mean(values, 0), 1.96 * np.std(values, 0) / np.sqrt(len(values))
        cells = [f"{m:.2f} ± {s:.2f}" for m, s in zip(mean, spread, strict=True)]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    lines += ["", *_paired(table), "", *_gates(folder)]
    say("\n".join(lines))
    (folder / "results.json").write_text(json.dumps({"columns": COLUMNS, "clips": table}))
    _sheet(list(rows.values()), folder / "sheet.jpg")


def _paired(table: dict[str, list[list[float]]]) -> list[str]:
    """Differences to the full model clip by clip: they are sharper than those of the means."""
    lines = ["full minus the other (clip by clip, 95 % interval of the mean):"]
    for guidance in GUIDANCE:
        others = [f"{arm}, guidance {guidance:g}" for arm in ARMS if arm != "full"]
        for name in (*others, "damaged background as it is", "puppet over it"):
            gap = np.array(table[f"full, guidance {guidance:g}"]) - np.array(table[name])
            spread = 1.96 * gap.std(0) / np.sqrt(len(gap))
            cells = [f"{c} {m:+.2f} ± {s:.2f}" for c, m, s in zip(COLUMNS, gap.mean(0), spread, strict=True)]
            lines.append(f"- at guidance {guidance:g}, {name}: {', '.join(cells)}")
    return lines


def _gates(folder: Path) -> list[str]:
    """Loss and gates of each arm at some steps, means over a twentieth of the run."""
    lines = [
        "| arm | step | loss | character | background | pose gate at t=999, 500, 0 | reference gate |",
        "|---" * 7 + "|",
    ]
    for arm in ARMS:
        with (place_of(folder, arm) / "losses.csv").open() as file:
            entries = list(csv.DictReader(file))
        wide = max(len(entries) // 20, 1)
        for end in np.linspace(wide, len(entries), 5).astype(int):
            part = entries[end - wide : end]

            def mean(key: str, part: list = part) -> float:
                return float(np.nanmean([float(row[key]) for row in part]))

            gates = [" ".join(f"{mean(f'{name}_{t}'):.3f}" for t in (999, 500, 0)) for name in ("pose", "reference")]
            losses = " | ".join(f"{mean(key):.4f}" for key in ("loss", "character", "background"))
            lines.append(f"| {arm} | {end} | {losses} | {gates[0]} | {gates[1]} |")
    return lines


def _sheet(rows: list[list[Tensor]], path: Path) -> None:
    """Per test clip three frames of: truth, damaged background, puppet, the arms, the autoencoder's limit."""
    lines = []
    for clips in rows:
        cells = [torch.cat([clip[t] for t in (0, len(clip) // 2, -1)], 1) for clip in clips]
        lines.append(torch.cat(cells, 1))
    write_image(path, torch.cat(lines))
