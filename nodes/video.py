"""The character painted into the background video: without a network (Puppet) or with the gated model."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import folder_paths
import torch
from comfy_api.latest import io

from ..dreamdance_core import backends
from ..dreamdance_core.io.pose_files import from_pose_keypoint
from ..dreamdance_core.long.aggregate import blend, copy_halves
from ..dreamdance_core.types import AnimateJob, PoseTrack
from . import host
from .preview import clip_preview, gate_chart
from .sockets import GatedModel, PoseKeypoint, Windows, download_input, seed_input


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


def first_frame(track: PoseTrack) -> PoseTrack:
    return replace(track, xy=track.xy[:1], score=track.score[:1])


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
            reference_pose=first_frame(from_pose_keypoint(reference_pose)),
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


class LoadModel(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="DreamDanceLoadModel",
            display_name="Load DreamDance Model",
            category="DreamDance/video",
            description="A gated CogVideoX: the trained layers (one safetensors file in models/dreamdance) over "
            "their base "
            "model (a diffusers folder).",
            search_aliases=["cogvideox", "load checkpoint", "gated model", "dreamdance loader"],
            inputs=[
                io.Combo.Input(
                    "checkpoint",
                    options=_checkpoints(),
                    tooltip="The trained layers, a safetensors file in models/dreamdance. Its metadata names its base.",
                ),
                io.String.Input(
                    "base",
                    default="",
                    placeholder="CogVideoX-5b-I2V",
                    tooltip="Folder of the base model (transformer, vae, image encoder) inside models/diffusers or "
                    "models/dreamdance; empty = the one that the checkpoint's metadata names.",
                ),
                download_input(),
            ],
            outputs=[GatedModel.Output("model", display_name="model", tooltip="For Gated Video Inpaint.")],
        )

    @classmethod
    def fingerprint_inputs(cls, checkpoint, **_widgets) -> str:
        path = folder_paths.get_full_path("dreamdance", checkpoint) if checkpoint is not None else None
        return f"{checkpoint}:{host.file_stamp(path)}"

    @classmethod
    def execute(cls, checkpoint, base, download=False) -> io.NodeOutput:
        from ..dreamdance_core.video.backends.gated_cogvideox import load_checkpoint

        run = host.runtime(download)
        path = Path(folder_paths.get_full_path_or_raise("dreamdance", checkpoint))
        return io.NodeOutput(load_checkpoint(path, run, _base_folder(base)))


def _base_folder(name: str) -> Path | None:
    """The base model's folder inside the host's model folders; None = let the checkpoint's metadata decide."""
    if not name.strip():
        return None
    inside = not Path(name).is_absolute() and ".." not in Path(name).parts
    found = [folder / name for folder in host.weight_folders() if inside and (folder / name).is_dir()]
    if not found:
        places = ", ".join(str(folder) for folder in host.weight_folders())
        raise FileNotFoundError(f"base {name!r} is not a folder in {places}; put the base model there")
    return found[0]


def _checkpoints() -> list[str]:
    if "dreamdance" not in folder_paths.folder_names_and_paths:
        return []
    names = [name for name in folder_paths.get_filename_list("dreamdance") if name.endswith(".safetensors")]
    return sorted(names, key=lambda name: not name.endswith(".dreamdance.safetensors"))  # base models lie there too


class GatedVideoInpaint(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="DreamDanceGatedVideoInpaint",
            display_name="Gated Video Inpaint",
            category="DreamDance/video",
            description="The paper's second stage: paints the posed character into the background video and "
            "repairs it.",
            search_aliases=["cogvideox", "video inpaint", "animate character", "dreamdance sampler"],
            has_intermediate_output=True,
            inputs=[
                GatedModel.Input("model", tooltip="From Load DreamDance Model."),
                io.Image.Input("background", tooltip="The background video: 8k frames, or 8k+1 in one window."),
                io.Mask.Input("paint_mask", tooltip="1 = paint; from Retarget Pose."),
                io.Image.Input("body", tooltip="Body video, from Retarget Pose."),
                io.Image.Input("hands", tooltip="Hand video, from Retarget Pose."),
                io.Image.Input("face", tooltip="Face video, from Retarget Pose."),
                io.Image.Input("reference", tooltip="The character picture."),
                io.Mask.Input("reference_mask", tooltip="1 = character in the reference."),
                io.Int.Input("steps", default=50, min=1, max=1000, tooltip="DDIM steps; below 20 detail suffers."),
                io.Float.Input(
                    "guidance",
                    default=3.5,
                    min=1.0,
                    max=20.0,
                    step=0.1,
                    tooltip="Guidance scale; 1 = off and twice as fast.",
                ),
                seed_input("the noise"),
                io.Float.Input(
                    "pose_gate",
                    default=1.0,
                    min=0.0,
                    max=2.0,
                    step=0.05,
                    advanced=True,
                    tooltip="Multiplies the learned pose gate: 0 closes it, 1 as trained, above 1 exaggerates.",
                ),
                io.Float.Input(
                    "character_gate",
                    default=1.0,
                    min=0.0,
                    max=2.0,
                    step=0.05,
                    advanced=True,
                    tooltip="Multiplies the learned character gate, likewise.",
                ),
                Windows.Input("windows", optional=True, tooltip="For long clips: the plan of Temporal Aggregate."),
            ],
            outputs=[
                io.Image.Output("frames", display_name="frames", tooltip="The finished animation."),
                io.Image.Output("gates", display_name="gate_chart", tooltip="Both gates over the noise levels."),
            ],
        )

    @classmethod
    def execute(cls, model, background, paint_mask, body, hands, face, reference, reference_mask, **options):
        from ..dreamdance_core.video.backends.gated_cogvideox import SampleOptions, sample

        count = len(background)
        inputs = {"background": background, "paint_mask": paint_mask}
        inputs |= {"reference": reference, "reference_mask": reference_mask}
        clips = {"body": body, "hand": hands, "face": face}
        drawn = {name: over_time(name, host.from_host(clip, name), count) for name, clip in clips.items()}
        height, width = background.shape[1:3]
        nobody = PoseTrack(
            xy=torch.zeros(count, 1, 133, 2), score=torch.zeros(count, 1, 133), width=width, height=height
        )
        wanted = {"seed": options["seed"] % 2**63, "steps": options["steps"], "guidance": options["guidance"]}
        job = animate_job(inputs, count, pose=nobody, reference_pose=first_frame(nobody), **drawn, **wanted)
        plan = options.get("windows")
        how = SampleOptions(
            windows=plan.windows if plan else (),
            fusion=plan.mode if plan else "blend",
            pose_strength=options.get("pose_gate", 1.0),
            reference_strength=options.get("character_gate", 1.0),
        )
        result = sample(job, model, how, host.runtime(), (blend, copy_halves))
        chart = gate_chart(result.gates)
        shown = clip_preview(result.frames, fps=8.0)
        return io.NodeOutput(host.to_host(result.frames), host.to_host(chart[None]), ui=shown)
