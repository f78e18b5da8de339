"""How one view is painted: what is continued into a hole, what closes hairlines, what stays in sight, what is kept."""

from dataclasses import replace

import pytest
import torch

from dreamdance_core.geometry.pinhole import rays
from dreamdance_core.geometry.rigid import rigid, rigid_inverse
from dreamdance_core.geometry.trajectory import camera_path, scale_path
from dreamdance_core.inpaint.backends import patchmatch, telea
from dreamdance_core.io.stages import StageFiles
from dreamdance_core.runtime import Runtime
from dreamdance_core.scene.complete import SceneOptions, complete_scene
from dreamdance_core.scene.holes import menders
from dreamdance_core.scene.join import keep_in_sight, shell_depth
from dreamdance_core.scene.kept import KeptPaintings
from dreamdance_core.scene.paint import a_view
from dreamdance_core.scene.warp import splat, surface, warp
from dreamdance_core.types import Cameras, Depth

WIDTH, HEIGHT = 96, 64
K = torch.tensor([[80.0, 0, 52.0], [0, 84.0, 29.0], [0, 0, 1]])
REFERENCE = Cameras(c2w=torch.eye(4)[None], K=K[None], width=WIDTH, height=HEIGHT, fps=12.0)
EVERYWHERE = torch.ones(HEIGHT, WIDTH, dtype=torch.bool)
BLUE, RED = torch.tensor([0.1, 0.2, 0.8]), torch.tensor([0.9, 0.1, 0.1])


def post_before_a_wall() -> tuple[torch.Tensor, Depth]:
    """A red post at z = 2 before a blue, patterned wall at z = 5."""
    post = torch.zeros(HEIGHT, WIDTH, dtype=torch.bool)
    post[10:60, 40:56] = True
    z = torch.where(post, 2.0, 5.0)
    pattern = 0.1 * (0.7 * torch.arange(WIDTH)).sin()[None, :, None]
    frame = torch.where(post[..., None], RED, BLUE + pattern).clamp(0, 1).contiguous()
    return frame, Depth(z=z[None], valid=EVERYWHERE[None])


def truck(scale: float = 1.0) -> Cameras:
    path = camera_path("truck", 9, 1.0, REFERENCE, distance=4.0)
    return replace(path, c2w=scale_path(path.c2w, scale))


def test_patchmatch_copies_nothing_that_stands_before_the_hole():
    """A hole beside a near thing shows what is behind it; without depth the near thing is a source like any other."""
    pytest.importorskip("patchmatch")
    picture = BLUE.expand(HEIGHT, WIDTH, 3).clone()
    picture[:, :40] = RED
    hole = torch.zeros(HEIGHT, WIDTH)
    hole[16:48, 40:56] = 1
    z = torch.full((HEIGHT, WIDTH), 5.0)
    z[:, :40] = 2.0
    filled = patchmatch.PatchMatch()(picture, hole, seed=1, z=z)[hole > 0.5]
    assert ((filled - BLUE).abs().amax(-1) < 0.05).float().mean() > 0.95
    apart = patchmatch.in_front(z.numpy(), hole.numpy() > 0.5)
    assert apart[:, :40].all() and not apart[:, 40:].any()
    assert not patchmatch.in_front(torch.full((HEIGHT, WIDTH), 5.0).numpy(), hole.numpy() > 0.5).any()


def test_what_a_near_thing_hid_is_painted_in_the_colours_behind_it():
    pytest.importorskip("patchmatch")
    frame, depth = post_before_a_wall()
    options = SceneOptions(views=3, spiral=False, outpaint=0.1)
    scene = complete_scene(
        frame, None, depth, patchmatch.PatchMatch(), K=K, path=truck(), options=options, run=Runtime()
    )
    views = scene.views
    painted = views.fresh[2:] & (views.trusted[2:] == 1)
    assert painted.sum() > 100
    reddish = views.frames[2:][..., 0] > 0.6
    assert (reddish & painted).sum() < 0.02 * painted.sum()
    beyond = views.depth.z[2:][painted] * scene.coverage["unit"]
    assert ((beyond - 5).abs() < 0.5).float().mean() > 0.95


def test_hairlines_close_with_the_surface_they_lie_in():
    """In one surface by itself; beside a silhouette by what is behind."""
    z = torch.full((20, 30), 2.0)
    z[:, 15:] = 5.0
    seen = torch.ones(20, 30, dtype=torch.bool)
    seen[:, 5] = seen[:, 15:18] = False
    rows, columns = menders(z, seen)
    closed = z[rows, columns]
    assert (closed[:, 5] == 2).all() and (closed[:, 15:18] == 5).all()
    assert seen[rows, columns].all()


def test_a_steep_plane_is_warped_without_gaps():
    """The top of a table seen at a grazing angle: its first and last row reach as far as the rows between them."""
    direction = rays(K, WIDTH, HEIGHT)
    z = torch.full((HEIGHT, WIDTH), 6.0)
    table = (direction[..., 1] > 0.06) & (direction[..., 1] < 0.14)
    z[table] = 0.3 / direction[..., 1][table]
    view = a_view(torch.rand(HEIGHT, WIDTH, 3), z, trusted=torch.ones_like(z), fresh=EVERYWHERE, camera=REFERENCE)
    above = rigid(torch.eye(3), torch.tensor([0.0, -0.25, 0.3]))
    shown = warp([surface(view, 0)], replace(REFERENCE, c2w=above[None]))
    near = shown.seen & (shown.z < 5)
    columns = near[:, 20:80]
    rows = torch.arange(HEIGHT)[:, None].expand_as(columns)
    first = torch.where(columns, rows, HEIGHT).amin(0)
    last = torch.where(columns, rows, -1).amax(0)
    assert (last > first + 4).all()
    gaps = (last - first + 1) - columns.sum(0)
    assert gaps.float().mean() < 0.02


