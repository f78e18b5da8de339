"""Retargeting: angles stay, lengths change, missing points never count, the character stands where it stood."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from dreamdance_core.pose.keypoints import BODY_LINKS
from dreamdance_core.pose.retarget import RetargetOptions, retarget, retargeted
from dreamdance_core.types import PoseTrack


def dancer(frames=12, width=900, height=700, scale=1.0, at=(430.0, 320.0), head=1.0, arm=1.0, leg=1.0, seed=0):
    """A stick person seen from the front: swinging limbs, hands, feet and face, moving over the canvas."""
    rng = np.random.default_rng(seed)
    xy = np.zeros((frames, 133, 2))
    t = np.arange(frames) / max(frames - 1, 1)
    swing = 0.9 * np.sin(2 * np.pi * t)
    pelvis = np.array(at) + np.stack([40 * t, 15 * np.sin(6 * t)], -1) * scale
    neck = pelvis + scale * np.array([0.0, -150.0])
    xy[:, 0] = neck + scale * head * np.array([3.0, -60.0])
    for side, (shoulder, elbow, wrist, hip, knee, ankle, eye, ear) in enumerate(
        ((5, 7, 9, 11, 13, 15, 1, 3), (6, 8, 10, 12, 14, 16, 2, 4))
    ):
        s = 1 - 2 * side

        def along(angle, length):
            return scale * length * np.stack([np.sin(angle), np.cos(angle)], -1)

        xy[:, shoulder] = neck + scale * np.array([55.0 * s, 0])
        xy[:, elbow] = xy[:, shoulder] + along(s * (0.6 + swing), 85 * arm)
        xy[:, wrist] = xy[:, elbow] + along(s * (0.9 + 2 * swing), 75 * arm)
        xy[:, hip] = pelvis + scale * np.array([35.0 * s, 0])
        xy[:, knee] = xy[:, hip] + along(s * 0.2 + 0.4 * swing, 110 * leg)
        xy[:, ankle] = xy[:, knee] + along(s * 0.1 - 0.2 * swing, 105 * leg)
        xy[:, eye] = xy[:, 0] + scale * head * np.array([15.0 * s, -15])
        xy[:, ear] = xy[:, 0] + scale * head * np.array([35.0 * s, -5])
        xy[:, 17 + 3 * side : 20 + 3 * side] = xy[:, ankle, None] + scale * rng.uniform(-20, 20, (3, 2))
        hand = slice(91, 112) if side == 0 else slice(112, 133)
        xy[:, hand] = xy[:, wrist, None] + scale * arm * rng.uniform(-20, 20, (21, 2))
    xy[:, 23:91] = xy[:, :1] + scale * head * rng.uniform(-35, 35, (68, 2))
    return PoseTrack(
        xy=torch.from_numpy(xy).float()[:, None], score=torch.ones(frames, 1, 133), width=width, height=height
    )


def frame(track, i=0):
    return PoseTrack(xy=track.xy[i : i + 1], score=track.score[i : i + 1], width=track.width, height=track.height)


def angles(track):
    xy = track.xy[:, 0].double().numpy()
    d = np.stack([xy[:, b] - xy[:, a] for a, b in BODY_LINKS[:12]], 1)
    return np.arctan2(d[..., 1], d[..., 0])


def lengths(track):
    xy = track.xy[:, 0].double().numpy()
    return {(a, b): np.linalg.norm(xy[:, a] - xy[:, b], axis=-1) for a, b in BODY_LINKS}


def test_a_driver_that_equals_the_reference_comes_back_unchanged():
    """Trap 57, first half."""
    driver = dancer()
    out = retarget(driver, frame(driver), driver.width, driver.height)
    torch.testing.assert_close(out.xy, driver.xy, atol=1e-3, rtol=0)
    out = retarget(frame(driver), frame(driver), 450, 350)
    torch.testing.assert_close(out.xy, driver.xy[:1] / 2, atol=1e-3, rtol=0)


def test_off_leaves_the_pose_where_the_person_was():
    """Trap 57, second half: in replacement nothing is moved, only scaled to the canvas."""
    driver, reference = dancer(), dancer(1, scale=0.6, at=(200.0, 200.0))
    out = retarget(driver, reference, 1800, 1400, options=RetargetOptions(enabled=False))
    torch.testing.assert_close(out.xy, driver.xy * 2)
    assert torch.equal(out.score, driver.score)
    on = retarget(driver, reference, 1800, 1400)
    assert (on.xy - out.xy).abs().max() > 50


@pytest.mark.parametrize("canvas", [(640, 640), (1280, 720), (480, 832)])
def test_angles_do_not_depend_on_the_canvas_shape(canvas):
    """Trap 53: lengths in normalised coordinates would bend the limbs."""
    driver = dancer()
    reference = dancer(1, width=canvas[0], height=canvas[1], scale=0.7, at=(200.0, 250.0), arm=1.3, leg=0.8)
    out = retarget(driver, reference, *canvas)
    gap = np.angle(np.exp(1j * (angles(out) - angles(driver))))
    assert np.abs(gap).max() < 1e-4


def test_bone_lengths_become_the_references():
    driver = dancer(40)
    reference = dancer(1, scale=0.7, arm=1.3, leg=0.8, head=1.7, at=(250.0, 300.0))
    out = retarget(driver, reference, reference.width, reference.height, options=RetargetOptions(ground=False))
    mine, theirs = lengths(out), lengths(reference)
    for link in theirs:
        if link not in ((3, 5), (4, 6)):  # ear to shoulder is no bone
            assert np.median(mine[link]) == pytest.approx(theirs[link][0], rel=2e-3), link
    face = out.xy[:, 0, 23:91] - out.xy[:, :1, 0]
    torch.testing.assert_close(face, (driver.xy[:, 0, 23:91] - driver.xy[:, :1, 0]) * 0.7 * 1.7, atol=1e-2, rtol=0)


def test_a_tiny_reference_of_a_big_driver_keeps_its_size():
    """The limits hold relative to the whole body: a character of a fifth of the driver's size is no exception."""
    driver, reference = dancer(), dancer(1, scale=0.2, at=(100.0, 100.0), width=300, height=200)
    out = retarget(driver, reference, 300, 200)
    assert lengths(out)[(13, 11)][0] == pytest.approx(lengths(reference)[(13, 11)][0], rel=1e-3)


