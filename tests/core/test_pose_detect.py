"""The BlazePose graphs in numpy: anchors, decoding, regions of interest, projection, tracking, layout."""

import numpy as np
import pytest
import torch

from dreamdance_core.backends import load, names
from dreamdance_core.pose.backends import blazepose
from dreamdance_core.pose.backends.blazepose import body, boxed, detect, hands, roi
from dreamdance_core.pose.backends.blazepose.face import MESH_TO_68
from dreamdance_core.pose.backends.blazepose.layout import BODY_FROM_33
from dreamdance_core.runtime import Runtime


@pytest.mark.parametrize(
    ("spec", "count"),
    [(detect.POSE_DETECTOR, 2254), (detect.PALM_DETECTOR, 2016), (detect.FACE_DETECTOR, 896)],
)
def test_anchors_are_as_many_as_the_networks_have_rows(spec, count):
    centres = detect.anchor_centres(spec)
    assert centres.shape == (count, 2)
    assert np.allclose(centres[0], 0.5 * spec.strides[0] / spec.side)  # the first cell's centre
    assert np.allclose(centres.mean(axis=0), 0.5)


def test_a_row_decodes_to_the_box_and_points_it_encodes():
    spec = detect.POSE_DETECTOR
    centres = detect.anchor_centres(spec)
    rows, logits = np.zeros((len(centres), 12)), np.full(len(centres), -9.0)
    i = 777
    offset = centres[i] * spec.side
    rows[i] = [*(np.array([100, 90]) - offset), 40, 60, *(np.array([101, 95]) - offset), *(np.array([99, 20]) - offset),
               0, 0, 0, 0]  # fmt: skip
    logits[i] = np.log(0.8 / 0.2)
    points, scores = detect.decode(rows, logits, centres, spec)
    assert np.allclose(points[0, :4] * spec.side, [[80, 60], [120, 120], [101, 95], [99, 20]])
    assert scores == pytest.approx([0.8])


def test_overlapping_detections_merge_by_weight_and_distant_ones_stay():
    points = np.array([[[0.1, 0.1], [0.3, 0.3]], [[0.12, 0.1], [0.32, 0.3]], [[0.6, 0.6], [0.9, 0.9]]])
    merged, scores = detect.merge_overlapping(points, np.array([0.6, 0.9, 0.7]))
    assert np.allclose(merged[0], (0.6 * points[0] + 0.9 * points[1]) / 1.5)
    assert np.allclose(merged[1], points[2])
    assert scores.tolist() == [0.9, 0.7]
    assert detect.merge_overlapping(points[:0], np.zeros(0))[1].shape == (0,)


@pytest.mark.parametrize("angle", [0.0, 0.6, -2.2])
def test_a_crop_shows_at_each_point_what_the_picture_shows_there(angle):
    """Pixel centres lie at +0.5, in the picture and in the crop; the picture is not square, the region is turned."""
    y, x = np.mgrid[:90, :130] + 0.5
    ramp = np.stack([x / 130, y / 90, np.full_like(x, 0.5)], axis=-1).astype(np.float32)
    region = roi.Roi(66.3, 43.1, 40.0, angle)
    patch = roi.crop(ramp, region, 64)
    rows, columns = np.mgrid[:64, :64].reshape(2, -1)
    pixels = roi.to_picture(region, np.stack([columns + 0.5, rows + 0.5], axis=1) / 64)
    assert np.abs(patch.reshape(-1, 3)[:, :2] * [130, 90] - pixels).max() < 0.06
    assert np.allclose(roi.crop(ramp, region, 64, mirror=True), patch[:, ::-1], atol=1e-3)
    shrunk = roi.crop(ramp, region, 16)  # averaged over 2 x 2 samples
    assert np.allclose(shrunk, patch.reshape(16, 4, 16, 4, 3).mean(axis=(1, 3)), atol=2e-3)


