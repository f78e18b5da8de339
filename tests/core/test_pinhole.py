"""Pinhole projection: laws on an off-centre camera of a non-square picture, and OpenCV as an outside oracle."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import torch

from dreamdance_core.geometry import pinhole
from dreamdance_core.geometry.rigid import rigid, rigid_inverse, so3_exp

K = torch.tensor([[71.0, 0, 37.5], [0, 66.0, 20.25], [0, 0, 1]])
C2W = rigid(so3_exp(torch.tensor([0.2, -0.4, 0.1])), torch.tensor([0.5, -1.0, 0.3]))


def test_project_undoes_unproject() -> None:
    """Traps 4 and 13."""
    z = 2 + torch.rand(40, 64, generator=torch.Generator().manual_seed(0))
    uv, depth = pinhole.project(pinhole.unproject(z, K, C2W), K, rigid_inverse(C2W))
    torch.testing.assert_close(uv, pinhole.pixel_grid(64, 40), atol=1e-4, rtol=0)
    torch.testing.assert_close(depth, z)


def test_projection_agrees_with_opencv() -> None:
    """Trap 4: OpenCV takes w2c."""
    points = torch.randn(100, 3, generator=torch.Generator().manual_seed(1)) + torch.tensor([0.0, 0, 6])
    w2c = rigid_inverse(C2W)
    uv, _ = pinhole.project(points, K, w2c)
    rotvec = cv2.Rodrigues(w2c[:3, :3].double().numpy())[0]
    want, _ = cv2.projectPoints(points.double().numpy(), rotvec, w2c[:3, 3].double().numpy(), K.double().numpy(), None)
    np.testing.assert_allclose(uv.numpy(), want[:, 0], atol=1e-3)


def test_cut_and_resized_pictures_keep_their_rays() -> None:
    """Trap 14: the corners see the same directions after a cut and after a resize."""
    rays = pinhole.rays(K, 64, 40)
    torch.testing.assert_close(pinhole.rays(pinhole.shift(K, 10.0, 4.0), 54, 36), rays[4:, 10:])
    double = pinhole.rays(pinhole.rescale(K, 2.0, 2.0), 128, 80)
    torch.testing.assert_close(double.unflatten(0, (40, 2)).unflatten(2, (64, 2)).mean((1, 3)), rays)


def test_points_behind_the_camera_have_negative_z() -> None:
    _, z = pinhole.project(torch.tensor([[0.0, 0, -3]]), K, torch.eye(4))
    assert float(z[0]) == -3.0


def test_a_normalised_focal_length_is_refused() -> None:
    with pytest.raises(ValueError, match="pixels"):
        pinhole.intrinsics(640, 384, 0.9)
