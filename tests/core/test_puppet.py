"""The puppet: it stands like the picture, moves like the pose, tears nowhere, leaves no ghost limb."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
import torch

from dreamdance_core.backends import load
from dreamdance_core.runtime import Runtime
from dreamdance_core.types import AnimateJob, PoseTrack
from dreamdance_core.video.arap import Deformer, sway
from dreamdance_core.video.compose import inverse_map
from dreamdance_core.video.parts import hem
from dreamdance_core.video.skeleton import STRETCH, bone, drive, rest_rig

W, H = 256, 320
JOINTS = {
    0: (128, 62), 1: (136, 54), 2: (120, 54), 3: (144, 60), 4: (112, 60), 5: (160, 100), 6: (96, 100), 7: (172, 150),
    8: (84, 150), 9: (176, 198), 10: (80, 198), 11: (146, 186), 12: (110, 186), 13: (148, 242), 14: (108, 242),
    15: (150, 296), 16: (106, 296),
}  # fmt: skip
SKIN, SHIRT, LEFT, RIGHT, LEGS = (0.9, 0.7, 0.6), (0.2, 0.3, 0.8), (0.9, 0.2, 0.2), (0.9, 0.8, 0.1), (0.2, 0.6, 0.3)


def figure(joints=JOINTS):
    """(H,W,3) picture on a green ground and (H,W) alpha of a simple person; arms in colours of their own."""
    big = np.zeros((4 * H, 4 * W, 4), np.float32)

    def line(a, b, radius, colour):
        ends = [tuple(int(4 * v) for v in joints[i]) for i in (a, b)]
        cv2.line(big, *ends, (*colour, 1.0), int(8 * radius))

    for a, b, c in ((11, 13, 15), (12, 14, 16)):
        line(a, b, 14, LEGS)
        line(b, c, 12, LEGS)
    torso = np.array([joints[5], joints[6], joints[12], joints[11]]) * 4
    cv2.fillPoly(big, [torso.astype(np.int32)], (*SHIRT, 1.0))
    cv2.polylines(big, [torso.astype(np.int32)], True, (*SHIRT, 1.0), 60)
    line(0, 0, 26, SKIN)
    cv2.line(big, (4 * 128, 4 * 70), (4 * 128, 4 * 100), (*SKIN, 1.0), 60)
    for (a, b, c), colour in (((5, 7, 9), LEFT), ((6, 8, 10), RIGHT)):
        line(a, b, 9, colour)
        line(b, c, 8, colour)
    small = cv2.resize(big, (W, H), interpolation=cv2.INTER_AREA)
    alpha = small[..., 3]
    picture = small[..., :3] + (1 - alpha[..., None]) * np.array([0, 1.0, 0], np.float32)
    return torch.from_numpy(picture), torch.from_numpy(alpha)


def pose(joints=JOINTS, frames=1, shift=None):
    xy, score = torch.zeros(frames, 1, 133, 2), torch.zeros(frames, 1, 133)
    for index, point in joints.items():
        xy[:, 0, index] = torch.tensor(point, dtype=torch.float32)
        score[:, 0, index] = 1
    if shift is not None:
        xy += shift[:, None, None]
    return PoseTrack(xy=xy, score=score, width=W, height=H)


def job_of(track, reference_joints=JOINTS, ground=(0.1, 0.1, 0.1)):
    picture, alpha = figure(reference_joints)
    frames = len(track)
    background = torch.tensor(ground).expand(frames, H, W, 3).clone()
    empty = torch.zeros(frames, H, W, 3)
    return AnimateJob(
        background=background, paint_mask=torch.zeros(frames, H, W), body=empty, hand=empty, face=empty, pose=track,
        reference_pose=pose(reference_joints), reference=picture, reference_alpha=alpha,
    )  # fmt: skip


def puppet(**options):
    return load("video", "puppet", Runtime(), **options)


def like(picture, colour, tolerance=0.12):
    return (picture - torch.tensor(colour)).abs().amax(-1) < tolerance


def turned(joints, points, pivot, degrees):
    """Joints with some of them turned about another (positive = clockwise on screen)."""
    angle = np.deg2rad(degrees)
    out = dict(joints)
    for p in points:
        d = np.subtract(joints[p], joints[pivot])
        out[p] = tuple(np.add(joints[pivot], [np.cos(angle) * d[0] - np.sin(angle) * d[1],
                                              np.sin(angle) * d[0] + np.cos(angle) * d[1]]))  # fmt: skip
    return out


def test_at_rest_it_is_the_reference_over_the_background():
    job = job_of(pose(frames=2))
    out = puppet()(job)
    alpha = job.reference_alpha[..., None]
    colours = figure()[0]
    inside = job.reference_alpha > 0.99
    assert out.shape == (2, H, W, 3) and out.dtype == torch.float32
    assert (out[0] - colours).abs()[inside].mean() < 0.01
    assert (out[0] - job.background[0]).abs()[job.reference_alpha == 0].max() < 0.02
    want = colours * alpha + job.background[0] * (1 - alpha)
    assert (out[0] - want).abs().mean() < 0.006


def test_a_moved_pose_moves_the_picture_by_as_much():
    shift = torch.tensor([[0.0, 0.0], [24.0, -10.0]])
    out = puppet(smoothing=0.0, sway=0.0)(job_of(pose(frames=2, shift=shift)))
    a, b = out[0, 30:300, 20:220], out[1, 20:290, 44:244]
    assert (a - b).abs().mean() < 0.004


def test_a_raised_arm_arrives_and_leaves_no_ghost():
    up = turned(JOINTS, (7, 9), 5, -120)
    out = puppet(smoothing=0.0, sway=0.0)(job_of(pose(up, frames=2)))[1]
    red, before = like(out, LEFT), like(figure()[0], LEFT)
    rows, columns = torch.nonzero(red, as_tuple=True)
    assert float(red.sum()) == pytest.approx(float(before.sum()), rel=0.2)
    reached = torch.hypot(columns + 0.5 - up[9][0], rows + 0.5 - up[9][1]).min()
    assert reached < 6
    assert red[140:].sum() < 0.03 * before.sum()  # where the arm hung
    # In one piece: the arm, shoulder to hand, is one region.
    count, _, stats, _ = cv2.connectedComponentsWithStats(red.numpy().astype(np.uint8))
    assert stats[1:, cv2.CC_STAT_AREA].max() > 0.95 * float(red.sum())
    assert like(out, RIGHT).sum() == pytest.approx(float(like(figure()[0], RIGHT).sum()), rel=0.05)


def test_behind_an_arm_that_moves_away_the_torso_goes_on():
    """The left forearm lies across the belly in the reference."""
    crossed = JOINTS | {7: (172, 150), 9: (112, 160)}
    away = crossed | {7: (200, 130), 9: (235, 150)}
    out = puppet(smoothing=0.0, sway=0.0)(job_of(pose(away, frames=2), crossed))[1]
    belly = out[148:172, 112:144]
    assert like(belly, SHIRT, 0.2).float().mean() > 0.97
    assert like(out, LEFT)[:, :150].sum() < 20


def test_a_skirt_stays_whole_and_the_legs_go_on_behind_it():
    picture, alpha = figure()
    skirt = np.zeros((H, W), np.uint8)
    cv2.fillPoly(skirt, [np.array([(98, 180), (158, 180), (186, 238), (70, 238)])], 1)
    picture[torch.from_numpy(skirt > 0)] = torch.tensor([0.6, 0.2, 0.7])
    alpha = torch.maximum(alpha, torch.from_numpy(skirt).float())
    rig = rest_rig(pose(), W, H)
    assert 0.35 < hem(rig, alpha.numpy()) < 0.6
    assert hem(rig, figure()[1].numpy()) == 0  # trousers
    astride = turned(turned(JOINTS, (13, 15), 11, -22), (14, 16), 12, 22)
    job = replace(job_of(pose(astride, frames=2), ground=(0.0, 1.0, 1.0)), reference=picture, reference_alpha=alpha)
    out = puppet(smoothing=0.0, sway=0.0)(job)[1]
    person = ~like(out, (0.0, 1.0, 1.0), 0.3)
    count, _, stats, _ = cv2.connectedComponentsWithStats(person.numpy().astype(np.uint8))
    assert stats[1:, cv2.CC_STAT_AREA].max() > 0.995 * float(person.sum())
    purple = like(out, (0.6, 0.2, 0.7))
    assert float(purple.sum()) == pytest.approx(float(skirt.sum()), rel=0.15)
    rows, columns = torch.nonzero(like(out, LEGS)[280:], as_tuple=True)
    assert columns.min() < 80 and columns.max() > 176  # the feet are apart


def test_edges_carry_no_colour_of_the_old_background():
    out = puppet()(job_of(pose(frames=1), ground=(0.0, 0.0, 0.0)))[0]
    greenish = (out[..., 1] > 0.35) & (out[..., 1] > 1.6 * out[..., 0]) & (out[..., 1] > 2.6 * out[..., 2])
    assert greenish.sum() == 0


def test_alone_it_is_the_character_of_the_animation_with_its_coverage():
    """Over any background it is the animation; over white, white stays exactly white where nothing covers it."""
    track = pose(turned(JOINTS, (7, 9), 5, -60), frames=2, shift=torch.tensor([[0.0, 0.0], [9.5, -4.25]]))
    job = job_of(track, ground=(1.0, 1.0, 1.0))
    alone, over_white = puppet().alone(job), puppet()(job)
    coverage = alone[..., 3:]
    assert torch.equal(over_white, (alone[..., :3] + (1 - coverage) * job.background).clamp(0, 1))
    assert (coverage == 0).float().mean() > 0.5 and over_white[(coverage == 0).expand_as(over_white)].min() == 1
    assert (alone[..., :3] <= coverage + 1e-4).all(), "premultiplied"
    area = float(figure()[1].sum())
    assert float(coverage[0].sum()) == pytest.approx(area, rel=0.1)
    hazy = replace(job, reference_alpha=job.reference_alpha.clamp_min(0.003))
    faint = puppet().alone(hazy)[..., 3] == 0
    assert (faint == (coverage[..., 0] == 0)).float().mean() > 0.99, "a matte's haze draws nothing"


def test_unseen_legs_stay_with_the_pelvis():
    """Half a body: the reference's knees are not seen; the driver's legs swing."""
    swinging = turned(turned(JOINTS, (13, 15), 11, -40), (14, 16), 12, 40)
    job = job_of(pose(swinging, frames=2))
    job.reference_pose.score[0, 0, 13:17] = 0
    out = puppet(smoothing=0.0, sway=0.0)(job)[1]
    assert (out - figure()[0]).abs()[200:][job.reference_alpha[200:] > 0.99].mean() < 0.02


def test_a_reference_seen_from_the_side_needs_one_shoulder_only():
    job = job_of(pose(frames=2, shift=torch.tensor([[0.0, 0.0], [9.0, 4.0]])))
    job.reference_pose.score[0, 0, [6, 8, 10, 12]] = 0
    rig = rest_rig(job.reference_pose, W, H)
    assert rig.start.min() >= 0 and (rig.start[bone("right_upper_arm")] == JOINTS[5]).all()
    out = puppet(smoothing=0.0, sway=0.0)(job)
    inside = job.reference_alpha > 0.99
    assert (out[0] - figure()[0]).abs()[inside].mean() < 0.02


def test_gaps_hold_the_last_pose():
    frames = 6
    track = pose(frames=frames, shift=torch.stack([torch.arange(6) * 4.0, torch.zeros(6)], 1))
    track.score[3:] = 0
    track.xy[3:] = float("nan")
    out = puppet(smoothing=0.0, sway=0.0)(job_of(track))
    assert torch.isfinite(out).all()
    assert (out[5] - out[2]).abs().max() < 1e-5 and (out[2] - out[1]).abs().max() > 0.1


def test_joints_stay_joined_and_stretches_stay_limited():
    rng = np.random.default_rng(0)
    track = pose(frames=30)
    track.xy[:, 0, :17] += torch.from_numpy(rng.normal(0, 25, (30, 17, 2))).float()
    rig = rest_rig(pose(), W, H)
    motion = drive(rig, track)
    assert motion.stretch.min() >= STRETCH[0] and motion.stretch.max() <= STRETCH[1]
    for parent, child in (("left_upper_arm", "left_forearm"), ("right_thigh", "right_shin")):
        a, b = bone(parent), bone(child)
        along = rig.end[a] - rig.start[a]
        length = np.linalg.norm(motion.start[:, b] - motion.start[:, a], axis=-1)
        np.testing.assert_allclose(length, motion.stretch[:, a] * motion.scale * np.linalg.norm(along), rtol=1e-6)


def test_an_arm_that_passes_overhead_does_not_flip():
    """From hanging outwards over the head to the other side: the turn grows steadily, beyond 180 degrees."""
    frames = [turned(JOINTS, (7, 9), 5, -d) for d in np.linspace(0, 190, 40)]
    track = replace(pose(), xy=torch.cat([pose(f).xy for f in frames]), score=torch.ones(40, 1, 133) * pose().score)
    angle = drive(rest_rig(pose(), W, H), track).angle[:, bone("left_upper_arm")]
    assert np.abs(np.diff(angle)).max() < np.deg2rad(12)
    assert angle[-1] == pytest.approx(-np.deg2rad(190), abs=0.15)


def test_feet_stand_where_the_pose_has_them():
    """A crouch: knees out, pelvis down, ankles where they were."""
    low = {k: (x, y + 30) if k < 13 else (x, y) for k, (x, y) in JOINTS.items()} | {13: (175, 250), 14: (80, 250)}
    rig = rest_rig(pose(), W, H)
    motion = drive(rig, pose(low, frames=4), smoothing=0.0)
    for shin, foot, ankle in (("left_shin", "left_foot", 15), ("right_shin", "right_foot", 16)):
        assert np.linalg.norm(motion.start[0, bone(foot)] - low[ankle]) < 10, shin


def test_bad_jobs_are_refused_in_a_sentence():
    job = job_of(pose(frames=2))
    nobody = replace(job.reference_pose, score=torch.zeros(1, 1, 133))
    with pytest.raises(ValueError, match="reference_pose must show a torso"):
        puppet()(replace(job, reference_pose=nobody))
    with pytest.raises(ValueError, match="reference_alpha must be 1"):
        puppet()(replace(job, reference_alpha=torch.zeros(H, W)))
    with pytest.raises(ValueError, match="one entry per background frame"):
        puppet()(replace(job, pose=pose(frames=3)))
    with pytest.raises(ValueError, match="background pixels"):
        puppet()(replace(job, pose=replace(job.pose, width=999)))


def test_it_reports_every_frame_and_a_report_may_cancel():
    seen = []

    def report(done, total, preview=None):
        seen.append((done, total, tuple(preview.shape)))
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load("video", "puppet", Runtime(report=report), step=24)(job_of(pose(frames=4)))
    assert seen == [(1, 4, (H, W, 3)), (2, 4, (H, W, 3))]


def test_the_inverse_map_agrees_with_an_affine_warp():
    """Outside oracle: one affine map over a lattice equals OpenCV's warpAffine of the pixel grid."""
    x, y = np.meshgrid(np.arange(0, 61, 10.0), np.arange(0, 41, 10.0))
    rest = np.stack([x.ravel(), y.ravel()], -1)
    ids = np.arange(rest.shape[0]).reshape(x.shape)
    a, b, c, d = ids[:-1, :-1].ravel(), ids[:-1, 1:].ravel(), ids[1:, :-1].ravel(), ids[1:, 1:].ravel()
    triangles = np.concatenate([np.stack([a, b, d], 1), np.stack([a, d, c], 1)])
    matrix = np.array([[0.9, -0.3, 25.0], [0.2, 1.1, 7.0]])
    where = inverse_map(rest @ matrix[:, :2].T + matrix[:, 2], rest, triangles, 100, 90)
    back = cv2.invertAffineTransform(matrix)
    px, py = np.meshgrid(np.arange(100) + 0.5, np.arange(90) + 0.5)
    want = np.stack([px, py], -1) @ back[:, :2].T + back[:, 2]
    covered = where[..., 0] > -1
    np.testing.assert_allclose(where[covered], want[covered], atol=1e-3)
    truly = ((want >= 0) & (want < [60, 40])).all(-1)
    assert (covered == truly).mean() > 0.999


