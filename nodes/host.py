"""What core's Runtime means inside ComfyUI: device, number type, progress, cancel, residency, weight folders."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path

import comfy.model_management as mm
import comfy.utils
import folder_paths
import torch
from comfy.model_patcher import ModelPatcher
from comfy_execution.utils import get_executing_context
from jaxtyping import Float
from PIL import Image
from server import PromptServer
from torch import Tensor

from ..dreamdance_core import backends
from ..dreamdance_core.io.stages import StageFiles
from ..dreamdance_core.runtime import Runtime

_PREVIEW_SECONDS = 0.4  # a preview is a JPEG on the wire and defeats the host's throttle
_PREVIEW_SIDE = 512
_WEIGHT_KEYS = (
    "dreamdance",
    "background_removal",
    "geometry_estimation",
    "detection",
    "diffusers",
    "diffusion_models",
    "vae",
    "clip_vision",
)
# Where other packs keep the same pose networks: nobody should need a second copy.
_OTHER_PACKS = (
    "comfyui_controlnet_aux/ckpts/yzd-v/DWPose",
    "comfyui_controlnet_aux/ckpts/hr16/yolox-onnx",
    "dwpose",
    "DWPose",
)


def register_weight_folder() -> None:
    """models/dreamdance becomes a model folder; extra_model_paths.yaml may add more under the same key."""
    folder = Path(folder_paths.models_dir) / "dreamdance"
    folder_paths.add_model_folder_path("dreamdance", str(folder), is_default=True)


def weight_folders() -> tuple[Path, ...]:
    """The host's folders in which weights are looked for, `dreamdance` first, those of other packs last."""
    keys = [key for key in _WEIGHT_KEYS if key in folder_paths.folder_names_and_paths]
    own = [Path(folder) for key in keys for folder in folder_paths.get_folder_paths(key)]
    roots = [Path(folder_paths.models_dir), *map(Path, folder_paths.get_folder_paths("custom_nodes"))]
    others = [root / folder for root in roots for folder in _OTHER_PACKS if (root / folder).is_dir()]
    return (*own, *others)


def _to_picture(preview: Tensor) -> Image.Image:
    values = preview.detach().float().clamp(0, 1).mul(255).round().to(torch.uint8).cpu().numpy()
    return Image.fromarray(values)


class Progress:
    """A core `report`: the node's bar and preview; raises the host's interrupt as soon as the user cancels."""

    def __init__(self) -> None:
        self._bar = comfy.utils.ProgressBar(1)
        self._last_preview = 0.0
        self._done, self._total = 0, 1

    def __call__(self, done: int, total: int, preview: Tensor | None = None) -> None:
        self._done, self._total = done, max(total, 1)
        self.part(0, 1, preview)

    def part(self, done: int, total: int, preview: Tensor | None = None) -> None:
        """A `report` for work inside one step: it fills the bar from the last report to the next."""
        mm.throw_exception_if_processing_interrupted()
        picture = None
        if preview is not None and time.monotonic() - self._last_preview >= _PREVIEW_SECONDS:
            self._last_preview = time.monotonic()
            picture = ("JPEG", _to_picture(preview), _PREVIEW_SIDE)
        self._bar.update_absolute(self._done + done / max(total, 1), self._total, picture)


class _Held(torch.nn.Module):
    """A module as the host's patcher wants it: it sets `device`, which diffusers and transformers modules forbid."""

    def __init__(self, module: torch.nn.Module) -> None:
        super().__init__()
        self.module = module


@contextmanager
def _host_resident(module: torch.nn.Module, device: torch.device, *, room: int) -> Iterator[torch.nn.Module]:
    # The patcher lives on the module: the host tracks it by weak reference, and evicts it when others need the room.
    patcher = module.__dict__.get("_host_patcher")
    if patcher is None:
        # Not CoreModelPatcher: where that is the dynamic one, modules of foreign layers are never moved away again.
        patcher = ModelPatcher(_Held(module), load_device=device, offload_device=mm.unet_offload_device())
        module.__dict__["_host_patcher"] = patcher
    # Whole or not at all: the host can only stream modules that are built of its own layers.
    mm.load_models_gpu([patcher], memory_required=room, force_full_load=True)
    yield module


def _note(text: str) -> None:
    """A line under the node that runs, while it runs."""
    context = get_executing_context()
    if context is not None and PromptServer.instance is not None:
        PromptServer.instance.send_progress_text(text, context.node_id)


def unfinished(key: str) -> AbstractContextManager[StageFiles]:
    """Files in the host's temp folder for the finished parts of a stage, kept when the stage is interrupted."""
    return StageFiles(Path(folder_paths.get_temp_directory()) / "dreamdance_unfinished").until_done(key[:16])


