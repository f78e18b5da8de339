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
