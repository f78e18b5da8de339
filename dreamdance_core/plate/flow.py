"""How the background moves between two frames, behind the persons too."""

from __future__ import annotations

import cv2
import numpy as np
from jaxtyping import Bool, Float, UInt8

from .holes import grown

_REACH = 5  # px around persons in which dense flow is drawn along by them
_GRID = 6  # px between the places that vote for the picture's motion as a whole
_LEAST = 60  # votes
_ALIKE = 1.0  # px between the flow there and the flow back
_RELAXED = 6  # times that a sheet is averaged with its neighbours at each size
_NOWHERE = -1e6  # px
_MARGIN = 40  # px around the holes in which flow is measured


def grid(width: int, height: int) -> Float[np.ndarray, "height width 2"]:
    """Pixel centres."""
    return np.stack(np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5), -1).astype(np.float32)


def through(H: Float[np.ndarray, "3 3"], xy: Float[np.ndarray, "*N 2"]) -> Float[np.ndarray, "*N 2"]:
    """Pixel places under a homography; far outside where they lie behind the other camera."""
    x, y = xy[..., 0].astype(np.float64), xy[..., 1].astype(np.float64)
    rows = [H[i, 0] * x + H[i, 1] * y + H[i, 2] for i in range(3)]
    before = rows[2] > 1e-9
    depth = np.where(before, rows[2], 1.0)
    return np.stack([np.where(before, row / depth, _NOWHERE) for row in rows[:2]], -1)


def sample(picture: np.ndarray, at: Float[np.ndarray, "h w 2"], how: int = cv2.INTER_LINEAR) -> np.ndarray:
    """The picture at pixel places (centres lie at .5, unlike in OpenCV); its border goes on beyond it."""
    at = at.astype(np.float32) - 0.5
    return cv2.remap(picture, at[..., 0], at[..., 1], how, None, cv2.BORDER_REPLICATE)


def background_flows(
    here: UInt8[np.ndarray, "h w"],
    there: UInt8[np.ndarray, "h w"],
    hole_here: Bool[np.ndarray, "h w"],
    hole_there: Bool[np.ndarray, "h w"],
) -> tuple[Float[np.ndarray, "h w 2"], Float[np.ndarray, "h w 2"]]:
    """Where each pixel's background lies in the other picture, minus where it lies in its own: there, and back; px.

    First the motion of the picture as a whole (a homography), then what each place departs from it, near the holes
    only. Behind persons the departure is interpolated from around them.
    """
    height, width = here.shape
    places = grid(width, height)
    H = _as_a_whole(here, there, hole_here, hole_there, places)
    laid = through(H, places).astype(np.float32)
    over = sample(there, laid)
    hidden = (sample(hole_there.astype(np.uint8), laid, cv2.INTER_NEAREST) > 0) | _outside(laid, width, height)
    away, back = np.zeros_like(places), np.zeros_like(places)
    box = around(hole_here | hidden, _MARGIN)
    away[box], back[box] = _departures(here[box], over[box], hole_here[box], hidden[box])
    home = through(np.linalg.inv(H), places).astype(np.float32)
    back = home + sample(back, home) - places
    return (through(H, places + away) - places).astype(np.float32), back.astype(np.float32)


def _departures(
    here: np.ndarray, over: np.ndarray, hole: np.ndarray, hidden: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Flow between two pictures that lie on each other but for parallax, both ways, smooth across what either hides."""
    a = np.where(hidden, over, here)  # where one of both shows a person both show the same, so that flow stays small
    b = np.where(hole, here, over)
    dense = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    dense.setFinestScale(0)  # half the size, the default, costs 3 dB over a dozen frames
    dense.setGradientDescentIterations(12)
    dense.setPatchStride(4)
    dense.setVariationalRefinementIterations(2)
    there, back = dense.calc(a, b, None), dense.calc(b, a, None)
    places = grid(*hole.shape[::-1])
    free = ~grown(hole | hidden, _REACH)
    out = []
    for flow, other in ((there, back), (back, there)):
        alike = np.linalg.norm(flow + sample(other, places + flow), axis=-1) < _ALIKE
        out.append(filled(flow, free & alike))
    return tuple(out)


def around(mask: Bool[np.ndarray, "h w"], margin: int) -> tuple[slice, slice]:
    """Rows and columns of the mask's bounding box with a margin, at least 64 px long; of everything for no mask."""
    out = []
    for axis, size in ((1, mask.shape[0]), (0, mask.shape[1])):
        at = np.flatnonzero(mask.any(axis))
        low, high = (int(at[0]) - margin, int(at[-1]) + 1 + margin) if len(at) else (0, size)
        low = max(min(low, high - 64), 0)
        out.append(slice(low, min(max(high, low + 64), size)))
    return tuple(out)


def _as_a_whole(
    here: np.ndarray, there: np.ndarray, hole_here: np.ndarray, hole_there: np.ndarray, places: np.ndarray
) -> Float[np.ndarray, "3 3"]:
    """The homography that most of the background moves by."""
    flow = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_FAST).calc(here, there, None)
    at = np.zeros_like(hole_here)
    at[_GRID // 2 :: _GRID, _GRID // 2 :: _GRID] = True
    at &= ~grown(hole_here | hole_there, _REACH)
    if at.sum() < _LEAST:
        return np.eye(3)
    cv2.setRNGSeed(0)
    H, _ = cv2.findHomography(places[at], places[at] + flow[at], cv2.RANSAC, 1.0, maxIters=500)
    return np.eye(3) if H is None else H


def _outside(xy: np.ndarray, width: int, height: int) -> Bool[np.ndarray, "h w"]:
    return ((xy < 0) | (xy >= [width, height])).any(-1)


def filled(values: Float[np.ndarray, "h w C"], known: Bool[np.ndarray, "h w"]) -> Float[np.ndarray, "h w C"]:
    """The values, and where they are unknown a smooth sheet through those around (by a pyramid of averages)."""
    height, width = known.shape
    weight = known.astype(np.float32)
    if known.all():
        return values
    if not known.any():
        return np.zeros_like(values)
    levels = [(values * weight[..., None], weight)]
    while min(levels[-1][1].shape) > 2 and (levels[-1][1] <= 0).any():
        v, w = levels[-1]
        size = (-(-w.shape[1] // 2), -(-w.shape[0] // 2))
        v, w = (cv2.resize(cv2.GaussianBlur(p, (5, 5), 1.0), size, interpolation=cv2.INTER_AREA) for p in (v, w))
        levels.append((v, w))
    v, w = levels.pop()
    sheet = v / np.maximum(w, 1e-6)[..., None]
    sheet = np.where((w > 0)[..., None], sheet, v.sum((0, 1)) / max(w.sum(), 1e-6))
    for v, w in reversed(levels):
        up = cv2.resize(sheet, w.shape[::-1], interpolation=cv2.INTER_LINEAR)
        share = np.clip(w, 0, 1)[..., None] if w is not weight else weight[..., None]
        sheet = share * (v / np.maximum(w, 1e-6)[..., None]) + (1 - share) * up
        for _ in range(_RELAXED):
            sheet = share * sheet + (1 - share) * cv2.blur(sheet, (3, 3)).reshape(sheet.shape)
    return np.where(known[..., None], values, sheet.astype(values.dtype))
