"""Cameras that do not travel, on generated clips: pan, pan with zoom, zoom, static, blank, and a person in the way."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest
import torch

from dreamdance_core.camera.estimate import estimate_camera
from dreamdance_core.geometry.pinhole import intrinsics
from dreamdance_core.geometry.rigid import so3_exp, so3_log
from dreamdance_core.runtime import Runtime
from dreamdance_core.types import CameraSolution

WIDTH, HEIGHT, FOCAL = 400, 240, 380.0


def _wall(seed: int = 0) -> np.ndarray:
    """A plane of smooth random blobs, 1400x1000."""
    random = np.random.default_rng(seed)
    grains = [random.random((1000 // step, 1400 // step, 3)).astype(np.float32) for step in (8, 20, 60)]
    layers = [cv2.resize(grain, (1400, 1000), interpolation=cv2.INTER_CUBIC) for grain in grains]
    return np.clip(sum(layers) / 3 * 1.6 - 0.3, 0, 1)


def _turning_clip(rotvecs: np.ndarray, zooms: np.ndarray, person: bool = False) -> torch.Tensor:
    """What a camera that turns by R (w2c) and zooms sees: homographies K_t R K^-1 of one wide picture."""
    wall = _wall()
    wide = np.array([[1, 0, -700], [0, 1, -500], [0, 0, FOCAL]])  # wall pixels -> rays of frame 0
    frames = []
    for t, (rotvec, zoom) in enumerate(zip(rotvecs, zooms, strict=True)):
        K = intrinsics(WIDTH, HEIGHT, FOCAL * zoom).double().numpy()
        H = K @ so3_exp(torch.from_numpy(rotvec)).numpy() @ wide
        half = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1]])  # OpenCV counts pixel centres from 0
        frame = cv2.warpPerspective(wall, np.linalg.inv(half) @ H @ half, (WIDTH, HEIGHT), flags=cv2.INTER_LINEAR)
        if person:
            x = 60 + 5 * t
            frame[60:240, x : x + 90] = _wall(7)[60:240, 300 : 300 + 90]
        frames.append(frame)
    return torch.from_numpy(np.stack(frames)).clamp(0, 1)


def _pan(count: int, degrees: float) -> np.ndarray:
    share = np.linspace(0, 1, count)[:, None] * math.radians(degrees)
    return share * np.array([0.15, -1.0, 0.05])


def _no_solver(frames: torch.Tensor, person_mask: torch.Tensor | None, focal: float | None) -> CameraSolution:
    raise AssertionError("a clip without parallax must not reach the solver")


def _errors(solution: CameraSolution, rotvecs: np.ndarray) -> float:
    """Largest angle in degrees between estimated and true orientations, both c2w."""
    truth = so3_exp(torch.from_numpy(rotvecs)).mT.float()
    return float(so3_log(solution.cameras.c2w[:, :3, :3] @ truth.mT).norm(dim=-1).max().rad2deg())


def test_pan_with_a_known_lens() -> None:
    """Trap 9: no translation is made up. Trap 4: c2w, not w2c."""
    turn = _pan(20, 18)
    frames = _turning_clip(turn, np.ones(20))
    solution = estimate_camera(frames, _no_solver, focal=FOCAL, fps=12.0, run=Runtime())
    assert solution.kind == "rotation"
    assert bool((solution.cameras.c2w[:, :3, 3] == 0).all())
    assert _errors(solution, turn) < 0.2
    assert solution.cameras.fps == 12.0
    assert float(solution.cameras.K[0, 0, 0]) == FOCAL


def test_wide_pan_tells_its_lens() -> None:
    """Trap 9."""
    turn = _pan(24, 36)
    solution = estimate_camera(_turning_clip(turn, np.ones(24)), _no_solver, run=Runtime())
    assert solution.kind == "rotation"
    assert abs(float(solution.cameras.K[0, 0, 0]) / FOCAL - 1) < 0.01
    assert _errors(solution, turn) < 0.2
    assert any("estimated" in note for note in solution.notes)


def test_narrow_pan_says_that_the_lens_is_assumed() -> None:
    """A pan of 1.5 degrees moves the picture alike under any lens; the pixels it moves by must be kept."""
    turn = _pan(12, 1.5)
    solution = estimate_camera(_turning_clip(turn, np.ones(12)), _no_solver, run=Runtime())
    assert solution.kind == "rotation"
    assert float(solution.cameras.K[0, 0, 0]) == WIDTH
    assert any("assumed" in note for note in solution.notes)
    angle = float(so3_log(solution.cameras.c2w[-1, :3, :3]).norm()) * WIDTH
    assert abs(angle / (math.radians(1.5) * math.hypot(1, 0.15) * FOCAL) - 1) < 0.03


def test_zoom() -> None:
    zooms = np.linspace(1, 1.5, 18)
    solution = estimate_camera(_turning_clip(np.zeros((18, 3)), zooms), _no_solver, focal=FOCAL, run=Runtime())
    assert solution.kind == "zoom"
    assert _errors(solution, np.zeros((18, 3))) < 0.1
    np.testing.assert_allclose(solution.cameras.K[:, 0, 0].numpy() / FOCAL, zooms, rtol=2e-3)
    np.testing.assert_allclose(solution.cameras.K[:, 1, 1].numpy() / FOCAL, zooms, rtol=2e-3)


def test_a_slow_zoom_is_not_a_rest() -> None:
    """Four percent about the middle: a camera that only turns cannot follow, and does not move for it."""
    zooms = np.linspace(1, 1.04, 24)
    solution = estimate_camera(_turning_clip(np.zeros((24, 3)), zooms), _no_solver, run=Runtime())
    assert solution.kind == "zoom"
    assert float(solution.cameras.K[-1, 0, 0] / solution.cameras.K[0, 0, 0]) == pytest.approx(1.04, abs=0.005)


def test_pan_and_zoom_behind_a_person_nobody_masked() -> None:
    """Trap 9, with a textured figure over a third of the picture that walks against the pan."""
    turn, zooms = _pan(18, 8), np.linspace(1, 1.2, 18)
    frames = _turning_clip(turn, zooms, person=True)
    solution = estimate_camera(frames, _no_solver, focal=FOCAL, run=Runtime())
    assert solution.kind == "zoom"
    assert _errors(solution, turn) < 0.2
    np.testing.assert_allclose(solution.cameras.K[:, 0, 0].numpy() / FOCAL, zooms, rtol=5e-3)


def test_static_camera_behind_a_walking_person() -> None:
    """Noise is no motion; a person walks through, unmasked, then masked."""
    noise = torch.randn(14, HEIGHT, WIDTH, 3, generator=torch.Generator().manual_seed(0)) * 0.01
    frames = (_turning_clip(np.zeros((14, 3)), np.ones(14), person=True) + noise).clamp(0, 1)
    mask = torch.zeros(14, HEIGHT, WIDTH)
    for t in range(14):
        mask[t, 60:, 60 + 5 * t : 150 + 5 * t] = 1
    for person_mask in (None, mask):
        before = frames.clone()
        solution = estimate_camera(frames, _no_solver, person_mask=person_mask, run=Runtime())
        assert solution.kind == "static"
        assert torch.equal(solution.cameras.c2w, torch.eye(4).repeat(14, 1, 1))
        assert bool((solution.cameras.K[1:] == solution.cameras.K[0]).all())
        assert torch.equal(frames, before)


def test_blank_wall_is_static_with_a_note() -> None:
    noise = torch.randn(6, HEIGHT, WIDTH, 3, generator=torch.Generator().manual_seed(0)) * 0.004
    solution = estimate_camera((0.5 + noise).clamp(0, 1), _no_solver, run=Runtime())
    assert solution.kind == "static"
    assert any("could be followed" in note for note in solution.notes)


def test_one_frame_is_static() -> None:
    solution = estimate_camera(torch.rand(1, 48, 64, 3), _no_solver, run=Runtime())
    assert solution.kind == "static"
    assert len(solution.cameras) == 1


def test_cut_is_named() -> None:
    """The camera rests at a cut; it does not jump."""
    a = _turning_clip(np.zeros((6, 3)), np.ones(6))
    frames = torch.cat([a, torch.zeros(2, HEIGHT, WIDTH, 3), _turning_clip(_pan(6, 6), np.ones(6))])
    solution = estimate_camera(frames, _no_solver, focal=FOCAL, run=Runtime())
    assert solution.kind == "rotation"
    assert any("first: 6" in note for note in solution.notes)
    torch.testing.assert_close(solution.cameras.c2w[7], torch.eye(4))
    assert float(so3_log(solution.cameras.c2w[-1, :3, :3]).norm().rad2deg()) == pytest.approx(6.07, abs=0.2)


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"frames": torch.zeros(0, 48, 64, 3)}, "at least one picture"),
        ({"frames": torch.zeros(3, 20, 64, 3)}, "32 px"),
        ({"person_mask": torch.zeros(2, 48, 64)}, "person_mask"),
        ({"focal": 0.8}, "pixels"),
        ({"focal": math.nan}, "pixels"),
        ({"fps": 0.0}, "fps"),
    ],
)
def test_bad_input_is_one_sentence(change: dict, match: str) -> None:
    options = {"frames": torch.zeros(3, 48, 64, 3), "run": Runtime()} | change
    with pytest.raises(ValueError, match=match) as caught:
        estimate_camera(options.pop("frames"), _no_solver, **options)
    assert "\n" not in str(caught.value)
