"""Prints how many of many generated clips keep everybody's identity from the first frame to the last.

    python benchmarks/pose_identity.py [--seeds 100]

Walking figures in shuffled order every frame, points with noise of 1 % of the body height, 5 % of the detections and
5 % of the points missing, a camera that pans; while two overlap by half, the rear one is found in one frame of three.
kept: share of clips in which no row holds two people and nobody has two rows, over the frames in which no two of them
stand in one place. colour: with the frames' torso colours; for people who meet and turn back only build and colour can
tell.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch

from dreamdance_core.pose.identity import link_people
from dreamdance_core.types import PoseTrack

WIDTH, HEIGHT, FRAMES, FPS = 640, 360, 72, 24
# COCO-17 of somebody standing, in body heights about the hips, x to the left hand of the figure.
STANDING = np.array([
    (0, -0.43), (0.02, -0.45), (-0.02, -0.45), (0.05, -0.44), (-0.05, -0.44), (0.11, -0.3), (-0.11, -0.3),
    (0.15, -0.14), (-0.15, -0.14), (0.16, 0.02), (-0.16, 0.02), (0.07, 0), (-0.07, 0), (0.07, 0.25), (-0.07, 0.25),
    (0.07, 0.5), (-0.07, 0.5),
])  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Walker:
    path: np.ndarray  # (T,) x of the hips, px, before the camera moves
    row: float  # y of the hips, px
    height: float
    phase: float
    colour: np.ndarray


def walker(rng: np.random.Generator, path: np.ndarray, height: float) -> Walker:
    row = HEIGHT / 2 + rng.uniform(-8, 8)
    return Walker(path=path, row=row, height=height, phase=rng.uniform(0, 6.3), colour=rng.uniform(0.1, 0.9, 3))


def crossing(rng: np.random.Generator, count: int = 2) -> list[Walker]:
    """People who walk through one another at different speeds."""
    t = np.arange(FRAMES) / (FRAMES - 1)
    height = rng.uniform(150, 220)
    people = []
    for i in range(count):
        start, stop = rng.uniform(60, 160), rng.uniform(480, 580)
        if i % 2:
            start, stop = stop, start
        if i == 2:
            start, stop = rng.uniform(280, 360), rng.choice([rng.uniform(60, 120), rng.uniform(520, 580)])
        bend = t + rng.uniform(-0.12, 0.12) * np.sin(np.pi * t)
        people.append(walker(rng, start + (stop - start) * bend, height * rng.uniform(0.93, 1.07)))
    return people


def overtaking(rng: np.random.Generator) -> list[Walker]:
    """The same direction, one faster than the other."""
    t = np.arange(FRAMES) / (FRAMES - 1)
    height = rng.uniform(150, 220)
    slow = 250 + rng.uniform(100, 160) * t
    fast = 70 + rng.uniform(430, 500) * t
    return [walker(rng, path, height * rng.uniform(0.93, 1.07)) for path in (slow, fast)]


def leaving(rng: np.random.Generator) -> list[Walker]:
    """Two cross; one goes out at the side and comes back."""
    t = np.arange(FRAMES) / (FRAMES - 1)
    out = rng.uniform(150, 260) + rng.uniform(1.3, 1.6) * 400 * np.sin(np.pi * t)
    people = crossing(rng)
    return [people[1], walker(rng, out, people[0].height)]


def turning_back(rng: np.random.Generator) -> list[Walker]:
    """Two who meet, overlap, and go back where they came from."""
    t = np.arange(FRAMES) / (FRAMES - 1)
    reach = np.sin(np.pi * t) ** 0.8
    height = rng.uniform(150, 220)
    a, b = 100 + 218 * reach, 540 - 218 * reach
    return [walker(rng, path, height * factor) for path, factor in ((a, 1.0), (b, rng.uniform(0.85, 1.15)))]


def observed(rng: np.random.Generator, people: list[Walker]) -> tuple[PoseTrack, np.ndarray, torch.Tensor]:
    """What a detector gives: the poses in shuffled order, who each of them is (T,P; -1 = nobody), and the frames."""
    count, t = len(people), np.arange(FRAMES)
    pan = rng.uniform(-60, 60) * np.sin(np.linspace(0, rng.uniform(1, 4), FRAMES))
    xy = np.zeros((FRAMES, count, 133, 2), np.float32)
    for p, one in enumerate(people):
        body = STANDING[None] * one.height + np.zeros((FRAMES, 1, 1))
        swing = np.sin(2 * np.pi * 0.9 * t / FPS + one.phase)[:, None] * np.array([1, -1])
        body[:, [9, 10], 0] += 0.1 * one.height * swing
        body[:, [15, 16], 0] -= 0.1 * one.height * swing
        xy[:, p, :17] = body + np.stack([one.path + pan, np.full(FRAMES, one.row)], 1)[:, None]
    frames = np.full((FRAMES, HEIGHT // 4, WIDTH // 4, 3), 0.5, np.float32)
    for f in range(FRAMES):
        for p, one in enumerate(people):  # later ones stand in front
            low, high = xy[f, p, 5:13].min(0) / 4, xy[f, p, 5:13].max(0) / 4
            x0, y0, x1, y1 = np.clip([*low, *high], 0, [WIDTH // 4, HEIGHT // 4] * 2).astype(int)
            frames[f, y0:y1, x0:x1] = one.colour
    score = np.zeros((FRAMES, count, 133), np.float32)
    score[..., :17] = rng.uniform(0.5, 1, (FRAMES, count, 17)) * (rng.random((FRAMES, count, 17)) > 0.05)
    score[rng.random((FRAMES, count)) < 0.05] = 0
    heights = np.array([one.height for one in people])
    for front in range(1, count):
        for rear in range(front):
            near = np.abs(xy[:, front, 11, 0] - xy[:, rear, 11, 0]) < 0.12 * heights[front]
            score[near & (rng.random(FRAMES) > 0.34), rear] = 0
    outside = (xy < 0).any(-1) | (xy > [WIDTH, HEIGHT]).any(-1)
    score[outside] = 0
    score[(score > 0).sum(-1) < 5] = 0
    xy += rng.normal(0, 0.01, xy.shape) * heights[None, :, None, None]
    who = np.where((score > 0).any(-1), np.arange(count), -1)
    order = np.stack([rng.permutation(count) for _ in range(FRAMES)])
    rows = np.arange(FRAMES)[:, None]
    track = PoseTrack(
        xy=torch.from_numpy(xy[rows, order]), score=torch.from_numpy(score[rows, order]), width=WIDTH, height=HEIGHT
    )
    return track, who[rows, order], torch.from_numpy(frames)


def apart(track: PoseTrack) -> np.ndarray:
    """Frames in which nobody's hips stand within 12 % of the body height of somebody else's: there is nothing to tell
    apart in the others."""
    hips = track.xy[:, :, 11:13].mean(2)
    gaps = torch.cdist(hips, hips) + torch.eye(hips.shape[1]) * 1e4
    heights = (track.xy[:, :, 15:17].mean(2) - track.xy[:, :, 0])[..., 1]
    return (gaps.amin((1, 2)) > 0.12 * heights.mean()).numpy()


def kept(linked: PoseTrack, track: PoseTrack, who: np.ndarray) -> bool:
    """Whether each row holds one person and each person one row."""
    mine, given = linked.xy.numpy(), track.xy.numpy()
    alone = apart(track)
    owners: dict[int, set[int]] = {}
    for t in range(FRAMES):
        for row in range(mine.shape[1]):
            if not (linked.score[t, row] > 0).any() or not alone[t]:
                continue
            source = next(p for p in range(given.shape[1])
                          if who[t, p] >= 0 and np.array_equal(mine[t, row], given[t, p]))  # fmt: skip
            owners.setdefault(row, set()).add(int(who[t, source]))
    people = [next(iter(found)) for found in owners.values() if len(found) == 1]
    everybody = int((linked.score > 0).any(-1).sum()) == int((who >= 0).sum())
    return everybody and len(people) == len(owners) and len(set(people)) == len(people)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=100)
    args = parser.parse_args()
    scenes: dict[str, Callable[[np.random.Generator], list[Walker]]] = {
        "two crossing": crossing,
        "three crossing": lambda rng: crossing(rng, 3),
        "overtaking": overtaking,
        "one leaves and returns": leaving,
        "meet and turn back": turning_back,
    }
    print("| clip | kept | kept with colour |\n|---|---|---|")
    for name, make in scenes.items():
        plain = coloured = 0
        for seed in range(args.seeds):
            rng = np.random.default_rng(seed)
            track, who, frames = observed(rng, make(rng))
            plain += kept(link_people(track), track, who)
            coloured += kept(link_people(track, frames), track, who)
        print(f"| {name} | {plain / args.seeds:.0%} | {coloured / args.seeds:.0%} |", flush=True)


if __name__ == "__main__":
    main()
