"""Edge refinements and colour estimators compared on composites of a known character over a known background.

    python benchmarks/matte_edges.py CHARACTER.png BACKGROUND.jpg

Every method gets the same hard mask of the default backend. IoU at alpha 0.5, the worst and the mean of all places;
MAD: mean absolute alpha error within 3 px of the true soft edge; halo: as in benchmarks/matte.py; shown: mean absolute
colour error there of the cut-out over black and over white, in 8-bit levels. The last rows take the true alpha: what
the colours alone cost.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import torch
from matte import PLACES, compose, halo
from torch import Tensor

from dreamdance_core import backends
from dreamdance_core.io.images import read_image
from dreamdance_core.runtime import Runtime
from dreamdance_core.segment import cutout
from dreamdance_core.segment.find import disc
from dreamdance_core.segment.refine import foreground_colours, soft_edge


def nothing(patch: np.ndarray, mask: np.ndarray, band: float) -> np.ndarray:
    return mask


def blurred(patch: np.ndarray, mask: np.ndarray, band: float) -> np.ndarray:
    return cv2.GaussianBlur(mask, (0, 0), 1.0)


def guided(patch: np.ndarray, mask: np.ndarray, band: float) -> np.ndarray:
    """The colour guided filter of He, Sun, Tang 2013, within the band."""
    side = (2 * max(round(band), 2) + 1,) * 2
    mean, share = cv2.blur(patch, side), cv2.blur(mask, side)
    across = np.stack([cv2.blur(patch[..., i] * mask, side) - mean[..., i] * share for i in range(3)], -1)
    pairs = [[cv2.blur(patch[..., i] * patch[..., j], side) for j in range(3)] for i in range(3)]
    spread = np.moveaxis(np.array(pairs), (0, 1), (-2, -1)) - mean[..., None] * mean[..., None, :] + 1e-4 * np.eye(3)
    slope = np.linalg.solve(spread, across[..., None])[..., 0].astype(np.float32)
    alpha = (cv2.blur(slope, side) * patch).sum(-1) + cv2.blur(share - (slope * mean).sum(-1), side)
    hard = (mask > 0.5).astype(np.uint8)
    unknown = cv2.dilate(hard, disc(band)) > cv2.erode(hard, disc(band))
    return np.where(unknown, alpha.clip(0, 1), mask).astype(np.float32)


def unchanged(image: Tensor, alpha: Tensor) -> Tensor:
    return image


def fusion(passes: int) -> Callable[[Tensor, Tensor], Tensor]:
    """Blur fusion, Forte 2021, with the radii of the paper's segmentation tool."""

    def estimate(image: Tensor, alpha: Tensor) -> Tensor:
        picture, a = image.numpy(), alpha.numpy()[..., None]
        front = back = picture
        for side in (90, 6)[:passes]:

            def blur(planes: np.ndarray, side: int = side) -> np.ndarray:
                return cv2.blur(planes, (side, side)).reshape(*planes.shape[:2], -1)

            inside = blur(a)
            near, back = blur(front * a) / (inside + 1e-5), blur(back * (1 - a)) / (1 - inside + 1e-5)
            front = (near + a * (picture - a * near - (1 - a) * back)).clip(0, 1)
        return torch.from_numpy(np.where(a >= 1, picture, front).astype(np.float32))

    return estimate


class Place:
    """One composite, and what the pipeline hands to its edge refinement there."""

    def __init__(self, character, scene: Tensor, backend, place: tuple[float, float, float]) -> None:
        self.scene = scene
        self.picture, self.truth = compose(character.rgb, character.alpha, scene, *place)
        self.own, _ = compose(character.rgb, character.alpha, torch.zeros_like(scene), *place)
        handed = []

        def note(patch: np.ndarray, mask: np.ndarray, band: float) -> np.ndarray:
            handed.append((patch, mask, band))
            return mask

        def remember(picture: Tensor, backend) -> object:
            handed.append(find(picture, backend))
            return handed[-1]

        find, cutout.find_character, cutout.soft_edge = cutout.find_character, remember, note
        cutout.cut_out(self.picture, backend)
        cutout.find_character, cutout.soft_edge = find, soft_edge
        found, self.handed = handed
        self.rows, self.columns = found.rows, found.columns

    def alpha(self, refine: Callable) -> Tensor:
        solved = refine(*self.handed)
        size = self.columns.stop - self.columns.start, self.rows.stop - self.rows.start
        whole = torch.zeros_like(self.truth)
        solved = cv2.resize(solved, size, interpolation=cv2.INTER_CUBIC).clip(0, 1)
        whole[self.rows, self.columns] = torch.from_numpy(solved)
        return whole

    def score(self, alpha: Tensor, estimate: Callable) -> tuple[float, ...]:
        colours = self.picture.clone()
        colours[self.rows, self.columns] = estimate(
            self.picture[self.rows, self.columns], alpha[self.rows, self.columns].contiguous()
        )
        edge = ((self.truth > 0.02) & (self.truth < 0.98)).numpy().astype(np.uint8)
        near = torch.from_numpy(cv2.dilate(edge, disc(3)) > 0)
        a, b = alpha > 0.5, self.truth > 0.5
        true_colours = self.own / self.truth[..., None].clamp(min=1e-3)
        shown = sum(
            (colours * alpha[..., None] + c * (1 - alpha[..., None]) - self.own - c * (1 - self.truth[..., None])).abs()
            for c in (0.0, 1.0)
        )
        return (
            float((a & b).sum() / (a | b).sum()),
            float((alpha - self.truth)[near].abs().mean()),
            halo(colours, alpha, self.truth, true_colours, self.scene),
            float(shown[near].mean() * 127.5),
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("character", type=Path)
    parser.add_argument("background", type=Path)
    args = parser.parse_args()
    character, scene = read_image(args.character), read_image(args.background).rgb
    backend = backends.load("segment", "u2net_small", Runtime())
    places = [Place(character, scene, backend, place) for place in PLACES]
    print("| edge | colours | worst IoU | IoU | MAD | halo | shown |\n|---|---|---|---|---|---|---|")

    def row(edge: str, colours: str, alphas: list[Tensor], estimate: Callable) -> None:
        scores = np.array([place.score(alpha, estimate) for place, alpha in zip(places, alphas, strict=True)])
        mean = np.abs(scores).mean(0)
        cells = f"{scores[:, 0].min():.4f} | {mean[0]:.4f} | {mean[1]:.4f} | {mean[2]:.3f} | {mean[3]:.2f}"
        print(f"| {edge} | {colours} | {cells} |", flush=True)

    for edge, refine in (("none", nothing), ("blur 1 px", blurred), ("guided filter", guided)):
        row(edge, "multilevel", [place.alpha(refine) for place in places], foreground_colours)
    estimators = {"none": unchanged, "fusion, 1 pass": fusion(1), "fusion, 2 passes": fusion(2)}
    estimators["multilevel"] = foreground_colours
    for edge, alphas in (
        ("closed form", [place.alpha(soft_edge) for place in places]),
        ("true alpha", [place.truth for place in places]),
    ):
        for name, estimate in estimators.items():
            row(edge, name, alphas, estimate)


if __name__ == "__main__":
    main()
