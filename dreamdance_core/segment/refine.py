"""From a coarse alpha to a matte that follows the picture's edges, and the character's own colours in them."""

from __future__ import annotations

import cv2
import numpy as np
import torch
from jaxtyping import Float
from scipy import sparse
from scipy.sparse.linalg import cg
from torch import Tensor

from .find import disc

FIGURE, GROUND = 0.8, 0.1  # a coarse alpha beyond these, a little inside, is believed
BELIEF_INSET = 0.003  # of the long side; one cell of a 320-cell network
DOUBT = 0.03  # of alpha squared: where alpha is small, a wrong alpha must not be painted into the colours
BAND = 0.006  # half width of the soft edge, of the long side


def follow_edges(image: Float[np.ndarray, "h w 3"], alpha: Float[np.ndarray, "h w"]) -> Float[np.ndarray, "h w"]:
    """A hard mask (0 or 1) whose border runs along the picture's edges, where the coarse alpha leaves room.

    Rother, Kolmogorov, Blake 2004 (GrabCut), with the network's sure parts held fixed.
    """
    inset = disc(BELIEF_INSET * max(alpha.shape))
    labels = np.where(alpha > 0.5, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    labels[cv2.erode((alpha > FIGURE).astype(np.uint8), inset) > 0] = cv2.GC_FGD
    labels[cv2.dilate((alpha > GROUND).astype(np.uint8), inset) == 0] = cv2.GC_BGD
    sides = (labels == cv2.GC_FGD, labels == cv2.GC_BGD)
    if min(side.sum() for side in sides) < 20:  # too few samples for two colour models
        return (alpha > 0.5).astype(np.float32)
    cv2.setRNGSeed(0)  # its colour models start from random clusters
    models = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.grabCut((image * 255).astype(np.uint8), labels, None, *models, 3, cv2.GC_INIT_WITH_MASK)
    return np.isin(labels, (cv2.GC_FGD, cv2.GC_PR_FGD)).astype(np.float32)


def soft_edge(
    image: Float[np.ndarray, "h w 3"], mask: Float[np.ndarray, "h w"], band: float | int
) -> Float[np.ndarray, "h w"]:
    """Alpha in [0,1]: the mask, solved anew against the picture within `band` px of its border.

    Levin, Lischinski, Weiss 2008 (closed-form matting), pulled slightly to the blurred mask where colours tell nothing.
    """
    hard = (mask > 0.5).astype(np.uint8)
    inside, outside = cv2.erode(hard, disc(band)) > 0, cv2.dilate(hard, disc(band)) == 0
    depth = cv2.distanceTransform(hard, cv2.DIST_L2, 5)
    ridge = (depth > 1.9) & (depth >= cv2.dilate(depth, np.ones((3, 3))) - 1e-3)  # a finger's middle is no edge
    unknown = ~(inside | outside | ridge)
    unknown[depth > band + 1] = False
    if not unknown.any():
        return mask.copy()
    known = np.where(unknown, 0.0, mask).ravel()
    guess = cv2.GaussianBlur(mask, (0, 0), 1.0).ravel()
    laplacian = _matting_laplacian(image, unknown)
    free = np.flatnonzero(unknown.ravel())
    rows = laplacian[free]
    pull = 1e-3
    system = rows[:, free] + pull * sparse.identity(len(free))
    right = pull * guess[free] - rows @ known
    solved, _ = cg(
        system.tocsr(),
        right,
        x0=guess[free].astype(np.float64),
        rtol=1e-4,
        maxiter=80,
        M=sparse.diags(1 / system.diagonal()),
    )
    alpha = known
    alpha[free] = solved.clip(0, 1)
    return alpha.reshape(mask.shape).astype(np.float32)


def _matting_laplacian(image: np.ndarray, unknown: np.ndarray, smooth: float = 1e-5) -> sparse.csr_matrix:
    """The matting Laplacian over all 3x3 windows that hold an unknown pixel; pixels are numbered row by row."""
    height, width = unknown.shape
    windows = cv2.dilate(unknown.astype(np.uint8), np.ones((3, 3))) > 0
    windows[[0, -1]] = windows[:, [0, -1]] = False
    ys, xs = np.nonzero(windows)
    steps = [(dy, dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1)]
    pixels = np.stack([(ys + dy) * width + xs + dx for dy, dx in steps], 1)  # (n, 9)
    colours = image.reshape(-1, 3)[pixels].astype(np.float64)
    offsets = colours - colours.mean(1, keepdims=True)
    spread = np.einsum("nik,nil->nkl", offsets, offsets) / 9 + smooth / 9 * np.eye(3)
    likeness = (1 + np.einsum("nik,nkl,njl->nij", offsets, np.linalg.inv(spread), offsets)) / 9
    where = np.repeat(pixels, 9, 1).ravel(), np.tile(pixels, (1, 9)).ravel()
    weights = sparse.coo_matrix((likeness.ravel(), where), shape=(height * width, height * width)).tocsr()
    return sparse.diags(np.asarray(weights.sum(1)).ravel()) - weights


def foreground_colours(image: Float[Tensor, "h w 3"], alpha: Float[Tensor, "h w"]) -> Float[Tensor, "h w 3"]:
    """The character's un-premultiplied sRGB colours, free of the background behind soft edges; exact where alpha is 1.

    Minimises |aF + (1-a)B - I|^2 with F and B smooth, most so across edges of alpha, from coarse to fine
    (the energy of Germer et al. 2020, Fast Multi-Level Foreground Estimation). Its smoothness washes out drawn rims:
    at the end F takes up what I still differs by, the more the surer alpha is.
    """
    picture, matte = image.numpy(), alpha.numpy()[..., None]  # numpy: thousands of small steps, no threads to wake
    height, width = alpha.shape
    levels = max(int(np.ceil(np.log2(max(height, width)))), 1)
    front = (picture * matte).sum((0, 1), keepdims=True) / max(float(matte.sum()), 1e-6)
    back = (picture * (1 - matte)).sum((0, 1), keepdims=True) / max(float((1 - matte).sum()), 1e-6)
    for level in range(levels + 1):
        share = 2.0 ** (level - levels)
        size = max(round(width * share), 1), max(round(height * share), 1)
        small, a = (cv2.resize(planes, size, interpolation=cv2.INTER_AREA) for planes in (picture, matte))
        front, back = (cv2.resize(planes, size, interpolation=cv2.INTER_NEAREST) for planes in (front, back))
        for _ in range(10 if max(size) <= 128 else 3):
            front, back = _smooth_colours(small, a[..., None], front, back)
    front = front + matte / (matte**2 + DOUBT) * (picture - matte * front - (1 - matte) * back)
    return torch.from_numpy(np.where(matte >= 1, picture, front.clip(0, 1)).astype(np.float32))


def _smooth_colours(
    image: np.ndarray, alpha: np.ndarray, front: np.ndarray, back: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """One Jacobi step: each pixel's 2x2 system for F and B, given its four neighbours."""
    total = np.zeros_like(alpha)
    front_sum, back_sum = np.zeros_like(front), np.zeros_like(back)
    height, width = alpha.shape[:2]
    around = [np.pad(planes, ((1, 1), (1, 1), (0, 0)), mode="edge") for planes in (alpha, front, back)]
    for dy, dx in ((0, 1), (2, 1), (1, 0), (1, 2)):
        a, f, b = (planes[dy : dy + height, dx : dx + width] for planes in around)
        weight = 1e-5 + np.abs(a - alpha)
        total += weight
        front_sum += weight * f
        back_sum += weight * b
    ff, bb, fb = alpha**2 + total, (1 - alpha) ** 2 + total, alpha * (1 - alpha)
    front_right, back_right = alpha * image + front_sum, (1 - alpha) * image + back_sum
    determinant = ff * bb - fb**2
    front = (bb * front_right - fb * back_right) / determinant
    back = (ff * back_right - fb * front_right) / determinant
    return front.clip(0, 1), back.clip(0, 1)
