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
import importlib.util
import itertools
import json
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pycolmap


def beside(name: str) -> ModuleType:
    """The module of a file beside this one: Python's embeddable build puts no script's folder on the import path."""
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


track_model = beside("track_model")

FIRST_GUESSES = (1.2, 0.7, 1.9, 0.5, 3.0)  # of the focal length, in longer picture sides
FIRST_ANGLE = 2.0  # degrees between the first two views; COLMAP's own 16 are more than a small move has
CLOSE = 1.4  # of a model's error over the matches' distance from their epipolar lines: below it, the model is right
AGREE = 3  # starts that end in the same model
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


def free_lens(settings: dict) -> bool:
    """Whether focal lengths are to be found; with zoom, a given one is only where they start."""
    return not settings["focal"] or settings.get("zoom", False)


def mapping_options(settings: dict) -> pycolmap.IncrementalPipelineOptions:
    options = pycolmap.IncrementalPipelineOptions()
    options.num_threads = 1  # several add up in another order each time
    options.random_seed = options.mapper.random_seed = options.triangulation.random_seed = settings["seed"]
    options.extract_colors = False
    options.min_model_size = 3
    options.max_num_models = 5
    options.ba_refine_extra_params = False
    options.ba_refine_focal_length = options.mapper.abs_pose_refine_focal_length = free_lens(settings)
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


def polish(model: pycolmap.Reconstruction, noise: float, refine_focal: bool) -> None:
    """One adjustment of everything; what is off by more than the noise (px) loses its say."""
    options = pycolmap.BundleAdjustmentOptions()
    options.print_summary = False
    options.refine_focal_length = refine_focal
    options.refine_extra_params = False
    options.ceres.loss_function_type = pycolmap.LossFunctionType.CAUCHY  # moving things that no mask covered
    options.ceres.loss_function_scale = noise
    options.ceres.solver_options.num_threads = 1  # likewise
    options.ceres.solver_options.max_num_iterations = 60
    options.ceres.solver_options.function_tolerance = 1e-7
    pycolmap.bundle_adjustment(model, options)


def write_key_frames(path: Path, tracks: track_model.Tracks, pairs: list, focal: float, zoom: bool) -> None:
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


def attempt(
    folder: Path, tracks: track_model.Tracks, pairs: list, focal: float, settings: dict, tick: Callable[[], None]
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
    poses, focals, points = track_model.place_frames(tracks, model, settings["seed"])
    points, good = track_model.triangulate(tracks, poses, focals, points)
    if not good.any():
        return None
    model = track_model.assemble(tracks, poses, focals, points, track_model.thinned(tracks, good))
    polish(model, min(max(1.5 * error_of(model), 0.1), 1.0), free_lens(settings))
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
    tracks = track_model.Tracks(job, settings)
    pairs = track_model.verified_pairs(tracks, settings["seed"])
    floor = track_model.exactness(tracks, pairs, settings["seed"])
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
        polish(best, 0.3, refine_focal=False)
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
        polish(model, 0.5, not settings["focal"])
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
