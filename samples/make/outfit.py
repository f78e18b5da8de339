"""The clothed figure: body parts, blouse, sleeves, skirt or trousers, boots, bow and hair, bound to the bones."""

from dataclasses import dataclass, replace

import head
import numpy as np
from body import Body
from raster import Mesh
from shapes import bezier, bind, hull, lathe, rebind, sheet, skin_part, sweep

PLEATS = 16
HEAD_PIVOT, HEAD_SCALE, HEAD_DROP = np.array([0, -0.055, 1.60]), 1.10, np.array([0, 0, -0.022])


@dataclass(frozen=True, kw_only=True)
class Look:
    """One figure's clothes, colours in sRGB; `style` is "skirt" or "trousers", `hair_style` "long" or "bob"."""

    style: str
    hair_style: str
    colours: dict[str, tuple[float, float, float]]
    seed: int = 1
    wind: float = 0.055


def _share(body: Body, *stems: str) -> np.ndarray:
    hit = np.array([any(name.startswith(s) for s in stems) for name in body.names])
    return body.weights[:, hit].sum(1)


def _bare_parts(body: Body, waist: float) -> list[Mesh]:
    z = body.vertices[:, 2]
    headish = _share(body, "head", "eye", "neck03")
    arm = _share(body, "upperarm", "lowerarm", "wrist", "finger", "metacarpal")
    hand = _share(body, "wrist", "finger", "metacarpal")
    leg = (z < waist) & (arm < 0.3)
    neck = (z > 1.49) & (z < 1.70) & (headish < 0.9) & (np.abs(body.vertices[:, 0]) < 0.085)
    return [
        skin_part(body, hand > 0.15, 0.0, 0, material="skin", part=1),
        skin_part(
            body,
            leg & (z > (0.30 if waist < 1.05 else 0.185)),
            0.001 if waist < 1.05 else 0.008,
            10,
            material="leg",
            part=2,
        ),
        skin_part(body, neck, -0.002, 1, material="skin", part=3),
    ]


def _blouse(body: Body, hem: float) -> list[Mesh]:
    z, x = body.vertices[:, 2], np.abs(body.vertices[:, 0])
    arm = _share(body, "upperarm02", "lowerarm", "wrist", "finger", "metacarpal")
    throat = 0.045 * np.clip((-0.02 - body.vertices[:, 1]) / 0.06, 0, 1)
    keep = (z > hem) & ((z < 1.548 - throat) | (x > 0.085)) & (arm < 0.35) & (z < 1.60)
    return [skin_part(body, keep, 0.013 if hem > 1.02 else 0.020, 40, material="top", part=4)]


def _along_limb(body: Body, side: str, stems: tuple[str, ...], samples: int) -> np.ndarray:
    return bezier(np.array([body.head(f"{s}.{side}") for s in stems]), samples)


def _sleeves(body: Body, puffed: bool) -> list[Mesh]:
    meshes = []
    for side, sign in (("L", 1), ("R", -1)):
        path = _along_limb(body, side, ("upperarm01", "lowerarm01", "wrist"), 48)
        path = np.concatenate(
            [path[:1] + [[-0.034 * sign, 0, 0.016]], path[:1] + [[-0.014 * sign, 0, 0.010]], path[1:]]
        )
        s = np.linspace(0, 1, len(path))
        if puffed:
            width = np.interp(
                s,
                [0, 0.03, 0.07, 0.13, 0.22, 0.4, 0.52, 0.75, 0.88, 0.935, 0.97, 1],
                [0.022, 0.044, 0.060, 0.069, 0.070, 0.058, 0.053, 0.061, 0.070, 0.068, 0.055, 0.04],
            )
        else:
            width = np.interp(
                s, [0, 0.03, 0.07, 0.13, 0.22, 0.5, 0.9, 1], [0.022, 0.042, 0.056, 0.063, 0.062, 0.052, 0.045, 0.043]
            )
        tube = sweep(path[:-1], np.array([0, 1.0, 0]), width[:-1], 0.94, material="sleeve", part=4)
        meshes.append(bind(tube, body))
        cuff_path = path[-6:] + np.linspace(0, 0.3, 6)[:, None] * (path[-1] - path[-6])
        cuff = sweep(
            cuff_path, np.array([0, 1.0, 0]), np.linspace(0.040, 0.044, 6), 0.9, material="cuff", part=8 + (sign > 0)
        )
        meshes.append(bind(cuff, body))
    return meshes


