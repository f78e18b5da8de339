"""Corner tracks: places to a twentieth of a pixel, no drift, jolts; and the solver on them: zoom, breaks, repeats."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import torch

from dreamdance_core import backends
from dreamdance_core.camera.estimate import estimate_camera
from dreamdance_core.camera.patches import align, templates_at
from dreamdance_core.camera.tracking import corners, flow, small_background, small_grays
from dreamdance_core.camera.tracks import key_frames, pairs_of, track_clip
from dreamdance_core.geometry.align import path_error
from dreamdance_core.geometry.pinhole import intrinsics, lift, project
from dreamdance_core.geometry.rigid import rigid_inverse
from dreamdance_core.runtime import Runtime


def _blobs(seed: int, width: int = 640, height: int = 400) -> np.ndarray:
    noise = np.random.default_rng(seed).random((height, width)).astype(np.float32)
    return cv2.normalize(cv2.GaussianBlur(noise, None, 2.5), None, 0, 255, cv2.NORM_MINMAX).astype(np.uint8)


def test_patches_are_found_turned_and_scaled() -> None:
    picture = _blobs(0)
    linear = np.array([[1.12, 0.16], [-0.1, 0.93]])
    shift = np.array([14.3, 9.6])
    corner_map = np.hstack([linear, (linear @ [0.5, 0.5] + shift - 0.5)[:, None]])  # OpenCV counts pixels from 0
    warped = cv2.warpAffine(picture, corner_map, (640, 400), flags=cv2.INTER_CUBIC)
    xy = corners(picture, np.full(picture.shape, 255, np.uint8))
    true = xy @ linear.T + shift
    inside = (true > 20).all(1) & (true < [620, 380]).all(1)
    xy, true = xy[inside], true[inside]
    off = np.random.default_rng(1).uniform(-1, 1, xy.shape)
    found, bend, like = align(templates_at(picture, xy), warped, true + off, np.tile(np.eye(2), (len(xy), 1, 1)))
    assert len(xy) > 100
    error = np.linalg.norm(found - true, axis=1)
    assert np.median(error) < 0.05 and (error < 0.2).mean() > 0.95
    assert np.median(like) > 0.98
    np.testing.assert_allclose(np.median(bend, axis=0), linear, atol=0.02)


def test_tracks_do_not_drift(camera_clips) -> None:
    """Over a whole pan, points stay where the true camera puts them, to a tenth of a pixel at the end too."""
    clip = camera_clips.turning("slow pan", "detail", 3, count=20)
    grays = small_grays(clip.frames, 640)
    tracks = track_clip(grays, small_background(None, grays.shape), Runtime())
    first, last = tracks.shared(0, 19)
    assert len(first) > 100
    K = intrinsics(camera_clips.WIDTH, camera_clips.HEIGHT, clip.focal).double()
    true, _ = project(lift(torch.from_numpy(first), K), K, rigid_inverse(clip.c2w[19]))
    assert float((true - torch.from_numpy(last)).norm(dim=-1).median()) < 0.1


def test_a_jolt_of_a_quarter_of_the_width_is_followed() -> None:
    wide = _blobs(2, 900, 420)
    before, after = wide[10:394, 10:650], wide[4:388, 160:800]
    xy = corners(before, np.full(before.shape, 255, np.uint8))
    moved, good = flow(before, after, xy)
    stays = (xy[:, 0] > 180) & (xy[:, 1] > 20) & (xy[:, 1] < 360)
    assert good[stays].mean() > 0.9
    np.testing.assert_allclose(np.median((moved - xy)[good], axis=0), [-150, 6], atol=0.05)


def test_key_frames_follow_the_motion(camera_clips) -> None:
    clip = camera_clips.turning("pan", "detail", 4, count=24)
    grays = small_grays(clip.frames, 640)
    tracks = track_clip(grays, small_background(None, grays.shape), Runtime())
    keys = key_frames(tracks, grays.shape[2])
    assert keys[0] == 0 and keys[-1] == 23 and 10 <= len(keys) <= 24
    assert len(key_frames(tracks, grays.shape[2], most=12)) <= 13
    assert pairs_of(tracks, grays.shape[2])[1] == []


@pytest.fixture(scope="module")
def travel(camera_clips):
    pytest.importorskip("pycolmap")
    return camera_clips.travelling(5, share=0.25, turn=8.0, count=16)


def _solve(frames: torch.Tensor, **options):
    run = Runtime()
    return estimate_camera(frames, backends.load("camera", "pycolmap", run, threads=2, **options), run=run)


def test_the_same_clip_gives_the_same_path(travel) -> None:
    first, second = _solve(travel.frames), _solve(travel.frames)
    assert first.kind == "parallax" and bool(first.solved.all())
    assert torch.equal(first.cameras.c2w, second.cameras.c2w) and torch.equal(first.cameras.K, second.cameras.K)
    error = path_error(first.cameras.c2w, travel.c2w.float())
    assert error.ate_over_path < 0.003 and error.rotation_deg < 0.3
    assert abs(float(first.cameras.K[0, 0, 0]) / travel.focal - 1) < 0.02
    assert 4 < first.parallax_deg < 25


def test_a_blank_frame_breaks_the_tracks_and_sift_goes_on(travel) -> None:
    frames = travel.frames.clone()
    frames[7] = 0.5
    solution = _solve(frames)
    assert solution.kind == "parallax"
    assert solution.solved.tolist() == [t != 7 for t in range(16)]
    assert any("SIFT" in note for note in solution.notes)
    error = path_error(solution.cameras.c2w, travel.c2w.float())
    assert error.ate_over_path < 0.01


def test_a_lens_that_zooms_on_the_way(camera_clips) -> None:
    """With zoom on, every frame has its own focal length, and they change smoothly."""
    pytest.importorskip("pycolmap")
    clip = camera_clips.travelling(6, share=0.3, turn=12.0, count=18, zoom=1.25)
    solution = _solve(clip.frames, zoom=True)
    assert solution.kind == "parallax"
    found = solution.cameras.K[:, 0, 0].double()
    np.testing.assert_allclose(found / found[0], 1.25 ** torch.linspace(0, 1, 18), rtol=0.03)
    assert float(found.log().diff(n=2).abs().max()) < 0.01
    assert path_error(solution.cameras.c2w, clip.c2w.float()).ate_over_path < 0.02
