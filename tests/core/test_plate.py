"""Clean plates of clips whose background is known: what any frame saw comes back, the rest is painted once."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import torch

from dreamdance_core.geometry.pinhole import intrinsics, turning_homographies
from dreamdance_core.geometry.rigid import rigid, so3_exp
from dreamdance_core.inpaint.backends.telea import Telea
from dreamdance_core.plate.colours import log_gain
from dreamdance_core.plate.fills import median
from dreamdance_core.plate.flow import background_flows, filled, grid, through
from dreamdance_core.plate.holes import hole
from dreamdance_core.plate.video import PlateOptions, clean_plates
from dreamdance_core.runtime import Runtime
from dreamdance_core.types import Cameras, LazyFrames

WIDTH, HEIGHT, COUNT = 480, 288, 14
STILL = torch.eye(3).repeat(COUNT, 1, 1)


class Painter:
    """Paints red and counts."""

    def __init__(self):
        self.holes = []

    def __call__(self, image, hole_mask, prompt="", seed=0, z=None):
        self.holes.append((hole_mask, prompt, seed))
        return torch.where(hole_mask[..., None] > 0.5, torch.tensor([1.0, 0.0, 0.0]), image)


@pytest.fixture(scope="module")
def texture(camera_clips):
    random = np.random.default_rng(4)
    return camera_clips.painted("detail", random, (1536, 768)).clip(0, 255)


def blobs(step: float, size: tuple[int, int] = (60, 150)) -> torch.Tensor:
    """Masks of a figure of size (width, height) that walks `step` px a frame across the middle."""
    mask = torch.zeros(COUNT, HEIGHT, WIDTH)
    for t in range(COUNT):
        left = round(WIDTH / 2 + (t - COUNT / 2) * step - size[0] / 2)
        mask[t, 90 : 90 + size[1], max(left, 0) : left + size[0]] = 1
    return mask


def with_figure(plates: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """A striped figure of strong colours, its stripes going with it."""
    x = torch.arange(WIDTH)
    stripes = torch.stack([(x // 5 + 3 * t) % 2 for t in range(len(plates))]).float()[:, None, :, None]
    return torch.where(mask[..., None] > 0, stripes * torch.tensor([0.9, 0.1, 0.7]) + 0.05, plates)


def psnr(made: torch.Tensor, truth: torch.Tensor, where: torch.Tensor) -> float:
    return float(-10 * torch.log10(((made - truth)[where > 0] ** 2).mean()))


def resting(texture) -> torch.Tensor:
    picture = torch.from_numpy(texture[100 : 100 + HEIGHT, 200 : 200 + WIDTH] / 255).float()
    return picture.expand(COUNT, -1, -1, -1).clone()


def turned(camera_clips, texture) -> tuple[torch.Tensor, Cameras]:
    """A pan with some roll over a painted sphere."""
    angles = torch.linspace(0, 1, COUNT, dtype=torch.float64)[:, None] * torch.tensor([0.03, 0.22, 0.04])
    c2w = rigid(so3_exp(angles), torch.zeros(COUNT, 3, dtype=torch.float64))
    frames = camera_clips.on_sphere(texture, c2w, np.full(COUNT, 430.0)) / 255
    K = intrinsics(WIDTH, HEIGHT, 430.0).repeat(COUNT, 1, 1)
    return torch.from_numpy(frames).float().clamp(0, 1), Cameras(c2w=c2w.float(), K=K, width=WIDTH, height=HEIGHT)


def travelled(camera_clips, texture) -> torch.Tensor:
    """A truck and dolly through a room: parallax between the walls, the floor and a card."""
    c2w = torch.eye(4, dtype=torch.float64).repeat(COUNT, 1, 1)
    c2w[:, 0, 3], c2w[:, 2, 3] = torch.linspace(-0.5, 0.5, COUNT), torch.linspace(0, 0.6, COUNT)
    walls = [np.roll(texture[:, :1300], 217 * k, 0)[:1200].astype(np.float32) for k in range(5)]
    walls = [np.ascontiguousarray(np.tile(w, (2, 1, 1))[:1200, :1200]) for w in walls]
    return torch.from_numpy(camera_clips.in_room(walls, c2w, np.full(COUNT, 430.0), ((-1.6, 0.6, 5.0),)) / 255).float()


def test_a_resting_camera_gives_back_exactly_what_any_frame_saw(texture):
    truth, mask, painter = resting(texture), blobs(30.0), Painter()
    plates = clean_plates(with_figure(truth, mask), mask, painter, homographies=STILL, run=Runtime())
    made, painted = plates.with_painted(slice(None))
    assert float((made - truth).abs().max()) < 1e-5
    assert not painted.any() and not painter.holes and plates.unseen == 0


def test_what_no_frame_saw_is_painted_once_and_stays(texture):
    truth, mask, painter = resting(texture), blobs(2.0), Painter()
    wanted = PlateOptions(prompt="a wall", seed=7)
    plates = clean_plates(with_figure(truth, mask), mask, painter, homographies=STILL, options=wanted, run=Runtime())
    made, painted = plates.with_painted(slice(None))
    ((asked, prompt, seed),) = painter.holes
    assert prompt == "a wall" and seed == 7
    assert float((made - truth).abs().amax(-1)[painted == 0].max()) < 1e-5
    assert 0.3 < float(asked.sum() / mask[0].sum()) < 1.2 and float(painted.sum()) > 0
    red = torch.tensor([1.0, 0.0, 0.0])
    always = painted.amin(0) > 0
    assert always.sum() > 2000 and float((made[:, always] - red).abs().max()) < 1e-5, "the same in every frame"
    assert torch.equal(painted > 0, (painted > 0) & (plates.holes())), "only inside the holes"


def test_a_turning_camera(camera_clips, texture):
    truth, cameras = turned(camera_clips, texture)
    mask = blobs(14.0)
    frames = with_figure(truth, mask)
    plates = clean_plates(frames, mask, Painter(), homographies=turning_homographies(cameras), run=Runtime())
    made, painted = plates.with_painted(slice(None))
    inside = plates.holes() & (painted == 0)
    assert inside.sum() > 0.8 * mask.sum()
    assert psnr(made, truth, inside) > 32
    assert torch.equal(made[~plates.holes()], frames[~plates.holes()]), "untouched outside"


@pytest.fixture(scope="module")
def trip(camera_clips, texture):
    truth, mask = travelled(camera_clips, texture), blobs(16.0)
    frames = with_figure(truth, mask)
    return truth, mask, frames, clean_plates(frames, mask, Telea(), homographies=None, run=Runtime())


def flicker(made: torch.Tensor, truth: torch.Tensor, hole: torch.Tensor) -> float:
    """How much the error changes from frame to frame where both frames are filled."""
    both = hole[1:] & hole[:-1]
    error = made - truth
    return float((error[1:] - error[:-1]).abs()[both].mean())


def test_a_travelling_camera_is_followed_with_its_parallax(trip):
    truth, _, frames, plates = trip
    made, painted = plates.with_painted(slice(None))
    hole = plates.holes()
    telea = torch.stack([Telea()(f, h.float()) for f, h in zip(frames, hole, strict=True)])
    assert float(painted[hole].mean()) < 0.1
    assert psnr(made, truth, hole) > 23
    assert psnr(made, truth, hole) > psnr(telea, truth, hole) + 10
    assert flicker(made, truth, hole) < 0.3 * flicker(telea, truth, hole)


def test_a_change_of_exposure_is_followed(trip):
    truth, mask, _, steady = trip
    light = torch.linspace(0.7, 1.0, COUNT)[:, None, None, None] * torch.tensor([1.0, 0.97, 1.03]).clamp(max=1)
    plates = clean_plates(with_figure(truth * light, mask), mask, Telea(), homographies=None, run=Runtime())
    made, painted = plates.with_painted(slice(None))
    inside = plates.holes() & (painted == 0)
    assert psnr(made, truth * light, inside) > psnr(steady[:], truth, inside) - 1.5


def test_a_slice_is_what_the_whole_holds_and_clips_may_be_lazy(trip):
    _, mask, frames, plates = trip

    class Lazy(LazyFrames):
        def __init__(self, clip):
            self.clip, self.shape = clip, tuple(clip.shape)

        def __getitem__(self, cut):
            return self.clip[cut].clone()

    assert torch.equal(plates[3:5], plates[:][3:5])
    lazy = clean_plates(Lazy(frames), Lazy(mask), Telea(), homographies=None, run=Runtime())
    assert torch.equal(lazy[4:6], plates[4:6])


def test_shadows_grow_beside_the_feet_only():
    person = torch.zeros(100, 120)
    person[20:80, 50:60] = 1
    plain, wide = hole(person, 0.02, 0.0), hole(person, 0.02, 0.4)
    assert plain.sum() < 1.6 * person.sum() and (plain[person > 0]).all()
    assert wide[75, 30] and wide[75, 80] and not plain[75, 30]
    assert not wide[30, 45] and not wide[95, 55], "neither beside the head nor far below"


def test_bad_input_is_named():
    frames, mask = torch.rand(4, 64, 96, 3), torch.zeros(4, 64, 96)
    with pytest.raises(ValueError, match="count and size"):
        clean_plates(frames, mask[:3], Telea(), homographies=None, run=Runtime())
    with pytest.raises(ValueError, match="leave some background"):
        clean_plates(frames, mask + 1, Telea(), homographies=None, run=Runtime())


def test_nobody_to_remove_changes_nothing():
    frames, mask = torch.rand(4, 64, 96, 3), torch.zeros(4, 64, 96)
    for still in (torch.eye(3).repeat(4, 1, 1), None):
        assert torch.equal(clean_plates(frames, mask, Painter(), homographies=still, run=Runtime())[:], frames)


def test_flow_of_a_known_motion_goes_on_behind_the_person(texture):
    """A picture that is pushed and turned about: the flow behind the persons is that of the picture, both ways."""
    H = np.array([[0.99, -0.02, 9.0], [0.02, 0.99, -5.0], [1e-5, 0, 1]])
    big = cv2.cvtColor(texture.astype(np.uint8), cv2.COLOR_RGB2GRAY)[:HEIGHT, :WIDTH]
    moved = cv2.warpPerspective(big, H, (WIDTH, HEIGHT), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)
    here, there = (np.zeros((HEIGHT, WIDTH), bool) for _ in range(2))
    here[80:240, 200:260], there[80:240, 240:300] = True, True
    a, b = np.where(here, 255, big).astype(np.uint8), np.where(there, 0, moved).astype(np.uint8)
    away, back = background_flows(a, b, here, there)
    places = grid(WIDTH, HEIGHT) - 0.5  # OpenCV's warp counts from pixel centres
    true = through(H, places) - places
    assert np.abs(away - true)[here].max() < 0.6 and np.abs(away - true)[here].mean() < 0.15
    true = through(np.linalg.inv(H), places) - places
    assert np.abs(back - true)[there].max() < 0.6


def test_the_sheet_keeps_what_is_known_and_is_flat_between_equals():
    values, known = np.zeros((40, 50, 2), np.float32), np.ones((40, 50), bool)
    values[...] = (2.0, -1.0)
    known[10:30, 15:35] = False
    values[~known] = 99
    sheet = filled(values, known)
    np.testing.assert_allclose(sheet, np.broadcast_to((2.0, -1.0), sheet.shape), atol=1e-4)
    ramp = np.linspace(0, 1, 50, dtype=np.float32)[None, :, None].repeat(40, 0).repeat(2, 2)
    sheet = filled(np.where(known[..., None], ramp, 9), known)
    assert np.abs(sheet - ramp).max() < 0.12 and (np.diff(sheet[20, 12:38, 0]) > -0.01).all()


def test_medians_count_only_what_is_valid():
    samples = np.array([[[0.1]], [[0.9]], [[0.3]], [[0.5]]], np.float32).repeat(3, 2)
    valid = np.array([[True], [False], [True], [True]])
    assert median(samples, valid)[0, 0] == pytest.approx(0.3)
    assert median(samples[:2], np.array([[True], [True]]))[0, 0] == pytest.approx(0.5)
    assert (median(samples, np.zeros((4, 1), bool)) == 0).all()


def test_the_exposure_is_not_told_by_what_moves():
    random = np.random.default_rng(0)
    here = random.uniform(0.2, 0.8, (60, 80, 3)).astype(np.float32)
    there = here * np.float32([1.2, 1.0, 0.9])
    there[:20] = random.uniform(0.2, 0.8, (20, 80, 3))
    known = np.ones((60, 80), bool)
    np.testing.assert_allclose(np.exp(log_gain(here, there, grid(80, 60), known)), [1.2, 1.0, 0.9], rtol=0.03)
