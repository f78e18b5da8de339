"""Depth maps: resizing, disparity, focal clamp; the networks' input and raw output; which backend auto takes."""

from types import SimpleNamespace

import pytest
import torch

from dreamdance_core import backends
from dreamdance_core.depth.backends import depth_anything_v2, depth_pro
from dreamdance_core.depth.backends.depth_pro import metric_depth
from dreamdance_core.depth.backends.room_box import RoomBox
from dreamdance_core.depth.maps import clamp_focal, resize_depth, z_from_disparity
from dreamdance_core.geometry.pinhole import intrinsics, rays, unproject
from dreamdance_core.io import weights
from dreamdance_core.runtime import Runtime
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


def test_a_skyline_does_not_use_the_contrast_up():
    """Traps 15, 26: the farthest thing that is not sky lies at `far`, however much sky there is."""
    disparity = torch.linspace(1.0, 9.0, 20)[:, None].repeat(1, 30)
    sky = torch.zeros(20, 30, dtype=torch.bool)
    sky[:8], disparity[:8] = True, 0.0
    z = z_from_disparity(disparity, 1.0, 10.0, sky)
    assert float(z[8, 0]) == pytest.approx(10.0, rel=1e-3) and float(z[-1, 0]) == pytest.approx(1.0, rel=1e-3)
    assert torch.isfinite(z).all() and torch.isfinite(z_from_disparity(disparity, sky=torch.ones_like(sky))).all()


def test_the_sky_is_resized_with_its_depth():
    """Traps 16, 26: nearest, never valid, and the ground beside it stays as far as it was."""
    sky = torch.zeros(2, 20, 30, dtype=torch.bool)
    sky[0, :8], sky[1, :3, 10:] = True, True
    depth = Depth(z=torch.where(sky, 1e4, 4.0), valid=~sky, sky=sky)
    for width, height in ((60, 40), (15, 10), (37, 23)):
        resized = resize_depth(depth, width, height)
        assert resized.sky.shape == (2, height, width) and torch.equal(resized.valid, ~resized.sky)
        assert (resized.z[resized.valid] - 4).abs().max() < 1e-4 and abs(
            float(resized.sky[0].float().mean()) - 0.4
        ) < 0.06
    assert resize_depth(_depth(torch.ones(4, 6)), 12, 8).sky is None


@pytest.mark.parametrize(("height", "width"), [(540, 702), (800, 640), (1024, 519)])
def test_depth_anything_is_fed_as_its_published_processor_does(height, width):
    """Sizes, filter, mean and deviation; the oracle is transformers' processor with the published configuration."""
    transformers = pytest.importorskip("transformers")
    processor = transformers.DPTImageProcessor(
        size={"height": 518, "width": 518},
        keep_aspect_ratio=True,
        ensure_multiple_of=14,
        resample=3,
        image_mean=[0.485, 0.456, 0.406],
        image_std=[0.229, 0.224, 0.225],
    )
    picture = _picture_8_bit(height, width)
    want = processor((picture * 255).to(torch.uint8).permute(2, 0, 1), return_tensors="pt")["pixel_values"]
    got = depth_anything_v2.network_input(picture, 518, 14)
    assert got.shape == want.shape and min(got.shape[2:]) == 518
    assert (got - want).abs().max() < 0.03  # the processor rounds to 8 bits after resizing


def test_depth_anything_sees_small_pictures_at_its_own_size():
    """As the authors' code does; the processor would show the network 294 of 518 rows."""
    assert depth_anything_v2.network_input(torch.rand(384, 640, 3), 518, 14).shape == (1, 3, 518, 868)


def test_depth_pro_is_fed_as_its_published_processor_does():
    transformers = pytest.importorskip("transformers")
    picture = _picture_8_bit(90, 130)
    processor = transformers.DepthProImageProcessor(
        size={"height": 64, "width": 64}, image_mean=[0.5] * 3, image_std=[0.5] * 3
    )
    want = processor((picture * 255).to(torch.uint8).permute(2, 0, 1), return_tensors="pt")["pixel_values"]
    torch.testing.assert_close(depth_pro.network_input(picture, 64), want, atol=1e-4, rtol=1e-4)


