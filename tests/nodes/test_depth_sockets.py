"""DA3 and MoGe geometry as the host's own nodes make it, from its own networks with small random weights."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import torch

WIDTH, HEIGHT = 160, 96


@pytest.fixture(scope="module")
def sockets(pack):
    return pack.nodes.sockets


@pytest.fixture(scope="module")
def images():
    return torch.rand(2, HEIGHT, WIDTH, 3, generator=torch.Generator().manual_seed(0))


def _da3(**options):
    """The host's Depth Anything 3, ready for its inference node."""
    import comfy.ops
    from comfy.ldm.depth_anything_3 import model as da3
    from comfy.model_patcher import CoreModelPatcher

    preset = {"hidden_size": 64, "num_hidden_layers": 4, "num_attention_heads": 1, "use_swiglu_ffn": False}
    with pytest.MonkeyPatch.context() as patch, torch.random.fork_rng(devices=[]):
        patch.setitem(da3._BACKBONE_PRESETS, "tiny", preset)
        torch.manual_seed(0)
        net = da3.DepthAnything3Net(
            backbone_name="tiny",
            out_layers=(0, 1, 2, 3),
            head_features=16,
            head_out_channels=(8, 8, 16, 16),
            dtype=torch.float32,
            operations=comfy.ops.manual_cast,
            **options,
        )
        for parameter in net.parameters():
            torch.nn.init.normal_(parameter, std=0.02)
    holder = torch.nn.Module()
    holder.diffusion_model = net.eval()
    cpu = torch.device("cpu")
    return CoreModelPatcher(holder, load_device=cpu, offload_device=cpu)


@pytest.mark.parametrize(("pose_method", "size"), [("cam_dec", (154, 98)), ("ray_pose", (504, 308))])
def test_da3_views_of_the_hosts_node(sockets, images, pose_method, size):
    """Intrinsics stand at the size the host worked at, which it does not say: 96 px become 98 or 308."""
    from comfy_extras.nodes_depth_anything_3 import DA3Inference

    model = _da3(head_type="dualdpt", head_output_dim=2, head_dim_in=128, cat_token=True, alt_start=2, has_cam_dec=True)
    mode = {"mode": "multiview", "ref_view_strategy": "first", "pose_method": pose_method}
    geometry = DA3Inference.execute(model, images, size[0], "upper_bound_resize", mode)[0]
    assert "sky" not in geometry and geometry["intrinsics"].shape == (1, 2, 3, 3)
    K = geometry["intrinsics"][0, 0]
    assert float(K[0, 0]) > 4, "the host found no lens: nothing is tested"
    depth = sockets.depth_from(geometry, WIDTH, HEIGHT, count=2)
    assert depth.z.shape == (2, HEIGHT, WIDTH) and depth.sky is None
    torch.testing.assert_close(depth.z[depth.valid], geometry["depth"][depth.valid])
    assert (pose_method == "cam_dec") == (float(K[0, 2]) == size[0] / 2 and float(K[1, 2]) == size[1] / 2)
    scale = torch.tensor([WIDTH / size[0], HEIGHT / size[1]])
    torch.testing.assert_close(depth.K[[0, 1], [0, 1]], K[[0, 1], [0, 1]] * scale)
    torch.testing.assert_close(depth.K[:2, 2], (K[:2, 2] + 0.5) * scale)


def test_da3_with_a_sky_head(sockets, images):
    """The mono networks name the sky; a picture of another aspect is refused, one of another size is resized."""
    from comfy_extras.nodes_depth_anything_3 import DA3Inference

    model = _da3(head_type="dpt", head_output_dim=1, head_dim_in=64, head_use_sky_head=True)
    geometry = DA3Inference.execute(model, images, 154, "upper_bound_resize", {"mode": "mono"})[0]
    middle = float(geometry["sky"].median())
    geometry["sky"] = (geometry["sky"] - middle) * 1e3 + 0.5  # random weights are never sure
    depth = sockets.depth_from(geometry, WIDTH, HEIGHT, count=2)
    assert depth.K is None and 0.2 < float(depth.sky.float().mean()) < 0.8
    assert torch.equal(depth.sky, geometry["sky"] > 0.5) and not (depth.valid & depth.sky).any()
    bigger = sockets.depth_from(geometry, 2 * WIDTH, 2 * HEIGHT, count=2)
    assert torch.equal(bigger.sky[:, ::2, ::2], depth.sky) and torch.isfinite(bigger.z).all()
    with pytest.raises(ValueError, match="160x96.*aspect|aspect.*160x96"):
        sockets.depth_from(geometry, HEIGHT, WIDTH, count=2)


def test_da3_of_one_view_has_no_lens(sockets):
    """The host answers a single multi-view picture with an identity K: no focal length, not one of a pixel."""
    geometry = {"depth": torch.rand(1, HEIGHT, WIDTH) + 1, "mode": "multiview", "intrinsics": torch.eye(3)[None, None]}
    assert sockets.depth_from(geometry, WIDTH, HEIGHT).K is None


