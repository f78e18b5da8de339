"""Damage of training clips: seeded, within its ranges, moving as a render does, true in shape where depth is known."""

from collections import Counter

import cv2
import numpy as np
import pytest
import torch

from dreamdance_core.geometry.pinhole import intrinsics
from dreamdance_core.geometry.rigid import rigid
from dreamdance_core.runtime import Runtime
from dreamdance_core.training.degrade import picture
from dreamdance_core.training.degrade.dice import Dice
from dreamdance_core.training.degrade.holes import black_blocks, hidden_from, unseen_from_beside
from dreamdance_core.training.degrade.recipe import PICTURE, Recipe, degrade, fill_boxes
from dreamdance_core.training.degrade.splats import splat_artefacts


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


def test_jpeg_is_that_of_a_file():
    frames = torch.nn.functional.interpolate(
        torch.rand(1, 3, 12, 20, generator=torch.Generator().manual_seed(1)), (90, 150), mode="bicubic"
    )
    frames = frames.clamp(0, 1).movedim(1, -1).contiguous()
    out = picture.jpeg(frames, Dice(5))
    quality = Dice(5).whole(30, 95)
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


def test_holes_lie_beside_the_near_edge_and_are_as_wide_as_the_parallax():
    """A camera moved to the left by b sees f b (1/near - 1/far) pixels of the far plane covered by the near one."""
    K, z = intrinsics(80, 40, 80.0), two_planes()
    for step in (0.1, 0.2, 0.4):
        hidden = hidden_from(z, K, rigid(torch.eye(3), torch.tensor([-step, 0.0, 0.0])))
        width = 80 * step * (1 / 2 - 1 / 4)
        row = hidden[20].nonzero()[:, 0]
        assert len(row) == pytest.approx(width, abs=1.5)
        assert row.min() >= 40 and row.max() < 40 + width + 1.5
        assert not hidden_from(z, K, rigid(torch.eye(3), torch.tensor([step, 0.0, 0.0]))).any(), "nothing on its right"
    assert not hidden_from(z, K, torch.eye(4)).any()
    slanted = torch.linspace(2, 4, 80).expand(40, 80).contiguous()
    assert not hidden_from(slanted, K, rigid(torch.eye(3), torch.tensor([0.2, 0.0, 0.0]))).any(), (
        "a slope hides nothing"
    )


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
    z[1] = 0
    assert splat_artefacts(frames, z, intrinsics(80, 40), Dice(2), Runtime())[1].max() == 0


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
