"""Generated clips with known cameras: turning, zooming and resting ones in a painted sphere, travelling ones in a room.

Every clip goes through 8 bits, noise and JPEG, as real ones do.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import torch

from dreamdance_core.geometry.rigid import rigid, so3_exp

WIDTH, HEIGHT = 480, 288


@dataclass(frozen=True, kw_only=True)
class Clip:
    """A clip, what its camera does, and where it looks."""

    name: str
    kind: str
    frames: torch.Tensor  # (T,H,W,3)
    c2w: torch.Tensor  # (T,4,4)
    focal: float  # px of frame 0
    wide: bool = False  # turns far enough to tell its lens
    person_mask: torch.Tensor | None = None


def painted(style: str, random: np.random.Generator, size: tuple[int, int] = (3072, 1536)) -> np.ndarray:
    """A picture (h,w,3) in [0,255]: "detail" everywhere, a tenth of it ("sparse"), or flat shapes with ink ("cel")."""
    wide, high = size
    if style == "cel":
        return _cel(random, wide, high)
    layers = [random.random((high // step, wide // step, 3)).astype(np.float32) for step in (5, 12, 40)]
    detail = sum(cv2.resize(layer, size, interpolation=cv2.INTER_CUBIC) for layer in layers) / 3
    detail = np.clip((detail - 0.5) * 2 + 0.5, 0, 1) * 255
    if style == "detail":
        return detail
    ramp = np.linspace(90, 170, high, dtype=np.float32)[:, None, None] * np.float32([1, 0.95, 0.9])
    picture = np.broadcast_to(ramp, detail.shape).copy()
    spot = 48  # px, about a tenth of a frame's width
    for _ in range(round(0.1 * wide * high / spot**2)):
        x, y = random.integers(0, wide - spot), random.integers(0, high - spot)
        picture[y : y + spot, x : x + spot] = detail[y : y + spot, x : x + spot]
    return picture


def _cel(random: np.random.Generator, wide: int, high: int) -> np.ndarray:
    """Flat polygons and discs with dark outlines, about one corner in 40 px."""
    picture = np.full((high, wide, 3), random.integers(120, 230, 3), np.uint8)
    for _ in range(wide * high // 12000):
        centre, reach = random.uniform((0, 0), (wide, high)), random.uniform(25, 130)
        colour = random.integers(20, 250, 3).tolist()
        if random.random() < 0.3:
            axes = (int(reach), int(reach * random.uniform(0.4, 1)))
            for fill, thick in ((colour, -1), ((25, 20, 30), 2)):
                cv2.ellipse(picture, centre.astype(int).tolist(), axes, 30, 0, 360, fill, thick, cv2.LINE_AA)
            continue
        turns = np.sort(random.uniform(0, 2 * math.pi, random.integers(3, 6)))
        corners = np.round(centre + reach * np.stack([np.cos(turns), np.sin(turns)], 1)).astype(np.int32)
        cv2.fillPoly(picture, [corners], colour, cv2.LINE_AA)
        cv2.polylines(picture, [corners], True, (25, 20, 30), 2, cv2.LINE_AA)
    return picture.astype(np.float32)


def _rays(focal: float) -> np.ndarray:
    x, y = np.meshgrid(np.arange(WIDTH) + 0.5 - WIDTH / 2, np.arange(HEIGHT) + 0.5 - HEIGHT / 2)
    return np.stack([x / focal, y / focal, np.ones_like(x)], -1)


def on_sphere(sphere: np.ndarray, c2w: torch.Tensor, focals: np.ndarray) -> np.ndarray:
    """What cameras without travel see of a sphere painted with an equirectangular picture; (T,H,W,3) in [0,255]."""
    high, wide = sphere.shape[:2]
    frames = []
    for pose, focal in zip(c2w.double().numpy(), focals, strict=True):
        d = _rays(focal) @ pose[:3, :3].T
        u = (np.arctan2(d[..., 0], d[..., 2]) / (2 * math.pi) + 0.5) * wide - 0.5
        v = (np.arctan2(d[..., 1], np.hypot(d[..., 0], d[..., 2])) / math.pi + 0.5) * high - 0.5
        frames.append(
            cv2.remap(sphere, u.astype(np.float32), v.astype(np.float32), cv2.INTER_CUBIC, None, cv2.BORDER_WRAP)
        )
    return np.stack(frames)


def in_room(
    walls: list[np.ndarray], c2w: torch.Tensor, focals: np.ndarray, cards: tuple[tuple[float, float, float], ...]
) -> np.ndarray:
    """What cameras see of a box, x within 4, y within 2, z up to 8, with cards at (x, y, z); (T,H,W,3) in [0,255]."""
    planes = [(2, 8.0, None), (1, 2.0, None), (1, -2.0, None), (0, -4.0, None), (0, 4.0, None)]
    planes += [(2, z, (x, y)) for x, y, z in cards]
    frames = []
    for pose, focal in zip(c2w.double().numpy(), focals, strict=True):
        direction, centre = _rays(focal) @ pose[:3, :3].T, pose[:3, 3]
        nearest = np.full((HEIGHT, WIDTH), np.inf)
        frame = np.zeros((HEIGHT, WIDTH, 3), np.float32)
        for k, (axis, value, middle) in enumerate(planes):
            along = direction[..., axis]
            s = (value - centre[axis]) / np.where(np.abs(along) < 1e-9, 1e-9, along)
            hit = centre + s[..., None] * direction
            u, v = (hit[..., a].astype(np.float32) for a in range(3) if a != axis)
            seen = (s > 0) & (s < nearest)
            if middle is not None:
                seen &= (np.abs(u - middle[0]) < 0.6) & (np.abs(v - middle[1]) < 0.7)
            wall = walls[k % len(walls)]
            place = ((w * 90 + 700) % 1199 for w in (u, v))
            colour = cv2.remap(wall, *place, cv2.INTER_CUBIC, None, cv2.BORDER_REFLECT)
            frame[seen], nearest[seen] = colour[seen], s[seen]
        frames.append(frame)
    return np.stack(frames)


def finished(frames: np.ndarray, random: np.random.Generator, blur: float = 0.0) -> torch.Tensor:
    """The frames after a lens, a sensor and a codec: noise of 1 %, JPEG; blur = share of the step to the next frame."""
    out = []
    for t, frame in enumerate(frames):
        if blur:
            after = frames[min(t + 1, len(frames) - 1)]
            frame = frame + blur * (after - frame) / 2
        noisy = np.clip(frame + random.normal(0, 2.5, frame.shape), 0, 255).round().astype(np.uint8)
        out.append(cv2.imdecode(cv2.imencode(".jpg", noisy, [cv2.IMWRITE_JPEG_QUALITY, 88])[1], cv2.IMREAD_COLOR))
    return torch.from_numpy(np.stack(out)).float() / 255


def with_person(frames: np.ndarray, random: np.random.Generator, speed: float) -> tuple[np.ndarray, torch.Tensor]:
    """A textured figure, a fifth of the width, that sways and walks; and its mask (T,H,W)."""
    figure = painted("detail", random, (400, 400))
    mask = torch.zeros(len(frames), HEIGHT, WIDTH)
    frames = frames.copy()
    for t in range(len(frames)):
        x = round(0.15 * WIDTH + speed * t + 14 * math.sin(t / 3))
        y = round(0.3 * HEIGHT + 5 * math.sin(t / 2))
        place = np.zeros((HEIGHT, WIDTH), bool)
        place[y:, max(x, 0) : max(x + WIDTH // 5, 0)] = True
        shifted = np.roll(figure[:HEIGHT, : WIDTH // 5], (y, 3 * t), (0, 1))
        full = np.zeros_like(frames[t])
        full[:, max(x, 0) : x + WIDTH // 5] = shifted[:, : full[:, max(x, 0) : x + WIDTH // 5].shape[1]]
        frames[t][place] = full[place]
        mask[t] = torch.from_numpy(place)
    return frames, mask


def turns(name: str, count: int, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Rotation vectors (T,3) in radians, c2w, and focal lengths over the first one (T,), of a named move."""
    share = np.linspace(0, 1, count)[:, None]
    side = random.choice([-1.0, 1.0])
    rest, still = np.zeros((count, 3)), np.ones(count)
    degrees = {
        "slow pan": [0.5, 5, 0.3],
        "pan": [3, 30, 1],
        "fast pan": [5, 75, 2],
        "tilt and roll": [-14, 2, 12],
    }
    if name in degrees:
        return np.radians(share * side * degrees[name]), still
    if name == "shake":
        steps = random.normal(0, math.radians(1.2), (count, 3)) * [1, 1, 0.5]
        return steps - steps[0], still
    zooms = {"zoom in": 1.6, "zoom out": 0.62, "pan and zoom": 1.35}
    if name in zooms:
        turn = np.radians(share * side * [2, 14, 0.5]) if name == "pan and zoom" else rest
        return turn, zooms[name] ** share[:, 0]
    return rest, still


