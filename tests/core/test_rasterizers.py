"""The rasterizers against a dense compositor written here, gsplat's CUDA picture, and each other."""

import math
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from dreamdance_core.gaussians.init import gaussians_from_views
from dreamdance_core.gaussians.projection import View
from dreamdance_core.gaussians.rasterizers import choose, gsplat_cuda, numba_tiles, rasterize, warp_tiles
from dreamdance_core.geometry.rigid import look_at, matrix_from_quat
from dreamdance_core.types import Cameras, Depth, Gaussians, Views

WIDTH, HEIGHT = 37, 26
K = torch.tensor([[30.0, 0.0, 16.3], [0.0, 33.0, 14.1], [0.0, 0.0, 1.0]], dtype=torch.float64)
C2W = look_at(torch.tensor([0.3, -0.2, -0.4], dtype=torch.float64), torch.tensor([0.0, 0.1, 3.0], dtype=torch.float64))
FIELDS = ("means", "quats", "scales", "opacities", "sh")
BACKENDS = ["torch", "numba", "warp"]
FAST = ["numba", "warp"]


def cloud(count: int, seed: int = 0, dtype: torch.dtype = torch.float64) -> Gaussians:
    rng = np.random.default_rng(seed)
    fields = {
        "means": rng.uniform(-1, 1, (count, 3)) * [2, 1.5, 1.2] + [0, 0, 2.5],
        "quats": rng.normal(size=(count, 4)),
        "scales": rng.uniform(0.02, 0.3, (count, 3)),
        "opacities": rng.uniform(0.02, 0.9995, count),
        "sh": rng.normal(size=(count, 1, 3)) * 0.8,
    }
    return Gaussians(**{k: torch.from_numpy(v).to(dtype) for k, v in fields.items()})


