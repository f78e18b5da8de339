"""The three-dimensional ResNet-50 whose features FID-VID compares.

K. Hara et al., "Can Spatiotemporal 3D CNNs Retrace the History of 2D CNNs and ImageNet?", 2018: ResNet-50 with
three-dimensional kernels, trained on Kinetics-400 (MIT licence). FID-VID is the Fréchet distance of its pooled
features, as in Y. Balaji et al., "Conditional GAN with Discriminative Filter Generation for Text-to-Video Synthesis",
2019, and the metric code of DisCo.
"""

from __future__ import annotations

import hashlib

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from ..io.weights import locate
from ..runtime import Runtime
from .published import fill, tensors_of

WEIGHT = "resnet50_kinetics"
_LAYERS = ((64, 3, 1), (128, 4, 2), (256, 6, 2), (512, 3, 2))  # channels, blocks, step
_WIDER = 4  # a block's output has this many times its channels
_CLASSES = 400  # of Kinetics-400: weights of 700 or 1,039 classes fit as well, but want other inputs
_MEAN = (114.7748, 107.7354, 99.4750)  # of Kinetics, 0..255


class Block(nn.Module):
    """1x1x1, 3x3x3, 1x1x1, and a way around."""

    def __init__(self, inputs: int, channels: int, step: int) -> None:
        super().__init__()
        outputs = channels * _WIDER
        self.conv1, self.bn1 = nn.Conv3d(inputs, channels, 1, bias=False), nn.BatchNorm3d(channels)
        self.conv2 = nn.Conv3d(channels, channels, 3, step, 1, bias=False)
        self.bn2 = nn.BatchNorm3d(channels)
        self.conv3, self.bn3 = nn.Conv3d(channels, outputs, 1, bias=False), nn.BatchNorm3d(outputs)
        self.downsample = None
        if step != 1 or inputs != outputs:
            self.downsample = nn.Sequential(nn.Conv3d(inputs, outputs, 1, step, bias=False), nn.BatchNorm3d(outputs))

    def forward(self, x: Float[Tensor, "B C T H W"]) -> Float[Tensor, "B D t h w"]:
        """The rectified sum of both ways."""
        y = functional.relu(self.bn1(self.conv1(x)))
        y = functional.relu(self.bn2(self.conv2(y)))
        around = x if self.downsample is None else self.downsample(x)
        return functional.relu(self.bn3(self.conv3(y)) + around)


class ResNet3d(nn.Module):
    """Features of clips. `load` gives one with the published weights."""

    side, clip, width = 112, 16, 2048
    origin = ""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv3d(3, 64, 7, (1, 2, 2), 3, bias=False)
        self.bn1 = nn.BatchNorm3d(64)
        inputs = 64
        for number, (channels, count, step) in enumerate(_LAYERS, 1):
            blocks = []
            for index in range(count):
                blocks.append(Block(inputs, channels, step if index == 0 else 1))
                inputs = channels * _WIDER
            setattr(self, f"layer{number}", nn.Sequential(*blocks))

    def prepared(self, frames: Float[Tensor, "T 112 112 3"]) -> Float[Tensor, "T 3 112 112"]:
        """Frames of 0..255 as the network wants them: the mean of Kinetics taken away, not divided."""
        return (frames - torch.tensor(_MEAN)).movedim(-1, 1)

    def forward(self, clips: Float[Tensor, "B 3 16 112 112"]) -> Float[Tensor, "B 2048"]:
        """The features of the last layer, averaged over its places."""
        x = functional.max_pool3d(functional.relu(self.bn1(self.conv1(clips))), 3, 2, 1)
        return self.layer4(self.layer3(self.layer2(self.layer1(x)))).mean((2, 3, 4))


def load(run: Runtime) -> ResNet3d:
    """The published network; FileNotFoundError in one sentence when its weights are not on this machine.

    Raises ValueError for the weights of another network or data set. `origin` says which file they are from, because
    no checksum was published.
    """
    path = locate(WEIGHT, run)
    tensors = tensors_of(path)
    have = tuple(tensors["fc.weight"].shape) if "fc.weight" in tensors else "none"
    if have != (_CLASSES, ResNet3d.width):
        raise ValueError(
            f"{path.name} must be trained on Kinetics-400 (fc.weight of shape {(_CLASSES, ResNet3d.width)}), got "
            f"{have}; take the file that `dreamdance weights list` names"
        )
    network = fill(ResNet3d(), tensors, path, unused=("fc.",))
    with path.open("rb") as file:
        network.origin = f"weights: {path.name}, sha256 {hashlib.file_digest(file, 'sha256').hexdigest()[:16]}"
    return network
