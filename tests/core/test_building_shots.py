"""Where a video cuts, on walls whose cuts are known."""

from __future__ import annotations

import torch

from dreamdance_core.training.building.shots import looks, shots


def found(frames: torch.Tensor) -> list[tuple[int, int]]:
    data = (frames.clamp(0, 1) * 255).byte()
    seen = looks(len(data), lambda start, stop: data[start:stop], lambda done, total: None)
    return [(shot.start, shot.stop) for shot in shots(seen)]


def test_a_cut_is_found_at_its_frame(building_videos):
    clip = torch.cat([building_videos.walk(20, 0)[0], building_videos.walk(14, 3)[0], building_videos.walk(9, 1)[0]])
    assert found(clip) == [(0, 20), (20, 34), (34, 43)]


def test_a_walk_and_a_flash_are_no_cuts(building_videos):
    clip = building_videos.walk(40, 0)[0]
    assert found(clip) == [(0, 40)]
    clip[15:18] = 0.3 * clip[15:18] + 0.7
    assert found(clip) == [(0, 40)]


def test_a_fade_through_black_parts_two_shots(building_videos):
    one, two = building_videos.walk(32, 0)[0], building_videos.walk(32, 3)[0]
    down = torch.linspace(1, 0, 12)[:, None, None, None]
    clip = torch.cat([one[:20], one[20:] * down, 0 * one[:4], two[:12] * (1 - down), two[12:]])
    first, second = found(clip)
    assert first[0] == 0 and 10 <= first[1] <= 21  # some frames before the fade may go with it
    assert 43 <= second[0] <= 58 and second[1] == 68
