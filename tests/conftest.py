"""Loads the helper modules of the tests once, and offers the pack and a running ComfyUI as fixtures."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

_HERE = Path(__file__).resolve().parent


def load_helper(name: str, folder: str = "server") -> ModuleType:
    """tests/<folder>/<name>.py as the module dreamdance_tests_<name> (tests are no package)."""
    key = f"dreamdance_tests_{name}"
    if key not in sys.modules:
        spec = importlib.util.spec_from_file_location(key, _HERE / folder / f"{name}.py")
        module = importlib.util.module_from_spec(spec)
        sys.modules[key] = module
        spec.loader.exec_module(module)
    return sys.modules[key]


@pytest.fixture(scope="session")
def comfyui(tmp_path_factory):
    """A real ComfyUI with this pack, shared by the server and browser tests."""
    with load_helper("comfyui").running(tmp_path_factory.mktemp("comfyui")) as server:
        yield server


@pytest.fixture(scope="session")
def pack():
    """This pack, imported in this process the way ComfyUI imports it."""
    return load_helper("in_process").import_pack(load_helper("comfyui").source_tree())


@pytest.fixture(scope="session")
def convert():
    """The converter from a shipped workflow (UI format) to what /prompt takes."""
    return load_helper("workflow").to_api


@pytest.fixture(scope="session")
def splat_bytes():
    """Builders of splat files, byte by byte."""
    return load_helper("splat_bytes", "core")


@pytest.fixture(scope="session")
def camera_clips():
    """Generated clips with known cameras."""
    return load_helper("camera_clips", "core")


@pytest.fixture(scope="session")
def building_videos():
    """Made-up videos, and backends that find the figure in them."""
    return load_helper("building_videos", "core")


@pytest.fixture(scope="session")
def counters():
    """Frames that carry their number, sound that carries its time."""
    return load_helper("counters", "core")


@pytest.fixture(scope="session")
def community(pack):
    """The stand-ins for community nodes, in this process."""
    return load_helper("community_stubs")


@pytest.fixture(scope="session")
def tiny_wan(pack):
    """Writes tiny Wan checkpoints, made of the host's own classes in this process."""
    return load_helper("tiny_wan")


@pytest.fixture(scope="session")
def training_clips():
    """Made-up clips to train on, and a tiny base model, as files on the disk."""
    return load_helper("training_clips", "core")


@pytest.fixture(scope="session")
def tiny_sdxl():
    """A tiny SDXL checkpoint with ControlNets, as files on the disk."""
    return load_helper("tiny_sdxl", "core")


@pytest.fixture(scope="session")
def gated_files():
    """A tiny gated model as files on the disk."""
    return load_helper("gated_files", "core")


@pytest.fixture(scope="session")
def gated_jobs():
    """Tiny gated models and jobs for them."""
    return load_helper("gated_jobs", "core")


@pytest.fixture(scope="session")
def held():
    """What this process holds on to."""
    return load_helper("held", "core")
