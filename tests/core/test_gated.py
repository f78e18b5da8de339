"""The gated transformer on the real classes at tiny size: starts as the base model, adds eq. (6), learns."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
import torch
from diffusers import CogVideoXImageToVideoPipeline
from torch.nn import functional as F

from dreamdance_core.video.backends import gated_cogvideox as gated
from dreamdance_core.video.backends.gated_cogvideox.schedule import scheduler_for
from dreamdance_core.video.backends.gated_cogvideox.transformer import GatedCogVideoXTransformer, rotary
from dreamdance_core.video.backends.gated_cogvideox.widened import widen


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("version", ["1.0", "1.5"])
def test_closed_gates_and_empty_mask_are_the_base_model(gated_jobs, version, dtype):
    """Trap 48, to the last bit. Trap 50: any number of image tokens."""
    base = gated_jobs.base_model(version).to(dtype)
    model = GatedCogVideoXTransformer.from_base(base, clip_embed_dim=20).eval()
    torch.nn.init.normal_(model.pose_proj.weight)  # closed gates hide them
    torch.nn.init.normal_(model.reference_proj.weight)
    x, background = gated_jobs.latents(1).to(dtype), gated_jobs.latents(2).to(dtype)
    clip = gated_jobs.noise(3, 1, 257, 20).to(dtype)
    given = gated_jobs.conditions(background=torch.cat([background, torch.zeros_like(x)], 2))
    given = replace(given, pose=given.pose.to(dtype), reference=given.reference.to(dtype))
    rope = rotary(model, x.shape, x.device)
    ours = gated_jobs.call(model, x, given, encoder_hidden_states=clip, strengths=(0.0, 0.0)).sample
    with torch.no_grad():
        for gate in (model.pose_gate, model.reference_gate):  # shut by their weights instead of by the strengths
            gate.weight.zero_()
            gate.bias.zero_()
        shut = gated_jobs.call(model, x, given, encoder_hidden_states=clip).sample
        theirs = base(
            torch.cat([x, background], 2),
            model.clip_proj(clip),
            torch.tensor([500]),
            ofs=torch.tensor([2.0]) if version == "1.5" else None,
            image_rotary_emb=rope,
        ).sample
    assert torch.equal(ours, theirs)
    assert torch.equal(shut, theirs)


@pytest.mark.parametrize("version", ["1.0", "1.5"])
def test_mask_columns_are_zero_and_in_the_last_place(gated_jobs, version):
    """Trap 48: Conv2d is [out, channel, h, w], Linear is channel-major."""
    weight = gated_jobs.base_model(version).patch_embed.proj.weight
    wide = widen(weight, 32, 48)
    grouped = wide.reshape(wide.shape[0], 48, -1)
    assert torch.equal(grouped[:, :32], weight.reshape(weight.shape[0], 32, -1))
    assert grouped[:, 32:].abs().sum() == 0


@pytest.mark.parametrize("version", ["1.0", "1.5"])
def test_equation_six_written_out(gated_jobs, version, monkeypatch):
    """Traps 48 and 51: patches, channel order, gates and the sum, each written down a second time."""
    model = gated_jobs.gated_model(version)
    weight = model.patch_embed.proj.weight
    with torch.no_grad():
        weight.normal_(std=0.05, generator=torch.Generator().manual_seed(7))  # the mask's columns too
    x, given = gated_jobs.latents(1), gated_jobs.conditions()
    pt = 2 if version == "1.5" else 1

    def project(layer_weight, clip):  # out[n] = sum over channel, time, row, column of the patch
        kernel = layer_weight.reshape(layer_weight.shape[0], clip.shape[2], pt, 2, 2)
        return F.conv3d(clip.transpose(1, 2), kernel, stride=(pt, 2, 2)).flatten(2).transpose(1, 2)

    seen = []
    monkeypatch.setattr(model, "_blocks", lambda tokens, *rest: seen.append(tokens) or tokens)
    gated_jobs.call(model, x, given, strengths=(0.5, 2.0))
    with torch.no_grad():
        time = model.time_embedding(model.time_proj(torch.tensor([500])))
        wanted = project(weight, torch.cat([x, given.background], 2)) + model.patch_embed.proj.bias
        pose_gate = torch.tanh(time @ model.pose_gate.weight.T + model.pose_gate.bias)
        reference_gate = torch.tanh(time @ model.reference_gate.weight.T + model.reference_gate.bias)
        still = given.reference.repeat(1, x.shape[1], 1, 1, 1)
        wanted = wanted + 0.5 * pose_gate * project(model.pose_proj.weight, given.pose)
        wanted = wanted + 2.0 * reference_gate * project(model.reference_proj.weight, still)
    torch.testing.assert_close(seen[0], wanted, atol=1e-6, rtol=1e-6)


@pytest.mark.parametrize("version", ["1.0", "1.5"])
def test_conditions_are_projected_once(gated_jobs, version):
    """Trap 51: the tokens of a pass are taken as they are by the next, and the reference's are one frame's."""
    model, x, given = gated_jobs.gated_model(version), gated_jobs.latents(1), gated_jobs.conditions()
    first = gated_jobs.call(model, x, given)
    tokens = first.conditions
    assert tokens.pose.ndim == tokens.reference.ndim == 3
    assert tokens.pose.shape[1] == tokens.reference.shape[1] * x.shape[1] // (2 if version == "1.5" else 1)
    for layer in (model.pose_proj, model.reference_proj, model.clip_proj, model.patch_embed.text_proj):
        layer.register_forward_hook(lambda *_: pytest.fail("projected again"))
    assert torch.equal(gated_jobs.call(model, x, tokens).sample, first.sample)


def test_gradients_live_in_gates_and_projections(gated_jobs):
    """Trap 44."""
    for version in ("1.0", "1.5"):
        model = GatedCogVideoXTransformer.from_base(gated_jobs.base_model(version), clip_embed_dim=20)
        optimiser = torch.optim.SGD(list(model.parameters()), lr=0.1)
        for _ in range(2):
            optimiser.zero_grad()
            ofs = torch.tensor([2.0]) if version == "1.5" else None
            clip, time = gated_jobs.noise(8, 1, 5, 20), torch.tensor([300])
            out = model(gated_jobs.latents(1), clip, time, gated_jobs.conditions(), ofs)
            out.sample.square().mean().backward()
            optimiser.step()
        new = (model.pose_proj, model.reference_proj, model.pose_gate, model.reference_gate, model.clip_proj)
        for layer in (*new, model.patch_embed.proj):
            assert layer.weight.grad.abs().sum() > 0
        assert model.patch_embed.proj.weight.grad.reshape(32, 48, -1)[:, 32:].abs().sum() > 0  # the mask's columns


def test_gates_stay_in_range_and_vary_with_the_step(gated_jobs):
    """Trap 45."""
    model = GatedCogVideoXTransformer.from_base(gated_jobs.base_model(), clip_embed_dim=20).eval()
    x, given = gated_jobs.latents(1), gated_jobs.conditions()
    times = scheduler_for("ddim", 50).timesteps
    gates = torch.cat([gated_jobs.call(model, x, given, timestep=t[None]).gates for t in times])
    assert gates.shape == (50, 2)
    assert ((gates > -1) & (gates < 1)).all()
    assert (gates.std(0) > 0).all()


def table_model(gated_jobs, table: str, **size) -> tuple:
    base = gated_jobs.base_model(use_learned_positional_embeddings=True, **size)
    make = torch.Generator().manual_seed(5)
    base.patch_embed.pos_embedding.copy_(torch.randn(base.patch_embed.pos_embedding.shape, generator=make))
    return base, GatedCogVideoXTransformer.from_base(base, clip_embed_dim=20, table=table).eval()


def test_the_kept_position_table_is_the_stock_models(gated_jobs):
    """Trap 38, at the size that the table is for: 49x480x720, the table's text rows included."""
    base, model = table_model(gated_jobs, "keep", sample_width=90, sample_height=60, num_layers=1)
    x, background = gated_jobs.latents(1, 16, 13, 60, 90), gated_jobs.latents(2, 16, 13, 60, 90)
    clip, rope = gated_jobs.noise(3, 1, 226, 20), rotary(model, x.shape, x.device)
    given = gated_jobs.conditions(13, 60, 90, background=torch.cat([background, torch.zeros_like(x)], 2))
    ours = gated_jobs.call(model, x, given, encoder_hidden_states=clip, strengths=(0.0, 0.0)).sample
    with torch.no_grad():
        theirs = base(
            torch.cat([x, background], 2), model.clip_proj(clip), torch.tensor([500]), image_rotary_emb=rope
        ).sample
    assert torch.equal(ours, theirs)


