"""Measuring pairs of videos: sanity of every measure, white backgrounds, absent weights, many videos. Trap 65."""

import dataclasses
import json

import numpy as np
import pytest
import torch
from torch import nn

from dreamdance_core.evaluation import assess as assessing
from dreamdance_core.evaluation import networks, protocol
from dreamdance_core.evaluation.assess import Options, assess
from dreamdance_core.evaluation.camera_error import camera_errors
from dreamdance_core.evaluation.frames import background_psnr, background_ssim, frame_values, outside
from dreamdance_core.evaluation.measures import GROUPS, MEASURES, TABLE, chosen
from dreamdance_core.evaluation.motion import slope, warp_errors, window_means
from dreamdance_core.evaluation.pairs import Pair, whitened
from dreamdance_core.evaluation.report import as_csv, as_json, as_markdown, as_table
from dreamdance_core.runtime import Runtime
from dreamdance_core.types import Cameras, CameraSolution, LazyFrames

SILENT = lambda share: None  # noqa: E731


class Squares(nn.Module):
    """A small stand-in for a clip network: fixed random projections of the pixels."""

    side, clip, width = 8, 16, 6

    def __init__(self):
        super().__init__()
        make = torch.Generator().manual_seed(0)
        self.mix = nn.Parameter(torch.randn(3 * 16 * 64, 6, generator=make) / 50, requires_grad=False)

    def prepared(self, frames):
        return frames.movedim(-1, 1) / 127.5 - 1

    def forward(self, clips):
        return clips.flatten(1) @ self.mix


class Pictures(Squares):
    """The same for single frames."""

    clip = 1

    def forward(self, clips):
        return clips.flatten(1) @ self.mix[: 3 * 64]


@pytest.fixture
def small(monkeypatch):
    """Every clip network is a small one; LPIPS is what it is."""
    for name, made in (("i3d", Squares), ("inception", Pictures), ("resnet3d", Squares)):
        monkeypatch.setitem(networks.NETWORKS, name, (networks.NETWORKS[name][0], lambda run, made=made: made()))


