"""Cut-outs: edges, colours, holes, small figures, and refusals. Pictures are drawn here, so the truth is known."""

import cv2
import numpy as np
import pytest
import torch

from dreamdance_core import backends
from dreamdance_core.runtime import Runtime
from dreamdance_core.segment.backends import u2net_small
from dreamdance_core.segment.cutout import cut_out, hole_mask
from dreamdance_core.segment.detail import by_colours, look_closer
from dreamdance_core.segment.find import Found, find_character, main_part
from dreamdance_core.segment.refine import follow_edges, foreground_colours, soft_edge

HEIGHT, WIDTH = 180, 260
RED, GREEN = torch.tensor([0.85, 0.1, 0.1]), torch.tensor([0.1, 0.75, 0.2])


def soft_disc(radius: float = 55, edge: float = 12, x: float = 100, y: float = 85) -> torch.Tensor:
    """Alpha of a disc whose edge falls over `edge` px."""
    ys, xs = torch.meshgrid(torch.arange(HEIGHT) + 0.5, torch.arange(WIDTH) + 0.5, indexing="ij")
    return ((radius - ((xs - x) ** 2 + (ys - y) ** 2).sqrt()) / edge + 0.5).clamp(0, 1)


def over(alpha: torch.Tensor, front: torch.Tensor, back: torch.Tensor) -> torch.Tensor:
    return front * alpha[..., None] + back * (1 - alpha[..., None])


def iou(a: torch.Tensor, b: torch.Tensor) -> float:
    a, b = a > 0.5, b > 0.5
    return float((a & b).sum() / (a | b).sum())


def figure(height: int, width: int, scale: float, x: float, y: float) -> tuple[torch.Tensor, torch.Tensor]:
    """A drawn person (head with hair, body, arms, legs) on a sky-and-meadow background, and its alpha."""
    zoom = 4
    alpha = np.zeros((height * zoom, width * zoom), np.uint8)
    colour = np.zeros((height * zoom, width * zoom, 3), np.uint8)

    def at(u: float, v: float) -> tuple[int, int]:
        return round((x + u * scale) * zoom), round((y + v * scale) * zoom)

    def draw(shape, *args, fill) -> None:
        shape(colour, *args, fill, -1, cv2.LINE_8)
        shape(alpha, *args, 255, -1, cv2.LINE_8)

    skin, hair, dress = (250, 220, 195), (90, 40, 60), (60, 70, 170)
    unit = round(scale * zoom)
    draw(cv2.ellipse, at(0, -62), (26 * unit, 34 * unit), 0, 0, 360, fill=hair)
    draw(cv2.circle, at(0, -58), 19 * unit, fill=skin)
    for side in (-1, 1):
        arm = np.array([at(side * 12, -34), at(side * 46, 4), at(side * 38, 12), at(side * 8, -18)])
        cv2.fillConvexPoly(colour, arm, skin)
        cv2.fillConvexPoly(alpha, arm, 255)
        leg = np.array([at(side * 4, 40), at(side * 20, 40), at(side * 17, 96), at(side * 7, 96)])
        cv2.fillConvexPoly(colour, leg, hair)
        cv2.fillConvexPoly(alpha, leg, 255)
    body = np.array([at(-14, -38), at(14, -38), at(34, 48), at(-34, 48)])
    cv2.fillConvexPoly(colour, body, dress)
    cv2.fillConvexPoly(alpha, body, 255)
    planes = [
        cv2.resize(plane.astype(np.float32) / 255, (width, height), interpolation=cv2.INTER_AREA)
        for plane in (colour, alpha)
    ]
    rows = torch.linspace(0, 1, height)[:, None, None]
    sky, meadow = torch.tensor([0.55, 0.8, 0.95]), torch.tensor([0.45, 0.7, 0.35])
    back = torch.where(rows < 0.55, sky + 0.2 * rows, meadow - 0.1 * rows).expand(height, width, 3)
    matte = torch.from_numpy(planes[1])
    return torch.from_numpy(planes[0]) + back * (1 - matte[..., None]), matte


