"""What a training run needs from outside: accelerate, an optimiser, and word that it should stop."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import torch

from ..runtime import Runtime
from .config import TrainConfig
from .model import Networks


@contextmanager
def asked_to_stop() -> Iterator[threading.Event]:
    """An event that Ctrl-C and SIGTERM set, so that the step under way ends and its state is saved."""
    asked = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield asked
        return
    before = {sign: signal.signal(sign, lambda *_: asked.set()) for sign in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield asked
    finally:
        for sign, handler in before.items():
            signal.signal(sign, handler)


def make_accelerator(config: TrainConfig, out: Path, run: Runtime) -> Any:
    """Accelerate's own object, on the run's device and by the launcher's configuration; ImportError without it."""
    try:
        from accelerate import Accelerator, InitProcessGroupKwargs
    except ImportError as missing:
        raise ImportError("training needs accelerate: pip install 'dreamdance[training]'") from missing
    return Accelerator(
        cpu=run.device.type == "cpu",
        mixed_precision=config.training.precision,
        gradient_accumulation_steps=config.training.accumulate,
        log_with=list(config.log.trackers) or None,
        project_dir=str(out),
        kwargs_handlers=[InitProcessGroupKwargs(timeout=timedelta(hours=2))],  # others wait while one paints
    )


def make_optimizer(networks: Networks, config: TrainConfig) -> torch.optim.Optimizer:
    """AdamW over what learns, in 32 or 8 bits; ImportError when the package for the latter is missing."""
    training = config.training
    kind: Callable[..., torch.optim.Optimizer] = torch.optim.AdamW
    if training.optimizer == "adamw8bit":
        try:
            from bitsandbytes.optim import AdamW8bit as kind
        except ImportError as missing:
            raise ImportError(
                'training.optimizer "adamw8bit" needs bitsandbytes: pip install bitsandbytes, or set it to "adamw"'
            ) from missing
    return kind(networks.trained(), lr=training.lr, betas=training.betas, weight_decay=training.weight_decay)


def flat(table: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    """Nested settings as one table of texts and numbers, for trackers."""
    out: dict[str, Any] = {}
    for key, value in table.items():
        name = f"{before}{key}"
        if isinstance(value, Mapping):
            out |= flat(value, f"{name}.")
        else:
            out[name] = value if isinstance(value, int | float | str | bool) else str(value)
    return out
