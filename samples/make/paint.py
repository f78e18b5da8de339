"""Brushes of the painted scenes: noise, skies, clouds, ridges, foliage, houses. Pictures are float32 RGB in 0..1."""

import cv2
import numpy as np


def noise(shape: tuple[int, int], cells: float, seed: int, octaves: int = 4, stretch: float = 1.0) -> np.ndarray:
    """Smooth noise (H,W) about 0, roughly in -1..1; `cells` per width in the first octave, `stretch` widens it."""
    random = np.random.default_rng(seed)
    height, width = shape
    total = np.zeros(shape, np.float32)
    for octave in range(octaves):
        columns = max(int(cells * 2**octave / stretch), 1) + 3
        rows = max(int(cells * 2**octave * height / width), 1) + 3
        grid = random.standard_normal((rows, columns)).astype(np.float32)
        total += cv2.resize(grid, (width, height), interpolation=cv2.INTER_CUBIC) * 0.5**octave
    return total * 0.45


def over(picture: np.ndarray, colour, cover: np.ndarray) -> np.ndarray:
    """`colour` (3,) or (H,W,3) laid over the picture with coverage (H,W)."""
    a = cover[..., None].astype(np.float32)
    return picture + a * (np.asarray(colour, np.float32) - picture)


def gradient(shape, stops: list[tuple[float, tuple[float, float, float]]]) -> np.ndarray:
    """A vertical gradient (H,W,3) through colour stops (fraction of the height, colour)."""
    rows = np.linspace(0, 1, shape[0])
    at = [s[0] for s in stops]
    columns = [np.interp(rows, at, [s[1][k] for s in stops]) for k in range(3)]
    return np.broadcast_to(np.stack(columns, -1)[:, None].astype(np.float32), (*shape, 3)).copy()


def blobs(shape, circles: np.ndarray, rough: float, seed: int) -> np.ndarray:
    """Coverage (H,W) of the union of circles (N,3: x, y, r in pixels) with a hand-cut edge `rough` (fraction of r)."""
    height, width = shape
    wobble = noise(shape, 26, seed, 4)
    field = np.full(shape, -1e3, np.float32)
    for x, y, r in circles:
        reach = r * 1.6
        i0, i1 = int(max(0, x - reach)), int(min(width, x + reach + 1))
        j0, j1 = int(max(0, y - reach)), int(min(height, y + reach + 1))
        if i0 >= i1 or j0 >= j1:
            continue
        yy, xx = np.mgrid[j0:j1, i0:i1]
        own = r - np.hypot(xx - x, yy - y) + rough * r * wobble[j0:j1, i0:i1]
        field[j0:j1, i0:i1] = np.maximum(field[j0:j1, i0:i1], own)
    return np.clip(field + 0.5, 0, 1)


def cloud(
    picture, centre, width, height, seed, lit=(1.0, 0.985, 0.96), body=(0.86, 0.88, 0.95), under=(0.70, 0.76, 0.90)
):
    """A cumulus with a flat base around `centre` (pixels), lit from the upper left."""
    random = np.random.default_rng(seed)
    shape = picture.shape[:2]
    count = 46
    u = random.uniform(-1, 1, count)
    top = (1 - np.abs(u) ** 1.5) * random.uniform(0.25, 1.0, count)
    radius = width * (0.06 + 0.10 * (1 - np.abs(u)) * random.uniform(0.5, 1, count))
    circles = np.stack([centre[0] + u * width / 2, centre[1] - top * height, radius], -1)
    rows = np.arange(shape[0])[:, None]
    base = np.clip((centre[1] + 0.20 * width * 0.2 - rows) / (0.05 * width), 0, 1)
    mask = blobs(shape, circles, 0.28, seed) * base
    picture = over(picture, under, mask * 0.92)
    for k, (colour, scale) in enumerate(((body, 0.90), (lit, 0.72))):
        moved = circles.copy()
        moved[:, 0] -= (k + 1) * 0.014 * width
        moved[:, 1] -= (k + 1) * 0.020 * width
        moved[:, 2] *= scale
        inner = cv2.GaussianBlur(blobs(shape, moved, 0.30, seed + 1 + k), (0, 0), 0.004 * width + 0.5)
        picture = over(picture, colour, inner * mask)
    return picture


def ridge(shape, level: float, rise: float, cells: float, seed: int) -> np.ndarray:
    """Row (W,) of a mountain line around `level`, `rise` pixels high."""
    line = noise((8, shape[1]), cells, seed, 6)[4]
    line = (line - line.min()) / (line.max() - line.min() + 1e-9)
    return level - rise * line


def mountains(picture, line: np.ndarray, colour, haze, seed: int) -> np.ndarray:
    """A range below `line` (W,): colour at the crest, `haze` at its foot, with lit left flanks."""
    height, width = picture.shape[:2]
    rows = np.arange(height)[:, None]
    cover = np.clip(rows - line[None] + 0.5, 0, 1)
    depth = np.clip((rows - line[None]) / (0.10 * height), 0, 1)[..., None]
    slope = noise((height, width), 14, seed, 5)
    sheared = slope - cv2.warpAffine(
        slope, np.float32([[1, 0, 9], [0, 1, 5]]), (width, height), borderMode=cv2.BORDER_REFLECT
    )
    light = np.clip(sheared * 6, -1, 1)[..., None] * 0.05 * (1 - depth)
    return over(picture, np.asarray(colour) * (1 - depth) + np.asarray(haze) * depth + light, cover)


