"""The main command: art and clip in, animation and everything reusable out."""

from __future__ import annotations

import json
import time
from argparse import Namespace
from dataclasses import replace
from pathlib import Path

from ..io.camera_files import write_cameras
from ..io.images import read_image
from ..io.pose_files import write_pose
from ..io.splat_files import read_splats, write_splats
from ..io.stages import StageFiles, digest
from ..io.video import Clip, read_clip, write_video
from ..io.whole import write_whole
from ..pipeline import Stage
from ..pipeline import animate as run_pipeline
from ..run_options import Animation
from ..types import CameraSolution
from . import options
from .parts import CLIP_SIDE, in_file_pixels, note

OUTPUTS = ("animation.mp4", "background.mp4", "scene.ply", "camera.json", "pose.json", "report.json")


def demo(args: Namespace, stage: Stage) -> None:
    """The samples through the whole method, with embedded defaults."""
    animate(args, stage)


def animate(args: Namespace, stage: Stage) -> None:
    """Writes OUTPUTS into --out; finished stages of an earlier run are reused, an identical run is not repeated."""
    started = time.monotonic()
    art = read_image(args.art)
    clip = read_clip(args.video_file, options.clip_range(args), max_side=CLIP_SIDE)
    settings = options.animate_options(args)
    if settings.driving_focal is not None:
        settings = replace(settings, driving_focal=settings.driving_focal * clip.scale)
    on_canvas = options.canvas(art, args)
    solution = None
    if Path(args.camera).suffix or Path(args.camera).is_dir():
        solution = _follow(options.solution_from_file(Path(args.camera), art, args, clip.fps), clip)
    elif args.camera_units == "depth":
        raise ValueError("--camera-units depth needs --camera FILE: a clip tells no unit; give a file or leave it out")
    else:
        settings = replace(settings, camera=args.camera)
    given = options.given(art, args, solution)
    settings = options.with_depth_named(settings, stage("Choose depth"))
    if args.scene is not None:
        given = replace(given, gaussians=read_splats(args.scene))
    key = digest(on_canvas, clip, settings, given)
    if _finished(args.out, key):
        note(f"{args.out / OUTPUTS[0]} is up to date")
        return
    files = StageFiles(args.out / "stages")
    made = run_pipeline(on_canvas, clip, settings, given, stage, files)
    _write(args.out, made, clip)
    report = {
        "key": key,
        "art": args.art.name,
        "video": args.video_file.name,
        "frames": len(made.frames),
        "size": [made.frames.shape[2], made.frames.shape[1]],
        "fps": clip.fps,
        "seed": args.seed,
        "backends": {
            name: getattr(settings, name)
            for name in ("segment", "pose", "camera", "depth", "caption", "inpaint", "video")
        }
        | ({"depth": Path(args.depth).name} if given.depth is not None else {}),
        "prompt": made.prompt,
        "camera": {"kind": made.solution.kind, "notes": list(made.solution.notes)},
        "scene": made.coverage | {"gaussians": len(made.gaussians)},
        "background_coverage": round(float((made.background.alpha > 0.5).float().mean()), 4),
        "source_frames": list(clip.source_index),
        "reused_stages": files.reused,
        "seconds": round(time.monotonic() - started, 1),
    }
    write_whole(args.out / "report.json", json.dumps(report, indent=2).encode())
    took = f"{args.out / OUTPUTS[0]}: {len(made.frames)} frames in {report['seconds']:.0f} s"
    note("\n".join([took, *made.solution.notes]))


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


def _finished(out: Path, key: str) -> bool:
    if not all((out / name).is_file() for name in OUTPUTS):
        return False
    try:
        return json.loads((out / "report.json").read_text()).get("key") == key
    except ValueError:
        return False  # a damaged report: run again


def _write(out: Path, made: Animation, clip: Clip) -> None:
    write_video(out / "animation.mp4", made.frames, clip.fps, clip.audio)
    write_video(out / "background.mp4", made.background.frames, clip.fps, clip.audio)
    write_splats(out / "scene.ply", made.gaussians)
    write_cameras(out / "camera.json", made.background.cameras)
    write_pose(out / "pose.json", in_file_pixels(made.pose, clip), clip.fps)
