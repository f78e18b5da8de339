"""Datasets on disk."""

from __future__ import annotations

import io
import os
import tarfile

import pytest
import torch

from dreamdance_core.training.shards import PARTS, Dataset, shard_writer


@pytest.fixture
def training_clip(training_clips):
    return training_clips.training_clip


def test_a_clip_comes_back(tmp_path, training_clip):
    clip = training_clip()
    with shard_writer(tmp_path / "x.tar") as shard:
        shard.add(clip)
    (found,) = Dataset(tmp_path)
    assert (found.name, found.fps, found.facts["source"]) == ("a", 12.0, "made up")
    assert torch.equal(found.mask, clip.mask) and torch.equal(found.reference.mask, clip.reference.mask)
    assert torch.equal(found.pose.xy, clip.pose.xy) and torch.equal(found.pose.score, clip.pose.score)
    assert torch.equal(found.reference.picture, clip.reference.picture)
    assert torch.allclose(found.z, clip.z, atol=1e-3)
    for name in ("frames", "background"):
        assert (getattr(found, name).float() - getattr(clip, name).float()).abs().mean() < 3


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="Linux only")
def test_the_same_clips_give_the_same_bytes_on_any_number_of_cores(tmp_path, training_clip):
    clip = training_clip()

    def written(name: str) -> bytes:
        with shard_writer(tmp_path / name / "x.tar") as shard:
            shard.add(clip)
        return (tmp_path / name / "x.tar").read_bytes()

    whole = written("one")
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    try:
        assert written("two") == whole
    finally:
        os.sched_setaffinity(0, cores)


def test_clips_stand_in_the_order_of_shards_and_names(tmp_path, training_clip):
    for file, names in (("2.tar", "cb"), ("1.tar", "ed")):
        with shard_writer(tmp_path / file) as shard:
            for name in names:
                shard.add(training_clip(name))
    data = Dataset(tmp_path)
    assert data.names == ["d", "e", "b", "c"]
    assert data.facts(0)["size"] == [8, 32, 48] and set(PARTS) == set(data.endings(0))


def test_an_interrupted_shard_leaves_nothing(tmp_path, training_clip):
    with pytest.raises(KeyboardInterrupt), shard_writer(tmp_path / "x.tar") as shard:
        shard.add(training_clip())
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def test_bad_folders_are_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="no shards"):
        Dataset(tmp_path)
    (tmp_path / "x.tar").write_bytes(b"not a tar at all" * 100)
    with pytest.raises(ValueError, match="not a whole tar"):
        Dataset(tmp_path)
    with tarfile.open(tmp_path / "x.tar", "w") as tar:
        tar.addfile(tarfile.TarInfo("a.json"), io.BytesIO())
    with pytest.raises(ValueError, match=r"lacks frames\.mp4"):
        Dataset(tmp_path)


def test_illegal_clips_are_refused(training_clip):
    with pytest.raises(ValueError, match="4n frames"):
        training_clip(count=6)
    with pytest.raises(ValueError, match="multiples of 16"):
        training_clip(height=40)


def test_files_of_one_clip_may_lie_in_two_shards(tmp_path, training_clip):
    with shard_writer(tmp_path / "shards/x.tar") as shard:
        shard.add(training_clip("b"))
        shard.add(training_clip("a"))
    with shard_writer(tmp_path / "latents/x.tar") as shard:
        shard.add_files("b", {"latents.safetensors": b"later"})
    data = Dataset(tmp_path)
    assert data.names == ["a", "b"] and data.read(1, "latents.safetensors") == b"later"
    assert data.shard(1) == tmp_path / "shards/x.tar" and "latents.safetensors" not in data.endings(0)
    with shard_writer(tmp_path / "latents/y.tar") as shard:
        shard.add_files("b", {"latents.safetensors": b"twice"})
    with pytest.raises(ValueError, match=r"both hold b\.latents\.safetensors"):
        Dataset(tmp_path)
    (tmp_path / "latents/y.tar").unlink()
    with shard_writer(tmp_path / "latents/z.tar") as shard:
        shard.add_files("c", {"latents.safetensors": b"of nothing"})
    with pytest.raises(ValueError, match=r"lacks frames\.mp4"):
        Dataset(tmp_path)
