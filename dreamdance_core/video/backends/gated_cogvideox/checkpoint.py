"""The checkpoint file: one safetensors with what was trained, and in its metadata what it belongs to.

Content `new-layers`: the gates, projections and the widened patch embedding, optionally with a LoRA of the base's own
layers (`<layer>.lora_A.weight`, `<layer>.lora_B.weight`); content `full`: every weight of the transformer.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from .transformer import NEW_LAYERS

FORMAT = "dreamdance-gated"
VERSION = "1"
CONTENTS = ("new-layers", "full")
WIDENED = "patch_embed.proj."  # its columns for background and mask are trained too
# The config's entries that decide shapes or mathematics: a base model must have the same.
SIZES = (
    "num_layers",
    "num_attention_heads",
    "attention_head_dim",
    "patch_size",
    "patch_size_t",
    "time_embed_dim",
    "ofs_embed_dim",
    "text_embed_dim",
    "out_channels",
)
_CODES = {
    torch.float32: "F32",
    torch.float16: "F16",
    torch.bfloat16: "BF16",
}


@dataclass(frozen=True, kw_only=True)
class Lora:
    """Low-rank changes of the base's layers: W + alpha / rank * B A."""

    rank: int
    alpha: float
    targets: tuple[str, ...]  # names of layers


@dataclass(frozen=True, kw_only=True)
class Header:
    """What a checkpoint says about itself."""

    base: str  # the base model's published name, or its folder's
    config: dict[str, Any]  # of the gated transformer
    content: str = "new-layers"  # one of CONTENTS
    lora: Lora | None = None
    notes: str = ""  # how it was trained

    def metadata(self) -> dict[str, str]:
        """The file's metadata: text by text."""
        table = {"format": FORMAT, "version": VERSION, "base": self.base, "content": self.content}
        table["config"] = json.dumps(self.config)
        if self.lora is not None:
            table["lora"] = json.dumps(vars(self.lora))
        return table | ({"notes": self.notes} if self.notes else {})


@dataclass(frozen=True, kw_only=True)
class TensorFile:
    """The tensors of a safetensors file by name, mapped from the disk when asked for, and its metadata."""

    path: Path
    shapes: dict[str, tuple[int, ...]]
    metadata: dict[str, str]
    get: Callable[[str], Tensor]


def open_tensors(path: Path) -> TensorFile:
    """A safetensors file, nothing read yet. Raises FileNotFoundError, ValueError when it is damaged or another kind."""
    if not path.is_file():
        raise FileNotFoundError(f"there is no file {path}; put one there or choose another")
    try:
        file = safe_open(path, "pt")
        shapes = {name: tuple(file.get_slice(name).get_shape()) for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError) as error:
        raise ValueError(
            f"{path.name} is not a whole safetensors file ({str(error).splitlines()[0]}); copy it again, or choose "
            "another"
        ) from error
    return TensorFile(path=path, shapes=shapes, metadata=file.metadata() or {}, get=file.get_tensor)


def read_header(path: Path) -> Header:
    """What a checkpoint says about itself; ValueError when the file is not one of ours or from another version."""
    return header_of(open_tensors(path))


def header_of(file: TensorFile) -> Header:
    """The header of an open file. Raises ValueError that names what is wrong with it."""
    name, table = file.path.name, file.metadata
    if table.get("format") != FORMAT:
        raise ValueError(
            f"{name} is not a DreamDance checkpoint: its metadata's format must be {FORMAT!r}, got "
            f"{table.get('format')!r}; choose a *.dreamdance.safetensors; `dreamdance checkpoint convert` makes one"
        )
    if table.get("version") != VERSION:
        raise ValueError(
            f"{name} has checkpoint version {table.get('version')}, this release reads {VERSION}; update DreamDance"
        )
    if table.get("content") not in CONTENTS:
        raise ValueError(f"{name}: content must be one of {', '.join(CONTENTS)}, got {table.get('content')!r}")
    lora = _json(name, "lora", table["lora"]) if "lora" in table else None
    config = _json(name, "config", table.get("config", ""))
    missing = [entry for entry in (*SIZES, "clip_embed_dim") if entry not in config]
    if missing or not table.get("base"):
        raise ValueError(f"{name} lacks {missing[0] if missing else 'base'} in its metadata; save the checkpoint anew")
    return Header(
        base=table["base"],
        config=config,
        content=table["content"],
        lora=None if lora is None else _lora(name, lora),
        notes=table.get("notes", ""),
    )


def _json(file: str, key: str, text: str) -> dict:
    try:
        value = json.loads(text)
    except ValueError as error:
        raise ValueError(f"{file}: the metadata's {key} must be JSON ({error}); save the checkpoint anew") from error
    if not isinstance(value, dict):
        raise ValueError(f"{file}: the metadata's {key} must be a JSON object, got {text[:40]!r}; save it anew")
    return value


def _lora(file: str, table: dict) -> Lora:
    try:
        lora = Lora(rank=int(table["rank"]), alpha=float(table["alpha"]), targets=tuple(table["targets"]))
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{file}: the metadata's lora needs rank, alpha and targets, got {table}; save it") from error
    if lora.rank < 1:
        raise ValueError(f"{file}: the LoRA's rank must be at least 1, got {lora.rank}; save the checkpoint anew")
    return lora


def check_base(file: Path, header: Header, base: str, config: Mapping[str, Any]) -> None:
    """Raises ValueError when a base model's config is not the one that the checkpoint was trained on."""
    for entry in SIZES:
        wanted, got = header.config[entry], config.get(entry)
        if wanted != got:
            raise ValueError(
                f"{file.name} was trained on {header.base} with {entry} {wanted}, but the base {base} has {got}; "
                f"choose {header.base} as the base"
            )


