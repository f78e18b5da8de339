"""The pycolmap backend on a rendered room whose camera travels: the worker, its path, its focal length, its cancel."""

from __future__ import annotations

import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from torch import Tensor

from dreamdance_core import backends
from dreamdance_core.camera.backends import pycolmap as backend
from dreamdance_core.camera.estimate import estimate_camera
from dreamdance_core.camera.picture import draw_path
from dreamdance_core.camera.register import interpolate
from dreamdance_core.geometry.align import path_error
from dreamdance_core.geometry.pinhole import intrinsics, rays
from dreamdance_core.geometry.rigid import rebase, rigid, so3_exp
from dreamdance_core.process import WorkerError
from dreamdance_core.runtime import Runtime
from dreamdance_core.types import CameraSolution

WIDTH, HEIGHT, FOCAL, COUNT = 320, 192, 290.0, 12


def _texture(seed: int) -> np.ndarray:
    random = np.random.default_rng(seed)
    grains = [random.random((1024 // step, 1024 // step, 3)).astype(np.float32) for step in (6, 14, 50)]
    return np.clip(
        sum(cv2.resize(g, (1024, 1024), interpolation=cv2.INTER_CUBIC) for g in grains) / 3 * 1.8 - 0.4, 0, 1
    )


def _room(c2w: Tensor) -> Tensor:
    """A back wall, a floor, a side wall and a card in front, seen by ray casting; (T,H,W,3)."""
    axes = ((2, 6.0), (1, 1.3), (0, -2.6), (2, 3.2))  # plane: coordinate = value; the card is cut out below
    textures = [_texture(k) for k in range(4)]
    K, frames = intrinsics(WIDTH, HEIGHT, FOCAL), []
    for pose in c2w:
        direction = (rays(K, WIDTH, HEIGHT) @ pose[:3, :3].T).numpy()
        centre, nearest = pose[:3, 3].numpy(), np.full((HEIGHT, WIDTH), np.inf)
        frame = np.zeros((HEIGHT, WIDTH, 3), np.float32)
        for k, (axis, value) in enumerate(axes):
            s = (value - centre[axis]) / np.where(np.abs(direction[..., axis]) < 1e-6, 1e-6, direction[..., axis])
            hit = centre + s[..., None] * direction
            u, v = (hit[..., a].astype(np.float32) for a in range(3) if a != axis)
            seen = (s > 0) & (s < nearest)
            if k == 3:
                seen &= (np.abs(u - 0.6) < 0.5) & (np.abs(v - 0.4) < 0.6)
            colour = cv2.remap(textures[k], (u * 80 + 512) % 1023, (v * 80 + 512) % 1023, cv2.INTER_LINEAR)
            frame[seen], nearest[seen] = colour[seen], s[seen]
        frames.append(frame)
    return torch.from_numpy(np.stack(frames))


def _path() -> Tensor:
    share = torch.linspace(0, 1, COUNT)[:, None]
    turn = so3_exp(share * torch.tensor([0.05, -0.2, 0.02]))
    bend = torch.sin(3 * share) * torch.tensor([0.0, -0.25, 0.1])
    return rigid(turn, share * torch.tensor([1.2, -0.1, 0.5]) + bend)


@pytest.fixture(scope="module")
def solved() -> tuple[Tensor, CameraSolution, list[tuple[int, int]]]:
    pytest.importorskip("pycolmap")
    frames, reports = _room(_path()), []

    def report(done: int, total: int, preview: Tensor | None = None) -> None:
        reports.append((done, total))

    run = Runtime(report=report)
    solver = backends.load("camera", "pycolmap", run, features=800, threads=2)
    return frames, estimate_camera(frames, solver, fps=12.0, run=run), reports


def test_travelling_camera_is_found(solved: tuple) -> None:
    """Traps 4, 7 and 10: c2w, frame 0 the identity, and only the unit is open. Focal length unknown."""
    _, solution, reports = solved
    assert solution.kind == "parallax"
    assert bool(solution.solved.all())
    assert torch.equal(solution.cameras.c2w[0], torch.eye(4))
    error = path_error(solution.cameras.c2w, rebase(_path()))
    assert error.ate_over_path is not None and error.ate_over_path < 0.004
    assert error.rotation_deg < 0.4
    assert abs(float(solution.cameras.K[0, 0, 0]) / FOCAL - 1) < 0.02
    assert solution.median_depth is not None
    assert 3.0 < solution.median_depth * error.scale < 6.0  # the room's surfaces lie 2.6 to 6 ahead
    assert solution.cameras.fps == 12.0
    assert len(reports) > COUNT and all(0 <= done <= total for done, total in reports)


def test_path_is_drawn(solved: tuple) -> None:
    """Both views hold ink, and a path that runs ahead rises in the one from above."""
    picture = draw_path(solved[1])
    assert picture.shape == (480, 960, 3)
    blue, red = picture[40:440, :480, 2] - picture[40:440, :480, 0], picture[40:440, :480, 0] - picture[40:440, :480, 2]
    early, late = (m.gt(0.5).nonzero().float().mean(0) for m in (blue, red))
    assert float(late[0]) < float(early[0])  # further up = further ahead
    assert float(late[1]) > float(early[1])  # further right


def test_left_out_frames_are_placed_on_the_known_points(solved: tuple) -> None:
    """Half of the frames are solved jointly, the others by their points: no interpolation, the same path."""
    frames, _, _ = solved
    run = Runtime()
    solver = backends.load("camera", "pycolmap", run, features=800, most=6, threads=2)
    solution = solver(frames, None, FOCAL)
    assert bool(solution.solved.all())
    assert float(solution.cameras.K[0, 0, 0]) == pytest.approx(FOCAL, rel=1e-5)
    error = path_error(solution.cameras.c2w, rebase(_path()))
    assert error.ate_over_path is not None and error.ate_over_path < 0.006


def test_cancel_ends_the_solver(solved: tuple) -> None:
    class Cancelled(BaseException):
        pass

    def report(done: int, total: int, preview: Tensor | None = None) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        backends.load("camera", "pycolmap", Runtime(report=report))(solved[0], None, None)


def test_pictures_without_a_path_are_unsolved() -> None:
    """Noise has no camera: nothing is solved, nothing moves, and the reason is told."""
    pytest.importorskip("pycolmap")
    frames = torch.rand(3, 64, 96, 3, generator=torch.Generator().manual_seed(0))
    solution = backend.tiny()(frames, None, None)
    assert not bool(solution.solved.any())
    assert torch.equal(solution.cameras.c2w, torch.eye(4).repeat(3, 1, 1))
    assert "pycolmap" in solution.notes[0]


def test_a_crash_of_the_solver_leaves_a_path_without_translation() -> None:
    """Trap 9: the fallback turns, and says so."""

    def crashes(frames: Tensor, person_mask: Tensor | None, focal: float | None) -> CameraSolution:
        raise WorkerError("the camera solver stopped with signal SIGSEGV: it wrote no message")

    solution = estimate_camera(_room(_path()), crashes, run=Runtime())
    assert solution.kind in ("rotation", "zoom")
    assert bool((solution.cameras.c2w[:, :3, 3] == 0).all())
    assert any("SIGSEGV" in note and "without translation" in note for note in solution.notes)


def test_interpolation_between_known_frames() -> None:
    """Constant speed between known poses, rest outside them."""
    half = rigid(so3_exp(torch.tensor([[0.0, 0, 0], [0.0, 0.4, 0]])), torch.tensor([[0.0, 0, 0], [2.0, 0, 0]]))
    path, known = interpolate(np.array([1, 5]), half, 7)
    assert known.tolist() == [False, True, False, False, False, True, False]
    torch.testing.assert_close(path[:, 0, 3], torch.tensor([0, 0, 0.5, 1, 1.5, 2, 2]))
    torch.testing.assert_close(path[2, :3, :3], so3_exp(torch.tensor([0.0, 0.1, 0])))


def test_worker_imports_neither_opencv_nor_the_package() -> None:
    """pycolmap and OpenCV 5 abort in one process, and a pack loaded by path cannot be imported by name."""
    for script in (Path(backend.__file__).parent.parent / "workers").glob("[!_]*.py"):
        imports = [line.split()[1] for line in script.read_text().splitlines() if line.startswith(("import ", "from "))]
        assert {name.split(".")[0] for name in imports} <= sys.stdlib_module_names | {"numpy", "pycolmap"}, script
