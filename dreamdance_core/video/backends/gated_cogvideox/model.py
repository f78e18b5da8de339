"""The gated model's parts: loaded from a checkpoint and a base model without a second copy in memory, or tiny."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from ....runtime import Runtime
from .checkpoint import (
    WIDENED,
    Header,
    TensorFile,
    check_base,
    check_finite,
    header_of,
    lora_pairs,
    merge_lora,
    open_tensors,
)
from .memory import MemoryPlan, free_bytes, pack_weights, settled
from .sources import Parts, Weights, find, find_clip, find_vae, load_clip, load_vae, not_found, read_base

if TYPE_CHECKING:
    from .transformer import GatedCogVideoXTransformer

_SUFFIXES = (".safetensors", ".gguf")


@dataclass(frozen=True, kw_only=True)
class GatedModel:
    """The networks of one gated model, on their home device."""

    transformer: GatedCogVideoXTransformer
    vae: nn.Module  # diffusers AutoencoderKLCogVideoX
    clip: nn.Module  # transformers CLIPVisionModel
    base: str  # name of the base model
    plan: MemoryPlan = field(default_factory=lambda: MemoryPlan(offload="model"))  # `auto` replaced

    def stay(self, device: torch.device) -> None:
        """Brings everything to the device for good, if the plan says so. Not for a host that moves networks itself."""
        if self.plan.offload == "none":
            for module in (self.transformer, self.vae, self.clip):
                module.to(device)


def load_checkpoint(
    path: Path,
    run: Runtime,
    base: Path | None = None,
    *,
    parts: Parts | None = None,
    plan: MemoryPlan | None = None,
    free: int | None = None,
) -> GatedModel:
    """The gated model of a checkpoint, on its base model's weights and CLIP ViT-L/14, all read from local files.

    base: instead of the one that the checkpoint names; free: bytes of the device that may be filled (default: what is
    free there). Raises ValueError when checkpoint and base do not belong together, FileNotFoundError for what is
    missing.
    """
    parts = parts or Parts()
    parts = replace(parts, base=base or parts.base)
    file = open_tensors(path)
    header = header_of(file)
    place = base_place(header, parts, run)
    vae_place = parts.vae or find_vae((place, find(header.base, run)), run)
    clip_place = parts.clip or find_clip(header.config["clip_embed_dim"], run)
    transformer = assemble(file, header, None if header.content == "full" else read_base(place), run)
    vae = load_vae(vae_place, run.dtype, header.config["patch_size_t"] is not None)
    vae.enable_tiling()
    vae.enable_slicing()
    clip = load_clip(clip_place, run.dtype)
    if clip.config.hidden_size != header.config["clip_embed_dim"]:
        raise ValueError(
            f"{path.name} needs an image encoder of width {header.config['clip_embed_dim']}, {clip_place.name} has "
            f"{clip.config.hidden_size}; choose the one that it was trained with"
        )
    plan = plan or MemoryPlan()
    pack_weights(transformer, plan)
    plan = settled(plan, transformer, vae, free_bytes(run.device) if free is None else free)
    return GatedModel(transformer=transformer, vae=vae, clip=clip, base=header.base, plan=plan)


def base_place(header: Header, parts: Parts, run: Runtime) -> Path | None:
    """The base's folder or file; None when none is needed (a full checkpoint) and none is there."""
    place = parts.base or find(header.base, run, _SUFFIXES)
    if place is None and header.content != "full":
        raise not_found(
            f"the base model {header.base} (a folder, or one file {header.base.rsplit('/', 1)[-1]}.safetensors)",
            run,
            "copy the published model there, or choose where it is",
        )
    return place


