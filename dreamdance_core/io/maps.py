"""Masks and depth maps from files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from ..types import Depth
from .images import read_image
from .video import ClipRange, read_clip


def _arrays(path: Path, needed: tuple[str, ...], what: str) -> dict[str, np.ndarray]:
    if not path.is_file():
        raise FileNotFoundError(f"no {what} at {path}; check the path")
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
    except (ValueError, OSError, EOFError, BadZipFile) as error:
        raise ValueError(f"{path.name} is not a readable .npz file ({error})") from error
    missing = [name for name in needed if name not in arrays]
    if missing:
        raise ValueError(f"{path.name} must hold {' and '.join(needed)} to be a {what}, got {sorted(arrays)}")
    return arrays


def read_mask(path: str | Path) -> Float[Tensor, "H W"]:
    """A mask file: its luminance, or its alpha when the colours are flat (1 = character)."""
    picture = read_image(path)
    flat = bool((picture.rgb.amax((0, 1)) - picture.rgb.amin((0, 1)) < 1e-3).all())
    if flat and picture.alpha is not None:
        return picture.alpha
    return picture.rgb.mean(-1)


def read_clip_mask(
    path: str | Path, steps: ClipRange | None = None, source_index: Sequence[int] | None = None
) -> Float[Tensor, "T H W"]:
    """Masks of a clip's frames (1 = person): a video, or an .npz with `mask` packed by np.packbits along the width.

    The .npz holds `mask` (T,H,ceil(W/8)) uint8 and `shape` (T,H,W). `steps` picks its frames by start, stride, count.
    An .npz has no clock: `source_index` (that of the Clip it belongs to) says which of its rows a re-timed clip uses.
    """
    path, steps = Path(path), steps or ClipRange()
    if path.suffix.lower() != ".npz":
        return (read_clip(path, steps).frames.mean(-1) > 0.5).float()
    arrays = _arrays(path, ("mask", "shape"), "clip mask")
    shape = tuple(int(n) for n in arrays["shape"])
    bits = np.unpackbits(arrays["mask"], axis=-1)[..., : shape[-1]]
    if bits.shape != shape:
        raise ValueError(f"{path.name} says its masks are {shape} (frames, height, width) but holds {bits.shape}")
    if source_index is None:
        last = None if steps.frames is None else steps.start + steps.frames * steps.stride
        source_index = range(len(bits))[steps.start : last : steps.stride]
    elif max(source_index) >= len(bits):
        raise ValueError(f"{path.name} must hold a mask for frame {max(source_index)} of the clip, got {len(bits)}")
    return torch.from_numpy(bits[list(source_index)].astype(np.float32))


def read_depth(path: str | Path) -> Depth:
    """Planar depth from an .npz whose `z` is (H,W) or (T,H,W), of which the first frame is taken.

    An infinite value is sky; others that are not finite or not positive count as unknown. Raises ValueError when none
    is usable.
    """
    z = _arrays(Path(path), ("z",), "depth map")["z"].astype(np.float32)
    if z.ndim not in (2, 3) or z.size == 0:
        raise ValueError(f"z in {Path(path).name} must be (H,W) or (T,H,W), got the shape {z.shape}")
    first = torch.from_numpy(z if z.ndim == 2 else z[0])[None]
    valid = torch.isfinite(first) & (first > 0)
    if not bool(valid.any()):
        raise ValueError(f"z in {Path(path).name} must hold positive depths, got none; check the file")
    sky = torch.isposinf(first)
    return Depth(z=torch.where(valid, first, torch.ones_like(first)), valid=valid, sky=sky if bool(sky.any()) else None)
