"""Depth Pro (apple/DepthPro-hf, main; Apple ML Research licence: research only, no commercial use), weight `depth_pro`.

Metric depth and the focal length from one picture: the network the paper uses. A. Bochkovskii et al., 2024.
"""

from __future__ import annotations

from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn.functional import interpolate

from ...geometry.pinhole import focal_from_fov, intrinsics
from ...io import weights
from ...runtime import Runtime
from ...types import Depth
from ..maps import clamp_focal
from ..sky import sky_of_disparity


def metric_depth(
    inverse: Float[Tensor, "h w"], fov: float, width: int, height: int
) -> tuple[Float[Tensor, "height width"], float]:
    """z in metres and the focal length in pixels, of a width x height picture, from the network's raw output.

    Raw values are inverse depths for a focal length of one picture width; without the factor width / focal a wide
    and a narrow lens would give the same depth.
    """
    focal = focal_from_fov(width, fov)
    inverse = interpolate((inverse * (width / focal))[None, None], (height, width), mode="bilinear")[0, 0]
    return 1 / inverse.clamp(1e-4, 1e4), focal


def network_input(picture: Float[Tensor, "H W 3"], side: int) -> Float[Tensor, "1 3 side side"]:
    """The picture as the network wants it: in -1..1, then squeezed to a square without a smoothing filter."""
    return interpolate(picture.permute(2, 0, 1)[None] * 2 - 1, (side, side), mode="bilinear")


class DepthPro:
    """See DepthBackend; a K given replaces the network's focal length."""

    def __init__(self, model: Any, run: Runtime) -> None:
        self.model, self.run = model.eval(), run
        config = model.config
        self.side = int(config.patch_size / min(config.scaled_images_ratios))

    @torch.no_grad()
    def __call__(self, frames: Float[Tensor, "T H W 3"], K: Float[Tensor, "3 3"] | None = None) -> Depth:
        """Planar z in metres, not valid in the sky, and the K it belongs to (field of view within 35..75 degrees)."""
        height, width = frames.shape[1:3]
        maps, skies, used = [], [], K
        with self.run.resident(self.model) as model:
            for index, frame in enumerate(frames):
                self.run.report(index, len(frames))
                picture = network_input(frame.cpu().float(), self.side)
                out = model(pixel_values=picture.to(self.run.device, model.dtype))
                inverse, fov = out.predicted_depth[0].float().cpu(), float(out.field_of_view[0])
                z, focal = metric_depth(inverse, min(max(fov, 1.0), 170.0), width, height)
                z, focal = clamp_focal(z, focal)
                if used is None:
                    used = intrinsics(width, height, focal)
                maps.append(z * (float(used[0, 0]) / focal))
                skies.append(sky_of_disparity(1 / maps[-1], frame.cpu().float()))
        self.run.report(len(frames), len(frames))
        sky = torch.stack(skies)
        return Depth(z=torch.stack(maps), valid=~sky, sky=sky, metres_per_unit=1.0, K=used)


def _transformers() -> Any:
    try:
        import transformers
    except ImportError as missing:
        raise ImportError(
            "Depth Pro needs transformers: pip install transformers (the extra dreamdance[diffusion])"
        ) from missing
    return transformers


def load(run: Runtime) -> DepthPro:
    """The published model from local files; FileNotFoundError when they are nowhere."""
    transformers = _transformers()
    folder = weights.locate("depth_pro", run)
    model = transformers.DepthProForDepthEstimation.from_pretrained(
        folder, local_files_only=True, dtype=run.dtype, use_safetensors=True, use_fov_model=True
    )
    return DepthPro(model, run)


def tiny() -> DepthPro:
    """The same classes with a few thousand random weights."""
    transformers = _transformers()
    encoder = {
        "model_type": "dinov2",
        "num_hidden_layers": 2,
        "hidden_size": 16,
        "num_attention_heads": 2,
        "image_size": 32,
        "patch_size": 8,
    }
    config = transformers.DepthProConfig(
        patch_size=32,
        fusion_hidden_size=16,
        intermediate_hook_ids=[1, 0],
        intermediate_feature_dims=[8, 8],
        scaled_images_ratios=[0.25, 0.5, 1.0],
        scaled_images_overlap_ratios=[0.0, 0.5, 0.25],
        scaled_images_feature_dims=[16, 16, 8],
        merge_padding_value=1,
        use_fov_model=True,
        num_fov_head_layers=1,
        image_model_config=dict(encoder),
        patch_model_config=dict(encoder),
        fov_model_config=dict(encoder),
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = transformers.DepthProForDepthEstimation(config)
    return DepthPro(model, Runtime())
