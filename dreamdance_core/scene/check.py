"""Does a camera path stay inside a scene: what share of each picture is covered, how near it comes, what would fit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from ..geometry.path_edits import amplified, scaled
from ..geometry.pinhole import rescale
from ..runtime import Runtime
from ..types import Cameras, Depth
from .place import CLEARANCE, nearest_depth, reference_surface
from .warp import coverage

# Inverse planar depths of what one camera (T = 1) sees; 0 where the scene leaves a hole. Any picture size.
Look = Callable[[Cameras], Tensor]

_LARGEST = 4.0  # how much larger a path is tried
_STEPS = 7  # of bisection: 1 % of the path
_SIDE = 192  # px of the longer side of a look
_SKY = 100.0  # times the farthest depth: where an infinite sky is put


@dataclass(frozen=True, kw_only=True)
class PathCheck:
    """What the frames of a path show of a scene."""

    covered: Float[Tensor, "T"]  # share of each picture that shows something
    nearest: Float[
        Tensor, "T"
    ]  # distance of the nearest surface over the first picture's near depth; inf: sees nothing
    wanted: float  # share that counts as covered
    fits: bool
    factor: float  # the largest scale of the way (or the whole move) at which every frame fits, up to 4; 0 = none
    verdict: str

    @property
    def table(self) -> str:
        """Lines `frame,covered,nearest`, for a spreadsheet."""
        rows = zip(self.covered.tolist(), self.nearest.tolist(), strict=True)
        return "\n".join(["frame,covered,nearest", *(f"{t},{c:.4f},{n:.4f}" for t, (c, n) in enumerate(rows))])


def check_path(
    cameras: Cameras, look: Look, *, wanted: float = 0.99, turns: bool = False, run: Runtime | None = None
) -> PathCheck:
    """Every frame of a path in the scene's frame and unit, seen by `look`.

    A frame fits when at least `wanted` of its picture is covered and nothing comes closer than 0.15 of the near depth
    (P5 of the first picture's). The factor is found by bisection, frame by frame, taking for granted that a smaller
    move shows no larger holes; it scales the way only, or with `turns` the whole move: turns and zoom too. Raises
    ValueError when the first camera sees nothing.
    """
    if not 0 < wanted <= 1:
        raise ValueError(f"the wanted coverage must be above 0 and at most 1, got {wanted:g}")
    run, scale = run or Runtime(), amplified if turns else scaled
    small = _for_looking(cameras)
    first = look(small[0])
    if not bool((first > 0).any()):
        raise ValueError("the scene must be seen from the path's first camera, it sees nothing; place the path first")
    near = float(torch.quantile((1 / first[first > 0]).flatten()[:: max(1, first.numel() // 100000)], 0.05))
    done = 0

    def seen(index: int, factor: float) -> tuple[float, float]:
        nonlocal done
        inverse = look(scale(small[[0, index]], factor)[1])
        done = min(done + 1, 2 * len(small) - 1)
        run.report(done, 2 * len(small))
        nearest = nearest_depth(inverse)
        return float((inverse > 0).float().mean()), float("inf") if nearest is None else nearest / near

    def good(share: float, nearest: float) -> bool:
        return share >= wanted and nearest >= CLEARANCE

    shown = [seen(index, 1.0) for index in range(len(small))]
    fits = [good(*one) for one in shown]
    half = scale(small, 0.5)
    moves = max(float((half.c2w - small.c2w).abs().max()), float((half.K - small.K).abs().max())) > 1e-5
    factor = _LARGEST if moves else float(all(fits))
    for index in sorted(range(len(small)), key=lambda i: (fits[i], shown[i][0])) if moves else ():
        high = factor if fits[index] else min(factor, 1.0)  # beyond a surface the view may be free again
        if (fits[index] or high < 1.0) and good(*seen(index, high)):
            continue
        low = 1.0 if fits[index] and high > 1.0 else 0.0
        if low == 0.0 and not good(*seen(index, 0.0)):
            factor = 0.0
            break
        for _ in range(_STEPS):
            middle = (low + high) / 2
            low, high = (middle, high) if good(*seen(index, middle)) else (low, middle)
        factor = low
    run.report(1, 1)
    covered, nearest = torch.tensor(shown).T.contiguous()
    what = "move" if turns else "way"
    verdict = _verdict(covered, nearest, wanted, sum(not f for f in fits), (factor, what))
    return PathCheck(covered=covered, nearest=nearest, wanted=wanted, fits=all(fits), factor=factor, verdict=verdict)


def _for_looking(cameras: Cameras) -> Cameras:
    """The same cameras with small pictures."""
    shrink = max(1.0, max(cameras.width, cameras.height) / _SIDE)
    width, height = round(cameras.width / shrink), round(cameras.height / shrink)
    K = rescale(cameras.K, width / cameras.width, height / cameras.height)
    return Cameras(c2w=cameras.c2w, K=K, width=width, height=height, fps=cameras.fps)


def _verdict(covered: Tensor, nearest: Tensor, wanted: float, bad: int, scale: tuple[float, str]) -> str:
    factor, what = scale
    least, closest = int(covered.argmin()), int(nearest.argmin())
    if not bad:
        larger = f" It could be {factor:.1f} times as large." if factor > 1.05 else ""
        return (
            f"The path stays inside the scene: at least {float(covered[least]):.1%} of every picture is covered "
            f"(frame {least} has the least), and nothing comes nearer than {float(nearest[closest]):.2f} of the near "
            f"depth (frame {closest}).{larger}"
        )
    said = []
    if covered[least] < wanted:
        share = f"{float(covered[least]):.1%} of its picture is covered, {wanted:.0%} is wanted"
        said.append(f"frame {least} leaves the scene: {share}")
    if nearest[closest] < CLEARANCE:
        said.append(
            f"frame {closest} comes too near a surface: {float(nearest[closest]):.2f} of the near depth, "
            f"{CLEARANCE:g} is kept"
        )
    remedy = f"{factor:.2f} times the {what} would fit"
    if factor == 0.0 and what == "way":
        remedy = "no shorter way would fit, its turns or its lens alone show what the scene lacks"
    elif factor == 0.0:
        remedy = "not even the first picture fits"
    text = f"{'; '.join(said)} ({bad} of {len(covered)} frames fall short); {remedy}."
    return text[0].upper() + text[1:]


def look_at_depth(depth: Depth, K: Float[Tensor, "3 3"]) -> Look:
    """Looks at what one picture's depth (its first map) shows from other cameras; a known sky is far and covers."""
    z, known = depth.z[0].float().cpu(), depth.valid[0].cpu()
    if depth.sky is not None:
        z, known = _with_sky(z, known, depth.sky[0].cpu())
    source = reference_surface(z, known, K.float().cpu())
    shrink = max(1, round(max(z.shape) / _SIDE))

    def look(camera: Cameras) -> Tensor:
        same = rescale(camera.K, float(shrink), float(shrink))  # coverage() shrinks source and target alike
        large = Cameras(c2w=camera.c2w, K=same, width=camera.width * shrink, height=camera.height * shrink)
        return coverage(source, large, shrink)

    return look


def _with_sky(z: Tensor, known: Bool[Tensor, "H W"], sky: Bool[Tensor, "H W"]) -> tuple[Tensor, Tensor]:
    far = _SKY * float(z[known].max()) if bool(known.any()) else _SKY
    return torch.where(sky, far, z), known | sky
