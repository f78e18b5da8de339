"""A finished stage is stored whole, found again by its key, and computed anew when anything changed."""

import pytest
import torch
from safetensors import SafetensorError

from dreamdance_core.io import stages
from dreamdance_core.io.stages import StageFiles, digest
from dreamdance_core.types import Cameras, CameraSolution, Depth, Views


def solution(shift: float) -> CameraSolution:
    c2w = torch.eye(4).repeat(3, 1, 1)
    c2w[:, 0, 3] = torch.arange(3) * shift
    K = torch.tensor([[50.0, 0, 20], [0, 50, 15], [0, 0, 1]]).repeat(3, 1, 1)
    return CameraSolution(
        cameras=Cameras(c2w=c2w, K=K, width=41, height=31, fps=24.0),
        kind="parallax",
        solved=torch.tensor([True, False, True]),
        median_depth=2.5,
        notes=("focal length estimated",),
    )


def same(a, b) -> bool:
    if isinstance(a, torch.Tensor):
        return torch.equal(a, b)
    if hasattr(a, "__dataclass_fields__"):
        return all(same(getattr(a, name), getattr(b, name)) for name in a.__dataclass_fields__)
    return a == b


def test_reuse_and_change(tmp_path):
    calls = []

    def compute():
        calls.append(1)
        return solution(0.5)

    files = StageFiles(tmp_path)
    first = files.once("camera", CameraSolution, "key-a", compute)
    again = files.once("camera", CameraSolution, "key-a", compute)
    assert len(calls) == 1
    assert files.reused == ["camera"]
    assert same(first, again)
    files.once("camera", CameraSolution, "key-b", compute)
    assert len(calls) == 2


def test_nested_and_missing_parts_survive(tmp_path):
    depth = Depth(z=torch.rand(2, 4, 6), valid=torch.rand(2, 4, 6) > 0.5, K=torch.eye(3) * 9)
    views = Views(
        frames=torch.rand(2, 4, 6, 3), depth=depth, trusted=torch.ones(2, 4, 6), cameras=solution(1.0).cameras[:2]
    )
    StageFiles(tmp_path).once("views", Views, "k", lambda: views)
    back = StageFiles(tmp_path).once("views", Views, "k", lambda: None)
    assert same(views, back)
    assert back.fresh is None


def test_a_damaged_file_is_computed_anew(tmp_path):
    files = StageFiles(tmp_path)
    files.once("camera", CameraSolution, "k", lambda: solution(1.0))
    path = tmp_path / "camera.safetensors"
    path.write_bytes(path.read_bytes()[:100])
    assert same(files.once("camera", CameraSolution, "k", lambda: solution(2.0)), solution(2.0))


def test_the_version_is_the_packages_and_part_of_the_key(monkeypatch):
    from pathlib import Path

    import tomllib

    from dreamdance_core import __version__
    from dreamdance_core.io import stages

    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
    assert project["version"] == __version__
    before = digest("a")
    monkeypatch.setattr(stages, "__version__", "99.0")
    assert digest("a") != before


def test_digest_sees_content(tmp_path):
    (tmp_path / "a").write_text("x")
    before = digest(tmp_path / "a", {"b": 1})
    assert before == digest(tmp_path / "a", {"b": 1})
    assert before != digest(tmp_path / "a", {"b": 2})
    (tmp_path / "a").write_text("y")
    assert before != digest(tmp_path / "a", {"b": 1})
    assert digest(torch.zeros(2, 3)) != digest(torch.zeros(3, 2))


def test_a_full_disk_is_one_sentence_and_leaves_nothing(tmp_path, monkeypatch):
    def full(tensors, path, header):
        path.write_bytes(b"half")
        raise SafetensorError("No space left on device")

    monkeypatch.setattr(stages, "save_file", full)
    with pytest.raises(OSError, match="camera.safetensors could not be written .*No space left"):
        StageFiles(tmp_path).once("camera", CameraSolution, "k", lambda: solution(1.0))
    assert not list(tmp_path.iterdir())
