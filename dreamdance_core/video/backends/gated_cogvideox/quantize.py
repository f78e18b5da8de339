"""Linear layers that keep their weights in 8 or 4 bits and unpack them when they are used. Plain torch, any device.

int8: one scale per output row. nf4: the 16 levels of a normal distribution with one scale per 64 weights; levels and
block size are those of QLoRA (Dettmers et al. 2023, arXiv 2305.14314, appendix E).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

Kind = Literal["int8", "nf4"]
BLOCK = 64
# fmt: off
NF4 = (
    -1.0, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453, -0.28444138169288635, -0.18477343022823334,
    -0.09105003625154495, 0.0, 0.07958029955625534, 0.16093020141124725, 0.24611230194568634, 0.33791524171829224,
    0.44070982933044434, 0.5626170039176941, 0.7229568362236023, 1.0,
)
# fmt: on


def _parameter(value: Tensor) -> nn.Parameter:
    """Parameters and not buffers, because hosts move a module's parameters."""
    return nn.Parameter(value, requires_grad=False)


class Int8Linear(nn.Module):
    """A linear layer with weights in 8 bits: W is code * scale, row by row."""

    def __init__(self, linear: nn.Linear) -> None:
        super().__init__()
        weight = linear.weight.detach().float()
        scale = weight.abs().amax(1).clamp(min=torch.finfo(torch.float32).tiny) / 127
        self.code = _parameter((weight / scale[:, None]).round().to(torch.int8))
        self.scale = _parameter(scale)
        self.bias = None if linear.bias is None else _parameter(linear.bias.detach())

    def forward(self, x: Float[Tensor, "*B I"]) -> Float[Tensor, "*B O"]:
        # Scaled before the product: sums of bare codes overflow in 16 bits.
        return F.linear(x, self.code.to(x.dtype) * self.scale[:, None].to(x.dtype), self.bias)


class Nf4Linear(nn.Module):
    """A linear layer with weights in 4 bits: two levels per byte, scaled in blocks of 64."""

    def __init__(self, linear: nn.Linear) -> None:
        super().__init__()
        weight = linear.weight.detach().float()
        if weight.numel() % BLOCK:
            raise ValueError(f"4-bit weights must be a multiple of {BLOCK}, got {tuple(weight.shape)}; use int8")
        self.shape = weight.shape
        blocks = weight.reshape(-1, BLOCK)
        scale = blocks.abs().amax(1).clamp(min=torch.finfo(torch.float32).tiny)
        levels = torch.tensor(NF4, device=weight.device)
        level = torch.bucketize(blocks / scale[:, None], (levels[1:] + levels[:-1]) / 2).to(torch.uint8).reshape(-1, 2)
        self.code = _parameter(level[:, 0] << 4 | level[:, 1])
        self.scale = _parameter(scale)
        self.bias = None if linear.bias is None else _parameter(linear.bias.detach())

    def weight(self, dtype: torch.dtype) -> Float[Tensor, "O I"]:
        values = _pairs(self.code.device, dtype).index_select(0, self.code.int()).reshape(-1, BLOCK)
        return (values * self.scale.to(dtype)[:, None]).reshape(self.shape)

    def forward(self, x: Float[Tensor, "*B I"]) -> Float[Tensor, "*B O"]:
        return F.linear(x, self.weight(x.dtype), self.bias)


@lru_cache
def _pairs(device: torch.device, dtype: torch.dtype) -> Float[Tensor, "256 2"]:
    """The two levels of every byte."""
    levels = torch.tensor(NF4, device=device, dtype=dtype)
    return torch.stack([levels.repeat_interleave(16), levels.repeat(16)], 1)


KINDS = {"int8": Int8Linear, "nf4": Nf4Linear}


def quantize(module: nn.Module, kind: Kind, skip: str = "norm") -> None:
    """Replaces every linear layer below a module, but those with `skip` in their name, by its packed form."""
    for name, child in module.named_children():
        if skip in name:
            continue
        if isinstance(child, nn.Linear):
            setattr(module, name, KINDS[kind](child))
        else:
            quantize(child, kind, skip)
