"""Retargets driving clips on character art and prints what may go wrong with it; writes contact sheets to look at.

    python benchmarks/retarget.py --art FILE ... --clip FILE ... [--out FOLDER] [--cache FOLDER] [--puppet] [--mirror]

per art and clip: bones longer than they may be in any frame (every frame and bone, against the reference's own lengths
and the clip's size curve); the worst gap between a hand's root and its wrist, and the driver's own, in forearms; of
standing feet, by contact, the median and worst slide and how far their levels lie apart, in body heights x 1000, and
the driver's own slide; the fastest joint against the driver's own, both in body heights a frame; the face's size
against the art's; then of the paint mask the area against the drawn skeleton's box, its flicker (change of area that
the next frames take back, share of the area), and with --puppet how much of the puppet's alpha > 0.5 is outside it, %.
Poses and mattes are kept in --cache, because finding them takes longest. A sheet shows, for eight frames, the driver
(grey) under the retargeted pose over the art, and the outline of the paint mask.
"""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import torch

from dreamdance_core import backends
from dreamdance_core.io.images import read_image, to_canvas, write_image
from dreamdance_core.io.pose_files import read_pose, write_pose
from dreamdance_core.io.video import ClipRange, read_clip
from dreamdance_core.pose.draw import draw_comparison
from dreamdance_core.pose.extract import boxes_from_mask, extract_pose
from dreamdance_core.pose.keypoints import VISIBLE, flip_index
from dreamdance_core.pose.proportions import BONES, arrays, person_of
from dreamdance_core.pose.regions import paint_mask
from dreamdance_core.pose.retarget import Retargeted, RetargetOptions, retargeted
from dreamdance_core.runtime import Runtime
from dreamdance_core.segment.cutout import cut_out
from dreamdance_core.types import AnimateJob, Cutout, PoseTrack

COLUMNS = (
    "art", "clip", "frames", "bones too long", "hand gap", "driver's", "slide med", "slide max", "level",
    "driver's", "jump", "driver's", "face/art", "mask/box", "flicker %", "outside %",
)  # fmt: skip
LENGTH_ROOM, HEAD_ROOM = 1.16, 1.5  # of a bone against the reference; a head is usually seen nodding


def art_of(path: Path, cache: Path, mirror: bool) -> tuple[torch.Tensor, Cutout, PoseTrack]:
    """The art on its canvas, cut out, and its pose."""
    picture = to_canvas(read_image(path), 768)
    matte_file, pose_file = cache / f"{path.stem}.matte.png", cache / f"{path.stem}.pose.json"
    if matte_file.is_file() and pose_file.is_file():
        cut = cut_out(picture.rgb, None, mask=read_image(matte_file).rgb[..., 0])
        pose = read_pose(pose_file)
    else:
        segment = None if picture.alpha is not None else backends.load("segment", "u2net_small", Runtime())
        cut = cut_out(picture.rgb, segment, alpha=picture.alpha)
        write_image(matte_file, cut.alpha)
        boxes = boxes_from_mask(cut.alpha[None])
        network = backends.load("pose", "blazepose", Runtime())
        pose = extract_pose(picture.rgb[None], network, boxes=boxes, run=Runtime())
        write_pose(pose_file, pose)
    if not mirror:
        return picture.rgb, cut, pose
    flipped = {k: getattr(cut, k).flip(1) for k in ("character", "alpha", "hole_mask")}
    xy = pose.xy[:, :, flip_index()] * torch.tensor([-1.0, 1.0]) + torch.tensor([float(pose.width), 0.0])
    pose = replace(pose, xy=xy, score=pose.score[..., flip_index()])
    return picture.rgb.flip(1), Cutout(**flipped), pose


def clip_of(path: Path, cache: Path, frames: int) -> PoseTrack:
    file = cache / f"{path.stem}.{frames}.clip.json"
    if not file.is_file():
        clip = read_clip(path, ClipRange(frames=frames))
        network = backends.load("pose", "blazepose", Runtime())
        write_pose(file, extract_pose(clip.frames, network, fps=clip.fps, run=Runtime()))
    return read_pose(file)


