"""One person inside a known box: the way to drawn characters, whom the detector alone often misses.

Many looks are taken (regions of interest, mirror images; for big heads and animal ears also stretched pictures and
pictures without the box's top) and the steadiest, most plausible one wins; looks that agree with it make it finer, and
joints on which they disagree lose their score.
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
STRETCHES = (1.0, 1.3, 1.6)  # of a changed picture's height
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
        posture = float(np.clip(drop, 0.2, 1.0)) ** 2
        return self.fit * posture * (0.4 + 0.6 * face.score * float(np.exp(-((gap / 0.35) ** 2))))


def changed(
    frame: Float[np.ndarray, "H W 3"], box: Float[np.ndarray, "4"], hide: float, stretch: float
) -> tuple[Float[np.ndarray, "H2 W 3"], Float[np.ndarray, "4"]]:
    """The picture, the uppermost `hide` of the box painted over, its height times `stretch`; and the box in it."""
    low = box * np.array([1, stretch, 1, stretch])
    if hide > 0:
        row = int(box[1] + hide * (box[3] - box[1]))
        frame = frame.copy()
        frame[:row] = np.median(frame[:, [0, -1]].reshape(-1, 3), axis=0)
        low[1] = row * stretch
    if stretch != 1:
        frame = cv2.resize(frame, (frame.shape[1], round(frame.shape[0] * stretch)), interpolation=cv2.INTER_AREA)
    return frame, low


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
    """How well a body explains the box, in [0, 1]: steady, joints inside the box, ending where the box ends or going on
    below a box that the picture cuts off."""
    height, margin = box[3] - box[1], 0.05 * (box[3] - box[1])
    points, seen = body.points[:33], body.score > 0.3
    if seen.sum() < 6:
        return 0.0
    within = ((points > box[:2] - margin) & (points < box[2:] + margin)).all(axis=1)[seen].mean()
    if box[3] >= 0.98 * frame.shape[0]:
        end = 0.7 if seen[[27, 28]].any() else 1.0
    else:
        end = float(np.exp(-3 * abs(points[seen][:, 1].max() - box[3]) / height))
    return float(body.presence * np.exp(-drift / 0.04) * within**2 * end)


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
    change: tuple[float, float],
    networks: Networks,
    tick: Callable[[], None],
) -> Iterator[Look]:
    """All answers for the picture with its box top hidden and its height stretched by `change`."""
    picture, here = changed(frame, box, *change)
    back = np.array([1, frame.shape[0] / picture.shape[0]])
    for roi in regions(picture, here, networks, cut_off=bool(box[3] >= 0.98 * frame.shape[0])):
        for mirror in (False, True):
            tick()
            settled = settle(picture, roi, networks.pose_landmark, mirror=mirror)
            if settled is None:
                continue
            body, drift = settled
            face = sight_at(picture, body, here, networks)
            if face is not None:
                face = replace(face, eyes=face.eyes * back)
            seen = replace(body, points=body.points * back)
            yield Look(body=seen, fit=fit(picture, body, drift, here), face=face)


def best_of(found: list[Look]) -> tuple[Look | None, Sight | None]:
    """The worthiest look and the best face of all looks."""
    face = max((look.face for look in found if look.face is not None), key=lambda sight: sight.score, default=None)
    return max(found, key=lambda look: look.worth(face), default=None), face


def search(
    frame: Float[np.ndarray, "H W 3"], box: Float[np.ndarray, "4"], networks: Networks, tick: Callable[[], None]
) -> list[Look]:
    """Looks at the picture as it is and then, unless one of them is clear, at changed pictures: stretched, and with all
    that is above the brow hidden (ears, horns and hats pass for arms and faces)."""
    found = list(looks(frame, box, (0.0, 1.0), networks, tick))
    best, face = best_of(found)
    if best is not None and best.worth(face) > CLEAR:
        return found
    found += looks(frame, box, (0.0, STRETCHES[1]), networks, tick)
    _, face = best_of(found)
    if face is None:
        hidden = [0.1, 0.2]
    else:
        brows = face.eyes[:, 1].mean() - face.width * np.array([0.35, 0.6])
        hidden = [float(np.clip((brow - box[1]) / (box[3] - box[1]), 0, 0.5)) for brow in brows]
    for hide in hidden:
        for stretch in STRETCHES:
            found += looks(frame, box, (hide, stretch), networks, tick)
    return found


def agreed(best: Look, others: list[Look], face: Sight | None) -> Body:
    """The weighted mean of the looks that see the same person, its scores lowered where they disagree: a joint whose
    spread is a tenth of the body size keeps a third."""
    least = 0.5 * best.worth(face)
    same = [look for look in others if look.worth(face) > least and same_person(look.body, best.body) < 0.1]
    weight = np.array([look.worth(face) for look in same])
    points = np.stack([look.body.points for look in same])
    mean = np.average(points, axis=0, weights=weight)
    spread = np.average(np.linalg.norm(points - mean, axis=-1), axis=0, weights=weight)[:33]
    trust = np.exp(-((spread / (0.1 * best.body.roi().size / 2.5)) ** 2))
    score = np.average(np.stack([look.body.score for look in same]), axis=0, weights=weight)
    return replace(best.body, points=mean, score=score * trust)


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