def foliage(picture, centre, size, tones, seed, clumps=60, flat=0.8) -> np.ndarray:
    """A leafy crown around `centre` (pixels), `size` = half extent; `tones` = three colours from dark to lit."""
    random = np.random.default_rng(seed)
    shape = picture.shape[:2]
    angle, away = random.uniform(0, 2 * np.pi, clumps), np.sqrt(random.uniform(0, 1, clumps))
    x, y = centre[0] + size * away * np.cos(angle), centre[1] + flat * size * away * np.sin(angle)
    radius = size * random.uniform(0.14, 0.26, clumps)
    picture = over(picture, tones[0], blobs(shape, np.stack([x, y, radius], -1), 0.75, seed))
    for k, (tone, lift, scale) in enumerate(((tones[1], 0.05, 0.72), (tones[2], 0.10, 0.42))):
        keep = random.uniform(0, 1, clumps) < (0.9, 0.62)[k]
        circles = np.stack([x - lift * size, y - lift * 1.4 * size, radius * scale], -1)[keep]
        picture = over(picture, tone, blobs(shape, circles, 0.95, seed + 7 + k))
    return _leaves(picture, np.stack([x, y, radius], -1), size, tones, random)


def _leaves(picture, circles, size, tones, random) -> np.ndarray:
    """Single leaves along the rims of the clumps."""
    length = 0.050 * size
    for tone in tones:
        cover = np.zeros(picture.shape[:2], np.float32)
        for x, y, r in circles:
            for angle in random.uniform(0, 2 * np.pi, 5):
                away = r * random.uniform(0.75, 1.12)
                centre = np.array([x + away * np.cos(angle), y + away * np.sin(angle)])
                axes = np.round(length * random.uniform(0.7, 1.3) * np.array([1.0, 0.45]) * 16).astype(int)
                tilt = np.degrees(angle) + random.uniform(-50, 50)
                cv2.ellipse(
                    cover,
                    np.round(centre * 16).astype(int).tolist(),
                    axes.tolist(),
                    tilt,
                    0,
                    360,
                    1.0,
                    -1,
                    cv2.LINE_AA,
                    4,
                )
        picture = over(picture, tone, cover)
    return picture


def polygon(picture, points, colour, alpha=1.0) -> np.ndarray:
    """A filled polygon (N,2 pixels)."""
    cover = np.zeros(picture.shape[:2], np.float32)
    cv2.fillPoly(cover, [np.round(np.asarray(points, float) * 16).astype(np.int32)], 1.0, cv2.LINE_AA, 4)
    return over(picture, colour, alpha * cover)


HAZE = np.array([0.93, 0.87, 0.84], np.float32)


def house(picture, place, colours, amount: float, seed: int) -> np.ndarray:
    """A house from the front: `place` = (x, base, width, height) px, `colours` = (wall, roof), `amount` of haze."""
    x, base, width, height = place
    wall, roof = colours
    random = np.random.default_rng(seed)

    def fade(colour):
        return (1 - amount) * np.asarray(colour, np.float32) + amount * HAZE

    top, side, eave = base - height, 0.26 * width, 0.06 * width
    peak = top - 0.42 * width
    picture = polygon(picture, [(x, top), (x + width, top), (x + width, base), (x, base)], fade(wall))
    picture = polygon(
        picture,
        [(x + width - side, top), (x + width, top), (x + width, base), (x + width - side, base)],
        fade(np.asarray(wall) * [0.74, 0.72, 0.84]),
    )
    points = [
        (x - eave, top + eave),
        (x + 0.16 * width, peak),
        (x + width - side * 0.9, peak),
        (x + width - side + eave, top + eave),
    ]
    picture = polygon(picture, points, fade(roof))
    points = [(x + width - side * 0.9, peak), (x + width + eave, top + eave), (x + width - side + eave, top + eave)]
    picture = polygon(picture, points, fade(np.asarray(roof) * [0.70, 0.66, 0.80]))
    for k in range(1, 5):
        y = peak + (top + eave - peak) * k / 5
        inset = 0.16 * width * (1 - k / 5) - eave * k / 5
        picture = polygon(
            picture,
            [
                (x + inset, y),
                (x + width - side, y),
                (x + width - side, y + 0.012 * width),
                (x + inset, y + 0.012 * width),
            ],
            fade(np.asarray(roof) * 0.82),
        )
    columns = max(int(round((width - side) / (0.30 * width))), 1)
    for c in range(columns):
        for r in range(max(int(height / (0.36 * width)), 1)):
            wx, wy = x + 0.10 * width + c * 0.32 * width, top + 0.12 * width + r * 0.36 * width
            lit = (0.98, 0.86, 0.58) if random.uniform() < 0.3 else (0.36, 0.44, 0.58)
            picture = polygon(
                picture,
                [(wx, wy), (wx + 0.13 * width, wy), (wx + 0.13 * width, wy + 0.20 * width), (wx, wy + 0.20 * width)],
                fade(lit),
            )
    return picture


def sample(texture: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Bilinear colours (N,3) of a texture (H,W,3) at pixel positions x, y (N,); reflected outside."""
    count, row = len(x), 4096
    padded = -(-count // row) * row
    maps = [np.pad(v.astype(np.float32), (0, padded - count)).reshape(-1, row) for v in (x, y)]
    found = cv2.remap(texture.astype(np.float32), *maps, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    return found.reshape(-1, 3)[:count]
