"""Borders to other conventions: three.js / LOAD3D_CAMERA, CameraCtrl rows, Wan's Plücker rays."""

from __future__ import annotations

import pytest
import torch

from dreamdance_core.geometry import convert
from dreamdance_core.geometry.pinhole import project
from dreamdance_core.geometry.rigid import rebase, rigid, rigid_inverse, so3_exp
from dreamdance_core.types import Cameras


def path(count: int = 9, cx: float = 200.0, cy: float = 130.0) -> Cameras:
    generator = torch.Generator().manual_seed(3)
    R = so3_exp(torch.randn(count, 3, generator=generator))
    K = torch.tensor([[300.0, 0, cx], [0, 310.0, cy], [0, 0, 1]]).repeat(count, 1, 1)
    return Cameras(c2w=rigid(R, torch.randn(count, 3, generator=generator)), K=K, width=416, height=240, fps=12.0)


def _threejs_pixel(camera: dict, point: torch.Tensor, width: int, height: int) -> torch.Tensor:
    """Where three.js draws a y-up point: view matrix, perspective divide, NDC with y up. Written from its manual."""
    x, y, z, w = (camera["quaternion"][k] for k in "xyzw")
    R = torch.tensor(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
    )
    local = R.T @ (point - torch.tensor([camera["position"][k] for k in "xyz"]))
    top = torch.tan(torch.deg2rad(torch.tensor(camera["fov"])) / 2)
    ndc = torch.stack([local[0] / (top * camera["aspect"]), local[1] / top]) / -local[2]
    return torch.stack([(ndc[0] + 1) / 2 * width, (1 - ndc[1]) / 2 * height])


def test_threejs_draws_points_where_we_do() -> None:
    """Traps 4 and 6, against three.js's own projection."""
    cameras = path(cx=208.0, cy=120.0)
    K = cameras.K.clone()
    K[:, 0, 0] = K[:, 1, 1]  # three.js has square pixels
    cameras = Cameras(c2w=cameras.c2w, K=K, width=416, height=240)
    for t, camera in enumerate(convert.to_load3d(cameras)):
        ahead = cameras.c2w[t, :3, :3] @ torch.tensor([0.3, -0.2, 2.0]) + cameras.c2w[t, :3, 3]
        ours, _ = project(ahead[None], cameras.K[t], rigid_inverse(cameras.c2w)[t])
        theirs = _threejs_pixel(camera, ahead * torch.tensor([1.0, -1, -1]), 416, 240)
        torch.testing.assert_close(ours[0], theirs, atol=1e-2, rtol=0)


def test_load3d_round_trip() -> None:
    cameras = path(cx=208.0, cy=120.0)
    back = convert.from_load3d(convert.to_load3d(cameras), 416, 240, 12.0)
    torch.testing.assert_close(back.c2w, cameras.c2w, atol=1e-5, rtol=0)
    torch.testing.assert_close(back.K[:, 1, 1], cameras.K[:, 1, 1], atol=1e-3, rtol=0)


def test_load3d_target_stands_in_for_the_quaternion() -> None:
    camera = {"position": {"x": 0, "y": 0, "z": 4}, "target": {"x": 0, "y": 0, "z": 0}, "cameraType": "perspective"}
    cameras = convert.from_load3d(camera, 640, 360)
    want = torch.eye(4)
    want[2, 3] = -4.0
    torch.testing.assert_close(cameras.c2w[0], want)
    both = convert.to_load3d(path())[0]
    forward = path().c2w[0, :3, 2] * torch.tensor([1.0, -1, -1])
    ahead = torch.tensor([both["target"][k] - both["position"][k] for k in "xyz"])
    torch.testing.assert_close(ahead, forward, atol=1e-5, rtol=0)


@pytest.mark.parametrize(
    ("camera", "match"),
    [
        ({"cameraType": "orthographic"}, "perspective"),
        ({"quaternion": {"x": 0, "y": 0, "z": 0, "w": 1}}, "position"),
        ({"position": {"x": 0, "y": 2, "z": 0}, "target": {"x": 0, "y": 0, "z": 0}}, "quaternion"),
        ([], "at least one"),
    ],
)
def test_load3d_faults_are_named(camera: dict | list, match: str) -> None:
    with pytest.raises(ValueError, match=match):
        convert.from_load3d(camera, 640, 360)


