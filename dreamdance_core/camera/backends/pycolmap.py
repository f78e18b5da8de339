"""COLMAP's structure from motion through pycolmap (pypi.org/project/pycolmap 4.2, BSD-3); no weights."""

from __future__ import annotations

import json
import os
import tempfile
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
from ..register import interpolate, locate_frames
from ..tracking import small_background, small_grays

_WORKER = Path(__file__).parent.parent / "workers" / "pycolmap_worker.py"


class PycolmapCamera:
    """Solves at most `most` frames spread over the clip in a worker process, then places the others on its points."""

    def __init__(self, run: Runtime, *, features: int, side: int, most: int, threads: int) -> None:
        self.run, self.features, self.side, self.most, self.threads = run, features, side, most, threads

    def __call__(
        self, frames: Float[Tensor, "T H W 3"], person_mask: Float[Tensor, "T H W"] | None, focal: float | None
    ) -> CameraSolution:
        """The path in an arbitrary unit, frame 0 at the identity; kind "static" with no frame solved when it fails.

        Raises WorkerError when the solver's process crashes.
        """
        grays = small_grays(frames, self.side)
        background = small_background(person_mask, grays.shape)
        stride = -(-len(grays) // self.most)
        chosen = sorted({*range(0, len(grays), stride), len(grays) - 1})
        with tempfile.TemporaryDirectory(prefix="dreamdance-camera-", ignore_cleanup_errors=True) as folder:
            job = Path(folder)
            _write_job(job, grays[chosen], None if person_mask is None else background[chosen])
            settings = {
                "focal": None if focal is None else focal * grays.shape[2] / frames.shape[2],
                "size": [grays.shape[2], grays.shape[1]],
                "features": self.features,
                "overlap": 6,
                "threads": self.threads,
                "seed": 0,
            }
            (job / "job.json").write_text(json.dumps(settings))
            run_worker(_WORKER, job, self.run, what="camera solver (pycolmap)")
            reason = json.loads((job / "result.json").read_text())["reason"]
            if reason:
                return _unsolved(frames, reason)
            with np.load(job / "result.npz") as arrays:
                result = dict(arrays)
        return self._finish(frames, grays, background, np.array(chosen), result)

    def _finish(
        self,
        frames: Float[Tensor, "T H W 3"],
        grays: UInt8[np.ndarray, "T h w"],
        background: UInt8[np.ndarray, "T h w"],
        chosen: np.ndarray,
        result: dict[str, np.ndarray],
    ) -> CameraSolution:
        """Places the frames left out, re-bases to frame 0 and goes back to the clip's own pixels."""
        solved = {int(chosen[i]): pose for i, pose in zip(result["frame"], result["c2w"], strict=True)}
        seen = {}
        for i in result["frame"]:
            mine = result["seen_frame"] == i
            seen[int(chosen[i])] = (result["seen_xy"][mine], result["points"][result["seen_point"][mine]])
        missing = len(chosen) - len(solved)
        if len(solved) < len(grays):
            solved = locate_frames(grays, background, solved, seen, result["K"], self.run)
        known = np.array(sorted(solved))
        path, certain = interpolate(known, torch.from_numpy(np.stack([solved[t] for t in known])), len(grays))
        first = min(seen)
        depth = (seen[first][1] - path[first, :3, 3].numpy()) @ path[first, :3, 2].numpy()
        notes = []
        if missing:
            notes.append(f"the solver could not place {missing} of {len(chosen)} key frames")
        if not certain.all():
            notes.append(f"{int((~certain).sum())} of {len(grays)} frames were interpolated between solved ones")
        sx, sy = frames.shape[2] / grays.shape[2], frames.shape[1] / grays.shape[1]
        K = rescale(torch.from_numpy(result["K"]), sx, sy).float()
        return CameraSolution(
            cameras=Cameras(
                c2w=rebase(path).float(),
                K=K.repeat(len(frames), 1, 1),
                width=frames.shape[2],
                height=frames.shape[1],
            ),
            kind="parallax",
            solved=certain,
            median_depth=float(np.median(depth[depth > 0])),
            reprojection_px=float(result["error"]) * sx,
            notes=tuple(notes),
        )


def _write_job(job: Path, grays: UInt8[np.ndarray, "T h w"], background: UInt8[np.ndarray, "T h w"] | None) -> None:
    for folder, pictures, suffix in (("images", grays, ".png"), ("masks", background, ".png.png")):
        if pictures is None:
            continue
        (job / folder).mkdir()
        for i, picture in enumerate(pictures):
            ok, data = cv2.imencode(".png", picture, [cv2.IMWRITE_PNG_COMPRESSION, 1])
            (job / folder / f"{i:05d}{suffix}").write_bytes(data.tobytes())  # unlike imwrite, any path will do


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
    run: Runtime, *, features: int = 1500, side: int = 640, most: int = 60, threads: int | None = None
) -> PycolmapCamera:
    """The solver. side: longer side of the pictures it works on, px; most: how many frames it solves jointly."""
    if find_spec("pycolmap") is None:
        raise ImportError("the camera solver needs pycolmap; pip install pycolmap (the extra dreamdance[camera])")
    return PycolmapCamera(run, features=features, side=side, most=most, threads=threads or os.cpu_count() or 2)


def tiny() -> PycolmapCamera:
    """The same solver on few features, one thread."""
    return load(Runtime(), features=300, side=320, most=12, threads=1)
