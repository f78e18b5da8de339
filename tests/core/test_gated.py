"""The gated model on the real classes at tiny size: starts as the base model, learns, samples, saves and refuses."""

import pytest
import torch
from diffusers import CogVideoXTransformer3DModel

from dreamdance_core.long.aggregate import blend, copy_halves
from dreamdance_core.long.windows import plan_windows
from dreamdance_core.runtime import Runtime
from dreamdance_core.types import AnimateJob, PoseTrack
from dreamdance_core.video.backends import gated_cogvideox as gated
from dreamdance_core.video.backends.gated_cogvideox.encode import reference_canvas, to_frames, to_latents
from dreamdance_core.video.backends.gated_cogvideox.sample import ddim, latent_length, rotary
from dreamdance_core.video.backends.gated_cogvideox.transformer import GatedCogVideoXTransformer, widen


def base_model(version: str) -> CogVideoXTransformer3DModel:
    torch.manual_seed(0)
    newer = version == "1.5"
    return CogVideoXTransformer3DModel(
        num_attention_heads=2,
        attention_head_dim=16,
        in_channels=32,
        time_embed_dim=32,
        ofs_embed_dim=32 if newer else None,
        text_embed_dim=24,
        num_layers=2,
        sample_width=12,
        sample_height=8,
        patch_size_t=2 if newer else None,
        patch_bias=not newer,
        use_rotary_positional_embeddings=True,
    ).eval()


def latents(seed: int, channels: int = 16, frames: int = 4, height: int = 8, width: int = 12) -> torch.Tensor:
    return torch.randn(1, frames, channels, height, width, generator=torch.Generator().manual_seed(seed))


def job(frames: int = 8, height: int = 16, width: int = 32, seed: int = 0) -> AnimateJob:
    make = torch.Generator().manual_seed(seed)
    pose = PoseTrack(xy=torch.rand(frames, 1, 133, 2), score=torch.ones(frames, 1, 133), width=width, height=height)
    return AnimateJob(
        background=torch.rand(frames, height, width, 3, generator=make),
        paint_mask=(torch.rand(frames, height, width, generator=make) > 0.5).float(),
        body=torch.rand(frames, height, width, 3, generator=make),
        hand=torch.zeros(frames, height, width, 3),
        face=torch.zeros(frames, height, width, 3),
        pose=pose,
        reference_pose=PoseTrack(xy=pose.xy[:1], score=pose.score[:1], width=width, height=height),
        reference=torch.rand(40, 30, 3, generator=make),
        reference_alpha=torch.ones(40, 30),
        steps=3,
        guidance=2.0,
    )


@pytest.mark.parametrize("version", ["1.0", "1.5"])
def test_closed_gates_and_empty_mask_are_the_base_model(version):
    """Trap 48. Trap 50: any number of image tokens."""
    base = base_model(version)
    model = GatedCogVideoXTransformer.from_base(base, clip_embed_dim=20).eval()
    x, background, clip = latents(1), latents(2), torch.randn(1, 257, 20)
    ofs = torch.tensor([2.0]) if version == "1.5" else None
    rope = rotary(model, x.shape, x.device)
    with torch.no_grad():
        conditions = model.project(background, torch.zeros_like(x), latents(3, 48), latents(4, 16, 1))
        ours = model(x, clip, torch.tensor([500]), conditions, ofs, rope, (0.0, 0.0)).sample
        theirs = base(
            torch.cat([x, background], 2), model.clip_proj(clip), torch.tensor([500]), ofs=ofs, image_rotary_emb=rope
        ).sample
    assert (ours - theirs).abs().max() < 1e-5


@pytest.mark.parametrize("version", ["1.0", "1.5"])
def test_mask_columns_are_zero_and_in_the_last_place(version):
    """Trap 48: Conv2d is [out, channel, h, w], Linear is channel-major."""
    weight = base_model(version).patch_embed.proj.weight
    wide = widen(weight, 32, 48)
    grouped = wide.reshape(wide.shape[0], 48, -1)
    assert torch.equal(grouped[:, :32], weight.reshape(weight.shape[0], 32, -1))
    assert grouped[:, 32:].abs().sum() == 0


def test_gradients_live_in_gates_and_projections():
    """Trap 44."""
    model = gated.tiny_model().transformer
    optimiser = torch.optim.SGD(list(model.parameters()), lr=0.1)
    for _ in range(2):
        optimiser.zero_grad()
        x = latents(1)
        conditions = model.project(latents(2), latents(3), latents(4, 48), latents(5, 16, 1))
        model(x, torch.randn(1, 5, 32), torch.tensor([300]), conditions).sample.square().mean().backward()
        optimiser.step()
    for layer in (model.pose_proj, model.reference_proj, model.pose_gate, model.reference_gate, model.clip_proj):
        assert layer.weight.grad.abs().sum() > 0


def test_gates_stay_in_range_and_vary_with_the_step():
    """Trap 45."""
    model = gated.tiny_model().transformer
    with torch.no_grad():
        pose, reference = model.gates(model.embed_time(ddim(50).timesteps))
    for gate in (pose, reference):
        assert ((gate > -1) & (gate < 1)).all()
        assert gate.std() > 0


def test_reference_is_projected_once_and_repeated():
    """Trap 51."""
    for version in ("1.0", "1.5"):
        model = gated.tiny_model(version=version).transformer
        torch.nn.init.normal_(model.reference_proj.weight)
        still = latents(5, 16, 1)
        once = model.project(latents(2), latents(3), latents(4, 48), still).reference
        whole = model.reference_proj(model.patches(still.expand(-1, 4, -1, -1, -1)).flatten(2))
        assert torch.allclose(once, whole, atol=1e-6)


