"""The Wan VACE backend: what its pipeline is handed, windows, the untouched background, progress, cancel, loading."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest
import torch

from dreamdance_core import backends
from dreamdance_core.runtime import Runtime
from dreamdance_core.types import AnimateJob, LazyFrames, PoseTrack
from dreamdance_core.video.backends.wan_vace import WanVaceOptions, WanVaceVideo, load, plan, tiny

HEIGHT, WIDTH = 40, 56  # not multiples of 16


def _clip(count: int, seed: int = 0) -> torch.Tensor:
    return torch.rand(count, HEIGHT, WIDTH, 3, generator=torch.Generator().manual_seed(seed))


def _job(frames: int = 11, **changes) -> AnimateJob:
    xy, score = torch.full((frames, 1, 133, 2), 20.0), torch.zeros(frames, 1, 133)
    xy[:, 0, 5], xy[:, 0, 6] = torch.tensor([34.0, 12.0]), torch.tensor([20.0, 12.0])
    xy[:, 0, 11], xy[:, 0, 12] = torch.tensor([32.0, 28.0]), torch.tensor([22.0, 28.0])
    score[:, 0, [5, 6, 11, 12]] = 1
    pose = PoseTrack(xy=xy, score=score, width=WIDTH, height=HEIGHT)
    mask = torch.zeros(frames, HEIGHT, WIDTH)
    mask[:, 8:32, 16:40] = 1
    drawn, alpha = torch.zeros(frames, HEIGHT, WIDTH, 3), torch.zeros(HEIGHT, WIDTH)
    alpha[4:36, 20:30] = 1
    job = AnimateJob(
        background=_clip(frames),
        paint_mask=mask,
        body=drawn,
        hand=drawn,
        face=drawn,
        pose=pose,
        reference_pose=replace(pose, xy=xy[:1], score=score[:1]),
        reference=torch.zeros(HEIGHT, WIDTH, 3),
        reference_alpha=alpha,
        seed=7,
        steps=2,
    )
    return replace(job, **changes)


class _Recorder:
    """In the pipeline's place: keeps what it is given and returns frames of one grey per window."""

    def __init__(self) -> None:
        made = tiny().pipe
        self.vae, self.transformer = made.vae, made.transformer
        self.calls: list[dict] = []

    def __call__(self, **given) -> SimpleNamespace:
        self.calls.append(given)
        for index in range(given["num_inference_steps"]):
            given["callback_on_step_end"](self, index, torch.tensor(0), {})
        shade = 0.2 * len(self.calls)
        return SimpleNamespace(frames=[torch.full((given["num_frames"], 3, given["height"], given["width"]), shade)])


def _recorded(job: AnimateJob, report=None, **options) -> tuple[torch.Tensor, list[dict], list[str]]:
    pipe, told = _Recorder(), []

    def encode(prompt: str, avoid: str):
        told.extend([prompt, avoid])
        return torch.ones(1, 3, 4), torch.zeros(1, 3, 4)

    run = Runtime(report=report) if report else Runtime()
    frames = WanVaceVideo(pipe, encode, run, WanVaceOptions(**options), False)(job)
    return frames, pipe.calls, told


@pytest.mark.parametrize("frames", [1, 2, 8, 80, 81, 82, 83, 85, 100, 157, 158, 300, 1000])
@pytest.mark.parametrize(("window", "overlap"), [(81, 5), (13, 1), (9, 5)])
def test_windows_cover_everything_and_share_the_overlap(frames, window, overlap):
    cuts = plan(frames, window, overlap)
    assert cuts[0].start == 0 and cuts[-1].stop == frames
    assert all(right.start == left.stop - overlap for left, right in zip(cuts, cuts[1:], strict=False))
    lengths = [cut.stop - cut.start for cut in cuts]
    assert max(lengths) <= max(window, min(frames, window)) and min(lengths) > (overlap if len(cuts) > 1 else 0)
    assert all(length % 4 == 1 for length in lengths[:-1]), "every window but the last is 4n+1 as it is"


