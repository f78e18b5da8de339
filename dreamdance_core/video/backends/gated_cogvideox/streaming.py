"""Blocks of a network that visit the device while it works: one computes while the next one is on its way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from ....runtime import Runtime

_ALIGN = 64  # bytes, of a tensor's place in the staging memory


class Rest(nn.Module):
    """The children of a network that stay on the device for as long as it works."""

    def __init__(self, module: nn.Module, streamed: nn.Module) -> None:
        super().__init__()
        for name, child in module.named_children():
            if child is not streamed:
                self.add_module(name, child)


class Streaming:
    """How a network's blocks come and go; `Runtime.resident` finds it on the network.

    Weights stay where they were loaded (a mapped file, for instance) and are only ever copied to the device. At most
    two units are there at a time; on the way out, finished or not, everything is as before.
    """

    def __init__(self, module: nn.Module, blocks: nn.ModuleList, *, leaves: bool = False) -> None:
        """leaves: every layer by itself, the least memory; else block by block, the next one ahead of time."""
        self.module = module
        self.rest = Rest(module, blocks)
        self.units = [u for u in blocks.modules() if next(u.parameters(recurse=False), None) is not None]
        self.units = self.units if leaves else list(blocks)
        self.ahead = not leaves  # layers are not called in the order in which they are defined

    def largest(self) -> int:
        """Bytes of the largest unit."""
        return max(sum(p.nbytes for p in unit.parameters()) for unit in self.units)

    def on_device(self) -> int:
        """Bytes of weights on the device while the network works."""
        return sum(p.nbytes for p in self.rest.parameters()) + self.largest() * (2 if self.ahead else 1)

    @contextmanager
    def resident(self, run: Runtime) -> Iterator[nn.Module]:
        """The network ready to work on run.device for the length of a `with` block."""
        with run.move(self.rest, run.device):
            visit = _Visit(self.units, run.device, self.ahead)
            try:
                yield self.module
            finally:
                visit.end()


class _Visit:
    """One stay: hooks on every unit, and where their weights are at home."""

    def __init__(self, units: list[nn.Module], device: torch.device, ahead: bool) -> None:
        self.device = device
        self.homes = [[(p, p.data) for p in unit.parameters()] for unit in units]
        self.here: dict[int, tuple[list[Tensor], torch.cuda.Event | None]] = {}
        self.ahead = ahead
        self.lane = _Lane(device, self.homes) if device.type == "cuda" else None
        self.done: dict[int, torch.cuda.Event] = {}
        self.handles = []
        for index, unit in enumerate(units):
            before = lambda _unit, _inputs, index=index: self._before(index)  # noqa: E731
            after = lambda _unit, _inputs, _output, index=index: self._after(index)  # noqa: E731
            self.handles += [unit.register_forward_pre_hook(before), unit.register_forward_hook(after)]

    def _fetch(self, index: int) -> None:
        if index in self.here:
            return
        if self.lane is None:
            self.here[index] = [home.to(self.device, copy=True) for _, home in self.homes[index]], None
        else:
            self.here[index] = self.lane.fetch(index)

    def _before(self, index: int) -> None:
        self._fetch(index)
        copies, arrived = self.here[index]
        if arrived is not None:
            torch.cuda.current_stream(self.device).wait_event(arrived)
        for (parameter, _), copy in zip(self.homes[index], copies, strict=True):
            parameter.data = copy

    def _after(self, index: int) -> None:
        for parameter, home in self.homes[index]:
            parameter.data = home
        copies, _ = self.here.pop(index)
        if self.lane is not None:
            stream = torch.cuda.current_stream(self.device)
            for copy in copies:
                copy.record_stream(stream)
            self.done[index] = stream.record_event()
        if self.ahead and len(self.homes) > 1:
            # While this block still computes the next one is staged: after the last comes the next pass's first.
            if (earlier := self.done.pop((index - 1) % len(self.homes), None)) is not None:
                earlier.synchronize()  # its memory is free then: never more than two blocks
            del copies
            self._fetch((index + 1) % len(self.homes))

    def end(self) -> None:
        for handle in self.handles:
            handle.remove()
        for unit in self.homes:
            for parameter, home in unit:
                parameter.data = home
        self.here.clear()


class _Lane:
    """Copies to a CUDA device beside its computation, through two pinned buffers of one unit's size."""

    def __init__(self, device: torch.device, homes: list[list[tuple[nn.Parameter, Tensor]]]) -> None:
        self.device, self.homes = device, homes
        self.stream = torch.cuda.Stream(device)
        size = max(sum(-(-home.nbytes // _ALIGN) * _ALIGN for _, home in unit) for unit in homes)
        self.pinned = [torch.empty(size, dtype=torch.uint8, pin_memory=True) for _ in range(2)]
        self.used: list[torch.cuda.Event | None] = [None, None]
        self.turn = 0

    def fetch(self, index: int) -> tuple[list[Tensor], torch.cuda.Event]:
        """Copies of a unit's weights, and the event of their arrival."""
        self.turn ^= 1
        if (before := self.used[self.turn]) is not None:
            before.synchronize()
        copies, place = [], 0
        with torch.cuda.stream(self.stream):
            for _, home in self.homes[index]:
                raw = self.pinned[self.turn][place : place + home.nbytes]
                staged = raw.view(home.dtype).view(home.shape)
                staged.copy_(home)
                copies.append(staged.to(self.device, non_blocking=True))
                place += -(-home.nbytes // _ALIGN) * _ALIGN
            arrived = self.stream.record_event()
        self.used[self.turn] = arrived
        return copies, arrived
