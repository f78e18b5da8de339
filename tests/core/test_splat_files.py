"""Scene files: round trips within each format's quantisation, files of others built byte by byte, and bad files."""

from __future__ import annotations

import gzip
import struct

import numpy as np
import pytest
import torch

from dreamdance_core.gaussians.rasterizers import rasterize
from dreamdance_core.io.splat_files import read_splats, write_splats
from dreamdance_core.types import Gaussians

BAND0 = 0.28209479177387814


def picture(g: Gaussians) -> torch.Tensor:
    k = torch.tensor([[40.0, 0.0, 22.0], [0.0, 40.0, 14.0], [0.0, 0.0, 1.0]])
    return rasterize(g, torch.eye(4), k, 48, 32, rasterizer="torch")[0]


def rotations(quats: torch.Tensor) -> torch.Tensor:
    """q and -q are one rotation."""
    return quats[:, :, None] * quats[:, None, :]


def assert_close(back: Gaussians, g: Gaussians, *, mean: float, scale: float, turn: float, byte: float) -> None:
    torch.testing.assert_close(back.means, g.means, atol=mean, rtol=0)
    torch.testing.assert_close(back.scales.log(), g.scales.log(), atol=scale, rtol=0)
    torch.testing.assert_close(rotations(back.quats), rotations(g.quats), atol=turn, rtol=0)
    torch.testing.assert_close(back.opacities, g.opacities, atol=0.0021, rtol=0)
    torch.testing.assert_close(back.sh[:, 0] * BAND0, g.sh[:, 0] * BAND0, atol=byte, rtol=0)


def test_ply_and_splat_and_spz_come_back(tmp_path, splat_bytes):
    """Trap 29: linear scales, plain opacities, wxyz and coefficients, whatever the file holds."""
    g = splat_bytes.some()
    for name, limits in {
        "a.ply": {"mean": 1e-6, "scale": 1e-5, "turn": 1e-6, "byte": 1e-6},
        "a.splat": {"mean": 1e-6, "scale": 1e-6, "turn": 0.02, "byte": 0.0021},
        "a.spz": {"mean": 1e-5, "scale": 0.0320, "turn": 0.003, "byte": 0.0042},
    }.items():
        write_splats(tmp_path / name, g)
        back = read_splats(tmp_path / name)
        assert_close(back, g, **limits)
        assert float((picture(back) - picture(g)).abs().mean()) < 0.01, name


@pytest.mark.parametrize("coefficients", [4, 9, 16])
def test_spz_keeps_the_harmonics(tmp_path, splat_bytes, coefficients):
    g = splat_bytes.some(coefficients=coefficients)
    write_splats(tmp_path / "a.spz", g)
    torch.testing.assert_close(read_splats(tmp_path / "a.spz").sh[:, 1:], g.sh[:, 1:], atol=1 / 255, rtol=0)


def test_spz_of_a_far_sky(tmp_path, splat_bytes):
    """A sky 40000 units away fits 24 bits when the step grows; a small scene gets a finer step than 1/4096."""
    near, far = splat_bytes.some(), splat_bytes.some()
    far.means[0] = torch.tensor([0.0, -20000.0, 40000.0])
    for g, step in ((near, 2e-6), (far, 4e-3)):
        write_splats(tmp_path / "a.spz", g)
        torch.testing.assert_close(read_splats(tmp_path / "a.spz").means, g.means, atol=step, rtol=0)


