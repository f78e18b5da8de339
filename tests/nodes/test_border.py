"""The border between the host's payloads and core's types."""

from __future__ import annotations

import pytest
import torch


@pytest.fixture(scope="module")
def sockets(pack):
    return pack.nodes.sockets


@pytest.fixture(scope="module")
def host(pack):
    return pack.nodes.host


def _gaussians(pack, count=7):
    types = pack.dreamdance_core.types
    g = torch.Generator().manual_seed(0)
    quats = torch.nn.functional.normalize(torch.randn(count, 4, generator=g), dim=-1)
    return types.Gaussians(
        means=torch.randn(count, 3, generator=g),
        quats=quats,
        scales=torch.rand(count, 3, generator=g) + 0.01,
        opacities=torch.rand(count, generator=g),
        sh=torch.randn(count, 4, 3, generator=g),
    )


def test_splat_round_trip_is_exact_and_copies(pack, sockets):
    before = _gaussians(pack)
    splat = sockets.to_splat(before)
    assert splat.positions.shape == (1, 7, 3) and splat.opacities.shape == (1, 7, 1) and splat.sh.shape == (1, 7, 4, 3)
    after = sockets.from_splat(splat)
    for name in ("means", "quats", "scales", "opacities", "sh"):
        torch.testing.assert_close(getattr(after, name), getattr(before, name))
    after.means.zero_()
    assert splat.positions.abs().sum() > 0


