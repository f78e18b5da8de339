"""Moves and key frames as text: what each word means, and one sentence for each fault."""

import json
import math

import pytest
import torch

from dreamdance_core.geometry.path_facts import motion_kind, path_summary
from dreamdance_core.geometry.pinhole import focal_from_fov, intrinsics
from dreamdance_core.geometry.rigid import rigid, so3_exp
from dreamdance_core.geometry.trajectory import Move, combined
from dreamdance_core.io.path_text import parse_keys, parse_moves
from dreamdance_core.types import Cameras

LENS = Cameras(c2w=torch.eye(4)[None], K=intrinsics(416, 240, 400.0)[None], width=416, height=240, fps=12.0)


def test_moves_have_names_sizes_and_eases() -> None:
    moves = parse_moves(" orbit 20, pedestal -0.3 linear;\nzoom 1.4 out + dolly_zoom .5 ")
    assert moves == [
        Move(name="orbit", size=20.0),
        Move(name="pedestal", size=-0.3, ease="linear"),
        Move(name="zoom", size=1.4, ease="out"),
        Move(name="dolly_zoom", size=0.5),
    ]
    assert parse_moves("  \n ") == []
    for text in ("orbit", "orbit 20 30", "swirl 3", "orbit twenty", "orbit nan", "20 orbit"):
        with pytest.raises(ValueError, match=r"moves must be written|no number|finite"):
            parse_moves(text)


TEXT = """
# frame, place, what it looks at
0
12    at 0.5, -0.25, 1     look 0.5 -0.25 3    fov 40
2.5s: turn 90 0 0  hold 6
40    at 0 0 2 stop
"""


def test_lines_and_json_say_the_same() -> None:
    keys, times = parse_keys(TEXT, LENS)
    rows = [
        {"frame": 0},
        {"frame": 12, "at": [0.5, -0.25, 1], "look": [0.5, -0.25, 3], "fov": 40},
        {"frame": "2.5s", "turn": [90, 0, 0], "hold": 6},
        {"frame": 40, "at": [0, 0, 2], "stop": True},
    ]
    again, same = parse_keys(json.dumps(rows), LENS)
    assert torch.equal(keys.c2w, again.c2w) and torch.equal(keys.K, again.K) and times == same
    assert [(t.frame, t.hold, t.stop) for t in times] == [(0, 0, False), (12, 0, False), (30, 6, False), (40, 0, True)]
    assert (keys.width, keys.height, keys.fps) == (416, 240, 12.0)
    assert torch.equal(keys.c2w[0], torch.eye(4)) and float(keys.K[0, 0, 0]) == 400.0
    torch.testing.assert_close(keys.c2w[1], rigid(torch.eye(3), torch.tensor([0.5, -0.25, 1])))
    assert float(keys.K[1, 0, 0]) == pytest.approx(focal_from_fov(416, 40.0), rel=1e-6)
    torch.testing.assert_close(keys.c2w[2, :3, 3], torch.tensor([0.5, -0.25, 1]))
    torch.testing.assert_close(keys.c2w[2, :3, 2], torch.tensor([1.0, 0, 0]), atol=1e-6, rtol=0)
    torch.testing.assert_close(keys.c2w[3, :3, :3], keys.c2w[2, :3, :3])
    assert float(keys.K[3, 0, 0]) == float(keys.K[1, 0, 0])


def test_turns_are_right_up_and_clockwise() -> None:
    """Trap 3: up is -y."""
    c2w = parse_keys("0 turn 10 0 0\n1 turn 0 10 0\n2 turn 0 0 10\n3 turn 90 20 0\n4 at 0 -2 0 look 0 0 2", LENS)[0].c2w
    assert c2w[0, 0, 2] > 0.1 and c2w[1, 1, 2] < -0.1
    assert c2w[2, 1, 0] > 0.1, "the camera's right side sinks: the picture turns the other way"
    forward = torch.tensor([math.cos(math.radians(20)), -math.sin(math.radians(20)), 0.0])
    torch.testing.assert_close(c2w[3, :3, 2], forward, atol=1e-6, rtol=0)
    assert c2w[4, 1, 2] > 0.5, "from above it looks down"
    assert abs(float(c2w[4, 1, 0])) < 1e-6, "upright"


def test_viewpoints_fill_in_what_lines_leave_out() -> None:
    R = so3_exp(torch.tensor([[0.1, 0.2, 0.0], [0.0, -0.4, 0.1]]))
    views = Cameras(
        c2w=rigid(R, torch.ones(2, 3)), K=intrinsics(208, 120, 150.0).repeat(2, 1, 1), width=208, height=120
    )
    keys, times = parse_keys("0\n24 at 0 0 1 hold 3", LENS, views)
    assert torch.equal(keys.c2w[0], views.c2w[0]) and torch.equal(keys.c2w[1, :3, :3], R[1])
    assert keys.c2w[1, :3, 3].tolist() == [0, 0, 1] and times[1].hold == 3
    torch.testing.assert_close(keys.K[0], intrinsics(416, 240, 300.0))
    with pytest.raises(ValueError, match="each of the 2 viewpoints, got 1"):
        parse_keys("0", LENS, views)


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("", "at least one line"),
        ("0 at 1 2", "followed by 3 numbers, got 2"),
        ("0 at 1 2 x", "'x' is no number"),
        ("0 looking 1 2 3", "may hold at, look"),
        ("zero at 0 0 0", "no number"),
        ("-3 at 0 0 0", "0 or later"),
        ("0 look 0 0 1 turn 1 2 3", "got both"),
        ("0 look 0 5 0", "straight above"),
        ("0 at 1 1 1 look 1 1 1", "straight above"),
        ("0 fov 179", "fov must be"),
        ("0 hold -2", "hold must be"),
        ("[{", "not valid JSON"),
        ('[{"at": [0, 0, 0]}]', "with frame"),
        ('[{"frame": 0, "zoom": 2}]', "any of at"),
        ('[{"frame": 0, "at": [0, null, 0]}]', "no number"),
        ("0 at inf 0 0", "finite"),
    ],
)
def test_faults_are_one_sentence(text: str, match: str) -> None:
    with pytest.raises(ValueError, match=match) as caught:
        parse_keys(text, LENS)
    assert "\n" not in str(caught.value)


def test_a_path_in_words() -> None:
    path = combined(
        [Move(name="truck", size=0.5, ease="linear"), Move(name="pan", size=10.0), Move(name="zoom", size=2.0)],
        25,
        LENS,
    )
    said = path_summary(path)
    assert said.startswith("25 frames, 2.08 s at 12 fps; way 0.5, 0.5 from the start at most; turns up to 10.0 degrees")
    assert said.endswith("35-69 mm lens")  # 400 px of a 416 px wide picture on 36 mm, doubled
    kinds = {"truck": "parallax", "pan": "rotation", "zoom": "zoom", "static": "static"}
    for name, kind in kinds.items():
        assert motion_kind(combined([Move(name=name, size=2.0)], 5, LENS)) == kind
