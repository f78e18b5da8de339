"""One person out of a pose that holds several."""

from __future__ import annotations

import torch
from comfy_api.latest import io, ui

from ..dreamdance_core.io.pose_files import from_pose_keypoint, to_pose_keypoint
from ..dreamdance_core.pose.draw import draw_overlay
from ..dreamdance_core.pose.identity import OnePerson, link_people, main_people, pick_person
from ..dreamdance_core.pose.labels import number_people
from . import host
from .pose import drawings, pose_outputs
from .sockets import PoseKeypoint


class PickPerson(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="DreamDancePickPerson",
            display_name="Pick Person",
            category="DreamDance/pose",
            description="The pose of one person of several, who is followed through the clip even where people cross. "
            "Takes poses of any node; the preview numbers everybody.",
            search_aliases=["select person", "person index", "multi person", "person tracking", "identity"],
            has_intermediate_output=True,
            inputs=[
                PoseKeypoint.Input(
                    "pose", tooltip="The pose of several people; their order may change in every frame."
                ),
                io.Int.Input(
                    "person",
                    default=1,
                    min=1,
                    max=64,
                    tooltip="Which person, as numbered in the preview: 1 is the largest, most central, longest seen.",
                ),
                io.Mask.Input(
                    "person_mask",
                    optional=True,
                    tooltip="1 = the wanted person, in the first frame that shows somebody there; replaces `person`. "
                    "Any size; it is stretched over the canvas.",
                ),
                io.Image.Input(
                    "images",
                    optional=True,
                    tooltip="The clip, one picture per pose: colours of clothes then help to tell people apart.",
                ),
            ],
            outputs=[
                *pose_outputs("The pose of that person alone, px."),
                io.Image.Output("overlay", display_name="overlay", tooltip="Everybody with his number, to choose by."),
            ],
        )

    @classmethod
    def execute(cls, pose, person, person_mask=None, images=None) -> io.NodeOutput:
        given = from_pose_keypoint(pose)
        frames = None if images is None else host.from_host(images, "images")
        if frames is not None and len(frames) != len(given):
            raise ValueError(f"images must be {len(given)}, one per pose, got {len(frames)}; match the lengths")
        everybody = link_people(given, frames)
        everybody = main_people(everybody, everybody.xy.shape[1])
        mask = None if person_mask is None else host.any_mask(person_mask)
        track = pick_person(everybody, OnePerson(number=person, mask=mask))
        canvas = torch.zeros(len(given), given.height, given.width, 3) if frames is None else frames
        overlay = number_people(draw_overlay(canvas, everybody), everybody)
        return io.NodeOutput(
            to_pose_keypoint(track),
            *drawings(track, track.width, track.height),
            host.to_host(overlay),
            ui=ui.PreviewImage(overlay[len(overlay) // 2][None], cls=cls),
        )
