"""The gated model over clips of any length, in bounded memory, into a file."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import torch
from comfy_api.latest import InputImpl, Types, io

from ..dreamdance_core.io.clock import cut_sound
from ..dreamdance_core.io.pose_files import from_pose_keypoint
from ..dreamdance_core.io.stages import StageFiles, digest
from ..dreamdance_core.lazy import RenderedFrames, StillFrames
from ..dreamdance_core.long.windows import plan_windows
from ..dreamdance_core.long_route import KeptPlace, Output, Reference, fingerprint, held_length, long_job, write_long
from ..dreamdance_core.runtime import Runtime
from ..dreamdance_core.types import AnimateJob, LazyFrames, PoseTrack
from . import host
from .clips import clip_of, mask_over, sound_of, temporary_video, video_of
from .gate_chart import gate_chart
from .gated import finishing_inputs, runtime_for, sample_options, sampling_inputs
from .gaussians import ROOM, scaled_to
from .preview import clip_preview, shrunk
from .sockets import Cameras, GatedModel, PoseKeypoint, WindowPlan, cameras_of, from_splat

if TYPE_CHECKING:
    from ..dreamdance_core.video.backends.gated_cogvideox import SampleOptions

_SHOWN = 24  # frames of the preview


class LongVideoInpaint(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="DreamDanceLongVideoInpaint",
            display_name="Long Video Inpaint",
            category="DreamDance/long video",
            description="Gated Video Inpaint for clips of any length: pose, paint mask and background are drawn, "
            "rendered or decoded piece by piece, and the video is written while it is decoded, so that 1,000 frames "
            "need little memory. An interrupted run goes on where it was.",
            search_aliases=["long video", "cogvideox", "streaming", "low memory", "animate character", "minutes"],
            has_intermediate_output=True,
            inputs=[
                GatedModel.Input("model", tooltip="From Load DreamDance Model."),
                PoseKeypoint.Input(
                    "pose",
                    tooltip="The retargeted pose, from Retarget Pose. Its length is the video's, its canvas the "
                    "video's size (multiples of 16).",
                ),
                io.MultiType.Input(
                    "background",
                    types=[io.Splat, io.Video, io.Image],
                    tooltip="A SPLAT, rendered along `cameras`; a VIDEO, decoded while it is read; or an IMAGE, one "
                    "picture or one per pose.",
                ),
                io.Image.Input("reference", tooltip="The character picture."),
                io.Mask.Input("reference_mask", tooltip="1 = character in the reference."),
                *sampling_inputs(),
                *finishing_inputs(),
                *_widgets(),
                *_sockets(),
            ],
            outputs=[
                io.Video.Output(
                    "video",
                    display_name="video",
                    tooltip="The finished animation, a file in the temp folder; Save Video keeps it.",
                ),
                io.Image.Output("gates", display_name="gate_chart", tooltip="Both gates over the noise levels."),
            ],
        )

    @classmethod
    def execute(cls, model, pose, background, reference, reference_mask, **given) -> io.NodeOutput:
        track = from_pose_keypoint(pose)
        plan = _plan(given.get("windows"), held_length(len(track)))
        how = sample_options(given | {"windows": plan})
        room = ROOM if isinstance(background, Types.SPLAT) else 0
        run = runtime_for(model, how, (held_length(len(track)), track.height, track.width), room)
        behind = _behind(background, given.get("cameras"), track, run)
        picture = host.one_picture(reference, "reference")
        character = Reference(
            picture=picture,
            alpha=host.mask_of(reference_mask, picture[None], "reference_mask")[0],
            pose=None if given.get("reference_pose") is None else from_pose_keypoint(given["reference_pose"]),
        )
        sampling = {"seed": given["seed"] % 2**63, "steps": given["steps"], "guidance": given["guidance"]}
        mask = given.get("paint_mask")
        if mask is not None:
            mask = mask_over(mask, StillFrames(torch.zeros(track.height, track.width, 3), len(track)), "paint_mask")
        block = given.get("mask_block", 0)
        job = long_job(track, behind.frames, character, paint_mask=mask, mask_block=block, **sampling)
        audio = sound_of(given["audio"]) if given.get("audio") is not None else behind.sound()
        drawn = [] if mask is None else [given["paint_mask"]]
        key = digest(fingerprint(model), track, behind.key, character, drawn, sampling, plan, _plain(given))
        fps = given.get("fps") or behind.fps or 24.0
        if audio is not None:
            wave = cut_sound(audio.waveform, audio.sample_rate, 0.0, len(track) / fps)
            audio = replace(audio, waveform=wave)
        output = Output(
            path=temporary_video(key),
            frames=len(track),
            fps=fps,
            audio=audio,
            keep_background=given.get("keep_background", False),
            feather=given.get("feather", 16),
        )
        with host.unfinished(key) as files:
            return _run(job, model, how, output, files, run)


def _widgets() -> list[io.Input]:
    return [
        io.Float.Input(
            "fps",
            default=0.0,
            min=0.0,
            max=240.0,
            step=0.01,
            optional=True,
            tooltip="Frames per second of the file; 0 = the background's (a VIDEO's or the cameras'), else 24.",
        ),
        io.Int.Input(
            "mask_block",
            default=0,
            min=0,
            max=256,
            optional=True,
            advanced=True,
            tooltip="Snaps the drawn paint mask to blocks of this many px, which hides the driver's outline; 0 = off.",
        ),
    ]


def _sockets() -> list[io.Input]:
    return [
        Cameras.Input(
            "cameras", optional=True, tooltip="The path of a SPLAT background, in scene units; one camera per pose."
        ),
        PoseKeypoint.Input(
            "reference_pose",
            optional=True,
            tooltip="The character's own pose: with it the paint mask knows of hair, skirt and props, as Retarget "
            "Pose's does.",
        ),
        io.Mask.Input(
            "paint_mask",
            optional=True,
            tooltip="1 = paint, one per pose or one for all; without it the mask is drawn from the pose, piece by "
            "piece.",
        ),
        io.Audio.Input(
            "audio", optional=True, tooltip="Sound of the file; without it that of a VIDEO background, if it has any."
        ),
    ]


@dataclass(frozen=True, kw_only=True)
class _Behind:
    """The background as it is read, and what it brings along."""

    frames: torch.Tensor | LazyFrames
    key: Any  # tells it apart
    fps: float | None = None
    sound: Any = lambda: None


def _behind(value: Any, cameras: Any, track: PoseTrack, run: Runtime) -> _Behind:
    if isinstance(value, Types.SPLAT):
        if cameras is None:
            raise ValueError("a SPLAT background needs cameras, one per pose; connect the path it is rendered along")
        path = scaled_to(cameras_of(cameras), track.width, track.height)
        scene, quiet = from_splat(value), replace(run, report=run.report.part)
        return _Behind(frames=RenderedFrames(scene, path, run=quiet), key=(scene, path), fps=path.fps)
    clip = clip_of(value, "background", (track.width, track.height))
    return _Behind(frames=clip.frames, key=_key_of(value, clip.frames), fps=clip.fps, sound=clip.sound)


def _key_of(value: Any, frames: torch.Tensor | LazyFrames) -> Any:
    """What tells one background from another without decoding it."""
    if not isinstance(value, InputImpl.VideoFromFile):
        return frames
    source = value.get_stream_source()
    if isinstance(source, str):
        return source, host.file_stamp(source), frames.source_index
    return hashlib.sha256(source.getbuffer()).hexdigest(), frames.source_index


def _plan(given: WindowPlan | None, frames: int) -> WindowPlan:
    """Windows over this clip's own length, of the size and overlap of the given plan."""
    if given is None:
        return WindowPlan(windows=tuple(plan_windows(frames // 4)), mode="blend")
    size = given.windows[0].stop - given.windows[0].start
    shared = size // 2 if given.overlap is None else given.overlap
    return WindowPlan(windows=tuple(plan_windows(frames // 4, size, shared)), mode=given.mode)


def _plain(given: dict) -> dict:
    """The widgets among the inputs, and the sound."""
    plain = {name: value for name, value in given.items() if isinstance(value, bool | int | float | str)}
    audio = given.get("audio")
    return plain if audio is None else plain | {"audio": [audio["waveform"], audio["sample_rate"]]}


def _run(
    job: AnimateJob, model: Any, how: SampleOptions, output: Output, files: StageFiles, run: Runtime
) -> io.NodeOutput:
    """The node's answer; a few small frames are kept for its preview."""
    few: list[torch.Tensor] = []
    step, seen = -(-output.frames // _SHOWN), 0

    def look(frames: torch.Tensor) -> None:
        nonlocal seen
        few.append(shrunk(frames[-seen % step :: step]))
        seen += len(frames)

    gates = write_long(job, model, how, output, run, look, KeptPlace(files, job.steps, output.path.stem))
    shown = clip_preview(torch.cat(few), output.fps / step)
    return io.NodeOutput(video_of(output.path), host.to_host(gate_chart(gates)[None]), ui=shown)
