"""The evaluate command."""

from __future__ import annotations

import argparse
from argparse import Namespace
from functools import partial
from pathlib import Path

import torch

from .. import backends
from ..camera.estimate import estimate_camera
from ..evaluation import protocol
from ..evaluation.assess import Opener, Options, assess
from ..evaluation.camera_error import Estimate
from ..evaluation.measures import LIGHT, MEASURES, chosen
from ..evaluation.pairs import Pair, whitened
from ..evaluation.report import WRITERS, as_table
from ..io.camera_files import read_cameras
from ..io.images import read_image, write_image
from ..io.lazy_video import VideoFrames
from ..io.maps import read_clip_mask
from ..io.video import READABLE, write_video
from ..io.whole import write_whole
from ..run_options import Stage
from ..runtime import Runtime
from ..types import CameraSolution, LazyFrames
from .parts import note

PICTURES = (".png", ".jpg", ".jpeg", ".webp")
_SAME_RATE = 0.01  # of the rate: 29.97 is 30, 24 is not 25


def add_options(command: argparse.ArgumentParser) -> None:
    """Options of `dreamdance evaluate`."""

    def add(name: str, help: str, **more) -> None:
        command.add_argument(name, help=help, **more)

    add("--pred", "video, folder of a clip's pictures, or folder of videos (matched by name)", type=Path)
    add("--truth", "the same of the truth", type=Path, required=True)
    add("--mask", "the truth's person: clip mask (.npz or video), or folder of them", type=Path)
    add("--pred-mask", "the prediction's person, where it is not where the truth's is", type=Path)
    add("--pred-white", "for the foreground measures: what the method made before white, used as it is (the truth is "
        "cut out by --mask); video, or folder of them", type=Path)  # fmt: skip
    add("--background", "exact render without the person: video, or folder of them", type=Path)
    add("--camera", "the wanted camera: camera file, or folder of them; it is compared with the one found in the "
        "prediction", type=Path)  # fmt: skip
    add("--solver", f"finds that camera: {', '.join(backends.names('camera'))} (default: pycolmap)", default="pycolmap")
    add("--reference", "picture of the character (its alpha is its mask), or folder of them", type=Path)
    add("--metrics", "measures or groups, as psnr,fvd or light, frames, sets, foreground, background, camera, drift, "
        "flicker, identity, holes, table, corrected, all (default: light, and what --camera and --reference are for)",
        type=_measures)  # fmt: skip
    add("--bootstrap", "draws of videos for the intervals (default: 1000; for distances at most 100; 0: none)",
        type=int, default=1000)  # fmt: skip
    add("--protocol", "paper: the protocol of the paper's table; a folder of videos as --truth", choices=("paper",))
    add("--side", f"with --protocol paper: side of the squares, px (default: {protocol.SIDE})", type=int,
        default=protocol.SIDE)  # fmt: skip
    add("--prepare", "with --protocol paper, instead of --pred: write each video's reference NAME.png and driver "
        "NAME.mp4 into this folder, for the method under test; with --mask also white/NAME.png and the background "
        "white/NAME.mp4, for --pred-white", type=Path)  # fmt: skip
    add("--out", "METRICS.json, .csv or .md (default: printed only)", type=Path)


