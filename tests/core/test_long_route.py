"""The long route: pieces give the video of the whole, in little memory, and an interrupted run goes on."""

import sys
from dataclasses import replace

import pytest
import torch

from dreamdance_core import long_route
from dreamdance_core.io.stages import StageFiles
from dreamdance_core.io.video import Audio, read_clip
from dreamdance_core.long.aggregate import fusion
from dreamdance_core.long.windows import plan_windows
from dreamdance_core.pose.regions import paint_mask
from dreamdance_core.runtime import Runtime
from dreamdance_core.types import PoseTrack
from dreamdance_core.video.backends import gated_cogvideox as gated

sample = sys.modules[gated.sample_to.__module__]  # the package has a function of that name
WIDTH, HEIGHT = 48, 32


def walk(count: int) -> PoseTrack:
    make = torch.Generator().manual_seed(0)
    base = torch.rand(1, 1, 133, 2, generator=make) * torch.tensor([12.0, 16.0]) + torch.tensor([16.0, 8.0])
    drift = torch.randn(count, 1, 1, 2, generator=make).cumsum(0)
    return PoseTrack(xy=base + drift, score=torch.ones(count, 1, 133), width=WIDTH, height=HEIGHT)


def make_job(count: int = 21, **changes):
    make = torch.Generator().manual_seed(3)
    reference = long_route.Reference(
        picture=torch.rand(40, 30, 3, generator=make), alpha=torch.ones(40, 30), pose=changes.pop("pose", None)
    )
    background = changes.pop("background", torch.rand(1, HEIGHT, WIDTH, 3, generator=make))
    sampling = {"seed": 1, "steps": 3, "guidance": 2.0}
    return long_route.long_job(walk(count), background, reference, **(sampling | changes))


def options(fusion: str = "blend", **more) -> gated.SampleOptions:
    return gated.SampleOptions(windows=tuple(plan_windows(6, 4, 2)), fusion=fusion, **more)


def output(tmp_path, **more) -> long_route.Output:
    return long_route.Output(**({"path": tmp_path / "long.mp4", "frames": 21, "fps": 12.5} | more))


def test_a_long_job_is_the_short_one_drawn_later(tmp_path):
    """The pieces that go to the file are the frames of `sample` for the same clips in memory, cut to the length."""
    lazy, model, pieces = make_job(), gated.tiny_model(), []
    whole = replace(
        lazy, **{name: getattr(lazy, name)[:] for name in ("background", "paint_mask", "body", "hand", "face")}
    )
    assert len(whole.body) == 24 and torch.equal(whole.body[21], whole.body[20])
    assert torch.equal(whole.paint_mask, paint_mask(lazy.pose))
    short = gated.sample(whole, model, options(), Runtime(), fusion("blend"))
    gates = long_route.write_long(lazy, model, options(), output(tmp_path), Runtime(), pieces.append)
    assert torch.equal(torch.cat(pieces), short.frames[:21]) and torch.equal(gates, short.gates)
    clip = read_clip(tmp_path / "long.mp4")
    assert (len(clip.frames), clip.fps) == (21, 12.5)
    assert (clip.frames - short.frames[:21]).abs().mean() < 0.06


def test_sound_and_kept_background(tmp_path):
    background = torch.full((40, HEIGHT, WIDTH, 3), 0.25)
    background[:, :, 20:] = torch.linspace(0.3, 0.9, 40)[:, None, None, None]
    sound = Audio(waveform=torch.zeros(1, 40000), sample_rate=16000)
    job, pieces = make_job(background=background), []
    kept = output(tmp_path, audio=sound, keep_background=True, feather=0)
    long_route.write_long(job, gated.tiny_model(), options(), kept, Runtime(), pieces.append)
    frames, outside = torch.cat(pieces), paint_mask(job.pose)[:21] == 0
    assert 0.1 < outside.float().mean() < 0.95
    assert torch.equal(frames[outside], background[:21][outside])
    assert (frames[~outside] - background[:21][~outside]).abs().mean() > 0.02
    assert read_clip(kept.path).audio.waveform.shape[1] == pytest.approx(21 / 12.5 * 16000, abs=2048)


class Cancelled(BaseException):
    """As the host's interrupt."""


def stopping_after(reports: int) -> Runtime:
    count = 0

    def report(done, total, preview=None):
        nonlocal count
        count += 1
        if count > reports:
            raise Cancelled

    return Runtime(report=report)


