"""ONNX networks through onnxruntime, on the device of the run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from ..runtime import Runtime

Network = Callable[[np.ndarray], list[np.ndarray]]  # one input, all outputs
# What serves a torch device, best first; the CPU serves what is left.
_PROVIDERS = {
    "cuda": ("CUDAExecutionProvider", "ROCMExecutionProvider", "DmlExecutionProvider"),
    "privateuseone": ("DmlExecutionProvider",),
    "mps": ("CoreMLExecutionProvider",),
}


def providers(device: str, available: list[str]) -> list[str]:
    """The execution providers to ask for on a torch device type, best first; the CPU's is always the last."""
    return [*(name for name in _PROVIDERS.get(device, ()) if name in available), "CPUExecutionProvider"]


def open_network(path: Path, run: Runtime) -> Network:
    """The network of an .onnx file. A note tells the user when it must run on the CPU although the run has a GPU.

    Raises ImportError naming the extra when onnxruntime is missing.
    """
    try:
        import onnxruntime
    except ImportError as missing:
        raise ImportError(
            f"{path.name} needs onnxruntime: pip install onnxruntime (the extra dreamdance[onnx])"
        ) from missing
    chosen = providers(run.device.type, onnxruntime.get_available_providers())
    if run.device.type != "cpu" and len(chosen) == 1:
        run.note(f"{path.name} runs on the CPU: this onnxruntime cannot use the GPU (pip install onnxruntime-gpu)")
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # idle threads must not steal the cores
    session = onnxruntime.InferenceSession(str(path), sess_options=options, providers=chosen)
    name, batch = session.get_inputs()[0].name, session.get_inputs()[0].shape[0]

    def call(planes: np.ndarray) -> list[np.ndarray]:
        if batch == 1 and len(planes) > 1:  # exported for one picture at a time
            parts = [session.run(None, {name: planes[i : i + 1]}) for i in range(len(planes))]
            return [np.concatenate(outputs) for outputs in zip(*parts, strict=True)]
        return session.run(None, {name: planes})

    return call
