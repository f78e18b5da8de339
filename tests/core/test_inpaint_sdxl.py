"""SDXL inpainting at tiny size: memory, crops, progress, seeds."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace

import pytest
import torch

pytest.importorskip("diffusers")
from dreamdance_core.inpaint.backends import sdxl
from dreamdance_core.runtime import Runtime


def _picture(height: int, width: int) -> torch.Tensor:
    return torch.rand(height, width, 3, generator=torch.Generator().manual_seed(0))


def test_all_parts_are_resident_together_and_only_while_sampling():
    """A host with little memory may take any module that is not asked for: so all are asked for at once."""
    at_work = []

    @contextmanager
    def move(module, device):
        at_work.append(set(dict(module.named_children())))
        yield module
        at_work.append("left")

    backend = sdxl.tiny()
    backend.run = replace(Runtime(), move=move)
    picture, hole = _picture(64, 96), torch.zeros(64, 96)
    hole[20:40, 30:60] = 1
    backend(picture, hole)
    backend(picture, hole)
    assert at_work == [{"unet", "vae"}, "left"] * 2
    assert backend.parts["unet"] is backend.pipe.unet and backend.parts["vae"] is backend.pipe.vae


def test_far_holes_are_crops_with_one_count_of_steps():
    told, prompts = [], []
    backend = sdxl.tiny()
    backend.run = Runtime(report=lambda *what: told.append(what))
    encode = backend.encode
    backend.encode = lambda prompt, avoid: prompts.append((prompt, avoid)) or encode(prompt, avoid)
    picture, hole = _picture(200, 600), torch.zeros(200, 600)
    hole[20:30, 20:40] = hole[150:170, 560:580] = 1
    painted = backend(picture, hole, "a harbour", 3)
    assert torch.equal(painted[hole == 0], picture[hole == 0]) and not torch.equal(painted, picture)
    assert {total for _, total, *_ in told} == {4} and [done for done, *_ in told] == [0, 1, 2, 2, 2, 3, 4, 4]
    assert [len(what) for what in told].count(3) == 2, "a look at every crop"
    assert [prompt for prompt, _ in prompts] == ["a harbour"] * 2 and "person" in prompts[0][1]
    backend(picture, hole)
    assert "empty background" in prompts[-1][0], "without words: a scene without anybody"


def test_same_seed_same_paint_and_views_differ():
    backend = sdxl.tiny()
    picture, hole = _picture(64, 96), torch.zeros(64, 96)
    hole[20:44, 30:60] = 1
    first = backend(picture, hole, "", 7)
    assert torch.equal(first, backend(picture, hole, "", 7)) and not torch.equal(first, backend(picture, hole, "", 8))
    flat = torch.full_like(picture, 0.4)
    one, other = backend(flat, hole, "", 7)[hole > 0], backend(flat, hole.roll(16, 1), "", 7)[hole.roll(16, 1) > 0]
    assert not torch.allclose(one, other, atol=1e-3)


def test_cancel_and_nan_come_through():
    class Cancelled(BaseException):
        pass

    def cancel(done, total, preview=None):
        if done:
            raise Cancelled

    backend = sdxl.tiny()
    picture, hole = _picture(64, 96), torch.zeros(64, 96)
    hole[20:44, 30:60] = 1
    backend.run = Runtime(report=cancel)
    with pytest.raises(Cancelled):
        backend(picture, hole)
    broken = sdxl.tiny()
    with torch.no_grad():
        broken.pipe.vae.decoder.conv_out.bias.fill_(float("nan"))
    with pytest.raises(ValueError, match="must give finite colours, got NaN"):
        broken(picture, hole)
