"""OpenPose drawings for the public models: colours, widths, and what each model's style leaves out."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from dreamdance_core.io.pose_files import FACE, LEFT_HAND, RIGHT_HAND
from dreamdance_core.types import PoseTrack
from dreamdance_core.video.openpose import VACE, WAN_ANIMATE, draw_openpose

_BODY = {0: (0, -80), 1: (6, -86), 2: (-6, -86), 3: (12, -84), 4: (-12, -84), 5: (30, -50), 6: (-30, -50),
         7: (50, -10), 8: (-50, -10), 9: (60, 30), 10: (-60, 30), 11: (16, 30), 12: (-16, 30), 13: (18, 90),
         14: (-18, 90), 15: (20, 150),
         16: (-20, 150), 17: (40, 160), 18: (44, 158), 20: (-40, 160), 21: (-44, 158)}  # fmt: skip


def _track(people: int = 1, parts: bool = False) -> PoseTrack:
    xy, score = torch.zeros(1, people, 133, 2), torch.zeros(1, people, 133)
    for p in range(people):
        middle = torch.tensor([200.0 * (2 * p + 1), 200.0])
        for index, point in _BODY.items():
            xy[0, p, index], score[0, p, index] = middle + torch.tensor(point), 1
        if parts:
            generator = torch.Generator().manual_seed(p)
            for part, centre in ((FACE, (0, -78)), (LEFT_HAND, (70, 40)), (RIGHT_HAND, (-70, 40))):
                count = part.stop - part.start
                xy[0, p, part] = middle + torch.tensor(centre) + 16 * torch.rand(count, 2, generator=generator)
                score[0, p, part] = 1
    return PoseTrack(xy=xy, score=score, width=400 * people, height=400)


def _at(picture: torch.Tensor, x: float, y: float) -> list[int]:
    return (picture[int(y), int(x)] * 255).round().int().tolist()


def test_links_and_points_have_openposes_colours():
    drawn = draw_openpose(_track(), 400, 400, replace(WAN_ANIMATE, share=0.02, less=0.0))[0]
    assert _at(drawn, 185, 150) == [153, 0, 0], "neck to the figure's right shoulder: red, dimmed"
    assert _at(drawn, 215, 150) == [153, 51, 0], "and to its left"
    assert _at(drawn, 200, 150) == [255, 85, 0], "the neck, a point in full colour"
    assert _at(drawn, 250, 190) == [0, 255, 0], "the left elbow"
    assert _at(drawn, 200, 126) == [255, 0, 0], "the nose"
    assert _at(drawn, 10, 10) == [0, 0, 0]
    swapped = draw_openpose(_track(), 400, 400, replace(WAN_ANIMATE, share=0.02, less=0.0, blue_first=True))[0]
    assert torch.equal(swapped, drawn.flip(-1))


def test_vace_has_faces_and_animate_hands_and_toes():
    bare, full = _track(), _track(parts=True)
    for style, face, hands in ((VACE, True, False), (WAN_ANIMATE, False, True)):
        body, whole = draw_openpose(bare, 400, 400, style)[0], draw_openpose(full, 400, 400, style)[0]
        added = (whole - body).abs().amax(-1)
        assert (float(added[100:150, 190:230].max()) > 0.1) == face, style
        assert (float(added[235:260, 265:290].max()) > 0.1) == hands, style
        toes = float(body[352:364, 236:250].max())
        assert (toes > 0.1) == style.feet, style


@pytest.mark.parametrize("style", [VACE, WAN_ANIMATE])
def test_the_drawing_scales_with_the_picture(style):
    small, large = (draw_openpose(_track(), side, side, style)[0] for side in (800, 1600))
    ink = [float((picture.amax(-1) > 0.1).float().mean()) for picture in (small, large)]
    assert ink[1] == pytest.approx(ink[0], rel=0.35), "widths follow the shorter side"
    half = torch.nn.functional.avg_pool2d(large.movedim(-1, 0)[None], 2)[0].movedim(0, -1)
    assert float((half - small).abs().mean()) < 0.01


def test_everyone_is_drawn_and_unsure_points_are_not():
    drawn = draw_openpose(_track(people=2), 800, 400, VACE)[0]
    assert float((drawn[:, :400] - drawn[:, 400:]).abs().max()) < 1e-6 and float(drawn.max()) == 1
    track = _track()
    track.score[0, 0, 9] = 0.1
    track.xy[0, 0, 10] = float("nan")
    part = draw_openpose(track, 400, 400, VACE)[0]
    assert float(part[212:235, 254:266].max()) == 0 and bool(torch.isfinite(part).all())
    assert float(part[170:190, 240:250].max()) > 0, "the upper arm stays"
