"""Times the CPU rasterizers on pixel-aligned splats, beside ComfyUI's own RenderSplat (forward only).

    python benchmarks/rasterizer.py [--sizes 512 384] [--repeat 3] [--comfyui PATH]

PATH (or COMFYUI_PATH) is a ComfyUI tree. Its renderer blends in linear light and has no gradients; it is here as a
measure of time, not of the picture.
"""

from __future__ import annotations

import argparse
import importlib
import math
import os
import site
import sys
import time
from collections.abc import Callable
from types import SimpleNamespace

import torch

from dreamdance_core.gaussians.init import gaussians_from_views
from dreamdance_core.gaussians.projection import SH_C0
from dreamdance_core.gaussians.rasterizers import names, rasterize
from dreamdance_core.geometry.pinhole import intrinsics
from dreamdance_core.types import Cameras, Depth, Gaussians, Views


def scene(size: int) -> tuple[Gaussians, Views]:
    """One Gaussian per pixel of a wavy wall, about 0.7 px wide on screen."""
    v, u = torch.meshgrid(torch.linspace(0, 12, size), torch.linspace(0, 9, size), indexing="ij")
    z = 2 + 0.3 * torch.sin(u) * torch.cos(v)
    frame = torch.stack([torch.sin(u), torch.cos(v), torch.sin(u + v)], -1) * 0.4 + 0.5
    views = Views(
        frames=frame[None],
        depth=Depth(z=z[None], valid=torch.ones(1, size, size, dtype=torch.bool)),
        trusted=torch.ones(1, size, size),
        cameras=Cameras(c2w=torch.eye(4)[None], K=intrinsics(size, size)[None], width=size, height=size),
    )
    return gaussians_from_views(views), views


def best(repeat: int, job: Callable[[], None]) -> float:
    """Seconds of the fastest of `repeat` runs, after one that compiles."""
    job()
    times = []
    for _ in range(repeat):
        start = time.perf_counter()
        job()
        times.append(time.perf_counter() - start)
    return min(times)


def ours(gaussians: Gaussians, views: Views, name: str, gradients: bool) -> Callable[[], None]:
    """One forward pass, or one forward and backward to every parameter."""
    cameras, target = views.cameras, views.frames[0]

    def job() -> None:
        with torch.set_grad_enabled(gradients):
            fields = {k: getattr(gaussians, k) for k in ("means", "quats", "scales", "opacities", "sh")}
            leaves = {k: v.detach().clone().requires_grad_(gradients) for k, v in fields.items()}
            rgb, alpha, z = rasterize(
                Gaussians(**leaves), cameras.c2w[0], cameras.K[0], cameras.width, cameras.height, rasterizer=name
            )
            if gradients:
                ((rgb - target).square().mean() + 0.01 * z.mean() + alpha.mean()).backward()

    return job


def comfyui(gaussians: Gaussians, views: Views, root: str) -> Callable[[], None]:
    """ComfyUI's RenderSplat from the same camera and size."""
    site.addsitedir(root)
    # The renderer needs no server, whose imports would meet this repository's own `nodes` folder.
    sys.modules["server"] = SimpleNamespace(PromptServer=None)
    importlib.import_module("comfy.cli_args").args.cpu = True
    nodes = importlib.import_module("comfy_extras.nodes_gaussian_splat")
    size = views.cameras.width
    camera = nodes._lookat_camera_info((0, 0, 0), (0, 0, -1), 2 * math.degrees(math.atan(0.5)), torch.device("cpu"))
    rgb = gaussians.sh[:, 0] * SH_C0 + 0.5
    fields = (gaussians.means, rgb, gaussians.opacities, gaussians.scales, gaussians.quats)

    def job() -> None:
        nodes._render_gaussian(*fields, size, size, 1.0, (0.0, 0.0, 0.0), camera)

    return job


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[512])
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--comfyui", default=os.environ.get("COMFYUI_PATH"))
    options = parser.parse_args()
    print(f"torch {torch.__version__}, {torch.get_num_threads()} threads, best of {options.repeat}")
    print(f"{'rasterizer':12}{'size':>6}{'splats':>9}{'forward':>10}{'+backward':>11}")
    for size in options.sizes:
        gaussians, views = scene(size)
        for name in (n for n in names() if n in ("numba", "torch")):
            forward, both = (best(options.repeat, ours(gaussians, views, name, g)) for g in (False, True))
            print(f"{name:12}{size:6}{len(gaussians):9}{forward:9.3f}s{both:10.3f}s")
        if options.comfyui:
            theirs = best(options.repeat, comfyui(gaussians, views, options.comfyui))
            print(f"{'RenderSplat':12}{size:6}{len(gaussians):9}{theirs:9.3f}s{'none':>11}")


if __name__ == "__main__":
    main()
