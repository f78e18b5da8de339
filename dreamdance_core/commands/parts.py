"""One command per stage: segment, pose, camera, scene, render, weights."""

from __future__ import annotations

import time
from argparse import Namespace
from dataclasses import replace
from pathlib import Path

import torch
from tqdm import tqdm

from .. import backends
from ..camera.estimate import estimate_camera
from ..camera.picture import draw_path
from ..camera.report import report_lines
from ..figure_steps import CROWD
from ..gaussians.fit import fit
from ..geometry.convert import focal_px
from ..geometry.pinhole import rescale
from ..io import weights as weight_files
from ..io.camera_files import read_cameras, require_camera_name, write_cameras
from ..io.images import read_image, write_image
from ..io.maps import read_clip_mask
from ..io.pose_files import write_pose
from ..io.splat_files import read_splats, require_splat_name, write_splats
from ..io.stages import StageFiles
from ..io.video import Clip, read_clip, require_video_name, write_video
from ..lazy import RenderedFrames
from ..pose.extract import extract_pose
from ..pose.regions import person_mask
from ..run_options import Stage
from ..scene.build import WantedPath
from ..scene_steps import described, path_in_scene, scene_of
from ..segment.cutout import cut_out, outlines_a_figure
from ..types import LazyFrames, PoseTrack
from . import options

CLIP_SIDE = 1280  # px; longer clips are read at this size: detectors and solvers gain nothing beyond it


def note(text: str) -> None:
    """A line for the user, on stdout, clear of the progress bar."""
    tqdm.write(text)


def segment(args: Namespace, stage: Stage) -> None:
    """Writes the character's mask, white = character."""
    picture = read_image(args.art)
    backend = None
    if not outlines_a_figure(picture.alpha):
        backend = backends.load("segment", args.segment, stage("Cut out the character"))
    write_image(args.out, cut_out(picture.rgb, backend, alpha=picture.alpha).alpha)


def pose(args: Namespace, stage: Stage) -> None:
    """Writes the clip's keypoints."""
    clip = read_clip(args.video_file, options.clip_range(args), max_side=CLIP_SIDE)
    run = stage("Pose of the clip")
    backend = backends.load("pose", args.pose, run)
    track = extract_pose(clip.frames, backend, people=args.people, fps=clip.fps, run=run)
    write_pose(args.out, in_file_pixels(track, clip), clip.fps)


def in_file_pixels(track: PoseTrack, clip: Clip) -> PoseTrack:
    """The pose in pixels of the clip's file, where the clip was read at a smaller size."""
    width, height = clip.file_size or (track.width, track.height)
    factor = torch.tensor([width / track.width, height / track.height])
    return replace(track, xy=track.xy * factor, width=width, height=height)


def camera(args: Namespace, stage: Stage) -> None:
    """Writes the clip's camera and prints what was found and assumed."""
    require_camera_name(args.out)
    steps = options.clip_range(args)
    clip = read_clip(args.video_file, steps, max_side=CLIP_SIDE)
    if args.mask is not None:
        people = mask_of_clip(read_clip_mask(args.mask, steps, clip.source_index), args.mask.name, clip)
    else:
        people = _people(clip.frames, clip.fps, args, stage)
    run = stage("Camera of the clip")
    backend = backends.load("camera", args.camera, run, zoom=args.zoom)
    width, height = clip.file_size
    focal = None if args.focal is None else focal_px(*args.focal, width, height) * clip.scale
    start = time.perf_counter()
    solution = estimate_camera(clip.frames, backend, person_mask=people, focal=focal, fps=clip.fps, run=run)
    seconds = time.perf_counter() - start
    K = rescale(solution.cameras.K, 1 / clip.scale, height / clip.frames.shape[1])
    solution = replace(solution, cameras=replace(solution.cameras, K=K, width=width, height=height))
    write_cameras(args.out, solution.cameras)
    if args.picture is not None:
        write_image(args.picture, draw_path(solution))
    note("\n".join(report_lines(solution, seconds)))


