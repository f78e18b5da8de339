"""Damage of training clips: seeded, within its ranges, moving as a render does, true in shape where depth is known."""

from collections import Counter

import cv2
import numpy as np
import pytest
import torch

from dreamdance_core.geometry.pinhole import intrinsics, project, unproject
from dreamdance_core.geometry.rigid import rigid, rigid_inverse
from dreamdance_core.runtime import Runtime
from dreamdance_core.scene.warp import EDGE, splat, surface, window_range
from dreamdance_core.training.degrade import picture
from dreamdance_core.training.degrade.dice import Dice
from dreamdance_core.training.degrade.holes import black_blocks, hidden_beside, unseen_from_beside
from dreamdance_core.training.degrade.recipe import PICTURE, Recipe, degrade, fill_boxes
from dreamdance_core.training.degrade.splats import splat_artefacts
from dreamdance_core.training.degrade.track import carried, places_at_rest, scene_track
from dreamdance_core.types import Cameras, Depth, Views


def clip(count: int = 4, height: int = 50, width: int = 70) -> torch.Tensor:
    """Smooth colours that move."""
    x = torch.linspace(0, 6, width) + torch.linspace(0, 1, count)[:, None, None]
    y = torch.linspace(0, 4, height)[:, None]
    return torch.stack([0.5 + 0.4 * torch.sin(k * x + y) for k in (1, 2, 3)], -1)


@pytest.mark.parametrize("name", PICTURE)
def test_picture_damage_is_seeded_bounded_and_leaves_its_input(name):
    frames, damage = clip(), PICTURE[name]
    before = frames.clone()
    for seed in range(6):
        out = damage(frames, Dice(seed))
        assert out.shape == frames.shape and out.dtype == frames.dtype
        assert torch.isfinite(out).all() and out.min() >= 0 and out.max() <= 1
        assert torch.equal(out, damage(frames, Dice(seed)))
        assert not torch.equal(out, frames)
    assert torch.equal(frames, before)


def test_blur_keeps_the_mean_and_takes_detail():
    frames = torch.rand(2, 64, 64, 3, generator=torch.Generator().manual_seed(0))
    out = picture.blur(frames, Dice(3))
    assert float((out.mean() - frames.mean()).abs()) < 5e-3
    assert out.std() < 0.8 * frames.std()


def test_noise_has_the_strength_asked_for_and_may_stand_still():
    grey = torch.full((6, 64, 64, 3), 0.5)
    still = 0
    for seed in range(40):
        residue = picture.noise(grey, Dice(seed)) - grey
        assert 0.05 * (0.5 / 256) ** 0.5 * 0.8 < float(residue.std()) < 3.0 * (0.5 / 256) ** 0.5 * 1.05
        still += torch.equal(residue[0], residue[5])
    assert 4 <= still <= 20, "about three in ten"


def test_the_second_stages_ringing_is_a_low_pass():
    for cutoff in (1.2, 2.5):
        kernel = picture.sinc_kernel(21, cutoff)
        assert float(kernel.sum()) == pytest.approx(1, abs=1e-5) and torch.allclose(kernel, kernel.T)
        gain = torch.fft.fft2(torch.nn.functional.pad(kernel, (0, 43, 0, 43))).abs()[0, :33]
        waves = torch.arange(33) / 64 * 2 * torch.pi
        assert float((gain[waves < 0.8 * cutoff] - 1).abs().max()) < 0.3
        assert float(gain[waves > 1.25 * cutoff].max()) < 0.2
    grey = torch.full((2, 40, 50, 3), 0.4)
    assert torch.allclose(picture.ringing(grey, Dice(0)), grey, atol=1e-5)
    step = grey.clone()
    step[:, :, 25:] = 0.6
    size, cutoff = 2 * (dice := Dice(4)).whole(3, 7) + 1, dice.uniform(np.pi / 3, np.pi)
    theirs = cv2.filter2D(step[0].numpy(), -1, picture.sinc_kernel(size, cutoff).numpy())  # mirrors borders too
    assert torch.allclose(picture.ringing(step, Dice(4))[0], torch.from_numpy(theirs), atol=1e-5)
    rung = [picture.ringing(step, Dice(seed))[0, 20, :, 0] for seed in range(8)]
    assert max(float(row.max()) for row in rung) > 0.605, "it overshoots beside an edge"


def test_soft_patches_are_soft_in_places_only_and_move():
    frames = torch.rand(8, 60, 80, 3, generator=torch.Generator().manual_seed(0))
    shares = []
    for seed in range(12):
        changed = (picture.soft_patches(frames, Dice(seed)) - frames).abs().amax(-1) > 1e-6
        shares.append(float(changed.float().mean()))
        assert (changed[0] != changed[-1]).any()
        both, either = (changed[1:] & changed[:-1]).sum(), (changed[1:] | changed[:-1]).sum()
        assert both > 0.6 * either
    assert 0.05 < float(np.mean(shares)) < 0.6 and max(shares) < 0.9


