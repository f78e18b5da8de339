"""The stages that make a scene from the art and place a path in it, with their backends."""

from __future__ import annotations

from dataclasses import replace

import torch
from jaxtyping import Float
from torch import Tensor

from . import backends
from .caption.words import joined, scene_only
from .gaussians.fit import fit
from .gaussians.render import render
from .geometry.pinhole import intrinsics
from .io.images import Picture
from .io.stages import StageFiles
from .run_options import AnimateOptions, Description, Given, Stage
from .runtime import Runtime
from .scene.build import build_scene, lens
from .scene.check import Look
from .scene.complete import CompletedScene
from .scene.kept import KeptPaintings
from .scene.place import WantedPath, place_path
from .types import Cameras, CameraSolution, Cutout, Gaussians

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


def scene_with_path(
    cut: Cutout, art: Picture, solution: CameraSolution, options: AnimateOptions, given: Given, stage: Stage, files
) -> tuple[Gaussians, Cameras, dict]:
    """The Gaussians (the caller's own, if given), the path placed among them, and how much of it they cover."""
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
