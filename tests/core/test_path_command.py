"""The path command: any format in, edits in their order, any format out."""

import math

import pytest
import torch

from dreamdance_core.cli import main
from dreamdance_core.commands.paths import EDITS
from dreamdance_core.geometry import path_edits as edits
from dreamdance_core.geometry.pinhole import intrinsics
from dreamdance_core.geometry.trajectory import Move, combined
from dreamdance_core.io.camera_files import read_cameras, write_cameras
from dreamdance_core.types import Cameras


@pytest.fixture
def camera(tmp_path):
    lens = Cameras(c2w=torch.eye(4)[None], K=intrinsics(416, 240, 400.0)[None], width=416, height=240, fps=12.0)
    path = combined([Move(name="orbit", size=30.0), Move(name="zoom", size=1.5)], 24, lens)
    write_cameras(tmp_path / "in.json", path)
    return tmp_path / "in.json", path


def test_edits_work_in_the_order_given(camera, tmp_path, capsys):
    file, path = camera
    out = tmp_path / "out.json"
    assert main(["path", str(file), "--out", str(out), "--hold", "6", "--reverse", "--scale", "0.5"]) == 0
    want = edits.scaled(edits.reverse(edits.hold(path, 0, 6)), 0.5)
    torch.testing.assert_close(read_cameras(out).c2w, want.c2w, atol=1e-6, rtol=0)
    assert main(["path", str(file), "--out", str(out), "--reverse", "--hold", "6"]) == 0
    torch.testing.assert_close(read_cameras(out).c2w[-6:], path.c2w[:1].expand(6, 4, 4), atol=1e-6, rtol=0)
    said = capsys.readouterr().out
    assert "in:  24 frames, 2.00 s at 12 fps" in said and "out: 30 frames" in said


def test_every_edit_has_an_option(camera, tmp_path):
    file, _ = camera
    values = {"ease": "smooth", "join": str(file), "resample": "24", "stabilise": "1", "shake": "0.3"}
    for name, (kind, _, _) in EDITS.items():
        value = [] if kind is None else [values.get(name, "4")]
        assert main(["path", str(file), "--out", str(tmp_path / "o.json"), f"--{name}", *value]) == 0, name
        assert torch.isfinite(read_cameras(tmp_path / "o.json").c2w).all()


@pytest.mark.parametrize("name", ["c.txt", "c.re10k.txt", "c.npy", "model"])
def test_formats_become_each_other(camera, tmp_path, name):
    file, path = camera
    assert main(["path", str(file), "--out", str(tmp_path / name)]) == 0
    back = ["path", str(tmp_path / name), "--size", "416x240", "--fps", "12", "--out", str(tmp_path / "b.json")]
    assert main(back) == 0
    found = read_cameras(tmp_path / "b.json")
    torch.testing.assert_close(found.c2w, path.c2w, atol=1e-5, rtol=0)
    assert math.isclose(found.fps, 12.0)


def test_bad_input_is_one_sentence(camera, tmp_path, capsys):
    file, _ = camera
    for arguments, match in (
        (["--keep", "99"], "within the path's 24 frames"),
        (["--ease", "bounce"], "ease must be one of"),
        (["--join", str(tmp_path / "none.json")], "does not exist"),
        (["--camera-name", "x", "--stabilise", "99"], "cutoff must be"),
    ):
        assert main(["path", str(file), "--out", str(tmp_path / "o.json"), *arguments]) == 1
        assert match in capsys.readouterr().err
    assert main(["path", str(file), "--out", str(tmp_path / "o.fbx")]) == 1
