"""Runs a stand-alone worker script in its own process, so that a native crash or a cancel cannot take the host down."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from .runtime import Runtime


class WorkerError(RuntimeError):
    """A worker process ended without its result; the message is one sentence for the user."""


def run_worker(script: Path, job_dir: Path, run: Runtime, *, poll: float = 0.2, what: str = "camera solver") -> None:
    """Runs `python script job_dir` until it ends; files in job_dir carry the data both ways.

    The script imports nothing of this package (the host may have loaded it by path), writes progress as
    {"done": i, "total": n} to job_dir/progress.json (by atomic rename) and should exit when its standard input closes,
    which happens when this process dies. run.report is called every `poll` seconds; if it raises, or anything else
    interrupts the wait, the worker and its children are killed. Raises WorkerError when the worker exits with an
    error or crashes.
    """
    if not sys.executable:
        raise WorkerError(f"the {what} needs a Python executable to start, but sys.executable is empty in this host")
    log = job_dir / "stderr.txt"
    with log.open("wb") as stderr:
        worker = subprocess.Popen(
            [sys.executable, str(script), str(job_dir)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=stderr,
            start_new_session=True,  # its own process group, so that its children can be killed with it
        )
        try:
            code = None
            while code is None:
                run.report(*_progress(job_dir))
                with contextlib.suppress(subprocess.TimeoutExpired):
                    code = worker.wait(poll)
        finally:
            _kill(worker)
    if code != 0:
        raise WorkerError(_last_words(what, code, log))


def _progress(job_dir: Path) -> tuple[int, int]:
    try:
        state = json.loads((job_dir / "progress.json").read_text())
    except (FileNotFoundError, PermissionError):  # not there yet; on Windows: being replaced
        return 0, 1
    return int(state["done"]), int(state["total"])


def _kill(worker: subprocess.Popen) -> None:
    """Ends the worker and all its descendants; harmless when they are gone."""
    if os.name == "nt":
        if worker.poll() is None:
            subprocess.run(["taskkill", "/F", "/T", "/PID", str(worker.pid)], capture_output=True, check=False)
    else:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(worker.pid, signal.SIGKILL)
    worker.stdin.close()
    worker.wait()


def _last_words(what: str, code: int, log: Path) -> str:
    """How the worker ended: the signal's name or the exit code, then the last line it wrote, stack traces aside."""
    how = f"exit code {code}"
    if code < 0:
        with contextlib.suppress(ValueError):
            how = f"signal {signal.Signals(-code).name}"
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines()]
    told = [line for line in lines if line and not line.startswith(("@", "***", "PC:"))]
    tail = told[-1][-300:] if told else "it wrote no message"
    return f"the {what} stopped with {how}: {tail}"
