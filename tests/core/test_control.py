"""Clips for the host's Wan nodes: sizes, lengths, what stands where, and the way back into the background."""

from __future__ import annotations

import pytest
import torch

from dreamdance_core.io.pose_files import FACE
from dreamdance_core.types import PoseTrack
from dreamdance_core.video.control import (
    ControlOptions,
    MaskOptions,
    continued,
    control_clip,
    face_crops,
    fitted,
    lengthened,
    paste_back,
    reference_canvas,
    seam_shift,
    wan_length,
)


def _clip(count: int, height: int, width: int, seed: int = 0) -> torch.Tensor:
    return torch.rand(count, height, width, 3, generator=torch.Generator().manual_seed(seed))


def _moving(count: int = 9, height: int = 64, width: int = 96) -> torch.Tensor:
    """A small square that steps 5 px to the right each frame, off every grid."""
    mask = torch.zeros(count, height, width)
    for t in range(count):
        mask[t, 21:37, 11 + 5 * t : 22 + 5 * t] = 1
    return mask


def _control(mask: torch.Tensor, **options):
    count, height, width = mask.shape
    pose = torch.zeros(count, height, width, 3)
    return control_clip(_clip(count, height, width), mask, pose, ControlOptions(mask=MaskOptions(**options)))


def test_lengths_are_4n_plus_1():
    assert [wan_length(frames) for frames in (1, 4, 5, 8, 48, 49, 81, 84)] == [1, 1, 5, 5, 45, 49, 81, 81]
    for count, longer in ((1, 1), (2, 5), (5, 5), (48, 49), (50, 53)):
        clip = lengthened(torch.arange(count).float())
        assert len(clip) == longer and torch.equal(clip[:count], torch.arange(count).float())
        assert bool((clip[count:] == count - 1).all()), "the last frame again"


def test_fitted_keeps_what_fits_and_resizes_the_rest():
    clip = _clip(2, 24, 40)
    assert fitted(clip, 40, 24) is clip
    small = fitted(torch.full((2, 24, 40, 3), 0.25), 16, 8)
    assert small.shape == (2, 8, 16, 3)
    torch.testing.assert_close(small, torch.full_like(small, 0.25))


@pytest.mark.parametrize("inside", ["pose on black", "pose on grey", "grey", "background"])
def test_what_stands_inside_and_outside_the_mask(inside):
    background, mask = _clip(6, 70, 101), torch.zeros(6, 70, 101)
    mask[:, 20:60, 30:50] = 1
    pose = torch.zeros(6, 70, 101, 3)
    pose[:, 30:34, 30:50] = torch.tensor([0.0, 0.6, 0.2])
    clip = control_clip(background, mask, pose, ControlOptions(inside=inside))
    assert clip.control_video.shape == (9, 64, 96, 3) and clip.control_masks.shape == (9, 64, 96)
    painted = clip.control_masks > 0
    assert torch.equal(clip.control_video[~painted], clip.render_video[~painted])
    ground, stick = clip.control_video[0, 45, 38], clip.control_video[0, 29, 38]
    expected = {"pose on black": [0.0] * 3, "pose on grey": [0.5] * 3, "grey": [0.5] * 3}
    assert torch.allclose(ground, torch.tensor(expected.get(inside, clip.render_video[0, 45, 38].tolist())))
    if inside.startswith("pose"):
        assert float(stick[1]) > 0.5 > float(stick[0]), "the drawing keeps its colour"


def test_two_people_have_both_their_masks():
    mask = torch.zeros(5, 64, 128)
    mask[:, 10:40, 10:30] = 1
    mask[:, 20:60, 90:110] = 1
    clip = _control(mask, grow=2)
    for rows, columns in ((slice(8, 42), slice(8, 32)), (slice(18, 62), slice(88, 112))):
        assert bool((clip.control_masks[:, rows, columns] == 1).all())
        assert bool((clip.background_video[:, rows, columns] == 0).all())
    assert bool((clip.control_masks[:, :, 40:80] == 0).all()), "not what lies between them"
    assert torch.equal(clip.background_video[:, :, 40:80], clip.render_video[:, :, 40:80])


def test_steady_masks_never_cut_a_latent():
    mask = _moving(10)
    loose = _control(mask).control_masks
    steady = _control(mask, steady=True).control_masks

    def latents(mask: torch.Tensor) -> torch.Tensor:
        """The means over every latent cell: one frame, then four, by 8x8 px."""
        parts = [mask[:1], *mask[1:].split(4)]
        return torch.stack([part.unflatten(1, (-1, 8)).unflatten(3, (-1, 8)).mean((0, 2, 4)) for part in parts])

    assert len(steady) == 13 and bool((steady >= loose).all())
    assert set(latents(steady).unique().tolist()) == {0.0, 1.0}
    assert len(latents(loose).unique()) > 3, "without it an edge falls inside"


