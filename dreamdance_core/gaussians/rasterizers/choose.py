"""Picks a rasterizer and gives all of them one signature."""

from __future__ import annotations

import importlib.util
from importlib import import_module

import torch
from jaxtyping import Float
from torch import Tensor

from ...geometry.rigid import rigid_inverse
from ...types import Gaussians
from ..projection import View, colours

_MODULES = {"gsplat": "gsplat_cuda", "numba": "numba_tiles", "torch": "torch_tiles"}


def names() -> list[str]:
    """What `rasterizer` may be."""
    return ["auto", *_MODULES]


def choose(device: torch.device, dtype: torch.dtype = torch.float32, rasterizer: str = "auto") -> str:
    """The rasterizer that will run: "gsplat", "numba" or "torch".

    "auto" is gsplat on CUDA if its kernels are built, numba on the CPU if it is installed, else torch. gsplat needs
    CUDA and numba the CPU; asking for one where it cannot run is a ValueError, a missing package an ImportError.
    """
    if rasterizer not in names():
        raise ValueError(f"rasterizer must be one of {', '.join(names())}, got {rasterizer!r}")
    single = dtype == torch.float32
    if rasterizer == "auto":
        if device.type == "cuda" and single and import_module(".gsplat_cuda", __package__).built():
            return "gsplat"
        return "numba" if device.type == "cpu" and single and _installed("numba") else "torch"
    wanted = {"gsplat": "cuda", "numba": "cpu", "torch": device.type}[rasterizer]
    if device.type != wanted or (rasterizer != "torch" and not single):
        raise ValueError(
            f"rasterizer {rasterizer!r} needs float32 on {wanted}, got {dtype} on {device.type}; use 'auto' or 'torch'"
        )
    if rasterizer != "torch" and not _installed(rasterizer):
        extra = {"gsplat": "cuda-gaussians", "numba": "cpu-gaussians"}[rasterizer]
        raise ImportError(
            f"rasterizer {rasterizer!r} is not installed: pip install {rasterizer} (the extra dreamdance[{extra}])"
        )
    return rasterizer


def rasterize(
    gaussians: Gaussians,
    c2w: Float[Tensor, "4 4"],
    K: Float[Tensor, "3 3"],
    width: int,
    height: int,
    *,
    background: Float[Tensor, "3"] | None = None,
    rasterizer: str = "auto",
) -> tuple[Float[Tensor, "H W 3"], Float[Tensor, "H W"], Float[Tensor, "H W"]]:
    """Colours over `background` (None: black), coverage in [0,1] and expected planar z of one picture.

    Differentiable in every field of `gaussians` and in the background. z means nothing where the coverage is near 0.
    """
    name = choose(gaussians.means.device, gaussians.means.dtype, rasterizer)
    like = {"dtype": gaussians.means.dtype, "device": gaussians.means.device}
    c2w, K = c2w.detach().to(**like), K.detach().to(**like)
    seen = colours(gaussians.sh, gaussians.means, c2w[:3, 3])
    view = View(rigid_inverse(c2w), K, width, height)
    features, transmittance = import_module(f".{_MODULES[name]}", __package__).splat(gaussians, seen, view)
    rgb, z, alpha = features[..., :3], features[..., 3], 1 - transmittance
    if background is not None:
        rgb = rgb + transmittance[..., None] * background.to(**like)
    return rgb, alpha, z / alpha.clamp_min(1e-10)


def _installed(package: str) -> bool:
    return importlib.util.find_spec(package) is not None
