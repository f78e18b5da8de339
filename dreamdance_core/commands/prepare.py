"""What is done to a dataset before training: stylised stills, a look at the damage, latents; and made-up datasets."""

from __future__ import annotations

import argparse
from argparse import Namespace
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

import torch
from torch import Tensor

from .. import backends
from ..io.images import write_image
from ..io.video import ClipRange, read_clip
from ..run_options import Stage
from ..runtime import Runtime
from ..training.shards import Dataset
from ..training.stylize.conditions import EDGES
from .options import size
from .parts import note

Add = Callable[[str, Callable, str], argparse.ArgumentParser]


def part(text: str) -> tuple[int, int]:
    """Which share of the work: 2/4 is the second of four, as (1, 4)."""
    number, _, count = text.partition("/")
    if not (number.isdigit() and count.isdigit() and 1 <= int(number) <= int(count)):
        raise argparse.ArgumentTypeError(f"a part must look like 2/4, the second of four, got {text!r}")
    return int(number) - 1, int(count)


def cells(text: str) -> tuple[int, int]:
    """Columns and rows of a grid."""
    columns, _, rows = text.lower().partition("x")
    if not (columns.isdigit() and rows.isdigit() and int(columns) * int(rows) > 1):
        raise argparse.ArgumentTypeError(f"a grid must look like 2x2, with at least two cells, got {text!r}")
    return int(columns), int(rows)


def verbs(dataset: argparse.ArgumentParser, common: Callable[[argparse.ArgumentParser], None]) -> Add:
    """A function that makes a verb below `dreamdance dataset`."""
    below = dataset.add_subparsers(dest="verb", required=True, metavar="verb")

    def add(name: str, do: Callable, help: str) -> argparse.ArgumentParser:
        verb = below.add_parser(name, help=help, description=help)
        verb.set_defaults(do=do)
        common(verb)
        return verb

    return add


