"""How far the camera of a predicted video is from the wanted one."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import torch
from jaxtyping import Bool, Float
from torch import Tensor

from ..geometry.align import focal_error, path_error
from ..types import CameraSolution, LazyFrames
from .pairs import Pair

# A clip (T,H,W,3), masks of its persons (T,H,W) or None: its camera.
Estimate = Callable[[Float[Tensor, "T H W 3"], Bool[Tensor, "T H W"] | None], CameraSolution]
_SIDE = 960  # px, of the longer side: finding a camera wants the whole clip in memory


def _smaller(pair: Pair, clip: Tensor | LazyFrames, mask: Tensor | None) -> tuple[Tensor, Tensor | None]:
    """Clip and mask with at most _SIDE px, made smaller piece by piece; a pixel is a person's if any part of it is."""
    height, width = clip.shape[1:3]
    shrink = _SIDE / max(height, width)
    if shrink >= 1:
        return clip[0 : len(pair)], mask
    size = (round(width * shrink), round(height * shrink))
    frames = torch.empty(len(pair), size[1], size[0], 3)
    persons = None if mask is None else torch.empty(len(pair), size[1], size[0], dtype=torch.bool)
    for piece in pair.pieces():
        for at, frame in enumerate(clip[piece], piece.start):
            frames[at] = torch.from_numpy(cv2.resize(frame.numpy(), size, interpolation=cv2.INTER_AREA))
            if mask is not None:
                area = cv2.resize(mask[at].float().numpy(), size, interpolation=cv2.INTER_AREA)
                persons[at] = torch.from_numpy(area > 0)
    return frames, persons


def camera_errors(pair: Pair, estimate: Estimate) -> tuple[dict[str, float], tuple[str, ...]]:
    """camera_ate, camera_ate_over_path (absent for a path of length 0), camera_rotation_deg, camera_focal_percent.

    Clips of more than 960 px are made smaller first.

    The camera found in the prediction is compared with pair.camera, or where there is none with the one found in the
    truth. Also sentences about how it was found.
    """
    mask = pair.mask if pair.pred_mask is None else pair.pred_mask
    found = estimate(*_smaller(pair, pair.pred, mask))
    notes = [f"camera of the prediction: {found.kind}, {int(found.solved.sum())} of {len(pair)} frames solved"]
    wanted = pair.camera
    if wanted is None:
        truth = estimate(*_smaller(pair, pair.truth, pair.mask))
        wanted = truth.cameras
        notes.append(
            f"no camera was given: it is compared with the camera found in the truth ({truth.kind}), whose unit is free"
        )
    error = path_error(found.cameras.c2w, wanted.c2w)
    focal = focal_error(found.cameras.K[0], found.cameras.width, wanted.K[0], wanted.width)
    values = {
        "camera_ate": error.ate,
        "camera_rotation_deg": error.rotation_deg,
        "camera_focal_percent": 100 * focal,
    }
    if error.ate_over_path is not None:
        values["camera_ate_over_path"] = error.ate_over_path
    return values, tuple(notes)
