"""Pictures are read upright, in sRGB and with their alpha, whatever the file's mode."""

import numpy as np
import pytest
import torch
from PIL import Image

from dreamdance_core.io.images import Picture, read_image, to_canvas, write_image


def gradient(height: int = 5, width: int = 8) -> np.ndarray:
    ramp = np.linspace(0, 255, width, dtype=np.uint8)
    return np.stack(
        [np.tile(ramp, (height, 1)), np.full((height, width), 40), np.full((height, width), 200)], -1
    ).astype(np.uint8)


def test_rgb_round_trip_is_exact(tmp_path):
    image = torch.from_numpy(gradient()).float() / 255
    back = read_image(write_image(tmp_path / "a.png", image))
    assert back.alpha is None
    assert torch.equal(back.rgb, image)


def test_exif_orientation_turns_the_picture(tmp_path):
    picture = Image.fromarray(gradient())
    exif = picture.getexif()
    exif[0x0112] = 6  # the camera was held on its side: rotate 90 degrees clockwise to show
    picture.save(tmp_path / "phone.png", exif=exif)
    rgb = read_image(tmp_path / "phone.png").rgb
    assert rgb.shape == (8, 5, 3)
    assert torch.equal(rgb, torch.from_numpy(np.rot90(gradient(), -1).copy()).float() / 255)


def test_rgba_palette_grey_alpha_and_16_bit(tmp_path):
    rgba = np.dstack([gradient(), np.full((5, 8), 128, np.uint8)])
    Image.fromarray(rgba).save(tmp_path / "rgba.png")
    assert read_image(tmp_path / "rgba.png").alpha.mean() == pytest.approx(128 / 255)

    palette = Image.fromarray(rgba[..., :3]).quantize(8)
    palette.save(tmp_path / "palette.png", transparency=0)
    read = read_image(tmp_path / "palette.png")
    assert read.rgb.shape == (5, 8, 3)
    assert 0 < float(read.alpha.mean()) < 1

    Image.fromarray(rgba).convert("LA").save(tmp_path / "la.png")
    assert read_image(tmp_path / "la.png").alpha is not None

    deep = np.linspace(0, 65535, 40).reshape(5, 8).astype(np.uint16)
    Image.fromarray(deep).save(tmp_path / "deep.png")
    assert np.allclose(read_image(tmp_path / "deep.png").rgb[..., 0], deep / 65535, atol=1e-4)


def test_opaque_alpha_counts_as_none(tmp_path):
    Image.fromarray(np.dstack([gradient(), np.full((5, 8), 255, np.uint8)])).save(tmp_path / "opaque.png")
    assert read_image(tmp_path / "opaque.png").alpha is None


def test_cmyk_becomes_rgb(tmp_path):
    Image.fromarray(gradient()).convert("CMYK").save(tmp_path / "print.jpg", quality=100)
    assert np.abs(read_image(tmp_path / "print.jpg").rgb.numpy() * 255 - gradient()).mean() < 12


def test_sentences_for_what_is_not_a_picture(tmp_path):
    (tmp_path / "text.png").write_text("hello")
    with pytest.raises(ValueError, match="not a readable picture"):
        read_image(tmp_path / "text.png")
    whole = tmp_path / "whole.png"
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8)).save(whole)
    (tmp_path / "cut.png").write_bytes(whole.read_bytes()[:3000])
    with pytest.raises(ValueError, match="not a readable picture"):
        read_image(tmp_path / "cut.png")
    with pytest.raises(FileNotFoundError, match="no picture at"):
        read_image(tmp_path / "none.png")


@pytest.mark.parametrize(
    ("height", "width", "expected"), [(1344, 1344, (640, 640)), (768, 432, (640, 352)), (90, 400, (144, 640))]
)
def test_canvas_keeps_aspect_in_multiples_of_16(height, width, expected):
    canvas = to_canvas(Picture(rgb=torch.rand(height, width, 3), alpha=torch.rand(height, width)), 640)
    assert tuple(canvas.rgb.shape[:2]) == tuple(canvas.alpha.shape) == expected


def test_canvas_of_its_own_size_is_the_picture():
    rgb = torch.rand(64, 96, 3)
    assert torch.allclose(to_canvas(Picture(rgb=rgb), 96).rgb, rgb, atol=1e-6)
    with pytest.raises(ValueError, match="multiples of 16"):
        to_canvas(Picture(rgb=rgb), 96, (100, 64))


def test_a_name_that_is_no_pictures_is_refused(tmp_path):
    with pytest.raises(ValueError, match="mask.xyz cannot be written as a picture"):
        write_image(tmp_path / "mask.xyz", torch.zeros(4, 4))
    assert write_image(tmp_path / "new" / "mask.PNG", torch.zeros(4, 6)).is_file()
    assert [p.name for p in (tmp_path / "new").iterdir()] == ["mask.PNG"]
