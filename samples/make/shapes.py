"""Mesh builders: tubes, tapered locks of hair, lathes, hulls and parts of the body's own surface."""

import numpy as np
from body import Body
from raster import Mesh, vertex_normals
from scipy.spatial import ConvexHull, cKDTree


def grid_faces(rows: int, columns: int, closed: bool) -> np.ndarray:
    """Triangles (F,3) of a grid of rows x columns vertices, wrapped around the columns when `closed`."""
    r, c = np.meshgrid(np.arange(rows - 1), np.arange(columns if closed else columns - 1), indexing="ij")
    a, b = r * columns + c, r * columns + (c + 1) % columns
    quads = np.stack([a, b, b + columns, a + columns], -1).reshape(-1, 4)
    return np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])


def sheet(points: np.ndarray, material: str, part: int, closed: bool = True) -> Mesh:
    """A mesh over a grid of points (R,C,3); uv = (column, row) fractions."""
    rows, columns = points.shape[:2]
    v, u = np.meshgrid(np.linspace(0, 1, rows), np.linspace(0, 1, columns + closed)[:columns], indexing="ij")
    return Mesh(
        vertices=points.reshape(-1, 3),
        faces=grid_faces(rows, columns, closed),
        uv=np.stack([u, v], -1).reshape(-1, 2),
        material=material,
        part=part,
    )


def bezier(control: np.ndarray, count: int) -> np.ndarray:
    """Points (count,3) of the Catmull-Rom curve through `control` (K,3)."""
    p = np.concatenate([2 * control[:1] - control[1:2], control, 2 * control[-1:] - control[-2:-1]])
    t = np.linspace(0, len(control) - 1 - 1e-9, count)
    i, f = t.astype(int), (t % 1)[:, None]
    a, b, c, d = p[i], p[i + 1], p[i + 2], p[i + 3]
    return 0.5 * (2 * b + (c - a) * f + (2 * a - 5 * b + 4 * c - d) * f**2 + (3 * b - a - 3 * c + d) * f**3)


def sweep(path: np.ndarray, side: np.ndarray, widths: np.ndarray, flat: float, *, material: str, part: int) -> Mesh:
    """A closed tube along `path` (N,3): half width `widths` (N,) towards `side` (3,) or (N,3), `flat` it across."""
    tangent = np.gradient(path, axis=0)
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
    side = np.broadcast_to(side, path.shape)
    side = side - (side * tangent).sum(1, keepdims=True) * tangent
    side = side / np.linalg.norm(side, axis=1, keepdims=True)
    up = np.cross(tangent, side)
    angle = np.linspace(0, 2 * np.pi, 12, endpoint=False)
    ring = side[:, None] * np.cos(angle)[None, :, None] + up[:, None] * (flat * np.sin(angle))[None, :, None]
    return sheet(path[:, None] + ring * widths[:, None, None], material, part)


def lathe(heights, radii_x, radii_y, centres, *, material: str, part: int, pleats=(0, 0.0), columns=96) -> Mesh:
    """Rings around a z axis: heights (R,), half axes (R,), centres (R,2); `pleats` = (count, depth at the hem)."""
    angle = np.linspace(0, 2 * np.pi, columns, endpoint=False)
    turn = (angle * pleats[0] / (2 * np.pi) + 0.5) % 1
    saw = np.where(turn < 0.82, turn / 0.82, (1 - turn) / 0.18)
    depth = pleats[1] * np.linspace(0, 1, len(heights))[:, None]
    wave = 1 + depth * (saw[None] - 0.5)
    x = np.asarray(centres)[:, :1] + np.asarray(radii_x)[:, None] * np.cos(angle) * wave
    y = np.asarray(centres)[:, 1:] - np.asarray(radii_y)[:, None] * np.sin(angle) * wave
    z = np.broadcast_to(np.asarray(heights)[:, None], x.shape)
    return sheet(np.stack([x, y, z], -1), material, part)


def bind(mesh: Mesh, body: Body, bones: dict[str, float] | None = None, neighbours: int = 8) -> Mesh:
    """The mesh with bone weights: the named ones, or those of the nearest body vertices."""
    if bones is None:
        distance, index = cKDTree(body.vertices).query(mesh.vertices, k=neighbours)
        near = 1 / (distance + 1e-3)
        weights = (body.weights[index] * (near / near.sum(1, keepdims=True))[..., None]).sum(1)
    else:
        weights = np.zeros((len(mesh.vertices), len(body.names)), np.float32)
        for name, value in bones.items():
            weights[:, body.bone(name)] = value
    return rebind(mesh, weights)


def rebind(mesh: Mesh, weights: np.ndarray) -> Mesh:
    """The mesh with these weights (V,B) and its present vertices as rest positions."""
    return Mesh(
        vertices=mesh.vertices,
        faces=mesh.faces,
        uv=mesh.uv,
        material=mesh.material,
        part=mesh.part,
        weights=weights,
        rest=mesh.vertices,
    )


def skin_part(body: Body, keep: np.ndarray, inflate: float, smooth: int, *, material: str, part: int) -> Mesh:
    """The body's surface where `keep` (V,), smoothed `smooth` times (not its rim), pushed out by `inflate` metres."""
    faces = body.faces[keep[body.faces].all(1)]
    used, flat = np.unique(faces, return_inverse=True)
    faces = flat.reshape(-1, 3)
    vertices = body.vertices[used].astype(np.float64)
    edges = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    edges = np.concatenate([edges, edges[:, ::-1]])
    degree = np.bincount(edges[:, 0], minlength=len(used))[:, None]
    pairs, copies = np.unique(np.sort(edges, axis=1), axis=0, return_counts=True)
    rim = np.zeros((len(used), 1), bool)
    rim[pairs[copies == 2].ravel()] = True  # each edge was listed both ways: 2 = one triangle only
    for _ in range(smooth):
        total = np.zeros_like(vertices)
        np.add.at(total, edges[:, 0], vertices[edges[:, 1]])
        vertices = np.where(rim, vertices, 0.5 * vertices + 0.5 * total / degree)
    vertices = vertices + inflate * vertex_normals(vertices, faces)
    uv = vertices[:, [0, 2]]
    mesh = Mesh(vertices=vertices, faces=faces, uv=uv, material=material, part=part)
    return rebind(mesh, body.weights[used])


def hull(points: np.ndarray, inflate: float, *, material: str, part: int) -> Mesh:
    """The convex hull of `points` (N,3), its vertices merged and pushed out."""
    found = ConvexHull(points)
    used, flat = np.unique(found.simplices, return_inverse=True)
    vertices = points[used].astype(np.float64)
    faces = flat.reshape(-1, 3)
    centre = vertices.mean(0)
    corners = vertices[faces]
    outward = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    flip = (outward * (corners.mean(1) - centre)).sum(1) < 0
    faces[flip] = faces[flip][:, ::-1]
    vertices = vertices + inflate * vertex_normals(vertices, faces)
    return Mesh(vertices=vertices, faces=faces, uv=vertices[:, :2], material=material, part=part)
