"""Command-line arguments to the values core works with."""

from __future__ import annotations

from argparse import ArgumentTypeError, Namespace
from dataclasses import replace
from pathlib import Path

import torch

from .. import backends
from ..depth.maps import resize_depth
from ..gaussians.fit import FitOptions
from ..geometry.path_facts import motion_kind
from ..geometry.pinhole import rescale, shift
from ..io.camera_files import read_cameras
from ..io.images import Canvas, Picture, canvas_of, read_image, to_canvas
from ..io.maps import read_depth, read_mask
from ..io.video import Clip, ClipRange, read_clip
from ..pose.retarget import RetargetOptions
from ..run_options import AnimateOptions, GatedOptions, Given
from ..runtime import Runtime
from ..scene.complete import SceneOptions
from ..types import CameraSolution, Depth


def size(text: str) -> tuple[int, int]:
    """Width and height of WxH, px."""
    width, _, height = text.lower().partition("x")
    if not (width.isdigit() and height.isdigit()):
        raise ArgumentTypeError(f"size must look like 640x384, got {text!r}")
    return int(width), int(height)


def clip_range(args: Namespace) -> ClipRange:
    """--start, --frames, --stride, --fps."""
    return ClipRange(start=args.start, frames=args.frames, stride=args.stride, fps=args.fps)


def canvas(picture: Picture, args: Namespace) -> Picture:
    """The art on its canvas (--size, --long-side)."""
    return to_canvas(picture, _long_side(args), None if _replaces(args) else args.size)


def _long_side(args: Namespace) -> int:
    if args.long_side is not None and args.long_side < 16:
        raise ValueError(f"--long-side must be at least 16 px, got {args.long_side}")
    return args.long_side or 768


def _replaces(args: Namespace) -> bool:
    return getattr(args, "replace", False)  # --size is then the clip's, not the art's


def _canvas_of(art: Picture, args: Namespace) -> Canvas:
    return canvas_of(art.rgb.shape[1], art.rgb.shape[0], _long_side(args), None if _replaces(args) else args.size)


def clip_canvas(clip: Clip, args: Namespace) -> Canvas | None:
    """The canvas of a clip whose person is replaced; None = its frames as they are."""
    if not args.replace or (args.size is None and args.long_side is None and args.video == "puppet"):
        return None  # networks want multiples of 16
    height, width = clip.frames.shape[1:3]
    return canvas_of(width, height, _long_side(args) if args.long_side else max(height, width), args.size)


def own_background(name: str, art: Picture, count: int, fps: float) -> torch.Tensor:
    """--background: white, a picture, or a clip, at the size of the art on its canvas; 1 or `count` frames at `fps`."""
    height, width = art.rgb.shape[:2]
    if name == "white":
        return torch.ones(1, height, width, 3)
    moves = Path(name).suffix.lower() in (".mp4", ".mov", ".mkv", ".avi", ".webm", ".gif", ".m4v")
    if moves:
        frames = read_clip(name, ClipRange(frames=count, fps=fps), max_side=2 * max(height, width)).frames
    else:
        frames = read_image(name).rgb[None]
    if len(frames) not in (1, count):
        raise ValueError(f"{Path(name).name} must have at least the clip's {count} frames, got {len(frames)}; loop it")
    return torch.stack([to_canvas(Picture(rgb=f), 16, (width, height)).rgb for f in frames])


def mask_on_canvas(path: Path | None, art: Picture, args: Namespace) -> torch.Tensor | None:
    """--mask cut and resized exactly like the art; it must have the art's own size."""
    if path is None:
        return None
    mask = read_mask(path)
    if mask.shape != art.rgb.shape[:2]:
        have, want = "x".join(map(str, mask.shape[::-1])), "x".join(map(str, art.rgb.shape[1::-1]))
        raise ValueError(f"{path.name} must have the picture's size {want}, got {have}; resize it first")
    return canvas(Picture(rgb=art.rgb, alpha=mask), args).alpha


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
        retarget=RetargetOptions(enabled=_retargets(args)),
        world=_world(args),
        driving_shadow=getattr(args, "driving_shadow", 0.0),
        seed=args.seed,
        **names,
    )
    if hasattr(args, "steps"):
        keep = args.replace and args.video != "puppet" if args.keep_background is None else args.keep_background
        options = replace(options, steps=args.steps, guidance=args.guidance, gated=_gated_options(args))
        options = replace(options, keep_background=keep, feather=args.feather)
    return options


def _gated_options(args: Namespace) -> GatedOptions:
    chosen = GatedOptions(sampler=args.sampler, weights=args.packed, offload=args.offload)
    if chosen != GatedOptions() and args.video != "gated_cogvideox":
        raise ValueError(
            f"--sampler, --packed and --offload are the gated model's choices, --video is {args.video}; leave them out"
        )
    return chosen


_OF_A_SCENE = ("caption", "depth", "focal", "views", "no_spiral", "fit_steps", "camera_units")
_UNUSED = {  # options by what the character's world is
    "scene": ("driving_shadow", "driving_mask"),
    "replace": (*_OF_A_SCENE, "camera", "driving_focal"),
    "own": (*_OF_A_SCENE, "inpaint", "driving_shadow", "driving_mask"),
}


def refuse_unused(args: Namespace, world: str) -> None:
    """Raises ValueError for an option that was given and changes nothing in this world."""
    for name in _UNUSED[world]:
        if getattr(args, name) != args.default_of(name):
            why = {"scene": "without --replace", "replace": "with --replace", "own": "with --background"}[world]
            raise ValueError(f"--{name.replace('_', '-')} changes nothing {why}; leave it out")


def _world(args: Namespace) -> str:
    if _replaces(args):
        return "replace"
    return "scene" if getattr(args, "background", None) is None else "own"


def _retargets(args: Namespace) -> bool:
    """--retarget; a replaced person's pose stays as it is unless told otherwise."""
    chosen = getattr(args, "retarget", None)
    return not _replaces(args) if chosen is None else chosen


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
