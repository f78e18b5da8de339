"""Who is who over time: one stable person axis, sides that do not swap, and the choice of the main person."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from jaxtyping import Float
from scipy.optimize import linear_sum_assignment
from torch import Tensor

from ..types import PoseTrack
from .encounters import Rows, mend_encounters, rejoin
from .keypoints import BODY, body_size, flip_index

GATE = 0.35  # mean point distance over body size above which two poses are two people
GATE_PER_FRAME = 0.03  # added for every frame somebody was out of sight
MEMORY = 24  # frames a person who is out of sight is remembered
PACE = 6  # frames the velocity is measured over
_FAR = 1e6
_TORSO = (5, 6, 11, 12)  # left and right shoulder, left and right hip


@dataclass(kw_only=True)
class _Known:
    """The last sights of one person."""

    row: int
    sights: list[tuple[int, np.ndarray, np.ndarray]]  # frame, xy (133,2), score (133,)

    def expected(self, t: int) -> np.ndarray:
        """Points at frame t if the body as a whole keeps its velocity."""
        last_t, xy, score = self.sights[-1]
        first_t, first_xy, first_score = self.sights[0]
        both = (score[BODY] > 0) & (first_score[BODY] > 0)
        if last_t == first_t or not both.any():
            return xy
        velocity = np.median((xy[BODY] - first_xy[BODY])[both], axis=0) / (last_t - first_t)
        return xy + velocity * min(t - last_t, 2 * PACE)


def _distance(known: _Known, t: int, xy: np.ndarray, score: np.ndarray) -> float:
    """Mean distance over the common body points (else over all), in body sizes."""
    expected, last_score = known.expected(t), known.sights[-1][2]
    common = (score > 0) & (last_score > 0)
    if common[BODY].sum() >= 3:
        common[BODY.stop :] = False
    if not common.any():
        return _FAR
    weight = np.sqrt(score * last_score)[common]
    gap = np.linalg.norm(expected - xy, axis=1)[common]
    size = max(body_size(xy, score), body_size(known.sights[-1][1], last_score))
    return float((gap * weight).sum() / weight.sum() / size)


def _follow(xy: np.ndarray, score: np.ndarray) -> tuple[list[list[tuple[int, int]]], int]:
    """Per frame (row in, row out) of everybody, and how many rows there are.

    Each frame's poses are matched (Hungarian) with everybody's expected place: last pose plus the body's velocity.
    """
    known: list[_Known] = []
    placed: list[list[tuple[int, int]]] = []
    rows = 0
    for t in range(len(xy)):
        here = [p for p in range(xy.shape[1]) if (score[t, p] > 0).any()]
        known = [k for k in known if t - k.sights[-1][0] <= MEMORY]
        cost = np.full((len(known), len(here)), _FAR)
        for i, k in enumerate(known):
            gate = GATE + GATE_PER_FRAME * (t - k.sights[-1][0] - 1)
            for j, p in enumerate(here):
                value = _distance(k, t, xy[t, p], score[t, p])
                cost[i, j] = value if value < gate else _FAR
        pairs = [(i, j) for i, j in zip(*linear_sum_assignment(cost), strict=True) if cost[i, j] < _FAR]
        owner = {j: known[i] for i, j in pairs}
        placed.append([])
        for j, p in enumerate(here):
            if j not in owner:
                owner[j] = _Known(row=rows, sights=[])
                known.append(owner[j])
                rows += 1
            owner[j].sights = [*owner[j].sights[-(PACE - 1) :], (t, xy[t, p], score[t, p])]
            placed[t].append((p, owner[j].row))
    return placed, rows


def link_people(track: PoseTrack, frames: Float[Tensor, "T H W 3"] | None = None) -> PoseTrack:
    """The same poses with one row per person over the whole clip, whatever order the people came in.

    Everybody is followed from frame to frame by place and velocity; where two met, their motion, build and, given the
    `frames` (of any size), the colour of their torsos before and after decide who is who. Somebody unseen for over a
    second starts a new row, unless he left at a side of the picture and returns there.
    """
    xy, score = track.xy.cpu().numpy(), track.score.cpu().numpy()
    placed, count = _follow(xy, score)
    looks = np.full((*score.shape[:2], 3), np.nan) if frames is None else torso_colours(track, frames)
    shape = (len(xy), count)
    values = np.zeros((*shape, 133, 2), np.float32), np.zeros((*shape, 133), np.float32), np.full((*shape, 3), np.nan)
    for t, moves in enumerate(placed):
        for source, target in moves:
            for mine, given in zip(values, (xy, score, looks), strict=True):
                mine[t, target] = given[t, source]
    rows = Rows(*values, track.width)
    mend_encounters(rows)
    left = rejoin(rows)
    return replace(track, xy=torch.from_numpy(rows.xy[:, left]), score=torch.from_numpy(rows.score[:, left]))


def torso_colours(track: PoseTrack, frames: Float[Tensor, "T H W 3"]) -> Float[np.ndarray, "T P 3"]:
    """The median colour between shoulders and hips of everybody; NaN where these are not all known."""
    height, width = frames.shape[1:3]
    scale = np.array([width / track.width, height / track.height])
    xy, score = track.xy.double().cpu().numpy() * scale, track.score.cpu().numpy()
    colours = np.full((*score.shape[:2], 3), np.nan)
    across, down = np.meshgrid(np.linspace(0.25, 0.75, 5), np.linspace(0.1, 0.8, 6))
    for t, p in zip(*np.nonzero((score[..., _TORSO] > 0).all(axis=-1)), strict=True):
        left, right, left_hip, right_hip = xy[t, p, list(_TORSO)]
        top = left + across[..., None] * (right - left)
        low = left_hip + across[..., None] * (right_hip - left_hip)
        points = (top + down[..., None] * (low - top)).reshape(-1, 2).astype(int)
        inside = ((points >= 0) & (points < [width, height])).all(axis=1)
        if inside.any():
            colours[t, p] = np.median(frames[t].cpu().numpy()[points[inside, 1], points[inside, 0]], axis=0)
    return colours


def unswap_sides(track: PoseTrack) -> PoseTrack:
    """The same poses with left and right exchanged back where a whole body flips between one frame and the next.

    A flip is a frame in which the mirrored naming continues the motion far better than the given one; a person who
    turns round changes sides slowly and is left alone. The naming that most frames use is kept.
    """
    xy, score = track.xy.clone(), track.score.clone()
    flip = flip_index()
    limbs = torch.arange(5, 17)  # shoulders to ankles: face points lie too close together to tell
    for p in range(xy.shape[1]):
        flipped, last = torch.zeros(len(xy), dtype=torch.bool), None
        for t in range(len(xy)):
            if last is not None:
                flipped[t] = flipped[last]
            if (score[t, p, limbs] > 0).sum() < 6:
                continue
            if last is not None:
                poses = (xy[last, p], score[last, p], xy[t, p], score[t, p])
                as_given, exchanged = _gap(*poses, limbs), _gap(*poses, limbs, flip)
                size = body_size(xy[t, p].numpy(), score[t, p].numpy())
                flipped[t] ^= as_given > 0.06 * size and exchanged < 0.4 * as_given
            last = t
        if flipped.float().mean() > 0.5:
            flipped = ~flipped
        xy[flipped, p], score[flipped, p] = xy[flipped, p][:, flip], score[flipped, p][:, flip]
    return replace(track, xy=xy, score=score)


def _gap(a, a_score, b, b_score, rows, flip=None) -> float:
    """Mean distance (px) of the common points of two poses; `flip` names the second one's sides the other way round."""
    if flip is not None:
        b, b_score = b[flip], b_score[flip]
    common = rows[(a_score[rows] > 0) & (b_score[rows] > 0)]
    return float((a[common] - b[common]).norm(dim=-1).mean()) if len(common) else float("inf")


