"""X-Pose / UniPose Swin-T (Yang et al. 2024; IDEA-Research/X-Pose), IDEA licence: non-commercial research only.

Weight `xpose`. Used when a checkout of IDEA-Research/X-Pose can be imported (its folder on PYTHONPATH) together with
OpenAI's clip; this project never installs it. Prompted three times: person 17, face 68, hand 21 points. It gives no
confidence per point: every point has its box's score.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

from ...io import weights
from ...runtime import Runtime
from ...types import PoseTrack
from ..keypoints import FACE, LEFT_HAND, POINTS, RIGHT_HAND

SIDE, LONGEST = 800, 1333  # px: the shorter side of the network's picture, and the most that the longer may have
MIN_SCORE, MAX_OVERLAP = 0.2, 0.4  # as in MikuDance
MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
COUNTS = {"person": 17, "face": 68, "hand": 21}
LICENCE = "X-Pose: IDEA licence, non-commercial research only"


@dataclass(frozen=True, kw_only=True)
class Instances:
    """What one prompt found, best first; px."""

    points: Float[np.ndarray, "N K 2"]
    boxes: Float[np.ndarray, "N 4"]
    score: Float[np.ndarray, "N"]


# Frame (H,W,3) and prompt -> instances.
Prompted = Callable[[np.ndarray, str], Instances]


def to_pixels(
    boxes: Float[np.ndarray, "N 4"], points: Float[np.ndarray, "N D"], score: Float[np.ndarray, "N"], width: int,
    height: int,
) -> Instances:  # fmt: skip
    """Instances from the network's rows: boxes as centre and size, points as x, y pairs, all in picture sizes."""
    half = boxes[:, 2:] / 2
    corners = np.concatenate([boxes[:, :2] - half, boxes[:, :2] + half], axis=1) * ([width, height] * 2)
    order = np.argsort(-score, kind="stable")
    pairs = points.reshape(len(points), points.shape[1] // 2, 2) * [width, height]
    return Instances(points=pairs[order], boxes=corners[order], score=score[order])


def assembled(
    persons: Instances, faces: Instances, hands: Instances
) -> tuple[Float[np.ndarray, "P 133 2"], Float[np.ndarray, "P 133"]]:
    """Whole bodies: each face goes to the nearest head, each hand to the nearest wrist, if that is near enough for the
    person's size; nobody gets two."""
    count = len(persons.points)
    xy, score = np.zeros((count, POINTS, 2)), np.zeros((count, POINTS))
    xy[:, :17], score[:, :17] = persons.points, persons.score[:, None]
    size = np.linalg.norm(persons.boxes[:, 2:] - persons.boxes[:, :2], axis=1)
    heads = [(p, FACE, persons.points[p, :5].mean(axis=0)) for p in range(count)]
    wrists = [
        (p, part, persons.points[p, wrist]) for p in range(count) for part, wrist in ((LEFT_HAND, 9), (RIGHT_HAND, 10))
    ]
    for found, places, anchor in ((faces, heads, None), (hands, wrists, 0)):
        middles = found.points.mean(axis=1) if anchor is None else found.points[:, anchor]
        gaps = [
            (float(np.linalg.norm(middle - place)), i, p, part)
            for i, middle in enumerate(middles)
            for p, part, place in places
        ]
        taken: set[object] = set()
        for gap, i, p, part in sorted(gaps, key=lambda row: row[:3]):
            if gap < 0.12 * size[p] and i not in taken and (p, part.start) not in taken:
                taken |= {i, (p, part.start)}
                xy[p, part], score[p, part] = found.points[i], found.score[i]
    return xy, score


class XPose:
    """Bodies, faces and hands of everybody in a clip."""

    def __init__(self, prompted: Prompted, run: Runtime) -> None:
        self.prompted, self.run = prompted, run

    def __call__(self, frames: Float[Tensor, "T H W 3"], boxes: Float[Tensor, "T 4"] | None = None) -> PoseTrack:
        """Raw keypoints in picture pixels, in the order of the persons' scores.

        boxes: x0, y0, x1, y1 px of the one person in each frame: the best person in the picture cut to it, with a
        margin; empty = nobody is there.
        """
        total, height, width = frames.shape[:3]
        found: list[tuple[np.ndarray, np.ndarray]] = []
        for t in range(total):
            frame = np.ascontiguousarray(frames[t].detach().cpu().numpy(), dtype=np.float32)
            here = (0, 0, width, height) if boxes is None else _cut(boxes[t].tolist(), width, height)
            if here is None:
                found.append((np.zeros((0, POINTS, 2)), np.zeros((0, POINTS))))
            else:
                x0, y0, x1, y1 = here
                part = np.ascontiguousarray(frame[y0:y1, x0:x1])
                xy, score = assembled(*(self.prompted(part, prompt) for prompt in COUNTS))
                keep = len(xy) if boxes is None else 1
                found.append((xy[:keep] + [x0, y0], score[:keep]))
            self.run.report(t + 1, total)
        people = max(len(xy) for xy, _ in found)
        xy, score = torch.zeros(total, people, POINTS, 2), torch.zeros(total, people, POINTS)
        for t, (points, values) in enumerate(found):
            inside = ((points >= 0) & (points <= [width, height])).all(axis=-1)
            xy[t, : len(points)] = torch.from_numpy(points).float()
            score[t, : len(points)] = torch.from_numpy(np.clip(values, 0, 1) * inside).float()
        return PoseTrack(xy=xy, score=score, width=width, height=height)


def _cut(box: list[float], width: int, height: int) -> tuple[int, int, int, int] | None:
    """The box with a margin of a tenth, whole pixels inside the picture; None when it is empty."""
    x0, y0, x1, y1 = box
    if not np.isfinite(box).all() or x1 - x0 < 2 or y1 - y0 < 2:
        return None
    margin = 0.1 * max(x1 - x0, y1 - y0)
    return (
        max(int(x0 - margin), 0),
        max(int(y0 - margin), 0),
        min(int(x1 + margin), width),
        min(int(y1 + margin), height),
    )


def _import(name: str, attribute: str) -> Any:
    """An attribute of one of X-Pose's own modules."""
    try:
        return getattr(importlib.import_module(name), attribute)
    except (ImportError, AttributeError) as missing:
        raise ImportError(
            "the xpose backend needs a checkout of IDEA-Research/X-Pose on PYTHONPATH, with its requirements and "
            f"OpenAI's clip ({missing}); it is no part of dreamdance[pose]. {LICENCE}"
        ) from missing


class Published:
    """The published network, prompted."""

    def __init__(self, model: torch.nn.Module, run: Runtime) -> None:
        self.model, self.run = model, run
        self.tokenize = _import("clip", "tokenize")
        self.nms = _import("torchvision.ops", "nms")
        self.names = {prompt: _import("predefined_keypoints", prompt)["keypoints"] for prompt in COUNTS}

    def __call__(self, frame: np.ndarray, prompt: str) -> Instances:
        height, width = frame.shape[:2]
        scale = min(SIDE / min(height, width), LONGEST / max(height, width))
        size = (round(height * scale), round(width * scale))
        planes = torch.from_numpy(frame).permute(2, 0, 1)[None]
        planes = F.interpolate(planes, size, mode="bilinear", antialias=True).clamp(0, 1)
        mean, deviation = (torch.tensor(v).view(1, 3, 1, 1) for v in (MEAN, DEVIATION))
        with torch.inference_mode(), self.run.resident(self.model) as model:
            outputs = model(((planes - mean) / deviation).to(self.run.device), [self._target(model, prompt)])
        score = outputs["pred_logits"][0].sigmoid().amax(-1).float().cpu()
        boxes, points = (outputs[key][0].float().cpu() for key in ("pred_boxes", "pred_keypoints"))
        keep = score > MIN_SCORE
        score, boxes, points = score[keep], boxes[keep], points[keep][:, : 2 * COUNTS[prompt]]
        corners = torch.cat([boxes[:, :2] - boxes[:, 2:] / 2, boxes[:, :2] + boxes[:, 2:] / 2], 1)
        rows = self.nms(corners, score, MAX_OVERLAP)
        return to_pixels(boxes[rows].numpy(), points[rows].numpy(), score[rows].numpy(), width, height)

    def _target(self, model: torch.nn.Module, prompt: str) -> dict[str, Any]:
        """The prompts as CLIP embeddings, padded to the network's 100 rows."""
        words = [f"a photo of {name.lower().replace('_', ' ')}" for name in (prompt, *self.names[prompt])]
        tokens = self.tokenize(words).to(self.run.device)
        embedded = torch.cat([model.clip_model.encode_text(token[None]) for token in tokens]).float()
        known = len(embedded) - 1
        return {
            "instance_text_prompt": [prompt],
            "keypoint_text_prompt": self.names[prompt],
            "object_embeddings_text": embedded[:1],
            "kpts_embeddings_text": F.pad(embedded[1:], (0, 0, 0, 100 - known)),
            "kpt_vis_text": (torch.arange(100, device=self.run.device) < known).float(),
        }


def load(run: Runtime) -> XPose:
    """The published network. Raises ImportError when X-Pose cannot be imported, FileNotFoundError without weights."""
    build, config = _import("models", "build_model"), _import("util.config", "Config")
    clean = _import("util.utils", "clean_state_dict")
    run.note(LICENCE)
    root = Path(importlib.import_module("predefined_keypoints").__file__).parent
    options = config.fromfile(str(root / "config_model" / "UniPose_SwinT.py"))
    options.device = str(run.device)
    model = build(options)
    file = next(weights.locate("xpose", run).rglob("*.pth"))
    state = torch.load(file, map_location="cpu", weights_only=True)
    model.load_state_dict(clean(state["model"]), strict=False)
    return XPose(Published(model.eval(), run), run)


def tiny() -> XPose:
    """The same class over a seeded stand-in that finds one person with a face and two hands in every picture."""
    rng = np.random.default_rng(0)
    rows = {prompt: rng.uniform(0.3, 0.7, (1, 2 * count)) for prompt, count in COUNTS.items()}
    rows["face"] = 0.02 * (rows["face"] - 0.5) + np.tile(rows["person"][:, :10].reshape(5, 2).mean(axis=0), 68)
    wrists = rows["person"][0].reshape(17, 2)[[9, 10]]
    rows["hand"] = np.stack([0.02 * (rows["hand"][0] - 0.5) + np.tile(wrist, 21) for wrist in wrists])

    def prompted(frame: np.ndarray, prompt: str) -> Instances:
        moved = rows[prompt] + 0.01 * float(frame.mean())
        boxes = np.tile([0.5, 0.5, 0.6, 0.8], (len(moved), 1))
        return to_pixels(boxes, moved, np.full(len(moved), 0.6), frame.shape[1], frame.shape[0])

    return XPose(prompted, Runtime())