def too_long(done: Retargeted, reference: PoseTrack) -> int:
    """Bones of single frames that exceed the reference's own by more than the stretch, where it shows them; else the
    length the retargeting gave the character."""
    scale = [done.track.width / reference.width, done.track.height / reference.height]
    xy, seen = arrays(reference, 0)
    ref, out = person_of(xy * scale, seen, "reference"), person_of(*arrays(done.track, 0), "track")
    count = 0
    for bone, links in BONES.items():
        own = max(ref.length(link) for link in links)
        limit = max(own, done.rest[bone]) * (HEAD_ROOM if bone == "head" else LENGTH_ROOM) * done.size
        count += sum(int((np.nan_to_num(out.lengths(link)) > limit).sum()) for link in links)
    return count


def hand_gap(track: PoseTrack) -> float:
    """The worst distance of a hand's root from its wrist, in forearms."""
    xy, seen = arrays(track, 0)
    person = person_of(xy, seen, "track")
    forearm = max(person.length(link) for link in BONES["forearm"])
    gaps = [np.nan_to_num(person.lengths(pair) / person.size).max() for pair in ((91, 9), (112, 10))]
    return max(gaps) / max(forearm, 1e-6)


def height_of(track: PoseTrack) -> float:
    """Shoulders to ankles when standing, px; the trunk twice where there are no legs."""
    person = person_of(*arrays(track, 0), "track")
    legs = [max(person.length(link) for link in BONES[bone]) for bone in ("thigh", "shin")]
    torso = max(person.length(link) for link in BONES["torso"])
    return torso + (sum(legs) if all(legs) else torso)


def slides(done: Retargeted, track: PoseTrack, driving: PoseTrack) -> tuple[np.ndarray, float]:
    """(C,) how far each standing foot strays from its middle, and how far at most a contact's level is off the ground
    that the driver's levels, scaled as its travel, say; body heights."""
    height = height_of(track)
    xy, drv = (t.xy[:, 0].double().numpy() for t in (track, driving))
    travel = (done.ratios["thigh"] + done.ratios["shin"]) / 2 if track is not driving else 1.0
    strays, levels = [], []
    for c in done.contacts:
        path = xy[c.frames, c.foot]
        strays.append(np.linalg.norm(path - np.median(path, 0), axis=-1).max() / height)
        levels.append(np.median(path[:, 1]) - travel * np.median(drv[c.frames, c.foot, 1]))
    return np.array(strays or [np.nan]), float(np.ptp(levels) / height) if levels else np.nan


def fastest(track: PoseTrack) -> float:
    """The 99.9 % quantile of the joints' movement from frame to frame, body heights."""
    seen = (track.score[1:, 0, 5:17] >= VISIBLE) & (track.score[:-1, 0, 5:17] >= VISIBLE)
    steps = (track.xy[1:, 0, 5:17] - track.xy[:-1, 0, 5:17]).norm(dim=-1)[seen]
    return float(torch.quantile(steps, 0.999)) / height_of(track) if len(steps) else 0.0


def face_size(track: PoseTrack) -> float:
    person = person_of(*arrays(track, 0), "track")
    return max(person.length((50, 31)), person.length((23, 39)) * 0.8)


def flicker(mask: torch.Tensor) -> float:
    """Mean second difference of the mask's area over the group borders, as a share of the area."""
    areas = mask.mean((1, 2))[1::4].double()
    return float((areas[2:] - 2 * areas[1:-1] + areas[:-2]).abs().mean() / areas.mean()) if len(areas) > 2 else 0.0


