"""What evaluation found, as JSON, CSV, Markdown and a table for the terminal."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass, field

from .bootstrap import LEVEL, Interval
from .measures import Measure


@dataclass(frozen=True, kw_only=True)
class Row:
    """One measure's result; value is None where a weight or package is absent, which `absent` names."""

    measure: Measure
    value: float | None
    count: int = 0  # of what `of` says
    of: str = "frames"
    interval: Interval | None = None
    warnings: tuple[str, ...] = ()
    absent: str | None = None


@dataclass(frozen=True, kw_only=True)
class Findings:
    """All rows, and what they rest on."""

    rows: tuple[Row, ...]
    videos: dict[str, dict[str, float]]  # per video: means of the measures of frames, values of those of videos
    windows: dict[str, dict[str, list[float]]] = field(default_factory=dict)  # per video: drift measures, by window
    set_aside: dict[str, str] = field(default_factory=dict)  # videos that could not be measured, and why
    notes: tuple[str, ...] = ()
    protocol: str | None = None

    def values(self) -> dict[str, float | None]:
        """Every measure's number by its name."""
        return {row.measure.name: row.value for row in self.rows}


def as_json(found: Findings) -> str:
    """The numbers by name first, then everything about them."""
    data = {
        **found.values(),
        "metrics": [_plain(row) for row in found.rows],
        "videos": found.videos,
        "windows": found.windows,
        "set_aside": found.set_aside,
        "notes": list(found.notes),
        "protocol": found.protocol,
    }
    return json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False)


def _plain(row: Row) -> dict:
    interval = None
    if row.interval is not None:
        interval = {"low": row.interval.low, "high": row.interval.high, "level": LEVEL}
        interval |= {"kind": row.interval.kind, "method": row.interval.method}
    return {
        "metric": row.measure.name,
        "value": row.value,
        "unit": row.measure.unit,
        "better": row.measure.better,
        "definition": row.measure.sentence,
        "interval": interval,
        "n": row.count,
        "of": row.of,
        "warnings": list(row.warnings),
        "absent": row.absent,
    }


_HEAD = ("metric", "value", "unit", "95 % interval", "n", "better")


def _cells(row: Row) -> tuple[str, ...]:
    value = f"absent: {row.absent}" if row.absent else _number(row.value)
    between = "-" if row.interval is None else f"{_number(row.interval.low)} to {_number(row.interval.high)}"
    between += " (spread)" if row.interval is not None and row.interval.kind != "interval" else ""
    count = f"{row.count} {row.of}" if row.count else "-"
    return row.measure.name, value, row.measure.unit, between, count, row.measure.better


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.4g}"


def as_table(found: Findings) -> str:
    """Aligned columns, then warnings, notes and what was set aside, one sentence a line."""
    rows = [_HEAD, *(_cells(row) for row in found.rows)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    lines += [f"{names}: {text}" for text, names in _shared_warnings(found).items()]
    lines += [f"set aside: {name}: {why}" for name, why in found.set_aside.items()]
    return "\n".join([*lines, *found.notes])


def _shared_warnings(found: Findings) -> dict[str, str]:
    """Each warning once, with the measures it belongs to."""
    shared: dict[str, str] = {}
    for row in found.rows:
        for text in row.warnings:
            shared[text] = f"{shared[text]}, {row.measure.name}" if text in shared else row.measure.name
    return shared


def as_csv(found: Findings) -> str:
    """One line per measure."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("metric", "value", "low", "high", "n", "of", "unit", "better", "absent", "definition"))
    for row in found.rows:
        low, high = ("", "") if row.interval is None else (row.interval.low, row.interval.high)
        value = "" if row.value is None else row.value
        about = (row.count, row.of, row.measure.unit, row.measure.better, row.absent or "", row.measure.sentence)
        writer.writerow((row.measure.name, value, low, high, *about))
    return out.getvalue()


def as_markdown(found: Findings) -> str:
    """A table and the sentences below it."""
    head = (*_HEAD, "definition")
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    lines += [f"| {' | '.join((*_cells(row), row.measure.sentence))} |" for row in found.rows]
    lines += ["", *(f"* {names}: {text}" for text, names in _shared_warnings(found).items())]
    lines += [f"* set aside: {name}: {why}" for name, why in found.set_aside.items()]
    return "\n".join([*lines, *(f"* {note}" for note in found.notes)]) + "\n"


WRITERS = {".json": as_json, ".csv": as_csv, ".md": as_markdown}