def test_ratios_are_limited():
    driver, reference = dancer(), dancer(1, arm=5.0)
    out = retarget(driver, reference, reference.width, reference.height)
    ratio = lengths(out)[(7, 9)] / lengths(driver)[(7, 9)]
    assert ratio.max() < 2.01 * np.median(lengths(out)[(5, 11)] / lengths(driver)[(5, 11)])


def test_points_missing_in_some_frames_do_not_touch_other_bones():
    """Trap 54: zeros and -1 of missing points never enter a length."""
    driver, reference = dancer(30), dancer(1, scale=0.8, arm=1.2)
    whole = retarget(driver, reference, 900, 700)
    broken = PoseTrack(xy=driver.xy.clone(), score=driver.score.clone(), width=900, height=700)
    lost = torch.arange(30) % 3 == 1
    broken.xy[lost, 0, 7] = -1
    broken.score[lost, 0, 7] = 0
    out = retarget(broken, reference, 900, 700)
    assert (out.score[lost, 0, 7] == 0).all()
    arm = [7, 9, *range(91, 112)]
    others = [i for i in range(133) if i not in arm]
    torch.testing.assert_close(out.xy[:, :, others], whole.xy[:, :, others], atol=1e-3, rtol=0)
    # The wrist of a missing elbow hangs on the shoulder: still near where it would have been.
    assert (out.xy[:, 0, 9] - whole.xy[:, 0, 9]).norm(dim=-1).max() < 0.05 * 900


