"""The user's own MODEL as the painter of every hole, proved on the host's own classes with small random weights."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest
import torch

SIZES = [(88, 120), (120, 72), (61, 93)]


@pytest.fixture(autouse=True)
def _as_in_the_host():
    with torch.inference_mode():
        yield


@pytest.fixture(scope="module")
def tiny(pack):
    path = Path(__file__).resolve().parents[1] / "server" / "tiny_models.py"
    spec = importlib.util.spec_from_file_location("dreamdance_tests_tiny_models", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def host_inpaint(pack, monkeypatch):
    """The module under test, with models that paint best at 64 x 64 px: small pictures for small machines."""
    monkeypatch.setattr(pack.nodes.host_inpaint, "native_side", lambda model: 64)
    return pack.nodes.host_inpaint


def _picture(height: int = 88, width: int = 120) -> torch.Tensor:
    coarse = torch.rand(1, 3, 5, 7, generator=torch.Generator().manual_seed(0))
    soft = torch.nn.functional.interpolate(coarse, (height, width), mode="bicubic").clamp(0, 1)
    return soft[0].movedim(0, -1).contiguous()


def _hole(height: int = 88, width: int = 120) -> torch.Tensor:
    hole = torch.zeros(height, width)
    hole[height // 3 : -20, width // 4 : -30] = 1
    return hole


def _painter(host_inpaint, tiny, kind, vae, **more):
    words = tiny.words()
    inputs = {"model": tiny.model(kind), "positive": words, "negative": words, "vae": vae, "steps": 2, "cfg": 2.0}
    own = {name: more.pop(name) for name in ("run", "first") if name in more}
    return host_inpaint.HostInpaint.from_node(inputs | more, **own)


def _vae(tiny, kind):
    return tiny.vae() if kind.startswith("sd15") else tiny.plain_vae(16, 3 if kind.startswith("wan") else 2)


@pytest.mark.parametrize(
    ("kind", "reads"),
    [
        ("sd15", False),
        ("sd15 inpaint", True),
        ("sd15 edit", False),
        ("flux", False),
        ("flux fill", True),
        ("wan", False),
    ],
)
def test_what_a_model_reads_is_told_by_the_model_itself(pack, tiny, kind, reads):
    model = tiny.model(kind)
    assert pack.nodes.host_inpaint.reads_masked_picture(model) is reads
    assert pack.nodes.host_inpaint.reads_masked_picture(model.clone()) is reads
    assert pack.nodes.host_inpaint.native_side(model) == (512 if kind.startswith("sd15") else 1024)


@pytest.mark.parametrize("kind", ["sd15", "sd15 inpaint", "flux", "flux fill", "wan", "wan i2v"])
def test_known_pixels_stay_and_the_seed_decides(host_inpaint, tiny, kind):
    """Traps 22, 24: image and video shaped latents, 4 and 16 channels, with and without extra channels."""
    paint = _painter(host_inpaint, tiny, kind, _vae(tiny, kind))
    picture, hole = _picture(), _hole()
    kept = picture.clone()
    first = paint(picture, hole, seed=3)
    inside = hole > 0.5
    assert torch.equal(first[~inside], picture[~inside]) and torch.equal(picture, kept)
    assert float((first - picture)[inside].abs().mean()) > 0.02
    assert torch.equal(first, paint(picture, hole, seed=3)) and not torch.equal(first, paint(picture, hole, seed=4))
    assert torch.equal(paint(picture, torch.zeros_like(hole)), picture)


@pytest.mark.parametrize("kind", ["sd15", "flux", "wan"])
@pytest.mark.parametrize("denoise", [1.0, 0.6])
def test_a_model_that_knows_the_truth_paints_it(pack, host_inpaint, tiny, monkeypatch, kind, denoise):
    """Every step the MODEL answers with the true latents of the crop: what comes back is the truth, in its place.

    Through the host's schedule, its masks, the crop's scale and the way back, with a VAE that keeps block means.
    """
    truth, hole = _picture(160, 240), torch.zeros(160, 240)
    hole[90:120, 150:200] = 1
    vae = _vae(tiny, kind) if kind != "sd15" else tiny.plain_vae(4)
    monkeypatch.setattr(host_inpaint, "native_side", lambda model: 240)
    crop = pack.dreamdance_core.inpaint.field.crops(hole > 0.5, 240)[0]
    assert crop.height < 160 and crop.width < 240 and crop.size[0] > 1.2 * crop.height
    planes = truth[crop.inside].movedim(-1, 0)[None]
    whole = torch.nn.functional.interpolate(planes, crop.size, mode="bicubic", antialias=True)[0].movedim(0, -1)
    model = tiny.model(kind).clone()
    known = model.model.process_latent_in(vae.encode(whole[None]))
    model.set_model_unet_function_wrapper(lambda apply, asked: known.expand_as(asked["input"]).clone())
    dirty = torch.where(hole[..., None] > 0, torch.tensor([1.0, 0.0, 1.0]), truth)
    more = {"steps": 4, "denoise": denoise, "model": model, "scheduler": "simple"}
    painted = _painter(host_inpaint, tiny, kind, vae, **more)(dirty, hole, seed=2)
    off = (painted - truth)[hole > 0].abs()
    assert off.mean() < 0.02 and off.max() < 0.12
    assert (dirty - truth)[hole > 0].abs().mean() > 0.3


@pytest.mark.parametrize(("height", "width"), SIZES)
@pytest.mark.parametrize("kind", ["sd15", "flux fill"])
def test_any_size_with_any_hole(host_inpaint, tiny, kind, height, width):
    paint = _painter(host_inpaint, tiny, kind, _vae(tiny, kind), steps=1)
    picture = _picture(height, width)
    for hole in (_hole(height, width), torch.ones(height, width)):
        painted = paint(picture, hole)
        assert painted.shape == picture.shape and torch.isfinite(painted).all()
        assert torch.equal(painted[hole == 0], picture[hole == 0])


def test_an_inpainting_model_gets_what_the_hosts_own_node_gives(pack, host_inpaint, tiny):
    """Outside oracle: core's InpaintModelConditioning on the same picture and mask."""
    core = sys.modules.get("nodes") or importlib.import_module("nodes")
    paint = _painter(host_inpaint, tiny, "sd15 inpaint", tiny.vae())
    picture, hole = _picture(64, 96), torch.zeros(64, 96)
    hole[16:40, 32:72] = 1
    want = core.InpaintModelConditioning().encode(paint.positive, paint.negative, picture[None], paint.vae, hole[None])
    cells = torch.nn.functional.max_pool2d(hole[None], 8)[0]
    for mine, theirs in zip(paint._conditioning(picture, cells), want[:2], strict=True):
        assert mine[0][1].keys() == theirs[0][1].keys()
        torch.testing.assert_close(mine[0][1]["concat_latent_image"], theirs[0][1]["concat_latent_image"])
        assert torch.equal(mine[0][1]["concat_mask"], theirs[0][1]["concat_mask"])
    assert "concat_mask" not in paint.positive[0][1], "the user's conditioning is not touched"


