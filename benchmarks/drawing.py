"""Compares this project's pose drawing with pictures drawn by others in the same style.

    python benchmarks/drawing.py --body FILE ... [--fine FILE ...] [--frames 5] [--out FOLDER]

body: pictures or clips of body skeletons. The points are recovered from the picture (ends and corners of each colour,
then refined until our drawing fits best) and drawn again: IoU of the coloured pixels, mean colour difference where both
drew (of 255), width of the straight limbs, theirs and ours, px at a shorter side of 1080.
fine: clips of hands or faces. Centres of their coloured dots are found; dot diameter and line width, theirs and ours.
"""

from __future__ import annotations

import argparse
from itertools import permutations
from pathlib import Path

import cv2
import numpy as np
import torch

from dreamdance_core.io.images import read_image, write_image
from dreamdance_core.io.video import ClipRange, read_clip
from dreamdance_core.pose.draw import BODY_WIDTH, draw_body, draw_hands
from dreamdance_core.pose.keypoints import BODY_LINKS
from dreamdance_core.types import PoseTrack

CHAINS = {(0, 255, 0): (11, 13, 15), (51, 153, 255): (12, 14, 16), (255, 0, 0): (5, 7, 9), (160, 32, 240): (6, 8, 10)}
ORANGE, YELLOW = (255, 128, 0), (255, 255, 100)
STEPS, SMALL = (0.006, 0.002, 0.0008), 540  # of the search, shares of the side; the side it works at, px
STRIDE = 40  # frames between those of a clip that are compared
PICTURES = {".png", ".jpg", ".jpeg", ".webp"}


def pictures(path: Path, count: int) -> list[np.ndarray]:
    """uint8 RGB pictures, spread over a clip."""
    if path.suffix.lower() in PICTURES:
        frames = read_image(path).rgb[None]
    else:
        frames = read_clip(path, ClipRange(stride=STRIDE, frames=count)).frames
    return [(frame * 255).round().byte().numpy() for frame in frames]


def colour_mask(picture: np.ndarray, colour: tuple[int, int, int]) -> np.ndarray:
    """Bool: pixels nearer to the colour than to any other of the drawing's, and not dark."""
    table = np.array([*CHAINS, ORANGE, YELLOW, (255, 255, 255)], float)
    distance = np.abs(picture[..., None, :].astype(float) - table).sum(-1)
    mine = [tuple(c) for c in table.astype(int).tolist()].index(colour)
    return (distance.argmin(-1) == mine) & (picture.max(-1) > 128)


def corners(mask: np.ndarray, width: float) -> np.ndarray:
    """(N,2) px: ends and bends of strokes, from the corners of their outlines, near ones joined."""
    found = []
    outlines, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    for outline in outlines:
        if cv2.arcLength(outline, True) > 2 * width:
            found += list(cv2.approxPolyDP(outline, 0.35 * width, True)[:, 0].astype(float) + 0.5)
    joined: list[np.ndarray] = []
    while found:
        near = [p for p in found if np.linalg.norm(p - found[0]) < 1.6 * width]
        joined.append(np.mean(near, 0))
        found = [p for p in found if np.linalg.norm(p - found[0]) >= 1.6 * width]
    return np.array(joined).reshape(-1, 2)


def misfit(links: list[tuple[np.ndarray, np.ndarray]], pixels: np.ndarray, away: np.ndarray) -> float:
    """How far the strokes are from the pixels and the other way round, mean px. away: (H,W) distance to the mask."""
    t = np.linspace(0, 1, 24)[:, None]
    samples = np.concatenate([a + t * (b - a) for a, b in links])
    column, row = (np.clip(samples[:, c].astype(int), 0, away.shape[1 - c] - 1) for c in (0, 1))
    there = np.min(np.linalg.norm(pixels[:, None] - samples, axis=-1), 1).mean()
    return there + 2 * away[row, column].mean()


