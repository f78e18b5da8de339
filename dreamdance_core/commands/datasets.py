"""The making of a dataset: videos to clips by several processes, and what a dataset holds."""

from __future__ import annotations

import json
import multiprocessing
import os
import time
from argparse import Namespace
from dataclasses import replace
from pathlib import Path

import torch

from .. import backends
from ..io.weights import default_folder
from ..run_options import Stage
from ..runtime import Runtime
from ..training.building.report import summary, write_report
from ..training.building.settings import BuildSettings, Tools
from ..training.building.work import Plan, plan, put_aside_changed, work
from .options import size
from .parts import note
from .prepare import Add, part

_POLL = 0.5  # seconds between looks at the other processes


def add_verbs(add: Add) -> None:
    """`dataset build` and `dataset info`; add makes a verb, with its function and the common options."""
    default = BuildSettings()
    made = add("build", build, "clips with masks, poses and clean backgrounds from a folder of videos; started again, "
               "it goes on where it stopped")  # fmt: skip
    made.add_argument("videos", type=Path, metavar="folder_of_videos")
    made.add_argument("--out", type=Path, required=True, metavar="DATASET", help="folder for shards/, report.json, "
                      "contact.jpg")  # fmt: skip
    made.add_argument(
        "--size", type=size, default=default.size, help="of the clips, multiples of 16 (default: 768x768)"
    )
    made.add_argument("--frames", type=int, default=default.frames, help="of a clip, a multiple of 4 (default: 48)")
    made.add_argument("--stride", type=int, help="frames from one clip's start to the next's (default: --frames)")
    made.add_argument("--fps", type=float, help="frames per second (default: the file's own, halved while above 32, so "
                      "that no frame is shown twice)")  # fmt: skip
    for family, chosen, extra in (
        ("pose", default.pose, ""),
        ("segment", default.segment, "none, which draws the mask from the pose, "),
        ("inpaint", default.inpaint, ""),
        ("depth", default.depth, "of the clean background: none, "),
        ("caption", default.caption, "of the clean background: none, "),
    ):
        names = ", ".join(backends.names(family))
        made.add_argument(f"--{family}", default=chosen, help=f"backend: {extra}{names} (default: {chosen})")
    made.add_argument("--prompt", default="", help="for inpainting that reads: what the scenes show")
    made.add_argument("--grow", type=float, default=default.grow, help="how far around the person the background is "
                      f"made anew, in body heights (default: {default.grow})")  # fmt: skip
    made.add_argument("--shadow", type=float, default=default.shadow, help="how far beside the feet as well, in body "
                      f"heights (default: {default.shadow})")  # fmt: skip
    made.add_argument("--smallest", type=float, default=default.smallest, help="least height of the person, as a share "
                      f"of the picture's (default: {default.smallest})")  # fmt: skip
    made.add_argument("--largest", type=float, default=default.largest, help="most of the picture that the person may "
                      f"cover (default: {default.largest})")  # fmt: skip
    made.add_argument("--enlarge", type=float, default=default.enlarge, help="most that a smaller video is enlarged "
                      f"(default: {default.enlarge})")  # fmt: skip
    made.add_argument("--inside-references", action="store_true", help="where nothing outside of a clip shows the "
                      "person, take a frame of the clip as its reference (default: set the clip aside)")  # fmt: skip
    made.add_argument("--processes", type=int, default=1, help="how many work at the same time (default: 1)")
    made.add_argument("--part", type=part, default=(0, 1), metavar="I/N", help="this machine's share of the videos, as "
                      "2/5; machines that share the folder may also just start (default: 1/1)")  # fmt: skip

    told = add("info", info, "what a dataset holds, and what was set aside and why")
    told.add_argument("dataset", type=Path)


def settings_of(args: Namespace, run: Runtime) -> BuildSettings:
    """The settings, a backend that stands for others by its own name."""
    names = ("frames", "stride", "fps", "segment", "caption", "prompt", "grow", "shadow", "smallest", "largest")
    names += ("enlarge", "inside_references", "seed")
    chosen = {family: backends.resolve(family, getattr(args, family), run) for family in ("pose", "inpaint")}
    for family in ("segment", "caption"):
        if getattr(args, family) != "none":
            backends.resolve(family, getattr(args, family), run)  # an unknown name is told at once
    depth = args.depth if args.depth == "none" else backends.resolve("depth", args.depth, run)
    return BuildSettings(size=args.size, depth=depth, **chosen, **{name: getattr(args, name) for name in names})