def test_cameractrl_round_trip_and_layout() -> None:
    """Trap 4: the rows hold w2c."""
    cameras = path()
    rows = convert.to_cameractrl(cameras)
    assert len(rows[3]) == 19
    assert rows[3][:7] == pytest.approx([3, 300 / 416, 310 / 240, 200 / 416, 130 / 240, 416, 240])
    centre = torch.tensor(rows[3][7:]).view(3, 4) @ torch.cat([cameras.c2w[3, :3, 3], torch.ones(1)])
    torch.testing.assert_close(centre, torch.zeros(3), atol=1e-5, rtol=0)
    back = convert.from_cameractrl(rows, 416, 240, 12.0)
    torch.testing.assert_close(back.c2w, cameras.c2w, atol=1e-5, rtol=0)
    torch.testing.assert_close(back.K, cameras.K, atol=1e-3, rtol=0)
    with pytest.raises(ValueError, match="19"):
        convert.from_cameractrl([[1.0, 2.0]], 416, 240)
    with pytest.raises(ValueError, match="above 0"):
        convert.from_cameractrl([[0.0] * 19], 416, 240)


def _as_consumers_read(row: list[float], width: int, height: int, pose: tuple[float, float] | None) -> list[float]:
    """fx, fy, cx, cy in px as CameraCtrl's inference script turns them, which AnimateDiff-Evolved (picture size in
    columns 5 and 6) and Wan's nodes (1280 x 720 assumed) follow: the pose's picture is scaled until it covers ours."""
    fx, fy, cx, cy = row[1:5]
    aspect = (pose or (row[5], row[6]))[0] / (pose or (row[5], row[6]))[1]
    if aspect > width / height:
        fx = height * aspect * fx / width
    else:
        fy = width / aspect * fy / height
    return [fx * width, fy * height, cx * width, cy * height]


@pytest.mark.parametrize(("width", "height"), [(416, 240), (240, 416), (832, 352), (500, 500)])
def test_cameractrl_rows_mean_the_same_lens_to_every_reader(width: int, height: int) -> None:
    """Trap 14: pictures of any aspect, off-centre, also for readers that take 16:9 for granted."""
    K = torch.tensor([[300.0, 0, 0.45 * width], [0, 310.0, 0.6 * height], [0, 0, 1]])
    cameras = Cameras(c2w=path(3).c2w, K=K.repeat(3, 1, 1), width=width, height=height)
    want = [300.0, 310.0, 0.45 * width, 0.6 * height]
    own, usual = convert.to_cameractrl(cameras), convert.to_cameractrl(cameras, (1280, 720))
    assert _as_consumers_read(own[1], width, height, None) == pytest.approx(want)
    assert _as_consumers_read(usual[1], width, height, None) == pytest.approx(want)
    assert _as_consumers_read(usual[1], width, height, (1280, 720)) == pytest.approx(want)
    for rows in (own, usual):
        back = convert.from_cameractrl(rows, width, height)
        torch.testing.assert_close(back.K, cameras.K, atol=1e-3, rtol=0)
        torch.testing.assert_close(back.c2w, cameras.c2w, atol=1e-5, rtol=0)


def test_wan_embedding_holds_lines_through_the_cameras() -> None:
    """Every Plücker line contains its camera's centre and hits what its pixel sees; frame 0 comes four times."""
    cameras = path()
    out = convert.to_wan(cameras, 208, 120)
    assert out.shape == (1, 24, 3, 120, 208)
    lines = out[0].transpose(0, 1).unflatten(1, (6, 4)).transpose(1, 2).flatten(0, 1)
    for k in range(1, 4):
        assert torch.equal(lines[0], lines[k])
    poses = rebase(cameras.c2w)
    for t in range(9):
        moment, direction = lines[t + 3][:3].flatten(1).T, lines[t + 3][3:].flatten(1).T
        torch.testing.assert_close(direction.norm(dim=-1), torch.ones(208 * 120))
        centre = poses[t, :3, 3].expand_as(direction)
        torch.testing.assert_close(torch.linalg.cross(centre, direction), moment, atol=1e-5, rtol=0)
        uv, z = project(
            centre + 2 * direction, cameras.K[t] * torch.tensor([[0.5], [0.5], [1]]), rigid_inverse(poses)[t]
        )
        assert bool((z > 0).all())
        torch.testing.assert_close(uv[209], torch.tensor([1.5, 1.5]), atol=1e-2, rtol=0)


def test_wan_embedding_wants_4n_plus_1() -> None:
    with pytest.raises(ValueError, match="cut to 5"):
        convert.to_wan(path(8), 208, 120)


def test_wan_embedding_gives_its_cameras_back() -> None:
    """Off-centre, not square, a zoom on the way; the path comes back based on its first camera."""
    cameras = path()
    K = cameras.K.clone()
    K[:, :2, :2] *= torch.linspace(1, 1.5, 9)[:, None, None]
    cameras = Cameras(c2w=cameras.c2w, K=K, width=416, height=240, fps=12.0)
    back = convert.from_wan(convert.to_wan(cameras, 208, 120), 12.0)
    assert (len(back), back.width, back.height, back.fps) == (9, 208, 120, 12.0)
    torch.testing.assert_close(back.c2w, rebase(cameras.c2w), atol=1e-4, rtol=0)
    torch.testing.assert_close(back.K, K * torch.tensor([[0.5], [0.5], [1]]), atol=2e-2, rtol=0)
