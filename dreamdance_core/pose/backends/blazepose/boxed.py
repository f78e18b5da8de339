"""One person inside a known box: the way to drawn characters, whom the detector alone often misses.

Many looks are taken (regions of interest, mirror images; also pictures in which lines are blurred to areas, a big head
with its ears, horns or hat is drawn smaller, or all is stretched) and the steadiest, most plausible one wins. Looks
that agree with it make it finer; joints on which they disagree lose their score.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import cv2
import numpy as np
from jaxtyping import Float

from .body import Body, inside, roi_of_alignment, same_person, settle
from .detect import FACE_DETECTOR, POSE_DETECTOR, detect
from .face import head_roi
from .nets import Networks
from .roi import Roi

CLEAR = 0.3  # worth that ends the search before the picture is changed
SMALL_HEAD = 0.5  # scale of a head that is drawn smaller
BLUR = 1 / 256  # standard deviation over the picture's long side
REACH = 0.25  # of the box's height: how far from the box's lower end a body may end
SEARCH_SIDE = 640  # pixels of the picture's long side during the search
_FACE = replace(FACE_DETECTOR, min_score=0.2)


@dataclass(frozen=True, kw_only=True)
class Sight:
    """A face the face detector saw."""

    eyes: Float[np.ndarray, "2 2"]  # right, left; pixels
    width: float
    score: float


@dataclass(frozen=True, kw_only=True)
class Look:
    """One answer, in pixels of the unchanged picture."""

    body: Body
    fit: float  # plausibility, the face apart
    face: Sight | None  # what was seen where this body has its head

    def worth(self, face: Sight | None) -> float:
        """Plausibility, in [0, 1], given the best face of all looks: the body's eyes should be its eyes."""
        if face is None:
            return 0.4 * self.fit
        gap = float(np.linalg.norm(self.body.points[[5, 2]] - face.eyes, axis=1).mean()) / face.width
        drop = (
            float(self.body.points[11:13, 1].mean() - face.eyes[:, 1].mean()) / face.width
        )  # shoulders below the eyes
        posture = float(np.clip(drop, 0.3, 1.0))
        return self.fit * posture * (0.4 + 0.6 * face.score * float(np.exp(-((gap / 0.35) ** 2))))


@dataclass(frozen=True, kw_only=True)
class Change:
    """What is done to a picture so that a drawn figure looks more like a photographed one; the box is the figure's."""

    blur: bool = False
    head: float = 0.0  # the box's uppermost share, drawn at SMALL_HEAD about the middle of its lower edge
    stretch: float = 1.0  # of the height

    def apply(
        self, frame: Float[np.ndarray, "H W 3"], box: Float[np.ndarray, "4"]
    ) -> tuple[Float[np.ndarray, "H2 W 3"], Float[np.ndarray, "4"]]:
        """The changed picture, and the box in it."""
        ground = np.median(frame[:, [0, -1]].reshape(-1, 3), axis=0)
        height, width = frame.shape[:2]
        box = box.astype(np.float64)
        if self.blur:
            frame = cv2.GaussianBlur(frame, (0, 0), BLUR * max(height, width))
        if self.head > 0:
            x, y = self._chin(box)
            small = np.array([[1, 0, x * (1 / SMALL_HEAD - 1)], [0, 1, y * (1 / SMALL_HEAD - 1)]]) * SMALL_HEAD
            top = cv2.warpAffine(frame, small, (width, height), flags=cv2.INTER_AREA, borderValue=ground.tolist())
            frame = np.concatenate([top[: int(y)], frame[int(y) :]])
            box[1] = y + (box[1] - y) * SMALL_HEAD
        if self.stretch != 1:
            frame = cv2.resize(frame, (width, round(height * self.stretch)), interpolation=cv2.INTER_AREA)
            box *= [1, frame.shape[0] / height, 1, frame.shape[0] / height]
        return frame, box

    def _chin(self, box: Float[np.ndarray, "4"]) -> Float[np.ndarray, "2"]:
        return np.array([(box[0] + box[2]) / 2, np.floor(box[1] + self.head * (box[3] - box[1]))])

    def undo(
        self, points: Float[np.ndarray, "N 2"], box: Float[np.ndarray, "4"], height: int
    ) -> Float[np.ndarray, "N 2"]:
        """Points of the changed picture in the unchanged one, which is `height` px high and has the figure in `box`."""
        points = points * [1, height / round(height * self.stretch)]
        if self.head > 0:
            chin = self._chin(box)
            points = np.where(points[:, 1:] < chin[1], chin + (points - chin) / SMALL_HEAD, points)
        return points


