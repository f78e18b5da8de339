"""Bridges to the host's own Wan nodes: their control clips, and the painted video put back into its background."""

from __future__ import annotations

import math

import torch
from comfy_api.latest import io, ui
from torch import Tensor

from ..dreamdance_core.io.pose_files import from_pose_keypoint
from ..dreamdance_core.video.control import (
    ControlOptions,
    MaskOptions,
    continued,
    control_clip,
    face_crops,
    fitted,
    fitted_mask,
    lengthened,
    paste_back,
    reference_canvas,
    wan_length,
    wan_size,
)
from ..dreamdance_core.video.openpose import VACE, WAN_ANIMATE, draw_openpose
from . import host
from .sockets import PoseKeypoint
from .video import over_time

_ROUNDED = 0.2  # ratio of aspects, as a logarithm, that rounding to whole latents explains


def _mask_widgets() -> list[io.Input]:
    return [
        io.Int.Input(
            "mask_block",
            default=16,
            min=1,
            max=128,
            advanced=True,
            tooltip="character_mask is grown to whole blocks of this many px, as Wan Animate was trained; 1 = off.",
        ),
        io.Int.Input(
            "mask_grow",
            default=0,
            min=0,
            max=256,
            optional=True,
            advanced=True,
            tooltip="Grows both masks by this many px to every side, for hair, cloth and shadows that leave them.",
        ),
        io.Int.Input(
            "mask_smooth",
            default=0,
            min=0,
            max=24,
            optional=True,
            advanced=True,
            tooltip="Steadies a mask that flickers: what is missing for up to twice this many frames is filled.",
        ),
        io.Boolean.Input(
            "steady_masks",
            default=False,
            optional=True,
            advanced=True,
            tooltip="On: the masks are grown to whole latents (8 px, the first frame, then four at a time), so that no "
            "latent holds both kept and painted pixels.",
        ),
        io.Int.Input(
            "mask_soft",
            default=0,
            min=0,
            max=128,
            optional=True,
            advanced=True,
            tooltip="Width of a soft border around control_masks, px. VACE was trained on hard masks: 0.",
        ),
    ]


def _window_widgets() -> list[io.Input]:
    return [
        io.Int.Input(
            "person",
            default=0,
            min=0,
            max=63,
            optional=True,
            advanced=True,
            tooltip="Whose face of driving_pose becomes the face video; 0 = the first person.",
        ),
        io.Int.Input(
            "start",
            default=0,
            min=0,
            max=100000,
            optional=True,
            advanced=True,
            tooltip="First frame of this window of a long clip: next_start of the window before; 0 = the beginning.",
        ),
        io.Int.Input(
            "window",
            default=0,
            min=0,
            max=1000,
            optional=True,
            advanced=True,
            tooltip="Frames of one window, rounded down to 4n+1; VACE was trained on 81. 0 = the whole clip at once.",
        ),
        io.Int.Input(
            "overlap",
            default=5,
            min=1,
            max=81,
            optional=True,
            advanced=True,
            tooltip="Frames that a window shares with the one before, rounded down to 4n+1; must be below window.",
        ),
    ]


