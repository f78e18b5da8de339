"""Bridges to other nodes: camera types of other packs, and the inputs of the host's own Wan nodes."""

from __future__ import annotations

import torch
from comfy_api.latest import io, ui

from ..dreamdance_core.geometry import convert
from ..dreamdance_core.geometry.path_edits import retime
from ..dreamdance_core.io.pose_files import from_pose_keypoint
from ..dreamdance_core.types import Cameras as CamerasValue
from . import host
from .camera_sources import solution_from_da3
from .control import control_clip, face_crops, paste_back, wan_length
from .preview import path_ui
from .sockets import CameraCtrlPoses, Cameras, DA3Geometry, PoseKeypoint, WanCameraEmbedding, cameras_of

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


class ComposeControlVideo(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="DreamDanceComposeControlVideo",
            display_name="Compose Control Video",
            category="DreamDance/video",
            description="What the host's Wan nodes take, at one size and length (4n+1 frames, multiples of 16 px): "
            "control_video, control_masks and reference_image for Wan Vace To Video; pose_video, face_video, "
            "background_video and character_mask for Wan Animate To Video; render_video for Uni3C.",
            search_aliases=["vace", "wan animate", "uni3c", "control video", "control masks"],
            has_intermediate_output=True,
            inputs=[
                io.Image.Input("background", tooltip="The background video."),
                io.Mask.Input("paint_mask", tooltip="1 = paint the character here; from Retarget Pose."),
                io.Image.Input("pose_video", tooltip="The skeleton drawing (overlay of Retarget Pose)."),
                io.Image.Input("reference", tooltip="The character picture."),
                io.Mask.Input("reference_mask", optional=True, tooltip="1 = character; the rest becomes white."),
                io.Image.Input("driving", optional=True, tooltip="The driving clip, for the face video."),
                PoseKeypoint.Input(
                    "driving_pose", optional=True, tooltip="The driving clip's pose, for the face video."
                ),
                io.Combo.Input(
                    "inside",
                    options=["pose on grey", "grey", "background"],
                    default="pose on grey",
                    tooltip="What control_video shows where the mask is 1: the pose (VACE pose), plain grey "
                    "(VACE inpaint), "
                    "or a coarse composite such as Puppet's as background (VACE repaint).",
                ),
                io.Int.Input(
                    "mask_block",
                    default=16,
                    min=1,
                    max=128,
                    advanced=True,
                    tooltip="character_mask is grown to whole blocks of this many px, as Wan Animate was "
                    "trained; 1 = off.",
                ),
            ],
            outputs=[
                io.Image.Output("control_video", display_name="control_video", tooltip="For Wan Vace To Video."),
                io.Mask.Output(
                    "control_masks", display_name="control_masks", tooltip="1 = repaint; for Wan Vace To Video."
                ),
                io.Image.Output("reference_image", display_name="reference_image", tooltip="On white, for both."),
                io.Image.Output("pose_video", display_name="pose_video", tooltip="For Wan Animate To Video."),
                io.Image.Output(
                    "face_video",
                    display_name="face_video",
                    tooltip="512 px face crops, Wan Animate; black without driving.",
                ),
                io.Image.Output(
                    "background_video", display_name="background_video", tooltip="Black where painted; Wan Animate."
                ),
                io.Mask.Output(
                    "character_mask", display_name="character_mask", tooltip="Blocky, 1 = character; Wan Animate."
                ),
                io.Image.Output("render_video", display_name="render_video", tooltip="The whole background; Uni3C."),
                io.Int.Output("width", display_name="width", tooltip="Width, px."),
                io.Int.Output("height", display_name="height", tooltip="Height, px."),
                io.Int.Output("length", display_name="length", tooltip="Frames, 4n+1."),
            ],
        )

    @classmethod
    def execute(cls, background, paint_mask, pose_video, reference, inside, mask_block=16, **optional) -> io.NodeOutput:
        frames = host.from_host(background, "background")
        length = wan_length(len(frames))
        mask = host.mask_of(paint_mask, frames, "paint_mask")
        pose = host.from_host(pose_video, "pose_video")
        parts = control_clip(frames[:length], mask[:length], pose[:length], inside, mask_block)
        picture = host.one_picture(reference, "reference")
        if optional.get("reference_mask") is not None:
            alpha = host.mask_of(optional["reference_mask"], picture[None], "reference_mask")[0, ..., None]
            picture = picture * alpha + 1 - alpha
        faces = torch.zeros(length, 512, 512, 3)
        if optional.get("driving") is not None and optional.get("driving_pose") is not None:
            driving = host.from_host(optional["driving"], "driving")[:length]
            faces = face_crops(driving, from_pose_keypoint(optional["driving_pose"]), length)
        height, width = parts.control_video.shape[1:3]
        clips = (parts.control_video, parts.control_masks, picture[None], parts.pose_video, faces)
        clips += (parts.background_video, parts.character_mask, parts.render_video)
        shown = ui.PreviewImage(parts.control_video[length // 2][None], cls=cls)
        return io.NodeOutput(*map(host.to_host, clips), width, height, length, ui=shown)


class PasteBack(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="DreamDancePasteBack",
            display_name="Paste Back",
            category="DreamDance/video",
            description="The finished video inside the mask, the untouched background outside, with a soft "
            "border between.",
            search_aliases=["composite", "blend", "restore background", "uncrop", "merge masked"],
            inputs=[
                io.Image.Input("video", tooltip="What a video model made; resized to the background's size."),
                io.Image.Input("background", tooltip="The background video."),
                io.Mask.Input("mask", tooltip="1 = take the video."),
                io.Int.Input(
                    "feather",
                    default=8,
                    min=0,
                    max=256,
                    tooltip="Width of the border, px, inside the mask; outside it the background stays bit-exact.",
                ),
            ],
            outputs=[io.Image.Output("frames", display_name="frames", tooltip="The composite.")],
        )

    @classmethod
    def execute(cls, video, background, mask, feather) -> io.NodeOutput:
        frames = host.from_host(background, "background")
        painted = host.from_host(video, "video")
        length = min(len(painted), len(frames))
        painted, frames = painted[:length], frames[:length]
        mask = host.mask_of(mask[:length] if mask.ndim == 3 else mask, frames, "mask")
        return io.NodeOutput(host.to_host(paste_back(painted, frames, mask, feather)))