def dense(g: Gaussians, background: list[float]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Every splat at every pixel, in float64 numpy, straight from Zwicker et al. and gsplat's documented rules."""
    w2c = np.linalg.inv(C2W.numpy())
    k = K.numpy()
    colour = np.zeros((HEIGHT, WIDTH, 3))
    depth, T = np.zeros((HEIGHT, WIDTH)), np.ones((HEIGHT, WIDTH))
    stopped = np.zeros((HEIGHT, WIDTH), bool)
    y, x = np.mgrid[:HEIGHT, :WIDTH] + 0.5
    rotations = matrix_from_quat(g.quats).numpy()
    camera = g.means.numpy() @ w2c[:3, :3].T + w2c[:3, 3]
    for i in np.argsort(camera[:, 2], kind="stable"):
        px, py, pz = camera[i]
        if pz <= 0.01:
            continue
        fx, fy, cx, cy = k[0, 0], k[1, 1], k[0, 2], k[1, 2]
        margin_x, margin_y = 0.3 * 0.5 * WIDTH / fx, 0.3 * 0.5 * HEIGHT / fy
        tx = pz * np.clip(px / pz, -cx / fx - margin_x, (WIDTH - cx) / fx + margin_x)
        ty = pz * np.clip(py / pz, -cy / fy - margin_y, (HEIGHT - cy) / fy + margin_y)
        J = np.array([[fx / pz, 0, -fx * tx / pz**2], [0, fy / pz, -fy * ty / pz**2]])
        spread = w2c[:3, :3] @ rotations[i] @ np.diag(g.scales[i].numpy() ** 2) @ rotations[i].T @ w2c[:3, :3].T
        conic = np.linalg.inv(J @ spread @ J.T + 0.3 * np.eye(2))
        offset = np.stack([x - fx * px / pz - cx, y - fy * py / pz - cy], -1)
        power = 0.5 * np.einsum("hwi,ij,hwj->hw", offset, conic, offset)
        alpha = np.minimum(0.999, float(g.opacities[i]) * np.exp(-power))
        alpha[alpha < 1 / 255] = 0
        stopped |= (T * (1 - alpha) <= 1e-4) & (alpha > 0)
        alpha[stopped] = 0
        rgb = np.maximum(0.28209479177387814 * g.sh[i, 0].numpy() + 0.5, 0)
        colour += (alpha * T)[..., None] * rgb
        depth += alpha * T * pz
        T *= 1 - alpha
    return colour + T[..., None] * np.array(background), 1 - T, depth / np.maximum(1 - T, 1e-10)


def gradients(g: Gaussians, name: str, dtype: torch.dtype) -> list[torch.Tensor]:
    """d(random functional of colours, coverage and z)/d(fields, background)."""
    leaves = {k: getattr(g, k).to(dtype).clone().requires_grad_() for k in FIELDS}
    device = g.means.device
    background = torch.tensor([0.2, 0.7, 0.4], dtype=dtype, device=device, requires_grad=True)
    rgb, alpha, z = rasterize(Gaussians(**leaves), C2W, K, WIDTH, HEIGHT, background=background, rasterizer=name)
    rng = np.random.default_rng(3)
    weights = [torch.from_numpy(rng.normal(size=t.shape)).to(device, dtype) for t in (rgb, alpha, z)]
    value = (rgb * weights[0]).sum() + (alpha * weights[1]).sum()
    value = value + 0.1 * (z * weights[2] * (alpha.detach() > 0.1)).sum()
    return list(torch.autograd.grad(value, [*leaves.values(), background]))


@pytest.mark.parametrize("name", BACKENDS)
@pytest.mark.parametrize("count", [1, 60, 400])
def test_pictures_equal_a_dense_compositor(name: str, count: int):
    """Traps 4, 6, 33: splats cross tile borders, the camera is turned and off-centre, order is by depth."""
    g = cloud(count, dtype=torch.float32)
    background = [0.2, 0.7, 0.4]
    truth = dense(cloud(count, dtype=torch.float32), background)
    drawn = rasterize(g, C2W, K, WIDTH, HEIGHT, background=torch.tensor(background), rasterizer=name)
    assert np.abs(drawn[0].numpy() - truth[0]).max() < 1e-5
    assert np.abs(drawn[1].numpy() - truth[1]).max() < 1e-5
    covered = truth[1] > 0.1
    assert np.abs(drawn[2].numpy() - truth[2])[covered].max() < 1e-4


@pytest.mark.parametrize("name", BACKENDS)
def test_equals_the_picture_of_gsplat_on_cuda(name: str):
    """gsplat's own CUDA output for four degree-3 Gaussians, where the file is at hand."""
    file = next((p / "shared/field/raster/tiny_case.safetensors" for p in Path(__file__).resolve().parents
                 if (p / "shared/field/raster/tiny_case.safetensors").is_file()), None)  # fmt: skip
    if file is None:
        pytest.skip("no stored CUDA picture here")
    from safetensors.torch import load_file

    case = load_file(file)
    g = Gaussians(
        means=case["means"],
        quats=case["quats"],
        scales=case["scales"].exp(),
        opacities=case["opacities"].sigmoid(),
        sh=case["coeffs"],
    )
    c2w = torch.eye(4)
    c2w[:3, 3] = torch.tensor([0.123, 0.456, -8.0])
    k = torch.tensor([[61.5, 0.0, 61.5], [0.0, 61.5, 41.0], [0.0, 0.0, 1.0]])
    rgb, alpha, _ = rasterize(g, c2w, k, 123, 82, rasterizer=name)
    assert (rgb - case["out_img"][..., :3]).abs().max() < 1e-5
    assert (alpha - case["out_img"][..., 3]).abs().max() < 1e-5


def test_gradients_of_the_torch_rasterizer_are_exact():
    """Trap 34: numerical derivatives in float64 over a background, with clamped and skipped alphas."""
    g = cloud(20, seed=1)
    g.opacities[:3] = 0.9999  # reaches the clamp
    background = torch.tensor([0.3, 0.5, 0.9], dtype=torch.float64, requires_grad=True)

    def picture(means, quats, scales, opacities, sh, background):
        held = Gaussians(means=means, quats=quats, scales=scales, opacities=opacities, sh=sh)
        small = K.clone()
        small[:2] *= 16 / WIDTH
        rgb, alpha, z = rasterize(held, C2W, small, 16, 16, background=background, rasterizer="torch")
        return rgb, alpha, z * (alpha.detach() > 0.1)

    leaves = [getattr(g, k).requires_grad_() for k in FIELDS]
    # A step small enough not to carry a contribution over the 1/255 threshold.
    assert torch.autograd.gradcheck(picture, (*leaves, background), eps=1e-8, atol=2e-4, fast_mode=True)


@pytest.mark.parametrize("name", FAST)
@pytest.mark.parametrize("count, grow", [(3, 1.0), (30, 1.0), (400, 1.0), (2000, 1.0), (300, 0.05), (60, 4.0)])
def test_gradients_equal_torch_in_float64(name: str, count: int, grow: float):
    """Trap 34 for the compiled paths: every parameter and the background; deep stacks, specks and wide splats."""
    g = cloud(count, seed=count)
    g = replace(g, scales=g.scales * grow)
    exact, fast = gradients(g, "torch", torch.float64), gradients(g, name, torch.float32)
    for field, a, b in zip((*FIELDS, "background"), exact, fast, strict=True):
        assert (a - b).norm() < 1e-5 * a.norm(), field


@pytest.mark.parametrize("name", BACKENDS)
def test_thin_slanted_splats_equal_a_dense_compositor(name: str):
    """Needles across many tiles: no pixel that one reaches is left out (1/255 at least; float32 leaves 1e-4)."""
    g = cloud(40, seed=5, dtype=torch.float32)
    g = replace(g, scales=g.scales * torch.tensor([6.0, 0.1, 0.1]))
    truth, drawn = dense(g, [0.0, 0.0, 0.0]), rasterize(g, C2W, K, WIDTH, HEIGHT, rasterizer=name)
    assert np.abs(drawn[0].numpy() - truth[0]).max() < 1e-4
    assert np.abs(drawn[1].numpy() - truth[1]).max() < 1e-4


def test_numba_is_the_same_on_any_number_of_threads():
    """No sum depends on who finished first."""
    threads = torch.get_num_threads()
    g = cloud(400)
    try:
        results = []
        for count in (1, 2, 3):
            torch.set_num_threads(count)
            results.append(gradients(g, "numba", torch.float32))
    finally:
        torch.set_num_threads(threads)
    for other in results[1:]:
        for field, a, b in zip(FIELDS, results[0][:5], other[:5], strict=True):
            assert torch.equal(a, b), field


def test_numba_works_where_nothing_can_be_cached(monkeypatch):
    """A read-only installation and home: compiled again, but not refused."""
    from numba.core.caching import CacheImpl

    monkeypatch.setattr(CacheImpl, "_locator_classes", [])
    numba_tiles._compiled.cache_clear()
    try:
        assert numba_tiles._compiled("list_tiles") is not None
    finally:
        numba_tiles._compiled.cache_clear()


def test_warp_gradients_do_not_depend_on_how_the_work_is_divided(monkeypatch):
    """A picture whose splats exceed the memory held at once is walked in rounds of tiles."""
    g = cloud(400)
    whole = gradients(g, "warp", torch.float32)
    monkeypatch.setattr(warp_tiles, "_BUDGET", 500)
    for field, a, b in zip(FIELDS, whole[:5], gradients(g, "warp", torch.float32)[:5], strict=True):
        assert torch.equal(a, b), field


def test_warp_kernels_compile_for_gpus_that_are_not_here(tmp_path: Path):
    """PTX of every kernel for compute capability 8.0 and 9.0; needs neither a GPU nor its driver."""
    import warp

    names = {"project", "list_pairs", "composite", "measure", "pixel_gradients", "pair_gradients", "project_backward"}
    for arch in (80, 90):
        warp.compile_aot_module(warp_tiles.kernels, arch=arch, module_dir=tmp_path, use_ptx=True)
        text = next(tmp_path.glob(f"*sm{arch}.ptx")).read_text()
        for name in names:
            assert f".entry {name}_" in text, name


def test_the_cpu_path_loads_no_gpu_package():
    """Neither gsplat nor Warp is imported before someone asks for it."""
    code = (
        "import sys, torch\n"
        "from dreamdance_core.gaussians.rasterizers import rasterize\n"
        "from dreamdance_core.types import Gaussians\n"
        "one = Gaussians(means=torch.tensor([[0., 0, 2]]), quats=torch.tensor([[1., 0, 0, 0]]),\n"
        "    scales=torch.ones(1, 3), opacities=torch.ones(1), sh=torch.ones(1, 1, 3))\n"
        "rasterize(one, torch.eye(4), torch.tensor([[9., 0, 4], [0, 9, 4], [0, 0, 1]]), 8, 8, rasterizer='torch')\n"
        "assert not {'warp', 'gsplat', 'numba'} & set(sys.modules)\n"
    )
    root = Path(__file__).resolve().parents[2]
    subprocess.run([sys.executable, "-c", code], cwd=root, check=True, timeout=120)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
@pytest.mark.parametrize("name", ["warp", "gsplat"])
@pytest.mark.parametrize("count", [30, 2000])
def test_cuda_pictures_and_gradients_equal_the_reference(name: str, count: int):
    """The compiler-free path and gsplat, where its kernels are built, against torch in float64; twice the same."""
    if name == "gsplat" and not gsplat_cuda.built():
        pytest.skip("gsplat's kernels are not built")
    g = cloud(count, seed=count)
    g = replace(g, opacities=g.opacities.clamp_max(0.98))  # gsplat clamps alpha at 0.999 up to 1.5, then at 0.99
    on_gpu = Gaussians(**{k: getattr(g, k).cuda() for k in FIELDS})
    exact = gradients(g, "torch", torch.float64)
    fast, again = (gradients(on_gpu, name, torch.float32) for _ in range(2))
    for field, a, b, c in zip((*FIELDS, "background"), exact, fast, again, strict=True):
        assert (a - b.cpu()).norm() < 1e-5 * a.norm(), field
        assert name == "gsplat" or torch.equal(b, c), field
    single = Gaussians(**{k: getattr(on_gpu, k).float() for k in FIELDS})
    drawn = rasterize(single, C2W, K, WIDTH, HEIGHT, rasterizer=name)
    truth = dense(Gaussians(**{k: getattr(single, k).cpu() for k in FIELDS}), [0.0, 0.0, 0.0])
    assert np.abs(drawn[0].cpu().numpy() - truth[0]).max() < 1e-5


@pytest.mark.parametrize("name", BACKENDS)
def test_nothing_in_view_is_the_background(name: str):
    """Trap 32: an empty picture has coverage 0 and finite values; gradients flow and are 0."""
    g = cloud(5, dtype=torch.float32)
    behind = Gaussians(
        means=(g.means - torch.tensor([0.0, 0.0, 9.0])).requires_grad_(),
        quats=g.quats, scales=g.scales, opacities=g.opacities, sh=g.sh,
    )  # fmt: skip
    for held in (behind, Gaussians(**{k: getattr(g, k)[:0] for k in FIELDS})):
        rgb, alpha, z = rasterize(
            held, C2W, K, WIDTH, HEIGHT, background=torch.tensor([0.1, 0.2, 0.3]), rasterizer=name
        )
        assert torch.allclose(rgb, torch.tensor([0.1, 0.2, 0.3]).expand_as(rgb))
        assert (alpha == 0).all() and torch.isfinite(z).all()
    rgb, _, _ = rasterize(behind, C2W, K, WIDTH, HEIGHT, rasterizer=name)
    rgb.sum().backward()
    assert (behind.means.grad == 0).all()


def test_a_camera_to_the_right_sees_the_point_on_the_left():
    """Trap 4: moved +1 in x, a point at z = 4 shifts by -f/4 px."""
    dot = Gaussians(
        means=torch.tensor([[0.0, 0.0, 4.0]]), quats=torch.tensor([[1.0, 0, 0, 0]]), scales=torch.full((1, 3), 0.01),
        opacities=torch.tensor([0.9]), sh=torch.ones(1, 1, 3),
    )  # fmt: skip
    k = torch.tensor([[40.0, 0.0, 30.5], [0.0, 40.0, 12.5], [0.0, 0.0, 1.0]])
    c2w = torch.eye(4)
    c2w[0, 3] = 1.0
    columns = [int(rasterize(dot, p, k, 50, 25)[1].amax(0).argmax()) for p in (torch.eye(4), c2w)]
    assert columns == [30, 20]


def test_the_cpu_never_meets_gsplat(monkeypatch):
    """Trap 37: on the CPU "auto" is numba or torch, whatever is installed."""
    import importlib.util

    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *a: object())
    assert choose(torch.device("cpu")) == "numba"
    assert choose(torch.device("cpu"), torch.float64) == "torch"
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *a: None)
    assert choose(torch.device("cpu")) == "torch"
    for name, extra in (("numba", "cpu-gaussians"), ("warp", "gpu-gaussians")):
        with pytest.raises(ImportError, match=extra):
            choose(torch.device("cpu"), rasterizer=name)


