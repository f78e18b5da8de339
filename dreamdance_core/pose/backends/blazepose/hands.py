"""Hands: followed from frame to frame, else looked for where the body's wrist, index and little finger are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from .body import Body
from .detect import PALM_DETECTOR, Detections, Network, detect
from .roi import Roi, angle_of, crop, roi_of_box, roi_of_points, squares, to_picture

SIDE = 224  # pixels of the landmark network's input
MIN_PRESENCE = 0.5
SURE = 0.75  # presence of a hand that may move the body's wrist
_PALM = [0, 1, 2, 3, 5, 6, 9, 10, 13, 14, 17, 18]  # landmarks that set the next region: no finger tips
_BODY_POINTS = {"left": (13, 15, 17, 19), "right": (14, 16, 18, 20)}  # elbow, wrist, little finger, index


@dataclass(frozen=True, kw_only=True)
class Hand:
    points: Float[np.ndarray, "21 2"]  # picture pixels
    presence: float
    rightness: float  # that it is a right hand, in a picture that is not mirrored

    def roi(self) -> Roi:
        """Where to look in the next frame: the palm, upright along wrist -> knuckles."""
        p = self.points
        knuckles = ((p[5] + p[13]) / 2 + p[9]) / 2
        return roi_of_points(p[_PALM], angle_of(p[0], knuckles, np.pi / 2), scale=2.0, shift_y=-0.1)


def find_hand(frame: Float[np.ndarray, "H W 3"], roi: Roi, network: Network) -> Hand | None:
    """The hand inside `roi`, or None where the network sees none."""
    rows, presence, side = network(crop(frame, roi, SIDE))[:3]
    if float(presence.reshape(())) < MIN_PRESENCE:
        return None
    points = to_picture(roi, rows.reshape(21, 3)[:, :2] / SIDE)
    return Hand(points=points, presence=min(float(presence.reshape(())), 1.0), rightness=float(side.reshape(())))


def roi_of_body(body: Body, side: str) -> Roi:
    """A first guess from the body's hand points, upright along the hand."""
    _, wrist, little, index = (body.points[i] for i in _BODY_POINTS[side])
    centre = (2 * index + little) / 3
    half = np.full(2, max(float(np.linalg.norm(centre - wrist)), 1.0))
    return roi_of_box(centre - half, centre + half, angle_of(wrist, centre, np.pi / 2), scale=2.7, shift_y=-0.1)


def reach(body: Body, side: str) -> float:
    """How far from the body's wrist (px) the hand's own wrist may lie: half a forearm, never less than a small share
    of the body, for forearms that point at the camera."""
    elbow, wrist, _, _ = (body.points[i] for i in _BODY_POINTS[side])
    return max(0.5 * float(np.linalg.norm(elbow - wrist)), 0.05 * body.roi().size)


def _rois_of_palms(found: Detections) -> list[Roi]:
    """Where the hands of the two best palms are."""
    return [
        roi_of_box(box[:2], box[2:], angle_of(points[0], points[2], np.pi / 2), scale=2.6, shift_y=-0.5)
        for box, points in zip(found.boxes[:2], found.keypoints[:2], strict=True)
    ]


def _candidates(
    frame: Float[np.ndarray, "H W 3"], body: Body, side: str, before: Hand | None, palm_network: Network
) -> Iterator[Roi]:
    """Regions to try, cheapest first; the palm detector runs only when the others failed."""
    if before is not None:
        yield before.roi()
    guess = roi_of_body(body, side)
    yield guess
    found = detect(frame, Roi(guess.x, guess.y, max(guess.size, 3 * reach(body, side))), palm_network, PALM_DETECTOR)
    yield from _rois_of_palms(found)


