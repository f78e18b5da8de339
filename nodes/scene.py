"""The scene behind the character: its depth and its completed views."""

from __future__ import annotations

from dataclasses import replace

import torch
from comfy_api.latest import io, ui
from torch import Tensor

from ..dreamdance_core import backends
from ..dreamdance_core.io.stages import digest
from ..dreamdance_core.scene.build import WantedPath, build_scene
from ..dreamdance_core.scene.complete import SceneOptions
from ..dreamdance_core.scene.kept import KeptPaintings
from ..dreamdance_core.video.control import fitted
from . import host
from .host_inpaint import painter, painter_name, sampler_names, scheduler_names
from .preview import clip_preview, depth_report, path_ui
from .sockets import (
    Cameras,
    DA3Geometry,
    DepthMap,
    MoGeGeometry,
    Views,
    backend_input,
    cameras_of,
    depth_from,
    depth_picture,
    download_input,
    median_depth_of,
    seed_input,
)


def _depth_input(tooltip: str) -> io.MultiType.Input:
    types = [DepthMap, DA3Geometry, MoGeGeometry, io.Image]
    return io.MultiType.Input("depth", types=types, optional=True, tooltip=tooltip)


class EstimateDepth(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="DreamDanceEstimateDepth",
            display_name="Estimate Depth",
            category="DreamDance/scene",
            description="Planar depth of each picture, from a backend or from what Depth Anything 3, MoGe or any depth "
            "picture already says.",
            search_aliases=["depth anything", "depth pro", "moge", "da3", "depth map", "geometry"],
            has_intermediate_output=True,
            inputs=[
                io.Image.Input("images", tooltip="The pictures whose depth is wanted."),
                backend_input(
                    "depth",
                    "auto: Depth Anything V2 where its weights are on disk, else room_box; it never downloads. "
                    "room_box stands walls on the floor that colours and lines show: no weights. depth_pro "
                    "(metres): research licence, no commercial use. Ignored when depth is connected.",
                ),
                _depth_input("Depth from another node, resized to the images: one map for all of them, or one each."),
                io.Float.Input(
                    "near",
                    default=1.0,
                    min=0.001,
                    max=10000.0,
                    step=0.01,
                    advanced=True,
                    tooltip="Only for a depth IMAGE: z of its nearest tone, scene units.",
                ),
                io.Float.Input(
                    "far",
                    default=10.0,
                    min=0.002,
                    max=100000.0,
                    step=0.01,
                    advanced=True,
                    tooltip="Only for a depth IMAGE: z of its farthest tone. far/near sets how deep the scene is.",
                ),
                io.Boolean.Input(
                    "brighter_is_nearer",
                    default=True,
                    advanced=True,
                    tooltip="Only for a depth IMAGE: on when near things are white (DA3Render, MoGeRender, "
                    "ControlNet).",
                ),
                download_input(),
            ],
            outputs=[
                DepthMap.Output(
                    "depth", display_name="depth", tooltip="Planar z per pixel, in the backend's unit, and the sky."
                ),
                io.Image.Output(
                    "preview",
                    display_name="preview",
                    tooltip="Near is white, the sky black; to look at, not to measure.",
                ),
                io.String.Output(
                    "report", display_name="report", tooltip="Who made it and its licence, unit, range, sky, lens."
                ),
            ],
        )

    @classmethod
    def fingerprint_inputs(cls, backend="auto", **_) -> str:
        """auto is another backend once its weights are there."""
        return host.resolved("depth", backend)

    @classmethod
    def execute(cls, images, backend, depth=None, near=1.0, far=10.0, brighter_is_nearer=True, download=False):
        run = host.runtime(download)
        frames = host.from_host(images, "images")
        height, width = frames.shape[1:3]
        if depth is not None:
            result = depth_from(depth, width, height, near, far, brighter_is_nearer, count=len(frames))
            report = depth_report(result, "from the depth input")
        else:
            run.report(0, 1)
            used = backends.resolve("depth", backend, run)
            result = backends.load("depth", used, run)(frames)
            report = depth_report(result, f"{used}. {backends.origin('depth', used)}")
            run.report(1, 1)
        picture = depth_picture(result)
        shown = ui.PreviewImage(picture[:1], cls=cls).as_dict() | {"text": [report]}
        return io.NodeOutput(result, host.to_host(picture), report, ui=shown)