def check_finite(file: str, name: str, value: Tensor) -> Tensor:
    """The tensor itself. Raises ValueError when it holds NaN or infinite values."""
    if value.is_floating_point() and value.numel():
        low, high = value.aminmax()  # NaN comes through as NaN
        if not (torch.isfinite(low) and torch.isfinite(high)):
            raise ValueError(f"{file}: {name} must be finite, it holds NaN or infinite values; the training diverged")
    return value


def is_new(name: str) -> bool:
    """Whether a weight of the transformer belongs into a `new-layers` checkpoint."""
    return name.split(".")[0] in NEW_LAYERS or name.startswith(WIDENED)


def plain_config(config: Mapping[str, Any]) -> dict[str, Any]:
    """A diffusers config without its private entries."""
    return {name: value for name, value in config.items() if not name.startswith("_")}


def save_checkpoint(
    path: Path,
    transformer: torch.nn.Module,
    base: str,
    *,
    full: bool = False,
    lora: Mapping[str, Tensor] | None = None,
    alpha: float | None = None,
    notes: str = "",
    state: Mapping[str, Tensor] | None = None,
) -> Path:
    """One safetensors file with the trained layers, or (full) every weight; written whole or not at all.

    lora: matrices by `<layer>.lora_A.weight` and `.lora_B.weight`, unmerged in the transformer; alpha: of all of them
    (default: the rank); state: the transformer's weights where they are not its own (averaged, or gathered). Raises
    ValueError for a LoRA beside full weights or of several ranks.
    """
    if full and lora:
        raise ValueError("a full checkpoint has no LoRA beside it; merge it into the weights, or leave full out")
    state = transformer.state_dict() if state is None else state
    header = Header(
        base=base,
        config=plain_config(transformer.config),
        content="full" if full else "new-layers",
        lora=describe(lora, alpha) if lora else None,
        notes=notes,
    )
    kept = {name: value for name, value in state.items() if full or is_new(name)}
    return write_tensors(path, kept | dict(lora or {}), header.metadata())


def describe(lora: Mapping[str, Tensor], alpha: float | None = None) -> Lora:
    """Rank, alpha and layers of a LoRA's matrices. Raises ValueError when ranks differ or halves are missing."""
    halves = {name.removesuffix(".lora_A.weight") for name in lora if name.endswith(".lora_A.weight")}
    others = {name.removesuffix(".lora_B.weight") for name in lora if name.endswith(".lora_B.weight")}
    if halves != others or not halves:
        odd = sorted(halves ^ others)[:1] or ["none at all"]
        raise ValueError(f"a LoRA needs lora_A and lora_B for every layer, one is missing: {odd[0]}")
    ranks = {len(lora[f"{layer}.lora_A.weight"]) for layer in halves}
    if len(ranks) != 1:
        raise ValueError(f"a checkpoint's LoRA must have one rank, got {sorted(ranks)}; merge it into full weights")
    (rank,) = ranks
    return Lora(rank=rank, alpha=float(rank if alpha is None else alpha), targets=tuple(sorted(halves)))


def merge_lora(weight: Tensor, down: Tensor, up: Tensor, scale: float) -> Tensor:
    """W + scale * B A in float32 for a linear layer or a convolution, at the weight's number type."""
    change = up.float().flatten(1) @ down.float().flatten(1)
    return (weight.float() + scale * change.reshape(weight.shape)).to(weight.dtype)


def write_tensors(path: Path, tensors: Mapping[str, Tensor], metadata: Mapping[str, str]) -> Path:
    """A safetensors file, written tensor by tensor: no second copy of the weights is ever in memory.

    Raises ValueError for number types other than float32, float16 and bfloat16.
    """
    table: dict[str, Any] = {"__metadata__": dict(metadata)}
    end = 0
    for name, value in tensors.items():
        if value.dtype not in _CODES:
            raise ValueError(f"{name} is {value.dtype}; a checkpoint holds float32, float16 or bfloat16")
        size = value.numel() * value.element_size()
        table[name] = {"dtype": _CODES[value.dtype], "shape": list(value.shape), "data_offsets": [end, end + size]}
        end += size
    head = json.dumps(table).encode()
    head += b" " * (-len(head) % 8)
    part = path.with_name(path.name + ".part")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with part.open("wb") as stream:
            stream.write(struct.pack("<Q", len(head)) + head)
            for value in tensors.values():
                stream.write(_bytes(value))
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return path


def _bytes(value: Tensor) -> memoryview:
    flat = value.detach().cpu().contiguous().flatten()
    return memoryview(flat.view(torch.uint8).numpy()) if flat.numel() else memoryview(b"")


def lora_pairs(file: TensorFile, header: Header) -> Iterator[tuple[str, Tensor, Tensor, float]]:
    """(layer, A, B, alpha / rank) of every layer of a checkpoint's LoRA. Raises ValueError for a half of one."""
    if header.lora is None:
        return
    for layer in header.lora.targets:
        names = [f"{layer}.lora_{half}.weight" for half in "AB"]
        missing = [name for name in names if name not in file.shapes]
        if missing:
            raise ValueError(f"{file.path.name} lacks {missing[0]} of its LoRA; save the checkpoint anew")
        down, up = (check_finite(file.path.name, name, file.get(name)) for name in names)
        if len(down) != header.lora.rank:
            raise ValueError(
                f"{file.path.name}: {names[0]} must have rank {header.lora.rank} as the metadata says, got {len(down)}"
            )
        yield layer, down, up, header.lora.alpha / header.lora.rank
