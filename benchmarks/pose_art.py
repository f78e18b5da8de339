"""Prints for each picture of a drawn character whether a body is found without and with the character's mask, its
mean score, how far it moves when the picture is mirrored, shifted or resized, and seconds; draws overlays.

    python benchmarks/pose_art.py PICTURE ... [--out FOLDER] [--backend blazepose] [--segment u2net_small] [--steady]

alone: body points above 0.3 (of 17) from the whole picture; boxed: from the mask's box. inside: share of those points
in the mask. steady (with --steady): mean movement of the common body points over four variations of the picture
(mirrored, cut 4 % at the left and the top, cut at the right and the bottom, at 80 % size), in % of the box's diagonal.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from dreamdance_core import backends
from dreamdance_core.io.images import read_image, to_canvas, write_image
from dreamdance_core.pose.draw import draw_overlay
from dreamdance_core.pose.extract import boxes_from_mask
from dreamdance_core.pose.identity import main_people
from dreamdance_core.pose.keypoints import BODY, flip_index
from dreamdance_core.runtime import Runtime
from dreamdance_core.segment.cutout import cut_out
from dreamdance_core.types import PoseBackend, PoseTrack

SEEN = 0.3


def body_of(backend: PoseBackend, image: Tensor, box: Tensor | None) -> PoseTrack:
    track = backend(image[None], box)
    return main_people(track, 1) if (track.score > 0).any() else track


def count(track: PoseTrack) -> int:
    """Body points that are drawn."""
    return int((track.score[0, :1, BODY] > SEEN).sum())


def inside(track: PoseTrack, alpha: Tensor) -> float:
    """Share of the drawn body points that lie on the character."""
    points = track.xy[0, 0, BODY][track.score[0, 0, BODY] > SEEN]
    rows = points[:, 1].long().clamp(0, alpha.shape[0] - 1)
    columns = points[:, 0].long().clamp(0, alpha.shape[1] - 1)
    return float((alpha[rows, columns] > 0.5).float().mean())


def variations(image: Tensor, box: Tensor) -> Iterator[tuple[Tensor, Tensor, Tensor, bool]]:
    """Picture, box, and what takes its points back: scale and shift (x, y), and whether it is mirrored."""
    height, width = image.shape[:2]
    mirrored = box.clone()
    mirrored[:, [0, 2]] = width - box[:, [2, 0]]
    yield image.flip(1).contiguous(), mirrored, torch.tensor([1.0, 0.0, 0.0]), True
    dx, dy = int(0.04 * width), int(0.04 * height)
    low = torch.tensor([0.0, 0.0, width, height])
    for left, top in ((dx, dy), (0, 0)):
        part = image[top : top + height - dy, left : left + width - dx].contiguous()
        moved = box - torch.tensor([left, top, left, top], dtype=box.dtype)
        limit = low + torch.tensor([0.0, 0.0, -dx, -dy])
        yield part, moved.clamp(min=0).minimum(limit), torch.tensor([1.0, left, top]), False
    small = F.interpolate(image.permute(2, 0, 1)[None], scale_factor=0.8, mode="bilinear", antialias=True)
    small = small[0].permute(1, 2, 0).clamp(0, 1).contiguous()
    yield small, box * 0.8, torch.tensor([1.25, 0.0, 0.0]), False


def movement(backend: PoseBackend, image: Tensor, box: Tensor, track: PoseTrack) -> float:
    """Mean movement of body points over the variations, % of the box's diagonal; a lost body counts as 25 %."""
    diagonal = float((box[0, 2:] - box[0, :2]).norm())
    moves = []
    for picture, here, back, mirror in variations(image, box):
        other = body_of(backend, picture, here)
        if not (other.score > 0).any():
            moves.append(25.0)
            continue
        xy, score = other.xy[0, 0].clone(), other.score[0, 0]
        if mirror:
            xy[:, 0] = picture.shape[1] - xy[:, 0]
            xy, score = xy[flip_index()], score[flip_index()]
        xy = xy * back[0] + back[1:]
        both = (track.score[0, 0, BODY] > SEEN) & (score[BODY] > SEEN)
        gap = (track.xy[0, 0, BODY] - xy[BODY]).norm(dim=-1)[both]
        moves.append(float(gap.mean()) / diagonal * 100 if both.any() else 25.0)
    return float(np.mean(moves))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pictures", nargs="+", type=Path)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--backend", default="blazepose")
    parser.add_argument("--segment", default="u2net_small")
    parser.add_argument("--size", type=int, default=768)
    parser.add_argument("--steady", action="store_true")
    args = parser.parse_args()
    segment, backend = (backends.load(*what, Runtime()) for what in (("segment", args.segment), ("pose", args.backend)))
    print("| picture | alone | boxed | mean score | inside | steady | seconds |\n|---|---|---|---|---|---|---|")
    for path in args.pictures:
        art = to_canvas(read_image(path), args.size)
        alone = body_of(backend, art.rgb, None)
        try:
            cut = cut_out(art.rgb, segment, alpha=art.alpha)
        except ValueError as error:
            print(f"| {path.stem} | {count(alone)} | no character: {error} | | | | |")
            continue
        box = boxes_from_mask(cut.alpha[None])
        started = time.perf_counter()
        boxed = body_of(backend, art.rgb, box)
        seconds = time.perf_counter() - started
        if not (boxed.score > 0).any():
            print(f"| {path.stem} | {count(alone)} | none | | | | {seconds:.1f} |")
            continue
        score = float(boxed.score[0, 0, BODY].mean())
        steady = f"{movement(backend, art.rgb, box, boxed):.1f}" if args.steady else ""
        on = inside(boxed, cut.alpha)
        print(f"| {path.stem} | {count(alone)} | {count(boxed)} | {score:.2f} | {on:.2f} | {steady} | {seconds:.1f} |",
              flush=True)  # fmt: skip
        if args.out:
            overlay = draw_overlay(art.rgb[None] * 0.7 + 0.3, boxed)[0]
            write_image(args.out / f"{path.stem}.png", overlay)


if __name__ == "__main__":
    main()