def test_a_hole_thinner_than_a_latent_cell_reaches_an_inpainting_model(host_inpaint, tiny, monkeypatch):
    """The host reads the mask at the size of the latents, where one pixel in eight is looked at."""
    asked = []
    model = tiny.model("sd15 inpaint").clone()
    model.set_model_unet_function_wrapper(
        lambda apply, what: asked.append(what["c"]["c_concat"]) or apply(what["input"], what["timestep"], **what["c"])
    )
    hole = torch.zeros(64, 96)
    hole[:, 41] = 1
    _painter(host_inpaint, tiny, "sd15 inpaint", tiny.plain_vae(4), model=model, steps=1)(_picture(64, 96), hole)
    mask, masked = asked[0][0, 0], asked[0][0, 1:]
    assert mask[0].sum() == 1 and torch.equal(mask, mask[:1].expand_as(mask)), "one column of cells"
    grey = tiny.plain_vae(4).encode(torch.full((1, 8, 8, 3), 0.5))[0, :, 0] * 0.18215
    torch.testing.assert_close(masked[:, 3, mask[0] > 0], grey)


def test_only_inpainting_models_get_extra_values(host_inpaint, tiny):
    """An editing model's own picture stays: it is not a masked one."""
    paint = _painter(host_inpaint, tiny, "sd15 edit", tiny.vae())
    assert paint._conditioning(_picture(64, 96), torch.ones(8, 12)) == (paint.positive, paint.negative)


