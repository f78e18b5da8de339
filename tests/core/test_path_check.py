"""Does a path stay inside the scene: shares that geometry tells, the factor that fits, words that name the frame."""

from dataclasses import replace

import pytest
import torch

from dreamdance_core.gaussians.init import gaussians_from_views
from dreamdance_core.geometry.rigid import rigid, so3_exp
from dreamdance_core.geometry.trajectory import Move, combined
from dreamdance_core.runtime import Runtime
from dreamdance_core.scene.check import check_path, look_at_depth
from dreamdance_core.scene.place import WantedPath, _avoid, place_path
from dreamdance_core.scene_steps import look_at_gaussians
from dreamdance_core.types import Cameras, Depth, Views

WIDTH, HEIGHT = 160, 96
K = torch.tensor([[150.0, 0, 85.0], [0, 150.0, 44.0], [0, 0, 1]])
REFERENCE = Cameras(c2w=torch.eye(4)[None], K=K[None], width=WIDTH, height=HEIGHT, fps=12.0)


def wall(z: float = 2.0) -> Depth:
    depth = torch.full((1, HEIGHT, WIDTH), z)
    return Depth(z=depth, valid=depth > 0)


def path(name: str, size: float, count: int = 9) -> Cameras:
    return combined([Move(name=name, size=size, ease="linear")], count, REFERENCE, distance=2.0)


def looks() -> dict:
    depth = wall()
    views = Views(frames=torch.full((1, HEIGHT, WIDTH, 3), 0.5), depth=depth, trusted=torch.ones(1, HEIGHT, WIDTH),
                  cameras=REFERENCE)  # fmt: skip
    return {"depth": look_at_depth(depth, K), "gaussians": look_at_gaussians(gaussians_from_views(views), Runtime())}


@pytest.mark.parametrize("scene", ["depth", "gaussians"])
def test_a_wall_is_left_by_what_the_lens_says(scene: str) -> None:
    """Moved by t along a wall at z = 2, f t / z px of it leave the picture; the factor leaves 1 % of the width."""
    look = looks()[scene]
    found = check_path(path("truck", 0.2), look)
    gone = 150 * 0.2 / 2 / WIDTH
    assert float(found.covered[-1]) == pytest.approx(1 - gone, abs=0.012)
    assert float(found.covered[0]) > 0.995 and not found.fits
    assert found.factor == pytest.approx(0.01 / gone, abs=0.08)
    assert found.verdict.startswith("Frame 8 leaves the scene") and "99% is wanted" in found.verdict
    assert f"{found.factor:.2f} times the way would fit" in found.verdict
    half = check_path(path("truck", 0.2), look, wanted=1 - 1.5 * gone)
    assert half.fits and half.factor == pytest.approx(1.5, abs=0.15)
    assert "stays inside the scene" in half.verdict and "could be 1." in half.verdict


@pytest.mark.parametrize("scene", ["depth", "gaussians"])
def test_surfaces_that_come_too_near_are_named(scene: str) -> None:
    found = check_path(path("dolly", 1.9), looks()[scene])
    assert float(found.nearest[0]) == pytest.approx(1.0, abs=0.02)
    assert float(found.nearest[4]) == pytest.approx((2 - 0.95) / 2, abs=0.03)
    assert not found.fits and "too near a surface" in found.verdict
    assert found.factor == pytest.approx((2 - 0.3) / 1.9, abs=0.03)
    fits = check_path(path("dolly", 1.0), looks()[scene])
    assert fits.fits and fits.factor == pytest.approx(1.7, abs=0.05)


