"""Clips keep their colours, clock, orientation and sound."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
import torch

from dreamdance_core.io.video import Audio, ClipRange, read_clip, write_video


def counters(count: int, height: int = 48, width: int = 64) -> torch.Tensor:
    """Frames that carry their own number: the left half's brightness is number / 64."""
    frames = torch.full((count, height, width, 3), 0.5)
    frames[:, :, : width // 2] = (torch.arange(count) / 64)[:, None, None, None]
    return frames


def numbers(frames: torch.Tensor) -> list[int]:
    return [round(float(f[8:40, 4:28].mean()) * 64) for f in frames]


def test_colours_survive_at_odd_sizes(tmp_path):
    frames = torch.zeros(6, 33, 49, 3)
    frames[..., 0], frames[..., 1] = 0.8, 0.3
    frames[:, :, 24:, 2] = 0.6
    back = read_clip(write_video(tmp_path / "odd.mp4", frames, 24.0))
    assert back.frames.shape == (6, 34, 50, 3)
    assert (back.frames[:, :33, :49] - frames).abs().mean() < 0.012


def test_file_is_tagged_bt709_yuv420p(tmp_path):
    write_video(tmp_path / "a.mp4", counters(3), 24.0)
    with av.open(str(tmp_path / "a.mp4")) as file:
        context = file.streams.video[0].codec_context
        assert (context.pix_fmt, context.colorspace, context.color_primaries) == ("yuv420p", 1, 1)


def test_start_frames_stride_share_one_clock(tmp_path):
    """Trap 12."""
    path = write_video(tmp_path / "a.mp4", counters(40), 24.0)
    clip = read_clip(path, ClipRange(start=5, frames=7, stride=3))
    assert numbers(clip.frames) == [5, 8, 11, 14, 17, 20, 23] == list(clip.source_index)
    assert clip.fps == 8.0


def test_resampling_30_to_24_follows_time(tmp_path):
    """Trap 12."""
    path = write_video(tmp_path / "a.mp4", counters(60), 30.0)
    clip = read_clip(path, ClipRange(fps=24.0))
    assert clip.fps == 24.0
    assert len(clip.frames) == 48
    assert numbers(clip.frames) == list(clip.source_index)
    assert all(abs(source / 30 - k / 24) <= 0.5 / 24 for k, source in enumerate(clip.source_index))


def test_variable_frame_rate_is_read_by_time_stamps(tmp_path):
    """A picture that stays on screen for five ticks is repeated five times."""
    path = tmp_path / "vfr.mkv"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=24)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        stream.codec_context.time_base = Fraction(1, 24)
        for number, pts in ((0, 0), (10, 1), (20, 6), (30, 7)):
            pixels = (counters(number + 1)[-1].numpy() * 255).round().astype(np.uint8)
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24").reformat(format="yuv420p")
            frame.pts, frame.time_base = pts, Fraction(1, 24)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    clip = read_clip(path, ClipRange(fps=24.0))
    assert numbers(clip.frames) == [0, 10, 10, 10, 10, 10, 20, 30]


def turned_by_phone(path: Path) -> Path:
    """Writes 'rotate 90 degrees clockwise to show' into the track header's matrix, as phones do."""
    data = bytearray(path.read_bytes())
    upright = b"".join(v.to_bytes(4, "big") for v in (0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000))
    turned = b"".join(v.to_bytes(4, "big") for v in (0, 0x10000, 0, 0xFFFF0000, 0, 0, 0, 0, 0x40000000))
    place = data.find(upright, data.find(b"tkhd"))
    data[place : place + 36] = turned
    path.write_bytes(bytes(data))
    return path


def test_rotated_phone_clip_is_upright(tmp_path):
    frames = torch.zeros(3, 48, 64, 3)
    frames[:, :24] = 0.9  # the bright top becomes the right side
    clip = read_clip(turned_by_phone(write_video(tmp_path / "phone.mp4", frames, 24.0)))
    assert clip.frames.shape == (3, 64, 48, 3)
    assert clip.frames[:, :, 30:].mean() > 0.85
    assert clip.frames[:, :, :18].mean() < 0.05


def test_sound_is_cut_by_the_same_clock(tmp_path):
    rate = 48000
    wave = torch.zeros(1, 2 * rate)
    wave[:, rate : rate + 480] = 0.8  # a click at one second
    path = write_video(tmp_path / "a.mp4", counters(48), 24.0, Audio(waveform=wave, sample_rate=rate))
    clip = read_clip(path, ClipRange(start=12, frames=24))
    assert clip.audio.waveform.shape[1] == pytest.approx(rate, abs=2048)
    click = int(clip.audio.waveform[0].abs().argmax()) / rate
    assert click == pytest.approx(0.5, abs=0.05)


def test_downscale_and_repeatability(tmp_path):
    path = write_video(tmp_path / "a.mp4", counters(4, 96, 128), 24.0)
    assert read_clip(path, max_side=64).frames.shape == (4, 48, 64, 3)


def test_a_smaller_copy_knows_the_size_of_the_file(tmp_path):
    path = turned_by_phone(write_video(tmp_path / "a.mp4", counters(2, 96, 128), 24.0))
    clip = read_clip(path, max_side=64)
    assert clip.frames.shape == (2, 64, 48, 3)
    assert clip.file_size == (96, 128)
    assert clip.scale == 0.5


def test_non_square_pixels_become_square(tmp_path):
    path = tmp_path / "wide.mp4"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=24)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        stream.codec_context.sample_aspect_ratio = Fraction(3, 2)
        for picture in counters(3):
            pixels = (picture.numpy() * 255).round().astype(np.uint8)
            out.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        out.mux(stream.encode(None))
    clip = read_clip(path)
    assert clip.frames.shape == (3, 48, 96, 3)
    assert clip.file_size == (96, 48)
    assert numbers(clip.frames) == [0, 1, 2]


def test_a_name_that_is_no_videos_is_refused_at_once(tmp_path):
    with pytest.raises(ValueError, match="a.gif cannot be written as a video"):
        write_video(tmp_path / "a.gif", counters(2), 24.0)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("wrong", [{"start": -1}, {"stride": 0}, {"frames": 0}, {"fps": 0.0}])
def test_range_is_checked(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        ClipRange(**wrong)


def test_sentences_for_bad_files(tmp_path):
    (tmp_path / "text.mp4").write_text("hello")
    with pytest.raises(ValueError, match="not a readable video"):
        read_clip(tmp_path / "text.mp4")
    (tmp_path / "empty.mp4").write_bytes(b"")
    with pytest.raises(ValueError, match="not a readable video"):
        read_clip(tmp_path / "empty.mp4")
    path = write_video(tmp_path / "short.mp4", counters(4), 24.0)
    with pytest.raises(ValueError, match="no frame from number 10"):
        read_clip(path, ClipRange(start=10))
    with pytest.raises(FileNotFoundError):
        read_clip(tmp_path / "none.mp4")


def test_a_failed_write_leaves_the_old_file(tmp_path):
    path = write_video(tmp_path / "a.mp4", counters(3), 24.0)
    before = path.read_bytes()
    with pytest.raises((RuntimeError, ValueError, TypeError)):
        write_video(path, counters(3)[..., :2], 24.0)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]
