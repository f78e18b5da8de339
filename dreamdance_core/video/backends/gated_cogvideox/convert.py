"""Checkpoints made from what training and other tools leave behind, and models laid out as ComfyUI keeps them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ....runtime import Runtime
from .checkpoint import (
    FORMAT,
    Header,
    check_finite,
    describe,
    header_of,
    is_new,
    open_tensors,
    plain_config,
    write_tensors,
)
from .layouts import is_cogvideox, is_cogvideox_vae, read_lora, to_comfyui
from .model import assemble, base_place
from .sources import (
    CLIP_FOLDER,
    Parts,
    Weights,
    clip_network,
    find,
    find_clip,
    find_vae,
    load_clip,
    load_vae,
    read_base,
)

GATES = ("pose_gate.", "reference_gate.")  # small and sensitive: kept as they are
_GATED = "GatedCogVideoXTransformer"


class _Cast(Mapping[str, Tensor]):
    """Tensors by name, each made when it is asked for: brought to a number type, but for the gates; then others."""

    def __init__(
        self, weights: Weights, dtype: torch.dtype | None, names: list[str], others: dict[str, Tensor]
    ) -> None:
        self.weights, self.dtype, self.names, self.others = weights, dtype, [*names, *others], others

    def __getitem__(self, name: str) -> Tensor:
        if name in self.others:
            return self.others[name]
        value = check_finite(self.weights.name, name, self.weights.get(name))
        return value if self.dtype is None or name.startswith(GATES) else value.to(self.dtype)

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a converted checkpoint is to be."""

    base: str = ""  # the base model's name; empty: what the source says
    full: bool = False  # every weight, a checkpoint's LoRA merged
    lora: Path | None = None  # a file of a LoRA to go with the new layers
    alpha: float | None = None  # of the LoRA; None: its file's, else its rank
    dtype: torch.dtype | None = None  # None: the source's
    notes: str = ""


def convert(source: Path, out: Path, run: Runtime, wanted: Wanted) -> Header:
    """Writes a checkpoint from a diffusers folder of the gated transformer, or from another checkpoint; its header.

    Raises ValueError when the new layers alone would not give the source's model back.
    """
    if source.is_dir():
        weights, header = _from_folder(source, wanted.base)
    else:
        weights, header = _from_checkpoint(source, wanted.full, run)
        header = replace(header, base=wanted.base or header.base)
    if not wanted.full and (source.is_dir() or header.content == "full"):
        _check_rest(weights, header, run)
    header = replace(header, content="full" if wanted.full else "new-layers", notes=wanted.notes or header.notes)
    kept = [name for name in weights.names if wanted.full or is_new(name) or ".lora_" in name]
    extra: dict[str, Tensor] = {}
    if wanted.lora is not None:
        if wanted.full or header.lora:
            raise ValueError("a LoRA goes with new layers that have none yet; leave out --full, or convert without it")
        extra, alpha = read_lora(*_tensors_of(wanted.lora))
        header = replace(header, lora=describe(extra, alpha if wanted.alpha is None else wanted.alpha))
    write_tensors(out, _Cast(weights, wanted.dtype, kept, extra), header.metadata())
    return header


