"""Distances between distributions against closed forms and torchmetrics. Traps 64 and 66."""

import ast
from pathlib import Path

import numpy as np
import pytest
import torch

from dreamdance_core.evaluation import bootstrap
from dreamdance_core.evaluation.distances import frechet, frechet_distance, kernel_distance

EVALUATION = Path(__file__).parents[2] / "dreamdance_core" / "evaluation"


def normal(count: int, width: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((count, width))


def test_the_closed_form_of_two_gaussians():
    """For covariances that commute: |ma - mb|^2 + sum of (sa - sb)^2 over the axes they share."""
    rng = np.random.default_rng(0)
    axes = np.linalg.qr(rng.standard_normal((6, 6)))[0]
    sa, sb = np.array([0.1, 0.5, 1, 2, 3, 0.0]), np.array([0.4, 0.5, 2, 0.1, 1, 0.7])
    ma, mb = rng.standard_normal(6), rng.standard_normal(6)
    a, b = (axes * s**2 @ axes.T for s in (sa, sb))
    expected = ((ma - mb) ** 2).sum() + ((sa - sb) ** 2).sum()
    assert frechet(ma, a, mb, b) == pytest.approx(expected, rel=1e-9)
    assert frechet(ma, a, ma, a) == pytest.approx(0, abs=1e-9)


def test_the_distance_is_that_of_torchmetrics():
    """Its FrechetInceptionDistance with features handed in; more samples than features, and fewer."""
    from torchmetrics.image.fid import FrechetInceptionDistance

    class Given(torch.nn.Module):
        num_features = 24

        def forward(self, x):
            return x.flatten(1)

    mix = np.random.default_rng(1).standard_normal((24, 24))
    for count in (200, 300):
        a, b = normal(count, 24, 2) @ mix, 0.7 * normal(250, 24, 3) @ mix.T + 0.3
        metric = FrechetInceptionDistance(feature=Given(), normalize=True)
        metric.set_dtype(torch.float64)
        metric.used_for_fid = True
        metric.update(torch.from_numpy(a), real=True)
        metric.update(torch.from_numpy(b), real=False)
        assert frechet_distance(a, b) == pytest.approx(float(metric.compute()), rel=1e-3)


def test_few_samples_of_many_features_give_the_same_number():
    a, b = normal(12, 60, 4), normal(15, 60, 5) + 0.2
    by_covariance = frechet(a.mean(0), np.cov(a.T), b.mean(0), np.cov(b.T))
    assert frechet_distance(a, b) == pytest.approx(by_covariance, rel=1e-6)
    assert frechet_distance(a, a) == pytest.approx(0, abs=1e-9)
    shuffled = a[np.random.default_rng(0).permutation(len(a))]
    assert frechet_distance(a, shuffled) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(
    ("count", "expected", "off"), [(20, 75, 6), (100, 23, 2), (1000, 2.2, 0.2), (5000, 0.46, 0.05)]
)
def test_few_samples_make_the_distance_large(count, expected, off):
    """Trap 64: 64 independent normal features, twice from the same distribution."""
    found = [frechet_distance(normal(count, 64, 2 * seed), normal(count, 64, 2 * seed + 1)) for seed in range(4)]
    assert np.mean(found) == pytest.approx(expected, abs=off)


def test_the_kernel_distance_has_no_such_bias_and_is_that_of_torchmetrics():
    from torchmetrics.image.kid import KernelInceptionDistance

    same = [kernel_distance(normal(20, 64, 2 * seed), normal(20, 64, 2 * seed + 1)) for seed in range(40)]
    assert abs(np.mean(same)) < 3 * np.std(same) / np.sqrt(40)
    assert kernel_distance(normal(20, 64, 0) + 0.5, normal(20, 64, 1)) > max(same)

    class Given(torch.nn.Module):
        num_features = 16

        def forward(self, x):
            return x.flatten(1)

    a, b = normal(40, 16, 7), normal(40, 16, 8) * 1.3
    metric = KernelInceptionDistance(feature=Given(), subsets=1, subset_size=40, normalize=True)
    metric.update(torch.from_numpy(a), real=True)
    metric.update(torch.from_numpy(b), real=False)
    assert kernel_distance(a, b) == pytest.approx(float(metric.compute()[0]), rel=1e-4)


def test_no_matrix_root_of_another_library():
    """Trap 66: scipy.linalg.sqrtm lost an argument in 1.18; evaluation asks scipy for nothing."""
    for path in EVALUATION.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not any(name.split(".")[0] == "scipy" for name in names), path
            assert not (isinstance(node, ast.Attribute) and node.attr == "sqrtm"), path


def test_one_sample_has_no_distribution():
    for distance in (frechet_distance, kernel_distance):
        with pytest.raises(ValueError, match="at least 2 samples"):
            distance(normal(1, 4, 0), normal(5, 4, 1))


def test_intervals_draw_whole_videos():
    """Frames of a video resemble each other: the interval follows the videos, not the frames."""
    videos = [
        np.full(50, level) + 0.01 * normal(50, 1, seed)[:, 0] for seed, level in enumerate(normal(12, 1, 9)[:, 0])
    ]
    found = bootstrap.of_means(videos, 1000, 0)
    mean = np.concatenate(videos).mean()
    spread = np.std([v.mean() for v in videos], ddof=1) / np.sqrt(12)
    assert found.low < mean < found.high
    assert found.high - found.low == pytest.approx(2 * 1.96 * spread, rel=0.2)
    assert bootstrap.of_means(videos, 1000, 0) == found != bootstrap.of_means(videos, 1000, 1)
    assert bootstrap.of_means(videos[:1], 1000, 0) is None and bootstrap.of_means(videos, 0, 0) is None
    level = bootstrap.of_means([np.ones(3), np.ones(4)], 100, 0)
    assert (level.low, level.high) == (1, 1)


def test_the_spread_of_a_distance_is_that_of_repeated_data_sets():
    """Videos of their own colour: the width is what independent sets of 40 videos show, so whole videos are drawn."""

    def videos(seed: int) -> tuple[list[np.ndarray], list[np.ndarray]]:
        rng = np.random.default_rng(seed)
        own = rng.standard_normal((40, 1, 2))
        return list(own + 0.3 * rng.standard_normal((40, 8, 2))), list(
            own + 1 + rng.standard_normal((40, 1, 2)) + 0.3 * rng.standard_normal((40, 8, 2))
        )

    sets = [videos(seed) for seed in range(120)]
    values = [frechet_distance(np.concatenate(a), np.concatenate(b)) for a, b in sets]
    true = np.subtract(*np.quantile(values, [0.975, 0.025]))
    found = [bootstrap.spread_of_distance(a, b, frechet_distance, 100, 0) for a, b in sets[:5]]
    width = np.mean([spread.high - spread.low for spread in found])
    assert 0.75 < width / true < 1.33
    assert all(spread.kind == "spread over videos" for spread in found)


def test_a_spread_needs_videos_and_stays_above_the_least_distance():
    a, b = [normal(30, 4, s) for s in range(5)], [normal(30, 4, s + 10) for s in range(5)]
    assert bootstrap.spread_of_distance(a[:4], b[:4], frechet_distance, 60, 0) is None
    assert bootstrap.spread_of_distance(a, b, frechet_distance, 60, 0).low > 0
    drop = lambda x, y: float((x.mean() - y.mean()) ** 2)  # noqa: E731
    free, clipped = (bootstrap.spread_of_distance(a, b, drop, 60, 0, **more) for more in ({}, {"least": 0.0}))
    assert free.low < 0 == clipped.low and free.high == clipped.high
