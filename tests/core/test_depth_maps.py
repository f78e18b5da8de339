"""Depth maps: resizing, disparity, focal clamp, and the networks' raw output."""

import pytest
import torch

from dreamdance_core.depth.backends.depth_pro import metric_depth
from dreamdance_core.depth.maps import clamp_focal, resize_depth, z_from_disparity
from dreamdance_core.geometry.pinhole import intrinsics, rays, unproject
from dreamdance_core.types import Depth


def _depth(z: torch.Tensor, K: torch.Tensor | None = None) -> Depth:
    return Depth(z=z[None], valid=torch.ones_like(z[None], dtype=torch.bool), K=K)


def test_resizing_makes_no_flying_pixels():
    """Trap 16."""
    z = torch.full((20, 30), 5.0)
    z[6:14, 8:21] = 2.0
    for width, height in ((60, 40), (45, 33), (15, 10)):
        resized = resize_depth(_depth(z), width, height)
        assert resized.z.shape == (1, height, width)
        near, far = (resized.z - 2.0).abs(), (resized.z - 5.0).abs()
        assert torch.minimum(near, far).max() < 1e-4 and near.min() < 1e-4 and far.min() < 1e-4


def test_resizing_keeps_planes_and_the_points_they_hold():
    """Traps 14, 16: a slanted plane resized with its K stays the same plane."""
    K = torch.tensor([[40.0, 0, 17.0], [0, 44.0, 9.0], [0, 0, 1]])
    normal = torch.tensor([0.05, 0.2, 0.25])
    big = rays(K * torch.tensor([[2.0], [2.0], [1.0]]), 60, 40) @ normal
    resized = resize_depth(_depth(1 / (rays(K, 30, 20) @ normal), K), 60, 40)
    torch.testing.assert_close(resized.K[:2], 2 * K[:2])
    inner = (1 / big)[2:-2, 2:-2]
    assert ((resized.z[0, 2:-2, 2:-2] - inner).abs() / inner).max() < 2e-3


def test_unknown_depth_stays_unknown_and_spoils_nobody():
    valid = torch.ones(1, 20, 30, dtype=torch.bool)
    valid[:, :, :10] = False
    z = torch.where(valid, 4.0, 0.0)
    resized = resize_depth(Depth(z=z, valid=valid), 60, 40)
    assert not resized.valid[:, :, :20].any() and resized.valid[:, :, 20:].all()
    assert (resized.z[resized.valid] == 4.0).all()


def test_disparity_becomes_depth_with_the_contrast_asked_for():
    """Trap 15: larger disparity is nearer; scale and shift of the network do not matter."""
    disparity = torch.linspace(0, 1, 600).reshape(20, 30)
    z = z_from_disparity(disparity, 2.0, 12.0)
    assert float(z[0, 0]) == pytest.approx(12.0, rel=1e-3) and float(z[-1, -1]) == pytest.approx(2.0, rel=1e-3)
    assert (z.flatten().diff() <= 1e-6).all()
    torch.testing.assert_close(z_from_disparity(7 * disparity - 3, 2.0, 12.0), z, rtol=1e-4, atol=1e-4)
    assert torch.isfinite(z_from_disparity(torch.zeros(4, 5))).all()
    with pytest.raises(ValueError, match="near"):
        z_from_disparity(disparity, 3.0, 2.0)


@pytest.mark.parametrize("focal", [20.0, 90.0, 900.0])
def test_focal_clamp_moves_no_point_sideways(focal):
    """Trap 18."""
    z = torch.rand(48, 80, generator=torch.Generator().manual_seed(0)) + 1
    held_z, held = clamp_focal(z, focal)
    assert 80 / 2 / torch.tan(torch.deg2rad(torch.tensor(37.5))) - 1e-3 <= held
    assert held <= 80 / 2 / torch.tan(torch.deg2rad(torch.tensor(17.5))) + 1e-3
    before = unproject(z, intrinsics(80, 48, focal), torch.eye(4))
    after = unproject(held_z, intrinsics(80, 48, held), torch.eye(4))
    torch.testing.assert_close(after[..., :2], before[..., :2])
    assert focal != 90.0 or held_z is z


def test_depth_pro_output_agrees_with_its_published_processor():
    """Trap 17: focal length and picture width count; the oracle is the processor that ships with the model."""
    processing = pytest.importorskip("transformers.models.depth_pro.image_processing_depth_pro")
    from transformers.models.depth_pro.modeling_depth_pro import DepthProDepthEstimatorOutput

    inverse = torch.rand(24, 24, generator=torch.Generator().manual_seed(1)) + 0.1
    raw = DepthProDepthEstimatorOutput(predicted_depth=inverse[None], field_of_view=torch.tensor([61.0]))
    expected = processing.DepthProImageProcessor().post_process_depth_estimation(raw, target_sizes=[(40, 66)])[0]
    z, focal = metric_depth(inverse, 61.0, 66, 40)
    assert focal == pytest.approx(float(expected["focal_length"]), rel=1e-5)
    torch.testing.assert_close(z, expected["predicted_depth"], rtol=1e-4, atol=1e-5)
    wider, _ = metric_depth(inverse, 80.0, 66, 40)
    assert not torch.allclose(wider, z)
