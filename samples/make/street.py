"""The driving clip's set: a small courtyard of textured walls, crates, barrels and posters."""

from dataclasses import replace

import cv2
import numpy as np
import paint
from raster import Mesh, Surface
from shapes import sheet
from terrace import box, turned

PER_METRE = 150


def _bricks(width: float, height: float, seed: int, mortar, tones) -> np.ndarray:
    """A brick wall picture of width x height metres."""
    random = np.random.default_rng(seed)
    shape = int(height * PER_METRE), int(width * PER_METRE)
    picture = np.empty((*shape, 3), np.float32)
    picture[:] = mortar
    row_height, brick = 0.115 * PER_METRE, 0.30 * PER_METRE
    for row in range(int(shape[0] / row_height) + 1):
        x = -brick * random.uniform(0.2, 0.9)
        while x < shape[1]:
            w = brick * random.uniform(0.75, 1.2)
            colour = np.asarray(tones[random.integers(len(tones))]) * random.uniform(0.82, 1.12)
            top, left = int(row * row_height) + 1, int(max(x + 1, 0))
            cv2.rectangle(picture, (left, top), (int(x + w - 2), int((row + 1) * row_height) - 2), colour.tolist(), -1)
            x += w
    return _weather(picture, seed)


def _weather(picture, seed):
    shape = picture.shape[:2]
    stain = paint.noise(shape, 5, seed + 1, 4)
    grain = paint.noise(shape, shape[1] / 9, seed + 2, 2)
    return np.clip(picture * (1 + 0.10 * stain + 0.07 * grain)[..., None], 0, 1)


def _paving(width: float, depth: float, seed: int) -> np.ndarray:
    """Irregular paving stones (Voronoi cells) of width x depth metres."""
    from scipy.spatial import cKDTree

    random = np.random.default_rng(seed)
    shape = int(depth * PER_METRE), int(width * PER_METRE)
    count = int(width * depth * 7.5)
    seeds = random.uniform(0, 1, (count, 2)) * [width, depth]
    yy, xx = np.mgrid[: shape[0], : shape[1]] / PER_METRE
    points = np.stack([xx, yy], -1).reshape(-1, 2)
    distance, index = cKDTree(seeds).query(points, k=2)
    tone = random.uniform(0.62, 0.92, (count, 1)) * np.array([1.0, 0.95, 0.88]) + random.uniform(
        -0.05, 0.05, (count, 3)
    )
    picture = tone[index[:, 0]].reshape(*shape, 3).astype(np.float32)
    gap = np.clip((distance[:, 1] - distance[:, 0]) / 0.035, 0, 1).reshape(shape)[..., None]
    return _weather(picture * gap + np.array([0.40, 0.38, 0.36], np.float32) * (1 - gap), seed)


def _planks(width: float, height: float, seed: int, tone) -> np.ndarray:
    """Wooden boards with a cross brace."""
    random = np.random.default_rng(seed)
    shape = max(int(height * PER_METRE * 1.6), 8), max(int(width * PER_METRE * 1.6), 8)
    picture = np.empty((*shape, 3), np.float32)
    step = 0.14 * PER_METRE * 1.6
    for n in range(int(shape[0] / step) + 1):
        picture[int(n * step) : int((n + 1) * step)] = np.asarray(tone) * random.uniform(0.75, 1.1)
        picture[int(n * step) : int(n * step) + 3] = np.asarray(tone) * 0.42
    fibre = paint.noise(shape, 40, seed, 3, stretch=9)
    picture *= (1 + 0.10 * fibre)[..., None]
    edge = int(0.06 * PER_METRE * 1.6)
    frame = (np.asarray(tone) * 0.68).tolist()
    cv2.rectangle(picture, (0, 0), (shape[1] - 1, shape[0] - 1), frame, edge)
    cv2.line(picture, (0, shape[0]), (shape[1], 0), frame, edge)
    return np.clip(picture, 0, 1)


def _poster(seed: int) -> np.ndarray:
    """A poster of plain shapes and bars, 240 x 330 pixels."""
    random = np.random.default_rng(seed)
    hue = np.array(
        [
            [0.92, 0.34, 0.30],
            [0.98, 0.78, 0.32],
            [0.20, 0.50, 0.62],
            [0.96, 0.93, 0.86],
            [0.20, 0.22, 0.36],
            [0.44, 0.66, 0.46],
        ]
    )
    order = random.permutation(6)
    picture = np.empty((330, 240, 3), np.float32)
    picture[:] = hue[order[0]]
    for k in range(7):
        centre = tuple(int(v) for v in random.uniform([20, 20], [220, 240]))
        colour = hue[order[1 + k % 4]].tolist()
        if random.uniform() < 0.5:
            cv2.circle(picture, centre, int(random.uniform(14, 58)), colour, -1, cv2.LINE_AA)
        else:
            corners = np.array(centre) + random.uniform(-70, 70, (3, 2))
            cv2.fillPoly(picture, [corners.astype(np.int32)], colour, cv2.LINE_AA)
    for k in range(4):
        cv2.rectangle(
            picture, (24, 262 + 16 * k), (int(random.uniform(90, 216)), 270 + 16 * k), hue[order[5]].tolist(), -1
        )
    cv2.rectangle(picture, (0, 0), (239, 329), (0.97, 0.95, 0.9), 9)
    return picture


