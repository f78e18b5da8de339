"""The shipped samples: sizes, lengths, and that camera, keypoints, mask and pixels tell the same story."""

import json
from pathlib import Path

import numpy as np
import pytest

SAMPLES = Path(__file__).resolve().parents[2] / "samples"


@pytest.fixture(scope="module")
def clip() -> np.ndarray:
    """The clip's frames, (T,H,W,3) uint8."""
    av = pytest.importorskip("av")
    with av.open(str(SAMPLES / "dance.mp4")) as container:
        assert len(container.streams.audio) == 1
        assert container.streams.video[0].codec_context.pix_fmt == "yuv420p"
        return np.stack([frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)])


@pytest.fixture(scope="module")
def person() -> np.ndarray:
    """The true person mask, (T,H,W) bool."""
    data = np.load(SAMPLES / "dance.person_mask.npz")
    return np.unpackbits(data["mask"], axis=-1)[..., : int(data["width"])].astype(bool)


@pytest.fixture(scope="module")
def keypoints() -> dict[str, np.ndarray]:
    """The true keypoints' arrays by name."""
    with np.load(SAMPLES / "dance.keypoints.npz") as data:
        return dict(data)


def test_together_they_stay_small():
    files = [p for p in SAMPLES.iterdir() if p.is_file()]
    assert {"character.png", "dance.mp4", "dance.camera.json", "README.md"} <= {p.name for p in files}
    assert sum(p.stat().st_size for p in files) < 8e6


def test_all_truth_has_the_clips_shape(clip, person, keypoints):
    assert clip.shape == (48, 640, 480, 3)
    assert person.shape == clip.shape[:3]
    assert keypoints["xy"].shape == (48, 1, 133, 2) and keypoints["score"].shape == (48, 1, 133)
    assert (int(keypoints["width"]), int(keypoints["height"])) == (480, 640)


def test_figures_are_large(person):
    rows = person.any(2)
    heights = [np.ptp(np.flatnonzero(r)) + 1 for r in rows]
    assert min(heights) >= 0.60 * person.shape[1]


def test_camera_moves_smoothly_and_its_axes_are_rotations():
    camera = json.loads((SAMPLES / "dance.camera.json").read_text())
    c2w = np.array([c["c2w"] for c in camera["cameras"]])
    assert c2w.shape == (48, 4, 4) and camera["fps"] == 24
    rotations = c2w[:, :3, :3]
    assert np.allclose(rotations @ rotations.transpose(0, 2, 1), np.eye(3), atol=1e-6)
    assert np.allclose(np.linalg.det(rotations), 1, atol=1e-6)
    steps = np.linalg.norm(np.diff(c2w[:, :3, 3], axis=0), axis=1)
    assert steps.sum() > 1.0 and steps.max() < 0.06
    turn = np.degrees(np.arccos((np.trace(rotations[0].T @ rotations[-1]) - 1) / 2))
    assert 5 < turn < 15


def test_known_keypoints_lie_on_the_person(person, keypoints):
    """Outside oracle: mask (rasterised) and keypoints (projected) come from different code."""
    xy, shown = keypoints["xy"][:, 0], keypoints["visible"][:, 0]
    assert shown[:, :17].mean() > 0.95
    t, k = np.nonzero(shown)
    i, j = np.floor(xy[t, k]).astype(int).T
    assert person[t, j, i].mean() > 0.97
    left_of = xy[:, 5, 0] - xy[:, 6, 0]  # COCO 5 = left shoulder: the figure faces us, so it is on the picture's right
    assert (left_of > 20).all()
    assert (keypoints["score"][:, 0, 23:91] == 0).all()


def test_motion_loops_and_is_large(keypoints):
    body = keypoints["xy"][:, 0, :17]
    centred = body - body[:, 11:13].mean(1, keepdims=True)
    size = np.linalg.norm(centred[:, 0], axis=-1)[:, None, None]
    shape = centred / size
    assert np.abs(shape[0] - shape[-1]).max() < 0.35 * np.abs(shape - shape.mean(0)).max()
    assert np.ptp(shape[:, 9, 1]) > 0.8  # the left wrist's way up and down, in units of nose to hips


def test_background_moves_as_the_camera_file_says(clip, person):
    """Outside oracle: OpenCV tracks corners; they must obey the file's epipolar geometry to a fraction of a pixel."""
    cv2 = pytest.importorskip("cv2")
    camera = json.loads((SAMPLES / "dance.camera.json").read_text())["cameras"]
    first, second = 0, 12
    a, b = (cv2.cvtColor(clip[n], cv2.COLOR_RGB2GRAY) for n in (first, second))
    free = 255 * (1 - cv2.dilate(person[first].astype(np.uint8), np.ones((25, 25))))
    corners = cv2.goodFeaturesToTrack(a, 600, 0.01, 6, mask=free.astype(np.uint8))
    moved = corners
    for n in range(first + 1, second + 1):
        previous, current = (cv2.cvtColor(clip[m], cv2.COLOR_RGB2GRAY) for m in (n - 1, n))
        moved, _, _ = cv2.calcOpticalFlowPyrLK(previous, current, moved, None, winSize=(15, 15))
    assert len(corners) > 300
    c2w = [np.array(camera[n]["c2w"]) for n in (first, second)]
    k = np.array(camera[0]["K"])
    relative = np.linalg.inv(c2w[1]) @ c2w[0]
    t = relative[:3, 3]
    cross = np.array([[0, -t[2], t[1]], [t[2], 0, -t[0]], [-t[1], t[0], 0]])
    fundamental = np.linalg.inv(k).T @ cross @ relative[:3, :3] @ np.linalg.inv(k)
    one = np.ones((len(corners), 1))
    start = np.concatenate([corners[:, 0] + 0.5, one], 1)
    end = np.concatenate([moved[:, 0] + 0.5, one], 1)
    line = start @ fundamental.T
    distance = np.abs((line * end).sum(1)) / np.linalg.norm(line[:, :2], axis=1)
    assert np.median(distance) < 0.35
    assert np.median(np.linalg.norm(end - start, axis=1)) > 6


def test_character_picture_can_be_cut_to_the_canvas():
    image = pytest.importorskip("PIL.Image").open(SAMPLES / "character.png")
    width, height = image.size
    assert (width, height) == (960, 1280) and image.mode == "RGB"
    assert (640 * width / height) % 16 == 0
