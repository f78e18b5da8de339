"""Every measure that evaluation knows: its definition in a sentence, what it needs, which way is better."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Scope = Literal["frame", "video", "set"]  # one number per frame, per video, or for all videos together


@dataclass(frozen=True, kw_only=True)
class Measure:
    """One row of a report."""

    name: str
    sentence: str
    better: Literal["higher", "lower"]
    scope: Scope
    group: str
    unit: str = ""
    needs: tuple[str, ...] = ()  # fields of a Pair besides pred and truth
    network: str | None = None  # of networks.NETWORKS
    package: str | None = None  # a Python package of the extra `evaluation`


_TABLE = "as the paper's table (DisCo's code)"
_CLIPS = "16-frame clips"
_BY_MASK = "the person alone, before white in prediction and truth alike, cut by the truth's mask"


def _frame(name: str, sentence: str, better: Literal["higher", "lower"], **more) -> Measure:
    return Measure(name=name, sentence=sentence, better=better, scope="frame", **{"group": "frames", **more})


def _set(name: str, sentence: str, network: str, group: str = "sets", needs: tuple[str, ...] = ()) -> Measure:
    return Measure(name=name, sentence=sentence, better="lower", scope="set", group=group, network=network, needs=needs)


def _video(name: str, sentence: str, better: Literal["higher", "lower"], group: str, **more) -> Measure:
    return Measure(name=name, sentence=sentence, better=better, scope="video", group=group, **more)


_FRAMES = (
    _frame("psnr", f"10 log10(255^2 / MSE) per frame, 100 for identical frames; {_TABLE}", "higher", unit="dB"),
    _frame("ssim", f"structural similarity of grey frames, uniform 7x7 window (scikit-image); {_TABLE}", "higher"),
    _frame("ssim_gauss", "structural similarity as its authors define it: colour, Gaussian 11x11 window, sigma 1.5 "
           "(torchmetrics)", "higher", package="torchmetrics"),
    _frame("mae", "mean absolute difference of 0..255 values", "lower", unit="of 255"),
    _frame("l1_table", f"mae divided by the number of pixels of a frame, so that it depends on the size; {_TABLE}",
           "lower"),
    _frame("lpips", "LPIPS 0.1 with VGG-16 on frames in [-1,1], as published", "lower", network="lpips_vgg"),
    _frame("lpips_table", f"the same network on frames in [0,1], which it was not made for; {_TABLE}", "lower",
           network="lpips_vgg"),
    _frame("lpips_alex", "LPIPS 0.1 with AlexNet on frames in [-1,1], as published", "lower", network="lpips_alex"),
)  # fmt: skip
_SETS = (
    _set("fid_table", f"Frechet distance of Inception-2048 features of all frames, resized to 299 px without filter "
         f"(pytorch-fid); {_TABLE}", "inception"),
    _set("fid", "the same distance after a filtered bicubic resize (clean-fid's finding)", "inception"),
    _set("kid", "kernel distance (unbiased, cubic) of the same features: its expectation does not depend on the number "
         "of samples", "inception"),
    _set("fid_vid_table", f"Frechet distance of 3D ResNet-50 features of all overlapping {_CLIPS}, 112 px; {_TABLE}",
         "resnet3d"),
    _set("fid_vid", f"the same distance over {_CLIPS} that do not overlap", "resnet3d"),
    _set("fvd_table", f"Frechet distance of I3D Kinetics-400 logits of all overlapping {_CLIPS}, 224 px; {_TABLE}",
         "i3d"),
    _set("fvd", f"the same distance over {_CLIPS} that do not overlap", "i3d"),
    _set("kvd", f"kernel distance (unbiased, cubic) of I3D logits over {_CLIPS} that do not overlap", "i3d"),
    _set("fg_fid_table", f"fid_table of {_BY_MASK}", "inception", "foreground", ("mask",)),
    _set("fg_fid", f"fid of {_BY_MASK}", "inception", "foreground", ("mask",)),
    _set("fg_fvd_table", f"fvd_table of {_BY_MASK}", "i3d", "foreground", ("mask",)),
    _set("fg_fvd", f"fvd of {_BY_MASK}", "i3d", "foreground", ("mask",)),
)  # fmt: skip
_BACKGROUND = "the exact render, outside the person's mask grown by 1/48 of the shorter side"
_WINDOWS = "over windows of 16 frames"
_BEYOND = (
    _frame("background_psnr", f"PSNR of the prediction against {_BACKGROUND}", "higher", unit="dB", group="background",
           needs=("background", "mask")),
    _frame("background_ssim", f"SSIM (grey, uniform 7x7 window) of the prediction against {_BACKGROUND}", "higher",
           group="background", needs=("background", "mask")),
    _frame("hole_fraction", "share of pixels that are black (at most 8 of 255 in each colour) where the truth is not "
           "(above 24)", "lower", group="holes"),
    _frame("identity", "likeness of the person to the reference: cosine of AlexNet features averaged inside the masks, "
           "mean over layers; a stand-in for CLIP or DINO", "higher", group="identity", needs=("reference", "mask"),
           network="lpips_alex"),
    _video("warp_error", "flicker: mean absolute difference of each frame to the last one, moved by the truth's "
           "optical flow where that flow is consistent", "lower", "flicker", unit="of 255"),
    _video("warp_error_truth", "the same of the truth itself: what no prediction needs to be below", "lower",
           "flicker", unit="of 255"),
    _video("drift_psnr", f"slope of psnr {_WINDOWS}; below 0: the prediction gets worse", "higher", "drift",
           unit="dB per 100 frames"),
    _video("drift_colour", f"slope {_WINDOWS} of the CIELAB distance between the mean colours of prediction and truth, "
           "outside the mask where one is given", "lower", "drift", unit="dE per 100 frames"),
    _video("camera_ate", "RMS distance of the camera found in the prediction to the wanted one, after the best "
           "similarity", "lower", "camera", unit="of the wanted path's unit"),
    _video("camera_ate_over_path", "the same over the wanted path's length", "lower", "camera"),
    _video("camera_rotation_deg", "mean angle between both cameras, after that alignment", "lower", "camera",
           unit="degrees"),
    _video("camera_focal_percent", "difference of the focal lengths, relative to the picture's width", "lower",
           "camera", unit="%"),
)  # fmt: skip

MEASURES: dict[str, Measure] = {measure.name: measure for measure in (*_FRAMES, *_SETS, *_BEYOND)}
TABLE = ("ssim", "psnr", "lpips_table", "l1_table", "fid_table", "fid_vid_table", "fvd_table", "fg_fid_table",
         "fg_fvd_table")  # fmt: skip
CORRECTED = ("ssim_gauss", "psnr", "lpips", "mae", "fid", "fid_vid", "fvd", "fg_fid", "fg_fvd", "kid", "kvd")
LIGHT = ("psnr", "ssim", "mae", "l1_table", "background_psnr", "background_ssim", "hole_fraction",
         "warp_error", "warp_error_truth", "drift_psnr", "drift_colour")  # fmt: skip
GROUPS: dict[str, tuple[str, ...]] = {
    "light": LIGHT,
    "table": TABLE,
    "corrected": CORRECTED,
    **{group: tuple(m.name for m in MEASURES.values() if m.group == group)
       for group in dict.fromkeys(m.group for m in MEASURES.values())},
    "all": tuple(MEASURES),
}  # fmt: skip


def chosen(words: str) -> tuple[str, ...]:
    """Names of measures from `psnr,fvd,table`: single ones and groups, in the order of MEASURES, each once.

    Raises ValueError for a word that is neither.
    """
    wanted: set[str] = set()
    for word in (part.strip() for part in words.split(",")):
        if word not in GROUPS and word not in MEASURES:
            raise ValueError(
                f"--metrics must name measures ({', '.join(MEASURES)}) or groups ({', '.join(GROUPS)}), got {word!r}"
            )
        wanted |= set(GROUPS.get(word, (word,)))
    return tuple(name for name in MEASURES if name in wanted)
