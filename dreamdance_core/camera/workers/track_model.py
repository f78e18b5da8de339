"""Corner tracks of a clip for pycolmap_worker: pairs of key frames, every frame's place, the model of all frames.

Loaded by that script alone, beside which it lies; like it, it imports neither cv2 nor the pack.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pycolmap

FEW = 20  # observations; fewer tie no frame to another
ENOUGH = 300  # observations of a frame in the last adjustment
EXACT = 0.02  # px, what tracks are at best


class Tracks:
    """What tracks.npz holds, and the pictures' pinhole camera."""

    def __init__(self, job: Path, settings: dict) -> None:
        with np.load(job / "tracks.npz") as arrays:
            self.frame, self.point, self.xy = arrays["frame"], arrays["point"], arrays["xy"]
            self.frames, self.keys = int(arrays["frames"]), arrays["keys"].tolist()
        self.starts = np.searchsorted(self.frame, np.arange(self.frames + 1))
        self.width, self.height = settings["size"]
        self.focal = settings["focal"]

    def at(self, t: int) -> slice:
        return slice(self.starts[t], self.starts[t + 1])

    def camera(self, focal: float, camera_id: int) -> pycolmap.Camera:
        centre = [self.width / 2, self.height / 2]
        return pycolmap.Camera(
            model="SIMPLE_PINHOLE",
            width=self.width,
            height=self.height,
            params=[focal, *centre],
            camera_id=camera_id,
            has_prior_focal_length=self.focal is not None,
        )


def verified_pairs(tracks: Tracks, seed: int) -> list[tuple[int, int, np.ndarray, pycolmap.TwoViewGeometry]]:
    """Pairs of key frames (their numbers) that share tracks: the matches, and those that one geometry explains."""
    options = pycolmap.TwoViewGeometryOptions()
    options.ransac.random_seed = seed
    options.ransac.max_error = 2.0
    camera, pairs = tracks.camera(tracks.focal or max(tracks.width, tracks.height), 1), []
    for i, a in enumerate(tracks.keys):
        for j in range(i + 1, len(tracks.keys)):
            b = tracks.keys[j]
            both = np.intersect1d(tracks.point[tracks.at(a)], tracks.point[tracks.at(b)], return_indices=True)
            matches = np.stack(both[1:], 1).astype(np.uint32)
            if len(matches) < FEW:
                break  # later ones share even less
            xa, xb = tracks.xy[tracks.at(a)], tracks.xy[tracks.at(b)]
            pairs.append((i, j, matches, pycolmap.estimate_two_view_geometry(camera, xa, camera, xb, matches, options)))
    return pairs


def exactness(tracks: Tracks, pairs: list, seed: int) -> float:
    """Median distance (px) of matches from their epipolar lines: what a right model explains the tracks to.

    It knows no lens. Over the pairs that are farthest apart in time, which every key frame has one of.
    """
    options = pycolmap.RANSACOptions(random_seed=seed, max_error=2.0)
    last, gaps = {i: (i, j, matches) for i, j, matches, _ in pairs}, []
    for i, j, matches in last.values():
        xa = tracks.xy[tracks.at(tracks.keys[i])][matches[:, 0]]
        xb = tracks.xy[tracks.at(tracks.keys[j])][matches[:, 1]]
        found = pycolmap.estimate_fundamental_matrix(xa, xb, options)
        if found is None:
            continue
        one = np.ones((len(xa), 1))
        line = np.hstack([xa, one]) @ found["F"].T
        gaps.append(np.abs((np.hstack([xb, one]) * line).sum(1)) / np.linalg.norm(line[:, :2], axis=1).clip(1e-12))
    return max(float(np.median(np.concatenate(gaps))), EXACT) if gaps else EXACT


