"""Warping, holes, depth joins: the parts of scene completion."""

import pytest
import torch

from dreamdance_core.geometry.pinhole import project, rays, unproject
from dreamdance_core.geometry.rigid import rigid, rigid_inverse, so3_exp
from dreamdance_core.scene.holes import edge_free, hole_mask, next_view, sharpen, unmix
from dreamdance_core.scene.join import diffuse, fit_inverse_depth, join_depth, push_behind, shell_depth, shell_planes
from dreamdance_core.scene.warp import coverage, surface, warp
from dreamdance_core.types import Cameras, Depth, Views

WIDTH, HEIGHT = 96, 64
K = torch.tensor([[80.0, 0, 52.0], [0, 84.0, 29.0], [0, 0, 1]])


def _camera(t=(0.0, 0.0, 0.0), turn=(0.0, 0.0, 0.0)) -> Cameras:
    c2w = rigid(so3_exp(torch.tensor(turn)), torch.tensor(t))[None]
    return Cameras(c2w=c2w, K=K[None], width=WIDTH, height=HEIGHT)


def _view(frame, z, camera=None, fresh=None) -> Views:
    valid = z[None] > 0
    return Views(
        frames=frame[None],
        depth=Depth(z=z[None], valid=valid),
        trusted=valid.float(),
        cameras=camera or _camera(),
        fresh=None if fresh is None else fresh[None],
    )


def _waves(points: torch.Tensor) -> torch.Tensor:
    """A smooth colour at every point of the world: what a warp must bring back."""
    return 0.5 + 0.4 * torch.stack([(2 * points[..., i]).sin() for i in range(3)], -1)


def _room(camera: Cameras) -> torch.Tensor:
    """z of a room: floor at y = 1, wall at Z = 5, right wall at x = 1.5."""
    direction = rays(K, WIDTH, HEIGHT) @ camera.c2w[0, :3, :3].T
    inverse = torch.zeros(HEIGHT, WIDTH)
    for axis, at in ((1, 1.0), (2, 5.0), (0, 1.5)):
        inverse = torch.maximum(inverse, direction[..., axis] / (at - camera.c2w[0, axis, 3]))
    return 1 / inverse


def test_warp_agrees_with_ray_casting_on_slanted_walls():
    """Trap 4, 13: colour and depth of a room, predicted for a camera that moved, turned and came nearer."""
    start, camera = _camera(), _camera((0.2, -0.1, 0.6), (0.02, 0.08, -0.03))
    z = _room(start)
    shown = warp([surface(_view(_waves(unproject(z, K, torch.eye(4))), z), 0)], camera)
    truth = _room(camera)
    points = unproject(truth, K, camera.c2w[0])
    at, depth = project(points, K, rigid_inverse(start.c2w[0]))
    visible = (at > 2).all(-1) & (at < torch.tensor([WIDTH - 2, HEIGHT - 2])).all(-1) & (depth > 0)
    assert (shown.seen | ~visible).float().mean() > 0.999  # no cracks although the picture is magnified
    both = shown.seen & visible
    assert ((shown.z - truth).abs() / truth)[both].quantile(0.95) < 2e-3
    assert (shown.frame - _waves(points)).abs().amax(-1)[both].quantile(0.9) < 0.02


def test_warp_to_itself_is_exact():
    """Trap 13."""
    frame = torch.rand(HEIGHT, WIDTH, 3, generator=torch.Generator().manual_seed(0))
    z = _room(_camera())
    shown = warp([surface(_view(frame, z), 0)], _camera())
    assert shown.seen.all()
    torch.testing.assert_close(shown.frame, frame, atol=2e-3, rtol=0)
    torch.testing.assert_close(shown.z, z, atol=1e-4, rtol=1e-4)


def _square_before_wall() -> tuple[torch.Tensor, torch.Tensor]:
    z = torch.full((HEIGHT, WIDTH), 6.0)
    frame = torch.zeros(HEIGHT, WIDTH, 3)
    z[20:40, 30:50], frame[20:40, 30:50] = 2.0, torch.tensor([1.0, 0.2, 0.1])
    return frame, z


def test_the_nearer_surface_wins_in_any_order():
    """Trap 19: near and far as two views, handed over in both orders; and mirrored pixel order within one view."""
    frame, z = _square_before_wall()
    near = z < 4
    parts = [surface(_view(frame, z, fresh=mask), 0) for mask in (near, ~near)]
    camera = _camera((0.4, 0.1, 0.0))
    one, other, whole = warp(parts, camera), warp(parts[::-1], camera), warp([surface(_view(frame, z), 0)], camera)
    assert torch.equal(one.z, other.z) and torch.equal(one.seen, other.seen) and torch.equal(one.frame, other.frame)
    assert torch.equal(one.seen, whole.seen)
    square = one.z[whole.seen] < 4
    shift = 80 * 0.4 / 2 - 80 * 0.4 / 6
    assert abs(int(square.sum()) - 400) < 45  # the square keeps its size,
    columns = torch.where((one.z < 4) & one.seen)[1]
    assert abs(float(columns.float().mean()) - (39.5 - 80 * 0.4 / 2)) < 0.6 and shift > 10  # and moves left by f t / z


