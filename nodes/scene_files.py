"""A finished scene for another shot: loaded from a file, and a new camera path placed in it."""

from __future__ import annotations

from pathlib import Path

from comfy_api.latest import io
from comfy_execution.graph import ExecutionBlocker

from ..dreamdance_core.geometry.pinhole import rescale
from ..dreamdance_core.io.camera_files import read_cameras
from ..dreamdance_core.io.splat_files import read_splats
from ..dreamdance_core.scene.build import WantedPath
from ..dreamdance_core.scene_steps import path_in_scene
from . import files, host
from .preview import path_ui
from .sockets import Cameras, cameras_of, from_splat, median_depth_of, to_splat

_ROOM = 2 * 1024**3  # bytes of GPU memory that other models leave to one look at the scene


def _camera_name(path: str) -> str:
    """Where the command line puts the path of a scene: beside it."""
    return str(Path(path).with_suffix(".camera.json")) if Path(path).name else ""


class LoadScene(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="DreamDanceLoadScene",
            display_name="Load Scene",
            category="DreamDance/scene",
            description="Reads a saved Gaussian scene (.ply, .spz, .ksplat, .splat), and the camera path that lies "
            "beside it.",
            search_aliases=["load splat", "load ply", "import gaussian", "spz", "ksplat", "reuse scene", "load 3dgs"],
            has_intermediate_output=True,
            inputs=[
                io.String.Input(
                    "path",
                    default="",
                    placeholder="dreamdance/scene_00001.ply",
                    tooltip="A scene file in the input or output folder, such as Save Splat or the command line wrote.",
                ),
            ],
            outputs=[
                io.Splat.Output("splat", display_name="splat", tooltip="The scene, in its own frame and unit."),
                Cameras.Output(
                    "cameras",
                    display_name="cameras",
                    tooltip="The path beside it, SCENE.camera.json; stops what follows if there is none.",
                ),
            ],
        )

    @classmethod
    def fingerprint_inputs(cls, path) -> str:
        return f"{files.fingerprint(path)}|{files.fingerprint(_camera_name(path or ''))}"

    @classmethod
    def execute(cls, path) -> io.NodeOutput:
        scene = files.existing(path)
        gaussians = read_splats(scene)
        said = f"{scene.name}: {len(gaussians)} Gaussians"
        beside = Path(_camera_name(str(scene)))
        if not beside.is_file():
            missing = f"no {beside.name} beside the scene; use Load Cameras, or Camera Path + Place Cameras In Scene"
            return io.NodeOutput(to_splat(gaussians), ExecutionBlocker(missing), ui={"text": [said]})
        cameras = read_cameras(beside)
        return io.NodeOutput(to_splat(gaussians), cameras, ui=path_ui(cameras, said))


class PlaceCameras(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="DreamDancePlaceCameras",
            display_name="Place Cameras In Scene",
            category="DreamDance/camera",
            description="Fits a new camera path to a finished scene: based on its first frame, scaled to the depth "
            "that the scene shows there, smoothed, and kept out of surfaces. For a second shot in a loaded scene.",
            search_aliases=["new shot", "scale camera", "fit path", "reuse scene", "retarget camera"],
            has_intermediate_output=True,
            inputs=[
                io.Splat.Input("splat", tooltip="The scene: of Load Scene, Train Gaussians, or any other."),
                Cameras.Input(
                    "cameras",
                    tooltip="The new path: of Estimate Camera, Camera Path, Load Cameras; any frame and unit.",
                ),
                Cameras.Input(
                    "start",
                    optional=True,
                    tooltip="Where the path starts, and its lens: the first of these cameras. Without it, the scene's "
                    "reference camera (the pose of the picture it was made from), focal length = width.",
                ),
                io.Int.Input(
                    "width",
                    default=0,
                    min=0,
                    max=8192,
                    step=2,
                    tooltip="Width, px; 0 = that of start, else of cameras.",
                ),
                io.Int.Input("height", default=0, min=0, max=8192, step=2, tooltip="Height, px; 0 = likewise."),
                io.Combo.Input(
                    "camera_units",
                    options=["auto", "depth"],
                    default="auto",
                    advanced=True,
                    tooltip="auto scales the path to the scene and keeps it inside; depth follows translations "
                    "exactly, in the scene's own unit.",
                ),
                io.Float.Input(
                    "camera_gain",
                    default=1.0,
                    min=0.0,
                    max=4.0,
                    step=0.05,
                    advanced=True,
                    tooltip="Multiplies the path's translations (auto units only); 0 keeps only its rotations.",
                ),
            ],
            outputs=[
                Cameras.Output(
                    "cameras", display_name="cameras", tooltip="The path in scene units, for Render Background."
                )
            ],
        )

    @classmethod
    def execute(cls, splat, cameras, width, height, camera_units="auto", camera_gain=1.0, start=None) -> io.NodeOutput:
        path = cameras_of(cameras)
        first = None if start is None else cameras_of(start)[0]
        like = first or path
        width, height = width or like.width, height or like.height
        K = None if first is None else rescale(first.K[0], width / first.width, height / first.height)
        pose = None if first is None else first.c2w[0]
        wanted = WantedPath(cameras=path, median_depth=median_depth_of(cameras), units=camera_units, gain=camera_gain)
        host.make_room(_ROOM)
        run = host.runtime()
        placed = path_in_scene(from_splat(splat), wanted, width=width, height=height, K=K, start=pose, run=run)
        return io.NodeOutput(placed, ui=path_ui(placed))