def _skirt(body: Body) -> list[Mesh]:
    t = np.linspace(0, 1, 30)
    heights = 1.092 - 0.387 * t
    rx = 0.122 + 0.070 * np.sqrt(t) + 0.110 * t
    ry = 0.104 + 0.055 * np.sqrt(t) + 0.095 * t
    centres = np.stack([np.zeros(30), np.linspace(-0.012, 0.0, 30)], -1)
    meshes = []
    for name, grow, extra, part in (("skirt", 0.0, 0.0, 10), ("petticoat", -0.012, 0.028, 11)):
        cloth = lathe(
            heights - extra * t,
            rx + grow,
            ry + grow,
            centres,
            material=name,
            part=part,
            pleats=(PLEATS, 0.16),
            columns=192,
        )
        z, x = cloth.vertices[:, 2], cloth.vertices[:, 0]
        swing = np.clip((1.02 - z) / 0.45, 0, 1) * 0.42
        left = 1 / (1 + np.exp(-x / 0.07))
        weights = np.zeros((len(z), len(body.names)), np.float32)
        weights[:, body.bone("root")] = 1 - swing
        weights[:, body.bone("upperleg01.L")] = swing * left
        weights[:, body.bone("upperleg01.R")] = swing * (1 - left)
        meshes.append(rebind(cloth, weights))
    return meshes


def _belt(body: Body, skirt: bool) -> Mesh:
    bulge = 0.004 * np.sin(np.linspace(0, np.pi, 6))
    if skirt:
        heights, rx, ry, y, material = np.linspace(1.066, 1.120, 6), 0.136, 0.118, -0.012, "belt"
    else:
        heights, rx, ry, y, material = np.linspace(0.972, 1.030, 6), 0.184, 0.150, 0.004, "cuff"
    ring = lathe(heights, rx + bulge, ry + bulge, np.tile([[0, y]], (6, 1)), material=material, part=12)
    return bind(ring, body, {"spine05": 0.6, "root": 0.4} if skirt else {"root": 1.0})


def _boots(body: Body, high: float) -> list[Mesh]:
    meshes = []
    foot = _share(body, "foot", "toe") > 0.5
    for side, sign in (("L", 1), ("R", -1)):
        points = body.vertices[foot & (body.vertices[:, 0] * sign > 0)]
        points = points[points[:, 2] < 0.13]
        points = np.concatenate([points, points * [1, 1, 0] + [0, 0, -0.012]])
        shoe = hull(points.astype(np.float64), 0.004, material="boot", part=13 + (sign > 0))
        meshes.append(bind(shoe, body, {f"foot.{side}": 1.0}))
        ankle, knee = body.head(f"foot.{side}"), body.head(f"lowerleg01.{side}")
        end = ankle + (knee - ankle) * (high - ankle[2]) / (knee[2] - ankle[2])
        path = np.linspace(ankle + [0, 0.012, -0.03], end + [0, 0.018, 0], 20)
        width = np.interp(np.linspace(0, 1, 20), [0, 0.25, 0.7, 1], [0.046, 0.044, 0.058, 0.064])
        shaft = sweep(path, np.array([1.0, 0, 0]), width, 1.06, material="boot", part=13 + (sign > 0))
        meshes.append(bind(shaft, body, {f"lowerleg02.{side}": 1.0}))
        top = sweep(
            path[-4:] + [0, 0, 0.006],
            np.array([1.0, 0, 0]),
            np.linspace(0.067, 0.0705, 4),
            1.06,
            material="bootcuff",
            part=15 + (sign > 0),
        )
        meshes.append(bind(top, body, {f"lowerleg02.{side}": 1.0}))
    return meshes