def test_regions_stand_upright_with_the_person_and_the_hand():
    """A person lying with the head to the right gives a region whose up is the picture's right."""
    region = body.roi_of_alignment(np.array([100.0, 80.0]), np.array([160.0, 80.0]))
    assert region[:3] == pytest.approx((100, 80, 150))
    assert np.allclose(roi.to_picture(region, np.array([[0.5, 0.1]])), [[160, 80]])  # the circle's point, 0.4 up
    palm = np.array([[0, 40], [10, 30], [14, 20], [16, 10], [18, 0], [8, 0], [9, -15], [9, -25], [9, -35], [0, -2],
                     [0, -20], [0, -30], [0, -40], [-7, 0], [-7, -15], [-7, -25], [-7, -32], [-14, 5], [-14, -8],
                     [-14, -16], [-14, -24]], dtype=float)  # fmt: skip
    for turn in (0.0, 0.9, -2.5):
        c, s = np.cos(turn), np.sin(turn)
        hand = hands.Hand(points=palm @ np.array([[c, s], [-s, c]]) + [200, 150], presence=1.0, rightness=0.0)
        own = hand.roi()
        corner, right, down = roi.to_picture(own, np.array([[0.0, 0], [1, 0], [0, 1]]))
        upright = np.linalg.solve(np.stack([right - corner, down - corner], axis=1), (hand.points - corner).T).T
        assert upright[0, 1] > upright[9, 1] > upright[12, 1]  # wrist below knuckles below finger tips
        assert ((upright > 0) & (upright < 1)).all()
        if turn == 0.0:
            reference = upright
        assert np.abs(upright - reference).max() < 0.08


def test_heat_moves_landmarks_to_its_centre_of_mass_only_where_it_is_sure():
    heat = np.full((64, 64, 2), -20.0)
    heat[30:33, 40:43, 0] = 5.0
    heat[30:33, 40:43, 1] = -1.0  # below a half
    points = np.array([[39.5 / 64, 32.5 / 64]] * 2)
    refined = body.refine(points, heat)
    assert np.allclose(refined[0] * 64, [41, 31], atol=1e-3)
    assert np.array_equal(refined[1], points[1])


def test_mirrored_landmarks_name_the_other_side():
    order = np.array(body.MIRRORED)
    assert np.array_equal(order[order], np.arange(39))
    sides = {2: 5, 7: 8, 11: 12, 15: 16, 19: 20, 25: 26, 31: 32}
    assert all(order[a] == b for a, b in sides.items())


def test_the_68_face_points_are_symmetric_about_the_mesh_midline():
    """The published mesh is symmetric: partners of iBUG points must be the mesh's own partners (33-263, 61-291 ...)."""
    partners = {33: 263, 133: 362, 61: 291, 70: 300, 107: 336, 127: 356, 234: 454, 98: 327, 78: 308, 152: 152}
    mesh = np.array(MESH_TO_68)
    ibug = {36: 45, 39: 42, 48: 54, 17: 26, 21: 22, 0: 16, 1: 15, 31: 35, 60: 64, 8: 8}
    assert all(partners[int(mesh[a])] == int(mesh[b]) for a, b in ibug.items())
    assert len(set(MESH_TO_68)) == 68


@pytest.mark.parametrize("change", boxed.CHANGES + (boxed.Change(head=0.4, stretch=1.2),))
def test_points_of_a_changed_picture_come_back_to_where_they_were(change):
    """A dot in the head, one in the body, on a picture that is not square; the box's lower edge stays the figure's."""
    box = np.array([40.0, 20, 140, 220])
    for x, y in ((70.5, 50.5), (100.5, 150.5)):
        picture = np.zeros((240, 200, 3), np.float32)
        picture[int(y) - 3 : int(y) + 4, int(x) - 3 : int(x) + 4] = 1
        seen, here = change.apply(picture, box)
        rows, columns = np.mgrid[: seen.shape[0], : seen.shape[1]] + 0.5
        light = seen[..., 0] / seen[..., 0].sum()
        found = change.undo(np.array([[(columns * light).sum(), (rows * light).sum()]]), box, 240)
        assert np.abs(found[0] - [x, y]).max() < 1.0
        assert here[3] == pytest.approx(220 * seen.shape[0] / 240) and here[0] == 40
    assert box.tolist() == [40, 20, 140, 220]