def puppet_outside(mask: torch.Tensor, cut: Cutout, pose: PoseTrack, track: PoseTrack) -> float:
    """Share of the puppet's pixels with alpha above 0.5 that the mask leaves out."""
    shape = (len(track), track.height, track.width, 3)
    empty = torch.zeros(shape)
    puppet, pictures = backends.load("video", "puppet", Runtime()), []
    for ground in (0.0, 1.0):
        job = AnimateJob(
            background=torch.full(shape, ground), paint_mask=mask, body=empty, hand=empty, face=empty, pose=track,
            reference_pose=pose, reference=cut.character, reference_alpha=cut.alpha,
        )  # fmt: skip
        pictures.append(puppet(job))
    solid = (pictures[1] - pictures[0]).amax(-1) < 0.5
    return float((solid & (mask < 0.5)).sum() / solid.sum().clamp_min(1))


def sheet(done: Retargeted, picture: torch.Tensor, mask: torch.Tensor, path: Path) -> None:
    """Eight frames side by side, the mask's outline in white."""
    at = torch.linspace(0, len(done.track) - 1, 8).round().long()
    few = [PoseTrack(xy=t.xy[at], score=t.score[at], width=t.width, height=t.height) for t in (done.plain, done.track)]
    pictures = draw_comparison(*few, picture)
    for shown, one in zip(pictures, mask[at], strict=True):
        edge = cv2.morphologyEx(one.numpy().astype(np.uint8), cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)) > 0
        shown[torch.from_numpy(edge)] = 1.0
    write_image(path, torch.cat(list(pictures), 1))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--art", nargs="+", type=Path, required=True)
    parser.add_argument("--clip", nargs="+", type=Path, required=True)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "dreamdance_retarget")
    parser.add_argument("--frames", type=int, default=96)
    parser.add_argument("--puppet", action="store_true", help="compare the paint mask with the puppet's pixels (slow)")
    parser.add_argument("--mirror", action="store_true", help="flip the art")
    args = parser.parse_args()
    args.cache.mkdir(parents=True, exist_ok=True)
    print(f"| {' | '.join(COLUMNS)} |\n|{'---|' * len(COLUMNS)}")
    for art in args.art:
        picture, cut, pose = art_of(art, args.cache, args.mirror)
        height, width = picture.shape[:2]
        for clip in args.clip:
            driving = clip_of(clip, args.cache, args.frames)
            done = retargeted(driving, pose, width, height, options=RetargetOptions())
            mask = paint_mask(done.track, reference_pose=pose, reference_alpha=cut.alpha)
            outside = puppet_outside(mask, cut, pose, done.track) if args.puppet else np.nan
            strays, level = slides(done, done.track, driving)
            own, _ = slides(done, driving, driving)
            box = person_box(done.track)
            row = (
                f"{too_long(done, pose)} | {hand_gap(done.track):.2f} | {hand_gap(driving):.2f} | "
                f"{1000 * np.median(strays):.0f} | {1000 * strays.max():.0f} | {1000 * level:.0f} | "
                f"{1000 * np.median(own):.0f} | {fastest(done.track):.3f} | {fastest(driving):.3f} | "
                f"{face_size(done.track) / (face_size(pose) or np.nan):.2f} | {float(mask.sum()) / box:.2f} | "
                f"{100 * flicker(mask):.1f} | {100 * outside:.2f}"
            )
            print(f"| {art.stem} | {clip.stem} | {len(driving)} | {row} |", flush=True)
            if args.out:
                args.out.mkdir(parents=True, exist_ok=True)
                name = f"{art.stem}-{clip.stem}{'-mirror' if args.mirror else ''}"
                sheet(done, picture, mask, args.out / f"{name}.jpg")
                (args.out / f"{name}.txt").write_text(done.report() + "\n")


def person_box(track: PoseTrack) -> float:
    """Area of the seen points' box on the canvas, px, summed over the frames."""
    total = 0.0
    for xy, score in zip(track.xy[:, 0], track.score[:, 0], strict=True):
        seen = xy[score >= VISIBLE].clamp(torch.zeros(2), torch.tensor([float(track.width), float(track.height)]))
        if len(seen):
            total += float((seen.amax(0) - seen.amin(0)).prod())
    return max(total, 1.0)


if __name__ == "__main__":
    main()
