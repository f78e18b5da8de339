"""Mesh positions that keep every edge's prescribed turn, as rigid as possible; and a soft sway of what hangs loose.

The energy is that of Sorkine and Alexa (2007) with the rotations prescribed by the bones and then refitted.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse import coo_matrix, diags
from scipy.sparse.linalg import splu


class Deformer:
    """Solves for vertex positions; the sparse matrix is factorised once for all frames."""

    def __init__(self, rest: np.ndarray, edges: np.ndarray, hold: np.ndarray) -> None:
        """rest (V,2) pixels; edges (E,2); hold (V,) how strongly each vertex is kept where its bones carry it."""
        self.edges, self.hold = edges, hold
        self.along = rest[edges[:, 0]] - rest[edges[:, 1]]
        count, number = len(rest), np.arange(len(edges))
        ones = np.ones(len(edges))
        self.difference = coo_matrix(
            (np.concatenate([ones, -ones]), (np.concatenate([number] * 2), edges.T.reshape(-1))),
            shape=(len(edges), count),
        ).tocsr()
        self.factor = splu((self.difference.T @ self.difference + diags(hold)).tocsc())

    def __call__(self, carried: np.ndarray, linear: np.ndarray, iterations: int) -> np.ndarray:
        """(V,2) positions of one frame, from where the bones carry each vertex and their linear maps (V,2,2)."""
        maps = (linear[self.edges[:, 0]] + linear[self.edges[:, 1]]) / 2
        wanted = np.einsum("eij,ej->ei", maps, self.along)
        position = self._solve(wanted, carried)
        for _ in range(iterations - 1):
            position = self._solve(self._refit(wanted, position), carried)
        return position

    def _solve(self, wanted: np.ndarray, carried: np.ndarray) -> np.ndarray:
        return self.factor.solve(self.difference.T @ wanted + self.hold[:, None] * carried)

    def _refit(self, wanted: np.ndarray, position: np.ndarray) -> np.ndarray:
        """The wanted edges, turned about each vertex to where its edges now point."""
        now = self.difference @ position
        cross = wanted[:, 0] * now[:, 1] - wanted[:, 1] * now[:, 0]
        dot = (wanted * now).sum(-1)
        turn = np.zeros((len(position), 2))
        for end in (0, 1):
            np.add.at(turn, self.edges[:, end], np.stack([dot, cross], -1))
        angle = np.arctan2(turn[:, 1], turn[:, 0])[self.edges].mean(1)
        c, s = np.cos(angle), np.sin(angle)
        return np.stack([c * wanted[:, 0] - s * wanted[:, 1], s * wanted[:, 0] + c * wanted[:, 1]], -1)


def sway(positions: np.ndarray, softness: np.ndarray, *, period: float = 14.0, damping: float = 0.35) -> np.ndarray:
    """(T,V,2): each vertex follows its path on a damped spring as far as it is soft (0 rigid, 1 free).

    period in frames, damping as a share of critical. The springs start at rest.
    """
    out = np.empty_like(positions)
    lag, speed = np.zeros_like(positions[0]), np.zeros_like(positions[0])
    stiffness = (2 * np.pi / period) ** 2
    for t in range(len(positions)):
        if t > 0:
            before = positions[t - 1] - positions[max(t - 2, 0)]
            speed = speed - (positions[t] - positions[t - 1] - before)  # seen from the moving anchor
            speed = speed - stiffness * lag - 2 * damping * np.sqrt(stiffness) * speed
            lag = lag + speed
        out[t] = positions[t] + softness[:, None] * lag
    return out
