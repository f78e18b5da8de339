"""What belongs to the art comes to the canvas exactly as the art does: depth, mask and lens, cut at the same border."""

from argparse import Namespace

import numpy as np
import pytest
import torch
from PIL import Image

from dreamdance_core.commands import options
from dreamdance_core.geometry.pinhole import intrinsics
from dreamdance_core.io.camera_files import write_cameras
from dreamdance_core.io.images import Picture
from dreamdance_core.types import Cameras

WIDTH, HEIGHT = 200, 128  # 200 is no multiple of 16: the canvas of 160 x 96 cuts at the top and below


def arguments(**more) -> Namespace:
    return Namespace(long_side=160, size=None, **more)


def ramp() -> torch.Tensor:
    """Brightness that tells the position: the row in red, the column in green."""
    v, u = torch.meshgrid(torch.arange(HEIGHT) / HEIGHT, torch.arange(WIDTH) / WIDTH, indexing="ij")
    return torch.stack([v, u, torch.zeros_like(u)], -1)


def test_depth_and_mask_stay_on_the_art(tmp_path):
    art = Picture(rgb=ramp())
    on_canvas = options.canvas(art, arguments())
    assert tuple(on_canvas.rgb.shape[:2]) == (96, 160)
    np.savez(tmp_path / "z.npz", z=1 + art.rgb[..., 0].numpy())
    depth = options.depth_on_canvas(str(tmp_path / "z.npz"), options._canvas_of(art, arguments()))
    assert (depth.z[0] - 1 - on_canvas.rgb[..., 0])[4:-4, 4:-4].abs().max() < 0.003
    np.savez(tmp_path / "turned.npz", z=np.ones((WIDTH, HEIGHT), np.float32))
    with pytest.raises(ValueError, match="the picture's aspect, got 128x200"):
        options.depth_on_canvas(str(tmp_path / "turned.npz"), options._canvas_of(art, arguments()))
    Image.fromarray((art.rgb[..., 1].numpy() * 255).astype(np.uint8)).save(tmp_path / "m.png")
    mask = options.mask_on_canvas(tmp_path / "m.png", art, arguments())
    assert (mask - on_canvas.rgb[..., 1]).abs().max() < 0.01


def test_a_camera_file_speaks_of_the_whole_art_or_of_the_canvas(tmp_path):
    art, eye = Picture(rgb=ramp()), torch.eye(4)[None]
    for width, height in ((WIDTH, HEIGHT), (2 * WIDTH, 2 * HEIGHT)):
        K = intrinsics(width, height, 0.9 * width)[None]
        write_cameras(tmp_path / "c.json", Cameras(c2w=eye, K=K, width=width, height=height))
        found = options.solution_from_file(tmp_path / "c.json", art, arguments()).cameras
        assert (found.width, found.height) == (160, 96)
        fx, fy, cx, cy = (float(found.K[0, i, j]) for i, j in ((0, 0), (1, 1), (0, 2), (1, 2)))
        assert (fx, cx) == pytest.approx((0.9 * 160, 80), abs=1e-3)
        assert fy == pytest.approx(fx, rel=0.006)  # the resized art has whole pixels
        assert cy == pytest.approx(48, abs=0.51)
    K = torch.tensor([[[150.0, 0, 70], [0, 140, 50], [0, 0, 1]]])
    write_cameras(tmp_path / "c.json", Cameras(c2w=eye, K=K, width=160, height=96))
    assert torch.allclose(options.solution_from_file(tmp_path / "c.json", art, arguments()).cameras.K, K)