def main_people(track: PoseTrack, count: int) -> PoseTrack:
    """The `count` people (fewer if there are not so many) who matter most, first one first.

    Weight: the sum over frames of body score x body size x nearness to the picture's centre, so that the large, the
    steadily present and the central win.
    """
    xy, score = track.xy.cpu().numpy(), track.score.cpu().numpy()
    middle, half = np.array([track.width / 2, track.height / 2]), np.hypot(track.width, track.height) / 2
    value = np.zeros(xy.shape[1])
    for t in range(len(xy)):
        for p in range(xy.shape[1]):
            found = score[t, p, BODY] > 0
            if found.any():
                centre = xy[t, p, BODY][found].mean(axis=0)
                near = 1 - 0.7 * min(float(np.linalg.norm(centre - middle)) / half, 1.0)
                value[p] += score[t, p, BODY].mean() * body_size(xy[t, p], score[t, p]) * near
    order = [int(p) for p in np.argsort(-value, kind="stable") if value[p] > 0][:count]
    return replace(track, xy=track.xy[:, order], score=track.score[:, order])


@dataclass(frozen=True, kw_only=True)
class OnePerson:
    """Somebody among several: the number-th in the order of main_people, from 1; or, given a mask of any size (1 =
    him), who has the most body points on it in the first frame that shows anybody there."""

    number: int = 1
    mask: Float[Tensor, "H W"] | None = None


def pick_person(track: PoseTrack, wanted: OnePerson) -> PoseTrack:
    """Only the wanted person of a linked track. Raises ValueError when there is none such."""
    everybody = main_people(track, track.xy.shape[1])
    count = everybody.xy.shape[1]
    if wanted.mask is not None:
        row = _first_under(everybody, wanted.mask)
    elif 1 <= wanted.number <= count:
        row = wanted.number - 1
    else:
        raise ValueError(f"person must be a number from 1 to {count}, as many as were found, got {wanted.number}")
    return replace(everybody, xy=everybody.xy[:, row : row + 1], score=everybody.score[:, row : row + 1])


def _first_under(track: PoseTrack, mask: Tensor) -> int:
    height, width = mask.shape
    scale = torch.tensor([width / track.width, height / track.height])
    points = (track.xy[:, :, BODY] * scale).long()
    inside = ((points >= 0) & (points < torch.tensor([width, height]))).all(-1) & (track.score[:, :, BODY] > 0)
    rows, columns = points[..., 1].clamp(0, height - 1), points[..., 0].clamp(0, width - 1)
    for counts in ((mask.cpu()[rows, columns] > 0.5) & inside).sum(-1):
        if counts.any():
            return int(counts.argmax())
    raise ValueError("the mask must lie on a person in some frame, got one that nobody stands under; paint over him")
