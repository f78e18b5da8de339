"""Latents of a dataset's clips, made once: training then needs neither the VAE nor the damage, only the transformer.

Beside a shard a/b.tar stands latents/a/b.tar with NAME.latents.safetensors of the same clips, float16: `video`,
`reference`, `clip`, `pose`, `mask`, `weights` as in `Encoded`, and for each damaged variant k `background.k` and
`background.k.boxed`, the box about the character black. Its metadata says what they were made with.
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

import torch
from safetensors.torch import save
from torch import Tensor, nn

from ..runtime import Runtime
from .config import ObjectiveConfig
from .degrade.recipe import Recipe
from .draws import keyed_seed
from .encode import encode_background, encode_example
from .example import boxed, make_example
from .records import TrainingClip
from .shards import Dataset, shard_writer

ENDING = "latents.safetensors"
FOLDER = "latents"  # within the dataset's


@dataclass(frozen=True, kw_only=True)
class Maker:
    """The networks that make latents, and what they are asked for."""

    vae: nn.Module
    clip: nn.Module
    base: str  # name of the base model, for people
    recipe: Recipe = field(default_factory=Recipe)
    variants: int = 2  # damaged backgrounds of a clip
    seed: int = 0

    def __post_init__(self) -> None:
        if self.variants < 1:
            raise ValueError(f"a clip needs at least 1 damaged variant to train on, got {self.variants}")

    def header(self) -> dict[str, str]:
        """What latents say about themselves."""
        return networks_of(self.vae, self.clip) | {
            "base": self.base,
            "recipe": json.dumps(asdict(self.recipe), sort_keys=True),
            "variants": str(self.variants),
            "seed": str(self.seed),
        }


@dataclass(frozen=True, kw_only=True)
class Stored:
    """What a run did."""

    written: list[Path] = field(default_factory=list)
    kept: list[Path] = field(default_factory=list)  # finished before, with the same networks and settings
    clips: int = 0


def damage_seed(seed: int, name: str, variant: int) -> int:
    """The seed of a clip's stored variant of damage."""
    return keyed_seed("stored damage", seed, name, variant)


def digest(module: nn.Module) -> str:
    """Sixteen letters for a network's weights, the same at every number type that holds its bfloat16 form."""
    sums = hashlib.blake2b(digest_size=8)
    for name, value in sorted(module.state_dict().items()):
        sums.update(f"{name}{tuple(value.shape)}".encode())
        sums.update(value.detach().cpu().to(torch.bfloat16).contiguous().view(torch.uint8).numpy().data)
    return sums.hexdigest()


def networks_of(vae: nn.Module, clip: nn.Module) -> dict[str, str]:
    """Digests of what makes latents; the VAE's with its scaling."""
    scaling = f"{vae.config.scaling_factor}, {vae.config.invert_scale_latents}"
    return {"vae": digest(vae), "scaling": scaling, "image encoder": digest(clip)}


def shards_of(dataset: Dataset) -> dict[Path, list[int]]:
    """Places in `names` of the clips of every shard."""
    found: dict[Path, list[int]] = {}
    for index in range(len(dataset)):
        found.setdefault(dataset.shard(index), []).append(index)
    return found


def latents_of(clip: TrainingClip, maker: Maker, run: Runtime) -> dict[str, Tensor]:
    """All stored tensors of a clip, float16 on the CPU. Raises ValueError for latents beyond float16's range."""
    out: dict[str, Tensor] = {}
    for variant in range(maker.variants):
        example = make_example(clip, damage_seed(maker.seed, clip.name, variant), maker.recipe)
        if variant == 0:
            encoded = vars(encode_example(example, maker.vae, maker.clip, run))
            out |= {name: value for name, value in encoded.items() if name != "background"}
            out["background.0"] = encoded["background"]
        else:
            out[f"background.{variant}"] = encode_background(example.job.background, maker.vae, run)
        filled = boxed(example).job.background
        out[f"background.{variant}.boxed"] = encode_background(filled, maker.vae, run)
    halves = {name: value.half().contiguous() for name, value in out.items()}
    for name, value in halves.items():
        if not torch.isfinite(value).all():
            raise ValueError(f"{clip.name}: the latents {name} leave float16's range; is this the VAE of the base?")
    return halves


