"""What other packs hand over, as recorded payloads: read as it is, carried through every node, written so they read it.

The CAMERACTRL_POSES of other packs are in tests/nodes/test_camera_paths.py.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

_RECORDED = Path(__file__).resolve().parent / "community"
_RIGHT_WRIST, _LEFT_WRIST, _RIGHT_ANKLE = 10, 9, 16  # COCO; OpenPose has them at 4, 7 and 10


@pytest.fixture(autouse=True)
def _as_in_the_host():
    with torch.inference_mode():
        yield


def _recorded(name: str):
    return json.loads((_RECORDED / f"{name}.json").read_text())


@pytest.fixture(scope="module")
def pose_files(pack):
    return __import__("importlib").import_module("dreamdance_pack.dreamdance_core.io.pose_files")


def test_dwpose_is_read_as_it_is(pose_files):
    track = pose_files.from_pose_keypoint(_recorded("controlnet_aux_dwpose"))
    assert (len(track), track.xy.shape[1], track.width, track.height) == (4, 2, 384, 512)
    assert track.xy[0, 0, _RIGHT_WRIST].tolist() == [188, 270] and track.xy[0, 0, _LEFT_WRIST].tolist() == [330, 268]
    hands, face, feet = slice(91, 133), slice(23, 91), slice(17, 23)
    assert (track.score[0, 0, hands] == 1).all() and (track.score[0, 0, face] == 1).all()
    assert (track.score[1, 0, hands] == 0).all() and (track.score[1, 0, face] == 1).all(), "None is not there"
    assert (track.score[:, :, feet] == 0).all(), "the pack has no feet"
    assert (track.score[2] == 0).all(), "nobody in this frame"
    assert track.score[3, 0, [_RIGHT_WRIST, _RIGHT_ANKLE]].tolist() == [0, 0]
    assert track.score[3, 1, :17].min() == 1 and track.xy[3, 1, 0].tolist() == [136, 96]


def test_openpose_is_scaled_and_its_marks_of_nothing_are_nothing(pose_files):
    track = pose_files.from_pose_keypoint(_recorded("controlnet_aux_openpose"))
    assert (track.width, track.height) == (512, 683)
    expected = torch.tensor([188 / 384 * 512, 270 / 512 * 683])
    torch.testing.assert_close(track.xy[0, 0, _RIGHT_WRIST], expected, atol=1e-3, rtol=0)
    left_hand = track.score[0, 0, 91:112]
    assert torch.nonzero(left_hand == 0).flatten().tolist() == [7, 8]
    assert track.score[1, 0, _LEFT_WRIST] == 0 and (track.score[:, 0, 112:] == 0).all()


def _decoded_by_controlnet_aux(frame: dict) -> list[dict]:
    """Its rule: nothing where a list is empty or None, no point whose score is below 1."""
    return [
        {
            key: [(x, y) if s >= 1 else None for x, y, s in zip(*[iter(value)] * 3, strict=True)]
            for key, value in person.items()
            if key.endswith("_2d") and value
        }
        for person in frame["people"]
    ]


@pytest.mark.parametrize("name", ["controlnet_aux_dwpose", "controlnet_aux_openpose"])
def test_every_pose_node_takes_it_and_its_pack_reads_the_answer(pack, pose_files, name, tmp_path, monkeypatch):
    frames = _recorded(name)
    width, height = frames[0]["canvas_width"], frames[0]["canvas_height"]
    nodes, images = pack.nodes, torch.zeros(len(frames), height, width, 3)
    answers = {
        "smooth": nodes.pose_edit.SmoothPose.execute(frames, 24.0, 0.0, 0, 0.0)[0],
        "edit": nodes.pose_edit.EditPose.execute(frames, 0.0, 0.0, 1.0, "[]")[0],
        "extract": nodes.pose.ExtractPose.execute(images, "blazepose", 24.0, 1, 0.5, pose=frames)[0],
    }
    before = pose_files.from_pose_keypoint(frames)
    for kind, answer in answers.items():
        after = pose_files.from_pose_keypoint(answer)
        assert torch.equal(after.score > 0, before.score > 0), kind
        seen = (before.score > 0)[..., None]
        torch.testing.assert_close(after.xy * seen, before.xy * seen, atol=1e-3, rtol=0)
        theirs = _decoded_by_controlnet_aux(answer[0])[0]
        points = theirs["pose_keypoints_2d"]
        assert len(points) == 18 and len(theirs["face_keypoints_2d"]) == 70
        assert points[4] == pytest.approx(before.xy[0, 0, _RIGHT_WRIST].tolist(), abs=1e-3)
    folder = tmp_path / "output"
    monkeypatch.setattr(pack.nodes.files.folder_paths, "get_output_directory", lambda: str(folder))
    path = Path(nodes.pose.SavePose.execute(frames, "pose", 29.97)[0])
    lines = path.read_text().splitlines()
    assert len(lines) == len(frames) + 2, "a frame on each line"
    back = nodes.pose.LoadPose.execute(path.name)
    assert torch.equal(pose_files.from_pose_keypoint(back[0]).score > 0, before.score > 0) and back[4] == 29.97
    (folder / "theirs.json").write_text(json.dumps(frames))  # as their Save Pose Keypoints writes it
    theirs = nodes.pose.LoadPose.execute("theirs.json")
    assert pose_files.from_pose_keypoint(theirs[0]).xy.shape == before.xy.shape and theirs[4] == 24.0


def test_retargeting_follows_dwpose(pack, pose_files):
    frames = _recorded("controlnet_aux_dwpose")
    driving = [frames[0], frames[1]]
    out = pack.nodes.pose_retarget.RetargetPose.execute(driving, [frames[0]], 384, 512, False)
    after, before = pose_files.from_pose_keypoint(out[0]), pose_files.from_pose_keypoint(driving)
    moved = (after.xy[1] - after.xy[0])[0, _RIGHT_WRIST]
    torch.testing.assert_close(moved, (before.xy[1] - before.xy[0])[0, _RIGHT_WRIST], atol=0.5, rtol=0)


def _clip(count: int, channels: int = 3, dtype: torch.dtype = torch.float32) -> torch.Tensor:
    frames = torch.rand(count, 48, 64, channels, generator=torch.Generator().manual_seed(1))
    frames[:, :, :, 0] = torch.arange(count)[:, None, None] / 128
    return frames.to(dtype)


def test_one_index_map_for_everything_of_a_clip(pack, pose_files):
    """Trap 12."""
    types = pack.dreamdance_core.types
    count = 60
    poses = [{"people": [], "canvas_width": 64, "canvas_height": 48, "number": i} for i in range(count)]
    c2w = torch.eye(4).repeat(count, 1, 1)
    c2w[:, 0, 3] = torch.arange(count) + 7.0
    K = torch.tensor([[60.0, 0, 30], [0, 62, 25], [0, 0, 1]]).repeat(count, 1, 1)
    cameras = types.Cameras(c2w=c2w, K=K, width=64, height=48, fps=30.0)
    solved = torch.arange(count) % 3 > 0
    solution = types.CameraSolution(cameras=cameras, kind="parallax", solved=solved, median_depth=2.0)
    audio = {"waveform": torch.arange(2 * 32000.0)[None, None], "sample_rate": 32000}
    given = {"images": _clip(count, 4, torch.float16), "masks": torch.arange(count)[:, None, None].expand(-1, 4, 5),
             "pose": poses}  # fmt: skip
    execute = pack.nodes.clock.ResampleClip.execute
    out = execute(30.0, 24.0, 5, 20, 2, audio, **given, cameras=cameras)
    images, masks, pose, path, sound, fps, frames, shown = out.result
    index = json.loads(shown)
    assert index == [frame["number"] for frame in pose] == masks[:, 0, 0].tolist()
    assert index == (images[:, 0, 0, 0].float() * 128).round().int().tolist() == (path.c2w[:, 0, 3] - 7).int().tolist()
    assert all(abs(i / 30 - (5 + 2 * k) / 24) <= 0.5 / 24 for k, i in enumerate(index))
    assert (len(index), frames, fps, path.fps) == (20, 20, 12.0, 12.0)
    assert images.dtype == torch.float16 and images.shape[-1] == 4, "as it came"
    assert pose[3] is poses[index[3]]
    first = round(5 / 24 * 32000)
    assert sound["waveform"][0, 0].tolist() == list(range(first, min(first + round(40 / 24 * 32000), 64000)))
    path = execute(30.0, 24.0, 5, 20, 2, **given, cameras=solution)[3]
    assert torch.equal(path.solved, solved[index]) and torch.equal(path.cameras.c2w[0], torch.eye(4))
    assert path.cameras.c2w[1, 0, 3] == index[1] - index[0]
    whole = execute(24.0, 0.0, 0, 0, 1, images=given["images"], masks=given["masks"][:1])
    assert torch.equal(whole[0], given["images"]) and len(whole[1]) == 1 and whole[4] is None and whole[5] == 24.0
    with pytest.raises(ValueError, match="masks must have 60 frames like images, got 59"):
        execute(30.0, 24.0, 0, 0, 1, images=given["images"], masks=given["masks"][:59])
    with pytest.raises(ValueError, match="needs images or a pose"):
        execute(30.0, 24.0, 0, 0, 1, masks=given["masks"])


def test_sound_that_is_read_late_stays_late(pack, community, counters, tmp_path):
    """VideoHelperSuite's AUDIO is a mapping that opens its file when asked; for a silent one that fails then."""
    video = __import__("importlib").import_module("dreamdance_pack.dreamdance_core.io.video")
    wave = counters.chirp(2.0)
    loud = video.write_video(
        tmp_path / "a.mp4", counters.numbered(48), 24.0, video.Audio(waveform=wave, sample_rate=32000)
    )
    silent = video.write_video(tmp_path / "b.mp4", counters.numbered(48), 24.0)
    images = counters.numbered(48)
    execute = pack.nodes.clock.ResampleClip.execute
    sound = execute(24.0, 12.0, 6, 10, 1, community.LateSound(str(loud), 0, 0), images=images)[4]
    assert set(sound) == {"waveform", "sample_rate"} and len(sound) == 2
    assert sound["waveform"].shape[-1] == round(10 / 12 * 32000)
    assert abs(counters.time_of(sound["waveform"][0, 0], 32000, 0.4) - 0.9) < 0.01
    frames, _, _, _, sound, *_ = execute(
        24.0, 12.0, 0, 0, 1, community.LateSound(str(silent), 0, 0), images=images
    ).result
    assert counters.numbers(frames) == list(range(0, 48, 2))
    with pytest.raises(RuntimeError, match="failed to extract audio"):
        sound["waveform"]


