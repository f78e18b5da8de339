"""Finds published weights on this machine, checks them, and fetches them when the user asked for it.

Order: the run's folders, the default folder, files of an installed package wheel (its code is never imported), the hub
client's cache. The network is touched by `get`, and by `locate` only with run.download.
"""

from __future__ import annotations

import hashlib
import http.client
import io
import os
import pickle  # noqa: TID251 - read by _ArraysOnly alone
import pickletools
import urllib.error
import urllib.request
from collections.abc import Iterator
from functools import lru_cache
from importlib import metadata
from pathlib import Path
from zipfile import is_zipfile

import numpy as np
import torch
from safetensors import safe_open
from safetensors.numpy import save_file
from torch import Tensor

from ..runtime import Runtime
from .weight_list import REGISTRY, Weight

__all__ = ["REGISTRY", "Weight", "as_safetensors", "default_folder", "get", "locate", "plain_checkpoint", "table"]

_EARLIER = bytes.fromhex("80028a0a6cfc9c46f9206aa850192e")  # a .pth of PyTorch before 1.6 begins so
CHUNK = 1 << 18  # bytes; small enough that progress is reported many times a second


def default_folder() -> Path:
    """$DREAMDANCE_WEIGHTS, else ~/.cache/dreamdance."""
    chosen = os.environ.get("DREAMDANCE_WEIGHTS")
    return Path(chosen).expanduser() if chosen else Path.home() / ".cache" / "dreamdance"


def locate(name: str, run: Runtime) -> Path:
    """The verified file (for a hub set: the folder) of a registered weight on this machine.

    Raises FileNotFoundError that names file, folder and command; ValueError for an unknown name or a damaged file.
    """
    weight = _registered(name)
    folders = (*run.weight_folders, default_folder())
    for folder in folders:
        path = Path(folder) / weight.file
        if weight.hub is None and path.is_file():
            return _verified(path, weight)
        if weight.hub is not None and _holds_weights(path):
            return path
    found = _in_wheel(weight) if weight.hub is None else _in_hub_cache(weight)
    if found is not None:
        return found
    if run.download and not weight.by_hand:
        return get(weight.name, folders[0], run)
    command = "" if weight.by_hand else f", or run `dreamdance weights get {weight.name}`"
    raise FileNotFoundError(
        f"{weight.file} ({_megabytes(weight)}{weight.licence}) is not on this machine: put it into {folders[0]} "
        f"from {weight.sources[0]}{command}"
    )


def get(name: str, folder: Path | str, run: Runtime) -> Path:
    """The weight in folder, downloaded if need be: resumed from a .part file, checked, renamed only when whole.

    Raises ConnectionError that names every address tried, ValueError when the bytes are not the published ones.
    """
    weight = _registered(name)
    target = Path(folder) / weight.file
    if weight.hub is not None:
        return _get_from_hub(weight, target)
    if target.is_file():
        return _verified(target, weight)
    if weight.by_hand:
        raise ConnectionError(
            f"{weight.file} can only be fetched with a browser: open {weight.sources[0]} and put the file into "
            f"{target.parent}"
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    failures = []
    for address in weight.sources:
        failure = _download(address, part, weight, run)
        if failure is None:
            _verified(part, weight, then_delete=True)
            os.replace(part, target)
            return target
        failures.append(f"{address}: {failure}")
    raise ConnectionError(
        f"{weight.file} could not be downloaded ({'; '.join(failures)}); without a network, copy the file into "
        f"{target.parent} by hand"
    )


def plain_checkpoint(path: Path, *, old: bool = False) -> dict[str, Tensor]:
    """The tensors of a .pth that PyTorch 1.6 or later saved, by name; code in it never runs.

    old: files of earlier versions are read too, and a `state_dict` among other things is taken out of them, with the
    `module.` that parallel training leaves before its names. Raises ValueError for a file that is something else or
    holds more than tensors.
    """
    with path.open("rb") as stream:
        earlier = stream.read(len(_EARLIER)) == _EARLIER
    if not (is_zipfile(path) or (old and earlier)):
        since = "PyTorch" if old else "PyTorch 1.6 or later"
        raise ValueError(f"{path} must be a .safetensors file or a .pth saved by {since}; fetch it anew")
    try:
        found = torch.load(path, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError, KeyError) as failure:
        line = (str(failure) or type(failure).__name__).splitlines()[0]
        raise ValueError(f"{path} must hold plain tensors and nothing else ({line}); fetch it anew") from failure
    if old and isinstance(found, dict) and isinstance(found.get("state_dict"), dict):
        found = found["state_dict"]
    if old and isinstance(found, dict):
        found = {str(name).removeprefix("module."): value for name, value in found.items()}
    if not isinstance(found, dict) or not all(isinstance(value, Tensor) for value in found.values()):
        raise ValueError(f"{path} must hold tensors by name and nothing else; save its state_dict as safetensors")
    return found


def as_safetensors(name: str, run: Runtime) -> Path:
    """The same arrays as safetensors in the default folder, of a weight that was published as a pickle of arrays.

    Names are the keys joined by dots. Converted once; later calls need the published file no more. Raises like
    `locate`, and ValueError for a file that holds anything but arrays.
    """
    weight = _registered(name)
    target = default_folder() / f"{weight.name}.safetensors"
    if target.is_file():
        with safe_open(target, "np") as file:
            if (file.metadata() or {}).get("sha256") == weight.sha256:
                return target
    arrays = _numpy_arrays(locate(name, run).read_bytes(), weight.file)
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f"{target.name}.{os.getpid()}.part")  # two processes may convert at the same time
    save_file(arrays, part, {"sha256": weight.sha256})
    os.replace(part, target)
    return target


