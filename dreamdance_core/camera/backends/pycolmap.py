"""COLMAP's structure from motion through pycolmap (pypi.org/project/pycolmap 4.2, BSD-3); no weights."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np
import torch
from jaxtyping import Float, UInt8
from torch import Tensor

from ...geometry.pinhole import intrinsics, rescale
from ...geometry.rigid import rebase
from ...process import run_worker
from ...runtime import Runtime
from ...types import Cameras, CameraSolution
from ..register import interpolate, locate_frames, nearest, parallax
from ..tracking import SIDE, small_background, small_grays, small_size
from ..tracks import Tracks, key_frames, pairs_of, track_clip

_WORKER = Path(__file__).parent.parent / "workers" / "pycolmap_worker.py"


class PycolmapCamera:
    """Solves the clip's corner tracks in a worker process; where they fail, SIFT of at most `most` frames."""

    takes_tracks = True

    def __init__(self, run: Runtime, *, features: int, side: int, most: int, threads: int, zoom: bool) -> None:
        self.run, self.features, self.side, self.most = run, features, side, most
        self.threads, self.zoom = threads, zoom

    def __call__(
        self,
        frames: Float[Tensor, "T H W 3"],
        person_mask: Float[Tensor, "T H W"] | None,
        focal: float | None,
        tracks: Tracks | None = None,
    ) -> CameraSolution:
        """The path in an arbitrary unit, frame 0 at the identity; kind "static" with no frame solved when it fails.

        Raises WorkerError when the solver's process crashes.
        """
        clip = _Clip(frames, person_mask, self.side)
        if tracks is None or self.side != SIDE:
            tracks = track_clip(clip.grays, clip.background, self.run)
        first = _unsolved(frames, "the clip's corner tracks break")
        if not pairs_of(tracks, clip.width)[1]:
            first = self._by_tracks(clip, tracks, focal)
        if first.kind == "parallax" and bool(first.solved.all()):
            return first
        second = self._by_pictures(clip, focal)
        if second.solved.sum() <= first.solved.sum():
            return first
        return replace(second, notes=("corner tracks did not do; SIFT features were used instead", *second.notes))

    def _by_tracks(self, clip: _Clip, tracks: Tracks, focal: float | None) -> CameraSolution:
        keys = key_frames(tracks, clip.width)
        settings = {"zoom": self.zoom}

        def write(job: Path) -> None:
            arrays = {"frame": tracks.frame, "point": tracks.point, "xy": tracks.xy}
            np.savez(job / "tracks.npz", frames=tracks.frames, keys=np.array(keys), **arrays)

        return self._solve(clip, focal, write, settings, np.arange(tracks.frames))

    def _by_pictures(self, clip: _Clip, focal: float | None) -> CameraSolution:
        stride = -(-len(clip.frames) // self.most)
        chosen = np.array(sorted({*range(0, len(clip.frames), stride), len(clip.frames) - 1}))

        def write(job: Path) -> None:
            _write_pictures(job / "images", clip.grays[chosen], ".png")
            if clip.masked:
                _write_pictures(job / "masks", clip.background[chosen], ".png.png")

        return self._solve(clip, focal, write, {"features": self.features, "overlap": 6}, chosen)

    def _solve(
        self, clip: _Clip, focal: float | None, write: Callable[[Path], None], settings: dict, chosen: np.ndarray
    ) -> CameraSolution:
        """Hands a job to the worker; its frames are `chosen` of the clip's."""
        settings = settings | {
            "focal": None if focal is None else focal / clip.scale[0],
            "size": [clip.width, clip.height],
            "threads": self.threads,
            "seed": 0,
        }
        with tempfile.TemporaryDirectory(prefix="dreamdance-camera-", ignore_cleanup_errors=True) as folder:
            job = Path(folder)
            write(job)
            (job / "job.json").write_text(json.dumps(settings))
            run_worker(_WORKER, job, self.run, what="camera solver (pycolmap)")
            reason = json.loads((job / "result.json").read_text())["reason"]
            if reason:
                return _unsolved(clip.frames, reason)
            with np.load(job / "result.npz") as arrays:
                result = dict(arrays)
        return self._finish(clip, chosen, result)

    def _finish(self, clip: _Clip, chosen: np.ndarray, result: dict[str, np.ndarray]) -> CameraSolution:
        """Places the frames left out, re-bases to frame 0 and goes back to the clip's own pixels."""
        count = len(clip.frames)
        placed = chosen[result["frame"]]
        solved = dict(zip(placed.tolist(), result["c2w"], strict=True))
        lens = dict(zip(placed.tolist(), result["K"], strict=True))
        seen_frame = chosen[result["seen_frame"]]
        seen = {}
        for t in solved:
            mine = seen_frame == t
            seen[t] = (result["seen_xy"][mine], result["points"][result["seen_point"][mine]])
        if len(solved) < count:
            solved = locate_frames(clip.grays, clip.background, solved, seen, lens, self.run)
        known = np.array(sorted(solved))
        path, certain = interpolate(known, torch.from_numpy(np.stack([solved[t] for t in known])), count)
        first = min(seen)
        depth = (seen[first][1] - path[first, :3, 3].numpy()) @ path[first, :3, 2].numpy()
        notes = []
        if missing := len(chosen) - len(lens):
            notes.append(f"the solver could not place {missing} of {len(chosen)} frames at first")
        if not certain.all():
            notes.append(f"{int((~certain).sum())} of {count} frames were interpolated between solved ones")
        rays = result["points"][result["seen_point"]] - path[torch.from_numpy(seen_frame), :3, 3].numpy()
        K = result["K"][[nearest(placed, t) for t in range(count)]]
        return CameraSolution(
            cameras=Cameras(
                c2w=rebase(path).float(),
                K=rescale(torch.from_numpy(K), *clip.scale).float(),
                width=clip.frames.shape[2],
                height=clip.frames.shape[1],
            ),
            kind="parallax",
            solved=certain,
            median_depth=float(np.median(depth[depth > 0])) if (depth > 0).any() else None,
            reprojection_px=float(result["error"]) * clip.scale[0],
            parallax_deg=parallax(result["seen_point"], rays),
            notes=tuple(notes),
        )


class _Clip:
    """A clip's frames and, once asked for, their small grey pictures; scale takes pixels of those to the clip's."""

    def __init__(self, frames: Float[Tensor, "T H W 3"], person_mask: Float[Tensor, "T H W"] | None, side: int) -> None:
        self.frames, self.person_mask, self.side = frames, person_mask, side
        self.masked = person_mask is not None
        self.width, self.height = small_size(frames, side)
        self.scale = (frames.shape[2] / self.width, frames.shape[1] / self.height)

    @cached_property
    def grays(self) -> UInt8[np.ndarray, "T h w"]:
        return small_grays(self.frames, self.side)

    @cached_property
    def background(self) -> UInt8[np.ndarray, "T h w"]:
        return small_background(self.person_mask, (len(self.frames), self.height, self.width))


def _write_pictures(folder: Path, pictures: UInt8[np.ndarray, "T h w"], suffix: str) -> None:
    folder.mkdir()
    for i, picture in enumerate(pictures):
        ok, data = cv2.imencode(".png", picture, [cv2.IMWRITE_PNG_COMPRESSION, 1])
        (folder / f"{i:05d}{suffix}").write_bytes(data.tobytes())  # unlike imwrite, any path will do


def _unsolved(frames: Float[Tensor, "T H W 3"], reason: str) -> CameraSolution:
    count, height, width = frames.shape[:3]
    return CameraSolution(
        cameras=Cameras(
            c2w=torch.eye(4).repeat(count, 1, 1),
            K=intrinsics(width, height).repeat(count, 1, 1),
            width=width,
            height=height,
        ),
        kind="static",
        solved=torch.zeros(count, dtype=torch.bool),
        median_depth=None,
        notes=(f"pycolmap found no path: {reason}",),
    )


def load(
    run: Runtime,
    *,
    features: int = 1500,
    side: int = SIDE,
    most: int = 60,
    threads: int | None = None,
    zoom: bool = False,
) -> PycolmapCamera:
    """The solver. side: longer side of the pictures it works on, px; zoom: one focal length per frame, not per clip.

    features, most: SIFT features of a picture, and how many pictures are solved jointly, where tracks fail.
    """
    if find_spec("pycolmap") is None:
        raise ImportError("the camera solver needs pycolmap; pip install pycolmap (the extra dreamdance[camera])")
    threads = threads or os.cpu_count() or 2
    return PycolmapCamera(run, features=features, side=side, most=most, threads=threads, zoom=zoom)


def tiny() -> PycolmapCamera:
    """The same solver on few features, one thread."""
    return load(Runtime(), features=300, side=320, most=12, threads=1)
