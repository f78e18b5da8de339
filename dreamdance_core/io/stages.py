"""Finished stages of a run on disk, so that a second run with the same inputs does not compute them again."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, TypeVar

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from .. import __version__
from .. import types as core_types

T = TypeVar("T")


def digest(*parts: Any) -> str:
    """A fingerprint of paths (their content), dataclasses, tensors, mappings, sequences and plain values.

    It changes with the package's version: what an older release computed is not taken for this one's.
    """
    sha = hashlib.sha256(__version__.encode())
    for part in parts:
        if isinstance(part, Path):
            with part.open("rb") as file:
                while chunk := file.read(1 << 20):
                    sha.update(chunk)
        elif isinstance(part, torch.Tensor):
            sha.update(str(part.dtype).encode() + str(tuple(part.shape)).encode())
            flat = part.detach().cpu().contiguous().reshape(-1)
            sha.update(flat.view(torch.uint8).numpy())  # its buffer, not a copy; numpy has no bfloat16
        elif is_dataclass(part):
            sha.update(digest(type(part).__name__, *(getattr(part, item.name) for item in fields(part))).encode())
        elif isinstance(part, dict):
            sha.update(digest([[str(key), part[key]] for key in sorted(part, key=str)]).encode())
        elif isinstance(part, tuple | list):
            sha.update(digest(len(part), *part).encode())
        else:
            sha.update(json.dumps(part, sort_keys=True, default=str).encode())
        sha.update(b"\0")
    return sha.hexdigest()


def _flatten(value: Any, prefix: str, tensors: dict[str, torch.Tensor], plain: dict[str, Any]) -> None:
    for item in fields(value):
        name, part = f"{prefix}{item.name}", getattr(value, item.name)
        if isinstance(part, torch.Tensor):
            tensors[name] = part.detach().cpu().contiguous().clone()
        elif is_dataclass(part):
            plain[name] = {"type": type(part).__name__}
            _flatten(part, f"{name}.", tensors, plain)
        else:
            plain[name] = part


def _restore(kind: type[T], prefix: str, tensors: dict[str, torch.Tensor], plain: dict[str, Any], known: Any) -> T:
    made: dict[str, Any] = {}
    for item in fields(kind):
        name = f"{prefix}{item.name}"
        part = tensors[name] if name in tensors else plain[name]
        if isinstance(part, dict) and set(part) == {"type"}:
            part = _restore(known(part["type"]), f"{name}.", tensors, plain, known)
        made[item.name] = tuple(part) if isinstance(part, list) else part
    return kind(**made)


def _key(name: str, kind: type, depends: Any) -> str:
    return digest(name, [item.name for item in fields(kind)], depends)


class StageFiles:
    """A folder of finished stages, one safetensors file each, valid while what it depends on keeps its `digest`."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder  # None: nothing is kept
        self.reused: list[str] = []

    @contextmanager
    def until_done(self, name: str) -> Iterator[StageFiles]:
        """Files for the parts of one long stage, in a subfolder that goes when the block ends without an error."""
        folder = None if self.folder is None else self.folder / name
        yield StageFiles(folder)
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)

    def once(self, name: str, kind: type[T], depends: Any, compute: Callable[[], T]) -> T:
        """The stored value when all it depends on is unchanged, else compute() stored; `kind` is its dataclass."""
        if self.folder is None:
            return compute()
        key, path = _key(name, kind, depends), self.folder / f"{name}.safetensors"
        stored = self._load(path, kind, key)
        if stored is not None:
            self.reused.append(name)
            return stored
        value = compute()
        self._save(path, value, key)
        return value

    def read(self, name: str, kind: type[T], depends: Any) -> T | None:
        """The stored value of this dataclass when all it depends on is unchanged, else None."""
        if self.folder is None:
            return None
        return self._load(self.folder / f"{name}.safetensors", kind, _key(name, kind, depends))

    def write(self, name: str, value: Any, depends: Any) -> None:
        """Stores a dataclass in the place of an earlier one of this name."""
        if self.folder is not None:
            self._save(self.folder / f"{name}.safetensors", value, _key(name, type(value), depends))

    def _load(self, path: Path, kind: type[T], key: str) -> T | None:
        def known(name: str) -> type:
            return kind if name == kind.__name__ else getattr(core_types, name)

        try:
            with safe_open(path, "pt") as file:
                header = file.metadata() or {}
                if header.get("key") != key:
                    return None
                tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  (not a mapping)
        except (FileNotFoundError, SafetensorError):
            return None  # never finished, or not ours: computed anew
        return _restore(kind, "", tensors, json.loads(header["plain"]), known)

    def _save(self, path: Path, value: Any, key: str) -> None:
        tensors: dict[str, torch.Tensor] = {}
        plain: dict[str, Any] = {}
        _flatten(value, "", tensors, plain)
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".part")
        try:
            save_file(tensors or {"empty": torch.zeros(1)}, partial, {"key": key, "plain": json.dumps(plain)})
            partial.replace(path)
        except SafetensorError as error:  # how a full disk comes through
            raise OSError(f"{path} could not be written ({error}); free some space and run again") from error
        finally:
            partial.unlink(missing_ok=True)
