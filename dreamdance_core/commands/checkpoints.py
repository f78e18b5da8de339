"""The checkpoint commands: what a file is, and files of the gated model from and for other tools."""

from __future__ import annotations

import argparse
import json
from argparse import Namespace
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import torch

from ..pipeline import Stage
from ..runtime import Runtime
from .parts import note

_DTYPES = {"keep": None, "bf16": torch.bfloat16, "fp16": torch.float16, "fp32": torch.float32}


def add_verbs(checkpoint: argparse.ArgumentParser, common: Callable[[argparse.ArgumentParser], None]) -> None:
    """The verbs below `dreamdance checkpoint`, each with its function as `do`."""
    verbs = checkpoint.add_subparsers(dest="verb", required=True, metavar="verb")

    def add(name: str, do: Callable, help: str) -> argparse.ArgumentParser:
        verb = verbs.add_parser(name, help=help, description=help)
        verb.set_defaults(do=do)
        common(verb)
        return verb

    told = add("info", info, "what a checkpoint, a base model's file or a folder is; a damaged file is named")
    told.add_argument("file", type=Path)

    made = add("convert", convert, "a checkpoint from a diffusers folder of the trained transformer, or from another")
    made.add_argument("source", type=Path, help="folder that save_pretrained wrote, or a checkpoint")
    made.add_argument("--out", type=Path, required=True, help="NAME.dreamdance.safetensors")
    made.add_argument("--base", default="", help="the base model's name, as zai-org/CogVideoX-5b-I2V (default: the "
                      "source's)")  # fmt: skip
    made.add_argument("--full", action="store_true", help="hold every weight, a LoRA merged, so that the base's "
                      "transformer is not needed (default: the new layers, on top of the base)")  # fmt: skip
    made.add_argument("--lora", type=Path, help="a LoRA of the base's layers, trained with the new layers")
    made.add_argument("--alpha", type=float, help="its alpha (default: its file's, else its rank)")
    made.add_argument("--dtype", choices=tuple(_DTYPES), default="keep", help="number type of the weights")
    made.add_argument("--notes", default="", help="a sentence about the training, kept in the file")

    laid = add("export", export, "a checkpoint or a base model as single files in ComfyUI's models folder")
    laid.add_argument("source", type=Path, help="a checkpoint, or a base model's diffusers folder")
    laid.add_argument("--out", type=Path, required=True, help="ComfyUI's models folder")
    laid.add_argument("--dtype", choices=("bf16", "fp16", "fp32"), default="bf16", help="number type (default: bf16)")


def add_gated(command: argparse.ArgumentParser) -> None:
    """Options of --video gated_cogvideox."""
    command.add_argument("--sampler", choices=("ddim", "dpm"), default="ddim", help="of gated_cogvideox: the paper's, "
                         "or DPM-Solver++ for --steps 15 to 25")  # fmt: skip
    command.add_argument("--packed", choices=("stored", "fp8", "int8", "nf4"), default="stored", help="how "
                         "gated_cogvideox keeps its weights in memory (default: as stored)")  # fmt: skip
    command.add_argument("--offload", choices=("auto", "none", "model", "group", "sequential"), default="auto",
                         help="what of gated_cogvideox leaves the GPU while it is not needed (default: auto, by free "
                         "memory)")  # fmt: skip


def _run(args: Namespace, run: Runtime) -> Runtime:
    """The Runtime with the wanted number type (default: bf16, as published), that looks beside the source too."""
    folders = (args.source.resolve().parent, *run.weight_folders)
    return replace(run, dtype=_DTYPES[args.dtype] or torch.bfloat16, weight_folders=folders)


def info(args: Namespace, stage: Stage) -> None:
    """Prints what the file is."""
    from ..video.backends.gated_cogvideox import convert as conversion

    note(json.dumps(conversion.info(args.file), indent=2))


def convert(args: Namespace, stage: Stage) -> None:
    """Writes the checkpoint."""
    from ..video.backends.gated_cogvideox import convert as conversion

    wanted = conversion.Wanted(
        base=args.base,
        full=args.full,
        lora=args.lora,
        alpha=args.alpha,
        dtype=_DTYPES[args.dtype],
        notes=args.notes,
    )
    header = conversion.convert(args.source, args.out, _run(args, stage("Convert")), wanted)
    note(f"{args.out}: {header.content} for {header.base}, {args.out.stat().st_size / 1e6:.1f} MB")


def export(args: Namespace, stage: Stage) -> None:
    """Writes the parts."""
    from ..video.backends.gated_cogvideox import convert as conversion

    for path in conversion.export(args.source, args.out, _run(args, stage("Export"))):
        note(f"{path}: {path.stat().st_size / 1e6:.1f} MB")