def test_the_position_table_elsewhere(gated_jobs):
    """Traps 38 and 50: no silent other table; where asked for, this one interpolated; CLIP's 257 tokens run."""
    size = {"sample_width": 12, "sample_height": 8, "sample_frames": 13}
    _, kept = table_model(gated_jobs, "keep", **size)
    _, stretched = table_model(gated_jobs, "interpolate", **size)
    other = (gated_jobs.latents(1, 16, 3, 12, 12), gated_jobs.conditions(3, 12, 12))
    with pytest.raises(ValueError, match="position table, which fits 96x64"):
        gated_jobs.call(kept, *other)
    assert torch.isfinite(gated_jobs.call(stretched, *other).sample).all()
    kept.load_state_dict(stretched.state_dict())
    own = (gated_jobs.latents(1), gated_jobs.conditions())
    assert torch.equal(gated_jobs.call(kept, *own).sample, gated_jobs.call(stretched, *own).sample)
    table = stretched.patch_embed.pos_embedding
    table[:, 226:] = torch.linspace(-1, 1, 6)[None, :, None].repeat(1, 16, 1)  # a ramp over the columns of the grid
    text, video = stretched._with_position_table(
        torch.zeros(1, 257, 32), torch.zeros(1, 4 * 4 * 12, 32), torch.Size((1, 4, 16, 8, 24))
    )
    assert torch.equal(text[:, :226], table[:, :226]) and text[:, 226:].abs().sum() == 0
    wanted = F.interpolate(torch.linspace(-1, 1, 6)[None, None], 12, mode="linear")[0, 0]
    torch.testing.assert_close(video[0, :12, 0], wanted)
    torch.testing.assert_close(video[0, :12], video[0, -12:])


