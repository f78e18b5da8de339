"""The gate chart: how far both gates of the gated model are open, over the denoising steps."""

from __future__ import annotations

import math

import numpy as np
import torch
from jaxtyping import Float
from PIL import Image, ImageDraw, ImageFont
from torch import Tensor

_SIZE = (960, 540)
_PLOT = (96, 64, 930, 462)  # left, top, right, bottom
_PAPER, _INK, _GRID = (255, 255, 255), (40, 40, 40), (222, 222, 222)
_LINES = (("pose gate tanh(g_p)", (20, 90, 200)), ("character gate tanh(g_c)", (214, 96, 0)))


def _ticks(low: float, high: float, count: int) -> list[float]:
    """Round numbers from low to high, about `count` of them."""
    rough = (high - low) / count
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough * 0.999)
    first = math.ceil(low / step - 1e-6)
    return [step * number for number in range(first, math.floor(high / step + 1e-6) + 1)]


def _range(values: Tensor) -> tuple[float, float]:
    """0 to 1, and further down where a gate is negative: gates are tanh."""
    return (0.0 if float(values.min()) >= 0 else -1.0), 1.0


def gate_chart(gates: Float[Tensor, "S 2"]) -> Float[Tensor, "540 960 3"]:
    """Pose and character gate over the steps, the first (pure noise) on the left, with axes and a legend."""
    values = gates.detach().float().cpu()
    picture = Image.new("RGB", _SIZE, _PAPER)
    pen, small, large = ImageDraw.Draw(picture), ImageFont.load_default(18), ImageFont.load_default(20)
    left, top, right, bottom = _PLOT
    low, high = _range(values)
    steps = len(values)

    def across(step: float) -> float:
        return left + (right - left) * step / max(1, steps - 1)

    def up(value: float) -> float:
        return bottom - (bottom - top) * (value - low) / (high - low)

    for value in _ticks(low, high, 5):
        pen.line([(left, up(value)), (right, up(value))], fill=_GRID if abs(value) > 1e-9 else _INK)
        pen.text((left - 12, up(value)), f"{value:.1f}", fill=_INK, font=small, anchor="rm")
    for step in sorted({round(tick) for tick in _ticks(0, max(1, steps - 1), 10)}):
        pen.line([(across(step), bottom), (across(step), bottom + 6)], fill=_INK)
        pen.text((across(step), bottom + 12), str(step), fill=_INK, font=small, anchor="mt")
    pen.rectangle(_PLOT, outline=_INK)
    pen.text(
        ((left + right) / 2, _SIZE[1] - 12), "denoising step (first = pure noise)", fill=_INK, font=large, anchor="mb"
    )
    for column, (name, colour) in enumerate(_LINES):
        points = [(across(step), up(float(values[step, column]))) for step in range(steps)]
        if steps > 1:
            pen.line(points, fill=colour, width=4, joint="curve")
        for x, y in points if steps <= 60 else ():
            pen.ellipse([x - 4, y - 4, x + 4, y + 4], fill=colour)
        begin = left + 420 * column
        pen.line([(begin, 34), (begin + 40, 34)], fill=colour, width=4)
        last = f"{name}: {float(values[0, column]):.2f} to {float(values[-1, column]):.2f}"
        pen.text((begin + 50, 34), last, fill=_INK, font=large, anchor="lm")
    return torch.from_numpy(np.asarray(picture).copy()).float() / 255
