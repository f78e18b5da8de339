"""Very small MODELs and VAEs of the host's own classes, with seeded random weights. Imported after the host."""

from __future__ import annotations

from functools import cache

import comfy.controlnet
import comfy.model_patcher
import comfy.sd
import comfy.supported_models
import torch

CONTEXT = 16
_CPU = torch.device("cpu")
_SD15 = {
    "image_size": 32,
    "out_channels": 4,
    "model_channels": 32,
    "num_res_blocks": [1, 1],
    "channel_mult": [1, 2],
    "transformer_depth": [0, 1],
    "transformer_depth_output": [0, 0, 1, 1],
    "transformer_depth_middle": 1,
    "context_dim": CONTEXT,
    "use_spatial_transformer": True,
    "legacy": False,
    "adm_in_channels": None,
    "dtype": torch.float32,
}
_FLUX = {
    "image_model": "flux",
    "out_channels": 16,
    "patch_size": 2,
    "vec_in_dim": 8,
    "context_in_dim": CONTEXT,
    "hidden_size": 32,
    "mlp_ratio": 2.0,
    "num_heads": 2,
    "depth": 1,
    "depth_single_blocks": 1,
    "axes_dim": [4, 6, 6],
    "theta": 10000,
    "qkv_bias": True,
    "guidance_embed": True,
    "txt_ids_dims": [],
    "dtype": torch.float32,
}
_WAN = {
    "image_model": "wan2.1",
    "model_type": "t2v",
    "dim": 48,
    "ffn_dim": 64,
    "freq_dim": 32,
    "text_dim": CONTEXT,
    "num_heads": 2,
    "num_layers": 1,
    "dtype": torch.float32,
}
_KINDS = {
    "sd15": (comfy.supported_models.SD15, _SD15 | {"in_channels": 4, "num_heads": 4}),
    "sd15 inpaint": (comfy.supported_models.SD15, _SD15 | {"in_channels": 9, "num_heads": 4}),
    "sd15 edit": (comfy.supported_models.SD15_instructpix2pix, _SD15 | {"in_channels": 8, "num_heads": 4}),
    "flux": (comfy.supported_models.Flux, _FLUX | {"in_channels": 16}),
    "flux fill": (comfy.supported_models.FluxInpaint, _FLUX | {"in_channels": 96}),
    "wan": (comfy.supported_models.WAN21_T2V, _WAN),
    "wan i2v": (comfy.supported_models.WAN21_I2V, _WAN | {"model_type": "i2v", "in_dim": 36}),
}


@cache
def model(kind: str) -> comfy.model_patcher.ModelPatcher:
    """A MODEL made by the host's own factory for such checkpoints; one for all tests, which must not change it."""
    family, sizes = _KINDS[kind]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        made = family(sizes).get_model({}, "", device=_CPU)
        for value in made.parameters():
            torch.nn.init.normal_(value, std=0.02)
    return comfy.model_patcher.ModelPatcher(made, load_device=_CPU, offload_device=_CPU)


def vae() -> comfy.sd.VAE:
    """The host's KL autoencoder: 8 times smaller, 4 channels."""
    blocks = {"ch": 32, "ch_mult": [1, 1, 1, 1], "num_res_blocks": 1, "attn_resolutions": [], "resolution": 64}
    blocks |= {"double_z": True, "z_channels": 4, "in_channels": 3, "out_ch": 3, "dropout": 0.0}
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        made = comfy.sd.VAE(sd={}, config={"params": {"ddconfig": blocks, "embed_dim": 4}}, dtype=torch.float32)
        for value in made.first_stage_model.parameters():
            torch.nn.init.normal_(value, std=0.1)
    return made


class _Means(torch.nn.Module):
    """Latents that are means of pixel blocks, and blocks of one colour back; with a time axis in 3 dimensions."""

    spread = 5.0  # latents of published autoencoders vary about as much

    def __init__(self, channels: int, factor: int) -> None:
        super().__init__()
        self.channels, self.factor = channels, factor

    def encode(self, pixels: torch.Tensor) -> torch.Tensor:
        means = torch.nn.functional.avg_pool2d(pixels[:, :, 0] if pixels.ndim == 5 else pixels, self.factor)
        latent = self.spread * means.repeat(1, -(-self.channels // 3), 1, 1)[:, : self.channels]
        return latent[:, :, None] if pixels.ndim == 5 else latent

    def decode(self, latent: torch.Tensor) -> torch.Tensor:
        picture = latent[:, :3] / self.spread
        flat = picture[:, :, 0] if latent.ndim == 5 else picture
        blocks = torch.nn.functional.interpolate(flat, scale_factor=self.factor)
        return blocks[:, :, None] if latent.ndim == 5 else blocks


def plain_vae(channels: int = 16, dimensions: int = 2, factor: int = 8) -> comfy.sd.VAE:
    """The host's VAE around block means: what it decodes is what was encoded, but coarse."""
    made = vae()
    made.first_stage_model = _Means(channels, factor)
    made.patcher = comfy.model_patcher.ModelPatcher(made.first_stage_model, load_device=_CPU, offload_device=_CPU)
    made.latent_channels, made.latent_dim = channels, dimensions
    ratio = factor if dimensions == 2 else (lambda frames: (frames + 3) // 4, factor, factor)
    made.downscale_ratio = made.upscale_ratio = ratio
    return made


def words() -> list:
    """CONDITIONING of the tiny text width."""
    text = torch.randn(1, 7, CONTEXT, generator=torch.Generator().manual_seed(4))
    return [[text, {"pooled_output": torch.zeros(1, 8)}]]


class Hint(comfy.controlnet.ControlBase):
    """A control whose output adds nothing; it notes the sizes of the latents it is asked about."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[tuple[int, ...]] = []

    def get_control(self, x_noisy, t, cond, batched_number, transformer_options):
        self.asked.append(tuple(x_noisy.shape[-2:]))
        return {"input": [], "middle": [], "output": []}

    def copy(self) -> Hint:
        return self
