"""Pictures in and out: upright, sRGB, alpha kept, whatever the file's mode."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError
from torch import Tensor
from torch.nn import functional as F

from .whole import write_whole

WRITABLE = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP", ".tif": "TIFF", ".tiff": "TIFF"}


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A decoded picture; alpha is None when the file has no transparency."""

    rgb: Float[Tensor, "H W 3"]
    alpha: Float[Tensor, "H W"] | None = None


def _to_srgb(image: Image.Image) -> Image.Image:
    """The picture with its embedded colour profile applied; pictures without one are sRGB already."""
    profile = image.info.get("icc_profile")
    if not profile or image.mode not in ("RGB", "RGBA", "CMYK", "L"):
        return image
    mode = "RGBA" if image.mode == "RGBA" else "RGB"
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        return ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode=mode)
    except ImageCms.PyCMSError:
        return image  # a broken profile is ignored by every viewer as well


def read_image(path: str | Path) -> Picture:
    """The picture upright (EXIF), in sRGB [0,1], with its alpha; palette, grey, CMYK and 16-bit files included.

    Raises FileNotFoundError, or ValueError when the file is not a picture.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"no picture at {path}; check the path")
    try:
        with Image.open(path) as file:
            image = ImageOps.exif_transpose(file)
            image.load()
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError) as error:
        raise ValueError(f"{path.name} is not a readable picture ({error}); save it as PNG or JPEG") from error
    if image.mode.startswith("I") or image.mode == "F":
        grey = np.asarray(image, np.float32)
        top = 1.0 if image.mode == "F" else 65535.0  # 16-bit grey; convert("RGB") would clip it at 255
        rgb = torch.from_numpy(np.clip(grey / top, 0, 1))[..., None].expand(-1, -1, 3).contiguous()
        return Picture(rgb=rgb)
    image = _to_srgb(image)
    has_alpha = image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info
    pixels = torch.from_numpy(np.array(image.convert("RGBA" if has_alpha else "RGB"), np.float32) / 255)
    if not has_alpha or bool((pixels[..., 3] == 1).all()):
        return Picture(rgb=pixels[..., :3].contiguous())
    return Picture(rgb=pixels[..., :3].contiguous(), alpha=pixels[..., 3].contiguous())


def to_uint8(image: Float[Tensor, "*B"]) -> np.ndarray:
    """[0,1] floats as 0..255 bytes, rounded."""
    return (image.detach().clamp(0, 1) * 255).round().to(torch.uint8).cpu().numpy()


def write_image(path: str | Path, image: Float[Tensor, "H W *C"]) -> Path:
    """Writes RGB, RGBA or a grey mask (H,W); the suffix chooses the format. The file appears whole or not at all."""
    path, data = Path(path), io.BytesIO()
    if path.suffix.lower() not in WRITABLE:
        raise ValueError(f"{path.name} cannot be written as a picture; name it {', '.join(WRITABLE)}")
    Image.fromarray(to_uint8(image)).save(data, format=WRITABLE[path.suffix.lower()], quality=95)
    write_whole(path, data.getvalue())
    return path


@dataclass(frozen=True, kw_only=True)
class Canvas:
    """How a picture comes to its canvas: resized to inner, then width x height px of it from (left, top) on."""

    inner: tuple[int, int]  # width, height
    left: int
    top: int
    width: int
    height: int


def canvas_of(width: int, height: int, long_side: int, size: tuple[int, int] | None = None) -> Canvas:
    """The canvas of a width x height picture: its own aspect with the given long side, or size (width, height);
    multiples of 16. What the rounding or another aspect leaves over is cut off around the centre."""
    scale = long_side / max(height, width)
    wide, high = size or (max(16, round(width * scale / 16) * 16), max(16, round(height * scale / 16) * 16))
    if wide < 16 or high < 16 or wide % 16 or high % 16:
        raise ValueError(f"size must be multiples of 16, at least 16, got {wide}x{high}")
    scale = max(wide / width, high / height)
    inner = (max(wide, round(width * scale)), max(high, round(height * scale)))
    left, top = (inner[0] - wide) // 2, (inner[1] - high) // 2
    return Canvas(inner=inner, left=left, top=top, width=wide, height=high)


def to_canvas(picture: Picture, long_side: int, size: tuple[int, int] | None = None) -> Picture:
    """The picture on its canvas; see canvas_of."""
    canvas = canvas_of(picture.rgb.shape[1], picture.rgb.shape[0], long_side, size)
    alpha = None if picture.alpha is None else on_canvas(picture.alpha[..., None], canvas)[..., 0]
    return Picture(rgb=on_canvas(picture.rgb, canvas), alpha=alpha)


def on_canvas(image: Float[Tensor, "H W C"], canvas: Canvas) -> Float[Tensor, "h w C"]:
    """An image resized and cut as the canvas says."""
    rows, columns = slice(canvas.top, canvas.top + canvas.height), slice(canvas.left, canvas.left + canvas.width)
    planes = image.permute(2, 0, 1)[None]
    resized = F.interpolate(planes, size=canvas.inner[::-1], mode="bicubic", antialias=True, align_corners=False)
    return resized[0, :, rows, columns].clamp(0, 1).permute(1, 2, 0).contiguous()
