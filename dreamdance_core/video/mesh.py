"""One triangle mesh over all layers of a character: layers share vertices where they are joined, and only there."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from .layers import Layer
from .parts import BODY


@dataclass(frozen=True, kw_only=True)
class Mesh:
    rest: np.ndarray  # (V,2) canvas pixels
    triangles: dict[str, np.ndarray]  # layer name -> (M,3) vertex numbers
    edges: np.ndarray  # (E,2) each once
    owner: np.ndarray  # (V,) index of the vertex's layer in `names`
    shared: np.ndarray  # (V,) index of the limb that a body vertex is joined to, else -1
    names: tuple[str, ...]


def _cells(alpha: np.ndarray, step: int) -> np.ndarray:
    """Bool: lattice cells that hold any of the layer, a soft edge included."""
    height, width = alpha.shape
    rows, columns = -(-height // step), -(-width // step)
    full = np.zeros((rows * step, columns * step), bool)
    full[:height, :width] = cv2.dilate(alpha, np.ones((5, 5), np.uint8)) > 1 / 255
    return full.reshape(rows, step, columns, step).any((1, 3))


def build_mesh(layers: list[Layer], step: int) -> Mesh:
    """A lattice with `step` pixels between vertices over each layer; limbs share the body's vertices in their joint."""
    names = tuple(layer.name for layer in layers)
    body = next(layer for layer in layers if layer.name == BODY)
    rows, columns = (-(-n // step) + 1 for n in body.colour.shape[:2])
    x, y = np.meshgrid(np.arange(columns) * float(step), np.arange(rows) * float(step))
    grid = np.stack([x, y], -1)
    rest, owner, shared, triangles, count = [], [], [], {}, 0
    body_ids = np.full((rows, columns), -1)
    for layer in [body, *(other for other in layers if other is not body)]:
        cells = _cells(layer.colour[..., 3], step)
        used = np.zeros((rows, columns), bool)
        for dy, dx in ((0, 0), (0, 1), (1, 0), (1, 1)):
            used[dy : dy + cells.shape[0], dx : dx + cells.shape[1]] |= cells
        ids = np.full((rows, columns), -1)
        if layer.joint is not None:
            centre, radius = layer.joint
            joined = used & (body_ids >= 0) & (np.linalg.norm(grid - centre, axis=-1) < radius + 1.5 * step)
            ids[joined] = body_ids[joined]
            for vertex in body_ids[joined]:
                shared[vertex] = names.index(layer.name)
        new = used & (ids < 0)
        ids[new] = count + np.arange(int(new.sum()))
        count += int(new.sum())
        rest.append(grid[new])
        owner += [names.index(layer.name)] * int(new.sum())
        shared += [-1] * int(new.sum())
        if layer is body:
            body_ids = ids
        a, b, c, d = ids[:-1, :-1][cells], ids[:-1, 1:][cells], ids[1:, :-1][cells], ids[1:, 1:][cells]
        # The diagonal alternates, so that the lattice has no grain.
        flip = (np.add.outer(np.arange(cells.shape[0]), np.arange(cells.shape[1])) % 2)[cells] == 0
        first = np.where(flip[:, None], np.stack([a, b, d], 1), np.stack([a, b, c], 1))
        second = np.where(flip[:, None], np.stack([a, d, c], 1), np.stack([b, d, c], 1))
        triangles[layer.name] = np.concatenate([first, second])
    every = np.concatenate(list(triangles.values()))
    edges = np.sort(np.concatenate([every[:, [0, 1]], every[:, [1, 2]], every[:, [2, 0]]]), 1)
    return Mesh(
        rest=np.concatenate(rest), triangles=triangles, edges=np.unique(edges, axis=0), owner=np.array(owner),
        shared=np.array(shared), names=names,
    )  # fmt: skip
