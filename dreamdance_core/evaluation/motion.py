"""Measures of whole videos: flicker, and drift over windows of frames."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import torch
from jaxtyping import Bool, Float, UInt8

from ..io.images import to_uint8
from .pairs import Pair

WINDOW = 16  # frames
_CONSISTENT = 1.0  # px between the flow there and the flow back


def slope(values: Float[np.ndarray, "N"]) -> float:
    """Least-squares slope of window means per 100 frames; 0 for a single window."""
    if len(values) < 2:
        return 0.0
    return float(np.polyfit(np.arange(len(values)) * WINDOW, values, 1)[0] * 100)


def window_means(values: Float[np.ndarray, "T"]) -> Float[np.ndarray, "N"]:
    """Means over windows of 16 frames; a rest shorter than half a window joins the last one."""
    count = max(int(len(values) / WINDOW + 0.5), 1)
    edges = [index * WINDOW for index in range(count)] + [len(values)]
    return np.array([values[a:b].mean() for a, b in zip(edges, edges[1:], strict=False)])


def colour_distance(pair: Pair, tell: Callable[[float], None]) -> Float[np.ndarray, "T"]:
    """CIELAB distance between the mean colours of prediction and truth per frame, outside the mask if there is one."""
    found = []
    for piece in pair.pieces():
        keep = torch.ones(1, dtype=torch.bool)
        if pair.mask is not None:
            keep = ~pair.mask[piece]
        weight = keep[..., None].float().expand(piece.stop - piece.start, *pair.truth.shape[1:3], 1)
        area = weight.sum((1, 2)).clamp_min(1)
        means = [((frames * weight).sum((1, 2)) / area).numpy() for frames in (pair.pred[piece], pair.truth[piece])]
        labs = [cv2.cvtColor(mean[None].astype(np.float32), cv2.COLOR_RGB2LAB)[0] for mean in means]
        found.append(np.linalg.norm(labs[0] - labs[1], axis=-1).astype(np.float64))
        tell(piece.stop / len(pair))
    return np.concatenate(found)


def warp_errors(pair: Pair, tell: Callable[[float], None]) -> tuple[float, float]:
    """Flicker of prediction and truth, 0..255: each frame against the one before, moved by the truth's flow.

    Flow: DIS (Kroeger et al., 2016). Places whose flow there and back do not cancel, or lead out of the picture, do not
    count (Lai et al., "Learning Blind Video Temporal Consistency", 2018). 0 for a single frame.
    """
    sums, counts = np.zeros(2), 0
    for piece in pair.pieces(shared=1):
        pred, truth = to_uint8(pair.pred[piece]), to_uint8(pair.truth[piece])
        for index in range(1, len(truth)):
            back, valid = _flow_back(truth[index - 1], truth[index])
            for place, clip in enumerate((pred, truth)):
                moved = cv2.remap(clip[index - 1], back, None, cv2.INTER_LINEAR, None, cv2.BORDER_REPLICATE)
                sums[place] += np.abs(moved.astype(np.float64) - clip[index])[valid].sum()
            counts += 3 * int(valid.sum())
            tell((piece.start + index) / len(pair))
    return tuple(sums / max(counts, 1))


def _flow_back(
    before: UInt8[np.ndarray, "H W 3"], now: UInt8[np.ndarray, "H W 3"]
) -> tuple[Float[np.ndarray, "H W 2"], Bool[np.ndarray, "H W"]]:
    """Where each pixel of now was before, in OpenCV's pixels, and where that is to be trusted."""
    grey = [cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in (before, now)]
    flow = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_FAST)
    back, there = flow.calc(grey[1], grey[0], None), flow.calc(grey[0], grey[1], None)
    height, width = grey[0].shape
    places = np.stack(np.meshgrid(np.arange(width), np.arange(height)), -1).astype(np.float32)
    origin = places + back
    returned = origin + cv2.remap(there, origin, None, cv2.INTER_LINEAR, None, cv2.BORDER_REPLICATE)
    valid = np.linalg.norm(returned - places, axis=-1) < _CONSISTENT
    valid &= ((origin >= 0) & (origin <= [width - 1, height - 1])).all(-1)
    return origin, valid


def drift(
    pair: Pair, psnr: Float[np.ndarray, "T"], names: tuple[str, ...], tell: Callable[[float], None]
) -> tuple[dict[str, float], dict[str, list[float]]]:
    """Slopes of the named drift measures, and the window means that they come from.

    psnr: of every frame, as frame_values gives it.
    """
    windows: dict[str, np.ndarray] = {}
    if "drift_psnr" in names:
        windows["drift_psnr"] = window_means(psnr)
    if "drift_colour" in names:
        windows["drift_colour"] = window_means(colour_distance(pair, tell))
    slopes = {name: slope(values) for name, values in windows.items()}
    return slopes, {name: values.round(4).tolist() for name, values in windows.items()}
