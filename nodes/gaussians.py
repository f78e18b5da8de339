"""The scene as 3D Gaussians: trained on the completed views, rendered along a camera path."""

from __future__ import annotations

from dataclasses import replace

from comfy_api.latest import io

from ..dreamdance_core.gaussians.fit import FitOptions, fit
from ..dreamdance_core.gaussians.rasterizers import names as rasterizers
from ..dreamdance_core.gaussians.render import render
from ..dreamdance_core.geometry.pinhole import rescale
from ..dreamdance_core.types import Cameras as CamerasValue
from ..dreamdance_core.types import Depth as DepthValue
from . import host
from .preview import fit_report, scene_ui
from .sockets import MAX_SEED, Cameras, DepthMap, Views, cameras_of, from_splat, to_splat

ROOM = 4 * 1024**3  # bytes of GPU memory that other models leave to the Gaussians
_RASTERIZER_TIP = (
    "What draws the Gaussians: auto takes, of those installed, on an NVIDIA GPU gsplat, else warp, on the CPU numba; "
    "else PyTorch (any device, exact, slower). All give the same picture."
)


def scaled_to(path: CamerasValue, width: int, height: int) -> CamerasValue:
    K = rescale(path.K, width / path.width, height / path.height)
    return replace(path, K=K, width=width, height=height)


class TrainGaussians(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="DreamDanceTrainGaussians",
            display_name="Train Gaussians",
            category="DreamDance/scene",
            description="Turns the completed views into one stable 3D scene of Gaussians. The result opens in Preview "
            "Gaussian Splat (through Splat To File3D).",
            search_aliases=["3dgs", "gaussian splatting", "gsplat", "train splat", "nerf", "scene reconstruction"],
            has_intermediate_output=True,
            inputs=[
                Views.Input("views", tooltip="The views of Spiral Scene Inpaint."),
                io.Int.Input(
                    "iterations",
                    default=400,
                    min=0,
                    max=30000,
                    tooltip="Training steps. 400 refine the pixel-aligned start in about a minute on 2 CPU cores. "
                    "0 keeps the start.",
                ),
                io.Int.Input(
                    "max_side",
                    default=384,
                    min=64,
                    max=2048,
                    step=16,
                    tooltip="Side, px, of the crops of the views that each step compares, at full resolution. Cost "
                    "grows with its square.",
                ),
                io.Combo.Input("rasterizer", options=rasterizers(), default="auto", tooltip=_RASTERIZER_TIP),
                io.Int.Input(
                    "seed",
                    default=0,
                    min=0,
                    max=MAX_SEED,
                    control_after_generate=False,
                    advanced=True,
                    tooltip="Seed of the order in which views are visited.",
                ),
                io.Splat.Input("init", optional=True, tooltip="Gaussians to start from, instead of the views' pixels."),
                Cameras.Input(
                    "cameras",
                    optional=True,
                    tooltip="The path that will be rendered, in scene units: the scene is kept sharp along it.",
                ),
            ],
            outputs=[
                io.Splat.Output("splat", display_name="splat", tooltip="The scene; frame of the views' first camera."),
                io.String.Output(
                    "report", display_name="report", tooltip="Count, steps, and the loss at the start and the end."
                ),
            ],
        )

    @classmethod
    def execute(cls, views, iterations, max_side, rasterizer, seed=0, init=None, cameras=None) -> io.NodeOutput:
        options = FitOptions(steps=iterations, max_side=max_side, rasterizer=rasterizer, seed=seed % 2**63)
        start = from_splat(init) if init is not None else None
        path = cameras_of(cameras) if cameras is not None else None
        host.make_room(ROOM)
        result = fit(views, options=options, run=host.runtime(), init=start, path=path)
        report = fit_report(result.report, len(result.gaussians))
        shown = scene_ui(result.gaussians, views.cameras, views.frames, path=False) | {"text": [report]}
        return io.NodeOutput(to_splat(result.gaussians), report, ui=shown)


class RenderBackground(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="DreamDanceRenderBackground",
            display_name="Render Background",
            category="DreamDance/scene",
            description="Pictures of a Gaussian scene along a camera path: colour, coverage and depth, at any size.",
            search_aliases=["render splat", "render gaussians", "camera path render", "background video", "novel view"],
            has_intermediate_output=True,
            inputs=[
                io.Splat.Input("splat", tooltip="Any SPLAT; of a batch the first."),
                Cameras.Input(
                    "cameras", tooltip="The path in the scene's units (the scene node's own cameras output)."
                ),
                io.Int.Input(
                    "width", default=0, min=0, max=8192, step=2, tooltip="Width, px; 0 = the cameras' own. K is scaled."
                ),
                io.Int.Input(
                    "height",
                    default=0,
                    min=0,
                    max=8192,
                    step=2,
                    tooltip="Height, px; 0 = the cameras' own. K is scaled.",
                ),
                io.Combo.Input("rasterizer", options=rasterizers(), default="auto", tooltip=_RASTERIZER_TIP),
            ],
            outputs=[
                io.Image.Output("frames", display_name="frames", tooltip="One picture per camera, over black."),
                io.Mask.Output("coverage", display_name="coverage", tooltip="1 = covered by the scene."),
                DepthMap.Output(
                    "depth", display_name="depth", tooltip="Planar z, scene units; invalid where uncovered."
                ),
                io.Float.Output("fps", display_name="fps", tooltip="Frames per second of the path."),
            ],
        )

    @classmethod
    def execute(cls, splat, cameras, width, height, rasterizer) -> io.NodeOutput:
        path = cameras_of(cameras)
        width, height = width or path.width, height or path.height
        path = scaled_to(path, width, height)
        host.make_room(ROOM)
        scene = from_splat(splat)
        result = render(scene, path, rasterizer=rasterizer, run=host.runtime())
        shown = scene_ui(scene, path, result.frames, path=True)
        depth = DepthValue(z=result.z, valid=result.alpha >= 0.5)
        return io.NodeOutput(host.to_host(result.frames), host.to_host(result.alpha), depth, float(path.fps), ui=shown)