def store_latents(dataset: Dataset, maker: Maker, run: Runtime, *, part: tuple[int, int] = (0, 1)) -> Stored:
    """Writes the latents beside every shard that has none yet.

    part (i, n): every n-th shard from the i-th, so that n machines share the work. Raises ValueError where latents of
    other networks or settings stand: they are never overwritten.
    """
    header, done, clips, plan = maker.header(), Stored(), 0, []
    for shard, places in sorted(shards_of(dataset).items())[part[0] :: part[1]]:
        path = dataset.folder / FOLDER / shard.relative_to(dataset.folder)
        if path.exists():
            held = {index for index in places if ENDING in dataset.endings(index)}
            if len(held) < len(places):
                raise ValueError(f"{path} lacks clips that {shard.name} holds now; delete it and encode again")
            _agree(path, header_of(dataset.read(places[0], ENDING)), header)
            done.kept.append(path)
        else:
            plan.append((path, places))
    total = sum(len(places) for _, places in plan)
    with run.resident(nn.ModuleList([maker.vae, maker.clip])):
        for path, places in plan:
            with shard_writer(path) as writer:
                for index in places:
                    run.report(clips, total)
                    tensors = latents_of(dataset[index], maker, run)
                    writer.add_files(dataset.names[index], {ENDING: _file(tensors, header)})
                    clips += 1
            done.written.append(path)
    run.report(max(total, 1), max(total, 1))
    return Stored(written=done.written, kept=done.kept, clips=clips)


def _file(tensors: Mapping[str, Tensor], header: Mapping[str, str]) -> bytes:
    """A safetensors file; the library writes its metadata in another order each time, and equal runs give equal
    bytes."""
    data = save(dict(tensors))
    (length,) = struct.unpack_from("<Q", data)
    table = {"__metadata__": dict(header)} | json.loads(data[8 : 8 + length])
    head = json.dumps(table).encode()
    head += b" " * (-len(head) % 8)
    return struct.pack("<Q", len(head)) + head + data[8 + length :]


def header_of(data: bytes) -> dict[str, str]:
    """The metadata of a safetensors file in memory."""
    (length,) = struct.unpack_from("<Q", data)
    return json.loads(data[8 : 8 + length]).get("__metadata__", {})


def _agree(path: Path, found: Mapping[str, str], wanted: Mapping[str, str]) -> None:
    for name, value in wanted.items():
        if name != "base" and found.get(name) != value:
            raise ValueError(
                f"{path} holds latents of another {name} ({found.get('base', 'an unknown base')}: {found.get(name)}, "
                f"now {wanted.get('base', '')} {value}); delete the folder {FOLDER} to encode anew, or use what it was "
                "made with"
            )


def check_latents(dataset: Dataset, vae: nn.Module, clip: nn.Module, objective: ObjectiveConfig) -> None:
    """Raises ValueError unless all clips have latents that these networks and this recipe made; reads one clip's per
    shard."""
    wanted = networks_of(vae, clip) | {"recipe": json.dumps(asdict(objective.recipe), sort_keys=True)}
    for shard, places in shards_of(dataset).items():
        bare = [dataset.names[index] for index in places if ENDING not in dataset.endings(index)]
        if bare:
            raise ValueError(
                f"{shard.name}: the clip {bare[0]} has no stored latents; run `dreamdance dataset encode`, or set "
                'encode to "online"'
            )
        _agree(dataset.folder / FOLDER / shard.relative_to(dataset.folder),
               header_of(dataset.read(places[0], ENDING)), wanted)  # fmt: skip