def table(run: Runtime) -> list[dict[str, str]]:
    """One row per registered weight for `dreamdance weights list`: name, used by, licence, size, default, where."""
    rows = []
    offline = Runtime(weight_folders=run.weight_folders)
    for weight in REGISTRY.values():
        try:
            where = str(locate(weight.name, offline))
        except FileNotFoundError:
            where = "-"
        except ValueError:
            where = "damaged"
        rows.append(
            {
                "name": weight.name,
                "used by": weight.used_by,
                "licence": weight.licence,
                "commercial": "yes" if weight.permissive else "read the licence",
                "size": f"{weight.size / 1e6:.1f} MB" if weight.size else "-",
                "default": "yes" if weight.default else "",
                "where": where,
                "source": weight.sources[0],
            }
        )
    return rows


def _registered(name: str) -> Weight:
    if name in REGISTRY:
        return REGISTRY[name]
    for weight in REGISTRY.values():
        if weight.file == name:
            return weight
    raise ValueError(f"weight must be one of {', '.join(REGISTRY)}, got {name!r}")


def _megabytes(weight: Weight) -> str:
    return f"{weight.size / 1e6:.1f} MB, " if weight.size else ""


@lru_cache(maxsize=256)
def _sha256(path: Path, size: int, mtime_ns: int) -> str:
    """Keyed by size and time too, so that a changed file is read again and an unchanged one is not."""
    with path.open("rb") as stream:
        digest = hashlib.sha256()
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _verified(path: Path, weight: Weight, then_delete: bool = False) -> Path:
    if weight.sha256 is None:  # published without one; who reads the file checks its tensors
        return path
    stat = path.stat()
    found = _sha256(path, stat.st_size, stat.st_mtime_ns)
    if found == weight.sha256:
        return path
    if then_delete:
        path.unlink()
    raise ValueError(
        f"{path} is not the published {weight.file}: sha256 must be {weight.sha256}, got {found}; delete it and run "
        f"`dreamdance weights get {weight.name}`"
    )


def _in_wheel(weight: Weight) -> Path | None:
    if weight.wheel is None:
        return None
    distribution, inside = weight.wheel
    try:
        path = Path(metadata.distribution(distribution).locate_file(inside))
    except metadata.PackageNotFoundError:
        return None
    return _verified(path, weight) if path.is_file() else None


def _holds_weights(folder: Path) -> bool:
    """A folder with configurations only is a broken copy, not a find."""
    return folder.is_dir() and any(path.suffix in (".safetensors", ".pth") for path in folder.rglob("*"))


def _in_hub_cache(weight: Weight) -> Path | None:
    try:
        from huggingface_hub import snapshot_download
        from huggingface_hub.errors import LocalEntryNotFoundError
    except ImportError:
        return None
    try:
        folder = Path(snapshot_download(weight.hub, allow_patterns=list(weight.hub_files), local_files_only=True))
    except LocalEntryNotFoundError:
        return None
    return folder if _holds_weights(folder) else None


def _get_from_hub(weight: Weight, target: Path) -> Path:
    try:
        from huggingface_hub import snapshot_download
    except ImportError as missing:
        raise ImportError(
            f"{weight.name} needs the hub client: pip install huggingface_hub (the extra dreamdance[diffusion])"
        ) from missing
    try:
        snapshot_download(weight.hub, local_dir=target, allow_patterns=list(weight.hub_files))
    except (OSError, ValueError) as failure:  # the client's own errors are subclasses of these
        reason = str(failure).splitlines()[0] if str(failure) else type(failure).__name__
        raise ConnectionError(
            f"{weight.name} could not be downloaded from {weight.sources[0]} ({reason}); without a network, copy the "
            f"repository's files into {target} by hand"
        ) from failure
    return target


