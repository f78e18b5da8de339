"""Paint masks and person masks from poses."""

import pytest
import torch

from dreamdance_core.pose.draw import draw_body
from dreamdance_core.pose.regions import paint_mask, person_mask
from dreamdance_core.types import PoseTrack

STANDING = {
    0: (200, 60), 1: (206, 55), 2: (194, 55), 3: (214, 60), 4: (186, 60), 5: (225, 95), 6: (175, 95), 7: (240, 140),
    8: (160, 140), 9: (250, 180), 10: (150, 180), 11: (215, 190), 12: (185, 190), 13: (218, 250), 14: (182, 250),
    15: (220, 310), 16: (180, 310),
}  # fmt: skip


def track_of(points, frames=1, width=420, height=360, shift=0.0):
    xy, score = torch.zeros(frames, 1, 133, 2), torch.zeros(frames, 1, 133)
    for index, point in points.items():
        xy[:, 0, index] = torch.tensor(point, dtype=torch.float32)
        score[:, 0, index] = 1
    xy[..., 0] += shift * torch.arange(frames)[:, None, None]
    return PoseTrack(xy=xy, score=score, width=width, height=height)


def test_a_limb_is_a_capsule_of_a_third_of_the_shoulder_width_and_a_margin():
    track = track_of(STANDING)
    mask = paint_mask(track, grow=0.0, group=1)[0]
    assert mask.shape == (360, 420) and set(mask.unique().tolist()) == {0.0, 1.0}
    right_of_shin = mask[290, 219:].sum()
    # the shoulder's width here comes from the torso seen from the front: 50 px, limbs 0.35 of that
    assert float(right_of_shin) == pytest.approx(0.35 * 50, abs=3)
    grown = paint_mask(track, grow=0.08, group=1)[0]
    height = 310 - 55
    assert float(grown[290, 219:].sum() - right_of_shin) == pytest.approx(0.08 * height, abs=2)
    assert (grown >= mask).all()


def test_the_mask_covers_all_that_is_drawn():
    track = track_of(STANDING, frames=5, shift=20.0)
    mask = paint_mask(track, grow=0.02)
    drawn = draw_body(track, 420, 360).amax(-1) > 0
    assert mask[drawn].all()
    assert mask.mean() < 0.5


def test_groups_of_four_frames_share_a_mask_and_a_single_first_frame_stays_alone():
    nine = paint_mask(track_of(STANDING, frames=9, shift=6.0))
    alone = paint_mask(track_of(STANDING, frames=9, shift=6.0), group=1)
    assert torch.equal(nine[0], alone[0])
    for start in (1, 5):
        assert torch.equal(nine[start : start + 4], alone[start : start + 4].amax(0).expand(4, -1, -1))
    eight = paint_mask(track_of(STANDING, frames=8, shift=6.0))
    assert torch.equal(eight[0], eight[3]) and not torch.equal(eight[3], eight[4])


def test_blocks_are_whole():
    mask = paint_mask(track_of(STANDING), block=16)[0]
    free = paint_mask(track_of(STANDING))[0]
    assert (mask >= free).all()
    cells = mask[:352, :416].reshape(22, 16, 26, 16)
    assert torch.equal(cells.amax((1, 3)), cells.amin((1, 3)))


def test_the_references_own_hair_widens_the_head_only():
    track = track_of(STANDING)
    alpha = paint_mask(track, grow=0.0, group=1)[0]
    plain = paint_mask(track, reference_pose=track, reference_alpha=alpha, group=1)[0]
    yy, xx = torch.meshgrid(torch.arange(360.0), torch.arange(420.0), indexing="ij")
    hair = ((xx - 200) ** 2 + (yy - 50) ** 2 < 48**2) & (yy < 70)
    wide = paint_mask(track, reference_pose=track, reference_alpha=torch.maximum(alpha, hair.float()), group=1)[0]
    assert wide[hair].all()
    assert wide[:100].sum() > plain[:100].sum() + 500
    assert torch.equal(wide[230:], plain[230:])
    # the same, with the reference twice as large as the canvas
    double = PoseTrack(xy=track.xy * 2, score=track.score, width=840, height=720)
    big = torch.maximum(alpha, hair.float()).repeat_interleave(2, 0).repeat_interleave(2, 1)
    again = paint_mask(track, reference_pose=double, reference_alpha=big, group=1)[0]
    assert float((again != wide).float().mean()) < 0.01


