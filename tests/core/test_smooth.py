"""Smoothing and gap filling of any pose: jitter falls, nothing lags, fast motion keeps its size, the curves show it."""

import numpy as np
import pytest
import torch

from dreamdance_core.pose.curves import label, mean_jitter, smoothing_curves, smoothing_report
from dreamdance_core.pose.smooth import drop_unsure, fill_gaps, jitter, smooth
from dreamdance_core.types import PoseTrack

WRIST, HIP = 9, 11
FPS, NOISE = 24.0, 2.0  # px


def figure(swing: float, hertz: float, fps: float = FPS) -> tuple[PoseTrack, PoseTrack]:
    """A figure of 400 px whose left wrist swings by `swing` px, as it is and with noise of 2 px on every point."""
    make = np.random.default_rng(3)
    frames = round(5 * fps)
    xy = np.tile(make.random((133, 2)) * [150, 380] + 50, (frames, 1, 1, 1))
    xy[:, 0, WRIST, 0] += swing * np.sin(2 * np.pi * hertz * np.arange(frames) / fps)
    noisy = xy + make.normal(size=xy.shape) * NOISE
    tracks = [
        PoseTrack(xy=torch.from_numpy(v).float(), score=torch.ones(frames, 1, 133), width=400, height=500)
        for v in (xy, noisy)
    ]
    return tracks[0], tracks[1]


def error(track: PoseTrack, truth: PoseTrack, point: int) -> float:
    return float((track.xy - truth.xy)[12:-12, 0, point].square().sum(-1).mean().sqrt())


@pytest.mark.parametrize("fps", [24.0, 60.0])
def test_jitter_falls_with_the_strength(fps):
    truth, noisy = figure(0.0, 1.0, fps)
    levels = [float(mean_jitter(smooth(noisy, strength, fps))[0].mean()) for strength in (0.0, 0.25, 0.5, 0.75, 1.0)]
    assert levels[0] == pytest.approx(NOISE * 3**0.5, rel=0.1)
    assert levels[1] < 0.5 * levels[0] and levels[2] < 0.36 * levels[0] and levels[4] < 0.2 * levels[0]
    assert all(b < a for a, b in zip(levels[:-1], levels[1:], strict=True))
    assert error(smooth(noisy, 0.5, fps), truth, HIP) < 0.6 * error(noisy, truth, HIP)


@pytest.mark.parametrize(("hertz", "kept"), [(0.5, 0.98), (1.0, 0.98), (2.0, 0.95), (3.0, 0.93)])
@pytest.mark.parametrize("strength", [0.5, 1.0])
def test_fast_motion_keeps_its_size_and_does_not_lag(hertz, kept, strength):
    truth, noisy = figure(80.0, hertz)
    out = smooth(noisy, strength, FPS).xy[:, 0, WRIST, 0].numpy()
    true = truth.xy[:, 0, WRIST, 0].numpy()
    out, true = out - out[24:-24].mean(), true - true[24:-24].mean()
    assert kept < (out @ true) / (true @ true) < 1.02
    # The lag in frames by the phase at the swing's own frequency.
    wave = np.exp(-2j * np.pi * hertz * np.arange(len(out)) / FPS) * np.hanning(len(out))
    lag = -np.angle((out @ wave) / (true @ wave)) / (2 * np.pi * hertz) * FPS
    assert abs(lag) < 0.1


def test_smoothing_stops_at_gaps_and_leaves_scores():
    _, noisy = figure(80.0, 1.0)
    noisy.score[40:60, 0, WRIST] = 0
    noisy.xy[40:60, 0, WRIST] = 9999.0
    out = smooth(noisy, 1.0, FPS)
    assert torch.equal(out.score, noisy.score)
    assert out.xy[:40, 0, WRIST].max() < 500 and out.xy[60:, 0, WRIST].max() < 500
    assert smooth(noisy, 0.0, FPS) is noisy


def test_unsure_points_are_lost_and_short_gaps_filled():
    truth, noisy = figure(40.0, 0.5)
    noisy.score[20:25, 0, WRIST] = 0.2
    noisy.xy[20:25, 0, WRIST] += 150.0
    noisy.score[50:70, 0, WRIST] = 0.1
    out = fill_gaps(drop_unsure(noisy, 0.3), 8)
    assert (out.score[20:25, 0, WRIST] > 0).all() and (out.score[50:70, 0, WRIST] == 0).all()
    assert (out.xy - truth.xy)[20:25, 0, WRIST].norm(dim=-1).max() < 25
    assert (noisy.score[20:25, 0, WRIST] == torch.tensor(0.2)).all(), "the input stays"


def test_jitter_is_none_in_steady_motion_and_where_a_neighbour_is_lost():
    truth, noisy = figure(0.0, 1.0)
    steady = truth.xy + torch.arange(len(truth))[:, None, None, None] * 3.0
    moving = PoseTrack(xy=steady, score=truth.score, width=400, height=500)
    assert jitter(moving).max() < 1e-3
    noisy.score[30, 0, WRIST] = 0
    values = jitter(noisy)
    assert (values[[0, 29, 30, 31, -1], 0, WRIST] == 0).all() and values[28, 0, WRIST] > 0


def test_the_curves_show_the_most_jittery_points_before_and_after():
    _, noisy = figure(60.0, 1.0)
    noisy.xy[:, 0, 100] += torch.randn(len(noisy), 2, generator=torch.Generator().manual_seed(1)) * 12
    after = smooth(noisy, 0.8, FPS)
    report = smoothing_report(noisy, after)
    assert label(100) == "left_hand 9" and report.splitlines()[2].startswith("left_hand 9:")
    assert "points filled in: 0; dropped as unsure: 0" in report
    picture = smoothing_curves(noisy, after)
    assert picture.shape == (528, 880, 3) and picture.min() >= 0 and picture.max() <= 1
    orange = (picture - torch.tensor([1.0, 150 / 255, 60 / 255])).abs().amax(-1) < 0.1
    blue = (picture - torch.tensor([110 / 255, 190 / 255, 1.0])).abs().amax(-1) < 0.1
    assert orange.sum() > 800 and blue.sum() > 800
    reach = [torch.nonzero(ink[:132, :440])[:, 0] for ink in (orange, blue)]
    assert reach[0].max() - reach[0].min() > reach[1].max() - reach[1].min(), "the smoothed curve swings less"
    same = smoothing_curves(noisy, noisy)
    assert not torch.equal(same, picture)
    nothing = PoseTrack(xy=torch.zeros(3, 1, 133, 2), score=torch.zeros(3, 1, 133), width=64, height=48)
    assert torch.isfinite(smoothing_curves(nothing, nothing)).all() and "0.00 px" in smoothing_report(nothing, nothing)
