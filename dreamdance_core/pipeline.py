"""The whole method, end to end: a character picture and a driving clip become an animation.

Its world is the picture's own scene, followed by the clip's camera; or the clip itself without its person, for
replacing that person; or a background of the user's own.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from torch import Tensor

from . import backends
from .figure_steps import animate_job, clip_camera, cut_art, filming_camera, main_person, poses
from .gaussians.render import render
from .io.images import Picture
from .io.stages import StageFiles
from .io.video import Clip
from .plate_steps import clip_without, in_place
from .pose.follow import Shot
from .run_options import AnimateOptions, Animation, Given, Stage
from .scene_steps import described, scene_with_path
from .types import AnimateJob, Cutout, Depth, PoseTrack
from .video.control import paste_back


def animate(
    art: Picture, clip: Clip, options: AnimateOptions, given: Given, stage: Stage, files: StageFiles
) -> Animation:
    """The finished animation, from a canvas picture (see to_canvas) and a driving clip. Finished stages are reused.

    Raises ValueError with one sentence when a stage cannot work with its input (no character, no person, …).
    """
    if given.solution is not None and len(given.solution.cameras) != len(clip.frames):
        count = len(given.solution.cameras)
        raise ValueError(f"the camera must have one pose per clip frame, got {count} for {len(clip.frames)} frames")
    cut = cut_art(art, options, given, stage, files)
    worlds = {"scene": _in_its_scene, "replace": _in_the_clip, "own": _before_a_picture}
    return worlds[options.world](art, cut, clip, options, given, stage, files)


def _in_its_scene(
    art: Picture, cut: Cutout, clip: Clip, options: AnimateOptions, given: Given, stage: Stage, files: StageFiles
) -> Animation:
    """The character in its own scene, seen by the clip's (or the given) camera."""
    options = described(cut, art, options, stage, files)
    reference, people = poses(art, cut, clip, options, stage, files)
    solution = given.solution or clip_camera(clip, people, options, stage, files)
    gaussians, path, coverage = scene_with_path(cut, art, solution, options, given, stage, files)
    background = render(gaussians, path, run=stage("Render background"))
    depth = Depth(z=background.z[:1], valid=background.alpha[:1] >= 0.5)
    filmed = solution.cameras
    if given.solution is not None:
        filmed = filming_camera(clip, people, options, stage, files)
    shot = Shot(driving=filmed, cameras=path, depth=depth)
    job = animate_job(cut, background.frames, main_person(people), reference, options, shot, stage("Pose").note)
    covered = round(float((background.alpha > 0.5).float().mean()), 4)
    facts = {"scene": coverage | {"gaussians": len(gaussians)}, "background_coverage": covered}
    made = _painted(job, people, options, stage)
    return replace(made, cameras=path, gaussians=gaussians, solution=solution, facts=facts)


def _in_the_clip(
    art: Picture, cut: Cutout, clip: Clip, options: AnimateOptions, given: Given, stage: Stage, files: StageFiles
) -> Animation:
    """The character in place of the clip's main person: the clip's own frames and camera, the person taken out."""
    reference, people = poses(art, cut, clip, options, stage, files)
    driving = main_person(people)
    plates = clip_without(clip, people, options, given, stage, files)
    placed_cut, placed_pose = in_place(cut, reference, driving)
    job = animate_job(placed_cut, plates.frames, driving, placed_pose, options)
    job = replace(job, paint_mask=job.paint_mask.maximum(plates.hole.float()))
    return replace(_painted(job, people, options, stage), facts=plates.facts)


def _before_a_picture(
    art: Picture, cut: Cutout, clip: Clip, options: AnimateOptions, given: Given, stage: Stage, files: StageFiles
) -> Animation:
    """The character before a background of the user's own, as it stands in its picture."""
    reference, people = poses(art, cut, clip, options, stage, files)
    background = given.background.expand(len(clip.frames), -1, -1, -1)
    shot = Shot(driving=filming_camera(clip, people, options, stage, files))
    job = animate_job(cut, background, main_person(people), reference, options, shot, stage("Pose").note)
    return _painted(job, people, options, stage)


def _painted(job: AnimateJob, people: PoseTrack, options: AnimateOptions, stage: Stage) -> Animation:
    run = stage("Paint the character")
    backend = backends.load("video", options.video, run, **_video_settings(options))
    if not getattr(backend, "takes_lazy_frames", False):
        job = replace(job, body=job.body[:], hand=job.hand[:], face=job.face[:])
    frames: Tensor = backend(job)
    if options.keep_background:
        frames = paste_back(frames, job.background, job.paint_mask, options.feather)
    return Animation(frames=frames, background=job.background, pose=main_person(people), prompt=options.scene.prompt)


def _video_settings(options: AnimateOptions) -> dict[str, Any]:
    """What the chosen video backend is loaded with."""
    if options.video == "wan_vace":
        from .video.backends.wan_vace import WanVaceOptions

        return {"options": WanVaceOptions(feather=options.feather)}
    if options.video != "gated_cogvideox":
        return {}
    from .video.backends.gated_cogvideox import MemoryPlan, SampleOptions

    asked = options.gated
    plan = MemoryPlan(weights=asked.weights, offload=asked.offload)
    return {"options": SampleOptions(sampler=asked.sampler), "plan": plan}