def test_the_video_info_names_the_rate_of_the_loaded_frames(pack, community):
    """Resample Clip wants `loaded_fps`, which Video Info (Loaded) hands out first; seconds stay seconds."""
    info = _recorded("videohelpersuite_video_info")
    fps, count, seconds, *_ = community.VideoInfoLoaded().get_video_info(info)
    assert fps == pytest.approx(info["source_fps"] / 2) and count / fps == pytest.approx(seconds)
    out = pack.nodes.clock.ResampleClip.execute(fps, 24.0, 0, 0, 1, images=_clip(count))
    assert out[6] / out[5] == pytest.approx(seconds, abs=1.5 / 24)


@pytest.mark.parametrize(("channels", "dtype"), [(4, torch.float32), (3, torch.float16), (4, torch.float16)])
def test_half_precision_and_alpha_are_taken_everywhere(pack, channels, dtype):
    nodes, count = pack.nodes, 5
    images = _clip(count, channels, dtype)
    poses = [{"people": [], "canvas_width": 64, "canvas_height": 48}] * count
    drawn = nodes.pose.ExtractPose.execute(images, "blazepose", 24.0, 1, 0.5, pose=poses)
    assert drawn[4].shape == (count, 48, 64, 3)
    edited = nodes.pose_edit.EditPose.execute(poses, 0.0, 0.0, 1.0, "[]", images)
    assert len(edited.ui["dreamdance_pose"][0]["frames"]["sizes"]) == count
    mask = torch.ones(count, 48, 64, dtype=dtype)
    pasted = nodes.control.PasteBack.execute(images, images, mask, 2)[0]
    torch.testing.assert_close(pasted.float(), images[..., :3].float(), atol=2e-3, rtol=0)
    joined = nodes.long_video.TemporalAggregate.execute(96, 48, 2, "blend", {"clip0": images[:4], "clip1": images[2:]})
    torch.testing.assert_close(joined[1].float(), images[..., :3].float(), atol=2e-3, rtol=0)
    control = nodes.control.ComposeControlVideo.execute(images, mask, images[:1], "background", pose_video=images)
    assert control[0].shape[-1] == 3 and control[10] == count
