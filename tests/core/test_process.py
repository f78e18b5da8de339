"""Worker processes: results, progress, cancel with all descendants, and deaths told in one sentence."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest
from torch import Tensor

from dreamdance_core.process import WorkerError, run_worker
from dreamdance_core.runtime import Runtime

POSIX = pytest.mark.skipif(os.name == "nt", reason="signals and process groups")


def _script(folder: Path, text: str) -> Path:
    path = folder / "worker.py"
    path.write_text("import json, os, sys, time\nfrom pathlib import Path\njob = Path(sys.argv[1])\n" + text)
    return path


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not (stat.exists() and stat.read_text().split(")")[-1].split()[0] == "Z")


def _gone(pid: int) -> bool:
    for _ in range(100):
        if not _alive(pid):
            return True
        time.sleep(0.05)
    return False


def test_files_and_progress_come_back(tmp_path: Path) -> None:
    script = _script(
        tmp_path,
        "(job / 'out.txt').write_text((job / 'in.txt').read_text().upper())\n"
        "(job / 'progress.json').write_text(json.dumps({'done': 3, 'total': 7}))\n"
        "time.sleep(0.5)\n",
    )
    (tmp_path / "in.txt").write_text("héllo")
    seen: list[tuple[int, int]] = []

    def report(done: int, total: int, preview: Tensor | None = None) -> None:
        seen.append((done, total))

    run_worker(script, tmp_path, Runtime(report=report), poll=0.05)
    assert (tmp_path / "out.txt").read_text() == "HÉLLO"
    assert seen[0] == (0, 1)
    assert seen[-1] == (3, 7)


@POSIX
def test_cancel_kills_the_worker_and_its_children(tmp_path: Path) -> None:
    script = _script(
        tmp_path,
        "child = os.fork()\n"
        "if child:\n"
        "    (job / 'pids.part').write_text(f'{os.getpid()} {child}')\n"
        "    os.replace(job / 'pids.part', job / 'pids')\n"
        "time.sleep(60)\n",
    )

    class Cancelled(BaseException):
        pass

    def report(done: int, total: int, preview: Tensor | None = None) -> None:
        if (tmp_path / "pids").exists():
            raise Cancelled

    with pytest.raises(Cancelled):
        run_worker(script, tmp_path, Runtime(report=report), poll=0.05)
    for pid in (tmp_path / "pids").read_text().split():
        assert _gone(int(pid))


def test_an_exception_of_the_worker_is_one_sentence(tmp_path: Path) -> None:
    script = _script(tmp_path, "raise ValueError('no such picture')\n")
    with pytest.raises(WorkerError, match="solver stopped with exit code 1: ValueError: no such picture") as caught:
        run_worker(script, tmp_path, Runtime(), what="solver")
    assert "\n" not in str(caught.value)


@POSIX
def test_a_native_crash_is_one_sentence(tmp_path: Path) -> None:
    crash = "print('F check failed: x > 0', file=sys.stderr)\nprint('    @ 0x55 main', file=sys.stderr, flush=True)\n"
    script = _script(tmp_path, crash + f"os.kill(os.getpid(), {int(signal.SIGABRT)})\n")
    with pytest.raises(WorkerError, match=r"signal SIGABRT: F check failed: x > 0$"):
        run_worker(script, tmp_path, Runtime())


def test_a_chatty_worker_does_not_block(tmp_path: Path) -> None:
    script = _script(tmp_path, "for _ in range(20000):\n    print('x' * 100)\n    print('y' * 100, file=sys.stderr)\n")
    run_worker(script, tmp_path, Runtime())
