"""The character picture: the heroine on the terrace."""

from dataclasses import replace
from pathlib import Path

import numpy as np
from body import load_body
from figures import HEROINE, draw_figure, standing
from outfit import dress, pose
from terrace import paint_scene, to_world

SIZE = (960, 1280)
FOCAL, EYE_HEIGHT, DISTANCE, TILT = 1180.0, 1.30, 2.62, -5.0
LIGHT = np.array([-0.62, -0.68, -0.42])


def camera() -> tuple[np.ndarray, np.ndarray]:
    """K (3,3) and c2w (4,4) of the art: the ground is y = 0, the camera looks along +z, slightly down."""
    k = np.array([[FOCAL, 0, SIZE[0] / 2], [0, FOCAL, SIZE[1] / 2], [0, 0, 1]])
    c2w = np.eye(4)
    a = np.radians(TILT)
    c2w[:3, :3] = [[1, 0, 0], [0, np.cos(a), -np.sin(a)], [0, np.sin(a), np.cos(a)]]
    c2w[:3, 3] = [0.0, -EYE_HEIGHT, 0.0]
    return k, c2w


def make_art(body_cache: str, seed: int, samples: int) -> tuple[np.ndarray, np.ndarray]:
    """The picture (H,W,3) and the figure's coverage (H,W)."""
    body = load_body(Path(body_cache))
    light = LIGHT / np.linalg.norm(LIGHT)
    posed = pose(dress(body, HEROINE), standing(body))
    figure = [replace(m, vertices=to_world(m.vertices, (0.0, 0.0, DISTANCE))) for m in posed]
    k, c2w = camera()
    points = np.concatenate([m.vertices[m.faces].mean(1) for m in figure])
    scene = paint_scene(SIZE, k, c2w, samples, seed, light, points)
    colours, cover = draw_figure(figure, HEROINE, k, c2w, SIZE, samples + 1, light)
    return colours + (1 - cover[..., None]) * scene, cover