def build(args: Namespace, stage: Stage) -> None:
    """Makes the shards, the report and the contact sheet."""
    if args.processes < 1:
        raise ValueError(f"--processes must be at least 1, got {args.processes}")
    run = stage("Clips of the videos")
    settings = settings_of(args, run)
    planned = plan(args.videos, args.out, settings, args.part)
    for name in put_aside_changed(planned):
        note(f"{name} was made from a file that has changed; it is kept as {name}.tar.old and not read")
    quiet = replace(run, report=Runtime().report)
    if args.processes == 1:
        work(planned, lambda: load_tools(settings, quiet), run.report)
    else:
        _together(planned, args, run)
    left = len(planned.unfinished())
    facts = write_report(args.out)
    note(_told(facts) + (f"; {left} are being made by others" if left else ""))


def load_tools(settings: BuildSettings, run: Runtime) -> Tools:
    """The backends that the settings name."""

    def optional(family: str) -> object | None:
        name = getattr(settings, family)
        return None if name == "none" else backends.load(family, name, run)

    return Tools(
        pose=backends.load("pose", settings.pose, run),
        inpaint=backends.load("inpaint", settings.inpaint, run),
        segment=optional("segment"),
        depth=optional("depth"),
        caption=optional("caption"),
        run=run,
    )


def _together(planned: Plan, args: Namespace, run: Runtime) -> None:
    """The work in several processes, which share it by claims; raises RuntimeError when one of them fails."""
    context = multiprocessing.get_context("spawn")
    how = (run.device.type if run.device.index is None else str(run.device), run.dtype, args.weights, run.download)
    threads = max(1, (os.cpu_count() or 1) // args.processes)
    workers = [
        context.Process(target=_worker, args=(planned, how, threads, os.getpid()), daemon=True)
        for _ in range(args.processes)
    ]
    try:
        for worker in workers:
            worker.start()
        while any(worker.is_alive() for worker in workers):
            run.report(len(planned.sources) - len(planned.unfinished()), len(planned.sources))
            time.sleep(_POLL)
    finally:
        for worker in workers:
            if worker.is_alive():
                worker.terminate()
            worker.join()
    failed = [worker.exitcode for worker in workers if worker.exitcode]
    if failed:
        raise RuntimeError(f"{len(failed)} of {args.processes} processes failed, see above; start again to go on")


def _worker(planned: Plan, how: tuple, threads: int, parent: int) -> None:
    """One of several processes; it ends when the one that started it is gone."""
    device, dtype, weights, download = how
    torch.set_num_threads(threads)
    run = Runtime(
        device=torch.device(device), dtype=dtype, weight_folders=(*weights, default_folder()), download=download
    )

    def report(done: int, total: int) -> None:
        if os.getppid() != parent:
            raise KeyboardInterrupt

    try:
        work(planned, lambda: load_tools(planned.settings, run), report)
    except KeyboardInterrupt:
        raise SystemExit(130) from None


def info(args: Namespace, stage: Stage) -> None:
    """Prints what the dataset holds."""
    facts = summary(args.dataset)
    if not facts["sources"]:
        raise FileNotFoundError(f"{args.dataset} was not made by `dreamdance dataset build`: it has no sources/*.json")
    note(json.dumps({key: value for key, value in facts.items() if key != "each"}, indent=2))
    for record in facts["each"]:
        note(f"{record['source']}: {record['clips']} clips" + (f"; {record['reason']}" if record["reason"] else ""))


def _told(facts: dict) -> str:
    def why(reasons: dict) -> str:
        return ", ".join(f"{count} {reason}" for reason, count in reasons.items())

    told = f"{facts['clips']} clips of {facts['sources_with_clips']} videos; {facts['set_aside']} set aside"
    if facts["set_aside_by_reason"]:
        told += f" ({why(facts['set_aside_by_reason'])})"
    if facts["sources_set_aside_by_reason"]:
        told += f"; videos without clips: {why(facts['sources_set_aside_by_reason'])}"
    return told
