"""Bridges to the host's own Wan nodes: their control clips, and the painted video put back into its background."""

from __future__ import annotations

import torch
from comfy_api.latest import io, ui

from ..dreamdance_core.io.pose_files import from_pose_keypoint
from ..dreamdance_core.video.control import control_clip, face_crops, paste_back, wan_length
from . import host
from .sockets import PoseKeypoint


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