@pytest.mark.parametrize(("mode", "sampler"), [("blend", "ddim"), ("edge", "ddim"), ("blend", "dpm")])
def test_an_interrupted_run_goes_on_and_ends_the_same(tmp_path, monkeypatch, mode, sampler):
    monkeypatch.setattr(long_route, "EVERY", 0.0)
    job, model, how = make_job(steps=4), gated.tiny_model(), options(mode, sampler=sampler)
    straight, resumed = [], []
    gates = long_route.write_long(job, model, how, output(tmp_path), Runtime(), straight.append)
    (tmp_path / "long.mp4").unlink()
    files = StageFiles(tmp_path / "kept")
    total = 0

    def count(done, total_, preview=None):
        nonlocal total
        total += 1

    long_route.write_long(job, model, how, output(tmp_path), Runtime(report=count))
    (tmp_path / "long.mp4").unlink()
    stops = 0
    for reports in (total // 2, total - 2):  # while sampling, and while decoding
        with pytest.raises(Cancelled):
            kept = long_route.KeptPlace(files, 4, "run")
            long_route.write_long(job, model, how, output(tmp_path), stopping_after(reports), kept=kept)
        assert not [path for path in tmp_path.iterdir() if path.suffix == ".mp4"], "nothing half-written is left"
        place = long_route.KeptPlace(files, 4, "run").load()
        stops += place is not None and place.steps > 0
    assert stops
    assert long_route.KeptPlace(files, 4, "another run").load() is None
    steps = []
    monkeypatch.setattr(model.transformer, "forward", _counted(model.transformer.forward, steps))
    kept = long_route.KeptPlace(files, 4, "run")
    again = long_route.write_long(job, model, how, output(tmp_path), Runtime(), resumed.append, kept)
    assert torch.equal(again, gates) and torch.equal(torch.cat(resumed), torch.cat(straight))
    assert len(steps) < 4 * 2 * 2, "it did not begin at the first step"


def _counted(forward, calls: list):
    def count(*args, **named):
        calls.append(1)
        return forward(*args, **named)

    return count


def test_a_place_is_written_once_a_minute_and_at_the_end(tmp_path, monkeypatch):
    clock = [0.0]
    monkeypatch.setattr(long_route.time, "monotonic", lambda: clock[0])
    kept = long_route.KeptPlace(StageFiles(tmp_path), 9, "run")
    written = []
    for steps in range(1, 10):
        clock[0] += 25
        kept.save(
            gated.Place(steps=steps, latents=torch.zeros(1, 2, 16, 2, 2), clean=None, gates=torch.zeros(steps, 2))
        )
        place = kept.load()
        written.append(0 if place is None else place.steps)
    assert written == [0, 0, 3, 3, 3, 6, 6, 6, 9]


def test_conditions_of_a_window_are_those_of_its_clip_alone():
    """Trap 60: a window that begins at a chunk of eight pictures is encoded as if it were a clip of its own."""
    make = torch.Generator().manual_seed(7)
    job, model = make_job(48, background=torch.rand(48, HEIGHT, WIDTH, 3, generator=make)), gated.tiny_model()
    how = gated.SampleOptions(windows=tuple(plan_windows(12, 4, 2)))
    plan = sample.plan(job, model, how, fusion("blend"))
    with torch.no_grad():
        prepared = sample.prepare(job, model, plan, Runtime(), sample.Bar(Runtime(), 99), tiling=False)
        for window, given in zip(how.windows, prepared.conditions, strict=True):
            cut = slice(4 * window.start, 4 * window.stop)
            for clip, latents in ((job.background, given.background[:, :, :16]), (job.body, given.pose[:, :, :16])):
                pixels = clip[cut].movedim(-1, 0)[None] * 2 - 1
                alone = model.vae.encode(pixels).latent_dist.mode().movedim(1, 2) * model.vae.config.scaling_factor
                torch.testing.assert_close(latents, alone, atol=1e-5, rtol=1e-4)


def test_overlaps_of_the_real_loop_keep_their_spread(monkeypatch):
    """Trap 59, in the product's own loop on the tiny network: one latent, one step, no mean of states."""
    monkeypatch.setattr(sample, "to_frames", lambda vae, latents, **_: ends.append(latents) or [])
    spreads = {}
    for mode in ("blend", "edge"):
        ends: list[torch.Tensor] = []
        windows = tuple(plan_windows(24, 8, 4))
        job = make_job(96, steps=4, guidance=1.0)
        how = gated.SampleOptions(windows=windows, fusion=mode)
        gated.sample_to(job, gated.tiny_model(), how, Runtime(), fusion(mode), lambda frames: None)
        (whole,) = ends
        shared = torch.zeros(24, dtype=torch.bool)
        for w in windows[1:]:
            shared[w.start + 1 : w.start + w.overlap - 1] = True
        spreads[mode] = float(whole[:, shared].std() / whole[:, ~shared].std())
    assert spreads["blend"] == pytest.approx(1, abs=0.02) and spreads["edge"] == pytest.approx(1, abs=0.02)


def test_what_does_not_fit_is_named(tmp_path):
    with pytest.raises(ValueError, match="background must have the size of the pose's canvas, 48x32, got 32x32"):
        make_job(background=torch.zeros(1, HEIGHT, 32, 3))
    with pytest.raises(ValueError, match="a frame for each of the 21 poses, got 20"):
        make_job(background=torch.zeros(20, HEIGHT, WIDTH, 3))
    crooked = replace(walk(8), width=60)
    reference = long_route.Reference(picture=torch.zeros(8, 8, 3), alpha=torch.ones(8, 8))
    with pytest.raises(ValueError, match="multiples of 16, got 60x32"):
        long_route.long_job(crooked, torch.zeros(1, 32, 60, 3), reference)


def test_models_are_told_apart_by_their_weights():
    assert long_route.fingerprint(gated.tiny_model()) == long_route.fingerprint(gated.tiny_model())
    assert long_route.fingerprint(gated.tiny_model()) != long_route.fingerprint(gated.tiny_model(seed=1))


def test_frames_in_memory_do_not_grow_with_the_length(tmp_path):
    """At most a stretch of frames is alive at once, however long the clip is."""
    from dreamdance_core.types import LazyFrames

    asked = []

    class Watched(LazyFrames):
        def __init__(self, count: int) -> None:
            self.shape = (count, HEIGHT, WIDTH, 3)

        def __getitem__(self, cut: slice) -> torch.Tensor:
            start, stop = self.span(cut)
            asked.append(stop - start)
            return torch.zeros(stop - start, *self.shape[1:])

    job = make_job(64, background=Watched(64), steps=1, guidance=1.0)
    how = gated.SampleOptions(windows=tuple(plan_windows(16, 4, 0)))
    longest = []
    out = output(tmp_path, frames=64)
    long_route.write_long(job, gated.tiny_model(), how, out, Runtime(), lambda frames: longest.append(len(frames)))
    assert max(asked) <= 16 and max(longest) <= 49 and sum(longest) == 64
