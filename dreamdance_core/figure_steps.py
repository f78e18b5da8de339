"""The stages around the two figures, the drawn one and the driving one, with their backends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from torch import Tensor

from . import backends
from .camera.estimate import estimate_camera, turning_camera
from .io.images import Picture
from .io.stages import StageFiles
from .io.video import Clip
from .lazy import drawn_parts
from .pose.extract import boxes_from_mask, extract_pose
from .pose.follow import Shot, retargeted_in
from .pose.regions import paint_mask, person_mask
from .run_options import AnimateOptions, Given, Stage
from .segment.cutout import cut_out, outlines_a_figure
from .types import AnimateJob, Cameras, CameraSolution, Cutout, PoseTrack

CROWD = 8  # persons of a clip at most that are looked for; the first is the one that is followed


def cut_art(art: Picture, options: AnimateOptions, given: Given, stage: Stage, files: StageFiles) -> Cutout:
    """The character cut out of its picture: by the given mask, the file's own alpha, or the backend."""

    def cut() -> Cutout:
        if given.mask is not None:
            return cut_out(art.rgb, None, mask=given.mask, shadow=options.shadow)
        known = outlines_a_figure(art.alpha)
        backend = None if known else backends.load("segment", options.segment, stage("Cut out the character"))
        return cut_out(art.rgb, backend, alpha=art.alpha, shadow=options.shadow)

    return files.once("cutout", Cutout, (art, given.mask, options.segment, options.shadow), cut)


def poses(
    art: Picture, cut: Cutout, clip: Clip, options: AnimateOptions, stage: Stage, files: StageFiles
) -> tuple[PoseTrack, PoseTrack]:
    """The art's pose, and that of everybody in the clip, the main person first."""
    box = boxes_from_mask(cut.alpha[None])

    def pose_of(frames: Tensor, what: str, **how) -> PoseTrack:
        run = stage(what)
        try:
            return extract_pose(frames, backends.load("pose", options.pose, run), fps=clip.fps, run=run, **how)
        except ValueError as error:
            raise ValueError(f"{what[0].lower()}{what[1:]}: {error}") from error

    def reference() -> PoseTrack:
        return pose_of(art.rgb[None], "Pose of the art", boxes=box)

    def people() -> PoseTrack:
        return pose_of(clip.frames, "Pose of the clip", people=CROWD)

    drawn = files.once("reference_pose", PoseTrack, (art, box, options.pose), reference)
    return drawn, files.once("driving_pose", PoseTrack, (clip, options.pose, CROWD), people)


def main_person(people: PoseTrack) -> PoseTrack:
    return replace(people, xy=people.xy[:, :1], score=people.score[:, :1])


def clip_camera(
    clip: Clip, people: PoseTrack, options: AnimateOptions, stage: Stage, files: StageFiles
) -> CameraSolution:
    """The clip's camera, with everybody in it ignored."""

    def solve() -> CameraSolution:
        run = stage("Camera of the clip")
        backend = backends.load("camera", options.camera, run)
        mask, focal = person_mask(people), options.driving_focal
        return estimate_camera(clip.frames, backend, person_mask=mask, focal=focal, fps=clip.fps, run=run)

    return files.once("driving_camera", CameraSolution, (clip, people, options.camera, options.driving_focal), solve)


def filming_camera(
    clip: Clip, people: PoseTrack, options: AnimateOptions, stage: Stage, files: StageFiles
) -> Cameras | None:
    """The clip's own camera, when the video gets another one; None when it travels and no solver is installed."""

    def look() -> CameraSolution:
        mask, run = person_mask(people), stage("Look for the clip's own camera")
        turning = turning_camera(clip.frames, person_mask=mask, fps=clip.fps, run=run)
        return turning or clip_camera(clip, people, options, stage, files)

    try:
        return files.once(
            "filming_camera", CameraSolution, (clip, people, options.camera, options.driving_focal), look
        ).cameras
    except ImportError as error:
        stage("Look for the clip's own camera").note(f"the clip's own camera is taken for still: {error}")
        return None


def animate_job(
    cut: Cutout,
    background: Tensor,
    driving: PoseTrack,
    reference: PoseTrack,
    options: AnimateOptions,
    shot: Shot | None = None,
    note: Callable[[str], None] = lambda text: None,
) -> AnimateJob:
    """Everything the video backend needs, at the size of the background (T,H,W,3); the pose is drawn as it is read.

    shot: the cameras of clip and background, so that the character keeps its place in the scene. note hears what the
    pose was brought to.
    """
    height, width = background.shape[1:3]
    done = retargeted_in(shot or Shot(), driving, reference, width, height, options.retarget)
    pose = done.track
    note("\n".join(done.notes))
    return AnimateJob(
        background=background,
        paint_mask=paint_mask(pose, reference_pose=reference, reference_alpha=cut.alpha),
        **drawn_parts(pose, width, height),
        pose=pose,
        reference_pose=reference,
        reference=cut.character,
        reference_alpha=cut.alpha,
        seed=options.seed,
        steps=options.steps,
        guidance=options.guidance,
        prompt=options.scene.prompt,
    )
