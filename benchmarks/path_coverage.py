"""How much of a wanted camera path a scene covers, before and after completion and once fitted; prints a table.

    python benchmarks/path_coverage.py PICTURE... [--camera FILE...] [--preset NAME...] [--side N] [--out DIR]

Characters are cut out first; a picture without one is taken as it is. Each path (a camera file such as `dreamdance
camera` writes, or a preset of 24 frames) is placed in each scene as the main command does. "known": mean share of the
path's pictures that the picture alone shows; "covered" and "worst": mean and worst share of pixels that the fitted
Gaussians cover by more than half. --out: writes first, middle and last frame of each.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import torch

from dreamdance_core import backends
from dreamdance_core.gaussians.fit import FitOptions, fit
from dreamdance_core.gaussians.render import render
from dreamdance_core.geometry.pinhole import intrinsics
from dreamdance_core.geometry.trajectory import camera_path
from dreamdance_core.io.camera_files import read_cameras
from dreamdance_core.io.images import read_image, to_canvas, write_image
from dreamdance_core.runtime import Runtime
from dreamdance_core.scene.build import WantedPath, build_scene
from dreamdance_core.scene.complete import SceneOptions
from dreamdance_core.segment.cutout import cut_out, outlines_a_figure
from dreamdance_core.types import Cameras


def read_background(path: Path, side: int, run: Runtime) -> tuple[torch.Tensor, torch.Tensor | None]:
    """The picture on its canvas and the hole its character leaves; None when it shows none."""
    art = to_canvas(read_image(path), side, None)
    network = None if outlines_a_figure(art.alpha) else backends.load("segment", "u2net_small", run)
    try:
        return art.rgb, cut_out(art.rgb, network, alpha=art.alpha).hole_mask
    except ValueError:
        return art.rgb, None


def wanted_paths(files: list[Path], presets: list[str]) -> dict[str, Cameras]:
    """The paths by name."""
    seat = Cameras(c2w=torch.eye(4)[None], K=intrinsics(640, 480)[None], width=640, height=480)
    paths = {file.stem: read_cameras(file) for file in files}
    return paths | {name: camera_path(name, 24, 1.0, seat) for name in presets}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pictures", type=Path, nargs="+")
    parser.add_argument("--camera", type=Path, nargs="*", default=[])
    parser.add_argument("--preset", nargs="*", default=["orbit", "truck"])
    parser.add_argument("--side", type=int, default=512)
    parser.add_argument("--steps", type=int, default=50)
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    run, paths = Runtime(), wanted_paths(args.camera, args.preset)
    print(f"{'picture':22}{'path':16}{'known':>8}{'covered':>9}{'worst':>8}{'views':>7}{'seconds':>9}")
    for file in args.pictures:
        picture, hole = read_background(file, args.side, run)
        for name, path in paths.items():
            began = time.perf_counter()
            depth, inpaint = backends.load("depth", "room_box", run), backends.load("inpaint", "patchmatch", run)
            options = SceneOptions(spiral=False)
            scene = build_scene(
                picture, hole, depth, inpaint, wanted=WantedPath(cameras=path), options=options, run=run
            )
            fitted = fit(scene.views, options=FitOptions(steps=args.steps), path=scene.path, run=run).gaussians
            some = scene.path[sorted({*range(0, len(path), max(1, len(path) // 24)), len(path) - 1})]
            shown = render(fitted, some, run=run)
            covered = (shown.alpha > 0.5).float().mean((1, 2))
            known = 1 - scene.coverage["path_hole_before"]
            print(
                f"{file.stem:22}{name:16}{known:8.3f}{covered.mean():9.4f}{covered.min():8.4f}"
                f"{scene.coverage['views']:7}{time.perf_counter() - began:9.1f}",
                flush=True,
            )
            if args.out:
                for index in (0, len(some) // 2, len(some) - 1):
                    write_image(args.out / f"{file.stem}_{name}_{index:02d}.png", shown.frames[index])


if __name__ == "__main__":
    main()