# From the commonest need to the rarest: line drawings, big heads, short legs.
CHANGES = (
    Change(),
    Change(blur=True),
    Change(head=0.42),
    Change(head=0.34),
    Change(head=0.5),
    Change(stretch=1.3),
)


def regions(
    frame: Float[np.ndarray, "H W 3"], box: Float[np.ndarray, "4"], networks: Networks, cut_off: bool
) -> Iterator[Roi]:
    """Regions worth trying: what the detector says in crops of two sizes, and guesses from the box alone: the whole
    figure or, when it is cut off below, one that goes on under the picture."""
    width, height = box[2:] - box[:2]
    x, y = (box[:2] + box[2:]) / 2
    for scale in (1.1, 1.6):
        seen = detect(frame, Roi(float(x), float(y), float(max(width, height)) * scale), networks.pose_detection,
                      POSE_DETECTOR)  # fmt: skip
        yield from (roi_of_alignment(k[0], k[1]) for k in seen.keypoints[:2])
    for full in height * np.array([1.0, 1.3, 1.7, 2.1] if cut_off else [1.0]):
        for hips in (0.45, 0.55, 0.65):
            yield Roi(float(x), float(box[1] + hips * full), float(max(full, width)) * 1.1)


def fit(frame: Float[np.ndarray, "H W 3"], body: Body, drift: float, box: Float[np.ndarray, "4"]) -> float:
    """How well a body explains the box, in [0, 1]: steady, not upside down, joints inside the box, ending where the box
    ends or going on below a box that the picture cuts off."""
    height, margin = box[3] - box[1], 0.05 * (box[3] - box[1])
    points, seen = body.points[:33], body.score > 0.3
    if seen.sum() < 6:
        return 0.0
    within = ((points > box[:2] - margin) & (points < box[2:] + margin)).all(axis=1)[seen].mean()
    if box[3] >= 0.98 * frame.shape[0]:
        end = 0.7 if seen[[27, 28]].any() else 1.0
    else:
        end = float(np.exp(-(((points[seen][:, 1].max() - box[3]) / height / REACH) ** 2)))
    spine = points[23:25].mean(axis=0) - points[11:13].mean(axis=0)
    upright = float(np.clip(spine[1] / max(float(np.linalg.norm(spine)), 1e-6), 0.1, 0.7)) / 0.7
    return float(body.presence * np.exp(-drift / 0.04) * within**2 * end * upright)


def sight_at(
    frame: Float[np.ndarray, "H W 3"], body: Body, box: Float[np.ndarray, "4"], networks: Networks
) -> Sight | None:
    """The face that the face detector sees about the body's head, if any."""
    head = head_roi(body)
    head = Roi(head.x, head.y, max(head.size, 0.1 * float(box[3] - box[1])), head.angle)
    faces = detect(frame, head, networks.face_detection, _FACE)
    if len(faces) == 0:
        return None
    right, left = faces.keypoints[0, :2]
    apart = float(np.linalg.norm(left - right))
    upright = (
        max(0.0, float(left[0] - right[0]) / max(apart, 1e-6)) ** 4
    )  # a drawn head hangs neither sideways nor down
    large = min(1.0, apart / (0.05 * float(box[3] - box[1])))
    width = float(faces.boxes[0, 2] - faces.boxes[0, 0])
    return Sight(eyes=faces.keypoints[0, :2], width=width, score=float(faces.scores[0]) * upright * large)


