"""Estimate Camera's other sources: lens units, SAM3 tracks as people, DA3 geometry as cameras."""

from __future__ import annotations

import math

import pytest
import torch


def _still(count: int = 3) -> torch.Tensor:
    frame = torch.rand(1, 96, 160, 3, generator=torch.Generator().manual_seed(0))
    return torch.nn.functional.avg_pool2d(frame.movedim(-1, 1), 5, 1, 2).movedim(1, -1).repeat(count, 1, 1, 1)


def test_focal_in_each_unit(pack):
    execute = pack.nodes.camera.EstimateCamera.execute
    wanted = {"px": (200.0, 200.0), "mm": (36.0, 160.0), "degrees": (90.0, 80.0)}
    for unit, (value, pixels) in wanted.items():
        solution = execute(_still(), "pycolmap", 24.0, value, focal_unit=unit)[0]
        assert float(solution.cameras.K[0, 0, 0]) == pytest.approx(pixels)
    with pytest.raises(ValueError, match="1 to 170 degrees"):
        execute(_still(), "pycolmap", 24.0, 200.0, focal_unit="degrees")


def test_sam3_masks_are_unpacked_as_the_host_does(pack):
    from comfy_extras.nodes_sam3 import SAM3_TrackToMask

    bits = torch.randint(0, 256, (3, 2, 24, 5), generator=torch.Generator().manual_seed(1), dtype=torch.uint8)
    tracks = {"packed_masks": bits, "orig_size": (96, 160), "n_frames": 3, "scores": [0.9, 0.8]}
    ours = pack.nodes.camera_sources.people_from_sam3(tracks)
    torch.testing.assert_close(ours, SAM3_TrackToMask.execute(tracks)[0].float().cpu())
    nobody = pack.nodes.camera_sources.people_from_sam3(tracks | {"packed_masks": None})
    assert nobody.shape == (3, 96, 160) and float(nobody.max()) == 0


def test_sam3_tracks_mask_the_people(pack):
    """What moves through a resting picture is ignored where SAM3 saw it; the length must fit."""
    clip = _still(4)
    packed = torch.full((4, 1, 12, 2), 255, dtype=torch.uint8)
    tracks = {"packed_masks": packed, "orig_size": (96, 160), "n_frames": 4, "scores": [1.0]}
    execute = pack.nodes.camera.EstimateCamera.execute
    _, report, _ = execute(clip, "pycolmap", 24.0, 0.0, sam3_tracks=tracks).result
    assert "could be followed" in report  # the whole picture is masked
    with pytest.raises(ValueError, match="sam3_tracks must have 1 or 3"):
        execute(clip[:3], "pycolmap", 24.0, 0.0, sam3_tracks=tracks)


def test_geometry_is_kept_as_it_is(pack):
    angle = math.radians(10)
    turn = torch.tensor([[math.cos(angle), 0, -math.sin(angle)], [0, 1, 0], [math.sin(angle), 0, math.cos(angle)]])
    w2c = torch.eye(4)[:3].repeat(1, 3, 1, 1)
    w2c[0, :, :, :3] = turn  # the first is no identity
    w2c[0, :, 0, 3] = torch.tensor([1.0, 0.5, 0.0])
    K = torch.tensor([[300.0, 0, 252], [0, 300, 151], [0, 0, 1]]).repeat(1, 3, 1, 1)
    depth = torch.full((3, 302, 504), 4.0)
    depth[0, :100] = 1e4
    geometry = {"extrinsics": w2c, "intrinsics": K, "depth": depth, "sky": (depth > 100).float()}
    execute = pack.nodes.camera.EstimateCamera.execute
    solution, report, _ = execute(_still(), "pycolmap", 12.0, 0.0, geometry=geometry).result
    assert torch.equal(solution.cameras.c2w[0], torch.eye(4))
    torch.testing.assert_close(solution.cameras.c2w[:, :3, 3], torch.tensor([[0.0, 0, 0], [0.5, 0, 0], [1, 0, 0]]))
    assert solution.median_depth == 4.0 and solution.cameras.fps == 12.0
    assert float(solution.cameras.K[0, 0, 0]) == pytest.approx(300 * 160 / 504)
    assert "nothing was solved" in report
    with pytest.raises(ValueError, match="one view per picture, 2, got 3"):
        execute(_still(2), "pycolmap", 12.0, 0.0, geometry=geometry)


def test_dpvo_and_zoom_exclude_each_other(pack):
    with pytest.raises(ValueError, match="zoom must be off"):
        pack.nodes.camera.EstimateCamera.execute(_still(), "dpvo", 24.0, 0.0, zoom="on")
