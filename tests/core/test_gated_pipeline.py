"""The gated model as a diffusers pipeline: the video of `sample`, files, callbacks, interrupting, offloading."""

from dataclasses import replace

import accelerate
import numpy as np
import pytest
import torch
from diffusers import (
    DiffusionPipeline,
    DPMSolverMultistepScheduler,
    FirstBlockCacheConfig,
    PyramidAttentionBroadcastConfig,
)

from dreamdance_core.long.aggregate import blend, copy_halves
from dreamdance_core.long.windows import plan_windows
from dreamdance_core.runtime import Runtime
from dreamdance_core.video.backends import gated_cogvideox as gated
from dreamdance_core.video.backends.gated_cogvideox.pipeline import DreamDancePipeline
from dreamdance_core.video.backends.gated_cogvideox.schedule import GatedScheduler, scheduler_for


@pytest.fixture
def pipe() -> DreamDancePipeline:
    made = DreamDancePipeline.from_model(gated.tiny_model())
    made.set_progress_bar_config(disable=True)
    return made


def frames(output) -> torch.Tensor:
    return output.frames[0].permute(0, 2, 3, 1)


@pytest.mark.parametrize("version", ["1.0", "1.5"])
def test_it_gives_the_video_of_sample(gated_jobs, version):
    model, job = gated.tiny_model(version=version), gated_jobs.job()
    pipe = DreamDancePipeline.from_model(model)
    wanted = gated.sample(job, model, gated.SampleOptions(tiling=False), Runtime())
    done = pipe(job, output_type="pt")
    torch.testing.assert_close(frames(done), wanted.frames, atol=1e-6, rtol=0)
    assert torch.equal(done.gates, wanted.gates)


@pytest.mark.parametrize("fusion", ["blend", "edge"])
def test_windows_and_the_faster_sampler(gated_jobs, pipe, fusion):
    job, model = gated_jobs.job(32), gated.tiny_model()
    options = gated.SampleOptions(windows=tuple(plan_windows(8, 4, 2)), fusion=fusion, sampler="dpm", tiling=False)
    pipe.scheduler = scheduler_for("dpm", job.steps)
    wanted = gated.sample(job, model, options, Runtime(), (blend, copy_halves)).frames
    done = frames(pipe(job, options, fuse=(blend, copy_halves), output_type="pt"))
    torch.testing.assert_close(done, wanted, atol=1e-6, rtol=0)


def test_other_schedulers_take_its_place(gated_jobs, pipe):
    job = gated_jobs.job(steps=12)
    pipe.scheduler = GatedScheduler(solver_order=2)
    ours = pipe(job, output_type="latent").frames
    pipe.scheduler = DPMSolverMultistepScheduler.from_config(pipe.scheduler.config)
    theirs = pipe(job, output_type="latent").frames
    assert (ours - theirs).abs().max() < 0.02


def test_saved_and_loaded_it_gives_the_same(gated_jobs, pipe, tmp_path):
    job = gated_jobs.job()
    wanted = pipe(job, output_type="pt").frames
    pipe.scheduler = GatedScheduler(solver_order=2)
    pipe.save_pretrained(tmp_path, max_shard_size="40KB")
    again = DreamDancePipeline.from_pretrained(tmp_path)
    assert isinstance(again, DiffusionPipeline)
    assert type(again.transformer) is type(pipe.transformer)
    assert again.scheduler.config.solver_order == 2
    again.scheduler = GatedScheduler()
    torch.testing.assert_close(again(job, output_type="pt").frames, wanted, atol=1e-5, rtol=0)


def test_output_types_and_noise(gated_jobs, pipe):
    job = gated_jobs.job()
    as_pt, as_np = pipe(job, output_type="pt").frames, pipe(job, output_type="np").frames
    assert as_pt.shape == (1, 8, 3, 16, 32)
    assert np.abs(as_np - as_pt.permute(0, 1, 3, 4, 2).numpy()).max() < 1e-6
    pictures = pipe(job).frames[0]
    assert len(pictures) == 8 and pictures[0].size == (32, 16)
    assert np.abs(np.asarray(pictures[3]) / 255 - as_np[0, 3]).max() < 0.51 / 255 + 1e-6
    latents = pipe(job, output_type="latent").frames
    assert latents.shape == (1, 2, 16, 2, 4)
    same = torch.Generator().manual_seed(job.seed)
    assert torch.equal(pipe(job, generator=same, output_type="latent").frames, latents)
    noise = torch.randn(latents.shape, generator=torch.Generator().manual_seed(job.seed))
    assert torch.equal(pipe(replace(job, seed=7), latents=noise, output_type="latent").frames, latents)
    with pytest.raises(ValueError, match="output_type is pil"):
        pipe(job, output_type="gif")


