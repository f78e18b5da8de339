"""Stylised stills: grids that come apart as they were put together, conditions in their layout, runs that go on."""

from __future__ import annotations

import shutil
from dataclasses import replace

import cv2
import numpy as np
import pytest
import torch

from dreamdance_core.runtime import Runtime
from dreamdance_core.training.shards import Dataset, shard_writer
from dreamdance_core.training.stylize import grid
from dreamdance_core.training.stylize.conditions import EDGES, canny, line_art, nearness
from dreamdance_core.training.stylize.dataset import sources_of, stylize_dataset
from dreamdance_core.training.stylize.stills import Style, Tools, cells_of, grown, stills
from dreamdance_core.types import Depth


def silent(done, total, preview=None):
    """Nobody watches."""


def far_below(frames, K=None):
    """A depth that the picture tells: bright is far."""
    z = 1 + frames.mean(-1)
    return Depth(z=z, valid=torch.ones_like(z, dtype=torch.bool))


def fill(image, hole_mask, prompt="", seed=0, z=None):
    """Paints the hole in one colour."""
    return torch.where(hole_mask[..., None] > 0.5, torch.full_like(image, 0.25), image)


def unchanged(picture, depth, edges, prompt, seed, report=None):
    """A painter that leaves the picture alone."""
    return picture


def tools(**other) -> Tools:
    return Tools(**{"paint": unchanged, "depth": far_below, "edges": canny, "inpaint": fill} | other)


@pytest.fixture
def training_clip(training_clips):
    return training_clips.training_clip


@pytest.fixture
def clips(training_clip):
    return [training_clip(name, seed=number) for number, name in enumerate("abcd")]


@pytest.fixture
def dataset(training_clip):
    """Writes two sources, the first of some clips, the second of one, and a still, which is not to be restyled."""

    def write(folder, *, count: int = 5) -> Dataset:
        with shard_writer(folder / "x.tar") as shard:
            for number in range(count):
                shard.add(replace(training_clip(f"a{number}", seed=number), facts={"source": "one.mp4"}))
            shard.add(replace(training_clip("b", seed=9), facts={"source": "sub/two.mp4"}))
            shard.add(replace(training_clip("s", seed=8), facts={"source": "one.mp4", "still": True}))
        return Dataset(folder)

    return write


def test_a_grid_comes_apart_as_it_was_put_together():
    cells = torch.rand(6, 16, 24, 3, generator=torch.Generator().manual_seed(0))
    joined = grid.join(cells, 3)
    assert joined.shape == (32, 72, 3)
    assert torch.equal(joined[:16, 24:48], cells[1]) and torch.equal(joined[16:, :24], cells[3])
    assert torch.equal(grid.cut(joined, 2, 3), cells)
    with pytest.raises(ValueError, match="multiple of 4 pictures, got 6"):
        grid.join(cells, 4)
    with pytest.raises(ValueError, match="72x32 cannot be cut into 5x2"):
        grid.cut(joined, 2, 5)


@pytest.mark.parametrize(
    ("size", "cells", "side", "wanted"),
    [
        ((512, 512), 4, 1024, (512, 512)),
        ((768, 768), 4, 1024, (512, 512)),
        ((256, 256), 4, 1024, (512, 512)),
        ((480, 832), 4, 1024, (480, 832)),
        ((384, 640), 6, 1024, (384, 640)),
    ],
)
def test_a_grid_has_the_networks_size_and_the_clips_aspect(size, cells, side, wanted):
    height, width = grid.cell_size(*size, cells, side)
    assert (height, width) == wanted
    assert width / height == pytest.approx(size[1] / size[0], rel=0.02)
    assert 0.6 < cells * height * width / side**2 < 1.6


def test_each_cell_returns_to_its_own_clip_bit_exact(clips):
    made = stills(clips, tools(), Style(prompt="ink", side=80), tag="t", report=silent)
    assert [still.name for still in made] == ["a-0-t", "b-0-t", "c-0-t", "d-0-t"]
    for index, (clip, still) in enumerate(zip(clips, made, strict=True)):
        assert torch.equal(still.frames, clip.frames[:1].expand_as(clip.frames)), "its own frame, held"
        assert torch.equal(still.mask, clip.mask[:1].expand_as(clip.mask))
        assert torch.equal(still.pose.xy, clip.pose.xy[:1].expand_as(clip.pose.xy))
        other = clips[(index + 1) % 4]
        assert torch.equal(still.reference.picture, other.frames[0]), "another cell of the same grid"
        assert torch.equal(still.reference.mask, other.mask[0])
        assert torch.equal(still.reference.pose.xy, other.pose.xy[:1])
        assert still.facts == {
            "still": True, "style": "ink", "seed": 0, "from": clip.name, "frame": 0, "source": "made up",
            "reference": other.name, "mask": "frame",
        }  # fmt: skip
        assert still.fps == clip.fps


