"""Masks and depth maps are read with the right polarity, frames and limits."""

import numpy as np
import pytest
import torch
from PIL import Image

from dreamdance_core.io.maps import read_clip_mask, read_depth, read_mask
from dreamdance_core.io.video import ClipRange, write_video


def test_mask_from_luminance_or_alpha(tmp_path):
    grey = np.zeros((5, 8), np.uint8)
    grey[:, 4:] = 255
    Image.fromarray(grey).save(tmp_path / "grey.png")
    assert read_mask(tmp_path / "grey.png").mean() == 0.5
    Image.fromarray(np.dstack([np.zeros((5, 8, 3), np.uint8), grey])).save(tmp_path / "flat.png")
    assert read_mask(tmp_path / "flat.png").mean() == 0.5


def test_packed_clip_mask_of_a_width_that_is_no_multiple_of_8(tmp_path):
    mask = np.random.default_rng(0).random((6, 5, 11)) > 0.5
    np.savez(tmp_path / "m.npz", mask=np.packbits(mask, axis=-1), shape=np.array(mask.shape))
    assert np.array_equal(read_clip_mask(tmp_path / "m.npz").numpy(), mask)
    some = read_clip_mask(tmp_path / "m.npz", ClipRange(start=1, frames=2, stride=2))
    assert np.array_equal(some.numpy(), mask[[1, 3]])


def test_clip_mask_from_a_video(tmp_path):
    frames = torch.zeros(3, 32, 48, 3)
    frames[:, :, 24:] = 1
    mask = read_clip_mask(write_video(tmp_path / "m.mp4", frames, 24.0))
    assert mask[:, :, 26:].min() == 1
    assert mask[:, :, :22].max() == 0


def test_depth_takes_the_first_frame_and_marks_the_unknown(tmp_path):
    z = np.full((2, 4, 6), 2.0, np.float16)
    z[0, 0, 0], z[0, 0, 1], z[0, 0, 2] = np.inf, -1, 0
    np.savez(tmp_path / "z.npz", z=z)
    depth = read_depth(tmp_path / "z.npz")
    assert depth.z.shape == (1, 4, 6)
    assert int((~depth.valid).sum()) == 3
    assert depth.sky.nonzero().tolist() == [[0, 0, 0]]  # infinitely far; the others are unknown
    assert torch.isfinite(depth.z).all()


def test_sentences(tmp_path):
    (tmp_path / "bad.npz").write_text("hello")
    for read in (read_depth, read_clip_mask):
        with pytest.raises(ValueError, match="not a readable .npz"):
            read(tmp_path / "bad.npz")
        with pytest.raises(FileNotFoundError):
            read(tmp_path / "none.npz")
    np.savez(tmp_path / "other.npz", x=np.zeros(3))
    with pytest.raises(ValueError, match="must hold z"):
        read_depth(tmp_path / "other.npz")
    np.savez(tmp_path / "zero.npz", z=np.zeros((4, 6)))
    with pytest.raises(ValueError, match="positive depths"):
        read_depth(tmp_path / "zero.npz")
