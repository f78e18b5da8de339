"""Trap 12 in a real ComfyUI: what belongs to source frame n belongs to it at the end, through every node, with sound.

Each stream carries its number in a way that can be read back: blocks in the pictures, grey levels in the masks, places
in the pose and the cameras, pitch in the sound.
"""

from __future__ import annotations

import io
import json
from pathlib import Path
from urllib.parse import urlencode

import numpy as np
import pytest
import torch
from PIL import Image

from dreamdance_core.io.camera_files import read_cameras, write_cameras
from dreamdance_core.io.clock import ClipRange, index_map
from dreamdance_core.io.pose_files import read_pose, write_pose
from dreamdance_core.io.video import Audio, read_clip, write_video
from dreamdance_core.types import Cameras, PoseTrack

pytestmark = pytest.mark.server
_COUNT, _WIDTH, _HEIGHT, _RATE = 60, 192, 160, 32000
_STEPS = ClipRange(fps=24.0, start=5, frames=30)


def _figure() -> PoseTrack:
    """A standing figure, right of the counters, that moves one px to the right per frame."""
    places = {0: (0, -50), 5: (8, -35), 6: (-8, -35), 7: (12, -20), 8: (-12, -20), 9: (14, -6), 10: (-14, -6),
              11: (6, -4), 12: (-6, -4), 13: (7, 15), 14: (-7, 15), 15: (7, 34), 16: (-7, 34)}  # fmt: skip
    xy, score = torch.zeros(_COUNT, 1, 133, 2), torch.zeros(_COUNT, 1, 133)
    for point, place in places.items():
        xy[:, 0, point], score[:, 0, point] = torch.tensor(place).float() + torch.tensor([100.0, 110.0]), 1.0
    xy[..., 0] += torch.arange(_COUNT)[:, None, None]
    return PoseTrack(xy=xy, score=score, width=_WIDTH, height=_HEIGHT)


@pytest.fixture(scope="module")
def clip(comfyui, counters) -> Path:
    """The numbered clip with sound, and the files that belong to it, in the server's input folder."""
    folder = comfyui.base / "input"
    write_pose(folder / "numbered.pose.json", _figure(), 30.0)
    c2w = torch.eye(4).repeat(_COUNT, 1, 1)
    c2w[:, 0, 3] = torch.arange(_COUNT)
    K = torch.tensor([[180.0, 0, 90], [0, 180, 85], [0, 0, 1]]).repeat(_COUNT, 1, 1)
    write_cameras(folder / "numbered.json", Cameras(c2w=c2w, K=K, width=_WIDTH, height=_HEIGHT, fps=30.0))
    sound = Audio(waveform=counters.chirp(2.0, _RATE), sample_rate=_RATE)
    return write_video(folder / "numbered.mp4", counters.numbered(_COUNT, _HEIGHT, _WIDTH), 30.0, sound)


