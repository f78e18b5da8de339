"""Cuts a character into layers (arms, legs, the rest), each complete: what one layer hides of another is filled in."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from scipy.ndimage import gaussian_filter
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import dijkstra

from .skeleton import LIMBS, NAMES, Rig, bone

BODY = "body"
_EDGE_COST = 25.0  # a drawn outline costs as much as this many times its width of plain colour
_COLOUR_COST = 10.0  # colours foreign to a part slow its spreading by up to this factor
_SIDE = 360  # long side of the picture in which parts are told apart


@dataclass(frozen=True, kw_only=True)
class Layer:
    """One part of the character, as a texture on the canvas grid at rest."""

    name: str
    colour: np.ndarray  # (H,W,4) float32, premultiplied
    bones: tuple[int, ...]  # that move it
    joint: (
        tuple[np.ndarray, float] | None
    )  # where it is joined to the body: centre and radius, canvas pixels; None = loose
    label: np.ndarray  # (H,W) bool: the pixels that are really its own


def _half_width(rig: Rig, name: str) -> float:
    """A limb's usual half width in pixels."""
    return (0.15 if "arm" in name else 0.22) * rig.unit


def _polyline(mask: np.ndarray, points: np.ndarray, radius: float) -> None:
    corners = np.round(np.asarray(points) * 16 - 8).astype(np.int32)
    cv2.polylines(mask, [corners], False, 1, max(int(round(2 * radius)), 1), cv2.LINE_8, 4)


def _limb_line(rig: Rig, name: str) -> np.ndarray | None:
    """(N,2) the joints of a limb from its root to its tip; None when the reference does not show its first bone."""
    bones = [bone(b) for b in LIMBS[name] if rig.present[bone(b)]]
    if not bones or bones[0] != bone(LIMBS[name][0]):
        return None
    return np.stack([rig.start[bones[0]], *(rig.end[b] for b in bones)])


def _along(line: np.ndarray, first: float, last: float = 1.0) -> np.ndarray:
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
    lines = [_limb_line(rig, name) for name in ("left_leg", "right_leg")]
    if lines[0] is None or lines[1] is None:
        return 0.0
    arms = np.zeros(alpha.shape, np.uint8)
    for name in ("left_arm", "right_arm"):
        line = _limb_line(rig, name)
        if line is not None:
            _polyline(arms, _along(line, 0.3), 1.3 * _half_width(rig, name))
    solid = (alpha > 0.5) & (arms == 0)
    height, width = alpha.shape
    covered = 0.0
    for share in np.linspace(0.08, 1.0, 47):
        left, right = (_along(line, share)[0] for line in lines)
        row = int(round((left[1] + right[1]) / 2))
        if not 0 <= row < height:
            break
        x0, x1 = sorted((int(np.clip(left[0], 0, width - 1)), int(np.clip(right[0], 0, width - 1))))
        if not solid[row, x0 : x1 + 1].all():
            break
        free_left = np.flatnonzero(~solid[row, :x0])
        free_right = np.flatnonzero(~solid[row, x1:])
        run = (x1 + free_right[0] if len(free_right) else width) - (free_left[-1] + 1 if len(free_left) else 0)
        if run > 1.3 * (x1 - x0 + 2 * _half_width(rig, "leg")):
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
    centre, radius = rig.head
    cv2.circle(seed, tuple(int(v) for v in np.round(centre)), int(0.8 * radius), 1, -1)
    _polyline(seed, np.stack([centre, neck]), 0.1 * rig.unit)
    lines = [_limb_line(rig, name) for name in ("left_leg", "right_leg")]
    if covered > 0 and lines[0] is not None and lines[1] is not None:
        down = [_along(line, 0.0, max(covered - 0.04, 0.02)) for line in lines]
        cv2.fillPoly(seed, [np.round(np.concatenate([down[0], down[1][::-1]])).astype(np.int32)], 1)
        for line in down:
            _polyline(seed, line, 0.3 * _half_width(rig, "leg"))
    return seed


