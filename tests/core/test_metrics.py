"""Frame metrics against fixed pairs and scikit-image."""

import numpy as np
import pytest
import torch
from skimage.metrics import structural_similarity

from dreamdance_core.evaluation.metrics import compare, l1_table, mae, psnr, ssim, ssim_gauss


def flat(value: int, height: int = 24, width: int = 36) -> torch.Tensor:
    return torch.full((height, width, 3), value / 255)


def test_known_pair():
    """Trap 63: MAE 10, L1 = 10 / pixels, PSNR 28.13; identical frames give 100."""
    a, b = flat(100, 768, 768), flat(110, 768, 768)
    assert mae(a, b) == pytest.approx(10)
    assert l1_table(a, b) == pytest.approx(1.695e-5, rel=1e-3)
    assert psnr(a, b) == pytest.approx(28.13, abs=0.005)
    assert psnr(a, a) == 100


def test_ssim_equals_scikit_image():
    make = torch.Generator().manual_seed(0)
    a = torch.rand(40, 56, 3, generator=make)
    b = (a + 0.2 * torch.rand(40, 56, 3, generator=make)).clamp(0, 1)
    import cv2

    grey = [cv2.cvtColor((x * 255).round().byte().numpy(), cv2.COLOR_RGB2GRAY) for x in (a, b)]
    assert ssim(a, b) == pytest.approx(structural_similarity(*grey), abs=1e-6)


def test_the_authors_ssim_is_another_number():
    """scikit-image's Gaussian form, per colour, population covariance; and not the table's. Trap 63."""
    make = torch.Generator().manual_seed(1)
    a = torch.rand(48, 56, 3, generator=make)
    b = (a + 0.3 * torch.rand(48, 56, 3, generator=make)).clamp(0, 1)
    bytes_of = [(x * 255).round().byte().numpy() for x in (a, b)]
    gaussian = {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False}
    expected = structural_similarity(*bytes_of, channel_axis=2, **gaussian)
    assert ssim_gauss(a, b) == pytest.approx(expected, abs=1e-4)
    red, green = torch.tensor([1.0, 0, 0]), torch.tensor([0, 0.299 / 0.587, 0])  # of one grey
    noise = a[..., :1] * 0.5
    assert ssim(noise * red, noise * green) > 0.98 > 0.5 > ssim_gauss(noise * red, noise * green)
    with pytest.raises(ValueError, match="at least 11 px"):
        ssim_gauss(a[:10], b[:10])


def test_dark_minus_bright_does_not_wrap_around():
    """Trap 63: 8-bit differences."""
    assert mae(flat(10), flat(250)) == mae(flat(250), flat(10)) == pytest.approx(240)
    assert psnr(flat(10), flat(250)) == pytest.approx(20 * np.log10(255 / 240))


def test_compare_names_a_mismatch():
    with pytest.raises(ValueError, match="same frames and size"):
        compare(torch.zeros(2, 24, 36, 3), torch.zeros(3, 24, 36, 3))
    means = compare(torch.stack([flat(100), flat(100)]), torch.stack([flat(110), flat(100)]))
    assert means["mae"] == pytest.approx(5)
    assert np.isfinite(list(means.values())).all()