def test_foreground_colours_are_free_of_the_background():
    """Trap 69: the mixed colours are 68/255 off, one-pass blur fusion 6.6/255."""
    alpha = soft_disc()
    picture = over(alpha, RED, GREEN)
    band = (alpha > 0.3) & (alpha < 0.7)
    naive = (picture - RED).abs().mean(-1)[band].mean() * 255
    clean = (foreground_colours(picture, alpha) - RED).abs().mean(-1)[band].mean() * 255
    assert naive > 40 and clean < 3
    shaded = RED + 0.1 * torch.linspace(-1, 1, WIDTH)[None, :, None] * torch.ones(HEIGHT, 1, 3)
    scene = GREEN + 0.15 * torch.linspace(-1, 1, HEIGHT)[:, None, None] * torch.ones(1, WIDTH, 3)
    clean = (foreground_colours(over(alpha, shaded, scene), alpha) - shaded).abs().mean(-1)[band].mean() * 255
    assert clean < 6


def test_a_drawn_rim_keeps_its_colour():
    """Trap 69: a dark outline under a soft edge is neither the figure's inside nor the old background."""
    alpha = soft_disc(edge=5)
    inside = soft_disc(radius=54, edge=1)
    colours = over(inside, RED, torch.tensor([0.15, 0.05, 0.05]))
    found = foreground_colours(over(alpha, colours, torch.tensor([0.9, 0.95, 0.9])), alpha)
    band = (alpha > 0.3) & (alpha < 1)
    assert (found - colours).abs().mean(-1)[band].mean() * 255 < 20, "22.5 where F is only smooth"


def test_foreground_colours_are_the_pictures_where_alpha_is_one():
    generator = torch.Generator().manual_seed(0)
    alpha, picture = soft_disc(), torch.rand(HEIGHT, WIDTH, 3, generator=generator)
    assert torch.equal(foreground_colours(picture, alpha)[alpha == 1], picture[alpha == 1])


def test_a_thin_limb_stays_opaque():
    """A finger five pixels wide before its own shade: its middle is figure, whatever its rims mix with."""
    truth = np.zeros((60, 90), np.float32)
    truth[10:50, 10:30], truth[25:30, 30:75] = 1, 1
    picture = np.full((60, 90, 3), 0.9, np.float32)
    picture[truth > 0] = (0.95, 0.85, 0.8)
    picture[:, 30:] = 0.93  # no colour to tell finger and ground apart
    assert soft_edge(picture, truth, band=4)[27, 32:72].min() > 0.95


def test_a_hard_edge_becomes_the_true_soft_one():
    truth = soft_disc(edge=4)
    picture = over(truth, RED, GREEN).numpy()
    hard = (truth > 0.5).float().numpy()
    solved = soft_edge(picture, hard, band=6)
    band = ((truth > 0) & (truth < 1)).numpy()
    error = np.abs(solved - truth.numpy())[band].mean()
    assert error < 0.03 < np.abs(hard - truth.numpy())[band].mean()
    far = np.abs(truth.numpy() - 0.5) == 0.5
    assert np.abs(solved - hard)[far].max() < 0.05


def test_the_border_moves_to_the_pictures_edge():
    truth = soft_disc(edge=1)
    picture = over(truth, RED, GREEN).numpy()
    coarse = cv2.GaussianBlur(soft_disc(radius=49, edge=1, x=103).numpy(), (0, 0), 9)
    found = torch.from_numpy(follow_edges(picture, coarse))
    assert iou(found, truth) > 0.975 > 0.9 > iou(torch.from_numpy(coarse), truth)
    assert np.array_equal(found.numpy(), follow_edges(picture, coarse))


