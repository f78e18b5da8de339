"""Wrong-but-plausible pose pictures and lengths: fine lines at any size, missing points given as 0 or -1."""

import pytest
import torch

from dreamdance_core.pose.draw import FINE_WIDTH, draw_body, draw_face, draw_hands
from dreamdance_core.pose.keypoints import from_pose_keypoint, to_pose_keypoint
from dreamdance_core.pose.regions import paint_mask
from dreamdance_core.pose.retarget import retarget
from dreamdance_core.types import PoseTrack

# A standing figure in units of its height, hips in the middle (COCO-17).
FIGURE = [
    (0, -0.45), (0.03, -0.48), (-0.03, -0.48), (0.06, -0.46), (-0.06, -0.46), (0.12, -0.32), (-0.12, -0.32),
    (0.2, -0.17), (-0.2, -0.17), (0.24, 0.0), (-0.24, 0.0), (0.08, 0), (-0.08, 0), (0.09, 0.25), (-0.09, 0.25),
    (0.1, 0.5), (-0.1, 0.5),
]  # fmt: skip


def standing(frames: int, width: int, height: int, at: tuple[float, float], size: float) -> PoseTrack:
    """A figure that swings its arms a little; body only."""
    xy, score = torch.zeros(frames, 1, 133, 2), torch.zeros(frames, 1, 133)
    xy[:, 0, :17] = torch.tensor(FIGURE) * size + torch.tensor(at)
    xy[:, 0, 9:11, 1] -= torch.linspace(0, 0.1, frames)[:, None] * size
    score[..., :17] = 1
    return PoseTrack(xy=xy, score=score, width=width, height=height)


@pytest.mark.parametrize("size", [(768, 432), (864, 1536), (1920, 1080)])
@pytest.mark.parametrize(("draw", "point"), [(draw_hands, 91 + 8), (draw_face, 23 + 30)])
def test_dots_of_hands_and_face_grow_with_the_canvas(size, draw, point):
    """Trap 58: a dot covers the same share of a small and of a large canvas."""
    width, height = size
    track = standing(1, width, height, (0.4 * width, 0.5 * height), 0.8 * height)
    track.xy[0, 0, point], track.score[0, 0, point] = torch.tensor([0.61 * width, 0.3 * height]), 1
    area = float(draw(track, width, height).amax(-1).sum())
    across = 2 * (area / torch.pi) ** 0.5 / min(size)
    assert across == pytest.approx(2 * FINE_WIDTH, abs=0.9 / min(size))


@pytest.mark.parametrize("scale", [2, 3])
def test_a_larger_canvas_shows_the_same_pose_picture(scale):
    """Trap 58: the pose of one track on a small and on a large canvas, and its mask, are one picture."""
    track = standing(1, 320, 192, (130.0, 100.0), 150.0)
    small, large = (draw_body(track, 320 * k, 192 * k)[0].permute(2, 0, 1)[None] for k in (1, scale))
    shrunk = torch.nn.functional.avg_pool2d(large, scale)
    assert (shrunk - small).abs().mean() < 0.15 * small.mean()
    assert float(shrunk.mean() / small.mean()) == pytest.approx(1, abs=0.08)
    double = PoseTrack(xy=track.xy * scale, score=track.score, width=320 * scale, height=192 * scale)
    masks = [paint_mask(t, group=1).mean() for t in (track, double)]
    assert float(masks[1] / masks[0]) == pytest.approx(1, abs=0.03)


@pytest.mark.parametrize("missing", [0.0, -1.0])
def test_points_absent_from_a_file_never_count_as_places(missing):
    """Trap 54: an elbow that a POSE_KEYPOINT writes as (0, 0, 0) or (-1, -1, 0) in a third of the frames."""
    driver = standing(12, 640, 384, (300.0, 200.0), 320.0)
    reference = standing(1, 640, 384, (200.0, 220.0), 200.0)
    rows = to_pose_keypoint(driver)
    for row in rows[1::3]:
        body = row["people"][0]["pose_keypoints_2d"]
        body[3 * 3 : 3 * 3 + 3] = [missing, missing, 0.0]  # the right elbow in OpenPose's order
    broken = from_pose_keypoint(rows)
    assert (broken.score[1::3, 0, 8] == 0).all() and (broken.score[::3, 0, 8] > 0).all()
    whole, out = retarget(driver, reference, 640, 384), retarget(broken, reference, 640, 384)
    others = [i for i in range(17) if i not in (8, 10)]
    torch.testing.assert_close(out.xy[:, :, others], whole.xy[:, :, others], atol=0.05, rtol=0)
    assert (out.xy[:, 0, 10] - whole.xy[:, 0, 10]).norm(dim=-1).max() < 12
    mask = paint_mask(out, group=1)
    assert mask[1, :20, :20].max() == 0  # no limb reaches the canvas's corner
