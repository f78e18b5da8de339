"""DWPose-l 384x288 (Yang et al. 2023; IDEA-Research/DWPose, Apache-2.0): dw-ll_ucoco_384.onnx and yolox_l.onnx of
the hub repository yzd-v/DWPose; weights `yolox_l` and `dwpose` of `dreamdance weights list`.

Whole bodies of 133 points through onnxruntime. The pre- and postprocessing follow the authors' ONNX tools and MMPose's
configuration, re-implemented: boxes by YOLOX-l, patches 1.25 times the box, SimCC bins of half a pixel.
"""

from __future__ import annotations

from ...io import weights
from ...runtime import Runtime
from ..simcc import open_whole_body, random_whole_body
from ..topdown import TopDown


def load(run: Runtime) -> TopDown:
    """The published networks. Raises ImportError without onnxruntime, FileNotFoundError when a file is missing."""
    return open_whole_body(weights.locate("yolox_l", run), weights.locate("dwpose", run), run)


def tiny() -> TopDown:
    """The same class over small seeded networks."""
    return random_whole_body(0)
