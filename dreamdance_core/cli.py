"""The command line: files in, files out; every command runs the same core as the nodes."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable
from pathlib import Path

import torch

from . import backends
from .commands import animation, checkpoints, datasets, measure, parts, paths, prepare, training
from .commands.options import size
from .io.weights import default_folder
from .progress import Bars
from .runtime import Runtime

SAMPLES = Path(__file__).parent / "samples"  # in an installed wheel
if not SAMPLES.is_dir():
    SAMPLES = Path(__file__).parents[1] / "samples"  # in a checkout


def _focal(text: str) -> float:
    value = float(text)
    if not value > 4:
        raise argparse.ArgumentTypeError(f"focal must be in pixels (> 4), got {text}; multiply by the width")
    return value


def _lens(text: str) -> tuple[float, str]:
    """A focal length and its unit: 800, 800px, 35mm or 60deg."""
    match = re.fullmatch(r"([0-9.]+)\s*(px|mm|deg|degrees)?", text.strip().lower())
    if match is None or not _is_number(match[1]):
        raise argparse.ArgumentTypeError(f"focal must look like 800px, 35mm or 60deg, got {text!r}")
    unit = {"deg": "degrees", None: "px"}.get(match[2], match[2])
    return float(match[1]), unit


def _is_number(text: str) -> bool:
    return text.count(".") <= 1 and text != "."


def _seed(text: str) -> int:
    if not (text.isdigit() and int(text) < 2**63):
        raise argparse.ArgumentTypeError(f"seed must be a whole number from 0 to 2^63 - 1, got {text!r}")
    return int(text)


def _common(command: argparse.ArgumentParser) -> None:
    command.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:1 … (default: auto)")
    command.add_argument("--seed", type=_seed, default=0, help="same seed, same machine, same result (default: 0)")
    command.add_argument("--weights", type=Path, action="append", default=[], help="a folder to look for weights in")
    command.add_argument("--download", action="store_true", help="fetch missing weights from their published addresses")


def _clip(command: argparse.ArgumentParser) -> None:
    command.add_argument("--start", type=int, default=0, help="first frame, counted at --fps (default: 0)")
    command.add_argument("--frames", type=int, help="how many frames (default: all)")
    command.add_argument("--stride", type=int, default=1, help="use every n-th frame (default: 1)")
    command.add_argument("--fps", type=float, help="frame clock, 1/s (default: the file's own)")


def _family(command: argparse.ArgumentParser, family: str, default: str, extra: str = "") -> None:
    names = ", ".join(backends.names(family))
    command.add_argument(f"--{family}", default=default, help=f"backend: {names}{extra} (default: {default})")


def _scene(command: argparse.ArgumentParser) -> None:
    _family(command, "depth", "auto", "; or an .npz file with z")
    _family(command, "inpaint", "patchmatch")
    command.add_argument("--shadow", type=float, default=0.0, help="how far the character's shadow on the ground "
                         "reaches, as a share of its height, to be painted over too (default: 0)")  # fmt: skip
    command.add_argument("--prompt", default="", help="describes the scene without the character")
    _family(command, "caption", "none", "; what it says about the empty scene follows --prompt")
    command.add_argument("--camera-units", choices=("auto", "depth"), default="auto", help="auto: fit the path to the "
                         "scene; depth: its translations are in the depth's unit and are followed exactly")  # fmt: skip
    command.add_argument("--focal", type=_focal, help="focal length of the art, px of its canvas")
    command.add_argument("--views", type=int, default=10, help="most views to paint (default: 10)")
    command.add_argument("--no-spiral", action="store_true", help="paint only what the camera path sees")
    command.add_argument("--fit-steps", type=int, default=400, help="steps of Gaussian fitting (default: 400)")
    command.add_argument("--size", type=size, help="canvas WxH, multiples of 16 (default: the art's aspect)")
    command.add_argument("--long-side", type=int, help="canvas long side, px (default: 768; with --replace the clip's)")


def _animate_options(command: argparse.ArgumentParser) -> None:
    _common(command)
    _clip(command)
    _world(command)
    _scene(command)
    _family(command, "segment", "u2net_small")
    _family(command, "pose", "blazepose")
    _family(command, "video", "puppet")
    command.add_argument("--camera", default="pycolmap", help="a camera file to follow, or the backend that solves the "
                         f"clip's camera: {', '.join(backends.names('camera'))} (default: pycolmap)")  # fmt: skip
    command.add_argument("--driving-focal", type=_focal, help="focal length of the clip, px (default: estimated)")
    command.add_argument("--mask", type=Path, help="picture whose white is the character")
    command.add_argument("--scene", type=Path, help="a finished scene (.ply, .spz, .ksplat, .splat): nothing "
                         "is completed or fitted; its own SCENE.camera.json wants --camera-units depth")  # fmt: skip
    command.add_argument("--retarget", action=argparse.BooleanOptionalAction, help="give the driving pose the "
                         "character's proportions (default: yes; no with --replace)")  # fmt: skip
    command.add_argument("--steps", type=int, default=50, help="diffusion steps of a network video backend")
    command.add_argument("--guidance", type=float, default=3.5, help="guidance of a network video backend")
    checkpoints.add_gated(command)
    command.add_argument("--keep-background", action=argparse.BooleanOptionalAction, help="put the untouched "
                         "background back outside the paint mask (default: with --replace, not for puppet, which "
                         "touches nothing else; wan_vace always does)")  # fmt: skip
    command.add_argument("--feather", type=int, default=8, metavar="PX", help="how far inside the paint mask the kept "
                         "background fades out (default: 8)")  # fmt: skip


def _world(command: argparse.ArgumentParser) -> None:
    world = command.add_mutually_exclusive_group()
    world.add_argument("--replace", action="store_true", help="replace the clip's main person: the clip itself "
                       "without that person is the background, in its own size and camera")  # fmt: skip
    world.add_argument("--background", metavar="FILE", help="a picture or clip of your own behind the character, or "
                       "white; the camera stands still")  # fmt: skip
    command.add_argument("--driving-mask", type=Path, help="with --replace: a clip whose white is the person, or an "
                         ".npz with mask (default: from the pose)")  # fmt: skip
    command.add_argument("--driving-shadow", type=float, default=0.0, help="with --replace: how far that person's "
                         "shadow reaches beside the feet, in body heights, to be removed too (default: 0)")  # fmt: skip


Add = Callable[[str, Callable, str], argparse.ArgumentParser]


def parser() -> argparse.ArgumentParser:
    """The parser of the whole command line; each command carries its function as `do`."""
    root = argparse.ArgumentParser(prog="dreamdance", description=__doc__)
    commands = root.add_subparsers(dest="command", required=True, metavar="command")

    def add(name: str, do: Callable, help: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=help, description=help)
        command.set_defaults(do=do, default_of=command.get_default)
        return command

    _whole_commands(add)
    _clip_commands(add)
    _scene_commands(add)
    training.add_command(add, _common)
    checkpoint = commands.add_parser("checkpoint", help="look at, convert and lay out files of the gated model")
    checkpoints.add_verbs(checkpoint, _common)
    dataset = commands.add_parser("dataset", help="make and prepare training data")
    verb = prepare.verbs(dataset, _common)
    datasets.add_verbs(verb)
    prepare.add_verbs(verb)
    return root


def _whole_commands(add: Add) -> None:
    demo = add("demo", animation.demo, "animate the sample character by the sample clip")
    _animate_options(demo)
    demo.set_defaults(art=SAMPLES / "character.png", video_file=SAMPLES / "dance.mp4", long_side=640, download=True)
    demo.add_argument("--out", type=Path, default=Path("dreamdance_out"), help="folder (default: dreamdance_out)")

    animate = add("animate", animation.animate, "animate a character picture by a driving clip")
    animate.add_argument("art", type=Path, help="picture of a character")
    animate.add_argument("video_file", type=Path, metavar="video", help="driving clip")
    animate.add_argument("--out", type=Path, required=True, help="folder for animation.mp4, scene.ply, …")
    _animate_options(animate)


def _clip_commands(add: Add) -> None:
    segment = add("segment", parts.segment, "cut a character out of its picture")
    segment.add_argument("art", type=Path, help="picture of a character")
    segment.add_argument("--out", type=Path, required=True, help="mask picture, white = character")
    _family(segment, "segment", "u2net_small")
    _common(segment)

    pose = add("pose", parts.pose, "keypoints of a clip as POSE_KEYPOINT JSON")
    pose.add_argument("video_file", type=Path, metavar="video")
    pose.add_argument("--out", type=Path, required=True, help="JSON file")
    pose.add_argument("--people", type=int, default=1, help="how many people to follow (default: 1)")
    _family(pose, "pose", "blazepose")
    _clip(pose)
    _common(pose)

    camera = add("camera", parts.camera, "the camera of a clip, persons ignored")
    camera.add_argument("video_file", type=Path, metavar="video")
    camera.add_argument("--mask", type=Path, help="person masks: .npz or video (default: from the pose)")
    camera.add_argument("--focal", type=_lens, help="focal length: 800 or 800px of the file's pixels, 35mm of 35 mm "
                        "film, or 60deg across the picture (default: estimated)")  # fmt: skip
    camera.add_argument("--zoom", action="store_true", help="the lens zooms while the camera travels: one focal "
                        "length per frame")  # fmt: skip
    camera.add_argument("--picture", type=Path, help="a picture of the path, .png")
    camera.add_argument("--out", type=Path, required=True, help="camera.json, or .txt (TUM), .npy, …")
    _family(camera, "camera", "pycolmap")
    _family(camera, "pose", "blazepose")
    _clip(camera)
    _common(camera)

    path = add("path", paths.path, "edit a camera path, or turn it into another format; edits work in their order")
    path.add_argument("path", type=Path, help="camera.json, TUM or RealEstate10K .txt, .npy, .glb, COLMAP folder")
    path.add_argument("--out", type=Path, required=True, help="camera.json, .txt (TUM), .re10k.txt, .npy, or a folder")
    path.add_argument("--size", type=size, help="WxH px (default: the file's; needed where it has none)")
    path.add_argument("--fps", type=float, help="frames per second (default: the file's, or 24)")
    path.add_argument("--poses", choices=("c2w", "w2c"), default="c2w", help="what a .npy or TUM file holds")
    path.add_argument("--camera-name", default="", help="which camera of a glTF file (default: the first)")
    paths.add_edits(path)
    _common(path)


def _scene_commands(add: Add) -> None:
    scene = add("scene", parts.scene, "complete the scene of a picture and fit Gaussians to it")
    scene.add_argument("art", type=Path, help="picture")
    scene.add_argument("--mask", type=Path, help="character mask to remove (default: the whole picture is background)")
    scene.add_argument("--camera", type=Path, help="camera file whose path the scene must cover")
    scene.add_argument("--out", type=Path, required=True, help="SCENE.ply, or the smaller .spz or .splat; "
                       "SCENE.camera.json is written beside it")  # fmt: skip
    _scene(scene)
    _common(scene)

    render = add("render", parts.render, "pictures of a scene along a camera path")
    render.add_argument("scene", type=Path, help="Gaussians (.ply, .spz, .ksplat, .splat)")
    render.add_argument("--camera", type=Path, required=True, help="camera file, one picture per pose")
    render.add_argument("--camera-units", choices=("auto", "depth"), default="depth", help="depth: the file is in the "
                        "scene's unit and frame (default); auto: its path is fitted to what the scene shows from "
                        "its reference camera")  # fmt: skip
    render.add_argument("--size", type=size, help="WxH px (default: the camera's)")
    render.add_argument("--out", type=Path, required=True, help="VIDEO.mp4, or a folder for %%05d.png")
    _common(render)

    evaluate = add("evaluate", measure.evaluate, "compare videos with the truth, as the paper does and beyond")
    measure.add_options(evaluate)
    _common(evaluate)

    weights = add("weights", parts.weights, "list or fetch published weights, with their licences")
    weights.add_argument("action", choices=("list", "get"))
    weights.add_argument("name", nargs="?", help="which weights to get")
    _common(weights)


def runtime(args: argparse.Namespace, bars: Bars) -> Callable[[str], Runtime]:
    """A function that makes the Runtime of a named stage, each with its own progress bar."""
    name = args.device
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    try:
        device = torch.empty(0, device=name).device
    except (RuntimeError, AssertionError) as error:
        raise ValueError(f"device {name!r} cannot be used here ({str(error).splitlines()[0]}); try cpu") from error
    folders = (*args.weights, default_folder())
    dtype = torch.bfloat16 if device.type == "cuda" else torch.float32

    def stage(title: str) -> Runtime:
        report = bars.stage(title)
        return Runtime(
            device=device, dtype=dtype, report=report, note=bars.say, weight_folders=folders, download=args.download
        )

    return stage


def main(arguments: list[str] | None = None) -> int:
    """Runs one command; 0 on success, 1 with one sentence on bad input, 130 when interrupted."""
    args = parser().parse_args(arguments)
    with Bars() as bars:
        try:
            args.do(args, runtime(args, bars))
        except KeyboardInterrupt:
            keeps = args.command in ("animate", "demo", "scene")
            kept = "; finished stages are kept and will be reused" if keeps else ""
            bars.say(f"interrupted{kept}", error=True)
            return 130
        except (ValueError, OSError, ImportError, RuntimeError) as error:
            bars.say(f"{args.command}: {error}", error=True)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
