"""The main command: art and clip in, animation and everything reusable out."""

from __future__ import annotations

import json
import time
from argparse import Namespace
from dataclasses import replace
from pathlib import Path

import torch

from ..io.camera_files import write_cameras
from ..io.images import Canvas, Picture, on_canvas, read_image
from ..io.maps import read_clip_mask
from ..io.pose_files import write_pose
from ..io.splat_files import read_splats, write_splats
from ..io.stages import StageFiles, digest
from ..io.video import Clip, read_clip, write_video
from ..io.whole import write_whole
from ..pipeline import animate as run_pipeline
from ..run_options import AnimateOptions, Animation, Given, Stage
from ..types import CameraSolution
from . import options
from .parts import CLIP_SIDE, in_file_pixels, mask_of_clip, note

ALWAYS = ("animation.mp4", "background.mp4", "pose.json", "report.json")
OF_A_SCENE = ("scene.ply", "camera.json")  # not where a person is replaced or the background is given


def demo(args: Namespace, stage: Stage) -> None:
    """The samples through the whole method, with embedded defaults."""
    animate(args, stage)


def animate(args: Namespace, stage: Stage) -> None:
    """Writes its outputs into --out; finished stages of an earlier run are reused, an identical run is not repeated."""
    started = time.monotonic()
    art = read_image(args.art)
    clip = read_clip(args.video_file, options.clip_range(args), max_side=CLIP_SIDE)
    settings, given = _wanted(args, art, clip, stage)
    canvas = options.clip_canvas(clip, args)
    whole, clip, given = clip, *_cut(clip, given, canvas)
    picture = options.canvas(art, args)
    key = digest(picture, clip, settings, given)
    outputs = ALWAYS + (OF_A_SCENE if settings.world == "scene" else ())
    if _finished(args.out, key, outputs):
        note(f"{args.out / ALWAYS[0]} is up to date")
        return
    files = StageFiles(args.out / "stages")
    made = run_pipeline(picture, clip, settings, given, stage, files)
    _write(args.out, made, whole, canvas)
    report = _report(args, made, clip, settings, given) | {"key": key, "reused_stages": files.reused}
    report["seconds"] = round(time.monotonic() - started, 1)
    write_whole(args.out / "report.json", json.dumps(report, indent=2).encode())
    took = f"{args.out / ALWAYS[0]}: {len(made.frames)} frames in {report['seconds']:.0f} s"
    note("\n".join([took, *(made.solution.notes if made.solution else ())]))


def _wanted(args: Namespace, art: Picture, clip: Clip, stage: Stage) -> tuple[AnimateOptions, Given]:
    """What the command line asks for and brings along."""
    settings = options.animate_options(args)
    if settings.driving_focal is not None:
        settings = replace(settings, driving_focal=settings.driving_focal * clip.scale)
    solution = None
    if Path(args.camera).suffix or Path(args.camera).is_dir():
        solution = _follow(options.solution_from_file(Path(args.camera), art, args, clip.fps), clip)
    elif args.camera_units == "depth":
        raise ValueError("--camera-units depth needs --camera FILE: a clip tells no unit; give a file or leave it out")
    else:
        settings = replace(settings, camera=args.camera)
    given = options.given(art, args, solution)
    if settings.world != "scene" and (solution is not None or args.scene is not None):
        raise ValueError(
            "--camera FILE and --scene need the character's own scene; leave out --replace or --background"
        )
    if args.scene is not None:
        given = replace(given, gaussians=read_splats(args.scene))
    options.refuse_unused(args, settings.world)
    if args.driving_mask is not None:
        mask = read_clip_mask(args.driving_mask, options.clip_range(args), clip.source_index)
        given = replace(given, driving_mask=mask_of_clip(mask, args.driving_mask.name, clip))
    if args.background is not None:
        background = options.own_background(args.background, options.canvas(art, args), len(clip.frames), clip.fps)
        given = replace(given, background=background)
    if settings.world == "scene":
        settings = options.with_depth_named(settings, stage("Choose depth"))
    return settings, given


def _cut(clip: Clip, given: Given, canvas: Canvas | None) -> tuple[Clip, Given]:
    """The clip, and the mask that goes with it, on their canvas."""
    if canvas is None:
        return clip, given
    frames = torch.stack([on_canvas(frame, canvas) for frame in clip.frames])
    if given.driving_mask is not None:
        mask = torch.stack([on_canvas(mask[..., None], canvas)[..., 0] for mask in given.driving_mask])
        given = replace(given, driving_mask=mask)
    return replace(clip, frames=frames), given


def _report(args: Namespace, made: Animation, clip: Clip, settings: AnimateOptions, given: Given) -> dict:
    families = ["segment", "pose", "video"]
    families += {"scene": ["camera", "depth", "caption", "inpaint"], "replace": ["inpaint"], "own": []}[settings.world]
    used = {name: getattr(settings, name) for name in families}
    if given.depth is not None:
        used["depth"] = Path(args.depth).name
    report = {
        "art": args.art.name,
        "video": args.video_file.name,
        "world": settings.world,
        "frames": len(made.frames),
        "size": [made.frames.shape[2], made.frames.shape[1]],
        "fps": clip.fps,
        "seed": args.seed,
        "backends": used,
        "prompt": made.prompt,
        "source_frames": list(clip.source_index),
    }
    if made.solution is not None:
        report["camera"] = {"kind": made.solution.kind, "notes": list(made.solution.notes)}
    return report | made.facts


def _follow(solution: CameraSolution, clip: Clip) -> CameraSolution:
    """The path on the clip's clock: a file with one pose per source frame is cut by the clip's own index map."""
    cameras = solution.cameras
    if len(cameras) != len(clip.frames):
        if len(cameras) <= max(clip.source_index):
            raise ValueError(
                f"the camera file must have one pose per frame used ({len(clip.frames)}) or per frame of the video, "
                f"got {len(cameras)}; trim it or the clip"
            )
        cameras = cameras[list(clip.source_index)]
    return replace(solution, cameras=replace(cameras, fps=clip.fps), solved=solution.solved[: len(cameras)])


def _finished(out: Path, key: str, outputs: tuple[str, ...]) -> bool:
    if not all((out / name).is_file() for name in outputs):
        return False
    try:
        return json.loads((out / "report.json").read_text()).get("key") == key
    except ValueError:
        return False  # a damaged report: run again


def _write(out: Path, made: Animation, clip: Clip, canvas: Canvas | None) -> None:
    write_video(out / "animation.mp4", made.frames, clip.fps, clip.audio)
    write_video(out / "background.mp4", made.background, clip.fps, clip.audio)
    if made.gaussians is not None:
        write_splats(out / "scene.ply", made.gaussians)
        write_cameras(out / "camera.json", made.cameras)
    pose = made.pose
    if canvas is not None:
        place = torch.tensor([canvas.left, canvas.top])
        pose = replace(pose, xy=pose.xy + place, width=canvas.inner[0], height=canvas.inner[1])
    write_pose(out / "pose.json", in_file_pixels(pose, clip), clip.fps)
