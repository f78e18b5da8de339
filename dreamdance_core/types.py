"""The data types stages exchange, and the Protocols backends fulfil. Conventions: CONVENTIONS.md.

World: right-handed OpenCV axes (+X right, +Y down, +Z forward), the reference camera is the identity. Poses are c2w,
depth is planar z, pixel centres lie at (i+0.5, j+0.5), colours are sRGB in [0,1], masks are 1 where the noun in their
name is. Time comes first.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import Literal, Protocol, runtime_checkable

import torch
from jaxtyping import Bool, Float
from torch import Tensor

MotionKind = Literal["parallax", "rotation", "zoom", "static"]


def _require_finite(name: str, value: Tensor) -> None:
    if not torch.isfinite(value).all():
        bad = int((~torch.isfinite(value)).sum())
        raise ValueError(f"{name} must be finite, got {bad} NaN or infinite values; check the input that made it")


@dataclass(frozen=True, kw_only=True)
class Cameras:
    """One pinhole camera per frame."""

    c2w: Float[Tensor, "T 4 4"]
    K: Float[Tensor, "T 3 3"]  # pixels of a width x height picture
    width: int
    height: int
    fps: float = 24.0

    def __post_init__(self) -> None:
        if len(self.c2w) == 0 or len(self.c2w) != len(self.K):
            raise ValueError(f"cameras need one K per c2w and at least one, got {len(self.c2w)} and {len(self.K)}")
        _require_finite("camera c2w", self.c2w)
        _require_finite("camera K", self.K)
        focal = float(self.K[:, 0, 0].min())
        if focal <= 4:
            raise ValueError(f"camera K must be in pixels (fx > 4), got fx={focal:.4g}; multiply by the width")

    def __len__(self) -> int:
        return len(self.c2w)

    def __getitem__(self, index: int | slice | list[int]) -> Cameras:
        """The cameras of the chosen frames (an int keeps the time axis, with length 1)."""
        if isinstance(index, int):
            index = [index]
        return replace(self, c2w=self.c2w[index], K=self.K[index])


@dataclass(frozen=True, kw_only=True)
class Depth:
    """Planar z in scene units (the backend's own unit until the scene is placed)."""

    z: Float[Tensor, "T H W"]
    valid: Bool[Tensor, "T H W"]
    metres_per_unit: float | None = None
    K: Float[Tensor, "3 3"] | None = None  # pixels; the intrinsics the depth was computed with, when it knows
    sky: Bool[Tensor, "T H W"] | None = None  # infinitely far, and not valid; None = no sky is known


@dataclass(frozen=True, kw_only=True)
class PoseTrack:
    """COCO-WholeBody keypoints: body 0-16, feet 17-22, face 23-90, left hand 91-111, right hand 112-132.

    A missing point has score 0 (its xy is then meaningless); the person axis is stable over time.
    """

    xy: Float[Tensor, "T P 133 2"]  # pixels of a width x height picture
    score: Float[Tensor, "T P 133"]  # [0,1]
    width: int
    height: int

    def __len__(self) -> int:
        return len(self.xy)

    def __getitem__(self, index: slice | Tensor) -> PoseTrack:
        """The poses of the chosen frames."""
        return replace(self, xy=self.xy[index], score=self.score[index])


@dataclass(frozen=True, kw_only=True)
class Cutout:
    """The character cut out of its picture."""

    character: Float[Tensor, "H W 3"]  # un-premultiplied foreground colours, free of the old background
    alpha: Float[Tensor, "H W"]  # soft character mask
    hole_mask: Float[Tensor, "H W"]  # 1 where the background must be repainted: alpha dilated


@dataclass(frozen=True, kw_only=True)
class CameraSolution:
    """A camera path recovered from a clip, re-based to frame 0 (c2w[0] is the identity)."""

    cameras: Cameras  # translations in an arbitrary unit when kind is "parallax", else zero
    kind: MotionKind
    solved: Bool[Tensor, "T"]  # False where the pose was interpolated
    median_depth: float | None  # median z of the background in frame 0, in the path's own unit; None without parallax
    reprojection_px: float | None = None
    parallax_deg: float | None = None  # by how much half of the points are seen from more different directions
    notes: tuple[str, ...] = ()  # what was assumed, as sentences for the user


@dataclass(frozen=True, kw_only=True)
class Views:
    """RGBD pictures of one scene from known cameras: what Gaussians are trained on."""

    frames: Float[Tensor, "V H W 3"]
    depth: Depth
    trusted: Float[Tensor, "V H W"]  # training weight per pixel; 1 = this view is the authority, 0 = ignore
    cameras: Cameras
    fresh: Bool[Tensor, "V H W"] | None = None  # pixels that no earlier view covers: Gaussians start here; None = all


@dataclass(frozen=True, kw_only=True)
class Gaussians:
    """3D Gaussians with activated values."""

    means: Float[Tensor, "N 3"]
    quats: Float[Tensor, "N 4"]  # wxyz, unit
    scales: Float[Tensor, "N 3"]  # linear standard deviations, scene units
    opacities: Float[Tensor, "N"]  # (0,1)
    sh: Float[Tensor, "N K 3"]  # colour = 0.28209479 * sh[:, 0] + 0.5 for K = 1

    def __len__(self) -> int:
        return len(self.means)


@dataclass(frozen=True, kw_only=True)
class Render:
    """Pictures of Gaussians."""

    frames: Float[Tensor, "T H W 3"]  # over black
    alpha: Float[Tensor, "T H W"]  # coverage
    z: Float[Tensor, "T H W"]  # expected planar z; 0 where alpha is below 0.5
    cameras: Cameras


class LazyFrames(ABC):
    """A clip (T,H,W,3), or mask (T,H,W), whose frames are made when a slice of it is read.

    It has a tensor's `shape`, `len` and slices along time, so that long clips are drawn, rendered or decoded piece by
    piece; the same slice gives the same values each time.
    """

    shape: tuple[int, ...]

    def __len__(self) -> int:
        return self.shape[0]

    def span(self, cut: slice) -> tuple[int, int]:
        """First frame and end of a slice, as a tensor would read it. Raises ValueError for a step."""
        start, stop, step = cut.indices(len(self))
        if step != 1:
            raise ValueError(f"a lazy clip is read without a step, got {step}; read it whole and thin it then")
        return start, max(start, stop)

    @abstractmethod
    def __getitem__(self, cut: slice) -> Float[Tensor, "S H W *C"]:
        """The frames of a slice without a step, float32 in [0,1] on the CPU."""


@dataclass(frozen=True, kw_only=True)
class AnimateJob:
    """All that a video backend needs to paint the posed character into the background.

    Clips may be lazy; a backend says so with a class attribute `takes_lazy_frames = True`.
    """

    background: Float[Tensor, "T H W 3"] | LazyFrames
    paint_mask: Float[Tensor, "T H W"] | LazyFrames
    body: Float[Tensor, "T H W 3"] | LazyFrames
    hand: Float[Tensor, "T H W 3"] | LazyFrames
    face: Float[Tensor, "T H W 3"] | LazyFrames
    pose: PoseTrack  # retargeted to the reference, in background pixels
    reference_pose: PoseTrack  # T = 1, in reference pixels
    reference: Float[Tensor, "Hr Wr 3"]
    reference_alpha: Float[Tensor, "Hr Wr"]
    seed: int = 0
    steps: int = 50
    guidance: float = 3.5
    prompt: str = ""  # only for routes with a text encoder


@dataclass(frozen=True, kw_only=True)
class Window:
    """A stretch of a long latent, in latent frames; overlap is shared with the previous window."""

    start: int
    stop: int
    overlap: int


@runtime_checkable
class SegmentBackend(Protocol):
    def __call__(self, image: Float[Tensor, "H W 3"]) -> Float[Tensor, "H W"]:
        """Character alpha of the whole picture, in [0,1]: coarse, or final if the class says `fine = True`."""


@runtime_checkable
class PoseBackend(Protocol):
    def __call__(self, frames: Float[Tensor, "T H W 3"], boxes: Float[Tensor, "T 4"] | None = None) -> PoseTrack:
        """Raw keypoints of every person found; boxes (x0, y0, x1, y1 px) replace the person detector."""


@runtime_checkable
class CameraBackend(Protocol):
    def __call__(
        self, frames: Float[Tensor, "T H W 3"], person_mask: Float[Tensor, "T H W"] | None, focal: float | None
    ) -> CameraSolution:
        """The clip's camera with persons ignored; focal in pixels, None = estimate it.

        A class attribute `takes_tracks = True` says that it wants the corner tracks of the background too, as `tracks`.
        """


@runtime_checkable
class DepthBackend(Protocol):
    def __call__(self, frames: Float[Tensor, "T H W 3"], K: Float[Tensor, "3 3"] | None = None) -> Depth:
        """Planar z of each picture; K in pixels when the caller knows it.

        A class attribute `whole_pictures_only = True` says that it must not be asked about painted views of a scene.
        """


@runtime_checkable
class CaptionBackend(Protocol):
    def __call__(self, image: Float[Tensor, "H W 3"]) -> str:
        """What the scene shows, in a sentence or two."""


@runtime_checkable
class InpaintBackend(Protocol):
    def __call__(
        self,
        image: Float[Tensor, "H W 3"],
        hole_mask: Float[Tensor, "H W"],
        prompt: str = "",
        seed: int = 0,
        z: Float[Tensor, "H W"] | None = None,
    ) -> Float[Tensor, "H W 3"]:
        """The picture with the hole filled; pixels outside the hole come back bit-exact.

        z: planar depth of every pixel, in the hole that of what belongs there, where the caller knows it: what stands
        before the hole is not to be continued into it.
        """


@runtime_checkable
class VideoBackend(Protocol):
    def __call__(self, job: AnimateJob) -> Float[Tensor, "T H W 3"]:
        """The finished animation."""
