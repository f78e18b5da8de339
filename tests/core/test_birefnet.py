"""BiRefNet: what goes in, what comes out, its parts against outside oracles, its files. Real widths: tests/nodes."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file
from torch import nn

from dreamdance_core import backends
from dreamdance_core.io.weights import REGISTRY
from dreamdance_core.runtime import Runtime
from dreamdance_core.segment.birefnet import matte
from dreamdance_core.segment.birefnet.matte import BiRefNetMatte, load_network, prepare, tiny_matte
from dreamdance_core.segment.birefnet.network import BiRefNet, Widths, deformable_conv
from dreamdance_core.segment.cutout import cut_out


def art(height: int = 90, width: int = 150) -> torch.Tensor:
    generator = torch.Generator().manual_seed(4)
    coarse = torch.rand(1, 3, 9, 15, generator=generator)
    picture = nn.functional.interpolate(coarse, (height, width), mode="bicubic").clamp(0, 1)
    return (picture[0].permute(1, 2, 0) * 255).round() / 255


@pytest.mark.parametrize("size", [(90, 150), (1400, 900)])
def test_the_network_sees_what_the_authors_tool_shows_it(size):
    """Trap 68, against torchvision's own transforms: plain resize, no letterbox, ImageNet mean and deviation."""
    transforms = pytest.importorskip("torchvision.transforms")
    theirs = transforms.Compose(
        [
            transforms.Resize((256, 256)),
            transforms.ToTensor(),
            transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
        ]
    )
    picture = art(*size)
    expected = theirs(Image.fromarray((picture * 255).round().to(torch.uint8).numpy()))[None]
    assert prepare(picture, 256).shape == (1, 3, 256, 256)
    assert (prepare(picture, 256) - expected).abs().max() < 1.01 / 255 / 0.224  # one level of an 8-bit picture


def test_deformable_convolution_equals_torchvisions_and_kornias():
    """Places far outside the picture included."""
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(2, 5, 13, 17, generator=generator)
    weight = torch.randn(4, 5, 3, 3, generator=generator)
    offset = 3 * torch.randn(2, 18, 13, 17, generator=generator)
    strength = torch.rand(2, 9, 13, 17, generator=generator)
    ours = deformable_conv(x, offset, strength, weight)
    kornia = pytest.importorskip("kornia.feature.aliked.deform_conv2d")
    arguments = {"padding": (1, 1), "mask": strength}
    torch.testing.assert_close(ours, kornia.deform_conv2d(x, offset, weight, **arguments), atol=1e-4, rtol=1e-4)
    torchvision = pytest.importorskip("torchvision.ops")
    torch.testing.assert_close(ours, torchvision.deform_conv2d(x, offset, weight, **arguments), atol=1e-4, rtol=1e-4)
    still = deformable_conv(x, torch.zeros_like(offset), torch.ones_like(strength), weight)
    torch.testing.assert_close(still, nn.functional.conv2d(x, weight, padding=1), atol=1e-4, rtol=1e-4)


