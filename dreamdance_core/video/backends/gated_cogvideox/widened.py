"""f_b: CogVideoX's patch embedding of [x_t, image], widened by the mask's channels.

The base's columns are summed as the base sums them, then the mask's part is added: with zero columns for the mask the
base's result comes back to the last bit, which one sum over all columns does not give (its order may differ). The
layers are ordinary leaf modules, so that hooks which bring or cast weights see them.
"""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F


class WidenedConv2d(nn.Conv2d):
    """1.0's patch layer: weights [out, channel, h, w]."""

    base_columns: int | None = None  # channels that the base has; None = a plain layer, as adapters build beside it

    def forward(self, pictures: Float[Tensor, "N C H W"]) -> Float[Tensor, "N D h w"]:
        cut = self.base_columns
        if cut is None:
            return super().forward(pictures)
        base = F.conv2d(pictures[:, :cut].contiguous(), self.weight[:, :cut].contiguous(), self.bias, self.stride)
        return base + F.conv2d(pictures[:, cut:], self.weight[:, cut:], None, self.stride)


class WidenedLinear(nn.Linear):
    """1.5's patch layer: weights [out, column], columns channel-major."""

    base_columns: int | None = None

    def forward(self, patches: Float[Tensor, "B N V"]) -> Float[Tensor, "B N D"]:
        cut = self.base_columns
        if cut is None or type(self.weight) not in (Tensor, nn.Parameter):  # a quantiser's packing cannot be cut
            return super().forward(patches)
        base = F.linear(patches[..., :cut].contiguous(), self.weight[:, :cut].contiguous(), self.bias)
        return base + F.linear(patches[..., cut:], self.weight[:, cut:])


def patch_layer(
    channels: int, base_channels: int, width: int, patch: int, patch_t: int | None, bias: bool
) -> nn.Module:
    """A patch layer of that many channels, of which the first `base_channels` are the base model's."""
    if patch_t is None:
        conv = WidenedConv2d(channels, width, kernel_size=patch, stride=patch, bias=bias)
        conv.base_columns = base_channels
        return conv
    linear = WidenedLinear(channels * patch_t * patch * patch, width)  # 1.5's has a bias whatever its config says
    linear.base_columns = base_channels * patch_t * patch * patch
    return linear


def widen(weight: Tensor, channels: int, wanted: int) -> Tensor:
    """A patch embedding's weight with zero columns for channels that are not there yet.

    Conv2d weights (1.0) are [out, channel, h, w]; Linear weights (1.5) are channel-major [out, channel*t*h*w].
    """
    grouped = weight.reshape(weight.shape[0], channels, -1)
    wide = torch.cat([grouped, grouped.new_zeros(grouped.shape[0], wanted - channels, grouped.shape[2])], 1)
    return wide.reshape(weight.shape[0], wanted, *weight.shape[2:]) if weight.ndim == 4 else wide.flatten(1)
