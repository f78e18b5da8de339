"""The driving motion fitted to the character, and the mask of what may be painted."""

from __future__ import annotations

from dataclasses import replace

import torch
from comfy_api.latest import io, ui

from ..dreamdance_core.io.pose_files import from_pose_keypoint, to_pose_keypoint
from ..dreamdance_core.pose import draw
from ..dreamdance_core.pose.follow import Shot, retargeted_in
from ..dreamdance_core.pose.proportions import Limits
from ..dreamdance_core.pose.regions import paint_mask
from ..dreamdance_core.pose.retarget import RetargetOptions
from . import host
from .pose import closed, drawings, drawings_input, pose_outputs
from .sockets import Cameras, DepthMap, PoseKeypoint, cameras_of


def _retarget_widgets() -> list[io.Input]:
    return [
        io.Combo.Input(
            "anchor",
            options=["auto", "pelvis", "feet"],
            default="auto",
            optional=True,
            advanced=True,
            tooltip="What stands where the character stands in its picture: the feet, the pelvis, or (auto) the feet "
            "where both poses show them.",
        ),
        io.Float.Input(
            "root_motion",
            default=1.0,
            min=0.0,
            max=4.0,
            step=0.05,
            optional=True,
            advanced=True,
            tooltip="How far the figure travels over the picture: 1 = as its legs would carry it, 0 = on the spot.",
        ),
        io.Boolean.Input(
            "ground_contact",
            default=True,
            optional=True,
            advanced=True,
            tooltip="On: feet that stand in the driving clip stand here too. Where the clip's camera moves, connect "
            "driving_cameras, or nothing is held.",
        ),
        io.Float.Input(
            "head_limit",
            default=3.2,
            min=1.0,
            max=5.0,
            step=0.1,
            optional=True,
            advanced=True,
            tooltip="How many times larger than the driver's, next to the body, head and face may become: 3.2 allows "
            "figures two and a half heads tall; lower it where a face was found too large.",
        ),
        io.Int.Input(
            "person",
            default=0,
            min=0,
            max=63,
            optional=True,
            advanced=True,
            tooltip="Which person of the driving pose moves the character; 0 = the first.",
        ),
        io.Int.Input(
            "mask_block",
            default=0,
            min=0,
            max=256,
            step=8,
            optional=True,
            advanced=True,
            tooltip="Snaps the paint mask to blocks of this many px, which hides the driver's outline; 0 = off.",
        ),
    ]


def _more_inputs() -> list[io.Input]:
    return [
        io.Boolean.Input(
            "mirror_motion",
            default=False,
            optional=True,
            advanced=True,
            tooltip="On: the motion as a mirror shows it, left and right exchanged.",
        ),
        Cameras.Input(
            "cameras",
            optional=True,
            tooltip="The video's own path, in scene units, as Render Background takes it: the character then keeps its "
            "place in the scene while the camera moves. Needs depth; without it the motion is that of the picture.",
        ),
        DepthMap.Input(
            "depth",
            optional=True,
            tooltip="The scene without the character, from the first camera: depth of Render Background. It tells how "
            "far away the character stands.",
        ),
        Cameras.Input(
            "driving_cameras",
            optional=True,
            tooltip="The driving clip's camera, from Estimate Camera, where it moved: it is taken out of the motion.",
        ),
        drawings_input(),
    ]


def _shot(given: dict) -> Shot:
    paths = {name: given.get(name) for name in ("cameras", "driving_cameras")}
    paths = {name: None if path is None else cameras_of(path) for name, path in paths.items()}
    return Shot(driving=paths["driving_cameras"], cameras=paths["cameras"], depth=given.get("depth"))


def _retarget_options(keep_proportions: bool, given: dict) -> RetargetOptions:
    limits = Limits()
    return RetargetOptions(
        enabled=keep_proportions,
        anchor=given.get("anchor", "auto"),
        root_motion=given.get("root_motion", 1.0),
        ground=given.get("ground_contact", True),
        limits=replace(limits, head=(limits.head[0], given.get("head_limit", limits.head[1]))),
        person=given.get("person", 0),
        mirror=given.get("mirror_motion", False),
    )


