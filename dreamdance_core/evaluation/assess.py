"""Measures many pairs of videos: features and numbers of each, then one row per measure."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from importlib.util import find_spec

import numpy as np
from torch import nn

from ..runtime import Runtime
from . import bootstrap, sets
from .camera_error import Estimate, camera_errors
from .distances import frechet_distance
from .frames import frame_values
from .measures import MEASURES, Measure
from .motion import drift, warp_errors
from .networks import NETWORKS
from .pairs import Pair
from .report import Findings, Row

_DRAWS_OF_DISTANCES = 100  # at most: each draw is a whole distance
Opener = tuple[str, Callable[[], Pair]]  # a video's name, and what opens it


@dataclass(frozen=True, kw_only=True)
class Options:
    """What is measured, and how often videos are drawn for the intervals."""

    names: tuple[str, ...]  # of MEASURES
    draws: int = 1000
    seed: int = 0
    protocol: str | None = None
    notes: tuple[str, ...] = ()  # about how the pairs were made


@dataclass(kw_only=True)
class _Tally:
    """What has been measured so far."""

    frames: dict[str, list[np.ndarray]] = field(default_factory=dict)  # by measure, per video
    sets: dict[str, list[sets.Both]] = field(default_factory=dict)
    videos: dict[str, dict[str, float]] = field(default_factory=dict)
    windows: dict[str, dict[str, list[float]]] = field(default_factory=dict)
    without: dict[str, list[str]] = field(default_factory=dict)  # by measure: videos that lack what it needs
    aside: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    cut_by_truth: list[str] = field(default_factory=list)  # videos whose prediction has no mask of its own
    origins: dict[str, str] = field(default_factory=dict)  # by network: a sentence about its file, if it needs one


def assess(openers: Sequence[Opener], options: Options, run: Runtime, estimate: Estimate | None = None) -> Findings:
    """The named measures over all videos, in float64, with intervals over the videos.

    A video that cannot be measured is set aside with its reason, unless it is the only one: then its ValueError or
    OSError is raised. estimate: the camera of a clip; None = camera measures are left out. Absent weights and packages
    are named in their rows, nothing is put in their place.
    """
    absent = _absent_packages(options.names)
    tally = _Tally()
    with ExitStack() as stack:
        networks = _networks([n for n in options.names if n not in absent], run, stack, absent)
        tally.origins = {name: getattr(network, "origin", "") for name, network in networks.items()}
        names = tuple(name for name in options.names if name not in absent)
        for index, (name, opened) in enumerate(openers):
            tell = functools.partial(_tell, run, index, len(openers))
            try:
                _measure(opened(), names, networks, _Steps(tell, run), tally, estimate)
            except (ValueError, OSError) as error:
                if len(openers) == 1:
                    raise
                _forget(tally, name)
                tally.aside[name] = str(error)
    if not tally.videos:
        raise ValueError(f"no video could be measured; the first reason: {next(iter(tally.aside.values()))}")
    return Findings(
        rows=_rows(options, tally, absent, run),
        videos=tally.videos,
        windows=tally.windows,
        set_aside=tally.aside,
        notes=(*options.notes, *dict.fromkeys(tally.notes), *_unmeasured(options, tally, absent)),
        protocol=options.protocol,
    )


def _tell(run: Runtime, index: int, count: int, share: float) -> None:
    run.report(round(1000 * (index + min(share, 1.0))), 1000 * count)


class _Steps:
    """Progress within one video: every part of the work fills an equal share."""

    def __init__(self, tell: Callable[[float], None], run: Runtime) -> None:
        self._tell, self._run, self._done, self.count = tell, run, 0, 1

    def next(self) -> Callable[[float], None]:
        """What hears the share of the next part."""
        base = self._done
        self._done += 1
        return lambda share: self._tell((base + min(share, 1.0)) / max(self.count, 1))

    def run(self) -> Runtime:
        """A Runtime whose reports fill the next part."""
        told = self.next()
        return replace(self._run, report=lambda done, total, preview=None: told(done / max(total, 1)))


def _absent_packages(names: tuple[str, ...]) -> dict[str, str]:
    absent = {}
    for name in names:
        package = MEASURES[name].package
        if package is not None and find_spec(package) is None:
            absent[name] = f"{package} (pip install dreamdance[evaluation])"
    return absent


def _networks(names: list[str], run: Runtime, stack: ExitStack, absent: dict[str, str]) -> dict[str, nn.Module]:
    """The networks of these measures, resident until the stack closes; measures without weights go to `absent`."""
    found: dict[str, nn.Module] = {}
    missing: set[str] = set()
    for name in names:
        wanted = MEASURES[name].network
        if wanted is None or wanted in found:
            continue
        weight, load = NETWORKS[wanted]
        if wanted not in missing:
            try:
                found[wanted] = stack.enter_context(run.resident(load(run)))
                continue
            except FileNotFoundError as error:
                missing.add(wanted)
                run.note(str(error))
        absent[name] = weight
    return found


def _lacking(measure: Measure, pair: Pair, estimate: Estimate | None) -> bool:
    if measure.group == "camera" and estimate is None:
        return True
    return any(getattr(pair, need) is None for need in measure.needs)


def _measure(
    pair: Pair,
    names: tuple[str, ...],
    networks: dict[str, nn.Module],
    steps: _Steps,
    tally: _Tally,
    estimate: Estimate | None,
) -> None:
    can = []
    for name in names:
        if _lacking(MEASURES[name], pair, estimate):
            tally.without.setdefault(name, []).append(pair.name)
        else:
            can.append(name)
    frames = tuple(n for n in can if MEASURES[n].scope == "frame")
    groups = {MEASURES[n].group for n in can}
    looks = sets.looks(tuple(n for n in can if MEASURES[n].scope == "set"))
    steps.count = 1 + len(looks) + len(groups & {"flicker", "drift", "camera"})

    wanted = frames if "psnr" in frames or "drift_psnr" not in can else ("psnr", *frames)
    rows = frame_values(pair, wanted, networks, steps.next())
    values = {name: float(np.nanmean(rows[name])) for name in frames if not np.isnan(rows[name]).all()}
    features = {}
    for look, stride in looks.items():
        features[look] = sets.pair_features(pair, networks[look.network], look, stride, steps.run())
    if "flicker" in groups:
        both = dict(zip(("warp_error", "warp_error_truth"), warp_errors(pair, steps.next()), strict=True))
        values |= {name: value for name, value in both.items() if name in can}
    windows: dict[str, list[float]] = {}
    if "drift" in groups:
        slopes, windows = drift(pair, rows.get("psnr", np.zeros(0)), tuple(can), steps.next())
        values |= slopes
    if "camera" in groups:
        steps.next()(0.0)
        errors, notes = camera_errors(pair, estimate)
        values |= {name: value for name, value in errors.items() if name in can}
        tally.notes += [f"{pair.name}: {note}" for note in notes]

    # Only a video that was measured as a whole counts.
    for name in frames:
        tally.frames.setdefault(name, []).append(rows[name][~np.isnan(rows[name])])
    for name in can:
        if MEASURES[name].scope == "set":
            look, stride = sets.RECIPES[name].look, sets.RECIPES[name].stride
            tally.sets.setdefault(name, []).append(sets.samples(features[look], looks[look], stride))
        elif MEASURES[name].scope == "video" and name in values:
            tally.frames.setdefault(name, []).append(np.array([values[name]]))
    tally.videos[pair.name] = values
    if windows:
        tally.windows[pair.name] = windows
    tally.notes += pair.notes
    tally.cut_by_truth += [pair.name] * pair.cut_by_truth


def _forget(tally: _Tally, name: str) -> None:
    for names in tally.without.values():
        if name in names:
            names.remove(name)


def _rows(options: Options, tally: _Tally, absent: dict[str, str], run: Runtime) -> tuple[Row, ...]:
    rows = []
    for name in options.names:
        measure = MEASURES[name]
        if name in absent:
            rows.append(Row(measure=measure, value=None, absent=absent[name]))
        elif name in tally.sets:
            rows.append(_set_row(measure, tally, options, run))
        elif name in tally.frames:
            rows.append(_mean_row(measure, tally, options))
    return tuple(rows)


def _unmeasured(options: Options, tally: _Tally, absent: dict[str, str]) -> list[str]:
    """A sentence about the measures that no video had the input for."""
    left = [n for n in options.names if n not in absent and n not in tally.sets and n not in tally.frames]
    needs = [f"{name} (needs {' and '.join(MEASURES[name].needs) or MEASURES[name].group})" for name in left]
    return [f"not measured: {', '.join(needs)}"] if left else []


def _lacked(measure: Measure, tally: _Tally) -> list[str]:
    lacking = tally.without.get(measure.name, [])
    if not lacking:
        return []
    needs = " and ".join(measure.needs) or "camera"
    return [f"{len(lacking)} videos without {needs} are not in it ({', '.join(lacking[:3])} …)"]


_ONE = "one video: no interval"
_TOO_FEW = f"fewer than {bootstrap.FEWEST} videos: no spread over videos"
_FEW = f"fewer than {bootstrap.FEW} videos: the spread over videos is rough and rather too small"


def _mean_row(measure: Measure, tally: _Tally, options: Options) -> Row:
    values = tally.frames[measure.name]
    together, warnings = np.concatenate(values), _lacked(measure, tally)
    if len(values) == 1 and options.draws:
        warnings.append(_ONE)
    if len(together) == 0:
        return Row(measure=measure, value=None, warnings=(*warnings, "no frame shows what it needs"))
    return Row(
        measure=measure,
        value=float(together.mean()),
        count=len(together),
        of="frames" if measure.scope == "frame" else "videos",
        interval=bootstrap.of_means([v for v in values if len(v)], options.draws, options.seed),
        warnings=tuple(warnings),
    )


def _set_row(measure: Measure, tally: _Tally, options: Options, run: Runtime) -> Row:
    recipe, both = sets.RECIPES[measure.name], tally.sets[measure.name]
    pred, truth = [a for a, _ in both], [b for _, b in both]
    clip = 1 if measure.network == "inception" else 16
    counts = [len(a) for a in pred]
    warnings = _lacked(measure, tally) + sets.sample_warnings(measure.name, counts, clip)
    if recipe.look.white and tally.cut_by_truth:
        warnings.append(sets.CUT_BY_TRUTH)
    warnings += [told for told in (tally.origins.get(measure.network, ""),) if told]
    if len(both) < bootstrap.FEW and options.draws:
        warnings.append(_FEW if len(both) >= bootstrap.FEWEST else _TOO_FEW)
    value, interval = None, None
    if sum(counts) < 2:
        warnings.append("one sample has no distribution: give more or longer videos")
    else:
        value = recipe.distance(np.concatenate(pred), np.concatenate(truth))
        draws = min(options.draws, _DRAWS_OF_DISTANCES)
        least = 0.0 if recipe.distance is frechet_distance else float("-inf")
        tell = lambda share: run.report(round(1000 * share), 1000)  # noqa: E731
        interval = bootstrap.spread_of_distance(
            pred, truth, recipe.distance, draws, options.seed, least=least, tell=tell
        )
    return Row(
        measure=measure,
        value=value,
        count=sum(counts),
        of="frames" if clip == 1 else "clips",
        interval=interval,
        warnings=tuple(warnings),
    )
