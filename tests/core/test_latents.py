"""Stored latents: what online encoding gives, beside their shards, refused where they do not belong."""

from __future__ import annotations

import json
import shutil

import pytest
import torch
from safetensors.torch import load

from dreamdance_core import cli
from dreamdance_core.runtime import Runtime
from dreamdance_core.training.config import ObjectiveConfig, read_config
from dreamdance_core.training.degrade.recipe import Recipe
from dreamdance_core.training.encode import encode_example, from_stored, variants
from dreamdance_core.training.example import boxed, make_example
from dreamdance_core.training.latents import (
    ENDING,
    Maker,
    check_latents,
    damage_seed,
    digest,
    header_of,
    store_latents,
)
from dreamdance_core.training.loop import train
from dreamdance_core.training.model import load_encoders
from dreamdance_core.training.shards import Dataset, shard_writer


@pytest.fixture
def base(tmp_path, training_clips, gated_files):
    return training_clips.write_base(tmp_path, gated_files.base_of)


@pytest.fixture
def maker(base):
    """Of the tiny base in tmp_path, with a recipe of its own."""
    vae, clip = load_encoders(base, base.parent / "clip", Runtime())
    return Maker(vae=vae, clip=clip, base="tiny", recipe=Recipe(blur=1.0, splats=0.0), variants=2, seed=5)


def folder(tmp_path, training_clips):
    """Two shards, one of them in a folder."""
    for place, names in (("0.tar", "ab"), ("stylized/1.tar", "c")):
        with shard_writer(tmp_path / "data" / place) as shard:
            for name in names:
                shard.add(training_clips.training_clip(name, seed=ord(name)))
    return tmp_path / "data"


def test_stored_latents_are_what_online_encoding_gives(tmp_path, maker, training_clips):
    data = Dataset(folder(tmp_path, training_clips))
    done = store_latents(data, maker, Runtime())
    assert done.clips == 3
    written = [path.relative_to(data.folder).as_posix() for path in done.written]
    assert written == ["latents/0.tar", "latents/stylized/1.tar"]
    data = Dataset(data.folder)
    assert data.names == ["a", "b", "c"], "latents are no clips of their own"
    for index, name in enumerate(data.names):
        tensors = load(data.read(index, ENDING))
        assert variants(list(tensors)) == 2 and all(value.dtype == torch.float16 for value in tensors.values())
        for variant in range(2):
            example = make_example(data[index], damage_seed(5, name, variant), maker.recipe)
            for box in (False, True):
                online = encode_example(boxed(example) if box else example, maker.vae, maker.clip, Runtime())
                stored = from_stored(tensors, variant, box)
                for field, value in vars(online).items():
                    assert torch.equal(getattr(stored, field), value.half().float()), (name, variant, box, field)
    first, second = (from_stored(tensors, variant, False).background for variant in (0, 1))
    assert not torch.allclose(first, second, atol=0.01), "the variants differ"
    assert not torch.allclose(first, from_stored(tensors, 0, True).background, atol=0.01), "and so does the box"


def test_a_killed_run_goes_on_and_gives_the_same_bytes(tmp_path, maker, training_clips):
    data, parts = tmp_path / "killed", tmp_path / "parts"
    whole = Dataset(folder(tmp_path / "whole", training_clips))
    for copy in (data, parts):
        shutil.copytree(whole.folder, copy)
    told = []
    store_latents(whole, maker, Runtime(report=lambda *what: told.append(what[:2])))
    assert told == [(0, 3), (1, 3), (2, 3), (3, 3)]

    class Killed(BaseException):
        pass

    def die(done, total, preview=None):
        if done == 2:
            raise Killed

    with pytest.raises(Killed):
        store_latents(Dataset(data), maker, Runtime(report=die))
    assert [path.name for path in (data / "latents").rglob("*.tar*")] == ["0.tar"]
    rest = store_latents(Dataset(data), maker, Runtime())
    assert (len(rest.written), len(rest.kept), rest.clips) == (1, 1, 1)
    for path in (data / "latents").rglob("*.tar"):
        assert path.read_bytes() == (whole.folder / path.relative_to(data)).read_bytes()
    counts = [store_latents(Dataset(parts), maker, Runtime(), part=(i, 2)).clips for i in range(2)]
    assert counts == [2, 1]


def test_latents_of_other_networks_or_settings_are_refused(tmp_path, maker, training_clips):
    data = Dataset(folder(tmp_path, training_clips))
    wanted = ObjectiveConfig(recipe=maker.recipe)
    with pytest.raises(ValueError, match="clip a has no stored latents; run `dreamdance dataset encode`"):
        check_latents(data, maker.vae, maker.clip, wanted)
    store_latents(data, maker, Runtime())
    data = Dataset(data.folder)
    check_latents(data, maker.vae, maker.clip, wanted)
    header = header_of(data.read(0, ENDING))
    assert (header["base"], header["variants"], header["seed"]) == ("tiny", "2", "5")
    assert json.loads(header["recipe"])["blur"] == 1.0
    with pytest.raises(ValueError, match="latents of another recipe"):
        check_latents(data, maker.vae, maker.clip, ObjectiveConfig())
    with torch.no_grad():
        next(maker.vae.decoder.parameters()).flatten()[0] += 1
    with pytest.raises(ValueError, match="0.tar holds latents of another vae"):
        check_latents(data, maker.vae, maker.clip, wanted)
    with pytest.raises(ValueError, match="0.tar holds latents of another vae"):
        store_latents(data, maker, Runtime())
    with torch.no_grad():
        next(maker.clip.parameters()).flatten()[0] += 1
    assert digest(maker.clip) != header["image encoder"]
    with shard_writer(data.folder / "0.tar") as shard:
        for name in "abz":
            shard.add(training_clips.training_clip(name))
    with pytest.raises(ValueError, match="lacks clips that 0.tar holds now"):
        store_latents(Dataset(data.folder), maker, Runtime())
    with pytest.raises(ValueError, match="at least 1 damaged variant"):
        Maker(vae=maker.vae, clip=maker.clip, base="tiny", variants=0)


def test_a_digest_does_not_depend_on_the_number_type(maker):
    assert digest(maker.vae) == digest(maker.vae.to(torch.bfloat16)) and len(digest(maker.vae)) == 16


def test_the_command_encodes_and_training_takes_it(tmp_path, training_clips, base, capsys):
    data = folder(tmp_path, training_clips)
    sections = {"data": {"encode": "stored"}, "training": {"steps": 2, "save_every": 2}, "objective": {"recipe": {}}}
    config = training_clips.write_config(tmp_path, **sections)
    assert cli.main(["dataset", "encode", str(data), "--config", str(config), "--variants", "1"]) == 0
    assert "latents of 3 clips in 2 new shards; 0 were finished before" in capsys.readouterr().out
    by_name = ["--base", str(base), "--clip", str(base.parent / "clip"), "--variants", "1"]
    assert cli.main(["dataset", "encode", str(data), *by_name]) == 0
    assert "2 were finished before" in capsys.readouterr().out
    assert train(read_config(config), tmp_path / "out", Runtime()) == 2
    assert cli.main(["dataset", "encode", str(data)]) == 1
    assert "give --base DIR or --config" in capsys.readouterr().err
    assert cli.main(["dataset", "encode", str(data), "--base", "nowhere"]) == 1
    assert "nowhere" in capsys.readouterr().err
