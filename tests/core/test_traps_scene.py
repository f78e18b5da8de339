"""Wrong-but-plausible scenes and Gaussians: masks, skies, unknown depth, equal depths, old frames, absent gsplat."""

import sys
from dataclasses import replace
from importlib import import_module

import pytest
import torch

from dreamdance_core import backends
from dreamdance_core.gaussians.fit import FitOptions, fit
from dreamdance_core.gaussians.init import gaussians_from_views
from dreamdance_core.gaussians.rasterizers import rasterize
from dreamdance_core.gaussians.render import render
from dreamdance_core.geometry.pinhole import rays, unproject
from dreamdance_core.geometry.trajectory import camera_path, spiral
from dreamdance_core.inpaint.backends import telea
from dreamdance_core.runtime import Runtime
from dreamdance_core.scene.complete import SceneOptions, complete_scene
from dreamdance_core.scene.join import join_depth
from dreamdance_core.segment.cutout import cut_out
from dreamdance_core.types import Cameras, Depth, Gaussians

WIDTH, HEIGHT = 80, 48
K = torch.tensor([[70.0, 0, 44.5], [0, 74.0, 20.25], [0, 0, 1]])
REFERENCE = Cameras(c2w=torch.eye(4)[None], K=K[None], width=WIDTH, height=HEIGHT)


def psnr(a: torch.Tensor, b: torch.Tensor) -> float:
    return float(-10 * torch.log10((a - b).square().mean()))


def ground_and_sky(far: float) -> tuple[torch.Tensor, Depth]:
    """A patterned floor one unit below the camera up to a sky at z = far, which begins at row 20."""
    direction = rays(K, WIDTH, HEIGHT)
    z = 1 / torch.maximum(direction[..., 1], torch.full((HEIGHT, WIDTH), 1 / far))
    points = direction * z.clamp(max=30)[..., None]
    frame = 0.5 + 0.3 * (2 * points).sin()
    frame[:20] = torch.tensor([0.5, 0.7, 0.95])
    return frame, Depth(z=z[None], valid=torch.ones(1, HEIGHT, WIDTH, dtype=torch.bool))


@pytest.mark.parametrize("name", backends.names("inpaint"))
def test_every_inpainter_takes_the_mask_as_the_hole(name):
    """Traps 22 and 24: an empty mask gives the picture back bit for bit, a full one changes it everywhere."""
    try:
        fill = import_module(f"dreamdance_core.inpaint.backends.{name}").tiny()
    except ImportError as missing:
        pytest.skip(str(missing))
    picture = torch.rand(HEIGHT, WIDTH, 3, generator=torch.Generator().manual_seed(0)) * 0.8 + 0.1
    assert torch.equal(fill(picture, torch.zeros(HEIGHT, WIDTH)), picture)
    changed = (fill(picture, torch.ones(HEIGHT, WIDTH)) - picture).abs().amax(-1) > 1e-3
    assert changed.float().mean() > 0.97
    left = torch.zeros(HEIGHT, WIDTH)
    left[:, :30] = 1
    filled = fill(picture, left)
    assert torch.equal(filled[:, 30:], picture[:, 30:])
    assert ((filled - picture).abs().amax(-1)[:, :30] > 1e-3).float().mean() > 0.9


