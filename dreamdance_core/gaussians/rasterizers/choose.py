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

_MODULES = {"gsplat": "gsplat_cuda", "warp": "warp_tiles", "numba": "numba_tiles", "torch": "torch_tiles"}
_DEVICES = {"gsplat": ("cuda",), "warp": ("cuda", "cpu"), "numba": ("cpu",)}  # torch: any
# What to install; each is imported by its own name here.
_PACKAGES = {
    "gsplat": ("gsplat", "cuda-gaussians"),
    "warp": ("warp-lang", "gpu-gaussians"),
    "numba": ("numba", "cpu-gaussians"),
}


def names() -> list[str]:
    """What `rasterizer` may be."""
    return ["auto", *_MODULES]


def choose(device: torch.device, dtype: torch.dtype = torch.float32, rasterizer: str = "auto") -> str:
    """The rasterizer that will run: "gsplat", "warp", "numba" or "torch".

    "auto" is, of those installed: on CUDA gsplat if its kernels are built, else warp; on the CPU numba; else torch.
    All but torch need float32, gsplat CUDA, numba the CPU; warp runs on both, but on the CPU on one thread, for tests.
    Asking for one where it cannot run is a ValueError, a missing package an ImportError.
    """
    if rasterizer not in names():
        raise ValueError(f"rasterizer must be one of {', '.join(names())}, got {rasterizer!r}")
    single = dtype == torch.float32
    if rasterizer == "auto":
        if device.type == "cuda" and single:
            if import_module(".gsplat_cuda", __package__).built():
                return "gsplat"
            return "warp" if _installed("warp") else "torch"
        return "numba" if device.type == "cpu" and single and _installed("numba") else "torch"
    if rasterizer == "torch":
        return rasterizer
    if device.type not in _DEVICES[rasterizer] or not single:
        wanted = " or ".join(_DEVICES[rasterizer])
        raise ValueError(
            f"rasterizer {rasterizer!r} needs float32 on {wanted}, got {dtype} on {device.type}; use 'auto' or 'torch'"
        )
    if not _installed(rasterizer):
        package, extra = _PACKAGES[rasterizer]
        raise ImportError(
            f"rasterizer {rasterizer!r} is not installed: pip install {package} (the extra dreamdance[{extra}])"
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