def test_the_pipeline_is_handed_what_vace_was_trained_on():
    job = _job()
    frames, (call,), told = _recorded(job)
    assert (call["height"], call["width"], call["num_frames"]) == (32, 48, 13)
    video, mask = call["video"], call["mask"]
    assert video.shape == mask.shape == (1, 13, 3, 32, 48) and set(mask.unique().tolist()) == {0.0, 1.0}
    inside = mask[0, :, 0] > 0
    drawing = video[0].movedim(1, -1)[inside]
    assert 0 < float((drawing.amax(-1) > 0.1).float().mean()) < 0.4, "thin lines on black"
    small = torch.nn.functional.interpolate(job.background.movedim(-1, 1), (32, 48), mode="bilinear", antialias=True)
    torch.testing.assert_close(video[0, 0][:, ~inside[0]], small[0][:, ~inside[0]])
    picture = call["reference_images"]
    assert picture.size == (48, 32) and picture.getpixel((24, 16)) == (0, 0, 0)
    assert picture.getpixel((2, 16)) == (255, 255, 255)
    assert call["num_inference_steps"] == 2 and call["guidance_scale"] == 3.5
    assert float(call["prompt_embeds"].min()) == 1 and float(call["negative_prompt_embeds"].max()) == 0
    assert frames.shape == (11, HEIGHT, WIDTH, 3), "cut back to the clip's own length and size"
    assert told[0].startswith("The character") and "extra limbs" in told[1]
    assert _recorded(_job(prompt="A harbour at dusk."))[2][0].endswith("A harbour at dusk.")


def test_the_background_stays_bit_exact_and_the_character_is_painted():
    job = _job()
    frames, _, _ = _recorded(job, feather=0)
    inside = job.paint_mask > 0
    torch.testing.assert_close(frames[inside], torch.full_like(frames[inside], 0.2))
    far = torch.ones(HEIGHT, WIDTH, dtype=torch.bool)
    far[:, 8:48] = False  # the mask, on whole latents
    assert torch.equal(frames[:, far], job.background[:, far])


def test_windows_hand_over_their_last_frames():
    job = _job(21)
    frames, calls, _ = _recorded(job, window=13, overlap=5, feather=0)
    assert [call["num_frames"] for call in calls] == [13, 13]
    second = calls[1]
    assert float(second["mask"][0, :5].max()) == 0 and float(second["mask"][0, 5:].max()) == 1
    kept = torch.nn.functional.interpolate(frames[8:13].movedim(-1, 1), (32, 48), mode="bilinear", antialias=True)
    torch.testing.assert_close(second["video"][0, :5], kept)
    middle = frames[:, 20, 28, 0]
    torch.testing.assert_close(middle, torch.tensor([0.2] * 13 + [0.4] * 8))
    assert calls[0]["generator"].initial_seed() == 7 and second["generator"].initial_seed() == 8


class _Lazy(LazyFrames):
    def __init__(self, frames: torch.Tensor) -> None:
        self.frames, self.shape, self.longest = frames, tuple(frames.shape), 0

    def __getitem__(self, cut: slice) -> torch.Tensor:
        self.longest = max(self.longest, cut.stop - cut.start)
        return self.frames[cut]


def test_clips_may_be_lazy_and_are_read_by_windows():
    job = _job(40)
    background = _Lazy(job.background)
    lazy = replace(job, background=background, paint_mask=_Lazy(job.paint_mask))
    assert WanVaceVideo.takes_lazy_frames
    whole, parts = (_recorded(one, window=13, overlap=1)[0] for one in (job, lazy))
    assert torch.equal(whole, parts) and 0 < background.longest <= 13


