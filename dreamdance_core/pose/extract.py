"""From frames to a finished pose track: found by a backend, people linked, gaps filled, jitter taken out."""

from __future__ import annotations

import cv2
import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from ..runtime import Runtime
from ..types import PoseBackend, PoseTrack
from .identity import OnePerson, link_people, main_people, pick_person, unswap_sides
from .smooth import fill_gaps, smooth

SPECK = 0.02  # of the largest piece of a mask: smaller pieces do not widen its box


def extract_pose(
    frames: Float[Tensor, "T H W 3"],
    backend: PoseBackend,
    *,
    boxes: Float[Tensor, "B 4"] | None = None,
    people: int | OnePerson = 1,
    fill_gap: int = 8,
    smoothing: float = 0.5,
    fps: float = 24.0,
    run: Runtime,
) -> PoseTrack:
    """COCO-WholeBody points (pixels of the frames) of the `people` main persons, the most important first; or of one
    chosen person alone.

    boxes: (x0, y0, x1, y1) px of the person in each frame; replaces the backend's person detector (boxes_from_mask
    makes them for drawn characters). An empty box means that nobody is there.
    fill_gap: points missing for at most so many frames are interpolated; 0 fills nothing.
    smoothing: 0 (off) to 1, without lag; its cutoffs are in Hz, so `fps` must be the clip's.
    Raises ValueError for input that breaks these rules, and when no person is found in any frame.
    """
    _check(frames, boxes, people, fill_gap, smoothing, fps)
    track = backend(frames, boxes)
    if not (track.score > 0).any():
        where = "inside the given boxes" if boxes is not None else "in any frame"
        raise ValueError(
            f"No person was found {where} ({len(frames)} frames of {track.width}x{track.height}); "
            "give a clip in which the body is seen larger, or a character mask so that the search knows where to look"
        )
    track = link_people(track, frames)
    track = pick_person(track, people) if isinstance(people, OnePerson) else main_people(track, people)
    track = fill_gaps(unswap_sides(track), fill_gap)
    track = smooth(track, smoothing, fps)
    run.report(len(frames), len(frames))
    return track


def _check(
    frames: Tensor, boxes: Tensor | None, people: int | OnePerson, fill_gap: int, smoothing: float, fps: float
) -> None:
    if frames.numel() == 0:
        raise ValueError(f"frames must hold at least one picture, got the shape {tuple(frames.shape)}")
    for t, frame in enumerate(frames):  # one by one: a whole clip's finiteness mask costs memory
        if not torch.isfinite(frame).all():
            raise ValueError(f"frames must be finite, got NaN or infinite values in frame {t}; check the clip's reader")
    if boxes is not None and len(boxes) != len(frames):
        raise ValueError(f"boxes must be one per frame, got {len(boxes)} boxes for {len(frames)} frames")
    if isinstance(people, int) and people < 1:
        raise ValueError(f"people must be at least 1, got {people}")
    if fill_gap < 0:
        raise ValueError(f"fill_gap must be 0 or more frames, got {fill_gap}")
    if not 0 <= smoothing <= 1:
        raise ValueError(f"smoothing must lie in [0, 1], got {smoothing}")
    if not fps > 0:
        raise ValueError(f"fps must be above 0, got {fps}")


def boxes_from_mask(mask: Float[Tensor, "T H W"]) -> Float[Tensor, "T 4"]:
    """The box (x0, y0, x1, y1; px, far edges exclusive) about what is above 0.5 in each mask, specks left out; all
    zero where the mask is empty."""
    boxes = torch.zeros(len(mask), 4)
    for t, one in enumerate(mask):
        _, _, stats, _ = cv2.connectedComponentsWithStats((one > 0.5).cpu().numpy().astype(np.uint8))
        pieces = stats[1:]  # the first is the background
        if len(pieces) == 0:
            continue
        pieces = pieces[pieces[:, cv2.CC_STAT_AREA] >= SPECK * pieces[:, cv2.CC_STAT_AREA].max()]
        low = pieces[:, :2].min(axis=0)
        high = (pieces[:, :2] + pieces[:, 2:4]).max(axis=0)
        boxes[t] = torch.from_numpy(np.concatenate([low, high]).astype(np.float32))
    return boxes
