"""The camera solver beside plain pycolmap: python benchmarks/camera.py CLIP TRUTH.json [--mask MASK.npz] [--runs 2].

TRUTH is a camera.json; the mask file holds `mask`, bits packed along the width. Both get the same frames and mask, by
turns; the best time of each counts, and the last line holds their ratio. --plain 0 leaves pycolmap out.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import cv2
import numpy as np
import torch

from dreamdance_core import backends
from dreamdance_core.camera.estimate import estimate_camera
from dreamdance_core.geometry.align import path_error
from dreamdance_core.io.camera_files import read_cameras
from dreamdance_core.io.video import read_clip
from dreamdance_core.runtime import Runtime


def ours(frames: torch.Tensor, mask: torch.Tensor | None) -> tuple[float, list[int], torch.Tensor, float]:
    """Seconds, the frames solved, their c2w and the focal length in px."""
    run, start = Runtime(), time.perf_counter()
    solution = estimate_camera(frames, backends.load("camera", "pycolmap", run), person_mask=mask, run=run)
    seconds = time.perf_counter() - start
    solved = solution.solved.nonzero()[:, 0].tolist()
    return seconds, solved, solution.cameras.c2w[solved], float(solution.cameras.K[0, 0, 0])


def plain(frames: torch.Tensor, mask: torch.Tensor | None) -> tuple[float, list[int], torch.Tensor, float]:
    """The same of pycolmap with its defaults; writing the pictures is not counted."""
    with tempfile.TemporaryDirectory() as folder:
        job = Path(folder)
        for name, pictures, suffix in (("images", frames.flip(-1), ".png"), ("masks", mask, ".png.png")):
            if pictures is None:
                continue
            (job / name).mkdir()
            for t, picture in enumerate(pictures if name == "images" else 1 - pictures):
                cv2.imwrite(str(job / name / f"{t:05d}{suffix}"), (picture * 255).round().byte().numpy())
        script = Path(__file__).with_name("plain_pycolmap.py")
        subprocess.run([sys.executable, str(script), folder], check=True, stderr=subprocess.DEVNULL)
        with np.load(job / "result.npz") as a:
            c2w = torch.from_numpy(a["c2w"]).float()
            return float(a["seconds"]), a["frame"].tolist(), c2w, float(a["focal"])


def main(args: argparse.Namespace) -> None:
    frames, truth = read_clip(args.clip).frames, read_cameras(args.truth)
    mask = None
    if args.mask:
        with np.load(args.mask) as arrays:
            mask = torch.from_numpy(np.unpackbits(arrays["mask"], axis=-1)[..., : frames.shape[2]]).float()
    solvers = {"ours": ours} | ({"plain pycolmap": plain} if args.plain else {})
    best = dict.fromkeys(solvers, float("inf"))
    print("| solver | frames | ATE / path | rotation deg | focal error | s |")
    print("|---|---|---|---|---|---|")
    for _ in range(args.runs):
        for name, solve in solvers.items():
            seconds, solved, c2w, focal = solve(frames, mask)
            best[name] = min(best[name], seconds)
            error = path_error(c2w, truth.c2w[solved])
            off = abs(focal / frames.shape[2] * truth.width / float(truth.K[0, 0, 0]) - 1)
            ate = "-" if error.ate_over_path is None else f"{error.ate_over_path:.5f}"
            row = f"| {name} | {len(solved)}/{len(frames)} | {ate} | {error.rotation_deg:.3f} | {off:.2%} |"
            print(f"{row} {seconds:.1f} |", flush=True)
    if args.plain:
        print(f"\nbest of {args.runs}: {best['plain pycolmap'] / best['ours']:.1f} times faster")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clip", type=Path)
    parser.add_argument("truth", type=Path)
    parser.add_argument("--mask", type=Path)
    parser.add_argument("--runs", type=int, default=2)
    parser.add_argument("--plain", type=int, default=1, help="0 = do not run plain pycolmap")
    main(parser.parse_args())