def looks(
    frame: Float[np.ndarray, "H W 3"],
    box: Float[np.ndarray, "4"],
    change: Change,
    networks: Networks,
    tick: Callable[[], None],
) -> Iterator[Look]:
    """All answers for the changed picture, in pixels of the unchanged one."""
    picture, here = change.apply(frame, box)
    for roi in regions(picture, here, networks, cut_off=bool(box[3] >= 0.98 * frame.shape[0])):
        for mirror in (False, True):
            tick()
            settled = settle(picture, roi, networks.pose_landmark, mirror=mirror)
            if settled is None:
                continue
            body, drift = settled
            face = sight_at(picture, body, here, networks)
            if face is not None:
                eyes = change.undo(face.eyes, box, frame.shape[0])
                grown = np.linalg.norm(eyes[1] - eyes[0]) / max(
                    float(np.linalg.norm(face.eyes[1] - face.eyes[0])), 1e-6
                )
                face = replace(face, eyes=eyes, width=face.width * float(grown))
            seen = replace(body, points=change.undo(body.points, box, frame.shape[0]))
            yield Look(body=seen, fit=fit(picture, body, drift, here), face=face)


def best_of(found: list[Look]) -> tuple[Look | None, Sight | None]:
    """The worthiest look and the best face of all looks."""
    face = max((look.face for look in found if look.face is not None), key=lambda sight: sight.score, default=None)
    return max(found, key=lambda look: look.worth(face), default=None), face


def search(
    frame: Float[np.ndarray, "H W 3"], box: Float[np.ndarray, "4"], networks: Networks, tick: Callable[[], None]
) -> list[Look]:
    """Looks at the picture as it is and then, until one of them is clear, at changed pictures."""
    found: list[Look] = []
    for change in CHANGES:
        found += looks(frame, box, change, networks, tick)
        best, face = best_of(found)
        if best is not None and best.worth(face) > CLEAR:
            break
    return found


def agreed(best: Look, others: list[Look], face: Sight | None) -> Body:
    """The weighted median of the looks that see the same person, its scores lowered where they disagree: a joint whose
    typical deviation is a tenth of the body size keeps a third."""
    least = 0.7 * best.worth(face)
    same = [look for look in others if look.worth(face) > least and same_person(look.body, best.body) < 0.1]
    weight = np.array([look.worth(face) for look in same])
    points = np.stack([look.body.points for look in same])
    middle = weighted_median(points, weight)
    spread = weighted_median(np.linalg.norm(points - middle, axis=-1), weight)[:33]
    trust = np.exp(-((spread / (0.1 * best.body.roi().size / 2.5)) ** 2))
    score = weighted_median(np.stack([look.body.score for look in same]), weight)
    return replace(best.body, points=middle, score=score * trust)


def weighted_median(values: Float[np.ndarray, "N *rest"], weight: Float[np.ndarray, "N"]) -> Float[np.ndarray, "*rest"]:
    """Half of the weight lies on either side of it, for every place of `rest` by itself."""
    order = np.argsort(values, axis=0)
    ordered = np.take_along_axis(values, order, axis=0)
    below = np.cumsum(weight[order], axis=0)
    row = (below < weight.sum() / 2).sum(axis=0)
    return np.take_along_axis(ordered, row[None], axis=0)[0]


def find_in_box(
    frame: Float[np.ndarray, "H W 3"],
    box: Float[np.ndarray, "4"],
    networks: Networks,
    tick: Callable[[], None] = lambda: None,
) -> Body | None:
    """The most plausible body inside `box` (x0, y0, x1, y1 px), or None; `tick` is called before every look."""
    height, width = frame.shape[:2]
    small = min(1.0, SEARCH_SIDE / max(height, width))
    size = (round(width * small), round(height * small))
    shrink = np.array([size[0] / width, size[1] / height])
    picture = cv2.resize(frame, size, interpolation=cv2.INTER_AREA) if small < 1 else frame
    found = search(picture, box * np.tile(shrink, 2), networks, tick)
    best, face = best_of(found)
    if best is None or best.worth(face) == 0:
        return None
    body = agreed(best, found, face)
    points = body.points / shrink
    return replace(body, points=points, score=body.score * inside(points[:33], width, height))
