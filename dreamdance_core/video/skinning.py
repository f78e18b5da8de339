"""Which bones move a mesh vertex: distances along the mesh, so that an arm beside the trunk does not drag it."""

from __future__ import annotations

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import dijkstra

from .layers import Layer
from .mesh import Mesh
from .parts import BODY
from .skeleton import NAMES, Motion, Rig, bone, carry


def _to_segment(points: np.ndarray, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """(V,) distance of points to the segment from a to b."""
    along = b - a
    t = np.clip((points - a) @ along / max(along @ along, 1e-9), 0, 1)
    return np.linalg.norm(points - a - t[:, None] * along, axis=-1)


def bone_distance(rig: Rig, b: int, points: np.ndarray) -> np.ndarray:
    """(V,) distance in pixels to the solid core of a bone: the chest is as wide as the shoulders, the head a disc."""
    distance = _to_segment(points, rig.start[b], rig.end[b])
    if NAMES[b] == "head":
        centre, radius = rig.head
        return np.minimum(distance, np.maximum(np.linalg.norm(points - centre, axis=-1) - 0.9 * radius, 0))
    if NAMES[b] in ("chest", "pelvis"):
        middle = rig.end[b] if NAMES[b] == "chest" else rig.start[b]
        pair = ("left_upper_arm", "right_upper_arm") if NAMES[b] == "chest" else ("left_thigh", "right_thigh")
        for name in pair:
            if rig.present[bone(name)] or NAMES[b] == "chest":
                outer = middle + 0.75 * (rig.start[bone(name)] - middle)
                distance = np.minimum(distance, _to_segment(points, middle, outer))
    return distance


def _along_mesh(mesh: Mesh, rig: Rig, b: int, members: np.ndarray, step: int) -> np.ndarray:
    """(V,) distance to bone b along the mesh of the member vertices; inf for the others."""
    direct = bone_distance(rig, b, mesh.rest)
    edges = mesh.edges[members[mesh.edges].all(1)]
    lengths = np.linalg.norm(mesh.rest[edges[:, 0]] - mesh.rest[edges[:, 1]], axis=-1)
    near = np.flatnonzero(members & (direct < max(1.5 * step, direct[members].min() + step)))
    count = len(mesh.rest)
    # One more node stands for the bone; its edges carry the straight distance of the vertices beside it.
    rows = np.concatenate([edges[:, 0], np.full(len(near), count)])
    columns = np.concatenate([edges[:, 1], near])
    values = np.concatenate([lengths, np.maximum(direct[near], 1e-3)])
    graph = coo_matrix((values, (rows, columns)), shape=(count + 1,) * 2).tocsr()
    distance = dijkstra(graph, directed=False, indices=count)[:count]
    return np.where(members, distance, np.inf)


def bone_weights(mesh: Mesh, layers: list[Layer], rig: Rig, step: int) -> tuple[np.ndarray, np.ndarray]:
    """(V,B) weights that sum to 1, and (V,) distance in pixels to the nearest bone.

    A layer's vertices know its own bones only; the vertices of a joint know those of both sides.
    """
    distance = np.full((len(mesh.rest), len(NAMES)), np.inf)
    for index, layer in enumerate(layers):
        members = mesh.owner == index
        if layer.name != BODY:
            members |= mesh.shared == index
        for b in layer.bones:
            if rig.present[b] and members.any():
                distance[:, b] = np.minimum(distance[:, b], _along_mesh(mesh, rig, b, members, step))
    lost = ~np.isfinite(distance).any(1)  # pieces that hang on nothing follow the nearest bone of their layer
    for v in np.flatnonzero(lost):
        bones = [b for b in layers[mesh.owner[v]].bones if rig.present[b]]
        distance[v, bones] = [bone_distance(rig, b, mesh.rest[v : v + 1])[0] for b in bones]
    nearest = distance.min(1)
    width = np.where(np.arange(len(NAMES)) < 3, 0.16, 0.1) * rig.unit  # over which neighbours blend
    weights = np.exp(-(distance - nearest[:, None]) / width)
    weights[:, [bone("left_thigh"), bone("right_thigh")]] *= np.where(mesh.owner == mesh.names.index(BODY), 0.6, 1.0)[
        :, None
    ]
    return weights / weights.sum(1, keepdims=True), nearest


def skin(mesh: Mesh, weights: np.ndarray, rig: Rig, motion: Motion) -> tuple[np.ndarray, np.ndarray]:
    """(T,V,2) where the bones carry each vertex, and (T,V,2,2) the linear map about it.

    Angles are blended, not matrices, so that bent joints keep their volume.
    """
    moved = np.zeros((len(motion.scale), len(mesh.rest), 2))
    angle, squeeze = np.zeros(moved.shape[:2]), np.zeros((*moved.shape[:2], 2, 2))
    for b in np.flatnonzero(weights.max(0) > 1e-4):
        share = weights[:, b]
        moved += share[:, None] * carry(rig, motion, int(b), mesh.rest)
        angle += share * motion.angle[:, b, None]
        direction = rig.end[b] - rig.start[b]
        direction = direction / max(np.linalg.norm(direction), 1e-6)
        extra = (motion.stretch[:, b] - 1)[:, None, None, None] * np.outer(direction, direction)
        squeeze += share[:, None, None] * (np.eye(2) + extra)
    c, s = np.cos(angle), np.sin(angle)
    turn = np.stack([np.stack([c, -s], -1), np.stack([s, c], -1)], -2)
    return moved, turn @ squeeze * motion.scale[:, None, None, None]


def sorted_triangles(mesh: Mesh, weights: np.ndarray) -> dict[str, np.ndarray]:
    """Each layer's triangles in drawing order, from a limb's root to its tip, so that folds overlap cleanly."""
    depth = weights @ np.arange(len(NAMES))
    return {name: t[np.argsort(depth[t].mean(1), kind="stable")] for name, t in mesh.triangles.items()}
