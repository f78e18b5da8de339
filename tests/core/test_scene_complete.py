"""Scene completion as a whole, and the placement of a path."""

from dataclasses import replace

import pytest
import torch

from dreamdance_core.geometry.pinhole import rays
from dreamdance_core.geometry.rigid import rigid, so3_exp
from dreamdance_core.geometry.trajectory import camera_path, scale_path, spiral
from dreamdance_core.inpaint.backends import telea
from dreamdance_core.runtime import Runtime
from dreamdance_core.scene.complete import SceneOptions, complete_scene
from dreamdance_core.scene.place import WantedPath, place_path, scene_extent
from dreamdance_core.scene.warp import surface, warp
from dreamdance_core.types import Cameras, Depth

WIDTH, HEIGHT = 96, 64
K = torch.tensor([[80.0, 0, 52.0], [0, 84.0, 29.0], [0, 0, 1]])
REFERENCE = Cameras(c2w=torch.eye(4)[None], K=K[None], width=WIDTH, height=HEIGHT, fps=12.0)
SMALL = SceneOptions(views=4, spiral_stop=0.01)


def _scene(scale: float = 1.0) -> tuple[torch.Tensor, Depth]:
    """A room (floor, wall, right wall) with a box, and a checkered picture of it."""
    direction = rays(K, WIDTH, HEIGHT)
    inverse = torch.stack([direction[..., 1] / 1.0, direction[..., 2] / 5.0, direction[..., 0] / 1.5]).amax(0)
    z = 1 / inverse
    box = torch.zeros(HEIGHT, WIDTH, dtype=torch.bool)
    box[22:44, 24:40] = True
    z = torch.where(box, torch.full_like(z, 1.9), z)
    points = direction * z[..., None]
    frame = 0.5 + 0.3 * torch.stack([(3 * points[..., i]).sin() for i in range(3)], -1)
    z = z[None] * scale
    return frame, Depth(z=z, valid=torch.ones_like(z, dtype=torch.bool), metres_per_unit=2.0)


def _path(count: int = 9, scale: float = 1.0) -> Cameras:
    path = camera_path("orbit", count, 0.8, REFERENCE, distance=3.0)
    return replace(path, c2w=scale_path(path.c2w, scale))


def _complete(scale: float = 1.0, **options):
    frame, depth = _scene(scale)
    options = replace(SMALL, **options)
    return complete_scene(
        frame, None, depth, telea.tiny(), K=K, path=_path(scale=scale), options=options, run=Runtime()
    )


def test_views_cover_the_path_and_keep_what_was_known():
    """Traps 24, 25: every view's known pixels are the warp itself; view 0 seen again from all views is unchanged."""
    frame, _ = _scene()
    scene = _complete()
    views = scene.views
    assert 3 <= len(views.frames) <= 5
    assert scene.coverage["path_hole_after"] < 0.3 * scene.coverage["path_hole_before"]
    assert torch.equal(scene.path.c2w[0], torch.eye(4))
    assert abs(float(views.depth.z[0].median()) - 1) < 0.02  # one scene unit = the median depth
    assert abs(views.depth.metres_per_unit - 2 * scene.coverage["unit"]) < 1e-6
    assert views.fresh[0].all() and (views.trusted[0] == 1).all()
    assert set(views.trusted.unique().tolist()) <= {0.0, float(torch.tensor(0.3)), 1.0}
    sources = [surface(views, i) for i in range(len(views.frames))]
    for index in range(1, len(views.frames)):
        earlier = warp(sources[:index], views.cameras[index])
        known = earlier.seen
        assert torch.equal(views.frames[index][known], earlier.frame[known])
        assert not (views.fresh[index] & known).any()
    again = warp(sources, REFERENCE).frame
    alone = warp(sources[:1], REFERENCE).frame
    error = [float((picture - frame).square().mean()) for picture in (alone, again)]
    assert error[1] < error[0] * 1.07 + 1e-6  # 0.3 dB


