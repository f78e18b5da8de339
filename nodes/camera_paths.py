"""Camera paths by hand: key frames, edits, and whether a path stays inside a scene."""

from __future__ import annotations

from collections.abc import Callable

import torch
from comfy_api.latest import io

from ..dreamdance_core.geometry import path_edits as edits
from ..dreamdance_core.geometry.easing import EASES
from ..dreamdance_core.geometry.keyframes import spread, through_keys
from ..dreamdance_core.geometry.path_facts import motion_kind, path_summary
from ..dreamdance_core.geometry.pinhole import focal_from_fov, intrinsics
from ..dreamdance_core.geometry.rigid import rebase
from ..dreamdance_core.geometry.shake import shake
from ..dreamdance_core.geometry.trajectory import scale_path
from ..dreamdance_core.io.path_text import parse_keys
from ..dreamdance_core.scene.check import check_path, look_at_depth
from ..dreamdance_core.scene_steps import look_at_gaussians
from ..dreamdance_core.types import Cameras as CamerasValue
from ..dreamdance_core.types import CameraSolution
from . import host
from .preview import path_ui
from .sockets import MAX_SEED, Cameras, DepthMap, cameras_of, depth_from, from_splat, median_depth_of

_KEYS = """0   at 0 0 0
24  at 0.25 -0.1 0.1   look 0 0 1
47  at 0.4 0 0.3       look 0 0 1   fov 45"""
_ROOM = 2 * 1024**3  # bytes of GPU memory that other models leave to looks at the scene
_END = ("ease", "flow")


def by_hand(cameras: CamerasValue, median_depth: float | None = 1.0) -> CameraSolution:
    """A path with the unit it is in: the median depth of what it is about."""
    solved = torch.ones(len(cameras), dtype=torch.bool)
    return CameraSolution(cameras=cameras, kind=motion_kind(cameras), solved=solved, median_depth=median_depth)


def path_result(cameras: CamerasValue, median_depth: float | None) -> io.NodeOutput:
    """The output of a node that ends in one path."""
    return io.NodeOutput(by_hand(cameras, median_depth), ui=path_ui(cameras, path_summary(cameras)))


