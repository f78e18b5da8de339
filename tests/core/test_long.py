"""Windows cover every frame with positive weight, start at whole chunks, and fuse without seams."""

import pytest
import torch

from dreamdance_core.long.aggregate import blend, copy_halves, merge_clips
from dreamdance_core.long.windows import blend_weights, plan_windows


@pytest.mark.parametrize("length", [1, 5, 12, 13, 14, 24, 26, 50, 249])
@pytest.mark.parametrize(("window", "overlap"), [(12, 6), (12, 4), (13, 3), (2, 1), (12, 0)])
def test_every_frame_is_covered_by_full_windows(length, window, overlap):
    """Traps 61 and 62."""
    windows = plan_windows(length, window, overlap)
    assert windows[0].start == 0
    assert windows[-1].stop == length
    assert {w.stop - w.start for w in windows} == {min(window, length)}
    total = torch.zeros(length)
    for w, weight in zip(windows, blend_weights(windows, length), strict=True):
        assert (weight > 0).all()
        total[w.start : w.stop] += weight
    assert torch.allclose(total, torch.ones(length), atol=1e-6)


@pytest.mark.parametrize("length", [14, 24, 26, 50, 250])
def test_windows_start_at_chunks_of_eight_pictures(length):
    """Trap 60."""
    assert all(w.start % 2 == 0 for w in plan_windows(length, 12, 6))


def test_constant_input_returns_constant():
    """Trap 62."""
    windows = plan_windows(29, 12, 5)
    fused = blend([torch.full((12, 3, 2), 0.7) for _ in windows], windows, 29)
    assert torch.allclose(fused, torch.full((29, 3, 2), 0.7))


def test_agreeing_windows_are_exact_and_differences_ramp():
    windows = plan_windows(18, 12, 6)
    truth = torch.randn(18, 2, generator=torch.Generator().manual_seed(0))
    assert torch.allclose(blend([truth[w.start : w.stop] for w in windows], windows, 18), truth, atol=1e-6)
    steps = blend([torch.zeros(12, 1), torch.ones(12, 1)], windows, 18)[:, 0].diff()
    assert (steps >= -1e-6).all()
    assert steps.max() < 0.2


def test_edge_copies_the_left_neighbours_end():
    windows = plan_windows(18, 12, 6)
    parts = copy_halves([torch.zeros(12, 1), torch.ones(12, 1)], windows)
    assert parts[1][:6].sum() == 0
    assert parts[1][6:].sum() == 6


def test_merge_clips_cross_fades():
    a, b = torch.zeros(8, 2, 3, 3), torch.ones(6, 2, 3, 3)
    merged = merge_clips([a, b], 4)
    assert merged.shape == (10, 2, 3, 3)
    assert merged[:4].sum() == 0
    assert (merged[8:] == 1).all()
    with pytest.raises(ValueError, match="overlap"):
        merge_clips([a, b], 6)
    with pytest.raises(ValueError, match="one size"):
        merge_clips([a, b[:, :, :2]], 2)
    with pytest.raises(ValueError, match="at least one"):
        merge_clips([], 2)


def test_bad_plans_are_named():
    with pytest.raises(ValueError, match="overlap"):
        plan_windows(20, 12, 12)
    with pytest.raises(ValueError, match="at least 1"):
        plan_windows(0)
