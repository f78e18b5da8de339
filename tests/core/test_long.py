"""Windows cover every frame with positive weight, start at whole chunks, and fuse without seams."""

import pytest
import torch

from dreamdance_core.long.aggregate import blend, copy_halves, cross_fade, fusion
from dreamdance_core.long.windows import blend_weights, plan_windows
from dreamdance_core.types import Window
from dreamdance_core.video.backends.gated_cogvideox.schedule import scheduler_for


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


def test_bad_plans_are_named():
    with pytest.raises(ValueError, match="overlap"):
        plan_windows(20, 12, 12)
    with pytest.raises(ValueError, match="at least 1"):
        plan_windows(0)


def test_weights_are_triangles_over_each_window():
    """Trap 62: 1, 2, 3 … from both ends, so that an overlap's shares are k / (overlap + 1)."""
    first, second, last = blend_weights(plan_windows(24, 12, 6), 24)
    assert torch.allclose(second[:6], torch.arange(1.0, 7) / 7) and torch.allclose(second[6:], second[:6].flip(0))
    assert torch.equal(first[:6], torch.ones(6)) and torch.equal(last[6:], torch.ones(6))
    small = blend_weights(plan_windows(20, 12, 4), 20)[1]
    assert torch.allclose(small[:4], torch.arange(1.0, 5) / 5)


def toy(state: torch.Tensor, t: torch.Tensor, offset: int) -> torch.Tensor:
    """A v-prediction that knows how white noise is denoised (v = 0), a little off in a way of each window's own."""
    return 0.05 * torch.sin(3 * state + offset) + 0.01 * offset * t / 1000


def alphas(steps: int) -> list[tuple[torch.Tensor, torch.Tensor, torch.Tensor]]:
    """Every step's time, and the schedule's cumulative alpha before and after it."""
    scheduler = scheduler_for("ddim", steps)
    known = [scheduler.alphas_cumprod[t] for t in scheduler.timesteps]
    return list(zip(scheduler.timesteps, known, [*known[1:], torch.tensor(1.0)], strict=True))


def ddim_step(x: torch.Tensor, v: torch.Tensor, now: torch.Tensor, then: torch.Tensor, sigma=0.0, noise=0.0):
    """DDIM's equation for a v-prediction."""
    x0 = now.sqrt() * x - (1 - now).sqrt() * v
    eps = now.sqrt() * v + (1 - now).sqrt() * x
    return then.sqrt() * x0 + (1 - then - sigma**2).sqrt() * eps + sigma * noise


def spread_of_overlap(fuse_outputs: bool, eta: float) -> float:
    """Standard deviation of the result in the overlaps over that outside, for a long denoising in windows."""
    length = 30
    windows, make = plan_windows(length, 12, 4), torch.Generator().manual_seed(5)
    whole = torch.randn(length, 16, 24, 24, generator=make)
    for t, now, then in alphas(20):
        parts = [whole[w.start : w.stop] for w in windows]
        outputs = [toy(part, t, index) for index, part in enumerate(parts)]

        def step(output, state, now=now, then=then):
            sigma = eta * ((1 - then) / (1 - now) * (1 - now / then)).sqrt()
            return ddim_step(state, output, now, then, sigma, torch.randn(state.shape, generator=make))

        if fuse_outputs:
            whole = step(blend(outputs, windows, length), whole)
        else:
            whole = blend([step(o, s) for o, s in zip(outputs, parts, strict=True)], windows, length)
    shared = torch.zeros(length, dtype=torch.bool)
    for w in windows[1:]:
        shared[w.start : w.start + w.overlap] = True
    return float(whole[shared].std() / whole[~shared].std())


def test_overlaps_keep_their_spread():
    """Trap 59, on white noise: within 2 %; averaging states after a step with noise of each window's own is not."""
    assert spread_of_overlap(True, 0.0) == pytest.approx(1, abs=0.02)
    assert spread_of_overlap(True, 1.0) == pytest.approx(1, abs=0.02)
    assert spread_of_overlap(False, 1.0) < 0.9


def test_edge_is_the_cited_procedure():
    """An independent few lines of EDGE's long_ddim_sample and its linear stitching, on a batch of windows."""
    batch, size = 4, 8
    half, length = size // 2, size + 3 * (size // 2)
    noise = torch.randn(length, 3, 5, generator=torch.Generator().manual_seed(1))
    times = alphas(5)

    x = torch.stack([noise[b * half : b * half + size] for b in range(batch)])
    for t, now, then in times:
        x = ddim_step(x, torch.stack([toy(x[b], t, b) for b in range(batch)]), now, then)
        if then < 1:  # not after the last step
            x[1:, :half] = x[:-1, half:]
    wanted = torch.zeros(length, 3, 5)
    falling, rising = torch.ones(size), torch.ones(size)
    falling[half:], rising[:half] = torch.linspace(1, 0, half), torch.linspace(0, 1, half)
    for b in range(batch):
        weight = (falling if b < batch - 1 else 1) * (rising if b else torch.ones(size))
        wanted[b * half : b * half + size] += x[b] * weight[:, None, None]

    windows = plan_windows(length, size, half)
    join, copy = fusion("edge")
    states, scheduler = [noise[w.start : w.stop] for w in windows], scheduler_for("ddim", 5)
    for t in scheduler.timesteps:
        states = [scheduler.step(toy(s, t, b), t, s).prev_sample for b, s in enumerate(states)]
        if t != scheduler.timesteps[-1]:
            states = copy(states, windows)
    assert torch.allclose(join(states, windows, length), wanted, atol=1e-5)
    assert not torch.allclose(blend(states, windows, length), wanted, atol=1e-3)


def test_edge_with_a_shifted_last_window_agrees_in_every_overlap():
    windows = plan_windows(20, 12, 6)
    assert windows[-1].overlap > 6
    parts = copy_halves([torch.full((12, 1), float(i)) + torch.rand(12, 1) for i in range(len(windows))], windows)
    for left, right, window in zip(parts[:-1], parts[1:], windows[1:], strict=True):
        assert torch.equal(right[: window.overlap], left[-window.overlap :])


def test_cross_fade_begins_and_ends_with_one_clip_alone():
    windows = [Window(start=0, stop=8, overlap=0), Window(start=4, stop=10, overlap=4)]
    joined = cross_fade([torch.zeros(8, 1), torch.ones(6, 1)], windows, 10)[:, 0]
    assert torch.allclose(joined, torch.tensor([0, 0, 0, 0, 0, 1 / 3, 2 / 3, 1, 1, 1]))


@pytest.mark.parametrize("mode", ["blend", "edge"])
def test_one_window_is_the_plain_clip(mode):
    join, copy = fusion(mode)
    windows, part = plan_windows(12, 12, 6), torch.randn(12, 3)
    assert torch.equal(join(copy([part], windows), windows, 12), part)
