"""POSE_KEYPOINT, the pose type that the host's packs share, to and from PoseTrack; as JSON files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ..types import PoseTrack
from .whole import write_whole

POINTS = 133
BODY = slice(0, 17)
FEET = slice(17, 23)  # left big toe, left small toe, left heel, then right
FACE = slice(23, 91)  # the 68 points of iBUG
LEFT_HAND = slice(91, 112)
RIGHT_HAND = slice(112, 133)

# Where each point of an OpenPose body stands in COCO-WholeBody; -1 = the neck or mid-hip, which COCO does not have.
OPENPOSE_18 = (0, -1, 6, 8, 10, 5, 7, 9, 12, 14, 16, 11, 13, 15, 2, 1, 4, 3)
_OPENPOSE_25 = (0, -1, 6, 8, 10, 5, 7, 9, -1, 12, 14, 16, 11, 13, 15, 2, 1, 4, 3, 17, 18, 19, 20, 21, 22)
_BODY_LAYOUTS = {17: tuple(range(17)), 18: OPENPOSE_18, 25: _OPENPOSE_25}
_PARTS = {
    "foot_keypoints_2d": FEET,
    "face_keypoints_2d": FACE,
    "hand_left_keypoints_2d": LEFT_HAND,
    "hand_right_keypoints_2d": RIGHT_HAND,
}
SCORES_KEY = "dreamdance_scores"  # per person: the 133 float confidences that the binarised scores lose
FPS_KEY = "fps"
VISIBLE = 0.3  # a point with a lower confidence is written as missing, and never drawn


def to_pose_keypoint(track: PoseTrack) -> list[dict[str, Any]]:
    """One dict per frame in the host core's layout.

    Absolute pixels, flat x,y,score triplets, OpenPose-18 body with a neck, 70 face points (68 + the eyes), 21 per
    hand, 6 per pair of feet. Missing parts are full zero arrays (core's drawing fails on None) and scores are 1 or 0
    (other drawings drop everything below 1); the float confidences stand in the extra key `dreamdance_scores`.
    """
    shoulders, eyes = [5, 6], [2, 1]
    xy = torch.cat([track.xy, track.xy[:, :, shoulders].mean(2, keepdim=True)], 2)
    score = torch.cat([track.score, track.score[:, :, shoulders].amin(2, keepdim=True)], 2)
    shown = (score >= VISIBLE)[..., None] & torch.isfinite(xy).all(-1, keepdim=True)
    points = torch.where(shown, torch.cat([xy, torch.ones_like(xy[..., :1])], -1), 0.0).double().numpy()

    def flat(person: np.ndarray, index: list[int]) -> list[float]:
        return person[index].reshape(-1).round(4).tolist()

    body = [POINTS if i < 0 else i for i in OPENPOSE_18]
    face = [*range(FACE.start, FACE.stop), *eyes]
    frames = []
    for t, people in enumerate(points):
        entries = []
        for p, person in enumerate(people):
            parts = {key: flat(person, list(range(part.start, part.stop))) for key, part in _PARTS.items()}
            parts |= {"pose_keypoints_2d": flat(person, body), "face_keypoints_2d": flat(person, face)}
            parts[SCORES_KEY] = track.score[t, p].double().numpy().round(4).tolist()
            entries.append(parts)
        frames.append({"canvas_width": track.width, "canvas_height": track.height, "people": entries})
    return frames


def _triplets(value: Any, name: str, counts: tuple[int, ...]) -> np.ndarray:
    """(N,3) x, y, score from a flat or nested list; (0,3) when there is nothing."""
    if value is None or len(value) == 0:
        return np.zeros((0, 3))
    rows = np.array(value, dtype=np.float64)
    if rows.ndim == 1:
        if rows.size % 3:
            raise ValueError(f"{name} must hold x,y,score triplets, got {rows.size} numbers; check the pose file")
        rows = rows.reshape(-1, 3)
    if rows.shape[1] == 2:
        rows = np.concatenate([rows, np.ones((len(rows), 1))], 1)
    if len(rows) not in counts:
        raise ValueError(f"{name} must hold {' or '.join(map(str, counts))} points, got {len(rows)}")
    missing = ~np.isfinite(rows).all(1) | (rows[:, 2] <= 0)
    missing |= (rows[:, :2] == -1).all(1) | (rows[:, :2] == 0).all(1)  # the two ways other packs mark "not found"
    rows[missing] = 0
    return rows


def _person(entry: dict[str, Any]) -> np.ndarray:
    """(133,3) x, y, score of one entry of `people`."""
    points = np.zeros((POINTS, 3))
    body = _triplets(entry.get("pose_keypoints_2d"), "pose_keypoints_2d", tuple(_BODY_LAYOUTS))
    if len(body):
        layout = _BODY_LAYOUTS[len(body)]
        for row, index in zip(body, layout, strict=True):
            if index >= 0:
                points[index] = row
    for key, part in _PARTS.items():
        counts = (68, 70) if part is FACE else (part.stop - part.start,)
        rows = _triplets(entry.get(key), key, counts)
        if len(rows):
            points[part] = rows[: part.stop - part.start]
    scores = entry.get(SCORES_KEY)
    if scores is not None and len(scores) == POINTS:
        # An edited point counts as seen even where the detector had not been sure, and a removed one stays removed.
        points[:, 2] = np.where(points[:, 2] > 0, np.maximum(np.asarray(scores, dtype=np.float64), VISIBLE), 0)
    return points


def from_pose_keypoint(frames: list[Any] | dict[str, Any]) -> PoseTrack:
    """The track in a POSE_KEYPOINT list, in pixels of the first frame's canvas; people keep their place in the lists.

    Reads every dialect in use: pixels or 0..1; flat or nested; OpenPose-18, BODY_25 or COCO-17 bodies; 68 or 70 face
    points; None, [], absent keys, -1 or 0 for what was not found. Raises ValueError on anything else.
    """
    frames = [frames] if isinstance(frames, dict) else list(frames)
    if not frames:
        raise ValueError("pose needs at least one frame, got an empty list")
    for i, frame in enumerate(frames):
        if not isinstance(frame, dict) or not all(isinstance(person, dict) for person in frame.get("people") or []):
            raise ValueError(f"pose frame {i} must be an object with a list `people` of objects; check the pose file")
        if "animals" in frame:
            raise ValueError(f"pose frame {i} holds animal keypoints, which have no human skeleton; use a human pose")
    sizes = [(float(f.get("canvas_width") or 0), float(f.get("canvas_height") or 0)) for f in frames]
    width, height = next((s for s in sizes if min(s) > 0), (0.0, 0.0))
    if not min(width, height) > 0:
        raise ValueError("pose needs canvas_width and canvas_height in pixels, got none in any frame")

    people = [[_person(entry) for entry in frame.get("people") or []] for frame in frames]
    seen = [p[p[:, 2] > 0, :2] for frame in people for p in frame]
    largest = max((float(np.abs(p).max()) for p in seen if p.size), default=0.0)
    # A real pose in pixels is far larger than 2; normalised points may lie a little outside the canvas.
    normalised = 0 < largest <= 2
    count = max((len(frame) for frame in people), default=0)
    points = np.zeros((len(frames), max(count, 1), POINTS, 3))
    for t, frame in enumerate(people):
        own = sizes[t] if min(sizes[t]) > 0 else (width, height)
        factor = np.array([width, height]) if normalised else np.array([width / own[0], height / own[1]])
        for p, person in enumerate(frame):
            if normalised:  # OpenPose divides its "not found" of -1 px by the size as well
                person = np.where((person[:, :2] < 0).all(1, keepdims=True), 0.0, person)
            points[t, p] = person * np.array([*factor, 1.0])
    values = torch.from_numpy(points).float()
    return PoseTrack(
        xy=values[..., :2].contiguous(), score=values[..., 2].clamp(0, 1), width=int(width), height=int(height)
    )


def read_pose(path: str | Path) -> PoseTrack:
    """The pose track of a POSE_KEYPOINT JSON file, in pixels of its canvas; every dialect of `from_pose_keypoint`.

    Raises FileNotFoundError, or ValueError naming the file when it is not a pose.
    """
    return read_timed_pose(path)[0]


def read_timed_pose(path: str | Path) -> tuple[PoseTrack, float | None]:
    """`read_pose`, and the frames per second that the file names (None: it does not)."""
    path = Path(path)
    try:
        frames = json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise ValueError(f"{path} must be POSE_KEYPOINT JSON, but is not JSON: {error}") from error
    if not isinstance(frames, (list, dict)):
        raise ValueError(f"{path} must hold a list with one pose per frame, got {type(frames).__name__}")
    track = from_pose_keypoint(frames)
    first = frames if isinstance(frames, dict) else frames[0]
    fps = first.get(FPS_KEY)
    return track, float(fps) if isinstance(fps, (int, float)) and fps > 0 else None


def write_pose(path: str | Path, track: PoseTrack, fps: float | None = None) -> None:
    """Writes the track as POSE_KEYPOINT JSON in the host core's layout, a frame on each line.

    fps stands in the first frame, which other readers of the type pass over.
    """
    frames = to_pose_keypoint(track)
    if fps is not None:
        frames[0] = {FPS_KEY: fps, **frames[0]}
    lines = ",\n".join(json.dumps(frame) for frame in frames)
    write_whole(Path(path), f"[\n{lines}\n]\n".encode())
