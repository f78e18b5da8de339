"""The weight-free depth against rendered rooms whose depth is known, and what it promises of its surfaces."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from dreamdance_core.depth.backends.room_box import Layout, RoomBox, box_depth, find_layout
from dreamdance_core.depth.lines import vanishing_point
from dreamdance_core.geometry.pinhole import intrinsics, rays, unproject

WIDTH, HEIGHT = 240, 160
K = torch.tensor([[200.0, 0, 120.0], [0, 200.0, 76.0], [0, 0, 1]])  # the horizon is at 0.475 of the height


def rendered(left=-2.2, right=2.6, far=6.0, ceiling=None, box=None) -> tuple[torch.Tensor, torch.Tensor]:
    """Picture and planar z of a tiled floor at y = 1 between plain walls; None leaves a wall out, to infinity.

    box: (x0, x1, height, z), a red block that stands on the floor.
    """
    ray = rays(K, WIDTH, HEIGHT)
    walls = [(1, 1.0, "floor"), (2, far, "far"), (0, left, "left"), (0, right, "right"), (1, ceiling, "ceiling")]
    z, name = torch.full((HEIGHT, WIDTH), torch.inf), np.full((HEIGHT, WIDTH), "far", dtype=object)
    for axis, at, what in walls:
        if at is not None:
            hit = torch.where(ray[..., axis] * at > 0, at / ray[..., axis], torch.inf)
            name[(hit < z).numpy()] = what
            z = torch.minimum(z, hit)
    points = ray * z[..., None]
    tiles = ((points[..., 0] * 2).floor() + (points[..., 2] * 2).floor()) % 2
    paint = {"far": (0.75, 0.7, 0.6), "left": (0.6, 0.65, 0.7), "right": (0.65, 0.6, 0.7), "ceiling": (0.9, 0.9, 0.85)}
    picture = (torch.tensor([0.45, 0.3, 0.2]) + 0.12 * tiles[..., None]).expand(HEIGHT, WIDTH, 3).clone()
    for what, colour in paint.items():
        picture[torch.from_numpy(name == what)] = torch.tensor(colour)
    if box is not None:
        x0, x1, high, at = box
        front = ray * at
        inside = (front[..., 0] > x0) & (front[..., 0] < x1) & (front[..., 1] < 1) & (front[..., 1] > 1 - high)
        picture[inside], z = torch.tensor([0.75, 0.1, 0.1]), torch.where(inside, torch.tensor(at), z)
    return picture, z


def error(z: torch.Tensor, truth: torch.Tensor) -> float:
    """Mean relative error after the medians are matched."""
    z = z * truth.median() / z.median()
    return float(((z - truth).abs() / truth).mean())


def old_box(K: torch.Tensor) -> torch.Tensor:
    """A ground and a backdrop at 6 camera heights: what a picture that tells nothing gets."""
    inverse = (torch.arange(HEIGHT) + 0.5 - 0.48 * HEIGHT) / K[1, 1]
    return (1 / inverse.clamp_min(1 / 6)).expand(WIDTH, HEIGHT).T


@pytest.mark.parametrize("far", [4.0, 7.0])
@pytest.mark.parametrize("sides", [(-2.2, 2.6), (-1.4, None), (None, None)], ids=["corridor", "one wall", "backdrop"])
def test_rooms_come_out_as_they_are(far, sides):
    """Trap 15: depth is planar and grows with distance; walls recede as their foot does."""
    picture, truth = rendered(*sides, far)
    depth = RoomBox()(picture[None], K)
    assert depth.valid.all() and not depth.sky.any() and torch.equal(depth.K, K)
    assert error(depth.z[0], truth) < 0.12 < 1.0
    if far == 4.0 or sides[0] is not None:
        assert error(depth.z[0], truth) < 0.6 * error(old_box(K), truth)


def test_uprights_do_not_lean_and_floors_stay_floors():
    """Along every column the wall has one depth, and the floor is one plane below it."""
    picture, _ = rendered()
    depth = RoomBox()(picture[None], K)
    z, foot = depth.z[0], find_layout(picture).foot
    ends = np.interp((np.arange(WIDTH) + 0.5) / WIDTH * len(foot) - 0.5, np.arange(len(foot)), foot) * HEIGHT
    for column in range(0, WIDTH, 7):
        above = z[: int(ends[column]) - 1, column]
        assert len(above) > 20 and float((above - above[0]).abs().max()) < 1e-4
    floor = unproject(z, K, torch.eye(4))[-12:].reshape(-1, 3)
    assert torch.linalg.svdvals(floor - floor.mean(0))[-1] < 1e-3
    assert torch.linalg.lstsq(floor, torch.ones(len(floor), 1)).solution[1] > 0  # and the camera is above it


def test_a_box_on_the_floor_stands_in_front_of_the_wall():
    """Trap 16: its outline is a step of depth, without values between; its own depth is that of its foot."""
    picture, truth = rendered(left=None, right=None, box=(-0.7, 0.1, 0.9, 2.8))
    z = RoomBox()(picture[None], K).z[0]
    inside = (picture[..., 0] > 0.7) & (picture[..., 1] < 0.2)
    ratio = (z[inside].median() / z[40, 200]) / (truth[inside].median() / truth[40, 200])
    assert 0.75 < float(ratio) < 1.3
    assert float((z[inside] / z[inside].median() - 1).abs().quantile(0.95)) < 0.08
    top = int(inside.any(1).nonzero()[0])
    column = int(inside.any(0).nonzero().float().mean())
    step = z[top - 4 : top + 4, column]
    assert float(step[0] / step[-1]) > 1.3 and int((step.diff().abs() > 1e-3).sum()) <= 1


def test_a_picture_that_tells_nothing_is_a_ground_and_a_backdrop():
    flat = torch.full((2, 60, 90, 3), 0.5)
    depth = RoomBox()(flat)
    assert depth.z.shape == (2, 60, 90) and depth.valid.all() and depth.K is not None
    z = depth.z[0]
    assert (z - z[:, :1]).abs().max() < 1e-4
    assert (z[:, 0].diff() <= 1e-5).all() and z[0, 0] == z[28, 0] > 1.5 * z[-1, 0]
    assert torch.equal(depth.z[0], depth.z[1])


def test_a_sky_is_known_and_the_ground_ends_below_it():
    """Trap 26: the sky is named and not valid, and its z is a finite number that half precision holds."""
    v = torch.arange(HEIGHT)[:, None, None] / HEIGHT
    sky = torch.lerp(torch.tensor([0.2, 0.45, 0.95]), torch.tensor([0.8, 0.9, 1.0]), v / 0.55)
    grass = torch.tensor([0.3, 0.5, 0.15]) + 0.06 * torch.randn(HEIGHT, WIDTH, 1, generator=torch.manual_seed(0))
    picture = torch.where(v > 0.55, grass, sky.expand(HEIGHT, WIDTH, 3)).clamp(0, 1)
    depth = RoomBox()(picture[None], K)
    assert depth.sky[0, : int(0.53 * HEIGHT)].all() and not depth.sky[0, int(0.57 * HEIGHT) :].any()
    assert torch.equal(depth.valid, ~depth.sky) and torch.isfinite(depth.z.half()).all()
    assert float(depth.z[0, int(0.6 * HEIGHT)].min()) > 4 * float(depth.z[0, -1].max())


def test_lines_meet_in_the_vanishing_point():
    """A painted corridor: lines that meet at (0.6 W, 0.45 H); a picture without lines has no such point."""
    picture = torch.full((HEIGHT, WIDTH, 3), 0.55)
    v, u = torch.meshgrid(torch.arange(HEIGHT) + 0.5, torch.arange(WIDTH) + 0.5, indexing="ij")
    du, dv = u - 0.6 * WIDTH, v - 0.45 * HEIGHT
    picture[((torch.atan2(dv, du) / (torch.pi / 14)).floor() % 2).bool()] = 0.2
    picture[(du.abs() < 24) & (dv.abs() < 18)] = 0.4
    point = vanishing_point(picture)
    assert abs(point.x - 0.6) < 0.04 and abs(point.y - 0.45) < 0.05 and point.ceiling
    assert vanishing_point(torch.full((HEIGHT, WIDTH, 3), 0.5)) is None


def test_walls_floor_and_ceiling_are_one_surface_without_steps():
    sky = torch.zeros(200, 300, dtype=torch.bool)
    flat = Layout(foot=np.full(40, 0.7), sky=sky)
    bent = np.interp(np.arange(40), [0, 12, 30, 39], [0.95, 0.6, 0.6, 0.8])
    for layout in (flat, replace(flat, horizon=0.4, foot=bent), replace(flat, ceiling=0.8)):
        inverse = 1 / box_depth(layout, 300, 200, 300.0)
        assert torch.isfinite(inverse).all() and (inverse > 0).all()
        assert max(inverse.diff(dim=0).abs().max(), inverse.diff(dim=1).abs().max()) < 0.02
    low = 1 / box_depth(replace(flat, ceiling=0.8), 300, 200, 300.0)
    assert low[0, 150] > 1.5 * low[96, 150] and low[-1, 150] > 1.5 * low[96, 150]


def test_without_k_the_lens_is_an_ordinary_one():
    for height, width in ((60, 90), (90, 60)):
        K = RoomBox()(torch.full((1, height, width, 3), 0.5)).K
        torch.testing.assert_close(K, intrinsics(width, height, float(K[0, 0])))
        assert 35 < 2 * np.rad2deg(np.arctan(90 / 2 / float(K[0, 0]))) < 76
