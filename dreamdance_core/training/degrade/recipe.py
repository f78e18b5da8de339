"""Which damage a clip gets: drawn once from its seed, applied in the order in which a render acquires it."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from ...geometry.pinhole import intrinsics
from ...runtime import Runtime
from . import holes, picture
from .dice import Dice
from .splats import splat_artefacts
from .track import scene_track


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """Probabilities of every damage. Those that need depth are left out where none is given."""

    perspective: float = 0.5
    splats: float = 0.15  # slow without a GPU
    soft_patches: float = 0.4
    blur: float = 0.7
    fewer_pixels: float = 0.6
    noise: float = 0.5
    jpeg: float = 0.3
    second_stage: float = 0.3
    black_blocks: float = 0.6
    unseen: float = 0.6  # holes of true shape, by depth


@dataclass(frozen=True, kw_only=True)
class Degraded:
    """A damaged background and what was done."""

    frames: Float[Tensor, "T H W 3"]
    holes: Bool[Tensor, "T H W"]  # black in frames
    applied: tuple[str, ...]


def degrade(
    frames: Float[Tensor, "T H W 3"],
    seed: int,
    *,
    recipe: Recipe | None = None,
    z: Float[Tensor, "S h w"] | None = None,
    K: Float[Tensor, "3 3"] | None = None,
    run: Runtime | None = None,
) -> Degraded:
    """The clip as a rendered Gaussian scene might show it, on the frames' device.

    z: planar depth of every frame, 0 where unknown; K: its lens in pixels (None: as wide as the picture). The same seed
    gives the same damage. Raises ValueError for depth of another size.
    """
    if z is not None and z.shape != frames.shape[:3]:
        raise ValueError(f"z must have the frames' shape {tuple(frames.shape[:3])}, got {tuple(z.shape)}; resize it")
    recipe, run, dice = recipe or Recipe(), run or Runtime(), Dice(seed)
    # All is drawn before anything is done, so that one damage more or less leaves the others as they are.
    plan = {name: (dice.chance(getattr(recipe, name)), Dice(dice.seed())) for name in Recipe.__dataclass_fields__}
    wanted = [name for name, (drawn, _) in plan.items() if drawn and (z is not None or name not in NEED_DEPTH)]
    track = scene_track(frames) if set(wanted) & set(MOVING) else None
    count, height, width = frames.shape[:3]
    K = intrinsics(width, height) if K is None else K
    out, empty = frames, torch.zeros(count, height, width, dtype=torch.bool)
    for index, name in enumerate(wanted):
        run.report(index, len(wanted))
        own = plan[name][1]
        if name in PICTURE:
            out = PICTURE[name](out, own, track) if name in MOVING else PICTURE[name](out, own)
        elif name == "splats":
            out = splat_artefacts(out, z.cpu(), K, own, run, track).to(frames)
        elif name == "black_blocks":
            empty = empty | holes.black_blocks(count, height, width, own, track)
        else:
            empty = empty | holes.unseen_from_beside(z, K, own).cpu()
    out = torch.where(empty.to(out.device)[..., None], torch.zeros_like(out), out)
    return Degraded(frames=out, holes=empty, applied=tuple(wanted))


PICTURE = {
    "perspective": picture.perspective,
    "soft_patches": picture.soft_patches,
    "blur": picture.blur,
    "fewer_pixels": picture.fewer_pixels,
    "noise": picture.noise,
    "jpeg": picture.jpeg,
    "second_stage": picture.second_stage,
}
MOVING = ("splats", "soft_patches", "noise", "second_stage", "black_blocks")  # they stick to the scene
NEED_DEPTH = ("splats", "unseen")


def fill_boxes(frames: Float[Tensor, "T H W 3"], mask: Float[Tensor, "T H W"]) -> Float[Tensor, "T H W 3"]:
    """The frames with the box about each frame's mask black, as in the paper's early training: a background without it
    shows the figure's outline, and the network would copy what lies around."""
    out = frames.clone()
    for index, one in enumerate(mask > 0.5):
        rows, columns = one.any(1).nonzero(), one.any(0).nonzero()
        if len(rows):
            out[index, int(rows[0]) : int(rows[-1]) + 1, int(columns[0]) : int(columns[-1]) + 1] = 0
    return out