def add_verbs(add: Add) -> None:
    """The verbs below `dreamdance dataset`; add makes one, with its function and the common options."""
    restyle = add("stylize", stylize, "restyled first frames as static clips, by any SDXL checkpoint with ControlNets")
    restyle.add_argument("dataset", type=Path, help="folder that `dataset build` made; the clips go to its stylized/")
    restyle.add_argument("--checkpoint", type=Path, required=True, help="an SDXL model: diffusers folder, or one "
                         ".safetensors file")  # fmt: skip
    restyle.add_argument("--checkpoint-config", type=Path, metavar="DIR", help="for one file: a diffusers folder with "
                         "SDXL's configs and tokenizers (default: the hub's cache)")  # fmt: skip
    restyle.add_argument("--depth-controlnet", type=Path, required=True, metavar="DIR", help="diffusers folder")
    restyle.add_argument("--edge-controlnet", type=Path, required=True, metavar="DIR", help="diffusers folder")
    restyle.add_argument("--prompt", required=True, help="the style, as 'anime illustration, cel shading'")
    restyle.add_argument("--avoid", help="what the pictures must not show (default: blur, text, frames …)")
    restyle.add_argument("--scene-prompt", default="", help="describes the scene without the character")
    restyle.add_argument("--grid", type=cells, default=(2, 2), metavar="CxR", help="frames per pass (default: 2x2)")
    restyle.add_argument("--side", type=int, default=1024, help="a grid has about side x side px (default: 1024)")
    restyle.add_argument("--grids", type=int, help="most grids of one source (default: all its clips)")
    restyle.add_argument("--strength", type=float, default=1.0, help="1: depth and edges alone guide; less keeps "
                         "the frames' colours (default: 1)")  # fmt: skip
    restyle.add_argument("--depth-scale", type=float, default=0.7, help="weight of the depth (default: 0.7)")
    restyle.add_argument("--edge-scale", type=float, default=0.6, help="weight of the edges (default: 0.6)")
    restyle.add_argument("--edges", choices=tuple(EDGES), default="canny", help="what the edge ControlNet was trained "
                         "on (default: canny)")  # fmt: skip
    restyle.add_argument("--steps", type=int, default=30, help="diffusion steps (default: 30)")
    restyle.add_argument("--guidance", type=float, default=6.0, help="guidance (default: 6)")
    restyle.add_argument("--part", type=part, default=(0, 1), metavar="I/N", help="this machine's share of the "
                         "sources, as 2/4 (default: 1/1)")  # fmt: skip
    _family(restyle, "depth", "auto")
    _family(restyle, "inpaint", "patchmatch")
    _family(restyle, "segment", "none", "none, which keeps the frame's own mask, ")

    shown = add("grid", grid, "a picture of every damage of the background, from weak to strong")
    shown.add_argument("source", type=Path, metavar="clip_or_dataset", help="a video, or a folder of shards")
    shown.add_argument("--out", type=Path, required=True, help="GRID.png")
    shown.add_argument("--clip", help="which clip of a dataset (default: its first)")
    shown.add_argument("--frames", type=int, default=16, help="how many frames, the first ones (default: 16)")
    shown.add_argument("--cell", type=int, default=240, help="width of a frame in the picture, px (default: 240)")
    _family(shown, "depth", "none", "of a video, for the damages that need it: none, ")

    stored = add("encode", encode, "latents of all clips, made once, so that training needs neither VAE nor damage")
    stored.add_argument("dataset", type=Path, help="folder of shards; the latents go to its latents/")
    stored.add_argument("--config", type=Path, metavar="TRAIN.toml", help="settings of the training: its base, image "
                        "encoder and damage recipe")  # fmt: skip
    stored.add_argument("--base", type=Path, metavar="DIR", help="the base model's diffusers folder, with vae/ "
                        "(default: the config's)")  # fmt: skip
    stored.add_argument("--clip", type=Path, metavar="DIR", help="folder of the CLIP vision model (default: the "
                        "config's, else clip-vit-large-patch14 in the weight folders)")  # fmt: skip
    stored.add_argument("--variants", type=int, default=2, help="damaged backgrounds per clip (default: 2)")
    stored.add_argument("--part", type=part, default=(0, 1), metavar="I/N", help="this machine's share of the shards, "
                        "as 2/4 (default: 1/1)")  # fmt: skip

    drawn = add("generate", generate, "made-up clips of drawn figures in painted scenes, to try a training setup on")
    drawn.add_argument("--out", type=Path, required=True, metavar="DATASET", help="folder of shards")
    drawn.add_argument("--clips", type=int, default=100, help="how many; the first has the seed --seed (default: 100)")
    drawn.add_argument("--size", type=size, default=(64, 96), metavar="WxH", help="multiples of 16 (default: 64x96)")
    drawn.add_argument("--frames", type=int, default=16, help="of a clip, a multiple of 4 (default: 16)")


def _family(command: argparse.ArgumentParser, family: str, default: str, before: str = "") -> None:
    names = ", ".join(backends.names(family))
    command.add_argument(f"--{family}", default=default, help=f"backend: {before}{names} (default: {default})")


