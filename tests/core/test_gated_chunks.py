"""The VAE in pieces: bit-equal to the library's whole encode and decode, with and without tiles; previews."""

import pytest
import torch

from dreamdance_core.runtime import Runtime
from dreamdance_core.types import LazyFrames
from dreamdance_core.video.backends import gated_cogvideox as gated
from dreamdance_core.video.backends.gated_cogvideox import chunked
from dreamdance_core.video.backends.gated_cogvideox.encode import to_frames, to_latents
from dreamdance_core.video.backends.gated_cogvideox.preview import fit_colours, picture

RUN = Runtime()


@pytest.fixture
def vae():
    """A tiny VAE whose tiles are 48 by 40 pixels."""
    made = gated.tiny_model().vae
    made.enable_tiling(tile_sample_min_height=48, tile_sample_min_width=40)
    made.disable_tiling()
    return made


@pytest.mark.parametrize("count", [1, 8, 9, 16, 48, 49, 56, 104, 105])
def test_chunks_are_the_librarys(count):
    """Pictures in eights, latents in twos, the remainder first."""
    for size, total in ((8, count), (2, (count + 3) // 4)):
        parts = chunked.chunks(total, size)
        assert [p.start for p in parts] == [0, *(p.stop for p in parts[:-1])] and parts[-1].stop == total
        assert parts[0].stop == (size + total % size if total >= size else total)
        assert all(p.stop - p.start == size for p in parts[1:])


@pytest.mark.parametrize("tiling", [False, True])
@pytest.mark.parametrize("frames", [1, 9, 56])
def test_pieces_equal_the_whole(vae, tiling, frames):
    """Trap 39: as many frames come back as went in."""
    vae.use_tiling = tiling
    clip = torch.rand(frames, 56, 48, 3, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        whole = vae.encode((clip * 2 - 1).permute(3, 0, 1, 2)[None]).latent_dist.mode() * 0.7
        latents = to_latents(vae, clip, slice(0, frames), run=RUN)
        assert torch.equal(latents, whole.transpose(1, 2))
        back = vae.decode(whole / 0.7).sample
        pieces = list(to_frames(vae, latents, run=RUN))
    expected = ((back[0].permute(1, 2, 3, 0) + 1) / 2).clamp(0, 1)
    assert torch.equal(torch.cat(pieces), expected)
    assert len(expected) == frames
    assert max(len(piece) for piece in pieces) <= 49


def test_reading_and_memory_stay_small(vae):
    """Long clips are read 48 frames at a time, and what is handed on is not held."""
    read, held = [], []

    class Clip(LazyFrames):
        shape = (200, 16, 16, 3)

        def __getitem__(self, cut):
            read.append(cut.stop - cut.start)
            return torch.zeros(cut.stop - cut.start, 16, 16, 3)

    with torch.no_grad():
        latents = to_latents(vae, Clip(), slice(0, 200), run=RUN)
        for piece in to_frames(vae, latents, run=RUN):
            held.append(len(piece))
    assert max(read) == 48 and sum(read) == 200
    assert max(held) == 48 and sum(held) == 200


def test_every_chunk_can_cancel(vae):
    calls = []
    with torch.no_grad():
        latents = to_latents(vae, torch.zeros(24, 16, 16, 3), slice(0, 24), run=RUN, watch=lambda: calls.append(1))
        assert len(calls) == 3
        list(to_frames(vae, latents, run=RUN, watch=lambda: calls.append(1)))
    assert len(calls) == 6


def test_previews_find_the_colours_that_the_latents_hold():
    """Where pictures are a linear image of the latents, that image is found; unseen directions stay quiet."""
    make = torch.Generator().manual_seed(1)
    latents, mixing = torch.randn(4, 16, 6, 8, generator=make), torch.rand(16, 3, generator=make) * 0.05
    pictures = (torch.einsum("lchw,cd->lhwd", latents, mixing) + 0.5).clamp(0, 1)
    frames = pictures.repeat_interleave(8, 1).repeat_interleave(8, 2)
    colours = fit_colours(latents, frames)
    fresh = torch.randn(16, 6, 8, generator=make)
    expected = (torch.einsum("chw,cd->hwd", fresh, mixing) + 0.5).clamp(0, 1)
    assert (picture(colours, fresh) - expected).abs().max() < 0.02
    flat = fit_colours(torch.zeros(2, 16, 6, 8), torch.full((2, 48, 64, 3), 0.25))
    assert torch.allclose(picture(flat, fresh), torch.full((6, 8, 3), 0.25), atol=0.05)


def test_previews_are_reported_during_sampling(gated_jobs):
    seen = []

    def watch(done, total, preview=None):
        seen.append((done, total))
        if preview is not None:
            assert preview.shape == (2, 4, 3) and preview.min() >= 0 and preview.max() <= 1

    gated.sample(gated_jobs.job(steps=4), gated.tiny_model(), gated.SampleOptions(), Runtime(report=watch))
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert seen[-1] == (6, 6)
