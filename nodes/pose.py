"""Keypoints of the driving clip and of the character: found, stored, edited, retargeted, drawn."""

from __future__ import annotations

import torch
from comfy_api.latest import io, ui
from comfy_execution.graph_utils import ExecutionBlocker

from ..dreamdance_core import backends
from ..dreamdance_core.io.pose_files import from_pose_keypoint, read_timed_pose, to_pose_keypoint, write_pose
from ..dreamdance_core.pose import draw
from ..dreamdance_core.pose.extract import boxes_from_mask, extract_pose
from ..dreamdance_core.pose.identity import OnePerson
from ..dreamdance_core.pose.labels import number_people
from ..dreamdance_core.types import PoseTrack
from . import files, host
from .sockets import PoseKeypoint, backend_input, boxes_from, download_input


def drawings(track: PoseTrack, width: int, height: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Body, hand and face videos in the paper's drawing style, on the host's device."""
    drawers = (draw.draw_body, draw.draw_hands, draw.draw_face)
    body, hands, face = (host.to_host(drawer(track, width, height)) for drawer in drawers)
    return body, hands, face


def drawings_input() -> io.Boolean.Input:
    return io.Boolean.Input(
        "drawings",
        default=True,
        optional=True,
        advanced=True,
        tooltip="Off: the pose alone, for long clips, whose drawn videos would fill the memory; outputs of pictures "
        "and masks are then closed.",
    )


def closed(count: int) -> list[ExecutionBlocker]:
    """In the place of outputs that were not drawn."""
    return [ExecutionBlocker("this output is closed: turn `drawings` on in the pose node before it")] * count


_VIDEOS = (
    ("body", "Body skeletons on black, one picture per frame."),
    ("hands", "Hand skeletons on black."),
    ("face", "Face points on black."),
)


def pose_outputs(note: str) -> list[io.Output]:
    videos = [io.Image.Output(name, display_name=name, tooltip=tip) for name, tip in _VIDEOS]
    return [PoseKeypoint.Output("pose", display_name="pose", tooltip=note), *videos]


class ExtractPose(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="DreamDanceExtractPose",
            display_name="Extract Pose",
            category="DreamDance/pose",
            description="Body, hands and face of the main person in each frame: gaps filled, jitter smoothed, drawn as "
            "the three pose videos.",
            search_aliases=["dwpose", "openpose", "keypoints", "blazepose", "mediapipe", "skeleton", "pose estimation"],
            has_intermediate_output=True,
            inputs=[
                io.Image.Input("images", tooltip="The clip, or one picture of the character."),
                backend_input(
                    "pose",
                    "The pose networks. blazepose runs everywhere, 40 ms a frame on a CPU; dwpose and rtmw are more "
                    "exact; vitpose gives the body only; xpose must be installed (research only). Ignored when a pose "
                    "is connected.",
                ),
                io.Float.Input(
                    "fps",
                    default=24.0,
                    min=1.0,
                    max=240.0,
                    step=0.01,
                    tooltip="Frames per second of the clip; smoothing is measured in time. Wire it from the loader.",
                ),
                io.Int.Input(
                    "people",
                    default=1,
                    min=1,
                    max=8,
                    tooltip="How many persons to follow, largest first. Each further person costs as much again.",
                ),
                io.Float.Input(
                    "smoothing",
                    default=0.5,
                    min=0.0,
                    max=1.0,
                    step=0.05,
                    tooltip="0 = raw detections, 1 = strongest smoothing; fast moves lose amplitude above 0.8.",
                ),
                io.Int.Input(
                    "fill_gap",
                    default=8,
                    min=0,
                    max=120,
                    advanced=True,
                    tooltip="Longest gap, in frames, in which lost points are interpolated; 0 = none.",
                ),
                PoseKeypoint.Input(
                    "pose",
                    optional=True,
                    tooltip="A pose from any other node (DWPose, SDPose, …); it is drawn instead of detecting one.",
                ),
                io.Mask.Input(
                    "character_mask",
                    optional=True,
                    tooltip="1 = the person to follow; its box replaces the person detector. One mask, or one a frame.",
                ),
                io.BoundingBox.Input(
                    "boxes",
                    optional=True,
                    socketless=False,
                    force_input=True,  # else the browser makes a widget of it, which always sends a box
                    tooltip="Boxes in px, one or one list per frame; replace the detector.",
                ),
                download_input(),
                io.Int.Input(
                    "person",
                    default=0,
                    min=0,
                    max=64,
                    optional=True,
                    advanced=True,
                    tooltip="0 = the `people` main persons; n = only the n-th, as Pick Person numbers them. Not used "
                    "with `pose`.",
                ),
                io.Mask.Input(
                    "person_mask",
                    optional=True,
                    tooltip="1 = the wanted person of several, in the first frame that shows somebody there; replaces "
                    "`people` and `person`.",
                ),
                drawings_input(),
            ],
            outputs=[
                *pose_outputs("133 keypoints per frame and person, in px."),
                io.Image.Output("overlay", display_name="overlay", tooltip="The skeleton over the pictures, to check."),
            ],
        )

    @classmethod
    def execute(cls, images, backend, fps, people, smoothing, fill_gap=8, **optional) -> io.NodeOutput:
        run = host.runtime(optional.get("download", False))
        frames = host.from_host(images, "images")
        height, width = frames.shape[1:3]
        if optional.get("pose") is not None:
            track = from_pose_keypoint(optional["pose"])
            if len(track) != len(frames):
                raise ValueError(
                    f"pose must have {len(frames)} frames like images, got {len(track)}; match the lengths"
                )
        else:
            boxes = None
            if optional.get("boxes") is not None:
                boxes = boxes_from(optional["boxes"], len(frames))
            elif optional.get("character_mask") is not None:
                boxes = boxes_from_mask(host.mask_of(optional["character_mask"], frames, "character_mask"))
            network = backends.load("pose", backend, run)
            if optional.get("person_mask") is not None:
                people = OnePerson(mask=host.any_mask(optional["person_mask"]))
            elif optional.get("person"):
                people = OnePerson(number=optional["person"])
            options = {"people": people, "fill_gap": fill_gap, "smoothing": smoothing, "fps": fps}
            track = extract_pose(frames, network, boxes=boxes, run=run, **options)
        if not optional.get("drawings", True):
            middle = slice(len(frames) // 2, len(frames) // 2 + 1)
            shown = draw.draw_overlay(frames[middle], track[middle])
            return io.NodeOutput(to_pose_keypoint(track), *closed(4), ui=ui.PreviewImage(shown, cls=cls))
        overlay = number_people(draw.draw_overlay(frames, track), track)
        return io.NodeOutput(
            to_pose_keypoint(track),
            *drawings(track, width, height),
            host.to_host(overlay),
            ui=ui.PreviewImage(overlay[len(overlay) // 2][None], cls=cls),
        )


class SavePose(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="DreamDanceSavePose",
            display_name="Save Pose",
            category="DreamDance/pose",
            description="Writes a pose as readable POSE_KEYPOINT JSON, a frame on each line, into the output folder; "
            "other packs read it too.",
            search_aliases=["export pose", "openpose json", "save keypoints"],
            is_output_node=True,
            inputs=[
                PoseKeypoint.Input("pose", tooltip="The pose to write; every dialect of POSE_KEYPOINT is read."),
                io.String.Input(
                    "filename_prefix",
                    default="dreamdance/pose",
                    tooltip="Where in the output folder; a number is appended, nothing is overwritten.",
                ),
                io.Float.Input(
                    "fps",
                    optional=True,
                    default=0.0,
                    min=0.0,
                    max=1000.0,
                    step=0.01,
                    tooltip="Frames per second, written into the file for Load Pose; 0 = not known. Wire it from the "
                    "loader.",
                ),
            ],
            outputs=[io.String.Output("path", display_name="path", tooltip="The written file.")],
        )

    @classmethod
    def execute(cls, pose, filename_prefix, fps=0.0) -> io.NodeOutput:
        path = files.next_output(filename_prefix, ".json")
        write_pose(path, from_pose_keypoint(pose), fps or None)
        return io.NodeOutput(str(path), ui={"text": [str(path)]})


class LoadPose(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="DreamDanceLoadPose",
            display_name="Load Pose",
            category="DreamDance/pose",
            description="Reads a POSE_KEYPOINT JSON file (any dialect) from the input or output folder.",
            search_aliases=["import pose", "openpose json", "load keypoints"],
            inputs=[
                io.String.Input(
                    "path",
                    default="",
                    placeholder="pose.json",
                    tooltip="A file in the input or output folder, or a full path inside one of them.",
                ),
            ],
            outputs=[
                *pose_outputs("The pose of the file."),
                io.Float.Output("fps", display_name="fps", tooltip="Frames per second; 24 where the file names none."),
            ],
        )

    @classmethod
    def fingerprint_inputs(cls, path) -> str:
        return files.fingerprint(path)

    @classmethod
    def execute(cls, path) -> io.NodeOutput:
        track, fps = read_timed_pose(files.existing(path))
        return io.NodeOutput(to_pose_keypoint(track), *drawings(track, track.width, track.height), fps or 24.0)
