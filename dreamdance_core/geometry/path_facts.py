"""What a camera path does, in numbers and in a sentence."""

from __future__ import annotations

import torch

from ..types import Cameras, MotionKind
from .convert import mm_from_focal
from .rigid import rebase, so3_log


def motion_kind(cameras: Cameras) -> MotionKind:
    """What a path does, judged by its numbers."""
    if bool((cameras.c2w[:, :3, 3] - cameras.c2w[0, :3, 3]).abs().amax() > 1e-6):
        return "parallax"
    if bool((cameras.K - cameras.K[0]).abs().amax() > 1e-3):
        return "zoom"
    return "rotation" if bool((cameras.c2w - cameras.c2w[0]).abs().amax() > 1e-6) else "static"


def path_summary(cameras: Cameras) -> str:
    """Length in frames and seconds, way, reach, turn and lens, in one line; lengths are in the path's own unit."""
    c2w = rebase(cameras.c2w.double().cpu())
    t = c2w[:, :3, 3]
    way = float(torch.linalg.vector_norm(t.diff(dim=0), dim=-1).sum())
    turn = float(so3_log(c2w[:, :3, :3]).norm(dim=-1).max().rad2deg())
    focal = cameras.K[[0, -1], 0, 0].tolist()
    lens = [f"{mm_from_focal(f, cameras.width, cameras.height):.0f}" for f in focal]
    return (
        f"{len(cameras)} frames, {len(cameras) / cameras.fps:.2f} s at {cameras.fps:g} fps; way {way:.3g}, "
        f"{float(t.norm(dim=-1).max()):.3g} from the start at most; turns up to {turn:.1f} degrees; "
        f"{'-'.join(dict.fromkeys(lens))} mm lens"
    )
