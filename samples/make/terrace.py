"""The art's scene: a tiled terrace with a balustrade above a harbour town, mountains and a high sky."""

import cv2
import numpy as np
import paint
from raster import Mesh, Surface, render
from shapes import bezier, lathe, sheet

TILE = 0.62


def to_world(points: np.ndarray, place) -> np.ndarray:
    """Body frame (x left of the figure, y back, z up) to the scene's OpenCV frame (x right, y down, z forward)."""
    return np.stack([points[..., 0], -points[..., 2], points[..., 1]], -1) + np.asarray(place, float)


def box(low, high, material: str, part: int) -> list[Mesh]:
    """Six faces of an axis-aligned box between two corners, each with its own normal; uv in metres."""
    low, high = np.asarray(low, float), np.asarray(high, float)
    meshes = []
    for axis in range(3):
        a, b = [k for k in range(3) if k != axis]
        for end in (low, high):
            quad = np.zeros((2, 2, 3))
            quad[..., axis] = end[axis]
            quad[0, :, a], quad[1, :, a] = low[a], high[a]
            quad[:, 0, b], quad[:, 1, b] = low[b], high[b]
            mesh = sheet(quad, material, part, closed=False)
            meshes.append(
                Mesh(
                    vertices=mesh.vertices, faces=mesh.faces, uv=mesh.vertices[:, [a, b]], material=material, part=part
                )
            )
    return meshes


def turned(profile, x, z, material, part) -> Mesh:
    """A turned post: profile rows (height, radius) around the vertical axis at (x, z)."""
    heights, radii = bezier(np.asarray(profile, float), 6 * len(profile)).T
    radii = np.maximum(radii, 1e-3)
    mesh = lathe(heights, radii, radii, np.tile([[x, z]], (len(heights), 1)), material=material, part=part, columns=28)
    world = np.stack([mesh.vertices[:, 0], -mesh.vertices[:, 2], mesh.vertices[:, 1]], -1)
    return Mesh(vertices=world, faces=mesh.faces, uv=mesh.uv, material=material, part=part)


BALUSTER = [
    (0.16, 0.050),
    (0.20, 0.050),
    (0.22, 0.030),
    (0.30, 0.052),
    (0.40, 0.066),
    (0.52, 0.048),
    (0.66, 0.026),
    (0.74, 0.034),
    (0.76, 0.050),
    (0.80, 0.050),
]
URN = [
    (0.0, 0.14),
    (0.04, 0.15),
    (0.06, 0.08),
    (0.14, 0.07),
    (0.20, 0.16),
    (0.34, 0.24),
    (0.44, 0.25),
    (0.47, 0.29),
    (0.50, 0.29),
]


def build(depth: float) -> list[Mesh]:
    """The terrace in 3D: floor, balustrade at `depth` metres, pillars, urns and a lamp post."""
    meshes = [
        sheet(
            np.array([[[-9, 0, 0.6], [9, 0, 0.6]], [[-9, 0, depth + 0.5], [9, 0, depth + 0.5]]], float),
            "floor",
            200,
            closed=False,
        )
    ]
    meshes += box((-9, -0.16, depth - 0.14), (9, 0, depth + 0.14), "stone", 201)
    meshes += box((-9, -0.93, depth - 0.15), (9, -0.80, depth + 0.15), "stone", 202)
    pillars = (-3.3, -1.32, 1.32, 3.3)
    for n, x in enumerate(pillars):
        meshes += box((x - 0.19, -0.98, depth - 0.19), (x + 0.19, 0, depth + 0.19), "stone", 210 + n)
        meshes += box((x - 0.24, -1.05, depth - 0.24), (x + 0.24, -0.97, depth + 0.24), "stone", 220 + n)
        urn = [(h + 1.05, r) for h, r in URN]
        meshes.append(turned(urn, x, depth, "urn", 230 + n))
    for n, x in enumerate(np.arange(-4.2, 4.21, 0.22)):
        if min(abs(x - p) for p in pillars) > 0.25:
            meshes.append(turned(BALUSTER, x, depth, "stone", 240 + n))
    post = [
        (0, 0.11),
        (0.10, 0.12),
        (0.14, 0.07),
        (0.5, 0.05),
        (0.56, 0.06),
        (0.60, 0.04),
        (2.5, 0.032),
        (2.55, 0.07),
        (2.6, 0.04),
    ]
    meshes.append(turned(post, 1.55, depth - 1.15, "iron", 290))
    lamp = [(2.6, 0.05), (2.66, 0.10), (2.68, 0.11), (3.0, 0.17)]
    meshes.append(turned(lamp, 1.55, depth - 1.15, "glow", 291))
    meshes.append(
        turned([(3.0, 0.20), (3.03, 0.19), (3.16, 0.05), (3.22, 0.02), (3.27, 0.002)], 1.55, depth - 1.15, "iron", 292)
    )
    return meshes