def test_a_lora_counts_and_nothing_of_the_users_changes(host_inpaint, tiny):
    plain = tiny.model("sd15")
    patched = plain.clone()
    key = "diffusion_model.out.2.weight"
    patched.add_patches({key: ("diff", (torch.full((4, 32, 3, 3), 0.3),))})
    before = plain.model.state_dict()[key].clone()
    picture, hole, vae = _picture(), _hole(), tiny.plain_vae(4)
    pictures = [
        _painter(host_inpaint, tiny, "sd15", vae, model=model, cfg=1.0)(picture, hole)
        for model in (plain, patched, plain)
    ]
    assert float((pictures[0] - pictures[1]).abs().max()) > 0.01 and torch.equal(pictures[0], pictures[2])
    assert "denoise_mask_function" not in plain.model_options and "denoise_mask_function" not in patched.model_options
    plain.model.to("cpu")
    patched.unpatch_model()
    assert torch.equal(plain.model.state_dict()[key], before)


def test_the_edge_of_the_paint_fades_over_known_latents(host_inpaint, tiny, monkeypatch):
    """Core's Differential Diffusion sees a mask that is 1 in every cell of the hole and falls off outside."""
    import comfy.sample

    seen = {}
    sample = comfy.sample.sample

    def spy(model, *more, noise_mask, **named):
        seen["mask"], seen["options"] = noise_mask, model.model_options
        return sample(model, *more, noise_mask=noise_mask, **named)

    monkeypatch.setattr(comfy.sample, "sample", spy)
    paint = _painter(host_inpaint, tiny, "sd15", tiny.plain_vae(4))
    picture, hole = _picture(64, 64), torch.zeros(64, 64)
    hole[31, 33] = 1  # a single pixel must still be painted
    paint(picture, hole)
    mask = seen["mask"][0]
    assert "denoise_mask_function" in seen["options"]
    row = mask[int(mask.amax(1).argmax())]
    assert mask.ndim == 2 and float(mask.max()) == 1 and float(mask.min()) == 0
    assert len(row[row > 0].unique()) == 4, "the hole and three fading cells"


def test_conditioning_that_speaks_of_places_gets_the_whole_picture(host_inpaint, tiny):
    """A ControlNet survives, and its hint stays aligned: one crop, the picture itself."""
    hint = tiny.Hint()
    words = tiny.words()
    controlled = [[words[0][0], words[0][1] | {"control": hint}]]
    picture, hole = _picture(128, 192), torch.zeros(128, 192)
    hole[8:24, 8:24] = 1
    vae = tiny.plain_vae(4)
    _painter(host_inpaint, tiny, "sd15", vae, positive=controlled)(picture, hole)
    assert hint.asked and set(hint.asked) == {(10, 14)}, "3:2, in cells of 8 px"
    assert controlled[0][1]["control"] is hint and hint.cond_hint is None


def test_views_get_noise_of_their_own(host_inpaint, tiny, monkeypatch):
    import comfy.sample

    seeds = []
    prepare = comfy.sample.prepare_noise
    monkeypatch.setattr(comfy.sample, "prepare_noise", lambda latent, seed: seeds.append(seed) or prepare(latent, seed))
    paint = _painter(host_inpaint, tiny, "sd15", tiny.plain_vae(4), steps=1)
    picture, hole = _picture(), _hole()
    paint(picture, hole, seed=1)
    paint(picture, hole.roll(8, 1), seed=1)
    paint(picture, hole, seed=1)
    assert seeds[0] == seeds[2] != seeds[1] and all(0 <= seed < 2**63 for seed in seeds)


def test_less_than_full_denoise_starts_from_the_given_fill(host_inpaint, tiny):
    """What the hole held before never shows; the fill does."""
    picture, hole = _picture(), _hole()
    dirty = torch.where(hole[..., None] > 0, torch.tensor([1.0, 0.0, 1.0]), picture)
    vae = tiny.plain_vae(4)
    red, far, asked = torch.tensor([0.9, 0.1, 0.1]), torch.ones(88, 120), []

    def fill(image, mask, prompt, seed, z):
        asked.append(z)
        return torch.where(mask[..., None] > 0.5, red, image)

    words = tiny.words()
    base = {"model": tiny.model("sd15"), "positive": words, "negative": words, "vae": vae, "steps": 1, "cfg": 1.0}
    make = host_inpaint.HostInpaint.from_node
    smooth = make(base | {"denoise": 0.1})
    assert torch.equal(smooth(picture, hole), smooth(dirty, hole))
    filled = make(base | {"denoise": 0.1}, first=fill)(picture, hole, z=far)
    assert asked == [far]
    assert (filled[40:50, 50:70].mean((0, 1)) - red).abs().max() < 0.25
    assert (filled[40:50, 50:70] - smooth(picture, hole)[40:50, 50:70]).abs().mean() > 0.1


