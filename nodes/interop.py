"""Bridges to other nodes: camera types of other packs and of the host."""

from __future__ import annotations

from comfy_api.latest import io

from ..dreamdance_core.geometry import convert
from ..dreamdance_core.geometry.path_edits import retime
from ..dreamdance_core.types import Cameras as CamerasValue
from ..dreamdance_core.video.control import wan_length
from . import host
from .camera_sources import solution_from_da3
from .preview import path_ui
from .sockets import CameraCtrlPoses, Cameras, DA3Geometry, WanCameraEmbedding, cameras_of

_OUT = "DreamDance/interop"
_TAKEN_FOR_GRANTED = (1280, 720)  # px: of the pictures that Wan's readers of camera rows assume


def _size_inputs() -> list[io.Input]:
    return [
        io.Int.Input("width", default=640, min=16, max=8192, tooltip="Picture width, px, that the cameras are for."),
        io.Int.Input("height", default=384, min=16, max=8192, tooltip="Picture height, px."),
        io.Float.Input("fps", default=24.0, min=1.0, max=240.0, step=0.01, tooltip="Frames per second of the path."),
    ]


class CamerasToLoad3D(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="DreamDanceCamerasToLoad3D",
            display_name="Cameras To Load3D",
            category=_OUT,
            description="One camera of the path, or all of them as a list, as LOAD3D_CAMERA for Render Splat "
            "and the 3D "
            "previews. Those know a vertical field of view, but no off-centre principal point.",
            search_aliases=["load3d", "camera info", "three.js", "convert camera"],
            inputs=[
                Cameras.Input("cameras", tooltip="The camera path to convert."),
                io.Int.Input(
                    "frame", default=0, min=-1, max=100000, tooltip="Which frame's camera; -1 = a list of all of them."
                ),
                io.Float.Input(
                    "distance",
                    default=1.0,
                    min=0.001,
                    max=10000.0,
                    step=0.01,
                    advanced=True,
                    tooltip="How far ahead of the camera the viewers' orbit point lies, scene units.",
                ),
            ],
            outputs=[
                io.Load3DCamera.Output(
                    "camera_info", display_name="camera_info", is_output_list=True, tooltip="Y up, looking along -Z."
                )
            ],
        )

    @classmethod
    def execute(cls, cameras, frame, distance=1.0) -> io.NodeOutput:
        path = cameras_of(cameras)
        if frame >= len(path):
            raise ValueError(f"frame must be below the path's length {len(path)}, got {frame}; choose an earlier one")
        infos = convert.to_load3d(path if frame < 0 else path[frame], distance)
        return io.NodeOutput(infos)


class CamerasToCameraCtrl(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="DreamDanceCamerasToCameraCtrl",
            display_name="Cameras To CameraCtrl",
            category=_OUT,
            description="The path as CAMERACTRL_POSES (RealEstate10K rows) for AnimateDiff-Evolved, KJNodes and "
            "WanVideoWrapper; the lens is exact for pictures of the cameras' own aspect.",
            search_aliases=["cameractrl", "realestate10k", "animatediff camera", "convert camera"],
            inputs=[Cameras.Input("cameras", tooltip="The camera path to convert.")],
            outputs=[
                CameraCtrlPoses.Output(
                    "poses",
                    display_name="cameractrl_poses",
                    tooltip="Rows frame, fx, fy, cx, cy, 1280, 720, w2c.",
                )
            ],
        )

    @classmethod
    def execute(cls, cameras) -> io.NodeOutput:
        return io.NodeOutput(convert.to_cameractrl(cameras_of(cameras), _TAKEN_FOR_GRANTED))


class CamerasToWan(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="DreamDanceCamerasToWan",
            display_name="Cameras To Wan",
            category=_OUT,
            description="The path as WAN_CAMERA_EMBEDDING (Plücker rays) for Wan Camera Image To Video.",
            search_aliases=["wan camera", "plucker", "fun camera", "convert camera"],
            inputs=[
                Cameras.Input("cameras", tooltip="The path; its length is cut to 4n+1 frames."),
                io.Int.Input("width", default=832, min=16, max=8192, step=16, tooltip="Width of the Wan video, px."),
                io.Int.Input("height", default=480, min=16, max=8192, step=16, tooltip="Height of the Wan video, px."),
            ],
            outputs=[
                WanCameraEmbedding.Output("embedding", display_name="camera_embedding", tooltip="1 x 24 x n x H x W."),
                io.Int.Output("length", display_name="length", tooltip="Frames, 4n+1."),
            ],
        )

    @classmethod
    def execute(cls, cameras, width, height) -> io.NodeOutput:
        path = cameras_of(cameras)
        length = wan_length(len(path))
        embedding = convert.to_wan(path[:length], width, height)
        return io.NodeOutput(host.to_host(embedding), length)


