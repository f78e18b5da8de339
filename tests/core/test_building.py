"""Videos to clips: the same shards whoever makes them and however often they are stopped."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from dreamdance_core import cli
from dreamdance_core.commands import datasets
from dreamdance_core.training.building import claims
from dreamdance_core.training.building.claims import claimed
from dreamdance_core.training.building.report import write_report
from dreamdance_core.training.building.work import plan, put_aside_changed, work
from dreamdance_core.training.shards import Dataset

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def videos(tmp_path_factory, building_videos):
    return building_videos.folder_of_videos(tmp_path_factory.mktemp("videos"))


@pytest.fixture(scope="module")
def built(tmp_path_factory, videos, building_videos):
    """The dataset of an uninterrupted run."""
    out = tmp_path_factory.mktemp("built")
    run_all(videos, out, building_videos)
    return out


def run_all(videos: Path, out: Path, kit, part=(0, 1)) -> int:
    return work(plan(videos, out, kit.SETTINGS, part), kit.tools, lambda done, total: None)


def shards(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (folder / "shards").iterdir()}


def differing(folder: Path, other: Path) -> list[str]:
    """Files of clips that are not the same in both."""
    one, two = Dataset(folder), Dataset(other)
    assert one.names == two.names
    return [
        f"{name}.{ending}"
        for i, name in enumerate(one.names)
        for ending in one.endings(i)
        if one.read(i, ending) != two.read(i, ending)
    ]


def records(folder: Path) -> dict[str, dict]:
    found = [json.loads(path.read_text()) for path in (folder / "sources").glob("*.json")]
    return {record["source"]: record for record in found}


def test_videos_become_clips_with_all_their_parts(built, building_videos):
    data = Dataset(built)
    assert {clip.facts["source"] for clip in data} == {"a.mp4", "b.mp4", "sub/c.mp4"}
    for clip in data:
        assert clip.frames.shape == (8, 80, 80, 3) and clip.fps == 24
        assert clip.mask.flatten(1).any(1).all()
        colour = (building_videos.COLOUR * 255).round()
        figure = (clip.frames.float() - colour).abs().sum(-1) < 90
        assert (clip.mask & figure).sum() > 0.9 * figure.sum()
        assert ((clip.background.float() - colour).abs().sum(-1) < 90).float().mean() < 1e-3  # nobody is left


def test_behind_the_person_stands_the_wall(built, building_videos):
    truth = torch.nn.functional.interpolate(
        building_videos.walk(1, 0)[1].permute(2, 0, 1)[None], (80, 107), mode="area"
    )[0].permute(1, 2, 0)[:, 13:93]
    data = Dataset(built)
    clip = next(clip for clip in data if clip.facts["source"] == "a.mp4")
    error = (clip.background.float() / 255 - truth).abs().mean(-1)
    behind, around = error[clip.mask].mean(), error[~clip.mask].mean()
    assert behind < 0.06 and behind < 2.5 * around + 0.02


def test_the_reference_is_from_outside_the_clip_or_says_so(built):
    outside = {}
    for clip in Dataset(built):
        place, start = clip.facts["reference"], clip.facts["start"]
        assert place["outside"] == (not start <= place["frame"] < start + 8)
        assert clip.reference.mask.any() and clip.reference.picture.shape == (80, 80, 3)
        outside[clip.name] = place["outside"]
    assert any(outside.values())


def test_what_is_of_no_use_is_set_aside_with_the_reason(built):
    found = records(built)
    assert set(found) == {"a.mp4", "b.mp4", "sub/c.mp4", "damaged.mp4", "black.mp4", "empty.mp4"}
    assert found["damaged.mp4"]["clips"] == 0 and "damaged.mp4" in found["damaged.mp4"]["reason"]
    assert found["black.mp4"]["reason"] == "every frame is black or plain"
    assert "person" in found["empty.mp4"]["reason"]
    assert (found["a.mp4"]["clips"], found["b.mp4"]["clips"], found["b.mp4"]["shots"]) == (2, 3, 2)
    starts = sorted(clip.facts["start"] for clip in Dataset(built) if clip.facts["source"] == "b.mp4")
    assert starts == [0, 10, 18]  # no clip crosses the cut


def test_the_report_and_the_sheet_say_what_is_there(built):
    facts = write_report(built)
    assert (facts["sources"], facts["sources_with_clips"], facts["clips"]) == (6, 3, 6)
    assert json.loads((built / "report.json").read_text())["clips"] == 6
    assert (built / "contact.jpg").stat().st_size > 1000


def start(videos: Path, out: Path, kit, slow: float) -> subprocess.Popen:
    """A process of its own that does all the work, slowly, so that it can be met half way."""
    code = (
        "import sys, time; from pathlib import Path; sys.path.insert(0, sys.argv[3]); import building_videos as kit\n"
        "from dreamdance_core.training.building.work import plan, work\n"
        "planned = plan(Path(sys.argv[1]), Path(sys.argv[2]), kit.SETTINGS)\n"
        "work(planned, kit.tools, lambda done, total: time.sleep(float(sys.argv[4])))"
    )
    given = [str(videos), str(out), str(Path(kit.__file__).parent), str(slow)]
    return subprocess.Popen([sys.executable, "-c", code, *given], cwd=ROOT)


def test_killed_half_way_and_started_again_gives_the_same_bytes(tmp_path, videos, built, building_videos):
    process = start(videos, tmp_path, building_videos, slow=0.05)
    deadline = time.monotonic() + 120
    while not list(tmp_path.glob("shards/*.tar")) and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(0.15)  # into the next video
    process.kill()
    process.wait()
    assert 0 < len(list(tmp_path.glob("sources/*.json"))) < 6 and list(tmp_path.glob("claims/*.json"))
    assert run_all(videos, tmp_path, building_videos) > 0
    assert shards(tmp_path) == shards(built)
    assert set(records(tmp_path)) == set(records(built)) and not list(tmp_path.glob("claims/*.json"))


def test_two_processes_share_the_work_and_give_the_same_bytes(tmp_path, videos, built, building_videos):
    both = [start(videos, tmp_path, building_videos, slow=0.01) for _ in range(2)]
    assert [process.wait() for process in both] == [0, 0]
    assert shards(tmp_path) == shards(built)


def test_parts_are_the_whole(tmp_path, videos, built, building_videos):
    made = [run_all(videos, tmp_path, building_videos, part=(i, 2)) for i in range(2)]
    assert sum(made) == 6 and min(made) == 3 and shards(tmp_path) == shards(built)
    assert run_all(videos, tmp_path, building_videos) == 0


def test_other_settings_are_refused(built, videos, building_videos):
    with pytest.raises(ValueError, match="built with frames 8, now it is 12"):
        plan(videos, built, replace(building_videos.SETTINGS, frames=12))


def test_a_changed_video_makes_a_new_shard_and_the_old_one_is_put_aside(tmp_path, building_videos):
    folder, out = tmp_path / "videos", tmp_path / "out"
    building_videos.film(folder / "a.mp4", building_videos.walk(9, 0)[0])
    run_all(folder, out, building_videos)
    (old,) = Dataset(out).names
    building_videos.film(folder / "a.mp4", building_videos.walk(9, 4)[0])
    planned = plan(folder, out, building_videos.SETTINGS)
    assert put_aside_changed(planned) == [old.rpartition("-")[0]]
    work(planned, building_videos.tools, lambda done, total: None)
    (new,) = Dataset(out).names
    assert new != old and len(list(out.glob("shards/*.tar.old"))) == 1


def test_the_same_file_twice_is_taken_once(tmp_path, building_videos):
    folder = tmp_path / "videos"
    one = building_videos.film(folder / "a.mp4", building_videos.walk(9, 0)[0])
    (folder / "b.mp4").write_bytes(one.read_bytes())
    run_all(folder, tmp_path / "out", building_videos)
    assert len(Dataset(tmp_path / "out")) == 1
    assert records(tmp_path / "out")["b.mp4"]["reason"] == "the same file as a.mp4"
    building_videos.film(folder / "0.mp4", building_videos.walk(9, 1)[0])
    (folder / "0.mp4").write_bytes(one.read_bytes())  # sorts before the one that has a shard
    run_all(folder, tmp_path / "out", building_videos)
    assert records(tmp_path / "out")["0.mp4"]["reason"] == "the same file as a.mp4"
    assert len(Dataset(tmp_path / "out")) == 1
    (folder / "0.mp4").unlink()
    building_videos.film(one, building_videos.walk(9, 2)[0])  # b is a twin of nothing now
    put_aside_changed(plan(folder, tmp_path / "out", building_videos.SETTINGS))
    run_all(folder, tmp_path / "out", building_videos)
    assert {clip.facts["source"] for clip in Dataset(tmp_path / "out")} == {"a.mp4", "b.mp4"}


def test_a_claim_holds_against_the_living_only(tmp_path):
    path = tmp_path / "claims" / "a.json"
    with claimed(path) as mine:
        assert mine is not None
        path.write_text(json.dumps({"host": claims._host(), "pid": os.getppid()}))
        with claimed(path) as other:
            assert other is None
        path.write_text(json.dumps({"host": "elsewhere", "pid": 1}))
        with claimed(path) as other:
            assert other is None
        os.utime(path, (0, 0))  # no sign of life for long
        with claimed(path) as other:
            assert other is not None
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    path.write_text(json.dumps({"host": claims._host(), "pid": process.pid}))
    with claimed(path) as after:
        assert after is not None


def test_a_claim_that_was_taken_over_is_left_to_its_new_owner(tmp_path):
    path = tmp_path / "a.json"
    with claimed(path) as mine:
        path.write_text(json.dumps({"host": "elsewhere", "pid": 1}))
        mine.beat()
    assert json.loads(path.read_text())["host"] == "elsewhere"


def test_other_readers_read_the_shards(built):
    webdataset = pytest.importorskip("webdataset")
    paths = sorted(str(path) for path in (built / "shards").iterdir())
    found = list(webdataset.WebDataset(paths, shardshuffle=False))
    assert sorted(sample["__key__"] for sample in found) == sorted(Dataset(built).names)
    parts = {"frames.mp4", "background.mp4", "arrays.safetensors", "reference.png", "json"}
    assert all(parts <= set(sample) for sample in found)


def test_the_command_builds_and_tells(tmp_path, videos, built, building_videos, monkeypatch, capsys):
    monkeypatch.setattr(datasets, "load_tools", lambda settings, run: replace(building_videos.tools(), run=run))
    out = str(tmp_path / "out")
    given = ["--size", "80x80", "--frames", "8", "--segment", "none", "--inpaint", "telea", "--shadow", "0"]
    assert cli.main(["dataset", "build", str(videos), "--out", out, *given]) == 0
    assert "6 clips of 3 videos" in capsys.readouterr().out
    assert differing(tmp_path / "out", built) == []
    assert cli.main(["dataset", "info", out]) == 0
    assert "damaged.mp4: 0 clips; damaged.mp4 is not a readable video" in capsys.readouterr().out
    assert cli.main(["dataset", "build", str(videos), "--out", out, *given[:3], "12"]) == 1
    assert "give another --out" in capsys.readouterr().err