def _sources() -> list[io.Input]:
    return [
        io.Image.Input("background", tooltip="The background video."),
        io.Mask.Input("paint_mask", tooltip="1 = paint the character here; from Retarget Pose."),
        io.Image.Input(
            "pose_video",
            optional=True,
            tooltip="A drawing of the pose over black, used as it is; without it `pose` is drawn as each model wants.",
        ),
        io.Image.Input("reference", tooltip="The character picture; several characters as a batch."),
        io.Mask.Input("reference_mask", optional=True, tooltip="1 = character; the rest becomes white."),
        io.Image.Input("driving", optional=True, tooltip="The driving clip, for the face video."),
        PoseKeypoint.Input("driving_pose", optional=True, tooltip="The driving clip's pose, for the face video."),
        io.Combo.Input(
            "inside",
            options=["pose on black", "pose on grey", "grey", "background"],
            default="pose on black",
            tooltip="What control_video shows where the mask is 1: the pose, on black as VACE's authors put it there "
            "or on grey; plain grey (VACE inpaint); or a coarse composite such as Puppet's as background (VACE "
            "repaint).",
        ),
    ]


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
                *_sources(),
                *_mask_widgets(),
                PoseKeypoint.Input(
                    "pose", optional=True, tooltip="The pose to be performed, in background pixels: Retarget Pose."
                ),
                io.Image.Input(
                    "previous",
                    optional=True,
                    tooltip="The finished frames of the window before; the last of them are kept as this one's first. "
                    "Unread with start 0.",
                ),
                *_window_widgets(),
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
                io.Int.Output("length", display_name="length", tooltip="Frames, 4n+1; the last one is repeated."),
                io.Int.Output(
                    "next_start", display_name="next_start", tooltip="Where the next window starts; the end if none."
                ),
            ],
        )

    @classmethod
    def execute(cls, background, paint_mask, reference, inside, mask_block=16, **optional) -> io.NodeOutput:
        frames = host.from_host(background, "background")
        if len(frames) == 1 and paint_mask.ndim == 3:
            frames = over_time("background", frames, len(paint_mask))
        cut, next_start = _window(len(frames), optional)
        mask = host.mask_of(paint_mask, frames, "paint_mask")[cut]
        total, frames = len(frames), frames[cut]
        width, height = wan_size(frames.shape[2], frames.shape[1])
        drawn, posed = _poses(optional, total, cut, (width, height))
        masks = MaskOptions(
            grow=optional.get("mask_grow", 0),
            smooth=optional.get("mask_smooth", 0),
            steady=optional.get("steady_masks", False),
            soft=optional.get("mask_soft", 0),
            block=mask_block,
        )
        parts = control_clip(frames, mask, drawn, ControlOptions(inside=inside, mask=masks))
        if optional.get("previous") is not None and cut.start > 0:
            finished = host.from_host(optional["previous"], "previous")
            parts = continued(parts, finished[-wan_length(optional.get("overlap", 5)) :])
        length = len(parts.control_masks)
        pictures, alphas = host.from_host(reference, "reference"), None
        if optional.get("reference_mask") is not None:
            alphas = host.mask_of(optional["reference_mask"], pictures, "reference_mask")
        canvas = reference_canvas(pictures, alphas, width, height)[None]
        clips = (parts.control_video, parts.control_masks, canvas, posed, _faces(optional, total, cut))
        clips += (parts.background_video, parts.character_mask, parts.render_video)
        shown = ui.PreviewImage(parts.control_video[length // 2][None], cls=cls)
        return io.NodeOutput(*map(host.to_host, clips), width, height, length, next_start, ui=shown)


def _window(total: int, given: dict) -> tuple[slice, int]:
    """The frames of this window, and where the next one starts (total when this is the last)."""
    start, window = given.get("start", 0), wan_length(given.get("window", 0) or total)
    overlap = wan_length(given.get("overlap", 5))
    if start >= total:
        raise ValueError(f"start must be below the clip's length {total}, got {start}; this clip has no further window")
    if not given.get("window", 0) or start + window >= total:
        return slice(start, total), total
    if overlap >= window:
        raise ValueError(f"overlap must be below window ({window} frames), got {overlap}; lower it")
    return slice(start, start + window), start + window - overlap


def _poses(given: dict, total: int, cut: slice, size: tuple[int, int]) -> tuple[Tensor, Tensor]:
    """The pose drawn for VACE, cut; and for Wan Animate, cut, fitted to size (width, height) and 4n+1 long."""
    if given.get("pose_video") is not None:
        drawn = host.from_host(given["pose_video"], "pose_video")
        if len(drawn) < total:
            raise ValueError(f"pose_video must have {total} frames like background, got {len(drawn)}")
        return drawn[cut], lengthened(fitted(drawn[cut], *size))
    if given.get("pose") is None:
        raise ValueError("pose or pose_video must be connected: the pose of Retarget Pose, or a drawing of it")
    track = from_pose_keypoint(given["pose"])
    if len(track) < total:
        raise ValueError(f"pose must have {total} frames like background, got {len(track)}")
    track = track[cut]
    return draw_openpose(track, *size, VACE), lengthened(draw_openpose(track, *size, WAN_ANIMATE))


def _faces(given: dict, total: int, cut: slice) -> Tensor:
    """The face video of the window, 4n+1 long; black without driving clip and pose."""
    count = len(range(total)[cut])
    if given.get("driving") is None or given.get("driving_pose") is None:
        return lengthened(torch.zeros(count, 512, 512, 3))
    driving, track = host.from_host(given["driving"], "driving")[cut], from_pose_keypoint(given["driving_pose"])
    track = track[cut]
    person = given.get("person", 0)
    if person >= track.xy.shape[1]:
        raise ValueError(f"person must be below the {track.xy.shape[1]} of driving_pose, got {person}; choose another")
    return lengthened(face_crops(driving, track, count, person))


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
                io.Mask.Input("mask", tooltip="1 = take the video; resized to the background's size."),
                io.Int.Input(
                    "feather",
                    default=8,
                    min=0,
                    max=256,
                    tooltip="Width of the border, px, inside the mask; outside it the background stays bit-exact.",
                ),
                io.Boolean.Input(
                    "match_colour",
                    default=False,
                    optional=True,
                    advanced=True,
                    tooltip="On: the video's colours are shifted smoothly to those of the background around the mask, "
                    "for models that return the whole picture a little brighter, darker or tinted.",
                ),
            ],
            outputs=[io.Image.Output("frames", display_name="frames", tooltip="The composite.")],
        )

    @classmethod
    def execute(cls, video, background, mask, feather, match_colour=False) -> io.NodeOutput:
        frames = host.from_host(background, "background")
        painted = host.from_host(video, "video")
        length = min(len(painted), len(frames))
        height, width = frames.shape[1:3]
        mask = mask[None] if mask.ndim == 2 else mask
        got = mask.shape[-1], mask.shape[-2]
        if abs(math.log(got[0] * height / (got[1] * width))) > _ROUNDED:
            raise ValueError(
                f"mask must be {width}x{height} px like its pictures, or that in whole latents, got {got[0]}x{got[1]}; "
                "resize one of them"
            )
        mask = fitted_mask(mask[:length].detach().to("cpu", torch.float32), width, height)
        mask = host.mask_of(mask, frames[:length], "mask")
        return io.NodeOutput(host.to_host(paste_back(painted[:length], frames[:length], mask, feather, match_colour)))