def test_jpeg_is_that_of_a_file():
    frames = torch.nn.functional.interpolate(
        torch.rand(1, 3, 12, 20, generator=torch.Generator().manual_seed(1)), (90, 150), mode="bicubic"
    )
    frames = frames.clamp(0, 1).movedim(1, -1).contiguous()
    out = picture.jpeg(frames, Dice(5))
    quality = Dice(5).whole(30, 95)
    in_torch = picture.jpeg_sums(frames, quality)
    assert float((out[0] - in_torch[0]).square().mean().log10() * -10) > 34, "the same on every device"
    coded = cv2.imencode(".jpg", (frames[0].numpy() * 255).round().astype(np.uint8)[..., ::-1],
                         [cv2.IMWRITE_JPEG_QUALITY, quality])[1]  # fmt: skip
    theirs = torch.from_numpy(cv2.imdecode(coded, cv2.IMREAD_COLOR)[..., ::-1].copy()).float() / 255
    assert float((out[0] - theirs).square().mean().log10() * -10) > 34
    assert float((out[0] - frames[0]).square().mean()) > 0


def test_perspective_drifts_smoothly_and_stays_small():
    ramp = torch.linspace(0, 1, 101).expand(1, 101, 101)[..., None].expand(9, -1, -1, 3).contiguous()
    for seed in range(5):
        out = picture.perspective(ramp, Dice(seed))[:, 50, 50, 0]
        assert float((out - 0.5).abs().max()) <= 0.10
        assert float(out.diff().abs().max()) <= 0.012


def test_blocks_cover_what_is_asked_and_move_smoothly():
    shares, rims = [], 0
    for seed in range(60):
        mask = black_blocks(12, 60, 80, Dice(seed))
        assert mask.any()
        shares.append(float(mask.float().mean()))
        rims += bool(mask[:, [0, -1]].any() or mask[:, :, [0, -1]].any())
        both, either = (mask[1:] & mask[:-1]).sum(), (mask[1:] | mask[:-1]).sum()
        assert both > 0.6 * either, "the same holes a frame later, a little further"
        if seed < 20:
            assert (mask[0] != mask[-1]).any(), "they do move"
    assert 0.08 < float(np.mean(shares)) < 0.25
    assert max(shares) < 0.5
    assert rims > 30


def two_planes(edge: int = 40, near: float = 2.0, far: float = 4.0) -> torch.Tensor:
    """Near on the left of column `edge`, far on its right."""
    z = torch.full((40, 80), far)
    z[:, :edge] = near
    return z


def beside(z: torch.Tensor, K: torch.Tensor, right: float, down: float = 0.0) -> torch.Tensor:
    return hidden_beside(z[None], K, torch.ones(1), torch.tensor([right, down]))[0]


def test_holes_lie_beside_the_near_edge_and_are_as_wide_as_the_parallax():
    """A camera moved to the left by b sees f b (1/near - 1/far) pixels of the far plane covered by the near one."""
    K, z = intrinsics(80, 40, 80.0), two_planes()
    for step in (0.1, 0.2, 0.4):
        width = 80 * step * (1 / 2 - 1 / 4)
        for turned, flip in ((z, False), (z.flip(1), True)):
            hidden = beside(turned, K, step if flip else -step)
            row = (hidden.flip(1) if flip else hidden)[20].nonzero()[:, 0]
            assert len(row) == pytest.approx(width, abs=1.5)
            assert row.min() >= 40 and row.max() < 40 + width + 1.5
            assert not beside(turned, K, -step if flip else step).any(), "nothing on its other side"
        tall = z.T.contiguous()
        hidden = beside(tall, intrinsics(40, 80, 80.0), 0.0, -step)
        assert torch.equal(hidden.T, beside(z, intrinsics(80, 40, 80.0), -step)), "down is as right"
    assert not beside(z, K, 0.0).any()
    slanted = torch.linspace(2, 4, 80).expand(40, 80).contiguous()
    assert not beside(slanted, K, 0.2).any() and not beside(slanted, K, -0.2).any(), "a slope hides nothing"


