"""Tells apart which pixels of a character are arms, legs or the rest, along its drawn edges and by its colours."""

from __future__ import annotations

import cv2
import numpy as np
from scipy.ndimage import gaussian_filter
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import dijkstra

from .skeleton import LIMBS, Rig, bone

BODY = "body"
_EDGE_COST = 25.0  # a drawn outline costs as much as this many times its width of plain colour
_COLOUR_COST = 10.0  # colours foreign to a part slow its spreading by up to this factor
_SIDE = 360  # long side of the picture in which parts are told apart


def half_width(rig: Rig, name: str) -> float:
    """A limb's usual half width in pixels."""
    return (0.15 if "arm" in name else 0.22) * rig.unit


def polyline(mask: np.ndarray, points: np.ndarray, radius: float, value: int = 1) -> None:
    """Draws a thick line through the points (N,2) into a uint8 mask, in place."""
    corners = np.round(np.asarray(points) * 16 - 8).astype(np.int32)
    cv2.polylines(mask, [corners], False, value, max(int(round(2 * radius)), 1), cv2.LINE_8, 4)


def limb_line(rig: Rig, name: str) -> np.ndarray | None:
    """(N,2) the joints of a limb from its root to its tip; None when the reference does not show its first bone."""
    bones = [bone(b) for b in LIMBS[name] if rig.present[bone(b)]]
    if not bones or bones[0] != bone(LIMBS[name][0]):
        return None
    return np.stack([rig.start[bones[0]], *(rig.end[b] for b in bones)])


def along(line: np.ndarray, first: float, last: float = 1.0) -> np.ndarray:
    """The part of a polyline between two shares of its length."""
    lengths = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=-1))])
    at = np.concatenate(
        [[first * lengths[-1]], lengths[(lengths > first * lengths[-1]) & (lengths < last * lengths[-1])]]
    )
    at = np.append(at, last * lengths[-1])
    return np.stack([np.interp(at, lengths, line[:, c]) for c in (0, 1)], -1)


def _edges(picture: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """(H,W) in [0,1]: how much of a drawn edge a pixel is."""
    lab = cv2.cvtColor(np.clip(picture, 0, 1).astype(np.float32), cv2.COLOR_RGB2LAB)
    lab = cv2.GaussianBlur(lab, (0, 0), 0.7)
    slope = sum(
        cv2.Sobel(lab[..., c], cv2.CV_32F, 1, 0) ** 2 + cv2.Sobel(lab[..., c], cv2.CV_32F, 0, 1) ** 2 for c in range(3)
    )
    slope = np.sqrt(slope)
    high = float(np.quantile(slope[inside], 0.93)) if inside.any() else 1.0
    return np.clip(slope / max(high, 20.0), 0, 1) ** 1.5


def _travel_time(cost: np.ndarray, inside: np.ndarray, seed: np.ndarray) -> np.ndarray:
    """(H,W) cheapest way from a seed mask through the inside; inf where there is none."""
    height, width = cost.shape
    index = np.arange(height * width).reshape(height, width)
    sources = index[seed & inside]
    if not len(sources):
        return np.full(cost.shape, np.inf)
    rows, columns, values = [], [], []
    for dy, dx, length in ((0, 1, 1.0), (1, 0, 1.0), (1, 1, 1.414), (1, -1, 1.414)):
        a = (slice(0, height - dy), slice(max(0, -dx), width - max(0, dx)))
        b = (slice(dy, height), slice(max(0, dx), width + min(0, dx)))
        ok = inside[a] & inside[b]
        rows.append(index[a][ok])
        columns.append(index[b][ok])
        values.append(length * (cost[a][ok] + cost[b][ok]) / 2)
    graph = coo_matrix(
        (np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))), shape=(height * width,) * 2
    ).tocsr()
    return dijkstra(graph, directed=False, indices=sources, min_only=True).reshape(height, width)


