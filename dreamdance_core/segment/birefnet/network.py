"""BiRefNet (P. Zheng et al., 2024): a picture to one map of logits; names as in the published weights (MIT).

The decoder looks at the picture itself at every scale, cut into tiles that are stacked as channels. Tiles are stacked
as in the authors' present code and in ToonOut's: first by colour, then row by row.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from einops import rearrange
from jaxtyping import Float
from torch import Tensor, nn

from .swin import Swin


@dataclass(frozen=True, kw_only=True)
class Widths:
    """The published network (Swin-L); tests take a narrower one."""

    backbone: int = 192
    depths: tuple[int, ...] = (2, 2, 18, 2)
    heads: tuple[int, ...] = (6, 12, 24, 48)
    window: int = 12
    inner: int = 64  # between the convolutions of a decoder block
    pyramid: int = 256  # of each branch of the deformable pyramid


def _resize(x: Tensor, like: Tensor) -> Tensor:
    return F.interpolate(x, like.shape[2:], mode="bilinear", align_corners=True)


class BiRefNet(nn.Module):
    """Logits of the figure, of the picture's size; height and width are multiples of 32."""

    def __init__(self, widths: Widths | None = None) -> None:
        super().__init__()
        widths = widths or Widths()
        self.bb = Swin(widths.backbone, widths.depths, widths.heads, widths.window)
        coarsest = [
            2 * widths.backbone * 2**stage for stage in (3, 2, 1, 0)
        ]  # both scales of the backbone, coarse first
        self.squeeze_module = nn.Sequential(_Block(sum(coarsest), coarsest[0], widths))
        self.decoder = _Decoder(coarsest, widths)

    def forward(self, image: Float[Tensor, "B 3 H W"]) -> Float[Tensor, "B 1 H W"]:
        height, width = image.shape[2:]
        half = F.interpolate(image, (height // 2, width // 2), mode="bilinear", align_corners=True)
        maps = [
            torch.cat([full, _resize(small, full)], 1)
            for full, small in zip(self.bb(image), self.bb(half), strict=True)
        ]
        coarse = torch.cat([_resize(fine, maps[3]) for fine in maps[:3]] + maps[3:], 1)
        return self.decoder(image, [*maps[:3], self.squeeze_module(coarse)])


class _Decoder(nn.Module):
    """From coarse to fine. conv_ms_spvn and gdt_convs_pred serve the training only; the weight files hold them."""

    def __init__(self, c: list[int], widths: Widths) -> None:
        super().__init__()
        tiles = [c[0] // 8, c[0] // 8, c[1] // 8, c[2] // 8, c[3] // 8]
        for level, wide, grid in zip((5, 4, 3, 2, 1), tiles, (32, 16, 8, 4, 1), strict=True):
            self.add_module(f"ipt_blk{level}", _Convs(3 * grid**2, wide))
        for level, wide, tile, out in zip((4, 3, 2, 1), c, tiles, (*c[1:], c[3] // 2), strict=False):
            self.add_module(f"decoder_block{level}", _Block(wide + tile, out, widths))
        for level, wide in zip((4, 3, 2), c[1:], strict=True):
            self.add_module(f"lateral_block{level}", _Lateral(wide))
            self.add_module(f"conv_ms_spvn_{level}", nn.Conv2d(wide, 1, 1))
            convs = nn.Conv2d(wide, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU()
            self.add_module(f"gdt_convs_{level}", nn.Sequential(*convs))
            self.add_module(f"gdt_convs_pred_{level}", nn.Sequential(nn.Conv2d(16, 1, 1)))
            self.add_module(f"gdt_convs_attn_{level}", nn.Sequential(nn.Conv2d(16, 1, 1)))
        self.conv_out1 = nn.Sequential(nn.Conv2d(c[3] // 2 + tiles[-1], 1, 1))

    def forward(
        self, image: Float[Tensor, "B 3 H W"], maps: list[Float[Tensor, "B _ _ _"]]
    ) -> Float[Tensor, "B 1 H W"]:
        part = self.get_submodule
        x = maps[3]
        for level in (4, 3, 2, 1):
            x = part(f"decoder_block{level}")(torch.cat([x, part(f"ipt_blk{level + 1}")(_tiles(image, x))], 1))
            if level > 1:
                x = x * part(f"gdt_convs_attn_{level}")(part(f"gdt_convs_{level}")(x)).sigmoid()
                lateral = maps[level - 2]
                x = _resize(x, lateral) + part(f"lateral_block{level}")(lateral)
        return self.conv_out1(torch.cat([_resize(x, image), self.ipt_blk1(image)], 1))


def _tiles(image: Float[Tensor, "B 3 H W"], like: Float[Tensor, "B _ h w"]) -> Float[Tensor, "B _ h w"]:
    """The picture as a stack of tiles of the map's size."""
    height, width = like.shape[2:]
    return rearrange(image, "b c (i h) (j w) -> b (c i j) h w", h=height, w=width)


class _Convs(nn.Module):
    def __init__(self, wide: int, out: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(wide, 64, 3, padding=1)
        self.conv_out = nn.Conv2d(64, out, 3, padding=1)

    def forward(self, x: Float[Tensor, "B C h w"]) -> Float[Tensor, "B _ h w"]:
        return self.conv_out(self.conv1(x))


class _Lateral(nn.Module):
    def __init__(self, wide: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(wide, wide, 1)

    def forward(self, x: Float[Tensor, "B C h w"]) -> Float[Tensor, "B C h w"]:
        return self.conv(x)


class _Block(nn.Module):
    """Narrow, look around with the deformable pyramid, widen."""

    def __init__(self, wide: int, out: int, widths: Widths) -> None:
        super().__init__()
        self.conv_in = nn.Conv2d(wide, widths.inner, 3, padding=1)
        self.bn_in = nn.BatchNorm2d(widths.inner)
        self.dec_att = _Pyramid(widths.inner, widths.pyramid)
        self.conv_out = nn.Conv2d(widths.inner, out, 3, padding=1)
        self.bn_out = nn.BatchNorm2d(out)

    def forward(self, x: Float[Tensor, "B C h w"]) -> Float[Tensor, "B _ h w"]:
        return self.bn_out(self.conv_out(self.dec_att(F.relu(self.bn_in(self.conv_in(x))))))


class _Pyramid(nn.Module):
    """Deformable convolutions of four sizes and the mean of all, mixed."""

    def __init__(self, wide: int, branch: int) -> None:
        super().__init__()
        self.aspp1 = _Branch(wide, branch, 1)
        self.aspp_deforms = nn.ModuleList(_Branch(wide, branch, size) for size in (1, 3, 7))
        mean = nn.AdaptiveAvgPool2d(1), nn.Conv2d(wide, branch, 1, bias=False), nn.BatchNorm2d(branch), nn.ReLU()
        self.global_avg_pool = nn.Sequential(*mean)
        self.conv1 = nn.Conv2d(5 * branch, wide, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(wide)

    def forward(self, x: Float[Tensor, "B C h w"]) -> Float[Tensor, "B C h w"]:
        branches = [branch(x) for branch in (self.aspp1, *self.aspp_deforms)]
        mean = self.global_avg_pool(x).expand_as(branches[0])
        return F.relu(self.bn1(self.conv1(torch.cat([*branches, mean], 1))))


class _Branch(nn.Module):
    def __init__(self, wide: int, out: int, size: int) -> None:
        super().__init__()
        self.atrous_conv = DeformableConv(wide, out, size)
        self.bn = nn.BatchNorm2d(out)

    def forward(self, x: Float[Tensor, "B C h w"]) -> Float[Tensor, "B _ h w"]:
        return F.relu(self.bn(self.atrous_conv(x)))


class DeformableConv(nn.Module):
    """A convolution whose taps are moved and weighted by what it sees (X. Zhu et al., 2019, Deformable ConvNets v2)."""

    def __init__(self, wide: int, out: int, size: int) -> None:
        super().__init__()
        self.offset_conv = nn.Conv2d(wide, 2 * size**2, size, padding=size // 2)
        self.modulator_conv = nn.Conv2d(wide, size**2, size, padding=size // 2)
        self.regular_conv = nn.Conv2d(wide, out, size, padding=size // 2, bias=False)

    def forward(self, x: Float[Tensor, "B C h w"]) -> Float[Tensor, "B _ h w"]:
        strength = 2 * self.modulator_conv(x).sigmoid()
        return deformable_conv(x, self.offset_conv(x), strength, self.regular_conv.weight)


def deformable_conv(
    x: Float[Tensor, "B C h w"],
    offset: Float[Tensor, "B _ h w"],
    strength: Float[Tensor, "B K h w"],
    weight: Float[Tensor, "O C S S"],
) -> Float[Tensor, "B O h w"]:
    """Sum over the S x S taps of weight @ (strength times x at the tap's place plus its (dy, dx)); 0 outside x.

    Tap by tap, so that no more than one shifted copy of x is held at a time; places in float32, for half precision
    cannot tell a quarter of a pixel beyond 512.
    """
    height, width = x.shape[2:]
    size = weight.shape[-1]
    rows = torch.arange(height, device=x.device, dtype=torch.float32)[:, None] - size // 2
    columns = torch.arange(width, device=x.device, dtype=torch.float32) - size // 2
    planes, moves = x.float(), rearrange(offset.float(), "b (k two) h w -> k two b h w", two=2)
    taps = rearrange(weight, "o c m n -> (m n) o c")
    out = torch.zeros(len(x), len(weight), height * width, device=x.device)
    for tap, (dy, dx) in enumerate(moves):
        v, u = rows + tap // size + dy, columns + tap % size + dx
        places = torch.stack([(2 * u + 1) / width - 1, (2 * v + 1) / height - 1], -1)
        seen = F.grid_sample(planes, places, align_corners=False) * strength[:, tap : tap + 1]
        out += taps[tap] @ seen.to(x.dtype).flatten(2)
    return out.unflatten(2, (height, width)).to(x.dtype)
