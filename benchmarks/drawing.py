"""Compares this project's pose drawing with pictures drawn by others in the same style.

    python benchmarks/drawing.py --body FILE ... [--fine FILE ...] [--frames 5] [--out FOLDER]

body: pictures or clips of body skeletons. The points are recovered from the picture (ends and corners of each colour,
then refined until our drawing fits best) and drawn again: IoU of the coloured pixels, mean colour difference where both
drew (of 255), stick width of theirs and ours in px of a 1080 px shorter side, from the area over the length.
fine: clips of hands or faces. Centres of their coloured dots are found; dot diameter and line width, theirs and ours.
"""

from __future__ import annotations

import argparse
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
PICTURES = {".png", ".jpg", ".jpeg", ".webp"}


def pictures(path: Path, count: int) -> list[np.ndarray]:
    """uint8 RGB pictures, spread over a clip."""
    if path.suffix.lower() in PICTURES:
        frames = read_image(path).rgb[None]
    else:
        frames = read_clip(path, ClipRange()).frames
    at = np.unique(np.linspace(0, len(frames) - 1, count).round().astype(int))
    return [(frames[i] * 255).round().byte().numpy() for i in at]


def colour_mask(picture: np.ndarray, colour: tuple[int, int, int]) -> np.ndarray:
    """Bool: pixels nearer to the colour than to any other of the drawing's, and not dark."""
    table = np.array([*CHAINS, ORANGE, YELLOW, (255, 255, 255)], float)
    distance = np.abs(picture[..., None, :].astype(float) - table).sum(-1)
    mine = [tuple(c) for c in table.astype(int).tolist()].index(colour)
    return (distance.argmin(-1) == mine) & (picture.max(-1) > 128)


def chain_points(mask: np.ndarray, width: float) -> np.ndarray | None:
    """(3,2) both ends and the bend of a stroke, in px; None where the colour is hardly there."""
    points = np.argwhere(mask)[:, ::-1] + 0.5
    if len(points) < 4 * width:
        return None
    hull = cv2.convexHull(points.astype(np.float32))[:, 0]
    apart = np.linalg.norm(hull[:, None] - hull[None], axis=-1)
    a, b = (hull[i] for i in np.unravel_index(apart.argmax(), apart.shape))
    along = (b - a) / max(np.linalg.norm(b - a), 1e-6)
    off = (points - a) @ np.array([-along[1], along[0]])
    bend = points[np.abs(off).argmax()] if np.abs(off).max() > width else (a + b) / 2
    return np.stack([a + along * width / 2, bend, b - along * width / 2])


def first_guess(picture: np.ndarray, width: float) -> dict[int, np.ndarray]:
    """Point -> px, roughly."""
    found: dict[int, np.ndarray] = {}
    orange = np.argwhere(colour_mask(picture, ORANGE))[:, ::-1].astype(np.float32)
    if len(orange) > 8 * width:
        quad = cv2.approxPolyN(cv2.convexHull(orange), 4, ensure_convex=True)[0].astype(float)
        top, bottom = quad[np.argsort(quad[:, 1])[:2]], quad[np.argsort(quad[:, 1])[2:]]
        for pair, (left, right) in ((top, (5, 6)), (bottom, (11, 12))):
            pair = pair[np.argsort(pair[:, 0])]
            found[right], found[left] = pair[0], pair[1]
    for colour, chain in CHAINS.items():
        points = chain_points(colour_mask(picture, colour), width)
        if points is None:
            continue
        if chain[0] in found and np.linalg.norm(points[2] - found[chain[0]]) < np.linalg.norm(
            points[0] - found[chain[0]]
        ):
            points = points[::-1]
        found.update(
            zip(chain, points, strict=True) if chain[0] not in found else zip(chain[1:], points[1:], strict=True)
        )
    yellow = np.argwhere(colour_mask(picture, YELLOW))[:, ::-1] + 0.5
    if len(yellow) > 4 * width and 5 in found and 6 in found:
        (x0, y0), (x1, y1) = yellow.min(0) + width / 2, yellow.max(0) - width / 2
        up = y0 + 0.15 * (y1 - y0)
        for point, share in ((4, 0.15), (2, 0.35), (1, 0.65), (3, 0.85)):
            found[point] = np.array([x0 + share * (x1 - x0), up])
        found[0] = np.array([(x0 + x1) / 2, y0 + 0.3 * (y1 - y0)])
    return found


