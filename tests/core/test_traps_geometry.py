"""Wrong-but-plausible geometry: rounded rotations, one clock for every stage, K beside its picture, planar z."""

from argparse import Namespace
from dataclasses import replace

import numpy as np
import pytest
import torch

from dreamdance_core import backends, figure_steps, pipeline
from dreamdance_core.commands import parts
from dreamdance_core.gaussians.fit import FitOptions
from dreamdance_core.gaussians.init import gaussians_from_views
from dreamdance_core.gaussians.render import render
from dreamdance_core.geometry.pinhole import intrinsics, project, rays
from dreamdance_core.geometry.rigid import look_at, rebase, rigid, rigid_inverse, so3_exp
from dreamdance_core.geometry.trajectory import spiral
from dreamdance_core.inpaint.backends import telea
from dreamdance_core.io.camera_files import read_cameras, write_cameras
from dreamdance_core.io.images import Picture
from dreamdance_core.io.maps import read_clip_mask
from dreamdance_core.io.stages import StageFiles
from dreamdance_core.io.video import Audio, ClipRange, read_clip, write_video
from dreamdance_core.runtime import Runtime
from dreamdance_core.scene.complete import SceneOptions, complete_scene
from dreamdance_core.types import Cameras, CameraSolution, Depth, PoseTrack, Views

WIDTH, HEIGHT = 80, 48
K = torch.tensor([[70.0, 0, 44.5], [0, 74.0, 20.25], [0, 0, 1]])


def skew(c2w: torch.Tensor) -> float:
    R = c2w[..., :3, :3]
    return float((R.mT @ R - torch.eye(3)).abs().max())


