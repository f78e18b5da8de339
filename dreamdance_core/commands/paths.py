"""The path command: reads a camera path, edits it in the order of the options, writes it in any format."""

from __future__ import annotations

import argparse
from argparse import Namespace
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..geometry import path_edits as edits
from ..geometry.path_facts import path_summary
from ..geometry.shake import shake
from ..io.camera_files import read_cameras, require_camera_name, write_cameras
from ..run_options import Stage
from ..types import Cameras
from .parts import note


def _shaken(cameras: Cameras, degrees: float) -> Cameras:
    # 1 degree of turn goes with 0.025 units of sway: what a hand does to a subject one unit away.
    return edits.shaken(cameras, shake(len(cameras), cameras.fps, degrees, 0.025 * degrees))


Edit = Callable[[Cameras, Any], Cameras]
# option -> (type of its value, None for a switch; what it does; help)
EDITS: dict[str, tuple[type | None, Edit, str]] = {
    "retime": (int, lambda c, n: edits.retime(c, n), "the same move in N frames"),
    "ease": (str, lambda c, e: edits.retime(c, len(c), ease=e), "speed of the move: smooth, in, out"),
    "resample": (float, lambda c, fps: edits.resample(c, fps), "the same time at another frame rate"),
    "skip": (int, lambda c, n: edits.trim(c, n), "drop the first N frames"),
    "keep": (int, lambda c, n: edits.trim(c, 0, n), "keep the first N frames"),
    "hold": (int, lambda c, n: edits.hold(c, 0, n), "stand still for N frames at the end"),
    "reverse": (None, lambda c, _: edits.reverse(c), "run backwards"),
    "there-and-back": (None, lambda c, _: edits.ping_pong(c), "run back to the start"),
    "loop": (int, lambda c, n: edits.loop(c, n), "N frames more, back to the start at matching speed"),
    "join": (Path, lambda c, path: edits.concat(c, _beside(path, c), 6), "carry on with the path of a file"),
    "smooth": (float, lambda c, s: replace(c, c2w=edits.smooth(c.c2w, s)), "low-pass by a Gaussian of N frames"),
    "stabilise": (float, lambda c, hz: edits.stabilise(c, hz), "remove what is faster than N Hz"),
    "shake": (float, _shaken, "a hand that shakes by N degrees"),
    "scale": (float, lambda c, f: edits.scaled(c, f), "N times the way"),
    "amplify": (float, lambda c, f: edits.amplified(c, f), "N times the move: way, turns and zoom"),
    "mirror": (None, lambda c, _: edits.mirror(c), "for the mirrored picture"),
    "base": (None, lambda c, _: edits.rebased(c), "seen from the first camera"),
}


def _beside(path: Path, like: Cameras) -> Cameras:
    return read_cameras(path, like.width, like.height)


class _InOrder(argparse.Action):
    """Collects the edits in the order they stand on the command line."""

    def __call__(
        self, parser: argparse.ArgumentParser, namespace: Namespace, values: Any, option_string: str | None = None
    ) -> None:
        namespace.edits = [*namespace.edits, (option_string.removeprefix("--"), values)]


def add_edits(command: argparse.ArgumentParser) -> None:
    """The options of all edits."""
    command.set_defaults(edits=[])
    for name, (kind, _, help) in EDITS.items():
        value = {"nargs": 0} if kind is None else {"type": kind, "metavar": "FILE" if kind is Path else "N"}
        command.add_argument(f"--{name}", action=_InOrder, dest="edits", help=help, **value)


def path(args: Namespace, stage: Stage) -> None:
    """Writes the edited path, and prints what it was and what it is."""
    require_camera_name(args.out)
    size = args.size or (None, None)
    cameras = read_cameras(args.path, *size, args.fps, poses=args.poses, name=args.camera_name)
    note(f"in:  {path_summary(cameras)}")
    for name, value in args.edits:
        cameras = EDITS[name][1](cameras, value)
    write_cameras(args.out, cameras)
    note(f"out: {path_summary(cameras)}")
