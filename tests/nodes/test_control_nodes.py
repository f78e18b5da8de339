"""Compose Control Video and Paste Back against the host's own Wan nodes: what they encode, mask, prepend and trim."""

from __future__ import annotations

import pytest
import torch


@pytest.fixture(autouse=True)
def _as_in_the_host():
    with torch.inference_mode():
        yield


def _clip(count: int, height: int, width: int, seed: int = 0) -> torch.Tensor:
    return torch.rand(count, height, width, 3, generator=torch.Generator().manual_seed(seed))


class RecordingVae:
    """Keeps what it is given; a latent is the mean of its pixels: 8x8 px, the first frame, then four at a time."""

    latent_channels = 16

    def __init__(self) -> None:
        self.given: list[torch.Tensor] = []

    def encode(self, pixels: torch.Tensor) -> torch.Tensor:
        self.given.append(pixels.clone())
        small = torch.nn.functional.avg_pool2d(pixels.movedim(-1, 1).float(), 8)
        groups = [small[:1], *(small[first : first + 4] for first in range(1, len(small), 4))]
        latents = torch.stack([group.mean(0) for group in groups], 1)
        return latents.repeat(6, 1, 1, 1)[None, :16]

    def temporal_compression_decode(self) -> int:
        return 4

    def spacial_compression_encode(self) -> int:
        return 8


def _pose(count: int, width: int = 101, height: int = 70) -> list[dict]:
    """Somebody whose trunk and head stand in the middle."""
    points = {0: (0.5, 0.35), 1: (0.5, 0.45), 2: (0.4, 0.45), 5: (0.6, 0.45), 8: (0.44, 0.8), 11: (0.56, 0.8)}
    flat = [0.0] * 54
    for index, (x, y) in points.items():
        flat[3 * index : 3 * index + 3] = [x * width, y * height, 1.0]
    face = [n for i in range(68) for n in (0.45 * width + i % 9, 0.3 * height + i % 7, 1.0)]
    person = {"pose_keypoints_2d": flat, "face_keypoints_2d": face}
    return [{"people": [person], "canvas_width": width, "canvas_height": height} for _ in range(count)]


def _composed(pack, count: int = 11, moving: bool = False, **options):
    """The node's outputs by name, of an odd size and length."""
    mask = torch.zeros(count, 70, 101)
    for t in range(count):
        left = 20 + (3 * t if moving else 0)
        mask[t, 20:60, left : left + 30] = 1
    inputs = {"background": _clip(count, 70, 101), "paint_mask": mask, "reference": _clip(1, 90, 60, 1)}
    inputs |= {"pose": _pose(count), "driving": _clip(count, 70, 101, 2), "driving_pose": _pose(count)}
    node = pack.nodes.control.ComposeControlVideo
    names = [output.id for output in node.GET_SCHEMA().outputs]
    out = node.execute(**(inputs | {"inside": "pose on black"} | options))
    return dict(zip(names, out.result, strict=True))


def _words() -> list:
    return [[torch.zeros(1, 4, 8), {}]]


def _vace(parts: dict, vae: RecordingVae, reference: bool = True):
    from comfy_extras.nodes_wan import WanVaceToVideo

    given = {"reference_image": parts["reference_image"]} if reference else {}
    return WanVaceToVideo.execute(
        _words(), _words(), vae, parts["width"], parts["height"], parts["length"], 1, 1.0,
        control_video=parts["control_video"], control_masks=parts["control_masks"], **given,
    )  # fmt: skip


def test_vace_encodes_background_outside_and_pose_inside(pack):
    parts, vae = _composed(pack), RecordingVae()
    assert (parts["width"], parts["height"], parts["length"], parts["next_start"]) == (96, 64, 13, 11)
    positive, _, latent, trim = _vace(parts, vae)
    reference, inactive, reactive = vae.given
    inside = parts["control_masks"] > 0
    torch.testing.assert_close(inactive[~inside], parts["render_video"][~inside])  # the background outside
    torch.testing.assert_close(inactive[inside], torch.full_like(inactive[inside], 0.5))  # grey in the hole
    torch.testing.assert_close(reactive[~inside], torch.full_like(reactive[~inside], 0.5))
    assert float(reactive[inside].min()) < 1e-6 and float(reactive[inside].max()) > 0.5, "a drawing on black"
    torch.testing.assert_close(reactive[inside], parts["control_video"][inside])
    torch.testing.assert_close(reference, parts["reference_image"])  # the host cuts nothing off the reference
    values = positive[0][1]
    frames, masks = values["vace_frames"][0], values["vace_mask"][0]
    assert frames.shape == (1, 32, 5, 8, 12) and masks.shape == (1, 64, 5, 8, 12) and trim == 1
    assert float(masks[:, :, 0].max()) == 0, "the reference's latent is no area to paint"
    share = torch.nn.functional.avg_pool2d(parts["control_masks"], 8)
    torch.testing.assert_close(masks[0, :, 1:].mean(0), share[:4])  # 1 = paint, every latent of a still mask
    assert latent["samples"].shape == (1, 16, 5, 8, 12)


