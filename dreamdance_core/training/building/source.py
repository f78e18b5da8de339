"""One video to its clips: shots, poses, masks, clean backgrounds, references."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor

from ...camera.estimate import turning_camera
from ...geometry.pinhole import turning_homographies
from ...plate.holes import grown
from ...plate.video import CleanPlates, PlateOptions, clean_plates
from ...pose.extract import extract_pose
from ...pose.regions import person_mask
from ...types import LazyFrames, PoseTrack
from ..records import ByteFrames, TrainingClip, to_bytes
from .footage import PIECE, Footage
from .judge import boxes_of, fault_of_mask, fault_of_pictures, fault_of_poses
from .masks import masks_of
from .reference import reference_for
from .settings import BuildSettings, Tools
from .shots import Looks, Shot, looks, shots

LONGEST = 192  # frames of a shot that are worked on together: memory stays bounded
_PEOPLE = 4  # that are followed, the main one first
_POSE_SIDE = 640  # px: what a pose backend is shown
_PARTS = 100  # of the bar, for a stretch
MARKS = {"shots": 0, "pose": 5, "mask": 40, "background": 70, "clips": 80}


@dataclass(kw_only=True)
class Record:
    """What became of a video, for the report."""

    source: str
    frames: int = 0
    fps: float = 0.0
    shots: int = 0
    clips: int = 0
    reason: str | None = None  # why the whole video is set aside
    set_aside: list[dict] = field(default_factory=list)  # shot, start, frames, reason
    seconds: dict[str, float] = field(default_factory=dict)  # by stage


@dataclass(frozen=True, kw_only=True)
class _Stretch:
    """All that is known about a stretch of a shot."""

    shot: int
    start: int  # frame of the video
    frames: Tensor
    mask: Tensor
    pose: PoseTrack  # the main person's
    sure: np.ndarray  # (T,) where the mask is a matte
    fps: float
    plates: CleanPlates
    camera: str


class SourceWork:
    """The clips of one video; `record` is complete when all were taken."""

    def __init__(self, path: Path, name: str, source: str, settings: BuildSettings, tools: Tools) -> None:
        self.path, self.name, self.settings, self.tools = path, name, settings, tools
        self.record = Record(source=source)
        self._at = (0, 1)  # stretch, of how many

    def clips(self) -> Iterator[TrainingClip]:
        """One clip after the other; what is of no use goes to the record, with the reason."""
        try:
            with self._stage("shots"):
                video = Footage(self.path, self.settings)
                if video.enlarged > self.settings.enlarge:
                    raise ValueError(f"the video is {video.enlarged:.1f} times smaller than the clips")
                self.record.frames, self.record.fps = len(video), round(video.fps, 4)
                seen = looks(len(video), video.read, lambda done, of: self._report(done / of))
                found = shots(seen)
                self.record.shots = len(found)
        except (ValueError, RuntimeError, OSError) as error:
            self.record.reason = _reason(error)
            return
        work = []
        for number, shot in enumerate(found):
            if len(shot) < self.settings.frames:
                self._aside(number, shot.start, len(shot), "the shot is shorter than a clip")
            else:
                work += [(number, part) for part in stretches(shot, self.settings.frames)]
        for index, (number, part) in enumerate(work):
            self._at = (index, len(work))
            yield from self._stretch(video, number, part, seen)
        if not self.record.clips:
            reasons = [entry["reason"] for entry in self.record.set_aside]
            self.record.reason = max(set(reasons), key=reasons.count) if reasons else "every frame is black or plain"

    def _stretch(self, video: Footage, shot: int, part: Shot, seen: Looks) -> Iterator[TrainingClip]:
        """The clips of a stretch of a shot. A fault of the whole stretch sets all its clips aside."""
        count = self.settings.frames
        starts = list(range(0, len(part) - count + 1, self.settings.step))
        try:
            frames = video.read(part.start, part.stop)
            made = self._made(frames, part, starts, shot, seen, video.fps)
        except (ValueError, RuntimeError, OSError, cv2.error) as error:  # a backend's, or its memory is full
            for start in starts:
                self._aside(shot, part.start + start, count, _reason(error).split(" (")[0])
            return
        yield from made

    def _made(
        self, frames: Tensor, part: Shot, starts: list[int], shot: int, seen: Looks, fps: float
    ) -> list[TrainingClip]:
        count, settings = self.settings.frames, self.settings
        small = seen.small[part.start : part.stop]
        kept = self._kept(starts, shot, part, lambda start: fault_of_pictures(small[start : start + count]))
        if not kept:
            return []
        with self._stage("pose"):
            track = self._poses(frames, fps)
        kept = self._kept(kept, shot, part, lambda start: fault_of_poses(track[start : start + count], settings))
        if not kept:
            return []
        with self._stage("mask"):
            main = replace(track, xy=track.xy[:, :1], score=track.score[:, :1])
            person = masks_of(frames, track, self.tools.segment, self._ticks("mask", "background"))
        kept = self._kept(kept, shot, part, lambda start: fault_of_mask(person.mask[start : start + count], settings))
        if not kept:
            return []
        with self._stage("background"):
            plates, camera = self._plates(frames, track, person.suspect, fps)
        whole = _Stretch(
            shot=shot,
            start=part.start,
            frames=frames,
            mask=person.mask,
            pose=main,
            sure=person.from_matte,
            fps=fps,
            plates=plates,
            camera=camera,
        )
        made = []
        with self._stage("clips"):
            for number, start in enumerate(kept):
                self._report(MARKS["clips"] / _PARTS + 0.2 * number / len(kept))
                clip = self._clip(whole, start)
                made += [] if clip is None else [clip]
        return made

    def _clip(self, whole: _Stretch, start: int) -> TrainingClip | None:
        """The clip that begins at a frame of the stretch; None when there is no picture of the person beside it."""
        stop = start + self.settings.frames
        reference, place = reference_for(start, stop, whole.frames, whole.mask, whole.pose, whole.sure)
        if not (place["outside"] or self.settings.inside_references):
            self._aside(
                whole.shot, whole.start + start, self.settings.frames, "no picture of the person beside the clip"
            )
            return None
        place["frame"] += whole.start
        background = bytes_of(whole.plates, start, stop)
        facts = {
            "source": self.record.source,
            "shot": whole.shot,
            "start": whole.start + start,
            "camera": whole.camera,
            "never_seen": round(whole.plates.unseen, 4),
            "mask_from_matte": round(float(whole.sure[start:stop].mean()), 3),
            "reference": place,
        }
        if self.tools.caption is not None:
            facts["caption"] = self.tools.caption(background[len(background) // 2].float() / 255)
        self.record.clips += 1
        return TrainingClip(
            name=f"{self.name}-{whole.start + start:06d}",
            frames=whole.frames[start:stop].clone(),
            background=background,
            mask=whole.mask[start:stop].clone(),
            pose=whole.pose[start:stop],
            reference=reference,
            fps=whole.fps,
            z=self._depth(background),
            facts=facts,
        )

    def _kept(self, starts: list[int], shot: int, part: Shot, fault: Callable[[int], str | None]) -> list[int]:
        kept = []
        for start in starts:
            reason = fault(start)
            if reason is None:
                kept.append(start)
            else:
                self._aside(shot, part.start + start, self.settings.frames, reason)
        return kept

    def _poses(self, frames: Tensor, fps: float) -> PoseTrack:
        """The poses of a stretch in px of its frames, the main person first."""
        height, width = frames.shape[1:3]
        scale = min(1.0, _POSE_SIDE / max(height, width))
        size = (round(width * scale), round(height * scale))
        small = torch.empty(len(frames), size[1], size[0], 3)
        for t, frame in enumerate(frames):
            small[t] = torch.from_numpy(cv2.resize(frame.numpy(), size, interpolation=cv2.INTER_AREA)).float() / 255
        self._report(MARKS["pose"] / _PARTS)
        track = extract_pose(small, self.tools.pose, people=_PEOPLE, fps=fps, run=self.tools.run)
        factor = torch.tensor([width / size[0], height / size[1]])
        return replace(track, xy=track.xy * factor, width=width, height=height)

    def _plates(self, frames: Tensor, track: PoseTrack, suspect: Tensor, fps: float) -> tuple[CleanPlates, str]:
        clip, settings = ByteFrames(frames), self.settings
        run = replace(self.tools.run, report=self._plain_report)
        everybody = person_mask(track).maximum(suspect.float())
        camera = turning_camera(clip, person_mask=everybody, fps=fps, run=run)
        still = None if camera is None else turning_homographies(camera.cameras)
        wanted = PlateOptions(shadow=settings.shadow, prompt=settings.prompt, seed=settings.seed)
        removed = Removed(suspect, track, settings.grow)
        plates = clean_plates(clip, removed, self.tools.inpaint, homographies=still, options=wanted, run=run)
        return plates, "travels" if camera is None else camera.kind

    def _depth(self, background: Tensor) -> Tensor | None:
        """Planar z of the clean background, 1 at its first frame's median, 0 where unknown."""
        if self.tools.depth is None:
            return None
        parts = [self.tools.depth(background[at : at + 4].float() / 255) for at in range(0, len(background), 4)]
        z = torch.cat([torch.where(part.valid, part.z, torch.zeros_like(part.z)) for part in parts])
        first = z[0][z[0] > 0]
        return z / first.median() if len(first) else z

    def _aside(self, shot: int, start: int, frames: int, reason: str) -> None:
        self.record.set_aside.append({"shot": shot, "start": start, "frames": frames, "reason": reason})

    @contextmanager
    def _stage(self, stage: str) -> Iterator[None]:
        self._report(MARKS[stage] / _PARTS)
        begin = time.perf_counter()
        try:
            yield
        finally:
            spent = self.record.seconds.get(stage, 0.0) + time.perf_counter() - begin
            self.record.seconds[stage] = round(spent, 3)

    def _ticks(self, stage: str, after: str) -> Callable[[int, int], None]:
        low, high = MARKS[stage] / _PARTS, MARKS[after] / _PARTS
        return lambda done, of: self._report(low + (high - low) * done / of)

    def _plain_report(self, done: int, total: int, preview: Tensor | None = None) -> None:
        self._report(MARKS["background"] / _PARTS)  # only to be heard and cancelled

    def _report(self, share: float) -> None:
        stretch, of = self._at
        self.tools.run.report(round((stretch + share) * _PARTS), of * _PARTS)


