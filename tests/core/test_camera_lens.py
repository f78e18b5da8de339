"""The lens before a flat background, and moves too small for COLMAP's own start: tracks straight to the worker."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.ndimage import gaussian_filter1d

from dreamdance_core.camera.backends import pycolmap as backend
from dreamdance_core.geometry.rigid import so3_exp
from dreamdance_core.process import run_worker
from dreamdance_core.runtime import Runtime

WIDTH, HEIGHT = 640, 360


def _solved(job: Path, focal: float, rotvec: np.ndarray, centre: np.ndarray) -> tuple[float, np.ndarray]:
    """The worker's focal length, in true ones, and its centres (T,3), for a backdrop, a floor and four boards."""
    make = np.random.default_rng(0)
    boards = [
        ((-2.5, -1.3), (-0.2, 2), 6),
        ((2.2, 3.2), (0.5, 2), 5),
        ((0.8, 2.3), (0.2, 2), 7),
        ((-1.2, -0.6), (1, 2), 4),
    ]
    points = [np.stack([make.uniform(-6, 6, 500), make.uniform(-4, 2, 500), np.full(500, 9.0)], 1)]
    points += [np.stack([make.uniform(*x, 40), make.uniform(*y, 40), np.full(40, float(z))], 1) for x, y, z in boards]
    points += [np.stack([make.uniform(-4, 4, 150), np.full(150, 2.0), make.uniform(4, 9, 150)], 1)]
    points = np.concatenate(points)
    R = so3_exp(torch.from_numpy(rotvec)).numpy()
    q = np.einsum("tji,tnj->tni", R, points[None] - centre[:, None])
    xy = focal * q[..., :2] / q[..., 2:] + [WIDTH / 2, HEIGHT / 2] + make.normal(0, 0.05, (*q.shape[:2], 2))
    seen = (q[..., 2] > 0.5) & (xy > 0).all(-1) & (xy < [WIDTH, HEIGHT]).all(-1)
    frame, point = np.nonzero(seen)
    keys = np.arange(0, len(R), 4)
    np.savez(job / "tracks.npz", frames=len(R), keys=keys, frame=frame, point=point, xy=xy[seen])
    settings = {"zoom": False, "focal": None, "size": [WIDTH, HEIGHT], "threads": 2, "seed": 0}
    (job / "job.json").write_text(json.dumps(settings))
    run_worker(backend._WORKER, job, Runtime())
    with np.load(job / "result.npz") as result:
        assert len(result["frame"]) == len(R)
        return float(result["K"][0, 0, 0]) / focal, result["c2w"][:, :3, 3]


def _handheld(frames: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """A walk forward by hand: rotation vectors and centres."""
    s = np.linspace(0, 1, frames)[:, None]
    sway = gaussian_filter1d(np.random.default_rng(seed).normal(size=(frames, 6)), 2.5, axis=0)
    sway = sway / sway.std(0)
    return sway[:, 3:] * [0.012, 0.015, 0.01] + s * [0, 0.1, 0], sway[:, :3] * [0.02, 0.03, 0.01] + s * [0.3, 0, 1.2]


@pytest.mark.parametrize("focal", [400.0, 550.0, 1100.0])
def test_a_flat_background_does_not_bend_the_lens(tmp_path: Path, focal: float) -> None:
    assert _solved(tmp_path, focal, *_handheld(48, 3))[0] == pytest.approx(1, abs=0.02)


def test_a_small_move_is_enough(tmp_path: Path) -> None:
    """A quarter of a unit, seven units before the scene: two degrees of parallax tell the way, hardly the lens."""
    s = np.linspace(0, 1, 30)[:, None]
    found = _solved(tmp_path, 560.0, s * [0, 0.03, 0], s * [0.25, 0, 0.05])[1]
    steps = np.diff(found[::5], axis=0)
    lengths = np.linalg.norm(steps, axis=1)
    assert lengths.max() / lengths.min() < 1.1, "an even speed"
    assert (steps @ steps[0] > 0.97 * lengths * lengths[0]).all(), "a straight way"
