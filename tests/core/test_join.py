"""Overlapping clips become one video; colours that drift between them are brought back."""

import pytest
import torch

from dreamdance_core.lazy import StillFrames
from dreamdance_core.long.join import JoinedClips


def scene(count: int, height: int = 48, width: int = 72) -> torch.Tensor:
    """A textured background that moves a little, with a bright figure crossing it."""
    rows, columns = torch.meshgrid(torch.linspace(0, 6, height), torch.linspace(0, 9, width), indexing="ij")
    frames = []
    for t in range(count):
        grey = 0.45 + 0.2 * torch.sin(rows + 0.05 * t) * torch.cos(columns - 0.08 * t)
        frame = torch.stack([grey, grey * 0.8 + 0.1, 0.9 - grey], -1)
        frame[10:40, figure_at(t)] = torch.tensor([0.9, 0.2, 0.4])
        frames.append(frame)
    return torch.stack(frames)


def figure_at(t: int) -> slice:
    return slice(5 + t, 17 + t)


def cut(video: torch.Tensor, size: int, overlap: int) -> list[torch.Tensor]:
    starts = range(0, len(video) - overlap, size - overlap)
    return [video[start : start + size].clone() for start in starts]


def error(frames: torch.Tensor, truth: torch.Tensor) -> float:
    return float((frames - truth).square().mean().sqrt())


def test_clips_cut_from_one_video_give_it_back():
    video = scene(40)
    joined = JoinedClips(cut(video, 16, 6), 6)
    assert joined.shape == video.shape
    torch.testing.assert_close(joined[:], video)


@pytest.mark.parametrize("match", [False, True])
def test_any_piece_is_the_piece_of_the_whole(match):
    clips = [clip * (1 - 0.05 * i) for i, clip in enumerate(cut(scene(40), 16, 6))]
    anchor, ignore = (scene(40), (scene(40)[..., 0] > 0.8).float()) if match else (None, None)
    joined = JoinedClips(clips, 6, match=match, anchor=anchor, ignore=ignore)
    whole = joined[:]
    for start, stop in ((0, 40), (3, 4), (9, 27), (10, 16), (39, 40), (20, 20)):
        assert torch.equal(joined[start:stop], whole[start:stop])


def test_clips_of_one_colour_each_are_faded():
    a, b = torch.zeros(8, 16, 16, 3), torch.ones(6, 16, 16, 3)
    merged = JoinedClips([a, b], 4)[:]
    assert merged.shape == (10, 16, 16, 3)
    assert merged[:4].sum() == 0
    assert (merged[8:] == 1).all()
    assert torch.equal(JoinedClips([a, b], 0)[:], torch.cat([a, b]))


def test_brightness_that_jumps_between_clips_is_matched_in_the_overlap():
    """Measured against the truth: what is left is the noise, though every clip has another brightness and contrast."""
    truth = scene(56)
    clips = cut(truth, 20, 8)
    gains, offsets = (1.0, 0.9, 1.1, 0.8), (0.0, -0.06, 0.05, -0.04)
    noise = torch.Generator().manual_seed(0)
    changed = [
        (clip * gain + offset + 0.01 * torch.randn(clip.shape, generator=noise)).clamp(0, 1)
        for clip, gain, offset in zip(clips, gains, offsets, strict=True)
    ]
    plain, matched = (error(JoinedClips(changed, 8, match=on)[:], truth) for on in (False, True))
    assert plain > 0.06
    assert matched < 0.0125  # the noise alone is 0.01, and more where the spread is brought back


def test_drift_inside_clips_is_measured_against_the_background_not_the_clip_before():
    """Each clip goes on from the drifted end of the one before: only the anchor knows; the figure is left out of it."""
    truth = scene(56)
    background = truth.clone()
    ignore = torch.zeros(truth.shape[:3])
    for t in range(56):
        background[t, 10:40, figure_at(t)] = 0.1  # what the figure hides
        ignore[t, 8:42, figure_at(t)] = 1
    ramp = torch.linspace(0, 1, 56)[:, None, None, None]
    drifted = (truth * (1 - 0.25 * ramp) + 0.2 * ramp * torch.tensor([1.0, 0.5, 0.2])).clamp(0, 1)
    clips = cut(drifted, 20, 8)
    plain, chained = (error(JoinedClips(clips, 8, match=on)[:], truth) for on in (False, True))
    anchored = error(JoinedClips(clips, 8, anchor=background, ignore=ignore)[:], truth)
    blind = error(JoinedClips(clips, 8, anchor=background)[:], truth)
    assert plain > 0.04 and chained > 0.04
    assert anchored < 0.006 < blind


def test_a_sharper_clip_is_not_taken_for_one_of_more_contrast():
    truth = scene(20)
    grain = 0.1 * torch.randn(truth.shape, generator=torch.Generator().manual_seed(0))
    joined = JoinedClips([truth[:12], (truth + grain)[6:]], 6, match=True)[12:]
    assert error(joined.mean(0), truth[12:].mean(0)) < error((truth + grain)[12:].mean(0), truth[12:].mean(0)) + 0.002
    assert float(joined.std()) == pytest.approx(float((truth + grain)[12:].std()), rel=0.03)


def test_bad_clips_are_named():
    a, b = torch.zeros(8, 16, 16, 3), torch.ones(6, 16, 16, 3)
    with pytest.raises(ValueError, match="overlap"):
        JoinedClips([a, b], 6)
    with pytest.raises(ValueError, match="one size"):
        JoinedClips([a, b[:, :, :8]], 2)
    with pytest.raises(ValueError, match="at least one"):
        JoinedClips([], 2)
    with pytest.raises(ValueError, match="anchor must have the joined video's frames"):
        JoinedClips([a, b], 2, anchor=StillFrames(a[0], 11))
