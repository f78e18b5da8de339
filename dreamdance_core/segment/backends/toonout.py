"""ToonOut, BiRefNet fine-tuned on anime (joelseytre/toonout, main; MIT), weight `toonout`.

M. Muratori, J. Seytre, 2025. The published file is a .pth; only its tensors are read, never code in it. A safetensors
copy beside it is taken first.
"""

from __future__ import annotations

from ...io import weights
from ...runtime import Runtime
from ..birefnet.matte import BiRefNetMatte, load_network
from ..birefnet.matte import tiny_matte as tiny

__all__ = ["BiRefNetMatte", "load", "tiny"]


def load(run: Runtime) -> BiRefNetMatte:
    """The published network; FileNotFoundError when its folder is nowhere, ValueError when it holds something else."""
    folder = weights.locate("toonout", run)
    files = sorted(folder.rglob("*.safetensors")) + sorted(folder.rglob("*.pth"))
    return BiRefNetMatte(load_network(files[0], run), run)