def test_edges_are_not_bridged_and_reveal_a_hole():
    frame, z = _square_before_wall()
    shown = warp([surface(_view(frame, z), 0)], _camera((0.4, 0.0, 0.0)))
    between = (shown.z > 2.3) & (shown.z < 5.5)
    assert not between.any()
    hole = ~shown.seen[20:40, 10:50]
    assert 8 <= int(hole.sum(1).float().median()) <= 13  # f t (1/2 - 1/6) = 10.7 px of the wall were hidden
    rim_columns = torch.where(shown.near_rim[30])[0]
    assert len(rim_columns) and (shown.z[30, rim_columns] < 3).float().mean() > 0.9


def test_coverage_finds_the_same_holes_as_the_warp():
    frame, z = _square_before_wall()
    source, camera = surface(_view(frame, z), 0), _camera((0.5, 0.0, 0.3))
    share = float((coverage(source, camera, 2) == 0).float().mean())
    assert abs(share - float((~warp([source], camera).seen).float().mean())) < 0.03


def test_hole_mask_drops_specks_and_grows_holes():
    """Trap 23."""
    seen = torch.ones(HEIGHT, WIDTH, dtype=torch.bool)
    seen[5, 5] = False
    seen[:, 80] = False
    seen[30:40, 20:30] = False
    holes = hole_mask(seen)
    expected = torch.zeros_like(holes)
    expected[26:44, 16:34] = True
    assert torch.equal(holes, expected)


def test_floating_pixels_go_to_one_side_and_sharp_edges_stay():
    frame, z = _square_before_wall()
    everywhere = torch.ones_like(z, dtype=torch.bool)
    assert edge_free(z, everywhere).all()
    assert torch.equal(sharpen(z, everywhere), z)
    blurred = z.clone()
    blurred[20:40, 29], blurred[20:40, 30] = 4.5, 3.0
    assert not edge_free(blurred, everywhere)[20:40, 29:31].all()
    assert not ((sharpen(blurred, everywhere) - 4).abs() < 1.9).any()
    slope = _room(_camera())
    assert edge_free(slope, everywhere).float().mean() > 0.97


def test_unmix_takes_the_outline_off_and_leaves_the_rest():
    frame, z = _square_before_wall()
    mixed = frame.clone()
    mixed[20:40, 29] = 0.5
    everywhere = torch.ones_like(z, dtype=torch.bool)
    clean = unmix(mixed, z, everywhere)
    torch.testing.assert_close(clean[22:38], frame[22:38], atol=1e-5, rtol=0)
    texture = torch.rand(HEIGHT, WIDTH, 3, generator=torch.Generator().manual_seed(1))
    assert torch.equal(unmix(texture, torch.ones_like(z), everywhere), texture)


def test_the_largest_hole_is_next_and_the_search_ends():
    """Trap 27."""
    ratios = torch.tensor([0.0, 0.2, 0.3, 0.25, 0.9, 0.05])
    assert next_view(ratios, [], 0.03) == 2  # 0.9 sees almost nothing known
    assert next_view(ratios, [2], 0.03) == 5
    assert next_view(ratios, [2, 5], 0.03) is None
    ending = torch.tensor([0.0, 0.1, 0.3, 0.25])
    assert next_view(ending, [2], 0.03) is None
    assert next_view(ending, [2], 0.03, apart=0) == 3  # a wanted path must not end in a void
    taken = []
    while (index := next_view(torch.full((20,), 0.5), taken, 0.03)) is not None:
        taken.append(index)
    assert len(taken) <= 10
    assert next_view(torch.zeros(5), [], 0.0) is None


def test_depth_fit_is_robust_and_falls_back():
    """Trap 20."""
    generator = torch.Generator().manual_seed(0)
    new = torch.rand(500, generator=generator) + 0.2
    known = 1.7 * new + 0.3
    wild = known.clone()
    wild[:60] += 5
    a, b = fit_inverse_depth(new, wild)
    assert abs(a - 1.7) < 0.02 and abs(b - 0.3) < 0.02
    inverted = 1.5 - new
    assert fit_inverse_depth(new, inverted) == (float(inverted.median() / new.median()), 0.0)
    assert fit_inverse_depth(new[:6], 2 * new[:6])[1] == 0.0
    assert abs(fit_inverse_depth(new[:6], 2 * new[:6])[0] - 2) < 1e-5
    assert fit_inverse_depth(torch.full((50,), 0.5), torch.full((50,), 0.25)) == (0.5, 0.0)
    assert fit_inverse_depth(new[:0], known[:0]) == (1.0, 0.0)


