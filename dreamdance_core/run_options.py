"""What a run of the pipeline is asked for, what it is given, and what comes back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from jaxtyping import Float
from torch import Tensor

from .gaussians.fit import FitOptions
from .pose.retarget import RetargetOptions
from .runtime import Runtime
from .scene.complete import SceneOptions
from .types import Cameras, CameraSolution, Depth, Gaussians, PoseTrack

Stage = Callable[[str], Runtime]  # the Runtime of a named stage, with that stage's own progress


@dataclass(frozen=True, kw_only=True)
class GatedOptions:
    """What only the gated model is asked for; see its SampleOptions and MemoryPlan."""

    sampler: Literal["ddim", "dpm"] = "ddim"
    weights: Literal["stored", "fp8", "int8", "nf4"] = "stored"
    offload: Literal["auto", "none", "model", "group", "sequential"] = "auto"


@dataclass(frozen=True, kw_only=True)
class AnimateOptions:
    """Backends and settings of a run; backends are names of backends.names(family)."""

    segment: str = "u2net_small"
    shadow: float = 0.0  # of the art's figure on the ground, painted over too, see segment.cutout.hole_mask
    pose: str = "blazepose"
    camera: str = "pycolmap"
    depth: str = "auto"
    inpaint: str = "patchmatch"
    caption: str | None = None  # describes the empty scene for painters that read; None = the prompt alone
    video: str = "puppet"
    world: Literal["scene", "replace", "own"] = (
        "scene"  # the art's scene; the clip without its person; Given.background
    )
    driving_shadow: float = 0.0  # of the replaced person on the ground, taken out too, see plate.holes.hole
    focal: float | None = None  # px of the art on its canvas; None = the depth's, else its width
    driving_focal: float | None = None  # px of the driving clip; None = estimated
    steps: int = 50  # of a diffusion video backend
    guidance: float = 3.5
    gated: GatedOptions = field(default_factory=GatedOptions)
    keep_background: bool = False  # outside the paint mask the background is put back untouched
    feather: int = 8  # px inside the mask over which it fades out
    scene: SceneOptions = field(default_factory=SceneOptions)
    fit: FitOptions = field(default_factory=FitOptions)
    retarget: RetargetOptions = field(default_factory=RetargetOptions)
    seed: int = 0


@dataclass(frozen=True, kw_only=True)
class Given:
    """Results the caller brings along; each replaces the stage that would make it."""

    solution: CameraSolution | None = None  # the wanted camera, from a file or by hand
    exact_path: bool = False  # its translations are in the depth's unit and are followed as they are
    depth: Depth | None = None  # of the art on its canvas
    gaussians: Gaussians | None = None  # a finished scene; with exact_path the path is in its unit
    mask: Float[Tensor, "H W"] | None = None  # of the character
    driving_mask: Float[Tensor, "T H W"] | None = None  # of the person to be replaced
    background: Float[Tensor, "B H W 3"] | None = None  # for the world "own": one picture, or one per frame


@dataclass(frozen=True, kw_only=True)
class Description:
    """What a caption backend says about the empty scene, without what it says about anybody in it."""

    text: str


@dataclass(frozen=True, kw_only=True)
class Animation:
    """All that a run made."""

    frames: Float[Tensor, "T H W 3"]
    background: Float[Tensor, "T H W 3"]
    pose: PoseTrack  # of the driving person
    prompt: str  # what painters that read were told: the user's words and the caption
    facts: dict = field(default_factory=dict)  # about the background, for the report
    # Only in a scene:
    cameras: Cameras | None = None
    gaussians: Gaussians | None = None
    solution: CameraSolution | None = None