def test_the_hole_covers_the_character_with_a_margin():
    """Trap 28: a plate filled from outside the hole shows no rim of the character."""
    alpha = soft_disc()
    hole = hole_mask(alpha)
    assert bool((hole[alpha > 0.01] == 1).all())
    margin = torch.from_numpy(cv2.distanceTransform(1 - (alpha > 0.05).numpy().astype(np.uint8), cv2.DIST_L2, 5))
    assert bool((hole[margin < 8.5] == 1).all()) and bool((hole[margin > 11] == 0).all())
    scene = GREEN + 0.2 * torch.linspace(-1, 1, WIDTH)[None, :, None] * torch.ones(HEIGHT, 1, 3)
    picture = over(alpha, RED, scene)
    steepness = sum(torch.gradient(picture.mean(-1)), torch.zeros(HEIGHT, WIDTH)).abs()
    outside = torch.from_numpy(cv2.distanceTransform(1 - hole.numpy().astype(np.uint8), cv2.DIST_L2, 5))
    at_border = steepness[(outside > 0) & (outside < 4)].mean()
    away = steepness[(outside > 20) & (outside < 24)].mean()
    assert at_border <= away * 1.01


def test_the_hole_grows_over_the_shadow_at_the_feet():
    """Trap 72: with the wish for it, no darker ground is left around the feet; without it, the shadow stays."""
    alpha = torch.zeros(200, 160)
    alpha[30:170, 70:90] = 1
    rows, columns = torch.meshgrid(torch.arange(200), torch.arange(160), indexing="ij")
    shade = ((columns - 80) / 36.0) ** 2 + ((rows - 168) / 10.0) ** 2 < 1
    ground = torch.where(shade, 0.35, 0.6)
    ring = slice(150, 185), slice(30, 130)
    for shadow, left in ((0.0, True), (0.25, False)):
        hole = hole_mask(alpha, shadow) > 0.5
        darkest = torch.where(hole, 0.6, ground)[ring].min()
        assert bool(darkest < 0.5) == left
    grown = (hole_mask(alpha, 0.25) > 0.5) & ~(hole_mask(alpha) > 0.5)
    assert not grown[:140].any()  # the figure's upper parts throw nothing onto what stands beside them


def test_the_hole_is_larger_on_large_pictures_and_closes_gaps():
    large = torch.zeros(700, 1000)
    large[300:400, 300:400] = 1
    large[345:350, 340:360] = 0  # a small gap
    hole = hole_mask(large)
    assert hole[350, 286] == 1 and hole[350, 283] == 0  # 15 px of margin
    assert hole[347, 350] == 1
    ring = torch.zeros(700, 1000)
    ring[100:600, 200:800] = 1
    ring[200:500, 300:700] = 0  # a wide gap shows true background
    assert hole_mask(ring)[350, 500] == 0


def test_small_near_parts_stay_and_stray_islands_go():
    mask = np.zeros((200, 300), bool)
    mask[50:150, 50:120] = True
    mask[20:24, 118:122] = True  # stray, far
    mask[100:104, 122:126] = True  # small, near
    mask[60:80, 200:210] = True  # 2.9 % of the largest
    kept = main_part(mask)
    assert not kept[22, 120] and kept[102, 124] and kept[70, 205]
    assert main_part(np.zeros((20, 30), bool)) is None


def test_sources_in_order_alpha_mask_backend():
    picture, soft = over(soft_disc(), RED, GREEN), soft_disc()
    hard = (soft_disc(radius=30) > 0.5).float()

    def never(image):
        raise AssertionError("the backend was asked")

    before = picture.clone()
    assert torch.equal(cut_out(picture, never, mask=hard, alpha=soft).alpha, soft)
    assert torch.equal(cut_out(picture, None, mask=soft).alpha, soft), "a soft mask is the user's own matte"
    assert iou(cut_out(picture, None, mask=hard).alpha, hard) > 0.9
    opaque = torch.ones(HEIGHT, WIDTH)
    opaque[:3, :3] = 0  # a rounded corner outlines nobody
    assert torch.equal(cut_out(picture, None, mask=soft, alpha=opaque).alpha, soft)
    assert torch.equal(picture, before)
    with pytest.raises(ValueError, match="segment backend"):
        cut_out(picture, None, alpha=opaque)


