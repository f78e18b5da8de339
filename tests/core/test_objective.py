"""The training loss: masks on the latent grid keep thin limbs, weights keep the scale, the loss is CogVideoX's own."""

import pytest
import torch

from dreamdance_core.runtime import Runtime
from dreamdance_core.training.objective import latent_mask, loss_weights, velocity_loss
from dreamdance_core.video.backends.gated_cogvideox import tiny_model
from dreamdance_core.video.backends.gated_cogvideox.encode import to_latents
from dreamdance_core.video.backends.gated_cogvideox.schedule import scheduler_for


@pytest.mark.parametrize("frame", range(8))
@pytest.mark.parametrize("at", [0, 3, 6, 11, 28])
def test_a_thin_limb_for_one_frame_survives(frame, at):
    """Trap 52: four pixels wide, anywhere between the samples of a nearest or mean resize."""
    mask = torch.zeros(8, 32, 32)
    mask[frame, :, at : at + 4] = 1
    small = latent_mask(mask)
    touched = sorted({at // 8, (at + 3) // 8})
    assert small.shape == (2, 4, 4)
    assert (small[frame // 4][:, touched] == 1).all()
    assert small.sum() == 4 * len(touched)


@pytest.mark.parametrize("frames", [8, 9, 48, 49])
def test_masks_lie_on_the_autoencoders_own_grid(frames):
    """As many latents as the encoder makes; the odd first frame has one of its own."""
    mask = torch.zeros(frames, 16, 32)
    mask[0, 0, 0] = mask[-1, 15, 31] = 1
    small = latent_mask(mask)
    latents = to_latents(tiny_model().vae, torch.zeros(frames, 16, 32, 3), slice(0, frames), run=Runtime())
    assert small.shape == (latents.shape[1], 2, 4)
    assert small[0, 0, 0] == small[-1, 1, 3] == 1
    assert small.sum() == 2


def test_lengths_and_sides_off_the_grid_are_refused():
    for shape in ((6, 16, 16), (8, 12, 16), (8, 16, 20)):
        with pytest.raises(ValueError, match="4n or 4n"):
            latent_mask(torch.zeros(shape))


def test_weights_are_one_on_average_and_as_asked_in_ratio():
    mask = torch.zeros(2, 4, 4)
    mask[0, 0, :2] = 1
    weights = loss_weights(mask, 5.0)
    assert float(weights.mean()) == pytest.approx(1)
    assert float(weights[0, 0, 0] / weights[1, 0, 0]) == pytest.approx(5)
    assert torch.equal(loss_weights(mask, 1.0), torch.ones_like(mask))
    assert torch.equal(loss_weights(torch.ones_like(mask), 5.0), torch.ones_like(mask)), "a full mask changes nothing"
    with pytest.raises(ValueError, match="above 0"):
        loss_weights(mask, 0.0)


def test_the_loss_is_cogvideox_own_at_equal_weights():
    """1/(1-alpha_bar) |x0_hat - x0|^2 with x0_hat = sqrt(alpha_bar) x_t - sqrt(1-alpha_bar) v (SAT's loss)."""
    generator = torch.Generator().manual_seed(0)
    x0, noise, guess = (torch.randn(1, 2, 16, 4, 4, generator=generator) for _ in range(3))
    for t in (0, 400, 999):
        alpha = scheduler_for("ddim", 50).alphas_cumprod[t]
        x = alpha.sqrt() * x0 + (1 - alpha).sqrt() * noise
        velocity = alpha.sqrt() * noise - (1 - alpha).sqrt() * x0
        ours = velocity_loss(guess, velocity, torch.ones(1, 2, 4, 4))
        theirs = (alpha.sqrt() * x - (1 - alpha).sqrt() * guess - x0).square().mean() / (1 - alpha)
        torch.testing.assert_close(ours.double(), theirs.double(), rtol=1e-3, atol=1e-5)


def test_the_loss_counts_the_character_more():
    velocity = torch.zeros(1, 1, 16, 1, 2)
    wrong = torch.zeros_like(velocity)
    wrong[..., 1] = 1
    weights = loss_weights(torch.tensor([[[0.0, 1.0]]]), 3.0)[None]
    assert float(velocity_loss(wrong, velocity, weights)) == pytest.approx(0.75)
    assert float(velocity_loss(wrong, velocity, torch.ones(1, 1, 1, 2))) == pytest.approx(0.5)
