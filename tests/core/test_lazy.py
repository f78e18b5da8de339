"""Lazy clips: any slice is the same slice of the whole; what stays in memory does not grow with the length."""

from fractions import Fraction
from io import BytesIO

import av
import numpy as np
import pytest
import torch

from dreamdance_core import lazy
from dreamdance_core.gaussians.render import render
from dreamdance_core.io.clock import ClipRange
from dreamdance_core.io.lazy_video import VideoFrames
from dreamdance_core.io.video import Audio, read_clip, video_writer, write_video
from dreamdance_core.pose import draw
from dreamdance_core.pose.regions import PaintMask, paint_mask
from dreamdance_core.runtime import Runtime
from dreamdance_core.types import Cameras, Gaussians, PoseTrack

CUTS = ((0, None), (0, 8), (5, 6), (9, 21), (3, 40), (-4, None), (7, 7), (2, 11), (30, 37))


def moving(count: int, height: int = 48, width: int = 80, seed: int = 0) -> torch.Tensor:
    """Smooth pictures, every one unlike the others."""
    make = torch.Generator().manual_seed(seed)
    coarse = torch.rand(count, 3, 4, 6, generator=make)
    return torch.nn.functional.interpolate(coarse, size=(height, width), mode="bilinear").movedim(1, -1).contiguous()


def walk(count: int, people: int = 2) -> PoseTrack:
    """Persons of random limbs that wander; some points are lost for a while."""
    make = torch.Generator().manual_seed(count)
    base = torch.rand(1, people, 133, 2, generator=make) * torch.tensor([24.0, 40.0]) + torch.tensor([30.0, 20.0])
    drift = torch.randn(count, people, 1, 2, generator=make).cumsum(0)
    score = (torch.rand(count, people, 133, generator=make) > 0.25).float()
    return PoseTrack(xy=base + drift, score=score, width=112, height=96)


def assert_pieces_are_the_whole(clip) -> None:
    whole = clip[:]
    assert whole.shape == clip.shape and whole.dtype == torch.float32 and len(clip) == len(whole)
    for start, stop in CUTS:
        assert torch.equal(clip[start:stop], whole[start:stop]), (start, stop)
    with pytest.raises(ValueError, match="without a step"):
        clip[::2]


def encoded(path, frames, *, rate=24, stamps=None, codec="libx264", size=None, **options):
    """A file with options of the encoder, and time stamps, of its own."""
    with av.open(str(path), "w") as out:
        stream = out.add_stream(codec, rate=rate)
        stream.width, stream.height, stream.pix_fmt = frames.shape[2], frames.shape[1], "yuv420p"
        stream.options = {name.replace("_", "-"): str(value) for name, value in options.items()}
        stream.codec_context.time_base = Fraction(1, rate)
        for number, picture in enumerate(frames):
            frame = av.VideoFrame.from_ndarray((picture.numpy() * 255).round().astype(np.uint8), format="rgb24")
            frame = frame.reformat(format="yuv420p")
            frame.pts, frame.time_base = stamps[number] if stamps else number, Fraction(1, rate)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


