"""ViTPose+ base (Xu et al. 2022; hub usyd-community/vitpose-plus-base, Apache-2.0), weight `vitpose`, in transformers.

Bodies of 17 points, or all 133 with a whole-body checkpoint in its folder. Persons come from the
given boxes, else from RT-DETR (PekingU/rtdetr_r50vd_coco_o365, Apache-2.0) where its weights (`rtdetr`) are, else from
blazepose.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from ...io import weights
from ...runtime import Runtime
from ..keypoints import visible
from ..topdown import TopDown
from . import blazepose

SIZE = (192, 256)  # patch width, height
MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
MIN_SCORE = 0.3  # of a person of RT-DETR
BODY_EXPERT, WHOLE_BODY_EXPERT = 0, 5  # of the "plus" models: COCO and COCO-WholeBody


class VitPoseNet:
    """Points per patch, from heat maps with sub-pixel peaks (DARK: Zhang et al. 2020)."""

    def __init__(self, model: Any, peaks: Callable[[np.ndarray], np.ndarray], run: Runtime) -> None:
        self.model, self.peaks, self.run = model, peaks, run

    def __call__(self, patches: Float[np.ndarray, "N h w 3"]) -> tuple[np.ndarray, np.ndarray]:
        planes = (torch.from_numpy(patches).permute(0, 3, 1, 2) - _column(MEAN)) / _column(DEVIATION)
        options = {}
        if self.model.config.backbone_config.num_experts > 1:
            points = self.model.config.num_labels
            expert = WHOLE_BODY_EXPERT if points > 17 else BODY_EXPERT
            options["dataset_index"] = torch.full((len(planes),), expert, device=self.run.device)
        with torch.inference_mode(), self.run.resident(self.model) as model:
            planes = planes.to(self.run.device, next(model.parameters()).dtype)
            heat = model(pixel_values=planes, **options).heatmaps.float().cpu().numpy()
        # Trained with unbiased data processing: first and last heat value lie on the first and last pixel's centre.
        scale = np.array([(patches.shape[k] - 1) / (heat.shape[k + 1] - 1) for k in (2, 1)])
        return self.peaks(heat) * scale + 0.5, heat.max(axis=(2, 3))


class RTDetr:
    """Boxes of the persons in a picture."""

    def __init__(self, model: Any, processor: Any, run: Runtime) -> None:
        self.model, self.processor, self.run = model, processor, run

    def __call__(self, frame: Float[np.ndarray, "H W 3"]) -> Float[np.ndarray, "N 4"]:
        """x0, y0, x1, y1 px."""
        picture = np.round(np.clip(frame, 0, 1) * 255).astype(np.uint8)
        given = self.processor(images=picture, return_tensors="pt").to(self.run.device)
        with torch.inference_mode(), self.run.resident(self.model) as model:
            found = model(**given)
        size = torch.tensor([frame.shape[:2]])
        result = self.processor.post_process_object_detection(found, threshold=MIN_SCORE, target_sizes=size)[0]
        persons = result["boxes"][result["labels"] == 0].float().cpu().numpy()
        return np.clip(persons, 0, [frame.shape[1], frame.shape[0]] * 2)


class BlazeBoxes:
    """Boxes about the people that blazepose finds in a picture."""

    def __init__(self, backend: blazepose.BlazePose) -> None:
        self.backend = backend

    def __call__(self, frame: Float[np.ndarray, "H W 3"]) -> Float[np.ndarray, "N 4"]:
        """x0, y0, x1, y1 px; a tenth of the body larger than its points."""
        track = self.backend(torch.from_numpy(frame)[None])
        boxes = []
        for points, seen in zip(track.xy[0].numpy(), visible(track)[0].numpy(), strict=True):
            if seen.any():
                low, high = points[seen].min(axis=0), points[seen].max(axis=0)
                margin = 0.1 * float((high - low).max())
                boxes.append([*(low - margin), *(high + margin)])
        return np.array(boxes).reshape(-1, 4)


def _column(values: tuple[float, ...]) -> Tensor:
    return torch.tensor(values).view(1, -1, 1, 1)


def _transformers() -> Any:
    try:
        import transformers
    except ImportError as missing:
        raise ImportError(
            "the vitpose backend needs transformers: pip install transformers (the extra dreamdance[diffusion])"
        ) from missing
    return transformers


def _peaks(heat: np.ndarray) -> np.ndarray:
    from transformers.models.vitpose.image_processing_vitpose import (
        get_keypoint_predictions,
        post_dark_unbiased_data_processing,
    )

    places, _ = get_keypoint_predictions(heat)
    return post_dark_unbiased_data_processing(places, heat.copy(), kernel=11)


def _detector(transformers: Any, run: Runtime) -> Callable[[np.ndarray], np.ndarray]:
    try:
        folder = weights.locate("rtdetr", run)
    except FileNotFoundError:
        run.note("RT-DETR is not on this machine: blazepose looks for the persons")
        return BlazeBoxes(blazepose.load(run))
    model = transformers.RTDetrForObjectDetection.from_pretrained(folder).eval()
    return RTDetr(model, transformers.RTDetrImageProcessor.from_pretrained(folder), run)


def load(run: Runtime) -> TopDown:
    """The published network. Raises ImportError without transformers, FileNotFoundError when weights are missing."""
    transformers = _transformers()
    folder = weights.locate("vitpose", run)
    model = transformers.VitPoseForPoseEstimation.from_pretrained(folder, dtype=run.dtype).eval()
    return TopDown(_detector(transformers, run), VitPoseNet(model, _peaks, run), SIZE, run)


def tiny() -> TopDown:
    """The same class over a small seeded random model, its persons from the tiny blazepose."""
    transformers = _transformers()
    backbone = transformers.VitPoseBackboneConfig(
        image_size=[64, 48], hidden_size=16, num_hidden_layers=2, num_attention_heads=2, out_indices=[2],
        num_experts=2, part_features=4, mlp_ratio=2,
    )  # fmt: skip
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = transformers.VitPoseForPoseEstimation(
            transformers.VitPoseConfig(backbone_config=backbone, num_labels=17, use_simple_decoder=True)
        ).eval()
    run = Runtime()
    return TopDown(BlazeBoxes(blazepose.tiny()), VitPoseNet(model, _peaks, run), (48, 64), run)
