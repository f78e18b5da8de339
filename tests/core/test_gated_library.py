"""What the video library offers its models works on the gated one: files, shards, caches, casting, offloading, LoRA."""

from dataclasses import replace

import pytest
import torch
from diffusers import (
    FasterCacheConfig,
    FirstBlockCacheConfig,
    MagCacheConfig,
    PyramidAttentionBroadcastConfig,
    TaylorSeerCacheConfig,
)

from dreamdance_core.long.aggregate import blend, copy_halves
from dreamdance_core.types import Window
from dreamdance_core.video.backends.gated_cogvideox.denoise import Prepared, SampleOptions, denoise
from dreamdance_core.video.backends.gated_cogvideox.schedule import scheduler_for
from dreamdance_core.video.backends.gated_cogvideox.transformer import GatedCogVideoXTransformer


@pytest.mark.parametrize("version", ["1.0", "1.5"])
def test_files_and_shards(gated_jobs, tmp_path, version):
    model = gated_jobs.gated_model(version, table="keep", use_learned_positional_embeddings=version == "1.0")
    model.save_pretrained(tmp_path / "one")
    model.save_pretrained(tmp_path / "many", max_shard_size="20KB")
    assert len(list((tmp_path / "one").glob("*.safetensors"))) == 1
    assert len(list((tmp_path / "many").glob("*.safetensors"))) > 3
    x, given = gated_jobs.latents(1, 16, 13), gated_jobs.conditions(13)
    x, given = (gated_jobs.latents(1), gated_jobs.conditions()) if version == "1.5" else (x, given)
    wanted = gated_jobs.call(model, x, given).sample
    for folder in ("one", "many"):
        again = GatedCogVideoXTransformer.from_pretrained(tmp_path / folder).eval()
        assert dict(again.config) | {"_name_or_path": None} == dict(model.config) | {"_name_or_path": None}
        for name, value in model.state_dict().items():
            assert torch.equal(value, again.state_dict()[name]), name
        torch.testing.assert_close(gated_jobs.call(again, x, given).sample, wanted, atol=1e-6, rtol=0)
    half = GatedCogVideoXTransformer.from_pretrained(tmp_path / "one", torch_dtype=torch.float16)
    assert half.dtype == half.proj_out.weight.dtype == torch.float16
    assert half.pose_gate.weight.dtype == torch.float32  # one number each: kept exact
    assert torch.isfinite(half_call(gated_jobs, half.eval(), x, given, torch.float16)).all()


def half_call(gated_jobs, model, x, given, dtype):
    given = replace(given, background=given.background.to(dtype), pose=given.pose.to(dtype))
    given = replace(given, reference=given.reference.to(dtype))
    clip = gated_jobs.noise(9, 1, 7, 20).to(dtype)
    return gated_jobs.call(model, x.to(dtype), given, encoder_hidden_states=clip).sample


def sampled(gated_jobs, model, windows, cut=slice(None), guidance=3.0, steps=8, **options) -> torch.Tensor:
    """The latent after the loop on a cut of fixed noise and conditions of 8 latent frames."""
    noise, whole = gated_jobs.noise(1, 1, 8, 16, 8, 12), gated_jobs.conditions(8)
    whole = replace(whole, background=whole.background[:, cut], pose=whole.pose[:, cut])
    parts = tuple(
        replace(whole, background=whole.background[:, w.start : w.stop], pose=whole.pose[:, w.start : w.stop])
        for w in windows
    )
    ready = Prepared(
        windows=windows,
        conditions=parts,
        tokens=gated_jobs.noise(2, 1, 7, 20),
        colours=torch.zeros(17, 3),
        fuse=(blend, copy_halves),
    )
    with torch.no_grad():
        scheduler, how = scheduler_for("ddim", steps), SampleOptions(windows=windows, **options)
        return list(denoise(ready, model, scheduler, noise[:, cut], guidance, how, lambda: None))[-1].latents


def steady(gated_jobs) -> GatedCogVideoXTransformer:
    """A model that changes its mind slowly over the steps, as trained ones do."""
    model = gated_jobs.gated_model()
    with torch.no_grad():
        for weight in model.time_embedding.parameters():
            weight.mul_(0.2)
    return model


WHOLE = (Window(start=0, stop=4, overlap=0),)
APART = (Window(start=0, stop=4, overlap=0), Window(start=4, stop=8, overlap=0))
BY_CONTEXT = {
    "first block": FirstBlockCacheConfig(threshold=0.5),
    "taylor": TaylorSeerCacheConfig(
        cache_interval=3, disable_cache_before_step=2, cache_identifiers=[r"transformer_blocks\.\d+\.attn1"]
    ),
    "magnitude": MagCacheConfig(threshold=0.5, num_inference_steps=8, retention_ratio=0.2, mag_ratios=[0.99] * 8),
}