def _tensors_of(path: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    file = open_tensors(path)
    return {name: file.get(name) for name in file.shapes}, file.metadata


def _from_folder(folder: Path, base: str) -> tuple[Weights, Header]:
    """A folder that `save_pretrained` wrote: of the transformer, or of a pipeline with one inside."""
    weights = read_base(folder)
    config = weights.config or {}
    if config.get("_class_name") != _GATED:
        raise ValueError(
            f"{folder} holds a {config.get('_class_name')}, not a {_GATED}; a base model needs no conversion, "
            "`dreamdance checkpoint export` brings it into ComfyUI's folders"
        )
    if not base:
        raise ValueError(f"{folder} does not say which base model it was trained on; name it with --base")
    return weights, Header(base=base, config=plain_config(config))


def _from_checkpoint(path: Path, full: bool, run: Runtime) -> tuple[Weights, Header]:
    file = open_tensors(path)
    header = header_of(file)
    if not full:
        return Weights(name=path.name, names=tuple(file.shapes), get=file.get), header
    place = base_place(header, Parts(), run)
    transformer = assemble(file, header, None if header.content == "full" else read_base(place), run)
    state = transformer.state_dict()
    return Weights(name=path.name, names=tuple(state), get=state.__getitem__), replace(header, lora=None)


def _check_rest(mine: Weights, header: Header, run: Runtime) -> None:
    """Raises ValueError when a model's other weights are not its base's: its new layers alone would not be enough."""
    theirs = read_base(base_place(header, Parts(), run))
    shared = [name for name in mine.names if not is_new(name)]
    for done, name in enumerate(shared):
        run.report(done, len(shared))
        value = mine.get(name)
        if name not in theirs.names or not torch.equal(value, theirs.get(name).to(value.dtype)):
            raise ValueError(f"{mine.name}: {name} differs from {header.base}, it was trained too; convert with --full")
    run.report(len(shared), len(shared))


def export(source: Path, models: Path, run: Runtime) -> list[Path]:
    """Writes a model into ComfyUI's models folder, each part one file; the files.

    source: a checkpoint (made full, into `dreamdance`), or a base model's folder (into `diffusion_models`, by the names
    of ComfyUI's own class). The VAE goes into `vae`, CLIP into `clip_vision`.
    """
    if source.is_dir():
        weights = read_base(source)
        name, newer = weights.name, (weights.config or {}).get("patch_size_t") is not None
        clip_width = None
        renamed = {to_comfyui(name): weights.get(name) for name in weights.names}
        written = [write_tensors(models / "diffusion_models" / f"{name}.safetensors", renamed, {"format": "pt"})]
        place: Path | None = source
    else:
        stem = source.name.removesuffix(".safetensors").removesuffix(".dreamdance")
        written = [models / "dreamdance" / f"{stem}.full.dreamdance.safetensors"]
        header = convert(source, written[0], run, Wanted(full=True))
        name, newer = header.base.rsplit("/", 1)[-1], header.config["patch_size_t"] is not None
        clip_width = header.config["clip_embed_dim"]
        place = find(header.base, run)
    vae = load_vae(find_vae((place,), run), run.dtype, newer)
    config = {"config": json.dumps(plain_config(vae.config))}
    written.append(write_tensors(models / "vae" / f"{name}_vae.safetensors", vae.state_dict(), config))
    if clip_width is not None:
        clip = load_clip(find_clip(clip_width, run), run.dtype)
        state = {f"vision_model.{key}": value for key, value in clip_network(clip).state_dict().items()}
        config = {"config": clip.config.to_json_string()}
        written.append(write_tensors(models / "clip_vision" / f"{CLIP_FOLDER}.safetensors", state, config))
    return written


def info(path: Path) -> dict[str, Any]:
    """What a file or folder is, for a person: kind, base, content, sizes. Raises ValueError for a damaged one."""
    if path.is_dir():
        weights = read_base(path)
        kind = (weights.config or {}).get("_class_name", "a CogVideoX transformer")
        return {"kind": f"folder of {kind}", "tensors": len(weights.names), "config": dict(weights.config or {})}
    file = open_tensors(path)
    common = {"tensors": len(file.shapes), "bytes": path.stat().st_size}
    if file.metadata.get("format") != FORMAT:
        kind = "a CogVideoX transformer" if is_cogvideox(file.shapes) else "another model"
        return {"kind": "CogVideoX's autoencoder" if is_cogvideox_vae(file.shapes) else kind} | common
    header = header_of(file)
    for name in file.shapes:
        check_finite(path.name, name, file.get(name))
    shown = {"kind": "DreamDance checkpoint", "base": header.base, "content": header.content}
    if header.lora:
        shown["lora"] = {"rank": header.lora.rank, "alpha": header.lora.alpha, "layers": len(header.lora.targets)}
    if header.notes:
        shown["notes"] = header.notes
    return shown | common | {"config": header.config}
