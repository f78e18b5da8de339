"""Poses corrected: by hand, point by point over the pictures, and by smoothing."""

from __future__ import annotations

import json

from comfy_api.latest import io, ui

from ..dreamdance_core.io.pose_files import from_pose_keypoint, to_pose_keypoint
from ..dreamdance_core.pose.curves import smoothing_curves, smoothing_report
from ..dreamdance_core.pose.edit import edited, editing_base
from ..dreamdance_core.pose.smooth import drop_unsure, fill_gaps, smooth
from . import host
from .pose import drawings, pose_outputs
from .preview import pose_ui
from .sockets import PoseKeypoint


class EditPose(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="DreamDanceEditPose",
            display_name="Edit Pose",
            category="DreamDance/pose",
            description="Corrects a pose: drag its points in the editor below the node (after the first run), or write "
            "the list of changes yourself. Corrections fade smoothly into the neighbouring frames.",
            search_aliases=["fix pose", "move keypoints", "pose editor", "offset pose"],
            has_intermediate_output=True,
            inputs=[
                PoseKeypoint.Input("pose", tooltip="The pose to change; the input itself stays as it is."),
                io.Float.Input(
                    "shift_x",
                    default=0.0,
                    min=-16384.0,
                    max=16384.0,
                    step=1.0,
                    tooltip="Moves all points right by this many px (negative: left).",
                ),
                io.Float.Input(
                    "shift_y",
                    default=0.0,
                    min=-16384.0,
                    max=16384.0,
                    step=1.0,
                    tooltip="Moves all points down by this many px (negative: up).",
                ),
                io.Float.Input(
                    "scale",
                    default=1.0,
                    min=0.05,
                    max=20.0,
                    step=0.01,
                    tooltip="Scales the figure about its hips (or, without hips, its middle); 1 = as it is.",
                ),
                io.String.Input(
                    "edits",
                    default="[]",
                    multiline=True,
                    tooltip='A JSON list; the editor writes it. Keys: {"point": "left_wrist", "frame": 12, "x": 210, '
                    '"y": 88, "blend": 8} is exact there and fades over 8 frames on both sides; "dx"/"dy" instead move '
                    'a point or a group. Stretches: {"point": "left_hand", "frames": [0, 12], "remove": true}. point: '
                    "a name (nose, left_wrist, …), a group (all, body, feet, face, left_hand, right_hand), 0..132, or "
                    "a list of those. px.",
                ),
                io.Image.Input(
                    "images",
                    optional=True,
                    tooltip="The clip, or one picture, shown behind the pose in the editor; black without it.",
                ),
            ],
            outputs=pose_outputs("The changed pose."),
        )

    @classmethod
    def execute(cls, pose, shift_x, shift_y, scale, edits, images=None) -> io.NodeOutput:
        try:
            changes = json.loads(edits or "[]")
        except json.JSONDecodeError as error:
            raise ValueError(f"edits must be a JSON list, but line {error.lineno} is not JSON: {error.msg}") from error
        given, place = from_pose_keypoint(pose), {"shift": (shift_x, shift_y), "scale": scale}
        track = edited(given, changes, **place)
        if images is not None:
            host.from_host(images[:1], "images")  # checked by its first picture: a copy of the whole clip is large
            if len(images) not in (1, len(track)):
                raise ValueError(
                    f"images must be 1 or {len(track)}, one per frame of the pose, got {len(images)}; match the lengths"
                )
        shown = pose_ui(editing_base(given, changes, **place), images)
        return io.NodeOutput(to_pose_keypoint(track), *drawings(track, track.width, track.height), ui=shown)


class SmoothPose(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="DreamDanceSmoothPose",
            display_name="Smooth Pose",
            category="DreamDance/pose",
            description="Fills short gaps of any pose and takes its jitter out without delay, and shows how much: the "
            "curves of the most jittery points before and after.",
            search_aliases=[
                "one euro",
                "1 euro filter",
                "jitter",
                "stabilise pose",
                "fill missing keypoints",
                "denoise",
            ],
            has_intermediate_output=True,
            inputs=[
                PoseKeypoint.Input("pose", tooltip="A pose of any pack. People must keep their place in the lists."),
                io.Float.Input(
                    "fps",
                    default=24.0,
                    min=1.0,
                    max=1000.0,
                    step=0.01,
                    tooltip="Frames per second of the pose: smoothing is measured in time. Wire it from the loader.",
                ),
                io.Float.Input(
                    "smoothing",
                    default=0.5,
                    min=0.0,
                    max=1.0,
                    step=0.05,
                    tooltip="0 = as it is, 1 = strongest (0.5 Hz at rest). Jitter goes, fast moves stay: a "
                    "large swing of 3 per second keeps 95 % of its size, a small one 80 %. Look at the curves.",
                ),
                io.Int.Input(
                    "fill_gap",
                    default=8,
                    min=0,
                    max=1000,
                    tooltip="Longest gap, in frames, in which a lost point is interpolated; 0 = none.",
                ),
                io.Float.Input(
                    "min_score",
                    default=0.3,
                    min=0.0,
                    max=1.0,
                    step=0.05,
                    tooltip="Points less sure than this count as lost, and are interpolated if the gap is short.",
                ),
            ],
            outputs=[
                *pose_outputs("The smoothed pose."),
                io.Image.Output(
                    "curves",
                    display_name="curves",
                    tooltip="x and y of the four most jittery points, before and after.",
                ),
                io.String.Output("report", display_name="report", tooltip="Jitter before and after, in px."),
            ],
        )

    @classmethod
    def execute(cls, pose, fps, smoothing, fill_gap, min_score) -> io.NodeOutput:
        given = from_pose_keypoint(pose)
        track = smooth(fill_gaps(drop_unsure(given, min_score), fill_gap), smoothing, fps)
        curves = smoothing_curves(given, track)[None]
        report = smoothing_report(given, track)
        return io.NodeOutput(
            to_pose_keypoint(track),
            *drawings(track, track.width, track.height),
            host.to_host(curves),
            report,
            ui=ui.PreviewImage(curves, cls=cls).as_dict() | {"text": [report]},
        )
