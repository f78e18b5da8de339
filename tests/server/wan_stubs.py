"""In place of the two encoders whose sizes the host fixes: umT5 (5.7 G weights) and CLIP ViT-H (0.6 G weights)."""

from __future__ import annotations

from types import SimpleNamespace

import torch


class _Words:
    def tokenize(self, text, **_):
        return text

    def encode_from_tokens_scheduled(self, tokens, **_):
        generator = torch.Generator().manual_seed(sum(tokens.encode()))
        return [[torch.randn(1, 8, 4096, generator=generator), {}]]


class _Sight:
    def encode_image(self, image, crop=True):
        shades = image.float().mean((0, 1, 2)).repeat(427)[:1280]
        return SimpleNamespace(penultimate_hidden_states=shades.expand(1, 257, -1).clone())


class TinyWords:
    CATEGORY, FUNCTION, RETURN_TYPES = "testing", "load", ("CLIP",)

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {}}

    def load(self):
        return (_Words(),)


class TinySight:
    CATEGORY, FUNCTION, RETURN_TYPES = "testing", "load", ("CLIP_VISION",)

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {}}

    def load(self):
        return (_Sight(),)


NODE_CLASS_MAPPINGS = {"TinyWords": TinyWords, "TinySight": TinySight}