def test_the_background_lacks_the_character_and_its_halo(clips):
    style = Style(prompt="ink", side=80, grow=0.1)
    (still, *_) = stills(clips, tools(), style, tag="t", report=silent)
    hole = grown(clips[0].mask[0], 0.1)
    assert hole.sum() > 1.3 * clips[0].mask[0].sum()
    assert torch.all(still.background[:, hole] == 64)
    assert torch.equal(still.background[:, ~hole], still.frames[:, ~hole])


def test_few_clips_give_later_frames_too(clips):
    chosen = [(cell.clip.name, cell.frame) for cell in cells_of(clips[:2], 4)]
    assert chosen == [("a", 0), ("b", 0), ("a", 4), ("b", 4)]
    made = stills(clips[:1], tools(), Style(prompt="ink", side=80), tag="t", report=silent)
    assert [still.facts["frame"] for still in made] == [0, 2, 4, 6]
    assert torch.equal(made[3].frames[5], clips[0].frames[6])
    assert torch.equal(made[3].reference.picture, clips[0].frames[0]), "the next cell, round to the first"


def test_depth_and_edges_have_the_grids_layout(clips):
    seen = {}

    def paint(picture, depth, edges, prompt, seed, report=None):
        seen.update(picture=picture, depth=depth, edges=edges, prompt=prompt, seed=seed)
        return picture

    stills(clips, tools(paint=paint), Style(prompt="ink", side=80, seed=5), tag="t", report=silent)
    assert seen["picture"].shape == (64, 96, 3) and (seen["prompt"], seen["seed"]) == ("ink", 5)
    for index, clip in enumerate(clips):
        frame = clip.frames[0].float() / 255
        place = (slice(32 * (index // 2), 32 * (index // 2) + 32), slice(48 * (index % 2), 48 * (index % 2) + 48))
        assert torch.equal(seen["picture"][place], frame)
        assert torch.equal(seen["depth"][place], nearness(far_below(frame[None]))[0])
        assert torch.equal(seen["edges"][place], canny(frame))


def test_resized_cells_come_back_at_the_clips_size(clips):
    made = stills(clips, tools(), Style(prompt="ink", side=160), tag="t", report=silent)
    for clip, still in zip(clips, made, strict=True):
        assert still.frames.shape == clip.frames.shape
        assert (still.frames[0].float() - clip.frames[0].float()).abs().mean() < 2


def test_a_matte_replaces_the_mask_unless_it_found_something_else(clips):
    shifted = clips[0].mask[0].roll(2, 1).float()
    made = stills(clips, tools(segment=lambda picture: shifted), Style(prompt="ink", side=80), tag="t", report=silent)
    assert torch.equal(made[0].mask[3], shifted > 0.5) and made[0].facts["mask"] == "matte"
    nothing = tools(segment=lambda picture: torch.zeros_like(shifted))
    made = stills(clips, nothing, Style(prompt="ink", side=80), tag="t", report=silent)
    assert torch.equal(made[0].mask[3], clips[0].mask[0]) and made[0].facts["mask"] == "frame"


def test_bad_grids_are_refused(clips, training_clip):
    with pytest.raises(ValueError, match="must have one size"):
        odd = training_clip("e", height=48)
        stills([clips[0], odd], tools(), Style(prompt="ink"), tag="t", report=silent)
    with pytest.raises(ValueError, match="a style needs a prompt"):
        Style(prompt=" ")
    with pytest.raises(ValueError, match="at least two cells, got 1x1"):
        Style(prompt="ink", rows=1, columns=1)


def test_near_is_white_and_the_unknown_black():
    z = torch.tensor([[[1.0, 2.0, 4.0, 0.0]]])
    near = nearness(Depth(z=z, valid=z > 0))[0, 0]
    assert near[0] == 1 and near[3] == 0 and near[2] == 0 and 0.3 < float(near[1]) < 0.36
    assert torch.allclose(nearness(Depth(z=100 * z, valid=z > 0))[0, 0], near), "whatever the unit"
    flat = torch.full((1, 2, 2), 3.0)
    assert torch.equal(nearness(Depth(z=flat, valid=flat > 0)), torch.ones(1, 2, 2))


@pytest.mark.parametrize("name", EDGES)
def test_edges_lie_where_the_picture_has_them(name):
    picture = np.full((60, 80, 3), 0.9, np.float32)
    cv2.circle(picture, (40, 30), 18, (0.2, 0.3, 0.4), -1)
    edges = EDGES[name](torch.from_numpy(picture))
    assert edges.shape == (60, 80) and edges.dtype == torch.float32 and edges.min() >= 0 and edges.max() <= 1
    rows, columns = np.nonzero(edges.numpy() > 0.3)
    assert len(rows) > 60
    assert np.abs(np.hypot(columns - 40, rows - 30) - 18).max() < 4
    assert EDGES[name](torch.full((60, 80, 3), 0.5)).max() < 0.01


def test_thin_lines_of_line_art_stay_lines():
    picture = torch.full((40, 40, 3), 1.0)
    picture[20] = 0.0
    lines = line_art(picture)
    assert float(lines[20].min()) > 0.8 and float(lines[:15].max()) == 0


def test_a_run_writes_a_shard_per_source_and_goes_on_where_it_stopped(tmp_path, clips, dataset):
    style, told = Style(prompt="ink", side=80), []
    whole = dataset(tmp_path / "whole")
    shutil.copytree(tmp_path / "whole", tmp_path / "broken")
    assert {name: len(places) for name, places in sources_of(whole).items()} == {"one.mp4@48x32": 5,
                                                                                 "sub/two.mp4@48x32": 1}  # fmt: skip
    run = Runtime(report=lambda *what: told.append(what[:2]))
    done = stylize_dataset(whole, tools(), style, painted_by={}, run=run)
    assert (len(done.written), len(done.kept), done.clips) == (2, 0, 12)
    assert told[-1] == (300, 300) and [d for d, _ in told] == sorted(d for d, _ in told)
    again = Dataset(tmp_path / "whole")
    assert len(again) == 7 + 12 and sum(bool(again.facts(i).get("style")) for i in range(19)) == 12
    assert len({again.facts(i)["seed"] for i in range(19) if "style" in again.facts(i)}) == 2, "grids differ"

    class Killed(BaseException):
        pass

    calls = []

    def dies(*what, **more):
        calls.append(what)
        if len(calls) == 3:
            raise Killed
        return unchanged(*what, **more)

    broken = Dataset(tmp_path / "broken")
    with pytest.raises(Killed):
        stylize_dataset(broken, tools(paint=dies), style, painted_by={}, run=Runtime())
    left = sorted(path.name for path in (tmp_path / "broken" / "stylized").iterdir())
    assert len(left) == 1 and left[0].startswith("one-mp4-")
    rest = stylize_dataset(Dataset(tmp_path / "broken"), tools(), style, painted_by={}, run=Runtime())
    assert (len(rest.written), len(rest.kept), rest.clips) == (1, 1, 4)
    for path in done.written:
        assert path.read_bytes() == (tmp_path / "broken" / "stylized" / path.name).read_bytes()


def test_machines_share_the_sources_and_another_style_stands_beside(tmp_path, clips, training_clip, dataset):
    style, data = Style(prompt="ink", side=80), dataset(tmp_path, count=2)
    first = stylize_dataset(data, tools(), style, painted_by={}, run=Runtime(), part=(0, 2))
    second = stylize_dataset(data, tools(), style, painted_by={}, run=Runtime(), part=(1, 2))
    assert len(first.written) == len(second.written) == 1 and first.written != second.written
    other = stylize_dataset(data, tools(), replace(style, prompt="oil"), painted_by={}, run=Runtime(), grids=1)
    assert len(other.written) == 2 and not other.kept
    Dataset(tmp_path)  # no two clips of one name
    with pytest.raises(ValueError, match="no clips of moving people"):
        with shard_writer(tmp_path / "only" / "x.tar") as shard:
            shard.add(replace(training_clip("s"), facts={"still": True}))
        stylize_dataset(Dataset(tmp_path / "only"), tools(), style, painted_by={}, run=Runtime())
