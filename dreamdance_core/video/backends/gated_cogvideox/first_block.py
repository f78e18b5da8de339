"""First-block caching: a step whose first block does nearly what it did before reuses what the other blocks did.

The rule is ParaAttention's (chengzeyi/ParaAttention, first block cache; also in diffusers). Here the state is handed
in by the sampler, one for each window and guidance branch: none is read by another, none outlives the run, and those of
many windows rest in host memory. diffusers' own caches (`enable_cache`) work beside it.
"""

from __future__ import annotations

from jaxtyping import Float
from torch import Tensor


class FirstBlockState:
    """What one window and branch remembers of its last full step."""

    def __init__(self, threshold: float, *, parked: bool = False) -> None:
        """`threshold`: relative change of the first block's residual; `parked`: rest in host memory between steps."""
        self.threshold = threshold
        self.parked = parked
        self.full, self.reused = 0, 0  # steps so far
        self._first: Tensor | None = None
        self._rest: Tensor | None = None

    def unchanged(self, first: Float[Tensor, "B N D"]) -> bool:
        """Whether the first block's residual is within the threshold of that of the last full step; else keeps it."""
        if self._first is not None:
            known = self._first.to(first.device)
            change = (first - known).abs().float().mean() / known.abs().float().mean()
            if bool(change < self.threshold):
                self.reused += 1
                return True
        self.full += 1
        self._first = self._home(first)
        return False

    def rest_for(self, tokens: Tensor) -> Float[Tensor, "B N D"]:
        """What the blocks after the first added in the last full step."""
        return self._rest.to(tokens.device)

    def keep(self, rest: Float[Tensor, "B N D"]) -> None:
        self._rest = self._home(rest)

    def _home(self, tensor: Tensor) -> Tensor:
        return tensor.detach().cpu() if self.parked else tensor.detach()