def test_scaling_the_scene_changes_no_picture():
    """Trap 2. A power of two, so that rounding is the same and every pixel must be."""
    one, eight = _complete(1.0, views=3), _complete(8.0, views=3)
    assert len(one.views.frames) == len(eight.views.frames)
    assert (one.views.frames - eight.views.frames).abs().max() < 1 / 255
    torch.testing.assert_close(one.path.c2w, eight.path.c2w, atol=1e-5, rtol=1e-4)
    assert abs(eight.coverage["unit"] / one.coverage["unit"] - 8) < 1e-3


def test_nothing_is_painted_when_nothing_is_missing():
    """Trap 27."""
    frame, depth = _scene()
    still = camera_path("static", 6, 1.0, REFERENCE)
    options = replace(SMALL, spiral=False, outpaint=0.0)
    scene = complete_scene(frame, None, depth, telea.tiny(), K=K, path=still, options=options, run=Runtime())
    assert len(scene.views.frames) == 1
    assert scene.coverage["path_hole_after"] < 0.01


def test_the_character_leaves_picture_and_depth():
    frame, depth = _scene()
    empty = depth.z[0].clone()
    hole = torch.zeros(HEIGHT, WIDTH)
    hole[12:56, 58:74] = 1
    with_character = frame.clone()
    with_character[14:54, 60:72] = torch.tensor([1.0, 0.0, 1.0])
    z = empty.clone()
    z[14:54, 60:72] = 0.8
    depth = replace(depth, z=z[None])
    options = replace(SMALL, views=0)
    scene = complete_scene(with_character, hole, depth, telea.tiny(), K=K, options=options, run=Runtime())
    inside = hole > 0.5
    relative = (scene.views.depth.z[0] * scene.coverage["unit"] - empty).abs() / empty
    assert relative[inside].quantile(0.9) < 0.1
    magenta = (scene.views.frames[0] - torch.tensor([1.0, 0.0, 1.0])).abs().amax(-1) < 0.2
    assert not magenta.any()


def test_a_depth_backend_sees_the_clean_plate_and_every_painted_view():
    frame, depth = _scene()
    asked = []

    def network(frames, K=None):
        asked.append(frames.clone())
        z = depth.z if len(asked) == 1 else 3 * depth.z + 1  # a unit of its own each time
        return Depth(z=z, valid=torch.ones_like(z, dtype=torch.bool))

    hole = torch.zeros(HEIGHT, WIDTH)
    hole[12:56, 58:74] = 1
    options = replace(SMALL, spiral=False, views=2)
    scene = complete_scene(frame, hole, network, telea.tiny(), K=K, path=_path(), options=options, run=Runtime())
    assert len(asked) == len(scene.views.frames) >= 2
    assert not torch.equal(asked[0][0], frame)


def test_cancelling_ends_the_run_and_progress_shows_pictures():
    class Cancelled(RuntimeError):
        pass

    seen = []

    def report(done, total, preview=None):
        seen.append((done, total, preview))
        if done == 3:
            raise Cancelled

    frame, depth = _scene()
    with pytest.raises(Cancelled):
        complete_scene(frame, None, depth, telea.tiny(), K=K, path=_path(), options=SMALL, run=Runtime(report=report))
    assert [done for done, _, _ in seen] == sorted(done for done, _, _ in seen)
    assert all(preview.shape == (HEIGHT, WIDTH, 3) for _, _, preview in seen)


def test_sizes_that_disagree_are_named():
    frame, depth = _scene()
    other = Cameras(c2w=torch.eye(4)[None], K=K[None], width=32, height=32)
    with pytest.raises(ValueError, match="96x64"):
        complete_scene(frame, None, depth, telea.tiny(), path=other, run=Runtime())
    with pytest.raises(ValueError, match="valid outside"):
        complete_scene(frame, torch.ones(HEIGHT, WIDTH), depth, telea.tiny(), run=Runtime())