MOVES = {
    "slow pan": "rotation", "pan": "rotation", "fast pan": "rotation", "tilt and roll": "rotation",
    "shake": "rotation", "zoom in": "zoom", "zoom out": "zoom", "pan and zoom": "zoom", "static": "static",
}  # fmt: skip
WIDE = ("pan", "fast pan")


def turning(move: str, style: str, seed: int, *, person: str = "", count: int = 24) -> Clip:
    """One clip without travel; person: "" = nobody, "masked", "unmasked". The lens is 35 to 75 degrees wide."""
    random = np.random.default_rng(seed)
    rotvec, zooms = turns(move, count, random)
    focal = WIDTH / 2 / math.tan(math.radians(random.uniform(35, 75)) / 2)
    c2w = rigid(so3_exp(torch.from_numpy(rotvec)), torch.zeros(count, 3, dtype=torch.float64))
    frames, mask = on_sphere(painted(style, random), c2w, focal * zooms), None
    if person:
        frames, mask = with_person(frames, random, random.uniform(-1, 3))
    return Clip(
        name=f"{move}, {style}" + (f", person {person}" if person else ""),
        kind=MOVES[move],
        frames=finished(frames, random),
        c2w=c2w,
        focal=focal,
        wide=move in WIDE,
        person_mask=mask if person == "masked" else None,
    )


