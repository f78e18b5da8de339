"""Times the rasterizers on pixel-aligned splats, and beside ComfyUI's own RenderSplat.

    python benchmarks/rasterizer.py [--sizes 512] [--picture 512] [--repeat 3] [--comfyui PATH]
    python benchmarks/rasterizer.py --device cuda          (262k and 1M splats at 768 px)

A size is the side of the square grid of splats; the picture has the same side unless --picture says otherwise. All
jobs of a size take turns, so that a busy machine slows all alike; ratios count. --clock cpu is steadier still (set
OMP_WAIT_POLICY=passive, or idle threads count). PATH (or COMFYUI_PATH) is a ComfyUI tree: its node as a user runs it
(default widgets) and the function inside it with sharpen off, which is quicker. That renderer blends in linear light
and has no gradients; it is here as a measure of time, not of the picture.
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
from dataclasses import replace
from types import SimpleNamespace

import torch

from dreamdance_core.gaussians.init import gaussians_from_views
from dreamdance_core.gaussians.projection import SH_C0
from dreamdance_core.gaussians.rasterizers import choose, names, rasterize
from dreamdance_core.gaussians.render import render
from dreamdance_core.geometry.pinhole import intrinsics
from dreamdance_core.runtime import Runtime
from dreamdance_core.types import Cameras, Depth, Gaussians, Views

FIELDS = ("means", "quats", "scales", "opacities", "sh")
Clock = Callable[[], float]
Jobs = dict[tuple[str, str], Callable[[], None]]  # by rasterizer and pass


def scene(side: int) -> tuple[Gaussians, Views]:
    """One Gaussian per pixel of a wavy wall, about 0.7 px wide on a screen of that side."""
    v, u = torch.meshgrid(torch.linspace(0, 12, side), torch.linspace(0, 9, side), indexing="ij")
    z = 2 + 0.3 * torch.sin(u) * torch.cos(v)
    frame = torch.stack([torch.sin(u), torch.cos(v), torch.sin(u + v)], -1) * 0.4 + 0.5
    views = Views(
        frames=frame[None],
        depth=Depth(z=z[None], valid=torch.ones(1, side, side, dtype=torch.bool)),
        trusted=torch.ones(1, side, side),
        cameras=Cameras(c2w=torch.eye(4)[None], K=intrinsics(side, side)[None], width=side, height=side),
    )
    return gaussians_from_views(views), views


def usable(device: torch.device) -> list[str]:
    """The rasterizers worth timing here; Warp's CPU backend is a serial one for tests."""
    found = []
    for name in names():
        if name == "auto" or (name == "warp" and device.type == "cpu"):
            continue
        try:
            found.append(choose(device, rasterizer=name))
        except (ImportError, ValueError) as why:
            print(f"{name}: not here ({why})")
    return found


def ours(gaussians: Gaussians, cameras: Cameras, name: str) -> Jobs:
    """One forward pass without gradients, one forward and backward to every parameter."""
    device = gaussians.means.device
    c2w, K = cameras.c2w[0].to(device), cameras.K[0].to(device)
    target = torch.rand(cameras.height, cameras.width, 3, device=device)

    def forward() -> None:
        with torch.no_grad():
            rasterize(gaussians, c2w, K, cameras.width, cameras.height, rasterizer=name)

    def both() -> None:
        leaves = {k: getattr(gaussians, k).detach().requires_grad_() for k in FIELDS}
        rgb, alpha, z = rasterize(Gaussians(**leaves), c2w, K, cameras.width, cameras.height, rasterizer=name)
        loss = (rgb - target).square().mean() + 0.01 * z.mean() + alpha.mean()
        torch.autograd.grad(loss, list(leaves.values()))

    return {(name, "forward"): forward, (name, "+backward"): both}


def whole_frame(gaussians: Gaussians, cameras: Cameras) -> Jobs:
    """What Render Background does for one picture."""
    run = Runtime(device=gaussians.means.device)
    return {("render", "forward"): lambda: render(gaussians, cameras, run=run)}