def test_spz_bytes_of_others(tmp_path, splat_bytes):
    """w = x = 0.6, y = 0.4, z = -sqrt(0.12) in each version's own rotation."""
    q = torch.tensor([0.6, 0.6, 0.4, -(0.12**0.5)])
    bytes_of = [round((v + 1) * 127.5) for v in q[1:].tolist()]
    packed = 3 << 30  # w is the largest; x, y, z follow from the highest bits down
    for value, shift in zip(q[1:].tolist(), (20, 10, 0), strict=True):
        packed |= (round(abs(value) * 2**0.5 * 511) | (512 if value < 0 else 0)) << shift
    halves = np.array([1, -2, 0.5], "<f2").tobytes()
    files = {
        1: splat_bytes.spz(1, bytes(bytes_of), position=halves),
        2: splat_bytes.spz(2, bytes(bytes_of), degree=1, rest=bytes([128, 192, 64, 0, 128, 128, 128, 128, 255])),
        3: splat_bytes.spz(3, struct.pack("<I", packed)),
    }
    for version, data in files.items():
        (tmp_path / "a.bin").write_bytes(data)
        g = read_splats(tmp_path / "a.bin")
        assert g.means.tolist() == [[1, -2, 0.5]], version
        torch.testing.assert_close(g.quats[0], q, atol=0.012, rtol=0)
        torch.testing.assert_close(g.scales[0], torch.tensor([10.0, 8.0, 7.0]).sub(10).exp(), rtol=1e-5, atol=0)
        assert g.opacities.tolist() == pytest.approx([0.8])
        assert g.sh[0, 0].tolist() == pytest.approx([0.5 / 0.15, -0.5 / 0.15, (128 / 255 - 0.5) / 0.15], abs=1e-5)
        if version == 2:
            assert g.sh[0, 1].tolist() == [0, 0.5, -0.5], "red, green, blue of the first coefficient"
            assert g.sh[0, 2:].flatten().tolist() == [-1, 0, 0, 0, 0, 127 / 128]


@pytest.mark.parametrize("level", [0, 1, 2])
def test_ksplat_levels(tmp_path, splat_bytes, level):
    g = splat_bytes.some(coefficients=9)
    (tmp_path / "a.ksplat").write_bytes(splat_bytes.ksplat(g, level))
    back = read_splats(tmp_path / "a.ksplat")
    fine = level == 0
    assert_close(
        back, g, mean=1e-6 if fine else 4e-5, scale=1e-6 if fine else 1e-3, turn=1e-6 if fine else 1e-3, byte=0.0021
    )
    harmonics = (1e-6, 1e-3, 4 / 255 + 1e-6)[level]
    torch.testing.assert_close(back.sh[:, 1:], g.sh[:, 1:], atol=harmonics, rtol=0)
    (tmp_path / "a.dat").write_bytes(splat_bytes.ksplat(g, level))
    assert torch.equal(read_splats(tmp_path / "a.dat").means, back.means), "told by its content"


def test_splat_bytes_of_others(tmp_path):
    row = struct.pack("<6f8B", 1, -2, 0.5, 0.1, 0.2, 0.3, 255, 0, 51, 204, 192, 128, 128, 17)
    (tmp_path / "a.splat").write_bytes(row + struct.pack("<6f8B", 0, 0, 1, 1, 1, 1, 0, 0, 0, 0, *[128] * 4))
    g = read_splats(tmp_path / "a.splat")
    assert g.means[0].tolist() == [1, -2, 0.5] and g.scales[0].tolist() == pytest.approx([0.1, 0.2, 0.3])
    assert g.opacities.tolist() == pytest.approx([0.8, 0])
    assert (g.sh[0, 0] * BAND0 + 0.5).tolist() == pytest.approx([1, 0, 0.2], abs=1e-6)
    assert g.quats[0].tolist() == pytest.approx((np.array([64, 0, 0, -111]) / np.hypot(64, 111)).tolist())
    assert g.quats[1].tolist() == [1, 0, 0, 0], "no rotation given"


def test_formats_are_told_by_content(tmp_path, splat_bytes):
    g = splat_bytes.some()
    for suffix in ("ply", "spz"):
        write_splats(tmp_path / f"a.{suffix}", g)
        (tmp_path / "wrong.splat").write_bytes((tmp_path / f"a.{suffix}").read_bytes())
        assert torch.equal(read_splats(tmp_path / "wrong.splat").scales, read_splats(tmp_path / f"a.{suffix}").scales)


def files(tmp_path, splat_bytes) -> dict[str, bytes]:
    g = splat_bytes.some(coefficients=9)
    for name in ("a.ply", "a.spz", "a.splat"):
        write_splats(tmp_path / name, g)
    made = {name: (tmp_path / name).read_bytes() for name in ("a.ply", "a.spz", "a.splat")}
    return made | {f"{level}.ksplat": splat_bytes.ksplat(g, level) for level in range(3)}