def test_a_weighted_median_is_not_moved_by_an_outlier():
    values = np.array([[1.0, 5], [2, 6], [3, 7], [900, -900]])
    assert boxed.weighted_median(values, np.ones(4)).tolist() == [2, 5]
    assert boxed.weighted_median(values, np.array([1.0, 1, 5, 1])).tolist() == [3, 7]


def test_an_upside_down_body_is_worth_less():
    frame, box = np.zeros((200, 100, 3), np.float32), np.array([10.0, 10, 90, 190])
    points = np.zeros((39, 2))
    points[:, 0], points[:33, 1] = 50, np.linspace(20, 185, 33)
    upright = body.Body(points=points, score=np.ones(33), presence=1.0)
    turned = body.Body(points=points * [1, -1] + [0, 205], score=np.ones(33), presence=1.0)
    assert boxed.fit(frame, turned, 0.02, box) < 0.2 * boxed.fit(frame, upright, 0.02, box)


def test_squares_cover_the_picture():
    for width, height in ((640, 384), (300, 900), (500, 500)):
        side = max(width, height) / 2
        covered = np.zeros((height, width), bool)
        for square in roi.squares(float(width), float(height), side):
            x, y = square.x - side / 2, square.y - side / 2
            covered[
                max(0, int(np.floor(y))) : int(np.ceil(y + side)), max(0, int(np.floor(x))) : int(np.ceil(x + side))
            ] = True
        assert covered.all()


def test_the_backend_is_found_by_its_name():
    assert "blazepose" in names("pose")


def test_tiny_finds_somebody_the_same_way_twice_and_leaves_its_input_alone():
    frames = torch.rand(3, 90, 130, 3, generator=torch.Generator().manual_seed(1))
    kept = frames.clone()
    track = blazepose.tiny()(frames)
    assert track.xy.shape[0] == 3 and track.xy.shape[1] >= 1 and track.xy.shape[2:] == (133, 2)
    assert (track.width, track.height) == (130, 90)
    assert track.score.dtype == torch.float32 and track.score.min() >= 0 and track.score.max() <= 1
    assert torch.isfinite(track.xy).all()
    assert (track.score[:, 0, 23:91] > 0).any() and (track.score[:, 0, 91:] > 0).any()  # face and a hand came along
    assert (track.score[:, :, [18, 21]] == 0).all()  # small toes are not known to these networks
    again = blazepose.tiny()(frames)
    assert torch.equal(track.xy, again.xy) and torch.equal(track.score, again.score)
    assert torch.equal(frames, kept)


def test_points_outside_the_picture_score_nothing():
    frames = torch.rand(1, 60, 200, 3, generator=torch.Generator().manual_seed(2))
    track = blazepose.tiny()(frames)
    outside = (track.xy < 0).any(-1) | (track.xy[..., 0] > 200) | (track.xy[..., 1] > 60)
    assert outside[track.score >= 0].any()
    assert (track.score[outside] == 0).all()


def test_an_empty_box_means_nobody_and_progress_is_told():
    told = []
    backend = blazepose.BlazePose(
        blazepose.random(0),
        Runtime(report=lambda done, total, preview=None: told.append((done, total))),
    )
    boxes = torch.tensor([[20.0, 10, 110, 85], [0, 0, 0, 0], [20, 10, 110, 85]])
    track = backend(torch.rand(3, 90, 130, 3, generator=torch.Generator().manual_seed(1)), boxes)
    assert track.xy.shape[1] == 1
    assert [(track.score[t] > 0).any().item() for t in range(3)] == [True, False, True]
    assert told[-1] == (3, 3) and {(1, 3), (2, 3)} <= set(told)
    assert len(told) > 10  # the search in a box is long and tells of itself