def _floor(world: np.ndarray, seed: int) -> np.ndarray:
    """Diagonal two-tone stone tiles with grout, (…,3) colours."""
    x, z = world[..., 0], world[..., 2]
    u, v = (x + z) / TILE / np.sqrt(2), (x - z) / TILE / np.sqrt(2)
    cell = np.floor(u) * 374761 + np.floor(v) * 668265
    shade = ((np.sin(cell * 12.9898 + seed) * 43758.5453) % 1).astype(np.float32)
    odd = ((np.floor(u) + np.floor(v)) % 2).astype(np.float32)[..., None]
    colour = odd * np.array([0.86, 0.76, 0.66]) + (1 - odd) * np.array([0.78, 0.62, 0.54])
    colour = colour * (0.92 + 0.13 * shade[..., None])
    grout = np.minimum(np.minimum(u % 1, 1 - u % 1), np.minimum(v % 1, 1 - v % 1))
    bevel = np.clip(grout / 0.030, 0, 1)[..., None]
    return colour * bevel + np.array([0.60, 0.47, 0.43]) * (1 - bevel)


def colour_terrace(surface: Surface, meshes: list[Mesh], light: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Lit colours (H,W,3) of the built terrace and its coverage (H,W)."""
    names = np.array([m.material for m in meshes] + [""])[surface.mesh]
    flat = {
        "stone": (0.83, 0.79, 0.79),
        "urn": (0.80, 0.50, 0.38),
        "iron": (0.22, 0.25, 0.30),
        "glow": (1.0, 0.93, 0.70),
        "floor": (1, 1, 1),
    }
    picture = np.zeros((*names.shape, 3), np.float32)
    for name, colour in flat.items():
        picture[names == name] = colour
    floor = names == "floor"
    picture[floor] = _floor(surface.world[floor].astype(np.float64), seed)
    amount = surface.normal @ light.astype(np.float32)
    lit = np.clip((amount - 0.12) / 0.10 + 0.5, 0, 1)
    lit[floor | (names == "glow")] = 1
    grain = paint.noise(names.shape, 90, seed + 5, 3)
    wash = paint.noise(names.shape, 12, seed + 6, 4)
    rough = np.isin(names, ["stone", "urn", "floor"])[..., None]
    picture = picture * (1 + rough * (0.022 * grain + 0.035 * wash)[..., None])
    dark = picture * np.array([0.68, 0.64, 0.80], np.float32)
    picture = dark + lit[..., None] * (picture - dark)
    part = np.array([m.part for m in meshes] + [-1])[surface.mesh]
    edge = np.zeros(part.shape, np.float32)
    edge[1:] = part[1:] != part[:-1]
    edge[:, 1:] = np.maximum(edge[:, 1:], part[:, 1:] != part[:, :-1])
    edge = np.clip(cv2.GaussianBlur(edge, (0, 0), 0.9) * 1.4, 0, 1) * 0.55
    return paint.over(picture, (0.36, 0.26, 0.30), edge * (part >= 0)), (part >= 0).astype(np.float32)


def backdrop(shape: tuple[int, int], horizon: float, seed: int) -> np.ndarray:
    """Sky, clouds, mountains, sea and the town down to just below the balustrade's rail (pixels)."""
    height, width = shape
    picture = paint.gradient(
        shape,
        [
            (0, (0.25, 0.50, 0.80)),
            (0.20, (0.45, 0.70, 0.91)),
            (0.36, (0.78, 0.87, 0.93)),
            (horizon / height, (0.99, 0.88, 0.76)),
            (1, (0.99, 0.88, 0.76)),
        ],
    )
    streak = np.clip(paint.noise(shape, 5, seed + 3, 5, stretch=3.2) - 0.18, 0, 1)
    picture = paint.over(picture, (1, 0.97, 0.94), cv2.GaussianBlur(streak, (0, 0), width / 200) * 0.75)
    picture = paint.cloud(picture, (0.13 * width, 0.335 * height), 0.62 * width, 0.17 * height, seed + 10)
    picture = paint.cloud(picture, (0.90 * width, 0.29 * height), 0.55 * width, 0.12 * height, seed + 20)
    picture = paint.cloud(picture, (0.52 * width, 0.375 * height), 0.40 * width, 0.05 * height, seed + 30)
    haze = (0.97, 0.87, 0.80)
    picture = paint.mountains(
        picture, paint.ridge(shape, horizon, 0.115 * height, 3, seed + 1), (0.58, 0.68, 0.84), haze, seed
    )
    picture = paint.mountains(
        picture,
        paint.ridge(shape, horizon + 4, 0.062 * height, 5, seed + 12),
        (0.44, 0.58, 0.72),
        (0.86, 0.84, 0.82),
        seed + 2,
    )
    rows, sea = np.arange(height)[:, None], (0.36, 0.62, 0.74)
    picture = paint.over(picture, sea, np.broadcast_to(np.clip(rows - horizon, 0, 1), shape))
    glitter = np.clip(paint.noise(shape, 30, seed + 4, 3, stretch=7) * 2.2 - 0.5, 0, 1) * np.clip(rows - horizon, 0, 1)
    picture = paint.over(picture, (1, 0.97, 0.88), glitter * 0.8)
    return _town(picture, horizon, seed)


def _town(picture, horizon, seed):
    height, width = picture.shape[:2]
    random = np.random.default_rng(seed + 40)
    roofs = [(0.83, 0.42, 0.30), (0.76, 0.36, 0.29), (0.88, 0.52, 0.34), (0.52, 0.42, 0.47)]
    walls = [(0.97, 0.92, 0.84), (0.95, 0.86, 0.76), (0.93, 0.90, 0.90), (0.90, 0.79, 0.70)]
    green = [(0.20, 0.36, 0.30), (0.34, 0.52, 0.34), (0.58, 0.70, 0.38)]
    for drop, size, fade in ((0.020, 0.050, 0.42), (0.052, 0.080, 0.24), (0.10, 0.115, 0.08)):
        base = horizon + drop * height + 0.04 * height
        x = -0.05 * width - random.uniform(0, size) * width
        while x < width:
            w = size * width * random.uniform(0.8, 1.25)
            tall = w * random.uniform(0.45, 0.95)
            pick = random.integers(0, 4, 2)
            if random.uniform() < 0.30:
                tone = [np.asarray(g) * (1 - fade) + np.array([0.86, 0.86, 0.84]) * fade for g in green]
                picture = paint.foliage(
                    picture, (x + 0.4 * w, base - 0.6 * w), 0.55 * w, tone, int(random.integers(1 << 30)), 26, 0.9
                )
            else:
                picture = paint.house(
                    picture,
                    (x, base + 0.1 * height, w, tall + 0.1 * height),
                    (walls[pick[0]], roofs[pick[1]]),
                    fade,
                    int(random.integers(1 << 30)),
                )
            x += w * random.uniform(0.9, 1.25)
    return picture


def project(points, intrinsics, c2w) -> np.ndarray:
    """Pixels (...,2) of world points (...,3)."""
    p = (np.asarray(points, float) - c2w[:3, 3]) @ c2w[:3, :3]
    return p[..., :2] / p[..., 2:] * intrinsics[[0, 1], [0, 1]] + intrinsics[:2, 2]


def ground_shade(surface: Surface, mask_points: np.ndarray, light: np.ndarray, softness: float) -> np.ndarray:
    """Coverage (H,W) of the shadow that points (N,3) of a figure throw along -`light` on the ground y = 0."""
    slide = mask_points - light * (mask_points[:, 1:2] / light[1])
    low, cell = slide[:, [0, 2]].min(0) - 0.2, 0.012
    size = np.ceil((slide[:, [0, 2]].max(0) + 0.2 - low) / cell).astype(int)
    grid = np.zeros((size[1], size[0]), np.float32)
    index = ((slide[:, [0, 2]] - low) / cell).astype(int)
    grid[index[:, 1], index[:, 0]] = 1
    grid = cv2.morphologyEx(grid, cv2.MORPH_CLOSE, np.ones((7, 7)))
    grid = cv2.GaussianBlur(grid, (0, 0), softness / cell)
    x, z = ((surface.world[..., k] - low[n]) / cell - 0.5 for n, k in enumerate((0, 2)))
    cover = cv2.remap(grid, x.astype(np.float32), z.astype(np.float32), cv2.INTER_LINEAR, borderValue=0)
    return cover * (np.abs(surface.world[..., 1]) < 1e-3)


def dapple(surface: Surface, seed: int) -> np.ndarray:
    """Coverage (H,W) of leaf shade on the ground, heavier to the left."""
    sheet_noise = paint.noise((700, 700), 16, seed, 4)
    x, z = (surface.world[..., 0] + 5) * 70, surface.world[..., 2] * 70
    value = cv2.remap(
        sheet_noise, x.astype(np.float32), z.astype(np.float32), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT
    )
    reach = np.clip((-0.55 - surface.world[..., 0] + 0.25 * (surface.world[..., 2] - 3)) / 0.8, 0, 1)
    cover = np.clip((value + 0.25) / 0.10, 0, 1) * reach
    return cover * (np.abs(surface.world[..., 1]) < 1e-3)


def paint_scene(size, intrinsics, c2w, samples: int, seed: int, light, figure_points: np.ndarray) -> np.ndarray:
    """The whole scene without the figure (but with its shadow): (H,W,3)."""
    width, height = size[0] * samples, size[1] * samples
    k = np.array(intrinsics, float)
    k[:2] *= samples
    depth = 5.6
    meshes = build(depth)
    surface = render(meshes, k, c2w, (width, height))
    horizon = project(c2w[:3, 3] + [0, 0, 1e4], k, c2w)[1]
    picture = backdrop((height, width), horizon, seed)
    built, cover = colour_terrace(surface, meshes, light, seed)
    shadow = np.maximum(ground_shade(surface, figure_points, light, 0.02), 0.8 * dapple(surface, seed + 70))
    built = built * (1 - shadow[..., None] * (1 - np.array([0.60, 0.55, 0.74], np.float32)))
    picture = paint.over(picture, built, cover)
    picture = _plants(picture, k, c2w, depth, seed)
    return cv2.resize(np.clip(picture, 0, 1), size, interpolation=cv2.INTER_AREA)


def _plants(picture, k, c2w, depth, seed):
    metre = k[0, 0] / depth
    green = [(0.13, 0.30, 0.24), (0.27, 0.50, 0.28), (0.56, 0.74, 0.34)]
    random = np.random.default_rng(seed + 90)
    for n, x in enumerate((-1.32, 1.32)):
        crown = project([x, -1.70, depth], k, c2w)
        picture = paint.foliage(picture, crown, 0.34 * metre, green, seed + 91 + n, 44, 0.55)
        for tone in ((0.93, 0.36, 0.42), (0.99, 0.62, 0.66), (1, 0.9, 0.86)):
            angle, away = random.uniform(0, 2 * np.pi, 16), np.sqrt(random.uniform(0, 1, 16)) * 0.34 * metre
            spots = np.stack(
                [crown[0] + away * np.cos(angle), crown[1] + 0.6 * away * np.sin(angle), np.full(16, 0.032 * metre)], -1
            )
            picture = paint.over(picture, tone, paint.blobs(picture.shape[:2], spots, 0.5, seed + 95))
    near = [(0.10, 0.25, 0.22), (0.20, 0.43, 0.26), (0.50, 0.68, 0.30)]
    height, width = picture.shape[:2]
    for n, (x, y, s) in enumerate(((0.02, 0.03, 0.22), (0.20, -0.03, 0.15), (-0.02, 0.19, 0.12))):
        picture = paint.foliage(picture, (x * width, y * height), s * width, near, seed + 110 + n, 90, 0.8)
    return picture
