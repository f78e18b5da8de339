"""A pose and a moving camera: what a still camera would have seen, and what other cameras see of it.

A figure is taken for an upright card at one depth before the first camera, which turns with every camera: per frame it
is moved, scaled and turned as a whole, so that the place where it stands keeps its place in the world.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import torch
from jaxtyping import Float
from scipy.ndimage import gaussian_filter1d
from torch import Tensor

from ..geometry.pinhole import rescale
from ..geometry.rigid import rebase
from ..types import Cameras, Depth, PoseTrack
from .keypoints import BODY, LEFT_ANKLE, LEFT_HIP, LEFT_SHOULDER, NOSE, RIGHT_ANKLE, RIGHT_HIP, RIGHT_SHOULDER, visible
from .proportions import fill
from .retarget import Retargeted, RetargetOptions, retargeted

_FEET = (LEFT_ANKLE, RIGHT_ANKLE)
_STANDS = (_FEET, (LEFT_HIP, RIGHT_HIP), (LEFT_SHOULDER, RIGHT_SHOULDER), (NOSE,))  # the first ever seen is its place
_GRAZING = 0.1  # sine of the angle to the plane of the figure below which a view tells nothing about it
_NEAREST = 0.1  # of its depth at first: a figure that comes nearer to the camera is refused
_LOST = 0.1  # share of the body points that following may push out of the picture
_PATCH = 0.02  # of the picture's height: around the feet, where the ground's depth is read
_LEVEL, _STEPPING = 0.01, 1.5  # of the height: ankles as level as that both stand; frames over which the weight shifts
_DEPTHS = np.geomspace(0.5, 200.0, 60)  # of the driver, in lengths of the camera's way
_FINER = np.linspace(0.9, 1.1, 21)


@dataclass(frozen=True, kw_only=True)
class Shot:
    """The cameras of a driving clip and of the video to be made; None: stands still."""

    driving: Cameras | None = None  # of the clip, in any unit
    cameras: Cameras | None = None  # of the video, in the unit of depth
    depth: Depth | None = None  # of the scene without the character, from the video's first camera


def retargeted_in(
    shot: Shot, driving: PoseTrack, reference: PoseTrack, width: int, height: int, options: RetargetOptions
) -> Retargeted:
    """The retargeted pose as the shot's cameras see it, when its figure stands where the reference stands at first.

    The driving clip's own camera is taken out of its pose, so that only the person's motion is left, and standing feet
    are recognised; then the video's cameras are put in. With retargeting off the pose stays as it is. It also keeps its
    place in the picture, and a note says so, where the clip's camera goes along with a travelling person, whom the
    video's cameras would lose, and where a camera passes the figure. Raises ValueError as retargeted does, and when
    cameras come without depth or are of another length than the pose.
    """
    if shot.cameras is not None and shot.depth is None:
        raise ValueError("cameras need depth, to know how far away the figure stands; connect Render Background's")
    plain = retargeted(driving, reference, width, height, options=options)
    if not options.enabled:
        return plain
    try:
        done = _followed(shot, driving, reference, width, height, options)
    except TooNear as error:
        return replace(plain, notes=[*plain.notes, f"the pose keeps its place in the picture: {error}"])
    if _travels(shot.driving) and _shown(done.track) < _shown(plain.track) - _LOST:
        why = "the clip's camera goes along with the person, so the pose keeps its place in the picture"
        return replace(plain, notes=[*plain.notes, why])
    return done


def _followed(
    shot: Shot, driving: PoseTrack, reference: PoseTrack, width: int, height: int, options: RetargetOptions
) -> Retargeted:
    """Raises TooNear when a camera passes the figure or turns away from it."""
    notes = []
    if shot.driving is not None:
        far = driver_depth(driving, shot.driving, options.person)
        driving = as_a_still_camera_sees(driving, shot.driving, far)
        notes.append(f"the driver was filmed from {far:.3g}, in the unit of its camera's path")
    done = retargeted(driving, reference, width, height, options=options)
    if shot.cameras is not None:
        z = ground_depth(shot.depth, reference)
        notes.append(f"the character stands at depth {z:.3g}")
        track, plain = (as_cameras_see(pose, shot.cameras, z) for pose in (done.track, done.plain))
        done = replace(done, track=track, plain=plain)
    return replace(done, notes=[*done.notes, *notes])


def _travels(cameras: Cameras | None) -> bool:
    """Whether the cameras are not all the same."""
    if cameras is None:
        return False
    return not (torch.allclose(cameras.c2w, cameras.c2w[:1]) and torch.allclose(cameras.K, cameras.K[:1]))


def _shown(track: PoseTrack) -> float:
    """Share of the known body points that lie in the picture."""
    seen = visible(track)[:, :, BODY]
    xy = track.xy[:, :, BODY]
    inside = (xy >= 0).all(-1) & (xy[..., 0] < track.width) & (xy[..., 1] < track.height)
    return float((inside & seen).sum() / seen.sum().clamp_min(1))


class TooNear(ValueError):
    """A camera passes the figure, or turns away from it."""


def as_cameras_see(track: PoseTrack, cameras: Cameras, z: float) -> PoseTrack:
    """A pose seen by the first camera, as each frame's own camera sees it; unchanged where that is the first.

    z: planar depth of the figure in the first camera, in the unit of the cameras. Raises ValueError when the lengths
    differ, or a camera comes too near.
    """
    cameras, xy = _fitted(cameras, track), track.xy.clone()
    for person in range(xy.shape[1]):
        still = _places(track, person)
        there, turns, near = _moves(still, cameras, z)
        _require_room(near, z)
        xy[:, person] = _moved(xy[:, person], still, there, turns, cameras)
    return replace(track, xy=xy)


def as_a_still_camera_sees(track: PoseTrack, cameras: Cameras, z: float) -> PoseTrack:
    """A pose seen by moving cameras, as the first of them would have seen it: the inverse of as_cameras_see."""
    cameras, xy = _fitted(cameras, track), track.xy.clone()
    for person in range(xy.shape[1]):
        seen = _places(track, person)
        still = _unmoved(seen, cameras, z)
        _, turns, near = _moves(still, cameras, z)
        _require_room(near, z)
        xy[:, person] = _moved(xy[:, person], seen, still, torch.linalg.inv(turns), cameras)
    return replace(track, xy=xy)


def ground_depth(depth: Depth, reference: PoseTrack) -> float:
    """The depth, in the first picture, of what the reference's lower foot stands on; without feet, of the lower edge.

    Raises ValueError when no depth is known at all.
    """
    height, width = depth.z.shape[1:]
    place = _places(reference, 0)[0]
    feet = [reference.xy[0, 0, foot, 1] for foot in _FEET if visible(reference)[0, 0, foot]]
    place[1] = max(feet, default=float(reference.height))
    rows, columns = torch.nonzero(depth.valid[0] & (depth.z[0] > 0), as_tuple=True)
    if not len(rows):
        raise ValueError("depth must be known somewhere in its first picture, got none; render the scene it is of")
    away = torch.hypot(
        rows + 0.5 - place[1] * height / reference.height, columns + 0.5 - place[0] * width / reference.width
    )
    near = away <= max(_PATCH * height, float(away.min()))  # where it is not known under the feet, the nearest
    return float(depth.z[0][rows[near], columns[near]].median())


def driver_depth(track: PoseTrack, cameras: Cameras, person: int = 0) -> float:
    """How far away a person was filmed, in the unit of the cameras: at this depth the standing foot slides least.

    Without feet, the body itself. Cameras that only turn need no depth: 1 comes back. Raises TooNear if there is none.
    """
    cameras = _fitted(cameras, track)
    way = float(cameras.c2w[:, :3, 3].norm(dim=-1).max())
    if way < 1e-6:
        return 1.0
    seen = visible(track)[:, person]
    feet = [foot for foot in _FEET if (seen[1:, foot] & seen[:-1, foot]).any()]
    paths = [(track.xy[:, person, foot].nan_to_num(), seen[:, foot]) for foot in feet]
    if not feet:
        paths = [(_places(track, person), torch.ones(len(track), dtype=torch.bool))]

    def slide(z: float) -> float:
        """Px a frame, as each camera sees them: in the first camera's picture a near figure would hardly move."""
        steps = []
        for path, known in paths:
            try:
                still = _unmoved(path, cameras, z)
                _, turns, near = _moves(still, cameras, z)
                _require_room(near, z)
            except TooNear:
                return math.inf
            step = still.diff(dim=0).norm(dim=-1) * turns[1:, :, 0].norm(dim=-1)
            steps.append(torch.where(known[1:] & known[:-1], step, torch.inf))
        least = torch.stack(steps).amin(0)
        return float(least[torch.isfinite(least)].mean())

    coarse = min(_DEPTHS * way, key=slide)
    if math.isinf(slide(coarse)):
        raise TooNear("at no depth does the person stay before the clip's camera")
    return float(min(_FINER * coarse, key=slide))