def test_cuda_takes_the_fastest_that_is_there(monkeypatch):
    """gsplat where its kernels are built, else Warp, else PyTorch; the compiled ones only in float32."""
    import importlib.util

    cuda = torch.device("cuda")
    monkeypatch.setattr(gsplat_cuda, "built", lambda: True)
    assert choose(cuda) == "gsplat" and choose(cuda, torch.float64) == "torch"
    monkeypatch.setattr(gsplat_cuda, "built", lambda: False)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *a: object() if name == "warp" else None)
    assert choose(cuda) == "warp" and choose(cuda, torch.float64) == "torch"
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *a: None)
    assert choose(cuda) == "torch"


def test_wrong_choices_are_sentences():
    with pytest.raises(ValueError, match="rasterizer must be one of auto, gsplat, warp, numba, torch, got 'taichi'"):
        choose(torch.device("cpu"), rasterizer="taichi")
    with pytest.raises(ValueError, match="needs float32 on cuda"):
        choose(torch.device("cpu"), rasterizer="gsplat")
    with pytest.raises(ValueError, match="1, 4, 9 or 16"):
        g = cloud(2, dtype=torch.float32)
        rasterize(Gaussians(**{k: getattr(g, k) for k in FIELDS[:4]}, sh=torch.zeros(2, 2, 3)), C2W, K, 8, 8)