def covered(z: torch.Tensor, K: torch.Tensor, c2w: torch.Tensor) -> torch.Tensor:
    """Which pixels another camera sees covered, by the scene's own warp and its z-buffer."""
    height, width = z.shape
    own = Cameras(c2w=torch.eye(4)[None], K=K[None], width=width, height=height)
    depth, blank = Depth(z=z[None], valid=torch.ones_like(z[None], dtype=torch.bool)), torch.zeros(1, height, width)
    views = Views(frames=blank[..., None].expand(-1, -1, -1, 3), depth=depth, trusted=blank, cameras=own)
    buffer = window_range(splat(surface(views, 0), K, rigid_inverse(c2w), width, height), 1)[0]
    place, there = project(unproject(z, K, torch.eye(4)), K, rigid_inverse(c2w))
    column, row = place[..., 0].floor().long(), place[..., 1].floor().long()
    inside = (column >= 0) & (column < width) & (row >= 0) & (row < height)
    front = buffer[row.clamp(0, height - 1), column.clamp(0, width - 1)]
    return inside & (front * there > 1 + EDGE)


@pytest.mark.parametrize("direction", [0.0, 0.5, 1.3, 2.2, 3.1, 4.0, 5.2])
def test_holes_are_those_of_a_z_buffer(direction):
    """The oracle warps every pixel there; a pixel at a rim may fall to either side."""
    random = torch.Generator().manual_seed(3)
    z = torch.full((70, 90), 6.0)
    for _ in range(5):
        top, left = (int(torch.randint(0, n - 25, (), generator=random)) for n in (70, 90))
        z[top : top + 22, left : left + 18] = 2 + 2 * float(torch.rand((), generator=random))
    K, step = intrinsics(90, 70, 90.0), 0.35 * torch.tensor([np.cos(direction), np.sin(direction)]).float()
    hidden = beside(z, K, *step.tolist())
    truth = covered(z, K, rigid(torch.eye(3), torch.tensor([*step.tolist(), 0.0])))
    assert truth.sum() > 150
    near = (cv2.dilate(mask.numpy().astype(np.uint8), np.ones((3, 3), np.uint8)) > 0 for mask in (hidden, truth))
    wide_hidden, wide_truth = (torch.from_numpy(mask) for mask in near)
    assert float((hidden & ~wide_truth).sum()) <= 0.02 * float(truth.sum())
    assert float((truth & ~wide_hidden).sum()) <= 0.02 * float(truth.sum())


def test_holes_do_not_depend_on_the_scenes_unit_and_survive_unknown_depth():
    z = two_planes().expand(3, -1, -1).clone()
    z[:, :5] = 0
    K = intrinsics(80, 40)
    holes = [unseen_from_beside(z * unit, K, Dice(11), reach=0.1) for unit in (1.0, 100.0)]
    assert torch.equal(*holes)
    assert not unseen_from_beside(torch.zeros(2, 16, 16), intrinsics(16, 16), Dice(0)).any()


def test_splat_artefacts_are_the_same_splats_in_every_frame():
    frames = clip(1, 40, 80).expand(3, -1, -1, -1).contiguous()
    z = two_planes().expand(3, -1, -1).clone()
    out = splat_artefacts(frames, z, intrinsics(80, 40), Dice(2), Runtime())
    assert torch.equal(out[0], out[1]) and torch.equal(out[0], out[2])
    error = (out - frames).abs().mean()
    assert 1e-3 < float(error) < 0.1
    z[1], z[2, :15] = 0, 0
    sky = splat_artefacts(frames, z, intrinsics(80, 40), Dice(2), Runtime())
    assert float((sky - frames).abs().mean()) < 0.1 and float((sky - out).abs().amax()) < 0.5, "a sky is not black"


