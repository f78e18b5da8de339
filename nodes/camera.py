"""Camera paths: from a clip, from a preset, from files."""

from __future__ import annotations

import time
from dataclasses import replace

import torch
from comfy_api.latest import io

from ..dreamdance_core import backends
from ..dreamdance_core.camera.estimate import estimate_camera
from ..dreamdance_core.camera.picture import draw_path
from ..dreamdance_core.camera.report import report_lines
from ..dreamdance_core.geometry.convert import LENS_UNITS, focal_px
from ..dreamdance_core.geometry.path_edits import concat, retime
from ..dreamdance_core.geometry.pinhole import focal_from_fov, intrinsics
from ..dreamdance_core.geometry.trajectory import MOVES, PRESETS, camera_path, combined
from ..dreamdance_core.io.camera_files import read_cameras, write_cameras
from ..dreamdance_core.io.path_text import parse_moves
from ..dreamdance_core.io.pose_files import from_pose_keypoint
from ..dreamdance_core.pose.regions import person_mask as capsules
from ..dreamdance_core.types import Cameras as CamerasValue
from . import files, host
from .camera_paths import path_result
from .camera_sources import people_from_sam3, solution_from_da3
from .preview import path_ui
from .sockets import (
    MAX_SEED,
    Cameras,
    DA3Geometry,
    PoseKeypoint,
    Sam3Tracks,
    backend_input,
    cameras_of,
    median_depth_of,
)

_SUFFIXES = {"camera.json": ".json", "TUM": ".txt", "RealEstate10K": ".re10k.txt", "npy": ".npy", "COLMAP": ""}


class EstimateCamera(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="DreamDanceEstimateCamera",
            display_name="Estimate Camera",
            category="DreamDance/camera",
            description="The camera's path through a clip, with the person ignored. A clip without parallax gives a "
            "rotation-only, zoom or static path instead of an invented one. First frame = identity.",
            search_aliases=["structure from motion", "colmap", "camera tracking", "slam", "dpvo", "matchmove", "pose"],
            has_intermediate_output=True,
            inputs=[
                io.Image.Input("images", tooltip="The clip, in order. 24 to 200 frames are a good length."),
                backend_input(
                    "camera",
                    "How the path is solved. pycolmap takes about a quarter of a second per frame on 2 cores, in its "
                    "own process; dpvo needs that package and CUDA.",
                ),
                io.Float.Input(
                    "fps",
                    default=24.0,
                    min=1.0,
                    max=240.0,
                    step=0.01,
                    tooltip="Frames per second of the clip; the path carries it on. Wire it from the loader.",
                ),
                io.Float.Input(
                    "focal",
                    default=0.0,
                    min=0.0,
                    max=100000.0,
                    step=1.0,
                    tooltip="Focal length of the clip, in focal_unit (px of this clip's width); 0 = estimate it. "
                    "A true value makes short or shaky clips much more reliable.",
                ),
                io.Mask.Input(
                    "person_mask",
                    optional=True,
                    tooltip="1 = moving person, to be ignored; one mask, or one per frame.",
                ),
                PoseKeypoint.Input(
                    "pose",
                    optional=True,
                    tooltip="The clip's pose; limbs as thick capsules are ignored. Used when there is no person mask.",
                ),
                Sam3Tracks.Input(
                    "sam3_tracks",
                    optional=True,
                    tooltip="Everything SAM3 tracked is ignored. Used when there is no person mask.",
                ),
                DA3Geometry.Input(
                    "geometry",
                    optional=True,
                    tooltip="DA3_GEOMETRY of a multiview run over the clip: its cameras are kept as they are, nothing "
                    "is solved, and backend, focal and masks are not used.",
                ),
                io.Combo.Input(
                    "focal_unit",
                    options=list(LENS_UNITS),
                    default="px",
                    optional=True,
                    tooltip="Unit of focal: px of the clip, mm of 35 mm film (36 mm = the longer side), or degrees of "
                    "the horizontal field of view.",
                ),
                io.Combo.Input(
                    "zoom",
                    options=["off", "on"],
                    default="off",
                    optional=True,
                    tooltip="on: the lens zooms while the camera travels, and every frame gets its own focal length. A "
                    "clip that only zooms is recognised without it.",
                ),
            ],
            outputs=[
                Cameras.Output(
                    "cameras", display_name="cameras", tooltip="One camera per frame; arbitrary length unit."
                ),
                io.String.Output("report", display_name="report", tooltip="What was found and what was assumed."),
                io.Image.Output("picture", display_name="picture", tooltip="The path from above and from the side."),
            ],
        )

    @classmethod
    def execute(
        cls,
        images,
        backend,
        fps,
        focal,
        person_mask=None,
        pose=None,
        sam3_tracks=None,
        geometry=None,
        focal_unit="px",
        zoom="off",
    ) -> io.NodeOutput:
        frames, start = host.from_host(images, "images"), time.perf_counter()
        height, width = frames.shape[1:3]
        if geometry is not None:
            solution = solution_from_da3(geometry, width, height, fps)
            if len(solution.cameras) != len(frames):
                got, want = len(solution.cameras), len(frames)
                raise ValueError(f"geometry must have one view per picture, {want}, got {got}; run DA3 on this clip")
        else:
            run = host.runtime()
            solver = backends.load("camera", backend, run, zoom=zoom == "on")
            lens = focal_px(focal, focal_unit, width, height) if focal else None
            mask = _people(frames, person_mask, pose, sam3_tracks)
            solution = estimate_camera(frames, solver, person_mask=mask, focal=lens, fps=fps, run=run)
        report = "\n".join(report_lines(solution, time.perf_counter() - start))
        picture = host.to_host(draw_path(solution)[None])
        return io.NodeOutput(solution, report, picture, ui=path_ui(solution.cameras, report))