def device_memory() -> int | None:
    """Bytes of the device that the host can give to one node, once it has moved everything else away; None: the CPU."""
    device = mm.get_torch_device()
    return None if device.type == "cpu" else mm.get_total_memory(device) - mm.extra_reserved_memory()


def runtime(download: bool = False, room: int = 0) -> Runtime:
    """The Runtime of one node execution; download is the node's own widget.

    room: bytes that the work itself needs on the device, beside the weights.
    """
    device = mm.get_torch_device()
    dtype = torch.float32
    if device.type != "cpu":
        dtype = torch.bfloat16 if mm.should_use_bf16(device) else torch.float16
    return Runtime(
        device=device,
        dtype=dtype,
        report=Progress(),
        note=_note,
        weight_folders=weight_folders(),
        download=download,
        move=partial(_host_resident, room=room),
    )


def resolved(family: str, backend: str | None) -> str:
    """The backend that a node's choice stands for on this machine now, for its cache key; a linked choice is itself."""
    if backend is None:
        return "linked"
    return backends.resolve(family, backend, Runtime(weight_folders=weight_folders()))


def file_stamp(path: str | None) -> str:
    """Size and time of a file; "missing" where there is none."""
    if path is None or not Path(path).exists():
        return "missing"
    stat = Path(path).stat()
    return f"{stat.st_size}:{stat.st_mtime_ns}"


def to_host(value: Tensor, dtype: torch.dtype | None = None) -> Tensor:
    """An IMAGE or MASK as the host wants outputs: its intermediate device and number type (or dtype), contiguous."""
    return value.detach().to(device=mm.intermediate_device(), dtype=dtype or mm.intermediate_dtype()).contiguous()


def make_room(size: int) -> None:
    """Has the host move other nodes' models off the GPU until `size` bytes are free; nothing on the CPU."""
    device = mm.get_torch_device()
    if device.type != "cpu":
        mm.free_memory(size, device)


def from_host(image: Tensor, name: str = "image") -> Float[Tensor, "T H W 3"]:
    """An IMAGE as core wants it: float32 on the CPU, three channels, a copy. Raises ValueError on an unusable one."""
    if image.ndim != 4 or image.shape[-1] < 3:
        raise ValueError(f"{name} must be a batch of RGB pictures (B,H,W,3), got shape {tuple(image.shape)}")
    if image.shape[0] == 0:
        raise ValueError(
            f"{name} must hold at least one picture, got an empty clip; check the loader's start and count"
        )
    if min(image.shape[1:3]) < 16:
        raise ValueError(
            f"{name} must be at least 16x16 px, got {image.shape[2]}x{image.shape[1]}; use a larger picture"
        )
    if not torch.isfinite(image).all():
        raise ValueError(f"{name} must be finite, got NaN or infinite values; check the node that made it")
    return image[..., :3].detach().to(device="cpu", dtype=torch.float32, copy=True)


def one_picture(image: Tensor, name: str) -> Float[Tensor, "H W 3"]:
    """The single picture of an IMAGE. Raises ValueError for a longer batch."""
    frames = from_host(image, name)
    if len(frames) != 1:
        raise ValueError(f"{name} must be one picture, got {len(frames)}; pick one with ImageFromBatch")
    return frames[0]


def mask_of(mask: Tensor, frames: Tensor, name: str) -> Float[Tensor, "T H W"]:
    """A MASK fitted to frames (T,H,W,3): float32, repeated over time when it is one picture.

    Raises ValueError when size or length do not match.
    """
    mask = mask.detach().to(device="cpu", dtype=torch.float32, copy=True)
    mask = mask[None] if mask.ndim == 2 else mask
    count, height, width = frames.shape[:3]
    if mask.ndim != 3 or mask.shape[1:] != (height, width):
        got = "x".join(str(side) for side in reversed(mask.shape[1:]))
        raise ValueError(f"{name} must be {width}x{height} px like its pictures, got {got}; resize one of them")
    if len(mask) not in (1, count):
        raise ValueError(f"{name} must have 1 or {count} masks, one per picture, got {len(mask)}; match the lengths")
    if not torch.isfinite(mask).all():
        raise ValueError(f"{name} must be finite, got NaN or infinite values; check the node that made it")
    return mask.clamp(0, 1).expand(count, -1, -1).clone()


def any_mask(mask: Tensor) -> Float[Tensor, "H W"]:
    """The first picture of a MASK of any size, float32 on the CPU."""
    return mask.detach().to(device="cpu", dtype=torch.float32).reshape(-1, *mask.shape[-2:])[0]
