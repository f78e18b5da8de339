"""Where a gated model's parts lie on this machine and how they are read: folders of diffusers, or single files."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from ....runtime import Runtime
from .checkpoint import TensorFile, open_tensors
from .layouts import clip_name, is_cogvideox, is_cogvideox_vae, to_diffusers

CLIP_FOLDER = "clip-vit-large-patch14"
VAE_CONFIG = {  # of the published CogVideoX-5B autoencoders
    "block_out_channels": (128, 256, 256, 512),
    "layers_per_block": 3,
    "latent_channels": 16,
    "scaling_factor": 0.7,
}


@dataclass(frozen=True, kw_only=True)
class Parts:
    """Where the parts of a base model are; None = looked for in the run's weight folders."""

    base: Path | None = None  # a diffusers folder, its transformer folder, or a single file of the transformer
    vae: Path | None = None  # a folder or a single file
    clip: Path | None = None  # a folder or a single file


@dataclass(frozen=True, kw_only=True)
class Weights:
    """A network's tensors by diffusers' names, mapped when asked for, and its config where the source has one."""

    name: str
    names: tuple[str, ...]
    get: Callable[[str], Tensor]
    config: Mapping[str, Any] | None = None


def find(name: str, run: Runtime, suffixes: tuple[str, ...] = ()) -> Path | None:
    """A folder, or a file with one of the suffixes, of that name below the run's weight folders.

    Of a published name (`zai-org/CogVideoX-5b-I2V`) the last part counts.
    """
    last = name.rsplit("/", 1)[-1]
    for folder in run.weight_folders:
        for path in (folder / last, *(folder / (last + suffix) for suffix in suffixes)):
            if path.is_dir() if path.suffix not in suffixes else path.is_file():
                return path
    return None


def not_found(what: str, run: Runtime, fix: str) -> FileNotFoundError:
    """The error of a missing part, with the folders that were searched."""
    looked = ", ".join(str(folder) for folder in run.weight_folders) or "no weight folder is set"
    return FileNotFoundError(f"{what} was not found (looked in: {looked}); {fix}")


def _files(run: Runtime) -> Iterator[TensorFile]:
    """Every readable safetensors file in the run's weight folders; a damaged one of another model is passed over."""
    for folder in run.weight_folders:
        for path in sorted(folder.glob("*.safetensors")) if folder.is_dir() else ():
            with suppress(ValueError):
                yield open_tensors(path)


def find_vae(bases: Iterable[Path | None], run: Runtime) -> Path:
    """The autoencoder in or beside the first of the base's folders that has one, else the first single file of one."""
    for base in bases:
        for folder in () if base is None else (base, base.parent):
            if (folder / "vae").is_dir():
                return folder / "vae"
    for file in _files(run):
        if is_cogvideox_vae(file.shapes):
            return file.path
    raise not_found(
        "CogVideoX's autoencoder (a folder `vae` beside the base's transformer, or a single file)",
        run,
        "copy the published model's vae there",
    )


def find_clip(width: int, run: Runtime) -> Path:
    """The image encoder of this width: the published folder, else the first single file that holds one."""
    folder = find(CLIP_FOLDER, run)
    if folder is not None:
        return folder
    for file in _files(run):
        shapes = {clip_name(name): shape for name, shape in file.shapes.items()}
        if shapes.get("embeddings.class_embedding") == (width,):
            return file.path
    raise not_found(
        f"the image encoder {CLIP_FOLDER} (a folder, or a single file of width {width})",
        run,
        "copy the published CLIP ViT-L/14 there",
    )


def read_base(path: Path) -> Weights:
    """The transformer of a base model: a diffusers folder (sharded or not), or a single file in either layout.

    Raises FileNotFoundError and ValueError, naming the file.
    """
    if path.is_dir():
        inner = path / "transformer"
        return _read_folder(inner if inner.is_dir() else path)
    if path.suffix == ".gguf":
        return _read_gguf(path)
    file = open_tensors(path)
    if not is_cogvideox(file.shapes):
        raise ValueError(f"{path.name} does not hold CogVideoX's transformer; choose its folder or its single file")
    theirs = {to_diffusers(name): name for name in file.shapes}
    return Weights(name=path.name, names=tuple(theirs), get=lambda name: file.get(theirs[name]))


def _read_folder(folder: Path) -> Weights:
    config_file = folder / "config.json"
    if not config_file.is_file():
        raise FileNotFoundError(f"{folder} has no config.json; choose a diffusers folder, whole, or a single file")
    shards = _shards(folder)
    where = {name: file for file in shards for name in file.shapes}
    return Weights(
        name=folder.parent.name if folder.name == "transformer" else folder.name,
        names=tuple(where),
        get=lambda name: where[name].get(name),
        config=json.loads(config_file.read_text()),
    )


def _shards(folder: Path) -> list[TensorFile]:
    """The safetensors of a saved network: those that its index names, else all (of variants, the plain one)."""
    indexes = sorted(folder.glob("*.safetensors.index.json"), key=lambda path: len(path.name))
    if indexes:
        names = sorted(set(json.loads(indexes[0].read_text())["weight_map"].values()))
        return [open_tensors(folder / name) for name in names]
    whole = sorted(folder.glob("*.safetensors"), key=lambda path: len(path.name))
    if not whole:
        raise FileNotFoundError(f"{folder} holds no *.safetensors; copy the published model there whole")
    return [open_tensors(whole[0])]


