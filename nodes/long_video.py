"""Long videos: a plan of windows for the sampler, or one video from overlapping clips of any video model."""

from __future__ import annotations

from comfy_api.latest import io
from comfy_execution.graph_utils import ExecutionBlocker

from ..dreamdance_core.long.join import JoinedClips
from ..dreamdance_core.long.windows import plan_windows
from . import host
from .sockets import WindowPlan, Windows


class TemporalAggregate(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        clips = io.Autogrow.TemplatePrefix(
            io.Image.Input("clip", tooltip="A clip that begins with the last `overlap` frames of the one before."),
            prefix="clip",
            min=0,
            max=32,
        )
        return io.Schema(
            node_id="DreamDanceTemporalAggregate",
            display_name="Temporal Aggregate",
            category="DreamDance/long video",
            description="Two uses: plans overlapping windows so that Gated Video Inpaint samples a long clip as "
            "one; or "
            "joins overlapping clips from any video model, cross-faded, into one video.",
            search_aliases=["long video", "context windows", "merge clips", "overlap", "sliding window", "crossfade"],
            inputs=[
                io.Int.Input(
                    "length",
                    default=96,
                    min=8,
                    max=100000,
                    step=8,
                    tooltip="Frames of the whole video that the plan is for; ignored when clips are connected.",
                ),
                io.Int.Input(
                    "window",
                    default=48,
                    min=16,
                    max=1024,
                    step=8,
                    tooltip="Frames per window of the plan; 48 is what the base model was trained on. More "
                    "needs more memory.",
                ),
                io.Int.Input(
                    "overlap",
                    default=24,
                    min=0,
                    max=1024,
                    tooltip="Frames that neighbours share. The plan rounds to latent frames (4); half a window "
                    "is smoothest.",
                ),
                io.Combo.Input(
                    "mode",
                    options=["blend", "edge"],
                    default="blend",
                    tooltip="blend averages the model's outputs in the overlap at each step; edge copies each "
                    "window's end "
                    "onto the next one's start. Clips are always cross-faded.",
                ),
                io.Autogrow.Input("clips", template=clips, optional=True, tooltip="Clips to join, in order."),
            ],
            outputs=[
                Windows.Output("windows", display_name="windows", tooltip="The plan, in latent frames."),
                io.Image.Output("frames", display_name="frames", tooltip="The joined video; needs clips."),
            ],
        )

    @classmethod
    def execute(cls, length, window, overlap, mode, clips=None) -> io.NodeOutput:
        given = [host.from_host(clip, name) for name, clip in (clips or {}).items() if clip is not None]
        if given:
            blocked = ExecutionBlocker("windows of Temporal Aggregate are a plan for no clips; disconnect the clips")
            return io.NodeOutput(blocked, host.to_host(JoinedClips(given, overlap)[:]))
        for name, value in (("length", length), ("window", window)):
            if value % 8:
                raise ValueError(
                    f"{name} must be a multiple of 8 frames, got {value}; the nearest is {nearest_8(value)}"
                )
        window = min(window, length)
        windows = plan_windows(length // 4, window // 4, min(overlap, window - 8) // 4)
        blocked = ExecutionBlocker("frames of Temporal Aggregate needs clips; connect at least one")
        return io.NodeOutput(WindowPlan(windows=tuple(windows), mode=mode), blocked)


def nearest_8(frames: int) -> int:
    return max(8, round(frames / 8) * 8)
