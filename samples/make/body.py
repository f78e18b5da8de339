"""The human body under the clothes: Anny's rest mesh (Apache-2.0, assets CC0), posed by linear blend skinning.

Frame of the body: x to the figure's left, y to its back, z up, metres, the soles at z = 0.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

LIMB_ENDS = {
    "upperarm01": "lowerarm01",
    "lowerarm01": "wrist",
    "wrist": "finger3-1",
    "upperleg01": "lowerleg01",
    "lowerleg01": "foot",
    "foot": "toe2-1",
}
PHENOTYPE = {"gender": 1.0, "age": 0.62, "muscle": 0.45, "weight": 0.34, "height": 0.62, "proportions": 0.9}


@dataclass(frozen=True, kw_only=True)
class Body:
    """Rest mesh (V,3), triangles (F,3), weights (V,B), bone heads (B,3), parents, names, COCO regressor (23,V)."""

    vertices: np.ndarray
    faces: np.ndarray
    weights: np.ndarray
    heads: np.ndarray
    parents: list[int]
    names: list[str]
    coco: np.ndarray
    coco_names: list[str]

    def bone(self, name: str) -> int:
        """Index of a bone by its name."""
        return self.names.index(name)

    def head(self, name: str) -> np.ndarray:
        """Rest position (3,) of a bone's head."""
        return self.heads[self.bone(name)]


def load_body(cache: Path) -> Body:
    """The rest body, read from `cache` (npz) or computed once with the package `anny` and stored there."""
    if not cache.exists():
        _export(cache)
    data = np.load(cache)
    return Body(
        vertices=_slim(data["vertices"]),
        faces=data["faces"],
        weights=data["weights"],
        heads=data["heads"],
        parents=data["parents"].tolist(),
        names=data["names"].tolist(),
        coco=data["coco"],
        coco_names=data["coco_names"].tolist(),
    )


def _slim(vertices: np.ndarray) -> np.ndarray:
    """A drawn figure's waist: the trunk narrowed around z = 1.14 m."""
    x, y, z = vertices.T
    trunk = np.clip((0.26 - np.abs(x)) / 0.08, 0, 1) * np.exp(-(((z - 1.14) / 0.13) ** 2))
    return np.stack([x * (1 - 0.20 * trunk), (y + 0.01) * (1 - 0.16 * trunk) - 0.01, z], -1)


def _export(cache: Path) -> None:
    import anny
    import torch

    model = anny.Anny().to(dtype=torch.float32)
    pose = torch.eye(4)[None, None].repeat(1, model.bone_count, 1, 1)
    out = model(pose_parameters=pose, phenotype_kwargs=PHENOTYPE)
    vertices = out["vertices"][0].numpy()
    weights = np.zeros((len(vertices), model.bone_count), np.float32)
    index, value = model.vertex_bone_indices.numpy(), model.vertex_bone_weights.numpy()
    np.add.at(weights, (np.arange(len(vertices))[:, None], index), value)
    regressor = anny.KeypointsRegressor.coco(model)
    floor = np.array([0, 0, vertices[:, 2].min()], np.float32)
    cache.parent.mkdir(parents=True, exist_ok=True)
    np.savez(
        cache,
        vertices=vertices - floor,
        faces=model.faces.numpy().astype(np.int32),
        weights=weights / weights.sum(1, keepdims=True),
        heads=out["bone_poses"][0, :, :3, 3].numpy() - floor,
        parents=np.array([-1 if p is None else int(p) for p in model.bone_parents]),
        names=np.array(model.bone_labels),
        coco=regressor.regression_weights.numpy(),
        coco_names=np.array(regressor.labels),
    )


def rotation(axis: str, degrees: float) -> np.ndarray:
    """Rotation matrix (3,3) about the body axis "x", "y" or "z"."""
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    i, j = {"x": (1, 2), "y": (2, 0), "z": (0, 1)}[axis]
    matrix = np.eye(3)
    matrix[i, i] = matrix[j, j] = c
    matrix[i, j], matrix[j, i] = -s, s
    return matrix


def align(source: np.ndarray, target: np.ndarray) -> np.ndarray:
    """The smallest rotation (3,3) that turns direction `source` into direction `target` (not opposite)."""
    a, b = source / np.linalg.norm(source), target / np.linalg.norm(target)
    v = np.cross(a, b)
    k = np.array([[0, -v[2], v[1]], [v[2], 0, -v[0]], [-v[1], v[0], 0]])
    return np.eye(3) + k + k @ k / (1 + a @ b)


def bone_transforms(body: Body, turns: dict[str, np.ndarray], aims: dict[str, np.ndarray], root: np.ndarray):
    """Bone transforms (B,3,4) that carry rest points to posed points.

    `turns` holds per bone a rotation (3,3) in the rest pose's axes, applied about the bone's head before its parents'
    rotations; `aims` holds per limb bone the direction (3,) in which its limb shall point, in the frame of the trunk;
    `root` (3,) moves the whole figure.
    """
    count = len(body.names)
    linear, origin = np.zeros((count, 3, 3)), np.zeros((count, 3))
    for b, name in enumerate(body.names):
        p = body.parents[b]
        parent = np.eye(3) if p < 0 else linear[p]
        own = turns.get(name, np.eye(3))
        if name in aims:
            trunk = linear[0]
            end = LIMB_ENDS[name[:-2]] + name[-2:]
            own = align(body.head(end) - body.head(name), parent.T @ trunk @ aims[name])
        linear[b] = parent @ own
        origin[b] = body.heads[b] + root if p < 0 else origin[p] + parent @ (body.heads[b] - body.heads[p])
    shift = origin - np.einsum("bij,bj->bi", linear, body.heads)
    return np.concatenate([linear, shift[:, :, None]], axis=2)


def skin(points: np.ndarray, weights: np.ndarray, transforms: np.ndarray) -> np.ndarray:
    """Points (N,3) with dense bone weights (N,B) under `bone_transforms`, (N,3)."""
    blended = np.tensordot(weights, transforms, axes=(1, 0))
    return np.einsum("nij,nj->ni", blended[:, :, :3], points) + blended[:, :, 3]
