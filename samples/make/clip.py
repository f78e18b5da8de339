"""The driving clip: the dancer in the courtyard under a moving camera, with its truth."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import street
from body import load_body
from dance import FRAMES, dance
from figures import DANCER, draw_figure
from outfit import dress, pose
from raster import render
from terrace import ground_shade, project, to_world
from truth import keypoints

SIZE, FOCAL = (480, 640), 600.0
PLACE = (0.10, 0.0, 2.62)
LIGHT = np.array([-0.45, -0.70, -0.55])


@dataclass(frozen=True, kw_only=True)
class Shot:
    """One frame: picture (H,W,3), person coverage (H,W), keypoints (133,2) px with known and visible flags (133,)."""

    picture: np.ndarray
    person: np.ndarray
    points: np.ndarray
    known: np.ndarray
    visible: np.ndarray


def cameras() -> tuple[np.ndarray, np.ndarray]:
    """K (3,3) and c2w (T,4,4): an arc from the left to the right that also comes nearer and rises."""
    k = np.array([[FOCAL, 0, SIZE[0] / 2], [0, FOCAL, SIZE[1] / 2], [0, 0, 1]])
    t = np.linspace(0, 1, FRAMES)
    s = t * 0.55 + 0.45 * (3 * t**2 - 2 * t**3)
    x, y = -0.45 + 0.90 * s, -1.18 - 0.26 * s - 0.03 * np.sin(2 * np.pi * s)
    z = -0.45 + 0.72 * s + 0.05 * np.sin(np.pi * s)
    yaw, pitch = np.radians(6.0 - 12.4 * s), np.radians(-4.0 - 3.0 * s)
    roll = np.radians(0.8 * np.sin(2 * np.pi * s))
    c2w = np.tile(np.eye(4), (FRAMES, 1, 1))
    for n in range(FRAMES):
        axis = cv2.Rodrigues(np.array([0, yaw[n], 0]))[0] @ cv2.Rodrigues(np.array([pitch[n], 0, 0]))[0]
        c2w[n, :3, :3] = axis @ cv2.Rodrigues(np.array([0, 0, roll[n]]))[0]
        c2w[n, :3, 3] = x[n], y[n], z[n]
    return k, c2w


def shots(body_cache: str, seed: int, samples: int, which: list[int]) -> Iterator[Shot]:
    """The frames `which` of the clip, `samples`² rays a pixel."""
    body = load_body(Path(body_cache))
    clothes = dress(body, DANCER)
    scene, textures = street.build(seed)
    light = LIGHT / np.linalg.norm(LIGHT)
    k, c2w = cameras()
    fine = np.array(k)
    fine[:2] *= samples
    size = SIZE[0] * samples, SIZE[1] * samples
    for n in which:
        bones = dance(body, n)
        figure = [replace(m, vertices=to_world(m.vertices, PLACE)) for m in pose(clothes, bones)]
        surface = render(scene, fine, c2w[n], size)
        picture = street.colour_set(surface, scene, textures, light)
        points = np.concatenate([m.vertices[m.faces].mean(1) for m in figure])
        shade = ground_shade(surface, points, np.array([-0.25, -0.93, -0.25]), 0.05)
        picture = picture * (1 - 0.38 * shade[..., None])
        picture = cv2.resize(picture, SIZE, interpolation=cv2.INTER_AREA)
        colours, cover = draw_figure(figure, DANCER, k, c2w[n], SIZE, samples, light)
        joints, known = keypoints(body, bones)
        world = to_world(joints, PLACE)
        flat = project(world, k, c2w[n])
        yield Shot(
            picture=np.clip(colours + (1 - cover[..., None]) * picture, 0, 1),
            person=cover,
            points=flat,
            known=known,
            visible=known & _unhidden(figure, world, flat, k, c2w[n]),
        )


def _unhidden(figure, world, flat, k, c2w) -> np.ndarray:
    """Whether each point (133,) lies in the picture and at most 14 cm under the seen surface (joints are inside)."""
    depth = render(figure, k, c2w, SIZE).z
    z = (world - c2w[:3, 3]) @ c2w[:3, 2]
    i, j = np.floor(flat).astype(int).T
    inside = (i >= 0) & (i < SIZE[0]) & (j >= 0) & (j < SIZE[1])
    seen = depth[np.clip(j, 0, SIZE[1] - 1), np.clip(i, 0, SIZE[0] - 1)]
    return inside & (z < seen + 0.14)
