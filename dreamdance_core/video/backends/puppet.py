"""Puppet: the reference itself as a jointed, bending cut-out over the background; no network, no weights, Apache-2.0.

Made by this project. The picture is cut into layers along its drawn edges, laid on one triangle mesh, skinned to its
skeleton and deformed as rigidly as possible: a preview of any animation, and the default where no video model is.
"""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from ...runtime import Runtime
from ...types import AnimateJob
from ..arap import Deformer, sway
from ..compose import draw_over, inverse_map
from ..layers import cut_layers
from ..mesh import Mesh, build_mesh
from ..parts import BODY
from ..skeleton import NAMES, Rig, drive, rest_rig
from ..skinning import bone_distance, bone_weights, skin, sorted_triangles

_FAINT = 1.01 / 255  # of coverage: a matte's haze, which 8 bits do not show; the background stays exact there


class Puppet:
    takes_lazy_frames = True

    def __init__(self, run: Runtime, *, step: int = 10, smoothing: float = 0.8, sway: float = 0.6) -> None:
        """step: pixels between mesh vertices; smoothing: of the motion, in frames; sway: of hair and cloth, 0 to 1."""
        self.run, self.step, self.smoothing, self.sway = run, step, smoothing, sway

    def __call__(self, job: AnimateJob) -> Float[Tensor, "T H W 3"]:
        """The reference moving over the background, (T,H,W,3) float32 in [0,1] on the CPU.

        The pose must be retargeted to the reference and have the background's pixels and length. Raises ValueError
        when the reference pose shows no torso or the sizes differ.
        """
        out = np.array(job.background[:].detach().cpu().float().numpy(), order="C")
        for t, drawn in enumerate(self._drawn(job)):
            out[t] = drawn[..., :3] + (1 - drawn[..., 3:]) * out[t]
            self.run.report(t + 1, len(out), torch.from_numpy(out[t]))
        return torch.from_numpy(out).clamp_(0, 1)

    def alone(self, job: AnimateJob) -> Float[Tensor, "T H W 4"]:
        """The moving reference without the background: premultiplied colours, and its coverage as the fourth channel.

        Over the background, colours + (1 - coverage) * background, it is what __call__ gives.
        """
        frames, height, width = job.background.shape[:3]
        out = np.empty((frames, height, width, 4), np.float32)
        for t, drawn in enumerate(self._drawn(job)):
            out[t] = drawn
            shown = drawn[..., :3] + (1 - drawn[..., 3:]) * job.background[t : t + 1][0].numpy()
            self.run.report(t + 1, frames, torch.from_numpy(shown))
        return torch.from_numpy(out).clamp_(0, 1)

    def _drawn(self, job: AnimateJob) -> Iterator[np.ndarray]:
        """Each frame's character, (H,W,4) float32, premultiplied."""
        frames, height, width = job.background.shape[:3]
        _check(job)
        rig = rest_rig(job.reference_pose, width, height)
        layers = cut_layers(rig, *_below(_fit(job.reference, width, height), _fit(job.reference_alpha, width, height)))
        mesh = build_mesh(layers, self.step)
        weights, distance = bone_weights(mesh, layers, rig, self.step)
        triangles = sorted_triangles(mesh, weights)
        positions = self._positions(mesh, weights, distance, rig, job)
        for t in range(frames):
            drawn = np.zeros((height, width, 4), np.float32)
            for layer in layers:
                where = inverse_map(positions[t], mesh.rest, triangles[layer.name], width, height)
                draw_over(drawn, layer.colour, where)
            drawn[drawn[..., 3] < _FAINT] = 0
            yield drawn

    def _positions(
        self, mesh: Mesh, weights: np.ndarray, distance: np.ndarray, rig: Rig, job: AnimateJob
    ) -> np.ndarray:
        """(T,V,2) canvas pixels of every vertex."""
        motion = drive(rig, job.pose, smoothing=self.smoothing)
        carried, linear = skin(mesh, weights, rig, motion)
        # Bones hold what is close to them; the rest finds its place by staying rigid.
        hold = 0.02 + 0.5 * np.exp(-((distance / (0.12 * rig.unit)) ** 2)) * weights.max(1) ** 4
        deform = Deformer(mesh.rest, mesh.edges, hold)
        positions = np.stack([deform(c, m, 2) for c, m in zip(carried, linear, strict=True)])
        return sway(positions, self.sway * _softness(mesh, rig))


def _softness(mesh: Mesh, rig: Rig) -> np.ndarray:
    """(V,) in [0,1]: how loosely a vertex hangs, by its distance from the trunk's or its limb's bones."""
    body = mesh.owner == mesh.names.index(BODY)
    trunk = np.min([bone_distance(rig, b, mesh.rest) for b in range(3)], 0)
    limbs = [bone_distance(rig, b, mesh.rest) for b in range(3, len(NAMES)) if rig.present[b]]
    limb = np.min(limbs, 0) if limbs else trunk
    far = np.where(
        body, (trunk - 0.5 * rig.unit) / (1.5 * rig.unit), (np.minimum(limb, trunk) - 0.4 * rig.unit) / rig.unit
    )
    far = np.clip(far, 0, 1)
    return far * far * (3 - 2 * far)


def _fit(picture: Tensor, width: int, height: int) -> np.ndarray:
    """The picture, float32 numpy, resized to the canvas."""
    source = picture.detach().cpu().float().numpy()
    smaller = width * height < source.shape[0] * source.shape[1]
    return cv2.resize(source, (width, height), interpolation=cv2.INTER_AREA if smaller else cv2.INTER_CUBIC).clip(0, 1)


def _below(picture: np.ndarray, alpha: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Both, longer at the bottom when the character is cut off there: its last row goes on, so that no edge rises
    into view when it moves up."""
    if (alpha[-2:] > 0.5).mean() < 0.01:
        return picture, alpha
    rows = len(alpha) // 5
    return tuple(np.concatenate([p, np.repeat(p[-2:-1], rows, axis=0)]) for p in (picture, alpha))


def _check(job: AnimateJob) -> None:
    frames, height, width = job.background.shape[:3]
    if float(job.reference_alpha.max()) < 0.5:
        raise ValueError(
            f"reference_alpha must be 1 where the character is, got at most {float(job.reference_alpha.max()):.2g}; "
            "segment the character first"
        )
    if len(job.pose) != frames:
        raise ValueError(f"pose must have one entry per background frame, got {len(job.pose)} for {frames} frames")
    if (job.pose.width, job.pose.height) != (width, height):
        raise ValueError(
            f"pose must be in background pixels, {width}x{height}, got {job.pose.width}x{job.pose.height}; retarget it "
            "to the background's size"
        )


def load(run: Runtime, *, step: int = 10, smoothing: float = 0.8, sway: float = 0.6) -> Puppet:
    """The puppet; see Puppet for the options. Needs no weights."""
    return Puppet(run, step=step, smoothing=smoothing, sway=sway)


def tiny() -> Puppet:
    """The same with a coarse mesh."""
    return Puppet(Runtime(), step=24)
