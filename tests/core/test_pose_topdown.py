"""Top-down backends: patches and the way back, YOLOX, SimCC, ViTPose's heat maps, X-Pose's rows; no weights needed."""

import numpy as np
import pytest
import torch

from dreamdance_core.io.onnx_session import providers
from dreamdance_core.pose import simcc, topdown, yolox
from dreamdance_core.pose.backends import dwpose, vitpose, xpose
from dreamdance_core.runtime import Runtime


@pytest.mark.parametrize("box", [[20.0, 10, 60, 100], [-5.0, 30, 120, 60], [90.5, 2.5, 128, 88]])
def test_a_patch_shows_what_the_picture_shows_where_points_come_back(box):
    y, x = np.mgrid[:90, :130] + 0.5
    ramp = np.stack([x / 130, y / 90, np.ones_like(x)], axis=-1).astype(np.float32)
    region = topdown.padded(np.array(box), 0.75)
    assert region[2] / region[3] == pytest.approx(0.75)
    assert (region[2:] >= 1.25 * (np.array(box[2:]) - box[:2]) - 1e-6).all()
    patch = topdown.patch_of(ramp, region, (48, 64))
    rows, columns = np.mgrid[:64, :48].reshape(2, -1)
    pixels = topdown.to_frame(np.stack([columns + 0.5, rows + 0.5], axis=1), region, (48, 64))
    inside = ((pixels > 2) & (pixels < [128, 88])).all(axis=1)
    assert inside.sum() > 500
    shown = patch.reshape(-1, 3)[inside, :2] * [130, 90]
    assert np.abs(shown - pixels[inside]).max() < 0.05
    assert (patch.reshape(-1, 3)[((pixels < -3) | (pixels > [133, 93])).any(axis=1)] == 0).all()


def test_yolox_sees_bgr_bytes_in_the_upper_left_of_a_grey_square():
    frame = np.zeros((20, 40, 3), np.float32)
    frame[..., 0] = 1.0  # red
    square = yolox.letterbox(frame, 64)
    assert square.shape == (3, 64, 64) and square.dtype == np.float32
    assert square[:, 0, 0].tolist() == [0, 0, 255] and square[:, 31, 63].tolist() == [0, 0, 255]
    assert (square[:, 32:] == 114).all()


