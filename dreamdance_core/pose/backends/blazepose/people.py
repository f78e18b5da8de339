"""People over time: found by the detector, followed by their own landmarks forwards and then backwards from where they
were first met, looked for again when they are lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float

from .body import Body, find_body, roi_of_alignment, same_person, settle
from .boxed import find_in_box
from .detect import POSE_DETECTOR, detect
from .face import Face, follow_face
from .hands import Hand, follow_hands, reach_for_hands
from .nets import Networks
from .roi import Roi, squares, whole_picture

FrameAt = Callable[[int], Float[np.ndarray, "H W 3"]]
SEARCH_EVERY = 12  # frames between looks for newcomers
SAME = 0.15  # mean distance over body size below which two bodies are one person seen twice
MAX_DRIFT = 0.06  # of a newcomer's landmarks when the region of interest is moved a little
MAX_NEWCOMERS = 6  # per search, best detections first


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody in one frame."""

    body: Body
    hands: dict[str, Hand] = field(default_factory=dict)
    face: Face | None = None


People = dict[int, Person]  # by a number that stays with the person


def alike(a: Roi, b: Roi) -> bool:
    """Whether two regions hold the same person, going by place and size."""
    near = np.hypot(a.x - b.x, a.y - b.y) < 0.15 * min(a.size, b.size)
    return bool(near and 0.75 < a.size / b.size < 1.33)


def regions_with_people(frame: Float[np.ndarray, "H W 3"], networks: Networks, *, closely: bool) -> list[Roi]:
    """Where the detector sees people in the whole picture and in squares of its short side (`closely`: also of half
    its long side, for small people), best first, each once."""
    height, width = frame.shape[:2]
    looks = [whole_picture(width, height)]
    if max(width, height) > 1.2 * min(width, height):
        looks += squares(float(width), float(height), float(min(width, height)))
    if closely:
        looks += squares(float(width), float(height), max(width, height) / 2)
    found: list[tuple[float, Roi]] = []
    for look in looks:
        seen = detect(frame, look, networks.pose_detection, POSE_DETECTOR)
        found += [
            (float(score), roi_of_alignment(points[0], points[1]))
            for score, points in zip(seen.scores, seen.keypoints, strict=True)
        ]
    distinct: list[Roi] = []
    for _, roi in sorted(found, key=lambda item: -item[0]):
        if not any(alike(roi, other) for other in distinct):
            distinct.append(roi)
    return distinct


def rivals(a: Body, b: Body) -> bool:
    """Whether two bodies claim one head: noses closer than a tenth of the body size, or all points close."""
    size = min(a.roi().size, b.roi().size) / 2.5
    return bool(np.linalg.norm(a.points[0] - b.points[0]) < 0.1 * size) or same_person(a, b) < SAME


def newcomers(
    frame: Float[np.ndarray, "H W 3"], known: list[Body], networks: Networks, *, closely: bool, max_drift: float
) -> list[tuple[Body, float]]:
    """Bodies not followed yet (or followed wrongly: see rivals) with their drift, steadiest first."""
    regions = regions_with_people(frame, networks, closely=closely)
    regions = [roi for roi in regions if not any(alike(roi, body.roi()) for body in known)]
    settled = [settle(frame, roi, networks.pose_landmark) for roi in regions[:MAX_NEWCOMERS]]
    steady = [(body, drift) for body, drift in filter(None, settled) if drift < max_drift]
    chosen: list[tuple[Body, float]] = []
    for body, drift in sorted(steady, key=lambda item: item[1]):
        if not any(rivals(body, other) for other, _ in chosen):
            chosen.append((body, drift))
    return chosen