def _hang(wall: np.ndarray, picture: np.ndarray, x: float, y: float, width: float) -> None:
    """Put `picture` onto a wall texture, its left top corner at (x, y) metres."""
    w = int(width * PER_METRE)
    h = int(w * picture.shape[0] / picture.shape[1])
    i, j = int(x * PER_METRE), int(y * PER_METRE)
    wall[j + 4 : j + h + 4, i + 5 : i + w + 5] *= 0.6
    wall[j : j + h, i : i + w] = cv2.resize(picture, (w, h), interpolation=cv2.INTER_AREA)


def _window(seed: int) -> np.ndarray:
    picture = np.empty((300, 210, 3), np.float32)
    picture[:] = (0.94, 0.92, 0.88)
    for r in range(3):
        for c in range(2):
            y, x = 14 + r * 94, 14 + c * 94
            pane = paint.gradient((84, 84), [(0, (0.62, 0.80, 0.90)), (1, (0.28, 0.42, 0.56))])
            cv2.line(
                pane,
                (10 + 17 * ((seed + r) % 3), 80),
                (60, 6 + 11 * ((seed + c) % 3)),
                (0.85, 0.94, 0.98),
                7,
                cv2.LINE_AA,
            )
            picture[y : y + 84, x : x + 84] = pane
    return picture


def _quad(corners, texture: str, part: int) -> Mesh:
    """A flat patch from (left top, right top, left bottom, right bottom), finely divided; uv in 0..1."""
    a, b, c, d = (np.asarray(p, float) for p in corners)
    v, u = np.meshgrid(np.linspace(0, 1, 12), np.linspace(0, 1, 12), indexing="ij")
    points = (1 - v)[..., None] * ((1 - u)[..., None] * a + u[..., None] * b) + v[..., None] * (
        (1 - u)[..., None] * c + u[..., None] * d
    )
    return sheet(points, texture, part, closed=False)


def _crate(low, high, texture: str, part: int) -> list[Mesh]:
    meshes = []
    for mesh in box(low, high, texture, part):
        span = mesh.uv.max(0) - mesh.uv.min(0)
        uv = (mesh.uv - mesh.uv.min(0)) / np.where(span > 0, span, 1)
        flat = np.ptp(mesh.vertices, axis=0)
        uv = uv[:, ::-1] if flat[0] < 1e-6 else uv
        meshes.append(replace(mesh, uv=uv))
    return meshes


POSTERS = {
    "back": [(1.0, 3.55, 0.8), (2.15, 3.7, 0.62), (5.1, 3.45, 0.95), (6.4, 3.8, 0.6)],
    "left": [(2.3, 3.4, 0.8), (4.9, 3.6, 0.7)],
    "right": [(2.2, 3.5, 0.85), (5.2, 3.3, 0.8)],
}
WINDOWS = {
    "back": [(1.2, 0.9), (3.5, 0.9), (5.8, 0.9)],
    "left": [(1.2, 1.2), (3.8, 1.2), (6.2, 1.2)],
    "right": [(1.0, 1.2), (3.6, 1.2), (6.1, 1.2)],
}
CRATES = [(-2.6, 5.2, 0.85), (-1.75, 5.9, 0.65), (-2.5, 4.0, 0.55), (2.05, 5.4, 0.8), (1.55, 6.3, 0.6), (2.2, 4.1, 0.5)]
BARREL = [(h, 0.25 + 0.07 * np.sin(np.pi * h / 0.86)) for h in np.linspace(0, 0.86, 14)] + [(0.86, 0.0)]
POT = [(0, 0.14), (0.3, 0.2), (0.34, 0.22), (0.35, 0.0)]
BUSH = [(0.3, 0.05), (0.4, 0.26), (0.6, 0.34), (0.85, 0.30), (1.05, 0.17), (1.12, 0.0)]


