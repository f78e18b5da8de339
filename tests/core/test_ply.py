"""Gaussian PLY files: round trip, layout, and bad files."""

import numpy as np
import pytest
import torch

from dreamdance_core.gaussians.rasterizers import rasterize
from dreamdance_core.io.ply import read_ply, write_ply
from dreamdance_core.types import Gaussians

FIELDS = ("means", "quats", "scales", "opacities", "sh")


def some(count: int = 40, coefficients: int = 1) -> Gaussians:
    rng = np.random.default_rng(2)
    quats = rng.normal(size=(count, 4))
    return Gaussians(
        means=torch.from_numpy(rng.uniform(-1, 1, (count, 3)) + [0, 0, 3]).float(),
        quats=torch.from_numpy(quats / np.linalg.norm(quats, axis=1, keepdims=True)).float(),
        scales=torch.from_numpy(rng.uniform(0.01, 0.3, (count, 3))).float(),
        opacities=torch.from_numpy(rng.uniform(0.02, 0.98, count)).float(),
        sh=torch.from_numpy(rng.normal(size=(count, coefficients, 3)) * 0.4).float(),
    )


@pytest.mark.parametrize("coefficients", [1, 4, 9, 16])
def test_a_file_draws_what_was_written(tmp_path, coefficients: int):
    """Traps 6, 29: log scales, logit opacities, wxyz and channel-major harmonics survive."""
    g = some(coefficients=coefficients)
    write_ply(tmp_path / "a.ply", g)
    back = read_ply(tmp_path / "a.ply")
    for name in FIELDS:
        assert torch.allclose(getattr(back, name), getattr(g, name), atol=1e-5), name
    k = torch.tensor([[40.0, 0.0, 22.0], [0.0, 40.0, 14.0], [0.0, 0.0, 1.0]])
    pictures = [rasterize(x, torch.eye(4), k, 45, 31, rasterizer="torch")[0] for x in (g, back)]
    assert (pictures[0] - pictures[1]).abs().max() < 1e-3


def test_the_layout_is_the_published_one(tmp_path):
    """One Gaussian read with numpy alone, by the property order of Kerbl et al.'s exporter."""
    g = Gaussians(
        means=torch.tensor([[1.0, 2.0, 3.0]]), quats=torch.tensor([[1.0, 0.0, 0.0, 0.0]]),
        scales=torch.tensor([[1.0, 2.0, 4.0]]), opacities=torch.tensor([1.0]),
        sh=torch.arange(12.0).reshape(1, 4, 3),
    )  # fmt: skip
    write_ply(tmp_path / "a.ply", g)
    header, rows = (tmp_path / "a.ply").read_bytes().split(b"end_header\n")
    names = [line.split()[2].decode() for line in header.splitlines() if line.startswith(b"property")]
    row = dict(zip(names, np.frombuffer(rows, "<f4"), strict=True))
    assert names[:9] == ["x", "y", "z", "nx", "ny", "nz", "f_dc_0", "f_dc_1", "f_dc_2"]
    assert [row[f"f_rest_{i}"] for i in range(9)] == [3, 6, 9, 4, 7, 10, 5, 8, 11]  # all red, all green, all blue
    assert row["scale_2"] == pytest.approx(np.log(4)) and row["rot_0"] == 1
    assert row["opacity"] == pytest.approx(np.log((1 - 1e-4) / 1e-4), rel=1e-4)  # finite


def test_properties_are_found_by_name(tmp_path):
    """Another exporter's order, a double and a foreign property."""
    names = ["rot_0", "rot_1", "rot_2", "rot_3", "label", "x", "y", "z", "opacity", "scale_0", "scale_1", "scale_2",
             "f_dc_0", "f_dc_1", "f_dc_2"]  # fmt: skip
    dtype = np.dtype([(n, "u1" if n == "label" else "<f8" if n == "x" else "<f4") for n in names])
    row = np.zeros(2, dtype)
    row["rot_0"], row["x"], row["f_dc_1"] = 2.0, [5, 6], 1.0
    words = {"u1": "uchar", "<f8": "double", "<f4": "float"}
    lines = [f"property {words[dtype[n].str.replace('|', '')]} {n}" for n in names]
    header = "\n".join(["ply", "format binary_little_endian 1.0", "comment x", "element vertex 2", *lines])
    (tmp_path / "a.ply").write_bytes(header.encode() + b"\nend_header\n" + row.tobytes())
    g = read_ply(tmp_path / "a.ply")
    assert g.means[:, 0].tolist() == [5, 6] and g.quats[0].tolist() == [1, 0, 0, 0]
    assert g.opacities.tolist() == [0.5, 0.5] and g.scales.tolist() == [[1, 1, 1]] * 2 and float(g.sh[0, 0, 1]) == 1


def test_bad_files_are_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="does not exist"):
        read_ply(tmp_path / "none.ply")
    bad = tmp_path / "bad.ply"
    write_ply(bad, some())
    good = bad.read_bytes()
    cases = {
        b"glTF" + good[4:]: "is not a PLY file",
        b"": "is not a PLY file",
        good.replace(b"binary_little_endian", b"ascii"): "ascii format",
        good.replace(b"property float opacity", b"property float oqacity"): "no property opacity",
        good[:-4]: "ends early",
        good.replace(b"property float nx", b"property list uchar int nx"): "not a plain number",
    }
    for data, message in cases.items():
        bad.write_bytes(data)
        with pytest.raises(ValueError, match=message):
            read_ply(bad)


def test_nothing_broken_is_written(tmp_path):
    g = some()
    g.means[3, 1] = float("nan")
    with pytest.raises(ValueError, match="NaN"):
        write_ply(tmp_path / "a.ply", g)
    assert not (tmp_path / "a.ply").exists()
