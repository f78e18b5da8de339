"""Made-up training clips."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from dreamdance_core.cli import main
from dreamdance_core.runtime import Runtime
from dreamdance_core.training.generated.clips import generated_clip
from dreamdance_core.training.generated.write import write_generated
from dreamdance_core.training.shards import Dataset


@pytest.fixture(scope="module")
def clips():
    return [generated_clip(seed) for seed in range(12)]


def test_a_seed_is_a_clip(clips):
    again = generated_clip(3)
    assert torch.equal(again.frames, clips[3].frames) and torch.equal(again.pose.xy, clips[3].pose.xy)
    assert not torch.equal(clips[3].frames, clips[4].frames)


def test_outside_the_mask_a_clip_is_its_plate(clips):
    for clip in clips:
        off = (clip.frames.float() - clip.background.float()).abs().amax(-1)
        # A pixel that the mask leaves out has at most its 5 % of the figure.
        assert off[~clip.mask].max() <= 0.06 * 255
        assert 0.03 < clip.mask.float().mean() < 0.5


def test_keypoints_lie_on_the_figure(clips):
    """Joints of the body, seen by the camera that drew it, lie in the drawn figure."""
    for clip in clips:
        for t in range(0, len(clip.frames), 5):
            seen = clip.pose.score[t, 0, 5:17] > 0
            x, y = clip.pose.xy[t, 0, 5:17][seen].floor().long().unbind(-1)
            assert clip.mask[t, y, x].float().mean() > 0.9
        seen = clip.reference.pose.score[0, 0, 5:17] > 0
        x, y = clip.reference.pose.xy[0, 0, 5:17][seen].floor().long().unbind(-1)
        assert clip.reference.mask[y, x].float().mean() > 0.9


def test_sides_are_the_figures_own(clips):
    """A figure that looks at the camera has its left eye on the right of the picture, as COCO counts."""
    facing = [clip.pose for clip in clips if (clip.pose.score[:, 0, [1, 2, 5, 6]] > 0).all()]
    assert facing
    for pose in facing:
        assert (pose.xy[:, 0, 1, 0] > pose.xy[:, 0, 2, 0]).all()


def test_the_camera_and_the_figure_move(clips):
    moved = [float((clip.background[0].float() - clip.background[-1].float()).abs().mean()) for clip in clips]
    assert np.median(moved) > 3  # of 255
    turned = [float((clip.pose.xy[0] - clip.pose.xy[-1]).norm(dim=-1).max()) for clip in clips]
    assert min(turned) > 1  # px


def test_depth_is_of_the_plate(clips):
    for clip in clips:
        assert (clip.z >= 0).all() and (clip.z > 0).float().mean() > 0.9
        # The ground comes nearer towards the lower edge.
        middle = clip.z.median(-1).values
        assert (middle[:, -1] < middle[:, clip.z.shape[1] // 2]).all()


def test_a_stopped_writer_goes_on(tmp_path):
    (shard,) = write_generated(tmp_path, range(5, 7), Runtime(), count=8, width=32, height=48)
    before = shard.stat().st_mtime_ns
    assert write_generated(tmp_path, range(5, 7), Runtime(), count=8, width=32, height=48) == [shard]
    assert shard.stat().st_mtime_ns == before
    data = Dataset(tmp_path)
    assert data.names == ["generated-000005", "generated-000006"] and data[0].frames.shape == (8, 48, 32, 3)


def test_the_command_writes_a_dataset(tmp_path, capsys):
    order = ["dataset", "generate", "--out", str(tmp_path), "--clips", "2", "--size", "32x48", "--frames", "8"]
    assert main([*order, "--seed", "7"]) == 0
    assert Dataset(tmp_path).names == ["generated-000007", "generated-000008"]
    assert main([*order, "--clips", "0"]) == 1
    assert "--clips must be at least 1" in capsys.readouterr().err