@pytest.mark.parametrize("cache", ["own", *BY_CONTEXT])
def test_windows_and_branches_never_share_a_cache(gated_jobs, cache):
    """Windows that do not touch come out as if each had been sampled alone, and otherwise than without a cache."""
    model = steady(gated_jobs)
    plain = sampled(gated_jobs, model, APART)
    options = {"cache": 0.5} if cache == "own" else {}
    if cache != "own":
        model.enable_cache(BY_CONTEXT[cache])
    together = sampled(gated_jobs, model, APART, **options)
    alone = [sampled(gated_jobs, model, WHOLE, cut, **options) for cut in (slice(0, 4), slice(4, 8))]
    assert torch.equal(together, torch.cat(alone, 1))
    assert (together - plain).abs().max() > 1e-5
    if cache != "own":
        model.disable_cache()
    assert torch.equal(sampled(gated_jobs, model, APART), plain)  # nothing stays behind


PER_LAYER = {
    "pyramid": PyramidAttentionBroadcastConfig(spatial_attention_block_skip_range=2),
    "faster": FasterCacheConfig(
        spatial_attention_block_skip_range=2,
        spatial_attention_timestep_skip_range=(-1, 800),
        spatial_attention_block_identifiers=("transformer_blocks",),
        attention_weight_callback=lambda _: 0.3,
        tensor_format="BFCHW",
        is_guidance_distilled=True,
    ),
}


@pytest.mark.parametrize("cache", list(PER_LAYER))
def test_caches_with_one_state_serve_one_pass_only(gated_jobs, cache):
    model = steady(gated_jobs)
    plain = sampled(gated_jobs, model, WHOLE, slice(0, 4), 1.0)
    times = [1000]
    model.register_forward_pre_hook(lambda _m, _a, given: times.append(int(given["timestep"])), with_kwargs=True)
    PER_LAYER[cache].current_timestep_callback = lambda: times[-1]
    model.enable_cache(PER_LAYER[cache])
    assert (sampled(gated_jobs, model, WHOLE, slice(0, 4), 1.0) - plain).abs().max() > 1e-5
    with pytest.raises(ValueError, match="keeps one state"):
        sampled(gated_jobs, model, WHOLE, slice(0, 4), 3.0)
    with pytest.raises(ValueError, match="keeps one state"):
        sampled(gated_jobs, model, APART, guidance=1.0)


def test_first_block_caching_skips_blocks_and_meets_the_exact_result(gated_jobs):
    """Threshold 0 is exact; a larger one leaves out later blocks, and less the smaller it is."""
    model, calls = steady(gated_jobs), []
    model.transformer_blocks[1].register_forward_hook(lambda *_: calls.append(1))
    exact = sampled(gated_jobs, model, WHOLE, slice(0, 4), steps=20)
    assert len(calls) == 40
    errors, passes = [], []
    for threshold in (0.0, 0.15, 0.5):
        calls.clear()
        done = sampled(gated_jobs, model, WHOLE, slice(0, 4), steps=20, cache=threshold)
        errors.append(float((done - exact).abs().mean() / exact.abs().mean()))
        passes.append(len(calls))
    assert errors[0] == 0 and errors[1] < 0.1
    assert passes[0] == 40 > passes[1] > passes[2] >= 2


def test_first_block_states_may_rest_in_host_memory(gated_jobs, monkeypatch):
    model = steady(gated_jobs)
    near = sampled(gated_jobs, model, APART, cache=0.3)
    monkeypatch.setattr("dreamdance_core.video.backends.gated_cogvideox.denoise.STATE_BUDGET", 0)
    assert torch.equal(near, sampled(gated_jobs, model, APART, cache=0.3))


def test_tokens_are_made_once_within_the_budget(gated_jobs, monkeypatch):
    model, calls = steady(gated_jobs), []
    model.pose_proj.register_forward_hook(lambda *_: calls.append("pose"))
    model.reference_proj.register_forward_hook(lambda *_: calls.append("reference"))
    model.clip_proj.register_forward_hook(lambda *_: calls.append("clip"))
    kept = sampled(gated_jobs, model, APART)
    assert calls.count("pose") == 2 and calls.count("reference") == 1
    assert calls.count("clip") == 2  # with the character and without
    calls.clear()
    monkeypatch.setattr("dreamdance_core.video.backends.gated_cogvideox.denoise.TOKEN_BUDGET", 0)
    assert torch.equal(kept, sampled(gated_jobs, model, APART))
    assert calls.count("pose") == 16 and calls.count("reference") == 1


