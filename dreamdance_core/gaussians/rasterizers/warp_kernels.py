"""The loops of warp_tiles.py, one thread per splat, per pixel or per pair of splat and tile; Warp compiles them there.

Every thread writes its own outputs and sums in a fixed order: no atomics, so results can be repeated. Pairs are listed
tile by tile, front to back; a place in that list is a slot.

A packed splat is four vectors: (x, y, xx, xy), (yy, opacity, r, g), (b, z, 0, 0) and (left, top, right, bottom), in px,
1/px^2 and scene units; the last are the pixels it may touch, exclusive ends.
"""

from typing import no_type_check

import warp as wp

from ..projection import ALPHA_MAX, ALPHA_MIN, EPS_2D, NEAR, T_STOP, TAN_MARGIN

wp.set_module_options({"enable_backward": False})

_SLACK = 1e-3  # of a power: rounding must not drop what the exact alpha test keeps


@no_type_check
@wp.struct
class Camera:
    """w2c rotation by rows, w2c translation, (fx, fy, cx, cy), and the picture's size, px."""

    right: wp.vec3
    down: wp.vec3
    ahead: wp.vec3
    t: wp.vec3
    inner: wp.vec4
    width: int
    height: int


@no_type_check
@wp.func
def slopes(camera: Camera, point: wp.vec3):
    """x/z and y/z, and the same clamped to what the Jacobian follows; point: in the camera's frame."""
    fx, fy, cx, cy = camera.inner[0], camera.inner[1], camera.inner[2], camera.inner[3]
    w, h = float(camera.width), float(camera.height)
    margin_x, margin_y = TAN_MARGIN * 0.5 * w / fx, TAN_MARGIN * 0.5 * h / fy
    px, py = point[0] / point[2], point[1] / point[2]
    return wp.vec4(
        px, py,
        wp.clamp(px, -(cx / fx + margin_x), (w - cx) / fx + margin_x),
        wp.clamp(py, -(cy / fy + margin_y), (h - cy) / fy + margin_y),
    )  # fmt: skip


@no_type_check
@wp.func
def in_camera(camera: Camera, point: wp.vec3):
    return wp.vec3(wp.dot(camera.right, point), wp.dot(camera.down, point), wp.dot(camera.ahead, point)) + camera.t


@no_type_check
@wp.func
def unit(wxyz: wp.vec4):
    """The unit quaternion in Warp's order, xyzw."""
    q = wxyz / wp.max(wp.length(wxyz), 1e-12)
    return wp.quat(q[1], q[2], q[3], q[0])


@no_type_check
@wp.func
def clipped(box: wp.vec4, tile: int, columns: int, size: int):
    """The part of a pixel box in a tile: x0, y0, x1, y1, exclusive ends."""
    left, top = tile % columns * size, tile // columns * size
    return wp.vec4i(
        wp.max(int(box[0]), left), wp.max(int(box[1]), top),
        wp.min(int(box[2]), left + size), wp.min(int(box[3]), top + size),
    )  # fmt: skip


