"""The gated model in ComfyUI: its checkpoint loaded from the host's model folders, and a video sampled with it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import folder_paths
import torch
from comfy_api.latest import io

from ..dreamdance_core.long.aggregate import fusion
from ..dreamdance_core.runtime import Runtime
from ..dreamdance_core.types import PoseTrack
from ..dreamdance_core.video.control import paste_back
from . import host
from .gate_chart import gate_chart
from .preview import clip_preview
from .sockets import GatedModel, Windows, seed_input
from .video import animate_job, over_time

if TYPE_CHECKING:
    from ..dreamdance_core.video.backends.gated_cogvideox import GatedModel as GatedParts
    from ..dreamdance_core.video.backends.gated_cogvideox import SampleOptions

_AUTO = "auto"
_WEIGHTS = ["stored", "fp8", "int8", "nf4"]
_OFFLOADS = [_AUTO, "model", "group", "sequential"]

_BY_HAND = "Without effect: a checkpoint, its base model and CLIP are put into their folders by hand."


class LoadModel(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="DreamDanceLoadModel",
            display_name="Load DreamDance Model",
            category="DreamDance/video",
            description="A gated CogVideoX: the trained layers (one safetensors file in models/dreamdance) over "
            "their base "
            "model (a diffusers folder).",
            search_aliases=["cogvideox", "load checkpoint", "gated model", "dreamdance loader"],
            inputs=[
                io.Combo.Input(
                    "checkpoint",
                    options=_checkpoints(),
                    tooltip="The trained layers, a safetensors file in models/dreamdance. Its metadata names its base.",
                ),
                io.String.Input(
                    "base",
                    default="",
                    placeholder="CogVideoX-5b-I2V",
                    tooltip="The base model in models/diffusers, diffusion_models or dreamdance: a folder "
                    "(transformer, vae) or one file of its transformer (.safetensors, .gguf); empty = the one that "
                    "the checkpoint's metadata names.",
                ),
                io.Boolean.Input("download", default=False, advanced=True, tooltip=_BY_HAND),
                io.Combo.Input(
                    "weights",
                    options=_WEIGHTS,
                    default="stored",
                    optional=True,
                    tooltip="How the transformer's weights are kept, for the 5B base: as stored 11 GB; fp8 or int8 "
                    "6.5 GB; nf4 4 GB, a little less exact. Gates, projections and norms are never packed.",
                ),
                io.Combo.Input(
                    "offload",
                    options=_OFFLOADS,
                    default=_AUTO,
                    optional=True,
                    tooltip="What is on the GPU at a time. model: the whole transformer; group: two of its blocks, "
                    "for 6 to 12 GB cards; sequential: one layer, slowest; auto: the first of these that the card "
                    "has room for.",
                ),
                io.Combo.Input(
                    "vae",
                    options=_single_files("vae"),
                    default=_AUTO,
                    optional=True,
                    advanced=True,
                    tooltip="CogVideoX's autoencoder as one file in models/vae; auto = the base folder's, else the "
                    "first one found.",
                ),
                io.Combo.Input(
                    "clip_vision",
                    options=_single_files("clip_vision"),
                    default=_AUTO,
                    optional=True,
                    advanced=True,
                    tooltip="CLIP ViT-L/14 as one file in models/clip_vision; auto = the folder "
                    "clip-vit-large-patch14, else the first one found.",
                ),
            ],
            outputs=[GatedModel.Output("model", display_name="model", tooltip="For Gated Video Inpaint.")],
        )

    @classmethod
    def fingerprint_inputs(cls, checkpoint, base=None, vae=None, clip_vision=None, **_widgets) -> str:
        named = {"dreamdance": checkpoint, "vae": vae, "clip_vision": clip_vision}
        paths = [folder_paths.get_full_path(key, name) for key, name in named.items() if name not in (None, _AUTO)]
        paths += [str(folder / base) for folder in host.weight_folders() if base and (folder / base).exists()]
        return ":".join([f"{checkpoint}", *(host.file_stamp(path) for path in paths)])

    @classmethod
    def execute(
        cls, checkpoint, base, download=False, weights="stored", offload=_AUTO, vae=_AUTO, clip_vision=_AUTO
    ) -> io.NodeOutput:
        from ..dreamdance_core.video.backends.gated_cogvideox import MemoryPlan, load_checkpoint
        from ..dreamdance_core.video.backends.gated_cogvideox.sources import Parts

        path = Path(folder_paths.get_full_path_or_raise("dreamdance", checkpoint))
        parts = Parts(base=_base_place(base), vae=_chosen("vae", vae), clip=_chosen("clip_vision", clip_vision))
        plan = MemoryPlan(weights=weights, offload=offload)
        model = load_checkpoint(path, host.runtime(download), parts=parts, plan=plan, free=host.device_memory())
        return io.NodeOutput(model)


def _chosen(key: str, name: str) -> Path | None:
    return None if name == _AUTO else Path(folder_paths.get_full_path_or_raise(key, name))


def _base_place(name: str) -> Path | None:
    """The base model's folder or file in the host's model folders; None = let the checkpoint's metadata decide."""
    if not name.strip():
        return None
    inside = not Path(name).is_absolute() and ".." not in Path(name).parts
    found = [folder / name for folder in host.weight_folders() if inside and (folder / name).exists()]
    if not found:
        places = ", ".join(str(folder) for folder in host.weight_folders())
        raise FileNotFoundError(f"base {name!r} is not a folder or file in {places}; put the base model there")
    return found[0]


