"""The whole method, end to end: a character picture and a driving clip become an animation in its own scene."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import torch
from jaxtyping import Float
from torch import Tensor

from . import backends
from .camera.estimate import estimate_camera
from .caption.words import joined, scene_only
from .gaussians.fit import fit
from .gaussians.render import render
from .geometry.pinhole import intrinsics
from .io.images import Picture
from .io.stages import StageFiles
from .io.video import Clip
from .pose import draw
from .pose.extract import boxes_from_mask, extract_pose
from .pose.regions import paint_mask, person_mask
from .pose.retarget import retarget
from .run_options import AnimateOptions, Animation, Description, Given
from .runtime import Runtime
from .scene.build import build_scene, lens
from .scene.check import Look
from .scene.complete import CompletedScene
from .scene.kept import KeptPaintings
from .scene.place import WantedPath, place_path
from .segment.cutout import cut_out, outlines_a_figure
from .types import AnimateJob, Cameras, CameraSolution, Cutout, Gaussians, PoseTrack

Stage = Callable[[str], Runtime]  # the Runtime of a named stage, with that stage's own progress
_FIRST_FILL = "patchmatch"  # closes the hole for the caption, which would mention what still shows a figure


def scene_of(
    cut: Cutout | None,
    art: Picture,
    solution: CameraSolution | None,
    options: AnimateOptions,
    given: Given,
    stage: Stage,
    files: StageFiles,
) -> CompletedScene:
    """The completed scene of a canvas picture along a camera path (which may be None: the spiral only).

    cut: None takes the whole picture as background. files keeps what is painted.
    """
    inpaint = backends.load("inpaint", options.inpaint, stage("Load inpainting"))
    inpaint = KeptPaintings(inpaint, files, options.inpaint)
    depth = given.depth or backends.load("depth", options.depth, stage("Load depth"))
    return build_scene(
        art.rgb,
        None if cut is None else cut.hole_mask,
        depth,
        inpaint,
        K=_own_lens(art, options),
        wanted=None if solution is None else _wanted(solution, given),
        options=replace(options.scene, seed=options.seed),
        run=stage("Complete scene"),
    )


def described(
    cut: Cutout | None, art: Picture, options: AnimateOptions, stage: Stage, files: StageFiles
) -> AnimateOptions:
    """The options with the caption of the empty scene after the user's prompt; unchanged without a caption backend."""
    if options.caption is None:
        return options

    def describe() -> Description:
        plate = art.rgb
        if cut is not None:
            fill = backends.load("inpaint", _FIRST_FILL, stage("First fill for the caption"))
            plate = fill(plate, cut.hole_mask, "", options.seed)
        text = backends.load("caption", options.caption, stage("Describe the scene"))(plate)
        return Description(text=scene_only(text))

    depends = (art, cut, options.caption, options.seed)
    caption = files.once("caption", Description, depends, describe)
    return replace(options, scene=replace(options.scene, prompt=joined(options.scene.prompt, caption.text)))


def animate(
    art: Picture, clip: Clip, options: AnimateOptions, given: Given, stage: Stage, files: StageFiles
) -> Animation:
    """The finished animation, from a canvas picture (see to_canvas) and a driving clip. Finished stages are reused.

    Raises ValueError with one sentence when a stage cannot work with its input (no character, no person, …).
    """
    given_camera = given.solution
    if given_camera is not None and len(given_camera.cameras) != len(clip.frames):
        count = len(given_camera.cameras)
        raise ValueError(f"the camera must have one pose per clip frame, got {count} for {len(clip.frames)} frames")
    depends = (art, given.mask, options.segment, options.shadow)
    cut = files.once("cutout", Cutout, depends, lambda: _cut(art, given, options, stage))
    options = described(cut, art, options, stage, files)
    box = boxes_from_mask(cut.alpha[None])

    def pose_of(frames: Tensor, boxes: Tensor | None, what: str) -> PoseTrack:
        run = stage(what)
        try:
            return extract_pose(frames, backends.load("pose", options.pose, run), boxes=boxes, fps=clip.fps, run=run)
        except ValueError as error:
            raise ValueError(f"{what[0].lower()}{what[1:]}: {error}") from error

    reference = files.once(
        "reference_pose", PoseTrack, (art, box, options.pose), lambda: pose_of(art.rgb[None], box, "Pose of the art")
    )
    driving = files.once(
        "driving_pose", PoseTrack, (clip, options.pose), lambda: pose_of(clip.frames, None, "Pose of the clip")
    )
    solution = given_camera or files.once(
        "driving_camera",
        CameraSolution,
        (clip, driving, options.camera, options.driving_focal),
        lambda: _solve(clip, driving, options, stage),
    )
    gaussians, path, coverage = _scene(cut, art, solution, options, given, stage, files)
    background = render(gaussians, path, run=stage("Render background"))
    job = animate_job(cut, background.frames, driving, reference, options)
    frames = backends.load("video", options.video, stage("Paint the character"))(job)
    return Animation(
        frames=frames,
        background=background,
        gaussians=gaussians,
        pose=driving,
        solution=solution,
        coverage=coverage,
        prompt=options.scene.prompt,
    )