def test_random_frames_are_rotations_and_their_transpose_is_their_inverse():
    """Traps 1 and 5: spirals of random size, and cameras that look at random points."""
    make = torch.Generator().manual_seed(0)
    for radius, near in (10 ** (torch.rand(12, 2, generator=make) * 4 - 2)).tolist():
        c2w = spiral(radius, near)
        assert skew(c2w) < 1e-6
        assert torch.linalg.det(c2w[:, :3, :3]).min() > 0.999
    eye, target = torch.randn(2, 60, 3, generator=make) * torch.tensor([2.0, 0.5, 2.0])
    c2w = look_at(eye, target)
    assert skew(c2w) < 1e-6
    torch.testing.assert_close(rigid_inverse(c2w), torch.linalg.inv(c2w), atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("name", ["path.json", "path.npy", "path.re10k.txt"])
def test_files_of_few_digits_give_rotations(tmp_path, name):
    """Trap 5: three decimals are no rotation any more, so transposing them would skew every picture of the path."""
    make = torch.Generator().manual_seed(1)
    c2w = rigid(so3_exp(torch.randn(9, 3, generator=make)), torch.randn(9, 3, generator=make))
    rounded = (c2w * 1000).round() / 1000
    assert skew(rounded) > 2e-4
    cameras = Cameras(c2w=rounded, K=K.expand(9, 3, 3).clone(), width=WIDTH, height=HEIGHT)
    if name.endswith("npy"):
        np.save(tmp_path / name, rounded.numpy())
    else:
        write_cameras(tmp_path / name, cameras)
    back = read_cameras(tmp_path / name, WIDTH, HEIGHT).c2w
    assert skew(back) < 1e-6
    torch.testing.assert_close(back, c2w, atol=4e-3, rtol=0)
    torch.testing.assert_close(rebase(back), torch.linalg.inv(back[0]) @ back, atol=1e-5, rtol=0)


# Numbers that go up and down, slowly enough for smoothing to follow: no shift in time maps them onto themselves.
COUNTERS = [round(26 + 18 * float(np.sin(0.29 * k)) + 0.5 * k) for k in range(60)]


def counted_clip(path, sound=None):
    """A video whose brightness is COUNTERS[frame] / 128."""
    frames = torch.tensor(COUNTERS)[:, None, None, None].expand(-1, HEIGHT, WIDTH, 3) / 128
    return write_video(path, frames, 24.0, sound)


def counters_of(frames: torch.Tensor) -> torch.Tensor:
    return frames.mean((1, 2, 3)) * 128


class FakeBackends:
    """Stand-ins that read the counter in a picture; the video backend hands back what it was given."""

    def __init__(self):
        self.job = None

    def load(self, family, name, run, **options):
        return {"pose": self.pose, "camera": None, "depth": self.depth, "inpaint": telea.tiny(), "video": self.video}[
            family
        ]

    def pose(self, frames, boxes=None):
        """A body as tall as the picture whose x is the counter."""
        figure = torch.tensor([(0.0, 5)] * 5 + [(4.0, 12), (-4, 12), (6, 20), (-6, 20), (6, 28), (-6, 28)])
        legs = torch.tensor([(3.0, 28), (-3, 28), (3, 36), (-3, 36), (3, 44), (-3, 44)])
        xy = torch.zeros(len(frames), 1, 133, 2)
        xy[:, 0, :17] = torch.cat([figure, legs]) + torch.tensor([8.0, 0.0])
        score = torch.zeros(len(frames), 1, 133)
        score[..., :17] = 1
        xy[..., 0] += counters_of(frames)[:, None, None] if len(frames) > 1 else 20.0
        return PoseTrack(xy=xy, score=score, width=WIDTH, height=HEIGHT)

    def depth(self, frames, K=None):
        z = torch.full(frames.shape[:3], 3.0)
        return Depth(z=z, valid=torch.ones_like(z, dtype=torch.bool))

    def video(self, job):
        self.job = job
        return job.background


def estimated(frames, backend, *, person_mask, focal, fps, run):
    """A truck whose x is the counter; the mask must go where the counted person goes."""
    middle = torch.stack([m.nonzero()[:, 1].float().mean() for m in person_mask])
    assert best_lag(counters_of(frames), middle) == 0
    c2w = torch.eye(4).repeat(len(frames), 1, 1)
    c2w[:, 0, 3] = 0.004 * counters_of(frames)
    cameras = Cameras(c2w=rebase(c2w), K=intrinsics(WIDTH, HEIGHT).repeat(len(frames), 1, 1), width=WIDTH,
                      height=HEIGHT, fps=fps)  # fmt: skip
    solved = torch.ones(len(frames), dtype=torch.bool)
    return CameraSolution(cameras=cameras, kind="parallax", solved=solved, median_depth=3.0)


def best_lag(a: torch.Tensor, b: torch.Tensor) -> int:
    """By how many frames b comes late, in -3..3."""
    scores = {}
    for lag in range(-3, 4):
        x, y = a[3:-3], b[3 + lag : len(b) - 3 + lag]
        scores[lag] = float(torch.corrcoef(torch.stack([x, y]))[0, 1])
    return max(scores, key=scores.get)


@pytest.mark.parametrize(
    "steps", [ClipRange(), ClipRange(start=7, frames=24, stride=2), ClipRange(start=4, frames=28, fps=16.0)]
)
def test_counters_in_the_clip_survive_to_the_end(counters, tmp_path, monkeypatch, steps):
    """Trap 12: pose and its video, person mask, camera and sound of output frame k belong to source frame k."""
    fake = FakeBackends()
    monkeypatch.setattr(backends, "load", fake.load)
    monkeypatch.setattr(figure_steps, "estimate_camera", estimated)
    sound = Audio(waveform=counters.chirp(60 / 24), sample_rate=32000)
    clip = read_clip(counted_clip(tmp_path / "c.mp4", sound), steps)
    wanted = torch.tensor([float(COUNTERS[i]) for i in clip.source_index])
    torch.testing.assert_close(counters_of(clip.frames), wanted, atol=0.6, rtol=0)
    alpha = torch.zeros(HEIGHT, WIDTH)
    alpha[4:46, 20:36] = 1
    make = torch.Generator().manual_seed(0)
    art = Picture(rgb=torch.rand(HEIGHT, WIDTH, 3, generator=make), alpha=alpha)
    options = pipeline.AnimateOptions(
        scene=SceneOptions(views=1, spiral=False, outpaint=0.0), fit=FitOptions(steps=1, rasterizer="torch")
    )
    made = pipeline.animate(
        art, clip, options, pipeline.Given(), lambda name: Runtime(), StageFiles(tmp_path / "stages")
    )
    assert len(made.frames) == len(wanted) == len(made.cameras) == len(fake.job.pose)
    assert made.cameras.fps == clip.fps
    pose_x = fake.job.pose.xy[:, 0, 11:13, 0].mean(-1)
    columns = torch.arange(WIDTH) + 0.5
    body_x = torch.stack([(p.sum((0, 2)) * columns).sum() / p.sum() for p in fake.job.body[:]])
    camera_x = made.cameras.c2w[:, 0, 3]
    for series in (made.pose.xy[:, 0, 11, 0], pose_x, body_x, camera_x):
        assert best_lag(wanted, series) == 0
        assert float(torch.corrcoef(torch.stack([wanted, series]))[0, 1]) > 0.97
    again = read_clip(write_video(tmp_path / "out.mp4", made.frames, clip.fps, clip.audio))  # as `animate` does
    assert len(again.frames) == len(wanted) and abs(again.fps - clip.fps) < 1e-3
    for k in (2, len(wanted) // 2, len(wanted) - 3):
        heard = counters.time_of(again.audio.waveform[0], 32000, k / clip.fps)
        assert abs(heard - clip.source_index[k] / 24) < 0.5 / 16, "the sound of its picture"
    widest = int(camera_x.abs().argmax())
    again = render(made.gaussians, made.cameras[widest], run=Runtime()).frames[0]
    torch.testing.assert_close(made.frames[widest], again)
    assert (again - made.frames[0]).abs().mean() > 0.02


def test_masks_of_a_retimed_clip_are_those_of_its_frames(tmp_path, monkeypatch):
    """Trap 12: an .npz has no clock of its own; the camera command reads it by the clip's index map."""
    path = counted_clip(tmp_path / "c.mp4")
    steps = ClipRange(start=4, frames=9, stride=2, fps=16.0)
    clip = read_clip(path, steps)
    mask = np.zeros((60, HEIGHT, WIDTH), bool)
    for t, number in enumerate(COUNTERS):
        mask[t, 10:40, number : number + 9] = True
    np.savez(tmp_path / "m.npz", mask=np.packbits(mask, axis=-1), shape=np.array(mask.shape))
    read = read_clip_mask(tmp_path / "m.npz", steps, clip.source_index)
    assert np.array_equal(read.numpy(), mask[list(clip.source_index)])
    with pytest.raises(ValueError, match="mask for frame 70"):
        read_clip_mask(tmp_path / "m.npz", steps, [3, 70])
    given = {}

    def look(frames, backend, *, person_mask, **rest):
        given["mask"] = person_mask
        c2w, lens = torch.eye(4).repeat(len(frames), 1, 1), intrinsics(WIDTH, HEIGHT).repeat(len(frames), 1, 1)
        solved = torch.ones(len(frames), dtype=torch.bool)
        cameras = Cameras(c2w=c2w, K=lens, width=WIDTH, height=HEIGHT)
        return CameraSolution(cameras=cameras, kind="static", solved=solved, median_depth=None)

    monkeypatch.setattr(parts, "estimate_camera", look)
    monkeypatch.setattr(parts.backends, "load", lambda *a, **k: None)
    parts.camera(
        Namespace(video_file=path, mask=tmp_path / "m.npz", camera="pycolmap", focal=None, out=tmp_path / "c.json",
                  zoom=False, picture=None, start=4, frames=9, stride=2, fps=16.0),
        lambda name: Runtime(),
    )  # fmt: skip
    assert torch.equal(given["mask"], read)


def painted_room(scale: float = 1.0) -> tuple[torch.Tensor, Depth]:
    direction = rays(K, WIDTH, HEIGHT)
    z = 1 / torch.maximum(direction[..., 1] / 1.0, torch.full((HEIGHT, WIDTH), 1 / 4.0))
    points = direction * z[..., None]
    return 0.5 + 0.3 * (3 * points).sin(), Depth(z=z[None] * scale, valid=torch.ones(1, HEIGHT, WIDTH) > 0)


def test_the_outpainted_margin_lies_beyond_the_pictures_corners():
    """Trap 14: the widened view's own K places the picture's corners, and its middle shows the picture itself."""
    frame, depth = painted_room()
    options = SceneOptions(views=1, spiral=False, outpaint=0.25)
    views = complete_scene(frame, None, depth, telea.tiny(), K=K, options=options, run=Runtime()).views
    wide = views.cameras.K[1]
    corners = torch.tensor([[0.0, 0], [WIDTH, 0], [0, HEIGHT], [WIDTH, HEIGHT]])
    ahead = torch.cat([corners, torch.ones(4, 1)], -1) @ torch.linalg.inv(K).T
    seen, _ = project(ahead, wide, torch.eye(4))
    torch.testing.assert_close(seen, wide[:2, 2] + (corners - K[:2, 2]) / 1.5, atol=1e-3, rtol=0)
    # What stands at a pixel of the picture stands at its projection in the margin view, in colour and in depth.
    for u, v in ((10, 8), (60, 30), (70, 40), (25, 20)):
        i, j = project(rays(K, WIDTH, HEIGHT)[v, u][None], wide, torch.eye(4))[0][0].int().tolist()
        assert abs(float(views.depth.z[1, j, i] / views.depth.z[0, v, u]) - 1) < 0.06
        assert (views.frames[1, j, i] - frame[v, u]).abs().max() < 0.12


def test_a_frontal_wall_has_one_depth_in_every_map():
    """Trap 15: z along the axis, not along the ray, from a wide off-centre lens; a farther wall has a larger z."""
    wide = K.clone()
    wide[:2, :2] *= 0.5  # the corner ray is 1.5 times as long as the middle one
    for at in (2.0, 5.0):
        z = torch.full((1, HEIGHT, WIDTH), at)
        cameras = Cameras(c2w=torch.eye(4)[None], K=wide[None], width=WIDTH, height=HEIGHT)
        views = Views(
            frames=torch.full((1, HEIGHT, WIDTH, 3), 0.5),
            depth=Depth(z=z, valid=z > 0),
            trusted=torch.ones_like(z),
            cameras=cameras,
        )
        gaussians = gaussians_from_views(views)
        assert (gaussians.means[:, 2] - at).abs().max() < 1e-4 * at
        for rasterizer in ("torch", "numba"):
            drawn = render(gaussians, cameras, rasterizer=rasterizer, run=Runtime()).z
            assert (drawn - at).abs().max() < 1e-3 * at
        moved = replace(cameras, c2w=rigid(torch.eye(3)[None], torch.tensor([[0.1, 0.0, 1.0]])))
        drawn = render(gaussians, moved, run=Runtime())
        assert (drawn.z[drawn.alpha > 0.9] - (at - 1)).abs().max() < 5e-3 * at
