"""The gated model over a clip of any length in bounded memory: everything is drawn, rendered and written in pieces."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jaxtyping import Float
from torch import Tensor

from .io.stages import StageFiles, digest
from .io.video import Audio, video_writer
from .lazy import HeldFrames, StillFrames, drawn_parts, hold_pose
from .long.aggregate import fusion
from .pose.regions import PaintMask
from .runtime import Runtime
from .types import AnimateJob, LazyFrames, PoseTrack
from .video.control import paste_back

if TYPE_CHECKING:
    from .video.backends.gated_cogvideox import GatedModel, Kept, Place, SampleOptions

EVERY = 60.0  # s between two writings of a run's place
CHUNK = 8  # pictures that the model's autoencoder takes at once: clips are held at their end to a multiple of it


@dataclass(frozen=True, kw_only=True)
class Reference:
    """The character as it was drawn."""

    picture: Float[Tensor, "H W 3"]
    alpha: Float[Tensor, "H W"]
    pose: PoseTrack | None = None  # with it the paint mask knows of hair, skirt and props


def long_job(
    pose: PoseTrack,
    background: Tensor | LazyFrames,
    reference: Reference,
    *,
    paint_mask: Tensor | LazyFrames | None = None,
    mask_block: int = 0,
    **sampling: int | float,
) -> AnimateJob:
    """A job whose clips are made while they are read, held on their last frame up to a multiple of eight frames.

    pose: retargeted, on the canvas. background and paint_mask: as many frames as the pose, or more; a still counts as
    one frame. sampling: seed, steps, guidance. Raises ValueError where sizes or lengths do not match.
    """
    count = len(pose)
    track = hold_pose(pose, held_length(count))
    width, height = track.width, track.height
    if width % 16 or height % 16:
        raise ValueError(f"the pose's canvas must have sides that are multiples of 16, got {width}x{height}")
    if paint_mask is None:
        given = {} if reference.pose is None else {"reference_pose": reference.pose, "reference_alpha": reference.alpha}
        paint_mask = PaintMask(track, **given, block=mask_block)
    return AnimateJob(
        background=_over_time("background", background, track, count),
        paint_mask=_over_time("paint_mask", paint_mask, track, count),
        **drawn_parts(track, width, height),
        pose=track,
        reference_pose=hold_pose(track, 1) if reference.pose is None else reference.pose,
        reference=reference.picture,
        reference_alpha=reference.alpha,
        **sampling,
    )


def held_length(frames: int) -> int:
    """The clip's frames, and those it is held for until they fill the autoencoder's chunks."""
    return -(-frames // CHUNK) * CHUNK


def _over_time(name: str, clip: Tensor | LazyFrames, track: PoseTrack, count: int) -> LazyFrames:
    if clip.shape[1:3] != (track.height, track.width):
        have, want = f"{clip.shape[2]}x{clip.shape[1]}", f"{track.width}x{track.height}"
        raise ValueError(f"{name} must have the size of the pose's canvas, {want}, got {have}; resize one of them")
    if len(clip) == 1:
        return StillFrames(clip[:1][0], len(track))
    if len(clip) < count:
        raise ValueError(f"{name} must have a frame for each of the {count} poses, got {len(clip)}; match the lengths")
    return HeldFrames(clip, len(track))


@dataclass(frozen=True, kw_only=True)
class Output:
    """Where a long video goes and how."""

    path: Path
    frames: int  # of the job's; the rest only fill a chunk
    fps: float
    audio: Audio | None = None
    keep_background: bool = False  # the background bit-exact (before coding) outside the paint mask
    feather: int = 16  # px, of the border inside the mask where the two are mixed


def write_long(
    job: AnimateJob,
    model: GatedModel,
    options: SampleOptions,
    output: Output,
    run: Runtime,
    look: Callable[[Tensor], None] = lambda frames: None,
    kept: Kept | None = None,
) -> Float[Tensor, "S 2"]:
    """Both gates over the steps; the video is written piece by piece, and appears when it is whole.

    `look` sees each finished piece (T,H,W,3); `kept` (see KeptPlace) lets an interrupted run go on.
    """
    from .video.backends.gated_cogvideox import sample_to

    done = 0
    with video_writer(output.path, job.background.shape[2], job.background.shape[1], output.fps, output.audio) as write:

        def sink(frames: Tensor) -> None:
            nonlocal done
            cut = slice(done, min(done + len(frames), output.frames))
            done += len(frames)
            frames = frames[: max(0, cut.stop - cut.start)]
            if len(frames) and output.keep_background:
                frames = paste_back(frames, job.background[cut], job.paint_mask[cut], output.feather)
            write(frames)
            look(frames)

        return sample_to(job, model, options, run, fusion(options.fusion), sink, kept)


class KeptPlace:
    """The place of a sampling run in a folder of unfinished stages, written at most once a minute and at the end.

    What is kept: the latents of the whole length (with `edge` of each window), what the sampler remembers of its last
    step, and the gates so far; 86 MB each for 1,000 frames at 480x720. depends: all that the run depends on.
    """

    def __init__(self, files: StageFiles, steps: int, depends: Any) -> None:
        self._files, self._steps, self._depends = files, steps, depends
        self._written = time.monotonic()

    def load(self) -> Place | None:
        from .video.backends.gated_cogvideox import Place

        return self._files.read("sampling", Place, self._depends)

    def save(self, place: Place) -> None:
        if place.steps == self._steps or time.monotonic() - self._written >= EVERY:
            self._files.write("sampling", place, self._depends)
            self._written = time.monotonic()


def fingerprint(model: GatedModel) -> str:
    """Tells models apart by a few numbers of every weight: hashing all of them would take minutes."""
    few = [
        [name, list(value.shape), None if value.is_meta else value.detach().reshape(-1)[:8].float().cpu().tolist()]
        for part in (model.transformer, model.vae, model.clip)
        for name, value in part.named_parameters()
    ]
    return digest(model.base, few)
