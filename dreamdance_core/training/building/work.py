"""A folder of videos to a folder of shards, one per video: shared by processes and machines, finished by whoever
starts again."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import cv2
from torch import Tensor

from ...io.video import READABLE
from ...io.whole import write_whole
from ..shards import shard_writer
from .claims import claimed
from .settings import BuildSettings, MakeTools, Tools, content_of, tag_of
from .source import Record, SourceWork

_PARTS = 100  # of the bar, for a video
_TWIN = "the same file as "


@dataclass(frozen=True, kw_only=True)
class Source:
    """A video, and what its shard and its record are named after."""

    path: Path
    source: str  # within the folder of videos
    name: str  # STEM-TAG
    content: str


@dataclass(frozen=True, kw_only=True)
class Place:
    """A dataset folder."""

    folder: Path

    def shard(self, name: str) -> Path:
        return self.folder / "shards" / f"{name}.tar"

    def record(self, name: str) -> Path:
        return self.folder / "sources" / f"{name}.json"

    def claim(self, name: str) -> Path:
        return self.folder / "claims" / f"{name}.json"


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The work on a folder of videos, the same on every machine."""

    videos: Path
    place: Place
    settings: BuildSettings
    sources: list[Source]  # this machine's share
    total: int  # of all machines

    def unfinished(self) -> list[Source]:
        return [source for source in self.sources if not self.place.record(source.name).exists()]


def plan(videos: Path, out: Path, settings: BuildSettings, part: tuple[int, int] = (0, 1)) -> Plan:
    """Finds the videos, and makes or checks the dataset's settings.

    part (i, n): every n-th video from the i-th. Raises FileNotFoundError for a folder without videos, ValueError for a
    dataset that was built with other settings.
    """
    if not videos.is_dir():
        raise FileNotFoundError(f"no folder of videos at {videos}; check the path")
    paths = sorted(path for path in videos.rglob("*") if path.suffix.lower() in READABLE and path.is_file())
    paths = [path for path in paths if out.resolve() not in path.resolve().parents]
    if not paths:
        raise FileNotFoundError(f"{videos} holds no videos ({', '.join(READABLE)}); check the path")
    _settle(out / "dataset.json", settings)
    found = [_source(path, videos, settings) for path in paths]
    place = Place(folder=out)
    first = _originals(found, place)
    for source in found:
        path, original = place.record(source.name), first[source.content]
        if original is not source and not path.exists():
            _write_record(place, source, videos, Record(source=source.source, reason=f"{_TWIN}{original.source}"))
        elif original is source and path.exists() and str(json.loads(path.read_text())["reason"]).startswith(_TWIN):
            path.unlink(missing_ok=True)  # what it was the same as is gone or has changed
    return Plan(videos=videos, place=place, settings=settings, sources=found[part[0] :: part[1]], total=len(found))


def _originals(found: list[Source], place: Place) -> dict[str, Source]:
    """Of files with one content the one that is worked on: which has a shard already, else the first."""
    chosen: dict[str, Source] = {}
    for source in found:
        held = chosen.get(source.content)
        if held is None or (place.shard(source.name).exists() and not place.shard(held.name).exists()):
            chosen[source.content] = source
    return chosen


def _settle(path: Path, settings: BuildSettings) -> None:
    """Writes the settings, or raises ValueError when other ones are there."""
    wanted = settings.facts()
    if not path.exists():
        write_whole(path, json.dumps(wanted, indent=2).encode())
    have = json.loads(path.read_text())
    other = [name for name in wanted if have.get(name) != wanted[name]]
    if other:
        name = other[0]
        raise ValueError(
            f"{path.parent} was built with {name} {json.dumps(have.get(name))}, now it is {json.dumps(wanted[name])}; "
            "give another --out, or the same settings"
        )


def _source(path: Path, videos: Path, settings: BuildSettings) -> Source:
    inside = path.relative_to(videos).as_posix()
    try:
        content = content_of(path)
    except OSError as error:
        content = f"unreadable: {error.strerror}"  # its record will say so
    stem = re.sub(r"[^A-Za-z0-9_-]+", "-", Path(inside).with_suffix("").as_posix()).strip("-")[-60:] or "video"
    return Source(path=path, source=inside, name=f"{stem}-{tag_of(content + inside, settings)}", content=content)


def work(plan: Plan, make: MakeTools, report: Callable[[int, int], None]) -> int:
    """Makes the shards of this process's share of the videos, those that others are at left out; how many it made.

    A killed process leaves no half shard; its claims are void. report: as Runtime's, may raise to cancel.
    """
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)  # processes share the cores
    try:
        return _work(plan, make, report)
    finally:
        cv2.setNumThreads(threads)


def _work(plan: Plan, make: MakeTools, report: Callable[[int, int], None]) -> int:
    made, tools = 0, None
    for source in plan.unfinished():
        done = len(plan.sources) - len(plan.unfinished())
        tools = make() if tools is None else tools  # before the claim: loading may take long and shows no sign of life
        with claimed(plan.place.claim(source.name)) as claim:
            if claim is None or plan.place.record(source.name).exists():
                continue

            def within(at: int, of: int, preview: Tensor | None = None, done: int = done, claim=claim) -> None:
                claim.beat()
                report(done * _PARTS + at * (_PARTS - 1) // max(of, 1), len(plan.sources) * _PARTS)

            _one(plan, source, replace(tools, run=replace(tools.run, report=within)))
            made += 1
    report((len(plan.sources) - len(plan.unfinished())) * _PARTS, len(plan.sources) * _PARTS)
    return made


def _one(plan: Plan, source: Source, tools: Tools) -> None:
    """The shard of a video, if it has clips, and then its record: with that it is finished."""
    each = SourceWork(source.path, source.name, source.source, plan.settings, tools)
    clips = each.clips()
    first = next(clips, None)
    if first is not None:
        with shard_writer(plan.place.shard(source.name)) as shard:
            shard.add(first)
            for clip in clips:
                shard.add(clip)
    _write_record(plan.place, source, plan.videos, each.record)


def _write_record(place: Place, source: Source, videos: Path, record: Record) -> None:
    facts = {"name": source.name, "folder": str(videos.resolve()), "content": source.content, **asdict(record)}
    write_whole(place.record(source.name), json.dumps(facts, indent=1).encode())


def put_aside_changed(plan: Plan) -> list[str]:
    """Shards of videos that have changed since: renamed to NAME.tar.old, so that no reader mixes them in; their
    names."""
    now = {source.source: source.name for source in plan.sources}
    old = []
    for path in sorted((plan.place.folder / "sources").glob("*.json")):
        facts = json.loads(path.read_text())
        changed = facts["folder"] == str(plan.videos.resolve()) and now.get(facts["source"], facts["name"])
        if changed and changed != facts["name"]:
            shard = plan.place.shard(facts["name"])
            if shard.exists():
                shard.replace(shard.with_name(f"{shard.name}.old"))
            path.replace(path.with_name(f"{path.name}.old"))
            old.append(facts["name"])
    return old