def _download(address: str, part: Path, weight: Weight, run: Runtime) -> str | None:
    """Appends to part until it is whole; None then, else the reason. Goes on after a break as long as bytes arrive."""
    while True:
        before = part.stat().st_size if part.exists() else 0
        if before == weight.size:
            return None
        try:
            _append(address, part, before, weight, run)
        except (OSError, http.client.HTTPException) as failure:  # URLError, timeouts and resets are OSErrors
            reason = str(failure) or type(failure).__name__
        else:
            reason = "the connection closed early"
        after = part.stat().st_size if part.exists() else 0
        if after == weight.size:
            return None
        if after <= before:
            return reason


def _append(address: str, part: Path, have: int, weight: Weight, run: Runtime) -> None:
    request = urllib.request.Request(address, headers={"User-Agent": "dreamdance"})
    if have:
        request.add_header("Range", f"bytes={have}-")
    try:
        response = urllib.request.urlopen(request, timeout=30)
    except urllib.error.HTTPError as error:
        if error.code == 416:  # the part is longer than the file: it is not a beginning of it
            part.unlink()
        raise
    with response:
        resumed = have and response.status == 206
        with part.open("ab" if resumed else "wb") as stream:
            done = have if resumed else 0
            while block := response.read(CHUNK):
                stream.write(block)
                done += len(block)
                if done > weight.size:
                    raise OSError(f"more than the published {weight.size} bytes came")
                run.report(done, weight.size)


# All that a dictionary of plain arrays needs; the two calls, REDUCE and BUILD, reach nothing but _BUILDERS.
# fmt: off
_OPCODES = {
    "PROTO", "MARK", "STOP", "EMPTY_DICT", "SETITEM", "SETITEMS", "BINPUT", "BINGET", "BINUNICODE", "BININT",
    "BININT1", "BININT2", "TUPLE", "TUPLE1", "TUPLE2", "TUPLE3", "GLOBAL", "REDUCE", "BUILD", "BINBYTES",
    "SHORT_BINBYTES", "NONE", "NEWTRUE", "NEWFALSE",
    "FRAME", "MEMOIZE", "LONG_BINGET", "SHORT_BINUNICODE", "STACK_GLOBAL",  # of protocol 4: the same, shorter
}
# fmt: on


def _empty_array(kind: object, shape: object, code: object) -> np.ndarray:
    return np.empty(0, np.int8)  # BUILD gives it shape, type and bytes


def _float32(code: str, align: bool, copy: bool) -> np.dtype:
    if code != "f4":
        raise pickle.UnpicklingError(f"its arrays are {code!r}, not float32")
    return np.dtype(code)


_BUILDERS = {
    ("numpy.core.multiarray", "_reconstruct"): _empty_array,
    ("numpy", "dtype"): _float32,
    ("numpy", "ndarray"): None,  # named as `kind` only
}


class _ArraysOnly(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> object:
        if (module, name) not in _BUILDERS:
            raise pickle.UnpicklingError(f"{module}.{name} is not a part of a plain array")
        return _BUILDERS[module, name]


def _numpy_arrays(published: bytes, file: str) -> dict[str, np.ndarray]:
    """Nested dictionaries of float32 arrays, flattened; ValueError before anything else could be built."""
    try:
        strange = {op.name for op, _, _ in pickletools.genops(published)} - _OPCODES
        if strange:
            raise pickle.UnpicklingError(f"it uses {', '.join(sorted(strange))}")
        flat = dict(_flatten(_ArraysOnly(io.BytesIO(published)).load()))
    except (pickle.UnpicklingError, ValueError, TypeError, KeyError, AttributeError, EOFError) as failure:
        raise ValueError(f"{file} must be a pickle of plain float32 arrays and nothing else: {failure}") from failure
    return flat


def _flatten(tree: object, prefix: str = "") -> Iterator[tuple[str, np.ndarray]]:
    if isinstance(tree, np.ndarray) and tree.dtype == np.float32:
        yield prefix, np.ascontiguousarray(tree)
        return
    if not isinstance(tree, dict):
        raise ValueError(f"{prefix or 'the top'} is a {type(tree).__name__}")
    for key, value in tree.items():
        yield from _flatten(value, f"{prefix}.{key}" if prefix else str(key))