@pytest.mark.parametrize("far", [60.0, 1e5])
def test_the_sky_stays_opaque_from_every_spiral_pose(far):
    """Trap 26: beyond what float16 holds (65504) too, through completion, fit and rendering."""
    frame, depth = ground_and_sky(far)
    options = SceneOptions(views=3, spiral_stop=0.01)
    views = complete_scene(frame, None, depth, telea.tiny(), K=K, options=options, run=Runtime()).views
    fitted = fit(views, options=FitOptions(steps=20), run=Runtime()).gaussians
    points = unproject(views.depth.z[0], K, torch.eye(4)).reshape(-1, 3)
    spread = (points.quantile(0.95, dim=0) - points.quantile(0.05, dim=0)).mean()
    poses = spiral(float(spread), float(points[:, 2].quantile(0.05)), 8)
    cameras = Cameras(c2w=poses, K=K.expand(8, 3, 3).clone(), width=WIDTH, height=HEIGHT)
    drawn = render(fitted, cameras, run=Runtime())
    sky = drawn.alpha[:, 2:14, 4:-4]
    assert torch.isfinite(drawn.frames).all() and torch.isfinite(drawn.z).all()
    assert sky.min() > 0.9
    assert (drawn.frames[:, 2:14, 4:-4].mean((0, 1, 2)) - torch.tensor([0.5, 0.7, 0.95])).abs().max() < 0.08
    assert drawn.z[:, 2:14, 4:-4].min() > 0.3 * float(views.depth.z[0].max())


def test_a_sky_without_depth_is_no_endless_hole():
    """Trap 27: half the picture has no depth at all, so every view of it shows a hole; the search still ends."""
    frame, depth = ground_and_sky(50.0)
    depth.valid[:, :18] = False
    depth = replace(depth, z=torch.where(depth.valid, depth.z, torch.zeros(())))
    calls = []

    def count(image, hole, prompt="", seed=0, z=None):
        calls.append(float(hole.mean()))
        return telea.tiny()(image, hole, prompt, seed)

    path = camera_path("truck", 9, 1.0, REFERENCE, distance=3.0)
    options = SceneOptions(views=5, spiral_stop=0.0, path_stop=0.0)
    scene = complete_scene(frame, None, depth, count, K=K, path=path, options=options, run=Runtime())
    assert len(scene.views.frames) <= 6
    assert len(calls) <= 6
    assert torch.isfinite(scene.views.depth.z).all() and torch.isfinite(scene.views.frames).all()


def test_the_joined_depth_keeps_what_is_known_and_fits_it():
    """Trap 21: the residual is taken on the known side, before and after; a wild guess inside the hole is no anchor."""
    _, depth = ground_and_sky(8.0)
    z = depth.z[0]
    hole = torch.zeros(HEIGHT, WIDTH, dtype=torch.bool)
    hole[10:40, 30:60] = True
    guess = 1 / (0.7 / z + 0.02)
    spoiled = torch.where(hole, 50.0, z)  # what lies in the hole beforehand (the character) must not count
    joined = join_depth(guess, spoiled, ~hole, hole, fit=True)
    other = join_depth(guess, torch.where(hole, 0.1, z), ~hole, hole, fit=True)
    torch.testing.assert_close(joined, other)
    assert ((joined - z).abs() / z)[~hole].median() < 0.01
    assert ((joined - z).abs() / z)[hole].quantile(0.95) < 0.02


def test_the_cut_out_plate_has_no_outline():
    """Trap 28: cut a soft-edged figure out, fill the hole: the seam is no steeper than the picture 20 px away."""
    ys, xs = torch.meshgrid(torch.arange(150) + 0.5, torch.arange(220) + 0.5, indexing="ij")
    alpha = ((40 - ((xs - 90) ** 2 + ((ys - 75) * 0.8) ** 2).sqrt()) / 8 + 0.5).clamp(0, 1)
    scene = 0.4 + 0.2 * torch.stack([(xs / 45).sin(), (ys / 40).cos(), ((xs + ys) / 60).sin()], -1)
    picture = torch.tensor([0.9, 0.1, 0.6]) * alpha[..., None] + scene * (1 - alpha[..., None])
    cut = cut_out(picture, None, mask=alpha)
    plate = telea.tiny()(picture, cut.hole_mask)
    steep = sum(g.abs() for g in torch.gradient(plate.mean(-1)))
    rim = torch.nn.functional.max_pool2d(cut.hole_mask[None], 7, 1, 3)[0] - cut.hole_mask
    grown = torch.nn.functional.max_pool2d(cut.hole_mask[None], 41, 1, 20)[0]
    away = torch.nn.functional.max_pool2d(grown[None], 7, 1, 3)[0] - grown
    assert steep[rim > 0].mean() < 1.1 * steep[away > 0].mean()
    magenta = (plate - torch.tensor([0.9, 0.1, 0.6])).abs().amax(-1) < 0.25
    assert not magenta.any()


