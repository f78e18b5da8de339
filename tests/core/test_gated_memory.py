"""Memory: packed weights, streamed blocks and the plan that chooses among them; nothing is left behind."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from dataclasses import replace

import pytest
import torch
from torch import nn

from dreamdance_core.runtime import Runtime
from dreamdance_core.video.backends import gated_cogvideox as gated
from dreamdance_core.video.backends.gated_cogvideox import memory
from dreamdance_core.video.backends.gated_cogvideox.memory import MemoryPlan
from dreamdance_core.video.backends.gated_cogvideox.quantize import BLOCK, NF4, Int8Linear, Nf4Linear
from dreamdance_core.video.backends.gated_cogvideox.streaming import Streaming


@pytest.fixture
def load(gated_files):
    """A tiny model under a plan. Its weights are not mapped: products round by where in memory their factors lie."""

    def make(weights: str = "stored", offload: str = "model") -> gated.GatedModel:
        model, plan = gated_files.trained(), MemoryPlan(weights=weights, offload=offload)
        memory.pack_weights(model.transformer, plan)
        return replace(model, plan=memory.settled(plan, model.transformer, model.vae, None))

    return make


def test_a_checkpoint_is_loaded_under_a_plan(tmp_path, gated_files, frames_of):
    path = gated_files.write(tmp_path, gated_files.trained())
    run = Runtime(weight_folders=(tmp_path,))
    model = gated.load_checkpoint(path, run, plan=MemoryPlan(weights="int8", offload="group"))
    assert model.plan == MemoryPlan(weights="int8", offload="group") and model.vae.use_tiling and model.vae.use_slicing
    assert isinstance(model.transformer.transformer_blocks[1].attn1.to_q, Int8Linear)
    difference = frames_of(model) - frames_of(gated.load_checkpoint(path, run))
    assert 0 < float(difference.abs().max()) < 0.02
    assert gated.load_checkpoint(path, run).plan.offload == "none", "on the CPU nothing is gained by moving"
    assert gated.load_checkpoint(path, run, free=1000).plan.offload == "sequential"


@pytest.fixture
def frames_of(gated_jobs):
    def make(model: gated.GatedModel) -> torch.Tensor:
        return gated.sample(gated_jobs.job(steps=2), model, gated.SampleOptions(), Runtime()).frames

    return make


@pytest.fixture
def predicted(gated_jobs):
    """What the transformer says about fixed latents, twice in one stay."""

    def make(model: gated.GatedModel) -> torch.Tensor:
        x, given = gated_jobs.latents(1), gated_jobs.conditions()
        with Runtime().resident(model.transformer) as transformer:
            first, second = (gated_jobs.call(transformer, x, given).sample for _ in range(2))
        assert torch.equal(first, second)
        return first

    return make


@pytest.mark.parametrize("offload", ["none", "group", "sequential"])
def test_offloading_changes_nothing(load, predicted, frames_of, offload):
    plain, moved = load(), load(offload=offload)
    assert moved.plan.offload == offload
    assert torch.equal(predicted(moved), predicted(plain))
    if offload == "group":
        assert torch.equal(frames_of(moved), frames_of(plain))


@pytest.mark.parametrize(("weights", "error"), [("fp8", 0.1), ("int8", 0.02), ("nf4", 0.3)])
@pytest.mark.parametrize("offload", ["model", "group", "sequential"])
def test_packed_weights_are_near_the_plain_ones(load, predicted, weights, error, offload):
    """And exactly the same however they are moved, in a second stay as in the first."""
    packed, plain = load(weights, offload), predicted(load())
    difference = predicted(packed) - plain
    assert 0 < float(difference.norm() / plain.norm()) < error
    assert torch.equal(predicted(packed), predicted(load(weights)))


@pytest.mark.parametrize(("weights", "bits"), [("fp8", 8), ("int8", 8), ("nf4", 4)])
def test_only_the_blocks_matrices_are_packed(load, weights, bits):
    plain, packed = load().transformer, load(weights).transformer
    kept = {name: p for name, p in packed.named_parameters() if name in dict(plain.named_parameters())}
    for name, parameter in kept.items():
        inside = name.startswith("transformer_blocks") and name.endswith("weight") and "norm" not in name
        if not inside:
            assert parameter.dtype == torch.float32 or weights == "fp8" and name.endswith("bias"), name
    matrices = [m for n, m in plain.transformer_blocks.named_modules() if isinstance(m, nn.Linear) and "norm" not in n]
    saved = sum(m.weight.nbytes * (32 - bits) / 32 for m in matrices)
    scales = sum(p.nbytes for n, p in packed.named_parameters() if n.endswith("scale"))
    biases = sum(m.bias.nbytes * 3 / 4 for m in matrices if m.bias is not None) if weights == "fp8" else 0
    assert memory.held(packed) == memory.held(plain) - saved - biases + scales


def test_int8_rounds_each_row_to_its_own_scale():
    linear = nn.Linear(48, 6)
    with torch.no_grad():
        linear.weight *= torch.tensor([1e-3, 1, 10, 1, 1, 0.0])[:, None]
    packed = Int8Linear(linear)
    error = (packed.code.float() * packed.scale[:, None] - linear.weight).abs().amax(1)
    assert (error <= linear.weight.abs().amax(1) / 127 / 2 * 1.001).all()
    x = torch.randn(2, 5, 48)
    torch.testing.assert_close(packed(x), nn.functional.linear(x, packed.code * packed.scale[:, None], linear.bias))


def test_nf4_takes_the_nearest_level_of_each_block():
    linear = nn.Linear(BLOCK * 2, 3)
    packed = Nf4Linear(linear)
    assert packed.code.nbytes == linear.weight.numel() // 2
    blocks = linear.weight.detach().reshape(-1, BLOCK)
    scaled = blocks / blocks.abs().amax(1, keepdim=True)
    levels = torch.tensor(NF4)
    nearest = levels[(scaled[..., None] - levels).abs().argmin(-1)] * blocks.abs().amax(1, keepdim=True)
    torch.testing.assert_close(packed.weight(torch.float32).reshape(-1, BLOCK), nearest)
    with pytest.raises(ValueError, match=r"multiple of 64, got \(3, 5\)"):
        Nf4Linear(nn.Linear(5, 3))


class Watched(nn.Module):
    """Blocks that note which of them have their weights away from home while one works."""

    def __init__(self, count: int = 5) -> None:
        super().__init__()
        self.first = nn.Linear(4, 4)
        self.blocks = nn.ModuleList(nn.Sequential(nn.Linear(4, 4), nn.LayerNorm(4)) for _ in range(count))
        self.homes = [p.data_ptr() for p in self.blocks.parameters()]
        self.away: list[int] = []
        self.fail_at: int | None = None

    def forward(self, x):
        for index, block in enumerate(self.blocks):
            x = block(x)
            if index == self.fail_at:
                raise KeyboardInterrupt
        return x


@pytest.mark.parametrize("leaves", [False, True])
@pytest.mark.parametrize("fail_at", [None, 2])
def test_streamed_blocks_come_home_finished_or_not(leaves, fail_at):
    model = Watched()
    plain = model(torch.ones(2, 4))
    model.streaming = Streaming(model, model.blocks, leaves=leaves)
    model.fail_at = fail_at
    moved = []

    @contextmanager
    def move(module, device):
        moved.append(module)
        yield module

    run = Runtime(move=move)
    if fail_at is None:
        with run.resident(model) as here:
            assert torch.equal(here(torch.ones(2, 4)), plain) and torch.equal(here(torch.ones(2, 4)), plain)
    else:
        with pytest.raises(KeyboardInterrupt), run.resident(model) as here:
            here(torch.ones(2, 4))
    assert [p.data_ptr() for p in model.blocks.parameters()] == model.homes
    assert not any(m._forward_hooks or m._forward_pre_hooks for m in model.modules())
    assert [set(m.parameters()) for m in moved] == [set(model.first.parameters())], "the host moves only the rest"


def test_never_more_than_two_blocks_are_away():
    model = Watched(6)
    model.streaming = Streaming(model, model.blocks)
    seen = []
    with Runtime().resident(model) as here:
        for block in here.blocks:
            block.register_forward_hook(lambda *_: seen.append(live()))

        def live() -> int:
            gc.collect()
            copies = [t for t in gc.get_objects() if type(t) is torch.Tensor and t.shape == (4, 4)]
            return sum(t.data_ptr() not in model.homes for t in copies)

        outside = live()
        here(torch.ones(2, 4))
    assert 0 < max(seen) - outside <= 2
    block = sum(p.nbytes for p in model.blocks[0].parameters())
    assert model.streaming.on_device() == 2 * block + sum(p.nbytes for p in model.first.parameters())
    assert memory.held(model) == model.streaming.on_device()


def test_auto_takes_the_first_that_fits():
    model = gated.tiny_model()
    size = (16, 64, 64)
    whole = memory.peak_bytes(model.transformer, model.vae, size, together=True)
    alone = memory.peak_bytes(model.transformer, model.vae, size)
    assert alone < whole
    streamed = Streaming(model.transformer, model.transformer.transformer_blocks).on_device()
    least = int(memory.MARGIN * (streamed + memory.pass_bytes(model.transformer, *size))) + 1
    chosen = []
    for free in (None, whole, whole - 1, alone, min(alone - 1, least), 1000):
        model = gated.tiny_model()
        chosen.append(memory.settled(MemoryPlan(), model.transformer, model.vae, free, size).offload)
        streams = model.transformer.__dict__.get("streaming")
        assert (streams is not None) == (chosen[-1] in ("group", "sequential"))
    assert chosen[:4] == ["none", "none", "model", "model"] and chosen[5] == "sequential"
    assert chosen[4] in ("group", "sequential")


@pytest.mark.parametrize("offload", ["model", "group"])
def test_runs_finished_and_interrupted_leave_nothing(load, gated_jobs, held, offload):
    """Memory after each of five runs is that after the first, and so is the number of tensors."""

    class Stop(BaseException):
        pass

    def stop_at(step):
        def report(done, total, preview=None):
            if done == step:
                raise Stop

        return Runtime(report=report)

    model = load(offload=offload)
    size = gated_jobs.job(8, 32, 48)
    gated.sample(size, model, gated.SampleOptions(), Runtime())
    before, count = held.held_bytes(), held.tensors()
    for turn in range(4):
        if turn % 2:
            with pytest.raises(Stop):
                gated.sample(size, model, gated.SampleOptions(), stop_at(turn))
        else:
            gated.sample(size, model, gated.SampleOptions(), Runtime())
        assert held.held_bytes() - before < 5e6
        assert held.tensors() == count
        assert not any(m._forward_pre_hooks for m in model.transformer.modules())


def test_animate_asks_the_gated_model_and_keeps_the_background(gated_jobs, monkeypatch):
    """What the command line says arrives at the backend; outside the mask the background comes back."""
    from dreamdance_core import backends, cli, pipeline
    from dreamdance_core.commands.options import animate_options

    asked = {}
    work = gated_jobs.job()

    def load(family, name, run, **settings):
        asked[name] = settings
        return lambda job: job.background * 0.5

    monkeypatch.setattr(backends, "load", load)
    line = "animate a.png v.mp4 --out o --video gated_cogvideox --sampler dpm --packed int8 --offload group"
    for extra in ("", " --keep-background --feather 0"):
        options = animate_options(cli.parser().parse_args((line + extra).split()))
        made = pipeline._painted(work, work.pose, options, lambda title: Runtime())
        outside = work.paint_mask == 0
        kept = torch.equal(made.frames[outside], work.background[outside])
        assert kept == ("keep" in extra)
    assert asked["gated_cogvideox"]["plan"] == MemoryPlan(weights="int8", offload="group")
    assert asked["gated_cogvideox"]["options"].sampler == "dpm"


def test_int8_holds_large_values_in_half_precision():
    """Sums of bare 8-bit codes would pass 65,504, the largest half."""
    make = torch.Generator().manual_seed(0)
    linear = torch.nn.Linear(1024, 64, bias=False)
    torch.nn.init.normal_(linear.weight, std=0.02, generator=make)
    x = 40 * torch.randn(32, 1024, generator=make)
    packed = Int8Linear(linear)(x.half())
    assert torch.isfinite(packed).all()
    torch.testing.assert_close(packed.float(), linear(x), atol=1.5, rtol=0.05)


def test_a_visit_to_a_device_gives_buffers_back_too():
    """`Module.to` puts new tensors in the place of buffers; those of before must be there again, after an error too."""
    module = torch.nn.BatchNorm1d(4)
    before = dict(module.named_buffers())
    with pytest.raises(KeyError), Runtime(device=torch.device("meta")).resident(module):
        assert module.running_mean.is_meta
        raise KeyError
    assert all(buffer is before[name] for name, buffer in module.named_buffers())
    assert not module.weight.is_meta
