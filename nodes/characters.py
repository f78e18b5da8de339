"""Characters in scenes of other pictures: put onto the ground, and several of them in one shot."""

from __future__ import annotations

import torch
from comfy_api.latest import io, ui

from ..dreamdance_core.io.pose_files import from_pose_keypoint, to_pose_keypoint
from ..dreamdance_core.pose.draw import draw_overlay
from ..dreamdance_core.pose.keypoints import mirrored
from ..dreamdance_core.pose.place import standing_in_for
from ..dreamdance_core.pose.stand import Stand, standing
from ..dreamdance_core.video.join import Figure, join
from . import host
from .pose import drawings, pose_outputs
from .preview import clip_preview
from .sockets import PoseKeypoint
from .video import over_time


def _share(name: str, default: float, tooltip: str, low: float = 0.0, high: float = 1.0) -> io.Float.Input:
    return io.Float.Input(name, default=default, min=low, max=high, step=0.01, tooltip=tooltip)


class PlaceCharacter(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="DreamDancePlaceCharacter",
            display_name="Place Character",
            category="DreamDance/character",
            description="Puts a character out of its own picture onto the ground of another one: its cut-out, mask and "
            "pose in the scene's pixels, for Retarget Pose and Puppet.",
            search_aliases=["custom scene", "composite character", "position", "scale", "stand", "insert character"],
            has_intermediate_output=True,
            inputs=[
                io.Image.Input("character", tooltip="The cut-out: Segment Character's character."),
                io.Mask.Input("character_mask", tooltip="1 = character, soft; same size as the cut-out."),
                PoseKeypoint.Input("reference_pose", tooltip="The character's own pose: Extract Pose on its picture."),
                io.Image.Input(
                    "scene", tooltip="The scene's picture, or a background video, of which the first frame counts."
                ),
                _share("x", 0.5, "Where it stands, from left (0) to right (1): the middle between the feet."),
                _share("y", 0.9, "Where it stands, from the top (0) to the lower edge (1): the soles."),
                _share(
                    "height",
                    0.8,
                    "How tall it would be at the lower edge, 1 = as tall as the picture. Further up it becomes smaller "
                    "by perspective, so that characters with one height have one size in the scene.",
                    low=0.01,
                    high=8.0,
                ),
                _share(
                    "horizon",
                    0.4,
                    "Where the ground vanishes, from the top (0): the line at the eye level of whoever looks. May lie "
                    "above the picture.",
                    low=-8.0,
                    high=0.99,
                ),
                io.Boolean.Input("mirror", default=False, tooltip="Exchanges the character's left and right."),
                PoseKeypoint.Input(
                    "driving_pose",
                    optional=True,
                    tooltip="Pose of a clip whose person is replaced, in the scene's pixels: the character stands "
                    "where that person stands and is as tall; x, y, height and horizon then change nothing.",
                ),
            ],
            outputs=[
                io.Image.Output("character", display_name="character", tooltip="The cut-out in the scene's size."),
                io.Mask.Output("character_mask", display_name="character_mask", tooltip="Its mask."),
                PoseKeypoint.Output("reference_pose", display_name="reference_pose", tooltip="Its pose, scene px."),
                io.Image.Output("placed", display_name="placed", tooltip="The character in the scene, to check."),
            ],
        )

    @classmethod
    def execute(
        cls, character, character_mask, reference_pose, scene, x, y, height, horizon, mirror, driving_pose=None
    ):
        picture = host.one_picture(character, "character")
        alpha = host.mask_of(character_mask, picture[None], "character_mask")[0]
        view = host.from_host(scene[:1], "scene")[0]
        own = from_pose_keypoint(reference_pose)[:1]
        if driving_pose is None:
            where = Stand(x=x, y=y, height=height, horizon=horizon, mirror=mirror)
            cut, mask, pose = standing(picture, alpha, own, view.shape[1], view.shape[0], where)
        else:
            if mirror:
                picture, alpha, own = picture.flip(1), alpha.flip(1), mirrored(own)
            cut, mask, pose = standing_in_for(picture, alpha, own, from_pose_keypoint(driving_pose))
            host.mask_of(mask, view[None], "driving_pose")
        shown = host.to_host((cut * mask[..., None] + view * (1 - mask[..., None]))[None])
        outputs = host.to_host(cut[None]), host.to_host(mask[None]), to_pose_keypoint(pose), shown
        return io.NodeOutput(*outputs, ui=ui.PreviewImage(shown, cls=cls))


def _figure_inputs(which: str) -> list[io.Input]:
    return [
        io.Image.Input(f"{which}_frames", tooltip=f"The {which} character over the background: Puppet's frames."),
        io.Mask.Input(f"{which}_mask", tooltip="1 = that character: Puppet's character_mask."),
        PoseKeypoint.Input(f"{which}_pose", tooltip="Its motion, from Retarget Pose: feet tell who stands nearer."),
    ]


class JoinCharacters(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="DreamDanceJoinCharacters",
            display_name="Join Characters",
            category="DreamDance/character",
            description="Two characters, animated over one background, in one video: whoever stands nearer covers the "
            "other. For three, join the result with the third.",
            search_aliases=["two characters", "merge characters", "combine", "depth order", "composite", "duet"],
            has_intermediate_output=True,
            inputs=[
                io.Image.Input("background", tooltip="The background that both were drawn over: pictures or one."),
                *_figure_inputs("first"),
                *_figure_inputs("second"),
                io.Combo.Input(
                    "in_front",
                    options=["nearer", "first", "second"],
                    default="nearer",
                    tooltip="Who covers the other: nearer = whose feet stand lower in the picture, frame by frame.",
                ),
                io.Float.Input(
                    "fps", default=24.0, min=1.0, max=240.0, step=0.01, tooltip="Frames per second of the preview only."
                ),
            ],
            outputs=[
                io.Image.Output("frames", display_name="frames", tooltip="Both over the background."),
                io.Mask.Output("character_mask", display_name="character_mask", tooltip="1 = one of them."),
                *pose_outputs("Both poses, the first character's people first."),
                io.Image.Output("overlay", display_name="overlay", tooltip="All drawings in one, for video models."),
            ],
        )

    @classmethod
    def execute(cls, background, in_front, fps, **figures) -> io.NodeOutput:
        tracks = {which: from_pose_keypoint(figures[f"{which}_pose"]) for which in ("first", "second")}
        count = len(tracks["first"])
        view = over_time("background", host.from_host(background, "background"), count)
        both = []
        for which, track in tracks.items():
            frames = host.from_host(figures[f"{which}_frames"], f"{which}_frames")
            if len(track) != count or frames.shape != view.shape:
                raise ValueError(
                    f"{which}_frames and {which}_pose must be {count} of {view.shape[2]}x{view.shape[1]} px like "
                    f"background and first_pose, got {len(frames)} and {len(track)} of "
                    f"{frames.shape[2]}x{frames.shape[1]}; draw both over one background"
                )
            mask = host.mask_of(figures[f"{which}_mask"], frames, f"{which}_mask")
            both.append(Figure(frames=frames, mask=mask, pose=track))
        made = join(view, *both, in_front=in_front)
        drawn = drawings(made.pose, made.pose.width, made.pose.height)
        overlay = host.to_host(draw_overlay(torch.zeros_like(view), made.pose))
        frames, mask = host.to_host(made.frames), host.to_host(made.mask)
        return io.NodeOutput(frames, mask, to_pose_keypoint(made.pose), *drawn, overlay, ui=clip_preview(frames, fps))
