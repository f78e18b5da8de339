"""LPIPS: numbers of the published package, order of distortions, weighting by a mask."""

import pytest
import torch
from torch.nn import functional

from dreamdance_core.evaluation.lpips import Lpips, load, lpips
from dreamdance_core.runtime import Runtime

# The PyPI package lpips 0.1.4 (net="alex", its own heads, the same backbone) on waves(), pictures times 2 minus 1:
# plain, and with spatial=True the mean of rows 20:50, columns 30:90.
PUBLISHED, PUBLISHED_INSIDE = 0.35193196, 0.38594869


@pytest.fixture(scope="module")
def network() -> Lpips:
    return load(Runtime())


def waves() -> tuple[torch.Tensor, torch.Tensor]:
    ys, xs = torch.meshgrid(torch.arange(90) / 89, torch.arange(120) / 119, indexing="ij")
    a = torch.stack([(xs * 20).sin(), (ys * 13).cos(), ((xs + ys) * 9).sin()], -1) * 0.5 + 0.5
    return a, torch.stack([a[..., 1], a[..., 0], a[..., 2] ** 2], -1)


def test_the_numbers_are_those_of_the_published_package(network):
    a, b = waves()
    inside = torch.zeros(90, 120)
    inside[20:50, 30:90] = 1
    assert lpips(network, a, b) == pytest.approx(PUBLISHED, abs=2e-6)
    assert lpips(network, a, b, inside) == pytest.approx(PUBLISHED_INSIDE, abs=2e-6)
    assert lpips(network, a, b, 0.25 * inside) == pytest.approx(PUBLISHED_INSIDE, abs=2e-6)


def test_vgg_is_the_published_package_too_and_the_tables_range_differs():
    """torchmetrics' LPIPS with its own heads and torchvision's VGG-16, filled with the same backbone. Trap 63."""
    from torchmetrics.functional.image.lpips import _LPIPS

    own = load(Runtime(), "vgg")
    other = _LPIPS(pretrained=True, net="vgg", pnet_rand=True, use_dropout=True).eval()
    convolutions = [m for m in other.net.modules() if isinstance(m, torch.nn.Conv2d)]
    for mine, theirs in zip(own.layers, convolutions, strict=True):
        theirs.load_state_dict(mine.state_dict())
    a, b = waves()
    planes = [p.movedim(-1, 0)[None] for p in (a, b)]
    with torch.no_grad():
        expected, table = other(*planes, normalize=True), other(*planes, normalize=False)
        assert float(own(a, b)) == pytest.approx(float(expected), abs=2e-6)
        assert float(own(a, b, centred=False)) == pytest.approx(float(table), abs=2e-6)
    assert abs(float(expected) - float(table)) > 0.01


def test_equal_pictures_have_no_distance_and_more_blur_is_farther(network):
    noise = torch.rand(3, 96, 128, generator=torch.Generator().manual_seed(1))
    picture = functional.interpolate(noise[None, :, :48, :64], (96, 128), mode="bilinear")[0].movedim(0, -1)
    assert lpips(network, picture, picture) == 0
    found = []
    for size in (3, 7, 15):
        blurred = functional.avg_pool2d(picture.movedim(-1, 0), size, 1, size // 2, count_include_pad=False)
        found.append(lpips(network, picture, blurred.movedim(0, -1)))
    assert 0.02 < found[0] < found[1] < found[2]


def test_a_change_outside_the_mask_counts_little(network):
    a, _ = waves()
    b = a.clone()
    b[:, :20] = 1 - b[:, :20]
    left, right = torch.zeros(90, 120), torch.zeros(90, 120)
    left[:, :20], right[:, 70:] = 1, 1
    assert lpips(network, a, b, left) > 0.2 > 10 * lpips(network, a, b, right)


def test_bad_input_is_named():
    network, picture = Lpips(), torch.rand(40, 50, 3)
    with pytest.raises(ValueError, match="31 px"):
        network(picture[:30], picture[:30])
    with pytest.raises(ValueError, match="one size"):
        lpips(network, picture, picture[:, :40])
    with pytest.raises(ValueError, match="sum above 0"):
        network(picture, picture, torch.zeros(40, 50))


def test_absent_weights_are_one_sentence(monkeypatch, tmp_path):
    monkeypatch.setenv("DREAMDANCE_WEIGHTS", str(tmp_path))
    monkeypatch.setattr("dreamdance_core.io.weights._in_wheel", lambda weight: None)
    with pytest.raises(FileNotFoundError, match="weights get lpips_alex") as caught:
        load(Runtime())
    assert "\n" not in str(caught.value)