def _places(track: PoseTrack, person: int) -> Float[Tensor, "T 2"]:
    """Where a person stands, pixels: at the lower ankle, between both where they are level, else between the hips or
    the shoulders, at the nose; gaps filled."""
    seen = visible(track)[:, person].numpy()
    points = next((points for points in _STANDS if seen[:, points].any()), None)
    if points is None:
        return torch.tensor([track.width / 2, float(track.height)]).repeat(len(track), 1)
    xy = track.xy[:, person].nan_to_num().double().numpy()
    each = np.stack([fill(xy[:, point], seen[:, point]) for point in points if seen[:, point].any()])
    weight = np.ones(each.shape[:2])
    if points is _FEET:
        weight = np.exp((each[..., 1] - each[..., 1].max(0)) / (_LEVEL * track.height))
        weight = gaussian_filter1d(weight / weight.sum(0), _STEPPING, axis=1, mode="nearest")
    return torch.from_numpy((weight[..., None] * each).sum(0) / weight.sum(0)[:, None]).float()


def _fitted(cameras: Cameras, track: PoseTrack) -> Cameras:
    """The cameras for pictures of the track's size, based on the first. Raises ValueError for other lengths."""
    if len(cameras) != len(track):
        raise ValueError(
            f"cameras must be {len(track)}, one per frame of the pose, got {len(cameras)}; take both from one clip"
        )
    K = rescale(cameras.K.float().cpu(), track.width / cameras.width, track.height / cameras.height)
    return replace(cameras, c2w=rebase(cameras.c2w.float().cpu()), K=K, width=track.width, height=track.height)


