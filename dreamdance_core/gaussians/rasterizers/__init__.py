"""Rasterizers of 3D Gaussians: one picture, three ways to compute it (torch, numba, gsplat), one meaning."""

from .choose import choose, names, rasterize

__all__ = ["choose", "names", "rasterize"]
