"""The report of a solved camera, and focal lengths in px, millimetres and degrees."""

from __future__ import annotations

import argparse
import math

import pytest
import torch

from dreamdance_core.camera.report import report_lines
from dreamdance_core.cli import _lens
from dreamdance_core.geometry.convert import focal_px
from dreamdance_core.geometry.pinhole import intrinsics
from dreamdance_core.types import Cameras, CameraSolution


def _solution(**change) -> CameraSolution:
    c2w = torch.eye(4).repeat(3, 1, 1)
    c2w[:, 0, 3] = torch.tensor([0.0, 2.0, 1.0])
    K = torch.stack([intrinsics(640, 384, f) for f in (500.0, 550.0, 600.0)])
    values = {
        "cameras": Cameras(c2w=c2w, K=K, width=640, height=384),
        "kind": "parallax",
        "solved": torch.tensor([True, False, True]),
        "median_depth": 4.0,
        "reprojection_px": 0.123,
        "parallax_deg": 7.5,
        "notes": ("one thing was assumed",),
    }
    return CameraSolution(**values | change)


def test_every_figure_is_told() -> None:
    lines = report_lines(_solution(), 12.34)
    assert lines == [
        "motion: parallax",
        "frames solved: 2 of 3",
        "focal length: 500.0 px at 640 px width, 500.0 to 600.0 px over the clip",
        "parallax: 7.50 degrees, first to last sight of a background point",
        "path length: 0.750 of the background's median depth",
        "farthest from the start: 0.500 of that depth",
        "reprojection error: 0.12 px, the median",
        "time: 12.3 s",
        "one thing was assumed",
    ]


def test_what_is_not_known_is_not_told() -> None:
    lines = report_lines(_solution(median_depth=None, reprojection_px=None, parallax_deg=None, notes=()))
    assert [line.split(":")[0] for line in lines] == ["motion", "frames solved", "focal length"]


def test_lens_units() -> None:
    """36 mm of film span the longer side; degrees span the width."""
    assert focal_px(700.0, "px", 640, 384) == 700
    assert focal_px(36.0, "mm", 640, 384) == 640 and focal_px(36.0, "mm", 384, 640) == 640
    assert focal_px(90.0, "degrees", 640, 384) == pytest.approx(320)
    for value, unit in ((3.0, "px"), (math.nan, "px"), (0.2, "mm"), (180.0, "degrees"), (50.0, "inch")):
        with pytest.raises(ValueError, match=r"px|degrees"):
            focal_px(value, unit, 640, 384)


def test_lens_on_the_command_line() -> None:
    wanted = {"800": (800, "px"), "812.5px": (812.5, "px"), "35mm": (35, "mm"), "60deg": (60, "degrees")}
    assert {text: _lens(text) for text in wanted} == wanted
    for text in ("", "mm", "1.2.3", "-5", "35 inches"):
        with pytest.raises(argparse.ArgumentTypeError, match="800px, 35mm or 60deg"):
            _lens(text)