def part_labels(rig: Rig, picture: np.ndarray, alpha: np.ndarray, covered: float) -> dict[str, np.ndarray]:
    """(H,W) bool per layer name; together they are the matte.

    Each part spreads from its bones through the picture; drawn edges are costly to cross, so borders settle on them.
    """
    height, width = alpha.shape
    size = min(1.0, _SIDE / max(height, width))
    small = (max(1, round(width * size)), max(1, round(height * size)))
    little = cv2.resize(picture, small, interpolation=cv2.INTER_AREA)
    inside = cv2.resize(alpha, small, interpolation=cv2.INTER_AREA) > 0.1
    body = _body_seed(rig, alpha.shape, covered)
    names, seeds = [BODY], [body]
    for name in LIMBS:
        line = _limb_line(rig, name)
        first = 0.15
        if name.endswith("leg"):
            first = covered + 0.03 if covered > 0 else 0.12
        if line is None or first >= 0.93:
            continue
        seed = np.zeros(alpha.shape, np.uint8)
        _polyline(seed, _along(line, first), 0.3 * _half_width(rig, name))
        names.append(name)
        seeds.append(seed)
        if name.endswith("arm"):
            body[seed > 0] = 0
    seeds = [cv2.resize(s, small, interpolation=cv2.INTER_AREA if s is body else cv2.INTER_NEAREST) > 0 for s in seeds]
    cost = 1 + _EDGE_COST * _edges(little, inside)
    strange = _strangeness(little, [s & inside for s in seeds])
    times = np.stack(
        [_travel_time(cost * (1 + _COLOUR_COST * o), inside, s) for o, s in zip(strange, seeds, strict=True)]
    )
    nearest = np.argmin(times, 0)
    nearest[~np.isfinite(times.min(0))] = 0
    nearest = _without_slivers(nearest, inside, seeds[0], strange)
    soft = []
    for i in range(len(names)):
        share = cv2.resize((nearest == i).astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
        soft.append(cv2.GaussianBlur(share, (0, 0), 1.0))
    label = np.argmax(np.stack(soft), 0)
    return {name: (label == i) & (alpha > 0) for i, name in enumerate(names)}


def _without_slivers(nearest: np.ndarray, inside: np.ndarray, core: np.ndarray, strange: np.ndarray) -> np.ndarray:
    """Labels with thin or loose bits of the body beside a limb given to that limb: they would stay as ghosts."""
    body = (nearest == 0) & inside
    opened = cv2.morphologyEx(body.astype(np.uint8), cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
    _, pieces = cv2.connectedComponents(opened, connectivity=4)
    main = np.isin(pieces, np.unique(pieces[core & (opened > 0)])) & (opened > 0)
    # Hair and ribbons are thin as well, but they hang on the body: keep what is nearer to it than to a limb.
    to_main = cv2.distanceTransform(1 - main.astype(np.uint8), cv2.DIST_L2, 5)
    limbs = (nearest > 0) & inside
    if not limbs.any() or not main.any():
        return nearest
    to_limb, owner = cv2.distanceTransformWithLabels(
        1 - limbs.astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    name = np.zeros(owner.max() + 1, nearest.dtype)
    name[owner[limbs]] = nearest[limbs]
    new = name[owner]
    foreign = np.take_along_axis(strange, new[None], 0)[0] - strange[0] > 0.5
    return np.where(body & ~main & ~foreign & (to_limb < to_main), new, nearest)


def clean_colours(picture: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """The picture with the colours of half-transparent pixels taken from the nearest solid ones: no halo."""
    return _spread(picture, alpha > 0.95)


def _spread(picture: np.ndarray, source: np.ndarray) -> np.ndarray:
    """The picture with every pixel outside the source mask coloured as the nearest one inside."""
    solid = source.astype(np.uint8)
    if not solid.any():
        return picture
    _, label = cv2.distanceTransformWithLabels(1 - solid, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    rows, columns = np.nonzero(solid)
    owner = np.zeros(label.max() + 1, np.int64)
    owner[label[rows, columns]] = np.arange(len(rows))
    nearest = picture[rows[owner[label]], columns[owner[label]]]
    return np.where(solid[..., None] > 0, picture, nearest).astype(np.float32)


def _inpaint(picture: np.ndarray, hole: np.ndarray) -> np.ndarray:
    """The picture with the hole filled from around it (Telea), float32 in [0,1]."""
    if not hole.any():
        return picture
    eight = np.round(np.clip(picture, 0, 1) * 255).astype(np.uint8)
    filled = cv2.inpaint(eight, hole.astype(np.uint8), 4, cv2.INPAINT_TELEA).astype(np.float32) / 255
    return np.where(hole[..., None], filled, picture)


def _layer(name: str, picture: np.ndarray, alpha: np.ndarray, bones: tuple[str, ...], joint, label) -> Layer:
    colour = np.concatenate([picture * alpha[..., None], alpha[..., None]], -1).astype(np.float32)
    return Layer(name=name, colour=colour, bones=tuple(NAMES.index(b) for b in bones), joint=joint, label=label)


def _disc(shape: tuple[int, int], centre: np.ndarray, radius: float) -> np.ndarray:
    rows, columns = np.ogrid[: shape[0], : shape[1]]
    return (columns + 0.5 - centre[0]) ** 2 + (rows + 0.5 - centre[1]) ** 2 < radius**2


def _soft(mask: np.ndarray) -> np.ndarray:
    return cv2.GaussianBlur(mask.astype(np.float32), (0, 0), 0.7)


def _under_arms(rig: Rig, body: np.ndarray, arms: np.ndarray) -> np.ndarray:
    """(H,W) bool: arm pixels behind which the torso or head goes on."""
    reach = max(3, int(0.35 * rig.unit)) | 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
    body = cv2.morphologyEx(body.astype(np.uint8), cv2.MORPH_OPEN, np.ones((7, 7), np.uint8))
    padded = cv2.copyMakeBorder(body, reach, reach, reach, reach, cv2.BORDER_CONSTANT)
    closed = cv2.morphologyEx(padded, cv2.MORPH_CLOSE, kernel)[reach:-reach, reach:-reach]
    torso = np.zeros(body.shape, np.uint8)
    corners = [rig.start[bone(b)] for b in ("left_upper_arm", "left_thigh", "right_thigh", "right_upper_arm")]
    if rig.has_pelvis:
        cv2.fillPoly(torso, [np.round(np.array(corners)).astype(np.int32)], 1)
    centre, radius = rig.head
    face = _disc(body.shape, centre, radius)
    return arms & ((closed > 0) | (torso > 0) | face)


def cut_layers(rig: Rig, picture: np.ndarray, alpha: np.ndarray) -> list[Layer]:
    """The character's layers in drawing order: legs, body, arms.

    The picture (H,W,3) and alpha (H,W) stand on the canvas grid. The body goes on behind the arms, the legs go on
    behind a skirt; at shoulders and bare hips the layers overlap in a disc where the mesh joins them.
    """
    covered = hem(rig, alpha)
    labels = part_labels(rig, picture, alpha, covered)
    picture = clean_colours(picture, alpha)
    arms = np.zeros(alpha.shape, bool)
    for name in ("left_arm", "right_arm"):
        arms |= labels.get(name, arms)
    behind = _under_arms(rig, labels[BODY], arms)
    legs, front = [], []
    body_bones: tuple[str, ...] = ("pelvis", "chest", "head")
    for name, mask in labels.items():
        if name == BODY:
            continue
        root = rig.start[bone(LIMBS[name][0])]
        near = np.hypot(*(np.argwhere(mask)[:, ::-1].T + 0.5 - root[:, None])).min() if mask.any() else np.inf
        radius = max(1.2 * _half_width(rig, name), near + 0.1 * rig.unit)
        skirt = name.endswith("leg") and covered > 0
        if not mask.any() or (radius > rig.unit and not skirt):
            continue
        if skirt:
            thigh = np.zeros(alpha.shape, np.uint8)
            _polyline(thigh, _along(_limb_line(rig, name), 0.05, min(covered + 0.05, 1)), 0.8 * _half_width(rig, name))
            hidden = (thigh > 0) & ~mask & (labels[BODY] | arms)
            own = cv2.erode((mask & (alpha > 0.95)).astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
            texture = np.where(hidden[..., None], cv2.blur(_spread(picture, own), (7, 7)), picture)
            shape = _soft(mask | hidden)
            legs.append(
                _layer(name, texture, shape * np.where(mask | hidden, 1, alpha), LIMBS[name], None, mask | hidden)
            )
            continue
        joint = (root, radius)
        around = _disc(alpha.shape, root, radius) & (labels[BODY] | mask)
        own = _soft(mask | around)
        bones = (("chest",) if name.endswith("arm") else ("pelvis",)) + LIMBS[name]
        (front if name.endswith("arm") else legs).append(_layer(name, picture, alpha * own, bones, joint, mask))
    if covered > 0:
        body_bones += ("left_thigh", "right_thigh")
    kept = labels[BODY] | behind
    leg_names = {layer.name for layer in legs}
    for name, mask in labels.items():  # a limb that could not be joined stays with the body
        if name != BODY and name not in leg_names | {layer.name for layer in front}:
            kept |= mask
    texture = _inpaint(picture, cv2.dilate(arms.astype(np.uint8), np.ones((3, 3))).astype(bool) & (kept | arms))
    full = np.where(behind, np.maximum(alpha, 0.999 * behind), alpha)
    body = _layer(BODY, texture, full * _soft(kept), body_bones, None, kept)
    return [*legs, body, *front]