class Crowd:
    """Who is where, frame after frame."""

    def __init__(
        self, networks: Networks, max_drift: float = MAX_DRIFT, tick: Callable[[], None] = lambda: None
    ) -> None:
        self.networks, self.max_drift, self.tick = networks, max_drift, tick
        self.bodies: dict[int, Body] = {}
        self.named = 0
        self.since_search = SEARCH_EVERY

    def step(self, frame: Float[np.ndarray, "H W 3"], box: Float[np.ndarray, "4"] | None) -> dict[int, Body]:
        """The bodies of the next frame; `box` (x0, y0, x1, y1 px) replaces the detector, an empty one means nobody."""
        before, self.bodies = self.bodies, {}
        for name, body in before.items():
            now = find_body(frame, body.roi(), self.networks.pose_landmark)
            if now is not None and not any(same_person(now, other) < SAME for other in self.bodies.values()):
                self.bodies[name] = now
        self.since_search += 1
        if box is not None:
            self._keep_to(frame, box)
        elif not self.bodies or self.since_search >= SEARCH_EVERY:
            self._welcome(frame)
        return dict(self.bodies)

    def _welcome(self, frame: Float[np.ndarray, "H W 3"]) -> None:
        closely = not self.bodies and self.since_search >= SEARCH_EVERY
        known = list(self.bodies.values())
        found = newcomers(frame, known, self.networks, closely=closely, max_drift=self.max_drift)
        if self.since_search >= SEARCH_EVERY:
            self.since_search = 0
        for body, drift in found:
            rival = next((name for name, other in self.bodies.items() if rivals(body, other)), None)
            if rival is None:
                self._add(body)
                continue
            again = settle(frame, self.bodies[rival].roi(), self.networks.pose_landmark)
            if again is None or again[1] > 2 * drift:
                self.bodies[rival] = body

    def _keep_to(self, frame: Float[np.ndarray, "H W 3"], box: Float[np.ndarray, "4"]) -> None:
        empty = not np.isfinite(box).all() or box[2] - box[0] < 2 or box[3] - box[1] < 2
        for body in self.bodies.values():
            margin = 0.15 * (box[2:] - box[:2])
            centre = body.points[11:25].mean(axis=0)
            if not empty and (centre > box[:2] - margin).all() and (centre < box[2:] + margin).all():
                return
        self.bodies = {}
        body = None if empty else find_in_box(frame, box, self.networks, self.tick)
        if body is not None:
            hand_networks = (self.networks.palm_detection, self.networks.hand_landmark)
            self.bodies = {0: reach_for_hands(frame, body, box, hand_networks)}
            self.named = 1

    def _add(self, body: Body) -> None:
        self.bodies[self.named] = body
        self.named += 1


def with_details(
    frame: Float[np.ndarray, "H W 3"], bodies: dict[int, Body], before: People, networks: Networks
) -> People:
    """The same people with their hands and faces, followed from the frame `before`."""
    n, people = networks, {}
    for name, body in bodies.items():
        old = before.get(name) or Person(body=body)
        hands = follow_hands(frame, body, old.hands, (n.palm_detection, n.hand_landmark))
        face = follow_face(frame, body, old.face, (n.face_detection, n.face_landmark))
        people[name] = Person(body=body, hands=hands, face=face)
    return people


def follow_back(frame_at: FrameAt, found: list[People], networks: Networks, report: Callable[[], None]) -> None:
    """Follows everybody from the frame where they were met back in time, writing into `found`. Somebody who turns out
    to be a person lost shortly before takes that person's number."""
    first: dict[int, int] = {}
    for t, people in enumerate(found):
        for name in people:
            first.setdefault(name, t)
    for name, start in sorted(first.items(), key=lambda item: item[1]):
        person = found[start][name]
        for t in range(start - 1, -1, -1):
            frame = frame_at(t)
            body = find_body(frame, person.body.roi(), networks.pose_landmark)
            report()
            if body is None:
                break
            met = next((other for other, p in found[t].items() if same_person(body, p.body) < SAME), None)
            if met is not None:
                _rename(found, name, met)
                break
            person = with_details(frame, {name: body}, {name: person}, networks)[name]
            found[t][name] = person


def _rename(found: list[People], name: int, other: int) -> None:
    """Gives `name` the number `other`, unless the two are ever seen in one frame."""
    if any(name in people and other in people for people in found):
        return
    for people in found:
        if name in people:
            people[other] = people.pop(name)