def _turned(matrix: Float[Tensor, "T n n"], vector: Float[Tensor, "T n"]) -> Float[Tensor, "T n"]:
    """Each frame's matrix applied to its vector (written out: see geometry.rigid.rotate)."""
    return (matrix * vector[:, None]).sum(-1)


def _rays(uv: Float[Tensor, "T 2"], K: Float[Tensor, "T 3 3"]) -> Float[Tensor, "T 3"]:
    y = (uv[:, 1] - K[:, 1, 2]) / K[:, 1, 1]
    x = (uv[:, 0] - K[:, 0, 2] - K[:, 0, 1] * y) / K[:, 0, 0]
    return torch.stack([x, y, torch.ones_like(x)], -1)


def _seen(points: Float[Tensor, "T 3"], K: Float[Tensor, "T 3 3"]) -> Float[Tensor, "T 2"]:
    return _turned(K, points)[:, :2] / points[:, 2:].clamp_min(1e-9)


def _unmoved(uv: Float[Tensor, "T 2"], cameras: Cameras, z: float) -> Float[Tensor, "T 2"]:
    """Pixels of each camera, in the first camera's picture, if they lie on the plane at depth z before it."""
    rays = _turned(cameras.c2w[:, :3, :3], _rays(uv, cameras.K))
    centre = cameras.c2w[:, :3, 3]
    along = (z - centre[:, 2:]) / rays[:, 2:].clamp_min(1e-6)
    turned_away = (rays[:, 2] < _GRAZING * rays.norm(dim=-1)) | (along[:, 0] <= 0)
    if turned_away.any():
        raise TooNear(
            f"in frame {int(turned_away.float().argmax())} its camera has turned away from the first one's view"
        )
    return _seen(centre + along * rays, cameras.K[:1].expand_as(cameras.K))


def _moves(
    places: Float[Tensor, "T 2"], cameras: Cameras, z: float
) -> tuple[Float[Tensor, "T 2"], Float[Tensor, "T 2 2"], Float[Tensor, "T"]]:
    """Where each camera sees a place of the first camera's picture, how a figure there is scaled and turned, and its
    depth in each camera."""
    points = _rays(places, cameras.K[:1].expand_as(cameras.K)) * z
    rotation, centre = cameras.c2w[:, :3, :3].mT, cameras.c2w[:, :3, 3]
    near = _turned(rotation, points - centre)
    there = _seen(near, cameras.K)
    up = _seen(near - 1e-3 * z * rotation[:, :, 1], cameras.K) - there  # of what stands upright for the first camera
    up = up / up.norm(dim=-1, keepdim=True).clamp_min(1e-12)
    scale = (cameras.K[:, 1, 1] / near[:, 2]) / (cameras.K[0, 1, 1] / z)
    turns = torch.stack([-up[:, 1], -up[:, 0], up[:, 0], -up[:, 1]], -1).unflatten(-1, (2, 2))
    return there, scale[:, None, None] * turns, near[:, 2]


def _require_room(near: Float[Tensor, "T"], z: float) -> None:
    if not bool((near > _NEAREST * z).all()):
        raise TooNear(
            f"the figure must stay before the camera: it stands at depth {z:.3g}, and in frame {int(near.argmin())} at "
            f"{float(near.min()):.3g}; place it further away, or take a path that does not pass it or turn away"
        )


def _moved(
    xy: Float[Tensor, "T N 2"],
    places: Float[Tensor, "T 2"],
    there: Float[Tensor, "T 2"],
    turns: Float[Tensor, "T 2 2"],
    cameras: Cameras,
) -> Float[Tensor, "T N 2"]:
    """The points with their place moved there and turned about it; untouched where the camera is the first one."""
    moved = (turns[:, None] * (xy - places[:, None])[:, :, None]).sum(-1) + there[:, None]
    same = (cameras.c2w == torch.eye(4)).all(-1).all(-1) & (cameras.K[0] == cameras.K).all(-1).all(-1)
    return torch.where(same[:, None, None], xy, moved)
