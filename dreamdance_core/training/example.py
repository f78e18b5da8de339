"""A training clip in pixels, exactly as the model sees a job when it is used."""

from __future__ import annotations

from dataclasses import dataclass, replace

from jaxtyping import Float
from torch import Tensor

from ..pose import draw
from ..pose.regions import paint_mask
from ..types import AnimateJob, LazyFrames
from .degrade.recipe import Recipe, degrade, fill_boxes
from .objective import TIME
from .records import ByteFrames, TrainingClip, to_bytes


@dataclass(frozen=True, kw_only=True)
class Example:
    """What is asked of the model, and what it should answer."""

    name: str  # of the clip
    frames: Float[Tensor, "T H W 3"] | LazyFrames  # the truth, [0,1]
    job: AnimateJob  # with the damaged background


def packed(example: Example) -> Example:
    """The same with its clips as bytes, a quarter of the memory: samples travel between processes and wait in queues.
    Only the damaged background changes by it, by half a grey level at most."""
    job = example.job
    clips = {
        name: ByteFrames(to_bytes(getattr(job, name))) for name in ("background", "paint_mask", "body", "hand", "face")
    }
    return replace(example, frames=ByteFrames(to_bytes(example.frames)), job=replace(job, **clips))


def painted_region(clip: TrainingClip) -> Float[Tensor, "T H W"]:
    """1 where the character may be painted: as a job has it, from the poses and the reference's matte, and everywhere
    the character really is, so that the background gives nothing of it away. One for the frames of a latent."""
    reference = clip.reference
    region = paint_mask(clip.pose, reference_pose=reference.pose, reference_alpha=reference.mask.float())
    own = clip.mask.unflatten(0, (-1, TIME)).any(1).repeat_interleave(TIME, 0)
    return region.maximum(own.float())


def make_example(clip: TrainingClip, damage_seed: int, recipe: Recipe | None = None) -> Example:
    """The clip with its background damaged by the seed; everything else follows from the clip alone.

    Raises ValueError for a pose that is not in the clip's own pixels.
    """
    height, width = clip.frames.shape[1:3]
    if (clip.pose.width, clip.pose.height) != (width, height):
        raise ValueError(
            f"{clip.name}: pose must be in the clip's pixels, {width}x{height}, got {clip.pose.width}x"
            f"{clip.pose.height}; build the dataset anew"
        )
    damaged = degrade(clip.background.float() / 255, damage_seed, recipe=recipe, z=clip.z).frames
    job = AnimateJob(
        background=damaged,
        paint_mask=painted_region(clip),
        body=draw.draw_body(clip.pose, width, height),
        hand=draw.draw_hands(clip.pose, width, height),
        face=draw.draw_face(clip.pose, width, height),
        pose=clip.pose,
        reference_pose=clip.reference.pose,
        reference=clip.reference.picture.float() / 255,
        reference_alpha=clip.reference.mask.float(),
    )
    return Example(name=clip.name, frames=clip.frames.float() / 255, job=job)


def boxed(example: Example) -> Example:
    """The same with the box about the character black in the background."""
    job = example.job
    return replace(example, job=replace(job, background=fill_boxes(job.background, job.paint_mask)))
