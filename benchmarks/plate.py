"""Clean plates: a known character over known pictures, cut out and filled; what each weight-free fill leaves behind.

    python benchmarks/plate.py CHARACTER.png PICTURE [PICTURE ...] [--fills NAME ...] [--own] [--side PX] [--out FOLDER]

Inside the hole, against the truth: PSNR, LPIPS (on the hole's box, weighted by the hole; lower is better), seconds.
halo: the plate's mean gradient across the hole's rim over that 20 px farther out; the last row has the truth's own.
patchmatch_all copies rare parts too. --own cuts the character out with the embedded network instead of taking the true
alpha.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from matte import compose
from torch import Tensor

from dreamdance_core import backends
from dreamdance_core.evaluation import lpips
from dreamdance_core.inpaint.backends.patchmatch import PatchMatch
from dreamdance_core.io.images import canvas_of, read_image, to_uint8, write_image
from dreamdance_core.runtime import Runtime
from dreamdance_core.segment.cutout import cut_out, hole_mask

PLACES = ((0.95, 0.5, 0.53), (0.95, 0.25, 0.55), (0.6, 0.72, 0.68), (0.4, 0.35, 0.75))  # height, x, y: shares


def navier_stokes(image: Tensor, hole: Tensor) -> Tensor:
    """OpenCV's other diffusion, for comparison only."""
    filled = cv2.inpaint(to_uint8(image), to_uint8(hole), 3, cv2.INPAINT_NS)
    return torch.where(hole[..., None] > 0.5, torch.from_numpy(filled) / 255, image)


def steepness(plate: Tensor, hole: Tensor) -> float:
    """Mean gradient across the hole's rim, 2 px to either side, over that in a ring 20 px farther out (trap 28)."""
    steep = sum(g.abs() for g in torch.gradient(plate.mean(-1)))

    def grown(mask: Tensor, pixels: int) -> Tensor:
        return F.max_pool2d(mask[None], 2 * pixels + 1, 1, pixels)[0] > 0.5

    rim = grown(hole, 2) & grown(1 - hole, 2)
    away = grown(hole, 24) & ~grown(hole, 20)
    return float(steep[rim].mean() / steep[away].mean())


def inside(network: lpips.Lpips, plate: Tensor, truth: Tensor, hole: Tensor) -> tuple[float, float]:
    """PSNR in the hole, and LPIPS on its box, widened by 16 px, weighted by the hole."""
    error = float((plate - truth)[hole > 0.5].square().mean())
    rows, columns = hole.any(1).nonzero(), hole.any(0).nonzero()
    box = tuple(slice(max(int(i.min()) - 16, 0), int(i.max()) + 17) for i in (rows, columns))
    return -10 * np.log10(error), lpips.lpips(network, plate[box], truth[box], hole[box])


def cases(args: argparse.Namespace, backend: object) -> list[tuple[str, Tensor, Tensor, Tensor]]:
    """(name, picture with the character, hole, truth) for every picture and place."""
    character, found = read_image(args.character), []
    for path in args.pictures:
        truth = read_image(path).rgb
        canvas = canvas_of(truth.shape[1], truth.shape[0], args.side)
        truth = torch.from_numpy(cv2.resize(truth.numpy(), (canvas.width, canvas.height), interpolation=cv2.INTER_AREA))
        for number, (share, x, y) in enumerate(PLACES):
            scale = share * canvas.height / character.rgb.shape[0]
            picture, alpha = compose(character.rgb, character.alpha, truth, scale, x, y)
            if args.own:
                alpha = cut_out(picture, backend).alpha
            found.append((f"{path.stem}_{number}", picture, hole_mask(alpha), truth))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("character", type=Path)
    parser.add_argument("pictures", type=Path, nargs="+")
    parser.add_argument("--fills", nargs="+", default=["telea", "navier_stokes", "patchmatch_all", "patchmatch"])
    parser.add_argument("--own", action="store_true")
    parser.add_argument("--side", type=int, default=768)
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    run = Runtime()
    network = lpips.load(run)
    own = {"navier_stokes": navier_stokes, "patchmatch_all": PatchMatch(rare=0.0)}
    fills: dict[str, Callable] = {n: own[n] if n in own else backends.load("inpaint", n, run) for n in args.fills}
    rows: dict[str, list] = {name: [] for name in [*fills, "truth"]}
    print("| case | hole px | fill | PSNR | LPIPS | halo | seconds |\n|---|---|---|---|---|---|---|")
    for case, picture, hole, truth in cases(args, args.own and backends.load("segment", "u2net_small", run)):
        for name, fill in fills.items():
            began = time.perf_counter()
            plate = fill(picture, hole)
            seconds = time.perf_counter() - began
            rows[name].append((*inside(network, plate, truth, hole), steepness(plate, hole), seconds))
            figures = "{:.2f} | {:.4f} | {:.2f} | {:.1f}".format(*rows[name][-1])
            print(f"| {case} | {int(hole.sum())} | {name} | {figures} |", flush=True)
            if args.out:
                write_image(args.out / f"{case}_{name}.png", plate)
        rows["truth"].append((np.inf, 0.0, steepness(truth, hole), 0.0))
    for name, figures in rows.items():
        print("| mean | | {} | {:.2f} | {:.4f} | {:.2f} | {:.2f} |".format(name, *np.mean(figures, 0)))


if __name__ == "__main__":
    main()