def _picture_8_bit(height: int, width: int) -> torch.Tensor:
    coarse = torch.rand(1, 3, height // 6, width // 6, generator=torch.Generator().manual_seed(2))
    fine = torch.nn.functional.interpolate(coarse, (height, width), mode="bilinear")[0].permute(1, 2, 0)
    return (fine * 255).round() / 255


class _Network(torch.nn.Module):
    """Says 0 for the upper rows and nearer downwards; remembers what it was fed."""

    def __init__(self, **more):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.zeros(1))
        self.more = more
        self.config = SimpleNamespace(patch_size=14, scaled_images_ratios=[0.25])
        self.dtype = torch.float32

    def forward(self, pixel_values):
        height, width = pixel_values.shape[2:]
        rows = (torch.arange(height) + 0.5) / height
        disparity = torch.where(rows < 0.5, torch.zeros_like(rows), rows)[:, None].expand(height, width)
        return SimpleNamespace(predicted_depth=disparity[None], **self.more)


def _day() -> torch.Tensor:
    v = (torch.arange(64) + 0.5)[:, None, None] / 64
    sky = torch.lerp(torch.tensor([0.2, 0.45, 0.95]), torch.tensor([0.8, 0.9, 1.0]), 2 * v)
    return torch.where(v < 0.5, sky, torch.tensor([0.3, 0.2, 0.1])).expand(64, 96, 3).clone()


def test_both_networks_say_where_the_sky_is():
    """Trap 26: infinitely far is a mask, not a number; a white room of the same disparity has none."""
    pro = depth_pro.DepthPro(_Network(field_of_view=torch.tensor([60.0])), Runtime())
    for backend in (depth_anything_v2.DepthAnythingV2(_Network(), Runtime(), side=56), pro):
        depth = backend(torch.stack([_day(), torch.ones(64, 96, 3)]))
        assert depth.sky.shape == depth.z.shape and torch.equal(depth.valid, ~depth.sky)
        assert depth.sky[0, :30].all() and not depth.sky[0, 34:].any() and not depth.sky[1].any()
        assert torch.isfinite(depth.z).all() and (depth.z[0, -1] < depth.z[0, 40]).all()


def test_auto_takes_the_network_only_where_its_weights_are(tmp_path, monkeypatch):
    monkeypatch.setenv("DREAMDANCE_WEIGHTS", str(tmp_path / "none"))
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(weights, "_in_hub_cache", lambda weight: None)
    monkeypatch.setattr(weights, "get", lambda *a: pytest.fail("auto must never download"))
    run = Runtime(weight_folders=(tmp_path,), download=True)
    assert backends.resolve("depth", "auto", run) == "room_box"
    box = backends.load("depth", "auto", run)
    assert isinstance(box, RoomBox) and box.whole_pictures_only
    folder = tmp_path / "depth_anything_v2"
    folder.mkdir()
    (folder / "model.safetensors").write_bytes(b"")
    loaded = []
    monkeypatch.setattr(depth_anything_v2, "load", lambda run: loaded.append(run) or depth_anything_v2.tiny())
    assert backends.resolve("depth", "auto", run) == "depth_anything_v2"
    network = backends.load("depth", "auto", run)
    assert isinstance(network, depth_anything_v2.DepthAnythingV2) and not loaded[0].download
    assert backends.resolve("depth", "room_box", run) == "room_box"
    with pytest.raises(ValueError, match="auto"):
        backends.resolve("depth", "nothing", run)


def test_depth_pro_shows_its_licence():
    """Trap 70: the research licence stands wherever a user meets the name; nothing picks it by itself."""
    weight = weights.REGISTRY["depth_pro"]
    assert "research" in weight.licence and not weight.permissive and not weight.default
    assert "research only" in depth_pro.__doc__.split("\n")[0]
    assert weights.REGISTRY["depth_anything_v2"].permissive
