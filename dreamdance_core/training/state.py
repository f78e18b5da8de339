"""What a run leaves on the disk so that it can go on: whole states, and one line of numbers per step."""

from __future__ import annotations

import json
import math
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..io.whole import write_whole

_NAME = re.compile(r"state-(\d{6,})")


@dataclass(frozen=True, kw_only=True)
class State:
    """A folder from which a run can go on."""

    folder: Path
    step: int  # steps that are done


def latest(out: Path) -> State | None:
    """The newest whole state of an output folder."""
    found = _states(out)
    return found[-1] if found else None


def _states(out: Path) -> list[State]:
    folder = out / "states"
    names = sorted(folder.iterdir()) if folder.is_dir() else []
    matches = ((path, _NAME.fullmatch(path.name)) for path in names)
    states = [State(folder=path, step=int(match[1])) for path, match in matches if match]
    return sorted(states, key=lambda state: state.step)


def place_of(out: Path, step: int) -> tuple[Path, Path]:
    """(where a state is written, where it then stands)."""
    folder = out / "states"
    return folder / f".state-{step:06d}.part", folder / f"state-{step:06d}"


def begin(out: Path, step: int) -> Path:
    """An empty folder to write a state to; what an interrupted run left there is gone."""
    part, _ = place_of(out, step)
    for old in part.parent.glob(".state-*.part"):
        shutil.rmtree(old)
    part.mkdir(parents=True)
    return part


def finish(out: Path, step: int, config: Mapping[str, Any], keep: int) -> None:
    """The state that was written stands whole; older ones than the last `keep` are removed."""
    part, place = place_of(out, step)
    write_whole(part / "run.json", json.dumps({"step": step, "config": config}, indent=1).encode())
    if place.exists():
        shutil.rmtree(place)
    part.replace(place)
    for old in _states(out)[:-keep]:
        shutil.rmtree(old.folder)


# What may differ between the runs of one training: none of it changes what a step computes.
_FREE = {"training": ("steps", "save_every", "keep", "stop_after", "accumulate", "gradient_checkpointing")}
_FREE |= {"data": ("workers",), "validation": None, "log": None}
_FIXED = {"training": ("seed", "optimizer", "ema"), "model": ("train", "rank", "gates"), "clips": ("held_out",)}


def check_same_run(state: State, config: Mapping[str, Any]) -> list[str]:
    """What the settings changed since the state, as sentences. Raises ValueError for changes that make it another run.

    Learning rates, dropouts and the like may be changed on the way, and the user is told.
    """
    before = json.loads((state.folder / "run.json").read_text())["config"]
    notes = []
    for section, table in config.items():
        for key, value in table.items() if section in before else ():
            free = _FREE.get(section, ())
            old = before.get(section, {}).get(key)
            if free is None or key in free or old == value:
                continue
            if key in _FIXED.get(section, ()):
                raise ValueError(
                    f"{section}: {key} is {value!r}, but {state.folder} was trained with {old!r}; change it back, or "
                    "give another --out"
                )
            notes.append(f"changed since step {state.step}: {section}: {key} was {old!r}, is {value!r}")
    return notes


class StepTable:
    """A .csv of one line per step, on the disk as soon as it is known."""

    def __init__(self, path: Path, columns: tuple[str, ...], step: int) -> None:
        """Goes on after a step: lines beyond it, and a line that was cut short, are removed."""
        path.parent.mkdir(parents=True, exist_ok=True)
        head = ",".join(("step", *columns)) + "\n"
        kept = [head]
        if step and path.is_file():
            lines = path.read_text().splitlines(keepends=True)
            kept += [line for line in lines[1:] if line.endswith("\n") and int(line.partition(",")[0]) <= step]
        write_whole(path, "".join(kept).encode())
        self._file = path.open("a")
        self._columns = columns

    def add(self, step: int, values: Mapping[str, float]) -> None:
        """Appends the step's line; a value that is not there or not a number stays empty."""
        texts = [_number(values.get(name, math.nan)) for name in self._columns]
        self._file.write(",".join((str(step), *texts)) + "\n")
        self._file.flush()

    def close(self) -> None:
        self._file.close()


def _number(value: float) -> str:
    return "" if math.isnan(value) else f"{value:.9g}"  # every float32 comes back


def read_table(path: Path) -> list[dict[str, float]]:
    """The lines of such a .csv by its columns; empty places are NaN."""
    lines = path.read_text().splitlines()
    columns = lines[0].split(",")
    return [
        {name: float(text) if text else math.nan for name, text in zip(columns, line.split(","), strict=True)}
        for line in lines[1:]
    ]