def assemble(file: TensorFile, header: Header, base: Weights | None, run: Runtime) -> GatedCogVideoXTransformer:
    """The transformer of a checkpoint over its base: tensors are used where they lie, converted only if they must be.

    Raises ValueError that names the file and the tensor which is missing, misshapen, unknown or not finite.
    """
    from .transformer import GatedCogVideoXTransformer

    if base is not None and base.config is not None:
        check_base(file.path, header, base.name, base.config)
    with torch.device("meta"):
        transformer = GatedCogVideoXTransformer(**header.config)
    own = {name: tuple(value.shape) for name, value in transformer.state_dict().items()}
    sources = _sources(file, header, base, own)
    changes = {f"{layer}.weight": change for layer, *change in lora_pairs(file, header)}
    for name in changes.keys() - own.keys():
        raise ValueError(f"{file.path.name}: its LoRA changes {name}, which the model does not have; use its own base")
    state = {}
    for done, (name, get) in enumerate(sources.items()):
        run.report(done, len(own))
        value = get(name)
        if name in changes:
            value = _merged(file.path.name, name, value, changes[name])
        exact = name.split(".")[0] in transformer._keep_in_fp32_modules
        state[name] = value.to(torch.float32 if exact else run.dtype)
    transformer.load_state_dict(state, assign=True)
    run.report(len(own), len(own))
    return transformer.requires_grad_(False).eval()


def _merged(file: str, name: str, weight: Tensor, change: list) -> Tensor:
    down, up, scale = change
    if up.shape[0] != weight.shape[0] or down[0].numel() * weight.shape[0] != weight.numel():
        raise ValueError(
            f"{file}: the LoRA of {name} is {tuple(up.shape)} times {tuple(down.shape)}, the weight "
            f"{tuple(weight.shape)}; use the base that it was trained on"
        )
    return merge_lora(weight, down, up, scale)


def _sources(
    file: TensorFile, header: Header, base: Weights | None, own: Mapping[str, tuple[int, ...]]
) -> dict[str, Callable[[str], Tensor]]:
    """Where every tensor of the model comes from: the checkpoint, else its base; each looked at before it is used."""
    unknown = [name for name in file.shapes if name not in own and ".lora_" not in name]
    if unknown:
        raise ValueError(
            f"{file.path.name} holds {unknown[0]}, which a model of its config does not have; save the checkpoint anew"
        )

    def mine(name: str) -> Tensor:
        return check_finite(file.path.name, name, file.get(name))

    def theirs(name: str) -> Tensor:
        value = base.get(name)
        if tuple(value.shape) != own[name]:
            raise ValueError(
                f"{base.name}: {name} is {tuple(value.shape)}, {file.path.name} needs {own[name]}; "
                f"choose {header.base} as the base"
            )
        return value

    given = set() if base is None else {name for name in base.names if not name.startswith(WIDENED)}
    sources = {}
    for name, shape in own.items():
        if name in file.shapes:
            if file.shapes[name] != shape:
                raise ValueError(
                    f"{file.path.name} does not fit its own config: {name} must be {shape}, got {file.shapes[name]}; "
                    "save the checkpoint anew"
                )
            sources[name] = mine
        elif name in given:
            sources[name] = theirs
        else:
            where = "" if base is None else f", and neither has its base {base.name}"
            raise ValueError(f"{file.path.name} lacks {name}{where}; copy it again or use the base {header.base}")
    return sources


def tiny_model(seed: int = 0, version: str = "1.0") -> GatedModel:
    """The real classes at the smallest working size with seeded random weights."""
    from diffusers import AutoencoderKLCogVideoX, CogVideoXTransformer3DModel
    from transformers import CLIPVisionConfig, CLIPVisionModel

    from .transformer import GatedCogVideoXTransformer

    newer = version == "1.5"
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        base = CogVideoXTransformer3DModel(
            num_attention_heads=2,
            attention_head_dim=16,
            in_channels=32,
            time_embed_dim=32,
            ofs_embed_dim=32 if newer else None,
            text_embed_dim=32,
            num_layers=2,
            sample_width=8,
            sample_height=8,
            patch_size_t=2 if newer else None,
            patch_bias=not newer,
            use_rotary_positional_embeddings=True,
        )
        transformer = GatedCogVideoXTransformer.from_base(base, clip_embed_dim=32)
        vae = AutoencoderKLCogVideoX(
            block_out_channels=(8, 8, 8, 8),
            layers_per_block=1,
            norm_num_groups=2,
            scaling_factor=0.7,
            invert_scale_latents=newer,
        )
        clip = CLIPVisionModel(
            CLIPVisionConfig(hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=2)
        )
    return GatedModel(transformer=transformer.eval(), vae=vae.eval(), clip=clip.eval(), base="tiny")