class Side(nn.Module):
    """Logits that rise from left to right, and a note of what came in."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple] = []

    def forward(self, planes: torch.Tensor) -> torch.Tensor:
        self.seen.append((planes, self.training))
        return torch.linspace(-8, 8, planes.shape[-1]).expand(1, 1, *planes.shape[2:])


def test_the_alpha_is_the_sigmoid_at_the_pictures_size_in_eval_mode():
    """Trap 73."""
    network = Side().train()
    alpha = BiRefNetMatte(network, Runtime(), side=64)(art())
    planes, training = network.seen[0]
    assert planes.shape == (1, 3, 64, 64) and not training
    assert alpha.shape == (90, 150) and alpha.dtype == torch.float32
    expected = torch.sigmoid(torch.linspace(-8, 8, 64))[[0, 31, 63]]
    torch.testing.assert_close(alpha[45, [0, 74, 149]], expected, atol=0.03, rtol=0)


def test_the_last_output_is_the_answer():
    """Trap 73: the heads of the coarser side outputs change nothing, the last one everything."""
    backend = tiny_matte()
    before = backend(art())
    heads = backend.network.decoder
    for level in (2, 3, 4):
        nn.init.constant_(heads.get_submodule(f"conv_ms_spvn_{level}").bias, 50)
        nn.init.constant_(heads.get_submodule(f"gdt_convs_pred_{level}")[0].bias, 50)
    assert torch.equal(backend(art()), before)
    nn.init.constant_(heads.conv_out1[0].bias, 50)
    assert backend(art()).min() > 0.99


def test_progress_is_told_and_may_cancel():
    calls = []
    backend = tiny_matte()
    backend.run = Runtime(report=lambda done, total, preview=None: calls.append((done, total)))
    backend(art())
    assert [done for done, _ in calls] == list(range(1, calls[-1][1] + 1)) and len(calls) == 36

    class Cancelled(Exception):
        pass

    def cancel(done, total, preview=None):
        raise Cancelled

    backend.run = Runtime(report=cancel)
    with pytest.raises(Cancelled):
        backend(art())
    assert not any(part._forward_hooks for part in backend.network.modules())


def test_a_fine_matte_is_looked_at_once_and_kept():
    truth = torch.zeros(90, 150)
    truth[20:70, 40:80] = torch.linspace(0.2, 1, 40)
    truth[5:7, 140:143] = 1  # a stray island
    looks = []

    class Fine:
        fine = True

        def __call__(self, image):
            looks.append(image.shape)
            return truth.clone()

    alpha = cut_out(art(), Fine()).alpha
    assert looks == [(90, 150, 3)]
    assert torch.equal(alpha[:, :100], truth[:, :100]) and alpha[:, 130:].max() == 0


@pytest.fixture
def narrow(monkeypatch):
    """The backend whose layout, at a few channels, now counts as the published one."""
    widths = Widths(backbone=8, depths=(2, 2, 2, 2), heads=(1, 1, 2, 2), window=4, inner=8, pyramid=8)
    backend = tiny_matte()
    monkeypatch.setattr(matte, "BiRefNet", lambda: BiRefNet(widths))
    return backend


def test_files_of_both_kinds_and_of_any_training_are_read(narrow, tmp_path):
    tensors = narrow.network.state_dict()
    save_file(tensors, tmp_path / "plain.safetensors")
    torch.save({f"module._orig_mod.{name}": value.half() for name, value in tensors.items()}, tmp_path / "trained.pth")
    picture = art()
    expected = narrow(picture)
    for file, error in (("plain.safetensors", 1e-6), ("trained.pth", 0.01)):
        network = load_network(tmp_path / file, Runtime())
        assert not network.training and next(network.parameters()).dtype == torch.float32
        found = BiRefNetMatte(network, Runtime(), side=64)(picture)
        torch.testing.assert_close(found, expected, atol=error, rtol=0)


def test_other_files_are_refused_in_one_sentence(narrow, tmp_path):
    tensors = narrow.network.state_dict()
    some = dict(list(tensors.items())[:10])
    save_file(some, tmp_path / "part.safetensors")
    save_file(tensors | {"head.weight": torch.zeros(3)}, tmp_path / "more.safetensors")
    for name in ("part.safetensors", "more.safetensors"):
        with pytest.raises(ValueError, match=r"must be a BiRefNet with the Swin-L backbone \(\d+ tensors\), got"):
            load_network(tmp_path / name, Runtime())
    for name in ("text.safetensors", "text.pth"):
        (tmp_path / name).write_text("<html>not found</html>")
        with pytest.raises(ValueError, match="fetch it anew"):
            load_network(tmp_path / name, Runtime())


class Touch:
    """What a pickle that is no plain tensor file would do when it is opened."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (open, (str(self.path), "w"))


def test_code_in_a_pth_never_runs(tmp_path):
    torch.save({"bb": Touch(tmp_path / "ran")}, tmp_path / "evil.pth")
    (tmp_path / "ran").unlink(missing_ok=True)
    with pytest.raises(ValueError, match="must hold plain tensors and nothing else"):
        load_network(tmp_path / "evil.pth", Runtime())
    assert not (tmp_path / "ran").exists()


def test_backends_find_their_weights_or_say_where_they_belong(narrow, tmp_path, monkeypatch):
    monkeypatch.setenv("DREAMDANCE_WEIGHTS", str(tmp_path / "none"))
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "none"))
    run = Runtime(weight_folders=(tmp_path,))
    for name in ("birefnet", "toonout"):
        with pytest.raises(FileNotFoundError, match=f"dreamdance weights get {name}"):
            backends.load("segment", name, run)
    (tmp_path / "toonout").mkdir()
    tensors = narrow.network.state_dict()
    torch.save(tensors, tmp_path / "toonout" / "birefnet_finetuned_toonout.pth")
    assert backends.load("segment", "toonout", run).network.state_dict().keys() == tensors.keys()
    save_file({"x": torch.zeros(1)}, tmp_path / "birefnet.safetensors")
    with pytest.raises(ValueError, match="is not the published birefnet.safetensors"):
        backends.load("segment", "birefnet", run)
    save_file(tensors, tmp_path / "birefnet.safetensors")
    digest = hashlib.sha256((tmp_path / "birefnet.safetensors").read_bytes()).hexdigest()
    entry = replace(REGISTRY["birefnet"], sha256=digest)
    monkeypatch.setitem(REGISTRY, "birefnet", entry)
    found = backends.load("segment", "birefnet", run)
    assert found.side == 1024 and found.network.state_dict().keys() == tensors.keys()


def test_tiny_weights_are_not_blind():
    """The contract tests would pass on a constant."""
    alpha = tiny_matte()(art())
    assert np.ptp(alpha.numpy()) > 1e-3
