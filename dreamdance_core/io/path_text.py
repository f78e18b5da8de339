"""Camera moves and key frames as people write them: a line per key, or JSON with the same words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from ..geometry.easing import EASES
from ..geometry.keyframes import KeyTime
from ..geometry.pinhole import focal_from_fov, rescale
from ..geometry.rigid import look_at, rigid, so3_exp
from ..geometry.trajectory import MOVES, Move
from ..types import Cameras

_NUMBERS = {"at": 3, "look": 3, "turn": 3, "fov": 1, "hold": 1, "stop": 0}  # word -> how many follow


def parse_moves(text: str) -> list[Move]:
    """Moves of a text such as `orbit 20, pedestal 0.3, zoom 1.4 linear`: name, size, ease ("smooth" unless given)."""
    moves = []
    for part in text.replace("\n", ",").replace("+", ",").replace(";", ",").split(","):
        words = part.split()
        if not words:
            continue
        ease = words.pop() if words[-1] in EASES else "smooth"
        if len(words) != 2 or words[0] not in MOVES:
            raise ValueError(
                f"moves must be written as `name size [ease]`, got {part.strip()!r}; names: {', '.join(MOVES)}; "
                f"eases: {', '.join(EASES)}"
            )
        moves.append(Move(name=words[0], size=_number(words[1], part.strip()), ease=ease))
    return moves


def parse_keys(text: str, lens: Cameras, viewpoints: Cameras | None = None) -> tuple[Cameras, list[KeyTime]]:
    """Key cameras and their times; size, fps and, where no key says otherwise, the focal length are those of lens[0].

    A line is `FRAME [at X Y Z] [look X Y Z | turn YAW PITCH ROLL] [fov DEGREES] [hold FRAMES] [stop]`; FRAME may be in
    seconds (`1.5s`). Positions are scene units, +Y down; angles are degrees to the right, up and clockwise; fov is
    horizontal. JSON is a list of objects with these words. What a key leaves out it takes from the viewpoint of its
    number, if there are any, else from the key before; the first stands at the origin and looks along +Z.
    """
    rows = _json_rows(text) if text.lstrip().startswith("[") else _text_rows(text)
    if not rows:
        raise ValueError("key frames must have at least one line, such as `0 at 0 0 0`")
    poses, lenses, times = [], [], []
    if viewpoints is not None:
        if len(viewpoints) != len(rows):
            many = len(viewpoints)
            raise ValueError(f"key frames must have a line for each of the {many} viewpoints, got {len(rows)}")
        seen = rescale(viewpoints.K, lens.width / viewpoints.width, lens.height / viewpoints.height)
    pose, K = torch.eye(4), lens.K[0].cpu()
    for index, (frame, row) in enumerate(rows):
        if viewpoints is not None:
            pose, K = viewpoints.c2w[index].cpu(), seen[index].cpu()
        pose = _posed(row, pose)
        if "fov" in row:
            K = _with_fov(K, row["fov"][0], lens.width)
        poses.append(pose)
        lenses.append(K)
        hold = round(row["hold"][0]) if "hold" in row else 0
        times.append(KeyTime(frame=_frame(frame, lens.fps), hold=hold, stop="stop" in row))
    return replace(lens, c2w=torch.stack(poses), K=torch.stack(lenses)), times


def _text_rows(text: str) -> list[tuple[str, dict[str, list[float]]]]:
    rows = []
    for line in text.splitlines():
        words = line.split("#")[0].replace(",", " ").replace(":", " ").split()
        if not words:
            continue
        frame, row = words.pop(0), {}
        while words:
            name = words.pop(0)
            if name not in _NUMBERS:
                raise ValueError(f"a key frame may hold {', '.join(_NUMBERS)}, got {name!r} in {line.strip()!r}")
            row[name] = [_number(word, line.strip()) for word in words[: _NUMBERS[name]]]
            del words[: _NUMBERS[name]]
        rows.append((frame, _checked(row, line.strip())))
    return rows


def _json_rows(text: str) -> list[tuple[str, dict[str, list[float]]]]:
    try:
        data = json.loads(text)
    except ValueError as error:
        raise ValueError(f"key frames are not valid JSON: {error}") from error
    return [_json_row(entry) for entry in data]


def _json_row(entry: Any) -> tuple[str, dict[str, list[float]]]:
    if not isinstance(entry, Mapping) or "frame" not in entry or set(entry) - {"frame", *_NUMBERS}:
        raise ValueError(f"a key frame must be an object with frame and any of {', '.join(_NUMBERS)}, got {entry!r}")
    row = {}
    for name, value in entry.items():
        if name == "frame" or (name == "stop" and not value):
            continue
        values = [] if name == "stop" else value if isinstance(value, list) else [value]
        row[name] = [_number(v, json.dumps(entry)) for v in values]
    return str(entry["frame"]), _checked(row, json.dumps(entry))


def _checked(row: dict[str, list[float]], where: str) -> dict[str, list[float]]:
    for name, values in row.items():
        if len(values) != _NUMBERS[name]:
            raise ValueError(f"{name} must be followed by {_NUMBERS[name]} numbers, got {len(values)} in {where!r}")
    if "look" in row and "turn" in row:
        raise ValueError(f"a key frame may hold look or turn, got both in {where!r}")
    if "hold" in row and row["hold"][0] < 0:
        raise ValueError(f"hold must be 0 frames or more, got {row['hold'][0]:g} in {where!r}")
    if "fov" in row and not 1 <= row["fov"][0] <= 170:
        raise ValueError(f"fov must be 1 to 170 degrees, got {row['fov'][0]:g} in {where!r}")
    return row


def _number(word: Any, where: str) -> float:
    try:
        value = float(word)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{word!r} is no number in {where!r}") from error
    if not abs(value) < 1e9:
        raise ValueError(f"numbers must be finite, got {word!r} in {where!r}")
    return value


def _frame(word: str, fps: float) -> float:
    value = _number(word[:-1], word) * fps if word.endswith("s") else _number(word, word)
    if value < 0:
        raise ValueError(f"a key frame must be at 0 or later, got {word!r}")
    return value


def _posed(row: dict[str, list[float]], before: Tensor) -> Tensor:
    eye = torch.tensor(row["at"]) if "at" in row else before[:3, 3]
    if "look" in row:
        ahead = torch.tensor(row["look"]) - eye
        if float(ahead[[0, 2]].norm()) < 1e-4 * float(ahead.norm().clamp_min(1e-9)):
            raise ValueError(f"look must not be straight above, below or at the camera, got {row['look']}; use turn")
        return look_at(eye, torch.tensor(row["look"]))
    if "turn" in row:
        yaw, pitch, roll = torch.deg2rad(torch.tensor(row["turn"])).tolist()
        axes = torch.tensor([[0.0, yaw, 0.0], [pitch, 0.0, 0.0], [0.0, 0.0, roll]])
        R = so3_exp(axes)
        return rigid(R[0] @ R[1] @ R[2], eye)
    return rigid(before[:3, :3], eye)


def _with_fov(K: Tensor, degrees: float, width: int) -> Tensor:
    out = K.clone()
    out[:2, :2] *= focal_from_fov(width, degrees) / float(K[0, 0])
    return out