def _strangeness(picture: np.ndarray, seeds: list[np.ndarray]) -> np.ndarray:
    """(L,H,W) in [0,1]: how unlike a part's own colours a pixel is, compared with the other parts' colours."""
    lab = cv2.cvtColor(np.clip(picture, 0, 1).astype(np.float32), cv2.COLOR_RGB2LAB)
    bins = np.stack([lab[..., 0] / 100 * 9, (lab[..., 1] + 100) / 200 * 23, (lab[..., 2] + 100) / 200 * 23], -1)
    bins = np.clip(np.round(bins), 0, [9, 23, 23]).astype(int)
    likely = []
    for seed in seeds:
        table = np.zeros((10, 24, 24))
        np.add.at(table, tuple(bins[seed].T), 1.0)
        table = gaussian_filter(table / max(seed.sum(), 1), 0.8)
        likely.append(table[tuple(np.moveaxis(bins, -1, 0))])
    likely = np.stack(likely) + 1e-4
    return 1 - likely / likely.max(0)


def hem(rig: Rig, alpha: np.ndarray) -> float:
    """How far down the legs, 0 (hip) to 1 (toes), a skirt or coat covers both; 0 = trousers."""
    lines = [limb_line(rig, name) for name in ("left_leg", "right_leg")]
    if lines[0] is None or lines[1] is None:
        return 0.0
    arms = np.zeros(alpha.shape, np.uint8)
    for name in ("left_arm", "right_arm"):
        line = limb_line(rig, name)
        if line is not None:
            polyline(arms, along(line, 0.3), 1.3 * half_width(rig, name))
    solid = (alpha > 0.5) & (arms == 0)
    height, width = alpha.shape
    covered = 0.0
    for share in np.linspace(0.08, 1.0, 47):
        left, right = (along(line, share)[0] for line in lines)
        row = int(round((left[1] + right[1]) / 2))
        if not 0 <= row < height:
            break
        x0, x1 = sorted((int(np.clip(left[0], 0, width - 1)), int(np.clip(right[0], 0, width - 1))))
        if not solid[row, x0 : x1 + 1].all():
            break
        free_left = np.flatnonzero(~solid[row, :x0])
        free_right = np.flatnonzero(~solid[row, x1:])
        run = (x1 + free_right[0] if len(free_right) else width) - (free_left[-1] + 1 if len(free_left) else 0)
        if run > 1.3 * (x1 - x0 + 2 * half_width(rig, "leg")):
            covered = float(share)
    return covered


def _body_seed(rig: Rig, shape: tuple[int, int], covered: float) -> np.ndarray:
    """uint8 mask of what is surely neither arm nor leg: the inner torso, the face, the inside of a skirt."""
    seed = np.zeros(shape, np.uint8)
    neck, pelvis = rig.end[bone("chest")], rig.start[0]
    left, right = rig.start[bone("left_upper_arm")], rig.start[bone("right_upper_arm")]
    hips = [rig.start[bone("left_thigh")], rig.start[bone("right_thigh")]]
    if not rig.has_pelvis:
        hips = [pelvis + 0.6 * (left - neck), pelvis + 0.6 * (right - neck)]
    core = [neck + 0.55 * (left - neck), pelvis + 0.7 * (hips[0] - pelvis), pelvis + 0.7 * (hips[1] - pelvis)]
    core.append(neck + 0.55 * (right - neck))
    cv2.fillPoly(seed, [np.round(np.array(core)).astype(np.int32)], 1)
    polyline(seed, np.stack([rig.head[0], neck]), 0.1 * rig.unit)
    lines = [limb_line(rig, name) for name in ("left_leg", "right_leg")]
    if covered > 0 and lines[0] is not None and lines[1] is not None:
        down = [along(line, 0.0, max(covered - 0.04, 0.02)) for line in lines]
        cv2.fillPoly(seed, [np.round(np.concatenate([down[0], down[1][::-1]])).astype(np.int32)], 1)
        for line in down:
            polyline(seed, line, 0.3 * half_width(rig, "leg"))
    return seed