def test_yolox_rows_decode_to_the_boxes_they_encode_and_only_persons_count():
    """Two views of one person, one far away, a dog; the picture is twice as large as the network's."""
    rows = np.zeros((64 * 64 // 64 + 16 + 4, 85), np.float32)

    def put(row, x, y, width, height, stride, score, kind=0):
        cells = 64 // stride
        before = {8: 0, 16: 64, 32: 80}[stride]
        column, line = int(x // stride), int(y // stride)
        rows[before + line * cells + column, :5] = [
            x / stride - column, y / stride - line, np.log(width / stride), np.log(height / stride), 1.0,
        ]  # fmt: skip
        rows[before + line * cells + column, 5 + kind] = score

    put(0, 20, 20, 16, 30, 16, 0.9)
    put(1, 22, 36, 16, 30, 32, 0.6)
    put(2, 21, 19, 16, 30, 8, 0.7)
    put(3, 50, 10, 10, 18, 8, 0.5)
    put(4, 50, 50, 10, 10, 8, 0.9, kind=16)
    boxes = yolox.Yolox(lambda planes: [rows[None]], 64)(np.zeros((100, 128, 3), np.float32))
    assert np.allclose(boxes[0], [24, 10, 56, 70], atol=1e-3)
    assert len(boxes) == 3  # the near double is gone, the dog never counted
    assert np.allclose(boxes[2], [90, 2, 110, 38], atol=1e-3)


def test_simcc_peaks_are_found_between_bins():
    at = np.array([[10.3, 57.0, 0.2, 95.0]])
    bins = np.exp(-(((np.arange(96) - at[..., None]) / 3) ** 2)) * 0.8
    place, height = simcc.peaks(bins)
    assert np.allclose(place, at, atol=0.25)
    assert np.allclose(place[0, :2], at[0, :2], atol=0.02)
    assert np.allclose(height, 0.8, atol=0.02)


def test_a_whole_body_network_sees_rgb_statistics_and_answers_in_picture_pixels():
    """A stand-in that points at the brightest pixel of each patch; scores are the lower of the two axes' peaks."""
    seen = []

    def network(planes):
        seen.append(planes)
        light = planes.sum(axis=1)
        outs = []
        for axis, other, height in ((2, 1, 0.9), (1, 2, 0.5)):
            line = light.max(axis=other).argmax(axis=1)
            bins = np.zeros((len(planes), 133, planes.shape[axis + 1] * 2), np.float32)
            bins[np.arange(len(planes)), :, line * 2] = height
            outs.append(bins)
        return outs

    frames = torch.zeros(10, 90, 130, 3)
    for t in range(10):
        frames[t, 40, 30 + 5 * t] = torch.tensor([1.0, 0.5, 0.25])
    told = []
    run = Runtime(report=lambda done, total, preview=None: told.append((done, total)))
    model = topdown.TopDown(lambda frame: np.zeros((0, 4)), simcc.SimCC(network), (288, 384), run)
    boxes = torch.tensor([[10.0, 5, 100, 85]]).expand(10, 4).clone()
    boxes[3] = 0
    track = model(frames, boxes)
    assert [len(planes) for planes in seen] == [8, 1], "patches go in batches"
    assert track.xy.shape == (10, 1, 133, 2) and told[-1] == (10, 10)
    there = [t for t in range(10) if t != 3]
    wanted = torch.tensor([[30.5 + 5 * t, 40.5] for t in there])
    assert (track.xy[there, 0, 7] - wanted).norm(dim=-1).max() < 0.6
    assert torch.allclose(track.score[there], torch.tensor(0.5)) and (track.score[3] == 0).all()
    dark = (0 - simcc.MEAN) / simcc.DEVIATION
    assert np.allclose(seen[0][0, :, 0, 0], dark, atol=1e-4)
    assert model(frames).xy.shape[1] == 0  # the detector sees nobody


def test_each_frame_keeps_its_own_people():
    frames = torch.rand(3, 96, 64, 3, generator=torch.Generator().manual_seed(0))
    model = dwpose.tiny()
    counts = iter((2, 0, 1))
    model.detector = lambda frame: np.tile([[5.0, 5, 50, 90]], (next(counts), 1))
    track = model(frames)
    assert (track.score > 0).any(-1).sum(1).tolist() == [2, 0, 1]


@pytest.mark.parametrize(
    ("device", "available", "chosen"),
    [
        ("cuda", ["CUDAExecutionProvider", "CPUExecutionProvider"], ["CUDAExecutionProvider", "CPUExecutionProvider"]),
        ("cuda", ["DmlExecutionProvider", "CPUExecutionProvider"], ["DmlExecutionProvider", "CPUExecutionProvider"]),
        ("cpu", ["CUDAExecutionProvider", "CPUExecutionProvider"], ["CPUExecutionProvider"]),
        ("privateuseone", ["DmlExecutionProvider"], ["DmlExecutionProvider", "CPUExecutionProvider"]),
    ],
)
def test_onnx_networks_run_where_the_run_says(device, available, chosen):
    assert providers(device, available) == chosen


def test_heat_maps_become_the_points_that_transformers_makes_of_them():
    """An outside oracle: the published processor's own way from heat maps to picture pixels."""
    transformers = pytest.importorskip("transformers")
    rng = np.random.default_rng(0)
    y, x = np.mgrid[:64, :48]
    places = rng.uniform(6, 42, (17, 2))
    heat = np.exp(-((x - places[:, :1, None]) ** 2 + (y - places[:, 1:, None]) ** 2) / 8)[None].astype(np.float32) * 0.7
    box = np.array([30.0, 20, 130, 220])

    class Model(torch.nn.Module):
        config = transformers.VitPoseConfig(num_labels=17)

        def __init__(self):
            super().__init__()
            self.weight = torch.nn.Parameter(torch.zeros(1))

        def forward(self, pixel_values):
            return type("Output", (), {"heatmaps": torch.from_numpy(heat)})

    net = vitpose.VitPoseNet(Model(), vitpose._peaks, Runtime())
    points, score = net(np.zeros((1, 256, 192, 3), np.float32))
    mine = topdown.to_frame(points[0], topdown.padded(box, 0.75), vitpose.SIZE)
    processor = transformers.VitPoseImageProcessor()
    theirs = processor.post_process_pose_estimation(Model()(None), boxes=[[[30.0, 20, 100, 200]]])[0][0]
    assert np.abs(mine - theirs["keypoints"].numpy()).max() < 0.9  # their patch is 0.5 % narrower: the outer pixels
    assert np.allclose(score[0], theirs["scores"].numpy(), atol=1e-3)
    assert score.max() == pytest.approx(0.7, abs=0.02)


def instances(points, size=(40.0, 100.0), score=0.7):
    points = np.asarray(points, dtype=float)
    middle = points.mean(axis=1)
    boxes = np.concatenate([middle - np.array(size) / 2, middle + np.array(size) / 2], axis=1)
    return xpose.Instances(points=points, boxes=boxes, score=np.full(len(points), score))


def test_x_poses_rows_become_pixels_best_first():
    found = xpose.to_pixels(
        np.array([[0.5, 0.5, 0.2, 0.4], [0.25, 0.5, 0.1, 0.2]]),
        np.array([[0.1, 0.2, 0.3, 0.4], [0.5, 0.6, 0.7, 0.8]]),
        np.array([0.4, 0.9]),
        200,
        100,
    )
    assert found.score.tolist() == [0.9, 0.4]
    assert np.allclose(found.points[0], [[100, 60], [140, 80]])
    assert np.allclose(found.boxes[1], [80, 30, 120, 70])


def test_hands_go_to_the_nearest_wrist_and_faces_to_the_nearest_head():
    """Two people side by side; a third hand belongs to nobody; nobody gets two faces."""
    body = np.full((2, 17, 2), 50.0)
    body[1, :, 0] += 100
    body[:, :5, 1] = 10
    body[:, 9, 0] += 20  # left wrists
    body[:, 10, 0] -= 20
    persons = instances(body)
    hands = instances(np.stack([np.tile([x, 50.0], (21, 1)) for x in (131, 69, 31, 260)]), score=0.5)
    faces = instances(np.stack([np.tile([x, 10.0], (68, 1)) for x in (149, 53, 55)]), score=0.6)
    xy, score = xpose.assembled(persons, faces, hands)
    assert xy[0, 91].tolist() == [69, 50] and xy[0, 112].tolist() == [31, 50]
    assert xy[1, 112].tolist() == [131, 50] and (score[1, 91:112] == 0).all()
    assert xy[0, 23].tolist() == [53, 10] and xy[1, 23].tolist() == [149, 10]
    assert np.allclose(score[0, :17], 0.7) and np.allclose(score[0, 23:91], 0.6) and np.allclose(score[0, 91], 0.5)
    nobody = xpose.assembled(instances(np.zeros((0, 17, 2))), faces, hands)
    assert nobody[0].shape == (0, 133, 2)


def test_without_x_pose_the_error_names_what_is_missing_and_the_licence():
    with pytest.raises(ImportError, match="non-commercial"):
        xpose.load(Runtime())
    assert "non-commercial" in xpose.__doc__.split("\n")[0]


def test_a_box_replaces_the_detector_in_x_pose():
    frames = torch.rand(2, 96, 64, 3, generator=torch.Generator().manual_seed(0))
    track = xpose.tiny()(frames, torch.tensor([[20.0, 30, 50, 90], [0, 0, 0, 0]]))
    seen = track.xy[0, 0][track.score[0, 0] > 0]
    assert (seen[:, 0] > 13).all() and (seen[:, 1] > 23).all()
    assert (track.score[1] == 0).all()