def comfyui(gaussians: Gaussians, cameras: Cameras, root: str) -> Jobs:
    """ComfyUI's RenderSplat from the same camera and size: the node with its default widgets, and what is inside."""
    site.addsitedir(root)
    # The renderer needs no server, whose imports would meet this repository's own `nodes` folder.
    sys.modules["server"] = SimpleNamespace(PromptServer=None)
    if gaussians.means.device.type == "cpu":
        importlib.import_module("comfy.cli_args").args.cpu = True
    nodes = importlib.import_module("comfy_extras.nodes_gaussian_splat")
    size, g = cameras.width, gaussians
    camera = nodes._lookat_camera_info((0, 0, 0), (0, 0, -1), 2 * math.degrees(math.atan(0.5)), torch.device("cpu"))
    rgb = g.sh[:, 0] * SH_C0 + 0.5
    splat = nodes.Types.SPLAT(g.means[None], g.scales[None], g.quats[None], g.opacities[None, :, None], g.sh[None])
    widgets = {"frames": 1, "splat_scale": 1.0, "sharpen": 2.0, "headlight_shading": 0.0, "opacity_threshold": 0.0,
               "background": "#000000", "render_style": "color"}  # fmt: skip

    def node() -> None:
        with torch.inference_mode():
            nodes.RenderSplat.execute(splat, width=size, height=size, camera_info=camera, **widgets)

    def inner() -> None:
        with torch.inference_mode():
            fields = (g.means, rgb, g.opacities, g.scales, g.quats)
            nodes._render_gaussian(*fields, size, size, 1.0, (0.0, 0.0, 0.0), camera)

    return {("RenderSplat", "forward"): node, ("its inside", "forward"): inner}


def times(jobs: Jobs, repeat: int, device: torch.device, clock: Clock) -> dict[tuple[str, str], float]:
    """Seconds of the fastest of `repeat` runs of each job, after one that compiles; jobs take turns."""
    best = {}
    for round_ in range(repeat + 1):
        for key, job in jobs.items():
            start = clock()
            job()
            if device.type == "cuda":
                torch.cuda.synchronize()
            if round_:
                best[key] = min(best.get(key, math.inf), clock() - start)
    return best


def table(found: dict[tuple[str, str], float], against: str) -> None:
    """One line per rasterizer; `against` is the one that others are divided by."""
    passes = ("forward", "+backward")
    for name in dict.fromkeys(key[0] for key in found):
        cells = []
        for what in passes:
            seconds, theirs = found.get((name, what)), found.get((against, what))
            ratio = f"{seconds / theirs:7.3f}x" if seconds and theirs else " " * 8
            cells.append(f"{seconds * 1e3:10.2f} ms {ratio}" if seconds else f"{'-':>13} {ratio}")
        print(f"{name:12}" + "".join(cells))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--sizes", type=int, nargs="+")
    parser.add_argument("--picture", type=int)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--clock", choices=["wall", "cpu"], default="wall", help="cpu: seconds of all threads together")
    parser.add_argument("--comfyui", default=os.environ.get("COMFYUI_PATH"))
    options = parser.parse_args()
    device = torch.device(options.device)
    on_gpu = device.type == "cuda"
    where = torch.cuda.get_device_name(device) if on_gpu else f"{torch.get_num_threads()} threads"
    print(f"torch {torch.__version__}, {where}, best of {options.repeat}, {options.clock} time")
    clock = time.process_time if options.clock == "cpu" else time.perf_counter
    present = usable(device)
    against = "gsplat" if "gsplat" in present else "torch"
    for side in options.sizes or ([512, 1024] if on_gpu else [512]):
        gaussians, views = scene(side)
        gaussians = Gaussians(**{k: getattr(gaussians, k).to(device) for k in FIELDS})
        size = options.picture or (768 if on_gpu else side)
        cameras = replace(views.cameras, K=intrinsics(size, size)[None], width=size, height=size)
        jobs = {k: job for name in present for k, job in ours(gaussians, cameras, name).items()}
        jobs |= whole_frame(gaussians, cameras)
        if options.comfyui:
            jobs |= comfyui(gaussians, cameras, options.comfyui)
        print(f"{len(gaussians)} splats at {size} px; ratios to {against}")
        table(times(jobs, options.repeat, device, clock), against)


if __name__ == "__main__":
    main()
