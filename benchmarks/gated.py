"""Prints what a step of the gated model costs beside a step of the base model (CogVideoX I2V, diffusers), in one run:
both on random weights and the same number of text tokens, taking turns, best of several; then steps with first-block
caching; on a GPU also the peaks of memory.

    python benchmarks/gated.py [--device cuda] [--version 1.5] [--repeats 5] [--steps 20] [--cache 0.1]

On the CPU the model is narrow (8 blocks, 256 wide, float32) and the clip small; on CUDA it has its full size in bf16,
and the clips are 49x480x720 and 48x768x768.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import torch
from diffusers import CogVideoXTransformer3DModel

from dreamdance_core.types import Window
from dreamdance_core.video.backends.gated_cogvideox import SampleOptions
from dreamdance_core.video.backends.gated_cogvideox.denoise import Prepared, denoise
from dreamdance_core.video.backends.gated_cogvideox.schedule import scheduler_for
from dreamdance_core.video.backends.gated_cogvideox.transformer import (
    BACKGROUND,
    LATENT,
    POSE,
    Conditions,
    GatedCogVideoXTransformer,
    rotary,
)

TEXT = 257  # CLIP's tokens
SIZES = {"cpu": [(32, 160, 224)], "cuda": [(49, 480, 720), (48, 768, 768)]}


def models(device: torch.device, version: str) -> tuple[CogVideoXTransformer3DModel, GatedCogVideoXTransformer]:
    """Base and gated model, which share their weights."""
    small = device.type == "cpu"
    config = {"num_attention_heads": 4, "num_layers": 8} if small else {"num_attention_heads": 48, "num_layers": 42}
    newer = version == "1.5"
    config |= {"patch_size_t": 2 if newer else None, "ofs_embed_dim": 512 if newer else None, "patch_bias": not newer}
    if newer:
        config |= {"sample_width": 300, "sample_height": 300}
    torch.manual_seed(0)
    dtype = torch.float32 if small else torch.bfloat16
    with torch.device(device):
        torch.set_default_dtype(dtype)
        base = CogVideoXTransformer3DModel(
            in_channels=2 * LATENT, time_embed_dim=512, text_embed_dim=4096, use_rotary_positional_embeddings=True,
            attention_bias=True, **config,
        ).eval()  # fmt: skip
        gated = GatedCogVideoXTransformer.from_base(base).eval()
        torch.set_default_dtype(torch.float32)
    for projection in (gated.pose_proj, gated.reference_proj):
        torch.nn.init.normal_(projection.weight, std=0.02)
    return base, gated


def timed(device: torch.device, work: Callable[[], object]) -> tuple[float, float]:
    """Seconds, and the peak of device memory in GB."""
    if device.type == "cuda":
        torch.cuda.synchronize()
        torch.cuda.reset_peak_memory_stats()
    started = time.perf_counter()
    work()
    if device.type == "cuda":
        torch.cuda.synchronize()
        return time.perf_counter() - started, torch.cuda.max_memory_allocated() / 1e9
    return time.perf_counter() - started, float("nan")


def measure(base: torch.nn.Module, gated: torch.nn.Module, size: tuple[int, int, int], options: argparse.Namespace):
    """Prints the rows of one clip size."""
    device, dtype = base.device, base.dtype
    frames, height, width = size
    length = (frames + 3) // 4
    length -= length % (base.config.patch_size_t or 1)
    shape = (1, length, LATENT, height // 8, width // 8)

    def latents(channels: int, count: int = length) -> torch.Tensor:
        return torch.randn(1, count, channels, *shape[3:], device=device, dtype=dtype)

    given = Conditions(background=latents(BACKGROUND), pose=latents(POSE), reference=latents(LATENT, 1))
    clip = torch.randn(1, TEXT, 1024, device=device, dtype=dtype)
    text = gated.clip_proj(clip)
    t, rope = torch.tensor([500], device=device), rotary(base, torch.Size(shape), device)
    ofs = torch.full((1,), 2.0, device=device) if base.config.ofs_embed_dim else None
    common = {"timestep": t, "ofs": ofs, "image_rotary_emb": rope}
    x = latents(LATENT)
    tokens = gated(hidden_states=x, encoder_hidden_states=clip, conditions=given, **common).conditions
    ways = {
        "base": lambda: base(
            hidden_states=torch.cat([x, given.background[:, :, :LATENT]], 2), encoder_hidden_states=text, **common
        ),
        "gated": lambda: gated(hidden_states=x, encoder_hidden_states=clip, conditions=tokens, **common),
    }
    best, peaks = dict.fromkeys(ways, float("inf")), {}
    for _ in range(options.repeats):
        for name, way in ways.items():
            seconds, peaks[name] = timed(device, way)
            best[name] = min(best[name], seconds)
    count = tokens.pose.shape[1]
    print(f"\n{frames}x{height}x{width}, {count} + {TEXT} tokens, {options.version}")
    for name in ways:
        print(
            f"  a step, {name:22s} {best[name] * 1000:9.1f} ms  {best[name] / best['base']:6.3f}x  {peaks[name]:6.2f} GB"
        )
    ready = Prepared(
        windows=(Window(start=0, stop=length, overlap=0),),
        conditions=(given,),
        tokens=clip,
        colours=torch.zeros(17, 3),
        fuse=(lambda parts, *_: parts[0], lambda parts, *_: parts),
    )
    noise = torch.randn(shape, generator=torch.Generator().manual_seed(0)).to(device)
    results = {}
    for cache in (None, options.cache):
        scheduler, how = scheduler_for("ddim", options.steps), SampleOptions(cache=cache)
        state = []

        def loop(scheduler=scheduler, how=how, state=state) -> None:
            state[:] = [list(denoise(ready, gated, scheduler, noise, 3.5, how, lambda: None))[-1].latents]

        seconds, peak = timed(device, loop)
        results[cache] = (seconds, state[0])
        name = "exact" if cache is None else f"first-block cache {cache:g}"
        gain, change = results[None][0] / seconds, (state[0] - results[None][1]).square().mean().sqrt()
        print(
            f"  {options.steps} guided steps, {name:22s} {seconds:7.1f} s  {gain:5.2f}x faster  {peak:6.2f} GB"
            f"  differs by {change / results[None][1].std():.4f} of the spread"
        )


@torch.no_grad()
def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--version", choices=("1.0", "1.5"), default="1.0")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--cache", type=float, default=0.1)
    options = parser.parse_args()
    device = torch.device(options.device)
    base, gated = models(device, options.version)
    count = sum(weight.numel() for weight in gated.parameters())
    print(f"{count / 1e9:.2f} billion weights in {gated.dtype}, torch {torch.__version__}, {device}")
    for size in SIZES[device.type]:
        measure(base, gated, size, options)


if __name__ == "__main__":
    main()
