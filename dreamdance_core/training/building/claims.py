"""Who works on what: a file that only one process can make, so that several share a folder without talking."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

LIMIT = 900.0  # seconds without a sign of life after which a claim is void
_BEAT = 20.0  # seconds between signs of life


class Claim:
    """A claim that is held; `beat` is called often and shows now and then that its owner lives."""

    def __init__(self, path: Path, text: str) -> None:
        self._path, self._text, self._last = path, text, time.monotonic()

    def beat(self) -> None:
        if time.monotonic() - self._last > _BEAT:
            self._last = time.monotonic()
            if self._is_mine():
                with contextlib.suppress(FileNotFoundError):
                    os.utime(self._path)

    def give_up(self) -> None:
        """Takes the claim away, unless another process took it over meanwhile."""
        if self._is_mine():
            self._path.unlink(missing_ok=True)

    def _is_mine(self) -> bool:
        try:
            return self._path.read_text() == self._text
        except FileNotFoundError:
            return False


@contextmanager
def claimed(path: Path) -> Iterator[Claim | None]:
    """The claim on a piece of work, given up at the end; None where another process holds it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"host": _host(), "pid": os.getpid(), "claim": uuid4().hex})
    if not _make(path, text) and (not _void(path) or not _make(path, text)):
        yield None
        return
    claim = Claim(path, text)
    try:
        yield claim
    finally:
        claim.give_up()


def _make(path: Path, text: str) -> bool:
    try:
        with path.open("x") as file:
            file.write(text)
        return True
    except FileExistsError:
        return False


def _host() -> str:
    """The machine's name, and on Linux the room in which its process numbers count: containers may share a name."""
    try:
        return f"{socket.gethostname()} {os.readlink('/proc/self/ns/pid')}"
    except OSError:
        return socket.gethostname()


def _void(path: Path) -> bool:
    """Takes away a claim whose owner is gone; whether there is none any more.

    It is moved first: of two that find it, one moves it. Who moved a fresh one by mistake puts it back.
    """
    try:
        text, age = path.read_text(), time.time() - path.stat().st_mtime
    except FileNotFoundError:
        return True
    if not _dead(text, age):
        return False
    aside = path.with_name(f".{path.name}.{socket.gethostname()}.{os.getpid()}")
    try:
        path.rename(aside)
    except FileNotFoundError:
        return True
    try:
        if aside.read_text() == text:
            return True
        with contextlib.suppress(FileExistsError):
            os.link(aside, path)
        return False
    finally:
        aside.unlink(missing_ok=True)


def _dead(text: str, age: float) -> bool:
    if age > LIMIT:
        return True
    try:
        owner = json.loads(text)
        host, pid = owner["host"], int(owner["pid"])
    except (ValueError, KeyError, TypeError):
        return age > 5  # killed while it wrote this
    if host != _host():
        return False
    if pid == os.getpid():
        return True  # an earlier process of this number
    return not _alive(pid)


def _alive(pid: int) -> bool:
    if os.name == "nt":  # there, signal 0 would end it; age decides
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