def test_trimming_gives_the_clips_own_length(pack):
    from comfy_extras.nodes_wan import TrimVideoLatent

    parts = _composed(pack)
    _, _, latent, trim = _vace(parts, RecordingVae())
    kept = TrimVideoLatent.execute(latent, trim)[0]["samples"]
    assert kept.shape[2] * 4 - 3 == parts["length"], "one latent per four frames, the first alone"
    _, _, latent, trim = _vace(parts, RecordingVae(), reference=False)
    assert trim == 0 and latent["samples"].shape[2] * 4 - 3 == parts["length"]


def test_steady_masks_leave_no_latent_half_painted(pack):
    def mixed(parts: dict) -> int:
        masks = _vace(parts, RecordingVae(), reference=False)[0][0][1]["vace_mask"][0][0]
        whole = (masks == masks[:1]).all(0)
        return int((~whole).sum())

    assert mixed(_composed(pack, moving=True)) > 0
    assert mixed(_composed(pack, moving=True, steady_masks=True)) == 0


def test_vace_windows_go_on_where_the_last_one_ended(pack):
    first = _composed(pack, 24, window=13, overlap=5)
    assert (first["length"], first["next_start"]) == (13, 8)
    finished = _clip(13, 70, 101, 9)
    second = _composed(pack, 24, window=13, overlap=5, start=8, previous=finished)
    assert (second["length"], second["next_start"]) == (13, 16)
    vae = RecordingVae()
    masks = _vace(second, vae, reference=False)[0][0][1]["vace_mask"][0]
    inactive = vae.given[0]
    kept = pack.nodes.control.fitted(finished[-5:], 96, 64)
    torch.testing.assert_close(inactive[:5], kept)  # frames 8 to 12, finished, whole
    assert float(masks[0, :, :1].max()) == 0, "nothing is painted in them"
    background = pack.nodes.control.fitted(_clip(24, 70, 101), 96, 64)
    outside = second["control_masks"][5:] == 0
    torch.testing.assert_close(inactive[5:][outside], background[13:21][outside])  # then its own frames
    last = _composed(pack, 24, window=13, overlap=5, start=16, previous=finished)
    assert (last["length"], last["next_start"]) == (9, 24), "8 frames left, and no further window"
    with pytest.raises(ValueError, match="start must be below the clip's length 24, got 24"):
        _composed(pack, 24, window=13, start=24)
    with pytest.raises(ValueError, match="overlap must be below window \\(5 frames\\), got 9"):
        _composed(pack, 24, window=5, overlap=9)


def test_two_windows_join_without_a_seam_or_a_ghost(pack):
    """A model that paints the mask grey and returns the rest, twice, as the help page chains it."""
    paste, background = pack.nodes.control.PasteBack.execute, pack.nodes.control.fitted(_clip(24, 70, 101), 96, 64)
    clips, given = {}, {}
    for number, length in enumerate((13, 17)):
        parts = _composed(pack, 24, window=17 if number else 13, overlap=5, **given)
        assert parts["length"] == length
        painted = torch.where(parts["control_masks"][..., None] > 0, 0.25, parts["control_video"])
        clips[f"clip{number}"] = paste(painted, parts["render_video"], parts["character_mask"], 0)[0]
        given = {"start": parts["next_start"], "previous": clips[f"clip{number}"]}
    joined = pack.nodes.long_video.TemporalAggregate.execute(96, 48, 5, "blend", clips)[1]
    inside = pack.nodes.control.fitted_mask(torch.ones(1, 70, 101), 96, 64)[0].bool()
    inside[:22], inside[52:], inside[:, :22], inside[:, 44:] = False, False, False, False
    assert len(joined) == 25, "24 frames and the one that was added"
    torch.testing.assert_close(joined[:, inside], torch.full_like(joined[:, inside], 0.25))
    torch.testing.assert_close(joined[:24, :, 80:], background[:, :, 80:])


