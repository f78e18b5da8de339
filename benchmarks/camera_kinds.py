"""Which kind of motion is recognised, and how exact turns are, on generated clips: python benchmarks/camera_kinds.py.

Options: the seeds to make clips from (default: 0 1). The clips are those of tests/core/camera_clips.py. Prints every
clip that is taken for another kind, a table of the worst rotation errors, and the table of confusions.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import torch

from dreamdance_core.camera.estimate import estimate_camera
from dreamdance_core.geometry.pinhole import intrinsics
from dreamdance_core.geometry.rigid import so3_log
from dreamdance_core.runtime import Runtime
from dreamdance_core.types import Cameras, CameraSolution


def clips_module() -> ModuleType:
    spec = spec_from_file_location("camera_clips", Path(__file__).parents[1] / "tests" / "core" / "camera_clips.py")
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def asked(frames: torch.Tensor, person_mask: torch.Tensor | None, focal: float | None) -> CameraSolution:
    """In place of a solver: a path that only says that it was asked for."""
    count, height, width = frames.shape[:3]
    c2w = torch.eye(4).repeat(count, 1, 1)
    c2w[:, 0, 3] = torch.linspace(0, 1, count)
    cameras = Cameras(c2w=c2w, K=intrinsics(width, height).repeat(count, 1, 1), width=width, height=height)
    solved = torch.ones(count, dtype=torch.bool)
    return CameraSolution(cameras=cameras, kind="parallax", solved=solved, median_depth=1.0)


def worst_turn(solution: CameraSolution, c2w: torch.Tensor) -> float:
    """The largest angle, in degrees, between found and true orientations, both from frame 0."""
    true = c2w[0, :3, :3].mT @ c2w[:, :3, :3]
    return float(so3_log(solution.cameras.c2w[:, :3, :3] @ true.float().mT).norm(dim=-1).max().rad2deg())


def main(seeds: list[int]) -> None:
    confusion, errors = Counter(), defaultdict(list)
    for seed in seeds:
        for clip in clips_module().every_kind(seed):
            for known in (True, False):
                focal = clip.focal if known else None
                found = estimate_camera(clip.frames, asked, person_mask=clip.person_mask, focal=focal, run=Runtime())
                confusion[clip.kind, found.kind] += 1
                if found.kind != clip.kind:
                    print(f"seed {seed}: {clip.name}, lens {'known' if known else 'unknown'}: taken for {found.kind}")
                elif clip.kind in ("rotation", "zoom") and not clip.name.startswith("slide") and (known or clip.wide):
                    errors[clip.name.split(",")[0], known].append(worst_turn(found, clip.c2w))
    print("\n| move | lens | clips | worst rotation error, deg |\n|---|---|---|---|")
    for (move, known), values in errors.items():
        print(f"| {move} | {'given' if known else 'from the clip'} | {len(values)} | {max(values):.3f} |")
    kinds = ("rotation", "zoom", "static", "parallax")
    print("\n| true kind | " + " | ".join(f"found {kind}" for kind in kinds) + " |\n|---|---|---|---|---|")
    for true in kinds:
        print(f"| {true} | " + " | ".join(str(confusion[true, kind]) for kind in kinds) + " |")


if __name__ == "__main__":
    main([int(seed) for seed in sys.argv[1:]] or [0, 1])
