"""Cel shading of a rendered figure: two tones, rim light, drawn lines where parts, depths or creases meet."""

import cv2
import numpy as np
from head import sample_face
from outfit import PLEATS, Look
from raster import Mesh, Surface

SHADE = np.array([0.74, 0.66, 0.80], np.float32)


def _step(value, edge, soft):
    return np.clip((value - edge) / soft + 0.5, 0, 1)


def base_colours(surface: Surface, meshes: list[Mesh], look: Look, face: np.ndarray) -> np.ndarray:
    """Unlit colours (H,W,3) by material and rest position."""
    colours = np.zeros((*surface.mesh.shape, 3), np.float32)
    for name in {m.material for m in meshes}:
        here = np.isin(surface.mesh, [i for i, m in enumerate(meshes) if m.material == name])
        if here.any():
            colours[here] = _material(name, surface.rest[here], surface.uv[here], look.colours, face)
    return colours


def _material(name, rest, uv, palette, face):
    n = len(rest)
    plain = {k: np.asarray(v, np.float32) for k, v in palette.items()}

    def mix(first, second, where):
        return np.where(where[:, None], plain[second], plain[first])

    x, y, z = rest.T
    if name == "face":
        skin = np.broadcast_to(plain["skin"], (n, 3)).copy()
        front = y < -0.075
        skin[front] = sample_face(face, uv[front])
        return skin
    if name == "leg":
        if "trousers" in plain:
            return np.broadcast_to(plain["trousers"], (n, 3))
        sock = mix("skin", "sock", z < 0.60)
        band = (z < 0.592) & (z > 0.578)
        return np.where(band[:, None], plain["trim"], sock)
    if name == "top":
        front = y < 0.02
        panel = front & (np.abs(x) < 0.040 + 0.16 * np.maximum(z - 1.25, 0))
        edge = front & ~panel & (np.abs(x) < 0.048 + 0.16 * np.maximum(z - 1.25, 0))
        out = np.where(panel[:, None], plain["blouse"], plain["vest"])
        out = np.where(edge[:, None], plain["trim"], out)
        button = panel & (np.hypot(x, (z + 0.005) % 0.055 - 0.0275) < 0.0075) & (z < 1.40)
        return np.where(button[:, None], plain["trim"], out)
    if name in ("skirt", "collar"):
        v = uv[:, 1]
        stripe = (v > 0.885) & (v < 0.945) if name == "skirt" else (v > 0.80) & (v < 0.90)
        out = mix(name, "trim", stripe)
        if name == "skirt":
            fold = (uv[:, 0] * PLEATS + 0.5) % 1
            inner = (fold > 0.80) & (v > 0.10 + 0.10 * ((np.floor(uv[:, 0] * PLEATS + 0.5) * 0.37) % 1))
            out = np.where(inner[:, None], out * np.array([0.70, 0.66, 0.78], np.float32), out)
        return out
    if name == "belt":
        buckle = (np.abs(x) < 0.022) & (y < 0)
        hole = (np.abs(x) < 0.013) & (np.abs(z - 1.07) < 0.013)
        return mix("belt", "trim", buckle & ~hole)
    if name == "boot":
        return mix("boot", "sole", z < 0.012)
    return np.broadcast_to(plain[name], (n, 3))


def _hair_gloss(surface, meshes):
    hair = np.isin(surface.mesh, [i for i, m in enumerate(meshes) if m.material == "hair"])
    rest = surface.rest
    phi = np.arctan2(rest[..., 0], -(rest[..., 1] + 0.062))
    level = 1.803 + 0.006 * np.cos(9 * phi) + 0.0035 * np.cos(23 * phi)
    band = 1 - np.abs(rest[..., 2] - level) / 0.0095
    return hair & (band > 0) & (np.abs(phi) < 1.3), hair


