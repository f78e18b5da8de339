"""Distances between two sets of samples, by their features: Fréchet's between Gaussians, and a kernel's."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float


def frechet(
    mean_a: Float[np.ndarray, "D"],
    covariance_a: Float[np.ndarray, "D D"],
    mean_b: Float[np.ndarray, "D"],
    covariance_b: Float[np.ndarray, "D D"],
) -> float:
    """|ma - mb|^2 + tr(A + B - 2 (A B)^(1/2)) of two Gaussians, in float64 (Dowson and Landau, 1982).

    The trace of the root is the sum of the roots of the eigenvalues of A^(1/2) B A^(1/2), a symmetric matrix; rounding
    that makes some of them negative counts as zero. No matrix root of another library is asked for.
    """
    values, vectors = np.linalg.eigh(covariance_a.astype(np.float64))
    root = vectors * np.sqrt(np.clip(values, 0, None)) @ vectors.T
    middle = np.linalg.eigvalsh(root @ covariance_b.astype(np.float64) @ root)
    cross = np.sqrt(np.clip(middle, 0, None)).sum()
    apart = float(((mean_a.astype(np.float64) - mean_b) ** 2).sum())
    return max(float(apart + np.trace(covariance_a) + np.trace(covariance_b) - 2 * cross), 0.0)


def frechet_distance(a: Float[np.ndarray, "N D"], b: Float[np.ndarray, "M D"]) -> float:
    """Fréchet's distance between the Gaussians of two sets of features; covariances divide by n - 1.

    Few samples of many features go through their table of inner products instead of the covariances: the sum of the
    roots of eigenvalues of A B is the sum of the singular values of Xa Xb^T, exactly. ValueError below two samples.
    """
    for features in (a, b):
        if len(features) < 2:
            raise ValueError(f"a distribution needs at least 2 samples, got {len(features)}; give more or longer clips")
    a, b = a.astype(np.float64), b.astype(np.float64)
    mean_a, mean_b = a.mean(0), b.mean(0)
    if min(len(a), len(b)) >= a.shape[1]:
        return frechet(mean_a, np.atleast_2d(np.cov(a.T)), mean_b, np.atleast_2d(np.cov(b.T)))
    xa, xb = (a - mean_a) / np.sqrt(len(a) - 1), (b - mean_b) / np.sqrt(len(b) - 1)
    cross = np.linalg.svd(xa @ xb.T, compute_uv=False).sum()
    apart = ((mean_a - mean_b) ** 2).sum()
    return max(float(apart + (xa**2).sum() + (xb**2).sum() - 2 * cross), 0.0)


def kernel_distance(a: Float[np.ndarray, "N D"], b: Float[np.ndarray, "M D"]) -> float:
    """The unbiased squared maximum mean discrepancy with the kernel (x.y / D + 1)^3, over all samples.

    Bińkowski et al., "Demystifying MMD GANs", 2018. Its expectation does not depend on the number of samples, and is 0
    for equal distributions, so that single values may lie below 0. ValueError below two samples.
    """
    if min(len(a), len(b)) < 2:
        raise ValueError(f"a distribution needs at least 2 samples, got {len(a)} and {len(b)}; give more clips")
    a, b = a.astype(np.float64), b.astype(np.float64)

    def kernel(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return (x @ y.T / x.shape[1] + 1) ** 3

    def among(x: np.ndarray) -> float:
        table = kernel(x, x)
        return (table.sum() - np.trace(table)) / (len(x) * (len(x) - 1))

    return float(among(a) + among(b) - 2 * kernel(a, b).mean())
