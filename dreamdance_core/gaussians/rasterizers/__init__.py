"""Rasterizers of 3D Gaussians: one picture, four ways to compute it (torch, numba, warp, gsplat), one meaning."""

from .choose import choose, names, rasterize

__all__ = ["choose", "names", "rasterize"]
