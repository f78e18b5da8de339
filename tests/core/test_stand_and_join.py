"""A character put onto another picture's ground, and two of them in one shot."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from dreamdance_core.pose.keypoints import mirrored
from dreamdance_core.pose.stand import Stand, standing
from dreamdance_core.types import PoseTrack
from dreamdance_core.video.join import Figure, join

W, H = 320, 200  # of the scene


def character() -> tuple[torch.Tensor, torch.Tensor, PoseTrack]:
    """A block 60 px wide and 120 high in a picture of 100x150, red on its left half, with ankles at its soles."""
    picture, alpha = torch.zeros(150, 100, 3), torch.zeros(150, 100)
    picture[..., 2] = 1
    picture[:, :50] = torch.tensor([1.0, 0.0, 0.0])
    alpha[20:140, 20:80] = 1
    xy, score = torch.zeros(1, 1, 133, 2), torch.zeros(1, 1, 133)
    for point, place in {0: (50, 30), 5: (70, 50), 6: (30, 50), 15: (60, 138), 16: (30, 138)}.items():
        xy[0, 0, point], score[0, 0, point] = torch.tensor(place).float(), 1
    return picture, alpha, PoseTrack(xy=xy, score=score, width=100, height=150)


def test_it_stands_where_it_should_and_as_tall():
    where = Stand(x=0.25, y=0.8, height=0.5, horizon=0.3)
    cut, alpha, pose = standing(*character(), W, H, where)
    assert cut.shape == (H, W, 3) and alpha.shape == (H, W) and (pose.width, pose.height) == (W, H)
    rows, columns = torch.nonzero(alpha > 0.5, as_tuple=True)
    assert int(rows.max()) + 1 == pytest.approx(0.8 * H, abs=1)
    tall = 0.5 * H * (0.8 - 0.3) / (1 - 0.3)
    assert int(rows.max() - rows.min()) + 1 == pytest.approx(tall, abs=1.5)
    ankles = pose.xy[0, 0, [15, 16], 0]
    assert float(ankles.mean()) == pytest.approx(0.25 * W, abs=1e-3)
    assert float(ankles[0] - ankles[1]) == pytest.approx(30 * tall / 120, abs=1e-3)
    # Colours stay with the places of the pose: red up to the picture's middle, which is 5 px right of the ankles'.
    border = int(0.25 * W + 5 * tall / 120)
    assert cut[150, border - 4, 0] > 0.95 and cut[150, border + 4, 2] > 0.95
    assert cut[alpha > 0.9].amax(-1).min() > 0.5 and alpha.max() <= 1


def test_one_height_is_one_size_on_the_ground():
    """Heights above the soles over the distance to the horizon agree: heads reach one line of perspective."""
    shares = []
    for y in (0.6, 0.95):
        rows = torch.nonzero(standing(*character(), W, H, Stand(y=y, height=0.6, horizon=0.2))[1] > 0.5)[:, 0]
        shares.append((int(rows.max() - rows.min()) + 1) / (int(rows.max()) + 1 - 0.2 * H))
    assert shares[0] == pytest.approx(shares[1], rel=0.04)


def test_the_mirror_exchanges_picture_mask_and_sides():
    where = Stand(x=0.5, y=0.9)
    cut, alpha, pose = standing(*character(), W, H, where)
    turned, mask, other = standing(*character(), W, H, replace(where, mirror=True))
    assert float(other.xy[0, 0, 15, 0]) == pytest.approx(W - float(pose.xy[0, 0, 16, 0]), abs=0.01)
    # The mean colour's place moves to the other side of the ankles' middle.
    red = [(a * (c[..., 0] > 0.5)).nonzero()[:, 1].float().mean() for c, a in ((cut, alpha), (turned, mask))]
    assert red[0] < W / 2 < red[1]
    track = replace(character()[2], xy=torch.rand(1, 1, 133, 2) * 100, score=torch.rand(1, 1, 133))
    assert torch.allclose(mirrored(mirrored(track)).xy, track.xy, atol=1e-4)
    assert torch.equal(mirrored(track).score[0, 0, 112], track.score[0, 0, 91]), "hands change sides"


def test_places_that_cannot_be_are_refused():
    with pytest.raises(ValueError, match="y must lie below the horizon, at 0.5, got 0.4"):
        standing(*character(), W, H, Stand(y=0.4, horizon=0.5))
    picture, alpha, pose = character()
    with pytest.raises(ValueError, match="character_mask must be 1 where the character is"):
        standing(picture, 0 * alpha, pose, W, H, Stand())


FRAMES = 40


def figure(colour: float, left: int, feet: torch.Tensor, background: torch.Tensor) -> Figure:
    """A soft-edged block of one grey, 40 px wide from `left` on, whose ankles stand at the heights `feet` (px)."""
    mask = torch.zeros(FRAMES, H, W)
    mask[:, 60:150, left : left + 40] = 1
    mask[:, 60:150, left - 1], mask[:, 60:150, left + 40] = 0.5, 0.5
    xy, score = torch.zeros(FRAMES, 1, 133, 2), torch.zeros(FRAMES, 1, 133)
    xy[:, 0, 15:17, 1], score[:, 0, 15:17] = feet[:, None], 1
    frames = background + mask[..., None] * (colour - background)
    return Figure(frames=frames, mask=mask, pose=PoseTrack(xy=xy, score=score, width=W, height=H))


def test_who_stands_lower_is_in_front_and_the_rest_is_untouched():
    background = torch.rand(FRAMES, H, W, 3, generator=torch.Generator().manual_seed(0))
    level = torch.full((FRAMES,), 140.0)
    behind, nearer = figure(0.0, 50, level, background), figure(1.0, 70, level + 10, background)
    both = join(background, behind, nearer)
    assert torch.equal(both.frames[both.mask == 0], background[both.mask == 0])
    assert (both.frames[:, 100, 70:110] == 1).all() and (both.frames[:, 100, 51:69] == 0).all()
    # The soft edge of the nearer one lies over the other, not over the background.
    assert torch.allclose(both.frames[:, 100, 69], torch.tensor(0.5), atol=1e-6)
    assert torch.allclose(both.frames, join(background, nearer, behind).frames, atol=1e-6), (
        "whatever the order of inputs"
    )
    assert (join(background, behind, nearer, "first").frames[:, 100, 70:90] == 0).all()
    assert (join(background, nearer, behind, "second").frames[:, 100, 70:90] == 0).all()
    assert torch.equal(both.pose.xy, torch.cat([behind.pose.xy, nearer.pose.xy], 1))
    assert both.mask.max() == 1 and (both.mask[:, 100, 49] == 0.5).all()


def test_a_jump_is_no_step_back_and_the_order_changes_once():
    background = torch.full((FRAMES, H, W, 3), 0.5)
    level, jumps = torch.full((FRAMES,), 140.0), torch.full((FRAMES,), 145.0)
    jumps[15:25] = 110
    made = join(background, figure(0.0, 50, level, background), figure(1.0, 60, jumps, background))
    assert (made.frames[:, 100, 70] == 1).all()
    passing = torch.linspace(120, 160, FRAMES) + 0.4 * torch.sin(torch.arange(FRAMES) * 2.0)
    made = join(background, figure(0.0, 50, level, background), figure(1.0, 60, passing, background))
    assert made.frames[0, 100, 70, 0] == 0 and made.frames[-1, 100, 70, 0] == 1
    assert int((made.frames[:, 100, 70, 0].diff() != 0).sum()) == 1


def test_poses_of_another_size_are_refused():
    background = torch.zeros(FRAMES, H, W, 3)
    one = figure(1.0, 50, torch.full((FRAMES,), 140.0), background)
    with pytest.raises(ValueError, match="second_pose must be in pixels of 320x200 like first_pose, got 99x200"):
        join(background, one, replace(one, pose=replace(one.pose, width=99)))
