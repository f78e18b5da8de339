"""What nodes show below themselves: camera paths, scenes, clips, and reports as text."""

from __future__ import annotations

import hashlib
from io import BytesIO
from pathlib import Path
from typing import Any

import folder_paths
import torch
from comfy_api.latest import io, ui
from PIL import Image
from torch import Tensor

from ..dreamdance_core.io.splat_files import encode_splat
from ..dreamdance_core.io.whole import write_whole
from ..dreamdance_core.pose import draw
from ..dreamdance_core.pose.edit import BLEND, GROUPS, NAMES
from ..dreamdance_core.pose.keypoints import BODY_LINKS, FACE, HAND_LINKS, LEFT_HAND, RIGHT_HAND
from ..dreamdance_core.types import Cameras, Depth, Gaussians, PoseTrack

_MOST_POINTS = 200  # of a path that is sent to the browser
_PREVIEW_FRAMES = 24
_PREVIEW_SIDE = 320
_SCENE_CAMERAS = 500  # of a path that is sent to the browser with its pictures
_SCENE_SIDE = 640


def path_payload(cameras: Cameras) -> dict[str, Any]:
    """A thinned path for the browser: positions, viewing directions and the horizontal field of view."""
    step = max(1, -(-len(cameras) // _MOST_POINTS))
    c2w = cameras.c2w[::step].double().cpu()
    half_width = cameras.width / 2 / cameras.K[::step, 0, 0].double().cpu()
    return {
        "positions": c2w[:, :3, 3].tolist(),
        "forward": c2w[:, :3, 2].tolist(),
        "right": c2w[:, :3, 0].tolist(),
        "half_width": half_width.tolist(),
        "step": step,
        "count": len(cameras),
        "fps": float(cameras.fps),
        "size": [cameras.width, cameras.height],
    }


def path_ui(cameras: Cameras, report: str = "") -> dict[str, list]:
    """The ui payload of a node that ends in a camera path."""
    shown: dict[str, list] = {"dreamdance_path": [path_payload(cameras)]}
    return shown | ({"text": [report]} if report else {})


def _temporary(data: bytes, suffix: str) -> dict[str, str]:
    """Where the browser finds the data: a file in the host's temp folder, named by its content and written once."""
    name = hashlib.blake2b(data, digest_size=12).hexdigest() + suffix
    path = Path(folder_paths.get_temp_directory()) / "dreamdance" / name
    if not path.is_file():
        write_whole(path, data)
    return {"filename": name, "subfolder": "dreamdance", "type": "temp"}


def shrunk(frames: Tensor, side: int = _PREVIEW_SIDE) -> Tensor:
    """Frames (T,H,W,3), float32 on the CPU, with no side longer than side px."""
    small = frames[..., :3].float().cpu().movedim(-1, 1)
    scale = side / max(small.shape[2:])
    if scale < 1:
        small = torch.nn.functional.interpolate(small, scale_factor=scale, mode="area")
    return small.movedim(1, -1)


def _jpegs(frames: Tensor) -> list[bytes]:
    """Each frame of (T,H,W,3) as a JPEG."""
    files = []
    for frame in frames:
        buffer = BytesIO()
        pixels = shrunk(frame[None], _SCENE_SIDE)[0].clamp(0, 1).mul(255).round().to(torch.uint8)
        Image.fromarray(pixels.numpy()).save(buffer, "JPEG", quality=90)
        files.append(buffer.getvalue())
    return files


def scene_ui(gaussians: Gaussians, cameras: Cameras, frames: Tensor, *, path: bool) -> dict[str, list]:
    """The ui payload of a node that ends in a scene: its splats, cameras and their pictures (T,H,W,3).

    path: the cameras are one path, not the separate views of a training. A path of more than 500 is thinned.
    """
    step = max(1, -(-len(cameras) // _SCENE_CAMERAS))
    c2w, K = cameras.c2w[::step].double().cpu(), cameras.K[::step].double().cpu()
    z = ((gaussians.means.cpu().double() - c2w[0, :3, 3]) @ c2w[0, :3, :3])[:, 2]
    seen = z[z > 0]
    jpegs = _jpegs(frames[::step])
    payload = {
        "splat": _temporary(encode_splat(gaussians), ".splat"),
        "frames": {"file": _temporary(b"".join(jpegs), ".mjpeg"), "sizes": [len(jpeg) for jpeg in jpegs]},
        "cameras": [{"c2w": pose.tolist(), "K": k.tolist()} for pose, k in zip(c2w, K, strict=True)],
        "width": cameras.width,
        "height": cameras.height,
        "fps": float(cameras.fps),
        "step": step,
        "total": len(cameras),
        "count": len(gaussians),
        "depth": float(seen.median()) if len(seen) else 1.0,  # of what the first camera looks at
        "path": path,
    }
    return {"dreamdance_scene": [payload]}


def _colour(rgb: tuple[int, int, int]) -> str:
    return "#{:02x}{:02x}{:02x}".format(*rgb)


def _skeleton() -> dict[str, list]:
    """The drawing of a pose: links (two points, colour, width) and dots; widths over the shorter side."""
    white = (255, 255, 255)
    links = [(*link, _colour(rgb), draw.BODY_WIDTH) for link, rgb in zip(BODY_LINKS, draw.BODY_COLOURS, strict=True)]
    dots = []
    for part, inside, colours in (
        (FACE, draw.DRAWN_FACE_LINKS, draw.FACE_COLOURS),
        (LEFT_HAND, HAND_LINKS, draw.HAND_COLOURS),
        (RIGHT_HAND, HAND_LINKS, draw.HAND_COLOURS),
    ):
        links += [(part.start + a, part.start + b, _colour(white), draw.FINE_WIDTH) for a, b in inside]
        dots += [(part.start + i, _colour(rgb), 2 * draw.FINE_WIDTH) for i, rgb in enumerate(colours)]
    return {"links": links, "dots": dots}


def pose_ui(track: PoseTrack, frames: Tensor | None) -> dict[str, list]:
    """The ui payload of the pose editor: the pose that corrections are made on, and the pictures behind it.

    frames: (T,H,W,3), or one picture for all frames, or None for black.
    """
    points = torch.cat([track.xy, track.score[..., None]], -1).float().contiguous().numpy().astype("<f4")
    jpegs = [] if frames is None else _jpegs(frames)
    pictures = {"file": _temporary(b"".join(jpegs), ".mjpeg"), "sizes": [len(jpeg) for jpeg in jpegs]}
    payload = {
        "points": _temporary(points.tobytes(), ".f32"),  # x, y, score of every frame, person and point
        "count": len(track),
        "people": track.xy.shape[1],
        "width": track.width,
        "height": track.height,
        "frames": pictures if jpegs else None,
        "skeleton": _skeleton(),
        "names": list(NAMES),
        "groups": {name: [span.start, span.stop] for name, span in GROUPS.items()},
        "blend": BLEND,
    }
    return {"dreamdance_pose": [payload]}


def depth_report(depth: Depth, source: str) -> str:
    """What a depth is, as lines for the user; source: who made it, in a sentence."""
    z, lines = depth.z[depth.valid], [f"depth: {source}"]
    unit = "the backend's own unit" if depth.metres_per_unit is None else f"units of {depth.metres_per_unit:g} m"
    if len(z):
        near, far = torch.quantile(z[:: max(1, len(z) // 1_000_000)], torch.tensor([0.02, 0.98])).tolist()
        lines.append(f"z: {near:.3g} to {far:.3g}, planar, in {unit}")
    if depth.sky is not None:
        lines.append(f"sky: {100 * float(depth.sky.float().mean()):.0f} % of the picture, infinitely far")
    if depth.K is not None:
        width = depth.z.shape[2]
        lines.append(f"lens: {float(depth.K[0, 0]):.0f} px at {width} px width")
    return "\n".join(lines)


def fit_report(report: dict[str, Any], count: int) -> str:
    """What the fit did, a line each."""
    lines = [f"Gaussians: {count}"]
    for key, value in report.items():
        if isinstance(value, (int, float)) and key != "gaussians":
            lines.append(f"{key.replace('_', ' ')}: {value:.4g}")
    if losses := report.get("loss"):
        tenth = max(1, len(losses) // 10)  # one step's loss is that of one crop
        first, last = (sum(part) / tenth for part in (losses[:tenth], losses[-tenth:]))
        lines.append(f"loss: {first:.4g} at the start, {last:.4g} at the end")
    return "\n".join(lines)


def clip_preview(frames: Tensor, fps: float) -> dict[str, list]:
    """A small animation of at most 24 of the frames (T,H,W,3), in real time."""
    step = max(1, -(-len(frames) // _PREVIEW_FRAMES))
    pictures = shrunk(frames[::step])
    if len(pictures) == 1:
        return ui.PreviewImage(pictures).as_dict()
    saved = ui.ImageSaveHelper.save_animated_webp(
        pictures, "dreamdance_preview", io.FolderType.temp, None, fps=fps / step, lossless=False, quality=80, method=2
    )
    return ui.SavedImages([saved], is_animated=True).as_dict()