class CameraKeyframes(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="DreamDanceCameraKeyframes",
            display_name="Camera Keyframes",
            category="DreamDance/camera",
            description="A smooth path through key cameras, written as text or set in a 3D preview. It passes exactly "
            "through every key, turns the short way, and changes the focal length evenly.",
            search_aliases=["key frames", "camera animation", "spline", "interpolate camera", "viewpoints"],
            has_intermediate_output=True,
            inputs=[
                io.String.Input(
                    "keys",
                    multiline=True,
                    default=_KEYS,
                    tooltip="A line per key: FRAME [at X Y Z] [look X Y Z | turn YAW PITCH ROLL] [fov DEGREES] [hold "
                    "FRAMES] [stop]; FRAME may be in seconds, 1.5s. Scene units from the picture's own view, X right, "
                    "Y down, Z forward; degrees right, up, clockwise. Or a JSON list with these words. Empty with "
                    "viewpoints: they are spread evenly.",
                ),
                io.Int.Input(
                    "frames",
                    default=0,
                    min=0,
                    max=4096,
                    tooltip="Length of the path; the last key is held beyond its frame. 0 = up to the last key.",
                ),
                io.Float.Input("fps", default=24.0, min=1.0, max=240.0, step=0.01, tooltip="Frames per second."),
                io.Int.Input("width", default=640, min=16, max=8192, step=16, tooltip="Picture width, px."),
                io.Int.Input("height", default=384, min=16, max=8192, step=16, tooltip="Picture height, px."),
                io.Float.Input(
                    "fov",
                    default=53.0,
                    min=5.0,
                    max=150.0,
                    step=0.1,
                    tooltip="Horizontal field of view, degrees, of keys that say nothing of it.",
                ),
                io.Combo.Input(
                    "ends",
                    options=list(_END),
                    default="ease",
                    tooltip="ease starts and ends at rest; flow is in motion at once.",
                ),
                io.Boolean.Input(
                    "overshoot",
                    default=True,
                    advanced=True,
                    tooltip="On: the smoothest curve, which may swing a little beyond a key. Off: no coordinate leaves "
                    "the range of the two keys around it.",
                ),
                io.Boolean.Input(
                    "constant_speed",
                    default=False,
                    advanced=True,
                    tooltip="Pictures move equally fast throughout: only the frames of the first and last key count; "
                    "holds and stops do not.",
                ),
                Cameras.Input(
                    "lens",
                    optional=True,
                    tooltip="Cameras whose first sets size, lens and fps in place of the widgets, such as the scene's.",
                ),
                Cameras.Input(
                    "viewpoints",
                    optional=True,
                    tooltip="Cameras to pass through, in order, such as of Cameras From Load3D. Line i of keys then "
                    "says when viewpoint i is reached, and may change it.",
                ),
            ],
            outputs=[Cameras.Output("cameras", display_name="cameras", tooltip="One camera per frame.")],
        )

    @classmethod
    def execute(
        cls,
        keys,
        frames,
        fps,
        width,
        height,
        fov,
        ends,
        overshoot=True,
        constant_speed=False,
        lens=None,
        viewpoints=None,
    ) -> io.NodeOutput:
        if lens is not None:
            first = cameras_of(lens)[0]
        else:
            K = intrinsics(width, height, focal_from_fov(width, fov))
            first = CamerasValue(c2w=torch.eye(4)[None], K=K[None], width=width, height=height, fps=float(fps))
        seen = None if viewpoints is None else cameras_of(viewpoints)
        text = keys
        if not keys.strip() and seen is not None:
            times = spread(len(seen), frames or 48)
            text = "\n".join(f"{key.frame:.9g}" for key in times)
        cameras, times = parse_keys(text, first, seen)
        cameras = through_keys(
            cameras,
            times,
            frames or None,
            rest_at_ends=ends == "ease",
            overshoot=overshoot,
            constant_speed=constant_speed,
        )
        unit = 1.0 if viewpoints is None else median_depth_of(viewpoints)
        return path_result(cameras, unit)


def _int(id: str, default: int, most: int, tooltip: str, least: int = 0) -> io.Int.Input:
    return io.Int.Input(id, default=default, min=least, max=most, tooltip=tooltip)


def _float(id: str, default: float, least: float, most: float, tooltip: str, step: float = 0.01) -> io.Float.Input:
    return io.Float.Input(id, default=default, min=least, max=most, step=step, tooltip=tooltip)