def shade(surface: Surface, meshes: list[Mesh], colours: np.ndarray, light: np.ndarray, warm: np.ndarray) -> np.ndarray:
    """Two-tone colours (H,W,3): `light` (3,) points to the lamp (world), `warm` (3,) tints what it reaches."""
    amount = surface.normal @ light.astype(np.float32)
    material = np.array([m.material for m in meshes] + [""])[surface.mesh]
    face = material == "face"
    edge = np.where(face, -0.80, np.where(material == "top", -0.12, 0.10))  # flat cloth, an almost unshaded face
    soft = _step(amount, edge, 0.06)
    deep = _step(amount, -0.45, 0.08)
    lit = colours * (0.94 + 0.10 * warm)
    skin = np.isin(material, ["face", "skin"])[..., None]
    tint = np.where(skin, np.array([0.91, 0.72, 0.70], np.float32), SHADE)
    dark = colours * tint
    dark = dark * (0.86 + 0.14 * deep[..., None])
    out = dark + soft[..., None] * (lit - dark)
    gloss, _ = _hair_gloss(surface, meshes)
    shine = np.clip(colours * 1.25 + 0.22, 0, 1)
    return np.where((gloss & (soft > 0.5))[..., None], shine, out)


def cast_on_face(surface: Surface, meshes: list[Mesh], picture: np.ndarray, pixels: float) -> np.ndarray:
    """Darkens skin just below hair, hem and chin: the drawn cast shadow, `pixels` long."""
    material = np.array([m.material for m in meshes] + [""])[surface.mesh]
    skin = np.isin(material, ["face", "skin", "leg"])
    near = surface.z
    shift = max(int(round(pixels)), 1)
    up = np.full_like(near, np.inf)
    up[shift:, shift // 3 :] = near[:-shift, : near.shape[1] - shift // 3]
    cover = skin & (up < near - 0.012) & np.isfinite(up)
    mask = cv2.GaussianBlur(cover.astype(np.float32), (0, 0), max(0.06 * pixels, 0.5))[..., None] * skin[..., None]
    return picture * (1 - mask * (1 - np.array([0.88, 0.72, 0.74], np.float32)))


def lines(surface: Surface, meshes: list[Mesh], width: float) -> tuple[np.ndarray, np.ndarray]:
    """Coverage (H,W) of drawn lines: (outer silhouette, inner) with stroke width in pixels."""
    part = np.array([m.part for m in meshes] + [-1])[surface.mesh]
    z = np.where(np.isfinite(surface.z), surface.z, 1e3)
    outer, inner = np.zeros(part.shape, np.uint8), np.zeros(part.shape, np.uint8)
    for axis in (0, 1):
        a = [slice(None)] * 2
        b = [slice(None)] * 2
        a[axis], b[axis] = slice(1, None), slice(None, -1)
        a, b = tuple(a), tuple(b)
        empty = (part[a] < 0) != (part[b] < 0)
        both = (part[a] >= 0) & (part[b] >= 0)
        jump = both & (np.abs(z[a] - z[b]) > 0.022)
        seam = both & (part[a] != part[b])
        bend = both & ((surface.normal[a] * surface.normal[b]).sum(-1) < 0.55)
        outer[a] |= empty.astype(np.uint8)
        inner[a] |= (jump | seam | bend).astype(np.uint8)
    return _thicken(outer, 1.5 * width), _thicken(inner, width)


def _thicken(mask, width):
    distance = cv2.distanceTransform(1 - mask, cv2.DIST_L2, 5)
    return np.clip(width / 2 - distance + 0.5, 0, 1)


def draw(
    surface: Surface, meshes: list[Mesh], look: Look, face: np.ndarray, light, warm, line_width: float, shadow: float
):
    """The drawn figure: colours (H,W,3) and coverage (H,W) at the surface's resolution."""
    colours = base_colours(surface, meshes, look, face)
    picture = shade(surface, meshes, colours, light, warm)
    picture = cast_on_face(surface, meshes, picture, shadow)
    outer, inner = lines(surface, meshes, line_width)
    cover = (surface.mesh >= 0).astype(np.float32)
    spread = cv2.dilate(colours, np.ones((9, 9)))
    inside = np.where(cover[..., None] > 0, colours, spread)
    ink = inside * 0.34 * np.array([0.95, 0.72, 0.80], np.float32) + np.array([0.03, 0.01, 0.03], np.float32)
    picture = picture + inner[..., None] * 0.92 * (ink - picture)
    picture = picture + outer[..., None] * (ink * 0.72 - picture)
    return np.clip(picture, 0, 1), np.maximum(cover, outer)