def _checkpoints() -> list[str]:
    if "dreamdance" not in folder_paths.folder_names_and_paths:
        return []
    names = [name for name in folder_paths.get_filename_list("dreamdance") if name.endswith(".safetensors")]
    return sorted(names, key=lambda name: not name.endswith(".dreamdance.safetensors"))  # base models lie there too


def _single_files(key: str) -> list[str]:
    return [_AUTO, *(name for name in folder_paths.get_filename_list(key) if name.endswith(".safetensors"))]


class GatedVideoInpaint(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="DreamDanceGatedVideoInpaint",
            display_name="Gated Video Inpaint",
            category="DreamDance/video",
            description="The paper's second stage: paints the posed character into the background video and "
            "repairs it.",
            search_aliases=["cogvideox", "video inpaint", "animate character", "dreamdance sampler"],
            has_intermediate_output=True,
            inputs=[*_conditions(), *sampling_inputs(), *_preview_inputs(), *finishing_inputs()],
            outputs=[
                io.Image.Output("frames", display_name="frames", tooltip="The finished animation."),
                io.Image.Output(
                    "gates",
                    display_name="gate_chart",
                    tooltip="Both gates over the denoising steps, first step on the left, as in the paper's Fig. 10.",
                ),
            ],
        )

    @classmethod
    def execute(cls, model, background, paint_mask, body, hands, face, reference, reference_mask, **options):
        from ..dreamdance_core.video.backends.gated_cogvideox import sample

        count = len(background)
        inputs = {"background": background, "paint_mask": paint_mask}
        inputs |= {"reference": reference, "reference_mask": reference_mask}
        clips = {"body": body, "hand": hands, "face": face}
        drawn = {name: over_time(name, host.from_host(clip, name), count) for name, clip in clips.items()}
        height, width = background.shape[1:3]
        nobody = PoseTrack(
            xy=torch.zeros(count, 1, 133, 2), score=torch.zeros(count, 1, 133), width=width, height=height
        )
        wanted = {"seed": options["seed"] % 2**63, "steps": options["steps"], "guidance": options["guidance"]}
        job = animate_job(inputs, count, pose=nobody, reference_pose=nobody[:1], **drawn, **wanted)
        how = sample_options(options)
        result = sample(job, model, how, runtime_for(model, how, (count, height, width)), fusion(how.fusion))
        frames = result.frames
        if options.get("keep_background", False):
            frames = paste_back(frames, job.background, job.paint_mask, options.get("feather", 16))
        chart = host.to_host(gate_chart(result.gates)[None])
        return io.NodeOutput(host.to_host(frames), chart, ui=clip_preview(frames, options.get("fps", 24.0)))


