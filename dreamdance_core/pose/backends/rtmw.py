"""RTMW-l 384x288 (Jiang et al. 2024; OpenMMLab MMPose, Apache-2.0): rtmw-dw-x-l_simcc-cocktail14_270e-384x288 as ONNX,
with the detector of DWPose, yolox_l.onnx; weights `yolox_l` and `rtmw` of `dreamdance weights list`.

Whole bodies of 133 points through onnxruntime: DWPose's successor, trained on 14 data sets; the same patches and bins.
"""

from __future__ import annotations

from ...io import weights
from ...runtime import Runtime
from ..simcc import open_whole_body, random_whole_body
from ..topdown import TopDown


def load(run: Runtime) -> TopDown:
    """The published networks. Raises ImportError without onnxruntime, FileNotFoundError when a file is missing."""
    return open_whole_body(weights.locate("yolox_l", run), weights.locate("rtmw", run), run)


def tiny() -> TopDown:
    """The same class over small seeded networks."""
    return random_whole_body(0)
