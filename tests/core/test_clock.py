"""One rule says which source frame stands at which tick, for files, for frames already loaded, and for their sound."""

import numpy as np
import pytest
import torch

from dreamdance_core.io.clock import ClipRange, cut_sound, index_map, sound_of
from dreamdance_core.io.video import Audio, read_clip, write_video


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
@pytest.mark.parametrize(
    ("rate", "steps"),
    [
        (30.0, ClipRange(fps=24.0)),
        (30.0, ClipRange(fps=24.0, start=7, frames=20)),
        (24.0, ClipRange(fps=30.0)),  # every fifth tick lies exactly half way between two frames
        (24.0, ClipRange(fps=60.0, start=3, stride=2)),
        (24.0, ClipRange(fps=12.0)),
        (60.0, ClipRange(fps=24.0)),
        (30000 / 1001, ClipRange(fps=24.0, stride=3)),
        (25.0, ClipRange(fps=24000 / 1001)),
        (50.0, ClipRange(stride=3, start=4)),
        (12.0, ClipRange()),
    ],
)
def test_the_command_line_and_the_node_take_the_same_frames(counters, tmp_path, suffix, rate, steps):
    """Trap 12: what a file is read as is what frames already loaded are resampled to."""
    path = write_video(tmp_path / f"a{suffix}", counters.numbered(70), rate)
    whole, wanted = read_clip(path), read_clip(path, steps)
    assert counters.numbers(whole.frames) == list(range(70))
    index = index_map(70, rate, steps)
    assert index == list(wanted.source_index) == counters.numbers(wanted.frames)
    assert torch.equal(whole.frames[index], wanted.frames)


def test_ticks_follow_time_and_the_nearest_frame():
    index = index_map(300, 30.0, ClipRange(fps=24.0))
    assert len(index) == 240
    assert max(abs(i / 30 - k / 24) for k, i in enumerate(index)) < 0.5 / 30 + 1e-9
    assert np.diff(index).min() == 1 and np.diff(index).max() == 2
    assert index_map(16, 24.0, ClipRange(fps=12.0)) == list(range(0, 16, 2)), "the frame at the tick, not a later one"
    assert index_map(20, 60.0, ClipRange(fps=24.0)) == [0, 3, 5, 8, 10, 13, 15, 18]
    assert index_map(10, 12.0, ClipRange(fps=24.0, frames=6)) == [0, 0, 1, 1, 2, 2]
    assert index_map(9, 24.0, ClipRange(start=2, stride=3)) == [2, 5, 8]


def test_a_start_after_the_end_and_wrong_rates_are_named():
    with pytest.raises(ValueError, match="none from number 90 on"):
        index_map(30, 24.0, ClipRange(start=90))
    with pytest.raises(ValueError, match="own fps must lie in"):
        index_map(30, 0.0, ClipRange())


def test_sound_is_cut_like_the_file_is(counters, tmp_path):
    """Trap 12: the stretch that belongs to the chosen frames, the same from a file and from a loaded waveform."""
    rate, wave = 32000, counters.chirp(2.0)
    path = write_video(tmp_path / "a.mp4", counters.numbered(60), 30.0, Audio(waveform=wave, sample_rate=rate))
    steps = ClipRange(fps=24.0, start=6, frames=20, stride=2)
    clip, whole = read_clip(path, steps), read_clip(path)
    begin, seconds = sound_of(steps, 24.0, len(clip.frames))
    assert (begin, seconds) == (0.25, 40 / 24)
    cut = cut_sound(whole.audio.waveform[None], rate, begin, seconds)
    assert torch.equal(cut[0], clip.audio.waveform) and cut.shape[-1] == round(40 / 24 * rate)
    for at in (0.1, 0.8, 1.5):
        assert abs(counters.time_of(cut[0, 0], rate, at) - (0.25 + at)) < 0.01
    assert torch.equal(cut_sound(wave, rate, -0.5, 1.0)[:, 16000:], wave[:, :16000])
    assert cut_sound(wave, rate, 1.9, 5.0).shape == (1, 3200)
