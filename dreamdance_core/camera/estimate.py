"""The camera of a clip: what kind of motion it is first, then the solver that fits. Nothing is made up in silence."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import torch
from jaxtyping import Float
from torch import Tensor

from ..geometry.pinhole import intrinsics
from ..geometry.rigid import rebase, rigid
from ..process import WorkerError
from ..runtime import Runtime
from ..types import CameraBackend, Cameras, CameraSolution, MotionKind
from .degenerate import STILL, Turn, parallax_score, solve_turn, stands_still
from .tracking import FEW, SIDE, small_background, small_grays
from .tracks import Tracks, pairs_of, track_clip

# Of parallax_score. ORB-SLAM's limit is 0.55, but outlines of drawn art make inexact tracks: between these two the
# solver is asked, and must do much better than turning.
UNSURE, PARALLAX = 0.58, 0.607
_CLOSE = 0.6  # px, half of the tracks: turning that fits no better may hide some parallax


def estimate_camera(
    frames: Float[Tensor, "T H W 3"],
    backend: CameraBackend,
    *,
    person_mask: Float[Tensor, "Tm Hm Wm"] | None = None,
    focal: float | None = None,
    fps: float = 24.0,
    run: Runtime,
) -> CameraSolution:
    """The camera of every frame, frame 0 at the identity; translations in an arbitrary unit, only with parallax.

    A clip that turns, zooms or stands still is recognised by its corner tracks and solved here, without translation;
    only one with parallax goes to the backend, and comes back to the turning path if the backend cannot solve it.
    person_mask: 1 = person, ignored. focal in pixels; None = estimated where the clip tells it, else the picture's
    width (the notes say which). Raises ValueError on input that no camera can come from.
    """
    look = _look(frames, person_mask, focal, fps, run)
    without, turn, score = look.without, look.turn, look.score
    if score < UNSURE:
        return without
    try:
        given = {"tracks": look.tracks} if getattr(backend, "takes_tracks", False) else {}
        solution = backend(frames, person_mask, focal, **given)
    except WorkerError as error:
        return replace(without, notes=(f"{error}; a path without translation is used instead", *without.notes))
    if score < PARALLAX and not _convinces(solution, turn, frames.shape[2] / look.width):
        return without
    doubt = _doubt(solution)
    if doubt:
        doubt = f"the solver's path was not used: {doubt}; a path without translation is used instead"
        return replace(without, notes=(*solution.notes, doubt, *without.notes))
    fx = float(solution.cameras.K[0, 0, 0])
    estimated = focal is None and getattr(backend, "estimates_focal", True)
    found = () if not estimated else (f"focal length estimated: {fx:.0f} px ({_degrees(frames.shape[2], fx)} across)",)
    cameras = replace(solution.cameras, fps=fps)
    return replace(solution, cameras=cameras, notes=(*look.notes, *solution.notes, *found))


def turning_camera(
    frames: Float[Tensor, "T H W 3"] | LazyFrames,
    *,
    person_mask: Float[Tensor, "Tm Hm Wm"] | LazyFrames | None = None,
    fps: float = 24.0,
    run: Runtime,
) -> CameraSolution | None:
    """The camera of a clip that rests, turns or zooms; None when it travels, when turning explains it only roughly, and
    when the background could not be followed all the way.

    Nothing is solved that the corner tracks do not tell at once; see estimate_camera.
    """
    look = _look(frames, person_mask, None, fps, run)
    if len(frames) == 1:
        return look.without
    unknown = look.turn is None or bool(look.notes)
    roughly = look.without.kind != "static" and not unknown and look.turn.residual > _CLOSE
    return None if unknown or roughly or look.score >= UNSURE else look.without


@dataclass(frozen=True, kw_only=True)
class _Look:
    """What the corner tracks of a clip say."""

    without: CameraSolution  # the best path without translation
    score: float  # parallax_score
    width: int  # px of the pictures in which corners were followed
    turn: Turn | None = None
    tracks: Tracks | None = None
    notes: tuple[str, ...] = ()  # about cuts in the clip


def _look(
    frames: Float[Tensor, "T H W 3"] | LazyFrames,
    person_mask: Float[Tensor, "Tm Hm Wm"] | LazyFrames | None,
    focal: float | None,
    fps: float,
    run: Runtime,
) -> _Look:
    _check(frames, person_mask, focal, fps)
    grays = small_grays(frames, SIDE)
    height, width = grays.shape[1:]
    if len(frames) == 1:
        note = "one frame has no motion: a static camera is assumed"
        return _Look(without=_static(frames, focal, fps, (note,)), score=0.0, width=width)
    tracks = track_clip(grays, small_background(person_mask, grays.shape), run)
    pairs, breaks = pairs_of(tracks, width)
    if len(pairs) <= len(breaks):
        note = f"a static camera is assumed: fewer than {FEW} background points could be followed in most frames"
        return _Look(without=_static(frames, focal, fps, (note,)), score=0.0, width=width)
    notes = _break_notes(breaks)
    turn = solve_turn(pairs, len(frames), width, height, None if focal is None else focal * width / frames.shape[2])
    if (turn.travel < STILL and not turn.zooms) or stands_still(pairs):
        without = _static(frames, focal, fps, (*notes, "the background does not move: a static camera"))
    else:
        without = _turning(frames, turn, focal, fps, notes)
    score = parallax_score(pairs, turn, width, height)
    return _Look(without=without, score=score, width=width, turn=turn, tracks=tracks, notes=notes)


def _check(
    frames: Float[Tensor, "T H W 3"] | LazyFrames,
    person_mask: Float[Tensor, "Tm Hm Wm"] | LazyFrames | None,
    focal: float | None,
    fps: float,
) -> None:
    count, height, width = frames.shape[:3]
    if count == 0:
        raise ValueError("frames must hold at least one picture, got none; check the clip's start and length")
    if min(height, width) < 32:
        raise ValueError(f"frames must be at least 32 px on each side, got {width}x{height}; use a larger clip")
    if person_mask is not None and person_mask.shape != frames.shape[:3]:
        got, want = tuple(person_mask.shape), tuple(frames.shape[:3])
        raise ValueError(f"person_mask must have the frames' count and size {want}, got {got}; resize or re-cut it")
    if focal is not None and not (math.isfinite(focal) and focal > 4):
        raise ValueError(f"focal must be in pixels (> 4), got {focal:.4g}; multiply a normalised one by the width")
    if not (math.isfinite(fps) and fps > 0):
        raise ValueError(f"fps must be a positive number, got {fps}")


def _break_notes(breaks: list[int]) -> tuple[str, ...]:
    if not breaks:
        return ()
    return (f"no background could be followed into {len(breaks)} frames (first: {breaks[0]}); the camera rests there",)


def _convinces(solution: CameraSolution, turn: Turn, scale: float) -> bool:
    """Whether a path explains the clip at least twice as exactly as turning does, from clearly different places."""
    error, parallax = solution.reprojection_px, solution.parallax_deg
    if error is None or parallax is None or not bool(solution.solved.all()):
        return False
    return error < 0.5 * turn.residual * scale and parallax > 0.5


def _doubt(solution: CameraSolution) -> str | None:
    """Why a solver's path cannot be trusted; None when it can."""
    if solution.kind != "parallax":
        return "it found none"
    placed = float(solution.solved.float().mean())
    if placed < 0.5:
        return f"it covers only {placed:.0%} of the frames"
    ratio = float(solution.cameras.K[0, 0, 0]) / solution.cameras.width
    if not 0.25 < ratio < 8:
        return f"its focal length of {ratio:.2g} picture widths is not a real lens"
    extent = float(solution.cameras.c2w[:, :3, 3].norm(dim=-1).max())
    if solution.median_depth is not None and not extent > 0.002 * solution.median_depth:
        return "it moves by less than 0.2 % of the scene's depth"
    return None


