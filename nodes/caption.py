"""What the scene shows, in words."""

from __future__ import annotations

from comfy_api.latest import io

from ..dreamdance_core import backends
from ..dreamdance_core.caption.words import joined, scene_only
from . import host
from .sockets import download_input


class CaptionScene(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="DreamDanceCaptionScene",
            display_name="Caption Scene",
            category="DreamDance/scene",
            description="A sentence or two about the scene, for inpainting models that read text. What a network says "
            "about persons or characters is left out.",
            search_aliases=["caption", "llava", "describe", "prompt", "interrogate"],
            inputs=[
                io.Image.Input(
                    "image",
                    tooltip="The background without the character: the first of Spiral Scene Inpaint's frames, or "
                    "Segment Character's background together with its hole_mask.",
                ),
                io.Combo.Input(
                    "backend",
                    options=["your words", *backends.names("caption")],
                    tooltip="'your words' passes the text below on; the networks need weights once.",
                ),
                io.String.Input(
                    "text",
                    default="",
                    multiline=True,
                    tooltip="Your own description, passed on as it is. With a network, it is put in front of the "
                    "network's sentences.",
                ),
                download_input(),
                io.Mask.Input(
                    "hole_mask",
                    optional=True,
                    tooltip="1 = the hole where the character was. It is filled from around it (patchmatch) before a "
                    "network looks, which would take even a grey hole for a figure.",
                ),
            ],
            outputs=[
                io.String.Output(
                    "caption",
                    display_name="caption",
                    tooltip="The description, for CLIP Text Encode or for the prompt of Spiral Scene Inpaint. Empty "
                    "when there are no words of yours and every sentence of the network mentions somebody.",
                )
            ],
        )

    @classmethod
    def execute(cls, image, backend, text, download=False, hole_mask=None) -> io.NodeOutput:
        picture = host.one_picture(image, "image")
        if backend == "your words":
            return io.NodeOutput(joined(text))
        run = host.runtime(download)
        if hole_mask is not None:
            hole = host.mask_of(hole_mask, picture[None], "hole_mask")[0] > 1e-3
            picture = backends.load("inpaint", "patchmatch", run)(picture, hole.float())
        sentences = backends.load("caption", backend, run)(picture)
        return io.NodeOutput(joined(text, scene_only(sentences)))