def _moge():
    """The host's MoGe (version 1), its loader fed with the state of a small random network."""
    import comfy.model_management
    import comfy.ops
    from comfy.ldm.moge.model import MoGeModel, MoGeModelV1

    backbone = {"hidden_size": 64, "num_attention_heads": 1, "num_hidden_layers": 4, "use_swiglu_ffn": False}
    backbone["layer_norm_eps"] = 1e-6
    with pytest.MonkeyPatch.context() as patch, torch.random.fork_rng(devices=[]):
        patch.setattr(comfy.model_management, "text_encoder_dtype", lambda device=None: torch.float32)
        torch.manual_seed(0)
        net = MoGeModelV1(backbone, dim_upsample=[16, 8, 8], dtype=torch.float32, operations=comfy.ops.manual_cast)
        for parameter in net.parameters():
            torch.nn.init.normal_(parameter, std=0.05)
        return MoGeModel(net.state_dict())


@pytest.mark.parametrize("apply_mask", [True, False])
def test_moge_of_the_hosts_node(sockets, images, apply_mask):
    """Its points, projected with our K, land in the middle of their pixels; what it masks above is sky."""
    from comfy_extras.nodes_moge import MoGeInference

    model = _moge()
    masked = torch.zeros(2, HEIGHT, WIDTH)
    masked[0, 30:], masked[1] = 1.0, 1.0
    masked[1, 40:60, 50:70] = 0.0  # a hole that does not reach the border is no sky
    forward = model.model.forward

    def known(*args, **kwargs):
        out = forward(*args, **kwargs)
        ramp = torch.linspace(2.0, 5.0, WIDTH).expand(2, HEIGHT, WIDTH)
        return out | {"mask": masked, "points": torch.stack([ramp * 0.1, ramp * 0.05, ramp], -1)}

    model.model.forward = known
    geometry = MoGeInference.execute(model, images, 0, 50.0, 4, True, apply_mask)[0]
    depth = sockets.depth_from(geometry, WIDTH, HEIGHT, count=2)
    assert torch.equal(depth.sky[0], masked[0] < 0.5) and not depth.sky[1].any()
    assert torch.equal(depth.valid, masked > 0.5) and torch.isfinite(depth.z).all()
    points = geometry["points"][0, 50, 100]
    at = depth.K @ points / points[2]
    torch.testing.assert_close(at[:2], torch.tensor([100.5, 50.5]), atol=1e-3, rtol=0)
    assert float(depth.z[0, 50, 100]) == pytest.approx(float(points[2]), rel=1e-5)


def test_a_moge_panorama_is_refused(sockets):
    """Its depth is a distance around the viewer, not a planar z."""
    geometry = {"points": torch.rand(1, 32, 64, 3), "depth": torch.rand(1, 32, 64), "mask": torch.ones(1, 32, 64)}
    with pytest.raises(ValueError, match="panorama"):
        sockets.depth_from(geometry, 64, 32)


def test_the_number_of_maps_fits_the_pictures(pack, sockets):
    """One map serves all pictures, one picture takes the first map, anything else is refused."""
    Depth = pack.dreamdance_core.types.Depth
    z = torch.arange(1.0, 4.0)[:, None, None].expand(3, 20, 30).contiguous()
    sky = torch.zeros(3, 20, 30, dtype=torch.bool)
    sky[0, :4] = True
    three = Depth(z=z, valid=~sky, sky=sky)
    assert sockets.depth_from(three, 30, 20, count=3).z[2, 0, 0] == 3
    first = sockets.depth_from(three, 30, 20)
    assert first.z.shape == (1, 20, 30) and first.z.max() == 1 and torch.equal(first.sky, sky[:1])
    spread = sockets.depth_from(first, 60, 40, count=4)
    assert spread.z.shape == spread.sky.shape == spread.valid.shape == (4, 40, 60) and spread.sky[3, 0].all()
    with pytest.raises(ValueError, match="1 or 2 maps, one per picture, got 3"):
        sockets.depth_from(three, 30, 20, count=2)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_depths(sockets, dtype):
    """What a half-precision host sends is read in full precision; its infinity is no number."""
    z = torch.full((1, HEIGHT, WIDTH), 3.0)
    z[:, :10] = 1e6  # infinite in float16
    depth = sockets.depth_from({"depth": z.to(dtype), "sky": (z > 10).to(dtype)}, WIDTH, HEIGHT)
    assert depth.z.dtype == torch.float32 and torch.isfinite(depth.z).all()
    assert depth.sky[:, :10].all() and not depth.valid[:, :10].any() and (depth.z[:, 10:] == 3).all()
    picture = torch.linspace(0, 1, WIDTH)[None, None, :, None].expand(1, HEIGHT, WIDTH, 3).to(dtype)
    ramp = sockets.depth_from(picture, WIDTH, HEIGHT, 1.0, 4.0).z
    assert ramp.dtype == torch.float32 and float(ramp[0, 0, 0]) == pytest.approx(4.0, rel=1e-2)


def test_wrong_payloads_get_one_sentence(sockets):
    good = torch.rand(1, HEIGHT, WIDTH) + 1
    bad = {
        "DA3_GEOMETRY sky must have the shape": {"depth": good, "sky": torch.zeros(1, HEIGHT // 2, WIDTH)},
        r"DA3_GEOMETRY depth must have the shape \(B,H,W\)": {"depth": good[..., None]},
        "at least one valid pixel": {"depth": torch.zeros(1, HEIGHT, WIDTH)},
        "got SimpleNamespace": SimpleNamespace(depth=good),
    }
    for sentence, value in bad.items():
        with pytest.raises(ValueError, match=sentence) as error:
            sockets.depth_from(value, WIDTH, HEIGHT)
        assert "\n" not in str(error.value)
