"""Stand-ins for community nodes that workflows/mixed_community.json uses, as a custom node of the test server.

Ids, input names, types, ranges, outputs and the shapes of the payloads are those of the packs (read in August 2026):
ComfyUI-VideoHelperSuite 4ee72c0 (May 2026), comfyui_controlnet_aux e8b689a (April 2026), ComfyUI-AnimateDiff-Evolved
d8d163c (March 2026), ComfyUI-KJNodes 3f20054 (August 2026). What they compute is made up here.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path

import av
import folder_paths
import numpy as np
import torch

BIG, SIDE = 2**53 - 1, 8192


def _kind(type_name: str, *, step: float = 1, **options) -> tuple:
    return (type_name, {"step": step, **options})


class LateSound(Mapping):
    """AUDIO that reads its file when it is first asked; a silent file fails only then."""

    def __init__(self, path: str, begin: float, seconds: float) -> None:
        self.path, self.begin, self.seconds, self.made = path, begin, seconds, None

    def _read(self) -> dict:
        if self.made is None:
            with av.open(self.path) as file:
                if not file.streams.audio:
                    raise RuntimeError(f"failed to extract audio from {self.path}")
                rate = file.streams.audio[0].rate
                resample = av.AudioResampler(format="fltp", rate=rate).resample
                wave = np.concatenate(
                    [part.to_ndarray() for frame in file.decode(audio=0) for part in resample(frame)], 1
                )
            first = round(self.begin * rate)
            last = first + round(self.seconds * rate) if self.seconds else None
            self.made = {"waveform": torch.from_numpy(wave[None, :, first:last]), "sample_rate": rate}
        return self.made

    def __getitem__(self, key):
        return self._read()[key]

    def __iter__(self):
        return iter(self._read())

    def __len__(self):
        return len(self._read())


class LoadVideo:
    CATEGORY, FUNCTION = "Video Helper Suite", "load_video"
    RETURN_TYPES = ("IMAGE", "INT", "AUDIO", "VHS_VIDEOINFO")
    RETURN_NAMES = ("IMAGE", "frame_count", "audio", "video_info")

    @classmethod
    def INPUT_TYPES(cls):
        folder = folder_paths.get_input_directory()
        files = sorted(f for f in os.listdir(folder) if f.lower().endswith((".webm", ".mp4", ".mkv", ".gif", ".mov")))
        return {
            "required": {
                "video": (files,),
                "force_rate": _kind("FLOAT", default=0, min=0, max=60, disable=0),
                "custom_width": _kind("INT", default=0, min=0, max=SIDE, disable=0),
                "custom_height": _kind("INT", default=0, min=0, max=SIDE, disable=0),
                "frame_load_cap": _kind("INT", default=0, min=0, max=BIG, disable=0),
                "skip_first_frames": _kind("INT", default=0, min=0, max=BIG),
                "select_every_nth": _kind("INT", default=1, min=1, max=BIG),
            },
            "optional": {
                "meta_batch": ("VHS_BatchManager",),
                "vae": ("VAE",),
                "format": (["None", "AnimateDiff", "Wan"], {"default": "AnimateDiff"}),
            },
            "hidden": {"force_size": "STRING", "unique_id": "UNIQUE_ID"},
        }

    @classmethod
    def VALIDATE_INPUTS(cls, video):
        return folder_paths.exists_annotated_filepath(video) or f"Invalid video file: {video}"

    def load_video(self, video, frame_load_cap, skip_first_frames, select_every_nth, **_):
        path = folder_paths.get_annotated_filepath(video)
        with av.open(path) as file:
            stream = file.streams.video[0]
            fps = float(stream.average_rate)
            frames = [frame.to_ndarray(format="rgb24") for frame in file.decode(video=0)]
        kept = frames[skip_first_frames::select_every_nth][: frame_load_cap or None]
        images = torch.from_numpy(np.stack(kept)).float() / 255
        step = select_every_nth / fps
        sound = LateSound(path, skip_first_frames / fps, frame_load_cap * step)
        height, width = frames[0].shape[:2]
        info = {}
        for part, count, seconds in (("source", len(frames), 1 / fps), ("loaded", len(images), step)):
            info |= {f"{part}_fps": 1 / seconds, f"{part}_frame_count": count, f"{part}_duration": count * seconds}
            info |= {f"{part}_width": width, f"{part}_height": height}
        return images, len(images), sound, info


class VideoInfoLoaded:
    CATEGORY, FUNCTION = "Video Helper Suite", "get_video_info"
    RETURN_TYPES = ("FLOAT", "INT", "FLOAT", "INT", "INT")
    RETURN_NAMES = ("fps🟦", "frame_count🟦", "duration🟦", "width🟦", "height🟦")

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"video_info": ("VHS_VIDEOINFO",)}}

    def get_video_info(self, video_info):
        return tuple(video_info[f"loaded_{key}"] for key in ("fps", "frame_count", "duration", "width", "height"))


class VideoCombine:
    CATEGORY, FUNCTION, OUTPUT_NODE = "Video Helper Suite", "combine_video", True
    RETURN_TYPES, RETURN_NAMES = ("VHS_FILENAMES",), ("Filenames",)

    @classmethod
    def INPUT_TYPES(cls):
        return {
            "required": {
                "images": ("IMAGE",),
                "frame_rate": _kind("FLOAT", default=8, min=1),
                "loop_count": _kind("INT", default=0, min=0, max=100),
                "filename_prefix": ("STRING", {"default": "AnimateDiff"}),
                "format": (["image/gif", "image/webp", "video/h264-mp4"], {}),
                "pingpong": ("BOOLEAN", {"default": False}),
                "save_output": ("BOOLEAN", {"default": True}),
            },
            "optional": {"audio": ("AUDIO",), "meta_batch": ("VHS_BatchManager",), "vae": ("VAE",)},
            "hidden": {"prompt": "PROMPT", "extra_pnginfo": "EXTRA_PNGINFO", "unique_id": "UNIQUE_ID"},
        }

    def combine_video(self, images, frame_rate, filename_prefix, audio=None, **_):
        height, width = images.shape[1:3]
        folder, name, count, subfolder, _ = folder_paths.get_save_image_path(
            filename_prefix, folder_paths.get_output_directory(), width, height
        )
        path = Path(folder) / f"{name}_{count:05}-audio.mp4"
        try:
            wave = None if audio is None else audio["waveform"]
        except RuntimeError:
            wave = None
        with av.open(str(path), "w") as out:
            stream = out.add_stream("libx264", rate=Fraction(frame_rate).limit_denominator(1001))
            stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
            sound = None if wave is None else out.add_stream("aac", rate=audio["sample_rate"])
            if sound is not None:
                sound.layout = "stereo" if wave.shape[1] > 1 else "mono"
            for picture in images.float().clamp(0, 1).mul(255).round().byte().cpu().numpy():
                out.mux(stream.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(picture[..., :3]), "rgb24")))
            out.mux(stream.encode(None))
            if sound is not None:
                samples = np.ascontiguousarray(wave[0, :2].float().cpu().numpy())
                part = av.AudioFrame.from_ndarray(samples, format="fltp", layout=sound.layout.name)
                part.sample_rate, part.pts = audio["sample_rate"], 0
                out.mux(sound.encode(part))
                out.mux(sound.encode(None))
        shown = {"filename": path.name, "subfolder": subfolder, "type": "output", "format": "video/h264-mp4"}
        return {"ui": {"gifs": [shown]}, "result": ((True, [str(path)]),)}


_STANDING = (  # OpenPose-18, in shares of the picture
    (0.50, 0.20), (0.50, 0.32), (0.42, 0.32), (0.38, 0.45), (0.36, 0.57), (0.58, 0.32), (0.62, 0.45), (0.64, 0.57),
    (0.45, 0.58), (0.44, 0.75), (0.44, 0.92), (0.55, 0.58), (0.56, 0.75), (0.56, 0.92), (0.48, 0.18), (0.52, 0.18),
    (0.46, 0.19), (0.54, 0.19),
)  # fmt: skip


def standing(number: int, width: int, height: int) -> dict:
    """One frame as DWPreprocessor gives it: no feet, parts that were not found None, scores 1.0 or 0.0."""
    sway = 0.03 * math.sin(number / 4)
    body = [[(x + sway * (1 - y)) * width, y * height, 1.0] for x, y in _STANDING]
    if number % 7 == 3:
        body[4] = [0.0, 0.0, 0.0]  # a wrist that was not found
    hand = None
    if number % 5:
        x, y, _ = body[7]
        hand = [n for i in range(21) for n in (x + 0.002 * width * (i % 5), y + 0.004 * height * (i // 5), 1.0)]
    flat = [number for point in body for number in point]
    person = {"pose_keypoints_2d": flat, "face_keypoints_2d": None}
    person |= {"hand_left_keypoints_2d": hand, "hand_right_keypoints_2d": None}
    return {"people": [person], "canvas_height": height, "canvas_width": width}


class DWPreprocessor:
    CATEGORY, FUNCTION = "ControlNet Preprocessors/Faces and Poses Estimators", "estimate_pose"
    RETURN_TYPES = ("IMAGE", "POSE_KEYPOINT")

    @classmethod
    def INPUT_TYPES(cls):
        able = (["enable", "disable"], {"default": "enable"})
        boxes = ["None", "yolox_l.torchscript.pt", "yolox_l.onnx", "yolo_nas_l_fp16.onnx", "yolo_nas_m_fp16.onnx"]
        poses = ["dw-ll_ucoco_384_bs5.torchscript.pt", "dw-ll_ucoco_384.onnx", "dw-ll_ucoco.onnx"]
        return {
            "required": {"image": ("IMAGE",)},
            "optional": {
                "detect_hand": able,
                "detect_body": able,
                "detect_face": able,
                "resolution": _kind("INT", step=64, default=512, min=64, max=16384),
                "bbox_detector": ([*boxes, "yolo_nas_s_fp16.onnx"], {"default": "yolox_l.onnx"}),
                "pose_estimator": (poses, {"default": poses[0]}),
                "scale_stick_for_xinsr_cn": (["disable", "enable"], {"default": "disable"}),
            },
        }

    def estimate_pose(self, image, **_):
        count, height, width = image.shape[:3]
        frames = [standing(number, width, height) for number in range(count)]
        return {"ui": {"openpose_json": [json.dumps(frames)]}, "result": (torch.zeros_like(image), frames)}


_TURNS = {"Roll Clockwise": (2, -1), "Roll Anticlockwise": (2, 1), "Tilt Down": (0, 1), "Tilt Up": (0, -1),
          "Tilt Left": (1, 1), "Tilt Right": (1, -1)}  # fmt: skip
_MOVES = {"Static": (0, 0, 0), "Pan Up": (0, 1, 0), "Pan Down": (0, -1, 0), "Pan Left": (1, 0, 0),
          "Pan Right": (-1, 0, 0), "Zoom In": (0, 0, -2), "Zoom Out": (0, 0, 2)}  # fmt: skip


class CameraPoseBasic:
    CATEGORY, FUNCTION, RETURN_TYPES = "Animate Diff/CameraCtrl/poses", "camera_pose_basic", ("CAMERACTRL_POSES",)

    @classmethod
    def INPUT_TYPES(cls):
        return {
            "required": {
                "motion_type": ([*_MOVES, *_TURNS],),
                "speed": _kind("FLOAT", step=0.01, default=1.0, min=-100.0, max=100.0),
                "frame_length": ("INT", {"default": 16}),
            },
            "optional": {"prev_poses": ("CAMERACTRL_POSES",)},
            "hidden": {"autosize": ("ADEAUTOSIZE", {"padding": 0})},
        }

    def camera_pose_basic(self, motion_type, speed, frame_length, prev_poses=None):
        rows = []
        for number in range(frame_length):
            share = number / 16 * speed
            w2c = np.eye(4)[:3]
            w2c[:, 3] = 1.5 * share * np.array(_MOVES.get(motion_type, (0, 0, 0)))
            if motion_type in _TURNS:
                axis, sign = _TURNS[motion_type]
                a, b = [i for i in range(3) if i != axis]
                angle = sign * share * math.pi / 3 * (-1 if axis == 1 else 1)
                w2c[[a, b], [a, b]] = math.cos(angle)
                w2c[a, b], w2c[b, a] = -math.sin(angle), math.sin(angle)
            rows.append([0, 0.474812461, 0.844111024, 0.5, 0.5, 1280, 720, *w2c.reshape(-1).tolist()])
        return ((prev_poses or []) + rows,)


class CameraPoseVisualizer:
    CATEGORY, FUNCTION, RETURN_TYPES = "KJNodes/misc", "plot", ("IMAGE",)

    @classmethod
    def INPUT_TYPES(cls):
        return {
            "required": {
                "pose_file_path": ("STRING", {"default": "", "multiline": False}),
                "base_xval": _kind("FLOAT", step=0.01, default=0.2, min=0, max=100),
                "zval": _kind("FLOAT", step=0.01, default=0.3, min=0, max=100),
                "scale": _kind("FLOAT", step=0.01, default=1.0, min=0.01, max=10.0),
                "use_exact_fx": ("BOOLEAN", {"default": False}),
                "relative_c2w": ("BOOLEAN", {"default": True}),
                "use_viewer": ("BOOLEAN", {"default": False}),
            },
            "optional": {"cameractrl_poses": ("CAMERACTRL_POSES", {"default": None})},
        }

    def plot(self, scale, cameractrl_poses=None, **_):
        picture = torch.zeros(1, 90, 160, 3)
        for row in cameractrl_poses:
            w2c = np.eye(4)
            w2c[:3] = np.array(row[7:], dtype=float).reshape(3, 4)
            x, _, z = np.linalg.inv(w2c)[:3, 3] * 20 / scale
            picture[0, int(np.clip(60 - z, 0, 89)), int(np.clip(80 + x, 0, 159))] = 1
        return (picture,)


NODE_CLASS_MAPPINGS = {
    "VHS_LoadVideo": LoadVideo,
    "VHS_VideoInfoLoaded": VideoInfoLoaded,
    "VHS_VideoCombine": VideoCombine,
    "DWPreprocessor": DWPreprocessor,
    "ADE_CameraPoseBasic": CameraPoseBasic,
    "CameraPoseVisualizer": CameraPoseVisualizer,
}
