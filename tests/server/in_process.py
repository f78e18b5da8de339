"""Imports the host and this pack into the test process, the way ComfyUI does it."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

_PACK = Path(__file__).resolve().parents[2]
_NAME = "dreamdance_pack"


def _import_host(tree: str) -> None:
    if tree not in sys.path:
        sys.path.insert(0, tree)
    from comfy.cli_args import args

    args.cpu = True
    args.database_url = "sqlite:///:memory:"


def import_pack(tree: Path) -> ModuleType:
    """The pack's root module, its `nodes` imported; tree is the host's source tree."""
    if _NAME not in sys.modules:
        _import_host(str(tree))
        spec = importlib.util.spec_from_file_location(_NAME, _PACK / "__init__.py")
        module = importlib.util.module_from_spec(spec)
        sys.modules[_NAME] = module
        spec.loader.exec_module(module)
        importlib.import_module(f"{_NAME}.nodes")
        sys.modules[f"{_NAME}.nodes"].host.register_weight_folder()
    return sys.modules[_NAME]
