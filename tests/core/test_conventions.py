"""The numbers of CONVENTIONS.md."""

from __future__ import annotations

import math

import pytest
import torch
from jaxtyping import TypeCheckError

from dreamdance_core.geometry import convert, pinhole, rigid
from dreamdance_core.geometry.rigid import matrix_from_quat
from dreamdance_core.types import Depth


def _camera() -> torch.Tensor:
    return pinhole.intrinsics(832, 480, pinhole.focal_from_fov(480, 60.0))


def test_intrinsics_of_a_field_of_view() -> None:
    want = torch.tensor([[415.6922, 0, 416], [0, 415.6922, 240], [0, 0, 1]])
    torch.testing.assert_close(_camera(), want, atol=1e-4, rtol=0)


def test_first_pixel_ray_and_point() -> None:
    """Trap 13: the half pixel. Trap 15: planar z."""
    rays = pinhole.rays(_camera(), 832, 480)
    torch.testing.assert_close(rays[0, 0], torch.tensor([-0.99954, -0.57615, 1]), atol=1e-5, rtol=0)
    points = pinhole.unproject(torch.full((480, 832), 2.0), _camera(), torch.eye(4))
    torch.testing.assert_close(points[0, 0], torch.tensor([-1.99908, -1.15229, 2]), atol=1e-5, rtol=0)


def test_half_size() -> None:
    """Trap 14."""
    want = torch.tensor([[207.8461, 0, 208], [0, 207.8461, 120], [0, 0, 1]])
    torch.testing.assert_close(pinhole.rescale(_camera(), 0.5, 0.5), want, atol=1e-4, rtol=0)


def test_camera_moved_right_moves_the_picture_left() -> None:
    """Trap 4."""
    w2c = torch.eye(4)
    w2c[0, 3] = -1.0  # the inverse of a c2w at x = +1
    uv, z = pinhole.project(torch.tensor([[0.0, 0, 4]]), _camera(), w2c)
    assert abs(float(uv[0, 0]) - (416 - 103.923)) < 1e-3
    assert float(z[0]) == 4.0


def test_threejs_camera() -> None:
    pose = torch.eye(4)
    pose[2, 3] = 4.0
    want = torch.eye(4)
    want[2, 3] = -4.0
    torch.testing.assert_close(convert.from_opengl(pose), want)
    torch.testing.assert_close(convert.from_opengl(want), pose)


def test_da3_intrinsics() -> None:
    """Trap 14: DA3 answers at its own size."""
    K = torch.tensor([[400.0, 0, 252], [0, 410, 140], [0, 0, 1]])
    want = torch.tensor([[800.0, 0, 505], [0, 820, 281], [0, 0, 1]])
    torch.testing.assert_close(convert.K_from_da3(K, (504, 280), 1008, 560), want)
    extrinsics = torch.eye(4)[None, None, :3].repeat(1, 2, 1, 1)
    extrinsics[0, 1, 0, 3] = -1.0
    cameras = convert.from_da3(extrinsics, K[None, None].repeat(1, 2, 1, 1), 1008, 560)
    torch.testing.assert_close(cameras.K[0], want)
    torch.testing.assert_close(cameras.c2w[1, :3, 3], torch.tensor([1.0, 0, 0]))


def test_moge_intrinsics() -> None:
    K = torch.tensor([[0.5, 0, 0.5], [0, 0.9, 0.5], [0, 0, 1]])
    want = torch.tensor([[416.0, 0, 416], [0, 432, 240], [0, 0, 1]])
    torch.testing.assert_close(convert.K_from_moge(K, 832, 480), want)


def test_yaw_takes_forward_to_right() -> None:
    """Trap 6."""
    half = math.sqrt(0.5)
    R = matrix_from_quat(torch.tensor([half, 0, half, 0]))
    torch.testing.assert_close(R @ torch.tensor([0.0, 0, 1]), torch.tensor([1.0, 0, 0]))


def test_lens_in_millimetres() -> None:
    assert convert.focal_from_mm(36.0, 832, 480) == 832.0
    assert convert.focal_from_mm(36.0, 480, 832) == 832.0
    assert convert.mm_from_focal(832.0, 832, 480) == 36.0
    assert abs(convert.fov_from_focal(415.6922, 480) - 60.0) < 1e-4


def test_the_shape_checker_is_on() -> None:
    """Without it all three calls go through, and no shape in a signature would mean anything."""
    for wrong in (
        lambda: rigid.wxyz_from_xyzw(torch.zeros(5, 3)),  # not four numbers
        lambda: convert.from_opengl(torch.eye(4, dtype=torch.int64)),  # not floating point
        lambda: Depth(z=torch.ones(1, 4, 6), valid=torch.ones(1, 4, 7, dtype=torch.bool)),  # not one picture size
    ):
        with pytest.raises(TypeCheckError):
            wrong()
