"""Depth backends on pictures whose depth is known; prints a table.

    python benchmarks/depth.py [--backend NAME ...] [--truth FOLDER ...] [--art PICTURE DISPARITY.npy] [--look FOLDER]

--truth: a folder with frame0_background.png, depth.npz (planar z of frame 0 first) and camera.json. --art: a character
picture and a network's relative disparity of it (larger = nearer); the character is cut out and painted over first and
does not count. AbsRel and the share within 1.25 are after matching the medians; rank: Spearman correlation of inverse
depths; error: RMS after the best scale and shift of inverse depth, as a share of the truth's own deviation (1 = a flat
wall). Pixels that a backend calls sky count as infinitely far. --look: writes what each backend sees, near = white.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np
import torch
from scipy.stats import spearmanr
from torch import Tensor

from dreamdance_core import backends
from dreamdance_core.io.images import read_image, to_canvas, write_image
from dreamdance_core.runtime import Runtime
from dreamdance_core.segment.cutout import cut_out

_FAR = 100.0  # times the median: where sky is put to be compared


def figures(z: Tensor, inverse: Tensor, counted: Tensor, metric: bool) -> dict[str, float]:
    """Errors of z (H,W) against true inverse depths (H,W), relative ones unless metric, over the counted pixels."""
    mine, true = (1 / z)[counted].double().numpy(), inverse[counted].double().numpy()
    design = np.stack([mine, np.ones_like(mine)], 1)
    error = design @ np.linalg.lstsq(design, true, rcond=None)[0] - true
    thin = slice(None, None, max(1, len(mine) // 200_000))
    out = {"rank": float(spearmanr(mine[thin], true[thin])[0]), "error": float(error.std() / true.std())}
    if metric:
        ratio = true / mine * np.median(mine) / np.median(true)
        out |= {"AbsRel": float(np.abs(ratio - 1).mean())}
        out |= {"<1.25": float((np.maximum(ratio, 1 / ratio) < 1.25).mean())}
    return out


def truth_case(folder: Path) -> tuple[str, Tensor, Tensor | None, Tensor, Tensor]:
    """Name, picture, K, true inverse depth, counted pixels."""
    z = torch.from_numpy(np.load(folder / "depth.npz")["z"][0]).float()
    K = torch.tensor(json.loads((folder / "camera.json").read_text())["cameras"][0]["K"])
    return folder.name, read_image(folder / "frame0_background.png").rgb, K, 1 / z, z > 0


def art_case(picture: Path, disparity: Path, run: Runtime) -> tuple[str, Tensor, Tensor | None, Tensor, Tensor]:
    """The same for art: the plate without the character, and the disparity from 0 up."""
    art = to_canvas(read_image(picture), 768, None)
    hole = cut_out(art.rgb, backends.load("segment", "u2net_small", run), alpha=art.alpha).hole_mask
    plate = backends.load("inpaint", "patchmatch", run)(art.rgb, hole, "", 0)
    values = torch.from_numpy(np.load(disparity).astype(np.float32)).reshape(1, 1, *np.load(disparity).shape[-2:])
    values = torch.nn.functional.interpolate(values, hole.shape, mode="area")[0, 0]
    return picture.stem, plate, None, values - values.min(), hole < 0.01


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--backend", nargs="+", default=["auto"])
    parser.add_argument("--truth", type=Path, nargs="+", default=[])
    parser.add_argument("--art", type=Path, nargs=2, action="append", default=[], metavar=("PICTURE", "DISPARITY"))
    parser.add_argument("--look", type=Path)
    args = parser.parse_args()
    run = Runtime()
    cases = [truth_case(folder) for folder in args.truth] + [art_case(*pair, run) for pair in args.art]
    print("| picture | backend | AbsRel | <1.25 | rank | error | sky | seconds |\n|---|---|---|---|---|---|---|---|")
    for name, picture, K, inverse, counted in cases:
        for backend in args.backend:
            look = backends.load("depth", backend, run)
            began = time.perf_counter()
            depth = look(picture[None], K)
            seconds = time.perf_counter() - began
            z = torch.where(depth.valid[0], depth.z[0], _FAR * depth.z[0][depth.valid[0]].median())
            found = figures(z, inverse, counted, metric=K is not None)
            cells = [f"{found[key]:.3f}" if key in found else "-" for key in ("AbsRel", "<1.25", "rank", "error")]
            sky = 100 * float((~depth.valid).float().mean())
            print(f"| {name} | {backend} | {' | '.join(cells)} | {sky:.0f} % | {seconds:.2f} |")
            if args.look is not None:
                near = (1 / z) / (1 / z).quantile(0.99)
                write_image(args.look / f"{name}_{backend}.png", near.clamp(0, 1)[..., None].expand(-1, -1, 3))


if __name__ == "__main__":
    main()
