"""BiRefNet, general use, Swin-L (ZhengPeng7/BiRefNet, as repacked by Comfy-Org/BiRefNet, main; MIT), weight `birefnet`.

The paper's own choice. 1024 x 1024, 0.44 GB of weights; a GPU's work: on a CPU count minutes.
"""

from __future__ import annotations

from ...io import weights
from ...runtime import Runtime
from ..birefnet.matte import BiRefNetMatte, load_network
from ..birefnet.matte import tiny_matte as tiny

__all__ = ["BiRefNetMatte", "load", "tiny"]


def load(run: Runtime) -> BiRefNetMatte:
    """The published network; FileNotFoundError when its file is nowhere."""
    return BiRefNetMatte(load_network(weights.locate("birefnet", run), run), run)