def test_one_missing_hip_is_replaced_from_the_other_side():
    driver, reference = dancer(20), dancer(1, scale=0.8)
    broken = PoseTrack(xy=driver.xy, score=driver.score.clone(), width=900, height=700)
    broken.score[5:9, 0, 11] = 0
    a, b = retarget(driver, reference, 900, 700), retarget(broken, reference, 900, 700)
    seen = b.score[..., None] > 0
    torch.testing.assert_close(a.xy * seen, b.xy * seen, atol=0.5, rtol=0)


def test_hands_feet_and_face_stay_attached():
    """Trap 55."""
    driver, reference = dancer(), dancer(1, scale=0.6, arm=1.5, leg=0.7, head=2.0)
    out = retarget(driver, reference, 900, 700)
    for points, joint in ((slice(91, 112), 9), (slice(112, 133), 10), (slice(17, 20), 15), (slice(23, 91), 0)):
        before = (driver.xy[:, 0, points] - driver.xy[:, 0, joint, None]).norm(dim=-1)
        after = (out.xy[:, 0, points] - out.xy[:, 0, joint, None]).norm(dim=-1)
        ratio = after / before
        assert float(ratio.std()) < 1e-3 * float(ratio.mean())
    on_wrist = PoseTrack(xy=driver.xy.clone(), score=driver.score, width=900, height=700)
    on_wrist.xy[:, 0, 91] = on_wrist.xy[:, 0, 9]
    moved = retarget(on_wrist, reference, 900, 700)
    assert (moved.xy[:, 0, 91] - moved.xy[:, 0, 9]).norm(dim=-1).max() < 1e-3


def test_the_first_frame_stands_on_the_references_feet():
    driver, reference = dancer(leg=1.4), dancer(1, scale=0.5, at=(300.0, 350.0))
    out = retarget(driver, reference, 900, 700)
    assert float(out.xy[0, 0, 15:17, 1].max()) == pytest.approx(float(reference.xy[0, 0, 15:17, 1].max()), abs=1e-3)
    pelvis = retarget(driver, reference, 900, 700, options=RetargetOptions(anchor="pelvis"))
    middle = [track.xy[0, 0, 11:13].mean(0) for track in (pelvis, reference)]
    torch.testing.assert_close(*middle, atol=1e-3, rtol=0)


def test_travel_over_the_canvas_is_scaled_by_the_legs():
    driver, reference = dancer(), dancer(1, scale=0.5)
    out = retarget(driver, reference, 900, 700)
    travel = [track.xy[-1, 0, 11:13].mean(0) - track.xy[0, 0, 11:13].mean(0) for track in (out, driver)]
    torch.testing.assert_close(travel[0], travel[1] * 0.5, atol=1e-2, rtol=0)
    half = retarget(driver, reference, 900, 700, options=RetargetOptions(root_motion=0.5))
    torch.testing.assert_close(half.xy[-1, 0, 11] - half.xy[0, 0, 11], travel[1] * 0.25, atol=1e-2, rtol=0)


def test_a_bust_portrait_is_driven_from_the_neck():
    """The reference shows head, shoulders and one upper arm only."""
    driver, reference = dancer(), dancer(1, scale=1.5, at=(400.0, 900.0))
    reference.score[0, 0, [8, 9, 10, *range(11, 23), *range(91, 133)]] = 0
    out = retarget(driver, reference, 900, 700)
    neck = [track.xy[0, 0, 5:7].mean(0) for track in (out, reference)]
    torch.testing.assert_close(*neck, atol=1e-3, rtol=0)
    ratio = lengths(out)[(13, 11)] / lengths(driver)[(13, 11)]
    assert ratio.mean() == pytest.approx(1.5, rel=1e-3)  # unseen legs take the body's ratio


def test_a_reference_with_one_shoulder_is_met_at_that_shoulder():
    driver, reference = dancer(), dancer(1, scale=0.8, at=(300.0, 330.0))
    reference.score[0, 0, [6, 8, 10, 12, 14, 16]] = 0
    out = retarget(driver, reference, 900, 700, options=RetargetOptions(anchor="pelvis"))
    torch.testing.assert_close(out.xy[0, 0, [11, 5]], reference.xy[0, 0, [11, 5]], atol=0.05, rtol=0)


