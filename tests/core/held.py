"""What this process holds on to: memory that the allocator merely keeps for later is handed back first."""

from __future__ import annotations

import ctypes
import ctypes.util
import gc

import psutil
import torch


def held_bytes() -> int:
    """Resident memory. Without the trimming it moves by 100 MB to and fro, whatever the code does."""
    gc.collect()
    library = ctypes.CDLL(ctypes.util.find_library("c"))
    if hasattr(library, "malloc_trim"):
        library.malloc_trim(0)
    return psutil.Process().memory_info().rss


def tensors() -> int:
    """How many are alive."""
    gc.collect()
    return sum(issubclass(type(thing), torch.Tensor) for thing in gc.get_objects())
