"""The samples of every step in their order, prepared ahead by worker processes."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import load
from torch.utils.data import DataLoader

from ..io.stages import digest
from .config import TrainConfig
from .draws import chance, clip_at, fill_probability, keyed_seed
from .encode import Encoded, from_stored, variants
from .example import Example, boxed, make_example, packed
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
        twice, times = Counter(names).most_common(1)[0]
        if times > 1:
            raise ValueError(f"the clip {twice} lies in two of the folders; name each folder once")
        still, shown = {}, {}
        for done, place in enumerate(places):
            report(done, len(places))
            facts = self.parts[place[0]].facts(place[1])
            still[place] = bool(facts.get("still", False))
            shown[place] = {facts.get("from"), str(facts.get("reference"))} if still[place] else set()
        self._held, kept = self._apart(config.data.held_out, places, still)
        held = {data.names[index] for data, index in self._held}
        kept = [place for place in kept if not shown[place] & held]  # stills of a held-out clip would give it away
        self.moving = [place for place in kept if not still[place]]
        self.still = [place for place in kept if still[place]]
        if not kept:
            raise ValueError(
                f"no clip is left to train on: {len(places)} in all, {len(self._held)} held out; hold out fewer"
            )
        if config.data.still_share > 0 and not self.still:
            raise ValueError(
                f"data: still_share is {config.data.still_share}, but no clip is a stylised still; set it to 0 or make "
                "some"
            )

    def _apart(self, held_out: int | Path, places: list, still: dict) -> tuple[list[tuple[Dataset, int]], list]:
        """(clips held out, places that are trained on)."""
        if isinstance(held_out, int):
            moving = [place for place in places if not still[place]]
            out = moving[len(moving) - min(held_out, len(moving)) :]
            taken = set(out)
            return [(self.parts[part], index) for part, index in out], [p for p in places if p not in taken]
        others = Dataset(held_out)
        names = set(others.names)
        return [(others, index) for index in range(len(others))], [p for p in places if self.name(p) not in names]

    def held_out(self, count: int) -> list[TrainingClip]:
        """The first clips of those that are never trained on."""
        return [data[index] for data, index in self._held[:count]]

    def digests(self) -> dict[str, str]:
        """Fingerprints of the names of the clips that are trained on and of those held out."""
        held = [data.names[index] for data, index in self._held]
        trained = [self.name(place) for place in (*self.moving, *self.still)]
        return {"trained": digest(trained)[:12], "held_out": digest(held)[:12]}

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
            content = packed(boxed(content) if filled else content)
        return Sample(step=step, index=index, clip=self.clips.name(place), content=content)

    def _stored(self, place: tuple[int, int], filled: bool, step: int, index: int) -> Encoded:
        data, name = self.clips.parts[place[0]], self.clips.name(place)
        if STORED not in data.endings(place[1]):
            raise ValueError(f"the clip {name} has no stored latents; make them, or set data.encode to online")
        tensors = load(data.read(place[1], STORED))
        count = variants(list(tensors))
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


@dataclass(frozen=True)
class _Parts:
    """The sample numbers of every part, told one after the other: a long run has millions."""

    config: TrainConfig
    begin: int
    process: int
    processes: int

    def __iter__(self) -> Iterator[list[int]]:
        for step in range(self.begin, self.config.training.steps):
            yield from shares(step, self.config, self.process, self.processes)


def upcoming(samples: Samples, begin: int, process: int, processes: int) -> Iterator[list[Sample]]:
    """Every part of every step from `begin` on, prepared ahead by the config's workers."""
    config = samples.config
    parts = _Parts(config, begin, process, processes)
    workers = config.data.workers
    # A forked worker would hang in the first library whose threads it has not inherited; OpenCV's, for one.
    ahead = {"prefetch_factor": 2, "worker_init_fn": _worker, "multiprocessing_context": "spawn"} if workers else {}
    loader = DataLoader(
        samples, batch_sampler=parts, num_workers=workers, collate_fn=list, generator=torch.Generator(), **ahead
    )
    return iter(loader)


def _worker(_: int) -> None:
    """A worker leaves when the loader says so: the run's own answers to signals are not its."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
