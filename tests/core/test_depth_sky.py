"""Where the sky is, by colours and by a network's disparity; and what must not be taken for one."""

import pytest
import torch

from dreamdance_core.depth.sky import above, sky_of_disparity, sky_of_picture

HEIGHT, WIDTH = 150, 220
V, U = torch.meshgrid(torch.arange(HEIGHT) / HEIGHT, torch.arange(WIDTH) / WIDTH, indexing="ij")


def colours(top: tuple, bottom: tuple) -> torch.Tensor:
    """A picture whose colour runs from top to bottom."""
    return torch.lerp(torch.tensor(top), torch.tensor(bottom), V[..., None])


def noise(strength: float) -> torch.Tensor:
    return strength * torch.randn(HEIGHT, WIDTH, 1, generator=torch.Generator().manual_seed(0))


def skyline() -> torch.Tensor:
    """True below a jagged skyline of hills and one tower."""
    ridge = 0.6 + 0.06 * (9 * U).sin() + 0.03 * (31 * U).cos()
    return (ridge < V) | ((U > 0.3) & (U < 0.42) & (V > 0.25))


def landscape(top=(0.25, 0.5, 0.95), bottom=(0.8, 0.9, 1.0)) -> torch.Tensor:
    """A day: a blue that pales downwards, white clouds, rough dark hills."""
    cloud = ((7 * U).sin() * (11 * V + 2).sin() > 0.75)[..., None]
    sky = torch.where(cloud, torch.tensor(0.97), colours(top, bottom))
    return torch.where(skyline()[..., None], torch.tensor([0.25, 0.35, 0.15]) + noise(0.12), sky).clamp(0, 1)


def agreement(a: torch.Tensor, b: torch.Tensor) -> float:
    return float((a & b).sum() / (a | b).sum().clamp_min(1))


@pytest.mark.parametrize(
    ("top", "bottom"),
    [((0.25, 0.5, 0.95), (0.8, 0.9, 1.0)), ((0.95, 0.5, 0.2), (1.0, 0.95, 0.75))],
    ids=["day", "dusk"],
)
def test_the_sky_is_found_down_to_the_skyline(top, bottom):
    picture = landscape(top, bottom)
    before = picture.clone()
    found = sky_of_picture(picture)
    assert found.shape == (HEIGHT, WIDTH) and found.dtype == torch.bool and torch.equal(picture, before)
    assert agreement(found, ~skyline()) > 0.95
    assert not found[int(0.3 * HEIGHT) :, 67:92].any(), "the tower is sky"


def test_water_that_mirrors_the_sky_is_no_sky():
    sea = torch.lerp(torch.tensor([0.1, 0.3, 0.7]), torch.tensor([0.05, 0.15, 0.4]), V[..., None])
    picture = torch.where((V > 0.55)[..., None], sea, colours((0.25, 0.5, 0.95), (0.8, 0.9, 1.0)))
    assert agreement(sky_of_picture(picture), V <= 0.55) > 0.97


def room(wall: torch.Tensor, ceiling: torch.Tensor) -> torch.Tensor:
    """A wall with a ceiling above, a brown floor below and a dark picture on the wall."""
    picture = torch.where((0.3 + 0.2 * (U - 0.5).abs() > V)[..., None], ceiling, wall)
    picture = torch.where((V > 0.75)[..., None], torch.tensor([0.45, 0.3, 0.2]) + noise(0.05), picture)
    frame = (V > 0.4) & (V < 0.6) & (U > 0.4) & (U < 0.55)
    return torch.where(frame[..., None], torch.tensor(0.2), picture).clamp(0, 1)


WHITE, CREAM = colours((0.97, 0.97, 0.97), (0.9, 0.9, 0.9)), colours((1.0, 0.98, 0.92), (0.9, 0.86, 0.8))
NOT_SKIES = {
    "white paper": torch.full((HEIGHT, WIDTH, 3), 1.0),
    "grey paper with grain": 0.6 + noise(0.01).expand(-1, -1, 3),
    "cream paper, vignetted": (CREAM - 0.2 * ((U - 0.5) ** 2 + (V - 0.5) ** 2)[..., None]).clamp(0, 1),
    "blue paper": torch.tensor([0.5, 0.7, 0.95]).expand(HEIGHT, WIDTH, 3).contiguous(),
    "a bright ceiling": room(torch.full((HEIGHT, WIDTH, 3), 0.7), WHITE),
    "a lit ceiling": room(CREAM, colours((0.9, 0.9, 0.9), (1.0, 1.0, 1.0))),
    "a blue wall": room(*[torch.tensor([0.55, 0.7, 0.9]).expand(HEIGHT, WIDTH, 3)] * 2),
    "snow below trees": torch.where((V > 0.5)[..., None], torch.tensor([0.93, 0.96, 1.0]), 0.2 + noise(0.1)).clamp(
        0, 1
    ),
    "a wooden room": room(colours((0.4, 0.25, 0.15), (0.5, 0.3, 0.2)), colours((0.3, 0.2, 0.1), (0.35, 0.2, 0.15))),
    "leaves to the top": (torch.tensor([0.9, 0.6, 0.2]) + noise(0.2)).clamp(0, 1),
}


@pytest.mark.parametrize("name", NOT_SKIES)
def test_what_is_no_sky(name):
    picture = NOT_SKIES[name]
    assert not sky_of_picture(picture).any()
    # A network that puts the upper third farthest, as the far wall of a relative map is, does not change that.
    far_wall = torch.where(V < 0.35, 0.3, 0.3 + 5 * (V - 0.35))
    assert not sky_of_disparity(far_wall, picture).any()


def test_a_disparity_of_zero_shows_the_sky_that_colours_leave_open():
    """An overcast sky is white: only the network tells it from a wall; a sheet of one white stays paper."""
    ground = skyline()
    disparity = torch.where(ground, 1.0 + 4 * V, torch.zeros_like(V))
    grey = torch.where(ground[..., None], 0.3 + noise(0.1), colours((0.8, 0.8, 0.82), (0.98, 0.98, 0.98))).clamp(0, 1)
    assert not sky_of_picture(grey).any()
    assert agreement(sky_of_disparity(disparity, grey), ~ground) > 0.95
    assert agreement(sky_of_disparity(disparity, landscape()), ~ground) > 0.95
    paper = torch.where(ground[..., None], 0.3 + noise(0.1), torch.ones(3)).clamp(0, 1)
    assert not sky_of_disparity(disparity, paper).any()
    assert not sky_of_disparity(torch.zeros(HEIGHT, WIDTH), landscape()).any()


def test_only_what_reaches_the_upper_border_is_above():
    mask = torch.zeros(2, 8, 9, dtype=torch.bool)
    mask[0, :4, :3], mask[0, 5:, 5:], mask[1, 2:, :] = True, True, True
    want = torch.zeros_like(mask)
    want[0, :4, :3] = True
    assert torch.equal(above(mask), want)
