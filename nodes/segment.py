"""The sample that makes the quick workflow run with an empty input folder, and the character cut out of its picture."""

from __future__ import annotations

import torch
from comfy_api.latest import io, ui

from ..dreamdance_core import backends
from ..dreamdance_core.io.images import read_image
from ..dreamdance_core.io.video import ClipRange, read_clip
from ..dreamdance_core.segment.cutout import cut_out, outlines_a_figure
from . import host, samples
from .sockets import backend_input, download_input


class LoadSample(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="DreamDanceLoadSample",
            display_name="Load Sample",
            category="DreamDance/input",
            description="The picture and the driving clip that ship with DreamDance, so that its workflows run as they "
            "are. Replace it with Load Image and Load Video + Get Video Components for your own.",
            search_aliases=["dreamdance", "example", "demo", "test clip", "sample art"],
            inputs=[
                io.Combo.Input(
                    "picture", options=samples.names(".png"), tooltip="Which shipped character picture to load."
                ),
                io.Combo.Input("clip", options=samples.names(".mp4"), tooltip="Which shipped driving clip to load."),
                io.Int.Input(
                    "frames",
                    default=0,
                    min=0,
                    max=4096,
                    tooltip="How many frames of the clip to take, from its first; 0 = all. Fewer frames run faster.",
                ),
            ],
            outputs=[
                io.Image.Output("art", display_name="art", tooltip="The character picture with its scene."),
                io.Image.Output("driving", display_name="driving", tooltip="The driving clip's frames."),
                io.Audio.Output("audio", display_name="audio", tooltip="The clip's sound, cut to the same frames."),
                io.Float.Output("fps", display_name="fps", tooltip="Frames per second of the clip."),
            ],
        )

    @classmethod
    def execute(cls, picture, clip, frames) -> io.NodeOutput:
        art = read_image(samples.FOLDER / picture).rgb
        driving = read_clip(samples.FOLDER / clip, ClipRange(frames=frames or None))
        audio = {"waveform": driving.audio.waveform[None], "sample_rate": driving.audio.sample_rate}
        return io.NodeOutput(host.to_host(art[None]), host.to_host(driving.frames), audio, float(driving.fps))


class SegmentCharacter(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="DreamDanceSegmentCharacter",
            display_name="Segment Character",
            category="DreamDance/character",
            description="Cuts the character out of its picture: a soft mask with clean edge colours, and the hole that "
            "Spiral Scene Inpaint fills behind it.",
            search_aliases=[
                "matting",
                "remove background",
                "rembg",
                "cut out",
                "birefnet",
                "toonout",
                "character mask",
                "u2net",
            ],
            has_intermediate_output=True,
            inputs=[
                io.Image.Input("image", tooltip="One picture of one character. A fourth channel is used as its alpha."),
                backend_input(
                    "segment",
                    "The network that finds the character. u2net_small (4.6 MB) runs on the CPU in seconds; birefnet "
                    "(the paper's) and toonout (anime) want a GPU and their weights in models/dreamdance. Ignored when "
                    "a mask, an alpha channel or a background removal model is there.",
                ),
                io.BackgroundRemoval.Input(
                    "bg_removal_model",
                    optional=True,
                    tooltip="A model from Load Background Removal Model (BiRefNet), through the host's own code; "
                    "replaces the backend.",
                ),
                io.Mask.Input(
                    "mask",
                    optional=True,
                    tooltip="Your own mask, 1 = character, same size as the image; its edge is only refined.",
                ),
                io.Boolean.Input(
                    "invert_mask",
                    default=False,
                    advanced=True,
                    tooltip="Turn on for masks with 1 = background, for example the one of Load Image.",
                ),
                download_input(),
                io.Float.Input(
                    "shadow",
                    default=0.0,
                    min=0.0,
                    max=1.0,
                    step=0.01,
                    optional=True,
                    advanced=True,
                    tooltip="How far the character's shadow on the ground reaches beside its feet, as a share of its "
                    "height: the hole grows over it. 0 leaves the shadow in the background.",
                ),
            ],
            outputs=[
                io.Image.Output(
                    "character", display_name="character", tooltip="Foreground colours, no old background."
                ),
                io.Mask.Output("character_mask", display_name="character_mask", tooltip="Soft, 1 = character."),
                io.Image.Output("background", display_name="background", tooltip="The picture with the hole in grey."),
                io.Mask.Output("hole_mask", display_name="hole_mask", tooltip="1 = repaint: the character, dilated."),
            ],
        )

    @classmethod
    def execute(
        cls, image, backend, bg_removal_model=None, mask=None, invert_mask=False, download=False, shadow=0.0
    ) -> io.NodeOutput:
        run = host.runtime(download)
        picture = host.one_picture(image, "image")
        alpha = image[0, ..., 3].float().cpu().clone() if image.shape[-1] == 4 else None
        if mask is not None:
            mask = 1 - mask if invert_mask else mask
        elif bg_removal_model is not None:
            mask = bg_removal_model.encode_image(image[..., :3])
        if mask is not None:
            alpha = None
            mask = host.mask_of(mask, picture[None], "mask")[0]
        network = None
        if mask is None and not outlines_a_figure(alpha):
            network, alpha = backends.load("segment", backend, run), None
        run.report(0, 1)
        cut = cut_out(picture, network, mask=mask, alpha=alpha, shadow=shadow)
        run.report(1, 1)
        background = torch.where(cut.hole_mask[..., None] > 0.5, torch.full_like(picture, 0.5), picture)
        shown = cut.character * cut.alpha[..., None] + 0.5 * (1 - cut.alpha[..., None])
        return io.NodeOutput(
            host.to_host(cut.character[None]),
            host.to_host(cut.alpha[None]),
            host.to_host(background[None]),
            host.to_host(cut.hole_mask[None]),
            ui=ui.PreviewImage(shown[None], cls=cls),
        )