@no_type_check
@wp.kernel
def project(
    camera: Camera,
    means: wp.array(dtype=wp.vec3),
    quats: wp.array(dtype=wp.vec4),
    scales: wp.array(dtype=wp.vec3),
    opacities: wp.array(dtype=float),
    colours: wp.array(dtype=wp.vec3),
    packed: wp.array(dtype=wp.vec4),
    depth: wp.array(dtype=float),
    touches: wp.array2d(dtype=int),
):
    """Packs one splat; depth: its z, infinite where it is out of sight; touches: how many tiles of 8 px, of 16 px and
    pixels."""
    i = wp.tid()
    depth[i] = wp.inf
    for k in range(3):
        touches[k, i] = 0
    point = in_camera(camera, means[i])
    z, opacity = point[2], opacities[i]
    if not (z > NEAR and opacity > ALPHA_MIN):
        return
    fx, fy = camera.inner[0], camera.inner[1]
    s = slopes(camera, point)
    axes = wp.transpose(wp.quat_to_matrix(unit(quats[i])))
    across = wp.cw_mul(axes * (fx / z * (camera.right - s[2] * camera.ahead)), scales[i])
    along = wp.cw_mul(axes * (fy / z * (camera.down - s[3] * camera.ahead)), scales[i])
    xx, xy, yy = wp.dot(across, across) + EPS_2D, wp.dot(across, along), wp.dot(along, along) + EPS_2D
    det = xx * yy - xy * xy
    if not (det > 0.0):
        return
    reach = wp.log(opacity / ALPHA_MIN) + _SLACK
    extent_x, extent_y = wp.sqrt(2.0 * reach * xx), wp.sqrt(2.0 * reach * yy)
    x, y = fx * s[0] + camera.inner[2], fy * s[1] + camera.inner[3]
    w, h = float(camera.width), float(camera.height)
    left, right = int(wp.clamp(x - extent_x + 0.5, 0.0, w)), int(wp.clamp(x + extent_x + 0.5, 0.0, w))
    top, bottom = int(wp.clamp(y - extent_y + 0.5, 0.0, h)), int(wp.clamp(y + extent_y + 0.5, 0.0, h))
    if left >= right or top >= bottom:
        return
    c = colours[i]
    packed[4 * i] = wp.vec4(x, y, yy / det, -xy / det)
    packed[4 * i + 1] = wp.vec4(xx / det, opacity, c[0], c[1])
    packed[4 * i + 2] = wp.vec4(c[2], z, 0.0, 0.0)
    packed[4 * i + 3] = wp.vec4(float(left), float(top), float(right), float(bottom))
    depth[i] = z
    for k in range(2):
        size = 8 * (k + 1)
        touches[k, i] = ((right - 1) // size - left // size + 1) * ((bottom - 1) // size - top // size + 1)
    touches[2, i] = (right - left) * (bottom - top)


@no_type_check
@wp.kernel
def list_pairs(
    order: wp.array(dtype=wp.int64),
    pairs: wp.array(dtype=int),
    ends: wp.array(dtype=int),
    packed: wp.array(dtype=wp.vec4),
    size: int,
    columns: int,
    tiles: wp.array(dtype=int),
    owners: wp.array(dtype=int),
    first_pair: wp.array(dtype=int),
):
    """Writes the pairs of the splat at one place of the depth order; ends: running sum of `pairs` in that order."""
    rank = wp.tid()
    i = int(order[rank])
    pair = ends[rank] - pairs[i]
    first_pair[i] = pair
    if pairs[i] == 0:
        return
    box = packed[4 * i + 3]
    for ty in range(int(box[1]) // size, (int(box[3]) - 1) // size + 1):
        for tx in range(int(box[0]) // size, (int(box[2]) - 1) // size + 1):
            tiles[pair] = ty * columns + tx
            owners[pair] = i
            pair += 1


@no_type_check
@wp.kernel
def composite(
    packed: wp.array(dtype=wp.vec4),
    tile_start: wp.array(dtype=int),
    lists: wp.array(dtype=int),
    size: int,
    columns: int,
    out: wp.array2d(dtype=wp.vec4),
    passing: wp.array2d(dtype=float),
):
    """One pixel: blends its tile's list front to back into `out` (r, g, b, sum w z) and `passing` (T)."""
    thread = wp.tid()
    tile, inner = thread // (size * size), thread % (size * size)
    px, py = tile % columns * size + inner % size, tile // columns * size + inner // size
    if px >= passing.shape[1] or py >= passing.shape[0]:
        return
    x, y = float(px) + 0.5, float(py) + 0.5
    T = float(1.0)
    total = wp.vec4(0.0, 0.0, 0.0, 0.0)
    for slot in range(tile_start[tile], tile_start[tile + 1]):
        i = lists[slot]
        box = packed[4 * i + 3]
        if x > box[0] and x < box[2] and y > box[1] and y < box[3]:
            p, q = packed[4 * i], packed[4 * i + 1]
            dx, dy = x - p[0], y - p[1]
            power = 0.5 * (p[2] * dx * dx + q[0] * dy * dy) + p[3] * dx * dy
            alpha = wp.min(ALPHA_MAX, q[1] * wp.exp(-power))
            if power >= 0.0 and alpha >= ALPHA_MIN:
                after = T * (1.0 - alpha)
                if after <= T_STOP:
                    break
                r = packed[4 * i + 2]
                total += T * alpha * wp.vec4(q[2], q[3], r[0], r[1])
                T = after
    out[py, px] = total
    passing[py, px] = T


@no_type_check
@wp.kernel
def measure(
    packed: wp.array(dtype=wp.vec4),
    lists: wp.array(dtype=int),
    tiles: wp.array(dtype=int),
    size: int,
    columns: int,
    area: wp.array(dtype=wp.int64),
):
    """How many pixels of its tile the splat of one slot may touch."""
    slot = wp.tid()
    box = clipped(packed[4 * lists[slot] + 3], tiles[slot], columns, size)
    area[slot] = wp.int64((box[2] - box[0]) * (box[3] - box[1]))


@no_type_check
@wp.kernel
def pixel_gradients(
    first_tile: int,
    base: wp.int64,
    packed: wp.array(dtype=wp.vec4),
    tile_start: wp.array(dtype=int),
    lists: wp.array(dtype=int),
    offset: wp.array(dtype=wp.int64),
    size: int,
    columns: int,
    grad: wp.array2d(dtype=wp.vec4),
    total: wp.array2d(dtype=float),
    moves: wp.array(dtype=wp.vec2),
):
    """One pixel: writes (d_power, weight) of every splat it blends into the slot's box in `moves`, which starts as 0.

    offset: where each slot's box lies, `base` that of the first; total: sum of gradient * output over all five
    outputs. What lies behind a splat is the total less all up to it, so one front-to-back walk is enough.
    """
    thread = wp.tid()
    tile, inner = first_tile + thread // (size * size), thread % (size * size)
    px, py = tile % columns * size + inner % size, tile // columns * size + inner // size
    if px >= total.shape[1] or py >= total.shape[0]:
        return
    x, y = float(px) + 0.5, float(py) + 0.5
    T = float(1.0)
    behind = total[py, px] + 0.0  # a copy: a name alone would be the array's own element
    g = grad[py, px]
    for slot in range(tile_start[tile], tile_start[tile + 1]):
        i = lists[slot]
        bounds = packed[4 * i + 3]
        if x > bounds[0] and x < bounds[2] and y > bounds[1] and y < bounds[3]:
            p, q = packed[4 * i], packed[4 * i + 1]
            dx, dy = x - p[0], y - p[1]
            power = 0.5 * (p[2] * dx * dx + q[0] * dy * dy) + p[3] * dx * dy
            raw = q[1] * wp.exp(-power)
            alpha = wp.min(ALPHA_MAX, raw)
            if power >= 0.0 and alpha >= ALPHA_MIN:
                after = T * (1.0 - alpha)
                if after <= T_STOP:
                    break
                r = packed[4 * i + 2]
                weight = T * alpha
                along = wp.dot(g, wp.vec4(q[2], q[3], r[0], r[1]))
                behind -= weight * along
                d_power = float(0.0)
                if raw <= ALPHA_MAX:
                    d_power = -(T * along - behind / (1.0 - alpha)) * raw
                box = clipped(bounds, tile, columns, size)
                at = int(offset[slot] - base) + (py - box[1]) * (box[2] - box[0]) + px - box[0]
                moves[at] = wp.vec2(d_power, weight)
                T = after


@no_type_check
@wp.kernel
def pair_gradients(
    first_slot: int,
    base: wp.int64,
    packed: wp.array(dtype=wp.vec4),
    lists: wp.array(dtype=int),
    tiles: wp.array(dtype=int),
    by_slot: wp.array(dtype=wp.int64),
    offset: wp.array(dtype=wp.int64),
    size: int,
    columns: int,
    grad: wp.array2d(dtype=wp.vec4),
    moves: wp.array(dtype=wp.vec2),
    d_conic: wp.array(dtype=wp.vec3),
    d_place: wp.array(dtype=wp.vec3),
    d_features: wp.array(dtype=wp.vec4),
):
    """One slot: sums its box of `moves` into its pair's gradients of the conic, (x, y, opacity) and (r, g, b, z)."""
    slot = first_slot + wp.tid()
    i = lists[slot]
    p, q = packed[4 * i], packed[4 * i + 1]
    box = clipped(packed[4 * i + 3], tiles[slot], columns, size)
    at = int(offset[slot] - base)
    conic = wp.vec3(0.0, 0.0, 0.0)
    place = wp.vec3(0.0, 0.0, 0.0)
    features = wp.vec4(0.0, 0.0, 0.0, 0.0)
    for py in range(box[1], box[3]):
        dy = float(py) + 0.5 - p[1]
        for px in range(box[0], box[2]):
            dx = float(px) + 0.5 - p[0]
            move = moves[at]
            at += 1
            conic += move[0] * wp.vec3(0.5 * dx * dx, dx * dy, 0.5 * dy * dy)
            place += move[0] * wp.vec3(dx, dy, 1.0)
            features += move[1] * grad[py, px]
    pair = int(by_slot[slot])
    d_conic[pair] = conic
    d_place[pair] = -wp.vec3(
        p[2] * place[0] + p[3] * place[1], p[3] * place[0] + q[0] * place[1], place[2] / q[1]
    )  # fmt: skip
    d_features[pair] = features


@no_type_check
@wp.kernel
def project_backward(
    camera: Camera,
    means: wp.array(dtype=wp.vec3),
    quats: wp.array(dtype=wp.vec4),
    scales: wp.array(dtype=wp.vec3),
    packed: wp.array(dtype=wp.vec4),
    pairs: wp.array(dtype=int),
    first_pair: wp.array(dtype=int),
    pair_conic: wp.array(dtype=wp.vec3),
    pair_place: wp.array(dtype=wp.vec3),
    pair_features: wp.array(dtype=wp.vec4),
    d_means: wp.array(dtype=wp.vec3),
    d_quats: wp.array(dtype=wp.vec4),
    d_scales: wp.array(dtype=wp.vec3),
    d_opacities: wp.array(dtype=float),
    d_colours: wp.array(dtype=wp.vec3),
):
    """Sums one splat's pair gradients in a fixed order and carries them through the projection."""
    i = wp.tid()
    if pairs[i] == 0:
        d_means[i] = wp.vec3()
        d_quats[i] = wp.vec4()
        d_scales[i] = wp.vec3()
        d_opacities[i] = 0.0
        d_colours[i] = wp.vec3()
        return
    d_conic = wp.vec3(0.0, 0.0, 0.0)
    d_place = wp.vec3(0.0, 0.0, 0.0)
    d_features = wp.vec4(0.0, 0.0, 0.0, 0.0)
    for pair in range(first_pair[i], first_pair[i] + pairs[i]):
        d_conic += pair_conic[pair]
        d_place += pair_place[pair]
        d_features += pair_features[pair]
    d_opacities[i] = d_place[2]
    d_colours[i] = wp.vec3(d_features[0], d_features[1], d_features[2])
    # conic -> covariance: dC = -Q dQ Q with Q the conic
    a, b, c = packed[4 * i][2], packed[4 * i][3], packed[4 * i + 1][0]
    conic = wp.mat22(a, b, b, c)
    d_cov = -(conic * wp.mat22(d_conic[0], 0.5 * d_conic[1], 0.5 * d_conic[1], d_conic[2]) * conic)
    point = in_camera(camera, means[i])
    z, fx, fy = point[2], camera.inner[0], camera.inner[1]
    s = slopes(camera, point)
    j0, j1 = fx / z * (camera.right - s[2] * camera.ahead), fy / z * (camera.down - s[3] * camera.ahead)
    q = unit(quats[i])
    U = wp.quat_to_matrix(q)
    v0, v1 = wp.transpose(U) * j0, wp.transpose(U) * j1
    across, along = wp.cw_mul(v0, scales[i]), wp.cw_mul(v1, scales[i])
    d_across = 2.0 * (d_cov[0, 0] * across + d_cov[0, 1] * along)
    d_along = 2.0 * (d_cov[1, 0] * across + d_cov[1, 1] * along)
    d_scales[i] = wp.cw_mul(d_across, v0) + wp.cw_mul(d_along, v1)
    e0, e1 = wp.cw_mul(d_across, scales[i]), wp.cw_mul(d_along, scales[i])
    d_z = d_features[3] - (wp.dot(d_across, across) + wp.dot(d_along, along)) / z
    d_px, d_py = d_place[0] * fx, d_place[1] * fy
    if s[0] == s[2]:
        d_px -= fx / z * wp.dot(U * e0, camera.ahead)
    if s[1] == s[3]:
        d_py -= fy / z * wp.dot(U * e1, camera.ahead)
    d_z -= (d_px * s[0] + d_py * s[1]) / z
    d_means[i] = d_px / z * camera.right + d_py / z * camera.down + d_z * camera.ahead
    D = wp.outer(j0, e0) + wp.outer(j1, e1)  # of U
    x, y, z_, w = q[0], q[1], q[2], q[3]
    d = 2.0 * wp.vec4(
        x * (D[2, 1] - D[1, 2]) + y * (D[0, 2] - D[2, 0]) + z_ * (D[1, 0] - D[0, 1]),
        y * (D[0, 1] + D[1, 0]) + z_ * (D[0, 2] + D[2, 0]) + w * (D[2, 1] - D[1, 2]) - 2.0 * x * (D[1, 1] + D[2, 2]),
        x * (D[0, 1] + D[1, 0]) + z_ * (D[1, 2] + D[2, 1]) + w * (D[0, 2] - D[2, 0]) - 2.0 * y * (D[0, 0] + D[2, 2]),
        x * (D[0, 2] + D[2, 0]) + y * (D[1, 2] + D[2, 1]) + w * (D[1, 0] - D[0, 1]) - 2.0 * z_ * (D[0, 0] + D[1, 1]),
    )
    wxyz = wp.vec4(w, x, y, z_)
    # The length of a quaternion has no effect.
    d_quats[i] = (d - wp.dot(d, wxyz) * wxyz) / wp.max(wp.length(quats[i]), 1e-12)