def follow_hand(
    frame: Float[np.ndarray, "H W 3"],
    body: Body,
    side: str,
    before: Hand | None,
    networks: tuple[Network, Network],
) -> Hand | None:
    """The hand at the body's `side` ("left" or "right") wrist, or None; networks: palm detection, hand landmarks."""
    palm_network, network = networks
    wrist = body.points[_BODY_POINTS[side][1]]
    for i, roi in enumerate(_candidates(frame, body, side, before, palm_network)):
        hand = find_hand(frame, roi, network)
        if hand is not None and (before is None or i > 0):
            hand = find_hand(frame, hand.roi(), network)  # once more, centred by its own landmarks
        if hand is not None and np.linalg.norm(hand.points[0] - wrist) <= reach(body, side):
            return hand
    return None


def follow_hands(
    frame: Float[np.ndarray, "H W 3"], body: Body, before: dict[str, Hand], networks: tuple[Network, Network]
) -> dict[str, Hand]:
    """The hands that are seen, by the body's side. When both sides claim one hand, the likelier side keeps it."""
    found = {side: follow_hand(frame, body, side, before.get(side), networks) for side in ("left", "right")}
    hands = {side: hand for side, hand in found.items() if hand is not None}
    if len(hands) == 2:
        left, right = hands["left"], hands["right"]
        gap = np.linalg.norm(left.points - right.points, axis=1).mean()
        if gap < 0.15 * min(left.roi().size, right.roi().size):
            wrists = {side: body.points[_BODY_POINTS[side][1]] for side in hands}
            far = max(hands, key=lambda side: float(np.linalg.norm(hands[side].points[0] - wrists[side])))
            del hands[far]
    return hands


def sure_hands(
    frame: Float[np.ndarray, "H W 3"], box: Float[np.ndarray, "4"], networks: tuple[Network, Network]
) -> list[Hand]:
    """Every hand in the box that the landmark network is sure of, best first; networks: palm detection, landmarks."""
    palm_network, network = networks
    width, height = box[2:] - box[:2]
    found = []
    for share in (0.5, 0.33):
        for square in squares(float(width), float(height), share * float(max(width, height))):
            look = Roi(square.x + float(box[0]), square.y + float(box[1]), square.size)
            for roi in _rois_of_palms(detect(frame, look, palm_network, PALM_DETECTOR)):
                hand = find_hand(frame, roi, network)
                hand = None if hand is None else find_hand(frame, hand.roi(), network)
                if hand is not None and hand.presence > SURE:
                    found.append(hand)
    chosen: list[Hand] = []
    for hand in sorted(found, key=lambda h: -h.presence):
        if all(np.linalg.norm((hand.points - o.points).mean(axis=0)) > 0.3 * o.roi().size for o in chosen):
            chosen.append(hand)
    return chosen


def reach_for_hands(
    frame: Float[np.ndarray, "H W 3"], body: Body, box: Float[np.ndarray, "4"], networks: tuple[Network, Network]
) -> Body:
    """The body with its wrists moved to hands that were found elsewhere: wide sleeves hide a drawn character's arms,
    while its hands are plain to see. Only a sure hand of the right side within an arm's length of the shoulder counts;
    an elbow that does not fit any more loses its score."""
    missing = [side for side in _BODY_POINTS if follow_hand(frame, body, side, None, networks) is None]
    hands = sure_hands(frame, box, networks) if missing else []
    torso = float(np.linalg.norm(body.points[11:13].mean(axis=0) - body.points[23:25].mean(axis=0)))
    points, score = body.points.copy(), body.score.copy()
    for side in missing:
        elbow, wrist, little, index = _BODY_POINTS[side]
        shoulder = points[elbow - 2]
        other = points[wrist + 1 if side == "left" else wrist - 1]
        for hand in hands:
            root = hand.points[0]
            own = hand.rightness > 0.5 if side == "right" else hand.rightness < 0.5
            if own and np.linalg.norm(root - shoulder) < 1.4 * torso and np.linalg.norm(root - other) > 0.2 * torso:
                points[[wrist, little, index]] = hand.points[[0, 17, 5]]
                score[[wrist, little, index]] = hand.presence
                upper, lower = np.linalg.norm(points[elbow] - shoulder), np.linalg.norm(points[elbow] - root)
                score[elbow] *= 0.5 < lower / max(float(upper), 1.0) < 1.8
                break
    return replace(body, points=points, score=score)
