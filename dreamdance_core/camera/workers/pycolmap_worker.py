"""Structure from motion of one job folder with pycolmap (BSD-3): `python pycolmap_worker.py JOB`.

In: job.json {focal (px of these pictures, or null), size, threads, seed} and either tracks.npz {frame (M,), point (M,),
xy (M,2), frames, keys (L,)} with {zoom} in job.json, or images/*.png and, optional, masks/*.png.png (black = ignore)
with {features, overlap}. Out: result.json {reason} and, where that is empty, result.npz {frame (R,), c2w (R,4,4),
K (R,3,3), points (N,3), seen_frame (M,), seen_point (M,), seen_xy (M,2), error (px)}.

Tracks are solved on key frames by incremental mapping; then every frame is placed on their points, and one robust
adjustment over all frames and tracks makes all of them equally exact.

Stand-alone on purpose: pycolmap and OpenCV 5 abort when they share a process, so nothing here may import cv2.
It lies outside backends/ because a file's own folder comes first on a script's import path.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pycolmap

FEW = 20  # observations; fewer tie no frame to another
ENOUGH = 300  # observations of a frame in the last adjustment
FIRST_GUESSES = (1.2, 0.7, 1.9, 0.5, 3.0)  # of the focal length, in longer picture sides
FIRST_ANGLE = 2.0  # degrees between the first two views; COLMAP's own 16 are more than a small move has
CLOSE = 1.4  # of a model's error over the matches' distance from their epipolar lines: below it, the model is right
AGREE = 3  # starts that end in the same model
EXACT = 0.02  # px, what tracks are at best
SMOOTH = 100.0  # weight of a focal length's second differences: a window of about eight frames


def exit_with_parent() -> None:
    """Waits for the end of standard input, which comes when the parent is gone."""
    os.read(0, 1)  # not sys.stdin: its lock, held here, would abort the interpreter's ordinary exit
    os._exit(1)


def write_progress(job: Path, done: int, total: int) -> None:
    part = job / "progress.part"
    part.write_text(json.dumps({"done": done, "total": total}))
    with contextlib.suppress(PermissionError):  # on Windows, while the parent reads it; the next one will do
        os.replace(part, job / "progress.json")


def extract(job: Path, settings: dict, names: list[str], size: tuple[int, int]) -> None:
    """SIFT of every picture into the database, one shared pinhole camera."""
    options = pycolmap.FeatureExtractionOptions()
    options.use_gpu = False
    options.num_threads = settings["threads"]
    options.sift.max_num_features = settings["features"]
    reader = pycolmap.ImageReaderOptions()
    reader.camera_model = "SIMPLE_PINHOLE"
    if (job / "masks").is_dir():
        reader.mask_path = job / "masks"
    if settings["focal"]:
        reader.camera_params = f"{settings['focal']},{size[0] / 2},{size[1] / 2}"
    for start in range(0, len(names), 8):  # in portions, for the sake of progress
        pycolmap.extract_features(
            job / "database.db",
            job / "images",
            image_names=names[start : start + 8],
            camera_mode=pycolmap.CameraMode.SINGLE,
            reader_options=reader,
            extraction_options=options,
        )
        reader.existing_camera_id = 1
        write_progress(job, start, 3 * len(names))


def match(job: Path, settings: dict) -> None:
    """Matches neighbours in time, near ones all and far ones at powers of two."""
    options = pycolmap.FeatureMatchingOptions()
    options.use_gpu = False
    options.num_threads = settings["threads"]
    pairing = pycolmap.SequentialPairingOptions()
    pairing.overlap = settings["overlap"]
    pairing.quadratic_overlap = True
    pairing.loop_detection = False
    verification = pycolmap.TwoViewGeometryOptions()
    verification.ransac.random_seed = settings["seed"]
    pycolmap.match_sequential(
        job / "database.db", matching_options=options, pairing_options=pairing, verification_options=verification
    )


def mapping_options(settings: dict) -> pycolmap.IncrementalPipelineOptions:
    options = pycolmap.IncrementalPipelineOptions()
    options.num_threads = settings["threads"]
    options.random_seed = options.mapper.random_seed = options.triangulation.random_seed = settings["seed"]
    options.extract_colors = False
    options.min_model_size = 3
    options.max_num_models = 5
    options.ba_refine_extra_params = False
    options.ba_refine_focal_length = options.mapper.abs_pose_refine_focal_length = not settings["focal"]
    return options


def map_pictures(
    folder: Path, options: pycolmap.IncrementalPipelineOptions, tick: Callable[[], None]
) -> pycolmap.Reconstruction | None:
    """The largest model incremental mapping finds in a folder's database; None when there is none."""
    for name in ("images", "sparse"):
        (folder / name).mkdir(exist_ok=True)
    models = pycolmap.incremental_mapping(
        folder / "database.db",
        folder / "images",
        folder / "sparse",
        options=options,
        next_image_callback=tick,
    )
    return max(models.values(), key=lambda m: m.num_reg_images()) if models else None