def _read_gguf(path: Path) -> Weights:
    try:
        from diffusers.models.model_loading_utils import load_gguf_checkpoint
        from diffusers.quantizers.gguf.utils import GGUFParameter, dequantize_gguf_tensor

        state = load_gguf_checkpoint(path)
    except ImportError as missing:
        raise ImportError(
            f"{path.name} needs the gguf package: pip install gguf (the extra dreamdance[gguf])"
        ) from missing
    theirs = {to_diffusers(name): name for name in state}
    if not is_cogvideox(state):
        raise ValueError(f"{path.name} does not hold CogVideoX's transformer; choose its folder or its single file")

    def get(name: str) -> Tensor:
        value = state[theirs[name]]
        return dequantize_gguf_tensor(value).as_subclass(Tensor) if isinstance(value, GGUFParameter) else value

    return Weights(name=path.name, names=tuple(theirs), get=get)


def _assign(module: nn.Module, weights: Mapping[str, Tensor], dtype: torch.dtype, file: str) -> nn.Module:
    """The module, built on no device, with these weights as they lie (converted where their number type differs)."""
    state = {name: value.to(dtype) if value.is_floating_point() else value for name, value in weights.items()}
    own = module.state_dict()
    for name, value in own.items():
        if name not in state or state[name].shape != value.shape:
            got = tuple(state[name].shape) if name in state else "nothing"
            raise ValueError(f"{file}: {name} must be {tuple(value.shape)}, got {got}; copy the published model anew")
    module.load_state_dict({name: state[name] for name in own}, strict=True, assign=True)
    return module.requires_grad_(False).eval()


def load_vae(path: Path, dtype: torch.dtype, newer: bool) -> nn.Module:
    """CogVideoX's autoencoder from a diffusers folder or a single file; newer: of CogVideoX 1.5."""
    from diffusers import AutoencoderKLCogVideoX

    if path.is_dir():
        found = _read_folder(path)
    else:
        file = open_tensors(path)
        if not is_cogvideox_vae(file.shapes):
            raise ValueError(f"{path.name} is not CogVideoX's autoencoder; choose the one published with the base")
        config = json.loads(file.metadata["config"]) if "config" in file.metadata else VAE_CONFIG
        config = config | {"invert_scale_latents": newer}
        found = Weights(name=path.name, names=tuple(file.shapes), get=file.get, config=config)
    with torch.device("meta"):
        vae = AutoencoderKLCogVideoX.from_config(dict(found.config))
    return _assign(vae, {name: found.get(name) for name in found.names}, dtype, found.name)


def load_clip(path: Path, dtype: torch.dtype) -> nn.Module:
    """A CLIP vision model from a transformers folder or a single file."""
    from transformers import CLIPVisionConfig, CLIPVisionModel

    if path.is_dir():
        return CLIPVisionModel.from_pretrained(path, torch_dtype=dtype, local_files_only=True).eval()
    file = open_tensors(path)
    theirs = {clip_name(name): name for name in file.shapes}
    if "embeddings.class_embedding" not in theirs:
        raise ValueError(f"{path.name} is not a CLIP vision model; choose CLIP ViT-L/14")
    if "config" in file.metadata:
        config = CLIPVisionConfig(**json.loads(file.metadata["config"]))
    else:
        config = _clip_config({ours: file.shapes[name] for ours, name in theirs.items()})
    with torch.device("meta"):
        clip = CLIPVisionModel(config)
    positions = torch.arange(file.shapes[theirs["embeddings.position_embedding.weight"]][0])[None]
    network = clip_network(clip)
    network.embeddings.position_ids = positions  # a buffer that no file holds
    _assign(network, {ours: file.get(name) for ours, name in theirs.items()}, dtype, path.name)
    return clip.requires_grad_(False).eval()


def clip_network(clip: nn.Module) -> nn.Module:
    """The network of a CLIP vision model, which transformers 4 wraps once more."""
    return getattr(clip, "vision_model", clip)


def _clip_config(shapes: Mapping[str, tuple[int, ...]]) -> Any:
    """The config of the published CLIP models, read off their shapes: heads of 64, GELU but in OpenAI's own."""
    from transformers import CLIPVisionConfig

    width, _, patch, _ = shapes["embeddings.patch_embedding.weight"]
    side = round((shapes["embeddings.position_embedding.weight"][0] - 1) ** 0.5)
    numbers = (re.match(r"encoder\.layers\.(\d+)\.", name) for name in shapes)
    return CLIPVisionConfig(
        hidden_size=width,
        intermediate_size=shapes["encoder.layers.0.mlp.fc1.weight"][0],
        num_hidden_layers=1 + max(int(found[1]) for found in numbers if found),
        num_attention_heads=width // 64,
        image_size=side * patch,
        patch_size=patch,
        hidden_act="quick_gelu" if width <= 1024 else "gelu",
    )
