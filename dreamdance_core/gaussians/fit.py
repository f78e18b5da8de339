"""Fits Gaussians to RGBD views of one scene."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from ..geometry.pinhole import shift
from ..runtime import Runtime
from ..types import Cameras, Depth, Gaussians, Views
from .init import gaussians_from_views
from .losses import blob_loss, depth_edges, depth_loss, picture_loss
from .projection import SH_C0
from .rasterizers import rasterize
from .virtual import between, resample, sway

_COOL_FROM = 0.3, 60  # share of the steps at full learning rates, and how many at least: short runs need them all


@dataclass(frozen=True, kw_only=True)
class FitOptions:
    """How Gaussians are fitted. Learning rates are Adam's, per step."""

    steps: int = 400
    max_side: int = 384  # px; larger views are trained in random crops of this side, at their own resolution
    seed: int = 0
    rasterizer: str = "auto"
    preview_every: int = 10  # steps
    lr_colours: float = 2.5e-2  # of logits; 5e-4 would not converge in hundreds of steps
    lr_means: float = 2e-2  # of the Gaussian's own size
    lr_scales: float = 5e-3  # of logarithms
    lr_opacities: float = 5e-2  # of logits
    lr_quats: float = 1e-3
    weight_ssim: float = 0.2
    weight_depth: float = 0.05
    weight_blobs: float = 0.01
    first_view_share: float = 0.34  # of the steps: the first view is the picture itself and must stay sharp
    virtual_share: float = 0.5  # of the steps: look from beside the views (virtual.py), so that nothing cracks there
    weight_cover: float = 0.2  # of light that passes a surface known to be there
    prune_opacity: float = 0.05


@dataclass(frozen=True, kw_only=True)
class FitResult:
    """Fitted Gaussians and what the fit did, as plain numbers."""

    gaussians: Gaussians
    report: dict[str, Any]  # steps, gaussians, pruned, loss (one per step)


def fit(
    views: Views,
    *,
    options: FitOptions | None = None,
    run: Runtime,
    init: Gaussians | None = None,
    path: Cameras | None = None,
) -> FitResult:
    """Gaussians whose pictures match the views, weighted by `trusted` (0: the pixel has no influence).

    Starts at `init` (colours then lose their view dependence) or at one Gaussian per fresh pixel, and steps through
    the views in an order drawn from the seed. `path` says from where the result will be looked at; without it the
    cameras of the other views do. The same inputs and seed give the same result. Works inside torch.inference_mode;
    reports every step, with a preview now and then. The result lies on the CPU.
    """
    options = options or FitOptions()
    with torch.inference_mode(False), torch.enable_grad():
        views = _on_device(views, run.device)
        model = _Model(gaussians_from_views(views) if init is None else init, run.device)
        optimiser = torch.optim.Adam(model.groups(options), eps=1e-15, fused=True)
        known = views.depth.valid & (views.trusted > 0)
        edges = [depth_edges(z, ok) for z, ok in zip(views.depth.z, known, strict=True)]
        losses = []
        for step, crop in enumerate(_schedule(views, path, options, run)):
            for group in optimiser.param_groups:
                group["lr"] = group["full_lr"] * _cooling(step, options.steps)
            optimiser.zero_grad(set_to_none=True)
            loss, picture = _loss(model, views, edges, crop, options)
            loss.backward()
            optimiser.step()
            losses.append(float(loss.detach()))
            show = step % options.preview_every == 0
            run.report(step + 1, options.steps, picture.detach().clamp(0, 1).cpu() if show else None)
        fitted, pruned = _prune(model.gaussians(), options)
        report = {"steps": options.steps, "gaussians": len(fitted), "pruned": pruned, "loss": losses}
        return FitResult(gaussians=fitted, report=report)


def _cooling(step: int, steps: int) -> float:
    """What is left of the learning rates: all of them at first, then a cosine down to a twentieth.

    Adam's steps do not shrink by themselves, and one of 2.5e-2 in a logit is a grain of over a level in the picture.
    """
    share, least = _COOL_FROM
    begin = max(share * steps, least)
    late = max((step - begin) / max(steps - begin, 1.0), 0.0)
    return 0.05 + 0.95 * (0.5 + 0.5 * math.cos(math.pi * late))


class _Crop(NamedTuple):
    """A rectangle of one view, px, and the camera to see it from (None: the view's own)."""

    view: int
    left: int
    top: int
    width: int
    height: int
    beside: Tensor | None


