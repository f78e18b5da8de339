"""The character painted into the background video without a network, and what all video nodes share."""

from __future__ import annotations

import torch
from comfy_api.latest import io

from ..dreamdance_core import backends
from ..dreamdance_core.io.pose_files import from_pose_keypoint
from ..dreamdance_core.types import AnimateJob
from . import host
from .preview import clip_preview
from .sockets import PoseKeypoint


def over_time(name: str, clip: torch.Tensor, count: int) -> torch.Tensor:
    """The clip with `count` frames; a single picture is repeated. Raises ValueError for any other length."""
    if len(clip) not in (1, count):
        raise ValueError(f"{name} must have 1 or {count} frames, one per pose, got {len(clip)}; match the lengths")
    return clip.expand(count, *clip.shape[1:])


def animate_job(inputs: dict, count: int, **more) -> AnimateJob:
    """The job of a video backend from a node's inputs (background, reference, reference_mask, …).

    Raises ValueError when sizes or lengths do not match.
    """
    background = over_time("background", host.from_host(inputs["background"], "background"), count)
    reference = host.one_picture(inputs["reference"], "reference")
    alpha = host.mask_of(inputs["reference_mask"], reference[None], "reference_mask")[0]
    paint = torch.ones(background.shape[:3])
    if inputs.get("paint_mask") is not None:
        paint = host.mask_of(inputs["paint_mask"], background, "paint_mask")
    return AnimateJob(background=background, paint_mask=paint, reference=reference, reference_alpha=alpha, **more)


class Puppet(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="DreamDancePuppet",
            display_name="Puppet",
            category="DreamDance/video",
            description="The character itself, cut along its skeleton, bent by the pose and drawn over the "
            "background. No "
            "network: a preview of the shot, and a start for video models.",
            search_aliases=["animate", "cutout animation", "arap", "rig", "skinning", "previz", "coarse composite"],
            has_intermediate_output=True,
            inputs=[
                io.Image.Input("reference", tooltip="The character picture (or Segment Character's character)."),
                io.Mask.Input("reference_mask", tooltip="1 = character, soft; same size as the reference."),
                PoseKeypoint.Input("reference_pose", tooltip="The character's own pose: Extract Pose on its picture."),
                PoseKeypoint.Input("pose", tooltip="The motion, from Retarget Pose at the background's size."),
                io.Image.Input("background", tooltip="One picture per pose frame, or one for all."),
                io.Mask.Input("paint_mask", optional=True, tooltip="1 = may be painted; without it everything may."),
                io.Float.Input(
                    "fps", default=24.0, min=1.0, max=240.0, step=0.01, tooltip="Frames per second of the preview only."
                ),
            ],
            outputs=[
                io.Image.Output("frames", display_name="frames", tooltip="The animation."),
                io.Mask.Output(
                    "character_mask",
                    display_name="character_mask",
                    tooltip="1 = character, soft; 0 = the background is untouched. One per frame.",
                ),
                io.Image.Output(
                    "character",
                    display_name="character",
                    tooltip="Its colours alone, not mixed with the background at the edges: with character_mask as "
                    "alpha for other programs.",
                ),
            ],
        )

    @classmethod
    def execute(cls, reference, reference_mask, reference_pose, pose, background, fps, paint_mask=None):
        track = from_pose_keypoint(pose)
        inputs = {"reference": reference, "reference_mask": reference_mask, "background": background}
        drawn = {part: torch.zeros(len(track), track.height, track.width, 3) for part in ("body", "hand", "face")}
        job = animate_job(
            inputs | {"paint_mask": paint_mask},
            len(track),
            pose=track,
            reference_pose=from_pose_keypoint(reference_pose)[:1],
            **drawn,
        )
        drawn = backends.load("video", "puppet", host.runtime()).alone(job)
        if paint_mask is not None:  # the puppet itself draws the whole character
            drawn *= job.paint_mask[..., None]
        colours, coverage = drawn[..., :3], drawn[..., 3:]
        frames = colours + (1 - coverage) * job.background
        character = torch.where(coverage > 0, (colours / coverage.clamp_min(1e-6)).clamp(0, 1), job.background)
        made = map(host.to_host, (frames, coverage[..., 0], character))
        return io.NodeOutput(*made, ui=clip_preview(frames, fps))