def _seeds(rig: Rig, shape: tuple[int, int], covered: float) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Per part, a mask of what is surely its own, and a mask of how far it may reach at most."""
    torso, head = _body_seed(rig, shape, covered), np.zeros(shape, np.uint8)
    centre, radius = rig.head
    cv2.circle(head, tuple(int(v) for v in np.round(centre)), int(0.8 * radius), 1, -1)
    torso[head > 0] = 0
    seeds, reach = {"torso": torso, "head": head}, {}
    for name in LIMBS:
        line = limb_line(rig, name)
        leg, skirt = name.endswith("leg"), covered > 0
        first = (covered + 0.03 if skirt else 0.12) if leg else 0.15
        if line is None or first >= 0.93:
            continue
        line = along(line, first, 0.95)
        seed = np.zeros(shape, np.uint8)
        polyline(seed, line, 0.3 * half_width(rig, name))
        if not leg:  # what lies about an arm's bone may be the arm itself
            around = np.zeros(shape, np.uint8)
            polyline(around, line, 1.3 * half_width(rig, name))
            torso[around > 0] = 0
            head[seed > 0] = 0
        reach[name] = np.zeros(shape, np.uint8)
        # Sleeves may be as wide as they like; a leg under a skirt is only a leg.
        polyline(reach[name], line, half_width(rig, name) * ((1.3 if skirt else 4.0) if leg else 6.0))
        seeds[name] = seed
    return seeds, reach


def _colour_samples(rig: Rig, seeds: dict[str, np.ndarray]) -> list[np.ndarray]:
    """Per part, a mask of where its colours are learned: the seeds, and for the head also the hair around the face."""
    samples = dict(seeds)
    centre, radius = rig.head
    hair = np.zeros_like(seeds["head"])
    cv2.circle(hair, tuple(int(v) for v in np.round(centre)), int(1.7 * radius), 1, -1)
    for name in ("left_arm", "right_arm"):
        line = limb_line(rig, name)
        if line is not None:
            polyline(hair, line, 1.2 * half_width(rig, name), 0)
    polyline(hair, np.stack([rig.start[0], rig.end[bone("chest")]]), 0.4 * rig.unit, 0)
    samples["head"] = np.maximum(seeds["head"], hair)
    return list(samples.values())


def part_labels(rig: Rig, picture: np.ndarray, alpha: np.ndarray, covered: float) -> dict[str, np.ndarray]:
    """(H,W) bool per layer name; together they are the matte.

    Each part spreads from its bones through the picture; drawn edges and colours foreign to it are costly to cross,
    so the borders between parts settle on outlines.
    """
    height, width = alpha.shape
    size = min(1.0, _SIDE / max(height, width))
    small = (max(1, round(width * size)), max(1, round(height * size)))
    little = cv2.resize(picture, small, interpolation=cv2.INTER_AREA)
    inside = cv2.resize(alpha, small, interpolation=cv2.INTER_AREA) > 0.1
    seeds, reach = _seeds(rig, alpha.shape, covered)
    samples = [cv2.resize(m, small, interpolation=cv2.INTER_NEAREST) > 0 for m in _colour_samples(rig, seeds)]
    names = list(seeds)
    seeds = [cv2.resize(m, small, interpolation=cv2.INTER_NEAREST) > 0 for m in seeds.values()]
    cost = 1 + _EDGE_COST * _edges(little, inside)
    strange = _strangeness(little, [m & inside for m in samples])
    times = np.stack(
        [_travel_time(cost * (1 + _COLOUR_COST * s), inside, m) for s, m in zip(strange, seeds, strict=True)]
    )
    for i, name in enumerate(names):
        if name in reach:
            times[i][cv2.resize(reach[name], small, interpolation=cv2.INTER_NEAREST) == 0] = np.inf
    nearest = _outwards(np.argmin(times, 0), np.isfinite(times.min(0)))
    nearest[nearest == 1] = 0  # the head stays with the torso
    strange[0] = strange[:2].min(0)
    nearest = _without_slivers(nearest, inside, [seeds[0] | seeds[1], *seeds[1:]], strange)
    between = cv2.resize(_between_legs(rig, alpha.shape, covered), small, interpolation=cv2.INTER_NEAREST) > 0
    legs = np.isin(nearest, [i for i, name in enumerate(names) if name.endswith("leg")])
    nearest = np.where(between & (nearest == 0), _outwards(nearest, legs), nearest)
    soft = []
    for i in range(len(names)):
        share = cv2.resize((nearest == i).astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
        soft.append(cv2.GaussianBlur(share, (0, 0), 1.0))
    label = np.argmax(np.stack(soft), 0)
    return {BODY: (label == 0) & (alpha > 0)} | {
        name: (label == i) & (alpha > 0) for i, name in enumerate(names) if name in LIMBS
    }


def _between_legs(rig: Rig, shape: tuple[int, int], covered: float) -> np.ndarray:
    """uint8 mask of what is below the seat and between the legs of somebody without a skirt: never the trunk's."""
    mask = np.zeros(shape, np.uint8)
    lines = [limb_line(rig, name) for name in ("left_leg", "right_leg")]
    if covered == 0 and lines[0] is not None and lines[1] is not None:
        corners = np.concatenate([along(lines[0], 0.2), along(lines[1], 0.2)[::-1]])
        cv2.fillPoly(mask, [np.round(corners).astype(np.int32)], 1)
        cv2.circle(mask, tuple(int(v) for v in np.round(rig.start[0])), int(0.5 * rig.unit), 0, -1)
    return mask


