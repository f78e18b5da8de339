"""Plain pycolmap on a folder: python benchmarks/plain_pycolmap.py JOB. Its defaults on full-size frames, on the CPU.

JOB holds images/*.png, perhaps masks/*.png.png (black = ignore), and receives result.npz {frame, c2w, focal, seconds}.
A process of its own, because pycolmap and OpenCV 5 cannot share one.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np
import pycolmap


def main(job: Path) -> None:
    pycolmap.logging.minloglevel = 2
    start = time.perf_counter()
    reader = pycolmap.ImageReaderOptions()
    if (job / "masks").is_dir():
        reader.mask_path = job / "masks"
    database, images = job / "database.db", job / "images"
    extraction, matching = pycolmap.FeatureExtractionOptions(), pycolmap.FeatureMatchingOptions()
    extraction.use_gpu = matching.use_gpu = False
    single = pycolmap.CameraMode.SINGLE  # as for any clip of one lens
    pycolmap.extract_features(
        database, images, camera_mode=single, reader_options=reader, extraction_options=extraction
    )
    pycolmap.match_sequential(database, matching_options=matching)
    (job / "sparse").mkdir()
    models = pycolmap.incremental_mapping(database, images, job / "sparse")
    seconds = time.perf_counter() - start
    largest = max(models.values(), key=lambda model: model.num_reg_images())
    placed = sorted((image for image in largest.images.values() if image.has_pose), key=lambda image: image.name)
    np.savez(
        job / "result.npz",
        frame=np.array([int(image.name[:5]) for image in placed]),
        c2w=np.array([np.vstack([i.cam_from_world().inverse().matrix(), [0, 0, 0, 1]]) for i in placed]),
        focal=placed[0].camera.focal_length,
        seconds=seconds,
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