def test_a_pose_without_a_torso_is_refused():
    driver = dancer()
    empty = PoseTrack(xy=driver.xy[:1], score=torch.zeros(1, 1, 133), width=900, height=700)
    with pytest.raises(ValueError, match="reference pose must show a torso"):
        retarget(driver, empty, 900, 700)
    with pytest.raises(ValueError, match="driving pose must show a torso"):
        retarget(empty, driver, 900, 700)
    with pytest.raises(ValueError, match="person must be below 1"):
        retarget(driver, driver, 900, 700, options=RetargetOptions(person=1))


def test_frames_without_anybody_stay_empty():
    driver, reference = dancer(), dancer(1)
    driver.score[[0, 5]] = 0
    out = retarget(driver, reference, 900, 700)
    assert (out.score[[0, 5]] == 0).all() and torch.isfinite(out.xy).all()
    torch.testing.assert_close(out.xy[6] - out.xy[4], driver.xy[6] - driver.xy[4], atol=0.05, rtol=0)


def hidden(track, points):
    score = track.score.clone()
    score[:, :, points] = 0
    return replace(track, score=score)


def test_no_bone_is_longer_in_any_frame_than_its_limit():
    """An elbow and a knee thrown far off in single frames, as detectors do."""
    driver, reference = dancer(40), dancer(1, scale=0.7, arm=1.3, leg=0.8)
    driver.xy[7, 0, 7] += 300.0
    driver.xy[20:22, 0, 14] -= torch.tensor([260.0, 100.0])
    done = retargeted(driver, reference, 900, 700)
    own, out = lengths(reference), lengths(done.track)
    for link in ((5, 7), (7, 9), (6, 8), (13, 11), (14, 12), (16, 14)):
        assert out[link].max() <= 1.15 * own[link][0] * 1.001, link
    assert any("shortened" in note for note in done.notes)
    clean = retarget(dancer(40), reference, 900, 700)
    torch.testing.assert_close(done.track.xy[:5], clean.xy[:5], atol=2.0, rtol=0)


def test_an_arm_hidden_in_the_reference_is_mirrored_from_the_other():
    driver, reference = dancer(), dancer(1, scale=0.8, arm=1.4)
    out = retarget(driver, hidden(reference, [7, 9]), 900, 700)
    torch.testing.assert_close(
        out.xy[:, :, 5:11], retarget(driver, reference, 900, 700).xy[:, :, 5:11], atol=0.05, rtol=0
    )


def test_a_foreshortened_forearm_is_estimated_from_its_upper_arm():
    """The reference points both forearms at the viewer."""
    driver, reference = dancer(20), dancer(1, scale=0.8)
    for elbow, wrist in ((7, 9), (8, 10)):
        reference.xy[0, 0, wrist] = reference.xy[0, 0, elbow] + torch.tensor([6.0, 2.0])
    done = retargeted(driver, reference, 900, 700)
    assert done.ratios["forearm"] == pytest.approx(0.8 / 1.4, rel=1e-3)
    assert "forearm" in done.report() and "foreshortened" in done.report()


def test_a_character_two_heads_tall_keeps_its_head_and_its_short_limbs():
    driver, reference = dancer(), dancer(1, scale=0.6, head=2.0, arm=0.6, leg=0.5)
    done = retargeted(driver, reference, 900, 700)
    assert done.ratios["face"] == pytest.approx(1.2, rel=0.01)
    assert done.ratios["thigh"] == pytest.approx(0.3, rel=0.01)
    assert done.ratios["hand"] <= 1.4 * done.ratios["forearm"] + 1e-9


