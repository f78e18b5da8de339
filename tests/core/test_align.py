"""Alignment of camera paths: exact recovery, and numbers instead of crashes where a path determines nothing."""

from __future__ import annotations

import math

import pytest
import torch

from dreamdance_core.geometry.align import depth_scale, focal_error, path_error, umeyama
from dreamdance_core.geometry.rigid import rigid, so3_exp


def _path(count: int = 24, seed: int = 0) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    steps = torch.randn(count, 6, generator=generator) * 0.1
    return rigid(so3_exp(steps[:, :3].cumsum(0)), steps[:, 3:].cumsum(0))


def _moved(path: torch.Tensor, scale: float) -> torch.Tensor:
    frame = rigid(so3_exp(torch.tensor([0.7, -0.2, 1.1])), torch.tensor([3.0, -1, 2]))
    out = frame @ path
    out[:, :3, 3] = scale * path[:, :3, 3] @ frame[:3, :3].T + scale * frame[:3, 3]
    return out


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e3])
def test_a_similar_path_has_no_error(scale: float) -> None:
    """Trap 10: the unit of the estimate does not matter."""
    truth = _path()
    error = path_error(_moved(truth, scale), truth)
    assert error.ate < 1e-5
    assert error.ate_over_path is not None and error.ate_over_path < 1e-5
    assert error.rotation_deg < 1e-2
    assert error.rpe_translation < 1e-5
    assert math.isclose(error.scale * scale, 1.0, rel_tol=1e-4)


def test_noise_is_measured() -> None:
    """White noise s on three axes leaves an ATE near s sqrt(3), and a turn of 2 degrees shows as one."""
    truth = _path(400)
    noisy = truth.clone()
    noisy[:, :3, 3] += 0.01 * torch.randn(400, 3, generator=torch.Generator().manual_seed(5))
    error = path_error(noisy, truth)
    assert abs(error.ate - 0.01 * math.sqrt(3)) < 0.002
    turned = truth.clone()
    turned[:, :3, :3] = truth[:, :3, :3] @ so3_exp(torch.tensor([0.0, math.radians(2.0), 0.0]))
    assert abs(path_error(turned, truth).rotation_deg - 2.0) < 0.01


def test_mirrored_points_get_a_proper_rotation() -> None:
    """Trap 5: the reflection that fits best is no camera motion."""
    points = torch.randn(50, 3, generator=torch.Generator().manual_seed(1))
    fit = umeyama(points, points * torch.tensor([1.0, 1, -1]))
    assert float(torch.linalg.det(fit.R)) == pytest.approx(1.0, abs=1e-5)


def test_static_path() -> None:
    """Trap 11."""
    truth = torch.eye(4).repeat(12, 1, 1)
    error = path_error(_moved(truth, 1.0), truth)
    assert error.ate < 1e-6
    assert error.ate_over_path is None
    assert error.rotation_deg < 1e-3


def test_straight_path() -> None:
    """Trap 11: the turn about the line is open in the centres, the orientations close it."""
    truth = torch.eye(4).repeat(12, 1, 1)
    truth[:, 0, 3] = torch.linspace(0, 3, 12)
    error = path_error(_moved(truth, 0.2), truth)
    assert error.ate < 1e-5
    assert error.rotation_deg < 1e-2
    back = umeyama(truth[:, :3, 3], -truth[:, :3, 3])
    torch.testing.assert_close(back(truth[:, :3, 3]), -truth[:, :3, 3], atol=1e-5, rtol=0)


def test_estimate_that_stands_still_while_the_truth_moves() -> None:
    """Trap 11: the error is the truth's own spread, not NaN."""
    truth = _path()
    error = path_error(torch.eye(4).repeat(24, 1, 1), truth)
    spread = (truth[:, :3, 3] - truth[:, :3, 3].mean(0)).norm(dim=-1).pow(2).mean().sqrt()
    assert error.ate == pytest.approx(float(spread), rel=1e-4)


def test_counts_must_agree() -> None:
    with pytest.raises(ValueError, match="same number"):
        path_error(_path(5), _path(6))


def test_focal_error_ignores_the_size() -> None:
    K = torch.tensor([[100.0, 0, 50], [0, 100, 40], [0, 0, 1]])
    assert focal_error(K, 100, 2 * K, 200) == 0.0
    assert focal_error(K, 100, K, 200) == pytest.approx(1.0)


def test_depth_scale_keeps_the_parallax() -> None:
    """Trap 10."""
    assert depth_scale(4e3, 2.0) * 1e3 == pytest.approx(depth_scale(4.0, 2.0))
    with pytest.raises(ValueError, match="positive"):
        depth_scale(0.0, 1.0)
