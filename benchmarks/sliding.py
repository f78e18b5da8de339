"""How far standing feet slide over the ground of a scene whose camera moves.

    python benchmarks/sliding.py

The walker and the paths are those of tests/core/test_follow.py; every path films the walker, and the character, of
another body and distance, is then shown in a scene by the same path in the scene's unit. Prints, per path, the
furthest that a standing foot gets from its spot, px of 640x480: with the pose retargeted alone, and with the cameras
taken out and put in; and how far away the driver is found to be (truth: 5).
"""

from __future__ import annotations

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

from dreamdance_core.pose.follow import Shot, driver_depth, retargeted_in
from dreamdance_core.pose.retarget import RetargetOptions, retarget

UNITS = (0.6, 1.0, 1.4)  # scene units per unit of the driving path


def _made() -> ModuleType:
    spec = spec_from_file_location("test_follow", Path(__file__).parents[1] / "tests" / "core" / "test_follow.py")
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def main() -> None:
    made = _made()
    z = 3.0
    reference = made.first(made.filmed(made.walker(size=0.7, z=z, x=0.3, leg=1.2), made.path("none")))
    print(f"{'path':10} {'unit':>5} {'alone':>7} {'followed':>9} {'driver at':>10}")
    for kind in made.MOVES:
        driving = made.filmed(made.walker(), made.path(kind))
        far = driver_depth(driving, made.path(kind))
        for unit in UNITS:
            cameras = made.path(kind, gain=unit)
            plain = retarget(driving, reference, made.W, made.H)
            shot = Shot(driving=made.path(kind), cameras=cameras, depth=made.flat(z))
            followed = retargeted_in(shot, driving, reference, made.W, made.H, RetargetOptions()).track
            alone, kept = (made.slide(track, cameras, z) for track in (plain, followed))
            print(f"{kind:10} {unit:5.1f} {alone:7.1f} {kept:9.1f} {far:10.2f}")


if __name__ == "__main__":
    main()
