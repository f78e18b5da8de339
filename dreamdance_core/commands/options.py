"""Command-line arguments to the values core works with."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import replace
from pathlib import Path

import torch

from .. import backends
from ..depth.maps import resize_depth
from ..gaussians.fit import FitOptions
from ..geometry.path_facts import motion_kind
from ..geometry.pinhole import rescale, shift
from ..io.camera_files import read_cameras
from ..io.images import Canvas, Picture, canvas_of, to_canvas
from ..io.maps import read_depth, read_mask
from ..io.video import ClipRange
from ..pose.retarget import RetargetOptions
from ..run_options import AnimateOptions, Given
from ..runtime import Runtime
from ..scene.complete import SceneOptions
from ..types import CameraSolution, Depth


def clip_range(args: Namespace) -> ClipRange:
    """--start, --frames, --stride, --fps."""
    return ClipRange(start=args.start, frames=args.frames, stride=args.stride, fps=args.fps)


def canvas(picture: Picture, args: Namespace) -> Picture:
    """The art on its canvas (--size, --long-side)."""
    if args.long_side < 16:
        raise ValueError(f"--long-side must be at least 16 px, got {args.long_side}")
    return to_canvas(picture, args.long_side, args.size)


def _canvas_of(art: Picture, args: Namespace) -> Canvas:
    return canvas_of(art.rgb.shape[1], art.rgb.shape[0], args.long_side, args.size)


def mask_on_canvas(path: Path | None, art: Picture, args: Namespace) -> torch.Tensor | None:
    """--mask cut and resized exactly like the art; it must have the art's own size."""
    if path is None:
        return None
    mask = read_mask(path)
    if mask.shape != art.rgb.shape[:2]:
        have, want = "x".join(map(str, mask.shape[::-1])), "x".join(map(str, art.rgb.shape[1::-1]))
        raise ValueError(f"{path.name} must have the picture's size {want}, got {have}; resize it first")
    return to_canvas(Picture(rgb=art.rgb, alpha=mask), args.long_side, args.size).alpha


def depth_on_canvas(name: str, canvas: Canvas) -> Depth | None:
    """--depth when it is a file: resized and cut like the art, without mixing near and far; None for a backend."""
    if not name.endswith(".npz"):
        return None
    depth = read_depth(name)
    high, wide = depth.z.shape[1:]
    if not 0.98 < wide / high * canvas.inner[1] / canvas.inner[0] < 1.02:
        raise ValueError(f"{Path(name).name} must have the picture's aspect, got {wide}x{high}; make it from the art")
    depth = resize_depth(depth, *canvas.inner)
    rows, columns = slice(canvas.top, canvas.top + canvas.height), slice(canvas.left, canvas.left + canvas.width)
    sky = None if depth.sky is None else depth.sky[:, rows, columns]
    return replace(depth, z=depth.z[:, rows, columns], valid=depth.valid[:, rows, columns], sky=sky)


def solution_from_file(path: Path, art: Picture, args: Namespace, fps: float | None = None) -> CameraSolution:
    """A camera file as the wanted path, for the art on its canvas; fps is for formats that do not carry it.

    A file of another size than the canvas speaks of the whole art, whose pictures are cut at the canvas's border.
    """
    canvas = _canvas_of(art, args)
    sized = path.suffix == ".json" or path.is_dir()
    cameras = read_cameras(path, *((None, None) if sized else (canvas.width, canvas.height)), fps)
    if (cameras.width, cameras.height) != (canvas.width, canvas.height):
        K = rescale(cameras.K, canvas.inner[0] / cameras.width, canvas.inner[1] / cameras.height)
        K = shift(K, float(canvas.left), float(canvas.top))
        cameras = replace(cameras, K=K, width=canvas.width, height=canvas.height)
    solved = torch.ones(len(cameras), dtype=torch.bool)
    return CameraSolution(cameras=cameras, kind=motion_kind(cameras), solved=solved, median_depth=None)


def animate_options(args: Namespace) -> AnimateOptions:
    """All settings of a run; a camera or depth file leaves the backend's name at its default."""
    names = {
        family: getattr(args, family) for family in ("inpaint", "segment", "pose", "video") if hasattr(args, family)
    }
    if not args.depth.endswith(".npz"):
        names["depth"] = args.depth
    options = AnimateOptions(
        focal=args.focal,
        shadow=args.shadow,
        driving_focal=getattr(args, "driving_focal", None),
        caption=None if args.caption == "none" else args.caption,
        scene=SceneOptions(views=args.views, spiral=not args.no_spiral, prompt=args.prompt, seed=args.seed),
        fit=FitOptions(steps=args.fit_steps, seed=args.seed),
        retarget=RetargetOptions(enabled=not getattr(args, "no_retarget", False)),
        seed=args.seed,
        **names,
    )
    if hasattr(args, "steps"):
        options = replace(options, steps=args.steps, guidance=args.guidance)
    return options


def with_depth_named(settings: AnimateOptions, run: Runtime) -> AnimateOptions:
    """The settings with the depth backend that will run in place of `auto`, so that reports and reuse know it."""
    return replace(settings, depth=backends.resolve("depth", settings.depth, run))


def given(art: Picture, args: Namespace, solution: CameraSolution | None) -> Given:
    """What the user brings along: camera, depth, mask."""
    return Given(
        solution=solution,
        exact_path=args.camera_units == "depth",
        depth=depth_on_canvas(args.depth, _canvas_of(art, args)),
        mask=mask_on_canvas(args.mask, art, args),
    )