def test_turning_out_of_the_scene_has_no_factor() -> None:
    look = looks()["depth"]
    both = combined([Move(name="pan", size=15.0), Move(name="dolly", size=0.1)], 7, REFERENCE)
    for turned in (path("pan", 15.0), both):
        found = check_path(turned, look)
        assert not found.fits and found.factor == 0.0 and "no shorter way would fit" in found.verdict
        smaller = check_path(turned, look, turns=True)
        assert 0 < smaller.factor < 1 and f"{smaller.factor:.2f} times the move would fit" in smaller.verdict
    still = check_path(path("static", 0.0), look)
    assert still.fits and still.factor == 1.0 and "could be" not in still.verdict
    away = replace(REFERENCE, c2w=rigid(so3_exp(torch.tensor([[0.0, 3.1, 0.0]])), torch.zeros(1, 3)))
    with pytest.raises(ValueError, match="sees nothing"):
        check_path(away, look)
    with pytest.raises(ValueError, match="wanted coverage"):
        check_path(path("static", 0.0), look, wanted=1.5)


def test_sky_covers_and_is_never_near() -> None:
    depth = wall()
    sky = torch.zeros(1, HEIGHT, WIDTH, dtype=torch.bool)
    sky[:, :40] = True
    above = replace(depth, valid=depth.valid & ~sky, z=torch.where(sky, 0.0, depth.z), sky=sky)
    assert check_path(path("dolly", 0.3), look_at_depth(above, K)).fits
    hole = replace(above, sky=None)
    found = check_path(path("dolly", 0.3), look_at_depth(hole, K))
    assert float(found.covered[0]) == pytest.approx(56 / 96, abs=0.02)


def test_progress_is_reported_and_the_table_has_every_frame() -> None:
    seen = []
    run = Runtime(report=lambda done, total, preview=None: seen.append((done, total)))
    found = check_path(path("truck", 0.2), looks()["depth"], run=run)
    assert len(seen) > 9 and seen[-1] == (1, 1) and all(a <= b for a, b in seen)
    assert [d / t for d, t in seen] == sorted(d / t for d, t in seen)
    rows = found.table.splitlines()
    assert rows[0] == "frame,covered,nearest" and len(rows) == 10 and rows[9].startswith("8,0.9")


def test_placing_says_what_it_shortened_and_keeps_the_path_smooth() -> None:
    """A camera pushed at a post in front of it: drawn back, told so, and without a jump between frames."""
    z = torch.full((HEIGHT, WIDTH), 4.0)
    z[:, 30:120] = 1.0  # the post; the near depth is 1
    said, seen = [], []
    run = Runtime(note=said.append, report=lambda done, total, preview=None: seen.append(done))
    ahead = path("dolly", 3.0, 40)
    placed = place_path(WantedPath(cameras=ahead, median_depth=2.0), z, K=K, sigma=0.0, run=run)
    assert len(said) == 1 and "as far as asked" in said[0]
    assert seen == [*range(41)]
    step = placed.c2w[:, 2, 3].diff()
    assert float(step.min()) > -0.02 and float(step.max()) < 0.12
    calm = path("truck", 0.05, 12)
    said.clear()
    place_path(WantedPath(cameras=calm, median_depth=4.0), z, K=K, run=run)
    assert said == []
    narrow = torch.full((HEIGHT, WIDTH), 3.0)
    narrow[40:60, 84:90] = 0.4  # a thing of few pixels right ahead: the near depth does not know of it
    placed = place_path(WantedPath(cameras=path("dolly", 1.5, 30), median_depth=3.0), narrow, K=K, sigma=0.0, run=run)
    assert any("drawn back before a surface" in line for line in said)
    assert float(placed.c2w[:, 2, 3].diff().diff().abs().max()) < 0.1
    assert torch.equal(placed.c2w[0], torch.eye(4))


def test_a_camera_that_looks_away_keeps_its_way() -> None:
    """Nothing to see is no collision: a shorter way would show nothing either."""
    z = wall().z[0]
    truck = path("truck", 0.2, 13)
    away = rigid(so3_exp(torch.linspace(0, 2.1, 13)[:, None] * torch.tensor([0.0, 1.0, 0.0])), truck.c2w[:, :3, 3])
    placed = _avoid(replace(truck, c2w=away), z, z > 0, Runtime())
    assert torch.equal(placed.c2w, away)
