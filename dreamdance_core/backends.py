"""Finds and loads backends. One file (or small package) in <family>/backends/ is one backend; its name is the entry."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from .runtime import Runtime

FAMILIES = ("segment", "pose", "camera", "depth", "caption", "inpaint", "video")


def names(family: str) -> list[str]:
    """The backends of a family, by file name; imports none of them."""
    if family not in FAMILIES:
        raise ValueError(f"family must be one of {', '.join(FAMILIES)}, got {family!r}")
    folder = Path(__file__).parent / family / "backends"
    entries = (p for p in folder.iterdir() if p.suffix == ".py" or (p / "__init__.py").is_file())
    return sorted(p.stem for p in entries if not p.name.startswith("_"))


def resolve(family: str, name: str, run: Runtime) -> str:
    """The backend a name stands for on this machine: itself, or what a file with `pick(run)` chooses instead."""
    pick = getattr(_module(family, name), "pick", None)
    return name if pick is None else pick(run)


def origin(family: str, name: str) -> str:
    """What a backend is, where it comes from and under which licence: its docstring's first line."""
    return _module(family, name).__doc__.split("\n", 1)[0]


def load(family: str, name: str, run: Runtime, **options: Any) -> Any:
    """The named backend, ready to call (see the Protocols in types.py).

    Raises ValueError for an unknown name, ImportError naming the extra when a package is missing, FileNotFoundError
    naming file, folder and command when weights are missing.
    """
    return _module(family, name).load(run, **options)


def _module(family: str, name: str) -> ModuleType:
    known = names(family)
    if name not in known:
        raise ValueError(f"{family} backend must be one of {', '.join(known)}, got {name!r}")
    return import_module(f".{family}.backends.{name}", __package__)