def test_progress_counts_every_step_and_cancel_leaves_the_backend_usable():
    seen: list[tuple[int, int]] = []

    def report(done: int, total: int, preview=None) -> None:
        seen.append((done, total))

    _recorded(_job(21), report, window=13)
    assert seen[0] == (0, 4) and seen[-1] == (4, 4) and [done for done, _ in seen] == sorted(d for d, _ in seen)
    assert {done for done, _ in seen} == {0, 1, 2, 3, 4}
    seen.clear()
    made, job = tiny(), _job(5, steps=3)
    WanVaceVideo(made.pipe, made.encode, Runtime(report=report), WanVaceOptions(), False)(job)
    assert len(seen) > 3 * 2 * len(made.pipe.transformer.blocks), "inside the steps and the autoencoder too"

    class Stop(BaseException):
        pass

    def stop(done: int, total: int, preview=None) -> None:
        if done == 1:
            raise Stop

    first = made(job)
    interrupted = WanVaceVideo(made.pipe, made.encode, Runtime(report=stop), WanVaceOptions(), False)
    with pytest.raises(Stop):
        interrupted(job)
    assert torch.equal(made(job), first), "as if nothing had been"
    assert not torch.equal(made(replace(job, seed=8)), first)


def test_it_is_found_by_name_and_says_what_is_missing(tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    assert "wan_vace" in backends.names("video") and "Apache-2.0" in backends.origin("video", "wan_vace")
    with pytest.raises(FileNotFoundError, match="wan_vace_1_3b .*Apache-2.0.* is not on this machine.*weights get"):
        backends.load("video", "wan_vace", Runtime(weight_folders=(tmp_path,)))


def _words(folder) -> None:
    """A tokenizer of a handful of words."""
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    known = {"<pad>": 0, "</s>": 1, "<unk>": 2, "character": 3, "harbour": 4, "lively": 5}
    made = Tokenizer(models.WordLevel(known, unk_token="<unk>"))
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    wrapped = PreTrainedTokenizerFast(tokenizer_object=made, pad_token="<pad>", eos_token="</s>", unk_token="<unk>")
    wrapped.save_pretrained(folder)


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """A weights folder with a tiny model in the published repository's layout."""
    from transformers import UMT5Config, UMT5EncoderModel

    made, folder = tiny(), tmp_path_factory.mktemp("weights")
    for name in ("transformer", "vae", "scheduler"):
        getattr(made.pipe, name).save_pretrained(folder / "wan_vace_1_3b" / name)
    sizes = {"d_model": 16, "d_kv": 8, "d_ff": 16, "num_layers": 1, "num_heads": 2, "vocab_size": 8}
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        UMT5EncoderModel(UMT5Config(**sizes)).save_pretrained(folder / "wan_vace_1_3b" / "text_encoder")
    _words(folder / "wan_vace_1_3b" / "tokenizer")
    return folder


def test_the_published_layout_is_loaded_and_the_prompt_counts(published):
    backend = load(Runtime(weight_folders=(published,)), options=WanVaceOptions(feather=0))
    words, avoided = backend.encode("harbour", "")
    assert words.shape == avoided.shape == (1, 512, 16)
    assert float(words[:, :1].abs().min()) > 0 and float(words[:, 4:].abs().max()) == 0, "zeros after the text"
    job = _job(5)
    one, other = backend(replace(job, prompt="harbour")), backend(replace(job, prompt="lively lively lively"))
    assert bool(torch.isfinite(one).all()) and not torch.equal(one, other)
    assert torch.equal(backend(replace(job, prompt="harbour")), one)


def test_the_larger_model_is_taken_where_it_is(published, tmp_path):
    (tmp_path / "wan_vace_14b").symlink_to(published / "wan_vace_1_3b")
    (tmp_path / "wan_vace_1_3b").mkdir()
    assert load(Runtime(weight_folders=(tmp_path,))).pipe is not None, "the empty smaller one is not read"


def test_offloaded_blocks_give_the_same_frames(published):
    run = Runtime(weight_folders=(published,))
    job = _job(5)
    whole, parts = load(run)(job), load(run, offload=True)(job)
    torch.testing.assert_close(whole, parts)