def _animate(parts: dict, vae: RecordingVae, offset: int = 0, **more):
    from comfy_extras.nodes_wan import WanAnimateToVideo

    names = ("reference_image", "face_video", "pose_video", "background_video", "character_mask")
    given = {name: parts[name] for name in names} | more
    length = given.pop("length", parts["length"])
    return WanAnimateToVideo.execute(
        _words(), _words(), vae, parts["width"], parts["height"], length, 1, 5, offset, **given
    )


def test_animate_sees_a_blanked_background_and_faces(pack):
    parts, vae = _composed(pack), RecordingVae()
    positive, negative, latent, trim_latent, trim_image, offset = _animate(parts, vae)
    reference, pose, scene = vae.given
    torch.testing.assert_close(reference, parts["reference_image"])
    torch.testing.assert_close(pose, parts["pose_video"])
    hole = parts["character_mask"] > 0
    assert float(scene[hole].abs().max()) == 0, "black where the character is painted"
    torch.testing.assert_close(scene[~hole], parts["render_video"][~hole])
    values = positive[0][1]
    faces = values["face_video_pixels"]
    assert faces.shape == (1, 3, 13, 512, 512) and float(faces.min()) >= -1 and float(faces.max()) <= 1
    torch.testing.assert_close(faces[0].movedim(0, -1) / 2 + 0.5, parts["face_video"], atol=1e-5, rtol=0)
    assert float(negative[0][1]["face_video_pixels"].max()) == -1
    mask = values["concat_mask"]
    assert mask.shape == (1, 4, 5, 8, 12) and float(mask[:, :, 0].max()) == 0, "the reference's latent is known"
    cells = parts["character_mask"][0].unflatten(0, (-1, 8)).unflatten(2, (-1, 8)).amax((1, 3))
    assert torch.equal(mask[0, 0, 1], cells) and torch.equal(mask[0, 3, 3], cells), "1 = paint"
    assert (trim_latent, trim_image, offset) == (1, 0, 13) and latent["samples"].shape[2] == 5


def test_animates_mask_rows_cover_the_character_wherever_the_host_writes_them(pack):
    """This host writes the mask of frame f into row f, the model's own code into row f + 3; both must hold it."""
    parts, vae = _composed(pack, 13, moving=True, mask_block=8), RecordingVae()
    rows = _animate(parts, vae)[0][0][1]["concat_mask"][0, :, 1:].transpose(0, 1).flatten(0, 1)
    true = torch.nn.functional.max_pool2d(parts["control_masks"], 8)
    assert len(rows) == 16
    for frame, shown in enumerate(true):
        own = range(4) if frame == 0 else (frame + 3,)
        assert all(bool((rows[row] >= shown).all()) for row in own), frame
    assert float(rows[:13].min()) == 0 and float(rows[13:].min()) == 1, "this host's last three rows are all paint"


def test_animate_chains_over_a_long_clip(pack):
    """The second window's inputs are the same clips, further on; its first frames are the finished ones."""
    parts, vae = _composed(pack, 25, moving=True), RecordingVae()
    *_, offset = _animate(parts, vae, length=13)
    assert offset == 13
    finished, vae = _clip(13, 64, 96, 5), RecordingVae()
    positive, *_, trim_image, offset = _animate(parts, vae, offset, length=13, continue_motion=finished)
    _, pose, scene = vae.given
    assert trim_image == 5 and offset == 21
    torch.testing.assert_close(scene[:5], finished[-5:])  # frames 8 to 12
    torch.testing.assert_close(scene[5:], parts["background_video"][13:21])
    torch.testing.assert_close(pose, parts["pose_video"][8:21])
    faces = positive[0][1]["face_video_pixels"][0].movedim(0, -1) / 2 + 0.5
    torch.testing.assert_close(faces, parts["face_video"][8:21], atol=1e-5, rtol=0)


