"""One video from overlapping clips of any model, read piece by piece, with their colours brought together."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from ..io.video import Audio
from ..types import LazyFrames
from .aggregate import fade
from .colour import Tint, tint_of_overlap, tints_of_anchor

Clip = Tensor | LazyFrames  # (T,H,W,3)


class JoinedClips(LazyFrames):
    """Clips that repeat `overlap` frames of their predecessor, cross-faded there.

    match: every clip gets the colours that its predecessor has in the overlap; with an anchor (the whole video's
    background, of whose frames `ignore` marks what the clips painted over), those of the anchor, frame by frame.
    Raises ValueError for no clips, unequal sizes, an overlap as long as a clip, or an anchor of another size.
    """

    def __init__(
        self,
        clips: Sequence[Clip],
        overlap: int,
        *,
        match: bool = False,
        anchor: Clip | None = None,
        ignore: Clip | None = None,
    ) -> None:
        if not clips:
            raise ValueError("clips must hold at least one clip, got none")
        sizes = {tuple(clip.shape[1:]) for clip in clips}
        if len(sizes) > 1:
            raise ValueError(f"all clips must have one size, got {sorted(sizes)}; resize them first")
        shortest = min(len(clip) for clip in clips)
        if not 0 <= overlap < shortest:
            raise ValueError(
                f"overlap must be at least 0 and below the shortest clip ({shortest} frames), got {overlap}"
            )
        self._clips, self._overlap = list(clips), overlap
        self.starts = [0]
        for clip in clips[:-1]:
            self.starts.append(self.starts[-1] + len(clip) - overlap)
        self.shape = (self.starts[-1] + len(clips[-1]), *clips[0].shape[1:])
        if anchor is not None and (len(anchor) < len(self) or anchor.shape[1:3] != self.shape[1:3]):
            have = tuple(anchor.shape[:3])
            raise ValueError(f"the anchor must have the joined video's frames and size {self.shape[:3]}, got {have}")
        self._tints: list[Tint | None] = [None] * len(clips)
        if anchor is not None:
            self._tints = [
                tints_of_anchor(clip, anchor, ignore, start)
                for clip, start in zip(self._clips, self.starts, strict=True)
            ]
        elif match and overlap:
            for index in range(1, len(clips)):
                before = self._part(index - 1, len(clips[index - 1]) - overlap, len(clips[index - 1]))
                self._tints[index] = tint_of_overlap(clips[index][:overlap], before)

    def __getitem__(self, cut: slice) -> Float[Tensor, "S H W C"]:
        start, stop = self.span(cut)
        out = torch.empty(stop - start, *self.shape[1:])
        for index, (clip, begin) in enumerate(zip(self._clips, self.starts, strict=True)):
            first, end = max(start, begin), min(stop, begin + len(clip))
            if first >= end:
                continue
            part = self._part(index, first - begin, end - begin)
            shared = max(0, min(end, begin + (self._overlap if index else 0)) - first)
            here = out[first - start : end - start]
            share = fade(self._overlap)[first - begin : first - begin + shared, None, None, None]
            here[:shared].lerp_(part[:shared], share)
            here[shared:] = part[shared:]
        return out

    def _part(self, index: int, first: int, end: int) -> Float[Tensor, "S H W C"]:
        """Frames of one clip in their final colours."""
        part, tint = self._clips[index][first:end], self._tints[index]
        return part if tint is None else tint.put_on(part, first)


def joined_sound(sounds: Sequence[Audio | None], starts: Sequence[int], fps: float) -> Audio | None:
    """The sounds of clips that begin at these frames, each up to where the next one begins; None if all are silent.

    Raises ValueError for different sample rates.
    """
    heard = [sound for sound in sounds if sound is not None]
    if not heard:
        return None
    rates = sorted({sound.sample_rate for sound in heard})
    if len(rates) > 1:
        raise ValueError(f"all clips must have one sample rate, got {rates}; resample their sound first")
    begins = [round(start / fps * rates[0]) for start in starts]
    ends = [begin + (0 if s is None else s.waveform.shape[1]) for begin, s in zip(begins, sounds, strict=True)]
    whole = torch.zeros(max(len(sound.waveform) for sound in heard), max(ends))
    for sound, begin, end, after in zip(sounds, begins, ends, [*begins[1:], max(ends)], strict=True):
        if sound is not None:
            last = min(end, after)
            whole[:, begin:last] = sound.waveform[:, : last - begin]
    return Audio(waveform=whole, sample_rate=rates[0])
