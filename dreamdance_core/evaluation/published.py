"""Published weights into the networks that evaluation measures with."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from ..io.weights import plain_checkpoint

Network = TypeVar("Network", bound=nn.Module)


def tensors_of(path: Path) -> dict[str, Tensor]:
    """The tensors of a .safetensors or .pth file by name; code in it never runs. ValueError for anything else."""
    if path.suffix != ".safetensors":
        return plain_checkpoint(path, old=True)
    try:
        return load_file(path)
    except SafetensorError as broken:
        raise ValueError(f"{path} must be a safetensors file, got something else ({broken}); fetch it anew") from None


def fill(network: Network, tensors: dict[str, Tensor], path: Path, unused: tuple[str, ...] = ()) -> Network:
    """The network with these weights, for measuring only.

    Tensors whose names begin with one of `unused` are left out. Raises ValueError that names a missing, strange or
    misshapen tensor.
    """
    own = network.state_dict()
    given = {name: value for name, value in tensors.items() if not name.startswith(unused)}
    counters = {name for name in own if name.endswith("num_batches_tracked")}  # older files have none
    wrong = sorted((own.keys() - counters) - given.keys()) or sorted(given.keys() - own.keys())
    wrong = wrong or sorted(name for name in given.keys() - counters if given[name].shape != own[name].shape)
    if wrong:
        raise ValueError(
            f"{path.name} must hold the weights of {type(network).__name__}, got another network's ({wrong[0]} is "
            f"missing, strange or of another shape); fetch it anew"
        )
    network.load_state_dict({**{name: own[name] for name in counters}, **given})
    return network.eval().requires_grad_(False)
