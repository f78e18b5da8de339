"""gsplat (Apache-2.0), for CUDA tensors only: on the CPU it fails or starts a compiler, so it is never called there."""

from __future__ import annotations

import importlib.util

import torch
from jaxtyping import Float
from torch import Tensor

from ...types import Gaussians
from ..projection import EPS_2D, NEAR, View


def built() -> bool:
    """Whether gsplat's CUDA kernels are there, without starting a build of them."""
    if not torch.cuda.is_available() or importlib.util.find_spec("gsplat") is None:
        return False
    return importlib.util.find_spec("gsplat.csrc") is not None


def splat(
    gaussians: Gaussians, colours: Float[Tensor, "N 3"], view: View
) -> tuple[Float[Tensor, "H W 4"], Float[Tensor, "H W"]]:
    """Premultiplied colours and sum of weight times z, and what light passes, of one picture."""
    from gsplat import rasterization

    pictures, alpha, _ = rasterization(
        gaussians.means,
        gaussians.quats,
        gaussians.scales,
        gaussians.opacities,
        colours,
        view.w2c[None],
        view.K[None],
        view.width,
        view.height,
        near_plane=NEAR,
        eps2d=EPS_2D,
        render_mode="RGB+D",
        rasterize_mode="classic",
    )
    return pictures[0], 1 - alpha[0, ..., 0]
