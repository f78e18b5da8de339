"""Long videos: a plan of windows for the sampler, the same plan for the host's models, or one video from clips."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import comfy.context_windows as context
import torch
from comfy_api.latest import io
from comfy_execution.graph_utils import ExecutionBlocker

from ..dreamdance_core.io.video import video_writer
from ..dreamdance_core.long.join import JoinedClips, joined_sound
from ..dreamdance_core.long.windows import plan_windows, window_step
from . import host
from .clips import HostClip, clip_of, mask_over, temporary_video, video_of
from .preview import clip_preview
from .sockets import WindowPlan, Windows

_PIECE = 32  # frames that are joined at once
_OUTPUTS = ("windows", "frames", "video", "model", "context_length", "context_overlap")
_RATIO = 4  # frames per latent frame, where no model says it


def _clips(kind: Any, name: str, tooltip: str, group: str) -> io.Autogrow.Input:
    template = io.Autogrow.TemplatePrefix(kind.Input(name, tooltip=tooltip), prefix=name, min=0, max=32)
    shown = f"{group} to join, in order; each may also be a list of them."
    return io.Autogrow.Input(f"{name}s", template=template, optional=True, tooltip=shown)


class TemporalAggregate(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="DreamDanceTemporalAggregate",
            display_name="Temporal Aggregate",
            category="DreamDance/long video",
            description="Three uses: plans overlapping windows so that Gated Video Inpaint samples a long clip as "
            "one; gives any of the host's video models the same windows; or joins overlapping clips from any video "
            "model, cross-faded and brought to the same colours, into one video.",
            search_aliases=[
                "long video", "context windows", "merge clips", "overlap", "sliding window", "crossfade",
                "colour drift", "color match", "brightness",
            ],
            is_input_list=True,
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
                    tooltip="Frames per window of the plan; 48 is what the base model was trained on, for Wan take 80. "
                    "More needs more memory.",
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
                    "window's end onto the next one's start. Clips are always cross-faded, the host's models blended.",
                ),
                _clips(
                    io.Image, "clip", "A clip that begins with the last `overlap` frames of the one before.", "Clips"
                ),
                _clips(
                    io.Video, "video", "The same as a VIDEO: read and written piece by piece, for long ones.", "Videos"
                ),
                io.Combo.Input(
                    "match",
                    options=["off", "colours"],
                    default="off",
                    optional=True,
                    tooltip="Against colours that drift from clip to clip. colours: each clip gets the brightness and "
                    "contrast (per channel) that the one before has in the overlap; with an anchor, the anchor's.",
                ),
                io.MultiType.Input(
                    "anchor",
                    types=[io.Image, io.Video],
                    optional=True,
                    tooltip="The rendered background of the whole joined video: what colours are measured against "
                    "with match, frame by frame, so that drift cannot add up.",
                ),
                io.Mask.Input(
                    "painted",
                    optional=True,
                    tooltip="1 = what the clips show and the anchor does not, the character (Retarget Pose's "
                    "paint_mask): left out when colours are measured. One per frame of the whole, or one for all.",
                ),
                io.Model.Input(
                    "model",
                    optional=True,
                    tooltip="Any of the host's video models: it comes out with context windows set to this plan.",
                ),
                io.Boolean.Input(
                    "retain_first",
                    default=False,
                    optional=True,
                    tooltip="For image-to-video models: every window also sees the condition of the first frame, the "
                    "start picture. Without it later windows see none.",
                ),
            ],
            outputs=[
                Windows.Output("windows", display_name="windows", tooltip="The plan, in latent frames."),
                io.Image.Output("frames", display_name="frames", tooltip="The joined clips; needs clips."),
                io.Video.Output("video", display_name="video", tooltip="The joined videos, in a file; needs videos."),
                io.Model.Output("model", display_name="model", tooltip="The model with context windows; needs one."),
                io.Int.Output(
                    "context_length",
                    display_name="context_length",
                    tooltip="The window in latent frames, as the host's Context Windows (Manual) takes it (dim 2, "
                    "static standard, pyramid).",
                ),
                io.Int.Output(
                    "context_overlap", display_name="context_overlap", tooltip="The overlap in latent frames, likewise."
                ),
            ],
        )  # fmt: skip

    @classmethod
    def execute(cls, length, window, overlap, mode, clips=None, videos=None, **more) -> io.NodeOutput:
        """Every input comes as a list, because a clip may be a list of clips."""
        length, window, overlap, mode = (_one(value) for value in (length, window, overlap, mode))
        more = {name: _one(value) for name, value in more.items()}
        pictures, files = _given(clips), _given(videos)
        if pictures and files:
            raise ValueError("clips and videos cannot be joined with each other; connect only one kind")
        if pictures or files:
            return _joined(pictures or files, overlap, bool(files), more)
        return _planned(length, window, overlap, mode, more)


def _one(value: Any) -> Any:
    return value[0] if isinstance(value, list) else value


def _given(grown: dict | None) -> list[tuple[str, Any]]:
    """(name, clip) of everything connected, lists taken apart."""
    several = [(name, value if isinstance(value, list) else [value]) for name, value in (grown or {}).items()]
    return [(name, clip) for name, clips in several for clip in clips if clip is not None]


def _outputs(shown: dict | None = None, **given: Any) -> io.NodeOutput:
    """What a use of the node gives; the other outputs say what they would need."""
    needs = {
        "windows": "is a plan, and clips need none; disconnect the clips",
        "frames": "needs clips; connect at least one",
        "video": "needs videos; connect at least one",
        "model": "needs a model; connect one",
    }
    blocked = {
        name: ExecutionBlocker(f"{name} of Temporal Aggregate {needs.get(name, needs['windows'])}") for name in _OUTPUTS
    }
    return io.NodeOutput(*(blocked | given).values(), ui=shown)


def _joined(named: list[tuple[str, Any]], overlap: int, files: bool, more: dict) -> io.NodeOutput:
    clips = [clip_of(value, name) for name, value in named]
    match, anchor, ignore = more.get("match") == "colours", None, None
    if match and more.get("anchor") is not None:
        height, width = clips[0].frames.shape[1:3]
        anchor = clip_of(more["anchor"], "anchor", (width, height)).frames
        if more.get("painted") is not None:
            ignore = mask_over(more["painted"], anchor, "painted")
    joined = JoinedClips([clip.frames for clip in clips], overlap, match=match, anchor=anchor, ignore=ignore)
    if not files:
        return _outputs(frames=host.to_host(joined[:]))
    path, shown = _written(joined, clips)
    return _outputs(shown, video=video_of(path))


def _written(joined: JoinedClips, clips: list[HostClip]) -> tuple[Path, dict]:
    """The file with the joined videos and their sound, and what is shown below the node."""
    run, fps = host.runtime(), clips[0].fps or 24.0
    sound = joined_sound([clip.sound() for clip in clips], joined.starts, fps)
    path, few = temporary_video(uuid.uuid4().hex), []
    with video_writer(path, joined.shape[2], joined.shape[1], fps, sound) as write:
        for start in range(0, len(joined), _PIECE):
            frames = joined[start : start + _PIECE]
            write(frames)
            few.append(frames[:1])
            run.report(min(start + _PIECE, len(joined)), len(joined), frames[0])
    return path, clip_preview(torch.cat(few), fps / _PIECE)


def _planned(length: int, window: int, overlap: int, mode: str, more: dict) -> io.NodeOutput:
    patched: dict[str, Any] = {}
    model = more.get("model")
    ratio = _RATIO if model is None else max(1, int(model.get_model_object("latent_format").temporal_downscale_ratio))
    size = (min(window, length) - 1) // ratio + 1
    step = window_step((length - 1) // ratio + 1, size, min(overlap // ratio, size - 1))
    numbers = {"context_length": size, "context_overlap": size - step}
    if model is not None:
        patched["model"] = with_context_windows(
            model, size, size - step, retain_first=bool(more.get("retain_first")), causal=length % ratio == 1
        )
    for name, value in (("length", length), ("window", window)):
        if value % 8:
            fault = f"{name} must be a multiple of 8 frames, got {value}; the nearest is {nearest_8(value)}"
            if model is None:
                raise ValueError(fault)
            return _outputs(windows=ExecutionBlocker(fault), **numbers, **patched)
    size = min(window, length) // _RATIO
    shared = min(overlap // _RATIO, size - 2)
    windows = tuple(plan_windows(length // _RATIO, size, shared))
    return _outputs(windows=WindowPlan(windows=windows, mode=mode, overlap=shared), **numbers, **patched)


def with_context_windows(model: Any, size: int, overlap: int, *, retain_first: bool, causal: bool) -> Any:
    """A copy of a MODEL that the host samples in windows of `size` latent frames (its own ContextWindowsManual).

    Static windows start where ours do, and pyramid weights are our triangles. causal: the first latent frame is one
    picture, so later windows get the latent frame before them as theirs.
    """
    patched = model.clone()
    patched.model_options["context_handler"] = context.IndexListContextHandler(
        context_schedule=context.get_matching_context_schedule(context.ContextSchedules.STATIC_STANDARD),
        fuse_method=context.get_matching_fuse_method(context.ContextFuseMethods.PYRAMID),
        context_length=size,
        context_overlap=overlap,
        dim=2,
        cond_retain_index_list="0" if retain_first else "",
        causal_window_fix=causal,
    )
    context.create_prepare_sampling_wrapper(patched)  # memory is estimated for one window
    return patched


def nearest_8(frames: int) -> int:
    return max(8, round(frames / 8) * 8)
