"""A dataset on disk: WebDataset shards, tar files in which the files of one clip stand together.

A clip NAME is NAME.frames.mp4, NAME.background.mp4, NAME.arrays.safetensors (mask as bits, pose, reference mask and
pose, depth as float16), NAME.reference.png and NAME.json. Other tools read the shards as any WebDataset; `Dataset`
looks clips up by number, so that a run can be resumed at any step.
"""

from __future__ import annotations

import io
import json
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from safetensors.torch import load, save
from torch import Tensor

from ..io.video import read_clip, write_video
from ..types import PoseTrack
from .records import Reference, TrainingClip, to_bytes

PARTS = ("frames.mp4", "background.mp4", "arrays.safetensors", "reference.png", "json")


@contextmanager
def shard_writer(path: Path) -> Iterator[ShardWriter]:
    """Takes clips one after the other; the tar appears whole when the block ends without an error, else not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.part")
    try:
        with tarfile.open(partial, "w") as tar:
            yield ShardWriter(tar)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


class ShardWriter:
    """An open shard."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar

    def add(self, clip: TrainingClip, extra: dict[str, bytes] | None = None) -> None:
        """Appends the files of a clip; extra: further files of it by their endings."""
        files = {
            "frames.mp4": _video(clip.frames, clip.fps),
            "background.mp4": _video(clip.background, clip.fps),
            "arrays.safetensors": save(_arrays(clip)),
            "reference.png": _picture(clip.reference.picture),
            "json": json.dumps({"fps": clip.fps, "size": list(clip.frames.shape[:3]), **clip.facts}).encode(),
        }
        self.add_files(clip.name, files | (extra or {}))

    def add_files(self, name: str, files: dict[str, bytes]) -> None:
        """Appends files, by their endings, to a clip whose own stand in another shard."""
        for ending, data in files.items():
            entry = tarfile.TarInfo(f"{name}.{ending}")
            entry.size = len(data)  # no time and no owner: the same clips give the same bytes
            self._tar.addfile(entry, io.BytesIO(data))


def _video(frames: Tensor, fps: float) -> bytes:
    """An MP4 whose bytes depend on the frames alone."""
    with tempfile.TemporaryDirectory() as folder:
        return write_video(Path(folder) / "clip.mp4", frames.float() / 255, fps, repeatable=True).read_bytes()


def _picture(picture: Tensor) -> bytes:
    data = io.BytesIO()
    Image.fromarray(picture.numpy()).save(data, format="PNG")
    return data.getvalue()


def _arrays(clip: TrainingClip) -> dict[str, Tensor]:
    arrays = {
        "mask": _bits(clip.mask),
        "pose.xy": clip.pose.xy,
        "pose.score": clip.pose.score,
        "pose.size": torch.tensor([clip.pose.width, clip.pose.height]),
        "reference.mask": _bits(clip.reference.mask),
        "reference.pose.xy": clip.reference.pose.xy,
        "reference.pose.score": clip.reference.pose.score,
    }
    if clip.z is not None:
        arrays["z"] = clip.z.half()
    return {name: value.contiguous().clone() for name, value in arrays.items()}  # one may be a view of another


def _bits(mask: Tensor) -> Tensor:
    """A mask as bits, 8 pixels of a row per byte."""
    return torch.from_numpy(np.packbits(mask.numpy(), axis=-1))


def _mask(bits: Tensor, width: int) -> Tensor:
    return torch.from_numpy(np.unpackbits(bits.numpy(), axis=-1)[..., :width].astype(bool))


@dataclass(frozen=True, kw_only=True)
class _Member:
    shard: Path
    offset: int
    size: int


class Dataset:
    """The clips of a folder of shards, in the order of the shards and names of their frames.

    Files of one clip may lie in several shards, as latents that were made later do. Raises FileNotFoundError for a
    folder without shards, ValueError for a damaged one, two clips of one name or a clip that lacks a part.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shards = sorted(folder.rglob("*.tar"))
        if not shards:
            raise FileNotFoundError(
                f"{folder} holds no shards (*.tar); make some with `dreamdance dataset build` or give another folder"
            )
        self._places: dict[str, dict[str, _Member]] = {}
        for shard in shards:
            self._index(shard)
        for name, members in self._places.items():
            missing = [part for part in PARTS if part not in members]
            if missing:
                shard = next(iter(members.values())).shard
                raise ValueError(f"{shard.name}: the clip {name} lacks {missing[0]}; delete the shard and build again")
        self.names = sorted(self._places, key=lambda name: (self._places[name][PARTS[0]].shard, name))

    def __len__(self) -> int:
        return len(self.names)

    def __getitem__(self, index: int) -> TrainingClip:
        """The clip at a place of `names`."""
        name = self.names[index]
        facts = self.facts(index)
        arrays = load(self.read(index, "arrays.safetensors"))
        frames, background = (self._frames(index, part) for part in ("frames.mp4", "background.mp4"))
        picture = torch.from_numpy(np.array(Image.open(io.BytesIO(self.read(index, "reference.png")))))
        width, height = arrays["pose.size"].tolist()
        pose = PoseTrack(xy=arrays["pose.xy"], score=arrays["pose.score"], width=width, height=height)
        stands = PoseTrack(
            xy=arrays["reference.pose.xy"],
            score=arrays["reference.pose.score"],
            width=picture.shape[1],
            height=picture.shape[0],
        )
        return TrainingClip(
            name=name,
            frames=frames,
            background=background,
            mask=_mask(arrays["mask"], frames.shape[2]),
            pose=pose,
            reference=Reference(picture=picture, mask=_mask(arrays["reference.mask"], picture.shape[1]), pose=stands),
            fps=facts["fps"],
            z=arrays["z"].float() if "z" in arrays else None,
            facts=facts,
        )

    def facts(self, index: int) -> dict[str, Any]:
        """What is known about a clip, without reading its pictures: `fps`, `size` (T,H,W), and what its maker said."""
        return json.loads(self.read(index, "json"))

    def endings(self, index: int) -> list[str]:
        """Which files a clip has."""
        return list(self._places[self.names[index]])

    def read(self, index: int, ending: str) -> bytes:
        """One file of a clip. Raises ValueError when the clip has no such file."""
        members = self._places[self.names[index]]
        if ending not in members:
            raise ValueError(f"{self.folder}: the clip {self.names[index]} has no {ending}; build the dataset anew")
        with members[ending].shard.open("rb") as file:
            file.seek(members[ending].offset)
            return file.read(members[ending].size)

    def shard(self, index: int) -> Path:
        """The shard in which a clip's frames lie."""
        return self._places[self.names[index]][PARTS[0]].shard

    def _frames(self, index: int, ending: str) -> Tensor:
        # The library reads a video from a file; a clip in memory would need a second reader.
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "clip.mp4"
            path.write_bytes(self.read(index, ending))
            return to_bytes(read_clip(path).frames)

    def _index(self, shard: Path) -> None:
        try:
            with tarfile.open(shard) as tar:
                entries = [(entry.name, entry.offset_data, entry.size) for entry in tar if entry.isfile()]
        except tarfile.TarError as error:
            raise ValueError(f"{shard} is not a whole tar file ({error}); delete it and build again") from error
        for file, offset, size in entries:
            name, _, ending = file.partition(".")
            members = self._places.setdefault(name, {})
            if ending in members:
                raise ValueError(
                    f"{shard.name} and {members[ending].shard.name} both hold {file}; rename one of the clips, or "
                    "delete what was made twice"
                )
            members[ending] = _Member(shard=shard, offset=offset, size=size)
