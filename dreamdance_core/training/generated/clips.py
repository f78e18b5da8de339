"""A made-up training clip from its seed."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import torch
from torch import Tensor

from ...types import PoseTrack
from ..degrade.dice import Dice
from ..records import Reference, TrainingClip
from .costume import Costume, Seen, draw_figure, random_costume
from .figure import Motion, joints, random_motion, seen_pose, whole_body
from .scenery import Scenery, random_scenery, view

_FINE = 4  # samples of a pixel along each side of the figure
_TRIES = 20  # of a camera and motion that keep the figure in the picture
_LOWEST = 0.9  # share of the body's points that every frame must show


@dataclass(frozen=True, kw_only=True)
class _Shot:
    motion: Motion
    points: np.ndarray  # (T,133,3) world
    placed: dict[str, np.ndarray]
    w2c: np.ndarray  # (T,4,4)
    K: np.ndarray  # (3,3)
    pose: PoseTrack


def generated_clip(seed: int, *, count: int = 16, width: int = 64, height: int = 96, fps: float = 12.0) -> TrainingClip:
    """A figure of its own in a scene of its own; the same seed gives the same clip.

    The reference shows the same figure in another pose, place and view. Raises ValueError for sizes that no training
    clip may have.
    """
    dice = Dice(seed)
    costume = random_costume(dice)
    distance = dice.uniform(1.6, 2.4)
    scenery, elsewhere = random_scenery(dice, distance), random_scenery(dice, distance)
    shot = _kept_in_view(count, fps, (width, height), distance, scenery.ground, dice)
    frames, background, mask, z = _filmed(shot, costume, scenery, width, height)
    still = _kept_in_view(1, fps, (width, height), dice.uniform(1.6, 2.4), elsewhere.ground, dice)
    picture, _, outline, _ = _filmed(still, costume, elsewhere, width, height)
    return TrainingClip(
        name=f"generated-{seed:06d}",
        frames=frames,
        background=background,
        mask=mask,
        pose=shot.pose,
        reference=Reference(picture=picture[0], mask=outline[0], pose=still.pose),
        fps=fps,
        z=z,
        facts={"source": "generated", "seed": seed},
    )


def _kept_in_view(count: int, fps: float, size: tuple[int, int], distance: float, ground: float, dice: Dice) -> _Shot:
    """A motion and a camera path that show the whole figure, or the best of some tries."""
    best, most = None, -1.0
    for _ in range(_TRIES):
        motion = random_motion(count, fps, dice)
        placed = joints(motion, np.array([0.0, ground, distance]))
        points, faced = whole_body(motion, placed)
        w2c, K = _camera_path(count, size, distance, ground, dice)
        pose = seen_pose(points, faced, w2c, K, size)
        shown = float(pose.score[:, 0, 5:23].mean(1).min())
        if shown > most:
            best, most = _Shot(motion=motion, points=points, placed=placed, w2c=w2c, K=K, pose=pose), shown
        if shown >= _LOWEST:
            break
    return best


def _camera_path(
    count: int, size: tuple[int, int], distance: float, ground: float, dice: Dice
) -> tuple[np.ndarray, np.ndarray]:
    """A smooth move with a turn that keeps more or less to the figure: w2c (T,4,4), K (3,3)."""
    width, height = size
    fill = dice.uniform(0.6, 0.8)  # of the picture's height by the figure
    focal = min(fill * height, 1.2 * width) * distance
    K = np.array([[focal, 0, width / 2], [0, focal, height / 2], [0, 0, 1.0]])
    time = np.linspace(-0.5, 0.5, count) if count > 1 else np.zeros(1)
    reach = distance * np.array([dice.uniform(-0.45, 0.45), dice.uniform(-0.06, 0.06), dice.uniform(-0.3, 0.3)])
    bend = 0.1 * distance * (2 * dice.numbers(3).numpy() - 1)
    place = time[:, None] * reach + np.sin(2 * np.pi * time)[:, None] * bend * [1, 0.3, 0.5]
    aim = np.array([0.0, ground - 0.5, distance]) - place
    follow = dice.uniform(0.7, 1.0)
    yaw, pitch = follow * np.arctan2(aim[:, 0], aim[:, 2]), -np.arctan2(aim[:, 1], aim[:, 2])
    w2c = np.tile(np.eye(4), (count, 1, 1))
    for index in range(count):
        turn = cv2.Rodrigues(np.array([0.0, yaw[index], 0.0]))[0] @ cv2.Rodrigues(np.array([pitch[index], 0, 0]))[0]
        w2c[index, :3, :3], w2c[index, :3, 3] = turn.T, -turn.T @ place[index]
    return w2c, K


def _filmed(
    shot: _Shot, costume: Costume, scenery: Scenery, width: int, height: int
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Frames, plates (bytes), masks and depth of the plates."""
    frames, plates, masks, depths = [], [], [], []
    for index in range(len(shot.w2c)):
        plate, z = view(scenery, shot.w2c[index], shot.K, width, height)
        rgb, cover = draw_figure(_seen(shot, index), costume, width * _FINE, height * _FINE)
        size = (width, height)
        share = cv2.resize(cover.astype(np.float32) / 255, size, interpolation=cv2.INTER_AREA)[..., None]
        light = cv2.resize(rgb.astype(np.float32), size, interpolation=cv2.INTER_AREA)  # premultiplied by coverage
        frames.append(light + (1 - share) * plate)
        plates.append(plate)
        masks.append(share[..., 0] > 0.05)
        depths.append(z)

    def as_bytes(pictures: list[np.ndarray]) -> Tensor:
        return torch.from_numpy(np.stack(pictures).clip(0, 255).round().astype(np.uint8))

    return as_bytes(frames), as_bytes(plates), torch.from_numpy(np.stack(masks)), torch.from_numpy(np.stack(depths))


def _seen(shot: _Shot, index: int) -> Seen:
    """A frame's joints in px of the figure's fine canvas."""
    w2c, K = shot.w2c[index], np.diag([_FINE, _FINE, 1.0]) @ shot.K

    def looked(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        inside = points @ w2c[:3, :3].T + w2c[:3, 3]
        return inside[..., :2] / inside[..., 2:] * [K[0, 0], K[1, 1]] + [K[0, 2], K[1, 2]], inside[..., 2]

    at = {name: looked(place[index]) for name, place in shot.placed.items()}
    face = shot.points[index, 23:91]
    return Seen(
        xy={name: xy for name, (xy, _) in at.items()},
        z={name: float(z) for name, (_, z) in at.items()},
        scale=float(K[1, 1] / at["hip"][1]),
        face=looked(face)[0],
        face_seen=shot.pose.score[index, 0, 23:91].numpy() > 0,
        turned_away=not bool(shot.pose.score[index, 0, 0] > 0),
    )
