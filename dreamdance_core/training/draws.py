"""What is drawn and how the training changes over its steps; all of it follows from the seed, the step and the place.

Nothing depends on the number of processes, on how often a run was stopped, or on what was drawn before.
"""

from __future__ import annotations

import hashlib

import torch

from .config import ObjectiveConfig


def keyed_seed(*parts: str | int) -> int:
    """A seed below 2^63 that depends on every part."""
    digest = hashlib.blake2b("/".join(map(str, parts)).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1


def keyed_generator(*parts: str | int) -> torch.Generator:
    """A CPU generator with such a seed."""
    return torch.Generator().manual_seed(keyed_seed(*parts))


def chance(probability: float, *parts: str | int) -> bool:
    """True with this probability, by these parts."""
    return float(torch.rand((), generator=keyed_generator(*parts))) < probability


def fill_probability(step: int, objective: ObjectiveConfig) -> float:
    """How likely the box about the character is black in the background: 1 at first, then falling to its floor."""
    start, end = objective.fill_full_steps, objective.fill_end_steps
    if step < start:
        return 1.0
    if step >= end:
        return objective.fill_floor
    return 1.0 + (objective.fill_floor - 1.0) * (step - start) / (end - start)


def character_weight(step: int, objective: ObjectiveConfig) -> float:
    """How much more the character counts in the loss: from its first value straight to 1."""
    if step >= objective.weight_steps:
        return 1.0
    return 1.0 + (objective.character_weight - 1.0) * (1 - step / objective.weight_steps)


def clip_at(number: int, moving: int, still: int, share: float, seed: int) -> tuple[bool, int]:
    """Which clip the sample of this number (counted over all steps) takes: (is it a still one, its place among them).

    Every clip of a kind comes once before any comes again, in an order of its own each time; the still ones are spread
    evenly among the others.
    """
    before, after = int(number * share), int((number + 1) * share)
    is_still = after > before or moving == 0
    turn, size = (before, still) if is_still and moving else (number, still) if is_still else (number - before, moving)
    epoch, place = divmod(turn, size)
    order = torch.randperm(size, generator=keyed_generator("order", seed, int(is_still), epoch))
    return is_still, int(order[place])