def test_callbacks_see_and_change_the_latents(gated_jobs, pipe):
    job, seen = gated_jobs.job(), []

    def watch(given_pipe, index, timestep, tensors):
        assert given_pipe is pipe
        seen.append((index, int(timestep), tuple(tensors["latents"].shape)))
        return {"latents": torch.zeros_like(tensors["latents"])} if index == 2 else {}

    done = pipe(job, output_type="latent", callback_on_step_end=watch)
    assert [index for index, _, _ in seen] == [0, 1, 2]
    assert [t for _, t, _ in seen] == pipe.scheduler.timesteps.tolist()
    assert done.frames.abs().sum() == 0
    with pytest.raises(ValueError, match="prompt_embeds"):
        pipe(job, callback_on_step_end=watch, callback_on_step_end_tensor_inputs=("prompt_embeds",))


def test_it_can_be_interrupted(gated_jobs, pipe):
    calls = []

    def stop(given_pipe, index, _timestep, tensors):
        calls.append(tensors["latents"])
        given_pipe.interrupt = index == 1
        return {}

    done = pipe(gated_jobs.job(steps=6), output_type="latent", callback_on_step_end=stop)
    assert len(calls) == 2 and torch.equal(done.frames, calls[-1])
    assert len(done.gates) == 2
    assert len(pipe(gated_jobs.job(steps=6), output_type="latent").gates) == 6


def test_caches_are_told_the_time_step_and_forget(gated_jobs, pipe):
    job, told = gated_jobs.job(steps=8, guidance=1.0), []
    plain = pipe(job, output_type="latent").frames
    pipe.transformer.enable_cache(
        PyramidAttentionBroadcastConfig(
            spatial_attention_block_skip_range=2,
            current_timestep_callback=lambda: told.append(pipe.current_timestep) or pipe.current_timestep,
        )
    )
    first = pipe(job, output_type="latent").frames
    assert sorted(set(told), reverse=True) == pipe.scheduler.timesteps.tolist()
    assert not torch.equal(first, plain)
    assert torch.equal(pipe(job, output_type="latent").frames, first)
    pipe.transformer.disable_cache()
    pipe.transformer.enable_cache(FirstBlockCacheConfig(threshold=0.2))
    guided = gated_jobs.job(steps=8)
    assert torch.equal(pipe(guided, output_type="latent").frames, pipe(guided, output_type="latent").frames)


def test_offloading_gives_the_same_video(gated_jobs, pipe):
    """Hooks as diffusers puts them, with the CPU as the device (its sequential way takes none but an accelerator)."""
    job = gated_jobs.job(guidance=1.0, steps=2)
    wanted = pipe(job, output_type="pt").frames
    pipe.enable_model_cpu_offload(device=torch.device("cpu:0"))
    torch.testing.assert_close(pipe(job, output_type="pt").frames, wanted, atol=1e-6, rtol=0)
    assert len(pipe._all_hooks) == 3
    pipe.remove_all_hooks()
    for module in (pipe.transformer, pipe.vae, pipe.image_encoder):
        accelerate.cpu_offload(module, torch.device("cpu"))
    assert {next(m.parameters()).device.type for m in (pipe.transformer, pipe.vae)} == {"meta"}
    torch.testing.assert_close(pipe(job, output_type="pt").frames, wanted, atol=1e-6, rtol=0)


def test_vae_tiling_is_the_vaes_own(gated_jobs, pipe, monkeypatch):
    job = gated_jobs.job(8, 16, 144, steps=1)
    whole = pipe(job, output_type="pt").frames
    monkeypatch.setattr(pipe.vae, "tile_sample_min_width", 80)
    monkeypatch.setattr(pipe.vae, "tile_latent_min_width", 10)
    assert torch.equal(pipe(job, output_type="pt").frames, whole)
    pipe.enable_vae_tiling()
    tiled = pipe(job, output_type="pt").frames
    assert tiled.shape == whole.shape and not torch.equal(tiled, whole)
    assert pipe.vae.use_tiling
    pipe.disable_vae_tiling()
    pipe.enable_vae_slicing()
    assert torch.equal(pipe(job, output_type="pt").frames, whole)
    pipe.disable_vae_slicing()
