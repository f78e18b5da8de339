"""The driving clip without its person."""

from __future__ import annotations

from dataclasses import replace

import torch
from comfy_api.latest import io
from torch import Tensor

from ..dreamdance_core import backends
from ..dreamdance_core.camera.estimate import turning_camera
from ..dreamdance_core.geometry.pinhole import turning_homographies
from ..dreamdance_core.io.pose_files import from_pose_keypoint
from ..dreamdance_core.plate.video import PlateOptions, clean_plates
from ..dreamdance_core.pose.regions import paint_mask
from ..dreamdance_core.runtime import Runtime
from . import host
from .preview import clip_preview
from .sockets import PoseKeypoint, backend_input, download_input, seed_input


def _masked(frames: Tensor, person_mask: Tensor | None, pose: list | None, person: int) -> Tensor:
    """Who is removed (T,H,W). Raises ValueError when neither a mask nor a pose says so."""
    if person_mask is not None:
        return host.mask_of(person_mask, frames, "person_mask")
    if pose is None:
        raise ValueError("person_mask or pose must say who is removed, got neither; connect one of them")
    track = from_pose_keypoint(pose)
    if (len(track), track.height, track.width) != tuple(frames.shape[:3]):
        got = f"{len(track)} of {track.width}x{track.height}"
        want = f"{len(frames)} of {frames.shape[2]}x{frames.shape[1]}"
        raise ValueError(f"pose must have the frames' count and size ({want} px), got {got}; extract it from this clip")
    if person >= track.xy.shape[1]:
        raise ValueError(f"person must be below {track.xy.shape[1]}, the people in the pose, got {person}")
    if person >= 0:
        one = slice(person, person + 1)
        track = replace(track, xy=track.xy[:, one], score=track.score[:, one])
    return paint_mask(track, grow=0.05, group=1)


def _homographies(frames: Tensor, mask: Tensor, camera: str, fps: float, run: Runtime) -> tuple[Tensor | None, str]:
    """Frame 0 to every frame, None for a camera that travels; and what was found."""
    if camera == "rests":
        return torch.eye(3).repeat(len(frames), 1, 1), "the camera is taken to rest"
    if camera == "travels":
        return None, "the camera is taken to travel"
    found = turning_camera(frames, person_mask=mask, fps=fps, run=run)
    if found is None:
        return None, "the camera travels: the background is followed from frame to frame"
    said = f"the camera {'rests' if found.kind == 'static' else 'turns or zooms'}"
    return turning_homographies(found.cameras), "\n".join([said, *found.notes])


class RemoveCharacter(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="DreamDanceRemoveCharacter",
            display_name="Remove Character From Video",
            category="DreamDance/character",
            description="The clip without its person, in its own camera: what the person hides is taken from the "
            "frames that show it; only what no frame shows is painted, once for the whole clip: nothing flickers.",
            search_aliases=["clean plate", "video inpaint", "erase person", "object removal", "replace", "background"],
            has_intermediate_output=True,
            inputs=[
                io.Image.Input("images", tooltip="The clip, in order; its camera may rest, turn, zoom or travel."),
                backend_input(
                    "inpaint", "Paints what no frame shows. patchmatch and telea need no weights; sdxl wants a GPU."
                ),
                io.Combo.Input(
                    "camera",
                    options=["auto", "rests", "travels"],
                    default="auto",
                    tooltip="auto: found out from the background. rests: a tripod; one plate serves all frames. "
                    "travels: the background is followed by optical flow, with its parallax.",
                ),
                io.Float.Input(
                    "grow",
                    default=0.008,
                    min=0.0,
                    max=0.2,
                    step=0.002,
                    tooltip="How far beyond the mask is removed too, as a share of the picture's shorter side: soft "
                    "edges and motion blur. Raise it where a rim of the person stays.",
                ),
                io.Float.Input(
                    "shadow",
                    default=0.0,
                    min=0.0,
                    max=1.0,
                    step=0.01,
                    tooltip="How far the person's shadow on the ground reaches beside its feet, as a share of its "
                    "height, to be removed too; 0 leaves it.",
                ),
                io.String.Input(
                    "prompt", default="", multiline=True, tooltip="Describes the empty place, for painters that read."
                ),
                seed_input("the painter"),
                io.Int.Input(
                    "person",
                    default=0,
                    min=-1,
                    max=63,
                    tooltip="Which person of the pose is removed: 0 = the first, -1 = all. A mask says it by itself.",
                ),
                download_input(),
                io.Mask.Input(
                    "person_mask",
                    optional=True,
                    tooltip="1 = remove; one mask per frame, or one for all. A good mask makes a good plate.",
                ),
                PoseKeypoint.Input(
                    "pose",
                    optional=True,
                    tooltip="The clip's pose: its limbs as thick capsules are removed. Used when there is no mask.",
                ),
                io.Float.Input(
                    "fps",
                    default=24.0,
                    min=1.0,
                    max=240.0,
                    step=0.01,
                    optional=True,
                    tooltip="Frames per second of the preview.",
                ),
            ],
            outputs=[
                io.Image.Output("frames", display_name="frames", tooltip="The clip without the person."),
                io.Mask.Output(
                    "hole_mask", display_name="hole_mask", tooltip="1 = was removed; the rest is untouched."
                ),
                io.Mask.Output("painted_mask", display_name="painted_mask", tooltip="1 = no frame shows it: painted."),
                io.String.Output("report", display_name="report", tooltip="What the camera does, what was painted."),
            ],
        )

    @classmethod
    def fingerprint_inputs(cls, backend=None, **_widgets) -> str:
        return host.resolved("inpaint", backend)

    @classmethod
    def execute(
        cls, images, backend, camera, grow, shadow, prompt, seed, person, download,
        person_mask=None, pose=None, fps=24.0,
    ) -> io.NodeOutput:  # fmt: skip
        frames, run = host.from_host(images, "images"), host.runtime(download)
        mask = _masked(frames, person_mask, pose, person)
        everybody = mask if pose is None else mask.maximum(_masked(frames, None, pose, -1))
        homographies, said = _homographies(frames, everybody, camera, fps, run)
        wanted = PlateOptions(grow=grow, shadow=shadow, prompt=prompt, seed=seed % 2**63)
        paint = backends.load("inpaint", backend, run)
        plates = clean_plates(frames, mask, paint, homographies=homographies, options=wanted, run=run)
        out, painted = torch.empty_like(frames), torch.empty(frames.shape[:3])
        for t in range(len(frames)):
            out[t : t + 1], painted[t : t + 1] = plates.with_painted(slice(t, t + 1))
            run.report(t + 1, len(frames), out[t])
        said += f"\n{plates.unseen:.1%} of what was removed is seen in no frame and was painted"
        masks = (host.to_host(mask) for mask in (plates.holes().float(), painted))
        return io.NodeOutput(host.to_host(out), *masks, said, ui=clip_preview(out, fps) | {"text": [said]})
