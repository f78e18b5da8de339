"""Files that nodes read and write: only inside the host's input, output and temp folders."""

from __future__ import annotations

from pathlib import Path

import folder_paths


def _folders() -> list[Path]:
    getters = (folder_paths.get_input_directory, folder_paths.get_output_directory, folder_paths.get_temp_directory)
    return [Path(get()).resolve() for get in getters]


def _found(name: str) -> Path | None:
    for folder in _folders():
        path = (folder / name).resolve()
        if name.strip() and path.is_relative_to(folder) and path.exists():
            return path
    return None


def existing(name: str) -> Path:
    """The named file (or folder) of the input, output or temp folder; FileNotFoundError names the places searched."""
    path = _found(name)
    if path is None:
        places = " or ".join(str(folder) for folder in _folders()[:2])
        raise FileNotFoundError(f"path {name!r} is not a file in {places}; put it there and give its name")
    return path


def fingerprint(name: str | None) -> str:
    """Changes when the named file, or a file in the named folder, does; the same text while it is missing.

    None, which is what the host hands over for a linked name, has one too: an error would run all that follows anew.
    """
    path = None if name is None else _found(name)
    if path is None:
        return "missing"
    stats = [part.stat() for part in (sorted(path.iterdir()) if path.is_dir() else [path])]
    return ":".join([str(path), *(f"{stat.st_size}:{stat.st_mtime_ns}" for stat in stats)])


def next_output(prefix: str, suffix: str) -> Path:
    """A path in the output folder that is not there yet; its folder is made."""
    folder, stem, _, _, _ = folder_paths.get_save_image_path(prefix, folder_paths.get_output_directory())
    number = 1
    while (path := Path(folder) / f"{stem}_{number:05d}{suffix}").exists():
        number += 1
    return path