def _reason(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


class Removed(LazyFrames):
    """What is taken out of each frame: the mask and the drawn body, grown by a share of the person's height."""

    def __init__(self, mask: Tensor, track: PoseTrack, grow: float) -> None:
        main = replace(track, xy=track.xy[:, :1], score=track.score[:, :1])
        self._mask = mask | (person_mask(main, grow=0.0) > 0)
        boxes = boxes_of(main)[:, 0]
        self._reach = max(2, round(grow * float(np.nanmedian(boxes[:, 3] - boxes[:, 1]))))
        self.shape = tuple(mask.shape)

    def __getitem__(self, cut: slice) -> Tensor:
        start, stop = self.span(cut)
        return torch.stack([
            torch.from_numpy(grown(one.numpy(), self._reach)).float() for one in self._mask[start:stop]
        ])  # fmt: skip


def stretches(shot: Shot, frames: int) -> list[Shot]:
    """A long shot in parts that are worked on one after the other, none shorter than a clip."""
    longest = max(LONGEST, 2 * frames)
    parts, start = [], shot.start
    while shot.stop - start > longest + frames:
        parts.append(Shot(start=start, stop=start + longest))
        start += longest
    return [*parts, Shot(start=start, stop=shot.stop)]


def bytes_of(plates: CleanPlates, start: int, stop: int) -> Tensor:
    """(T,H,W,3) plates as bytes, made piece by piece."""
    return torch.cat([to_bytes(plates[at : min(at + PIECE, stop)]) for at in range(start, stop, PIECE)])
