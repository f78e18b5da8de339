"""The gated model's parts and how they are stored: base folder, checkpoint file, CLIP."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import nn

from ....runtime import Runtime

if TYPE_CHECKING:
    from .transformer import GatedCogVideoXTransformer

FORMAT = "dreamdance-gated"
VERSION = "1"
CLIP_FOLDER = "clip-vit-large-patch14"


@dataclass(frozen=True, kw_only=True)
class GatedModel:
    """The networks of one gated model, on their home device."""

    transformer: GatedCogVideoXTransformer
    vae: nn.Module  # diffusers AutoencoderKLCogVideoX
    clip: nn.Module  # transformers CLIPVisionModel
    base: str  # name of the base model's folder


def save_checkpoint(path: Path, transformer: GatedCogVideoXTransformer, base: str, *, full: bool = False) -> Path:
    """One safetensors file with the new layers and the widened patch embedding, or (full) every weight.

    The metadata holds the format, its version, the base's folder name and the transformer's config.
    """
    from .transformer import NEW_LAYERS

    state = {
        name: value.detach().cpu().contiguous().clone()
        for name, value in transformer.state_dict().items()
        if full or name.split(".")[0] in NEW_LAYERS or name.startswith("patch_embed.proj.")
    }
    config = {name: value for name, value in transformer.config.items() if not name.startswith("_")}
    header = {
        "format": FORMAT,
        "version": VERSION,
        "base": base,
        "content": "full" if full else "new-layers",
        "config": json.dumps(config),
    }
    partial = path.with_suffix(".part")
    save_file(state, partial, header)
    return partial.replace(path)


def read_header(path: Path) -> dict[str, str]:
    """The metadata of a checkpoint; ValueError when the file is not one of ours or from another version."""
    if not path.is_file():
        raise FileNotFoundError(f"no DreamDance checkpoint at {path}; put one there or choose another")
    try:
        with safe_open(path, "pt") as file:
            header = file.metadata() or {}
    except SafetensorError as error:
        raise ValueError(f"{path.name} is not a safetensors file ({error}); choose a DreamDance checkpoint") from error
    if header.get("format") != FORMAT:
        raise ValueError(f"{path.name} is not a DreamDance checkpoint (format {header.get('format')!r})")
    if header.get("version") != VERSION:
        raise ValueError(
            f"{path.name} has checkpoint version {header.get('version')}, this release reads {VERSION}; "
            "update DreamDance"
        )
    return header


def find_folder(name: str, run: Runtime) -> Path:
    """A model folder (diffusers or transformers layout) below one of the run's weight folders."""
    for folder in run.weight_folders:
        if (folder / name).is_dir():
            return folder / name
    looked = ", ".join(str(folder) for folder in run.weight_folders) or "no weight folder is set"
    raise FileNotFoundError(f"the folder {name} was not found (looked in: {looked}); copy the published model there")


def load_checkpoint(path: Path, run: Runtime, base: Path | None = None) -> GatedModel:
    """The gated model of a checkpoint, on its base model's weights and CLIP ViT-L/14, all read from local folders.

    Raises ValueError when checkpoint and base do not belong together, FileNotFoundError for what is missing.
    """
    from diffusers import AutoencoderKLCogVideoX, CogVideoXTransformer3DModel
    from transformers import CLIPVisionModel

    from .transformer import GatedCogVideoXTransformer

    header = read_header(path)
    config = json.loads(header["config"])
    base = base or find_folder(header["base"], run)
    vae = AutoencoderKLCogVideoX.from_pretrained(base, subfolder="vae", torch_dtype=run.dtype, local_files_only=True)
    if header["content"] == "full":
        transformer = GatedCogVideoXTransformer(**config).to(run.dtype)
    else:
        found = CogVideoXTransformer3DModel.from_pretrained(
            base, subfolder="transformer", torch_dtype=run.dtype, local_files_only=True
        )
        transformer = GatedCogVideoXTransformer.from_base(found, config["clip_embed_dim"])
    load_state(transformer, path, header["content"] == "full")
    clip = CLIPVisionModel.from_pretrained(find_folder(CLIP_FOLDER, run), torch_dtype=run.dtype, local_files_only=True)
    return GatedModel(transformer=transformer.eval(), vae=vae.eval(), clip=clip.eval(), base=header["base"])


def load_state(transformer: GatedCogVideoXTransformer, path: Path, full: bool) -> None:
    """Puts a checkpoint's weights into the transformer, each at the transformer's number type."""
    own = transformer.state_dict()
    with safe_open(path, "pt") as file:
        state = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  (not a mapping)
    wrong = [name for name, value in state.items() if name not in own or own[name].shape != value.shape]
    if wrong:
        have = tuple(own[wrong[0]].shape) if wrong[0] in own else "nothing"
        raise ValueError(
            f"{path.name} does not fit its base model: {wrong[0]} is {tuple(state[wrong[0]].shape)} in the file, "
            f"{have} in the model; use the base that the file names"
        )
    if full and set(own) - set(state):
        raise ValueError(f"{path.name} says it is complete but lacks {sorted(set(own) - set(state))[0]}")
    transformer.load_state_dict({name: value.to(own[name]) for name, value in state.items()}, strict=False)


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
