"""Time and accuracy of the camera solver on a clip: python benchmarks/camera.py CLIP TRUTH.json [PERSON_MASK.npz].

TRUTH is a camera.json; the mask file holds `mask`, bits packed along the width. Prints one Markdown table row per run:
with the mask and without. CPU seconds tell more than wall seconds on a shared machine.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import numpy as np
import torch

from dreamdance_core import backends
from dreamdance_core.camera.estimate import estimate_camera
from dreamdance_core.geometry.align import focal_error, path_error
from dreamdance_core.io.camera_files import read_cameras
from dreamdance_core.io.video import read_clip
from dreamdance_core.runtime import Runtime


def _cpu_seconds() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def main(clip: Path, truth_file: Path, mask_file: Path | None) -> None:
    frames, truth = read_clip(clip).frames, read_cameras(truth_file)
    masks = {"no mask": None}
    if mask_file:
        with np.load(mask_file) as arrays:
            bits = np.unpackbits(arrays["mask"], axis=-1)[..., : frames.shape[2]]
        masks["mask"] = torch.from_numpy(bits).float()
    run = Runtime()
    print("| clip | kind | frames solved | ATE / path | rotation deg | focal error | wall s | CPU s |")
    print("|---|---|---|---|---|---|---|---|")
    for name, mask in masks.items():
        wall, cpu = time.perf_counter(), _cpu_seconds()
        solution = estimate_camera(frames, backends.load("camera", "pycolmap", run), person_mask=mask, run=run)
        wall, cpu = time.perf_counter() - wall, _cpu_seconds() - cpu
        error = path_error(solution.cameras.c2w, truth.c2w)
        focal = focal_error(solution.cameras.K[0], solution.cameras.width, truth.K[0], truth.width)
        ate = "-" if error.ate_over_path is None else f"{error.ate_over_path:.5f}"
        print(
            f"| {clip.name}, {name} | {solution.kind} | {int(solution.solved.sum())}/{len(frames)} | {ate} "
            f"| {error.rotation_deg:.3f} | {focal:.2%} | {wall:.0f} | {cpu:.0f} |"
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]) if len(sys.argv) > 3 else None)
