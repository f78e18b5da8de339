"""Matte quality on composites of a known character over a known background, for several sizes and places.

    python benchmarks/matte.py CHARACTER.png BACKGROUND.jpg [--out FOLDER]

IoU at alpha 0.5; MAD: mean absolute alpha error in the figure's box, x 1000; halo: the old background's share left in
the cut-out's edge colours (0 = none, 1 = untouched), over true alpha 0.05 to 0.95; seconds.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from dreamdance_core import backends
from dreamdance_core.io.images import read_image, write_image
from dreamdance_core.runtime import Runtime
from dreamdance_core.segment.cutout import cut_out

PLACES = ((1.0, 0.5, 0.51), (1.0, 0.25, 0.6), (0.7, 0.4, 0.6), (0.4, 0.5, 0.7), (0.4, 0.2, 0.75), (0.25, 0.7, 0.7))


def compose(rgb: Tensor, alpha: Tensor, scene: Tensor, scale: float, x: float, y: float) -> tuple[Tensor, Tensor]:
    """The scene with the character scaled and centred at (x, y), shares of its size; and the true alpha."""
    height, width = scene.shape[:2]
    planes = torch.cat([rgb * alpha[..., None], alpha[..., None]], -1).permute(2, 0, 1)[None]
    small = F.interpolate(planes, scale_factor=scale, mode="bilinear", antialias=True, align_corners=False)[0]
    h, w = small.shape[1:]
    top, left = round(y * height - h / 2), round(x * width - w / 2)
    canvas = torch.zeros(4, height + 2 * h, width + 2 * w)
    canvas[:, top + h : top + 2 * h, left + w : left + 2 * w] = small
    canvas = canvas[:, h : h + height, w : w + width]
    return (canvas[:3].permute(1, 2, 0) + scene * (1 - canvas[3][..., None])).clamp(0, 1), canvas[3]


def halo(colours: Tensor, alpha: Tensor, true_alpha: Tensor, true_colours: Tensor, scene: Tensor) -> float:
    """Least-squares share of the old background in the edge colours that the cut-out shows, alpha-weighted."""
    edge = (true_alpha > 0.05) & (true_alpha < 0.95) & (alpha > 0.05)
    weight = alpha[edge][:, None]
    toward = (scene - true_colours)[edge]
    return float((weight * (colours - true_colours)[edge] * toward).sum() / (weight * toward**2).sum())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("character", type=Path)
    parser.add_argument("background", type=Path)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--backend", default="u2net_small")
    args = parser.parse_args()
    character, scene = read_image(args.character), read_image(args.background).rgb
    backend = backends.load("segment", args.backend, Runtime())
    print("| scale | x | y | IoU | MAD x1000 | halo | seconds |\n|---|---|---|---|---|---|---|")
    for number, (scale, x, y) in enumerate(PLACES):
        picture, truth = compose(character.rgb, character.alpha, scene, scale, x, y)
        own, _ = compose(character.rgb, character.alpha, torch.zeros_like(scene), scale, x, y)
        started = time.perf_counter()
        try:
            cut = cut_out(picture, backend)
        except ValueError as failure:
            print(f"| {scale} | {x} | {y} | {failure} |")
            continue
        seconds = time.perf_counter() - started
        a, b = cut.alpha > 0.5, truth > 0.5
        box = truth > 0
        rows, columns = box.any(1).nonzero(), box.any(0).nonzero()
        inside = slice(int(rows.min()), int(rows.max()) + 1), slice(int(columns.min()), int(columns.max()) + 1)
        mad = (cut.alpha - truth)[inside].abs().mean() * 1000
        left = halo(cut.character, cut.alpha, truth, own / truth[..., None].clamp(min=1e-3), scene)
        iou = (a & b).sum() / (a | b).sum()
        print(f"| {scale} | {x} | {y} | {iou:.4f} | {mad:.1f} | {left:.3f} | {seconds:.1f} |", flush=True)
        if args.out:
            magenta = torch.tensor([1.0, 0.0, 1.0])
            shown = cut.character * cut.alpha[..., None] + magenta * (1 - cut.alpha[..., None])
            write_image(args.out / f"matte_{number}.png", shown)


if __name__ == "__main__":
    main()