def _people(frames, person_mask, pose, sam3_tracks):
    """Who is to be ignored, from the first of the three that is there; None when nobody is named."""
    if person_mask is not None:
        return host.mask_of(person_mask, frames, "person_mask")
    if sam3_tracks is not None:
        return host.mask_of(people_from_sam3(sam3_tracks), frames, "sam3_tracks")
    if pose is not None:
        return host.mask_of(capsules(from_pose_keypoint(pose)), frames, "pose")
    return None


class CameraPath(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="DreamDanceCameraPath",
            display_name="Camera Path",
            category="DreamDance/camera",
            description="A camera move by name. Starts at the picture's own view; lengths are in scene units, "
            "where 1 is "
            "the median depth of the picture.",
            search_aliases=[
                "orbit",
                "dolly",
                "pan",
                "truck",
                "zoom",
                "handheld",
                "spiral",
                "camera preset",
                "camera move",
            ],
            has_intermediate_output=True,
            inputs=[
                io.Combo.Input(
                    "preset",
                    options=list(PRESETS),
                    default="orbit",
                    tooltip="orbit turns around the subject; dolly, truck and pedestal move forward, sideways and up; "
                    "pan, tilt and roll turn; crane rises around the subject; zoom changes the focal length; "
                    "dolly_zoom moves in while the subject keeps its size; handheld shakes (seed).",
                ),
                io.Float.Input(
                    "amplitude",
                    default=1.0,
                    min=-10.0,
                    max=10.0,
                    step=0.05,
                    tooltip="Size of the move: 1 = calm (orbit 20°, dolly a quarter of the distance, pan 15°); "
                    "negative "
                    "= the other way; beyond 2 the scene's unseen sides come into view.",
                ),
                io.Int.Input("frames", default=48, min=1, max=4096, tooltip="Length of the path, frames."),
                io.Float.Input("fps", default=24.0, min=1.0, max=240.0, step=0.01, tooltip="Frames per second."),
                io.Int.Input("width", default=640, min=16, max=8192, step=16, tooltip="Picture width, px."),
                io.Int.Input("height", default=384, min=16, max=8192, step=16, tooltip="Picture height, px."),
                io.Float.Input(
                    "fov",
                    default=53.0,
                    min=5.0,
                    max=150.0,
                    step=0.1,
                    tooltip="Horizontal field of view, degrees; 53 is focal length = picture width.",
                ),
                io.Float.Input(
                    "distance",
                    default=1.0,
                    min=0.01,
                    max=1000.0,
                    step=0.01,
                    advanced=True,
                    tooltip="Depth of what the shot is about, scene units: the orbit's pivot, and what lengths "
                    "scale with.",
                ),
                io.Int.Input(
                    "seed",
                    default=0,
                    min=0,
                    max=MAX_SEED,
                    control_after_generate=False,
                    advanced=True,
                    tooltip="Seed of the handheld shake; the other presets ignore it.",
                ),
                Cameras.Input(
                    "after",
                    optional=True,
                    tooltip="A path that this one continues from its last camera; it sets size, focal length and fps.",
                ),
                io.String.Input(
                    "moves",
                    default="",
                    optional=True,
                    placeholder="orbit 20, pedestal 0.2, dolly_zoom 0.3",
                    tooltip="Moves at once, in place of preset and amplitude: name size [ease], separated by commas. "
                    "Sizes are degrees (orbit, crane, pan, tilt, roll), scene units (dolly, truck, pedestal, "
                    "dolly_zoom) or times (zoom); ease is smooth, linear, in or out.",
                ),
            ],
            outputs=[Cameras.Output("cameras", display_name="cameras", tooltip="One camera per frame.")],
        )

    @classmethod
    def execute(
        cls, preset, amplitude, frames, fps, width, height, fov, distance=1.0, seed=0, after=None, moves=""
    ) -> io.NodeOutput:
        unit, start = 1.0, None  # the median depth of the picture, in the path's unit
        if after is not None:
            unit = median_depth_of(after) or 1.0
            start = cameras_of(after)
            reference = start[-1]
        else:
            K = intrinsics(width, height, focal_from_fov(width, fov))
            reference = CamerasValue(c2w=torch.eye(4)[None], K=K[None], width=width, height=height, fps=fps)
        wanted = parse_moves(moves)
        if wanted:
            lengths = [replace(m, size=m.size * unit) if MOVES[m.name] == "units" else m for m in wanted]
            cameras = combined(lengths, frames, reference, distance=distance * unit)
        else:
            cameras = camera_path(preset, frames, amplitude, reference, distance=distance * unit, seed=seed % 2**63)
        return path_result(cameras if start is None else concat(start, cameras), unit)