def test_diffusion_solves_laplace_and_does_not_cross_walls():
    ramp = torch.linspace(0, 1, WIDTH).expand(HEIGHT, WIDTH).contiguous()
    hole = torch.zeros(HEIGHT, WIDTH, dtype=torch.bool)
    hole[20:40, 30:60] = True
    filled = diffuse(torch.where(hole, 0.0, ramp), (~hole).float(), hole, 1e4)
    torch.testing.assert_close(filled, ramp, atol=1e-3, rtol=0)
    wall = ramp * 0 + 5.0
    wall[:, 60:] = -1.0
    weight = (~hole).float()
    weight[:, 60:] = 0
    assert (diffuse(wall, weight, hole, 1e4)[hole] - 5).abs().max() < 1e-2


@pytest.mark.parametrize("fit", [True, False])
def test_joined_depth_meets_the_known_without_a_step(fit):
    """Trap 21: a guess of wrong scale, shift and bend, or one a fifth too far; known pixels stay as they are."""
    z = _room(_camera())
    hole = torch.zeros(HEIGHT, WIDTH, dtype=torch.bool)
    hole[22:50, 35:60] = True
    bend = 1 + 0.05 * torch.linspace(-1, 1, WIDTH)
    guess = 1 / (0.4 / z * bend + 0.05) if fit else 1.2 * z * bend
    joined = join_depth(guess, torch.where(hole, 0.0, z), ~hole, hole, fit=fit)
    assert torch.equal(joined[~hole], z[~hole])
    assert ((joined - z).abs() / z)[hole].max() < 0.05  # far from the border the guess counts
    for axis in (0, 1):
        border = hole.diff(dim=axis)
        step = (joined.diff(dim=axis) - z.diff(dim=axis)).abs() / z.narrow(axis, 1, z.shape[axis] - 1)
        assert step[border].max() < 0.02


def test_a_hole_behind_a_foreground_takes_the_background():
    camera = _camera((0.5, 0.0, 0.0))
    start = _room(_camera())
    box = torch.zeros(HEIGHT, WIDTH, dtype=torch.bool)
    box[15:45, 40:55] = True
    z = torch.where(box, torch.full_like(start, 1.2), start)
    shown = warp([surface(_view(torch.zeros(HEIGHT, WIDTH, 3), z), 0)], camera)
    hole = ~shown.seen
    planes = shell_planes(z, torch.ones_like(box), K, 0)
    guess = shell_depth(planes, 6.0, camera)
    filled = join_depth(guess, shown.z, shown.seen & ~shown.near_rim, hole, fit=False)
    inner = hole.clone()
    inner[:, 70:] = False  # the right border is outside the first picture
    assert inner.sum() > 150
    assert ((filled - _room(camera)).abs() / _room(camera))[inner].quantile(0.9) < 0.05


def test_shell_is_the_room_not_its_furniture():
    z = _room(_camera())
    z[25:50, 20:45] = torch.minimum(z[25:50, 20:45], torch.tensor(1.5))
    planes = shell_planes(z, torch.ones_like(z, dtype=torch.bool), K, 3)
    normal = torch.nn.functional.normalize(planes, dim=-1)
    assert len(planes) == 3
    for axis, at in ((1, 1.0), (2, 5.0), (0, 1.5)):
        index = int(normal[:, axis].argmax())
        assert normal[index, axis] > 0.999
        assert abs(1 / float(planes[index, axis]) - at) < 0.05 * at
    camera = _camera((0.3, -0.2, 0.5), (0.0, 0.2, 0.0))
    error = (shell_depth(planes, 20.0, camera) - _room(camera)).abs() / _room(camera)
    assert error.quantile(0.9) < 0.03
    noise = 1 + torch.rand(HEIGHT, WIDTH, generator=torch.Generator().manual_seed(0)) * 9
    assert len(shell_planes(noise, torch.ones_like(z, dtype=torch.bool), K, 0)) == 0


def test_filled_points_leave_the_space_seen_empty():
    """Trap 25: a point that the first view would see in front of its surface moves behind it or is refused."""
    z = torch.full((HEIGHT, WIDTH), 4.0)
    source = surface(_view(torch.zeros(HEIGHT, WIDTH, 3), z), 0)
    camera = _camera((0.3, 0.0, 0.0))
    hole = torch.zeros(HEIGHT, WIDTH, dtype=torch.bool)
    hole[20:30, 30:40] = True
    pushed, possible = push_behind(torch.where(hole, 2.5, z), hole, camera, [source])
    assert possible[hole].all()
    assert pushed[hole].min() > 3.7  # no longer 2.5: the first view looked through there
    fine, possible = push_behind(torch.where(hole, 4.02, z), hole, camera, [source])
    assert possible[hole].all() and (fine[hole] == 4.02).all()