@pytest.mark.parametrize("name", BACKENDS)
def test_pixel_aligned_gaussians_stand_on_their_pixels(name: str):
    """Trap 13: faint splats add up without hiding each other, so the picture may not move; an integer grid moves it
    0.35 to 0.54 px."""
    width, height = 96, 64
    rng = np.random.default_rng(0)
    noise = torch.nn.functional.interpolate(
        torch.from_numpy(rng.uniform(0, 1, (1, 3, 32, 48))).float(), (height, width), mode="bicubic"
    )
    frame = noise[0].permute(1, 2, 0).clamp(0, 1).contiguous()
    k = torch.tensor([[80.0, 0.0, 44.3], [0.0, 80.0, 35.2], [0.0, 0.0, 1.0]])
    slant = torch.linspace(1.5, 2.5, height)[:, None].expand(height, width).contiguous()
    views = Views(
        frames=frame[None], depth=Depth(z=slant[None], valid=torch.ones(1, height, width, dtype=torch.bool)),
        trusted=torch.ones(1, height, width),
        cameras=Cameras(c2w=torch.eye(4)[None], K=k[None], width=width, height=height),
    )  # fmt: skip
    faint = replace(gaussians_from_views(views), opacities=torch.full((width * height,), 0.02))
    rgb, alpha, _ = rasterize(faint, torch.eye(4), k, width, height, rasterizer=name)
    import cv2

    window = cv2.createHanningWindow((width, height), cv2.CV_32F)
    pictures = [frame.mean(-1).numpy(), (rgb / alpha[..., None]).mean(-1).numpy()]
    shift, _ = cv2.phaseCorrelate(*pictures, window)
    assert math.hypot(*shift) < 0.05