def test_nothing_new_covers_the_first_view():
    """Trap 25: facets that would be drawn over what the reference camera shows go, the rest stays."""
    wall = a_view(
        torch.rand(HEIGHT, WIDTH, 3),
        torch.full((HEIGHT, WIDTH), 5.0),
        trusted=torch.ones(HEIGHT, WIDTH),
        fresh=EVERYWHERE,
        camera=REFERENCE,
    )
    reference = surface(wall, 0)
    aside = replace(REFERENCE, c2w=rigid(torch.eye(3), torch.tensor([0.4, 0.0, 0.0]))[None])
    z = torch.full((HEIGHT, WIDTH), 5.0)
    z[20:40, 30:60] = 3.0
    floating = a_view(torch.rand(HEIGHT, WIDTH, 3), z, trusted=torch.ones_like(z), fresh=EVERYWHERE, camera=aside)
    fresh = keep_in_sight(floating, reference)
    assert not fresh[22:38, 32:58].any()
    assert fresh[z == 5].float().mean() > 0.9
    drawn = splat(surface(replace(floating, fresh=fresh[None]), 0), K, rigid_inverse(reference.c2w), WIDTH, HEIGHT)
    assert (drawn < 1.05 * reference.inverse).all()


def test_the_sky_is_a_sphere_behind_everything():
    """Sky pixels get one far distance, seen as the same sphere from everywhere; the unit is the ground's."""
    direction = rays(K, WIDTH, HEIGHT)
    sky = direction[..., 1] < 0.1
    z = torch.where(sky, 1.0, 1 / direction[..., 1].clamp_min(0.1))
    depth = Depth(z=z[None], valid=~sky[None], sky=sky[None])
    options = SceneOptions(views=2, spiral_stop=0.01)
    scene = complete_scene(torch.rand(HEIGHT, WIDTH, 3), None, depth, telea.tiny(), K=K, options=options, run=Runtime())
    first = scene.views.depth.z[0]
    distance = (first[..., None] * direction).norm(dim=-1)
    high = distance[:20]
    ground = (z / z[~sky].median())[~sky]
    assert (high.max() - high.min()) < 0.01 * high.mean()
    assert abs(float(high.mean() / ground.quantile(0.95)) - 2) < 0.2
    assert abs(float(first[~sky].median()) - 1) < 0.05
    moved = replace(REFERENCE, c2w=rigid(torch.eye(3), torch.tensor([1.0, 0.5, -1.0]))[None])
    seen = shell_depth(torch.zeros(0, 3), 1.0, moved, sky=10.0)
    points = direction * seen[..., None] + moved.c2w[0, :3, 3]
    assert (points.norm(dim=-1) - 10).abs().max() < 1e-3


def test_an_interrupted_scene_goes_on_from_its_paintings(tmp_path):
    """What was painted is not painted again, and the result is that of one go; other wishes are painted anew."""
    frame, depth = post_before_a_wall()
    asked = []

    class Painter:
        def __init__(self, most: int) -> None:
            self.most = most

        def __call__(self, image, hole_mask, prompt="", seed=0, z=None):
            if len(asked) == self.most:
                raise KeyboardInterrupt
            asked.append(float(hole_mask.mean()))
            return telea.tiny()(image, hole_mask)

    def complete(most: int, prompt: str = "") -> torch.Tensor:
        with StageFiles(tmp_path).until_done("views") as files:
            paint = KeptPaintings(Painter(most), files, "telea")
            options = SceneOptions(views=3, spiral=False, prompt=prompt)
            made = complete_scene(frame, None, depth, paint, K=K, path=truck(), options=options, run=Runtime())
        return made.views.frames

    whole = complete(99)
    count = len(asked)
    assert count >= 2 and not (tmp_path / "views").exists()
    asked.clear()
    with pytest.raises(KeyboardInterrupt):
        complete(1)
    assert len(list((tmp_path / "views").iterdir())) == 1
    assert torch.equal(complete(99), whole)
    assert len(asked) == count
    asked.clear()
    with pytest.raises(KeyboardInterrupt):
        complete(1)
    complete(99, prompt="a street")
    assert len(asked) == 1 + count


def test_the_paths_gaps_are_told_before_anything_is_painted():
    frame, depth = post_before_a_wall()
    heard = []

    def paint(image, hole_mask, prompt="", seed=0, z=None):
        heard.append("painted")
        return telea.tiny()(image, hole_mask)

    options = SceneOptions(views=1, spiral=False)
    scene = complete_scene(
        frame, None, depth, paint, K=K, path=truck(), options=options, run=Runtime(note=heard.append)
    )
    assert len(heard) == 2 and heard[1] == "painted"
    assert f"{scene.coverage['path_hole_before']:.1%}" in heard[0]