def polish(model: pycolmap.Reconstruction, settings: dict, noise: float, refine_focal: bool) -> None:
    """One adjustment of everything; what is off by more than the noise (px) loses its say."""
    options = pycolmap.BundleAdjustmentOptions()
    options.print_summary = False
    options.refine_focal_length = refine_focal
    options.refine_extra_params = False
    options.ceres.loss_function_type = pycolmap.LossFunctionType.CAUCHY  # moving things that no mask covered
    options.ceres.loss_function_scale = noise
    options.ceres.solver_options.num_threads = settings["threads"]
    options.ceres.solver_options.max_num_iterations = 60
    options.ceres.solver_options.function_tolerance = 1e-7
    pycolmap.bundle_adjustment(model, options)


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
    camera, pairs = tracks.camera(tracks.focal or FIRST_GUESSES[0] * max(tracks.width, tracks.height), 1), []
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


def write_key_frames(path: Path, tracks: Tracks, pairs: list, focal: float, zoom: bool) -> None:
    """A database of the key frames and their verified matches, with the focal length to start from."""
    with pycolmap.Database.open(path) as database:
        for k, t in enumerate(tracks.keys):
            if k == 0 or zoom:
                database.write_camera(tracks.camera(focal, k + 1), use_camera_id=True)
                sensor = pycolmap.sensor_t(pycolmap.SensorType.CAMERA, k + 1)
                rig = pycolmap.Rig(rig_id=k + 1)
                rig.add_ref_sensor(sensor)
                database.write_rig(rig, use_rig_id=True)
            image = pycolmap.Image(name=f"{t:05d}", camera_id=sensor.id, image_id=k + 1)
            database.write_image(image, use_image_id=True)
            frame = pycolmap.Frame(frame_id=k + 1, rig_id=sensor.id)
            frame.add_data_id(pycolmap.data_t(sensor, k + 1))
            database.write_frame(frame, use_frame_id=True)
            database.write_keypoints(k + 1, tracks.xy[tracks.at(t)].astype(np.float32))
        for i, j, matches, found in pairs:
            database.write_matches(i + 1, j + 1, matches)
            database.write_two_view_geometry(i + 1, j + 1, found)


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


def attempt(
    folder: Path, tracks: Tracks, pairs: list, focal: float, settings: dict, tick: Callable[[], None]
) -> pycolmap.Reconstruction | None:
    """All frames solved, from a first focal length (px); None when there is no model."""
    folder.mkdir()
    write_key_frames(folder / "database.db", tracks, pairs, focal, settings["zoom"])
    options = mapping_options(settings)
    options.max_num_models = 2
    options.mapper.init_min_num_inliers = 50  # few, but followed ones
    options.mapper.init_min_tri_angle = FIRST_ANGLE
    options.mapper.filter_min_tri_angle = options.triangulation.min_angle = FIRST_ANGLE / 4
    options.ba_global_frames_ratio = options.ba_global_points_ratio = 1.3
    options.ba_global_max_refinements = 2
    model = map_pictures(folder, options, tick)
    if model is None:
        return None
    poses, focals, points = place_frames(tracks, model, settings["seed"])
    points, good = triangulate(tracks, poses, focals, points)
    if not good.any():
        return None
    model = assemble(tracks, poses, focals, points, thinned(tracks, good))
    polish(model, settings, min(max(1.5 * error_of(model), 0.1), 1.0), not settings["focal"])
    return model


def error_of(model: pycolmap.Reconstruction) -> float:
    """Median over the points of their mean reprojection error, px."""
    model.update_point_3d_errors()
    return float(np.median([p.error for p in model.points3D.values()]))


