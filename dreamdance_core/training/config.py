"""What a training run is told, read from a TOML or JSON file, with the paper's values where it gives them.

Paper (DreamDance): learning rate 1e-4, 60,000 steps, dropout of pose and character 0.1 each. CogVideoX's fine-tuning
scripts: betas .9/.95, weight decay 1e-3, gradient clip 1, noise on the image condition exp(N(-3, .5)).
"""

from __future__ import annotations

import dataclasses
import difflib
import json
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from .degrade.recipe import Recipe


@dataclass(frozen=True, kw_only=True)
class DataConfig:
    """Where the clips are and how they come."""

    folder: tuple[Path, ...]  # of shards
    held_out: int | Path = 4  # clips that are never trained on: so many of the last ones, or a folder of shards
    still_share: float = 0.0  # share of samples that are stylised stills (facts["still"])
    encode: Literal["online", "stored"] = "online"  # latents are made while training, or lie in the shards
    workers: int = 2  # processes that prepare samples ahead; 0 = none


@dataclass(frozen=True, kw_only=True)
class ModelConfig:
    """What is trained."""

    base: Path  # folder of a diffusers pipeline (transformer/ and vae/), or a name in the weight folders
    clip: Path | None = None  # folder of a CLIP vision model; None = clip-vit-large-patch14 in the weight folders
    train: Literal["full", "lora"] = "lora"
    rank: int = 64
    alpha: float = 64.0
    gates: Literal["learned", "open"] = "learned"  # open: tanh(gate) is 1 and stays so, pose and character are added
    start: Path | None = None  # a DreamDance checkpoint to go on from


@dataclass(frozen=True, kw_only=True)
class TrainingConfig:
    """How it is trained."""

    steps: int = 60_000
    batch: int = 1  # clips per step, over all processes together
    accumulate: int = 1  # parts of a process's share of the batch that go through the network one after the other
    lr: float = 1e-4
    warmup: int = 500  # steps over which the learning rate rises from 0
    precision: Literal["no", "bf16", "fp16"] = "no"
    gradient_checkpointing: bool = False
    optimizer: Literal["adamw", "adamw8bit"] = "adamw"
    betas: tuple[float, ...] = (0.9, 0.95)
    weight_decay: float = 1e-3
    clip_norm: float = 1.0
    ema: float = 0.0  # decay of the averaged weights; 0 = none
    seed: int = 0
    save_every: int = 500
    keep: int = 2  # states for going on; checkpoints are all kept
    stop_after: float = 0.0  # seconds of one run, after which it saves and leaves; 0 = never


@dataclass(frozen=True, kw_only=True)
class ObjectiveConfig:
    """What the loss asks for."""

    pose_dropout: float = 0.1
    reference_dropout: float = 0.1
    character_weight: float = 5.0
    weight_steps: int = 20_000  # until the character weighs as much as the rest
    fill_full_steps: int = 10_000  # as long as the box about the character is always black
    fill_end_steps: int = 30_000  # from when on it is only with fill_floor
    fill_floor: float = 0.1
    image_noise: tuple[float, ...] = (
        -3.0,
        0.5,
    )  # mean and deviation of log sigma on the background's latents; () = none
    recipe: Recipe = field(default_factory=Recipe)


@dataclass(frozen=True, kw_only=True)
class ValidationConfig:
    """Videos of held-out clips."""

    every: int = 0  # steps; 0 = never
    clips: int = 2
    steps: int = 20  # of sampling
    guidance: float = 3.5


@dataclass(frozen=True, kw_only=True)
class LogConfig:
    """Who is told besides losses.csv."""

    trackers: tuple[str, ...] = ("tensorboard",)  # names that accelerate knows


@dataclass(frozen=True, kw_only=True)
class TrainConfig:
    """The whole of it."""

    data: DataConfig
    model: ModelConfig
    training: TrainingConfig = field(default_factory=TrainingConfig)
    objective: ObjectiveConfig = field(default_factory=ObjectiveConfig)
    validation: ValidationConfig = field(default_factory=ValidationConfig)
    log: LogConfig = field(default_factory=LogConfig)


def read_config(path: Path) -> TrainConfig:
    """The settings in a .toml or .json file; its relative paths start at its folder.

    Raises FileNotFoundError, ValueError that names the section and the key which is unknown, missing or out of range.
    """
    if not path.is_file():
        raise FileNotFoundError(f"there is no file {path}; give a .toml or .json file of settings")
    text = path.read_text("utf-8")
    try:
        table = json.loads(text) if path.suffix == ".json" else _toml()(text)
    except ValueError as error:
        raise ValueError(f"{path.name} is not a valid {path.suffix or 'TOML'} file: {error}") from error
    return config_from(table, path.resolve().parent, path.name)


def _toml() -> Any:
    try:
        import tomllib
    except ImportError:  # Python 3.10
        try:
            import tomli as tomllib
        except ImportError as missing:
            raise ImportError(
                "reading .toml needs Python 3.11 or `pip install tomli`; a .json file of the same settings works too"
            ) from missing
    return tomllib.loads


