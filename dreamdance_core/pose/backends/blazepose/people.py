"""People over time: found by the detector, followed by their own landmarks, looked for again when they are lost."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float

from .body import Body, find_body, roi_of_alignment, same_person
from .boxed import find_in_box
from .detect import POSE_DETECTOR, Detections, detect, join
from .face import Face, follow_face
from .hands import Hand, follow_hands
from .nets import Networks
from .roi import Roi, whole_picture

DETECT_EVERY = 12  # frames between looks for newcomers
SAME = 0.15  # mean distance over body size below which two bodies are one person seen twice


@dataclass(kw_only=True)
class Person:
    """Somebody being followed."""

    body: Body
    hands: dict[str, Hand] = field(default_factory=dict)
    face: Face | None = None
    name: int = 0


def tiles(width: int, height: int) -> list[Roi]:
    """Overlapping squares of half the long side: where small people are looked for."""
    side = max(width, height) / 2
    axes = []
    for length in (width, height):
        count = max(1, int(np.ceil(length / side * 2)) - 1)
        axes.append(np.linspace(side / 2, length - side / 2, count) if length > side else [length / 2])
    return [Roi(float(x), float(y), side) for y in axes[1] for x in axes[0]]


def look_for_people(frame: Float[np.ndarray, "H W 3"], networks: Networks, *, closely: bool) -> Detections:
    """Everybody in the picture; when nobody is seen and `closely` is set, its tiles are searched too."""
    height, width = frame.shape[:2]
    found = detect(frame, whole_picture(width, height), networks.pose_detection, POSE_DETECTOR)
    if len(found) == 0 and closely:
        found = join([detect(frame, tile, networks.pose_detection, POSE_DETECTOR) for tile in tiles(width, height)])
    return found


class Crowd:
    """Follows everybody through a clip, frame after frame."""

    def __init__(self, networks: Networks) -> None:
        self.networks = networks
        self.people: list[Person] = []
        self.named = 0
        self.since_search = DETECT_EVERY

    def step(self, frame: Float[np.ndarray, "H W 3"], box: Float[np.ndarray, "4"] | None) -> list[Person]:
        """The people of the next frame; `box` (x0, y0, x1, y1 px) replaces the detector, an empty one means nobody."""
        self._follow(frame)
        if box is not None:
            self._keep_to(frame, box)
        elif not self.people or self.since_search >= DETECT_EVERY:
            self._welcome(frame)
        else:
            self.since_search += 1
        for person in self.people:
            n = self.networks
            person.hands = follow_hands(frame, person.body, person.hands, (n.palm_detection, n.hand_landmark))
            person.face = follow_face(frame, person.body, person.face, (n.face_detection, n.face_landmark))
        return self.people

    def _follow(self, frame: Float[np.ndarray, "H W 3"]) -> None:
        kept: list[Person] = []
        for person in self.people:
            body = find_body(frame, person.body.roi(), self.networks.pose_landmark)
            if body is not None and all(same_person(body, other.body) > SAME for other in kept):
                person.body = body
                kept.append(person)
        self.people = kept

    def _welcome(self, frame: Float[np.ndarray, "H W 3"]) -> None:
        closely = self.since_search >= DETECT_EVERY
        found = look_for_people(frame, self.networks, closely=closely)
        self.since_search = 0 if closely else self.since_search + 1
        for keypoints in found.keypoints:
            body = find_body(frame, roi_of_alignment(keypoints[0], keypoints[1]), self.networks.pose_landmark)
            if body is not None and all(same_person(body, other.body) > SAME for other in self.people):
                self._add(body)

    def _keep_to(self, frame: Float[np.ndarray, "H W 3"], box: Float[np.ndarray, "4"]) -> None:
        if box[2] - box[0] < 2 or box[3] - box[1] < 2:
            self.people = []
            return
        margin = 0.15 * (box[2:] - box[:2])
        centre = self.people[0].body.points[11:25].mean(axis=0) if self.people else None
        if centre is not None and (centre > box[:2] - margin).all() and (centre < box[2:] + margin).all():
            return
        self.people = []
        body = find_in_box(frame, box, self.networks)
        if body is not None:
            self._add(body)

    def _add(self, body: Body) -> None:
        self.people.append(Person(body=body, name=self.named))
        self.named += 1