def scene(count: int = 40, height: int = 48, width: int = 64, seed: int = 0) -> torch.Tensor:
    """A smooth picture that moves a pixel a frame to the left."""
    make = torch.Generator().manual_seed(seed)
    coarse = torch.rand(1, 3, height // 8, (width + count) // 8 + 1, generator=make)
    wide = nn.functional.interpolate(coarse, scale_factor=8, mode="bicubic", align_corners=False).clamp(0, 1)[0]
    return torch.stack([wide[:, :height, t : t + width].movedim(0, -1) for t in range(count)])


def figure(count: int = 40, height: int = 48, width: int = 64) -> torch.Tensor:
    """Where a person walks to the right."""
    mask = torch.zeros(count, height, width, dtype=torch.bool)
    for t in range(count):
        mask[t, 12:40, 8 + t // 2 : 20 + t // 2] = True
    return mask


def noisy(clip: torch.Tensor, strength: float, seed: int = 1) -> torch.Tensor:
    noise = torch.randn(clip.shape, generator=torch.Generator().manual_seed(seed))
    return (clip + strength * noise).clamp(0, 1)


def measured(pairs: list[Pair], words: str, **options):
    names = chosen(words)
    return assess([(p.name, lambda p=p: p) for p in pairs], Options(names=names, **options), Runtime(), None)


def test_identical_clips_are_perfect(small):
    clip, mask = scene(), figure()
    pair = Pair(name="a", pred=clip, truth=clip, mask=mask, background=clip, reference=clip[0], reference_mask=mask[0])
    found = measured([pair], "all").values()
    assert {name for name in MEASURES if MEASURES[name].group != "camera"} == set(found)
    assert found["psnr"] == found["background_psnr"] == 100
    for name in ("ssim", "ssim_gauss", "background_ssim"):
        assert found[name] == pytest.approx(1, abs=1e-5), name
    zero = ("mae", "l1_table", "lpips", "lpips_table", "lpips_alex", "hole_fraction", "drift_psnr", "drift_colour")
    for name in (*zero, *(n for n in found if MEASURES[n].scope == "set" and n not in ("kid", "kvd"))):
        assert found[name] == pytest.approx(0, abs=1e-6), name
    assert found["kid"] <= 1e-9 and found["kvd"] <= 1e-9
    assert found["warp_error"] == found["warp_error_truth"] < 3
    assert 0.8 < found["identity"] <= 1


def test_more_noise_is_worse_in_every_measure(small):
    clip = scene()
    ladder = [
        measured([Pair(name="a", pred=noisy(clip, s), truth=clip)], "frames,sets,warp_error") for s in (0.02, 0.06, 0.2)
    ]
    for name in ladder[0].values():
        steps = [found.values()[name] for found in ladder]
        ordered = steps if MEASURES[name].better == "lower" else [-s for s in steps]
        assert ordered[0] < ordered[1] < ordered[2], (name, steps)


def test_foreground_measures_are_blind_for_backgrounds_in_both(small):
    """Trap 65: the same person before another background has the distance 0 only because the truth is white too."""
    mask, truth, other = figure(), scene(seed=0), scene(seed=3)
    pred = torch.where(mask[..., None], truth, other)
    found = measured([Pair(name="a", pred=pred, truth=truth, mask=mask)], "sets,foreground").values()
    for name in ("fvd", "fvd_table", "fid", "fid_table"):
        assert found[f"fg_{name}"] == pytest.approx(0, abs=1e-9) and found[name] > 0.01, name
    # A prediction that came before white already, against a truth as it is: not 0, the background is what is measured.
    white = Pair(name="a", pred=whitened(truth, mask), truth=truth, mask=mask)
    found = measured([white], "fvd,fg_fvd").values()
    assert found["fg_fvd"] == pytest.approx(0, abs=1e-9) and found["fvd"] > 0.01
    # And a change of the person is seen.
    changed = torch.where(mask[..., None], 1 - truth, truth)
    assert measured([Pair(name="a", pred=changed, truth=truth, mask=mask)], "fg_fvd").values()["fg_fvd"] > 0.01


def test_table_and_corrected_forms_differ_where_they_should(small):
    clip = scene(count=50)
    found = measured([Pair(name="a", pred=noisy(clip, 0.1), truth=clip)], "table,corrected")
    rows = {row.measure.name: row for row in found.rows}
    assert rows["fvd_table"].count == 35 and rows["fvd"].count == 3 and rows["fid"].count == 50
    assert "overlap by 15 of 16" in " ".join(rows["fvd_table"].warnings)
    assert "fewer than 2048" in " ".join(rows["fvd"].warnings)
    assert not any("fewer than 2048" in w for w in rows["kvd"].warnings)
    assert rows["l1_table"].value == pytest.approx(rows["mae"].value / (48 * 64))
    assert rows["lpips_table"].value != rows["lpips"].value
    assert rows["fid_table"].value != rows["fid"].value


def test_a_row_names_the_file_of_weights_without_a_checksum(small, monkeypatch):
    monkeypatch.setattr(Squares, "origin", "weights: a.pth, sha256 00ff", raising=False)
    clip = scene(20)
    row = measured([Pair(name="a", pred=clip, truth=clip)], "fid_vid").rows[0]
    assert "weights: a.pth, sha256 00ff" in row.warnings


def test_absent_weights_are_named_in_their_row_and_nothing_stands_in(monkeypatch, tmp_path):
    monkeypatch.setenv("DREAMDANCE_WEIGHTS", str(tmp_path))
    monkeypatch.setattr("dreamdance_core.io.weights._in_wheel", lambda weight: None)
    monkeypatch.setattr(assessing, "find_spec", lambda name: None)
    heard = []
    clip = scene(16)
    names = ("psnr", "ssim_gauss", "fid", "fid_vid", "fvd", "lpips")
    pair = Pair(name="a", pred=clip, truth=clip)
    found = assess([("a", lambda: pair)], Options(names=names), Runtime(note=heard.append), None)
    absent = {row.measure.name: row.absent for row in found.rows}
    assert absent["psnr"] is None and found.values()["psnr"] == 100
    assert absent["fid"] == "inception_fid" and absent["fid_vid"] == "resnet50_kinetics"
    assert (
        absent["fvd"] == "i3d_kinetics_400"
        and absent["lpips"] == "lpips_vgg"
        and "torchmetrics" in absent["ssim_gauss"]
    )
    assert all(found.values()[name] is None for name in names[1:])
    assert any("weights get inception_fid" in line for line in heard)
    assert "absent: inception_fid" in as_table(found) and json.loads(as_json(found))["fid"] is None


def test_many_videos_have_intervals_and_a_bad_one_is_set_aside(small):
    pairs = [
        Pair(name=f"v{i}", pred=noisy(scene(20, seed=i), 0.02 * (i + 1)), truth=scene(20, seed=i)) for i in range(5)
    ]

    def broken() -> Pair:
        raise ValueError("bad.mp4 is not a readable video")

    openers = [(p.name, lambda p=p: p) for p in pairs]
    shares = []
    run = Runtime(report=lambda done, total, preview=None: shares.append(done / total))
    options = Options(names=chosen("psnr,fvd,drift_psnr"), draws=50)
    found = assess([*openers[:2], ("bad", broken), *openers[2:]], options, run, None)
    assert found.set_aside == {"bad": "bad.mp4 is not a readable video"} and set(found.videos) == {
        p.name for p in pairs
    }
    rows = {row.measure.name: row for row in found.rows}
    assert rows["psnr"].interval.low < rows["psnr"].value < rows["psnr"].interval.high
    assert rows["psnr"].count == 100 and rows["fvd"].count == 5 and rows["drift_psnr"].count == 5
    assert rows["fvd"].interval.kind == "spread over videos" and "fewer than 20 videos" in " ".join(
        rows["fvd"].warnings
    )
    assert rows["fvd"].interval.low >= 0 and min(shares) >= 0 and max(shares) <= 1
    assert rows["psnr"].value == pytest.approx(np.mean([v["psnr"] for v in found.videos.values()]))
    with pytest.raises(ValueError, match="not a readable video"):
        assess([("bad", broken)], options, Runtime(), None)
    with pytest.raises(ValueError, match="no video could be measured; the first reason: bad"):
        assess([("bad", broken), ("worse", broken)], options, Runtime(), None)


def test_what_a_measure_lacks_is_said():
    clip, mask = scene(16), figure(16)
    pairs = [
        Pair(name="with", pred=clip, truth=clip, mask=mask, background=clip),
        Pair(name="no", pred=clip, truth=clip),
    ]
    found = measured(pairs, "background_psnr,psnr,identity")
    rows = {row.measure.name: row for row in found.rows}
    assert (
        rows["background_psnr"].count == 16
        and "1 videos without background and mask" in rows["background_psnr"].warnings[0]
    )
    assert "identity" not in rows and "not measured: identity (needs reference and mask)" in found.notes
    nobody = Pair(name="a", pred=clip, truth=clip, mask=torch.ones_like(mask), background=clip)
    row = measured([nobody], "background_psnr").rows[0]
    assert row.value is None and "no frame shows what it needs" in row.warnings


def test_backgrounds_are_compared_outside_the_grown_mask_only():
    clip, mask = scene(2, 96, 96), torch.zeros(2, 96, 96, dtype=torch.bool)
    mask[:, 30:60, 30:60] = True
    kept = outside(mask)
    assert not kept[:, 28:62, 30:60].any() and kept[:, :27].all() and kept[:, 63:].all()
    pred = clip.clone()
    pred[:, 28:62, 30:60] = 1 - pred[:, 28:62, 30:60]  # the person, and her rim
    assert background_psnr(pred[0], clip[0], kept[0]) == 100
    assert background_ssim(pred[0], clip[0], kept[0]) == pytest.approx(1)
    pred[:, :20] = (pred[:, :20] + 10 / 255).clamp(0, 1)
    error = ((pred[0] * 255).round() - (clip[0] * 255).round())[torch.from_numpy(kept[0])].square().mean()
    assert background_psnr(pred[0], clip[0], kept[0]) == pytest.approx(10 * np.log10(255**2 / float(error)), abs=1e-3)
    assert background_ssim(pred[0], clip[0], kept[0]) < 0.9999


def test_holes_are_black_where_the_truth_is_not():
    truth = torch.full((1, 40, 50, 3), 0.5)
    truth[:, :, 40:] = 0  # black in truth too
    pred = truth.clone()
    pred[:, :10, :20] = 5 / 255
    pair = Pair(name="a", pred=pred, truth=truth)
    assert frame_values(pair, ("hole_fraction",), {}, SILENT)["hole_fraction"][0] == pytest.approx(200 / 2000)


def test_flicker_is_seen_and_motion_is_not():
    clip = scene()
    still, moving = clip[:1].repeat(40, 1, 1, 1), clip
    assert warp_errors(Pair(name="a", pred=still, truth=still), SILENT) == (0, 0)
    smooth = warp_errors(Pair(name="a", pred=moving, truth=moving), SILENT)[0]
    light = torch.tensor([0.94, 1.0]).repeat(20)[:, None, None, None]
    flickering = warp_errors(Pair(name="a", pred=moving * light, truth=moving), SILENT)
    assert flickering[0] > 3 * smooth and flickering[1] == pytest.approx(smooth)
    # The same in pieces of another size: no pair of frames is lost or counted twice.
    assert len(list(Pair(name="a", pred=moving, truth=moving).pieces(shared=1))) == 3


def test_drift_is_a_slope_over_windows():
    assert window_means(np.arange(48.0)).tolist() == [7.5, 23.5, 39.5]
    assert len(window_means(np.arange(40.0))) == 3 and len(window_means(np.arange(39.0))) == 2
    assert len(window_means(np.arange(3.0))) == 1 and slope(np.array([5.0])) == 0
    assert slope(np.array([30.0, 28.4, 26.8])) == pytest.approx(-10)  # 1.6 dB per 16 frames
    clip = scene(64)
    worse = torch.stack([noisy(f, 0.01 + 0.002 * t, t) for t, f in enumerate(clip)])
    redder = clip.clone()
    redder[..., 0] = (clip[..., 0] + torch.linspace(0, 0.2, 64)[:, None, None]).clamp(0, 1)
    found = measured([Pair(name="a", pred=worse, truth=clip)], "drift_psnr")
    assert found.values()["drift_psnr"] < -5 and len(found.windows["a"]["drift_psnr"]) == 4
    steady = measured([Pair(name="a", pred=noisy(clip, 0.05), truth=clip)], "drift").values()
    assert abs(steady["drift_psnr"]) < 0.5 and abs(steady["drift_colour"]) < 0.5
    assert measured([Pair(name="a", pred=redder, truth=clip)], "drift_colour").values()["drift_colour"] > 5


def test_another_character_is_less_alike():
    clip, mask = scene(16), figure(16)
    person = scene(16, seed=5)
    frames = torch.where(mask[..., None], person, clip)
    moved = torch.where(mask[..., None], person, scene(16, seed=9))  # same person, other place
    stranger = torch.where(mask[..., None], 1 - person, clip)
    base = {"truth": frames, "mask": mask, "reference": frames[0], "reference_mask": mask[0]}
    same, other, else_where = (
        measured([Pair(name="a", pred=pred, **base)], "identity").values()["identity"]
        for pred in (frames, stranger, moved)
    )
    assert same > other + 0.05 and else_where == pytest.approx(same, abs=0.02)


def path(count: int, step: float, focal: float = 60.0) -> Cameras:
    c2w = torch.eye(4).repeat(count, 1, 1)
    c2w[:, 0, 3] = step * torch.arange(count)
    c2w[:, 1, 3] = 0.1 * step * torch.arange(count) ** 1.5
    K = torch.tensor([[focal, 0, 32], [0, focal, 24], [0, 0, 1.0]])
    return Cameras(c2w=c2w, K=K.repeat(count, 1, 1), width=64, height=48)


def test_large_clips_are_made_smaller_for_the_camera():
    class Large(LazyFrames):
        shape = (40, 540, 1920, 3)

        def __getitem__(self, cut):
            start, stop = self.span(cut)
            assert stop - start <= 16  # never the whole clip
            return torch.full((stop - start, *self.shape[1:]), 0.5)

    mask = torch.zeros(40, 540, 1920, dtype=torch.bool)
    mask[:, 101, 201] = True

    def estimate(frames, person):
        assert frames.shape == (40, 270, 960, 3) and person.shape == (40, 270, 960)
        assert person.nonzero()[:, 1:].unique(dim=0).tolist() == [[50, 100]]
        cameras = dataclasses.replace(path(40, 7.0, focal=30.0), width=32)  # half of everything
        return CameraSolution(cameras=cameras, kind="parallax", solved=torch.ones(40).bool(), median_depth=1.0)

    pair = Pair(name="a", pred=Large(), truth=Large(), mask=mask, camera=path(40, 1.0))
    assert camera_errors(pair, estimate)[0]["camera_focal_percent"] == pytest.approx(0, abs=1e-3)


def test_the_camera_of_the_prediction_is_compared_after_alignment():
    clip = scene(8)

    def estimate(frames, mask):
        found = path(8, 7.0, focal=66.0)  # another unit, a longer lens
        return CameraSolution(cameras=found, kind="parallax", solved=torch.ones(8, dtype=torch.bool), median_depth=1.0)

    pair = Pair(name="a", pred=clip, truth=clip, camera=path(8, 1.0))
    errors, notes = camera_errors(pair, estimate)
    assert errors["camera_ate"] == pytest.approx(0, abs=1e-4) and errors["camera_rotation_deg"] < 0.1
    assert errors["camera_focal_percent"] == pytest.approx(10, abs=1e-3)
    assert "8 of 8 frames solved" in notes[0]
    wrong = path(8, 1.0)
    wrong.c2w[:, :3, 3] = torch.randn(8, 3, generator=torch.Generator().manual_seed(0))
    errors, _ = camera_errors(dataclasses.replace(pair, camera=wrong), estimate)
    assert errors["camera_ate"] > 0.1
    own, notes = camera_errors(dataclasses.replace(pair, camera=None), estimate)
    assert own["camera_ate_over_path"] == pytest.approx(0, abs=1e-6) and "found in the truth" in notes[1]
    options = Options(names=chosen("camera"))
    found = assess([("a", lambda: pair)], options, Runtime(), estimate).values()
    assert set(found) == set(GROUPS["camera"])


def test_pairs_that_do_not_fit_are_named():
    clip = scene(16)
    with pytest.raises(ValueError, match="walk: prediction and truth must have the same frames and size"):
        Pair(name="walk", pred=clip[:8], truth=clip)
    with pytest.raises(ValueError, match="the mask must have the clip's frames"):
        Pair(name="walk", pred=clip, truth=clip, mask=figure(8))
    with pytest.raises(ValueError, match="must have 16 poses, got 8"):
        Pair(name="walk", pred=clip, truth=clip, camera=path(8, 1.0))
    with pytest.raises(ValueError, match="at least 16 frames"):
        measured([Pair(name="walk", pred=clip[:9], truth=clip[:9])], "fvd")


def test_names_and_groups():
    assert chosen("psnr") == ("psnr",) and set(chosen("table")) == set(TABLE)
    assert chosen("fvd, psnr,frames")[0] == "psnr" and len(set(chosen("all"))) == len(MEASURES)
    with pytest.raises(ValueError, match="'fdv'"):
        chosen("psnr,fdv")
    assert all(m.sentence and m.better in ("higher", "lower") for m in MEASURES.values())


def test_reports_hold_the_same_numbers(small):
    clip = scene(32)
    found = measured([Pair(name=n, pred=noisy(clip, 0.1), truth=clip) for n in "ab"], "psnr,fvd", draws=20)
    data = json.loads(as_json(found))
    row = data["metrics"][0]
    assert data["psnr"] == row["value"] and row["metric"] == "psnr" and "255^2 / MSE" in row["definition"]
    assert row["n"] == 64 and row["interval"]["low"] <= data["psnr"] <= row["interval"]["high"]
    assert as_csv(found).splitlines()[1].startswith(f"psnr,{data['psnr']},")
    table, page = as_table(found), as_markdown(found)
    assert f"{data['fvd']:.4g}" in table and f"| {data['fvd']:.4g} |" in page
    assert table.count("fewer than 2048") == 1


def test_the_papers_squares():
    clip = scene(20, 48, 64)
    squares = protocol.Squared(clip, 24, 18)
    assert squares.shape == (18, 24, 24, 3) and squares[2:5].shape == (3, 24, 24, 3)
    assert torch.allclose(squares[0:1].mean(), clip[:1, :, 8:56].mean(), atol=0.01)
    assert torch.equal(protocol.Squared(clip, 48, 20)[3:4], clip[3:4, :, 8:56])  # nothing is resampled needlessly
    mask = protocol.squared_mask(figure(20), 24, 18)
    assert mask.shape == (18, 24, 24) and int(mask[0].sum()) == 14 * 6