def _textures(seed: int) -> dict[str, np.ndarray]:
    """All textures of the set by name."""
    red = [(0.80, 0.52, 0.42), (0.72, 0.44, 0.38), (0.86, 0.60, 0.46), (0.66, 0.42, 0.40)]
    sand = [(0.92, 0.84, 0.70), (0.86, 0.76, 0.62), (0.95, 0.89, 0.78)]
    blue = [(0.56, 0.66, 0.72), (0.48, 0.60, 0.68), (0.64, 0.72, 0.76)]
    walls = {
        "back": _bricks(8, 6, seed, (0.90, 0.86, 0.80), sand),
        "left": _bricks(8, 6, seed + 3, (0.82, 0.74, 0.68), red) * 0.93,
        "right": _bricks(8, 6, seed + 6, (0.86, 0.87, 0.86), blue) * 0.90,
    }
    posters = [(walls[name], place) for name, places in POSTERS.items() for place in places]
    for n, (wall, (x, y, width)) in enumerate(posters):
        _hang(wall, _poster(seed + 20 + n), x, y, width)
    windows = [(walls[name], place) for name, places in WINDOWS.items() for place in places]
    for n, (wall, (x, y)) in enumerate(windows):
        _hang(wall, _window(n), x, y, 1.0)
    _hang(walls["back"], _planks(1.0, 2.0, seed + 9, (0.36, 0.52, 0.44)), 3.3, 3.78, 1.1)
    stripes = np.repeat(np.array([[[0.86, 0.30, 0.28], [0.97, 0.94, 0.88]]], np.float32), 40, axis=1)
    return walls | {
        "ground": _paving(8, 8, seed + 12),
        "crate0": _planks(0.8, 0.8, seed + 13, (0.82, 0.62, 0.38)),
        "crate1": _planks(0.8, 0.8, seed + 14, (0.70, 0.50, 0.34)),
        "barrel": _planks(1.5, 0.9, seed + 15, (0.58, 0.40, 0.30)),
        "awning": np.tile(stripes, (60, 8, 1)),
        "leaf": _leaves(seed + 16),
    }


def build(seed: int) -> tuple[list[Mesh], dict[str, np.ndarray]]:
    """Meshes in world coordinates (x right, y down, z forward, metres, ground y = 0) and their textures by name."""
    far, near, half = 7.2, -0.8, 4.0
    awning = ((-0.95, -2.75, far), (0.75, -2.75, far), (-1.05, -2.35, far - 0.9), (0.85, -2.35, far - 0.9))
    meshes = [
        _quad(((-half, -6, far), (half, -6, far), (-half, 0, far), (half, 0, far)), "back", 200),
        _quad(((-2.9, -6, near), (-3.3, -6, far), (-2.9, 0, near), (-3.3, 0, far)), "left", 201),
        _quad(((3.3, -6, far), (2.9, -6, near), (3.3, 0, far), (2.9, 0, near)), "right", 202),
        _quad(((-half, 0, far), (half, 0, far), (-half, 0, near), (half, 0, near)), "ground", 203),
        _quad(awning, "awning", 204),
    ]
    for n, (x, z, s) in enumerate(CRATES):
        meshes += _crate((x - s / 2, -s, z - s / 2), (x + s / 2, 0, z + s / 2), f"crate{n % 2}", 210 + n)
    meshes += _crate((-2.75, -1.4, 5.0), (-2.2, -0.85, 5.5), "crate1", 220)
    meshes += _crate((1.8, -1.3, 5.2), (2.3, -0.8, 5.7), "crate0", 221)
    for n, (x, z) in enumerate(((-1.15, 6.5), (2.45, 6.4), (-2.45, 3.1))):
        meshes.append(turned(BARREL, x, z, "barrel", 222 + n))
    for n, (x, z) in enumerate(((1.35, 5.1), (-1.5, 4.9), (2.45, 3.2))):
        meshes += [turned(POT, x, z, "barrel", 230 + n), turned(BUSH, x, z, "leaf", 230 + n)]
    return meshes, _textures(seed)


def _leaves(seed: int) -> np.ndarray:
    random = np.random.default_rng(seed)
    picture = np.empty((200, 420, 3), np.float32)
    picture[:] = (0.16, 0.34, 0.24)
    for _ in range(520):
        centre = tuple(int(v) for v in random.uniform([0, 0], [420, 200]))
        tone = np.array([0.30, 0.56, 0.30]) * random.uniform(0.6, 1.4)
        cv2.ellipse(
            picture,
            centre,
            (int(random.uniform(5, 12)), 4),
            random.uniform(0, 180),
            0,
            360,
            tone.tolist(),
            -1,
            cv2.LINE_AA,
        )
    return np.clip(picture, 0, 1)


def colour_set(surface: Surface, meshes: list[Mesh], textures: dict[str, np.ndarray], light: np.ndarray) -> np.ndarray:
    """Textured, softly lit colours (H,W,3) of the set; beyond the walls a plain sky."""
    names = np.array([m.material for m in meshes] + [""])[surface.mesh]
    picture = np.empty((*names.shape, 3), np.float32)
    picture[:] = (0.66, 0.82, 0.94)
    for name, texture in textures.items():
        here = names == name
        if not here.any():
            continue
        uv = surface.uv[here]
        x, y = uv[:, 0] * texture.shape[1] - 0.5, uv[:, 1] * texture.shape[0] - 0.5
        picture[here] = paint.sample(texture, x, y)
    amount = np.clip(surface.normal @ light.astype(np.float32), -1, 1)
    glow = 0.86 + 0.14 * np.clip(amount * 2, -1, 1)
    low = np.clip(-surface.world[..., 1] / 0.5, 0, 1)
    corner = np.where(names == "ground", np.clip((7.2 - surface.world[..., 2]) / 0.7, 0, 1), low)
    glow = glow * (0.80 + 0.20 * corner)
    return np.where((names == "")[..., None], picture, picture * glow[..., None])
