"""Gaussians from views: where they start, what fitting does to them, what rendering gives back."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from dreamdance_core.gaussians.fit import FitOptions, fit
from dreamdance_core.gaussians.init import gaussians_from_views
from dreamdance_core.gaussians.losses import picture_loss, ssim_windows
from dreamdance_core.gaussians.projection import SH_C0
from dreamdance_core.gaussians.render import render
from dreamdance_core.geometry.pinhole import rays
from dreamdance_core.geometry.rigid import look_at, matrix_from_quat, rigid_inverse
from dreamdance_core.runtime import Runtime
from dreamdance_core.types import Cameras, Depth, Views

WIDTH, HEIGHT = 64, 48
K = torch.tensor([[60.0, 0.0, 30.3], [0.0, 60.0, 25.2], [0.0, 0.0, 1.0]])
FIELDS = ("means", "quats", "scales", "opacities", "sh")
NORMAL = torch.tensor([0.1, -0.35, -1.0])  # of the wall n.x = NORMAL.(0,0,2)


def wall_views(c2w: torch.Tensor, scale: float = 1.0) -> Views:
    """Exact pictures of a painted slanted wall; colours are a smooth function of the world point."""
    frames, depths = [], []
    for pose in c2w:
        direction = rays(K, WIDTH, HEIGHT) @ pose[:3, :3].T
        z = (NORMAL @ (torch.tensor([0.0, 0.0, 2.0]) - pose[:3, 3])) / (direction @ NORMAL)
        point = pose[:3, 3] + direction * z[..., None]
        u, v = point[..., 0] * 9, point[..., 1] * 9
        frames.append(torch.stack([torch.sin(u), torch.cos(v), torch.sin(u - v)], -1) * 0.35 + 0.5)
        depths.append(z * scale)
    c2w = c2w.clone()
    c2w[:, :3, 3] *= scale
    count = len(frames)
    return Views(
        frames=torch.stack(frames),
        depth=Depth(z=torch.stack(depths), valid=torch.ones(count, HEIGHT, WIDTH, dtype=torch.bool)),
        trusted=torch.ones(count, HEIGHT, WIDTH),
        cameras=Cameras(c2w=c2w, K=K.expand(count, 3, 3).clone(), width=WIDTH, height=HEIGHT),
    )


def poses() -> torch.Tensor:
    """The identity and two cameras beside it."""
    eyes = torch.tensor([[0.0, 0.0, 0.0], [0.25, 0.0, 0.1], [-0.2, 0.1, 0.0]])
    c2w = look_at(eyes, torch.tensor([0.0, 0.0, 2.0]).expand(3, 3))
    c2w[0] = torch.eye(4)
    return c2w


def psnr(a: torch.Tensor, b: torch.Tensor) -> float:
    return float(-10 * torch.log10((a - b).square().mean()))


def first_of(views: Views) -> Views:
    return replace(
        views,
        frames=views.frames[:1],
        depth=Depth(z=views.depth.z[:1], valid=views.depth.valid[:1]),
        trusted=views.trusted[:1],
        cameras=views.cameras[0],
    )


def test_gaussians_lie_on_their_pixels_and_flat_on_the_surface():
    """Trap 13: means project to pixel centres; the thin axis is the wall's normal."""
    views = wall_views(poses()[1:2])
    g = gaussians_from_views(views)
    camera = g.means @ rigid_inverse(views.cameras.c2w[0])[:3, :3].T + rigid_inverse(views.cameras.c2w[0])[:3, 3]
    uv = (camera @ K.T)[:, :2] / camera[:, 2:]
    v, u = torch.meshgrid(torch.arange(HEIGHT) + 0.5, torch.arange(WIDTH) + 0.5, indexing="ij")
    assert torch.allclose(uv, torch.stack([u, v], -1).flatten(0, 1), atol=1e-3)
    assert torch.allclose(camera[:, 2], views.depth.z[0].flatten(), atol=1e-5)
    thin = torch.gather(matrix_from_quat(g.quats), 2, g.scales.argmin(-1)[:, None, None].expand(-1, 3, 1))[..., 0]
    assert (thin @ NORMAL / NORMAL.norm()).abs().min() > 0.999
    assert torch.allclose(SH_C0 * g.sh[:, 0] + 0.5, views.frames[0].flatten(0, 1), atol=1e-6)