def _degrees(width: int, focal: float) -> str:
    return f"{2 * math.degrees(math.atan(width / 2 / focal)):.0f} degrees"


def _static(
    frames: Float[Tensor, "T H W 3"] | LazyFrames, focal: float | None, fps: float, notes: tuple[str, ...]
) -> CameraSolution:
    count, height, width = frames.shape[:3]
    c2w, K = torch.eye(4).repeat(count, 1, 1), intrinsics(width, height, focal).repeat(count, 1, 1)
    if focal is None:
        notes = (*notes, _assumed(width))
    return _without_travel("static", Cameras(c2w=c2w, K=K, width=width, height=height, fps=fps), None, notes)


def _assumed(width: int) -> str:
    return f"focal length assumed to be the picture's width, {width} px ({_degrees(width, float(width))} across)"


def _without_travel(
    kind: MotionKind, cameras: Cameras, residual: float | None, notes: tuple[str, ...]
) -> CameraSolution:
    return CameraSolution(
        cameras=cameras,
        kind=kind,
        solved=torch.ones(len(cameras), dtype=torch.bool),
        median_depth=None,
        reprojection_px=residual,
        notes=notes,
    )


def _turning(
    frames: Float[Tensor, "T H W 3"] | LazyFrames, turn: Turn, focal: float | None, fps: float, notes: tuple[str, ...]
) -> CameraSolution:
    """The turning path as cameras of the clip's own pixels."""
    count, height, width = frames.shape[:3]
    scale = 2 * width / (2 * round(width * min(1.0, SIDE / max(height, width))))
    K = intrinsics(width, height, turn.focal * scale).repeat(count, 1, 1)
    zoom = torch.from_numpy(turn.zoom).float()
    K[:, 0, 0] *= zoom
    K[:, 1, 1] *= zoom
    c2w = rigid(torch.from_numpy(turn.w2c).mT, torch.zeros(count, 3, dtype=torch.float64))
    kind: MotionKind = "zoom" if turn.zooms else "rotation"
    what = {"zoom": "zooms (and may turn)", "rotation": "only turns"}[kind]
    notes = (*notes, f"no parallax: the camera {what}, its translation is zero")
    fx = float(K[0, 0, 0])
    if turn.focal_seen:
        notes = (*notes, f"focal length estimated: {fx:.0f} px ({_degrees(width, fx)} across)")
    elif focal is None:
        notes = (*notes, _assumed(width) + "; the turning angles scale with it")
    cameras = Cameras(c2w=rebase(c2w).float(), K=K, width=width, height=height, fps=fps)
    return _without_travel(kind, cameras, turn.residual * scale, notes)
