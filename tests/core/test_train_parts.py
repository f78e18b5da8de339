"""What a step is made of: settings, schedules, samples, dropouts, noise, gates, and which layers learn."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from dreamdance_core.runtime import Runtime
from dreamdance_core.training import samples as sampling
from dreamdance_core.training.config import ModelConfig, ObjectiveConfig, TrainingConfig, config_from, read_config
from dreamdance_core.training.draws import chance, character_weight, clip_at, fill_probability, keyed_seed
from dreamdance_core.training.encode import Encoded
from dreamdance_core.training.example import boxed, make_example
from dreamdance_core.training.model import load_networks
from dreamdance_core.training.samples import Clips, Samples, shares
from dreamdance_core.training.step import Key, drop, levels, losses, noised, predict
from dreamdance_core.video.backends import gated_cogvideox as gated


def encoded(seed: int = 0, clip_width: int = 32) -> Encoded:
    """Latents of noise, 2x4x6."""
    make = torch.Generator().manual_seed(seed)

    def some(*shape: int) -> torch.Tensor:
        return torch.randn(*shape, generator=make)

    weights = torch.zeros(2, 4, 6)
    weights[:, 1:3, 2:4] = 1
    return Encoded(
        video=some(2, 16, 4, 6),
        background=some(2, 16, 4, 6),
        mask=some(2, 16, 4, 6),
        pose=some(2, 48, 4, 6),
        reference=some(1, 16, 4, 6),
        clip=some(5, clip_width),
        weights=weights,
    )


def key(step: int = 0, index: int = 0) -> Key:
    return Key(seed=7, step=step, index=index)


def test_defaults_are_the_papers():
    config = config_from({"data": {"folder": "d"}, "model": {"base": "b"}}, Path())
    training, objective = config.training, config.objective
    assert (training.lr, training.steps, training.betas) == (1e-4, 60_000, (0.9, 0.95))
    assert (training.weight_decay, training.clip_norm) == (1e-3, 1.0)
    assert (objective.pose_dropout, objective.reference_dropout, objective.image_noise) == (0.1, 0.1, (-3.0, 0.5))


def test_toml_and_json_say_the_same(tmp_path):
    (tmp_path / "d").mkdir()
    table = {
        "data": {"folder": ["d", "../other"], "held_out": "held/out"},
        "model": {"base": "CogVideoX-5b-I2V", "train": "full"},
        "training": {"lr": 1, "betas": [0.8, 0.9]},
        "objective": {"recipe": {"blur": 0}},
    }
    (tmp_path / "c.json").write_text(json.dumps(table))
    (tmp_path / "c.toml").write_text(
        '[data]\nfolder = ["d", "../other"]\nheld_out = "held/out"\n[model]\nbase = "CogVideoX-5b-I2V"\n'
        'train = "full"\n[training]\nlr = 1\nbetas = [0.8, 0.9]\n[objective.recipe]\nblur = 0\n'
    )
    config = read_config(tmp_path / "c.toml")
    assert config == read_config(tmp_path / "c.json")
    assert config.data.folder == (tmp_path / "d", tmp_path / "../other")
    assert config.data.held_out == tmp_path / "held/out"
    assert config.model.base == Path("CogVideoX-5b-I2V"), "a name stays a name"
    assert config.training.lr == 1.0 and config.objective.recipe.blur == 0.0


@pytest.mark.parametrize(
    ("section", "changes", "message"),
    [
        ("training", {"learning_rat": 1}, "there is no setting learning_rat"),
        ("objective", {"pose_drop": 0.1}, "did you mean pose_dropout"),
        ("trainings", {"lr": 1}, "did you mean training"),
        ("training", {"lr": "high"}, "lr must be float, got 'high'"),
        ("training", {"steps": 1.5}, "steps must be int, got 1.5"),
        ("training", {"gradient_checkpointing": 1}, "must be bool, got 1"),
        ("training", {"steps": True}, "steps must be int, got True"),
        ("training", {"lr": 0}, "lr must be above 0, got 0"),
        ("objective", {"pose_dropout": 1.5}, "pose_dropout must be from 0 to 1, got 1.5"),
        ("objective", {"recipe": {"blurr": 0.5}}, "did you mean blur"),
        ("objective", {"recipe": {"blur": 2}}, "blur must be from 0 to 1"),
        ("objective", {"fill_end_steps": 5}, "fill_end_steps must not be below fill_full_steps"),
        ("model", {"train": "some"}, "train must be one of full, lora, got 'some'"),
        ("training", {"betas": [0.9]}, "betas must be two numbers"),
        ("data", {"held_out": -1}, "held_out must be 0 or more"),
    ],
)
def test_bad_settings_are_named(section, changes, message):
    table = {"data": {"folder": "d"}, "model": {"base": "b"}}
    table[section] = table.get(section, {}) | changes
    with pytest.raises(ValueError, match=message):
        config_from(table, Path())


def test_a_missing_setting_is_named():
    with pytest.raises(ValueError, match="model lacks base"):
        config_from({"data": {"folder": "d"}, "model": {}}, Path())


def test_schedules():
    objective = ObjectiveConfig()
    assert [fill_probability(s, objective) for s in (0, 9_999, 30_000, 60_000)] == [1.0, 1.0, 0.1, 0.1]
    assert fill_probability(20_000, objective) == pytest.approx(0.55)
    assert [character_weight(s, objective) for s in (0, 10_000, 20_000, 50_000)] == [5.0, 3.0, 1.0, 1.0]
    at_once = ObjectiveConfig(weight_steps=0, fill_full_steps=0, fill_end_steps=0)
    assert (character_weight(0, at_once), fill_probability(0, at_once)) == (1.0, 0.1)


def test_every_clip_comes_once_before_any_comes_again():
    places = [clip_at(n, 5, 0, 0.0, seed=1) for n in range(20)]
    turns = [[at for _, at in places[i : i + 5]] for i in range(0, 20, 5)]
    assert all(sorted(turn) == [0, 1, 2, 3, 4] for turn in turns) and len({tuple(turn) for turn in turns}) > 1


@pytest.mark.parametrize("share", [0.1, 0.25, 1 / 3])
def test_stills_have_their_share_and_all_come(share):
    places = [clip_at(n, 7, 3, share, seed=1) for n in range(600)]
    assert abs(sum(still for still, _ in places) - 600 * share) <= 1
    counts = Counter(places)
    for kind, size in ((True, 3), (False, 7)):
        seen = [counts[kind, at] for at in range(size)]
        assert max(seen) - min(seen) <= 1 and min(seen) > 0


def test_seeds_differ_by_every_part():
    seeds = {keyed_seed(what, a, b) for what in ("x", "y") for a in range(30) for b in range(30)}
    assert len(seeds) == 1800 and all(0 <= seed < 2**63 for seed in seeds)
    assert keyed_seed("x", 1, 11) != keyed_seed("x", 11, 1)


def test_dropouts_have_their_frequency_and_spare_the_background():
    """Trap of guidance without a scene: the background is the one input that is always given."""
    objective, example = ObjectiveConfig(pose_dropout=0.3, reference_dropout=0.2), encoded()
    count, seen = 3000, Counter()
    for number in range(count):
        out = drop(example, key(number), objective)
        assert torch.equal(out.background, example.background) and torch.equal(out.mask, example.mask)
        pose, reference = not out.pose.any(), not out.reference.any()
        assert reference == (not out.clip.any()), "CLIP leaves with the character"
        seen[pose, reference] += 1
    for pose in (True, False):
        for reference in (True, False):
            share = (0.3 if pose else 0.7) * (0.2 if reference else 0.8)
            assert abs(seen[pose, reference] / count - share) < 4 * (share * (1 - share) / count) ** 0.5


def test_the_box_is_drawn_with_its_probability():
    objective = ObjectiveConfig(fill_full_steps=0, fill_end_steps=2, fill_floor=0.0)
    drawn = [chance(fill_probability(1, objective), "box", 0, 1, index) for index in range(2000)]
    assert abs(sum(drawn) / 2000 - 0.5) < 0.045
    assert all(chance(1.0, "box", i) for i in range(50)) and not any(chance(0.0, "box", i) for i in range(50))


def test_noise_and_velocity_give_back_the_picture():
    objective = ObjectiveConfig()
    keys = [key(step) for step in range(40)]
    given = noised([encoded()] * 40, keys, objective)
    square = levels()[given.timestep].float()[:, None, None, None, None]
    alpha, sigma = square.sqrt(), (1 - square).sqrt()
    assert torch.allclose(
        alpha * given.noisy - sigma * given.velocity, encoded().video.expand(40, -1, -1, -1, -1), atol=1e-5
    )
    assert given.timestep.unique().numel() > 30


def test_every_timestep_comes_the_last_one_too():
    objective = ObjectiveConfig()
    times = torch.cat([noised([encoded()], [key(step)], objective).timestep for step in range(6000)])
    assert int(times.min()) == 0 and int(times.max()) == 999 and levels()[999] == 0
    counts = torch.histc(times.float(), 10, 0, 1000)
    assert counts.min() > 500 and counts.max() < 700


def test_a_sample_does_not_depend_on_its_batch():
    objective = ObjectiveConfig()
    examples, keys = [encoded(i) for i in range(3)], [key(4, i) for i in range(3)]
    together = noised(examples, keys, objective)
    for i in range(3):
        alone = noised(examples[i : i + 1], keys[i : i + 1], objective)
        for name in ("noisy", "velocity", "timestep"):
            assert torch.equal(getattr(alone, name)[0], getattr(together, name)[i])
        assert torch.equal(alone.batch.background[0], together.batch.background[i])


def test_noise_on_the_background_is_drawn_and_can_be_left_out():
    example = encoded()
    sigmas = []
    for step in range(300):
        given = noised([example], [key(step)], ObjectiveConfig()).batch
        sigmas.append(float((given.background[0] - example.background).std().log()))
        assert torch.equal(given.mask[0], example.mask)
    spread = torch.tensor(sigmas)
    assert abs(float(spread.mean()) + 3) < 0.12 and abs(float(spread.std()) - 0.5) < 0.1
    plain = noised([example], [key()], ObjectiveConfig(image_noise=())).batch
    assert torch.equal(plain.background[0], example.background)


def test_losses_are_told_apart_and_weighted():
    given = noised([encoded()], [key()], ObjectiveConfig())
    wrong = given.velocity.clone()
    wrong[0, :, :, 1:3, 2:4] += 2  # the character is wrong by 2, the rest right
    early, late = (losses(wrong, given, step, ObjectiveConfig()) for step in (0, 20_000))
    assert float(early.character) == pytest.approx(4) and float(early.background) == 0
    share = 4 / 24
    assert float(late.total) == pytest.approx(4 * share)
    assert float(early.total) == pytest.approx(4 * 5 * share / (1 + 4 * share), rel=1e-5)


def networks_in(folder: Path, training_clips, gated_files, **changes):
    if not (folder / "tiny").exists():
        training_clips.write_base(folder, gated_files.base_of)
    options = {"train": "full", "rank": 4, "alpha": 8.0} | changes
    return load_networks(ModelConfig(base=folder / "tiny", clip=folder / "clip", **options), Runtime())


def test_open_gates_are_plain_addition_and_stay_open(tmp_path, training_clips, gated_files):
    opened, learned = (
        networks_in(tmp_path, training_clips, gated_files, gates=gates).transformer for gates in ("open", "learned")
    )
    make = torch.Generator().manual_seed(3)
    with torch.no_grad():
        for name in ("pose_proj", "reference_proj"):
            weight = torch.randn(getattr(opened, name).weight.shape, generator=make)
            getattr(opened, name).weight.copy_(weight)
            getattr(learned, name).weight.copy_(2 * weight)  # times tanh(atanh(1/2)) it is the same sum
        for name in ("pose_gate", "reference_gate"):
            getattr(learned, name).weight.zero_()
            getattr(learned, name).bias.fill_(0.5493061443340549)
    assert not any(p.requires_grad for n, p in opened.named_parameters() if "_gate" in n)
    given = noised([encoded()], [key()], ObjectiveConfig())
    with torch.no_grad():
        one, two = (predict(model, model, given, torch.device("cpu")) for model in (opened, learned))
        emb = opened.time_embedding(opened.time_proj(torch.arange(0, 1000, 37)).float())
    assert torch.equal(opened._gate(opened.pose_gate, emb), torch.ones(len(emb), 1))
    assert torch.allclose(one, two, atol=1e-4) and one.std() > 0


@pytest.mark.parametrize("train", ["full", "lora"])
def test_a_tiny_batch_is_learned_by_the_layers_that_should(tmp_path, training_clips, gated_files, train):
    networks = networks_in(tmp_path, training_clips, gated_files, train=train)
    transformer, objective = networks.transformer, ObjectiveConfig(pose_dropout=0.0, reference_dropout=0.0)
    before = {name: weight.clone() for name, weight in transformer.state_dict().items()}
    optimizer = torch.optim.AdamW(networks.trained(), lr=1e-2)
    given = noised([encoded(i) for i in range(2)], [key(5, i) for i in range(2)], objective)
    found = []
    for _ in range(40):
        loss = losses(predict(transformer, transformer, given, torch.device("cpu")), given, 0, objective).total.mean()
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        found.append(float(loss.detach()))
    assert found[-1] < 0.6 * found[0]
    new = ("pose_proj", "reference_proj", "pose_gate", "reference_gate", "clip_proj")
    for name, weight in transformer.state_dict().items():
        learns = train == "full" or name.split(".")[0] in new or name.startswith("patch_embed.proj") or "lora_" in name
        assert torch.equal(weight, before[name]) != learns, name


@pytest.mark.parametrize("train", ["full", "lora"])
def test_bfloat16_keeps_gates_and_what_learns_in_float32(tmp_path, training_clips, gated_files, train):
    exact = networks_in(tmp_path, training_clips, gated_files, train=train)
    config = ModelConfig(base=tmp_path / "tiny", clip=tmp_path / "clip", train=train, rank=4, alpha=8.0)
    half = load_networks(config, Runtime(), frozen=torch.bfloat16)
    assert {weight.dtype for weight in half.trained()} == {torch.float32}
    frozen = {weight.dtype for weight in half.transformer.parameters() if not weight.requires_grad}
    assert frozen == ({torch.bfloat16} if train == "lora" else set())
    half.transformer.enable_gradient_checkpointing()
    given, objective = noised([encoded()], [key()], ObjectiveConfig()), ObjectiveConfig()
    seen = []
    half.transformer.pose_gate.register_forward_hook(lambda module, given, out: seen.append(out.dtype))
    found = []
    for networks, on in ((exact, False), (half, True)):
        with torch.autocast("cpu", torch.bfloat16, enabled=on):
            predicted = predict(networks.transformer, networks.transformer, given, torch.device("cpu"))
            loss = losses(predicted, given, 0, objective).total.mean()
        loss.backward()
        found.append(float(loss.detach()))
        assert all(weight.grad is not None for weight in networks.trained())
    assert seen == [torch.float32] and found[1] == pytest.approx(found[0], rel=0.02) and found[0] != found[1]


@pytest.fixture
def dataset(tmp_path, training_clips):
    """Clips a … f, of which e and f are stills."""
    from dreamdance_core.training.shards import shard_writer

    with shard_writer(tmp_path / "data" / "0.tar") as shard:
        for index, name in enumerate("abcdef"):
            clip = training_clips.training_clip(name, seed=index)
            shard.add(replace(clip, facts=clip.facts | {"still": name in "ef"}))
    return tmp_path / "data"


def settings(folder: Path, **changes):
    return config_from({"data": {"folder": str(folder), **changes}, "model": {"base": "b"}}, Path())


def test_held_out_clips_never_come(dataset, tmp_path, training_clips):
    config = settings(dataset, held_out=2, still_share=0.25)
    config = replace(config, training=TrainingConfig(batch=2))
    clips = Clips(config)
    assert [clip.name for clip in clips.held_out(9)] == ["c", "d"], "the last of those that move"
    samples = Samples(clips, config)
    assert {clips.name(samples.place(number)) for number in range(400)} == set("abef")
    training_clips.write_dataset(tmp_path / "held", count=2)  # a and b
    clips = Clips(settings(dataset, held_out=str(tmp_path / "held")))
    assert {clips.name(place) for place in clips.moving} == {"c", "d"} and len(clips.held_out(9)) == 2


def test_data_that_cannot_be_trained_on_is_named(dataset, tmp_path, training_clips):
    training_clips.write_dataset(tmp_path / "moving", count=2)
    with pytest.raises(ValueError, match="no clip is left to train on: 2 in all, 2 held out"):
        Clips(settings(tmp_path / "moving", held_out=5))
    with pytest.raises(ValueError, match="no clip is a stylised still"):
        Clips(settings(tmp_path / "moving", held_out=1, still_share=0.1))
    twice = config_from({"data": {"folder": [str(dataset), str(tmp_path / "moving")]}, "model": {"base": "b"}}, Path())
    with pytest.raises(ValueError, match="the clip [ab] lies in two of the folders"):
        Clips(twice)


def test_processes_share_a_step_without_gaps():
    config = replace(settings(Path("d")), training=TrainingConfig(batch=12, accumulate=2))
    parts = [shares(3, config, process, 3) for process in range(3)]
    assert [len(part) for process in parts for part in process] == [2] * 6
    assert [number for process in parts for part in process for number in part] == list(range(36, 48))
    with pytest.raises(ValueError, match="batch 12 must be a multiple of 5 processes times accumulate 2; 10 would do"):
        shares(0, config, 0, 5)


@pytest.mark.parametrize("workers", [0, 2])
def test_samples_come_in_order_whoever_prepares_them(dataset, workers):
    config = settings(dataset, held_out=0, workers=workers)
    config = replace(config, training=TrainingConfig(batch=2, steps=3))
    samples = Samples(Clips(config), config)
    parts = list(sampling.upcoming(samples, 1, 0, 1))
    assert [(s.step, s.index) for part in parts for s in part] == [(1, 0), (1, 1), (2, 0), (2, 1)]
    again = samples[3]
    assert parts[0][1].clip == again.clip
    assert torch.equal(parts[0][1].content.job.background[:], again.content.job.background[:])


def test_an_example_hides_the_figure_and_boxes_it(training_clips):
    clip = training_clips.training_clip()
    hidden = replace(clip.pose, score=torch.zeros_like(clip.pose.score))  # no pose found: the mask alone is left
    example = make_example(replace(clip, pose=hidden), 3)
    assert torch.equal(example.job.paint_mask[:], clip.mask.float())
    assert torch.equal(example.frames[:], clip.frames.float() / 255)
    black = boxed(example).job.background[:]
    assert not black[:, 8:24, 10:29].any()
    outside = torch.ones_like(clip.mask)
    outside[:, 8:24, 10:29] = False
    assert torch.equal(black[outside], example.job.background[:][outside])
    assert torch.equal(make_example(clip, 3).job.background, make_example(clip, 3).job.background[:])
    assert not torch.equal(make_example(clip, 3).job.background, make_example(clip, 4).job.background[:])


def test_a_lora_goes_on_from_its_checkpoint(tmp_path, training_clips, gated_files):
    from dreamdance_core.training.model import write_checkpoint

    first = networks_in(tmp_path, training_clips, gated_files, train="lora")
    with torch.no_grad():
        for weight in first.trained():
            weight.add_(torch.randn(weight.shape, generator=torch.Generator().manual_seed(1)) * 0.1)
    path = write_checkpoint(tmp_path / "x.dreamdance.safetensors", first, first.transformer.state_dict(), "")
    second = networks_in(tmp_path, training_clips, gated_files, train="lora", start=path)
    states = [networks.transformer.state_dict() for networks in (first, second)]
    assert states[0].keys() == states[1].keys() and all(torch.equal(v, states[1][k]) for k, v in states[0].items())
    merged = networks_in(tmp_path, training_clips, gated_files, train="full", start=path).transformer
    given = noised([encoded()], [key()], ObjectiveConfig())
    with torch.no_grad():
        one, two = (predict(m, m, given, torch.device("cpu")) for m in (first.transformer, merged))
    assert torch.allclose(one, two, atol=1e-4)
    with pytest.raises(ValueError, match="has a LoRA of rank 4 and alpha 8, the config says 2 and 8"):
        networks_in(tmp_path, training_clips, gated_files, train="lora", rank=2, start=path)
    whole = write_checkpoint(
        tmp_path / "y.dreamdance.safetensors",
        networks_in(tmp_path, training_clips, gated_files),
        merged.state_dict(),
        "",
    )
    with pytest.raises(ValueError, match="full weights; a LoRA on top of them would not fit"):
        networks_in(tmp_path, training_clips, gated_files, train="lora", start=whole)
    assert gated.checkpoint.read_header(whole).content == "full"