def test_only_fresh_valid_trusted_pixels_start_gaussians():
    views = wall_views(poses()[:1])
    fresh = torch.ones(1, HEIGHT, WIDTH, dtype=torch.bool)
    fresh[:, :10] = False
    views.depth.valid[:, 10:20] = False
    views.trusted[:, 20:30] = 0
    assert len(gaussians_from_views(replace(views, fresh=fresh))) == (HEIGHT - 30) * WIDTH
    with pytest.raises(ValueError, match="no pixel with valid depth"):
        gaussians_from_views(replace(views, fresh=torch.zeros_like(fresh)))


def test_nothing_spans_a_depth_edge():
    """Trap 16's cousin: a step from 1 to 3 units leaves no Gaussian wider than its surface asks for."""
    views = wall_views(poses()[:1])
    z = torch.full((1, HEIGHT, WIDTH), 3.0)
    z[:, :, 20:40] = 1.0
    g = gaussians_from_views(replace(views, depth=Depth(z=z, valid=views.depth.valid)))
    pixel = z.flatten() / 60.0
    assert (g.scales.amax(-1) / pixel).max() < 0.65  # 0.5 px, a little more off the optical axis
    assert torch.equal(g.means[:, 2], z.flatten())


def test_steep_planes_are_planes():
    """A floor that gains a fifth of its depth per pixel is still covered seamlessly when seen from above."""
    v = torch.arange(HEIGHT) + 0.5 - 2.0
    views = wall_views(poses()[:1])
    z = (60.0 / v.clamp_min(4.0))[None, :, None].expand(1, HEIGHT, WIDTH).contiguous()  # the floor y = 1 below y = 6
    valid = (v >= 4)[None, :, None].expand(1, HEIGHT, WIDTH).contiguous()
    k = K.clone()
    k[1, 2] = 2.0
    cameras = Cameras(c2w=torch.eye(4)[None], K=k[None], width=WIDTH, height=HEIGHT)
    g = gaussians_from_views(replace(views, depth=Depth(z=z, valid=valid), cameras=cameras))
    up = matrix_from_quat(g.quats)[torch.arange(len(g)), 1, g.scales.argmin(-1)]
    assert up.abs().min() > 0.999  # thin along y, the normal of the floor


def test_fitting_sharpens_seen_and_unseen_views():
    """Traps 31, 36 and 13: the first view ends above 35 dB and unshifted, held-out cameras gain as well."""
    views = wall_views(poses())
    alone = first_of(views)
    start = gaussians_from_views(alone)
    fitted = fit(alone, options=FitOptions(steps=60), run=Runtime()).gaussians
    before, after = (render(g, views.cameras, run=Runtime()) for g in (start, fitted))
    assert psnr(after.frames[0], views.frames[0]) > 35
    for i in (1, 2):
        inner = (slice(8, -8), slice(16, -16))  # the wall goes on where the first view ends
        gain = psnr(after.frames[i][inner], views.frames[i][inner]) - psnr(
            before.frames[i][inner], views.frames[i][inner]
        )
        assert gain > 1
    import cv2

    window = cv2.createHanningWindow((WIDTH, HEIGHT), cv2.CV_32F)
    pictures = [views.frames[0].mean(-1).numpy(), after.frames[0].mean(-1).numpy()]
    assert math.hypot(*cv2.phaseCorrelate(*pictures, window)[0]) < 0.05


def test_a_wrong_colour_halves_within_fifty_steps():
    """Trap 31."""
    views = first_of(wall_views(poses()))
    start = gaussians_from_views(replace(views, frames=(views.frames - 0.2).clamp(0, 1)))
    fitted = fit(views, options=FitOptions(steps=50), run=Runtime(), init=start).gaussians
    errors = [(render(g, views.cameras, run=Runtime()).frames - views.frames).abs().mean() for g in (start, fitted)]
    assert errors[1] < 0.5 * errors[0]


def test_black_and_white_pictures_train():
    """Trap 30: logits of 0 and 1 stay finite and move."""
    views = first_of(wall_views(poses()))
    for value in (0.0, 1.0):
        start = gaussians_from_views(replace(views, frames=torch.full_like(views.frames, 1 - value)))
        flat = replace(views, frames=torch.full_like(views.frames, value))
        result = fit(flat, options=FitOptions(steps=30, lr_colours=0.2), run=Runtime(), init=start)
        assert all(torch.isfinite(getattr(result.gaussians, k)).all() for k in FIELDS)
        assert (render(result.gaussians, views.cameras, run=Runtime()).frames - value).abs().mean() < 0.3


