"""gsplat (Apache-2.0, 1.5 and later), for CUDA tensors only: on the CPU it fails or starts a compiler.

1.5 clamps alpha at 0.999, as the rasterizers here do; later ones at 0.99, which shows only in nearly opaque splats.
"""

from __future__ import annotations

import importlib.util
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

import torch
from jaxtyping import Float
from torch import Tensor

from ...types import Gaussians
from ..projection import EPS_2D, NEAR, View


def built() -> bool:
    """Whether gsplat's CUDA kernels came with its wheel; looks for the file, because an import may start a build."""
    spec = importlib.util.find_spec("gsplat") if torch.cuda.is_available() else None
    folders = spec.submodule_search_locations or () if spec else ()
    return any((Path(folder) / f"csrc{suffix}").is_file() for folder in folders for suffix in EXTENSION_SUFFIXES)


def splat(
    gaussians: Gaussians, colours: Float[Tensor, "N 3"], view: View
) -> tuple[Float[Tensor, "H W 4"], Float[Tensor, "H W"]]:
    """Premultiplied colours and sum of weight times z, and what light passes, of one picture."""
    from gsplat import rasterization

    pictures, alpha, _ = rasterization(
        means=gaussians.means,
        quats=gaussians.quats,
        scales=gaussians.scales,
        opacities=gaussians.opacities,
        colors=colours,
        viewmats=view.w2c[None],
        Ks=view.K[None],
        width=view.width,
        height=view.height,
        near_plane=NEAR,
        eps2d=EPS_2D,
        packed=False,  # quicker, and one camera needs little memory
        render_mode="RGB+D",
        rasterize_mode="classic",
    )
    return pictures[0], 1 - alpha[0, ..., 0]
