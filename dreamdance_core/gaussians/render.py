"""Pictures of Gaussians along a camera path."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor

from ..runtime import Runtime
from ..types import Cameras, Gaussians, Render
from .rasterizers import rasterize


def render(
    gaussians: Gaussians,
    cameras: Cameras,
    *,
    rasterizer: str = "auto",
    background: Float[Tensor, "3"] | None = None,
    run: Runtime,
) -> Render:
    """One picture per camera at the cameras' size, on the CPU; `background` is seen through holes (None: black).

    Works on run.device; reports progress with each finished picture as the preview.
    """
    here = Gaussians(**{k: getattr(gaussians, k).detach().to(run.device).float() for k in _FIELDS})
    size = (cameras.height, cameras.width)
    frames = torch.empty(len(cameras), *size, 3)
    alphas, depths = torch.empty(len(cameras), *size), torch.empty(len(cameras), *size)
    with torch.no_grad():
        for i in range(len(cameras)):
            rgb, alpha, z = rasterize(
                here, cameras.c2w[i], cameras.K[i], cameras.width, cameras.height,
                background=background, rasterizer=rasterizer,
            )  # fmt: skip
            frames[i] = rgb.clamp(0, 1)
            alphas[i] = alpha
            depths[i] = torch.where(alpha < 0.5, 0.0, z)  # a depth seen mostly through a hole is no depth
            run.report(i + 1, len(cameras), frames[i])
    return Render(frames=frames, alpha=alphas, z=depths, cameras=cameras)


_FIELDS = ("means", "quats", "scales", "opacities", "sh")