def stick_figure(width, height):
    """A body on a plain ground, drawn limb by limb with round ends: enough of a person for a smoke test."""
    import cv2

    picture = np.full((height, width, 3), (0.75, 0.8, 0.85), np.float32)
    scale, x, y = height / 400, width / 2, height * 0.52
    joints = {"head": (0, -150), "neck": (0, -112), "ls": (38, -105), "rs": (-38, -105), "le": (62, -50),
              "re": (-62, -50), "lw": (74, 5), "rw": (-74, 5), "lh": (22, 0), "rh": (-22, 0), "lk": (26, 80),
              "rk": (-26, 80), "la": (28, 160), "ra": (-28, 160)}  # fmt: skip
    at = {name: (x + dx * scale, y + dy * scale) for name, (dx, dy) in joints.items()}

    def limb(a, b, thick, colour):
        cv2.line(picture, *[tuple(int(v) for v in at[k]) for k in (a, b)], colour, int(thick * scale), cv2.LINE_AA)

    skin, shirt, trousers = (0.87, 0.68, 0.56), (0.5, 0.15, 0.2), (0.15, 0.18, 0.3)
    for s in "lr":
        limb(f"{s}h", f"{s}k", 34, trousers)
        limb(f"{s}k", f"{s}a", 28, trousers)
        limb(f"{s}s", f"{s}e", 22, shirt)
        limb(f"{s}e", f"{s}w", 18, skin)
    torso = np.array([at[k] for k in ("ls", "rs", "rh", "lh")], np.int32)
    cv2.fillConvexPoly(picture, torso, shirt, cv2.LINE_AA)
    limb("ls", "rs", 30, shirt)
    limb("lh", "rh", 34, trousers)
    limb("head", "neck", 22, skin)
    head = tuple(int(v) for v in at["head"])
    cv2.ellipse(picture, head, (int(25 * scale), int(33 * scale)), 0, 0, 360, skin, -1, cv2.LINE_AA)
    return torch.from_numpy(cv2.GaussianBlur(picture, (0, 0), 1.0)), at


def test_the_published_networks_find_a_drawn_figure_where_it_is():
    """An outside oracle: real weights, a figure whose joints are known; the picture is not square."""
    pytest.importorskip("ai_edge_litert")
    try:
        backend = load("pose", "blazepose", Runtime())
    except FileNotFoundError as missing:
        pytest.skip(str(missing))
    picture, at = stick_figure(500, 400)
    track = backend(picture[None], torch.tensor([[160.0, 20, 340, 380]]))
    assert track.xy.shape[1] == 1
    names_17 = {5: "ls", 6: "rs", 7: "le", 8: "re", 11: "lh", 12: "rh", 13: "lk", 14: "rk", 15: "la", 16: "ra"}
    truth = torch.tensor([at[n] for n in names_17.values()])
    error = (track.xy[0, 0, list(names_17)] - truth).norm(dim=-1)
    assert error.mean() < 0.05 * 360, f"mean error {error.mean():.1f} px"
    assert len(BODY_FROM_33) == 17


def test_the_sample_dancer_is_followed_to_a_few_pixels():
    """Oracle: the sample clip's true keypoints. Every fourth frame; 4 px at 384 px height are 6.7 px here."""
    pytest.importorskip("ai_edge_litert")
    from pathlib import Path

    from dreamdance_core.io.video import ClipRange, read_clip
    from dreamdance_core.pose.extract import extract_pose

    samples = Path(__file__).parents[2] / "samples"
    try:
        backend = load("pose", "blazepose", Runtime())
    except FileNotFoundError as missing:
        pytest.skip(str(missing))
    clip = read_clip(samples / "dance.mp4", ClipRange(stride=4))
    track = extract_pose(clip.frames, backend, fps=clip.fps, smoothing=0.0, run=Runtime())
    with np.load(samples / "dance.keypoints.npz") as truth:
        xy, visible = torch.from_numpy(truth["xy"][::4]), torch.from_numpy(truth["visible"][::4])
    parts = {"joints": (slice(5, 17), 6.7), "left hand": (slice(91, 112), 8.0), "right hand": (slice(112, 133), 8.0)}
    for name, (part, most) in parts.items():
        both = visible[:, :, part] & (track.score[:, :, part] > 0.3)
        gap = (track.xy[:, :, part] - xy[:, :, part]).norm(dim=-1)[both]
        assert both.sum() > 0.7 * visible[:, :, part].sum(), name
        assert gap.mean() < most, f"{name}: {gap.mean():.1f} px"