def test_uni3c_encodes_the_whole_render(pack):
    from comfy.latent_formats import Wan21
    from comfy_extras.nodes_model_patch import WanUni3CCnetPatch

    parts, vae = _composed(pack), RecordingVae()
    patch = WanUni3CCnetPatch(None, parts["render_video"], vae, Wan21(), 1.0, 1.0, 0.0)
    import comfy.model_management as mm

    latent_shape = ((parts["length"] - 1) // 4 + 1, parts["height"] // 8, parts["width"] // 8)
    assert not mm.loaded_models(only_currently_used=True)
    encoded = patch.encode_render_video(latent_shape)
    assert encoded.shape == (1, 16, *latent_shape)
    assert torch.equal(vae.given[0], parts["render_video"]), "neither resized, cut nor lengthened"


def test_poses_are_drawn_as_each_model_was_trained(pack):
    parts = _composed(pack)
    control, animate = parts["control_video"][0], parts["pose_video"][0]
    inside = parts["control_masks"][0] > 0
    assert float(((control - animate).abs().amax(-1) * inside).max()) > 0.3, "other colours"
    own = torch.zeros(11, 70, 101, 3)
    own[:, 30:34, 35:45] = torch.tensor([0.2, 0.4, 0.6])
    given = _composed(pack, pose_video=own, pose=None)
    assert torch.equal(given["pose_video"], pack.nodes.control.lengthened(pack.nodes.control.fitted(own, 96, 64)))
    torch.testing.assert_close(given["control_video"][0, 29, 36], torch.tensor([0.2, 0.4, 0.6]), atol=0.02, rtol=0)
    with pytest.raises(ValueError, match="pose or pose_video must be connected"):
        _composed(pack, pose=None)
    with pytest.raises(ValueError, match="pose must have 11 frames like background, got 4"):
        _composed(pack, pose=_pose(4))
    with pytest.raises(ValueError, match="person must be below the 1 of driving_pose, got 3"):
        _composed(pack, person=3)


def test_several_characters_share_the_reference(pack):
    pair, alphas = torch.zeros(2, 90, 60, 3), torch.zeros(2, 90, 60)
    pair[0, 10:80, 20:40, 0] = pair[1, 10:80, 20:40, 2] = 1
    alphas[:, 10:80, 20:40] = 1
    canvas = _composed(pack, reference=pair, reference_mask=alphas)["reference_image"][0]
    assert canvas.shape == (64, 96, 3)
    assert canvas[32, 24].tolist() == [1, 0, 0] and canvas[32, 72].tolist() == [0, 0, 1]
    assert canvas[32, 48].tolist() == [1, 1, 1]


def test_paste_back_leaves_the_outside_alone(pack):
    video, background = _clip(3, 24, 32, 1), _clip(4, 48, 64)
    mask = torch.zeros(1, 48, 64)
    mask[:, 10:40, 20:50] = 1
    execute = pack.nodes.control.PasteBack.execute
    out = execute(video, background, mask, 8)[0]
    outside = mask.expand(3, -1, -1) < 0.5
    assert out.shape == (3, 48, 64, 3) and torch.equal(out[outside], background[:3][outside])
    assert float((out - background[:3])[:, 25, 35].abs().max()) > 0.01
    per_frame = execute(video, background, mask.expand(3, -1, -1), 8)[0]
    assert torch.equal(per_frame, out), "one mask per frame of the shorter clip"
    hard = execute(background, background, mask, 0)[0]
    torch.testing.assert_close(hard, background)
    dark = (background - 0.04).clamp(0, 1)
    plain, matched = (execute(dark, background, mask, 4, on)[0] for on in (False, True))
    assert float((matched - background).abs().mean()) < 0.3 * float((plain - background).abs().mean())


def test_a_whole_round_gives_the_background_its_own_size_and_length(pack):
    """Compose, a model that returns 13 frames of 96x64, and back: 11 frames of 101x70."""
    parts, background = _composed(pack), _clip(11, 70, 101)
    painted = torch.full((13, 64, 96, 3), 0.25)
    out = pack.nodes.control.PasteBack.execute(painted, background, parts["control_masks"], 0)[0]
    assert out.shape == background.shape
    same = (out == background).all(-1)
    assert 0.5 < float(same.float().mean()) < 0.9 and bool(same[:, :17].all()) and bool(same[:, :, :18].all())
    assert float((out[:, 30:50, 25:45] - 0.25).abs().max()) < 1e-6
