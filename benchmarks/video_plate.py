"""Clean plates of whole clips: PSNR and flicker where the person was, against filling each frame by itself.

    uv run python benchmarks/video_plate.py [FOLDER] [--fills telea patchmatch] [--frames N] [--out DIR]

Without FOLDER the clips are made here: a painted room seen by a camera that rests, turns or travels, and a striped
figure that walks through it; `exposure` darkens and brightens the travelling one, `large` has a larger figure. FOLDER
holds `driving.mp4`, `background.mp4` (without the person) and `person_mask.npz`. PSNR: over all pixels that were taken
out, dB. Flicker: how much the error changes from frame to frame along the background's true motion (optical flow of
the true plates), in 1/255; 0 = the fill moves exactly as the background does.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import torch

from dreamdance_core import backends
from dreamdance_core.camera.estimate import turning_camera
from dreamdance_core.geometry.pinhole import turning_homographies
from dreamdance_core.io.clock import ClipRange
from dreamdance_core.io.maps import read_clip_mask
from dreamdance_core.io.video import read_clip, write_video
from dreamdance_core.plate.video import clean_plates
from dreamdance_core.runtime import Runtime

WIDTH, HEIGHT, FOCAL = 480, 288, 430.0
Case = tuple[str, torch.Tensor, torch.Tensor, torch.Tensor]  # name, clip, true plates, masks


def painted(random: np.random.Generator) -> np.ndarray:
    """A wall (800,1200,3) of soft patches with detail on it, 0 to 1."""
    layers = [
        (random.random((800 // s, 1200 // s, 3)).astype(np.float32), w) for s, w in ((6, 0.2), (25, 0.3), (90, 0.5))
    ]
    wall = sum(w * cv2.resize(layer, (1200, 800), interpolation=cv2.INTER_CUBIC) for layer, w in layers)
    return np.clip((wall - 0.5) * 2 + 0.5, 0, 1).astype(np.float32)


def seen(walls: list[np.ndarray], centre: np.ndarray, yaw: float) -> np.ndarray:
    """The room (x within 4, y within 2, z up to 8, a board at z = 5) from a place, turned by yaw (radians)."""
    x, y = np.meshgrid(np.arange(WIDTH) + 0.5 - WIDTH / 2, np.arange(HEIGHT) + 0.5 - HEIGHT / 2)
    ray = np.stack([x / FOCAL, y / FOCAL, np.ones_like(x)], -1)
    c, s = np.cos(yaw), np.sin(yaw)
    ray = ray @ np.array([[c, 0, -s], [0, 1, 0], [s, 0, c]])
    frame, nearest = np.zeros((HEIGHT, WIDTH, 3), np.float32), np.full((HEIGHT, WIDTH), np.inf)
    for wall, (axis, value) in zip(walls, ((2, 8.0), (1, 2.0), (1, -2.0), (0, -4.0), (0, 4.0), (2, 5.0)), strict=True):
        depth = (value - centre[axis]) / np.where(np.abs(ray[..., axis]) < 1e-9, 1e-9, ray[..., axis])
        hit = centre + depth[..., None] * ray
        u, v = (hit[..., a].astype(np.float32) for a in range(3) if a != axis)
        front = (depth > 0) & (depth < nearest)
        if value == 5.0:
            front &= (np.abs(u + 1.2) < 0.5) & (np.abs(v - 0.7) < 0.6)
        colour = cv2.remap(wall, (u * 90 + 500) % 1199, (v * 90 + 300) % 799, cv2.INTER_CUBIC)
        frame[front], nearest[front] = colour[front], depth[front]
    return frame.clip(0, 1)


def made(count: int) -> Iterator[Case]:
    """Clips of the room, 8 bits deep."""
    random = np.random.default_rng(3)
    walls = [painted(random) for _ in range(6)]
    share = np.linspace(-0.5, 0.5, count)
    still = np.zeros((count, 3))
    across = np.stack([share, 0 * share, 0.8 * (share + 0.5)], -1)
    paths = {"rests": (still, 0 * share), "turns": (still, 0.3 * share), "travels": (across, 0.05 * share)}
    paths |= {"exposure": paths["travels"], "large": paths["travels"]}
    for name, (centres, yaws) in paths.items():
        plates = np.stack([seen(walls, c, a) for c, a in zip(centres, yaws, strict=True)])
        if name == "exposure":
            plates *= (0.8 + 0.2 * np.cos(np.linspace(0, 7, count)))[:, None, None, None]
        high, wide = (230, 110) if name == "large" else (150, 60)
        frames, masks = plates.copy(), np.zeros((count, HEIGHT, WIDTH), np.float32)
        for t in range(count):
            left = round(WIDTH / 2 + 0.5 * WIDTH * share[t] - wide / 2)
            masks[t, 270 - high : 270, left : left + wide] = 1
            stripes = (np.arange(WIDTH) // 5 + 3 * t) % 2
            frames[t][masks[t] > 0] = (stripes[None, :, None] * np.float32([0.9, 0.1, 0.7]) + 0.05).repeat(HEIGHT, 0)[
                masks[t] > 0
            ]
        grain = random.normal(0, 0.006, frames.shape)
        frames = ((frames + grain).clip(0, 1) * 255).round() / 255
        yield name, *(torch.from_numpy(a).float() for a in (frames, plates, masks))


def kept(folder: Path, count: int | None) -> Iterator[Case]:
    steps = ClipRange(frames=count)
    clip, plates = (read_clip(folder / f"{name}.mp4", steps).frames for name in ("driving", "background"))
    yield folder.name, clip, plates, read_clip_mask(folder / "person_mask.npz", steps)


def moves_of(plates: torch.Tensor) -> list[np.ndarray]:
    """Where each pixel of a true plate lies in the next one, pixels from 0."""
    dense = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    dense.setFinestScale(0)
    grays = [cv2.cvtColor((p.numpy() * 255).astype(np.uint8), cv2.COLOR_RGB2GRAY) for p in plates]
    height, width = grays[0].shape
    places = np.stack(np.meshgrid(np.arange(width), np.arange(height)), -1).astype(np.float32)
    return [places + dense.calc(a, b, None) for a, b in zip(grays[:-1], grays[1:], strict=True)]


def figures(plate: torch.Tensor, truth: torch.Tensor, hole: torch.Tensor, moves: list) -> tuple[float, float]:
    error = (plate - truth).numpy()
    inside = hole.numpy()
    quality = -10 * np.log10(np.mean(np.concatenate([e[h] for e, h in zip(error, inside, strict=True)]) ** 2))
    changes = []
    for t, move in enumerate(moves):
        later = cv2.remap(error[t + 1], move, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        both = inside[t] & (cv2.remap(inside[t + 1].astype(np.uint8), move, None, cv2.INTER_NEAREST) > 0)
        changes.append(np.abs(later - error[t])[both])
    return float(quality), float(255 * np.concatenate(changes).mean())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--fills", nargs="+", default=["telea", "patchmatch"])
    parser.add_argument("--frames", type=int)
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    run = Runtime()
    print("| clip | method | PSNR dB | flicker | never seen | s per frame |\n|---|---|---|---|---|---|")
    for name, clip, truth, mask in kept(args.folder, args.frames) if args.folder else made(args.frames or 24):
        began = time.perf_counter()
        camera = turning_camera(clip, person_mask=mask, run=run)
        still = None if camera is None else turning_homographies(camera.cameras)
        plates = clean_plates(clip, mask, backends.load("inpaint", "patchmatch", run), homographies=still, run=run)
        done = {"video plate": (plates[:], time.perf_counter() - began)}
        hole, moves = plates.holes(), moves_of(truth)
        for fill in args.fills:
            began, paint = time.perf_counter(), backends.load("inpaint", fill, run)
            frames = torch.stack([paint(f, h.float()) for f, h in zip(clip, hole, strict=True)])
            done[f"{fill}, each frame"] = (frames, time.perf_counter() - began)
        for method, (frames, seconds) in done.items():
            quality, flicker = figures(frames, truth, hole, moves)
            never = f"{plates.unseen:.1%}" if method == "video plate" else ""
            print(
                f"| {name} | {method} | {quality:.2f} | {flicker:.2f} | {never} | {seconds / len(clip):.2f} |",
                flush=True,
            )
            if args.out:
                write_video(args.out / f"{name}_{method.split(',')[0].replace(' ', '_')}.mp4", frames, 24.0)


if __name__ == "__main__":
    main()