def test_person_mask_covers_every_person_and_nobody_in_empty_frames():
    one = track_of(STANDING, frames=2)
    other = one.xy + torch.tensor([150.0, 0.0])
    both = PoseTrack(xy=torch.cat([one.xy, other], 1), score=torch.cat([one.score] * 2, 1), width=420, height=360)
    both.score[1] = 0
    mask = person_mask(both)
    assert mask[0, 150, 200] == 1 and mask[0, 150, 350] == 1 and mask[0, 20, 20] == 0
    assert mask[1].max() == 0


def test_a_face_alone_and_points_outside_the_canvas_are_fine():
    face = track_of({i: (30 + (i - 23) % 9, -20 + (i - 23) // 9) for i in range(23, 91)})
    mask = paint_mask(face)
    assert torch.isfinite(mask).all() and mask[0, 200:].max() == 0


def test_the_matte_goes_with_the_pose():
    """A wide skirt and a tail of hair: after a move and a turn they are inside the mask, and the mask is no box."""
    track = track_of(STANDING)
    yy, xx = torch.meshgrid(torch.arange(360.0), torch.arange(420.0), indexing="ij")
    skirt = (yy > 180) & (yy < 260) & ((xx - 200).abs() < (yy - 140))
    alpha = torch.maximum(paint_mask(track, grow=0.0, group=1)[0], skirt.float())
    angle = torch.tensor(0.5)
    turn = torch.stack([torch.stack([angle.cos(), -angle.sin()]), torch.stack([angle.sin(), angle.cos()])])
    hips, shift = torch.tensor([200.0, 190.0]), torch.tensor([12.0, -20.0])
    moved = (track.xy - hips) @ turn.T + hips + shift
    both = PoseTrack(xy=torch.cat([track.xy, moved]), score=track.score.expand(2, -1, -1), width=420, height=360)
    mask = paint_mask(both, reference_pose=track, reference_alpha=alpha, group=1)
    bare = paint_mask(both, group=1)
    points = torch.stack([xx[skirt] + 0.5, yy[skirt] + 0.5], -1)
    there = ((points - hips) @ turn.T + hips + shift).long()
    inside = (there[:, 0] >= 0) & (there[:, 0] < 420) & (there[:, 1] >= 0) & (there[:, 1] < 360)
    x, y = there[inside].T
    assert mask[0][skirt].all() and mask[1][y, x].float().mean() > 0.995
    assert bare[1][y, x].float().mean() < 0.9
    assert mask.mean() < 0.55


def test_points_lost_for_a_moment_do_not_make_the_mask_flicker():
    track = track_of(STANDING, frames=9, shift=3.0)
    lost = PoseTrack(xy=track.xy.clone(), score=track.score.clone(), width=420, height=360)
    lost.score[4, 0, [7, 9, 13, 15]] = 0
    lost.xy[4, 0, [7, 9, 13, 15]] = 0
    assert torch.equal(paint_mask(lost, group=1), paint_mask(track, group=1))


def test_a_single_wrong_sight_leaves_no_streak():
    """A knee found once in sixty frames was never there."""
    points = {5: (100, 100), 6: (60, 100), 11: (95, 180), 12: (65, 180)}
    track = track_of(points, frames=60, shift=3.0)
    track.xy[2, 0, 13] = torch.tensor([100.0, 260.0])
    track.score[2, 0, 13] = 0.4
    clean = track_of(points, frames=60, shift=3.0)
    assert torch.equal(paint_mask(track)[40:], paint_mask(clean)[40:])


def test_a_pose_without_torso_has_a_mask_even_with_a_reference():
    arm = track_of({7: (200, 150), 9: (240, 150)}, frames=2)
    reference = track_of({5: (220, 100), 6: (180, 100), 11: (215, 180), 12: (185, 180)})
    mask = paint_mask(arm, reference_pose=reference, reference_alpha=torch.ones(360, 420))
    assert mask[0, 150, 220] == 1
