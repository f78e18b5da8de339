"""A base model small enough for a CPU, of the real classes: an autoencoder trained from nothing on made-up clips, a
transformer and an image encoder with seeded random weights."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import torch
from diffusers import AutoencoderKLCogVideoX, CogVideoXTransformer3DModel
from torch import Tensor
from torch.nn import functional as F
from transformers import CLIPVisionConfig, CLIPVisionModel

from dreamdance_core.pose.draw import draw_body, draw_face, draw_hands
from dreamdance_core.training.degrade.recipe import Recipe, degrade
from dreamdance_core.training.shards import Dataset

RECIPE = Recipe(splats=0.0)  # rendering splats is slow without a GPU
CLIPS = 300  # that the autoencoder learns from
SHARES = (0.7, 0.2, 0.05, 0.05)  # of frames, damaged backgrounds, drawings and masks among what it sees
BLUR = 0.1  # noise on the latents of about 1 that the decoder bears, so that neighbours mean similar pictures
WIDTH, LAYERS, HEADS = 160, 4, 5  # of the transformer: below 2 M parameters
CLIP = {"hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2, "num_attention_heads": 2, "patch_size": 56}


def make_base(folder: Path, data: Path, minutes: float, say: Callable[[str], None], seed: int = 0) -> None:
    """folder/base with vae and transformer, folder/clip; parts already there are kept. minutes: for the autoencoder."""
    torch.manual_seed(seed)
    base, clip = folder / "base", folder / "clip"
    if not (clip / "config.json").is_file():
        CLIPVisionModel(CLIPVisionConfig(image_size=224, **CLIP)).save_pretrained(clip)
    if not (base / "transformer" / "config.json").is_file():
        small_transformer().save_pretrained(base / "transformer")
    if not (base / "vae" / "config.json").is_file():
        train_vae(data, minutes, folder / "vae.pt", say).save_pretrained(base / "vae")


def small_transformer() -> CogVideoXTransformer3DModel:
    model = CogVideoXTransformer3DModel(
        num_attention_heads=HEADS,
        attention_head_dim=WIDTH // HEADS,
        in_channels=32,
        time_embed_dim=64,
        text_embed_dim=64,
        num_layers=LAYERS,
        sample_width=8,
        sample_height=12,
        sample_frames=13,
        use_rotary_positional_embeddings=True,
    )
    # The library's start leaves the last layer as large as the others; zero is where diffusion transformers begin.
    torch.nn.init.zeros_(model.proj_out.weight)
    torch.nn.init.zeros_(model.proj_out.bias)
    return model


def small_vae() -> AutoencoderKLCogVideoX:
    vae = AutoencoderKLCogVideoX(block_out_channels=(8, 16, 32, 64), layers_per_block=1, norm_num_groups=4)
    for name, module in vae.decoder.named_modules():
        # The decoder's norms multiply by conv_y of the latents: near zero at the library's start, which stops learning.
        if name.endswith("conv_y.conv"):
            torch.nn.init.ones_(module.bias)
    return vae


def bank(data: Path) -> list[Tensor]:
    """What the autoencoder sees, per kind in the order of SHARES, bytes (N,T,H,W,3)."""
    dataset = Dataset(data)
    kinds: list[list[Tensor]] = [[], [], [], []]
    for index in range(min(CLIPS, len(dataset))):
        clip = dataset[index]
        size = (clip.frames.shape[2], clip.frames.shape[1])
        kinds[0].append(clip.frames)
        damaged = degrade(clip.background.float() / 255, index, recipe=RECIPE, z=clip.z).frames
        kinds[1].append((damaged * 255).round().byte())
        drawn = (draw_body, draw_hands, draw_face)[index % 3](clip.pose, *size)
        kinds[2].append((drawn * 255).round().byte())
        kinds[3].append(clip.mask[..., None].expand(-1, -1, -1, 3).byte() * 255)
    return [torch.stack(kind) for kind in kinds]


def crops(kinds: list[Tensor], count: int, side: int, generator: torch.Generator) -> Tensor:
    """Random crops (B,3,8,side,side) in [-1,1]."""
    chosen = torch.multinomial(torch.tensor(SHARES), count, replacement=True, generator=generator)
    found = []
    for kind in chosen.tolist():
        clips = kinds[kind]
        room = (len(clips), clips.shape[1] - 7, clips.shape[2] - side + 1, clips.shape[3] - side + 1)
        n, t, y, x = (int(torch.randint(size, (), generator=generator)) for size in room)
        found.append(clips[n, t : t + 8, y : y + side, x : x + side])
    return torch.stack(found).movedim(-1, 1).float().div(127.5).sub(1)


def train_vae(data: Path, minutes: float, state: Path, say: Callable[[str], None]) -> AutoencoderKLCogVideoX:
    """The autoencoder after so many minutes of computing; goes on from `state` when a run was stopped."""
    vae, generator = small_vae(), torch.Generator().manual_seed(1)
    optimizer = torch.optim.AdamW(vae.parameters(), lr=2e-3, betas=(0.9, 0.99), weight_decay=1e-4)
    spent, step, kinds = 0.0, 0, bank(data)
    if state.is_file():
        kept = torch.load(state, weights_only=True)
        vae.load_state_dict(kept["vae"])
        optimizer.load_state_dict(kept["optimizer"])
        spent, step = kept["spent"], kept["step"]
        generator.set_state(kept["generator"])
    while spent < 60 * minutes:
        began, share = time.monotonic(), spent / (60 * minutes)
        for group in optimizer.param_groups:
            group["lr"] = 2e-3 * min(1.0, (step + 1) / 50, 2 * (1 - share) + 0.02)
        x = crops(kinds, 2, 64, generator)  # large: its norms are taken over the whole picture
        with torch.autocast("cpu", torch.bfloat16):
            mean = vae.encode(x).latent_dist.mean
            blurred = mean + BLUR * torch.randn(mean.shape, generator=generator)
            y = vae.decode(blurred).sample.float()
        tint = [(c - c.mean(1, keepdim=True)) for c in (y, x)]  # colours without their lightness come last otherwise
        loss = F.l1_loss(y, x) + F.mse_loss(y, x) + 4 * F.l1_loss(*tint) + 1e-3 * mean.float().square().mean()
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(vae.parameters(), 1.0)
        optimizer.step()
        spent, step = spent + time.monotonic() - began, step + 1
        if step % 100 == 0:
            say(f"autoencoder: step {step}, {spent / 60:.1f} of {minutes:g} min, loss {float(loss.detach()):.4f}")
            kept = {"vae": vae.state_dict(), "optimizer": optimizer.state_dict(), "spent": spent, "step": step}
            torch.save(kept | {"generator": generator.get_state()}, state)
    vae.eval()
    with torch.no_grad():
        whole = kinds[0][:32].movedim(-1, 1).float().div(127.5).sub(1)
        latents = torch.cat([vae.encode(clip[None]).latent_dist.mode() for clip in whole])
    vae.register_to_config(scaling_factor=float(1 / latents.std()))
    say(f"autoencoder: {step} steps, latents scaled by {vae.config.scaling_factor:.3f}")
    return vae