def config_from(table: Mapping[str, Any], folder: Path, name: str = "config") -> TrainConfig:
    """The settings in a table of sections; relative paths start at the folder. Raises as `read_config` does."""
    config = _section(TrainConfig, table, folder, name)
    _check(config, name)
    return config


def as_table(config: Any) -> Any:
    """The settings as plain JSON values."""
    if dataclasses.is_dataclass(config):
        return {entry.name: as_table(getattr(config, entry.name)) for entry in dataclasses.fields(config)}
    if isinstance(config, tuple):
        return [as_table(value) for value in config]
    return str(config) if isinstance(config, Path) else config


def _section(kind: type, table: Any, folder: Path, where: str) -> Any:
    if not isinstance(table, Mapping):
        raise ValueError(f"{where} must be a section of settings, got {table!r}")
    types = typing.get_type_hints(kind)
    for key in table:
        if key not in types:
            near = difflib.get_close_matches(key, types, 1, 0.4)
            meant = f"did you mean {near[0]}?" if near else f"it knows {', '.join(types)}"
            raise ValueError(f"{where}: there is no setting {key}; {meant}")
    for entry in dataclasses.fields(kind):
        required = entry.default is dataclasses.MISSING and entry.default_factory is dataclasses.MISSING
        if required and entry.name not in table:
            raise ValueError(f"{where} lacks {entry.name}; add it")
    return kind(**{key: _value(types[key], value, folder, f"{where}: {key}") for key, value in table.items()})


def _value(kind: Any, value: Any, folder: Path, where: str) -> Any:
    if dataclasses.is_dataclass(kind):
        return _section(kind, value, folder, where)
    choices = typing.get_args(kind)
    if typing.get_origin(kind) is Literal:
        if value not in choices:
            raise ValueError(f"{where} must be one of {', '.join(map(str, choices))}, got {value!r}")
        return value
    if typing.get_origin(kind) is tuple:
        values = value if isinstance(value, list | tuple) else [value]
        return tuple(_value(choices[0], one, folder, where) for one in values)
    kinds = choices or (kind,)
    if Path in kinds and isinstance(value, str):
        return _place(value, folder)
    if float in kinds and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, bool) and bool not in kinds or not isinstance(value, kinds):
        names = " or ".join("text" if one in (str, Path) else one.__name__ for one in kinds if one is not type(None))
        raise ValueError(f"{where} must be {names}, got {value!r}")
    return value


def _place(text: str, folder: Path) -> Path:
    """A path from the config's folder; a name that does not lie there stays a name, for the weight folders."""
    path = Path(text).expanduser()
    return folder / path if (folder / path).exists() or len(path.parts) != 1 else path


_ABOVE_ZERO = {
    "training": ("steps", "batch", "accumulate", "lr", "clip_norm", "save_every", "keep"),
    "model": ("rank", "alpha"),
    "objective": ("character_weight",),
    "validation": ("clips", "steps"),
}
_NOT_BELOW_ZERO = {
    "data": ("workers",),
    "training": ("warmup", "weight_decay", "stop_after", "seed"),
    "objective": ("weight_steps", "fill_full_steps", "fill_end_steps"),
    "validation": ("every",),
}
_SHARES = {
    "data": ("still_share",),
    "training": ("ema",),
    "objective": ("pose_dropout", "reference_dropout", "fill_floor"),
}
_RANGES = (
    (_ABOVE_ZERO, "above 0", lambda value: value > 0),
    (_NOT_BELOW_ZERO, "0 or more", lambda value: value >= 0),
    (_SHARES, "from 0 to 1", lambda value: 0 <= value <= 1),
)


def _check(config: TrainConfig, name: str) -> None:
    for table, rule, holds in _RANGES:
        for section, keys in table.items():
            for key in keys:
                value = getattr(getattr(config, section), key)
                if not holds(value):
                    raise ValueError(f"{name}: {section}: {key} must be {rule}, got {value}")
    objective, training = config.objective, config.training
    for key, value in vars(objective.recipe).items():
        if not 0 <= value <= 1:
            raise ValueError(f"{name}: objective: recipe: {key} must be from 0 to 1, got {value}")
    if objective.fill_end_steps < objective.fill_full_steps:
        raise ValueError(
            f"{name}: objective: fill_end_steps must not be below fill_full_steps, got {objective.fill_end_steps} and "
            f"{objective.fill_full_steps}"
        )
    for section, key in ((training, "betas"), (objective, "image_noise")):
        if len(getattr(section, key)) not in ((2,) if key == "betas" else (0, 2)):
            raise ValueError(f"{name}: {key} must be two numbers, got {list(getattr(section, key))}")
    if isinstance(config.data.held_out, int) and config.data.held_out < 0:
        raise ValueError(f"{name}: data: held_out must be 0 or more clips or a folder, got {config.data.held_out}")