class RetargetPose(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="DreamDanceRetargetPose",
            display_name="Retarget Pose",
            category="DreamDance/pose",
            description="The driving motion with the character's own limb lengths, standing where the character "
            "stands; "
            "and the mask of the pixels that the video step may paint.",
            search_aliases=["pose retarget", "align pose", "rescale pose", "bone lengths", "motion transfer"],
            has_intermediate_output=True,
            inputs=[
                PoseKeypoint.Input("driving_pose", tooltip="The pose of the driving clip."),
                PoseKeypoint.Input("reference_pose", tooltip="The character's own pose: Extract Pose on its picture."),
                io.Int.Input("width", default=640, min=64, max=4096, step=16, tooltip="Width of the output video, px."),
                io.Int.Input(
                    "height", default=384, min=64, max=4096, step=16, tooltip="Height of the output video, px."
                ),
                io.Boolean.Input(
                    "keep_proportions",
                    default=True,
                    tooltip="On: the character's limb lengths. Off: the driving pose as it is, scaled to the output "
                    "(for replacing the person in the driving clip); cameras then change nothing.",
                ),
                io.Mask.Input(
                    "character_mask",
                    optional=True,
                    tooltip="1 = character in its picture; adds its hair, skirt and sleeves to the paint mask, where "
                    "they go with the pose.",
                ),
                io.Image.Input(
                    "reference_image",
                    optional=True,
                    tooltip="The character's picture, shown behind the comparison; used for nothing else.",
                ),
                *_retarget_widgets(),
                *_more_inputs(),
            ],
            outputs=[
                *pose_outputs("The retargeted pose, px of width x height."),
                io.Image.Output("overlay", display_name="overlay", tooltip="All three drawings in one, to check."),
                io.Mask.Output("paint_mask", display_name="paint_mask", tooltip="1 = may be painted; one per frame."),
                io.Image.Output(
                    "comparison",
                    display_name="comparison",
                    tooltip="The retargeted pose over the driving pose (thin and grey, scaled as a whole), over the "
                    "reference image.",
                ),
                io.String.Output(
                    "report",
                    display_name="report",
                    tooltip="Ratios of the bones, what was estimated or limited, and when feet stand.",
                ),
            ],
        )

    @classmethod
    def execute(
        cls, driving_pose, reference_pose, width, height, keep_proportions, character_mask=None, **optional
    ) -> io.NodeOutput:
        driving, reference = from_pose_keypoint(driving_pose), from_pose_keypoint(reference_pose)
        alpha = picture = None
        if character_mask is not None:
            canvas = torch.zeros(1, reference.height, reference.width, 3)
            alpha = host.mask_of(character_mask, canvas, "character_mask")[0]
        if optional.get("reference_image") is not None:
            picture = host.from_host(optional["reference_image"], "reference_image")[0]
        options = _retarget_options(keep_proportions, optional)
        done = retargeted_in(_shot(optional), driving, reference, width, height, options)
        if not optional.get("drawings", True):
            return io.NodeOutput(to_pose_keypoint(done.track), *closed(6), done.report())
        block = optional.get("mask_block", 0)
        mask = paint_mask(done.track, reference_pose=reference, reference_alpha=alpha, block=block)
        body, hands, face = drawings(done.track, width, height)
        overlay = torch.maximum(torch.maximum(body, hands), face)
        shown = overlay[len(overlay) // 2][None] * 0.7 + 0.3 * mask[len(mask) // 2][None, ..., None].to(overlay)
        return io.NodeOutput(
            to_pose_keypoint(done.track),
            body,
            hands,
            face,
            overlay,
            host.to_host(mask),
            host.to_host(draw.draw_comparison(done.plain, done.track, picture)),
            done.report(),
            ui=ui.PreviewImage(shown, cls=cls),
        )