def mask_of_clip(mask: torch.Tensor, name: str, clip: Clip) -> torch.Tensor:
    """The mask at the size the clip was read at; it must have the file's own size, and a picture for every frame."""
    if len(mask) != len(clip.frames):
        raise ValueError(
            f"{name} must have the clip's {len(clip.frames)} frames, got {len(mask)}; cut it like the clip"
        )
    if mask.shape[:0:-1] != clip.file_size:
        have, want = "x".join(map(str, mask.shape[:0:-1])), "x".join(map(str, clip.file_size))
        raise ValueError(f"{name} must have the clip's size {want}, got {have}; resize it first")
    if clip.scale == 1:
        return mask
    return torch.nn.functional.interpolate(mask[:, None], size=clip.frames.shape[1:3], mode="area")[:, 0]


def _people(frames: torch.Tensor, fps: float, args: Namespace, stage: Stage) -> torch.Tensor | None:
    """Masks from the pose; None, and a word about it, when the clip shows nobody."""
    run = stage("Pose of the clip")
    backend = backends.load("pose", args.pose, run)
    try:
        return person_mask(extract_pose(frames, backend, people=CROWD, fps=fps, run=run))
    except ValueError as error:
        note(f"no person is masked: {error}")
        return None


def scene(args: Namespace, stage: Stage) -> None:
    """Writes the fitted Gaussians, and beside them the placed path."""
    require_splat_name(args.out)
    art = read_image(args.art)
    on_canvas, settings = options.canvas(art, args), options.animate_options(args)
    solution = None if args.camera is None else options.solution_from_file(args.camera, art, args)
    given = options.given(art, args, solution)
    settings = options.with_depth_named(settings, stage("Choose depth"))
    cut = None
    if given.mask is not None:
        cut = cut_out(on_canvas.rgb, None, mask=given.mask, shadow=settings.shadow)
    with StageFiles(args.out.parent).until_done(f"{args.out.stem}.unfinished") as files:
        settings = described(cut, on_canvas, settings, stage, files)
        completed = scene_of(cut, on_canvas, solution, settings, given, stage, files)
        fitted = fit(completed.views, options=settings.fit, path=completed.path, run=stage("Fit Gaussians"))
        write_splats(args.out, fitted.gaussians)
    if completed.path is not None:
        write_cameras(args.out.with_suffix(".camera.json"), completed.path)
    if settings.caption is not None:
        note(f"prompt: {settings.scene.prompt}")
    source = settings.depth if given.depth is None else Path(args.depth).name
    note("; ".join(f"{name} {value}" for name, value in {"depth": source, **completed.coverage}.items()))


def render(args: Namespace, stage: Stage) -> None:
    """Writes a video, or a folder of numbered pictures; colours over black."""
    if args.out.suffix:
        require_video_name(args.out)
    cameras = read_cameras(args.camera, *(args.size or (None, None)))
    gaussians = read_splats(args.scene)
    if args.camera_units == "auto":
        size = {"width": cameras.width, "height": cameras.height}
        wanted = WantedPath(cameras=cameras)
        cameras = path_in_scene(gaussians, wanted, **size, K=cameras.K[0], run=stage("Look at the scene"))
    write_frames(args.out, RenderedFrames(gaussians, cameras, run=stage("Render")), cameras.fps)


def write_frames(out: Path, frames: LazyFrames, fps: float) -> None:
    """A video when the name has a video's suffix, else a folder of %05d.png; frames are made as they are written."""
    if out.suffix:
        write_video(out, frames, fps)
        return
    for index in range(len(frames)):
        write_image(out / f"{index:05d}.png", frames[index : index + 1][0])


def weights(args: Namespace, stage: Stage) -> None:
    """Lists the known weights, or fetches one of them."""
    run = stage("Download")
    if args.action == "get":
        if args.name is None:
            raise ValueError("weights get needs a name; `dreamdance weights list` shows them")
        note(str(weight_files.get(args.name, run.weight_folders[0], run)))
        return
    rows = weight_files.table(run)
    columns = list(rows[0])
    widths = {c: max(len(c), *(len(row[c]) for row in rows)) for c in columns}
    for row in [dict(zip(columns, columns, strict=True)), *rows]:
        note("  ".join(row[c].ljust(widths[c]) for c in columns).rstrip())
