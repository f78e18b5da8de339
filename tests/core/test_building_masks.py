"""What a built clip takes for the person, and videos that are of no use."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from dreamdance_core.training.building.masks import masks_of
from dreamdance_core.training.building.source import Removed, SourceWork

HAIR = torch.tensor([0.1, 0.95, 0.9])


@pytest.fixture
def kit(building_videos):
    return building_videos


def with_hair(kit) -> tuple[torch.Tensor, torch.Tensor]:
    """(frames, hair): a figure whose hair hangs out to one side by a third of its height; no point of the pose is
    there."""
    frames, _ = kit.walk(5, 0)
    hair = torch.zeros(frames.shape[:3], dtype=torch.bool)
    for t, frame in enumerate(frames):
        right = int((frame - kit.COLOUR).abs().sum(-1).lt(0.5).nonzero()[:, 1].max())
        hair[t, 18:28, right - 8 : right + 20] = True
    hair &= (frames - kit.COLOUR).abs().sum(-1) > 0.5
    frames[hair] = HAIR
    return frames, hair


def test_hair_that_the_matte_shows_is_the_persons_and_is_removed(kit):
    frames, hair = with_hair(kit)
    track = kit.ByColour()(frames)

    def segment(image: torch.Tensor) -> torch.Tensor:
        return sum(((image - colour).abs().sum(-1) < 0.5).float() for colour in (kit.COLOUR, HAIR))

    data = (frames * 255).byte()
    person = masks_of(data, track, segment, lambda done, of: None)
    assert person.from_matte.all()
    assert person.mask[hair].float().mean() > 0.85
    assert Removed(person.suspect, track, 0.04)[0:5][hair].mean() > 0.98
    drawn = masks_of(data, track, None, lambda done, of: None).mask
    assert drawn[hair].float().mean() < 0.5, "the pose alone does not know of it"


def test_what_a_matte_only_suspects_is_removed_but_not_called_the_person(kit):
    """A shaded foot has an alpha of a quarter: it is no part of the mask, but it must not stay in the background."""
    frames, hair = with_hair(kit)
    track = kit.ByColour()(frames)

    def segment(image: torch.Tensor) -> torch.Tensor:
        sure, faint = (((image - colour).abs().sum(-1) < 0.5).float() for colour in (kit.COLOUR, HAIR))
        return sure + 0.25 * faint

    person = masks_of((frames * 255).byte(), track, segment, lambda done, of: None)
    beyond = hair & ~(masks_of((frames * 255).byte(), track, None, lambda done, of: None).mask)
    assert person.mask[beyond].float().mean() < 0.2 and person.suspect[beyond].float().mean() > 0.95


def clips_of(path, kit, settings, tools=None) -> tuple[int, str, list[str]]:
    """(clips, why none, why clips were set aside)"""
    work = SourceWork(path, "x", path.name, settings, tools or kit.tools())
    count = len(list(work.clips()))
    return count, work.record.reason, [entry["reason"] for entry in work.record.set_aside]


def test_a_clip_that_nothing_shows_from_outside_is_set_aside(tmp_path, kit):
    path = kit.film(tmp_path / "short.mp4", kit.walk(8)[0])
    count, reason, aside = clips_of(path, kit, kit.SETTINGS)
    assert (count, aside) == (0, ["no picture of the person beside the clip"]) and reason == aside[0]
    count, _, _ = clips_of(path, kit, replace(kit.SETTINGS, inside_references=True))
    assert count == 1


def test_a_small_video_is_not_blown_up(tmp_path, kit):
    path = kit.film(tmp_path / "small.mp4", kit.walk(12)[0])
    count, reason, _ = clips_of(path, kit, replace(kit.SETTINGS, size=(320, 320)))
    assert count == 0 and reason == "the video is 3.3 times smaller than the clips"


def test_a_backend_that_fails_costs_its_clips_only(tmp_path, kit):
    def out_of_memory(frames: torch.Tensor, boxes: torch.Tensor | None = None):
        raise RuntimeError("out of memory\nand much more")

    path = kit.film(tmp_path / "a.mp4", kit.walk(12)[0])
    count, _, aside = clips_of(path, kit, kit.SETTINGS, replace(kit.tools(), pose=out_of_memory))
    assert count == 0 and aside == ["out of memory"]
