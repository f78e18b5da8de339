"""Who is who over time: one stable person axis, sides that do not swap, and the choice of the main person."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from jaxtyping import Float
from scipy.optimize import linear_sum_assignment

from ..types import PoseTrack
from .keypoints import BODY, flip_index

GATE = 0.35  # mean point distance over body size above which two poses are two people
GATE_PER_FRAME = 0.03  # added for every frame somebody was out of sight
MEMORY = 24  # frames a person who is out of sight is remembered
PACE = 4  # frames the velocity is measured over
_FAR = 1e6


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
        return xy + velocity * min(t - last_t, PACE)


def body_size(xy: Float[np.ndarray, "133 2"], score: Float[np.ndarray, "133"]) -> float:
    """The diagonal (px) of the box about the points that were found; at least 1."""
    found = xy[score > 0]
    return max(float(np.linalg.norm(np.ptp(found, axis=0))), 1.0) if len(found) else 1.0


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


def link_people(track: PoseTrack) -> PoseTrack:
    """The same poses with one row per person over the whole clip, whatever order the people came in.

    Each frame's poses are matched (Hungarian) with everybody's expected place: last pose plus the body's velocity, so
    that people who cross keep their rows. Somebody unseen for over a second starts a new row.
    """
    xy, score = track.xy.cpu().numpy(), track.score.cpu().numpy()
    known: list[_Known] = []
    placed: list[list[tuple[int, int]]] = []  # per frame: (row in, row out)
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
    out_xy, out_score = torch.zeros(len(xy), rows, 133, 2), torch.zeros(len(xy), rows, 133)
    for t, moves in enumerate(placed):
        for source, target in moves:
            out_xy[t, target], out_score[t, target] = track.xy[t, source], track.score[t, source]
    return replace(track, xy=out_xy, score=out_score)


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
