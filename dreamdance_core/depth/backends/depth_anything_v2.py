"""Depth Anything V2 Small (depth-anything/Depth-Anything-V2-Small-hf, main; Apache-2.0), weight `depth_anything_v2`.

Relative disparity: the contrast between near and far is the caller's choice. L. Yang et al., 2024.
"""

from __future__ import annotations

from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn.functional import interpolate

from ...io import weights
from ...runtime import Runtime
from ...types import Depth
from ..maps import z_from_disparity

_MEAN, _STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


class DepthAnythingV2:
    """See DepthBackend; K changes nothing."""

    def __init__(self, model: Any, run: Runtime, *, side: int = 518, near: float = 1.0, far: float = 10.0) -> None:
        self.model, self.run, self.side, self.near, self.far = model.eval(), run, side, near, far

    @torch.no_grad()
    def __call__(self, frames: Float[Tensor, "T H W 3"], K: Float[Tensor, "3 3"] | None = None) -> Depth:
        """Planar z between near and far, in units of near; the short side is seen at `side` pixels."""
        height, width = frames.shape[1:3]
        patch = self.model.config.patch_size
        scale = self.side / min(height, width)
        size = [max(round(edge * scale / patch), 1) * patch for edge in (height, width)]
        mean, std = torch.tensor(_MEAN).reshape(3, 1, 1), torch.tensor(_STD).reshape(3, 1, 1)
        maps = []
        with self.run.resident(self.model) as model:
            for index, frame in enumerate(frames):
                self.run.report(index, len(frames))
                picture = interpolate(frame.cpu().permute(2, 0, 1)[None], size, mode="bicubic", antialias=True)
                picture = ((picture - mean) / std).to(self.run.device, model.dtype)
                disparity = model(pixel_values=picture).predicted_depth.float().cpu()
                maps.append(interpolate(disparity[:, None], (height, width), mode="bilinear", align_corners=True)[0, 0])
        self.run.report(len(frames), len(frames))
        z = z_from_disparity(torch.stack(maps), self.near, self.far)
        return Depth(z=z, valid=torch.ones_like(z, dtype=torch.bool))


def _transformers() -> Any:
    try:
        import transformers
    except ImportError as missing:
        raise ImportError(
            "Depth Anything needs transformers: pip install transformers (the extra dreamdance[diffusion])"
        ) from missing
    return transformers


def load(run: Runtime, *, near: float = 1.0, far: float = 10.0) -> DepthAnythingV2:
    """The published model from local files; FileNotFoundError when they are nowhere."""
    transformers = _transformers()
    folder = weights.locate("depth_anything_v2", run)
    model = transformers.DepthAnythingForDepthEstimation.from_pretrained(
        folder, local_files_only=True, dtype=run.dtype, use_safetensors=True
    )
    return DepthAnythingV2(model, run, near=near, far=far)


def tiny() -> DepthAnythingV2:
    """The same classes with a few thousand random weights."""
    transformers = _transformers()
    backbone = transformers.Dinov2Config(
        hidden_size=32,
        num_hidden_layers=4,
        num_attention_heads=2,
        image_size=56,
        patch_size=14,
        out_indices=[1, 2, 3, 4],
        reshape_hidden_states=False,
    )
    config = transformers.DepthAnythingConfig(
        backbone_config=backbone,
        reassemble_hidden_size=32,
        neck_hidden_sizes=[8, 8, 16, 16],
        fusion_hidden_size=8,
        head_hidden_size=8,
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = transformers.DepthAnythingForDepthEstimation(config)
    return DepthAnythingV2(model, Runtime(), side=56)