@pytest.mark.parametrize("level", [0.0, 0.3, 1.0])
def test_no_character_is_one_clear_sentence(level):
    generator = torch.Generator().manual_seed(1)
    picture = torch.rand(HEIGHT, WIDTH, 3, generator=generator)
    with pytest.raises(ValueError, match="No character found"):
        cut_out(picture, lambda image: torch.full(image.shape[:2], level))


def test_unusable_input_is_named():
    picture = over(soft_disc(), RED, GREEN)
    with pytest.raises(ValueError, match="No character found"):
        cut_out(torch.full((HEIGHT, WIDTH, 3), 0.4), u2net_small.tiny())
    with pytest.raises(ValueError, match="No character found"):
        cut_out(picture, None, mask=torch.zeros(HEIGHT, WIDTH))
    with pytest.raises(ValueError, match="No character found"):
        cut_out(picture, None, mask=torch.ones(HEIGHT, WIDTH))
    with pytest.raises(ValueError, match=r"mask must have the picture's size \(180, 260\)"):
        cut_out(picture, None, mask=torch.ones(WIDTH, HEIGHT))
    picture[3, 4, 1] = float("nan")
    with pytest.raises(ValueError, match="finite"):
        cut_out(picture, None, mask=soft_disc())


def test_a_small_figure_beside_salient_scenery_is_found():
    """A stand-in network that, like real ones, sees only what is large in its view, and scenery first."""
    picture, truth = figure(360, 600, 0.5, 120, 250)
    picture[150:190, 200:] = torch.tensor([0.9, 0.8, 0.1])  # a yellow rail

    def network(image):
        person = (image[..., 2] > image[..., 1] + 0.1) & (image[..., 1] < 0.6) | (image[..., 0] > image[..., 2] + 0.11)
        rail = (image[..., 2] < 0.2) & (image[..., 0] > 0.8)
        person &= ~rail & (image[..., 1] < 0.9)
        if person.float().mean() > 0.03:
            return person.float()
        return (rail & (image.shape[0] > 300)).float()  # in a close view the scenery dissolves

    rail = picture[..., 2] < 0.2
    assert iou(network(picture), rail.float()) > 0.95, "the whole picture shows it the rail alone"
    found = find_character(picture, network)
    whole = torch.zeros(truth.shape)
    whole[found.rows, found.columns] = found.alpha
    ys, xs = np.nonzero(truth.numpy() > 0.5)
    assert found.rows.start <= ys.min() and found.rows.stop >= ys.max()
    assert found.columns.start <= xs.min() and found.columns.stop >= xs.max()
    assert found.columns.stop - found.columns.start < 200
    assert iou(whole, truth) > 0.9


def skirted() -> tuple[np.ndarray, np.ndarray]:
    """A blue figure with an arm of skin, a gap in its skirt and a white badge, before white; and its mask."""
    mask = np.zeros((240, 200), np.uint8)
    colours = np.ones((240, 200, 3), np.float32)
    colours += np.random.default_rng(0).normal(0, 0.004, colours.shape).astype(np.float32)
    for fill, corners in (
        ((0.98, 0.86, 0.78), ((60, 60), (75, 60), (38, 130), (26, 126))),  # an arm, off to the left
        ((0.2, 0.25, 0.6), ((65, 40), (130, 40), (150, 200), (50, 200))),
    ):
        corners = np.array(corners)
        cv2.fillConvexPoly(mask, corners, 1) if len(corners) == 4 else cv2.fillPoly(mask, [corners], 1)
        cv2.fillPoly(colours, [corners], fill)
    cv2.circle(colours, (98, 25), 18, (0.98, 0.86, 0.78), -1)
    cv2.circle(mask, (98, 25), 18, 1, -1)
    gap = np.array([(104, 185), (98, 120), (92, 185)])
    cv2.fillPoly(colours, [gap], (1, 1, 1))
    cv2.fillPoly(mask, [gap], 0)
    cv2.circle(colours, (98, 70), 6, (1, 1, 1), -1)
    return colours.clip(0, 1), mask > 0