def test_smoothing_fills_gaps_in_time_and_nothing_else():
    mask = torch.zeros(17, 64, 64)
    mask[:, 10:30, 10:30] = 1
    whole = mask.clone()
    mask[6:9, 10:30, 10:30] = 0
    mask[12, 20, 20] = 0
    assert torch.equal(_control(mask, smooth=2).control_masks, whole)
    assert torch.equal(_control(mask).control_masks, mask)
    late = torch.zeros(17, 64, 64)
    late[9:, 10:30, 10:30] = 1
    assert torch.equal(_control(late, smooth=3).control_masks, late), "a character that walks in is no gap"


def test_soft_masks_keep_the_inside_whole():
    mask = torch.zeros(5, 64, 96)
    mask[:, 20:44, 30:60] = 1
    soft = _control(mask, soft=8).control_masks
    assert bool((soft[mask > 0] == 1).all()) and float(soft.max()) == 1 and float(soft.min()) == 0
    border = soft[0, 32, 60:72]
    assert bool((border.diff() <= 0).all()) and 0.2 < float(border[2]) < 0.9 and float(border[10]) == 0


def test_the_character_mask_is_blocky_and_covers_three_frames_to_either_side():
    mask = _moving(13)
    clip = _control(mask, block=16)
    blocks = clip.character_mask.unflatten(1, (-1, 16)).unflatten(3, (-1, 16)).mean((2, 4))
    assert set(blocks.unique().tolist()) == {0.0, 1.0}
    for shift in (-3, -1, 0, 2, 3):
        moved = mask[max(0, -shift) : 13 - max(0, shift)]
        assert bool((clip.character_mask[max(0, shift) : 13 + min(0, shift)] >= moved).all()), shift
    assert float(clip.background_video[clip.character_mask > 0].abs().max()) == 0


def test_the_next_window_keeps_what_is_finished():
    mask = _moving(13)
    clip, finished = _control(mask), _clip(81, 128, 192, 7)
    going_on = continued(clip, finished[-6:])
    assert torch.equal(going_on.control_video[:5], fitted(finished[-5:], 96, 64)), "the last 4n+1"
    assert float(going_on.control_masks[:5].max()) == 0
    assert torch.equal(going_on.control_video[5:], clip.control_video[5:])
    assert torch.equal(going_on.control_masks[5:], clip.control_masks[5:])
    assert float(clip.control_masks[:5].max()) == 1, "the clip itself is unchanged"


def _face(box: tuple[float, float, float, float], seen: list[int], people: int = 1, person: int = 0) -> PoseTrack:
    xy, score = torch.zeros(len(seen), people, 133, 2), torch.zeros(len(seen), people, 133)
    left, top, right, bottom = box
    corners = torch.tensor([[left, top], [right, top], [left, bottom], [right, bottom]])
    xy[:, person, FACE] = corners.repeat(17, 1)
    score[:, person, FACE] = torch.tensor(seen).float()[:, None]
    return PoseTrack(xy=xy, score=score, width=200, height=120)


def test_face_crops_have_wan_animates_box():
    """Its area is 1.3 times that of the face points; a quarter of the added height lies below the chin."""
    rows, columns = torch.meshgrid(torch.arange(120.0), torch.arange(200.0), indexing="ij")
    driving = torch.stack([columns / 200, rows / 120, torch.zeros(120, 200)], -1)[None].repeat(2, 1, 1, 1)
    crops = face_crops(driving, _face((90, 30, 130, 70), [1, 1]), 2)
    assert crops.shape == (2, 512, 512, 3)
    side = 40 * 1.3**0.5
    left, right = crops[0, 256, [4, -5], 0] * 200
    top, bottom = crops[0, [4, -5], 256, 1] * 120
    assert float(right - left) == pytest.approx(side, abs=2) and float(bottom - top) == pytest.approx(side, abs=2)
    assert float(left) == pytest.approx(110 - side / 2, abs=2)
    assert float(bottom) == pytest.approx(70 + (side - 40) / 4, abs=2)


def test_face_crops_hold_a_lost_face_and_are_black_without_one():
    driving = _clip(20, 120, 200)
    seen = [0] * 2 + [1] + [0] * 17
    crops = face_crops(driving, _face((90, 30, 110, 50), seen), 20)
    lit = crops.flatten(1).amax(1) > 0
    assert lit.tolist() == [True] * 11 + [False] * 9, "held for eight frames, then black"
    assert torch.equal(face_crops(driving, _face((90, 30, 110, 50), [0] * 20), 20), torch.zeros_like(crops))
    two = _face((90, 30, 110, 50), [1] * 20, people=2, person=1)
    assert (
        float(face_crops(driving, two, 20, person=0).max())
        == 0
        < float(face_crops(driving, two, 20, 1).min(0)[0].max())
    )