def test_attention_backends(gated_jobs):
    model, x, given = gated_jobs.gated_model(), gated_jobs.latents(1), gated_jobs.conditions()
    wanted = gated_jobs.call(model, x, given).sample
    model.set_attention_backend("native")
    torch.testing.assert_close(gated_jobs.call(model, x, given).sample, wanted)
    model.fuse_qkv_projections()
    torch.testing.assert_close(gated_jobs.call(model, x, given).sample, wanted, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("version", ["1.0", "1.5"])
def test_layerwise_casting_keeps_what_is_sensitive(gated_jobs, version):
    model, x, given = gated_jobs.gated_model(version), gated_jobs.latents(1), gated_jobs.conditions()
    wanted = gated_jobs.call(model, x, given).sample
    model.enable_layerwise_casting(storage_dtype=torch.float8_e4m3fn, compute_dtype=torch.float32)
    stored = {name: value.dtype for name, value in model.named_parameters()}
    assert stored["transformer_blocks.0.ff.net.0.proj.weight"] == torch.float8_e4m3fn
    for name in ("pose_proj", "reference_proj", "pose_gate", "reference_gate", "patch_embed.proj"):
        assert stored[f"{name}.weight"] == torch.float32
    done = gated_jobs.call(model, x, given).sample
    assert 0 < (done - wanted).abs().mean() / wanted.abs().mean() < 0.2


OFFLOADS = {
    "group, blocks": lambda model: model.enable_group_offload(
        torch.device("cpu"), offload_type="block_level", num_blocks_per_group=1
    ),
    "group, leaves": lambda model: model.enable_group_offload(torch.device("cpu"), offload_type="leaf_level"),
}


@pytest.mark.parametrize("version", ["1.0", "1.5"])
@pytest.mark.parametrize("way", [*OFFLOADS, "sequential", "model"])
def test_offloading_reaches_every_weight(gated_jobs, version, way):
    """With the weights away between calls (on the meta device, for the sequential way) a step is still the same."""
    import accelerate

    model = gated_jobs.gated_model(version)
    wanted = sampled(gated_jobs, model, WHOLE, slice(0, 4), steps=2)
    if way in OFFLOADS:
        OFFLOADS[way](model)
    elif way == "sequential":
        accelerate.cpu_offload(model, torch.device("cpu"))
        assert model.pose_proj.weight.device.type == model.patch_embed.proj.weight.device.type == "meta"
    else:
        accelerate.cpu_offload_with_hook(model, torch.device("cpu"))
    torch.testing.assert_close(sampled(gated_jobs, model, WHOLE, slice(0, 4), steps=2), wanted, atol=1e-6, rtol=0)


def test_gradient_checkpointing_gives_the_same_gradients(gated_jobs):
    gradients = []
    for checkpointed in (False, True):
        model = gated_jobs.gated_model().train()
        if checkpointed:
            model.enable_gradient_checkpointing()
        clip, time = gated_jobs.noise(8, 1, 5, 20), torch.tensor([300])
        model(gated_jobs.latents(1), clip, time, gated_jobs.conditions()).sample.square().mean().backward()
        gradients.append({name: value.grad for name, value in model.named_parameters()})
    for name, value in gradients[0].items():
        torch.testing.assert_close(gradients[1][name], value, msg=name)


@pytest.mark.parametrize("version", ["1.0", "1.5"])
def test_lora_adapters_load(gated_jobs, tmp_path, version):
    """On the blocks and on the widened patch embedding; switched off, the model is as before."""
    from peft import LoraConfig

    x, given = gated_jobs.latents(1), gated_jobs.conditions()
    model, plain = gated_jobs.gated_model(version), gated_jobs.gated_model(version)
    without = gated_jobs.call(plain, x, given).sample
    targets = ["to_q", "to_k", "to_v", "to_out.0", "patch_embed.proj", "pose_proj"]
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model.add_adapter(LoraConfig(r=4, lora_alpha=4, init_lora_weights=False, target_modules=targets), "mine")
    adapted = gated_jobs.call(model, x, given).sample
    assert (adapted - without).abs().max() > 1e-2
    model.save_lora_adapter(tmp_path, adapter_name="mine")
    plain.load_lora_adapter(
        tmp_path, weight_name="pytorch_lora_weights.safetensors", prefix=None, adapter_name="theirs"
    )
    torch.testing.assert_close(gated_jobs.call(plain, x, given).sample, adapted, atol=1e-6, rtol=0)
    plain.set_adapters(["theirs"], weights=[0.0])
    torch.testing.assert_close(gated_jobs.call(plain, x, given).sample, without, atol=1e-5, rtol=0)


def test_packed_weights_are_left_to_their_quantiser(gated_jobs):
    """A quantiser's tensor cannot be cut by columns; 1.5's patch embedding is then one sum."""

    class Packed(torch.Tensor):
        __torch_function__ = torch._C._disabled_torch_function_impl  # results are plain tensors

        def __getitem__(self, index):
            raise NotImplementedError("packed")

    model, x, given = gated_jobs.gated_model("1.5"), gated_jobs.latents(1), gated_jobs.conditions()
    wanted = gated_jobs.call(model, x, given).sample
    layer = model.patch_embed.proj
    weight = layer.weight.detach().as_subclass(Packed)
    del layer.weight
    layer.weight = weight
    torch.testing.assert_close(gated_jobs.call(model, x, given).sample, wanted)