def moving(count: int = 9, height: int = 90, width: int = 120) -> tuple[torch.Tensor, torch.Tensor]:
    """A textured scene under a camera that turns, shifts and comes nearer, and its motion from the middle frame."""
    random = torch.Generator().manual_seed(5)
    picture = torch.nn.functional.interpolate(torch.rand(1, 3, 60, 80, generator=random), (300, 400), mode="bicubic")
    picture = picture[0].movedim(0, -1).clamp(0, 1).numpy()
    frames, true = [], []
    for time in range(-(count // 2), count - count // 2):
        c, s, grow = np.cos(0.01 * time), np.sin(0.01 * time), 1.01**time
        true.append(np.array([[grow * c, -grow * s, 2.0 * time], [grow * s, grow * c, -1.2 * time], [0, 0, 1]]))
        whole = true[-1] @ np.array([[1.0, 0, -140], [0, 1, -105], [0, 0, 1]])  # the picture's own px to the frame's
        frames.append(cv2.warpAffine(picture, whole[:2], (width, height), flags=cv2.INTER_LINEAR))
    return torch.from_numpy(np.stack(frames)), torch.from_numpy(np.stack(true)).float()


def test_the_scenes_motion_is_found():
    frames, true = moving()
    track = scene_track(frames)
    corners = torch.tensor([[[0.0, 0.0], [120, 0], [0, 90], [120, 90]]])
    error = (places_at_rest(track, corners) - places_at_rest(true, corners)).norm(dim=-1)
    assert float(error.max()) < 1.0, "px, of up to 24 that the corners move"
    assert float((places_at_rest(true, corners) - corners).norm(dim=-1).max()) > 10
    assert torch.equal(track[4], torch.eye(3)) and torch.equal(track, scene_track(frames))
    larger = torch.nn.functional.interpolate(frames.movedim(-1, 1), (270, 480), mode="bilinear").movedim(1, -1)
    stretch = torch.tensor([4.0, 3.0])
    error = places_at_rest(scene_track(larger), corners * stretch) / stretch - places_at_rest(true, corners)
    assert float(error.norm(dim=-1).max()) < 1.5, "a stretched picture's motion is stretched alike"
    assert torch.equal(scene_track(torch.full((3, 40, 50, 3), 0.5)), torch.eye(3).expand(3, 3, 3))


def test_damage_of_the_scene_follows_it():
    frames, track = moving()
    field = torch.rand(90, 120, 1, generator=torch.Generator().manual_seed(0))
    assert torch.equal(carried(field, torch.eye(3)[None])[0], field)
    shift = torch.eye(3)[None].clone()
    shift[0, 0, 2] = 5.0
    assert torch.equal(carried(field, shift)[0, :, 5:], field[:, :-5]), "what is at x comes to x + 5"
    blocks = [black_blocks(9, 90, 120, Dice(seed), track=track) for seed in range(8)]
    still = [black_blocks(9, 90, 120, Dice(seed)) for seed in range(8)]
    for with_track, without in zip(blocks, still, strict=True):
        assert torch.equal(with_track[4], without[4]), "the same in the middle frame"
        back = [carried(mask[0][..., None].float(), torch.linalg.inv(track[:1]))[0, ..., 0] > 0.5
                for mask in (with_track, without)]  # fmt: skip
        inner = (slice(25, 65), slice(30, 90))
        assert float((back[0] != without[0])[inner].float().mean()) < 0.03, "undoing the motion leaves their own"
    fixed = [seed for seed in range(12) if Dice(seed).chance(0.3)]
    grey = torch.full_like(frames, 0.5)
    for seed in fixed[:2]:
        noise = picture.noise(grey, Dice(seed), track) - grey
        assert torch.allclose(noise, carried(noise[4], track), atol=1e-6) and not torch.equal(noise[0], noise[4])


def test_a_recipe_is_repeatable_and_its_parts_are_independent():
    frames = clip(3, 48, 64)
    z = torch.full((3, 48, 64), 3.0)
    all_of_it = Recipe(**dict.fromkeys(Recipe.__dataclass_fields__, 1.0))
    first, again = (degrade(frames, 7, recipe=all_of_it, z=z) for _ in range(2))
    assert torch.equal(first.frames, again.frames) and first.applied == tuple(Recipe.__dataclass_fields__)
    assert first.frames[first.holes].abs().sum() == 0
    only = Recipe(**dict.fromkeys(Recipe.__dataclass_fields__, 0.0) | {"black_blocks": 1.0})
    alone = degrade(frames, 7, recipe=only)
    assert alone.applied == ("black_blocks",)
    assert torch.equal(alone.frames[~alone.holes], frames[~alone.holes])
    with_blur = degrade(frames, 7, recipe=Recipe(**dict.fromkeys(Recipe.__dataclass_fields__, 0.0)
                                                 | {"black_blocks": 1.0, "blur": 1.0}))  # fmt: skip
    assert torch.equal(with_blur.holes, alone.holes), "the same holes, whatever else is done"
    assert degrade(frames, 7, recipe=all_of_it).applied == tuple(
        name for name in Recipe.__dataclass_fields__ if name not in ("splats", "unseen")
    )
    with pytest.raises(ValueError, match="z must have the frames' shape"):
        degrade(frames, 7, z=z[:2])


def test_damage_comes_as_often_as_asked():
    frames = clip(1, 16, 16)
    recipe = Recipe(splats=0.0, unseen=0.0, jpeg=0.0)
    seen = Counter(name for seed in range(300) for name in degrade(frames, seed, recipe=recipe).applied)
    for name in ("perspective", "blur", "fewer_pixels", "noise", "black_blocks"):
        assert seen[name] / 300 == pytest.approx(getattr(recipe, name), abs=0.1)


def test_early_training_hides_the_whole_box():
    frames, mask = torch.ones(2, 10, 12, 3), torch.zeros(2, 10, 12)
    mask[0, 2, 3] = mask[0, 6, 8] = 1
    out = fill_boxes(frames, mask)
    assert out[0, 2:7, 3:9].max() == 0 and float(out[0].sum()) == 3 * (120 - 5 * 6)
    assert torch.equal(out[1], frames[1]) and frames.min() == 1
