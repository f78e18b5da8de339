"""Temporal Aggregate: clips joined as IMAGE or VIDEO, and the host's own context windows set to our plan."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import torch

from dreamdance_core.io.video import Audio, read_clip, write_video
from dreamdance_core.long.aggregate import blend
from dreamdance_core.long.windows import blend_weights, plan_windows


@pytest.fixture(autouse=True)
def _as_in_the_host():
    with torch.inference_mode():
        yield


@pytest.fixture
def aggregate(pack):
    def run(length=96, window=48, overlap=24, mode="blend", **more):
        answer = pack.nodes.long_video.TemporalAggregate.execute(length, window, overlap, mode, **more)
        names = ("windows", "frames", "video", "model", "context_length", "context_overlap")
        return SimpleNamespace(**dict(zip(names, answer.result, strict=True)), ui=answer.ui)

    return run


def ramp(count: int, height: int = 48, width: int = 64) -> torch.Tensor:
    """A clip whose brightness tells the frame."""
    rows = torch.linspace(0.1, 0.5, height)[:, None, None].expand(height, width, 3)
    return rows + torch.linspace(0, 0.4, count)[:, None, None, None]


class _Model:
    """What the node asks of a MODEL: the host's patcher holds one, with its latent format."""

    def __init__(self, ratio: int) -> None:
        self.model_options: dict = {}
        self.wrapped: list = []
        self._format = SimpleNamespace(temporal_downscale_ratio=ratio)

    def get_model_object(self, name: str):
        return {"latent_format": self._format}[name]

    def clone(self):
        return _Model(self._format.temporal_downscale_ratio)

    def add_wrapper_with_key(self, *what) -> None:
        self.wrapped.append(what)


@pytest.mark.parametrize("latents", [12, 13, 14, 21, 24, 25, 26, 30, 41, 50, 250])
@pytest.mark.parametrize(("window", "overlap"), [(48, 24), (48, 16), (40, 12), (80, 28)])
def test_the_hosts_windows_are_ours(aggregate, latents, window, overlap):
    """Start, end and weight of every window, by the host's own code, for even and odd latent lengths."""
    import comfy.context_windows as context

    length = 4 * latents if latents % 2 == 0 else 4 * latents - 3
    out = aggregate(length, window, overlap, model=_Model(4))
    handler = out.model.model_options["context_handler"]
    size, shared = min(window, length), overlap // 4
    size = (size - 1) // 4 + 1
    ours = plan_windows(latents, size, min(shared, size - 1))
    x = torch.zeros(1, 16, latents, 2, 2)
    theirs = handler.get_context_windows(None, x, {})
    assert [w.index_list for w in theirs] == [list(range(w.start, w.stop)) for w in ours]
    assert (out.context_length, out.context_overlap) == (handler.context_length, handler.context_overlap)
    total = torch.zeros(latents)
    rows = [torch.tensor(context.get_context_weights(w.context_length, latents, w.index_list, handler)) for w in theirs]
    for row, w in zip(rows, ours, strict=True):
        total[w.start : w.stop] += row
    for row, w, weight in zip(rows, ours, blend_weights(ours, latents), strict=True):
        torch.testing.assert_close(row / total[w.start : w.stop], weight)


def test_the_host_fuses_as_blend_does(aggregate):
    """The host's handler, run on a toy model, gives what our blend gives for the same windows."""
    from comfy.context_windows import IndexListContextHandler

    handler = aggregate(96, 48, 24, model=_Model(4)).model.model_options["context_handler"]
    assert isinstance(handler, IndexListContextHandler) and handler.dim == 2 and not handler.causal_window_fix
    x = torch.randn(1, 16, 24, 3, 5, generator=torch.Generator().manual_seed(0))

    def network(model, conds, part, timestep, options):
        place = torch.linspace(0, 1, part.shape[2])[None, None, :, None, None]
        return [torch.tanh(part) + place for _ in conds]

    sigmas = torch.tensor([1.0, 0.5, 0.0])
    options = {"transformer_options": {"sample_sigmas": sigmas}}
    host = SimpleNamespace(
        latent_format=SimpleNamespace(temporal_downscale_ratio=4), resize_cond_for_context_window=lambda *a, **k: None
    )
    assert handler.should_use_context(host, [[{}]], x, sigmas[:1], options)
    (theirs,) = handler.execute(network, host, [[{}]], x, sigmas[:1], options)
    windows = plan_windows(24)
    parts = [network(None, [0], x[:, :, w.start : w.stop], None, None)[0][0].movedim(1, 0) for w in windows]
    torch.testing.assert_close(theirs[0].movedim(1, 0), blend(parts, windows, 24))


