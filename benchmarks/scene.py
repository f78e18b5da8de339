"""Completes, fits and renders a truth scene's background from its first frame; writes the frames and prints the cost.

python benchmarks/scene.py TRUTH_FOLDER OUT_FOLDER [--steps N] [--views N] [--inpaint NAME] [--every N]
    [--no-spiral] [--later-shot] [--baseline FOLDER]
TRUTH_FOLDER holds frame0_background.png, depth.npz (z of frame 0 first, in the unit of the camera), camera.json and
background.mp4, the clean plates. Frames land in OUT_FOLDER as %05d.png; PSNR and LPIPS against the plates are printed
(means over frames 1 on), also those of another method's frames, FOLDER of %05d.png, and the first frame's own PSNR.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from dreamdance_core import backends
from dreamdance_core.evaluation import lpips
from dreamdance_core.evaluation.metrics import psnr
from dreamdance_core.gaussians.fit import FitOptions, fit
from dreamdance_core.gaussians.render import render
from dreamdance_core.geometry.rigid import rebase
from dreamdance_core.geometry.trajectory import scale_path
from dreamdance_core.io.images import read_image, write_image
from dreamdance_core.io.video import read_clip
from dreamdance_core.runtime import Runtime
from dreamdance_core.scene.complete import SceneOptions, complete_scene
from dreamdance_core.types import Cameras, Depth


def read_truth(folder: Path) -> tuple[torch.Tensor, Depth, Cameras]:
    """The first clean plate, its depth, and the whole path re-based to frame 0."""
    picture = read_image(folder / "frame0_background.png").rgb
    z = torch.from_numpy(np.load(folder / "depth.npz")["z"][:1]).float()
    stored = json.loads((folder / "camera.json").read_text())
    c2w = torch.tensor([camera["c2w"] for camera in stored["cameras"]], dtype=torch.float64)
    K = torch.tensor([camera["K"] for camera in stored["cameras"]])
    path = Cameras(
        c2w=rebase(c2w).float(), K=K.float(), width=stored["width"], height=stored["height"], fps=stored["fps"]
    )
    return picture, Depth(z=z, valid=z > 0), path


def against_plates(truth: Path, folder: Path, chosen: list[int]) -> dict[str, float]:
    """Mean PSNR and LPIPS of a folder's frames against the clean plates, the first frame left out."""
    plates, network = read_clip(truth / "background.mp4").frames, lpips.load(Runtime())
    pairs = [(read_image(folder / f"{index:05d}.png").rgb, plates[index]) for index in chosen if index > 0]
    rows = [(psnr(a, b), lpips.lpips(network, a, b)) for a, b in pairs]
    return dict(zip(("psnr", "lpips"), np.mean(rows, 0).round(4).tolist(), strict=True))


def main() -> None:
    """Runs the three stages and prints one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("truth", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--steps", type=int, default=FitOptions.steps)
    parser.add_argument("--views", type=int, default=SceneOptions.views)
    parser.add_argument("--inpaint", default="patchmatch")
    parser.add_argument("--every", type=int, default=1, help="render every Nth frame only")
    parser.add_argument("--baseline", type=Path, help="another method's frames to measure as well")
    parser.add_argument("--no-spiral", action="store_true")
    parser.add_argument("--later-shot", action="store_true", help="complete and fit the scene without the path")
    parser.add_argument("--outpaint", type=float, default=SceneOptions.outpaint)
    args = parser.parse_args()
    run, began = Runtime(), time.perf_counter()
    picture, depth, path = read_truth(args.truth)
    options = SceneOptions(views=args.views, spiral=not args.no_spiral, outpaint=args.outpaint)
    inpaint = backends.load("inpaint", args.inpaint, run)
    asked = None if args.later_shot else path
    scene = complete_scene(picture, None, depth, inpaint, K=path.K[0], path=asked, options=options, run=run)
    completed = time.perf_counter()
    shot = replace(path, c2w=scale_path(path.c2w, 1 / scene.coverage["unit"]))
    result = fit(scene.views, options=FitOptions(steps=args.steps), path=None if asked is None else shot, run=run)
    fitted = time.perf_counter()
    chosen = list(range(0, len(path), args.every))
    frames = render(result.gaussians, shot[chosen], run=run).frames
    args.out.mkdir(parents=True, exist_ok=True)
    for index, frame in zip(chosen, frames, strict=True):
        write_image(args.out / f"{index:05d}.png", frame)
    error = float((frames[0] - picture).square().mean())
    seconds = [round(b - a, 1) for a, b in ((began, completed), (completed, fitted), (fitted, time.perf_counter()))]
    print(
        json.dumps(
            {
                "frame0_psnr": round(-10 * np.log10(error), 2),
                "seconds": dict(zip(("complete", "fit", "render"), seconds, strict=True)),
                "plates": against_plates(args.truth, args.out, chosen),
                "baseline": args.baseline and against_plates(args.truth, args.baseline, chosen),
                "scene": scene.coverage,
                "fit": {k: v for k, v in result.report.items() if isinstance(v, (int, float, str))},
            }
        )
    )


if __name__ == "__main__":
    main()
