"""The networks of a training run: which weights they start from, which of them learn, and what a checkpoint holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from ..runtime import Runtime
from ..video.backends.gated_cogvideox.checkpoint import Header, header_of, is_new, open_tensors, save_checkpoint
from ..video.backends.gated_cogvideox.model import assemble
from ..video.backends.gated_cogvideox.sources import (
    find,
    find_clip,
    find_vae,
    load_clip,
    load_vae,
    not_found,
    read_base,
)
from ..video.backends.gated_cogvideox.transformer import GatedCogVideoXTransformer
from .config import ModelConfig

LORA_LAYERS = r"transformer_blocks\.\d+\.(attn1\.(to_q|to_k|to_v|to_out\.0)|ff\.net\.(0\.proj|2))"
OPEN = 20.0  # a gate's bias whose tanh is 1 to the last bit of float32
GATES = ("pose_gate", "reference_gate")
_WIDTH = 1024  # of CLIP ViT-L/14


@dataclass(frozen=True, kw_only=True)
class Networks:
    """What is trained, and what makes its latents."""

    transformer: GatedCogVideoXTransformer  # with the LoRA's layers inside, if there is one
    vae: nn.Module
    clip: nn.Module
    base: str  # name of the base model
    config: ModelConfig

    def trained(self) -> list[nn.Parameter]:
        """The weights that learn."""
        return [weight for weight in self.transformer.parameters() if weight.requires_grad]


def load_networks(config: ModelConfig, run: Runtime, *, frozen: torch.dtype = torch.float32, seed: int = 0) -> Networks:
    """The networks on the CPU; what learns is float32, what is frozen of a LoRA's base has the type `frozen`.

    Raises FileNotFoundError for what is missing and ValueError for a checkpoint or base that does not fit.
    """
    start = None if config.start is None else open_tensors(config.start)
    width = _WIDTH if start is None else header_of(start).config["clip_embed_dim"]
    place = base_place(config.base, run)
    vae, clip = load_encoders(config.base, config.clip, run, width=width)
    transformer = _from_base(place, clip.config.hidden_size, seed) if start is None else _from_start(config, place, run)
    networks = Networks(
        transformer=transformer.float(),
        vae=vae,
        clip=clip,
        base=str(config.base) if len(config.base.parts) == 1 else place.name,
        config=config,
    )
    _choose_what_learns(networks, frozen, seed)
    return networks


def base_place(base: Path, run: Runtime) -> Path:
    """The folder of a base model that is named by its folder or by its name in the weight folders.

    Raises FileNotFoundError when there is none.
    """
    place = base if base.is_dir() else find(str(base), run)
    if place is None:
        raise not_found(f"the base model {base} (a diffusers folder)", run, "copy it there or name its folder")
    return place


def load_encoders(base: Path, clip: Path | None, run: Runtime, *, width: int = _WIDTH) -> tuple[nn.Module, nn.Module]:
    """The VAE of a base model and the CLIP vision model, frozen, on the CPU.

    base, clip: folders, or names in the weight folders; clip None: the one of that width, clip-vit-large-patch14 by
    default. Raises FileNotFoundError for what is missing.
    """
    place = base_place(base, run)
    clip_place = clip if clip is None or clip.is_dir() else find(str(clip), run)
    if clip is not None and clip_place is None:
        raise not_found(f"the image encoder {clip}", run, "copy it there or name its folder")
    vae_place = find_vae((place,), run)
    newer = not vae_place.is_dir() and (read_base(place).config or {}).get("patch_size_t") is not None
    vae = load_vae(vae_place, run.dtype, newer)
    vae.enable_tiling()
    vae.enable_slicing()
    encoder = load_clip(clip_place or find_clip(width, run), run.dtype)
    return vae.requires_grad_(False).eval(), encoder.requires_grad_(False).eval()


def _from_base(place: Path, clip_width: int, seed: int) -> GatedCogVideoXTransformer:
    """The gated model on a base's own weights; the new layers' first values by the seed."""
    from diffusers import CogVideoXTransformer3DModel

    inner = place / "transformer" if (place / "transformer").is_dir() else place
    base = CogVideoXTransformer3DModel.from_pretrained(inner, torch_dtype=torch.float32, local_files_only=True)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return GatedCogVideoXTransformer.from_base(base, clip_embed_dim=clip_width)


def _from_start(config: ModelConfig, place: Path, run: Runtime) -> GatedCogVideoXTransformer:
    """A checkpoint's model. A LoRA is merged where all is trained, and left out where it is trained on."""
    file = open_tensors(config.start)
    header = header_of(file)
    if config.train == "lora" and header.content == "full":
        raise ValueError(
            f"{config.start.name} holds full weights; a LoRA on top of them would not fit {header.base} any more: set "
            'train to "full", or start from a checkpoint of new layers'
        )
    if config.train == "lora":
        header = replace(header, lora=None)
    base = None if header.content == "full" else read_base(place)
    return assemble(file, header, base, replace(run, dtype=torch.float32))


