"""U2-Net small (xuebinqin/U-2-Net, u2netp, Apache-2.0) as ONNX, 4.6 MB; weight `u2netp` of `dreamdance weights list`.

Embedded default: runs on the CPU through onnxruntime. 320 x 320, ImageNet mean and deviation, min-max normalised.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

from ...io import weights
from ...runtime import Runtime

SIDE = 320  # what the network was trained on: a plain resize, aspect not kept
MEAN = (0.485, 0.456, 0.406)
DEVIATION = (0.229, 0.224, 0.225)
SURE = 0.5  # a peak below this is noise that min-max would blow up into a figure

Net = Callable[[Float[Tensor, "1 3 S S"]], Float[Tensor, "1 1 S S"]]


class U2NetSmall:
    """Saliency of the whole picture."""

    def __init__(self, net: Net) -> None:
        self.net = net

    def __call__(self, image: Float[Tensor, "H W 3"]) -> Float[Tensor, "H W"]:
        """Coarse alpha in [0,1]; all near 0 when nothing stands out."""
        height, width = image.shape[:2]
        planes = image.permute(2, 0, 1)[None].float().cpu()
        small = F.interpolate(planes, (SIDE, SIDE), mode="bilinear", antialias=True, align_corners=False).clamp(0, 1)
        small = small / small.max().clamp(min=1e-6)
        mean, deviation = (torch.tensor(v).view(1, 3, 1, 1) for v in (MEAN, DEVIATION))
        alpha = self.net((small - mean) / deviation).float()
        low, high = alpha.min(), alpha.max()
        if high >= SURE:
            alpha = (alpha - low) / (high - low).clamp(min=1e-6)
        alpha = F.interpolate(alpha, (height, width), mode="bilinear", antialias=True, align_corners=False)
        return alpha[0, 0].clamp(0, 1).to(image.device)


def load(run: Runtime) -> U2NetSmall:
    """The published network; FileNotFoundError when its file is nowhere, ImportError without onnxruntime."""
    try:
        import onnxruntime
    except ImportError as missing:
        needs = "U2-Net small needs onnxruntime: pip install onnxruntime (the extra dreamdance[onnx])"
        raise ImportError(needs) from missing
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # idle threads must not steal the cores
    session = onnxruntime.InferenceSession(
        str(weights.locate("u2netp", run)), sess_options=options, providers=["CPUExecutionProvider"]
    )
    name = session.get_inputs()[0].name
    first = session.get_outputs()[0].name  # the fused map; the six others are side outputs

    def net(planes: Float[Tensor, "1 3 S S"]) -> Float[Tensor, "1 1 S S"]:
        return torch.from_numpy(session.run([first], {name: planes.numpy()})[0])

    return U2NetSmall(net)


def tiny() -> U2NetSmall:
    """The same class over two small seeded random convolutions."""
    generator = torch.Generator().manual_seed(0)
    first = torch.randn(4, 3, 3, 3, generator=generator) * 0.3
    second = torch.randn(1, 4, 3, 3, generator=generator) * 0.3

    def net(planes: Float[Tensor, "1 3 S S"]) -> Float[Tensor, "1 1 S S"]:
        return F.conv2d(F.conv2d(planes, first, padding=1).relu(), second, padding=1).sigmoid()

    return U2NetSmall(net)
