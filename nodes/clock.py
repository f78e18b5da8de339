"""One index map for everything that belongs to a clip, when it is resampled, thinned or trimmed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from comfy_api.latest import io
from comfy_execution.graph_utils import ExecutionBlocker

from ..dreamdance_core.geometry.rigid import rebase
from ..dreamdance_core.io.clock import ClipRange, cut_sound, index_map, sound_of
from ..dreamdance_core.types import Cameras as CamerasValue
from ..dreamdance_core.types import CameraSolution
from .sockets import Cameras, PoseKeypoint, cameras_of


class _LateSound(Mapping):
    """The stretch of an AUDIO that another pack makes only when it is read: a silent clip must not stop the rest."""

    def __init__(self, audio: Mapping, begin: float, seconds: float) -> None:
        self._audio, self._span = audio, (begin, seconds)

    def __getitem__(self, key: str) -> Any:
        return _cut(self._audio, *self._span)[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._audio)

    def __len__(self) -> int:
        return len(self._audio)


def _cut(audio: Mapping, begin: float, seconds: float) -> dict[str, Any]:
    rate = int(audio["sample_rate"])
    return {**audio, "waveform": cut_sound(audio["waveform"], rate, begin, seconds)}


def _cameras_at(value: CamerasValue | CameraSolution, index: list[int], fps: float) -> CamerasValue | CameraSolution:
    """The chosen cameras; a solver's answer is re-based, since it starts at the identity."""
    cameras = replace(cameras_of(value)[index], fps=fps)
    if not isinstance(value, CameraSolution):
        return cameras
    cameras = replace(cameras, c2w=rebase(cameras.c2w))
    return replace(value, cameras=cameras, solved=value.solved[index])


def _series(given: dict[str, Any]) -> tuple[dict[str, Any], int]:
    """What has a frame axis, and how many frames that is. Raises ValueError where the lengths differ."""
    if given.get("images") is None and given.get("pose") is None:
        raise ValueError("Resample Clip needs images or a pose, got neither; connect one of them")
    if isinstance(given.get("pose"), dict):
        given["pose"] = [given["pose"]]
    series = {name: value for name, value in given.items() if value is not None}
    if "masks" in series and series["masks"].ndim == 2:
        series["masks"] = series["masks"][None]
    first = "images" if "images" in series else "pose"
    count = len(series[first])
    for name, value in series.items():
        length = len(cameras_of(value)) if name == "cameras" else len(value)
        if length != count and not (name == "masks" and length == 1):
            raise ValueError(f"{name} must have {count} frames like {first}, got {length}; take both from one clip")
    if count == 0:
        raise ValueError(f"{first} must hold at least one frame, got an empty clip; check the loader")
    return series, count


class ResampleClip(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="DreamDanceResampleClip",
            display_name="Resample Clip",
            category="DreamDance/video",
            description="Frames, masks, pose, cameras and sound of one clip at another frame rate, thinned or trimmed "
            "by one index map, so that they stay together. Takes the same frames as the command line does.",
            search_aliases=[
                "fps",
                "frame rate",
                "retime",
                "trim",
                "stride",
                "select every nth",
                "30 to 24 fps",
                "sync",
            ],
            inputs=[
                io.Float.Input(
                    "source_fps",
                    default=30.0,
                    min=1.0,
                    max=1000.0,
                    step=0.01,
                    tooltip="Frames per second of what is connected. Wire it from the loader.",
                ),
                io.Float.Input(
                    "fps",
                    default=24.0,
                    min=0.0,
                    max=1000.0,
                    step=0.01,
                    tooltip="Frames per second wanted; 0 = the clip's own. Frames are repeated or left out, never "
                    "mixed; the speed of the motion stays.",
                ),
                io.Int.Input(
                    "start",
                    default=0,
                    min=0,
                    max=1000000,
                    tooltip="First frame to keep, counted at the wanted fps.",
                ),
                io.Int.Input("frames", default=0, min=0, max=1000000, tooltip="How many frames to keep; 0 = all."),
                io.Int.Input(
                    "stride",
                    default=1,
                    min=1,
                    max=1000,
                    tooltip="Keeps every nth frame of the wanted fps; the fps that comes out is divided by it.",
                ),
                io.Image.Input("images", optional=True, tooltip="The clip's frames. These or a pose must be there."),
                io.Mask.Input(
                    "masks", optional=True, tooltip="One mask per frame, or one for all (passed on as it is)."
                ),
                PoseKeypoint.Input(
                    "pose", optional=True, tooltip="The clip's pose, of any pack; frames stay as they are."
                ),
                Cameras.Input(
                    "cameras",
                    optional=True,
                    tooltip="The clip's cameras: the one of the nearest frame, not one in between, so that it belongs "
                    "to its picture.",
                ),
                io.Audio.Input("audio", optional=True, tooltip="The clip's sound; the same stretch is cut out of it."),
            ],
            outputs=[
                io.Image.Output("images", display_name="images", tooltip="The chosen frames."),
                io.Mask.Output("masks", display_name="masks", tooltip="Their masks."),
                PoseKeypoint.Output("pose", display_name="pose", tooltip="Their poses."),
                Cameras.Output("cameras", display_name="cameras", tooltip="Their cameras, at the new fps."),
                io.Audio.Output(
                    "audio", display_name="audio", tooltip="The sound of the same stretch, if there is any."
                ),
                io.Float.Output("fps", display_name="fps", tooltip="Frames per second of what comes out."),
                io.Int.Output("count", display_name="frames", tooltip="How many frames come out."),
                io.String.Output(
                    "index_map",
                    display_name="index_map",
                    tooltip="Which frame of the input each output frame is, from 0, as a JSON list.",
                ),
            ],
        )

    @classmethod
    def execute(cls, source_fps, fps, start, frames, stride, audio=None, **given) -> io.NodeOutput:
        series, count = _series(given)
        steps = ClipRange(start=start, frames=frames or None, stride=stride, fps=fps or None)
        index = index_map(count, source_fps, steps)
        rate = fps or source_fps
        out: dict[str, Any] = {
            name: ExecutionBlocker(f"{name} of Resample Clip needs {name}; connect them there")
            for name in ("images", "masks", "pose", "cameras")
        }
        for name, value in series.items():
            if name == "cameras":
                out[name] = _cameras_at(value, index, rate / stride)
            elif name == "pose":
                out[name] = [value[i] for i in index]
            else:
                out[name] = value if len(value) == 1 and count > 1 else value[index]
        if audio is not None:
            span = sound_of(steps, rate, len(index))
            audio = _cut(audio, *span) if isinstance(audio, dict) else _LateSound(audio, *span)
        return io.NodeOutput(*out.values(), audio, rate / stride, len(index), str(index))