@pytest.mark.parametrize(
    ("suffix", "options"),
    [
        ("mp4", {"g": 12, "bf": 3}),
        ("mp4", {"g": 250}),
        ("mp4", {"g": 2, "bf": 2, "x264_params": "open-gop=1:keyint=5:min-keyint=1"}),
        ("mkv", {"g": 10}),
        ("avi", {"codec": "mpeg4", "g": 10}),
        ("mp4", {"g": 10, "stamps": [k + k * k // 9 for k in range(50)]}),
    ],
)
def test_a_video_read_in_pieces_is_the_clip_read_whole(tmp_path, suffix, options):
    path = encoded(tmp_path / f"a.{suffix}", moving(50), **options)
    clip, whole = VideoFrames(path), read_clip(path)
    assert (clip.shape, clip.fps, clip.source_index) == (whole.frames.shape, whole.fps, whole.source_index)
    for start in (30, 0, 44, 12, 13, 37, 5):  # to and fro
        assert torch.equal(VideoFrames(path)[start : start + 6], whole.frames[start : start + 6])
        assert torch.equal(clip[start : start + 6], whole.frames[start : start + 6])
    assert_pieces_are_the_whole(clip)


def test_a_video_on_another_clock_at_another_size_with_its_sound(tmp_path):
    sound = Audio(waveform=0.1 * torch.randn(2, 96000, generator=torch.Generator().manual_seed(0)), sample_rate=48000)
    path = write_video(tmp_path / "a.mp4", moving(60, 96, 160), 30.0, sound)
    steps = ClipRange(start=7, frames=20, stride=2, fps=24.0)
    clip, whole = VideoFrames(path, steps, max_side=80), read_clip(path, steps, max_side=80)
    assert torch.equal(clip[:], whole.frames) and clip.source_index == whole.source_index and clip.fps == 12
    assert torch.equal(clip.sound().waveform, whole.audio.waveform)
    assert torch.equal(VideoFrames(BytesIO(path.read_bytes()), steps)[3:9], VideoFrames(path, steps)[3:9])
    with pytest.raises(ValueError, match="no frame from number 900 on"):
        VideoFrames(path, ClipRange(start=900))


def test_a_canvas_scales_and_refuses_another_aspect(tmp_path):
    path = write_video(tmp_path / "a.mp4", moving(9, 90, 160), 24.0)
    clip = VideoFrames(path, canvas=(80, 48))
    assert clip.shape == (9, 48, 80, 3)
    assert_pieces_are_the_whole(clip)
    plain = torch.nn.functional.interpolate(read_clip(path).frames.movedim(-1, 1), size=(48, 80), mode="area")
    assert (clip[:].movedim(-1, 1) - plain).abs().mean() < 0.01
    with pytest.raises(ValueError, match="aspect of the canvas 48x80, got 160x90"):
        VideoFrames(path, canvas=(48, 80))


def test_a_turned_clip_is_upright(tmp_path):
    frames = torch.zeros(8, 48, 64, 3)
    frames[:, :24] = 0.9
    data = bytearray(write_video(tmp_path / "a.mp4", frames, 24.0).read_bytes())
    words = [0, 0x10000, 0, 0xFFFF0000, 0, 0, 0, 0, 0x40000000]
    place = data.find((0x10000).to_bytes(4, "big") + bytes(12) + (0x10000).to_bytes(4, "big"), data.find(b"tkhd"))
    data[place : place + 36] = b"".join(word.to_bytes(4, "big") for word in words)
    (tmp_path / "a.mp4").write_bytes(bytes(data))
    clip = VideoFrames(tmp_path / "a.mp4")
    assert clip.shape == (8, 64, 48, 3)
    assert torch.equal(clip[2:5], read_clip(tmp_path / "a.mp4").frames[2:5])


def test_decoded_pictures_do_not_pile_up(tmp_path, monkeypatch):
    path = write_video(tmp_path / "a.mp4", moving(60), 24.0)
    monkeypatch.setattr("dreamdance_core.io.lazy_video._KEPT", 10 * 48 * 80 * 3)
    clip, whole = VideoFrames(path), read_clip(path).frames
    for start in range(0, 60, 7):
        assert torch.equal(clip[start : start + 14], whole[start : start + 14])
        assert len(clip._kept) <= 10


def test_files_that_are_no_videos_are_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="no video at"):
        VideoFrames(tmp_path / "a.mp4")
    (tmp_path / "a.mp4").write_bytes(b"nothing")
    with pytest.raises(ValueError, match="a.mp4 is not a readable video"):
        VideoFrames(tmp_path / "a.mp4")


@pytest.mark.parametrize("part", ["body", "hand", "face"])
def test_a_pose_drawn_in_pieces(part):
    track = walk(45)
    clip = lazy.drawn_parts(track, 84, 72)[part]
    drawing = {"body": draw.draw_body, "hand": draw.draw_hands, "face": draw.draw_face}[part]
    assert torch.equal(clip[:], drawing(track, 84, 72))
    assert_pieces_are_the_whole(clip)


@pytest.mark.parametrize("count", [37, 40, 3])
@pytest.mark.parametrize("options", [{}, {"group": 1}, {"block": 16}, {"reference": True}])
def test_a_paint_mask_drawn_in_pieces(count, options):
    """It joins groups of frames, fills gaps over time and smooths the carried matte: pieces see past their ends."""
    options, track = dict(options), walk(count)
    if options.pop("reference", False):
        alpha = torch.zeros(96, 112)
        alpha[5:90, 15:90] = 1
        options |= {"reference_pose": track[:1], "reference_alpha": alpha}
    clip = PaintMask(track, **options)
    assert torch.equal(clip[:], paint_mask(track, **options)) and 0 < clip[:].mean() < 1
    assert_pieces_are_the_whole(clip)


def test_a_scene_rendered_in_pieces():
    make = torch.Generator().manual_seed(0)
    scene = Gaussians(
        means=torch.rand(300, 3, generator=make) * 2 - torch.tensor([1.0, 1.0, -2.0]),
        quats=torch.nn.functional.normalize(torch.randn(300, 4, generator=make), dim=-1),
        scales=torch.full((300, 3), 0.08),
        opacities=torch.full((300,), 0.8),
        sh=torch.randn(300, 1, 3, generator=make),
    )
    c2w = torch.eye(4).repeat(40, 1, 1)
    c2w[:, 0, 3] = torch.linspace(-0.3, 0.3, 40)
    K = torch.tensor([[60.0, 0, 33], [0, 60, 22], [0, 0, 1]]).repeat(40, 1, 1)
    path = Cameras(c2w=c2w, K=K, width=64, height=48, fps=24.0)
    told = []
    clip = lazy.RenderedFrames(scene, path, run=Runtime(report=lambda done, total, _: told.append((done, total))))
    clip[10:13]
    assert told == [(11, 40), (12, 40), (13, 40)]
    assert torch.equal(clip[:], render(scene, path, run=Runtime()).frames)
    assert_pieces_are_the_whole(clip)


def test_stills_and_held_ends():
    picture = torch.rand(20, 30, 3)
    still = lazy.StillFrames(picture, 41)
    assert torch.equal(still[:], picture.expand(41, -1, -1, -1))
    assert still[:].untyped_storage().nbytes() == picture.nbytes
    assert_pieces_are_the_whole(still)
    frames = torch.rand(10, 4, 5, 3)
    held = lazy.HeldFrames(frames, 16)
    assert torch.equal(held[:], torch.cat([frames, frames[-1:].expand(6, -1, -1, -1)]))
    assert_pieces_are_the_whole(held)
    assert_pieces_are_the_whole(lazy.HeldFrames(lazy.HeldFrames(frames, 10), 40))
    assert torch.equal(lazy.HeldFrames(frames, 7)[:], frames[:7])
    track = lazy.hold_pose(walk(5), 8)
    assert len(track) == 8 and torch.equal(track.xy[7], track.xy[4])


def test_a_video_written_in_pieces_is_the_one_written_whole(tmp_path):
    frames, sound = moving(30), Audio(waveform=torch.zeros(1, 24000), sample_rate=24000)
    write_video(tmp_path / "whole.mp4", frames, 24.0, sound)
    with video_writer(tmp_path / "pieces.mp4", 80, 48, 24.0, sound) as write:
        for start in range(0, 30, 7):
            write(frames[start : start + 7])
            assert not (tmp_path / "pieces.mp4").exists()
    assert (tmp_path / "pieces.mp4").read_bytes() == (tmp_path / "whole.mp4").read_bytes()
    write_video(tmp_path / "lazy.mp4", lazy.HeldFrames(frames, 30), 24.0, sound)
    assert (tmp_path / "lazy.mp4").read_bytes() == (tmp_path / "whole.mp4").read_bytes()


def test_a_cancelled_video_leaves_nothing(tmp_path):
    class Cancelled(BaseException):
        """As the host's interrupt."""

    (tmp_path / "a.mp4").write_bytes(b"the one before")
    with pytest.raises(Cancelled), video_writer(tmp_path / "a.mp4", 80, 48, 24.0) as write:
        write(moving(5))
        raise Cancelled
    assert [path.name for path in tmp_path.iterdir()] == ["a.mp4"]
    assert (tmp_path / "a.mp4").read_bytes() == b"the one before"
