"""Video nodes and bridges: the gated model at tiny size, and the host's own nodes downstream."""

from __future__ import annotations

import pytest
import torch


@pytest.fixture(autouse=True)
def _as_in_the_host():
    with torch.inference_mode():
        yield


def _clip(count: int, height: int, width: int, seed: int = 0) -> torch.Tensor:
    return torch.rand(count, height, width, 3, generator=torch.Generator().manual_seed(seed))


def test_temporal_aggregate_joins_clips_of_any_model(pack):
    """Clips cut from one video, with overlap, give that video back."""
    video = _clip(20, 32, 48)
    clips = {"clip0": video[:8], "clip1": video[4:12], "clip2": video[8:20]}
    execute = pack.nodes.long_video.TemporalAggregate.execute
    torch.testing.assert_close(execute(96, 48, 4, "blend", clips)[1], video, atol=1e-6, rtol=1e-5)
    for length in (8, 24, 48):  # a clip shorter than a window is one window
        (only,) = execute(length, 48, 24, "blend")[0].windows
        assert (only.start, only.stop, only.overlap) == (0, length // 4, 0)
    with pytest.raises(ValueError, match="length must be a multiple of 8 frames, got 97; the nearest is 96"):
        execute(97, 48, 24, "blend")


def _path(pack, width: int = 640, height: int = 384):
    return pack.nodes.camera.CameraPath.execute("orbit", 1.0, 9, 12.0, width, height, 60.0)[0]


def test_cameras_go_to_the_hosts_viewers_and_back(pack):
    from comfy_extras.nodes_gaussian_splat import RenderSplat  # noqa: F401  (the consumer exists in this host)

    interop, path = pack.nodes.interop, _path(pack).cameras
    infos = interop.CamerasToLoad3D.execute(path, -1)[0]
    assert len(infos) == 9 and infos[0]["cameraType"] == "perspective"
    back = interop.CamerasFromLoad3D.execute(infos, [640], [384], [12.0], [9])[0]
    torch.testing.assert_close(back.c2w, path.c2w, atol=1e-5, rtol=0)
    torch.testing.assert_close(back.K, path.K, atol=1e-2, rtol=1e-4)
    still = interop.CamerasFromLoad3D.execute(infos[3:4], [640], [384], [12.0], [5])[0]
    assert len(still) == 5
    with pytest.raises(ValueError, match="frame must be below the path's length 9, got 9"):
        interop.CamerasToLoad3D.execute(path, 9)


def test_cameractrl_round_trip(pack):
    interop, path = pack.nodes.interop, _path(pack).cameras
    rows = interop.CamerasToCameraCtrl.execute(path)[0]
    back = interop.CamerasFromCameraCtrl.execute(rows, 640, 384, 12.0)[0]
    torch.testing.assert_close(back.c2w, path.c2w, atol=1e-5, rtol=0)
    torch.testing.assert_close(back.K, path.K, atol=1e-2, rtol=1e-5)


def test_wan_embedding_is_the_hosts_own(pack):
    """The host's WanCameraEmbedding for a static camera with the same lens, compared number by number."""
    from comfy_extras.nodes_camera_trajectory import WanCameraEmbedding

    theirs = WanCameraEmbedding.execute("Static", 128, 72, 9, 1.0, 0.5, 64 / 72, 0.5, 0.5)[0]  # 16:9, else it rescales
    path = pack.nodes.camera.CameraPath.execute("static", 1.0, 10, 12.0, 128, 72, 90.0)[0]
    ours, length = pack.nodes.interop.CamerasToWan.execute(path, 128, 72).result
    assert length == 9 and ours.shape == theirs.shape
    torch.testing.assert_close(ours, theirs.to(ours), atol=1e-5, rtol=0)


def test_cameras_of_a_multiview_geometry(pack):
    w2c = torch.eye(4)[:3].repeat(1, 2, 1, 1)
    w2c[0, 1, 0, 3] = -0.5
    K = torch.tensor([[300.0, 0, 252], [0, 300, 140], [0, 0, 1]]).repeat(1, 2, 1, 1)
    execute = pack.nodes.interop.CamerasFromGeometry.execute
    geometry = {"extrinsics": w2c, "intrinsics": K, "depth": torch.full((2, 280, 504), 4.0)}
    solution = execute(geometry, 640, 384, 24.0)[0]
    assert float(solution.cameras.c2w[1, 0, 3]) == pytest.approx(0.5)
    assert solution.median_depth == 4.0
    with pytest.raises(ValueError, match="set DA3's mode to multiview"):
        execute({"depth": K}, 640, 384, 24.0)
