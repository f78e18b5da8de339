"""All sources of a dataset, a shard of stylised stills each: finished ones are kept, so that a run can go on."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from torch import Tensor

from ...runtime import Report, Runtime
from ..shards import Dataset, shard_writer
from .stills import Style, Tools, stills

_PARTS = 100  # of the bar, for a grid
FOLDER = "stylized"  # within the dataset's, which finds its shards wherever they lie


@dataclass(frozen=True, kw_only=True)
class Stylized:
    """What a run did."""

    written: list[Path] = field(default_factory=list)
    kept: list[Path] = field(default_factory=list)  # finished before
    clips: int = 0  # new static clips


def sources_of(dataset: Dataset) -> dict[str, list[int]]:
    """Places of a source's clips, by source; stills are left out, and clips of two sizes are two sources."""
    found: dict[str, list[int]] = {}
    for index in range(len(dataset)):
        facts = dataset.facts(index)
        if not facts.get("still"):
            source = str(facts.get("source") or dataset.names[index])
            found.setdefault(f"{source}@{facts['size'][2]}x{facts['size'][1]}", []).append(index)
    return found


def tag_of(style: Style, painted_by: dict[str, object]) -> str:
    """Six letters for a style and its painter: another style goes into other shards, beside the first one's."""
    return hashlib.sha256(json.dumps([asdict(style), painted_by], sort_keys=True, default=str).encode()).hexdigest()[:6]


def stylize_dataset(
    dataset: Dataset,
    tools: Tools,
    style: Style,
    *,
    painted_by: dict[str, object],
    run: Runtime,
    grids: int | None = None,
    part: tuple[int, int] = (0, 1),
) -> Stylized:
    """Writes `stylized/SOURCE-TAG.tar` into the dataset's folder for every source that has none yet.

    painted_by: checkpoint and settings of the painter, which decide the tag; grids: most grids of a source (None: all
    its clips); part (i, n): every n-th source from the i-th, so that n machines share the work. Raises ValueError for a
    dataset without moving clips.
    """
    sources = sources_of(dataset)
    if not sources:
        raise ValueError(f"{dataset.folder} holds no clips of moving people to restyle; build some first")
    tag, cells = tag_of(style, painted_by), style.rows * style.columns
    done = Stylized()
    plan = []
    for source, places in sorted(sources.items())[part[0] :: part[1]]:
        path = dataset.folder / FOLDER / f"{_plain(source)}-{tag}.tar"
        if path.exists():
            done.kept.append(path)
        else:
            groups = [places[start : start + cells] for start in range(0, len(places), cells)]
            plan.append((path, groups if grids is None else groups[:grids]))
    total, before, clips = sum(len(groups) for _, groups in plan), 0, 0
    for path, groups in plan:
        with shard_writer(path) as shard:
            for number, places in enumerate(groups):
                report = _within(run, before + number, total)
                report(0, 1)
                own = replace(style, seed=style.seed + number)
                for still in stills([dataset[place] for place in places], tools, own, tag=tag, report=report):
                    shard.add(still)
                    clips += 1
        before += len(groups)
        done.written.append(path)
    run.report(max(1, total) * _PARTS, max(1, total) * _PARTS)
    return Stylized(written=done.written, kept=done.kept, clips=clips)


def _within(run: Runtime, grid: int, total: int) -> Report:
    """Reports a grid's own progress as that of all of them."""

    def report(done: int, of: int, preview: Tensor | None = None) -> None:
        run.report(grid * _PARTS + done * (_PARTS - 1) // max(of, 1), total * _PARTS, preview)

    return report


def _plain(source: str) -> str:
    """A file name for a source; a sum of its letters keeps two sources apart that differ in signs only."""
    stem = re.sub(r"[^A-Za-z0-9_-]+", "-", Path(source).name).strip("-")[-60:]
    return f"{stem}-{hashlib.sha256(source.encode()).hexdigest()[:6]}"
