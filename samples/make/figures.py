"""The two figures of the samples and how they are drawn by a camera."""

import functools

import cv2
import numpy as np
import toon
from body import Body, bone_transforms, rotation
from head import paint_face
from outfit import Look
from raster import Mesh, render

HEROINE = Look(
    style="skirt",
    hair_style="long",
    colours={
        "skin": (1.0, 0.872, 0.80),
        "hair": (0.90, 0.50, 0.36),
        "vest": (0.20, 0.26, 0.46),
        "blouse": (0.97, 0.95, 0.93),
        "sleeve": (0.20, 0.26, 0.46),
        "cuff": (0.70, 0.20, 0.25),
        "skirt": (0.70, 0.20, 0.25),
        "petticoat": (0.96, 0.93, 0.90),
        "collar": (0.70, 0.20, 0.25),
        "trim": (0.94, 0.76, 0.40),
        "bow": (0.16, 0.50, 0.55),
        "belt": (0.46, 0.27, 0.20),
        "boot": (0.45, 0.27, 0.21),
        "bootcuff": (0.62, 0.40, 0.29),
        "sole": (0.24, 0.15, 0.14),
        "sock": (0.24, 0.22, 0.30),
        "iris": (0.16, 0.55, 0.58),
        "ink": (0.26, 0.10, 0.10),
        "brow": (0.58, 0.26, 0.18),
    },
)
DANCER = Look(
    style="trousers",
    hair_style="bob",
    colours={
        "skin": (0.98, 0.83, 0.73),
        "hair": (0.27, 0.25, 0.33),
        "vest": (0.96, 0.62, 0.24),
        "blouse": (0.97, 0.96, 0.94),
        "sleeve": (0.96, 0.62, 0.24),
        "cuff": (0.97, 0.96, 0.94),
        "trousers": (0.23, 0.36, 0.52),
        "collar": (0.98, 0.97, 0.95),
        "trim": (0.30, 0.34, 0.42),
        "belt": (0.36, 0.25, 0.22),
        "boot": (0.93, 0.92, 0.92),
        "bootcuff": (0.84, 0.30, 0.28),
        "sole": (0.55, 0.55, 0.58),
        "iris": (0.45, 0.32, 0.22),
        "ink": (0.14, 0.10, 0.13),
        "brow": (0.20, 0.17, 0.22),
    },
    seed=4,
)


def standing(body: Body) -> np.ndarray:
    """Bone transforms of the heroine's stance: weight on one leg, arms a little away from the body."""
    aims = {
        "upperarm01.L": np.array([0.50, 0.02, -0.86]),
        "lowerarm01.L": np.array([0.42, -0.30, -0.86]),
        "wrist.L": np.array([0.34, -0.22, -0.90]),
        "upperarm01.R": np.array([-0.47, 0.05, -0.88]),
        "lowerarm01.R": np.array([-0.40, -0.26, -0.88]),
        "wrist.R": np.array([-0.34, -0.20, -0.92]),
        "upperleg01.L": np.array([0.045, -0.03, -1.0]),
        "lowerleg01.L": np.array([0.055, 0.05, -1.0]),
        "upperleg01.R": np.array([0.012, 0.0, -1.0]),
        "lowerleg01.R": np.array([-0.005, 0.03, -1.0]),
    }
    turns = {"head": rotation("y", -5) @ rotation("z", 6), "spine03": rotation("y", 1.5), "spine01": rotation("y", 1.5)}
    return bone_transforms(body, turns, aims, np.zeros(3))


def draw_figure(
    meshes: list[Mesh],
    look: Look,
    intrinsics,
    c2w,
    size,
    samples: int,
    light=(-0.45, -0.55, 0.70),
    warm=(1.05, 1.0, 0.92),
):
    """The posed figure drawn for one camera: premultiplied colours (H,W,3) and coverage (H,W), `samples`² per pixel."""
    left, top, width, height = _frame(meshes, intrinsics, c2w, size)
    k = np.array(intrinsics, float)
    k[:2, 2] -= left, top
    k[:2] *= samples
    surface = render(meshes, k, c2w, (width * samples, height * samples))
    scale = k[0, 0] / np.median(surface.z[surface.mesh >= 0])
    palette = look.colours
    face = _face(palette["skin"], palette["iris"], palette["ink"], palette["brow"])
    aim = np.array(light) / np.linalg.norm(light)
    line = max(0.0029 * scale, 0.55 * samples)
    picture, cover = toon.draw(surface, meshes, look, face, aim, np.array(warm, np.float32), line, 0.021 * scale)
    whole = np.zeros((size[1], size[0], 4), np.float32)
    layers = np.concatenate([picture * cover[..., None], cover[..., None]], axis=-1)
    whole[top : top + height, left : left + width] = cv2.resize(layers, (width, height), interpolation=cv2.INTER_AREA)
    return whole[..., :3], whole[..., 3]


_face = functools.lru_cache(maxsize=2)(paint_face)


def _frame(meshes, intrinsics, c2w, size, margin=6) -> tuple[int, int, int, int]:
    """Left, top, width, height of the part of the picture that holds the figure."""
    camera = (np.concatenate([m.vertices for m in meshes]) - c2w[:3, 3]) @ c2w[:3, :3]
    flat = camera[:, :2] / camera[:, 2:] * intrinsics[[0, 1], [0, 1]] + intrinsics[:2, 2]
    low = np.clip(np.floor(flat.min(0)).astype(int) - margin, 0, np.array(size) - 1)
    high = np.clip(np.ceil(flat.max(0)).astype(int) + margin, low + 1, np.array(size))
    return int(low[0]), int(low[1]), int(high[0] - low[0]), int(high[1] - low[1])