def test_splat_opens_in_the_hosts_exporter(pack, sockets):
    """The host's own PLY writer and reader get the same Gaussians back: an outside oracle for the SPLAT convention."""
    from comfy_extras.nodes_gaussian_splat import File3DToSplat, SplatToFile3D

    before = _gaussians(pack)
    file = SplatToFile3D.execute(sockets.to_splat(before), "ply")[0]
    after = sockets.from_splat(File3DToSplat.execute(file)[0])
    torch.testing.assert_close(after.means, before.means, atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(after.scales, before.scales, atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(after.opacities, before.opacities, atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(after.sh, before.sh, atol=1e-5, rtol=1e-5)


def test_padded_and_bad_splats(pack, sockets):
    splat = sockets.to_splat(_gaussians(pack))
    splat.counts = torch.tensor([3])
    assert len(sockets.from_splat(splat)) == 3
    splat.counts = torch.tensor([0])
    with pytest.raises(ValueError, match="at least one Gaussian"):
        sockets.from_splat(splat)
    splat.counts, splat.positions = None, splat.positions.clone().fill_(float("nan"))
    with pytest.raises(ValueError, match="splat must be finite"):
        sockets.from_splat(splat)


def test_depth_from_moge_scales_k_and_drops_infinity(sockets):
    z = torch.full((1, 30, 40), 2.0)
    z[0, 0, 0] = float("inf")
    K = torch.tensor([[[0.8, 0.0, 0.5], [0.0, 1.2, 0.5], [0.0, 0.0, 1.0]]])
    geometry = {"points": torch.zeros(1, 30, 40, 3), "depth": z, "intrinsics": K, "mask": torch.ones(1, 30, 40)}
    depth = sockets.depth_from(geometry, 80, 60)
    assert depth.z.shape == (1, 60, 80) and not depth.valid[0, 0, 0] and depth.valid[0, 30, 40]
    torch.testing.assert_close(depth.K, torch.tensor([[64.0, 0, 40.0], [0, 72.0, 30.0], [0, 0, 1]]))


def test_depth_from_da3_rescales_k_from_the_processed_size(sockets):
    """K of DA3's cam_dec stands at the processed size, twice its principal point."""
    K = torch.tensor([[[[300.0, 0.0, 252.0], [0.0, 300.0, 140.0], [0.0, 0.0, 1.0]]]])
    geometry = {"depth": torch.rand(1, 384, 640) + 1, "image": None, "mode": "multiview", "intrinsics": K}
    depth = sockets.depth_from(geometry, 640, 384)
    cx, cy = 252.5 * 640 / 504, 140.5 * 384 / 280  # DA3 counts pixel centres from 0
    want = torch.tensor([[300 * 640 / 504, 0, cx], [0, 300 * 384 / 280, cy], [0, 0, 1]])
    torch.testing.assert_close(depth.K, want)


def test_depth_picture_is_linear_in_disparity(sockets):
    picture = torch.zeros(1, 16, 48, 3)
    picture[:, :, 16:32], picture[:, :, 32:] = 0.5, 1.0
    depth = sockets.depth_from(picture, 48, 16, near=1.0, far=4.0)
    assert depth.z[0, 8, 8] == pytest.approx(4.0) and depth.z[0, 8, 40] == pytest.approx(1.0)
    assert depth.z[0, 8, 24] == pytest.approx(1.6)
    assert sockets.depth_from(picture, 48, 16, 1.0, 4.0, False).z[0, 8, 8] == pytest.approx(1.0)
    with pytest.raises(ValueError, match="near must be above 0 and below far"):
        sockets.depth_from(picture, 48, 16, near=4.0, far=1.0)


def test_a_smaller_depth_map_grows_without_stairs_or_bridges(pack, sockets):
    """A slanted plane stays a plane; across a depth edge no value appears between the two sides."""
    types = pack.dreamdance_core.types
    z = (1 / torch.linspace(0.5, 1, 30))[None, :, None].repeat(1, 1, 40)
    small = types.Depth(z=z, valid=torch.ones_like(z, dtype=torch.bool), metres_per_unit=2.0)
    grown = sockets.depth_from(small, 120, 90)
    steps = (1 / grown.z)[0, 3:-3, 60].diff()
    assert float(steps.max() / steps.min()) < 1.01 and grown.metres_per_unit == 2.0
    geometry = {"depth": torch.where(torch.arange(40) < 20, 1.0, 4.0).expand(1, 30, 40)}
    z = sockets.depth_from(geometry, 120, 90).z
    assert bool((((z - 1).abs() < 1e-4) | ((z - 4).abs() < 1e-3)).all())


def test_boxes_in_every_shape(sockets):
    box = {"x": 10, "y": 20, "width": 30, "height": 40}
    small = {"x": 0, "y": 0, "width": 1, "height": 1}
    want = torch.tensor([[10.0, 20, 40, 60]] * 3)
    for value in (box, [box], [[small, box]], [[box], [], [box]]):
        torch.testing.assert_close(sockets.boxes_from(value, 3), want)
    with pytest.raises(ValueError, match="at least one box"):
        sockets.boxes_from([[]], 3)


def test_pictures_from_the_host(host):
    half = torch.rand(2, 32, 48, 4).half()
    frames = host.from_host(half)
    assert frames.dtype == torch.float32 and frames.shape == (2, 32, 48, 3)
    full = torch.rand(1, 32, 48, 3)
    host.from_host(full).zero_()
    assert full.sum() > 0
    bad = {
        "empty clip": torch.zeros(0, 32, 48, 3),
        "16x16": torch.zeros(1, 8, 48, 3),
        "finite": torch.full((1, 32, 48, 3), float("nan")),
        "RGB pictures": torch.zeros(1, 32, 48, 1),
    }
    for words, value in bad.items():
        with pytest.raises(ValueError, match=words):
            host.from_host(value)


def test_masks_are_fitted_or_refused(host):
    frames = torch.zeros(3, 32, 48, 3)
    assert host.mask_of(torch.ones(32, 48), frames, "mask").shape == (3, 32, 48)
    with pytest.raises(ValueError, match="mask must be 48x32 px like its pictures, got 32x48"):
        host.mask_of(torch.ones(1, 48, 32), frames, "mask")
    with pytest.raises(ValueError, match="1 or 3 masks"):
        host.mask_of(torch.ones(2, 32, 48), frames, "mask")


def test_outputs_follow_the_hosts_number_type(host, monkeypatch):
    import comfy.model_management as mm

    monkeypatch.setattr(mm, "intermediate_dtype", lambda: torch.float16)
    assert host.to_host(torch.rand(1, 4, 4, 3)).dtype == torch.float16


def test_splats_stay_exact_where_pictures_are_half_numbers(pack, sockets, monkeypatch):
    import comfy.model_management as mm

    monkeypatch.setattr(mm, "intermediate_dtype", lambda: torch.float16)
    before = _gaussians(pack)
    assert torch.equal(sockets.from_splat(sockets.to_splat(before)).means, before.means)


def test_other_models_make_room_on_a_gpu_only(host, monkeypatch):
    import comfy.model_management as mm

    asked = []
    monkeypatch.setattr(mm, "free_memory", lambda size, device: asked.append((size, device)))
    monkeypatch.setattr(mm, "get_torch_device", lambda: torch.device("cpu"))
    host.make_room(7)
    monkeypatch.setattr(mm, "get_torch_device", lambda: torch.device("cuda"))
    host.make_room(7)
    assert asked == [(7, torch.device("cuda"))]


def test_a_changed_file_in_a_folder_changes_its_fingerprint(pack, tmp_path, monkeypatch):
    """COLMAP: the folder's own time stands still when images.txt is written anew."""
    import folder_paths

    monkeypatch.setattr(folder_paths, "get_input_directory", lambda: str(tmp_path))
    (tmp_path / "colmap").mkdir()
    (tmp_path / "colmap" / "images.txt").write_text("one")
    before = pack.nodes.files.fingerprint("colmap")
    assert pack.nodes.files.fingerprint("colmap") == before
    (tmp_path / "colmap" / "images.txt").write_text("two more")
    assert pack.nodes.files.fingerprint("colmap") != before


def test_a_linked_file_name_does_not_defeat_the_cache(pack):
    """The host passes None for links, and takes an exception as "always run again"."""
    nodes = pack.nodes
    assert nodes.pose.LoadPose.fingerprint_inputs(None) == nodes.pose.LoadPose.fingerprint_inputs(None)
    assert nodes.camera.LoadCameras.fingerprint_inputs(None, width=0)
    assert nodes.gated.LoadModel.fingerprint_inputs(None, base="")


def test_a_cancelled_run_raises_the_hosts_interrupt(host):
    import comfy.model_management as mm

    run = host.runtime()
    run.report(0, 10)
    mm.interrupt_current_processing(True)
    with pytest.raises(mm.InterruptProcessingException):
        run.report(1, 10)
    run.report(2, 10)


def test_modules_go_through_the_hosts_memory_manager(host):
    import comfy.model_management as mm

    run, module = host.runtime(), torch.nn.Linear(3, 5)
    with torch.inference_mode(), run.resident(module) as here:
        assert here(torch.ones(2, 3)).shape == (2, 5)
        held = [
            loaded.model.model.module for loaded in mm.current_loaded_models if hasattr(loaded.model.model, "module")
        ]
        assert any(one is module for one in held)
    with run.resident(module) as again:
        assert again is module


def test_weights_are_looked_for_in_the_hosts_folders(host):
    folders = host.weight_folders()
    assert folders[0].name == "dreamdance" and any(folder.name == "background_removal" for folder in folders)