def test_schedule_is_the_published_one():
    """Traps 41 and 42."""
    scheduler = ddim(50)
    assert scheduler.timesteps[0] == 999
    assert scheduler.timesteps[-1] == 19
    betas = torch.linspace(0.00085**0.5, 0.012**0.5, 1000, dtype=torch.float64) ** 2
    root = torch.cumprod(1 - betas, 0).sqrt()
    root = (root - root[-1]) * root[0] / (root[0] - root[-1])  # zero terminal SNR (Lin et al. 2023)
    assert torch.allclose(scheduler.alphas_cumprod.double(), root**2, atol=1e-6)
    x0, noise = latents(1), latents(2)
    for steps in (1, 50):
        scheduler, x = ddim(steps), noise
        for t in scheduler.timesteps:
            alpha = scheduler.alphas_cumprod[t]
            eps = (x - alpha.sqrt() * x0) / (1 - alpha).sqrt()
            x = scheduler.step(alpha.sqrt() * eps - (1 - alpha).sqrt() * x0, t, x).prev_sample
        assert torch.allclose(x.float(), x0, atol=1e-4)


def test_legal_lengths_are_enforced():
    """Trap 39."""
    old, new = gated.tiny_model(), gated.tiny_model(version="1.5")
    assert [latent_length(f, old, 0) for f in (8, 9, 48, 49)] == [2, 3, 12, 13]
    assert latent_length(48, new, 0) == 12
    for frames, model, windows in ((45, old, 0), (50, old, 0), (49, new, 0), (49, old, 3)):
        with pytest.raises(ValueError, match="nearest length is 48"):
            latent_length(frames, model, windows)
    frames = torch.rand(9, 16, 24, 3)
    with torch.no_grad():
        assert to_frames(old.vae, to_latents(old.vae, frames)).shape == frames.shape


def test_any_size_and_length_runs_without_the_position_table():
    """Trap 38: 96x96 latents and T = 12 or 13."""
    model = gated.tiny_model().transformer
    assert "pos_embedding" not in dict(model.patch_embed.named_buffers())
    for frames in (12, 13):
        x = latents(1, 16, frames, 12, 12)
        conditions = model.project(x, x, latents(4, 48, frames, 12, 12), latents(5, 16, 1, 12, 12))
        with torch.no_grad():
            out = model(x, torch.randn(1, 5, 32), torch.tensor([9]), conditions, None, rotary(model, x.shape, x.device))
        assert out.sample.shape == x.shape


def test_sampling_is_repeatable_and_seeded():
    backend = gated.tiny()
    first, again = backend(job()), backend(job())
    assert first.shape == (8, 16, 32, 3)
    assert torch.equal(first, again)
    assert first.min() >= 0
    assert first.max() <= 1


def test_guidance_keeps_the_background():
    """Trap 47: both branches see the background, so changing it changes the unguided branch as well."""
    model = gated.tiny_model().transformer
    x, clip = latents(1), torch.zeros(1, 5, 32)
    with torch.no_grad():
        free = [
            model(
                x,
                clip,
                torch.tensor([500]),
                model.project(b, x, latents(4, 48), latents(5, 16, 1)),
                strengths=(0.0, 0.0),
            )
            for b in (latents(2), latents(3))
        ]
    assert (free[0].sample - free[1].sample).abs().max() > 1e-4


@pytest.mark.parametrize("fusion", ["blend", "edge"])
def test_windows_cover_a_long_clip(fusion):
    model = gated.tiny_model()
    windows = tuple(plan_windows(8, 4, 2))
    options = gated.SampleOptions(windows=windows, fusion=fusion)
    done = gated.sample(job(32), model, options, Runtime(), (blend, copy_halves))
    assert done.frames.shape == (32, 16, 32, 3)
    assert torch.isfinite(done.frames).all()
    assert done.gates.shape == (3, 2)


def test_one_window_equals_no_window():
    model = gated.tiny_model()
    whole = gated.sample(job(), model, gated.SampleOptions(), Runtime()).frames
    one = gated.SampleOptions(windows=tuple(plan_windows(2, 2, 0)))
    assert torch.equal(whole, gated.sample(job(), model, one, Runtime(), (blend, copy_halves)).frames)


def test_window_conditions_equal_a_stand_alone_encode():
    """Trap 60: a window that starts at a chunk of eight frames sees what it would see alone."""
    vae = gated.tiny_model().vae
    frames = torch.rand(32, 16, 24, 3)
    with torch.no_grad():
        alone = to_latents(vae, frames[16:])
    assert alone.shape[1] == 4
    from dreamdance_core.video.backends.gated_cogvideox.sample import _encode

    work = job(32)
    encoded = _encode(work, reference_canvas(work), tuple(plan_windows(8, 4, 2)), 8, gated.tiny_model(), Runtime())
    with torch.no_grad():
        model = gated.tiny_model()
        expected = to_latents(model.vae, work.background[8:24], image=True)
    assert torch.allclose(encoded[1][0], expected, atol=1e-6)


def test_cancel_and_bad_input_are_clean():
    class Cancelled(BaseException):
        pass

    def stop(done, total, preview=None):
        if done == 1:
            raise Cancelled

    with pytest.raises(Cancelled):
        gated.sample(job(), gated.tiny_model(), gated.SampleOptions(), Runtime(report=stop))
    with pytest.raises(ValueError, match="multiples of 16"):
        gated.sample(job(8, 30, 32), gated.tiny_model(), gated.SampleOptions(), Runtime())
    with pytest.raises(ValueError, match="nearest length is 16"):
        gated.sample(job(13), gated.tiny_model(), gated.SampleOptions(), Runtime())
