"""The networks: LiteRT interpreters over the published files, and seeded random stand-ins of the same shapes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from ....io import weights
from ....runtime import Runtime
from .detect import FACE_DETECTOR, PALM_DETECTOR, POSE_DETECTOR, DetectorSpec, Network, anchor_centres

FILES = {
    "pose_detection": "pose_detection.tflite",
    "pose_landmark": "pose_landmark_full.tflite",
    "palm_detection": "palm_detection_full.tflite",
    "hand_landmark": "hand_landmark_full.tflite",
    "face_detection": "face_detection_short_range.tflite",
    "face_landmark": "face_landmark.tflite",
}


@dataclass(frozen=True, kw_only=True)
class Networks:
    """Each takes one picture (side, side, 3) and gives its raw output tensors, in the file's order."""

    pose_detection: Network  # -> (1,2254,12), (1,2254,1)
    pose_landmark: Network  # -> (1,195), (1,1), (1,256,256,1), (1,64,64,39), (1,117)
    palm_detection: Network  # -> (1,2016,18), (1,2016,1)
    hand_landmark: Network  # -> (1,63), (1,1), (1,1), (1,63)
    face_detection: Network  # -> (1,896,16), (1,896,1)
    face_landmark: Network  # -> (1,1,1,1404), (1,1,1,1)


def _interpreter(path: Path, threads: int) -> Network:
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(str(path), num_threads=threads)
    interpreter.allocate_tensors()
    source = interpreter.get_input_details()[0]["index"]
    targets = [d["index"] for d in interpreter.get_output_details()]

    def call(patch: np.ndarray) -> tuple[np.ndarray, ...]:
        interpreter.set_tensor(source, np.ascontiguousarray(patch[None], dtype=np.float32))
        interpreter.invoke()
        return tuple(interpreter.get_tensor(target) for target in targets)

    return call


def published(run: Runtime, threads: int) -> Networks:
    """The published networks. Raises ImportError without LiteRT, FileNotFoundError without a file."""
    try:
        import ai_edge_litert  # noqa: F401
    except ImportError as error:
        raise ImportError(
            "the blazepose backend needs ai-edge-litert; pip install ai-edge-litert (the extra dreamdance[pose])"
        ) from error
    return Networks(**{key: _interpreter(weights.locate(name, run), threads) for key, name in FILES.items()})


class _Random:
    """A random network: the picture's 6 x 6 means through two seeded layers, around a bias per output value."""

    def __init__(self, rng: np.random.Generator, outputs: list[tuple[np.ndarray, float]]) -> None:
        self.hidden = rng.normal(0, 0.1, (108, 8)).astype(np.float32)
        self.outputs = [
            (bias.astype(np.float32), rng.normal(0, spread, (8, bias.size)).astype(np.float32) if spread else None)
            for bias, spread in outputs
        ]

    def __call__(self, patch: np.ndarray) -> tuple[np.ndarray, ...]:
        cells = patch.shape[0] // 6
        means = cv2.resize(patch[: cells * 6, : cells * 6], (6, 6), interpolation=cv2.INTER_AREA).reshape(-1)
        hidden = np.tanh(means @ self.hidden)
        return tuple(
            bias if layer is None else bias + (hidden @ layer).reshape(bias.shape) for bias, layer in self.outputs
        )


def _random_detector(rng: np.random.Generator, spec: DetectorSpec, keypoints: np.ndarray) -> Network:
    """Sees one thing near the middle: a box of half the picture with the given keypoints about its centre."""
    centres = anchor_centres(spec)
    row = np.concatenate([[[0, 0], [0.5, 0.5]], keypoints]).reshape(-1) * spec.side
    logits = 4.0 - 20.0 * np.linalg.norm(centres - 0.5, axis=1)
    rows = np.broadcast_to(row, (1, len(centres), row.size))
    return _Random(rng, [(rows, 2.0), (logits[None, :, None], 0.1)])


def random(seed: int) -> Networks:
    """Small seeded networks that answer like the published ones: somebody in the middle of every picture."""
    rng = np.random.default_rng(seed)
    body = np.concatenate([rng.uniform(60, 196, (39, 2)), rng.normal(0, 20, (39, 1)), np.full((39, 2), 3.0)], axis=1)
    body[33:35, :2] = (128, 128), (128, 25.6)  # the alignment points keep the next region of interest in place
    hand = np.concatenate([rng.uniform(60, 164, (21, 2)), rng.normal(0, 10, (21, 1))], axis=1)
    face = np.concatenate([rng.uniform(40, 152, (468, 2)), rng.normal(0, 10, (468, 1))], axis=1)
    present = np.array([[0.95]])
    return Networks(
        pose_detection=_random_detector(rng, POSE_DETECTOR, np.array([(0, 0), (0, -0.3)] * 2)),
        pose_landmark=_Random(
            rng,
            [
                (body.reshape(1, -1), 2.0),
                (present, 0.01),
                (np.zeros((1, 256, 256, 1)), 0.0),
                (np.full((1, 64, 64, 39), -6.0), 0.0),
                (np.zeros((1, 117)), 1.0),
            ],
        ),
        palm_detection=_random_detector(rng, PALM_DETECTOR, np.array([(0, 0.2), (0.1, 0), (0, -0.1), *[(0, 0)] * 4])),
        hand_landmark=_Random(
            rng, [(hand.reshape(1, -1), 2.0), (present, 0.01), (present, 0.01), (np.zeros((1, 63)), 1.0)]
        ),
        face_detection=_random_detector(rng, FACE_DETECTOR, np.array([(-0.1, -0.1), (0.1, -0.1), *[(0, 0)] * 4])),
        face_landmark=_Random(rng, [(face.reshape(1, 1, 1, -1), 2.0), (np.full((1, 1, 1, 1), 4.0), 0.1)]),
    )
