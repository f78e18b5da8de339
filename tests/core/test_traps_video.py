"""Wrong-but-plausible sampling: latent scale, guidance, the gates' direction, noise in overlapping windows."""

from dataclasses import replace

import pytest
import torch

from dreamdance_core.long.aggregate import blend, copy_halves
from dreamdance_core.long.windows import plan_windows
from dreamdance_core.runtime import Runtime
from dreamdance_core.video.backends import gated_cogvideox as gated
from dreamdance_core.video.backends.gated_cogvideox.denoise import Prepared, denoise
from dreamdance_core.video.backends.gated_cogvideox.encode import to_frames, to_latents
from dreamdance_core.video.backends.gated_cogvideox.sample import Bar, plan, prepare
from dreamdance_core.video.backends.gated_cogvideox.schedule import scheduler_for
from dreamdance_core.video.backends.gated_cogvideox.transformer import GatedOutput

FUSE = (blend, copy_halves)


def frames(count: int, seed: int, height: int = 16, width: int = 32) -> torch.Tensor:
    return torch.rand(count, height, width, 3, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("version", ["1.0", "1.5"])
def test_latents_are_scaled_once_and_back(version):
    """Trap 40: 0.7 times the posterior's mode, the I2V picture of 1.5 over 0.7, and the decoder undoes it."""
    vae, clip, run = gated.tiny_model(version=version).vae, frames(8, 0), Runtime()
    with torch.no_grad():
        pixels = (clip * 2 - 1).permute(3, 0, 1, 2)[None]
        bare = vae.encode(pixels).latent_dist.mode()
        latents = to_latents(vae, clip, slice(0, 8), run=run)
        image = to_latents(vae, clip, slice(0, 8), run=run, image=True)
        decoded = (vae.decode(bare).sample[0].permute(1, 2, 3, 0) + 1) / 2
        torch.testing.assert_close(latents, bare.transpose(1, 2) * 0.7)
        torch.testing.assert_close(image, bare.transpose(1, 2) * (1 / 0.7 if version == "1.5" else 0.7))
        back = torch.cat(list(to_frames(vae, latents, run=run)))
        torch.testing.assert_close(back, decoded.clamp(0, 1), atol=1e-5, rtol=0)


def test_black_pose_pictures_encode_as_black():
    """Trap 49: every video goes through [-1, 1]; a pose canvas of zeros is black there, not grey."""
    vae = gated.tiny_model().vae
    with torch.no_grad():
        black = vae.encode(-torch.ones(1, 3, 8, 16, 32)).latent_dist.mode().transpose(1, 2) * 0.7
        ours = to_latents(vae, torch.zeros(8, 16, 32, 3), slice(0, 8), run=Runtime())
        torch.testing.assert_close(ours, black)
        grey = vae.encode(torch.zeros(1, 3, 8, 16, 32)).latent_dist.mode().transpose(1, 2) * 0.7
    assert (black - grey).abs().max() > 1e-3


def prepared(gated_jobs, windows, length: int, fuse=FUSE) -> Prepared:
    """Random conditions of latents 4x6, the same in overlapping windows."""
    whole = gated_jobs.conditions(length, 4, 6)
    parts = [
        gated_jobs.Conditions(
            background=whole.background[:, w.start : w.stop],
            pose=whole.pose[:, w.start : w.stop],
            reference=whole.reference,
        )
        for w in windows
    ]
    tokens = gated_jobs.noise(5, 1, 7, 32)
    return Prepared(windows=windows, conditions=tuple(parts), tokens=tokens, colours=torch.zeros(17, 3), fuse=fuse)


def run_loop(gated_jobs, transformer, ready, steps=50, guidance=3.0, scheduler=None, **options) -> list:
    noise = gated_jobs.noise(6, *ready.shape)
    scheduler = scheduler or scheduler_for("ddim", steps)
    how = gated.SampleOptions(windows=ready.windows, **options)
    with torch.no_grad():
        return list(denoise(ready, transformer, scheduler, noise, guidance, how, lambda: None))


@pytest.fixture
def watched(gated_jobs, monkeypatch):
    """A tiny transformer that answers 1 with the character and 0 without, and every call it gets."""
    model, calls = gated.tiny_model().transformer, []

    def forward(**given):
        calls.append(given)
        value = torch.full_like(given["hidden_states"], float(given["conditions"].strengths != (0.0, 0.0)))
        return GatedOutput(sample=value, gates=torch.zeros(1, 2), conditions=given["conditions"])

    monkeypatch.setattr(model, "forward", forward)
    return model, calls


def test_guidance_is_one_number_over_all_steps(gated_jobs, watched, monkeypatch):
    """Trap 43: the scale does not follow the time step's number; 50 steps give 50 times the job's own guidance."""
    scales, scheduler = [], scheduler_for("ddim", 50)
    step = scheduler.step
    monkeypatch.setattr(scheduler, "step", lambda v, t, x: scales.append(float(v.mean())) or step(v, t, x))
    run_loop(gated_jobs, watched[0], prepared(gated_jobs, tuple(plan_windows(4)), 4), scheduler=scheduler)
    assert scales == pytest.approx([3.0] * 50)


def test_the_unguided_branch_keeps_the_background_only(gated_jobs, watched):
    """Trap 47: without guidance's character and pose, but with the very same background."""
    model, calls = watched
    ready = prepared(gated_jobs, tuple(plan_windows(4)), 4)
    run_loop(gated_jobs, model, ready, steps=1)
    guided, free = calls
    assert guided["encoder_hidden_states"].abs().sum() > 0 and free["encoder_hidden_states"].abs().sum() == 0
    assert guided["conditions"].strengths == (1.0, 1.0) and free["conditions"].strengths == (0.0, 0.0)
    for call in calls:
        assert torch.equal(call["conditions"].background, ready.conditions[0].background)


def test_gates_are_reported_and_used_by_time_not_by_step(gated_jobs):
    """Trap 46: a gate set by hand to open with noise is wide open at the first step and shut at the last."""
    model = gated.tiny_model()
    transformer = model.transformer
    with torch.no_grad():
        early, late = transformer.time_embedding(transformer.time_proj(torch.tensor([999, 332])))
        way = (early - late) / (early - late).square().sum()
        for gate in (transformer.pose_gate, transformer.reference_gate):
            gate.weight.copy_(2 * way[None])  # 2 apart between t = 999 and t = 332
            gate.bias.copy_(1 - 2 * (way * early).sum()[None])
    done = gated.sample(gated_jobs.job(), model, gated.SampleOptions(), Runtime())
    wanted = torch.tanh(torch.tensor([1.0, -1.0]))
    torch.testing.assert_close(done.gates[[0, -1], 0], wanted, atol=1e-3, rtol=0)
    torch.testing.assert_close(done.gates[:, 0], done.gates[:, 1])


@pytest.mark.parametrize("sampler", ["ddim", "dpm"])
@pytest.mark.parametrize("fusion", ["blend", "edge"])
def test_windows_share_one_noise_and_keep_its_spread(gated_jobs, fusion, sampler, monkeypatch):
    """Trap 59: with a model that leaves the variance alone, overlaps spread as the rest does, within 2 %."""
    model = gated.tiny_model().transformer
    make = torch.Generator().manual_seed(3)

    def forward(hidden_states, timestep, conditions, **_):
        # For normal data the flow is the identity and v is zero; windows disagree by independent errors.
        error = 0.02 * torch.randn(hidden_states.shape, generator=make)
        return GatedOutput(sample=error, gates=torch.zeros(1, 2), conditions=conditions)

    monkeypatch.setattr(model, "forward", forward)
    windows = tuple(plan_windows(24, 8, 4))
    whole = gated_jobs.conditions(24, 32, 32)
    parts = tuple(
        gated_jobs.Conditions(
            background=whole.background[:, w.start : w.stop], pose=whole.pose[:, w.start : w.stop],
            reference=whole.reference,
        )
        for w in windows
    )  # fmt: skip
    ready = Prepared(
        windows=windows, conditions=parts, tokens=torch.zeros(1, 7, 32), colours=torch.zeros(17, 3), fuse=FUSE
    )
    scheduler = scheduler_for(sampler, 20)
    last = run_loop(gated_jobs, model, ready, guidance=1.0, scheduler=scheduler, fusion=fusion)[-1].latents
    if fusion == "edge":
        last = blend(list(last), list(windows), 24)[None]
    covered = torch.zeros(24)
    for window in windows:
        covered[window.start : window.stop] += 1
    ratio = float(last[:, covered > 1].std() / last[:, covered == 1].std())
    assert ratio == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize("fusion", ["blend", "edge"])
def test_a_constant_answer_stays_constant(gated_jobs, fusion, monkeypatch):
    """Trap 62: a model that sees the same constant everywhere gives that constant, at the outer ends too."""
    model = gated.tiny_model().transformer
    scheduler = scheduler_for("ddim", 10)

    def forward(hidden_states, timestep, conditions, **_):
        alpha = scheduler.alphas_cumprod[int(timestep)].float()
        velocity = (alpha.sqrt() * hidden_states - 0.4) / (1 - alpha).sqrt()
        return GatedOutput(sample=velocity, gates=torch.zeros(1, 2), conditions=conditions)

    monkeypatch.setattr(model, "forward", forward)
    ready = prepared(gated_jobs, tuple(plan_windows(10, 4, 2)), 10)
    last = run_loop(gated_jobs, model, ready, guidance=1.0, scheduler=scheduler, fusion=fusion)[-1].latents
    torch.testing.assert_close(last, torch.full_like(last, 0.4), atol=1e-4, rtol=0)


@pytest.mark.parametrize("length", [8, 10])
def test_edge_is_the_cited_procedure(gated_jobs, length):
    """EDGE's long_ddim_sample, written out: windows as a batch, half of each over the next, not after the last step."""
    model, windows = gated.tiny_model().transformer, tuple(plan_windows(length, 4, 2))
    ready = prepared(gated_jobs, windows, length)
    steps = run_loop(gated_jobs, model, ready, steps=4, guidance=1.0, fusion="edge")
    scheduler, noise = scheduler_for("ddim", 4), gated_jobs.noise(6, *ready.shape)
    x = torch.cat([noise[:, w.start : w.stop] for w in windows])
    for number, t in enumerate(scheduler.timesteps):
        v = torch.cat(
            [
                gated_jobs.call(
                    model, x[i : i + 1], ready.conditions[i], encoder_hidden_states=ready.tokens, timestep=t[None]
                ).sample
                for i in range(len(windows))
            ]
        )
        x = scheduler.step(v, t, x).prev_sample
        if number < 3:
            x[1:, :2] = x[:-1, 2:].clone()
        torch.testing.assert_close(steps[number].latents, x, atol=1e-5, rtol=1e-5)


def test_window_conditions_equal_a_stand_alone_encode(gated_jobs):
    """Trap 60: each window is encoded as the clip that it is, to the last bit."""
    model, job, run = gated.tiny_model(), gated_jobs.job(32), Runtime()
    options = gated.SampleOptions(windows=tuple(plan_windows(8, 4, 2)))

    def encoded(work, how):
        with torch.no_grad():
            return prepare(work, model, plan(work, model, how, FUSE), run, Bar(run, 3), tiling=False).conditions

    for window, given in zip(options.windows, encoded(job, options), strict=True):
        cut = slice(4 * window.start, 4 * window.stop)
        clips = {name: getattr(job, name)[cut] for name in ("background", "paint_mask", "body", "hand", "face")}
        (alone,) = encoded(replace(job, **clips), gated.SampleOptions())
        assert torch.equal(given.background, alone.background)
        assert torch.equal(given.pose, alone.pose)
        assert torch.equal(given.reference, alone.reference)
