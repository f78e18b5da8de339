"""The samples of every step in their order, prepared ahead by worker processes."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import load
from torch.utils.data import DataLoader

from .config import TrainConfig
from .draws import chance, clip_at, fill_probability, keyed_seed
from .encode import Encoded, from_stored, variants
from .example import Example, boxed, make_example
from .records import TrainingClip
from .shards import Dataset

STORED = "latents.safetensors"


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A clip for one place of a step's batch: in pixels, or (stored) already in latents."""

    step: int
    index: int
    clip: str  # its name
    content: Example | Encoded


class Clips:
    """The clips of one or more folders of shards, those held out kept apart."""

    def __init__(self, config: TrainConfig, report: Callable[[int, int], None] = lambda done, total: None) -> None:
        """Reads what is known about every clip, not its pictures.

        Raises ValueError when nothing is left to train on, when stills are wanted and there are none, and for a clip
        that lies in two folders.
        """
        self.parts = [Dataset(folder) for folder in config.data.folder]
        places = [(part, index) for part, data in enumerate(self.parts) for index in range(len(data))]
        names = [self.name(place) for place in places]
        if len(set(names)) < len(names):
            twice = next(name for name in names if names.count(name) > 1)
            raise ValueError(f"the clip {twice} lies in two of the folders; name each folder once")
        still = {}
        for done, place in enumerate(places):
            report(done, len(places))
            still[place] = bool(self.parts[place[0]].facts(place[1]).get("still", False))
        self.held_out, kept = self._apart(config.data.held_out, places, still)
        self.moving = [place for place in kept if not still[place]]
        self.still = [place for place in kept if still[place]]
        if not kept:
            raise ValueError(
                f"no clip is left to train on: {len(places)} in all, {len(self.held_out)} held out; hold out fewer"
            )
        if config.data.still_share > 0 and not self.still:
            raise ValueError(
                f"data: still_share is {config.data.still_share}, but no clip is a stylised still; set it to 0 or make "
                "some"
            )

    def _apart(self, held_out: int | Path, places: list, still: dict) -> tuple[list[TrainingClip], list]:
        """(clips held out, places that are trained on)."""
        if isinstance(held_out, int):
            moving = [place for place in places if not still[place]]
            out = moving[len(moving) - min(held_out, len(moving)) :]
            return [self[place] for place in out], [place for place in places if place not in set(out)]
        others = Dataset(held_out)
        taken = set(others.names)
        return [others[i] for i in range(len(others))], [p for p in places if self.name(p) not in taken]

    def name(self, place: tuple[int, int]) -> str:
        return self.parts[place[0]].names[place[1]]

    def __getitem__(self, place: tuple[int, int]) -> TrainingClip:
        return self.parts[place[0]][place[1]]


class Samples(torch.utils.data.Dataset):
    """The sample of every number: step * batch + place in the batch. It is the same whoever asks for it, and when."""

    def __init__(self, clips: Clips, config: TrainConfig) -> None:
        self.clips, self.config = clips, config

    def __len__(self) -> int:
        return self.config.training.steps * self.config.training.batch

    def place(self, number: int) -> tuple[int, int]:
        """Which clip it takes."""
        moving, still = self.clips.moving, self.clips.still
        share, seed = self.config.data.still_share, self.config.training.seed
        if moving and share == 0:
            still = []
        is_still, at = clip_at(number, len(moving), len(still), share, seed)
        return (still if is_still else moving)[at]

    def __getitem__(self, number: int) -> Sample:
        step, index = divmod(number, self.config.training.batch)
        seed, objective = self.config.training.seed, self.config.objective
        place = self.place(number)
        filled = chance(fill_probability(step, objective), "box", seed, step, index)
        if self.config.data.encode == "stored":
            content = self._stored(place, filled, step, index)
        else:
            clip = self.clips[place]
            content = make_example(clip, keyed_seed("damage", seed, step, index, clip.name), objective.recipe)
            content = boxed(content) if filled else content
        return Sample(step=step, index=index, clip=self.clips.name(place), content=content)

    def _stored(self, place: tuple[int, int], filled: bool, step: int, index: int) -> Encoded:
        data, name = self.clips.parts[place[0]], self.clips.name(place)
        if STORED not in data.endings(place[1]):
            raise ValueError(f"the clip {name} has no stored latents; make them, or set data.encode to online")
        tensors = load(data.read(place[1], STORED))
        count = variants(tensors)
        if count == 0:
            raise ValueError(f"the stored latents of {name} have no damaged background; make them anew")
        seed = keyed_seed("variant", self.config.training.seed, step, index)
        return from_stored(tensors, seed % count, filled)


def shares(step: int, config: TrainConfig, process: int, processes: int) -> list[list[int]]:
    """The sample numbers of a step that a process takes, in the parts that go through the network together.

    Raises ValueError when the batch cannot be divided so.
    """
    batch, accumulate = config.training.batch, config.training.accumulate
    if batch % (processes * accumulate):
        raise ValueError(
            f"training: batch {batch} must be a multiple of {processes} processes times accumulate {accumulate}; "
            f"{processes * accumulate * max(1, round(batch / processes / accumulate))} would do"
        )
    size = batch // processes // accumulate
    first = step * batch + process * (batch // processes)
    return [list(range(first + part * size, first + (part + 1) * size)) for part in range(accumulate)]


def upcoming(samples: Samples, begin: int, process: int, processes: int) -> Iterator[list[Sample]]:
    """Every part of every step from `begin` on, prepared ahead by the config's workers."""
    config = samples.config
    parts = [
        numbers for step in range(begin, config.training.steps) for numbers in shares(step, config, process, processes)
    ]
    workers = config.data.workers
    ahead = {"prefetch_factor": 2, "worker_init_fn": _worker} if workers else {}
    return iter(
        DataLoader(
            samples, batch_sampler=parts, num_workers=workers, collate_fn=list, generator=torch.Generator(), **ahead
        )
    )


def _worker(_: int) -> None:
    """A worker leaves when the loader says so: the run's own answers to signals are not its."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
