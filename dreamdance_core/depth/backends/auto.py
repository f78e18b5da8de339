"""The best depth this machine has: Depth Anything V2 where its weights are on disk, else the room box (no download).

Nothing is fetched even with downloads turned on: choose depth_anything_v2 once, or `dreamdance weights get` it.
"""

from __future__ import annotations

import importlib.util
from dataclasses import replace

from ...io import weights
from ...runtime import Runtime
from ...types import DepthBackend
from . import depth_anything_v2, room_box


def pick(run: Runtime) -> str:
    """The name of the backend that load returns."""
    if importlib.util.find_spec("transformers") is None:
        return "room_box"
    try:
        weights.locate("depth_anything_v2", replace(run, download=False))
    except FileNotFoundError:
        return "room_box"
    return "depth_anything_v2"


def load(run: Runtime) -> DepthBackend:
    """The picked backend itself."""
    chosen = {"room_box": room_box, "depth_anything_v2": depth_anything_v2}[pick(run)]
    return chosen.load(replace(run, download=False))


def tiny() -> DepthBackend:
    """The one that needs no weights."""
    return room_box.tiny()
