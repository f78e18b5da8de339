"""Long Video Inpaint in the host: a scene, a file or pictures behind a pose, into a file, again after an interrupt."""

from __future__ import annotations

import importlib

import pytest
import torch

from dreamdance_core.io.video import Audio, read_clip, write_video

WIDTH, HEIGHT, COUNT = 48, 32, 11


@pytest.fixture(autouse=True)
def _as_in_the_host():
    with torch.inference_mode():
        yield


@pytest.fixture(scope="module")
def inputs(pack) -> dict:
    """What the node needs besides a background, and its widgets."""
    gated = importlib.import_module("dreamdance_pack.dreamdance_core.video.backends.gated_cogvideox")
    track = pack.nodes.pose.from_pose_keypoint(_pose())
    assert len(track) == COUNT
    make = torch.Generator().manual_seed(0)
    return {
        "model": gated.tiny_model(),
        "pose": _pose(),
        "reference": torch.rand(1, 40, 30, 3, generator=make),
        "reference_mask": torch.ones(1, 40, 30),
        **{"steps": 1, "guidance": 1.0, "seed": 2**63 + 5, "pose_gate": 1.0, "character_gate": 1.0, "sampler": "dpm"},
    }


def _pose() -> list[dict]:
    """A walking stick figure as POSE_KEYPOINT."""
    upper = [(24, 4), (24, 8), (20, 8), (18, 14), (17, 19), (28, 8), (30, 14), (31, 19)]
    lower = [(22, 18), (21, 24), (21, 30), (26, 18), (27, 24), (27, 30)]
    standing = [*upper, *lower, (23, 3), (25, 3), (22, 4), (26, 4)]
    frames = []
    for t in range(COUNT):
        points = [value for x, y in standing for value in (x - 4 + 0.8 * t, y, 1.0)]
        frames.append({"canvas_width": WIDTH, "canvas_height": HEIGHT, "people": [{"pose_keypoints_2d": points}]})
    return frames


@pytest.fixture
def inpaint(pack, inputs):
    def run(**more):
        answer = pack.nodes.long_inpaint.LongVideoInpaint.execute(**(inputs | more))
        video, chart = answer.result
        assert chart.shape == (1, 540, 960, 3) and answer.ui["images"]
        return read_clip(video.get_stream_source())

    return run


def test_a_scene_is_rendered_along_its_cameras(pack, inpaint):
    nodes = pack.nodes
    scene = nodes.sockets.Gaussians(
        means=torch.tensor([[0.0, 0, 3], [0.5, 0.2, 4]]), quats=torch.tensor([[1.0, 0, 0, 0]]).repeat(2, 1),
        scales=torch.full((2, 3), 0.4), opacities=torch.full((2,), 0.9), sh=torch.ones(2, 1, 3),
    )  # fmt: skip
    splat = nodes.sockets.to_splat(scene)
    path = nodes.camera.CameraPath.execute("orbit", 0.3, COUNT, 12.0, 640, 426, 60.0)[0]
    plan = nodes.long_video.TemporalAggregate.execute(96, 16, 8, "edge")[0]
    clip = inpaint(background=splat, cameras=path, windows=plan)
    assert clip.frames.shape == (COUNT, HEIGHT, WIDTH, 3) and clip.fps == 12 and clip.audio is None
    with pytest.raises(ValueError, match="a SPLAT background needs cameras"):
        inpaint(background=splat)
    with pytest.raises(ValueError, match="a frame for each of the 11 poses, got 5"):
        inpaint(background=splat, cameras=nodes.camera.CameraPath.execute("orbit", 0.3, 5, 12.0, 640, 426, 60.0)[0])


def test_a_video_behind_keeps_its_clock_and_sound_and_outside_the_mask_its_pictures(inpaint, tmp_path):
    from comfy_api.latest import InputImpl

    frames = torch.linspace(0.2, 0.7, COUNT + 3)[:, None, None, None].expand(-1, 64, 96, 3)
    sound = Audio(waveform=0.2 * torch.ones(1, 16000), sample_rate=16000)
    write_video(tmp_path / "behind.mp4", frames, 20.0, sound)
    behind = InputImpl.VideoFromFile(str(tmp_path / "behind.mp4"))
    mask = torch.zeros(1, HEIGHT, WIDTH)
    mask[:, 8:24, 16:32] = 1
    clip = inpaint(background=behind, paint_mask=mask, keep_background=True, feather=0)
    assert clip.frames.shape == (COUNT, HEIGHT, WIDTH, 3) and clip.fps == 20
    assert clip.audio.waveform.shape[1] == pytest.approx(COUNT / 20 * 16000, abs=2048)
    outside = clip.frames[:, :, 36:]
    assert (outside.mean((1, 2, 3)) - frames[:COUNT].mean((1, 2, 3))).abs().max() < 0.02
    other = {"waveform": torch.zeros(1, 2, 4800), "sample_rate": 48000}
    again = inpaint(background=behind, audio=other, fps=25.0)
    assert again.fps == 25 and again.audio.waveform.shape[0] == 2


def test_an_interrupt_leaves_no_file_and_the_next_run_goes_on(pack, inpaint, monkeypatch):
    import comfy.model_management as mm
    import folder_paths

    temp = pack.nodes.clips.temporary_video("x").parent
    route = importlib.import_module("dreamdance_pack.dreamdance_core.long_route")
    before = set(temp.glob("*")) if temp.is_dir() else set()
    calls = []

    def cancelled(*_args, **_named):
        calls.append(1)
        if len(calls) > 6:  # every report, and every look of the sampler, asks the host
            raise mm.InterruptProcessingException

    background = torch.rand(1, HEIGHT, WIDTH, 3, generator=torch.Generator().manual_seed(1))
    saved = []
    monkeypatch.setattr(route.KeptPlace, "save", lambda self, place: saved.append(place.steps))
    with monkeypatch.context() as patch:
        patch.setattr(mm, "throw_exception_if_processing_interrupted", cancelled)
        with pytest.raises(mm.InterruptProcessingException):
            inpaint(background=background)
    assert set(temp.glob("*")) == before
    assert len(inpaint(background=background).frames) == COUNT
    left = pack.nodes.clips.Path(folder_paths.get_temp_directory()) / "dreamdance_unfinished"
    assert not left.is_dir() or not list(left.iterdir()), "what was unfinished is cleared when it is done"
