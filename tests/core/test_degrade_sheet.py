"""The picture of every damage."""

from __future__ import annotations

import torch

from dreamdance_core import cli
from dreamdance_core.io.images import read_image
from dreamdance_core.io.video import write_video
from dreamdance_core.runtime import Runtime
from dreamdance_core.training.degrade.recipe import NEED_DEPTH, Recipe
from dreamdance_core.training.degrade.sheet import damage_sheet
from dreamdance_core.training.shards import shard_writer

CELL, LABEL, HEAD = 80, 130, 22


def rows(sheet: torch.Tensor, height: int) -> list[torch.Tensor]:
    """The pictures of every row: (7, h, w, 3)."""
    parts = sheet[HEAD:].split(height)
    return [part[:, LABEL:].unflatten(1, (7, CELL)).movedim(1, 0) for part in parts]


def test_each_damage_has_a_row_from_weak_to_strong(training_clips):
    clip = training_clips.training_clip(height=48, width=80)
    frames = clip.background.float() / 255
    told = []
    sheet = damage_sheet(frames, 3, z=clip.z + 1, cell=CELL, run=Runtime(report=lambda *what: told.append(what[:2])))
    assert float(sheet.min()) >= 0 and float(sheet.max()) <= 1 and told[-1][0] == told[-1][1]
    found = rows(sheet, 48)
    assert len(found) == len(Recipe.__dataclass_fields__) + 3
    for row in found[:-3]:
        assert torch.allclose(row[0], frames[0], atol=1e-5), "the clean frame, unscaled here"
        change = [float((row[1 + 2 * i] - frames[0]).abs().mean() + (row[2 + 2 * i] - frames[-1]).abs().mean())
                  for i in range(3)]  # fmt: skip
        assert change == sorted(change) and change[-1] > 0
    without = rows(damage_sheet(frames, 3, cell=CELL), 48)
    assert len(without) == len(found) - len(NEED_DEPTH)
    assert torch.equal(damage_sheet(frames, 3, cell=CELL), damage_sheet(frames, 3, cell=CELL))


def test_the_command_takes_a_dataset_and_a_video(tmp_path, capsys, training_clips):
    clip = training_clips.training_clip(height=48, width=80)
    with shard_writer(tmp_path / "data" / "x.tar") as shard:
        shard.add(clip)
    out = tmp_path / "grid.png"
    assert cli.main(["dataset", "grid", str(tmp_path / "data"), "--out", str(out), "--cell", "80"]) == 0
    assert read_image(out).rgb.shape == (HEAD + 13 * 48, LABEL + 7 * 80, 3)
    video = write_video(tmp_path / "x.mp4", clip.background.float() / 255, 12.0)
    assert cli.main(["dataset", "grid", str(video), "--out", str(out), "--cell", "80", "--frames", "4"]) == 0
    assert "left out: the clip has none" in capsys.readouterr().out
    assert cli.main(["dataset", "grid", str(tmp_path / "data"), "--out", str(out), "--clip", "no"]) == 1
    assert "holds no clip no; it has a" in capsys.readouterr().err