def _prompt() -> dict:
    """Loader, one index map, and every node that a clip runs through; sinks at 20 and above."""

    def node(kind: str, **inputs) -> dict:
        return {"class_type": kind, "inputs": inputs}

    loaded = {"force_rate": 0, "custom_width": 0, "custom_height": 0, "frame_load_cap": 0, "skip_first_frames": 0}
    prompt = {
        "1": node("VHS_LoadVideo", video="numbered.mp4", select_every_nth=1, format="None", **loaded),
        "2": node("VHS_VideoInfoLoaded", video_info=["1", 3]),
        "3": node("DreamDanceLoadPose", path="numbered.pose.json"),
        "4": node("DreamDanceLoadCameras", path="numbered.json", width=_WIDTH, height=_HEIGHT, fps=0.0, frames=0),
        "5": node("ImageToMask", image=["1", 0], channel="red"),
        "6": node(
            "DreamDanceResampleClip", source_fps=["2", 0], fps=24.0, start=5, frames=30, stride=1, images=["1", 0],
            masks=["5", 0], pose=["3", 0], cameras=["4", 0], audio=["1", 2],
        ),
        "7": node("DreamDanceExtractPose", images=["6", 0], backend="blazepose", fps=["6", 5], people=1, smoothing=0.0,
                  fill_gap=0, download=False, pose=["6", 2]),
        "8": node("DreamDanceSmoothPose", pose=["7", 0], fps=["6", 5], smoothing=0.0, fill_gap=0, min_score=0.0),
        "9": node("DreamDanceEditPose", pose=["8", 0], shift_x=0.0, shift_y=0.0, scale=1.0, edits="[]",
                  images=["6", 0]),
        "10": node("DreamDanceRetargetPose", driving_pose=["9", 0], reference_pose=["3", 0], width=_WIDTH,
                   height=_HEIGHT, keep_proportions=False),
        "11": node("DreamDanceEstimateCamera", images=["6", 0], backend="pycolmap", fps=["6", 5], focal=200.0),
        "12": node("EmptyImage", width=_WIDTH, height=_HEIGHT, batch_size=1, color=0xFF8800),
        "13": node("SolidMask", value=1.0, width=_WIDTH, height=_HEIGHT),
        "14": node("DreamDancePuppet", reference=["12", 0], reference_mask=["13", 0], reference_pose=["3", 0],
                   pose=["10", 0], background=["6", 0], fps=["6", 5], paint_mask=["10", 5]),
        "15": node("ImageFromBatch", image=["14", 0], batch_index=0, length=18),
        "16": node("ImageFromBatch", image=["14", 0], batch_index=12, length=18),
        "17": node("DreamDanceTemporalAggregate", length=96, window=48, overlap=6, mode="blend",
                   **{"clips.clip0": ["15", 0], "clips.clip1": ["16", 0]}),
        "18": node("DreamDanceComposeControlVideo", background=["17", 1], paint_mask=["10", 5], pose_video=["10", 4],
                   reference=["12", 0], inside="background", mask_block=16),
        "20": node("DreamDanceSavePose", pose=["10", 0], filename_prefix="clock", fps=["6", 5]),
        "21": node("DreamDanceSaveCameras", cameras=["6", 3], filename_prefix="clock_path", format="camera.json"),
        "22": node("DreamDanceSaveCameras", cameras=["11", 0], filename_prefix="clock_found", format="camera.json"),
        "23": node("MaskToImage", mask=["6", 1]),
        "24": node("PreviewImage", images=["23", 0]),
        "25": node("PreviewImage", images=["18", 7]),
        "26": node("PreviewAny", source=["6", 7]),
        "27": node("VHS_VideoCombine", images=["17", 1], frame_rate=["6", 5], loop_count=0, filename_prefix="clock",
                   format="video/h264-mp4", pingpong=False, save_output=True, audio=["6", 4]),
        "28": node("CreateVideo", images=["17", 1], fps=["6", 5], audio=["6", 4], bit_depth=8),
        "29": node("SaveVideo", video=["28", 0], filename_prefix="clock_host", format="auto", codec="auto"),
    }  # fmt: skip
    return prompt


def _pictures(server, outputs: dict, node: str) -> torch.Tensor:
    """The pictures that PreviewImage showed, (T,H,W,3) in [0,1]."""
    files = [server.get_bytes("/view?" + urlencode(entry)) for entry in outputs[node]["images"]]
    arrays = [np.asarray(Image.open(io.BytesIO(file)).convert("RGB")) for file in files]
    return torch.from_numpy(np.stack(arrays)).float() / 255


def test_counters_survive_every_node(comfyui, clip, counters):
    run = comfyui.run(_prompt(), timeout=500)
    assert run.ending == "execution_success", run.error
    index = index_map(_COUNT, 30.0, _STEPS)
    assert json.loads(run.outputs["26"]["text"][0]) == index and len(index) == 30
    pose = read_pose(run.outputs["20"]["text"][0])
    assert (pose.xy[:, 0, 11, 0] - 106).round().int().tolist() == index
    assert json.loads(Path(run.outputs["20"]["text"][0]).read_text())[0]["fps"] == 24.0
    cameras = read_cameras(_written(comfyui, "clock_path"), _WIDTH, _HEIGHT)
    assert cameras.c2w[:, 0, 3].round().int().tolist() == index and cameras.fps == 24.0
    found = read_cameras(_written(comfyui, "clock_found"), _WIDTH, _HEIGHT)
    assert (len(found), found.fps) == (30, 24.0)
    assert counters.numbers(_pictures(comfyui, run.outputs, "24")) == index, "masks"
    assert counters.numbers(_pictures(comfyui, run.outputs, "25")) == [*index, *index[-1:] * 3], "Compose: 4n+1"
    for entry in (run.outputs["27"]["gifs"][0], run.outputs["29"]["images"][0]):
        made = read_clip(comfyui.base / "output" / entry["subfolder"] / entry["filename"])
        assert counters.numbers(made.frames) == index and made.fps == 24.0
        sound = made.audio.waveform[0]
        assert abs(len(sound) / made.audio.sample_rate - 30 / 24) < 0.06
        for at in (0.2, 0.6, 1.0):
            came_from = counters.time_of(sound, made.audio.sample_rate, at)
            assert abs(came_from - (5 / 24 + at)) < 0.03
            assert abs(came_from - index[round(at * 24)] / 30) < 0.05, "the sound of the picture it is heard with"


def _written(server, stem: str) -> Path:
    """The newest camera file of a prefix."""
    return max((server.base / "output").glob(f"{stem}*.json"), key=lambda path: path.stat().st_mtime)
