"""Crops around holes and paint put back without a seam: what every painting network shares."""

import pytest
import torch

from dreamdance_core.inpaint.field import crops, faded, noise_seed, paint_holes, paste, spread


def _picture(height: int, width: int) -> torch.Tensor:
    """A slope of colours with a fine pattern on it."""
    rows, columns = torch.arange(height)[:, None], torch.arange(width)[None]
    slope = torch.stack([rows / height + 0 * columns, columns / width + 0 * rows, 0.5 + 0 * (rows + columns)], -1)
    return (0.15 + 0.6 * slope + 0.1 * ((rows // 3 + columns // 4) % 2)[..., None]).float()


def _hole(height: int, width: int, *boxes: tuple[int, int, int, int]) -> torch.Tensor:
    hole = torch.zeros(height, width)
    for top, left, below, right in boxes:
        hole[top:below, left:right] = 1
    return hole


@pytest.mark.parametrize(("height", "width"), [(300, 460), (461, 299), (40, 900), (9, 7)])
@pytest.mark.parametrize("side", [32, 128, 512])
def test_crops_hold_the_hole_with_room_around_it(height, width, side):
    hole = _hole(height, width, (height // 2, width // 3, height // 2 + 3, width // 3 + 4), (0, 0, 2, 2)) > 0.5
    left = hole.clone()
    for crop in crops(hole, side):
        rows, columns = crop.inside
        assert rows.start >= 0 and rows.stop <= height and columns.start >= 0 and columns.stop <= width
        assert crop.size[0] % 16 == 0 and crop.size[1] % 16 == 0
        assert crop.size[0] * crop.size[1] < 2.6 * side * side + 32 * (height + width)
        part = left[crop.inside]
        if part.any():
            found = part.nonzero()
            for axis, (span, length) in enumerate(((rows, height), (columns, width))):
                extent = int(found[:, axis].max() - found[:, axis].min()) + 1
                assert span.stop - span.start >= min(2 * extent, length)
        left[crop.inside] = False
    assert not left.any()


def test_a_small_hole_is_painted_large_and_a_large_picture_small():
    small = crops(_hole(400, 600, (180, 280, 200, 300)) > 0.5, 512)
    assert len(small) == 1 and small[0].height < 400 and small[0].width < 600, "Fooocus's respective field"
    assert small[0].size[0] > 1.5 * small[0].height and small[0].size[0] * small[0].size[1] == pytest.approx(
        512**2, rel=0.05
    )
    huge = crops(_hole(2000, 3000, (0, 0, 2000, 1500)) > 0.5, 512)
    assert huge[0].size[0] * huge[0].size[1] == pytest.approx(2.25 * 512**2, rel=0.05)


def test_holes_far_apart_get_a_crop_each_only_where_that_is_less_to_paint():
    apart = _hole(1200, 3000, (20, 20, 60, 60), (1100, 2900, 1160, 2960)) > 0.5
    assert len(crops(apart, 256)) == 2 and len(crops(apart, 2048)) == 1
    assert len(crops(apart, 256, whole=True)) == 1
    many = torch.zeros(1200, 3000)
    many[::100, ::100] = 1
    assert len(crops(many > 0.5, 64)) <= 16


@pytest.mark.parametrize("size", [(96, 130), (131, 77)])
def test_known_pixels_are_bit_exact_and_the_painter_sees_no_old_content(size):
    """Traps 22, 24: an empty mask changes nothing; what stood in the hole reaches neither painter nor picture."""
    picture, hole = _picture(*size), _hole(*size, (30, 20, 60, 50))
    assert torch.equal(paint_holes(picture, 0 * hole, lambda *_: 1 / 0, side=64), picture)
    seen = []

    def paint(part, mask, number, count):
        seen.append((part, mask, number, count))
        return torch.full_like(part, 0.5)

    dirty = torch.where(hole[..., None] > 0, torch.tensor([1.0, 0.0, 1.0]), picture)
    painted = paint_holes(dirty, hole, paint, side=64)
    assert torch.equal(painted[hole == 0], picture[hole == 0]) and dirty[40, 30, 1] == 0
    part, mask, number, count = seen[0]
    assert (number, count) == (0, 1) and part.shape[:2] == mask.shape and set(mask.unique().tolist()) <= {0.0, 1.0}
    assert (part - torch.tensor([1.0, 0.0, 1.0])).abs().amax(-1).min() > 0.15
    assert torch.equal(painted, paint_holes(picture, hole, paint, side=64))
    everything = paint_holes(picture, torch.ones(size), paint, side=64)
    assert torch.allclose(everything, torch.full_like(picture, 0.5), atol=1e-5)


def test_every_hole_is_painted_once():
    picture, hole = _picture(500, 900), _hole(500, 900, (20, 20, 60, 60), (300, 700, 400, 800), (30, 880, 40, 890))
    painted = []
    result = paint_holes(picture, hole, lambda part, mask, *_: painted.append(mask.sum()) or 0 * part + 0.4, side=96)
    assert len(painted) > 1 and all(count > 0 for count in painted)
    assert torch.equal(result[hole == 0], picture[hole == 0])


@pytest.mark.parametrize("side", [96, 200])
def test_a_cast_in_the_paint_leaves_no_seam(side):
    """A painter that knows the truth but tints it and changes its contrast: colours meet along the rim."""
    truth, hole = _picture(128, 160), _hole(128, 160, (40, 50, 90, 110))

    def paint(part, mask, number, count):
        size = part.shape[:2]
        planes = torch.nn.functional.interpolate(truth.movedim(-1, 0)[None], size, mode="bicubic", antialias=True)
        return (planes[0].movedim(0, -1) * 0.85 + 0.1) * torch.tensor([1.0, 0.93, 1.05])

    painted = paint_holes(truth, hole, paint, side=side, whole=True)
    tinted = torch.where(hole[..., None] > 0, (truth * 0.85 + 0.1) * torch.tensor([1.0, 0.93, 1.05]), truth)
    inside = hole > 0
    assert (painted - truth)[inside].abs().mean() < 0.5 * (tinted - truth)[inside].abs().mean()
    rim = (slice(45, 85), 50)
    assert (painted - truth)[rim].abs().mean() < 0.35 * (tinted - truth)[rim].abs().mean()


def test_a_first_fill_is_what_the_painter_starts_from():
    picture, hole = _picture(64, 64), _hole(64, 64, (20, 20, 40, 40))
    kept = paint_holes(
        picture, hole, lambda part, *_: part, side=64, first=lambda image, mask: torch.full_like(image, 0.25)
    )
    assert (kept[28:32, 28:32] - 0.25).abs().max() < 0.02 and torch.equal(kept[hole == 0], picture[hole == 0])


def test_paste_changes_nothing_outside_and_meets_the_rim():
    known = torch.full((40, 50, 3), 0.6)
    hole = _hole(40, 50, (10, 15, 30, 35)) > 0.5
    joined = paste(known, torch.full((40, 50, 3), 0.4), hole)
    assert torch.allclose(joined, known, atol=1e-5)
    assert torch.equal(paste(known, known * 0.5, torch.ones_like(hole)), known * 0.5), "nothing known: as painted"


@pytest.mark.parametrize("size", [(1, 1), (5, 3), (33, 64), (47, 101)])
def test_spread_keeps_the_known_and_stays_between_them(size):
    values = torch.rand(*size, 2, generator=torch.Generator().manual_seed(1))
    known = torch.rand(size, generator=torch.Generator().manual_seed(2)) > 0.7
    known[0, 0] = True
    full = spread(values, known)
    assert torch.equal(full[known], values[known]) and torch.isfinite(full).all()
    assert full.min() >= values[known].min() - 1e-5 and full.max() <= values[known].max() + 1e-5
    assert torch.equal(spread(values, torch.zeros_like(known)), torch.full_like(values, 0.5))
    flat = torch.full_like(values, 0.3)
    assert torch.allclose(spread(flat, known), flat, atol=1e-5)


def test_faded_is_one_inside_and_falls_to_zero_outside():
    mask = _hole(9, 20, (3, 8, 6, 11))
    soft = faded(mask, 3)
    assert torch.equal(soft[mask > 0], mask[mask > 0])
    assert soft[4, 4:8].tolist() == pytest.approx([0, 0.25, 0.5, 0.75]) and soft[4, 11:15].tolist() == pytest.approx(
        [0.75, 0.5, 0.25, 0]
    )
    assert torch.equal(faded(mask, 0), mask)


def test_noise_follows_from_seed_and_hole_but_not_from_single_pixels():
    hole = _hole(96, 144, (20, 30, 55, 61))
    others = [noise_seed(4, hole), noise_seed(3, hole.roll(12, 1)), noise_seed(3, hole.T.contiguous())]
    assert len({noise_seed(3, hole), *others}) == 4
    assert all(0 <= seed < 2**63 for seed in others)
    frayed = hole.clone()
    frayed[55, 40] = frayed[30, 61] = 1
    frayed[20, 30] = 0
    assert noise_seed(3, frayed) == noise_seed(3, hole), "the geometry of a view may differ by a pixel between runs"
