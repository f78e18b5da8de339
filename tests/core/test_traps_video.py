"""Wrong-but-plausible sampling: latent scale, guidance, the gates' direction, noise in overlapping windows."""

from types import SimpleNamespace

import pytest
import torch

from dreamdance_core.long.aggregate import blend, copy_halves
from dreamdance_core.long.windows import plan_windows
from dreamdance_core.runtime import Runtime
from dreamdance_core.types import AnimateJob, PoseTrack
from dreamdance_core.video.backends import gated_cogvideox as gated
from dreamdance_core.video.backends.gated_cogvideox.encode import to_frames, to_latents
from dreamdance_core.video.backends.gated_cogvideox.sample import _predictor, ddim


def frames(count: int, seed: int, height: int = 16, width: int = 32) -> torch.Tensor:
    return torch.rand(count, height, width, 3, generator=torch.Generator().manual_seed(seed))


def job(count: int = 8, height: int = 16, width: int = 32, **changes) -> AnimateJob:
    xy = torch.rand(count, 1, 133, 2, generator=torch.Generator().manual_seed(0))
    pose = PoseTrack(xy=xy, score=torch.ones(count, 1, 133), width=width, height=height)
    given = {
        "background": frames(count, 1),
        "paint_mask": torch.zeros(count, height, width),
        "body": frames(count, 2),
        "hand": frames(count, 3),
        "face": frames(count, 4),
        "pose": pose,
        "reference_pose": PoseTrack(xy=xy[:1], score=pose.score[:1], width=width, height=height),
        "reference": frames(1, 5, 24, 20)[0],
        "reference_alpha": torch.ones(24, 20),
        "steps": 3,
        "guidance": 2.0,
    }
    return AnimateJob(**(given | changes))


@pytest.mark.parametrize("version", ["1.0", "1.5"])
def test_latents_are_scaled_once_and_back(version):
    """Trap 40: 0.7 times the posterior's mode, the I2V picture of 1.5 over 0.7, and the decoder undoes it."""
    vae, clip = gated.tiny_model(version=version).vae, frames(8, 0)
    with torch.no_grad():
        pixels = (clip * 2 - 1).permute(3, 0, 1, 2)[None]
        bare = vae.encode(pixels).latent_dist.mode()
        latents, picture = to_latents(vae, clip), to_latents(vae, clip, image=True)
        decoded = (vae.decode(bare).sample[0].permute(1, 2, 3, 0) + 1) / 2
        torch.testing.assert_close(latents, bare.transpose(1, 2) * 0.7)
        torch.testing.assert_close(picture, bare.transpose(1, 2) * (1 / 0.7 if version == "1.5" else 0.7))
        torch.testing.assert_close(to_frames(vae, latents), decoded.clamp(0, 1), atol=1e-5, rtol=0)


def test_black_pose_pictures_encode_as_black():
    """Trap 49: every video goes through [-1, 1]; a pose canvas of zeros is black there, not grey."""
    vae = gated.tiny_model().vae
    with torch.no_grad():
        black = vae.encode(-torch.ones(1, 3, 8, 16, 32)).latent_dist.mode().transpose(1, 2) * 0.7
        torch.testing.assert_close(to_latents(vae, torch.zeros(8, 16, 32, 3)), black)
        grey = vae.encode(torch.zeros(1, 3, 8, 16, 32)).latent_dist.mode().transpose(1, 2) * 0.7
    assert (black - grey).abs().max() > 1e-3


@pytest.fixture
def watched(monkeypatch):
    """A predictor over a transformer that answers 1 with the character and 0 without, and every call it got."""
    model, calls = gated.tiny_model().transformer, []

    def forward(state, clip, time, conditions, ofs, rope, strengths):
        calls.append((clip, conditions, strengths))
        return SimpleNamespace(sample=torch.full_like(state, float(strengths != (0.0, 0.0))))

    monkeypatch.setattr(model, "forward", forward)
    shapes = ((1, 2, 16, 2, 4), (1, 2, 16, 2, 4), (1, 2, 48, 2, 4), (1, 1, 16, 2, 4))
    encoded = [tuple(torch.randn(shape) for shape in shapes)]
    predict = _predictor(model, encoded, torch.randn(1, 5, 32), 3.0, gated.SampleOptions())
    return predict, calls


def test_guidance_is_one_number_over_all_steps(watched):
    """Trap 43: the scale does not follow the time step's number; 50 steps give 50 times the job's own guidance."""
    predict, _ = watched
    scales = [float(predict(torch.zeros(1, 2, 16, 2, 4), 0, t[None]).mean()) for t in ddim(50).timesteps]
    assert scales == pytest.approx([3.0] * 50)


def test_the_unguided_branch_keeps_the_background_only(watched):
    """Trap 47: without guidance's character and pose, but with the very same background tokens."""
    predict, calls = watched
    predict(torch.zeros(1, 2, 16, 2, 4), 0, torch.tensor([500]))
    (clip, conditions, strengths), (no_clip, same, closed) = calls
    assert clip.abs().sum() > 0 and no_clip.abs().sum() == 0
    assert strengths == (1.0, 1.0) and closed == (0.0, 0.0)
    assert same.background is conditions.background and conditions.background.abs().sum() > 0


def test_gates_are_reported_and_used_by_time_not_by_step():
    """Trap 46: a gate set by hand to open with noise is wide open at the first step and shut at the last."""
    model = gated.tiny_model()
    transformer = model.transformer
    with torch.no_grad():
        early, late = transformer.embed_time(torch.tensor([999, 332]))
        way = (early - late) / (early - late).square().sum()
        for gate in (transformer.pose_gate, transformer.reference_gate):
            gate.weight.copy_(2 * way[None])  # 2 apart between t = 999 and t = 332
            gate.bias.copy_(1 - 2 * (way * early).sum()[None])
    done = gated.sample(job(), model, gated.SampleOptions(), Runtime())
    wanted = torch.tanh(torch.tensor([1.0, -1.0]))
    torch.testing.assert_close(done.gates[[0, -1], 0], wanted, atol=1e-3, rtol=0)
    torch.testing.assert_close(done.gates[:, 0], done.gates[:, 1])


@pytest.mark.parametrize("fusion", ["blend", "edge"])
def test_windows_share_one_noise_and_one_step(fusion):
    """Trap 59: windows fuse model outputs, so overlaps stay equal and keep their spread; no latents are averaged."""
    ends = []

    def watch(parts, windows, length):
        ends.append([part.clone() for part in parts])
        return blend(parts, windows, length)

    windows = tuple(plan_windows(8, 4, 2))
    options = gated.SampleOptions(windows=windows, fusion=fusion)
    gated.sample(job(32), gated.tiny_model(), options, Runtime(), (watch, copy_halves))
    last = ends[-1]
    assert len(windows) == len(last) == 3
    if fusion == "blend":
        for left, right, window in zip(last[:-1], last[1:], windows[1:], strict=True):
            assert torch.equal(left[-window.overlap :], right[: window.overlap])
    inside = torch.cat([part[1:3] for part in last]).std()
    overlapping = torch.cat([part[:2] for part in last[1:]]).std()
    assert float(overlapping / inside) == pytest.approx(1, abs=0.1 if fusion == "edge" else 0.05)
