"""Deep Patch Visual Odometry (github.com/princeton-vl/DPVO, MIT), where the package `dpvo` is installed; needs CUDA.

What its answers mean: camera-to-world rows x y z qx qy qz qw, one per frame handed in, in an arbitrary unit, and the
first row is not the identity. It takes the focal length as known and cannot be told whom to ignore.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, UInt8
from torch import Tensor

from ...geometry.pinhole import intrinsics
from ...geometry.rigid import matrix_from_quat, rebase, rigid, wxyz_from_xyzw
from ...runtime import Runtime
from ...types import Cameras, CameraSolution
from ..register import interpolate

SIDE = 640  # px; larger frames are halved, as DPVO's own video reader does
STRIDE = 2  # as there
_WEIGHTS = "dpvo.pth"


class DpvoCamera:
    """Hands every second frame to the tracker that `track(size)` makes; frames between are interpolated."""

    estimates_focal = False

    def __init__(self, run: Runtime, track: Any) -> None:
        self.run, self.track = run, track

    def __call__(
        self, frames: Float[Tensor, "T H W 3"], person_mask: Float[Tensor, "T H W"] | None, focal: float | None
    ) -> CameraSolution:
        """The path in an arbitrary unit, frame 0 at the identity."""
        height, width = frames.shape[1:3]
        given = intrinsics(width, height, focal)
        stride = STRIDE if len(frames) >= 16 * STRIDE else 1
        times = np.arange(0, len(frames), stride)
        tracker = None
        for done, t in enumerate(times):
            self.run.report(done, len(times))
            image, K = dpvo_input(frames[t], given)
            if tracker is None:
                tracker = self.track(image.shape[1:])
            tracker(int(t), image.to(self.run.device), K.to(self.run.device))
        rows, stamps = tracker.terminate()
        notes = ["DPVO takes the focal length as given" if focal else f"focal length assumed to be {width} px"]
        if person_mask is not None:
            notes.append("DPVO ignores nobody: the person mask was not used")
        rows, stamps = np.asarray(rows, float), np.asarray(stamps, float)
        return from_dpvo(rows, stamps, given, len(frames), (width, height), tuple(notes))


def dpvo_input(
    frame: Float[Tensor, "H W 3"], K: Float[Tensor, "3 3"]
) -> tuple[UInt8[Tensor, "3 h w"], Float[Tensor, "4"]]:
    """A frame as DPVO wants it, BGR in 0..255, and its fx, fy, cx, cy: halved if large, cut to multiples of 16.

    The cut is at the right and the bottom, so the principal point stays where it is.
    """
    image = frame.flip(-1).movedim(-1, 0) * 255
    scale = 0.5 if max(frame.shape[:2]) > SIDE else 1.0
    if scale < 1:
        image = torch.nn.functional.interpolate(image[None], scale_factor=scale, mode="area")[0]
    height, width = (side - side % 16 for side in image.shape[1:])
    lens = torch.stack([K[0, 0], K[1, 1], K[0, 2], K[1, 2]]) * scale
    return image[:, :height, :width].round().to(torch.uint8).contiguous(), lens


def from_dpvo(
    rows: Float[np.ndarray, "N D"],
    stamps: Float[np.ndarray, "M"],
    K: Float[Tensor, "3 3"],
    count: int,
    size: tuple[int, int],
    notes: tuple[str, ...] = (),
) -> CameraSolution:
    """A solution of `count` frames from DPVO's rows (c2w: x y z qx qy qz qw) and the frame number of each."""
    if rows.ndim != 2 or rows.shape[1] != 7 or len(rows) != len(stamps) or len(rows) == 0:
        raise ValueError(f"DPVO must give rows of 7 numbers with one time each, got {rows.shape} and {stamps.shape}")
    values = torch.from_numpy(rows).double()
    poses = rigid(matrix_from_quat(wxyz_from_xyzw(values[:, 3:])), values[:, :3])
    path, known = interpolate(stamps.round().astype(int), poses, count)
    width, height = size
    return CameraSolution(
        cameras=Cameras(c2w=rebase(path).float(), K=K.repeat(count, 1, 1), width=width, height=height),
        kind="parallax",
        solved=known,
        median_depth=None,
        notes=notes,
    )


def load(run: Runtime, *, zoom: bool = False) -> DpvoCamera:
    """The tracker with its published weights, dpvo.pth in a weight folder."""
    if zoom:
        raise ValueError("zoom must be off for DPVO, which takes one focal length as known; use pycolmap")
    if find_spec("dpvo") is None:
        raise ImportError("this camera solver needs the package dpvo and CUDA; install github.com/princeton-vl/DPVO")
    if run.device.type != "cuda":
        raise ImportError("DPVO runs on CUDA only; choose a CUDA device, or the backend pycolmap")
    weights = next((f / _WEIGHTS for f in run.weight_folders if (f / _WEIGHTS).is_file()), None)
    if weights is None:
        raise FileNotFoundError(
            f"DPVO needs {_WEIGHTS}; put it into {run.weight_folders[0] if run.weight_folders else Path('.')}"
        )
    config, tracker = import_module("dpvo.config").cfg, import_module("dpvo.dpvo").DPVO

    def track(size: torch.Size) -> Any:
        return tracker(config, str(weights), ht=size[0], wd=size[1])

    return DpvoCamera(run, track)


class _Straight:
    """A stand-in for the tracker: it says that the camera moved one unit to the right in every frame."""

    def __init__(self, size: torch.Size) -> None:
        self.stamps: list[int] = []

    def __call__(self, stamp: int, image: Tensor, lens: Tensor) -> None:
        self.stamps.append(stamp)

    def terminate(self) -> tuple[np.ndarray, np.ndarray]:
        stamps = np.array(self.stamps, float)
        rows = np.zeros((len(stamps), 7))
        rows[:, 0], rows[:, 6] = stamps, 1
        return rows, stamps


def tiny() -> DpvoCamera:
    """The same frames and the same reading of the answer, around a tracker that only moves to the right."""
    return DpvoCamera(Runtime(), _Straight)
