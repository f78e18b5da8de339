"""A small z-buffer renderer: triangles in, per-pixel surface attributes out (shading comes later)."""

from dataclasses import dataclass

import numba
import numpy as np


@dataclass(frozen=True, kw_only=True)
class Mesh:
    """Vertices (V,3), triangles (F,3), texture coordinates (V,2), a material and a part number (lines separate parts).

    `weights` (V,B) binds it to the body's bones; `rest` (V,3) keeps unposed positions for painting.
    """

    vertices: np.ndarray
    faces: np.ndarray
    uv: np.ndarray
    material: str
    part: int
    weights: np.ndarray | None = None
    rest: np.ndarray | None = None


@dataclass(frozen=True, kw_only=True)
class Surface:
    """What each pixel (H,W) sees: mesh number (-1 nothing), planar depth, normal, uv, rest and world position."""

    mesh: np.ndarray
    z: np.ndarray
    normal: np.ndarray
    uv: np.ndarray
    rest: np.ndarray
    world: np.ndarray


@numba.njit(cache=True)
def _fill(xy, z, faces, out_face, out_z, out_bary):
    height, width = out_z.shape
    for f in range(faces.shape[0]):
        a, b, c = faces[f, 0], faces[f, 1], faces[f, 2]
        if z[a] < 0.05 or z[b] < 0.05 or z[c] < 0.05:
            continue
        xa, ya, xb, yb, xc, yc = xy[a, 0], xy[a, 1], xy[b, 0], xy[b, 1], xy[c, 0], xy[c, 1]
        area = (xb - xa) * (yc - ya) - (xc - xa) * (yb - ya)
        if abs(area) < 1e-9:
            continue
        x0, x1 = max(0, int(np.floor(min(xa, xb, xc) - 0.5))), min(width - 1, int(np.ceil(max(xa, xb, xc) - 0.5)))
        y0, y1 = max(0, int(np.floor(min(ya, yb, yc) - 0.5))), min(height - 1, int(np.ceil(max(ya, yb, yc) - 0.5)))
        for j in range(y0, y1 + 1):
            for i in range(x0, x1 + 1):
                px, py = i + 0.5, j + 0.5
                w1 = ((px - xa) * (yc - ya) - (xc - xa) * (py - ya)) / area
                w2 = ((xb - xa) * (py - ya) - (px - xa) * (yb - ya)) / area
                w0 = 1.0 - w1 - w2
                if w0 < -1e-9 or w1 < -1e-9 or w2 < -1e-9:
                    continue
                q0, q1, q2 = w0 / z[a], w1 / z[b], w2 / z[c]
                depth = 1.0 / (q0 + q1 + q2)
                if depth < out_z[j, i]:
                    out_z[j, i] = depth
                    out_face[j, i] = f
                    out_bary[j, i, 0] = q0 * depth
                    out_bary[j, i, 1] = q1 * depth
                    out_bary[j, i, 2] = q2 * depth


def vertex_normals(vertices: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """Area-weighted unit normals (V,3)."""
    corners = vertices[faces]
    flat = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normals = np.zeros_like(vertices)
    for k in range(3):
        np.add.at(normals, faces[:, k], flat)
    return normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)


def render(meshes: list[Mesh], intrinsics: np.ndarray, c2w: np.ndarray, size: tuple[int, int]) -> Surface:
    """Rasterise `meshes` (world frame) for one OpenCV camera: K (3,3) in pixels, `size` = (width, height)."""
    width, height = size
    counts = np.cumsum([0] + [len(m.vertices) for m in meshes])
    world = np.concatenate([m.vertices for m in meshes]).astype(np.float64)
    faces = np.concatenate([m.faces + o for m, o in zip(meshes, counts[:-1], strict=True)]).astype(np.int32)
    owner = np.concatenate([np.full(len(m.faces), i, np.int32) for i, m in enumerate(meshes)])
    normals = np.concatenate([vertex_normals(m.vertices.astype(np.float64), m.faces) for m in meshes])
    uv = np.concatenate([m.uv for m in meshes]).astype(np.float64)
    rest = np.concatenate([m.vertices if m.rest is None else m.rest for m in meshes]).astype(np.float64)
    camera = (world - c2w[:3, 3]) @ c2w[:3, :3]
    z = camera[:, 2]
    safe = np.where(z < 0.05, 1.0, z)
    xy = camera[:, :2] / safe[:, None] * intrinsics[[0, 1], [0, 1]] + intrinsics[:2, 2]
    out_face = np.full((height, width), -1, np.int32)
    out_z = np.full((height, width), np.inf)
    bary = np.zeros((height, width, 3))
    _fill(xy, z, faces, out_face, out_z, bary)
    corner = faces[np.maximum(out_face, 0)]
    packed = np.concatenate([normals, uv, rest, world], axis=1).astype(np.float32)
    mixed = sum(packed[corner[..., k]] * bary[..., k, None].astype(np.float32) for k in range(3))
    normal = mixed[..., :3]
    normal = normal / np.maximum(np.linalg.norm(normal, axis=-1, keepdims=True), 1e-9)
    view = mixed[..., 8:11] - c2w[:3, 3].astype(np.float32)
    normal = np.where((normal * view).sum(-1, keepdims=True) > 0, -normal, normal)
    mesh = np.where(out_face >= 0, owner[np.maximum(out_face, 0)], -1)
    return Surface(mesh=mesh, z=out_z, normal=normal, uv=mixed[..., 3:5], rest=mixed[..., 5:8], world=mixed[..., 8:11])
