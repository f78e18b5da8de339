"""Depth Anything V2 Small (depth-anything/Depth-Anything-V2-Small-hf, main; Apache-2.0), weight `depth_anything_v2`.

Relative disparity: the contrast between near and far is the caller's choice. L. Yang et al., 2024. Pictures are fed
as the authors' code does it (short side 518 px, multiples of 14, bicubic, ImageNet mean and deviation); transformers'
processor agrees for pictures of at least 518 px and shows the network less of smaller ones.
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
from ..sky import sky_of_disparity

_MEAN, _STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def network_input(picture: Float[Tensor, "H W 3"], side: int, patch: int) -> Float[Tensor, "1 3 h w"]:
    """The picture as the network wants it: short side near `side`, multiples of `patch`, normalised."""
    scale = side / min(picture.shape[:2])
    size = [max(round(edge * scale / patch), 1) * patch for edge in picture.shape[:2]]
    resized = interpolate(picture.permute(2, 0, 1)[None], size, mode="bicubic", antialias=True)
    return (resized - torch.tensor(_MEAN).reshape(3, 1, 1)) / torch.tensor(_STD).reshape(3, 1, 1)


class DepthAnythingV2:
    """See DepthBackend; K changes nothing."""

    def __init__(self, model: Any, run: Runtime, *, side: int = 518, near: float = 1.0, far: float = 10.0) -> None:
        self.model, self.run, self.side, self.near, self.far = model.eval(), run, side, near, far

    @torch.no_grad()
    def __call__(self, frames: Float[Tensor, "T H W 3"], K: Float[Tensor, "3 3"] | None = None) -> Depth:
        """Planar z between near and far, in units of near; not valid where the sky is."""
        height, width = frames.shape[1:3]
        maps, skies = [], []
        with self.run.resident(self.model) as model:
            for index, frame in enumerate(frames):
                self.run.report(index, len(frames))
                picture = network_input(frame.cpu().float(), self.side, self.model.config.patch_size)
                raw = model(pixel_values=picture.to(self.run.device, model.dtype)).predicted_depth.float().cpu()
                disparity = interpolate(raw[:, None], (height, width), mode="bilinear")[0, 0]
                skies.append(sky_of_disparity(disparity, frame.cpu().float()))
                maps.append(z_from_disparity(disparity, self.near, self.far, skies[-1]))
        self.run.report(len(frames), len(frames))
        sky = torch.stack(skies)
        return Depth(z=torch.stack(maps), valid=~sky, sky=sky)


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