def _outwards(label: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Labels, those of unknown pixels taken from the nearest known one."""
    if not known.any():
        return label
    _, owner = cv2.distanceTransformWithLabels(
        1 - known.astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    name = np.zeros(owner.max() + 1, label.dtype)
    name[owner[known]] = label[known]
    return name[owner]


def _main_piece(mask: np.ndarray, core: np.ndarray, width: int) -> np.ndarray:
    """Bool: the pieces of a mask that hold its core after everything thinner than `width` is taken away."""
    opened = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN, np.ones((width, width), np.uint8)) > 0
    _, pieces = cv2.connectedComponents(opened.astype(np.uint8), connectivity=4)
    return np.isin(pieces, np.unique(pieces[core & opened])) & opened


def _without_slivers(
    nearest: np.ndarray, inside: np.ndarray, seeds: list[np.ndarray], strange: np.ndarray
) -> np.ndarray:
    """Labels with thin or loose bits given to the part beside them: they would stay behind as ghosts, or fly along.

    Label 0 is the body; seeds[i] is the core of label i. Hair and ribbons are thin as well, so a bit changes hands only
    when it is nearer to the other part than to its own, and the body's only when the limb has such colours.
    """
    main = _main_piece((nearest == 0) & inside, seeds[0], 5)
    limbs = np.zeros_like(inside)
    for i in range(1, len(seeds)):
        limbs |= _main_piece((nearest == i) & inside, seeds[i], 7) | (seeds[i] & (nearest == i))
    if not limbs.any() or not main.any():
        return nearest
    to_main, to_limb = (cv2.distanceTransform(1 - m.astype(np.uint8), cv2.DIST_L2, 5) for m in (main, limbs))
    new = _outwards(nearest, limbs)
    foreign = np.take_along_axis(strange, new[None], 0)[0] - strange[0] > 0.5
    out = np.where((nearest == 0) & ~main & ~foreign & (to_limb < to_main), new, nearest)
    return np.where((nearest > 0) & ~limbs & (to_main < to_limb), 0, out)
