"""Cameras that do not travel: recognised, and solved in closed form over corner tracks. A translation is never made up.

recoverPose returns a unit translation even for a pure pan, and structure from motion fails on one; so a clip without
parallax is found first, by scoring how well "turn and zoom" explains its tracks against a fundamental matrix (the
model selection of ORB-SLAM, Mur-Artal et al. 2015, with the homography narrowed to K R K^-1).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
import torch
from jaxtyping import Float

from ..geometry.rigid import so3_exp
from .tracking import Pair

NOISE = 0.25  # px, what a track is worth at best
STILL = 0.75  # px at the working size; a picture that moves less is called static


@dataclass(frozen=True, kw_only=True)
class Turn:
    """A path without translation, per frame relative to frame 0, in working pixels."""

    w2c: Float[np.ndarray, "T 3 3"]
    zoom: Float[np.ndarray, "T"]  # focal length relative to frame 0
    focal: float
    focal_seen: bool  # False: the tracks do not tell the focal length, it was given or assumed
    residual: float  # px, median over all tracks
    zooms: bool
    travel: float  # px, how far the farthest picture corner moves


def fit_turns(
    pairs: list[Pair], centre: Float[np.ndarray, "2"], focals: Float[np.ndarray, "P"], zooms: bool
) -> tuple[Float[np.ndarray, "P 3 3"], Float[np.ndarray, "P"], list[Float[np.ndarray, "_"]]]:
    """Per pair the rotation (rays of anchor -> rays of frame), the zoom factor and the residual lengths in px.

    Gauss-Newton with Cauchy weights whose scale shrinks from 32 px to 1 px, so that whoever walks through an unmasked
    clip loses their say. focals: of each pair's anchor, px.
    """
    size = max(len(p.at_anchor) for p in pairs)
    x, y, known = np.zeros((len(pairs), size, 2)), np.zeros((len(pairs), size, 2)), np.zeros((len(pairs), size))
    for i, pair in enumerate(pairs):
        n = len(pair.at_anchor)
        x[i, :n], y[i, :n], known[i, :n] = pair.at_anchor - centre, pair.at_frame - centre, pair.share
    f = focals[:, None]
    ray = np.concatenate([x / f[..., None], np.ones((*x.shape[:2], 1))], -1)
    shift = np.stack([np.median(p.at_frame - p.at_anchor, axis=0) for p in pairs]) / f
    R = _exp(np.stack([-shift[:, 1], shift[:, 0], np.zeros(len(pairs))], -1))
    log_zoom = np.zeros(len(pairs))
    for scale in (32, 16, 8, 4, 4, 2, 2, 1, 1, 1, 1):
        error, jacobian = _linearise(ray, R, f * np.exp(log_zoom)[:, None], y)
        weight = known / (1 + (error**2).sum(-1) / scale**2)
        J = jacobian[..., : 4 if zooms else 3].reshape(len(pairs), 2 * size, -1)
        weighed = J * np.repeat(weight, 2, 1)[..., None]
        normal = np.einsum("pmi,pmj->pij", weighed, J) + 1e-6 * np.eye(J.shape[-1])
        step = np.linalg.solve(normal, np.einsum("pmi,pm->pi", weighed, error.reshape(len(pairs), -1))[..., None])[
            ..., 0
        ]
        R = _exp(step[:, :3]) @ R
        if zooms:
            log_zoom += step[:, 3]
    error, _ = _linearise(ray, R, f * np.exp(log_zoom)[:, None], y)
    lengths = np.linalg.norm(error, axis=-1)
    return R, np.exp(log_zoom), [lengths[i, : len(p.at_anchor)] for i, p in enumerate(pairs)]


def _exp(rotvec: Float[np.ndarray, "P 3"]) -> Float[np.ndarray, "P 3 3"]:
    return so3_exp(torch.from_numpy(rotvec)).numpy()


def _linearise(
    ray: Float[np.ndarray, "P N 3"], R: Float[np.ndarray, "P 3 3"], f: Float[np.ndarray, "P 1"], y: np.ndarray
) -> tuple[Float[np.ndarray, "P N 2"], Float[np.ndarray, "P N 2 4"]]:
    """Error y - projection, and its slope by a left rotation (3) and the logarithm of the zoom (1)."""
    q = sum(R[:, None, :, k] * ray[..., k : k + 1] for k in range(3))
    u, v = q[..., 0] / q[..., 2], q[..., 1] / q[..., 2]
    slope = np.stack([[-u * v, 1 + u * u, -v, u], [-1 - v * v, u * v, u, v]]).transpose(2, 3, 0, 1)
    return y - f[..., None] * np.stack([u, v], -1), f[..., None, None] * slope


def _cost(residuals: list[Float[np.ndarray, "_"]]) -> float:
    """Mean robust square, px^2: noise counts, strangers count at most 9."""
    return float(np.mean([np.minimum(r**2, 9).mean() for r in residuals]))


def search_focal(pairs: list[Pair], centre: Float[np.ndarray, "2"], width: int, zooms: bool) -> tuple[float, float]:
    """The focal length (px) under which turns explain the tracks best, and how much worse one 15 % off does (px^2).

    Only wide turns tell it: a pan of a few degrees moves the picture in the same way under any focal length.
    """
    far = [_thinned(p, 120) for p in sorted(pairs, key=lambda p: -p.shift)[:12]]  # for speed

    def cost(focal: float) -> float:
        return _cost(fit_turns(far, centre, np.full(len(far), focal), zooms)[2])

    grid = width * np.geomspace(0.4, 4, 9)
    costs = [cost(f) for f in grid]
    best = int(np.argmin(costs))
    low, high = np.log(grid[max(best - 1, 0)]), np.log(grid[min(best + 1, len(grid) - 1)])
    for _ in range(14):  # ternary search
        third = (high - low) / 3
        if cost(np.exp(low + third)) < cost(np.exp(high - third)):
            high -= third
        else:
            low += third
    focal = float(np.exp((low + high) / 2))
    return focal, min(cost(focal * 1.15), cost(focal / 1.15)) - cost(focal)


def _thinned(pair: Pair, most: int) -> Pair:
    """At most about `most` of a pair's corners, of all parts of the picture."""
    step = max(1, len(pair.at_anchor) // most)
    return replace(pair, at_anchor=pair.at_anchor[::step], at_frame=pair.at_frame[::step])


def fit_path(
    pairs: list[Pair], count: int, centre: Float[np.ndarray, "2"], focal: float, focal_seen: bool, zooms: bool
) -> Turn:
    """Rotation and zoom of every frame, chained over the anchors; a frame without tracks repeats the one before."""
    w2c, zoom, residuals = np.tile(np.eye(3), (count, 1, 1)), np.ones(count), []
    known = np.zeros(count, bool)
    known[0] = True
    for anchor in sorted({p.anchor for p in pairs}):
        for t in range(anchor, -1, -1):  # an anchor after a blank goes on from the last frame that is known
            if known[t]:
                w2c[anchor], zoom[anchor], known[anchor] = w2c[t], zoom[t], True
                break
        own = [p for p in pairs if p.anchor == anchor]
        R, factor, lengths = fit_turns(own, centre, np.full(len(own), focal * zoom[anchor]), zooms)
        residuals += lengths
        for pair, turn, z in zip(own, R, factor, strict=True):
            w2c[pair.frame], zoom[pair.frame], known[pair.frame] = turn @ w2c[anchor], zoom[anchor] * z, True
    for t in range(1, count):
        if not known[t]:
            w2c[t], zoom[t] = w2c[t - 1], zoom[t - 1]
    return Turn(
        w2c=w2c,
        zoom=zoom,
        focal=focal,
        focal_seen=focal_seen,
        residual=float(np.median(np.concatenate(residuals))),
        zooms=zooms,
        travel=_travel(w2c, zoom, focal, centre),
    )


def _travel(w2c: Float[np.ndarray, "T 3 3"], zoom: Float[np.ndarray, "T"], focal: float, centre: np.ndarray) -> float:
    """The farthest that any frame moves a point half way to a picture corner, px."""
    half = centre / 2
    points = np.array([[x, y] for x in (-half[0], 0, half[0]) for y in (-half[1], 0, half[1])])
    q = np.concatenate([points / focal, np.ones((9, 1))], -1) @ w2c.transpose(0, 2, 1)
    ahead = q[..., 2:] > 0.05
    moved = np.where(ahead, q[..., :2] / np.where(ahead, q[..., 2:], 1) * (focal * zoom)[:, None, None], np.inf)
    return float(np.median(np.linalg.norm(moved - points, axis=-1), axis=1).max())


def solve_turn(pairs: list[Pair], count: int, width: int, height: int, focal: float | None) -> Turn:
    """The best path without translation; focal in working pixels, None = from the tracks, else the width."""
    centre = np.array([width / 2, height / 2])
    f, seen = (float(width), False) if focal is None else (focal, False)
    plain = fit_path(pairs, count, centre, f, seen, False)
    if plain.travel < STILL and stands_still(pairs):
        return plain
    zoomed = fit_path(pairs, count, centre, f, seen, True)
    if focal is None:
        best, curvature = search_focal(pairs, centre, width, _zooms(zoomed, plain))
        if curvature > 0.05:
            plain = fit_path(pairs, count, centre, best, True, False)
            zoomed = fit_path(pairs, count, centre, best, True, True)
    return zoomed if _zooms(zoomed, plain) else plain


def stands_still(pairs: list[Pair]) -> bool:
    """Whether in nine of ten pairs a third of the area with tracks has not moved: only a resting camera shows that,
    even where somebody nobody masked has more corners than a flat background.
    """
    shares = []
    for pair in pairs:
        moved = np.linalg.norm(pair.at_frame - pair.at_anchor, axis=1)
        shares.append(float(np.average(moved < STILL, weights=pair.share)))
    return float(np.quantile(shares, 0.1)) > 1 / 3


def _zooms(zoomed: Turn, plain: Turn) -> bool:
    """Whether the zoom is worth its parameter: over 2 %, and the tracks fit better by a fifth."""
    return bool(zoomed.zoom.max() / zoomed.zoom.min() > 1.02) and zoomed.residual < 0.8 * plain.residual


def parallax_score(pairs: list[Pair], turn: Turn, width: int, height: int) -> float:
    """In [0.5,1]: 0.5 = turning and zooming, or one flat picture that is pushed about, explains the tracks; 1 = only
    a travelling camera does.

    Over the widest pair of every anchor: the share S_F / (S_F + S_turn) of ORB-SLAM's scores, weighted by the area
    that the tracks cover. Tracks are taken to be as exact as their epipolar distances say, at best NOISE px.
    """
    centre = np.array([width / 2, height / 2])
    widest = [max((p for p in pairs if p.anchor == a), key=lambda p: p.shift) for a in {p.anchor for p in pairs}]
    telling = [p for p in widest if p.shift > 0.02 * width] or [max(widest, key=lambda p: p.shift)]
    focals = np.array([turn.focal * turn.zoom[p.anchor] for p in telling])
    _, _, lengths = fit_turns(telling, centre, focals, turn.zooms)
    gained, explained = 0.0, {"turn": 0.0, "slide": 0.0}
    for pair, turned in zip(telling, lengths, strict=True):
        distances = _epipolar_distances(pair)
        noise = np.clip(1.4826 * np.median(distances), NOISE, 3 * NOISE)
        chi2 = (distances / noise) ** 2
        gained += float((pair.share * np.where(chi2 < 3.84, 5.99 - chi2, 0)).sum() / 2)
        for name, off in (("turn", turned), ("slide", _slide_residual(pair, centre))):
            explained[name] += float((pair.share * np.maximum(5.99 - (off / noise) ** 2, 0)).sum())
    return gained / max(gained + max(explained.values()), 1e-9)


def _slide_residual(pair: Pair, centre: Float[np.ndarray, "2"]) -> Float[np.ndarray, "N"]:
    """Pixels by which the tracks differ from one flat picture shifted, scaled and rolled, as in 2D compositions."""
    x, y = pair.at_anchor - centre, pair.at_frame - centre
    one, zero = np.ones(len(x)), np.zeros(len(x))
    A = np.stack([np.stack([x[:, 0], -x[:, 1], one, zero], -1), np.stack([x[:, 1], x[:, 0], zero, one], -1)], 1)
    fit = np.array([1, 0, *np.median(y - x, axis=0)])
    for scale in (16, 8, 4, 2, 1, 1, 1):
        off = y - A @ fit
        weighed = A * (pair.share / (1 + (off**2).sum(-1) / scale**2))[:, None, None]
        fit = np.linalg.solve(
            np.einsum("nki,nkj->ij", weighed, A) + 1e-9 * np.eye(4), np.einsum("nki,nk->i", weighed, y)
        )
    return np.linalg.norm(y - A @ fit, axis=1)


def _epipolar_distances(pair: Pair) -> Float[np.ndarray, "2 N"]:
    """Pixels between the tracks and their epipolar lines in both frames, under the best fundamental matrix."""
    cv2.setRNGSeed(0)
    F, _ = cv2.findFundamentalMat(pair.at_anchor, pair.at_frame, cv2.FM_RANSAC, 2 * NOISE, 0.999, 2000)
    if F is None or F.shape != (3, 3):
        return np.full((2, len(pair.at_anchor)), np.inf)
    one = np.ones((len(pair.at_anchor), 1))
    a, b = np.hstack([pair.at_anchor, one]), np.hstack([pair.at_frame, one])
    line_b, line_a = a @ F.T, b @ F
    gap = np.abs((b * line_b).sum(1))
    return np.stack([gap / np.maximum(np.linalg.norm(line[:, :2], axis=1), 1e-9) for line in (line_a, line_b)])