def animate_job(
    cut: Cutout, background: Tensor, driving: PoseTrack, reference: PoseTrack, options: AnimateOptions
) -> AnimateJob:
    """Everything the video backend needs, at the size of the background (T,H,W,3)."""
    height, width = background.shape[1:3]
    pose = retarget(driving, reference, width, height, options=options.retarget)
    return AnimateJob(
        background=background,
        paint_mask=paint_mask(pose, reference_pose=reference, reference_alpha=cut.alpha),
        body=draw.draw_body(pose, width, height),
        hand=draw.draw_hands(pose, width, height),
        face=draw.draw_face(pose, width, height),
        pose=pose,
        reference_pose=reference,
        reference=cut.character,
        reference_alpha=cut.alpha,
        seed=options.seed,
        steps=options.steps,
        guidance=options.guidance,
        prompt=options.scene.prompt,
    )


def _scene(
    cut: Cutout, art: Picture, solution: CameraSolution, options: AnimateOptions, given: Given, stage: Stage, files
) -> tuple[Gaussians, Cameras, dict]:
    if given.gaussians is not None:
        height, width = art.rgb.shape[:2]
        look, own = stage("Look at the scene"), _own_lens(art, options)
        wanted = _wanted(solution, given)
        return given.gaussians, path_in_scene(given.gaussians, wanted, width=width, height=height, K=own, run=look), {}
    depends = (art, cut, solution, given, options.focal, options.depth, options.inpaint, options.scene, options.seed)

    def complete() -> CompletedScene:
        with files.until_done("views") as views:
            return scene_of(cut, art, solution, options, given, stage, views)

    scene = files.once("scene", CompletedScene, depends, complete)
    gaussians = files.once(
        "gaussians",
        Gaussians,
        (scene, options.fit),
        lambda: fit(scene.views, options=options.fit, path=scene.path, run=stage("Fit Gaussians")).gaussians,
    )
    return gaussians, scene.path, scene.coverage


def _own_lens(art: Picture, options: AnimateOptions) -> Tensor | None:
    return None if options.focal is None else intrinsics(art.rgb.shape[1], art.rgb.shape[0], options.focal)


def _wanted(solution: CameraSolution, given: Given) -> WantedPath:
    units = "depth" if given.exact_path else "auto"
    return WantedPath(cameras=solution.cameras, median_depth=solution.median_depth, units=units)


def path_in_scene(
    gaussians: Gaussians,
    wanted: WantedPath,
    *,
    width: int,
    height: int,
    K: Float[Tensor, "3 3"] | None = None,
    start: Float[Tensor, "4 4"] | None = None,
    run: Runtime,
) -> Cameras:
    """The path placed by what a finished scene shows from the pose it shall start at (c2w; None: the identity).

    K: of its first frame, as a width x height picture. Raises ValueError when the scene cannot be seen from there.
    """
    K = lens(K, None, wanted, width, height)
    start = torch.eye(4) if start is None else start
    look = Cameras(c2w=start[None], K=K[None], width=width, height=height)
    z = render(gaussians, look, run=run).z[0]
    seen = float((z > 0).float().mean())
    if seen < 0.01:
        raise ValueError(
            f"the scene must be seen from where the path starts, {seen:.1%} is; start at another viewpoint"
        )
    placed = place_path(wanted, z, K=K, run=run)
    return replace(placed, c2w=start @ placed.c2w)


def look_at_gaussians(gaussians: Gaussians, run: Runtime) -> Look:
    """Looks at a finished scene from single cameras, for scene.check: more than half covered counts as seen."""
    quiet = replace(run, report=Runtime().report)  # the check reports

    def look(camera: Cameras) -> Tensor:
        z = render(gaussians, camera, run=quiet).z[0]
        return torch.where(z > 0, 1 / z.clamp_min(1e-9), 0.0)

    return look


def _cut(art: Picture, given: Given, options: AnimateOptions, stage: Stage) -> Cutout:
    if given.mask is not None:
        return cut_out(art.rgb, None, mask=given.mask, shadow=options.shadow)
    known = outlines_a_figure(art.alpha)
    backend = None if known else backends.load("segment", options.segment, stage("Cut out the character"))
    return cut_out(art.rgb, backend, alpha=art.alpha, shadow=options.shadow)


def _solve(clip: Clip, driving: PoseTrack, options: AnimateOptions, stage: Stage) -> CameraSolution:
    run = stage("Camera of the clip")
    backend = backends.load("camera", options.camera, run)
    people = person_mask(driving)
    return estimate_camera(clip.frames, backend, person_mask=people, focal=options.driving_focal, fps=clip.fps, run=run)