def _operations() -> list[io.DynamicCombo.Option]:
    """The drop-down of edits, each with its own widgets."""
    speed = io.Combo.Input(
        "speed",
        options=list(EASES),
        default="linear",
        tooltip="linear keeps the move's own speed; smooth rests at both ends, in at the start, out at the end.",
    )
    then = Cameras.Input("then", tooltip="The path that follows; it is carried on from the last camera of the first.")
    seed = io.Int.Input(
        "seed",
        default=0,
        min=0,
        max=MAX_SEED,
        control_after_generate=False,
        tooltip="Seed of the shake; the same seed shows the same hand at any length and rate.",
    )
    widgets: dict[str, list[io.Input]] = {
        "retime": [_int("length", 48, 4096, "Frames of the result; first and last camera stay.", 1), speed],
        "resample to fps": [_float("new_fps", 24.0, 1.0, 240.0, "Frames per second of the result; it lasts as long.")],
        "trim": [
            _int("start", 0, 4096, "First frame to keep; negative counts from the end.", -4096),
            _int("count", 0, 4096, "How many frames to keep; 0 = all that follow."),
        ],
        "hold": [
            _int("before", 0, 4096, "Frames that the first camera stands still before the move."),
            _int("after", 12, 4096, "Frames that the last camera stands still after it."),
        ],
        "reverse": [],
        "there and back": [],
        "loop": [_int("way_back", 24, 4096, "Frames for the way back to the first camera, at matching speed.", 1)],
        "join": [then, _int("blend", 6, 512, "Frames on either side of the joint that lead over; 0 = a hard joint.")],
        "smooth": [_float("sigma", 2.0, 0.0, 100.0, "Width of the Gaussian, frames; larger is smoother.", 0.1)],
        "stabilise": [
            _float("cutoff", 0.7, 0.1, 30.0, "Hz; what is faster goes, slow moves stay. 0.7 suits handheld clips.")
        ],
        "shake": [
            _float("degrees", 0.3, 0.0, 10.0, "Mean size of the turns, degrees per axis."),
            _float("units", 0.01, 0.0, 10.0, "Mean size of the sway, scene units per axis.", 0.001),
            _float("slowest", 0.3, 0.05, 10.0, "Slowest sway, Hz."),
            _float("fastest", 3.0, 0.1, 30.0, "Fastest sway, Hz."),
            seed,
        ],
        "scale": [_float("factor", 1.0, -100.0, 100.0, "Times the way from the first camera; turns and lens stay.")],
        "amplify": [_float("amount", 1.0, -10.0, 10.0, "Times the whole move: way, turns and change of the lens.")],
        "mirror": [],
        "base on first": [],
    }
    return [io.DynamicCombo.Option(name, inputs) for name, inputs in widgets.items()]


def _joined(path: CamerasValue, unit: float | None, then: CamerasValue | CameraSolution, blend: int) -> CamerasValue:
    """Both paths in the unit of the first, where both units are known."""
    second, own = cameras_of(then), median_depth_of(then)
    factor = unit / own if unit and own else 1.0
    scaled = CamerasValue(
        c2w=scale_path(rebase(second.c2w), factor),
        K=second.K,
        width=second.width,
        height=second.height,
        fps=second.fps,
    )
    return edits.concat(path, scaled, blend)


def _smoothed(path: CamerasValue, sigma: float) -> CamerasValue:
    return CamerasValue(c2w=edits.smooth(path.c2w, sigma), K=path.K, width=path.width, height=path.height, fps=path.fps)


def _shaken(
    path: CamerasValue, degrees: float, units: float, slowest: float, fastest: float, seed: int
) -> CamerasValue:
    sway = shake(len(path), path.fps, degrees, units, band=(slowest, fastest), seed=seed % 2**63)
    return edits.shaken(path, sway)


_EDITS: dict[str, Callable[..., CamerasValue]] = {
    "retime": lambda path, length, speed: edits.retime(path, length, ease=speed),
    "resample to fps": lambda path, new_fps: edits.resample(path, float(new_fps)),
    "trim": lambda path, start, count: edits.trim(path, start, count or None),
    "hold": lambda path, before, after: edits.hold(path, before, after),
    "reverse": edits.reverse,
    "there and back": edits.ping_pong,
    "loop": lambda path, way_back: edits.loop(path, way_back),
    "smooth": lambda path, sigma: _smoothed(path, float(sigma)),
    "stabilise": lambda path, cutoff: edits.stabilise(path, float(cutoff)),
    "shake": _shaken,
    "scale": lambda path, factor: edits.scaled(path, float(factor)),
    "amplify": lambda path, amount: edits.amplified(path, float(amount)),
    "mirror": edits.mirror,
    "base on first": edits.rebased,
}