class SpiralSceneInpaint(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="DreamDanceSpiralSceneInpaint",
            display_name="Spiral Scene Inpaint",
            category="DreamDance/scene",
            description="Fills the hole behind the character and everything that a moving camera will uncover: "
            "warps the "
            "picture to views along a spiral and along your path, and paints what is missing.",
            search_aliases=[
                "outpaint",
                "scene completion",
                "vistadream",
                "warp and inpaint",
                "clean plate",
                "novel view",
            ],
            has_intermediate_output=True,
            inputs=[
                io.Image.Input(
                    "background", tooltip="The picture of the scene, from Segment Character (or any picture)."
                ),
                io.Mask.Input(
                    "hole_mask", tooltip="1 = repaint (the character); all 0 for a picture without a character."
                ),
                backend_input(
                    "inpaint",
                    "What paints the holes. patchmatch copies texture from the picture: no weights, about 1 s "
                    "per view. With a MODEL it only makes the first fill for a denoise below 1.",
                ),
                backend_input(
                    "depth",
                    "What estimates depth when none is connected. auto: Depth Anything V2 where its weights are on "
                    "disk, else room_box. depth_pro: research licence, no commercial use.",
                    id="depth_backend",
                ),
                io.String.Input(
                    "prompt",
                    default="",
                    multiline=True,
                    tooltip="What the scene shows; only for backends that read text. A MODEL takes its "
                    "CONDITIONING instead.",
                ),
                seed_input("the painting"),
                io.Int.Input(
                    "long_side",
                    default=768,
                    min=0,
                    max=4096,
                    step=16,
                    tooltip="Long side, px, of the scene and of everything after it; the short one follows, both in "
                    "multiples of 16. 0 = the picture's own size. Cost grows with its square.",
                ),
                io.Int.Input(
                    "views",
                    default=10,
                    min=0,
                    max=60,
                    tooltip="Most views to paint. 10 cover a calm path; more help long paths, one painting each.",
                ),
                io.Boolean.Input(
                    "spiral",
                    default=True,
                    advanced=True,
                    tooltip="Look around the picture along a spiral as well, after your path, so that the scene holds "
                    "for other paths too. Off: only what your path sees.",
                ),
                Cameras.Input(
                    "cameras",
                    optional=True,
                    tooltip="The camera path to follow. It is based on its first frame, scaled to the scene, smoothed, "
                    "clamped.",
                ),
                io.Combo.Input(
                    "camera_units",
                    options=["auto", "depth"],
                    default="auto",
                    advanced=True,
                    tooltip="auto scales the path to the scene's depth and keeps it inside; depth follows translations "
                    "exactly, "
                    "in the depth's own unit.",
                ),
                io.Float.Input(
                    "camera_gain",
                    default=1.0,
                    min=0.0,
                    max=4.0,
                    step=0.05,
                    advanced=True,
                    tooltip="Multiplies the path's translations (auto units only); 0 keeps only its rotations.",
                ),
                _depth_input("Depth of the background; without it the depth backend estimates it on the clean plate."),
                io.Model.Input(
                    "model",
                    optional=True,
                    tooltip="Your own image model to paint with: any checkpoint (SD1.5, SDXL, anime, Flux …), with "
                    "LoRAs, or one made for inpainting (SD, SDXL inpaint, Flux Fill); it tells by itself which it is.",
                ),
                io.Conditioning.Input(
                    "positive",
                    optional=True,
                    tooltip="The place, never the character: 'quiet street, evening light, anime background'. Needed "
                    "with a MODEL.",
                ),
                io.Conditioning.Input(
                    "negative",
                    optional=True,
                    tooltip="What to avoid: 'person, people, character, animal, text, watermark, frame' keeps figures "
                    "out of the hole. Needed with a MODEL; counts when cfg is above 1.",
                ),
                io.Vae.Input("vae", optional=True, tooltip="The model's VAE; needed with a MODEL."),
                io.Int.Input(
                    "steps",
                    default=20,
                    min=1,
                    max=200,
                    advanced=True,
                    tooltip="Sampling steps per crop and view (MODEL).",
                ),
                io.Float.Input(
                    "cfg",
                    default=6.0,
                    min=0.0,
                    max=30.0,
                    step=0.1,
                    advanced=True,
                    tooltip="Guidance scale (MODEL); 1 = off, right for Flux and for few-step models.",
                ),
                io.Combo.Input(
                    "sampler",
                    options=sampler_names(),
                    default="euler",
                    advanced=True,
                    tooltip="Sampling method (MODEL).",
                ),
                io.Combo.Input(
                    "scheduler",
                    options=scheduler_names(),
                    default="normal",
                    advanced=True,
                    tooltip="Noise schedule (MODEL).",
                ),
                io.Float.Input(
                    "denoise",
                    default=1.0,
                    min=0.05,
                    max=1.0,
                    step=0.01,
                    advanced=True,
                    tooltip="Share of the noise schedule (MODEL): 1 paints holes anew, lower keeps more of the "
                    "backend's fill; inpainting models want 1.",
                ),
                download_input(),
            ],
            outputs=[
                Views.Output("views", display_name="views", tooltip="RGBD views with cameras, for Train Gaussians."),
                io.Image.Output(
                    "frames", display_name="frames", tooltip="The completed views; the first is the plate."
                ),
                io.Mask.Output("masks", display_name="masks", tooltip="1 = painted in this view, not seen in another."),
                Cameras.Output(
                    "cameras", display_name="cameras", tooltip="The path in scene units, for Render Background."
                ),
                io.String.Output("report", display_name="report", tooltip="Coverage of the path before and after."),
                io.Int.Output("width", display_name="width", tooltip="Width of the scene's pictures, px."),
                io.Int.Output("height", display_name="height", tooltip="Height of the scene's pictures, px."),
            ],
        )

    @classmethod
    def fingerprint_inputs(cls, depth_backend="auto", **_) -> str:
        """auto is another backend once its weights are there."""
        return host.resolved("depth", depth_backend)

    @classmethod
    def execute(cls, background, hole_mask, backend, depth_backend, prompt, seed, long_side, views, **more):
        run = host.runtime(more.get("download", False))
        picture, hole = _on_canvas(background, hole_mask, long_side)
        run.report(0, views + 2, picture)  # the steps that complete_scene will count; the plate's painting is the first
        height, width = hole.shape
        within = replace(run, report=run.report.part)  # one painting, or one look, is a step of the node's bar
        inpaint = painter(backend, more, within)
        source = "from the depth input"
        if more.get("depth") is not None:
            depth = depth_from(more["depth"], width, height)
        else:
            source = backends.resolve("depth", depth_backend, run)
            depth = backends.load("depth", source, within)
        wanted = None
        if more.get("cameras") is not None:
            rules = {"units": more.get("camera_units", "auto"), "gain": more.get("camera_gain", 1.0)}
            near = median_depth_of(more["cameras"])
            wanted = WantedPath(cameras=cameras_of(more["cameras"]), median_depth=near, **rules)
        options = SceneOptions(views=views, spiral=more.get("spiral", True), prompt=prompt, seed=seed % 2**63)
        names = [painter_name(backend, more), source]
        with host.unfinished(digest(picture, hole, names)) as files:
            inpaint = KeptPaintings(inpaint, files, names)
            scene = build_scene(picture, hole, depth, inpaint, wanted=wanted, options=options, run=run)
        path = scene.path or scene.views.cameras
        lines = {"depth": source} | scene.coverage
        report = "\n".join(f"{key.replace('_', ' ')}: {value}" for key, value in lines.items())
        fresh = scene.views.fresh
        painted = torch.ones(scene.views.trusted.shape) if fresh is None else fresh.float()
        shown = clip_preview(scene.views.frames, fps=2.0) | path_ui(path, report)
        return io.NodeOutput(
            scene.views, host.to_host(scene.views.frames), host.to_host(painted), path, report, width, height, ui=shown
        )


def _on_canvas(background: Tensor, hole_mask: Tensor, long_side: int) -> tuple[Tensor, Tensor]:
    """The picture (H,W,3) and its hole (H,W) at the working size: long_side (0: its own), multiples of 16.

    Scaled, never cropped: a pose or a depth of the same picture then fits by its width and height alone.
    """
    picture = host.one_picture(background, "background")
    hole = host.mask_of(hole_mask, picture[None], "hole_mask")[0]
    scale = (long_side or max(hole.shape)) / max(hole.shape)
    height, width = (max(16, round(side * scale / 16) * 16) for side in hole.shape)
    hole = fitted(hole[None, ..., None], width, height)[0, ..., 0]
    return fitted(picture[None], width, height)[0], (hole > 1e-3).float()