def _measures(text: str) -> tuple[str, ...]:
    try:
        return chosen(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def evaluate(args: Namespace, stage: Stage) -> None:
    """Prints a table, and writes everything with --out."""
    _check(args)
    if args.prepare is not None:
        _prepare(args, stage("Prepare"))
        return
    run = stage("Compare")
    named, notes = _matched(args.pred, args.truth)
    files = {
        part: _beside(getattr(args, part), tuple(named), part)
        for part in ("mask", "pred_mask", "pred_white", "background", "camera", "reference")
    }
    names = _names(args)
    options = Options(names=names, draws=args.bootstrap, seed=args.seed, notes=tuple(notes))
    if args.protocol is not None:
        told = protocol.PROTOCOL.format(side=args.side)
        options = Options(**{**vars(options), "protocol": told, "notes": (told, *protocol.LIMITS, *notes)})
    openers: list[Opener] = []
    for name, clips in named.items():
        own = {part: by_name.get(name) for part, by_name in files.items()}
        openers.append((name, partial(_pair, name, clips, own, args)))
    estimate = _estimator(args, stage) if any(MEASURES[name].group == "camera" for name in names) else None
    found = assess(openers, options, run, estimate)
    note(as_table(found))
    if args.out is not None:
        write_whole(args.out, WRITERS[args.out.suffix](found).encode())


def _check(args: Namespace) -> None:
    """Every rule about the options, before hours of work."""
    if args.out is not None and args.out.suffix not in WRITERS:
        raise ValueError(f"--out must end in {', '.join(WRITERS)}, got {args.out.name}")
    if args.bootstrap < 0:
        raise ValueError(f"--bootstrap must be 0 or more, got {args.bootstrap}")
    if args.protocol is None and (args.prepare is not None or args.side != protocol.SIDE):
        raise ValueError("--prepare and --side belong to --protocol paper; add it, or leave them out")
    if (args.pred is None) == (args.prepare is None):
        raise ValueError("evaluate needs --pred, or with --protocol paper instead of it --prepare; give one of them")
    if args.protocol is not None:
        for part in ("background", "camera", "reference"):
            if getattr(args, part) is not None:
                raise ValueError(f"--{part} has no place in the paper's protocol; leave it or --protocol out")
        if args.side < 64:
            raise ValueError(f"--side must be at least 64 px, got {args.side}")


def _names(args: Namespace) -> tuple[str, ...]:
    if args.metrics is not None:
        return args.metrics
    if args.protocol is not None:
        return protocol.NAMES
    groups = [g for g, given in (("camera", args.camera), ("identity", args.reference)) if given is not None]
    wanted = {*LIGHT, *(name for group in groups for name in chosen(group))}
    return tuple(name for name in MEASURES if name in wanted)


def _estimator(args: Namespace, stage: Stage) -> Estimate:
    backend = backends.load("camera", args.solver, stage("Camera"))
    run = stage("Camera")

    def estimate(frames: torch.Tensor, mask: torch.Tensor | None) -> CameraSolution:
        return estimate_camera(frames, backend, person_mask=None if mask is None else mask.float(), run=run)

    return estimate


def _clips(path: Path) -> dict[str, Path] | None:
    """The videos of a folder, and its folders of pictures, by name; None where the path is one clip itself."""
    if not path.is_dir() or _is_clip(path):
        return None
    found: dict[str, Path] = {}
    for entry in sorted(path.iterdir()):
        if _is_clip(entry):
            name = _called(entry)
            if name in found:
                raise ValueError(f"{path} holds {found[name].name} and {entry.name}; names must differ")
            found[name] = entry
    return found


def _is_clip(path: Path) -> bool:
    """Whether it is a video, or a folder that holds pictures and no video."""
    if not path.is_dir():
        return path.suffix.lower() in READABLE
    return bool(_pictures(path)) and not any(p.suffix.lower() in READABLE for p in path.iterdir())


def _called(path: Path) -> str:
    """The name of a clip; a folder has no ending, so `run.1` and `run.2` are two."""
    return path.name if path.is_dir() else path.stem


def _pictures(folder: Path) -> list[Path]:
    return sorted(p for p in folder.iterdir() if p.suffix.lower() in PICTURES)


def _matched(pred: Path, truth: Path) -> tuple[dict[str, tuple[Path, Path]], list[str]]:
    """Prediction and truth by name, and sentences about those that have no partner."""
    a, b = _clips(pred), _clips(truth)
    if a is None and b is None:
        return {_called(truth): (pred, truth)}, []
    if not a or not b:
        empty = pred if not a else truth
        raise ValueError(f"{empty} must be a folder of videos like the other one; give two clips or two such folders")
    both = [name for name in b if name in a]
    if not both:
        raise ValueError(
            f"{pred} and {truth} must hold videos of the same names, got {sorted(a)[0]} and {sorted(b)[0]}"
        )
    notes = []
    for what, names in (("without a prediction", b.keys() - a.keys()), ("without a truth", a.keys() - b.keys())):
        if names:
            notes.append(f"{len(names)} videos {what} are left out: {', '.join(sorted(names))}")
    return {name: (a[name], b[name]) for name in both}, notes


def _beside(path: Path | None, names: tuple[str, ...], what: str) -> dict[str, Path]:
    """The file that belongs to each video; a single file belongs to a single video."""
    if path is None:
        return {}
    one_clip = path.is_dir() and what in ("mask", "pred_mask", "pred_white", "background") and _is_clip(path)
    if not path.is_dir() or one_clip or (what == "camera" and (path / "images.txt").is_file()):
        if len(names) > 1:
            raise ValueError(f"--{what.replace('_', '-')} must be a folder with a file for each video, got {path}")
        return {names[0]: path}
    # One folder may hold NAME.png beside NAME.mp4, as --prepare writes them.
    found = {_called(p): p for p in sorted(path.iterdir()) if (p.suffix.lower() in PICTURES) == (what == "reference")}
    if not any(name in found for name in names):
        raise ValueError(f"{path} must hold files named like the videos ({names[0]}.…), got none")
    return {name: found[name] for name in names if name in found}


def _frames(path: Path) -> torch.Tensor | LazyFrames:
    """Frames of a video, or of a folder's pictures in the order of their names."""
    if not path.is_dir():
        return VideoFrames(path)
    pictures = _pictures(path)
    if not pictures:
        raise ValueError(f"{path} holds no pictures ({', '.join(PICTURES)}); give a folder of frames or a video")
    frames = [read_image(p).rgb for p in pictures]
    if len({frame.shape for frame in frames}) > 1:
        raise ValueError(f"the pictures in {path} must have one size; give the frames of one clip")
    return torch.stack(frames)


def _mask(path: Path | None, clip: torch.Tensor | LazyFrames) -> torch.Tensor | None:
    if path is None:
        return None
    if path.is_dir():
        return _frames(path).mean(-1) > 0.5
    source = clip.source_index if isinstance(clip, VideoFrames) else None
    return read_clip_mask(path, None, source) > 0.5


def _pair(name: str, clips: tuple[Path, Path], files: dict[str, Path | None], args: Namespace) -> Pair:
    pred, truth = (_frames(path) for path in clips)
    _check_rates(name, "prediction", pred, truth)
    mask, pred_mask = _mask(files["mask"], truth), _mask(files["pred_mask"], pred)
    white = None if files["pred_white"] is None else _frames(files["pred_white"])
    if white is not None:
        _check_rates(name, "prediction before white", white, truth)
    if args.protocol is not None:
        return _paper_pair(name, (pred, truth, white), (mask, pred_mask), args.side)
    more: dict[str, object] = {"pred_white": white}
    if files["background"] is not None:
        more["background"] = _frames(files["background"])
        _check_rates(name, "background", more["background"], truth)
    if files["camera"] is not None:
        sized = files["camera"].suffix == ".json" or files["camera"].is_dir()
        more["camera"] = read_cameras(files["camera"], *((None, None) if sized else (truth.shape[2], truth.shape[1])))
    if files["reference"] is not None:
        picture = read_image(files["reference"])
        more["reference"] = picture.rgb
        more["reference_mask"] = None if picture.alpha is None else picture.alpha > 0.5
    return Pair(name=name, pred=pred, truth=truth, mask=mask, pred_mask=pred_mask, **more)


def _check_rates(name: str, what: str, clip: torch.Tensor | LazyFrames, truth: torch.Tensor | LazyFrames) -> None:
    """ValueError where two videos have different frame rates: frame 10 of both is then not the same moment."""
    if not isinstance(clip, VideoFrames) or not isinstance(truth, VideoFrames):
        return  # pictures have no rate
    if abs(clip.fps / truth.fps - 1) > _SAME_RATE:
        raise ValueError(
            f"{name}: {what} and truth must have one frame rate, got {clip.fps:.4g} and {truth.fps:.4g} 1/s; re-encode "
            f"one of them at the other's (ffmpeg -i IN.mp4 -r {min(clip.fps, truth.fps):.4g} OUT.mp4)"
        )


def _paper_pair(name: str, clips: tuple, masks: tuple, side: int) -> Pair:
    """Squares of prediction, truth and the prediction before white (or None); the first frames where one is longer."""
    *clips, white = clips
    given = [*clips] if white is None else [*clips, white]
    notes, count = [], min(len(clip) for clip in given)
    if any(len(clip) != count for clip in given):
        notes.append(f"{name}: only the first {count} frames are compared (prediction {len(clips[0])}, truth "
                     f"{len(clips[1])})")  # fmt: skip
    of_truth = clips[1].shape[2] / clips[1].shape[1]
    for made in (given[0], *given[2:]):
        shape = made.shape[2] / made.shape[1]
        if abs(shape / of_truth - 1) > 0.02 and abs(shape - 1) > 0.02:
            raise ValueError(f"{name}: prediction and truth must have one aspect, or the prediction be a square, got "
                             f"{shape:.3f} and {of_truth:.3f} (width / height)")  # fmt: skip
    pred, truth, *before_white = (protocol.Squared(clip, side, count) for clip in given)
    cut: list[torch.Tensor | None] = []
    for what, mask, clip in zip(("mask", "pred-mask"), masks, clips[::-1], strict=True):
        if mask is not None and tuple(mask.shape) != tuple(clip.shape[:3]):
            raise ValueError(f"{name}: the {what} must have its clip's frames and size {tuple(clip.shape[:3])}, got "
                             f"{tuple(mask.shape)} (frames, height, width)")  # fmt: skip
        cut.append(None if mask is None else protocol.squared_mask(mask, side, count))
    masks = {"mask": cut[0], "pred_mask": cut[1]}
    return Pair(
        name=name, pred=pred, truth=truth, pred_white=next(iter(before_white), None), **masks, notes=tuple(notes)
    )


def _prepare(args: Namespace, run: Runtime) -> None:
    """References and drivers of the paper's protocol; with masks also references and backgrounds for white."""
    videos = _clips(args.truth) or {_called(args.truth): args.truth}
    masks = _beside(args.mask, tuple(videos), "mask")
    for done, (name, path) in enumerate(videos.items()):
        run.report(done, len(videos))
        clip = _frames(path)
        squares = protocol.Squared(clip, args.side, len(clip))
        write_image(args.prepare / f"{name}.png", squares[0:1][0])
        fps = getattr(clip, "fps", 24.0)
        write_video(args.prepare / f"{name}.mp4", squares, fps)
        mask = _mask(masks.get(name), clip)
        if mask is not None:
            if tuple(mask.shape) != tuple(clip.shape[:3]):
                raise ValueError(f"{name}: the mask must have its clip's frames and size {tuple(clip.shape[:3])}, got "
                                 f"{tuple(mask.shape)} (frames, height, width)")  # fmt: skip
            person = whitened(squares[0:1], protocol.squared_mask(mask, args.side, 1))[0]
            write_image(args.prepare / "white" / f"{name}.png", person)
            white = torch.ones(1, 1, 1, 1).expand(squares.shape)  # no memory
            write_video(args.prepare / "white" / f"{name}.mp4", white, fps)
    run.report(len(videos), len(videos))
    note(f"{len(videos)} references and drivers are in {args.prepare}; give what your method makes of them as --pred")
