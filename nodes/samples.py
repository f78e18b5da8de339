"""The picture and the clip that ship with the pack (samples/)."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "samples"


def names(suffix: str) -> list[str]:
    """The shipped files of a kind (".png", ".mp4")."""
    return sorted(path.name for path in FOLDER.glob(f"*{suffix}"))
