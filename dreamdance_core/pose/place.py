"""Where a drawn character has to stand to take a person's place in their clip."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from ..types import PoseTrack
from .ground import ANKLES
from .proportions import NECK, PELVIS, arrays, person_of
from .stand import drawn_at

_STATURE = ("torso", "thigh", "shin", "head")  # bones that add up to a height


def placement(reference: PoseTrack, driving: PoseTrack) -> tuple[float, tuple[float, float]]:
    """Scale and shift (px of the driving clip) that put the reference where the driving person 0 is in its anchor
    frame, as tall as that person, with its feet on the same ground.

    Heights are those of the bones that both show; where one shows no feet the pelvis, else the neck, comes to lie on
    the person's. Raises ValueError when either pose shows no torso.
    """
    ref_xy, ref_seen = arrays(reference, 0)
    ref = person_of(ref_xy, ref_seen, "reference pose")
    drv = person_of(*arrays(driving, 0), "driving pose", ref_seen.any(0))
    pairs = [(ref.bone(bone), drv.bone(bone)) for bone in (*_STATURE, "shoulder")]
    shown = [(r, d) for r, d in pairs[:-1] if r and d] or [(r, d) for r, d in pairs if r and d]
    if not shown:
        raise ValueError("reference and driving pose must both show a torso, legs or shoulders; use another picture")
    own, theirs = np.sum(shown, axis=0)
    scale = float(theirs / own)
    both = ref.seen[ref.anchor] & drv.seen[drv.anchor]
    point = PELVIS if both[PELVIS] else NECK
    shift = drv.xy[drv.anchor, point] - scale * ref.xy[ref.anchor, point]
    feet = [[a for a in ANKLES if p.seen[p.anchor, a]] for p in (ref, drv)]
    if all(feet):
        low = [p.xy[p.anchor, ankles, 1].max() for p, ankles in zip((ref, drv), feet, strict=True)]
        shift[1] = low[1] - scale * low[0]
    return scale, (float(shift[0]), float(shift[1]))


def standing_in_for(
    picture: Float[Tensor, "h w 3"], alpha: Float[Tensor, "h w"], pose: PoseTrack, driving: PoseTrack
) -> tuple[Float[Tensor, "H W 3"], Float[Tensor, "H W"], PoseTrack]:
    """The character, its alpha and its pose (T = 1, of any size) on the driving clip's canvas, in the place of its
    person 0; see placement."""
    own = torch.tensor([alpha.shape[1] / pose.width, alpha.shape[0] / pose.height])
    pose = replace(pose, xy=pose.xy * own, width=alpha.shape[1], height=alpha.shape[0])
    scale, shift = placement(pose, driving)
    return drawn_at(picture, alpha, pose, (driving.width, driving.height), scale, shift)