class LoadCameras(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="DreamDanceLoadCameras",
            display_name="Load Cameras",
            category="DreamDance/camera",
            description="Reads a camera path: camera.json, TUM .txt, RealEstate10K .txt, a COLMAP text folder, "
            ".npy stacks, or an animated camera of a glTF/GLB (Blender export). Missing time stamps are filled in.",
            search_aliases=["import camera", "colmap", "tum", "realestate10k", "gltf camera", "blender camera"],
            has_intermediate_output=True,
            inputs=[
                io.String.Input(
                    "path",
                    default="",
                    placeholder="camera.json",
                    tooltip="A file (or COLMAP folder) in the input or output folder.",
                ),
                io.Int.Input(
                    "width",
                    default=0,
                    min=0,
                    max=8192,
                    tooltip="Width, px, of the pictures the cameras are for (K is rescaled); 0 = the file's own. TUM, "
                    ".npy, RealEstate10K and glTF carry none: give it.",
                ),
                io.Int.Input("height", default=0, min=0, max=8192, tooltip="Height, px, likewise; 0 = the file's own."),
                io.Float.Input(
                    "fps",
                    default=0.0,
                    min=0.0,
                    max=240.0,
                    step=0.01,
                    tooltip="Frames per second; 0 = the file's own, or 24 where it has none.",
                ),
                io.Int.Input(
                    "frames",
                    default=0,
                    min=0,
                    max=4096,
                    tooltip="Resample the path to this many frames; 0 = as it is in the file.",
                ),
                io.Combo.Input(
                    "poses",
                    options=["c2w", "w2c"],
                    default="c2w",
                    optional=True,
                    advanced=True,
                    tooltip="What .npy and TUM files hold: camera-to-world or world-to-camera. The other formats say "
                    "it themselves.",
                ),
                io.String.Input(
                    "camera_name",
                    default="",
                    optional=True,
                    advanced=True,
                    tooltip="Which camera of a glTF file, by its name in Blender; empty = the first.",
                ),
            ],
            outputs=[
                Cameras.Output("cameras", display_name="cameras", tooltip="One camera per frame, file's own unit.")
            ],
        )

    @classmethod
    def fingerprint_inputs(cls, path, **_widgets) -> str:
        return files.fingerprint(path)

    @classmethod
    def execute(cls, path, width, height, fps, frames, poses="c2w", camera_name="") -> io.NodeOutput:
        size = (width or None, height or None)
        cameras = read_cameras(files.existing(path), *size, float(fps) or None, poses=poses, name=camera_name)
        if frames:
            cameras = retime(cameras, frames)
        return io.NodeOutput(cameras, ui=path_ui(cameras))


class SaveCameras(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="DreamDanceSaveCameras",
            display_name="Save Cameras",
            category="DreamDance/camera",
            description="Writes a camera path into the output folder.",
            search_aliases=["export camera", "camera json", "tum", "colmap"],
            is_output_node=True,
            inputs=[
                Cameras.Input("cameras", tooltip="The camera path to write."),
                io.String.Input(
                    "filename_prefix",
                    default="dreamdance/camera",
                    tooltip="Where in the output folder; a number is appended, nothing is overwritten.",
                ),
                io.Combo.Input(
                    "format",
                    options=list(_SUFFIXES),
                    default="camera.json",
                    tooltip="camera.json keeps everything (poses, K, size, fps); COLMAP is a folder; TUM and "
                    "npy keep the "
                    "poses only.",
                ),
            ],
            outputs=[io.String.Output("path", display_name="path", tooltip="The written file.")],
        )

    @classmethod
    def execute(cls, cameras, filename_prefix, format) -> io.NodeOutput:
        path = files.next_output(filename_prefix, _SUFFIXES[format])
        write_cameras(path, cameras_of(cameras))
        return io.NodeOutput(str(path), ui={"text": [str(path)]})