class CamerasFromLoad3D(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="DreamDanceCamerasFromLoad3D",
            display_name="Cameras From Load3D",
            category=_OUT,
            description="A path from LOAD3D_CAMERA: one viewpoint from a 3D preview, or a list of them as key "
            "frames, joined "
            "smoothly.",
            search_aliases=["load3d", "camera info", "key frames", "viewport camera"],
            is_input_list=True,
            has_intermediate_output=True,
            inputs=[
                io.Load3DCamera.Input("camera_info", tooltip="One camera, or several in order (key frames)."),
                *_size_inputs(),
                io.Int.Input(
                    "frames",
                    default=48,
                    min=0,
                    max=4096,
                    tooltip="Length of the path; key frames are evenly spaced. 0 = the viewpoints as they are, for "
                    "Camera Keyframes.",
                ),
            ],
            outputs=[Cameras.Output("cameras", display_name="cameras", tooltip="One camera per frame.")],
        )

    @classmethod
    def execute(cls, camera_info, width, height, fps, frames) -> io.NodeOutput:
        cameras = convert.from_load3d(camera_info, width[0], height[0], fps[0])
        cameras = _lengthened(cameras, frames[0])
        return io.NodeOutput(cameras, ui=path_ui(cameras))


class CamerasFromCameraCtrl(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="DreamDanceCamerasFromCameraCtrl",
            display_name="Cameras From CameraCtrl",
            category=_OUT,
            description="A path from CAMERACTRL_POSES (RealEstate10K rows).",
            search_aliases=["cameractrl", "realestate10k", "convert camera"],
            has_intermediate_output=True,
            inputs=[
                CameraCtrlPoses.Input("poses", tooltip="One row per frame: time, normalised K, size or 0 0, w2c."),
                *_size_inputs(),
            ],
            outputs=[Cameras.Output("cameras", display_name="cameras", tooltip="One camera per frame.")],
        )

    @classmethod
    def execute(cls, poses, width, height, fps) -> io.NodeOutput:
        cameras = convert.from_cameractrl(poses, width, height, fps)
        return io.NodeOutput(cameras, ui=path_ui(cameras))


class CamerasFromWan(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="DreamDanceCamerasFromWan",
            display_name="Cameras From Wan",
            category=_OUT,
            description="The path inside a WAN_CAMERA_EMBEDDING, for instance of the host's own camera presets, so "
            "that a scene can be rendered along it.",
            search_aliases=["wan camera", "plucker", "fun camera", "convert camera"],
            has_intermediate_output=True,
            inputs=[
                WanCameraEmbedding.Input("embedding", tooltip="WAN_CAMERA_EMBEDDING; its size becomes the path's."),
                io.Float.Input(
                    "fps", default=16.0, min=1.0, max=240.0, step=0.01, tooltip="Frames per second; Wan's own is 16."
                ),
            ],
            outputs=[
                Cameras.Output("cameras", display_name="cameras", tooltip="One camera per frame, based on the first.")
            ],
        )

    @classmethod
    def execute(cls, embedding, fps) -> io.NodeOutput:
        cameras = convert.from_wan(embedding.float(), float(fps))
        return io.NodeOutput(cameras, ui=path_ui(cameras))


class CamerasFromGeometry(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="DreamDanceCamerasFromGeometry",
            display_name="Cameras From Geometry",
            category=_OUT,
            description="The cameras that Run Depth Anything 3 found in its multiview mode.",
            search_aliases=["da3", "depth anything 3", "extrinsics", "convert camera"],
            has_intermediate_output=True,
            inputs=[
                DA3Geometry.Input("geometry", tooltip="DA3_GEOMETRY of a multiview run; its images are the frames."),
                *_size_inputs(),
            ],
            outputs=[Cameras.Output("cameras", display_name="cameras", tooltip="One camera per view.")],
        )

    @classmethod
    def execute(cls, geometry, width, height, fps) -> io.NodeOutput:
        solution = solution_from_da3(geometry, width, height, fps)
        return io.NodeOutput(solution, ui=path_ui(solution.cameras))


def _lengthened(cameras: CamerasValue, frames: int) -> CamerasValue:
    """Key frames joined to a path of the wanted length (0: as they are); a single one stands still."""
    if frames == 0:
        return cameras
    if len(cameras) == 1:
        return cameras[[0] * frames]
    return cameras if len(cameras) == frames else retime(cameras, frames)