def test_cancel_passes_through_and_progress_is_told(pack, host_inpaint, tiny, monkeypatch):
    import comfy.model_management as mm
    from comfy.cli_args import LatentPreviewMethod, args

    monkeypatch.setattr(args, "preview_method", LatentPreviewMethod.Latent2RGB)
    told = []
    run = pack.dreamdance_core.runtime.Runtime(report=lambda *what: told.append(what))
    picture, hole = _picture(200, 600), torch.zeros(200, 600)
    hole[20:30, 20:40] = hole[150:170, 560:580] = 1
    _painter(host_inpaint, tiny, "sd15", tiny.plain_vae(4), steps=3, run=run)(picture, hole)
    assert [done for done, *_ in told] == [1, 2, 3, 4, 5, 6] and {total for _, total, _ in told} == {6}, "two crops"
    paint = _painter(host_inpaint, tiny, "sd15", tiny.plain_vae(4), run=pack.nodes.host.runtime())
    mm.interrupt_current_processing(True)
    with pytest.raises(mm.InterruptProcessingException):
        paint(_picture(), _hole())
    assert told[0][2].ndim == 3, "a look at the latents, when the user wants previews"


def test_bad_wiring_is_said_in_one_sentence(host_inpaint, tiny):
    words = tiny.words()
    with pytest.raises(ValueError, match="model is connected, but negative and vae is not"):
        host_inpaint.HostInpaint.from_node({"model": tiny.model("sd15"), "positive": words})
    with pytest.raises(ValueError, match="latents of 4 channels, the VAE makes 16"):
        _painter(host_inpaint, tiny, "sd15", tiny.plain_vae(16))(_picture(), _hole())
    broken = tiny.plain_vae(4)
    broken.first_stage_model.decode = lambda latent: torch.full((1, 3, 64, 96), float("nan"))
    with pytest.raises(ValueError, match="must be finite, got NaN from the model or its VAE"):
        _painter(host_inpaint, tiny, "sd15", broken)(_picture(), _hole())


def test_spiral_scene_inpaint_paints_its_views_with_the_model(pack, host_inpaint, tiny, monkeypatch):
    """The node itself: two views and the plate, cropped and sampled; the known part of the plate is the picture."""
    import comfy.utils

    events = []
    hook = lambda value, total, preview, node_id=None: events.append((value, total, preview is not None))  # noqa: E731
    monkeypatch.setattr(comfy.utils, "PROGRESS_BAR_HOOK", hook)
    words = tiny.words()
    picture, hole = _picture(96, 144), torch.zeros(96, 144)
    hole[30:80, 60:90] = 1
    c2w = torch.eye(4).repeat(5, 1, 1)
    c2w[:, 0, 3] = torch.linspace(0, 1, 5)
    K = torch.tensor([[144.0, 0, 72], [0, 144, 48], [0, 0, 1]]).repeat(5, 1, 1)
    types = pack.dreamdance_core.types
    path = {"cameras": types.Cameras(c2w=c2w, K=K, width=144, height=96), "spiral": False}
    own = {"model": tiny.model("sd15"), "positive": words, "negative": words, "vae": tiny.plain_vae(4)}

    def run(**more):
        execute = pack.nodes.scene.SpiralSceneInpaint.execute
        return execute(picture[None], hole[None], "telea", "room_box", "", 5, 144, 2, **path, **more).result[1]

    frames = run(**own, steps=2, cfg=1.0)
    assert frames.shape == (3, 96, 144, 3) and torch.isfinite(frames).all()
    assert float((frames[0] - run()[0])[hole > 0].abs().mean()) > 0.02, "the hole is the model's"
    again = run(**own, steps=2, cfg=1.0)
    assert torch.equal(frames[:2], again[:2]) and float((frames[2] - again[2]).abs().mean()) < 0.01
    between = [value for value, total, _ in events if value % 1]
    assert between and any(shown for *_, shown in events)