def test_gsplat_is_found_by_its_kernels_and_never_imported_for_that(monkeypatch, tmp_path: Path):
    """A gsplat without kernels would compile them at the first call, so it is passed over."""
    from importlib.machinery import EXTENSION_SUFFIXES

    package = tmp_path / "gsplat"
    package.mkdir()
    (package / "__init__.py").write_text("raise RuntimeError('imported')")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert not gsplat_cuda.built()
    (package / f"csrc{EXTENSION_SUFFIXES[0]}").touch()
    assert gsplat_cuda.built()


def test_gsplat_is_called_with_names_that_every_version_has(monkeypatch):
    """By keyword, w2c and one camera; both 1.5 and later take these."""
    seen = {}

    def rasterization(**given):
        seen.update(given)
        return torch.ones(1, 8, 9, 4), torch.full((1, 8, 9, 1), 0.75), {}

    monkeypatch.setitem(sys.modules, "gsplat", SimpleNamespace(rasterization=rasterization))
    g = cloud(5, dtype=torch.float32)
    view = View(torch.eye(4), torch.eye(3), 9, 8)
    picture, passing = gsplat_cuda.splat(g, torch.ones(5, 3), view)
    assert picture.shape == (8, 9, 4) and torch.equal(passing, torch.full((8, 9), 0.25))
    assert seen["viewmats"].shape == (1, 4, 4) and seen["render_mode"] == "RGB+D" and seen["eps2d"] == 0.3
    names_of_1_5 = {"means", "quats", "scales", "opacities", "colors", "viewmats", "Ks", "width", "height",
                    "near_plane", "eps2d", "packed", "render_mode", "rasterize_mode"}  # fmt: skip
    assert set(seen) <= names_of_1_5