def _collar(body: Body) -> list[Mesh]:
    angle = np.linspace(0, 2 * np.pi, 64, endpoint=False)
    rows = []
    for t in np.linspace(0, 1, 10):
        front = np.clip(-np.sin(angle), 0, 1) ** 2
        r = 0.062 + 0.075 * t
        x, y = (r + 0.012 * t) * np.cos(angle), -0.030 - 0.0 * t + (0.9 * r) * np.sin(angle)
        drop = 0.02 + (0.030 + 0.020 * np.abs(np.cos(angle)) + 0.07 * front) * t
        rows.append(np.stack([x, 1.02 * y - 0.004 - 0.024 * front * t, 1.574 - drop - 0.045 * front * (1 - t)], -1))
    return [bind(sheet(np.stack(rows), "collar", 17), body, {"spine01": 0.8, "neck01": 0.2})]


def _bow(body: Body) -> list[Mesh]:
    knot = np.array([0, -0.150, 1.432])
    meshes = []
    for n, sign in enumerate((1, -1)):
        loop = bezier(knot + np.array([[0, 0, 0], [0.040 * sign, -0.018, 0.022], [0.078 * sign, -0.008, 0.006]]), 16)
        width = 0.026 * np.interp(np.linspace(0, 1, 16), [0, 0.5, 0.9, 1], [0.25, 0.95, 1.0, 0.5])
        meshes.append(sweep(loop, np.array([0, -0.25, 1.0]), width, 0.35, material="bow", part=18 + n))
        tail = bezier(knot + np.array([[0, 0, 0], [0.018 * sign, -0.010, -0.045], [0.034 * sign, -0.002, -0.115]]), 16)
        meshes.append(
            sweep(tail, np.array([1.0, -0.2, 0]), np.linspace(0.009, 0.019, 16), 0.3, material="bow", part=20 + n)
        )
    ball = bezier(knot + np.array([[0, -0.012, 0.016], [0, -0.022, 0], [0, -0.012, -0.016]]), 10)
    meshes.append(
        sweep(
            ball, np.array([1.0, 0, 0]), 0.014 * np.sin(np.linspace(0.5, np.pi - 0.5, 10)), 0.9, material="bow", part=22
        )
    )
    return [bind(m, body, {"spine01": 1.0}) for m in meshes]


def _head(body: Body, look: Look) -> list[Mesh]:
    hair = [head.cap(40), *head.bangs(41, look.seed), head.ahoge(70)]
    if look.hair_style == "bob":
        hair += head.bob(75, look.seed)
    meshes = [bind(m, body, {"head": 1.0}) for m in [head.head_mesh(30), *head.ear_meshes(31), *hair]]
    meshes = [_enlarge(m) for m in meshes]
    if look.hair_style == "long":
        for lock in head.long_hair(75, look.seed, 0.50, look.wind):
            low = np.clip((1.66 - lock.vertices[:, 2]) / 0.16, 0, 1)[:, None]
            own = bind(lock, body, {"head": 1.0}).weights * (1 - low) + bind(lock, body, {"spine01": 1.0}).weights * low
            meshes.append(_enlarge(rebind(lock, own)))
    return meshes


def _enlarge(mesh: Mesh) -> Mesh:
    """A bigger head than the body's own: grown about the neck; `rest` keeps the unscaled positions for painting."""
    return replace(mesh, vertices=HEAD_PIVOT + HEAD_SCALE * (mesh.vertices - HEAD_PIVOT) + HEAD_DROP)


def dress(body: Body, look: Look) -> list[Mesh]:
    """All meshes of one figure in the rest pose, bound to the body."""
    skirt = look.style == "skirt"
    meshes = (
        _bare_parts(body, 1.0 if skirt else 1.12)
        + _blouse(body, 1.09 if skirt else 1.0)
        + _sleeves(body, skirt)
        + [_belt(body, skirt)]
        + _head(body, look)
    )
    if skirt:
        meshes += _skirt(body) + _boots(body, 0.40) + _collar(body) + _bow(body)
    else:
        meshes += _boots(body, 0.20) + _collar(body)
    return meshes


def pose(meshes: list[Mesh], transforms: np.ndarray) -> list[Mesh]:
    """The meshes moved by bone transforms (B,3,4)."""
    from body import skin

    return [replace(m, vertices=skin(m.vertices, m.weights, transforms)) for m in meshes]