def drawn(points: dict[int, np.ndarray], width: int, height: int) -> np.ndarray:
    xy, score = torch.zeros(1, 1, 133, 2), torch.zeros(1, 1, 133)
    for point, place in points.items():
        xy[0, 0, point], score[0, 0, point] = torch.from_numpy(np.asarray(place)).float(), 1.0
    track = PoseTrack(xy=xy, score=score, width=width, height=height)
    return (draw_body(track, width, height)[0] * 255).round().byte().numpy()


def refined(points: dict[int, np.ndarray], picture: np.ndarray) -> dict[int, np.ndarray]:
    """The points moved one by one, in smaller and smaller steps, wherever our drawing comes closer to the picture."""
    height, width = picture.shape[:2]
    target = picture.astype(np.int16)

    def cost(guess: dict[int, np.ndarray]) -> float:
        return float(np.abs(drawn(guess, width, height).astype(np.int16) - target).mean())

    best = cost(points)
    for step in (0.02, 0.01, 0.005, 0.002, 0.001, 0.0005):
        for _ in range(4):
            before = best
            for point in points:
                for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, -1), (1, -1), (-1, 1)):
                    moved = points | {point: points[point] + step * min(height, width) * np.array([dx, dy])}
                    new = cost(moved)
                    if new < best:
                        points, best = moved, new
            if best > 0.999 * before:
                break
    return points


def stroke_width(mask: np.ndarray, length: float, side: int) -> float:
    """Area over length, less the round ends; px at a side of 1080."""
    area = float(mask.sum())
    w = area / length
    for _ in range(5):
        w = (area - np.pi * w * w / 4) / length
    return w * 1080 / side


def compare_body(picture: np.ndarray, name: str, out: Path | None) -> None:
    height, width = picture.shape[:2]
    side = min(height, width)
    points = first_guess(picture, BODY_WIDTH * side)
    # Refine at a third of the size first, where steps are cheap.
    points = refined(points, picture)
    ours = drawn(points, width, height)
    a, b = picture.max(-1) > 100, ours.max(-1) > 100
    both = a & b
    iou = both.sum() / (a | b).sum()
    inner = cv2.erode(both.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    colour = np.abs(picture[inner].astype(float) - ours[inner]).mean()
    widths = []
    for c, chain in CHAINS.items():
        if all(p in points for p in chain):
            length = sum(np.linalg.norm(points[p] - points[q]) for p, q in zip(chain[:-1], chain[1:], strict=True))
            widths.append([stroke_width(colour_mask(p, c), length, side) for p in (picture, ours)])
    theirs, mine = np.median(widths, axis=0)
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


def line_width(picture: np.ndarray) -> float:
    """Width of white lines, px: the median extent across, from the distance to the line's border."""
    white = (picture.min(-1) > 110).astype(np.uint8)
    inside = cv2.distanceTransform(white, cv2.DIST_L2, 5)
    ridge = inside[(inside >= cv2.dilate(inside, np.ones((3, 3)))) & (inside > 0)]
    return float(2 * np.median(ridge) - 1) if len(ridge) else np.nan


def compare_fine(path: Path, count: int) -> None:
    sizes, lines, side = [], [], 1080
    for picture in pictures(path, count):
        side = min(picture.shape[:2])
        sizes += dots(picture)[1]
        lines.append(line_width(picture))
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
        f"{k * np.nanmedian(lines):.1f} | {k * line_width(ours):.1f} |"
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