@pytest.mark.parametrize("name", ["torch", "numba", "warp"])
def test_equal_depths_are_drawn_in_the_order_they_come(name):
    """Trap 33: two layers of one depth over several tiles; every tile must put the same one in front."""
    count = 12
    x = torch.linspace(-1.0, 1.0, count)
    means = torch.stack([x, torch.zeros(count), torch.full((count,), 2.0)], -1)
    colours = torch.zeros(2 * count, 1, 3)
    colours[:count, 0, 0], colours[count:, 0, 1] = 1.7, 1.7
    layers = Gaussians(
        means=means.repeat(2, 1),
        quats=torch.tensor([[1.0, 0, 0, 0]]).repeat(2 * count, 1),
        scales=torch.full((2 * count, 3), 0.12),
        opacities=torch.full((2 * count,), 0.7),
        sh=colours,
    )
    order = torch.arange(2 * count).reshape(2, count).T.reshape(-1)  # red, green, red, green ...
    fields = {k: getattr(layers, k)[order] for k in ("means", "quats", "scales", "opacities", "sh")}
    rgb, alpha, _ = rasterize(Gaussians(**fields), torch.eye(4), K, WIDTH, HEIGHT, rasterizer=name)
    seen = alpha > 0.5
    assert seen.sum() > 300
    assert (rgb[..., 0] > rgb[..., 1])[seen].all()  # each red lies before its green twin, in all tiles
    row = rgb[20, 12:76, 0] - rgb[20, 12:76, 1]
    assert row.diff().abs().max() < 0.2  # and no tile border (16, 32, 48, 64) shows as a step


def test_the_first_picture_outlives_the_views_made_from_it():
    """Trap 36: later views are blurred copies of the first plus new pixels; training on them may not blur it."""
    frame, depth = ground_and_sky(8.0)
    path = camera_path("truck", 9, 1.0, REFERENCE, distance=3.0)
    options = SceneOptions(views=4, spiral_stop=0.01)
    views = complete_scene(frame, None, depth, telea.tiny(), K=K, path=path, options=options, run=Runtime()).views
    soft = torch.nn.functional.avg_pool2d(views.frames[1:].permute(0, 3, 1, 2), 5, 1, 2, count_include_pad=False)
    stale = replace(views, frames=torch.cat([views.frames[:1], soft.permute(0, 2, 3, 1)]))
    start = gaussians_from_views(stale)
    fitted = fit(stale, options=FitOptions(steps=80), run=Runtime(), init=start, path=path).gaussians
    before, after = (psnr(render(g, REFERENCE, run=Runtime()).frames, views.frames[:1]) for g in (start, fitted))
    assert after > before - 0.3
    assert after > 30


def test_the_cpu_path_imports_no_gsplat(monkeypatch):
    """Trap 37: on a machine that has gsplat, whose import compiles CUDA code, the CPU never touches it."""
    monkeypatch.setitem(sys.modules, "gsplat", None)  # importing it would raise
    frame, depth = ground_and_sky(8.0)
    options = SceneOptions(views=0, spiral=False, outpaint=0.0)
    views = complete_scene(frame, None, depth, telea.tiny(), K=K, options=options, run=Runtime()).views
    for rasterizer in ("auto", "torch"):
        result = fit(views, options=FitOptions(steps=2, rasterizer=rasterizer), run=Runtime()).gaussians
        assert render(result, REFERENCE, rasterizer=rasterizer, run=Runtime()).alpha.mean() > 0.9
