"""Structure from motion of one job folder with pycolmap (BSD-3): `python pycolmap_worker.py JOB`.

In: job.json {focal (px of these pictures, or null), features, overlap, threads, seed}, images/*.png and, optional,
masks/*.png.png (black = ignore). Out: result.json {reason} and result.npz {frame (R,), c2w (R,4,4), K (3,3),
points (N,3), seen_frame (M,), seen_point (M,), seen_xy (M,2), error (px)}, R = 0 when nothing was solved.

Stand-alone on purpose: pycolmap and OpenCV 5 abort when they share a process, so nothing here may import cv2.
It lies outside backends/ because a file's own folder comes first on a script's import path.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import threading
from pathlib import Path

import numpy as np
import pycolmap


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


def reconstruct(job: Path, settings: dict, count: int) -> pycolmap.Reconstruction | None:
    """The largest model incremental mapping finds, polished by one robust adjustment; None when there is none."""
    options = pycolmap.IncrementalPipelineOptions()
    options.num_threads = settings["threads"]
    options.random_seed = options.mapper.random_seed = options.triangulation.random_seed = settings["seed"]
    options.extract_colors = False
    options.min_model_size = 3
    options.max_num_models = 5
    options.ba_refine_extra_params = False
    options.ba_refine_focal_length = options.mapper.abs_pose_refine_focal_length = not settings["focal"]
    registered = iter(range(count))
    models = pycolmap.incremental_mapping(
        job / "database.db",
        job / "images",
        job / "sparse",
        options=options,
        next_image_callback=lambda: write_progress(job, 2 * count + next(registered, count - 1), 3 * count),
    )
    if not models:
        return None
    model = max(models.values(), key=lambda m: m.num_reg_images())
    polish = pycolmap.BundleAdjustmentOptions()
    polish.print_summary = False
    polish.refine_focal_length = not settings["focal"]
    polish.refine_extra_params = False
    polish.ceres.loss_function_type = pycolmap.LossFunctionType.CAUCHY  # moving things that no mask covered
    polish.ceres.loss_function_scale = 0.5
    polish.ceres.solver_options.num_threads = settings["threads"]
    polish.ceres.solver_options.max_num_iterations = 60
    polish.ceres.solver_options.function_tolerance = 1e-8
    pycolmap.bundle_adjustment(model, polish)
    return model


def write_result(job: Path, model: pycolmap.Reconstruction | None) -> None:
    if model is None:
        (job / "result.json").write_text(json.dumps({"reason": "the pictures share too little parallax or detail"}))
        return
    images = sorted((i for i in model.images.values() if i.has_pose), key=lambda i: i.name)
    model.update_point_3d_errors()
    row = {point_id: k for k, point_id in enumerate(model.points3D)}
    seen = [
        (int(image.name[:-4]), row[p.point3D_id], *p.xy) for image in images for p in image.points2D if p.has_point3D()
    ]
    frame, point, *xy = zip(*seen, strict=True) if seen else ((), (), (), ())
    np.savez(
        job / "result.npz",
        frame=np.array([int(i.name[:-4]) for i in images]),
        c2w=np.array([np.vstack([i.cam_from_world().inverse().matrix(), [0, 0, 0, 1]]) for i in images]),
        K=images[0].camera.calibration_matrix(),
        points=np.array([p.xyz for p in model.points3D.values()]).reshape(-1, 3),
        seen_frame=np.array(frame, int),
        seen_point=np.array(point, int),
        seen_xy=np.array(xy, float).T,
        error=np.median([p.error for p in model.points3D.values()]),
    )
    (job / "result.json").write_text(json.dumps({"reason": ""}))


def main(job: Path) -> None:
    threading.Thread(target=exit_with_parent, daemon=True).start()
    settings = json.loads((job / "job.json").read_text())
    pycolmap.set_random_seed(settings["seed"])
    pycolmap.logging.minloglevel = 2  # errors only: the last line of stderr is what the user reads
    names = sorted(p.name for p in (job / "images").iterdir())
    (job / "sparse").mkdir()
    extract(job, settings, names, settings["size"])
    match(job, settings)
    write_progress(job, 2 * len(names), 3 * len(names))
    write_result(job, reconstruct(job, settings, len(names)))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
