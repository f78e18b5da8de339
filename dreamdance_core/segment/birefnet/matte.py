"""A picture into BiRefNet and its alpha out again, as the authors' own tool does it; and its weights from a file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch
import torch.nn.functional as F
from jaxtyping import Float
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from ...io.weights import plain_checkpoint
from ...runtime import Runtime
from .network import BiRefNet, DeformableConv, Widths
from .swin import SwinBlock

SIDE = 1024  # what the network was trained on
MEAN = (0.485, 0.456, 0.406)
DEVIATION = (0.229, 0.224, 0.225)
PREFIXES = ("module.", "_orig_mod.")  # left by distributed and compiled training


class BiRefNetMatte:
    """Alpha of the whole picture; fine: soft at its edges already, so one look is enough."""

    fine = True

    def __init__(self, network: nn.Module, run: Runtime, side: int = SIDE) -> None:
        self.network, self.run, self.side = network.eval(), run, side

    @torch.no_grad()
    def __call__(self, image: Float[Tensor, "H W 3"]) -> Float[Tensor, "H W"]:
        """Alpha in [0,1], float32, on the picture's device."""
        height, width = image.shape[:2]
        planes = prepare(image, self.side)
        with self.run.resident(self.network) as network, _reported(self.network, self.run):
            logits = network(planes.to(self.run.device, self.run.dtype)).float().cpu()
        alpha = F.interpolate(logits.sigmoid(), (height, width), mode="bilinear", antialias=True, align_corners=False)
        return alpha[0, 0].clamp(0, 1).to(image.device)


def prepare(image: Float[Tensor, "H W 3"], side: int) -> Float[Tensor, "1 3 S S"]:
    """A plain resize, aspect not kept, then ImageNet's mean and deviation."""
    planes = image.detach().float().cpu().clamp(0, 1).permute(2, 0, 1)[None]
    small = F.interpolate(planes, (side, side), mode="bilinear", antialias=True, align_corners=False).clamp(0, 1)
    mean, deviation = (torch.tensor(v).view(1, 3, 1, 1) for v in (MEAN, DEVIATION))
    return (small - mean) / deviation


@contextmanager
def _reported(network: nn.Module, run: Runtime) -> Iterator[None]:
    """Progress (and the chance to cancel) after every heavy part: on a CPU one picture takes minutes."""
    parts = [part for part in network.modules() if isinstance(part, SwinBlock | DeformableConv)]
    total = sum(2 if isinstance(part, SwinBlock) else 1 for part in parts)  # the backbone looks at two scales
    done = 0

    def step(*_: object) -> None:
        nonlocal done
        done += 1
        run.report(done, total)

    hooks = [part.register_forward_hook(step) for part in parts]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


def load_network(path: Path, run: Runtime) -> BiRefNet:
    """The published network with the file's weights; ValueError when the file holds something else."""
    tensors = _read(path)
    with torch.device("meta"):
        network = BiRefNet()
    wanted = network.state_dict()
    fitting = sum(name in wanted and wanted[name].shape == tensor.shape for name, tensor in tensors.items())
    if fitting < len(wanted) or len(tensors) > len(wanted):
        raise ValueError(
            f"{path} must be a BiRefNet with the Swin-L backbone ({len(wanted)} tensors), got {len(tensors)} of "
            f"which {fitting} fit; other sizes (lite, tiny) and other networks are not read here"
        )
    for name, tensor in wanted.items():  # half-precision files hold the indices as half floats too, exactly so far
        if not tensor.is_floating_point():
            tensors[name] = tensors[name].to(tensor.dtype)
    network.load_state_dict(tensors, strict=True, assign=True)
    return network.to(run.dtype).requires_grad_(False).eval()


def _read(path: Path) -> dict[str, Tensor]:
    """Tensors by name; a .pth is read as plain tensors only, so that no code in it can run."""
    if path.suffix == ".safetensors":
        try:
            tensors = load_file(path)
        except SafetensorError as broken:
            raise ValueError(
                f"{path} must be a safetensors file, got something else ({broken}); fetch it anew"
            ) from None
    else:
        tensors = plain_checkpoint(path)
    return {_bare(name): tensor for name, tensor in tensors.items()}


def _bare(name: str) -> str:
    for prefix in PREFIXES:
        name = name.removeprefix(prefix)
    return name


def tiny_matte() -> BiRefNetMatte:
    """The same classes, narrow, with seeded random weights, looking at 64 x 64 pixels."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        network = BiRefNet(Widths(backbone=8, depths=(2, 2, 2, 2), heads=(1, 1, 2, 2), window=4, inner=8, pyramid=8))
    return BiRefNetMatte(network, Runtime(), side=64)