def _choose_what_learns(networks: Networks, frozen: torch.dtype, seed: int) -> None:
    transformer, config = networks.transformer, networks.config
    transformer.requires_grad_(config.train == "full").train()
    if config.train == "lora":
        _add_lora(transformer, config, seed)  # peft freezes all but its own
        for name, weight in transformer.named_parameters():
            weight.requires_grad_(is_new(name) or ".lora_" in name)
            if not weight.requires_grad:
                weight.data = weight.data.to(frozen)
    if config.gates == "open":
        for name in GATES:
            gate = getattr(transformer, name).requires_grad_(False)
            nn.init.zeros_(gate.weight)
            nn.init.constant_(gate.bias, OPEN)
    for name in GATES:
        _in_float32(getattr(transformer, name))


def _in_float32(gate: nn.Linear) -> None:
    """A gate decides by small differences of a tanh: it computes in float32 under mixed precision too."""

    def forward(emb: Tensor) -> Tensor:
        with torch.autocast(emb.device.type, enabled=False):  # FSDP and DeepSpeed may have made the weights shorter
            return functional.linear(emb.float(), gate.weight.float(), gate.bias.float())

    gate.forward = forward


def _add_lora(transformer: GatedCogVideoXTransformer, config: ModelConfig, seed: int) -> None:
    """Low-rank layers beside attention and feed-forward, the start checkpoint's if it has some."""
    try:
        from peft import LoraConfig
    except ImportError as missing:
        raise ImportError("training a LoRA needs peft: pip install 'dreamdance[training]'") from missing
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed + 1)
        transformer.add_adapter(LoraConfig(r=config.rank, lora_alpha=config.alpha, target_modules=LORA_LAYERS))
    matrices = {_plain(name): weight for name, weight in transformer.named_parameters() if ".lora_" in name}
    header = None if config.start is None else header_of(open_tensors(config.start))
    if header is not None and header.lora is not None:
        _take_lora(matrices, config, header)


def _take_lora(matrices: Mapping[str, Tensor], config: ModelConfig, header: Header) -> None:
    lora, file = header.lora, open_tensors(config.start)
    if (lora.rank, lora.alpha) != (config.rank, config.alpha):
        raise ValueError(
            f"{config.start.name} has a LoRA of rank {lora.rank} and alpha {lora.alpha:g}, the config says "
            f"{config.rank} and {config.alpha:g}; write the checkpoint's"
        )
    stored = {name for name in file.shapes if ".lora_" in name}
    if stored != set(matrices):
        odd = sorted(stored ^ set(matrices))[0]
        raise ValueError(f"{config.start.name}: its LoRA has other layers than are trained here, as {odd}")
    for name, weight in matrices.items():
        weight.data.copy_(file.get(name))


def _plain(name: str) -> str:
    """A LoRA matrix's name as a checkpoint has it."""
    return name.replace(".default.", ".")


def checkpoint_tensors(networks: Networks, state: Mapping[str, Tensor]) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """(the transformer's weights, the LoRA's matrices) from its gathered state, named as checkpoints have them."""
    lora = {_plain(name): value for name, value in state.items() if ".lora_" in name}
    own = {name: value for name, value in state.items() if ".lora_" not in name and ".base_layer." not in name}
    return own, lora


def write_checkpoint(path: Path, networks: Networks, state: Mapping[str, Tensor], notes: str) -> Path:
    """The checkpoint of a gathered state: every weight, or the new layers with the LoRA."""
    own, lora = checkpoint_tensors(networks, state)
    return save_checkpoint(
        path,
        networks.transformer,
        networks.base,
        full=networks.config.train == "full",
        lora=lora or None,
        alpha=networks.config.alpha if lora else None,
        notes=notes,
        state=own,
    )