def test_the_deformer_is_exact_for_a_rigid_turn_and_smooth_for_a_pull():
    x, y = np.meshgrid(np.arange(12.0), np.arange(8.0))
    rest = np.stack([x.ravel(), y.ravel()], -1) * 10
    ids = np.arange(96).reshape(8, 12)
    edges = np.concatenate([np.stack([ids[:, :-1].ravel(), ids[:, 1:].ravel()], 1),
                            np.stack([ids[:-1].ravel(), ids[1:].ravel()], 1)])  # fmt: skip
    turn = np.array([[0.6, -0.8], [0.8, 0.6]])
    carried = rest @ turn.T + [5, -3]
    deform = Deformer(rest, edges, np.full(96, 0.02))
    np.testing.assert_allclose(deform(carried, np.broadcast_to(turn, (96, 2, 2)), 3), carried, atol=1e-8)
    # With the turn prescribed nowhere but held at two columns, refitting finds it.
    hold = np.where(np.isin(np.arange(96) % 12, (0, 11)), 10.0, 1e-6)
    found = Deformer(rest, edges, hold)(carried, np.broadcast_to(np.eye(2), (96, 2, 2)), 200)
    assert np.abs(found - carried).max() < 1.0


def test_sway_trails_behind_and_comes_to_rest():
    path = np.zeros((80, 2, 2))
    path[:, :, 0] = np.clip(np.arange(80) - 10, 0, 20)[:, None] * 2.0
    out = sway(path, np.array([0.0, 1.0]))
    np.testing.assert_array_equal(out[:, 0], path[:, 0])
    assert out[15, 1, 0] < path[15, 1, 0] - 1
    assert np.abs(out[-1, 1] - path[-1, 1]).max() < 0.5
    np.testing.assert_array_equal(sway(np.ones((5, 3, 2)), np.ones(3)), np.ones((5, 3, 2)))


def test_feet_seen_late_do_not_hold_the_figure_back():
    """Where the ankles are out of sight the pelvis holds the figure's place, not the feet of a later frame."""
    frames = 40
    travel = torch.stack([torch.linspace(-60, 0, frames), torch.zeros(frames)], -1)
    whole = pose(frames=frames, shift=travel)
    score = whole.score.clone()
    score[:30, :, 15:23] = 0
    rig = rest_rig(pose(), whole.width, whole.height)
    full, late = (drive(rig, replace(whole, score=s), smoothing=0.0) for s in (whole.score, score))
    assert np.abs(full.start[:20, 0] - late.start[:20, 0]).max() < 1.0
    assert np.abs(np.diff(late.start[:, 0], axis=0)).max() < 4.0  # and nothing jumps when they come into sight