def stylize(args: Namespace, stage: Stage) -> None:
    """Writes the static clips, a shard per source."""
    from ..training.stylize import sdxl
    from ..training.stylize.dataset import stylize_dataset
    from ..training.stylize.stills import Style, Tools

    dataset = Dataset(args.dataset)
    named = {"avoid": args.avoid} if args.avoid is not None else {}
    painting = sdxl.Painting(
        depth_scale=args.depth_scale,
        edge_scale=args.edge_scale,
        strength=args.strength,
        steps=args.steps,
        guidance=args.guidance,
        **named,
    )
    columns, rows = args.grid
    style = Style(
        prompt=args.prompt, rows=rows, columns=columns, side=args.side, scene=args.scene_prompt, seed=args.seed
    )
    files = sdxl.Files(
        checkpoint=args.checkpoint,
        depth=args.depth_controlnet,
        edges=args.edge_controlnet,
        config=args.checkpoint_config,
    )
    run = stage("Restyle")
    quiet = replace(run, report=Runtime().report)  # one bar for all
    depth = backends.resolve("depth", args.depth, run)
    tools = Tools(
        paint=sdxl.load(files, run, painting),
        depth=backends.load("depth", depth, quiet),
        edges=EDGES[args.edges],
        inpaint=backends.load("inpaint", args.inpaint, quiet),
        segment=None if args.segment == "none" else backends.load("segment", args.segment, quiet),
    )
    painted_by = asdict(painting) | {name: place.name for name, place in vars(files).items() if place is not None}
    painted_by |= {"edge_kind": args.edges, "depth_by": depth, "inpaint": args.inpaint, "segment": args.segment}
    done = stylize_dataset(dataset, tools, style, painted_by=painted_by, run=run, grids=args.grids, part=args.part)
    note(f"{done.clips} static clips in {len(done.written)} new shards; {len(done.kept)} were finished before")


def grid(args: Namespace, stage: Stage) -> None:
    """Writes the picture of every damage."""
    from ..training.degrade.sheet import damage_sheet

    frames, z = _clip_of_dataset(args) if args.source.is_dir() else _clip_of_file(args, stage)
    write_image(args.out, damage_sheet(frames, args.seed, z=z, cell=args.cell, run=stage("Damage")))
    if z is None:
        note("the damages that need depth are left out: the clip has none; --depth auto estimates it")


def _clip_of_dataset(args: Namespace) -> tuple[Tensor, Tensor | None]:
    data = Dataset(args.source)
    if args.clip is not None and args.clip not in data.names:
        raise ValueError(f"{args.source} holds no clip {args.clip}; it has {', '.join(data.names[:4])} …")
    found = data[0 if args.clip is None else data.names.index(args.clip)]
    z = None if found.z is None else found.z[: args.frames]
    return found.background[: args.frames].float() / 255, z


def _clip_of_file(args: Namespace, stage: Stage) -> tuple[Tensor, Tensor | None]:
    frames = read_clip(args.source, ClipRange(frames=args.frames), max_side=640).frames
    if args.depth == "none":
        return frames, None
    run = stage("Depth")
    depth = backends.load("depth", backends.resolve("depth", args.depth, run), run)(frames)
    return frames, torch.where(depth.valid, depth.z, torch.zeros_like(depth.z))


def encode(args: Namespace, stage: Stage) -> None:
    """Writes the latents, a shard beside each shard."""
    from ..training.config import read_config
    from ..training.degrade.recipe import Recipe
    from ..training.latents import Maker, store_latents
    from ..training.model import load_encoders

    config = None if args.config is None else read_config(args.config)
    if args.base is None and config is None:
        raise ValueError("dataset encode needs the model that makes latents; give --base DIR or --config TRAIN.toml")
    base = args.base or config.model.base
    image_encoder = args.clip or (None if config is None else config.model.clip)
    data, run = Dataset(args.dataset), stage("Encode")
    vae, clip = load_encoders(base, image_encoder, run)
    maker = Maker(
        vae=vae,
        clip=clip,
        base=base.name,
        recipe=Recipe() if config is None else config.objective.recipe,
        variants=args.variants,
        seed=args.seed,
    )
    done = store_latents(data, maker, run, part=args.part)
    note(f"latents of {done.clips} clips in {len(done.written)} new shards; {len(done.kept)} were finished before")


def generate(args: Namespace, stage: Stage) -> None:
    """Writes shards of made-up clips."""
    from ..training.generated.write import write_generated

    if args.clips < 1:
        raise ValueError(f"--clips must be at least 1, got {args.clips}")
    width, height = args.size
    seeds = range(args.seed, args.seed + args.clips)
    shards = write_generated(args.out, seeds, stage("Draw clips"), count=args.frames, width=width, height=height)
    note(f"{args.clips} clips in {len(shards)} shards in {args.out}")
