"""Clips that are made while they are read: a still picture, a drawn pose, a rendered scene, a clip held at its end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import torch
from jaxtyping import Float
from torch import Tensor

from .gaussians.render import render
from .pose import draw
from .runtime import Runtime
from .types import Cameras, Gaussians, LazyFrames, PoseTrack


class StillFrames(LazyFrames):
    """One picture (H,W,3), or mask (H,W), for every frame."""

    def __init__(self, picture: Float[Tensor, "H W *C"], count: int) -> None:
        self._picture = picture
        self.shape = (count, *picture.shape)

    def __getitem__(self, cut: slice) -> Float[Tensor, "S H W *C"]:
        start, stop = self.span(cut)
        return self._picture.expand(stop - start, *self.shape[1:])


class HeldFrames(LazyFrames):
    """The first `count` frames of a clip; a shorter one stands still on its last frame."""

    def __init__(self, clip: Float[Tensor, "T H W *C"] | LazyFrames, count: int) -> None:
        self._clip = clip
        self.shape = (count, *clip.shape[1:])

    def __getitem__(self, cut: slice) -> Float[Tensor, "S H W *C"]:
        start, stop = self.span(cut)
        last = len(self._clip) - 1
        first = min(start, last)
        frames = self._clip[first : max(first, min(stop - 1, last)) + 1]
        return frames[torch.arange(start, stop).clamp(max=last) - first]


class DrawnPose(LazyFrames):
    """A pose as `draw_body`, `draw_hands` or `draw_face` draws it."""

    def __init__(
        self, track: PoseTrack, width: int, height: int, drawing: Callable[[PoseTrack, int, int], Tensor]
    ) -> None:
        self._track, self._drawing = track, drawing
        self.shape = (len(track), height, width, 3)

    def __getitem__(self, cut: slice) -> Float[Tensor, "S H W 3"]:
        start, stop = self.span(cut)
        return self._drawing(self._track[start:stop], self.shape[2], self.shape[1])


def drawn_parts(track: PoseTrack, width: int, height: int) -> dict[str, DrawnPose]:
    """The three pose clips of an AnimateJob by their names: body, hand, face."""
    drawings = {"body": draw.draw_body, "hand": draw.draw_hands, "face": draw.draw_face}
    return {name: DrawnPose(track, width, height, drawing) for name, drawing in drawings.items()}


class RenderedFrames(LazyFrames):
    """A scene along a camera path, over black, at the cameras' size."""

    def __init__(self, gaussians: Gaussians, cameras: Cameras, *, run: Runtime, rasterizer: str = "auto") -> None:
        self._gaussians, self._cameras, self._run, self._rasterizer = gaussians, cameras, run, rasterizer
        self.shape = (len(cameras), cameras.height, cameras.width, 3)

    def __getitem__(self, cut: slice) -> Float[Tensor, "S H W 3"]:
        start, stop = self.span(cut)
        if start == stop:
            return torch.empty(0, *self.shape[1:])

        def report(done: int, total: int, preview: Tensor | None = None) -> None:
            self._run.report(start + done, len(self), preview)

        path, run = self._cameras[start:stop], replace(self._run, report=report)
        return render(self._gaussians, path, rasterizer=self._rasterizer, run=run).frames


def hold_pose(track: PoseTrack, count: int) -> PoseTrack:
    """The track with its last pose repeated until it has `count` frames."""
    return track[torch.arange(count).clamp(max=len(track) - 1)]


def hold_cameras(cameras: Cameras, count: int) -> Cameras:
    """The path with its last camera repeated until it has `count` frames."""
    return cameras[torch.arange(count).clamp(max=len(cameras) - 1).tolist()]
