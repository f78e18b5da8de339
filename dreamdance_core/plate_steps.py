"""The stages of a replacement: the clip without its person, and the character in that person's place."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, UInt8
from torch import Tensor

from . import backends
from .camera.estimate import turning_camera
from .figure_steps import main_person
from .geometry.pinhole import turning_homographies
from .io.stages import StageFiles
from .io.video import Clip
from .plate.video import PlateOptions, clean_plates
from .pose.place import standing_in_for
from .pose.regions import paint_mask, person_mask
from .run_options import AnimateOptions, Given, Stage
from .types import Cutout, PoseTrack

_AROUND = 0.05  # body heights that a person's cloth and hair reach beyond the pose


@dataclass(frozen=True, kw_only=True)
class Plates:
    """The clip without its person, as it is kept on disk."""

    bytes: UInt8[Tensor, "T H W 3"]
    hole: Bool[Tensor, "T H W"]  # 1 = was taken out
    facts: dict

    @property
    def frames(self) -> Float[Tensor, "T H W 3"]:
        return self.bytes.float().div_(255)


def clip_without(
    clip: Clip, people: PoseTrack, options: AnimateOptions, given: Given, stage: Stage, files: StageFiles
) -> Plates:
    """The clip's frames without the main person: the given mask's, else the pose's."""
    mask = paint_mask(main_person(people), grow=_AROUND, group=1) if given.driving_mask is None else given.driving_mask
    wanted = PlateOptions(shadow=options.driving_shadow, prompt=options.scene.prompt, seed=options.seed)

    def remove() -> Plates:
        run = stage("Camera of the clip")
        camera = turning_camera(clip.frames, person_mask=person_mask(people).maximum(mask), fps=clip.fps, run=run)
        still = None if camera is None else turning_homographies(camera.cameras)
        paint = backends.load("inpaint", options.inpaint, stage("Load inpainting"))
        run = stage("Take out the person")
        plates = clean_plates(clip.frames, mask, paint, homographies=still, options=wanted, run=run)
        frames = torch.empty(plates.shape, dtype=torch.uint8)
        for t in range(len(frames)):  # one by one: a clip of floats is large
            frames[t] = (plates[t : t + 1][0] * 255).round().byte()
            run.report(t + 1, len(frames), frames[t].float() / 255)
        facts = {"camera": "travels" if camera is None else camera.kind, "never_seen": round(plates.unseen, 4)}
        return Plates(bytes=frames, hole=plates.holes(), facts={"plate": facts})

    return files.once("plates", Plates, (clip, people, mask, wanted, options.inpaint), remove)


def in_place(cut: Cutout, reference: PoseTrack, driving: PoseTrack) -> tuple[Cutout, PoseTrack]:
    """The cut-out character and its pose on the clip's canvas, where the driving person stands and as tall."""
    colours, alpha, pose = standing_in_for(cut.character, cut.alpha, reference, driving)
    return Cutout(character=colours, alpha=alpha, hole_mask=(alpha > 0).float()), pose
