"""Clips in the shapes that the host's own video nodes take, and the way back.

Sizes are multiples of 16 px and lengths 4n+1: Wan's VAE makes one latent of the first picture and one of every four
that follow, and a latent cell of 8x8 px.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

from ..io.pose_files import FACE, VISIBLE
from ..types import PoseTrack

_MULTIPLE = 16  # px, of every Wan model
_CELL = 8  # px of one latent
_FACE_SIDE = 512  # px, of Wan Animate's face video
_FACE_AREA = 1.3  # of the face points' box; three quarters of the added height lie above (Wan Animate's preprocessing)
_FACE_HELD = 8  # frames that a lost face keeps its box
_EARLY = 3  # frames; see ControlClip.character_mask
_MARGIN = 0.04  # around the character on its reference canvas
_SEAM_GRID = 48  # cells along the shorter side in which colours are compared
_AT_ONCE = 16  # frames whose colours are compared together: the comparison takes many times their memory
_SEAM_SPREAD = 0.08  # much larger differences are things, not a shift of colour

Inside = Literal["pose on black", "pose on grey", "grey", "background"]


@dataclass(frozen=True, kw_only=True)
class MaskOptions:
    """How the mask of the character is prepared."""

    grow: int = 0  # px to every side
    smooth: int = 0  # frames: what is missing for up to twice as many is filled
    steady: bool = False  # grown to whole latents (8 px; the first frame, then four at a time): none is cut by its edge
    soft: int = 0  # px of border outside, for control_masks only; 0 = hard, as the models were trained
    block: int = _MULTIPLE  # px: character_mask is grown to such blocks


@dataclass(frozen=True, kw_only=True)
class ControlOptions:
    # VACE's own composition of a control and a repainted area puts the drawing, black ground and all, into the mask.
    inside: Inside = "pose on black"
    mask: MaskOptions = field(default_factory=MaskOptions)


@dataclass(frozen=True, kw_only=True)
class ControlClip:
    control_video: Float[Tensor, "T H W 3"]
    control_masks: Float[Tensor, "T H W"]  # 1 = repaint
    background_video: Float[Tensor, "T H W 3"]  # black where the character is painted
    # Blocks; each frame joined with its neighbours, because ComfyUI up to 0.30 and later writes a frame's mask three
    # rows early (github.com/Comfy-Org/ComfyUI/pull/16406): so the character is covered wherever it stands.
    character_mask: Float[Tensor, "T H W"]
    render_video: Float[Tensor, "T H W 3"]


def wan_length(frames: int) -> int:
    """The longest 4n+1 that is not above frames (Wan's VAE takes four pictures per latent frame, the first alone)."""
    return (frames - 1) // 4 * 4 + 1


def wan_size(width: int, height: int) -> tuple[int, int]:
    """Width and height rounded down to the multiples of 16 px that every Wan model wants."""
    return max(_MULTIPLE, width // _MULTIPLE * _MULTIPLE), max(_MULTIPLE, height // _MULTIPLE * _MULTIPLE)


def lengthened(clip: Float[Tensor, "T *D"]) -> Float[Tensor, "S *D"]:
    """The clip with its last frame repeated up to the next 4n+1."""
    missing = -(len(clip) - 1) % 4
    return torch.cat([clip, clip[-1:].expand(missing, *clip.shape[1:])]) if missing else clip


def fitted(frames: Float[Tensor, "T h w C"], width: int, height: int) -> Float[Tensor, "T {height} {width} C"]:
    """The clip resized to exactly width x height."""
    if frames.shape[1:3] == (height, width):
        return frames
    small = height * width < frames.shape[1] * frames.shape[2]
    resized = F.interpolate(frames.movedim(-1, 1), size=(height, width), mode="bilinear", antialias=small)
    return resized.movedim(1, -1).clamp(0, 1).contiguous()


def fitted_mask(mask: Float[Tensor, "T h w"], width: int, height: int) -> Float[Tensor, "T {height} {width}"]:
    """The mask resized to exactly width x height; its border may become soft."""
    return fitted(mask[..., None], width, height)[..., 0]


def _grown(mask: Float[Tensor, "T H W"], reach: int) -> Float[Tensor, "T H W"]:
    return F.max_pool2d(mask[:, None], 2 * reach + 1, stride=1, padding=reach)[:, 0] if reach else mask


def _blurred(mask: Float[Tensor, "T H W"], reach: int) -> Float[Tensor, "T H W"]:
    """Averaged twice over 2 * reach + 1 px."""
    out = mask[:, None]
    for _ in range(2):
        out = F.avg_pool2d(out, 2 * reach + 1, stride=1, padding=reach, count_include_pad=False)
    return out[:, 0]


def _blocky(mask: Float[Tensor, "T H W"], block: int) -> Float[Tensor, "T H W"]:
    """The mask grown to whole blocks."""
    if block == 1:
        return mask
    coarse = F.max_pool2d(mask[:, None], block, ceil_mode=True)
    return F.interpolate(coarse, scale_factor=block)[:, 0, : mask.shape[1], : mask.shape[2]].contiguous()


def _joined(mask: Float[Tensor, "T H W"], reach: int) -> Float[Tensor, "T H W"]:
    """Each frame with all that the frames up to `reach` before and after it cover."""
    out = mask.clone()
    for step in range(1, min(reach, len(mask) - 1) + 1):
        out[step:] = torch.maximum(out[step:], mask[:-step])
        out[:-step] = torch.maximum(out[:-step], mask[step:])
    return out


def _without_gaps(mask: Float[Tensor, "T H W"], reach: int) -> Float[Tensor, "T H W"]:
    """Filled where a pixel drops out for up to 2 * reach frames; never smaller than the mask."""
    padded = torch.cat([mask[:1].expand(reach, -1, -1), mask, mask[-1:].expand(reach, -1, -1)])
    closed = -_joined(-_joined(padded, reach), reach)
    return closed[reach : len(closed) - reach]


def _held(mask: Float[Tensor, "T H W"]) -> Float[Tensor, "T H W"]:
    """The largest value over the frames of each latent: the first alone, then four at a time."""
    groups = mask[1:].unflatten(0, (-1, 4)).amax(1)
    return torch.cat([mask[:1], groups.repeat_interleave(4, 0)])


def _prepared(mask: Float[Tensor, "T H W"], options: MaskOptions) -> Float[Tensor, "T H W"]:
    """0 or 1; the mask (above 0.5) grown, without gaps and steady, as the options say."""
    mask = _without_gaps(_grown((mask > 0.5).float(), options.grow), options.smooth)
    return _held(_blocky(mask, _CELL)) if options.steady else mask


def control_clip(
    background: Float[Tensor, "T H W 3"],
    mask: Float[Tensor, "T H W"],
    pose: Float[Tensor, "S h w 3"],
    options: ControlOptions | None = None,
) -> ControlClip:
    """All clips at one size (multiples of 16, rounded down) and length (4n+1, the last frame repeated).

    pose: a drawing over black. Raises ValueError when it is shorter than the background.
    """
    options = options or ControlOptions()
    if len(pose) < len(background):
        raise ValueError(f"pose_video must have {len(background)} frames like background, got {len(pose)}")
    width, height = wan_size(background.shape[2], background.shape[1])
    pose = lengthened(fitted(pose[: len(background)], width, height))
    background = lengthened(fitted(background, width, height))
    mask = _prepared(lengthened(fitted_mask(mask, width, height)), options.mask)
    character = _blocky(_joined(mask, _EARLY), options.mask.block)
    soft = options.mask.soft
    softened = torch.maximum(mask, _blurred(_grown(mask, (soft + 1) // 2), (soft + 3) // 4)) if soft else mask
    grey = torch.full_like(background, 0.5)
    drawn = (pose.amax(-1, keepdim=True) * 4).clamp(0, 1)
    fillings = {"pose on black": pose, "pose on grey": pose * drawn + grey * (1 - drawn), "grey": grey}
    filling = fillings.get(options.inside, background)
    return ControlClip(
        control_video=torch.where(mask[..., None] > 0, filling, background),
        control_masks=softened,
        background_video=background * (1 - character[..., None]),
        character_mask=character,
        render_video=background,
    )


def continued(clip: ControlClip, finished: Float[Tensor, "S h w 3"]) -> ControlClip:
    """The clip with its first frames already finished, to be kept: the last 4n+1 of `finished`, which show the same.

    How VACE goes on from one window to the next: kept frames have the mask 0.
    """
    count = wan_length(min(len(finished), len(clip.control_masks)))
    height, width = clip.control_masks.shape[1:]
    video, masks = clip.control_video.clone(), clip.control_masks.clone()
    video[:count], masks[:count] = fitted(finished[len(finished) - count :], width, height), 0
    return replace(clip, control_video=video, control_masks=masks)


def _face_boxes(track: PoseTrack, person: int, width: int, height: int) -> list[tuple[int, int, int, int] | None]:
    """Left, top, right, bottom px of a width x height picture for every frame; a short loss keeps the nearest box."""
    scale = torch.tensor([width / track.width, height / track.height])
    seen = (track.score[:, person, FACE] >= VISIBLE) & torch.isfinite(track.xy[:, person, FACE]).all(-1)
    found: list[tuple[int, int, int, int] | None] = []
    for xy, known in zip(track.xy[:, person, FACE], seen, strict=True):
        box = None
        if int(known.sum()) >= 5:
            points = xy[known] * scale
            low, high = points.amin(0), points.amax(0)
            extra = (high - low) * (_FACE_AREA**0.5 - 1)
            left, right = low[0] - extra[0] / 2, high[0] + extra[0] / 2
            top, bottom = low[1] - 0.75 * extra[1], high[1] + 0.25 * extra[1]
            box = (max(int(left), 0), max(int(top), 0), min(int(right), width), min(int(bottom), height))
        found.append(box if box is not None and box[2] - box[0] >= 2 and box[3] - box[1] >= 2 else None)
    known = [index for index, box in enumerate(found) if box is not None]
    for index, box in enumerate(list(found)):
        near = min(known, key=lambda other: abs(other - index), default=index)
        if box is None and abs(near - index) <= _FACE_HELD:
            found[index] = found[near]
    return found


def face_crops(
    driving: Float[Tensor, "T H W 3"], track: PoseTrack, length: int, person: int = 0
) -> Float[Tensor, "{length} 512 512 3"]:
    """The box of a person's face in every frame, as 512 px squares; black where no face is known."""
    crops = torch.zeros(length, _FACE_SIDE, _FACE_SIDE, 3)
    boxes = _face_boxes(track, person, driving.shape[2], driving.shape[1])
    for index in range(min(length, len(boxes), len(driving))):
        if boxes[index] is not None:
            left, top, right, bottom = boxes[index]
            crops[index] = fitted(driving[index : index + 1, top:bottom, left:right], _FACE_SIDE, _FACE_SIDE)[0]
    return crops


def reference_canvas(
    pictures: Float[Tensor, "N h w 3"], alphas: Float[Tensor, "N h w"] | None, width: int, height: int
) -> Float[Tensor, "{height} {width} 3"]:
    """The characters on white, each cut to what its alpha shows and fitted whole into its share of the canvas.

    Several stand side by side. Without alphas the whole pictures are fitted.
    """
    canvas = torch.ones(height, width, 3)
    share = width // len(pictures)
    for index, picture in enumerate(pictures):
        if alphas is not None and bool((alphas[index] > 0.05).any()):
            rows, columns = (alphas[index] > 0.05).nonzero(as_tuple=True)
            cut = slice(int(rows.min()), int(rows.max()) + 1), slice(int(columns.min()), int(columns.max()) + 1)
            picture = (picture * alphas[index, ..., None] + 1 - alphas[index, ..., None])[cut]
            room = 1 - 2 * _MARGIN
        else:
            room = 1.0
        scale = room * min(share / picture.shape[1], height / picture.shape[0])
        w, h = max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale))
        top, left = (height - h) // 2, index * share + (share - w) // 2
        canvas[top : top + h, left : left + w] = fitted(picture[None], w, h)[0]
    return canvas


def seam_shift(
    video: Float[Tensor, "T H W 3"], background: Float[Tensor, "T H W 3"], mask: Float[Tensor, "T H W"]
) -> Float[Tensor, "T H W 3"]:
    """By how much background is brighter than video around the mask, carried smoothly into it; per channel.

    Differences outside the mask, averaged over cells, weigh less the farther away they are, and the less the larger
    they are: a shadow, or a thing that only one of the two shows, counts for nothing.
    """
    height, width = mask.shape[1:]
    cell = max(min(height, width) / _SEAM_GRID, 1.0)
    small = (round(height / cell), round(width / cell))
    shift = (background - video).movedim(-1, 1)
    usual = torch.exp(-0.5 * (shift.abs().amax(1, keepdim=True) / _SEAM_SPREAD) ** 2)
    trusted = (mask <= 0).float()[:, None] * usual
    value, weight = F.adaptive_avg_pool2d(shift * trusted, small), F.adaptive_avg_pool2d(trusted, small)
    total, sum_of_weights = torch.zeros_like(value), torch.zeros_like(weight)
    reach, trust = 1, 1.0
    while reach < 2 * max(small):
        # Wider and wider means, each trusted a sixteenth as much: the nearest known differences decide.
        total = total + trust * F.avg_pool2d(value, 2 * reach + 1, 1, reach)
        sum_of_weights = sum_of_weights + trust * F.avg_pool2d(weight, 2 * reach + 1, 1, reach)
        reach, trust = 2 * reach, trust / 16
    field = total / sum_of_weights.clamp_min(1e-9)
    return F.interpolate(field, size=(height, width), mode="bilinear").movedim(1, -1)


def paste_back(
    video: Float[Tensor, "T h w 3"],
    background: Float[Tensor, "T H W 3"],
    mask: Float[Tensor, "T H W"],
    feather: int,
    match: bool = False,
) -> Float[Tensor, "T H W 3"]:
    """video inside the mask, background outside it bit-exact; the border of `feather` px lies inside the mask.

    match: video's colours are first shifted to those of the background around the mask.
    """
    height, width = background.shape[1:3]
    video = fitted(video, width, height)
    if match:
        pieces = zip(video.split(_AT_ONCE), background.split(_AT_ONCE), mask.split(_AT_ONCE), strict=True)
        video = torch.cat([(v + seam_shift(v, b, m)).clamp(0, 1) for v, b, m in pieces])
    weight = mask
    if feather:
        # Shrunk first, then blurred by the same reach, so that the weight is 0 wherever the mask is 0.
        inner = -_grown(-mask, feather // 2)
        weight = _blurred(inner, max(1, feather // 4)) * (mask > 0)
    return torch.where(weight[..., None] > 0, background + (video - background) * weight[..., None], background)