def test_a_lost_hand_and_a_filled_gap_are_put_right():
    """Skin beyond the sleeve is the face's; white where the network wavers is the ground's; a white badge is not."""
    picture, truth = skirted()
    picture[120:126, 150:156] = (0.98, 0.86, 0.78)  # the same skin, faintly seen too, but nothing leads there
    alpha = truth.astype(np.float32)
    lost, gap = np.zeros_like(truth), np.zeros_like(truth)
    lost[112:140, :55] = truth[112:140, :55]
    gap[120:190, 85:112] = ~truth[120:190, 85:112]
    alpha[lost], alpha[gap], alpha[120:126, 150:156] = 0.1, 0.97, 0.1
    close = np.where(gap, 0.7, alpha).astype(np.float32)
    fixed, limbs, gaps = by_colours(picture, alpha, close)
    assert limbs[lost].mean() > 0.95 and fixed[lost].mean() > 0.85
    assert gaps[gap].mean() > 0.8 and fixed[gap].mean() < 0.2
    assert not gaps[60:80, 90:106].any(), "the badge stays"
    assert not limbs[120:126, 150:156].any()
    assert limbs[~truth].mean() < 0.01


def test_a_close_view_adds_what_it_sees_of_the_figure_only():
    """It may add a limb, never take a body away; a view that sees mostly scenery is not believed."""
    body, arm, lamp = (torch.zeros(300, 200, dtype=torch.bool) for _ in range(3))
    body[30:270, 80:120], arm[100:112, 120:160], lamp[200:280, 150:198] = True, True, True
    coarse = body.float() + 0.2 * arm
    found = Found(rows=slice(0, 300), columns=slice(0, 200), alpha=coarse, quality=1.0)
    picture = torch.stack([body | arm, body | lamp, arm], -1).float()

    def network(view):
        return view[..., 2] + 0.2 * view[..., 0]  # close up: the arm, hardly the body

    alpha, close = look_closer(picture, found, network)
    assert (alpha[arm] > 0.9).all() and np.array_equal(alpha[~arm], coarse.numpy()[~arm])
    assert np.nanmin(close[body]) >= 0 and np.nanmax(close[body]) < 0.5
    alpha, _ = look_closer(picture, found, lambda view: view[..., 1] * (1 - view[..., 0]))  # the lamp alone
    assert np.array_equal(alpha, coarse.numpy())


def test_the_network_sees_a_plain_resize_with_imagenet_statistics():
    """Trap 68."""
    seen = []

    def net(planes):
        seen.append(planes)
        return torch.linspace(0, 1, 320).expand(1, 1, 320, 320)

    picture = torch.tensor([1.0, 0.5, 0.25]).expand(60, 200, 3).contiguous()
    alpha = u2net_small.U2NetSmall(net)(picture)
    expected = (torch.tensor([1.0, 0.5, 0.25]) - torch.tensor(u2net_small.MEAN)) / torch.tensor(u2net_small.DEVIATION)
    assert seen[0].shape == (1, 3, 320, 320)
    assert torch.allclose(seen[0], expected.view(1, 3, 1, 1).expand(1, 3, 320, 320), atol=1e-5)
    assert alpha.shape == (60, 200) and bool((alpha[:, -1] > 0.99).all()) and bool((alpha.diff(dim=1) >= 0).all())


@pytest.mark.parametrize(("scale", "x", "y"), [(1.6, 215, 190), (0.8, 300, 230), (0.45, 330, 250)])
def test_the_published_network_cuts_out_a_drawn_figure(scale, x, y):
    """Traps 68, 73: real weights; a wrong normalisation or output loses the figure. No background colour remains."""
    pytest.importorskip("onnxruntime")
    picture, truth = figure(360, 480, scale, x, y)
    cut = cut_out(picture, backends.load("segment", "u2net_small", Runtime()))
    assert iou(cut.alpha, truth) > 0.97
    assert bool((cut.hole_mask[truth > 0.05] == 1).all())