def _schedule(views: Views, path: Cameras | None, options: FitOptions, run: Runtime) -> Iterator[_Crop]:
    """One crop per step: the first view in its share of the steps, else the others in shuffled rounds."""
    generator = run.generator(options.seed)
    count, height, width = views.trusted.shape
    w, h = min(width, options.max_side), min(height, options.max_side)
    z0 = views.depth.z[0][views.depth.valid[0]]
    distance = float(z0.median()) if len(z0) else 1.0
    goals = path.c2w.clone().to(views.cameras.c2w) if path is not None else views.cameras.c2w[1:]
    queue: list[int] = []
    for _ in range(options.steps):
        view, beside = 0, None
        first, virtual, share = torch.rand(3, generator=generator).tolist()
        if count > 1 and first >= options.first_view_share:
            queue = queue or (1 + torch.randperm(count - 1, generator=generator)).tolist()
            view = queue.pop()
        left = int(torch.randint(width - w + 1, (), generator=generator))
        top = int(torch.randint(height - h + 1, (), generator=generator))
        if virtual < options.virtual_share:
            c2w = views.cameras.c2w[view]
            if len(goals):
                beside = between(c2w, goals[int(torch.randint(len(goals), (), generator=generator))], share)
            else:
                beside = c2w @ sway(distance, generator).to(c2w)
        yield _Crop(view, left, top, w, h, beside)


def _loss(
    model: _Model, views: Views, edges: list[Tensor], crop: _Crop, options: FitOptions
) -> tuple[Float[Tensor, ""], Float[Tensor, "h w 3"]]:
    """The loss of one crop and its picture."""
    i = crop.view
    area = (slice(crop.top, crop.top + crop.height), slice(crop.left, crop.left + crop.width))
    K = shift(views.cameras.K[i], float(crop.left), float(crop.top))
    c2w = views.cameras.c2w[i] if crop.beside is None else crop.beside
    gaussians = model.gaussians()
    rgb, alpha, z = rasterize(gaussians, c2w, K, crop.width, crop.height, rasterizer=options.rasterizer)
    growth = gaussians.scales.amax(-1) / model.size[:, 0]
    loss = options.weight_blobs * blob_loss(growth)
    if crop.beside is None:
        weight = views.trusted[i][area]
        loss = loss + picture_loss(rgb, views.frames[i][area], weight, options.weight_ssim)
        weight = weight * (~edges[i][area] & (alpha.detach() > 0.5))
        loss = loss + options.weight_depth * depth_loss(z, views.depth.z[i][area], weight)
    else:
        target, same = resample(views, i, z.detach(), K, c2w)
        weight = (same & (alpha.detach() > 0.5)).to(rgb.dtype)
        loss = loss + picture_loss(rgb, target, weight, options.weight_ssim)
        loss = loss + options.weight_cover * ((1 - alpha) * weight).sum() / weight.sum().clamp_min(1)
    return loss, rgb


class _Model:
    """Free parameters of Gaussians: any value of them is a valid Gaussian."""

    def __init__(self, start: Gaussians, device: torch.device):
        copy = {k: getattr(start, k).detach().clone().to(device).float() for k in _FIELDS}
        self.origin, self.size = copy["means"], copy["scales"].amax(-1, keepdim=True)
        self.offsets = torch.zeros_like(self.origin).requires_grad_()
        self.quats = copy["quats"].requires_grad_()
        self.scales = copy["scales"].clamp_min(1e-9).log().requires_grad_()
        self.opacities = _logit(copy["opacities"]).requires_grad_()
        self.colours = _logit(copy["sh"][:, 0] * SH_C0 + 0.5).requires_grad_()

    def groups(self, options: FitOptions) -> list[dict[str, Any]]:
        rates = {
            self.offsets: options.lr_means,
            self.quats: options.lr_quats,
            self.scales: options.lr_scales,
            self.opacities: options.lr_opacities,
            self.colours: options.lr_colours,
        }
        return [{"params": [free], "lr": rate, "full_lr": rate} for free, rate in rates.items()]

    def gaussians(self) -> Gaussians:
        return Gaussians(
            means=self.origin + self.offsets * self.size,
            quats=self.quats,
            scales=self.scales.exp(),
            opacities=self.opacities.sigmoid(),
            sh=((self.colours.sigmoid() - 0.5) / SH_C0)[:, None],
        )


_FIELDS = ("means", "quats", "scales", "opacities", "sh")


def _logit(value: Tensor) -> Tensor:
    """Logits kept finite: pure black and pure white still have gradients."""
    return torch.logit(value.clamp(0.005, 0.995))


def _on_device(views: Views, device: torch.device) -> Views:
    """Copies that autograd may save, even of tensors made under inference_mode."""
    cameras, depth = views.cameras, views.depth

    def own(value: Tensor) -> Tensor:
        return value.detach().clone().to(device)

    return Views(
        frames=own(views.frames),
        depth=Depth(z=own(depth.z), valid=own(depth.valid)),
        trusted=own(views.trusted),
        cameras=Cameras(c2w=own(cameras.c2w), K=own(cameras.K), width=cameras.width, height=cameras.height),
        fresh=None if views.fresh is None else own(views.fresh),
    )


@torch.no_grad()
def _prune(gaussians: Gaussians, options: FitOptions) -> tuple[Gaussians, int]:
    """The Gaussians that matter, on the CPU, and how many went."""
    keep = gaussians.opacities >= options.prune_opacity
    kept = {k: getattr(gaussians, k).detach()[keep].cpu() for k in _FIELDS}
    kept["quats"] = torch.nn.functional.normalize(kept["quats"], dim=-1)
    return Gaussians(**kept), int((~keep).sum())
