"""How far the camera of a predicted video is from the wanted one."""

from __future__ import annotations

from collections.abc import Callable

from jaxtyping import Bool, Float
from torch import Tensor

from ..geometry.align import focal_error, path_error
from ..types import CameraSolution
from .pairs import Pair

# A clip (T,H,W,3), masks of its persons (T,H,W) or None: its camera.
Estimate = Callable[[Float[Tensor, "T H W 3"], Bool[Tensor, "T H W"] | None], CameraSolution]


def camera_errors(pair: Pair, estimate: Estimate) -> tuple[dict[str, float], tuple[str, ...]]:
    """camera_ate, camera_ate_over_path (absent for a path of length 0), camera_rotation_deg, camera_focal_percent.

    The camera found in the prediction is compared with pair.camera, or where there is none with the one found in the
    truth. Also sentences about how it was found.
    """
    mask = pair.mask if pair.pred_mask is None else pair.pred_mask
    found = estimate(pair.pred[0 : len(pair)], mask)
    notes = [f"camera of the prediction: {found.kind}, {int(found.solved.sum())} of {len(pair)} frames solved"]
    wanted = pair.camera
    if wanted is None:
        truth = estimate(pair.truth[0 : len(pair)], pair.mask)
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