def fitted(mask: np.ndarray, known: dict[int, np.ndarray], free: tuple[int, ...], links: tuple, width: float) -> dict:
    """The free points, each on a corner of the mask, so that the strokes of the links cover it best."""
    places = corners(mask, width)
    pixels = np.argwhere(mask)[:, ::-1] + 0.5
    if len(pixels) < 4 * width or len(places) < len(free):
        return {}
    pixels = pixels[:: max(1, len(pixels) // 60)]
    away = cv2.distanceTransform(1 - mask.astype(np.uint8), cv2.DIST_L2, 5)
    best, chosen = np.inf, {}
    for order in permutations(range(min(len(places), 8)), len(free)):
        points = known | {p: places[i] for p, i in zip(free, order, strict=True)}
        cost = misfit([(points[a], points[b]) for a, b in links], pixels, away)
        if cost < best:
            best, chosen = cost, points
    return chosen


def first_guess(picture: np.ndarray, width: float) -> dict[int, np.ndarray]:
    """Point -> px, roughly."""
    found: dict[int, np.ndarray] = {}
    orange = np.argwhere(colour_mask(picture, ORANGE))[:, ::-1].astype(np.float32)
    if len(orange) > 8 * width:
        quad = cv2.approxPolyN(cv2.convexHull(orange), 4, ensure_convex=True)[0].astype(float)
        quad = quad[np.argsort(quad[:, 1])]
        for pair, (left, right) in ((quad[:2], (5, 6)), (quad[2:], (11, 12))):
            found[right], found[left] = pair[np.argsort(pair[:, 0])]
    for colour, chain in CHAINS.items():
        start = {chain[0]: found[chain[0]]} if chain[0] in found else {}
        mask = colour_mask(picture, colour)
        free = chain[1:] if start else chain
        found |= fitted(mask, start, free, tuple(zip(chain[:-1], chain[1:], strict=True)), width)
    if 5 in found and 6 in found:
        known = {5: found[5], 6: found[6]}
        found |= fitted(colour_mask(picture, YELLOW), known, (4, 2, 0, 1, 3), BODY_LINKS[12:], width)
    return found


def drawn(points: dict[int, np.ndarray], width: int, height: int) -> np.ndarray:
    xy, score = torch.zeros(1, 1, 133, 2), torch.zeros(1, 1, 133)
    for point, place in points.items():
        xy[0, 0, point], score[0, 0, point] = torch.from_numpy(np.asarray(place)).float(), 1.0
    track = PoseTrack(xy=xy, score=score, width=width, height=height)
    return (draw_body(track, width, height)[0] * 255).round().byte().numpy()


def refined(points: dict[int, np.ndarray], picture: np.ndarray) -> dict[int, np.ndarray]:
    """The points moved one by one wherever our drawing comes closer to the picture; steps in shares of its side."""
    height, width = picture.shape[:2]
    target = picture.astype(np.int16)

    def cost(guess: dict[int, np.ndarray]) -> float:
        return float(np.abs(drawn(guess, width, height).astype(np.int16) - target).mean())

    best = cost(points)
    for step in STEPS:
        for _ in range(3):
            before = best
            for point in points:
                for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
                    moved = points | {point: points[point] + step * min(height, width) * np.array([dx, dy])}
                    new = cost(moved)
                    if new < best:
                        points, best = moved, new
            if best > 0.99 * before:
                break
    return points


def stroke_width(masks: list[np.ndarray], side: int) -> float:
    """Width of straight strokes, px at a side of 1080: the area of the middle of each, over its length."""
    found = []
    for mask in masks:
        count, label, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
        for i in range(1, count):
            if stats[i, cv2.CC_STAT_AREA] < 30:
                continue
            points = np.argwhere(label == i)[:, ::-1].astype(float)
            centred = points - points.mean(0)
            axes = np.linalg.eigh(centred.T @ centred)[1]
            along, across = centred @ axes[:, 1], centred @ axes[:, 0]
            if np.ptp(across) < 0.2 * np.ptp(along):  # else bent, or too short to tell
                found.append((np.abs(along) < 0.3 * np.ptp(along)).sum() / (0.6 * np.ptp(along)))
    return float(np.median(found)) * 1080 / side if found else np.nan


def compare_body(picture: np.ndarray, name: str, out: Path | None) -> None:
    height, width = picture.shape[:2]
    side = min(height, width)
    points = first_guess(picture, BODY_WIDTH * side)
    small = cv2.resize(picture, None, fx=SMALL / side, fy=SMALL / side, interpolation=cv2.INTER_AREA)
    points = refined({p: at * SMALL / side for p, at in points.items()}, small)
    points = {p: at * side / SMALL for p, at in points.items()}
    ours = drawn(points, width, height)
    a, b = picture.max(-1) > 100, ours.max(-1) > 100
    both = a & b
    iou = both.sum() / (a | b).sum()
    inner = cv2.erode(both.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    colour = np.abs(picture[inner].astype(float) - ours[inner]).mean()
    theirs, mine = (stroke_width([colour_mask(p, c) for c in CHAINS], side) for p in (picture, ours))
    links = sum(p in points and q in points for p, q in BODY_LINKS)
    print(f"| {name} | {links} | {iou:.3f} | {colour:.1f} | {theirs:.1f} | {mine:.1f} |", flush=True)
    if out:
        write_image(out / f"{name}.png", torch.from_numpy(np.concatenate([picture, ours], 1)).float() / 255)


def dots(picture: np.ndarray) -> tuple[list[np.ndarray], list[float]]:
    """Centres and diameters (px) of lone coloured dots: round blobs of one saturated colour."""
    centres, sizes = [], []
    bright = picture.astype(int)
    saturated = (bright.max(-1) > 150) & (bright.max(-1) - bright.min(-1) > 110)
    hue = cv2.cvtColor(picture, cv2.COLOR_RGB2HSV)[..., 0].astype(int)
    for target in (0, 30, 60, 90, 120, 150):
        mask = saturated & ((np.abs(hue - target) < 12) | (np.abs(hue - target - 180) < 12))
        count, _, stats, middle = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
        for i in range(1, count):
            w, h, area = stats[i, 2:5]
            if area > 6 and max(w, h) <= 1.35 * min(w, h) and area > 0.6 * w * h:
                centres.append(middle[i] + 0.5)
                sizes.append(2 * np.sqrt(area / np.pi))
    return centres, sizes


def compare_fine(path: Path, count: int) -> None:
    sizes, lines, side = [], [], 1080
    for picture in pictures(path, count):
        side = min(picture.shape[:2])
        sizes += dots(picture)[1]
        lines.append(stroke_width([picture.min(-1) > 100], side))
    xy, score = torch.zeros(1, 1, 133, 2), torch.zeros(1, 1, 133)
    spread = torch.arange(21)
    xy[0, 0, 91:112] = (
        torch.stack([spread % 5 * 0.037 + 0.3, torch.div(spread, 5, rounding_mode="floor") * 0.05 + 0.3], -1) * side
    )
    score[0, 0, 91:112] = 1
    ours = draw_hands(PoseTrack(xy=xy, score=score, width=side, height=side), side, side)[0]
    ours = (ours * 255).round().byte().numpy()
    k = 1080 / side
    print(
        f"| {path.name} | {len(sizes)} | {k * np.median(sizes):.1f} | {k * np.median(dots(ours)[1]):.1f} | "
        f"{np.nanmedian(lines):.1f} | {stroke_width([ours.min(-1) > 100], side):.1f} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--body", nargs="*", type=Path, default=[])
    parser.add_argument("--fine", nargs="*", type=Path, default=[])
    parser.add_argument("--frames", type=int, default=5)
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    if args.out:
        args.out.mkdir(parents=True, exist_ok=True)
    if args.body:
        print("| body picture | links | IoU | colour off | width theirs | ours |\n|---|---|---|---|---|---|")
    for path in args.body:
        for number, picture in enumerate(pictures(path, args.frames)):
            compare_body(picture, f"{path.stem}-{number}", args.out)
    if args.fine:
        print("\n| fine clip | dots | dot theirs | ours | line theirs | ours |\n|---|---|---|---|---|---|")
    for path in args.fine:
        compare_fine(path, args.frames)


if __name__ == "__main__":
    main()