def runtime_for(model: GatedParts, how: SampleOptions, size: tuple[int, int, int], room: int = 0) -> Runtime:
    """The Runtime of a job of (frames, height, width): the host makes room for the work; a note says what it needs.

    room: bytes on the device for what else is done meanwhile.
    """
    from ..dreamdance_core.video.backends.gated_cogvideox import memory

    longest = max((4 * (window.stop - window.start) for window in how.windows), default=size[0])
    once = (longest, *size[1:])
    run = host.runtime(room=room + memory.working_bytes(model.transformer, model.vae, once))
    if text := memory.advice(model.transformer, model.vae, once, host.device_memory()):
        run.note(text)
    return run


def sample_options(options: dict) -> SampleOptions:
    """SampleOptions from the node's widgets and its plan of windows."""
    from ..dreamdance_core.video.backends.gated_cogvideox import SampleOptions

    plan = options.get("windows")
    return SampleOptions(
        windows=plan.windows if plan else (),
        fusion=plan.mode if plan else "blend",
        pose_strength=options.get("pose_gate", 1.0),
        reference_strength=options.get("character_gate", 1.0),
        sampler=options.get("sampler", "ddim"),
        cache=options.get("cache") or None,
    )


def _conditions() -> list[io.Input]:
    return [
        GatedModel.Input("model", tooltip="From Load DreamDance Model."),
        io.Image.Input("background", tooltip="The background video: 8k frames, or 8k+1 in one window."),
        io.Mask.Input("paint_mask", tooltip="1 = paint; from Retarget Pose."),
        io.Image.Input("body", tooltip="Body video, from Retarget Pose."),
        io.Image.Input("hands", tooltip="Hand video, from Retarget Pose."),
        io.Image.Input("face", tooltip="Face video, from Retarget Pose."),
        io.Image.Input("reference", tooltip="The character picture."),
        io.Mask.Input("reference_mask", tooltip="1 = character in the reference."),
    ]


def sampling_inputs() -> list[io.Input]:
    return [
        io.Int.Input("steps", default=50, min=1, max=1000, tooltip="Steps: 50 for ddim, 15 to 25 for dpm."),
        io.Float.Input(
            "guidance", default=3.5, min=1.0, max=20.0, step=0.1, tooltip="Guidance scale; 1 = off and twice as fast."
        ),
        seed_input("the noise"),
        io.Float.Input(
            "pose_gate",
            default=1.0,
            min=0.0,
            max=2.0,
            step=0.05,
            advanced=True,
            tooltip="Multiplies the learned pose gate: 0 closes it, 1 as trained, above 1 exaggerates.",
        ),
        io.Float.Input(
            "character_gate",
            default=1.0,
            min=0.0,
            max=2.0,
            step=0.05,
            advanced=True,
            tooltip="Multiplies the learned character gate, likewise.",
        ),
        Windows.Input("windows", optional=True, tooltip="For long clips: the plan of Temporal Aggregate."),
        io.Combo.Input(
            "sampler",
            options=["ddim", "dpm"],
            default="ddim",
            optional=True,
            tooltip="ddim: the paper's, 50 steps; dpm: DPM-Solver++, as good in 15 to 25.",
        ),
        io.Float.Input(
            "cache",
            default=0.0,
            min=0.0,
            max=0.5,
            step=0.01,
            optional=True,
            tooltip="Steps that change the first block by less than this share reuse the last result: 0 = off, 0.05 "
            "careful, 0.15 fast. More memory.",
        ),
    ]


def _preview_inputs() -> list[io.Input]:
    return [
        io.Float.Input(
            "fps",
            default=24.0,
            min=1.0,
            max=240.0,
            step=0.01,
            optional=True,
            tooltip="Frames per second of the preview only.",
        ),
    ]


def finishing_inputs() -> list[io.Input]:
    return [
        io.Boolean.Input(
            "keep_background",
            default=False,
            optional=True,
            tooltip="Pastes the untouched background back outside the mask, so that it cannot drift; then the model "
            "repairs it inside the mask only.",
        ),
        io.Int.Input(
            "feather",
            default=16,
            min=0,
            max=256,
            optional=True,
            tooltip="px inside the mask over which keep_background fades; 0 = a hard edge.",
        ),
    ]