def test_settings_for_the_hosts_other_models(aggregate):
    wan = aggregate(81, 80, 40, model=_Model(4), retain_first=True)
    handler = wan.model.model_options["context_handler"]
    assert (handler.context_length, handler.context_overlap) == (20, 10)
    assert handler.causal_window_fix and handler.cond_retain_index_list == [0]
    assert "multiple of 8" in wan.windows.message, "no plan for the gated model, but one for this one"
    assert aggregate(96, 48, 24, model=_Model(8)).context_length == 6
    assert wan.model.wrapped, "the host estimates memory for one window"
    assert aggregate(96).context_length == 12 and aggregate(96).context_overlap == 6
    assert "needs a model" in aggregate(96).model.message


def test_lists_of_clips_are_taken_apart(aggregate):
    """The host hands every input as a list, and a loop's clips as one list."""
    video = ramp(20)
    parts = [video[:8], video[4:12], video[8:20]]
    out = aggregate([96], [48], [4], ["blend"], clips={"clip0": parts[:2], "clip1": parts[2:]})
    torch.testing.assert_close(out.frames, video)
    assert "disconnect the clips" in out.windows.message


def test_colours_are_matched_to_the_clip_before_or_to_an_anchor(aggregate):
    video = ramp(32)
    clips = {"clip0": video[:20], "clip1": video[12:] * 0.8 + 0.02}
    plain = aggregate(overlap=8, clips=clips).frames
    matched = aggregate(overlap=8, clips=clips, match="colours").frames
    assert (plain - video).abs().max() > 0.05 and (matched - video).abs().max() < 0.005
    drifting = {name: clip * torch.linspace(1, 0.8, 20)[:, None, None, None] for name, clip in clips.items()}
    painted = torch.zeros(1, 48, 64)
    painted[:, :20] = 1
    anchored = aggregate(overlap=8, clips=drifting, match="colours", anchor=video, painted=painted).frames
    assert (anchored - video).abs().mean() < 0.01 < (aggregate(overlap=8, clips=drifting).frames - video).abs().mean()


def test_videos_are_joined_into_a_file_with_their_sound(pack, aggregate, tmp_path):
    from comfy_api.latest import InputImpl

    video, rate = ramp(40), 24000
    wave = torch.linspace(-0.5, 0.5, rate * 40 // 20)[None]
    for name, start, stop in (("a", 0, 24), ("b", 16, 40)):
        sound = Audio(waveform=wave[:, start * rate // 20 : stop * rate // 20], sample_rate=rate)
        write_video(tmp_path / f"{name}.mp4", video[start:stop], 20.0, sound)
    files = {f"video{i}": InputImpl.VideoFromFile(str(tmp_path / f"{name}.mp4")) for i, name in enumerate("ab")}
    out = aggregate(overlap=8, videos=files)
    joined = read_clip(out.video.get_stream_source())
    assert joined.frames.shape == video.shape and joined.fps == 20
    assert (joined.frames - video).abs().mean() < 0.01
    assert joined.audio.waveform.shape[1] == pytest.approx(rate * 2, abs=2048)
    assert float((joined.audio.waveform[0, 4000:40000] - wave[0, 4000:40000]).abs().mean()) < 0.02
    assert out.ui["images"]
    with pytest.raises(ValueError, match="connect only one kind"):
        aggregate(overlap=8, videos=files, clips={"clip0": video})
    trimmed = {"video0": InputImpl.VideoFromFile(str(tmp_path / "a.mp4"), start_time=0.5, duration=0.4)}
    cut = read_clip(aggregate(overlap=0, videos=trimmed).video.get_stream_source())
    assert (cut.frames - video[10:18]).abs().mean() < 0.01
