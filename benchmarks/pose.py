"""Prints time per frame, how often person, face and hands are found, jitter before and after smoothing, and the error
against true keypoints where `<clip>.keypoints.npz` lies beside the clip.

    python benchmarks/pose.py [CLIP ...] [--frames 48] [--backend blazepose]

Without a clip: the sample clip.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import torch

from dreamdance_core.backends import load
from dreamdance_core.io.video import ClipRange, read_clip
from dreamdance_core.pose.extract import extract_pose
from dreamdance_core.pose.identity import link_people, main_people
from dreamdance_core.pose.keypoints import BODY, FACE, LEFT_HAND, RIGHT_HAND
from dreamdance_core.runtime import Runtime
from dreamdance_core.types import PoseTrack

SAMPLE = Path(__file__).parent.parent / "samples" / "dance.mp4"
JOINTS = slice(5, 17)  # shoulders to ankles


def jitter(track: PoseTrack) -> float:
    """Median second difference of the body's joints, px."""
    steady = (track.score[:-2] > 0.3) & (track.score[1:-1] > 0.3) & (track.score[2:] > 0.3)
    change = (track.xy[2:] - 2 * track.xy[1:-1] + track.xy[:-2]).norm(dim=-1)
    return float(change[:, 0, JOINTS][steady[:, 0, JOINTS]].median())


def found(track: PoseTrack, part: slice) -> float:
    """Share of frames in which the part is there."""
    return float((track.score[:, 0, part] > 0.3).any(-1).float().mean())


def error(track: PoseTrack, truth: dict[str, np.ndarray], part: slice) -> tuple[float, float]:
    """Mean distance (px) to the true visible points where both are there, and the share of them that are."""
    known = torch.from_numpy(truth["visible"][: len(track), 0, part])
    both = known & (track.score[:, 0, part] > 0.3)
    gap = (track.xy[:, 0, part] - torch.from_numpy(truth["xy"][: len(track), 0, part])).norm(dim=-1)
    return float(gap[both].mean()), float(both.sum() / known.sum())


def measure(path: Path, frames: int, backend_name: str) -> None:
    clip = read_clip(path, ClipRange(frames=frames))
    backend = load("pose", backend_name, Runtime())
    started = time.perf_counter()
    raw = backend(clip.frames)
    per_frame = (time.perf_counter() - started) / len(clip.frames) * 1000
    raw_main = main_people(link_people(raw), 1)
    track = extract_pose(clip.frames, lambda frames, boxes: raw, fps=clip.fps, run=Runtime())
    print(f"{path.name}: {len(clip.frames)} frames of {track.width}x{track.height}, {per_frame:.0f} ms/frame")
    parts = {"body": BODY, "face": FACE, "left hand": LEFT_HAND, "right hand": RIGHT_HAND}
    print("  found  " + "  ".join(f"{name} {found(track, part):.2f}" for name, part in parts.items()))
    print(f"  jitter {jitter(raw_main):.2f} px -> {jitter(track):.2f} px")
    truth_file = path.with_suffix("").with_suffix(".keypoints.npz")
    if truth_file.is_file():
        with np.load(truth_file) as truth:
            for name, part in {
                "body": BODY,
                "joints": JOINTS,
                "left hand": LEFT_HAND,
                "right hand": RIGHT_HAND,
            }.items():
                before, _ = error(raw_main, truth, part)
                after, share = error(track, truth, part)
                print(f"  error  {name}: {before:.2f} px -> {after:.2f} px over {share:.0%} of the visible points")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clips", nargs="*", type=Path, default=[SAMPLE])
    parser.add_argument("--frames", type=int, default=48)
    parser.add_argument("--backend", default="blazepose")
    options = parser.parse_args()
    for path in options.clips:
        measure(path, options.frames, options.backend)


if __name__ == "__main__":
    main()