def solve_tracks(job: Path, settings: dict) -> pycolmap.Reconstruction | None:
    """The camera of all frames that the tracks tell; None when the key frames give no model.

    Before a flat background a wrong lens bends everything into a solution of its own. It shows: matches keep to their
    epipolar lines better than such a model explains them. Then the next first guess is tried, and the best kept.
    """
    tracks = Tracks(job, settings)
    pairs = verified_pairs(tracks, settings["seed"])
    floor = exactness(tracks, pairs, settings["seed"])
    side = max(tracks.width, tracks.height)
    guesses = [tracks.focal] if tracks.focal else [guess * side for guess in FIRST_GUESSES]
    total, done = len(guesses) * len(tracks.keys), itertools.count(1)
    best, costs = None, []
    for number, focal in enumerate(guesses):
        folder = job / f"attempt{number}"
        model = attempt(folder, tracks, pairs, focal, settings, lambda: write_progress(job, next(done), total))
        if model is None:
            continue
        costs.append(error_of(model) * tracks.frames / model.num_reg_images())
        if costs[-1] == min(costs):
            best = model
        if min(costs) < CLOSE * floor or sum(cost < 1.02 * min(costs) for cost in costs) == AGREE:
            break
    if best is not None and settings["zoom"]:
        smooth_focals(best)
        polish(best, settings, 0.3, refine_focal=False)
    return best


def smooth_focals(model: pycolmap.Reconstruction) -> None:
    """Focal lengths that change smoothly: a frame's own may trade places with a step ahead, a lens moves evenly."""
    images = sorted(model.images.values(), key=lambda image: image.name)
    lengths = np.log([image.camera.params[0] for image in images])
    bend = np.diff(np.eye(len(images)), 2, axis=0)
    even = np.linalg.solve(np.eye(len(images)) + SMOOTH * bend.T @ bend, lengths)
    for image, length in zip(images, even, strict=True):
        model.cameras[image.camera_id].params = [np.exp(length), *image.camera.params[1:]]


def write_result(job: Path, model: pycolmap.Reconstruction | None) -> None:
    if model is None:
        (job / "result.json").write_text(json.dumps({"reason": "the pictures share too little parallax or detail"}))
        return
    images = sorted((i for i in model.images.values() if i.has_pose), key=lambda i: i.name)
    row = {point_id: k for k, point_id in enumerate(model.points3D)}
    seen = [
        (int(image.name[:5]), row[p.point3D_id], *p.xy) for image in images for p in image.points2D if p.has_point3D()
    ]
    frame, point, *xy = zip(*seen, strict=True) if seen else ((), (), (), ())
    np.savez(
        job / "result.npz",
        frame=np.array([int(i.name[:5]) for i in images]),
        c2w=np.array([np.vstack([i.cam_from_world().inverse().matrix(), [0, 0, 0, 1]]) for i in images]),
        K=np.array([i.camera.calibration_matrix() for i in images]),
        points=np.array([p.xyz for p in model.points3D.values()]).reshape(-1, 3),
        seen_frame=np.array(frame, int),
        seen_point=np.array(point, int),
        seen_xy=np.array(xy, float).T,
        error=error_of(model),
    )
    (job / "result.json").write_text(json.dumps({"reason": ""}))


def solve_pictures(job: Path, settings: dict) -> pycolmap.Reconstruction | None:
    """The camera of all pictures, by SIFT."""
    names = sorted(p.name for p in (job / "images").iterdir())
    extract(job, settings, names, settings["size"])
    match(job, settings)
    write_progress(job, 2 * len(names), 3 * len(names))
    done = itertools.count(2 * len(names))
    model = map_pictures(job, mapping_options(settings), lambda: write_progress(job, next(done), 3 * len(names)))
    if model is not None:
        polish(model, settings, 0.5, not settings["focal"])
    return model


def main(job: Path) -> None:
    threading.Thread(target=exit_with_parent, daemon=True).start()
    settings = json.loads((job / "job.json").read_text())
    pycolmap.set_random_seed(settings["seed"])
    pycolmap.logging.minloglevel = 2  # errors only: the last line of stderr is what the user reads
    solve = solve_tracks if (job / "tracks.npz").is_file() else solve_pictures
    write_result(job, solve(job, settings))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
