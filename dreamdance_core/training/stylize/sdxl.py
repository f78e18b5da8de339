"""Any SDXL checkpoint with a depth and an edge ControlNet, as a painter of whole grids.

Weights and their licences are the user's choice: a diffusers folder or one .safetensors file, and a folder per
ControlNet.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from ...runtime import Report, Runtime

_PARTS = ("text_encoder", "text_encoder_2", "unet", "vae", "controlnet")
_AVOID = "lowres, blurry, text, watermark, signature, frame, border, comic panels, extra limbs"


@dataclass(frozen=True, kw_only=True)
class Painting:
    """How a grid is painted."""

    depth_scale: float = 0.7  # of the depth ControlNet; 0.6 to 0.8
    edge_scale: float = 0.6  # of the edge ControlNet; 0.5 to 0.7
    strength: float = 1.0  # 1: from noise, depth and edges alone; less keeps colours of the frames
    steps: int = 30
    guidance: float = 6.0
    avoid: str = _AVOID

    def __post_init__(self) -> None:
        if not 0 < self.strength <= 1:
            raise ValueError(f"strength must lie in (0,1], got {self.strength}; 1 keeps only depth and edges")
        if self.steps * self.strength < 1:
            raise ValueError(f"{self.steps} steps at strength {self.strength} are none; take more steps")
        for name in ("depth_scale", "edge_scale"):
            if not 0 <= getattr(self, name) <= 2:
                raise ValueError(f"{name} must lie in 0 to 2, got {getattr(self, name)}; 0.6 is usual")


class SdxlStyle:
    """Paints a picture anew along its depth and edges. encode turns (prompt, what to avoid) into embedding arguments.

    pipe: diffusers' StableDiffusionXLControlNetPipeline, or the Img2Img one for a strength below 1, with both
    ControlNets in the order depth, edges.
    """

    def __init__(
        self, pipe: Any, encode: Callable[[str, str], dict[str, Any]], run: Runtime, painting: Painting | None = None
    ) -> None:
        self.pipe, self.encode, self.run, self.painting = pipe, encode, run, painting or Painting()
        parts = {name: getattr(pipe, name) for name in _PARTS}
        self.parts = torch.nn.ModuleDict({name: part for name, part in parts.items() if part is not None})

    @torch.no_grad()
    def __call__(
        self,
        picture: Float[Tensor, "H W 3"],
        depth: Float[Tensor, "H W"],
        edges: Float[Tensor, "H W"],
        prompt: str,
        seed: int,
        report: Report | None = None,
    ) -> Float[Tensor, "H W 3"]:
        """The picture in the prompt's style, on the CPU. depth: 1 = near; edges: 1 = line.

        Raises ValueError for sides that are no multiples of 8 and for colours that are not finite.
        """
        height, width = picture.shape[:2]
        if height % 8 or width % 8:
            raise ValueError(f"SDXL paints pictures whose sides are multiples of 8, got {width}x{height}; resize it")
        report, wanted = report or self.run.report, self.painting
        total = max(1, int(wanted.steps * wanted.strength))

        def step(pipe: Any, index: int, timestep: Any, values: dict) -> dict:
            report(min(index + 1, total), total)
            return values

        report(0, total)
        with self.run.resident(self.parts):
            painted = self.pipe(
                **self.encode(prompt, wanted.avoid),
                **self._pictures(picture, depth, edges),
                controlnet_conditioning_scale=[wanted.depth_scale, wanted.edge_scale],
                num_inference_steps=wanted.steps,
                guidance_scale=wanted.guidance,
                height=height,
                width=width,
                generator=self.run.generator(seed),
                output_type="pt",
                callback_on_step_end=step,
            ).images
        painted = painted[0].float().cpu().movedim(0, -1).contiguous()
        if not torch.isfinite(painted).all():
            raise ValueError("SDXL must give finite colours, got NaN; run it in a wider number type")
        report(total, total, painted)
        return painted

    def _pictures(self, picture: Tensor, depth: Tensor, edges: Tensor) -> dict[str, Any]:
        def ready(one: Tensor) -> Tensor:
            return one.movedim(-1, 0)[None].to(self.run.device, self.run.dtype)

        conditions = [ready(one[..., None].expand(-1, -1, 3)) for one in (depth, edges)]
        if self.painting.strength < 1:
            return {"image": ready(picture), "control_image": conditions, "strength": self.painting.strength}
        return {"image": conditions}


def _diffusers() -> Any:
    try:
        import diffusers
    except ImportError as missing:
        raise ImportError(
            "restyling needs diffusers: pip install diffusers transformers (the extra dreamdance[training])"
        ) from missing
    return diffusers


@dataclass(frozen=True, kw_only=True)
class Files:
    """Where the networks lie."""

    checkpoint: Path  # a diffusers folder, or one .safetensors file
    depth: Path  # folder of the depth ControlNet
    edges: Path  # folder of the edge ControlNet
    config: Path | None = (
        None  # for one file: a diffusers folder of SDXL's configs and tokenizers; None: the hub's cache
    )


def load(files: Files, run: Runtime, painting: Painting | None = None) -> SdxlStyle:
    """The painter from local files. Raises FileNotFoundError or ValueError that names what is missing or unfit."""
    diffusers, painting = _diffusers(), painting or Painting()
    nets = [_controlnet(diffusers, place, what, run) for what, place in (("depth", files.depth), ("edge", files.edges))]
    pipeline = diffusers.StableDiffusionXLControlNetPipeline
    if painting.strength < 1:
        pipeline = diffusers.StableDiffusionXLControlNetImg2ImgPipeline
    pipe = _pipe(pipeline, diffusers.MultiControlNetModel(nets), files, run)
    pipe.set_progress_bar_config(disable=True)

    def encode(prompt: str, avoid: str) -> dict[str, Any]:
        return {"prompt": prompt, "negative_prompt": avoid}

    return SdxlStyle(pipe, encode, run, painting)


def _controlnet(diffusers: Any, place: Path, what: str, run: Runtime) -> Any:
    if not (place / "config.json").is_file():
        raise FileNotFoundError(
            f"the {what} ControlNet must be a diffusers folder with config.json, {place} is none; copy one there"
        )
    net = diffusers.ControlNetModel.from_pretrained(place, local_files_only=True, torch_dtype=run.dtype)
    if net.config.addition_embed_type != "text_time":
        raise ValueError(f"the {what} ControlNet in {place} is not one for SDXL; choose an SDXL ControlNet")
    return net


def _pipe(pipeline: Any, controlnet: Any, files: Files, run: Runtime) -> Any:
    place = files.checkpoint
    options = {"controlnet": controlnet, "torch_dtype": run.dtype, "add_watermarker": False}
    if (place / "model_index.json").is_file():
        return pipeline.from_pretrained(place, local_files_only=True, use_safetensors=True, **options)
    if place.suffix != ".safetensors" or not place.is_file():
        raise FileNotFoundError(
            f"the SDXL checkpoint must be a diffusers folder or one .safetensors file, {place} is neither; give another"
        )
    if files.config is not None and not (files.config / "model_index.json").is_file():
        raise FileNotFoundError(f"{files.config} must be a diffusers folder with model_index.json; give SDXL's own")
    if files.config is not None:
        options["config"] = str(files.config)
    try:
        return pipeline.from_single_file(str(place), local_files_only=not run.download, **options)
    except OSError as error:
        raise FileNotFoundError(
            f"{place.name} needs SDXL's configs and tokenizers beside it ({str(error).splitlines()[0]}); give a "
            "diffusers folder of SDXL that holds them, or allow the download"
        ) from error