def test_legs_that_the_reference_does_not_show_are_never_on_the_canvas():
    driver = dancer(30)
    half = hidden(dancer(1, scale=1.6, at=(430.0, 660.0)), [*range(13, 23)])
    done = retargeted(driver, half, 900, 700)
    legs, shown = done.track.xy[:, 0, 13:23], done.track.score[:, 0, 13:23] > 0
    inside = ((legs >= 0) & (legs < torch.tensor([900.0, 700.0]))).all(-1)
    assert not (inside & shown).any()
    whole = retarget(driver, dancer(1, scale=0.5), 900, 700)
    assert (whole.score[:, 0, 13:23] > 0).all()


def test_a_bad_first_frame_is_not_what_the_figure_is_placed_by():
    """At first only a shoulder is found, and it is in a wrong place."""
    driver, reference = dancer(30), dancer(1, scale=0.8, at=(300.0, 330.0))
    bad = hidden(driver, [])
    bad.score[:3, 0] = 0
    bad.score[:3, 0, 5], bad.xy[:3, 0, 5] = 1.0, torch.tensor([40.0, 30.0])
    done = retargeted(bad, reference, 900, 700, options=RetargetOptions(anchor="pelvis"))
    assert done.anchor == 3
    middle = [track.xy[at, 0, 11:13].mean(0) for track, at in ((done.track, 3), (reference, 0))]
    torch.testing.assert_close(*middle, atol=1e-3, rtol=0)


def test_a_driver_who_walks_nearer_makes_the_character_grow():
    """At the anchor frame the character has its own size, not that of the end of the walk."""
    driver, reference = dancer(80), dancer(1, scale=0.5)
    grow = torch.linspace(1.0, 2.0, 80)[:, None, None, None]
    near = replace(driver, xy=(driver.xy - 400.0) * grow + 400.0)
    out = retarget(near, reference, 900, 700)
    own = lengths(reference)[(5, 11)][0]
    trunk = lengths(out)[(5, 11)]
    assert trunk[:8].mean() == pytest.approx(own, rel=0.12)
    assert trunk[-8:].mean() == pytest.approx(2 * own, rel=0.2)


def test_a_hand_found_far_from_its_wrist_is_brought_back():
    """Trap 55: a detector took something else for the hand."""
    driver, reference = dancer(20), dancer(1, scale=0.8)
    driver.xy[4:6, 0, 91:112] += 400.0
    out = retarget(driver, reference, 900, 700)
    gap = (out.xy[:, 0, 91] - out.xy[:, 0, 9]).norm(dim=-1)
    assert gap.max() <= 0.31 * lengths(reference)[(7, 9)][0]


def test_a_reference_found_upside_down_leaves_the_figure_in_the_picture():
    driver, reference = dancer(10, scale=0.6), dancer(1, scale=0.6)
    turned = replace(reference, xy=torch.stack([reference.xy[..., 0], 700 - reference.xy[..., 1]], -1))
    out = retarget(driver, turned, 900, 700)
    torch.testing.assert_close(out.xy[0, 0, 11:13].mean(0), turned.xy[0, 0, 11:13].mean(0), atol=1e-3, rtol=0)


def test_the_plain_pose_is_one_scaled_copy_of_the_driver():
    driver, reference = dancer(), dancer(1, scale=0.6, arm=1.4)
    done = retargeted(driver, reference, 900, 700)
    a, b = lengths(driver), lengths(done.plain)
    for link in a:
        np.testing.assert_allclose(b[link], a[link] * done.ratios["body"], rtol=1e-3)


def test_a_walk_into_a_close_up_does_not_shrink_what_only_its_start_shows():
    """Legs and trunk are seen from afar, later only shoulders and head, three times as large."""
    driver, reference = dancer(90), dancer(1, scale=0.5)
    grow = torch.linspace(1.0, 3.0, 90)[:, None, None, None]
    near = replace(driver, xy=(driver.xy - 400.0) * grow + 400.0, score=driver.score.clone())
    near.score[30:, 0, 7:23] = 0
    near.score[30:, 0, 91:] = 0
    done = retargeted(near, reference, 900, 700)
    assert done.ratios["shoulder"] / done.ratios["torso"] == pytest.approx(1.0, rel=0.15)
    assert done.size[80] / done.size[5] == pytest.approx(2.5, rel=0.2)