def place_frames(
    tracks: Tracks, model: pycolmap.Reconstruction, seed: int
) -> tuple[dict[int, pycolmap.Rigid3d], np.ndarray, np.ndarray]:
    """Every frame's pose that the key frames' points give, the focal lengths (T,), and the points (N,3), NaN = none."""
    points = np.full((tracks.point.max() + 1, 3), np.nan)
    keys, lengths, poses = [], [], {}
    for image in sorted((i for i in model.images.values() if i.has_pose), key=lambda i: i.name):
        t = int(image.name)
        poses[t] = image.cam_from_world()
        keys.append(t)
        lengths.append(np.log(image.camera.params[0]))
        names = tracks.point[tracks.at(t)]
        for name, seen in zip(names, image.points2D, strict=True):
            if seen.has_point3D():
                points[name] = model.points3D[seen.point3D_id].xyz
    focals = np.exp(np.interp(np.arange(tracks.frames), keys, lengths))
    options = pycolmap.AbsolutePoseEstimationOptions()
    options.ransac.random_seed = seed
    options.ransac.max_error = 4.0
    for t in range(tracks.frames):
        if t in poses:
            continue
        mine = tracks.at(t)
        known = ~np.isnan(points[tracks.point[mine], 0])
        if known.sum() < FEW:
            continue
        found = pycolmap.estimate_and_refine_absolute_pose(
            tracks.xy[mine][known], points[tracks.point[mine]][known], tracks.camera(focals[t], 1), options
        )
        if found is not None and found["num_inliers"] > max(FEW // 2, 0.3 * known.sum()):
            poses[t] = found["cam_from_world"]
    return poses, focals, points


def triangulate(
    tracks: Tracks, poses: dict[int, pycolmap.Rigid3d], focals: np.ndarray, points: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Points (N,3), the known ones and those all placed frames give, and which observations (M,) agree with them."""
    R, centre = np.full((tracks.frames, 3, 3), np.nan), np.full((tracks.frames, 3), np.nan)
    for t, pose in poses.items():
        world = pose.inverse().matrix()
        R[t], centre[t] = world[:, :3], world[:, 3]
    f, middle = focals[tracks.frame][:, None], np.array([tracks.width / 2, tracks.height / 2])
    ray = np.concatenate([(tracks.xy - middle) / f, np.ones((len(f), 1))], 1)
    ray = np.einsum("nij,nj->ni", R[tracks.frame], ray / np.linalg.norm(ray, axis=1, keepdims=True))
    placed = ~np.isnan(ray[:, 0])
    across = np.where(placed[:, None, None], np.eye(3) - ray[:, :, None] * ray[:, None], 0)
    A, b = np.zeros((len(points), 3, 3)), np.zeros((len(points), 3))
    np.add.at(A, tracks.point, across)
    np.add.at(b, tracks.point, np.einsum("nij,nj->ni", across, np.where(placed[:, None], centre[tracks.frame], 0)))
    nearest = np.linalg.solve(A + 1e-12 * np.eye(3), b[..., None])[..., 0]  # to all rays of a point
    points = np.where(np.isnan(points), nearest, points)
    told = np.linalg.eigvalsh(A)[:, 0] > 1e-4  # rays a tenth of a degree apart or more
    q = np.einsum("nji,nj->ni", R[tracks.frame], points[tracks.point] - centre[tracks.frame])
    ahead = placed & (q[:, 2] > 0)
    off = q[:, :2] / np.where(ahead, q[:, 2], 1)[:, None] * f + middle - tracks.xy
    good = ahead & (np.linalg.norm(np.nan_to_num(off), axis=1) < 4)
    told &= np.bincount(tracks.point[good], minlength=len(points)) >= 3
    return points, good & told[tracks.point]


def thinned(tracks: Tracks, good: np.ndarray) -> np.ndarray:
    """Of the good observations (M,) those of the longest tracks, until every frame has ENOUGH: more add only time."""
    seen = np.bincount(tracks.point[good])
    rows = np.flatnonzero(good)
    rows = rows[np.argsort(tracks.point[rows], kind="stable")]
    groups = np.split(rows, np.flatnonzero(np.diff(tracks.point[rows])) + 1)
    groups.sort(key=lambda mine: -seen[tracks.point[mine[0]]])
    count, kept = np.zeros(tracks.frames, int), np.zeros_like(good)
    for mine in groups:
        frames = tracks.frame[mine]
        if (count[frames] < ENOUGH).any():
            count[frames] += 1
            kept[mine] = True
    return kept


def assemble(
    tracks: Tracks, poses: dict[int, pycolmap.Rigid3d], focals: np.ndarray, points: np.ndarray, good: np.ndarray
) -> pycolmap.Reconstruction:
    """A model of all placed frames and all points with the observations that agree."""
    model = pycolmap.Reconstruction()
    single = np.ptp(focals) == 0
    for t in sorted(poses):
        if t == min(poses) or not single:
            camera = tracks.camera(focals[t], t + 1)
            model.add_camera_with_trivial_rig(camera)
        image = pycolmap.Image(
            name=f"{t:05d}", keypoints=tracks.xy[tracks.at(t)], camera_id=camera.camera_id, image_id=t + 1
        )
        model.add_image_with_trivial_frame(image, poses[t])
    rows = np.flatnonzero(good)
    rows = rows[np.argsort(tracks.point[rows], kind="stable")]
    for mine in np.split(rows, np.flatnonzero(np.diff(tracks.point[rows])) + 1):
        track = pycolmap.Track()
        track.elements = [
            pycolmap.TrackElement(int(t) + 1, int(row - tracks.starts[t]))
            for row, t in zip(mine, tracks.frame[mine], strict=True)
        ]
        model.add_point3D(points[tracks.point[mine[0]]], track)
    return model