def test_every_truncated_file_has_a_sentence(tmp_path, splat_bytes):
    for name, data in files(tmp_path, splat_bytes).items():
        for cut in (3, 15, 40, 400, 4100, 5000, len(data) // 2, len(data) - 33, len(data) - 1):
            if cut >= len(data) or (name == "a.splat" and cut % 32 == 0):  # .splat does not say how many it holds
                continue
            (tmp_path / f"cut.{name}").write_bytes(data[:cut])
            with pytest.raises(ValueError, match=rf"cut\.{name}.*(; |: )"):
                read_splats(tmp_path / f"cut.{name}")


def test_damaged_headers_read_or_have_a_sentence(tmp_path, splat_bytes):
    """Any byte of the first kilobytes changed: numbers, or one sentence that names the file; never another error."""
    rng = np.random.default_rng(0)
    for name, data in files(tmp_path, splat_bytes).items():
        data = gzip.decompress(data) if name == "a.spz" else data
        places = np.concatenate([np.arange(48), 4096 + np.arange(44), rng.integers(0, 1500, 40)])
        for place in places[places < len(data)]:
            broken = bytearray(data)
            broken[place] ^= 1 << int(rng.integers(8))
            (tmp_path / f"b.{name}").write_bytes(gzip.compress(bytes(broken), 1) if name == "a.spz" else broken)
            try:
                read_splats(tmp_path / f"b.{name}")
            except ValueError as error:
                assert f"b.{name}" in str(error), (name, place, error)


@pytest.mark.parametrize("suffix", ["ply", "spz", "splat"])
def test_unusable_scenes_are_not_written(tmp_path, splat_bytes, suffix):
    path = tmp_path / f"a.{suffix}"
    g = splat_bytes.some(5)
    g.means[1, 2] = float("nan")
    with pytest.raises(ValueError, match="holds 1 NaN or infinite values in its means"):
        write_splats(path, g)
    none = Gaussians(**{k: getattr(g, k)[:0] for k in ("means", "quats", "scales", "opacities", "sh")})
    with pytest.raises(ValueError, match="holds no Gaussians"):
        write_splats(path, none)
    assert not path.exists()


def test_foreign_empty_and_nan_files(tmp_path, splat_bytes):
    page = b"<!DOCTYPE html><html><body>404 Not Found</body></html>".ljust(6400)
    row = struct.pack("<6f8B", 0, float("nan"), 1, 1, 1, 1, *[128] * 8)
    nothing = gzip.compress(struct.pack("<4sIIBBBB", b"NGSP", 2, 0, 0, 12, 0, 0))
    newer = gzip.compress(struct.pack("<4sIIBBBB", b"NGSP", 4, 9, 0, 12, 0, 0))
    bent = bytearray(splat_bytes.spz(2, bytes(3)))
    bent[-6] ^= 1  # of the checksum
    ascii_ply = b"ply\nformat ascii 1.0\nelement vertex 0\nend_header\n"
    for name, data, words in (
        ("page.splat", page, "is no SPLAT file"),
        ("page.ksplat", page, "is no KSPLAT file"),
        ("page.spz", page, "is no Gaussian scene"),
        ("page.glb", page, "is no Gaussian scene"),
        ("zip.spz", gzip.compress(page), "holds no splats"),
        ("nan.splat", row, "holds 1 NaN or infinite values in its means"),
        ("empty.splat", b"", "holds no Gaussians"),
        ("empty.spz", nothing, "holds no Gaussians"),
        ("empty.ksplat", b"\x00\x01" + bytes(4094) + bytes(1024), "is no KSPLAT file"),
        ("bent.spz", bent, "is damaged"),
        ("newer.spz", newer, "is SPZ version 4, degree 0; versions 1 to 3"),
        ("a.ply", ascii_ply, "ascii format; save it as binary"),
    ):
        (tmp_path / name).write_bytes(data)
        with pytest.raises(ValueError, match=rf"{name}.*{words}"):
            read_splats(tmp_path / name)
    with pytest.raises(FileNotFoundError, match=r"none\.spz does not exist; give a Gaussian scene"):
        read_splats(tmp_path / "none.spz")
    for name in ("a.ksplat", "a.obj", "a"):
        with pytest.raises(ValueError, match=r"must end in .ply, .spz or .splat; rename it"):
            write_splats(tmp_path / name, splat_bytes.some(3))