class EditCameras(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="DreamDanceEditCameras",
            display_name="Edit Cameras",
            category="DreamDance/camera",
            description="One change of a camera path: its time, its place, or what follows it. Chain several; each "
            "node does one thing, in the order of the wires.",
            search_aliases=[
                "retime",
                "reverse",
                "loop",
                "ping-pong",
                "trim camera",
                "concatenate",
                "stabilize",
                "handheld",
                "camera shake",
                "speed ramp",
                "mirror",
            ],
            has_intermediate_output=True,
            inputs=[
                Cameras.Input("cameras", tooltip="The path to change; the input itself stays as it is."),
                io.DynamicCombo.Input(
                    "operation",
                    options=_operations(),
                    tooltip="What to do. retime, resample, trim, hold, reverse, there and back, loop and join change "
                    "the time; smooth, stabilise, shake, scale, amplify, mirror and base on first the place.",
                ),
            ],
            outputs=[Cameras.Output("cameras", display_name="cameras", tooltip="The changed path, in the same unit.")],
        )

    @classmethod
    def execute(cls, cameras, operation) -> io.NodeOutput:
        path, unit = cameras_of(cameras), median_depth_of(cameras)
        name = operation["operation"]
        chosen = {key: value for key, value in operation.items() if key != "operation"}
        out = _joined(path, unit, **chosen) if name == "join" else _EDITS[name](path, **chosen)
        return path_result(out, unit)


class CheckCameraPath(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="DreamDanceCheckCameraPath",
            display_name="Check Camera Path",
            category="DreamDance/camera",
            description="Does the path stay inside the scene? How much of every picture is covered, how near a surface "
            "comes, which frame is the worst, and how much of the path would fit.",
            search_aliases=["inside scene", "coverage", "holes", "collision", "validate camera", "fit path"],
            has_intermediate_output=True,
            inputs=[
                Cameras.Input(
                    "cameras",
                    tooltip="The path in the scene's own frame and unit: of Place Cameras In Scene, Spiral Scene "
                    "Inpaint, Load Scene, Camera Keyframes.",
                ),
                _float(
                    "wanted",
                    0.99,
                    0.05,
                    1.0,
                    "Share of each picture that must show something.",
                    0.001,
                ),
                io.Splat.Input("splat", optional=True, tooltip="The scene. One of splat and depth is needed."),
                DepthMap.Input(
                    "depth",
                    optional=True,
                    tooltip="Depth of the picture that the path starts at: what that picture alone shows.",
                ),
                io.Boolean.Input(
                    "turns",
                    default=False,
                    optional=True,
                    tooltip="Off: the factor shortens the way only, turns stay as they are. On: it makes the whole "
                    "move smaller, turns and zoom too, as an orbit or a pan needs it.",
                ),
            ],
            outputs=[
                Cameras.Output(
                    "cameras", display_name="cameras", tooltip="The path, made smaller to what fits if need be."
                ),
                io.Boolean.Output("fits", display_name="fits", tooltip="True if the path fits as it came."),
                io.Float.Output(
                    "factor",
                    display_name="factor",
                    tooltip="Largest scale of the way, or the move, at which every frame fits, up to 4; 0 = none.",
                ),
                io.String.Output("report", display_name="report", tooltip="The verdict in a sentence or two."),
                io.String.Output(
                    "table", display_name="table", tooltip="Lines frame,covered,nearest: every frame's numbers."
                ),
            ],
        )

    @classmethod
    def execute(cls, cameras, wanted, splat=None, depth=None, turns=False) -> io.NodeOutput:
        path = cameras_of(cameras)
        run = host.runtime()
        if splat is not None:
            host.make_room(_ROOM)
            look = look_at_gaussians(from_splat(splat), run)
        elif depth is not None:
            path = edits.rebased(path)
            sized = depth_from(depth, path.width, path.height)
            look = look_at_depth(sized, path.K[0] if sized.K is None else sized.K)
        else:
            raise ValueError("Check Camera Path needs a splat or a depth; connect the scene or the picture's depth")
        found = check_path(path, look, wanted=float(wanted), turns=turns, run=run)
        smaller = edits.amplified if turns else edits.scaled
        kept = smaller(path, found.factor) if found.factor < 1 else path
        out = by_hand(kept, median_depth_of(cameras))
        report = f"{found.verdict}\n{path_summary(path)}"
        return io.NodeOutput(out, found.fits, found.factor, report, found.table, ui=path_ui(kept, report))