def sliding(style: str, seed: int, count: int = 24) -> Clip:
    """A painted background that is pushed sideways behind nothing: 2D composition, no parallax."""
    random = np.random.default_rng(seed)
    picture, step = painted(style, random, (1200, 600)), random.uniform(2, 9)
    frames = []
    for t in range(count):
        place = np.float32([[1, 0, -step * t - 20], [0, 1, -100 - 0.3 * step * t]])
        frames.append(cv2.warpAffine(picture, place, (WIDTH, HEIGHT), flags=cv2.INTER_CUBIC))
    c2w = torch.eye(4, dtype=torch.float64).repeat(count, 1, 1)
    frames = finished(np.stack(frames), random)
    return Clip(name=f"slide, {style}", kind="rotation", frames=frames, c2w=c2w, focal=float(WIDTH))


def travelling(
    seed: int,
    *,
    style: str = "detail",
    share: float = 0.3,
    turn: float = 10.0,
    count: int = 24,
    forward: float = 0.0,
    zoom: float = 1.0,
    blur: float = 0.0,
) -> Clip:
    """A camera that travels by `share` of the median depth (6 units), turning by `turn` degrees; forward = its part.

    zoom: the last focal length over the first; blur: as in `finished`.
    """
    random = np.random.default_rng(seed)
    walls = [painted(style, random, (1200, 1200)) for _ in range(4)]
    focal = WIDTH / 2 / math.tan(math.radians(random.uniform(45, 70)) / 2)
    s = np.linspace(0, 1, count)[:, None]
    side = random.choice([-1.0, 1.0])
    way = side * np.array([1 - forward, 0.15, 0]) + [0, 0, forward]
    travel = 6 * share * (s * way + 0.1 * np.sin(4 * s) * [0.3, 1, 0.5])
    rotvec = np.radians(s * turn * np.array([0.1, -side, 0.05]))
    c2w = rigid(so3_exp(torch.from_numpy(rotvec)), torch.from_numpy(travel - travel[0]))
    cards = tuple((x, random.uniform(-0.5, 1.2), random.uniform(3, 6)) for x in (-1.8, 0.3, 1.9))
    frames = finished(in_room(walls, c2w, focal * zoom ** s[:, 0], cards), random, blur)
    return Clip(name=f"travel {share:.0%}, {style}", kind="parallax", frames=frames, c2w=c2w, focal=focal)


def every_kind(seed: int) -> Iterator[Clip]:
    """One clip of each kind and look."""
    for k, move in enumerate(MOVES):
        for style in ("detail", "sparse", "cel"):
            yield turning(move, style, 100 * seed + k)
    for move in ("static", "pan", "zoom in"):
        for person in ("masked", "unmasked"):
            yield turning(move, "detail", 100 * seed + 50, person=person)
    yield turning("static", "cel", 100 * seed + 51, person="unmasked")
    yield sliding("cel", 100 * seed + 60)
    yield sliding("detail", 100 * seed + 61)
    for share, turn in ((0.02, 0.0), (0.03, 12.0), (0.06, 25.0), (0.3, 10.0)):
        yield travelling(100 * seed + 70, share=share, turn=turn)
    yield travelling(100 * seed + 71, style="cel", share=0.1)
    yield travelling(100 * seed + 72, share=0.1, forward=1.0, turn=2.0)
