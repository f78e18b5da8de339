"""Names of CogVideoX's weights: diffusers' own, those of ComfyUI's class, and the many spellings of a LoRA."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from torch import Tensor

# ComfyUI's name, diffusers' name; {n} is a block's number, {w} the rest. Whatever matches no row is named alike.
_ROWS = (
    ("blocks.{n}.q.{w}", "transformer_blocks.{n}.attn1.to_q.{w}"),
    ("blocks.{n}.k.{w}", "transformer_blocks.{n}.attn1.to_k.{w}"),
    ("blocks.{n}.v.{w}", "transformer_blocks.{n}.attn1.to_v.{w}"),
    ("blocks.{n}.norm_q.{w}", "transformer_blocks.{n}.attn1.norm_q.{w}"),
    ("blocks.{n}.norm_k.{w}", "transformer_blocks.{n}.attn1.norm_k.{w}"),
    ("blocks.{n}.attn_out.{w}", "transformer_blocks.{n}.attn1.to_out.0.{w}"),
    ("blocks.{n}.ff_proj.{w}", "transformer_blocks.{n}.ff.net.0.proj.{w}"),
    ("blocks.{n}.ff_out.{w}", "transformer_blocks.{n}.ff.net.2.{w}"),
    ("blocks.{n}.norm1.{w}", "transformer_blocks.{n}.norm1.{w}"),
    ("blocks.{n}.norm2.{w}", "transformer_blocks.{n}.norm2.{w}"),
    ("time_embedding_linear_1.{w}", "time_embedding.linear_1.{w}"),
    ("time_embedding_linear_2.{w}", "time_embedding.linear_2.{w}"),
    ("ofs_embedding_linear_1.{w}", "ofs_embedding.linear_1.{w}"),
    ("ofs_embedding_linear_2.{w}", "ofs_embedding.linear_2.{w}"),
)


def _pattern(row: str) -> re.Pattern:
    return re.compile(re.escape(row).replace(r"\{n\}", r"(?P<n>\d+)").replace(r"\{w\}", r"(?P<w>.+)"))


_TO_DIFFUSERS = [(_pattern(theirs), ours) for theirs, ours in _ROWS]
_TO_COMFYUI = [(_pattern(ours), theirs) for theirs, ours in _ROWS]
_PREFIXES = ("model.diffusion_model.", "diffusion_model.", "base_model.model.", "transformer.", "model.")
_HALVES = {
    "lora_A": "lora_A",
    "lora_A.default": "lora_A",
    "lora_down": "lora_A",
    "lora.down": "lora_A",
    "lora_B": "lora_B",
    "lora_B.default": "lora_B",
    "lora_up": "lora_B",
    "lora.up": "lora_B",
}


def _renamed(name: str, rows: list[tuple[re.Pattern, str]]) -> str:
    for pattern, other in rows:
        if found := pattern.fullmatch(name):
            return other.format(**found.groupdict())
    return name


def without_prefix(name: str) -> str:
    """The name below what tools put before it."""
    while prefix := next((p for p in _PREFIXES if name.startswith(p)), ""):
        name = name[len(prefix) :]
    return name


def to_diffusers(name: str) -> str:
    """diffusers' name of a weight in either layout, with or without a prefix."""
    return _renamed(without_prefix(name), _TO_DIFFUSERS)


def to_comfyui(name: str) -> str:
    """The name in ComfyUI's own CogVideoX class of a weight named as in diffusers."""
    return _renamed(name, _TO_COMFYUI)


def is_cogvideox(names: Iterable[str]) -> bool:
    """Whether these are the weights of a CogVideoX transformer, in either layout."""
    return "transformer_blocks.0.attn1.to_q.weight" in {to_diffusers(name) for name in names}


def is_cogvideox_vae(names: Iterable[str]) -> bool:
    """Whether these are the weights of CogVideoX's autoencoder; ComfyUI and diffusers name them alike."""
    have = set(names)
    return {"encoder.conv_in.conv.weight", "decoder.mid_block.resnets.0.norm1.norm_layer.weight"} <= have


def clip_name(name: str) -> str:
    """transformers' name of a CLIP vision weight, with or without the whole model's prefix."""
    return name.removeprefix("vision_model.")


def read_lora(tensors: Mapping[str, Tensor], metadata: Mapping[str, str]) -> tuple[dict[str, Tensor], float | None]:
    """A LoRA as `<layer>.lora_A.weight` and `.lora_B.weight` by diffusers' names, and its alpha (None: the rank).

    Layers named by diffusers, peft and ComfyUI's class are understood, halves also as `lora_down`/`lora_up`. Raises
    ValueError for a tensor that is no part of a LoRA, and for layers of different alphas.
    """
    matrices, alphas = {}, set()
    for name, value in tensors.items():
        bare = without_prefix(name)
        if bare.endswith(".alpha"):
            alphas.add(float(value))
            continue
        layer, half = next(
            ((bare.removesuffix(f".{spelt}.weight"), half) for spelt, half in _HALVES.items() if
             bare.endswith(f".{spelt}.weight")),
            ("", ""),
        )  # fmt: skip
        if not layer:
            raise ValueError(
                f"{name} is no part of a LoRA (lora_A, lora_B, lora_down, lora_up or alpha); choose a LoRA"
            )
        matrices[f"{to_diffusers(layer + '.weight').removesuffix('.weight')}.{half}.weight"] = value
    if not alphas and "lora_alpha" in metadata:
        alphas.add(float(metadata["lora_alpha"]))
    if len(alphas) > 1:
        raise ValueError(f"the layers of a LoRA must have one alpha, got {sorted(alphas)}; merge it with its own tool")
    return matrices, next(iter(alphas), None)