def test_untrusted_pixels_have_no_influence():
    """Neither their colours nor their depth reach the result, not even through an SSIM window."""
    views = wall_views(poses()[:2])
    views.trusted[1, 10:30, 20:50] = 0
    other = replace(views, frames=views.frames.clone(), depth=replace(views.depth, z=views.depth.z.clone()))
    other.frames[1, 10:30, 20:50] = 1.0
    other.depth.z[1, 10:30, 20:50] = 0.5
    options = FitOptions(steps=6)
    a, b = (fit(v, options=options, run=Runtime(), init=gaussians_from_views(first_of(v))) for v in (views, other))
    assert all(torch.equal(getattr(a.gaussians, k), getattr(b.gaussians, k)) for k in FIELDS)


def test_the_unit_of_the_scene_does_not_matter():
    """Trap 2: the same scene in a unit ten times smaller renders the same."""
    pictures = []
    for scale in (1.0, 10.0):
        views = wall_views(poses(), scale)
        g = fit(views, options=FitOptions(steps=8), run=Runtime()).gaussians
        pictures.append(render(g, views.cameras, run=Runtime()).frames)
    assert (pictures[0] - pictures[1]).abs().mean() < 1 / 255


def test_same_seed_same_gaussians_and_inputs_stay():
    views = wall_views(poses())
    kept = views.frames.clone()
    options = FitOptions(steps=6, max_side=40, seed=5)
    a, b, c = (fit(views, options=o, run=Runtime()).gaussians for o in (options, options, replace(options, seed=6)))
    assert all(torch.equal(getattr(a, k), getattr(b, k)) for k in FIELDS)
    assert not torch.equal(a.sh, c.sh)
    assert torch.equal(views.frames, kept)


def test_fits_inside_inference_mode_and_without_numba():
    """Trap 35, and the torch rasterizer as the last resort."""
    with torch.inference_mode():
        views = wall_views(poses()[:2])
        result = fit(views, options=FitOptions(steps=3, rasterizer="torch"), run=Runtime())
        frames = render(result.gaussians, views.cameras, rasterizer="torch", run=Runtime()).frames
    assert psnr(frames, views.frames) > 20
    assert not result.gaussians.means.requires_grad


def test_cancelling_stops_at_once():
    seen = []

    class Stop(Exception):
        pass

    def report(done: int, total: int, preview: torch.Tensor | None = None) -> None:
        seen.append((done, total, None if preview is None else preview.shape))
        if done == 3:
            raise Stop

    views = wall_views(poses()[:1])
    with pytest.raises(Stop):
        fit(views, options=FitOptions(steps=50), run=Runtime(report=report))
    assert seen[0] == (1, 50, (HEIGHT, WIDTH, 3)) and len(seen) == 3
    seen.clear()
    with pytest.raises(Stop):
        render(gaussians_from_views(views), views.cameras[[0] * 5], run=Runtime(report=report))
    assert [s[0] for s in seen] == [1, 2, 3]


def test_render_leaves_no_depth_in_holes():
    """Trap 32: a camera that looks past the wall's end gets z = 0 and coverage 0 there, never a near surface."""
    views = wall_views(poses()[:1])
    aside = torch.eye(4)[None].clone()
    aside[0, 0, 3] = 1.5
    cameras = Cameras(c2w=aside, K=K[None], width=80, height=40)
    out = render(gaussians_from_views(views), cameras, run=Runtime())
    assert out.frames.shape == (1, 40, 80, 3)
    hole = out.alpha < 0.5
    assert hole.float().mean() > 0.2 and (out.z[hole] == 0).all()
    assert (out.z[~hole] > 1).all()


def test_ssim_is_one_for_equal_and_low_for_unrelated_pictures():
    rng = np.random.default_rng(0)
    a, b = (torch.from_numpy(rng.uniform(size=(24, 32, 3))).float() for _ in range(2))
    assert torch.allclose(ssim_windows(a, a), torch.ones(5, 7))
    assert ssim_windows(a, b).mean() < 0.2
    weight = torch.zeros(24, 32)
    assert float(picture_loss(a, b, weight, 0.2)) == 0
