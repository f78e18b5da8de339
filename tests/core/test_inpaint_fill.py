"""What every weight-free inpainter owes, and what the default one is good for."""

import pytest
import torch

from dreamdance_core.inpaint.backends import patchmatch, telea

FILLS = [patchmatch, telea]


def _scene(height: int = 90, width: int = 140) -> torch.Tensor:
    """Sky above a striped floor."""
    picture = torch.zeros(height, width, 3)
    picture[:45] = torch.tensor([0.3, 0.5, 0.9])
    columns = (torch.arange(width) // 6 % 2).float()[None, :, None]
    picture[45:] = 0.3 + 0.3 * columns * torch.tensor([1.0, 0.8, 0.5])
    noise = torch.rand(height, width, 3, generator=torch.Generator().manual_seed(0))
    return (picture + 0.02 * noise).clamp(0, 1)


@pytest.mark.parametrize("module", FILLS, ids=lambda module: module.__name__.rsplit(".", 1)[-1])
def test_mask_polarity_and_known_pixels(module):
    """Traps 22, 24: empty changes nothing, bit for bit; full changes all; between, only the hole."""
    fill, picture = module.tiny(), _scene()
    assert torch.equal(fill(picture, torch.zeros(90, 140)), picture)
    everything = fill(picture, torch.ones(90, 140))
    assert torch.isfinite(everything).all() and not torch.isclose(everything, picture, atol=1e-3).all(-1).all()
    hole = torch.zeros(90, 140)
    hole[20:70, 50:80] = 1
    broken = torch.where(hole[..., None] > 0, torch.tensor([1.0, 0.0, 1.0]), picture)
    filled = fill(broken, hole)
    assert torch.equal(filled[hole == 0], picture[hole == 0])
    assert (filled - torch.tensor([1.0, 0.0, 1.0])).abs().amax(-1)[hole > 0].min() > 0.2
    assert torch.equal(filled, fill(broken, hole))


@pytest.mark.parametrize("module", FILLS, ids=lambda module: module.__name__.rsplit(".", 1)[-1])
@pytest.mark.parametrize("size", [(5, 40), (40, 5), (3, 3), (64, 65)])
def test_odd_sizes(module, size):
    picture = torch.rand(*size, 3, generator=torch.Generator().manual_seed(2))
    hole = torch.zeros(*size)
    hole[1:-1, 1:-1] = 1
    filled = module.tiny()(picture, hole)
    assert filled.shape == picture.shape and torch.isfinite(filled).all()
    assert torch.equal(filled[hole == 0], picture[hole == 0])


@pytest.mark.parametrize("largest_hole", [100_000, 300])
def test_patchmatch_continues_sky_with_sky_and_floor_with_floor(largest_hole):
    """Trap 28: a figure from top to bottom leaves neither outline nor ghost; both sizes of work."""
    picture = _scene()
    hole = torch.zeros(90, 140)
    hole[10:85, 52:86] = 1
    broken = torch.where(hole[..., None] > 0, torch.tensor([0.9, 0.1, 0.1]), picture)
    filled = patchmatch.PatchMatch(largest_hole)(broken, hole)
    sky, floor = filled[14:40, 52:86], filled[52:80, 52:86]
    assert (sky.mean((0, 1)) - picture[:40].mean((0, 1))).abs().max() < 0.06
    assert (floor.mean((0, 1)) - picture[50:].mean((0, 1))).abs().max() < 0.1
    assert floor.std() > 0.4 * picture[50:].std()  # the stripes go on
    across = filled.diff(dim=1).abs().mean(-1)[:40]
    ring, away = across[12:38, 51], across[12:38, 20:40]
    assert ring.mean() < away.mean() + 0.02


def test_seed_chooses_and_repeats():
    picture = torch.rand(60, 70, 3, generator=torch.Generator().manual_seed(5))
    hole = torch.zeros(60, 70)
    hole[15:45, 20:50] = 1
    fill = patchmatch.PatchMatch()
    assert torch.equal(fill(picture, hole, "", 3), fill(picture, hole, "a lake", 3))
    assert not torch.equal(fill(picture, hole, "", 3), fill(picture, hole, "", 4))


def _stone_and_box() -> torch.Tensor:
    """Mottled wall and floor, and one green box that stands clear of the hole."""
    make = torch.Generator().manual_seed(0)
    picture = torch.tensor([0.55, 0.5, 0.6]).expand(120, 200, 3).clone()
    picture[50:] = torch.tensor([0.6, 0.5, 0.4])
    mottled, shades = torch.rand(1, 3, 20, 33, generator=make), torch.rand(1, 1, 14, 6, generator=make)
    grow = torch.nn.functional.interpolate
    picture += 0.25 * (grow(mottled, (120, 200), mode="bilinear")[0].movedim(0, -1) - 0.5)
    picture[40:96, 156:180] = torch.tensor([0.15, 0.7, 0.2])
    picture[40:96, 156:180] += 0.3 * (grow(shades, (56, 24), mode="bilinear")[0].movedim(0, -1) - 0.5)
    return picture.clamp(0, 1)


def _green(picture: torch.Tensor, inside: torch.Tensor) -> int:
    return int(((picture[..., 1] - picture[..., 0].maximum(picture[..., 2]) > 0.2) & (inside > 0)).sum())


def test_an_object_that_stands_there_once_is_not_stamped_again():
    picture, hole = _stone_and_box(), torch.zeros(120, 200)
    hole[10:, 20:120] = 1
    assert _green(patchmatch.PatchMatch(rare=0.0)(picture, hole), hole) > 1000
    assert _green(patchmatch.PatchMatch()(picture, hole), hole) < 100


def test_an_object_that_the_hole_cuts_goes_on():
    picture, hole = _stone_and_box(), torch.zeros(120, 200)
    hole[10:, 40:160] = 1
    assert _green(patchmatch.PatchMatch()(picture, hole), hole) > 100  # the box's left edge, 4 px x 56


def test_margins_continue_outwards_without_streaks():
    """A quarter painted around the picture: bands stay at their height and stay rough, instead of drawn-out lines."""
    inner, wide = _scene(), torch.zeros(134, 210, 3)
    wide[22:112, 35:175] = inner
    hole = torch.ones(134, 210)
    hole[22:112, 35:175] = 0
    filled = patchmatch.PatchMatch()(wide, hole)
    assert torch.equal(filled[hole == 0], wide[hole == 0])
    for side in (slice(0, 30), slice(180, 210)):
        assert (filled[25:60, side].mean((0, 1)) - inner[:40].mean((0, 1))).abs().max() < 0.06
        assert filled[72:110, side].diff(dim=1).abs().mean() > 0.4 * inner[50:].diff(dim=1).abs().mean()


def test_flat_colours_stay_flat():
    picture = torch.tensor([0.9, 0.85, 0.8]).expand(90, 140, 3).clone()
    picture[50:] = torch.tensor([0.2, 0.4, 0.3])
    picture[49:51] = 0.05  # an outline between them
    hole = torch.zeros(90, 140)
    hole[10:85, 50:90] = 1
    filled = patchmatch.PatchMatch()(torch.where(hole[..., None] > 0, torch.tensor([1.0, 0, 0]), picture), hole)
    assert (filled - picture).abs().amax(-1).le(0.02).float().mean() > 0.99