def test_any_size_and_length_runs_without_the_position_table(gated_jobs):
    """Trap 38: 96x96 latents and T = 12 or 13."""
    base, model = table_model(gated_jobs, "off")
    assert "pos_embedding" in dict(base.patch_embed.named_buffers())
    assert "pos_embedding" not in dict(model.patch_embed.named_buffers())
    for frames in (12, 13):
        x = gated_jobs.latents(1, 16, frames, 12, 12)
        assert gated_jobs.call(model, x, gated_jobs.conditions(frames, 12, 12)).sample.shape == x.shape


@pytest.mark.parametrize("version", ["1.0", "1.5"])
@pytest.mark.parametrize(("rows", "columns"), [(60, 90), (96, 96), (40, 90), (90, 60)])
def test_rotary_tables_are_the_stock_pipelines(gated_jobs, version, rows, columns):
    size = (
        {"sample_width": 90, "sample_height": 60} if version == "1.0" else {"sample_width": 300, "sample_height": 300}
    )
    base = gated_jobs.base_model(version, num_layers=1, **size)
    stock = SimpleNamespace(transformer=base, vae_scale_factor_spatial=8)
    theirs = CogVideoXImageToVideoPipeline._prepare_rotary_positional_embeddings(
        stock, rows * 8, columns * 8, 12, torch.device("cpu")
    )
    ours = rotary(base, torch.Size((1, 12, 16, rows, columns)), torch.device("cpu"))
    for mine, wanted in zip(ours, theirs, strict=True):
        assert torch.equal(mine, wanted)


def test_other_bases_are_refused(gated_jobs):
    with pytest.raises(ValueError, match="16 latent channels"):
        GatedCogVideoXTransformer.from_base(gated_jobs.base_model(in_channels=33))
    with pytest.raises(ValueError, match="CogVideoX-2B"):
        GatedCogVideoXTransformer.from_base(gated_jobs.base_model(use_rotary_positional_embeddings=False))


def test_the_base_is_shared_not_copied(gated_jobs):
    base = gated_jobs.base_model()
    model = GatedCogVideoXTransformer.from_base(base)
    own, given = model.state_dict(), base.state_dict()
    shared = [name for name in given if own[name].data_ptr() == given[name].data_ptr()]
    assert set(given) - set(shared) == {"patch_embed.proj.weight"}


def test_guidance_keeps_the_background(gated_jobs):
    """Trap 47: the branch without pose and character still sees the background."""
    model, x = gated.tiny_model().transformer, gated_jobs.latents(1)
    clip = torch.zeros(1, 5, 32)
    free = [
        gated_jobs.call(
            model, x, gated_jobs.conditions(seed=seed), encoder_hidden_states=clip, strengths=(0.0, 0.0)
        ).sample
        for seed in (2, 30)
    ]
    assert (free[0] - free[1]).abs().max() > 1e-4
