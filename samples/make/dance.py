"""The driving clip's motion: two seconds of step-touch with waving arms that end where they begin."""

import numpy as np
from body import Body, bone_transforms, rotation
from scipy.interpolate import CubicSpline

FRAMES, FPS = 48, 24.0


def _loop(keys) -> CubicSpline:
    values = np.array([*keys, keys[0]], float)
    return CubicSpline(np.linspace(0, 1, len(values)), values, bc_type="periodic")


UP, WAVE, DOWN, BENT = (0.62, -0.12, 0.72), (0.80, -0.16, 0.50), (0.72, -0.10, -0.66), (0.60, -0.20, -0.74)
LEFT_UPPER = _loop([UP, WAVE, UP, DOWN, DOWN, BENT, DOWN, WAVE])
LEFT_LOWER = _loop(
    [
        (0.25, -0.10, 0.96),
        (0.95, -0.20, 0.30),
        (0.10, -0.10, 0.99),
        (0.75, -0.50, 0.10),
        (0.62, -0.55, -0.50),
        (0.30, -0.80, 0.30),
        (0.66, -0.60, -0.35),
        (0.70, -0.40, 0.60),
    ]
)
STEP = _loop([0.0, 0.0, 0.0, 0.35, 1.0, 1.0, 1.0, 0.65])


def _foot(phase: float) -> tuple[float, float, float]:
    """How far out (0..1), how high and how turned a foot is in its own period; it moves in two quick lifts."""
    out = float(np.clip(STEP(phase % 1), -0.05, 1.05))
    lift = 0.0
    for start in (0.27, 0.77):
        s = (phase - start) % 1 / 0.24
        if s < 1:
            lift = np.sin(np.pi * s) ** 2
    return out, 0.11 * lift, lift


def _leg(body: Body, side: str, hip: np.ndarray, ankle: np.ndarray, aims: dict[str, np.ndarray]) -> None:
    """Two-bone inverse kinematics in the trunk's frame: thigh and shin directions that bring the ankle to its place."""
    thigh = np.linalg.norm(body.head(f"lowerleg01.{side}") - body.head(f"upperleg01.{side}"))
    shin = np.linalg.norm(body.head(f"foot.{side}") - body.head(f"lowerleg01.{side}"))
    way = ankle - hip
    reach = min(np.linalg.norm(way), 0.999 * (thigh + shin))
    way = way / np.linalg.norm(way)
    along = (thigh**2 - shin**2 + reach**2) / (2 * reach)
    forward = np.array([0.28 if side == "L" else -0.28, -1.0, 0])
    forward = forward - (forward @ way) * way
    knee = way * along + forward / np.linalg.norm(forward) * np.sqrt(max(thigh**2 - along**2, 1e-6))
    aims[f"upperleg01.{side}"] = knee
    aims[f"lowerleg01.{side}"] = way * reach - knee


def dance(body: Body, frame: int) -> np.ndarray:
    """Bone transforms (B,3,4) of one frame; frame 48 equals frame 0."""
    t = frame / FRAMES
    turn = 2 * np.pi * t
    bounce = 0.030 * (1 - np.cos(4 * turn)) / 2 + 0.012
    root = np.array([0.075 * np.sin(turn + 0.6), 0.0, -bounce - 0.02])
    yaw = rotation("z", 9 * np.sin(turn + 0.3))
    turns = {
        "root": yaw @ rotation("y", 3.0 * np.sin(turn + 0.9)),
        "spine04": rotation("y", -4 * np.sin(turn + 0.8)),
        "spine02": rotation("z", 7 * np.sin(turn + 0.5)) @ rotation("y", -4 * np.sin(turn + 0.8)),
        "neck02": rotation("x", 4 + 4 * np.cos(4 * turn)),
        "head": rotation("y", 7 * np.sin(turn + 0.2)) @ rotation("z", -9 * np.sin(turn + 0.2)),
    }
    aims = {}
    for side, sign, phase in (("L", 1, t), ("R", -1, t + 0.5)):
        mirror = np.array([sign, 1, 1])
        aims[f"upperarm01.{side}"] = mirror * LEFT_UPPER(phase % 1)
        fore = mirror * LEFT_LOWER(phase % 1)
        aims[f"lowerarm01.{side}"] = fore
        aims[f"wrist.{side}"] = fore / np.linalg.norm(fore) + mirror * [-0.18, -0.10, 0.06]
        out, lift, swing = _foot(phase)
        heel = body.head(f"foot.{side}")
        ankle = np.array([sign * (0.115 + 0.15 * out), heel[1] - 0.05 * swing, heel[2] + lift])
        pelvis = body.head("root")
        hip = pelvis + root + turns["root"] @ (body.head(f"upperleg01.{side}") - pelvis)
        _leg(body, side, turns["root"].T @ hip, turns["root"].T @ ankle, aims)
        toe = body.head(f"toe2-1.{side}") - heel
        pointed = rotation("x", 26 * swing) @ rotation("z", sign * 8) @ np.array([toe[0] * 0.3, toe[1], toe[2]])
        aims[f"foot.{side}"] = turns["root"].T @ pointed
    return bone_transforms(body, turns, aims, root)
