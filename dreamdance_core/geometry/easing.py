"""Ramps from 0 to 1 that say how a move begins and ends."""

from __future__ import annotations

from collections.abc import Callable

from jaxtyping import Float
from torch import Tensor


def _begun(t: Tensor) -> Tensor:
    """From rest to 1.5 times the mean speed."""
    return t * t * (3 - t) / 2


_RAMPS: dict[str, Callable[[Tensor], Tensor]] = {
    "smooth": lambda t: t * t * (3 - 2 * t),
    "linear": lambda t: t,
    "in": _begun,
    "out": lambda t: 1 - _begun(1 - t),
}
EASES = tuple(_RAMPS)


def eased(ramp: Float[Tensor, "T"], ease: str = "smooth") -> Float[Tensor, "T"]:
    """The ramp (0 to 1) at rest on both ends (smooth), on none (linear), only at its start (in) or its end (out)."""
    if ease not in _RAMPS:
        raise ValueError(f"ease must be one of {', '.join(EASES)}, got {ease!r}")
    return _RAMPS[ease](ramp)