def test_placing_ignores_frame_and_scale_of_the_source():
    """Traps 7, 8, 10."""
    _, depth = _scene()
    path = camera_path("orbit", 24, 1.0, REFERENCE, distance=2.0)
    base = place_path(WantedPath(cameras=path, median_depth=2.0), depth.z[0], K=K)
    moved = rigid(so3_exp(torch.tensor([0.4, 1.0, -0.3])), torch.tensor([7.0, -2.0, 5.0]))
    other = replace(path, c2w=moved @ scale_path(path.c2w, 1e3))
    placed = place_path(WantedPath(cameras=other, median_depth=2.0e3), depth.z[0], K=K)
    torch.testing.assert_close(placed.c2w, base.c2w, atol=2e-3, rtol=0)
    assert torch.equal(base.c2w[0], torch.eye(4))
    larger = place_path(WantedPath(cameras=path, median_depth=2.0), 10 * depth.z[0], K=K)
    torch.testing.assert_close(larger.c2w[:, :3, 3], 10 * base.c2w[:, :3, 3], atol=1e-3, rtol=1e-3)


def test_placed_paths_keep_parallax_zoom_and_out_of_walls():
    _, depth = _scene()
    z = depth.z[0]
    small = camera_path("truck", 24, 0.3, REFERENCE, distance=2.0)
    placed = place_path(WantedPath(cameras=small, median_depth=2.0), z, K=K, sigma=0.0)
    ratio = placed.c2w[-1, 0, 3] / small.c2w[-1, 0, 3] / (z.median() / 2.0)
    assert 0.9 < float(ratio) <= 1.001  # translation over depth as in the clip, but for the soft limit
    unknown = place_path(WantedPath(cameras=small, gain=0.5), z, K=K, sigma=0.0)
    expected = 0.5 * 0.3 * scene_extent(z, torch.ones_like(z, dtype=torch.bool), K)
    assert float(unknown.c2w[:, :3, 3].norm(dim=-1).max()) <= expected + 1e-5
    into_the_wall = replace(small, c2w=camera_path("dolly", 24, 50.0, REFERENCE, distance=2.0).c2w)
    held = place_path(WantedPath(cameras=into_the_wall, median_depth=2.0), z, K=K)
    assert float(held.c2w[:, 2, 3].max()) <= 0.5 * float(z.quantile(0.05)) + 1e-4
    zoom = camera_path("zoom", 5, 1.0, replace(REFERENCE, K=2 * K[None]))
    assert abs(float(place_path(WantedPath(cameras=zoom), z, K=K).K[-1, 0, 0]) - 1.5 * 80) < 1e-3


def test_depth_units_are_followed_exactly_and_still_shots_stay():
    """Trap 11: a static path must pass."""
    _, depth = _scene()
    path = replace(_path(), c2w=rigid(so3_exp(torch.tensor([0.1, 0.0, 0.3])), torch.ones(3)) @ _path().c2w)
    placed = place_path(WantedPath(cameras=path, units="depth"), depth.z[0], K=K)
    torch.testing.assert_close(placed.c2w, _path().c2w, atol=1e-5, rtol=0)
    still = camera_path("static", 5, 1.0, REFERENCE)
    assert torch.equal(place_path(WantedPath(cameras=still), depth.z[0], K=K).c2w, torch.eye(4).expand(5, 4, 4))
    with pytest.raises(ValueError, match="usable"):
        place_path(WantedPath(cameras=path), torch.zeros(HEIGHT, WIDTH), K=K)


def test_spiral_poses_of_a_completed_scene_see_the_sky():
    """Trap 26: a sky a hundred times farther than the ground stays in view at all spiral poses."""
    direction = rays(K, WIDTH, HEIGHT)
    z = 1 / torch.maximum(direction[..., 1], torch.full((HEIGHT, WIDTH), 1 / 300.0))
    depth = Depth(z=z[None], valid=torch.ones(1, HEIGHT, WIDTH, dtype=torch.bool))
    scene = complete_scene(torch.rand(HEIGHT, WIDTH, 3), None, depth, telea.tiny(), K=K, options=SMALL, run=Runtime())
    sources = [surface(scene.views, i) for i in range(len(scene.views.frames))]
    spread = float(scene.views.depth.z[0].quantile(0.95))
    for pose in spiral(spread, float(scene.views.depth.z[0].quantile(0.05)), 12):
        shown = warp(sources, replace(REFERENCE, c2w=pose[None]))
        assert shown.seen[:20].float().mean() > 0.9
