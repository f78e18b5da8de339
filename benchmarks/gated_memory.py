"""Peak memory of the gated model at full size, counted without a GPU and without weights, and beside it the estimate.

    python benchmarks/gated_memory.py [--sizes 49x480x720 48x768x768] [--version 1.0]

Every operation of a pass and of a tiled decode runs on fake tensors (shapes only) in bf16, and the bytes that are
alive at a time are added up: what an allocator without fragments would need. Attention counts as the fused kernel
does. `estimate` is what memory.py says beforehand; peaks by plan add the weights that the plan holds on the device.
"""

from __future__ import annotations

import argparse
import weakref
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from diffusers import AutoencoderKLCogVideoX
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from dreamdance_core.video.backends.gated_cogvideox import chunked, memory
from dreamdance_core.video.backends.gated_cogvideox.memory import MemoryPlan
from dreamdance_core.video.backends.gated_cogvideox.sources import VAE_CONFIG
from dreamdance_core.video.backends.gated_cogvideox.transformer import Conditions, GatedCogVideoXTransformer, rotary

GB = 1e9
# Of the fake tensors; no such device is needed. A pass is counted on the CPU, whose attention is fused without asking
# a card; decoding on another device than the host, where the caches of tiles rest.
PASS_DEVICE, DECODE_DEVICE = "cpu", "cuda"
NEWER = {"patch_size_t": 2, "ofs_embed_dim": 512, "sample_width": 300, "sample_height": 300, "sample_frames": 81}


class Alive(TorchDispatchMode):
    """Counts the bytes of all tensors made inside it, and the most that were alive at a time."""

    def __init__(self, weights: torch.nn.Module, device: str) -> None:
        super().__init__()
        self.device = device
        self.now = self.peak = 0
        self.known = {p.untyped_storage()._cdata for p in (*weights.parameters(), *weights.buffers())}

    def _gone(self, key: int, size: int) -> None:
        self.now -= size
        self.known.discard(key)

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        out = func(*args, **(kwargs or {}))
        for value in tree_leaves(out):
            if isinstance(value, torch.Tensor) and value.device.type == self.device:
                storage = value.untyped_storage()
                key, size = storage._cdata, storage.nbytes()
                if key not in self.known:
                    self.known.add(key)
                    self.now += size
                    self.peak = max(self.peak, self.now)
                    weakref.finalize(storage, self._gone, key, size)
        return out


@contextmanager
def built_in_bf16() -> Iterator[None]:
    torch.set_default_dtype(torch.bfloat16)
    try:
        yield
    finally:
        torch.set_default_dtype(torch.float32)


def transformer(version: str) -> GatedCogVideoXTransformer:
    with built_in_bf16():
        model = GatedCogVideoXTransformer(**(NEWER if version == "1.5" else {}))
    return model.requires_grad_(False).eval()


def autoencoder() -> AutoencoderKLCogVideoX:
    with built_in_bf16():
        return AutoencoderKLCogVideoX(**VAE_CONFIG).requires_grad_(False).eval()


def pass_peak(version: str, size: tuple[int, int, int]) -> int:
    """Bytes beside the weights of one pass with all its inputs."""
    frames, height, width = size
    shape = (1, (frames + 3) // 4, 16, height // 8, width // 8)
    with FakeTensorMode(allow_non_fake_inputs=True), torch.device(PASS_DEVICE):
        model = transformer(version)
        with Alive(model, PASS_DEVICE) as alive, torch.no_grad():
            kind = {"dtype": torch.bfloat16}
            x = torch.empty(shape, **kind)
            pose = torch.empty(*shape[:2], 48, *shape[3:], **kind)
            beta, still = torch.empty(*shape[:2], 32, *shape[3:], **kind), torch.empty(1, 1, *shape[2:], **kind)
            given = Conditions(background=beta, pose=pose, reference=still)
            rope = rotary(model, torch.Size(shape), torch.device(PASS_DEVICE))
            model(
                hidden_states=x,
                encoder_hidden_states=torch.empty(1, 257, 1024, **kind),
                timestep=torch.zeros(1, dtype=torch.long),
                conditions=given,
                ofs=torch.zeros(1) if version == "1.5" else None,
                image_rotary_emb=rope,
            )
    return alive.peak


def decode_peak(size: tuple[int, int, int]) -> int:
    """Bytes beside the weights of decoding in tiles, the finished pictures handed on as they come."""
    frames, height, width = size
    with FakeTensorMode(), torch.device(DECODE_DEVICE):
        vae = autoencoder()
        vae.enable_tiling()
        with Alive(vae, DECODE_DEVICE) as alive, torch.no_grad():
            latents = torch.empty(1, 16, (frames + 3) // 4, height // 8, width // 8, dtype=torch.bfloat16)
            for _ in chunked.decode(vae, latents, lambda: None):
                pass
    return alive.peak


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", nargs="+", default=["49x480x720", "48x768x768"])
    parser.add_argument("--version", choices=("1.0", "1.5"), default="1.0")
    args = parser.parse_args()
    with torch.device("meta"):
        vae = autoencoder()
    print("| size | pass, GB | estimate | decode, GB | estimate |\n|---|---|---|---|---|")
    peaks = []
    for text in args.sizes:
        size = tuple(int(side) for side in text.split("x"))
        with torch.device("meta"):
            model = transformer(args.version)
        one, two = pass_peak(args.version, size), decode_peak(size)
        peaks.append((text, size, one, two))
        guess = memory.pass_bytes(model, *size), memory.decode_bytes(vae, *size)
        print(f"| {text} | {one / GB:.2f} | {guess[0] / GB:.2f} | {two / GB:.2f} | {guess[1] / GB:.2f} |")
    print("\n| plan | weights held, GB | " + " | ".join(f"peak {text}, GB" for text, *_ in peaks) + " |")
    print("|---|---|" + "---|" * len(peaks))
    for weights in ("stored", "fp8", "int8", "nf4"):
        for offload in ("model", "group", "sequential"):
            plan = MemoryPlan(weights=weights, offload=offload)
            with torch.device("meta"):
                model = transformer(args.version)
            memory.pack_weights(model, plan)
            memory.settled(plan, model, vae, None)
            held = memory.held(model)
            tops = [max(held + one, memory.held(vae) + two) for _, _, one, two in peaks]
            print(f"| {weights}, {offload} | {held / GB:.2f} | " + " | ".join(f"{top / GB:.2f}" for top in tops) + " |")


if __name__ == "__main__":
    main()
