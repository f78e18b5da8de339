"""Progress bars of the command line, one per stage."""

from __future__ import annotations

import sys
from types import TracebackType

from torch import Tensor
from tqdm import tqdm

from .runtime import Report


class Bars:
    """At most one bar at a time, on stderr; a new stage closes the last one."""

    def __init__(self) -> None:
        self.bar: tqdm | None = None

    def __enter__(self) -> Bars:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def _close(self) -> None:
        if self.bar is not None:
            self.bar.close()
            self.bar = None

    def stage(self, title: str) -> Report:
        """A report function whose bar appears with its first call."""
        mine: list[tqdm] = []

        def report(done: int, total: int, preview: Tensor | None = None) -> None:
            if not mine or mine[0] is not self.bar:
                self._close()
                self.bar = tqdm(desc=f"{title:<22}", total=total, leave=True, file=sys.stderr, unit="")
                mine[:] = [self.bar]
            self.bar.total = total
            self.bar.update(done - self.bar.n)

        return report

    def say(self, text: str, *, error: bool = False) -> None:
        """A line on stdout (stderr for errors), below the bars."""
        self._close()
        sys.stdout.flush()
        (sys.stderr if error else sys.stdout).write(text + "\n")