def test_a_face_at_the_border_is_cut_there():
    crops = face_crops(_clip(1, 120, 200), _face((-10, -8, 30, 40), [1]), 1)
    assert bool(torch.isfinite(crops).all()) and float(crops.max()) > 0
    gone = face_crops(_clip(1, 120, 200), _face((300, 30, 340, 60), [1]), 1)
    assert float(gone.max()) == 0


def test_characters_stand_whole_on_a_white_canvas():
    pictures, alphas = torch.zeros(1, 100, 60, 3), torch.zeros(1, 100, 60)
    pictures[0, 20:90, 10:20, 0] = 1
    alphas[0, 20:90, 10:20] = 1
    canvas = reference_canvas(pictures, alphas, 96, 64)
    assert canvas.shape == (64, 96, 3)
    red = ((canvas - torch.tensor([1.0, 0, 0])).abs().amax(-1) < 0.1).nonzero()
    low, high = red.amin(0), red.amax(0) + 1
    assert (high - low)[0] >= 0.85 * 64 and abs(int((low + high)[1]) - 96) <= 2, "as tall as fits, in the middle"
    assert float((high - low)[0]) / float((high - low)[1]) == pytest.approx(7, rel=0.25), "in its own shape"
    assert bool((canvas[:, :30] == 1).all()) and bool((canvas[:, 66:] == 1).all())
    both = reference_canvas(pictures.repeat(2, 1, 1, 1), alphas.repeat(2, 1, 1), 96, 64)
    assert torch.equal(both[:, :48], both[:, 48:]) and float(both[32, 24, 1]) < 0.1, "two side by side"
    whole = reference_canvas(pictures, None, 96, 64)
    assert bool((whole[:, :28] == 1).all()) and float(whole[32, 30:66].max(-1)[0].min()) == 0


@pytest.mark.parametrize("feather", [0, 1, 7, 16])
@pytest.mark.parametrize("match", [False, True])
def test_paste_back_is_exact_outside(feather, match):
    video, background = _clip(3, 24, 32, 1), _clip(3, 48, 64)
    mask = torch.zeros(3, 48, 64)
    mask[:, 6:45, 14:54] = 1
    out = paste_back(video, background, mask, feather, match)
    assert torch.equal(out[mask < 0.5], background[mask < 0.5])
    if not match:
        torch.testing.assert_close(out[:, 25, 34], fitted(video, 64, 48)[:, 25, 34])


def _shifted(background: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The background as a model returns it, tinted unevenly, with a figure in it; and where the figure stands."""
    height, width = background.shape[1:3]
    rows, columns = torch.meshgrid(torch.linspace(0, 1, height), torch.linspace(0, 1, width), indexing="ij")
    tint = torch.stack([0.06 * rows - 0.02, 0.03 * columns, 0.05 - 0.08 * rows * columns], -1)
    figure = torch.zeros(height, width, dtype=torch.bool)
    figure[height // 3 : 3 * height // 4, 2 * width // 5 : 3 * width // 5] = True
    video = (background - tint).clamp(0, 1)
    video[:, figure] = 0.9
    return video, figure


def test_matching_takes_the_colour_shift_out_of_the_seam():
    coarse = torch.nn.functional.interpolate(_clip(5, 12, 15).movedim(-1, 1), (192, 240), mode="bicubic")
    background = (0.1 + 0.8 * coarse.clamp(0, 1)).movedim(1, -1).contiguous()
    video, figure = _shifted(background)
    mask = torch.zeros(5, 192, 240)
    mask[:, 40:170, 70:170] = 1
    plate = (mask > 0) & ~figure
    before = (paste_back(video, background, mask, 8) - background).abs()[plate].mean()
    after = (paste_back(video, background, mask, 8, match=True) - background).abs()[plate].mean()
    assert float(before) > 0.012 and float(after) < 0.2 * float(before)
    same = seam_shift(background, background, mask)
    assert float(same.abs().max()) == 0, "nothing to correct"
    everywhere = torch.ones_like(mask)
    assert float(seam_shift(video, background, everywhere).abs().max()) == 0, "nothing to compare with"


def test_a_thing_beside_the_mask_is_no_colour_shift():
    background = torch.full((1, 96, 96, 3), 0.6)
    video, mask = background.clone(), torch.zeros(1, 96, 96)
    mask[:, 30:70, 30:60] = 1
    video[:, 60:70, 60:80] = 0  # the model painted a shadow outside the mask
    assert float(seam_shift(video, background, mask)[0, 35:55, 35:50].abs().max()) < 0.03


def test_a_pose_shorter_than_the_background_is_named():
    background, mask = _clip(5, 32, 48), torch.ones(5, 32, 48)
    with pytest.raises(ValueError, match="pose_video must have 5 frames like background, got 3"):
        control_clip(background, mask, _clip(3, 32, 48))
