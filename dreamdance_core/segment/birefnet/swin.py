"""Swin transformer (Z. Liu et al., 2021), four feature maps of a picture; names as in the published weights."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from einops import rearrange
from jaxtyping import Float, Int
from torch import Tensor, nn

APART = -100.0  # added to the attention between pixels that only the cyclic shift made neighbours


class Swin(nn.Module):
    """Features at 1/4, 1/8, 1/16 and 1/32 of the picture; each is twice as wide as the one before."""

    def __init__(self, width: int, depths: Sequence[int], heads: Sequence[int], window: int) -> None:
        super().__init__()
        self.patch_embed = _Patches(width)
        widths = [width * 2**stage for stage in range(len(depths))]
        self.layers = nn.ModuleList(
            _Stage(wide, depth, head, window, last=wide == widths[-1])
            for wide, depth, head in zip(widths, depths, heads, strict=True)
        )
        for stage, wide in enumerate(widths):
            self.add_module(f"norm{stage}", nn.LayerNorm(wide))

    def forward(self, image: Float[Tensor, "B 3 H W"]) -> list[Float[Tensor, "B _ _ _"]]:
        x = self.patch_embed(image)
        maps = []
        for stage, layer in enumerate(self.layers):
            for number, block in enumerate(layer.blocks):
                x = block(x, shifted=number % 2 == 1)
            maps.append(self.get_submodule(f"norm{stage}")(x).permute(0, 3, 1, 2))
            if layer.downsample is not None:
                x = layer.downsample(x)
        return maps


class _Patches(nn.Module):
    """Squares of 4 x 4 pixels, each one vector."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.proj = nn.Conv2d(3, width, 4, stride=4)
        self.norm = nn.LayerNorm(width)

    def forward(self, image: Float[Tensor, "B 3 H W"]) -> Float[Tensor, "B h w C"]:
        height, width = image.shape[2:]
        return self.norm(self.proj(F.pad(image, (0, -width % 4, 0, -height % 4))).permute(0, 2, 3, 1))


class _Stage(nn.Module):
    """The blocks of one resolution and the step to the next."""

    def __init__(self, width: int, depth: int, heads: int, window: int, last: bool) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(SwinBlock(width, heads, window) for _ in range(depth))
        self.downsample = None if last else _Merge(width)


class _Merge(nn.Module):
    """Half the height and width, twice the channels."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.reduction = nn.Linear(4 * width, 2 * width, bias=False)
        self.norm = nn.LayerNorm(4 * width)

    def forward(self, x: Float[Tensor, "B h w C"]) -> Float[Tensor, "B _ _ _"]:
        x = F.pad(x, (0, 0, 0, x.shape[2] % 2, 0, x.shape[1] % 2))
        return self.reduction(self.norm(rearrange(x, "b (h p) (w q) c -> b h w (q p c)", p=2, q=2)))


class SwinBlock(nn.Module):
    """Attention inside windows, every second time inside windows shifted by half, then a perceptron."""

    def __init__(self, width: int, heads: int, window: int) -> None:
        super().__init__()
        self.window = window
        self.norm1 = nn.LayerNorm(width)
        self.attn = _WindowAttention(width, heads, window)
        self.norm2 = nn.LayerNorm(width)
        self.mlp = _Perceptron(width)

    def forward(self, x: Float[Tensor, "B h w C"], shifted: bool) -> Float[Tensor, "B h w C"]:
        height, width = x.shape[1:3]
        side, shift = self.window, self.window // 2 if shifted else 0
        y = F.pad(self.norm1(x), (0, 0, 0, -width % side, 0, -height % side))
        tall, wide = y.shape[1:3]
        if shift:
            y = y.roll((-shift, -shift), (1, 2))
        regions = _regions(tall, wide, side, shift).to(x.device) if shift else None
        windows = rearrange(y, "b (i m) (j n) c -> b (i j) (m n) c", m=side, n=side)
        y = self.attn(windows, regions)
        y = rearrange(y, "b (i j) (m n) c -> b (i m) (j n) c", m=side, n=side, i=tall // side)
        if shift:
            y = y.roll((shift, shift), (1, 2))
        x = x + y[:, :height, :width]
        return x + self.mlp(self.norm2(x))


def _regions(height: int, width: int, side: int, shift: int) -> Int[Tensor, "N M"]:
    """A number per pixel of each shifted window; different numbers were no neighbours before the shift."""
    part = [torch.zeros(length, dtype=torch.long) for length in (height, width)]
    for line in part:
        line[-side:-shift], line[-shift:] = 1, 2
    return rearrange(part[0][:, None] * 3 + part[1], "(i m) (j n) -> (i j) (m n)", m=side, n=side)


class _WindowAttention(nn.Module):
    """Self-attention inside each window, biased by the pixels' relative places."""

    def __init__(self, width: int, heads: int, window: int) -> None:
        super().__init__()
        self.heads = heads
        self.relative_position_bias_table = nn.Parameter(torch.zeros((2 * window - 1) ** 2, heads))
        line = torch.arange(window)
        steps = line[:, None] - line + window - 1
        index = steps[:, None, :, None] * (2 * window - 1) + steps[None, :, None, :]
        self.register_buffer("relative_position_index", index.reshape(window**2, window**2))
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)

    def forward(self, x: Float[Tensor, "B N M C"], regions: Int[Tensor, "N M"] | None) -> Float[Tensor, "B N M C"]:
        q, k, v = rearrange(self.qkv(x), "b n m (three h c) -> three b n h m c", three=3, h=self.heads)
        bias = self.relative_position_bias_table[self.relative_position_index].permute(2, 0, 1)
        if regions is not None:
            apart = (regions[:, None, :, None] != regions[:, None, None, :]).to(bias.dtype)
            bias = bias + APART * apart
        y = F.scaled_dot_product_attention(q, k, v, attn_mask=bias)
        return self.proj(rearrange(y, "b n h m c -> b n m (h c)"))


class _Perceptron(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.fc1 = nn.Linear(width, 4 * width)
        self.fc2 = nn.Linear(4 * width, width)

    def forward(self, x: Float[Tensor, "B h w C"]) -> Float[Tensor, "B h w C"]:
        return self.fc2(F.gelu(self.fc1(x)))
