"""Where and how heavy work runs: handed to every stage, so that core reads no globals and knows no host."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, runtime_checkable

import torch
from torch import Tensor


@runtime_checkable
class Report(Protocol):
    def __call__(self, done: int, total: int, preview: Tensor | None = None) -> None:
        """Takes note of progress; preview is (H,W,3) sRGB in [0,1]. May raise to cancel the run."""


def _silent(done: int, total: int, preview: Tensor | None = None) -> None:
    """The default: nobody is watching."""


def _unheard(text: str) -> None:
    """The default: nobody is listening."""


@contextmanager
def _move_for_a_while(module: torch.nn.Module, device: torch.device) -> Iterator[torch.nn.Module]:
    # Weights are only copied: what lies on the host (in a mapped file, perhaps) stays there and is taken up again.
    places = [place for owner in module.modules() for place in (owner._parameters, owner._buffers)]
    homes = [(place, name, held, held.data) for place in places for name, held in place.items() if held is not None]
    try:
        module.to(device)
        yield module
    finally:
        for place, name, held, home in homes:  # `to` changes a tensor's data, or puts another one in its place
            held.data = home
            place[name] = held


@contextmanager
def heard(parts: Iterable[torch.nn.Module], tell: Callable[[], None]) -> Iterator[None]:
    """Within a `with` block tell is called before each of the parts works: one pass of a network may take minutes."""
    handles = [part.register_forward_pre_hook(lambda *_: tell()) for part in parts]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


@dataclass(frozen=True, kw_only=True)
class Runtime:
    """Device, number type, progress, residency and weight folders of one run."""

    device: torch.device = field(default_factory=lambda: torch.device("cpu"))
    dtype: torch.dtype = torch.float32  # of networks; geometry is always float32
    report: Report = _silent  # called at least once a second during long work
    note: Callable[[str], None] = _unheard  # a line for the user, before long work rather than after it
    weight_folders: tuple[Path, ...] = ()  # searched in order, before package wheels
    download: bool = False  # True only when the user asked for it
    # How a module comes to the device and leaves again; the host's memory manager replaces it.
    move: Callable[[torch.nn.Module, torch.device], AbstractContextManager[torch.nn.Module]] = _move_for_a_while

    def resident(self, module: torch.nn.Module) -> AbstractContextManager[torch.nn.Module]:
        """The module on self.device for the length of a `with` block.

        A module with an attribute `streaming` brings its own weights: `streaming.resident(run)` moves what must stay.
        """
        streaming = module.__dict__.get("streaming")
        return self.move(module, self.device) if streaming is None else streaming.resident(self)

    def generator(self, seed: int) -> torch.Generator:
        """A seeded CPU generator: the same numbers on every device."""
        return torch.Generator().manual_seed(seed)
