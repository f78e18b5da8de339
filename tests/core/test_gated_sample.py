"""Sampling with the gated model: samplers, windows, caching, lazy clips, previews, lengths."""

from dataclasses import replace

import pytest
import torch
from diffusers import (
    CogVideoXDDIMScheduler,
    DPMSolverMultistepScheduler,
)

from dreamdance_core.long.aggregate import blend, copy_halves
from dreamdance_core.long.windows import plan_windows
from dreamdance_core.runtime import Runtime
from dreamdance_core.types import LazyFrames
from dreamdance_core.video.backends import gated_cogvideox as gated
from dreamdance_core.video.backends.gated_cogvideox.sample import latent_length
from dreamdance_core.video.backends.gated_cogvideox.schedule import GatedScheduler, scheduler_for

FUSE = (blend, copy_halves)
LONG = {"windows": tuple(plan_windows(8, 4, 2))}


def oracle(scheduler, x0: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    """The sample that comes out when every v-prediction is that of x0."""
    for t in scheduler.timesteps:
        alpha = scheduler.alphas_cumprod[t]
        eps = (x - alpha.sqrt() * x0) / (1 - alpha).sqrt()
        x = scheduler.step(alpha.sqrt() * eps - (1 - alpha).sqrt() * x0, t, x).prev_sample
    return x.float()


@pytest.mark.parametrize("sampler", ["ddim", "dpm"])
@pytest.mark.parametrize("steps", [1, 2, 10, 15, 30, 50])
def test_an_oracle_is_sampled_back(gated_jobs, sampler, steps):
    """Trap 42, for step counts that divide 1000 and others."""
    x0, noise = gated_jobs.latents(1), gated_jobs.latents(2)
    assert torch.allclose(oracle(scheduler_for(sampler, steps), x0, noise), x0, atol=1e-4)


def test_schedule_is_the_published_one():
    """Trap 41: the schedule of CogVideoX-5B's scheduler_config.json, with zero terminal SNR."""
    scheduler = scheduler_for("ddim", 50)
    assert scheduler.timesteps[0] == 999
    assert scheduler.timesteps[-1] == 19
    betas = torch.linspace(0.00085**0.5, 0.012**0.5, 1000, dtype=torch.float64) ** 2
    root = torch.cumprod(1 - betas, 0).sqrt()
    root = (root - root[-1]) * root[0] / (root[0] - root[-1])  # zero terminal SNR (Lin et al. 2023)
    assert torch.allclose(scheduler.alphas_cumprod.double(), root**2, atol=1e-6)
    assert scheduler.alphas_cumprod[999] == 0


def bell(scheduler, t: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    """The exact v-prediction for data that is normal with deviation 0.3: the flow takes x_T to 0.3 x_T."""
    alpha = scheduler.alphas_cumprod[t].double()
    clean = alpha.sqrt() * 0.09 / (alpha * 0.09 + 1 - alpha) * x
    return (alpha.sqrt() * x - clean) / (1 - alpha).sqrt()


def flow(scheduler, x: torch.Tensor) -> torch.Tensor:
    for t in scheduler.timesteps:
        x = scheduler.step(bell(scheduler, t, x), t, x).prev_sample
    return x


@pytest.mark.parametrize("sampler", ["ddim", "dpm"])
def test_samplers_agree_with_the_librarys(gated_jobs, sampler):
    """And their schedules are taken over by `from_config`."""
    ours = GatedScheduler(solver_order=1 if sampler == "ddim" else 2)
    ours.set_timesteps(50)
    if sampler == "ddim":
        theirs, tolerance = CogVideoXDDIMScheduler.from_config(ours.config), 1e-5
    else:  # its terminal SNR is 2**-24 instead of zero
        theirs, tolerance = DPMSolverMultistepScheduler.from_config(ours.config), 1e-3
    theirs.set_timesteps(50)
    assert torch.equal(ours.timesteps, theirs.timesteps)
    x = gated_jobs.latents(1)
    assert (flow(ours, x) - flow(theirs, x)).abs().max() < tolerance


def test_dpm_needs_fewer_steps(gated_jobs):
    """Where the flow is known, 15 steps of dpm are nearer to it than 50 of DDIM: small detail survives."""
    x = gated_jobs.latents(1).double()
    error = {
        (sampler, steps): float((flow(scheduler_for(sampler, steps), x) - 0.3 * x).abs().mean())
        for sampler, steps in (("ddim", 15), ("ddim", 50), ("dpm", 15))
    }
    assert error["dpm", 15] < error["ddim", 50] < error["ddim", 15]


def test_spaced_steps_go_down_one_by_one_at_least():
    for steps in (1, 2, 15, 200, 1000):
        times = scheduler_for("dpm", steps).timesteps
        assert len(times) == steps and times[0] == 999 and times[-1] >= 0
        assert (times.diff() < 0).all()


def test_a_scheduler_is_fresh_after_each_set_of_steps(gated_jobs):
    scheduler, x = scheduler_for("dpm", 5), gated_jobs.latents(1)
    results = []
    for _ in range(2):
        scheduler.set_timesteps(5)
        results.append(flow(scheduler, x))
    assert torch.equal(*results)


def test_legal_lengths_are_enforced():
    """Trap 39."""
    old, new = gated.tiny_model(), gated.tiny_model(version="1.5")
    assert [latent_length(f, old, 0) for f in (8, 9, 48, 49)] == [2, 3, 12, 13]
    assert latent_length(48, new, 0) == 12
    for frames, model, windows in ((45, old, 0), (50, old, 0), (49, new, 0), (49, old, 3)):
        with pytest.raises(ValueError, match="nearest length is 48"):
            latent_length(frames, model, windows)


@pytest.mark.parametrize(("version", "frames"), [("1.0", 8), ("1.0", 9), ("1.5", 8)])
def test_sampling_is_repeatable_and_seeded(gated_jobs, version, frames):
    """Trap 39: as many frames come out as went in."""
    backend = gated.GatedVideo(model=gated.tiny_model(version=version), run=Runtime())
    job = gated_jobs.job(frames)
    first, again = backend(job), backend(job)
    assert first.shape == (frames, 16, 32, 3)
    assert torch.equal(first, again)
    assert not torch.equal(first, backend(replace(job, seed=1)))
    assert first.min() >= 0
    assert first.max() <= 1


@pytest.mark.parametrize("fusion", ["blend", "edge"])
@pytest.mark.parametrize("sampler", ["ddim", "dpm"])
def test_windows_cover_a_long_clip(gated_jobs, fusion, sampler):
    options = gated.SampleOptions(fusion=fusion, sampler=sampler, **LONG)
    done = gated.sample(gated_jobs.job(32), gated.tiny_model(), options, Runtime(), FUSE)
    assert done.frames.shape == (32, 16, 32, 3)
    assert torch.isfinite(done.frames).all()
    assert done.gates.shape == (3, 2)


@pytest.mark.parametrize("fusion", ["blend", "edge"])
def test_one_window_equals_no_window(gated_jobs, fusion):
    model = gated.tiny_model()
    whole = gated.sample(gated_jobs.job(), model, gated.SampleOptions(), Runtime()).frames
    one = gated.SampleOptions(windows=tuple(plan_windows(2, 12, 6)), fusion=fusion)
    assert torch.equal(whole, gated.sample(gated_jobs.job(), model, one, Runtime(), FUSE).frames)


def test_windows_that_do_not_fit_are_refused(gated_jobs):
    """Trap 60: windows start at chunks of eight frames. Trap 61: they end where the clip does, all of one length."""
    Window, model = type(LONG["windows"][0]), gated.tiny_model()
    cases = {
        "multiple of 2": ((0, 5, 0), (3, 8, 2)),
        "the clip at 8": ((0, 4, 0), (2, 6, 2)),
        "one length": ((0, 4, 0), (2, 8, 2)),
    }
    for message, windows in cases.items():
        made = tuple(Window(start=a, stop=b, overlap=c) for a, b, c in windows)
        with pytest.raises(ValueError, match=message):
            gated.sample(gated_jobs.job(32), model, gated.SampleOptions(windows=made, fusion="edge"), Runtime(), FUSE)
    with pytest.raises(ValueError, match="need a fusion"):
        gated.sample(gated_jobs.job(32), model, gated.SampleOptions(**LONG), Runtime())


class Counted(LazyFrames):
    """A clip that notes which cuts are read."""

    def __init__(self, clip: torch.Tensor) -> None:
        self.clip, self.shape, self.read = clip, tuple(clip.shape), []

    def __getitem__(self, cut: slice) -> torch.Tensor:
        assert isinstance(cut, slice) and cut.step is None
        self.read.append((cut.start, cut.stop))
        return self.clip[cut]


def test_lazy_clips_are_read_in_pieces(gated_jobs):
    job, model = gated_jobs.job(96), gated.tiny_model()
    clips = {name: Counted(getattr(job, name)) for name in ("background", "paint_mask", "body", "hand", "face")}
    options = gated.SampleOptions(windows=tuple(plan_windows(24, 4, 2)))
    pieces = []
    gates = gated.sample_to(replace(job, **clips), model, options, Runtime(), FUSE, pieces.append)
    whole = gated.sample(job, model, options, Runtime(), FUSE)
    assert torch.equal(torch.cat(pieces), whole.frames)
    assert torch.equal(gates, whole.gates)
    assert len(pieces) == 2 and max(len(piece) for piece in pieces) <= 49
    assert max(stop - start for clip in clips.values() for start, stop in clip.read) == 16


def test_cancel_and_bad_input_are_clean(gated_jobs):
    class Cancelled(BaseException):
        pass

    for moment in range(5):

        def stop(done, total, preview=None, moment=moment):
            if done == moment:
                raise Cancelled

        with pytest.raises(Cancelled):
            gated.sample(gated_jobs.job(), gated.tiny_model(), gated.SampleOptions(cache=0.1), Runtime(report=stop))
    with pytest.raises(ValueError, match="multiples of 16"):
        gated.sample(gated_jobs.job(8, 30, 32), gated.tiny_model(), gated.SampleOptions(), Runtime())
    with pytest.raises(ValueError, match="nearest length is 16"):
        gated.sample(gated_jobs.job(13), gated.tiny_model(), gated.SampleOptions(), Runtime())
    with pytest.raises(ValueError, match="hand must have the background's frames"):
        gated.sample(
            gated_jobs.job(8, hand=Counted(torch.zeros(8, 16, 16, 3))),
            gated.tiny_model(),
            gated.SampleOptions(),
            Runtime(),
        )


@pytest.mark.parametrize("sampler", ["ddim", "dpm"])
def test_every_number_of_steps_has_as_many_real_ones(sampler):
    for steps in range(1, 1001):
        times = scheduler_for(sampler, steps).timesteps
        assert len(times) == steps and times[0] == 999 and (times >= 0).all() and (times.diff() < 0).all(), steps
