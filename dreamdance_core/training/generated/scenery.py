"""A painted scene of planes: ground, backdrop and standing pieces, seen by any camera with its exact depth."""

from __future__ import annotations

import colorsys
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Float, UInt8

from ..degrade.dice import Dice

_FINE = 2  # samples of a pixel along each side
_TEXTURE = 256  # px of a texture's shorter side


@dataclass(frozen=True, kw_only=True)
class Plane:
    """A rectangle in the world: texture (u,v) in px lies at origin + u/W * across + v/H * down."""

    texture: UInt8[np.ndarray, "h w 4"]
    origin: np.ndarray  # (3,)
    across: np.ndarray  # (3,)
    down: np.ndarray  # (3,)


@dataclass(frozen=True, kw_only=True)
class Scenery:
    planes: tuple[Plane, ...]  # from the farthest to the nearest
    ground: float  # its height, y


def _colour(dice: Dice, light: tuple[float, float], strong: float) -> np.ndarray:
    return 255 * np.array(colorsys.hsv_to_rgb(dice.uniform(0.0, 1.0), dice.uniform(0.05, strong), dice.uniform(*light)))


def _noise(width: int, height: int, cells: int, dice: Dice) -> np.ndarray:
    """Smooth noise in [-1,1]."""
    coarse = 2 * dice.numbers(max(2, cells * height // width), max(2, cells)).numpy() - 1
    return cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)


def _rgba(rgb: np.ndarray, alpha: np.ndarray | None = None) -> UInt8[np.ndarray, "h w 4"]:
    solid = np.full(rgb.shape[:2], 255.0) if alpha is None else alpha
    return np.concatenate([rgb, solid[..., None]], -1).clip(0, 255).round().astype(np.uint8)


def _ground_texture(dice: Dice) -> UInt8[np.ndarray, "h w 4"]:
    size = 2 * _TEXTURE
    first, second = _colour(dice, (0.3, 0.8), 0.5), _colour(dice, (0.3, 0.8), 0.5)
    v, u = np.mgrid[:size, :size]
    tile = dice.whole(12, 40)
    kind = dice.pick(("checks", "boards", "meadow"))
    if kind == "checks":
        share = ((u // tile + v // tile) % 2).astype(float)
    elif kind == "boards":
        share = ((u // tile * 7919) % 5) / 4 * 0.6 + 0.4 * (u % tile < 2)
    else:
        share = 0.5 + 0.5 * _noise(size, size, 60, dice)
    rgb = first + share[..., None] * (second - first) + 14 * _noise(size, size, 12, dice)[..., None]
    return _rgba(rgb)


def _backdrop_texture(dice: Dice) -> UInt8[np.ndarray, "h w 4"]:
    height, width = 2 * _TEXTURE, 6 * _TEXTURE
    high, low = _colour(dice, (0.55, 1.0), 0.6), _colour(dice, (0.6, 1.0), 0.3)
    rgb = high + np.linspace(0, 1, height)[:, None, None] * (low - high) + np.zeros((height, width, 1))
    rgb += 18 * _noise(width, height, 10, dice)[..., None]
    canvas = np.ascontiguousarray(rgb.clip(0, 255), np.float32)
    for layer in range(dice.whole(1, 3)):
        shade = _colour(dice, (0.25, 0.75), 0.6)
        line = height * (0.45 + 0.15 * layer) + 0.16 * height * _noise(width, 2, dice.whole(6, 24), dice)[0]
        hill = np.stack([np.arange(width), line], -1)
        outline = np.concatenate([hill, [[width - 1, height], [0, height]]])
        cv2.fillPoly(canvas, [outline.astype(np.int32)], shade.tolist(), cv2.LINE_AA)
    for _ in range(dice.whole(0, 14)):
        x, wide, high_up = dice.whole(0, width), dice.whole(20, 120), dice.whole(40, 260)
        shade = _colour(dice, (0.2, 0.9), 0.5)
        cv2.rectangle(canvas, (x, height - high_up), (x + wide, height), shade.tolist(), -1)
        lit = (shade * 0.5 + 120).tolist()
        for row in range(height - high_up + 10, height - 10, 26):
            for column in range(x + 8, x + wide - 12, 24):
                cv2.rectangle(canvas, (column, row), (column + 9, row + 13), lit, -1)
    return _rgba(canvas)


def _piece_texture(dice: Dice) -> UInt8[np.ndarray, "h w 4"]:
    """A tree, a box or a sign on nothing."""
    size = _TEXTURE
    canvas, alpha = np.zeros((size, size, 3), np.float32), np.zeros((size, size), np.float32)
    shade, other = _colour(dice, (0.2, 0.95), 0.9), _colour(dice, (0.2, 0.95), 0.9)

    def paint(corners: Sequence[Sequence[float]], colour: np.ndarray) -> None:
        shape = [(np.array(corners) * size).astype(np.int32)]
        cv2.fillPoly(canvas, shape, colour.tolist(), cv2.LINE_AA)
        cv2.fillPoly(alpha, shape, 255.0)

    kind = dice.pick(("tree", "box", "sign"))
    if kind == "tree":
        paint([(0.44, 0.5), (0.56, 0.5), (0.58, 1.0), (0.42, 1.0)], other * 0.6)
        for _ in range(7):
            at, radius = dice.numbers(2).numpy() * [0.5, 0.4] + [0.25, 0.15], dice.uniform(0.12, 0.22)
            turn = np.linspace(0, 2 * np.pi, 24)
            ring = at + radius * np.stack([np.cos(turn), np.sin(turn)], -1)
            paint(ring.tolist(), shade * dice.uniform(0.75, 1.1))
    elif kind == "box":
        paint([(0.05, 0.3), (0.95, 0.3), (0.95, 1.0), (0.05, 1.0)], shade)
        paint([(0.05, 0.3), (0.95, 0.3), (0.95, 0.38), (0.05, 0.38)], other)
        paint([(0.45, 0.3), (0.55, 0.3), (0.55, 1.0), (0.45, 1.0)], other)
    else:
        paint([(0.47, 0.4), (0.53, 0.4), (0.53, 1.0), (0.47, 1.0)], other * 0.5)
        paint([(0.15, 0.05), (0.85, 0.05), (0.85, 0.5), (0.15, 0.5)], shade)
        paint([(0.22, 0.12), (0.78, 0.12), (0.78, 0.2), (0.22, 0.2)], other)
    return _rgba(canvas, alpha)


def random_scenery(dice: Dice, distance: float) -> Scenery:
    """A scene around a place on the ground at that distance; 1 is the height of a figure."""
    ground = dice.uniform(0.35, 0.75)
    far = distance + dice.uniform(2.0, 5.0)
    wide = 3.5 * far
    planes = [
        Plane(
            texture=_backdrop_texture(dice),
            origin=np.array([-wide / 2, ground - wide / 3 + 0.02 * wide, far]),
            across=np.array([wide, 0.0, 0.0]),
            down=np.array([0.0, wide / 3, 0.0]),
        ),
        Plane(
            texture=_ground_texture(dice),
            origin=np.array([-wide / 2, ground, far]),
            across=np.array([wide, 0.0, 0.0]),
            down=np.array([0.0, 0.0, -far - 1.0]),
        ),
    ]
    pieces = []
    for _ in range(dice.whole(2, 6)):
        z, high = dice.uniform(distance + 0.3, far - 0.2), dice.uniform(0.4, 1.4)
        x = dice.uniform(-0.6, 0.6) * z
        pieces.append(
            Plane(
                texture=_piece_texture(dice),
                origin=np.array([x, ground - high, z]),
                across=np.array([high, 0.0, 0.0]),
                down=np.array([0.0, high, 0.0]),
            )
        )
    return Scenery(planes=(*planes, *sorted(pieces, key=lambda piece: -piece.origin[2])), ground=ground)


def view(
    scenery: Scenery, w2c: Float[np.ndarray, "4 4"], K: Float[np.ndarray, "3 3"], width: int, height: int
) -> tuple[Float[np.ndarray, "{height} {width} 3"], Float[np.ndarray, "{height} {width}"]]:
    """Colours 0..255 and planar depth, 0 where nothing is."""
    fine = (width * _FINE, height * _FINE)
    K = np.diag([_FINE, _FINE, 1.0]) @ K
    u, v = np.meshgrid(np.arange(fine[0]) + 0.5, np.arange(fine[1]) + 0.5)
    rays = np.stack([u, v, np.ones_like(u)], -1) @ np.linalg.inv(K).T
    colours, depth = np.zeros((fine[1], fine[0], 3), np.float32), np.zeros((fine[1], fine[0]))
    for plane in scenery.planes:
        layer, z = _layer(plane, w2c, K, rays)
        share = layer[..., 3:].astype(np.float32) / 255
        colours += share * (layer[..., :3] - colours)
        depth = np.where(share[..., 0] > 0.5, z, depth)
    small = cv2.resize(colours, (width, height), interpolation=cv2.INTER_AREA)
    return small, depth[_FINE // 2 :: _FINE, _FINE // 2 :: _FINE].astype(np.float32)


def _layer(plane: Plane, w2c: np.ndarray, K: np.ndarray, rays: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """RGBA of one plane as the camera sees it, nothing where it lies behind the camera, and its depth."""
    turn, shift = w2c[:3, :3], w2c[:3, 3]
    origin, across, down = turn @ plane.origin + shift, turn @ plane.across, turn @ plane.down
    normal = np.cross(across, down)
    facing = rays @ normal
    z = (normal @ origin) / np.where(np.abs(facing) < 1e-9, 1e-9, facing)
    rows, columns = plane.texture.shape[:2]
    # Columns of the homography: texture px (u,v,1) to picture px; OpenCV counts from pixel centres on both sides.
    to_picture = K @ np.stack([across / columns, down / rows, origin + 0.5 * (across / columns + down / rows)], 1)
    to_picture = np.array([[1, 0, -0.5], [0, 1, -0.5], [0, 0, 1]]) @ to_picture
    layer = cv2.warpPerspective(
        plane.texture,
        to_picture,
        (rays.shape[1], rays.shape[0]),
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT,
    )
    layer[..., 3][z <= 0.05] = 0
    return layer, z
